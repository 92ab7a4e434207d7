"""Candidate sets where there are too many to list, and how much better another could be at most.

A chance constraint has no linear form; its quantile is made linear around the set that was found
last, and the sets on the way, with their neighbours by small exchanges, are the candidates. How
near the best of them is to the best there is is known through a bound that always holds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Final

import numpy as np

from capworth.methods.arguments import Bools, Floats
from capworth.methods.portfolio.confidence import Groups
from capworth.methods.portfolio.integer import best_within
from capworth.methods.portfolio.relations import Relations, allowed
from capworth.methods.uncertainty.order_statistics import order_quantile

ROUNDS: Final = 12  # of making the quantile linear anew
NEAR: Final = 0.02  # share of the draws, near the quantile, in which each cost counts
ROOM: Final = 1e-9


def candidate_sets(
    value: Floats,
    cost: Floats,
    relations: Relations,
    budgets: Sequence[float],
    confidence: float,
    near: float = 0.05,
    most: int = 4_000,
    groups: Groups | None = None,
) -> Bools:
    """Sets worth looking at under a budget confidence, where all sets are too many to list.

    Parameters
    ----------
    value : (projects,) expected value
    cost : (draws, projects) 0 or more
    relations : which sets are allowed; bonuses of pairs count
    budgets : money at which good sets are sought
    confidence : share of draws in which a budget must hold; 0 where on average only
    near : neighbours within this share of the best value are kept
    most : candidates kept, the most valuable for the last budget
    groups : what is held for some projects only, which the members in each group must keep too

    Returns
    -------
    (sets, projects), each allowed and once; doing nothing among them where it is allowed.

    Notes
    -----
    Each cost enters as its mean over the draws in which the set last found costs about its quantile
    (an Euler share); exchanges add one, drop one, or swap one for one, one for two, two for one.
    """
    found: dict[bytes, Bools] = {}
    none = np.zeros(len(value), dtype=bool)
    if allowed(none[None], relations)[0]:
        found[none.tobytes()] = none
    for budget in budgets:
        best: Bools | None = None
        for chosen in _linearised(value, cost, relations, budget, confidence, groups):
            found.setdefault(chosen.tobytes(), chosen)
            if _fits(chosen, cost, budget, confidence, groups) and (
                best is None or value @ chosen > value @ best
            ):
                best = chosen
        if best is None:
            continue
        for chosen in _exchanged(best, value, cost, relations, budget, confidence, near, groups):
            found.setdefault(chosen.tobytes(), chosen)
    sets = np.array(list(found.values()), dtype=bool).reshape(-1, len(value))
    order = np.argsort(-(sets @ value), kind="stable")
    return sets[order][:most]


def value_ceiling(
    value: Floats, cost: Floats, relations: Relations, budget: float, confidence: float
) -> float:
    """Value that no allowed set within the budget at the confidence can exceed.

    Each cost counts as the mean of its lowest draws, as many as the confidence asks for: no set can
    keep the budget that does not keep it so.
    """
    place = max(1, int(np.ceil(confidence * len(cost) - 1e-9))) if confidence else len(cost)
    least = np.sort(cost, axis=0)[:place].mean(axis=0)
    found = best_within(value, relations, least[None], [budget * (1 + ROOM)])
    return float("nan") if found is None else float(found.value)


def _linearised(
    value: Floats,
    cost: Floats,
    relations: Relations,
    budget: float,
    confidence: float,
    groups: Groups | None,
) -> Iterator[Bools]:
    everything = np.ones((1, len(value)), dtype=bool)
    inside, held = groups or (everything[:0], np.empty(0))
    rows, limits = np.concatenate((everything, inside)), [budget, *held.tolist()]
    means = cost.mean(axis=0)
    weights = means
    if confidence:
        weights = (order_quantile(cost, confidence) + means) / 2
    scale = 1.0
    seen: set[bytes] = set()
    for _ in range(ROUNDS):
        solved = best_within(value, relations, rows * (weights * scale), limits)
        if solved is None:
            scale *= 0.8
            continue
        chosen = np.asarray(solved.chosen, dtype=bool)
        yield chosen
        if not confidence or not chosen.any():
            return
        total = cost[:, chosen].sum(axis=1)
        at = float(order_quantile(total, confidence))
        beside = np.argsort(np.abs(total - at), kind="stable")[: max(50, int(NEAR * len(total)))]
        weights = (weights + cost[beside].mean(axis=0)) / 2
        step = 0.5 * (at / budget - 1) if at > budget else -0.25 * (1 - at / budget)
        scale = float(np.clip(scale * (1 + step), 0.5, 2.0))
        if chosen.tobytes() in seen and abs(step) < 1e-3:
            return
        seen.add(chosen.tobytes())


def _fits(
    chosen: Bools, cost: Floats, budget: float, confidence: float, groups: Groups | None = None
) -> bool:
    total = cost[:, chosen].sum(axis=1)
    room = budget * (1 + ROOM)
    if total.mean() > room:
        return False
    if confidence and float(order_quantile(total, confidence)) > room:
        return False
    within = np.ones(len(cost), dtype=bool)
    for inside, held in zip(*(groups or ((), ())), strict=True):
        within &= cost[:, chosen & inside].sum(axis=1) <= held * (1 + ROOM)
    return bool(within.mean() >= confidence - ROOM)


def _exchanged(
    start: Bools,
    value: Floats,
    cost: Floats,
    relations: Relations,
    budget: float,
    confidence: float,
    near: float,
    groups: Groups | None,
) -> Iterator[Bools]:
    """Climb by the best exchange while there is one, and yield what was met near the top."""
    best, climbing = start, True
    while climbing:
        climbing = False
        steps = _neighbours(best, relations)
        worth = steps @ value
        floor = value @ best - near * abs(float(value @ best))
        for row in np.argsort(-worth, kind="stable").tolist():
            if worth[row] < floor:
                break
            if not _fits(steps[row], cost, budget, confidence, groups):
                continue
            yield steps[row]
            if worth[row] > value @ best + ROOM * abs(float(value @ best)):
                best, climbing = steps[row], True
                break


def _neighbours(chosen: Bools, relations: Relations) -> Bools:
    """(sets, projects) allowed sets that differ by one or two out and one or two in at most."""
    members, others = (np.flatnonzero(part).tolist() for part in (chosen, ~chosen))
    drops = [(), *((k,) for k in members), *combinations(members, 2)]
    adds = [(), *((k,) for k in others), *combinations(others, 2)]
    rows = []
    for out in drops:
        for into in adds:
            if (out or into) and len(out) + len(into) <= 3:
                row = chosen.copy()
                row[list(out)] = False
                row[list(into)] = True
                rows.append(row)
    sets = np.array(rows, dtype=bool).reshape(-1, len(chosen))
    return sets[allowed(sets, replace(relations, synergies=()))]
