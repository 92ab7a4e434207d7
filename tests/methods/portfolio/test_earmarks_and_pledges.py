"""What can be paid from funds with earmarks: by hand, by every set, and by two other solvers."""

import tomllib
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from capworth.errors import InputError
from capworth.methods.arguments import Bools, Floats
from capworth.methods.portfolio.earmarks import (
    Payable,
    best_in_time,
    best_payable,
    cuts_in_time,
    least_more,
    payment_cuts,
    who_pays,
    worth_of_money,
)
from capworth.methods.portfolio.relations import Relations, feasible_sets, set_totals

GOLDEN: Mapping[str, Any] = tomllib.loads(
    (Path(__file__).parents[2] / "golden/funding.toml").read_text("utf-8")
)
FIRST = GOLDEN["payable"][0]
YEARLY = np.array([[6.0, 0.0, 0.0], [2.0, 2.0, 0.0], [0.0, 5.0, 0.0]])


def purse_of(golden: Mapping[str, Any]) -> Payable:
    return Payable(np.array(golden["may_pay"]), np.array(golden["amounts"]))


def best(golden: Mapping[str, Any], payable: Payable) -> tuple[float, list[int]]:
    """Value and set that are best, by the kernel that tries listed sets."""
    cost, value = (np.array([golden[name]]) for name in ("cost", "value"))
    sets = feasible_sets(Relations(cost.shape[1]))
    row = sets[best_payable(cost, value, sets, [payable])[0, 0]]
    return float(value[0] @ row), np.flatnonzero(row).tolist()


# ---------------------------------------------------------------- by hand


@pytest.mark.parametrize("golden", GOLDEN["payable"], ids=lambda golden: golden["name"])
def test_the_best_set_with_and_without_earmarks(golden: Mapping[str, Any]) -> None:
    payable = purse_of(golden)
    assert best(golden, payable.lifted()) == (golden["free"], golden["free_set"])
    assert best(golden, payable) == (golden["under"], golden["under_set"])
    for fund, worth in enumerate(golden["more"]):
        assert best(golden, payable.with_more(fund, 1.0))[0] - golden["under"] == worth
        assert payable.amounts.tolist() == golden["amounts"], "a purse is never changed"


@pytest.mark.parametrize("golden", GOLDEN["payable"], ids=lambda golden: golden["name"])
def test_the_groups_that_decide(golden: Mapping[str, Any]) -> None:
    cuts = payment_cuts(np.array(golden["may_pay"]))
    assert sorted(np.flatnonzero(row).tolist() for row in cuts.projects) == sorted(golden["groups"])
    limits = cuts.limits(np.array(golden["amounts"]))
    whole = cuts.projects.all(axis=1)
    assert limits[whole].tolist() == [sum(golden["amounts"])]


def test_what_is_lacking_for_each_set() -> None:
    golden = GOLDEN["least"][0]
    sets = np.zeros((len(golden["sets"]), 3), dtype=bool)
    for row, taken in enumerate(golden["sets"]):
        sets[row, taken] = True
    cuts = payment_cuts(np.array(FIRST["may_pay"]))
    assert least_more(FIRST["cost"], sets, cuts, FIRST["amounts"]).tolist() == golden["lacking"]


@pytest.mark.parametrize("golden", GOLDEN["timing"], ids=lambda golden: golden["name"])
def test_money_pays_no_bill_before_it_comes(golden: Mapping[str, Any]) -> None:
    may_pay, value = np.array(FIRST["may_pay"]), np.array(FIRST["value"])
    found = best_in_time(YEARLY, value, Relations(3), may_pay, golden["income"])
    assert found.value == pytest.approx(golden["best"])
    assert np.flatnonzero(found.chosen).tolist() == golden["chosen"]
    bills = YEARLY * found.chosen[:, None]
    np.testing.assert_allclose(found.paid.sum(axis=0), bills, atol=1e-7)
    assert not found.paid[~may_pay].any()
    spent, come = found.paid.sum(axis=1).cumsum(axis=1), np.cumsum(golden["income"], axis=1)
    assert (spent <= come + 1e-7).all()
    np.testing.assert_allclose(found.left, come[:, -1] - spent[:, -1], atol=1e-7)


def test_the_dual_prices_of_each_fund_and_year() -> None:
    golden = GOLDEN["relaxed"]
    found = worth_of_money(
        golden["cost"],
        golden["value"],
        Relations(2),
        np.array(golden["may_pay"]),
        golden["income"],
    )
    np.testing.assert_allclose(found, golden["worth"], atol=1e-9)


