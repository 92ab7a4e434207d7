"""Curves of acceptability: by hand, against the frontier, and through the whole path."""

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import ndtr, ndtri

from capworth.appraisal.effectiveness import NOTHING, cost_effectiveness, willingness
from capworth.case.model import Case
from capworth.errors import InputError
from capworth.methods.cost_benefit.effectiveness import (
    Status,
    acceptability,
    frontier,
    incremental_benefit,
    quadrants,
)
from capworth.model.result import Provenance
from capworth.model.simulation import draw_sample

GOLDEN = tomllib.loads((Path(__file__).parents[1] / "golden/appraisal.toml").read_text("utf-8"))
pairs = arrays(
    float, st.tuples(st.just(2), st.integers(1, 5), st.integers(1, 4)), elements=st.integers(0, 4)
)


def test_three_draws_by_hand() -> None:
    """Nothing, a and b; at 2 for one effect a nets 1, 3, -1 and b nets 2, 0, 4."""
    cost = np.array([[0, 1, 2], [0, 1, 2], [0, 1, 2]])
    effect = np.array([[0, 1, 2], [0, 2, 1], [0, 0, 3]])
    found = acceptability(cost, effect, [0, 2, 0.4])
    np.testing.assert_allclose(
        found.chance, [[1.0, 0.0, 0.0], [0.0, 1 / 3, 2 / 3], [1.0, 0.0, 0.0]]
    )
    np.testing.assert_allclose(
        found.net_benefit, [[0.0, -1.0, -2.0], [0.0, 1.0, 2.0], [0.0, -0.6, -1.2]]
    )
    assert found.choice.tolist() == [0, 2, 0]
    np.testing.assert_allclose(found.chance_of_choice, [1, 2 / 3, 1])
    np.testing.assert_allclose(found.information, [0, 1, 0], atol=1e-12)  # (2 + 3 + 4) / 3 - 2
    np.testing.assert_allclose(incremental_benefit(cost[:, 2], effect[:, 2], [0, 2]), [-2, 2])
    np.testing.assert_allclose(quadrants(cost[:, 1] - 1, [1, -1, 0]), [0, 1 / 3, 0, 2 / 3])


def test_the_choice_is_not_the_likeliest_best() -> None:
    """CEAF and CEAC part: b wins seldom and wins much."""
    found = acceptability(np.zeros((4, 2)), [[1, 0], [1, 0], [1, 0], [0, 9]], [1.0])
    assert found.choice.tolist() == [1]
    assert found.chance_of_choice.tolist() == [0.25]
    assert found.chance.tolist() == [[0.75, 0.25]]


def test_one_project_in_closed_form() -> None:
    """Net benefit normal (price x 2 - 3, 1): chance, and information in closed form."""
    even = ndtri((np.arange(40_000) + 0.5) / 40_000)
    cost = np.column_stack((np.zeros(40_000), 3 + even))
    effect = np.column_stack((np.zeros(40_000), np.full(40_000, 2.0)))
    prices = np.array([0.5, 1.5, 2.0])
    found = acceptability(cost, effect, prices)
    mean = prices * 2 - 3
    np.testing.assert_allclose(found.chance[:, 1], ndtr(mean), atol=1e-4)
    density = np.exp(-(mean**2) / 2) / np.sqrt(2 * np.pi)
    np.testing.assert_allclose(
        found.information, density - np.abs(mean) * ndtr(-np.abs(mean)), atol=1e-4
    )


@pytest.mark.parametrize("golden", GOLDEN["net_benefit"], ids=lambda golden: golden["name"])
def test_published_incremental_benefit(golden: dict[str, Any]) -> None:
    """BCEA's influenza vaccine: the expected incremental benefit at each willingness to pay."""
    found = incremental_benefit([golden["cost"]], [golden["effect"]], golden["price"])
    np.testing.assert_allclose(found, np.atleast_1d(golden["value"]), rtol=0, atol=golden["atol"])


@given(pairs, st.floats(0, 5))
def test_chances_sum_to_1_and_the_choice_is_efficient(table: Any, price: float) -> None:
    cost, effect = table
    found = acceptability(cost, effect, [price])
    assert found.chance.sum() == pytest.approx(1)
    assert found.information[0] >= 0
    assert found.net_benefit[0].max() == found.net_benefit[0, found.choice[0]]
    status = frontier(cost.mean(axis=0), effect.mean(axis=0)).status
    if price > 0 and (found.net_benefit[0] == found.net_benefit[0].max()).sum() == 1:
        assert status[found.choice[0]] == Status.EFFICIENT
    assert quadrants(cost[:, 0], effect[:, 0]).sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: acceptability([[1.0]], [[1.0, 2.0]], [1]), "same options in the same draws"),
        (lambda: acceptability([[1.0]], [[1.0]], [-1]), "-1 is below 0"),
        (lambda: quadrants([1.0], [1.0, 2.0]), "one difference for each draw"),
    ],
)
def test_slips(call: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()


@pytest.mark.parametrize("effect", ["harm", "score"])
def test_the_choice_changes_at_the_incremental_ratios(small: Case, effect: str) -> None:
    sample = draw_sample(small, 300)
    provenance = Provenance.of(small, 300)
    found = willingness(sample, provenance, effect)
    other = cost_effectiveness(sample, provenance)
    assert found is not None
    assert other is not None
    steps = other.frontier("improvement", effect)
    table = found.to_frame()
    assert list(found.options) == [NOTHING, *steps.index]
    for option, ratio in steps["incremental_ratio"].items():
        mine = table.index[table["choice"] == option]
        assert mine.min() == pytest.approx(ratio, rel=2e-6)
    np.testing.assert_allclose(found.chances().sum(axis=1), 1)
    np.testing.assert_allclose(
        [found.chances()[c].loc[p] for p, c in table["choice"].items()], table["p_best"]
    )
    assert f"by {effect}" in repr(found)


def test_without_harm_or_by_an_unknown_effect(small: Case) -> None:
    sample = draw_sample(small, 50)
    with pytest.raises(InputError, match="Did you mean 'harm'"):
        willingness(sample, Provenance.of(small, 50), "harms")
    bare = draw_sample(small.with_settings(), 50)
    bare.drawn.gains.harm[:] = 0
    assert willingness(bare, Provenance.of(small, 50)) is None
