"""Which uncertainty is worth resolving first: what knowing it would add to the programme."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from capworth.case.model import Estimate
from capworth.methods.arguments import Bools, Floats
from capworth.methods.cost_benefit.prices import MILLION
from capworth.methods.portfolio.draws import best_in_neighbours
from capworth.methods.portfolio.relations import affordable
from capworth.methods.uncertainty.spline import smoothed
from capworth.methods.uncertainty.value_of_information import gain_of_change
from capworth.model.draws import OneWay
from capworth.model.result import Answer, Provenance
from capworth.model.simulation import CHUNK, ENVELOPED, Model, Sample, sampled
from capworth.programme.choice import Choice, asking_nothing, option_sets
from capworth.programme.selection import SCALE, Programme
from capworth.uncertainty.sensitivity import uncertain_inputs

DRAWS = 3_000  # of the sample, the first ones, through which the curves are laid
LEVELS = 25  # groups of draws by the level of an input, in each of which the best set is sought
CLEAR = 2.0  # standard errors from which a value is told from nothing


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Resolving(Answer):
    """Value of perfect information for the choice of the programme, all of it and by input."""

    _table: pd.DataFrame
    everything: float  # points, of knowing all inputs
    everything_error: float
    points_per_million: float  # what further money would buy: the price of an overspend
    looked_at: int  # inputs that move some improvement
    draws: int
    provenance: Provenance

    @property
    def clear(self) -> tuple[str, ...]:
        """The inputs whose value is told from nothing, most first."""
        return tuple(self._table.index[self._table["clear"]])

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table of this answer by its file name."""
        return {"information": self.to_frame()}

    def __repr__(self) -> str:
        first = f"; first {self.clear[0]}, {self._table['value'].iloc[0]:.2g}" if self.clear else ""
        return (
            f"<Resolving: knowing everything before choosing adds {self.everything:.2g} points; "
            f"{len(self.clear)} of {self.looked_at} inputs are worth knowing alone{first}>"
        )


def value_of_information(
    sample: Sample, programme: Programme | None, provenance: Provenance
) -> Resolving | None:
    """Value knowing each uncertain input before the programme is chosen.

    In points of score; where the objective of the case is another, in its unit (money in millions).

    The choice is that of the programme: the set of most expected gain within the budget at
    expected costs. Money that a set turns out to ask beyond its plan is taken from, and money that
    it saves goes to, the best other use, at the points that further budget would buy
    (`points_per_million`); so an input of cost counts too. Knowing an input means choosing the best
    set at each of its levels, all others as uncertain as before. Inputs that move no improvement
    one at a time around the modes are left out. Without knowing, the best set on the same draws is
    taken: the first `DRAWS`, and for everything `sampling.ENVELOPED`.

    Returns
    -------
    One row for each input: `value` (EVPPI) with its standard error, `share` of the value of
    knowing everything (EVPI), `clear` where the value is above two standard errors. None where
    there is no programme, nothing is chosen, or there are too many allowed sets to list.
    """
    if programme is None or not programme.chosen:
        return None
    case, model = sample.case, sample.model
    size = min(DRAWS, sample.draws, CHUNK)
    drawn = sampled(case, 0, size)
    price = _price(programme)
    choice = Choice.of(sample)
    sets = option_sets(choice)
    if sets is None:
        return None
    excess = (sample.drawn.asked[:size] - choice.asked) / MILLION
    measure = case.objective
    gains: Floats = getattr(sample.drawn.gains, measure)[:size] / SCALE[measure]
    worth = np.hstack([gains - price * excess, choice.worth.bonuses(gains)])
    plan = asking_nothing(choice, choice.grid_asked[None])[0]
    sets = sets[affordable(np.einsum("sp,p->s", sets, plan), programme.budget_m * MILLION)]
    taken = _best(worth.mean(axis=0, keepdims=True), sets)[0]
    inputs = _moving(model, uncertain_inputs(case, model), measure)
    rows = {}
    for estimate in inputs:
        level = drawn.of(estimate)
        smooth = smoothed(level, worth)
        order = level.argsort(kind="stable")
        starts = np.unique(np.arange(LEVELS) * size // LEVELS)
        sums = np.add.reduceat(smooth.fitted[order], starts)
        change = np.empty(worth.shape)
        change[order] = np.repeat(_best(sums, sets) - taken, np.diff([*starts, size]), axis=0)
        rows[estimate.name] = (
            *gain_of_change(smooth, worth, change),
            estimate.unit,
            estimate.grade,
            estimate.source,
        )
    whole, error = _everything(worth[:ENVELOPED], sets)
    table = pd.DataFrame.from_dict(
        rows, orient="index", columns=["value", "standard_error", "unit", "grade", "source"]
    )
    table.index.name = "input"
    table["share"] = table["value"] / whole if whole > 0 else np.nan
    table["clear"] = table["value"] > CLEAR * table["standard_error"]
    return Resolving(
        _table=table.sort_values("value", ascending=False, kind="stable"),
        everything=whole,
        everything_error=error,
        points_per_million=price,
        looked_at=len(inputs),
        draws=size,
        provenance=provenance,
    )


def _price(programme: Programme) -> float:
    """Most points that a million beyond the budget can buy, on the budget-value frontier."""
    steps = programme.frontier()
    budget, gain = steps["budget_m"].to_numpy(), steps["value"].to_numpy()
    now = int(affordable(budget, programme.budget_m).sum()) - 1
    more = budget[now + 1 :] - programme.budget_m
    return float(np.max((gain[now + 1 :] - gain[now]) / more, initial=0.0))


def _moving(model: Model, inputs: tuple[Estimate, ...], measure: str) -> Sequence[Estimate]:
    """Inputs that move what some improvement asks for or gains, one at a time."""
    drawn = model.answer(OneWay(inputs))
    both = np.hstack([drawn.asked, getattr(drawn.gains, measure)])
    moved = (np.abs(both - both[0]) > 1e-9 * np.abs(both).max(axis=0)).any(axis=1)
    ends = moved[1:].reshape(-1, 2).any(axis=1)
    return [e for e, counts in zip(inputs, ends, strict=True) if counts]


def _best(worth: Floats, sets: Bools) -> Floats:
    """Most worth in each row (rows, improvements): 1 for what the best affordable set holds."""
    free = np.zeros(worth.shape)
    return sets[best_in_neighbours(free, worth, sets, 0.0)].astype(np.float64)


def _everything(worth: Floats, sets: Bools) -> tuple[float, float]:
    """Value of choosing anew in every draw, and its standard error."""
    change = _best(worth, sets) - _best(worth.mean(axis=0, keepdims=True), sets)
    lead = np.einsum("np,np->n", worth, change)
    return float(lead.mean()), float(lead.std(ddof=1) / np.sqrt(len(lead))) if len(
        lead
    ) > 1 else 0.0
