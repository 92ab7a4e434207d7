"""Page 1: the decision paper, on one side.

What the study recommends, with the ranges that its documents print.

How much of the answer rests on which grade of evidence, as bars with their numbers.

The head of page 1: the question, the recommendation with its amount, three numbers.

What would change the advice: the inputs that come first, the level at which, how likely.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from capworth.case.model import GRADES, NET
from capworth.charts.chart import exact_amount, money_at, sure, worth
from capworth.charts.schedule import yearly_limited
from capworth.language.inputs import input_label, level_text
from capworth.language.language import Language
from capworth.language.numbers import Amount
from capworth.methods.arguments import Floats
from capworth.methods.cost_benefit.prices import MILLION
from capworth.methods.portfolio.good_sets import (
    CHOICE,
    LEAVE,
    LISTED,
    NOT_NOW,
    REPLACE,
    REVIEW,
    START,
)
from capworth.model.costs import PAYERS
from capworth.model.result import Interval
from capworth.programme.selection import START as OPTION_START
from capworth.report.annex.claim import claim_line
from capworth.report.blocks import Row, row_of, rows_of
from capworth.study.stages import Study
from capworth.uncertainty.switching import BREAKS


def decision_page(study: Study, language: Language) -> dict[str, Any]:
    """Everything on page 1 except the curve."""
    found = advice(study)
    settings = study.case.settings
    when = language.say(
        "decision.when",
        date=language.day(settings.appraisal_date),
        years=settings.years,
        first_year=settings.first_year,
        price_year=settings.price_year,
    )
    head = headline(study, found, language)
    advised = " ".join(filter(None, (head["recommendation"], claim_line(study, language))))
    return {
        **head,
        "recommendation": advised,
        "asked_head": language.say("decision.asked_head"),
        "when": when,
        "recommendation_head": language.say("decision.recommendation_head"),
        "next": next_euro(study, language),
        "change": what_would_change(study, found, language),
        "evidence": evidence_strip(study, language),
        "unpriced": _unpriced(study, language),
        "note": first_sentence(case_note(study, language)),
    }


def case_note(study: Study, language: Language) -> str:
    """What a reader must know of the case before any figure."""
    return language.typeset(study.case.settings.in_language("note", language.code))


def first_sentence(text: str) -> str:
    """Keep the text up to its first full stop that ends a sentence."""
    head, stop, _ = text.partition(". ")
    return head + stop.strip()


def next_euro(study: Study, language: Language) -> dict[str, Any]:
    """Three lines: what one, five and ten million more would buy, under all rules."""
    head = language.say("next.head")
    if "funding" not in study or not study.case.measured:
        return {"head": head, "rows": [], "text": language.say("next.not_asked")}
    rows = []
    for extra, row in rows_of(study.funding.next_euro()):
        added, dropped = str(row["added"]).split(), str(row["dropped"]).split()
        text = language.say("next.nothing")
        more = worth(study.programme.measure, Amount.of(row, "gain"), language, brief=True)
        if float(row["gain"]) > 0 and (added or dropped):
            changes = changes_text(added, dropped, language)
            text = language.say("next.adds", worth=more, changes=changes)
        elif float(row["gain"]) > 0:
            text = language.say("next.sooner", worth=more)
        size = float(extra)
        rows.append({"head": language.say("next.step", money=language.money(size)), "text": text})
    return {"head": head, "rows": rows, "text": ""}


def _unpriced(study: Study, language: Language) -> dict[str, str]:
    money = study.appraisal.to_frame()["money_m"]
    without = int(money.isna().sum())
    chains = (
        language.say("unpriced.chains", count=without, all=len(money))
        if without
        else language.say("unpriced.none")
    )
    return {
        "head": language.say("unpriced.head"),
        "text": f"{chains} {language.say('unpriced.always')}",
    }


@dataclass(frozen=True, slots=True)
class Exchange:
    """What of the recommended set could be left for something else, and what that would be."""

    out: tuple[str, ...]
    options: tuple[Row, ...]  # rows of the choices: into, p_better, loss, late
    even: bool  # likely enough to be a choice; else the recommended side is preferred


@dataclass(frozen=True, slots=True)
class Advice:
    """A set of improvements; money in millions of the case's currency, 80 % intervals."""

    chosen: tuple[str, ...]  # best expected place first
    asked: Amount  # one-off money to be raised, expected
    cost: Amount  # whole-life cost, all payers
    payers: Mapping[str, Amount]  # the same by payer
    gain: Amount  # per cent of the distance to the agreed levels that is closed
    money: Amount | None  # None where no chain is valued in money
    net: Amount | None  # the same less the whole-life cost of the set
    harm: Amount | None
    started: tuple[str, ...]  # those in every good set
    exchanges: tuple[Exchange, ...]  # likely enough to be named, likeliest first

    @property
    def count(self) -> int:
        """How many improvements are recommended."""
        return len(self.chosen)


