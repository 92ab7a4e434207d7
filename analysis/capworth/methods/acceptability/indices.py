"""What rank acceptability indices say: expected ranks, intervals, entropy, confidence factors.

Most functions take `shares`: (options, places), as from `smaa.rank_shares`. Beside them the ranks
that the evidence cannot exclude, and how far two orders of the same things agree (Spearman,
Kendall).
"""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.methods.acceptability.measurement import BLOCK, Given, Measured, drawn
from capworth.methods.arguments import Floats, Ints, checked, finite, table
from capworth.methods.elicitation.agreement import mean_ranks
from capworth.methods.elicitation.weights import rank_order_centroid
from capworth.methods.uncertainty.order_statistics import order_quantile

_ROUNDING: Final = 1e-12  # a cumulative share this close to a bound has reached it
_AT_A_TIME: Final = 64  # draws of one product: it stays in the processor's cache, with one thread
_ADDED: Final = 1e-6  # by which probabilities may miss 1: they may be printed figures


def _places(shares: ArrayLike) -> Floats:
    return table(shares, "shares", "options", "places")


@checked
def expected_ranks(shares: ArrayLike) -> Floats:
    """Mean rank of each option, 1 is the first: (options,). They sum to n (n + 1) / 2.

    >>> expected_ranks(np.array([[0.75, 0.25], [0.25, 0.75]])).tolist()
    [1.25, 1.75]
    """
    held = _places(shares)
    mean: Floats = np.einsum("ok,k->o", held, np.arange(1.0, held.shape[1] + 1))
    return mean


@checked
def expected_rank_errors(shares: ArrayLike, draws: int) -> Floats:
    """Give the standard errors of the expected ranks from independent draws: (options,)."""
    held = _places(shares)
    ranks = np.arange(1.0, held.shape[1] + 1)
    distance = ranks - expected_ranks(held)[:, None]
    error: Floats = np.sqrt(np.einsum("ok,ok->o", held, distance**2) / draws)
    return error


@checked
def share_errors(shares: Floats, draws: int) -> Floats:
    """Give the standard error of each share from `draws` independent draws.

    Binomial; where ties split a place it is an upper bound. A share of 0 or 1 shows an error of 0:
    the event was not seen, or always; with 95 % confidence its share is then below 3 / draws.
    """
    error: Floats = np.sqrt(shares * (1 - shares) / draws)
    return error


@checked
def rank_intervals(shares: ArrayLike, level: float = 0.9) -> Ints:
    """Rank interval: central ranks that an option takes with probability `level` at least.

    Returns
    -------
    (options, 2), lowest and highest rank, 1 is the first. At either side at most (1 - level) / 2
    is left out.

    >>> rank_intervals([[0.9, 0.1], [0.1, 0.9]], 0.8).tolist()
    [[1, 1], [2, 2]]
    """
    if not 0 < level <= 1:
        raise InputError(f"level: {level} is not between 0 and 1. Give a probability, as 0.9.")
    tail = (1 - level) / 2
    reached = _places(shares).cumsum(axis=1)
    first = np.argmax(reached > tail + _ROUNDING, axis=1) + 1
    last = np.argmax(reached >= 1 - tail - _ROUNDING, axis=1) + 1
    return np.column_stack((first, last)).astype(np.int64)


@checked
def k_best_shares(shares: ArrayLike, k: int) -> Floats:
    """Share of draws in which an option is among the `k` best: (options,).

    >>> k_best_shares([[0.5, 0.25, 0.25], [0.25, 0.25, 0.5], [0.25, 0.5, 0.25]], 2).tolist()
    [0.75, 0.5, 0.75]
    """
    held = _places(shares)
    if not 1 <= k <= held.shape[1]:
        raise InputError(f"k: {k} is not between 1 and {held.shape[1]}. Give a number of places.")
    best: Floats = np.minimum(held[:, :k].sum(axis=1), 1.0)
    return best


def _linear_merits(places: int) -> Floats:
    """Merit of each place, 1 for the first, falling in equal steps to 0 for the last."""
    return np.linspace(1, 0, places) if places > 1 else np.ones(1)


def _inverse_merits(places: int) -> Floats:
    """Merit of each place: 1, 1/2, 1/3, ..."""
    merits: Floats = 1 / np.arange(1.0, places + 1)
    return merits


