"""What an analyst knows about weights, in the words of the table, made into a sampler."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from capworth.errors import InputError, nearest
from capworth.methods.arguments import Floats
from capworth.methods.elicitation.weights import (
    ROUNDING,
    Sampler,
    fixed,
    free,
    ordered,
    resampled,
    swings,
    within,
)

SWING_COLUMNS = ("low", "mode", "high")

Weights: TypeAlias = (
    "Mapping[Any, Any] | pd.Series[Any] | pd.DataFrame | Sequence[Any] | Floats | Sampler | None"
)


def weight_sampler(weights: Weights, criteria: Sequence[Hashable]) -> tuple[Sampler, str]:
    """Make a sampler of weights in the order of `criteria`, and say in words what is known.

    Parameters
    ----------
    weights :
        - None: nothing is known, all weights are equally likely;
        - criterion -> number (dict or Series): these weights, normalised;
        - a plain list of numbers, one for each criterion: the same;
        - criterion -> (low, high): bounds on the normalised weight;
        - a list of criteria, heaviest first: their order; criteria in an inner tuple stand in one
          place of the order without being compared; criteria left out are not compared at all;
        - a DataFrame with columns low, mode, high and a row for each criterion: swing points;
        - a DataFrame with a column for each criterion: records of judges, or draws made
          elsewhere, each row as likely as any other;
        - a function (random stream, draws) -> (draws, criteria).

    Raises
    ------
    InputError
        Naming the criterion whose weight is missing, unknown, negative or not a number.
    """
    names = list(criteria)
    if weights is None:
        return free(len(names)), "any weights"
    if isinstance(weights, pd.DataFrame):
        return _from_frame(weights, names)
    if isinstance(weights, Mapping | pd.Series):
        return _from_mapping(dict(weights.items()), names)
    if callable(weights):
        return _verified(weights, len(names)), "weights from a given function"
    if isinstance(weights, list | tuple) and _plain_numbers(weights, names):
        weights = np.array(weights, dtype=np.float64)
    if isinstance(weights, np.ndarray):
        return _from_frame(
            pd.DataFrame(np.atleast_2d(weights), columns=_width(weights, names)), names
        )
    if isinstance(weights, str) or not isinstance(weights, Sequence):
        raise InputError(
            f"weights: {weights!r} is not understood. Give a dict, a list in order of weight, a "
            "DataFrame or a function."
        )
    return ordered(len(names), _order(weights, names)), "weights in a given order"


def _plain_numbers(given: Sequence[Any], names: list[Hashable]) -> bool:
    """Whether a list says weights, and not which criterion comes first."""
    return bool(given) and all(isinstance(k, int | float) and k not in names for k in given)


def _from_mapping(given: dict[Any, Any], names: list[Hashable]) -> tuple[Sampler, str]:
    _same_names("weights", given, names)
    pairs = {name: isinstance(given[name], tuple | list) for name in names}
    if any(pairs.values()):
        for name in names:
            if not pairs[name] or len(given[name]) != 2:
                raise InputError(
                    f"weights, {name!r}: {given[name]!r} is not a pair (low, high). "
                    "Give bounds for every criterion; (0, 1) leaves one open."
                )
        low = [_number(given[name][0], name) for name in names]
        high = [_number(given[name][1], name) for name in names]
        for name, lowest, highest in zip(names, low, high, strict=True):
            if not lowest <= highest <= 1:
                raise InputError(
                    f"weights, {name!r}: bounds {lowest:g} to {highest:g} are not "
                    "0 <= low <= high <= 1. Mend them."
                )
        return within(low, high), "weights within bounds"
    return fixed([_number(given[name], name) for name in names]), "fixed weights"


def _from_frame(given: pd.DataFrame, names: list[Hashable]) -> tuple[Sampler, str]:
    if set(given.columns) == set(SWING_COLUMNS) and not set(SWING_COLUMNS) <= set(names):
        _same_names("weights", list(given.index), names)
        rows = given.loc[names]
        points = {
            column: [_number(cell, column, name) for name, cell in rows[column].items()]
            for column in SWING_COLUMNS
        }
        for name, low, mode, high in zip(names, *points.values(), strict=True):
            if not low <= mode <= high:
                raise InputError(
                    f"weights, {name!r}: low {low:g}, mode {mode:g}, high {high:g} are out of "
                    "order. Put them so that low <= mode <= high."
                )
        return swings(**points), "swing points with a range"
    _same_names("weights", list(given.columns), names)
    numbers = _cells(given[names])
    if len(numbers) == 1:
        return fixed(numbers[0]), "fixed weights"
    return resampled(numbers), f"weights of {len(numbers):,} records"


def _cells(given: pd.DataFrame) -> Floats:
    try:
        numbers = given.to_numpy(dtype=np.float64)
    except (TypeError, ValueError):
        numbers = np.full(given.shape, np.nan)
    if not (np.isfinite(numbers) & (numbers >= 0)).all():  # only then look for the cell to name
        for row, cells in zip(given.index, given.to_numpy(dtype=object), strict=True):
            for name, cell in zip(given.columns, cells, strict=True):
                _number(cell, name, row)
    if not len(numbers):
        raise InputError("weights: the table has no row. Give at least one record.")
    return numbers


def _order(given: Sequence[Any], names: list[Hashable]) -> list[tuple[int, int]]:
    """Pairs (heavier, lighter) of neighbouring places; the kernel adds what follows from them."""
    places = []
    for entry in given:
        single = isinstance(entry, Hashable) and entry in names
        places.append([entry] if single or isinstance(entry, str) else list(entry))
    places = [place for place in places if place]
    listed = [name for place in places for name in place]
    for name in listed:
        if name not in names:
            raise InputError(f"weights: there is no criterion {name!r}. {_near(name, names)}")
        if listed.count(name) > 1:
            raise InputError(f"weights: {name!r} stands in the order twice. Keep one.")
    return [
        (names.index(heavier), names.index(lighter))
        for above, below in pairwise(places)
        for heavier in above
        for lighter in below
    ]


def _verified(sampler: Callable[..., Any], criteria: int) -> Sampler:
    def sample(rng: np.random.Generator, draws: int) -> Floats:
        weights = np.asarray(sampler(rng, draws), dtype=np.float64)
        if weights.shape != (draws, criteria):
            raise InputError(
                f"weights: the function gave shape {weights.shape} for ({draws}, {criteria}). "
                "Give one row for each draw and one column for each criterion."
            )
        if not (weights >= 0).all() or not (np.abs(weights.sum(axis=1) - 1) <= ROUNDING).all():
            raise InputError(
                "weights: the function gave a row below 0 or that does not sum to 1. Normalise it."
            )
        return weights

    return sample


def _same_names(what: str, given: Sequence[Any] | dict[Any, Any], names: list[Hashable]) -> None:
    seen = list(given)
    for name in seen:
        if name not in names:
            raise InputError(f"{what}: there is no criterion {name!r}. {_near(name, names)}")
        if seen.count(name) > 1:
            raise InputError(f"{what}: {name!r} stands there twice. Keep one.")
    for name in names:
        if name not in seen:
            raise InputError(
                f"{what}: nothing for criterion {name!r}. Add it, 0 if it counts nothing."
            )


def _near(name: Any, names: list[Hashable]) -> str:
    return nearest(str(name), [str(known) for known in names])


def _width(given: Floats, names: list[Hashable]) -> list[Hashable]:
    if given.ndim not in (1, 2) or given.shape[-1] != len(names):
        raise InputError(
            f"weights: shape {given.shape} for {len(names)} criteria. "
            "Give a column for each criterion, in the order of the table."
        )
    return names


def _number(given: Any, name: Hashable, row: Hashable | None = None) -> float:
    place = f"weights, {name!r}" if row is None else f"weights, row {row!r}, column {name!r}"
    try:
        number = float(given)
    except (TypeError, ValueError):
        raise InputError(
            f"{place}: {given!r} is not a number. Write a number, 0 or more."
        ) from None
    if not np.isfinite(number):
        raise InputError(f"{place}: {number} is not finite. Write a number, 0 or more.")
    if number < 0:
        raise InputError(
            f"{place}: {number:g} is below 0. A weight is never negative: "
            "turn the direction of the criterion round instead."
        )
    return number
