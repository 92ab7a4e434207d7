"""Which projects to start in which year: the exact optimum under yearly limits."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from capworth.errors import InputError
from capworth.methods.arguments import Bools, Floats, Ints, checked
from capworth.methods.portfolio.integer import WHOLE, Limits, Owner, Rows, bounded, row
from capworth.methods.portfolio.relations import Gaps, Relations, Rule, rules_of, with_slack

NEVER: Final = -1
TIES: Final = 100  # nodes of the search for the cheapest of equals


@dataclass(frozen=True, slots=True, eq=False)
class Timetable:
    """When projects could start, and what follows from it.

    Attributes
    ----------
    gain : (projects, starts) value in all when started so many years after the first possible year
    open : (projects, starts) whether it may start then
    cost : (projects,) what it costs, whenever it starts
    share : (projects, starts, years) share of its full effect that it has in each year
    uses : (limits, projects, starts) what each limit is about and each start takes of it
    caps : (limits,)
    owners : whose limit each is; limits of one owner, one a year, stand or fall together
    bonus : (synergies, years) value of each pair in each year in which both have all their effect
    gaps : see `rules_of`
    """

    gain: Floats
    open: Bools
    cost: Floats
    share: Floats
    uses: Floats
    caps: Floats
    owners: tuple[Owner, ...]
    bonus: Floats
    gaps: Gaps


@checked
def best_schedule(timetable: Timetable, relations: Relations) -> Ints | None:
    """Start of each project that gives most value, (projects,); `NEVER` for what is not done.

    None when no schedule keeps all rules. Of equals, the cheapest.

    Parameters
    ----------
    timetable : see there
    relations : which sets are allowed; a project takes effect or starts after what it requires,
        by the gaps of the timetable

    Notes
    -----
    Time-indexed formulation (Sousa & Wolsey 1992, Mathematical Programming 54, 353-367), solved by
    HiGHS. Of a pair's bonus counts, in each year, the lesser share of effect that the two have:
    it is parted where shares can lie, and each part is had when both reach so far.
    """
    found = search_schedule(timetable, relations)
    return None if found is None else found.starts


class Schedule(NamedTuple):
    """The best schedule that was found, and how much better another could be at most.

    Attributes
    ----------
    starts : (projects,) as of `best_schedule`
    value : what it is worth
    bound : what no schedule can be worth more than
    gap : share of its value by which another could be better at most
    cheapest : whether it is proven to be the cheapest of those that are worth as much
    """

    starts: Ints
    value: float
    bound: float
    gap: float
    cheapest: bool


@checked
def search_schedule(
    timetable: Timetable,
    relations: Relations,
    seconds: float | None = None,
    nodes: int | None = None,
) -> Schedule | None:
    """Search for the schedule that gives most value, with a limit, and say how near it is.

    None where no schedule keeps all rules.

    Parameters
    ----------
    timetable, relations : see `best_schedule`
    seconds : after which the search ends with the best that it has; what it then has depends on the
        machine. No limit when left out
    nodes : of the search tree, after which it ends, on every machine alike; no limit when left out

    Raises
    ------
    InputError
        When a limit ends the search before any schedule was found.

    Notes
    -----
    One search for the value; then one among those that are worth as much for the cheapest, in a
    tree of `TIES` nodes: where that does not end, the first stands and `cheapest` says so.
    """
    n, starts = timetable.gain.shape
    if not n:
        return Schedule(np.empty(0, dtype=np.int64), 0.0, 0.0, 0.0, True)
    worth = [part.worth for part in _parts(timetable, relations)]
    goal = np.concatenate((np.where(timetable.open, timetable.gain, 0).ravel(), worth))
    price = np.concatenate((timetable.cost.repeat(starts), np.zeros(len(worth))))
    whole = (np.arange(len(goal)) < n * starts).astype(float)
    rows = list(schedule_rows(timetable, relations))
    limits = Limits(seconds=seconds, nodes=nodes)
    first = bounded(goal, rows, whole, limits)
    if first is None:
        return None
    value, bound = float(goal @ first.solution), first.bound
    scale = max(float(np.abs(goal).max(initial=0.0)), 1e-300)
    gap = max(0.0, (bound - value) / abs(value)) if value else max(0.0, bound - value)
    chosen, cheapest = first.solution, False
    if first.proven:
        enough = row(("goal", 0), goal / scale, low=value / scale - WHOLE)
        try:
            second = bounded(-price, [*rows, enough], whole, Limits(nodes=TIES))
        except InputError:  # no other one was met in so many nodes
            second = None
        if second is not None and float(goal @ second.solution) >= value - WHOLE * scale:
            cheapest = second.proven
            if price @ second.solution < price @ chosen - WHOLE:
                chosen = second.solution
    taken = chosen[: n * starts].reshape(n, starts) > 0.5
    began = np.where(taken.any(axis=1), taken.argmax(axis=1), NEVER)
    return Schedule(began, float(goal @ chosen), max(bound, value), gap, cheapest)


def schedule_rows(timetable: Timetable, relations: Relations) -> Iterator[Rows]:
    """Every rule of a schedule over the yes-or-no of (project, start), then of parts of pairs."""
    n, starts = timetable.gain.shape
    parts = list(_parts(timetable, relations))
    width = n * starts + len(parts)

    def line(*terms: tuple[int, slice, float]) -> Floats:
        found = np.zeros(width)
        grid = found[: n * starts].reshape(n, starts)
        for project, when, sign in terms:
            grid[project, when] += sign
        return found

    ever = slice(None)
    for project in range(n):
        yield row(("one start", project), line((project, ever, 1)), high=1)
        if (shut := ~timetable.open[project]).any():
            closed = np.zeros(width)
            closed[project * starts : (project + 1) * starts] = shut
            yield row(("closed", project), closed, high=0)
    for rule in rules_of(relations, timetable.gaps):
        yield _rule_rows(rule, n, starts, width)
    for owner, use, cap in zip(timetable.owners, timetable.uses, timetable.caps, strict=True):
        taken = np.zeros(width)
        taken[: n * starts] = use.ravel()
        yield row(owner, taken, high=with_slack(float(cap)))
    yield from _pairs(timetable, relations, parts, width)


def _rule_rows(rule: Rule, n: int, starts: int, width: int) -> Rows:
    """A relation over what starts when."""
    lines = rule.start_lines(n, starts).reshape(-1, n * starts)
    wide = np.pad(lines, ((0, 0), (0, width - n * starts)))
    low = rule.low if rule.low > rule.least else -np.inf
    high = rule.high if rule.high < rule.most else np.inf
    return Rows((rule.kind, rule.place), wide, np.full(len(wide), low), np.full(len(wide), high))


class _Part(NamedTuple):
    """A part of a pair's bonus in a year: had when both reach a share of their effect."""

    pair: int
    year: int
    reach: float
    worth: float


def _parts(timetable: Timetable, relations: Relations) -> Iterator[_Part]:
    for pair, (one, other, _) in enumerate(relations.synergies):
        for year, bonus in enumerate(timetable.bonus[pair].tolist()):
            ends = {1.0, *timetable.share[[one, other], :, year].ravel().tolist()} - {0.0}
            below = 0.0
            for reach in sorted(ends):
                yield _Part(pair, year, reach, bonus * (reach - below))
                below = reach


def _pairs(
    timetable: Timetable, relations: Relations, parts: Sequence[_Part], width: int
) -> Iterator[Rows]:
    """A part of a bonus counts when the effects of both reach so far."""
    n, starts = timetable.gain.shape
    for k, part in enumerate(parts):
        both = np.zeros(width)
        both[n * starts + k] = 1
        reached = []
        for project in relations.synergies[part.pair][:2]:
            line = np.zeros(width)
            far = timetable.share[project, :, part.year] >= part.reach
            line[project * starts : (project + 1) * starts] = far
            reached.append(line)
        if part.worth >= 0:
            for line in reached:
                yield row(("synergy", part.pair), both - line, high=0)
        else:
            yield row(("synergy", part.pair), both - reached[0] - reached[1], low=-1)
