"""Efficiency against single units that are better, and never against mixtures of them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from capworth.kernels.arguments import known
from capworth.kernels.arrays import Bools, Floats, Ints
from capworth.kernels.technology import measures

ORIENTATIONS = ("input", "output")


@dataclass(frozen=True, slots=True, eq=False)
class FreeDisposal:
    """Scores and the one peer of each unit.

    Attributes
    ----------
    score : (draws, units). Input orientation: share of the inputs that would do, 1 or less. Output
        orientation: factor by which all outputs could grow, 1 or more
    efficient : (draws, units) no unit uses no more and makes no less, and differs
    peer : (draws, units) number of the unit that the score is measured against; of equals the
        first, and the unit itself where it is the best for itself
    """

    score: Floats
    efficient: Bools
    peer: Ints


def free_disposal(
    inputs: ArrayLike, outputs: ArrayLike, orientation: str = "output"
) -> FreeDisposal:
    """Compare every unit with each unit that makes no less (or uses no more) than it does.

    The free disposal hull (FDH): what one unit shows to be possible counts, what a mixture of two
    would need does not. Its scores are never below those of variable returns by input.

    Parameters
    ----------
    inputs, outputs : (units, columns) or (draws, units, columns); see `envelopment.envelop`
    orientation : "input" or "output"

    Notes
    -----
    Deprins, Simar & Tulkens (1984), in The Performance of Public Enterprises, 243-267. In closed
    form: the least over the dominating units of the largest ratio (Tulkens 1993, Journal of
    Productivity Analysis 4, 183-210). Time and memory grow with the square of the units.

    >>> free_disposal([[2], [3], [6]], [[1], [5], [4]], "input").score.tolist()
    [[1.0, 1.0, 0.5]]
    """
    known(orientation, "orientation", ORIENTATIONS)
    x, y = measures(inputs, outputs)
    score, peer = np.empty(x.shape[:2]), np.empty(x.shape[:2], dtype=np.int64)
    efficient = np.empty(x.shape[:2], dtype=bool)
    for d, (used, made) in enumerate(zip(x, y, strict=True)):
        less = (used[None] <= used[:, None]).all(axis=2)  # (unit, other): other uses no more
        more = (made[None] >= made[:, None]).all(axis=2)
        differs = (used[None] < used[:, None]).any(axis=2) | (made[None] > made[:, None]).any(2)
        efficient[d] = ~(less & more & differs).any(axis=1)
        if orientation == "input":
            factor = np.where(more, _ratio(used, used).max(axis=2), np.inf)
            best = factor.min(axis=1)
        else:
            factor = np.where(less, _ratio(made, made, never=np.inf).min(axis=2), -np.inf)
            best = factor.max(axis=1)
        own = np.arange(len(used))
        peer[d] = np.where(factor[own, own] == best, own, (factor == best[:, None]).argmax(axis=1))
        score[d] = best
    return FreeDisposal(score, efficient, peer)


def _ratio(above: Floats, below: Floats, never: float = 0.0) -> Floats:
    """(unit, other, columns) the other's amount over the unit's.

    Where the unit has nothing: 1 for a common nothing by input, infinite where the other has some;
    `never` decides by output, which a unit without some output does not limit.
    """
    top, bottom = above[None], below[:, None]
    empty = np.inf if never else np.where(top > 0, np.inf, 0.0)
    found: Floats = np.broadcast_to(empty, np.broadcast(top, bottom).shape).copy()
    np.divide(top, bottom, out=found, where=np.broadcast_to(bottom > 0, found.shape))
    return found
