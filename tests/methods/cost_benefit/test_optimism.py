import csv
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capworth.errors import InputError
from capworth.methods.cost_benefit.optimism import (
    combined_uplift,
    managed_uplift,
    observed_quantiles,
    reference_class,
    uplifted,
    with_register,
)
from capworth.streams import stream

GOLDEN = tomllib.loads((Path(__file__).parents[2] / "golden/appraisal.toml").read_text("utf-8"))
share = st.floats(0, 1)


def named(table: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("golden", GOLDEN[table], ids=lambda golden: golden["name"])


@named("combined_uplift")
def test_combined_uplift(golden: dict[str, Any]) -> None:
    found = combined_uplift(golden["uplifts"], golden["weights"])
    assert found == pytest.approx(golden["uplift"], abs=golden["atol"])


@named("uplifted")
def test_uplifted(golden: dict[str, Any]) -> None:
    found = uplifted(golden["base"], golden["uplift"], golden.get("managing", 0.0))
    assert found == pytest.approx(golden["value"], abs=golden["atol"])


@named("managed_uplift")
def test_managed_uplift(golden: dict[str, Any]) -> None:
    found = managed_uplift(golden["upper"], golden["contributions"], golden["mitigations"])
    assert found == pytest.approx(golden["uplift"], abs=golden["atol"])


@named("bias_table")
def test_the_register_of_classes_says_what_the_table_says(golden: dict[str, Any]) -> None:
    text = files("capworth").joinpath("case/optimism.csv").read_text("utf-8")
    rows = {row["bias"]: row for row in csv.DictReader(text.splitlines())}
    columns = ("capital_lower", "capital_upper", "duration_lower", "duration_upper")
    for name, expected in golden["rows"].items():
        cells = [rows[name][column] for column in columns]
        found = [float(cell) * 100 for cell in cells if cell]
        np.testing.assert_allclose(found, expected, atol=1e-9, err_msg=name)


def test_a_class_without_a_bound_has_no_uplift() -> None:
    with pytest.raises(InputError, match="no published bound"):
        managed_uplift(np.nan, [1.0], [0.0])


@given(st.floats(0, 2), st.lists(st.tuples(share, share), min_size=1, max_size=5))
def test_managing_more_never_leaves_more(upper: float, causes: list[tuple[float, float]]) -> None:
    weights, managed = np.array(causes).T
    weights = weights / max(weights.sum(), 1)
    some = managed_uplift(upper, weights, managed)
    assert managed_uplift(upper, weights, 0 * managed) == pytest.approx(upper)
    assert upper * (1 - weights.sum()) - 1e-9 <= some <= upper + 1e-9


def test_mitigation_over_draws() -> None:
    found = managed_uplift([2.0, 1.0], [0.5, 0.5], [[0.0, 0.4], [1.0, 1.0]])
    np.testing.assert_allclose(found, [1.6, 0.0])


def test_reference_class_follows_its_quantiles() -> None:
    found = reference_class([0, 0.1, 0.2, 0.6, 1], [0, 0.2, 1], [-0.1, 0.1, 2.1])
    np.testing.assert_allclose(found, [-0.1, 0, 0.1, 1.1, 2.1])


def test_draws_of_a_reference_class_have_its_mean() -> None:
    draws = reference_class(stream(1, "test").random(200_000), [0, 0.5, 1], [0, 0.2, 1.2])
    assert draws.mean() == pytest.approx(0.5 * 0.1 + 0.5 * 0.7, abs=0.003)
    assert (draws <= 0.2).mean() == pytest.approx(0.5, abs=0.005)


def test_observed_projects_are_a_reference_class() -> None:
    probabilities, overruns = observed_quantiles([0.5, -0.1, 3.0])
    assert probabilities.tolist() == [0, 0.5, 1]
    assert overruns.tolist() == [-0.1, 0.5, 3.0]
    assert reference_class(0.75, probabilities, overruns) == pytest.approx(1.75)


def test_a_complete_register_replaces_the_uplift() -> None:
    found = with_register(0.2, 0.15, [1.0, 0.0, 0.5])
    np.testing.assert_allclose(found.total, [0.15, 0.35, 0.25])
    np.testing.assert_allclose(found.uplift, [0.0, 0.2, 0.1])
    np.testing.assert_allclose(found.register, 0.15)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: managed_uplift(0.5, [0.7, 0.6], [0, 0]), "sum to more than 1"),
        (lambda: managed_uplift(0.5, [1.0], [92]), "mitigations"),
        (lambda: combined_uplift([0.5, 0.2], [0.5, 0.4]), "sum to 0.9"),
        (lambda: uplifted(100, 0.1, -7), "cost_of_managing"),
        (lambda: reference_class(0.5, [0.1, 1], [0, 1]), "from 0 to 1"),
        (lambda: reference_class(0.5, [0, 0.9], [0, 1]), "from 0 to 1"),
        (lambda: reference_class(0.5, [0, 1], [1, 0]), "Put them in order"),
        (lambda: reference_class(0.5, [0, 1], [1, 2, 3]), "as many of each"),
        (lambda: reference_class(1.5, [0, 1], [0, 1]), "uniforms: is 1.5"),
        (lambda: observed_quantiles([0.1]), "at least two projects"),
        (lambda: with_register(0.1, -0.1, 1), "register"),
    ],
)
def test_slips(call: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()
