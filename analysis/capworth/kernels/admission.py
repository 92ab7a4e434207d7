"""At which cost, or at which value, a project that was left out would be in the best set."""

from typing import NamedTuple

import numpy as np

from capworth.kernels.arrays import Bools
from capworth.kernels.portfolio import ROUNDING, Frontier

TIE = 1e-9  # share of the best value within which two values are one


class Admission(NamedTuple):
    """What one project would have to be; nan where nothing is enough."""

    cost_at_most: float  # with its value as it is
    value_lack: float  # how much more it would have to add, with its cost as it is
    chosen: Bools | None  # the best set that holds it as it is; None if none is affordable


def admission(held: Frontier, cost: float, best: float, budget: float) -> Admission:
    """Say at which cost or value a project would be in a best set.

    Exact: a set that holds it is worth the best value as soon as what is left of the budget pays
    for the rest of the cheapest such set. The cost is that of the whole grid.

    Parameters
    ----------
    held : frontier of the sets that hold the project, as if it cost nothing
    cost : of the project
    best : value of the best set within the budget
    budget : see there
    """
    unit = held.unit
    enough = np.flatnonzero(held.value >= best - TIE * max(abs(best), 1e-300))
    at_most = float("nan")
    if len(enough):
        room = np.floor((budget - held.cost[enough[0]]) / unit + ROUNDING) * unit
        at_most = float(room) if room >= 0 else float("nan")
    left = budget - np.ceil(cost / unit - ROUNDING) * unit
    step = int(held.steps(left)) if left >= -ROUNDING * unit else -1
    if step < 0:
        return Admission(at_most, float("nan"), None)
    return Admission(at_most, best - float(held.value[step]), held.chosen[step])
