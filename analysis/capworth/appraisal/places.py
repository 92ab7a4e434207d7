"""Places of things over the draws: the expected one, and how often each is first."""

from typing import NamedTuple

from capworth.methods.arguments import Floats
from capworth.methods.uncertainty.order_statistics import mid_ranks


class Places(NamedTuple):
    """Over the draws, (things,): the expected place, 1 the first, and the share of firsts.

    Equals share their places. Exact where two are equal: places are summed before they are divided.
    """

    expected: Floats
    first: Floats


def places_of(values: Floats) -> Places:
    """Find the places of values (draws, things), more is better.

    One sort of each draw: what is told of every place and every pair (`rank_shares`) is not needed.
    """
    best = values == values.max(axis=1, keepdims=True)
    first = best / best.sum(axis=1, keepdims=True)
    return Places(mid_ranks(-values).mean(axis=0), first.mean(axis=0))
