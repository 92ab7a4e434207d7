"""Page 2: the appraisal summary table, who pays, and the resolution's themes one by one.

Page 2, below the table: the themes of the resolution one by one, each with its finding.
"""

from typing import Any

import pandas as pd

from capworth.appraisal.claim import SUPPORTED
from capworth.excellence.services import BOTH
from capworth.funding.earmarks import ALL, BUDGET, SAME
from capworth.language.numbers import Amount
from capworth.language.voice import Wording
from capworth.model.costs import PAYERS
from capworth.programme.selection import MILLION
from capworth.report.blocks import Cell, Row, Table, Text, as_data, row_of, rows_of
from capworth.report.decision import Advice, advice, by_payers, case_note
from capworth.study.stages import Study


def summary_page(study: Study, words: Wording) -> dict[str, Any]:
    """Everything on page 2: a title, the table, and rows with a theme as side caption."""
    found = advice(study)
    return {
        "title": _title(study, found, words),
        "topic": words.say("theme.priorities"),
        "table": None if study.priorities is None else as_data(_table(study, found, words)),
        "text": words.say("summary.improvements_not_asked") if study.priorities is None else "",
        "themes": themes(study, found, words),
        "note_head": words.say("summary.note_head"),
        "note": case_note(study, words),
    }


def _title(study: Study, found: Advice | None, words: Wording) -> str:
    if study.priorities is None:
        return words.say("summary.title_none")
    count = len(study.priorities.order)
    if found is None:
        return words.say("summary.title_ranking", count=count)
    if not study.case.settings.claim_group or not found.count:
        return words.say("summary.title_plain", count=count, chosen=found.count)
    table = study.priorities.to_frame().loc[list(found.chosen)]
    gain = table["gain"].sum()
    share = float((table["gain"] * table["exchange"]).sum() / gain) if gain > 0 else 0.0
    group = words.listed(words.word("function", f) for f in study.case.settings.claim_group)
    return words.say(
        "summary.title", count=count, chosen=found.count, share=words.percent(share), group=group
    )


def _table(study: Study, found: Advice | None, words: Wording) -> Table:
    """One row for each improvement: the recommended ones, their sum, then the others."""
    priorities = study.priorities
    assert priorities is not None
    table = priorities.to_frame()
    columns = ["improvement", "asked", "cost", "gain", "alignment", "readiness"]
    columns += ["first"] if found is None else ["best", "standing", "why"]
    if found is None or study.programme is None:
        rows = [
            (*_common(i, row, words), words.probability(row["p_first"]))
            for i, row in rows_of(table)
        ]
        marked: tuple[int, ...] = ()
        draws = priorities.provenance.draws
    else:
        others = [i for i in table.index if i not in found.chosen]
        rows = [_row(i, row, study, words) for i, row in rows_of(table, found.chosen)]
        if found.chosen:
            rows.append(_sum(found, words))
        marked = (found.count,) if found.chosen else ()
        rows += [_row(i, row, study, words) for i, row in rows_of(table, others)]
        draws = study.programme.draws
    settings = study.case.settings
    return Table(
        words.say("summary.table", unit=words.unit("millions"), price_year=settings.price_year),
        tuple(words.say(f"summary.{column}") for column in columns),
        tuple(rows),
        note=""
        if found is None
        else words.say("summary.note", draws=words.number(draws, 0), unit=words.unit("millions")),
        marked=marked,
        size=7.2,
    )


def _common(key: str, row: Row, words: Wording) -> tuple[Cell, ...]:
    return (
        words.name(key),
        words.spread(Amount.of(row, "asked_m")),
        words.spread(Amount.of(row, "cost_m")),
        words.spread(Amount.of(row, "gain")),
        words.percent(float(row["alignment"]), 1),
        str(int(row["readiness"])),
    )


def _row(key: str, row: Row, study: Study, words: Wording) -> tuple[Cell, ...]:
    assert study.programme is not None
    choice = row_of(study.programme.to_frame(), key)
    return (
        *_common(key, row, words),
        words.probability(float(choice["p_in_best"])),
        words.word("standing", str(choice["standing"])),
        "" if choice["chosen"] else _why_not(key, study, words),
    )


def _why_not(key: str, study: Study, words: Wording) -> str:
    """Smallest budget beyond the present one at which the best set holds the improvement."""
    programme = study.programme
    assert programme is not None
    frontier = programme.frontier()
    later = frontier[frontier["budget_m"] > programme.budget_m]
    for budget, chosen in zip(later["budget_m"], later["chosen"], strict=True):
        if key in str(chosen).split():
            return words.exactly(float(budget))
    return words.say("summary.why_never")


