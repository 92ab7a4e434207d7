"""Value of a set: by hand, and by adding up improvement by improvement and pair by pair."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capworth.methods.arguments import Floats
from capworth.model.set_value import SetValue, _by_way, bonuses_of
from capworth.model.simulation import Sample


@dataclass(frozen=True)
class Ceiling:
    """Where improvements meet: each fills something, and no more than a ceiling is filled."""

    users: tuple[int, ...]
    capability: str
    fills: Floats  # (draws, improvements)
    ceiling: float

    def joint(self, measure: str, users: Sequence[int], delays: Sequence[int] = ()) -> Floats:
        late = delays or [0] * len(users)
        parts = [self.fills[:, u] / 2.0**d for u, d in zip(users, late, strict=True)]
        return np.asarray(np.minimum(np.sum(parts, axis=0), self.ceiling))


def worth_of(
    gains: Floats, pairs: object, shares: object, meetings: tuple[Ceiling, ...] = ()
) -> SetValue:
    """Value of sets of plain gains, the same on the distance and in money; cost is 10 each."""
    each = SimpleNamespace(distance=gains, money=gains, harm=gains, net=gains - 10)
    years = SimpleNamespace(left=lambda _, delay: 0.5**delay)  # of effect, half for every year
    model = SimpleNamespace(gains=SimpleNamespace(years=years))
    sample = SimpleNamespace(drawn=SimpleNamespace(gains=each, size=len(gains)), model=model)
    number = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return SetValue(cast(Sample, sample), number, np.array(shares, dtype=float), meetings)


def test_a_bonus_is_a_share_of_the_lesser_gain_and_never_of_a_loss() -> None:
    gains = np.array([[4.0, 2.0], [-1.0, 5.0]])
    found = bonuses_of(np.array([[0, 1]]), gains, np.array([[0.5], [0.5]]))
    assert found.tolist() == [[1.0], [0.0]]


GAINS = np.array([[4.0, 2.0, 8.0], [1.0, 6.0, 4.0]])
SETS = np.array([[True, True, True], [True, False, True], [False, False, False]])
PAIRS = [[0, 1], [2, 1]], [[0.5, -0.25], [0.5, -0.25]]


def test_value_of_sets_worked_by_hand() -> None:
    """Three improvements; the first two add half the lesser gain, the last two lose a quarter."""
    worth = worth_of(GAINS, *PAIRS)
    #  4 + 2 + 8 + 1 - 0.5 = 14.5; 1 + 6 + 4 + 0.5 - 1 = 10.5
    assert worth.over_draws(SETS, "distance").tolist() == [[14.5, 12.0, 0.0], [10.5, 5.0, 0.0]]
    assert worth.expected(SETS, "distance").tolist() == [12.5, 8.5, 0.0]
    assert worth.by_draw(SETS[0], "distance").tolist() == [14.5, 10.5]
    assert worth.by_draw(SETS[:2], "distance").tolist() == [14.5, 5.0]
    assert worth.by_draw(SETS[0], "distance", 1).tolist() == [14.5]
    assert worth.bonuses("distance").tolist() == [[1, -0.5], [0.5, -1]]


def test_a_bonus_of_money_net_of_cost_is_a_share_of_money_before_cost() -> None:
    """Each costs 10, so that no net gain is above 0; the pair adds 1 and 0.5 all the same."""
    worth = worth_of(GAINS, [[0, 1]], [[0.5], [0.5]])
    assert worth.over_draws(SETS, "net").tolist() == [[-15.0, -8.0, 0.0], [-18.5, -15.0, 0.0]]


def test_what_members_fill_together_is_filled_once() -> None:
    """0 and 2 fill 4 + 8 and 1 + 4 of the 6 that lack: 6 of 12, and 5 of 5 (4 + 4: 2 lost)."""
    meeting = Ceiling((0, 2), "A", GAINS, 6.0)
    worth = worth_of(np.minimum(GAINS, 6.0), [], np.empty((2, 0)), (meeting,))
    assert worth.over_draws(SETS, "distance").tolist() == [[8.0, 6.0, 0.0], [11.0, 5.0, 0.0]]
    assert worth.expected(SETS, "distance").tolist() == [9.5, 5.5, 0.0]
    assert worth.by_draw(SETS[1], "distance").tolist() == [6.0, 5.0]
    assert worth.by_draw(SETS[:2], "distance").tolist() == [8.0, 5.0]
    assert [worth.meet(row) for row in SETS] == [True, True, False]
    assert not worth.meet(np.array([True, True, False]))


def test_a_late_member_meets_the_others_late_and_its_pair_counts_for_what_is_left() -> None:
    """2 fills half a year later: 4 + 4 and 1 + 2 of 6; 0 and 2 are a pair worth half the lesser."""
    meeting = Ceiling((0, 2), "A", GAINS, 6.0)
    gains = np.minimum(GAINS, 6.0)
    worth = worth_of(gains, [[0, 2]], [[0.5], [0.5]], (meeting,))
    kept = gains.T.copy()
    kept[2] = np.minimum(GAINS[:, 2] / 2, 6.0)  # 4, 2
    late = np.array([0, 0, 1])
    #  together 6 and 3; the pair adds 2 and 0.5, of which half is left, as of the later one
    found = worth.started(SETS[1], late, "distance", kept)
    assert found.tolist() == pytest.approx([6.0 + 2.0 / 2, 3.0 + 0.5 / 2])
    beyond = worth.together(SETS[1], late, "distance")  # the mean of the same
    assert beyond + kept[[0, 2]].sum(axis=0).mean() == pytest.approx(found.mean())
    at_once = worth.started(SETS[1], np.zeros(3, dtype=np.int64), "distance", gains.T)
    assert at_once.tolist() == pytest.approx(worth.by_draw(SETS[1], "distance").tolist())


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32))
def test_every_way_to_ask_gives_the_sum_of_parts(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, draws = int(rng.integers(2, 6)), int(rng.integers(1, 5))
    pairs = np.array([rng.permutation(n)[:2] for _ in range(rng.integers(0, 4))], dtype=np.int64)
    pairs = pairs.reshape(-1, 2)
    fills = rng.uniform(-2, 5, (draws, n))
    users = tuple(sorted(rng.permutation(n)[:2].tolist()))
    meeting = Ceiling(users, "A", fills, float(rng.uniform(0, 6)))
    gains, sets = np.minimum(fills, meeting.ceiling), rng.random((7, n)) < 0.5
    worth = worth_of(gains, pairs, rng.uniform(-1, 1, (draws, len(pairs))), (meeting,))
    found = worth.over_draws(sets, "distance")
    for d in range(draws):
        for s, row in enumerate(sets):
            value = sum(gains[d, k] for k in range(n) if row[k])
            for (one, other), share in zip(pairs.tolist(), worth.shares[d], strict=True):
                if row[one] and row[other]:
                    value += share * max(min(gains[d, one], gains[d, other]), 0)
            if row[list(users)].all():
                both: Any = fills[d, list(users)]
                value += min(both.sum(), meeting.ceiling) - np.minimum(both, meeting.ceiling).sum()
            assert found[d, s] == pytest.approx(value, abs=1e-9)
    np.testing.assert_allclose(worth.expected(sets, "distance"), found.mean(axis=0), atol=1e-9)
    none = np.zeros(n, dtype=np.int64)
    for s, row in enumerate(sets):
        np.testing.assert_allclose(worth.by_draw(row, "distance"), found[:, s], atol=1e-9)
        started = worth.started(row, none, "distance", gains.T)
        np.testing.assert_allclose(started, found[:, s], atol=1e-9)
        own = gains[:, row].sum(axis=1).mean()
        beyond = worth.together(row, none, "distance")
        assert own + beyond == pytest.approx(found[:, s].mean(), abs=1e-9)


@pytest.mark.parametrize("users", [2, 9, 17, 55])
def test_ways_to_meet_are_those_that_comparing_finds(users: int) -> None:
    inside = np.random.default_rng(users).random((300, users)) < 2 / users
    ways = np.unique(inside[inside.sum(axis=1) > 1], axis=0)
    found = list(_by_way(inside))
    assert [rows.tolist() for rows in found] == [
        np.flatnonzero((inside == way).all(axis=1)).tolist() for way in ways
    ]
    assert [*_by_way(inside[:0])] == []
