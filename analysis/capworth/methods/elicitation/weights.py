"""Weights from swings (SMART) or an order (ROC, SMARTER), and samplers of weights that sum to 1.

A sampler takes a random stream and a number of draws, and gives weights of shape (draws, criteria).
What is known is checked once, when the sampler is made. Weights known only by bounds or by an order
are drawn evenly from all that are compatible: exactly, with independent draws, no burn-in, and no
point outside the polytope.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.methods.arguments import Floats, Ints, checked, finite, table

Sampler: TypeAlias = Callable[[np.random.Generator, int], Floats]

ROUNDING: Final = 1e-9  # how far a sum of weights may be from 1


@checked
def normalised(points: ArrayLike) -> Floats:
    """Points of importance as weights: each row divided by its sum.

    Parameters
    ----------
    points : (criteria,) or (draws, criteria), 0 or more, not all 0 in a row

    Returns
    -------
    The same shape; each row sums to 1.

    Raises
    ------
    InputError
        Naming the entry that is missing or negative, or the row that is all zeros.

    >>> normalised([60, 30, 10]).tolist()
    [0.6, 0.3, 0.1]
    """
    numbers = finite(points, "points")
    if numbers.ndim not in (1, 2) or numbers.shape[-1] == 0:
        raise InputError(f"points: shape {numbers.shape} is not (draws, criteria). Give a table.")
    if (numbers < 0).any():
        place = np.argwhere(numbers < 0)[0].tolist()
        raise InputError(
            f"points: entry {place} is {numbers[tuple(place)]:g}, below 0. "
            "A weight is never negative: turn the scale of the criterion round instead."
        )
    total = numbers.sum(axis=-1, keepdims=True)
    if (total == 0).any():
        row = f"row {int(np.argmax(total[..., 0] == 0))} is" if numbers.ndim == 2 else "they are"
        raise InputError(f"points: {row} all zeros. Give at least one criterion some weight.")
    weights: Floats = numbers / total
    return weights


@checked
def fixed(points: ArrayLike) -> Sampler:
    """Weights that are known: the same normalised points in every draw."""
    weights = normalised(points)
    if weights.ndim != 1:
        raise InputError("points: give one row, one number for each criterion.")
    return lambda _, draws: np.tile(weights, (draws, 1))


@checked
def free(criteria: int) -> Sampler:
    """Weights of which nothing is known: uniform over all vectors that sum to 1.

    Spacings of uniform numbers, drawn as normalised exponentials: Rubinstein (1982), EJOR 10(2),
    205-209; in rank acceptability Tervonen & Lahdelma (2007), EJOR 178(2), 500-513.
    """
    count = _count(criteria)

    def sample(rng: np.random.Generator, draws: int) -> Floats:
        parts = rng.standard_exponential((draws, count))
        parts /= parts.sum(axis=1, keepdims=True)
        return parts

    return sample


@checked
def swings(low: ArrayLike, mode: ArrayLike, high: ArrayLike) -> Sampler:
    """Weights from swing points with a range: triangular points, each draw then normalised.

    A criterion whose three points agree keeps its points in every draw; its weight still moves,
    because the others do.

    Parameters
    ----------
    low, mode, high : (criteria,), points for the swing from worst to best; 0 <= low <= mode <= high

    Notes
    -----
    Swing weights: von Winterfeldt & Edwards (1986), Decision Analysis and Behavioral Research,
    ch. 8.
    """
    lowest, likely, highest = (
        np.atleast_1d(finite(points, name))
        for points, name in ((low, "low"), (mode, "mode"), (high, "high"))
    )
    if not lowest.shape == likely.shape == highest.shape or lowest.ndim != 1:
        raise InputError("low, mode and high differ in length. Give three points a criterion.")
    wrong = (lowest < 0) | (lowest > likely) | (likely > highest)
    if wrong.any():
        j = int(np.argmax(wrong))
        raise InputError(
            f"criterion {j}: low {lowest[j]:g}, mode {likely[j]:g}, high {highest[j]:g} are not "
            "0 <= low <= mode <= high. Put them in order."
        )
    if not highest.any():
        raise InputError("high: all points are zero. Give at least one criterion some weight.")
    width = highest - lowest
    peak = np.divide(likely - lowest, width, out=np.zeros_like(width), where=width > 0)

    def sample(rng: np.random.Generator, draws: int) -> Floats:
        u = rng.random((draws, len(width)))
        rising, falling = np.sqrt(u * peak), 1 - np.sqrt((1 - u) * (1 - peak))
        return normalised(lowest + width * np.where(u < peak, rising, falling))

    return sample


@checked
def around(centre: ArrayLike, evidence: float) -> Sampler:
    """Weights scattered around a centre: a Dirichlet distribution with mean `centre`.

    Parameters
    ----------
    centre : (criteria,), points above 0; only their ratios matter
    evidence : above 0; the variance of a weight w is w (1 - w) / (1 + evidence)
    """
    mean = normalised(centre)
    if mean.ndim != 1 or (mean == 0).any():
        raise InputError("centre: every criterion needs some weight. Leave out those at 0.")
    if not 0 < evidence < np.inf:
        raise InputError(f"evidence: {evidence} is not a number above 0. Give how firm it is.")

    def sample(rng: np.random.Generator, draws: int) -> Floats:
        return rng.dirichlet(mean * evidence, draws)

    return sample


@checked
def resampled(records: ArrayLike) -> Sampler:
    """Weights of judges, or draws made elsewhere: each draw is one record, taken with replacement.

    Parameters
    ----------
    records : (records, criteria), points or weights; each record counts alike
    """
    weights = normalised(table(records, "records", "records", "criteria"))
    return lambda rng, draws: weights[rng.integers(len(weights), size=draws)]


@checked
def rank_order_centroid(criteria: int) -> Floats:
    """Centre of all weights that fall from first to last place.

    The weight in place k is (1/k + ... + 1/n) / n: Barron & Barrett (1996), Management Science
    42(11), 1515-1523.

    >>> rank_order_centroid(3).round(4).tolist()
    [0.6111, 0.2778, 0.1111]
    """
    count = _count(criteria)
    sums: Floats = np.cumsum(1 / np.arange(count, 0, -1.0))[::-1]
    return sums / count


@checked
def rank_sum(criteria: int) -> Floats:
    """Weights in proportion to n, n - 1, ..., 1.

    Stillwell, Seaver & Edwards (1981), Organizational Behavior and Human Performance 28(1), 62-77.

    >>> rank_sum(3).round(4).tolist()
    [0.5, 0.3333, 0.1667]
    """
    return normalised(np.arange(_count(criteria), 0, -1.0))


@checked
def rank_reciprocal(criteria: int) -> Floats:
    """Weights in proportion to 1, 1/2, ..., 1/n, from the same source as `rank_sum`.

    >>> rank_reciprocal(3).round(4).tolist()
    [0.5455, 0.2727, 0.1818]
    """
    return normalised(1 / np.arange(1.0, _count(criteria) + 1))


FROM_ORDER: Final[Mapping[str, Callable[[int], Floats]]] = {
    "rank order centroid": rank_order_centroid,
    "rank sum": rank_sum,
    "rank reciprocal": rank_reciprocal,
}


@checked
def composed(parents: ArrayLike, children: ArrayLike, branch: Sequence[int] | Ints) -> Floats:
    """Weights of leaves in a tree: the branch's weight times the leaf's weight in its branch.

    Parameters
    ----------
    parents : (draws, branches), rows sum to 1
    children : (draws, leaves); in each draw the leaves of one branch sum to 1
    branch : (leaves,), the branch of each leaf, from 0; every branch has a leaf

    Returns
    -------
    (draws, leaves), rows sum to 1. For a deeper tree, compose level by level from the root.
    """
    above = table(np.atleast_2d(parents), "parents", "draws", "branches")
    below = table(np.atleast_2d(children), "children", "draws", "leaves")
    owner, branches = np.asarray(branch), np.arange(above.shape[1])
    if owner.shape != below.shape[1:] or not np.issubdtype(owner.dtype, np.integer):
        raise InputError(f"branch: give one whole number for each of the {below.shape[1]} leaves.")
    if not np.array_equal(np.unique(owner), branches):
        raise InputError(f"branch: name each branch from 0 to {branches[-1]}, and no other.")
    sums = np.einsum("dl,lb->db", below, (owner[:, None] == branches).astype(np.float64))
    for name, numbers, totals in (("parents", above, above.sum(axis=1)), ("children", below, sums)):
        if (numbers < 0).any() or (np.abs(totals - 1) > ROUNDING).any():
            row = int(np.argwhere(np.abs(totals - 1) > ROUNDING)[0, 0]) if numbers.min() >= 0 else 0
            raise InputError(
                f"{name}: row {row} has weights below 0 or that do not sum to 1. Normalise them."
            )
    return above[:, owner] * below


def _count(criteria: int) -> int:
    if criteria < 1:
        raise InputError(f"criteria: {criteria} is below 1. Give the number of criteria.")
    return int(criteria)


_MOST_CRITERIA: Final = 20  # a partial order needs a table of 2 ** criteria numbers


@checked
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


@checked
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
    from scipy.optimize import brentq  # slow to load, and rarely asked for

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
    if not 1 <= criteria <= _MOST_CRITERIA:
        raise InputError(
            f"criteria: {criteria} is not between 1 and {_MOST_CRITERIA}. "
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
