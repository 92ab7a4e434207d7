"""What would bring a project in, against bisection on the exact optimum."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capworth.errors import InputError
from capworth.methods.portfolio.draws import set_values, standing, worth_comparing
from capworth.methods.portfolio.frontier import Relations, admission, budget_frontier
from capworth.methods.portfolio.priority import filled
from capworth.methods.portfolio.relations import feasible_sets


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_cost_and_value_at_which_a_project_comes_in(seed: int) -> None:
    """Below the cost, or above the value, the project is in a best set; else in none."""
    rng = np.random.default_rng(seed)
    n = 6
    cost, value = rng.integers(1, 8, n).astype(float), rng.integers(1, 9, n).astype(float)
    a, b, c = (int(k) for k in rng.permutation(n)[:3])
    relations = Relations(n, requires=((a, (b,)),), excludes=((b, c),))
    budget = float(rng.integers(6, 16))
    frontier = budget_frontier(cost, value, relations)
    step = frontier.best(budget)
    best = float(frontier.value[step])
    for k in np.flatnonzero(~frontier.chosen[step]):
        forced = replace(relations, must=(int(k),))
        free = np.where(np.arange(n) == k, 0.0, cost)
        try:
            held = budget_frontier(free, value, forced)
        except InputError:
            continue
        found = admission(held, cost[k], best, budget)

        def with_it(price: float, worth: float, k: int = int(k)) -> float:
            """Best value of a set that holds it; -inf if none is affordable."""
            prices = np.where(np.arange(n) == k, price, cost)
            worths = np.where(np.arange(n) == k, worth, value)
            sets = feasible_sets(replace(relations, must=(k,)))
            inside = sets @ prices <= budget + 1e-9
            return float((sets[inside] @ worths).max()) if inside.any() else -np.inf

        if np.isnan(found.cost_at_most):
            assert with_it(0.0, value[k]) < best - 1e-9
        else:
            assert with_it(found.cost_at_most, value[k]) >= best - 1e-9
            assert with_it(found.cost_at_most + 1, value[k]) < best - 1e-9
        if np.isnan(found.value_lack):
            assert with_it(cost[k], value[k]) == -np.inf
        else:
            assert with_it(cost[k], value[k] + found.value_lack) == pytest.approx(best)
            assert found.value_lack >= -1e-9
            assert found.chosen is not None
            assert found.chosen[k]


def test_costs_between_two_steps_of_the_grid() -> None:
    """Worked by hand, grid 10: 0 is 40 worth 9, 1 is 33 (40 on the grid) worth 8; 50 to spend."""
    cost, value = np.array([40.0, 33.0]), np.array([9.0, 8.0])
    held = budget_frontier([40, 0], value, Relations(2, must=(1,)), 10.0)
    found = admission(held, 33.0, 9.0, 50.0)
    assert found.cost_at_most == 10  # with 0 beside it
    assert found.value_lack == 1
    assert cost.sum() > 50


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_no_set_that_was_dropped_is_better_than_all_that_were_kept(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, draws = 5, 6
    relations = Relations(n, excludes=((0, 1),), requires=((2, (3,)),))
    cost = rng.integers(1, 5, n).astype(float)
    sets = feasible_sets(relations)
    sets = sets[sets @ cost <= 8]
    gains = rng.integers(-1, 6, (draws, n)).astype(float)
    gains[:, rng.random(n) < 0.3] = 0.0
    pairs = np.column_stack([sets[:, 0] & sets[:, 3]])
    bonus = rng.integers(-2, 3, (draws, 1)).astype(float)
    values = set_values(sets, gains, pairs, bonus)
    welcome = np.asarray((gains >= 0).all(axis=0))
    if (bonus < 0).any():
        welcome[[0, 3]] = False
    idle = np.asarray((gains == 0).all(axis=0))
    if (bonus != 0).any():
        idle[[0, 3]] = False
    kept = worth_comparing(sets, welcome, idle)
    assert len(set(kept.tolist())) == len(kept)
    np.testing.assert_allclose(values[:, kept].max(axis=1), values.max(axis=1))
    for row in np.setdiff1d(np.arange(len(sets)), kept):
        wider = [k for k in kept if (sets[k] | ~sets[row] | idle).all()]
        assert any((values[:, k] >= values[:, row] - 1e-9).all() for k in wider)
    assert len(np.unique(sets[kept][:, ~idle], axis=0)) == len(kept)


def test_sets_that_can_be_extended_are_dropped() -> None:
    sets = feasible_sets(Relations(3, excludes=((0, 1),)))
    kept = sets[worth_comparing(sets, np.ones(3, dtype=bool))]
    assert kept.tolist() == [[True, False, True], [False, True, True]]
    all_kept = worth_comparing(sets, np.zeros(3, dtype=bool))
    assert len(all_kept) == len(sets)


def test_of_sets_that_differ_only_in_what_is_idle_the_smallest_is_kept() -> None:
    """The first gains, the second adds nothing, the third requires the second."""
    sets = feasible_sets(Relations(3, requires=((2, (1,)),)))
    idle = np.array([False, True, False])
    kept = sets[worth_comparing(sets, ~idle, idle)]
    assert sorted(kept.tolist()) == [[True, False, False], [True, True, True]]
    alone = sets[worth_comparing(sets, np.zeros(3, dtype=bool), idle)]
    assert [False, True, False] not in alone.tolist()
    assert [True, True, False] not in alone.tolist()
    assert len(alone) == len(sets) - 2


def test_values_of_sets_worked_by_hand() -> None:
    sets = np.array([[True, True, False], [False, True, True]])
    found = set_values(
        sets,
        np.array([[1.0, 2, 4], [3.0, 5, 7]]),
        sets[:, [0]] & sets[:, [1]],
        np.array([[10.0], [20]]),
    )
    assert found.tolist() == [[13, 6], [28, 12]]


def test_regret_worked_by_hand() -> None:
    """Three draws, three sets; in the second draw the first two tie."""
    values = np.array([[5.0, 3.0, 1.0], [2.0, 2.0, 0.0], [0.0, 4.0, 6.0]])
    found = standing(values, 0.5)
    assert found.mean.tolist() == pytest.approx([7 / 3, 3, 7 / 3])
    assert found.low.tolist() == [2, 3, 1]
    assert found.mean_regret.tolist() == pytest.approx([2, 4 / 3, 2])
    assert found.most_regret.tolist() == [6, 2, 4]
    assert found.best.tolist() == pytest.approx([1.5 / 3, 0.5 / 3, 1 / 3])


def test_going_down_a_list_until_the_money_is_spent() -> None:
    """0 fits, 1 does not, 2 needs 1 and is left out, 3 is excluded by 0, 4 fits."""
    relations = Relations(5, requires=((2, (1,)),), excludes=((0, 3),))
    cost = [3.0, 9.0, 1.0, 1.0, 2.0]
    assert sorted(filled([(0,), (1,), (2,), (3,), (4,)], cost, 6.0, relations)) == [0, 4]
    assert sorted(filled([(4,), (1, 2)], cost, 12.0, relations)) == [1, 2, 4]
    must = Relations(2, must=(1,))
    assert sorted(filled([(1,), (0,)], [2.0, 2.0], 4.0, must)) == [0, 1]
