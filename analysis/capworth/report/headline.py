"""The head of page 1: the question, the recommendation with its amount, three numbers."""

from typing import Any

from capworth.report.advice import Advice
from capworth.report.amounts import Amount
from capworth.report.rows import row_of, rows_of
from capworth.report.wording import Wording
from capworth.study import Study

NAMED = 8  # improvements named in the recommendation; the rest are counted


def headline(study: Study, found: Advice | None, words: Wording) -> dict[str, Any]:
    """Title, question, recommendation and three cards, by what the case can answer."""
    if found is not None:
        return _programme(study, found, words)
    if study.priorities is not None and study.case.measured:
        return _ranking(study, words)
    return _capabilities(study, words) if study.case.measured else _costs(study, words)


def _card(value: str, label: str, span: str = "", detail: str = "") -> dict[str, str]:
    return {"value": value, "label": label, "range": span, "detail": detail}


def _interval(amount: Amount, words: Wording) -> str:
    return words.say("decision.range", span=words.span(amount)) if not amount.is_certain else ""


def _programme(study: Study, found: Advice, words: Wording) -> dict[str, Any]:
    programme, settings = study.programme, study.case.settings
    assert programme is not None  # there is no advice without it
    say = "decision.programme."
    budget = words.millions_exactly(programme.budget_m)
    asked = words.say(f"{say}asked", count=len(study.case.improvements), budget=budget)
    if not found.chosen:
        return {
            "title": words.say("decision.nothing.title", budget=budget),
            "asked": asked,
            "recommendation": words.say("decision.nothing.recommendation", budget=budget),
            "cards": _capabilities(study, words)["cards"],
        }
    firm = len(found.core)
    kind = "all" if firm == found.count else "some" if firm else "none"
    firmness = words.say(f"{say}firm_{kind}", count=firm, open=found.count - firm)
    title_money = words.millions_middle(found.asked)
    core = (
        words.say(f"{say}core_some", names=words.named(found.core, 3))
        if firm
        else words.say(f"{say}core_none")
    )
    cards = (
        _card(
            words.millions_middle(found.cost),
            words.say(f"{say}cost_label"),
            _interval(found.cost, words),
            words.say("decision.cost_detail", years=settings.years, price_year=settings.price_year),
        ),
        _card(
            words.say(f"{say}gain_value", gain=words.middle(found.gain)),
            words.say(f"{say}gain_label"),
            _interval(found.gain, words),
            words.say(f"{say}gain_detail", measured=_measured(found, words)),
        ),
        _card(
            words.probability(programme.p_best),
            words.say(f"{say}best_label"),
            words.hedge(programme.p_best),
            words.say(
                f"{say}best_detail", core=core, affordable=words.probability(programme.p_affordable)
            ),
        ),
    )
    return {
        "title": words.say(f"{say}title", count=found.count, asked=title_money, firmness=firmness),
        "asked": asked,
        "recommendation": words.say(
            f"{say}recommendation",
            names=words.named(found.chosen, NAMED),
            asked=words.millions_spread(found.asked),
            budget=budget,
        ),
        "cards": cards,
    }


def _measured(found: Advice, words: Wording) -> str:
    parts = []
    if found.money is not None and found.money.high > 0:
        money = words.millions_spread(found.money)
        parts.append(words.say("decision.programme.gain_money", money=money))
    if found.harm is not None and found.harm.high > 0:
        harm = words.spread(found.harm)
        parts.append(words.say("decision.programme.gain_harm", harm=harm))
    if not parts:
        return ""
    return words.say("decision.programme.gain_measured", list=words.listed(parts))


def _ranking(study: Study, words: Wording) -> dict[str, Any]:
    priorities, settings = study.priorities, study.case.settings
    assert priorities is not None
    row = row_of(priorities.to_frame(), priorities.order[0])
    first, count = words.name(priorities.order[0]), len(priorities.order)
    cost, gain = Amount.of(row, "cost_m"), Amount.of(row, "gain")
    asked = words.millions_spread(Amount.of(row, "asked_m"))
    share = float(row["p_first"])
    say = "decision.ranking."
    cards = (
        _card(
            words.millions_middle(cost),
            words.say(f"{say}cost_label", first=first),
            _interval(cost, words),
            words.say("decision.cost_detail", years=settings.years, price_year=settings.price_year),
        ),
        _card(
            words.say("decision.programme.gain_value", gain=words.middle(gain)),
            words.say(f"{say}gain_label", first=first),
            _interval(gain, words),
            words.say("decision.programme.gain_detail", measured=""),
        ),
        _card(
            words.probability(share),
            words.say(f"{say}best_label", first=first),
            words.hedge(share),
            words.say(f"{say}best_detail", count=count),
        ),
    )
    return {
        "title": words.firmly(f"{say}title", share, first=first),
        "asked": words.say(f"{say}asked", count=count),
        "recommendation": words.say(f"{say}recommendation", first=first, asked=asked),
        "cards": cards,
    }


def _total_cost(study: Study, words: Wording) -> tuple[Amount, dict[str, str]]:
    settings, count = study.case.settings, len(study.case.capabilities)
    total = Amount(*study.appraisal.total_cost)
    card = _card(
        words.millions_middle(total),
        words.say("decision.capabilities.cost_label", count=count),
        _interval(total, words),
        words.say("decision.cost_detail", years=settings.years, price_year=settings.price_year),
    )
    return total, card


def _capabilities(study: Study, words: Wording) -> dict[str, Any]:
    table = study.appraisal.to_frame()
    key = study.appraisal.first
    row, first, count = row_of(table, key), words.name(key), len(table)
    share, score = float(row["p_first"]), Amount.of(row, "score")
    total, cost = _total_cost(study, words)
    say = "decision.capabilities."
    rate = words.spread(Amount.of(row, "score_per_m"))
    cards = (
        cost,
        _card(
            words.say(f"{say}gain_value", gain=words.middle(score)),
            words.say(f"{say}gain_label", first=first),
            _interval(score, words),
            words.say(f"{say}gain_detail", rate=rate),
        ),
        _card(
            words.probability(share),
            words.say(f"{say}best_label", first=first),
            words.hedge(share),
            words.say(f"{say}best_detail", count=count),
        ),
    )
    return {
        "title": words.firmly(f"{say}title", share, first=first),
        "asked": words.say(f"{say}asked", count=count),
        "recommendation": words.say(
            f"{say}recommendation", first=first, cost=words.millions_spread(total)
        ),
        "cards": cards,
    }


def _costs(study: Study, words: Wording) -> dict[str, Any]:
    table = study.appraisal.to_frame().sort_values("cost_m", ascending=False, kind="stable")
    largest, count = Amount.of(rows_of(table)[0][1], "cost_m"), len(table)
    total, card = _total_cost(study, words)
    payers = study.appraisal.cost_by_payer().sum()
    share = float(payers["members"] / payers.sum())
    money = words.millions_spread(total)
    say = "decision.costs."
    cards = (
        card,
        _card(
            words.millions_middle(largest),
            words.say(f"{say}largest_label", first=words.name(str(table.index[0]))),
            _interval(largest, words),
            words.say(f"{say}largest_detail"),
        ),
        _card(
            words.percent(share),
            words.say(f"{say}share_label"),
            "",
            words.say(f"{say}share_detail"),
        ),
    )
    years = study.case.settings.years
    return {
        "title": words.say(f"{say}title", count=count, cost=money, years=years),
        "asked": words.say(f"{say}asked", count=count),
        "recommendation": words.say(f"{say}recommendation", cost=money),
        "cards": cards,
    }
