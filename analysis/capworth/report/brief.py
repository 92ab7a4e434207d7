"""A member's brief: one page that asks for a few numbers and says what they are held to be today.

Modelled figures and the member's contribution, each in its own prices; no answer of a survey.
"""

from collections.abc import Iterator, Sequence
from math import isfinite, nan
from typing import Any

from capworth.case.model import Case, Member
from capworth.language.language import Language, own_words
from capworth.language.numbers import Amount
from capworth.members.served import MemberBrief
from capworth.methods.cost_benefit.prices import MILLION
from capworth.model.result import Provenance
from capworth.report.bars import OUTLINE, SOLID, Bar, Bars, Group
from capworth.report.blocks import Ask, Numbers
from capworth.report.content import (
    Day,
    Name,
    Own,
    Phrase,
    Ref,
    Setting,
    Stated,
    Text,
    Unit,
    Voice,
    Word,
    listed,
    ref,
    row_ref,
    say,
    sentences,
    stated,
)
from capworth.report.rows import Row, rows_of
from capworth.report.single import Fitted, Single, set_single

PUBLISHED = "ABC"  # grades of a contribution that has a source
SERVICES = 3  # in the table of services, whose hits the member is asked for
TOUCHED = 2  # services named for an improvement
LETTERS = 36  # of a name
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
    return page_of(case, brief, provenance).said(voice_of(case, brief.member, code))


def voice_of(case: Case, member: Member, code: str) -> Voice:
    """Who says the brief: the language of the page, which knows what the member is called."""
    currency, own = case.settings.currency, own_words(case, code)
    language = Language(code, case.names(code), currency, "brief", own)
    names = {_called(member): member.in_language("name", code)}
    return Voice(language.knowing(names), of_case=case)


def _called(member: Member) -> str:
    return f"members/{member.id}"


def page_of(case: Case, brief: MemberBrief, provenance: Provenance) -> Single:
    """What the brief says, without a language: each number with the figure that it is."""
    settings, member = case.settings, brief.member
    services = rows_of(brief.capabilities.head(SERVICES))
    form = _form(brief, services)
    return Single(
        topic=say("page.paper"),
        title=sentences(Setting("organisation"), "·", Word("region", member.region)),
        heading=say("page.title", name=Name(_called(member), "full"), count=len(form.rows)),
        lines=Ask(tuple((say(f"line.{key}"), text) for key, text in _lines(case, brief))),
        numbers=_numbers(case, brief),
        picture=_picture(brief),
        tables=(*_pays(case, brief), *_uses(brief, services), form),
        note=say("page.basis", members=_every_member(brief)),
        foot=(
            say(
                "page.opened",
                figures=listed(Own(f"{name}.{member.id}") for name in FIGURES),
                address=Own(OPENED),
            ),
            say(
                "page.foot",
                version=Own(provenance.version),
                case=Own(provenance.case),
                fingerprint=Own(provenance.fingerprint[:12]),
                currency=Own(settings.currency),
                year=_price_year(case),
                cutoff=Day(settings.appraisal_date, "medium"),
                seed=provenance.seed,
                draws=stated("provenance.draws", brief.draws, "whole"),
            ),
        ),
    )


def _every_member(brief: MemberBrief) -> Stated:
    return stated("brief.members", brief.members, "whole")


def _price_year(case: Case) -> Stated:
    return stated("price year", case.settings.price_year, "plain")


def _mine(brief: MemberBrief, column: str, how: str, scale: float = 1.0) -> Ref:
    """Refer to a figure of the member."""
    return row_ref("members", column, brief.member.id, brief.row, how, scale)


