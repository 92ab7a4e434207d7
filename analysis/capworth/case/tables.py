"""The files of a case as the text that the analyst typed: nothing guessed, nothing lost.

A table of units in a CSV file, its cells as typed, for the comparison of units.
"""

import csv
import io
import os
import re
import tomllib
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from hashlib import sha256
from itertools import chain, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any

from capworth.case.claim import Lock
from capworth.case.claim_lock import FILE as LOCK_FILE
from capworth.case.claim_lock import LockError, lock_place, read_lock
from capworth.case.dictionary import CLAIM, SETTINGS, dictionary, table_names
from capworth.case.files import read, read_rows, unreadable
from capworth.case.numerals import thousands
from capworth.errors import CaseError, Finding, InputError, as_seen, nearest

if TYPE_CHECKING:
    import pandas as pd

    from capworth.case.workbook import Oddity

MOST_ROWS, MOST_CELLS = 200_000, 2_000_000  # of a table
ABOVE = 10  # rows in which a heading is looked for
NOTES = ("comment", "comments", "remark", "remarks", "note", "notes", "commentaire", "nota")
ASIDE = (".", "_", "~$", "Thumbs.db", "desktop.ini")  # so begins what is nobody's table
EXAMPLE = "#"  # so begins a row that is only shown
NO_EXAMPLE = re.compile(r"#[A-Z]+(/[A-Z0]+)?[!?]?$")  # but an error of a spreadsheet is told
COPY = re.compile(
    r"^(copy of|kopie von|copie de|copia de) "
    r"|[ _-]*(copy|kopie|copie|copia|final|old|new|v?\d+|\(\d+\))$"
)
SETTINGS_FILE, CLAIM_FILE = KEYS = ("case.toml", "claim.toml")
SCENARIOS, CHANGES = "scenarios.toml", "changes.toml"  # beside the tables, where they are
SHEET = ", sheet "  # between the name of a workbook and that of one of its sheets
FRAMES = "frames in memory"  # in the place of a folder
SYNTHETIC = "-synthetic"  # ends the name of a table that a generator made up
BOOKS = frozenset({".xlsx", ".xlsm", ".ods"})  # endings of workbooks, in small letters
MADE_UP = (
    "members",
    "feedback",
)  # tables that may be `<table>-synthetic.csv`, as a generator names


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: its number as a spreadsheet shows it, and its cells as typed."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a case as text."""

    name: str
    file: str
    rows: tuple[Row, ...]
    heading: tuple[str, ...] = ()  # as it stands there; empty of a table that nobody typed
    known: dict[str, Any] = field(  # what was made of it: a scenario leaves most tables as they are
        default_factory=dict, init=False, repr=False, compare=False
    )


@dataclass(frozen=True, slots=True)
class RawCase:
    """Everything that was found, before any of it is checked."""

    place: Path
    settings: Mapping[str, object]
    tables: Mapping[str, Table]
    files: Mapping[str, bytes]  # what was read, by file name
    findings: tuple[Finding, ...]
    claim: Mapping[str, object] | None = None  # keys of claim.toml; None where there is none
    lock: Lock | None = None
    unread: tuple[str, ...] = ()  # what stands beside the tables and is none
    spoilt: frozenset[str] = frozenset()  # tables, and `case`, of which nothing could be read
    scenarios: Mapping[str, object] | None = None  # those of scenarios.toml, by name
    history: Mapping[str, object] | None = None  # changes.toml: of which case it was made, and how
    known: dict[Any, Any] = field(  # what its rules found, for cases that are made of it
        default_factory=dict, repr=False, compare=False
    )

    @property
    def is_book(self) -> bool:
        """Whether it is one workbook."""
        return self.place.name in self.files

    def place_of(self, table: str) -> str:
        """Say where a table, or the settings, stand: a file of the folder, a sheet, or a frame."""
        if self.place.name == FRAMES:
            return f"frame {table}"
        if self.is_book:
            return f"{self.place.name}{SHEET}{table}"
        if table in (SETTINGS, CLAIM):
            return f"{table}.toml"
        made_up = f"{table}-synthetic.csv"
        return made_up if made_up in self.files else f"{table}.csv"

    def in_place(self, finding: Finding) -> Finding:
        """Tell a fault of the settings, or of a table that lacks, where it is to be mended."""
        stem = finding.file.removesuffix(".toml" if finding.file in KEYS else ".csv")
        if stem not in (*table_names(), SETTINGS, CLAIM):
            return finding
        return replace(finding, file=self.place_of(stem))

    def fingerprint(self) -> str:
        """SHA-256 over the names and the bytes of all that was read, in the order of names.

        How it came to be, `changes.toml`, is no part of what it is.
        """
        digest = sha256()
        for name, content in sorted(self.files.items()):
            if name != CHANGES:
                digest.update(name.encode() + b"\0" + sha256(content).digest())
        return digest.hexdigest()


