"""The best set in every draw, and how often each project is in it.

The best set in draws that lie close together: most sets are out before any is compared.

Which sets are worth comparing: those to which nothing can be added for the better.

How much each set falls short of the best one, draw by draw, and what a cautious choice takes.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.methods.arguments import Bools, Floats, Ints, checked, finite, table, within
from capworth.methods.exact import in_grains
from capworth.methods.portfolio.relations import affordable
from capworth.methods.uncertainty.order_statistics import order_quantile

BLOCK_DRAWS: Final = 128
BLOCK_SETS: Final = 4096  # blocks of 4 MB: they stay in the processor's cache


@checked
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
    ahead = np.flatnonzero(affordable(_sums(sets, prices.min(axis=0)), room.max()))
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


@checked
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


TOGETHER: Final = 64  # draws looked at together; neighbours should be alike
SLACK: Final = 1e-9  # relative, so that no set is dropped by rounding


@checked
def best_in_neighbours(cost: Floats, value: Floats, sets: Bools, budget: float) -> Ints:
    """Row of `sets` that is best in each draw, -1 where none is affordable.

    The answer of `drawwise.best_over_draws`, ties included, in less time where neighbouring draws
    differ little: a set is out where it reaches less at its best than an affordable one does at
    its worst, or costs more than the budget at its cheapest.

    Parameters
    ----------
    cost, value : (draws, projects)
    sets : (sets, projects)
    budget : one for all draws
    """
    found = np.full(len(cost), -1, dtype=np.int64)
    every = sets.astype(np.float64)
    for start in range(0, len(cost), TOGETHER):
        rows = slice(start, start + TOGETHER)
        ends = np.column_stack(
            [part[rows].min(axis=0) for part in (cost, value)]
            + [part[rows].max(axis=0) for part in (cost, value)]
        )
        cheap, low, dear, high = (every @ ends).T
        surely = low[dear <= budget * (1 - SLACK)]
        bar = surely.max() if surely.size else -np.inf
        near = SLACK * np.abs(every @ np.abs(ends[:, 1]) + np.abs(bar)) if surely.size else 0.0
        open_sets = np.flatnonzero(affordable(cheap, budget) & (high >= bar - near))
        if len(open_sets):
            best = best_over_draws(cost[rows], value[rows], sets[open_sets], budget)
            found[rows] = np.where(best >= 0, open_sets[best], -1)
    return found


BITS: Final = 62  # projects that a key of one whole number can hold


@checked
def worth_comparing(sets: Bools, welcome: Bools, idle: Bools | None = None) -> Ints:
    """Rows of the sets that no other one on the list makes needless.

    A set that a welcome project can extend is never better than its extension, and one that holds
    an idle project is the same without it: the best by any measure that rises with value is among
    the rest, and of sets that differ only in what is idle the smallest. More than 62 projects: all
    rows.

    Parameters
    ----------
    sets : (sets, projects) those that are allowed and affordable, each once
    welcome : (projects,) whether a project adds 0 or more in every draw, to whatever set
    idle : (projects,) whether it adds exactly 0 in every draw, to whatever set; none when None
    """
    n = sets.shape[1]
    rows = np.arange(len(sets))
    if n > BITS or not len(sets):
        return rows
    nothing = np.zeros(n, dtype=bool) if idle is None else idle
    bit = np.left_shift(np.int64(1), np.arange(n))
    keys = np.einsum("sp,p->s", sets.astype(np.int64), bit)
    known = np.sort(keys)
    kept = np.ones(len(sets), dtype=bool)
    for project in np.flatnonzero(welcome | nothing):
        ahead = np.flatnonzero(kept & (sets[:, project] == nothing[project]))
        better = keys[ahead] ^ bit[project]
        place = np.minimum(np.searchsorted(known, better), len(known) - 1)
        kept[ahead[known[place] == better]] = False
    return rows[kept]


@checked
def set_values(sets: Bools, gains: Floats, pairs: Bools, bonuses: Floats) -> Floats:
    """Value of each set in each draw, (draws, sets).

    Parameters
    ----------
    sets : (sets, projects)
    gains : (draws, projects)
    pairs : (sets, synergies) whether both of a pair are in the set
    bonuses : (draws, synergies)
    """
    parts = np.concatenate((sets, pairs), axis=1).astype(np.float64)
    values: Floats = np.concatenate((gains, bonuses), axis=1) @ parts.T
    return values


TIE = 1e-12  # share of the largest value within which two values are one


class Standing(NamedTuple):
    """How each set does over the draws, each (sets,)."""

    mean: Floats  # value
    low: Floats  # quantile of the value
    mean_regret: Floats  # value that the best set of each draw has above it
    most_regret: Floats
    best: Floats  # share of draws in which it is the best; sets that tie share a draw


@checked
def standing(values: ArrayLike, quantile: float = 0.1) -> Standing:
    """Say how every set does against the best one of each draw.

    Parameters
    ----------
    values : (draws, sets), more is better
    quantile : which level of value a cautious choice looks at, 0 to 1

    Notes
    -----
    Regret: Savage (1951), Journal of the American Statistical Association 46, 55-67.
    """
    within(quantile, "quantile", 0, 1)
    worth = table(values, "values", "draws", "sets")
    top = worth.max(axis=1)
    scale = float(np.abs(worth).max(initial=0.0))
    lack = top[:, None] - worth
    leads = lack <= TIE * scale
    share = np.einsum("ds,d->s", leads, 1 / leads.sum(axis=1)) / len(worth)
    return Standing(
        worth.mean(axis=0),
        order_quantile(worth, max(quantile, 1 / len(worth))),
        lack.mean(axis=0),
        lack.max(axis=0),
        share,
    )
