"""What a caller hands over: taken as numbers, or refused in one sentence that says which entry.

The array types that the kernels speak of.

What a caller hands over has limits: a share lies between 0 and 1, a number of years is whole.
"""

from collections.abc import Iterable
from math import inf
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from capworth.errors import InputError, nearest

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]


def finite(given: ArrayLike, name: str) -> Floats:
    """Take `given` as finite numbers, or name the first entry that is not one.

    >>> finite([1, 2], "cost").tolist()
    [1.0, 2.0]
    """
    try:
        numbers = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name}: {error}. Give numbers in rows of one length.") from error
    if not np.isfinite(numbers).all():
        place = np.argwhere(~np.isfinite(numbers))[0].tolist()
        where = f"entry {place} " if place else ""
        raise InputError(
            f"{name}: {where}is {numbers[tuple(place)]}, not a finite number. "
            "Fill it or leave it out."
        )
    return numbers


def table(given: ArrayLike, name: str, rows: str, columns: str) -> Floats:
    """Take `given` as a table of finite numbers with at least one row and one column."""
    numbers = finite(given, name)
    if numbers.ndim != 2 or 0 in numbers.shape:
        raise InputError(f"{name}: shape {numbers.shape} is not ({rows}, {columns}). Give a table.")
    return numbers


def flags(given: ArrayLike, many: int, name: str) -> Bools:
    """Take one true or false for each of so many inputs, at least one of them false."""
    marked = np.asarray(given, dtype=bool)
    if marked.shape != (many,) or marked.all():
        raise InputError(
            f"{name}: {marked.tolist()} for {many} inputs. Give one true or false for each, at "
            "least one of them false."
        )
    return marked


def known(given: str, name: str, choices: Iterable[str]) -> str:
    """Take a word that is among the choices, or say which was probably meant."""
    words = tuple(choices)
    if given not in words:
        raise InputError(f"{name}: {given!r} is not known. {nearest(str(given), words)}")
    return given


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
