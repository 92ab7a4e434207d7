"""Weights known only by bounds or by an order: drawn evenly from all that are compatible.

Both samplers are exact: independent draws, no burn-in, and no point outside the polytope.
"""

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from capworth.errors import InputError
from capworth.kernels.arguments import finite
from capworth.kernels.arrays import Floats
from capworth.kernels.weights import ROUNDING, Sampler, free

MOST_CRITERIA: Final = 20  # a partial order needs a table of 2 ** criteria numbers


def within(low: ArrayLike, high: ArrayLike) -> Sampler:
    """Weights uniform over all vectors that sum to 1 and keep their bounds.

    Parameters
    ----------
    low, high : (criteria,), bounds on the normalised weights; low = high fixes a weight

    Raises
    ------
    InputError
        When a lower bound is above its upper bound or below 0, or no vector within the bounds
        sums to 1.

    Notes
    -----
    Rejection from a leaning box. All weights but the widest are drawn from their intervals, with
    an exponential density that leans so that the sum is right on average; the widest takes the
    rest, and the draw is kept with a chance that undoes the lean. Where the sum is 1 the
    exponential density is constant, so what is kept is exactly uniform. About one proposal in
    sqrt(2 pi criteria) is kept, where plain rejection may keep one in millions.
    """
    floor, width = _room(low, high)
    rest = 1 - float(floor.sum())
    mirrored = rest > width.sum() / 2  # then hand out what is missing at the upper bounds
    if mirrored:
        rest = float(width.sum()) - rest
    widest = int(np.argmax(width))
    others = np.arange(len(width)) != widest
    lean = _lean(width[width > 0], rest) if rest > ROUNDING else np.inf

    def propose(rng: np.random.Generator, size: int) -> Floats:
        moves = np.zeros((size, len(width)))
        u = rng.random((size, len(width)))
        moves[:, others] = _leaning(u[:, others], width[others], lean)
        moves[:, widest] = last = rest - moves.sum(axis=1)
        fits = (last >= 0) & (last <= width[widest])
        kept: Floats = moves[fits & (np.log1p(-u[:, widest]) <= -lean * last)]
        return kept

    def sample(rng: np.random.Generator, draws: int) -> Floats:
        moves = np.zeros((draws, len(width)))
        done = 0 if np.isfinite(lean) else draws
        while done < draws:
            kept = propose(rng, 256 + 2 * (draws - done))[: draws - done]
            moves[done : done + len(kept)] = kept
            done += len(kept)
        weights: Floats = floor + (width - moves if mirrored else moves)
        return np.clip(weights, floor, floor + width)

    return sample


def ordered(criteria: int, pairs: Iterable[tuple[int, int]]) -> Sampler:
    """Weights uniform over all vectors that sum to 1 and keep an order, complete or partial.

    Parameters
    ----------
    criteria : at most 20
    pairs : (heavier, lighter) for each known comparison, criteria numbered from 0

    Raises
    ------
    InputError
        When the pairs go round in a circle or name an unknown criterion.

    Notes
    -----
    Every complete order that agrees with the pairs owns an equal part of the polytope. So a
    complete order is drawn evenly, place by place, by the number of ways to go on from there, and
    a free draw is sorted into it.
    """
    ways = _ways(criteria, _heavier(criteria, pairs))
    unordered = free(criteria)

    def sample(rng: np.random.Generator, draws: int) -> Floats:
        falling = np.sort(unordered(rng, draws), axis=1)[:, ::-1]
        weights = np.empty((draws, criteria))
        placed = np.zeros(draws, dtype=np.int64)  # bit j is set when criterion j has its place
        for place in range(criteria):
            chance = np.zeros((draws, criteria))
            for j in range(criteria):
                still_open = (placed >> j & 1) == 0
                chance[:, j] = np.where(still_open, ways[placed | 1 << j], 0.0)
            ladder = chance.cumsum(axis=1)
            top = ladder[:, -1]
            shot = np.minimum(rng.random(draws) * top, np.nextafter(top, 0))
            chosen = (ladder <= shot[:, None]).sum(axis=1)
            weights[np.arange(draws), chosen] = falling[:, place]
            placed |= 1 << chosen
        return weights

    return sample


