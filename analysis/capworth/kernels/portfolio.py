"""The best set of projects for every budget at once: the whole budget-value frontier."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.kernels.arguments import finite
from capworth.kernels.arrays import Bools, Floats, Ints
from capworth.kernels.drawwise import best_over_draws, core_index
from capworth.kernels.grains import in_grains
from capworth.kernels.priority import priority_order
from capworth.kernels.ranges import above, within
from capworth.kernels.relations import Relations, feasible_sets, synergy_totals, towers
from capworth.kernels.spendtable import spend_table

__all__ = [
    "Frontier",
    "Relations",
    "best_over_draws",
    "budget_frontier",
    "core_index",
    "feasible_sets",
    "priority_order",
    "towers",
]

LOWEST: Final = np.iinfo(np.int64).min // 4  # below every value
ROUNDING: Final = 1e-9  # of a grid unit: what exceeds a whole number by less is that number
MOST_STEPS: Final = float(1 << 53)  # of the grid; whole numbers beyond are not exact


@dataclass(frozen=True, slots=True, eq=False)
class Frontier:
    """The best set for every budget: where it changes, what it costs and gives.

    Attributes
    ----------
    cost : (steps,) budget on the grid from which the set is the best one; rising
    value : (steps,) its value, synergies included; rising
    chosen : (steps, projects)
    spent : (steps,) cost of the set before rounding up; never above `cost`
    unit : step of the grid
    limit : the last budget looked at; infinite when nothing was left out
    """

    cost: Floats
    value: Floats
    chosen: Bools
    spent: Floats
    unit: float
    limit: float

    def best(self, budget: float) -> int:
        """Step that is best within a budget; InputError where not even the first is affordable."""
        step = int(self.steps(budget))
        if step < 0:
            raise InputError(
                f"budget: {budget:g} does not pay for what must be done ({self.cost[0]:g}). "
                "Raise it."
            )
        return step

    def steps(self, budgets: ArrayLike) -> Ints:
        """Step that is best within each budget (...), -1 where none is affordable."""
        asked = np.asarray(budgets, dtype=np.float64)
        beyond = np.isnan(asked) | (asked >= self.limit + self.unit * (1 - ROUNDING))
        if beyond.any():
            raise InputError(
                f"budget: {asked[beyond].flat[0]:g} lies beyond the limit {self.limit:g} of this "
                "frontier. Compute it with a higher limit."
            )
        affordable = asked + ROUNDING * self.unit
        return np.asarray(np.searchsorted(self.cost, affordable, side="right") - 1, dtype=np.int64)


def budget_frontier(
    cost: ArrayLike,
    value: ArrayLike,
    relations: Relations,
    unit: float = 1.0,
    limit: float | None = None,
) -> Frontier:
    """Exact best set for every budget up to a limit.

    Most value; of equals the cheapest; of these the one that takes the first-listed project on
    which they differ. Values add up, with the bonus of each pair that is taken together. Costs are
    rounded up to whole units first, so that no set is dearer than it seems; the answer is exact
    for the rounded costs. Sums that agree in twelve digits are equal.

    Parameters
    ----------
    cost, value : (projects,) in one unit each; cost 0 or more, value of any sign
    relations : which sets are allowed, and the bonus of pairs
    unit : step of money to which costs are rounded up
    limit : the largest budget of interest; all of them when left out

    Raises
    ------
    InputError
        When no set is allowed, or none is affordable within the limit, or the grid is so fine
        for such entangled relations that the tables would not fit into memory.

    Notes
    -----
    Dynamic programme over the exact spend (Kellerer, Pferschy & Pisinger 2004, Knapsack Problems,
    ch. 2) along a path decomposition of the relations (Bodlaender 1998, Theoretical Computer
    Science 209, 1-45). Time grows as projects x grid steps x statuses open at a time.
    """
    prices = within(_each(cost, "cost", relations.n), "cost", 0)
    worth = _each(value, "value", relations.n)
    step = float(above(unit, "unit"))
    units = np.ceil(prices / step - ROUNDING)
    reach = float(units.sum())
    if limit is not None:
        reach = min(reach, np.floor(float(within(limit, "limit", 0)) / step + ROUNDING))
    whole = reach == units.sum()
    if reach > MOST_STEPS:
        raise InputError(
            f"unit: {reach:.3g} steps of {step:g} are too many. Choose a coarser unit or a lower "
            "limit."
        )
    units = np.minimum(units, reach + 1)  # what is dearer than the limit is never taken
    bonus = np.array([extra for _, _, extra in relations.synergies], dtype=np.float64)
    grains = in_grains(np.concatenate((worth, bonus))).amounts.astype(np.int64)
    gains, bonuses = grains[: relations.n], grains[relations.n :]
    table = spend_table(relations, units.astype(np.int64), gains, bonuses, int(reach))
    if not table.alive.any():
        raise InputError(f"limit: every allowed set costs more than {reach * step:g}. Raise it.")
    before = np.maximum.accumulate(np.where(table.alive, table.value, LOWEST))
    rises = np.flatnonzero(np.diff(before, prepend=LOWEST) > 0)
    chosen = table.sets(rises, relations.n)
    total = np.einsum("sp,p->s", chosen, worth) + synergy_totals(chosen, relations.synergies)
    spent = np.einsum("sp,p->s", chosen, prices)
    at = rises.astype(np.float64) * step
    return Frontier(at, total, chosen, spent, step, np.inf if whole else reach * step)


def _each(given: ArrayLike, name: str, n: int) -> Floats:
    numbers = finite(given, name)
    if numbers.shape != (n,):
        raise InputError(f"{name}: shape {numbers.shape} is not ({n},). Give one for each project.")
    return numbers