def _centroid_merits(places: int) -> Floats:
    """Merit of each place in proportion to rank order centroid weights, 1 for the first."""
    weights = rank_order_centroid(places)
    merits: Floats = weights / weights[0]
    return merits


MERITS: Final[Mapping[str, Callable[[int], Floats]]] = {
    "centroid": _centroid_merits,
    "inverse": _inverse_merits,
    "linear": _linear_merits,
}


@checked
def holistic_shares(shares: ArrayLike, merits: ArrayLike) -> Floats:
    """Holistic acceptability index: each place counts by its merit, (options,).

    Parameters
    ----------
    merits : (places,), 1 for the first place and never rising; see `MERITS`

    Notes
    -----
    Holistic acceptability index: Lahdelma & Salminen (2001), Operations Research 49(3), 444-454.

    >>> holistic_shares([[0.75, 0.25], [0.25, 0.75]], [1, 0]).tolist()
    [0.75, 0.25]
    """
    worth, held = finite(merits, "merits"), _places(shares)
    if worth.shape != held.shape[1:]:
        raise InputError(f"merits: {worth.shape} for {held.shape[1]} places. Give one a place.")
    if worth[0] != 1 or (np.diff(worth) > 0).any() or worth[-1] < 0:
        raise InputError("merits: they must start at 1 and fall to 0 or more, never rising.")
    total: Floats = np.einsum("ok,k->o", held, worth)
    return total


@checked
def entropy(probabilities: ArrayLike) -> float:
    """Shannon entropy in bits; 0 for certainty, log2 n for n equal chances.

    >>> round(entropy([0.3504, 0.6496]), 7)
    0.9344248
    """
    chances = finite(probabilities, "probabilities")
    if (chances < 0).any() or abs(float(chances.sum()) - 1) > _ADDED:
        raise InputError(
            f"probabilities: they sum to {chances.sum():g}, or one is below 0. Make them sum to 1."
        )
    seen = chances[chances > 0]
    return float(-(seen * np.log2(seen)).sum()) + 0.0


@checked
def choice_entropy(shares: ArrayLike) -> float:
    """How open the choice of the first place is, in bits."""
    return entropy(_places(shares)[:, 0])


@checked
def ranking_entropy(values: Floats) -> float:
    """Entropy of the whole ranking in bits, over the distinct rankings seen.

    Parameters
    ----------
    values : (draws, options); rankings with different ties are different

    Notes
    -----
    As `smaa.entropy.ranking` in the R package smaa (van Valkenhoef). It cannot exceed log2 draws:
    with many options it says more about the draws than about the ranking.

    >>> ranking_entropy(np.array([[2.0, 1.0], [1.0, 2.0], [3.0, 1.0], [0.0, 5.0]]))
    1.0
    """
    numbers = table(values, "values", "draws", "options")
    order = np.argsort(-numbers, axis=1, kind="stable")
    falling = np.take_along_axis(numbers, order, axis=1)
    new = np.ones(numbers.shape, dtype=bool)
    new[:, 1:] = falling[:, 1:] < falling[:, :-1]
    above = np.maximum.accumulate(np.where(new, np.arange(numbers.shape[1]), 0), axis=1)
    ranks = np.empty_like(above)
    np.put_along_axis(ranks, order, above, axis=1)
    counts = np.unique(ranks, axis=0, return_counts=True)[1]
    return entropy(counts / len(numbers))


@checked
def lead_counts(measured: Measured, central: Floats, draws: int) -> Ints:
    """Draws in which each option is first under its own weights, all from the same measurements.

    Parameters
    ----------
    draw : measurements of these draws
    central : (options, criteria), each option's own weights; a row that is not a number is skipped
    draws : how many the draw has

    Returns
    -------
    (options, options). Entry `[i, k]` counts draws in which `i` shares the first place with `k`
    others; whole numbers, so chunks add up in any order.
    """
    options = len(central)
    counts = np.zeros((options, options), dtype=np.int64)
    known = np.flatnonzero(np.isfinite(central).all(axis=1))
    if isinstance(measured, Given):
        for start in range(0, draws, _AT_A_TIME):
            part = np.ascontiguousarray(measured.levels[:, :, start : start + _AT_A_TIME])
            counts[known] += _leads_of_block(part, central[known], known)
        return counts
    for i in known.tolist():
        for start in range(0, draws, BLOCK):
            counts[i] += _leads(measured(central[i], slice(start, start + BLOCK)), i)
    return counts