# ---------------------------------------------------------------- by other ways


def flows(cost: Floats, payable: Payable, taken: Bools) -> bool:
    """Whether a set can be paid: maximum flow from funds to projects, in whole units."""
    funds, projects = payable.may_pay.shape
    end = 1 + funds + projects
    pipes = np.zeros((end + 1, end + 1), dtype=np.int32)
    pipes[0, 1 : 1 + funds] = payable.amounts
    pipes[1 : 1 + funds, 1 + funds : end] = np.where(payable.may_pay, 10_000, 0)
    pipes[1 + funds : end, end] = np.where(taken, cost, 0)
    found = maximum_flow(csr_array(pipes), 0, end)
    return int(found.flow_value) == int((cost * taken).sum())


def flows_in_time(bills: Floats, may_pay: Bools, income: Floats, taken: Bools) -> bool:
    """The same with a node for each fund and year; what is not spent goes on to the next year."""
    (funds, years), projects = income.shape, len(bills)
    end = 1 + funds * years + projects * years
    pipes = np.zeros((end + 1, end + 1), dtype=np.int32)
    for f, y in product(range(funds), range(years)):
        here = 1 + f * years + y
        pipes[0, here] = income[f, y]
        if y + 1 < years:
            pipes[here, here + 1] = 10_000
        for k in np.flatnonzero(may_pay[f]):
            pipes[here, 1 + funds * years + int(k) * years + y] = 10_000
    for project, y in product(range(projects), range(years)):
        pipes[1 + funds * years + project * years + y, end] = bills[project, y] * taken[project]
    found = maximum_flow(csr_array(pipes), 0, end)
    return int(found.flow_value) == int((bills * taken[:, None]).sum())


@st.composite
def offers(draw: st.DrawFn, most: int = 5) -> tuple[Floats, Floats, Payable, Relations]:
    """Costs, values, funds and relations: few levels, so that ties happen."""
    n, funds = draw(st.integers(1, most)), draw(st.integers(1, 4))
    cost = draw(st.lists(st.integers(0, 5), min_size=n, max_size=n))
    value = draw(st.lists(st.integers(-1, 4), min_size=n, max_size=n))
    amounts = draw(st.lists(st.integers(0, 6), min_size=funds, max_size=funds))
    flags = st.lists(st.booleans(), min_size=n, max_size=n)
    may_pay = draw(st.lists(flags, min_size=funds, max_size=funds))
    requires: tuple[tuple[int, tuple[int, ...]], ...] = ()
    excludes: tuple[tuple[int, ...], ...] = ()
    synergies: tuple[tuple[int, int, float], ...] = ()
    if n > 2:
        requires = draw(st.sampled_from([(), ((1, (0,)),), ((2, (0, 1)),)]))
        excludes = draw(st.sampled_from([(), ((0, 2),), ((0, 1, 2),)]))
        synergies = draw(st.sampled_from([(), ((0, 1, 2.0),), ((1, 2, -1.0),)]))
    payable = Payable(np.array(may_pay), np.array(amounts, dtype=float))
    relations = Relations(n, requires=requires, excludes=excludes, synergies=synergies)
    return np.array(cost, dtype=float), np.array(value, dtype=float), payable, relations


def worth(sets: Bools, value: Floats, relations: Relations) -> Floats:
    total = set_totals(sets, value)
    for one, other, bonus in relations.synergies:
        total = total + bonus * (sets[:, one] & sets[:, other])
    return total


@settings(max_examples=60, deadline=None)
@given(offers())
def test_cuts_say_what_a_maximum_flow_says(
    offer: tuple[Floats, Floats, Payable, Relations],
) -> None:
    cost, _, payable, _ = offer
    sets = np.array(list(product((True, False), repeat=len(cost))))
    lacking = least_more(cost, sets, payment_cuts(payable.may_pay), payable.amounts)
    assert [flows(cost, payable, taken) for taken in sets] == (lacking == 0).tolist()
    free = np.vstack((payable.may_pay, np.ones(len(cost), dtype=bool)))
    for taken, more in zip(sets, lacking, strict=True):
        if more > 0:
            for given_, can in ((more, True), (more - 1, False)):
                larger = Payable(free, np.append(payable.amounts, given_))
                assert flows(cost, larger, taken) is can


