"""What a caller hands over has limits: a share lies between 0 and 1, a number of years is whole."""

from math import inf

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.kernels.arguments import finite
from capworth.kernels.arrays import Bools, Floats


def within(given: ArrayLike, name: str, low: float = -inf, high: float = inf) -> Floats:
    """Take `given` as numbers from `low` to `high`, both included, or name the first outside.

    >>> within([0, 0.5], "leakage", 0, 1).tolist()
    [0.0, 0.5]
    """
    numbers = finite(given, name)
    outside = (numbers < low) | (numbers > high)
    if outside.any():
        _refuse(numbers, outside, name, _words(low, high))
    return numbers


def above(given: ArrayLike, name: str, limit: float = 0) -> Floats:
    """Take `given` as numbers above `limit`, or name the first that is not."""
    numbers = finite(given, name)
    if (numbers <= limit).any():
        _refuse(numbers, numbers <= limit, name, f"above {limit:g}")
    return numbers


def shares(given: ArrayLike, name: str) -> Floats:
    """Take `given` as shares (..., parts): none below 0, each last axis summing to 1."""
    numbers = within(given, name, 0)
    if numbers.ndim == 0:
        raise InputError(f"{name}: {numbers} is one number. Give a list of shares.")
    totals = numbers.sum(axis=-1)
    off = np.abs(totals - 1) > 1e-9
    if off.any():
        raise InputError(
            f"{name}: the shares sum to {totals[off].flat[0]:g}. Make them sum to 1 "
            "(what is left over belongs to somebody)."
        )
    return numbers


def whole(given: float, name: str, low: float = -inf, high: float = inf) -> int:
    """Take `given` as one whole number from `low` to `high`.

    >>> whole(3.0, "years", 1)
    3
    """
    number = within(given, name, low, high)
    if number.ndim or number != np.floor(number):
        raise InputError(f"{name}: {given} is not one whole number. Count in whole steps.")
    return int(number)


def _words(low: float, high: float) -> str:
    limits = [f"at least {low:g}"] * (low > -inf) + [f"at most {high:g}"] * (high < inf)
    return " and ".join(limits)


def _refuse(numbers: Floats, bad: Bools, name: str, rule: str) -> None:
    place = np.argwhere(bad)[0].tolist()
    where = f"entry {place} " if place else ""
    raise InputError(f"{name}: {where}is {numbers[tuple(place)]:g}. Give a number {rule}.")
