"""Weights for those who answered, how far they may be off, and what chance alone would give."""

import tomllib
from itertools import combinations, permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from capworth.errors import InputError
from capworth.methods.survey.clustering import best_grouping, k_means, silhouette
from capworth.methods.survey.nonresponse import (
    eta_squared,
    eta_squared_p_value,
    replicate_weights,
    response_weights,
    weighted_means,
    weighting_cells,
)
from capworth.streams import stream

GOLDEN = tomllib.loads((Path(__file__).parents[2] / "golden/voice.toml").read_text("utf-8"))


@pytest.mark.parametrize("golden", GOLDEN["cells"], ids=lambda golden: golden["name"])
def test_weighting_cells(golden: dict[str, Any]) -> None:
    region, size, answered = (np.array(golden[n]) for n in ("region", "size", "answered"))
    assert weighting_cells(region, size, answered).tolist() == golden["cells"]


@given(st.integers(0, 2**32), st.integers(1, 4), st.integers(1, 3))
def test_every_cell_can_speak_and_weights_sum_to_the_members(
    seed: int, regions: int, sizes: int
) -> None:
    rng = stream(seed, "cells")
    members = int(rng.integers(2, 60))
    region, size = rng.integers(regions, size=members), rng.integers(sizes, size=members)
    answered = rng.random(members) < 0.5
    answered[0] = True
    cells = weighting_cells(region, size, answered)
    weights = response_weights(cells, answered)
    assert weights.sum() == pytest.approx(members)
    assert (weights >= 1).all()
    answers = np.bincount(cells[answered], minlength=cells.max() + 1)
    assert answers.min() >= min(3, answered.sum())


def test_a_cell_without_an_answer_is_refused() -> None:
    with pytest.raises(InputError, match="nobody in cell 1 answered"):
        response_weights(np.array([0, 0, 1]), np.array([True, True, False]))
    with pytest.raises(InputError, match="nobody answered"):
        weighting_cells(np.array([0]), np.array([0]), np.array([False]))
    with pytest.raises(InputError, match="one entry a member"):
        response_weights(np.array([0, 0]), np.array([True]))


def test_replicates_have_the_spread_of_sampling_without_replacement() -> None:
    """The variance of a mean of n of N is (1 - n/N) s2 / n, cell by cell (Cochran 1977, ch. 5)."""
    cells = np.array([0] * 12 + [1] * 8)
    answered = np.array([True] * 6 + [False] * 6 + [True] * 5 + [False] * 3)
    ratings = np.array([1.0, 4, 6, 2, 9, 7, 3, 3, 8, 10, 5])
    weights = replicate_weights(cells, answered, 40_000, stream(1, "test"))
    means = weighted_means(weights, ratings[:, None])[:, 0]
    expected = 0.0
    for part, whole in ((ratings[:6], 12), (ratings[6:], 8)):
        n = len(part)
        expected += (whole / 20) ** 2 * (1 - n / whole) * part.var(ddof=1) / n
    assert means.mean() == pytest.approx(
        (12 * ratings[:6].mean() + 8 * ratings[6:].mean()) / 20, abs=0.01
    )
    assert means.var() == pytest.approx(expected, rel=0.03)


def test_a_cell_that_answered_in_full_does_not_move_and_half_known_moves_more() -> None:
    cells, answered = np.zeros(4, dtype=np.int64), np.ones(4, dtype=bool)
    assert np.ptp(replicate_weights(cells, answered, 50, stream(1, "test")), axis=0).max() == 0
    half = replicate_weights(cells, answered, 50, stream(1, "test"), np.full(4, 0.5))
    assert np.ptp(half, axis=0).min() > 0
    np.testing.assert_allclose(half.sum(axis=1), 4)


def test_of_one_answer_that_speaks_for_others_the_spread_is_unknown() -> None:
    weights = replicate_weights(
        np.array([0, 0, 0]), np.array([True, False, False]), 5, stream(1, "test")
    )
    assert np.isnan(weights).all()
    alone = replicate_weights(np.array([0]), np.array([True]), 5, stream(1, "test"))
    assert alone.tolist() == [[1.0]] * 5  # it speaks for nobody else


def test_means_leave_out_who_did_not_answer() -> None:
    answers = np.array([[1.0, np.nan], [4.0, np.nan], [np.nan, np.nan]])
    found = weighted_means(np.array([[1.0, 2.0, 5.0], [3.0, 1.0, 5.0]]), answers)
    np.testing.assert_allclose(found[:, 0], [3.0, 7 / 4])
    assert np.isnan(found[:, 1]).all()


def test_the_share_between_groups_is_that_of_an_analysis_of_variance() -> None:
    rng = stream(5, "test")
    groups = np.array([0] * 5 + [1] * 7 + [2] * 4)
    ratings = rng.normal(size=16) + groups
    found = eta_squared(groups, np.ones(16), ratings[:, None])[0]
    f = stats.f_oneway(*(ratings[groups == g] for g in range(3))).statistic
    assert found == pytest.approx(f * 2 / (f * 2 + 13))
    doubled = eta_squared(np.repeat(groups, 2), np.ones(32), np.repeat(ratings, 2)[:, None])[0]
    weighed = eta_squared(groups, np.full(16, 2.0), ratings[:, None])[0]
    assert doubled == pytest.approx(weighed)


