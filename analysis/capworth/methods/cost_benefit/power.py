"""What a comparison of groups could detect, said before the outcomes are opened."""

from math import comb

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from capworth.methods.arguments import Floats, above, whole, within


def contrast_error(sd: ArrayLike, first: ArrayLike, second: ArrayLike) -> Floats:
    """Give the standard error of a difference of two means: sd x sqrt(1 / first + 1 / second)."""
    return np.asarray(
        within(sd, "sd", 0) * np.sqrt(1 / above(first, "first") + 1 / above(second, "second"))
    )


def detectable_contrast(
    sd: ArrayLike,
    first: ArrayLike,
    second: ArrayLike,
    level: float = 0.05,
    power: float = 0.8,
) -> Floats:
    """Smallest difference of two means that a one-sided test finds with the stated power.

    (z of 1 - level + z of power) x standard error.

    Parameters
    ----------
    sd : (...) standard deviation inside a group, in the unit of the outcome
    first, second : (...) number of capabilities in each group
    level : one-sided probability of a false alarm
    power : probability of finding a difference of this size

    Notes
    -----
    Normal quantiles, as in tables for planning; with few units those of t are larger.

    >>> round(float(detectable_contrast(1, 20, 20)), 4)
    0.7863
    """
    quantiles = ndtri(1 - _inside(level, "level")) + ndtri(_inside(power, "power"))
    return np.asarray(quantiles * contrast_error(sd, first, second))


def power_of(
    contrast: ArrayLike, sd: ArrayLike, first: ArrayLike, second: ArrayLike, level: float = 0.05
) -> Floats:
    """Probability that a one-sided test finds a true difference of this size."""
    error = above(contrast_error(sd, first, second), "standard error")
    size = within(contrast, "contrast") / error
    return np.asarray(ndtr(size - ndtri(1 - _inside(level, "level"))))


def labelings(units: int, group: int) -> int:
    """Ways to choose the group among the units: the size of the exact permutation test."""
    units = whole(units, "units", 1)
    return comb(units, whole(group, "group", 0, units))


def permutation_floor(units: int, group: int) -> float:
    """Smallest one-sided p that an exact permutation test can give: one labelling of all.

    >>> round(permutation_floor(8, 3), 6)
    0.017857
    """
    return 1 / labelings(units, group)


def _inside(given: float, name: str) -> float:
    return float(within(given, name, 1e-12, 1 - 1e-12))
