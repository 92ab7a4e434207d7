"""Best sets against HiGHS, best sets of every draw against all sets, and the order of priority."""

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from capworth.errors import InputError
from capworth.methods.arguments import Floats
from capworth.methods.portfolio.frontier import (
    Relations,
    best_over_draws,
    budget_frontier,
    core_index,
    feasible_sets,
    priority_order,
)

seeds = st.integers(0, 2**32)


def rules_of(relations: Relations) -> list[LinearConstraint]:
    """The relations as rows of a linear programme."""
    rows, low, high = [], [], []

    def row(signs: dict[int, int], least: float, most: float) -> None:
        line = np.zeros(relations.n)
        for project, sign in signs.items():
            line[project] = sign
        rows.append(line)
        low.append(least)
        high.append(most)

    for head, group in relations.requires:
        for needed in group:
            row({needed: 1, head: -1}, 0, 1)
    for group in relations.excludes:
        row(dict.fromkeys(group, 1), 0, 1)
    for project in relations.must:
        row({project: 1}, 1, 1)
    return [LinearConstraint(np.array(rows), low, high)] if rows else []


def highs(cost: Floats, value: Floats, relations: Relations, budget: float) -> tuple[float, float]:
    """Most value within a budget, then the least cost of that much; by another solver."""
    spend = LinearConstraint(cost[None, :], ub=budget)
    binary = {"integrality": np.ones(relations.n), "bounds": Bounds(0, 1)}
    rules = [spend, *rules_of(relations)]
    most = milp(-value, constraints=rules, **binary)
    assert most.status == 0
    enough = LinearConstraint(value[None, :], lb=-most.fun - 1e-6)
    least = milp(cost, constraints=[*rules, enough], **binary)
    return float(-most.fun), float(least.fun)


