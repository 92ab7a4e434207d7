"""Page 2: the appraisal summary table, who pays, and the resolution's themes one by one.

Page 2, below the table: the themes of the resolution one by one, each with its finding.
"""

from typing import Any

import pandas as pd

from capworth.case.model import DISTANCE
from capworth.charts.chart import exact_amount, sure, worth
from capworth.charts.claim import word_of
from capworth.charts.programme import role_word
from capworth.excellence.services import BOTH
from capworth.funding.earmarks import ALL, BUDGET, SAME
from capworth.language.language import Language
from capworth.language.numbers import Amount
from capworth.methods.cost_benefit.prices import MILLION
from capworth.methods.portfolio.good_sets import NOT_NOW
from capworth.methods.portfolio.relations import affordable
from capworth.model.costs import PAYERS
from capworth.report.annex.claim import claim_sentences
from capworth.report.blocks import Cell, Row, Table, Text, as_data, row_of, rows_of
from capworth.report.decision import Advice, advice, by_payers, case_note
from capworth.study.stages import Study


def summary_page(study: Study, language: Language) -> dict[str, Any]:
    """Everything on page 2: a title, the table, and rows with a theme as side caption."""
    found = advice(study)
    return {
        "title": _title(study, found, language),
        "topic": language.say("theme.priorities"),
        "table": None if "priorities" not in study else as_data(_table(study, found, language)),
        "text": language.say("summary.improvements_not_asked") if "priorities" not in study else "",
        "themes": themes(study, found, language),
        "note_head": language.say("summary.note_head"),
        "note": case_note(study, language),
    }


def _title(study: Study, found: Advice | None, language: Language) -> str:
    if "priorities" not in study:
        return language.say("summary.title_none")
    count = len(study.priorities.order)
    if found is None:
        return language.say("summary.title_ranking", count=count)
    claim = study.case.claim
    if claim is None or not found.count:
        return language.say("summary.title_plain", count=count, chosen=found.count)
    table = study.priorities.to_frame().loc[list(found.chosen)]
    gain = table["gain"].sum()
    share = float((table["gain"] * table["exchange"]).sum() / gain) if gain > 0 else 0.0
    group = language.listed(language.word("function", f) for f in claim.group)
    return language.say(
        "summary.title", count=count, chosen=found.count, share=language.percent(share), group=group
    )


def _table(study: Study, found: Advice | None, language: Language) -> Table:
    """One row for each improvement: the recommended ones, their sum, then the others."""
    priorities = study.priorities
    table = priorities.to_frame()
    columns = ["asked", "cost", "gain", "readiness"]
    words = 1
    if found is None or "programme" not in study:
        columns = ["improvement", *columns, "first"]
        rows = [
            (language.name(i), *_common(row, language), language.probability(row["p_first"]))
            for i, row in rows_of(table)
        ]
        marked: tuple[int, ...] = ()
        note = ""
    else:
        columns, words = ["improvement", "role", *columns, "core"], 2
        others = [i for i in table.index if i not in found.chosen]
        rows = [_row(i, row, study, language) for i, row in rows_of(table, found.chosen)]
        if found.chosen:
            rows.append(_sum(found, language))
        marked = (found.count,) if found.chosen else ()
        rows += [_row(i, row, study, language) for i, row in rows_of(table, others)]
        note = language.say(
            "summary.note",
            draws=language.number(study.programme.draws, 0),
            near=language.percent(study.programme.near),
            extents=language.word("extent", study.programme.extent_key),
        )
    settings = study.case.settings
    return Table(
        language.say("summary.table", unit=language.million(), price_year=settings.price_year),
        tuple(language.say(f"summary.{column}") for column in columns),
        tuple(rows),
        words=words,
        weights=(1.5, 1.0) if words > 1 else (),
        note=note,
        marked=marked,
        size=7.2,
    )


def _common(row: Row, language: Language) -> tuple[Cell, ...]:
    return (
        language.spread(Amount.of(row, "asked_m")),
        language.spread(Amount.of(row, "cost_m")),
        language.spread(Amount.of(row, "gain")),
        str(int(row["readiness"])),
    )


def _row(key: str, row: Row, study: Study, language: Language) -> tuple[Cell, ...]:
    choice = row_of(study.programme.to_frame(), key)
    return (
        language.name(key),
        _role(key, choice, study, language),
        *_common(row, language),
        language.number(float(choice["core"]), 2),
    )