def _lines(case: Case, brief: MemberBrief) -> Iterator[tuple[str, Text]]:
    yield "why", say(f"page.why_{brief.connected_by}")
    known, every = (stated("brief.measured", n, "whole") for n in brief.measured)
    if brief.measured[0]:
        own, national = float(brief.row["own_m"]), float(brief.row["national_m"])
        yield (
            "money",
            say(
                "page.money_below" if own < national else "page.money_above",
                own=_mine(brief, "own_m", "price_spread", MILLION),
                count=brief.below,
                members=_every_member(brief),
                known=known,
                all=every,
            ),
        )
    else:
        yield "money", say("page.money_unknown", all=every)
    yield "contribution", _contributed(case, brief)


def _contributed(case: Case, brief: MemberBrief) -> Phrase:
    """What it pays to the organisation, in the prices of the year in which it was stated."""
    paid, member = _contribution(brief.member), brief.member
    if not isfinite(paid.middle):
        return say("page.no_contribution")
    grade = str(brief.row["contribution_grade"])
    source = case.cited(member.contribution_source) if member.contribution_source else ""
    amount: Text = _paid(brief, paid)
    if not paid.is_exact and paid.is_known:
        low, high = (_paid(brief, _exact(end)) for end in (paid.low, paid.high))
        amount = say("pays.stated", amount=amount, low=low, high=high)
    year = member.contribution_year
    return say(
        "pays.text_published" if grade in PUBLISHED and source else "pays.text_modelled",
        amount=amount,
        year=stated("year", year, "plain") if year else _price_year(case),
        source=Own(source),
        grade=Own(grade),
    )


def _contribution(member: Member) -> Amount:
    """What a member pays, and its ends as stated: no interval, in the money of its own year."""
    if member.contribution is None:
        return Amount(nan, nan, nan)
    ends = (member.contribution_low, member.contribution_high)
    low, high = (member.contribution if end is None else end for end in ends)
    return Amount(member.contribution, low, high)


def _paid(brief: MemberBrief, paid: Amount) -> Ref:
    """Refer to its contribution, as the row behind that figure states it: in its own money."""
    return ref(f"members/contribution_m/{brief.member.id}", paid, "price_middle")


def _exact(value: float) -> Amount:
    return Amount(value, value, value)


def _count(found: Ref) -> Text:
    """A count of events a year; a small one is only said to be small."""
    return found if isfinite(found.amount.middle) else say("page.few")


def _range(found: Ref) -> Phrase | None:
    """The 80 % range in words; nothing where there is none."""
    amount = found.amount
    return say("page.range", span=found) if amount.is_known and not amount.is_exact else None


def _numbers(case: Case, brief: MemberBrief) -> Numbers:
    rows: list[tuple[Text, Text, Text]] = []
    for key, name in (("finds", "hits"), ("gives", "hits_given")):
        value: Text = say("page.unknown")
        ends: Phrase | None = None
        if len(brief.capabilities):
            value, ends = _count(_mine(brief, name, "middle")), _range(_mine(brief, name, "span"))
        rows.append((value, say(f"number.{key}"), sentences(ends)))
    ends = _range(_mine(brief, "national_m", "price_span", MILLION))
    prices = say("page.prices", year=_price_year(case))
    value = _mine(brief, "national_m", "price_middle", MILLION)
    rows.append((value, say("number.national"), sentences(ends, prices)))
    return Numbers(tuple(rows))


def _picture(brief: MemberBrief) -> Bars | None:
    """Hits found and given, each with the median of the members of the region."""
    if not len(brief.capabilities):
        return None
    groups = []
    for key, name in (("finds", "hits"), ("gives", "hits_given")):
        found, usual = _mine(brief, name, "middle"), brief.usual.get(name, nan)
        known = found.amount if isfinite(found.amount.middle) else None
        own = Bar(say(f"picture.{key}"), (_count(found),), known)
        groups.append(Group(None, SOLID, (own,)))
        if isfinite(usual):
            median = stated("brief.usual", usual, "number")
            bar = Bar(say("picture.usual"), (median,), _exact(usual))
            groups.append(Group(None, OUTLINE, (bar,)))
    mine, usual = float(brief.row["hits"]), brief.usual.get("hits", nan)
    key = "alone"
    if isfinite(mine) and isfinite(usual):
        key = "more" if mine > usual else "less"
    return Bars(
        title=say(f"picture.title_{key}"),
        axis=say("picture.axis"),
        names=None,
        heads=(say("picture.year"),),
        groups=tuple(groups),
    )