def read_raw(place: str | Path) -> RawCase:
    """Read a folder of CSV files with `case.toml`, or one workbook with the same tables as sheets.

    Where there is neither, the name of a case that comes with the package.

    Raises
    ------
    CaseError
        When there is no such folder or workbook.
    """
    path = Path(place)
    if not path.exists() and (known := bundled(str(place))) is not None:
        path = known
    if path.is_dir():
        return _read_folder(path)
    if path.is_file() and path.name.startswith("~$"):
        problem, fix = "this is the mark of an open workbook", f"Name {path.name[2:]}."
        raise CaseError([Finding(str(place), 0, "", problem, fix)])
    if path.is_file() and path.suffix.lower() in (".csv", ".toml"):
        problem, fix = "this is one file of a case", "Name the folder that it stands in."
        raise CaseError([Finding(str(place), 0, "", problem, fix)])
    if path.is_file():
        return _read_workbook(path)
    there = [*path.parent.iterdir()] if path.parent.is_dir() else []
    cases = [p.name for p in there if (p / SETTINGS_FILE).is_file() or p.suffix.lower() == ".xlsx"]
    every = {*cases, *bundled_cases()} if path.parent == Path() else {*cases}
    fix = nearest(path.name, every) if every else "Name a case folder or a workbook."
    raise CaseError([Finding(str(place), 0, "", "there is no such case folder or workbook", fix)])


def bundled(name: str) -> Path | None:
    """Return the folder of a bundled case by its name; None where there is none."""
    return bundled_cases().get(name)


def bundled_cases() -> dict[str, Path]:
    """Return the folders of the cases that come with the package, by their names."""
    package = Path(__file__).parents[1]
    places = package / "cases", package.parents[1] / "data"
    cases = (file.parent for place in places for file in place.glob(f"*/{SETTINGS_FILE}"))
    return {case.name: case for case in sorted(cases, reverse=True)}


def _read_folder(path: Path) -> RawCase:
    findings: list[Finding] = []
    known = {f"{name}.csv" for name in table_names()} | {*KEYS, LOCK_FILE, SCENARIOS, CHANGES}
    known |= {f"{name}-synthetic.csv" for name in MADE_UP}
    contents: dict[str, bytes] = {}
    unread = []
    for entry in sorted(path.iterdir()):
        name = entry.name
        if name not in known and name.startswith(ASIDE):
            continue
        if refused := unreadable(entry):
            findings.append(Finding(name, 0, "", *refused))
        elif name in known:
            contents[name] = read(entry)
        elif hint := _meant(name, known):
            findings.append(Finding(name, 0, "", "this is not a table of a case", hint))
        else:
            unread.append(name)
    faulty_files = {finding.file for finding in findings}
    if SETTINGS_FILE not in contents and SETTINGS_FILE not in faulty_files:
        findings.append(Finding(SETTINGS_FILE, 0, "", "the file is missing", "Add it."))
    settings, claim, scenarios, history = (
        _keys(file, contents, findings) for file in (*KEYS, SCENARIOS, CHANGES)
    )
    tables = {}
    for name in table_names():
        file, made_up = f"{name}.csv", f"{name}-synthetic.csv"
        if made_up in contents:
            if file in contents:
                findings.append(
                    Finding(made_up, 0, "", f"there is {file} too", "Keep the real one only.")
                )
            file = made_up
        if file in contents:
            cells = _parse(file, contents[file], findings)
            table = None if cells is None else table_of(name, file, cells, findings)
            if table is not None:
                tables[name] = table
    lock = _lock(LOCK_FILE, contents, claim is not None, findings)
    lost = {_own(f.file, known) for f in findings} - {table.file for table in tables.values()}
    return RawCase(
        place=path,
        settings=settings or {},
        tables=tables,
        files=contents,
        findings=tuple(findings),
        claim=claim,
        lock=lock,
        unread=tuple(unread),
        spoilt=frozenset(file.rpartition(".")[0].removesuffix(SYNTHETIC) for file in lost),
        scenarios=scenarios,
        history=history,
    )


