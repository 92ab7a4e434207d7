import tomllib
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from capworth.errors import InputError
from capworth.methods.allocation.coalitions import largest, peaks, sums, tabled
from capworth.methods.allocation.shapley import airport, bounds, shapley, shapley_sampled
from capworth.streams import stream

GOLDEN = tomllib.loads((Path(__file__).parents[2] / "golden/sharing.toml").read_text("utf-8"))


def named(table: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("golden", GOLDEN[table], ids=lambda golden: golden["name"])


@st.composite
def games(draw: Any) -> Any:
    users = draw(st.integers(1, 5))
    table = draw(arrays(float, (2, 1 << users), elements=st.floats(-100, 100)))
    table[:, 0] = 0
    return table


@named("airport")
def test_airport(golden: dict[str, Any]) -> None:
    np.testing.assert_allclose(airport(golden["costs"]), golden["shares"], atol=golden["atol"])

    table = largest(golden["costs"])
    np.testing.assert_allclose(shapley(table), golden["shares"], atol=1e-9)


def test_the_airport_in_each_draw() -> None:
    found = airport([[8.0, 11, 13, 18], [18.0, 8, 8, 1]])
    twins = 0.25 + 7 / 3
    expected = np.array([[2, 3, 4, 9], [twins + 10, twins, twins, 0.25]])
    np.testing.assert_allclose(found, expected)


@named("shapley")
def test_shapley(golden: dict[str, Any]) -> None:
    np.testing.assert_allclose(shapley(golden["values"]), golden["shares"], atol=golden["atol"])


def _by_orders(table: Any) -> Any:
    """Slow twin: the mean over all orders of joining."""
    users = len(table).bit_length() - 1
    shares, orders = np.zeros(users), list(permutations(range(users)))
    for order in orders:
        mask = 0
        for user in order:
            shares[user] += table[mask | 1 << user] - table[mask]
            mask |= 1 << user
    return shares / len(orders)


@settings(max_examples=40)
@given(games())
def test_shapley_is_the_mean_over_all_orders(table: Any) -> None:
    found = shapley(table)
    for row, shares in zip(table, found, strict=True):
        np.testing.assert_allclose(shares, _by_orders(row), atol=1e-9)
    np.testing.assert_allclose(found.sum(axis=1), table[:, -1], atol=1e-9)


def test_bounds_are_first_and_last() -> None:
    found = bounds([0, 0, 0, 0, 0, 0, 4, 10])  # platform, owner, searcher
    assert found.first_in.tolist() == [0, 0, 0]
    assert found.last_in.tolist() == [6, 10, 10]
    lopsided = bounds([[0, 1, 2, 9, 4, 6, 7, 20]])
    assert lopsided.first_in.tolist() == [[1, 2, 4]]
    assert lopsided.last_in.tolist() == [[13, 14, 11]]


def test_twenty_users_against_the_closed_form() -> None:
    costs = stream(20, "test airport").uniform(1, 100, 20)
    np.testing.assert_allclose(shapley(largest(costs)), airport(costs), atol=1e-9)


def test_peak_load_favours_whose_peak_falls_elsewhere() -> None:
    loads = [[10.0, 10.0, 0.0], [0.0, 0.0, 10.0]]  # two at noon, one at night
    np.testing.assert_allclose(shapley(peaks(loads)), [25 / 3, 25 / 3, 10 / 3])


def test_sampled_agrees_within_its_error() -> None:
    costs = stream(3, "test").uniform(1, 100, 40)

    def cost_of(member: Any) -> Any:
        return np.where(member, costs, 0).max(axis=1)

    found = shapley_sampled(cost_of, 40, orders=600, seed=1)
    error = (found.value - airport(costs)) / np.where(
        found.standard_error > 0, found.standard_error, 1
    )
    assert np.abs(error).max() < 4.5
    assert np.sqrt((error**2).mean()) == pytest.approx(1, abs=0.35)
    assert found.value.sum() == pytest.approx(costs.max())
    assert (found.standard_error < 0.6).all()


def test_the_standard_error_is_the_spread_between_seeds() -> None:
    costs = np.array([3.0, 10.0, 4.0, 7.0])

    def cost_of(member: Any) -> Any:
        return np.where(member, costs, 0).max(axis=1)

    found = [shapley_sampled(cost_of, 4, orders=3, seed=seed) for seed in range(300)]
    spread = np.std([one.value for one in found], axis=0)
    errors = np.sqrt(np.mean([one.standard_error**2 for one in found], axis=0))
    np.testing.assert_allclose(errors, spread, rtol=0.15)


def test_blocks_of_orders_are_not_copies_of_one_another() -> None:
    def cost_of(member: Any) -> Any:
        return np.where(member, [3.0, 10.0, 4.0, 7.0], 0).max(axis=1)

    one, three = (shapley_sampled(cost_of, 4, orders, seed=1) for orders in (256, 768))
    assert (one.value != three.value).any()


def test_sampled_is_repeatable_and_the_seed_counts() -> None:
    def cost_of(member: Any) -> Any:
        return member.sum(axis=1) ** 0.5 * (1 + member[:, 0])

    one, same, other = (shapley_sampled(cost_of, 5, 300, seed).value for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()
    exact = shapley(tabled(cost_of, 5))
    np.testing.assert_allclose(one, exact, atol=0.05)


def test_sampled_is_exact_where_nothing_depends_on_the_order() -> None:
    weights = np.array([3.0, 0.0, 5.0])
    found = shapley_sampled(lambda member: member @ weights, 3, orders=2)
    np.testing.assert_allclose(found.value, weights)
    np.testing.assert_allclose(found.standard_error, 0, atol=1e-12)
    np.testing.assert_allclose(shapley(sums(weights)), weights)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: shapley([0, 1, 2]), "3 entries are no table"),
        (lambda: shapley([1, 1]), "entry 0 is not 0"),
        (lambda: shapley([0, np.nan]), r"entry \[1\] is nan"),
        (lambda: airport(5.0), "Give a list"),
        (lambda: airport([1.0, -1.0]), r"entry \[1\] is -1"),
        (lambda: shapley_sampled(lambda m: m.sum(axis=1) + 1.0, 3), "nobody has a cost"),
        (lambda: shapley_sampled(lambda m: m.sum(axis=1)[:1] * 1.0, 3), "one cost for each"),
        (lambda: shapley_sampled(lambda m: m.sum(axis=1) * 1.0, 3, orders=1), "orders: is 1"),
    ],
)
def test_slips(call: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()
