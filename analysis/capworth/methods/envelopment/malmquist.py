"""Malmquist index: catching up with the frontier between periods, and the frontier's own movement.

And the Malmquist-Luenberger index, where outputs come with others that nobody wants.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.methods.arguments import Bools, Floats, checked, finite
from capworth.methods.envelopment.dea import NOTHING
from capworth.methods.envelopment.technology import Question, amounts, measures, project


@dataclass(frozen=True, slots=True, eq=False)
class Malmquist:
    """Change from each period to the next; above 1 is better.

    Attributes
    ----------
    productivity : (draws, periods - 1, units) efficiency change x technical change
    efficiency_change : how much nearer the unit has come to the frontier (constant returns)
    technical_change : how far the frontier has moved, seen from the unit
    pure_change, scale_change : parts of the efficiency change: with variable returns, and by size
    infeasible : (draws, periods - 1, units) a unit of one period cannot be compared with the other
        period at all (zeros in the data); its productivity and technical change are NaN
    resolved : how many programmes were solved again by HiGHS
    """

    productivity: Floats
    efficiency_change: Floats
    technical_change: Floats
    pure_change: Floats
    scale_change: Floats
    infeasible: Bools
    resolved: int


@checked
def malmquist(inputs: ArrayLike, outputs: ArrayLike) -> Malmquist:
    """Malmquist index: each unit against itself one period later, by the frontiers of both periods.

    Parameters
    ----------
    inputs : (periods, units, inputs) or (draws, periods, units, inputs)
    outputs : (periods, units, outputs) or (draws, periods, units, outputs); the same units in the
        same order in every period

    Raises
    ------
    InputError
        With fewer than two periods; and as `technology.measures`.

    Notes
    -----
    The index and its two parts: Färe, Grosskopf, Lindgren & Roos (1992), Journal of Productivity
    Analysis 3, 85-101; parts of the efficiency change: Färe, Grosskopf, Norris & Zhang (1994),
    American Economic Review 84, 66-83. Output distances, constant returns (with which input
    distances give the same); the geometric mean of the two periods' frontiers.

    >>> found = malmquist([[[2], [4]], [[2], [4]]], [[[2], [4]], [[4], [4]]])  # one doubles
    >>> found.productivity.round(9).tolist(), found.efficiency_change.round(9).tolist()
    ([[[2.0, 1.0]]], [[[1.0, 0.5]]])
    """
    x, y = _panel(inputs, "inputs"), _panel(outputs, "outputs")
    if x.shape[:3] != y.shape[:3]:
        raise InputError(
            f"inputs and outputs: {x.shape[:3]} and {y.shape[:3]} draws, periods and units. "
            "Give the same."
        )
    draws, periods, units = x.shape[:3]
    if periods < 2:
        raise InputError("inputs: one period has no change. Give two periods or more.")
    measures(x.reshape(-1, *x.shape[2:]), y.reshape(-1, *y.shape[2:]))
    every, old, new = slice(None), slice(None, -1), slice(1, None)
    resolved = 0

    def distance(frontier: slice, points: slice, returns: str) -> Floats:
        nonlocal resolved
        a, b = _flat(x[:, frontier], y[:, frontier]), _flat(x[:, points], y[:, points])
        question = Question(returns, inside=frontier == points)
        found = project(a, b, (np.zeros_like(b[0]), b[1]), question)
        resolved += found.resolved
        factor = 1 + found.distance
        factor[~(factor > NOTHING)] = np.nan
        return (1 / factor).reshape(draws, -1, units)

    own, pure = distance(every, every, "constant"), distance(every, every, "variable")
    ahead, back = distance(old, new, "constant"), distance(new, old, "constant")
    efficiency_change = own[:, new] / own[:, old]
    technical_change = np.sqrt(ahead / own[:, new] * own[:, old] / back)
    pure_change = pure[:, new] / pure[:, old]
    return Malmquist(
        productivity=efficiency_change * technical_change,
        efficiency_change=efficiency_change,
        technical_change=technical_change,
        pure_change=pure_change,
        scale_change=efficiency_change / pure_change,
        infeasible=np.isnan(technical_change),
        resolved=resolved,
    )


def _panel(given: ArrayLike, name: str) -> Floats:
    numbers = finite(given, name)
    numbers = numbers[None] if numbers.ndim == 3 else numbers
    if numbers.ndim != 4 or 0 in numbers.shape:
        raise InputError(
            f"{name}: shape {np.shape(given)} is not (periods, units, columns) or "
            "(draws, periods, units, columns)."
        )
    return numbers


def _flat(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Draws and periods on one axis."""
    return x.reshape(-1, *x.shape[2:]), y.reshape(-1, *y.shape[2:])


