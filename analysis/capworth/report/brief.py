"""A member's brief: one page in the member's language, as a tagged PDF."""

from math import isfinite, nan
from typing import Any

import pandas as pd

from capworth.case.model import Case, Member
from capworth.language.language import MARK, Language, own_words
from capworth.language.numbers import Amount
from capworth.members.served import MemberBrief
from capworth.methods.cost_benefit.prices import MILLION
from capworth.model.result import Provenance
from capworth.report.pdf import set_document

PUBLISHED = "ABC"  # grades of a contribution that has a source


def write_brief(case: Case, brief: MemberBrief, provenance: Provenance, language: str) -> bytes:
    """Write the page. No clock is read: the same brief gives the same bytes.

    Raises
    ------
    InputError
        When there are no texts for the language, or a name holds a letter that no font has.
    """
    page = document(case, brief, provenance, language)
    name = f"the brief of {brief.member.id}"
    return set_document("brief.typ", page, case.settings.appraisal_date, name)


def document(case: Case, brief: MemberBrief, provenance: Provenance, code: str) -> dict[str, Any]:
    """Everything that the template prints, as plain data."""
    settings, member = case.settings, brief.member
    language = Language(code, case.names(code), settings.currency, "brief", own_words(case, code))
    organisation = language.typeset(settings.in_language("organisation", code))
    name = member.in_language("name", code)
    region = language.word("region", member.region)
    title = language.say("page.title", name=name)
    day = settings.appraisal_date
    return {
        "language": code,
        "direction": language.direction,
        "title": title,
        "author": organisation,
        "date": [day.year, day.month, day.day],
        "paper": language.say("page.paper"),
        "place": f"{organisation} · {region}",
        "finding": _finding(brief, language),
        "modelled": language.say("page.modelled"),
        "cards": _cards(case, brief, language),
        "uses": _uses(brief, language),
        "serves": _serves(case, brief, language),
        "pays": _pays(case, brief, language),
        "basis": _basis(brief, language),
        "ask": _ask(brief, language),
        "foot": language.say(
            "page.foot",
            version=provenance.version,
            case=provenance.case,
            fingerprint=provenance.fingerprint[:12],
            currency=settings.currency,
            year=settings.price_year,
            cutoff=language.day(day),
            seed=provenance.seed,
            draws=language.number(brief.draws, 0),
        ),
    }


def _ends(row: "pd.Series[Any]", name: str, scale: float = 1.0) -> Amount:
    return Amount(*(float(row[f"{name}{end}"]) * scale for end in ("", "_low", "_high")))


def _finding(brief: MemberBrief, language: Language) -> str:
    best = list(brief.improvements.index)
    parts = {"first": language.name(str(best[0])) if best else language.say("page.none")}
    if not len(brief.capabilities):
        return language.say("page.finding_unmeasured", **parts)
    return language.say(
        "page.finding",
        hits=_count(brief.row, "hits", language, ranged=False),
        given=_count(brief.row, "hits_given", language, ranged=False),
        **parts,
    )


def _count(row: "pd.Series[Any]", name: str, language: Language, *, ranged: bool = True) -> str:
    """A count of events a year; a small one is only said to be small."""
    ends = _ends(row, name)
    if not isfinite(ends.middle):
        return language.say("page.few")
    return _spread(row, name, language) if ranged else language.middle(ends)


def _spread(row: "pd.Series[Any]", name: str, language: Language) -> str:
    """Write an amount with its range, also where its mean lies beyond it, and its error."""
    amount = _ends(row, name)
    if not amount.is_known:
        return language.say("unknown")
    middle = language.middle(amount)
    shown = middle if amount.is_exact else language.around(middle, amount)
    return _with_error(shown, float(row[f"{name}_error"]), language)


def _with_error(shown: str, error: float, language: Language, *, money: bool = False) -> str:
    """Put the Monte Carlo error behind a figure, with two significant digits; none where none."""
    if not error > 0:
        return shown
    deviation = language.price_middle(_exact(error)) if money else language.number(error)
    return language.say("page.error", figure=shown, error=deviation)


