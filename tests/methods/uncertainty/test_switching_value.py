import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capworth.errors import InputError
from capworth.methods.cost_benefit.discounting import annuity, factors, present_value
from capworth.methods.uncertainty.switching_value import (
    Switch,
    chance_reached,
    sensitivity_indicator,
    switching_change,
    switching_multiple,
    switching_value,
)

GOLDEN = tomllib.loads((Path(__file__).parents[2] / "golden/appraisal.toml").read_text("utf-8"))


@pytest.mark.parametrize("golden", GOLDEN["switching"], ids=lambda golden: golden["name"])
def test_the_three_ways_agree_on_the_it_system(golden: dict[str, Any]) -> None:
    weights = factors([(0, golden["rate"])], golden["years"] + 1)

    def net(saving: Any) -> Any:
        flows = np.repeat(np.asarray(saving)[:, None], golden["years"] + 1, axis=1)
        flows[:, 0] = -golden["outlay"]
        return present_value(flows, weights)

    found = switching_value(net, 0, 2 * golden["saving"])
    assert found.code == Switch.ONE
    assert found.level == pytest.approx(golden["level"], abs=golden["atol"])
    part = golden["saving"] * annuity(weights[1:])
    multiple = float(switching_multiple(part, part - golden["outlay"]))
    assert multiple * golden["saving"] == pytest.approx(golden["level"], abs=golden["atol"])
    assert multiple * golden["staff"] == pytest.approx(golden["staff_level"], abs=0.005)
    base, trial = net([golden["saving"], golden["saving"] * 0.9])
    change = float(switching_change(-0.1, (trial - base) / base))
    assert 1 + change == pytest.approx(multiple)


@pytest.mark.parametrize("golden", GOLDEN["sensitivity"], ids=lambda golden: golden["name"])
def test_sensitivity(golden: dict[str, Any]) -> None:
    indicator = sensitivity_indicator(golden["change"], golden["net_change"])
    assert indicator == pytest.approx(golden["indicator"], abs=golden["indicator_atol"])
    change = switching_change(golden["change"], golden["net_change"])
    assert change == pytest.approx(golden["switching"], abs=golden["switching_atol"])
    assert 1 / indicator == pytest.approx(abs(float(change)))


@given(st.floats(-100, 100), st.floats(-100, 100).filter(lambda part: abs(part) > 1e-3))
def test_at_the_switching_multiple_the_sum_is_0(rest: float, part: float) -> None:
    multiple = float(switching_multiple(part, part + rest))
    assert multiple * part + rest == pytest.approx(0, abs=1e-9)


def test_a_part_of_nothing_decides_nothing() -> None:
    np.testing.assert_array_equal(
        switching_multiple([0.0, 10.0, -4.0], [5.0, 5.0, 6.0]), [np.nan, 0.5, 2.5]
    )
    assert switching_change([0.1, 0.1], [0.0, 0.2]).tolist() == [np.inf, -0.5]


@pytest.mark.parametrize(
    ("net", "level", "code"),
    [
        (lambda x: x**3 - 8, 2.0, Switch.ONE),
        (lambda x: x**2 + 1, np.nan, Switch.NONE),
        (lambda x: (x - 1) * (x - 3), np.nan, Switch.SEVERAL),
        (lambda x: (x - 2) ** 2, np.nan, Switch.NONE),  # touches and does not cross
        (lambda x: np.clip(x - 3, 0, None) + 9 * np.clip(x - 1, None, 0), 2.0, Switch.ONE),
        (lambda x: x, 0.0, Switch.ONE),
        (lambda x: 0 * x, np.nan, Switch.NONE),
    ],
    ids=["cubic", "never", "twice", "touch", "flat", "on a grid point", "all 0"],
)
def test_switching_level(net: Any, level: float, code: Switch) -> None:
    found = switching_value(net, -5, 5)
    assert found.code == code
    assert found.level == pytest.approx(
        level, abs=0.03 if net(np.array([2.0]))[0] == 0 else 1e-9, nan_ok=True
    )


def test_chance_reached_looks_away_from_the_base() -> None:
    sampled = [1.0, 2.0, 3.0, 4.0, 5.0]
    assert chance_reached(sampled, 4.0, base=3.0) == pytest.approx(0.4)
    assert chance_reached(sampled, 1.0, base=3.0) == pytest.approx(0.2)
    assert chance_reached(sampled, [4.5, 9.0, -9.0, np.nan], base=3.0).tolist() == [0.2, 0, 0, 0]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: switching_value(lambda x: x, 5, 5), "lower end first"),
        (lambda: switching_value(lambda x: x[:1], 0, 5), "one for each"),
        (lambda: switching_value(lambda x: x, 0, 5, points=1), "points: is 1"),
        (lambda: sensitivity_indicator(0, 1), "Move the input"),
        (lambda: chance_reached([], 1, 1), "sampled levels"),
    ],
)
def test_slips(call: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()
