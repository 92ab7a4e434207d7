"""Business as usual: worked by hand, and year by year against the flows."""

from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from capworth.appraisal.cost_cube import cost_cube
from capworth.case.model import NET, BusinessAsUsual, Case, Estimate
from capworth.model.chain import SCOPES, changed
from capworth.model.costs import PAYERS, discount_factors
from capworth.model.draws import AtModes, Sampled
from capworth.model.flows import FlowModel
from capworth.model.set_value import SetValue
from capworth.model.simulation import Model, draw_sample

A1, A2 = 1 / 1.05, 1 / 1.05**2
A = 1 + A1 + A2
LAB, SCAN, LINK = 2, 0, 1


def rate(name: str, *levels: float) -> Estimate:
    low, mode, high = levels if len(levels) == 3 else (levels[0],) * 3
    return Estimate(f"business_as_usual/{name}", low, mode, high, "share a year", "D", "", "j", 2)


def path(capability: str, growth: float, cost: float, ends: int | None) -> BusinessAsUsual:
    return BusinessAsUsual(
        capability, rate(capability, growth), rate(f"{capability}/cost", cost), ends
    )


def told(small: Case, *rows: BusinessAsUsual, keeps: str = "") -> Case:
    improvements = tuple(
        replace(i, keeps="LAB" if i.id == keeps else "") for i in small.improvements
    )
    return replace(small, business_as_usual=rows, improvements=improvements)


def test_a_capability_that_grows_and_ends(small: Case) -> None:
    """LAB gives 6,000 and 18 days, a tenth more the next year, and is gone in the third."""
    found = Model(told(small, path("LAB", 0.1, 0.02, 2027))).answer(AtModes())
    assert found.money[0, LAB] == pytest.approx(6_000 * (1 + 1.1 * A1))
    assert found.harm[0, LAB] == pytest.approx(18 * (1 + 1.1 * A1) / A)
    paid = dict(zip(PAYERS, found.payers[0, LAB], strict=True))
    assert paid["organisation"] == pytest.approx(150_000 * (1 + 1.02 * A1) + 25_100 * (1 + A1))
    assert paid["members"] == pytest.approx(10_000 * 1.02 * A1)
    assert found.gains.money[0, LINK] == 0  # it would have worked there from 2027 on
    plain = Model(small).answer(AtModes())
    assert plain.gains.money[0, LINK] == pytest.approx(2_000 * A2)
    # what LAB bore of the centre falls to the two that are left, 6 to 3
    reg, net = (float(found.cost[0, c] - plain.cost[0, c]) for c in (0, 1))
    assert (reg, net) == pytest.approx((25_100 * A2 * 6 / 9, 25_100 * A2 * 3 / 9))


def test_what_has_ended_lacks_nothing(small: Case) -> None:
    """LAB is there in two of three years; the distance it weighs in is that of the others too."""
    plain = Model(small, first=20).today.away[True]
    found = Model(told(small, path("LAB", 0.1, 0.02, 2027)), first=20).today.away[True]
    there = np.ones(len(small.capabilities))
    there[LAB] = (1 + A1) / A
    assert plain[LAB] > 0
    np.testing.assert_allclose(found, plain * there, rtol=1e-12)


def test_what_keeps_it_is_credited_with_what_would_end(small: Case) -> None:
    """In 2027: 6,000 x 1.21 of benefit for 150,000 x 1.0404 of the organisation's money."""
    row = path("LAB", 0.1, 0.02, 2027)
    plain = Model(told(small, row)).answer(AtModes())
    found = Model(told(small, row, keeps="SCAN")).answer(AtModes())
    more = found.gains.money[0] - plain.gains.money[0]
    assert more.tolist() == pytest.approx([6_000 * 1.21 * A2, 0, 0])
    assert found.gains.harm[0, SCAN] - plain.gains.harm[0, SCAN] == pytest.approx(
        18 * 1.21 * A2 / A
    )
    paid = dict(
        zip(
            PAYERS,
            found.improvement_payers[0, SCAN] - plain.improvement_payers[0, SCAN],
            strict=True,
        )
    )
    assert paid["organisation"] == pytest.approx(150_000 * 1.0404 * A2)
    assert paid["members"] == pytest.approx(10_000 * 1.0404 * A2)
    assert found.asked.tolist() == plain.asked.tolist()
    link = Model(told(small, row, keeps="LINK")).answer(AtModes())
    assert link.gains.money[0, LINK] == pytest.approx((6_000 + 2_000) * 1.21 * A2)


def crowded(small: Case, keeps: str) -> Case:
    """LINK and CLOUD act on the chain of LAB, which ends in 2027."""
    verified = next(e for e in small.effects if e.step == "verified")
    effects = (*small.effects, replace(verified, improvement="CLOUD"))
    rows = (
        replace(path("LAB", 0.1, 0.02, 2027), growth=rate("LAB", -0.2, 0.1, 0.2)),
        path("REG", -0.05, 0.01, None),
    )
    return told(replace(small, effects=effects), *rows, keeps=keeps)


