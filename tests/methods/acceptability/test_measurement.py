from typing import Any

import numpy as np
import pytest

from capworth.errors import InputError
from capworth.methods.acceptability.measurement import (
    Measured,
    drawn,
    linear,
    loadings_of,
    shaped,
    shared_baselines,
)
from capworth.methods.acceptability.smaa import rank_shares
from capworth.methods.arguments import Floats

MEAN = np.array([[0.6, 0.2], [0.5, 0.9], [0.1, 0.4]])
SPREAD = np.array([[0.1, 0.3], [0.2, 0.0], [0.05, 0.1]])
W = np.array([0.3, 0.7])


def measured(sampler: Any, draws: int = 200_000, seed: int = 3) -> Measured:
    made: Measured = sampler(np.random.default_rng(seed), draws)
    return made


CORRELATION = np.array([[1, 0.5, -0.3], [0.5, 1, 0.2], [-0.3, 0.2, 1]])


@pytest.mark.parametrize(
    ("loadings", "correlation"),
    [
        (None, np.eye(3)),
        (shared_baselines([4, -1, 4], 0.6), np.array([[1, 0, 0.6], [0, 1, 0], [0.6, 0, 1]])),
        (shared_baselines([1, 1, 1], 1.0), np.ones((3, 3))),
        (loadings_of(CORRELATION), CORRELATION),
    ],
)
@pytest.mark.parametrize("way", ["linear", "shaped"])
def test_values_have_the_stated_mean_and_covariance(
    loadings: Floats | None, correlation: Floats, way: str
) -> None:
    """Worked out: given weights w, the covariance is R times the sum of w^2 s s."""
    same = [lambda levels: levels] * 2
    sampler = (
        linear(MEAN, SPREAD, loadings) if way == "linear" else shaped(MEAN, SPREAD, same, loadings)
    )
    for weights in (W, np.tile(W, (200_000, 1))):
        stated(measured(sampler)(weights), correlation)


def stated(values: Floats, correlation: Floats) -> None:
    expected = correlation * np.einsum("c,ic,kc->ik", W**2, SPREAD, SPREAD)
    np.testing.assert_allclose(values.mean(axis=1), MEAN @ W, atol=2e-3)
    np.testing.assert_allclose(np.cov(values), expected, atol=4e-4)


@pytest.mark.parametrize("loadings", [None, shared_baselines([0, 0, 1], 0.5)])
def test_one_row_of_weights_is_the_same_row_in_every_draw(loadings: Floats | None) -> None:
    for sampler in (
        linear(MEAN, np.outer([2, 1, 0], [0.1, 0.3]), loadings),
        shaped(MEAN, SPREAD, [np.exp, lambda levels: -levels], loadings),
    ):
        made = measured(sampler, 50)
        np.testing.assert_allclose(made(W), made(np.tile(W, (50, 1))), atol=1e-14)
        assert made(W).tobytes() == made(W).tobytes()


def test_some_of_the_draws_are_those_of_all() -> None:
    some = slice(20, 45)
    for sampler in (
        linear(MEAN, SPREAD),
        linear(MEAN, 0.0),
        linear(MEAN, 0.1, loadings_of(CORRELATION)),
        linear(MEAN, SPREAD, loadings_of(CORRELATION)),
        shaped(MEAN, SPREAD, [np.exp, np.exp]),
    ):
        made = measured(sampler, 50)
        np.testing.assert_allclose(made(W, some), made(W)[:, some], rtol=0, atol=1e-15)


@pytest.mark.parametrize("spread", [0.2, np.outer([1, 2, 0.5], [0.1, 0.3]), SPREAD])
def test_errors_move_together_draw_by_draw(spread: Any) -> None:
    """The covariance under weights that differ from draw to draw is the mean of those given them.

    `shaped`, which draws every measurement, is the slow twin.
    """
    loadings = loadings_of(CORRELATION)
    weights = np.random.default_rng(1).dirichlet([1, 1], 200_000)
    quick = measured(linear(0 * MEAN, spread, loadings))(weights)
    slow = measured(shaped(0 * MEAN, spread, [lambda levels: levels] * 2, loadings), seed=4)(
        weights
    )
    size = np.broadcast_to(spread, MEAN.shape)
    expected = CORRELATION * np.einsum("c,ic,kc->ik", (weights**2).mean(axis=0), size, size)
    np.testing.assert_allclose(np.cov(quick), expected, rtol=0, atol=6e-4)
    np.testing.assert_allclose(np.cov(slow), expected, rtol=0, atol=6e-4)
    given = np.einsum("dc,ic->di", weights**2, size**2)  # variance in each draw
    tails = 3 * (given**2).mean(axis=0) / given.mean(axis=0) ** 2
    for values in (quick, slow):
        fourth = (values**4).mean(axis=1) / expected.diagonal() ** 2
        np.testing.assert_allclose(fourth, tails, rtol=0.05, atol=0)


def test_spreads_that_are_nearly_proportional_are_not_taken_as_such() -> None:
    """A shortcut only where it is exact: these two part by a spread of 1e-6."""
    mean, one = np.zeros((2, 2)), shared_baselines([0, 0], 1.0)
    spread = np.array([[0.1, 0.3], [0.1, 0.3 + 1e-6]])
    first, second = measured(linear(mean, spread, one), 1000)(np.tile(W, (1000, 1)))
    assert 1e-10 < np.std(first / second) < 1e-4


