"""Regression on shares, deals inside strata, p, intervals: worked examples and brute force."""

import tomllib
from itertools import permutations, product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capworth.errors import InputError
from capworth.methods.claim.deals import at_most, cost_strata, deal, ways
from capworth.methods.claim.share_regression import function_levels, share_regression
from capworth.methods.claim.share_test import (
    CostCheck,
    LeftOut,
    cost_statistic,
    held_p_values,
    left_out_p_values,
    p_values,
    ratio_interval,
    slope_p_values,
    slope_statistic,
    strong_form,
    tails,
)
from capworth.streams import stream

GOLDEN = tomllib.loads((Path(__file__).parents[2] / "golden/claim.toml").read_text("utf-8"))
SIX = GOLDEN["test"][0]
BUNDLED = GOLDEN["bundled"]


def arrays(golden: dict[str, Any], *names: str) -> list[Any]:
    return [np.array(golden[name]) for name in names]


def test_all_eight_deals() -> None:
    y, g, w, strata = arrays(SIX, "y", "group_share", "weight", "stratum")
    fit = share_regression(y, g, w)
    assert float(fit.slope) == pytest.approx(SIX["slope"], abs=SIX["atol"])
    assert float(fit.ratio) == pytest.approx(SIX["ratio"], abs=SIX["atol"])
    deals = deal(np.arange(6), strata, 4_999, stream(0, "test"))
    assert (deals.exact, deals.many, deals.floor) == (True, 8.0, 0.125)
    slope = slope_statistic(g, w, deals.order)
    slopes = sorted([float(slope.observed @ y), *map(float, slope.dealt @ y)])
    assert slopes == pytest.approx(SIX["slopes_of_all_deals"], abs=SIX["atol"])
    assert tails(slope, g, y, [1.0]).up[0] == SIX["p"]


def test_a_silent_split_moves_no_estimate() -> None:
    golden = GOLDEN["split"]
    fit = share_regression(*arrays(golden, "y", "group_share", "weight"))
    assert float(fit.slope) == pytest.approx(golden["slope"], abs=golden["atol"])
    assert float(fit.ratio) == pytest.approx(golden["ratio"], abs=golden["atol"])


@pytest.mark.parametrize("k", range(3), ids=[r["name"] for r in BUNDLED["reading"]])
def test_the_bundled_case(k: int) -> None:
    golden = BUNDLED["reading"][k]
    y, cost, g = arrays(BUNDLED, "score", "cost_m", "group_share")
    outcome, weight = [(y, cost), (y, np.ones(31)), (y / cost, cost)][k]
    strata = cost_strata(cost)
    assert strata.tolist() == BUNDLED["stratum"]
    order = deal(np.arange(31), strata, 4_999, stream(7, "test")).order
    fit = share_regression(outcome, g, weight)
    assert float(fit.slope) == pytest.approx(golden["slope"], abs=BUNDLED["atol"])
    assert float(fit.ratio) == pytest.approx(golden["ratio"], abs=BUNDLED["atol"])
    found = p_values(slope_statistic(g, weight, order), g, outcome, 1.25)
    assert found.greater == pytest.approx(golden["p_greater"], abs=BUNDLED["p_atol"])
    assert found.margin == pytest.approx(golden["p_margin"], abs=BUNDLED["p_atol"])
    assert found.greater > 0


def test_a_split_of_equal_votes_moves_the_estimate() -> None:
    """Only weights that add up over the parts keep it."""
    whole = share_regression([5.0, 3.0, 1.0], [1.0, 0.5, 0.0])
    parts = share_regression([5.0, 5.0, 3.0, 1.5], [1.0, 1.0, 0.5, 0.0])
    assert float(whole.ratio) != pytest.approx(float(parts.ratio), rel=1e-3)


def test_no_ratio_where_the_intercept_is_not_positive() -> None:
    fit = share_regression([4.0, 0.0, 1.0], [1.0, 0.1, 0.2])
    assert float(fit.intercept) < 0
    assert np.isnan(fit.ratio)


