"""What a row of an exchange log is: its columns, how cells are read, and which cannot be.

One expression from exchanges to yearly counts, and from those to rows of the table activity.

Whether counted activity fits a case: its capabilities, its sources, its day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from capworth.case.dictionary import dictionary
from capworth.case.model import Case
from capworth.case.read import read_case
from capworth.errors import CaseError, Finding, InputError, nearest

FIRST_YEAR, LAST_YEAR = 1990, 2100  # of the table activity
NEEDED: Final = ("capability", "time")
OPTIONAL: Final = ("member", "hit", "seconds")
FILE: Final = "filename"
YES, NO = ("1", "true", "yes", "t", "y"), ("0", "false", "no", "f", "n")

Column = Any  # an Ibis column; Ibis says nothing of its types


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that may be wrong with a cell."""

    column: str
    bad: Callable[[Any], Column]  # from the table with its cells read
    problem: str
    fix: str


RULES: Final = (
    Rule(
        "capability",
        lambda t: t.capability.isnull() | (t.capability == ""),
        "no capability",
        "Name the one that was asked.",
    ),
    Rule(
        "capability",
        lambda t: t.capability.re_search(r"^[=+@-]"),
        "a capability that a spreadsheet would compute",
        "Rename it in the log: a short name begins with a letter or a digit.",
    ),
    Rule(
        "time",
        lambda t: t.time.isnull(),
        "no time that can be read",
        "Write it like 2019-12-31 23:59:59.",
    ),
    Rule(
        "time",
        lambda t: t.time.notnull() & ~t.time.year().between(FIRST_YEAR, LAST_YEAR),
        f"a time before {FIRST_YEAR} or after {LAST_YEAR}",
        "Correct the year.",
    ),
    Rule("hit", lambda t: t.hit.isnull(), "neither a hit nor none", "Write 1 or 0."),
    Rule(
        "seconds",
        lambda t: t.seconds_as_read.notnull() & (t.seconds.isnull() | ~_is_time(t.seconds)),
        "a response time that is no number from 0 up",
        "Write seconds, or leave the cell blank.",
    ),
)


def missing_columns(
    given: Iterable[str], names: Mapping[str, str], place: str
) -> tuple[Finding, ...]:
    """Report columns that the log has not: those that are needed, and those that were named."""
    given = [column for column in given if column != FILE]
    found = []
    for column in dict.fromkeys((*NEEDED, *names)):
        name = names.get(column, column)
        if column not in (*NEEDED, *OPTIONAL):
            problem = f"{column!r} is no column of an exchange"
            found.append(Finding(place, 0, column, problem, nearest(column, (*NEEDED, *OPTIONAL))))
        elif name not in given:
            fix = f"{nearest(name, given)} Say which it is with --columns {column}=..."
            found.append(Finding(place, 1, name, "the column is missing", fix))
    return tuple(found)


def read_cells(table: Any, names: Mapping[str, str]) -> Any:
    """Return the log with our column names and each cell as what it means; null where it is none.

    Parameters
    ----------
    table : an Ibis table; a column may hold text or its own type
    names : our name of a column -> its name in the log, where they differ
    """
    columns = {
        c: table[names.get(c, c)] for c in (*NEEDED, *OPTIONAL) if names.get(c, c) in table.columns
    }
    read = {
        "capability": columns["capability"].cast("string").strip(),
        "time": _as_time(columns["time"]),
    }
    if "member" in columns:
        member = columns["member"].cast("string").strip()
        read["member"] = (member == "").ifelse(None, member)
    if "hit" in columns:
        read["hit"] = _as_flag(columns["hit"])
    if "seconds" in columns:
        read["seconds"] = _as_number(columns["seconds"])
        text = columns["seconds"].cast("string").strip()
        read["seconds_as_read"] = (text == "").ifelse(None, text)
    kept = {f"{c}_cell": column.cast("string") for c, column in columns.items()}
    place = {FILE: table[FILE]} if FILE in table.columns else {}
    return table.select(**read, **kept, **place)


def cell_faults(exchanges: Any, place: str) -> tuple[Finding, ...]:
    """Report cells that cannot be used: for each file and rule how many rows, and one of them."""
    rules = [rule for rule in RULES if rule.column in exchanges.columns]
    sums: dict[str, Column] = {}
    for k, rule in enumerate(rules):
        bad = rule.bad(exchanges).fill_null(False)
        sums[f"count_{k}"] = bad.cast("int64").sum()
        sums[f"cell_{k}"] = bad.ifelse(exchanges[f"{rule.column}_cell"], None).min()
    if FILE in exchanges.columns:
        found = exchanges.group_by(FILE).agg(**sums).order_by(FILE).to_pandas()
    else:
        found = exchanges.agg(**sums).to_pandas().assign(**{FILE: place})
    return tuple(
        _told(str(row[FILE]), rule, int(row[f"count_{k}"]), row[f"cell_{k}"])
        for row in found.to_dict("records")
        for k, rule in enumerate(rules)
        if row[f"count_{k}"] > 0
    )


