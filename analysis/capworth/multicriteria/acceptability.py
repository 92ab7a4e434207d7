"""Which option is best, how surely, and under which weights: ranks over weights and measurements.

Works on a plain DataFrame, without a case: capabilities, improvements and whole programmes alike.

A table of options by criteria, with names or without, is checked cell by cell and made ready.

What an analyst knows about weights, in the words of the table, made into a sampler.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from capworth.errors import InputError, nearest
from capworth.methods.acceptability import indices
from capworth.methods.acceptability.dominance import Score, dominance_faults, monotonicity_faults
from capworth.methods.acceptability.measurement import (
    MeasurementSampler,
    as_one,
    linear,
    loadings_of,
    shaped,
    shared_baselines,
)
from capworth.methods.acceptability.smaa import BLOCK, NAME, RankDraws, largest_error, rank_draws
from capworth.methods.arguments import Bools, Floats, checked_but, known
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
from capworth.streams import stream

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
    draws : draws measurements and answers with values
    score : value of given levels under given weights, without error
    grain : values closer than this tie; 0 when no two can be equal
    chunk : draws to be held at once
    notes : what a reader of the result must know
    """

    options: pd.Index[Any]
    criteria: pd.Index[Any]
    levels: Floats
    rising: Bools
    measurements: MeasurementSampler
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
        measurements = linear(values, error, follow)
        highest = float((np.abs(values) + error).max())
        if not scales and len(criteria) > 1:
            notes.append("The cells are taken as values on one common scale.")

        def score(levels: Floats, weights: Floats) -> Floats:
            total: Floats = np.einsum("...oc,dc->...do", (levels - zero) * gain, weights)
            return total
    else:
        shapes = _shapes(criteria, value_functions, gain, zero)
        measurements = shaped(levels, deviation, shapes, follow)
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
        options=options,
        criteria=criteria,
        levels=levels,
        rising=rising,
        measurements=measurements,
        score=score,
        grain=grain,
        chunk=chunk,
        notes=tuple(notes),
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
    never = (str, bytes, complex, *((bool, np.bool_) if name == "spread" else ()))
    for i, c in np.ndindex(cells.shape):
        place = f"{name}, row {table.index[i]!r}, column {table.columns[c]!r}"
        try:
            numbers[i, c] = math.nan if isinstance(cells[i, c], never) else float(cells[i, c])
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
    declared = set() if isinstance(direction, str) and direction == "max" else set(given)
    gain, zero, rising = np.ones(len(criteria)), np.zeros(len(criteria)), []
    for c, name in enumerate(criteria):
        up = given.get(name, "max") == "max"
        if name not in value_functions and scales is not None:
            worst, best = _ends(scales, name)
            if name in declared and up != (best > worst):
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
    if isinstance(weights, np.ndarray) and weights.dtype.kind in "fiu":
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
            raise InputError(
                f"weights: there is no criterion {name!r}. {_near_weights(name, names)}"
            )
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
            raise InputError(
                f"{what}: there is no criterion {name!r}. {_near_weights(name, names)}"
            )
        if seen.count(name) > 1:
            raise InputError(f"{what}: {name!r} stands there twice. Keep one.")
    for name in names:
        if name not in seen:
            raise InputError(
                f"{what}: nothing for criterion {name!r}. Add it, 0 if it counts nothing."
            )


def _near_weights(name: Any, names: list[Hashable]) -> str:
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
        number = float("none" if isinstance(given, str | bytes | bool) else given)
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