def _own(name: str, known: Collection[str]) -> str:
    """Name the file of a case that a file is, or was meant to be; empty where it is none.

    >>> _own("Costs (1).xlsx", ["costs.csv", "case.toml"])
    'costs.csv'
    """
    stem = COPY.sub("", name.casefold().split(".")[0]).strip().removesuffix(SYNTHETIC)
    alike = (k for k in sorted(known) if k.rpartition(".")[0].removesuffix(".lock") == stem)
    return name if name in known else next(alike, "")


def _meant(name: str, known: Collection[str]) -> str:
    """Say which file of a case was probably meant; empty where it is none, as notes are.

    >>> [_meant(name, ["costs.csv", "case.toml"]) for name in ("costs.csv.txt", "Costs (1).xlsx")]
    ["Did you mean 'costs.csv'?", "Did you mean 'costs.csv'?"]
    >>> _meant("minutes.docx", ["costs.csv"])
    ''
    """
    lower = name.lower()
    if lower.startswith(("case.", "claim")) or lower.endswith(f".{LOCK_FILE}"):
        return nearest(name, known)
    if own := _own(name, known):
        return f"Did you mean {own!r}?"
    if not lower.endswith(".csv"):
        return ""
    stems = {k.rpartition(".")[0]: k for k in known if k.endswith(".csv")}
    if close := get_close_matches(lower.rpartition(".")[0], stems, n=1):
        return f"Did you mean {stems[close[0]]!r}?"
    return f"Name it '_{name}' if it is nobody's table."


def _keys(
    file: str, contents: Mapping[str, bytes], findings: list[Finding]
) -> Mapping[str, object] | None:
    """Read the keys of a TOML file; None where there is none, nothing where it is faulty."""
    if file not in contents:
        return None
    try:
        return tomllib.loads(contents[file].decode("utf-8-sig"))
    except RecursionError:
        problem, fix = "it is nested too deeply", "Write keys and values, and no more."
    except UnicodeDecodeError as error:
        row = contents[file][: error.start].count(b"\n") + 1
        findings.append(Finding(file, row, "", "the text is not UTF-8", "Save it as UTF-8."))
        return {}
    except tomllib.TOMLDecodeError as error:
        problem, fix = f"it cannot be read ({error})", "Mend this line."
    except ValueError:  # of the language, of what has more than 4,300 digits
        problem, fix = "it holds a number that is too long to be one", "Correct it."
    findings.append(Finding(file, 0, "", problem, fix))
    return {}


def _lock(
    file: str, contents: Mapping[str, bytes], claimed: bool, findings: list[Finding]
) -> Lock | None:
    """Read the lock of a claim; a lock without a claim fits nothing."""
    if file not in contents:
        return None
    mend = "Put the file back as `capworth register` wrote it, or take it away and say why."
    try:
        if not claimed:
            raise LockError("there is no claim that it could be the lock of")
        return read_lock(contents[file].decode("utf-8"))
    except (LockError, UnicodeDecodeError) as error:
        findings.append(Finding(file, 0, "", str(error), mend))
        return None


