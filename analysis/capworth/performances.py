"""A table of options by criteria, checked cell by cell and made ready to be drawn and scored."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from capworth.errors import InputError, nearest
from capworth.methods.acceptability.measurement import (
    WorldSampler,
    as_one,
    linear,
    loadings_of,
    shaped,
    shared_baselines,
)
from capworth.methods.acceptability.ranking import BLOCK
from capworth.methods.acceptability.soundness import Score
from capworth.methods.arguments import Bools, Floats, known
from capworth.plaintable import named_table

Spread: TypeAlias = "float | Mapping[Any, float] | pd.Series[Any] | pd.DataFrame | None"
Direction: TypeAlias = "str | Mapping[Any, str]"
Shape: TypeAlias = Callable[[Floats], Floats]

DIRECTIONS: Final = ("max", "min")
GRAIN_BITS: Final = 40  # values that agree to 1 in 2**40 of the scale tie
MOST_CELLS: Final = 8_000_000  # numbers of one chunk held at once, 64 MB a worker


@dataclass(frozen=True, slots=True, eq=False)
class Performances:
    """What is needed to draw and to score the options.

    Attributes
    ----------
    levels : (options, criteria), as in the table
    rising : (criteria,), True where a higher level is better
    worlds : draws measurements and answers with values
    score : value of given levels under given weights, without error
    grain : values closer than this tie; 0 when no two can be equal
    chunk : draws to be held at once
    notes : what a reader of the result must know
    """

    options: pd.Index[Any]
    criteria: pd.Index[Any]
    levels: Floats
    rising: Bools
    worlds: WorldSampler
    score: Score
    grain: float
    chunk: int
    notes: tuple[str, ...]


def performances(
    table: pd.DataFrame | ArrayLike,
    *,
    spread: Spread = None,
    direction: Direction = "max",
    scales: Mapping[Any, tuple[float, float]] | None = None,
    value_functions: Mapping[Any, Shape] | None = None,
    shared: Mapping[Any, Hashable] | pd.Series[Any] | None = None,
    correlation: float | pd.DataFrame | None = None,
) -> Performances:
    """Check a table and everything said about it; parameters as in `rank_acceptability`."""
    table = named_table(table)
    levels = _numbers(table, "table")
    options, criteria = table.index, table.columns
    deviation = _deviation(spread, table)
    gain, zero, rising = _scale(criteria, direction, scales, value_functions or {})
    follow = _loadings(options, shared, correlation)
    if follow is not None and not deviation.any():
        raise InputError("spread: nothing to correlate. Give the standard deviations of the cells.")
    notes = [] if follow is None else ["Measurement errors are correlated between options."]
    if not value_functions:
        values, error = (levels - zero) * gain, deviation * np.abs(gain)
        worlds = linear(values, error, follow)
        highest = float((np.abs(values) + error).max())
        if not scales and len(criteria) > 1:
            notes.append("The cells are taken as values on one common scale.")

        def score(levels: Floats, weights: Floats) -> Floats:
            total: Floats = np.einsum("...oc,dc->...do", (levels - zero) * gain, weights)
            return total
    else:
        shapes = _shapes(criteria, value_functions, gain, zero)
        worlds = shaped(levels, deviation, shapes, follow)
        highest = max(float(np.abs(shape(levels[:, c])).max()) for c, shape in enumerate(shapes))

        def score(levels: Floats, weights: Floats) -> Floats:
            values = np.stack([shape(levels[..., c]) for c, shape in enumerate(shapes)], axis=-1)
            total: Floats = np.einsum("...oc,dc->...do", values, weights)
            return total

    chunk = BLOCK
    while (
        chunk > 256 and (value_functions or follow is not None) and chunk * levels.size > MOST_CELLS
    ):
        chunk //= 2
    grain = 0.0  # an error of its own on every option: no two values are ever equal on paper
    if highest > 0 and ((follow is not None and as_one(follow)) or not deviation.any(axis=1).all()):
        grain = 2.0 ** (math.ceil(math.log2(highest)) - GRAIN_BITS)
    return Performances(
        options, criteria, levels, rising, worlds, score, grain, chunk, tuple(notes)
    )


def _numbers(table: pd.DataFrame, name: str) -> Floats:
    """Cells as finite numbers, or the first that is not, with its row and column."""
    if not isinstance(table, pd.DataFrame):
        raise InputError(f"{name}: this is a {type(table).__name__}. Give a pandas DataFrame.")
    if name == "table" and (len(table) < 2 or not len(table.columns)):
        raise InputError(
            f"table: {len(table)} rows and {len(table.columns)} columns. "
            "A ranking needs two options, in rows, and one criterion, in columns."
        )
    for word, labels in (("row", table.index), ("column", table.columns)):
        if labels.has_duplicates:
            double = labels[labels.duplicated()][0]
            raise InputError(f"{name}: {word} {double!r} stands there twice. Rename or drop one.")
    cells = table.to_numpy(dtype=object)
    numbers = np.empty(cells.shape)
    for i, c in np.ndindex(cells.shape):
        place = f"{name}, row {table.index[i]!r}, column {table.columns[c]!r}"
        try:
            numbers[i, c] = math.nan if isinstance(cells[i, c], str) else float(cells[i, c])
        except (TypeError, ValueError):
            numbers[i, c] = math.nan
        if not np.isfinite(numbers[i, c]):
            raise InputError(f"{place}: {cells[i, c]!r} is not a number. Fill it or drop the row.")
    return numbers


def _deviation(spread: Spread, table: pd.DataFrame) -> Floats:
    """Spread out to the standard deviation of each cell, in the order of the table."""
    if spread is None:
        return np.zeros(table.shape)
    if isinstance(spread, pd.DataFrame):
        _same("spread, rows", spread.index, table.index)
        _same("spread, columns", spread.columns, table.columns)
        frame = spread
    elif isinstance(spread, Mapping | pd.Series):
        by_criterion = dict(spread.items())
        _same("spread", list(by_criterion), table.columns)
        frame = pd.DataFrame([by_criterion] * len(table), index=table.index)
    else:
        frame = pd.DataFrame(spread, index=table.index, columns=table.columns)
    deviation = _numbers(frame.loc[table.index, table.columns], "spread")
    if (deviation < 0).any():
        i, c = np.argwhere(deviation < 0)[0].tolist()
        raise InputError(
            f"spread, row {table.index[i]!r}, column {table.columns[c]!r}: {deviation[i, c]:g} is "
            "below 0. A standard deviation is 0 or more."
        )
    return deviation


def _scale(
    criteria: pd.Index[Any],
    direction: Direction,
    scales: Mapping[Any, tuple[float, float]] | None,
    value_functions: Mapping[Any, Shape],
) -> tuple[Floats, Floats, Bools]:
    """Gain and zero of `value = (level - zero) * gain`, and whether more is better."""
    given = dict.fromkeys(criteria, direction) if isinstance(direction, str) else dict(direction)
    for what, names in (
        ("direction", list(given)),
        ("scales", list(scales or ())),
        ("value_functions", list(value_functions)),
    ):
        for name in names:
            if name not in criteria:
                raise InputError(f"{what}: there is no criterion {name!r}. {_near(name, criteria)}")
    for name, word in given.items():
        known(word, f"direction of {name!r}", DIRECTIONS)
    said = set() if isinstance(direction, str) and direction == "max" else set(given)
    gain, zero, rising = np.ones(len(criteria)), np.zeros(len(criteria)), []
    for c, name in enumerate(criteria):
        up = given.get(name, "max") == "max"
        if name not in value_functions and scales is not None:
            worst, best = _ends(scales, name)
            if name in said and up != (best > worst):
                raise InputError(
                    f"direction of {name!r}: {given[name]!r} contradicts its scale from worst "
                    f"{worst:g} to best {best:g}. The scale is enough: leave the direction out."
                )
            up, gain[c], zero[c] = best > worst, 1 / (best - worst), worst
        elif name not in value_functions:
            gain[c] = 1.0 if up else -1.0
        rising.append(up)
    if value_functions and scales is None and len(value_functions) < len(criteria):
        missing = next(name for name in criteria if name not in value_functions)
        raise InputError(
            f"value_functions: nothing for {missing!r}. Give it a function here or its worst and "
            "best level in `scales`, so that all criteria share one scale."
        )
    return gain, zero, np.array(rising)


def _ends(scales: Mapping[Any, tuple[float, float]], name: Hashable) -> tuple[float, float]:
    if name not in scales:
        raise InputError(
            f"scales: nothing for {name!r}. Give its worst and best level, as for the others."
        )
    try:
        worst, best = (float(end) for end in scales[name])
    except (TypeError, ValueError):
        raise InputError(f"scales, {name!r}: {scales[name]!r} is not (worst, best).") from None
    if not np.isfinite([worst, best]).all() or worst == best:
        raise InputError(
            f"scales, {name!r}: worst {worst:g} and best {best:g} are no scale. Give two levels."
        )
    return worst, best


def _shapes(
    criteria: pd.Index[Any], functions: Mapping[Any, Shape], gain: Floats, zero: Floats
) -> list[Shape]:
    """One function a criterion, each checked to answer number by number."""

    def straight(c: int) -> Shape:
        return lambda levels: (levels - zero[c]) * gain[c]

    def checked(name: Hashable, function: Shape) -> Shape:
        def shape(levels: Floats) -> Floats:
            values = np.asarray(function(levels), dtype=np.float64)
            if values.shape != levels.shape or not np.isfinite(values).all():
                raise InputError(
                    f"value function of {name!r}: for levels of shape {levels.shape} it gave shape "
                    f"{values.shape}, or values that are not finite. Give one value a level."
                )
            return values

        return shape

    return [
        checked(name, functions[name]) if name in functions else straight(c)
        for c, name in enumerate(criteria)
    ]


def _loadings(
    options: pd.Index[Any],
    shared: Mapping[Any, Hashable] | pd.Series[Any] | None,
    correlation: float | pd.DataFrame | None,
) -> Floats | None:
    """How the errors of the options go together; None when they do not."""
    if isinstance(correlation, pd.DataFrame):
        if shared is not None:
            raise InputError("shared: the correlation table already says it. Give one of the two.")
        _same("correlation, rows", correlation.index, options)
        _same("correlation, columns", correlation.columns, options)
        return loadings_of(_numbers(correlation.loc[options, options], "correlation"))
    if shared is None:
        if correlation is not None:
            raise InputError("correlation: say between which options. Give `shared`, or a table.")
        return None
    if correlation is None:
        raise InputError("shared: give the correlation of errors within a baseline, 0 to 1, too.")
    owners = dict(shared.items())
    _same("shared", list(owners), options)
    codes, _ = pd.factorize(pd.Series([owners[name] for name in options], dtype=object))
    return shared_baselines(codes, float(correlation))


def _same(what: str, given: Sequence[Hashable] | pd.Index[Any], wanted: pd.Index[Any]) -> None:
    labels = pd.Index(given)
    if labels.has_duplicates:
        raise InputError(f"{what}: {labels[labels.duplicated()][0]!r} stands there twice.")
    for name in labels:
        if name not in wanted:
            raise InputError(f"{what}: {name!r} is not in the table. {_near(name, wanted)}")
    for name in wanted:
        if name not in labels:
            raise InputError(f"{what}: nothing for {name!r}, which is in the table. Add it.")


def _near(name: Hashable, names: pd.Index[Any]) -> str:
    return nearest(str(name), [str(label) for label in names])
