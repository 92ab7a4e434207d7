"""Switching values by substitution: the levels of one input at which the advice changes.

One input is set to a level, alone, all others stay as uncertain as they were; the chance of a
change is the mass of the input's own distribution over all levels at which it holds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from capworth.methods.arguments import checked, whole, within

LEVELS: Final = 41  # at which the advice is asked for
AT_MEDIAN: Final = "what is advised at the median"
SHARP: Final = 0.01  # of the input's probability, to which a switching level is found


@dataclass(frozen=True, slots=True)
class Changed:
    """A stretch of levels at which the advice is another one.

    Attributes
    ----------
    answer : what the advice is there
    low, high : levels, in the unit of the input; the ends of its range where it holds up to them
    below : mass of the input's distribution below the stretch
    probability : mass over the stretch
    """

    answer: object
    low: float
    high: float
    below: float
    probability: float


@checked
def switching_stretches(
    advice: Callable[[float], object],
    quantile: Callable[[float], float],
    levels: int = LEVELS,
    sharp: float = SHARP,
    usual: object = AT_MEDIAN,
) -> tuple[Changed, ...]:
    """Switching values: stretches of one input on which the advice is not the usual one.

    Parameters
    ----------
    advice : what is advised when the input is set to a level; anything that can be compared
    quantile : level that the input stays below with a probability
    levels : quantile levels that are looked at, ends included
    sharp : probability to which an end of a stretch is found by halving
    usual : what is advised while the input is uncertain; that at its median where it is not given

    Returns
    -------
    Stretches in rising order; empty where the advice never changes. What changes and changes back
    between two neighbouring levels is not seen.

    Notes
    -----
    Structural switching values: HM Treasury, The Green Book, on sensitivity analysis.

    >>> found = switching_stretches(lambda x: x > 7.5, lambda p: 10 * p, sharp=1e-6)
    >>> [(round(s.low, 3), s.high, round(s.probability, 3)) for s in found]
    [(7.5, 10.0, 0.25)]
    """
    within(sharp, "sharp", 1e-12, 1)
    whole(levels, "levels", 2, 100_000)
    asked: dict[float, object] = {}

    def at(probability: float) -> object:
        if probability not in asked:
            asked[probability] = advice(quantile(probability))
        return asked[probability]

    known = at(0.5) if usual is AT_MEDIAN else usual
    grid = sorted({*np.linspace(0, 1, levels).tolist(), 0.5})
    ends = [0.0]
    for low, high in pairwise(grid):
        if at(low) != at(high):
            ends.append(_halved(at, low, high, sharp))
    ends.append(1.0)
    found = []
    for low, high in pairwise(ends):
        inside = [p for p in grid if low <= p <= high] or [(low + high) / 2]
        answer = at(inside[len(inside) // 2])
        if answer != known:
            found.append(Changed(answer, quantile(low), quantile(high), low, high - low))
    return tuple(found)


@checked
def switching_probability(stretches: tuple[Changed, ...]) -> float:
    """Chance that one input alone changes the advice: the mass of all stretches together."""
    return float(sum(stretch.probability for stretch in stretches))


def _halved(at: Callable[[float], object], low: float, high: float, sharp: float) -> float:
    left = at(low)
    while high - low > sharp:
        middle = (low + high) / 2
        if at(middle) == left:
            low = middle
        else:
            high = middle
    return (low + high) / 2
