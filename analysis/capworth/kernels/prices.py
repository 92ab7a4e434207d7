"""Money of one year in the prices of another, of one country in the incomes of another."""

import numpy as np
from numpy.typing import ArrayLike

from capworth.kernels.arguments import finite
from capworth.kernels.arrays import Floats
from capworth.kernels.ranges import above


def rebased(amounts: ArrayLike, index_then: ArrayLike, index_now: ArrayLike) -> Floats:
    """Amounts of one price year in the prices of another, by a deflator index.

    A nominal stream becomes real with `index_then` (years,) and the one `index_now` of the price
    year of the study.

    >>> rebased([100, 200], [50, 100], 100).tolist()
    [200.0, 200.0]
    """
    ratio = above(index_now, "index_now") / above(index_then, "index_then")
    return np.asarray(finite(amounts, "amounts") * ratio)


def real_rate(nominal: ArrayLike, inflation: ArrayLike) -> Floats:
    """Real rate a year behind a nominal one: (1 + nominal) / (1 + inflation) - 1 (Fisher)."""
    return np.asarray(
        (1 + above(nominal, "nominal", -1)) / (1 + above(inflation, "inflation", -1)) - 1
    )


def grown(amounts: ArrayLike, rate: ArrayLike, years: ArrayLike) -> Floats:
    """Amounts after so many years of steady growth; a negative number of years goes back.

    Unit values such as that of a prevented fatality rise with real income, over and above prices.
    """
    return np.asarray(
        finite(amounts, "amounts") * (1 + above(rate, "rate", -1)) ** finite(years, "years")
    )


def transferred(
    amounts: ArrayLike, income_there: ArrayLike, income_here: ArrayLike, elasticity: ArrayLike = 1.0
) -> Floats:
    """Carry unit values found at one income a head over to another.

    Value x (income here / income there) ^ elasticity. Elasticity 1 keeps the value in proportion
    to income; 0 gives every person the same value wherever they live.
    """
    ratio = above(income_here, "income_here") / above(income_there, "income_there")
    return np.asarray(finite(amounts, "amounts") * ratio ** finite(elasticity, "elasticity"))
