"""One value of a set and one count of years: every answer that gives them gives the same number.

On cases made at random, with effects that rise, pairs worth more or less together, several payers,
limits, levels and relations; and every set tried where an answer claims the best one.
"""

from dataclasses import replace
from functools import cache
from itertools import pairwise, permutations
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from capworth.appraisal.economics import economics
from capworth.case.model import (
    DISTANCE,
    Case,
    CostLine,
    Effect,
    Estimate,
    Improvement,
    Limit,
    Minimum,
    Pledge,
    Relation,
)
from capworth.case.read import read_case
from capworth.funding.earmarks import best_paid, funds_of
from capworth.funding.plan import fund
from capworth.methods.arguments import Bools, Floats
from capworth.methods.portfolio.earmarks import Payable, who_pays
from capworth.model.chain import ChainModel, changed
from capworth.model.effect_years import EffectYears
from capworth.model.result import Provenance
from capworth.model.simulation import Sample, draw_sample
from capworth.programme.choice import Choice
from capworth.programme.joint_gains import join_gains, losses_without, lost_a_year
from capworth.programme.priorities import prioritise, rank_sets
from capworth.programme.schedule import yearly_shares
from capworth.programme.selection import choose_programme

SMALL = Path(__file__).parents[1] / "cases" / "small"
DRAWS, YEARS = 60, 6
LEVELS = {"reach": (5, 40), "speed": (-20, -2), "results": (0.2, 2.5)}
STEPS = {"REG": ("hit_rate", "verified", "used"), "LAB": ("verified", "used")}
CASES = [(seed, ("distance", "net", "harm")[seed % 3]) for seed in range(1, 7)]


def made(seed: int, objective: str = "distance") -> Case:
    """A case on the services of the small one, with improvements and ties of its own."""
    rng = np.random.default_rng(seed)
    base = read_case(SMALL).with_settings(years=YEARS)
    first, ids = base.settings.first_year, [f"I{k}" for k in range(6)]

    def between(name: str, low: float, high: float, unit: str = "EUR") -> Estimate:
        least, mode, most = np.sort(rng.uniform(low, high, 3)).tolist()
        return Estimate(name, least, mode, most, unit, "D", "", "invented", 0)

    starts, leads = np.sort(rng.integers(0, 3, 6)), np.sort(rng.integers(0, 2, 6))
    improvements = tuple(
        Improvement(
            id=i,
            name=f"Improvement {i}",
            readiness=5,
            start_year=first + int(start),
            effect_year=first + int(start + lead),
            illustrative=True,
            basis="invented",
            tower="T" if i in ("I0", "I5") else "",
            ramp_years=int(rng.integers(0, 4)),
            staff=float(rng.integers(0, 3)),
        )
        for i, start, lead in zip(ids, starts, leads, strict=True)
    )
    costs, effects = [], []
    for k, i in enumerate(ids):
        start = improvements[k].start_year
        for payer in ("organisation", "donors")[: int(rng.integers(1, 3))]:
            amount = between(f"costs/{i}-{payer}", 2e4, 9e4)
            line = CostLine(f"{i}-{payer}", "technology", payer, "one-off", "EUR", 2024, amount)
            last = start + int(rng.integers(0, 2))
            costs.append(replace(line, improvement=i, from_year=start, to_year=last))
        amount = between(f"costs/{i}-RUN", 1e3, 9e3)
        line = CostLine(f"{i}-RUN", "staff", "members", "recurrent", "EUR", 2024, amount)
        costs.append(replace(line, improvement=i, from_year=start, to_year=first + YEARS - 1))
        for capability in rng.choice(base.capability_ids, 2, replace=False):
            criterion = str(rng.choice(tuple(LEVELS)))
            change = between(f"effects/{i}/{capability}/{criterion}", *LEVELS[criterion], "units")
            effects.append(Effect(i, str(capability), change, criterion=criterion))
        capability = str(rng.choice(tuple(STEPS)))
        step = str(rng.choice(STEPS[capability]))
        change = between(f"effects/{i}/{capability}/{step}", 1.05, 1.5, "factor")
        effects.append(Effect(i, capability, change, step=step))
    relations = [
        Relation("I4", "requires", str(rng.choice(("I1", "I2")))),
        Relation("I3", "excludes", "I0"),
        Relation("I4", "requires_any", "I3"),
        Relation("I4", "requires_any", "I0"),
    ]
    for one, other, ends in (("I2", "I3", (0.2, 0.9)), ("I1", "I3", (-0.5, -0.1))):
        bonus = between(f"relations/{one}/{other}", *ends, "share")
        relations.append(Relation(one, "synergy", other, bonus=bonus))
    funding = tuple(
        Pledge(
            i,
            i,
            kind,
            first,
            "EUR",
            2024,
            between(f"funding/{i}", 1e4, 6e4),
            years=2,
            earmark=earmark,
        )
        for i, kind, earmark in (
            ("ALMS", "voluntary", ()),
            ("BOND", "earmarked", ("I0", "I2")),
            ("CLUB", "earmarked", ("I3", "I1")),
        )
    )
    return replace(
        base,
        improvements=improvements,
        effects=tuple(effects),
        costs=(*(line for line in base.costs if not line.improvement), *costs),
        relations=tuple(relations),
        funding=funding,
        limits=(Limit("DONORS", "Donors in all", "money", 300_000.0, "", payer="donors"),),
        minimums=(Minimum("ONE", "One of two", 1, "invented", improvements=("I1", "I2")),),
        targets=(),
    ).with_settings(budget=float(rng.integers(34, 46)) * 1e4, objective=objective, seed=seed)