def test_the_share_between_groups_at_its_ends() -> None:
    groups = np.array([0, 0, 1, 1])
    ratings = np.array([[1.0, 1.0, 5.0], [1.0, 3.0, 5.0], [2.0, 1.0, 5.0], [2.0, 3.0, 5.0]])
    found = eta_squared(groups, np.ones(4), ratings)
    np.testing.assert_allclose(found[:2], [1.0, 0.0])
    assert np.isnan(found[2])


def test_the_chance_is_that_of_all_regroupings() -> None:
    ratings = np.array([1.0, 2.0, 6.0, 5.0, 9.0, 7.0])
    groups = np.array([0, 0, 0, 1, 1, 1])
    shares = []
    for ones in combinations(range(6), 3):
        other = np.zeros(6, dtype=np.int64)
        other[list(ones)] = 1
        shares.append(eta_squared(other, np.ones(6), ratings[:, None])[0])
    own = eta_squared(groups, np.ones(6), ratings[:, None])[0]
    exact = float(np.mean(np.array(shares) >= own - 1e-12))
    found = eta_squared_p_value(groups, np.ones(6), ratings[:, None], 20_000, stream(2, "test"))[0]
    assert found == pytest.approx(exact, abs=0.01)
    assert 0.05 < exact < 0.95


def test_groups_made_at_random_are_found_to_differ_as_seldom_as_said() -> None:
    rng = stream(3, "test")
    ratings = rng.normal(size=(30, 400))
    groups = np.repeat([0, 1, 2], 10)
    found = eta_squared_p_value(groups, np.ones(30), ratings, 199, rng)
    assert (found <= 0.05).mean() == pytest.approx(0.05, abs=0.035)


# ------------------------------------------------------------------------------------- groups


def spread_within(points: np.ndarray, groups: np.ndarray) -> float:
    return sum(
        float(((points[groups == g] - points[groups == g].mean(axis=0)) ** 2).sum())
        for g in set(groups.tolist())
    )


@pytest.mark.parametrize("k", [2, 3])
def test_no_other_groups_are_tighter(k: int) -> None:
    points = stream(k, "test").normal(size=(8, 2))
    found = spread_within(points, k_means(points, k, stream(1, "starts")))
    best = np.inf
    for code in range(k**8):
        groups = np.array([(code // k**i) % k for i in range(8)])
        if len(set(groups.tolist())) == k:
            best = min(best, spread_within(points, groups))
    assert found == pytest.approx(best)


def test_the_largest_group_comes_first() -> None:
    points = np.array([[0.0], [9.0], [9.1], [9.2], [0.1]])
    assert k_means(points, 2, stream(1, "test")).tolist() == [1, 0, 0, 0, 1]


def test_silhouette_is_as_defined() -> None:
    points = np.array([[0.0, 0], [1, 0], [4, 3], [5, 3], [9, 9]])
    groups = np.array([0, 0, 1, 1, 2])
    width = []
    for i in range(5):
        apart = [float(np.hypot(*(points[i] - points[j]))) for j in range(5)]
        own = [apart[j] for j in range(5) if j != i and groups[j] == groups[i]]
        if not own:
            width.append(0.0)
            continue
        other = min(
            float(np.mean([apart[j] for j in range(5) if groups[j] == g]))
            for g in set(groups.tolist()) - {int(groups[i])}
        )
        near = float(np.mean(own))
        width.append((other - near) / max(other, near))
    np.testing.assert_allclose(silhouette(points, groups), width)


def test_clear_groups_are_found_and_noise_is_not_cut_up() -> None:
    rng = stream(4, "test")
    clear = np.repeat([[0.0, 0, 9], [9, 0, 0], [0, 9, 0]], [9, 7, 5], axis=0)
    clear = clear + rng.normal(size=(21, 3))
    groups, width = best_grouping(clear, 6, rng)
    assert np.bincount(groups).tolist() == [9, 7, 5]
    assert width > 0.7
    assert best_grouping(rng.normal(size=(60, 12)), 6, rng)[1] < 0.25


def test_a_group_that_is_too_small_does_not_count() -> None:
    points = np.array([[0.0], [0.1], [0.2], [0.3], [9.0]])
    assert best_grouping(points, 4, stream(1, "test"), fewest=2)[0].max() <= 1
    groups, width = best_grouping(points, 2, stream(1, "test"), fewest=2)
    assert (groups.tolist(), width) == ([0] * 5, 0.0)
    assert np.bincount(best_grouping(points, 2, stream(1, "test"))[0]).tolist() == [4, 1]


@pytest.mark.parametrize("k", [0, 4])
def test_groups_that_cannot_be_are_refused(k: int) -> None:
    with pytest.raises(InputError, match=f"k: {k} groups of 3 rows"):
        k_means(np.array([[0.0], [1.0], [2.0]]), k, stream(1, "test"))


def test_the_order_of_the_rows_does_not_matter_where_groups_are_clear() -> None:
    points = np.array([[0.0], [0.5], [8.0], [8.5], [9.0]])
    for order in list(permutations(range(5)))[:20]:
        groups = k_means(points[list(order)], 2, stream(1, "test"))
        assert {frozenset(np.array(order)[groups == g].tolist()) for g in (0, 1)} == {
            frozenset({0, 1}),
            frozenset({2, 3, 4}),
        }
