"""Measurements with error, drawn as worlds that answer for any weights.

A world is a set of draws of every measurement. It takes weights and gives values; asked twice it
uses the same measurements, so comparisons between weights are not blurred by luck.
"""

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.kernels.arguments import finite, table
from capworth.kernels.arrays import Floats, Ints

World: TypeAlias = Callable[[Floats], Floats]
"""Takes weights, (draws, criteria) or one row (criteria,) for all draws; gives (options, draws)."""

WorldSampler: TypeAlias = Callable[[np.random.Generator, int], World]
Shape: TypeAlias = Callable[[Floats], Floats]

ROUNDING: Final = 1e-9


def linear(mean: ArrayLike, spread: ArrayLike, loadings: ArrayLike | None = None) -> WorldSampler:
    """Values linear in measurements that have normal errors.

    Parameters
    ----------
    mean : (options, criteria), on one common value scale, more is better
    spread : (options, criteria), standard deviations of the errors on that scale, 0 or more
    loadings : (options, factors), how much each option's errors follow each shared factor, as
        from `shared_baselines` or `loadings_of`; without it all errors are independent

    Notes
    -----
    Given the weights, the independent part of an option's value is exactly normal, so one number
    is drawn for each option and draw, not one for each criterion: the same distribution at a
    tenth of the work. Shared errors are drawn criterion by criterion.
    """
    centre, deviation, follow = _checked(mean, spread, loadings)
    own = np.sqrt(np.maximum(1 - np.einsum("of,of->o", follow, follow), 0))
    own[own < np.sqrt(ROUNDING)] = 0
    variance = (deviation * own[:, None]) ** 2
    options, criteria = centre.shape
    factors = follow.shape[1]

    def sample(rng: np.random.Generator, draws: int) -> World:
        alone = rng.standard_normal((options, draws)) if variance.any() else None
        shared = None
        if factors and deviation.any():
            shared = _common(rng.standard_normal((factors, criteria, draws)), follow)
            shared *= deviation[:, :, None]

        def world(weights: Floats) -> Floats:
            values = _weighted(weights, centre)
            if alone is not None:
                error = np.sqrt(_weighted(weights**2, variance)) * alone
                error += values
                values = error
            if shared is not None:
                error = _summed(weights, shared)
                error += values
                values = error
            return _spread_out(values, draws)

        return world

    return sample


def shaped(
    mean: ArrayLike,
    spread: ArrayLike,
    shapes: Sequence[Shape],
    loadings: ArrayLike | None = None,
) -> WorldSampler:
    """Values from measurements with normal errors, each criterion through its value function.

    Parameters
    ----------
    mean, spread : (options, criteria), in the unit of each criterion
    shapes : (criteria,), functions from levels to values on one common scale, more is better
    loadings : as in `linear`
    """
    centre, deviation, follow = _checked(mean, spread, loadings)
    own = np.sqrt(np.maximum(1 - np.einsum("of,of->o", follow, follow), 0))
    options, criteria = centre.shape
    factors = follow.shape[1]
    if len(shapes) != criteria:
        raise InputError(f"shapes: {len(shapes)} for {criteria} criteria. Give one each.")

    def sample(rng: np.random.Generator, draws: int) -> World:
        levels = rng.standard_normal((options, criteria, draws)) * own[:, None, None]
        if factors:
            levels += _common(rng.standard_normal((factors, criteria, draws)), follow)
        levels *= deviation[:, :, None]
        levels += centre[:, :, None]
        for c, shape in enumerate(shapes):
            levels[:, c] = finite(shape(levels[:, c]), f"value function of criterion {c}")
        return lambda weights: _spread_out(_summed(weights, levels), draws)

    return sample


def drawn(measurements: Floats) -> World:
    """Make a world from draws made elsewhere: (draws, options, criteria), one value scale."""
    levels = finite(measurements, "measurements")
    if levels.ndim != 3:
        raise InputError(
            f"measurements: shape {levels.shape} is not (draws, options, criteria). Reshape it."
        )
    ordered = np.ascontiguousarray(levels.transpose(1, 2, 0))
    return lambda weights: _summed(weights, ordered)


