"""Set and starts under a budget confidence, good sets and roles: worked examples and twins."""

import tomllib
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capworth.methods.arguments import Bools, Floats
from capworth.methods.portfolio.confidence import (
    Plan,
    Programmes,
    Search,
    best_programmes,
    frontier_at,
    later,
)
from capworth.methods.portfolio.good_sets import (
    CHOOSE,
    NOT_NOW,
    PREFER,
    REPLACE,
    START,
    maximal_sets,
    roles,
)
from capworth.methods.uncertainty.order_statistics import order_quantile
from capworth.streams import stream

GOLDEN = tomllib.loads((Path(__file__).parents[2] / "golden/decision.toml").read_text("utf-8"))


def every_set(projects: int, requires: list[list[int]] | None = None) -> Bools:
    rows = np.array(list(product([False, True], repeat=projects)))
    for a, b in requires or []:
        rows = rows[~rows[:, a] | rows[:, b]]
    return rows


# ------------------------------------------------------------------------------- worked examples


def test_budget_confidence() -> None:
    case, frontier = GOLDEN["M04"]
    given_, expected = case["inputs"], case["expected"]
    cost, value = np.array(given_["cost_by_draw"]), np.array(given_["value"])
    sets = every_set(4, given_["requires"])
    at_80 = best_programmes(sets, value, cost, given_["budget"], confidence=0.8)
    assert np.flatnonzero(at_80.sets[0]).tolist() == expected["p80_set"]
    assert at_80.quantile[0] == pytest.approx(expected["p80_cost"], abs=1e-9)
    assert at_80.expected[0] == pytest.approx(expected["expected_cost"], abs=1e-9)
    assert at_80.contingency[0] == pytest.approx(expected["contingency"], abs=1e-9)
    at_90 = best_programmes(sets, value, cost, given_["budget"], confidence=0.9)
    assert np.flatnonzero(at_90.sets[0]).tolist() == expected["p90_set"]
    over = (cost[:, expected["expected_cost_set"]].sum(axis=1) > given_["budget"]).mean()
    assert over == pytest.approx(expected["p_over_of_expected_set"])
    rows, budgets = frontier_at(sets, sets @ value, cost, 0.8, mean_too=False)
    steps = np.column_stack([budgets, (sets @ value)[rows]])
    np.testing.assert_allclose(steps, frontier["expected"]["steps"], atol=1e-9)
    _, held = frontier_at(sets, sets @ value, cost, 0.8)
    assert held[1] == pytest.approx(3.2), "its mean has to fit as well"


def test_set_and_start_together() -> None:
    (case,) = GOLDEN["M05"]
    spend, worth = (np.array(case["inputs"][k]) for k in ("spend_by_year", "value_by_delay"))
    total = spend.sum(axis=1)
    limits = np.full(case["inputs"]["years"], float(case["inputs"]["limit_a_year"]))
    plan = Plan.of_years(spend / total[:, None], limits, worth)
    found = best_programmes(
        every_set(4), worth[:, 0], total[None], case["inputs"]["budget"], plan=plan
    )
    assert found.value[0] == pytest.approx(case["expected"]["value"], abs=1e-9)
    delays = [int(d) if x else -1 for x, d in zip(found.sets[0], found.delays[0], strict=True)]
    assert delays == case["expected"]["delay"]
    by_year = sum(later(spend[k], delays[k]) for k in range(3))
    np.testing.assert_allclose(by_year, case["expected"]["spend"], atol=1e-9)


@pytest.mark.parametrize(
    ("better", "verb"), [(7, CHOOSE), (6, PREFER), (4, PREFER), (3, REPLACE)], ids=str
)
def test_the_limits_of_the_verbs_are_theirs(better: int, verb: str) -> None:
    """Of 20 draws: from 0.35 on it is a choice, from 0.2 on the best is preferred."""
    sets = np.array([[1, 1, 0], [1, 0, 1]], dtype=bool)
    other = np.where(np.arange(20) < better, 11.0, 1.0)
    found = roles(sets, np.column_stack((np.full(20, 10.0), other)))
    assert found.exchanges[0].p_better == better / 20
    assert len(found.choices()) == (better >= 4)
    assert found.verbs[1] == verb


