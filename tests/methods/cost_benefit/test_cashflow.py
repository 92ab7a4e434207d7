import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from capworth.errors import InputError
from capworth.methods.cost_benefit.discounting import (
    chance_of_gain,
    cumulative,
    factors,
    net_public_value,
    present_value,
)

FOLDER = Path(__file__).parents[2] / "golden"
GOLDEN = tomllib.loads((FOLDER / "appraisal.toml").read_text("utf-8"))
money = st.floats(-1e6, 1e6)


@pytest.mark.parametrize("name", ["appraisal.toml", "sharing.toml"])
def test_every_golden_number_names_its_source(name: str) -> None:
    for table, entries in tomllib.loads((FOLDER / name).read_text("utf-8")).items():
        for entry in entries:
            assert entry["source"].strip(), f"{table} {entry['name']}: only a guess we froze"


@pytest.mark.parametrize("golden", GOLDEN["present_value"], ids=lambda golden: golden["name"])
def test_present_value(golden: dict[str, Any]) -> None:
    weights = factors([(0, golden["rate"])], len(golden["flows"]))
    assert present_value(golden["flows"], weights) == pytest.approx(
        golden["value"], abs=golden["atol"]
    )


@given(arrays(float, (3, 4), elements=money), st.floats(0, 0.2))
def test_draws_are_valued_one_by_one(flows: Any, rate: float) -> None:
    weights = factors([(0, rate)], 4)
    alone = [sum(flow * weight for flow, weight in zip(row, weights, strict=True)) for row in flows]
    np.testing.assert_allclose(present_value(flows, weights), alone, atol=1e-6)
    np.testing.assert_allclose(cumulative(flows, weights)[:, -1], alone, atol=1e-6)


def test_cumulative_without_factors_is_not_discounted() -> None:
    assert cumulative([[-3, 1, 1]]).tolist() == [[-3, -2, -1]]


def test_the_public_purse() -> None:
    assert net_public_value([10.0, 1.0], 4.0, -0.5).tolist() == [5.5, -3.5]


def test_breaking_even_is_no_gain() -> None:
    found = chance_of_gain([0.0, 0.0, 1.0, 2.0, -1.0])
    assert found.share == pytest.approx(0.4)
    assert found.standard_error == pytest.approx(np.sqrt(0.4 * 0.6 / 5))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: present_value([1, 2, 3], [1, 0.9]), "one factor for each year"),
        (lambda: present_value([[1, np.inf]], [1, 1]), r"entry \[0, 1\] is inf"),
        (lambda: present_value(3, 1), "one factor for each year"),
        (lambda: chance_of_gain([]), "one for each draw"),
        (lambda: chance_of_gain([[1.0]]), "one for each draw"),
    ],
)
def test_slips(call: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()