def _sum(found: Advice, words: Wording) -> tuple[Cell, ...]:
    sums = (found.asked, found.cost, found.gain)
    return (words.say("summary.total"), *map(words.spread, sums), "", "", "", "", "")


DATA_EXCHANGE = {"hosting", "exchange", "leads"}


def themes(study: Study, found: Advice | None, words: Wording) -> list[dict[str, Any]]:
    """Cost-benefit analysis, hosting and exchange, services of excellence, fundraising."""
    return [
        _theme("analysis", *_costs(study, found, words), words),
        _theme(_claimed(study), *_claim(study, words), words),
        _theme("excellence", *_excellence(study, words), words),
        _theme("funding", *_funding(study, words), words),
    ]


def _claimed(study: Study) -> str:
    """Whether what is claimed is the resolution's own claim, or another."""
    group = study.case.settings.claim_group
    return "hosting" if not group or set(group) == DATA_EXCHANGE else "claim"


def _theme(key: str, head: str, blocks: list[Any], words: Wording) -> dict[str, Any]:
    data = [as_data(block) for block in blocks]
    return {"theme": words.say(f"theme.{key}"), "head": head, "blocks": data}


def _costs(study: Study, found: Advice | None, words: Wording) -> tuple[str, list[Any]]:
    """Who pays, and what is monetised, quantified or only judged."""
    means = study.appraisal.cost_by_payer().sum().loc[list(PAYERS)].to_numpy()
    share = float(means[PAYERS.index("members")] / means.sum())
    all_pay = by_payers(study.sample.drawn.payers.sum(axis=1) / MILLION, means)
    has_set = found is not None and found.count > 0
    head = [words.say("summary.payer")]
    head += [words.say("summary.payer_set")] if has_set else []
    head.append(words.say("summary.payer_all"))
    rows = []
    for payer in PAYERS:
        amounts = [found.payers[payer]] if found is not None and has_set else []
        amounts.append(all_pay[payer])
        rows.append((words.word("payer", payer), *map(words.cell, amounts)))
    sums = [found.cost] if found is not None and has_set else []
    sums.append(Amount(*study.appraisal.total_cost))
    rows.append((words.say("summary.payer_sum"), *map(words.cell, sums)))
    settings = study.case.settings
    table = Table(
        words.say("summary.payers", unit=words.unit("millions"), price_year=settings.price_year),
        tuple(head),
        tuple(rows),
        marked=(len(PAYERS),),
        size=7.5,
    )
    title = (
        words.say("summary.costs_head", share=words.percent(share))
        if share > 0
        else words.say("summary.costs_head_other")
    )
    return title, [Text(_what_is_measured(study, found, words)), table]


def _what_is_measured(study: Study, found: Advice | None, words: Wording) -> str:
    money = study.appraisal.to_frame()["money_m"]
    with_money, harm = int(money.notna().sum()), found.harm if found is not None else None
    text = words.say("summary.monetised_none")
    if with_money:
        more = ""
        if found is not None and found.money is not None and found.money.high > 0:
            more = words.say("summary.monetised_more", money=words.millions_spread(found.money))
            more = f"{more} {_net(study, words)}".strip()
        text = words.say(
            "summary.monetised_some", count=with_money, all=len(money), more=more
        ).strip()
    quantified = words.say("summary.quantified_none")
    if study.case.measured:
        quantified = words.say("summary.quantified_score")
        if harm is not None and harm.high > 0:
            quantified = words.say("summary.quantified_harm", harm=words.spread(harm))
    branches = [words.name(b.id) for b in study.sample.model.value.branches]
    judged = (
        words.say("summary.judged", list=words.listed(branches))
        if branches
        else words.say("summary.judged_none")
    )
    return " ".join(
        (
            words.say("summary.monetised", text=text),
            words.say("summary.quantified", text=quantified),
            judged,
            words.say("summary.transfers"),
        )
    )


def _net(study: Study, words: Wording) -> str:
    """What the recommended set is worth in money alone, once its cost is taken off."""
    economics = study.economics
    if economics is None:
        return ""
    rows = rows_of(economics.to_frame().reset_index())
    row = next((row for _, row in rows if row["kind"] == "programme"), None)
    if row is None:
        return ""
    net = words.millions_spread(Amount.of(row, "npv_m"))
    return words.say("summary.monetised_net", net=net, hedged=words.hedged(row["p_npv_positive"]))


