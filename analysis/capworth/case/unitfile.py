"""A table of units in a CSV file, its cells as typed, for the comparison of units."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from capworth.errors import InputError, nearest


def read_units(
    path: str | Path, unit: str = "", world: str = "", columns: Sequence[str] = ()
) -> pd.DataFrame:
    """Read a table of units: one row for each unit, or for each world and unit.

    Parameters
    ----------
    path : a CSV file with a heading
    unit, world : columns that name the rows; the first column names the units by default
    columns : measures that must be there

    Returns
    -------
    Cells as text, empty ones as gaps, so that a fault can be quoted as it was typed.

    Raises
    ------
    InputError
        When the file cannot be read, lacks a column, or a row has no name.
    """
    place = Path(path)
    try:
        with place.open(encoding="utf-8-sig", newline="") as lines:
            rows = [row for row in csv.reader(lines) if any(cell.strip() for cell in row)]
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{place.name}: it cannot be read ({error}). Name a CSV file.") from error
    if len(rows) < 2:
        raise InputError(f"{place.name}: there is no row of a unit. Add one below the heading.")
    head = [cell.strip() for cell in rows[0]]
    wanted = [unit or head[0], *([world] if world else []), *columns]
    for name in wanted:
        if name not in head:
            raise InputError(f"{place.name}: there is no column {name!r}. {nearest(name, head)}")
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(head):
            raise InputError(
                f"{place.name}, row {number}: {len(row)} cells for {len(head)} columns. Mend it."
            )
        if not row[head.index(wanted[0])].strip():
            raise InputError(f"{place.name}, row {number}: the unit has no name. Name it.")
    table = pd.DataFrame(rows[1:], columns=head, dtype=object).map(_cell)
    names: list[Any] = [world, unit or head[0]] if world else [unit or head[0]]
    return table.set_index(names)


def _cell(text: str) -> str | None:
    return text.strip() or None
