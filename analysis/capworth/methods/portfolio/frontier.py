"""The best set of projects for every budget at once: the whole budget-value frontier.

The most value for each exact spend, by deciding one project after another.

A dynamic programme with one table for each combination of statuses that the decided projects leave
open. Everything in it is a whole number, so nothing depends on the order of sums.

What the projects already decided leave open for those still to come.

Projects are decided one after another. Of all that was decided, the rest needs to know only one
small number for each relation that has members on both sides: its status. Two partial sets with
the same statuses have the same future, so only the better of them is kept.

The budget-value frontier when other money is limited too, such as that of one payer.

At which cost, or at which value, a project that was left out would be in the best set.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.methods.arguments import Bools, Floats, Ints, above, checked, finite, within
from capworth.methods.exact import in_grains
from capworth.methods.portfolio.draws import best_over_draws, core_index
from capworth.methods.portfolio.integer import (
    cheapest_of_best,
    pair_rows,
    relation_rows,
    row,
    widened,
)
from capworth.methods.portfolio.priority import priority_order
from capworth.methods.portfolio.relations import (
    Relations,
    Rule,
    affordable,
    feasible_sets,
    list_sets,
    rules_of,
    synergy_totals,
    towers,
)

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

LOWEST: Final = np.iinfo(np.int64).min // 4  # below every value
ROUNDING: Final = 1e-9  # of a grid unit: what exceeds a whole number by less is that number
FINEST: Final = 100_000  # steps into which the sum of all amounts is divided where nobody says
FINE: Final = 50_000  # steps from which only spends that no cheaper set is worth as much are kept
MOST_STEPS: Final = float(1 << 53)  # of the grid; whole numbers beyond are not exact


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
        step = int(self.steps(budget))
        if step < 0:
            raise InputError(
                f"budget: {budget:g} does not pay for what must be done ({self.cost[0]:g}). "
                "Raise it."
            )
        return step

    def steps(self, budgets: ArrayLike) -> Ints:
        """Step that is best within each budget (...), -1 where none is affordable."""
        asked = np.asarray(budgets, dtype=np.float64)
        beyond = np.isnan(asked) | (asked >= self.limit + self.unit * (1 - ROUNDING))
        if beyond.any():
            raise InputError(
                f"budget: {asked[beyond].flat[0]:g} lies beyond the limit {self.limit:g} of this "
                "frontier. Compute it with a higher limit."
            )
        affordable = asked + ROUNDING * self.unit
        return np.asarray(np.searchsorted(self.cost, affordable, side="right") - 1, dtype=np.int64)


@checked
def decimal_grid(amounts: Floats) -> float:
    """Return the largest power of ten that all amounts are multiples of, if it is not too fine.

    Where more than 100,000 steps would make up their sum, the coarsest power of ten below that.

    >>> decimal_grid(np.array([0.4, 0.7])), decimal_grid(np.array([1_200_000.0, 300_000.0]))
    (0.1, 100000.0)
    """
    total = float(amounts.sum())
    if not np.isfinite(total) or total <= 0:
        return 1.0
    power = int(np.floor(np.log10(total)))
    while True:
        grid = 10.0**power
        steps = amounts / grid
        if (
            total / grid * 10 > FINEST
            or (np.abs(steps - np.rint(steps)) < 1e-9 * steps + 1e-12).all()
        ):
            return grid
        power -= 1


@checked
def budget_frontier(
    cost: ArrayLike,
    value: ArrayLike,
    relations: Relations,
    unit: float | None = None,
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
    unit : step of money to which costs are rounded up. When left out it is the largest power of
        ten that costs and limit are multiples of, or what divides their sum into 100,000 steps
    limit : the largest budget of interest; all of them when left out

    Raises
    ------
    InputError
        When no set is allowed, or none is affordable within the limit, or the grid is so fine
        for such entangled relations that the tables would not fit into memory.

    Notes
    -----
    Dynamic programme over the exact spend (Kellerer, Pferschy & Pisinger 2004, Knapsack Problems,
    ch. 2) along a path decomposition of the relations (Bodlaender 1998, Theoretical Computer
    Science 209, 1-45). Time grows as projects x grid steps x statuses open at a time.
    """
    prices = within(_each(cost, "cost", relations.n), "cost", 0)
    worth = _each(value, "value", relations.n)
    ends = prices if limit is None else np.append(prices, within(limit, "limit", 0))
    step = decimal_grid(ends) if unit is None else float(above(unit, "unit"))
    units = _steps(prices, step)
    reach = float(units.sum())
    if limit is not None:
        reach = min(reach, np.floor(float(within(limit, "limit", 0)) / step + ROUNDING))
    whole = reach == units.sum()
    if reach > MOST_STEPS:
        raise InputError(
            f"unit: {reach:.3g} steps of {step:g} are too many. Choose a coarser unit or a lower "
            "limit."
        )
    units = np.minimum(units, reach + 1)  # what is dearer than the limit is never taken
    bonus = np.array([extra for _, _, extra in relations.synergies], dtype=np.float64)
    grains = in_grains(np.concatenate((worth, bonus))).amounts.astype(np.int64)
    gains, bonuses = grains[: relations.n], grains[relations.n :]
    fine = reach > FINE
    table = spend_table(relations, units.astype(np.int64), gains, bonuses, int(reach), fine)
    if not table.alive.any():
        raise InputError(f"limit: every allowed set costs more than {reach * step:g}. Raise it.")
    before = np.maximum.accumulate(np.where(table.alive, table.value, LOWEST))
    rises = np.flatnonzero(np.diff(before, prepend=LOWEST) > 0)
    chosen = table.sets(rises, relations.n)
    rises = table.spends(rises)
    total = np.einsum("sp,p->s", chosen, worth) + synergy_totals(chosen, relations.synergies)
    spent = np.einsum("sp,p->s", chosen, prices)
    at = rises.astype(np.float64) * step
    limit = np.inf if whole else reach * step
    return Frontier(cost=at, value=total, chosen=chosen, spent=spent, unit=step, limit=limit)


