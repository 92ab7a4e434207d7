"""Incremental cost-effectiveness: which options are worth choosing at some price of the effect.

Which option is best at each price of the effect, and how likely: the curves of acceptability.
"""

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.methods.arguments import Floats, Ints, checked, finite, table
from capworth.methods.uncertainty.value_of_information import chance_best, evpi

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


@checked
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


@checked
def frontier_order(status: Ints, effect: ArrayLike) -> Ints:
    """Efficient options of one set (options,), least effect first; equals in the order given."""
    efficient = np.flatnonzero(np.asarray(status) == Status.EFFICIENT)
    return efficient[np.argsort(finite(effect, "effect")[efficient], kind="stable")]


@checked
def net_benefit(cost: ArrayLike, effect: ArrayLike, price: ArrayLike) -> Floats:
    """Price of the effect x effect - cost, in money; of two differences, the incremental one."""
    return np.asarray(finite(price, "price") * finite(effect, "effect") - finite(cost, "cost"))


class Acceptability(NamedTuple):
    """Curves over prices; one line of each array for each price."""

    chance: Floats  # (prices, options) probability of being best: the CEAC; lines sum to 1
    choice: Ints  # (prices,) option of the highest expected net benefit, of equals the first
    chance_of_choice: Floats  # (prices,) the CEAF: the choice need not be the likeliest best
    net_benefit: Floats  # (prices, options) expected, in money
    information: Floats  # (prices,) expected value of perfect information, in money


@checked
def acceptability(cost: ArrayLike, effect: ArrayLike, prices: ArrayLike) -> Acceptability:
    """Judge options under uncertainty at each price that may be paid for one of the effect.

    Parameters
    ----------
    cost, effect : (draws, options) of the same draws; more effect is better
    prices : (prices,) money for one of the effect, 0 or more

    Notes
    -----
    Net benefit is price x effect - cost. Van Hout et al. (1994), Health Economics 3(5), 309-319;
    frontier: Fenwick, Claxton and Sculpher (2001), Health Economics 10(8), 779-787. Two options of
    which one is doing nothing give the familiar curve of one project.
    """
    costs = table(cost, "cost", "draws", "options")
    effects = table(effect, "effect", "draws", "options")
    rates = np.atleast_1d(finite(prices, "prices"))
    if costs.shape != effects.shape:
        raise InputError(
            f"cost {costs.shape} and effect {effects.shape}: give both for the same options in the "
            "same draws."
        )
    if (rates < 0).any():
        raise InputError(f"prices: {rates.min():g} is below 0. Give what an effect may cost.")
    chance, mean = np.empty((2, len(rates), costs.shape[1]))
    choice, value = np.empty(len(rates), dtype=np.int64), np.empty(len(rates))
    for k, rate in enumerate(rates.tolist()):
        net = rate * effects - costs
        known = evpi(net)
        chance[k], mean[k] = chance_best(net), net.mean(axis=0)
        choice[k], value[k] = known.choice, known.value
    return Acceptability(chance, choice, chance[np.arange(len(rates)), choice], mean, value)


@checked
def incremental_benefit(cost: ArrayLike, effect: ArrayLike, prices: ArrayLike) -> Floats:
    """Give the expected incremental net benefit at each price, (prices,): EIB.

    Parameters
    ----------
    cost, effect : (draws,) differences to the option that is compared with
    """
    more, better = finite(cost, "cost"), finite(effect, "effect")
    return np.asarray(np.atleast_1d(finite(prices, "prices")) * better.mean() - more.mean())


@checked
def quadrants(cost: ArrayLike, effect: ArrayLike) -> Floats:
    """Share of draws in each quadrant of the cost-effectiveness plane, (4,), summing to 1.

    Parameters
    ----------
    cost, effect : (draws,) differences to the option that is compared with

    Returns
    -------
    better and dearer; better and no dearer; no better and dearer; no better and no dearer
    """
    more, better = finite(cost, "cost") > 0, finite(effect, "effect") > 0
    if more.ndim != 1 or more.shape != better.shape or not more.size:
        raise InputError(
            f"cost {more.shape} and effect {better.shape}: give one difference for each draw."
        )
    parts = (better & more, better & ~more, ~better & more, ~better & ~more)
    return np.array([part.mean() for part in parts])
