"""Tables of units by measures, checked cell by cell and made ready to be compared.

Restrictions on the weights of an envelopment, said in the names of the measures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from capworth.errors import InputError, nearest
from capworth.methods.arguments import Bools, Floats, known
from capworth.methods.envelopment.dea import elicited_region, weight_ratio

Table: TypeAlias = "pd.DataFrame | pd.Series[Any] | ArrayLike"

PLACE: Final = re.compile(r"\bunit (\d+)(?:, column (\d+))?(?: \(draw (\d+)\))?")  # by its numbers
MISSING: Final = ("refuse", "leave out")
SIDES: Final = ("input", "undesirable", "output")
SHOWN: Final = 20  # faults listed in one message


@dataclass(frozen=True, slots=True, eq=False)
class UnitTables:
    """What units use and make, in one draw or in several.

    Attributes
    ----------
    amounts : (draws, units, measures) inputs first, then undesirable outputs, then outputs
    draws : names of the draws (draws, years), one of them for a table without any
    units : names of the units, in the order of the inputs
    measures : names of the columns
    sides : which of `SIDES` each measure is on
    left_out : units that are not compared, because an entry is missing
    """

    amounts: Floats
    draws: pd.Index[Any]
    units: pd.Index[Any]
    measures: tuple[Any, ...]
    sides: tuple[str, ...]
    left_out: tuple[Any, ...]

    @contextmanager
    def in_names(self) -> Iterator[None]:
        """Inside this block a method that refuses an entry by its numbers tells it by its names."""
        try:
            yield
        except InputError as error:
            side = ("output",) if str(error).startswith("output") else SIDES[:2]
            columns = self.named(*side)

            def said(found: re.Match[str]) -> str:
                unit, column, draw = (None if k is None else int(k) for k in found.groups())
                place = f"unit {self.units[unit]!r}" if unit is not None else ""
                if column is not None and column < len(columns):
                    place += f", column {columns[column]!r}"
                if draw is not None and len(self.draws) > 1:
                    place += f" (draw {self.draws[draw]!r})"
                return place

            raise InputError(PLACE.sub(said, str(error))) from error

    def side(self, *names: str) -> Floats:
        """(draws, units, measures) of the sides asked for."""
        return self.amounts[:, :, [side in names for side in self.sides]]

    def named(self, *names: str) -> tuple[Any, ...]:
        """The measures of the sides asked for."""
        both = zip(self.measures, self.sides, strict=True)
        return tuple(measure for measure, side in both if side in names)

    def long(self, columns: dict[str, Floats]) -> pd.DataFrame:
        """Arrays (units, measures) as one row for each unit and measure."""
        many = len(self.units)
        return pd.DataFrame(
            {
                "unit": self.units.repeat(len(self.measures)),
                "measure": list(self.measures) * many,
                "side": list(self.sides) * many,
                **{name: part.ravel() for name, part in columns.items()},
            }
        )


def unit_tables(
    inputs: Table, outputs: Table, undesirable: Table | None = None, missing: str = "refuse"
) -> UnitTables:
    """Check tables of units, or say which cells cannot be used.

    Parameters
    ----------
    inputs, outputs, undesirable : one row for each unit, one column for each measure; the same
        units in each, in any order. With two levels of row names, the first names the draw
    missing : what to do with a unit that lacks an entry: "refuse" the table, or "leave out" the
        unit everywhere

    Raises
    ------
    InputError
        With every cell that cannot be used, and how to mend it.
    """
    known(missing, "missing", MISSING)
    given = {"inputs": inputs, "undesirable": undesirable, "outputs": outputs}
    tables = {name: _framed(table, name) for name, table in given.items() if table is not None}
    _agree(tables)
    draws, units = _levels(tables["inputs"].index)
    first = tables["inputs"].index
    if first.nlevels == 2:
        first = pd.MultiIndex.from_product([draws, units], names=first.names)
    numbers = {name: _numbers(table, name) for name, table in tables.items()}
    faults = [fault for _, found in numbers.values() for fault in found]
    faults += [fault for name, (frame, _) in numbers.items() for fault in _impossible(name, frame)]
    frames = {name: frame.loc[first] for name, (frame, _) in numbers.items()}
    whole = pd.concat(frames.values(), axis=1, keys=[name.rstrip("s") for name in frames])
    gaps = whole.isna().any(axis=1).to_numpy()
    if missing == "refuse":
        for name, frame in frames.items():
            faults += [
                f"{name}: {_place(frame, cell)} is empty. A gap is not a 0. Fill it, or leave such "
                "units out: missing='leave out', or --leave-out."
                for cell in np.argwhere(frame.isna() & tables[name].loc[first].isna())
            ]
    _refuse(faults)
    own = first.get_level_values(-1)
    lacking = set(own[gaps])
    kept = ~own.isin(list(lacking))
    units = units[~units.isin(list(lacking))]
    if units.empty:
        raise InputError("inputs: every unit lacks an entry. Fill the gaps.")
    whole = whole[kept]
    _refuse(list(_idle({name: frame[kept] for name, frame in frames.items()})))
    return UnitTables(
        amounts=whole.to_numpy(dtype=float).reshape(len(draws), len(units), -1),
        draws=draws,
        units=units,
        measures=tuple(whole.columns.get_level_values(1)),
        sides=tuple(whole.columns.get_level_values(0)),
        left_out=tuple(dict.fromkeys(own[gaps])),
    )


def _framed(table: Table, name: str) -> pd.DataFrame:
    """Take rows and columns without names too: they are numbered from 1."""
    if isinstance(table, pd.DataFrame):
        frame = table
    elif isinstance(table, pd.Series):
        frame = table.to_frame(name.rstrip("s") if table.name is None else table.name)
    else:
        try:
            cells = np.asarray(table, dtype=object)
        except ValueError as error:
            raise InputError(f"{name}: {error}. Give rows of one length.") from error
        frame = _numbered(cells[:, None] if cells.ndim == 1 else cells, name)
    if 0 in frame.shape:
        raise InputError(f"{name}: the table has no {'columns' if len(frame) else 'rows'}.")
    if frame.index.nlevels > 2:
        raise InputError(f"{name}: rows have {frame.index.nlevels} names. Give draw and unit.")
    return frame


def _numbered(cells: NDArray[Any], name: str) -> pd.DataFrame:
    """Name rows and columns by their numbers."""
    if cells.ndim not in (2, 3):
        raise InputError(
            f"{name}: shape {cells.shape} is not (units, columns) or (draws, units, columns)."
        )
    columns = [f"{name.rstrip('s')} {k}" for k in range(1, cells.shape[-1] + 1)]
    index: pd.Index[Any] = pd.RangeIndex(1, cells.shape[-2] + 1)
    if cells.ndim == 3:
        index = pd.MultiIndex.from_product([range(1, len(cells) + 1), index])
    return pd.DataFrame(cells.reshape(-1, cells.shape[-1]), index, columns)


def _agree(tables: dict[str, pd.DataFrame]) -> None:
    """Every name once, and the same units in every table and draw."""
    seen: dict[Any, str] = {}
    for name, table in tables.items():
        for labels, what in ((table.index, "unit"), (table.columns, "column")):
            if labels.has_duplicates:
                twice = labels[labels.duplicated()][0]
                raise InputError(f"{name}: {what} {twice!r} stands there twice. Keep one.")
        for column in table.columns:
            if column in seen:
                raise InputError(
                    f"{name}: column {column!r} is among the {seen[column]} too. Decide whether "
                    "more of it is better."
                )
            seen[column] = name
    first = tables["inputs"].index
    for name, table in tables.items():
        if table.index.nlevels != first.nlevels:
            raise InputError(f"{name}: name the rows as those of inputs are, by draw and unit.")
        for one, other, lacking in ((first, table.index, name), (table.index, first, "inputs")):
            absent = one.difference(other, sort=False)
            if len(absent):
                raise InputError(f"{lacking}: there is no row for {_row(absent[0])}. Add it.")
    draws, units = _levels(first)
    if len(first) != len(draws) * len(units):
        there = set(first)
        lost = next((w, u) for w in draws for u in units if (w, u) not in there)
        raise InputError(f"inputs: there is no row for {_row(lost)}. Add it in every draw.")


def _levels(index: pd.Index[Any]) -> tuple[pd.Index[Any], pd.Index[Any]]:
    """Names of the draws and of the units, each in the order of the table."""
    if index.nlevels == 1:
        return pd.Index(["only"], name="draw"), index
    return index.get_level_values(0).unique(), index.get_level_values(1).unique()


def _numbers(table: pd.DataFrame, name: str) -> tuple[pd.DataFrame, list[str]]:
    """The table as numbers, empty cells as gaps; and the texts that are no numbers."""
    for column, kind in table.dtypes.items():
        if np.dtype(object if not isinstance(kind, np.dtype) else kind).kind == "c":
            raise InputError(f"{name}: column {column!r} holds complex numbers. Give real ones.")
    numbers = table.apply(pd.to_numeric, errors="coerce").astype(float)
    wrong = np.argwhere((numbers.isna() & table.notna()).to_numpy())
    faults = [
        f"{name}: {_place(table, cell)}: {table.iloc[cell[0], cell[1]]!r} is not a number. "
        "Mend it, or leave the cell empty."
        for cell in wrong
    ]
    return numbers, faults


def _impossible(name: str, frame: pd.DataFrame) -> Iterator[str]:
    """Numbers that are no amounts."""
    numbers = frame.to_numpy()
    for wrong, problem in (
        (np.isinf(numbers), "is not finite. Mend it."),
        (numbers < 0, "is negative. Shift or split the measure."),
    ):
        for cell in np.argwhere(wrong):
            yield f"{name}: {_place(frame, cell)} {problem}"


def _idle(frames: dict[str, pd.DataFrame]) -> Iterator[str]:
    """Units that use or make nothing, and measures of which nobody has any."""
    for name, frame in frames.items():
        numbers = frame.to_numpy()
        positive: Bools = numbers > 0
        if name != "undesirable":  # to have none of what nobody wants is fine
            for row in np.flatnonzero(~positive.any(axis=1)).tolist():
                yield f"{name}: {_row(frame.index[row])} has nothing above 0. Leave it out."
        draws, units = _levels(frame.index)
        somewhere = positive.reshape(len(draws), len(units), -1).any(axis=1)
        for draw, column in np.argwhere(~somewhere).tolist():
            where = "" if len(draws) == 1 else f" of {draws[draw]!r}"
            yield (
                f"{name}: column {frame.columns[column]!r}{where} has nothing above 0. "
                "Leave it out."
            )


def _place(table: pd.DataFrame, cell: NDArray[Any]) -> str:
    return f"{_row(table.index[int(cell[0])])}, column {table.columns[int(cell[1])]!r}"


def _row(label: Any) -> str:
    """Name a row: a unit, and its draw where there are several."""
    if isinstance(label, tuple):
        return f"unit {_plain(label[1])!r} of {label[0]}"
    return f"unit {_plain(label)!r}"


def _plain(label: Any) -> Any:
    """Take a number of numpy as one of Python, which reads as 2 and not as np.int64(2)."""
    return label.item() if isinstance(label, np.generic) else label


def _refuse(faults: list[str]) -> None:
    if len(faults) == 1:
        raise InputError(faults[0])
    if faults:
        more = [f"and {len(faults) - SHOWN} more"] if len(faults) > SHOWN else []
        raise InputError("\n  ".join([f"{len(faults)} to mend:", *faults[:SHOWN], *more]))


Ratios: TypeAlias = Mapping[tuple[Any, Any], tuple[float | None, float | None]]


def weight_bounds(
    tables: UnitTables,
    restrictions: pd.DataFrame | None = None,
    ratios: Ratios | None = None,
    swing_weights: pd.DataFrame | None = None,
) -> Floats | None:
    """Stack every restriction as rows for the kernels; None where there is none.

    Parameters
    ----------
    restrictions, ratios, swing_weights : see `efficiency.envelopment`

    Returns
    -------
    (restrictions, measures)
    """
    rows = []
    names = list(tables.measures)
    if restrictions is not None:
        for name in restrictions.columns:
            _bound_place(name, names, "restrictions")
        table = restrictions.reindex(columns=names, fill_value=0)
        rows.append(table.to_numpy(dtype=float))
    for pair, bounds in (ratios or {}).items():
        if not (isinstance(pair, tuple) and len(pair) == 2 and len(bounds) == 2):
            raise InputError(
                f"ratios: {pair!r}: {bounds!r}. Write (measure, other measure): (least, most)."
            )
        upper, lower = (_bound_place(name, names, "ratios") for name in pair)
        rows.append(weight_ratio(len(names), upper, lower, *bounds))
    if swing_weights is not None:
        rows.append(_swings(swing_weights, tables, names))
    return np.concatenate(rows) if rows else None


def _bound_place(name: Any, names: list[Any], where: str) -> int:
    if name not in names:
        raise InputError(f"{where}: {name!r} is no measure. {nearest(str(name), map(str, names))}")
    return names.index(name)


def _swings(table: pd.DataFrame, tables: UnitTables, names: list[Any]) -> Floats:
    """Elicited swing weights of outputs as bounds of the ratios of their weights."""
    for column in ("least", "most"):
        if column not in table.columns:
            raise InputError(
                f"swing_weights: there is no column {column!r}. Give least and most, and swing "
                "where the gain that was weighed is not 1 unit of the output."
            )
    outputs = tables.named("output")
    for name in table.index:
        if name not in outputs:
            raise InputError(
                f"swing_weights: {name!r} is no output. {nearest(str(name), map(str, outputs))}"
            )
    swing = table["swing"] if "swing" in table.columns else pd.Series(1.0, table.index)
    region = elicited_region(
        table["least"].to_numpy(), table["most"].to_numpy(), swing.to_numpy(dtype=float)
    )
    rows = np.zeros((len(region), len(names)))
    rows[:, [names.index(name) for name in table.index]] = region
    return rows
