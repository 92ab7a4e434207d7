import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from capworth.errors import InputError
from capworth.methods.acceptability.indices import (
    choice_entropy,
    confidence_factors,
    ranking_entropy,
)
from capworth.methods.acceptability.measurement import linear
from capworth.methods.acceptability.smaa import BLOCK, RankTally, rank_shares, snapped
from capworth.methods.arguments import Floats

GOLDEN = tomllib.loads((Path(__file__).parents[2] / "golden/ranking.toml").read_text("utf-8"))

few_levels = st.integers(0, 3).map(float)  # so that ties happen often
draws = st.tuples(st.integers(1, 30), st.integers(1, 6)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=few_levels)
)


@pytest.mark.parametrize("golden", GOLDEN["acceptability"], ids=lambda golden: golden["name"])
def test_all_indices_are_those_of_another_package(golden: dict[str, Any]) -> None:
    rng = np.random.default_rng(golden["seed"])
    mean = rng.uniform(0, 1, (6, 4)).round(2)
    spread = rng.uniform(0.02, 0.15, (6, 4)).round(2)
    assert mean.tolist() == golden["mean"]
    assert spread.tolist() == golden["spread"]
    weights = rng.standard_exponential((golden["draws"], 4))
    weights /= weights.sum(axis=1, keepdims=True)
    measured = mean + spread * rng.standard_normal((golden["draws"], 6, 4))
    values = np.einsum("dc,doc->do", weights, measured)
    tally = RankTally.of(values, weights)
    central = tally.central_weights()
    for ours, name in (
        (tally.shares(), "shares"),
        (tally.pairwise(), "pairwise"),
        (central, "central_weights"),
        (confidence_factors(measured, central), "confidence_factors"),
        (ranking_entropy(values), "ranking_entropy"),
        (choice_entropy(tally.shares()), "choice_entropy"),
    ):
        np.testing.assert_allclose(ours, golden[name], rtol=0, atol=golden["atol"], err_msg=name)


@pytest.mark.parametrize("golden", GOLDEN["dominance"], ids=lambda golden: golden["name"])
def test_dominance(golden: dict[str, Any]) -> None:
    measured = np.tile(np.array(golden["values"], dtype=float), (golden["draws"], 1, 1))
    weights = np.full((golden["draws"], 3), 1 / 3)
    tally = RankTally.of(np.einsum("dc,doc->do", weights, measured), weights)
    central = tally.central_weights()
    for ours, name in (
        (tally.shares(), "shares"),
        (central, "central_weights"),
        (confidence_factors(measured, central), "confidence_factors"),
    ):
        np.testing.assert_allclose(ours, golden[name], rtol=0, atol=golden["atol"], err_msg=name)


@pytest.mark.parametrize("golden", GOLDEN["pairwise"], ids=lambda golden: golden["name"])
def test_pairwise_winning(golden: dict[str, Any]) -> None:
    values = np.tile([1.0, 0.0], (golden["draws"], 1))
    values[: golden["wins_of_second"], 1] = 2
    ours = RankTally.of(values).pairwise()
    np.testing.assert_allclose(ours, golden["pairwise"], rtol=0, atol=golden["atol"])


@pytest.mark.parametrize("golden", GOLDEN["score"], ids=lambda golden: golden["name"])
def test_the_additive_score(golden: dict[str, Any]) -> None:
    measured = linear([golden["values"], [0.0] * 6], 0.0)(np.random.default_rng(0), 1)
    weights = np.array(golden["weights"]) / 100
    assert measured(weights)[0, 0] == pytest.approx(golden["score"], abs=golden["atol"])


