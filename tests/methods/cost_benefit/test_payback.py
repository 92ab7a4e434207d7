import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from capworth.errors import InputError
from capworth.methods.cost_benefit.discounting import Paid, factors, payback

GOLDEN = tomllib.loads((Path(__file__).parents[2] / "golden/appraisal.toml").read_text("utf-8"))
few = st.integers(-3, 3).map(float)


@pytest.mark.parametrize("golden", GOLDEN["payback"], ids=lambda golden: golden["name"])
def test_payback(golden: dict[str, Any]) -> None:
    weights = factors([(0, golden["rate"])], len(golden["flows"]))
    found = payback([golden["flows"]], weights)
    assert Paid(found.code[0]).name == golden.get("code", "ONCE")
    expected = golden.get("years", np.nan)
    assert found.years[0] == pytest.approx(expected, abs=golden["atol"], nan_ok=True)


def test_without_factors_it_is_the_simple_one() -> None:
    flows = [[-100.0, 60.0, 60.0]]
    assert payback(flows).years[0] == pytest.approx(1 + 40 / 60)
    assert payback(flows, [1, 0.5, 0.5]).code[0] == Paid.NEVER


def test_nothing_to_pay_back() -> None:
    found = payback([[0.0, 0.0], [5.0, 1.0], [5.0, -5.0], [5.0, -6.0]])
    np.testing.assert_array_equal(found.years, [0, 0, 0, np.nan])
    assert found.code.tolist() == [Paid.ONCE, Paid.ONCE, Paid.ONCE, Paid.NEVER]


def test_one_year_only() -> None:
    np.testing.assert_array_equal(payback([[-1.0], [1.0]]).years, [np.nan, 0])


@given(arrays(float, st.tuples(st.integers(1, 4), st.integers(1, 6)), elements=few))
def test_after_the_payback_the_position_stays_above_0(flows: Any) -> None:
    found = payback(flows)
    for row, years, code in zip(flows, found.years, found.code, strict=True):
        position = np.cumsum(row)
        if np.isnan(years):
            assert position[-1] < 0
            assert code == Paid.NEVER
            continue
        later = np.arange(len(row)) >= years
        assert (position[later] >= 0).all()
        if years > 0:
            assert np.interp(years, np.arange(len(row)), position) == pytest.approx(0, abs=1e-9)
            assert position[int(np.ceil(years)) - 1] < 0
            short = position < 0
            again = any(short[t] and not short[t - 1] for t in range(1, len(row)))
            assert (code == Paid.AGAIN) == again


def test_one_stream_is_one_draw() -> None:
    assert payback([-100, 50, 70]).years.tolist() == payback([[-100, 50, 70]]).years.tolist()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: payback(-1.0), "not .draws, years"),
        (lambda: payback([[-1.0, 2.0]], [1.0]), "one factor for each year"),
        (lambda: payback([[-1.0, np.nan]]), "not a finite number"),
    ],
)
def test_slips(call: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()
