"""Money of one year in the prices of another, of one country in the incomes of another.

Parts against the total that was stated for them.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.methods.arguments import Bools, Floats, above, alike, checked, finite, within

MILLION: Final = 1e6  # what amounts of money are divided by where they are shown


@checked
def rebased(amounts: ArrayLike, index_then: ArrayLike, index_now: ArrayLike) -> Floats:
    """Amounts of one price year in the prices of another, by a deflator index.

    A nominal stream becomes real with `index_then` (years,) and the one `index_now` of the price
    year of the study.

    >>> rebased([100, 200], [50, 100], 100).tolist()
    [200.0, 200.0]
    """
    alike(amounts=amounts, index_then=index_then, index_now=index_now)
    ratio = above(index_now, "index_now") / above(index_then, "index_then")
    return np.asarray(finite(amounts, "amounts") * ratio)


@checked
def real_rate(nominal: ArrayLike, inflation: ArrayLike) -> Floats:
    """Real rate a year behind a nominal one: (1 + nominal) / (1 + inflation) - 1 (Fisher)."""
    alike(nominal=nominal, inflation=inflation)
    return np.asarray((1 + _rate(nominal, "nominal")) / (1 + _rate(inflation, "inflation")) - 1)


@checked
def grown(amounts: ArrayLike, rate: ArrayLike, years: ArrayLike) -> Floats:
    """Amounts after so many years of steady growth; a negative number of years goes back.

    Unit values such as that of a prevented fatality rise with real income, over and above prices.
    """
    alike(amounts=amounts, rate=rate, years=years)
    return np.asarray(
        finite(amounts, "amounts") * (1 + _rate(rate, "rate")) ** finite(years, "years")
    )


@checked
def transferred(
    amounts: ArrayLike, income_there: ArrayLike, income_here: ArrayLike, elasticity: ArrayLike = 1.0
) -> Floats:
    """Carry unit values found at one income a head over to another.

    Value x (income here / income there) ^ elasticity. Elasticity 1 keeps the value in proportion
    to income; 0 gives every person the same value wherever they live.
    """
    alike(
        amounts=amounts, income_there=income_there, income_here=income_here, elasticity=elasticity
    )
    ratio = above(income_here, "income_here") / above(income_there, "income_there")
    return np.asarray(finite(amounts, "amounts") * ratio ** finite(elasticity, "elasticity"))


class Residual(NamedTuple):
    """What a total holds beyond its parts, and whether rounding can explain it."""

    amount: Floats  # total - sum of parts
    rounding: Bools


@checked
def residual(parts: ArrayLike, total: ArrayLike, unit: float = 1.0) -> Residual:
    """Stated total less the sum of its parts.

    Parameters
    ----------
    parts : (..., parts) as printed
    total : (...) as printed
    unit : the last printed place of all of them; each may be wrong by half of it

    Returns
    -------
    amount (...), and whether it is at most half a unit for every printed figure
    """
    columns = _columns(parts)
    amount = finite(total, "total") - columns.sum(axis=-1)
    slack = within(unit, "unit", 0) / 2 * (columns.shape[-1] + 1)
    return Residual(np.asarray(amount), np.asarray(np.abs(amount) <= slack * (1 + 1e-9)))


@checked
def scaled_to_total(parts: ArrayLike, total: ArrayLike) -> Floats:
    """Parts (draws, parts) in their proportions, made to sum to the total (draws,) in each draw."""
    columns = within(_columns(parts), "parts", 0)
    sums, totals = columns.sum(axis=-1), within(total, "total", 0)
    if ((sums == 0) & (totals > 0)).any():
        raise InputError("parts: all are 0 where the total is not. Give the parts a size.")
    factor = np.divide(totals, sums, out=np.zeros(np.broadcast(totals, sums).shape), where=sums > 0)
    return np.asarray(columns * factor[..., None])


def _columns(parts: ArrayLike) -> Floats:
    columns = finite(parts, "parts")
    if columns.ndim == 0 or columns.shape[-1] == 0:
        raise InputError(f"parts: shape {columns.shape} is not (..., parts). Give a list.")
    return columns


def _rate(given: ArrayLike, name: str) -> Floats:
    """Rates a year above -1; 0.03 is 3 %, and what is above 1 was typed in percent."""
    return within(above(given, name, -1), name, -1, 1)