def test_start_choose_not_now() -> None:
    (case,) = GOLDEN["M06"]
    names, expected = case["inputs"]["names"], case["expected"]
    sets = np.array([[name in row for name in names] for row in case["inputs"]["sets"]])
    values = np.array(case["inputs"]["value_by_draw"])
    kept = maximal_sets(sets, values.mean(axis=0))
    assert kept.tolist() == expected["maximal"]
    found = roles(sets[kept], values[:, kept], sets, names)
    assert [n for n, x in zip(names, found.start, strict=True) if x] == expected["start"]
    assert [n for n, x in zip(names, found.never, strict=True) if x] == expected["not_now"]
    exchanges = [
        [[names[k] for k in e.out], [names[k] for k in e.into], e.p_better] for e in found.exchanges
    ]
    assert exchanges == expected["minimal_exchanges"]
    np.testing.assert_allclose(found.regret, expected["expected_regret"], atol=1e-9)
    np.testing.assert_allclose(found.p_best, expected["p_best_in_list"], atol=1e-9)


def test_pair_and_regret_ex_ante() -> None:
    (case,) = GOLDEN["M16"]
    values, expected = np.array(case["inputs"]["value"]), case["expected"]
    sets = np.eye(3, dtype=bool)
    found = roles(sets, values)
    assert 1 - found.p_better[1] == pytest.approx(expected["p_a_better_b"])
    np.testing.assert_allclose(found.regret, expected["regret"], atol=1e-9)
    (first, *_) = [e for e in found.exchanges if e.row == 1]
    assert first.loss == pytest.approx(expected["mean_gap"], abs=1e-9)


def test_a_core_is_never_above_one() -> None:
    """Counts of draws add up exactly: the shares of 7, 13, 16, 14 and 10 of 60 do not."""
    best = np.repeat(np.arange(5), [7, 13, 16, 14, 10])
    sets = np.column_stack([np.eye(5, dtype=bool), np.ones(5, dtype=bool)])
    assert roles(sets, np.eye(5)[best]).core[5] == 1


def test_net_takes_what_pays_and_nothing_else() -> None:
    for case in GOLDEN["M02"][:2]:
        benefit, cost, asked = (
            np.array(case["inputs"][k], dtype=float)
            for k in ("benefit", "whole_life_cost", "asked")
        )
        sets = every_set(len(benefit))
        found = best_programmes(sets, benefit - cost, asked[None], case["inputs"]["budget"])
        assert np.flatnonzero(found.sets[0]).tolist() == case["expected"]["chosen"]
        assert found.value[0] == pytest.approx(case["expected"]["net"], abs=1e-9)


# ------------------------------------------------------------------------------------------ rules


def test_what_adds_nothing_starts_nothing() -> None:
    """A +10, B -0.1, Z 0: start is A alone."""
    value = np.array([10.0, -0.1, 0.0])
    sets = every_set(3)
    found = best_programmes(sets, value, np.ones((5, 3)), 3.0, near=0.05)
    kept = maximal_sets(found.sets, found.value)
    assert found.sets[kept].tolist() == [[True, False, False]]
    said = roles(found.sets[kept], np.tile(found.value[kept], (5, 1)), found.sets)
    assert said.verbs == (START, NOT_NOW, NOT_NOW)


def test_a_must_of_negative_value_still_gives_a_list() -> None:
    value = np.array([-3.0, 1.0])
    sets = every_set(2)[[2, 3]]  # the first one must be in
    found = best_programmes(sets, value, np.ones((4, 2)), 2.0, near=0.05)
    assert found.feasible
    assert found.sets[0].tolist() == [True, True]


def test_a_long_tail_does_not_pass_on_its_quantile() -> None:
    """A tail of 19 % at 500 has its P80 at 10 and its mean at 103."""
    cost = np.where(np.arange(100) < 81, 10.0, 500.0)[:, None]
    found = best_programmes(every_set(1), np.array([1.0]), cost, 20.0)
    assert order_quantile(cost[:, 0], 0.8) == 10
    assert not found.sets[0].any()


