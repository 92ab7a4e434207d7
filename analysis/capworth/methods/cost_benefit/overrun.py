"""Overrun counted once: a stated total, how it splits, and the common cause of overruns."""

from typing import Final

import numpy as np
from scipy.special import ndtr

from capworth.errors import InputError
from capworth.methods.arguments import Floats, finite
from capworth.methods.uncertainty.order_statistics import order_quantile

READINGS: Final = ("base", "mean", "P50", "P80")  # what a published total may stand for


def common_cause(own: Floats, shared: Floats, share: float) -> Floats:
    """Probabilities that move together: one factor for all, with its share of the variance.

    Parameters
    ----------
    own : (draws, lines) standard normal
    shared : (draws,) standard normal, the common cause
    share : of the variance on the normal scale, from 0 to 1

    Returns
    -------
    (draws, lines) probabilities, even between 0 and 1, for the quantile function of each line.

    Notes
    -----
    One-factor normal copula: Clemen and Reilly (1999), Management Science 45(2), 208-224.
    """
    if not 0 <= share <= 1:
        raise InputError(f"share: {share} is not between 0 and 1.")
    together = np.sqrt(share) * shared[:, None] + np.sqrt(1 - share) * own
    return np.asarray(ndtr(together))


def out_turn(base: Floats, overrun: Floats, managing: Floats | float = 0.0) -> Floats:
    """Out-turn cost: base x (1 + overrun) and what managing the risk costs, money of the base."""
    return np.asarray(base * (1 + overrun) + managing)


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
