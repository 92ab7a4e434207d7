"""The smallest set of rules in conflict, against every subset tried."""

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capworth.errors import InputError
from capworth.methods.portfolio.integer import (
    Rows,
    cheapest_of_best,
    relation_rows,
    row,
    smallest_conflict,
    solve,
)
from capworth.methods.portfolio.relations import Relations

BUDGET = ("budget", 0)


def possible(rows: list[Rows], n: int) -> bool:
    """Whether some choice keeps all rows, by trying all."""
    for taken in product((0.0, 1.0), repeat=n):
        x = np.array(taken)
        if all(
            (p.matrix @ x >= p.low - 1e-9).all() and (p.matrix @ x <= p.high + 1e-9).all()
            for p in rows
        ):
            return True
    return False


def smallest(rows: list[Rows], n: int) -> int:
    """Size of the smallest set of owners that conflicts, 0 when there is none."""
    owners = list(dict.fromkeys(p.owner for p in rows))
    for size in range(1, len(owners) + 1):
        for some in combinations(owners, size):
            if not possible([p for p in rows if p.owner in some], n):
                return size
    return 0


@st.composite
def programmes(draw: st.DrawFn) -> tuple[list[Rows], int]:
    n = draw(st.integers(2, 5))
    pair = st.permutations(range(n)).map(lambda order: (order[0], order[1]))
    relations = Relations(
        n,
        requires=tuple((a, (b,)) for a, b in draw(st.lists(pair, max_size=3))),
        requires_any=tuple((a, (b,)) for a, b in draw(st.lists(pair, max_size=1))),
        excludes=tuple(draw(st.lists(pair, max_size=3))),
        must=tuple(draw(st.lists(st.integers(0, n - 1), max_size=3, unique=True))),
        at_least=tuple((1, group) for group in draw(st.lists(pair, max_size=1))),
        barred=tuple(draw(st.lists(st.integers(0, n - 1), max_size=1))),
    )
    cost = np.array(draw(st.lists(st.integers(0, 5), min_size=n, max_size=n)), dtype=float)
    budget = draw(st.integers(0, 6))
    return [*relation_rows(relations), row(BUDGET, cost, high=budget)], n


@settings(max_examples=30, deadline=None)
@given(programmes())
def test_the_conflict_is_one_and_no_smaller_one_exists(problem: tuple[list[Rows], int]) -> None:
    rows, n = problem
    found = smallest_conflict(rows, n)
    assert len(found) == smallest(rows, n)
    if found:
        assert not possible([p for p in rows if p.owner in found], n)
        for gone in found:  # letting go of any one ends it
            assert possible([p for p in rows if p.owner in found and p.owner != gone], n)


def test_the_fewest_rules_not_the_first_found() -> None:
    """Worked by hand: 0 needs 1 needs 2, 0 excludes 2 (four rules); 3 must and costs 9 of 5."""
    relations = Relations(4, requires=((0, (1,)), (1, (2,))), excludes=((0, 2),), must=(0, 3))
    rows = [*relation_rows(relations), row(BUDGET, np.array([0.0, 0, 0, 9]), high=5)]
    assert smallest_conflict(rows, 4) == (("must", 1), BUDGET)


def test_a_rule_of_several_rows_stands_or_falls_as_one() -> None:
    relations = Relations(3, requires=((0, (1, 2)),), excludes=((0, 1), (0, 2)), must=(0,))
    found = smallest_conflict(relation_rows(relations), 3)
    assert found in {
        (("requires", 0), ("excludes", 0), ("must", 0)),
        (("requires", 0), ("excludes", 1), ("must", 0)),
    }


def test_what_holds_by_nature_is_never_blamed() -> None:
    """x + y = 2 against x <= 0; that y <= 1 is nature."""
    both = row(("both", 0), np.array([1.0, 1.0]), low=2)
    none = row(("none", 0), np.array([1.0, 0.0]), high=0)
    assert smallest_conflict([both], 2, [none]) == (("both", 0),)
    assert smallest_conflict([both, none], 2) == (("both", 0), ("none", 0))


def test_the_cheapest_of_the_best_and_nothing_where_nothing_is_allowed() -> None:
    least = row(("sum", 0), np.ones(3), low=1, high=1)
    goal, price = np.array([2.0, 2.0, 1.0]), np.array([5.0, 3.0, 1.0])
    found = cheapest_of_best(goal, price, [least])
    assert found is not None
    assert found.tolist() == [0, 1, 0]
    shut = row(("shut", 0), np.ones(3), high=-1)
    assert cheapest_of_best(goal, price, [least, shut]) is None
    assert solve(np.empty(0), []) is not None


def test_a_part_may_be_a_share() -> None:
    """Half of the second, a share, fills what the first leaves."""
    room = row(("room", 0), np.array([1.0, 1.0]), high=1.5)
    found = solve(np.array([2.0, 1.0]), [room], np.array([True, False]))
    assert found is not None
    assert found.tolist() == pytest.approx([1, 0.5])


def test_a_solver_without_an_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    class Lost:
        status, message, x = 1, "time", None

    monkeypatch.setattr("capworth.methods.portfolio.integer.milp", lambda *_, **__: Lost())
    with pytest.raises(InputError, match="HiGHS gave no answer"):
        solve(np.ones(1), [])
