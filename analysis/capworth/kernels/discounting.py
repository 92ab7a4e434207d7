"""What a sum of a later year is worth today."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.kernels.arguments import finite, known
from capworth.kernels.arrays import Floats
from capworth.kernels.ranges import whole, within

# (first year of the band, rate a year), from year 0; or one rate for all years
Bands: TypeAlias = Sequence[tuple[int, float]] | float
TIMINGS = ("start", "mid", "end")


def yearly_rates(bands: Bands, years: int) -> Floats:
    """Rate of each year, read from the bands of a schedule.

    Parameters
    ----------
    bands : ((first year, rate a year), ...), the first band from year 0; 0.035 is 3.5 %. One
        number is the rate of all years
    years : how many years, from year 0

    Returns
    -------
    (years,). Entry t is the rate of the step from year t - 1 to year t, so the last year of a
    band still has the rate of that band; entry 0 belongs to no step.
    """
    years = whole(years, "years", 1)
    table = finite([(0, bands)] if isinstance(bands, int | float) else list(bands), "bands")
    if table.ndim != 2 or table.shape[1] != 2:
        raise InputError("bands: give pairs (first year, rate), such as ((0, 0.035), (31, 0.03)).")
    first, rates = table.T
    if first[0] != 0 or (np.diff(first) <= 0).any():
        raise InputError(
            f"bands: the first years are {first.tolist()}. Start at 0 and let them rise."
        )
    rates = within(rates, "rate of a band (0.035 is 3.5 %)", -0.99, 1)
    chosen: Floats = rates[np.searchsorted(first, np.arange(years), side="right") - 1]
    return chosen


def factors(bands: Bands, years: int, timing: str = "start") -> Floats:
    """Discount factors of the years 0, 1, 2, ...: the rates apply year on year.

    Parameters
    ----------
    bands : schedule, see `yearly_rates`
    years : how many years, year 0 included
    timing : when in its year a flow falls. "start": year 0 is not discounted. "mid": half a step
        later, the geometric mean of this factor and the next. "end": one step later, as the
        NPV function of a spreadsheet does.

    Returns
    -------
    (years,). With falling rates the factors are cumulative products: year 75 of the Green Book
    is 1 / (1.035^30 x 1.03^45), not 1 / 1.03^75.

    Notes
    -----
    HM Treasury, Green Book supplementary guidance on discounting (February 2026), paragraph 2.9.
    OMB Circular A-94 (1992) has flows in the middle of the year.

    >>> factors([(0, 0.035)], 3).round(4).tolist()
    [1.0, 0.9662, 0.9335]
    """
    timing = known(timing, "timing", TIMINGS)
    steps = 1 / (1 + yearly_rates(bands, whole(years, "years", 1) + 1)[1:])
    edges = np.concatenate(([1.0], np.cumprod(steps)))
    chosen: Floats = {
        "start": edges[:-1],
        "mid": np.sqrt(edges[:-1] * edges[1:]),
        "end": edges[1:],
    }[timing]
    return chosen


def annuity(discount_factors: ArrayLike) -> float:
    """Present value of 1 in every year whose factor is given.

    Leave out the years in which nothing falls due: ten savings from year 1 to year 10 have the
    annuity of `factors(bands, 11)[1:]`.
    """
    return float(within(discount_factors, "discount_factors", 0).sum())


def equivalent_annual(present_value: ArrayLike, discount_factors: ArrayLike) -> Floats:
    """Constant amount a year, over the years of the factors, of the same present value.

    Makes options of unequal life comparable; of a cost, it is the equivalent annual cost.
    """
    level = annuity(discount_factors)
    if level == 0:
        raise InputError("discount_factors: they sum to 0. Give at least one year that counts.")
    return np.asarray(finite(present_value, "present_value") / level)


def time_preference_rate(
    pure: ArrayLike, risk: ArrayLike, elasticity: ArrayLike, growth: ArrayLike
) -> Floats:
    """Social rate of time preference: pure + risk + elasticity x growth, all a year.

    Parameters
    ----------
    pure : preference for today as such (delta)
    risk : chance of a catastrophe that ends all (L)
    elasticity : of the marginal utility of consumption (mu), no unit
    growth : of consumption a head (g)

    Notes
    -----
    Ramsey (1928); HM Treasury, Review of discounting in the Green Book (December 2025).

    >>> round(float(time_preference_rate(0.005, 0.01, 1, 0.02)), 6)
    0.035
    """
    terms = finite(elasticity, "elasticity") * finite(growth, "growth")
    return np.asarray(finite(pure, "pure") + finite(risk, "risk") + terms)
