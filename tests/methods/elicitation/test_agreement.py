"""Agreement of coders, reliability of scales, evenness of contributions, orders compared."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau

from capworth.errors import InputError
from capworth.methods.acceptability.indices import kendall_tau, spearman
from capworth.methods.elicitation.agreement import (
    cohen_kappa,
    cronbach_alpha,
    cross_table,
    fleiss_kappa,
    krippendorff_alpha,
)

GOLDEN = tomllib.loads((Path(__file__).parents[2] / "golden/agreement.toml").read_text("utf-8"))
Slip = tuple[Callable[[], object], str]
nan = float("nan")


@pytest.mark.parametrize("golden", GOLDEN["kappa"], ids=lambda golden: golden["name"])
def test_kappa(golden: dict[str, Any]) -> None:
    assert golden["source"]
    found = (fleiss_kappa if golden["many"] else cohen_kappa)(golden["counts"])
    assert found == pytest.approx(golden["kappa"], abs=golden["atol"])


@pytest.mark.parametrize("golden", GOLDEN["alpha"], ids=lambda golden: golden["name"])
def test_krippendorff_alpha(golden: dict[str, Any]) -> None:
    assert golden["source"]
    for level, alpha in golden["alpha"].items():
        found = krippendorff_alpha(golden["codes"], level)
        assert found == pytest.approx(alpha, abs=golden["atol"]), level


def test_near_misses_count_less() -> None:
    """Margins 5, 5, 0 and 5, 4, 1: one miss in ten; by chance steps of 0.6."""
    counts = [[5, 0, 0], [0, 4, 1], [0, 0, 0]]
    assert cohen_kappa(counts, "linear") == pytest.approx(1 - 0.1 / 0.6)
    assert cohen_kappa(counts, "quadratic") == pytest.approx(1 - 0.1 / 0.7)
    assert cohen_kappa(counts) == pytest.approx((0.9 - 0.45) / 0.55)


def test_codes_as_words_and_what_cannot_be_used() -> None:
    assert cross_table(["x", "y", "y"], ["x", "x", "y"]).tolist() == [[1, 0], [1, 1]]
    assert np.isnan(cohen_kappa([[3, 0], [0, 0]]))
    assert np.isnan(krippendorff_alpha([[1, 1], [1, 1]]))
    assert np.isnan(fleiss_kappa([[2, 0], [2, 0]]))
    slips: tuple[Slip, ...] = (
        (lambda: cohen_kappa([[1, 2, 3], [1, 2, 3]]), "counts: shape"),
        (lambda: cohen_kappa([[1, -1], [1, 2]]), r"counts: entry \[0, 1\] is -1"),
        (lambda: cross_table([1, 2], [1]), "give a code for each unit"),
        (lambda: fleiss_kappa([[1, 1], [2, 1]]), "2 to 3 coders"),
        (lambda: krippendorff_alpha([[1, nan], [nan, 2]]), "no unit was coded twice"),
        (lambda: krippendorff_alpha([[-1, 1], [1, 2]], "ratio"), "below 0"),
        (
            lambda: krippendorff_alpha([["a", "b"], ["a", "b"]]),
            "is 'a', not a number",
        ),
        (lambda: krippendorff_alpha([1, 2]), "two coders or more"),
        (lambda: cronbach_alpha([[1, 2]]), "1 persons, 2 questions"),
    )
    for wrong, words in slips:
        with pytest.raises(InputError, match=words):
            wrong()


def test_alpha_of_two_coders_without_gaps_by_hand() -> None:
    """10 units, 2 disagreements, 10 codes of each kind: 1 - 19 x 4 / (2 x 10 x 10) = 0.62."""
    first = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]
    second = [0, 0, 0, 0, 1, 1, 1, 1, 0, 1]
    table = [first, second]
    assert krippendorff_alpha(table) == pytest.approx(1 - 19 * 4 / (2 * 100))
    assert krippendorff_alpha(table, "interval") == pytest.approx(krippendorff_alpha(table))


def test_questions_that_measure_one_thing() -> None:
    assert cronbach_alpha([[1, 1, 1], [2, 2, 2], [4, 4, 4]]) == pytest.approx(1)
    assert cronbach_alpha([[1, 2], [2, 3], [3, 5]]) == pytest.approx(2 * (1 - (10 / 3) / (19 / 3)))
    assert np.isnan(cronbach_alpha([[1, 3], [2, 2]]))


@given(st.integers(0, 2**32))
def test_kendall_is_that_of_another_program(seed: int) -> None:
    one, other = np.random.default_rng(seed).integers(0, 4, (2, 6)).astype(float)
    found = kendall_tau([one], [other])[0]
    expected = kendalltau(one, other).statistic if np.ptp(one) and np.ptp(other) else nan
    assert found == pytest.approx(expected, nan_ok=True)
    assert kendall_tau(one, other)[0] == pytest.approx(found, nan_ok=True)
    plain, whole = spearman(one, other), spearman([one], [other])
    np.testing.assert_array_equal(plain, whole)
