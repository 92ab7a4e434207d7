import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from capworth.errors import InputError
from capworth.methods.cost_benefit.value_chain import (
    change_by_step,
    elasticity,
    lead_use,
    marginal_rate,
    match_elasticity,
    match_probability,
    volumes,
)

GOLDEN = tomllib.loads((Path(__file__).parents[2] / "golden/appraisal.toml").read_text("utf-8"))
level = st.floats(0.1, 1e3)


def named(table: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("golden", GOLDEN[table], ids=lambda golden: golden["name"])


@named("volumes")
def test_volumes(golden: dict[str, Any]) -> None:
    found = volumes(golden["start"], golden["rates"])
    np.testing.assert_allclose(found, golden["volumes"], rtol=0, atol=golden["atol"])


def test_volumes_over_draws() -> None:
    found = volumes([10.0, 20.0], [[0.5, 0.1], [1.0, 0.2]])
    np.testing.assert_allclose(found, [[10.0, 5.0, 0.5], [20.0, 20.0, 4.0]])
    np.testing.assert_allclose(volumes([10.0, 20.0], [0.5]), [[10, 5], [20, 10]])
    np.testing.assert_allclose(volumes(10.0, [[0.5], [0.1]]), [[10, 5], [10, 1]])


@named("elasticity")
def test_elasticity(golden: dict[str, Any]) -> None:
    found = elasticity(golden["cause"], golden["effect"])
    assert found == pytest.approx(golden["elasticity"], abs=golden["atol"])
    rates = np.array(golden["effect"]) / np.array(golden["cause"])
    assert rates[1] / rates[0] == pytest.approx(golden["average"], abs=golden["atol"])
    # the next search adds less than the average one has found
    assert marginal_rate(rates[1], found) == pytest.approx(0.447, abs=5e-4)


@given(st.floats(-2, 2), level)
def test_a_power_law_has_its_exponent_as_elasticity(power: float, scale: float) -> None:
    found = elasticity([2.0, 3.5], scale * np.array([2.0, 3.5]) ** power)
    assert found == pytest.approx(power, abs=1e-9)


def test_quality_and_access_thin_the_records() -> None:
    assert match_probability(1e-3, 100, 0.5, 0.4) == pytest.approx(1 - np.exp(-0.02))


def test_matches_saturate() -> None:
    found = match_probability(2e-6, [0, 1e3, 1e6, 1e12], quality=0.5)
    np.testing.assert_allclose(found, [0, 1 - np.exp(-1e-3), 1 - np.exp(-1), 1])
    np.testing.assert_allclose(
        match_elasticity(2e-6, [0, 1e3, 1e6, 1e12], quality=0.5),
        [1, 0.9995001, 1 / (np.e - 1), 0],
        atol=1e-7,
    )


@given(st.floats(1e-9, 5), st.floats(0.01, 1), st.floats(0.01, 1))
def test_the_elasticity_is_the_slope_on_logarithms(
    intensity: float, quality: float, access: float
) -> None:
    step = 1e-5
    grown = match_probability(intensity, [1 - step, 1 + step], quality, access)
    slope = np.diff(np.log(grown))[0] / np.log((1 + step) / (1 - step))
    found = match_elasticity(intensity, 1, quality, access)
    assert found == pytest.approx(slope, abs=1e-4)


def test_speed_is_worth_little_to_the_patient() -> None:
    days = [143, 15 / 60 / 24]
    cold_case, border = lead_use(0.8, days, 3650), lead_use(0.8, days, 0.1)
    assert cold_case[1] - cold_case[0] < 0.04
    assert border[1] - border[0] > 0.7
    assert lead_use(0.8, 2, 2) == pytest.approx(0.8 / np.e)


@named("change_by_step")
def test_volume_and_rate_are_separate_nodes(golden: dict[str, Any]) -> None:
    matches, rate = np.array(golden["matches"], dtype=float), np.array(golden["rate"])
    before, after = np.column_stack((matches / rate, rate))
    parts = change_by_step(before, after)
    assert parts.sum() == pytest.approx(matches[1] - matches[0])
    assert parts.sum() / matches[0] == pytest.approx(golden["change_share"], abs=5e-5)
    assert parts[1] == pytest.approx(golden["rate_part"], abs=golden["atol"])


@given(arrays(float, (2, 3), elements=level))
def test_parts_of_a_change_sum_to_it_and_reverse_with_it(table: Any) -> None:
    parts = change_by_step(*table)
    change = table[1].prod() - table[0].prod()
    assert parts.sum() == pytest.approx(change, rel=1e-6, abs=1e-6 * table.prod(axis=1).max())
    rounding = 1e-9 * table.prod(axis=1).max()
    np.testing.assert_allclose(change_by_step(*table[::-1]), -parts, atol=rounding)


def test_opposite_changes_that_cancel() -> None:
    np.testing.assert_allclose(
        change_by_step([2.0, 8.0], [4.0, 4.0]), np.log(2) * 16 * np.array([1, -1])
    )


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: volumes(10, 0.5), "Give a list of rates"),
        (lambda: volumes(10, [0.5, -0.1]), r"rates: entry \[1\]"),
        (lambda: volumes(-1, [0.5]), "start"),
        (lambda: match_probability(1e-6, 10, quality=1.1), "quality"),
        (lambda: lead_use(0.5, 1, 0), "patience: is 0. Give a number above 0"),
        (lambda: elasticity([1, 1], [1, 2]), "did not change"),
        (lambda: elasticity([1, 2, 3], [1, 2, 3]), "before and after"),
        (lambda: change_by_step([0.0], [1.0]), "before"),
    ],
)
def test_slips(call: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()
