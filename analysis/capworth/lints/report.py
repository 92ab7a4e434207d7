"""What `capworth check` finds as data for programs; docs/reference/check-json.md describes it."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from capworth.case.dictionary import dictionary
from capworth.case.model import Case
from capworth.case.read import read_case
from capworth.case.tables import BOOKS, read_raw
from capworth.errors import CaseError, Finding
from capworth.lints.found import lint_case
from capworth.lints.lint import Lint

VERSION = 1
CODES: tuple[tuple[str, str], ...] = (  # of faults, by their words; the first that fits counts
    (r"the table is missing|the sheet .* is missing", "missing-table"),
    (r"the file is missing|there is no such (file|case)", "missing-file"),
    (r"the column is missing", "missing-column"),
    (r"this is not a table", "unknown-file"),
    (r"there is no such column", "unknown-column"),
    (r"there is no such key", "unknown-key"),
    (r"more than [\d,]+ (rows|cells)|larger than|million bytes", "too-large"),
    (r"stands? (twice|in row)|is printed like", "twice"),
    (r"shows the error", "error-cell"),
    (r"formula|shows no value", "formula"),
    (r"the cell is empty|it is empty", "empty-cell"),
    (r"may be [\d.e+]+ or", "ambiguous-number"),
    (r"is not a (finite )?number|whole number|too (long|near to 0) to be|more than anything",
     "not-a-number"),
    (r"is not a day", "not-a-day"),
    (r"is not a short name", "not-a-name"),
    (r"is (below|above) -?[\d.e+-]+$|is not between 0 and 1$", "out-of-range"),
    (r"holds the character", "odd-character"),
    (r"cells and the heading|no heading|the heading (is|has)|parted by|astray|merged", "row-shape"),
    (r"is not between|is before", "not-in-order"),
    (r"without a (source|basis|range)|says nothing", "no-evidence"),
    (r"is not known$|no code of a currency", "unknown-word"),
    (r"cannot be read|not UTF-8|quotes do not match|not a text file|damaged|it is a |it is no "
     r"|locked|may not be read|packed|declares|nested too|without cells",
     "unreadable-file"),
)  # fmt: skip
QUOTED = re.compile(r"'([^']*)'")
MEANT = re.compile(r"(?:Did you mean|Name it) '([^']*)'")


def report_of(place: str | Path, hold: Callable[[Case], None] = lambda _: None) -> dict[str, Any]:
    """Check a case and tell all that is found as one object that JSON can hold.

    Parameters
    ----------
    hold : raises what else is to be mended in a case that can be read
    """
    unread: tuple[str, ...] = ()
    try:
        unread = read_raw(place).unread
        case = read_case(place)
        hold(case)
    except CaseError as error:
        found = [_of_fault(finding, Path(place)) for finding in error.findings]
        files = sorted({str(f["file"] if not f["sheet"] else f["sheet"]) for f in found})
        rest = [{"what": what, "because": files} for what in ("rules between tables", "lints")]
        taken: dict[str, str] = {}
    else:
        taken = taken_of(case)
        found = [_of_lint(lint) for lint in in_its_place(lint_case(case), place)]
        rest = []
    severities = [finding["severity"] for finding in found]
    return {
        "report": "capworth check",
        "version": VERSION,
        "case": str(place),
        "is_good": "fault" not in severities,
        "counts": {s: severities.count(s) for s in ("fault", "serious", "look")},
        "findings": found,
        "taken": taken,
        "unread": list(unread),
        "not_evaluated": rest,
    }


def taken_of(case: Case) -> dict[str, str]:
    """Settings that the case does not give, each as it is taken; what is derived later is not."""
    held = {key: getattr(case.settings, key) for key in case.assumed}
    return {
        key: " ".join(map(str, level)) if isinstance(level, tuple) else str(level)
        for key, level in held.items()
        if level not in ("", None)
    }


def in_its_place(lints: Iterable[Lint], place: str | Path) -> Iterator[Lint]:
    """Yield lints that name a sheet where the case is a workbook, and no file that is not there."""
    name = Path(place).name
    in_book = Path(place).suffix.lower() in BOOKS
    for lint in lints:
        table, dot, ending = lint.file.partition(".")
        is_table = dot and (ending in ("csv", "toml"))
        yield replace(lint, file=f"{name}, sheet {table}") if in_book and is_table else lint


def _of_fault(fault: Finding, place: Path) -> dict[str, Any]:
    file, _, sheet = fault.file.partition(", sheet ")
    table = sheet or Path(file).stem.removesuffix("-synthetic")
    quoted, meant = QUOTED.search(fault.problem), MEANT.search(fault.fix)
    return {
        "code": next((code for words, code in CODES if re.search(words, fault.problem)), "rule"),
        "severity": "fault",
        "file": file or place.name,
        "sheet": sheet or None,
        "row": fault.row or None,
        "rows": [fault.row] if fault.row else [],
        "column": fault.column or None,
        "found": quoted[1] if quoted else None,
        "expected": dict(_expected(table, fault.column)) or None,
        "message": str(fault),
        "mend": fault.fix,
        "suggestion": meant[1] if meant else None,
    }


def _expected(table: str, name: str) -> Iterator[tuple[str, Any]]:
    columns: Mapping[str, Any] = dictionary().get(table, {})
    if name in columns:
        column = columns[name]
        for what in ("kind", "options", "unit", "lowest", "highest", "required", "meaning"):
            value = getattr(column, what)
            yield what, list(value) if isinstance(value, tuple) else value


def _of_lint(lint: Lint) -> dict[str, Any]:
    return {
        "code": lint.code,
        "severity": lint.severity,
        "file": lint.file.partition(", sheet ")[0],
        "sheet": lint.file.partition(", sheet ")[2] or None,
        "row": lint.rows[0] if lint.rows else None,
        "rows": list(lint.rows),
        "column": None,
        "found": ", ".join(lint.items) or None,
        "expected": None,
        "message": str(lint),
        "mend": lint.mend,
        "suggestion": None,
    }
