"""The proof that an optimum is one; what cannot be proved is solved again by another solver.

Three facts prove an optimum: it meets every row and is not negative (primal feasibility), no
column would gain at its prices (dual feasibility), and what it earns is what its prices pay (equal
objectives). They are computed anew from the columns used, not carried over from the search.
"""

from typing import Final

import numpy as np
from scipy.optimize import linprog

from capworth.kernels.arrays import Bools, Floats, Ints
from capworth.kernels.programmes import (
    INFEASIBLE,
    SOLVED,
    UNBOUNDED,
    UNCERTAIN,
    Programmes,
    Solution,
)

TOLERANCE: Final = 1e-9  # of the size of the terms that are added up
NOT_TIED: Final = 1e-11  # a column that loses more than this on a goal is out for the next goals
HIGHS_TOLERANCE: Final = 1e-10


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
    proved = sound & settled.all(axis=2) & (status == SOLVED)
    verdict = np.where(proved, SOLVED, UNCERTAIN)
    lacking = np.where(basis >= programmes.width, value, 0).sum(axis=2) > TOLERANCE
    verdict[lacking] = UNCERTAIN
    if programmes.filling:
        verdict[sound & settled[:, :, 0] & lacking] = INFEASIBLE
    value = np.maximum(value, 0)
    value[value < TOLERANCE * 1e-2] = 0
    column = basis.copy()
    again = np.argwhere(verdict == UNCERTAIN)
    for group, each in again:
        verdict[group, each], column[group, each], value[group, each], price[group, each] = (
            _solved_again(programmes, int(group), int(each))
        )
    width = programmes.width + programmes.rhs.shape[2]
    return Solution(column, value, price, verdict, width, pivots, len(again))


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
    rows = np.abs(met - programmes.rhs) <= TOLERANCE * np.maximum(1, size)
    feasible: Bools = rows.all(axis=2) & (value >= -TOLERANCE).all(axis=2)
    return feasible


def _same_objective(programmes: Programmes, worth: Floats, value: Floats, price: Floats) -> Bools:
    """What the columns earn is what the prices pay for the right-hand side, for every goal."""
    earned = np.einsum("geik,gei->gek", worth, value)
    paid = np.einsum("gekr,ger->gek", price, programmes.rhs)
    size = np.einsum("gekr,ger->gek", np.abs(price), np.abs(programmes.rhs))
    same: Bools = (np.abs(earned - paid) <= TOLERANCE * np.maximum(1, size)).all(axis=2)
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
        over = (gain > TOLERANCE) & open_pool
        group, which, column = np.nonzero(over)
        terms = np.abs(asked[group, which] * programmes.pool[group, :, column]).sum(axis=1)
        over[group, which, column] = gain[group, which, column] > TOLERANCE * np.maximum(1, terms)
        settled[:, :, goal] = ~over.any(axis=2) & ~((own_gain > TOLERANCE) & open_own).any(axis=2)
        open_pool &= gain > -NOT_TIED
        open_own &= own_gain > -NOT_TIED
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
                "primal_feasibility_tolerance": HIGHS_TOLERANCE,
                "dual_feasibility_tolerance": HIGHS_TOLERANCE,
            },
        )
        if answer.status in (2, 3):
            return INFEASIBLE if answer.status == 2 else UNBOUNDED, *nothing
        if answer.status != 0:
            return UNCERTAIN, *nothing
        amounts = answer.x / size
        price[goal] = -answer.eqlin.marginals / level
        opened &= answer.lower.marginals < TOLERANCE
    column = np.argsort(-amounts, kind="stable")[:rows]
    return SOLVED, column, amounts[column], price
