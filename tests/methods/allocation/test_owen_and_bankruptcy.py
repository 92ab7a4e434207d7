"""Users that stand together, tables of costs, and claims on too little."""

import tomllib
from itertools import permutations, product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capworth.errors import InputError
from capworth.methods.allocation.bankruptcy import (
    RULES,
    constrained_equal_losses,
    random_arrival,
    talmud,
)
from capworth.methods.allocation.coalitions import sums
from capworth.methods.allocation.keys import nonseparable_shared, separable_costs
from capworth.methods.allocation.nucleolus import nucleolus
from capworth.methods.allocation.shapley import owen, shapley

GOLDEN = tomllib.loads((Path(__file__).parents[2] / "golden/sharing.toml").read_text("utf-8"))


@pytest.mark.parametrize("golden", GOLDEN["owen"], ids=lambda golden: golden["name"])
def test_the_owen_value(golden: dict[str, Any]) -> None:
    assert golden["source"]
    found = owen(golden["values"], golden["unions"])
    np.testing.assert_allclose(found, golden["shares"], atol=golden["atol"])


@pytest.mark.parametrize(
    "unions", [[[0, 2], [1], [3]], [[0, 2], [1, 3]], [[1, 2, 3], [0]], [[3], [2, 0, 1]]], ids=str
)
def test_the_owen_value_by_all_orders(unions: list[list[int]]) -> None:
    table = np.random.default_rng(3).normal(size=(2, 16))
    table[:, 0] = 0
    total, orders = np.zeros((2, 4)), 0
    for order in permutations(unions):
        for within in product(*[list(permutations(union)) for union in order]):
            mask = 0
            for user in [user for part in within for user in part]:
                total[:, user] += table[:, mask | 1 << user] - table[:, mask]
                mask |= 1 << user
            orders += 1
    np.testing.assert_allclose(owen(table, unions), total / orders, atol=1e-12)


def test_unions_of_one_and_the_union_of_all_give_the_shapley_value() -> None:
    table = np.random.default_rng(4).normal(size=32)
    table[0] = 0
    for unions in ([[4], [1], [0], [2], [3]], [[0, 1, 2, 3, 4]]):
        np.testing.assert_allclose(owen(table, unions), shapley(table), atol=1e-12)


@pytest.mark.parametrize("unions", [[[0], [1]], [[0, 1], [1, 2]], [[0, 1, 2, 3]]], ids=str)
def test_unions_that_do_not_part_the_users(unions: list[list[int]]) -> None:
    with pytest.raises(InputError, match="do not hold each of the users 0 to 2 once"):
        owen([0, 0, 0, 1, 0, 1, 1, 1], unions)


@pytest.mark.parametrize("golden", GOLDEN["table"], ids=lambda golden: golden["name"])
def test_every_way_to_share_a_published_table(golden: dict[str, Any]) -> None:
    assert golden["source"]
    values = golden["values"]
    for name, found in (
        ("shapley", shapley(values)),
        ("nucleolus", nucleolus(values)),
        ("equal", nonseparable_shared(values, "equal")),
        ("avoided", nonseparable_shared(values, "avoided")),
    ):
        np.testing.assert_allclose(found, golden[name], rtol=0, atol=golden["atol"])
    own, joint = separable_costs(values)
    assert own.tolist() == [45_214, 33_763, 110_977]
    assert joint == 222_630


def test_the_gap_is_that_of_the_tightest_group() -> None:
    """Worked by hand, beside each table."""
    values = [0, 4, 6, 5, 9, 10, 11, 12]
    # own: 12 - 11 = 1, 12 - 10 = 2, 12 - 5 = 7: joint 2; gaps 3, 4, 2 | 2, 2, 2 | 2
    np.testing.assert_allclose(nonseparable_shared(values, "gap"), np.array([1, 2, 7]) + 2 / 3)
    tight = [0, 4, 6, 5, 12, 15, 16, 15.0]
    # own: -1, 0, 10: joint 6; alone 5, 6, 2; pairs 6, 6, 6; all 6: least 5, 6, 2
    expected = np.array([-1, 0, 10]) + 6 * np.array([5, 6, 2]) / 13
    np.testing.assert_allclose(nonseparable_shared(tight, "gap"), expected)
    with pytest.raises(InputError, match="somebody causes more than it would pay alone"):
        nonseparable_shared([0, 1, 1, 5], "avoided")
    with pytest.raises(InputError, match="key: 'even' is not known"):
        nonseparable_shared(values, "even")


@pytest.mark.parametrize("golden", GOLDEN["claims"], ids=lambda golden: golden["name"])
def test_rules_for_claims(golden: dict[str, Any]) -> None:
    assert golden["source"]
    found = RULES[golden["rule"]](golden["estate"], golden["claims"])
    np.testing.assert_allclose(found, golden["shares"], atol=golden["atol"])


some = st.lists(st.integers(0, 9), min_size=1, max_size=5)


@settings(max_examples=60, deadline=None)
@given(some, st.floats(0, 1))
def test_every_rule_shares_the_estate_within_the_claims(asked: list[int], part: float) -> None:
    claims = np.array(asked, dtype=float)
    estate = part * claims.sum()
    for rule in RULES.values():
        found = rule(estate, claims)
        assert found.sum() == pytest.approx(estate, abs=1e-9)
        assert ((found >= -1e-9) & (found <= claims + 1e-9)).all()
        order = np.argsort(claims, kind="stable")
        assert (np.diff(found[order]) >= -1e-9).all()  # who claims more gets no less
    lost = claims - talmud(claims.sum() - estate, claims)
    np.testing.assert_allclose(talmud(estate, claims), lost, atol=1e-9)  # it is its own dual


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=2, max_size=4), st.floats(0.05, 0.95))
def test_talmud_is_the_nucleolus_and_arrival_the_shapley_value(
    asked: list[int], part: float
) -> None:
    claims = np.array(asked, dtype=float)
    estate = float(part * claims.sum())
    worth = np.maximum(estate - (claims.sum() - sums(claims)), 0)
    np.testing.assert_allclose(random_arrival(estate, claims), shapley(worth), atol=1e-9)
    costs = (
        -worth
    )  # gains shared: costs turned round, made costs again by adding what all could pay
    costs += sums(np.full(len(claims), estate))
    paid = nucleolus(costs)
    np.testing.assert_allclose(talmud(estate, claims), estate - paid, atol=1e-6)


def test_claims_that_can_be_met_and_claims_below_nothing() -> None:
    with pytest.raises(InputError, match=r"estate: 7 is more than all claims \(6\)"):
        talmud(7, [1, 2, 3])
    with pytest.raises(InputError, match=r"claims: entry \[1\] is -2"):
        constrained_equal_losses(1, [1, -2])
    assert talmud(0, [0, 0]).tolist() == [0, 0]
    assert RULES["proportional"](0, [0, 0]).tolist() == [0, 0]
