"""What rank shares say: expected rank, likely places, entropy, and how far to trust the digits.

All functions take `shares`: (options, places), as from `ranking.rank_shares`.
"""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.kernels.arguments import finite, table
from capworth.kernels.arrays import Floats, Ints
from capworth.kernels.weights import rank_order_centroid

ROUNDING: Final = 1e-12  # a cumulative share this close to a bound has reached it
ADDED: Final = 1e-6  # by which probabilities may miss 1: they may be printed figures


def _places(shares: ArrayLike) -> Floats:
    return table(shares, "shares", "options", "places")


def expected_ranks(shares: ArrayLike) -> Floats:
    """Mean rank of each option, 1 is the first: (options,). They sum to n (n + 1) / 2.

    >>> expected_ranks(np.array([[0.75, 0.25], [0.25, 0.75]])).tolist()
    [1.25, 1.75]
    """
    held = _places(shares)
    mean: Floats = np.einsum("ok,k->o", held, np.arange(1.0, held.shape[1] + 1))
    return mean


def expected_rank_errors(shares: ArrayLike, draws: int) -> Floats:
    """Give the standard errors of the expected ranks from independent draws: (options,)."""
    held = _places(shares)
    ranks = np.arange(1.0, held.shape[1] + 1)
    distance = ranks - expected_ranks(held)[:, None]
    error: Floats = np.sqrt(np.einsum("ok,ok->o", held, distance**2) / draws)
    return error


def share_errors(shares: Floats, draws: int) -> Floats:
    """Give the standard error of each share from `draws` independent draws.

    Binomial; where ties split a place it is an upper bound. A share of 0 or 1 shows an error of 0:
    the event was not seen, or always; with 95 % confidence its share is then below 3 / draws.
    """
    error: Floats = np.sqrt(shares * (1 - shares) / draws)
    return error


def rank_intervals(shares: ArrayLike, level: float = 0.9) -> Ints:
    """Central interval of ranks that an option takes with probability `level` at least.

    Returns
    -------
    (options, 2), lowest and highest rank, 1 is the first. At either side at most (1 - level) / 2
    is left out.
    """
    if not 0 < level <= 1:
        raise InputError(f"level: {level} is not between 0 and 1. Give a probability, as 0.9.")
    tail = (1 - level) / 2
    reached = _places(shares).cumsum(axis=1)
    first = np.argmax(reached > tail + ROUNDING, axis=1) + 1
    last = np.argmax(reached >= 1 - tail - ROUNDING, axis=1) + 1
    return np.column_stack((first, last)).astype(np.int64)


def k_best_shares(shares: ArrayLike, k: int) -> Floats:
    """Share of draws in which an option is among the `k` best: (options,)."""
    held = _places(shares)
    if not 1 <= k <= held.shape[1]:
        raise InputError(f"k: {k} is not between 1 and {held.shape[1]}. Give a number of places.")
    best: Floats = np.minimum(held[:, :k].sum(axis=1), 1.0)
    return best


def linear_merits(places: int) -> Floats:
    """Merit of each place, 1 for the first, falling in equal steps to 0 for the last."""
    return np.linspace(1, 0, places) if places > 1 else np.ones(1)


def inverse_merits(places: int) -> Floats:
    """Merit of each place: 1, 1/2, 1/3, ..."""
    merits: Floats = 1 / np.arange(1.0, places + 1)
    return merits


def centroid_merits(places: int) -> Floats:
    """Merit of each place in proportion to rank order centroid weights, 1 for the first."""
    weights = rank_order_centroid(places)
    merits: Floats = weights / weights[0]
    return merits


MERITS: Final[Mapping[str, Callable[[int], Floats]]] = {
    "centroid": centroid_merits,
    "inverse": inverse_merits,
    "linear": linear_merits,
}


def holistic_shares(shares: ArrayLike, merits: ArrayLike) -> Floats:
    """Rank shares in one number: each place counts by its merit, (options,).

    Parameters
    ----------
    merits : (places,), 1 for the first place and never rising; see `MERITS`

    Notes
    -----
    Holistic acceptability index: Lahdelma & Salminen (2001), Operations Research 49(3), 444-454.
    """
    worth, held = finite(merits, "merits"), _places(shares)
    if worth.shape != held.shape[1:]:
        raise InputError(f"merits: {worth.shape} for {held.shape[1]} places. Give one a place.")
    if worth[0] != 1 or (np.diff(worth) > 0).any() or worth[-1] < 0:
        raise InputError("merits: they must start at 1 and fall to 0 or more, never rising.")
    total: Floats = np.einsum("ok,k->o", held, worth)
    return total


def entropy(probabilities: ArrayLike) -> float:
    """Shannon entropy in bits; 0 for certainty, log2 n for n equal chances.

    >>> round(entropy([0.3504, 0.6496]), 7)
    0.9344248
    """
    chances = finite(probabilities, "probabilities")
    if (chances < 0).any() or abs(float(chances.sum()) - 1) > ADDED:
        raise InputError(
            f"probabilities: they sum to {chances.sum():g}, or one is below 0. Make them sum to 1."
        )
    seen = chances[chances > 0]
    return float(-(seen * np.log2(seen)).sum()) + 0.0


def choice_entropy(shares: ArrayLike) -> float:
    """How open the choice of the first place is, in bits."""
    return entropy(_places(shares)[:, 0])


def ranking_entropy(values: Floats) -> float:
    """How open the whole ranking is, in bits: entropy of the distinct rankings seen.

    Parameters
    ----------
    values : (draws, options); rankings with different ties are different

    Notes
    -----
    As `smaa.entropy.ranking` in the R package smaa (van Valkenhoef). It cannot exceed log2 draws:
    with many options it says more about the draws than about the ranking.
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
