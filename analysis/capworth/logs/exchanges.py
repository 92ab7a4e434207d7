"""What a row of an exchange log is: its columns, how cells are read, and which cannot be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from capworth.errors import Finding, nearest

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
        lambda t: t.seconds_as_read.notnull() & (t.seconds.isnull() | ~(t.seconds >= 0)),
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


def _as_time(column: Column) -> Column:
    return (
        column.cast("timestamp") if not column.type().is_string() else _tried(column, "timestamp")
    )


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
