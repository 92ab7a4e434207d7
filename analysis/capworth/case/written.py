"""A case in memory as the text that it would stand in files as, held against the same rules.

What was changed in a program passes the same door as what was typed, and its fingerprint is that
of the object, not of the files that it once came from.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date
from hashlib import sha256
from math import isfinite
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from capworth.case.dictionary import CLAIM, REQUIRED_TABLES, SETTINGS, dictionary
from capworth.case.model import Case, Estimate
from capworth.case.tables import RawCase, Row, Table

MEMORY = "the case in memory"
_read: WeakValueDictionary[int, Case] = WeakValueDictionary()  # cases as they came from the door
BESIDE = ("transfer", "chance", "extent", "cost_growth")  # numbers beside the main one of a row


def came_from_the_door(case: Case) -> Case:
    """Remember that this very object was read and checked; it cannot be changed after."""
    _read[id(case)] = case
    return case


def is_from_the_door(case: Case) -> bool:
    """Whether this very object was read and checked."""
    return _read.get(id(case)) is case


def fingerprint_of(raw: RawCase) -> str:
    """SHA-256 over the settings and every cell of a case as written."""
    digest = sha256(repr(sorted(raw.settings.items(), key=str)).encode())
    digest.update(repr(sorted((raw.claim or {}).items(), key=str)).encode())
    for name, table in sorted(raw.tables.items()):
        digest.update(name.encode() + b"\0")
        for row in table.rows:
            digest.update(repr(sorted(row.cells.items())).encode())
    return digest.hexdigest()


def write_case(case: Case, parts: tuple[tuple[str, type[Any], str], ...]) -> RawCase:
    """Write a case as the text of its tables.

    Parameters
    ----------
    parts : table, type of a row, and its uncertain number, as the door builds them
    """
    settings = _keys(case.settings, SETTINGS) | dict(case.settings.translations)
    tables = {}
    for name, _, number in parts:
        rows = case.codes if name == "functions" and case.codes else getattr(case, name)
        kept = [row for row in rows if not _is_made(row, number)]
        if kept or name in REQUIRED_TABLES:
            made = tuple(
                Row(getattr(row, "row", 0) or k, dict(_cells(name, row, number)))
                for k, row in enumerate(kept, start=2)
            )
            tables[name] = Table(name, f"{name}.csv", made)
    claim = None if case.claim is None else _keys(case.claim, CLAIM)
    lock = None if case.claim is None else case.claim.lock
    return RawCase(Path(MEMORY), settings, tables, {}, (), claim, lock)


def _is_made(row: Any, number: str) -> bool:
    """Whether a row was computed from the answers of members, which the case holds too."""
    estimate = getattr(row, number) if number else None
    return isinstance(estimate, Estimate) and estimate.made_from == "feedback"


def _keys(given: Any, table: str) -> dict[str, object]:
    columns = dictionary()[table]
    found: dict[str, object] = {}
    for field in fields(given):
        value = getattr(given, field.name)
        if field.name not in columns or value is None or value in ("", ()):
            continue
        found[field.name] = [*value] if isinstance(value, tuple) else _plain(value, field.name)
    return found


def _plain(value: object, name: str) -> object:
    if name == "budget_confidence" and value == 0:
        return "expected"
    return value.isoformat() if isinstance(value, date) else value


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
                yield "points", " ".join(f"{_text(a)}:{_text(b)}" for a, b in value)
        elif field.name in columns and not isinstance(value, Estimate):
            yield field.name, _text(value)


NO_FIGURE = "no figure in the case: any part"


def _estimate(
    table: str, value: Estimate, columns: Mapping[str, object]
) -> Iterator[tuple[str, str]]:
    stems = ("swing_low", "swing", "swing_high") if table == "criteria" else ("low", "mode", "high")
    for name, number in zip(stems, (value.low, value.mode, value.high), strict=True):
        yield name, _text(number)
    for name in ("grade", "source", "basis", "unit"):
        if name in columns and (text := getattr(value, name)):
            yield name, text


def _beside(table: str, name: str, value: Estimate) -> Iterator[tuple[str, str]]:
    stem, middle = ("cost", "cost_mode") if name == "cost_growth" else (name, name)
    yield f"{stem}_low", _text(value.low)
    yield middle, _text(value.mode)
    yield f"{stem}_high", _text(value.high)
    columns = dictionary()[table]
    for what in ("grade", "source", "basis"):
        if f"{stem}_{what}" in columns and (text := getattr(value, what)):
            yield f"{stem}_{what}", text


def _text(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case float():
            whole = isfinite(value) and value.is_integer() and abs(value) < 1e16
            return str(int(value)) if whole else repr(value)
        case date():
            return value.isoformat()
        case tuple():
            return " ".join(map(str, value))
        case _:
            return str(value)
