"""The sets among which would be chosen if more were known: a finite list, with starts and worth.

What a set is worth where its bills exceed the budget: the part of it that can still be done, in
proportion to the money there is, or all or nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from capworth.case.model import NET
from capworth.methods.arguments import Bools, Floats, Ints
from capworth.methods.cost_benefit.prices import MILLION
from capworth.methods.portfolio.confidence import Plan
from capworth.model.simulation import Sample
from capworth.programme.choice import Choice
from capworth.programme.selection import Programme
from capworth.uncertainty.rivals import in_first_draws

DRAWS = 4_000  # of the sample, the first ones
DEARER = 1.5  # sets that cost up to so many times the budget, expected, are in the choice
MOST = 1_000  # sets in the choice, those of most expected worth
SPARE = 1.3  # times as many are looked at, as some have no starts that keep the years
SCREENED = 500  # draws that tell which sets are of most worth
ROOM = 1e-9  # share of a limit by which rounding may pass it
TOPS = 300  # largest sets up to which the ceiling is sought among these alone
BLOCK = 2_000  # sets looked at together


@dataclass(frozen=True, eq=False)
class Part:
    """What a share of the value of some sets is made of: one improvement, or some that meet.

    Attributes
    ----------
    owners : numbers of the improvements
    gain : (draws,) what they add
    spent : (draws,) whole-life cost in it, under `net`; 0 elsewhere
    sets : (sets,) whether it is part of each
    """

    owners: tuple[int, ...]
    gain: Floats
    spent: Floats
    sets: Bools


@dataclass(frozen=True, eq=False)
class Options:
    """The list of sets, with what each is worth in the draws that are looked at.

    Attributes
    ----------
    choice : the case in these draws
    sets, delays : (sets, improvements)
    mine : row of the programme
    budget : money
    """

    choice: Choice
    sets: Bools
    delays: Ints
    mine: int
    budget: float

    @classmethod
    def of(cls, sample: Sample, programme: Programme) -> "Options":
        """Sets that keep relations and the years' limits, the programme among them."""
        choice = in_first_draws(sample, DRAWS)
        budget = programme.budget_m * MILLION
        table = programme.to_frame()
        chosen = table["chosen"].to_numpy(dtype=bool)
        late = table["delay"].to_numpy(dtype=np.int64)
        dearest = budget * (1.0 if choice.measure == NET else DEARER)
        rows = np.flatnonzero(choice.sets @ choice.asked <= dearest)
        done = np.ones(len(rows))
        if choice.measure != NET:
            done = _done(choice.sets[rows] @ choice.cost[:SCREENED].T, budget).mean(axis=1)
        order = np.argsort(-choice.expected[rows] * done, kind="stable")
        rows = rows[order[: int(MOST * SPARE)]]
        kept, delays = started(choice.sets[rows], choice.plan, choice.asked)
        sets, delays = choice.sets[rows][kept], delays[kept]
        other = (sets != chosen).any(axis=1)
        sets = np.concatenate([chosen[None], sets[other]])[:MOST]
        delays = np.concatenate([late[None], delays[other]])[:MOST]
        return cls(choice, sets, delays, 0, budget)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """What the values of the sets are made of."""
        return (*self._own(), *self._paired(), *self._met())

    @cached_property
    def gains(self) -> Floats:
        """(parts, draws) what each part adds."""
        return self._rows([part.gain for part in self.parts])

    @cached_property
    def spendings(self) -> Floats:
        """(parts, draws) whole-life cost in each part, under `net`."""
        return self._rows([part.spent for part in self.parts])

    @cached_property
    def inside(self) -> Floats:
        """(parts, sets) 1 where a part is in a set."""
        rows = np.array([part.sets for part in self.parts], dtype=np.float64)
        return rows.reshape(len(self.parts), len(self.sets))

    def _rows(self, rows: Sequence[Floats]) -> Floats:
        """(parts, draws); none where only the empty set is left."""
        return np.array(rows, dtype=np.float64).reshape(len(rows), len(self.choice.cost))

    @cached_property
    def value(self) -> Floats:
        """(draws, sets) by the measure of the case."""
        return np.asarray(self.gains.T @ self.inside)

    @cached_property
    def spent(self) -> Floats:
        """(draws, sets) whole-life cost in the value, under `net`."""
        return np.asarray(self.spendings.T @ self.inside)

    @property
    def size(self) -> int:
        """How many draws are looked at."""
        return len(self.choice.cost)

    @property
    def cost(self) -> Floats:
        """(draws, sets) money that the budget holds; summed each time, which costs little."""
        return np.asarray(self.choice.cost @ self.sets.T.astype(np.float64))

    @cached_property
    def done(self) -> Floats:
        """(draws, sets) share that the budget pays; all of it under `net`."""
        if self.choice.measure == NET:
            return np.ones((self.size, len(self.sets)))
        return _done(self.cost, self.budget)

    @cached_property
    def most(self) -> Floats:
        """(draws,) value of the best set with the budget lifted, of all that keep relations."""
        worth, measure = self.choice.worth, self.choice.measure
        loses: Bools = np.asarray((worth.gains(measure) < 0).any(axis=0))
        loses[np.unique(worth.pairs)] = True
        sets = _largest(self.choice.sets, loses)
        found = np.asarray(self.value.max(axis=1))
        for start in range(0, len(sets), BLOCK):
            more = worth.over_draws(sets[start : start + BLOCK], measure)
            found = np.maximum(found, more.max(axis=1))
        return found

    def _own(self) -> list[Part]:
        choice, found = self.choice, []
        none = np.zeros(len(choice.cost))
        for k in range(self.sets.shape[1]):
            inside = self.sets[:, k]
            for delay in np.unique(self.delays[inside, k]).tolist():
                spent = none
                if choice.measure == NET:
                    late = np.full(self.sets.shape[1], delay)
                    spent = choice.whole_cost(np.arange(len(late)) == k, late)
                gain = choice.own(k, delay, choice.measure)
                found.append(Part((k,), gain, spent, inside & (self.delays[:, k] == delay)))
        return found

    def _paired(self) -> list[Part]:
        choice, found = self.choice, []
        none = np.zeros(len(choice.cost))
        years = choice.calendar.effects
        bonus = choice.worth.bonuses(choice.measure)
        for place, pair in enumerate(choice.worth.pairs.tolist()):
            both = self.sets[:, pair].all(axis=1)
            for late in np.unique(self.delays[both][:, pair], axis=0).tolist():
                inside = both & (self.delays[:, pair] == late).all(axis=1)
                shares = [
                    years.counted(k, d) / years.counted(k) if years.counted(k) else 0.0
                    for k, d in zip(pair, late, strict=True)
                ]
                found.append(Part(tuple(pair), bonus[:, place] * min(shares), none, inside))
        return found

    def _met(self) -> list[Part]:
        choice, found = self.choice, []
        none = np.zeros(len(choice.cost))
        for meeting in choice.worth.meetings:
            users = list(dict.fromkeys(meeting.users))
            ways = np.where(self.sets[:, users], self.delays[:, users], -1)
            many = (ways >= 0).sum(axis=1) > 1
            for way in np.unique(ways[many], axis=0).tolist():
                there = [(u, d) for u, d in zip(users, way, strict=True) if d >= 0]
                mine, late = [u for u, _ in there], [d for _, d in there]
                together = meeting.joint(choice.measure, mine, late)
                for user, delay in there:
                    together = together - meeting.joint(choice.measure, [user], [delay])
                if np.any(together):
                    found.append(Part(tuple(mine), together, none, (ways == way).all(axis=1)))
        return found


