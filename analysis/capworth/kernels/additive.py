"""The largest weighted sum of slacks."""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.kernels.arguments import finite, known
from capworth.kernels.arrays import Floats
from capworth.kernels.slackbased import SlackBased, counted_measures, most_slack
from capworth.kernels.technology import measures

Weights = Callable[[Floats, Floats], Floats]
ADDITIVE_WEIGHTS: Final[Mapping[str, Weights]] = {
    "ones": lambda both, _: np.ones_like(both),
    "own": lambda both, _: np.divide(1, both, out=np.zeros_like(both), where=both > 0),
    "range": lambda both, spread: (
        np.divide(1 / both.shape[2], spread, out=np.zeros_like(spread), where=spread > 0)
        * np.ones_like(both)
    ),
    "deviation": lambda both, _: (
        _inverse(both.std(axis=1, ddof=min(1, both.shape[1] - 1), keepdims=True))
        * np.ones_like(both)
    ),
}
BOUNDED: Final = "bounded"


def _inverse(amounts: Floats) -> Floats:
    """One over each amount, 0 where it is 0."""
    found: Floats = np.divide(1, amounts, out=np.zeros_like(amounts), where=amounts > 0)
    return found


def additive(
    inputs: ArrayLike,
    outputs: ArrayLike,
    returns: str = "variable",
    weights: str | ArrayLike = "range",
    *,
    fixed_inputs: ArrayLike | None = None,
) -> SlackBased:
    """Find the largest weighted sum of slacks.

    Parameters
    ----------
    inputs, outputs : see `envelopment.envelop`
    returns : a word of `technology.RETURNS`
    weights : "ones", the plain sum, which depends on the units of measure; "own", each slack as a
        share of the unit's own amount (measure of inefficiency proportions; a measure of which the
        unit has nothing does not count); "range", as a share of the range of its measure, divided
        by the number of measures (range-adjusted measure); "bounded", as a share of what lies
        between the unit and the best end of its measure, divided likewise (bounded adjusted
        measure, variable returns); "deviation", in standard deviations of its measure (normalised);
        or an array that fits (draws, units, inputs + outputs)
    fixed_inputs : (inputs,) true for those that nobody can change; their slack does not count

    Raises
    ------
    InputError
        See `technology.measures`; and for weights that are negative or do not fit.

    Notes
    -----
    Charnes, Cooper, Golany, Seiford & Stutz (1985), Journal of Econometrics 30, 91-107; Cooper,
    Park & Pastor (1999), Journal of Productivity Analysis 11, 5-42. Bounded: Cooper, Pastor,
    Borras, Aparicio & Pastor (2011), Journal of Productivity Analysis 35, 85-94. Deviation: Lovell
    & Pastor (1995), Operations Research Letters 18, 147-151.
    """
    x, y = measures(inputs, outputs)
    both = np.concatenate((x, y), axis=2)
    if isinstance(weights, str):
        known(weights, "weights", (*ADDITIVE_WEIGHTS, BOUNDED))
        low, high = both.min(axis=1, keepdims=True), both.max(axis=1, keepdims=True)
        if weights == BOUNDED:
            if returns != "variable":
                raise InputError(
                    "weights: 'bounded' goes with variable returns, where no target lies beyond "
                    "the best unit. Use those, or 'range'."
                )
            used = np.arange(both.shape[2]) < x.shape[2]
            worth = _inverse(np.where(used, both - low, high - both)) / both.shape[2]
        else:
            worth = ADDITIVE_WEIGHTS[weights](both, high - low)
    else:
        worth = _given(weights, both)
    return most_slack(x, y, returns, worth, counted_measures(fixed_inputs, both, x.shape[2]))


def _given(weights: ArrayLike, both: Floats) -> Floats:
    worth = finite(weights, "weights")
    if (worth < 0).any():
        raise InputError("weights: an entry is negative. Give 0 for a slack that does not count.")
    try:
        return np.broadcast_to(worth, both.shape)
    except ValueError as error:
        raise InputError(
            f"weights: shape {worth.shape} does not fit (draws, units, measures) {both.shape}."
        ) from error
