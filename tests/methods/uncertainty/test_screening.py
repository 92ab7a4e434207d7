"""Shares of variance of functions with a closed form, pairs of inputs, elementary effects."""

import numpy as np
import pytest
from scipy.stats import uniform

from capworth.errors import InputError
from capworth.methods.arguments import Floats
from capworth.methods.uncertainty.sensitivity import (
    elementary_effects,
    pair_indices,
    trajectories,
    variance_shares,
)

FIXED = np.array([0, 1, 4.5, 9])


def ishigami(x: Floats) -> Floats:
    """Ishigami & Homma (1990), a = 7, b = 0.1."""
    return np.asarray(np.sin(x[:, 0]) * (1 + 0.1 * x[:, 2] ** 4) + 7 * np.sin(x[:, 1]) ** 2)


def g_function(x: Floats) -> Floats:
    """Sobol' g-function; Saltelli & Sobol' (1995)."""
    return np.asarray(np.prod((np.abs(4 * x - 2) + FIXED) / (1 + FIXED), axis=-1))


def test_the_pair_of_ishigami() -> None:
    """Closed form: V = a^2/8 + b pi^4/5 + b^2 pi^8/18 + 1/2; V13 = b^2 pi^8 (1/18 - 1/50)."""
    pi8 = np.pi**8
    variance = 49 / 8 + 0.1 * np.pi**4 / 5 + 0.01 * pi8 / 18 + 0.5
    found = variance_shares(ishigami, [uniform(-np.pi, 2 * np.pi).ppf] * 3)
    first = [0.5 * (1 + 0.1 * np.pi**4 / 5) ** 2 / variance, 49 / 8 / variance, 0]
    pair = 0.01 * pi8 * (1 / 18 - 1 / 50) / variance
    np.testing.assert_allclose(found.indices.first, first, atol=0.005)
    np.testing.assert_allclose(found.indices.total[2], pair, atol=0.005)
    np.testing.assert_allclose(found.pairs[0, 2], pair, atol=0.005)
    np.testing.assert_allclose(found.pairs[[0, 1], [1, 2]], 0, atol=0.005)
    np.testing.assert_array_equal(found.pairs, found.pairs.T)
    assert np.isnan(np.diag(found.pairs)).all()


def test_the_g_function() -> None:
    """Closed form: V_i = 1 / (3 (1 + a_i)^2), V = prod(1 + V_i) - 1, V_ij = V_i V_j."""
    part = 1 / (3 * (1 + FIXED) ** 2)
    variance = np.prod(1 + part) - 1
    found = variance_shares(g_function, [uniform().ppf] * 4)
    np.testing.assert_allclose(found.indices.first, part / variance, atol=0.004)
    total = part * np.prod(1 + part) / (1 + part) / variance
    np.testing.assert_allclose(found.indices.total, total, atol=0.004)
    np.testing.assert_allclose(found.pairs[0, 1], part[0] * part[1] / variance, atol=0.004)
    again = variance_shares(g_function, [uniform().ppf] * 4)
    np.testing.assert_array_equal(found.indices.first, again.indices.first)


def test_an_input_may_have_a_distribution_of_its_own() -> None:
    """x + 2 y + 3 x y, x even on 0..1, y on 0..6: variances 10^2 / 12, 3.5^2 x 3, 9 x 3 / 12."""
    found = variance_shares(
        lambda x: x[:, 0] + 2 * x[:, 1] + 3 * x[:, 0] * x[:, 1],
        [uniform(0, 1).ppf, uniform(0, 6).ppf],
    )
    parts = np.array([100 / 12, 3.5**2 * 3, 9 * 3 / 12])
    np.testing.assert_allclose(found.indices.first, parts[:2] / parts.sum(), atol=0.002)
    np.testing.assert_allclose(found.pairs[0, 1], parts[2] / parts.sum(), atol=0.002)


def test_samples_that_do_not_fit() -> None:
    with pytest.raises(InputError, match="draws: 1000 for 2 inputs"):
        variance_shares(lambda x: x[:, 0], [uniform().ppf] * 2, 1000)
    with pytest.raises(InputError, match="answer: gave shape"):
        variance_shares(lambda x: x, [uniform().ppf] * 2, 16)
    with pytest.raises(InputError, match=r"back: shape \(1, 2\)"):
        pair_indices([1, 2], [2, 1], [[1, 2], [2, 1]], [[1, 2]])
    with pytest.raises(InputError, match="is the same in every draw"):
        variance_shares(lambda x: 0 * x[:, 0], [uniform().ppf], 16)


def test_paths_change_one_input_at_a_time_on_the_grid() -> None:
    paths = trajectories(5, 40, levels=6, seed=2)
    assert paths.shape == (40, 6, 5)
    np.testing.assert_allclose(paths * 5, np.rint(paths * 5), atol=1e-12)
    assert (paths >= 0).all()
    assert (paths <= 1 + 1e-12).all()
    steps = np.abs(np.diff(paths, axis=1))
    np.testing.assert_allclose(steps.sum(axis=2), 0.6)
    counts = np.unique(np.rint(paths[:, 0] * 5), return_counts=True)[1]
    assert len(counts) == 6  # every level is where a path may start
    assert counts.min() > 15


def test_effects_of_a_plane_a_bend_and_an_interaction() -> None:
    """Steps of 2/3: x^2 changes by 2/3 or 4/3 a unit; x y by the level of the other."""
    paths = trajectories(4, 400, seed=5)
    x, y, z, idle = np.moveaxis(paths, 2, 0)
    found = elementary_effects(paths, 5 * x - 2 * y + z**2 + 0 * idle)
    np.testing.assert_allclose(found.mean[:2], [5, -2])
    np.testing.assert_allclose(found.size[:2], [5, 2])
    np.testing.assert_allclose(found.spread[[0, 1, 3]], 0, atol=1e-12)
    assert found.size[2] == pytest.approx(1, abs=4 * found.error[2])
    assert found.size[3] == 0
    crossed = elementary_effects(paths, (x - 0.5) * (y - 0.5))
    assert abs(crossed.mean[0]) < crossed.size[0] / 4  # signs cancel out, sizes do not
    assert crossed.spread[0] > 0.3


def test_points_that_are_no_path() -> None:
    with pytest.raises(InputError, match="a step changes none or several inputs"):
        elementary_effects([[[0, 0], [1, 1], [1, 1]]], [[0, 1, 2]])
    with pytest.raises(InputError, match="give \\(paths, inputs"):
        elementary_effects([[[0, 0], [1, 1]]], [[0, 1]])
    with pytest.raises(InputError, match="levels: 5 is odd"):
        trajectories(2, levels=5)
