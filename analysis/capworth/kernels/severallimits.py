"""The best set of projects within several limits at once: money of many kinds, staff, years."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.kernels.arguments import finite
from capworth.kernels.arrays import Bools, Floats
from capworth.kernels.limitedfrontier import pair_rows
from capworth.kernels.linearmodel import Rows, relation_rows, row, solve
from capworth.kernels.relations import Relations, synergy_totals

GOAL: Final = 1e6  # the largest value is counted so, that the gap HiGHS leaves is a trifle
SAME: Final = 1e-12  # values this share of all value apart are equal
TRIES: Final = 50  # sets that HiGHS may propose beyond a limit, by its rounding


class Best(NamedTuple):
    """The best set, its value with bonuses, and what it uses of each limit."""

    chosen: Bools  # (projects,)
    value: float
    used: Floats  # (limits,)


def best_within(
    value: ArrayLike, relations: Relations, uses: ArrayLike, limits: ArrayLike
) -> Best | None:
    """Find the set of most value that keeps every limit; None where no allowed set does.

    The 0/1 knapsack where there is one limit, the multidimensional one where there are several.
    Amounts are taken as they are, on no grid. Of equal sets the one that uses least of the first
    limit.

    Parameters
    ----------
    value : (projects,)
    relations : which sets are allowed, and the bonus of pairs; `Relations(n)` where all are
    uses : (limits, projects) what each project takes of what each limit is about
    limits : (limits,) the most of each

    Notes
    -----
    Integer programme (HiGHS); a set that passes a limit within the tolerance of the solver is
    struck out and the search goes on, so every limit holds to the last digit.

    >>> best_within([60, 100, 120], Relations(3), [[10, 20, 30]], [50]).chosen.tolist()
    [False, True, True]
    """
    worth, taken, room = finite(value, "value"), finite(uses, "uses"), finite(limits, "limits")
    n, pairs = relations.n, relations.synergies
    if worth.shape != (n,) or room.ndim != 1 or taken.shape != (len(room), n) or not len(room):
        raise InputError(
            f"value {worth.shape}, uses {taken.shape}, limits {room.shape}: give (projects,), "
            f"(limits, projects) and (limits,) for {n} projects."
        )
    wide = n + len(pairs)
    rows = [
        Rows(p.owner, np.pad(p.matrix, ((0, 0), (0, wide - n))), p.low, p.high)
        for p in relation_rows(relations)
    ]
    for k, (use, cap) in enumerate(zip(taken, room, strict=True)):
        rows.append(row(("limit", k), np.pad(use, (0, wide - n)), high=float(cap)))
    for k, (one, other, bonus) in enumerate(pairs):
        rows += pair_rows(k, n + k, one, other, bonus, wide)
    gains = np.concatenate((worth, [bonus for _, _, bonus in pairs]))
    largest = float(np.abs(gains).max(initial=0.0)) or 1.0

    def total(chosen: Bools) -> float:
        return float(worth @ chosen + synergy_totals(chosen[None], pairs)[0])

    def search(goal: Floats, further: list[Rows], enough: float) -> Bools | None:
        struck: list[Rows] = []
        for k in range(TRIES):
            found = solve(goal, [*rows, *further, *struck])
            if found is None:
                return None
            chosen: Bools = found[:n] > 0.5
            kept = (taken @ chosen <= room + SAME * np.abs(taken).sum(axis=1)).all()
            if kept and total(chosen) >= enough:
                return chosen
            line = np.pad(np.where(chosen, 1.0, -1.0), (0, wide - n))
            struck.append(row(("struck", k), line, high=float(chosen.sum()) - 1))
        raise InputError("limits: too many sets lie at the very limit. Round the amounts.")

    first = search(gains * (GOAL / largest), [], -np.inf)
    if first is None:
        return None
    best, slack = total(first), SAME * float(np.abs(gains).sum())
    near = row(("goal", 0), gains, low=best - 1e-9 * abs(best))
    price = np.pad(taken[0], (0, wide - n))
    scale = float(np.abs(price).max(initial=0.0)) or 1.0
    try:
        cheapest = search(-price * (GOAL / scale), [near], best - slack)
    except InputError:  # nearly equal sets without end: the best one stands
        cheapest = None
    chosen = first
    if cheapest is not None and taken[0] @ cheapest < taken[0] @ first:
        chosen = cheapest
    return Best(chosen, total(chosen), np.asarray(taken @ chosen))
