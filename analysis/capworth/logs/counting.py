"""One expression from exchanges to yearly counts, and from those to rows of the table activity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from capworth.case.dictionary import dictionary
from capworth.errors import CaseError, InputError
from capworth.logs.exchanges import FILE, cell_faults, missing_columns, read_cells

BINS: Final = 50  # to a decade of response times: a figure is within 2.4 % of the time itself
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
