"""Which units do most with least, whom the others can learn from, and what that would change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

import numpy as np
import pandas as pd

from capworth.comparison import Comparison
from capworth.efficiencymodels import MODELS
from capworth.errors import InputError, nearest
from capworth.methods.arguments import Floats
from capworth.methods.envelopment.bootstrap import bootstrap
from capworth.methods.envelopment.cross_efficiency import cross_efficiency
from capworth.methods.envelopment.envelopment import scale_efficiency
from capworth.methods.envelopment.prices import PriceEfficiency, cost_efficiency, revenue_efficiency
from capworth.methods.envelopment.slacks import closest_targets
from capworth.productivitychange import change_of
from capworth.unittables import UnitTables

Prices: TypeAlias = "Mapping[Any, float] | pd.Series[float] | pd.DataFrame | Sequence[float]"
SCALE_WORDS: Final = {0: "constant", 1: "increasing", -1: "decreasing"}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class EnvelopmentResult(Comparison):
    """The comparison that was asked for, and the further questions that it can be asked.

    See `to_frame`, `peers`, `targets`, `weights` and `by_world` for what was found; each further
    question is answered anew from the same units.
    """

    def scale(self) -> pd.DataFrame:
        """Efficiency parted into practice and size; means over worlds.

        Columns: `overall`, with constant returns; `pure`, with variable returns; `scale`, overall
        / pure, 1 at the best size; `returns`, constant, increasing (too small) or decreasing (too
        large), over several worlds the most frequent, with its probability `p_returns`.
        """
        orientation = self._asked.orientation
        if orientation not in ("input", "output"):
            raise InputError(f"scale: {orientation!r} orientation has none. Ask input or output.")
        x, y = self._tables.side("input", "undesirable"), self._tables.side("output")
        found = scale_efficiency(x, y, orientation)
        shares = np.array([(found.returns == code).mean(axis=0) for code in SCALE_WORDS])
        words = np.array(list(SCALE_WORDS.values()), dtype=object)
        columns: dict[str, Any] = {
            "overall": found.overall.mean(axis=0),
            "pure": found.pure.mean(axis=0),
            "scale": found.scale.mean(axis=0),
            "returns": words[shares.argmax(axis=0)],
        }
        if len(self._tables.worlds) > 1:
            columns["p_returns"] = shares.max(axis=0)
        return pd.DataFrame(columns, index=self._tables.units.copy())

    def super_efficiency(self) -> pd.DataFrame:
        """Each unit against the others alone, in the same returns and orientation; `to_frame`."""
        words = MODELS["super-efficiency"].orientations
        way = self._asked.orientation if self._asked.orientation in words else words[0]
        return self._anew(model="super-efficiency", orientation=way)

    def cross_efficiency(self, attitude: str = "benevolent") -> pd.DataFrame:
        """Each unit with the weights of every other, constant returns.

        Parameters
        ----------
        attitude : "benevolent" or "aggressive", what judges do with the freedom that is left when
            they look their best

        Returns
        -------
        `score`, mean over all judges; `own` efficiency; mean `by_others`; `maverick`, by which
        share the own judgement is better than that of the others.
        """
        return self._anew(
            model="cross-efficiency", returns="constant", orientation="none", attitude=attitude
        )

    def cross_matrix(self, attitude: str = "benevolent") -> pd.DataFrame:
        """Efficiency of the unit in the column with the weights of the unit in the row."""
        x, y = self._tables.side("input", "undesirable"), self._tables.side("output")
        units = self._tables.units
        matrix = cross_efficiency(x, y, attitude).matrix.mean(axis=0)
        return pd.DataFrame(matrix, units.rename("judge"), units.copy())

    def closest_targets(self) -> pd.DataFrame:
        """The efficient amounts that ask for the least change; a row for each unit and measure.

        Columns as in `targets` without slack; `effort`, the sum of the unit's changes, each as a
        share of the largest amount of its measure.
        """
        tables = self._one_world("closest targets")
        x, y = tables.side("input", "undesirable"), tables.side("output")
        found = closest_targets(x, y, self._asked.returns)
        target = np.concatenate((found.input_target, found.output_target), axis=1)
        return tables.long(
            {
                "today": tables.amounts[0],
                "target": target,
                "change": target - tables.amounts[0],
                "effort": np.repeat(found.change, len(tables.measures)),
            }
        )

    def bootstrap(
        self,
        replications: int = 2000,
        confidence: float = 0.95,
        seed: int = 0,
        bandwidth: float | None = None,
    ) -> pd.DataFrame:
        """Scores less their bias, with intervals: the best that is possible was never all observed.

        Simar & Wilson (1998). Columns: `efficiency`, 0 to 1, as found; `corrected`; `low` and
        `high`, which hold the true efficiency with the asked confidence; `bias` and `deviation` of
        1 / efficiency. Parameters as in `methods.envelopment.bootstrap`.
        """
        tables = self._one_world("bootstrap")
        found = bootstrap(
            tables.side("input", "undesirable")[0],
            tables.side("output")[0],
            self._asked.returns,
            self._asked.orientation,
            replications=replications,
            confidence=confidence,
            seed=seed,
            bandwidth=bandwidth,
        )
        names = ("efficiency", "corrected", "low", "high", "bias", "deviation")
        return pd.DataFrame({name: getattr(found, name) for name in names}, tables.units.copy())

    def cost_efficiency(self, prices: Prices) -> pd.DataFrame:
        """Least cost of the outputs over the cost, and its two parts; means over worlds.

        Parameters
        ----------
        prices : of each input, by its name; a table to give each unit its own

        Returns
        -------
        `overall`, `technical` (needs no prices), `allocative` = overall / technical, and
        `best_...`, the amounts of least cost.
        """
        tables = self._without_undesirable("cost efficiency")
        worth = _prices(prices, tables, "input")
        x, y = tables.side("input"), tables.side("output")
        found = cost_efficiency(x, y, worth, self._asked.returns)
        return _price_table(found, tables, "input")

    def revenue_efficiency(self, prices: Prices) -> pd.DataFrame:
        """Revenue over the most that the inputs could earn; as `cost_efficiency`, for outputs."""
        tables = self._without_undesirable("revenue efficiency")
        worth = _prices(prices, tables, "output")
        x, y = tables.side("input"), tables.side("output")
        found = revenue_efficiency(x, y, worth, self._asked.returns)
        return _price_table(found, tables, "output")

    def malmquist(self) -> pd.DataFrame:
        """Change from each world to the next, the worlds taken as years; see `productivity`."""
        return change_of(self._tables).to_frame()

    def _anew(self, **changes: Any) -> pd.DataFrame:
        plain = {"fixed": None, "direction": None, "restrictions": None, "disposal": "strong"}
        return type(self).of(self._tables, replace(self._asked, **plain | changes)).to_frame()

    def _one_world(self, what: str) -> UnitTables:
        if len(self._tables.worlds) > 1:
            raise InputError(
                f"{what}: the tables hold {len(self._tables.worlds)} worlds. Ask it of one of "
                "them, such as the most likely."
            )
        return self._tables

    def _without_undesirable(self, what: str) -> UnitTables:
        if self._tables.named("undesirable"):
            raise InputError(f"{what}: undesirable outputs have no price here. Leave them out.")
        return self._tables


def _prices(prices: Prices, tables: UnitTables, side: str) -> Floats:
    """(measures,) or (units, measures) prices in the order of the tables."""
    names = list(tables.named(side))
    if not isinstance(prices, Mapping | pd.Series | pd.DataFrame):
        listed = np.atleast_1d(np.asarray(prices, dtype=np.float64))
        if listed.shape != (len(names),):
            raise InputError(f"prices: shape {listed.shape}. Give one of each {side}: {names}.")
        prices = dict(zip(names, listed.tolist(), strict=True))
    given = prices if isinstance(prices, pd.DataFrame) else pd.DataFrame([dict(prices)])
    for name in given.columns:
        if name not in names:
            raise InputError(
                f"prices: {name!r} is no {side}. {nearest(str(name), map(str, names))}"
            )
    for name in names:
        if name not in given.columns:
            raise InputError(f"prices: {name!r} has none. Give a price of every {side}.")
    if isinstance(prices, pd.DataFrame):
        absent = tables.units.difference(prices.index)
        if len(absent):
            raise InputError(f"prices: there is no row for unit {absent[0]!r}. Add it.")
        given = prices.loc[tables.units]
    worth: Floats = given[names].to_numpy(dtype=float)
    return worth if isinstance(prices, pd.DataFrame) else worth[0]


def _price_table(found: PriceEfficiency, tables: UnitTables, side: str) -> pd.DataFrame:
    parts = {
        "overall": found.overall,
        "technical": found.technical,
        "allocative": found.allocative,
        **{f"best_{name}": found.best[..., k] for k, name in enumerate(tables.named(side))},
    }
    return pd.DataFrame({name: part.mean(axis=0) for name, part in parts.items()}, tables.units)
