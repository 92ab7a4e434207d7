"""Rate at which a stream is worth nothing today, given only where there is exactly one such rate.

A stream of n years has up to n - 1 of them. With x = 1 / (1 + rate) the present value is a
polynomial in x; its roots between two limits are counted by the signs of its Bernstein
coefficients (Descartes; Vincent; Collins and Akritas 1976), halving an interval until each part has
none or one. So a second rate cannot hide between the points of a grid.
"""

from enum import IntEnum
from math import inf
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import comb

from capworth.errors import InputError
from capworth.methods.arguments import Bools, Floats, Ints, above, alike, checked, finite, table

DEPTH = 40  # halvings of an interval before two roots count as touching
PLAUSIBLE = (-0.5, inf)  # a project that loses more than half of everything every year is none
PRECISION = 1e-13  # last step of the search beside the root itself; the error is its square
ROUNDING = 1e-14  # a sum this small beside what was summed is 0
STEPS = 200  # each step halves the bracket or is under half of the one before: never reached


class Roots(IntEnum):
    """How many rates a stream has.

    Where the value touches 0 and does not cross it, rounding decides between none and several;
    both are refused.
    """

    ONE = 0
    NONE = 1
    SEVERAL = 2
    ONE_PLAUSIBLE = 3  # several, of which one is plausible: given, and said


class Rates(NamedTuple):
    """A rate for each stream, NaN where none can be named, and the reason."""

    rate: Floats
    code: Ints  # Roots


class _Brackets(NamedTuple):
    """One row for each root: where it lies in z, and the sign of the polynomial before it.

    On the side of gains z = 1 / (1 + rate), on the side of losses z = 1 + rate; both in (0, 1).
    """

    stream: Ints
    gain: Bools
    low: Floats
    high: Floats
    sign: Floats
    single: Bools  # False: two roots that touch, or nearly


@checked
def internal_rates(flows: ArrayLike, plausible: tuple[float, float] = PLAUSIBLE) -> Rates:
    """Find the internal rate of return of each stream; refuse none and more than one.

    Parameters
    ----------
    flows : (draws, years), year 0 first and not discounted
    plausible : range of rates a year, ends not included, that decides between several. A closing
        cost gives most streams a second rate of nearly -100 %, which nobody means. (-1, inf)
        refuses those streams too.

    Returns
    -------
    rate (draws,) where the stream has one rate above -100 %, or several of which exactly one is
    plausible (`Roots.ONE_PLAUSIBLE`); else NaN, with the reason. Of a stream that takes money first
    and pays later the rate is a price of borrowing: lower is better.

    Notes
    -----
    Never rank options by it: the net present value decides (Green Book).
    """
    low, high = plausible
    if not -1 <= low < high:
        raise InputError(f"plausible: {plausible} is no range of rates. Give two, none below -1.")
    streams = table(flows, "flows", "draws", "years")
    stream, rate, single = _rates(streams)
    times, inside = np.where(single, 1, 2), (rate > low) & (rate < high)
    total = np.bincount(stream, times, minlength=len(streams))
    among = np.bincount(stream, times * inside, minlength=len(streams))
    code = np.select(
        [total == 0, total == 1, among == 1],
        [Roots.NONE, Roots.ONE, Roots.ONE_PLAUSIBLE],
        Roots.SEVERAL,
    )
    value = np.full(len(streams), np.nan)
    given = (code[stream] == Roots.ONE) | ((code[stream] == Roots.ONE_PLAUSIBLE) & inside)
    value[stream[given]] = rate[given]
    return Rates(value, code.astype(np.int64))


@checked
def internal_rate(flows: ArrayLike, plausible: tuple[float, float] = PLAUSIBLE) -> float:
    """Find the internal rate of return of one stream (years,).

    Raises
    ------
    InputError
        If there is no such rate or more than one plausible; the message names them.

    >>> round(internal_rate([-100, 39, 59, 55, 20]), 5)
    0.28095
    """
    stream = np.atleast_2d(finite(flows, "flows"))
    if len(stream) != 1:
        raise InputError(f"flows: shape {stream.shape} is not (years,). Give one stream.")
    found = internal_rates(stream, plausible)
    if not np.isnan(found.rate[0]):
        return float(found.rate[0])
    raise InputError(f"flows: {_why_no_rate(stream[0])}. Use the net present value.")