def _room(low: ArrayLike, high: ArrayLike) -> tuple[Floats, Floats]:
    """Lower bounds and widths, checked to hold at least one vector that sums to 1."""
    floor, ceiling = np.atleast_1d(finite(low, "low")), np.atleast_1d(finite(high, "high"))
    if floor.shape != ceiling.shape or floor.ndim != 1:
        raise InputError("low and high differ in length. Give two bounds for each criterion.")
    wrong = (floor < 0) | (floor > ceiling) | (ceiling > 1)
    if wrong.any():
        j = int(np.argmax(wrong))
        raise InputError(
            f"criterion {j}: bounds {floor[j]:g} to {ceiling[j]:g} are not 0 <= low <= high <= 1. "
            "Mend them."
        )
    if floor.sum() > 1 + ROUNDING:
        raise InputError(f"low: the lower bounds sum to {floor.sum():g}, above 1. Lower some.")
    if ceiling.sum() < 1 - ROUNDING:
        raise InputError(f"high: the upper bounds sum to {ceiling.sum():g}, below 1. Raise some.")
    return floor, ceiling - floor


def _lean(width: Floats, rest: float) -> float:
    """Rate at which the density falls from the lower bounds, so that the mean sum is `rest`."""

    def surplus(rate: float) -> float:
        steep = np.maximum(rate * width, 1e-4)
        mean = np.where(steep > 1e-4, 1 / steep - 1 / np.expm1(np.minimum(steep, 700.0)), 0.5)
        return float((width * mean).sum()) - rest

    if surplus(0.0) <= 0:
        return 0.0
    return float(brentq(surplus, 0.0, 2 * len(width) / rest))


def _leaning(u: Floats, width: Floats, rate: float) -> Floats:
    """Even numbers on 0 ... 1 turned into truncated exponential ones on 0 ... width."""
    if rate == 0:
        return u * width
    drawn: Floats = -np.log1p(u * np.expm1(-rate * width)) / rate
    return np.minimum(drawn, width)


def _heavier(criteria: int, pairs: Iterable[tuple[int, int]]) -> list[int]:
    """For each criterion the set, as bits, of all that are known to be heavier."""
    if not 1 <= criteria <= MOST_CRITERIA:
        raise InputError(
            f"criteria: {criteria} is not between 1 and {MOST_CRITERIA}. "
            "Group the criteria into branches and order within each."
        )
    heavier = [0] * criteria
    for above, below in pairs:
        for j in (above, below):
            if not 0 <= j < criteria:
                raise InputError(f"pairs: {j} is no criterion; they run from 0 to {criteria - 1}.")
        heavier[below] |= 1 << above
    for between in range(criteria):
        for j in range(criteria):
            if heavier[j] >> between & 1:
                heavier[j] |= heavier[between]
    for j in range(criteria):
        if heavier[j] >> j & 1:
            raise InputError(f"pairs: criterion {j} outweighs itself. Break the circle.")
    return heavier


def _ways(criteria: int, heavier: list[int]) -> Floats:
    """In how many orders the rest can follow, for each set of criteria placed so far.

    (2 ** criteria,), indexed by the set's bits; 0 for a set that cannot come first.
    """
    sets = np.arange(1 << criteria)
    possible = np.ones(len(sets), dtype=bool)
    for j, needs in enumerate(heavier):
        possible &= ((sets >> j & 1) == 0) | (sets & needs == needs)
    size = sum(sets >> j & 1 for j in range(criteria))
    ways = np.zeros(len(sets))
    ways[-1] = 1.0
    for count in range(criteria - 1, -1, -1):
        here = sets[possible & (size == count)]
        for j in range(criteria):
            bit_free = (here >> j & 1) == 0
            ways[here[bit_free]] += ways[here[bit_free] | 1 << j]
    return ways
