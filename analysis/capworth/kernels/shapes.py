"""Shapes of an uncertain number between low, mode and high: quantiles, and probabilities below."""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri

from capworth.errors import InputError
from capworth.kernels import pert
from capworth.kernels.arrays import Floats

BELOW_HIGH: Final = 0.99  # of a lognormal, before what lies beyond the range is cut off


class Shape(NamedTuple):
    """One family: level at a probability, and probability below a level."""

    quantile: Callable[[Floats, float, float, float], Floats]
    below: Callable[[float, float, float, float], float]


def triangular_quantile(probability: Floats, low: float, mode: float, high: float) -> Floats:
    """Level that a triangular distribution stays below with the given probability.

    Parameters and errors as of `pert.quantile`.

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


def triangular_below(level: float, low: float, mode: float, high: float) -> float:
    """Probability that a triangular distribution stays below `level`."""
    _in_order(low, mode, high)
    if low == high or not low < level < high:
        return float(level > low)
    if level < mode:
        return (level - low) ** 2 / ((high - low) * (mode - low))
    return 1 - (high - level) ** 2 / ((high - low) * (high - mode))


def uniform_quantile(probability: Floats, low: float, mode: float, high: float) -> Floats:
    """Level of an even distribution between low and high; the mode does not matter."""
    _in_order(low, mode, high)
    even = np.asarray(probability, dtype=np.float64)
    return np.clip(low + even * (high - low), low, high)


def uniform_below(level: float, low: float, mode: float, high: float) -> float:
    """Probability that an even distribution stays below `level`."""
    _in_order(low, mode, high)
    if low == high:
        return float(level > low)
    return min(max((level - low) / (high - low), 0.0), 1.0)


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
    level: Floats = np.exp(centre + deviation * ndtri(inside))
    return np.clip(level, low, high)


def lognormal_below(level: float, low: float, mode: float, high: float) -> float:
    """Probability that the lognormal of `lognormal_quantile` stays below `level`."""
    centre, deviation, ends = _lognormal(low, mode, high)
    if low == high or not low < level < high:
        return float(level > low)
    if ends[0] == ends[1]:  # nearer than numbers can tell
        return 0.5
    below = float(ndtr((np.log(level) - centre) / deviation))
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
    z = float(ndtri(BELOW_HIGH))
    deviation = (-z + float(np.sqrt(z**2 + 4 * np.log(high / mode)))) / 2
    deviation = max(deviation, 1e-9)
    centre = float(np.log(mode)) + deviation**2
    bottom = float(ndtr((np.log(low) - centre) / deviation)) if low > 0 else 0.0
    return centre, deviation, (bottom, float(ndtr((np.log(high) - centre) / deviation)))


def _in_order(low: float, mode: float, high: float) -> None:
    if not low <= mode <= high:
        raise InputError(
            f"low {low:g}, mode {mode:g}, high {high:g}: these are out of order. Put them so that "
            "low <= mode <= high."
        )


SHAPES: Final[Mapping[str, Shape]] = {
    "pert": Shape(pert.quantile, pert.probability_below),
    "triangular": Shape(triangular_quantile, triangular_below),
    "uniform": Shape(uniform_quantile, uniform_below),
    "lognormal": Shape(lognormal_quantile, lognormal_below),
}
