"""Value of a set: by hand, and by adding up improvement by improvement and pair by pair."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capworth.model.set_value import SetValue, bonuses_of


def test_a_bonus_is_a_share_of_the_lesser_gain_and_never_of_a_loss() -> None:
    gains = np.array([[4.0, 2.0], [-1.0, 5.0]])
    found = bonuses_of(np.array([[0, 1]]), gains, np.array([[0.5], [0.5]]))
    assert found.tolist() == [[1.0], [0.0]]


def test_value_of_sets_worked_by_hand() -> None:
    """Three improvements; the first two add half the lesser gain, the last two lose a quarter."""
    worth = SetValue(np.array([[0, 1], [2, 1]]), np.array([[0.5, -0.25], [0.5, -0.25]]))
    gains = np.array([[4.0, 2.0, 8.0], [1.0, 6.0, 4.0]])
    sets = np.array([[True, True, True], [True, False, True], [False, False, False]])
    #  4 + 2 + 8 + 1 - 0.5 = 14.5; 1 + 6 + 4 + 0.5 - 1 = 10.5
    expected = [[14.5, 12.0, 0.0], [10.5, 5.0, 0.0]]
    assert worth.over_draws(sets, gains).tolist() == expected
    assert worth.expected(sets, gains).tolist() == [12.5, 8.5, 0.0]
    assert worth.by_draw(sets[0], gains).tolist() == [14.5, 10.5]
    assert worth.by_draw(sets[:2], gains).tolist() == [14.5, 5.0]
    assert worth.parts(gains).tolist() == [[4, 2, 8, 1, -0.5], [1, 6, 4, 0.5, -1]]
    assert worth.taken(sets)[:, 3:].tolist() == [[True, True], [False, False], [False, False]]


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32))
def test_every_way_to_ask_gives_the_sum_of_parts(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, draws = int(rng.integers(2, 6)), int(rng.integers(1, 5))
    pairs = np.array([rng.permutation(n)[:2] for _ in range(rng.integers(0, 4))], dtype=np.int64)
    pairs = pairs.reshape(-1, 2)
    worth = SetValue(pairs, rng.uniform(-1, 1, (draws + 2, len(pairs))))
    gains, sets = rng.uniform(-2, 5, (draws, n)), rng.random((7, n)) < 0.5
    found = worth.over_draws(sets, gains)
    for d in range(draws):
        for s, row in enumerate(sets):
            value = sum(gains[d, k] for k in range(n) if row[k])
            for (one, other), share in zip(pairs.tolist(), worth.shares[d], strict=True):
                if row[one] and row[other]:
                    value += share * max(min(gains[d, one], gains[d, other]), 0)
            assert found[d, s] == pytest.approx(value, abs=1e-9)
    np.testing.assert_allclose(worth.expected(sets, gains), found.mean(axis=0), atol=1e-9)
    for s, row in enumerate(sets):
        np.testing.assert_allclose(worth.by_draw(row, gains), found[:, s], atol=1e-9)