def _pays(case: Case, brief: MemberBrief) -> Iterator[Fitted]:
    """National cost year by year, today and with the programme; nothing without a programme."""
    if brief.added is None:
        return
    today = _mine(brief, "national_m", "in_thousands", MILLION)
    then = (float(brief.row["national_m"]) + float(more) for more in brief.added)
    first = case.settings.first_year
    years = [stated("year", first + k, "plain") for k in range(len(brief.added))]
    sums = (stated("brief.with_programme", sum_m * MILLION, "in_thousands") for sum_m in then)
    yield Fitted(
        say("pays.head", sign=Unit("sign"), year=_price_year(case)),
        ("", *years),
        ((say("pays.today"), *(today for _ in years)), (say("pays.with_programme"), *sums)),
        widths=(1.0, *(0.0 for _ in years)),
    )


def _of_service(brief: MemberBrief, capability: object, row: Row, column: str, how: str) -> Ref:
    """Refer to a cell of the member and a service: it alone is told it, and no run stores it."""
    return row_ref("members_by_capability", column, (brief.member.id, capability), row, how)


def _uses(brief: MemberBrief, services: Sequence[tuple[Any, Row]]) -> Iterator[Fitted]:
    """Services of most use, and what the programme touches of what the member uses."""
    rows = [
        (
            Name(str(capability), "short", LETTERS),
            _of_service(brief, capability, row, "chance", "part"),
            _count(_of_service(brief, capability, row, "hits", "middle")),
            _count(_of_service(brief, capability, row, "hits_given", "middle")),
        )
        for capability, row in services
    ]
    if rows:
        yield Fitted(
            say("uses.head"),
            tuple(say(f"uses.{k}") for k in ("capability", "chance", "hits", "given")),
            tuple(rows),
            widths=(1.0, 0.0, 0.0, 0.0),
            spare=max(len(rows) - 1, 0),
        )
    touched = [
        (
            Name(improvement, "short", LETTERS),
            listed((Name(s, "short", LETTERS) for s in changed), most=TOUCHED),
        )
        for improvement, changed in brief.programme.items()
        if changed
    ]
    if touched:
        every = stated("brief.programme", len(brief.programme), "whole")
        yield Fitted(
            say("touches.head", count=len(touched), all=every),
            (say("touches.improvement"), say("touches.services")),
            tuple(touched),
            words=2,
            widths=(1.0, 1.6),
            spare=max(len(touched) - 1, 0),
            left_out=tuple(say("and_more", count=k) for k in range(1, len(touched))),
        )


def _form(brief: MemberBrief, services: Sequence[tuple[Any, Row]]) -> Fitted:
    """Numbers to confirm or correct, each with what is held today and where the case reads it."""
    rows: list[tuple[Text | None, ...]] = []
    member = Own(brief.member.id)
    for capability, row in services:
        rows.append(
            (
                say("ask.hits", service=Name(str(capability), "short", LETTERS)),
                _count(_of_service(brief, capability, row, "hits", "middle")),
                None,
                say("ask.to_network", capability=Own(str(capability)), member=member),
            )
        )
    paid = _contribution(brief.member)
    held: Text = _paid(brief, paid) if paid.is_known else say("page.unknown")
    rows.append((say("ask.contribution"), held, None, say("ask.to_members")))
    return Fitted(
        say("ask.head"),
        tuple(say(f"ask.{key}") for key in ("what", "model", "yours", "where")),
        tuple(rows),
        widths=(1.7, 0.0, 1.0, 1.5),
        note=say("ask.note"),
    )