def _told(place: str, rule: Rule, count: int, cell: object) -> Finding:
    such = f", such as {cell!r}" if isinstance(cell, str) and cell else ""
    rows = "1 row holds" if count == 1 else f"{count:,} rows hold"
    return Finding(place, 0, rule.column, f"{rows} {rule.problem}{such}", rule.fix)


def _is_time(seconds: Column) -> Column:
    """Whether it is a number from 0 up that ends; what is no number is the largest to an engine."""
    return (seconds >= 0) & (seconds <= LONGEST)


def _as_time(column: Column) -> Column:
    """Read a time as one of UTC: an offset in the text counts, and without one it is UTC."""
    if not column.type().is_string():
        return column.cast("timestamp")
    return _tried(column, "timestamp('UTC')").cast("timestamp")


def _as_number(column: Column) -> Column:
    return _tried(column, "float64") if column.type().is_string() else column.cast("float64")


def _as_flag(column: Column) -> Column:
    import ibis

    if column.type().is_boolean():
        return column.cast("int64")
    text = column.cast("string").strip().lower()
    return ibis.cases((text.isin(YES), 1), (text.isin(NO), 0), else_=None).cast("int64")


def _tried(column: Column, kind: str) -> Column:
    """Read text as another kind; null where it is none."""
    return column.strip().try_cast(kind)


BINS: Final = 50  # to a decade of response times: a figure is within 2.4 % of the time itself
LONGEST: Final = 1e9  # seconds, thirty years
LEAST: Final = 1e-3  # seconds; shorter times count as so long
QUANTILES: Final = {"response_seconds_median": 0.5, "response_seconds_p90": 0.9}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LoggedActivity:
    """What a log holds, year by year: rows for the table activity of a case.

    Attributes
    ----------
    rows : exchanges that were counted
    first, last : times of the first and of the last of them
    files : how many files they came from; 0 for a table that is no file
    """

    _table: pd.DataFrame
    _months: pd.DataFrame
    rows: int
    first: pd.Timestamp
    last: pd.Timestamp
    files: int

    def to_frame(self) -> pd.DataFrame:
        """One row for each capability, metric and year, with the columns of the table activity."""
        return self._table.copy()

    def by_month(self) -> pd.DataFrame:
        """Exchanges, hits and members of each capability and month, to see gaps in the log."""
        return self._months.copy()

    def to_csv(self) -> str:
        """The rows as text, ready for `activity.csv`."""
        return self._table.to_csv(index=False, lineterminator="\n", float_format="%.15g")

    def __repr__(self) -> str:
        capabilities = self._table["capability"].nunique()
        return (
            f"<LoggedActivity: {self.rows:,} exchanges of {capabilities} capabilities, "
            f"{self.first:%Y-%m-%d} to {self.last:%Y-%m-%d}, {len(self._table)} rows of activity>"
        )

    def _repr_html_(self) -> str:
        words = repr(self).replace("<", "&lt;").replace(">", "&gt;")
        return f"<p>{words}</p>{self._table.to_html(border=0, index=False)}"


def count_exchanges(
    table: Any,
    source: str,
    columns: Mapping[str, str] | None = None,
    grade: str = "A",
    place: str = "the log",
) -> LoggedActivity:
    """Count the exchanges of an Ibis table, on whatever engine holds it.

    Searches, hits, members that searched, and median and 90th percentile of the response time, by
    capability and year. Response times are counted in 50 bins to a decade, so that the figure is
    within 2.4 % and the same on every run, whatever the order of the rows. A year that the log does
    not cover from its first to its last day says so in its unit, and its counts are a floor.

    Parameters
    ----------
    table : one row an exchange: `capability`, `time`, and where known `member`, `hit`, `seconds`
    source : short name in the case's table sources
    columns : our name of a column -> its name in the log, where they differ
    grade : of the figures; a log of the organisation's own is official, A
    place : what the log is called in messages

    Raises
    ------
    CaseError
        With every fault: columns that are missing, cells that cannot be read.
    InputError
        When the log has no row, or the grade is none.
    """
    names = dict(columns or {})
    if grade not in ("A", "B", "C"):
        raise InputError(f"grade: {grade!r} is none of a counted figure. Use one of: A, B, C.")
    if lacking := missing_columns(table.columns, names, place):
        raise CaseError(lacking)
    exchanges = read_cells(table, names)
    if bad := cell_faults(exchanges, place):
        raise CaseError(bad)
    months = _months(exchanges)
    if months.empty:
        raise InputError(f"{place} has no row. Give a log with exchanges.")
    first, last = months["first"].min(), months["last"].max()
    files = int(exchanges[FILE].nunique().to_pyarrow().as_py()) if FILE in exchanges.columns else 0
    rows = int(months["searches"].sum())
    known = {"grade": grade, "source": source, "basis": _basis(rows, files, first, last)}
    made = pd.DataFrame(_rows(months, _bins(exchanges), first, last)).assign(**known)
    order = [c for c in dictionary()["activity"] if c in made.columns]
    return LoggedActivity(
        _table=made.sort_values(["capability", "metric", "year"], ignore_index=True)[order],
        _months=_by_month(months),
        rows=rows,
        first=first,
        last=last,
        files=files,
    )


