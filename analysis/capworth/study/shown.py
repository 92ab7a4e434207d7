"""Answers as a notebook shows them: the finding, the columns a reader needs first, honest digits.

Numbers are written as in the paper, with no more digits than their range allows; what was not
asked or measured is a dash.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from html import escape
from math import isfinite
from typing import Any, Final

import numpy as np
import pandas as pd
from babel import Locale

from capworth.errors import InputError, nearest
from capworth.language.numbers import Amount, decimals, say
from capworth.study.pages import PartPage, part_pages, told_of

MOST: Final = 8  # columns that are shown at once
WIDEST: Final = 14  # of a table that is asked for by its name
CHANCES: Final = {"share of draws", "share of deals", "share of planted cases", "probability"}
ROWS: Final = 40
NONE: Final = "-"
LOCALE: Final = Locale("en")
LEFT: Final = " style='text-align:left'"
SCALARS: Final = (str, bool, int, float, np.number, np.bool_)
PLAIN: Final = 3  # significant digits of a number without a range


def answer_in_html(answer: Any) -> str:
    """An answer: its finding, its first table with units in the head, what else it holds."""
    tables, table = answer.tables(), answer.to_frame()
    same = (name for name, one in tables.items() if [*one.columns] == [*table.columns])
    name = next(same, next(iter(tables), ""))
    page = next((p for p in part_pages().values() if name in p.tables), None)
    table = table.rename(columns=str)  # places and levels are labels too
    columns = _first(table, page, name)
    left = (
        len(table.columns)
        - len(columns)
        - sum(f"{c}{end}" in table.columns for c in columns for end in ("_low", "_high"))
    )
    notes = []
    if left > 0:
        notes.append(f"{left} more columns: <code>to_frame()</code>")
    if len(table) > ROWS:
        notes.append(f"{len(table) - ROWS} more rows")
    if others := [other for other in tables if other != name]:
        notes.append(f"other tables: {', '.join(others)}")
    return (
        f"<p>{escape(repr(answer).strip('<>'))}</p>"
        + table_in_html(table.iloc[:ROWS], name, columns)
        + f"<p><small>{'; '.join(notes)}{'. ' if notes else ''}{escape(str(answer.provenance))}"
        + "</small></p>"
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """A table of an answer as a notebook shows it; `table` is the frame itself."""

    table: pd.DataFrame
    _name: str
    _ranged: pd.DataFrame | None = None  # the same with the ends of ranges

    def __repr__(self) -> str:
        return repr(self.table)

    def _repr_html_(self) -> str:
        return frame_in_html(self.table if self._ranged is None else self._ranged, self._name)


@dataclass(frozen=True, slots=True)
class Unasked:
    """In the place of what a case does not ask for: one sentence."""

    sentence: str

    def __repr__(self) -> str:
        return self.sentence

    def _repr_html_(self) -> str:
        return f"<p><em>{escape(self.sentence)}</em></p>"


def frame_in_html(table: pd.DataFrame, name: str = "") -> str:
    """A table of whatever kind: ranges beside their numbers, in honest digits."""
    plain = table.rename(columns=str)
    columns = [str(column) for column in plain.columns]
    kept = [c for c in columns if not _is_end(c, columns)]
    notes = [f"{len(plain) - ROWS} more rows"] if len(plain) > ROWS else []
    if len(kept) > WIDEST:
        notes.append(f"{len(kept) - WIDEST} more columns: <code>.table</code>")
    left = f"<p><small>{'; '.join(notes)}</small></p>" if notes else ""
    return table_in_html(plain.iloc[:ROWS], name, kept[:WIDEST]) + left


def frame_shown(table: pd.DataFrame | pd.Series) -> Shown:
    """A table of one's own, or a column, as the answers are shown."""
    return Shown(table.to_frame() if isinstance(table, pd.Series) else table, "")