def _leads(values: Floats, i: int) -> Ints:
    """Draws of `values` (options, draws) in which `i` shares the first place with 0, 1, ..."""
    rest = values[:i].max(axis=0, initial=-np.inf)
    np.maximum(rest, values[i + 1 :].max(axis=0, initial=-np.inf), out=rest)
    level = np.flatnonzero(values[i] == rest)
    rivals = (values[:, level] == rest[level]).sum(axis=0) - 1
    found = np.bincount(rivals, minlength=len(values))
    found[0] += np.count_nonzero(values[i] > rest)
    return found


def _leads_of_block(levels: Floats, central: Floats, known: Ints) -> Ints:
    """Give the rows of `lead_counts` for the `known` options; `levels` (options, criteria, draws).

    The algebra library, fast but not the same in its last bit everywhere, says who is surely ahead
    or surely beaten; where that bit could matter, sums in a fixed order decide.
    """
    options, criteria, _ = levels.shape
    row = np.arange(len(known))
    values = np.matmul(central, levels)  # (options, known, draws)
    own = values[known, row]
    values[known, row] = -np.inf
    ahead = own - values.max(axis=0)
    size = np.abs(central).sum(axis=1, keepdims=True) * max(levels.max(), -levels.min())
    unsure = 4 * criteria * np.finfo(float).eps * size
    counts = np.zeros((len(known), options), dtype=np.int64)
    counts[:, 0] = np.count_nonzero(ahead > unsure, axis=1)
    near = ~(np.abs(ahead) > unsure)
    for k in np.flatnonzero(near.any(axis=1)):
        some = levels[:, :, near[k]]
        total = central[k, 0] * some[:, 0]
        for c in range(1, criteria):
            total += central[k, c] * some[:, c]
        counts[k] += _leads(total, int(known[k]))
    return counts


@checked
def confidence_from_counts(counts: Ints, central: Floats, draws: int) -> Floats:
    """Confidence factors from the counts of `lead_counts`: (options,).

    A shared first place counts by the option's share; an option without central weights has no
    factor (not a number).
    """
    share = (counts / np.arange(1, counts.shape[1] + 1)).sum(axis=1) / draws
    found: Floats = np.where(np.isfinite(central).all(axis=1), share, np.nan)
    return found


@checked
def confidence_factors(measurements: Floats, central: Floats) -> Floats:
    """Confidence factor: chance that an option is first when its own central weights are right.

    Parameters
    ----------
    measurements : (draws, options, criteria), values on one common scale, more is better
    central : (options, criteria), as from `RankTally.central_weights`

    Returns
    -------
    (options,). Low means that better measurements, not better weights, are needed to be sure.

    Notes
    -----
    Lahdelma & Salminen (2001), Operations Research 49(3), 444-454. The same measurements serve
    every option, so two factors differ by the weights and not by luck.

    >>> measurements = np.array([[[1.0], [0.0]], [[3.0], [1.0]], [[0.0], [2.0]], [[2.0], [1.0]]])
    >>> confidence_factors(measurements, np.array([[1.0], [1.0]])).tolist()
    [0.75, 0.25]
    """
    own = np.asarray(central, dtype=np.float64)
    if np.shape(measurements)[1:] != own.shape:
        raise InputError(
            f"central: shape {own.shape} for measurements of shape {np.shape(measurements)}. "
            "Give one row of weights for each option."
        )
    return confidence_from_counts(
        lead_counts(drawn(measurements), own, len(measurements)), own, len(measurements)
    )


