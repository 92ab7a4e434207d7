"""What so many lines could show at all: said before the outcomes are read by function.

In standard deviations of the outcome from the shares alone; as a ratio by planting one.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from capworth.errors import InputError
from capworth.methods.arguments import Floats, Ints, above, checked, finite, within
from capworth.methods.claim.deals import Deals
from capworth.methods.claim.share_test import slope_statistic

HIGHEST: Final = 100.0  # ratio up to which one is sought
WIDEST: Final = 20.0  # standard deviations up to which a contrast is sought
_TIE: Final = 1e-10
_HALVINGS: Final = 10


@checked
def detectable_contrast(
    share: ArrayLike, weight: ArrayLike = 1.0, level: float = 0.05, power: float = 0.8
) -> float:
    """Smallest difference, in standard deviations, that a one-sided test finds with this power.

    Parameters
    ----------
    share : (lines,) share in the group, 0 to 1; fractions show less than whole lines
    weight : (lines,) weights of the regression
    level : one-sided probability of a false alarm
    power : probability of finding a difference of this size

    Notes
    -----
    (z of 1 - level + z of power) x sqrt(sum w^2 x^2) / sum w x^2, where x is the share less its
    weighted mean; outcomes of one variance. With two groups of whole lines it is the textbook's
    z x sqrt(1 / n1 + 1 / n2).

    >>> round(detectable_contrast([1] * 20 + [0] * 20), 4)
    0.7863
    """
    quantiles = ndtri(1 - _inside(level, "level")) + ndtri(_inside(power, "power"))
    g = within(share, "share", 0, 1)
    w = np.broadcast_to(within(weight, "weight", 0), g.shape)
    x = g - (w @ g) / above(w.sum(), "weight")
    spread = float(w @ x**2)
    if spread <= 1e-12 * w.sum():
        raise InputError("share: all lines have the same share. There is nothing to compare.")
    return float(quantiles * np.sqrt((w**2) @ x**2) / spread)


@checked
def power_at(
    ratio: float,
    outcome: ArrayLike,
    share: ArrayLike,
    weight: ArrayLike,
    deals: Deals,
    planted: Ints,
    level: float = 0.05,
) -> float:
    """Share of planted claims that the test finds: the ratio is put on shares dealt at random.

    Parameters
    ----------
    ratio : of a line wholly in the group to one wholly outside, planted on the outcome
    outcome : (lines,) whose spread is used; its own shares are not
    share, weight : (lines,)
    deals : null distribution
    planted : (claims, lines) whose share each line gets before the ratio is planted
    level : at which the test that the ratio exceeds 1 rejects
    """
    y, g = finite(outcome, "outcome"), finite(share, "share")
    grown = y * (1 + (float(above(ratio, "ratio")) - 1) * g[planted])
    return _found(grown, g, weight, deals, planted, level)


def _found(
    grown: Floats, share: Floats, weight: ArrayLike, deals: Deals, planted: Ints, level: float
) -> float:
    """Share of the planted cases (claims, lines) that the test finds."""
    dealt = slope_statistic(share, weight, np.concatenate((deals.order, planted)))
    null, seen = dealt.dealt[: len(deals.order)], dealt.dealt[len(deals.order) :]
    own = 1  # the planted deal itself, where the others are drawn at random
    if deals.exact:
        null, own = np.concatenate((dealt.observed[None], null)), 0
    found = (seen * grown).sum(axis=1)
    tie = _TIE * (np.abs(seen) * np.abs(grown)).sum(axis=1)
    beyond = (grown @ null.T >= (found - tie)[:, None]).sum(axis=1)
    return float(((own + beyond) / (own + len(null)) <= level).mean())


@checked
def planted_contrast(
    errors: ArrayLike,
    share: ArrayLike,
    weight: ArrayLike,
    deals: Deals,
    planted: Ints,
    level: float = 0.05,
    power: float = 0.8,
) -> float:
    """Smallest difference in standard deviations that the test itself finds with this power.

    What `detectable_contrast` says by a formula with normal quantiles is found here by planting:
    the test pays for its strata and for not knowing the spread, the more the shorter the list.

    Parameters
    ----------
    errors : (claims, lines) outcomes of standard deviation 1 without any effect
    share, weight, deals, planted, level, power : see `detectable_ratio`
    """
    g, e = finite(share, "share"), finite(errors, "errors")
    return _smallest(
        lambda size: _found(e + size * g[planted], g, weight, deals, planted, level),
        0.0,
        WIDEST,
        _inside(power, "power"),
    )


def _smallest(finds: Callable[[float], float], low: float, high: float, wanted: float) -> float:
    """Smallest size that is found so often; infinite where the highest is not."""
    if finds(high) < wanted:
        return float("inf")
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if finds(middle) >= wanted else (middle, high)
    return high


@checked
def detectable_ratio(
    outcome: ArrayLike,
    share: ArrayLike,
    weight: ArrayLike,
    deals: Deals,
    planted: Ints,
    level: float = 0.05,
    power: float = 0.8,
) -> float:
    """Smallest planted ratio above 1 that the test finds with this power; infinite beyond 100.

    Parameters
    ----------
    outcome, share, weight, deals, planted, level : see `power_at`
    power : probability of finding a ratio of this size
    """
    log = _smallest(
        lambda q: power_at(float(np.exp(q)), outcome, share, weight, deals, planted, level),
        0.0,
        float(np.log(HIGHEST)),
        _inside(power, "power"),
    )
    return float(np.exp(log))


def _inside(given: float, name: str) -> float:
    return float(within(given, name, 1e-12, 1 - 1e-12))