def test_without_a_feasible_set_the_likeliest_is_given_with_its_chance() -> None:
    cost = np.array([[4.0], [9.0], [9.0], [4.0]])
    found = best_programmes(np.array([[True]]), np.array([1.0]), cost, 5.0)
    assert not found.feasible
    assert found.p_within.tolist() == [0.5]
    search = Search(np.array([[True]]), np.array([1.0]), cost)
    none = search.best(5.0, anyway=False)
    assert (none.feasible, none.sets.shape, none.delays.shape) == (False, (0, 1), (0, 1))


# ------------------------------------------------------------------------------------------- twins


def brute(
    sets: Bools,
    value: Floats,
    cost: Floats,
    budget: float,
    confidence: float,
    plan: Plan | None,
) -> tuple[float, Any]:
    """Most expected value of all sets and starts, by trying them all."""
    best: tuple[float, Any] = (-np.inf, None)
    need = int(np.ceil(confidence * len(cost) - 1e-9))
    for row in sets:
        members = np.flatnonzero(row).tolist()
        total = cost[:, members].sum(axis=1)
        held = np.sort(total)[need - 1]
        if held > budget + 1e-9 or total.mean() > budget + 1e-9:
            continue
        starts = [range(plan.worth.shape[1])] * len(members) if plan else [range(1)] * len(members)
        for delays in product(*starts):
            got = sum(
                plan.worth[k, d] if plan else value[k] for k, d in zip(members, delays, strict=True)
            )
            if plan and not keeps(plan, members, delays, cost, held, need):
                continue
            best = max(best, (float(got), tuple(members)), key=lambda b: b[0])
    return best


def keeps(
    plan: Plan, members: list[int], delays: Any, cost: Floats, held: float, need: int
) -> bool:
    when = dict(zip(members, delays, strict=True))
    for a, ((b, years),) in plan.after:
        if a in when and b in when and when[a] < when[b] - years:
            return False
    years, limits = len(plan.caps), plan.caps
    spend = plan.uses[:, :, 0].T  # as stated
    by_year = np.zeros((len(cost), years))
    for k, d in when.items():
        if spend[k, years - d :].sum() > 1e-9 and d:
            return False
        by_year[:, d:] += cost[:, [k]] * spend[k, : years - d]
    mean = cost[:, members].sum(axis=1).mean()
    scale = max(1.0, held / mean) if mean > 0 else 1.0
    planned = by_year.mean(axis=0) * scale
    if (planned > limits * (1 + 1e-9)).any():
        return False
    return bool((by_year <= limits * (1 + 1e-9)).all(axis=1).sum() >= need)


@given(st.integers(0, 10**6))
def test_what_is_known_from_other_rules_changes_no_answer(seed: int) -> None:
    """Tighter limits after the wider ones, and the wider ones from what the tighter reach."""
    random = stream(seed, "other rules")
    projects, years = int(random.integers(2, 6)), 4
    cost = random.integers(0, 12, size=(12, projects)).astype(float)
    worth = random.integers(-3, 12, size=(projects, 1)).astype(float)
    fall = np.cumsum(random.integers(0, 4, size=(projects, 2)), axis=1)
    worth = np.column_stack([worth[:, 0], worth - fall])
    spend = np.column_stack([random.dirichlet(np.ones(2), size=projects), np.zeros((projects, 2))])
    limits = random.integers(3, 15, size=years).astype(float)
    wide = Plan.of_years(spend, limits, worth)
    tight = replace(wide, caps=limits * float(random.choice([0.5, 0.8, 1.0])))
    sets, budget = every_set(projects), float(random.integers(4, 30))
    base = Search(sets, worth[:, 0], cost, plan=wide)
    base.best(budget, near=float(random.choice([0.0, 0.4])))

    def told(found: Programmes) -> tuple[object, ...]:
        shown = found.sets, found.delays, found.value, found.quantile, found.p_years
        return (*(part.tolist() for part in shown), found.feasible)

    alone = Search(sets, worth[:, 0], cost, plan=tight).best(budget, near=0.2)
    assert told(base.under(tight, tighter=True).best(budget, near=0.2)) == told(alone)
    anew = (Search(sets, worth[:, 0], cost, plan=wide) for _ in range(2))
    found = [
        s.best(budget, near=0.2, least=x)
        for s, x in zip(anew, (alone.reached, -np.inf), strict=True)
    ]
    assert told(found[0]) == told(found[1])


