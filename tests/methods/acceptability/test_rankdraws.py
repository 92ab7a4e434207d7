from typing import Any

import numpy as np
import pytest

from capworth.methods.acceptability.measurement import Measured, linear
from capworth.methods.acceptability.smaa import RankTally, largest_error, rank_draws
from capworth.methods.arguments import Floats
from capworth.methods.elicitation.weights import free

MEAN = np.array([[0.9, 0.1], [0.5, 0.6], [0.1, 0.9], [0.6, 0.4]])


def test_every_chunk_has_streams_of_its_own_and_measurements_come_twice() -> None:
    surveyed: dict[str, list[float]] = {"weights": [], "measurements": []}

    def weights(rng: np.random.Generator, draws: int) -> Floats:
        surveyed["weights"].append(float(rng.random()))
        return free(2)(rng, draws)

    def measurements(rng: np.random.Generator, draws: int) -> Measured:
        surveyed["measurements"].append(float(rng.random()))
        return linear(MEAN, 0.1)(rng, draws)

    rank_draws(measurements, weights, draws=350, chunk=100, seed=0)
    once = surveyed["weights"][:4]
    assert len(set(once + surveyed["measurements"][:4])) == 8
    # again for the confidence factors
    assert surveyed["measurements"][4:8] == surveyed["measurements"][:4]
    other = list(surveyed["weights"])
    surveyed["weights"].clear()
    rank_draws(measurements, weights, draws=350, chunk=100, seed=1)
    assert not set(surveyed["weights"]) & set(other)


@pytest.mark.parametrize("precision", [0.03, 0.012, 0.008])
def test_it_looks_after_8_16_32_chunks_and_stops_at_once(precision: float) -> None:
    given: dict[str, Any] = {"chunk": 64, "seed": 3}
    measurements = linear(MEAN, 0.1)
    found = rank_draws(measurements, free(2), draws=10**6, precision=precision, **given)
    chunks = found.tally.draws // 64
    assert chunks in (8, 16, 32, 64, 128)
    assert largest_error(found.tally) <= precision
    whole = rank_draws(measurements, free(2), draws=found.tally.draws, **given)
    np.testing.assert_array_equal(whole.tally.alone, found.tally.alone)
    np.testing.assert_array_equal(whole.tally.wins, found.tally.wins)
    assert whole.tally.lead_sum.tobytes() == found.tally.lead_sum.tobytes()
    assert whole.factors.tobytes() == found.factors.tobytes()
    if chunks > 8:
        before = rank_draws(measurements, free(2), draws=found.tally.draws // 2, **given)
        assert largest_error(before.tally) > precision


def test_pairs_count_for_the_precision_too() -> None:
    """Six equals: shares of a sixth, pairs of one half, which are harder to pin down."""
    values = np.random.default_rng(0).normal(size=(4000, 6))
    assert largest_error(RankTally.of(values)) == pytest.approx(0.5 / np.sqrt(4000), rel=0.01)


def test_values_in_one_grain_tie() -> None:
    mean = np.array([[1.0], [1.0 + 1e-13], [0.0]])
    given: dict[str, Any] = {"draws": 5, "chunk": 5, "seed": 0}
    apart = rank_draws(linear(mean, 0.0), free(1), **given)
    level = rank_draws(linear(mean, 0.0), free(1), grain=2.0**-40, **given)
    assert apart.tally.shares()[:, 0].tolist() == [0, 1, 0]
    assert level.tally.shares()[:, 0].tolist() == [0.5, 0.5, 0]
    assert level.factors[:2].tolist() == [0.5, 0.5]
    assert level.sets.tolist() == [[1, 2], [1, 2], [3, 3]]