def test_two_specialists_and_an_allrounder() -> None:
    """Closed form: the first leads when w > .75, the second when w < .35 (STYLE.md, habit 16)."""
    w = (np.arange(1000) + 0.5) / 1000
    values = np.column_stack((w, 1 - w, 0.8125 * w + 0.5625 * (1 - w)))
    tally = RankTally.of(values, np.column_stack((w, 1 - w)))
    expected = [[0.25, 0.25, 0.5], [0.35, 0.15, 0.5], [0.4, 0.6, 0.0]]
    np.testing.assert_allclose(tally.shares(), expected, atol=1e-12)
    np.testing.assert_allclose(
        tally.pairwise(), [[0, 0.5, 0.25], [0.5, 0, 0.35], [0.75, 0.65, 0]], atol=1e-12
    )
    np.testing.assert_allclose(  # middles of 0.75 ... 1, 0 ... 0.35 and 0.35 ... 0.75
        tally.central_weights(), [[0.875, 0.125], [0.175, 0.825], [0.55, 0.45]], atol=1e-12
    )
    width = np.array([0.25, 0.35, 0.4])  # an even spread over a width has variance width^2 / 12
    error = np.sqrt(width**2 / 12 / (1000 * width))
    np.testing.assert_allclose(tally.central_weight_errors(), error[:, None] * [1, 1], rtol=1e-4)


def test_a_tie_shares_places_weights_and_the_pair() -> None:
    values = np.array([[1.0, 1.0, 0.0], [2.0, 1.0, 3.0]])
    weights = np.array([[0.8, 0.2], [0.4, 0.6]])
    tally = RankTally.of(values, weights)
    assert tally.shares().tolist() == [[0.25, 0.75, 0], [0.25, 0.25, 0.5], [0.5, 0, 0.5]]
    assert tally.pairwise().tolist() == [[0, 0.75, 0.5], [0.25, 0, 0.5], [0.5, 0.5, 0]]
    np.testing.assert_allclose(tally.central_weights(), [[0.8, 0.2], [0.8, 0.2], [0.4, 0.6]])
    np.testing.assert_allclose(tally.lead_sum, [[0.4, 0.1], [0.4, 0.1], [0.4, 0.6]])
    np.testing.assert_allclose(tally.lead_square, [[0.32, 0.02], [0.32, 0.02], [0.16, 0.36]])


def slow_shares(values: Floats) -> Floats:
    """Draw by draw, place by place: no code in common with the tally."""
    count, options = values.shape
    shares = np.zeros((options, options))
    for row in values.tolist():
        for i, value in enumerate(row):
            above = sum(other > value for other in row)
            level = row.count(value)
            shares[i, above : above + level] += 1 / level
    mean: Floats = shares / count
    return mean


@given(draws)
def test_shares_and_pairs_agree_with_the_slow_way(values: Floats) -> None:
    tally = RankTally.of(values)
    np.testing.assert_allclose(tally.shares(), slow_shares(values), atol=1e-12)
    half = 0.5 * (values[:, :, None] == values[:, None, :])
    pairs = ((values[:, :, None] > values[:, None, :]) + half).mean(axis=0)
    np.fill_diagonal(pairs, 0)
    np.testing.assert_allclose(tally.pairwise(), pairs, atol=1e-12)


@given(draws)
def test_every_option_has_a_place_and_every_place_an_option(values: Floats) -> None:
    shares = rank_shares(values)
    np.testing.assert_allclose(shares.sum(axis=0), 1)
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    assert shares.min() >= 0


@given(draws, st.permutations(range(6)))
def test_the_order_of_the_options_does_not_matter(values: Floats, order: list[int]) -> None:
    columns = [k for k in order if k < values.shape[1]]
    np.testing.assert_array_equal(rank_shares(values[:, columns]), rank_shares(values)[columns])


@given(draws, st.integers(0, 30))
def test_chunks_merge_to_the_whole(values: Floats, cut: int) -> None:
    weights = np.arange(2.0 * len(values)).reshape(-1, 2)
    whole = RankTally.of(values, weights)
    cut = min(max(cut, 1), len(values) - 1)
    if cut < 1:
        return
    parts = RankTally.of(values[:cut], weights[:cut]), RankTally.of(values[cut:], weights[cut:])
    for merged in (parts[0].merge(parts[1]), parts[1].merge(parts[0])):
        assert merged.draws == whole.draws
        for name in ("alone", "tied", "wins", "orders"):
            np.testing.assert_array_equal(getattr(merged, name), getattr(whole, name))
        np.testing.assert_allclose(merged.lead_sum, whole.lead_sum)
        np.testing.assert_allclose(merged.lead_square, whole.lead_square)


