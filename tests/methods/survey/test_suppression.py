"""What is hidden cannot be worked out from what is shown."""

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linprog

from capworth.errors import InputError
from capworth.methods.survey.disclosure import dominated, hidden_cells, recoverable, without_small

GOLDEN = tomllib.loads((Path(__file__).parents[2] / "golden/network.toml").read_text("utf-8"))
counts = arrays(float, (3, 4), elements=st.sampled_from([0.0, 1.0, 2.0, 3.0, 4.0, 9.0]))


@pytest.mark.parametrize("golden", GOLDEN["hidden"], ids=lambda golden: golden["name"])
def test_hidden_cells(golden: dict[str, Any]) -> None:
    found = hidden_cells(golden["counts"], golden["least"])
    assert found.tolist() == golden["hidden"]


@given(counts)
def test_small_cells_are_hidden_and_empty_ones_never(cells: Any) -> None:
    hidden = hidden_cells(cells, 3)
    assert hidden[(cells > 0) & (cells < 3)].all()
    assert not hidden[cells == 0].any()
    assert not (hidden.any() and not ((cells > 0) & (cells < 3)).any())


@given(arrays(float, (4, 5), elements=st.sampled_from([1.0, 2.0, 3.0, 4.0, 9.0])))
@settings(deadline=None)
def test_no_small_cell_is_given_away_by_the_sums(cells: Any) -> None:
    """The attacker: a linear programme for the least that each small cell can be."""
    hidden = hidden_cells(cells, 3)
    places = np.argwhere(hidden)
    system = np.zeros((sum(cells.shape), len(places)))
    for k, (i, j) in enumerate(places):
        system[i, k] = system[cells.shape[0] + j, k] = 1.0
    for k, (i, j) in enumerate(places):
        if cells[i, j] < 3:
            goal = np.eye(len(places))[k]
            least = linprog(goal, A_eq=system, b_eq=system @ cells[hidden], bounds=(None, None))
            assert not least.success or least.fun < cells[i, j] - 1e-6


def test_a_bridge_between_two_rings_is_no_hiding_place() -> None:
    """Every line hides two cells, and yet the cell between the rings follows from the sums."""
    hidden = np.zeros((4, 4), dtype=bool)
    hidden[:2, :2] = hidden[2:, 2:] = hidden[1, 2] = True
    found = recoverable(hidden)
    assert found[1, 2]
    assert found.sum() == 1
    cells = np.array([[9, 9, 50, 50], [9, 9, 2, 60], [60, 60, 9, 9], [50, 50, 9, 9.0]])
    cells[hidden & (cells == 9)] = 2
    assert not recoverable(hidden_cells(cells, 3))[1, 2]


def test_dominated_counts_from_above_the_share() -> None:
    assert dominated([8.0, 8.1, 0.0, 5.0], [10.0, 10.0, 0.0, 5.0], 0.8).tolist() == [
        False,
        True,
        False,
        True,
    ]


def test_small_counts_become_unknown_and_none_stays_none() -> None:
    found = without_small(np.array([0.0, 0.4, 4.999, 5.0, 80.0]), 5.0)
    np.testing.assert_array_equal(found, [0.0, np.nan, np.nan, 5.0, 80.0])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: hidden_cells([1.0, 2.0], 3), "counts"),
        (lambda: hidden_cells([[-1.0]], 3), "counts: entry"),
        (lambda: dominated([1.0], [1.0], 1.5), "share"),
    ],
)
def test_slips(call: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()
