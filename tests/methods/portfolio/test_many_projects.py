"""Many projects: candidates against every set, fine grids against tables, limits of searches."""

import ctypes

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from capworth.errors import InputError
from capworth.methods.portfolio import confidence, frontier
from capworth.methods.portfolio.candidates import _Exchanges, _Money, candidate_sets, value_ceiling
from capworth.methods.portfolio.confidence import Plan, Search
from capworth.methods.portfolio.frontier import budget_frontier
from capworth.methods.portfolio.integer import (
    Limits,
    Shared,
    best_within,
    relation_rows,
)
from capworth.methods.portfolio.relations import Relations, allowed, feasible_sets, list_sets
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


@pytest.mark.parametrize("seed", range(6))
def test_bonuses_of_pairs_count_in_every_exchange(seed: int) -> None:
    """What a pair adds, or takes, once its second member comes or its first one goes."""
    value, cost, relations = projects(seed)
    pairs = ((4, 5, 30.0), (6, 7, -8.0), (5, 8, 11.0))
    together = Relations(9, relations.requires, excludes=relations.excludes, synergies=pairs)

    def worth(sets: np.ndarray) -> np.ndarray:
        both = np.column_stack([sets[:, i] & sets[:, j] for i, j, _ in pairs])
        return np.asarray(sets @ value + both @ [bonus for *_, bonus in pairs])

    money = _Money(cost, CONFIDENCE, None)
    exchanges = _Exchanges(value, money, together, CONFIDENCE, None)
    start = np.zeros(9, dtype=bool)
    start[[4, 6, 7]] = True
    found = list(exchanges._fitting(start, 60.0, 40.0))
    assert len(found) > 20
    for _, chosen, gain in found:
        more = worth(chosen[None])[0] - worth(start[None])[0]
        assert gain == pytest.approx(more, abs=1e-9)
        assert exchanges.worth(chosen) == pytest.approx(worth(chosen[None])[0])
    every = feasible_sets(together)
    for budget in (15.0, 25.0, 40.0):
        sets = candidate_sets(value, cost, together, [budget], CONFIDENCE)
        best = worth(every)[fits(every, cost, budget)].max()
        assert worth(sets)[fits(sets, cost, budget)].max() == pytest.approx(best, rel=1e-12)


def test_exchanges_are_all_that_differ_by_three_at_most_and_fit() -> None:
    value, cost, relations = projects(7)
    start = np.zeros(9, dtype=bool)
    start[[4, 5, 6]] = True
    budget, loss = 30.0, 12.0
    money = _Money(cost, CONFIDENCE, None)
    found = _Exchanges(value, money, relations, CONFIDENCE, None)._fitting(start, budget, loss)
    mine = {chosen.tobytes(): gain for _, chosen, gain in found}
    every = feasible_sets(relations)
    out, into = (start & ~every).sum(axis=1), (every & ~start).sum(axis=1)
    near = (out <= 2) & (into <= 2) & (out + into <= 3) & (out + into > 0)
    gain = (every - start.astype(int)) @ value
    wanted = near & fits(every, cost, budget) & (gain >= -loss)
    assert mine.keys() == {row.tobytes() for row in every[wanted]}
    assert list(mine.values()) == sorted(mine.values(), reverse=True)
    assert sorted(mine.values()) == pytest.approx(sorted(gain[wanted].tolist()))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("sure", [0.0, CONFIDENCE, 1.0])
def test_money_fits_what_the_draws_say(seed: int, sure: float) -> None:
    _, cost, relations = projects(seed)
    group, held, budget = np.arange(9) % 3 == 0, 14.0, 35.0
    money = _Money(cost, sure, (group[None], np.array([held])))
    every = feasible_sets(relations)
    totals, inside = cost @ every.T, cost @ (every & group).T
    wanted = (totals.mean(axis=0) <= budget) & ((inside <= held).mean(axis=0) >= sure)
    if sure:
        wanted &= order_quantile(totals, sure) <= budget
    assert 0 < wanted.sum() < len(every)
    assert [money.fit(chosen, budget) for chosen in every] == wanted.tolist()


