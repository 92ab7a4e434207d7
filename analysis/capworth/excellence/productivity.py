"""How the productivity of capabilities changed over the years that are published.

How the productivity of units changed from year to year: catching up, and the frontier's move.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from math import floor, log10
from typing import Any

import numpy as np
import pandas as pd

from capworth.case.comparisons import (
    Comparison,
    Counted,
    Panel,
    panel_of,
    read_comparisons,
    usual_figures,
)
from capworth.case.model import Activity, Case
from capworth.errors import InputError
from capworth.excellence.unit_tables import Table, UnitTables, unit_tables
from capworth.methods.arguments import Floats, checked
from capworth.methods.envelopment.malmquist import Malmquist, malmquist
from capworth.model.figures import SHARE, STATED, Column, columns
from capworth.model.result import Answer, Provenance, frame_in_html, spread
from capworth.streams import stream

STREAM = "productivity"
TRACKED = 400  # draws of the published figures within what their wording leaves open
SPREAD = ("productivity", "efficiency_change", "technical_change")
MEANS = ("pure_change", "scale_change")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ProductivityTrend(Answer):
    """Malmquist indices of capabilities, with their parts, from one published year to another.

    Attributes
    ----------
    draws : of the figures, within what their wording leaves open
    set_aside : figures of a series that are in another unit than the rest of it
    without : comparisons for which no two capabilities have figures of two common years
    resolved : programmes that were solved a second time
    """

    _table: pd.DataFrame
    draws: int
    set_aside: tuple[str, ...]
    without: tuple[str, ...]
    resolved: int
    provenance: Provenance

    def lifts(self) -> Sequence[Column]:
        """How the columns of its tables become figures."""
        rests = ("activity",)
        names = ("productivity", "efficiency_change", "technical_change", "pure_change")
        return columns(
            "productivity",
            *((name, name, "ratio", "productivity", rests) for name in (*names, "scale_change")),
            ("p_rise", "productivity_rise", "chance", "share_of_draws", rests, SHARE),
            ("to_year", "productivity_to", "year", "productivity", rests, STATED),
            tail="from_year",
            draws="draws",
        )

    @property
    def fewest(self) -> int:
        """Capabilities of the smallest comparison: so few make its frontier."""
        return int(self._table.groupby("comparison")["capability"].nunique().min())

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table of this answer by its file name."""
        return {"productivity": self.to_frame().set_index(["comparison", "capability"])}

    def __repr__(self) -> str:
        likely = int((self._table["p_rise"] >= 0.9).sum())
        return (
            f"<ProductivityTrend: {likely} of {len(self._table)} changes very likely a rise, "
            f"{self._table['from_year'].min()} to {self._table['to_year'].max()}; "
            f"{self.fewest} capabilities make a frontier>"
        )


def track_productivity(case: Case, provenance: Provenance) -> ProductivityTrend | None:
    """Compare capabilities with themselves some years later; None where the case does not ask.

    Each comparison of the case names published figures that are used and that are made. Its
    capabilities and years are those that show most change with all figures known (see
    `case.comparisons`). Constant returns; every year's frontier is made of these capabilities only.

    Every published figure is drawn evenly within what its wording leaves open: half a unit of its
    last digit that is not 0 to both sides where it is rounded, a whole one above or below where the
    source says "at least" or "at most". Whether two capabilities count alike is not in the range.

    The table has a row for each comparison, step and capability: `productivity`,
    `efficiency_change` (catching up), `technical_change` (the frontier's move), with 80 % ranges;
    `p_rise`, the share of draws in which productivity rose; means of `pure_change` and
    `scale_change`; `grade`, the weakest of its figures.
    """
    comparisons = read_comparisons(case.settings.productivity)
    known_ids = set(case.capability_ids)
    figures = tuple(a for a in case.activity if a.capability in known_ids)
    rows = tuple(Counted(a.capability, a.metric, a.year, a.unit) for a in figures)
    panels = {c.text: (c, panel_of(c, rows)) for c in comparisons}
    known = {text: (c, panel) for text, (c, panel) in panels.items() if panel is not None}
    if not known:
        return None
    tables, resolved = [], 0
    for comparison, panel in known.values():
        table, again = _changes(case, figures, comparison, panel)
        tables.append(table)
        resolved += again
    return ProductivityTrend(
        _table=pd.concat(tables, ignore_index=True),
        draws=TRACKED,
        set_aside=_set_aside(comparisons, rows),
        without=tuple(text for text in panels if text not in known),
        resolved=resolved,
        provenance=provenance,
    )


