"""How the productivity of units changed from year to year: catching up, and the frontier's move."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from capworth.errors import InputError
from capworth.methods.envelopment.productivity import Malmquist, malmquist
from capworth.unittables import Table, UnitTables, unit_tables

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
        return pd.DataFrame(levels, self._tables.worlds.rename("year"), self._tables.units.copy())

    def _steps(self, units: pd.Index[Any]) -> pd.MultiIndex:
        years = self._tables.worlds
        rows = [(unit, start, end) for start, end in pairwise(years) for unit in units]
        return pd.MultiIndex.from_tuples(rows, names=["unit", "from", "to"])

    def _finding(self) -> str:
        change = self._found.productivity[0].prod(axis=0)
        years = self._tables.worlds
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
        shown = self.to_frame().to_html(float_format="{:.3f}".format, border=0)
        return f"{shown}<p>{escape(self._finding())}</p>"


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
    """Take the worlds of tables as years in the order of time, see `productivity`."""
    if len(tables.worlds) < 2:
        raise InputError(
            "inputs: there is one year only. Name the rows by year and unit, two years or more."
        )
    found = malmquist(tables.side("input", "undesirable"), tables.side("output"))
    return ProductivityResult(found, tables, tables.left_out, found.resolved)
