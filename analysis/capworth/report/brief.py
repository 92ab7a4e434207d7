"""A member's brief: one page that asks for a few numbers and says what they are held to be today.

Modelled figures and the member's contribution, each in its own prices; no answer of a survey.
"""

from collections.abc import Iterator
from math import isfinite, nan
from typing import Any

import pandas as pd

from capworth.case.model import Case, Member
from capworth.language.language import Language, own_words
from capworth.language.numbers import Amount
from capworth.members.served import MemberBrief
from capworth.methods.cost_benefit.prices import MILLION
from capworth.model.result import Provenance
from capworth.report.single import Row, picture, set_single

PUBLISHED = "ABC"  # grades of a contribution that has a source
CONFIRMED = 3  # services whose hits the member is asked for
SERVICES = 3  # in the table of services
TOUCHED = 2  # services named for an improvement
LETTERS = 36  # of a name
THOUSAND = 1e3
OPENED = "capworth explain RUN"  # the explorer has no page of single members
FIGURES = ("hits_got", "hits_given", "national_cost", "contribution")


def write_brief(case: Case, brief: MemberBrief, provenance: Provenance, language: str) -> bytes:
    """Write the page. No clock is read: the same brief gives the same bytes.

    Raises
    ------
    InputError
        When there are no texts for the language, or a name holds a letter that no font has.
    """
    page = document(case, brief, provenance, language)
    name = f"the brief of {brief.member.id}"
    return set_single(page, case.settings.appraisal_date, name)


def document(case: Case, brief: MemberBrief, provenance: Provenance, code: str) -> dict[str, Any]:
    """Everything that the template prints, as plain data."""
    settings, member = case.settings, brief.member
    language = Language(code, case.names(code), settings.currency, "brief", own_words(case, code))
    organisation = language.typeset(settings.in_language("organisation", code))
    day, form = settings.appraisal_date, _form(brief, language)
    figures = language.listed(f"{name}.{member.id}" for name in FIGURES)
    return {
        "language": code,
        "direction": language.direction,
        "topic": language.say("page.paper"),
        "title": f"{organisation} · {language.word('region', member.region)}",
        "author": organisation,
        "date": [day.year, day.month, day.day],
        "heading": language.say(
            "page.title", name=member.in_language("name", code), count=len(form["rows"])
        ),
        "lines": [
            {"head": language.say(f"line.{key}"), "text": text}
            for key, text in _lines(case, brief, language)
        ],
        "numbers": _numbers(case, brief, language),
        "picture": _picture(brief, language),
        "tables": [*_pays(case, brief, language), *_uses(brief, language), form],
        "columns": [],
        "note": _basis(brief, language),
        "foot": [
            language.say("page.opened", figures=figures, address=OPENED),
            language.say(
                "page.foot",
                version=provenance.version,
                case=provenance.case,
                fingerprint=provenance.fingerprint[:12],
                currency=settings.currency,
                year=settings.price_year,
                cutoff=language.day(day, "medium"),
                seed=provenance.seed,
                draws=language.number(brief.draws, 0),
            ),
        ],
        "long": False,
    }


def _lines(case: Case, brief: MemberBrief, language: Language) -> Iterator[tuple[str, str]]:
    yield "why", language.say(f"page.why_{brief.connected_by}")
    known, every = (language.number(n, 0) for n in brief.measured)
    if brief.measured[0]:
        own, national = float(brief.row["own_m"]), float(brief.row["national_m"])
        yield (
            "money",
            language.say(
                "page.money_below" if own < national else "page.money_above",
                own=language.price_spread(_ends(brief.row, "own_m", MILLION)),
                count=brief.below,
                members=language.number(brief.members, 0),
                known=known,
                all=every,
            ),
        )
    else:
        yield "money", language.say("page.money_unknown", all=every)
    yield "contribution", _contributed(case, brief, language)


def _contributed(case: Case, brief: MemberBrief, language: Language) -> str:
    """What it pays to the organisation, in the prices of the year in which it was stated."""
    paid, member = _contribution(brief.member), brief.member
    if not isfinite(paid.middle):
        return language.say("page.no_contribution")
    grade = str(brief.row["contribution_grade"])
    source = case.cited(member.contribution_source) if member.contribution_source else ""
    amount = language.price_middle(paid)
    if not paid.is_exact and paid.is_known:
        low, high = (language.price_middle(_exact(end)) for end in (paid.low, paid.high))
        amount = language.say("pays.stated", amount=amount, low=low, high=high)
    published = grade in PUBLISHED and source
    return language.say(
        "pays.text_published" if published else "pays.text_modelled",
        amount=amount,
        year=str(member.contribution_year or case.settings.price_year),
        source=source,
        grade=grade,
    )


def _contribution(member: Member) -> Amount:
    """What a member pays, and its ends as stated: no interval, in the money of its own year."""
    if member.contribution is None:
        return Amount(nan, nan, nan)
    ends = (member.contribution_low, member.contribution_high)
    low, high = (member.contribution if end is None else end for end in ends)
    return Amount(member.contribution, low, high)


def _exact(value: float) -> Amount:
    return Amount(value, value, value)


def _ends(row: "pd.Series[Any]", name: str, scale: float = 1.0) -> Amount:
    return Amount(*(float(row[f"{name}{end}"]) * scale for end in ("", "_low", "_high")))


def _count(row: "pd.Series[Any]", name: str, language: Language) -> str:
    """A count of events a year; a small one is only said to be small."""
    ends = _ends(row, name)
    return language.middle(ends) if isfinite(ends.middle) else language.say("page.few")


def _range(amount: Amount, span: str, language: Language) -> str:
    """The 80 % range in words; nothing where there is none."""
    if not amount.is_known or amount.is_exact:
        return ""
    return language.say("page.range", span=span)