@pytest.mark.parametrize("weights", [W, np.tile(W, (999, 1))])
def test_two_with_the_same_error_stay_one(weights: Floats) -> None:
    matrix = np.array([[1, 1, 0.5], [1, 1, 0.5], [0.5, 0.5, 1]])
    for spread in (0.1, np.array([[0.1, 0.3], [0.1, 0.3], [0.3, 0.1]])):
        for loadings in (loadings_of(matrix), shared_baselines([0, 0, 0], 1.0)):
            made = measured(linear(np.ones((3, 2)), spread, loadings), 999)(weights)
            np.testing.assert_allclose(made[0], made[1], rtol=0, atol=1e-14)
            assert np.abs(made[0] - made[2]).max() > (0.001 if np.ndim(spread) else -1)


def test_levels_go_through_their_value_functions() -> None:
    shapes = [lambda levels: np.clip(levels, 0, 0.55), lambda levels: 1 - levels]
    values = measured(shaped(MEAN, np.zeros((3, 2)), shapes), 2)(np.eye(2))
    np.testing.assert_allclose(values, [[0.55, 0.8], [0.5, 0.1], [0.1, 0.6]])


def test_without_error_all_draws_agree() -> None:
    values = measured(linear(MEAN, 0.0), 4)(W)
    assert values.shape == (3, 4)
    np.testing.assert_allclose(values, np.tile((MEAN @ W)[:, None], 4))


def test_draws_made_elsewhere_are_taken_as_they_are() -> None:
    measured = np.random.default_rng(0).normal(size=(7, 3, 2))
    weights = np.random.default_rng(1).dirichlet([1, 1], 7)
    np.testing.assert_allclose(
        drawn(measured)(weights), np.einsum("dc,doc->od", weights, measured), atol=1e-14
    )
    np.testing.assert_allclose(drawn(measured)(W), (measured @ W).T, atol=1e-14)


def test_a_shared_baseline_moves_acceptability() -> None:
    """Two options 1 sd apart, 1 apart at correlation .75 is 1 / sqrt(.5): N(.5) against N(1.41)."""
    mean, spread, draws = np.array([[1.0], [0.0]]), 1.0, 100_000
    one = np.ones(1)
    alone = rank_shares(measured(linear(mean, spread), draws)(one).T)
    together = rank_shares(
        measured(linear(mean, spread, shared_baselines([0, 0], 0.75)), draws)(one).T
    )
    assert alone[0, 0] == pytest.approx(0.7602, abs=0.005)  # normal cdf of 1 / sqrt 2
    assert together[0, 0] == pytest.approx(0.9214, abs=0.005)  # normal cdf of sqrt 2


def test_options_without_a_baseline_share_nothing() -> None:
    loadings = shared_baselines([-1, 2, 2, -1], 0.64)
    np.testing.assert_allclose(loadings @ loadings.T, 0.64 * np.outer([0, 1, 1, 0], [0, 1, 1, 0]))


def test_a_correlation_matrix_is_reproduced_even_when_it_is_flat() -> None:
    for matrix in (CORRELATION, np.ones((3, 3)), np.eye(2)):
        loadings = loadings_of(matrix)
        np.testing.assert_allclose(loadings @ loadings.T, matrix, atol=1e-7)


def test_a_matrix_that_rounding_made_impossible_is_taken() -> None:
    rounded = np.array([[1, 1 + 8e-9], [1 + 8e-9, 1]])
    loadings = loadings_of(rounded)
    np.testing.assert_allclose((loadings**2).sum(axis=1), 1, rtol=0, atol=1e-15)
    assert measured(linear([[1.0], [2.0]], 0.1, loadings), 3)(np.ones(1)).shape == (2, 3)


SLIPS = [
    (lambda: linear([[1.0, np.nan]], 0.1), r"mean: entry \[0, 1\] is nan"),
    (lambda: linear([[1.0, 2.0]], [[0.1, -0.1]]), r"spread: entry \[0, 1\] is -0.1"),
    (lambda: linear([[1.0]], 0.1, np.ones((2, 1))), "Give a row each"),
    (lambda: linear([[1.0]], 0.1, [[0.8, 0.8]]), "more than 1"),
    (lambda: shaped(MEAN, SPREAD, [np.exp]), "1 for 2 criteria"),
    (lambda: drawn(np.ones((2, 2))), r"not \(draws, options, criteria\)"),
    (lambda: shared_baselines([0, 0], 1.2), "correlation: 1.2"),
    (lambda: loadings_of([[1, 0.5], [0.4, 1]]), r"\[0, 1\] is 0.5 and \[1, 0\] is 0.4"),
    (lambda: loadings_of([[1, 0.5], [0.5, 2]]), r"\[1, 1\] is 2. Set it to 1"),
    (lambda: loadings_of(np.ones((2, 3))), "not square"),
    (
        lambda: loadings_of([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]]),
        "cannot be correlated like this",
    ),
    (
        lambda: shaped(MEAN, SPREAD, [np.exp, lambda x: x * np.nan])(np.random.default_rng(0), 2),
        "value function of criterion 1",
    ),
]


@pytest.mark.parametrize(("call", "words"), SLIPS)
def test_a_slip_is_named(call: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()
