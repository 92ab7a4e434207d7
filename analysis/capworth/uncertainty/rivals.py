"""Sets that a programme is held against when something changes, with starts and with money.

All good sets, and the best of those that cost a little more than there is: what a change may bring
in. Starts are found once, as things are; they do not move with what is changed.
"""

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np

from capworth.case.model import NET
from capworth.methods.arguments import Bools, Floats, Ints
from capworth.methods.cost_benefit.prices import MILLION
from capworth.methods.portfolio.confidence import Search, later
from capworth.methods.uncertainty.order_statistics import order_quantile, quantile_error
from capworth.model.simulation import Sample
from capworth.programme.choice import Choice
from capworth.programme.selection import Programme

STARTED = 4_000  # draws, the first ones, in which starts are found and values compared
SOUGHT = 500  # draws in which starts are found of sets that the budget does not hold
NEAR = 0.15  # share of the best value within which a set is on the list
MORE, DEARER = 200, 1.2  # sets on the list that cost up to so many times the budget
ROOM = 0.005  # share of the budget by which a set must keep it, or break it, at least
CLEARLY = 0.02  # share of the programme's value by which another set must be worth more
LEAST = 1e-12  # way to another set, where none adds anything
ENDLESS = 1e9  # of the best value: all sets are near it


def first_draws(sample: Sample, size: int) -> Sample:
    """A sample cut to its first draws, in what a programme is chosen from; or as it is."""
    drawn = sample.drawn
    if size >= drawn.size == sample.draws:
        return sample
    size = min(size, drawn.size)
    names = ("distance", "money", "net", "harm", "exchange")
    gains = replace(drawn.gains, **{name: getattr(drawn.gains, name)[:size] for name in names})
    cut = replace(
        drawn,
        cost=drawn.cost[:size],
        distance=drawn.distance[:size],
        gains=gains,
        improvement_cost=drawn.improvement_cost[:size],
        asked=drawn.asked[:size],
    )
    return replace(sample, draws=size, drawn=cut)


@lru_cache(maxsize=1)  # rivals and what else could be known ask for the same
def in_first_draws(sample: Sample, size: int) -> Choice:
    """Gather the choice in the first draws; where sets are candidates only, among the same ones."""
    whole, choice = Choice.of(sample), Choice.of(first_draws(sample, size))
    return choice if whole.listed is not None else choice.among(whole.sets)