def _role(key: str, choice: Row, study: Study, language: Language) -> str:
    """What it is to be, from which year; why not, where it is not now."""
    role = role_word(str(choice["role"]), bool(choice["chosen"]), language)
    if choice["chosen"]:
        late = float(choice["delay"]) > 0
        return language.say(
            "role_year.late" if late else "role_year.stated",
            name=role,
            year=int(choice["start"]),
            count=int(choice["delay"]),
        )
    if choice["role"] != NOT_NOW:
        return role
    reason = str(row_of(study.programme.why_not(), key)["reason"])
    return language.say("summary.why", role=role, reason=language.word("reason", reason))


def _sum(found: Advice, language: Language) -> tuple[Cell, ...]:
    sums = (found.asked, found.cost, found.gain)
    return (language.say("summary.total"), "", *map(language.spread, sums), "", "")


DATA_EXCHANGE = {"hosting", "exchange", "leads"}


def themes(study: Study, found: Advice | None, language: Language) -> list[dict[str, Any]]:
    """Cost-benefit analysis, hosting and exchange, services of excellence, fundraising."""
    return [
        _theme("analysis", *_costs(study, found, language), language),
        _theme(_claimed(study), *_claim(study, language), language),
        _theme("excellence", *_excellence(study, language), language),
        _theme("funding", *_funding(study, language), language),
    ]


def _claimed(study: Study) -> str:
    """Whether what is claimed is the resolution's own claim, or another."""
    claim = study.case.claim
    return "hosting" if claim is None or set(claim.group) == DATA_EXCHANGE else "claim"


def _theme(key: str, head: str, blocks: list[Any], language: Language) -> dict[str, Any]:
    data = [as_data(block) for block in blocks]
    return {"theme": language.say(f"theme.{key}"), "head": head, "blocks": data}


def _costs(study: Study, found: Advice | None, language: Language) -> tuple[str, list[Any]]:
    """Who pays, and what is monetised, quantified or only judged."""
    means = study.appraisal.cost_by_payer().sum().loc[list(PAYERS)].to_numpy()
    share = float(means[PAYERS.index("members")] / means.sum())
    all_pay = by_payers(study.sample.drawn.payers.sum(axis=1) / MILLION, means)
    has_set = found is not None and found.count > 0
    head = [language.say("summary.payer")]
    head += [language.say("summary.payer_set")] if has_set else []
    head.append(language.say("summary.payer_all"))
    rows = []
    for payer in PAYERS:
        amounts = [found.payers[payer]] if found is not None and has_set else []
        amounts.append(all_pay[payer])
        rows.append((language.word("payer", payer), *map(language.cell, amounts)))
    sums = [found.cost] if found is not None and has_set else []
    sums.append(Amount(*study.appraisal.total_cost))
    rows.append((language.say("summary.payer_sum"), *map(language.cell, sums)))
    settings = study.case.settings
    table = Table(
        language.say("summary.payers", unit=language.million(), price_year=settings.price_year),
        tuple(head),
        tuple(rows),
        marked=(len(PAYERS),),
        size=7.5,
    )
    title = (
        language.say("summary.costs_head", share=language.percent(share))
        if share > 0
        else language.say("summary.costs_head_other")
    )
    return title, [Text(_what_is_measured(study, found, language)), table]


def _what_is_measured(study: Study, found: Advice | None, language: Language) -> str:
    money = study.appraisal.to_frame()["money_m"]
    with_money, harm = int(money.notna().sum()), found.harm if found is not None else None
    text = language.say("summary.monetised_none")
    if with_money:
        more = ""
        if found is not None and found.money is not None and found.money.high > 0:
            more = language.say(
                "summary.monetised_more", money=language.millions_spread(found.money)
            )
            more = f"{more} {_net(study, found, language)}".strip()
        text = language.say(
            "summary.monetised_some", count=with_money, all=len(money), more=more
        ).strip()
    quantified = language.say("summary.quantified_none")
    if study.case.measured:
        quantified = language.say("summary.quantified_score")
        if harm is not None and harm.high > 0:
            quantified = language.say("summary.quantified_harm", harm=language.spread(harm))
    branches = [language.name(b.id) for b in study.sample.model.value.branches]
    judged = (
        language.say("summary.judged", list=language.listed(branches))
        if branches
        else language.say("summary.judged_none")
    )
    return " ".join(
        (
            language.say("summary.monetised", text=text),
            language.say("summary.quantified", text=quantified),
            judged,
            language.say("summary.transfers"),
        )
    )