def _parse(file: str, content: bytes, findings: list[Finding]) -> list[list[str]] | None:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        findings.append(
            Finding(file, row, "", "the text is not UTF-8", "Save it as CSV UTF-8 and try again.")
        )
        return None
    if "\0" in text:
        findings.append(Finding(file, 0, "", "it is not a text file", "Save it as CSV UTF-8."))
        return None
    try:
        cells = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        problem, fix = f"the quotes do not match ({error})", "Close every quote."
        if "field limit" in str(error):
            problem = f"a cell has more than {csv.field_size_limit():,} letters"
            fix = "Close its quotes, or shorten it."
        findings.append(Finding(file, 0, "", problem, fix))
        return None
    if len(cells) > MOST_ROWS or sum(map(len, cells)) > MOST_CELLS:
        most = f"more than {MOST_ROWS:,} rows or {MOST_CELLS:,} cells"
        findings.append(Finding(file, 0, "", f"it has {most}", "Take out what is no case."))
        return None
    return cells


def table_of(name: str, file: str, cells: list[list[str]], findings: list[Finding]) -> Table | None:
    """Put the cells under their headings; report headings and rows of the wrong shape.

    None where no word of the heading is a column: nothing can be said of what stands below.
    """
    columns = dictionary()[name]
    header = [cell.strip() for cell in cells[0]] if cells else []
    while header and not header[-1]:
        header.pop()  # columns without a heading at the end are empty, or their cells are told
    strange = [word for word in header if word not in columns and not _is_note(word)]
    if not columns.keys() & {*header} or len(strange) > len(columns):
        findings.append(Finding(file, 1, "", *no_heading(header, cells, columns.keys())))
        return None
    for column in header:
        if column not in columns and _is_note(column):
            continue  # what analysts write for themselves
        if column not in columns:
            findings.append(
                Finding(file, 1, column, "there is no such column", nearest(column, columns))
            )
        elif header.count(column) > 1:
            findings.append(Finding(file, 1, column, "the column stands twice", "Keep one."))
    strange = [name for name in header if name not in columns]
    findings.extend(
        Finding(file, 1, column.name, "the column is missing", f"Add it: {column.meaning}.")
        for column in columns.values()
        if column.required and column.name not in header
        if not column.filled or get_close_matches(column.name, strange, 1, 0.85)
    )
    rows = []
    for number, line in enumerate(cells[1:], start=2):
        typed = [cell.strip() for cell in line]
        if not any(typed) or _is_example(typed):
            continue
        if len(typed) < len(header) or any(typed[len(header) :]):
            findings.append(_longer(file, number, typed, len(header)))
        headed = zip(header, chain(typed, repeat("")), strict=False)
        rows.append(Row(number, {column: text for column, text in headed if column in columns}))
    return Table(name, file, tuple(rows), tuple(header))


def no_heading(
    header: Sequence[str], cells: Sequence[Sequence[str]], columns: Set[str]
) -> tuple[str, str]:
    """Say why the first row is no heading, and how to mend it."""
    for mark, word in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if len(header) == 1 and mark in header[0]:
            return f"the cells are parted by {word}", "Part them by commas."
    for number, line in enumerate(cells[1:ABOVE], start=2):
        if len(columns & {cell.strip() for cell in line}) > 1:
            fix = f"It stands in row {number}: take out what is above it."
            return "there is no heading", fix
    seen = {as_seen(column): column for column in columns}
    if spelled := next((word for word in header if as_seen(word) in seen), ""):
        fix = f"Write {seen[as_seen(spelled)]!r} for {spelled!r}, and the others alike."
        return "the heading is spelled otherwise", fix
    if not header:
        return "there is no heading", "Put the column names there."
    if len(header) > len(columns):
        fix = "Save it as CSV UTF-8, each row on a line of its own."
        return f"the heading has {len(header)} words, most of them no columns", fix
    return "there is no heading: none of its words is a column", "Put the column names there."


