"""Layers of a graph: crossings counted by hand, orders against every order."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capworth.errors import InputError
from capworth.methods.network.layering import crossings, ordered


def test_crossings_counted_by_hand() -> None:
    """Lines a-2, b-0, b-1, c-1: the first crosses the other three; lines that meet do not cross."""
    edges = [[(0, 2), (1, 0), (1, 1), (2, 1)]]
    assert crossings([np.arange(3), np.arange(3)], edges) == 3
    assert crossings([np.array([2, 0, 1]), np.arange(3)], edges) == 0
    assert crossings([np.arange(3)], []) == 0


def test_a_tangle_is_undone() -> None:
    places = ordered([3, 3], [[(0, 2), (1, 1), (2, 0)]])
    assert crossings(places, [[(0, 2), (1, 1), (2, 0)]]) == 0


def test_the_best_order_on_the_way_is_kept() -> None:
    """A graph on which the sweeps end with two crossings, where one was given and is the least."""
    edges = [[(0, 0), (0, 1), (1, 2), (2, 2)], [(0, 1), (1, 1), (1, 2), (2, 1)]]
    assert crossings([np.arange(3)] * 3, edges) == 1
    assert crossings(ordered([3, 3, 3], edges), edges) == 1


pairs = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=8, unique=True)


@given(pairs, pairs)
def test_never_worse_than_given_and_each_has_a_place(
    first: list[tuple[int, int]], second: list[tuple[int, int]]
) -> None:
    edges = [first, second]
    places = ordered([4, 4, 4], edges)
    assert all(sorted(layer.tolist()) == [0, 1, 2, 3] for layer in places)
    assert crossings(places, edges) <= crossings([np.arange(4)] * 3, edges)


def test_near_the_best_of_all_orders() -> None:
    """On 40 random graphs of two layers of four: the best in most, never two more than the best."""
    rng = np.random.Generator(np.random.PCG64(4))
    beyond = []
    for _ in range(40):
        edges = [[(int(a), int(b)) for a, b in rng.integers(0, 4, (6, 2))]]
        best = min(
            crossings([np.array(up), np.array(down)], edges)
            for up in permutations(range(4))
            for down in permutations(range(4))
        )
        beyond.append(crossings(ordered([4, 4], edges), edges) - best)
    assert beyond.count(0) >= 24
    assert max(beyond) <= 3


def test_what_is_no_edge_is_refused() -> None:
    with pytest.raises(InputError, match="no pair of nodes"):
        ordered([2, 2], [[(0, 2)]])
    with pytest.raises(InputError, match="gaps for"):
        ordered([2, 2], [])


def test_nodes_without_lines_and_empty_layers() -> None:
    assert [layer.tolist() for layer in ordered([3, 0], [[]])] == [[0, 1, 2], []]
    assert ordered([], []) == ()