CHECKED_WEIGHTS: Final = 16  # weights under which every ranking checks its own rules


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RankAcceptability:
    """Shares of draws in which options take ranks, and what follows from them.

    Every method hands out a new table. Rank 1 is the first. Standard errors are those of the
    sampling: they fall with more draws, and say nothing of the quality of the inputs.

    >>> table = pd.DataFrame({"reach": [0.9, 0.2], "speed": [0.8, 0.3]}, ["hub", "links"])
    >>> rank_acceptability(table, draws=100).leader
    'hub'
    """

    options: tuple[Hashable, ...]
    criteria: tuple[Hashable, ...]
    seed: int
    precision: float | None
    weights_known: str
    notes: tuple[str, ...]
    _found: RankDraws

    @property
    def draws(self) -> int:
        """Number of draws."""
        return self._found.tally.draws

    @property
    def standard_error(self) -> float:
        """Largest standard error of any rank share or pairwise share."""
        return largest_error(self._found.tally)

    @property
    def leader(self) -> Hashable:
        """The option most often first; of equals, the one that stands first in the table."""
        return self.options[int(np.argmax(self._shares()[:, 0]))]

    @property
    def choice_entropy(self) -> float:
        """How open the first place is, in bits: 0 when one option is always first."""
        return indices.choice_entropy(self._shares())

    @property
    def ranking_entropy(self) -> float | None:
        """How open the whole ranking is, in bits; None for more than eight options."""
        counts = self._found.tally.orders[:, 1]
        return indices.entropy(counts / self.draws) if len(counts) else None

    def to_frame(self) -> pd.DataFrame:
        """Rank acceptability: one row for each option, one column for each rank, shares of draws.

        Options that tie share their ranks equally; rows and columns sum to 1.
        """
        return self._frame(self._shares(), self._ranks())

    def standard_errors(self) -> pd.DataFrame:
        """Give the standard errors of `to_frame`."""
        return self._frame(indices.share_errors(self._shares(), self.draws), self._ranks())

    def summary(self, level: float = 0.9) -> pd.DataFrame:
        """One row for each option, best expected rank first.

        Columns: `first` share of draws in the first place and its standard error; `expected_rank`
        and its standard error; `rank_low`, `rank_high` central interval of ranks with probability
        `level`; `confidence` chance of the first place under the option's own central weights.
        """
        shares = self._shares()
        intervals = indices.rank_intervals(shares, level)
        table = pd.DataFrame(
            {
                "first": shares[:, 0],
                "first_error": indices.share_errors(shares[:, 0], self.draws),
                "expected_rank": indices.expected_ranks(shares),
                "expected_rank_error": indices.expected_rank_errors(shares, self.draws),
                "rank_low": intervals[:, 0],
                "rank_high": intervals[:, 1],
                "confidence": self._found.factors,
            },
            index=self._index(),
        )
        return table.sort_values("expected_rank", kind="stable")

    def pairwise(self) -> pd.DataFrame:
        """Share of draws with the row option above the column option; a tie counts half."""
        return self._frame(self._found.tally.pairwise(), pd.Index(self.options, name="above"))

    def central_weights(self) -> pd.DataFrame:
        """Mean weights of the draws that put an option first; empty for one that never is."""
        return self._frame(self._found.tally.central_weights(), self._criteria())

    def central_weight_errors(self) -> pd.DataFrame:
        """Give the standard errors of `central_weights`."""
        return self._frame(self._found.tally.central_weight_errors(), self._criteria())

    def confidence_factors(self) -> pd.Series[float]:
        """Chance of the first place under an option's own central weights; empty without them."""
        return pd.Series(self._found.factors.copy(), self._index(), name="confidence factor")

    def k_best(self, k: int) -> pd.Series[float]:
        """Share of draws in which an option is among the `k` best."""
        if not isinstance(k, int | np.integer):
            raise InputError(f"k: {k!r} is not a whole number. Give a number of places.")
        best = indices.k_best_shares(self._shares(), int(k))
        return pd.Series(best, self._index(), name=f"among the {k} best")

    def holistic(self, merits: str = "centroid") -> pd.Series[float]:
        """Rank shares in one number, places weighed by merit: "centroid", "inverse" or "linear"."""
        word = known(merits, "merits", indices.MERITS)
        merit = indices.MERITS[word](len(self.options))
        total = indices.holistic_shares(self._shares(), merit)
        return pd.Series(total, self._index(), name=f"holistic acceptability, {merits}")

    def rank_intervals(self, level: float = 0.9) -> pd.DataFrame:
        """Central interval of ranks that each option takes with probability `level` or more."""
        ends = indices.rank_intervals(self._shares(), level)
        return pd.DataFrame(ends, self._index(), ["rank_low", "rank_high"])

    def rank_sets(self) -> pd.DataFrame:
        """Ranks that cannot be excluded, for all options together with 95 % confidence.

        Wider than `rank_intervals`: they ask which option is better overall, given how uncertain
        each difference is, and hold for all options at once. From the first 2,048 draws, or fewer.
        """
        return pd.DataFrame(self._found.sets.copy(), self._index(), ["rank_low", "rank_high"])

    def _shares(self) -> Floats:
        return self._found.tally.shares()

    def _index(self) -> pd.Index[Any]:
        return pd.Index(self.options, name="option", tupleize_cols=False)

    def _criteria(self) -> pd.Index[Any]:
        return pd.Index(self.criteria, name="criterion", tupleize_cols=False)

    def _ranks(self) -> pd.Index[Any]:
        return pd.RangeIndex(1, len(self.options) + 1, name="rank")

    def _frame(self, cells: Floats, columns: pd.Index[Any]) -> pd.DataFrame:
        return pd.DataFrame(cells, self._index(), columns)

    def __repr__(self) -> str:
        share = float(self._shares()[:, 0].max())
        return f"<RankAcceptability: {self.leader} first in {share:.0%} of {self.draws:,} draws>"

    def _repr_html_(self) -> str:
        digits = 2 if self.standard_error > 0.0005 else 3
        table = self.summary().drop(columns=["first_error", "expected_rank_error"])
        shown = table.to_html(float_format=f"{{:.{digits}f}}".format, border=0, na_rep="–")
        facts = (
            f"{self.draws:,} draws, seed {self.seed}; {self.weights_known}; largest standard error "
            f"of a share {self.standard_error:.4f}; rank_low to rank_high hold 90 % of the draws."
        )
        return f"{shown}<p>{' '.join((facts, *self.notes))}</p>"