def _numbers(case: Case, brief: MemberBrief, language: Language) -> list[dict[str, str]]:
    row, counted = brief.row, len(brief.capabilities) > 0
    found = []
    for key, name in (("finds", "hits"), ("gives", "hits_given")):
        amount = _ends(row, name)
        told = counted and isfinite(amount.middle)
        found.append(
            {
                "value": _count(row, name, language) if counted else language.say("page.unknown"),
                "label": language.say(f"number.{key}"),
                "text": _range(amount, language.span(amount), language) if told else "",
            }
        )
    national = _ends(row, "national_m", MILLION)
    found.append(
        {
            "value": language.price_middle(national),
            "label": language.say("number.national"),
            "text": " ".join(
                (
                    _range(national, language.price_span(national), language),
                    language.say("page.prices", year=str(case.settings.price_year)),
                )
            ).strip(),
        }
    )
    return found


def _picture(brief: MemberBrief, language: Language) -> dict[str, Any] | None:
    """Hits found and given, each with the median of the members of the region."""
    if not len(brief.capabilities):
        return None
    rows = []
    for key, name in (("finds", "hits"), ("gives", "hits_given")):
        amount, usual = _ends(brief.row, name), brief.usual.get(name, nan)
        known = amount if isfinite(amount.middle) else None
        told = (_count(brief.row, name, language),)
        rows.append(Row(language.say(f"picture.{key}"), told, known, mine=True))
        if isfinite(usual):
            median = language.say("picture.usual")
            rows.append(Row(median, (language.number(usual),), _exact(usual), mine=False))
    mine, usual = float(brief.row["hits"]), brief.usual.get("hits", nan)
    key = "alone"
    if isfinite(mine) and isfinite(usual):
        key = "more" if mine > usual else "less"
    words = {
        "title": language.say(f"picture.title_{key}"),
        "axis": language.say("picture.axis"),
        "names": "",
        "heads": (language.say("picture.year"),),
        "note": "",
    }
    return picture(words, rows, language)


def _table(title: str, heads: list[str], rows: list[list[Any]], **more: Any) -> dict[str, Any]:
    return {
        "title": title,
        "heads": heads,
        "rows": rows,
        "note": "",
        "spare": 0,
        "left_out": [],
        **more,
    }


def _pays(case: Case, brief: MemberBrief, language: Language) -> Iterator[dict[str, Any]]:
    """National cost year by year, today and with the programme; nothing without a programme."""
    if brief.added is None:
        return
    today = float(brief.row["national_m"])
    first = case.settings.first_year
    years = [str(first + k) for k in range(len(brief.added))]
    rows = [
        [language.say("pays.today"), *(_thousands(today, language) for _ in years)],
        [
            language.say("pays.with_programme"),
            *(_thousands(today + float(more), language) for more in brief.added),
        ],
    ]
    yield _table(
        language.say("pays.head", sign=language.sign(), year=str(case.settings.price_year)),
        ["", *years],
        rows,
        words=1,
        widths=[1.0, *(0 for _ in years)],
    )


def _thousands(millions: float, language: Language) -> str:
    value = millions * MILLION / THOUSAND
    return language.number(value, 0 if abs(value) >= 100 else 1)


def _uses(brief: MemberBrief, language: Language) -> Iterator[dict[str, Any]]:
    """Services of most use, and what the programme touches of what the member uses."""
    rows = [
        [
            language.short(str(capability), LETTERS),
            language.part(float(row["chance"])),
            _count(row, "hits", language),
            _count(row, "hits_given", language),
        ]
        for capability, row in brief.capabilities.head(SERVICES).iterrows()
    ]
    if rows:
        heads = [language.say(f"uses.{k}") for k in ("capability", "chance", "hits", "given")]
        yield _table(
            language.say("uses.head"),
            heads,
            rows,
            words=1,
            widths=[1.0, 0, 0, 0],
            spare=max(len(rows) - 1, 0),
        )
    touched = [
        [
            language.short(improvement, LETTERS),
            language.listed((language.short(s, LETTERS) for s in services), TOUCHED),
        ]
        for improvement, services in brief.programme.items()
        if services
    ]
    if touched:
        yield _table(
            language.say(
                "touches.head", count=len(touched), all=language.number(len(brief.programme), 0)
            ),
            [language.say("touches.improvement"), language.say("touches.services")],
            touched,
            words=2,
            widths=[1.0, 1.6],
            spare=max(len(touched) - 1, 0),
            left_out=[language.say("and_more", count=k) for k in range(1, len(touched))],
        )


def _form(brief: MemberBrief, language: Language) -> dict[str, Any]:
    """Numbers to confirm or correct, each with what is held today and where the case reads it."""
    rows: list[list[Any]] = []
    for capability, row in brief.capabilities.head(CONFIRMED).iterrows():
        name = language.short(str(capability), LETTERS)
        rows.append(
            [
                language.say("ask.hits", service=name),
                _count(row, "hits", language),
                None,
                language.say("ask.to_network", capability=str(capability), member=brief.member.id),
            ]
        )
    paid = _contribution(brief.member)
    rows.append(
        [
            language.say("ask.contribution"),
            language.price_middle(paid) if paid.is_known else language.say("page.unknown"),
            None,
            language.say("ask.to_members"),
        ]
    )
    return _table(
        language.say("ask.head"),
        [language.say(f"ask.{key}") for key in ("what", "model", "yours", "where")],
        rows,
        words=1,
        widths=[1.7, 0, 1.0, 1.5],
        note=language.say("ask.note"),
    )


def _basis(brief: MemberBrief, language: Language) -> str:
    return language.say(
        "page.basis",
        members=language.number(brief.members, 0),
        draws=language.number(brief.draws, 0),
    )