def _why_no_rate(stream: Floats) -> str:
    """Say why one stream has no rate of its own."""
    rates = [f"{rate:.2%}" for rate in all_rates(stream)]
    if not stream.any():
        return "every year is 0, and so is the value at every rate"
    if not rates:
        return "no rate makes it worth 0"
    if len(rates) == 1:
        return f"several rates meet at {rates[0]}"
    return f"there is more than one rate: {', '.join(rates)}"


@checked
def all_rates(flows: ArrayLike) -> Floats:
    """Every rate above -100 % at which one stream (years,) is worth 0, lowest first."""
    return np.sort(_rates(table([finite(flows, "flows")], "flows", "draws", "years"))[1])


@checked
def modified_rates(flows: ArrayLike, finance: ArrayLike, reinvest: ArrayLike) -> Rates:
    """Find the modified rate: outlays financed, gains put to work, at stated rates.

    (value of the gains at the end / value of the outlays today) ^ (1 / (years - 1)) - 1.

    Parameters
    ----------
    flows : (draws, years)
    finance, reinvest : rates a year for outlays and for gains, () or (draws,)

    Returns
    -------
    rate (draws,), NaN and `Roots.NONE` where there is no gain or no outlay

    Notes
    -----
    Lin (1976), Engineering Economist 21(4), 237-247.
    """
    alike(finance=finance, reinvest=reinvest)
    streams = table(flows, "flows", "draws", "years")
    last = streams.shape[1] - 1
    year = np.arange(last + 1)
    borrowed = (1 + above(finance, "finance", -1)[..., None]) ** -year
    lent = (1 + above(reinvest, "reinvest", -1)[..., None]) ** (last - year)
    outlay = (np.clip(-streams, 0, None) * borrowed).sum(axis=1)
    gain = (np.clip(streams, 0, None) * lent).sum(axis=1)
    defined = (outlay > 0) & (gain > 0)
    ratio = np.divide(gain, outlay, out=np.full(len(streams), np.nan), where=defined)
    code = np.where(defined, Roots.ONE, Roots.NONE).astype(np.int64)
    return Rates(ratio ** (1 / max(last, 1)) - 1, code)


def _rates(streams: Floats) -> tuple[Ints, Floats, Bools]:
    """Stream, rate and singleness of every root."""
    rest, times = _without_rate_0(streams)
    found = _isolated(rest)
    z = _refined(rest, found)
    at_0 = np.flatnonzero(times)
    return (
        np.concatenate((at_0, found.stream)),
        np.concatenate((np.zeros(len(at_0)), np.where(found.gain, 1 / z, z) - 1)),
        np.concatenate((times[at_0] == 1, found.single)),
    )


