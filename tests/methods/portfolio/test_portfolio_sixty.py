"""Sixty projects with needs, exclusions and synergies: against HiGHS, and against the clock."""

import time

import numpy as np
import pytest

from capworth.methods.arguments import Floats
from capworth.methods.portfolio.frontier import Relations, budget_frontier
from capworth.methods.portfolio.integer import Rows, pair_rows, relation_rows, row, solve

PROJECTS, NEEDS, EXCLUSIONS, SYNERGIES = 60, 12, 4, 10
MOST_SECONDS = 0.3  # of the processor, for the whole frontier


def instance(seed: int) -> tuple[Floats, Floats, Relations]:
    rng = np.random.default_rng(seed)
    cost = rng.integers(5, 100, PROJECTS).astype(float)
    value = rng.integers(1, 100, PROJECTS).astype(float)
    pairs = [
        tuple(map(int, rng.choice(PROJECTS, 2, replace=False)))
        for _ in range(NEEDS + EXCLUSIONS + SYNERGIES)
    ]
    bonus = rng.integers(-20, 40, SYNERGIES)
    relations = Relations(
        PROJECTS,
        requires=tuple((a, (b,)) for a, b in pairs[:NEEDS]),
        excludes=tuple((a, b) for a, b in pairs[NEEDS : NEEDS + EXCLUSIONS]),
        synergies=tuple(
            (a, b, float(extra))
            for (a, b), extra in zip(pairs[NEEDS + EXCLUSIONS :], bonus, strict=True)
        ),
    )
    return cost, value, relations


def highs(cost: Floats, value: Floats, relations: Relations, budget: float) -> float:
    """Most value within a budget, by HiGHS."""
    wide = PROJECTS + len(relations.synergies)
    rows = [
        Rows(p.owner, np.pad(p.matrix, ((0, 0), (0, SYNERGIES))), p.low, p.high)
        for p in relation_rows(relations)
    ]
    for k, (one, other, bonus) in enumerate(relations.synergies):
        rows += pair_rows(k, PROJECTS + k, one, other, bonus, wide)
    goal = np.concatenate((value, [bonus for _, _, bonus in relations.synergies]))
    found = solve(goal, [*rows, row(("budget", 0), np.pad(cost, (0, SYNERGIES)), high=budget)])
    assert found is not None
    return float(goal @ found)


@pytest.mark.parametrize("seed", range(3))
def test_the_frontier_of_sixty_is_what_highs_finds(seed: int) -> None:
    cost, value, relations = instance(seed)
    frontier = budget_frontier(cost, value, relations)
    for share in (0.07, 0.31, 0.63):
        budget = float(np.floor(share * cost.sum()))
        step = frontier.best(budget)
        assert frontier.value[step] == pytest.approx(
            highs(cost, value, relations, budget), abs=1e-6
        )
        assert frontier.spent[step] <= budget


@pytest.mark.parametrize("seed", [3, 4])
def test_the_whole_frontier_of_sixty_is_quick(seed: int) -> None:
    cost, value, relations = instance(seed)
    budget_frontier(cost, value, relations)
    spent = []
    for _ in range(3):
        before = time.process_time()
        frontier = budget_frontier(cost, value, relations)
        spent.append(time.process_time() - before)
    assert len(frontier.cost) > 300
    assert min(spent) < MOST_SECONDS