def _each(given: ArrayLike, name: str, n: int) -> Floats:
    numbers = finite(given, name)
    if numbers.shape != (n,):
        raise InputError(f"{name}: shape {numbers.shape} is not ({n},). Give one for each project.")
    return numbers


@dataclass(frozen=True, slots=True)
class Link:
    """A rule among two projects or more, or a pair with a bonus."""

    members: tuple[int, ...]
    rule: Rule | None = None  # None for a pair

    def signs(self, members: Iterable[int]) -> tuple[int, ...]:
        """Signs of some of the members, sorted."""
        sign = dict(zip(self.members, self.rule.signs if self.rule else (1, 1), strict=True))
        return tuple(sorted(sign[member] for member in members))

    def after(self, status: int, project: int, taken: bool, left: tuple[int, ...]) -> int | None:
        """Status once a member is decided; None if that is not allowed.

        left : signs of the members still to be decided
        """
        (sign,) = self.signs([project])
        total = status + sign * taken
        if self.rule is None:
            return total
        return self.rule.status(total, left)


@checked
def links_of(relations: Relations) -> tuple[Link, ...]:
    """Write every relation among projects as a link; those that no set breaks are left out."""
    rules = [rule for rule in rules_of(relations, together=True) if rule.binds]
    found = [Link(rule.members, rule) for rule in rules]
    return (*found, *(Link((one, other)) for one, other, _ in relations.synergies))


@checked
def order_of(n: int, links: Sequence[Link]) -> tuple[int, ...]:
    """Order in which to decide projects so that little is left open at any time.

    Connected projects come together, the most entangled group first, lone projects last. Within a
    group several greedy orders are tried, one from each start, and the lightest is taken. The
    order changes the speed and never the answer.
    """
    touching: list[list[int]] = [[] for _ in range(n)]
    for number, link in enumerate(links):
        for project in link.members:
            touching[project].append(number)
    parts = []
    for group in _groups(n, links):
        tries = [_greedy(start, group, links, touching) for start in group]
        parts.append(min(tries))
    parts.sort(key=lambda part: (-part[0], part[1]))
    return tuple(project for _, order in parts for project in order)


def _groups(n: int, links: Sequence[Link]) -> Iterable[tuple[int, ...]]:
    """Projects that hang together, directly or through others."""
    leader = list(range(n))

    def lead(project: int) -> int:
        while leader[project] != project:
            leader[project] = leader[leader[project]]
            project = leader[project]
        return project

    for link in links:
        for project in link.members:
            leader[lead(project)] = lead(link.members[0])
    groups: dict[int, list[int]] = {}
    for project in range(n):
        groups.setdefault(lead(project), []).append(project)
    return map(tuple, groups.values())


