"""Which inputs are not drawn alone from a PERT: another shape, or moving with others of a group."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

from capworth.case.check import Typed, TypedRow
from capworth.case.model import Distribution, Estimate
from capworth.errors import Finding, nearest

TABLE = "distributions"


def with_distributions(
    parts: Mapping[str, Sequence[Any]], numbers: Mapping[str, str]
) -> dict[str, tuple[Any, ...]]:
    """Return the rows of every table, their uncertain numbers with shape and group.

    Parameters
    ----------
    parts : the rows by table
    numbers : the field of a row's uncertain number by table; empty where it has none
    """
    said: Sequence[Distribution] = parts[TABLE]

    def drawn(estimate: Estimate) -> Estimate:
        for row in said:
            if row.speaks_of(estimate.name):
                shape, group = row.shape or estimate.shape, row.group or estimate.group
                share = row.share if row.group else estimate.share
                estimate = replace(estimate, shape=shape, group=group, share=share)
        return estimate

    found = {}
    for table, rows in parts.items():
        number = numbers.get(table, "")
        if said and number:
            rows = [
                replace(row, **{number: drawn(estimate)})
                if (estimate := getattr(row, number)) is not None
                else row
                for row in rows
            ]
        found[table] = tuple(rows)
    return found


def check_distributions(
    typed: Typed, names_of: Callable[[Typed], Mapping[str, TypedRow]], faulty: Collection[str] = ()
) -> Iterator[Finding]:
    """Every row speaks of some input, no input is told twice, and a group is of two or more.

    Parameters
    ----------
    typed : the tables of a case
    names_of : the inputs by name, with the row of each
    faulty : tables that could not be read whole; nothing is said then
    """
    rows = typed.get(TABLE, ())
    if not rows or faulty:
        return
    inputs = names_of(typed)
    told: dict[tuple[str, str], int] = {}
    members: dict[str, list[str]] = {}
    for row in rows:
        mine = [name for name in inputs if fnmatchcase(name, row.text("inputs"))]
        yield from _says_something(row)
        if not mine:
            yield row.fault(
                "inputs",
                f"no input is called {row.text('inputs')!r}",
                nearest(row.text("inputs"), inputs),
            )
        members.setdefault(row.text("group"), []).extend(mine)
        for aspect in ("shape", "group"):
            twice = [n for n in mine if row.text(aspect) and (aspect, n) in told]
            if twice:
                first = told[aspect, twice[0]]
                problem = f"row {first} gives a {aspect} to {twice[0]} already"
                yield row.fault(aspect, problem, "Keep one of the two.")
            told |= {(aspect, n): row.number for n in mine if row.text(aspect)}
        if row.text("shape") == "lognormal":
            lows = {n: inputs[n][_low(inputs[n])] for n in mine}
            bad = [n for n, low in lows.items() if isinstance(low, float) and low < 0]
            if bad:
                problem = f"{bad[0]} may be below 0, which no lognormal is"
                yield row.fault("shape", problem, "Raise its low, or take another shape.")
    for row in rows:
        if row.text("group") and len(set(members[row.text("group")])) == 1:
            problem = f"{row.text('group')} holds one input alone"
            yield row.fault("group", problem, "Name the others that move with it.")


def _says_something(row: TypedRow) -> Iterator[Finding]:
    if not row.text("shape") and not row.text("group"):
        yield row.fault("shape", "the row says nothing", "Name a shape or a group.")
    if bool(row.text("group")) != (row["share"] is not None):
        problem = "a group without a share" if row.text("group") else "a share of no group"
        yield row.fault("share", problem, "Give both or neither.")


def _low(row: TypedRow) -> str:
    return "swing_low" if row.table == "criteria" else "low"