def test_many_draws_at_once() -> None:
    y = stream(1, "y").normal(5, 1, (4, 6))
    g = stream(1, "g").random((4, 6))
    together = share_regression(y, g, np.arange(1, 7))
    for k in range(4):
        alone = share_regression(y[k], g[k], np.arange(1, 7))
        assert together.ratio[k] == pytest.approx(float(alone.ratio), rel=1e-12)
        design = np.column_stack((np.ones(6), g[k])) * np.sqrt(np.arange(1, 7))[:, None]
        beta = np.linalg.lstsq(design, y[k] * np.sqrt(np.arange(1, 7)), rcond=None)[0]
        assert together.slope[k] == pytest.approx(beta[1], rel=1e-9)


def brute(y: Any, g: Any, w: Any, strata: Any, ratio: float) -> tuple[float, float]:
    """p by every permutation of lines that stays inside the strata, repeated ones and all."""
    places = [np.flatnonzero(strata == s) for s in np.unique(strata)]
    under = y / (1 + (ratio - 1) * g)
    slopes = []
    for choice in product(*(permutations(place) for place in places)):
        order = np.empty(len(y), dtype=int)
        for place, to in zip(places, choice, strict=True):
            order[place] = to
        x = g[order] - (w * g[order]).sum() / w.sum()
        slopes.append((w * x * under).sum() / (w * x * x).sum())
    found = np.array(slopes)
    tie = 1e-9 * np.abs(found).max()
    return (found >= found[0] - tie).mean(), (found <= found[0] + tie).mean()


@given(st.integers(0, 10_000), st.floats(0.3, 3.0))
def test_exact_p_is_that_of_every_permutation(seed: int, ratio: float) -> None:
    random = stream(seed, "brute")
    strata = np.array([0, 0, 0, 1, 1, 1])
    g = random.choice([0.0, 0.25, 1.0], 6)
    if np.ptp(g[:3]) == 0 and np.ptp(g[3:]) == 0:
        return
    y, w = random.random(6) + 0.5, random.random(6) + 0.1
    deals = deal(np.unique(g, return_inverse=True)[1], strata, 100, stream(0, "deals"))
    assert deals.exact
    found = tails(slope_statistic(g, w, deals.order), g, y, [ratio])
    up, down = brute(y, g, w, strata, ratio)
    assert found.up[0] == pytest.approx(up)
    assert found.down[0] == pytest.approx(down)


def test_deals_stay_inside_their_stratum_and_count_what_there_is() -> None:
    """Eight lines, three of them pure: 56 labellings (practice notes, part B.10)."""
    kinds = np.array([1, 1, 1, 0, 0, 0, 0, 0])
    deals = deal(kinds, np.zeros(8, dtype=int), 4_999, stream(0, "deals"))
    assert (deals.exact, deals.many) == (True, 56.0)
    assert deals.floor == pytest.approx(0.017857, abs=1e-6)
    assert len({tuple(kinds[order]) for order in deals.order} | {tuple(kinds)}) == 56
    strata = np.array([0, 1, 0, 1, 2, 2, 2, 2, 2, 2, 2])
    drawn = deal(np.arange(11), strata, 300, stream(0, "deals"))
    assert not drawn.exact
    assert drawn.many == 2 * 2 * 5040
    assert (strata[drawn.order] == strata).all()
    assert (np.sort(drawn.order, axis=1) == np.arange(11)).all()
    np.testing.assert_allclose((drawn.order[:, 4] == 7).mean(), 1 / 7, atol=0.06)


def test_one_stratum_of_lines_that_are_alike_has_one_deal() -> None:
    deals = deal([0, 0, 1], [0, 0, 1], 99, stream(0, "deals"))
    assert (deals.many, deals.floor, deals.order.shape) == (1.0, 1.0, (0, 3))


@pytest.mark.parametrize(
    ("lines", "sizes"), [(31, [11, 10, 10]), (14, [7, 7]), (15, [5, 5, 5]), (9, [9]), (4, [4])]
)
def test_strata_have_five_lines_or_more(lines: int, sizes: list[int]) -> None:
    cost = stream(3, "cost").permutation(lines) + 1.0
    strata = cost_strata(cost)
    assert np.bincount(strata).tolist() == sizes
    assert (np.diff(strata[np.argsort(cost)]) >= 0).all()


