"""Incremental cost-effectiveness: which options are worth choosing at some price of the effect."""

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.kernels.arguments import finite
from capworth.kernels.arrays import Floats, Ints

SAME_SLOPE = 1e-12  # relative: a point nearer than this to the line between others is on it


class Status(IntEnum):
    """Place of an option beside the others."""

    EFFICIENT = 0
    DOMINATED = 1  # another costs no more, gives no less, and is better in one of the two
    EXTENDED_DOMINATED = 2  # on or above the line between two others


class Frontier(NamedTuple):
    """Status of each option and its cost for one more effect than the frontier option before it."""

    status: Ints  # (..., options), Status
    ratio: Floats  # (..., options), NaN off the frontier and for its first option


def frontier(cost: ArrayLike, effect: ArrayLike) -> Frontier:
    """Efficient frontier of cost against effect, with the incremental ratios.

    Parameters
    ----------
    cost, effect : (options,) or (draws, options); more effect is better

    Returns
    -------
    status and ratio of the same shape. The ratio is the incremental cost-effectiveness ratio
    against the next cheaper option *on the frontier*, in units of cost for one of effect. It rises
    along the frontier; comparing every option with doing nothing instead would hide the dominated.

    Ties: options equal in both share their status and ratio. Of options equal in effect only the
    cheapest stand, of options equal in cost only the most effective. An option on the line between
    two others is extended-dominated: no price of the effect makes it the single best.

    Notes
    -----
    Option i is efficient where the steepest slope from below is less than the flattest slope
    upwards; the first of the two is its ratio. Johannesson and Weinstein (1993), Journal of Health
    Economics 12(4), 459-467. Work and memory grow as draws x options^2 and draws x options.
    """
    costs, effects = finite(cost, "cost"), finite(effect, "effect")
    if costs.shape != effects.shape or costs.ndim == 0 or costs.shape[-1] == 0:
        raise InputError(
            f"cost {costs.shape} and effect {effects.shape}: give one of each for every option."
        )
    status = np.empty(costs.shape, dtype=np.int64)
    ratio = np.empty(costs.shape)
    for i in range(costs.shape[-1]):
        dearer, better = costs - costs[..., i : i + 1], effects - effects[..., i : i + 1]
        beaten = ((dearer <= 0) & (better >= 0) & ((dearer < 0) | (better > 0))).any(axis=-1)
        slope = np.divide(dearer, better, out=np.zeros_like(dearer), where=better != 0)
        below = np.where(better < 0, slope, -np.inf).max(axis=-1)
        upwards = np.where(better > 0, slope, np.inf).min(axis=-1)
        bent = below < upwards * (1 - SAME_SLOPE)
        status[..., i] = np.where(
            beaten, Status.DOMINATED, np.where(bent, Status.EFFICIENT, Status.EXTENDED_DOMINATED)
        )
        ratio[..., i] = np.where(~beaten & bent & (below > 0), below, np.nan)
    return Frontier(status, ratio)


def frontier_order(status: Ints, effect: ArrayLike) -> Ints:
    """Efficient options of one set (options,), least effect first; equals in the order given."""
    efficient = np.flatnonzero(np.asarray(status) == Status.EFFICIENT)
    return efficient[np.argsort(finite(effect, "effect")[efficient], kind="stable")]


def net_benefit(cost: ArrayLike, effect: ArrayLike, price: ArrayLike) -> Floats:
    """Price of the effect x effect - cost, in money; of two differences, the incremental one."""
    return np.asarray(finite(price, "price") * finite(effect, "effect") - finite(cost, "cost"))