def _changes(
    case: Case, figures: Sequence[Activity], comparison: Comparison, panel: Panel
) -> tuple[pd.DataFrame, int]:
    """Indices of one comparison, and how many programmes were solved again."""
    numbers = np.array(panel.places)
    drawn = np.empty((TRACKED, *numbers.shape))
    for place in np.unique(numbers):
        drawn[:, numbers == place] = _drawn(figures[int(place)], case.settings.seed)[:, None]
    used = len(comparison.used)
    found = malmquist(drawn[..., :used], drawn[..., used:])
    names = {c.id: c.name for c in case.capabilities}
    rows = []
    for step, (start, end) in enumerate(zip(panel.years[:-1], panel.years[1:], strict=True)):
        for unit, capability in enumerate(panel.capabilities):
            places = (*panel.places[step][unit], *panel.places[step + 1][unit])
            index = found.productivity[:, step, unit]
            row: dict[str, object] = {
                "comparison": comparison.text,
                "capability": capability,
                "name": names[capability],
                "from_year": start,
                "to_year": end,
                "p_rise": float((index > 1 + 1e-9).mean()),
                "grade": max(figures[place].grade for place in places),
            }
            for name in SPREAD:
                row |= _one(spread(name, getattr(found, name)[:, step, unit][:, None]))
            row |= {name: float(getattr(found, name)[:, step, unit].mean()) for name in MEANS}
            rows.append(row)
    return pd.DataFrame(rows), found.resolved


def _one(columns: Mapping[str, Floats]) -> dict[str, float]:
    return {name: float(values[0]) for name, values in columns.items()}


def _drawn(figure: Activity, seed: int) -> Floats:
    """(draws,) a published figure within what its wording leaves open, in its own unit."""
    step = _last_digit(figure.value)
    low, high = {
        "exact": (0.0, 0.0),
        "rounded": (-0.5, 0.5),
        "at-least": (0.0, 1.0),
        "at-most": (-1.0, 0.0),
    }[figure.bound]
    name = f"{STREAM}/{figure.capability}/{figure.metric}/{figure.year}"
    part = stream(seed, name).random(TRACKED)
    drawn: Floats = np.asarray(figure.value + step * (low + (high - low) * part))
    return np.maximum(drawn, 0.0)


def _last_digit(value: float) -> float:
    """Worth of the last digit that is not 0, of 12 at most.

    >>> _last_digit(67000.0), _last_digit(7.5), _last_digit(0.0)
    (1000.0, 0.1, 0.0)
    """
    if value == 0:
        return 0.0
    power = floor(log10(value)) - 11
    digits = round(value / 10.0**power)
    while digits % 10 == 0:
        digits //= 10
        power += 1
    return float(f"1e{power}")


def _set_aside(comparisons: tuple[Comparison, ...], rows: tuple[Counted, ...]) -> tuple[str, ...]:
    """Name the figures of the metrics compared that are in another unit than their series."""
    metrics = {m for c in comparisons for measure in c.measures for m in measure}
    return tuple(
        f"{row.capability} {row.metric} {row.year} ({row.unit})"
        for row, usual in zip(rows, usual_figures(rows), strict=True)
        if not usual and row.metric in metrics
    )


