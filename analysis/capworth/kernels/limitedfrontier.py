"""The budget-value frontier when other money is limited too, such as that of one payer."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.kernels.arguments import finite
from capworth.kernels.arrays import Bools, Floats
from capworth.kernels.grains import in_grains
from capworth.kernels.linearmodel import Rows, cheapest_of_best, relation_rows, row
from capworth.kernels.portfolio import ROUNDING, Frontier
from capworth.kernels.ranges import above, within
from capworth.kernels.relations import Relations, list_sets, synergy_totals

MOST_LISTED: Final = 1 << 18  # allowed sets that are all tried; beyond, HiGHS is asked step by step
SLACK: Final = 1e-9  # share of a limit by which rounding may pass it


def keeps_limits(sets: Bools, uses: Floats, limits: Floats) -> Bools:
    """Say of each set (sets, n) whether what it uses (limits, n) stays within each limit."""
    total = np.einsum("sn,ln->sl", sets, uses)
    good: Bools = (total <= limits + SLACK * np.abs(limits)).all(axis=1)
    return good


def limited_frontier(
    cost: ArrayLike,
    value: ArrayLike,
    relations: Relations,
    uses: ArrayLike,
    limits: ArrayLike,
    unit: float = 1.0,
) -> Frontier:
    """Exact best set for every budget, each within further limits.

    As `budget_frontier`; the ties beyond the cheapest go to the first-listed project only where the
    allowed sets can be listed (about 260,000).

    Parameters
    ----------
    cost, value : (projects,)
    uses : (limits, projects) what each project takes of what each limit is about
    limits : (limits,)

    Raises
    ------
    InputError
        When no allowed set keeps the limits.
    """
    prices, worth = within(finite(cost, "cost"), "cost", 0), finite(value, "value")
    taken, room = finite(uses, "uses"), finite(limits, "limits")
    if taken.shape != (len(room), relations.n) or {prices.shape, worth.shape} != {(relations.n,)}:
        raise InputError(
            f"cost {prices.shape}, value {worth.shape}, uses {taken.shape}: there are "
            f"{relations.n} projects and {len(room)} limits."
        )
    step = float(above(unit, "unit"))
    units = np.ceil(prices / step - ROUNDING)
    sets = list_sets(relations, MOST_LISTED)
    if sets is not None:
        chosen = _listed(sets[keeps_limits(sets, taken, room)], units, worth, relations)
    else:
        found = list(_solved(units, worth, relations, taken, room))
        chosen = np.array(found[::-1], dtype=bool).reshape(-1, relations.n)
    if not len(chosen):
        raise InputError("limits: no allowed set keeps them all. Raise one of them.")
    total = np.einsum("sp,p->s", chosen, worth) + synergy_totals(chosen, relations.synergies)
    at = np.einsum("sp,p->s", chosen, units) * step
    return Frontier(at, total, chosen, np.einsum("sp,p->s", chosen, prices), step, np.inf)


def _listed(sets: Bools, units: Floats, worth: Floats, relations: Relations) -> Bools:
    """Sets at which the best value rises, by trying all."""
    bonus = np.array([extra for _, _, extra in relations.synergies], dtype=np.float64)
    grains = in_grains(np.concatenate((worth, bonus))).amounts
    pairs = [sets[:, one] & sets[:, other] for one, other, _ in relations.synergies]
    gain = np.einsum("sp,p->s", np.column_stack((sets, *pairs)), grains)
    spent = np.einsum("sp,p->s", sets, units)
    order = np.lexsort((np.arange(len(sets)), -gain, spent))
    before = np.maximum.accumulate(np.concatenate(([-np.inf], gain[order])))[:-1]
    rising: Bools = sets[order[gain[order] > before]]
    return rising


def _solved(
    units: Floats, worth: Floats, relations: Relations, uses: Floats, limits: Floats
) -> Iterator[Bools]:
    """Sets at which the best value rises, dearest first, by HiGHS."""
    n, pairs = relations.n, relations.synergies
    wide = n + len(pairs)
    rows = [_widened(part, wide) for part in relation_rows(relations)]
    rows += [
        row(("limit", k), np.pad(use, (0, len(pairs))), high=cap)
        for k, (use, cap) in enumerate(zip(uses, limits, strict=True))
    ]
    for k, (one, other, bonus) in enumerate(pairs):
        rows += pair_rows(k, n + k, one, other, bonus, wide)
    goal = np.concatenate((worth, [bonus for _, _, bonus in pairs]))
    price = np.pad(units, (0, len(pairs)))
    budget = float(units.sum())
    while budget >= 0:
        within_budget = row(("budget", 0), price, high=budget)
        found = cheapest_of_best(goal, price, [*rows, within_budget])
        if found is None:
            return
        yield found[:n] > 0.5
        budget = float(np.rint(price @ found)) - 1


def _widened(part: Rows, width: int) -> Rows:
    matrix = np.pad(part.matrix, ((0, 0), (0, width - part.matrix.shape[1])))
    return Rows(part.owner, matrix, part.low, part.high)


def pair_rows(
    k: int, both: int, one: int, other: int, bonus: float, variables: int
) -> Iterator[Rows]:
    """Tie the variable `both` to a pair: 1 when both are taken, as the bonus pulls it."""
    line = np.zeros(variables)
    line[both] = 1
    if bonus >= 0:
        for project in (one, other):
            tied = line.copy()
            tied[project] = -1
            yield row(("synergy", k), tied, high=0)
    else:
        line[[one, other]] = -1
        yield row(("synergy", k), line, low=-1)
