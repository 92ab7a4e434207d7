"""Overrun counted once: the out-turn of a base, and what a stated total stands for."""

from typing import Final

import numpy as np

from capworth.errors import InputError
from capworth.methods.arguments import Floats, checked, finite
from capworth.methods.uncertainty.order_statistics import order_quantile

READINGS: Final = ("base", "mean", "P50", "P80")  # what a published total may stand for


@checked
def out_turn(base: Floats, overrun: Floats, managing: Floats | float = 0.0) -> Floats:
    """Out-turn cost: base x (1 + overrun) and what managing the risk costs, money of the base."""
    return np.asarray(base * (1 + overrun) + managing)


@checked
def standing_for(out_turns: Floats, total: float, reading: str) -> tuple[Floats, float]:
    """Out-turns rescaled so that a published total stands for their base, mean, P50 or P80.

    Parameters
    ----------
    out_turns : (draws, lines)
    total : published money
    reading : one of `READINGS`; `base` leaves the out-turns as they are

    Returns
    -------
    (draws, lines) rescaled, and the factor.

    >>> turned, factor = standing_for(np.array([[60.0], [70], [80], [90], [100]]), 72.0, "P80")
    >>> turned.ravel().tolist(), factor
    ([48.0, 56.0, 64.0, 72.0, 80.0], 0.8)
    """
    if reading not in READINGS:
        raise InputError(f"stands_for: {reading!r} is none of {', '.join(READINGS)}.")
    sums = finite(out_turns, "out-turns").sum(axis=1)
    if reading == "base":
        return out_turns, 1.0
    if reading == "mean":
        stated = float(sums.mean())
    else:
        stated = float(order_quantile(sums, int(reading[1:]) / 100))
    factor = total / stated
    return np.asarray(out_turns * factor), factor