_LUENBERGER_NOTHING = 1e-9  # a factor this small: the frontier is not reached by any step back


@dataclass(frozen=True, slots=True, eq=False)
class GreenChange:
    """Change from each period to the next, each (periods - 1, units); above 1 is better.

    Attributes
    ----------
    productivity : efficiency change x technical change
    efficiency_change : how much nearer the unit has come to the frontier
    technical_change : how far the frontier has moved, seen from the unit
    infeasible : a unit of one period cannot be compared with the other period at all; its
        productivity and technical change are NaN
    """

    productivity: Floats
    efficiency_change: Floats
    technical_change: Floats
    infeasible: Bools


@checked
def malmquist_luenberger(
    inputs: ArrayLike, outputs: ArrayLike, undesirable: ArrayLike
) -> GreenChange:
    """Malmquist-Luenberger index: one period later, more wanted and less unwanted output.

    Parameters
    ----------
    inputs, outputs, undesirable : (periods, units, columns), the same units in the same order in
        every period; undesirable outputs are treated like inputs (strong disposal)

    Notes
    -----
    Chung, Färe & Grosskopf (1997), Journal of Environmental Management 51, 229-240: the geometric
    mean over both periods' frontiers of (1 + D before) / (1 + D after), D the directional distance
    with the unit's own outputs as direction, constant returns; undesirable outputs as in Aparicio,
    Pastor & Zofío (2013), European Journal of Operational Research 229, 738-742. `malmquist` where
    all outputs are wanted.

    >>> same = [[[1.0], [2.0]]] * 2
    >>> malmquist_luenberger(same, same, same).productivity.round(9).tolist()
    [[1.0, 1.0]]
    """
    x, y, b = (
        finite(given, name)
        for given, name in (
            (inputs, "inputs"),
            (outputs, "outputs"),
            (undesirable, "undesirable"),
        )
    )
    if {t.ndim for t in (x, y, b)} != {3} or len({t.shape[:2] for t in (x, y, b)}) > 1:
        raise InputError(
            f"inputs {x.shape}, outputs {y.shape}, undesirable {b.shape}: give (periods, units, "
            "columns) for the same periods and units."
        )
    if len(x) < 2:
        raise InputError("inputs: one period has no change. Give two periods or more.")
    used, made = measures(x, y)
    unwanted = amounts(b, "undesirable")
    all_used = np.concatenate((used, unwanted), axis=2)
    way = np.concatenate((np.zeros_like(used), unwanted), axis=2)
    every, old, new = slice(None), slice(None, -1), slice(1, None)

    def distance(frontier: slice, points: slice) -> Floats:
        found = project(
            (all_used[frontier], made[frontier]),
            (all_used[points], made[points]),
            (way[points], made[points]),
            Question("constant", inside=frontier == points),
        )
        factor = 1 + found.distance
        factor[~(factor > _LUENBERGER_NOTHING)] = np.nan
        return factor

    own = distance(every, every)
    ahead, back = distance(old, new), distance(new, old)
    efficiency_change = own[old] / own[new]
    productivity = np.sqrt(own[old] / ahead * back / own[new])
    return GreenChange(
        productivity,
        efficiency_change,
        productivity / efficiency_change,
        np.isnan(productivity),
    )