def _net(study: Study, found: Advice, language: Language) -> str:
    """What the recommended set is worth in money alone, once its cost is taken off."""
    if found.net is None:
        return ""
    return language.say(
        "summary.monetised_net",
        cost=language.millions_middle(found.cost),
        net=language.millions_spread(found.net),
        hedged=language.hedged(study.programme.p_net),
    )


def _claim(study: Study, language: Language) -> tuple[str, list[Any]]:
    if "claim" not in study:
        text = language.say("summary.claim_not_asked")
        return language.say("summary.claim_not_asked_head"), [Text(text)]
    claim = study.claim
    group = language.listed(language.word("function", f) for f in claim.group)
    head = language.say("summary.claim_head", group=group, word=word_of(claim, language))
    return head, [Text(" ".join(claim_sentences(study, language)))]


def _excellence(study: Study, language: Language) -> tuple[str, list[Any]]:
    if "excellence" not in study:
        text = language.say("summary.excellence_not_asked")
        return language.say("summary.excellence_not_asked_head"), [Text(text)]
    found = study.excellence
    table = found.to_frame()
    both = tuple(table.index[table["route"] == BOTH])
    efficient, top, share = found.thresholds
    head = language.say(
        "summary.excellence_head",
        count=len(found.derived),
        derived=len(found.derived),
        designated=len(found.designated),
        both=len(both),
    )
    text = language.say(
        "summary.excellence_text",
        designated=language.named(found.designated),
        derived=language.named(found.derived),
        both=language.named(both),
        efficient=language.percent(efficient),
        top=language.percent(top),
        top_share=language.percent(share),
    )
    return head, [Text(text)]


def _funding(study: Study, language: Language) -> tuple[str, list[Any]]:
    if "funding" not in study or not study.case.measured:
        text = language.say("summary.funding_not_asked")
        return language.say("summary.funding_not_asked_head"), [Text(text)]
    funding = study.funding
    pledges, curve = funding.pledges(), funding.curve()
    budget = language.money(funding.budget_m)
    goal = funding.target_m or funding.budget_m
    suffix = "" if funding.target_m else "_budget"
    share = language.percent(funding.pledged_m / goal) if goal else language.say("unknown")
    head = (
        language.say(
            f"summary.funding_head{suffix}",
            pledged=language.millions(funding.pledged_m),
            share=share,
            target=language.money(goal),
            budget=budget,
        )
        if len(pledges)
        else language.say("summary.funding_head_none")
    )
    text = language.say(
        f"summary.funding_text{suffix}",
        pledges=_pledges(pledges, language),
        target=language.money(goal),
        budget=budget,
        sure=sure(study.programme.confidence, language),
        at_target=worth(DISTANCE, _gain_at(curve, goal), language),
        at_budget=worth(DISTANCE, Amount(*study.programme.gain), language),
    )
    return head, [Text(f"{text} {_mismatch(study, language)}".strip())]


def _mismatch(study: Study, language: Language) -> str:
    """Say what the earmarks of the pledges cost within the budget, where they cost anything."""
    earmarks = study.funding.earmarks if "funding" in study else None
    if earmarks is None or not earmarks.mismatch() > SAME:
        return ""
    chance = earmarks.to_frame()["p_costs"].to_dict()[BUDGET, ALL]
    loss = worth(DISTANCE, exact_amount(earmarks.mismatch()), language)
    return language.say("summary.funding_mismatch", loss=loss, percent=language.probability(chance))


def _pledges(pledges: pd.DataFrame, language: Language) -> str:
    if pledges.empty:
        return ""
    parts = []
    for key, row in rows_of(pledges):
        earmark = str(row["earmark"]).split()
        parts.append(
            language.say(
                "summary.funding_earmarked" if earmark else "summary.funding_free",
                name=language.name(str(key)),
                amount=language.millions(float(row["amount_m"])),
                earmark=language.named(earmark),
            )
        )
    return language.say("summary.funding_pledge", count=len(parts), list=language.series(parts))


def _gain_at(curve: pd.DataFrame, budget: float) -> Amount:
    """Gain of the best set that a budget pays for."""
    paid = curve[affordable(curve["budget_m"].to_numpy(), budget)]
    return Amount.of(rows_of(paid)[-1][1], "gain") if len(paid) else Amount(0.0, 0.0, 0.0)
