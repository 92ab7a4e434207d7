"""What a caller hands over: taken as numbers, or refused in one sentence that says which entry."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError, nearest
from capworth.kernels.arrays import Bools, Floats


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
