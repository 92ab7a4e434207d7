"""Yes-or-no decisions under linear rules, solved exactly by HiGHS; each rule knows its owner.

Rules that cannot hold together: the smallest set of them.

The best set of projects within several limits at once: money of many kinds, staff, years.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp
from scipy.sparse import csc_array

from capworth.errors import InputError
from capworth.methods.arguments import Bools, Floats, checked, finite
from capworth.methods.portfolio.relations import Relations, rules_of, synergy_totals
from capworth.methods.unprinted import unprinted

SOLVED: Final = 0  # status of HiGHS
LIMITED: Final = 1
INFEASIBLE: Final = 2
WHOLE: Final = 1e-6  # how far HiGHS may leave a whole number

Owner = tuple[str, int]  # kind of rule, and the entry it comes from


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rules of one owner: `low <= matrix @ x <= high`.

    Attributes
    ----------
    owner : from which rule of the case they come
    matrix : (rows, variables)
    low, high : (rows,)
    """

    owner: Owner
    matrix: Floats
    low: Floats
    high: Floats


@checked
def row(owner: Owner, line: Floats, low: float = -np.inf, high: float = np.inf) -> Rows:
    """Write one rule as rows, scaled so that its largest factor is 1."""
    scale = max(float(np.abs(line).max(initial=0.0)), 1e-300)
    return Rows(owner, line[None] / scale, np.array([low / scale]), np.array([high / scale]))


@checked
def relation_rows(relations: Relations) -> list[Rows]:
    """Relations as rows over the projects, one entry an owner."""
    found = []
    for rule in rules_of(relations):
        ends = np.array([[rule.low], [rule.high]], dtype=float)
        found.append(Rows((rule.kind, rule.place), rule.line(relations.n)[None], ends[0], ends[1]))
    return found


@checked
def widened(part: Rows, width: int) -> Rows:
    """The same rules over more variables, which are free."""
    matrix = np.pad(part.matrix, ((0, 0), (0, width - part.matrix.shape[1])))
    return Rows(part.owner, matrix, part.low, part.high)


@checked
def solve(goal: Floats, rows: Sequence[Rows], decisions: Bools | None = None) -> Floats | None:
    """Solution (variables,) of the highest goal, each variable between 0 and 1; None if none is.

    Parameters
    ----------
    goal : (variables,) what each adds when it is 1
    rows : the rules
    decisions : (variables,) which are yes or no; all of them when left out

    Raises
    ------
    InputError
        When HiGHS gives no answer.
    """
    whole = np.ones(len(goal)) if decisions is None else decisions.astype(float)
    found = bounded(goal, rows, whole)
    return None if found is None else found.solution


class Limits(NamedTuple):
    """When a search ends that is not done; not at all where None."""

    seconds: float | None = None
    nodes: int | None = None
    gap: float = 0.0  # share of its value by which another could be better at most


ENDLESS: Final = Limits()


class Bounded(NamedTuple):
    """The best solution of a search that may have been ended, and what none can exceed."""

    solution: Floats
    bound: float
    proven: bool


@checked
def bounded(
    goal: Floats,
    rows: Sequence[Rows],
    whole: Floats,
    limits: Limits = ENDLESS,
    presolve: bool = True,
) -> Bounded | None:
    """Search for the highest goal, each variable between 0 and 1; None if the rules leave nothing.

    Parameters
    ----------
    goal : (variables,) what each adds when it is 1
    rows : the rules
    whole : (variables,) 1 where yes or no, 0 where anything between
    limits : after which the best that was found is given
    presolve : whether HiGHS may write the rules anew before it searches

    Raises
    ------
    InputError
        When HiGHS has found nothing by then.
    """
    if not len(goal):
        return Bounded(np.empty(0), 0.0, proven=True)
    parts = [part for part in rows if len(part.matrix)]
    rules = []
    if parts:
        matrix = csc_array(np.concatenate([part.matrix for part in parts]))
        low, high = (np.concatenate([getattr(p, end) for p in parts]) for end in ("low", "high"))
        rules = [LinearConstraint(matrix, low, high)]
    found = _least(-goal, rules, whole, Bounds(0, 1), limits, presolve)
    if found is None:
        return None
    solution = np.where(whole > 0, np.rint(found.x), found.x)
    proven = found.status == SOLVED and not limits.gap
    bound = -float(found.mip_dual_bound) if not proven else float(goal @ solution)
    return Bounded(solution, bound, proven)


