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
from capworth.methods.allocation.coalitions import largest, memberships, peaks, sums
from capworth.methods.allocation.nucleolus import in_core, nucleolus, strongest_objection
from capworth.methods.allocation.shapley import airport, shapley
from capworth.streams import stream

GOLDEN = tomllib.loads((Path(__file__).parents[2] / "golden/sharing.toml").read_text("utf-8"))


@pytest.mark.parametrize("golden", GOLDEN["nucleolus"], ids=lambda golden: golden["name"])
def test_nucleolus(golden: dict[str, Any]) -> None:
    table = np.minimum(sums(golden["claims"]), golden["estate"])
    np.testing.assert_allclose(nucleolus(table), golden["shares"], atol=golden["atol"])


def _excesses(table: Any, payment: Any) -> Any:
    return np.sort((sums(payment) - table)[1:-1])[::-1]


def _solve(goal: Any, table: Any, free: Any, settled: dict[int, float], most: Any) -> Any:
    users = len(table).bit_length() - 1
    member = memberships(users).astype(float)
    return linprog(
        goal,
        A_ub=[[*member[mask], -1] for mask in free],
        b_ub=[table[mask] for mask in free],
        A_eq=[[*member[mask], 0] for mask in settled],
        b_eq=list(settled.values()),
        bounds=[*((None, table[1 << user]) for user in range(users)), (None, most)],
    )


def _slow_nucleolus(table: Any) -> Any:
    """Twin by another rule: a coalition is settled when no optimum gives it any slack."""
    users = len(table).bit_length() - 1
    member = memberships(users).astype(float)
    free, settled = list(range(1, len(table) - 1)), {len(table) - 1: table[-1]}
    while free:
        least = _solve([0.0] * users + [1.0], table, free, settled, None)
        level, tight = least.x[-1], []
        for mask in free:
            slack = _solve([*member[mask], 0.0], table, free, settled, level + 1e-9)
            if slack.fun - table[mask] > level - 1e-6:
                tight.append(mask)
        settled |= {mask: table[mask] + level for mask in tight}
        free = [mask for mask in free if mask not in tight]
    return least.x[:users]


@settings(max_examples=15, deadline=None)
@given(arrays(float, (2, 4), elements=st.integers(0, 9)), st.integers(0, 3))
def test_nucleolus_is_that_of_the_slow_twin(loads: Any, fixed: int) -> None:
    table = peaks(loads)
    table[1:] += fixed
    np.testing.assert_allclose(nucleolus(table), _slow_nucleolus(table), atol=1e-5)


@settings(max_examples=20, deadline=None)
@given(arrays(float, 5, elements=st.integers(0, 20)), st.randoms(use_true_random=False))
def test_no_other_payment_has_smaller_excesses(costs: Any, random: Any) -> None:
    table = largest(costs)
    payment = nucleolus(table)
    assert payment.sum() == pytest.approx(table[-1], abs=1e-7)
    assert in_core(table, payment)  # the airport game has a core
    best = _excesses(table, payment)
    for _ in range(20):
        move = np.array([random.uniform(-1, 1) for _ in range(5)])
        other = _excesses(table, payment + move - move.mean())
        first = np.flatnonzero(np.abs(other - best) > 1e-6)
        assert not first.size or other[first[0]] > best[first[0]]


def test_alike_users_pay_alike_and_currency_does_not_matter() -> None:
    table = largest([4.0, 9.0, 4.0, 9.0])
    payment = nucleolus(table)
    assert payment[0] == pytest.approx(payment[2])
    assert payment[1] == pytest.approx(payment[3])
    np.testing.assert_allclose(nucleolus(table * 1e7), payment * 1e7, rtol=1e-6)
    np.testing.assert_allclose(nucleolus(table * 1e-7), payment * 1e-7, rtol=1e-6)


def test_the_nucleolus_of_ten_users() -> None:
    costs = stream(10, "test").uniform(1, 9, 10)
    payment = nucleolus(largest(costs))
    assert payment.sum() == pytest.approx(costs.max())
    assert in_core(largest(costs), payment)


def test_nobody_pays_more_than_alone() -> None:
    table = np.array([0.0, 2, 9, 7, 10, 6, 7, 11])  # without the rule the first would pay 3
    np.testing.assert_allclose(nucleolus(table), [2, 5, 4], atol=1e-7)
    np.testing.assert_allclose(_slow_nucleolus(table), [2, 5, 4], atol=1e-6)


def test_one_user_and_no_cost() -> None:
    assert nucleolus([0.0, 7.0]).tolist() == [7.0]
    assert nucleolus(np.zeros(8)).tolist() == [0, 0, 0]
    assert in_core([0.0, 7.0], [7.0])


def test_the_group_that_would_leave() -> None:
    table = largest([8.0, 11.0, 13.0, 18.0])
    equal = strongest_objection(table, [4.5] * 4)
    assert equal.excess == pytest.approx(0.5)  # three smallest pay 13.5 and need 13
    assert equal.coalition == 0b0111
    assert not in_core(table, [4.5] * 4)
    shares = airport([8.0, 11.0, 13.0, 18.0]).tolist()
    found = in_core(table, [[4.5] * 4, shares, [8.0, 3.0, 2.0, 5.0]])
    assert found.tolist() == [False, True, True]


def test_the_shapley_value_may_lie_outside_the_core() -> None:
    table = np.array([0.0, 10, 10, 10, 10, 10, 20, 20])  # users 1 and 2 save nothing together
    assert not in_core(table, shapley(table))
    assert in_core(table, nucleolus(table))


@given(arrays(float, (3, 4), elements=st.floats(0, 50, allow_subnormal=False)))
def test_objections_over_draws_by_looking_at_all(costs: Any) -> None:
    table, paid = largest(costs), np.repeat(costs.max(axis=1, keepdims=True) / 4, 4, axis=1)
    found = strongest_objection(table, paid)
    for row in range(3):
        excess = [
            paid[row][member].sum() - table[row, mask]
            for mask, member in enumerate(memberships(4))
            if 0 < mask < 15
        ]
        assert found.excess[row] == pytest.approx(max(excess))
        assert excess[found.coalition[row] - 1] == pytest.approx(max(excess))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: in_core([0.0, 1, 1, 2], [1.0, 0.5]), "miss the cost of all by 0.5"),
        (lambda: in_core([0.0, 1, 1, 2], [2.0]), "one for each"),
        (lambda: nucleolus(np.zeros((2, 4))), "Give one table"),
        (lambda: nucleolus(np.zeros(1 << 13)), "12 users at most"),
        (lambda: nucleolus([0.0, 1, 1, 5]), "nothing to share"),
        (lambda: nucleolus([0.0, 1, 1]), "no table"),
    ],
)
def test_slips(call: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()