def _longer(file: str, number: int, line: Sequence[str], many: int) -> Finding:
    """Tell a row that has not as many cells as its heading."""
    if SHEET in file:
        beyond = next(k for k in range(many, len(line)) if line[k].strip())
        column = column_name(beyond + 1)
        return Finding(file, number, column, "the cell has no heading above it", "Clear it.")
    problem = f"the row has {len(line)} cells and the heading {many}"
    return Finding(file, number, "", problem, "Put text that holds a comma in quotes.")


def column_name(number: int) -> str:
    """Name a column as a spreadsheet does.

    >>> [column_name(number) for number in (1, 26, 27, 703)]
    ['A', 'Z', 'AA', 'AAA']
    """
    rest, letter = divmod(number - 1, 26)
    return (column_name(rest) if rest else "") + chr(ord("A") + letter)


def _is_example(line: Sequence[str]) -> bool:
    """Whether a row is only shown, as its first cell says with a mark."""
    first = next((cell.strip() for cell in line if cell.strip()), "")
    return first.startswith(EXAMPLE) and not NO_EXAMPLE.match(first)


def _is_note(column: str) -> bool:
    return column.startswith("_") or column.casefold() in NOTES


def _read_workbook(path: Path) -> RawCase:
    from capworth.case.workbook import BookError, read_book

    findings: list[Finding] = []
    try:
        content, sheets = read_book(path)
    except BookError as error:
        raise CaseError([Finding(path.name, 0, "", *error.args)]) from error
    if path.suffix.lower() not in BOOKS:  # a run would not find it again among its inputs
        problem = f"it is a workbook, and its name ends in {path.suffix or 'no dot and letters'}"
        fix = "Save it anew as .xlsx, so that everybody knows what it is."
        raise CaseError([Finding(path.name, 0, "", problem, fix)])
    keys: dict[str, dict[str, object]] = {}
    tables = {}
    unread = []
    known, lost = {*table_names(), SETTINGS, CLAIM}, set[str]()
    for sheet in sheets:
        place, lines = f"{path.name}{SHEET}{sheet.name}", sheet.lines()
        if not sheet.is_table:
            if name := _own(sheet.name, known):
                problem, fix = "this is a sheet without cells", f"Put the table {name} there."
                findings.append(Finding(place, 0, "", problem, fix))
            continue
        if sheet.name not in known:
            if hint := _mistaken(sheet.name, lines[0] if lines else []):
                findings.append(Finding(place, 0, "", "this is not a table of a case", hint))
                lost.add(_own(sheet.name, known))
            unread.append(f"sheet {sheet.name}")
            continue
        if sheet.name in tables or sheet.name in keys:
            findings.append(Finding(place, 0, "", "the sheet stands twice", "Keep one."))
            continue
        for odd in sheet.odd:
            column = _column_of(sheet.name, odd, lines)
            findings.append(Finding(place, odd.row, column, odd.problem, odd.fix))
        if sheet.name in (SETTINGS, CLAIM):
            keys[sheet.name] = _sheet_keys(sheet.name, place, lines, findings)
        else:
            table = table_of(sheet.name, place, lines, findings)
            if table is None:
                lost.add(sheet.name)
            else:
                tables[sheet.name] = table
    if SETTINGS not in keys:
        findings.append(
            Finding(path.name, 0, "", "the sheet 'case' is missing", "Add it: key and value.")
        )
        lost.add(SETTINGS)
    files, beside = {path.name: content}, lock_place(path)
    futures = path.with_name(f"{path.stem}.{SCENARIOS}")
    for near in (beside, futures):
        if os.path.lexists(near) and (refused := unreadable(near)):
            findings.append(Finding(near.name, 0, "", *refused))
        elif near.is_file():
            files[near.name] = read(near)
    scenarios = _keys(futures.name, files, findings)
    claim = keys.get(CLAIM)
    lock = _lock(beside.name, files, claim is not None, findings)
    settings = keys.get(SETTINGS, {})
    return RawCase(
        place=path,
        settings=settings,
        tables=tables,
        files=files,
        findings=tuple(findings),
        claim=claim,
        lock=lock,
        unread=tuple(unread),
        spoilt=frozenset(lost),
        scenarios=scenarios,
    )


