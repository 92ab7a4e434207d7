"""Every cell against the data dictionary; all faults at once.

One cell at a time: from typed text to a value, or a fault that says how to mend it.
"""

import math
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import cast

from capworth.case.dictionary import (
    CLAIM,
    REQUIRED_TABLES,
    SETTINGS,
    Column,
    dictionary,
    row_key,
)
from capworth.case.library import library
from capworth.case.numerals import ERROR, as_point, doubtful, written_as
from capworth.case.register import bias_classes, is_combined, is_constant, schedules
from capworth.case.tables import RawCase, Table
from capworth.errors import Finding, nearest

NUMBERS = ("number", "whole", "confidence")  # kinds of columns that hold numbers
NEVER_EMPTY = ("capabilities", "costs")


@dataclass(frozen=True, slots=True)
class TypedRow:
    """A row whose cells could all be read; absent cells are None."""

    table: str
    file: str
    number: int
    values: Mapping[str, object]

    def __getitem__(self, column: str) -> object:
        return self.values.get(column)

    def text(self, column: str) -> str:
        """Return the cell as text, empty when it is absent."""
        value = self.values.get(column)
        return "" if value is None else str(value)

    def number_in(self, column: str) -> float:
        """Return the cell as a number; the dictionary has it required."""
        value = self.values[column]
        assert isinstance(value, float | int)
        return float(value)

    def fault(self, column: str, problem: str, fix: str) -> Finding:
        """Report a fault in this row."""
        return Finding(self.file, self.number, column, problem, fix)


Typed = Mapping[str, tuple[TypedRow, ...]]


class Anything(frozenset[str]):
    """The keys of a table that could not be read: any word may be among them."""

    __slots__ = ()

    def __contains__(self, _: object) -> bool:
        return True


def check_cells(raw: RawCase) -> tuple[Mapping[str, object], Typed, tuple[Finding, ...]]:
    """Read every cell; return settings, typed rows and all faults found on the way."""
    findings = list(raw.findings)
    findings.extend(
        Finding(raw.place_of(name), 0, "", "the table is missing", "Add it; see `capworth new`.")
        for name in tables_needed(raw)
        if name not in raw.tables and name not in raw.spoilt
    )
    settings: Mapping[str, object] = {}
    if SETTINGS not in raw.spoilt:
        settings = _check_keys(raw, SETTINGS, raw.settings, {}, findings)
    unreadable = {finding.file for finding in raw.findings}
    findings.extend(
        Finding(table.file, 2, "", "there is no row yet", "Add the first one.")
        for name, table in raw.tables.items()
        if name in NEVER_EMPTY and not table.rows and table.file not in unreadable
    )
    known: dict[str, Collection[str]] = {
        name: {row.cells.get(key, "") for row in table.rows} - {""}
        for name, table in raw.tables.items()
        if (key := _key_column(name))
    }
    lost = {*raw.spoilt, *(name for name in tables_needed(raw) if name not in raw.tables)}
    lost |= {name for name, table in raw.tables.items() if _lacks_key(table, raw.findings)}
    lost |= {name for name in NEVER_EMPTY if name in raw.tables and not raw.tables[name].rows}
    known |= dict.fromkeys(lost, Anything())  # no word can be held against what was not read
    own = settings.get("functions")
    words = own if isinstance(own, tuple) else ()
    known_faults = {(f.file, f.row, f.column) for f in raw.findings}
    form = str(settings.get("number_format") or "")
    tables = {name: _in_form(table, form) for name, table in raw.tables.items()}
    if not form:
        doubts = [d for table in tables.values() for d in _doubts(table, raw.is_book)]
        known_faults |= {(f.file, f.row, f.column) for f in doubts}
        findings.extend(doubts)
    typed = {
        name: _typed(table, known, words, findings, known_faults, bool(raw.scenarios))
        for name, table in tables.items()
    }
    if raw.claim is not None and raw.place_of(CLAIM) not in unreadable:
        typed[CLAIM] = (_claim_row(raw, known, findings),)
    return settings, typed, tuple(findings)


