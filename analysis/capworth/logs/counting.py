"""What a row of an exchange log is: its columns, how cells are read, and which cannot be.

One expression from exchanges to yearly counts, and from those to rows of the table activity.

Whether counted activity fits a case: its capabilities, its sources, its day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlparse
from urllib.request import url2pathname

import numpy as np
import pandas as pd

from capworth.case.dictionary import dictionary
from capworth.case.model import Case
from capworth.case.read import read_case
from capworth.errors import CaseError, Finding, InputError, as_seen, nearest

FIRST_YEAR, LAST_YEAR = 1990, 2100  # of the table activity
NEEDED: Final = ("capability", "time")
OPTIONAL: Final = ("member", "answered_by", "hit", "seconds", "event")
FILE, ROW, TOLD = "capworth_file", "capworth_row", "capworth_told"
A_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
A_MINUTE, SECOND = "([01][0-9]|2[0-3]):[0-5][0-9]", ":[0-5][0-9]([.][0-9]{1,9})?"
OFFSET = "(Z|[+-][0-9]{2}(:?[0-9]{2})?)"
PLAIN: Final = f"^{A_DAY}([ T]{A_MINUTE}({SECOND})?)?$"  # engines differ in what else they take
TIME: Final = f"^{A_DAY}[ T]{A_MINUTE}{SECOND}{OFFSET}$"  # for a time
NUMBER: Final = "^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$"  # as they do in numbers
LOST = "\N{REPLACEMENT CHARACTER}"  # what an engine may put where a letter is not UTF-8
LIVE: Final = "^[=+@-]"  # how a cell begins that a spreadsheet would compute
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
        lambda t: t.capability.contains(LOST),
        "a letter that was lost",
        "Save it as UTF-8.",
    ),
    Rule(
        "member", lambda t: t.member.contains(LOST), "a letter that was lost", "Save it as UTF-8."
    ),
    Rule(
        "capability",
        lambda t: t.capability.re_search(LIVE),
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
        lambda t: _is_stated(t.seconds_cell) & (t.seconds.isnull() | ~_is_time(t.seconds)),
        "a response time that is no number from 0 up",
        "Write seconds, or leave the cell blank.",
    ),
)


def missing_columns(
    given: Iterable[str], names: Mapping[str, str], place: str
) -> tuple[Finding, ...]:
    """Report columns that the log has not: those that are needed, and those that were named."""
    given = [column for column in given if column != FILE and column[:1] != " "]
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
    columns = _known(table, names)
    read = {
        "capability": _trimmed(columns["capability"].cast("string")),
        "time": _as_time(columns["time"]),
    }
    for name in ("member", "answered_by", "event"):
        if name in columns:
            read[name] = _trimmed(columns[name].cast("string")).nullif("")
    if "hit" in columns:
        read["hit"] = _as_flag(columns["hit"])
    if "seconds" in columns:
        read["seconds"] = _as_number(columns["seconds"])
    kept = {f"{c}_cell": column for c, column in columns.items()}
    place = {name: table[name] for name in (FILE, ROW, TOLD) if name in table.columns}
    return table.select(**read, **kept, **place)


def _known(table: Any, names: Mapping[str, str]) -> dict[str, Column]:
    """Return the columns of an exchange that the log has, by our names."""
    here = {c: names.get(c, c) for c in (*NEEDED, *OPTIONAL)}
    return {c: table[name] for c, name in here.items() if name in table.columns}


def cell_faults(exchanges: Any, place: str) -> tuple[Finding, ...]:
    """Report cells that cannot be used: for each file and rule how many rows, and one of them."""
    rules = _rules(exchanges)
    sums: dict[str, Column] = {}
    for k, rule in enumerate(rules):
        bad = rule.bad(exchanges).fill_null(False)
        sums[f"count_{k}"] = bad.cast("int64").sum()
        cell = exchanges[f"{rule.column}_cell"].cast("string")
        sums[f"cell_{k}"] = bad.ifelse(cell, None).min()
    if FILE in exchanges.columns:
        found = exchanges.group_by(FILE).agg(**sums).order_by(FILE).to_pandas()
    else:
        found = exchanges.agg(**sums).to_pandas().assign(**{FILE: place})
    return tuple(
        _told(_path(row[FILE]), rule, int(row[f"count_{k}"]), row[f"cell_{k}"])
        for row in found.to_dict("records")
        for k, rule in enumerate(rules)
        if row[f"count_{k}"] > 0
    )


def row_faults(exchanges: Any, place: str) -> Iterator[Finding]:
    """Report the first rows of each rule that cannot be used, by their number; and their number.

    Parameters
    ----------
    exchanges : of one file, read by `read_cells`, with the number of each row
    place : the file
    """
    for rule in _rules(exchanges):
        bad = exchanges.filter(rule.bad(exchanges).fill_null(False))
        cell = bad[f"{rule.column}_cell"].cast("string")
        shown = bad.select(row=bad[ROW], cell=cell).order_by("row")
        first = shown.limit(NAMED + 1).to_pandas()
        for row in first.head(NAMED).to_dict("records"):
            such = f" ({row['cell']!r})" if isinstance(row["cell"], str) and row["cell"] else ""
            yield Finding(place, int(row["row"]), rule.column, f"{rule.problem}{such}", rule.fix)
        if len(first) > NAMED:
            yield _told(place, rule, int(bad.count().to_pandas()), None)
    if "event" in exchanges.columns:
        told = exchanges.filter(exchanges.event.notnull())
        span = {"row": told[ROW].max(), "first": told[ROW].min()}
        told = told.group_by("event").agg(**span, differs=_differs(told))
        odd = told.filter(told.differs).order_by("row").limit(NAMED).to_pandas()
        for row in odd.itertuples():
            problem = f"event {row.event!r} is told otherwise in row {row.first}"
            yield Finding(place, int(row.row), "event", problem, TOLD_ONCE)


def _rules(exchanges: Any) -> list[Rule]:
    return [rule for rule in RULES if rule.column in exchanges.columns]


def _path(name: object) -> str:
    """Return a file by its path; some engines tell its address."""
    told = str(name)
    return url2pathname(urlparse(told).path) if told.startswith("file:") else told


def _told(place: str, rule: Rule, count: int, cell: object) -> Finding:
    such = f", such as {cell!r}" if isinstance(cell, str) and cell else ""
    rows = "1 row holds" if count == 1 else f"{count:,} rows hold"
    return Finding(place, 0, rule.column, f"{rows} {rule.problem}{such}", rule.fix)


def _is_time(seconds: Column) -> Column:
    """Whether it is a number from 0 up that ends; what is no number is the largest to an engine."""
    return (seconds >= 0) & (seconds <= LONGEST)


def _is_stated(column: Column) -> Column:
    told = column.notnull()
    return told & (column.strip() != "") if column.type().is_string() else told


def _trimmed(text: Column) -> Column:
    """Strip text where it begins or ends with a blank, which is seldom: engines are slow at it."""
    return ((text < "!") | (text.right(1) < "!")).ifelse(text.strip(), text)


def _as_time(column: Column) -> Column:
    """Read a time as one of UTC: an offset in the text counts, and without one it is UTC."""
    if column.type().is_temporal():
        return column.cast("timestamp")
    column = column.cast("string")  # a number is no time: of what unit, and since when?
    kinds = {PLAIN: "timestamp", TIME: "timestamp('UTC')"}  # which engines are slow to read
    return _read(column, kinds, "timestamp")


def _as_number(column: Column) -> Column:
    if not column.type().is_string():
        return column.cast("float64")
    return _read(column, {NUMBER: "float64"}, "float64")


def _as_flag(column: Column) -> Column:
    import ibis

    if column.type().is_boolean():
        return column.cast("int64")
    text = column.cast("string")
    known = [(t.isin(w), f) for t in (text, text.strip().lower()) for w, f in ((YES, 1), (NO, 0))]
    return ibis.cases(*known, else_=None).cast("int64")


def _read(column: Column, kinds: Mapping[str, str], kind: str) -> Column:
    """Read text as the kind of its way of writing, then as one kind; null where it is none.

    As it stands first, and stripped only where that is none: engines are slow at it.
    """
    import ibis

    return ibis.cases(
        *(
            (text.re_search(written), text.try_cast(first).cast(kind))
            for text in (column, column.strip())
            for written, first in kinds.items()
        ),
        else_=None,
    )


BINS: Final = 50  # to a decade of response times: a figure is within 2.4 % of the time itself
NAMED: Final = 20  # rows of a fault that are named one by one
TOLD_ONCE: Final = "Keep one row of an event, or rows that say the same."
LONGEST: Final = 1e9  # seconds, thirty years
LEAST: Final = 1e-3  # seconds; shorter times count as so long
QUANTILES: Final = {"response_seconds_median": 0.5, "response_seconds_p90": 0.9}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LoggedActivity:
    """What a log holds, year by year: rows for the table activity of a case.

    Attributes
    ----------
    rows : exchanges that were counted
    repeats : rows that told an event again in the same words, and were not counted
    first, last : times of the first and of the last of them
    files : how many files they came from; 0 for a table that is no file
    """

    _table: pd.DataFrame
    _months: pd.DataFrame
    _dyads: pd.DataFrame
    rows: int
    repeats: int
    first: pd.Timestamp
    last: pd.Timestamp
    files: int

    def to_frame(self) -> pd.DataFrame:
        """One row for each capability, metric and year, with the columns of the table activity."""
        return self._table.copy()

    def by_month(self) -> pd.DataFrame:
        """Exchanges, hits and members of each capability and month, to see gaps in the log."""
        sums: dict[str, tuple[str, str]] = {
            name: (name, "sum") for name in ("searches", "hits") if name in self._months
        }
        if "member" in self._months:
            sums["members"] = ("member", "nunique")
        return self._months.groupby(["capability", "year", "month"], sort=True).agg(**sums)

    def members(self) -> tuple[str, ...]:
        """Return every member that asked or answered, as the log calls it."""
        told = [t[c] for t in (self._months, self._dyads) for c in MEMBERS if c in t]
        return tuple(sorted({*pd.concat(told).dropna()})) if told else ()

    def by_member(self) -> pd.DataFrame:
        """Exchanges and hits of each capability, year and member that asked, where it is known."""
        return _by(self._months, ["capability", "year", "member"])

    def by_dyad(self) -> pd.DataFrame:
        """The same of each pair of a member that asked and one that answered, as `answered_by`."""
        return _by(self._dyads, ["capability", "year", "member", "answered_by"])

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
    files: int = 0,
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
    files : how many files it came from; 0 for a table that is no file

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
    events = "event" in exchanges.columns
    counts = _counted(read_cells(_told_once(table, names), {}) if events else exchanges)
    months, bins, dyads = (counts[counts["part"] == part] for part in (MONTHS, SPANS, DYADS))
    rows, repeats, differ = int(months["searches"].sum()), 0, False
    if events:
        told = exchanges.event
        seen = exchanges.agg(all=exchanges.count(), told=told.count(), once=told.nunique())
        seen = seen.to_pandas().loc[0]
        repeats = int(seen["all"]) - rows
        differ = rows - (seen["all"] - seen["told"]) != seen["once"]
    if counts["bad"].sum() or differ:
        raise CaseError((*cell_faults(exchanges, place), *_event_faults(exchanges, place)))
    if counts.empty:
        raise InputError(f"{place} has no row. Give a log with exchanges.")
    if alike := tuple(_told_apart(counts, place)):
        raise CaseError(alike)
    asked = [c for c in ("hits", "member", "answered_by") if c in counts]
    first, last = months["first"].min(), months["last"].max()
    basis = _basis(rows, repeats, files, first, last)
    known = {"grade": grade, "source": source, "basis": basis}
    made = pd.DataFrame(_rows(months, bins, first, last)).assign(**known)
    order = [c for c in dictionary()["activity"] if c in made.columns]
    return LoggedActivity(
        _table=made.sort_values(["capability", "metric", "year"], ignore_index=True)[order],
        _months=months[["capability", "year", "month", "searches", *asked]].astype({"month": int}),
        _dyads=dyads[["capability", "year", "searches", *asked]],
        rows=rows,
        repeats=repeats,
        first=first,
        last=last,
        files=files,
    )


def _told_apart(counts: pd.DataFrame, place: str) -> Iterator[Finding]:
    """Report names that a reader takes for one, and that would be counted as two."""
    known = [name for name in MEMBERS if name in counts]
    for columns in (["capability"], known):
        cells = pd.concat([counts[name] for name in columns]) if columns else ()
        first: dict[str, str] = {}
        for name in sorted({str(cell) for cell in cells if isinstance(cell, str)}):
            other = first.setdefault(as_seen(name), name)
            if other != name:
                problem = f"{name!r} looks like {other!r} and is another word"
                yield Finding(place, 0, columns[0], problem, "Write both alike.")


MONTHS, SPANS, DYADS = "months", "spans", "dyads"  # parts of the counts


def _counted(exchanges: Any) -> pd.DataFrame:
    """Count everything in one pass: small, however long the log.

    What is wrong with a cell shows in the groups, so that no row is asked for it alone.

    Returns
    -------
    One row for each group of each part: capabilities by month and member, by bin of the logarithm
    of the response time, by pair of members. `bad` says whether a row of it cannot be used.
    """
    text = {c: exchanges[f"{c}_cell"].cast("string") for c in TEXTS if c in exchanges.columns}
    keys = {"capability": text["capability"], "year": exchanges.time.year()}
    keys["month"] = exchanges.time.month()
    parts = {MONTHS: ["month"]}
    if "member" in text:
        keys["member"] = text["member"]
        parts[MONTHS].append("member")
    if "seconds" in exchanges.columns:
        keys["bin"], parts[SPANS] = _bin(exchanges), ["bin"]
    if {*MEMBERS} <= {*text}:
        keys["answered_by"], parts[DYADS] = text["answered_by"], ["answered_by", "member"]
    sums, given = {"searches": "COUNT(*)"}, {}
    if "hit" in exchanges.columns:
        sums |= {"hits": "SUM(hit)", "neither": "COUNT(*) - COUNT(hit)"}
        given["hit"] = exchanges.hit
    if TOLD in exchanges.columns:  # a row with an event counts once, others as often as told
        given["once"] = (exchanges.event_cell == "").ifelse(exchanges[TOLD], 1)
        weighed = {"searches": "SUM(once)", "hits": "SUM(hit * once)"}
        sums |= {name: words for name, words in weighed.items() if name in sums}
    kinds = " ".join(f"WHEN GROUPING({by[0]}) = 0 THEN '{part}'" for part, by in parts.items())
    sets = ", ".join(f"(capability, year, {', '.join(by)})" for by in parts.values())
    words = "".join(f"CAST({of} AS BIGINT) AS {name}, " for name, of in sums.items())
    found = _grouped(
        exchanges.select(**keys, **given, moment=exchanges.time),
        f"SELECT {', '.join(keys)}, CASE {kinds} END AS part, {words}"
        f"MIN(moment) AS first, MAX(moment) AS last FROM {SEEN} GROUP BY GROUPING SETS ({sets})",
        {key: "string" if key in TEXTS else "int64" for key in keys}
        | {"part": "string"}
        | dict.fromkeys(sums, "int64")
        | dict.fromkeys(("first", "last"), "timestamp"),
    )
    return _stripped(found.to_pandas())


def _stripped(counts: pd.DataFrame) -> pd.DataFrame:
    """Strip names as `read_cells` does, once a group, and say which groups cannot be used."""
    for name in TEXTS & {*counts}:
        text = counts[name].str.strip(SPACE)
        counts[name] = text.where(text != "")
    bad = counts["capability"].isna() | ~counts["year"].between(FIRST_YEAR, LAST_YEAR)
    bad |= counts["capability"].str.contains(LIVE).eq(True)
    for name in ("capability", "member"):
        if name in counts:
            bad |= counts[name].str.contains(LOST, regex=False).eq(True)
    if "neither" in counts:
        bad |= counts["neither"] > 0
    if "bin" in counts:
        bad |= counts["bin"] == NO_BIN
    return counts.assign(bad=bad)


MEMBERS: Final = ("member", "answered_by")
TEXTS: Final = {"capability", *MEMBERS}
SPACE: Final = " \t\n\r\v\f"
NO_BIN: Final = -(10**6)  # of what is no response time
SEEN = "capworth_exchanges"


def _grouped(seen: Any, query: str, columns: Mapping[str, str]) -> Any:
    """Ask a table for several groupings at once, which Ibis has no word for.

    The words of the query are those that every engine knows, so that they need no translation, and
    what comes back is told, so that no engine need be asked.
    """
    import ibis
    from ibis.expr.operations import SQLStringView

    return SQLStringView(seen.alias(SEEN).op(), query, ibis.schema(columns)).to_expr()


def _bin(exchanges: Any) -> Column:
    """Number the bin, around the middle: whole powers of ten lie in the middle of theirs."""
    import ibis

    at = (ibis.greatest(exchanges.seconds, LEAST).log10() * BINS + 0.5).floor().cast("int64")
    stated = _is_stated(exchanges.seconds_cell)
    return ibis.cases((_is_time(exchanges.seconds), at), (stated, NO_BIN), else_=None)


def _told_once(table: Any, names: Mapping[str, str]) -> Any:
    """Return the rows that differ, each once, with our names, and how often each is told."""
    columns = _known(table, names)
    columns["event"] = _trimmed(columns["event"].cast("string"))
    for name, column in columns.items():
        if column.type().is_string():
            columns[name] = column.fill_null("")
    rows = table.select(**columns)
    return rows.group_by(rows.columns).agg(**{TOLD: rows.count()})


def _whole(number: int) -> Any:
    import ibis

    return ibis.literal(number, "int64")


def _differs(exchanges: Any) -> Column:
    """Whether rows of one group say different things of an exchange."""
    import ibis

    said = [c for c in exchanges.columns if c.endswith("_cell") and c != "event_cell"]
    tale = ibis.literal("\n").join([exchanges[c].cast("string").fill_null("") for c in said])
    return tale.min() != tale.max()


def _event_faults(exchanges: Any, place: str) -> Iterator[Finding]:
    """Report events that are told in two ways: how many, and one of them."""
    if "event" not in exchanges.columns:
        return
    told = exchanges.filter(exchanges.event.notnull())
    found = told.group_by("event").agg(differs=_differs(told))
    found = found.filter(found.differs)
    seen = found.agg(count=found.count(), one=found.event.min()).to_pandas()
    if many := int(seen["count"].iloc[0]):
        problem = f"{many:,} told in two ways, such as {seen['one'].iloc[0]!r}"
        yield Finding(place, 0, "event", problem, TOLD_ONCE)


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
        timed = timed.dropna(subset="bin").sort_values("bin") if len(timed) else timed
        for metric, share in QUANTILES.items() if len(timed) else ():
            value = _quantile(timed["bin"].to_numpy(), timed["searches"].to_numpy(), share)
            yield {**of, "metric": metric, "value": value, "unit": "seconds", "bound": "rounded"}


def _quantile(bins: Any, counts: Any, share: float) -> float:
    """Middle of the bin, on the logarithm, in which the share of all times is reached."""
    at = int(np.searchsorted(np.cumsum(counts), share * counts.sum()))
    return float(f"{10.0 ** (bins[at] / BINS):.2g}")


def _by(counts: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Sum searches and hits by keys; empty where the log does not tell all of them."""
    sums = [name for name in ("searches", "hits") if name in counts]
    if not set(keys) <= set(counts):
        return pd.DataFrame(columns=[*keys, *sums]).set_index(keys)
    return counts.groupby(keys, sort=True)[sums].sum()