def _greedy(
    start: int, group: Sequence[int], links: Sequence[Link], touching: Sequence[Sequence[int]]
) -> tuple[float, tuple[int, ...]]:
    """Decide next what leaves least open; give the weight of the order and the order."""
    decided: dict[int, set[int]] = {}  # link -> members decided
    facts: dict[tuple[str, int], int] = {}  # what must be remembered -> by how many links
    order: list[int] = []
    left = set(group)
    weight = 0.0

    def fact(number: int, done: set[int]) -> tuple[str, int] | None:
        link = links[number]
        if not done or len(done) == len(link.members):
            return None
        if link.rule and link.rule.kind == "requires" and link.rule.head in done:
            return "project", link.rule.head
        if len(done) == 1:
            return "project", next(iter(done))
        return "link", number

    def opened(project: int) -> int:
        before: list[tuple[str, int]] = []
        after: set[tuple[str, int]] = set()
        for number in touching[project]:
            done = decided.get(number, set())
            old, new = fact(number, done), fact(number, done | {project})
            if old is not None:
                before.append(old)
            if new is not None:
                after.add(new)
        gone = {f for f in before if facts[f] == before.count(f)} - after
        return sum(f not in facts for f in after) - len(gone)

    while left:
        near = {p for number in decided for p in links[number].members} & left
        project = min(near or ({start} & left) or left, key=lambda p: (opened(p), p))
        for number in touching[project]:
            done = decided.setdefault(number, set())
            old = fact(number, done)
            if old is not None:
                facts[old] -= 1
                if not facts[old]:
                    del facts[old]
            done.add(project)
            new = fact(number, done)
            if new is not None:
                facts[new] = facts.get(new, 0) + 1
            if len(done) == len(links[number].members):
                del decided[number]
        left.discard(project)
        order.append(project)
        weight += 2.0 ** len(facts)
    return weight, tuple(order)


