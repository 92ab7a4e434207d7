"""Tables in memory as the text of a case: pandas, Polars, Arrow, dicts and lists.

A frame is read as a file would be, cell by cell, so that it passes the same door.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from math import isfinite
from pathlib import Path
from typing import Any

import pandas as pd

from capworth.case.dictionary import CLAIM, SETTINGS, dictionary, table_names
from capworth.case.numerals import plain_number
from capworth.case.tables import FRAMES, SCENARIOS, RawCase, Table, table_of
from capworth.case.written import as_text, plain, with_files
from capworth.errors import Finding, InputError, nearest


def raw_of_frames(frames: Mapping[str, Any]) -> RawCase:
    """Write frames as the text of a case; faults of their form are among its findings."""
    scenarios = "scenarios"
    known = (*table_names(), SETTINGS, CLAIM, scenarios)
    findings: list[Finding] = []
    keys: dict[str, dict[str, object]] = {}
    asked = frames.get(SETTINGS)
    form = "" if asked is None else str(_keys(SETTINGS, asked).get("number_format", ""))
    tables: dict[str, Table] = {}
    for name, frame in frames.items():
        if name not in known:
            place = f"frame {name}"
            findings.append(Finding(place, 0, "", "there is no such table", nearest(name, known)))
        elif name in (SETTINGS, CLAIM):
            keys[name] = _keys(name, frame)
        elif name in table_names():
            cells = _cells(name, frame, form)
            if (table := table_of(name, f"frame {name}", cells, findings)) is not None:
                tables[name] = table
    if SETTINGS not in keys:
        fix = "Add it: a dict of the keys of case.toml."
        findings.append(Finding(f"frame {SETTINGS}", 0, "", "it is missing", fix))
    futures = frames.get(scenarios)
    if futures is not None and not isinstance(futures, Mapping):
        raise InputError(f"frame {scenarios}: it is no dict. Write it as {SCENARIOS} would say it.")
    raw = RawCase(
        place=Path(FRAMES),
        settings=keys.get(SETTINGS, {}),
        tables=tables,
        files={},
        findings=tuple(findings),
        claim=keys.get(CLAIM),
        scenarios=futures,
    )
    files = with_files(raw).files
    return RawCase(
        place=raw.place,
        settings=raw.settings,
        tables=tables,
        files=files,
        findings=raw.findings,
        claim=raw.claim,
        scenarios=futures,
    )


def _keys(name: str, frame: Any) -> dict[str, object]:
    """Read keys from a dict, or from a table of key and value."""
    if not isinstance(frame, Mapping):
        rows = _rows(name, frame)
        frame = {str(row.get("key", "")): row.get("value") for row in rows}
    return {str(k): plain(v, str(k)) for k, v in frame.items() if not _is_blank(v)}


def _cells(name: str, frame: Any, form: str) -> list[list[str]]:
    """The heading and the rows of a frame as text; `form` is how the case types its numbers."""
    rows = _rows(name, frame)
    heading = list(dict.fromkeys(str(column) for row in rows for column in row))
    if not rows:  # nothing is said of columns: none is missing
        heading = [c.name for c in dictionary()[name].values() if c.required]
    return [heading, *([_cell(row.get(column), form) for column in heading] for row in rows)]


def _rows(name: str, frame: Any) -> list[Mapping[str, Any]]:
    """The rows of a table of whatever kind, each by its columns."""
    if isinstance(frame, pd.DataFrame):
        return _of_pandas(name, frame)
    for way in ("to_dicts", "to_pylist"):  # Polars; Arrow
        if callable(found := getattr(frame, way, None)):
            return list(found())
    if hasattr(frame, "__dataframe__"):
        return _of_pandas(name, pd.api.interchange.from_dataframe(frame))
    if isinstance(frame, Mapping):
        return _of_pandas(name, pd.DataFrame(dict(frame), dtype=object))
    if isinstance(frame, Iterable) and not isinstance(frame, str):
        rows = list(frame)
        if all(isinstance(row, Mapping) for row in rows):
            return rows
    raise InputError(
        f"frame {name}: {type(frame).__name__} is no table. Give a pandas, Polars or Arrow one, a "
        "dict of columns or a list of rows."
    )


def _of_pandas(name: str, frame: pd.DataFrame) -> list[Mapping[str, Any]]:
    named = [level for level in frame.index.names if level in dictionary().get(name, {})]
    whole = frame.reset_index(level=named) if named else frame
    rows: Any = whole.to_dict("records")
    return list(rows)


def _is_blank(value: object) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or value != value


def _cell(value: Any, form: str) -> str:
    """A cell as a file would say it; what is missing is blank."""
    if isinstance(value, list | tuple):
        return as_text(tuple(value))
    if _is_blank(value):
        return ""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    if isinstance(value, float):
        return plain_number(as_text(value), form)
    return as_text(value) if isinstance(value, bool | date) else str(value)
