"""Page 2, below the table: the themes of the resolution one by one, each with its finding."""

from typing import Any

import pandas as pd

from capworth.claim import SUPPORTED
from capworth.costs import PAYERS
from capworth.earmarks import ALL, BUDGET, SAME
from capworth.excellence import BOTH
from capworth.programme import MILLION
from capworth.report.advice import Advice, by_payers
from capworth.report.amounts import Amount
from capworth.report.blocks import Table, Text, as_data
from capworth.report.rows import row_of, rows_of
from capworth.report.wording import Wording
from capworth.study import Study

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
    all_pay = by_payers(study.sample.worlds.payers.sum(axis=1) / MILLION, means)
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