def _exact(value: float) -> Amount:
    return Amount(value, value, value)


def _price(row: "pd.Series[Any]", name: str, language: Language) -> str:
    """Write money of a member with its range and its error."""
    shown = language.price_spread(_ends(row, name, MILLION))
    return _with_error(shown, float(row[f"{name}_error"]) * MILLION, language, money=True)


def _cards(case: Case, brief: MemberBrief, language: Language) -> list[dict[str, str]]:
    row = brief.row
    counted, valued = len(brief.capabilities) > 0, brief.measured[0] > 0
    cards = []
    for card, name in (("uses", "hits"), ("owns", "hits_given")):
        few = counted and not isfinite(float(row[name]))
        shown = language.say("page.few") if few else language.middle(_ends(row, name))
        cards.append(
            {
                "head": language.say(f"card.{card}"),
                "value": shown if counted else language.say("page.unknown"),
                "range": _with_error(
                    language.span(_ends(row, name)), float(row[f"{name}_error"]), language
                )
                if counted and not few
                else "",
                "detail": language.say(f"card.{card}_detail"),
            }
        )
    own = _ends(row, "own_m", MILLION)
    cards.append(
        {
            "head": language.say("card.gains"),
            "value": language.price_middle(own) if valued else language.say("page.unknown"),
            "range": _with_error(
                language.price_span(own), float(row["own_m_error"]) * MILLION, language, money=True
            )
            if valued
            else "",
            "detail": language.say("card.gains_detail", harm=_spread(row, "own_harm", language)),
        }
    )
    paid, national = _contribution(brief.member), _ends(row, "national_m", MILLION)
    known = isfinite(paid.middle)
    error = float(row["national_m_error"]) * MILLION
    first = paid if known else national
    span = (
        _stated(brief.member, case.settings.price_year, language)
        if known
        else _with_error(language.price_span(national), error, language, money=True)
    )
    cards.append(
        {
            "head": language.say("card.pays"),
            "value": language.price_middle(first),
            "range": span,
            "detail": language.say(
                "card.pays_detail" if known else "card.pays_none",
                national=language.price_middle(national),
            ),
        }
    )
    return cards


def _stated(member: Member, price_year: int, language: Language) -> str:
    """Between what a contribution was stated to lie, and in the money of which year."""
    paid, year = _contribution(member), str(member.contribution_year or price_year)
    if paid.is_exact or not paid.is_known:
        return language.say("card.stated_exact", year=year)
    low, high = (language.price_middle(_exact(end)) for end in (paid.low, paid.high))
    return language.say("card.stated", low=low, high=high, year=year)


def _contribution(member: Member) -> Amount:
    """What a member pays, and its ends as stated: no interval, in the money of its own year."""
    if member.contribution is None:
        return Amount(nan, nan, nan)
    ends = (member.contribution_low, member.contribution_high)
    low, high = (member.contribution if end is None else end for end in ends)
    return Amount(member.contribution, low, high)


def _uses(brief: MemberBrief, language: Language) -> dict[str, Any]:
    rows, most = [], max((float(x) for x in brief.bars.to_numpy().ravel()), default=0.0)
    for (capability, row), (_, bar) in zip(
        brief.capabilities.iterrows(), brief.bars.iterrows(), strict=True
    ):
        rows.append(
            {
                "cells": [
                    language.name(str(capability)),
                    language.part(float(row["chance"])),
                    _count(row, "hits", language),
                    _count(row, "hits_given", language),
                ],
                "bars": [float(x) / most for x in bar] if most else [0.0, 0.0],
            }
        )
    note = language.say("uses.nothing")
    if rows:
        note = language.say("uses.more", count=language.number(brief.others, 0))
    for capability, source in brief.published:
        note += " " + language.say(
            "uses.known", capability=language.name(capability), source=source
        )
    return {
        "head": language.say("uses.head"),
        "heads": [language.say(f"uses.{k}") for k in ("capability", "chance", "hits", "given")],
        "rows": rows,
        "note": note,
    }


