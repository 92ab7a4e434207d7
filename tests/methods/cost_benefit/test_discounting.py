import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capworth.case.register import schedules
from capworth.errors import InputError
from capworth.methods.cost_benefit.discounting import (
    TIMINGS,
    annuity,
    equivalent_annual,
    factors,
    time_preference_rate,
    yearly_rates,
)

GOLDEN = tomllib.loads((Path(__file__).parents[2] / "golden/appraisal.toml").read_text("utf-8"))
GREEN_BOOK = ((0, 0.035), (31, 0.03), (76, 0.025), (126, 0.02), (201, 0.015), (301, 0.01))
rates = st.floats(-0.05, 0.2)


def named(table: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("golden", GOLDEN[table], ids=lambda golden: golden["name"])


@named("schedule")
def test_the_register_holds_schedules_and_their_standing(golden: dict[str, Any]) -> None:
    found = schedules()[golden["schedule"]]
    assert found.status == golden["status"]
    assert found.bands == tuple((year, rate) for year, rate in golden["bands"])
    assert found.source
    assert found.read


@named("factors")
def test_factors(golden: dict[str, Any]) -> None:
    timing = golden.get("timing", "start")
    found = factors(golden["bands"], len(golden["factors"]), timing)
    np.testing.assert_allclose(found, golden["factors"], rtol=0, atol=golden["atol"])


@named("far_factors")
def test_far_factors(golden: dict[str, Any]) -> None:
    year = golden["year"]
    found = factors(GREEN_BOOK, year + 1)[year]
    assert found == pytest.approx(golden["factor"], rel=golden["rtol"])


@named("time_preference")
def test_time_preference(golden: dict[str, Any]) -> None:
    terms = (golden[term] for term in ("pure", "risk", "elasticity", "growth"))
    assert time_preference_rate(*terms) == pytest.approx(golden["rate"], abs=golden["atol"])


def test_every_component_of_time_preference_counts() -> None:
    assert time_preference_rate(0.1, 0.02, 3.0, 0.004) == pytest.approx(0.132)


def test_one_rate_is_that_of_all_years() -> None:
    np.testing.assert_array_equal(factors(0.07, 40, "mid"), factors([(0, 0.07)], 40, "mid"))


@named("annuity")
def test_annuity_is_capital_recovery(golden: dict[str, Any]) -> None:
    found = factors([(0, golden["rate"])], golden["years"], golden["timing"])
    payment = equivalent_annual(golden["present_value"], found)
    assert payment == pytest.approx(golden["payment"], rel=golden["rtol"])


@named("late_icer")
def test_a_ratio_shrinks_when_both_streams_come_later(golden: dict[str, Any]) -> None:
    effects, costs = factors([(0, 0.015)], 6), factors([(0, 0.035)], 6)
    multiple = costs[golden["delay"]] / effects[golden["delay"]]
    np.testing.assert_allclose(multiple, golden["multiple"], rtol=0, atol=golden["atol"])


def test_a_band_starts_in_the_step_to_its_first_year() -> None:
    assert yearly_rates(GREEN_BOOK, 77)[[30, 31, 75, 76]].tolist() == [0.035, 0.03, 0.03, 0.025]


@given(rates, rates, st.integers(1, 40), st.integers(1, 30))
def test_timings_interlock(first: float, second: float, years: int, turn: int) -> None:
    start, mid, end = (factors(((0, first), (turn, second)), years, name) for name in TIMINGS)
    assert start[0] == 1
    np.testing.assert_allclose(end[:-1], start[1:])
    np.testing.assert_allclose(mid**2, start * end)


@given(rates, st.integers(1, 60))
def test_annuity_against_the_closed_form(rate: float, years: int) -> None:
    found = annuity(factors([(0, rate)], years, "end"))
    exact = years if abs(rate) < 1e-12 else -np.expm1(-years * np.log1p(rate)) / rate
    assert found == pytest.approx(exact, rel=1e-6)


@given(st.floats(-1e6, 1e6), rates, st.integers(1, 40))
def test_the_equivalent_amount_has_the_same_present_value(
    value: float, rate: float, years: int
) -> None:
    found = factors([(0, rate)], years)
    level = float(equivalent_annual(value, found))
    assert (np.full(years, level) * found).sum() == pytest.approx(value)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: factors([], 3), "pairs"),
        (lambda: factors([(1, 0.03)], 3), "Start at 0"),
        (lambda: factors([(0, 0.03), (5, 0.02), (5, 0.01)], 3), "let them rise"),
        (lambda: factors([(0, 3.5)], 3), "0.035 is 3.5 %"),
        (lambda: factors([(0, float("nan"))], 3), "not a finite number"),
        (lambda: factors([(0, 0.03)], 0), "years: is 0. Give a number at least 1"),
        (lambda: factors([(0, 0.03)], 2, "middle"), "'middle' is not known"),
        (lambda: equivalent_annual(1, [0, 0]), "sum to 0"),
        (lambda: annuity([1, -1]), r"entry \[1\] is -1"),
    ],
)
def test_slips(call: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()