PARTS = ("productivity", "efficiency_change", "technical_change", "pure_change", "scale_change")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ProductivityResult:
    """Malmquist indices of units with their parts. Every table handed out is a copy.

    Attributes
    ----------
    left_out : units that were not compared, because an entry is missing in some year
    resolved : how many programmes were solved again by another solver because their proof failed
    """

    _found: Malmquist
    _tables: UnitTables
    left_out: tuple[Any, ...]
    resolved: int

    @property
    def small_sample(self) -> bool:
        """Fewer units than three times the measures: the parts depend on very few of them."""
        return len(self._tables.units) < 3 * len(self._tables.measures)

    def to_frame(self) -> pd.DataFrame:
        """One row for each unit and step, from a year to the next in the table.

        Columns, each above 1 when things got better: `productivity`, the Malmquist index =
        `efficiency_change` (catching up with the frontier) x `technical_change` (the frontier's
        own move); `efficiency_change` = `pure_change` (practice) x `scale_change` (size).
        `infeasible`: a zero leaves nobody to compare with, and the index has no value.
        """
        found, units = self._found, self._tables.units
        columns = {name: getattr(found, name)[0].ravel() for name in PARTS}
        columns["infeasible"] = found.infeasible[0].ravel()
        return pd.DataFrame(columns, self._steps(units))

    def means(self) -> pd.DataFrame:
        """One row for each step: geometric means over the units, of those that have an index."""
        table = self.to_frame()
        good = table.loc[~table["infeasible"], list(PARTS)]
        logs = good.apply(np.log).groupby(level=["from", "to"], sort=False).mean()
        return logs.apply(np.exp)

    def chained(self) -> pd.DataFrame:
        """One row for each year, one column for each unit: productivity, the first year being 1."""
        steps = self._found.productivity[0]
        levels = np.concatenate((np.ones((1, steps.shape[1])), steps.cumprod(axis=0)))
        return pd.DataFrame(levels, self._tables.draws.rename("year"), self._tables.units.copy())

    def _steps(self, units: pd.Index[Any]) -> pd.MultiIndex:
        years = self._tables.draws
        rows = [(unit, start, end) for start, end in pairwise(years) for unit in units]
        return pd.MultiIndex.from_tuples(rows, names=["unit", "from", "to"])

    def _finding(self) -> str:
        change = self._found.productivity[0].prod(axis=0)
        years = self._tables.draws
        rose, known = int((change > 1).sum()), int((~np.isnan(change)).sum())
        text = (
            f"productivity rose for {rose} of {known} units, {years[0]} to {years[-1]}, "
            f"{len(years) - 1} step{'s' if len(years) > 2 else ''}"
        )
        if known < len(change):
            text += f"; without an index: {len(change) - known}"
        if self.left_out:
            text += f"; left out: {', '.join(map(str, self.left_out))}"
        if self.small_sample:
            text += f"; small sample: {len(change)} units for {len(self._tables.measures)} measures"
        return text

    def __repr__(self) -> str:
        return f"<ProductivityResult: {self._finding()}>"

    def _repr_html_(self) -> str:
        shown = frame_in_html(self.to_frame())
        return f"{shown}<p>{escape(self._finding())}</p>"


@checked
def productivity(inputs: Table, outputs: Table, missing: str = "refuse") -> ProductivityResult:
    """Compare every unit with itself one year later, by the frontiers of both years.

    The Malmquist index of Färe, Grosskopf, Lindgren & Roos (1992), with constant returns; its
    parts as in Färe, Grosskopf, Norris & Zhang (1994).

    Parameters
    ----------
    inputs, outputs : two levels of row names, year and unit, in the order of time; one column for
        each measure; the same units in every year. Numbers 0 or more
    missing : what to do with a unit that lacks an entry in some year: "refuse", or "leave out"

    Raises
    ------
    InputError
        With every cell that cannot be used; and with fewer than two years.

    >>> years = pd.MultiIndex.from_product([[2013, 2014], ["a", "b"]])
    >>> staff = pd.DataFrame({"staff": [2.0, 4, 2, 4]}, years)
    >>> hits = pd.DataFrame({"hits": [2.0, 2, 3, 4]}, years)
    >>> productivity(staff, hits)
    <ProductivityResult: productivity rose for 2 of 2 units, 2013 to 2014, 1 step; small sample: \
2 units for 2 measures>
    >>> productivity(staff, hits).to_frame()["technical_change"].tolist()
    [1.5, 1.5]
    """
    return change_of(unit_tables(inputs, outputs, missing=missing))


def change_of(tables: UnitTables) -> ProductivityResult:
    """Take the draws of tables as years in the order of time, see `productivity`."""
    if len(tables.draws) < 2:
        raise InputError(
            "inputs: there is one year only. Name the rows by year and unit, two years or more."
        )
    found = malmquist(tables.side("input", "undesirable"), tables.side("output"))
    return ProductivityResult(found, tables, tables.left_out, found.resolved)
