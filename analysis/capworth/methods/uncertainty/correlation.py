"""A stated matrix of rank correlations: whether it can be, and numbers that have it.

Rank correlations are stated, as they do not depend on the shapes of the numbers. They are reached
by a normal copula, whose own correlation is 2 sin(pi r / 6).
"""

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
import scipy  # its part `special` is loaded when it is first called for
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.methods.arguments import Floats, checked, within

_SMALL = 1e-9  # how far below 0 an eigenvalue may lie by rounding
_LEAST = 2.0**-54  # an even number is not exactly 0, which has no normal score


@checked
def to_normal(rank: ArrayLike) -> Floats:
    """Correlation on the normal scale of numbers with this rank correlation (Spearman's).

    Pearson (1907), Drapers' Company Research Memoirs 4: 2 sin(pi r / 6).

    >>> to_normal([0.0, 0.5, 1.0]).round(4).tolist()
    [0.0, 0.5176, 1.0]
    """
    return np.asarray(2 * np.sin(np.pi * within(rank, "rank", -1, 1) / 6))


@checked
def to_rank(normal: ArrayLike) -> Floats:
    """Rank correlation of numbers with this correlation on the normal scale: 6/pi asin(rho / 2)."""
    return np.asarray(6 / np.pi * np.arcsin(within(normal, "normal", -1, 1) / 2))


class Conflict(NamedTuple):
    """Why a matrix cannot be one of correlations.

    Attributes
    ----------
    pairs : (first, second) places whose correlations cannot stand together, the worst first
    between : lowest and highest rank correlation of the first pair that the others of three allow;
        None where no three are in conflict by themselves
    factor : what every correlation may be multiplied by at most, so that all can stand together
    """

    pairs: tuple[tuple[int, int], ...]
    between: tuple[float, float] | None
    factor: float


@checked
def conflict(rank: ArrayLike) -> Conflict | None:
    """Find which rank correlations cannot stand together; None where all can.

    Parameters
    ----------
    rank : (numbers, numbers) symmetric, 1 on the diagonal

    Notes
    -----
    A matrix of correlations has no eigenvalue below 0 (it is positive semidefinite). Three numbers
    are looked at first: given two of their correlations, rho and sigma, the third lies within
    rho sigma +- sqrt((1 - rho^2) (1 - sigma^2)). Else the pairs are named that pull the combination
    of the lowest eigenvalue below 0.

    >>> found = conflict([[1, 0.9, 0.9], [0.9, 1, 0], [0.9, 0, 1]])
    >>> found.pairs, np.round(found.between, 2).tolist(), round(found.factor, 2)
    (((1, 2), (0, 1), (0, 2)), [0.63, 1.0], 0.77)
    """
    stated = _symmetric(rank)
    normal = _normal_matrix(stated)
    values, vectors = np.linalg.eigh(normal)
    if values[0] >= -_SMALL:
        return None
    three = _worst_three(normal)
    if three is not None:
        a, b, c = three
        weakest = min(((a, b), (a, c), (b, c)), key=lambda pair: abs(stated[pair]))
        (other,) = {a, b, c} - {*weakest}
        rho, sigma = (float(normal[other, k]) for k in weakest)
        way = np.sqrt((1 - rho**2) * (1 - sigma**2))
        low, high = to_rank(np.clip([rho * sigma - way, rho * sigma + way], -1, 1))
        rest = [pair for pair in ((a, b), (a, c), (b, c)) if pair != weakest]
        return Conflict((weakest, *rest), (float(low), float(high)), _factor(stated))
    pull = np.multiply.outer(vectors[:, 0], vectors[:, 0]) * normal
    worst = sorted(combinations(range(len(stated)), 2), key=lambda pair: float(pull[pair]))
    named = tuple(pair for pair in worst if pull[pair] < 0.1 * pull[worst[0]])
    return Conflict(named, None, _factor(stated))


@checked
def loadings(rank: ArrayLike) -> Floats:
    """Weights (numbers, numbers) of normal scores, one alone to each number, in each number.

    The symmetric root of the matrix on the normal scale: no number goes before another, so that
    the order of the rows does not matter.

    Raises
    ------
    InputError
        When the matrix cannot be one of correlations.
    """
    stated = _symmetric(rank)
    values, vectors = np.linalg.eigh(_normal_matrix(stated))
    if values[0] < -_SMALL:
        raise InputError(f"rank: lowest eigenvalue {values[0]:.3g}. See `conflict`.")
    root = np.einsum("ik,k,jk->ij", vectors, np.sqrt(np.maximum(values, 0)), vectors)
    found: Floats = root / np.sqrt((root**2).sum(axis=1, keepdims=True))
    return found


@checked
def moved_together(evens: Sequence[Floats], weights: Sequence[float]) -> Floats:
    """Even numbers (draws,) made of several by their normal scores, weighted.

    Parameters
    ----------
    evens : each (draws,) between 0 and 1, independent of each other
    weights : of each; their squares sum to 1, as a row of `loadings`

    >>> moved_together([np.array([0.2, 0.7]), np.array([0.9, 0.9])], [1.0, 0.0]).round(9).tolist()
    [0.2, 0.7]
    """
    if len({np.shape(even) for even in evens}) != 1:
        raise InputError("evens: they are not of one length. Give as many draws of each.")
    score = np.zeros(len(evens[0]))
    for even, weight in zip(evens, weights, strict=True):
        score += weight * scipy.special.ndtri(np.maximum(even, _LEAST))
    together: Floats = scipy.special.ndtr(score)
    return together


def _symmetric(rank: ArrayLike) -> Floats:
    stated = np.array(within(rank, "rank", -1, 1))
    if stated.ndim != 2 or stated.shape[0] != stated.shape[1] or (stated != stated.T).any():
        raise InputError(f"rank {stated.shape}: it is no square that mirrors itself. Mend it.")
    if (stated.diagonal() != 1).any():
        raise InputError("rank: a number has another correlation than 1 with itself. Mend it.")
    return stated


def _normal_matrix(stated: Floats) -> Floats:
    normal = to_normal(stated)
    np.fill_diagonal(normal, 1.0)
    return normal


def _worst_three(normal: Floats) -> tuple[int, int, int] | None:
    """Three numbers whose correlations are farthest from standing together, if any are."""
    if len(normal) < 3:
        return None
    threes = np.array(list(combinations(range(len(normal)), 3)))
    ab, ac, bc = (normal[threes[:, i], threes[:, j]] for i, j in ((0, 1), (0, 2), (1, 2)))
    volume = 1 + 2 * ab * ac * bc - ab**2 - ac**2 - bc**2
    worst = int(volume.argmin())
    if volume[worst] >= -_SMALL:
        return None
    a, b, c = (int(k) for k in threes[worst])
    return a, b, c


def _factor(stated: Floats) -> float:
    """Largest factor, to 0.001 below, on all rank correlations at which they stand together."""
    low, high = 0.0, 1.0
    off = stated - np.eye(len(stated))
    while high - low > 1e-4:
        middle = (low + high) / 2
        lowest = np.linalg.eigvalsh(_normal_matrix(np.eye(len(stated)) + middle * off))[0]
        low, high = (middle, high) if lowest >= 0 else (low, middle)
    return low