@cache
def answers(seed: int, objective: str) -> Any:
    case = made(seed, objective)
    sample, known = draw_sample(case, DRAWS), Provenance.of(case, DRAWS)
    programme = choose_programme(sample, known)
    return SimpleNamespace(
        case=case,
        sample=sample,
        provenance=known,
        programme=programme,
        priorities=prioritise(sample, known),
        joint=join_gains(sample, programme, known),
        economics=economics(sample, known, programme=programme),
        funding=fund(sample, programme, known),
    )


def ends(table: pd.DataFrame, name: str) -> Floats:
    """Mean and both ends of a range, (rows, 3)."""
    found: Floats = table[[name, f"{name}_low", f"{name}_high"]].to_numpy(dtype=float)
    return found


def worth_of(sample: Sample, chosen: Bools, measure: str, pairs: bool = True) -> Floats:
    """(draws,) value of a set, added up year by year and term by term from the case."""
    case, gains = sample.case, sample.drawn.gains
    ids = [i for i, taken in zip(case.improvement_ids, chosen, strict=True) if taken]
    effects = [e for e in case.effects if e.improvement in ids]
    years = EffectYears(case)
    share = {i: years.share(k) for k, i in enumerate(case.improvement_ids)}
    before = "money" if measure == "net" else measure
    if before == "distance":
        total = closed(sample, effects, share)
    else:
        total = walked(sample, effects, share, before)
        total = total / years.discount.sum() if before == "harm" else total
    if measure == "net":
        total = total - sample.drawn.improvement_cost[:, chosen].sum(axis=1)
    for row in case.relations:
        if pairs and row.bonus is not None and {row.improvement, row.other} <= {*ids}:
            two = [case.improvement_ids.index(i) for i in (row.improvement, row.other)]
            lesser = getattr(gains, before)[:, two].min(axis=1)
            total = total + sample.of(row.bonus) * np.maximum(lesser, 0)
    return np.asarray(total)


def closed(sample: Sample, effects: list[Effect], share: dict[str, Floats]) -> Floats:
    """Per cent of the expected distance closed: rises of a year added, cut at full marks."""
    case, model, draws = sample.case, sample.model, sample.first_draws(DRAWS)
    levels, weights = model.value.levels(draws), model.value.weights(draws)
    today, factor = model.value.worth(levels), EffectYears(case).discount
    leaf = {found.id: k for k, found in enumerate(model.value.leaves)}
    total = np.zeros(DRAWS)
    for year in range(YEARS):
        lifted = np.zeros(levels.shape)
        for effect in (e for e in effects if e.criterion):
            c, k = case.capability_ids.index(effect.capability), leaf[effect.criterion]
            moved = levels[:, c, k] + draws.of(effect.change)
            rise = model.value.worth_on(k, moved) - today[:, c, k]
            lifted[:, c, k] += rise * share[effect.improvement][year]
        points = np.einsum("nck,nk->n", np.minimum(lifted, 100 - today), weights)
        total += factor[year] / factor.sum() * points / len(case.capabilities)
    found: Floats = 100 * total / model.extents.distance
    return found


