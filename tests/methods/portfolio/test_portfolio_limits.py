"""Frontiers under further limits, against every set tried and against a printed example."""

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capworth.errors import InputError
from capworth.methods.portfolio import frontier
from capworth.methods.portfolio.frontier import (
    Relations,
    budget_frontier,
    keeps_limits,
    limited_frontier,
)
from capworth.methods.portfolio.relations import feasible_sets, synergy_totals

GOLDEN = tomllib.loads((Path(__file__).parents[2] / "golden/portfolio.toml").read_text("utf-8"))
seeds = st.integers(0, 2**32)


@pytest.fixture(params=["listed", "solved"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways to find the frontier: every set tried, and HiGHS step by step."""
    if request.param == "solved":
        monkeypatch.setattr(frontier, "MOST_LISTED", 0)
    return str(request.param)


@pytest.mark.parametrize("golden", GOLDEN["limited"], ids=lambda golden: golden["name"])
def test_the_best_set_of_printed_examples(golden: dict[str, Any], way: str) -> None:
    assert golden["source"]
    assert way
    n = len(golden["cost"])
    frontier = limited_frontier(
        golden["cost"], golden["value"], Relations(n), golden["uses"], golden["limits"]
    )
    step = frontier.best(golden["budget"])
    assert np.flatnonzero(frontier.chosen[step]).tolist() == golden["chosen"]
    assert frontier.value[step] == golden["best"]
    assert frontier.spent[step] == golden["spent"]


def problem(seed: int) -> tuple[Any, ...]:
    """A small problem with needs, an exclusion, a bonus, an overlap, a minimum and two limits."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 8))
    cost, value = rng.integers(0, 6, n).astype(float), rng.integers(0, 6, n).astype(float)
    a, b, c = (int(k) for k in rng.permutation(n)[:3])
    relations = Relations(
        n,
        requires=((a, (b,)),) if seed % 2 else (),
        requires_any=((b, (a, c)),) if seed % 5 == 0 else (),
        excludes=((b, c),) if seed % 3 else (),
        synergies=((a, b, 2.0), (a, c, -3.0)),
        must=(c,) if seed % 7 == 0 else (),
        at_least=((1, (a, c)),) if seed % 4 == 0 else (),
    )
    uses = rng.integers(0, 4, (2, n)).astype(float)
    limits = rng.integers(1, 9, 2).astype(float)
    return cost, value, relations, uses, limits


def tried(
    cost: Any, value: Any, relations: Relations, uses: Any, limits: Any
) -> list[tuple[float, float]]:
    """Cost and value at which the best value rises, by trying all."""
    steps: list[tuple[float, float]] = []
    sets = feasible_sets(relations)
    good = sets[
        [all(use @ row <= cap for use, cap in zip(uses, limits, strict=True)) for row in sets]
    ]
    worth = good @ value + synergy_totals(good, relations.synergies)
    for budget in range(int(cost.sum()) + 1):
        inside = good @ cost <= budget
        if inside.any() and (not steps or worth[inside].max() > steps[-1][1] + 1e-9):
            steps.append((float(budget), float(worth[inside].max())))
    return steps


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_the_listed_frontier_is_what_trying_finds(seed: int) -> None:
    parts = problem(seed)
    expected = tried(*parts)
    if not expected:
        with pytest.raises(InputError, match="no allowed set keeps them all"):
            limited_frontier(*parts)
        return
    found = limited_frontier(*parts)
    np.testing.assert_allclose(np.column_stack((found.cost, found.value)), expected, atol=1e-9)
    assert keeps_limits(found.chosen, parts[3], parts[4]).all()


@settings(max_examples=12, deadline=None)
@given(seeds)
def test_the_solved_frontier_is_what_trying_finds(seed: int) -> None:
    parts = problem(seed)
    expected = tried(*parts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frontier, "MOST_LISTED", 0)
        if not expected:
            with pytest.raises(InputError, match="no allowed set keeps them all"):
                limited_frontier(*parts)
            return
        found = limited_frontier(*parts)
    np.testing.assert_allclose(np.column_stack((found.cost, found.value)), expected, atol=1e-9)
    assert keeps_limits(found.chosen, parts[3], parts[4]).all()


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_without_limits_it_is_the_budget_frontier(seed: int) -> None:
    cost, value, relations, _, _ = problem(seed)
    free = budget_frontier(cost, value, relations)
    found = limited_frontier(cost, value, relations, np.empty((0, len(cost))), [])
    np.testing.assert_array_equal(found.chosen, free.chosen)
    np.testing.assert_allclose(found.cost, free.cost)
    np.testing.assert_allclose(found.value, free.value)


def test_a_limit_reached_to_the_last_bit_is_kept() -> None:
    """0.1 + 0.2 is 0.30000000000000004 and keeps a limit of 0.3."""
    found = limited_frontier([1, 1], [1, 1], Relations(2), [[0.1, 0.2]], [0.3])
    assert found.chosen[-1].all()
    short = limited_frontier([1, 1], [1, 1], Relations(2), [[0.1, 0.2]], [0.29])
    assert short.value[-1] == 1


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InputError, match="there are 2 projects and 1 limits"):
        limited_frontier([1, 1], [1, 1], Relations(2), [[1, 1, 1]], [1])