def test_equal_costs_go_to_the_lower_stratum() -> None:
    assert cost_strata([1, 2, 2, 2, 3, 4], 2).tolist() == [0, 0, 0, 0, 1, 1]


def test_the_interval_holds_what_is_not_rejected() -> None:
    y, cost, g = arrays(BUNDLED, "score", "cost_m", "group_share")
    order = deal(np.arange(31), cost_strata(cost), 1_999, stream(7, "test")).order
    slope = slope_statistic(g, cost, order)
    low, high = ratio_interval(slope, g, y, 0.9)
    inside = tails(slope, g, y, [low * 1.001, high / 1.001])
    outside = tails(slope, g, y, [low / 1.003, high * 1.003])
    assert (np.minimum(inside.up, inside.down) > 0.05).all()
    assert outside.up[0] <= 0.05
    assert outside.down[1] <= 0.05


def test_an_interval_without_an_end() -> None:
    """Four lines of one stratum: 24 deals, no p below 1/24, so nothing is ever rejected."""
    g = np.array([1.0, 0.7, 0.2, 0.0])
    order = deal(np.arange(4), np.zeros(4, dtype=int), 99, stream(0, "few")).order[:10]
    low, high = ratio_interval(slope_statistic(g, np.ones(4), order), g, [3.0, 4.0, 2.0, 5.0])
    assert (low, high) == (0.0, np.inf)


def test_what_is_rejected_at_five_in_a_hundred_is_outside() -> None:
    """Three of six lines in the group: 20 deals, and p is 1/20 at 1, which is not above 0.05."""
    g = np.array([1.0, 1.0, 1.0, 0.0, 0.0, 0.0])
    y = [9.0, 8.0, 7.0, 3.0, 2.0, 1.0]
    order = deal(g.astype(int), np.zeros(6, dtype=int), 99, stream(0, "few")).order
    slope = slope_statistic(g, np.ones(6), order)
    assert p_values(slope, g, y, 1.25).greater == 1 / 20
    low, high = ratio_interval(slope, g, y, 0.9)
    assert 7 / 3 < low < 4 < high < 9  # 7/3: below it even the least of the group is above the rest


def test_an_outcome_that_is_a_ratio_and_nothing_else() -> None:
    """No chance in it: the true ratio alone is accepted, or ratios too near to be told apart."""
    g = np.linspace(0, 1, 12)
    order = deal(np.arange(12), np.zeros(12, dtype=int), 999, stream(0, "pure")).order
    low, high = ratio_interval(slope_statistic(g, np.ones(12), order), g, 1 + 1.0 * g)
    assert np.isnan(low) or (low == pytest.approx(2.0, rel=0.2) and high < 2.4)


def test_with_log_cost_held_by_least_squares() -> None:
    """The statistic is the slope on the share in a fit on (1, log cost, share), up to a factor."""
    y, cost, g = arrays(BUNDLED, "score", "cost_m", "group_share")
    for weight in (np.ones(31), cost):
        found = cost_statistic(g, weight, cost, np.arange(31)[None])
        assert found is not None
        design = np.column_stack((np.ones(31), np.log(cost), g))
        root = np.sqrt(weight)
        beta = np.linalg.lstsq(design * root[:, None], y * root, rcond=None)[0]
        rest = np.linalg.lstsq(design[:, :2] * root[:, None], g * root, rcond=None)[0]
        left = g - design[:, :2] @ rest
        assert found.observed @ y == pytest.approx(beta[2] * (weight * left**2).sum(), rel=1e-9)
        assert found.dealt[0] @ y == pytest.approx(found.observed @ y * np.sqrt(30 / 29), rel=1e-9)
        trend = found.dealt @ (y + 3 * np.log(cost))
        np.testing.assert_allclose(trend, found.dealt @ y, rtol=1e-6)


