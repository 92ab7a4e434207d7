"""Rows of the tables that pages are written from."""

from collections.abc import Iterable
from typing import Any, TypeAlias

import pandas as pd

Row: TypeAlias = dict[str, Any]


def rows_of(table: pd.DataFrame, keys: Iterable[object] | None = None) -> list[tuple[Any, Row]]:
    """Label and content of each row, or of those with the given labels in their order."""
    table = table if keys is None else table.loc[list(keys)]
    records = table.to_dict("records")
    return [
        (key, {str(name): value for name, value in record.items()})
        for key, record in zip(table.index, records, strict=True)
    ]


def row_of(table: pd.DataFrame, key: object) -> Row:
    """Content of the row with one label."""
    return rows_of(table, [key])[0][1]
