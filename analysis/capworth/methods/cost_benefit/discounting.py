"""What a sum of a later year is worth today.

Streams of money over years: their value today, what each year leaves, how likely a gain is.

How much of a full effect there is in each year: none, then rising, then all of it.

How long until a stream has paid itself back, and stays so.
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.methods.arguments import Floats, Ints, checked, finite, known, table, whole, within

# (first year of the band, rate a year), from year 0; or one rate for all years
Bands: TypeAlias = Sequence[tuple[int, float]] | float
TIMINGS = ("start", "mid", "end")


@checked
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
    return _rates(bands, _stated(bands, years))


def _stated(bands: Bands, years: int) -> int:
    """Years as a whole number that a schedule of the register states rates for."""
    last = getattr(bands, "last_year", None)
    many = whole(years, "years", 1)
    if last is not None and many > last + 1:
        raise InputError(f"years: these bands stop at year {last}. Take {last + 1} years at most.")
    return many


def _rates(bands: Bands, years: int) -> Floats:
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


@checked
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
    steps = 1 / (1 + _rates(bands, _stated(bands, years) + 1)[1:])
    edges = np.concatenate(([1.0], np.cumprod(steps)))
    chosen: Floats = {
        "start": edges[:-1],
        "mid": np.sqrt(edges[:-1] * edges[1:]),
        "end": edges[1:],
    }[timing]
    return chosen


@checked
def annuity(discount_factors: ArrayLike) -> float:
    """Present value of 1 in every year whose factor is given.

    Leave out the years in which nothing falls due: ten savings from year 1 to year 10 have the
    annuity of `factors(bands, 11)[1:]`.
    """
    return float(within(discount_factors, "discount_factors", 0).sum())


@checked
def equivalent_annual(present_value: ArrayLike, discount_factors: ArrayLike) -> Floats:
    """Constant amount a year, over the years of the factors, of the same present value.

    Makes options of unequal life comparable; of a cost, it is the equivalent annual cost.
    """
    level = annuity(discount_factors)
    if level == 0:
        raise InputError("discount_factors: they sum to 0. Give at least one year that counts.")
    return np.asarray(finite(present_value, "present_value") / level)


@checked
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


class Chance(NamedTuple):
    """A share of draws and the standard error that comes from their number."""

    share: float
    standard_error: float


@checked
def present_value(flows: ArrayLike, discount_factors: ArrayLike) -> Floats:
    """Present value of each stream, in the unit of the flows.

    Parameters
    ----------
    flows : (..., years), gains above 0, outlays below; all in real prices of one year
    discount_factors : (years,), see `discounting.factors`

    Returns
    -------
    (...). Of benefits less costs it is the net present value.
    """
    streams, weights = _aligned(flows, discount_factors)
    return np.asarray(np.einsum("...t,t->...", streams, weights))


@checked
def cumulative(flows: ArrayLike, discount_factors: ArrayLike | None = None) -> Floats:
    """Position at the end of each year, (..., years); discounted where factors are given."""
    if discount_factors is None:
        streams = finite(flows, "flows")
        return np.asarray(streams.cumsum(axis=-1))
    streams, weights = _aligned(flows, discount_factors)
    return np.asarray((streams * weights).cumsum(axis=-1))


@checked
def net_public_value(
    fiscal_benefits: ArrayLike, public_costs: ArrayLike, other_effects: ArrayLike = 0.0
) -> Floats:
    """Net present value to the public purse: fiscal gains less public outlays, all present values.

    `other_effects` are further flows of the same money (receipts above 0). What members, victims or
    donors gain or pay stays out.
    """
    return np.asarray(
        finite(fiscal_benefits, "fiscal_benefits")
        - finite(public_costs, "public_costs")
        + finite(other_effects, "other_effects")
    )


@checked
def chance_of_gain(net_values: ArrayLike) -> Chance:
    """Share of draws in which the net value is above 0; breaking even is no gain.

    Parameters
    ----------
    net_values : (draws,)
    """
    nets = finite(net_values, "net_values")
    if nets.ndim != 1 or nets.size == 0:
        raise InputError(f"net_values: shape {nets.shape} is not (draws,). Give one for each draw.")
    share = float((nets > 0).mean())
    return Chance(share, float(np.sqrt(share * (1 - share) / nets.size)))


def _aligned(flows: ArrayLike, discount_factors: ArrayLike) -> tuple[Floats, Floats]:
    streams, weights = finite(flows, "flows"), finite(discount_factors, "discount_factors")
    if streams.ndim == 0 or weights.shape != streams.shape[-1:]:
        raise InputError(
            f"discount_factors: shape {weights.shape} does not fit flows {streams.shape}. "
            "Give one factor for each year."
        )
    return streams, weights


@checked
def effect_profile(years: int, first: int, ramp: int = 0) -> Floats:
    """Share of the full effect that there is in each year, (years,).

    Parameters
    ----------
    years : length of the appraisal
    first : year of the first effect, 0 the first of the appraisal; before 0 it began earlier
    ramp : years from the first effect until the full one; it rises by equal steps

    >>> effect_profile(5, 1).tolist()
    [0.0, 1.0, 1.0, 1.0, 1.0]
    >>> effect_profile(5, 1, 3).tolist()
    [0.0, 0.25, 0.5, 0.75, 1.0]
    >>> effect_profile(3, -1, 3).tolist()
    [0.5, 0.75, 1.0]
    """
    if ramp < 0:
        raise InputError(f"ramp: {ramp} years. Give 0 or more.")
    steps = np.arange(years) - first + 1
    share: Floats = np.clip(steps / (ramp + 1), 0.0, 1.0)
    return share


ROUNDING = 1e-12  # a position this small beside the largest is 0


class Paid(IntEnum):
    """How a stream is paid back."""

    ONCE = 0
    NEVER = 1  # it ends below 0
    AGAIN = 2  # it was paid back earlier, fell below 0 and came back


class Payback(NamedTuple):
    """Years until paid back for good, NaN where never, and how."""

    years: Floats
    code: Ints  # Paid


@checked
def payback(flows: ArrayLike, discount_factors: ArrayLike | None = None) -> Payback:
    """Time after which the position never falls below 0 again.

    Parameters
    ----------
    flows : (draws, years), or one stream (years,). Year 0 falls due at time 0; the flow of year t
        comes in evenly between t - 1 and t, so the time inside a year is a straight line.
    discount_factors : (years,) for the discounted payback; without them it is the simple one

    Returns
    -------
    years (draws,). 0 where nothing has to be paid back; NaN where the stream ends below 0, even if
    it was above 0 for a while. It tells nothing about what follows: show it with the net value.

    >>> payback([[-100, 50, 70, 80]]).years.round(4).tolist()
    [1.7143]
    """
    given = finite(flows, "flows")
    streams = table(given[None] if given.ndim == 1 else given, "flows", "draws", "years")
    position = cumulative(streams, discount_factors)
    largest = np.abs(position).max(axis=1, keepdims=True)
    position = np.where(np.abs(position) <= ROUNDING * largest, 0, position)
    draws, years = position.shape
    short = position < 0
    last_short = np.where(short.any(axis=1), years - 1 - short[:, ::-1].argmax(axis=1), -1)
    never = last_short == years - 1
    before = np.clip(last_short, 0, max(years - 2, 0))
    after = np.minimum(before + 1, years - 1)
    rows = np.arange(draws)
    missing, gain = -position[rows, before], position[rows, after] - position[rows, before]
    paid = (last_short >= 0) & ~never
    part = np.divide(missing, gain, out=np.zeros(draws), where=paid)
    time = np.where(paid, before + part, np.where(never, np.nan, 0.0))
    falls = (short[:, 1:] & ~short[:, :-1]).any(axis=1)  # below 0 after a year that was not
    code = np.where(never, Paid.NEVER, np.where(falls, Paid.AGAIN, Paid.ONCE))
    return Payback(time, code.astype(np.int64))