@settings(max_examples=50, deadline=None)
@given(offers())
def test_the_best_payable_set_is_the_best_of_all(
    offer: tuple[Floats, Floats, Payable, Relations],
) -> None:
    cost, value, payable, relations = offer
    sets = feasible_sets(relations)
    total, price = worth(sets, value, relations), set_totals(sets, cost)
    can = np.array([flows(cost, payable, taken) for taken in sets])
    order = [(-total[k], price[k], k) for k in np.flatnonzero(can)]
    found = best_payable(cost[None], value[None], sets, [payable], relations.synergies)[0, 0]
    assert found == (min(order)[2] if order else -1)


@settings(max_examples=60, deadline=None)
@given(offers(4), st.integers(1, 3), st.data())
def test_the_best_set_in_time_is_the_best_of_all(
    offer: tuple[Floats, Floats, Payable, Relations], years: int, data: st.DataObject
) -> None:
    _, value, payable, relations = offer
    levels = st.lists(st.integers(0, 3), min_size=years, max_size=years)
    n, funds = relations.n, len(payable.amounts)
    bills = np.array(data.draw(st.lists(levels, min_size=n, max_size=n)), dtype=float)
    income = np.array(data.draw(st.lists(levels, min_size=funds, max_size=funds)), dtype=float)
    sets = feasible_sets(relations)
    total, price = worth(sets, value, relations), set_totals(sets, bills.sum(axis=1))
    can = [flows_in_time(bills, payable.may_pay, income, taken) for taken in sets]
    found = best_in_time(bills, value, relations, payable.may_pay, income)
    most = max(total[can])
    assert found.value == pytest.approx(most)
    cheapest = min(p for t, p, c in zip(total, price, can, strict=True) if c and t == most)
    assert bills[found.chosen].sum() == pytest.approx(cheapest)


@settings(max_examples=60, deadline=None)
@given(offers())
def test_money_without_years_is_money_in_one_year(
    offer: tuple[Floats, Floats, Payable, Relations],
) -> None:
    """The mixed-integer programme and the listed sets share no code."""
    cost, value, payable, relations = offer
    sets = feasible_sets(relations)
    row = best_payable(cost[None], value[None], sets, [payable], relations.synergies)[0, 0]
    income = payable.amounts[:, None]
    found = best_in_time(cost[:, None], value, relations, payable.may_pay, income)
    assert found.value == pytest.approx(worth(sets[[row]], value, relations)[0])
    assert cost[found.chosen].sum() == pytest.approx(cost[sets[row]].sum())


@settings(max_examples=60, deadline=None)
@given(offers())
def test_dual_prices_are_what_a_little_more_money_adds(
    offer: tuple[Floats, Floats, Payable, Relations],
) -> None:
    """Against the difference of two values of a programme that knows the cuts, not the payments."""
    cost, value, payable, _ = offer
    cuts, little = payment_cuts(payable.may_pay), 1e-3
    rows = cuts.projects * cost

    def relaxed(amounts: Floats) -> float:
        found = linprog(-value, A_ub=rows, b_ub=cuts.limits(amounts), bounds=(0, 1))
        return -float(found.fun)

    before = relaxed(payable.amounts)
    dual = worth_of_money(
        cost[:, None], value, Relations(len(cost)), payable.may_pay, payable.amounts[:, None]
    )
    for fund, price in enumerate(dual[:, 0]):
        more = relaxed(payable.with_more(fund, little).amounts) - before
        assert price == pytest.approx(more / little, abs=1e-6)


# ---------------------------------------------------------------- what must always hold


@settings(max_examples=40, deadline=None)
@given(offers(), st.data())
def test_loosening_an_earmark_or_adding_money_never_loses(
    offer: tuple[Floats, Floats, Payable, Relations], data: st.DataObject
) -> None:
    cost, value, payable, relations = offer
    fund = data.draw(st.integers(0, len(payable.amounts) - 1))
    payables = [payable, payable.lifted(fund), payable.lifted(), payable.with_more(fund, 1.0)]
    sets = feasible_sets(relations)
    rows = best_payable(cost[None], value[None], sets, payables, relations.synergies)[:, 0]
    under, one, every, more = worth(sets[rows], value, relations)
    assert under <= one <= every
    assert under <= more
    dual = worth_of_money(
        cost[:, None], value, relations, payable.may_pay, payable.amounts[:, None]
    )
    assert (dual >= 0).all()
    assert not dual[~payable.may_pay.any(axis=1)].any(), "a fund that may pay for nothing"


