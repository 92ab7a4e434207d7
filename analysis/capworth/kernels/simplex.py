"""The simplex method on many small linear programmes at once.

All programmes take a pivot in the same few array operations, the programmes on the last axis, so
the processor works on neighbours. A programme with few rows needs only a small matrix: the inverse
of its basis, with the right-hand side, a tie-breaker and the goals' prices as further lines.
"""

from typing import Final

import numpy as np

from capworth.kernels.arrays import Bools, Floats, Ints
from capworth.kernels.certificate import certified
from capworth.kernels.programmes import (
    INFEASIBLE,
    SOLVED,
    UNBOUNDED,
    UNCERTAIN,
    Programmes,
    Solution,
)

GAIN: Final = 1e-10  # a column that gains less does not enter
PIVOT: Final = 1e-9  # smaller pivots are not trusted
TIE: Final = 1e-12  # steps closer than this are ties
MOST_ROUNDS: Final = 500
SHRINK: Final = 0.75  # close ranks when this share of the slots, or less, is still needed
LACKING: Final = 1e-9  # more than this left over is infeasible
GOLDEN_RATIO: Final = 0.6180339887498949


def solve(programmes: Programmes) -> Solution:
    """Solve every programme and prove it.

    Every optimum is checked by `certificate.certified`; what cannot be proved is solved again by
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
        self.status = np.full((groups, each), UNCERTAIN)
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
        self.lines[:rows, rows + 1] = 1 + np.arange(1, rows + 1)[:, None] * GOLDEN_RATIO % 1

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
            level[np.abs(level) < TIE] = 0
            self.pivots += int(moving.sum())
        if self.rounds == MOST_ROUNDS:
            self._end(self.live.copy(), UNCERTAIN)
        self._close_ranks()

    def _price(self) -> tuple[Ints, Bools]:
        """Find the column that gains most, and who gains; the others settle their goal."""
        slots, rows, everyone = len(self.place), self.rows, np.arange(len(self.place))
        prices = np.zeros((slots, rows + self.goals))
        prices[:, :rows] = self.lines[rows + self.stage, :rows, everyone]
        grain = GAIN * np.maximum(1, 1e-3 * np.abs(prices).max(axis=1))
        prices[everyone, rows + self.stage] = 1
        gains = np.matmul(prices.reshape(len(self.group), -1, rows + self.goals), self.lined)
        gains = gains.reshape(slots, self.columns)
        own_gains = np.einsum("rps,sr->ps", self.own, prices)
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
            lacking = (self.stage[settled] == 0) & (self.lines[rows, rows, settled] > LACKING)
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
        steps: Floats = np.einsum("ijs,js->is", self.lines[:, :rows], column[:rows])
        steps[rows:] += column[rows:]
        return steps

    def _leaving(self, steps: Floats) -> tuple[Ints, Bools]:
        """Row that reaches zero first, of equals the first in the direction of the tie-breaker."""
        rows = self.rows
        falls = steps[:rows] > PIVOT
        by = np.where(falls, steps[:rows], 1.0)
        reach = np.where(falls, self.lines[:rows, rows] / by, np.inf)
        first = reach.min(axis=0)
        tied = reach <= first + TIE * (1 + first)
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
        self.lines -= change[:, None] * line
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
        if not len(kept) or len(kept) * wide > SHRINK * live.size:
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
