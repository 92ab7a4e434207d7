"""Single units instead of mixtures, and efficiency where all prices are known."""

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from capworth import envelopment
from capworth.errors import InputError
from capworth.methods.envelopment.dea import dea
from capworth.methods.envelopment.economic_efficiency import (
    hyperbolic,
    profit_efficiency,
    profitability,
)
from capworth.methods.envelopment.fdh import fdh
from capworth.methods.envelopment.malmquist import malmquist_luenberger
from capworth.methods.envelopment.slacks import additive

GOLDEN = tomllib.loads((Path(__file__).parents[2] / "golden/envelopment.toml").read_text("utf-8"))


def some_units(seed: int) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    n = rng.integers(2, 7)
    x, y = (rng.integers(0, 5, (n, 2)).astype(float) for _ in range(2))
    x[:, 0] += 1
    y[:, 0] += 1
    x[0, 1] = y[0, 1] = 1
    return x, y


@pytest.mark.parametrize("case", GOLDEN["free_disposal"], ids=lambda case: case["name"])
def test_free_disposal_hull(case: dict[str, Any]) -> None:
    found = fdh(case["inputs"], case["outputs"], case["orientation"])
    np.testing.assert_allclose(found.score[0], case["score"], rtol=0, atol=case["tolerance"])
    assert found.efficient[0].tolist() == case["efficient"]
    assert found.peer[0].tolist() == case["peer"]
    front = envelopment(case["inputs"], case["outputs"], "fdh", case["orientation"])
    np.testing.assert_array_equal(front.to_frame()["score"], found.score[0])
    assert front.to_frame()["main_peer"].tolist() == [peer + 1 for peer in case["peer"]]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32))
def test_it_is_the_integer_programme(seed: int) -> None:
    x, y = some_units(seed)
    n = len(x)
    by_input, by_output = (fdh(x, y, way).score[0] for way in ("input", "output"))
    one = LinearConstraint(np.append(np.ones(n), 0), 1, 1)
    kinds, limits = np.append(np.ones(n), 0), Bounds(0, np.append(np.ones(n), np.inf))
    nothing = np.zeros((2, 1))
    for u in range(n):
        less = LinearConstraint(np.hstack((x.T, -x[u][:, None])), -np.inf, 0)
        enough = LinearConstraint(np.hstack((y.T, nothing)), y[u], np.inf)
        goal = np.append(np.zeros(n), 1)
        least = milp(goal, integrality=kinds, bounds=limits, constraints=[less, enough, one])
        assert by_input[u] == pytest.approx(least.fun, abs=1e-7)
        within = LinearConstraint(np.hstack((x.T, nothing)), -np.inf, x[u])
        more = LinearConstraint(np.hstack((y.T, -y[u][:, None])), 0, np.inf)
        most = milp(-goal, integrality=kinds, bounds=limits, constraints=[within, more, one])
        assert by_output[u] == pytest.approx(-most.fun, abs=1e-7)
    mixed = dea(x, y, "variable", "input").score[0]
    assert (by_input >= mixed - 1e-9).all()


def test_the_table_of_the_free_disposal_hull() -> None:
    x, y = [[2, 9], [3, 3], [4, 2]], [[1], [1], [1]]
    found = envelopment(np.array([*x, [6, 4]]), [*y, [1]], model="FDH", orientation="input")
    assert found.efficient == (1, 2, 3)
    targets = found.targets().query("unit == 4")
    assert targets["target"].tolist() == [4, 2, 1]  # half of 4, but 4 of 6 at the most used
    assert targets["slack"].tolist() == [0, pytest.approx(-2 / 3), 0]
    assert envelopment(x, y, "fdh").peers()["peer"].tolist() == [1, 2, 3]
    with pytest.raises(InputError, match="returns: the free disposal hull"):
        envelopment(x, y, "crs", model="fdh")


@pytest.mark.parametrize("case", GOLDEN["profit"], ids=lambda case: case["name"])
def test_profit(case: dict[str, Any]) -> None:
    way = None
    if "direction" in case:
        way = tuple(np.full(np.shape(case[k]), case["direction"]) for k in ("inputs", "outputs"))
    found = profit_efficiency(
        case["inputs"],
        case["outputs"],
        case["input_prices"],
        case["output_prices"],
        (way[0], way[1]) if way else None,
    )
    for name in ("overall", "technical", "allocative"):
        if name in case:
            ours = getattr(found, name)[0]
            np.testing.assert_allclose(ours, case[name], rtol=0, atol=case["tolerance"])