@checked
def least(
    goal: Floats, rules: Sequence[LinearConstraint], whole: Floats, bounds: Bounds
) -> Floats | None:
    """(variables,) where the goal is least, to the optimum; None if the rules leave nothing.

    Raises
    ------
    InputError
        When HiGHS gives no answer.
    """
    found = _least(goal, rules, whole, bounds, ENDLESS, presolve=True)
    return None if found is None else np.asarray(found.x)


def _least(
    goal: Floats,
    rules: Sequence[LinearConstraint],
    whole: Floats,
    bounds: Bounds,
    limits: Limits,
    presolve: bool,
) -> OptimizeResult | None:
    """What HiGHS found of the least goal by the limits; None if the rules leave nothing."""
    options: dict[str, float | bool] = {"mip_rel_gap": limits.gap}
    options |= {} if limits.seconds is None else {"time_limit": float(limits.seconds)}
    options |= {} if limits.nodes is None else {"node_limit": int(limits.nodes)}
    for first in (presolve, not presolve):  # seldom, HiGHS fails on what its own presolve left
        with unprinted():
            found = milp(
                goal,
                constraints=rules,
                integrality=whole,
                bounds=bounds,
                options={**options, "presolve": first},
            )
        if found.status == INFEASIBLE:
            return None
        if found.x is not None:
            return found
        if found.status == LIMITED and limits != ENDLESS:
            raise InputError(
                f"programme: the search ended before it found anything ({found.message}). Allow it "
                "more time, or simplify the rules."
            )
    raise InputError(f"programme: HiGHS gave no answer ({found.message}). Simplify the rules.")


@checked
def cheapest_of_best(
    goal: Floats, price: Floats, rows: Sequence[Rows], decisions: Bools | None = None
) -> Floats | None:
    """Solution of the highest goal and, of equals, the lowest price; None if none is allowed."""
    first = solve(goal, rows, decisions)
    if first is None:
        return None
    scale = max(float(np.abs(goal).max(initial=0.0)), 1e-300)
    best = float(goal @ first)
    enough = Rows(
        ("goal", 0), goal[None] / scale, np.array([best / scale - WHOLE]), np.array([np.inf])
    )
    second = solve(-price, [*rows, enough], decisions)
    return first if second is None or goal @ second < best - WHOLE * scale else second


def pair_rows(
    k: int, both: int, one: int, other: int, bonus: float, variables: int
) -> Iterator[Rows]:
    """Tie the variable `both` to a pair: 1 when both are taken, as the bonus pulls it."""
    line = np.zeros(variables)
    line[both] = 1
    if bonus >= 0:
        for project in (one, other):
            tied = line.copy()
            tied[project] = -1
            yield row(("synergy", k), tied, high=0)
    else:
        line[[one, other]] = -1
        yield row(("synergy", k), line, low=-1)


TILT: Final = 1e-3  # of equally small sets, the one with the rules listed first


@checked
def smallest_conflict(
    rows: Sequence[Rows], variables: int, always: Sequence[Rows] = ()
) -> tuple[Owner, ...]:
    """Owners of the fewest rules that no choice of 0 and 1 can keep; () when all can be kept.

    Parameters
    ----------
    rows : the rules; those of one owner stand or fall together
    variables : how many yes-or-no decisions there are
    always : what holds by nature, such as that nothing starts twice; never part of the answer

    Notes
    -----
    Ignatiev, Previti, Liffiton & Marques-Silva (2015), CP, LNCS 9255, 173-182: a set of rules
    conflicts exactly if it shares a rule with everything that must go for the rest to be possible.
    The smallest set that does so is sought until it turns out to conflict. Letting go of any one
    rule of the answer ends that conflict; there may be others.
    """
    owners = list(dict.fromkeys(part.owner for part in rows))
    if solve(np.zeros(variables), [*rows, *always]) is not None:
        return ()
    gone: list[frozenset[int]] = []
    while True:
        held = _hitting(gone, len(owners))
        dropped = _dropped([*rows, *always], owners, held, variables)
        if dropped is None:
            return tuple(owners[k] for k in sorted(held))
        gone.append(dropped)


