"""Deals of whole function vectors among lines of like cost: the null distribution of a claim.

If a function made no difference, any line could have had the functions of any other of its cost.
"""

from collections.abc import Iterator, Sequence
from itertools import product
from math import comb, factorial, prod
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.methods.arguments import Ints, checked, finite, whole

LEAST: Final = 5  # lines of a stratum
MOST_STRATA: Final = 3


class Deals(NamedTuple):
    """Deals other than the one that was observed.

    Attributes
    ----------
    order : (deals, lines) whose vector each line gets
    exact : whether these are all the deals there are, each once
    many : how many different deals there are in all, the observed one among them
    """

    order: Ints
    exact: bool
    many: float

    @property
    def floor(self) -> float:
        """Smallest p that these deals can give."""
        return 1 / (len(self.order) + 1)


@checked
def cost_strata(cost: ArrayLike, number: int | None = None) -> Ints:
    """Put lines into strata of like cost, 0 for the cheapest.

    Parameters
    ----------
    cost : (lines,)
    number : of strata; by default 3, or as many as leave `LEAST` lines to each, at least 1

    Returns
    -------
    (lines,) Lines are shared out evenly in order of cost; equal costs go to the lower stratum.

    >>> cost_strata([9, 1, 5, 5, 2, 7], 2).tolist()
    [1, 0, 0, 0, 0, 1]
    """
    amounts = finite(cost, "cost")
    lines = len(amounts)
    most = max(1, min(MOST_STRATA, lines // LEAST))
    strata = most if number is None else whole(number, "number", 1, max(lines, 1))
    below = np.searchsorted(np.sort(amounts), amounts)  # how many are cheaper
    return np.asarray(below * strata // max(lines, 1), dtype=np.int64)


@checked
def deal(kinds: ArrayLike, strata: ArrayLike, number: int, generator: np.random.Generator) -> Deals:
    """Deal the vectors inside strata: every different deal where there are few, else at random.

    Parameters
    ----------
    kinds : (lines,) whole numbers; lines of one kind have the same function vector
    strata : (lines,) vectors move only inside a stratum
    number : how many deals to draw; if there are no more than these, each is taken once
    generator : a stream of its own; see `streams.stream`

    >>> from capworth.streams import stream
    >>> found = deal([0, 0, 1, 2], [0, 0, 0, 1], 99, stream(0, "deals"))
    >>> found.exact, found.many, found.order.tolist()
    (True, 3.0, [[0, 2, 1, 3], [2, 0, 1, 3]])
    """
    kind, stratum = np.asarray(kinds), np.asarray(strata)
    if kind.ndim != 1 or kind.shape != stratum.shape or not len(kind):
        raise InputError(f"kinds {kind.shape}, strata {stratum.shape}: give one of each a line.")
    wanted = whole(number, "number", 1)
    places = [np.flatnonzero(stratum == s) for s in np.unique(stratum)]
    many = ways(kind, stratum)
    if many <= wanted + 1:
        order = np.array(list(_every(kind, places)), dtype=np.int64).reshape(-1, len(kind))
        others = (kind[order] != kind).any(axis=1)
        return Deals(order[others], True, _countable(many))
    order = np.tile(np.arange(len(kind)), (wanted, 1))
    for place in places:
        order[:, place] = generator.permuted(np.tile(place, (wanted, 1)), axis=1)
    return Deals(order, False, _countable(many))


@checked
def ways(kinds: ArrayLike, strata: ArrayLike) -> int:
    """How many different deals inside strata there are.

    >>> ways([0, 0, 1, 2], [0, 0, 0, 1])
    3
    """
    kind, stratum = np.asarray(kinds), np.asarray(strata)
    return prod(_ways(kind[stratum == s]) for s in np.unique(stratum))


@checked
def at_most(kinds: ArrayLike, strata: ArrayLike, number: int) -> bool:
    """Whether there are no more different deals inside strata; many are not counted to the end.

    >>> at_most([0, 0, 1, 2], [0, 0, 0, 1], 3), at_most([0, 0, 1, 2], [0, 0, 0, 1], 2)
    (True, False)
    """
    kind, stratum = np.asarray(kinds), np.asarray(strata)
    many = 1
    for s in np.unique(stratum):
        dealt = 0
        for count in np.unique(kind[stratum == s], return_counts=True)[1].tolist():
            dealt += count
            many *= comb(dealt, count)
            if many > number:
                return False
    return many <= number


def _countable(many: int) -> float:
    return float(min(many, 10**300))


def _ways(kinds: Ints) -> int:
    counts = np.unique(kinds, return_counts=True)[1]
    return factorial(len(kinds)) // prod(factorial(int(c)) for c in counts)


def _every(kinds: Ints, places: Sequence[Ints]) -> Iterator[Ints]:
    """Yield every different deal as whose vector each line gets."""
    by_stratum = [list(_arranged([int(k) for k in kinds[place]])) for place in places]
    for choice in product(*by_stratum):
        order = np.empty(len(kinds), dtype=np.int64)
        for place, arranged in zip(places, choice, strict=True):
            held: dict[int, list[int]] = {}
            for line in place:
                held.setdefault(int(kinds[line]), []).append(int(line))
            for line, kind in zip(place, arranged, strict=True):
                order[line] = held[kind].pop(0)
        yield order


def _arranged(kinds: list[int]) -> Iterator[tuple[int, ...]]:
    """Yield every different order of a list with repetitions."""
    if not kinds:
        yield ()
        return
    for first in sorted(set(kinds)):
        rest = kinds.copy()
        rest.remove(first)
        for others in _arranged(rest):
            yield (first, *others)
