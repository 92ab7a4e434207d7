import tomllib
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, kstest, triang

from capworth.errors import InputError
from capworth.methods.arguments import Floats
from capworth.methods.elicitation.weights import (
    FROM_ORDER,
    Sampler,
    around,
    composed,
    fixed,
    free,
    normalised,
    ordered,
    rank_order_centroid,
    resampled,
    swings,
    within,
)

GOLDEN = tomllib.loads((Path(__file__).parents[2] / "golden/elicitation.toml").read_text("utf-8"))
SAMPLERS: dict[str, Sampler] = {
    "fixed": fixed([3, 1, 2, 0]),
    "free": free(4),
    "swings": swings([0, 20, 50, 100], [10, 20, 80, 100], [40, 20, 90, 100]),
    "around": around([1, 2, 3, 4], 20),
    "resampled": resampled([[1, 0, 2, 3], [4, 4, 0, 0]]),
    "within": within([0.1, 0, 0.2, 0.05], [0.3, 0.5, 0.25, 1]),
    "ordered": ordered(4, [(2, 0), (2, 1)]),
}


def draw(sampler: Sampler, draws: int = 20_000, seed: int = 1) -> Floats:
    return sampler(np.random.default_rng(seed), draws)


@pytest.mark.parametrize("name", SAMPLERS)
def test_every_draw_is_weights(name: str) -> None:
    weights = draw(SAMPLERS[name], 500)
    assert weights.shape == (500, 4)
    assert weights.min() >= 0
    np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-12)
    np.testing.assert_array_equal(weights, draw(SAMPLERS[name], 500))
    assert draw(SAMPLERS[name], 0).shape == (0, 4)


@pytest.mark.parametrize("golden", GOLDEN["from_order"], ids=lambda golden: golden["name"])
def test_weights_from_an_order(golden: dict[str, Any]) -> None:
    for name, weights in FROM_ORDER.items():
        np.testing.assert_allclose(weights(5), golden[name], rtol=0, atol=golden["atol"])
        assert weights(1).tolist() == [1.0]


def test_free_weights_are_even_over_the_simplex() -> None:
    """One weight of n is beta(1, n - 1), a sum of two is beta(2, n - 2): closed form."""
    weights = draw(free(5))
    assert kstest(weights[:, 3], beta(1, 4).cdf).pvalue > 1e-3
    assert kstest(weights[:, 0] + weights[:, 4], beta(2, 3).cdf).pvalue > 1e-3


def test_swings_are_triangular_before_they_are_normalised() -> None:
    """With the other criterion fixed at 50 points, the points can be told from the weights."""
    weights = draw(swings([50, 10], [50, 40], [50, 50]))
    points = 50 * weights[:, 1] / weights[:, 0]
    assert kstest(points, triang(0.75, 10, 40).cdf).pvalue > 1e-3
    for low, mode, high in ((10, 10, 50), (10, 50, 50), (30, 30, 30)):
        weights = draw(swings([50, low], [50, mode], [50, high]))
        points = 50 * weights[:, 1] / weights[:, 0]
        assert points.mean() == pytest.approx((low + mode + high) / 3, abs=0.3)


def test_weights_around_a_centre_have_its_mean_and_the_stated_variance() -> None:
    weights = draw(around([1, 3, 6], 9), 40_000)
    mean = np.array([0.1, 0.3, 0.6])
    np.testing.assert_allclose(weights.mean(axis=0), mean, atol=0.005)
    np.testing.assert_allclose(weights.var(axis=0), mean * (1 - mean) / 10, rtol=0.04)


def test_records_are_equally_likely() -> None:
    weights = draw(resampled([[1, 3], [1, 1], [1, 0]]), 9000)
    heavy, counts = np.unique(weights[:, 0], return_counts=True)
    assert heavy.tolist() == [0.25, 0.5, 1.0]
    assert np.abs(counts - 3000).max() < 250


# ---- bounds: exactly uniform, whatever the shape of the polytope


