"""Whole-life cost: worked by hand, and what must hold for any numbers."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capworth.case.model import Case, CostLine, Estimate, Price
from capworth.case.register import bias_classes, schedules
from capworth.methods.allocation.keys import KEYS
from capworth.methods.arguments import Floats
from capworth.model.costs import PAYERS, CostModel, Costs, discount_factors
from capworth.model.draws import AtModes, Draws, OneWay, Sampled
from capworth.model.out_turn import bias_of
from capworth.model.price_base import PriceBase

Golden: TypeAlias = Mapping[str, Any]
Revalue: TypeAlias = Callable[[Case, str, Callable[[Estimate], Estimate]], Case]
seeds = st.integers(0, 2**32)


@pytest.fixture(scope="module")
def modes(small: Case) -> Costs:
    return CostModel(small).price(AtModes())


# ------------------------------------------------------------------------------- worked by hand


def test_money_of_another_currency_and_year(small: Case, golden: Golden) -> None:
    money = PriceBase(small)
    for currency, year, factor in golden["money"]["factor"]:
        assert money.factor(currency, year) == pytest.approx(factor, abs=1e-12)


def test_discount_factors(small: Case, golden: Golden) -> None:
    found = discount_factors(small)
    np.testing.assert_allclose(found, golden["discounting"]["factors"], atol=5e-10)
    assert found.sum() == pytest.approx(golden["discounting"]["annuity"], abs=5e-10)
    mid = discount_factors(small.with_settings(timing="mid"))
    np.testing.assert_allclose(mid, found / 1.05**0.5, atol=1e-12)


def test_cost_of_each_capability_by_payer(small: Case, modes: Costs, golden: Golden) -> None:
    expected = [golden["cost"]["payers"][c] for c in small.capability_ids]
    np.testing.assert_allclose(modes.capability[0], expected, atol=golden["cost"]["atol"])
    assert PAYERS == ("organisation", "members", "donors")


def test_cost_of_each_platform_and_improvement(small: Case, modes: Costs, golden: Golden) -> None:
    platforms = [golden["cost"]["platform"][p.id] for p in small.platforms]
    np.testing.assert_allclose(modes.platform[0], platforms, atol=golden["cost"]["atol"])
    for found, name in ((modes.improvement[0].sum(axis=1), "cost"), (modes.asked[0], "asked")):
        expected = [golden["improvements"][name][i] for i in small.improvement_ids]
        np.testing.assert_allclose(found, expected, atol=golden["improvements"]["atol"])


def test_who_pays_for_an_improvement(small: Case, modes: Costs) -> None:
    """Worked by hand: SCAN is built by donors, run by the organisation, learnt by members."""
    scan = dict(zip(PAYERS, modes.improvement[0, 0], strict=True))
    assert scan["donors"] == pytest.approx(42_500 * (1 + 1 / 1.05))
    assert scan["organisation"] == pytest.approx(10_000 * (1 / 1.05 + 1 / 1.05**2))
    assert scan["members"] == pytest.approx(4_000)


def test_platform_shares_worked_by_hand(small: Case) -> None:
    shares = CostModel(small).platform_shares(AtModes())[0]
    np.testing.assert_allclose(shares, [[0.6, 0.3, 0.1, 0], [0.5, 0, 0, 0.5]], atol=1e-12)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("usage", [0.6, 0.3, 0.1, 0]),
        ("equal", [1 / 3, 1 / 3, 1 / 3, 0]),
        # fixed part 0.4: alone they would cost 0.4 + 0.6 x 0.6 = 0.76, 0.58 and 0.46 of 1.80
        ("stand-alone", [0.76 / 1.8, 0.58 / 1.8, 0.46 / 1.8, 0]),
        # 0.4 / 3 each and 0.6 by use
        ("shapley", [0.4 / 3 + 0.36, 0.4 / 3 + 0.18, 0.4 / 3 + 0.06, 0]),
        # benefits 10, 30, 40 and 20, of which the last does not use it
        ("benefit", [1 / 8, 3 / 8, 4 / 8, 0]),
    ],
)
def test_keys_worked_by_hand(key: str, expected: list[float]) -> None:
    use, benefit = np.array([[6.0, 3.0, 1.0, 0.0]]), np.array([[10.0, 30.0, 40.0, 20.0]])
    share = KEYS[key](use, np.array([0.4]), benefit)
    np.testing.assert_allclose(share, [expected], atol=1e-12)


def test_optimism_bias_worked_by_hand(small: Case) -> None:
    line = next(line for line in small.costs if line.id == "SCAN-BUILD")
    bias = bias_of(line)
    assert bias is not None
    assert (bias.low, bias.high) == pytest.approx((0.1, 1.05))  # half of the way is managed
    assert bias.mode == pytest.approx(0.1 + 0.95 / 3)
    whole = bias_of(replace(line, mitigation=0.0))
    assert whole is not None
    assert (whole.low, whole.mode, whole.high) == pytest.approx((0.1, 0.1 + 1.9 / 3, 2.0))
    managed = bias_of(replace(line, mitigation=1.0))
    assert managed is not None
    assert managed.is_certain
    assert bias_of(replace(line, bias="none")) is None


# ------------------------------------------------------------------------- what is not counted


def test_sunk_lines_transfers_and_what_is_outside_are_not_counted(
    small: Case, modes: Costs
) -> None:
    def without(*ids: str) -> Case:
        return replace(small, costs=tuple(c for c in small.costs if c.id not in ids))

    less = CostModel(without("REG-OLD", "DUES")).price(AtModes())
    np.testing.assert_array_equal(less.capability, modes.capability)
    named = {line.id for line, *_ in CostModel(small).by_line()}
    assert {line.id for line in small.costs} - named == {"REG-OLD", "DUES", "REST"}


def test_lines_at_the_modes_add_up_to_the_whole(small: Case, modes: Costs) -> None:
    lines = [(line.total, cost) for line, _, cost in CostModel(small).by_line()]
    whole = modes.capability.sum() + modes.improvement.sum()
    assert sum(cost for _, cost in lines) == pytest.approx(float(whole), rel=1e-12)
    annuity = discount_factors(small).sum()  # 1,004,000 a year, of which 150,600 are outside
    inside = sum(cost for total, cost in lines if total)
    assert inside == pytest.approx(853_400 * annuity, rel=1e-12)


def test_members_are_not_asked_for_money(small: Case, modes: Costs) -> None:
    costs = tuple(
        replace(line, payer="members") if line.id == "SCAN-BUILD" else line for line in small.costs
    )
    found = CostModel(replace(small, costs=costs)).price(AtModes())
    assert found.asked[0].tolist() == pytest.approx([0, 30_000, 100_000])
    np.testing.assert_allclose(found.improvement.sum(axis=2), modes.improvement.sum(axis=2))


def test_years_of_a_line(small: Case) -> None:
    model = CostModel(small)
    yearly = {line.id: model.yearly(line).tolist() for line in small.costs if line.id != "REG-OLD"}
    assert yearly["REG-STAFF"] == [1, 1, 1]
    assert yearly["LAB-M"] == [0, 1, 1]
    assert yearly["SCAN-RUN"] == [0, 1, 1]  # without a last year: to the end
    assert yearly["NET-KIT"] == pytest.approx([0.625, 0.625, 0])  # 1.25 in two halves
    assert yearly["CLOUD-BUILD"] == pytest.approx([1 / 3] * 3)
    assert yearly["LINK-BUILD"] == pytest.approx([0, 1.5, 0])


# ------------------------------------------------------------------------------- for any numbers


def parts_of(case: Case, draws: Draws) -> tuple[Floats, Floats]:
    """What the lines of OPS cost, capabilities and outside, from the rows and nothing else."""
    levels = {c.id: draws.of(c.amount) for c in case.costs if c.total == "OPS"}
    scale = draws.of(case.totals[0].amount) / np.sum(list(levels.values()), axis=0)
    return scale * (np.sum(list(levels.values()), axis=0) - levels["REST"]), scale * levels["REST"]


@settings(max_examples=25, deadline=None)
@given(seeds, st.sampled_from(sorted(KEYS)), st.sampled_from(sorted(schedules())))
def test_capabilities_and_what_is_outside_make_up_the_stated_total(
    small: Case, seed: int, key: str, schedule: str
) -> None:
    """In every draw, under every key and schedule."""
    bare = replace(small, costs=tuple(c for c in small.costs if c.total))
    case = bare.with_platform_key(key).with_settings(discounting=schedule)
    draws = Sampled(seed, 0, 30)
    benefit = np.random.default_rng(seed).uniform(0, 100, (30, 4)) * (seed % 3 > 0)
    costs = CostModel(case).price(draws, benefit)
    inside, outside = parts_of(case, draws)
    annuity = discount_factors(case).sum()
    np.testing.assert_allclose(costs.capability.sum(axis=(1, 2)), inside * annuity, rtol=1e-12)
    stated = draws.of(case.totals[0].amount)
    np.testing.assert_allclose(
        costs.capability.sum(axis=(1, 2)) / annuity + outside, stated, rtol=1e-12
    )


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 6), st.integers(1, 5), st.sampled_from(sorted(KEYS)), st.data())
def test_shares_of_a_platform_sum_to_one(
    draws: int, users: int, key: str, data: st.DataObject
) -> None:
    rng = np.random.default_rng(data.draw(seeds))
    use = rng.integers(0, 4, (draws, users)).astype(float)
    use[:, 0] += 1  # the door asks for a user
    benefit = rng.integers(0, 2, (draws, users)) * rng.random((draws, users))
    share = KEYS[key](use, rng.random(draws), benefit)
    np.testing.assert_allclose(share.sum(axis=1), 1, atol=1e-12)
    assert (share[use == 0] == 0).all()
    assert (share >= 0).all()


@pytest.mark.parametrize("key", KEYS)
def test_who_does_not_use_a_platform_moves_no_share(small: Case, key: str) -> None:
    """By every key the shares are those among all capabilities, one without use among them."""
    used = tuple(u for u in small.usage if u.capability != small.usage[0].capability)
    model, draws = CostModel(replace(small, usage=used)), Sampled(3, 0, 20)
    points = np.random.default_rng(0).random((20, len(small.capabilities)))
    found = model.platform_shares(draws, points, key)
    for k, platform in enumerate(small.platforms):
        use = model.loads(draws, platform.id).sum(axis=1)
        assert (use == 0).all(axis=0).any()
        whole = KEYS[key](use, draws.of(platform.fixed), points)
        np.testing.assert_allclose(found[:, k], whole, rtol=1e-12, atol=1e-15)


@settings(max_examples=15, deadline=None)
@given(seeds)
def test_platform_costs_are_shared_and_not_lost(small: Case, seed: int) -> None:
    draws = Sampled(seed, 0, 20)
    model = CostModel(small)
    whole = model.price(draws)
    own = CostModel(replace(small, usage=(), platforms=(), costs=no_platforms(small))).price(draws)
    scaled = whole.platform.sum(axis=1)
    # the lines of OPS are scaled together, so the capabilities' own lines are compared as they are
    np.testing.assert_allclose(
        whole.capability.sum(axis=(1, 2)), own.capability.sum(axis=(1, 2)) + scaled, rtol=1e-9
    )
    np.testing.assert_allclose(model.platform_shares(draws).sum(axis=2), 1, rtol=1e-12)


def no_platforms(case: Case) -> tuple[Any, ...]:
    """The lines of platforms, called outside: they still count in their total."""
    return tuple(
        replace(c, platform="", treatment="outside") if c.platform else c for c in case.costs
    )


@settings(max_examples=15, deadline=None)
@given(seeds, st.floats(0.01, 1000))
def test_the_currency_does_not_matter(
    small: Case, revalue: Revalue, seed: int, rate: float
) -> None:
    """All amounts told in another currency: all costs follow, and nothing else."""

    def told(estimate: Estimate) -> Estimate:
        return replace(
            estimate,
            low=estimate.low * rate,
            mode=estimate.mode * rate,
            high=estimate.high * rate,
        )

    other = revalue(revalue(small, "costs", told), "totals", told)
    draws = Sampled(seed, 0, 10)
    ours, theirs = CostModel(small).price(draws), CostModel(other).price(draws)
    np.testing.assert_allclose(theirs.capability, ours.capability * rate, rtol=1e-9)
    np.testing.assert_allclose(theirs.asked, ours.asked * rate, rtol=1e-9)


def test_a_line_in_pounds_is_the_same_line_in_euros(small: Case) -> None:
    """100,000 pounds of 2020 at 1.2 are 120,000 euros of 2020, and 150,000 of 2024."""

    def told(line: CostLine, year: int, factor: float) -> CostLine:
        low, mode, high = (
            factor * x for x in (line.amount.low, line.amount.mode, line.amount.high)
        )
        amount = replace(line.amount, low=low, mode=mode, high=high)
        return replace(line, currency="EUR", price_year=year, amount=amount)

    draws = Sampled(5, 0, 10)
    ours = CostModel(small).price(draws).capability
    for year, factor in ((2020, 1.2), (2024, 1.5)):
        lines = tuple(told(c, year, factor) if c.id == "LAB-STAFF" else c for c in small.costs)
        theirs = CostModel(replace(small, costs=lines)).price(draws).capability
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)


def test_dearer_prices_today_make_old_amounts_larger(small: Case) -> None:
    prices = tuple(
        Price("deflator", "EUR", 2024, 120.0, "A", "LEDGER") if p.year == 2024 else p
        for p in small.prices
    )
    money = PriceBase(replace(small, prices=prices))
    assert money.factor("EUR", 2020) == pytest.approx(1.5)
    assert money.factor("GBP", 2020) == pytest.approx(1.8)
    assert money.factor("EUR", 2024) == 1


@settings(max_examples=20, deadline=None)
@given(seeds, st.sampled_from(sorted(bias_classes())), st.floats(0, 1))
def test_bias_makes_a_cost_larger_by_its_class(
    small: Case, seed: int, bias: str, mitigation: float
) -> None:
    def told(bias: str, mitigation: float) -> Case:
        return replace(
            small,
            costs=tuple(
                replace(c, bias=bias, mitigation=mitigation, range_means="measure")
                if c.id == "CLOUD-BUILD"
                else c
                for c in small.costs
            ),
        )

    draws = Sampled(seed, 0, 20)
    plain = CostModel(told("none", 0.0)).price(draws).asked[:, 2]
    biased = CostModel(told(bias, mitigation)).price(draws).asked[:, 2]
    lower, upper = bias_classes()[bias].capital
    share = biased / plain - 1
    assert share.min() >= lower - 1e-9
    assert share.max() <= lower + (upper - lower) * (1 - mitigation) + 1e-9


def test_more_discounting_is_less_cost(small: Case) -> None:
    rates = ("undiscounted", "omb-a4-2023", "eu-cohesion-3", "eu-cohesion-5", "omb-a94-1992")
    totals = [
        CostModel(small.with_settings(discounting=rate)).price(AtModes()).capability.sum()
        for rate in rates
    ]
    assert totals == sorted(totals, reverse=True)
    assert len(set(totals)) == len(totals)


def test_one_way_worlds_move_one_line(small: Case) -> None:
    line = next(line for line in small.costs if line.id == "LAB-STAFF")
    costs = CostModel(small).price(OneWay([line.amount])).capability.sum(axis=2)
    changed = ~np.isclose(costs[1:], costs[0], rtol=1e-14)
    assert changed.tolist() == [[False, False, True, False]] * 2
