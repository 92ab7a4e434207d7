"""Which option is best at each price of the effect, and how likely: the curves of acceptability."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.kernels.arguments import finite, table
from capworth.kernels.arrays import Floats, Ints
from capworth.kernels.information import chance_best, perfect_information


class Acceptability(NamedTuple):
    """Curves over prices; one line of each array for each price."""

    chance: Floats  # (prices, options) probability of being best: the CEAC; lines sum to 1
    choice: Ints  # (prices,) option of the highest expected net benefit, of equals the first
    chance_of_choice: Floats  # (prices,) the CEAF: the choice need not be the likeliest best
    net_benefit: Floats  # (prices, options) expected, in money
    information: Floats  # (prices,) expected value of perfect information, in money


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
        known = perfect_information(net)
        chance[k], mean[k] = chance_best(net), net.mean(axis=0)
        choice[k], value[k] = known.choice, known.value
    return Acceptability(chance, choice, chance[np.arange(len(rates)), choice], mean, value)


def incremental_benefit(cost: ArrayLike, effect: ArrayLike, prices: ArrayLike) -> Floats:
    """Give the expected incremental net benefit at each price, (prices,): EIB.

    Parameters
    ----------
    cost, effect : (draws,) differences to the option that is compared with
    """
    more, better = finite(cost, "cost"), finite(effect, "effect")
    return np.asarray(np.atleast_1d(finite(prices, "prices")) * better.mean() - more.mean())


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
