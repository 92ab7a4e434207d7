"""How long until a stream has paid itself back, and stays so."""

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from capworth.kernels.arguments import finite, table
from capworth.kernels.arrays import Floats, Ints
from capworth.kernels.cashflow import cumulative

ROUNDING = 1e-12  # a position this small beside the largest is 0


class Paid(IntEnum):
    """How a stream is paid back."""

    ONCE = 0
    NEVER = 1  # it ends below 0
    AGAIN = 2  # it was paid back earlier, fell below 0 and came back


class Payback(NamedTuple):
    """Years until paid back for good, NaN where never, and how."""

    years: Floats
    code: Ints  # Paid


def payback(flows: ArrayLike, discount_factors: ArrayLike | None = None) -> Payback:
    """Time after which the position never falls below 0 again.

    Parameters
    ----------
    flows : (draws, years), or one stream (years,). Year 0 falls due at time 0; the flow of year t
        comes in evenly between t - 1 and t, so the time inside a year is a straight line.
    discount_factors : (years,) for the discounted payback; without them it is the simple one

    Returns
    -------
    years (draws,). 0 where nothing has to be paid back; NaN where the stream ends below 0, even if
    it was above 0 for a while. It tells nothing about what follows: show it with the net value.

    >>> payback([[-100, 50, 70, 80]]).years.round(4).tolist()
    [1.7143]
    """
    given = finite(flows, "flows")
    streams = table(given[None] if given.ndim == 1 else given, "flows", "draws", "years")
    position = cumulative(streams, discount_factors)
    largest = np.abs(position).max(axis=1, keepdims=True)
    position = np.where(np.abs(position) <= ROUNDING * largest, 0, position)
    draws, years = position.shape
    short = position < 0
    last_short = np.where(short.any(axis=1), years - 1 - short[:, ::-1].argmax(axis=1), -1)
    never = last_short == years - 1
    before = np.clip(last_short, 0, max(years - 2, 0))
    after = np.minimum(before + 1, years - 1)
    rows = np.arange(draws)
    missing, gain = -position[rows, before], position[rows, after] - position[rows, before]
    paid = (last_short >= 0) & ~never
    part = np.divide(missing, gain, out=np.zeros(draws), where=paid)
    time = np.where(paid, before + part, np.where(never, np.nan, 0.0))
    falls = (short[:, 1:] & ~short[:, :-1]).any(axis=1)  # below 0 after a year that was not
    code = np.where(never, Paid.NEVER, np.where(falls, Paid.AGAIN, Paid.ONCE))
    return Payback(time, code.astype(np.int64))
