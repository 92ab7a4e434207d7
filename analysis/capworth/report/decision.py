"""Page 1: the decision paper, on one side.

What the study recommends, with the ranges that its documents print.

How much of the answer rests on which grade of evidence, as bars with their numbers.

The head of page 1: the question, the recommendation with its amount, three numbers.

What would change the advice: the inputs that come first, the level at which, how likely.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from capworth.case.model import GRADES
from capworth.language.inputs import input_label, level_text
from capworth.language.language import Language
from capworth.language.numbers import Amount
from capworth.methods.arguments import Floats
from capworth.methods.cost_benefit.prices import MILLION
from capworth.model.costs import PAYERS
from capworth.model.draws import LOW_SWING
from capworth.model.result import Interval
from capworth.report.blocks import Row, row_of, rows_of
from capworth.study.stages import Study


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
    return {
        **headline(study, found, language),
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
    """Three lines: what one, five and ten million more would buy."""
    head = language.say("next.head")
    if "funding" not in study or not study.case.measured:
        return {"head": head, "rows": [], "text": language.say("next.not_asked")}
    rows = []
    for extra, row in rows_of(study.funding.next_euro()):
        added, dropped = str(row["added"]).split(), str(row["dropped"]).split()
        text = language.say("next.nothing")
        if float(row["gain"]) > 0 and added:
            changes = changes_text(added, dropped, language)
            text = language.say(
                "next.adds", gain=language.number(float(row["gain"])), changes=changes
            )
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


RIVAL = 0.5  # share of draws in the best set from which an improvement left out is a close rival


@dataclass(frozen=True, slots=True)
class Advice:
    """A set of improvements; money in millions of the case's currency, 80 % intervals."""

    chosen: tuple[str, ...]  # best expected place first
    asked: Amount  # one-off money to be raised
    cost: Amount  # whole-life cost, all payers
    payers: Mapping[str, Amount]  # the same by payer
    gain: Amount  # points
    money: Amount | None  # None where no chain is valued in money
    harm: Amount | None
    core: tuple[str, ...]  # those of the set that are nearly always in the best set
    rivals: tuple[tuple[str, float], ...]  # left out, yet often in the best set

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
    often = table[~table["chosen"] & (table["p_in_best"] >= RIVAL)]
    often = often.sort_values("p_in_best", ascending=False, kind="stable")
    scales = {value.scale for value in study.case.unit_values}
    return Advice(
        chosen=chosen,
        asked=amount_of(drawn.asked @ taken / MILLION),
        cost=Amount(*programme.cost_m),
        payers=by_payers(by_payer, means),
        gain=Amount(*programme.gain),
        money=Amount(*programme.money_m) if "money" in scales else None,
        harm=Amount(*programme.harm_days) if "harm" in scales else None,
        core=tuple(table.index[table["chosen"] & (table["standing"] == CORE)]),
        rivals=tuple((str(i), float(p)) for i, p in often["p_in_best"].items()),
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


NAMED = 8  # improvements named in the recommendation; the rest are counted


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
    programme, settings = study.programme, study.case.settings
    say = "decision.programme."
    budget = language.money(programme.budget_m)
    asked = language.say(f"{say}asked", count=len(study.case.improvements), budget=budget)
    if not found.chosen:
        return {
            "title": language.say("decision.nothing.title", budget=budget),
            "asked": asked,
            "recommendation": language.say("decision.nothing.recommendation", budget=budget),
            "cards": _capabilities(study, language)["cards"],
        }
    firm = len(found.core)
    kind = "all" if firm == found.count else "some" if firm else "none"
    firmness = language.say(f"{say}firm_{kind}", count=firm, open=found.count - firm)
    title_money = language.millions_middle(found.asked)
    core = (
        language.say(f"{say}core_some", names=language.named(found.core, 3))
        if firm
        else language.say(f"{say}core_none")
    )
    cards = (
        _card(
            language.millions_middle(found.cost),
            language.say(f"{say}cost_label"),
            _interval(found.cost, language),
            language.say(
                "decision.cost_detail", years=settings.years, price_year=settings.price_year
            ),
        ),
        _card(
            language.say(f"{say}gain_value", gain=language.middle(found.gain)),
            language.say(f"{say}gain_label"),
            _interval(found.gain, language),
            language.say(f"{say}gain_detail", measured=_measured(found, language)),
        ),
        _card(
            language.probability(programme.p_best),
            language.say(f"{say}best_label"),
            language.hedge(programme.p_best),
            language.say(
                f"{say}best_detail",
                core=core,
                affordable=language.probability(programme.p_affordable),
            ),
        ),
    )
    return {
        "title": language.say(
            f"{say}title", count=found.count, asked=title_money, firmness=firmness
        ),
        "asked": asked,
        "recommendation": language.say(
            f"{say}recommendation",
            names=language.named(found.chosen, NAMED),
            asked=language.millions_spread(found.asked),
            budget=budget,
        ),
        "cards": cards,
    }


def _measured(found: Advice, language: Language) -> str:
    parts = []
    if found.money is not None and found.money.high > 0:
        money = language.millions_spread(found.money)
        parts.append(language.say("decision.programme.gain_money", money=money))
    if found.harm is not None and found.harm.high > 0:
        harm = language.spread(found.harm)
        parts.append(language.say("decision.programme.gain_harm", harm=harm))
    if not parts:
        return ""
    return language.say("decision.programme.gain_measured", list=language.listed(parts))


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
            language.say("decision.programme.gain_value", gain=language.middle(gain)),
            language.say(f"{say}gain_label", first=first),
            _interval(gain, language),
            language.say("decision.programme.gain_detail", measured=""),
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
        "cards": cards,
    }