def _lacks_key(table: Table, findings: Collection[Finding]) -> bool:
    """Whether the short names of a table may stand in a column whose heading is a slip."""
    key = _key_column(table.name)
    if not table.heading or not key or key in table.heading:
        return False
    return any(f.file == table.file and f.row == 1 and f.column != "" for f in findings)


def tables_needed(raw: RawCase) -> tuple[str, ...]:
    """Name the tables that a case cannot do without.

    Functions where some claim, minimum or choice is told in them; sources where one is cited.
    """
    functions = raw.claim is not None or any(
        row.cells.get("function")
        for name in ("minimums", "choices")
        if name in raw.tables
        for row in raw.tables[name].rows
    )
    cited = any(
        cells.get("source") and not cells.get("library")
        for name, table in raw.tables.items()
        if name != "sources"
        for cells in (row.cells for row in table.rows)
    )
    asked = {"functions": functions, "sources": cited}
    return (*REQUIRED_TABLES, *(name for name, needed in asked.items() if needed))


def _in_form(table: Table, form: str) -> Table:
    """Write the numbers of a table with a decimal point, as the case declared their form."""
    if not form:
        return table
    numbers = {c.name for c in dictionary()[table.name].values() if c.kind in NUMBERS}
    rows = tuple(
        replace(r, cells={k: as_point(t, form) if k in numbers else t for k, t in r.cells.items()})
        for r in table.rows
    )
    return replace(table, rows=rows)


def _doubts(table: Table, in_book: bool) -> Iterator[Finding]:
    """Ask about the numbers that may be a thousand times as large."""
    if table.known.get("undoubted") == in_book:
        return
    rows, sure = [(row.number, row.cells) for row in table.rows], True
    for row, column, text in doubtful(rows, dictionary()[table.name], in_book):
        sure = False
        yield Finding(
            table.file,
            row,
            column,
            f"{text!r} may be {written_as(float(text))} or {text.replace('.', '')}",
            f"Write {text.rstrip('0').rstrip('.')} or {text.replace('.', '')}; or say in the "
            'settings number_format = "point", or "comma".',
        )
    if sure:
        table.known["undoubted"] = in_book


def _claim_row(
    raw: RawCase, known: Mapping[str, Collection[str]], findings: list[Finding]
) -> TypedRow:
    """Read the keys of claim.toml as one row."""
    assert raw.claim is not None
    values = _check_keys(raw, CLAIM, raw.claim, known, findings)
    return TypedRow(CLAIM, raw.place_of(CLAIM), 0, values)


def _key_column(table: str) -> str:
    return next((c.name for c in dictionary()[table].values() if c.kind == "key"), "")


WENT = {  # keys of case.toml that are keys of claim.toml now
    "claim_group": "group",
    "claim_primary": "estimand",
    "claim_value": "value",
    "claim_probability": "alpha",
    "claim_margin": "margin",
}


def _check_keys(
    raw: RawCase,
    table: str,
    given: Mapping[str, object],
    known: Mapping[str, Collection[str]],
    findings: list[Finding],
) -> Mapping[str, object]:
    """Read the keys of case.toml or of claim.toml."""
    columns, place = dictionary()[table], raw.place_of(table)
    for key in given:
        if table == SETTINGS and key in WENT:
            fix = f"Write it there as {WENT[key]!r} and take this line away."
            findings.append(Finding(place, 0, key, "it went to claim.toml", fix))
        elif key not in columns:
            findings.append(Finding(place, 0, key, "there is no such key", nearest(key, columns)))
    keys: dict[str, object] = {}
    known_faults = {finding.column for finding in findings if finding.file == place}
    for name, column in columns.items():
        value = given.get(name)
        if value is None and (name in known_faults or column.filled):
            continue  # what would be taken hangs on another key that is told
        if isinstance(value, list | dict) and column.kind not in {"list", "words", "refs"}:
            problem = f"{_short(str(value))} is written in another way"
            findings.append(Finding(place, 0, name, problem, f"Write it as {name} = ...; once."))
            continue
        if isinstance(value, bool) and column.kind == "text":
            problem, fix = f"{str(value).lower()} is no text", f"It needs {column.meaning}."
            findings.append(Finding(place, 0, name, problem, fix))
            continue
        if isinstance(value, bool) and column.kind == "flag":
            value = "yes" if value else "no"
        try:
            if column.kind in {"list", "words", "refs"}:
                keys[name] = _several(value, column, known)
            else:
                keys[name] = read_cell("" if value is None else str(value), column, known)
        except BadCellError as error:
            findings.append(Finding(place, 0, name, *error.args))
    return keys


