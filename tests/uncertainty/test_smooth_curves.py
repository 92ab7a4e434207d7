"""Smooth curves and partial information: closed forms; the pruned search and an exhaustive twin."""

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from capworth.errors import InputError
from capworth.methods.portfolio.draws import best_in_neighbours, best_over_draws
from capworth.methods.uncertainty.spline import KNOTS, smoothed
from capworth.methods.uncertainty.value_of_information import (
    evpi,
    evppi,
)
from capworth.streams import stream

GOLDEN = tomllib.loads((Path(__file__).parents[1] / "golden/appraisal.toml").read_text("utf-8"))
DRAWS = 2_000


# --------------------------------------------------------------------------------- smooth curves


def test_a_straight_line_is_found_exactly() -> None:
    level = stream(1, "test").normal(size=500)
    response = np.column_stack((3 * level - 1, np.full(500, 7.0)))
    np.testing.assert_allclose(smoothed(level, response).fitted, response, atol=1e-9)


def test_a_curve_is_found_and_noise_is_not() -> None:
    level = stream(2, "test").uniform(-2, 2, 4_000)
    noise = stream(3, "test").normal(size=(4_000, 40))
    curve = np.sin(2 * level)[:, None]
    fitted = smoothed(level, curve + 0.5 * noise).fitted
    assert np.mean((fitted - curve) ** 2) < 0.25 * KNOTS / 4_000
    without = smoothed(level, noise).fitted
    assert np.mean(without**2) < 0.6 * KNOTS / 4_000  # less than the knots alone would follow


@given(st.integers(0, 50), st.integers(1, 15))
def test_means_are_kept_and_few_levels_are_no_trouble(seed: int, levels: int) -> None:
    draws = np.random.default_rng(seed)
    level = draws.integers(0, levels, 60).astype(float)
    response = draws.normal(size=(60, 3))
    smooth = smoothed(level, response)
    np.testing.assert_allclose(smooth.fitted.mean(axis=0), response.mean(axis=0), atol=1e-9)
    for one in np.unique(level):  # a function of the level alone
        assert np.ptp(smooth.fitted[level == one], axis=0).max() < 1e-9
    np.testing.assert_allclose(smooth.of(response), smooth.fitted, atol=1e-9)
    products = smooth.basis.T @ smooth.basis / 60
    np.testing.assert_allclose(products, np.eye(len(products)), atol=1e-7)
    assert smooth.basis.shape[1] <= KNOTS


@pytest.mark.parametrize("draws", [2, 3, 11, 12])
def test_three_draws_are_enough(draws: int) -> None:
    level = stream(draws, "few").normal(size=draws)
    smooth = smoothed(level, level[:, None] ** 2)
    assert np.isfinite(smooth.fitted).all()
    assert smooth.fitted.mean() == pytest.approx((level**2).mean())


def test_the_unit_of_the_input_does_not_matter() -> None:
    level = stream(4, "test").gamma(2, size=800)
    response = np.where(level > 2, 1.0, 0.0)[:, None]
    plain, large = smoothed(level, response), smoothed(1e6 * level - 3e5, response)
    np.testing.assert_allclose(plain.fitted, large.fitted, atol=1e-6)


@pytest.mark.parametrize("spread", [1.0, 3.0, 5.0])
def test_long_tails_keep_the_mean_and_a_straight_line(spread: float) -> None:
    """Knots a thousand times closer at one end than at the other; all in the unit of noise."""
    level = stream(7, "tail").lognormal(0, spread, 500)
    response = np.column_stack((level / level.std(), stream(8, "tail").normal(size=500)))
    smooth = smoothed(level, response)
    np.testing.assert_allclose(smooth.fitted.mean(axis=0), response.mean(axis=0), atol=1e-8)
    np.testing.assert_allclose(smooth.fitted[:, 0], response[:, 0], atol=1e-6)
    np.testing.assert_allclose(smooth.basis.T @ smooth.basis / 500, np.eye(KNOTS), atol=1e-9)


def test_as_many_draws_as_knots_tell_of_no_bend() -> None:
    """No draw is left over to judge a bend by, so that rounding would choose it."""
    level, response = np.array([0.0, 1.0, 3.0]), np.array([[0.0], [5.0], [1.0]])
    line = np.polyval(np.polyfit(level, response[:, 0], 1), level)
    np.testing.assert_allclose(smoothed(level, response).fitted[:, 0], line, atol=1e-9)
    ten = np.arange(float(KNOTS))
    line = np.polyval(np.polyfit(ten, np.cos(ten), 1), ten)
    np.testing.assert_allclose(smoothed(ten, np.cos(ten)[:, None]).fitted[:, 0], line, atol=1e-9)


def test_the_penalty_is_that_of_least_cross_validated_error() -> None:
    """No other share kept, between a line and the free curve, has a smaller score of Craven's."""
    level = stream(9, "gcv").uniform(-2, 2, 40)
    response = np.sin(2 * level)[:, None] + 0.6 * stream(10, "gcv").normal(size=(40, 12))
    smooth = smoothed(level, response)

    def score(fitted: np.ndarray, kept: np.ndarray) -> np.ndarray:
        left = ((response - fitted) ** 2).mean(axis=0)
        return np.asarray(left / (1 - kept.sum(axis=0) / 40) ** 2)

    shares = smooth.basis.T @ response / 40
    mine = score(smooth.fitted, smooth.kept)
    for other in smooth.kept.T:  # the penalties that other responses were given
        kept = np.broadcast_to(other[:, None], shares.shape)
        assert (mine <= score(smooth.basis @ (kept * shares), kept) * (1 + 1e-9)).all()
    assert len(np.unique(smooth.kept.sum(axis=0).round(6))) > 4


