"""From gross to net: what would have happened anyway, elsewhere, or to somebody else."""

import numpy as np
from numpy.typing import ArrayLike

from capworth.kernels.arguments import finite
from capworth.kernels.arrays import Floats
from capworth.kernels.ranges import within


def net_factor(
    deadweight: ArrayLike,
    displacement: ArrayLike = 0.0,
    leakage: ArrayLike = 0.0,
    substitution: ArrayLike = 0.0,
    multiplier: ArrayLike = 1.0,
) -> Floats:
    """Share of a gross effect that is additional. The factors multiply; they are not added.

    Parameters
    ----------
    deadweight : (...) share that would have come about anyway (the counterfactual); it has no
        default, because a counterfactual of 0 needs a written reason
    displacement : (...) share taken from elsewhere, such as crime that moves across a border
    leakage : (...) share that falls to people outside the group appraised
    substitution : (...) share in which one activity only replaces another
    multiplier : (...) further effects for each net one, 1 for none

    Notes
    -----
    Homes and Communities Agency, Additionality Guide, 4th edition (2014).

    >>> round(float(net_factor(0.2, 0.25, 0.1)), 4)
    0.54
    """
    return np.asarray(
        (1 - within(deadweight, "deadweight", 0, 1))
        * (1 - within(displacement, "displacement", 0, 1))
        * (1 - within(leakage, "leakage", 0, 1))
        * (1 - within(substitution, "substitution", 0, 1))
        * within(multiplier, "multiplier", 0)
    )


def additional(gross: ArrayLike, counterfactual: ArrayLike, effect_lost: ArrayLike = 0.0) -> Floats:
    """Gross outcomes less those of the best other channel, and less those displaced.

    Parameters
    ----------
    gross : (...) outcomes
    counterfactual : (...) probability that the same outcome had come, in time, by another channel
    effect_lost : (...) share of the rest that only moves elsewhere (displacement)
    """
    return np.asarray(
        finite(gross, "gross")
        * net_factor(within(counterfactual, "counterfactual", 0, 1), displacement=effect_lost)
    )
