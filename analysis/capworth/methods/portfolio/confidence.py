"""The programme under a budget confidence: set and starts together, exact on the draws.

A set is allowed where its money stays within the budget in enough draws, on average too, and where
starts can be found with which every year keeps within its limit as surely. What it costs does not
depend on when it starts, what it is worth only falls with delay: both make the search exact.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from capworth.errors import InputError
from capworth.methods.arguments import Bools, Floats, Ints, finite, within
from capworth.methods.uncertainty.order_statistics import order_quantile

Worth: TypeAlias = Callable[[Bools, Ints], float]

TIE: Final = 1e-12  # of the largest value: two values nearer than this are one
ROOM: Final = 1e-9  # share of a limit by which rounding may pass it


@dataclass(frozen=True, slots=True)
class Plan:
    """When money is spent, what a year may cost, and how value falls with delay.

    Attributes
    ----------
    spend : (projects, years) share of a project's money in each year at its stated start
    limits : (years,) money; infinite where a year has no limit
    worth : (projects, delays) expected value by years of delay, the first as stated
    after : (a, b, years): a is delayed no less than b less so many years
    """

    spend: Floats
    limits: Floats
    worth: Floats
    after: tuple[tuple[int, int, int], ...] = ()

    def shifted(self, project: int, delay: int) -> Floats | None:
        """Shares by year of a delayed project; None where money would fall behind the last year."""
        late = self.spend[project, self.spend.shape[1] - delay :] if delay else np.empty(0)
        if late.sum() > ROOM:
            return None
        return np.concatenate([np.zeros(delay), self.spend[project, : len(self.limits) - delay]])


@dataclass(frozen=True, slots=True)
class Programmes:
    """The best programme and all that are nearly as good, best first.

    Attributes
    ----------
    sets : (found, projects)
    delays : (found, projects) years after the stated start; 0 where not in the set
    value, expected, quantile : (found,) expected value, mean cost, cost at the confidence
    p_within, p_years : (found,) share of draws within the budget, and within every year's limit
    tested, solved : sets whose quantile was taken, sets for which starts were sought
    feasible : whether any set keeps the confidence; if not, the likeliest one is given
    """

    sets: Bools
    delays: Ints
    value: Floats
    expected: Floats
    quantile: Floats
    p_within: Floats
    p_years: Floats
    tested: int
    solved: int
    feasible: bool

    @property
    def contingency(self) -> Floats:
        """(found,) what is set aside above the expected cost."""
        return np.maximum(self.quantile - self.expected, 0.0)


def best_programmes(
    sets: Bools,
    value: Floats,
    cost: Floats,
    budget: float,
    *,
    confidence: float = 0.8,
    near: float = 0.0,
    plan: Plan | None = None,
    joint: Worth | None = None,
) -> Programmes:
    """Chance-constrained programme: most expected value within the budget with a confidence.

    What is maximised: expected value. Between equals: the smaller cost at the confidence, then
    fewer projects, then the earlier ones. Assumed: cost does not depend on the start; value does
    not rise with delay; `joint`, where given, is never above the sum of single values.

    Parameters
    ----------
    sets : (sets, projects) that keep all relations; the empty one among them where allowed
    value : (projects,) expected value at the stated starts, in any unit, may be negative
    cost : (draws, projects) money asked, 0 or more
    budget : money, in the unit of `cost`
    confidence : share of draws in which the budget, and the limits of all years, must hold
    near : sets within this share of the largest value are listed too
    plan : spending by year with its limits; without it only the budget counts
    joint : value of a set with its delays where gains overlap

    Returns
    -------
    See `Programmes`.

    Notes
    -----
    Sets are walked in falling value; a set is skipped where the means of the lowest draws of its
    members add up to more than the budget, which bounds the quantile of the sum from below. Sample
    approximation of a chance constraint: Luedtke and Ahmed (2008), SIAM Journal on Optimization
    19(2), 674-699.

    >>> cost = np.array([[4.0, 5.0], [4.0, 9.0], [5.0, 5.0], [4.0, 6.0], [4.0, 5.0]])
    >>> every = np.array([[0, 0], [1, 0], [0, 1], [1, 1]], dtype=bool)
    >>> found = best_programmes(every, np.array([5.0, 6.0]), cost, 9.0)
    >>> found.sets[0].tolist(), float(found.quantile[0]), float(found.p_within[0])
    ([False, True], 6.0, 1.0)
    """
    worth, prices = finite(value, "value"), within(cost, "cost", 0)
    if not 0 < confidence <= 1:
        raise InputError(f"confidence: {confidence} is not above 0 and up to 1.")
    additive = sets @ worth
    size = sets.sum(axis=1)
    order = np.lexsort((size, -additive))
    place = int(np.ceil(confidence * len(prices) - 1e-9))
    least = sets @ np.sort(prices, axis=0)[:place].mean(axis=0)
    means = sets @ prices.mean(axis=0)
    room = budget * (1 + ROOM)
    found: list[tuple[float, float, int, tuple[int, ...], int, Ints, float]] = []
    best, tested, solved = -np.inf, 0, 0
    for row in order.tolist():
        floor = _floor(best, near)
        if additive[row] < floor:
            break
        if least[row] > room or means[row] > room:
            continue
        tested += 1
        total = prices[:, sets[row]].sum(axis=1)
        at = float(order_quantile(total, confidence))
        if at > room:
            continue
        delays, got, sure = np.zeros(len(worth), dtype=np.int64), float(additive[row]), 1.0
        if plan is not None:
            solved += 1
            scale = max(1.0, at / means[row]) if means[row] > 0 else 1.0
            starts = _starts(sets[row], plan, prices, scale, confidence, floor, joint)
            if starts is None:
                continue
            delays, got, sure = starts
        elif joint is not None:
            got = joint(sets[row], delays)
        members = tuple(np.flatnonzero(sets[row]).tolist())
        found.append((-got, at, int(size[row]), members, row, delays, sure))
        best = max(best, got)
    feasible = bool(found)
    if not found:
        found = [_likeliest(sets, additive, prices, budget, confidence)]
    floor = _floor(-min(found)[0], near)
    kept = sorted(f for f in found if -f[0] >= floor)[: None if near else 1]
    rows = [f[4] for f in kept]
    within_budget = [(prices[:, sets[r]].sum(axis=1) <= room).mean() for r in rows]
    return Programmes(
        sets=sets[rows],
        delays=np.array([f[5] for f in kept]),
        value=np.array([-f[0] for f in kept]),
        expected=means[rows],
        quantile=np.array([f[1] for f in kept]),
        p_within=np.array(within_budget),
        p_years=np.array([f[6] for f in kept]),
        tested=tested,
        solved=solved,
        feasible=feasible,
    )


def frontier_at(
    sets: Bools, value: Floats, cost: Floats, confidence: float = 0.8, mean_too: bool = True
) -> tuple[Ints, Floats]:
    """Budget frontier at a confidence: every budget at which the best set changes.

    Parameters
    ----------
    sets : (sets, projects) that keep all relations
    value : (sets,) expected value of each set
    cost : (draws, projects)
    mean_too : whether the expected cost must keep within the budget as well, as a programme must

    Returns
    -------
    (steps,) rows of `sets` and the budget from which each is the best.
    """
    budgets = np.array(
        [
            float(order_quantile(cost[:, row].sum(axis=1), confidence)) if row.any() else 0.0
            for row in sets
        ]
    )
    if mean_too:
        budgets = np.maximum(budgets, sets @ cost.mean(axis=0))
    order = np.lexsort((sets.sum(axis=1), -value, budgets))
    ahead = np.maximum.accumulate(value[order])
    rises = np.r_[True, value[order][1:] > ahead[:-1] + TIE * np.abs(value).max(initial=0.0)]
    return order[rises], budgets[order][rises]


def _floor(best: float, near: float) -> float:
    """Value from which a set is listed: so much below the best, whatever its sign."""
    return best - (near + TIE) * abs(best) if np.isfinite(best) else -np.inf


def _starts(
    chosen: Bools,
    plan: Plan,
    prices: Floats,
    scale: float,
    confidence: float,
    floor: float,
    joint: Worth | None,
) -> tuple[Ints, float, float] | None:
    """Delays that lose least value; None where no starts keep every limit and reach the floor.

    Depth first, the project with the dearest year first; the rest undelayed bounds what is left.
    """
    members = np.flatnonzero(chosen)
    means = prices.mean(axis=0)
    money = plan.spend * means[:, None] * scale  # by year, each with its share of the contingency
    order = sorted(members.tolist(), key=lambda k: (-money[k].max(), k))
    ahead = np.cumsum([plan.worth[k].max() for k in reversed(order)])[::-1]
    rest = np.append(ahead, 0.0)
    limits = plan.limits * (1 + ROOM)
    delays = np.zeros(len(chosen), dtype=np.int64)
    best: list[tuple[float, Ints, float]] = []

    def keeps_order(project: int) -> bool:
        return all(
            delays[a] >= delays[b] - years
            for a, b, years in plan.after
            if project in (a, b) and {a, b} <= placed
        )

    def years_held() -> float:
        by_year = np.zeros((len(prices), len(plan.limits)))
        for k in order:
            share = plan.shifted(k, int(delays[k]))
            assert share is not None  # it was placed
            by_year += prices[:, [k]] * share
        return float((by_year <= limits).all(axis=1).mean())

    placed: set[int] = set()

    def place(depth: int, used: Floats, value: float) -> None:
        least = max(best[0][0] if best else -np.inf, floor)
        if value + rest[depth] < least or (best and value + rest[depth] <= best[0][0]):
            return
        if depth == len(order):
            got = joint(chosen, delays) if joint is not None else value
            if got < floor or (best and got <= best[0][0]):
                return
            held = years_held()
            if held >= confidence - ROOM:
                best[:] = [(got, delays.copy(), held)]
            return
        project = order[depth]
        placed.add(project)
        for delay in range(plan.worth.shape[1]):
            share = plan.shifted(project, delay)
            if share is None:
                break
            total = used + share * means[project] * scale
            if (total > limits).any():
                continue
            delays[project] = delay
            if keeps_order(project):
                place(depth + 1, total, value + plan.worth[project, delay])
        delays[project] = 0
        placed.discard(project)

    place(0, np.zeros(len(plan.limits)), 0.0)
    if not best:
        return None
    got, when, held = best[0]
    return when, got, held


def _likeliest(
    sets: Bools, additive: Floats, prices: Floats, budget: float, confidence: float
) -> tuple[float, float, int, tuple[int, ...], int, Ints, float]:
    """The set that keeps the budget in most draws, then the most valuable, as started."""
    totals = [prices[:, row].sum(axis=1) for row in sets]
    chance = np.array([(total <= budget * (1 + ROOM)).mean() for total in totals])
    row = int(np.lexsort((-additive, -chance))[0])
    return (
        -float(additive[row]),
        float(order_quantile(totals[row], confidence)),
        int(sets[row].sum()),
        tuple(np.flatnonzero(sets[row]).tolist()),
        row,
        np.zeros(sets.shape[1], dtype=np.int64),
        float("nan"),
    )