def _several(
    given: object, column: Column, known: Mapping[str, Collection[str]]
) -> tuple[str, ...]:
    words = given if isinstance(given, list) else str(given).split() if given else []
    if column.required and not words:
        raise BadCellError("it is empty", f"It needs {column.meaning}.")
    if column.kind == "list":
        found = tuple(_list_word(word, column.options) for word in words)
    elif column.kind == "refs":
        found = tuple(_word(str(word), known.get(column.options[0], ())) for word in words)
    else:
        found = tuple(_short_name(word) for word in words)
    twice = [word for word in found if found.count(word) > 1]
    if twice:
        raise BadCellError(f"{twice[0]!r} stands twice", "Keep one.")
    return found


def _short_name(word: object) -> str:
    if not isinstance(word, str) or not KEY.fullmatch(word):
        raise BadCellError(
            f"{word!r} is not a short name",
            "Use letters, digits, '-', '_' or '.', without blanks.",
        )
    return word


def _list_word(word: object, options: tuple[str, ...]) -> str:
    if not isinstance(word, str) or word not in options:
        raise BadCellError(f"{word!r} is not known", nearest(str(word), options))
    return word


def _typed(
    table: Table,
    known: Mapping[str, Collection[str]],
    functions: tuple[str, ...],
    findings: list[Finding],
    known_faults: Collection[tuple[str, int, str]],
    keeps: bool,
) -> tuple[TypedRow, ...]:
    """Read a table, or take what was read of this very one beside the same words.

    Kept is what has no fault, where the case has scenarios: each reads most tables again.
    """
    refs = {c.options[0] for c in dictionary()[table.name].values() if c.kind in ("ref", "refs")}
    words = {other: known.get(other, ()) for other in refs}
    sound = not known_faults and not any(isinstance(w, Anything) for w in words.values())
    beside = functions, {other: {*word} for other, word in words.items()}
    if sound and "typed" in table.known and table.known["typed"][0] == beside:
        return cast(tuple[TypedRow, ...], table.known["typed"][1])
    told = len(findings)
    typed = _check_table(table, known, functions, findings, known_faults)
    if keeps and sound and len(findings) == told:
        table.known["typed"] = beside, typed
    return typed


def _check_table(
    table: Table,
    known: Mapping[str, Collection[str]],
    functions: tuple[str, ...],
    findings: list[Finding],
    known_faults: Collection[tuple[str, int, str]],
) -> tuple[TypedRow, ...]:
    columns = dict(dictionary()[table.name])
    if functions and table.name in ("functions", "choices"):
        columns["function"] = replace(columns["function"], options=functions)
    key = row_key(table.name)
    years = [c for c in key if columns[c].kind == "year"]
    seen: dict[tuple[str, ...], int] = {}
    typed = []
    needed = {c.name for c in columns.values() if c.required}
    asked = {
        name: ""
        for name in needed
        if columns[name].filled and (table.file, 1, name) not in known_faults
    }
    for row in table.rows:
        values: dict[str, object] = {}
        faulty = False
        for name, text in (asked | dict(row.cells)).items():
            if known_faults and (table.file, row.number, name) in known_faults:
                faulty = True
                continue
            if not text and name not in needed:
                values[name] = None
                continue
            try:
                values[name] = read_cell(text, columns[name], known)
            except BadCellError as error:
                findings.append(Finding(table.file, row.number, name, *error.args))
                faulty = True
        name_of_row = tuple(
            [year_begun(row.cells.get(c, "")) if c in years else row.cells.get(c, "") for c in key]
        )
        if any(name_of_row) and name_of_row in seen:
            findings.append(
                Finding(
                    table.file,
                    row.number,
                    key[0],
                    f"{'/'.join(filter(None, name_of_row))!r} stands in row {seen[name_of_row]} "
                    "already",
                    "Keep one of the two.",
                )
            )
        seen.setdefault(name_of_row, row.number)
        if not faulty and needed <= values.keys():
            typed.append(TypedRow(table.name, table.file, row.number, values))
    return tuple(typed)


