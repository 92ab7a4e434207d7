"""Distributions of an uncertain number between low, mode and high: PERT, triangular and others.

Quantiles and probabilities below a level; and the copula by which numbers of one source move
together: what it got wrong, it got wrong for all.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
import scipy  # its part `special` is loaded when it is first called for
from numpy.polynomial.hermite_e import hermegauss

from capworth.errors import InputError
from capworth.methods.arguments import Floats, checked

_NODES = 1025  # of the distribution function, closer together towards both ends of the range
_CELLS = 4096  # of the quantile table, evenly spaced over the probabilities


@lru_cache(maxsize=2048)
def _tables(peak: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Distribution function, quantiles and their steps on 0 to 1 with the mode at `peak`."""
    place = (1 - np.cos(np.linspace(0.0, np.pi, _NODES))) / 2
    below: Floats = scipy.special.betainc(1 + 4 * peak, 5 - 4 * peak, place)
    below[0], below[-1] = 0.0, 1.0
    quantiles = np.interp(np.linspace(0.0, 1.0, _CELLS + 1), below, place)
    return place, below, quantiles, np.diff(quantiles)


@checked
def pert_quantile(probability: Floats, low: float, mode: float, high: float) -> Floats:
    """PERT quantile: level that the distribution stays below with the given probability.

    Parameters
    ----------
    probability : any shape, from 0 to 1
    low, mode, high : in one unit, `low <= mode <= high`

    Returns
    -------
    The shape of `probability`, in the unit of `low`. With `low == high` it is that level.

    Notes
    -----
    A beta distribution on [low, high] with mean (low + 4 mode + high) / 6: Malcolm, Roseboom,
    Clark and Fazar (1959), Operations Research 7(5), 646-669. The distribution function is exact
    at 1,025 levels and straight between them, which moves no probability by more than 2e-5; the
    outermost cells are looked up in it directly, so that the tails keep their shape.

    >>> pert_quantile(np.array([0.0, 0.5, 1.0]), 10.0, 20.0, 30.0).round(9).tolist()
    [10.0, 20.0, 30.0]
    """
    _in_order(low, mode, high)
    if low == high:
        return np.full(np.shape(probability), float(low))
    place, below, quantiles, steps = _tables((mode - low) / (high - low))
    even = np.asarray(probability, dtype=np.float64)
    level: Floats = np.asarray(even * _CELLS)
    cell = level.astype(np.int64)
    level -= cell
    level *= steps.take(cell, mode="clip")
    level += quantiles.take(cell, mode="clip")
    outer = np.flatnonzero(np.abs(even - 0.5) >= 0.5 - 2 / _CELLS)
    level.flat[outer] = np.interp(even.flat[outer], below, place)
    level *= high - low
    level += low
    return np.minimum(level, high, out=level)  # not the last bit beyond


@checked
def pert_mean(low: float, mode: float, high: float) -> float:
    """PERT mean, (low + 4 mode + high) / 6.

    >>> pert_mean(10.0, 20.0, 36.0)
    21.0
    """
    return (low + 4 * mode + high) / 6


@checked
def pert_deviation(low: float, mode: float, high: float) -> float:
    """PERT standard deviation, sqrt((mean - low) (high - mean) / 7).

    That of the beta distribution. The sixth of the range that handbooks of the programme
    evaluation and review technique print is an approximation, good where the mode is in the middle.

    >>> round(pert_deviation(10.0, 20.0, 30.0), 4), round((30 - 10) / 6, 4)
    (3.7796, 3.3333)
    """
    _in_order(low, mode, high)
    centre = pert_mean(low, mode, high)
    return float(np.sqrt((centre - low) * (high - centre) / 7))


@checked
def pert_below(level: float, low: float, mode: float, high: float) -> float:
    """PERT probability of staying below `level`.

    >>> pert_below(20.0, 10.0, 20.0, 30.0)
    0.5
    """
    _in_order(low, mode, high)
    if low == high:
        return float(level > low)
    place = min(max((level - low) / (high - low), 0.0), 1.0)
    peak = (mode - low) / (high - low)
    return float(scipy.special.betainc(1 + 4 * peak, 5 - 4 * peak, place))


