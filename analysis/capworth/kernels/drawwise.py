"""The best set in every draw, and how often each project is in it."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.kernels.arguments import finite, table
from capworth.kernels.arrays import Bools, Floats, Ints
from capworth.kernels.grains import in_grains

BLOCK_DRAWS: Final = 128
BLOCK_SETS: Final = 4096  # blocks of 4 MB: they stay in the processor's cache


def best_over_draws(
    cost: ArrayLike,
    value: ArrayLike,
    sets: Bools,
    budget: ArrayLike,
    synergies: Sequence[tuple[int, int, float]] = (),
    bonus: ArrayLike | None = None,
) -> Ints:
    """Row of `sets` that is best in each draw, (draws,); -1 where none is affordable.

    Most value; of equals the cheapest; of these the first row (`feasible_sets` lists them in the
    order of the tie rule). Sums that agree in twelve digits are equal.

    Parameters
    ----------
    cost, value : (draws, projects)
    sets : (sets, projects) those to choose from
    budget : one for all draws, or (draws,)
    synergies : (one, other, bonus) added when both are in the set
    bonus : (draws, synergies) where it is not the same in every draw

    Notes
    -----
    Done in blocks, so that memory does not grow with draws x sets. Sums are of whole numbers, so
    the answer does not depend on the blocks or on the machine.
    """
    prices = table(cost, "cost", "draws", "projects")
    worth = table(value, "value", "draws", "projects")
    if prices.shape != worth.shape or sets.ndim != 2 or sets.shape[1] != worth.shape[1]:
        raise InputError(
            f"cost {prices.shape}, value {worth.shape}, sets {sets.shape}: the first two must be "
            "(draws, projects), the last (sets, projects)."
        )
    room = np.broadcast_to(np.asarray(budget, dtype=np.float64), len(prices))
    if np.isnan(room).any():
        raise InputError("budget: it is not a number. Give an amount, or infinity for no limit.")
    ahead = np.flatnonzero(_sums(sets, prices.min(axis=0)) <= room.max() * (1 + 1e-9))
    fixed = np.array([extra for _, _, extra in synergies], dtype=np.float64)
    extras = finite(fixed if bonus is None else bonus, "bonus")
    if bonus is not None and extras.shape != (len(prices), len(synergies)):
        raise InputError(
            f"bonus: shape {extras.shape} is not ({len(prices)}, {len(synergies)}). Give one for "
            "each draw and each synergy."
        )
    pairs = [sets[ahead, one] & sets[ahead, other] for one, other, _ in synergies]
    parts = np.column_stack((sets[ahead], *pairs))
    found = np.full(len(prices), -1, dtype=np.int64)
    for start in range(0, len(prices), BLOCK_DRAWS):
        rows = slice(start, start + BLOCK_DRAWS)
        spent, grain = in_grains(prices[rows])
        extra = np.broadcast_to(extras if bonus is None else extras[rows], (len(spent), len(pairs)))
        gains = in_grains(np.concatenate((worth[rows], extra), axis=1)).amounts
        limit = np.rint(room[rows, None] / grain)
        best = _best_row(spent, gains, parts, limit)
        found[rows] = np.where(best >= 0, ahead[best] if len(ahead) else -1, -1)
    return found


def _best_row(spent: Floats, gains: Floats, parts: Bools, limit: Floats) -> Ints:
    """Row of `parts` that is best for a few draws; -1 where none is affordable."""
    best = np.full(len(spent), -1, dtype=np.int64)
    most, least = np.full(len(spent), -np.inf), np.full(len(spent), np.inf)
    for start in range(0, len(parts), BLOCK_SETS):
        inside = parts[start : start + BLOCK_SETS].T.astype(np.float64)
        total = spent @ inside[: spent.shape[1]]
        gain = gains @ inside
        gain[total > limit] = -np.inf
        top = gain.max(axis=1)
        total[gain < top[:, None]] = np.inf
        row = total.argmin(axis=1)
        price = total[np.arange(len(row)), row]
        better = (top > most) | ((top == most) & (price < least) & np.isfinite(top))
        best[better] = row[better] + start
        most[better], least[better] = top[better], price[better]
    return best


def core_index(chosen: Bools) -> Floats:
    """Share of draws in which each project is in the best set: (draws, projects) to (projects,).

    1 is core, 0 is exterior, between lies borderline. Liesiö, Mild & Salo (2007), European Journal
    of Operational Research 181(3), 1488-1505, with draws in the place of the set of weights.
    """
    if chosen.ndim != 2 or not len(chosen):
        raise InputError(f"chosen: shape {chosen.shape} is not (draws, projects). Give a draw.")
    share: Floats = chosen.mean(axis=0)
    return share


def _sums(sets: Bools, amounts: Floats) -> Floats:
    return np.asarray(np.einsum("sp,p->s", sets, amounts))