def crowded(seed: int, n: int, places: int = 6) -> tuple[np.ndarray, np.ndarray, Relations, Shared]:
    """Values, costs in 20 draws, random relations, and places where several add less together."""
    rng = np.random.default_rng(seed)
    cost = rng.uniform(1, 8, n) * rng.uniform(0.8, 1.7, (20, n))
    alone = rng.uniform(1, 6, (places, n)) * (rng.random((places, n)) < 0.3)
    order = rng.permutation(n).tolist()
    relations = Relations(
        n,
        requires=tuple((order[k], (order[k + n // 2],)) for k in range(n // 8)),
        excludes=tuple((order[-2 * k - 1], order[-2 * k - 2]) for k in range(n // 8)),
        must=(order[n // 2],),
        at_least=((2, tuple(order[3:8])),),
    )
    shared = Shared(alone, alone.sum(axis=1) * 0.25)
    return alone.sum(axis=0) + rng.uniform(0, 1, n), cost, relations, shared


def solved(
    value: np.ndarray, cost: np.ndarray, relations: Relations, shared: Shared, budget: float
) -> float:
    """The best value by a mixed-integer programme of our own, a yes or no for each draw."""
    draws, n = cost.shape
    places = len(shared.most)
    wide = n + draws + places
    lines, low, high = [], [], []
    for part in relation_rows(relations):
        for line, least, most in zip(part.matrix, part.low, part.high, strict=True):
            lines.append(np.pad(line, (0, wide - n)))
            low.append(least)
            high.append(most)
    for draw, prices in enumerate(cost):  # within the budget, or broken
        line = np.pad(prices / budget, (0, wide - n))
        line[n + draw] = -prices.sum() / budget
        lines.append(line)
        low.append(-np.inf)
        high.append(1.0)
    lines.append(np.r_[np.zeros(n), np.ones(draws), np.zeros(places)])
    lines.append(np.pad(cost.mean(axis=0) / budget, (0, wide - n)))
    low += [-np.inf, -np.inf]
    high += [(1 - CONFIDENCE) * draws + 1e-9, 1.0]
    for place, (alone, most) in enumerate(zip(*shared, strict=True)):
        line = np.pad(alone, (0, wide - n))
        line[n + draws + place] = -1.0
        lines.append(line)
        low.append(-np.inf)
        high.append(most)
    goal = np.r_[-value, np.zeros(draws), np.ones(places)]
    whole = np.r_[np.ones(n + draws), np.zeros(places)]
    found = milp(
        goal,
        constraints=LinearConstraint(np.array(lines), low, high),
        integrality=whole,
        bounds=Bounds(0, np.r_[np.ones(n + draws), np.full(places, np.inf)]),
        options={"mip_rel_gap": 1e-6},
    )
    return float(-found.fun)


@pytest.mark.parametrize("seed", [0, pytest.param(4, marks=pytest.mark.long)])
def test_of_forty_projects_the_best_is_near_that_of_a_solver_and_below_its_bound(seed: int) -> None:
    value, cost, relations, shared = crowded(seed, 40)
    budget = 0.2 * cost.mean(axis=0).sum()

    def values(sets: np.ndarray) -> np.ndarray:
        return np.asarray(sets @ value - shared.excess(sets))

    found = candidate_sets(
        value, cost, relations, [budget], CONFIDENCE, shared=shared, values=values
    )
    assert allowed(found, relations).all()
    mine = values(found)[fits(found, cost, budget)].max()
    best = solved(value, cost, relations, shared, budget)
    bound = value_ceiling(value[:, None], cost, relations, budget, shared=[shared])
    assert mine == pytest.approx(best, rel=0.01)
    assert mine <= best * (1 + 1e-6) <= bound * (1 + 1e-6)
    assert bound < best * 1.05
    apart = candidate_sets(value, cost, relations, [budget], CONFIDENCE)
    assert values(apart)[fits(apart, cost, budget)].max() < mine  # who adds up finds less


@pytest.mark.parametrize("seed", range(4))
def test_no_programme_is_worth_more_than_the_ceiling(seed: int) -> None:
    """Against every set and every start, with limits of years and with gains that are shared."""
    rng = np.random.default_rng(seed)
    value, cost, relations, shared = crowded(seed, 8, places=2)
    years = 3
    spend = np.zeros((8, years))
    spend[np.arange(8), rng.integers(0, 2, 8)] = 1.0
    fading = np.array([1.0, 0.8, 0.6])
    plan = Plan.of_years(spend, np.full(years, 9.0), value[:, None] * fading)
    late = [Shared(shared.alone * share, shared.most) for share in fading]

    def joint(chosen: np.ndarray, delays: np.ndarray) -> float:
        each = shared.alone[:, chosen] * fading[delays[chosen]]
        over = np.maximum(each.sum(axis=1) - shared.most, 0.0).sum()
        return float((value * fading[delays])[chosen].sum() - over)

    search = Search(
        feasible_sets(relations), value, cost, confidence=CONFIDENCE, plan=plan, joint=joint
    )
    for budget in (14.0, 22.0, 40.0):
        best = search.best(budget)
        bound = value_ceiling(plan.worth, cost, relations, budget, plan, late)
        if best.feasible:
            assert best.value[0] <= bound * (1 + 1e-9)
            assert value_ceiling(plan.worth, cost, relations, budget) >= bound * (1 - 1e-9)


def test_the_ceiling_of_two_that_help_one_another_worked_by_hand() -> None:
    """Worth 1 and 2 at 1 each, 3 more together: halves of both are worth 1.5, and 1.5 together."""
    worth, cost = np.array([[1.0], [2.0]]), np.ones((4, 2))

    def ceiling(bonus: float, budget: float, plan: Plan | None = None) -> float:
        pair = Relations(2, synergies=((0, 1, bonus),))
        return value_ceiling(worth, cost, pair, budget, plan)

    found = [ceiling(bonus, budget) for bonus in (3.0, -3.0) for budget in (1.0, 2.0)]
    assert found == pytest.approx([3.0, 6.0, 2.0, 3.0])  # what is lost together is left out
    amount, money = (
        Plan(worth, np.array([[[1.0], [4.0]]]), np.array([scaled]), np.array([3.0]))
        for scaled in (False, True)
    )
    assert ceiling(0.0, 2.0, amount) == pytest.approx(1.0 + 2.0 * 0.5)  # 1 + 4 / 2 = 3
    assert value_ceiling(worth, 0.5 * cost, Relations(2), 2.0, amount) == pytest.approx(2.0)
    assert value_ceiling(worth, 0.5 * cost, Relations(2), 2.0, money) == pytest.approx(3.0)


@pytest.mark.parametrize("seed", range(20))
def test_the_ceiling_is_that_of_shares_of_projects_and_starts(seed: int) -> None:
    """Against the same linear programme in other words: pairs, starts that are shut, two limits."""
    rng = np.random.default_rng(seed)
    n, delays = 5, 2
    worth = rng.uniform(-1, 6, (n, delays))
    worth[0, 1] = -np.inf
    cost = rng.uniform(1, 5, (30, n))
    means = cost.mean(axis=0)
    relations = Relations(
        n, requires=((1, (2,)),), must=(4,), synergies=((0, 3, 4.0), (2, 3, 2.5), (1, 4, -2.0))
    )
    uses, caps = rng.uniform(0, 1, (2, n, delays)), np.array([5.0, 1.5])
    plan = Plan(worth, uses, np.array([True, False]), caps)
    budget = 0.6 * means.sum()
    share = np.eye(n).repeat(delays, axis=1)  # (projects, projects x delays)
    pairs = [(0, 3), (2, 3)]
    lines = [means @ share, (means[:, None] * uses[0]).ravel(), uses[1].ravel(), *share]
    lines += [share[1] - share[2], -share[4]]
    rows = [np.r_[line, 0.0, 0.0] for line in lines]
    rows += [np.r_[-share[k], np.eye(2)[i]] for i, pair in enumerate(pairs) for k in pair]
    most = [budget, *caps, *[1.0] * n, 0.0, -1.0, *[0.0] * 4]
    shut = ~np.isfinite(worth.ravel())
    goal = np.r_[np.where(shut, 0.0, worth.ravel()), 4.0, 2.5]
    ends = [(0.0, 0.0 if closed else 1.0) for closed in [*shut, False, False]]
    twin = linprog(-goal, A_ub=np.array(rows), b_ub=most, bounds=ends)
    found = value_ceiling(worth, cost, relations, budget, plan)
    if twin.status == 2:
        assert np.isnan(found)
    else:
        assert found == pytest.approx(-twin.fun, rel=1e-6)


def test_the_nearer_bound_finds_the_same_programmes() -> None:
    value, cost, relations, shared = crowded(1, 9, places=2)
    sets = feasible_sets(relations)

    def joint(chosen: np.ndarray, _: np.ndarray) -> float:
        return float(value @ chosen - shared.excess(chosen[None])[0])

    stated = np.array([joint(chosen, chosen) for chosen in sets])
    plain, near = (
        Search(sets, value, cost, confidence=CONFIDENCE, joint=joint, stated=s)
        for s in (None, stated)
    )
    for budget in (15.0, 25.0, 40.0):
        one, other = plain.best(budget, 0.1), near.best(budget, 0.1)
        np.testing.assert_array_equal(one.sets, other.sets)
        assert other.tested <= one.tested


def test_what_no_set_can_exceed_is_refused_where_nothing_is_allowed() -> None:
    assert np.isnan(value_ceiling(np.ones((2, 1)), np.ones((3, 2)), Relations(2, must=(0,)), 0.5))


def test_a_search_that_is_ended_gives_what_none_can_exceed() -> None:
    value, cost, relations, shared = crowded(2, 24)
    uses, room = cost.mean(axis=0)[None], [0.2 * cost.mean(axis=0).sum()]
    whole = best_within(value, relations, uses, room, shared=shared)
    assert whole is not None
    assert (
        whole.bound
        == whole.value
        == pytest.approx(value @ whole.chosen - shared.excess(whole.chosen[None])[0])
    )
    ended = best_within(
        value, relations, uses, room, shared=shared, effort=Limits(nodes=1, gap=0.1)
    )
    assert ended is not None
    assert ended.value <= whole.value * (1 + 1e-9) <= ended.bound * (1 + 1e-6)


def test_nothing_reaches_standard_output(capfd: pytest.CaptureFixture[str]) -> None:
    """Proposals of HiGHS that it repairs are told on standard output, whatever its options say."""
    value, cost, relations, shared = crowded(3, 60)
    for part in (0.1, 0.3):
        budget = part * cost.mean(axis=0).sum()
        candidate_sets(value, cost, relations, [budget], CONFIDENCE, shared=shared)
        value_ceiling(value[:, None], cost, relations, budget, shared=[shared])
    ctypes.CDLL(None).fflush(None)
    assert capfd.readouterr() == ("", "")


def test_too_many_sets_to_list_are_known_before_they_are_listed() -> None:
    assert list_sets(Relations(200, must=(3,)), 1 << 19) is None
    assert list_sets(Relations(4), 16) is not None
    assert list_sets(Relations(4), 15) is None
    with pytest.raises(InputError, match="no set of projects"):
        list_sets(Relations(2, must=(0,), barred=(0,)), 100)


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


def earmarked(seed: int, n: int, room: float) -> tuple[np.ndarray, np.ndarray, Plan]:
    """Worth by start, costs in 20 draws, and a plan of 4 years with two earmarks.

    The money for the first two projects only, and for the next two, is enough in 16 of the draws;
    each project is paid in the year it starts.
    """
    rng = np.random.default_rng(seed)
    cost = rng.integers(3, 12, n) * rng.uniform(0.7, 1.5, (20, n))
    cost[:, :4] *= 0.4
    worth = rng.uniform(8, 12, (n, 1)) * (1 - rng.uniform(0.01, 0.03, (n, 1)) * np.arange(4))
    marked = np.repeat(np.eye(2, n // 2 + 1, dtype=bool), 2, axis=1)[:, :n]
    asked = cost @ marked.T
    held = np.sort((asked / asked.mean(axis=0)).max(axis=1))[15] * asked.mean(axis=0)
    years = np.broadcast_to(np.eye(4)[:, None], (4, n, 4))
    uses = np.concatenate((years, np.repeat(marked[:, :, None], 4, axis=2)))
    yearly = np.full(4, room * cost.mean(axis=0).sum() / 4)
    caps = np.append(yearly, held * (1 + 1e-9))
    return worth, cost, Plan(worth, uses, np.ones(6, dtype=bool), caps)


def best_starts(chosen: np.ndarray, plan: Plan, cost: np.ndarray, share: float) -> float:
    """The most a set is worth by a mixed-integer programme: a start of each, a yes of each draw."""
    mine, uses = cost[:, chosen], plan.uses[:, chosen]
    draws, n, rules = len(mine), mine.shape[1], len(plan.caps)
    drawn = np.einsum("rmd,tm->trmd", uses, mine).reshape(draws * rules, -1)
    most = np.einsum("rm,tm->tr", uses.max(axis=2), mine).ravel()
    caps = np.tile(plan.caps, draws)
    broken = np.repeat(np.eye(draws), rules, axis=0) * -np.maximum(most - caps, 0)[:, None]
    stated = (uses * mine.mean(axis=0)[:, None] * share).reshape(rules, -1)
    found = milp(
        np.append(-plan.worth[chosen].ravel(), np.zeros(draws)),
        constraints=[
            LinearConstraint(np.hstack((drawn, broken)), ub=caps),
            LinearConstraint(np.pad(stated, ((0, 0), (0, draws))), ub=plan.caps),
            LinearConstraint(
                np.pad(np.kron(np.eye(n), np.ones((1, 4))), ((0, 0), (0, draws))), 1, 1
            ),
            LinearConstraint(np.r_[np.zeros(4 * n), np.ones(draws)], ub=draws // 5),
        ],
        integrality=np.ones(4 * n + draws),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 1e-9},
    )
    return -float(found.fun) if found.success else -np.inf


@pytest.mark.parametrize(
    ("seed", "n", "room", "known_by"),
    [(4, 12, 1.3, 1), pytest.param(5, 13, 1.05, 14, marks=pytest.mark.long)],
)
def test_the_best_set_under_earmarks_is_found_before_the_places_run_out(
    seed: int, n: int, room: float, known_by: int
) -> None:
    """Each set has millions of starts: thousands are tried, tens of thousands for all sets.

    Where earmarks are tried with every start they run out first. Sets in falling value, each by
    another solver, until no other can be worth more.
    """
    worth, cost, plan = earmarked(seed, n, room)
    sets = feasible_sets(Relations(n))
    search = Search(sets, worth[:, 0], cost, confidence=CONFIDENCE, plan=plan)
    found = search.best(1e9)
    best, tried, stated = -np.inf, 0, sets @ worth[:, 0]
    for row in np.argsort(-stated):
        if stated[row] <= best:
            break
        total = cost[:, sets[row]].sum(axis=1)
        share = max(1.0, np.sort(total)[15] / total.mean())
        best, tried = max(best, best_starts(sets[row], plan, cost, share)), tried + 1
    assert found.value[0] == pytest.approx(best, rel=1e-9)
    assert tried == found.solved == known_by
    assert not search.cut
