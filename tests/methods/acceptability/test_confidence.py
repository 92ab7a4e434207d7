from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.integrate import quad
from scipy.stats import norm

from capworth.errors import InputError
from capworth.methods.acceptability.indices import (
    confidence_factors,
    confidence_from_counts,
    lead_counts,
    rank_confidence_sets,
)
from capworth.methods.acceptability.measurement import BLOCK, drawn, linear
from capworth.methods.acceptability.smaa import rank_shares
from capworth.methods.arguments import Floats

MEAN = np.array([[0.6, 0.2, 0.5], [0.5, 0.9, 0.1], [0.55, 0.5, 0.3]])
SPREAD = np.array([[0.1, 0.3, 0.05], [0.2, 0.1, 0.1], [0.1, 0.1, 0.2]])
CENTRAL = np.array([[0.5, 0.1, 0.4], [0.2, 0.7, 0.1], [0.6, 0.3, 0.1]])


def test_factors_of_independent_normal_errors_are_an_integral() -> None:
    """Chance that one normal number is above two others, by quadrature: no draws at all."""
    expected = []
    for i, weights in enumerate(CENTRAL):
        centre, width = MEAN @ weights, np.sqrt(SPREAD**2 @ weights**2)
        others = [k for k in range(3) if k != i]

        def density(
            x: float,
            i: int = i,
            centre: Floats = centre,
            width: Floats = width,
            others: list[int] = others,
        ) -> float:
            below = norm.cdf(x, centre[others], width[others]).prod()
            return float(norm.pdf(x, centre[i], width[i]) * below)

        expected.append(quad(density, -3, 4, limit=200)[0])
    measured = linear(MEAN, SPREAD)(np.random.default_rng(4), 200_000)
    counts = lead_counts(measured, CENTRAL, 200_000)
    np.testing.assert_allclose(
        confidence_from_counts(counts, CENTRAL, 200_000), expected, atol=0.004
    )


@given(arrays(np.float64, (12, 4, 2), elements=st.integers(0, 2).map(float)))
def test_a_factor_is_the_first_share_under_its_own_weights(measured: Floats) -> None:
    central = np.array([[1.0, 0.0], [0.5, 0.5], [np.nan, np.nan], [0.0, 1.0]])
    ours = confidence_factors(measured, central)
    for i in (0, 1, 3):
        assert ours[i] == pytest.approx(rank_shares(measured @ central[i])[i, 0])
    assert np.isnan(ours[2])
    parts = [lead_counts(drawn(part), central, len(part)) for part in (measured[:5], measured[5:])]
    np.testing.assert_array_equal(sum(parts), lead_counts(drawn(measured), central, 12))


def test_what_the_last_bit_decides_is_summed_criterion_by_criterion() -> None:
    """Options with the same levels in another order: whether they tie depends on the order."""
    random = np.random.default_rng(6)
    tenths = random.integers(1, 9, (70, 1, 5)) / 10
    measured = random.permuted(np.repeat(tenths, 4, axis=1), axis=2)
    central = np.full((4, 5), 0.3)
    expected = np.zeros((4, 4), dtype=np.int64)
    for levels in measured.tolist():
        values = []
        for row in levels:
            total = 0.3 * row[0]
            for level in row[1:]:
                total += 0.3 * level
            values.append(total)
        for i in np.flatnonzero(np.array(values) == max(values)):
            expected[i, values.count(max(values)) - 1] += 1
    assert (expected.sum(axis=0) > 0).sum() > 1
    np.testing.assert_array_equal(lead_counts(drawn(measured), central, 70), expected)


def test_draws_beyond_one_block_count_once() -> None:
    measured = np.random.default_rng(0).integers(0, 3, (2 * BLOCK + 5, 4, 2)).astype(float)
    central = np.array([[1.0, 0.0], [0.5, 0.5], [np.nan, np.nan], [0.0, 1.0]])
    ours = confidence_factors(measured, central)
    for i in (0, 1, 3):
        assert ours[i] == pytest.approx(rank_shares(measured @ central[i])[i, 0], abs=1e-12)