def _serves(case: Case, brief: MemberBrief, language: Language) -> dict[str, Any]:
    table = brief.improvements
    illustrative = {i.id for i in case.improvements if i.illustrative}
    programme = bool(table["chosen"].notna().any()) if len(table) else False
    most = float(table["points"].max()) if len(table) else 0.0
    rows = []
    for improvement, row in table.iterrows():
        name = language.name(str(improvement)) + (MARK if improvement in illustrative else "")
        cells = [
            language.say("serves.equal", name=name) if row["equal"] else name,
            _spread(row, "points", language),
            language.probability(float(row["p_top"])),
        ]
        if programme:
            cells.append(language.say("serves.yes" if row["chosen"] else "serves.no"))
        rows.append({"cells": cells, "bars": [float(row["points"]) / most]})
    heads = ["improvement", "points", "top", *(["programme"] if programme else [])]
    note = [language.say("serves.note"), language.say(f"serves.needs_{brief.needs}")]
    if table["equal"].any():
        note.append(language.say("serves.equal_note"))
    return {
        "head": language.say("serves.head"),
        "heads": [language.say(f"serves.{k}") for k in heads],
        "rows": rows,
        "note": " ".join(note) if rows else language.say("serves.nothing"),
    }


def _pays(case: Case, brief: MemberBrief, language: Language) -> dict[str, Any]:
    row, member = brief.row, brief.member
    items = []
    paid = _contribution(member)
    if isfinite(paid.middle):
        grade = str(row["contribution_grade"])
        source = case.cited(member.contribution_source) if member.contribution_source else ""
        published = grade in PUBLISHED and source
        amount = language.price_middle(paid)
        if not paid.is_exact and paid.is_known:
            low, high = (language.price_middle(_exact(end)) for end in (paid.low, paid.high))
            amount = language.say("pays.stated", amount=amount, low=low, high=high)
        items.append(
            language.say(
                "pays.text_published" if published else "pays.text_modelled",
                amount=amount,
                year=str(member.contribution_year or case.settings.price_year),
                source=source,
                grade=grade,
            )
        )
    national = _price(row, "national_m", language)
    items.append(language.say("pays.national", amount=national, count=_members(brief, language)))
    if brief.measured[0]:
        items.append(
            language.say(
                "pays.external",
                amount=_price(row, "external_m", language),
                harm=_spread(row, "external_harm", language),
            )
        )
    return {"head": language.say("pays.head"), "items": items}


def _ask(brief: MemberBrief, language: Language) -> dict[str, Any]:
    """Four numbers to confirm or correct, each with what this page says of it."""
    row, counted = brief.row, len(brief.capabilities) > 0
    unknown = language.say("page.unknown")
    paid = _contribution(brief.member)
    sentences = {
        "hits": _count(row, "hits", language, ranged=False) if counted else unknown,
        "given": _count(row, "hits_given", language, ranged=False) if counted else unknown,
        "national": language.price_middle(_ends(row, "national_m", MILLION)),
        "contribution": language.price_middle(paid) if paid.is_known else unknown,
    }
    return {
        "head": language.say("ask.head"),
        "heads": [language.say(f"ask.{key}") for key in ("what", "model", "yours")],
        "rows": [[language.say(f"ask.{key}"), value] for key, value in sentences.items()],
        "note": language.say("ask.note"),
    }


def _basis(brief: MemberBrief, language: Language) -> dict[str, Any]:
    known, every = (language.number(n, 0) for n in brief.measured)
    items = [
        language.say(
            f"basis.key_{brief.connected_by}",
            count=_members(brief, language),
            draws=language.number(brief.draws, 0),
        ),
        language.say("basis.measured", known=known, all=every),
        language.say("basis.error", points=language.number(100 * brief.share_error)),
        language.say("basis.replace"),
    ]
    return {"head": language.say("basis.head"), "text": " ".join(items)}


def _members(brief: MemberBrief, language: Language) -> str:
    return language.number(brief.members, 0)
