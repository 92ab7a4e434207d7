"""How errors of options go together: the loadings of each option on shared factors."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.kernels.arguments import table
from capworth.kernels.arrays import Floats, Ints

ROUNDING: Final = 1e-9
SAME: Final = 1e-12  # how far spreads may be from proportional, and roots from 0


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
    roots[roots < SAME * roots[-1]] = 0  # else options that are one would differ by 1e-8
    root: Floats = np.einsum("of,f,if->oi", vectors, np.sqrt(roots), vectors)
    length = np.sqrt(np.einsum("oi,oi->o", root, root))
    unit: Floats = root / length[:, None]
    return unit


def own_share(loadings: Floats) -> Floats:
    """Share of each option's error, in standard deviations, that no other option has."""
    rest = np.maximum(1 - np.einsum("of,of->o", loadings, loadings), 0)
    own: Floats = np.sqrt(np.where(rest < ROUNDING, 0, rest))
    return own


def as_one(loadings: Floats) -> bool:
    """Whether the errors of two options are the same error."""
    together = np.einsum("if,kf->ik", loadings, loadings)
    return bool((together[~np.eye(len(together), dtype=bool)] > 1 - ROUNDING).any())
