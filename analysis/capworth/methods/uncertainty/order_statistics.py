"""Quantiles on draws are order statistics, so that what they promise holds on the draws."""

import numpy as np

from capworth.errors import InputError
from capworth.methods.arguments import Floats


def order_quantile(draws: Floats, probability: float) -> Floats:
    """Quantile as an order statistic: the smallest draw that enough draws do not exceed.

    Parameters
    ----------
    draws : (draws, ...)
    probability : above 0, up to 1

    Returns
    -------
    (...), the ceil(p N)-th smallest, so that P(x <= q) >= p holds on the draws themselves.

    >>> float(order_quantile(np.array([3.0, 1.0, 2.0, 4.0, 5.0]), 0.8))
    4.0
    """
    if not 0 < probability <= 1:
        raise InputError(f"probability: {probability} is not above 0 and up to 1.")
    place = int(np.ceil(probability * len(draws) - 1e-9)) - 1
    found: Floats = np.partition(draws, place, axis=0)[place]
    return found


def quantile_error(draws: Floats, probability: float) -> float:
    """Standard error of a quantile: half the binomial interval of its order statistic."""
    many = len(draws)
    half = np.sqrt(probability * (1 - probability) / many)
    low, high = (np.clip(probability + sign * half, 1 / many, 1) for sign in (-1, 1))
    return float(order_quantile(draws, high) - order_quantile(draws, low)) / 2
