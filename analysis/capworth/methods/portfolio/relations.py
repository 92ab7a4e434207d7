"""Which sets of projects are allowed: needs, exclusions, minimum service, must-haves.

A set is a row of booleans, one for each project, in the order in which the projects are listed.
What a relation means stands in `rules_of`; which sets and which starts are allowed, what partial
sets leave open and the rows of integer programmes are all read from there.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.methods.arguments import Bools, Floats, checked

Heads = tuple[tuple[int, tuple[int, ...]], ...]

FloatsT = TypeVar("FloatsT", float, Floats)
SLACK: Final = 1e-9  # share of a limit by which rounding may pass it
MOST_CELLS: Final = 1 << 27  # of the table of allowed sets: 128 MB


@dataclass(frozen=True, slots=True)
class Relations:
    """What ties projects to one another; projects are numbered from 0.

    Parameters
    ----------
    n : number of projects
    requires : (project, those it needs): only with all of them
    requires_any : (project, those it needs): only with one of them at least
    excludes : groups of which at most one is taken; the levels of a tower are such a group
    synergies : (one, other, bonus): value added when both are taken; below 0 for an overlap
    must : taken in any case
    barred : never taken
    at_least : (how many, group): minimum service, as many of the group are taken
    """

    n: int
    requires: Heads = ()
    requires_any: Heads = ()
    excludes: tuple[tuple[int, ...], ...] = ()
    synergies: tuple[tuple[int, int, float], ...] = ()
    must: tuple[int, ...] = ()
    barred: tuple[int, ...] = ()
    at_least: Heads = ()

    def __post_init__(self) -> None:
        if self.n < 0:
            raise InputError(f"n: {self.n} projects. Give 0 or more.")
        for name, named in self._named():
            for place, projects in enumerate(named):
                self._check(name, place, projects)
        for place, (_, _, bonus) in enumerate(self.synergies):
            if not np.isfinite(bonus):
                raise InputError(f"synergies: entry {place} has bonus {bonus}. Give a number.")
        for place, (many, group) in enumerate(self.at_least):
            if many != int(many) or not 0 <= many <= len(group):
                raise InputError(
                    f"at_least: entry {place} asks for {many} of {len(group)} projects. "
                    f"Give a whole number from 0 to {len(group)}."
                )
        for place, (_, group) in enumerate(self.requires_any):
            if not group:
                raise InputError(
                    f"requires_any: entry {place} names nothing to choose from. Name a project."
                )

    def _named(self) -> Iterable[tuple[str, Iterable[tuple[int, ...]]]]:
        yield "requires", ((head, *group) for head, group in self.requires)
        yield "requires_any", ((head, *group) for head, group in self.requires_any)
        yield "excludes", self.excludes
        yield "synergies", ((one, other) for one, other, _ in self.synergies)
        yield "must", ((project,) for project in self.must)
        yield "barred", ((project,) for project in self.barred)
        yield "at_least", (group for _, group in self.at_least)

    def _check(self, name: str, place: int, projects: Sequence[int]) -> None:
        for project in projects:
            if project != int(project) or not 0 <= project < self.n:
                raise InputError(
                    f"{name}: entry {place} names project {project}, but there are {self.n}, "
                    "numbered from 0. Name one of these."
                )
        if len(set(projects)) < len(projects):
            raise InputError(f"{name}: entry {place} names a project twice. Name it once.")


@checked
def towers(label: Sequence[object]) -> tuple[tuple[int, ...], ...]:
    """Groups for `excludes` when each project is one level of a tower.

    Parameters
    ----------
    label : (n,) the tower of each project; None for a project that stands alone

    >>> towers(["a", "a", "b", None, "b", "c"])
    ((0, 1), (2, 4))
    """
    groups: dict[object, list[int]] = {}
    for project, tower in enumerate(label):
        if tower is not None:
            groups.setdefault(tower, []).append(project)
    return tuple(tuple(group) for group in groups.values() if len(group) > 1)


@checked
def with_slack(limit: FloatsT) -> FloatsT:
    """A limit and what rounding may pass it by: a thousand millionth of it."""
    return limit + SLACK * abs(limit)


@checked
def affordable(cost: ArrayLike, limit: ArrayLike) -> Bools:
    """Say whether costs keep to a limit. The one tolerance for what a budget pays for."""
    good: Bools = np.asarray(cost) <= with_slack(np.asarray(limit, dtype=np.float64))
    return good


@checked
def allowed(sets: Bools, relations: Relations) -> Bools:
    """Say of each set (sets, n) whether the relations allow it."""
    good = np.ones(len(sets), dtype=bool)
    for part in rules_of(relations):
        good &= part.met(sets)
    return good


@checked
def feasible_sets(relations: Relations) -> Bools:
    """Every allowed set, each once.

    Returns
    -------
    (sets, n) in the order of the tie rule: of two sets the first is the one that takes the
    first-listed project on which they differ. So the set of nothing, if allowed, is the last.

    Raises
    ------
    InputError
        When there are too many to list (`budget_frontier` does not list them), or none.
    """
    rows = list_sets(relations, MOST_CELLS // max(relations.n, 1))
    if rows is None:
        raise InputError(
            f"relations: too many allowed sets of {relations.n} projects to list. Take the sets of "
            "a budget frontier instead, or bar some projects."
        )
    return rows


@checked
def list_sets(relations: Relations, most: int) -> Bools | None:
    """Every allowed set as `feasible_sets` gives them; None when there are more than so many."""
    n = relations.n
    tied = {member for rule in rules_of(relations) for member in rule.members}
    if 1 << (n - len(tied)) > most:  # those in no rule alone give more
        return None
    rules: dict[int, list[Rule]] = {}
    for rule in rules_of(relations):
        rules.setdefault(max(rule.members, default=0), []).append(rule)
    rows = np.zeros((1, n), dtype=bool)
    for project in range(n):
        if 2 * len(rows) > most:
            return None
        rows = rows.repeat(2, axis=0)
        rows[::2, project] = True
        for rule in rules.get(project, ()):
            rows = rows[rule.met(rows)]
    if not len(rows):
        raise InputError("relations: no set of projects obeys all of them. Drop one of them.")
    return rows


@checked
def set_totals(sets: Bools, amounts: Floats) -> Floats:
    """Sum over the projects of each set: (sets, n) and (n,) give (sets,)."""
    return np.asarray(np.einsum("sn,n->s", sets, amounts))


@checked
def synergy_totals(sets: Bools, synergies: Iterable[tuple[int, int, float]]) -> Floats:
    """Bonus of each set (sets, n) from pairs that are both in it."""
    bonus = np.zeros(len(sets))
    for one, other, extra in synergies:
        bonus += extra * (sets[:, one] & sets[:, other])
    return bonus


@dataclass(frozen=True, slots=True)
class Rule:
    """What a relation means: bounds on the sum of the signs of its members that are taken.

    At least `low` and at most `high`. One with a sign below 0, the head, has an order too: when the
    head starts, the sum must be within the bounds over those that started `ahead` years before.

    `kind` and `place` say from which relation it comes: the field, and the entry in it.
    """

    kind: str
    place: int
    members: tuple[int, ...]
    signs: tuple[int, ...]
    low: int
    high: int
    ahead: tuple[int, ...] = ()  # years, for each member; nothing where there is no order

    @property
    def least(self) -> int:
        """Smallest sum that any set has."""
        return sum(sign for sign in self.signs if sign < 0)

    @property
    def most(self) -> int:
        """Largest sum that any set has."""
        return sum(sign for sign in self.signs if sign > 0)

    @property
    def binds(self) -> bool:
        """Whether some set breaks it."""
        return self.low > self.least or self.high < self.most

    @property
    def head(self) -> int | None:
        """The member that asks for the others, if there is one."""
        heads = [m for m, sign in zip(self.members, self.signs, strict=True) if sign < 0]
        return heads[0] if heads else None

    def met(self, sets: Bools) -> Bools:
        """Say of each set (sets, n) whether it keeps the rule."""
        signs = np.array(self.signs, dtype=np.int64)
        total = np.einsum("sk,k->s", sets[:, list(self.members)], signs)
        good: Bools = (total >= self.low) & (total <= self.high)
        return good

    def total(self, taken: Container[int]) -> int:
        """Sum of the signs of those that are taken."""
        each = zip(self.members, self.signs, strict=True)
        return sum(sign for member, sign in each if member in taken)

    def status(self, total: int, left: tuple[int, ...]) -> int | None:
        """Say what the members decided so far leave open: equal where what may follow is equal.

        None where nothing may follow.

        Parameters
        ----------
        total : sum of the signs of those taken so far, or a status that stands for it
        left : signs of the members still to be decided, sorted
        """
        return _status(self.low, self.high, total, left)

    def line(self, n: int) -> Floats:
        """(n,) factors by which the taken projects are summed up."""
        found = np.zeros(n)
        found[list(self.members)] = self.signs
        return found

    def start_lines(self, n: int, starts: int) -> Floats:
        """(lines, n, starts) factors over what starts when; each line is within the bounds.

        One line over all starts, or where there is an order one for each start of the head.
        """
        if self.head is None:
            return np.repeat(self.line(n)[None, :, None], starts, axis=2)
        found = np.zeros((starts, n, starts))
        each = zip(self.members, self.signs, self.ahead or (0,) * len(self.members), strict=True)
        for member, sign, ahead in each:
            for start in range(starts):
                found[start, member, : max(start - ahead + 1, 0)] += sign
        return found


@lru_cache(maxsize=1 << 16)
def _status(low: int, high: int, total: int, left: tuple[int, ...]) -> int | None:
    sums = {0}
    for sign in left:
        sums |= {found + sign for found in sums}

    def allowed_after(level: int) -> set[int]:
        return {more for more in sums if low <= level + more <= high}

    mine = allowed_after(total)
    if not mine:
        return None
    return next(t for t in range(low - max(sums), high + 1 - min(sums)) if allowed_after(t) == mine)


Gaps = tuple[tuple[tuple[int, ...], ...], tuple[tuple[int, ...], ...]]


def rules_of(
    relations: Relations, gaps: Gaps | None = None, together: bool = False
) -> Iterable[Rule]:
    """Write the relations as rules; one of several parts gives several.

    Parameters
    ----------
    relations : what ties the projects; synergies are no rules
    gaps : for each entry of `requires` and `requires_any`, and each project it names, how many
        years earlier than the head it has to start; below 0 it may start later
    together : one rule for all that a project requires, which allows the same sets
    """
    for k, (head, group) in enumerate(relations.requires):
        if together:
            many = len(group)
            yield Rule("requires", k, (*group, head), (1,) * many + (-many,), low=0, high=many)
            continue
        ahead = gaps[0][k] if gaps else (0,) * len(group)
        for needed, gap in zip(group, ahead, strict=True):
            yield Rule(
                "requires", k, (needed, head), (1, -1), low=0, high=len(group), ahead=(gap, 0)
            )
    for k, (head, group) in enumerate(relations.requires_any):
        ahead, many = gaps[1][k] if gaps else (0,) * len(group), len(group)
        signs = (1,) * many + (-1,)
        yield Rule("requires_any", k, (*group, head), signs, low=0, high=many, ahead=(*ahead, 0))
    for k, group in enumerate(relations.excludes):
        yield Rule("excludes", k, group, (1,) * len(group), low=0, high=1)
    for k, (low, group) in enumerate(relations.at_least):
        yield Rule("at_least", k, group, (1,) * len(group), low=int(low), high=len(group))
    for k, project in enumerate(relations.must):
        yield Rule("must", k, (project,), (1,), low=1, high=1)
    for k, project in enumerate(relations.barred):
        yield Rule("barred", k, (project,), (1,), low=0, high=0)
