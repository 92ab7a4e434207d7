"""What no case can mean: days after the appraisal, levels off the scale, volumes of a month."""

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date

from capworth.case.check import Typed, TypedRow
from capworth.errors import Finding

COUNTED = ("chain", "usage")  # tables whose volumes are those of a year
NOT_A_YEAR = re.compile(  # the other times that a volume is told in
    r"(?:\b(?:a|per|each|every|par|por|al?)\s+|/\s*)"
    r"(month|week|day|quarter|mois|semaine|jour|trimestre|mes|semana|d[ií]a)s?\b|\bmonthly\b"
    r"|\bweekly\b|\bdaily\b|\bquarterly\b|\bmensuel\w*|\bhebdomadaire\w*|\bmensual\w*",
    re.IGNORECASE,
)
PERCENT = 20.0  # a factor above it was typed in percent: 150 for 1.5
FACTORS = {"effects": ("low", "mode", "high"), "unit_values": ("transfer",)}


def check_plausible(
    settings: Mapping[str, object], typed: Typed, faulty: Collection[str] = ()
) -> Iterator[Finding]:
    """Yield what is certainly a slip; what is only odd is for the lints."""
    yield from _after_the_appraisal(settings, typed)
    yield from _after_the_end(settings, typed)
    if not {"criteria"} & {*faulty}:
        yield from _off_the_scale(typed)
    yield from _of_another_time(typed)
    yield from _in_percent(typed)


def _after_the_appraisal(settings: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """No judgement is later than the day of the appraisal; of figures the other rules say so."""
    day = settings.get("appraisal_date")
    if not isinstance(day, date):
        return
    fix = f"Take it out, or move appraisal_date: nothing later than {day} enters the case."
    for row in typed.get("judgements", ()):
        if isinstance(dated := row["day"], date) and dated > day:
            yield row.fault("day", f"{dated} is after the day of the appraisal", fix)


def _after_the_end(settings: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """An improvement that starts after the last year costs nothing and would be free."""
    first, years = settings.get("first_year"), settings.get("years")
    if not isinstance(first, int) or not isinstance(years, int):
        return
    last = first + years - 1
    for row in typed.get("improvements", ()):
        if isinstance(start := row["start_year"], int) and start > last:
            words = f"{start} is after the last year of the appraisal ({last})"
            yield row.fault("start_year", words, "Move it, or take the improvement out.")


def _off_the_scale(typed: Typed) -> Iterator[Finding]:
    """A level is beyond an end of its scale by no more than the scale is long."""
    ends = {
        row.text("id"): (row.number_in("worst"), row.number_in("best"))
        for row in typed.get("criteria", ())
        if isinstance(row["worst"], float) and isinstance(row["best"], float)
    }
    for row in typed.get("scores", ()):
        if row.text("criterion") in ends:
            low, high = sorted(ends[row.text("criterion")])
            reach = high - low
            for column in ("low", "mode", "high"):
                level = row.number_in(column)
                if not low - reach <= level <= high + reach:
                    words = f"{level:g} is far off the scale ({low:g} to {high:g})"
                    yield row.fault(column, words, "Give it in the unit of the criterion.")


def _of_another_time(typed: Typed) -> Iterator[Finding]:
    """Volumes are those of a year."""
    for row in (row for table in COUNTED for row in typed.get(table, ())):
        if found := NOT_A_YEAR.search(row.text("unit")):
            words = f"{row.text('unit')!r} counts {found[0].strip()!r} and not a year"
            yield row.fault("unit", words, "Give the figure of a whole year, and its unit.")


def _in_percent(typed: Typed) -> Iterator[Finding]:
    """A factor is no percentage."""
    for table, columns in FACTORS.items():
        for row in typed.get(table, ()):
            if table == "effects" and (not row.text("step") or row["means"] == "level"):
                continue
            for column in columns:
                if (factor := _number(row, column)) is not None and factor >= PERCENT:
                    words = f"a factor of {factor:g}"
                    fix = f"Write {factor / 100:g} if it is {factor:g} %; 1 is no change."
                    yield row.fault(column, words, fix)


def _number(row: TypedRow, column: str) -> float | None:
    value = row[column]
    return value if isinstance(value, float) else None