def test_draws_are_answered_one_by_one() -> None:
    """Many draws, ways to pay of different sizes and a block boundary: each as if it were alone."""
    rng = np.random.default_rng(5)
    cost = rng.integers(1, 6, (21, 4)).astype(float)
    value = rng.integers(0, 5, (21, 4)).astype(float)
    payable = purse_of(GOLDEN["payable"][1])
    payables = [
        payable,
        payable.lifted(),
        payable.with_more(1, 2.0),
        Payable(payable.may_pay, np.zeros(3)),
    ]
    sets = feasible_sets(Relations(4, must=(2,)))
    together = best_payable(cost, value, sets, payables)
    for k in range(len(cost)):
        for j, mine in enumerate(payables):
            assert best_payable(cost[[k]], value[[k]], sets, [mine])[0, 0] == together[j, k]
    assert (together[3] == -1).all(), "what must be done costs something"


def test_a_bonus_of_its_own_in_every_draw() -> None:
    rng = np.random.default_rng(7)
    cost, value = np.full((19, 3), 2.0), rng.integers(0, 4, (19, 3)).astype(float)
    bonus = rng.integers(-2, 5, (19, 1)).astype(float)
    payable, pairs = Payable(np.ones((1, 3), dtype=bool), np.array([4.0])), [(0, 2, 99.0)]
    sets = feasible_sets(Relations(3))
    found = best_payable(cost, value, sets, [payable], pairs, bonus)[0]
    for k, extra in enumerate(bonus[:, 0]):
        alone = [(0, 2, float(extra))]
        assert found[k] == best_payable(cost[[k]], value[[k]], sets, [payable], alone)[0, 0]
    assert len(set(found.tolist())) > 2


def test_what_else_is_limited_is_kept() -> None:
    """Twenty posts: project 0 takes 12, project 1 takes 9; worked by hand."""
    args = np.ones((2, 1)), np.array([5.0, 4.0]), Relations(2), np.array([[True, True]]), [[9.0]]
    assert best_in_time(*args).chosen.tolist() == [True, True]
    posts = np.array([[12.0, 9.0]]), np.array([20.0])
    assert best_in_time(*args, *posts).chosen.tolist() == [True, False]
    assert worth_of_money(*args, *posts).tolist() == [[0.0]]


def test_what_cannot_be_paid_is_said_so() -> None:
    bills, value = np.array([[3.0]]), np.array([1.0])
    with pytest.raises(InputError, match="does not pay for what must be done"):
        best_in_time(bills, value, Relations(1, must=(0,)), np.array([[True]]), [[2.0]])
    with pytest.raises(InputError, match="does not pay for what must be done"):
        worth_of_money(bills, value, Relations(1, must=(0,)), np.array([[True]]), [[2.0]])
    many = np.eye(13, dtype=bool)
    with pytest.raises(InputError, match="overlap in more than 4096 ways"):
        payment_cuts(many)


def test_every_kind_of_relation_reaches_the_solver() -> None:
    """Minimum service, one of several needs, barred: against the sets that the relations allow."""
    relations = Relations(
        4, requires_any=((3, (0, 1)),), at_least=((1, (1, 2)),), barred=(1,), must=(3,)
    )
    cost, value = np.array([4.0, 1.0, 2.0, 3.0]), np.array([-1.0, 9.0, -2.0, -3.0])
    found = best_in_time(
        cost[:, None], value, relations, np.ones((1, 4), dtype=bool), np.array([[20.0]])
    )
    sets = feasible_sets(relations)
    assert sets.tolist() == [[True, False, True, True]]
    assert found.chosen.tolist() == sets[0].tolist()
    assert found.left.tolist() == [pytest.approx(11.0)]


@settings(max_examples=150)
@given(st.integers(0, 10**6))
def test_cuts_in_time_say_what_can_be_paid_in_its_year(seed: int) -> None:
    """Bills are paid if and only if each cut's money suffices; augmenting paths are the judge."""
    rng = np.random.default_rng(seed)
    funds, projects, years = (int(rng.integers(1, top)) for top in (4, 5, 5))
    may_pay = rng.random((funds, projects)) < 0.5
    may_pay[0] |= rng.random() < 0.5
    income = rng.integers(0, 6, (funds, years)) * (rng.random((funds, years)) < 0.6)
    bills = rng.integers(0, 4, (projects, years)) * (rng.random((projects, years)) < 0.7)
    last, held = cuts_in_time(may_pay, income)
    within = np.arange(years) <= last[:, :, None]  # (cuts, projects, years)
    asked = (within * bills).sum(axis=(1, 2))
    paid = who_pays(bills.astype(float), may_pay, income.astype(float)).sum()
    assert bool((asked <= held).all()) == bool(np.isclose(paid, bills.sum()))
    assert len(np.unique(last, axis=0)) == len(last)


