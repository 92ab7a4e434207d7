"""Weights from the best-worst method: the best criterion against all, all against the worst.

Judgements run from 1 (equal) to 9 (absolutely more important). `best_to_others[j]` says how many
times the best outweighs `j`; `others_to_worst[j]` how many times `j` outweighs the worst.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linprog

from capworth.errors import InputError
from capworth.methods.arguments import Floats, finite

SLACK: Final = 1e-10  # deviation granted above the least, so that the last step is not rounding


@dataclass(frozen=True, slots=True, eq=False)
class BestWorst:
    """Weights, how far they may range, and how well they fit.

    Attributes
    ----------
    weights : (criteria,), the middle of the range, summing to 1
    low, high : (criteria,), range of each weight over all optimal answers; equal when it is unique
    deviation : the largest deviation from a judgement, as small as it can be
    ratio : deviation in shares of the largest that the scale allows: 0 is full consistency
    input_ratio : largest of the single criteria's own inconsistencies, known before any solving
    """

    weights: Floats
    low: Floats
    high: Floats
    deviation: float
    ratio: float
    input_ratio: float


def best_worst(best_to_others: ArrayLike, others_to_worst: ArrayLike) -> BestWorst:
    """Solve the min-max model: no ratio of weights deviates from its judgement by more than xi.

    Notes
    -----
    Rezaei (2015), Omega 53, 49-57: `|w_B / w_j - a_Bj| <= xi`, `|w_j / w_W - a_jW| <= xi`.
    For a given xi the weights exist when the intervals that each criterion allows for `w_B / w_W`
    have a point in common, so the least xi is found by bisection to the last digit. Several
    weight vectors may reach it; their ranges come from linear programmes and the answer is the
    middle: Rezaei (2016), Omega 64, 126-130.
    """
    to_others, to_worst, best, worst = _judgements(best_to_others, others_to_worst)
    direct = to_others[worst]
    between = np.delete(np.arange(len(to_others)), [best, worst])
    low, high = 0.0, float(max(to_others.max(), to_worst.max()))
    for _ in range(100):
        middle = (low + high) / 2
        if _possible(to_others[between], to_worst[between], direct, middle):
            high = middle
        else:
            low = middle
    xi = high
    ceiling = xi + SLACK
    rows = []
    for j in range(len(to_others)):
        for above, below, said in ((best, j, to_others[j]), (j, worst, to_worst[j])):
            if above != below:
                rows.append(_ratio(len(to_others), above, below, said + ceiling, 1.0))
                rows.append(_ratio(len(to_others), above, below, max(said - ceiling, 0.0), -1.0))
    ends = _ranges(np.array(rows), np.zeros(len(rows)), len(to_others))
    return _answer(ends, xi, consistency_index(direct), to_others, to_worst, direct)


def best_worst_linear(best_to_others: ArrayLike, others_to_worst: ArrayLike) -> BestWorst:
    """Solve the linear model, whose answer is a single weight vector in all but odd cases.

    Notes
    -----
    Rezaei (2016), Omega 64, 126-130: minimise xi with `|w_B - a_Bj w_j| <= xi`,
    `|w_j - a_jW w_W| <= xi`. Its `ratio` is xi itself over the index of `consistency_index`, as
    software for the method prints it; it is not comparable with that of `best_worst`.
    """
    to_others, to_worst, best, worst = _judgements(best_to_others, others_to_worst)
    criteria = len(to_others)
    rows = []
    for j in range(criteria):
        for above, below, said in ((best, j, to_others[j]), (j, worst, to_worst[j])):
            if above != below:
                row = _ratio(criteria, above, below, said, 1.0)
                rows += [row, -row]
    matrix = np.array(rows)
    solved = linprog(
        np.append(np.zeros(criteria), 1.0),
        A_ub=np.column_stack((matrix, -np.ones(len(matrix)))),
        b_ub=np.zeros(len(matrix)),
        A_eq=[np.append(np.ones(criteria), 0.0)],
        b_eq=[1.0],
    )
    xi = float(solved.x[-1])
    ends = _ranges(matrix, np.full(len(matrix), xi + SLACK), criteria)
    direct = to_others[worst]
    return _answer(ends, xi, consistency_index(direct), to_others, to_worst, direct)


def consistency_index(best_to_worst: float) -> float:
    """Largest deviation that judgements with this `a_BW` can have: the scale of the ratio.

    The root of `(a - xi)^2 = a + xi`: Rezaei (2015).

    >>> [round(consistency_index(a), 2) for a in (1, 2, 3, 5, 9)]
    [0.0, 0.44, 1.0, 2.3, 5.23]
    """
    return float((1 + 2 * best_to_worst - np.sqrt(1 + 8 * best_to_worst)) / 2)


def _judgements(
    best_to_others: ArrayLike, others_to_worst: ArrayLike
) -> tuple[Floats, Floats, int, int]:
    to_others = np.atleast_1d(finite(best_to_others, "best_to_others"))
    to_worst = np.atleast_1d(finite(others_to_worst, "others_to_worst"))
    if to_others.shape != to_worst.shape or to_others.ndim != 1 or len(to_others) < 2:
        raise InputError(
            f"best_to_others has shape {to_others.shape}, others_to_worst {to_worst.shape}. "
            "Give one judgement a criterion in each, for two criteria or more."
        )
    for name, said in (("best_to_others", to_others), ("others_to_worst", to_worst)):
        if (said < 1).any():
            j = int(np.argmax(said < 1))
            raise InputError(f"{name}: entry {j} is {said[j]:g}. Judgements run from 1 to 9.")
        if not (said == 1).any():
            raise InputError(f"{name}: no entry is 1. The criterion itself has 1 in its own row.")
    best = int(np.argmax(np.where(to_others == 1, to_worst, -1)))
    worst = int(np.argmax(np.where(to_worst == 1, to_others, -1)))
    if to_others[worst] != to_worst[best]:
        raise InputError(
            f"best against worst is {to_others[worst]:g} in best_to_others (entry {worst}) and "
            f"{to_worst[best]:g} in others_to_worst (entry {best}). Make them the same."
        )
    return to_others, to_worst, best, worst


def _possible(to_others: Floats, to_worst: Floats, direct: float, xi: float) -> bool:
    """Whether some `w_B / w_W` suits the direct judgement and all between, within `xi`."""
    floor = np.maximum(to_others - xi, 0) * np.maximum(to_worst - xi, 0)
    ceiling = (to_others + xi) * (to_worst + xi)
    lowest = max(direct - xi, floor.max(initial=0.0))
    return bool(lowest <= min(direct + xi, ceiling.min(initial=np.inf)))


def _ratio(criteria: int, above: int, below: int, bound: float, sign: float) -> Floats:
    """Row that says `sign * (w_above - bound * w_below) <= 0`."""
    row = np.zeros(criteria)
    row[above] += sign
    row[below] -= sign * bound
    return row


def _ranges(matrix: Floats, bounds: Floats, criteria: int) -> tuple[Floats, Floats]:
    """Lowest and highest value of each weight under `matrix @ w <= bounds`."""
    ends = np.empty((2, criteria))
    for end, sign in enumerate((1.0, -1.0)):
        for j in range(criteria):
            goal = np.zeros(criteria)
            goal[j] = sign
            solved = linprog(
                goal, A_ub=matrix, b_ub=bounds, A_eq=np.ones((1, criteria)), b_eq=[1.0]
            )
            ends[end, j] = solved.x[j]
    return ends[0], ends[1]


def _answer(
    ends: tuple[Floats, Floats],
    xi: float,
    index: float,
    to_others: Floats,
    to_worst: Floats,
    direct: float,
) -> BestWorst:
    middle = (ends[0] + ends[1]) / 2
    own = np.abs(to_others * to_worst - direct) / max(direct * direct - direct, SLACK)
    return BestWorst(
        weights=middle / middle.sum(),
        low=ends[0],
        high=ends[1],
        deviation=xi,
        ratio=xi / index if index > 0 else 0.0,
        input_ratio=float(own.max()) if direct > 1 else 0.0,
    )
