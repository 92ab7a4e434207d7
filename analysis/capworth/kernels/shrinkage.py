"""Shrinkage: what is left of differences when their own uncertainty is taken off."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaincinv

from capworth.errors import InputError
from capworth.kernels.arguments import finite, table
from capworth.kernels.arrays import Floats
from capworth.kernels.ranges import within

CONFIDENCE = 0.95  # that the units differ by as much as the shrinkage lets them
STEPS = 100  # of the bisection: each halves the interval
STILL = 1e-12  # share of the mean square below which a spread is rounding


def spread_floor(means: ArrayLike, variances: ArrayLike, confidence: float = CONFIDENCE) -> float:
    """Lower confidence limit of the variance between units, beyond what chance alone gives.

    Parameters
    ----------
    means : (units,) estimate of each unit
    variances : (units,) sampling variance of each estimate, in the squared unit of `means`
    confidence : of the one-sided limit

    Returns
    -------
    0 where the spread of the estimates could be noise (Cochran's Q below its quantile); else the
    variance at which Q falls to that quantile.

    Notes
    -----
    The Q-profile limit: Viechtbauer (2007), Statistics in Medicine 26, 37-52, eq. 12. Q falls as
    the variance grows, so bisection finds the only root.

    >>> spread_floor([0, 0, 6], [1, 1, 1]).__round__(6)
    3.005698
    """
    middle, noise = finite(means, "means"), within(variances, "variances", 0)
    if middle.ndim != 1 or middle.shape != noise.shape:
        raise InputError(
            f"variances: shape {noise.shape} for means {middle.shape}. Give one for each unit."
        )
    if not 0 < confidence < 1:
        raise InputError(f"confidence: {confidence} is not between 0 and 1. Give one as 0.95.")
    total = float(((middle - middle.mean()) ** 2).sum())
    if len(middle) < 2 or total <= STILL * float((middle**2).sum()):
        return 0.0
    limit = float(2 * gammaincinv((len(middle) - 1) / 2, confidence))  # quantile of chi-square
    tiny = STILL * total  # so that a unit without noise has a weight
    if _q(middle, noise + tiny) <= limit:
        return 0.0
    low, high = 0.0, total
    for _ in range(STEPS):
        between = (low + high) / 2
        if _q(middle, noise + between + tiny) > limit:
            low = between
        else:
            high = between
    return low


def shrunk(draws: ArrayLike, confidence: float = CONFIDENCE) -> Floats:
    """Move draws of units towards their common mean, the more the less is known of them.

    Parameters
    ----------
    draws : (draws, units), two draws or more
    confidence : of the limit of the variance between units; see `spread_floor`

    Returns
    -------
    (draws, units). A unit's deviation from the mean of its draw, with mean d and variance s over
    the draws, becomes (1 - B) d + sqrt(1 - B) (its draw - d), B = s / (s + t), t the variance
    between units. With t = 0 all units are equal in every draw; what is certain does not move.

    Notes
    -----
    Parametric empirical Bayes: Efron & Morris (1975), JASA 70, 311-319; Morris (1983), JASA 78,
    47-55, eq. 1.6-1.8, with the lower confidence limit of t in place of its estimate, so that a
    spread that noise could make is not taken for a difference.
    """
    numbers = table(draws, "draws", "draws", "units")
    centre = numbers.mean(axis=1, keepdims=True)
    away = numbers - centre
    mean, noise = away.mean(axis=0), away.var(axis=0)
    between = spread_floor(mean, noise, confidence)
    kept = np.divide(between, between + noise, out=np.zeros_like(noise), where=between > 0)
    moved = kept * mean + np.sqrt(kept) * (away - mean)
    result: Floats = centre + moved
    return result


def _q(middle: Floats, variance: Floats) -> float:
    """Cochran's Q: weighted squares around the weighted mean."""
    weight = 1 / variance
    mean = float((weight * middle).sum() / weight.sum())
    return float((weight * (middle - mean) ** 2).sum())