def _in_order(low: float, mode: float, high: float) -> None:
    if not low <= mode <= high:
        raise InputError(
            f"low {low:g}, mode {mode:g}, high {high:g}: these are out of order. Put them so that "
            "low <= mode <= high."
        )


BELOW_HIGH: Final = 0.99  # of a lognormal, before what lies beyond the range is cut off


class Shape(NamedTuple):
    """One family: level at a probability, and probability below a level."""

    quantile: Callable[[Floats, float, float, float], Floats]
    below: Callable[[float, float, float, float], float]


@checked
def triangular_quantile(probability: Floats, low: float, mode: float, high: float) -> Floats:
    """Level that a triangular distribution stays below with the given probability.

    Parameters and errors as of `pert_quantile`.

    >>> triangular_quantile(np.array([0.0, 0.125, 0.5, 1.0]), 0.0, 2.0, 4.0).tolist()
    [0.0, 1.0, 2.0, 4.0]
    """
    _in_order(low, mode, high)
    even, width = np.asarray(probability, dtype=np.float64), high - low
    if width == 0:
        return np.full(even.shape, float(low))
    rising = low + np.sqrt(even * width * (mode - low))
    falling = high - np.sqrt((1 - even) * width * (high - mode))
    return np.clip(np.where(even < (mode - low) / width, rising, falling), low, high)


@checked
def triangular_below(level: float, low: float, mode: float, high: float) -> float:
    """Probability that a triangular distribution stays below `level`."""
    _in_order(low, mode, high)
    if low == high or not low < level < high:
        return float(level > low)
    if level < mode:
        return (level - low) ** 2 / ((high - low) * (mode - low))
    return 1 - (high - level) ** 2 / ((high - low) * (high - mode))


@checked
def uniform_quantile(probability: Floats, low: float, mode: float, high: float) -> Floats:
    """Level of an even distribution between low and high; the mode does not matter."""
    _in_order(low, mode, high)
    even = np.asarray(probability, dtype=np.float64)
    return np.clip(low + even * (high - low), low, high)


@checked
def uniform_below(level: float, low: float, mode: float, high: float) -> float:
    """Probability that an even distribution stays below `level`."""
    _in_order(low, mode, high)
    if low == high:
        return float(level > low)
    return min(max((level - low) / (high - low), 0.0), 1.0)


@checked
def lognormal_quantile(probability: Floats, low: float, mode: float, high: float) -> Floats:
    """Level of a lognormal with this mode that keeps 99 % below high, cut off at low and high.

    For amounts that may be several times too small, as cost overruns are.

    Raises
    ------
    InputError
        When the mode is not above 0, or low is below it.
    """
    centre, deviation, ends = _lognormal(low, mode, high)
    even = np.asarray(probability, dtype=np.float64)
    if low == high:
        return np.full(even.shape, float(low))
    inside = ends[0] + even * (ends[1] - ends[0])
    level: Floats = np.exp(centre + deviation * scipy.special.ndtri(inside))
    return np.clip(level, low, high)


@checked
def lognormal_below(level: float, low: float, mode: float, high: float) -> float:
    """Probability that the lognormal of `lognormal_quantile` stays below `level`."""
    centre, deviation, ends = _lognormal(low, mode, high)
    if low == high or not low < level < high:
        return float(level > low)
    if ends[0] == ends[1]:  # nearer than numbers can tell
        return 0.5
    below = float(scipy.special.ndtr((np.log(level) - centre) / deviation))
    return min((below - ends[0]) / (ends[1] - ends[0]), 1.0)


def _lognormal(low: float, mode: float, high: float) -> tuple[float, float, tuple[float, float]]:
    """Centre and deviation of the logarithm, and the probabilities at which it is cut.

    The mode is exp(centre - deviation^2) and high exp(centre + z deviation), with z the 99 %
    quantile: a quadratic in the deviation.
    """
    _in_order(low, mode, high)
    if low < 0 or mode <= 0:
        raise InputError(
            f"low {low:g}, mode {mode:g}: a lognormal is above 0. Raise them or take another shape."
        )
    z = float(scipy.special.ndtri(BELOW_HIGH))
    deviation = (-z + float(np.sqrt(z**2 + 4 * np.log(high / mode)))) / 2
    deviation = max(deviation, 1e-9)
    centre = float(np.log(mode)) + deviation**2
    bottom = float(scipy.special.ndtr((np.log(low) - centre) / deviation)) if low > 0 else 0.0
    return (
        centre,
        deviation,
        (bottom, float(scipy.special.ndtr((np.log(high) - centre) / deviation))),
    )