def started(sets: Bools, plan: Plan, asked: Floats) -> tuple[Bools, Ints]:
    """Starts that keep every limit on average, each improvement at the first that still fits.

    Placed in two orders, the dearest year first and what loses most by a year first; of each set
    the starts that are worth more.

    Returns
    -------
    (sets,) whether some were found, and (sets, improvements) years of delay.
    """
    share = np.where(plan.scaled[:, None, None], asked[None, :, None], 1.0)
    takes = (plan.uses * share).transpose(1, 2, 0)  # (improvements, delays, limits)
    later = plan.worth[:, min(1, plan.worth.shape[1] - 1)]
    losses = plan.worth[:, 0] - np.where(np.isfinite(later), later, 0.0)
    places = np.arange(sets.shape[1])
    found: tuple[Floats, Ints] | None = None
    for first in (takes.max(axis=(1, 2), initial=0.0), losses):
        kept, delays = _placed(sets, plan, takes, _in_order(plan, first))
        worth = np.where(sets, plan.worth[places, delays], 0.0).sum(axis=1)
        worth = np.where(kept, worth, -np.inf)
        if found is not None:
            better = worth > found[0]
            delays = np.where(better[:, None], delays, found[1])
            worth = np.maximum(worth, found[0])
        found = worth, delays
    assert found is not None  # two orders were tried
    return np.isfinite(found[0]), found[1]