@pytest.mark.parametrize("case", GOLDEN["profitability"], ids=lambda case: case["name"])
def test_profitability(case: dict[str, Any]) -> None:
    found = profitability(
        case["inputs"], case["outputs"], case["input_prices"], case["output_prices"]
    )
    atol = case["tolerance"]
    np.testing.assert_allclose(found.overall[0], case["overall"], rtol=0, atol=atol)
    np.testing.assert_allclose(found.allocative[0], case["allocative"], rtol=0, atol=atol)
    np.testing.assert_allclose(found.practice[0], case["practice"], rtol=0, atol=atol)
    np.testing.assert_allclose(found.scale[0], case["scale"], rtol=0, atol=1e-3)  # two printed
    constant = found.practice[0] * found.scale[0]
    np.testing.assert_allclose(constant, case["constant"], rtol=0, atol=atol)


@pytest.mark.parametrize("case", GOLDEN["luenberger"], ids=lambda case: case["name"])
def test_change_with_bad_outputs(case: dict[str, Any]) -> None:
    found = malmquist_luenberger(case["inputs"], case["outputs"], case["undesirable"])
    for name in ("productivity", "efficiency_change", "technical_change"):
        ours = getattr(found, name)
        np.testing.assert_allclose(ours, case[name], rtol=0, atol=case["tolerance"])
    assert not found.infeasible.any()


def test_nothing_changes_and_periods_that_do_not_fit() -> None:
    x, y, b = ([[[1.0], [2.0]]] * 2 for _ in range(3))
    found = malmquist_luenberger(x, y, b)
    assert found.productivity.tolist() == [[1, 1]]
    with pytest.raises(InputError, match="one period has no change"):
        malmquist_luenberger(x[:1], y[:1], b[:1])
    with pytest.raises(InputError, match="for the same periods and units"):
        malmquist_luenberger(x, y[:1], b)


@pytest.mark.parametrize("case", GOLDEN["hyperbolic"], ids=lambda case: case["name"])
def test_both_sides_by_powers_of_one_number(case: dict[str, Any]) -> None:
    found = hyperbolic(case["inputs"], case["outputs"], "variable", case["alpha"])
    np.testing.assert_allclose(found[0], case["score"], rtol=0, atol=case["tolerance"])


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**32))
def test_its_ends_are_the_two_orientations(seed: int) -> None:
    x, y = some_units(seed)
    by_input, by_output = (dea(x, y, "variable", way).score for way in ("input", "output"))
    np.testing.assert_allclose(hyperbolic(x, y, alpha=0), by_input, atol=1e-7)
    np.testing.assert_allclose(hyperbolic(x, y, alpha=1), 1 / by_output, atol=1e-7)
    constant = dea(x, y, "constant", "input").score
    np.testing.assert_allclose(hyperbolic(x, y, "constant", 0.3), constant, atol=1e-7)
    with pytest.raises(InputError, match="alpha: is 2"):
        hyperbolic(x, y, alpha=2)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32))
def test_the_most_profit_is_that_of_the_linear_programme(seed: int) -> None:
    x, y = some_units(seed)
    n, rng = len(x), np.random.default_rng(seed)
    bought, sold = rng.uniform(0.5, 2, (n, 2)), rng.uniform(0.5, 2, (n, 2))
    found = profit_efficiency(x, y, bought, sold)
    for u in range(n):
        gain = y @ sold[u] - x @ bought[u]
        best = linprog(-gain, A_eq=np.ones((1, n)), b_eq=[1])
        assert found.most[0, u] == pytest.approx(-best.fun, abs=1e-9)
        assert found.profit[0, u] == pytest.approx(gain[u])
        assert gain[found.best[0, u]] == pytest.approx(-best.fun, abs=1e-9)
    assert (found.allocative >= -1e-7).all()
    assert (found.technical >= -1e-9).all()


def test_a_price_of_nothing_and_a_direction_that_does_not_fit() -> None:
    with pytest.raises(InputError, match="output_prices: a price is not above 0"):
        profit_efficiency([[1]], [[1]], [1], [0])
    with pytest.raises(InputError, match="direction: "):
        profit_efficiency([[1], [2]], [[1], [2]], [1], [1], ([[1, 2, 3]], [1]))


def test_bounded_weights_need_variable_returns() -> None:
    with pytest.raises(InputError, match="'bounded' goes with variable returns"):
        additive([[1], [2]], [[1], [1]], "constant", "bounded")