def advice(study: Study) -> Advice | None:
    """Gather the recommendation; None where the case has no budget or no value tree."""
    if "programme" not in study or "priorities" not in study or not study.case.measured:
        return None
    programme, priorities = study.programme, study.priorities
    table = programme.to_frame().loc[list(priorities.order)]
    chosen = tuple(table.index[table["chosen"]])
    taken = np.array([i in chosen for i in study.case.improvement_ids])
    drawn = study.sample.drawn
    by_payer = np.einsum("npy,p->ny", drawn.improvement_payers, taken.astype(float)) / MILLION
    means = taken @ study.sample.tallies.improvement_payers / study.sample.draws / MILLION
    scales = {value.scale for value in study.case.unit_values}
    priced = "money" in scales
    return Advice(
        chosen=chosen,
        asked=amount_of(drawn.asked @ taken / MILLION),
        cost=Amount(*programme.cost_m),
        payers=by_payers(by_payer, means),
        gain=Amount(*programme.gain),
        money=Amount(*programme.money_m) if priced else None,
        net=Amount(*programme.net_m) if priced else None,
        harm=Amount(*programme.harm_days) if "harm" in scales else None,
        started=tuple(i for i in chosen if i in programme.with_role(START, REVIEW)),
        exchanges=exchanges(study),
    )


def exchanges(study: Study) -> tuple[Exchange, ...]:
    """Exchanges that are likely enough to be named; those that let go of the same together."""
    table = study.programme.choices()
    found: dict[str, list[Row]] = {}
    for _, row in rows_of(table[table["p_better"] >= LISTED]):
        found.setdefault(str(row["out"]), []).append(row)
    return tuple(
        Exchange(tuple(out.split()), tuple(rows), float(rows[0]["p_better"]) >= CHOICE)
        for out, rows in found.items()
    )


def by_payers(kept: Floats, means: Floats) -> Mapping[str, Amount]:
    """Cost by payer: the mean over all draws, the interval over those that are kept.

    Parameters
    ----------
    kept : (draws kept, payers)
    means : (payers,) over all draws
    """
    return {
        payer: amount_of(kept[:, k])._replace(middle=float(means[k]))
        for k, payer in enumerate(PAYERS)
    }


def amount_of(values: Floats) -> Amount:
    """Mean and 80 % interval over the draws."""
    return Amount(*Interval.of(values))


JUDGED = ("D", "E")
Shares = dict[str, float]  # grade to share


def evidence_strip(study: Study, language: Language) -> dict[str, Any]:
    """One bar for cost, score, money and swings each; one for the inputs where nothing is known."""
    bars = _bars(study)
    first = next(iter(bars))
    weak = language.percent(sum(bars[first].get(grade, 0.0) for grade in JUDGED))
    head = language.say(
        "evidence.head_inputs" if first == "inputs" else "evidence.head", share=weak
    )
    return {
        "head": head,
        "rows": [
            {
                "label": language.say(f"evidence.{key}"),
                "shares": [
                    {"grade": grade, "share": share, "text": language.percent(share)}
                    for grade, share in shares.items()
                    if share > 0
                ],
            }
            for key, shares in bars.items()
        ],
        "legend": [{"grade": grade, "text": language.word("grade", grade)} for grade in GRADES],
        "alt": language.say("evidence.alt", list=language.series(_spoken(bars, language))),
    }


def _bars(study: Study) -> dict[str, Shares]:
    found: dict[str, Shares] = {}
    if "sensitivity" in study:
        table = study.sensitivity.evidence()
        for key in ("cost", "score", "money", "swing"):
            shares = {str(grade): float(share) for grade, share in table[key].items()}
            if sum(shares.values()) > 0:
                found[key] = shares
    if "cost" in found:
        return found
    grades = [estimate.grade for estimate in study.case.estimates().values()]
    return {"inputs": {grade: grades.count(grade) / max(len(grades), 1) for grade in GRADES}}


