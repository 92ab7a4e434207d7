"""Levels on criteria that published activity measures, as if they stood in scores."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from math import inf, log10

from capworth.case.check import Typed, TypedRow
from capworth.case.model import Estimate, Score
from capworth.errors import nearest

MEMBERS = "members"  # what a level may be divided by, beside another series of the capability
SCALES = {"": lambda level: level, "log10": log10}
ENDS = ("low", "mode", "high")


class UnmeasuredError(ValueError):
    """A measure that gives no level: `args` are the column, what is wrong and how to mend it."""


class Activity:
    """What is published of each capability, year by year, to measure levels by.

    Parameters
    ----------
    typed : the tables of a case
    """

    def __init__(self, typed: Typed) -> None:
        self._members = float(len(typed.get("members", ())))
        self._rows: dict[str, list[TypedRow]] = {}
        for row in typed.get("activity", ()):
            self._rows.setdefault(row.text("capability"), []).append(row)

    def levels_of(
        self, rows: Sequence[TypedRow], criterion: TypedRow
    ) -> tuple[float, float, float]:
        """Return the lowest, the most and the highest plausible level that rows together give.

        Raises
        ------
        UnmeasuredError
            When a series is not there, or when the level has no logarithm.
        """
        units = [self.amount_of(row) for row in rows]
        scale = criterion.text("scale")
        found = []
        for end in ENDS:
            level = sum(row.number_in(end) * unit for row, unit in zip(rows, units, strict=True))
            if scale and level <= 0:
                problem = f"the {end} level is {level:g}, which has no logarithm"
                raise UnmeasuredError(end, problem, "Raise the factor above 0.")
            found.append(SCALES[scale](level))
        low, mode, high = found
        return low, mode, high

    def figure_of(self, row: TypedRow) -> TypedRow:
        """Return the row of activity that a row of measures counts: of its year, else the last one.

        Raises
        ------
        UnmeasuredError
            When the capability has no such series, or no figure of it in time.
        """
        year = int(row.number_in("year")) if row["year"] is not None else None
        mine = self._series(row, "metric")
        if year is None:
            return mine[max(mine)]
        if year not in mine:
            problem = f"{row.text('metric')!r} of {row.text('capability')} has no figure of {year}"
            raise UnmeasuredError("year", problem, _years(mine))
        return mine[year]

    def amount_of(self, row: TypedRow) -> float:
        """Return what a row of measures counts, before its factor.

        Raises
        ------
        UnmeasuredError
            When the capability has no such series, no figure of it in time, or a divisor of 0.
        """
        figure = self.figure_of(row)
        per = row.text("per")
        if not per:
            return figure.number_in("value")
        if per == MEMBERS:
            below = self._members
        else:
            series = self._series(row, "per")
            known = [year for year in series if year <= figure.number_in("year")]
            if not known:
                problem = f"{per!r} has no figure of {figure.text('year')} or before"
                raise UnmeasuredError("per", problem, _years(series))
            below = series[max(known)].number_in("value")
        if below == 0:
            raise UnmeasuredError("per", f"{per!r} is 0", "Divide by something that is there.")
        return figure.number_in("value") / below

    def _series(self, row: TypedRow, column: str) -> Mapping[int, TypedRow]:
        """Rows of activity by year, of the series that a cell names."""
        capability, metric = row.text("capability"), row.text(column)
        mine = self._rows.get(capability, [])
        found = {int(a.number_in("year")): a for a in mine if a.text("metric") == metric}
        if not found:
            problem = f"activity has no {metric!r} of {capability}"
            raise UnmeasuredError(
                column, problem, nearest(metric, {a.text("metric") for a in mine})
            )
        return found


def measured_scores(typed: Typed) -> tuple[Score, ...]:
    """Levels on the criteria that are measured by activity, as if they stood in scores.

    A level is the sum of its rows: a published figure, times the factor that carries it to a year
    of today and into the unit of the criterion, divided by another series or by the number of
    members where the row says so; then its logarithm where the criterion is read on one. The
    factors of one level are low together and high together. The grade is the lowest of figures and
    factors, C at best, as the level is derived.

    Parameters
    ----------
    typed : the tables of a case, checked
    """
    criteria, activity = {row.text("id"): row for row in typed.get("criteria", ())}, Activity(typed)
    levels = by_level(typed).items()
    return tuple(_score(activity, rows, criteria[criterion]) for (_, criterion), rows in levels)


def by_level(typed: Typed) -> Mapping[tuple[str, str], Sequence[TypedRow]]:
    """Gather the rows behind each level by capability and criterion, in the order of the table."""

    def pair(row: TypedRow) -> tuple[str, str]:
        return row.text("capability"), row.text("criterion")

    rows = typed.get("measures", ())
    order = {pair(row): None for row in rows}
    groups = {key: tuple(group) for key, group in groupby(sorted(rows, key=pair), pair)}
    return {key: groups[key] for key in order}


def _score(activity: Activity, rows: Sequence[TypedRow], criterion: TypedRow) -> Score:
    low, mode, high = activity.levels_of(rows, criterion)
    figures = [activity.figure_of(row) for row in rows]
    evidence = (*rows, *figures)
    capability = rows[0].text("capability")
    return Score(
        capability,
        criterion.text("id"),
        Estimate(
            name=f"scores/{capability}/{criterion.text('id')}",
            low=low,
            mode=mode,
            high=high,
            unit=criterion.text("unit"),
            grade=max("C", *(row.text("grade") for row in evidence)),
            source=figures[0].text("source"),
            basis="; ".join(_basis(row, figure) for row, figure in zip(rows, figures, strict=True)),
            row=rows[0].number,
            made_from="measures",
            floor=-inf if criterion.text("scale") else 0.0,
        ),
    )


def _years(series: Mapping[int, TypedRow]) -> str:
    return f"It has {', '.join(map(str, sorted(series)))}."


def _basis(row: TypedRow, figure: TypedRow) -> str:
    """Say in words which figure was taken, by what it was multiplied, and on what that rests."""
    low, mode, high = (_plain(row.number_in(end)) for end in ENDS)
    per = f" / {row.text('per')}" if row.text("per") else ""
    span = "" if low == high else f" ({low} to {high})"
    parts = (
        f"{figure.text('metric')} {figure.text('year')}: {_plain(figure.number_in('value'))} "
        f"{figure.text('unit')}{per} x {mode}{span}",
        f"activity.csv, row {figure.number}",
        row.text("basis"),
    )
    return "; ".join(filter(None, parts))


def _plain(number: float) -> str:
    """Write a number as an analyst types it.

    >>> _plain(115000.0), _plain(0.00005)
    ('115,000', '0.00005')
    """
    return f"{number:,.9f}".rstrip("0").rstrip(".")
