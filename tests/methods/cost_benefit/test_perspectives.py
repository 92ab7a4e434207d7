import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from capworth.errors import InputError
from capworth.methods.cost_benefit.perspectives import account, distribution_weights, weighted_total
from capworth.methods.cost_benefit.ratios import Defined

GOLDEN = tomllib.loads((Path(__file__).parents[2] / "golden/appraisal.toml").read_text("utf-8"))


@pytest.mark.parametrize("golden", GOLDEN["account"], ids=lambda golden: golden["name"])
def test_account(golden: dict[str, Any]) -> None:
    found = account(golden["benefits"], golden["cost"])
    assert found.benefit == pytest.approx(golden["total"], abs=2)
    assert found.net == pytest.approx(golden["net"], abs=2)
    assert found.ratio.value == pytest.approx(golden["ratio"], abs=golden["ratio_atol"])


def test_a_programme_that_saves_money_has_a_net_value_and_no_ratio() -> None:
    found = account([[100.0, 20.0], [100.0, 20.0]], [-30.0, 40.0])
    assert found.net.tolist() == [150.0, 80.0]
    assert found.ratio.code.tolist() == [Defined.COST_IS_NEGATIVE, Defined.YES]
    np.testing.assert_array_equal(found.ratio.value, [np.nan, 3.0])


@pytest.mark.parametrize("golden", GOLDEN["distribution_weight"], ids=lambda golden: golden["name"])
def test_distribution_weights(golden: dict[str, Any]) -> None:
    found = distribution_weights(golden["incomes"], golden["median"], golden["elasticity"])
    np.testing.assert_allclose(found, golden["weights"], rtol=0, atol=golden["atol"])
    default = distribution_weights(golden["incomes"], golden["median"])
    np.testing.assert_array_equal(default, found)


def test_weighted_total() -> None:
    assert weighted_total([[1.0, 10.0], [2.0, 0.0]], [3.0, 0.5]).tolist() == [8.0, 6.0]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: account(3.0, 1.0), "Give .*perspectives"),
        (lambda: account([1.0, np.nan], 1.0), r"entry \[1\]"),
        (lambda: distribution_weights([1.0, 0.0], 1.0), r"incomes: entry \[1\] is 0"),
        (lambda: weighted_total([1.0, 2.0], [1.0]), "one for each group"),
    ],
)
def test_slips(call: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()