def _spoken(bars: dict[str, Shares], language: Language) -> list[str]:
    """Say each bar in words, for those who cannot see it."""
    return [
        language.say(
            "evidence.alt_row",
            label=language.say(f"evidence.{key}"),
            shares=language.listed(
                language.say("evidence.share", grade=grade, percent=language.percent(share))
                for grade, share in shares.items()
                if share > 0
            ),
        )
        for key, shares in bars.items()
    ]


def headline(study: Study, found: Advice | None, language: Language) -> dict[str, Any]:
    """Title, question, recommendation and three cards, by what the case can answer."""
    if found is not None:
        return _programme(study, found, language)
    if "priorities" in study and study.case.measured:
        return _ranking(study, language)
    return _capabilities(study, language) if study.case.measured else _costs(study, language)


def _card(value: str, label: str, span: str = "", detail: str = "") -> dict[str, str]:
    return {"value": value, "label": label, "range": span, "detail": detail}


def _interval(amount: Amount, language: Language) -> str:
    return (
        language.say("decision.range", span=language.span(amount)) if not amount.is_certain else ""
    )


def _programme(study: Study, found: Advice, language: Language) -> dict[str, Any]:
    programme = study.programme
    say = "decision.programme."
    budget = language.money(programme.budget_m)
    asked = language.say(f"{say}asked", count=len(study.case.improvements), budget=budget)
    if not found.chosen:
        key = "none_pays" if programme.measure == NET else "nothing"
        return {
            "title": language.say(f"decision.{key}.title", budget=budget),
            "asked": asked,
            "recommendation": language.say(f"decision.{key}.recommendation", budget=budget),
            "roles": [],
            "cards": _capabilities(study, language)["cards"],
        }
    return {
        "title": _title(study, found, language),
        "asked": asked,
        "recommendation": _recommended(study, found, language),
        "roles": [
            *_roles(study, found, language),
            *_whatever_the_key(study, language),
            _judgements(study, found, language),
        ],
        "cards": (
            _money_card(study, language),
            _distance_card(study, found, language),
            _net_card(study, found, language),
        ),
    }


def _title(study: Study, found: Advice, language: Language) -> str:
    """What to start and how surely; the likeliest set where none is sure enough."""
    programme = study.programme
    say = "decision.programme."
    certain = sure(programme.confidence, language)
    if not programme.feasible:
        return language.say(
            f"{say}title_unsure",
            count=found.count,
            sure=certain,
            within=language.probability(programme.p_within),
            years=language.probability(programme.p_years),
        )
    open_ones = [e for e in found.exchanges if e.even]
    choices = ""
    if len(open_ones) == 1:
        pair = or_list((open_ones[0].out, _into(open_ones[0].options[0])), language)
        choices = language.say(f"{say}title_choice", pair=pair)
    elif open_ones:
        choices = language.say(f"{say}title_choices", count=len(open_ones))
    if not found.started:
        money = money_at(programme.needed_m, language)
        return language.say(
            f"{say}title_none", count=found.count, money=money, sure=certain, choices=choices
        )
    started = row_of(programme.options(), OPTION_START)
    return language.say(
        f"{say}title",
        count=len(found.started),
        money=money_at(float(started["at_confidence_m"]), language),
        sure=certain,
        choices=choices,
    )


def _recommended(study: Study, found: Advice, language: Language) -> str:
    """The whole set with its money, how surely that holds, and every year."""
    programme = study.programme
    parts = {
        "count": found.count,
        "needed": money_at(programme.needed_m, language),
        "sure": sure(programme.confidence, language),
        "expected": money_at(programme.asked_m, language),
        "contingency": money_at(programme.contingency_m, language),
        "budget": language.money(programme.budget_m),
        "within": language.probability(programme.p_within),
    }
    key = "recommendation" if programme.feasible else "recommendation_unsure"
    text = language.say(f"decision.programme.{key}", **parts)
    if yearly_limited(study.case):
        held = language.probability(programme.p_years)
        text = f"{text} {language.say('decision.programme.years', percent=held)}"
    return text


def named_with_years(study: Study, keys: Iterable[str], language: Language) -> str:
    """Names of members of the programme, each with its start, and whether that is late."""
    table = study.programme.to_frame()
    start, delay = table["start"].to_dict(), table["delay"].to_dict()
    return language.listed(
        language.say(
            "role_year.late" if delay[key] > 0 else "role_year.stated",
            name=language.brief(key),
            year=int(start[key]),
            count=int(delay[key]),
        )
        for key in keys
    )


