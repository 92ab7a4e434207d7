"""The best set of projects for every budget at once: the whole budget-value frontier."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.kernels.arrays import Bools, Floats, Ints
from capworth.kernels.drawwise import best_over_draws, core_index
from capworth.kernels.grains import in_grains
from capworth.kernels.pending import Link, links_of, order_of
from capworth.kernels.priority import priority_order
from capworth.kernels.ranges import above, within
from capworth.kernels.relations import Relations, feasible_sets, synergy_totals, towers

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

DEAD: Final = np.iinfo(np.int64).min // 2  # value of what cannot be
BITS: Final = 63  # projects for each word of a key
MOST_CELLS: Final = 1 << 26  # states x grid steps held at a time: about 1 GB
ROUNDING: Final = 1e-9  # of a grid unit: a cost that exceeds a whole number by less is whole


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
        step = int(self.steps(np.array([budget]))[0])
        if step < 0:
            raise InputError(
                f"budget: {budget:g} does not pay for what must be done ({self.cost[0]:g}). "
                "Raise it."
            )
        return step

    def steps(self, budgets: ArrayLike) -> Ints:
        """Step that is best within each budget (...), -1 where none is affordable."""
        asked = np.asarray(budgets, dtype=np.float64)
        if np.isnan(asked).any() or (asked > self.limit * (1 + ROUNDING)).any():
            raise InputError(
                f"budget: {asked.max():g} lies beyond the limit {self.limit:g} of this frontier. "
                "Compute it with a higher limit."
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
    Dynamic programme over the exact spend (Bellman 1957; Kellerer, Pferschy & Pisinger 2004,
    Knapsack Problems, ch. 2), with one table for each status that the decided projects leave open,
    as in path decompositions of the graph of relations (Bodlaender 1998). Time grows with
    projects x grid steps x statuses open at a time.
    """
    prices, worth = _projects(cost, "cost", relations), _projects(value, "value", relations)
    within(prices, "cost", 0)
    step = float(above(unit, "unit"))
    units = _in_units(prices, step)
    reach = int(units.sum())
    if limit is not None:
        reach = min(reach, int(np.floor(float(within(limit, "limit", 0)) / step + ROUNDING)))
    links = links_of(relations)
    grains = in_grains(np.concatenate((worth, [link.bonus for link in links]))).amounts
    gains, bonuses = grains[: len(worth)].astype(np.int64), grains[len(worth) :].astype(np.int64)
    last = _last_table(_Problem(relations, links, units, gains, bonuses, reach))
    alive = last.value > DEAD // 2
    if not alive.any():
        raise InputError(
            f"limit: even the cheapest allowed set costs more than {limit:g}. Raise it."
        )
    before = np.concatenate(([DEAD // 2], np.maximum.accumulate(last.value)[:-1]))
    rises = np.flatnonzero(alive & (last.value > before))
    chosen = _sets(last.keys[:, rises], relations.n)
    total = np.einsum("sp,p->s", chosen, worth) + synergy_totals(chosen, relations.synergies)
    spent = np.einsum("sp,p->s", chosen, prices)
    end = np.inf if reach == units.sum() else reach * step
    return Frontier(rises * step, total, chosen, spent, step, end)


class _Table(NamedTuple):
    """Best value for each exact spend, and the set that gives it, as a key.

    The key has one bit for each project, the first-listed one highest: of two sets the larger key
    takes the first project on which they differ.
    """

    value: Ints  # (spends,)
    keys: Ints  # (words, spends)


class _Problem(NamedTuple):
    relations: Relations
    links: Sequence[Link]
    units: Ints  # (projects,) cost on the grid
    gains: Ints  # (projects,) value in grains
    bonuses: Ints  # (links,) in grains
    reach: int  # largest spend


def _last_table(problem: _Problem) -> _Table:
    """Decide one project after another; keep one table for each combination of statuses."""
    relations, links = problem.relations, problem.links
    touching: list[list[int]] = [[] for _ in range(relations.n)]
    left = [len(link.members) for link in links]
    for number, link in enumerate(links):
        for project in link.members:
            touching[project].append(number)
    words = max(1, -(-relations.n // BITS))
    start = _Table(np.zeros(1, dtype=np.int64), np.zeros((words, 1), dtype=np.int64))
    tables: dict[tuple[int, ...], _Table] = {(0,) * len(links): start}
    reached = 0
    for project in order_of(relations.n, links):
        reached = min(problem.reach, reached + int(problem.units[project]))
        for number in touching[project]:
            left[number] -= 1
        choices = [taken for taken in (False, True) if _open(relations, project, taken)]
        following: dict[tuple[int, ...], _Table] = {}
        for statuses, table in tables.items():
            for taken in choices:
                for after, bonus in _after(problem, statuses, touching[project], project, taken, left):
                    grown = _grown(problem, table, reached, project, bonus) if taken else table
                    grown = grown if taken else _padded(table, reached)
                    if after in following:
                        _keep_better(following[after], grown)
                    else:
                        following[after] = grown
        tables = following
        if len(tables) * (reached + 1) * (words + 1) > 2 * MOST_CELLS:
            raise InputError(
                f"unit: {reached:,} grid steps with {len(tables)} open statuses would not fit "
                "into memory. Choose a coarser unit or a lower limit."
            )
    if not tables:
        raise InputError("relations: no set of projects obeys all of them. Drop one of them.")
    (last,) = tables.values()
    return last