@checked
def rank_confidence_sets(replicates: Floats, level: float = 0.95, *, jointly: bool = True) -> Ints:
    """Rank confidence sets: ranks not excluded, given how uncertain each difference is.

    Parameters
    ----------
    replicates : (draws, options), equally likely versions of the options' values (bootstrap, or
        draws of the uncertain value itself); 2 draws or more
    level : confidence, as 0.95
    jointly : True: all options' sets hold together with this confidence;
        False: each option's set holds by itself

    Returns
    -------
    (options, 2), lowest and highest rank, 1 is the first. An option's lowest rank is 1 plus the
    number of options that are surely above it; its highest is the number of options minus those
    surely below. The sets hold the option's rank in at least `level` of the cases.

    Notes
    -----
    Mogstad, Romano, Shaikh & Wilhelm (2024), Review of Economic Studies 91(1), 476-518:
    intervals for all differences from the distribution of the largest standardised deviation,
    without the stepwise refinement. A difference that never varies is sure by its sign.

    >>> rank_confidence_sets(np.array([[5.0, 1.0, 1.2], [5.1, 1.2, 1.0]])).tolist()
    [[1, 1], [2, 3], [2, 3]]
    """
    values = table(replicates, "replicates", "draws", "options")
    if len(values) < 2:
        raise InputError("replicates: one draw shows no spread. Give two or more.")
    if not 0 < level < 1:
        raise InputError(f"level: {level} is not between 0 and 1. Give a confidence, as 0.95.")
    draws, options = values.shape
    mean = values.mean(axis=0)
    gap = mean[:, None] - mean
    centred = np.ascontiguousarray((values - mean).T)
    spread = np.zeros((options, options))
    worst = np.zeros((options, draws))  # largest standardised deviation of any of i's differences
    for i in range(options):
        deviation = centred[i] - centred
        spread[i] = np.sqrt(np.einsum("od,od->o", deviation, deviation) / (draws - 1))
        varies = spread[i] > 0
        if varies.any():
            worst[i] = np.abs(deviation[varies] / spread[i, varies, None]).max(axis=0)
    worst = np.broadcast_to(worst.max(axis=0), worst.shape) if jointly else worst
    critical = order_quantile(worst.T, level)[:, None]
    surely_above = gap > critical * spread  # row above column
    surely_below = gap < -critical * spread
    lowest, highest = 1 + surely_below.sum(axis=1), options - surely_above.sum(axis=1)
    return np.column_stack((lowest, highest)).astype(np.int64)


@checked
def spearman(first: ArrayLike, second: ArrayLike) -> Floats:
    """Spearman's rank correlation (rho) of two orders in each draw, (draws,).

    Parameters
    ----------
    first, second : (draws, things), or one order (things,); more is better; what ties shares its
        mean rank

    Returns
    -------
    1 where both put all things in one order, -1 where one is the other turned round; NaN where one
    of them finds everything alike.

    Notes
    -----
    Spearman (1904), American Journal of Psychology 15(1), 72-101: the product-moment correlation
    of the ranks, which holds with ties too.

    >>> spearman([[3, 2, 1], [3, 2, 1]], [[30, 20, 10], [10, 20, 30]]).tolist()
    [1.0, -1.0]
    """
    one, other = _both(first, second)
    middle = (one.shape[1] + 1) / 2
    a, b = mean_ranks(one) - middle, mean_ranks(other) - middle
    size = np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1))
    agree: Floats = np.full(len(a), np.nan)
    np.divide((a * b).sum(axis=1), size, out=agree, where=size > 0)
    return agree


@checked
def kendall_tau(first: ArrayLike, second: ArrayLike) -> Floats:
    """Kendall's rank correlation (tau-b) of two orders in each draw, (draws,).

    Pairs in the same order less pairs in opposite order, over the pairs that neither ties.

    Parameters
    ----------
    first, second : (draws, things), more is better

    Returns
    -------
    1 where both put all things in one order, -1 where one is the other turned round; NaN where one
    of them finds everything alike.

    Notes
    -----
    Kendall (1938), Biometrika 30, 81-93; with ties: Kendall (1945), Biometrika 33, 239-251.

    >>> kendall_tau([[1, 2, 3, 4]], [[1, 2, 4, 3]]).round(4).tolist()
    [0.6667]
    """
    one, other = _both(first, second)
    upper = np.triu_indices(one.shape[1], 1)
    a, b = (np.sign(x[:, upper[0]] - x[:, upper[1]]) for x in (one, other))
    size = np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1))
    agree: Floats = np.full(len(a), np.nan)
    np.divide((a * b).sum(axis=1), size, out=agree, where=size > 0)
    return agree


def _both(first: ArrayLike, second: ArrayLike) -> tuple[Floats, Floats]:
    one, other = (
        table(np.atleast_2d(finite(points, name)), name, "draws", "things")
        for points, name in ((first, "first"), (second, "second"))
    )
    if one.shape != other.shape or one.shape[1] < 2:
        raise InputError(
            f"first {one.shape} and second {other.shape}: give both for the same two things or "
            "more in the same draws."
        )
    return one, other