def _months(exchanges: Any) -> pd.DataFrame:
    """Counts by capability, year, month and member: small, however long the log."""
    keys = {"year": exchanges.time.year(), "month": exchanges.time.month()}
    if "member" in exchanges.columns:
        keys["member"] = exchanges.member
    sums = {"searches": exchanges.count()}
    if "hit" in exchanges.columns:
        sums["hits"] = exchanges.hit.sum()
    spans = {"first": exchanges.time.min(), "last": exchanges.time.max()}
    found = exchanges.group_by(capability=exchanges.capability, **keys).agg(**sums, **spans)
    made: pd.DataFrame = found.order_by(["capability", *keys]).to_pandas()
    return made


def _bins(exchanges: Any) -> pd.DataFrame:
    """Response times by capability and year, counted in bins of their logarithm."""
    if "seconds" not in exchanges.columns:
        return pd.DataFrame(columns=["capability", "year", "bin", "count"])
    import ibis

    timed = exchanges.filter(exchanges.seconds.notnull())
    length = ibis.greatest(timed.seconds, LEAST)
    keys = {
        "capability": timed.capability,
        "year": timed.time.year(),
        "bin": (length.log10() * BINS).floor().cast("int64"),
    }
    found = timed.group_by(**keys).agg(count=timed.count())
    made: pd.DataFrame = found.order_by([*keys]).to_pandas()
    return made


def _rows(
    months: pd.DataFrame, bins: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp
) -> Iterator[dict[str, object]]:
    for key, mine in months.groupby(["capability", "year"], sort=True):
        capability, year = str(key[0]), int(str(key[1]))
        start, end = pd.Timestamp(year, 1, 1), pd.Timestamp(year, 12, 31)
        begun, ended = max(first.normalize(), start), min(last.normalize(), end)
        whole = (begun, ended) == (start, end)
        span = "/year" if whole else f", {begun:%Y-%m-%d} to {ended:%Y-%m-%d}"
        counts = {"searches": mine["searches"].sum()}
        if "hits" in mine:
            counts["hits"] = mine["hits"].sum()
        if "member" in mine:
            counts["members_searching"] = mine["member"].nunique()
        of = {"capability": capability, "year": year}
        for metric, count in counts.items():
            unit = ("members" if metric == "members_searching" else metric) + span
            bound = "exact" if whole else "at-least"
            yield {**of, "metric": metric, "value": int(count), "unit": unit, "bound": bound}
        timed = bins[(bins["capability"] == capability) & (bins["year"] == year)]
        for metric, share in QUANTILES.items() if len(timed) else ():
            value = _quantile(timed["bin"].to_numpy(), timed["count"].to_numpy(), share)
            yield {**of, "metric": metric, "value": value, "unit": "seconds", "bound": "rounded"}


def _quantile(bins: Any, counts: Any, share: float) -> float:
    """Middle of the bin, on the logarithm, in which the share of all times is reached."""
    at = int(np.searchsorted(np.cumsum(counts), share * counts.sum()))
    return float(f"{10.0 ** ((bins[at] + 0.5) / BINS):.2g}")


def _by_month(months: pd.DataFrame) -> pd.DataFrame:
    sums: dict[str, tuple[str, str]] = {
        name: (name, "sum") for name in ("searches", "hits") if name in months
    }
    if "member" in months:
        sums["members"] = ("member", "nunique")
    return months.groupby(["capability", "year", "month"], sort=True).agg(**sums)


def _basis(rows: int, files: int, first: pd.Timestamp, last: pd.Timestamp) -> str:
    where = {0: "a table", 1: "one file"}.get(files, f"{files} files")
    days = f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"
    return f"counted from {rows:,} exchanges of {where}, {days}"


def must_fit(found: LoggedActivity, case: str | Path) -> None:
    """Refuse activity that the case could not hold.

    Raises
    ------
    CaseError
        With every capability and source that the case has not, and every year after its day.
    """
    if faults := tuple(_faults(found, read_case(case))):
        raise CaseError(faults)


def _faults(found: LoggedActivity, case: Case) -> Iterator[Finding]:
    table = found.to_frame()
    known = {
        "capability": case.capability_ids,
        "source": tuple(source.id for source in case.sources),
    }
    for column, names in known.items():
        for name in sorted(set(table[column]) - set(names)):
            problem = f"the case has no {column} {name!r}"
            yield Finding("the log", 0, column, problem, nearest(str(name), names))
    last = case.settings.appraisal_date
    if int(table["year"].max()) > last.year:
        problem = f"{table['year'].max()} is after the appraisal ({last.isoformat()})"
        yield Finding("the log", 0, "time", problem, "Keep those rows for a later case.")