def _hitting(gone: Sequence[frozenset[int]], many: int) -> frozenset[int]:
    """Fewest rules that share one with each of the sets."""
    if not gone:
        return frozenset()
    weight = 1 + TILT * np.arange(many) / many**2
    lines = np.zeros((len(gone), many))
    for line, rules in zip(lines, gone, strict=True):
        line[list(rules)] = 1
    ends = np.ones(len(gone)), np.full(len(gone), np.inf)
    found = solve(-weight, [Rows(("hit", 0), lines, *ends)])
    assert found is not None  # all rules together hit everything
    return frozenset(np.flatnonzero(found > 0.5).tolist())


def _dropped(
    rows: Sequence[Rows], owners: Sequence[Owner], held: frozenset[int], variables: int
) -> frozenset[int] | None:
    """Fewest rules to let go while some are held; None when those held conflict themselves."""
    free = [k for k in range(len(owners)) if k not in held]
    column = {owners[k]: variables + place for place, k in enumerate(free)}
    wide = [_loosened(part, column.get(part.owner), variables + len(free)) for part in rows]
    goal = np.zeros(variables + len(free))
    goal[variables:] = -1.0 - TILT * np.arange(len(free)) / max(len(free), 1) ** 2
    found = solve(goal, wide)
    if found is None:
        return None
    return frozenset(k for k, loose in zip(free, found[variables:], strict=True) if loose > 0.5)


def _loosened(part: Rows, column: int | None, width: int) -> Rows:
    """Rules over more variables; the one in `column` lets go of them."""
    matrix = np.zeros((2 * len(part.matrix), width))
    matrix[: len(part.matrix), : part.matrix.shape[1]] = part.matrix
    matrix[len(part.matrix) :, : part.matrix.shape[1]] = part.matrix
    none = np.full(len(part.matrix), np.inf)
    low, high = np.concatenate((part.low, -none)), np.concatenate((none, part.high))
    if column is not None:
        least = np.minimum(part.matrix, 0).sum(axis=1)
        most = np.maximum(part.matrix, 0).sum(axis=1)
        matrix[:, column] = np.concatenate((_gap(part.low - least), -_gap(most - part.high)))
    return Rows(part.owner, matrix, low, high)


def _gap(distance: Floats) -> Floats:
    """How far a row must be able to miss its end; nothing where the end is open."""
    return np.where(np.isfinite(distance), np.maximum(distance, 0.0), 0.0)


GOAL: Final = 1e6  # the largest value is counted so, that the gap HiGHS leaves is a trifle
SAME: Final = 1e-12  # values this share of all value apart are equal
TRIES: Final = 50  # sets that HiGHS may propose beyond a limit, by its rounding


class Shared(NamedTuple):
    """Places where projects meet and add together less than each would alone.

    Attributes
    ----------
    alone : (places, projects) what each project adds at a place, alone; in its value already
    most : (places,) what any of them add there together at most
    """

    alone: Floats
    most: Floats

    def excess(self, sets: Bools) -> Floats:
        """(sets,) what the values of the members of sets (sets, projects) count too much."""
        over = sets.astype(np.float64) @ self.alone.T - self.most
        found: Floats = np.maximum(over, 0.0).sum(axis=1)
        return found

    def full(self) -> "Shared":
        """Only the places at which there is too much for some set."""
        some = self.alone.sum(axis=1) > self.most
        return Shared(self.alone[some], self.most[some])

    def rows(self, columns: int) -> tuple[list[Rows], Floats]:
        """Rows by which a variable behind so many others is the excess of a place, of its most.

        And the goal of these variables.
        """
        over = self.alone.sum(axis=1) - self.most
        lines = np.zeros((len(over), columns + len(over)))
        lines[:, : self.alone.shape[1]] = self.alone
        lines[np.arange(len(over)), columns + np.arange(len(over))] = -over
        each = zip(lines, self.most.tolist(), strict=True)
        return [row(("shared", k), line, high=cap) for k, (line, cap) in enumerate(each)], -over


class Best(NamedTuple):
    """The best set, its value with bonuses, what it uses of each limit, and what none exceeds."""

    chosen: Bools  # (projects,)
    value: float
    used: Floats  # (limits,)
    bound: float  # of the value; the value itself where the search was ended by nothing


