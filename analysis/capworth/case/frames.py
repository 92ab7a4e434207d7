"""A case back as frames, as a folder or as a workbook: what was read is read again, equal."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd

from capworth.case.claim_lock import FILE as LOCK_FILE
from capworth.case.dictionary import CLAIM, SETTINGS, dictionary
from capworth.case.files import must_be_empty, spilling, writing
from capworth.case.model import Case
from capworth.case.read import raw_of
from capworth.case.tables import SCENARIOS, RawCase, Table
from capworth.case.written import as_text, with_files
from capworth.errors import CaseError, Finding

NUMBERS = ("number", "whole", "year")  # kinds of columns that a frame holds as numbers
BOOK = ".xlsx"


def to_frames(case: Case) -> dict[str, Any]:
    """Return every table of a case by its name; see `Case.to_frames`."""
    raw = raw_of(case)
    frames: dict[str, Any] = {SETTINGS: dict(raw.settings)}
    if raw.claim is not None:
        frames[CLAIM] = dict(raw.claim)
    if raw.scenarios is not None:
        frames["scenarios"] = dict(raw.scenarios)
    in_words = "number_format" in raw.settings  # as typed: a comma may part the decimals
    return frames | {name: _frame(table, in_words) for name, table in raw.tables.items()}


def _frame(table: Table, in_words: bool) -> pd.DataFrame:
    columns = dictionary()[table.name]
    filled = {name for row in table.rows for name, text in row.cells.items() if text}
    kept = [c for c in columns.values() if c.required or c.name in filled]
    frame = pd.DataFrame(
        {c.name: [row.cells.get(c.name) or None for row in table.rows] for c in kept}, dtype=object
    )
    for column in kept:
        if column.kind in NUMBERS and not in_words:
            frame[column.name] = pd.to_numeric(frame[column.name])
    keys = [c.name for c in kept if c.kind == "key"]
    return frame.set_index(keys) if len(keys) == 1 else frame


def files_of(case: Case) -> dict[str, bytes]:
    """Return the files of a case: as they were read, or as they would be written."""
    raw = raw_of(case)
    return dict(raw.files or with_files(raw).files)


def write_to(case: Case, place: Path) -> Path:
    """Write a case to a new folder or workbook; see `Case.write`."""
    if place.suffix.lower() == BOOK:
        return _write_book(raw_of(case), place)
    must_be_empty(place)
    with writing(place, anew=True) as put:
        for name, content in sorted(with_files(raw_of(case)).files.items()):
            put(name, content)
    return place


def _write_book(raw: RawCase, place: Path) -> Path:
    """Write a sheet for each table; scenarios and the lock of the claim stand beside."""
    from openpyxl import Workbook

    if place.exists():
        raise CaseError([Finding(str(place), 0, "", "there is such a file", "Name a new one.")])
    book = Workbook()
    del book[book.sheetnames[0]]
    for name, keys in ((SETTINGS, raw.settings), (CLAIM, raw.claim)):
        if keys is not None:
            sheet = book.create_sheet(name)
            sheet.append(["key", "value"])
            for key, value in keys.items():
                plain = isinstance(value, int | float) and not isinstance(value, bool)
                sheet.append([key, value if plain else as_text(value)])
    in_words = "number_format" in raw.settings
    for name, table in raw.tables.items():
        _fill(book.create_sheet(name), table, in_words)
    packed = BytesIO()
    spilling(book.save, packed)
    files = with_files(raw).files
    with writing(place.parent, place.name) as put:
        put(place.name, packed.getvalue())
        for name in (LOCK_FILE, SCENARIOS):
            if name in files:
                put(f"{place.stem}.{name}", files[name])
    return place


def _fill(sheet: Any, table: Table, in_words: bool) -> None:
    from openpyxl.styles import Font

    columns = dictionary()[table.name]
    filled = {name for row in table.rows for name, text in row.cells.items() if text}
    kept = [c for c in columns.values() if c.required or c.name in filled]
    sheet.append([c.name for c in kept])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    for number, row in enumerate(table.rows, start=2):
        for place, column in enumerate(kept, start=1):
            if text := row.cells.get(column.name, ""):
                typed = column.kind in NUMBERS and not in_words
                cell = sheet.cell(number, place)
                cell.value = float(text) if typed else text
                if not typed:
                    cell.data_type = "s"  # also where it begins as a formula does