def _isolated(streams: Floats) -> _Brackets:
    """One bracket for each root other than rate 0, on both sides of it."""
    varied = np.flatnonzero(_sign_changes(streams))  # Descartes: the others have no root
    rows = streams[varied]
    parts = []
    for gain, powers in ((True, rows), (False, rows[:, ::-1])):
        parts += _halved(varied, gain, _bernstein(powers))
    return _Brackets(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _without_rate_0(streams: Floats) -> tuple[Floats, Ints]:
    """Divide out the roots at rate 0, and count them.

    Where the flows sum to 0 the quotient by 1 - x has the running sums as its coefficients.
    """
    rest, times = streams.copy(), np.zeros(len(streams), dtype=np.int64)
    zero = np.ones(len(streams), dtype=np.bool_)
    while zero.any():
        size = np.abs(rest).sum(axis=1)
        zero &= (np.abs(rest.sum(axis=1)) <= ROUNDING * size) & (size > 0)
        times += zero
        quotient = rest[zero].cumsum(axis=1)
        rest[zero] = np.where(np.abs(quotient) <= ROUNDING * size[zero, None], 0, quotient)
    return rest, times


def _halved(stream: Ints, gain: bool, shape: Floats) -> list[_Brackets]:
    """Halve (0, 1) until each part holds no root, or one."""
    parts = []
    low, width = np.zeros(len(stream)), 1.0
    for depth in range(DEPTH + 1):
        changes = _sign_changes(shape)
        done = changes == 1 if depth < DEPTH else changes > 0
        first = np.take_along_axis(shape, (shape != 0).argmax(axis=1)[:, None], axis=1)[:, 0]
        parts.append(
            _Brackets(
                stream=stream[done],
                gain=np.full(done.sum(), gain),
                low=low[done],
                high=low[done] + width,
                sign=np.sign(first[done]),
                single=changes[done] == 1,
            )
        )
        rest = (changes > 1) & ~done
        if not rest.any():
            break
        width /= 2
        left, right = _split(shape[rest])
        stream, low = stream[rest], low[rest]
        middle = right[:, 0] == 0
        point = low[middle] + width
        ones = np.ones(len(point))
        crosses = np.abs(right[middle, 1]) > ROUNDING * np.abs(right[middle]).max(axis=1)
        parts.append(
            _Brackets(
                stream=stream[middle],
                gain=np.full(len(point), gain),
                low=point,
                high=point,
                sign=ones,
                single=crosses,
            )
        )
        stream, low = np.tile(stream, 2), np.concatenate((low, low + width))
        shape = np.concatenate((left, right))
    return parts


def _sign_changes(rows: Floats) -> Ints:
    """Count the changes of sign along each row, zeros left out."""
    signs = np.sign(rows)
    place = np.where(signs != 0, np.arange(rows.shape[1]), 0)
    latest = np.maximum.accumulate(place, axis=1)
    filled = np.take_along_axis(signs, latest, axis=1)  # a zero repeats the sign before it
    return np.asarray((filled[:, 1:] * filled[:, :-1] < 0).sum(axis=1))


def _bernstein(powers: Floats) -> Floats:
    """Bernstein coefficients on (0, 1) from those of the powers 1, z, z^2, ..."""
    degree = powers.shape[1] - 1
    power, place = np.indices((degree + 1, degree + 1))
    return np.asarray(np.einsum("di,ij->dj", powers, comb(place, power) / comb(degree, power)))


def _split(shape: Floats) -> tuple[Floats, Floats]:
    """Coefficients on the left and the right half, by de Casteljau's means."""
    left, right = np.empty_like(shape), np.empty_like(shape)
    level = shape
    for k in range(shape.shape[1]):
        left[:, k], right[:, -1 - k] = level[:, 0], level[:, -1]
        level = (level[:, :-1] + level[:, 1:]) / 2
    return left, right


def _refined(streams: Floats, found: _Brackets) -> Floats:
    """Find the root in each bracket: Newton's step where it closes in fast, else the middle."""
    rows = streams[found.stream]
    powers = np.where(found.gain, rows.T, rows.T[::-1])  # (years, brackets)
    low, high = found.low.copy(), found.high.copy()
    z = (low + high) / 2
    stride = high - low
    rest = np.flatnonzero(stride > 0)
    for _ in range(STEPS):
        if not rest.size:
            break
        at = z[rest]
        value, slope = _horner(powers[:, rest], at)
        before = np.sign(value) == found.sign[rest]
        bottom = low[rest] = np.where(before, at, low[rest])
        top = high[rest] = np.where(before, high[rest], at)
        step = -np.divide(value, slope, out=np.full(len(at), inf), where=slope != 0)
        newton = (at + step >= bottom) & (at + step <= top) & (np.abs(step) < stride[rest] / 2)
        step = np.where(newton, step, (bottom + top) / 2 - at)
        z[rest], stride[rest] = at + step, np.abs(step)
        rest = rest[np.abs(step) > PRECISION * at]
    return z


def _horner(powers: Floats, z: Floats) -> tuple[Floats, Floats]:
    """Polynomial and slope at z, row by row."""
    value, slope = np.zeros(len(z)), np.zeros(len(z))
    for column in powers[::-1]:
        slope = slope * z + value
        value = value * z + column
    return value, slope