SHOWN = 60  # letters of a cell that a fault quotes
# Marks of bytes and of notes, joiners of nothing, and what turns letters round by force.
NOT_OF_WRITING = "\u2060\ufeff\ufff9\ufffa\ufffb\u202d\u202e"
SUSPECT = "#=+-@Ee"  # how an error (Err:504) or a formula begins
LIVE = re.compile(r"=.|[+@-]\S.*[|!]|[+@-]\s*\w+\(")  # what a spreadsheet would compute
KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
MOST = 1e18  # of any number: the budgets of all states together have sixteen digits
NOT_NOUGHT = re.compile(r"[^\W0]")
CURRENCY = re.compile("[A-Z]{3}")
FINANCIAL = re.compile(r"(\d{4})\s*[/–-]\s*(\d{2}|\d{4})")  # 2021/22: the year in which it begins
SLIGHT, STEEP = 0.1, 25.0  # per cent a year, at which nobody discounts
EXPECTED = "expected"  # a budget that must hold on average only
GRADES = ("A", "B", "C", "D", "E")


class BadCellError(ValueError):
    """A cell that cannot be used: `args` are what is wrong and how to mend it."""


def read_cell(text: str, column: Column, known: Mapping[str, Collection[str]]) -> object:
    """Turn the text of a cell into the value that its column promises.

    Parameters
    ----------
    text : the cell as typed, without blanks around it
    column : what the data dictionary says of it
    known : for each table that can be referred to, the keys it holds

    Raises
    ------
    BadCellError
        With the fault and its cure.
    """
    if not text:
        if column.required:
            raise BadCellError("the cell is empty", f"It needs {column.meaning}.")
        return None
    match column.kind:
        case "ref":
            _refuse_odd_text(text)
            return _word(text, known.get(column.options[0], ()))
        case "refs":
            _refuse_odd_text(text)
            return tuple(_word(word, known.get(column.options[0], ())) for word in text.split())
        case _:
            return _read_alone(text, column)


@lru_cache(maxsize=1 << 16)  # the same words stand in many cells, and in a case under each scenario
def _read_alone(text: str, column: Column) -> object:
    """Turn the text of a cell that refers to no other into its value."""
    _refuse_odd_text(text)
    match column.kind:
        case "number":
            return _within(_number(text), column)
        case "year" if found := FINANCIAL.fullmatch(text):
            return int(_within(_first_of(found, text), column))
        case "whole" | "year":
            return int(_within(_whole(text, column), column))
        case "flag":
            return _word(text, ("yes", "no")) == "yes"
        case "grade":
            return _word(text, GRADES)
        case "choice":
            return _word(text, column.options)
        case "bias":
            return text if is_combined(text) else _word(text, bias_classes())
        case "published":
            return _word(text, library())
        case "schedule":
            return _rate(text) if is_constant(text) else _word(text, schedules())
        case "key":
            if not KEY.fullmatch(text):
                raise BadCellError(
                    f"{_short(text)} is not a short name",
                    "Use letters, digits, '-', '_' or '.', without blanks.",
                )
            return text
        case "date":
            return _date(text)
        case "confidence":
            return _confidence(text)
        case _ if column.name == "currency" and not CURRENCY.fullmatch(text):
            problem, fix = f"{_short(text)} is no code of a currency", "Write it like EUR or USD."
            raise BadCellError(problem, fix)
        case _:
            return text