def test_a_value_that_no_set_reaches_hides_none() -> None:
    cost, worth = np.ones((4, 2)), np.array([2.0, 1.0])
    found = Search(every_set(2), worth, cost).best(2.0, least=99.0)
    assert found.feasible
    assert found.value.tolist() == [3.0]


@given(st.integers(0, 10**6), st.booleans())
def test_the_search_is_as_good_as_trying_everything(seed: int, with_plan: bool) -> None:
    random = stream(seed, "programme under confidence")
    projects, draws, years = int(random.integers(1, 5)), 12, 4
    cost = random.integers(0, 12, size=(draws, projects)).astype(float)
    worth = random.integers(-3, 12, size=(projects, 1)).astype(float)
    fall = np.cumsum(random.integers(0, 4, size=(projects, 2)), axis=1)
    worth = np.column_stack([worth[:, 0], worth - fall])
    spend = random.dirichlet(np.ones(2), size=projects)
    spend = np.column_stack([spend, np.zeros((projects, years - 2))])
    after = ((0, 1, int(random.integers(0, 2))),) if projects > 1 else ()
    limits = random.integers(3, 15, size=years).astype(float)
    plan = Plan.of_years(spend, limits, worth, after) if with_plan else None
    relations = [[0, projects - 1]] if projects > 2 else None
    sets = every_set(projects, relations)
    budget, confidence = float(random.integers(4, 30)), float(random.choice([0.5, 0.8, 0.9]))
    found = best_programmes(sets, worth[:, 0], cost, budget, confidence=confidence, plan=plan)
    most, _ = brute(sets, worth[:, 0], cost, budget, confidence, plan)
    assert found.value[0] == pytest.approx(most)
    assert found.p_within[0] >= confidence
    assert found.expected[0] <= budget + 1e-9
    assert found.p_years[0] >= confidence - 1e-9


@pytest.mark.parametrize("seed", range(40))
def test_rules_of_any_kind_hold_together(seed: int) -> None:
    """Twin with rules that starts ease, for all or for some, and rules that no start eases.

    Money of single years, money for some projects only, posts; together in enough draws.
    """
    rng = stream(seed, "rules")
    sets, cost = every_set(4), rng.integers(1, 9, (25, 4)) * rng.uniform(0.5, 1.5, (25, 4))
    worth = np.sort(rng.uniform(1, 9, (4, 3)))[:, ::-1]
    eased = rng.integers(0, 3, (2, 4, 3)) / 2
    some = np.where(rng.random((1, 4, 1)) < 0.5, 0.5, rng.integers(0, 3, (1, 4, 3)) / 2)
    never = np.repeat(rng.integers(0, 2, (2, 4, 1)), 3, axis=2).astype(float)
    uses = np.concatenate((eased, some, never))
    scaled = np.array([True, True, True, True, False])
    caps = np.r_[rng.uniform(4, 16, 4), 2.0]
    plan = Plan(worth, uses, scaled, caps)
    best, need = (-np.inf, np.nan), 20
    for row in sets:
        members = np.flatnonzero(row)
        total = np.sort(cost[:, members].sum(axis=1))
        share = max(1.0, total[need - 1] / max(total.mean(), 1e-9))
        if max(total[need - 1], total.mean()) > 20.0:
            continue
        for delays in product(range(3), repeat=len(members)):
            mine = uses[:, members, list(delays)]
            drawn = np.where(scaled, cost[:, members] @ mine.T, mine.sum(axis=1))
            stated = drawn.mean(axis=0) * np.where(scaled, share, 1.0)
            sure = (drawn <= caps).all(axis=1).mean()
            if (stated <= caps).all() and sure >= 0.8:
                best = max(best, (float(worth[members, list(delays)].sum()), float(sure)))
    found = best_programmes(sets, worth[:, 0], cost, 20.0, plan=plan)
    assert (found.value[0], found.p_years[0]) == pytest.approx(best)


