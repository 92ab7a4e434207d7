"""Best-worst method (BWM): weights from the best criterion against all and all against the worst.

Judgements run from 1 (equal) to 9 (absolutely more important). `best_to_others[j]` says how many
times the best outweighs `j`; `others_to_worst[j]` how many times `j` outweighs the worst.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linprog

from capworth.errors import InputError
from capworth.methods.arguments import Floats, checked, finite

_SLACK: Final = 1e-10  # deviation granted above the least, so that the last step is not rounding


@dataclass(frozen=True, slots=True, eq=False)
class BestWorst:
    """Weights, how far they may range, and how well they fit.

    Attributes
    ----------
    weights : (criteria,), the middle of the range, summing to 1
    low, high : (criteria,), range of each weight over all optimal answers; equal when it is unique
    deviation : the largest deviation from a judgement, as small as it can be
    ratio : 0 to 1, deviation in shares of the largest that as many criteria could have with the
        same rating of best against worst and no rating above the largest given; 0 is full
        consistency
    input_ratio : 0 to 1, largest of the single criteria's own inconsistencies, known before any
        solving
    """

    weights: Floats
    low: Floats
    high: Floats
    deviation: float
    ratio: float
    input_ratio: float


@checked
def best_worst(best_to_others: ArrayLike, others_to_worst: ArrayLike) -> BestWorst:
    """Best-worst method, min-max model: no ratio of weights is off its judgement by more than xi.

    Parameters
    ----------
    best_to_others, others_to_worst : (criteria,) judgements from 1 to 9; the best has 1 in the
        first, the worst in the second, and best against worst is the same in both

    Raises
    ------
    InputError
        When the judgements name no best or worst, name one criterion as both, or differ on best
        against worst.

    Notes
    -----
    Rezaei (2015), Omega 53, 49-57: `|w_B / w_j - a_Bj| <= xi`, `|w_j / w_W - a_jW| <= xi`.
    For a given xi the weights exist when the intervals that each criterion allows for `w_B / w_W`
    have a point in common, so the least xi is found by bisection to the last digit. Several
    weight vectors may reach it; their ranges come from linear programmes and the answer is the
    middle: Rezaei (2016), Omega 64, 126-130.

    The ratio: Rezaei divides xi by `consistency_index`, the most that one criterion between best
    and worst can bring about. Of several, one rated high against both ends and one rated 1 against
    both are further apart when best against worst is 2: (2 - xi)^2 = (1 + xi)^2 gives xi = 1/2, and
    the index is 0.44. Nor does the index hold for a judge who rates a criterion above the best
    against the worst. The largest deviation is used that any such judgements have, which is the
    index in all other cases. Ratandhara & Kumar (2025), arXiv:2508.06048, too find the published
    values not well defined. The input ratio: Liang, Brunelli & Rezaei (2020), Omega 96, 102175.

    >>> found = best_worst([8, 2, 1], [1, 5, 8])
    >>> found.weights.round(2).tolist(), round(found.ratio, 3)
    ([0.07, 0.34, 0.59], 0.058)
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
    ceiling = xi + _SLACK
    rows = []
    for j in range(len(to_others)):
        for above, below, stated in ((best, j, to_others[j]), (j, worst, to_worst[j])):
            if above != below:
                rows.append(_ratio(len(to_others), above, below, stated + ceiling, 1.0))
                rows.append(_ratio(len(to_others), above, below, max(stated - ceiling, 0.0), -1.0))
    ends = _ranges(np.array(rows), np.zeros(len(rows)), len(to_others))
    return _answer(ends, xi, to_others, to_worst, direct)


@checked
def best_worst_linear(best_to_others: ArrayLike, others_to_worst: ArrayLike) -> BestWorst:
    """Best-worst method, linear model: a single weight vector in all but odd cases.

    Parameters and errors as of `best_worst`.

    Notes
    -----
    Rezaei (2016), Omega 64, 126-130: minimise xi with `|w_B - a_Bj w_j| <= xi`,
    `|w_j - a_jW w_W| <= xi`. Its `ratio` is xi over the same largest deviation as that of
    `best_worst`, as software for the method prints it with the index. No weight is above 1, so xi
    is not above that of `best_worst`; the two ratios are not comparable.

    >>> best_worst_linear([2, 1, 4, 2, 8], [4, 8, 2, 4, 1]).weights.round(4).tolist()
    [0.2105, 0.4211, 0.1053, 0.2105, 0.0526]
    """
    to_others, to_worst, best, worst = _judgements(best_to_others, others_to_worst)
    criteria = len(to_others)
    rows = []
    for j in range(criteria):
        for above, below, stated in ((best, j, to_others[j]), (j, worst, to_worst[j])):
            if above != below:
                row = _ratio(criteria, above, below, stated, 1.0)
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
    ends = _ranges(matrix, np.full(len(matrix), xi + _SLACK), criteria)
    direct = to_others[worst]
    return _answer(ends, xi, to_others, to_worst, direct)


@checked
def consistency_index(best_to_worst: float) -> float:
    """Consistency index (CI): largest deviation that one criterion can have with this `a_BW`.

    The root of `(a - xi)^2 = a + xi`: Rezaei (2015), with the criterion rated `a` against both.

    >>> [round(consistency_index(a), 2) for a in (1, 2, 3, 5, 9)]
    [0.0, 0.44, 1.0, 2.3, 5.23]
    """
    return _largest_deviation(best_to_worst, best_to_worst, 1)


def _largest_deviation(direct: float, most: float, between: int) -> float:
    """Largest deviation with `direct` for best against worst and no judgement above `most`.

    A criterion rated `most` against both ends pulls best over worst up, to (most - xi)^2; down are
    pulling the direct judgement, to direct + xi, and with a second criterion between, rated 1
    against both ends, (1 + xi)^2.
    """
    by_one = (1 + 2 * most - np.sqrt(1 + 4 * most + 4 * direct)) / 2
    by_two = (most - 1) / 2 if between > 1 else 0.0
    return float(max(by_one, by_two))


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
    for name, stated in (("best_to_others", to_others), ("others_to_worst", to_worst)):
        if (stated < 1).any():
            j = int(np.argmax(stated < 1))
            raise InputError(f"{name}: entry {j} is {stated[j]:g}. Judgements run from 1 to 9.")
        if not (stated == 1).any():
            raise InputError(f"{name}: no entry is 1. The criterion itself has 1 in its own row.")
    best = int(np.argmax(np.where(to_others == 1, to_worst, -1)))
    least = to_worst == 1
    least[best] = False
    if not least.any():
        raise InputError(
            f"entry {best} is rated best and worst, and others are not equal to it. Mend one."
        )
    worst = int(np.argmax(np.where(least, to_others, -1)))
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
    to_others: Floats,
    to_worst: Floats,
    direct: float,
) -> BestWorst:
    middle = (ends[0] + ends[1]) / 2
    most = float(max(to_others.max(), to_worst.max()))
    largest = _largest_deviation(direct, most, len(to_others) - 2)
    own = float(np.abs(to_others * to_worst - direct).max())
    return BestWorst(
        weights=middle / middle.sum(),
        low=ends[0],
        high=ends[1],
        deviation=xi,
        ratio=round(xi / largest, 12) if most > 1 else 0.0,  # 1 is reached to the last digit
        input_ratio=own / (most * most - direct) if most > 1 else 0.0,
    )