@checked_but("precision")
def rank_acceptability(
    table: pd.DataFrame | ArrayLike,
    weights: Weights = None,
    *,
    spread: Spread = None,
    direction: Direction = "max",
    scales: Mapping[Any, tuple[float, float]] | None = None,
    value_functions: Mapping[Any, Shape] | None = None,
    shared: Mapping[Any, Hashable] | pd.Series[Any] | None = None,
    correlation: float | pd.DataFrame | None = None,
    draws: int = 100_000,
    precision: float | None = None,
    seed: int = 0,
    workers: int | None = None,
) -> RankAcceptability:
    """Rank options when weights and measurements are uncertain.

    Parameters
    ----------
    table : one row for each option, one column for each criterion; a DataFrame, or a plain array,
        whose options and criteria are numbered from 1
        Levels; without `scales` or `value_functions` they are values on one common scale.
    weights : what is known about the weights; None is nothing. See `weighting.weight_sampler`.
    spread : standard deviation of the cells' normal errors, in the unit of the cell
        One number, one for each criterion (dict or Series), or a DataFrame like the table.
    direction : "max" when more is better, "min" when less is; one word, or one for each criterion
    scales : criterion -> (worst level, best level), worth 0 and 1; levels beyond are extrapolated
        Fixed beforehand and never taken from the table, so a new option reverses no ranks.
    value_functions : criterion -> function from an array of levels to values of the same shape
    shared : option -> baseline that its measurements start from, or None
    correlation : correlation of the errors of options with one baseline, 0 to 1;
        or a DataFrame options x options
    draws : how many; with `precision` the most
    precision : stop when no share has a larger standard error than this
    seed : the same seed gives the same bytes, whatever the number of workers
    workers : threads; by default one for each processor

    Raises
    ------
    InputError
        Naming the cell, row or argument that cannot be used; also when the ranking breaks
        dominance or monotonicity, which a value function against its direction can cause.

    Notes
    -----
    SMAA-2: Lahdelma & Salminen (2001), Operations Research 49(3), 444-454. Common measurements
    serve all confidence factors. Memory does not grow with draws.

    >>> table = pd.DataFrame({"reach": [0.9, 0.2], "speed": [0.3, 0.8]}, ["hub", "bilateral"])
    >>> rank_acceptability(table, weights=["reach", "speed"], draws=1000)
    <RankAcceptability: hub first in 100% of 1,000 draws>
    """
    data = performances(
        table,
        spread=spread,
        direction=direction,
        scales=scales,
        value_functions=value_functions,
        shared=shared,
        correlation=correlation,
    )
    sampler, words = weight_sampler(weights, list(data.criteria))
    workers = (os.cpu_count() or 1) if workers is None else workers
    for name, number, least in (("draws", draws, 2), ("seed", seed, 0), ("workers", workers, 1)):
        if number < least:
            raise InputError(f"{name}: {number} is not a whole number from {least} up.")
    if precision is not None and not (isinstance(precision, int | float) and 0 < precision < 1):
        raise InputError(
            f"precision: {precision!r} is not between 0 and 1. Give an error, as 0.005."
        )
    _check(data, sampler, seed)
    found = rank_draws(
        data.measurements,
        sampler,
        draws=draws,
        chunk=data.chunk,
        seed=seed,
        precision=precision,
        grain=data.grain,
        workers=workers,
    )
    notes = list(data.notes)
    if precision is not None and largest_error(found.tally) > precision:
        notes.append(f"{draws:,} draws were too few for a standard error of {precision}.")
    return RankAcceptability(
        options=tuple(data.options),
        criteria=tuple(data.criteria),
        seed=int(seed),
        precision=precision,
        weights_known=words,
        notes=tuple(notes),
        _found=found,
    )


def _check(data: Performances, sampler: Sampler, seed: int) -> None:
    """Refuse to rank when the score breaks dominance or monotonicity."""
    weights = sampler(stream(seed, f"{NAME}: check"), CHECKED_WEIGHTS)
    for i, c in monotonicity_faults(data.score, data.levels, weights, data.rising):
        raise InputError(
            f"table, row {data.options[i]!r}, column {data.criteria[c]!r}: a better level makes "
            "the option fall. Its value function runs against its direction: mend either."
        )
    for i, k in dominance_faults(data.score, data.levels, weights, data.rising):
        raise InputError(
            f"table: {data.options[i]!r} is nowhere worse than {data.options[k]!r} but scores "
            "lower. Mend the value functions or the directions."
        )


def named_table(table: object) -> pd.DataFrame:
    """Take rows and columns without names too: they are numbered from 1."""
    if isinstance(table, pd.DataFrame):
        return table
    try:
        cells = np.asarray(table, dtype=object)
    except ValueError as error:
        raise InputError(f"table: {error}. Give rows of one length.") from error
    if cells.ndim != 2:
        raise InputError(f"table: shape {cells.shape}. Give a row an option, a column a criterion.")
    rows = [f"option {k}" for k in range(1, len(cells) + 1)]
    return pd.DataFrame(cells, rows, [f"criterion {k}" for k in range(1, cells.shape[1] + 1)])
