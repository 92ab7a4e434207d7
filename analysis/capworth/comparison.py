"""Units compared with the best mixtures of them: scores, peers, targets and weights as tables."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any, Self

import numpy as np
import pandas as pd

from capworth.efficiencymodels import MODELS, Asked, Compared
from capworth.errors import InputError
from capworth.methods.arguments import Bools, Floats
from capworth.methods.envelopment.technology import NEGLIGIBLE
from capworth.unittables import UnitTables

DUST = 1e-12  # a change of less than this share is the rounding of none
LOW, HIGH = 10, 90  # percentiles of the 80 % interval over worlds


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Comparison:
    """Efficiency of units against the best mixtures of them. Every table handed out is a copy.

    Where the tables held several worlds (draws, years), every world has a frontier of its own, and
    tables show means over the worlds; `by_world` shows each.
    """

    _found: Compared
    _tables: UnitTables
    _asked: Asked

    @classmethod
    def of(cls, tables: UnitTables, asked: Asked) -> Self:
        """Answer what is asked of the units."""
        return cls(MODELS[asked.model].compare(tables, asked), tables, asked)

    @property
    def efficient(self) -> tuple[Any, ...]:
        """Units on the frontier without slacks, in the order of the table; in every world."""
        return _where(self._found.efficient.all(axis=0), self._tables)

    @property
    def infeasible(self) -> tuple[Any, ...]:
        """Units that no mixture of the others can be compared with, in any world."""
        return _where(np.isnan(self._found.score).any(axis=0), self._tables)

    @property
    def left_out(self) -> tuple[Any, ...]:
        """Units that were not compared, because an entry is missing."""
        return self._tables.left_out

    @property
    def small_sample(self) -> bool:
        """Fewer units than three times the measures: many look efficient for want of others."""
        return len(self._tables.units) < 3 * len(self._tables.measures)

    @property
    def resolved(self) -> int:
        """How many programmes were solved again by another solver because their proof failed."""
        return self._found.resolved

    def to_frame(self) -> pd.DataFrame:
        """One row for each unit.

        Columns: `score` as the model says it (radial, input: share of the inputs that would do;
        output: factor by which outputs could grow; directional: how often the direction fits in;
        additive: weighted sum of slacks; super-efficiency: above 1 by input, below 1 by output,
        empty where infeasible); `efficiency`, 1 on the frontier; `efficient`, without slacks too;
        `times_peer`, for how many others it is a peer; `main_peer`, the peer of largest intensity.
        Over several worlds: means; `efficiency_low` and `efficiency_high`, 80 % of the worlds;
        `p_efficient`; `main_peer`, most often a peer, with its probability `p_main_peer`.
        """
        found, several = self._found, len(self._tables.worlds) > 1
        columns: dict[str, Any] = {"score": found.score.mean(axis=0)}
        if found.efficiency is not None:
            columns["efficiency"] = found.efficiency.mean(axis=0)
            if several:
                low, high = np.percentile(found.efficiency, (LOW, HIGH), axis=0)
                columns |= {"efficiency_low": low, "efficiency_high": high}
        if several:
            columns["p_efficient"] = found.efficient.mean(axis=0)
        else:
            columns["efficient"] = found.efficient[0]
        for name, part in found.more.items():
            columns[name] = part.mean(axis=0) if several else part[0]
        if found.intensities is not None:
            columns |= self._peer_columns(found.intensities)
        return pd.DataFrame(columns, index=self._tables.units.copy())

    def _peer_columns(self, intensities: Floats) -> dict[str, Any]:
        peers = np.nan_to_num(intensities) > NEGLIGIBLE
        counts = peers.sum(axis=1) - np.diagonal(peers, axis1=1, axis2=2)
        units = self._tables.units
        if len(intensities) == 1:
            intensity = np.nan_to_num(intensities[0])
            named = np.where(
                peers[0].any(axis=1), units[intensity.argmax(axis=1)].astype(object), None
            )
            return {"times_peer": counts[0], "main_peer": named}
        share = peers.mean(axis=0)
        return {
            "times_peer": counts.mean(axis=0),
            "main_peer": units[share.argmax(axis=1)],
            "p_main_peer": share.max(axis=1),
        }

    def by_world(self) -> pd.DataFrame:
        """One row for each world and unit: `score`, `efficiency`, `efficient`, further columns."""
        found, tables = self._found, self._tables
        index = pd.MultiIndex.from_product([tables.worlds, tables.units], names=["world", "unit"])
        parts: dict[str, Floats | Bools | None] = {
            "score": found.score,
            "efficiency": found.efficiency,
            "efficient": found.efficient,
            **found.more,
        }
        shown = {name: part.ravel() for name, part in parts.items() if part is not None}
        return pd.DataFrame(shown, index)

    def peers(self) -> pd.DataFrame:
        """One row for each unit and peer: `intensity`, and its `share` of all intensities.

        An efficient unit is its own peer. Over several worlds: `probability`, the share of worlds
        in which it is a peer, with the means of `intensity` and `share`.
        """
        intensity = np.nan_to_num(self._given("intensities"))
        often = (intensity > NEGLIGIBLE).mean(axis=0)
        total = intensity.sum(axis=2, keepdims=True)
        share = np.divide(intensity, total, out=np.zeros_like(intensity), where=total > 0)
        unit, peer = np.nonzero(often)
        units = self._tables.units
        columns: dict[str, Any] = {"unit": units[unit], "peer": units[peer]}
        if len(intensity) > 1:
            columns["probability"] = often[unit, peer]
        columns |= {
            "intensity": intensity.mean(axis=0)[unit, peer],
            "share": share.mean(axis=0)[unit, peer],
        }
        return pd.DataFrame(columns)

    def targets(self) -> pd.DataFrame:
        """One row for each unit and measure, in the measure's own unit; means over worlds.

        Columns: `side`, input, undesirable or output; `today`; `target`; `change`, target - today;
        `slack`, the part of the change beyond what is the same share for all measures.
        """
        tables = self._tables
        less = np.array([side != "output" for side in tables.sides])
        today, target = tables.amounts.mean(axis=0), self._given("target").mean(axis=0)
        target = np.where(np.abs(target - today) <= DUST * today, today, target)
        slack = self._given("slack").mean(axis=0)
        return tables.long(
            {
                "today": today,
                "target": target,
                "change": target - today,
                "slack": np.where(less, 0 - slack, slack),
            }
        )

    def weights(self) -> pd.DataFrame:
        """One row for each unit and measure: what lets the unit look its best; means over worlds.

        Columns: `weight` per unit of measure; `virtual`, weight x amount, the virtual input or
        output; `share`, the same as a share of its side: on which measures the score rests.
        Weights need not be unique.
        """
        weight, tables = self._given("weight"), self._tables
        worth = weight * tables.amounts
        made = np.array([side == "output" for side in tables.sides])
        share = np.zeros_like(worth)
        for side in (made, ~made):
            total = worth[..., side].sum(axis=2, keepdims=True)
            part = np.zeros_like(worth[..., side])
            share[..., side] = np.divide(worth[..., side], total, out=part, where=total > 0)
        parts = {"weight": weight, "virtual": worth, "share": share}
        return tables.long({name: part.mean(axis=0) for name, part in parts.items()})

    def _given(self, part: str) -> Floats:
        """A part of the answer that not every model gives."""
        found: Floats | None = getattr(self._found, part)
        if found is None:
            raise InputError(
                f"{part}: {self._asked.model} has none. Compare with model 'radial' to see them."
            )
        return found

    def _finding(self) -> str:
        asked, units = self._asked, len(self._tables.units)
        model = "" if asked.model == "radial" else f"{asked.model}, "
        way = "" if asked.orientation == "none" else f", {asked.orientation} orientation"
        text = (
            f"{len(self.efficient)} of {units} units efficient, {model}{asked.returns} returns{way}"
        )
        worlds = len(self._tables.worlds)
        if worlds > 1:
            text += f"; in every one of {worlds:,} worlds"
        if self.infeasible:
            text += f"; infeasible: {_listed(self.infeasible)}"
        if self.left_out:
            text += f"; left out: {_listed(self.left_out)}"
        if self.resolved:
            text += f"; {self.resolved} programmes solved again"
        if self.small_sample:
            text += f"; small sample: {units} units for {len(self._tables.measures)} measures"
        return text

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self._finding()}>"

    def _repr_html_(self) -> str:
        shown = self.to_frame().to_html(float_format="{:.3f}".format, border=0)
        return f"{shown}<p>{escape(self._finding())}</p>"


def _where(units: Any, tables: UnitTables) -> tuple[Any, ...]:
    """Names of the units (units,) that are marked."""
    return tuple(tables.units[np.flatnonzero(units)])


def _listed(units: tuple[Any, ...]) -> str:
    return ", ".join(map(str, units))
