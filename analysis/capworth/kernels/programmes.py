"""Many small linear programmes that share their columns, and what solving them gives."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from capworth.kernels.arrays import Floats, Ints

SOLVED: Final = 0
INFEASIBLE: Final = 1
UNBOUNDED: Final = 2
UNCERTAIN: Final = 3


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
    width : columns, own columns and stopgaps together
    pivots : steps taken in all
    resolved : programmes whose certificate failed and that HiGHS solved again
    """

    column: Ints
    value: Floats
    price: Floats
    status: Ints
    width: int
    pivots: int
    resolved: int

    def amounts(self) -> Floats:
        """How much of every column, (groups, each, columns + extra + rows)."""
        amounts = np.zeros((*self.column.shape[:2], self.width))
        np.put_along_axis(amounts, self.column, self.value, axis=2)
        return amounts
