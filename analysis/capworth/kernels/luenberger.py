"""Change of productivity where outputs come with others that nobody wants."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.kernels.arguments import finite
from capworth.kernels.arrays import Bools, Floats
from capworth.kernels.projection import Question, project
from capworth.kernels.technology import amounts, measures

NOTHING = 1e-9  # a factor this small: the frontier is not reached by any step back


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


def malmquist_luenberger(
    inputs: ArrayLike, outputs: ArrayLike, undesirable: ArrayLike
) -> GreenChange:
    """Compare each unit with itself one period later: more wanted and less unwanted output.

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
        factor[~(factor > NOTHING)] = np.nan
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
