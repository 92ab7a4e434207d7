"""The one dictionary of what a study gives: its parts, their tables, and every output column.

`parts.csv` says of each part which question it answers and how; `columns.csv` of each column of
each table its unit and what it means. Heads in a notebook, `datapackage.json` of a run and the
reference are made of them; a test asks that no column is left out.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

ENDS: Final = {  # what a column says of another one
    "_low": "low end of the 80 % interval of",
    "_high": "high end of the 80 % interval of",
    "_error": "standard error, of so many draws, of",
}


@dataclass(frozen=True, slots=True)
class PartPage:
    """What is told of one part of a study.

    Attributes
    ----------
    name, question, method : the part, what it answers, how
    section : of METHOD or of the docs where the method is written
    tables : their file names
    first : columns of the first table that a reader needs first
    """

    name: str
    question: str
    method: str
    tables: tuple[str, ...]
    first: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OutputColumn:
    """One column of an output table, or all that a pattern names.

    Attributes
    ----------
    table : its file name; * for every table
    name : the column; {word} stands for labels of the case, such as {function}
    unit : what it is counted in; empty for words
    meaning : what it says
    """

    table: str
    name: str
    unit: str
    meaning: str

    def names(self, column: str) -> bool:
        """Whether it tells of this column."""
        return _pattern(self.name).fullmatch(column) is not None


@cache
def _pattern(name: str) -> re.Pattern[str]:
    parts = re.split(r"(\{\w+\})", name)
    return re.compile("".join(".+" if p.startswith("{") else re.escape(p) for p in parts), re.S)


@cache
def part_pages() -> Mapping[str, PartPage]:
    """Every part of a study by its name."""
    return MappingProxyType(
        {
            row["part"]: PartPage(
                name=row["part"],
                question=row["question"],
                method=row["method"],
                tables=tuple(row["tables"].split()),
                first=tuple(row["first"].split()),
            )
            for row in _rows("parts.csv")
        }
    )


@cache
def output_columns() -> Mapping[str, tuple[OutputColumn, ...]]:
    """What is told of columns, by table; those of every table under *."""
    found: dict[str, list[OutputColumn]] = {}
    for row in _rows("columns.csv"):
        for table in row["table"].split():
            column = OutputColumn(table, row["column"], row["unit"], row["meaning"])
            found.setdefault(table, []).append(column)
    return MappingProxyType({table: tuple(columns) for table, columns in found.items()})


def told_of(table: str, column: str) -> OutputColumn | None:
    """Say what a column of a table is: of its own, of all tables, or of what another one is."""
    own = output_columns().get(table, ())
    exact = [known for known in own if known.name == column]
    if exact:
        return exact[0]
    for ending, words in ENDS.items():
        stem = column.removesuffix(ending)
        if stem != column and (whole := told_of(table, stem)) is not None:
            return OutputColumn(table, column, whole.unit, f"{words} {stem}")
    shared = [known for known in output_columns()["*"] if known.name == column]
    return next((known for known in (*shared, *own) if known.names(column)), None)


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = files("capworth.study").joinpath(name).read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines())
