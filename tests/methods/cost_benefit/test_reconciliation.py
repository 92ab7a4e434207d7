import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from capworth.errors import InputError
from capworth.methods.cost_benefit.prices import residual, scaled_to_total

GOLDEN = tomllib.loads((Path(__file__).parents[2] / "golden/appraisal.toml").read_text("utf-8"))


@pytest.mark.parametrize("golden", GOLDEN["residual"], ids=lambda golden: golden["name"])
def test_residual(golden: dict[str, Any]) -> None:
    found = residual(golden["parts"], golden["total"])
    assert found.amount == golden["amount"]
    assert found.rounding == golden["rounding"]


def test_half_a_unit_for_every_printed_figure() -> None:
    found = residual([[10.0, 10.0]] * 2, [21.5, 21.6])
    assert found.rounding.tolist() == [True, False]
    assert not residual([10.0, 10.0], 10.0).rounding  # parts far beyond their total
    assert not residual([10.0, 10.0], 21.5, unit=0.1).rounding


@given(
    arrays(float, (3, 4), elements=st.floats(0.01, 1e6)),
    arrays(float, 3, elements=st.floats(0, 1e9)),
)
def test_scaled_parts_sum_to_the_total_and_keep_their_proportions(parts: Any, total: Any) -> None:
    found = scaled_to_total(parts, total)
    np.testing.assert_allclose(found.sum(axis=1), total, atol=1e-9)
    proportions = parts / parts.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(found, proportions * total[:, None], atol=1e-9)


def test_nothing_of_nothing() -> None:
    assert scaled_to_total([[0.0, 0.0], [1.0, 3.0]], [0.0, 8.0]).tolist() == [[0, 0], [2, 6]]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: scaled_to_total([[0.0, 0.0]], [5.0]), "Give the parts a size"),
        (lambda: scaled_to_total([[1.0, -1.0]], [5.0]), r"entry \[0, 1\] is -1"),
        (lambda: residual(5.0, 5.0), "Give a list"),
        (lambda: residual([1.0], 1.0, unit=-1), "unit"),
    ],
)
def test_slips(call: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()
