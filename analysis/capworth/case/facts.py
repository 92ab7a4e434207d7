"""Published facts that the model is held against; they belong to no case."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from capworth.case.files import read_rows
from capworth.case.numerals import amount_of
from capworth.errors import CaseError, Finding

FILE = "facts.csv"
COLUMNS = ("fact", "year", "low", "value", "high", "unit", "bound", "source", "address", "note")
BOUNDS = ("exact", "rounded", "at-least", "at-most")


@dataclass(frozen=True, slots=True)
class Fact:
    """One published figure, what its wording leaves open, and where it was read."""

    fact: str
    year: int
    low: float
    value: float
    high: float
    unit: str
    bound: str
    source: str
    address: str
    note: str


def read_facts(folder: str | Path) -> Mapping[tuple[str, int], Fact]:
    """Read `facts.csv` of a folder, by fact and year.

    Raises
    ------
    InputError
        When the file cannot be read.
    CaseError
        With every fault: a column or figure missing, a source not named, a fact told twice.
    """
    path = Path(folder) / FILE
    names, rows = read_rows(path)
    if missing := [column for column in COLUMNS if column not in names]:
        raise CaseError(
            Finding(FILE, 1, column, "the column is missing", "Add it.") for column in missing
        )
    faults: list[Finding] = []
    facts: dict[tuple[str, int], Fact] = {}
    for number, cells in rows:
        fact = _fact(number, dict(zip(names, cells, strict=True)), faults)
        if fact is None:
            continue
        if (fact.fact, fact.year) in facts:
            words = f"{fact.fact} of {fact.year} is told twice"
            faults.append(Finding(FILE, number, "fact", words, "Keep one of the two."))
        facts[fact.fact, fact.year] = fact
    if faults:
        raise CaseError(faults)
    return MappingProxyType(facts)


def _fact(number: int, texts: Mapping[str, str], faults: list[Finding]) -> Fact | None:
    before = len(faults)
    figures = []
    for column in ("low", "value", "high"):
        try:
            figures.append(amount_of(texts[column]))
        except ValueError as error:
            faults.append(Finding(FILE, number, column, str(error), "Write it like 1200000.5."))
    if not re.fullmatch(r"\d{4}", texts["year"]):
        words = f"{texts['year']!r} is not a year"
        faults.append(Finding(FILE, number, "year", words, "Write it like 2019."))
    if texts["bound"] not in BOUNDS:
        words = f"{texts['bound']!r} is not known"
        faults.append(Finding(FILE, number, "bound", words, f"Use one of: {', '.join(BOUNDS)}."))
    faults.extend(
        Finding(FILE, number, column, "the cell is empty", "Say where the figure was read.")
        for column in ("fact", "source", "unit")
        if not texts[column]
    )
    if len(faults) == before and figures != sorted(figures):
        faults.append(
            Finding(FILE, number, "value", "it is not between low and high", "Put them in order.")
        )
    if len(faults) > before:
        return None
    low, value, high = figures
    rest = {column: texts[column] for column in ("unit", "bound", "source", "address", "note")}
    return Fact(
        fact=texts["fact"], year=int(texts["year"]), low=low, value=value, high=high, **rest
    )