def or_list(sides: Iterable[Iterable[str]], language: Language) -> str:
    """Name what stands against each other: this, or that with that."""
    return language.say("role_year.or").join(language.listed(map(language.brief, s)) for s in sides)


def _into(option: Row) -> tuple[str, ...]:
    return tuple(str(option["into"]).split())


def choice_text(study: Study, exchange: Exchange, language: Language) -> str:
    """Say what may come for what, how often that is better, and what it gives up on average."""
    measure = study.programme.measure
    options = language.listed(
        language.say(
            "choice.equal" if option["equal"] else "choice.option",
            names=language.listed(map(language.brief, _into(option))),
            percent=language.probability(float(option["p_better"])),
            loss=worth(measure, exact_amount(float(option["loss"])), language, brief=True),
        )
        for option in exchange.options
    )
    out = named_with_years(study, exchange.out, language)
    return language.say(
        "choice.choose" if exchange.even else "choice.prefer", out=out, into=options
    )


def _roles(study: Study, found: Advice, language: Language) -> list[str]:
    """One line for each role: what to start, each choice, what could be left or replaced."""
    programme = study.programme
    lines = []
    for role, key in ((START, "start"), (REVIEW, "review")):
        if keys := [i for i in found.chosen if i in programme.with_role(role)]:
            names = named_with_years(study, keys, language)
            lines.append(language.say(f"decision.roles.{key}", names=names))
    lines += [choice_text(study, exchange, language) for exchange in found.exchanges]
    if keys := [i for i in found.chosen if i in programme.with_role(LEAVE, REPLACE)]:
        names = named_with_years(study, keys, language)
        lines.append(language.say("decision.roles.open", names=names))
    out = len(programme.with_role(NOT_NOW))
    if out:
        lines.append(language.say("decision.roles.not_now", count=out))
    return lines


def _whatever_the_key(study: Study, language: Language) -> list[str]:
    """What is started under every extent key that the case knows; nothing where it knows one."""
    if "extent_keys" not in study or len(study.extent_keys.to_frame()) < 2:
        return []
    found = study.extent_keys
    key = "always" if found.always else "always_none"
    return [
        language.say(
            f"decision.roles.{key}",
            names=language.named(found.always),
            count=len(found.to_frame()),
        )
    ]


def _judgements(study: Study, found: Advice, language: Language) -> str:
    """Do nothing, and the judgements on which the roles rest, each with its value here."""
    programme = study.programme
    return language.say(
        "decision.judgements",
        sure=sure(programme.confidence, language),
        near=language.percent(programme.near),
        extents=language.word("extent", programme.extent_key),
        count=len(programme.good_sets()),
    )


def _money_card(study: Study, language: Language) -> dict[str, str]:
    """Money that holds at the confidence: expected and contingency, and who pays it."""
    programme, inside = study.programme, study.case.settings.budget_payers
    say = "decision.money."
    paid = {
        payer: language.say(
            f"{say}payer", payer=language.word("payer", payer), money=money_at(amount, language)
        )
        for payer, amount in programme.payers_m.items()
        if amount > 0
    }
    mine, others = ([t for p, t in paid.items() if (p in inside) == here] for here in (True, False))
    payers = language.say(f"{say}payers", list=language.listed(mine))
    if others:
        payers = f"{payers} {language.say(f'{say}beside', list=language.listed(others))}"
    return _card(
        money_at(programme.needed_m, language),
        language.say(f"{say}label", sure=sure(programme.confidence, language)),
        language.say(
            f"{say}parts",
            expected=money_at(programme.asked_m, language),
            contingency=money_at(programme.contingency_m, language),
        ),
        payers,
    )


def _distance_card(study: Study, found: Advice, language: Language) -> dict[str, str]:
    programme = study.programme
    say = "decision.distance."
    return _card(
        language.say("percent", number=language.middle(found.gain)),
        language.say(f"{say}label"),
        _interval(found.gain, language),
        language.say(f"{say}detail", extents=language.word("extent", programme.extent_key)),
    )


