"""One value of a set and one count of years: every answer that gives them gives the same number.

On cases made at random, with effects that rise, pairs worth more or less together, several payers,
limits, levels and relations; and every set tried where an answer claims the best one.
"""

from dataclasses import replace
from functools import cache
from itertools import permutations
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from capworth.appraisal.economics import _pair_benefits, economics
from capworth.case.model import (
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
from capworth.funding.earmarks import candidates_of, funds_of
from capworth.funding.plan import fund
from capworth.methods.arguments import Bools, Floats
from capworth.model.effect_years import EffectYears
from capworth.model.result import Provenance
from capworth.model.simulation import Sample, draw_sample
from capworth.programme.choice import Choice
from capworth.programme.joint_gains import join_gains, lost_a_year, regrets
from capworth.programme.priorities import prioritise, rank_sets
from capworth.programme.robustness import examine_robustness
from capworth.programme.schedule import schedule_programme
from capworth.programme.selection import choose_programme
from capworth.uncertainty.switching import switching_values

SMALL = Path(__file__).parents[1] / "cases" / "small"
DRAWS, YEARS = 60, 6
LEVELS = {"reach": (5, 40), "speed": (-20, -2), "results": (0.2, 2.5)}
STEPS = {"REG": ("hit_rate", "verified", "used"), "LAB": ("verified", "used")}
CASES = [(seed, ("score", "money", "harm")[seed % 3]) for seed in range(1, 7)]


def made(seed: int, objective: str = "score") -> Case:
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
    ).with_settings(
        budget=float(rng.integers(34, 46)) * 1e4, grid=1_000.0, objective=objective, seed=seed
    )


@cache
def answers(seed: int, objective: str) -> Any:
    case = made(seed, objective)
    sample, known = draw_sample(case, DRAWS), Provenance.of(case, DRAWS)
    programme = choose_programme(sample, known)
    schedule = schedule_programme(sample, programme, known)
    return SimpleNamespace(
        case=case,
        sample=sample,
        provenance=known,
        programme=programme,
        schedule=schedule,
        priorities=prioritise(sample, known),
        joint=join_gains(sample, programme, known),
        economics=economics(sample, known, programme=programme),
        funding=fund(sample, programme, known),
        robustness=examine_robustness(sample, programme, known),
    )


def ends(table: pd.DataFrame, name: str) -> Floats:
    """Mean and both ends of a range, (rows, 3)."""
    found: Floats = table[[name, f"{name}_low", f"{name}_high"]].to_numpy(dtype=float)
    return found


def worth_of(sample: Sample, chosen: Bools, gains: Floats) -> Floats:
    """(draws,) value of a set, added up term by term from the case."""
    case = sample.case
    total = gains[:, chosen].sum(axis=1)
    for row in case.relations:
        if row.bonus is not None:
            two = [case.improvement_ids.index(i) for i in (row.improvement, row.other)]
            if chosen[two].all():
                total = total + sample.of(row.bonus) * np.maximum(gains[:, two].min(axis=1), 0)
    return np.asarray(total)


def interval(values: Floats) -> tuple[float, float, float]:
    low, high = np.percentile(values, (10, 90), method="inverted_cdf")
    return float(values.mean()), float(low), float(high)


def every_set(sample: Sample) -> Bools:
    """All sets that the case allows, tried one by one."""
    sets = Choice.of(sample).sets()
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
    programme, gains = found.programme, found.sample.drawn.gains
    chosen = np.isin(found.case.improvement_ids, programme.chosen)
    points = interval(worth_of(found.sample, chosen, gains.score))
    assert programme.gain == pytest.approx(points, rel=1e-9)
    ranked = rank_sets(found.sample, {"it": programme.chosen, "nothing": []}).to_frame()
    assert ends(ranked.loc[["it"]], "gain")[0] == pytest.approx(points, rel=1e-9)
    curve = found.funding.curve()
    step = curve[curve["budget_m"] <= programme.budget_m * (1 + 1e-9)].iloc[[-1]]
    assert ends(step, "gain")[0] == pytest.approx(points, rel=1e-9)
    money = interval(worth_of(found.sample, chosen, gains.money) / 1e6)
    assert programme.money_m == pytest.approx(money, rel=1e-9)
    whole = found.economics.to_frame().loc[[("programme", "recommended")]]
    assert ends(whole, "benefit_m")[0] == pytest.approx(money, rel=1e-9)
    rules = found.robustness.to_frame().loc[["recommended"]]
    assert ends(rules, "value")[0] == pytest.approx(programme.value, rel=1e-9)


