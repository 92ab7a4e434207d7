"""Restrictions on weights, for `envelop`: what counts is not left to each unit alone."""

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.kernels.arguments import finite
from capworth.kernels.arrays import Floats


def weight_ratio(
    measures: int, upper: int, lower: int, least: float | None = None, most: float | None = None
) -> Floats:
    """Bound the ratio of two weights.

    Parameters
    ----------
    measures : how many inputs and outputs there are; inputs are numbered first
    upper, lower : numbers of the measure whose weight is on top, and of the one below it
    least, most : bounds of weight / weight, in units of the one measure per unit of the other;
        None for no bound

    Returns
    -------
    (1 or 2, measures) rows for `envelop`; stack the rows of several ratios.

    Notes
    -----
    Assurance regions: Thompson, Singleton, Thrall & Smith (1986), Interfaces 16(6), 35-49. An
    input on top and an output below links the two sides (Thompson et al. 1990).

    >>> weight_ratio(3, 1, 0, least=0.5, most=2.0).tolist()
    [[0.5, -1.0, 0.0], [-2.0, 1.0, 0.0]]
    """
    for number, name in ((upper, "upper"), (lower, "lower")):
        if not 0 <= number < measures:
            raise InputError(f"{name}: {number} is not a measure from 0 to {measures - 1}.")
    if upper == lower:
        raise InputError(f"upper and lower: both are measure {upper}. Name two measures.")
    if least is None and most is None:
        raise InputError("least and most: neither is given. Give at least one bound.")
    rows = []
    for bound, sign in ((least, 1.0), (most, -1.0)):
        if bound is not None:
            if not 0 <= bound < np.inf:
                raise InputError(f"bound {bound} of a ratio is not 0 or more. Mend it.")
            row = np.zeros(measures)
            row[upper], row[lower] = -sign, sign * bound
            rows.append(row)
    if least is not None and most is not None and least > most:
        raise InputError(f"least {least} is above most {most}. Exchange them.")
    return np.array(rows)


def elicited_region(least: ArrayLike, most: ArrayLike, swing: ArrayLike) -> Floats:
    """Let each pair of weights differ no more than elicited swing weights do.

    Parameters
    ----------
    least, most : (outputs,) bounds of the swing weights as elicited, on any common scale, above 0
    swing : (outputs,) the amount of each output whose gain was weighed, in its unit, above 0

    Returns
    -------
    (pairs x 2, outputs) bounds on u_r swing_r / (u_q swing_q), so that the envelopment uses no
    weights that the value tree would not. Put columns of 0 before them for the inputs.

    >>> elicited_region([2.0, 1.0], [4.0, 1.0], [10.0, 1.0]).tolist()
    [[-10.0, 2.0], [10.0, -4.0]]
    """
    low, high, amount = (
        finite(part, name) for part, name in ((least, "least"), (most, "most"), (swing, "swing"))
    )
    if low.ndim != 1 or low.shape != high.shape or low.shape != amount.shape or len(low) < 2:
        raise InputError("least, most and swing: give one number for each of two or more outputs.")
    if (low <= 0).any() or (amount <= 0).any() or (high < low).any():
        output = int(np.argmax((low <= 0) | (amount <= 0) | (high < low)))
        raise InputError(
            f"output {output}: least {low[output]}, most {high[output]}, swing {amount[output]}. "
            "All are above 0 and least is not above most."
        )
    rows = []
    for r in range(len(low)):
        for q in range(r + 1, len(low)):
            bounds = low[r] / high[q], high[r] / low[q]
            for bound, sign in zip(bounds, (1.0, -1.0), strict=True):
                row = np.zeros(len(low))
                row[r], row[q] = -sign * amount[r], sign * bound * amount[q]
                rows.append(row)
    return np.array(rows)
