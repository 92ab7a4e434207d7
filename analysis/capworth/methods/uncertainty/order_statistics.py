"""Quantiles on draws are order statistics, so that what they promise holds on the draws."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from capworth.errors import InputError
from capworth.methods.arguments import Floats, Ints, checked

FEW: Final = 3  # places that are sought one by one; more by sorting
LOOKED: Final = 32  # draws by which it is told whether many are equal


@checked
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
    found: Floats = order_quantiles(draws, (probability,))[0]
    return found


@checked
def order_quantiles(draws: Floats, probabilities: Sequence[float]) -> Floats:
    """Several quantiles at once, (probabilities, ...): see `order_quantile`.

    NaN where a draw is NaN.

    >>> order_quantiles(np.array([[3.0, 9], [1, 8], [2, np.nan]]), (0.3, 0.5)).tolist()
    [[1.0, nan], [2.0, nan]]
    """
    values = np.array(np.moveaxis(np.asarray(draws, dtype=np.float64), 0, -1), order="C")
    places = _places(probabilities, values.shape[-1])
    if len(probabilities) > FEW or _tied(values):
        values.sort(axis=-1)
        unknown = np.isnan(values[..., -1])
    else:
        unknown, below = np.isnan(values.max(axis=-1)), values
        for place in np.unique(places)[::-1].tolist():  # the highest first: the rest lie below it
            below.partition(place, axis=-1)
            below = below[..., :place]
    return np.where(unknown, np.nan, np.moveaxis(values[..., places], -1, 0))


@checked
def known_quantiles(draws: Floats, probabilities: Sequence[float]) -> Floats:
    """Quantiles (probabilities, columns) over the draws in which each column is known.

    Parameters
    ----------
    draws : (draws, columns), NaN where a column is not known; it stays NaN where it never is
    probabilities : as of `order_quantile`

    >>> known_quantiles(np.array([[3.0, 9], [1, 8], [2, np.nan]]), (0.5, 1)).tolist()
    [[2.0, 8.0], [3.0, 9.0]]
    """
    rising = np.sort(draws, axis=0)  # NaN at the end
    known = (~np.isnan(draws)).sum(axis=0)
    columns = np.arange(rising.shape[1])
    places = np.array([np.maximum(_places((p,), known), 0)[0] for p in probabilities])
    found: Floats = rising[places, columns]
    return found


def _tied(values: Floats) -> bool:
    """Whether equal values are many (..., draws): a place is then found ten times slower."""
    first = np.sort(values[..., :LOOKED], axis=-1)
    return bool((first[..., 1:] == first[..., :-1]).any())


def _places(probabilities: Sequence[float], many: int | Ints) -> Ints:
    """(probabilities, ...) place of each quantile among as many values, from 0."""
    wanted = np.asarray(probabilities, dtype=np.float64)
    if not ((wanted > 0) & (wanted <= 1)).all():
        raise InputError(f"probability: {list(probabilities)} is not above 0 and up to 1.")
    return np.ceil(np.multiply.outer(wanted, many) - 1e-9).astype(np.int64) - 1


@checked
def quantile_error(draws: Floats, probability: float) -> float:
    """Standard error of a quantile: half the binomial interval of its order statistic.

    The interval reaches one draw at least, so that the error of the largest is not 0.

    >>> quantile_error(np.array([1.0, 2.0, 4.0, 8.0]), 1.0)
    2.0
    """
    many = len(draws)
    _places((probability,), many)  # refuses what is no probability
    half = max(np.sqrt(probability * (1 - probability) / many), 1 / many)
    low, high = (np.clip(probability + sign * half, 1 / many, 1) for sign in (-1, 1))
    return float(order_quantile(draws, high) - order_quantile(draws, low)) / 2


@checked
def mid_ranks(values: Floats) -> Floats:
    """(things, draws) rank of each draw of each thing, from 1; equal ones share their mean rank.

    NaN where a draw is NaN, which takes no rank from the others.

    >>> mid_ranks(np.array([[3.0, 1.0, 3.0, 2.0]])).tolist()
    [[3.5, 1.0, 3.5, 2.0]]
    """
    order = np.argsort(values, axis=1, kind="stable")
    rising = np.take_along_axis(values, order, axis=1)
    first = np.ones(rising.shape, dtype=bool)
    first[:, 1:] = rising[:, 1:] != rising[:, :-1]
    begins = np.flatnonzero(first)
    equal = np.diff(begins, append=rising.size)
    shared = np.repeat(begins % values.shape[1] + (equal + 1) / 2, equal).reshape(rising.shape)
    found = np.empty(rising.shape)
    np.put_along_axis(found, order, shared, axis=1)
    return np.where(np.isnan(values), np.nan, found)
