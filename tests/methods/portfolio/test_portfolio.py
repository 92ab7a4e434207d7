"""The whole frontier against every set tried, against HiGHS, and against printed numbers."""

import tomllib
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capworth.errors import InputError
from capworth.methods.portfolio.frontier import Relations, budget_frontier, towers

GOLDEN = tomllib.loads((Path(__file__).parents[2] / "golden/portfolio.toml").read_text("utf-8"))


def relations_from(golden: dict[str, Any], n: int) -> Relations:
    return Relations(
        n,
        requires=tuple((head, tuple(group)) for head, group in golden.get("requires", [])),
        excludes=towers(golden["towers"]) if "towers" in golden else (),
        synergies=tuple((a, b, extra) for a, b, extra in golden.get("synergies", [])),
        must=tuple(golden.get("must", [])),
    )


@pytest.mark.parametrize("golden", GOLDEN["best"], ids=lambda golden: golden["name"])
def test_the_best_set_of_printed_examples(golden: dict[str, Any]) -> None:
    assert golden["source"], "a golden number without a source is only a guess we froze"
    cost, value = np.array(golden["cost"], float), np.array(golden["value"], float)
    frontier = budget_frontier(cost, value, relations_from(golden, len(cost)), golden["unit"])
    step = frontier.best(golden["budget"])
    assert np.flatnonzero(frontier.chosen[step]).tolist() == golden["chosen"]
    assert frontier.value[step] == pytest.approx(golden["best"], abs=golden["atol"])
    assert frontier.spent[step] == pytest.approx(golden["spent"], abs=golden["atol"])


@pytest.mark.parametrize("golden", GOLDEN["frontier"], ids=lambda golden: golden["name"])
def test_the_whole_frontier_worked_by_hand(golden: dict[str, Any]) -> None:
    assert golden["source"]
    cost, value = np.array(golden["cost"], float), np.array(golden["value"], float)
    frontier = budget_frontier(cost, value, relations_from(golden, len(cost)), golden["unit"])
    found = [np.flatnonzero(row).tolist() for row in frontier.chosen]
    assert found == [step[2] for step in golden["steps"]]
    np.testing.assert_allclose(frontier.cost, [step[0] for step in golden["steps"]], atol=1e-12)
    np.testing.assert_allclose(frontier.value, [step[1] for step in golden["steps"]], atol=1e-12)


# ------------------------------------------------------------------ every set tried, one by one


def obeys(taken: Sequence[bool], rules: Relations) -> bool:
    """Written from the words of the rules; shares nothing with the kernel."""
    return (
        all(not taken[head] or all(taken[p] for p in group) for head, group in rules.requires)
        and all(not taken[h] or any(taken[p] for p in group) for h, group in rules.requires_any)
        and all(sum(taken[p] for p in group) <= 1 for group in rules.excludes)
        and all(taken[p] for p in rules.must)
        and not any(taken[p] for p in rules.barred)
        and all(sum(taken[p] for p in group) >= many for many, group in rules.at_least)
    )


def worth(taken: Sequence[bool], value: Sequence[int], rules: Relations) -> int:
    pairs = sum(int(extra) for a, b, extra in rules.synergies if taken[a] and taken[b])
    return sum(v for v, t in zip(value, taken, strict=True) if t) + pairs


def every_step(cost: Sequence[int], value: Sequence[int], rules: Relations) -> list[Any]:
    """Steps of the frontier: (cost, value, set), by trying all sets."""
    # the first of the list wins ties: True before False
    sets = [t for t in product((True, False), repeat=rules.n) if obeys(t, rules)]
    spent = [sum(c for c, t in zip(cost, taken, strict=True) if t) for taken in sets]
    steps: list[Any] = []
    for budget in range(sum(cost) + 1):
        best = max(
            (
                (worth(t, value, rules), -s, -k)
                for k, (t, s) in enumerate(zip(sets, spent, strict=True))
                if s <= budget
            ),
            default=None,
        )
        if best is not None and (not steps or best[0] > steps[-1][1]):
            steps.append((-best[1], best[0], list(sets[-best[2]])))
    return steps


@st.composite
def problems(draw: st.DrawFn) -> tuple[list[int], list[int], Relations]:
    n = draw(st.integers(2, 8))
    project = st.integers(0, n - 1)
    groups = st.lists(project, min_size=2, max_size=4, unique=True).map(tuple)
    heads = groups.map(lambda group: (group[0], group[1:]))
    pairs = st.tuples(st.permutations(range(n)), st.integers(-4, 4))
    rules = Relations(
        n,
        requires=tuple(draw(st.lists(heads, max_size=3))),
        requires_any=tuple(draw(st.lists(heads, max_size=3))),
        excludes=tuple(draw(st.lists(groups, max_size=3))),
        synergies=tuple((p[0], p[1], float(v)) for p, v in draw(st.lists(pairs, max_size=3))),
        must=draw(st.sampled_from([(), (), (), (n - 1,)])),
        barred=draw(st.sampled_from([(), (), (), (0,)])),
        at_least=tuple(draw(st.lists(st.tuples(st.integers(0, 2), groups), max_size=1))),
    )
    cost = draw(st.lists(st.integers(0, 5), min_size=n, max_size=n))
    value = draw(st.lists(st.integers(-1, 5), min_size=n, max_size=n))
    return cost, value, rules


@settings(max_examples=100, deadline=None)
@given(problems())
def test_the_frontier_is_what_trying_every_set_finds(
    problem: tuple[list[int], list[int], Relations],
) -> None:
    cost, value, rules = problem
    steps = every_step(cost, value, rules)
    if not steps:
        with pytest.raises(InputError, match="no set"):
            budget_frontier(cost, value, rules)
        return
    frontier = budget_frontier(cost, value, rules)
    found = [
        (int(c), int(v), row.tolist())
        for c, v, row in zip(frontier.cost, frontier.value, frontier.chosen, strict=True)
    ]
    assert found == steps
    np.testing.assert_array_equal(frontier.spent, frontier.cost)
