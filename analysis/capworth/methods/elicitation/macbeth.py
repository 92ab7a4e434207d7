"""MACBETH: values from words, in seven categories of difference from none to extreme.

Options stand from most to least attractive. `lower[i, j]` and `upper[i, j]`, for i before j, give
between which categories the difference of attractiveness lies; the same number for one category,
-1 in both for a pair that was not compared. What stands on or below the diagonal is not read.

Bana e Costa, De Corte & Vansnick (2012), International Journal of Information Technology &
Decision Making 11(2), 359-387; linear programmes after their 2005 chapter in Figueira, Greco &
Ehrgott (eds.), Multiple Criteria Decision Analysis.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from capworth.errors import InputError
from capworth.methods.arguments import Floats, Ints, checked
from capworth.methods.unprinted import unprinted

CATEGORIES: Final = ("no", "very weak", "weak", "moderate", "strong", "very strong", "extreme")
EXTREME: Final = len(CATEGORIES) - 1
_SLACK: Final = 1e-6  # of a category, granted when rounding makes exact bounds contradict
_LARGEST: Final = 10_000.0  # no difference of a repaired scale comes near it


@dataclass(frozen=True, slots=True, eq=False)
class MacbethScale:
    """Values that agree with every judgement.

    Attributes
    ----------
    scores : (options,), 100 for the first and 0 for the last
    units : (options,), the smallest values that agree, in units of one category
    low, high : (options,), how far each value may move while the first keeps its smallest units
    """

    scores: Floats
    units: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """Move the judgement of options `first` and `second` from a category to another."""

    first: int
    second: int
    stated: int
    instead: int


@checked
def consistent(lower: ArrayLike, upper: ArrayLike | None = None) -> bool:
    """Whether any values agree with the judgements."""
    low, high = _judgements(lower, upper)
    return _solve(*_rules(low, high), goal=0) is not None


@checked
def macbeth(lower: ArrayLike, upper: ArrayLike | None = None) -> MacbethScale:
    """MACBETH scale: values that agree with the judgements.

    The smallest value of the first option over the last; between several such scales each option
    in turn, from the second on, stands in the middle of what the options before it leave open.

    Raises
    ------
    InputError
        When the judgements contradict each other; the message names the least change that helps.

    >>> macbeth([[0, 2, 4], [0, 0, 3], [0, 0, 0]]).scores.tolist()
    [100.0, 60.0, 0.0]
    """
    low, high = _judgements(lower, upper)
    matrix, bounds, fixed = _rules(low, high)
    options = len(low)
    least = _solve(matrix, bounds, fixed, goal=0)
    if least is None:
        change = repairs(low, high)[0]
        stated = "; ".join(
            f"options {c.first} and {c.second} "
            f"from {CATEGORIES[c.stated]} to {CATEGORIES[c.instead]}"
            for c in change
        )
        raise InputError(f"judgements contradict each other. The least change: {stated}.")
    fixed = {**fixed, 0: float(least[0])}
    if least[0] <= 0:
        raise InputError("judgements: no option differs from another. There is no scale to build.")
    ends = np.array([_range(matrix, bounds, fixed, k) for k in range(options)])
    for k in range(1, options - 1):
        fixed = {**fixed, k: float(np.mean(_range(matrix, bounds, fixed, k)))}
    units = np.array([fixed[k] for k in range(options)])
    per_unit = 100 / units[0]
    return MacbethScale(units * per_unit, units, ends[:, 0] * per_unit, ends[:, 1] * per_unit)


@checked
def repairs(lower: ArrayLike, upper: ArrayLike | None = None) -> tuple[tuple[Change, ...], ...]:
    """Suggest how to make judgements consistent with the fewest category steps.

    Returns
    -------
    Each suggestion is a set of changes. When one step is enough, all such steps are listed, by
    option; otherwise one least set. Empty when nothing contradicts. A changed judgement becomes
    one category. By mixed-integer programming: the least is proven, not searched.

    >>> least = repairs([[0, 1, 1], [0, 0, 4], [0, 0, 0]])[0]  # a part above the whole
    >>> sum(abs(change.instead - change.stated) for change in least)
    3
    """
    low, high = _judgements(lower, upper)
    if consistent(low, high):
        return ()
    pairs = np.argwhere(np.triu(low >= 0, 1))
    least = _least_changes(low, high, pairs)
    if sum(abs(change.instead - change.stated) for change in least) > 1:
        return (least,)
    single = []
    for i, j in pairs.tolist():
        for stated, instead in ((low[i, j], low[i, j] - 1), (high[i, j], high[i, j] + 1)):
            if 0 <= instead <= EXTREME:
                other_low, other_high = low.copy(), high.copy()
                other_low[i, j] = other_high[i, j] = instead
                if consistent(other_low, other_high):
                    single.append((Change(i, j, int(stated), int(instead)),))
    return tuple(single)


def _judgements(lower: ArrayLike, upper: ArrayLike | None) -> tuple[Ints, Ints]:
    low = np.array(lower)
    high = np.array(lower if upper is None else upper)
    if low.ndim != 2 or low.shape[0] != low.shape[1] or low.shape != high.shape or len(low) < 2:
        raise InputError(
            f"judgements: shapes {low.shape} and {high.shape} are not (options, options). "
            "Give one row and one column for each of two options or more."
        )
    for i, j in zip(*np.triu_indices(len(low), 1), strict=True):
        a, b = low[i, j], high[i, j]
        if (a == -1 and b == -1) or (a in range(7) and b in range(7) and 0 < a <= b) or a == b == 0:
            continue
        raise InputError(
            f"judgements, options {i} and {j}: {a} to {b} is no judgement. Give categories 0 to 6, "
            "lower first; 0 stands alone; -1 for a pair that was not compared."
        )
    return low.astype(np.int64), high.astype(np.int64)


_Rules = tuple[Floats, Floats, dict[int, float]]


def _rules(low: Ints, high: Ints) -> _Rules:
    """Rows `matrix @ x <= bounds`, and fixed variables.

    x holds the options' values, then for each category from 1 on the border below it. Borders are
    1 apart at least and judgements stay half a unit off them: differences rated i and k
    categories then differ by at least i - k, as in the published programme.
    """
    options = len(low)
    rows: list[Floats] = []
    bounds: list[float] = []

    def at_most(plus: list[int], minus: list[int], bound: float) -> None:
        row = np.zeros(options + EXTREME)
        np.add.at(row, plus, 1.0)
        np.subtract.at(row, minus, 1.0)
        rows.append(row)
        bounds.append(bound)

    def border(category: int) -> int:
        return options + category - 1

    at_most([], [border(1)], -0.5)
    for category in range(1, EXTREME):
        at_most([border(category)], [border(category + 1)], -1.0)
    for i, j in np.argwhere(np.triu(np.ones_like(low), 1)).tolist():
        a, b = int(low[i, j]), int(high[i, j])
        if a <= 0:
            at_most([j], [i], 0.0)
        if a == 0:
            at_most([i], [j], 0.0)
        if a > 0:
            at_most([border(a), j], [i], -0.5)
        if 0 < b < EXTREME:
            at_most([i], [j, border(b + 1)], -0.5)
    return np.array(rows), np.array(bounds), {options - 1: 0.0}


def _solve(
    matrix: Floats, bounds: Floats, fixed: dict[int, float], *, goal: int, sign: float = 1.0
) -> Floats | None:
    """Make variable `goal` smallest (or largest, sign -1); None when nothing agrees."""
    cost = np.zeros(matrix.shape[1])
    cost[goal] = sign
    limits = [(fixed.get(k, 0.0), fixed.get(k, _LARGEST)) for k in range(matrix.shape[1])]
    solved = linprog(cost, A_ub=matrix, b_ub=bounds, bounds=limits)
    return solved.x if solved.success else None


def _range(
    matrix: Floats, bounds: Floats, fixed: dict[int, float], option: int
) -> tuple[float, float]:
    """Lowest and highest value of an option."""
    if option in fixed:
        return fixed[option], fixed[option]
    for slack in (0.0, _SLACK):  # earlier answers are exact to the solver's tolerance only
        lowest = _solve(matrix, bounds + slack, fixed, goal=option)
        highest = _solve(matrix, bounds + slack, fixed, goal=option, sign=-1.0)
        if lowest is not None and highest is not None:
            break
    assert lowest is not None  # the fixed values come from a solution
    assert highest is not None
    return float(lowest[option]), float(highest[option])


def _least_changes(low: Ints, high: Ints, pairs: Ints) -> tuple[Change, ...]:
    """Category for every compared pair, so that values exist, with the fewest steps.

    Switch t of a pair, for t = 1 to 6, is on when its difference is in category t or above.
    """
    options, compared = len(low), len(pairs)
    first = options + EXTREME  # values and borders come before the switches
    free = np.full_like(low, -1)
    matrix, bounds, _ = _rules(free, free)  # order of options and borders alone
    width = first + compared * EXTREME
    rows = [np.pad(row, (0, width - first)) for row in matrix]
    limits = list(bounds)
    cost = np.zeros(width)
    room = 10.0 * options * (EXTREME + 1)
    for p, (i, j) in enumerate(pairs.tolist()):
        for t in range(1, EXTREME + 1):
            switch, border = first + p * EXTREME + t - 1, options + t - 1
            above, below = np.zeros(width), np.zeros(width)
            above[[border, j, switch]] = 1.0, 1.0, room
            above[i] -= 1.0  # on: difference >= border + 1/2
            below[[i, switch]] = 1.0, -room
            below[[j, border]] = -1.0, -1.0  # off: difference <= border - 1/2
            rows += [above, below]
            limits += [room - 0.5, -0.5]
            cost[switch] = -1.0 if t <= low[i, j] else float(t > high[i, j])
            if t > 1:
                fall = np.zeros(width)
                fall[[switch, switch - 1]] = 1.0, -1.0
                rows.append(fall)
                limits.append(0.0)
        none = np.zeros(width)
        none[[i, first + p * EXTREME]] = 1.0, -room
        none[j] = -1.0  # first switch off: no difference at all
        rows.append(none)
        limits.append(0.0)
    whole = np.arange(width) >= first
    highest = np.where(whole, 1.0, room)
    highest[options - 1] = 0.0
    with unprinted():
        solved = milp(
            cost,
            integrality=whole.astype(int),
            bounds=Bounds(np.zeros(width), highest),
            constraints=LinearConstraint(np.array(rows), ub=np.array(limits)),
        )
    switches = np.rint(solved.x[first:]).reshape(compared, EXTREME).sum(axis=1).astype(int)
    changes = []
    for (i, j), instead in zip(pairs.tolist(), switches.tolist(), strict=True):
        if not low[i, j] <= instead <= high[i, j]:
            stated = int(low[i, j] if instead < low[i, j] else high[i, j])
            changes.append(Change(i, j, stated, instead))
    return tuple(changes)