def _column_of(table: str, odd: "Oddity", lines: list[list[str]]) -> str:
    """Name the column of a cell: by its heading, or the key that stands before it."""
    if not odd.row:
        return ""
    if table in (SETTINGS, CLAIM):
        line = lines[odd.row - 1] if odd.row <= len(lines) else []
        return line[0] if line and odd.column == 2 else ""
    heading = lines[0] if lines else []
    named = heading[odd.column - 1].strip() if odd.column <= len(heading) else ""
    return named or column_name(odd.column)


def _mistaken(name: str, heading: Sequence[str]) -> str:
    """Say which table a sheet was probably meant to be; empty where it is none, as notes are."""
    if name.startswith(("_", ".")):
        return ""
    known = {*table_names(), SETTINGS, CLAIM}
    plain = as_seen(name).replace(" ", "_")
    if own := plain if plain in known else _own(name, known):
        return f"Name it {own!r}."
    words = {*heading} - {""}
    alike = [t for t in table_names() if len(words) > 1 and words <= {*dictionary()[t]}]
    if len(alike) == 1:
        return f"Name it {alike[0]!r}, or '_{name}' if it is nobody's table."
    return nearest(plain, known) if alike or get_close_matches(plain, known, n=1) else ""


def _sheet_keys(
    table: str, place: str, cells: list[list[str]], findings: list[Finding]
) -> dict[str, object]:
    """Read a sheet of keys and values as a TOML file would say it."""
    columns, keys = dictionary()[table], dict[str, object]()
    for number, line in enumerate(cells, start=1):
        if (
            len(line) >= 2
            and line[0]
            and line[1]
            and not _is_example(line)
            and line[:2] != ["key", "value"]
        ):
            key, value = line[0], line[1]
            if key in keys:
                findings.append(Finding(place, number, key, "the key stands twice", "Keep one."))
                continue
            keys[key] = _as_toml(value, columns[key].kind if key in columns else "text")
    return keys


def _as_toml(value: str, kind: str) -> object:
    if kind in {"list", "words", "refs"}:
        return value.replace(",", " ").split()
    if kind in {"number", "whole", "year"}:
        try:
            return float(value) if kind == "number" else int(value)
        except ValueError:
            return value
    return value


def read_units(
    path: str | Path, unit: str = "", draw: str = "", columns: Sequence[str] = ()
) -> "pd.DataFrame":
    """Read a table of units: one row for each unit, or for each draw and unit.

    Parameters
    ----------
    path : a CSV file with a heading
    unit, draw : columns that name the rows; the first column names the units by default
    columns : measures that must be there

    Returns
    -------
    Cells as text, empty ones as gaps, so that a fault can be quoted as it was typed.

    Raises
    ------
    InputError
        When the file cannot be read, lacks a column, or a row has no name.
    """
    import pandas as pd

    place = Path(path)
    head, rows = read_rows(place)
    if not rows:
        raise InputError(f"{place.name}: there is no row of a unit. Add one below the heading.")
    wanted = [unit or head[0], *([draw] if draw else []), *columns]
    for name in wanted:
        if name not in head:
            raise InputError(f"{place.name}: there is no column {name!r}. {nearest(name, head)}")
    for number, row in rows:
        if not row[head.index(wanted[0])]:
            raise InputError(f"{place.name}, row {number}: the unit has no name. Name it.")
    for name in columns:
        cells = [(number, row[head.index(name)]) for number, row in rows]
        for number, text in thousands(cells):
            raise InputError(
                f"{place.name}, row {number}, column {name!r}: {text!r} may be a thousand times as "
                f"large. Write {text.rstrip('0').rstrip('.')} or {text.replace('.', '')}."
            )
    table = pd.DataFrame([row for _, row in rows], columns=head, dtype=object).map(_cell)
    names: list[Any] = [draw, unit or head[0]] if draw else [unit or head[0]]
    return table.set_index(names)


def _cell(text: str) -> str | None:
    return text or None
