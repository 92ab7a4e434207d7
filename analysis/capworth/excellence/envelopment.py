"""The comparison of units by envelopment analysis, asked on tables with names.

Units compared with the best mixtures of them: scores, peers, targets and weights as tables.

Which units do most with least, whom the others can learn from, and what that would change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any, Final, Self, TypeAlias

import numpy as np
import pandas as pd

from capworth.errors import InputError, nearest
from capworth.excellence.envelopment_models import MODELS, Asked, Compared, understood
from capworth.excellence.productivity import change_of
from capworth.excellence.unit_tables import Ratios, Table, UnitTables, unit_tables, weight_bounds
from capworth.methods.arguments import Bools, Floats, checked, known
from capworth.methods.envelopment.bootstrap import bootstrap
from capworth.methods.envelopment.cross_efficiency import ATTITUDES, cross_efficiency
from capworth.methods.envelopment.dea import scale_efficiency
from capworth.methods.envelopment.economic_efficiency import (
    PriceEfficiency,
    cost_efficiency,
    revenue_efficiency,
)
from capworth.methods.envelopment.slacks import closest_targets
from capworth.methods.envelopment.technology import NEGLIGIBLE
from capworth.model.result import ends, frame_in_html

DUST = 1e-12  # a change of less than this share is the rounding of none


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Comparison:
    """Efficiency of units against the best mixtures of them. Every table handed out is a copy.

    Where the tables held several draws (draws, years), every draw has a frontier of its own, and
    tables show means over the draws; `by_world` shows each.
    """

    _found: Compared
    _tables: UnitTables
    _asked: Asked

    @classmethod
    def of(cls, tables: UnitTables, asked: Asked) -> Self:
        """Answer what is asked of the units."""
        with tables.in_names():
            return cls(MODELS[asked.model].compare(tables, asked), tables, asked)

    @property
    def efficient(self) -> tuple[Any, ...]:
        """Units on the frontier without slacks, in the order of the table; in every draw."""
        return _where(self._found.efficient.all(axis=0), self._tables)

    @property
    def infeasible(self) -> tuple[Any, ...]:
        """Units that no mixture of the others can be compared with, in any draw."""
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
        Over several draws: means; `efficiency_low` and `efficiency_high`, 80 % of the draws;
        `p_efficient`; `main_peer`, most often a peer, with its probability `p_main_peer`.
        """
        found, several = self._found, len(self._tables.draws) > 1
        columns: dict[str, Any] = {"score": found.score.mean(axis=0)}
        if found.efficiency is not None:
            columns["efficiency"] = found.efficiency.mean(axis=0)
            if several:
                low, high = ends(found.efficiency)
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

    def by_draw(self) -> pd.DataFrame:
        """One row for each draw and unit: `score`, `efficiency`, `efficient`, further columns."""
        found, tables = self._found, self._tables
        index = pd.MultiIndex.from_product([tables.draws, tables.units], names=["draw", "unit"])
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

        An efficient unit is its own peer. Over several draws: `probability`, the share of draws
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
        """One row for each unit and measure, in the measure's own unit; means over draws.

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
        """One row for each unit and measure: what lets the unit look its best; means over draws.

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
        draws = len(self._tables.draws)
        if draws > 1:
            text += f"; in every one of {draws:,} draws"
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
        shown = frame_in_html(self.to_frame())
        return f"{shown}<p>{escape(self._finding())}</p>"


def _where(units: Any, tables: UnitTables) -> tuple[Any, ...]:
    """Names of the units (units,) that are marked."""
    return tuple(tables.units[np.flatnonzero(units)])


def _listed(units: tuple[Any, ...]) -> str:
    return ", ".join(map(str, units))


