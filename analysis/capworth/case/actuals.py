"""What has come about, told in a file of its own: read, checked, and only then used."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from capworth.case.check import BadCellError, read_cell
from capworth.case.dictionary import Column
from capworth.case.files import read_text
from capworth.case.model import Case
from capworth.case.numerals import DOUBTFUL, written_as
from capworth.case.tables import no_heading
from capworth.errors import CaseError, Finding, nearest

LEAST = 1e-4  # of what is planned: a spending below it was typed in millions
START, SPEND, LEVEL, FACTOR = "start", "spend", "level", "factor"


@dataclass(frozen=True, slots=True)
class Actual:
    """One thing that was found to have come about."""

    measure: str
    year: int
    value: float  # of a start: its year
    source: str
    improvement: str = ""
    capability: str = ""
    indicator: str = ""
    note: str = ""


@cache
def actuals_dictionary() -> Mapping[str, Column]:
    """Every column of a file of actuals, in order, as the package describes it."""
    text = files("capworth.case").joinpath("actuals.csv").read_text(encoding="utf-8")
    return {row["column"]: Column.of(row) for row in csv.DictReader(text.splitlines())}


def read_actuals(path: str | Path, case: Case) -> tuple[Actual, ...]:
    """Read a file of actuals for a case.

    Raises
    ------
    InputError
        When the file cannot be read.
    CaseError
        With every fault found. A half-good file is never returned.
    """
    place = Path(path)
    columns = actuals_dictionary()
    try:
        reader = csv.reader(io.StringIO(read_text(place), newline=""), strict=True)
        header = [name.strip() for name in next(reader, [])]
        rows = [(k, line) for k, line in enumerate(reader, start=2) if any(map(str.strip, line))]
    except csv.Error as error:
        words = f"the quotes do not match ({error})"
        raise CaseError([Finding(place.name, 0, "", words, "Close every quote.")]) from error
    if not columns.keys() & {*header}:
        lines = [header, *(line for _, line in rows)]
        told = no_heading(header, lines, columns.keys())
        raise CaseError([Finding(place.name, 1, "", *told)])
    findings = list(_headings(place.name, header, columns))
    if findings:
        raise CaseError(findings)
    known = {"improvements": case.improvement_ids, "capabilities": case.capability_ids}
    found: list[tuple[int, Actual]] = []
    for number, line in rows:
        cells = dict(zip(header, [*map(str.strip, line), *[""] * len(header)], strict=False))
        if any(cell.strip() for cell in line[len(header) :]):
            words = "there are more cells than headings"
            findings.append(Finding(place.name, number, "", words, "Quote cells with commas."))
            continue
        values: dict[str, object] = {}
        before = len(findings)
        for name, column in columns.items():
            try:
                values[name] = read_cell(cells.get(name, ""), column, known)
            except BadCellError as error:
                findings.append(Finding(place.name, number, name, *error.args))
        if DOUBTFUL.fullmatch(text := cells.get("value", "")) and values.get("measure") == SPEND:
            words = f"{text!r} may be {written_as(float(text))} or {text.replace('.', '')}"
            fix = f"Write {text.rstrip('0').rstrip('.')} or {text.replace('.', '')}."
            findings.append(Finding(place.name, number, "value", words, fix))
        if len(findings) == before:
            findings.extend(Finding(place.name, number, *words) for words in _rules(values, case))
        if len(findings) == before:
            found.append((number, _actual(values)))
    findings.extend(_twice(place.name, found))
    if not rows:
        findings.append(Finding(place.name, 2, "", "there is no row yet", "Add the first one."))
    if findings:
        raise CaseError(findings)
    return tuple(actual for _, actual in found)


def _headings(file: str, header: list[str], columns: Mapping[str, Column]) -> Iterator[Finding]:
    for name, column in columns.items():
        if column.required and name not in header:
            yield Finding(file, 1, name, "the column is missing", f"Add {column.meaning}.")
    for name in header:
        if name not in columns:
            yield Finding(file, 1, name, "there is no such column", nearest(name, columns))
        elif header.count(name) > 1:
            yield Finding(file, 1, name, "the column stands twice", "Keep one of the two.")


def _rules(values: Mapping[str, object], case: Case) -> Iterator[tuple[str, str, str]]:
    """What must hold in one row: column, what is wrong, how to mend it."""
    first, last = case.settings.first_year, case.settings.first_year + case.settings.years - 1
    measure, year, value = values["measure"], values["year"], values["value"]
    assert isinstance(year, int)
    if not first <= year <= last:
        yield "year", f"{year} is outside {first} to {last}", "Give a year of the appraisal."
    of_improvement = measure in {START, SPEND}
    wanted = ("improvement",) if of_improvement else ("capability", "indicator")
    for column in ("improvement", "capability", "indicator"):
        if column in wanted and values[column] is None:
            yield column, f"a {measure} of nothing", f"Name the {column}."
        elif column not in wanted and values[column] is not None:
            yield column, f"a {measure} has no {column}", "Leave it blank."
    if value is None and measure != START:
        yield "value", "the cell is empty", "Say what was found."
    if isinstance(value, float) and value < 0 and measure in {SPEND, FACTOR}:
        yield "value", f"{written_as(value)} is below 0", "Raise it."
    if isinstance(value, float) and measure == SPEND and value > 0:
        planned = _planned(case, str(values["improvement"]))
        if value < LEAST * planned:
            words = f"{written_as(value)} is next to nothing of what is planned ({planned:,.0f})"
            yield "value", words, "Give amounts in whole units of the currency."
    if measure == START and value is not None:
        yield "value", "a start is told by its year", "Leave it blank."
    indicator = values["indicator"]
    if not of_improvement and isinstance(indicator, str):
        options = (
            [c.id for c in case.measured]
            if measure == LEVEL
            else sorted({e.step for e in case.effects if e.step})
        )
        if indicator not in options:
            yield "indicator", f"{indicator!r} is not known", nearest(indicator, options)


def _planned(case: Case, improvement: str) -> float:
    """What is paid once for an improvement, in the money of the case; other money is left aside."""
    own = case.settings.currency
    lines = (line for line in case.costs if line.improvement == improvement and line.is_cost)
    return sum(x.amount.mode for x in lines if x.kind == "one-off" and x.currency == own)


def _twice(file: str, found: list[tuple[int, Actual]]) -> Iterator[Finding]:
    seen: dict[tuple[object, ...], int] = {}
    for number, actual in found:
        key: tuple[object, ...] = actual.measure, actual.improvement
        key += (actual.capability, actual.indicator)
        key += () if actual.measure == START else (actual.year,)
        if key in seen:
            words = f"the same is told in row {seen[key]} already"
            yield Finding(file, number, "measure", words, "Keep one of the two.")
        seen.setdefault(key, number)


def _actual(values: Mapping[str, object]) -> Actual:
    given = {name: value for name, value in values.items() if value is not None}
    if given["measure"] == START:
        given["value"] = float(str(given["year"]))
    return Actual(**given)  # type: ignore[arg-type]  # each cell was read by the dictionary