SHAPES: Final[Mapping[str, Shape]] = {
    "pert": Shape(pert_quantile, pert_below),
    "triangular": Shape(triangular_quantile, triangular_below),
    "uniform": Shape(uniform_quantile, uniform_below),
    "lognormal": Shape(lognormal_quantile, lognormal_below),
}

MOST = 0.99  # share in common that numbers may have and still be two
_QUADRATURE = 96  # nodes of the quadrature over what is in common


@checked
def normal_copula(own: Floats, common: Floats, share: float) -> Floats:
    """Normal copula of one factor: even probabilities of which a share moves with the whole group.

    Parameters
    ----------
    own : (draws,) between 0 and 1, of this number alone
    common : (draws,) between 0 and 1, the same for all numbers of the group
    share : 0 to 0.99, of the variance on the normal scale

    Returns
    -------
    (draws,) again even between 0 and 1. Two numbers of a group with shares s and t have the
    correlation sqrt(s t) on the normal scale, and the rank correlation 6/pi asin(sqrt(s t) / 2).

    Notes
    -----
    A normal copula with one factor: Clemen and Reilly (1999), Management Science 45(2), 208-224.

    >>> normal_copula(np.array([0.2, 0.8]), np.array([0.9, 0.9]), 0.0).round(12).tolist()
    [0.2, 0.8]
    """
    return moved_by(scipy.special.ndtri(common), own, share)


@checked
def moved_by(factor: Floats, own: Floats, share: float) -> Floats:
    """Normal copula of one factor, as `normal_copula`, where what is common is known as a score.

    Parameters
    ----------
    factor : (draws,) normal score of what is common, found once for all numbers of a group
    own, share : of one number

    >>> moved_by(np.zeros(2), np.array([0.2, 0.8]), 0.0).round(12).tolist()
    [0.2, 0.8]
    """
    _known(share)
    score = np.sqrt(share) * factor + np.sqrt(1 - share) * scipy.special.ndtri(own)
    moved: Floats = scipy.special.ndtr(score)
    return moved


@checked
def normal_copula_cells(first: Floats, second: Floats, correlation: float) -> Floats:
    """Probability of each pair of cells of two numbers that move together.

    Parameters
    ----------
    first, second : (cells + 1,) probability of lying below each border, from 0 to 1
    correlation : of the two on the normal scale, -0.99 to 0.99; that of two in a group is the root
        of the product of their shares

    Returns
    -------
    (cells of the first, cells of the second), summing to 1

    Notes
    -----
    Given what is in common the two are independent; that is integrated out by Gauss and Hermite.

    >>> halves = np.array([0, 0.5, 1])
    >>> normal_copula_cells(halves, halves, 0.0).round(12).tolist()
    [[0.25, 0.25], [0.25, 0.25]]
    """
    _known(abs(correlation))
    nodes, weights = hermegauss(_QUADRATURE)
    root = float(np.sqrt(abs(correlation)))
    within = [
        np.diff(_below(np.asarray(ends, dtype=np.float64), weight, nodes), axis=0)
        for ends, weight in ((first, root), (second, float(np.copysign(root, correlation))))
    ]
    found: Floats = np.einsum("ak,bk,k->ab", *within, weights / weights.sum())
    return found


def _below(ends: Floats, weight: float, common: Floats) -> Floats:
    """(ends, nodes) probability of lying below each border, given what is in common."""
    own = (scipy.special.ndtri(ends)[:, None] - weight * common) / np.sqrt(1 - weight**2)
    below: Floats = scipy.special.ndtr(own)
    return below


def _known(share: float) -> None:
    if not 0 <= share <= MOST:
        raise InputError(f"share: {share:g} is not between 0 and {MOST:g}. Correct it.")
