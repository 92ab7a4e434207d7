"""Who gains and who pays: totals over perspectives, and weights for poorer groups.

How unevenly an amount is spread: contributions over members, hits over searchers.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.methods.arguments import Floats, above, alike, checked, finite
from capworth.methods.cost_benefit.ratios import Ratio, divided


class Account(NamedTuple):
    """One line of a league table of programmes."""

    benefit: Floats  # over all perspectives
    net: Floats
    ratio: Ratio


@checked
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


@checked
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
    alike(incomes=incomes, median_income=median_income, elasticity=elasticity)
    ratio = above(median_income, "median_income") / above(incomes, "incomes")
    return np.asarray(ratio ** finite(elasticity, "elasticity"))


@checked
def weighted_total(benefits: ArrayLike, weights: ArrayLike) -> Floats:
    """Benefits (..., groups) less costs of each group, each times its weight (groups,), summed."""
    columns, weight = finite(benefits, "benefits"), finite(weights, "weights")
    if columns.ndim == 0 or weight.shape != columns.shape[-1:]:
        raise InputError(
            f"weights: shape {weight.shape} does not fit benefits {columns.shape}. "
            "Give one for each group."
        )
    return np.asarray(np.einsum("...g,g->...", columns, weight))
