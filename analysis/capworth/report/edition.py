"""A paper in one language: the said blocks of its pages and of its annex, which renderers walk."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import isfinite
from typing import Any

from capworth.case.register import schedules
from capworth.language.language import MARK, Language
from capworth.model.figures import Figures
from capworth.report.annex.contents import PAPER, sheets
from capworth.report.blocks import Page, Sheet
from capworth.report.content import Ref, Said, Voice, refs_of
from capworth.report.decision import COSTS, decision_blocks, page_one_of
from capworth.report.pages import said_page, said_sheet
from capworth.report.summary import summary_blocks
from capworth.study.stages import Study

SHORT, FULL = "short", "full"  # the annex


@dataclass(frozen=True)
class Content:
    """What a study says, before it is said in any language.

    Attributes
    ----------
    pages : the two pages of the paper, as blocks
    annex : the sheets behind them
    """

    study: Study
    pages: tuple[Page, Page]
    annex: tuple[Sheet, ...]

    @classmethod
    def of(cls, study: Study, annex: str = SHORT) -> "Content":
        """Build it once for a study, with the short annex, the full one or, where blank, none."""
        pages = (decision_blocks(study), summary_blocks(study))
        alone = annex == SHORT and page_one_of(study) == COSTS  # the two pages say all
        return cls(study, pages, sheets(study, annex == FULL) if annex and not alone else ())

    def refs(self) -> tuple[Ref, ...]:
        """Every figure that is printed, in its order."""
        return tuple(refs_of((self.pages, self.annex)))

    def said(self, language: str) -> "Edition":
        """Say all of it in one language."""
        study, settings = self.study, self.study.case.settings
        spoken = Language.of(study.case, language)
        voice = Voice(unmarked(study, spoken), study)
        return Edition(
            language=language,
            direction=spoken.direction,
            title=spoken.typeset(settings.in_language("title", language)),
            author=spoken.typeset(settings.in_language("organisation", language)),
            day=settings.appraisal_date,
            names={key: spoken.say(f"frame.{key}") for key in ("paper", "annex")},
            foot=(_data(study, spoken), footnote(study, spoken)),
            pages=tuple(said_page(page, voice) for page in self.pages),
            sections=tuple(said_sheet(sheet, Voice(spoken, study)) for sheet in self.annex),
        )


@dataclass(frozen=True)
class Edition:
    """A paper in one language, as plain data whose strings still know their figures.

    Attributes
    ----------
    names : what the two parts are called
    foot : which data and version; which draws, and what holds for every page
    pages : blocks of the paper, page by page
    sections : sheets of the annex, each with its topic, title, name and blocks
    """

    language: str
    direction: str
    title: str
    author: str
    day: date
    names: Mapping[str, str]
    foot: tuple[str, str]
    pages: tuple[list[dict[str, Any]], ...]
    sections: tuple[dict[str, Any], ...] = ()

    def titles(self) -> Mapping[str, str]:
        """Titles of pages and sections by the names that cross-references use."""
        paper = zip(PAPER, self.pages, strict=True)
        found = {
            name: next(b["text"] for b in page if b["kind"] == "title") for name, page in paper
        }
        return found | {section["name"]: section["title"] for section in self.sections}


def unstored(refs: Sequence[Ref], figures: Figures) -> Iterator[str]:
    """Every figure that is printed and not stored, or not as it is printed.

    What is not known prints a dash, what has no end is said in words: neither needs a figure.
    """
    for found in refs:
        name, amount = figures.stored(found.figure), found.amount
        if name is None:
            if isfinite(amount.middle):
                yield f"{found.figure}: {amount.middle:g} is printed and no figure"
            continue
        figure = figures[name]
        for kept, printed in zip((figure.value, figure.low, figure.high), amount, strict=True):
            if not isfinite(printed) or (amount.is_exact and kept is not figure.value):
                continue
            if kept is None or abs(kept - printed) > SAME * max(1.0, abs(printed)):
                yield f"{found.figure}: {printed:g} is printed, {name} is {kept}"


SAME = 1e-9  # relative difference of what is one number


def figures_of(text: str, figures: Figures) -> tuple[str, ...]:
    """Ids of the figures that a said text prints."""
    refs = text.refs if isinstance(text, Said) else ()
    return tuple(dict.fromkeys(filter(None, (figures.stored(ref.figure) for ref in refs))))


def unmarked(study: Study, language: Language) -> Language:
    """Leave the marks of illustrative improvements out where all are: page 1 says so once."""
    if not all(improvement.illustrative for improvement in study.case.improvements):
        return language
    return replace(language, names={k: n.removesuffix(MARK) for k, n in language.names.items()})


def vintage(study: Study, language: Language) -> str:
    """Which data, parameters, seed and version, in one line."""
    return " · ".join((_data(study, language), _drawn(study, language)))


def _drawn(study: Study, language: Language) -> str:
    known = study.provenance
    draws = language.number(known.draws, 0)
    return language.say("frame.drawn", seed=known.seed, draws=draws)


def _data(study: Study, language: Language) -> str:
    known, settings = study.provenance, study.case.settings
    schedule = schedules()[settings.discounting]
    rates = [rate for _, rate in schedule.bands]
    discounting = (
        language.say(
            "frame.discounting",
            schedule=schedule.id,
            rate=language.percent(rates[0], 1),
            status=language.word("schedule_status", schedule.status),
        )
        if any(rates)
        else language.say("frame.undiscounted")
    )
    return language.say(
        "frame.vintage",
        version=known.version,
        case=known.case,
        fingerprint=known.fingerprint[:12],
        currency=known.currency,
        price_year=known.price_year,
        discounting=discounting,
        cutoff=language.day(settings.appraisal_date, "medium"),
    )


def footnote(study: Study, language: Language) -> str:
    """Which draws, and what holds for every page: what its marks and ranges mean."""
    parts = [_drawn(study, language), language.say("frame.rounding")]
    if any(improvement.illustrative for improvement in study.case.improvements):
        parts.insert(1, language.say("frame.dagger", mark=MARK))
    return " · ".join(parts)
