"""Page 1: the decision, on one side.

A rule, no choice of the author, says which page 1 is printed: a set of improvements, one project,
an order without a budget, what the capabilities are worth, or what they cost.

The advice with its verbs (start; start, review at first quote; choose; prefer; not now), three
numbers, one picture, what would change the advice, how far to trust it.
"""

from collections.abc import Iterable, Iterator
from math import isnan
from typing import Any

from capworth.case.model import NET
from capworth.charts.schedule import yearly_limited
from capworth.funding.options import OWN
from capworth.language.language import Language
from capworth.language.numbers import Amount
from capworth.methods.portfolio.good_sets import (
    CHOOSE,
    LEAVE,
    NOT_NOW,
    PREFER,
    REPLACE,
    REVIEW,
    START,
)
from capworth.model.costs import PAYERS
from capworth.programme.selection import Programme
from capworth.report.advice import Advice, Exchange, advice, break_even, priced_members
from capworth.report.bars import GREY, HATCHED, OUTLINE, SOLID, Bar, Bars, Group, first_rows
from capworth.report.blocks import Ask, Block, Note, Numbers, Title
from capworth.report.content import (
    NAMED,
    Hedged,
    Listed,
    Name,
    Phrase,
    Ref,
    Setting,
    Slot,
    Text,
    Voice,
    Word,
    bold,
    listed,
    names,
    ref,
    row_ref,
    say,
    sentences,
)
from capworth.report.doubt import how_far_to_trust, what_would_change
from capworth.report.money import (
    MILLIONS,
    asked_in,
    asks_of,
    budget_of,
    needed_of,
    needed_to_start,
    one_off,
    sure_of,
    to_raise,
)
from capworth.report.pages import said_page
from capworth.report.rows import Row, row_of, rows_of
from capworth.report.worth import (
    FEW,
    ON_PAGE,
    Line,
    Number,
    by_cost,
    line,
    of_capabilities,
    of_costs,
    ranged,
    short,
    value_numbers,
    whole_life,
)
from capworth.study.once import once
from capworth.study.stages import Study

SET, PROJECT, RANKING, CAPABILITIES, COSTS = "set", "project", "ranking", "capabilities", "costs"
PAYS, NOT_PAYS = 0.9, 0.1  # chance from which a project pays for itself, up to which it does not
SWAPPED = 4  # improvements that are named on each side of an exchange
IN_CHOICE = 8  # of them in one line, both sides and all options of it
IN_TITLE = 4  # of them in the title, both sides
PICTURED = 12  # rows that the picture keeps in any case, those to start first


def page_one_of(study: Study) -> str:
    """Say which page 1 is printed, by what the case asks."""
    if "programme" in study:
        return PROJECT if len(study.case.improvements) == 1 else SET
    if not study.case.measured:
        return COSTS
    return RANKING if "priorities" in study else CAPABILITIES


@once
def decision_blocks(study: Study) -> tuple[Block, ...]:
    """Everything on page 1, without a language."""
    found, kind = advice(study), page_one_of(study)
    head = _HEADS[kind](study) if found is None else _advised(study, found)
    notes = sentences(*_notes(study))
    return (
        *head,
        what_would_change(study, found),
        how_far_to_trust(study, found),
        *([Note(notes)] if notes.items else []),
    )


def decision_page(study: Study, language: Language) -> dict[str, Any]:
    """Everything on page 1 as the template lays it out, in one language."""
    return laid_out(said_page(decision_blocks(study), Voice(language, study)))


