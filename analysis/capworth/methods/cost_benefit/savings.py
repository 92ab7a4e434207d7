"""Savings that end or lower cost lines, and the price at which an unpriced outcome pays."""

import numpy as np

from capworth.errors import InputError
from capworth.methods.arguments import Floats, checked, within


@checked
def remaining_share(saved: Floats) -> Floats:
    """Share of a cost line that several improvements leave: what each leaves, multiplied.

    Parameters
    ----------
    saved : (improvements, ...) share that each one saves, from 0 to 1

    >>> round(float(remaining_share(np.array([0.5, 0.4]))), 12)
    0.3
    """
    return np.asarray(np.prod(1 - within(saved, "share saved", 0, 1), axis=0))


@checked
def saving(line: Floats, saved: Floats, factors: Floats) -> Floats:
    """Present value of what improvements save of one cost line.

    Parameters
    ----------
    line : (years,) or (draws, years) money of the line without any improvement
    saved : (improvements, years) share saved by each, 0 before it takes effect
    factors : (years,) discount factors
    """
    return np.asarray((line * (1 - remaining_share(saved))) @ factors)


@checked
def break_even(cost: float, benefit: float, outcomes: float) -> float:
    """Break-even value of an outcome without a price: what one must be worth for the whole to pay.

    Parameters
    ----------
    cost : present value of the whole-life cost
    benefit : present value of the benefits that are priced
    outcomes : unpriced outcomes, discounted from the year in which they come about

    Returns
    -------
    Money for each outcome; 0 where the priced benefits pay already.

    >>> round(break_even(4e6, 0.5e6, 200 * 8.786), 1)
    1991.8
    """
    if outcomes <= 0:
        raise InputError("outcomes: none come about, so that no value of one makes it pay.")
    return max(cost - benefit, 0.0) / outcomes