def _refuse_odd_text(text: str) -> None:
    """Refuse what is no text of anybody: an error or a formula of a spreadsheet, odd characters."""
    if text.isascii() and text.isprintable() and text[0] not in SUSPECT:
        return
    if ERROR.fullmatch(text):
        raise BadCellError(f"the cell shows the error {text}", "Mend what it refers to.")
    if LIVE.match(text):
        raise BadCellError(f"{_short(text)} is a formula", "Put its value there.")
    if text.isprintable():
        return
    for letter in text:
        if not letter.isprintable() and letter not in " \t\n\r" and not _is_of_writing(letter):
            code = f"U+{ord(letter):04X}"
            raise BadCellError(f"it holds the character {code}, which no one sees", "Take it out.")


def _is_of_writing(letter: str) -> bool:
    """Whether a character that is not seen belongs to how text is written."""
    kind = unicodedata.category(letter)
    return kind == "Zs" or (kind == "Cf" and letter not in NOT_OF_WRITING)


def _short(text: str) -> str:
    return repr(text if len(text) <= SHOWN else f"{text[:SHOWN]} ...")


def _word(text: str, allowed: Collection[str]) -> str:
    if text not in allowed:
        raise BadCellError(f"{_short(text)} is not known", nearest(text, allowed))
    return text


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        fix = "Write it like 1200000.50, without blanks or commas."
        raise BadCellError(f"{_short(text)} is not a number", fix) from None
    if "_" in text:
        fix = "Write it like 1200000.50, without blanks, commas or lines."
        raise BadCellError(f"{_short(text)} is not a number", fix)
    if math.isnan(value) or "inf" in text.casefold():
        raise BadCellError(f"{_short(text)} is not a finite number", "Write it like 1200000.50.")
    if abs(value) > MOST:
        raise BadCellError(f"{_short(text)} is more than anything counted here", "Correct it.")
    if value == 0 and NOT_NOUGHT.search(text.casefold().partition("e")[0]):
        raise BadCellError(f"{_short(text)} is too near to 0 to be told from it", "Correct it.")
    return value


def _whole(text: str, column: Column) -> float:
    value = _number(text)
    if not value.is_integer():
        raise BadCellError(f"{_short(text)} is not a whole number", f"The unit is {column.unit}.")
    return value


def year_begun(text: str) -> str:
    """A financial year is the year in which it begins."""
    found = FINANCIAL.fullmatch(text)
    return found[1] if found else text


def _first_of(found: re.Match[str], text: str) -> float:
    """The year in which a financial year begins."""
    first, second = int(found[1]), found[2]
    if str(first + 1)[-len(second) :] != second:
        raise BadCellError(f"{text!r} is no financial year", "Write 2021/22, or 2021.")
    return float(first)


def _within(value: float, column: Column) -> float:
    unit = f" The unit is: {column.unit}." if column.unit else ""
    if column.lowest is not None and value < column.lowest:
        raise BadCellError(
            f"{written_as(value)} is below {written_as(column.lowest)}", f"Raise it.{unit}"
        )
    if column.highest is not None and value > column.highest:
        raise BadCellError(
            f"{written_as(value)} is above {written_as(column.highest)}", f"Lower it.{unit}"
        )
    return value


def _rate(text: str) -> str:
    """A constant rate of discount, which is told in per cent a year."""
    rate = float(text.partition("-")[2])
    if 0 < rate < SLIGHT:
        fix = f"Write constant-{100 * rate:g} if it is {100 * rate:g} %."
        raise BadCellError(f"{text} is {rate:g} % a year", fix)
    if rate > STEEP:
        raise BadCellError(f"{text} is {rate:g} % a year", "Give the real rate in per cent.")
    return text


def _confidence(text: str) -> float:
    """Share of the draws; 0 for what must hold on average only."""
    if text == EXPECTED:
        return 0.0
    value = _number(text)
    if not 0 < value < 1:
        raise BadCellError(
            f"{value:g} is not between 0 and 1",
            f"Write a share such as 0.8, or {EXPECTED}.",
        )
    return value


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadCellError(f"{_short(text)} is not a day", "Write it like 2019-12-31.") from None
