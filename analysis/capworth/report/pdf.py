"""The report as a tagged PDF: the decision paper on two pages, then the technical annex."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from types import MappingProxyType
from typing import Any

from capworth.case.register import schedules
from capworth.report.annex.allocation import allocation_page
from capworth.report.annex.capabilities import capabilities_page
from capworth.report.annex.conventions import conventions_page
from capworth.report.annex.economics import economics_page, scales
from capworth.report.annex.excellence import excellence_page
from capworth.report.annex.frontier import frontier_page
from capworth.report.annex.functions import functions_page
from capworth.report.annex.funding import funding_page
from capworth.report.annex.method import limits, method_page
from capworth.report.annex.network import network_page
from capworth.report.annex.priorities import priorities_page
from capworth.report.annex.productivity import productivity_page
from capworth.report.annex.programme import programme_page, timetable
from capworth.report.annex.provenance import provenance_page
from capworth.report.annex.ranks import ranks_page
from capworth.report.annex.sensitivity import sensitivity_page
from capworth.report.annex.soundness import soundness_page
from capworth.report.annex.spending import costs_page
from capworth.report.annex.uncertainty import resolving, switching
from capworth.report.annex.voice import made_up, members_page
from capworth.report.annex.weights import weights_page
from capworth.report.blocks import Section, section_data
from capworth.report.decision import decision_page
from capworth.report.pictures import first_picture
from capworth.report.summary import summary_page
from capworth.report.typeset import set_document
from capworth.report.wording import MARK, Wording
from capworth.study import Study

ANNEX: tuple[Callable[[Study, Wording], Section | None], ...] = (
    members_page,
    capabilities_page,
    economics_page,
    scales,
    weights_page,
    functions_page,
    ranks_page,
    costs_page,
    allocation_page,
    excellence_page,
    frontier_page,
    productivity_page,
    priorities_page,
    programme_page,
    timetable,
    funding_page,
    network_page,
    sensitivity_page,
    switching,
    resolving,
    conventions_page,
    made_up,
    method_page,
    limits,
    soundness_page,
    provenance_page,
)


def write_report(
    study: Study, language: str, drawings: Mapping[str, str] = MappingProxyType({})
) -> bytes:
    """Write the report in one language.

    Charts are drawn where `drawings` does not hold them, by their names, as SVG.

    No clock is read: the PDF carries the appraisal date of the case, so the same study gives the
    same bytes.

    Raises
    ------
    InputError
        When there are no texts for the language, or a name holds a letter that no font has.
    """
    content = document(study, language, drawings)
    return set_document("report.typ", content, study.case.settings.appraisal_date)


def document(
    study: Study, language: str, drawings: Mapping[str, str] = MappingProxyType({})
) -> dict[str, Any]:
    """Everything that the template prints, as plain data."""
    words = replace(Wording.of(study.case, language), drawings=drawings)
    settings = study.case.settings
    decision = {"curve": _curve(study, words), **decision_page(study, words)}
    sections = [found for section in ANNEX if (found := section(study, words)) is not None]
    day = settings.appraisal_date
    return {
        "language": language,
        "direction": words.texts.direction,
        "title": words.typeset(settings.said("title", language)),
        "author": words.typeset(settings.said("organisation", language)),
        "description": str(decision["title"]),
        "keywords": [words.say(f"theme.{k}") for k in ("analysis", "excellence", "priorities")],
        "date": [day.year, day.month, day.day],
        "paper": words.say("frame.paper"),
        "annex": words.say("frame.annex"),
        "page": words.texts.phrases["frame.page"],
        "vintage": vintage(study, words),
        "footnote": _footnote(study, words),
        "decision": decision,
        "summary": summary_page(study, words),
        "sections": [section_data(section) for section in sections],
    }


def _curve(study: Study, words: Wording) -> dict[str, Any] | None:
    """The order-of-priority curve, its title above it."""
    found = first_picture(study, words)
    return None if found is None else asdict(found)


def vintage(study: Study, words: Wording) -> str:
    """Which data, parameters, seed and version: the line at the foot of every page."""
    known, settings = study.provenance, study.case.settings
    schedule = schedules()[settings.discounting]
    rates = [rate for _, rate in schedule.bands]
    discounting = (
        words.say(
            "frame.discounting",
            schedule=schedule.id,
            rate=words.percent(rates[0], 1),
            status=words.word("schedule_status", schedule.status),
        )
        if any(rates)
        else words.say("frame.undiscounted")
    )
    return words.say(
        "frame.vintage",
        version=known.version,
        case=known.case,
        fingerprint=known.fingerprint[:12],
        currency=known.currency,
        price_year=known.price_year,
        discounting=discounting,
        cutoff=words.day(settings.appraisal_date, "medium"),
        seed=known.seed,
        draws=words.number(known.draws, 0),
    )


def _footnote(study: Study, words: Wording) -> str:
    parts = [words.say("frame.rounding")]
    if any(improvement.illustrative for improvement in study.case.improvements):
        parts.insert(0, words.say("frame.dagger", mark=MARK))
    return " · ".join(parts)