def shown_of(
    answer: Any, way: str, columns: Sequence[str] = (), rows: str | Sequence[str] = ()
) -> Any:
    """What an answer gives by the names of its tables or methods, ready to be shown.

    Parameters
    ----------
    way : such as "good_sets", or "earmarks.funds"; the answer itself where it is blank
    columns : of the table; all of them when empty
    rows : labels; those rows that bear one of them, all when empty
    """
    named: Mapping[str, pd.DataFrame] = {}
    for step in filter(None, way.split(".")):
        named = answer.tables() if hasattr(answer, "tables") else named
        if step in named:
            answer = named[step]
            continue
        known = [n for n in dir(answer) if not n.startswith("_")]
        if step not in known:
            raise InputError(f"{answer!r} has no {step!r}. {nearest(step, (*named, *known))}")
        found = getattr(answer, step)
        answer = found() if callable(found) else found
    if (columns or rows) and hasattr(answer, "to_frame"):
        named, answer = answer.tables(), answer.to_frame()
    if not isinstance(answer, pd.DataFrame):
        return _in_rows(answer)
    same = (name for name, table in named.items() if [*table.columns] == [*answer.columns])
    name = next(same, "")
    for column in columns:
        if column not in answer.columns:
            raise InputError(f"there is no column {column!r}. {nearest(column, answer.columns)}")
    kept = answer.loc[_bearing(answer, (rows,) if isinstance(rows, str) else rows)]
    if not columns:
        return Shown(kept, name)
    every = dict.fromkeys(f"{c}{end}" for c in columns for end in ("", "_low", "_high"))
    return Shown(kept[list(columns)], name, kept[[c for c in every if c in kept.columns]])


def _bearing(table: pd.DataFrame, labels: Sequence[str]) -> Any:
    """Which rows bear one of some labels, on whichever level; all where none is named."""
    levels = [table.index.get_level_values(k) for k in range(table.index.nlevels)]
    known = {str(label) for level in levels for label in level}
    for label in labels:
        if label not in known:
            raise InputError(f"there is no row {label!r}. {nearest(label, known)}")
    found = np.full(len(table), not labels)
    for level in levels:
        found |= level.astype(str).isin(list(labels))
    return found


def _in_rows(answer: Any) -> Any:
    """A record of plain numbers as a table, a number on each row; anything else as it is."""
    if hasattr(answer, "_repr_html_") or isinstance(answer, type):
        return answer
    names: Sequence[str] = getattr(answer, "_fields", ())
    if is_dataclass(answer):
        names = [field.name for field in fields(answer) if field.repr]
    found = [getattr(answer, name) for name in names]
    if not found or not all(value is None or isinstance(value, SCALARS) for value in found):
        return answer
    values = pd.Series(found, dtype=object)
    index = pd.Index([name.replace("_", " ") for name in names], name="what")
    return Shown(pd.DataFrame({"number": values.to_numpy()}, index=index), "")


def study_in_html(study: Any) -> str:
    """A study: the finding of every part that is asked, in the order of its questions."""
    pages = part_pages()
    rows = "".join(
        f"<tr><td{LEFT}>{escape(pages[name].question)}</td>"
        f"<td{LEFT}>{escape(repr(study.answers[name]).strip('<>'))}</td>"
        f"<td{LEFT}><code>study.{name}</code></td></tr>"
        for name in study.known
    )
    partial = len(study.answers) > 0 and hasattr(study.answers, "known")
    missing = () if partial else study.not_asked
    asked = f"<p><small>Not asked: {', '.join(missing)}.</small></p>" if missing else ""
    changed = "".join(f"<li>{escape(str(change))}</li>" for change in study.case.changes)
    return (
        f"<table>{rows}</table>{asked}"
        f"{f'<p>Changed since it was read:</p><ul>{changed}</ul>' if changed else ''}"
        f"<p><small>{escape(str(study.provenance))}</small></p>"
    )


