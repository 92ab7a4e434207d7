"""The tables of a study: what stands behind every figure of the report."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from capworth.model.result import Answer
from capworth.study.pages import told_of

if TYPE_CHECKING:
    from capworth.study.stages import Study

LABEL = "names the row"  # what the first columns of a table do
RANKS = ("capability_ranks", "priority_ranks")  # tables of rank acceptability


def tables_of(study: "Study") -> Mapping[str, pd.DataFrame]:
    """Every table of a study by its file name, answer by answer in the order of the questions."""
    tables: dict[str, pd.DataFrame] = {}
    for answer in study.answers.values():
        if isinstance(answer, Answer):
            tables |= answer.tables()
    return tables


def as_csv(table: pd.DataFrame) -> str:
    """Return a table with ten significant digits, whatever the locale or the system."""
    return indexed(table).to_csv(float_format="%.10g", lineterminator="\n")


def heading(column: object) -> str:
    """Return the label of a column as `as_csv` writes it."""
    return f"{column:.10g}" if isinstance(column, float) else str(column)


def indexed(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose rows have a name for what names them: `row` where they are counted."""
    return table.rename_axis("row") if table.index.names == [None] else table


def columns_told(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Say of every column of these tables its unit and what it means, by the one dictionary.

    Returns
    -------
    A row for each column, in the order of the files: `column`, `unit`, `meaning`; under `table`.
    """
    rows = []
    for name, table in tables.items():
        whole = indexed(table)
        rows += [(name, str(level), "", LABEL) for level in whole.index.names]
        for column in map(heading, whole.columns):
            told = told_of(name, column)
            rows.append((name, column, told.unit if told else "", told.meaning if told else ""))
    heads = ["table", "column", "unit", "meaning"]
    return pd.DataFrame(rows, columns=heads).set_index("table")


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table as `as_csv` gives it."""
    path.write_text(as_csv(table), encoding="utf-8", newline="")


def place_in(tables: Path, subject: str) -> str:
    """Say which place a capability or improvement took in a run, with its probability."""
    for name in RANKS:
        path = tables / f"{name}.csv"
        if path.is_file():
            table = pd.read_csv(path, index_col=0)
            if subject not in table.index and name == RANKS[0]:
                unplaced = pd.read_csv(tables / "capabilities.csv", index_col=0).index
                if subject in unplaced:
                    return "no place is told of it: nobody can say when it ends"
            if subject in table.index:
                shares = table.loc[subject].to_numpy(dtype=float)
                place = int(shares.argmax()) + 1
                return (
                    f"most often in place {place} of {len(table)} "
                    f"({shares.max():.0%} of draws); first in {shares[0]:.0%}"
                )
    return "its place was not asked for in this run"
