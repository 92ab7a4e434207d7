"""The best set within several limits: published optima, and everything tried."""

import tomllib
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capworth import best_programme
from capworth.errors import InputError
from capworth.methods.portfolio.integer import best_within
from capworth.methods.portfolio.relations import Relations

GOLDEN = tomllib.loads((Path(__file__).parents[2] / "golden/portfolio.toml").read_text("utf-8"))


@pytest.mark.parametrize("golden", GOLDEN["several"], ids=lambda golden: golden["name"])
def test_published_optima(golden: dict[str, Any]) -> None:
    assert golden["source"]
    found = best_within(
        golden["value"], Relations(len(golden["value"])), golden["uses"], golden["limits"]
    )
    assert found is not None
    assert found.value == golden["best"]
    assert (found.used <= golden["limits"]).all()
    assert found.used.tolist() == (np.array(golden["uses"]) @ found.chosen).tolist()
    if len(golden["limits"]) == 1:  # the front door rounds nothing either
        table = pd.DataFrame({"cost": golden["uses"][0], "value": golden["value"]})
        programme = best_programme(table, golden["limits"][0])
        assert programme.value == golden["best"]
        assert programme.cost == found.used[0]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32))
def test_it_is_the_best_of_all(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, m = rng.integers(2, 6), rng.integers(1, 4)
    value = rng.integers(-1, 6, n).astype(float)
    uses, limits = rng.integers(-1, 6, (m, n)).astype(float), rng.integers(0, 12, m).astype(float)
    bonus = float(rng.integers(-3, 4))
    relations = Relations(int(n), requires=((1, (0,)),), synergies=((0, 1, bonus),))
    tried = []
    for taken in product((0, 1), repeat=int(n)):
        chosen = np.array(taken)
        if (uses @ chosen <= limits).all() and chosen[1] <= chosen[0]:
            tried.append((value @ chosen + bonus * (chosen[0] & chosen[1]), -(uses @ chosen)[0]))
    found = best_within(value, relations, uses, limits)
    if not tried:
        assert found is None
        return
    assert found is not None
    assert (found.value, -found.used[0]) == max(tried)


def test_a_limit_holds_to_the_last_digit() -> None:
    """A set a ten-millionth beyond the limit, which a solver may let pass."""
    found = best_within([5, 4], Relations(2), [[1.0, 1.0]], [2 - 1e-7])
    assert found is not None
    assert found.chosen.tolist() == [True, False]
    tenths = best_within([1, 1], Relations(2), [[0.1, 0.2]], [0.3])
    assert tenths is not None
    assert tenths.chosen.all()


def test_values_that_hardly_differ_differ() -> None:
    found = best_within([2_000_000, 2_000_001], Relations(2), [[1, 9]], [9])
    assert found is not None
    assert found.chosen.tolist() == [False, True]


def test_cheaper_is_not_better_where_it_is_worth_a_little_less() -> None:
    """One in two thousand million, which is within the tolerance of the second search."""
    found = best_within([2e9, 2e9 + 1], Relations(2, excludes=((0, 1),)), [[1, 9]], [10])
    assert found is not None
    assert found.chosen.tolist() == [False, True]
    alike = best_within([2e9, 2e9], Relations(2, excludes=((0, 1),)), [[9, 1]], [10])
    assert alike is not None
    assert alike.chosen.tolist() == [False, True]


def test_nothing_is_allowed_or_the_shapes_do_not_fit() -> None:
    assert best_within([1], Relations(1, must=(0,)), [[2]], [1]) is None
    with pytest.raises(InputError, match=r"value \(2,\), uses \(1, 1\), limits \(1,\)"):
        best_within([1, 2], Relations(2), [[1]], [1])
    with pytest.raises(InputError, match="value: entry"):
        best_within([1, np.nan], Relations(2), [[1, 1]], [1])


def test_what_must_be_done_may_cost_the_budget_to_the_cent() -> None:
    """On the grid of 100,000 steps this project would seem dearer than it is."""
    table = pd.DataFrame(
        {"cost": [123_456.78, 9_876_543.21], "value": [1.0, 1.0], "must": [True, False]},
        index=["a", "b"],
    )
    assert best_programme(table, 123_456.78).chosen == ("a",)
    with pytest.raises(InputError, match="the budget is 123000"):
        best_programme(table, 123_000)