def walked(sample: Sample, effects: list[Effect], share: dict[str, Floats], measure: str) -> Floats:
    """Money or days of all years, discounted: each year by places, in each those that work."""
    case, draws = sample.case, sample.first_draws(DRAWS)
    chain, factor = ChainModel(case), EffectYears(case).discount
    levels, worth = chain.levels(draws), chain.unit_values(draws)
    today = getattr(chain.walk(DRAWS, levels, worth), measure)
    total = np.zeros(DRAWS)
    for capability in {e.capability for e in effects if e.step}:
        c = case.capability_ids.index(capability)
        mine = [e for e in effects if e.step and e.capability == capability]
        for year in range(YEARS):
            steps = sorted({0.0, 1.0, *(float(share[e.improvement][year]) for e in mine)})
            for low, high in pairwise(steps):
                factors: dict[str, Floats] = {}
                for e in mine:
                    if share[e.improvement][year] >= high:
                        factors[e.step] = factors.get(e.step, 1.0) * draws.of(e.change)
                moved = {capability: changed(levels[capability], factors)}
                then = getattr(chain.walk(DRAWS, moved, worth), measure)
                total += factor[year] * (high - low) * (then[:, c] - today[:, c])
    return total


def interval(values: Floats, ranged: Floats | None = None) -> tuple[float, float, float]:
    """Mean of the values, and the ends of them or of a ratio by draw."""
    by_draw = values if ranged is None else ranged
    low, high = np.percentile(by_draw, (10, 90), method="inverted_cdf")
    return float(values.mean()), float(low), float(high)


def every_set(sample: Sample) -> Bools:
    """All sets that the case allows, tried one by one."""
    sets = Choice.of(sample).sets
    assert sets is not None
    return sets


@pytest.mark.parametrize(("seed", "objective"), CASES)
def test_an_improvement_alone(seed: int, objective: str) -> None:
    """Priorities, joint gains and yearly flows count the same years of effect."""
    found = answers(seed, objective)
    table = found.priorities.to_frame().loc[list(found.case.improvement_ids)]
    for name in ("gain", "money_m", "harm_days"):
        alone = ends(found.joint.to_frame(), f"{name}_alone")
        np.testing.assert_allclose(alone, ends(table, name), rtol=1e-9, atol=1e-12)
    money = found.economics.to_frame().xs("improvement", level="kind")
    np.testing.assert_allclose(
        ends(money, "benefit_m"), ends(table.loc[list(money.index)], "money_m"), rtol=1e-9
    )
    assert any(i.ramp_years for i in found.case.improvements)


@pytest.mark.parametrize(("seed", "objective"), CASES)
def test_the_chosen_set(seed: int, objective: str) -> None:
    """Programme, set ranks, economics, funding and the sum of terms."""
    found = answers(seed, objective)
    programme = found.programme
    chosen = np.isin(found.case.improvement_ids, programme.chosen)
    assert programme.late == ()
    closed = worth_of(found.sample, chosen, "distance")
    points = interval(
        closed, closed * found.sample.model.extents.distance / found.sample.drawn.distance
    )
    assert programme.gain == pytest.approx(points, rel=1e-9)
    ranked = rank_sets(found.sample, {"it": programme.chosen, "nothing": []}).to_frame()
    assert ends(ranked.loc[["it"]], "gain")[0] == pytest.approx(points, rel=1e-9)
    money = interval(worth_of(found.sample, chosen, "money") / 1e6)
    assert programme.money_m == pytest.approx(money, rel=1e-9)
    whole = found.economics.to_frame().loc[[("programme", "recommended")]]
    assert ends(whole, "benefit_m")[0] == pytest.approx(money, rel=1e-9, abs=1e-12)
    net = interval(worth_of(found.sample, chosen, "net") / 1e6)
    assert programme.net_m == pytest.approx(net, rel=1e-9)
    assert programme.harm_days == pytest.approx(
        interval(worth_of(found.sample, chosen, "harm")), rel=1e-9
    )
    first = found.programme.good_sets().iloc[[0]]
    assert first["chosen"].tolist() == [" ".join(programme.chosen)]
    assert first["value"].tolist() == pytest.approx([programme.value[0]])
    assert programme.further()["value"].tolist()[0] == pytest.approx(programme.value[0])
    assert programme.options()["value"].tolist()[-1] == pytest.approx(programme.value[0])
    frontier = found.programme.frontier()
    for budget, words, value, gain in zip(
        *(frontier[c] for c in ("budget_m", "chosen", "value", "gain")), strict=True
    ):
        row = np.isin(found.case.improvement_ids, words.split())
        scale = 1e6 if objective == "net" else 1
        assert value == pytest.approx(worth_of(found.sample, row, objective).mean() / scale)
        assert gain == pytest.approx(worth_of(found.sample, row, "distance").mean())
        asked = np.sort(found.sample.drawn.asked[:, row].sum(axis=1))[int(0.8 * DRAWS) - 1]
        assert budget == pytest.approx(asked / 1e6)