def test_sets_of_well_separated_options_are_single_ranks() -> None:
    noise = np.random.default_rng(0).normal(size=(500, 3))
    assert rank_confidence_sets(noise + np.array([5.0, 20, -10])).tolist() == [
        [2, 2],
        [1, 1],
        [3, 3],
    ]


def test_a_set_is_one_plus_those_surely_above() -> None:
    """Two twins in front of one far behind: the twins share ranks 1 to 2."""
    noise = np.random.default_rng(0).normal(size=(500, 3))
    assert rank_confidence_sets(noise + np.array([0.1, -30, 0])).tolist() == [
        [1, 2],
        [3, 3],
        [1, 2],
    ]


def test_differences_that_never_vary_are_sure() -> None:
    shared = np.random.default_rng(0).normal(size=(50, 1))
    assert rank_confidence_sets(shared + np.array([0.0, 2, 1])).tolist() == [[3, 3], [1, 1], [2, 2]]
    assert rank_confidence_sets(np.ones((5, 2))).tolist() == [[1, 2], [1, 2]]


def test_sets_cover_the_true_ranks_as_often_as_they_say() -> None:
    truth, trials = np.array([0.0, 1.0, 1.0, 2.2, 4.0]), 300
    true_low = 1 + (truth[:, None] < truth).sum(axis=1)
    true_high = len(truth) - (truth[:, None] > truth).sum(axis=1)
    rng = np.random.default_rng(8)
    noise = rng.normal(size=(400, 5))
    joint, single = 0, np.zeros(5)
    for estimate in truth + rng.normal(size=(trials, 5)):
        replicates = estimate + noise - noise.mean(axis=0)
        for jointly in (True, False):
            low, high = rank_confidence_sets(replicates, 0.8, jointly=jointly).T
            holds = (low <= true_low) & (high >= true_high)
            joint += jointly and holds.all()
            single += 0.0 if jointly else holds
    assert joint / trials >= 0.8 - 0.05
    assert (single / trials >= 0.8 - 0.06).all()


def test_more_confidence_and_all_together_make_sets_wider() -> None:
    noise = np.random.default_rng(6).normal(size=(1000, 8))
    values = np.arange(8) * 0.9 + noise

    def width(level: float, jointly: bool) -> int:
        low, high = rank_confidence_sets(values, level, jointly=jointly).T
        return int((high - low).sum())

    assert width(0.5, True) < width(0.99, True)
    assert width(0.9, False) < width(0.9, True)


@pytest.mark.parametrize("gap", [0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5])
def test_a_difference_is_as_sure_for_the_loser_as_for_the_winner(gap: float) -> None:
    """A long tail on one side counts for both, each by itself."""
    skewed = 1 - np.random.default_rng(3).standard_exponential(2000)
    for tail in (skewed, -skewed):
        values = np.column_stack((np.zeros(2000), gap + tail - tail.mean()))
        (low, _), (_, high) = rank_confidence_sets(values, 0.95, jointly=False)
        assert (low == 2) == (high == 1)


def test_critical_value_is_that_of_the_largest_deviation() -> None:
    """Two options: the set is open exactly when the gap is within 1.96 standard errors."""
    z = norm.ppf((np.arange(4000) + 0.5) / 4000)
    for gap, ranks in ((1.93, [1, 2]), (1.99, [2, 2])):
        values = np.column_stack((np.zeros(4000), gap + z))
        assert rank_confidence_sets(values, 0.95)[0].tolist() == ranks


SLIPS = [
    (lambda: rank_confidence_sets(np.ones((1, 3))), "Give two or more"),
    (lambda: rank_confidence_sets(np.ones((3, 3)), 95), "level: 95"),
    (lambda: rank_confidence_sets(np.full((3, 3), np.nan)), r"entry \[0, 0\] is nan"),
    (lambda: confidence_factors(np.ones((2, 3, 4)), np.ones((3, 3))), "Give one row of weights"),
]


@pytest.mark.parametrize(("call", "words"), SLIPS)
def test_a_slip_is_named(call: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()
