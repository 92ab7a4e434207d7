"""The best set of projects under a budget, for every budget, by trying every allowed set."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from capworth.errors import InputError
from capworth.kernels.arguments import finite
from capworth.kernels.arrays import Bools, Floats, Ints

MOST: Final = 22  # projects whose sets can all be tried
BLOCK: Final = 2_000_000  # values held at a time
GRAIN: Final = 2.0**-30  # of the largest value; closer sums are equal


@dataclass(frozen=True, slots=True)
class Relations:
    """Which projects go together.

    Attributes
    ----------
    n : how many projects
    requires : (project, those it requires, all of them)
    excludes : groups of which at most one is taken
    must, barred : projects that are in every set, or in none
    """

    n: int
    requires: tuple[tuple[int, tuple[int, ...]], ...] = ()
    excludes: tuple[tuple[int, ...], ...] = ()
    must: tuple[int, ...] = ()
    barred: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Frontier:
    """The best set for every budget: where it changes, what it costs and gives.

    Attributes
    ----------
    cost : (steps,) cost on the grid at which the best set changes, rising
    value : (steps,) its value, rising
    chosen : (steps, projects)
    """

    cost: Floats
    value: Floats
    chosen: Bools

    def best(self, budget: float) -> int:
        """Step that is best within a budget; InputError where not even the first is affordable."""
        step = int(np.searchsorted(self.cost, budget, side="right")) - 1
        if step < 0:
            raise InputError(
                f"budget: {budget:g} does not pay for what must be done ({self.cost[0]:g}). "
                "Raise it."
            )
        return step


def feasible_sets(relations: Relations) -> Bools:
    """Every allowed set, (sets, projects), in the order of counting with project 0 lowest.

    Raises
    ------
    InputError
        With more than 22 projects, or when no set is allowed.
    """
    n = relations.n
    if n > MOST:
        raise InputError(f"{n} projects: all sets can be tried up to {MOST}. Group some of them.")
    codes = np.arange(1 << n, dtype=np.int64)
    allowed = np.ones(len(codes), dtype=bool)

    def taken(project: int) -> Bools:
        return (codes >> project) & 1 == 1

    for project, needed in relations.requires:
        for other in needed:
            allowed &= ~taken(project) | taken(other)
    for group in relations.excludes:
        allowed &= sum(taken(project).astype(np.int64) for project in group) <= 1
    for project in relations.must:
        allowed &= taken(project)
    for project in relations.barred:
        allowed &= ~taken(project)
    codes = codes[allowed]
    if not len(codes):
        raise InputError("relations: no set of projects obeys all of them. Open one.")
    return (codes[:, None] >> np.arange(n)) & 1 == 1


def budget_frontier(
    cost: Floats, value: Floats, relations: Relations, unit: float = 1.0
) -> Frontier:
    """Exact best set for every budget.

    Most value; of equals the cheapest; of these the first in the order of `feasible_sets`. Values
    add up. Costs are rounded up to whole units first, so that no set is dearer than it seems.

    Parameters
    ----------
    cost, value : (projects,) in one unit each; cost 0 or more, value of any sign
    relations : what goes together
    unit : step of money to which costs are rounded up
    """
    prices, worth = finite(cost, "cost"), finite(value, "value")
    sets = feasible_sets(relations)
    units = np.ceil(np.round(prices / unit, 9))
    total = np.einsum("sp,p->s", sets, units)
    gain = _grained(np.einsum("sp,p->s", sets, worth), worth)
    order = np.lexsort((np.arange(len(sets)), -gain, total))
    best = np.maximum.accumulate(gain[order])
    rises = np.concatenate(([True], best[1:] > best[:-1]))
    steps = order[rises]
    return Frontier(total[steps] * unit, np.einsum("sp,p->s", sets[steps], worth), sets[steps])


def best_over_draws(cost: Floats, value: Floats, sets: Bools, budget: float) -> Ints:
    """Row of `sets` that is best in each draw, (draws,); -1 where none is affordable.

    cost, value : (draws, projects). Ties go to the cheapest, then to the first.
    """
    chosen = np.empty(len(cost), dtype=np.int64)
    inside = sets.astype(np.float64)
    block = max(1, BLOCK // len(sets))
    for start in range(0, len(cost), block):
        rows = slice(start, start + block)
        total = np.einsum("dp,sp->ds", cost[rows], inside, optimize=True)
        gain = np.einsum("dp,sp->ds", value[rows], inside, optimize=True)
        gain = np.where(total <= budget, _grained(gain, value[rows]), -np.inf)
        level = gain == gain.max(axis=1, keepdims=True)
        chosen[rows] = np.where(level, total, np.inf).argmin(axis=1)
        chosen[rows][~np.isfinite(gain.max(axis=1))] = -1
    return chosen


def core_index(chosen: Bools) -> Floats:
    """Share of draws in which each project is in the best set: (draws, projects) to (projects,).

    Liesiö, Mild & Salo (2007), European Journal of Operational Research 181(3), 1488-1505, with
    draws in the place of the set of weights.
    """
    share: Floats = chosen.mean(axis=0)
    return share


def priority_order(
    cost: Floats, value: Floats, relations: Relations
) -> tuple[tuple[int, ...], ...]:
    """Bundles in the order of priority: most value for its cost first.

    A project enters with those it still requires, as one bundle; one that excludes a project
    already in, or whose bundle gains nothing, never enters. Ties go to the cheaper bundle, then to
    the lower number. Phillips & Bana e Costa (2007), Annals of Operations Research 154, 51-68.
    """
    needs = {p: set[int]() for p in range(relations.n)}
    for project, needed in relations.requires:
        needs[project] |= set(needed)
    taken: set[int] = set()
    bundles = []
    ahead = [_closure({p}, needs) for p in relations.must]
    if ahead:
        bundles.append(tuple(sorted(set().union(*ahead))))
        taken |= set(bundles[0])
    while True:
        best: tuple[float, float, tuple[int, ...]] | None = None
        for project in range(relations.n):
            bundle = tuple(sorted(_closure({project}, needs) - taken))
            if not bundle or not _fits(taken | set(bundle), relations):
                continue
            price, gain = float(cost[list(bundle)].sum()), float(value[list(bundle)].sum())
            if gain <= 0:
                continue
            key = (-gain / price if price > 0 else -np.inf, price, bundle)
            best = key if best is None or key < best else best
        if best is None:
            return tuple(bundles)
        bundles.append(best[2])
        taken |= set(best[2])


def _closure(start: set[int], needs: dict[int, set[int]]) -> set[int]:
    found, ahead = set(start), list(start)
    while ahead:
        for other in needs[ahead.pop()] - found:
            found.add(other)
            ahead.append(other)
    return found


def _fits(taken: set[int], relations: Relations) -> bool:
    clash = any(len(taken & set(group)) > 1 for group in relations.excludes)
    return not clash and not taken & set(relations.barred)


def _grained(gain: Floats, worth: Floats) -> Floats:
    """Round sums so that equal ones are equal to the last bit."""
    grain = GRAIN * max(float(np.abs(worth).sum(axis=-1).max(initial=0.0)), 1e-300)
    rounded: Floats = np.round(gain / grain) * grain
    return rounded
