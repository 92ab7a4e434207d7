"""The efficient amounts that are nearest to what a unit does today: the least change that helps."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import Bounds, LinearConstraint, milp

from capworth.errors import CapworthError, InputError
from capworth.kernels.additive import additive
from capworth.kernels.arguments import known
from capworth.kernels.arrays import Bools, Floats, Ints
from capworth.kernels.technology import RETURNS, measures

LEAST_WEIGHT: Final = 1e-4  # every measure counts at least so much of all weights together
GAP: Final = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class ClosestTargets:
    """What to change so as to be efficient with the least change.

    Attributes
    ----------
    change : (units,) sum of the changes, each as a share of the largest amount of its measure;
        0 of an efficient unit
    input_target, output_target : (units, ...) no input above, no output below today's
    intensities : (units, units) the mixture of efficient units that shows them to be possible
    efficient : (units,) nothing to change
    """

    change: Floats
    input_target: Floats
    output_target: Floats
    intensities: Floats
    efficient: Bools


def closest_targets(
    inputs: ArrayLike, outputs: ArrayLike, returns: str = "variable"
) -> ClosestTargets:
    """Minimise the sum of slacks among the efficient mixtures that use no more and make no less.

    The radial and the slack-based targets are the farthest; these ask for the least. Of equally
    near targets, the first found is given.

    Parameters
    ----------
    inputs, outputs : (units, inputs) and (units, outputs), one draw; see `envelopment.envelop`
    returns : "constant" or "variable"

    Raises
    ------
    InputError
        See `technology.measures`; and with more than one draw.
    CapworthError
        When the solver gives up on a unit.

    Notes
    -----
    Aparicio, Ruiz & Sirvent (2007), Journal of Productivity Analysis 28, 209-218: a mixture is on
    the efficient frontier when weights exist, all above 0, for which each of its units is best. A
    mixed-integer programme says for each efficient unit whether it is in the mixture or not best.
    Weights of scaled measures sum to 1 and none is below `LEAST_WEIGHT`, so that the bound which
    links the two is exact.
    """
    x, y = measures(inputs, outputs)
    known(returns, "returns", ("constant", "variable"))
    if len(x) != 1:
        raise InputError(f"inputs: {len(x)} draws. Hand over one of them, such as the modes.")
    efficient = additive(x, y, returns, "range").efficient[0]
    both = np.concatenate((x, y), axis=2)[0]
    scale = both.max(axis=0)
    scaled = both / scale
    sign = np.where(np.arange(len(scale)) < x.shape[2], -1.0, 1.0)
    change = np.zeros(len(scaled))
    mixture = np.eye(len(scaled))
    best = np.flatnonzero(efficient)
    for unit in np.flatnonzero(~efficient):
        change[unit], mixture[unit] = 0.0, 0.0
        change[unit], mixture[unit, best] = _nearest(scaled, sign, best, int(unit), returns)
    target = mixture @ both
    return ClosestTargets(
        change, target[:, : x.shape[2]], target[:, x.shape[2] :], mixture, efficient
    )


def _nearest(
    scaled: Floats, sign: Floats, best: Ints, unit: int, returns: str
) -> tuple[float, Floats]:
    """Least change of one unit, and the mixture of the best that it leads to.

    Columns: intensities | changes | weights | price of size | lag of each best unit | out or in.
    """
    n, k = len(best), len(sign)
    peers, here = scaled[best], scaled[unit]
    variable = RETURNS[returns] is not None
    at = np.cumsum([0, n, k, k, 1, n, n])
    mix, step, weight, free, lag, out = (slice(a, b) for a, b in pairwise(at))

    # Sum of intensities x measure, less the change in the better direction, is today's amount.
    reach = np.zeros((k, at[-1]))
    reach[:, mix], reach[:, step] = peers.T, -np.diag(sign)
    # Worth of each best unit + its lag = price of size.
    worth = np.zeros((n, at[-1]))
    worth[:, weight], worth[:, free], worth[:, lag] = peers * sign, 1, np.eye(n)
    sums = np.zeros((2, at[-1]))
    sums[0, weight] = 1
    sums[1, mix] = 1
    # In the mixture only without a lag.
    used = peers > 0
    limit = np.where(used & (sign < 0), here / np.where(used, peers, 1), np.inf).min(axis=1)
    most = np.ones(n) if variable else limit
    link = np.zeros((2 * n, at[-1]))
    link[:n, lag], link[:n, out] = np.eye(n), -2 * np.eye(n)
    link[n:, mix], link[n:, out] = np.eye(n), np.diag(most)

    low = np.zeros(at[-1])
    low[weight] = LEAST_WEIGHT
    high = np.full(at[-1], np.inf)
    high[weight], high[out] = 1, 1
    low[free], high[free] = (-np.inf, np.inf) if variable else (0, 0)
    rules = [
        LinearConstraint(reach, here, here),
        LinearConstraint(worth, 0, 0),
        LinearConstraint(sums[0], 1, 1),
        LinearConstraint(link, -np.inf, np.concatenate((np.zeros(n), most))),
    ]
    if variable:
        rules.append(LinearConstraint(sums[1], 1, 1))
    whole = np.zeros(at[-1])
    whole[out] = 1
    cost = np.zeros(at[-1])
    cost[step] = 1
    answer = milp(
        cost,
        constraints=rules,
        integrality=whole,
        bounds=Bounds(low, high),
        options={"mip_rel_gap": GAP},
    )
    if not answer.success:
        raise CapworthError(
            f"unit {unit}: no closest target found ({answer.message}). Look for measures that "
            "hardly differ between units."
        )
    intensities = np.where(answer.x[out] < 0.5, answer.x[mix], 0)
    return float(answer.fun), np.maximum(intensities, 0)