TURNS_NAMED = 3  # inputs on page 1


def what_would_change(study: Study, found: Advice | None, language: Language) -> dict[str, Any]:
    """Inputs that alone change the recommended set, or else the first place; close rivals."""
    head = language.say("change.head")
    if "sensitivity" not in study:
        return {"head": head, "intro": "", "rows": [], "text": language.say("change.not_asked")}
    chosen = found is not None and found.count > 0
    intro, rows = _set(study, language) if chosen else _first_place(study, language)
    rivals = ""
    if found is not None and found.rivals:
        pairs = (
            language.say(
                "change.rival", name=language.name(key), percent=language.probability(share)
            )
            for key, share in found.rivals
        )
        rivals = language.say("change.rivals", count=len(found.rivals), list=language.listed(pairs))
    return {"head": head, "intro": intro, "rows": rows, "text": rivals}


@dataclass(frozen=True, slots=True)
class Turn:
    """An end of the range of one input at which the recommended set changes."""

    name: str  # of the input
    side: str  # below or above the level
    level: float
    added: list[str]
    dropped: list[str]
    stake: float  # points that the changed set gains above the recommended one


def turns(study: Study) -> list[Turn]:
    """Inputs that alone change the set, those with most at stake first.

    Of two ends that both change it, the one that changes more; both are equally likely.
    """
    table = study.sensitivity.to_frame()
    changing = table[(table["programme_at_low"] != "") | (table["programme_at_high"] != "")]
    changing = changing.sort_values("regret", ascending=False, kind="stable")
    return [_turn(key, row) for key, row in rows_of(changing)]


def _turn(key: str, row: Row) -> Turn:
    ends = {"below": ("programme_at_low", "low"), "above": ("programme_at_high", "high")}
    side, (column, level) = max(ends.items(), key=lambda end: len(str(row[end[1][0]]).split()))
    moved = str(row[column]).split()
    added, dropped = ([m[1:] for m in moved if m[0] == sign] for sign in "+-")
    return Turn(
        name=key,
        side=side,
        level=float(row[level]),
        added=added,
        dropped=dropped,
        stake=float(row["regret"]),
    )


def _set(study: Study, language: Language) -> tuple[str, list[str]]:
    """Inputs that change the recommended set."""
    found, all_inputs = turns(study), len(study.sensitivity.to_frame())
    if not found:
        return language.say("change.intro_set_none", all=all_inputs), []
    rows = [
        language.say(
            f"change.{turn.side}",
            label=input_label(turn.name, study.case, language),
            level=level_text(turn.name, turn.level, study.case, language),
            hedge=language.hedged(LOW_SWING),
            changes=changes_text(turn.added, turn.dropped, language),
        )
        for turn in found[:TURNS_NAMED]
    ]
    return language.say("change.intro_set", count=len(found), all=all_inputs), rows


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
