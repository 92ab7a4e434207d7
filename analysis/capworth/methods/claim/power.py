"""What so many lines could show at all: said before the outcomes are read by function.

In standard deviations of the outcome from the shares alone; as a ratio by planting one.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri, stdtrit

from capworth.errors import InputError
from capworth.methods.arguments import Floats, Ints, above, checked, finite, within
from capworth.methods.claim.deals import Deals
from capworth.methods.claim.share_test import CostCheck, slope_statistic

HIGHEST: Final = 100.0  # ratio up to which one is sought
WIDEST: Final = 20.0  # standard deviations up to which a contrast is sought
LEVEL: Final = 0.9  # of the range of a simulated size
_TIE: Final = 1e-10
_CELLS: Final = 100_000  # claims times deals worked on together, as many as fit a processor


class Detectable(NamedTuple):
    """Smallest size that is found so often, with the 90 % range of its simulation error."""

    size: float  # infinite where none is
    low: float
    high: float


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


class Planting(NamedTuple):
    """What planted claims are tested with, whatever the outcomes; see `found_from`.

    Attributes
    ----------
    null, seen : (deals, lines) and (claims, lines) what outcomes are multiplied by and summed
    allowed : how many deals may reach as much
    """

    null: Floats
    seen: Floats
    allowed: int

    @classmethod
    def of(
        cls, share: ArrayLike, weight: ArrayLike, deals: Deals, planted: Ints, level: float
    ) -> "Planting":
        """Deal the shares as they are and as each claim has them."""
        g, order = finite(share, "share"), deals.order
        if deals.exact:
            order = np.concatenate((np.arange(len(g))[None], order))
        return cls(
            slope_statistic(g, weight, order).dealt,
            slope_statistic(g, weight, planted).dealt,
            _allowed(len(order), level, own=not deals.exact),
        )

    def found(self, start: ArrayLike, growth: ArrayLike) -> Floats:
        """(claims,) size from which on the test finds each; see `found_from`."""
        y, grown = finite(start, "start"), finite(growth, "growth")
        alike = y.ndim == 1  # what deals make of the start is the same for every claim
        y = np.atleast_2d(y)
        sizes = []
        for some in _parts(len(grown), len(self.null)):
            seen, mine, more = self.seen[some], y if alike else y[some], grown[some]
            ahead, gain = (seen * mine).sum(axis=1), (seen * more).sum(axis=1)
            tie = _TIE * (np.abs(seen) * np.abs(mine)).sum(axis=1)
            null, rising = mine @ self.null.T, more @ self.null.T
            sizes.append(_passed(null, ahead - tie, rising, gain, self.allowed))
        return np.concatenate(sizes)


@checked
def found_from(
    start: ArrayLike,
    growth: ArrayLike,
    share: ArrayLike,
    weight: ArrayLike,
    deals: Deals,
    planted: Ints,
    level: float = 0.05,
) -> Floats:
    """Find from which size on the test finds each planted claim, a slope above 0; never: infinite.

    Parameters
    ----------
    start : (lines,) or (claims, lines) outcomes without any effect
    growth : (claims, lines) what one unit of the effect adds
    share, weight : (lines,)
    deals : null distribution
    planted : (claims, lines) whose share each line gets in each claim
    level : one-sided

    Returns
    -------
    (claims,)

    Notes
    -----
    The statistic is linear in the outcome, so each deal is passed at one size: no search. A deal
    that grows as fast as the claim, or faster, counts as never passed.
    """
    return Planting.of(share, weight, deals, planted, level).found(start, growth)


@checked
def found_from_held(
    start: ArrayLike,
    growth: ArrayLike,
    share: ArrayLike,
    check: CostCheck | None,
    order: Ints,
    planted: Ints,
    level: float = 0.05,
) -> Floats:
    """Find the same for the test with log cost held.

    Parameters
    ----------
    start, growth, share, planted, level : see `found_from`
    check : None where nothing can be held, and nothing is found
    order : (deals, lines) permutations of all lines
    """
    g, grown = finite(share, "share"), finite(growth, "growth")
    if check is None:
        return np.full(len(grown), np.inf)
    y = np.broadcast_to(finite(start, "start"), grown.shape)
    allowed = _allowed(len(order), level, own=True)
    sizes = []
    for some in _parts(len(grown), order.size):
        pull = check.pull(g[planted[some]])
        rest = check.rest(np.stack((y[some], grown[some]), axis=1))  # (claims, 2, lines)
        ahead, gain = (pull[:, None] * rest).sum(axis=2).T
        dealt = (check.wider * rest) @ pull[:, order].transpose(0, 2, 1)
        null, rising = dealt[:, 0], dealt[:, 1]
        sizes.append(_passed(null, ahead, rising, gain, allowed))
    return np.concatenate(sizes)


def _parts(claims: int, cells: int) -> list[slice]:
    """Claims that are looked at together, of so many cells each."""
    many = max(1, _CELLS // cells)
    return [slice(first, first + many) for first in range(0, claims, many)]


def _allowed(deals: int, level: float, own: bool) -> int:
    """How many deals may reach as much, the claim's own not among them; below 0 never so few."""
    return int(np.floor(level * (deals + own) + 1e-9)) - own


def _passed(null: Floats, ahead: Floats, rising: Floats, gain: Floats, allowed: int) -> Floats:
    """Size beyond which no more deals (claims, deals) than allowed reach as much as the claim.

    `rising` is used up.
    """
    if allowed < 0:
        return np.full(len(ahead), np.inf)
    if allowed >= null.shape[1]:
        return np.zeros(len(ahead))
    pace = np.subtract(gain[:, None], rising, out=rising)
    passed = null - ahead[:, None]
    least = _TIE * np.abs(gain)
    if (pace.min(axis=1) <= least).any():
        slow = pace <= least[:, None]
        pace[slow] = 1.0
        passed /= pace
        passed[slow] = np.inf
    else:
        passed /= pace
    nth = passed.shape[1] - 1 - allowed
    passed.partition(nth, axis=1)
    return passed[:, nth].copy()


@checked
def smallest(sizes: ArrayLike, power: float = 0.8, most: float = np.inf) -> Detectable:
    """Read the smallest size that is found so often off the sizes of many planted claims.

    Parameters
    ----------
    sizes : (batches, claims) of `found_from`, every batch on deals of its own
    power : share of the claims that are to be found
    most : a size beyond it counts as infinite

    Notes
    -----
    The power at that size differs by batch; the error of its mean, with as many degrees of freedom
    as batches less one, gives the range of the size.
    """
    found = np.asarray(sizes, dtype=np.float64)
    wanted = float(within(power, "power", 1e-12, 1 - 1e-12))
    every = np.sort(found, axis=None)

    def at(share: float) -> float:
        place = int(np.clip(np.ceil(share * len(every) - 1e-9) - 1, 0, len(every) - 1))
        size = max(float(every[place]), 0.0)
        return size if size <= most else float("inf")

    size = at(wanted)
    seen = (found <= size).mean(axis=1) if np.isfinite(size) else (found <= most).mean(axis=1)
    if len(seen) < 2:
        return Detectable(size, size, size)
    error = seen.std(ddof=1) / np.sqrt(len(seen)) * stdtrit(len(seen) - 1, (1 + LEVEL) / 2)
    return Detectable(
        size, at(wanted - error), at(wanted + error) if wanted + error < 1 else np.inf
    )


def _inside(given: float, name: str) -> float:
    return float(within(given, name, 1e-12, 1 - 1e-12))
