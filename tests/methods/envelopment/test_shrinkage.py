"""Shrinkage: worked by hand, its invariants, and noise that it must not crown."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import chi2

from capworth.errors import InputError
from capworth.methods.acceptability.smaa import rank_shares
from capworth.methods.arguments import Floats
from capworth.methods.envelopment.bootstrap import shrunk, spread_floor

GOLDEN: Mapping[str, Any] = tomllib.loads(
    (Path(__file__).parents[2] / "golden/priorities.toml").read_text("utf-8")
)["spread"]


def q(means: Floats, variances: Floats, between: float) -> float:
    """Cochran's Q written out as a double sum over pairs, which shares no line with the kernel."""
    w = 1 / (variances + between)
    pairs = w[:, None] * w * (means[:, None] - means) ** 2
    return float(pairs.sum() / 2 / w.sum())


def test_the_floor_worked_by_hand() -> None:
    found = spread_floor(GOLDEN["means"], GOLDEN["variances"])
    assert found == pytest.approx(GOLDEN["floor"], abs=GOLDEN["atol"])


@given(
    arrays(np.float64, 6, elements=st.floats(-50, 50)),
    arrays(np.float64, 6, elements=st.floats(0.1, 30)),
    st.floats(0.5, 0.99),
)
def test_q_falls_to_its_quantile_at_the_floor(
    means: Floats, variances: Floats, confidence: float
) -> None:
    floor = spread_floor(means, variances, confidence)
    limit = chi2.ppf(confidence, 5)
    if floor > 0:
        assert q(means, variances, floor) == pytest.approx(limit, rel=1e-5)
    else:
        assert q(means, variances, 0.0) <= limit * (1 + 1e-9) + 1e-9


def test_more_confidence_leaves_less() -> None:
    floors = [spread_floor([0, 1, 9, 4], [1, 2, 1, 3], c) for c in (0.5, 0.8, 0.95, 0.999)]
    assert floors == sorted(floors, reverse=True)
    assert floors[0] > floors[-1]


draws = arrays(np.float64, (7, 4), elements=st.integers(-9, 9).map(float))


@given(draws, st.floats(0.25, 4), st.floats(-20, 20))
def test_unit_and_origin_do_not_matter(values: Floats, unit: float, origin: float) -> None:
    np.testing.assert_allclose(
        shrunk(values * unit + origin), shrunk(values) * unit + origin, atol=1e-5
    )


@given(draws)
def test_nothing_moves_away_from_the_middle(values: Floats) -> None:
    away = values - values.mean(axis=1, keepdims=True)
    moved = shrunk(values) - values.mean(axis=1, keepdims=True)
    assert (np.abs(moved.mean(axis=0)) <= np.abs(away.mean(axis=0)) + 1e-9).all()
    assert (moved.std(axis=0) <= away.std(axis=0) + 1e-9).all()


def test_the_formula_draw_by_draw() -> None:
    """Means 0, 0, 6 around a mean of 2, each with the same spread that differs over the draws."""
    noise = np.array([[1.0, -1.0, 0.0], [-1.0, 0.0, 1.0], [0.0, 1.0, -1.0]])
    values = np.array([0.0, 0.0, 6.0]) + np.sqrt(1.5) * noise  # variance 1 for each, mean 0
    kept = GOLDEN["floor"] / (GOLDEN["floor"] + 1)
    mean = np.array([-2.0, -2.0, 4.0])
    expected = 2 + kept * mean + np.sqrt(kept) * np.sqrt(1.5) * noise
    np.testing.assert_allclose(shrunk(values), expected, atol=1e-6)


def test_what_is_certain_stays() -> None:
    values = np.tile([3.0, 1.0, 2.0], (5, 1))
    np.testing.assert_allclose(shrunk(values), values, atol=1e-9)


def test_the_uncertain_unit_moves_most() -> None:
    """Two units as far above the middle, one known well and one badly."""
    rng = np.random.Generator(np.random.PCG64(5))
    values = np.array([0.0, 0.0, 0.0, 8.0, 8.0]) + rng.normal(0, 1, (500, 5)) * [1, 1, 1, 0.2, 3]
    mean = shrunk(values).mean(axis=0)
    assert mean[3] > mean[4] + 0.5


@pytest.mark.parametrize("units", [4, 8, 30])
def test_noise_crowns_nobody(units: int) -> None:
    """All units are equal; what is measured differs by luck, and the draws know only the luck."""
    rng = np.random.Generator(np.random.PCG64(units))
    most, plain, still = max(1, round(0.25 * units)), 0, 0
    for _ in range(60):
        values = rng.normal(0, 1, units) + rng.normal(0, 1, (300, units))
        plain += bool((rank_shares(values)[:, :most].sum(axis=1) >= 0.5).any())
        still += bool((rank_shares(shrunk(values))[:, :most].sum(axis=1) >= 0.5).any())
    assert plain > 30, "without shrinkage luck crowns somebody more often than not"
    assert still <= 7, "the limit is a 95 % one: 3 of 60 expected, more than 7 once in 100"


def test_a_true_difference_is_kept() -> None:
    rng = np.random.Generator(np.random.PCG64(9))
    values = np.arange(8) * 3.0 + rng.normal(0, 1, 8) + rng.normal(0, 1, (300, 8))
    assert rank_shares(shrunk(values))[-1, 0] > 0.9


def test_it_refuses_what_it_cannot_use() -> None:
    with pytest.raises(InputError, match="variances: shape"):
        spread_floor([1, 2, 3], [1, 2])
    with pytest.raises(InputError, match="confidence"):
        spread_floor([1, 2], [1, 2], 1.0)
    with pytest.raises(InputError, match="variances"):
        spread_floor([1, 2], [1, -2])
