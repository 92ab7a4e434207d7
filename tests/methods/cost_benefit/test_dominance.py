import tomllib
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from capworth.errors import InputError
from capworth.methods.cost_benefit.effectiveness import (
    Status,
    frontier,
    frontier_order,
    net_benefit,
)

GOLDEN = tomllib.loads((Path(__file__).parents[2] / "golden/appraisal.toml").read_text("utf-8"))
options = arrays(float, st.tuples(st.integers(1, 6), st.just(2)), elements=st.integers(0, 4))


@pytest.mark.parametrize("golden", GOLDEN["frontier"], ids=lambda golden: golden["name"])
def test_frontier(golden: dict[str, Any]) -> None:
    effect = np.array(golden["effect"]) / golden.get("per", 1)
    found = frontier(golden["cost"], effect)
    assert [Status(code).name for code in found.status] == golden["status"]
    np.testing.assert_allclose(found.ratio, golden["ratio"], rtol=0, atol=golden["atol"])


@pytest.mark.parametrize("golden", GOLDEN["net_benefit"], ids=lambda golden: golden["name"])
def test_net_benefit(golden: dict[str, Any]) -> None:
    found = net_benefit(golden["cost"], golden["effect"], golden["price"])
    np.testing.assert_allclose(found, golden["value"], rtol=0, atol=golden["atol"])


def _slow_status(cost: Any, effect: Any) -> list[str]:
    """Exhaustive twin: dominated by one, or by a mixture of two."""
    names = []
    for i in range(len(cost)):
        beaten = any(
            cost[j] <= cost[i]
            and effect[j] >= effect[i]
            and (cost[j] < cost[i] or effect[j] > effect[i])
            for j in range(len(cost))
        )
        mixed = any(
            effect[j] < effect[i] < effect[k]
            and (cost[k] - cost[j]) * (effect[i] - effect[j])
            <= (cost[i] - cost[j]) * (effect[k] - effect[j])
            for a, b in combinations(range(len(cost)), 2)
            for j, k in ((a, b), (b, a))
        )
        names.append("DOMINATED" if beaten else "EXTENDED_DOMINATED" if mixed else "EFFICIENT")
    return names


@settings(max_examples=100)
@given(options)
def test_status_is_that_of_the_exhaustive_twin(table: Any) -> None:
    cost, effect = table.T
    found = frontier(cost, effect)
    assert [Status(code).name for code in found.status] == _slow_status(cost, effect)


@given(options)
def test_ratios_rise_along_the_frontier_and_price_decides(table: Any) -> None:
    cost, effect = table.T
    found = frontier(cost, effect)
    order = frontier_order(found.status, effect)
    assert len(order)
    steps = sorted({(cost[i], effect[i]) for i in order})
    assert [steps.index((cost[i], effect[i])) for i in order] == sorted(
        steps.index((cost[i], effect[i])) for i in order
    )
    slopes = [(high[0] - low[0]) / (high[1] - low[1]) for low, high in pairwise(steps)]
    assert slopes == sorted(set(slopes))
    for i in order:
        place = steps.index((cost[i], effect[i]))
        expected = slopes[place - 1] if place else np.nan
        assert found.ratio[i] == pytest.approx(expected, nan_ok=True)
    for price in (0.3, 0.9, 1.7, 5.0):
        best = np.argmax(net_benefit(cost, effect, price))
        assert found.status[best] == Status.EFFICIENT


@given(options)
def test_draws_are_judged_one_by_one(table: Any) -> None:
    cost, effect = table.T
    both = frontier(np.stack((cost, cost[::-1] * 2)), np.stack((effect, effect[::-1])))
    np.testing.assert_array_equal(both.status[0], frontier(cost, effect).status)
    np.testing.assert_array_equal(both.status[1], both.status[0][::-1])
    np.testing.assert_allclose(both.ratio[1], 2 * both.ratio[0][::-1])


def test_decimals_on_a_line_are_on_it() -> None:
    found = frontier([0.3, 0.6, 0.9, 2.7], [0.1, 0.2, 0.3, 0.9])
    assert found.status.tolist() == [Status.EFFICIENT, 2, 2, Status.EFFICIENT]


def test_equals_stand_in_the_order_given() -> None:
    found = frontier([3.0, 1.0, 3.0], [2.0, 1.0, 2.0])
    assert frontier_order(found.status, [2.0, 1.0, 2.0]).tolist() == [1, 0, 2]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: frontier([1, 2], [1]), "one of each"),
        (lambda: frontier([], []), "one of each"),
        (lambda: frontier(1, 1), "one of each"),
        (lambda: frontier([1, np.nan], [1, 2]), r"cost: entry \[1\] is nan"),
    ],
)
def test_slips(call: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()