Prices: TypeAlias = "Mapping[Any, float] | pd.Series[float] | pd.DataFrame | Sequence[float]"
SCALE_WORDS: Final = {0: "constant", 1: "increasing", -1: "decreasing"}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class EnvelopmentResult(Comparison):
    """The comparison that was asked for, and the further questions that it can be asked.

    See `to_frame`, `peers`, `targets`, `weights` and `by_world` for what was found; each further
    question is answered anew from the same units.
    """

    def scale(self) -> pd.DataFrame:
        """Efficiency parted into practice and size; means over draws.

        Columns: `overall`, with constant returns; `pure`, with variable returns; `scale`, overall
        / pure, 1 at the best size; `returns`, constant, increasing (too small) or decreasing (too
        large), over several draws the most frequent, with its probability `p_returns`.
        """
        orientation = self._asked.orientation
        if orientation not in ("input", "output"):
            raise InputError(f"scale: {orientation!r} orientation has none. Ask input or output.")
        x, y = self._tables.side("input", "undesirable"), self._tables.side("output")
        with self._tables.in_names():
            found = scale_efficiency(x, y, orientation)
        shares = np.array([(found.returns == code).mean(axis=0) for code in SCALE_WORDS])
        words = np.array(list(SCALE_WORDS.values()), dtype=object)
        columns: dict[str, Any] = {
            "overall": found.overall.mean(axis=0),
            "pure": found.pure.mean(axis=0),
            "scale": found.scale.mean(axis=0),
            "returns": words[shares.argmax(axis=0)],
        }
        if len(self._tables.draws) > 1:
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
        with self._tables.in_names():
            matrix = cross_efficiency(x, y, attitude).matrix.mean(axis=0)
        return pd.DataFrame(matrix, units.rename("judge"), units.copy())

    def closest_targets(self) -> pd.DataFrame:
        """The efficient amounts that ask for the least change; a row for each unit and measure.

        Columns as in `targets` without slack; `effort`, the sum of the unit's changes, each as a
        share of the largest amount of its measure.
        """
        tables = self._one_draw("closest targets")
        x, y = tables.side("input", "undesirable"), tables.side("output")
        with tables.in_names():
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
        tables = self._one_draw("bootstrap")
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
        """Least cost of the outputs over the cost, and its two parts; means over draws.

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
        """Change from each draw to the next, the draws taken as years; see `productivity`."""
        return change_of(self._tables).to_frame()

    def _anew(self, **changes: Any) -> pd.DataFrame:
        plain = {"fixed": None, "direction": None, "restrictions": None, "disposal": "strong"}
        return type(self).of(self._tables, replace(self._asked, **plain | changes)).to_frame()

    def _one_draw(self, what: str) -> UnitTables:
        if len(self._tables.draws) > 1:
            raise InputError(
                f"{what}: the tables hold {len(self._tables.draws)} draws. Ask it of one of "
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


Amounts: TypeAlias = "Mapping[Any, float] | pd.Series[float] | pd.DataFrame"
DISPOSALS = ("strong", "weak")


@checked
def envelopment(
    inputs: Table,
    outputs: Table,
    returns: str | None = None,
    orientation: str | None = None,
    *,
    model: str = "radial",
    undesirable: Table | None = None,
    disposal: str = "strong",
    fixed_inputs: Sequence[Any] = (),
    direction: Amounts | None = None,
    restrictions: pd.DataFrame | None = None,
    ratios: Ratios | None = None,
    swing_weights: pd.DataFrame | None = None,
    slack_weights: str | Amounts = "range",
    attitude: str = "benevolent",
    missing: str = "refuse",
) -> EnvelopmentResult:
    """Compare every unit with the best mixture of units.

    Parameters
    ----------
    inputs, outputs : one row for each unit, one column for each measure; the same units, whose
        order is that of `inputs`. Numbers 0 or more; name a column with its unit. With two levels
        of row names the first names a draw (a draw, a year): every draw has its own frontier
    returns : "variable" (also "vrs"), "constant" ("crs"), "nonincreasing" ("nirs", "drs") or
        "nondecreasing" ("ndrs", "irs"); variable by default
    orientation : "output", "input" or "directional" (all by the same share); of the slack-based
        model "none", "input" or "output". By default the first of these; "directional" with
        undesirable outputs
    model : "radial" (also "ccr", with constant returns, and "bcc", with variable returns), slacks
        in a second stage; "additive"; "slack-based" ("sbm"); "super-efficiency" ("super");
        "cross-efficiency" ("cross"); "free-disposal" ("fdh"), single units instead of mixtures
    undesirable : outputs that nobody wants, less of which is better (false hits), as a table like
        `outputs`
    disposal : "strong", undesirable outputs are treated like inputs; "weak", a mixture has exactly
        as many as are allowed, because fewer cost output too (constant returns, directional)
    fixed_inputs : columns of `inputs` that nobody can change (non-discretionary)
    direction : with orientation "directional", how much of each measure changes per unit of score,
        by the measure's name, others not; a table to give each unit its own. Its own amounts by
        default
    restrictions : one row for each restriction, columns named like measures: the sum of numbers x
        weights is 0 or less; measures without a column do not take part
    ratios : assurance regions, `{("nurses", "doctors"): (0.2, 5.0)}`: least and most of the weight
        of the first over that of the second; None for no bound
    swing_weights : elicited swing weights, one row for each output, columns `least` and `most` on
        any common scale, and `swing`, the gain that was weighed, in units of the output (1 where
        there is none): the envelopment uses no weights that the value tree would not
    slack_weights : of the additive model: "range" (range-adjusted measure, RAM), "own" (shares of
        the unit's own amounts, MIP), "bounded" (BAM), "deviation" (normalised), "ones" (plain sum),
        or a number for each measure by its name
    attitude : of cross-efficiency: "benevolent" or "aggressive"
    missing : what to do with a unit that lacks an entry: "refuse" the table, or "leave out" the
        unit and name it in the answer

    Raises
    ------
    InputError
        With every unit and column that cannot be used, and how to mend it; and for words that are
        not known or do not go together.

    Notes
    -----
    Zeros are taken as they are: a unit that uses none of an input is compared only with mixtures
    that use none of it. A unit needs an input and an output above 0. The sources of the models
    stand in the docstrings of `methods.envelopment`.

    >>> staff = pd.DataFrame({"staff": [2, 4, 8, 4]}, ["a", "b", "c", "d"])
    >>> hits = pd.DataFrame({"hits": [1, 5, 8, 2]}, ["a", "b", "c", "d"])
    >>> answer = envelopment(staff, hits)
    >>> answer.efficient
    ('a', 'b', 'c')
    >>> float(answer.to_frame().loc["d", "score"])
    2.5
    """
    if returns is None and disposal == "weak":
        returns = "constant"  # with others it is no linear programme
    name, scale, way = understood(model, returns, orientation, undesirable=undesirable is not None)
    _refuse_options(
        name,
        fixed_inputs=len(fixed_inputs) > 0,
        direction=direction is not None,
        restrictions=any(given is not None for given in (restrictions, ratios, swing_weights)),
        disposal=disposal != "strong",
        slack_weights=not (isinstance(slack_weights, str) and slack_weights == "range"),
        attitude=attitude != "benevolent",
    )
    known(disposal, "disposal", DISPOSALS)
    known(attitude, "attitude", ATTITUDES)
    tables = unit_tables(inputs, outputs, undesirable, missing)
    return EnvelopmentResult.of(
        tables,
        Asked(
            model=name,
            returns=scale,
            orientation=way,
            fixed=_fixed(fixed_inputs, tables),
            direction=_direction(direction, tables),
            restrictions=weight_bounds(tables, restrictions, ratios, swing_weights),
            disposal=disposal,
            slack_weights=slack_weights
            if isinstance(slack_weights, str)
            else _amounts(slack_weights, tables, "slack_weights"),
            attitude=attitude,
        ),
    )


def _refuse_options(model: str, **given: bool) -> None:
    for option, value in given.items():
        if value and option not in MODELS[model].options:
            where = [name for name, found in MODELS.items() if option in found.options]
            raise InputError(
                f"{option}: this does not go with model {model!r}. Leave it out, or use model "
                f"{' or '.join(map(repr, where))}."
            )


def _fixed(names: Sequence[Any], tables: UnitTables) -> Bools | None:
    """True for the inputs, undesirable outputs behind them, that nobody can change."""
    names = (names,) if isinstance(names, str) else names
    inputs = tables.named("input")
    for name in names:
        if name not in inputs:
            raise InputError(
                f"fixed_inputs: {name!r} is no input. {nearest(str(name), map(str, inputs))}"
            )
    if not len(names):
        return None
    fixed: Bools = np.isin(tables.named("input", "undesirable"), list(names))
    return fixed


def _direction(given: Amounts | None, tables: UnitTables) -> tuple[Floats, Floats] | None:
    if given is None:
        return None
    amounts = _amounts(given, tables, "direction")
    made = np.array([side == "output" for side in tables.sides])
    return amounts[..., ~made], amounts[..., made]


def _amounts(given: Amounts, tables: UnitTables, what: str) -> Floats:
    """(measures,) or (units, measures), 0 where nothing is said of a measure."""
    table = given if isinstance(given, pd.DataFrame) else pd.DataFrame([dict(given)])
    for name in table.columns:
        if name not in tables.measures:
            raise InputError(
                f"{what}: {name!r} is no measure. {nearest(str(name), map(str, tables.measures))}"
            )
    numbers = table.reindex(columns=list(tables.measures), fill_value=0)
    if not isinstance(given, pd.DataFrame):
        one: Floats = numbers.to_numpy(dtype=float)[0]
        return one
    absent = tables.units.difference(table.index)
    if len(absent):
        raise InputError(f"{what}: there is no row for unit {absent[0]!r}. Add it.")
    each: Floats = numbers.loc[tables.units].to_numpy(dtype=float)
    return each
