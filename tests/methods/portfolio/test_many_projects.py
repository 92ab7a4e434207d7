"""Many projects: candidates against every set, fine grids against tables, limits of searches."""

import numpy as np
import pytest

from capworth.methods.portfolio import confidence, frontier
from capworth.methods.portfolio.candidates import _Exchanges, candidate_sets
from capworth.methods.portfolio.confidence import Plan, Search
from capworth.methods.portfolio.frontier import budget_frontier
from capworth.methods.portfolio.relations import Relations, allowed, feasible_sets
from capworth.methods.uncertainty.order_statistics import order_quantile

CONFIDENCE = 0.8


def projects(seed: int, n: int = 9) -> tuple[np.ndarray, np.ndarray, Relations]:
    """Expected values, costs in 60 draws, a need and an exclusion."""
    rng = np.random.default_rng(seed)
    cost = rng.integers(2, 12, n) * rng.uniform(0.8, 1.6, (60, n))
    relations = Relations(n, requires=((0, (1,)),), excludes=((2, 3),))
    return rng.integers(1, 20, n).astype(float), cost, relations


def fits(sets: np.ndarray, cost: np.ndarray, budget: float) -> np.ndarray:
    totals = cost @ sets.T
    quantile = order_quantile(totals, CONFIDENCE)
    within: np.ndarray = np.maximum(quantile, totals.mean(axis=0)) <= budget * (1 + 1e-9)
    return within


@pytest.mark.parametrize("seed", range(4))
def test_candidates_hold_the_best_set_of_each_budget(seed: int) -> None:
    value, cost, relations = projects(seed)
    every, budgets = feasible_sets(relations), [15.0, 25.0, 40.0]
    found = candidate_sets(value, cost, relations, budgets, CONFIDENCE)
    assert allowed(found, relations).all()
    assert len(np.unique(found, axis=0)) == len(found)
    for budget in budgets:
        best = (every @ value)[fits(every, cost, budget)].max()
        assert (found @ value)[fits(found, cost, budget)].max() == pytest.approx(best, rel=1e-12)


def test_exchanges_are_all_that_differ_by_three_at_most_and_fit() -> None:
    value, cost, relations = projects(7)
    start = np.zeros(9, dtype=bool)
    start[[4, 5, 6]] = True
    budget, loss = 30.0, 12.0
    found = _Exchanges(value, cost, relations, CONFIDENCE, None)._fitting(start, budget, loss)
    mine = {chosen.tobytes(): gain for _, chosen, gain in found}
    every = feasible_sets(relations)
    out, into = (start & ~every).sum(axis=1), (every & ~start).sum(axis=1)
    near = (out <= 2) & (into <= 2) & (out + into <= 3) & (out + into > 0)
    gain = (every - start.astype(int)) @ value
    wanted = near & fits(every, cost, budget) & (gain >= -loss)
    assert mine.keys() == {row.tobytes() for row in every[wanted]}
    assert list(mine.values()) == sorted(mine.values(), reverse=True)
    assert sorted(mine.values()) == pytest.approx(sorted(gain[wanted].tolist()))


@pytest.mark.parametrize("seed", range(12))
def test_a_fine_grid_gives_what_its_table_gives(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(seed)
    n = 8
    cost = rng.integers(0, 6, n).astype(float)
    value = rng.integers(-3, 8, n).astype(float)  # with ties, and what takes away
    relations = Relations(
        n,
        requires=((0, (1, 2)),),
        excludes=((3, 4),),
        synergies=((1, 5, 2.0), (2, 6, -3.0)),
        must=(7,) if seed % 3 == 0 else (),
        at_least=((1, (4, 5, 6)),) if seed % 2 else (),
    )
    limit = None if seed % 4 else float(cost.sum()) / 2
    table = budget_frontier(cost, value, relations, 1.0, limit)
    monkeypatch.setattr(frontier, "FINE", 0)
    listed = budget_frontier(cost, value, relations, 1.0, limit)
    for name in ("cost", "value", "chosen", "spent"):
        np.testing.assert_array_equal(getattr(listed, name), getattr(table, name))
    assert listed.limit == table.limit


def test_a_grid_of_millions_needs_no_table_of_millions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frontier, "MOST_CELLS", 100_000)  # 0.8 MB
    cost = np.random.default_rng(1).integers(1, 100_000, 20).astype(float)
    found = budget_frontier(cost, cost[::-1], Relations(20), 1.0)
    assert found.cost[-1] == cost.sum() > frontier.MOST_CELLS
    assert found.value[-1] == cost.sum()


def test_starts_within_a_count_of_places_say_that_they_were_cut(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    n, years = 8, 4
    spend = np.zeros((n, years))
    spend[:, 0] = 1.0
    worth = 10.0 - np.arange(years) - np.arange(n)[:, None] / 10
    plan = Plan.of_years(spend, np.full(years, 2.0), worth)
    sets, cost = np.ones((1, n), dtype=bool), np.ones((20, n))

    def searched() -> Search:
        return Search(sets, worth[:, 0], cost, confidence=CONFIDENCE, plan=plan)

    whole = searched()
    best = whole.best(100.0)
    assert best.feasible
    assert not whole.cut
    monkeypatch.setattr(confidence, "PLACES", 0)
    monkeypatch.setattr(confidence, "FEWEST", 12)
    few = searched()
    found = few.best(100.0)
    assert few.cut
    assert found.value[0] <= best.value[0] <= few.ceiling(100.0)
    used = np.bincount(found.delays[0], minlength=years)
    assert found.feasible
    assert (used <= 2).all()