@pytest.mark.parametrize("keeps", ["", "SCAN", "LINK", "CLOUD"])
def test_present_values_are_those_of_the_years(small: Case, keeps: str) -> None:
    sample = draw_sample(crowded(small, keeps), 40)
    drawn, discount = sample.drawn, discount_factors(sample.case)
    today, added = FlowModel(sample).both()
    for flows, cost, money in (
        (today, drawn.payers, drawn.money),
        (added, drawn.improvement_payers, drawn.gains.money),
    ):
        for k in range(cost.shape[1]):
            gained = flows.benefit.present_of(k, range(len(SCOPES)))
            np.testing.assert_allclose(gained, money[:, k], rtol=1e-9, atol=1e-6)
            for p in range(cost.shape[2]):
                paid = flows.cost.present_of(k, [p])
                np.testing.assert_allclose(paid, cost[:, k, p], rtol=1e-9, atol=1e-6)
            for stream in (flows.cost, flows.benefit):
                for p, yearly in enumerate(stream.yearly[k]):
                    mean, ever = stream.present_of(k, [p]).mean(), stream.ever_of(k, [p]).mean()
                    np.testing.assert_allclose(yearly @ discount, mean, rtol=1e-9, atol=1e-6)
                    np.testing.assert_allclose(yearly.sum(), ever, rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize("keeps", ["", "SCAN", "LINK", "CLOUD"])
def test_the_value_of_a_set_on_a_path_is_found_year_by_year(small: Case, keeps: str) -> None:
    """Each year with those that work by then, the chain walked anew; no ramp, so all or nothing."""
    case = crowded(small, keeps)
    sample = draw_sample(case, 30)
    model, draws, discount = (
        sample.model,
        Sampled(case.settings.seed, 0, 30),
        discount_factors(case),
    )
    value = SetValue.of(sample)
    chain, worth = model.chain.levels(draws), model.chain.unit_values(draws)
    today = model.chain.walk(30, chain, worth).money
    ids = case.improvement_ids
    for members in (m for k in range(4) for m in combinations(range(3), k)):
        total = -sample.drawn.improvement_cost[:, list(members)].sum(axis=1)
        for year in range(3):
            working = [ids[m] for m in members if case.improvements[m].effect_year <= 2025 + year]
            for c, capability in enumerate(case.capability_ids):
                factors: dict[str, Any] = {}
                for e in case.effects:
                    if e.step and e.capability == capability and e.improvement in working:
                        factors[e.step] = factors.get(e.step, 1.0) * draws.of(e.change)
                then = model.chain.walk(
                    30, {capability: changed(chain[capability], factors)}, worth
                )
                row = next((b for b in case.business_as_usual if b.capability == capability), None)
                grown = 1.0 if row is None else (1 + draws.of(row.growth)) ** year
                alone = capability != "LAB" or year < 2
                there = alone or keeps in working
                now = then.money[:, c] * there - today[:, c] * alone
                total = total + discount[year] * grown * now
        taken = np.isin(np.arange(3), members)[None]
        bonus = value.bonuses(NET)[:, [set(p) <= set(members) for p in value.pairs.tolist()]].sum(
            axis=1
        )
        np.testing.assert_allclose(
            value.over_draws(taken, NET)[:, 0], total + bonus, rtol=1e-9, atol=1e-6
        )


def test_a_steady_path_without_end_moves_nothing(small: Case) -> None:
    draws = Sampled(5, 0, 30)
    steady = told(small, *(path(c, 0.0, 0.0, None) for c in small.capability_ids))
    ours, plain = Model(steady).answer(draws), Model(small).answer(draws)
    for name in ("cost", "money", "harm", "improvement_cost"):
        np.testing.assert_allclose(getattr(ours, name), getattr(plain, name), rtol=1e-12)
    np.testing.assert_allclose(ours.gains.money, plain.gains.money, rtol=1e-12)
    np.testing.assert_allclose(ours.gains.harm, plain.gains.harm, rtol=1e-12)


def test_the_cube_follows_the_path(small: Case) -> None:
    """Not discounted: LAB 150,000 x 2.02, 25,100 twice and 10,200 of the members."""
    cube = cost_cube(told(small, path("LAB", 0.1, 0.02, 2027))).by("capability")["amount_m"]
    assert float(cube["LAB"]) == pytest.approx((150_000 * 2.02 + 50_200 + 10_200) / 1e6)
    whole = cost_cube(small).to_frame()
    ours = cost_cube(told(small, path("LAB", 0.0, 0.0, 2027))).to_frame()
    lost = whole["amount_m"].sum() - ours["amount_m"].sum()
    assert lost == pytest.approx((150_000 + 10_000) / 1e6)  # the centre is paid by the others