@settings(max_examples=12, deadline=None)
@given(st.integers(12, 16), seeds)
def test_the_frontier_is_what_highs_finds(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    cost, value = rng.integers(1, 40, n).astype(float), rng.integers(0, 30, n).astype(float)
    pairs = rng.permutation(n)[: 2 * (n // 3)].reshape(-1, 2).tolist()
    relations = Relations(
        n,
        requires=tuple((a, (b,)) for a, b in pairs[::2]),
        excludes=tuple((a, b) for a, b in pairs[1::2]),
        must=(int(rng.integers(n)),) if seed % 3 == 0 else (),
    )
    frontier = budget_frontier(cost, value, relations)
    floor = frontier.cost[0]
    for budget in np.unique(np.floor(np.linspace(floor, cost.sum(), 5))):
        step = frontier.best(float(budget))
        most, least = highs(cost, value, relations, float(budget))
        assert frontier.value[step] == pytest.approx(most, abs=1e-6)
        assert frontier.spent[step] == pytest.approx(least, abs=1e-4)


# ---------------------------------------------------------------------------------- every draw


def best_by_trying(
    cost: Sequence[float], value: Sequence[float], sets: Sequence[Sequence[bool]], budget: float
) -> int:
    """Most value, then the cheapest, then the first; in plain Python."""
    found, best = -1, (-np.inf, -np.inf)
    for row, taken in enumerate(sets):
        spent = sum(c for c, t in zip(cost, taken, strict=True) if t)
        gain = sum(v for v, t in zip(value, taken, strict=True) if t)
        if spent > budget:
            continue
        if (gain, -spent) > best:
            found, best = row, (gain, -spent)
    return found


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 6), st.integers(1, 8), st.integers(-1, 12), seeds)
def test_the_best_set_of_every_draw(n: int, draws: int, budget: int, seed: int) -> None:
    """Few levels, so that ties happen often."""
    rng = np.random.default_rng(seed)
    cost, value = (rng.integers(0, 4, (draws, n)).astype(float) for _ in range(2))
    relations = Relations(n, excludes=((0, n - 1),)) if n > 1 else Relations(n)
    sets = feasible_sets(relations)
    found = best_over_draws(cost, value - 1, sets, float(budget))
    expected = [
        best_by_trying(c.tolist(), v.tolist(), sets.tolist(), budget)
        for c, v in zip(cost, value - 1, strict=True)
    ]
    assert found.tolist() == expected


def test_ties_go_to_the_cheapest_and_then_to_the_first_listed() -> None:
    """Worked by hand: 0 and 1 together are worth 2, as is 2 alone and 3 alone."""
    value = [1.0, 1.0, 2.0, 2.0]
    relations = Relations(4, excludes=((2, 3), (0, 2), (0, 3), (1, 2), (1, 3)))
    for cost, chosen in (
        ([1.0, 1.0, 1.5, 1.5], [2]),  # cheaper than the pair; the first of 2 and 3
        ([1.0, 0.5, 1.5, 1.5], [0, 1]),  # as dear: the set that takes project 0
        ([1.0, 0.6, 1.6, 1.5], [3]),
        ([0.1, 0.2, 0.3, 0.3], [0, 1]),  # 0.1 + 0.2 is 0.3
    ):
        frontier = budget_frontier(cost, value, relations, unit=0.1)
        assert np.flatnonzero(frontier.chosen[frontier.best(2.0)]).tolist() == chosen
        sets = feasible_sets(relations)
        best = best_over_draws([cost], [value], sets, 2.0)[0]
        assert np.flatnonzero(sets[best]).tolist() == chosen


def test_each_draw_may_have_a_budget_of_its_own() -> None:
    sets = feasible_sets(Relations(2))
    best = best_over_draws([[2.0, 3.0]] * 4, [[5.0, 6.0]] * 4, sets, np.array([1.0, 2, 3, 5]))
    assert sets[best].tolist() == [[False, False], [True, False], [False, True], [True, True]]


def test_each_draw_may_have_a_bonus_of_its_own() -> None:
    """0 and 1 together add 4 and the bonus, 2 alone adds 5; all within the budget of 2."""
    sets = feasible_sets(Relations(3, excludes=((0, 2), (1, 2))))
    cost, value = [[1.0, 1.0, 2.0]] * 3, [[2.0, 2.0, 5.0]] * 3
    best = best_over_draws(cost, value, sets, 2.0, ((0, 1, 0.0),), [[0.5], [2.0], [-9.0]])
    assert [np.flatnonzero(sets[k]).tolist() for k in best] == [[2], [0, 1], [2]]
    best = best_over_draws(cost, value, sets, 2.0, ((0, 1, 2.0),))
    assert [np.flatnonzero(sets[k]).tolist() for k in best] == [[0, 1]] * 3
    with pytest.raises(InputError, match=r"bonus: shape \(2, 1\) is not \(3, 1\)"):
        best_over_draws(cost, value, sets, 2.0, ((0, 1, 2.0),), [[0.5], [2.0]])


def test_what_is_nowhere_affordable() -> None:
    sets = feasible_sets(Relations(2, must=(1,)))
    assert best_over_draws([[2.0, 3.0]], [[5.0, 6.0]], sets, 2.5).tolist() == [-1]


def test_how_often_a_project_is_in_the_best_set() -> None:
    chosen = np.array([[1, 0, 1], [1, 0, 0], [1, 0, 1], [1, 0, 1]], dtype=bool)
    assert core_index(chosen).tolist() == [1.0, 0.0, 0.75]
    with pytest.raises(InputError, match="Give a draw"):
        core_index(np.empty((0, 3), dtype=bool))


def test_all_allowed_sets_are_listed_once() -> None:
    relations = Relations(4, requires=((1, (0,)),), excludes=((2, 3),), must=(0,))
    found = feasible_sets(relations).tolist()
    expected = [
        list(taken)
        for taken in product((True, False), repeat=4)
        if taken[0] and not (taken[2] and taken[3])
    ]
    assert found == expected


def test_steps_that_are_too_many_are_refused_in_words() -> None:
    with pytest.raises(InputError, match=r"unit: 1e\+19 steps of 1 are too many"):
        budget_frontier([1e19, 1.0], [1.0, 1.0], Relations(2), unit=1.0)
    frontier = budget_frontier([1e19, 1.0], [1.0, 1.0], Relations(2), unit=1.0, limit=5.0)
    assert frontier.chosen.tolist() == [[False, False], [False, True]]


# ------------------------------------------------------------------------------------ the order


@pytest.mark.parametrize(
    ("cost", "value", "relations", "bundles"),
    [
        # 3 a unit, 2 a unit, 1 a unit
        ([10, 10, 10], [20, 30, 10], Relations(3), [(1,), (0,), (2,)]),
        # 1 needs 0: alone 0 gives 0.5, both 35/30, 2 gives 1
        ([10, 20, 30], [5, 30, 30], Relations(3, requires=((1, (0,)),)), [(0, 1), (2,)]),
        # 0 gives 3 and goes alone; then 1 gives 0.5
        ([10, 20, 30], [30, 10, 30], Relations(3, requires=((1, (0,)),)), [(0,), (2,), (1,)]),
        # what is needed by two is paid for once
        ([9, 1, 1], [0, 6, 5], Relations(3, requires=((1, (0,)), (2, (0,)))), [(0, 1), (2,)]),
        # 0 shuts out 2
        ([10, 10, 10], [30, 10, 25], Relations(3, excludes=((0, 2),)), [(0,), (1,)]),
        # what must be done comes first, whatever it gives
        ([10, 10], [1, 30], Relations(2, must=(0,)), [(0,), (1,)]),
        # what gains nothing never enters
        ([10, 10, 0], [0, -5, 0], Relations(3), []),
        # equal rates: the cheaper, then the lower number
        ([20, 10, 10], [40, 20, 20], Relations(3), [(1,), (2,), (0,)]),
        # what costs nothing comes first
        ([0, 1], [1, 100], Relations(2), [(0,), (1,)]),
    ],
    ids=lambda part: str(part)[:24],
)
def test_the_order_of_priority_worked_by_hand(
    cost: list[float], value: list[float], relations: Relations, bundles: list[tuple[int, ...]]
) -> None:
    assert list(priority_order(cost, value, relations)) == bundles


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 6), seeds)
def test_the_order_takes_each_project_once_and_obeys(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    cost, value = rng.integers(0, 5, n).astype(float), rng.integers(-1, 5, n).astype(float)
    heads = [(int(a), (int(b),)) for a, b in rng.integers(0, n, (2, 2)) if a != b]
    relations = Relations(n, requires=tuple(heads), excludes=((0, n - 1),) if n > 1 else ())
    taken: list[int] = []
    for bundle in priority_order(cost, value, relations):
        assert not set(bundle) & set(taken)
        taken += bundle
        for head, group in relations.requires:
            assert head not in taken or set(group) <= set(taken)
        for group in relations.excludes:
            assert len(set(group) & set(taken)) <= 1
        assert value[list(bundle)].sum() > 0
    alone = [p for p in range(n) if value[p] > 0 and p not in taken]
    for project in alone:  # it was shut out, or its bundle gains nothing
        assert any(project in group for group in relations.excludes) or any(
            head == project for head, _ in relations.requires
        )


def by_whole_sets(
    cost: Floats, value: Floats, relations: Relations
) -> Iterator[tuple[float, float]]:
    """Cost and value of each step of the order of priority, every sum taken anew over whole sets.

    For requirements of one project each, exclusions and pairs.
    """

    def worth(taken: frozenset[int]) -> float:
        pairs = sum(b for one, other, b in relations.synergies if {one, other} <= taken)
        return float(value[list(taken)].sum()) + pairs

    def closed(taken: frozenset[int]) -> frozenset[int]:
        more = taken.union(*(group for head, group in relations.requires if head in taken))
        return taken if more == taken else closed(more)

    taken: frozenset[int] = frozenset()
    while True:
        ways = []
        for project in {*range(relations.n)} - taken:
            after = closed(taken | {project})
            price, gain = cost[list(after - taken)].sum(), worth(after) - worth(taken)
            clash = any(len(after.intersection(group)) > 1 for group in relations.excludes)
            if gain > 0 and not clash:
                rate = -gain / price if price else -gain
                ways.append((price > 0, rate, price, sorted(after - taken), after))
        if not ways:
            return
        after = min(ways)[-1]
        yield float(cost[list(after)].sum()), worth(after)
        taken = after


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 7), seeds)
def test_the_order_by_steps_is_that_by_whole_sets(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    cost, value = rng.integers(0, 5, n).astype(float), rng.integers(-1, 5, n).astype(float)
    heads, apart, pairs = ([(int(a), int(b)) for a, b in rng.integers(0, n, (3, 2))] for _ in "abc")
    relations = Relations(
        n,
        requires=tuple((a, (b,)) for a, b in heads[:2] if a != b),
        excludes=tuple(pair for pair in apart[:1] if len({*pair}) > 1),
        synergies=tuple((a, b, float(rng.integers(-2, 4))) for a, b in pairs if a != b),
    )
    taken: list[int] = []
    found = []
    for bundle in priority_order(cost, value, relations):
        taken += bundle
        bonus = sum(b for one, other, b in relations.synergies if {one, other} <= {*taken})
        found.append((float(cost[taken].sum()), float(value[taken].sum()) + bonus))
    assert found == list(by_whole_sets(cost, value, relations))