def test_a_share_that_is_a_matter_of_cost_cannot_be_checked() -> None:
    cost = np.exp(np.arange(6.0))
    assert cost_statistic(np.arange(6) / 5, np.ones(6), cost, np.arange(6)[None]) is None
    assert cost_statistic([0, 0.5, 1], np.ones(3), [1, 2, 4], np.arange(3)[None]) is None


def test_the_bundled_margin_is_not_shown_with_cost_held() -> None:
    """Method note, section 0: p_greater 0.0005, p_margin 0.14 to 0.16 in both weightings."""
    y, cost, g = arrays(BUNDLED, "score", "cost_m", "group_share")
    order = deal(np.arange(31), np.zeros(31, dtype=int), 4_999, stream(7, "free")).order
    for weight in (cost, np.ones(31)):
        check = cost_statistic(g, weight, cost, order)
        assert check is not None
        found = p_values(check, g, y, 1.25)
        assert found.greater <= 0.0025
        assert found.margin == pytest.approx(0.15, abs=0.025)


def test_levels_of_functions_and_the_strong_form() -> None:
    shares = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0.5, 0.5, 0]])
    levels = function_levels(shares @ [8.0, 6.0, 1.0], shares, np.ones(4))
    np.testing.assert_allclose(levels, [8.0, 6.0, 1.0])
    twelve = np.tile(np.eye(3), (4, 1))
    y = twelve @ [8.0, 6.0, 1.0] + np.tile([0.1, -0.1, 0.05], 4)
    order = deal(np.tile([0, 1, 2], 4), np.zeros(12, dtype=int), 999, stream(0, "strong")).order
    assert strong_form(y, twelve, np.ones(12), [True, True, False], order) <= 0.02
    assert strong_form(y, twelve, np.ones(12), [False, True, False], order) > 0.5  # 6 is below 8
    assert strong_form(y, twelve, np.ones(12), [True, False, True], order) > 0.9


def test_slips() -> None:
    with pytest.raises(InputError, match="all lines have the same share"):
        share_regression([1.0, 2.0], [0.5, 0.5])
    with pytest.raises(InputError, match="share"):
        share_regression([1.0, 2.0], [0.5, 1.5])
    with pytest.raises(InputError, match="give one of each a line"):
        deal([0, 1], [0], 9, stream(0, "x"))


@pytest.mark.parametrize("per_cost", [False, True])
def test_p_without_each_deal_s_slope_are_those_of_the_statistics(per_cost: bool) -> None:
    random = stream(4, "p")
    for lines in (4, 9, 31):
        g, y, cost = (
            random.random(lines),
            random.lognormal(size=lines),
            random.lognormal(size=lines),
        )
        weight = cost if per_cost else np.ones(lines)
        order = random.permuted(np.tile(np.arange(lines), (299, 1)), axis=1)
        plain = p_values(slope_statistic(g, weight, order), g, y, 1.25)
        assert slope_p_values(g, weight, y, order, 1.25) == plain
        check = CostCheck.of(weight, cost, per_cost)
        statistic = cost_statistic(g, weight, cost, order, per_cost)
        assert check is not None
        assert statistic is not None
        assert held_p_values(check, g, y, order, 1.25) == p_values(statistic, g, y, 1.25)


def test_some_p_of_lists_without_a_line_are_those_of_each_list() -> None:
    random = stream(4, "left out")
    g, y, w = random.random(12), random.lognormal(size=12), random.lognormal(size=12)
    order = random.permuted(np.tile(np.arange(11), (99, 1)), axis=1)
    names = ("above_inverse", "less", "margin")
    found = left_out_p_values(g, w, y, LeftOut.of(order), 1.25, names)
    for line in range(12):
        others = np.delete(np.arange(12), line)
        p = p_values(slope_statistic(g[others], w[others], order), g[others], y[others], 1.25)
        assert found[:, line].tolist() == [getattr(p, name) for name in names]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 1)), min_size=1, max_size=9))
def test_at_most_counts_as_ways_do(drawn: list[tuple[int, int]]) -> None:
    kinds, strata = map(list, zip(*drawn, strict=True))
    many = ways(kinds, strata)
    assert at_most(kinds, strata, many)
    assert not at_most(kinds, strata, many - 1)