def by_rejection(low: list[float], high: list[float], draws: int) -> Floats:
    weights = draw(free(len(low)), draws, seed=99)
    return weights[((weights >= low) & (weights <= high)).all(axis=1)]


@pytest.mark.parametrize(
    ("low", "high"),
    [
        ([0.0, 0, 0], [1.0, 1, 1]),
        ([0.1, 0.0, 0.2], [0.6, 0.3, 0.9]),  # the widest in the last place
        ([0.0, 0.3, 0.1], [0.9, 0.5, 0.2]),  # the widest in the first place
        ([0.0, 0.0, 0.0], [0.4, 0.45, 0.5]),  # near the upper bounds
        ([0.05, 0.1, 0.0, 0.0], [0.3, 0.4, 0.35, 0.6]),
    ],
)
def test_weights_within_bounds_are_those_of_plain_rejection(
    low: list[float], high: list[float]
) -> None:
    ours, plain = draw(within(low, high)), by_rejection(low, high, 400_000)
    assert (ours >= low).all()
    assert (ours <= high).all()
    np.testing.assert_allclose(ours.sum(axis=1), 1, atol=1e-12)
    assert len(plain) > 2000
    for j in range(len(low)):
        assert kstest(ours[:, j], plain[:, j]).pvalue > 1e-3, j


def test_free_weights_are_a_special_case_of_bounds() -> None:
    weights = draw(within([0.0] * 6, [1.0] * 6))
    assert kstest(weights[:, 0], beta(1, 5).cdf).pvalue > 1e-3
    assert kstest(weights[:, 5], beta(1, 5).cdf).pvalue > 1e-3


def test_bounds_that_leave_one_point_or_nearly_so() -> None:
    assert draw(within([0.2, 0.8], [0.2, 0.8]), 3).tolist() == [[0.2, 0.8]] * 3
    np.testing.assert_allclose(draw(within([0.0] * 3, [1 / 3] * 3), 2), 1 / 3, atol=1e-9)
    np.testing.assert_allclose(draw(within([0.2, 0.3, 0.5], [1] * 3), 2), [[0.2, 0.3, 0.5]] * 2)
    tight = draw(within([0.33] * 3, [0.34] * 3), 2000)
    assert (tight >= 0.33).all()
    assert (tight <= 0.34).all()
    corner = draw(within([0.0] * 12, [0.0834] * 12), 2000)  # plain rejection would never end
    assert (corner <= 0.0834).all()
    np.testing.assert_allclose(corner.mean(axis=0), 1 / 12, atol=5e-6)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=8))
def test_bounds_are_kept_or_refused(bounds: list[tuple[float, float]]) -> None:
    low, high = (np.array(ends) for ends in zip(*map(sorted, bounds), strict=True))
    if low.sum() > 1 or high.sum() < 1:
        if abs(low.sum() - 1) > 1e-6 and abs(high.sum() - 1) > 1e-6:
            with pytest.raises(InputError, match="sum to"):
                within(low, high)
        return
    weights = draw(within(low, high), 20)
    assert (weights >= low).all()
    assert (weights <= high).all()
    np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-8)


# ---- orders


def test_a_complete_order_has_the_centroid_as_its_mean() -> None:
    weights = draw(ordered(5, [(3, 0), (0, 4), (4, 1), (1, 2)]))
    assert (np.diff(weights[:, [3, 0, 4, 1, 2]], axis=1) <= 0).all()
    mean = weights[:, [3, 0, 4, 1, 2]].mean(axis=0)
    np.testing.assert_allclose(mean, rank_order_centroid(5), atol=0.005)


