"""Free disposal hull (FDH): efficiency against single units that are better, not mixtures.

Beside it, efficiency where outputs come with others that nobody wants: false hits, wrongful stops.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.methods.arguments import Bools, Floats, Ints, checked, known
from capworth.methods.envelopment.dea import Envelopment, dea
from capworth.methods.envelopment.technology import amounts, measures

_ORIENTATIONS = ("input", "output")


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


@checked
def fdh(inputs: ArrayLike, outputs: ArrayLike, orientation: str = "output") -> FreeDisposal:
    """Compare every unit with each unit that makes no less (or uses no more) than it does.

    The free disposal hull (FDH): what one unit shows to be possible counts, what a mixture of two
    would need does not. Its scores are never below those of variable returns by input.

    Parameters
    ----------
    inputs, outputs : (units, columns) or (draws, units, columns); see `dea.dea`
    orientation : "input" or "output"

    Notes
    -----
    Deprins, Simar & Tulkens (1984), in The Performance of Public Enterprises, 243-267. In closed
    form: the least over the dominating units of the largest ratio (Tulkens 1993, Journal of
    Productivity Analysis 4, 183-210). Time and memory grow with the square of the units.

    >>> fdh([[2], [3], [6]], [[1], [5], [4]], "input").score.tolist()
    [[1.0, 1.0, 0.5]]
    """
    known(orientation, "orientation", _ORIENTATIONS)
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


@checked
def dea_undesirable(
    inputs: ArrayLike,
    outputs: ArrayLike,
    undesirable: ArrayLike,
    returns: str = "constant",
    disposal: str = "strong",
    *,
    restrictions: ArrayLike | None = None,
) -> Envelopment:
    """Find by which share outputs could rise and undesirable outputs fall at the same time.

    Parameters
    ----------
    inputs, outputs, returns : see `dea.dea`
    undesirable : (units, undesirable) or (draws, units, undesirable), 0 or more; a unit may have
        none
    disposal : "strong", a mixture may have fewer undesirable outputs than is allowed: they are
        treated like inputs; "weak", it must have exactly as many, because fewer of them cost
        output too. Weak disposal asks for constant returns, and may call a unit efficient that
        has many undesirable outputs.
    restrictions : see `dea.dea`; the undesirable outputs stand behind the inputs

    Returns
    -------
    The directional score; inputs stay as they are. In the answer, the undesirable outputs stand
    behind the inputs.

    Notes
    -----
    Chung, Färe & Grosskopf (1997), Journal of Environmental Management 51, 229-240 (weak); as
    inputs: Hailu & Veeman (2001), American Journal of Agricultural Economics 83, 605-616.
    """
    x, y = measures(inputs, outputs)
    b = amounts(undesirable, "undesirable")
    if b.shape[:2] != x.shape[:2]:
        raise InputError(
            f"undesirable: {b.shape[:2]} draws and units, inputs have {x.shape[:2]}. Give the same."
        )
    known(disposal, "disposal", ("strong", "weak"))
    if disposal == "weak" and returns != "constant":
        raise InputError(
            f"returns: {returns!r} with weak disposal is not a linear programme. Use constant "
            "returns, or strong disposal."
        )
    joint = np.arange(x.shape[2] + b.shape[2]) >= x.shape[2]
    return dea(
        np.concatenate((x, b), axis=2),
        y,
        returns,
        "directional",
        direction=(np.concatenate((np.zeros_like(x), b), axis=2), y),
        restrictions=restrictions,
        joint_inputs=joint if disposal == "weak" else None,
    )
