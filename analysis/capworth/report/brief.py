"""A member's brief: one page in the member's language, as a tagged PDF."""

import json
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import cache
from importlib.resources import as_file, files
from math import isfinite, nan
from typing import Any

import pandas as pd
import typst
from babel.dates import format_date

from capworth.case.model import Case, Member
from capworth.errors import InputError
from capworth.language.voice import BriefWords, brief_words
from capworth.members.use import MemberBrief
from capworth.model.result import Provenance
from capworth.report.pdf import STANDARDS

PUBLISHED = "ABC"  # grades of a contribution that has a source
MARK = "†"  # behind the name of an improvement that is illustrative
MILLION = 1e6


def write_brief(case: Case, brief: MemberBrief, provenance: Provenance, language: str) -> bytes:
    """Write the page. No clock is read: the same brief gives the same bytes.

    Raises
    ------
    InputError
        When there are no texts for the language, or a name holds a letter that no font has.
    """
    page = document(case, brief, provenance, language)
    content = json.dumps(page, ensure_ascii=False, sort_keys=True)
    day = case.settings.appraisal_date
    try:
        pdf = _compiler().compile(
            format="pdf",
            sys_inputs={"data": content},
            pdf_standards=list(STANDARDS),
            timestamp=datetime(day.year, day.month, day.day, tzinfo=UTC),
        )
    except typst.TypstError as error:
        raise InputError(f"the brief of {brief.member.id} cannot be set: {error}") from error
    assert isinstance(pdf, bytes)  # one document, one file
    return pdf


@cache
def _compiler() -> typst.Compiler:
    """One compiler for all briefs of a process: fonts are read once."""
    keep = ExitStack()  # for as long as the process lives
    template = keep.enter_context(as_file(files("capworth.report").joinpath("brief.typ")))
    fonts = keep.enter_context(as_file(files("capworth.charts").joinpath("fonts")))
    return typst.Compiler(
        template, root=template.parent, font_paths=[fonts], ignore_system_fonts=True
    )


def document(
    case: Case, brief: MemberBrief, provenance: Provenance, language: str
) -> dict[str, Any]:
    """Everything that the template prints, as plain data."""
    words = brief_words(language)
    names = case.names(language)
    settings, member = case.settings, brief.member
    organisation = settings.in_language("organisation", language)
    name = member.in_language("name", language)
    region = words.phrases.get(f"region.{member.region}", member.region)
    title = words.say("page.title", name=name)
    day = settings.appraisal_date
    return {
        "language": language,
        "direction": words.direction,
        "title": title,
        "author": organisation,
        "date": [day.year, day.month, day.day],
        "paper": words.say("page.paper"),
        "place": f"{organisation} · {region}",
        "finding": _finding(brief, names, words),
        "modelled": words.say("page.modelled"),
        "cards": _cards(brief, settings.currency, words),
        "uses": _uses(brief, names, words),
        "serves": _serves(case, brief, names, words),
        "pays": _pays(case, brief, words),
        "basis": _basis(brief, words),
        "foot": words.say(
            "page.foot",
            version=provenance.version,
            case=provenance.case,
            fingerprint=provenance.fingerprint[:12],
            currency=settings.currency,
            year=settings.price_year,
            cutoff=format_date(day, "long", locale=words.figures.locale),
            seed=provenance.seed,
            draws=words.figures.number(brief.draws, 0),
        ),
    }


def _ends(row: "pd.Series[Any]", name: str, scale: float = 1.0) -> tuple[float, float, float]:
    value, low, high = (float(row[f"{name}{end}"]) * scale for end in ("", "_low", "_high"))
    return value, low, high


def _finding(brief: MemberBrief, names: Mapping[str, str], words: BriefWords) -> str:
    best = list(brief.improvements.index)
    parts = {"first": names[str(best[0])] if best else words.say("page.none")}
    if not len(brief.capabilities):
        return words.say("page.finding_unmeasured", **parts)
    return words.say(
        "page.finding",
        hits=_count(brief.row, "hits", words, ranged=False),
        given=_count(brief.row, "hits_given", words, ranged=False),
        **parts,
    )


def _count(row: "pd.Series[Any]", name: str, words: BriefWords, *, ranged: bool = True) -> str:
    """A count of events a year; a small one is only said to be small."""
    ends = _ends(row, name)
    if not isfinite(ends[0]):
        return words.say("page.few")
    return words.figures.around(*ends) if ranged else words.figures.middle(*ends)