def table_in_html(table: pd.DataFrame, name: str, columns: Sequence[str]) -> str:
    """Some columns of an output table, with units in the head and ranges beside the numbers."""
    levels = "".join(map(_label, table.index.names))
    words = {c for c in columns if table[c].map(lambda v: isinstance(v, str)).any()}
    sides = [LEFT if column in words else "" for column in columns]
    told = {column: told_of(name, column) for column in columns}
    chances = {column for column, one in told.items() if one is not None and one.unit in CHANCES}
    heads = "".join(f"<th{s}>{_head(name, c)}</th>" for c, s in zip(columns, sides, strict=True))
    body = "".join(
        f"<tr>{''.join(_labels(key))}{''.join(_sided(_cells(row, columns, chances), sides))}</tr>"
        for key, (_, row) in zip(table.index, table.iterrows(), strict=True)
    )
    return f"<table><thead><tr>{levels}{heads}</tr></thead><tbody>{body}</tbody></table>"


def _sided(cells: Iterator[str], sides: Sequence[str]) -> Iterator[str]:
    """Cells of a row: words begin on the left, whatever the style of the notebook."""
    for cell, side in zip(cells, sides, strict=True):
        yield f"<td{side}>{cell}</td>"


def _labels(key: Any) -> Iterator[str]:
    yield from map(_label, key if isinstance(key, tuple) else (key,))


def _label(label: Any) -> str:
    """A head; a blank cell is none."""
    words = "" if label is None else escape(str(label))
    return f"<th{LEFT}>{words}</th>" if words else "<td></td>"


def _first(table: pd.DataFrame, page: PartPage | None, name: str) -> list[str]:
    """The columns that a reader needs first, of a part; else the first ones but ends of ranges."""
    own = list(page.first) if page is not None else []
    known = [column for column in own if column in table.columns]
    if known:
        return known
    listed = [str(column) for column in table.columns]
    return [c for c in listed if not _is_end(c, listed)][:MOST]


def _is_end(column: str, listed: Sequence[str]) -> bool:
    return any(
        column.endswith(end) and column.removesuffix(end) in listed for end in ("_low", "_high")
    )


def _head(table: str, column: str) -> str:
    told = told_of(table, column)
    unit = f"<br><small>{escape(told.unit)}</small>" if told is not None and told.unit else ""
    title = escape(told.meaning, quote=True) if told is not None else ""
    return f"<span title='{title}'>{escape(column)}</span>{unit}"


def _cells(row: pd.Series, columns: Sequence[str], chances: Collection[str]) -> Iterator[str]:
    for column in columns:
        low, high = (row.get(f"{column}{end}") for end in ("_low", "_high"))
        share = column in chances and isinstance(row[column], float | np.floating)
        yield _chance(float(row[column])) if share else written(row[column], low, high)


def _chance(share: float) -> str:
    """A chance in percent, as the paper says it: never none or all where it is not."""
    if not isfinite(share):
        return NONE
    if 0 < share < 0.01 or 0.99 < share < 1:
        return "&lt;1%" if share < 0.5 else "&gt;99%"
    return f"{share:.0%}"


def written(value: Any, low: Any = None, high: Any = None) -> str:
    """Write a cell: a number with its range in honest digits, yes or no, a word, or a dash."""
    if isinstance(value, bool) or type(value).__name__ == "bool":
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return escape(", ".join(map(str, value))) or NONE
    if not isinstance(value, float | int | np.number):
        return NONE if value is None or value == "" else escape(str(value))
    number = float(value)
    if not isfinite(number):
        return NONE
    if isinstance(low, float) and isinstance(high, float) and isfinite(low) and isfinite(high):
        amount = Amount(number, low, high)
        places = decimals(*amount)
        if amount.is_certain:
            return say(number, places, LOCALE)
        ends = f"{say(low, places, LOCALE)} to {say(high, places, LOCALE)}"
        return f"{say(number, places, LOCALE)} <small style='white-space:nowrap'>({ends})</small>"
    if number.is_integer() and abs(number) < 1e4:
        return str(int(number))
    return say(number, _plain_places(number), LOCALE, padded=False)


def _plain_places(number: float) -> int:
    from math import floor, log10

    return PLAIN - 1 - floor(log10(abs(number))) if number else 0
