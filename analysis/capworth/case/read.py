"""The one door of a case: read, check, and only then build typed objects."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

from capworth.case.check import Typed, TypedRow, check_cells
from capworth.case.dictionary import dictionary, row_key
from capworth.case.model import (
    Activity,
    Capability,
    Case,
    ChainStep,
    CostLine,
    Criterion,
    Effect,
    Estimate,
    FunctionShare,
    Improvement,
    Outcome,
    Platform,
    Pledge,
    Price,
    Relation,
    Score,
    Settings,
    Source,
    Total,
    UnitValue,
    Usage,
)
from capworth.case.rules import check_rules
from capworth.case.tables import RawCase, read_raw
from capworth.case.valuerules import check_value, read_points
from capworth.errors import CaseError, Finding

T = TypeVar("T")
PARTS: tuple[tuple[str, type[Any], str], ...] = (  # table, type of a row, its uncertain number
    ("capabilities", Capability, ""),
    ("functions", FunctionShare, "share"),
    ("platforms", Platform, ""),
    ("usage", Usage, "use"),
    ("totals", Total, "amount"),
    ("costs", CostLine, "amount"),
    ("activity", Activity, ""),
    ("outcomes", Outcome, ""),
    ("chain", ChainStep, "level"),
    ("unit_values", UnitValue, "worth"),
    ("criteria", Criterion, "swing"),
    ("scores", Score, "level"),
    ("improvements", Improvement, ""),
    ("effects", Effect, "change"),
    ("relations", Relation, ""),
    ("funding", Pledge, "amount"),
    ("prices", Price, ""),
    ("sources", Source, ""),
)


def read_case(place: str | Path) -> Case:
    """Read and check a case: a folder of CSV files with `case.toml`, or one workbook.

    Raises
    ------
    CaseError
        With every fault found. A half-good case is never returned.
    """
    raw = read_raw(place)
    settings, typed, findings = _checked(raw)
    if findings:
        raise CaseError(findings)
    given: dict[str, Any] = {k: v for k, v in settings.items() if v not in (None, ())}
    parts: dict[str, Any] = {
        table: tuple(_build(kind, number, row) for row in typed.get(table, ()))
        for table, kind, number in PARTS
    }
    return Case(Settings(**given), **parts, fingerprint=raw.fingerprint())


def check_case(place: str | Path) -> tuple[Finding, ...]:
    """Return every fault of a case, sorted; none means that it can be computed."""
    try:
        return tuple(sorted(set(_checked(read_raw(place))[2])))
    except CaseError as error:
        return error.findings


def _checked(raw: RawCase) -> tuple[dict[str, object], Typed, tuple[Finding, ...]]:
    settings, typed, findings = check_cells(raw)
    if not any(finding.column in {"id", "low", "mode", "high"} for finding in findings):
        # rules over the whole case mislead while rows are missing from it
        findings = (*findings, *check_rules(settings, typed), *check_value(typed))
    return dict(settings), typed, findings


def _build(kind: type[T], number: str, row: TypedRow) -> T:
    return kind(**dict(_arguments(kind, number, row)))


def _arguments(kind: type[Any], number: str, row: TypedRow) -> Iterator[tuple[str, object]]:
    for field in fields(kind):
        if field.name == number:
            yield field.name, _estimate(row)
        elif field.name == "points":
            yield field.name, read_points(row.text("points"))
        elif row[field.name] is not None:
            yield field.name, row[field.name]


def _estimate(row: TypedRow) -> Estimate:
    """Gather the uncertain number of a row with its evidence."""
    low, mode, high = (
        ("swing_low", "swing", "swing_high") if row.table == "criteria" else ("low", "mode", "high")
    )
    words = (row.text(column) for column in row_key(row.table))
    unit = row.text("unit") if row.table != "criteria" else ""
    return Estimate(
        "/".join([row.table, *filter(None, words)]),
        row.number_in(low),
        row.number_in(mode),
        row.number_in(high),
        unit or dictionary()[row.table][mode].unit,
        row.text("grade"),
        row.text("source"),
        row.text("basis"),
        row.number,
    )