@checked
def best_within(
    value: ArrayLike,
    relations: Relations,
    uses: ArrayLike,
    limits: ArrayLike,
    cheapest: bool = True,
    shared: Shared | None = None,
    effort: Limits = ENDLESS,
) -> Best | None:
    """Find the set of most value that keeps every limit; None where no allowed set does.

    The 0/1 knapsack where there is one limit, the multidimensional one where there are several.
    Amounts are taken as they are, on no grid. Of equal sets the one that uses least of the first
    limit.

    Parameters
    ----------
    value : (projects,)
    relations : which sets are allowed, and the bonus of pairs; `Relations(n)` where all are
    uses : (limits, projects) what each project takes of what each limit is about
    limits : (limits,) the most of each
    cheapest : whether of equal sets that one is sought; else any of them is given
    shared : where projects meet, so that a set is worth less than the sum
    effort : after which the best set that was found is given, with what none can exceed

    Notes
    -----
    Integer programme (HiGHS); a set that passes a limit within the tolerance of the solver is
    struck out and the search goes on, so every limit holds to the last digit.

    >>> best_within([60, 100, 120], Relations(3), [[10, 20, 30]], [50]).chosen.tolist()
    [False, True, True]
    """
    worth, taken, room = finite(value, "value"), finite(uses, "uses"), finite(limits, "limits")
    n, pairs = relations.n, relations.synergies
    if worth.shape != (n,) or room.ndim != 1 or taken.shape != (len(room), n) or not len(room):
        raise InputError(
            f"value {worth.shape}, uses {taken.shape}, limits {room.shape}: give (projects,), "
            f"(limits, projects) and (limits,) for {n} projects."
        )
    meeting = Shared(np.empty((0, n)), np.empty(0)) if shared is None else shared.full()
    wide = n + len(pairs) + len(meeting.most)
    rows = [widened(part, wide) for part in relation_rows(relations)]
    for k, (use, cap) in enumerate(zip(taken, room, strict=True)):
        rows.append(row(("limit", k), np.pad(use, (0, wide - n)), high=float(cap)))
    for k, (one, other, bonus) in enumerate(pairs):
        rows += pair_rows(k, n + k, one, other, bonus, wide)
    capped, lost = meeting.rows(n + len(pairs))
    rows += capped
    gains = np.concatenate((worth, [bonus for _, _, bonus in pairs], lost))
    largest = float(np.abs(gains[: wide - len(lost)]).max(initial=0.0)) or 1.0
    whole = np.r_[np.ones(n + len(pairs)), np.zeros(len(lost))]

    def total(chosen: Bools) -> float:
        own = float(worth @ chosen + synergy_totals(chosen[None], pairs)[0])
        return own - float(meeting.excess(chosen[None])[0])

    def search(goal: Floats, further: list[Rows], enough: float) -> tuple[Bools, Bounded] | None:
        struck: list[Rows] = []
        for k in range(TRIES):
            found = bounded(goal, [*rows, *further, *struck], whole, effort)
            if found is None:
                return None
            chosen: Bools = found.solution[:n] > 0.5
            kept = (taken @ chosen <= room + SAME * np.abs(taken).sum(axis=1)).all()
            if kept and total(chosen) >= enough:
                return chosen, found
            line = np.pad(np.where(chosen, 1.0, -1.0), (0, wide - n))
            struck.append(row(("struck", k), line, high=float(chosen.sum()) - 1))
        raise InputError("limits: too many sets lie at the very limit. Round the amounts.")

    scale = (1.0 if effort.gap else GOAL) / largest
    top = search(gains * scale, [], -np.inf)
    if top is None:
        return None
    first, found = top
    best = total(first)
    bound = best if found.proven else max(best, found.bound / scale)
    if not cheapest:
        return Best(first, best, np.asarray(taken @ first), bound)
    slack = SAME * float(np.abs(gains).sum())
    near = row(("goal", 0), gains, low=best - 1e-9 * abs(best))
    price = np.pad(taken[0], (0, wide - n))
    dearest = float(np.abs(price).max(initial=0.0)) or 1.0
    try:
        second = search(-price * (GOAL / dearest), [near], best - slack)
    except InputError:  # nearly equal sets without end: the best one stands
        second = None
    chosen = first
    if second is not None and taken[0] @ second[0] < taken[0] @ first:
        chosen = second[0]
    return Best(chosen, total(chosen), np.asarray(taken @ chosen), bound)
