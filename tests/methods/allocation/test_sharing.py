import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from capworth.errors import InputError
from capworth.methods.allocation.coalitions import memberships
from capworth.methods.allocation.keys import (
    allotted,
    by_component,
    equal_shares,
    proportional_shares,
    remaining_benefit,
)
from capworth.methods.allocation.shapley import airport, shapley

GOLDEN = tomllib.loads((Path(__file__).parents[2] / "golden/sharing.toml").read_text("utf-8"))


def test_keys_worked_by_hand() -> None:
    assert equal_shares(4).tolist() == [0.25] * 4
    np.testing.assert_allclose(proportional_shares([[6, 2], [0, 5]]), [[0.75, 0.25], [0.0, 1.0]])
    np.testing.assert_allclose(allotted([8, 10], [[0.75, 0.25], [0.0, 1.0]]), [[6, 2], [0, 10]])


@given(
    arrays(float, (3, 4), elements=st.floats(0.001, 1e6)),
    arrays(float, 3, elements=st.floats(0, 1e9)),
)
def test_what_is_allotted_sums_to_the_cost(usage: Any, cost: Any) -> None:
    found = allotted(cost, proportional_shares(usage))
    np.testing.assert_allclose(found.sum(axis=1), cost, rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize("golden", GOLDEN["airport"], ids=lambda golden: golden["name"])
def test_the_airport_by_its_components(golden: dict[str, Any]) -> None:
    costs = np.array(golden["costs"], dtype=float)
    steps = np.unique(costs[costs > 0])
    found = by_component(np.diff(steps, prepend=0), costs[None, :] >= steps[:, None])
    np.testing.assert_allclose(found, golden["shares"], atol=golden["atol"])


@given(st.data())
def test_by_component_is_the_shapley_value(data: Any) -> None:
    users, parts = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 4))
    rows = st.lists(st.booleans(), min_size=users, max_size=users).filter(any)
    needs = np.array(data.draw(st.lists(rows, min_size=parts, max_size=parts)))
    costs = data.draw(arrays(float, (2, parts), elements=st.floats(0, 100)))
    wanted = (memberships(users).astype(int) @ needs.T.astype(int)) > 0  # (coalitions, parts)
    table = costs @ wanted.T
    np.testing.assert_allclose(by_component(costs, needs), shapley(table), atol=1e-9)


def test_remaining_benefit_worked_by_hand() -> None:
    found = remaining_benefit(100, [20, 10, 0], [80, 30, 60])  # 70 left on room of 60, 20, 60
    np.testing.assert_allclose(found, [50, 20, 30])
    level = remaining_benefit([30, 100], [[20, 10, 0]] * 2, [80, 30, 60])
    np.testing.assert_allclose(level, [[20, 10, 0], [50, 20, 30]])


@given(
    st.lists(st.tuples(st.floats(0, 50), st.floats(0, 50)), min_size=1, max_size=6), st.floats(0, 1)
)
def test_nobody_pays_less_than_it_causes_or_more_than_its_ceiling(
    users: list[tuple[float, float]], part: float
) -> None:
    own, room = np.array(users).T
    cost = own.sum() + part * room.sum()
    if part * room.sum() > 0 and room.sum() < 1e-6:
        return
    found = remaining_benefit(cost, own, own + room)
    assert found.sum() == pytest.approx(cost, abs=1e-6)
    assert (found >= own - 1e-6).all()
    assert (found <= own + room + 1e-6).all()


def test_the_closed_form_and_components_agree_on_draws() -> None:
    costs = np.array([[8.0, 11, 13, 18], [18.0, 8, 8, 1]])
    np.testing.assert_allclose(airport(costs)[0], [2, 3, 4, 9])
    np.testing.assert_allclose(
        airport(costs)[1], [0.25 + 7 / 3 + 10, 0.25 + 7 / 3, 0.25 + 7 / 3, 0.25]
    )


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: proportional_shares([[1.0, 2.0], [0.0, 0.0]]), r"all are 0 in row \[1\]"),
        (lambda: proportional_shares([1.0, -1.0]), r"entry \[1\] is -1"),
        (lambda: proportional_shares(2.0), "Give a list"),
        (lambda: equal_shares(0), "users: is 0"),
        (lambda: allotted(5, [0.5, 0.4]), "sum to 0.9"),
        (lambda: by_component([1.0, 2.0], [[1, 0], [0, 0]]), "nobody needs component 1"),
        (lambda: by_component([1.0], [[1, 2]]), "neither yes nor no"),
        (lambda: by_component([1.0, 2.0], [[1, 0]]), "does not fit"),
        (lambda: remaining_benefit(10, [5, 6], [9, 9]), "sum to more than the cost"),
        (lambda: remaining_benefit(10, [5, 2], [9, 1]), "should not be on the platform"),
        (lambda: remaining_benefit(10, [1, 2], [1, 2]), "benefit left"),
    ],
)
def test_slips(call: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()