def test_money_all_at_once_has_the_cuts_of_money_without_years() -> None:
    may_pay = np.array(FIRST["may_pay"])
    last, held = cuts_in_time(may_pay, np.array(FIRST["amounts"])[:, None])
    cuts = payment_cuts(may_pay)
    found = {tuple(row): amount for row, amount in zip((last == 0).tolist(), held, strict=True)}
    limits = cuts.limits(FIRST["amounts"])
    assert found == {tuple(r): a for r, a in zip(cuts.projects.tolist(), limits, strict=True)}


def test_funds_that_come_in_too_many_ways() -> None:
    income = np.ones((5, 6))
    with pytest.raises(InputError, match="Bring funds with like earmarks together"):
        cuts_in_time(np.ones((5, 2), dtype=bool), income)


def test_who_pays_worked_by_hand() -> None:
    """The first pledge may pay for A only, the second for both; what lacks is raised.

    A costs 4 in year 0, B 6 in year 1. The first pledge pays 3 of A and keeps nothing; the second
    has 2 from the start and 3 more a year later: 1 of A, 4 of B; 2 are left to be raised.
    """
    bills = np.array([[4.0, 0.0], [0.0, 6.0]])
    may_pay = np.array([[True, True], [True, False], [True, True]])
    income = np.array([[9.0, 0.0], [3.0, 0.0], [2.0, 3.0]])
    paid = who_pays(bills, may_pay, income, [1, 2, 0])
    assert paid[1].tolist() == [[3, 0], [0, 0]]
    assert paid[2].tolist() == [[1, 0], [0, 4]]
    assert paid[0].tolist() == [[0, 0], [0, 2]]


def test_a_pledge_gives_way_where_another_can_pay_for_nothing_else() -> None:
    """The first pays A until it turns out that the second may pay for A only: then it pays B."""
    bills, may_pay = np.array([[5.0], [5.0]]), np.array([[True, True], [True, False]])
    paid = who_pays(bills, may_pay, np.array([[5.0], [5.0]]))
    assert paid[:, :, 0].tolist() == [[0, 5], [5, 0]]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_each_fund_in_its_order_pays_the_most_that_a_linear_programme_finds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    funds, projects, years = (int(rng.integers(1, most)) for most in (5, 5, 4))
    bills = rng.integers(0, 6, (projects, years)) * (rng.random((projects, years)) < 0.7) * 1.0
    may_pay = rng.random((funds, projects)) < 0.6
    income = rng.integers(0, 6, (funds, years)) * (rng.random((funds, years)) < 0.6) * 1.0
    order = [int(k) for k in rng.permutation(funds)]
    paid = who_pays(bills, may_pay, income, order)
    assert (paid >= -1e-9).all()
    assert not paid[~may_pay].any()
    assert (paid.sum(axis=0) <= bills + 1e-9).all()
    assert (paid.sum(axis=1).cumsum(axis=1) <= income.cumsum(axis=1) + 1e-9).all()
    cells = list(product(range(funds), range(projects), range(years)))
    lines, limits = [], []
    for p, y in product(range(projects), range(years)):
        lines.append([float((q, z) == (p, y)) for _, q, z in cells])
        limits.append(bills[p, y])
    for f, y in product(range(funds), range(years)):
        lines.append([float(g == f and z <= y) for g, _, z in cells])
        limits.append(income[f, : y + 1].sum())
    for k in range(funds):
        mine = [float(f in order[: k + 1]) for f, _, _ in cells]
        upper = [np.inf if may_pay[f, p] else 0.0 for f, p, _ in cells]
        most = linprog(
            -np.array(mine), A_ub=lines, b_ub=limits, bounds=[(0.0, end) for end in upper]
        )
        assert paid[order[: k + 1]].sum() == pytest.approx(-most.fun, abs=1e-7)


def test_the_order_of_the_table_does_not_change_who_pays() -> None:
    rng = np.random.default_rng(4)
    bills, may_pay = rng.uniform(1, 5, (4, 3)), rng.random((5, 4)) < 0.6
    income = rng.uniform(0, 4, (5, 3))
    paid = who_pays(bills, may_pay, income, [3, 0, 4, 1, 2])
    turned = [2, 4, 0, 3, 1]  # place of each fund in the other table
    back = [turned.index(k) for k in [3, 0, 4, 1, 2]]
    other = who_pays(bills, may_pay[turned], income[turned], back)
    assert np.array_equal(other, paid[turned])