def shared_baselines(baseline: Sequence[int] | Ints, correlation: float) -> Floats:
    """Give the loadings of options whose measurements start from a shared baseline.

    Parameters
    ----------
    baseline : (options,), number of the baseline of each option; below 0 for none
    correlation : 0 to 1, between the errors of two options with the same baseline

    Returns
    -------
    (options, baselines)
    """
    if not 0 <= correlation <= 1:
        raise InputError(f"correlation: {correlation} is not between 0 and 1. Give a share.")
    owner = np.asarray(baseline)
    groups = np.unique(owner[owner >= 0])
    loadings: Floats = (owner[:, None] == groups) * np.sqrt(correlation)
    return loadings


def loadings_of(correlation: ArrayLike) -> Floats:
    """Give loadings that correlate the options' errors like this matrix: (options, options).

    Raises
    ------
    InputError
        When the matrix is not square, symmetric, with ones on the diagonal, or when no errors can
        be correlated like that (an eigenvalue is below 0).
    """
    matrix = table(correlation, "correlation", "options", "options")
    if matrix.shape[0] != matrix.shape[1]:
        raise InputError(
            f"correlation: shape {matrix.shape} is not square. Give one row an option."
        )
    for place in np.argwhere(np.abs(matrix - matrix.T) > ROUNDING):
        i, k = place.tolist()
        raise InputError(
            f"correlation: entry [{i}, {k}] is {matrix[i, k]:g} and [{k}, {i}] is "
            f"{matrix[k, i]:g}. Make them the same."
        )
    if (np.abs(matrix.diagonal() - 1) > ROUNDING).any():
        i = int(np.argmax(np.abs(matrix.diagonal() - 1)))
        raise InputError(f"correlation: entry [{i}, {i}] is {matrix[i, i]:g}. Set it to 1.")
    roots, vectors = np.linalg.eigh(matrix)
    if roots[0] < -1e-8:
        raise InputError(
            f"correlation: errors cannot be correlated like this (eigenvalue {roots[0]:.3g}). "
            "Lower the correlations that contradict each other."
        )
    root: Floats = np.einsum("of,f,if->oi", vectors, np.sqrt(np.maximum(roots, 0)), vectors)
    length = np.sqrt(np.einsum("oi,oi->o", root, root))
    unit: Floats = root / length[:, None]
    return unit


def _checked(
    mean: ArrayLike, spread: ArrayLike, loadings: ArrayLike | None
) -> tuple[Floats, Floats, Floats]:
    centre = table(mean, "mean", "options", "criteria")
    deviation = np.broadcast_to(finite(spread, "spread"), centre.shape)
    if (deviation < 0).any():
        i, c = np.argwhere(deviation < 0)[0].tolist()
        raise InputError(
            f"spread: entry [{i}, {c}] is {deviation[i, c]:g}. A standard deviation is 0 or more."
        )
    follow = np.zeros((len(centre), 0)) if loadings is None else finite(loadings, "loadings")
    if follow.ndim != 2 or len(follow) != len(centre):
        raise InputError(f"loadings: {follow.shape} for {len(centre)} options. Give a row each.")
    if (np.einsum("of,of->o", follow, follow) > 1 + ROUNDING).any():
        raise InputError("loadings: a row has squares that sum to more than 1. Lower it.")
    return centre, deviation, follow


def _common(factors: Floats, loadings: Floats) -> Floats:
    """Shared errors in standard deviations: (options, criteria, draws)."""
    errors: Floats = np.einsum("of,fcd->ocd", loadings, factors)
    return errors


def _weighted(weights: Floats, numbers: Floats) -> Floats:
    """Sum over criteria of weights times `numbers` (options, criteria)."""
    if weights.ndim == 1:
        fixed: Floats = np.einsum("c,oc->o", weights, numbers)[:, None]
        return fixed
    total: Floats = np.einsum("cd,oc->od", np.ascontiguousarray(weights.T), numbers)
    return total


def _summed(weights: Floats, numbers: Floats) -> Floats:
    """Sum over criteria of weights times `numbers` (options, criteria, draws)."""
    if weights.ndim == 1:
        fixed: Floats = np.einsum("c,ocd->od", weights, numbers)
        return fixed
    total: Floats = np.einsum("cd,ocd->od", np.ascontiguousarray(weights.T), numbers)
    return total


def _spread_out(values: Floats, draws: int) -> Floats:
    return np.broadcast_to(values, (len(values), draws)) if values.shape[1] != draws else values