DONE: Final = 0  # status of a link whose members are all decided
DEAD: Final = int(np.iinfo(np.int64).min // 2)  # value of what cannot be
BITS: Final = 63  # projects for each word of a key
MOST_CELLS: Final = 1 << 27  # whole numbers held at a time: 1 GB


class SpendTable(NamedTuple):
    """Best value for each exact spend, and the set that gives it, as a key.

    The key has one bit for each project, the first-listed one highest: of two sets the larger key
    takes the first project on which they differ.
    """

    value: Ints  # (spends,) DEAD or lower where no allowed set spends just that
    keys: Ints  # (words, spends)

    @property
    def alive(self) -> Bools:
        """Spends that some allowed set makes."""
        alive: Bools = self.value > DEAD // 2
        return alive

    def spends(self, rows: Ints) -> Ints:
        """What is spent at some rows."""
        return rows

    def padded(self, length: int) -> "SpendTable":
        """Copy with room for larger spends."""
        return self.shifted(length, 0, 0, None)

    def shifted(self, length: int, cost: int, gain: int, project: int | None) -> "SpendTable":
        """Copy in which a project is taken as well; spends beyond `length` are dropped."""
        words = len(self.keys)
        value = np.full(length, DEAD, dtype=np.int64)
        keys = np.zeros((words, length), dtype=np.int64)
        kept = max(0, min(len(self.value), length - cost))
        np.add(self.value[:kept], gain, out=value[cost : cost + kept])
        keys[:, cost : cost + kept] = self.keys[:, :kept]
        if project is not None:
            keys[project // BITS] += 1 << (BITS - 1 - project % BITS)
        return SpendTable(value, keys)

    def joined(self, other: "SpendTable") -> "SpendTable":
        """Take over what is better in a table of the same length: more value, then larger key."""
        level = other.value == self.value
        better = other.value > self.value
        for mine, theirs in zip(self.keys, other.keys, strict=True):
            better |= level & (theirs > mine)
            level &= theirs == mine
        np.copyto(self.value, other.value, where=better)
        np.copyto(self.keys, other.keys, where=better)
        return self

    def sets(self, spends: Ints, n: int) -> Bools:
        """Decode the sets (spends, n) behind some spends."""
        project = np.arange(n)
        words = self.keys[:, spends][project // BITS].T  # (spends, n)
        taken: Bools = (words >> (BITS - 1 - project % BITS)) & 1 == 1
        return taken


class SpendList(NamedTuple):
    """The same where spends are many and few of them matter: no cheaper set is worth as much.

    Of two partial sets that leave the same open, the one that costs more and is worth no more has
    no future that the other has not (Nemhauser & Ullmann 1969, Management Science 15(9), 494-505).
    """

    spent: Ints  # (rows,) rising
    value: Ints  # (rows,) rising
    keys: Ints  # (words, rows)

    @property
    def alive(self) -> Bools:
        """Rows that some allowed set makes: all."""
        return np.ones(len(self.value), dtype=bool)

    def spends(self, rows: Ints) -> Ints:
        """What is spent at some rows."""
        return np.asarray(self.spent[rows])

    def padded(self, length: int) -> "SpendList":
        """Itself; it has room for any spend below the length."""
        assert not len(self.spent) or self.spent[-1] < length
        return self

    def shifted(self, length: int, cost: int, gain: int, project: int | None) -> "SpendList":
        """Copy in which a project is taken as well; spends beyond `length` are dropped."""
        kept = int(np.searchsorted(self.spent, length - cost, side="left"))
        keys = self.keys[:, :kept].copy()
        if project is not None:
            keys[project // BITS] += 1 << (BITS - 1 - project % BITS)
        return SpendList(self.spent[:kept] + cost, self.value[:kept] + gain, keys)

    def joined(self, other: "SpendList") -> "SpendList":
        """Rows of both that no cheaper one is worth as much as; of equals the larger key."""
        spent = np.concatenate((self.spent, other.spent))
        value = np.concatenate((self.value, other.value))
        keys = np.concatenate((self.keys, other.keys), axis=1)
        order = np.lexsort((*(-word for word in keys[::-1]), -value, spent))
        before = np.maximum.accumulate(value[order])
        rises = np.r_[True, before[1:] > before[:-1]] if len(order) else np.zeros(0, dtype=bool)
        kept = order[rises]
        return SpendList(spent[kept], value[kept], keys[:, kept])

    def sets(self, rows: Ints, n: int) -> Bools:
        """Decode the sets (rows, n) behind some rows."""
        return SpendTable(self.value, self.keys).sets(rows, n)


@dataclass(frozen=True, slots=True)
class _Problem:
    links: Sequence[Link]
    gains: Ints  # (projects,)
    bonuses: Ints  # (links,)

    def after(
        self,
        statuses: tuple[int, ...],
        project: int,
        taken: bool,
        touched: Sequence[tuple[int, tuple[int, ...]]],
    ) -> tuple[tuple[int, ...], int] | None:
        """Statuses and gain once a project is decided; None if that is not allowed.

        touched : links of the project, and the signs of their members still to be decided
        """
        found = list(statuses)
        gain = int(self.gains[project]) if taken else 0
        for number, left in touched:
            link = self.links[number]
            status = link.after(found[number], project, taken, left)
            if status is None:
                return None
            if link.rule is None and status == len(link.members):
                gain += int(self.bonuses[number])
            found[number] = status if left else DONE
        return tuple(found), gain


@checked
def spend_table(
    relations: Relations, cost: Ints, gains: Ints, bonuses: Ints, reach: int, fine: bool = False
) -> SpendTable | SpendList:
    """Find the best allowed set for each exact spend from 0 to `reach`.

    Parameters
    ----------
    cost, gains : (projects,) whole numbers; cost 0 or more
    bonuses : (synergies,) in the order of the relations
    fine : whether only spends are kept below which no set is worth as much

    Raises
    ------
    InputError
        When no set is allowed, or the tables would not fit into memory.
    """
    links = links_of(relations)
    extra = np.zeros(len(links), dtype=np.int64)
    extra[[link.rule is None for link in links]] = bonuses
    problem = _Problem(links, gains, extra)
    words = max(1, -(-relations.n // BITS))
    zero, key = np.zeros(1, dtype=np.int64), np.zeros((words, 1), dtype=np.int64)
    nothing: Any = SpendList(zero, zero, key) if fine else SpendTable(zero, key)
    tables = {(0,) * len(links): nothing}
    left = [set(link.members) for link in links]
    length = 1
    for project in order_of(relations.n, links):
        touched = []
        for number, link in enumerate(links):
            if project in link.members:
                left[number].discard(project)
                touched.append((number, link.signs(left[number])))
        length = min(reach + 1, length + int(cost[project]))
        rows = max(len(table.value) for table in tables.values()) if fine else length
        _refuse_too_many(len(tables) * 2, rows * (words + 1))
        following: dict[tuple[int, ...], Any] = {}
        for statuses, table in tables.items():
            for taken in (False, True):
                step = problem.after(statuses, project, taken, touched)
                if step is None:
                    continue
                after, gain = step
                if taken:
                    grown = table.shifted(length, int(cost[project]), gain, project)
                else:
                    grown = table.padded(length)
                known = following.get(after)
                following[after] = grown if known is None else known.joined(grown)
        tables = following
    if not tables:
        raise InputError("relations: no set of projects obeys all of them. Drop one of them.")
    last: SpendTable | SpendList
    (last,) = tables.values()
    return last


def _refuse_too_many(tables: int, cells: int) -> None:
    if tables * cells > MOST_CELLS:
        raise InputError(
            f"unit: {tables} open statuses with {cells:,} numbers each would not fit into memory. "
            "Choose a coarser unit, a lower limit or fewer relations."
        )


MOST_LISTED: Final = 1 << 18  # allowed sets that are all tried; beyond, HiGHS is asked step by step


@checked
def keeps_limits(sets: Bools, uses: Floats, limits: Floats) -> Bools:
    """Say of each set (sets, n) whether what it uses (limits, n) stays within each limit."""
    total = np.einsum("sn,ln->sl", sets, uses)
    good: Bools = np.asarray(affordable(total, limits).all(axis=1))
    return good


@checked
def limited_frontier(
    cost: ArrayLike,
    value: ArrayLike,
    relations: Relations,
    uses: ArrayLike,
    limits: ArrayLike,
    unit: float | None = None,
) -> Frontier:
    """Exact best set for every budget, each within further limits.

    As `budget_frontier`; the ties beyond the cheapest go to the first-listed project only where the
    allowed sets can be listed (about 260,000).

    Parameters
    ----------
    cost, value : (projects,)
    uses : (limits, projects) what each project takes of what each limit is about
    limits : (limits,)
    unit : step of money to which costs are rounded up; when left out as of `budget_frontier`

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
    step = decimal_grid(prices) if unit is None else float(above(unit, "unit"))
    units = _steps(prices, step)
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
    spent = np.einsum("sp,p->s", chosen, prices)
    return Frontier(cost=at, value=total, chosen=chosen, spent=spent, unit=step, limit=np.inf)


def _steps(prices: Floats, step: float) -> Floats:
    """Round costs up to whole steps of money; a step beside which they are nothing is refused."""
    if prices.size and 0 < prices.max() <= ROUNDING * step:
        raise InputError(f"unit: beside a step of {step:g} every cost is nothing. Choose a finer.")
    return np.asarray(np.ceil(prices / step - ROUNDING))


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
    rows = [widened(part, wide) for part in relation_rows(relations)]
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


TIE = 1e-9  # share of the best value within which two values are one


class Admission(NamedTuple):
    """What one project would have to be; nan where nothing is enough."""

    cost_at_most: float  # with its value as it is
    value_lack: float  # how much more it would have to add, with its cost as it is
    chosen: Bools | None  # the best set that holds it as it is; None if none is affordable


@checked
def admission(held: Frontier, cost: float, best: float, budget: float) -> Admission:
    """Say at which cost or value a project would be in a best set.

    Exact: a set that holds it is worth the best value as soon as what is left of the budget pays
    for the rest of the cheapest such set. The cost is that of the whole grid.

    Parameters
    ----------
    held : frontier of the sets that hold the project, as if it cost nothing
    cost : of the project
    best : value of the best set within the budget
    budget : see there
    """
    unit = held.unit
    enough = np.flatnonzero(held.value >= best - TIE * max(abs(best), 1e-300))
    at_most = float("nan")
    if len(enough):
        room = np.floor((budget - held.cost[enough[0]]) / unit + ROUNDING) * unit
        at_most = float(room) if room >= 0 else float("nan")
    left = budget - np.ceil(cost / unit - ROUNDING) * unit
    step = int(held.steps(left)) if left >= -ROUNDING * unit else -1
    if step < 0:
        return Admission(at_most, float("nan"), None)
    return Admission(at_most, best - float(held.value[step]), held.chosen[step])
