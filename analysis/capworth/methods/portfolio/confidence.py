"""The programme under a budget confidence: set and starts together, exact on the draws.

A set is allowed where its money stays within the budget in enough draws, on average too, and where
starts can be found with which every year keeps within its limit as surely. What it costs does not
depend on when it starts, what it is worth only falls with delay: both make the search exact.
"""

from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from capworth.errors import InputError
from capworth.methods.arguments import Bools, Floats, Ints, checked, finite, within
from capworth.methods.portfolio.relations import with_slack

Worth: TypeAlias = Callable[[Bools, Ints], float]
_Found: TypeAlias = tuple[float, float, int, tuple[int, ...], int, Ints, float]

TIE: Final = 1e-12  # of the largest value: two values nearer than this are one
LIKELY: Final = 1_000  # cheapest sets among which the likeliest is sought
NODES: Final = 10_000  # places of members at starts that are tried for one set
PLACES: Final = 40_000  # of them, for all sets of a search together
FEWEST: Final = 200  # in any case, for one set
WEIGHED: Final = 5_000  # joint values that are found for the starts of all sets together
FEW: Final = 20  # in any case, for one set
ONE: Final = 1_000  # of them, for those of one set
SOLVED: Final = 300  # sets for which starts are sought, of candidates
BLOCK: Final = 1 << 20  # numbers of one block of draws x sets: more is slow to get from the system
ROOM: Final = 1e-9  # share of a limit by which rounding may pass it


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What each project is worth, and takes of what is limited, by years of delay.

    Attributes
    ----------
    worth : (projects, delays) expected value, the first as stated; -inf where it may not start then
    uses : (rules, projects, delays) what a project takes of each limited thing: a share of its own
        money, or an amount
    scaled : (rules,) whether `uses` are shares of money: they follow its draws, and the plan holds
        each with its share of the contingency
    caps : (rules,) what there is, in the unit of the money, or of the amounts
    after : (a, ((b, years), ...)): a is delayed no less than one of these b less so many years
    eased : (projects, delays) by how much a project loses less where it is put off; no reason to
        put it off, and real where it has to be. None where nothing loses
    """

    worth: Floats
    uses: Floats
    scaled: Bools
    caps: Floats
    after: tuple[tuple[int, tuple[tuple[int, int], ...]], ...] = ()
    eased: Floats | None = None

    def eases(self, chosen: Bools, delays: Ints) -> float:
        """By how much the members of a set lose less as they are put off."""
        if self.eased is None:
            return 0.0
        members = np.flatnonzero(chosen)
        return float(self.eased[members, delays[members]].sum())

    def eases_most(self, chosen: Bools) -> float:
        """The same, each put off as suits it best."""
        return 0.0 if self.eased is None else float(self.eased[chosen].max(axis=1).sum())

    def most(self, chosen: Bools) -> float:
        """Sum of what the members of a set are worth at most, whenever they start."""
        return float(self.worth[chosen].max(axis=1).sum())

    @classmethod
    def of_years(
        cls,
        spend: Floats,
        limits: Floats,
        worth: Floats,
        after: tuple[tuple[int, int, int], ...] = (),
    ) -> "Plan":
        """Limit the money of each year.

        Parameters
        ----------
        spend : (projects, years) share of a project's money in each year at its stated start
        limits : (years,) money; infinite where a year has no limit
        worth : (projects, delays) expected value by years of delay
        after : (a, b, years): a is delayed no less than b less so many years
        """
        delays = worth.shape[1]
        uses = np.stack([later(spend, d) for d in range(delays)], axis=2)  # (projects, years, .)
        whole = spend.sum(axis=1)[:, None]
        inside = uses.sum(axis=1) >= whole - ROOM  # nothing falls behind the last year
        return cls(
            worth=np.where(inside, worth, -np.inf),
            uses=uses.transpose(1, 0, 2),
            scaled=np.ones(len(limits), dtype=bool),
            caps=limits,
            after=tuple((a, ((b, years),)) for a, b, years in after),
        )


@checked
def later(amounts: Floats, delay: int) -> Floats:
    """Amounts by year, (..., years), so many years later; what falls behind the end is lost."""
    moved = np.zeros_like(amounts)
    moved[..., delay:] = amounts[..., : amounts.shape[-1] - delay]
    return moved


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

    @property
    def reached(self) -> float:
        """Value of the best one; -inf where none keeps the confidence."""
        return float(self.value[0]) if self.feasible else -np.inf


@checked
def best_programmes(
    sets: Bools,
    value: Floats,
    cost: Floats,
    budget: float,
    *,
    confidence: float = 0.8,
    near: float = 0.0,
    plan: Plan | None = None,
    bound: Floats | None = None,
    joint: Worth | None = None,
) -> Programmes:
    """Chance-constrained programme: most expected value within the budget with a confidence.

    What is maximised: expected value. Between equals: the smaller cost at the confidence, then
    fewer projects, then the earlier ones. Assumed: cost does not depend on the start; value does
    not rise with delay; `joint`, where given, is never above `bound`.

    Parameters
    ----------
    sets : (sets, projects) that keep all relations; the empty one among them where allowed
    value : (projects,) expected value at the stated starts, in any unit, may be negative
    cost : (draws, projects) money asked, 0 or more
    budget : money, in the unit of `cost`
    confidence : share of draws in which the budget, and the limits of all years, must hold; 0 where
        they must hold on average only
    near : sets within this share of the largest value are listed too
    plan : spending by year with its limits; without it only the budget counts
    bound : (sets,) what each set is worth at most, whenever its members start; the sum of their
        values where None
    joint : value of a set with its delays where members share gains, or strengthen one another

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
    search = Search(sets, value, cost, confidence=confidence, plan=plan, bound=bound, joint=joint)
    return search.best(budget, near)