@pytest.mark.parametrize(("seed", "objective"), CASES)
def test_the_years_of_the_programme(seed: int, objective: str) -> None:
    """Its years, discounted, are its value."""
    found = answers(seed, objective)
    factor = EffectYears(found.case).discount
    per = 1.0 if objective == "net" else factor.sum()
    by_year = found.programme.by_year()["value"].to_numpy()
    assert factor @ by_year / per == pytest.approx(found.programme.value[0], rel=1e-6)
    spent = found.programme.by_year()["spend_m"].sum()
    assert spent == pytest.approx(found.programme.asked_m)


def kept_by(sample: Sample, row: Bools) -> bool:
    """Whether a set keeps the budget and the limit of donors, on average and in 80 % of draws."""
    case, need = sample.case, int(0.8 * DRAWS)
    total = sample.drawn.asked[:, row].sum(axis=1)
    held = max(float(np.sort(total)[need - 1]), float(total.mean()))
    donors = np.zeros(DRAWS)
    for k in np.flatnonzero(row).tolist():
        line = next((c for c in case.costs if c.id == f"{case.improvement_ids[k]}-donors"), None)
        if line is not None:  # its part of what the improvement asks for, on average
            asked = sample.drawn.asked[:, k]
            donors += asked * sample.of(line.amount).mean() / asked.mean()
    contingency = held / total.mean() if total.mean() > 0 else 1.0
    limit = case.limits[0].amount
    return bool(
        held <= (case.settings.budget or 0.0)
        and donors.mean() * contingency <= limit
        and (donors <= limit).sum() >= need
    )


@pytest.mark.parametrize(("seed", "objective"), CASES)
def test_the_best_set_and_leaving_out(seed: int, objective: str) -> None:
    """Every allowed set tried, with and without each improvement."""
    found = answers(seed, objective)
    sample, case = found.sample, found.case
    scale = 1e6 if objective == "net" else 1
    sets = every_set(sample)
    kept = np.array([kept_by(sample, row) for row in sets])
    assert kept.any()
    values = np.array([worth_of(sample, row, objective).mean() for row in sets])
    values = np.where(kept, values, -np.inf)
    assert found.programme.value[0] * scale == pytest.approx(values.max(), rel=1e-9)
    near = values >= values.max() - 0.05 * abs(values.max()) - 1e-9
    assert found.programme.listed == near.sum()
    lost = np.zeros(len(case.improvements))
    for k in range(len(lost)):
        lost[k] = values.max() - values[~sets[:, k]].max()
    told = losses_without(Choice.of(sample)) * scale  # in millions under net
    np.testing.assert_allclose(told, np.where(np.isfinite(lost), lost, np.nan), atol=1e-6)
    reasons = found.programme.why_not()
    for name, row in reasons.to_dict("index").items():
        holding = sets[:, case.improvement_ids.index(str(name))]
        if row["reason"] == "value":
            lack = values.max() - values[holding].max()
            assert row["forced_loss"] * scale == pytest.approx(lack, abs=1e-6)
        else:
            assert not (kept & holding).any()


