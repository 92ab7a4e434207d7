"""Benefit for each unit of cost: a ratio says what is below its line, or it is not given."""

from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.methods.arguments import Floats, Ints, alike, checked, finite, known

NOTHING = 1e-12  # a cost this small beside the benefit is what rounding leaves of 0


class Defined(IntEnum):
    """Why a ratio is given, or is not."""

    YES = 0
    COST_IS_ZERO = 1  # nothing to divide by
    COST_IS_NEGATIVE = 2  # it saves money: a ratio would rank it among the worst


class Ratio(NamedTuple):
    """A ratio, NaN where it is not defined, the reason, and the words for what it divides by."""

    value: Floats
    code: Ints  # Defined
    denominator: str


Terms = Callable[[Floats, Floats, Floats, Floats], tuple[Floats, Floats]]

# (benefits, public costs, other costs, savings) -> above the line, below the line
DENOMINATORS: Mapping[str, Terms] = {
    "all costs": lambda benefit, public, other, saving: (benefit + saving, public + other),
    "all costs less savings": lambda benefit, public, other, saving: (
        benefit,
        public + other - saving,
    ),
    "public costs": lambda benefit, public, other, saving: (benefit + saving - other, public),
    "public costs less savings": lambda benefit, public, other, saving: (
        benefit - other,
        public - saving,
    ),
}


@checked
def divided(above: ArrayLike, below: ArrayLike, denominator: str = "all costs") -> Ratio:
    """Divide where what is below the line is above 0; elsewhere NaN and the reason.

    `denominator` only says in words what stands below the line.
    """
    upper, lower = np.broadcast_arrays(finite(above, "above"), finite(below, "below"))
    nothing = np.abs(lower) <= NOTHING * np.abs(upper)
    code = np.select(
        [nothing | (lower == 0), lower < 0],
        [Defined.COST_IS_ZERO, Defined.COST_IS_NEGATIVE],
        Defined.YES,
    ).astype(np.int64)
    defined = code == Defined.YES
    value = np.divide(upper, lower, out=np.full(upper.shape, np.nan), where=defined)
    return Ratio(value, code, denominator)


@checked
def benefit_cost_ratio(
    benefits: ArrayLike,
    public_costs: ArrayLike,
    other_costs: ArrayLike = 0.0,
    savings: ArrayLike = 0.0,
    denominator: str = "all costs",
) -> Ratio:
    """Benefit-cost ratio, with its denominator named.

    Moving a saving or a member's cost across the line changes the ratio and not the net value; so
    the four ways are named, and a report prints more than one.

    Parameters
    ----------
    benefits, public_costs, other_costs, savings : (draws,) present values. Costs are given as
        amounts, above 0. `savings` are costs of today that fall away.
    denominator : a key of `DENOMINATORS`. "all costs": savings count as benefits. "all costs less
        savings": savings count against cost. "public costs": other people's costs count against
        the benefits (HM Treasury, DfT). "public costs less savings": the same, savings below.

    Returns
    -------
    value (draws,), NaN with a reason where the denominator is 0 or below: a programme that saves
    money has no ratio, and its net value speaks for it. Negative benefits give a negative ratio.
    """
    alike(benefits=benefits, public_costs=public_costs, other_costs=other_costs, savings=savings)
    terms = DENOMINATORS[known(denominator, "denominator", DENOMINATORS)]
    upper, lower = terms(
        finite(benefits, "benefits"),
        finite(public_costs, "public_costs"),
        finite(other_costs, "other_costs"),
        finite(savings, "savings"),
    )
    return divided(upper, lower, denominator)


@checked
def net_value_per_public_cost(net_value: ArrayLike, public_costs: ArrayLike) -> Ratio:
    """Return on public sector cost: net present social value for each unit of net public cost."""
    alike(net_value=net_value, public_costs=public_costs)
    return divided(
        finite(net_value, "net_value"), finite(public_costs, "public_costs"), "net public cost"
    )


@checked
def ratio_of_means(benefits: ArrayLike, costs: ArrayLike) -> Ratio:
    """Mean benefit over mean cost, the ratio of a whole distribution of draws.

    The mean of the ratios of draws is another number: it is pulled up by draws in which the cost
    happens to be small. Values are () arrays.
    """
    upper, lower = finite(benefits, "benefits"), finite(costs, "costs")
    if upper.size == 0 or upper.ndim != 1 or upper.shape != lower.shape:
        raise InputError(
            f"benefits {upper.shape} and costs {lower.shape}: give (draws,) of each, of one length."
        )
    return divided(upper.mean(), lower.mean(), "mean of all costs")


@checked
def categories(ratio: ArrayLike, edges: ArrayLike) -> Ints:
    """Place of each ratio among the categories that the edges part, from 0 for the lowest.

    Parameters
    ----------
    ratio : (draws,); NaN where a ratio is not defined
    edges : (categories - 1,), rising. A ratio on an edge belongs to the upper category. The
        Department for Transport's six categories, very poor to very high, part at
        0, 1, 1.5, 2 and 4 (Value for Money Framework, 2025).

    Returns
    -------
    (draws,), -1 where the ratio is NaN: not a category, and never the best.

    >>> categories([-0.1, 0, 1.49, 4], [0, 1, 1.5, 2, 4]).tolist()
    [0, 1, 2, 5]
    """
    parts = finite(edges, "edges")
    if parts.ndim != 1 or (np.diff(parts) <= 0).any():
        raise InputError(f"edges: {parts.tolist()} do not rise. Give each edge once, lowest first.")
    values = np.asarray(ratio, dtype=np.float64)
    places = np.searchsorted(parts, values, side="right")
    return np.where(np.isnan(values), -1, places).astype(np.int64)


@checked
def category_shares(ratio: ArrayLike, edges: ArrayLike) -> Floats:
    """Share of draws in each category; the last entry is the share without a ratio.

    Returns
    -------
    (categories + 1,), summing to 1
    """
    places = categories(ratio, edges)
    if places.ndim != 1 or places.size == 0:
        raise InputError(f"ratio: shape {places.shape} is not (draws,). Give one for each draw.")
    count = finite(edges, "edges").size + 1
    counts = np.bincount(np.where(places < 0, count, places), minlength=count + 1)
    return np.asarray(counts / places.size)
