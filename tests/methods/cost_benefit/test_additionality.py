import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capworth.errors import InputError
from capworth.methods.cost_benefit.value_chain import additional, net_factor

GOLDEN = tomllib.loads((Path(__file__).parents[2] / "golden/appraisal.toml").read_text("utf-8"))
share = st.floats(0, 1)


@pytest.mark.parametrize("golden", GOLDEN["net_factor"], ids=lambda golden: golden["name"])
def test_net_factor(golden: dict[str, Any]) -> None:
    assert net_factor(*golden["rates"]) == pytest.approx(golden["factor"], abs=golden["atol"])


@given(share, share, share, share)
def test_a_net_effect_is_part_of_the_gross(a: float, b: float, c: float, d: float) -> None:
    factor = net_factor(a, b, c, d)
    assert 0 <= factor <= 1
    assert factor >= 1 - a - b - c - d - 1e-9  # adding the rates overstates what is lost


def test_additional_over_draws() -> None:
    found = additional([30.0, 30.0, 10.0], [0.4, 1.0, 0.0], [0.0, 0.0, 0.25])
    np.testing.assert_allclose(found, [18.0, 0.0, 7.5])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: net_factor(1.2), "deadweight: is 1.2. Give a number at least 0 and at most 1"),
        (lambda: net_factor(0.2, leakage=[0.1, -0.1]), r"leakage: entry \[1\]"),
        (lambda: net_factor(0.2, multiplier=-1), "multiplier"),
        (lambda: additional(10, 40), "counterfactual"),
    ],
)
def test_slips(call: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()
