"""Shares of variance: Ishigami in closed form, sums in closed form, and two ways that agree."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from capworth.case.model import Case
from capworth.errors import InputError
from capworth.methods.uncertainty.sobol import SobolIndices, sobol_indices
from capworth.model.result import Provenance
from capworth.model.simulation import draw_sample
from capworth.streams import stream
from capworth.uncertainty.sensitivity import REST, swing_inputs, variance_shares


def indices(answer: Any, samples: tuple[Any, Any], groups: list[list[int]]) -> SobolIndices:
    one, other = samples
    mixed = []
    for group in groups:
        both = one.copy()
        both[:, group] = other[:, group]
        mixed.append(answer(both))
    return sobol_indices(answer(one), answer(other), mixed)


def test_ishigami_in_closed_form() -> None:
    """Ishigami and Homma (1990), a = 7, b = 0.1: variances by hand from the formula."""
    a, b = 7.0, 0.1
    first = 0.5 * (1 + b * np.pi**4 / 5) ** 2
    both = b**2 * np.pi**8 * (1 / 18 - 1 / 50)
    whole = first + a**2 / 8 + both
    draws = stream(1, "ishigami").uniform(-np.pi, np.pi, (2, 60_000, 3))

    def answer(x: Any) -> Any:
        return np.sin(x[:, 0]) + a * np.sin(x[:, 1]) ** 2 + b * x[:, 2] ** 4 * np.sin(x[:, 0])

    found = indices(answer, (draws[0], draws[1]), [[0], [1], [2]])
    expected = np.array([first, a**2 / 8, 0]) / whole
    total = np.array([first + both, a**2 / 8, both]) / whole
    assert (np.abs(found.first - expected) < 3.5 * found.first_error).all()
    assert (np.abs(found.total - total) < 3.5 * found.total_error).all()
    assert max(found.first_error.max(), found.total_error.max()) < 0.01
    np.testing.assert_allclose(expected, [0.3139, 0.4424, 0], atol=1e-4)


def test_a_sum_has_no_interaction_and_groups_add_up() -> None:
    draws = stream(2, "sum").normal(size=(2, 40_000, 4)) * [1, 2, 3, 0.5]

    def answer(x: Any) -> Any:
        return 5 + x.sum(axis=1)

    found = indices(answer, (draws[0], draws[1]), [[0], [1], [2, 3]])
    expected = np.array([1, 4, 9.25]) / 14.25
    np.testing.assert_allclose(found.first, expected, atol=0.02)
    np.testing.assert_allclose(found.total, expected, atol=0.02)


def test_the_errors_cover_the_truth() -> None:
    inside, alone, errors = [], [], []
    for k in range(150):
        draws = stream(k, "cover").normal(size=(2, 400, 2))
        found = indices(lambda x: x[:, 0] * (1 + x[:, 1]), (draws[0], draws[1]), [[0], [1]])
        truth = [0.5, 0.0], [1.0, 0.5]
        alone.append(found.first)
        errors.append(found.first_error)
        inside.append(
            np.abs(np.array([found.first, found.total]) - truth)
            < 1.96 * np.array([found.first_error, found.total_error])
        )
    assert (np.mean(inside, axis=0) > 0.85).all()
    ratio = np.mean(errors, axis=0) / np.std(alone, axis=0)
    assert (np.abs(ratio - 1) < 0.2).all()  # not wider than they need be


def test_the_error_knows_that_spread_and_share_move_together() -> None:
    """One input alone: its share is 1 but for the variance of the two samples."""
    spreads = []
    for k in range(100):
        one, other = stream(k, "alone").normal(size=(2, 500))
        found = sobol_indices(one, other, [other])
        spreads.append((found.first[0], found.first_error[0]))
    first, error = np.array(spreads).T
    assert abs(error.mean() / first.std() - 1) < 0.2


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: sobol_indices([1.0, 2.0], [1.0], [[1.0, 2.0]]), "of the same draws"),
        (lambda: sobol_indices([1.0, 1.0], [1.0, 1.0], [[1.0, 1.0]]), "same in every draw"),
    ],
)
def test_slips(call: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()


def test_two_ways_to_the_first_order_agree(small: Case) -> None:
    """Curves through the draws of the study, and swapped samples; no input moves with another."""
    sample = draw_sample(small.with_settings(common_cause=0.0), 3_000)
    sensitivity = swing_inputs(sample, Provenance.of(small, 3_000))
    assert sensitivity is not None
    found = variance_shares(sample, sensitivity, most=6, size=3_000)
    table, curves = found.to_frame(), sensitivity.to_frame()["variance_share"]
    for name in table.index.drop(REST):
        error = table["first_error"][name]
        assert abs(table["first"][name] - curves[name]) < 4 * error + 0.02, name
    assert list(table.index)[-1] == REST
    assert set(table.index.drop(REST)) == set(sensitivity.to_frame().index[:6])
    assert (table["total"] >= table["first"] - 3 * table["first_error"]).all()
    assert 0 <= found.interaction <= 1
    every = variance_shares(sample, sensitivity, most=99, size=100).to_frame()
    others = [n for n in sensitivity.to_frame().index if n not in every.index]
    assert not others
    assert every["total"][REST] < 0.02  # what is not in the tornado hardly moves the lead
    assert f"of the lead of {sensitivity.subject}" in repr(found)
    assert (curves >= 0).all()
    assert curves.sum() <= 1.1


def test_nothing_to_share_is_said(small: Case) -> None:
    sample = draw_sample(small, 50)
    with pytest.raises(InputError, match="no input moves the first place"):
        variance_shares(sample, None)
    found = swing_inputs(sample, Provenance.of(small, 50))
    assert found is not None
    with pytest.raises(InputError, match="nothing to share"):
        variance_shares(sample, replace(found, _table=found.to_frame().iloc[:0]))


def test_the_error_of_two_draws_by_hand() -> None:
    """Shares 0 and 2 of a variance of 1: a standard deviation of root 2, over root 2."""
    found = sobol_indices([-1.0, 1.0], [1.0, -1.0], [[-1.0, -1.0]])
    assert (found.first[0], found.first_error[0]) == pytest.approx((1.0, 1.0))
    assert (found.total[0], found.total_error[0]) == pytest.approx((1.0, 1.0))