def _claim(study: Study, words: Wording) -> tuple[str, list[Any]]:
    claim = study.claim
    if claim is None:
        text = words.say("summary.claim_not_asked")
        return words.say("summary.claim_not_asked_head"), [Text(text)]
    table = claim.to_frame()
    estimand, measure = claim.primary
    group = words.listed(words.word("function", f) for f in claim.group)
    row = row_of(table, claim.primary)
    others = [
        words.say(
            "summary.claim_other",
            estimand=words.word("estimand", key),
            ratio=words.spread(Amount.of(line, "ratio")),
            percent=words.probability(float(line["p_holds"])),
        )
        for (key, scale), line in rows_of(table)
        if scale == measure and key != estimand
    ]
    verdict = words.word("verdict", claim.verdict)
    shown = "claim_shown" if claim.verdict == SUPPORTED else "claim_not_shown"
    text = words.say(
        "summary.claim_text",
        measure=words.word("measure", measure),
        estimand=words.word("estimand", estimand),
        margin=words.exactly(claim.margin),
        group=group,
        ratio=words.spread(Amount.of(row, "ratio")),
        holds=words.hedged(float(row["p_holds"])),
        passes=words.probability(float(row["p_margin"])),
        others=words.say(
            "summary.claim_others",
            measure=words.word("measure", measure),
            list=words.listed(others),
        )
        if others
        else "",
        strongest=words.hedged(claim.strongest),
        shown=words.say(f"summary.{shown}"),
        registered=claim.registered[:12],
    )
    head = words.say("summary.claim_head", group=group, verdict=verdict)
    return head, [Text(text)]


def _excellence(study: Study, words: Wording) -> tuple[str, list[Any]]:
    found = study.excellence
    if found is None:
        text = words.say("summary.excellence_not_asked")
        return words.say("summary.excellence_not_asked_head"), [Text(text)]
    table = found.to_frame()
    both = tuple(table.index[table["route"] == BOTH])
    efficient, top, share = found.thresholds
    head = words.say(
        "summary.excellence_head",
        count=len(found.derived),
        derived=len(found.derived),
        designated=len(found.designated),
        both=len(both),
    )
    text = words.say(
        "summary.excellence_text",
        designated=words.named(found.designated),
        derived=words.named(found.derived),
        both=words.named(both),
        efficient=words.percent(efficient),
        top=words.percent(top),
        top_share=words.percent(share),
    )
    return head, [Text(text)]


def _funding(study: Study, words: Wording) -> tuple[str, list[Any]]:
    funding = study.funding
    if funding is None or not study.case.measured:
        text = words.say("summary.funding_not_asked")
        return words.say("summary.funding_not_asked_head"), [Text(text)]
    pledges, curve = funding.pledges(), funding.curve()
    budget = words.millions_exactly(funding.budget_m)
    goal = funding.target_m or funding.budget_m
    suffix = "" if funding.target_m else "_budget"
    share = words.percent(funding.pledged_m / goal) if goal else words.say("unknown")
    head = (
        words.say(
            f"summary.funding_head{suffix}",
            pledged=words.millions(funding.pledged_m),
            share=share,
            target=words.millions_exactly(goal),
            budget=budget,
        )
        if len(pledges)
        else words.say("summary.funding_head_none")
    )
    text = words.say(
        f"summary.funding_text{suffix}",
        pledges=_pledges(pledges, words),
        target=words.millions_exactly(goal),
        budget=budget,
        at_target=words.spread(_gain_at(curve, goal)),
        at_budget=words.spread(_gain_at(curve, funding.budget_m)),
    )
    return head, [Text(f"{text} {_mismatch(study, words)}".strip())]


def _mismatch(study: Study, words: Wording) -> str:
    """Say what the earmarks of the pledges cost within the budget, where they cost anything."""
    earmarks = study.funding.earmarks if study.funding is not None else None
    if earmarks is None or not earmarks.mismatch() > SAME:
        return ""
    chance = earmarks.to_frame()["p_costs"].to_dict()[BUDGET, ALL]
    loss = words.number(earmarks.mismatch())
    return words.say("summary.funding_mismatch", loss=loss, percent=words.probability(chance))


def _pledges(pledges: pd.DataFrame, words: Wording) -> str:
    if pledges.empty:
        return ""
    parts = []
    for key, row in rows_of(pledges):
        earmark = str(row["earmark"]).split()
        parts.append(
            words.say(
                "summary.funding_earmarked" if earmark else "summary.funding_free",
                name=words.name(str(key)),
                amount=words.millions(float(row["amount_m"])),
                earmark=words.named(earmark),
            )
        )
    return words.say("summary.funding_pledge", count=len(parts), list="; ".join(parts))


def _gain_at(curve: pd.DataFrame, budget: float) -> Amount:
    """Gain of the best set that a budget pays for."""
    paid = curve[curve["budget_m"] <= budget + 1e-9]
    return Amount.of(rows_of(paid)[-1][1], "gain") if len(paid) else Amount(0.0, 0.0, 0.0)
