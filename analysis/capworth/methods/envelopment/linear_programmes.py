"""Linear programmes, many small ones that share their columns: the simplex method, with proof.

All programmes take a pivot in the same few array operations, the programmes on the last axis, so
the processor works on neighbours. A programme with few rows needs only a small matrix: the inverse
of its basis, with the right-hand side, a tie-breaker and the goals' prices as further lines.

Three facts prove an optimum: it meets every row and is not negative (primal feasibility), no
column would gain at its prices (dual feasibility), and what it earns is what its prices pay (equal
objectives). They are computed anew from the columns used, not carried over from the search. What
cannot be proved is solved again by HiGHS.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import linprog

from capworth.methods.arguments import Bools, Floats, Ints, checked

SOLVED: Final = 0
INFEASIBLE: Final = 1
UNBOUNDED: Final = 2
_UNCERTAIN: Final = 3


@dataclass(frozen=True, slots=True, eq=False)
class Programmes:
    """Maximise the goals one after the other, subject to `A z = b` and `z >= 0`.

    The programmes of one group share the columns of the pool; each may have a few columns of its
    own behind them. The second goal is maximised among the optima of the first, and so on.

    Attributes
    ----------
    pool : (groups, rows, columns) what one unit of each shared column puts into each row
    goal : (groups, goals, columns) what it adds to each goal
    own : (groups, each, rows, extra) the same for a programme's own columns
    own_goal : (groups, each, goals, extra)
    rhs : (groups, each, rows)
    identity : (rows,) for each row a pool column that is 1 or -1 there and 0 elsewhere, or
        `stopgap(row)` where there is none; the search starts from them
    opening : pivots from the identity columns to a feasible start, each a pair of rows and
        columns, (groups, each); without them the identity columns must be feasible themselves
    barred : (groups, each) a pool column that the programme may not use, or None
    filling : the first goal is to need no stopgap, so that an infeasible programme is found out;
        the first lines of `goal` and `own_goal` are then 0
    """

    pool: Floats
    goal: Floats
    own: Floats
    own_goal: Floats
    rhs: Floats
    identity: Ints
    opening: tuple[tuple[Ints, Ints], ...] = ()
    barred: Ints | None = None
    filling: bool = False

    @property
    def shape(self) -> tuple[int, int]:
        """Groups, and programmes in each."""
        return self.rhs.shape[0], self.rhs.shape[1]

    @property
    def columns(self) -> int:
        """How many columns the pool has; own columns are numbered from here."""
        return int(self.pool.shape[2])

    @property
    def width(self) -> int:
        """Columns of the pool and own columns together; stopgaps are numbered from here."""
        return self.columns + int(self.own.shape[3])

    def stopgap(self, row: int) -> int:
        """Number of a column that is 1 in this row, and that no optimum may use."""
        return self.width + row

    def matrix(self, group: int, each: int) -> Floats:
        """(rows, columns + extra) of one programme."""
        return np.concatenate((self.pool[group], self.own[group, each]), axis=1)

    def goals(self, group: int, each: int) -> Floats:
        """(goals, columns + extra) of one programme."""
        return np.concatenate((self.goal[group], self.own_goal[group, each]), axis=1)

    def gathered(self, basis: Ints) -> tuple[Floats, Floats]:
        """Columns and goals of a basis (groups, each, rows): (..., column, row) and (..., goal)."""
        group = np.arange(len(self.pool))[:, None, None]
        inside = np.minimum(basis, self.columns - 1)
        matrix = self.pool.transpose(0, 2, 1)[group, inside]
        worth = self.goal.transpose(0, 2, 1)[group, inside]
        g, k, i = np.nonzero((basis >= self.columns) & (basis < self.width))
        extra = basis[g, k, i] - self.columns
        matrix[g, k, i] = self.own[g, k, :, extra]
        worth[g, k, i] = self.own_goal[g, k, :, extra]
        g, k, i = np.nonzero(basis >= self.width)
        matrix[g, k, i] = np.eye(self.rhs.shape[2])[basis[g, k, i] - self.width]
        worth[g, k, i] = 0
        worth[g, k, i, 0] = -1 if self.filling else 0
        return matrix, worth


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """An optimum of each programme, with its proof.

    Attributes
    ----------
    column, value : (groups, each, rows) the columns used and how much of each
    price : (groups, each, goals, rows) worth of one more of each row's right-hand side
    status : (groups, each) SOLVED, INFEASIBLE or UNBOUNDED
    proved : (groups, each) by the basis that these columns are; the others HiGHS solved again
    width : columns, own columns and stopgaps together
    pivots : steps taken in all
    """

    column: Ints
    value: Floats
    price: Floats
    status: Ints
    proved: Bools
    width: int
    pivots: int

    @property
    def resolved(self) -> int:
        """How many programmes HiGHS solved again, as their certificate failed."""
        return int((~self.proved).sum())

    def amounts(self) -> Floats:
        """How much of every column, (groups, each, columns + extra + rows)."""
        amounts = np.zeros((*self.column.shape[:2], self.width))
        np.put_along_axis(amounts, self.column, self.value, axis=2)
        return amounts


_GAIN: Final = 1e-10  # a column that gains less does not enter
_PIVOT: Final = 1e-9  # smaller pivots are not trusted
_TIE: Final = 1e-12  # steps closer than this are ties
MOST_ROUNDS: Final = 500
_SHRINK: Final = 0.75  # close ranks when this share of the slots, or less, is still needed
_LACKING: Final = 1e-9  # more than this left over is infeasible
_GOLDEN_RATIO: Final = 0.6180339887498949


@checked
def solve(programmes: Programmes) -> Solution:
    """Solve every programme and prove it.

    Every optimum is checked by `certified`; what cannot be proved is solved again by
    HiGHS and counted. The column of largest gain enters, of equals the first. Ties among the rows,
    which are the rule in envelopment analysis, are broken as if the right-hand side were moved by
    a small amount in a fixed general direction, so that no programme runs in circles.

    Source: Dantzig (1963), Linear Programming and Extensions, ch. 8-10; Charnes (1952),
    Econometrica 20, 160-170, for the direction that breaks ties.
    """
    run = _Run(programmes)
    while run.live.any():
        run.advance()
    return certified(programmes, run.basis, run.status, run.pivots)


class _Run:
    """The programmes still under way, one to a slot; the only thing here that changes."""

    def __init__(self, programmes: Programmes) -> None:
        groups, each = programmes.shape
        rows, goals = programmes.pool.shape[1], programmes.goal.shape[1]
        count = groups * each
        self.rows, self.goals, self.columns = rows, goals, programmes.columns
        self.basis = np.zeros((groups, each, rows), dtype=np.int64)
        self.status = np.full((groups, each), _UNCERTAIN)
        self.pivots = 0
        self.rounds = 0
        self.filling = programmes.filling
        # Goals ride along as further rows, so that one product prices the columns for any goal.
        self.lined = np.concatenate((programmes.pool, programmes.goal), axis=1)
        self.by_column = np.ascontiguousarray(self.lined.transpose(0, 2, 1))
        own = np.concatenate((programmes.own, programmes.own_goal), axis=2)
        self.own = own.reshape(count, rows + goals, -1).transpose(1, 2, 0).copy()
        self.ban = np.zeros((count, self.columns), dtype=bool)
        self.own_ban = np.zeros(self.own.shape[1:], dtype=bool)
        self.banning = programmes.barred is not None
        if programmes.barred is not None:
            slot = np.flatnonzero(programmes.barred.ravel() >= 0)
            self.ban[slot, programmes.barred.ravel()[slot]] = True
        self.group = np.arange(groups)  # groups that have a programme under way
        self.place = np.arange(count)  # whose programme is in a slot; -1 for padding
        self.live = np.ones(count, dtype=bool)
        self.stage = np.zeros(count, dtype=np.int64)  # the goal it is at
        self.used = np.repeat(programmes.identity[:, None], count, axis=1)
        self.lines = self._identity_lines(programmes)
        for leaving, entering in programmes.opening:
            self._pivot(self._steps(entering.ravel()), leaving.ravel(), entering.ravel(), self.live)
        self.lines[:rows, rows + 1] = 1 + np.arange(1, rows + 1)[:, None] * _GOLDEN_RATIO % 1

    def _identity_lines(self, programmes: Programmes) -> Floats:
        """(rows + goals, rows + 2, slots): inverse | right-hand side | tie-breaker."""
        rows = self.rows
        here = np.arange(rows)
        stopgap = programmes.identity >= programmes.width
        inside = np.where(stopgap, 0, programmes.identity)
        sign = np.where(stopgap[:, None], 1, programmes.pool[:, here, inside].T)[:, :, None]
        worth = np.where(stopgap, 0, programmes.goal[:, :, inside])
        if self.filling:
            worth[:, 0] = np.where(stopgap, -1, 0)
        lines = np.zeros((rows + self.goals, rows + 2, *programmes.shape))
        lines[here, here] = sign
        lines[:rows, rows] = programmes.rhs.transpose(2, 0, 1) * sign
        lines[rows:] = -np.einsum("gki,ijge->kjge", worth, lines[:rows])
        return lines.reshape(rows + self.goals, rows + 2, -1)

    def advance(self) -> None:
        """Let every programme take a pivot, or go on to its next goal, or end."""
        self.rounds += 1
        entering, moving = self._price()
        if moving.any():
            steps = self._steps(entering)
            leaving, bounded = self._leaving(steps)
            self._end(moving & ~bounded, UNBOUNDED)
            moving &= bounded
            self._pivot(steps, leaving, entering, moving)
            level = self.lines[: self.rows, self.rows]
            level[np.abs(level) < _TIE] = 0
            self.pivots += int(moving.sum())
        if self.rounds == MOST_ROUNDS:
            self._end(self.live.copy(), _UNCERTAIN)
        self._close_ranks()

    def _price(self) -> tuple[Ints, Bools]:
        """Find the column that gains most, and who gains; the others settle their goal."""
        slots, rows, everyone = len(self.place), self.rows, np.arange(len(self.place))
        prices = np.zeros((rows + self.goals, slots))
        for goal in range(self.goals):
            np.copyto(prices[:rows], self.lines[rows + goal, :rows], where=self.stage == goal)
        grain = _GAIN * np.maximum(1, 1e-3 * np.abs(prices).max(axis=0))
        prices[rows + self.stage, everyone] = 1
        by_group = prices.reshape(len(prices), len(self.group), -1).transpose(1, 2, 0)
        gains = np.matmul(by_group, self.lined).reshape(slots, self.columns)
        own_gains = (self.own * prices[:, None]).sum(axis=0)
        if self.banning:
            gains[self.ban] = -np.inf
            own_gains[self.own_ban] = -np.inf
        entering = gains.argmax(axis=1)
        gain = gains[everyone, entering]
        for extra, own_gain in enumerate(own_gains):
            entering = np.where(own_gain > gain, self.columns + extra, entering)
            gain = np.maximum(own_gain, gain)
        moving = self.live & (gain > grain)
        settled = np.flatnonzero(self.live & ~moving)
        last = self.stage[settled] == self.goals - 1
        if self.filling:
            lacking = (self.stage[settled] == 0) & (self.lines[rows, rows, settled] > _LACKING)
            self._end_slots(settled[lacking], INFEASIBLE)
            settled, last = settled[~lacking], last[~lacking]
        self._end_slots(settled[last], SOLVED)
        onward = settled[~last]
        if len(onward):
            # A column that would lose on this goal is in none of its optima.
            self.ban[onward] |= gains[onward] < -grain[onward, None]
            self.own_ban[:, onward] |= own_gains[:, onward] < -grain[onward]
            self.banning = True
            self.stage[onward] += 1
        return entering, moving

    def _steps(self, entering: Ints) -> Floats:
        """(rows + goals, slots): what the basis gives up, and each goal gains, per unit."""
        slots, rows = len(self.place), self.rows
        group = np.repeat(self.group, slots // len(self.group))
        column = self.by_column[group, np.minimum(entering, self.columns - 1)].T
        slot = np.flatnonzero(entering >= self.columns)
        column[:, slot] = self.own[:, entering[slot] - self.columns, slot]
        steps: Floats = self.lines[:, 0] * column[0]
        for row in range(1, rows):
            steps += self.lines[:, row] * column[row]
        steps[rows:] += column[rows:]
        return steps

    def _leaving(self, steps: Floats) -> tuple[Ints, Bools]:
        """Row that reaches zero first, of equals the first in the direction of the tie-breaker."""
        rows = self.rows
        falls = steps[:rows] > _PIVOT
        by = np.where(falls, steps[:rows], 1.0)
        reach = np.where(falls, self.lines[:rows, rows] / by, np.inf)
        first = reach.min(axis=0)
        tied = reach <= first + _TIE * (1 + first)
        later = np.where(tied & falls, self.lines[:rows, rows + 1] / by, np.inf)
        bounded: Bools = np.asarray(falls.any(axis=0))
        return later.argmin(axis=0), bounded

    def _pivot(self, steps: Floats, leaving: Ints, entering: Ints, moving: Bools) -> None:
        """Put the entering column in the place of the leaving row, where `moving`."""
        everyone = np.arange(len(leaving))
        by = np.where(moving, steps[leaving, everyone], 1.0)
        line = self.lines[leaving, :, everyone].T / by
        change = steps.copy()
        change[leaving, everyone] -= 1
        change[:, ~moving] = 0
        for row, by in zip(self.lines, change, strict=True):
            row -= by * line
        slot = np.flatnonzero(moving)
        self.used[leaving[slot], slot] = entering[slot]

    def _end(self, who: Bools, status: int) -> None:
        self._end_slots(np.flatnonzero(who), status)

    def _end_slots(self, slots: Ints, status: int) -> None:
        """Write down where these programmes ended; their slots are free."""
        place = self.place[slots]
        self.basis.reshape(-1, self.rows)[place] = self.used[:, slots].T
        self.status.ravel()[place] = status
        self.live[slots] = False

    def _close_ranks(self) -> None:
        """Drop slots that nobody needs, so that the last few do not carry the rest along."""
        groups = len(self.group)
        live = self.live.reshape(groups, -1)
        each = live.sum(axis=1)
        kept = np.flatnonzero(each)
        wide = int(each.max(initial=0))
        if not len(kept) or len(kept) * wide > _SHRINK * live.size:
            return
        group, slot = np.nonzero(live[kept])
        rank = np.arange(len(group)) - np.repeat(np.cumsum(each[kept]) - each[kept], each[kept])
        source = np.zeros(len(kept) * wide, dtype=np.int64)  # padding copies the first slot
        target = group * wide + rank
        source[target] = kept[group] * live.shape[1] + slot
        taken = np.zeros(len(source), dtype=bool)
        taken[target] = True
        self.live = taken
        self.place = np.where(taken, self.place[source], -1)
        self.stage, self.used = self.stage[source], self.used[:, source]
        self.lines, self.own = self.lines[:, :, source], self.own[:, :, source]
        self.ban, self.own_ban = self.ban[source], self.own_ban[:, source]
        self.group, self.lined = self.group[kept], self.lined[kept]


_TOLERANCE: Final = 1e-9  # of the size of the terms that are added up
_NOT_TIED: Final = 1e-11  # a column that loses more than this on a goal is out for the next goals
_HIGHS_TOLERANCE: Final = 1e-10


@checked
def certified(programmes: Programmes, basis: Ints, status: Ints, pivots: int) -> Solution:
    """Prove each optimum from its basis; give what is not proved to HiGHS.

    Parameters
    ----------
    basis : (groups, each, rows) columns used
    status : (groups, each) how the search ended; only SOLVED can be proved
    """
    matrix, worth = programmes.gathered(basis)
    inverse = _inverse(matrix.transpose(0, 1, 3, 2))
    value = np.einsum("geij,gej->gei", inverse, programmes.rhs)
    short = programmes.rhs - np.einsum("geji,gej->gei", matrix, value)
    value += np.einsum("geij,gej->gei", inverse, short)
    price = np.einsum("geik,geij->gekj", worth, inverse)

    settled = _no_gain(programmes, price)
    sound = _feasible(programmes, matrix, value)
    sound &= _same_objective(programmes, worth, value, price)
    verdict = np.where(sound & settled.all(axis=2) & (status == SOLVED), SOLVED, _UNCERTAIN)
    lacking = np.where(basis >= programmes.width, value, 0).sum(axis=2) > _TOLERANCE
    verdict[lacking] = _UNCERTAIN
    if programmes.filling:
        verdict[sound & settled[:, :, 0] & lacking] = INFEASIBLE
    value = np.maximum(value, 0)
    value[value < _TOLERANCE * 1e-2] = 0
    column = basis.copy()
    proved = verdict != _UNCERTAIN
    for group, each in np.argwhere(~proved):
        verdict[group, each], column[group, each], value[group, each], price[group, each] = (
            _solved_again(programmes, int(group), int(each))
        )
    width = programmes.width + programmes.rhs.shape[2]
    return Solution(
        column=column,
        value=value,
        price=price,
        status=verdict,
        proved=proved,
        width=width,
        pivots=pivots,
    )


@checked
def transferred(solved: Programmes, solution: Solution, others: Programmes) -> Solution:
    """Answer further programmes of the same groups by the bases that solve others of their group.

    Each programme has one column of its own, which alone counts for the first goal, and only
    programmes are read whose basis is proved and has it. At the prices of the first goal a column
    gains nothing in all these programmes or in none, but for a factor that is the worth of the own
    column; and those that are tied there gain as much on the second. So a basis that is proved for
    one is an optimum of each that it is feasible for: this, and that both objectives are equal, is
    proved for each; near twins among the columns may leave little of the prices.

    Of a programme that is not proved the solution says nothing.
    """
    group, rows = np.arange(len(solved.pool)), solved.rhs.shape[2]
    basis, of, many = _faces(solved, solution)
    matrix, worth = solved.gathered(basis)
    own = np.take_along_axis(solved.own[..., 0], of[..., None], axis=1)
    matrix[:, :, -1] = own
    worth[:, :, -1] = np.take_along_axis(solved.own_goal[..., 0], of[..., None], axis=1)
    inverse = _inverse(matrix.transpose(0, 1, 3, 2))
    first = inverse[:, :, -1]  # (groups, faces, rows) prices of the first goal, but for a factor
    price = np.einsum("gfik,gfij->gfkj", worth, inverse)

    moved = others.own[..., 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        per_own = np.matmul(first, moved.transpose(0, 2, 1))
        reach = np.matmul(first, others.rhs.transpose(0, 2, 1)) / per_own
    there = np.arange(basis.shape[1])[:, None] < many[:, None, None]
    reach = np.where(there & (per_own > _PIVOT), reach, np.inf)
    best = reach.argmin(axis=1)  # (groups, each)
    at = group[:, None], best
    meets, per_own = (
        np.take_along_axis(of, best[:, None], axis=1)[:, 0] for of in (reach, per_own)
    )
    proved = np.isfinite(meets)
    per_own = np.where(proved, per_own, 1.0)

    column, matrix, worth = basis[at], matrix[at], worth[at]
    matrix[:, :, -1], worth[:, :, -1] = moved, others.own_goal[..., 0]
    value = np.zeros(others.rhs.shape)
    for _ in range(2):  # the second time what rounding left
        short = others.rhs - np.einsum("geji,gej->gei", matrix, value)
        change = np.einsum("geij,gej->gei", inverse[at], short)
        length = change[..., -1] / per_own
        change -= length[..., None] * np.einsum("geij,gej->gei", inverse[at], moved)
        change[..., -1] = length
        value += change
    lacks = others.own_goal[..., 0] - np.einsum("gekj,gej->gek", price[at], moved)
    price = price[at] + (lacks / per_own[..., None])[..., None] * first[at][:, :, None]
    proved &= _feasible(others, matrix, value)
    proved &= _same_objective(others, worth, value, price)
    value = np.maximum(value, 0)
    value[value < _TOLERANCE * 1e-2] = 0
    status = np.where(proved, SOLVED, _UNCERTAIN)
    return Solution(
        column=column,
        value=value,
        price=price,
        status=status,
        proved=proved,
        width=others.width + rows,
        pivots=0,
    )


def _faces(programmes: Programmes, solution: Solution) -> tuple[Ints, Ints, Ints]:
    """Different proved bases of each group that have the own column, as their last: no stopgap.

    Returns
    -------
    (groups, most, rows) columns; (groups, most) a programme that has the basis; (groups,) how many
    """
    groups = len(programmes.pool)
    basis = np.sort(solution.column, axis=2)
    sound = solution.proved & (basis[..., -1] == programmes.columns)
    group, place = np.nonzero(sound)
    listed = np.column_stack((group, basis[group, place]))
    _, which = np.unique(listed, axis=0, return_index=True)
    group, place = group[which], place[which]
    many = np.bincount(group, minlength=groups)
    rank = np.arange(len(group)) - np.repeat(np.cumsum(many) - many, many)
    of = np.zeros((groups, max(1, int(many.max()))), dtype=np.int64)
    of[group, rank] = place
    columns = np.take_along_axis(basis, of[..., None], axis=1)
    return columns, of, many


def _inverse(matrix: Floats) -> Floats:
    try:
        inverse = np.asarray(np.linalg.inv(matrix), dtype=np.float64)
    except np.linalg.LinAlgError:
        broken = ~(np.abs(np.linalg.det(matrix)) > 0)
        mended = np.where(broken[..., None, None], np.eye(matrix.shape[-1]), matrix)
        inverse = np.asarray(np.linalg.inv(mended), dtype=np.float64)
    return inverse


def _feasible(programmes: Programmes, matrix: Floats, value: Floats) -> Bools:
    """Every row is met, and nothing is negative."""
    met = np.einsum("geji,gej->gei", matrix, value)
    size = np.einsum("geji,gej->gei", np.abs(matrix), np.abs(value))
    rows = np.abs(met - programmes.rhs) <= _TOLERANCE * np.maximum(1, size)
    feasible: Bools = rows.all(axis=2) & (value >= -_TOLERANCE).all(axis=2)
    return feasible


def _same_objective(programmes: Programmes, worth: Floats, value: Floats, price: Floats) -> Bools:
    """What the columns earn is what the prices pay for the right-hand side, for every goal."""
    earned = np.einsum("geik,gei->gek", worth, value)
    paid = np.einsum("gekr,ger->gek", price, programmes.rhs)
    size = np.einsum("gekr,ger->gek", np.abs(price), np.abs(programmes.rhs))
    same: Bools = (np.abs(earned - paid) <= _TOLERANCE * np.maximum(1, size)).all(axis=2)
    return same


def _no_gain(programmes: Programmes, price: Floats) -> Bools:
    """(groups, each, goals): no column that is open for the goal would gain on it."""
    groups, each, goals, _ = price.shape
    open_pool = np.ones((groups, each, programmes.columns), dtype=bool)
    if programmes.barred is not None:
        group, which = np.nonzero(programmes.barred >= 0)
        open_pool[group, which, programmes.barred[group, which]] = False
    open_own = np.ones((groups, each, programmes.own.shape[3]), dtype=bool)
    settled = np.ones((groups, each, goals), dtype=bool)
    for goal in range(goals):
        asked = price[:, :, goal]
        gain = programmes.goal[:, goal, None, :] - np.matmul(asked, programmes.pool)
        own_gain = programmes.own_goal[:, :, goal] - np.einsum(
            "ger,gerp->gep", asked, programmes.own
        )
        over = (gain > _TOLERANCE) & open_pool
        group, which, column = np.nonzero(over)
        terms = np.abs(asked[group, which] * programmes.pool[group, :, column]).sum(axis=1)
        over[group, which, column] = gain[group, which, column] > _TOLERANCE * np.maximum(1, terms)
        settled[:, :, goal] = ~over.any(axis=2) & ~((own_gain > _TOLERANCE) & open_own).any(axis=2)
        open_pool &= gain > -_NOT_TIED
        open_own &= own_gain > -_NOT_TIED
    return settled


def _solved_again(
    programmes: Programmes, group: int, each: int
) -> tuple[int, Ints, Floats, Floats]:
    """Status, columns used, their amounts and the prices of one programme, by HiGHS."""
    matrix = programmes.matrix(group, each)
    goals = programmes.goals(group, each)
    rhs = programmes.rhs[group, each]
    rows = len(rhs)
    level = np.abs(np.column_stack((matrix, rhs))).max(axis=1)
    scaled = matrix / level[:, None]
    size = np.maximum(np.abs(scaled).max(axis=0), np.finfo(float).tiny)
    opened = np.ones(matrix.shape[1], dtype=bool)
    if programmes.barred is not None and programmes.barred[group, each] >= 0:
        opened[programmes.barred[group, each]] = False
    price = np.zeros((len(goals), rows))
    nothing = np.zeros(rows, dtype=np.int64), np.zeros(rows), price
    amounts = np.zeros(matrix.shape[1])
    for goal, worth in enumerate(goals):
        answer = linprog(
            -worth / size,
            A_eq=scaled / size,
            b_eq=rhs / level,
            bounds=np.column_stack((np.zeros(len(opened)), np.where(opened, np.inf, 0))),
            method="highs-ds",
            options={
                "primal_feasibility_tolerance": _HIGHS_TOLERANCE,
                "dual_feasibility_tolerance": _HIGHS_TOLERANCE,
            },
        )
        if answer.status in (2, 3):
            return INFEASIBLE if answer.status == 2 else UNBOUNDED, *nothing
        if answer.status != 0:
            return _UNCERTAIN, *nothing
        amounts = answer.x / size
        price[goal] = -answer.eqlin.marginals / level
        opened &= answer.lower.marginals < _TOLERANCE
    column = np.argsort(-amounts, kind="stable")[:rows]
    return SOLVED, column, amounts[column], price
