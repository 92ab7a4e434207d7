import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capworth.errors import InputError
from capworth.methods.cost_benefit.discounting import present_value
from capworth.methods.cost_benefit.prices import grown, real_rate, rebased, transferred

GOLDEN = tomllib.loads((Path(__file__).parents[2] / "golden/appraisal.toml").read_text("utf-8"))


def named(table: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("golden", GOLDEN[table], ids=lambda golden: golden["name"])


@named("rebased")
def test_rebased(golden: dict[str, Any]) -> None:
    found = rebased(golden["amount"], golden["then"], golden["now"])
    assert found == pytest.approx(golden["value"], abs=golden["atol"])


@named("grown")
def test_grown(golden: dict[str, Any]) -> None:
    found = grown(golden["amount"], golden["rate"], golden["years"])
    assert found == pytest.approx(golden["value"], abs=golden["atol"])


@given(st.floats(0, 0.15), st.floats(-0.02, 0.1))
def test_real_flows_at_the_real_rate_are_worth_nominal_flows_at_the_nominal_rate(
    nominal: float, inflation: float
) -> None:
    flows = np.array([-100.0, 30.0, 50.0, 70.0])
    year = np.arange(4)
    real = rebased(flows, 100 * (1 + inflation) ** year, 100)
    value = present_value(real, (1 + real_rate(nominal, inflation)) ** -year)
    assert value == pytest.approx(float(present_value(flows, (1 + nominal) ** -year)), abs=1e-9)


def test_unit_values_follow_income_by_the_elasticity() -> None:
    values = transferred(1000, 40_000, 10_000, [0, 0.5, 1, 2])
    np.testing.assert_allclose(values, [1000, 500, 250, 62.5])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: rebased(1, 0, 100), "index_then: is 0. Give a number above 0"),
        (lambda: rebased(1, 100, [100, -1]), r"index_now: entry \[1\] is -1"),
        (lambda: real_rate(0.03, -1), "inflation"),
        (lambda: transferred(1, 0, 1), "income_there"),
        (lambda: grown("much", 0.02, 1), "amount"),
    ],
)
def test_slips(call: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()