@pytest.mark.parametrize(("seed", "objective"), CASES)
def test_joint_gain_of_the_set(seed: int, objective: str) -> None:
    """The parts of the set add up to it; what pairs of the case add is part of it."""
    found = answers(seed, objective)
    ids = list(found.joint.base)
    table = found.joint.to_frame()
    assert table.loc[ids, "gain_shapley"].sum() == pytest.approx(found.joint.together[0])
    free = replace(found.case, relations=tuple(r for r in found.case.relations if r.bonus is None))
    sample = draw_sample(free, DRAWS)
    without = join_gains(sample, found.programme, found.provenance)
    assert without is not None
    chosen = np.isin(found.case.improvement_ids, ids)
    whole = worth_of(found.sample, chosen, "distance")
    assert found.joint.together[0] == pytest.approx(whole.mean())
    bonus = (whole - worth_of(found.sample, chosen, "distance", pairs=False)).mean()
    added = found.joint.together[0] - without.together[0]
    assert added == pytest.approx(bonus, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(("seed", "objective"), CASES)
def test_a_year_late(seed: int, objective: str) -> None:
    """What is lost is what the case gains less with the effects a year later."""
    case = answers(seed, objective).case
    later = tuple(replace(i, effect_year=i.effect_year + 1) for i in case.improvements)
    late = draw_sample(replace(case, improvements=later), 20).drawn.gains.distance.mean(axis=0)
    now = draw_sample(case, 20).drawn.gains.distance.mean(axis=0)
    np.testing.assert_allclose(lost_a_year(case), 1 - late / now, rtol=1e-9, atol=1e-12)


def test_the_cases_are_worth_their_name() -> None:
    """In some, the chosen set holds a pair that adds, in some one that takes away.

    In some, members meet on a level or a chain, so that the set is no sum; in some, money binds.
    """
    held, met, bound = set(), 0, 0
    for seed, objective in CASES:
        found = answers(seed, objective)
        for row in found.case.relations:
            if row.bonus is not None and {row.improvement, row.other} <= {*found.programme.chosen}:
                held.add(row.bonus.mode > 0)
        chosen = np.isin(found.case.improvement_ids, found.programme.chosen)
        alone = found.sample.drawn.gains.distance[:, chosen].sum(axis=1).mean()
        whole = worth_of(found.sample, chosen, "distance", pairs=False).mean()
        met += abs(whole - alone) > 1e-6
        bound += not all(kept_by(found.sample, row) for row in every_set(found.sample))
    assert held == {True, False}
    assert met >= 2
    assert bound >= 4


@pytest.mark.parametrize(("seed", "objective"), CASES[:3])
def test_the_order_of_pledges_changes_nothing_and_the_least_is_raised(
    seed: int, objective: str
) -> None:
    """Rows of the table of pledges turned round; and every other order in which funds could pay."""
    case = made(seed, objective)
    amount = replace(case.funding[1].amount, name="funding/AFTER")
    rows = (*case.funding, replace(case.funding[1], id="AFTER", amount=amount))
    paid = []
    for funding in (rows, rows[::-1]):
        turned = replace(case, funding=funding)
        sample, known = draw_sample(turned, DRAWS), Provenance.of(turned, DRAWS)
        programme = choose_programme(sample, known)
        found = fund(sample, programme, known)
        assert found is not None
        assert found.earmarks is not None
        paid.append(found.earmarks.payments()["paid_m"].sort_index())
    pd.testing.assert_series_equal(paid[0], paid[1])
    assert "AFTER + BOND" in set(paid[0].index.get_level_values("fund"))
    assert programme is not None
    funds = funds_of(turned, programme.budget_m)
    may_pay, income = (
        np.stack([getattr(f, name) for f in funds]) for name in ("may_pay", "income")
    )
    choice = Choice.of(sample, DISTANCE)
    payable = Payable(may_pay, np.array([f.amount for f in funds]))
    best = best_paid(choice, payable, income)
    assert best is not None
    shares = yearly_shares(choice, best.sets[0], best.delays[0])
    bills = shares * choice.asked[:, None] / 1e6
    fresh = [
        who_pays(bills, may_pay, income, order)[0].sum()
        for order in permutations(range(len(funds)))
    ]
    raised = paid[0].groupby(level="fund").sum().get("raise", 0.0)
    assert raised == pytest.approx(min(fresh), abs=1e-9)
    assert max(fresh) > min(fresh) + 1e-6