# --------------------------------------------------------------------------- partial information


def test_two_normals_in_closed_form() -> None:
    """T33: net benefit p1 - p2 against 0, p1 normal (1, 1), p2 normal (0, 2)."""
    golden = {g["name"].split(":")[0]: g["value"] for g in GOLDEN["normal_information"]}
    draws = stream(5, "test").normal(size=(20_000, 2)) * [1, 2] + [1, 0]
    nets = np.column_stack((np.zeros(20_000), draws[:, 0] - draws[:, 1]))
    found = evppi(draws, nets)
    for value, error, name in zip(*found, ("know p1 only", "know p2 only"), strict=True):
        assert abs(value - golden[name]) < 3 * error
        assert error < 0.012
    assert (found.value <= evpi(nets).value).all()


def test_the_error_of_two_levels_worked_by_hand() -> None:
    """Levels 0 and 1, leads -3 and -5, 1 and 7: changed at 1 for 4, half the time, so worth 2.

    Each draw strays from 2 by its gain and its own noise: -2, -2, 2 - 3, 2 + 3; squares sum to 34.
    """
    nets = np.column_stack((np.full(4, 1.0), np.array([-3.0, -5.0, 1.0, 7.0]) + 1))
    found = evppi(np.array([[0.0], [0.0], [1.0], [1.0]]), nets)
    assert found.value[0] == pytest.approx(2.0)
    assert found.standard_error[0] == pytest.approx(np.sqrt(34 / 3 / 4))


def test_the_error_covers_the_truth() -> None:
    truth = [norm.pdf(1) - norm.sf(1), 2 * norm.pdf(0.5) - norm.sf(0.5)]
    inside = []
    for k in range(120):
        draws = stream(k, "cover").normal(size=(1_500, 2)) * [1, 2] + [1, 0]
        nets = np.column_stack((draws[:, 0] - draws[:, 1], np.zeros(1_500)))
        found = evppi(draws, nets)
        inside.append(np.abs(found.value - truth) < 1.96 * found.standard_error)
    shares = np.mean(inside, axis=0)
    assert (shares > 0.88).all()
    assert (shares < 1).all()


def test_three_options_of_a_curve() -> None:
    """Options 0, x and x^2 - 1 with x normal: everything is known with x."""
    x = stream(6, "test").normal(size=8_000)
    nets = np.column_stack((np.full(8_000, 0.1), x, x**2 - 1))
    found = evppi(x[:, None], nets)
    assert found.value[0] == pytest.approx(evpi(nets).value, rel=0.02)


def test_an_input_on_which_nothing_depends_is_worth_nothing() -> None:
    draws = stream(7, "test").normal(size=(3_000, 2))
    nets = np.column_stack((np.zeros(3_000), 1 + draws[:, 0]))
    value, error = (part[1] for part in evppi(draws, nets))
    assert 0 <= value <= max(3 * error, 0.01)
    assert evppi(draws, nets[:, :1]).value.tolist() == [0, 0]
    constant = evppi(np.ones((3_000, 1)), nets)
    assert constant.value.tolist() == constant.standard_error.tolist() == [0]


def test_the_order_of_options_and_a_common_shift_do_not_matter() -> None:
    draws = stream(8, "test").normal(size=(2_000, 2))
    nets = np.column_stack((draws[:, 0], draws[:, 1] + 0.2, 0.5 * draws.sum(axis=1)))
    base = evppi(draws, nets)
    turned = evppi(draws, nets[:, ::-1] + 5 * draws[:, :1] ** 3)
    np.testing.assert_allclose(base.value, turned.value, atol=1e-9)
    np.testing.assert_allclose(base.standard_error, turned.standard_error, atol=1e-9)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: evppi([[1.0], [2.0]], [[1.0, 2.0]]), "2 draws, but net_benefit"),
        (lambda: evppi([1.0], [[1.0]]), "not .draws, inputs"),
        (lambda: evppi([[np.inf]], [[1.0]]), "not a finite number"),
    ],
)
def test_slips(call: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()


# ---------------------------------------------------------------------------- the pruned search


@settings(deadline=None)
@given(st.integers(0, 10_000), st.booleans())
def test_the_pruned_search_is_the_full_one(seed: int, ties: bool) -> None:
    draws = np.random.default_rng(seed)
    sets = draws.random((40, 5)) < 0.5
    near = 0.1 if seed % 2 else 3.0
    cost = 5 + near * draws.random((90, 5))
    value = 1 + near * draws.normal(size=(90, 5))
    if ties:
        cost, value = cost.round(), value.round()
    budget = float(draws.uniform(0, 25))
    expected = best_over_draws(cost, value, sets, budget)
    np.testing.assert_array_equal(best_in_neighbours(cost, value, sets, budget), expected)


def test_a_set_that_is_sometimes_too_dear_bars_no_other() -> None:
    """The better one costs 4.9 or 5.1 of 5: where it is too dear the other is the best."""
    sets = np.array([[True, False], [False, True]])
    cost, value = np.array([[4.9, 1.0], [5.1, 1.0]]), np.array([[9.0, 1.0], [9.0, 1.0]])
    assert best_in_neighbours(cost, value, sets, 5.0).tolist() == [0, 1]
    assert best_in_neighbours(cost, value, sets, 0.5).tolist() == [-1, -1]
