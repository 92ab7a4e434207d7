"""Tests of the ratio of a group of functions to the others: p values and intervals by dealing.

The statistic at ratio q is the weighted slope of outcome / (1 + (q - 1) share) on the share: where
q is the true ratio, that slope is 0 but for chance. p is never 0 (Phipson and Smyth 2010).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from capworth.methods.arguments import Floats, Ints, above, checked, finite, within
from capworth.methods.claim.share_regression import function_levels

REACH: Final = (1e-4, 1e4)  # ratios among which an interval is sought
_STEPS: Final = 241
_HALVINGS: Final = 20
_CELLS: Final = 50_000  # deals times lines worked on together
_TIE: Final = 1e-10  # of the size of the sum: two deals that give the same but for rounding


class Statistic(NamedTuple):
    """A test statistic that is linear in the outcome, as observed and in every deal.

    Attributes
    ----------
    observed : (lines,) what the outcomes are multiplied by and summed
    dealt : (deals, lines) the same in each deal
    """

    observed: Floats
    dealt: Floats


class Tails(NamedTuple):
    """One-sided p of each ratio: that the true one is no greater, and that it is no less."""

    up: Floats
    down: Floats


class PValues(NamedTuple):
    """The five probabilities that the words of a claim rest on."""

    margin: float  # against a ratio of at most the margin
    greater: float  # against a ratio of at most 1
    less: float  # against a ratio of at least 1
    below_margin: float  # against a ratio of at least the margin
    above_inverse: float  # against a ratio of at most 1 / margin

    def worst(self, other: PValues) -> PValues:
        """Return the larger of each two: both tests must pass."""
        return PValues(*map(max, self, other))


class RatioInterval(NamedTuple):
    """Hull of the ratios that are not rejected; 0 or infinite where not bounded, NaN if none."""

    low: float
    high: float


@checked
def slope_statistic(share: ArrayLike, weight: ArrayLike, order: Ints) -> Statistic:
    """Weighted slope on the share, as observed and with the shares dealt.

    Parameters
    ----------
    share : (lines,)
    weight : (lines,) stays with its line
    order : (deals, lines) whose share each line gets
    """
    g, w = within(share, "share", 0, 1), above(weight, "weight")
    w = np.broadcast_to(w, g.shape)
    return Statistic(_slope(g[None], w)[0], _slope(g[order], w))


def _slope(share: Floats, weight: Floats) -> Floats:
    apart = share - ((share @ weight) / weight.sum())[:, None]
    pulled = apart * weight
    spread = (pulled * apart).sum(axis=1)
    return np.asarray(pulled / np.where(spread > 0, spread, np.inf)[:, None])


class CostCheck(NamedTuple):
    """Slope with log cost held: what turns shares and outcomes into the two sides of its sum.

    Attributes
    ----------
    fitted : (lines, 2) 1 and log cost
    fit : (2, lines) what a weighted fit on them is found by
    share_weight, outcome_weight : (lines,) their product is the weight of the regression
    """

    fitted: Floats
    fit: Floats
    share_weight: Floats
    outcome_weight: Floats

    @classmethod
    def of(cls, weight: ArrayLike, cost: ArrayLike, per_cost: bool = False) -> CostCheck | None:
        """Fit (1, log cost); None with fewer than 4 lines, too few to hold anything.

        Parameters
        ----------
        weight, cost : (lines,)
        per_cost : whether the outcome is a value divided by the cost
        """
        w, c = above(weight, "weight"), above(cost, "cost")
        w = np.broadcast_to(w, c.shape)
        if len(c) < 4:
            return None
        fitted = np.column_stack((np.ones(len(c)), np.log(c)))
        fit = np.linalg.pinv((w[:, None] * fitted).T @ fitted) @ (fitted * w[:, None]).T
        even = np.ones(len(c))
        return cls(fitted, fit, even, w) if per_cost else cls(fitted, fit, w, even)

    @property
    def wider(self) -> float:
        """What deals are widened by: the residual has lost the two degrees of freedom."""
        return float(np.sqrt((len(self.fitted) - 1) / (len(self.fitted) - 2)))

    def residual(self, of: Floats) -> Floats:
        """(..., lines) what the fit leaves unexplained."""
        return np.asarray(of - (of @ self.fit.T) @ self.fitted.T)

    def pull(self, share: ArrayLike) -> Floats:
        """(..., lines) what is dealt; 0 where the share goes with the cost all but wholly."""
        g = finite(share, "share")
        pull = self.residual(g) * self.share_weight
        middle = g - g.mean(axis=-1, keepdims=True)
        left = (pull**2).sum(axis=-1) > 1e-10 * ((self.share_weight * middle) ** 2).sum(axis=-1)
        return np.where(left[..., None], pull, 0.0)

    def rest(self, outcome: ArrayLike) -> Floats:
        """(..., lines) what the pull is multiplied by and summed."""
        return self.residual(finite(outcome, "outcome")) * self.outcome_weight

    def turned(self, pull: Floats) -> Floats:
        """(..., lines) what outcomes are multiplied by for their sums of the pull with the rest."""
        weighed = pull * self.outcome_weight
        return np.asarray(weighed - (weighed @ self.fitted) @ self.fit)


@checked
def cost_statistic(
    share: ArrayLike, weight: ArrayLike, cost: ArrayLike, order: Ints, per_cost: bool = False
) -> Statistic | None:
    """Slope with log cost held: the residual of the share on (1, log cost), dealt among all lines.

    Parameters
    ----------
    share, weight, cost : (lines,)
    order : (deals, lines) permutations of all lines, strata or not
    per_cost : whether the outcome is a value divided by the cost

    Returns
    -------
    None where the share goes with the cost so closely that nothing is left to test, or where there
    are fewer than 4 lines.

    Notes
    -----
    The residual of the share is dealt against what is of one kind from line to line: the residual
    of the level, or that of the value before it was divided by the cost. Deals are widened by
    sqrt((lines - 1) / (lines - 2)), as the residual has lost the two degrees of freedom of the fit.
    Only a linear pull of log cost is met.
    """
    check = CostCheck.of(weight, cost, per_cost)
    if check is None:
        return None
    pull = check.pull(within(share, "share", 0, 1))
    if not pull.any():
        return None
    return Statistic(check.turned(pull), check.wider * check.turned(pull[order]))


@checked
def tails(statistic: Statistic, share: ArrayLike, outcome: ArrayLike, ratios: ArrayLike) -> Tails:
    """One-sided p of each ratio; each (ratios,).

    >>> import numpy as np
    >>> order = np.array([[1, 0, 2, 3], [0, 1, 3, 2], [1, 0, 3, 2]])
    >>> shares = [1, 0, 1, 0]
    >>> slope = slope_statistic(shares, np.ones(4), order)
    >>> tails(slope, shares, [5, 1, 4, 2], [1]).up.tolist()
    [0.25]
    """
    under = without_ratio(outcome, share, ratios)  # (ratios, lines)
    seen, dealt = under @ statistic.observed, under @ statistic.dealt.T
    tie = _TIE * (np.abs(under) @ np.abs(statistic.observed))
    return counted(seen, dealt, tie)


@checked
def without_ratio(outcome: ArrayLike, share: ArrayLike, ratios: ArrayLike) -> Floats:
    """(..., ratios, lines) of (..., lines): outcomes that would be alike, were that the ratio."""
    y, g = finite(outcome, "outcome"), finite(share, "share")
    q = above(ratios, "ratios")
    return np.asarray(y[..., None, :] / (1 + (q - 1)[:, None] * g[..., None, :]))


@checked
def counted(seen: Floats, dealt: Floats, tie: Floats) -> Tails:
    """Count the deals that reach as much, the observed one among them.

    Parameters
    ----------
    seen, tie : (...) what was observed, and how far off is still the same
    dealt : (..., deals)
    """
    above = (dealt >= (seen - tie)[..., None]).sum(axis=-1)
    below = (dealt <= (seen + tie)[..., None]).sum(axis=-1)
    return _shared(above, below, dealt.shape[-1])


def _shared(above: Ints, below: Ints, deals: int) -> Tails:
    return Tails((1 + above) / (deals + 1), (1 + below) / (deals + 1))


@checked
def p_values(statistic: Statistic, share: ArrayLike, outcome: ArrayLike, margin: float) -> PValues:
    """The five probabilities at a margin above 1."""
    found = tails(statistic, share, outcome, (1 / margin, 1.0, margin))
    return PValues(*map(float, _ordered(*found)))


_SIDES: Final = {  # of each p: power of the margin that it is held against, and if from above
    "margin": (1, False),
    "greater": (0, False),
    "less": (0, True),
    "below_margin": (1, True),
    "above_inverse": (-1, False),
}


@checked
def slope_p_values(
    share: ArrayLike, weight: ArrayLike, outcome: ArrayLike, order: Ints, margin: float
) -> PValues:
    """As `p_values` of `slope_statistic`, for a few ratios only: no deal's slope is written out.

    Parameters
    ----------
    share, weight, outcome : (lines,)
    order : (deals, lines) whose share each line gets
    """
    g, y, w = (finite(part, "lines") for part in (share, outcome, weight))
    under = without_ratio(y, g, (1 / margin, 1.0, margin))
    observed = _slope(g[None], w)[0]
    got = (g - w @ g / w.sum())[order]  # see `left_out_p_values`
    middle = got @ w / w.sum()
    spread = (got**2) @ w - w.sum() * middle**2
    pulled = w * (under - (under @ w / w.sum())[:, None])
    dealt = pulled @ got.T / np.where(spread > _TIE * w.sum(), spread, np.inf)
    tie = _TIE * (np.abs(under) @ np.abs(observed))
    return PValues(*map(float, _ordered(*counted(under @ observed, dealt, tie))))


@checked
def held_p_values(
    check: CostCheck, share: ArrayLike, outcome: ArrayLike, order: Ints, margin: float
) -> PValues | None:
    """As `p_values` of `cost_statistic`, for a few ratios only; None where nothing is left to test.

    Parameters
    ----------
    share, outcome : (lines,)
    order : (deals, lines) permutations of all lines, strata or not
    """
    pull = check.pull(within(share, "share", 0, 1))
    if not pull.any():
        return None
    under = without_ratio(outcome, share, (1 / margin, 1.0, margin))
    rest, tie = check.rest(under), _TIE * (np.abs(under) @ np.abs(check.turned(pull)))
    dealt = check.wider * rest @ pull[order].T
    return PValues(*map(float, _ordered(*counted(rest @ pull, dealt, tie))))


@checked
def case_p_values(
    seen: Floats, null: Floats, share: Floats, outcome: Floats, margin: float
) -> Floats:
    """(5, cases): the same five, in their order, of many cases at once.

    Parameters
    ----------
    seen : (cases, lines) what the outcomes of a case are multiplied by and summed
    null : (deals, lines) the same in each deal, of all cases alike
    share, outcome : (cases, lines)
    """
    under = without_ratio(outcome, share, (1 / margin, 1.0, margin))
    tie = _TIE * (np.abs(seen)[:, None] * np.abs(under)).sum(axis=-1)
    return _ordered(*counted((seen[:, None] * under).sum(axis=-1), under @ null.T, tie))


class LeftOut(NamedTuple):
    """Deals of the list without each of its lines in turn; each (deals, lines - 1).

    Attributes
    ----------
    order : whose share each line of the shorter list gets, by places in it
    held : whose share has the place that changes hands, line by line
    holder : who has the share of that place
    """

    order: Ints
    held: Ints
    holder: Ints

    @classmethod
    def of(cls, order: Ints) -> LeftOut:
        """Find who holds what; see `left_out_p_values`."""
        place, getter = np.arange(order.shape[1]), np.empty_like(order)
        np.put_along_axis(getter, order, np.broadcast_to(place, order.shape), axis=1)
        return cls(order, order + (order > place), getter + (getter >= place))

    def some(self, deals: slice) -> LeftOut:
        """Only some of the deals."""
        return LeftOut(*(part[deals] for part in self))


@checked
def left_out_p_values(
    share: ArrayLike,
    weight: ArrayLike,
    outcome: ArrayLike,
    deals: LeftOut,
    margin: float,
    names: Sequence[str] = PValues._fields,
) -> Floats:
    """(names, lines): the five, or some of them, of the list without each of its lines in turn.

    Parameters
    ----------
    share, weight, outcome : (lines,)
    deals : of the shorter list
    names : of `PValues`

    Notes
    -----
    From the list without one line to that without the next a single place changes hands, so a sum
    over the lines of a deal gains and loses two terms, and none is added up anew.
    """
    sides = [_SIDES[name] for name in names]
    ratios = [margin**power for power in sorted({power for power, _ in sides})]
    g, y, w = (finite(part, "lines") for part in (share, outcome, weight))
    under = without_ratio(y, g, ratios)
    g = g - (w @ g) / w.sum()  # neither middle moves a slope, and small numbers lose no digits
    under = under - (under @ w / w.sum())[:, None]
    itself = LeftOut.of(np.arange(len(g) - 1)[None])
    slopes, spread = _left_out_slopes(g, w, under, itself)
    seen, tie = slopes[:, 0], _TIE * np.abs(w * under).sum(axis=1)[:, None] / spread
    above, below = (np.zeros(seen.shape, dtype=np.int64) for _ in range(2))
    many = max(1, _CELLS // len(g))
    for first in range(0, len(deals.order), many):
        dealt, _ = _left_out_slopes(g, w, under, deals.some(slice(first, first + many)))
        above += np.count_nonzero(dealt >= (seen - tie)[:, None], axis=1)
        below += np.count_nonzero(dealt <= (seen + tie)[:, None], axis=1)
    both = _shared(above, below, len(deals.order))
    return np.stack([both[down][ratios.index(margin**power)] for power, down in sides])


def _left_out_slopes(g: Floats, w: Floats, under: Floats, deals: LeftOut) -> tuple[Floats, Floats]:
    """Slopes (ratios, deals, lines) without each line, and what they are divided by."""
    first, held, rest = g[1:][deals.order], g[deals.held], w.sum() - w

    def sums(times: Floats, power: int = 1) -> Floats:
        """(deals, lines) sums of `times` of each line and the share it got, without each line."""
        found = np.empty((len(first), len(g)))
        found[:, 0] = first**power @ times[1:]
        np.multiply(held**power, -np.diff(times), out=found[:, 1:])
        found[:, 1:] -= np.diff(g**power) * times[deals.holder]
        return np.cumsum(found, axis=1, out=found)

    middle = sums(w) / rest
    spread = sums(w, 2) - rest * middle**2
    spread = np.where(spread > _TIE * rest, spread, np.inf)
    slopes = np.empty((len(under), *middle.shape))
    for found, pulled in zip(slopes, w * under, strict=True):
        np.subtract(sums(pulled), middle * (pulled.sum() - pulled), out=found)
        found /= spread
    return slopes, spread


def _ordered(up: Floats, down: Floats) -> Floats:
    """(5, ...) of (..., 3): the order of `PValues`."""
    return np.stack((up[..., 2], up[..., 1], down[..., 1], down[..., 2], up[..., 0]))


@checked
def ratio_interval(
    statistic: Statistic, share: ArrayLike, outcome: ArrayLike, level: float = 0.9
) -> RatioInterval:
    """All ratios that neither one-sided test rejects, from the smallest to the largest.

    Parameters
    ----------
    level : confidence; each side is tested at half of the rest

    Notes
    -----
    The test is turned round (inversion). The accepted ratios may have holes; their hull is given.
    An end outside 0.0001 to 10,000 is not bounded.
    """
    half = round((1 - float(within(level, "level", 0, 1))) / 2, 12)  # of 0.9 it is 0.05 and no less
    steps = np.linspace(np.log(REACH[0]), np.log(REACH[1]), _STEPS)

    def accepted(logs: Floats) -> Floats:
        found = tails(statistic, share, outcome, np.exp(logs))
        return np.asarray((found.up > half) & (found.down > half))

    fits = np.flatnonzero(accepted(steps))
    if not len(fits):
        near = _narrow(statistic, share, outcome, steps)
        fitting = accepted(near)
        if not fitting.any():
            return RatioInterval(np.nan, np.nan)
        steps, fits = near, np.flatnonzero(fitting)
    ends = []
    for first, beyond, open_end in ((fits[0], -1, 0.0), (fits[-1], 1, np.inf)):
        if not 0 <= first + beyond < len(steps):
            ends.append(open_end)
            continue
        inside, outside = steps[first], steps[first + beyond]
        for _ in range(_HALVINGS):
            middle = (inside + outside) / 2
            if accepted(np.array([middle]))[0]:
                inside = middle
            else:
                outside = middle
        ends.append(float(np.exp(inside)))
    return RatioInterval(*ends)


def _narrow(statistic: Statistic, share: ArrayLike, outcome: ArrayLike, steps: Floats) -> Floats:
    """Between the last ratio that is too small and the first that is too large: a finer grid."""
    found = tails(statistic, share, outcome, np.exp(steps))
    small = np.flatnonzero(found.up <= found.down)
    low = steps[small[-1]] if len(small) else steps[0]
    high = steps[min(small[-1] + 1 if len(small) else 1, len(steps) - 1)]
    return np.linspace(low, high, _STEPS)


@checked
def strong_form(
    outcome: ArrayLike, shares: ArrayLike, weight: ArrayLike, inside: ArrayLike, order: Ints
) -> float:
    """Test whether every function of the group exceeds every other: intersection-union.

    Parameters
    ----------
    outcome, weight : (lines,)
    shares : (lines, functions) of the functions that are served
    inside : (functions,) whether each belongs to the group
    order : (deals, lines) whose vector each line gets

    Returns
    -------
    p, the largest of all pairs, so that no pair needs a level of its own (Berger 1982).
    """
    vectors, member = finite(shares, "shares"), np.asarray(inside, dtype=bool)
    seen = function_levels(outcome, vectors, weight)
    dealt = function_levels(outcome, vectors[order], weight)
    size = _TIE * np.abs(finite(outcome, "outcome")).max()
    worst = 0.0
    for one in np.flatnonzero(member):
        for other in np.flatnonzero(~member):
            apart = seen[one] - seen[other]
            beyond = (dealt[:, one] - dealt[:, other] >= apart - size).sum()
            worst = max(worst, float((1 + beyond) / (len(order) + 1)))
    return worst