def laid_out(page: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Lay the said blocks of page 1 out as the template takes them."""
    blocks = {block["id"]: block for block in page}
    change = blocks["change"]
    if change["kind"] == "missing":
        change = {"head": change["head"], "intro": "", "rows": [], "text": change["reason"]}
    return {
        "title": blocks["title"]["text"],
        "box": blocks["box"]["rows"],
        "numbers": blocks["numbers"]["rows"],
        "picture": _bare(blocks["picture"]),
        "change": _bare(change),
        "trust": _bare(blocks["trust"]),
        "note": blocks["note"]["text"] if "note" in blocks else "",
    }


def _bare(block: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in block.items() if key != "id"}


def _notes(study: Study) -> Iterator[Text]:
    """What the whole case is, whether its improvements have true names, the simulation's error."""
    if study.case.settings.note:
        yield Setting("note", first=True)
    improvements = study.case.improvements
    if improvements and all(i.illustrative for i in improvements):
        yield say("trust.illustrative")
    if "convergence" in study:
        yield say(
            "trust.error",
            share=ref("largest_error.headlines", study.convergence.largest, "percent_tenth"),
        )


def case_note(study: Study, language: Language) -> str:
    """What a reader must know of the case before any figure."""
    return language.typeset(study.case.settings.in_language("note", language.code))


# ---------------------------------------------------------------- a set, or one project


def _advised(study: Study, found: Advice) -> tuple[Block, ...]:
    if not found.chosen:
        return _alone(study) if page_one_of(study) == PROJECT else _nothing(study)
    if page_one_of(study) == PROJECT:
        return _project(study, found)
    lines = (
        line("asked", _asked(study, found)),
        *_verbs(study, found),
        *_in_money(study, found),
    )
    picture = _candidates if study.case.measured else _costs_and_benefits
    return Title(_title(study, found)), Ask(lines), _three(study, found), picture(study, found)


def _nothing(study: Study) -> tuple[Block, ...]:
    """No set is worth more than doing nothing, or none fits."""
    programme = study.programme
    budget = budget_of(programme)
    key = "none_pays" if programme.measure == NET else _why_nothing(study)
    lines = (
        line(
            "question",
            say(
                "decision.programme.asked",
                count=len(study.case.improvements),
                budget=budget,
            ),
        ),
        line("advice", say(f"decision.{key}.recommendation", budget=budget)),
    )
    title = Title(say(f"decision.{key}.title", budget=budget))
    return title, Ask(lines), value_numbers(study), by_cost(study)


def _why_nothing(study: Study) -> str:
    """Whether a larger budget would buy anything: else nothing adds anything."""
    curve = study.programme.frontier()
    return "nothing" if curve["chosen"].str.strip().any() else "adds_nothing"


def _title(study: Study, found: Advice) -> Phrase:
    """What to start and how surely; one of two; the likeliest set where none is sure enough."""
    programme = study.programme
    key = "decision.programme."
    certain = sure_of(programme)
    if not programme.feasible:
        return say(
            f"{key}title_unsure",
            count=found.count,
            sure=certain,
            within=ref("within.programme", programme.p_within, "probability"),
            years=ref("years.programme", programme.p_years, "probability"),
        )
    open_ones = [e for e in found.exchanges if e.even]
    short = [len(e.out) + len(_into(e.options[0])) <= IN_TITLE for e in open_ones]
    if not found.started and any(short[:1]):
        return say(
            f"{key}title_pair", pair=_pair(open_ones[0]), percent=_better(open_ones[0].options[0])
        )
    choices: Text = Listed((), "sentences")
    if short == [True]:
        choices = say(f"{key}title_choice", pair=_pair(open_ones[0]))
    elif open_ones:
        choices = say(f"{key}title_choices", count=len(open_ones))
    if not found.started:
        money = needed_of(programme)
        paid = "_unpaid" if asks_of(programme) else ""
        return say(f"{key}title_none{paid}", count=found.count, money=money, sure=certain)
    if unpaid := asks_of(programme):
        payers = [payer for payer, amount in programme.payers_m.items() if amount > 0]
        paid_by = listed(Word("payer", payer) for payer in payers)
        count = len(found.started)
        return say(f"{key}title{unpaid}", count=count, payers=paid_by, choices=choices)
    return say(
        f"{key}title",
        count=len(found.started),
        money=needed_to_start(programme),
        sure=certain,
        choices=choices,
    )


def _pair(exchange: Exchange) -> Listed:
    """Name what stands against each other: this, or that with that."""
    sides = (names(side, SWAPPED) for side in (exchange.out, _into(exchange.options[0])))
    return listed(sides, "or")


def _better(option: Row) -> Ref:
    place = f"choices/p_better/{option['place']}"
    return ref(place, float(option["p_better"]), "probability")


def _asked(study: Study, found: Advice) -> Text:
    """The money for the whole set, how surely that holds, and every year."""
    programme, key, count = study.programme, "decision.programme.", len(study.case.improvements)
    if unpaid := asks_of(programme):
        return say(
            f"{key}{unpaid[1:]}",
            count=found.count,
            all=count,
            unit=MILLIONS,
            list=listed(one_off(programme, PAYERS)),
        )
    verb = "raise" if study.case.raises_funds else "spend"
    verb = f"{verb}_one" if count == 1 else verb
    text = say(
        f"{key}{verb if programme.feasible else 'raise_unsure'}",
        count=found.count,
        all=count,
        needed=needed_of(programme),
        sure=sure_of(programme),
        budget=budget_of(programme),
        within=ref("within.programme", programme.p_within, "probability"),
    )
    held = None
    if yearly_limited(study.case):
        share = ref("years.programme", programme.p_years, "probability")
        held = say("decision.programme.years", percent=share)
    return sentences(text, held, _too_many(programme, count))


def _too_many(programme: Programme, count: int) -> Phrase | None:
    """That sets, or starts, were too many to try them all, and what another could be worth more."""
    key, sets = "decision.programme.starts_cut", dict[str, Any]()
    if programme.compared is not None:
        key = "decision.programme.searched"
        sets = {"sets": ref("compared.programme", programme.compared, "whole"), "all": count}
    elif not programme.gap:
        return None
    if isnan(programme.gap):
        return say(f"{key}_open", **sets)
    return say(key, **sets, percent=ref("unsearched.programme", programme.unsearched, "percent"))


def _verbs(study: Study, found: Advice) -> Iterator[Line]:
    """One line for each verb: what to start, each choice and preference, what is not now."""
    programme = study.programme
    for role, key in ((START, "start"), (REVIEW, "review")):
        if keys := [i for i in found.chosen if i in programme.with_role(role)]:
            yield line(key, named_with_years(study, keys))
    for even, key in ((True, "choose"), (False, "prefer")):
        mine = [e for e in found.exchanges if e.even == even]
        if mine:
            more = say("choice.more", count=len(mine) - 1) if len(mine) > 1 else None
            yield line(key, sentences(choice_text(mine[0]), more))
    for role in (LEAVE, REPLACE):
        if keys := [i for i in found.chosen if i in programme.with_role(role)]:
            yield line(VERBS[role], named_with_years(study, keys))
    if out := len(programme.with_role(NOT_NOW)):
        yield line("not_now", say("decision.roles.not_now", count=out))


def named_with_years(study: Study, keys: Iterable[str]) -> Listed:
    """Names of members of the programme, each with its start, and whether that is late."""
    rows = dict(rows_of(study.programme.to_frame()))
    each = (
        say(
            "role_year.late" if rows[key]["delay"] > 0 else "role_year.stated",
            name=bold(Name(key)),
            year=row_ref("programme", "start", key, rows[key], "year"),
            count=int(rows[key]["delay"]),
        )
        for key in keys
    )
    return listed(each, most=NAMED)


def _into(option: Row) -> tuple[str, ...]:
    return tuple(str(option["into"]).split())


def choice_text(exchange: Exchange) -> Phrase:
    """Say what may come for what, and how often that is better."""
    each = (
        say(
            "choice.equal" if option["equal"] else "choice.option",
            names=names(_into(option), SWAPPED),
            percent=_better(option),
        )
        for option in exchange.options
    )
    longest = max(min(len(_into(option)), SWAPPED) for option in exchange.options)
    left = IN_CHOICE - min(len(exchange.out), SWAPPED)
    options = listed(each, most=max(1, min(SWAPPED, left // longest)))
    out = listed((bold(Name(i)) for i in exchange.out), most=SWAPPED)
    return say("choice.choose" if exchange.even else "choice.prefer", out=out, into=options)


def _three(study: Study, found: Advice) -> Numbers:
    """To raise, what follows for the organisation and its members, what it brings."""
    return Numbers((_money(study), _follows(study, found), *_brings(study, found)))


def _brings(study: Study, found: Advice) -> Iterator[Number]:
    """The share of the distance; net value in money where no value tree makes a distance."""
    programme = study.programme
    if study.case.measured:
        distance = say(
            "decision.distance.text",
            span=ref("gain.programme", found.gain, "span"),
            extents=Word("extent", programme.extent_key),
        )
        share = ref("gain.programme", found.gain, "percent_middle")
        yield share, say("decision.distance.label"), distance
    elif found.net is not None:
        net = ref("net.programme", found.net, "millions_middle")
        chance = ref("positive.programme", programme.p_net, "probability")
        told = say("decision.project.net_detail", percent=chance)
        yield net, say("decision.project.net_label"), ranged(net, told)


def _money(study: Study) -> Number:
    """What the budget is to pay; else that it pays nothing, and who does."""
    programme, payers, key = study.programme, study.case.settings.budget_payers, "decision.money."
    if unpaid := asks_of(programme):
        paid = listed(one_off(programme, PAYERS))
        text = say(f"{key}{unpaid[1:]}", unit=MILLIONS, list=paid)
        return say(f"{key}nothing"), say(f"{key}label_unpaid"), text
    raised = say(
        f"{key}{'parts' if programme.contingency_m > 0 else 'parts_certain'}",
        expected=ref("asked.programme", programme.asked_m, "tenth"),
        contingency=ref("contingency.programme", programme.contingency_m, "tenth"),
        list=listed(one_off(programme, payers)),
    )
    beside = one_off(programme, [payer for payer in PAYERS if payer not in payers])
    beside_it = say(f"{key}beside", list=listed(beside)) if beside else None
    return (
        needed_of(programme),
        to_raise(study, f"{key}label", f"{key}label_spend", sure=sure_of(programme)),
        sentences(raised, beside_it, *_in_hand(study)),
    )


def _follows(study: Study, found: Advice) -> Number:
    """What the organisation and its members pay over the whole life; all where they pay nothing."""
    key, years = "decision.follows.", study.case.settings.years
    paying = [payer for payer in PAYERS if found.payers[payer].high > 0]
    own = [payer for payer in paying if payer in OWN]
    costs = (
        say(
            "decision.money.payer",
            payer=Word("payer", payer),
            money=ref(f"cost_by_{payer}.programme", found.payers[payer], "spread"),
        )
        for payer in own or paying
    )
    text = say(f"{key}text", years=years, list=listed(costs))
    if not own:
        value = ref("cost.programme", found.cost, "millions_middle")
        return value, say(f"{key}label_all"), text
    label = say(f"{key}label", payers=listed(Word("payer", payer) for payer in own))
    total = None
    if own != paying:
        total = say(f"{key}all", cost=ref("cost.programme", found.cost, "millions_spread"))
    value = ref("cost_by_own.programme", found.own, "millions_middle")
    return value, label, sentences(text, total, _running(found))


def _running(found: Advice) -> Phrase | None:
    """What the organisation and the members pay again each year, once all run."""
    if not any(found.running[payer].high > 0 for payer in OWN):
        return None
    paid = (
        say(
            "decision.money.payer",
            payer=Word("payer", payer),
            money=ref(f"running_by_{payer}.programme", found.running[payer], "middle"),
        )
        for payer in OWN
        if found.running[payer].high > 0
    )
    return say("decision.follows.running", list=listed(paid))


def _in_hand(study: Study) -> Iterator[Phrase]:
    """What is pledged and may be used for the set, and what is for others only."""
    usable, other = study.options.usable_m, study.options.elsewhere_m
    if usable is None or other is None or not usable + other > 0:
        return
    mine = ref("usable.programme", usable, "money_at")
    others = ref("pledged_elsewhere.programme", other, "tenth")
    if not other > 0:
        yield say("decision.money.usable_all", usable=mine)
    elif not usable > 0:
        yield say("decision.money.usable_none", other=others)
    else:
        yield say("decision.money.usable", usable=mine, other=others)


def _in_money(study: Study, found: Advice) -> Iterator[Line]:
    """What the set is worth in money alone, how often that is above nothing; harm beside."""
    programme = study.programme
    told: list[Phrase] = []
    if found.net is not None:
        told.append(
            say(
                "decision.net.text",
                net=ref("net.programme", found.net, "millions_spread"),
                percent=ref("positive.programme", programme.p_net, "probability"),
            )
        )
        if unpriced := sum(not priced for priced in priced_members(study, found.chosen)):
            told.append(say("decision.net.unpriced", count=unpriced, all=found.count))
    if price := _price(study, found):
        told.append(say("decision.net.break_even", price=price))
    if told:
        yield line("money", sentences(*told))


def _price(study: Study, found: Advice) -> Ref | None:
    """The price of a harm-day from which harm alone is worth the cost, where harm is averted."""
    if found.harm is None or not found.harm.high > 0:
        return None
    figure = break_even(study)
    if figure.value is None or not figure.value > 0:
        return None
    return ref(figure.id, figure.value, "price")


VERBS = {  # in their order in the picture
    START: "start",
    REVIEW: "review",
    CHOOSE: "choose",
    PREFER: "prefer",
    LEAVE: "open",
    REPLACE: "replaced",
    NOT_NOW: "not_now",
}


def _candidates(study: Study, found: Advice) -> Bars:
    """Each improvement by its verb: what it closes, what it asks for, from which year."""
    programme, table = study.programme, study.priorities.to_frame()
    choice = programme.to_frame()
    order = list(table.sort_values("gain", ascending=False, kind="stable").index)
    groups = []
    for role in VERBS:
        for inside in (True, False):
            mine = [
                _candidate(i, study)
                for i in order
                if choice.loc[i, "role"] == role and bool(choice.loc[i, "chosen"]) == inside
            ]
            if mine:
                groups.append(Group(_verb(role, inside), _fill(role, inside), tuple(mine)))
    count = len(programme.good_sets())
    shown, hidden = first_rows(groups, ON_PAGE)
    return Bars(
        title=say(
            f"decision.picture.title{'_unpaid' if asks_of(programme) else ''}",
            count=found.count,
            money=needed_of(programme),
            sure=sure_of(programme),
            share=ref("gain.programme", found.gain, "percent_range"),
        ),
        axis=say("decision.picture.axis"),
        names=say("decision.picture.names"),
        heads=(
            say("decision.picture.closes"),
            asked_in(study, "decision.picture.asked"),
            say("decision.picture.start"),
        ),
        groups=shown,
        note=sentences(
            say(
                "decision.picture.note",
                near=ref("near.programme", programme.near, "percent"),
                extents=Word("extent", programme.extent_key),
                count=count,
            ),
            say("decision.picture.late") if programme.late else None,
        ),
        spare=max(
            len(programme.with_role(NOT_NOW)) - max(hidden - 1, 0),
            sum(len(group.bars) for group in shown) - PICTURED,
        ),
        hidden=hidden,
    )


def _verb(role: str, inside: bool) -> Phrase:
    """Head of a group: its verb; those that stand against others follow with "or" and "to"."""
    if not inside and role in (CHOOSE, PREFER):
        return say(f"decision.picture.{'or' if role == CHOOSE else 'to'}")
    return say(f"verb.{VERBS[role]}")


def _fill(role: str, inside: bool) -> str:
    if role in (START, REVIEW):
        return SOLID
    if inside:
        return HATCHED
    return OUTLINE if role == NOT_NOW else GREY


def _candidate(key: str, study: Study) -> Bar:
    row, choice = row_of(study.priorities.to_frame(), key), row_of(study.programme.to_frame(), key)
    start = row_ref("programme", "start", key, choice, "year") if choice["chosen"] else None
    gain = row_ref("priorities", "gain", key, row, "middle")
    asked = row_ref("priorities", "asked_m", key, row, "spread")
    return Bar(short(key), (gain, asked, start), gain.amount)


def _project(study: Study, found: Advice) -> tuple[Block, ...]:
    """One project: is it worth it? Its verdict by the chance that it pays, and its break-even."""
    programme, name = study.programme, Name(found.chosen[0])
    key, verdict = "decision.project.", "no_money" if found.net is None else "unpriced"
    if found.net is not None and all(priced_members(study, found.chosen)):
        verdict = _verdict(programme.p_net)
    chance = ref("positive.programme", programme.p_net, "probability")
    price = _price(study, found)
    worth_it = say(f"{key}worth", price=price) if price else say(f"{key}{_worth(verdict, study)}")
    closed = ref("gain.programme", found.gain, "percent_range")
    lines = (
        line("asked", _asked(study, found)),
        line("advice", _judged(verdict, study, chance)),
        line("worth", worth_it),
    )
    return (
        Title(say(f"{key}title_{_titled(verdict, study)}", name=name, share=closed)),
        Ask(lines),
        _three(study, found),
        _costs_and_benefits(study, found),
    )


def _judged(verdict: str, study: Study, percent: Ref) -> Phrase:
    """Say the verdict on one project: what it brings or saves against what it costs."""
    key = f"decision.project.{_without_levels(verdict, study)}"
    return say(key, what=_brought(study), percent=percent)


def _without_levels(verdict: str, study: Study) -> str:
    """The end of the phrase of a verdict: no level of a service may decide where there are none."""
    return f"{verdict}_money" if verdict in ("open", "not") and not study.case.measured else verdict


def _brought(study: Study) -> Phrase:
    """What stands against the cost: benefits, savings of costs of today, or both."""
    saves = bool(study.case.savings or study.case.receipts)
    priced = any(value.scale == "money" for value in study.case.unit_values)
    kind = "both" if saves and priced else "saves" if saves else "brings"
    return say(f"decision.project.{kind}")


def _worth(verdict: str, study: Study) -> str:
    """What else must be true: that levels are worth it, or that money is as is said."""
    money = verdict in ("pays", "open", "not") and not study.case.measured
    return "worth_money" if money else "worth_none"


def _titled(verdict: str, study: Study) -> str:
    """The verdict of a title: what no price decides closes a distance, if there is one."""
    return verdict if study.case.measured or verdict not in ("unpriced", "no_money") else "open"


FILLS = {"cost": HATCHED, "money": SOLID, "saved": SOLID, "net": GREY}


def _costs_and_benefits(study: Study, found: Advice) -> Bars:
    """What the set costs, brings and leaves, all in money."""
    key, axis = "decision.project.", say("decision.costs.axis", unit=MILLIONS)
    amounts = (
        *(("cost", found.cost), ("money", found.money)),
        *(("saved", found.saved), ("net", found.net)),
    )
    bars = [
        Bar(say(f"{key}bar_{what}"), (ref(f"{what}.programme", amount, "spread"),), amount)
        for what, amount in amounts
        if amount is not None
    ]
    shown = [what for what, amount in amounts if amount is not None]
    chance = ref("positive.programme", study.programme.p_net, "probability")
    return Bars(
        title=say(f"{key}picture_cost")
        if found.net is None
        else say(f"{key}picture", what=_brought(study), percent=chance),
        axis=axis,
        names=None,
        heads=(axis,),
        groups=tuple(
            Group(None, FILLS[what], (bar,)) for what, bar in zip(shown, bars, strict=True)
        ),
        note=say(f"{key}note", years=study.case.settings.years),
    )


# ---------------------------------------------------------------- no set to advise


def _alone(study: Study) -> tuple[Block, ...]:
    """One project that no budget pays for: its verdict by the chance that it pays for itself."""
    only, key, years = study.case.improvement_ids[0], "decision.project.", study.case.settings.years
    name, table = Name(only), study.priorities.to_frame()
    found = row_of(table, only)
    cost, gain, asked = (
        row_ref("priorities", column, only, found, how)
        for column, how in (
            ("cost_m", "millions_middle"),
            ("gain", "percent_middle"),
            ("asked_m", "millions_spread"),
        )
    )
    span = Ref(gain.figure, gain.amount, "span")
    extents = Word("extent", study.sample.model.extents.key)
    numbers: list[Number] = [(cost, say(f"{key}bar_cost"), ranged(cost, whole_life(study)))]
    if study.case.measured:
        closed = say("decision.distance.text", span=span, extents=extents)
        numbers.append((gain, say(f"{key}gain_label"), closed))
    bars = [("cost", _whole(say(f"{key}bar_cost"), Ref(cost.figure, cost.amount, "spread")))]
    title, verdict, chance = say(f"{key}picture_cost"), "no_money", None
    if "economics" in study:
        where = ("improvement", only)
        worth = row_of(study.economics.to_frame(), where)
        net, benefit, saving = (
            row_ref("economics", column, where, worth, "spread")
            for column in ("npv_m", "benefit_m", "saving_m")
        )
        chance = row_ref("economics", "p_npv_positive", where, worth, "probability")
        if chance.amount.is_known:
            verdict = _verdict(chance.amount.middle) if all(priced_members(study, [only])) else ""
            verdict = verdict or "unpriced"
            title = say(f"{key}picture", what=_brought(study), percent=chance)
            detail = say(f"{key}net_detail", percent=chance)
            middle = Ref(net.figure, net.amount, "millions_middle")
            numbers.append((middle, say(f"{key}net_label"), ranged(net, detail)))
            found_money = (("money", benefit), ("saved", saving), ("net", net))
            bars += [
                (what, _whole(say(f"{key}bar_{what}"), ref_))
                for what, ref_ in found_money
                if what == "net" or ref_.amount.high > 0
            ]
    parts: dict[str, Slot] = {"asked": asked, "what": _brought(study)}
    if chance is not None:
        parts["percent"] = chance
    if "programme" in study:
        verdict = "none_pays" if study.programme.measure == NET else "nothing"
        parts["budget"] = budget_of(study.programme)
    lines = (
        line("question", say("decision.ranking.asked", count=1)),
        line("advice", say(f"{key}{_without_levels(verdict, study)}", **parts)),
    )
    axis = say("decision.costs.axis", unit=MILLIONS)
    groups = (Group(None, FILLS[what], (bar,)) for what, bar in bars)
    share = Ref(gain.figure, gain.amount, "percent_range")
    return (
        Title(say(f"{key}title_{_titled(verdict, study)}", name=name, share=share, **parts)),
        Ask(lines),
        Numbers(tuple(numbers)),
        Bars(
            title=title,
            axis=axis,
            names=None,
            heads=(axis,),
            groups=tuple(groups),
            note=say(f"{key}note", years=years),
        ),
    )


def _whole(name: Text, figure: Ref) -> Bar:
    return Bar(name, (figure,), figure.amount)


def _verdict(chance: float) -> str:
    """Whether a project pays for itself, by the chance that its net value is above nothing."""
    if chance >= PAYS:
        return "pays"
    return "not" if chance <= NOT_PAYS else "open"


def _ranking(study: Study) -> tuple[Block, ...]:
    """Improvements in order; the case names no budget."""
    if len(study.case.improvements) == 1:
        return _alone(study)
    priorities = study.priorities
    table = priorities.to_frame()
    best = priorities.order[0]
    row = row_of(table, best)
    first, count, key = Name(best, "full"), len(priorities.order), "decision.ranking."
    cost, gain, asked, share = (
        row_ref("priorities", column, best, row, how)
        for column, how in (
            ("cost_m", "millions_middle"),
            ("gain", "percent_middle"),
            ("asked_m", "millions_spread"),
            ("p_first", "probability"),
        )
    )
    distance = say(
        "decision.distance.text",
        span=Ref(gain.figure, gain.amount, "span"),
        extents=Word("extent", study.sample.model.extents.key),
    )
    numbers = Numbers(
        (
            (cost, say(f"{key}cost_label", first=first), ranged(cost, whole_life(study))),
            (gain, say(f"{key}gain_label", first=first), distance),
            (share, say(f"{key}best_label", first=first), say(f"{key}best_detail", count=count)),
        )
    )
    bars = tuple(
        Bar(
            short(str(thing)),
            (
                row_ref("priorities", "gain", thing, r, "middle"),
                row_ref("priorities", "asked_m", thing, r, "spread"),
            ),
            Amount.of(r, "gain"),
        )
        for thing, r in rows_of(table, priorities.order)
    )
    shown, hidden = first_rows((Group(None, SOLID, bars),), ON_PAGE)
    lines = (
        line("question", say(f"{key}asked", count=count)),
        line("advice", say(f"{key}recommendation", first=first, asked=asked)),
    )
    return (
        Title(Hedged(f"{key}title", share, (("first", first),))),
        Ask(lines),
        numbers,
        Bars(
            say(f"{key}picture", count=len(bars)),
            say("decision.picture.axis"),
            say("decision.picture.names"),
            (say("decision.picture.closes"), asked_in(study, "decision.picture.asked")),
            shown,
            spare=max(sum(len(group.bars) for group in shown) - FEW, 0),
            hidden=hidden,
        ),
    )


_HEADS = {RANKING: _ranking, CAPABILITIES: of_capabilities, COSTS: of_costs}
