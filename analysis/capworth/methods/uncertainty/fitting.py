"""Distributions from a stated low, mode and high: as ends of what is possible, or as quantiles.

Read as ends, nothing is drawn below low or above high. Read as quantiles (5 and 95 %, or 10 and
90 %), the distribution that is drawn has exactly these, and reaches as far beyond them as its
shape wants and the range of the number allows. A low or high at which the number ends (a share of
0, or of 1) is an end in either reading. What was observed is drawn as it was observed.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import product
from math import inf, log
from typing import Final, NamedTuple

import numpy as np
import scipy  # its part `special` is loaded when it is first called for

from capworth.errors import InputError
from capworth.methods.arguments import Floats
from capworth.methods.uncertainty.distributions import (
    BELOW_HIGH,
    SHAPES,
    Shape,
    pert_below,
    pert_quantile,
    triangular_below,
    triangular_quantile,
)

ENDS: Final = {"ends": 0.0, "5-95": 0.05, "10-90": 0.1}  # probability beyond each of low and high
FITTED: Final = (*SHAPES, "normal", "beta", "gamma")
RECORDED: Final = ("empirical", "discrete")  # drawn from what was observed
MODE_OFF = 0.01  # of high - low: by how much the mode may miss that of the fitted distribution
_EXACT = 1e-9  # of a normal score: by how much a fitted quantile may miss its probability
_FAR = 1e4  # widths beyond low and high at which no end of a distribution is sought any more
_INSIDE = 1e-6  # least part of a distribution that the range of the number may leave
_NARROW = 1e9  # shape of a gamma from which it is as good as certain


class Drawn(NamedTuple):
    """One distribution: level at each probability, and probability of staying below a level."""

    quantile: Callable[[Floats], Floats]
    below: Callable[[float], float]
    mode: float  # the most likely level of the distribution as it was fitted


class Range(NamedTuple):
    """What a number can be at all: a share lies in 0 to 1, an amount of money from 0 up."""

    floor: float = -inf
    ceiling: float = inf


ANYTHING: Final = Range()


@lru_cache(maxsize=4096)
def distribution(
    shape: str, low: float, mode: float, high: float, ends: str = "ends", within: Range = ANYTHING
) -> Drawn:
    """Distribution of one shape with this low, mode and high.

    Parameters
    ----------
    shape : one of `FITTED`
    low, mode, high : in one unit, `low <= mode <= high`
    ends : how low and high are read, one of `ENDS`
    within : range of the number; what lies beyond is cut off, and the quantiles are those of what
        is left

    Raises
    ------
    InputError
        When the numbers are out of order, or no distribution of the shape has these; it says why.

    Notes
    -----
    PERT, triangular and uniform have two ends to fit, and keep the mode. Normal, lognormal, gamma
    and beta have two parameters, which two quantiles settle: their mode then follows, and one that
    is stated otherwise is refused. Read as ends, they keep the mode and hold 98 % between low and
    high (lognormal and gamma: 99 % below high) before what lies beyond is cut off.

    >>> drawn = distribution("triangular", 10.0, 20.0, 30.0, "10-90")
    >>> drawn.quantile(np.array([0.1, 0.5, 0.9])).round(9).tolist()
    [10.0, 20.0, 30.0]
    """
    if not low <= mode <= high:
        raise InputError(
            f"low {low:g}, mode {mode:g}, high {high:g}: these are out of order. Put them so that "
            "low <= mode <= high."
        )
    tail = ENDS[ends]
    if low == high or (shape in SHAPES and not tail):
        whole = SHAPES.get(shape, SHAPES["uniform"])
        return _of_shape(whole, low, mode, high)
    if not tail:
        return _cut(_AT_ENDS[shape](low, mode, high, within), low, high, mode)
    free = low > within.floor, high < within.ceiling
    if not any(free):
        return distribution(shape, low, mode, high, "ends", within)
    return _AT_QUANTILES[shape](
        _Stated(low=low, mode=mode, high=high, tail=tail, within=within, free=free)
    )


def _of_shape(shape: Shape, low: float, mode: float, high: float) -> Drawn:
    if shape is SHAPES["lognormal"]:
        shape.below(mode, low, mode, high)  # refuses at once what is not above 0
    return Drawn(
        lambda even: shape.quantile(even, low, mode, high),
        lambda level: shape.below(level, low, mode, high),
        mode,
    )


class Family(NamedTuple):
    """A distribution before anything is cut off."""

    quantile: Callable[[Floats], Floats]
    below: Callable[[float], float]


def _cut(family: Family, floor: float, ceiling: float, mode: float) -> Drawn:
    """Cut off what lies beyond the two levels; what is left sums to 1."""
    bottom = family.below(floor) if floor > -inf else 0.0
    top = family.below(ceiling) if ceiling < inf else 1.0

    def quantile(even: Floats) -> Floats:
        inside = bottom + np.asarray(even, dtype=np.float64) * (top - bottom)
        return np.clip(family.quantile(inside), floor, ceiling)

    def below(level: float) -> float:
        if not floor < level < ceiling:
            return float(level > floor)
        return min(max((family.below(level) - bottom) / (top - bottom), 0.0), 1.0)

    return Drawn(quantile, below, mode)


# ------------------------------------------------------------------------ families


def _normal(mean: float, deviation: float) -> Family:
    return Family(
        lambda even: mean + deviation * scipy.special.ndtri(even),
        lambda level: float(scipy.special.ndtr((level - mean) / deviation)),
    )


def _lognormal(mean: float, deviation: float) -> Family:
    return Family(
        lambda even: np.exp(mean + deviation * scipy.special.ndtri(even)),
        lambda level: (
            float(scipy.special.ndtr((log(level) - mean) / deviation)) if level > 0 else 0.0
        ),
    )


def _gamma(shape: float, scale: float) -> Family:
    return Family(
        lambda even: scale * scipy.special.gammaincinv(shape, even),
        lambda level: float(scipy.special.gammainc(shape, max(level, 0.0) / scale)),
    )


def _beta(first: float, second: float, within: Range) -> Family:
    floor, width = within.floor, within.ceiling - within.floor
    return Family(
        lambda even: floor + width * scipy.special.betaincinv(first, second, even),
        lambda level: float(
            scipy.special.betainc(first, second, min(max((level - floor) / width, 0.0), 1.0))
        ),
    )


def _pert(start: float, mode: float, end: float) -> Family:
    return Family(
        lambda even: pert_quantile(even, start, mode, end),
        lambda level: pert_below(level, start, mode, end),
    )


def _triangular(start: float, mode: float, end: float) -> Family:
    return Family(
        lambda even: triangular_quantile(even, start, mode, end),
        lambda level: triangular_below(level, start, mode, end),
    )


# ------------------------------------------------------------------------ read as ends


def _normal_at_ends(low: float, mode: float, high: float, _: Range) -> Family:
    _has_mode(low, (low + high) / 2, high, mode, "normal")
    return _normal(mode, (high - low) / 2 / float(scipy.special.ndtri(BELOW_HIGH)))


def _gamma_at_ends(low: float, mode: float, high: float, _: Range) -> Family:
    """With its mode at (shape - 1) scale, and 99 % below high."""
    _is_above_nothing(low, mode, "gamma", strictly=False)
    if mode == 0:
        return _gamma(1.0, high / -log(1 - BELOW_HIGH))

    def ratio(shape: float) -> float:
        return float(scipy.special.gammaincinv(shape, BELOW_HIGH)) / (shape - 1) - high / mode

    shape = _NARROW
    if ratio(_NARROW) < 0:
        shape = _root(ratio, 1 + 1e-9, _NARROW)
    return _gamma(shape, mode / (shape - 1))


def _beta_at_ends(low: float, mode: float, high: float, within: Range) -> Family:
    """With its mode, and 98 % between low and high."""
    floor, width = _bounded(within)
    peak, inside = (mode - floor) / width, 2 * BELOW_HIGH - 1

    def beta(spare: float) -> Family:
        return _beta(1 + spare * peak, 1 + spare * (1 - peak), within)

    def lack(spare: float) -> float:
        whole = beta(spare)
        return whole.below(high) - whole.below(low) - inside

    if lack(0.0) >= 0:
        raise InputError(
            f"low {low:g} to high {high:g} is nearly all that the number can be: no beta with one "
            "mode is so wide. Take a PERT or a uniform."
        )
    most = 1.0
    while lack(most) < 0:
        most *= 2
        if most > _NARROW:
            raise InputError(
                f"mode {mode:g} is so near to an end that no beta holds 98 % between low {low:g} "
                f"and high {high:g}. Move it, or take a PERT."
            )
    return beta(_root(lack, 0.0, most))


_AT_ENDS: Final[dict[str, Callable[[float, float, float, Range], Family]]] = {
    "normal": _normal_at_ends,
    "gamma": _gamma_at_ends,
    "beta": _beta_at_ends,
}


# ------------------------------------------------------------------------ read as quantiles


class _Stated(NamedTuple):
    """What is stated of a number: its quantiles where `free`, its ends elsewhere."""

    low: float
    mode: float
    high: float
    tail: float
    within: Range
    free: tuple[bool, bool]  # whether low and high are quantiles

    def refusal(self, name: str) -> InputError:
        """Say that no distribution has these."""
        ends = (f"below low {self.low:g}", f"above high {self.high:g}")
        share = _percent(self.tail)
        asked = [f"{share} {end}" for end, free in zip(ends, self.free, strict=True) if free]
        return InputError(
            f"no {name} with mode {self.mode:g} has {' and '.join(asked)}{_between(self.within)}. "
            'Read low and high as ends (ends = "ends"), move them, or take another shape.'
        )


def _with_ends(
    family: Callable[[float, float, float], Family], name: str
) -> Callable[[_Stated], Drawn]:
    """Fit of a shape that has two ends and a mode between them."""

    def fit(stated: _Stated) -> Drawn:
        low, mode, high = stated[:3]
        width = high - low

        def at(beyond: Floats) -> Family:
            out = [width * float(x) for x in np.exp(np.clip(beyond, -30, log(_FAR)))]
            start = low - out.pop(0) if stated.free[0] else low
            return family(start, mode, high + out.pop(0) if stated.free[1] else high)

        sizes = (0.3, 1.0, 0.05, 5.0)
        starts = [np.log(each) for each in product(sizes, repeat=sum(stated.free))]
        found = _solved(at, starts, stated)
        if found is None:
            raise stated.refusal(name)
        return _cut(at(found), *stated.within, mode)

    return fit


def _uniform_at_quantiles(stated: _Stated) -> Drawn:
    low, mode, high, tail, within, free = stated
    more = tail * (high - low) / (1 - tail * sum(free))
    start, end = low - more * free[0], high + more * free[1]
    if start < within.floor or end > within.ceiling:
        raise stated.refusal("uniform")
    return _of_shape(SHAPES["uniform"], start, mode, end)


class _Two(NamedTuple):
    """A shape of two parameters.

    Attributes
    ----------
    name : as printed
    family : from both parameters
    logs : which parameters are above 0, and are sought by their logarithm
    start : parameters with both quantiles, where nothing is cut off
    mode : of the family of two parameters
    kept : the family of which the mode is given, by its spread
    """

    name: str
    family: Callable[[float, float, Range], Family]
    logs: tuple[bool, bool]
    start: Callable[[_Stated], Sequence[float]]
    mode: Callable[[float, float, Range], float]
    kept: Callable[[float, _Stated], Family]

    def fit(self, stated: _Stated) -> Drawn:
        """Fit both quantiles, from which the mode follows; or the mode and one quantile."""
        if not all(stated.free):
            return self._with_its_mode(stated)
        logs = np.array(self.logs)
        begin = np.asarray(self.start(stated), dtype=np.float64)
        begin[logs] = np.log(begin[logs])

        def parameters(found: Floats) -> tuple[float, float]:
            one, other = np.where(logs, np.exp(np.clip(np.where(logs, found, 0), -50, 50)), found)
            return float(one), float(other)

        found = _solved(lambda x: self.family(*parameters(x), stated.within), [begin], stated)
        if found is None:
            raise stated.refusal(self.name)
        peak = self.mode(*parameters(found), stated.within)
        _has_mode(stated.low, peak, stated.high, stated.mode, self.name, stated.tail)
        return _cut(self.family(*parameters(found), stated.within), *stated.within, peak)

    def _with_its_mode(self, stated: _Stated) -> Drawn:
        def at(found: Floats) -> Family:
            return self.kept(float(np.exp(np.clip(found[0], -30, 30))), stated)

        starts = [np.array([float(start)]) for start in (0, -2, 2, 4, 6)]
        found = _solved(at, starts, stated)
        if found is None:
            raise stated.refusal(self.name)
        return _cut(at(found), *stated.within, stated.mode)


def _normal_start(stated: _Stated) -> Sequence[float]:
    low, high = stated.low, stated.high
    return (low + high) / 2, (high - low) / -2 / float(scipy.special.ndtri(stated.tail))


def _lognormal_start(stated: _Stated) -> Sequence[float]:
    low, high = stated.low, stated.high
    _is_above_nothing(low, high, "lognormal", strictly=True)
    return log(low * high) / 2, log(high / low) / -2 / float(scipy.special.ndtri(stated.tail))


def _lognormal_kept(spread: float, stated: _Stated) -> Family:
    _is_above_nothing(stated.mode, stated.high, "lognormal", strictly=True)
    return _lognormal(log(stated.mode) + spread**2, spread)


def _gamma_start(stated: _Stated) -> Sequence[float]:
    low, high, tail = stated.low, stated.high, stated.tail
    _is_above_nothing(low, high, "gamma", strictly=True)

    def ratio(shape: float) -> float:  # falls with the shape
        return (
            float(
                scipy.special.gammaincinv(shape, 1 - tail) / scipy.special.gammaincinv(shape, tail)
            )
            - high / low
        )

    shape = _root(ratio, 0.05, 1e7) if ratio(0.05) > 0 > ratio(1e7) else 1.0
    return shape, low / float(scipy.special.gammaincinv(shape, tail))


def _gamma_kept(spread: float, stated: _Stated) -> Family:
    _is_above_nothing(stated.low, stated.mode, "gamma", strictly=False)
    if stated.mode == 0:
        return _gamma(1.0, spread * stated.high)
    return _gamma(1 + 1 / spread, stated.mode * spread)


def _beta_start(stated: _Stated) -> Sequence[float]:
    floor, width = _bounded(stated.within)
    mean = ((stated.low + stated.high) / 2 - floor) / width
    spread = (stated.high - stated.low) / width / -2 / float(scipy.special.ndtri(stated.tail))
    size = max(mean * (1 - mean) / spread**2 - 1, 2.0)
    return mean * size, (1 - mean) * size


def _beta_mode(first: float, second: float, within: Range) -> float:
    if first <= 1 or second <= 1:  # highest at an end
        return within.ceiling if second < first else within.floor
    return within.floor + (within.ceiling - within.floor) * (first - 1) / (first + second - 2)


def _beta_kept(spread: float, stated: _Stated) -> Family:
    floor, width = _bounded(stated.within)
    peak = (stated.mode - floor) / width
    return _beta(1 + peak / spread, 1 + (1 - peak) / spread, stated.within)


_AT_QUANTILES: Final[dict[str, Callable[[_Stated], Drawn]]] = {
    "pert": _with_ends(_pert, "PERT"),
    "triangular": _with_ends(_triangular, "triangular"),
    "uniform": _uniform_at_quantiles,
    "normal": _Two(
        name="normal",
        family=lambda mean, deviation, _: _normal(mean, deviation),
        logs=(False, True),
        start=_normal_start,
        mode=lambda mean, _, within: min(max(mean, within.floor), within.ceiling),
        kept=lambda spread, at: _normal(at.mode, spread * (at.high - at.low)),
    ).fit,
    "lognormal": _Two(
        name="lognormal",
        family=lambda mean, deviation, _: _lognormal(mean, deviation),
        logs=(False, True),
        start=_lognormal_start,
        mode=lambda mean, deviation, within: min(
            float(np.exp(mean - deviation**2)), within.ceiling
        ),
        kept=_lognormal_kept,
    ).fit,
    "gamma": _Two(
        name="gamma",
        family=lambda shape, scale, _: _gamma(shape, scale),
        logs=(True, True),
        start=_gamma_start,
        mode=lambda shape, scale, _: max(shape - 1, 0.0) * scale,
        kept=_gamma_kept,
    ).fit,
    "beta": _Two(
        name="beta",
        family=_beta,
        logs=(True, True),
        start=_beta_start,
        mode=_beta_mode,
        kept=_beta_kept,
    ).fit,
}


def _solved(
    at: Callable[[Floats], Family], starts: Sequence[Floats], stated: _Stated
) -> Floats | None:
    """Parameters of which the part inside the range has the quantiles; None where nothing has."""
    from scipy.optimize import root

    within, free = stated.within, np.array(stated.free)
    wanted = float(scipy.special.ndtri(stated.tail))

    def miss(theta: Floats) -> Floats:
        whole = at(theta)
        bottom = whole.below(within.floor) if within.floor > -inf else 0.0
        top = whole.below(within.ceiling) if within.ceiling < inf else 1.0
        if top - bottom < _INSIDE:  # what is cut off is all but all: its digits are noise
            return np.full(int(free.sum()), 9.0)
        beyond = whole.below(stated.low) - bottom, top - whole.below(stated.high)
        shares = np.clip(np.array(beyond) / (top - bottom), 1e-15, 1 - 1e-15)
        return np.asarray(scipy.special.ndtri(shares)[free] - wanted)

    for start in starts:
        answer = root(miss, start, tol=1e-13)
        theta = np.asarray(answer.x, dtype=np.float64)
        if np.isfinite(theta).all() and float(np.abs(miss(theta)).max()) < _EXACT:
            return theta
    return None


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    from scipy.optimize import brentq

    return float(brentq(function, low, high, xtol=1e-13, rtol=1e-13, maxiter=500))


def _bounded(within: Range) -> tuple[float, float]:
    width = within.ceiling - within.floor
    if not width < inf:
        raise InputError(
            "a beta needs a number with two ends, such as a share of 0 to 1. Take a PERT, which is "
            "a beta between low and high."
        )
    return within.floor, width


def _is_above_nothing(low: float, mode: float, name: str, *, strictly: bool) -> None:
    if low < 0 or (strictly and low == 0) or mode < 0:
        raise InputError(f"low {low:g}: a {name} is above 0. Raise it, or take another shape.")


def _has_mode(
    low: float, peak: float, high: float, mode: float, name: str, tail: float = 0.0
) -> None:
    if abs(peak - mode) > MODE_OFF * (high - low):
        read = f"has {_percent(tail)} beyond each of" if tail else "lies between"
        written = (
            np.format_float_positional(x, 4, unique=False, fractional=False, trim="-")
            for x in (mode, low, high, peak)
        )
        raise InputError(
            "mode {}: the {name} that {read} low {} and high {} has its mode at {}. "
            "Write that, or take a PERT.".format(*written, name=name, read=read)
        )


def _percent(tail: float) -> str:
    return f"{100 * tail:g} %"


def _between(within: Range) -> str:
    if within == ANYTHING:
        return ""
    if within.ceiling == inf:
        return f" and stays above {within.floor:g}"
    return f" and stays between {within.floor:g} and {within.ceiling:g}"


# ------------------------------------------------------------------------ what was observed


@lru_cache(maxsize=1024)
def observed(levels: tuple[float, ...], weights: tuple[float, ...], *, apart: bool) -> Drawn:
    """Distribution of what was observed.

    Parameters
    ----------
    levels : what was observed, in any order
    weights : how often, or how likely, each; above 0
    apart : only the observed levels are drawn (discrete); else also what lies between two of them,
        straight, from the lowest at 0 to the highest at 1: a short record understates the tails

    >>> drawn = observed((4.0, 1.0, 2.0), (1.0, 2.0, 1.0), apart=True)
    >>> drawn.quantile(np.array([0.0, 0.5, 0.6, 1.0])).tolist(), drawn.below(4.0)
    ([1.0, 1.0, 2.0, 4.0], 0.75)
    >>> drawn = observed((4.0, 1.0, 2.0), (1.0, 1.0, 1.0), apart=False)
    >>> drawn.quantile(np.array([0.0, 0.25, 0.5, 1.0])).tolist(), drawn.below(1.5)
    ([1.0, 1.5, 2.0, 4.0], 0.25)
    """
    if not levels or len(levels) != len(weights) or min(weights) <= 0:
        raise InputError(f"{len(levels)} levels, {len(weights)} weights: give each one above 0.")
    order = np.argsort(levels, kind="stable")
    rising, often = np.array(levels)[order], np.array(weights)[order]
    upto = np.cumsum(often) / often.sum()
    most = float(rising[int(often.argmax())])
    if apart:
        return Drawn(
            lambda even: rising[np.minimum(np.searchsorted(upto, even - 1e-12), len(rising) - 1)],
            lambda level: float(often[rising < level].sum() / often.sum()),
            most,
        )
    middle = upto - often / often.sum() / 2
    if len(rising) == 1:
        return _of_shape(SHAPES["uniform"], most, most, most)
    place = (middle - middle[0]) / (middle[-1] - middle[0])
    return Drawn(
        lambda even: np.interp(even, place, rising),
        lambda level: float(np.interp(level, rising, place, left=0.0, right=1.0)),
        most,
    )