def _placed(sets: Bools, plan: Plan, takes: Floats, order: Sequence[int]) -> tuple[Bools, Ints]:
    used = np.zeros((len(sets), len(plan.caps)))
    delays = np.zeros(sets.shape, dtype=np.int64)
    kept = np.ones(len(sets), dtype=bool)
    caps = plan.caps * (1 + ROOM)
    for k in order:
        earliest = np.zeros(len(sets), dtype=np.int64)
        for head, needed in plan.after:
            if head == k:
                earliest = np.maximum(earliest, _first(sets, delays, needed))
        waiting = sets[:, k].copy()
        for delay in range(plan.worth.shape[1]):
            if not np.isfinite(plan.worth[k, delay]):
                continue
            fits = (used + takes[k, delay] <= caps).all(axis=1)
            now = waiting & fits & (delay >= earliest)
            used[now] += takes[k, delay]
            delays[now, k] = delay
            waiting &= ~now
        kept &= ~waiting
    return kept, delays


def _in_order(plan: Plan, first: Floats) -> Sequence[int]:
    """What others wait for first, then by falling numbers."""
    needed = {head: {b for b, _ in rows} for head, rows in plan.after}
    order: list[int] = []
    waiting = sorted(range(len(first)), key=lambda k: (-first[k], k))
    while waiting:
        ready = [k for k in waiting if needed.get(k, set()) <= {*order}]
        order.append((ready or waiting)[0])
        waiting.remove(order[-1])
    return order


def _first(sets: Bools, delays: Ints, needed: Sequence[tuple[int, int]]) -> Ints:
    """(sets,) delay from which the first of what is needed, and there, allows a start."""
    starts = np.stack([delays[:, b] - years for b, years in needed], axis=1)
    there = np.stack([sets[:, b] for b, _ in needed], axis=1)
    first = np.where(there, starts, np.iinfo(np.int64).max).min(axis=1)
    return np.asarray(np.where(there.any(axis=1), np.maximum(first, 0), 0))


def _done(cost: Floats, budget: float) -> Floats:
    """Share of each cost that a budget pays, in the place of the costs."""
    with np.errstate(divide="ignore", invalid="ignore"):
        np.divide(budget, cost, out=cost)
    return np.fmin(cost, 1.0, out=cost)  # what costs nothing is paid, by no budget too


def _largest(sets: Bools, loses: Bools) -> Bools:
    """Sets that none holds that differs by what never loses alone; all where these are many.

    Parameters
    ----------
    loses : (improvements,) whether it may be worth less than nothing
    """
    order = np.argsort(-sets.sum(axis=1), kind="stable")
    found: list[Bools] = []
    for kind in np.unique(sets[:, loses], axis=0):
        left = sets[order][(sets[order][:, loses] == kind).all(axis=1)]
        while len(left):
            if len(found) >= TOPS:
                return sets
            found.append(left[0])
            left = left[(left & ~left[0]).any(axis=1)]
    return np.array(found)