@given(st.integers(0, 10**6))
def test_the_list_holds_every_set_that_is_near(seed: int) -> None:
    random = stream(seed, "near sets")
    projects = int(random.integers(1, 6))
    cost = random.integers(1, 9, size=(10, projects)).astype(float)
    value = random.integers(-2, 9, size=projects).astype(float)
    sets = every_set(projects)
    found = best_programmes(sets, value, cost, 15.0, near=0.2)
    worth = sets @ value
    totals = [cost[:, row].sum(axis=1) for row in sets]
    fit = np.array([order_quantile(t, 0.8) <= 15 and t.mean() <= 15 for t in totals])
    best = worth[fit].max()
    near = sets[fit & (worth >= best - 0.2 * abs(best) - 1e-9)]
    assert {tuple(r) for r in found.sets.tolist()} == {tuple(r) for r in near.tolist()}


@given(st.integers(0, 10**6))
def test_roles_do_not_depend_on_the_order_of_projects(seed: int) -> None:
    random = stream(seed, "roles")
    sets = every_set(4)[random.permutation(16)[:6]]
    values = random.integers(0, 9, size=(8, 6)).astype(float)
    order = random.permutation(4)
    one, two = roles(sets, values), roles(sets[:, order], values)
    assert [one.verbs[k] for k in order] == list(two.verbs)
    np.testing.assert_allclose(one.core[order], two.core)
    assert one.p_best.sum() == pytest.approx(1)
    assert (one.regret >= 0).all()


def test_chances_are_those_of_the_sums_at_the_very_limit() -> None:
    """A limit that is a sum of many draws: products would round to either side of it."""
    random = np.random.default_rng(5)
    cost = np.round(random.random((400, 6)), 1) * 0.1
    search = Search(every_set(6), np.ones(6), cost)
    rows = np.arange(64)
    for room in (0.0, float(cost[0].sum()), float(cost[3, :4].sum()), np.inf):
        sums = [(cost[:, chosen].sum(axis=1) <= room).mean() for chosen in every_set(6)]
        expected = [(search._totals(row) <= room).mean() for row in rows.tolist()]
        np.testing.assert_array_equal(search._chances(rows, room), expected)
        np.testing.assert_allclose(expected, sums, atol=0.02)


# ------------------------------------------------------------------------------------- frontier


@pytest.mark.parametrize("confidence", [0.0, 0.5, 0.8, 1.0])
@pytest.mark.parametrize("mean_too", [True, False])
@pytest.mark.parametrize("held", [None, (3.0, 9.0)])
def test_frontier_is_that_of_every_set_looked_at(
    confidence: float, mean_too: bool, held: tuple[float, float] | None
) -> None:
    """Twin: what each set needs, one by one. Few levels of value and of cost, so that ties occur.

    Costs are lopsided: half of the projects are cheap in most draws and dear in some.
    """
    sets, size = every_set(7), 40
    groups = np.array([[1, 1, 1, 0, 0, 0, 0], [1] * 7], dtype=bool)
    given_groups = None if held is None else (groups, np.array(held))
    for k in range(12):
        rng = stream(k, "frontier")
        value = sets @ rng.integers(1, 6, 7).astype(float)
        cost = rng.integers(1, 5, (size, 7)).astype(float) * np.where(
            rng.random((size, 7)) < 0.15, 6.0, 1.0
        )
        needed = np.zeros(len(sets))
        for row, chosen in enumerate(sets):
            each = [(groups[-1], 0.0)] if held is None else zip(groups, held, strict=True)
            bills = [cost[:, chosen & group].sum(axis=1) - h for group, h in each]
            most = np.sort(np.max([*bills, np.zeros(size)], axis=0))
            mean = max(0.0, *(bill.mean() for bill in bills))
            sure = float(most[int(np.ceil(confidence * size)) - 1])
            needed[row] = mean if not confidence else max(sure, mean) if mean_too else sure
        order = np.lexsort((sets.sum(axis=1), -value, needed))
        ahead = np.maximum.accumulate(value[order])
        steps = order[np.r_[True, value[order][1:] > ahead[:-1]]]
        rows, budgets = frontier_at(sets, value, cost, confidence, mean_too, given_groups)
        found = np.column_stack([budgets, value[rows]])
        np.testing.assert_allclose(found, np.column_stack([needed, value])[steps], atol=1e-9)
