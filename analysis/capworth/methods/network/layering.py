"""Layered graph: the order of its nodes in which few edges cross (Sugiyama)."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from capworth.errors import InputError
from capworth.methods.arguments import Floats, Ints, checked

Edges: TypeAlias = Sequence[tuple[int, int]]  # from a node of one layer to one of the next
_SWEEPS = 24  # up and down; the best order on the way is kept


@checked
def crossings(places: Sequence[Ints], edges: Sequence[Edges]) -> int:
    """Count the pairs of edges that cross between neighbouring layers.

    Parameters
    ----------
    places : for each layer, the place of every node
    edges : for each layer but the last, its edges to the next

    >>> crossings([np.array([0, 1]), np.array([1, 0])], [[(0, 0), (1, 1)]])
    1
    """
    total = 0
    for k, between in enumerate(edges):
        ends = np.array(between, dtype=np.int64).reshape(-1, 2)
        left, right = places[k][ends[:, 0]], places[k + 1][ends[:, 1]]
        apart = (left[:, None] - left) * (right[:, None] - right)
        total += int((apart < 0).sum()) // 2
    return total


@checked
def ordered(sizes: Sequence[int], edges: Sequence[Edges]) -> tuple[Ints, ...]:
    """Place the nodes of each layer so that few edges cross.

    Sweeps down and up; each node goes to the mean place of its neighbours in the layer before (the
    barycentre), equals and nodes without neighbours keep their order. The best of all orders on
    the way is returned: it never crosses more than the order given.

    Parameters
    ----------
    sizes : nodes of each layer
    edges : for each layer but the last, its edges to the next

    Returns
    -------
    For each layer, (nodes,) the place of every node, 0 at the top.

    Notes
    -----
    Sugiyama, Tagawa & Toda (1981), IEEE Transactions on Systems, Man and Cybernetics 11(2),
    109-125. A rule of thumb: the fewest crossings are NP-hard to find.
    """
    if len(edges) != max(len(sizes) - 1, 0):
        raise InputError(f"edges: {len(edges)} gaps for {len(sizes)} layers. Give one a gap.")
    for k, between in enumerate(edges):
        for one, other in between:
            if not (0 <= one < sizes[k] and 0 <= other < sizes[k + 1]):
                raise InputError(f"edges: gap {k} has ({one}, {other}), which is no pair of nodes.")
    places = [np.arange(size) for size in sizes]
    best, fewest = list(places), crossings(places, edges)
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        steps = range(len(edges)) if down else range(len(edges) - 1, -1, -1)
        for k in steps:
            ends = np.array(edges[k], dtype=np.int64).reshape(-1, 2)
            if down:
                places[k + 1] = _moved(places[k + 1], ends[:, 1], places[k][ends[:, 0]])
            else:
                places[k] = _moved(places[k], ends[:, 0], places[k + 1][ends[:, 1]])
        found = crossings(places, edges)
        if found < fewest:
            best, fewest = list(places), found
    return tuple(best)


def _moved(places: Ints, mine: Ints, theirs: Ints) -> Ints:
    """Places of a layer by the mean place of the neighbours of each node."""
    size = len(places)
    count = np.bincount(mine, minlength=size)
    total = np.bincount(mine, weights=theirs.astype(np.float64), minlength=size)
    reach = max(int(theirs.max()) if len(theirs) else 0, 1)
    own: Floats = places / max(size - 1, 1) * reach  # a node alone stays about where it is
    middle = np.where(count > 0, total / np.maximum(count, 1), own)
    order = np.lexsort((places, middle))
    moved = np.empty(size, dtype=np.int64)
    moved[order] = np.arange(size)
    return moved