def _net_card(study: Study, found: Advice, language: Language) -> dict[str, str]:
    """What the set is worth in money alone, and how often that is above nothing; harm beside."""
    programme, settings = study.programme, study.case.settings
    say = "decision.net."
    harm = ""
    if found.harm is not None and found.harm.high > 0:
        harm = language.say(f"{say}harm", harm=language.spread(found.harm))
        price = break_even(study)
        if price > 0:
            harm = f"{harm} {language.say(f'{say}break_even', price=language.price(price))}"
    if found.net is None or found.money is None:
        return _card(
            language.millions_middle(found.cost),
            language.say(f"{say}cost_label"),
            _interval(found.cost, language),
            harm
            or language.say(
                "decision.cost_detail", years=settings.years, price_year=settings.price_year
            ),
        )
    detail = language.say(
        f"{say}detail",
        money=language.millions_middle(found.money),
        cost=language.millions_middle(found.cost),
        percent=language.probability(programme.p_net),
    )
    unpriced = sum(not priced for priced in priced_members(study, found.chosen))
    more = language.say(f"{say}unpriced", count=unpriced, all=found.count) if unpriced else ""
    return _card(
        language.millions_middle(found.net),
        language.say(f"{say}label"),
        _interval(found.net, language),
        " ".join(part for part in (detail, more, harm) if part),
    )


def priced_members(study: Study, keys: Iterable[str]) -> list[bool]:
    """Whether all that each improvement changes has a price."""
    priced = dict(zip(study.case.improvement_ids, study.sample.model.priced, strict=True))
    return [bool(priced[key]) for key in keys]


def break_even(study: Study) -> float:
    """Price of one harm-day at which the programme is worth its whole-life cost on harm alone.

    A ratio of means: cost over discounted days.
    """
    cost, days = Amount(*study.programme.cost_m), Amount(*study.programme.harm_days)
    counted = days.middle * study.sample.model.annuity
    return cost.middle * MILLION / counted if counted > 0 else float("nan")


def _ranking(study: Study, language: Language) -> dict[str, Any]:
    priorities, settings = study.priorities, study.case.settings
    row = row_of(priorities.to_frame(), priorities.order[0])
    first, count = language.name(priorities.order[0]), len(priorities.order)
    cost, gain = Amount.of(row, "cost_m"), Amount.of(row, "gain")
    asked = language.millions_spread(Amount.of(row, "asked_m"))
    share = float(row["p_first"])
    say = "decision.ranking."
    cards = (
        _card(
            language.millions_middle(cost),
            language.say(f"{say}cost_label", first=first),
            _interval(cost, language),
            language.say(
                "decision.cost_detail", years=settings.years, price_year=settings.price_year
            ),
        ),
        _card(
            language.say("percent", number=language.middle(gain)),
            language.say(f"{say}gain_label", first=first),
            _interval(gain, language),
            language.say(
                "decision.distance.detail",
                extents=language.word("extent", study.sample.model.extents.key),
            ),
        ),
        _card(
            language.probability(share),
            language.say(f"{say}best_label", first=first),
            language.hedge(share),
            language.say(f"{say}best_detail", count=count),
        ),
    )
    return {
        "title": language.firmly(f"{say}title", share, first=first),
        "asked": language.say(f"{say}asked", count=count),
        "recommendation": language.say(f"{say}recommendation", first=first, asked=asked),
        "roles": [],
        "cards": cards,
    }


def _total_cost(study: Study, language: Language) -> tuple[Amount, dict[str, str]]:
    settings, count = study.case.settings, len(study.case.capabilities)
    total = Amount(*study.appraisal.total_cost)
    card = _card(
        language.millions_middle(total),
        language.say("decision.capabilities.cost_label", count=count),
        _interval(total, language),
        language.say("decision.cost_detail", years=settings.years, price_year=settings.price_year),
    )
    return total, card


def _capabilities(study: Study, language: Language) -> dict[str, Any]:
    table = study.appraisal.to_frame()
    key = study.appraisal.first
    row, first, count = row_of(table, key), language.name(key), len(table)
    share, score = float(row["p_first"]), Amount.of(row, "score")
    total, cost = _total_cost(study, language)
    say = "decision.capabilities."
    rate = language.spread(Amount.of(row, "score_per_m"))
    cards = (
        cost,
        _card(
            language.say(f"{say}gain_value", gain=language.middle(score)),
            language.say(f"{say}gain_label", first=first),
            _interval(score, language),
            language.say(f"{say}gain_detail", rate=rate),
        ),
        _card(
            language.probability(share),
            language.say(f"{say}best_label", first=first),
            language.hedge(share),
            language.say(f"{say}best_detail", count=count),
        ),
    )
    return {
        "title": language.firmly(f"{say}title", share, first=first),
        "asked": language.say(f"{say}asked", count=count),
        "recommendation": language.say(
            f"{say}recommendation", first=first, cost=language.millions_spread(total)
        ),
        "roles": [],
        "cards": cards,
    }


