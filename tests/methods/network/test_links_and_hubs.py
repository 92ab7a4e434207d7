import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import brentq

from capworth.errors import InputError
from capworth.methods.network.network import (
    bilateral_cost,
    dyad_coverage,
    growth_exponent,
    hub_break_even,
    hub_cost,
    links,
    member_gains,
    merger_gains,
    weighted_coverage,
)

GOLDEN = tomllib.loads((Path(__file__).parents[2] / "golden/sharing.toml").read_text("utf-8"))
money = st.floats(0.01, 100)
square = arrays(float, (4, 4), elements=st.floats(0.1, 10))


def named(table: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("golden", GOLDEN[table], ids=lambda golden: golden["name"])


@named("links")
def test_links(golden: dict[str, Any]) -> None:
    assert links(golden["members"]) == golden["links"]


@named("break_even")
def test_hub_break_even(golden: dict[str, Any]) -> None:
    found = hub_break_even(
        golden["fixed"], golden["member_cost"], golden["link_cost"], golden["wanted"]
    )
    assert found == pytest.approx(golden["members"], abs=golden["atol"])


@given(money, money, money, st.floats(0.05, 1))
def test_at_the_break_even_both_cost_the_same(
    fixed: float, member: float, link: float, wanted: float
) -> None:
    n = float(hub_break_even(fixed, member, link, wanted))

    def gap(members: float) -> float:
        hub = hub_cost(members, fixed, member)
        return float(bilateral_cost(members, link, wanted) - hub)

    assert gap(n * 1.01) > 0 > gap(n * 0.99)
    assert n == pytest.approx(brentq(gap, 1, 10 * n + 10), rel=1e-6)


def test_free_links_are_never_beaten() -> None:
    assert hub_break_even(10, 1, [0.0, 1.0], wanted=1).tolist() == [
        np.inf,
        pytest.approx(6.217, abs=1e-3),
    ]


@named("coverage")
def test_dyad_coverage(golden: dict[str, Any]) -> None:
    found = dyad_coverage(golden["members"], golden["connected"])
    assert found == pytest.approx(golden["share"], abs=golden["atol"])


@given(st.integers(2, 20), st.data())
def test_weighted_coverage_of_equal_flows_is_that_of_dyads(n: int, data: Any) -> None:
    connected = data.draw(st.integers(0, n))
    on = (np.arange(n) < connected).astype(float)
    found = weighted_coverage(np.ones((n, n)), np.outer(on, on))
    assert found == pytest.approx(float(dyad_coverage(n, connected)))


def test_weighted_coverage_worked_by_hand() -> None:
    flows = [[9.0, 1.0, 0.0], [2.0, 9.0, 3.0], [0.0, 4.0, 9.0]]  # [owner][searcher]
    access = [[1.0, 0.5, 1.0], [1.0, 1.0, 0.0], [1.0, 0.25, 1.0]]
    quality = [1.0, 0.5, 0.8]
    expected = (1 * 0.5 * 1.0 + 2 * 1.0 * 0.5 + 4 * 0.25 * 0.8) / 10
    assert weighted_coverage(flows, access, quality) == pytest.approx(expected)


def test_a_searcher_gains_and_an_owner_gives() -> None:
    values = [[5.0, 1.0, 2.0], [0.0, 5.0, 4.0], [8.0, 0.0, 5.0]]
    found = member_gains(values)
    assert found.own.tolist() == [8.0, 1.0, 6.0]
    assert found.external.tolist() == [3.0, 4.0, 8.0]


@given(square)
def test_gains_are_what_is_lost_when_the_member_leaves(values: Any) -> None:
    whole = values.sum() - np.trace(values)
    found = member_gains(values)
    for member in range(4):
        rest = np.delete(np.delete(values, member, 0), member, 1)
        lost = whole - (rest.sum() - np.trace(rest))
        assert found.own[member] + found.external[member] == pytest.approx(lost)


@named("merger")
def test_merger(golden: dict[str, Any]) -> None:
    small, large = merger_gains(golden["small"], golden["large"])
    assert large / small == pytest.approx(golden["ratio"], abs=golden["atol"])
    assert large / small < 0.5
    both = merger_gains(golden["small"], golden["large"], "n squared")
    assert both[0] == pytest.approx(float(both[1]))
    np.testing.assert_allclose(merger_gains(3, 7, "n"), 0, atol=1e-12)


def test_growth_exponent() -> None:
    n = np.array([10.0, 50.0, 120.0, 195.0])
    exact = growth_exponent(n, 3 * n**1.4)
    assert exact.slope == pytest.approx(1.4)
    assert exact.standard_error == pytest.approx(0, abs=1e-7)
    noisy = growth_exponent([1.0, np.e, np.e**2], [1.0, np.e**2, np.e**2])
    assert noisy.slope == pytest.approx(1.0)  # by hand: residuals -1/3, 2/3, -1/3
    assert noisy.standard_error == pytest.approx(np.sqrt(6 / 9 / 1 / 2))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: links(-1), "members: is -1"),
        (lambda: dyad_coverage(10, 11), "more than there are members"),
        (lambda: dyad_coverage(1, 1), "members"),
        (lambda: hub_break_even(-1, 1, 1), "fixed"),
        (lambda: bilateral_cost(5, 1, wanted=5), "wanted"),
        (lambda: weighted_coverage(np.eye(3), np.ones((3, 3))), "anything to find"),
        (lambda: weighted_coverage(np.ones((2, 3)), 1), "owners, searchers"),
        (lambda: member_gains([1.0]), "owners, searchers"),
        (lambda: merger_gains(1, 2, "n log(n)"), "Did you mean 'n log n'"),
        (lambda: growth_exponent([1.0, 2.0], [1.0, 2.0]), "three years"),
    ],
)
def test_slips(call: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()
