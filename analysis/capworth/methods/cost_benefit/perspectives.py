"""Who gains and who pays: totals over perspectives, and weights for poorer groups.

How unevenly an amount is spread: contributions over members, hits over searchers.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.methods.arguments import Floats, above, finite, within
from capworth.methods.cost_benefit.ratios import Ratio, divided


class Account(NamedTuple):
    """One line of a league table of programmes."""

    benefit: Floats  # over all perspectives
    net: Floats
    ratio: Ratio


def account(benefits: ArrayLike, cost: ArrayLike) -> Account:
    """Total benefit, net value and ratio of benefits held apart by perspective.

    Parameters
    ----------
    benefits : (..., perspectives) present values, such as taxpayers, participants, others,
        indirect; each gain stands in one column only
    cost : (...) net programme cost as an amount; below 0, the programme saves money

    Notes
    -----
    The identities of the league tables of the Washington State Institute for Public Policy,
    which prints cost with a minus sign. Its printed ratio is the mean over draws, so it may
    differ from the ratio of the printed means.
    """
    columns = finite(benefits, "benefits")
    if columns.ndim == 0:
        raise InputError(f"benefits: {columns} is one number. Give (..., perspectives).")
    total, paid = columns.sum(axis=-1), finite(cost, "cost")
    return Account(np.asarray(total), np.asarray(total - paid), divided(total, paid, "net cost"))


def distribution_weights(
    incomes: ArrayLike, median_income: ArrayLike, elasticity: ArrayLike = 1.3
) -> Floats:
    """Weight of one unit of money to each group: (median income / income) ^ elasticity.

    Parameters
    ----------
    incomes : (groups,) income a head
    median_income : income a head that has weight 1
    elasticity : of the marginal utility of income; 1.3 in HM Treasury's Green Book

    Notes
    -----
    The unweighted figure is the headline; the weighted one stands beside it.

    >>> distribution_weights([10_000, 20_000], 20_000).round(3).tolist()
    [2.462, 1.0]
    """
    ratio = above(median_income, "median_income") / above(incomes, "incomes")
    return np.asarray(ratio ** finite(elasticity, "elasticity"))


def weighted_total(benefits: ArrayLike, weights: ArrayLike) -> Floats:
    """Benefits (..., groups) less costs of each group, each times its weight (groups,), summed."""
    columns, weight = finite(benefits, "benefits"), finite(weights, "weights")
    if columns.ndim == 0 or weight.shape != columns.shape[-1:]:
        raise InputError(
            f"weights: shape {weight.shape} does not fit benefits {columns.shape}. "
            "Give one for each group."
        )
    return np.asarray(np.einsum("...g,g->...", columns, weight))


def gini(amounts: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Gini coefficient: 0 where all have the same, towards 1 where one has all.

    Parameters
    ----------
    amounts : (..., members), 0 or more, not all 0
    weights : (members,) persons that each member stands for; all alike by default

    Returns
    -------
    (...). Of n members the most is 1 - 1 / n; it is not blown up for small n.

    Notes
    -----
    Gini (1912), Variabilità e mutabilità: half the mean difference over the mean, twice the area
    between the Lorenz curve and the line of equality.

    >>> float(gini([1, 2, 3, 4]))
    0.25
    """
    people, held = _curve(amounts, weights)
    width, height = np.diff(people, axis=-1), held[..., 1:] + held[..., :-1]
    return np.asarray(1 - (width * height).sum(axis=-1))


def lorenz(amounts: ArrayLike, weights: ArrayLike | None = None) -> tuple[Floats, Floats]:
    """Lorenz curve: share of the members with least, and what they hold; each (..., members + 1).

    Lorenz (1905), Publications of the American Statistical Association 9(70), 209-219.

    >>> [part.tolist() for part in lorenz([3, 1])]
    [[0.0, 0.5, 1.0], [0.0, 0.25, 1.0]]
    """
    return _curve(amounts, weights)


def concentration(amounts: ArrayLike) -> Floats:
    """Herfindahl-Hirschman index: sum of squared shares, 1 / n where all have the same, 1 at most.

    One over it is the number of equal members that would be as concentrated.

    >>> float(concentration([50, 30, 20]))
    0.38
    """
    held = _checked(amounts)
    share = held / held.sum(axis=-1, keepdims=True)
    return np.asarray(np.round((share**2).sum(axis=-1), 15))


def _checked(amounts: ArrayLike) -> Floats:
    held = within(amounts, "amounts", 0)
    if held.ndim == 0 or held.shape[-1] == 0 or (held.sum(axis=-1) <= 0).any():
        raise InputError("amounts: nobody has anything. Give (..., members), not all 0.")
    return held


def _curve(amounts: ArrayLike, weights: ArrayLike | None) -> tuple[Floats, Floats]:
    held = _checked(amounts)
    people = np.ones(held.shape[-1]) if weights is None else within(weights, "weights", 0)
    if people.shape != held.shape[-1:] or not people.sum() > 0:
        raise InputError(f"weights: shape {people.shape}. Give one for each of {held.shape[-1]}.")
    per_head = np.divide(held, people, out=np.full(held.shape, np.inf), where=people > 0)
    order = np.argsort(per_head, axis=-1, kind="stable")

    def grown(parts: Floats) -> Floats:
        rising = np.take_along_axis(parts, order, axis=-1).cumsum(axis=-1)
        start = np.zeros((*rising.shape[:-1], 1))
        return np.concatenate((start, rising / rising[..., -1:]), axis=-1)

    return grown(np.broadcast_to(people, held.shape)), grown(held)