@pytest.mark.parametrize(("seed", "objective"), CASES)
def test_the_schedule(seed: int, objective: str) -> None:
    """Its years, discounted, are its value; nothing waits, so it is that of the programme."""
    found = answers(seed, objective)
    factor = EffectYears(found.case).discount
    per = 1.0 if objective == "money" else factor.sum()
    by_year = found.schedule.by_year()["value"].to_numpy()
    assert factor @ by_year / per == pytest.approx(found.schedule.value, rel=1e-6)
    assert found.schedule.value == pytest.approx(found.programme.value[0], rel=1e-6)


@pytest.mark.parametrize(("seed", "objective"), CASES)
def test_leaving_out(seed: int, objective: str) -> None:
    """Every set tried in every draw, with and without each improvement."""
    found = answers(seed, objective)
    sample, case = found.sample, found.case
    sets = every_set(sample)
    values = np.stack([worth_of(sample, row, sample.drawn.gains.score) for row in sets], axis=1)
    asked = np.stack([sample.drawn.asked[:, row].sum(axis=1) for row in sets], axis=1)
    values[asked > case.settings.budget] = -np.inf
    lost = np.full(len(case.improvements), 0.0)
    best = values.max(axis=1)
    for k in range(len(lost)):
        rest = values[:, ~sets[:, k]].max(axis=1)
        lost[k] = np.mean(np.where(np.isfinite(best), best - rest, 0.0))
    np.testing.assert_allclose(regrets(sample), lost, rtol=1e-9, atol=1e-9)


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
    gains = found.sample.drawn.gains.score
    bonus = (worth_of(found.sample, chosen, gains) - gains[:, chosen].sum(axis=1)).mean()
    added = found.joint.together[0] - without.together[0]
    assert added == pytest.approx(bonus, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(("seed", "objective"), CASES)
def test_a_year_late(seed: int, objective: str) -> None:
    """What is lost is what the case gains less with the effects a year later."""
    case = answers(seed, objective).case
    later = tuple(replace(i, effect_year=i.effect_year + 1) for i in case.improvements)
    late = draw_sample(replace(case, improvements=later), 20).drawn.gains.score.mean(axis=0)
    now = draw_sample(case, 20).drawn.gains.score.mean(axis=0)
    np.testing.assert_allclose(lost_a_year(case), 1 - late / now, rtol=1e-9, atol=1e-12)


def test_what_a_pair_earns_lies_in_its_years_and_in_the_scopes_of_the_lesser() -> None:
    """I2 and I3 both taken: discounted it is their bonus, by year the lesser of their shares."""
    found = answers(*CASES[0])
    sample, rng = found.sample, np.random.default_rng(5)
    taken = np.isin(found.case.improvement_ids, ["I2", "I3"])
    years = EffectYears(found.case)
    benefit = rng.uniform(1, 2, (DRAWS, len(taken), 3, YEARS))
    benefit[:, 2] *= 3  # so that I3 is the lesser one
    earned = _pair_benefits(sample, benefit, taken)[:, 0]
    money = sample.drawn.gains.money
    bonus = worth_of(sample, taken, money) - money[:, taken].sum(axis=1)
    together = np.minimum(years.share(2), years.share(3))
    assert 0 < together[together > 0].min() < 1
    by_year = bonus[:, None] * together / (years.discount @ together)
    np.testing.assert_allclose(earned.sum(axis=1), by_year, rtol=1e-9)
    lesser = benefit[:, 3] @ years.discount
    parts = earned.sum(axis=2) / earned.sum(axis=(1, 2))[:, None]
    np.testing.assert_allclose(parts, lesser / lesser.sum(axis=1, keepdims=True), rtol=1e-9)


def test_the_cases_are_worth_their_name() -> None:
    """In some, the chosen set holds a pair that adds, in some one that takes away."""
    held = set()
    for seed, objective in CASES:
        found = answers(seed, objective)
        for row in found.case.relations:
            if row.bonus is not None and {row.improvement, row.other} <= {*found.programme.chosen}:
                held.add(row.bonus.mode > 0)
    assert held == {True, False}


@pytest.mark.parametrize(("seed", "objective"), CASES[:2])
def test_the_answer_whose_turning_is_sought(seed: int, objective: str) -> None:
    found = answers(seed, objective)
    turning = switching_values(found.case, "programme", sample=found.sample)
    assert turning.base == f"best set {' '.join(found.programme.chosen)}"


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
    candidates = candidates_of(sample, Choice.of(sample))
    fresh = []
    for order in permutations(range(len(funds))):
        payment = candidates.in_time(may_pay, income, order)
        assert payment is not None
        fresh.append(payment.paid[0].sum())
    raised = paid[0].groupby(level="fund").sum().get("raise", 0.0)
    assert raised == pytest.approx(min(fresh), abs=1e-9)
    assert max(fresh) > min(fresh) + 1e-6
