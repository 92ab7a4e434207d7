"""Candidate sets where there are too many to list, and how much better another could be at most.

A chance constraint has no linear form; its quantile is made linear around the set that was found
last, and the sets on the way, with their neighbours by small exchanges, are the candidates. How
near the best of them is to the best there is is known through a bound that always holds.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final, NamedTuple

import numpy as np

from capworth.methods.arguments import Bools, Floats, Ints, checked
from capworth.methods.portfolio.confidence import Groups, Plan, lowest_mean
from capworth.methods.portfolio.integer import (
    Rows,
    Shared,
    bounded,
    pair_rows,
    relation_rows,
    row,
    widened,
)
from capworth.methods.portfolio.relations import Relations, allowed
from capworth.methods.uncertainty.order_statistics import order_quantile

ROUNDS: Final = 12  # of making the quantile linear anew
NEAR: Final = 0.02  # share of the draws, near the quantile, in which each cost counts
PAIRED: Final = 100  # projects of which two go, or come, at once: least, or most, for the money
TRIED: Final = 4_000  # exchanges of one set of which the quantile is taken
BLOCK: Final = 256  # of them at a time
WEIGHED: Final = 300  # of them whose value is found where members share gains
ROOM: Final = 1e-9

Values = Callable[[Bools], Floats]  # of sets: their expected values


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
    shared: Shared | None = None,
    values: Values | None = None,
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
    shared : where projects meet and add together less than each alone
    values : of sets, where that or anything else makes them no sums

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
    money = _Money(cost, confidence, groups)
    exchanges = _Exchanges(value, money, relations, confidence, groups, shared, values)
    worth = exchanges.worth
    for budget in budgets:
        best: Bools | None = None
        for chosen in _linearised(
            value, cost, money, relations, budget, confidence, groups, shared
        ):
            found.setdefault(chosen.tobytes(), chosen)
            if money.fit(chosen, budget) and (best is None or worth(chosen) > worth(best)):
                best = chosen
        if best is None:  # the linear costs missed it: from what was found for other budgets
            falling = sorted(found.values(), key=lambda chosen: -worth(chosen))
            fitting = (x for x in falling if money.fit(x, budget))
            best = next(fitting, None)
        if best is None:
            continue
        for chosen in exchanges.of(best, budget, near, most // len(budgets)):
            found.setdefault(chosen.tobytes(), chosen)
    sets = np.array(list(found.values()), dtype=bool).reshape(-1, len(value))
    return sets[np.argsort([-worth(chosen) for chosen in sets], kind="stable")]


@checked
def value_ceiling(
    worth: Floats,
    cost: Floats,
    relations: Relations,
    budget: float,
    plan: Plan | None = None,
    shared: Sequence[Shared] = (),
) -> float:
    """Value that no allowed set within the budget can exceed, whenever its members start.

    NaN where no set is allowed. Holds at any confidence: costs, and money by year, count as their
    means, which a programme keeps within the budget and within every limit at least.

    Parameters
    ----------
    worth : (projects, delays) expected value by years of delay; -inf where it may not start then
    cost : (draws, projects) 0 or more
    relations : which sets are allowed; bonuses of pairs above 0 count in full
    budget : money
    plan : limits, for the same delays; only the budget where None
    shared : for each delay, where projects meet and add together less than each alone

    Notes
    -----
    Linear programme (HiGHS) over shares of projects and starts. Of what is shared the mean of the
    lesser is no more than the lesser of the means (Jensen).
    """
    who, when = np.nonzero(np.isfinite(worth))
    pairs = [pair for pair in relations.synergies if pair[2] > 0]
    first = len(who) + len(pairs)
    alone = np.zeros((len(shared[0].most) if shared else 0, first))
    for delay, part in enumerate(shared):
        late = np.flatnonzero(when == delay)
        alone[:, late] = part.alone[:, who[late]]
    meeting = Shared(alone, shared[0].most if shared else np.empty(0)).full()
    capped, lost = meeting.rows(first)
    wide = first + len(lost)

    def line(kind: str, place: int, amounts: Floats, high: float) -> Rows:
        return row((kind, place), np.pad(amounts, (0, wide - len(amounts))), high=high)

    means = cost.mean(axis=0)
    rows = [line("budget", 0, means[who], budget * (1 + ROOM)), *capped]
    for rule in relation_rows(relations):
        matrix = np.pad(rule.matrix[:, who], ((0, 0), (0, wide - len(who))))
        rows.append(Rows(rule.owner, matrix, rule.low, rule.high))
    rows += [line("once", k, (who == k).astype(float), 1.0) for k in range(relations.n)]
    for k, (one, other, _) in enumerate(pairs):
        for project in (one, other):
            tied = np.pad(-(who == project).astype(float), (0, first - len(who)))
            tied[len(who) + k] = 1.0
            rows.append(line("synergy", k, tied, 0.0))
    if plan is not None:
        for k, (uses, scaled, cap) in enumerate(
            zip(plan.uses, plan.scaled, plan.caps, strict=True)
        ):
            taken = uses[who, when] * (means[who] if scaled else 1.0)
            if np.isfinite(cap) and taken.any():
                rows.append(line("limit", k, taken, cap * (1 + ROOM)))
    gains = np.concatenate((worth[who, when], [bonus for _, _, bonus in pairs], lost))
    largest = float(np.abs(gains[:first]).max(initial=0.0)) or 1.0
    found = bounded(gains / largest, rows, np.zeros(wide))
    return float("nan") if found is None else found.bound * largest


class _Money:
    """What sets cost, and whether a budget, and what is held for some projects, pays for them.

    Attributes
    ----------
    by_project : (projects, draws)
    means : (projects,) expected cost
    least : (projects,) what adds up to no more than the cost of a set at the confidence
    """

    def __init__(self, cost: Floats, confidence: float, groups: Groups | None) -> None:
        self._confidence, self._groups = confidence, groups
        self.by_project = np.ascontiguousarray(cost.T)
        self.means = cost.mean(axis=0)
        self.least = lowest_mean(cost, confidence) if confidence else self.means

    def total(self, chosen: Bools) -> Floats:
        """(draws,) what a set costs."""
        return np.asarray(self.by_project[chosen].sum(axis=0))

    def fit(self, chosen: Bools, budget: float) -> bool:
        """Whether a set keeps the budget on average, and all money as surely as it must."""
        room = budget * (1 + ROOM)
        if self.means[chosen].sum() > room or self.least[chosen].sum() > room * (1 + ROOM):
            return False
        total = self.total(chosen)
        if self._confidence and not self.sure(total, room):
            return False
        within = np.ones(len(total), dtype=bool)
        for inside, held in zip(*(self._groups or ((), ())), strict=True):
            within &= self.total(chosen & inside) <= held * (1 + ROOM)
        return bool(within.mean() >= self._confidence - ROOM)

    def sure(self, totals: Floats, room: float) -> Bools:
        """Whether what sets cost, (..., draws), is within some room at the confidence."""
        place = int(np.ceil(self._confidence * totals.shape[-1] - 1e-9))
        return np.asarray(np.count_nonzero(totals <= room, axis=-1) >= place)


def _linearised(
    value: Floats,
    cost: Floats,
    money: _Money,
    relations: Relations,
    budget: float,
    confidence: float,
    groups: Groups | None,
    shared: Shared | None,
) -> Iterator[Bools]:
    """Sets near the budget: shares of projects by a linear programme, rounded on the draws."""
    everything = np.ones((1, len(value)), dtype=bool)
    inside, held = groups or (everything[:0], np.empty(0))
    rows, limits = np.concatenate((everything, inside)), np.r_[budget, held]
    relaxed = _Relaxed(value, relations, rows, limits, shared)
    weights = money.means
    if confidence:
        weights = (order_quantile(cost, confidence) + weights) / 2
    scale = 1.0
    seen: set[bytes] = set()
    for _ in range(ROUNDS):
        shares = relaxed.shares(weights * scale)
        if shares is None:
            scale *= 0.8
            continue
        chosen = _rounded(shares, value, money, relations, budget)
        if chosen is None:
            return
        if chosen.tobytes() not in seen:
            yield chosen
        if not confidence or not chosen.any():
            return
        seen.add(chosen.tobytes())
        total = money.total(chosen)
        at = float(order_quantile(total, confidence))
        beside = np.argsort(np.abs(total - at), kind="stable")[: max(50, int(NEAR * len(total)))]
        weights = (weights + cost[beside].mean(axis=0)) / 2


class _Relaxed:
    """Shares of projects that are worth most, each between 0 and 1, within linear costs."""

    def __init__(
        self,
        value: Floats,
        relations: Relations,
        inside: Bools,
        limits: Floats,
        shared: Shared | None,
    ) -> None:
        n, pairs = relations.n, relations.synergies
        none = Shared(np.empty((0, n)), np.empty(0))
        first = n + len(pairs)
        capped, lost = (none if shared is None else shared.full()).rows(first)
        self._wide, self._inside, self._limits = first + len(lost), inside, limits
        self._rows = [widened(part, self._wide) for part in relation_rows(relations)] + capped
        for k, (one, other, bonus) in enumerate(pairs):
            self._rows += pair_rows(k, n + k, one, other, bonus, self._wide)
        self._goal = np.concatenate((value, [bonus for _, _, bonus in pairs], lost))
        self._goal = self._goal / (float(np.abs(self._goal[:first]).max(initial=0.0)) or 1.0)

    def shares(self, weights: Floats) -> Floats | None:
        """(projects,) with so much money for each; None where the rules leave nothing."""
        n = len(weights)
        money = [
            row(("limit", k), np.pad(group * weights, (0, self._wide - n)), high=float(cap))
            for k, (group, cap) in enumerate(zip(self._inside, self._limits, strict=True))
        ]
        found = bounded(self._goal, [*self._rows, *money], np.zeros(self._wide))
        return None if found is None else found.solution[:n]


def _rounded(
    shares: Floats, value: Floats, money: _Money, relations: Relations, budget: float
) -> Bools | None:
    """An allowed set of the projects with the largest shares that fit; None if none was found.

    Each comes with what it needs. What must be done comes first, whether it fits or not.
    """
    order = np.lexsort((-value, -np.round(shares, 9)))
    open_rules = replace(relations, must=(), at_least=(), synergies=())
    chosen = np.zeros(len(value), dtype=bool)
    forced = list(relations.must)
    for many, group in relations.at_least:
        forced += sorted(group, key=lambda k: (-shares[k], k))[:many]
    for place, k in enumerate([*forced, *order.tolist()]):
        if chosen[k] or (place >= len(forced) and shares[k] <= 0 and value[k] <= 0):
            continue
        then = _with_needed(chosen, k, relations, shares)
        fits = place < len(forced) or money.fit(then, budget)
        if fits and allowed(then[None], open_rules)[0]:
            chosen = then
    return chosen if allowed(chosen[None], relations)[0] else None


def _with_needed(chosen: Bools, project: int, relations: Relations, shares: Floats) -> Bools:
    """A set with one project more and with all that it needs."""
    found, ahead = chosen.copy(), [project]
    while ahead:
        k = ahead.pop()
        found[k] = True
        for head, group in relations.requires:
            ahead += [needed for needed in group if head == k and not found[needed]]
        for head, group in relations.requires_any:
            if head == k and not found[list(group)].any():
                ahead.append(max(group, key=lambda needed: (shares[needed], -needed)))
    return found


class _Swaps(NamedTuple):
    """Exchanges of one set: (exchanges, 2) projects that go and that come; n where none does."""

    out: Ints
    into: Ints


class _Exchanges:
    """Small exchanges of sets: what each is worth and costs more, without building the sets."""

    def __init__(
        self,
        value: Floats,
        money: _Money,
        relations: Relations,
        confidence: float,
        groups: Groups | None,
        shared: Shared | None = None,
        values: Values | None = None,
    ) -> None:
        self._money, self._confidence, self._groups = money, confidence, groups
        self._values, self._known = values, dict[bytes, float]()
        self._shared = Shared(np.empty((0, len(value))), np.empty(0)) if shared is None else shared
        self._alone = np.pad(self._shared.alone, ((0, 0), (0, 1)))
        self._relations, self._pairs = replace(relations, synergies=()), relations.synergies
        self._value = np.append(value, 0.0)  # the last is nobody
        self._by_project = np.pad(money.by_project, ((0, 1), (0, 0)))
        self._means = np.append(money.means, 0.0)
        self._least = np.append(money.least, 0.0)
        rate = value / np.maximum(self._means[:-1], 1e-12)
        self._best_first = np.argsort(-rate, kind="stable")

    def worth(self, chosen: Bools) -> float:
        """Expected value of one set."""
        key = chosen.tobytes()
        if key not in self._known:
            one = chosen[None]
            if self._values is None:
                found = self._value[:-1] @ chosen - self._shared.excess(one)[0]
                found += sum(bonus for a, b, bonus in self._pairs if chosen[a] and chosen[b])
            else:
                found = self._values(one)[0]
            self._known[key] = float(found)
        return self._known[key]

    def of(self, start: Bools, budget: float, near: float, most: int) -> Iterator[Bools]:
        """Climb by the best exchange while there is one; yield what is met near the top."""
        best: Bools | None = start
        while best is not None:
            worth = self.worth(best)
            least, higher, met = worth - near * abs(worth), best, [best]
            fitting = self._fitting(best, budget, near * abs(worth))
            for given, chosen, gain in islice(fitting, most):
                got = worth + gain
                if self._values is not None:  # the sum of gains is not all
                    got = self.worth(chosen) if given < WEIGHED else -np.inf
                if got >= least:
                    met.append(chosen)
                if got > self.worth(higher) + ROOM * abs(worth):
                    higher = chosen
                    if self._values is None:
                        break  # they come by what they gain
            yield from met if higher is best or self._values is None else [best]
            best = None if higher is best else higher

    def _fitting(
        self, base: Bools, budget: float, loss: float
    ) -> Iterator[tuple[int, Bools, float]]:
        """Allowed exchanges within the budget that lose no more, the best first, numbered."""
        swaps, room = self._swaps(base), budget * (1 + ROOM)
        gain = self._moved(self._value, swaps) + self._paired(base, swaps)
        kept = gain >= -loss if not len(self._alone) else np.ones(len(gain), dtype=bool)
        for amounts in (self._means, self._least):  # what breaks a lower bound breaks the budget
            kept &= float(amounts[:-1] @ base) + self._moved(amounts, swaps) <= room
        rows = np.flatnonzero(kept)
        if len(self._alone):
            gain[rows] -= self._crowded(base, swaps.out[rows], swaps.into[rows])
            rows = rows[gain[rows] >= -loss]
        rows = rows[np.argsort(-gain[rows], kind="stable")]
        total, given, tried = self._money.total(base), 0, 0
        for first in range(0, len(rows), BLOCK):
            mine = rows[first : first + BLOCK]
            sets = np.pad(np.repeat(base[None], len(mine), axis=0), ((0, 0), (0, 1)))
            np.put_along_axis(sets, swaps.out[mine], False, axis=1)
            np.put_along_axis(sets, swaps.into[mine], True, axis=1)
            sets = sets[:, :-1]
            good = allowed(sets, self._relations)
            if self._confidence:
                costs = _of_both(self._by_project, swaps.into[mine[good]])
                costs += total
                costs -= _of_both(self._by_project, swaps.out[mine[good]])
                good[good] = self._money.sure(costs, room)
            for k in np.flatnonzero(good).tolist():
                if self._groups is None or self._money.fit(sets[k], budget):
                    yield given, sets[k], float(gain[mine[k]])
                    given += 1
            tried += len(mine)
            if tried >= TRIED:
                return

    def _paired(self, base: Bools, swaps: _Swaps) -> Floats:
        """(exchanges,) bonuses of pairs that are had after each, and were not, less those lost."""
        found = np.zeros(len(swaps.out))
        for one, other, bonus in self._pairs:
            both = np.ones(len(found), dtype=bool)
            for k in (one, other):
                stays = (swaps.out != k).all(axis=1) if base[k] else False
                both &= stays | (swaps.into == k).any(axis=1)
            found += bonus * (both - float(base[one] and base[other]))
        return found

    def _crowded(self, base: Bools, out: Ints, into: Ints) -> Floats:
        """(exchanges,) how much more the values of members count too much after each."""
        sums, most = self._alone[:, :-1] @ base, self._shared.most
        now = np.maximum(sums - most, 0.0).sum()
        found = np.empty(len(out))
        by_project = self._alone.T
        step = max(1, (1 << 22) // max(len(most), 1))
        for start in range(0, len(out), step):
            some = slice(start, start + step)
            then = sums + _of_both(by_project, into[some]) - _of_both(by_project, out[some])
            found[some] = np.maximum(then - most, 0.0).sum(axis=1) - now
        return found

    @staticmethod
    def _moved(amounts: Floats, swaps: _Swaps) -> Floats:
        """(exchanges,) how much more of something a set has after each."""
        return np.asarray(_of_both(amounts, swaps.into) - _of_both(amounts, swaps.out))

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


def _of_both(amounts: Floats, two: Ints) -> Floats:
    """(exchanges, ...) what two projects (exchanges, 2) have together of (projects, ...)."""
    found: Floats = amounts[two[:, 0]]
    found += amounts[two[:, 1]]
    return found


def _pairs(things: Ints) -> Ints:
    """(pairs, 2) every two of some things."""
    one, other = np.triu_indices(len(things), 1)
    return np.column_stack((things[one], things[other]))