def _basis(rows: int, repeats: int, files: int, first: pd.Timestamp, last: pd.Timestamp) -> str:
    where = {0: "a table", 1: "one file"}.get(files, f"{files} files")
    days = f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"
    again = f"; {repeats:,} rows told an event again and are not counted" if repeats else ""
    return f"counted from {rows:,} exchanges of {where}, {days}{again}"


def must_fit(found: LoggedActivity, case: str | Path) -> None:
    """Refuse activity that the case could not hold.

    Raises
    ------
    CaseError
        With every capability, member and source that the case has not, each with its nearest word,
        and every year after its day.
    """
    if faults := tuple(_faults(found, read_case(case))):
        raise CaseError(faults)


def _faults(found: LoggedActivity, case: Case) -> Iterator[Finding]:
    table = found.to_frame()
    known: dict[str, tuple[tuple[str, ...], Iterable[str]]] = {
        "capability": (case.capability_ids, table["capability"]),
        "source": (tuple(source.id for source in case.sources), table["source"]),
    }
    members = tuple(member.id for member in case.members)
    if members:
        known["member"] = (members, found.members())
    for column, (names, told) in known.items():
        for name in sorted({*told} - {*names}):
            problem = f"the case has no {column} {name!r}"
            yield Finding("the log", 0, column, problem, nearest(str(name), names))
    last = case.settings.appraisal_date
    if int(table["year"].max()) > last.year:
        problem = f"{table['year'].max()} is after the appraisal ({last.isoformat()})"
        yield Finding("the log", 0, "time", problem, "Keep those rows for a later case.")
