"""A case in memory as the text that it would stand in files as, held against the same rules.

What was changed in a program passes the same door as what was typed, and its fingerprint is that
of the files it would be written as, not of those that it once came from.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from datetime import date
from math import isfinite
from pathlib import Path
from typing import Any
from weakref import ref

from capworth.case.claim_lock import FILE as LOCK_FILE
from capworth.case.dictionary import CLAIM, REQUIRED_TABLES, SETTINGS, dictionary
from capworth.case.model import Case, Estimate, Scenario
from capworth.case.numerals import plain_number
from capworth.case.tables import (
    CHANGES,
    CLAIM_FILE,
    SCENARIOS,
    SETTINGS_FILE,
    RawCase,
    Row,
    Table,
)

MEMORY = "the case in memory"
_read: dict[int, tuple[ref[Case], RawCase]] = {}  # cases from the door, and their text
BESIDE = ("transfer", "chance", "extent", "cost_growth")  # numbers beside the main one of a row


def came_from_the_door(case: Case, raw: RawCase) -> Case:
    """Remember that this very object was read and checked, and as which text."""
    key = id(case)
    _read[key] = ref(case, lambda _: _read.pop(key, None)), raw
    return case


def text_of(case: Case) -> RawCase | None:
    """Return the text of this very object, where it was read and checked; None where not."""
    known = _read.get(id(case))
    return known[1] if known is not None and known[0]() is case else None


def with_files(raw: RawCase) -> RawCase:
    """Write a case out as the files of a folder, which make its fingerprint; the lock stays."""
    files = {SETTINGS_FILE: _toml(raw.settings)}
    for name, table in raw.tables.items():
        made_up = table.file.endswith("-synthetic.csv")
        if "written" not in table.known:
            table.known["written"] = _csv(table)
        files[f"{name}-synthetic.csv" if made_up else f"{name}.csv"] = table.known["written"]
    for name, keys in ((CLAIM_FILE, raw.claim), (SCENARIOS, raw.scenarios), (CHANGES, raw.history)):
        if keys is not None:
            files[name] = _toml(keys)
    locks = [content for name, content in raw.files.items() if name.endswith(LOCK_FILE)]
    if locks and raw.lock is not None:
        files[LOCK_FILE] = locks[0].decode("utf-8")
    return replace(raw, place=Path(MEMORY), files={n: t.encode("utf-8") for n, t in files.items()})


def _csv(table: Table) -> str:
    """A table with the columns that any row fills, in the order of the dictionary."""
    filled = {column for row in table.rows for column, text in row.cells.items() if text}
    heading = [c.name for c in dictionary()[table.name].values() if c.required or c.name in filled]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heading)
    writer.writerows([row.cells.get(column, "") for column in heading] for row in table.rows)
    return text.getvalue()


def _toml(keys: Mapping[str, Any]) -> str:
    """Keys as TOML: plain ones first, then tables and lists of tables."""
    return "\n".join(_lines(keys, ())) + "\n"


def _lines(keys: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    inner = {k: v for k, v in keys.items() if isinstance(v, Mapping)}
    listed = {k: v for k, v in keys.items() if _are_tables(v)}
    for key, value in keys.items():
        if key not in inner and key not in listed:
            yield f"{_key(key)} = {_value(value)}"
    for key, value in inner.items():
        place = (*path, key)
        yield f"\n[{'.'.join(map(_key, place))}]"
        yield from _lines(value, place)
    for key, rows in listed.items():
        for row in rows:
            place = (*path, key)
            yield f"\n[[{'.'.join(map(_key, place))}]]"
            yield from _lines(row, place)


def _are_tables(value: object) -> bool:
    if not isinstance(value, list | tuple):
        return False
    return bool(value) and all(isinstance(each, Mapping) for each in value)


def _key(key: str) -> str:
    plain = key.replace("-", "").replace("_", "")
    return key if plain.isascii() and plain.isalnum() else json.dumps(key)


def _value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case int() | float():
            return repr(value)
        case date():
            return value.isoformat()
        case list() | tuple():
            return "[" + ", ".join(map(_value, value)) + "]"
        case Mapping():
            inside = ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items())
            return "{" + inside + "}"
        case _:
            return json.dumps(str(value), ensure_ascii=False)


def write_case(case: Case, parts: tuple[tuple[str, type[Any], str], ...]) -> RawCase:
    """Write a case as the text of its tables.

    Parameters
    ----------
    parts : table, type of a row, and its uncertain number, as the door builds them
    """
    settings = keys_of(case.settings, SETTINGS) | dict(case.settings.translations)
    tables, form = {}, case.settings.number_format
    for name, _, number in parts:
        rows = case.codes if name == "functions" and case.codes else getattr(case, name)
        kept = [row for row in rows if not _is_made(row, number)]
        if kept or name in REQUIRED_TABLES:
            made = tuple(
                Row(
                    getattr(row, "row", 0) or k,
                    _in_form(name, _cells(name, row, number), form),
                )
                for k, row in enumerate(kept, start=2)
            )
            tables[name] = Table(name, f"{name}.csv", made)
    claim = None if case.claim is None else keys_of(case.claim, CLAIM)
    lock = None if case.claim is None else case.claim.lock
    return with_files(
        RawCase(
            place=Path(MEMORY),
            settings=settings,
            tables=tables,
            files={},
            findings=(),
            claim=claim,
            lock=lock,
            scenarios={s.id: _scenario(s) for s in case.scenarios} or None,
            history=history_of(case),
        )
    )


def history_of(case: Case) -> dict[str, Any] | None:
    """Write what was changed in a case, of which one, and under which name; None where nothing."""
    if not case.changes and not case.scenario:
        return None
    rows = [{f.name: getattr(change, f.name) for f in fields(change)} for change in case.changes]
    return {"base": case.base, "scenario": case.scenario, "change": rows}


def _scenario(scenario: Scenario) -> dict[str, object]:
    """Write a scenario as `scenarios.toml` says it."""
    kept = {
        f.name: getattr(scenario, f.name)
        for f in fields(scenario)
        if f.name not in ("id", "translations") and getattr(scenario, f.name)
    }
    return {**kept, **dict(scenario.translations)}


def _is_made(row: Any, number: str) -> bool:
    """Whether a row was computed from the answers of members, which the case holds too."""
    estimate = getattr(row, number) if number else None
    return isinstance(estimate, Estimate) and estimate.made_from == "feedback"


def keys_of(given: Any, table: str) -> dict[str, object]:
    """Write settings, or a registration, as the keys of their file; what is blank is left out."""
    columns = dictionary()[table]
    found: dict[str, object] = {}
    for field in fields(given):
        value = getattr(given, field.name)
        if field.name not in columns or value in (None, "", ()) or value is False:
            continue
        found[field.name] = plain(value, field.name)
    return found


def plain(value: object, name: str) -> object:
    """Write the value of a key as its file would say it."""
    if name == "budget_confidence" and value == 0:
        return "expected"
    if isinstance(value, tuple | list):
        return [*value]
    return value.isoformat() if isinstance(value, date) else value


def _in_form(table: str, cells: Iterator[tuple[str, str]], form: str) -> Mapping[str, str]:
    """Write numbers so that they are read as they are, however the case types its own."""
    kinds = {name: column.kind for name, column in dictionary()[table].items()}
    return {k: plain_number(t, form) if kinds[k] == "number" else t for k, t in cells}


def _cells(table: str, row: Any, number: str) -> Iterator[tuple[str, str]]:
    columns = dictionary()[table]
    for field in fields(row):
        value = getattr(row, field.name)
        if field.name == "row" or value is None:
            continue
        if field.name in columns and not columns[field.name].required and value == field.default:
            continue  # what a blank cell is read as
        if field.name == number:
            if table != "platforms" or value.basis != NO_FIGURE:
                yield from _estimate(table, value, columns)
        elif field.name in BESIDE and isinstance(value, Estimate):
            yield from _beside(table, field.name, value)
        elif field.name == "translations":
            yield from value
        elif field.name == "points":
            if value:
                yield "points", " ".join(f"{as_text(a)}:{as_text(b)}" for a, b in value)
        elif field.name in columns and not isinstance(value, Estimate):
            yield field.name, as_text(value)


NO_FIGURE = "no figure in the case: any part"


def _estimate(
    table: str, value: Estimate, columns: Mapping[str, object]
) -> Iterator[tuple[str, str]]:
    stems = ("swing_low", "swing", "swing_high") if table == "criteria" else ("low", "mode", "high")
    for name, number in zip(stems, (value.low, value.mode, value.high), strict=True):
        yield name, as_text(number)
    for name in ("grade", "source", "basis", "unit"):
        if name in columns and (text := getattr(value, name)):
            yield name, text


def _beside(table: str, name: str, value: Estimate) -> Iterator[tuple[str, str]]:
    stem, middle = ("cost", "cost_mode") if name == "cost_growth" else (name, name)
    yield f"{stem}_low", as_text(value.low)
    yield middle, as_text(value.mode)
    yield f"{stem}_high", as_text(value.high)
    columns = dictionary()[table]
    for what in ("grade", "source", "basis"):
        if f"{stem}_{what}" in columns and (text := getattr(value, what)):
            yield f"{stem}_{what}", text


def as_text(value: object) -> str:
    """Write a value as a cell of a file says it."""
    match value:
        case bool():
            return "yes" if value else "no"
        case float():
            whole = isfinite(value) and value.is_integer() and abs(value) < 1e16
            return str(int(value)) if whole else repr(value)
        case date():
            return value.isoformat()
        case tuple() | list():
            return " ".join(map(str, value))
        case _:
            return str(value)
