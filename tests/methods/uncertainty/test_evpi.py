import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import ndtri

from capworth.errors import InputError
from capworth.methods.uncertainty.value_of_information import (
    chance_best,
    evpi,
    opportunity_loss,
)
from capworth.streams import stream

GOLDEN = tomllib.loads((Path(__file__).parents[2] / "golden/appraisal.toml").read_text("utf-8"))
nets = arrays(float, st.tuples(st.integers(1, 6), st.integers(1, 4)), elements=st.integers(-3, 3))


@pytest.mark.parametrize("golden", GOLDEN["perfect_information"], ids=lambda g: g["name"])
def test_discrete(golden: dict[str, Any]) -> None:
    payoff, p = np.array(golden["payoff"], dtype=float), golden["probabilities"]
    found = evpi(payoff, p)
    assert found.value == pytest.approx(golden["value"], abs=golden["atol"])
    assert found.choice == int(np.argmax(golden["means"]))
    assert np.isnan(found.standard_error)
    losses = np.average(opportunity_loss(payoff), axis=0, weights=p)
    np.testing.assert_allclose(losses, golden["losses"], atol=golden["atol"])


@pytest.mark.parametrize("golden", GOLDEN["normal_information"], ids=lambda g: g["name"])
def test_normal_closed_form(golden: dict[str, Any]) -> None:
    even = (np.arange(100_000) + 0.5) / 100_000  # quantiles in place of random draws
    net = golden["mean"] + golden["sd"] * ndtri(even)
    found = evpi(np.column_stack((np.zeros_like(net), net)))
    assert found.value == pytest.approx(golden["value"], abs=2e-5)
    assert found.choice == 1


def test_the_standard_error_of_three_draws_by_hand() -> None:
    """The first falls short by 0, 2 and 0: variance 4/3 with two degrees of freedom."""
    found = evpi([[3, 1], [0, 2], [4, 4]])
    assert found.choice == 0
    assert found.value == pytest.approx(2 / 3)
    assert found.standard_error == pytest.approx(2 / 3)


def test_the_standard_error_covers_the_truth() -> None:
    net = 1 + np.sqrt(5) * stream(5, "test").standard_normal((400, 500))
    found = [evpi(np.column_stack((np.zeros(500), row))) for row in net]
    value, error = np.array([(one.value, one.standard_error) for one in found]).T
    assert (np.abs(value - 0.479810706) < 1.96 * error).mean() == pytest.approx(0.95, abs=0.04)


@given(nets)
def test_the_value_is_the_least_expected_loss(table: Any) -> None:
    found = evpi(table)
    losses = opportunity_loss(table).mean(axis=0)
    assert found.value == pytest.approx(losses.min())
    assert found.value >= 0
    assert found.value == pytest.approx(table.max(axis=1).mean() - table.mean(axis=0).max())


@given(nets)
def test_chances_of_being_best_sum_to_1(table: Any) -> None:
    chances = chance_best(table)
    assert chances.sum() == pytest.approx(1)
    order = np.arange(table.shape[1])[::-1]
    np.testing.assert_allclose(chance_best(table[:, order]), chances[order])


def test_equals_share_a_draw() -> None:
    assert chance_best([[2.0, 2.0, 1.0], [0.0, 3.0, 1.0]]).tolist() == [0.25, 0.75, 0]
    assert chance_best([[2.0, 2.0], [0.0, 3.0]], [0.8, 0.2]).tolist() == pytest.approx([0.4, 0.6])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: evpi([1.0, 2.0]), "not .draws, options"),
        (lambda: evpi([[1.0, 2.0]], [0.4]), "sum to 0.4"),
        (lambda: evpi([[1.0, 2.0]], [0.4, 0.6]), "one for each"),
        (lambda: chance_best([[np.nan]]), "not a finite number"),
    ],
)
def test_slips(call: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()