def _costs(study: Study, language: Language) -> dict[str, Any]:
    table = study.appraisal.to_frame().sort_values("cost_m", ascending=False, kind="stable")
    largest, count = Amount.of(rows_of(table)[0][1], "cost_m"), len(table)
    total, card = _total_cost(study, language)
    payers = study.appraisal.cost_by_payer().sum()
    share = float(payers["members"] / payers.sum())
    money = language.millions_spread(total)
    say = "decision.costs."
    cards = (
        card,
        _card(
            language.millions_middle(largest),
            language.say(f"{say}largest_label", first=language.name(str(table.index[0]))),
            _interval(largest, language),
            language.say(f"{say}largest_detail"),
        ),
        _card(
            language.percent(share),
            language.say(f"{say}share_label"),
            "",
            language.say(f"{say}share_detail"),
        ),
    )
    years = study.case.settings.years
    return {
        "title": language.say(f"{say}title", count=count, cost=money, years=years),
        "asked": language.say(f"{say}asked", count=count),
        "recommendation": language.say(f"{say}recommendation", cost=money),
        "roles": [],
        "cards": cards,
    }


SWITCHES_NAMED = 5  # rows of the table of switching values on page 1
TURNS_NAMED = 3  # inputs on page 1


def what_would_change(study: Study, found: Advice | None, language: Language) -> dict[str, Any]:
    """Inputs that alone change the programme, the likeliest first; else the first place."""
    head = language.say("change.head")
    if found is not None and found.count > 0 and "switching" in study:
        intro, rows = _switches(study, language)
        return {"head": head, "intro": intro, "rows": rows, "text": _together(study, language)}
    if "sensitivity" not in study:
        return {"head": head, "intro": "", "rows": [], "text": language.say("change.not_asked")}
    intro, rows = _first_place(study, language)
    return {"head": head, "intro": intro, "rows": rows, "text": ""}


def _switches(study: Study, language: Language) -> tuple[str, list[str]]:
    """The first rows of the table of switching values."""
    switching = study.switching
    count, every = len(switching.switching), switching.looked_at
    if not count:
        return language.say("change.intro_set_none", all=every), []
    rows = [
        language.say(
            f"change.{row['side']}",
            label=input_label(key, study.case, language),
            level=level_text(key, float(row["level"]), study.case, language),
            percent=language.probability(float(row["p"])),
            changes=_switched(row, language),
        )
        for key, row in rows_of(switching.to_frame().head(SWITCHES_NAMED))
    ]
    return language.say("change.intro_set", count=count, all=every), rows


def _switched(row: Row, language: Language) -> str:
    """What goes and comes where an input switches."""
    added, dropped = str(row["into"]).split(), str(row["out"]).split()
    if not added and not dropped:
        return language.say("change.empties")
    changes = changes_text(added, dropped, language)
    broken = row["kind"] == BREAKS
    return language.say("change.breaks", changes=changes) if broken else changes


def _together(study: Study, language: Language) -> str:
    """The chance that some other good set is better, all inputs together."""
    found = study.switching
    if found.good < 2:
        return ""
    return language.say("change.together", percent=language.probability(found.p_better))


def changes_text(added: list[str], dropped: list[str], language: Language) -> str:
    """Say what a set takes in and what it lets go."""
    if not dropped:
        return language.say("next.takes", names=language.named(added))
    if not added:
        return language.say("change.lets_go", names=language.named(dropped))
    return language.say(
        "next.takes_and_drops", added=language.named(added), dropped=language.named(dropped)
    )


def _first_place(study: Study, language: Language) -> tuple[str, list[str]]:
    """Inputs that come nearest to taking the first place for each euro."""
    found = study.sensitivity
    table = found.to_frame()
    table = table[table["swing"] > 0]
    if table.empty:
        return language.say("change.stable"), []
    nearest = table.sort_values(["p_beyond", "swing"], ascending=False, kind="stable").head(
        TURNS_NAMED
    )
    key = "change.intro_turning" if found.turning else "change.intro"
    rows = [
        language.say(
            "change.line",
            label=input_label(str(name), study.case, language),
            hedge=language.hedged(float(share)),
        )
        for name, share in nearest["p_beyond"].items()
    ]
    return language.say(
        key, first=language.name(found.subject), second=language.name(found.rival)
    ), rows