def _cards(brief: MemberBrief, currency: str, words: BriefWords) -> list[dict[str, str]]:
    row, figures = brief.row, words.figures
    counted, valued = len(brief.capabilities) > 0, brief.measured[0] > 0
    cards = []
    for card, name in (("uses", "hits"), ("owns", "hits_given")):
        few = counted and not isfinite(float(row[name]))
        shown = words.say("page.few") if few else figures.middle(*_ends(row, name))
        cards.append(
            {
                "head": words.say(f"card.{card}"),
                "value": shown if counted else words.say("page.unknown"),
                "range": figures.span(*_ends(row, name)) if counted and not few else "",
                "detail": words.say(f"card.{card}_detail"),
            }
        )
    own, harm = _ends(row, "own_m", MILLION), _ends(row, "own_harm")
    cards.append(
        {
            "head": words.say("card.gains"),
            "value": figures.money_middle(*own, currency) if valued else words.say("page.unknown"),
            "range": figures.money_span(*own, currency) if valued else "",
            "detail": words.say("card.gains_detail", harm=figures.around(*harm)),
        }
    )
    paid, national = _contribution(brief.member), _ends(row, "national_m", MILLION)
    known = isfinite(paid[0])
    first = paid if known else national
    cards.append(
        {
            "head": words.say("card.pays"),
            "value": figures.money_middle(*first, currency),
            "range": figures.money_span(*first, currency),
            "detail": words.say(
                "card.pays_detail" if known else "card.pays_none",
                national=figures.money_middle(*national, currency),
            ),
        }
    )
    return cards


def _contribution(member: Member) -> tuple[float, float, float]:
    """What a member pays, with its range, as it was stated: in the money of its own year."""
    if member.contribution is None:
        return nan, nan, nan
    ends = (member.contribution_low, member.contribution_high)
    low, high = (member.contribution if end is None else end for end in ends)
    return member.contribution, low, high


def _uses(brief: MemberBrief, names: Mapping[str, str], words: BriefWords) -> dict[str, Any]:
    rows, most = [], max((float(x) for x in brief.bars.to_numpy().ravel()), default=0.0)
    for (capability, row), (_, bar) in zip(
        brief.capabilities.iterrows(), brief.bars.iterrows(), strict=True
    ):
        rows.append(
            {
                "cells": [
                    names[str(capability)],
                    words.figures.percent(float(row["chance"])),
                    _count(row, "hits", words),
                    _count(row, "hits_given", words),
                ],
                "bars": [float(x) / most for x in bar] if most else [0.0, 0.0],
            }
        )
    note = words.say("uses.nothing")
    if rows:
        note = words.say("uses.more", count=words.figures.number(brief.others, 0))
    for capability, source in brief.published:
        note += " " + words.say("uses.known", capability=names[capability], source=source)
    return {
        "head": words.say("uses.head"),
        "heads": [words.say(f"uses.{k}") for k in ("capability", "chance", "hits", "given")],
        "rows": rows,
        "note": note,
    }


def _serves(
    case: Case, brief: MemberBrief, names: Mapping[str, str], words: BriefWords
) -> dict[str, Any]:
    table = brief.improvements
    illustrative = {i.id for i in case.improvements if i.illustrative}
    programme = bool(table["chosen"].notna().any()) if len(table) else False
    most = float(table["points"].max()) if len(table) else 0.0
    rows = []
    for improvement, row in table.iterrows():
        mark = MARK if improvement in illustrative else ""
        cells = [
            names[str(improvement)] + mark,
            words.figures.around(*_ends(row, "points")),
            words.figures.probability(float(row["p_top"])),
        ]
        if programme:
            cells.append(words.say("serves.yes" if row["chosen"] else "serves.no"))
        rows.append({"cells": cells, "bars": [float(row["points"]) / most]})
    heads = ["improvement", "points", "top", *(["programme"] if programme else [])]
    note = [words.say("serves.note"), words.say(f"serves.needs_{brief.needs}")]
    if brief.synthetic:
        note.append(words.say("serves.synthetic"))
    return {
        "head": words.say("serves.head"),
        "heads": [words.say(f"serves.{k}") for k in heads],
        "rows": rows,
        "note": " ".join(note) if rows else words.say("serves.nothing"),
    }


def _pays(case: Case, brief: MemberBrief, words: BriefWords) -> dict[str, Any]:
    row, member, currency = brief.row, brief.member, case.settings.currency
    money = words.figures.money
    items = []
    paid = _contribution(member)
    if isfinite(paid[0]):
        grade = str(row["contribution_grade"])
        source = case.cited(member.contribution_source) if member.contribution_source else ""
        published = grade in PUBLISHED and source
        items.append(
            words.say(
                "pays.text_published" if published else "pays.text_modelled",
                amount=money(*paid, currency),
                year=str(member.contribution_year or case.settings.price_year),
                source=source,
                grade=grade,
            )
        )
    national = money(*_ends(row, "national_m", MILLION), currency)
    items.append(words.say("pays.national", amount=national, count=_members(brief, words)))
    if brief.measured[0]:
        items.append(
            words.say(
                "pays.external",
                amount=money(*_ends(row, "external_m", MILLION), currency),
                harm=words.figures.around(*_ends(row, "external_harm")),
            )
        )
    return {"head": words.say("pays.head"), "items": items}


def _basis(brief: MemberBrief, words: BriefWords) -> dict[str, Any]:
    known, every = (words.figures.number(n, 0) for n in brief.measured)
    items = [
        words.say(
            f"basis.key_{brief.connected_by}",
            count=_members(brief, words),
            draws=words.figures.number(brief.draws, 0),
        ),
        words.say("basis.measured", known=known, all=every),
        words.say("basis.replace"),
    ]
    return {"head": words.say("basis.head"), "text": " ".join(items)}


def _members(brief: MemberBrief, words: BriefWords) -> str:
    return words.figures.number(brief.members, 0)