@pytest.mark.parametrize(
    "pairs", [[(0, 1)], [(0, 1), (0, 2), (3, 2)], [(2, 0), (2, 1), (0, 3), (1, 3)], []]
)
def test_every_order_that_agrees_is_equally_likely(pairs: list[tuple[int, int]]) -> None:
    weights = draw(ordered(4, pairs))
    for heavier, lighter in pairs:
        assert (weights[:, heavier] >= weights[:, lighter]).all()
    agreeing = {
        order
        for order in permutations(range(4))
        if all(order.index(heavier) < order.index(lighter) for heavier, lighter in pairs)
    }
    orders, counts = np.unique(np.argsort(-weights, axis=1), axis=0, return_counts=True)
    assert {tuple(order) for order in orders.tolist()} == agreeing
    even = len(weights) / len(agreeing)
    assert np.abs(counts - even).max() < 5 * np.sqrt(even)


def test_what_follows_from_the_pairs_is_kept_too() -> None:
    weights = draw(ordered(6, [(4, 5), (5, 0), (0, 3)]), 2000)
    assert (np.diff(weights[:, [4, 5, 0, 3]], axis=1) <= 0).all()


# ---- trees


def test_leaves_take_their_share_of_the_branch() -> None:
    parents = np.array([[0.25, 0.75], [0.5, 0.5]])
    children = np.array([[0.4, 1.0, 0.6], [0.9, 1.0, 0.1]])
    leaves = composed(parents, children[:, [1, 0, 2]], [0, 1, 1])
    np.testing.assert_allclose(leaves, [[0.25, 0.3, 0.45], [0.5, 0.45, 0.05]])


NAN = float("nan")
SLIPS = [
    (lambda: normalised([1, -0.2]), r"entry \[1\] is -0.2, below 0"),
    (lambda: normalised([[1.0, 2.0], [NAN, 1.0]]), r"entry \[1, 0\] is nan"),
    (lambda: normalised([[1, 2], [0, 0]]), "row 1 is all zeros"),
    (lambda: normalised([0, 0]), "they are all zeros"),
    (lambda: normalised([]), "Give a table"),
    (lambda: normalised([[1, 2], [3]]), "rows of one length"),
    (lambda: fixed([[1, 2]]), "give one row"),
    (lambda: free(0), "0 is below 1"),
    (lambda: swings([0], [2], [1]), "criterion 0: low 0, mode 2, high 1"),
    (lambda: swings([0, -1], [2, 0], [3, 1]), "criterion 1: low -1"),
    (lambda: swings([0], [2, 3], [1]), "differ in length"),
    (lambda: swings([0, 0], [0, 0], [0, 0]), "all points are zero"),
    (lambda: around([1, 0], 3), "every criterion needs some weight"),
    (lambda: around([1, 1], 0), "evidence: 0"),
    (lambda: resampled([1, 2]), r"not \(records, criteria\)"),
    (lambda: within([0.5, 0.6], [0.7, 0.8]), "lower bounds sum to 1.1"),
    (lambda: within([0, 0], [0.4, 0.5]), "upper bounds sum to 0.9"),
    (lambda: within([0, 0.5], [1, 0.4]), "criterion 1: bounds 0.5 to 0.4"),
    (lambda: within([0, -0.5], [1, 0.4]), "criterion 1: bounds -0.5"),
    (lambda: within([0, 0.5], [1, 40]), "criterion 1: bounds 0.5 to 40"),
    (lambda: within([0], [1, 1]), "differ in length"),
    (lambda: ordered(3, [(0, 1), (1, 2), (2, 0)]), "criterion 0 outweighs itself"),
    (lambda: ordered(3, [(0, 3)]), "3 is no criterion"),
    (lambda: ordered(21, []), "not between 1 and 20"),
    (lambda: composed([[1.0]], [[0.5, 0.4]], [0, 0]), "children: row 0"),
    (lambda: composed([[0.5, 0.6]], [[1, 1]], [0, 1]), "parents: row 0"),
    (lambda: composed([[0.5, 0.5]], [[1, 1]], [0, 0]), "each branch from 0 to 1"),
    (lambda: composed([[0.5, 0.5]], [[1, 1]], [0]), "each of the 2 leaves"),
    (lambda: composed([[1.0]], [[1.5, -0.5]], [0, 0]), "children: row 0"),
]


@pytest.mark.parametrize(("call", "words"), SLIPS)
def test_a_slip_is_named(call: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()
