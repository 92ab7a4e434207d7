"""Dominance and monotonicity: a ranking that breaks its own rules is not shown.

Both checks ask the very function that made the ranking, and know nothing of how it works.
"""

from collections.abc import Callable
from typing import Final, TypeAlias

import numpy as np

from capworth.methods.arguments import Bools, Floats, checked

Score: TypeAlias = Callable[[Floats, Floats], Floats]
"""Takes levels (..., options, criteria), weights (draws, criteria); gives (..., draws, options)."""

_SLACK: Final = 1e-9  # rounding, in shares of the largest value
_STEPS: Final = (0.01, 0.5)  # how far a cell is improved, in ranges of its criterion


@checked
def dominance_faults(
    score: Score, levels: Floats, weights: Floats, rising: Bools
) -> list[tuple[int, int]]:
    """List the pairs (better, worse) where an option at least as good everywhere scores lower.

    Parameters
    ----------
    levels : (options, criteria)
    weights : (draws, criteria)
    rising : (criteria,), True where a higher level is better
    """
    good = np.where(rising, levels, -levels)
    no_worse = (good[:, None, :] >= good[None, :, :]).all(axis=2)
    values = score(levels, weights)
    below = (values[:, :, None] < values[:, None, :] - _slack(values)).any(axis=0)
    return [(int(i), int(k)) for i, k in np.argwhere(no_worse & below)]


@checked
def monotonicity_faults(
    score: Score, levels: Floats, weights: Floats, rising: Bools
) -> list[tuple[int, int]]:
    """List the cells (option, criterion) whose improvement costs the option value or rank.

    Every cell is improved by itself, by a hundredth and by half of the criterion's range over the
    options, while all other cells stay. Parameters as in `dominance_faults`.
    """
    options, criteria = levels.shape
    span = np.ptp(levels, axis=0)
    span = np.where(span > 0, span, np.maximum(np.abs(levels).max(axis=0), 1.0))
    before = score(levels, weights)
    slack = _slack(before)
    ahead = (before[:, None, :] > before[:, :, None] + slack).sum(axis=2)  # (draws, options)
    option = np.arange(options)
    faults: set[tuple[int, int]] = set()
    for c in range(criteria):
        for share in _STEPS:
            better = np.tile(levels, (options, 1, 1))  # draw i differs in the cell of option i
            better[option, option, c] += share * np.where(rising, span, -span)[c]
            after = score(better, weights)
            own = after[option, :, option]  # (options, draws)
            worse = own < before.T - slack
            worse |= (after > own[:, :, None] + slack).sum(axis=2) > ahead.T
            faults.update((int(i), c) for i in np.flatnonzero(worse.any(axis=1)))
    return sorted(faults)


def _slack(values: Floats) -> float:
    return _SLACK * float(np.abs(values).max())