class Search:
    """Best programmes for any budget, and among any sets: what was found once is kept.

    Parameters
    ----------
    See `best_programmes`.
    stated : (sets,) value as all members start as stated, where no later start is worth more; a
        nearer bound than `bound`
    light : whether a tenth of the starts is enough: of candidates, that are not all sets either
    falling : whether `joint`, less what `Plan.eased` says, never rises as a member is put off

    Attributes
    ----------
    cut : whether the starts of some set were too many to try them all: another start, or set, may
        then be worth more, no set more than `ceiling` says
    """

    def __init__(
        self,
        sets: Bools,
        value: Floats,
        cost: Floats,
        *,
        confidence: float = 0.8,
        plan: Plan | None = None,
        bound: Floats | None = None,
        joint: Worth | None = None,
        stated: Floats | None = None,
        falling: bool = False,
        light: bool = False,
    ) -> None:
        if not 0 <= confidence <= 1:
            raise InputError(f"confidence: {confidence} is not a share from 0 to 1.")
        self.sets, self.confidence = sets, confidence
        self._worth, self._cost = finite(value, "value"), within(cost, "cost", 0)
        self._by_project = np.ascontiguousarray(self._cost.T)
        self._plan, self._joint, self._falling = plan, joint, falling
        self.cut = False
        self._left, self._places = (WEIGHED // 10, PLACES // 10) if light else (WEIGHED, PLACES)
        self._fewest, self._solved = (FEWEST // 4, SOLVED) if light else (FEWEST, len(sets))
        self._additive = sets @ self._worth
        self._most = self._additive if bound is None else bound
        self._bound = self._most if stated is None else np.minimum(self._most, stated)
        self._size = sets.sum(axis=1)
        self._order = np.lexsort((self._size, -self._bound))
        self._expected = self._cost.mean(axis=0)
        self._means = sets @ self._expected
        self._least = self._means
        if confidence:
            self._least = np.maximum(sets @ lowest_mean(self._cost, confidence), self._means)
        self._at: dict[int, float] = {}
        self._starts: dict[int, tuple[Ints, float, float]] = {}
        self._below: dict[int, float] = {}  # what a set is known not to reach

    def under(self, plan: Plan, tighter: bool = False) -> "Search":
        """Search the same sets under another plan; what they cost at the confidence is shared.

        Parameters
        ----------
        plan : of the same values by delay
        tighter : whether it has all rules of this one: no set is then worth more than here
        """
        other = copy(self)
        other._plan, other._starts, other._below = plan, {}, {}
        if tighter and not self.cut:
            reached = {row: got + 2 * TIE * abs(got) for row, (_, got, _) in self._starts.items()}
            other._below = self._below | reached
        return other

    def ceiling(self, budget: float) -> float:
        """Value that no set within a budget can exceed, whenever its members start."""
        within = self._least <= budget * (1 + ROOM)
        return float(self._bound[within].max(initial=-np.inf))

    def best(
        self,
        budget: float,
        near: float = 0.0,
        among: Bools | None = None,
        least: float = -np.inf,
        anyway: bool = True,
    ) -> Programmes:
        """Best programme within a budget, and those that are nearly as good.

        Parameters
        ----------
        budget, near : see `best_programmes`
        among : (sets,) which of the sets to look at; all where None
        least : value that some of them is known to reach, such as of what a smaller budget, or
            more rules, let through: what is worth less is not looked at
        anyway : whether the likeliest set is given where none keeps the confidence; else no set
        """
        room = budget * (1 + ROOM)
        found: list[_Found] = []
        best, tested, solved = least, 0, 0
        looked = self._least <= room if among is None else (self._least <= room) & among
        for row in self._order[looked[self._order]].tolist():
            floor = _floor(best, near)
            if self._bound[row] < floor:
                break
            if found and solved >= self._solved:
                self.cut = True
                break
            tested += 1
            at = self.quantile(row)
            if at > room:
                continue
            solved += self._plan is not None
            started = self._started(row, at, floor)
            if started is None or started[1] < floor:
                continue
            delays, got, sure = started
            members = tuple(np.flatnonzero(self.sets[row]).tolist())
            found.append((-got, at, int(self._size[row]), members, row, delays, sure))
            best = max(best, got)
        feasible = bool(found)
        if not found and least > -np.inf:  # missed where the starts of a set are too many
            return self.best(budget, near, among, anyway=anyway)
        if not found and anyway:
            found = [self._likeliest(budget, among)]
        lost = [f[0] for f in found]  # as they are sorted: less is better
        floor = _floor(-min(lost, default=np.inf), near)
        step = TIE * max(-min(lost, default=0.0), max(lost, default=0.0), 1e-300)  # two are one
        rising = sorted(found, key=lambda f: (round(f[0] / step), *f[1:5]))
        kept = [f for f in rising if -f[0] >= floor][: None if near else 1]
        rows = [f[4] for f in kept]
        return Programmes(
            sets=self.sets[rows],
            delays=np.array([f[5] for f in kept], dtype=np.int64).reshape(self.sets[rows].shape),
            value=np.array([-f[0] for f in kept]),
            expected=self._means[rows],
            quantile=np.array([f[1] for f in kept]),
            p_within=np.array([(self._totals(r) <= room).mean() for r in rows]),
            p_years=np.array([f[6] for f in kept]),
            tested=tested,
            solved=solved,
            feasible=feasible,
        )

    def downward(self, highest: float) -> Iterator[Programmes]:
        """Best programme of every budget from the highest down, for as long as it is asked for.

        The next lower budget is the largest that the last programme breaks.
        """
        budget = highest
        while (step := self.best(budget)).feasible:
            yield step
            needed = max(float(step.quantile[0]), float(step.expected[0]))
            if needed <= 0:
                return
            budget = needed * (1 - 1e-6)

    def quantile(self, row: int) -> float:
        """Cost of a set at the confidence, and no less than on average."""
        if row not in self._at:
            mean = float(self._means[row])
            at = mean
            if self.confidence:
                place = int(np.ceil(self.confidence * len(self._cost) - 1e-9)) - 1
                totals = self._totals(row)
                totals.partition(place)
                at = float(totals[place])
            self._at[row] = max(at, mean)
        return self._at[row]

    def _totals(self, row: int) -> Floats:
        return np.asarray(self._by_project[self.sets[row]].sum(axis=0))

    def _started(self, row: int, at: float, floor: float) -> tuple[Ints, float, float] | None:
        """Delays, value and the chance to keep every year; None where none reach the floor."""
        if row in self._starts or floor >= self._below.get(row, np.inf):
            return self._starts.get(row)
        chosen = self.sets[row]
        found: tuple[Ints, float, float] | None
        if self._plan is None:
            delays, joint = np.zeros(len(chosen), dtype=np.int64), self._joint
            got = float(self._additive[row]) if joint is None else joint(chosen, delays)
            found = delays, got, 1.0
        else:
            mean = self._means[row]
            scale = max(1.0, at / mean) if mean > 0 else 1.0
            spare = float(self._most[row]) - self._plan.most(chosen)
            spare = max(0.0, spare - self._plan.eases_most(chosen))
            found, tried = _starts(
                chosen,
                self._plan,
                self._by_project,
                self._expected,
                scale,
                self.confidence,
                floor,
                spare,
                self._joint,
                self._falling,
                min(self._left, ONE),
                max(self._fewest, min(self._places, NODES)),
            )
            self._left -= tried.weighed
            self._places -= tried.places
            self.cut |= tried.cut
        if found is None:
            self._below[row] = floor
        else:
            self._starts[row] = found
        return found

    def _chances(self, rows: Ints, room: float) -> Floats:
        """(rows,) share of draws in which each of some sets asks for no more than there is room.

        Many at once, in products whose last bits are not those of a sum: sets that come so near in
        some draw that these might decide are summed once more by themselves.
        """
        found = np.empty(len(rows))
        step = max(1, BLOCK // max(len(self._cost), 1))
        near = 1e-12 * len(self._expected) * abs(room) if np.isfinite(room) else 0.0
        for start in range(0, len(rows), step):
            some = rows[start : start + step]
            totals = self.sets[some].astype(np.float64) @ self._by_project
            low = np.count_nonzero(totals <= room - near, axis=1)
            unsure = np.flatnonzero(low != np.count_nonzero(totals <= room + near, axis=1))
            chances = low / len(self._cost)
            chances[unsure] = [(self._totals(r) <= room).mean() for r in some[unsure]]
            found[start : start + step] = chances
        return found

    def _likeliest(self, budget: float, among: Bools | None) -> "_Found":
        """The set that keeps the budget in most draws, then the most valuable, as started."""
        rows = np.arange(len(self.sets)) if among is None else np.flatnonzero(among)
        cheap = rows[np.argsort(self._means[rows], kind="stable")[:LIKELY]]
        chance = self._chances(cheap, budget * (1 + ROOM))
        row = int(cheap[np.lexsort((-self._bound[cheap], -chance))[0]])
        members = tuple(np.flatnonzero(self.sets[row]).tolist())
        none = np.zeros(self.sets.shape[1], dtype=np.int64)
        at, sure = self.quantile(row), 1.0
        if self._plan is not None:
            sure = _as_stated(self.sets[row], self._plan, self._by_project)
        return -float(self._bound[row]), at, int(self._size[row]), members, row, none, sure


Groups: TypeAlias = tuple[Bools, Floats]  # (groups, projects), and (groups,) money held for each


@checked
def frontier_at(
    sets: Bools,
    value: Floats,
    cost: Floats,
    confidence: float = 0.8,
    mean_too: bool = True,
    groups: Groups | None = None,
) -> tuple[Ints, Floats]:
    """Budget frontier at a confidence: every budget at which the best set changes.

    Parameters
    ----------
    sets : (sets, projects) that keep all relations
    value : (sets,) expected value of each set
    cost : (draws, projects)
    mean_too : whether the expected cost must keep within the budget as well, as a programme must
    groups : what is held for some projects only; the budget is then what is lacking at most, over
        all groups, to what the members of a set in the group cost

    Returns
    -------
    (steps,) rows of `sets` and the budget from which each is the best.

    Notes
    -----
    Only sets are looked at whose bound from below, as of `best_programmes`, is no more than what
    the cheapest needs of those on the frontier of the bounds that are worth as much.
    """
    each = [cost.mean(axis=0)] if mean_too or not confidence else []
    each += [lowest_mean(cost, confidence)] if confidence else []
    bound = _lacking(sets, np.stack(each, axis=1), groups).max(axis=1)
    first = bound <= _cheapest_as_good(value, bound)
    known = np.full(len(sets), np.inf)
    known[first] = _budgets(sets[first], cost, confidence, mean_too, groups)
    near = np.flatnonzero(bound <= with_slack(_cheapest_as_good(value, known)))
    budgets = _budgets(sets[near], cost, confidence, mean_too, groups)
    order = np.lexsort((sets[near].sum(axis=1), -value[near], budgets))
    ahead = np.maximum.accumulate(value[near][order])
    rises = np.r_[True, value[near][order][1:] > ahead[:-1] + TIE * np.abs(value).max(initial=0.0)]
    return near[order][rises], budgets[order][rises]


@checked
def lowest_mean(cost: Floats, confidence: float) -> Floats:
    """(projects,) mean of the lowest draws of each, as many as the confidence asks for.

    What these add up to is never above what a set costs at the confidence.

    Parameters
    ----------
    cost : (draws, projects)
    confidence : share of the draws; above 0
    """
    place = max(1, int(np.ceil(confidence * len(cost) - 1e-9)))
    found: Floats = np.partition(cost, place - 1, axis=0)[:place].mean(axis=0)
    return found


def _budgets(
    sets: Bools, cost: Floats, confidence: float, mean_too: bool, groups: Groups | None
) -> Floats:
    """(sets,) budget that each set keeps with the confidence, and on average."""
    means = _lacking(sets, cost.mean(axis=0)[:, None], groups)[:, 0]
    if not confidence:
        return means
    found = np.empty(len(sets))
    place = int(np.ceil(confidence * len(cost) - 1e-9)) - 1
    by_project = np.ascontiguousarray(cost.T)
    step = max(1, BLOCK // max(len(cost), 1))
    for start in range(0, len(sets), step):
        totals = _lacking(sets[start : start + step], by_project, groups)
        totals.partition(place, axis=1)
        found[start : start + step] = totals[:, place]
    return np.maximum(found, means) if mean_too else found


def _lacking(sets: Bools, by_project: Floats, groups: Groups | None) -> Floats:
    """(sets, draws) what the sets cost, or what is lacking most to what a group of them costs."""
    if groups is None:
        return np.asarray(sets.astype(np.float64) @ by_project)
    most = np.zeros((len(sets), by_project.shape[1]))
    for group, held in zip(*groups, strict=True):
        np.maximum(most, (sets & group).astype(np.float64) @ by_project - held, out=most)
    return most


def _cheapest_as_good(value: Floats, budgets: Floats) -> Floats:
    """(sets,) smallest budget of a set that is worth as much or more."""
    order = np.lexsort((budgets, -value))
    found = np.empty(len(value))
    found[order] = np.minimum.accumulate(budgets[order])
    return found


def _floor(best: float, near: float) -> float:
    """Value from which a set is listed: so much below the best, whatever its sign."""
    return best - (near + TIE) * abs(best) if np.isfinite(best) else -np.inf


def _as_stated(chosen: Bools, plan: Plan, prices: Floats) -> float:
    """Share of draws in which a set whose members start as stated keeps every rule."""
    within = np.ones(prices.shape[1], dtype=bool)
    for uses, scaled, cap in zip(plan.uses[:, chosen, 0], plan.scaled, plan.caps, strict=True):
        taken = uses @ prices[chosen] if scaled else uses.sum()
        within &= taken <= cap * (1 + ROOM)
    return float(within.mean())


def _possible(
    chosen: Bools, plan: Plan, planned: Floats, caps: Floats, prices: Floats, confidence: float
) -> tuple[Bools, Bools] | None:
    """Whether a set can keep all rules if each member takes its least of each, whenever it starts.

    A rule that no start can ease, such as money for some projects only, would else be tried with
    every start of all members.

    Returns
    -------
    (rules,) which no start eases, and (draws,) in which these hold; None where it cannot.
    """
    opens = np.isfinite(plan.worth[chosen])[:, :, None]
    least = np.where(opens, planned[chosen], np.inf).min(axis=1, initial=np.inf).sum(axis=0)
    if (least > caps).any():
        return None
    uses, there = plan.uses[:, chosen], opens[None, :, :, 0]
    lowest = np.where(there, uses, np.inf).min(axis=2, initial=np.inf)
    fixed = (lowest == np.where(there, uses, -np.inf).max(axis=2, initial=-np.inf)).all(axis=1)
    within = np.ones(prices.shape[1], dtype=bool)
    ever, mine = within.copy(), prices[chosen]
    for rule in np.flatnonzero(plan.scaled & (lowest > 0).any(axis=1)).tolist():
        keeps = lowest[rule] @ mine <= caps[rule]
        ever &= keeps
        if fixed[rule]:
            within &= keeps
    return (fixed, within) if ever.mean() >= confidence - ROOM else None


def _binding(chosen: Bools, plan: Plan, planned: Floats, caps: Floats, prices: Floats) -> Bools:
    """(rules,) whether a set could break one, each member taking its most in its dearest draw."""
    opens = np.isfinite(plan.worth[chosen])
    price = np.where(plan.scaled[:, None], prices[chosen].max(axis=1, initial=0.0), 1.0)
    drawn = np.where(opens, plan.uses[:, chosen], 0.0).max(axis=2, initial=0.0) * price
    stated = np.where(opens[:, :, None], planned[chosen], 0.0).max(axis=1, initial=0.0).T
    return np.asarray(np.maximum(drawn, stated).sum(axis=1) > caps)


@dataclass(slots=True)
class _Tried:
    """How much was tried for one set."""

    places: int = 0
    weighed: int = 0
    cut: bool = False


def _meets(chosen: Bools, plan: Plan, stated: float) -> bool:
    """Whether a set as stated is worth something else than its members one by one."""
    apart = float(plan.worth[chosen, 0].sum())
    return abs(stated - apart) > TIE * max(abs(apart), 1e-300)


def _starts(
    chosen: Bools,
    plan: Plan,
    prices: Floats,
    means: Floats,
    scale: float,
    confidence: float,
    floor: float,
    spare: float,
    joint: Worth | None,
    falling: bool,
    most_weighed: int,
    most_places: int,
) -> tuple[tuple[Ints, float, float] | None, "_Tried"]:
    """Delays that lose least value; None where no starts keep every limit and reach the floor.

    No more than `most_places` are tried, and about `most_weighed` joint values.

    What loses less when it is put off is not put off for that: see `Plan.eased`. Depth first, the
    project with the dearest year first; the rest undelayed bounds what is left. Prices are
    (projects, draws), so that those of one project lie together.
    """
    share = np.where(plan.scaled[:, None, None], means[None, :, None] * scale, 1.0)
    planned = (plan.uses * share).transpose(1, 2, 0)  # (projects, delays, rules), contingency in
    members = np.flatnonzero(chosen).tolist()
    order = sorted(members, key=lambda k: (-planned[k].max(initial=0.0), k))
    caps = plan.caps * (1 + ROOM)
    tied = ((a, [n for n in needed if chosen[n[0]]]) for a, needed in plan.after if chosen[a])
    after = [(a, needed) for a, needed in tied if needed]
    delays = np.zeros(len(chosen), dtype=np.int64)
    tried = _Tried()
    possible = _possible(chosen, plan, planned, caps, prices, confidence)
    if possible is None:
        return None, tried
    fixed, held_anyway = possible
    binds = _binding(chosen, plan, planned, caps, prices) & ~fixed
    uses, scaled, caps, planned = (
        plan.uses[binds],
        plan.scaled[binds],
        caps[binds],
        planned[..., binds],
    )
    # what those placed take of each rule, in every draw; changed by a sum of its own each time
    certain = np.ones(1)  # what is no share of money is the same in every draw
    sums: list[Floats] = [np.zeros(prices.shape[1]) if of else 0 * certain for of in scaled]
    best: list[tuple[float, Ints, float, float]] = []
    eased, enough = plan.eases_most(chosen), (confidence - ROOM) * prices.shape[1]
    easing = plan.eased is not None and bool(plan.eased[chosen].any())
    placed: set[int] = set()
    stated = np.inf if joint is None else joint(chosen, delays)
    meets = falling and joint is not None and _meets(chosen, plan, stated)
    takes, worths = planned[order], plan.worth[order]  # by place in the order
    opens, values = np.isfinite(worths), worths.tolist()
    uses = np.ascontiguousarray(uses[:, order])
    taken_by = [[part.nonzero()[0].tolist() for part in one.T] for one in uses.transpose(1, 0, 2)]

    asked_of = {
        k: [(a, needed) for a, needed in after if k == a or k in [b for b, _ in needed]]
        for k in order
    }

    def keeps_order(project: int) -> bool:
        """Whether one that was just placed keeps the order with those placed before."""
        return all(
            any(b not in placed or delays[a] >= delays[b] - years for b, years in needed)
            for a, needed in asked_of[project]
            if a in placed
        )

    def most(depth: int, used: Floats) -> list[float]:
        """What the rest is worth at most, each in the best place that is still free for it.

        For each of several ways (ways, rules) in which the others use what there is.
        """
        free = np.logical_and.reduce(used[:, None, None] + takes[depth:] <= caps, axis=3)
        best_of = np.maximum.reduce(np.where(free, worths[depth:], -np.inf), axis=2)
        found: list[float] = np.add.reduce(best_of, axis=1).tolist()
        return found

    def hopeless(ahead: float) -> bool:
        if ahead + eased < floor or (best and ahead <= best[0][0]):
            return True
        if not meets or joint is None:
            return False
        tried.weighed += 1
        together = joint(chosen, delays)  # the rest as stated
        together -= plan.eases(chosen, delays) if easing else 0.0
        return together + eased < floor or bool(best and together <= best[0][0])

    def place(depth: int, used: Floats, within: Bools, value: float) -> None:
        tried.places += 1
        if depth == len(order):
            gains = plan.eases(chosen, delays) if easing else 0.0
            tried.weighed += joint is not None
            got = joint(chosen, delays) if joint is not None else value + gains
            held = min(got - gains, stated)  # an overlap that fades is no reason to be late either
            more = TIE * max(abs(held), 1e-300)  # within which two starts are worth the same
            if not best or held > best[0][0] + more:
                best[:] = [(held, delays.copy(), float(within.mean()), got)]
            return
        project, mine = order[depth], takes[depth]
        placed.add(project)
        totals = used + mine
        fits = opens[depth] & np.logical_and.reduce(totals <= caps, axis=1)
        starts = fits.nonzero()[0]
        totals = totals[starts]
        rests = most(depth + 1, totals)
        for delay, total, rest in zip(starts.tolist(), totals, rests, strict=True):
            enough_weighed = bool(best) and tried.weighed >= max(most_weighed, FEW)
            if tried.places >= most_places or enough_weighed:
                tried.cut = True
                break
            delays[project] = delay
            then = value + values[depth][delay]
            if not keeps_order(project) or hopeless(then + spare + rest):
                continue
            before, still = dict[int, Floats](), within
            for rule in taken_by[depth][delay]:
                price = prices[project] if scaled[rule] else certain
                taken = price * uses[rule, depth, delay]
                taken += sums[rule]  # in place: a new array costs more than the sum
                before[rule], sums[rule] = sums[rule], taken
                still = still & (taken <= caps[rule])
                if np.count_nonzero(still) < enough:
                    break  # whatever it takes of the others
            else:
                place(depth + 1, total, still, then)
            for rule, taken in before.items():
                sums[rule] = taken
        delays[project] = 0
        placed.discard(project)

    none = np.zeros(len(caps))
    if not hopeless(0.0 + spare + most(0, none[None])[0]):
        place(0, none, held_anyway, 0.0)
    if not best or best[0][3] < floor:
        return None, tried
    return (best[0][1], best[0][3], best[0][2]), tried