@dataclass(frozen=True, eq=False)
class Rivals:
    """The programme, first, and the sets that it is held against.

    Attributes
    ----------
    sample : the case in all draws that are kept; money is held against the budget in these
    choice : the case in the first `STARTED` of them; values are compared in these
    sets, delays : (sets, improvements)
    worth : (sets,) expected value as things are
    """

    sample: Sample
    choice: Choice
    sets: Bools
    delays: Ints
    worth: Floats
    budget: float
    confidence: float

    @classmethod
    def of(cls, sample: Sample, programme: Programme) -> "Rivals":
        """Gather them."""
        case = sample.case
        choice = in_first_draws(sample, STARTED)
        budget = programme.budget_m * MILLION
        table = programme.to_frame()
        chosen = table["chosen"].to_numpy(dtype=bool)
        late = table["delay"].to_numpy(dtype=np.int64)
        good = choice.search.best(budget, near=NEAR)
        more, starts = _dearer(choice, budget, good.sets, choice.joint(chosen, late))
        sets = np.concatenate([chosen[None], good.sets, more])
        delays = np.concatenate([late[None], good.delays, starts])
        _, first = np.unique(sets, axis=0, return_index=True)
        rows = np.sort(first)
        sets, delays = sets[rows], delays[rows]
        values = [choice.joint(row, d) for row, d in zip(sets, delays, strict=True)]
        confidence = case.settings.budget_confidence
        return cls(sample, choice, sets, delays, np.array(values), budget, confidence)

    @cached_property
    def totals(self) -> Floats:
        """(sets, draws kept) money asked of the budget."""
        return np.asarray(self.sets.astype(np.float64) @ self.sample.drawn.asked.T)

    def at(self, totals: Floats) -> Floats:
        """Money at the confidence, and on average if that is more, of rows of totals."""
        means = totals.mean(axis=1)
        if not self.confidence:
            return np.asarray(means)
        return np.asarray(np.maximum(order_quantile(totals.T, self.confidence), means))

    def life(self, improvement: int, years: Floats) -> Floats:
        """(sets,) present value of one of a line of an improvement, as each set starts it.

        Parameters
        ----------
        years : (years,) part that is paid in each year, as it starts by the case
        """
        discount = self.choice.calendar.effects.discount
        most = int(self.delays.max(initial=0)) + 1
        worth = np.array([float(later(years, delay) @ discount) for delay in range(most)])
        inside = self.sets[:, improvement]
        return np.asarray(np.where(inside, worth[self.delays[:, improvement]], 0.0))

    @cached_property
    def needed(self) -> Floats:
        """(sets,) money at the confidence, as things are."""
        return self.at(self.totals)

    @cached_property
    def room(self) -> float:
        """Money by which the budget must be broken, or kept: two standard errors or a little."""
        mine = self.totals[0]
        if self.confidence:
            error = quantile_error(mine, self.confidence)
        else:
            error = float(mine.std() / np.sqrt(len(mine)))
        return max(2 * error, ROOM * self.budget)

    @cached_property
    def clear(self) -> float:
        """Value by which another set must be worth more than the programme."""
        rounding = 1e-9 * float(np.abs(self.worth).max())
        return max(CLEARLY * abs(float(self.worth[0])), rounding)

    def nearer(self, values: Floats, needed: Floats) -> float:
        """How far the advice is on its way to another: 0 as things are, 1 where it changes.

        Parameters
        ----------
        values, needed : (levels, sets) at some levels of an input
        """
        over = self.budget + self.room
        left = max(over - self.needed[0], 1e-9 * over, 1e-9)  # also of a budget of nothing
        spent = (needed[:, 0] - self.needed[0]) / left
        now = self._lead(self.worth[None], self.needed[None])
        most = self._lead(values, needed)
        way = max(self.clear - now, LEAST) if np.isfinite(now) else np.inf
        ahead = (most - now) / way if np.isfinite(way) else float(np.isfinite(most))
        return max(float(spent.max()), ahead)

    def _lead(self, values: Floats, needed: Floats) -> float:
        """How much more another set is worth that keeps the budget, at any of the levels."""
        within = needed[:, 1:] <= self.budget - self.room
        more = values[:, 1:] - values[:, :1]
        return float(more.max(initial=-np.inf, where=within))

    def better(self, values: Floats, needed: Floats) -> tuple[bool, int]:
        """Whether the programme breaks the budget, and the set to take in its stead.

        Parameters
        ----------
        values, needed : (sets,) at some level of an input

        Returns
        -------
        The set is row 0, the programme, where it stays; where it breaks the budget and no other set
        keeps it, -1.
        """
        within = needed <= self.budget - self.room
        within[0] = False
        worth = np.where(within, values, -np.inf)
        best = int(worth.argmax()) if within.any() else -1
        if needed[0] > self.budget + self.room:
            return True, best
        return False, best if best > 0 and worth[best] - values[0] > self.clear else 0


def _dearer(choice: Choice, budget: float, known: Bools, least: float) -> tuple[Bools, Ints]:
    """The best sets that cost up to a little more than the budget, with starts that keep years.

    Those that are known are left out, and those that are worth too little to be brought in by less
    money: only that can bring in what the budget does not hold.
    """
    sets, values = choice.sets, choice.expected
    order = np.lexsort((sets.sum(axis=1), -values))
    rows = order[sets[order] @ choice.asked <= DEARER * budget][:MORE]
    if choice.measure != NET:
        rows = rows[values[rows] > least + CLEARLY * abs(least)]
    listed = {row.tobytes() for row in known}
    rows = np.array([row for row in rows if sets[row].tobytes() not in listed], dtype=np.int64)
    search = Search(
        sets[rows],
        choice.gain,
        choice.cost[:SOUGHT],
        confidence=choice.case.settings.budget_confidence,
        plan=choice.plan,
        light=choice.listed is None,
    )
    found = search.best(np.inf, near=ENDLESS, anyway=False)
    return found.sets, found.delays
