"""Candidate sets where there are too many to list, and how much better another could be at most.

A chance constraint has no linear form; its quantile is made linear around the set that was found
last, and the sets on the way, with their neighbours by small exchanges, are the candidates. How
near the best of them is to the best there is is known through a bound that always holds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np

from capworth.methods.arguments import Bools, Floats, Ints, checked
from capworth.methods.portfolio.confidence import Groups
from capworth.methods.portfolio.integer import best_within
from capworth.methods.portfolio.relations import Relations, allowed
from capworth.methods.uncertainty.order_statistics import order_quantile

ROUNDS: Final = 12  # of making the quantile linear anew
NEAR: Final = 0.02  # share of the draws, near the quantile, in which each cost counts
PAIRED: Final = 100  # projects of which two go, or come, at once: least, or most, for the money
TRIED: Final = 4_000  # exchanges of one set of which the quantile is taken
BLOCK: Final = 256  # of them at a time
ROOM: Final = 1e-9


@checked
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
    most : neighbours kept, the most valuable of each budget in equal parts
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
    exchanges = _Exchanges(value, cost, relations, confidence, groups)
    for budget in budgets:
        best: Bools | None = None
        for chosen in _linearised(value, cost, relations, budget, confidence, groups):
            found.setdefault(chosen.tobytes(), chosen)
            if _fits(chosen, cost, budget, confidence, groups) and (
                best is None or value @ chosen > value @ best
            ):
                best = chosen
        if best is None:  # the linear costs missed it: from what was found for other budgets
            falling = sorted(found.values(), key=lambda chosen: -float(value @ chosen))
            fitting = (x for x in falling if _fits(x, cost, budget, confidence, groups))
            best = next(fitting, None)
        if best is None:
            continue
        for chosen in exchanges.of(best, budget, near, most // len(budgets)):
            found.setdefault(chosen.tobytes(), chosen)
    sets = np.array(list(found.values()), dtype=bool).reshape(-1, len(value))
    return sets[np.argsort(-(sets @ value), kind="stable")]


@checked
def value_ceiling(
    value: Floats, cost: Floats, relations: Relations, budget: float, confidence: float
) -> float:
    """Value that no allowed set within the budget at the confidence can exceed.

    Each cost counts as the mean of its lowest draws, as many as the confidence asks for: no set can
    keep the budget that does not keep it so.
    """
    least = _lowest(cost, confidence)
    found = best_within(value, relations, least[None], [budget * (1 + ROOM)])
    return float("nan") if found is None else float(found.value)


def _lowest(cost: Floats, confidence: float) -> Floats:
    """(projects,) mean of the lowest draws of each, as many as the confidence asks for."""
    place = max(1, int(np.ceil(confidence * len(cost) - 1e-9))) if confidence else len(cost)
    return np.asarray(np.sort(cost, axis=0)[:place].mean(axis=0))


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
        solved = best_within(value, relations, rows * (weights * scale), limits, cheapest=False)
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


class _Swaps(NamedTuple):
    """Exchanges of one set: (exchanges, 2) projects that go and that come; n where none does."""

    out: Ints
    into: Ints


class _Exchanges:
    """Small exchanges of sets: what each is worth and costs more, without building the sets."""

    def __init__(
        self,
        value: Floats,
        cost: Floats,
        relations: Relations,
        confidence: float,
        groups: Groups | None,
    ) -> None:
        self._cost, self._confidence, self._groups = cost, confidence, groups
        self._relations = replace(relations, synergies=())
        self._value = np.append(value, 0.0)  # the last is nobody
        self._by_project = np.vstack((cost.T, np.zeros(len(cost))))
        self._means = np.append(cost.mean(axis=0), 0.0)
        self._least = np.append(_lowest(cost, confidence), 0.0)
        rate = value / np.maximum(self._means[:-1], 1e-12)
        self._best_first = np.argsort(-rate, kind="stable")

    def of(self, start: Bools, budget: float, near: float, most: int) -> Iterator[Bools]:
        """Climb by the best exchange while there is one; yield what is met near the top."""
        best: Bools | None = start
        while best is not None:
            higher: Bools | None = None
            worth = float(self._value[:-1] @ best)
            for given, chosen, gain in self._fitting(best, budget, near * abs(worth)):
                if given == most:
                    break
                yield chosen
                if gain > ROOM * abs(worth):
                    higher = chosen
                    break
            best = higher

    def _fitting(
        self, base: Bools, budget: float, loss: float
    ) -> Iterator[tuple[int, Bools, float]]:
        """Allowed exchanges within the budget that lose no more, the best first, numbered."""
        swaps, room = self._swaps(base), budget * (1 + ROOM)
        gain = self._moved(self._value, swaps)
        kept = gain >= -loss
        for amounts in (self._means, self._least):  # what breaks a lower bound breaks the budget
            kept &= float(amounts[:-1] @ base) + self._moved(amounts, swaps) <= room
        rows = np.flatnonzero(kept)
        rows = rows[np.argsort(-gain[rows], kind="stable")]
        total, given, tried = self._by_project[:-1][base].sum(axis=0), 0, 0
        place = int(np.ceil(self._confidence * len(self._cost) - 1e-9)) - 1
        for first in range(0, len(rows), BLOCK):
            mine = rows[first : first + BLOCK]
            sets = np.pad(np.repeat(base[None], len(mine), axis=0), ((0, 0), (0, 1)))
            np.put_along_axis(sets, swaps.out[mine], False, axis=1)
            np.put_along_axis(sets, swaps.into[mine], True, axis=1)
            sets = sets[:, :-1]
            good = allowed(sets, self._relations)
            if self._confidence:
                into, out = swaps.into[mine[good]], swaps.out[mine[good]]
                costs = total + self._by_project[into].sum(axis=1)
                costs -= self._by_project[out].sum(axis=1)
                good[good] = np.partition(costs, place, axis=1)[:, place] <= room
            for row in np.flatnonzero(good).tolist():
                if self._groups is None or _fits(
                    sets[row], self._cost, budget, self._confidence, self._groups
                ):
                    yield given, sets[row], float(gain[mine[row]])
                    given += 1
            tried += len(mine)
            if tried >= TRIED:
                return

    @staticmethod
    def _moved(amounts: Floats, swaps: _Swaps) -> Floats:
        """(exchanges,) how much more of something a set has after each."""
        return np.asarray(amounts[swaps.into].sum(axis=1) - amounts[swaps.out].sum(axis=1))

    def _swaps(self, chosen: Bools) -> _Swaps:
        """One or two out, one or two in, three at most together."""
        nobody = len(chosen)
        inside = chosen[self._best_first]
        members, others = self._best_first[inside], self._best_first[~inside]
        none = np.array([[nobody, nobody]])
        one_out, one_in = (np.column_stack((x, np.full(len(x), nobody))) for x in (members, others))
        two_out, two_in = _pairs(members[-PAIRED:]), _pairs(others[:PAIRED])
        ways = (
            (none, np.concatenate((one_in, two_in))),
            (one_out, np.concatenate((none, one_in, two_in))),
            (two_out, np.concatenate((none, one_in))),
        )
        out = np.concatenate([np.repeat(a, len(b), axis=0) for a, b in ways])
        into = np.concatenate([np.tile(b, (len(a), 1)) for a, b in ways])
        return _Swaps(out, into)


def _pairs(things: Ints) -> Ints:
    """(pairs, 2) every two of some things."""
    one, other = np.triu_indices(len(things), 1)
    return np.column_stack((things[one], things[other]))
