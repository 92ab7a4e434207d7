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
    MERITS,
    choice_entropy,
    entropy,
    expected_rank_errors,
    expected_ranks,
    holistic_shares,
    k_best_shares,
    rank_intervals,
    ranking_entropy,
    share_errors,
)
from capworth.methods.acceptability.smaa import RankTally, rank_shares
from capworth.methods.arguments import Floats

GOLDEN = tomllib.loads((Path(__file__).parents[2] / "golden/ranking.toml").read_text("utf-8"))
draws = st.tuples(st.integers(1, 25), st.integers(1, 5)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=st.integers(0, 3).map(float))
)


@pytest.mark.parametrize("golden", GOLDEN["indices"], ids=lambda golden: golden["name"])
def test_indices(golden: dict[str, Any]) -> None:
    shares = np.array(golden["shares"])
    for ours, name in (
        (expected_ranks(shares), "expected_ranks"),
        (expected_rank_errors(shares, 100), "expected_rank_errors_100"),
        (share_errors(shares, 100), "share_errors_100"),
        (rank_intervals(shares, 0.9), "intervals_90"),
        (rank_intervals(shares, 0.8), "intervals_80"),
        (k_best_shares(shares, 2), "two_best"),
        *((holistic_shares(shares, MERITS[name](3)), name) for name in MERITS),
    ):
        np.testing.assert_allclose(ours, golden[name], rtol=0, atol=golden["atol"], err_msg=name)


def test_what_is_no_distribution_has_no_entropy() -> None:
    for wrong in ([0.3, 0.6], [1.5, -0.5]):
        with pytest.raises(InputError, match="Make them sum to 1"):
            entropy(wrong)


@pytest.mark.parametrize("golden", GOLDEN["entropy"], ids=lambda golden: golden["name"])
def test_entropy(golden: dict[str, Any]) -> None:
    assert entropy(golden["probabilities"]) == pytest.approx(golden["bits"], abs=golden["atol"])
    shares = np.array(golden["probabilities"])[:, None]
    assert choice_entropy(shares) == pytest.approx(golden["bits"], abs=golden["atol"])


@given(draws)
def test_the_expected_rank_is_the_mean_of_ranks_with_ties_in_the_middle(values: Floats) -> None:
    above = (values[:, None, :] > values[:, :, None]).sum(axis=2)
    level = (values[:, None, :] == values[:, :, None]).sum(axis=2)
    middle = above + (level + 1) / 2
    ours = expected_ranks(rank_shares(values))
    np.testing.assert_allclose(ours, middle.mean(axis=0), atol=1e-12)
    options = values.shape[1]
    assert ours.sum() == pytest.approx(options * (options + 1) / 2)


@given(draws)
def test_whole_rankings_are_counted_the_same_in_both_ways(values: Floats) -> None:
    above = (values[:, None, :] > values[:, :, None]).sum(axis=2)
    rankings = [tuple(row) for row in above.tolist()]
    chances = [rankings.count(ranking) / len(values) for ranking in set(rankings)]
    assert ranking_entropy(values) == pytest.approx(entropy(chances), abs=1e-12)
    counts = RankTally.of(values).orders[:, 1]
    assert entropy(counts / len(values)) == pytest.approx(entropy(chances), abs=1e-12)


@given(draws, st.sampled_from([0.5, 0.9, 1.0]))
def test_an_interval_holds_its_probability_and_cannot_lose_an_end(
    values: Floats, level: float
) -> None:
    shares = rank_shares(values)
    for (low, high), row in zip(rank_intervals(shares, level), shares, strict=True):
        assert row[low - 1 : high].sum() >= level - 1e-9
        assert row[: low - 1].sum() <= (1 - level) / 2 + 1e-9
        assert row[high:].sum() <= (1 - level) / 2 + 1e-9
        assert row[low - 1] > 0
        assert row[high - 1] > 0


def test_what_an_interval_may_leave_out_it_leaves_out() -> None:
    shares = np.array([[0.05, 0.9, 0.05], [0.06, 0.88, 0.06], [0.04, 0.92, 0.04]])
    assert rank_intervals(shares, 0.9).tolist() == [[2, 2], [1, 3], [2, 2]]


def test_merits_fall_from_one() -> None:
    for merits in MERITS.values():
        for places in (1, 2, 7):
            worth = merits(places)
            assert worth[0] == 1
            assert (np.diff(worth) < 0).all()
            assert worth[-1] >= 0
    np.testing.assert_allclose(MERITS["linear"](5), [1, 0.75, 0.5, 0.25, 0])


def test_the_standard_error_is_that_of_repeated_samples() -> None:
    rng = np.random.default_rng(2)
    values = rng.normal([0.5, 0.3, 0], 1, (400, 250, 3))
    shares = np.array([rank_shares(sample) for sample in values])
    claimed = share_errors(shares.mean(axis=0), 250)
    np.testing.assert_allclose(claimed, shares.std(axis=0), rtol=0.15)
    ranks = np.array([expected_ranks(sample) for sample in shares])
    claimed = expected_rank_errors(shares.mean(axis=0), 250)
    np.testing.assert_allclose(claimed, ranks.std(axis=0), rtol=0.15)


SHARES = np.array([[0.5, 0.5], [0.5, 0.5]])
SLIPS = [
    (lambda: rank_intervals(SHARES, 0), "level: 0 is not"),
    (lambda: rank_intervals(SHARES, 90), "level: 90 is not"),
    (lambda: k_best_shares(SHARES, 0), "k: 0 is not between 1 and 2"),
    (lambda: k_best_shares(SHARES, 3), "k: 3 is not between 1 and 2"),
    (lambda: holistic_shares(SHARES, [1, 0.5, 0]), "Give one a place"),
    (lambda: holistic_shares(SHARES, [0.9, 0.5]), "start at 1"),
    (lambda: holistic_shares(SHARES, [1, 1.5]), "never rising"),
    (lambda: holistic_shares(SHARES, [1, -0.5]), "fall to 0 or more"),
    (lambda: entropy([0.5, np.nan]), r"entry \[1\] is nan"),
]


@pytest.mark.parametrize(("call", "words"), SLIPS)
def test_a_slip_is_named(call: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()