def test_blocks_are_merged_bit_for_bit() -> None:
    rng = np.random.default_rng(5)
    values, weights = rng.normal(size=(2 * BLOCK + 7, 4)).round(2), rng.random((2 * BLOCK + 7, 3))
    whole = RankTally.of(values, weights)
    parts = [
        RankTally.of(values[k : k + BLOCK], weights[k : k + BLOCK])
        for k in range(0, len(values), BLOCK)
    ]
    merged = parts[0].merge(parts[1]).merge(parts[2])
    assert merged.lead_sum.tobytes() == whole.lead_sum.tobytes()
    assert merged.shares().tobytes() == whole.shares().tobytes()
    np.testing.assert_allclose(whole.shares(), slow_shares(values), atol=1e-12)


def test_more_than_a_byte_of_options() -> None:
    values = np.random.default_rng(1).permuted(np.tile(np.arange(300.0), (3, 1)), axis=1)
    values[0, :2] = values[0, 2]
    np.testing.assert_allclose(rank_shares(values), slow_shares(values), atol=1e-12)
    level = np.zeros((2, 300))
    np.testing.assert_allclose(rank_shares(level), 1 / 300)


def test_whole_rankings_are_counted_for_few_options_only() -> None:
    values = np.array([[3.0, 2, 1], [3, 2, 1], [1, 2, 3], [1, 1, 1]])
    assert sorted(RankTally.of(values).orders[:, 1].tolist()) == [1, 1, 2]
    assert len(RankTally.of(np.zeros((2, 9))).orders) == 0


def test_what_never_happened_is_exactly_zero() -> None:
    values = np.random.default_rng(3).integers(0, 3, (200, 7)).astype(float)
    values[:, 0] = 9
    shares = rank_shares(values)
    assert shares[0].tolist() == [1.0] + [0.0] * 6
    assert shares[1:, 0].tolist() == [0.0] * 6


def test_snapping_makes_sums_tie_that_are_equal_on_paper() -> None:
    values = np.array([[0.1 + 0.2, 0.3, 0.3 + 2e-9]])
    assert rank_shares(values)[1, 0] == 0
    grains = snapped(values, 2.0**-40)
    assert grains[0, 0] == grains[0, 1] < grains[0, 2]
    below, above = np.nextafter(0.5, 0), np.nextafter(0.5, 1)  # on either side of a whole grain
    assert snapped(np.array([[below, above]]), 2.0**-40).tolist() == [[2.0**39, 2.0**39]]


def test_the_counts_cannot_be_changed_from_outside() -> None:
    tally = RankTally.of(np.array([[1.0, 2.0]]), np.ones((1, 1)))
    for counts in (tally.alone, tally.tied, tally.wins, tally.orders, tally.lead_sum):
        with pytest.raises(ValueError, match="read-only"):
            counts[...] = 0


SLIPS = [
    (lambda: rank_shares(np.array([[1.0, np.nan]])), r"values: entry \[0, 1\] is nan"),
    (lambda: rank_shares(np.array([1.0, 2.0])), r"not \(draws, options\)"),
    (lambda: rank_shares(np.empty((0, 3))), r"not \(draws, options\)"),
    (lambda: RankTally.of(np.ones((3, 2)), np.ones((2, 2))), "one row of weights for each draw"),
    (
        lambda: RankTally.of(np.ones((3, 2))).merge(RankTally.of(np.ones((3, 3)))),
        "cannot be merged",
    ),
]


@pytest.mark.parametrize(("call", "words"), SLIPS)
def test_a_slip_is_named(call: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()
