"""Shared capacity: users whose peaks fall in different hours need less of it together."""

import numpy as np

from capworth.kernels.arrays import Floats
from capworth.kernels.coalitions import peaks
from capworth.kernels.platformshares import equal
from capworth.kernels.shapley import shapley
from capworth.streams import stream

EXACT = 8  # users up to which every order of joining is looked at in every draw
BLOCK = 512  # draws whose table over groups is held at once
ORDERS = 32  # pairs of orders, forwards and backwards, that stand for all beyond `EXACT` users


def peak_shares(loads: Floats, fixed: Floats, seed: int = 0) -> Floats:
    """Shares by the Shapley value of the peak-load game; the fixed part is borne equally.

    A group needs capacity for its joint load in the busiest period.

    Parameters
    ----------
    loads : (draws, periods, users)
    fixed : (draws,) part of the cost that does not depend on the load
    seed : of the orders that are sampled beyond 8 users; the same orders serve every draw

    Returns
    -------
    (draws, users), each row summing to 1. Beyond 8 users it has the error of
    `peak_shares_sampled`.
    """
    share, _ = peak_shares_sampled(loads, fixed, seed)
    return share


def peak_shares_sampled(loads: Floats, fixed: Floats, seed: int = 0) -> tuple[Floats, Floats]:
    """Shares (draws, users) as `peak_shares`, and their standard error, 0 up to 8 users.

    Notes
    -----
    Exact: Shapley (1953). Sampled: 32 random orders of joining and their reverses; Castro, Gomez
    and Tejada (2009), Computers & Operations Research 36(5), 1726-1730.
    """
    users = np.flatnonzero((loads > 0).any(axis=(0, 1)))
    share, error = np.zeros((len(loads), loads.shape[2])), np.zeros((len(loads), loads.shape[2]))
    if users.size:
        game = _exact if users.size <= EXACT else _sampled
        added, spread = game(np.ascontiguousarray(loads[:, :, users]), seed)
        whole = added.sum(axis=1, keepdims=True)
        part = np.divide(added, whole, out=np.zeros_like(added), where=whole > 0)
        share[:, users] = part
        error[:, users] = np.divide(spread, whole, out=np.zeros_like(spread), where=whole > 0)
    level = equal(loads.sum(axis=1), fixed, share)
    own = (1 - fixed)[:, None]
    return fixed[:, None] * level + own * share, own * error


def _exact(loads: Floats, _: int) -> tuple[Floats, Floats]:
    parts = [shapley(peaks(loads[start : start + BLOCK])) for start in range(0, len(loads), BLOCK)]
    return np.concatenate(parts), np.zeros((len(loads), loads.shape[2]))


def _sampled(loads: Floats, seed: int) -> tuple[Floats, Floats]:
    draws, _, users = loads.shape
    order = stream(seed, "peak load").permuted(np.tile(np.arange(users), (ORDERS, 1)), axis=1)
    total, squares = np.zeros((draws, users)), np.zeros((draws, users))
    for one in order:
        pair = (_joining(loads, one) + _joining(loads, one[::-1])) / 2
        total += pair
        squares += pair**2
    mean = total / ORDERS
    variance = np.maximum(squares / ORDERS - mean**2, 0.0) / (ORDERS - 1)
    return mean, np.sqrt(variance)


def _joining(loads: Floats, order: np.ndarray[tuple[int], np.dtype[np.intp]]) -> Floats:
    """Capacity (draws, users) that each user adds when they join in one order."""
    needed: Floats = np.cumsum(loads[:, :, order], axis=2).max(axis=1)
    added = np.empty_like(needed)
    added[:, order] = np.diff(needed, axis=1, prepend=0.0)
    return added
