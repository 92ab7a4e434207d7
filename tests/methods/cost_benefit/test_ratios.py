import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from capworth.errors import InputError
from capworth.methods.cost_benefit.ratios import (
    DENOMINATORS,
    Defined,
    benefit_cost_ratio,
    categories,
    category_shares,
    divided,
    net_value_per_public_cost,
    ratio_of_means,
)

GOLDEN = tomllib.loads((Path(__file__).parents[2] / "golden/appraisal.toml").read_text("utf-8"))
amounts = st.floats(0, 1e6)


@pytest.mark.parametrize("golden", GOLDEN["category"], ids=lambda golden: golden["name"])
def test_categories(golden: dict[str, Any]) -> None:
    places = categories(golden["ratio"], golden["edges"])
    assert [golden["names"][place] for place in places] == golden["category"]


def test_no_ratio_is_no_category() -> None:
    ratio = divided([1.0, 3.0, 1.0, 5.0], [1.0, 0.0, -2.0, 1.0]).value
    assert categories(ratio, [0, 1, 2]).tolist() == [2, -1, -1, 3]
    assert category_shares(ratio, [0, 1, 2]).tolist() == [0, 0, 0.25, 0.25, 0.5]


@pytest.mark.parametrize(
    ("denominator", "ratio"),
    [
        ("all costs", 13 / 10),  # worked by hand: benefit 12, public 8, others 2, saving 1
        ("all costs less savings", 12 / 9),
        ("public costs", 11 / 8),
        ("public costs less savings", 10 / 7),
    ],
)
def test_four_ways_to_draw_the_line(denominator: str, ratio: float) -> None:
    found = benefit_cost_ratio(12.0, 8.0, 2.0, 1.0, denominator=denominator)
    assert found.value == pytest.approx(ratio)
    assert found.denominator == denominator
    assert found.code == Defined.YES


def test_a_cost_of_nothing_or_less_gives_a_reason_and_no_number() -> None:
    found = benefit_cost_ratio([5.0, 5.0, 5.0, -5.0], [2.0, 0.0, -1.0, 2.0])
    np.testing.assert_array_equal(found.value, [2.5, np.nan, np.nan, -2.5])
    assert [Defined(code).name for code in found.code] == [
        "YES",
        "COST_IS_ZERO",
        "COST_IS_NEGATIVE",
        "YES",
    ]


@given(amounts, amounts, amounts, amounts, st.sampled_from(sorted(DENOMINATORS)))
def test_a_ratio_is_above_1_where_the_net_value_is_above_0(
    benefit: float, public: float, other: float, saving: float, denominator: str
) -> None:
    net = benefit + saving - public - other
    found = benefit_cost_ratio(benefit, public, other, saving, denominator)
    assume(abs(net) > 1e-3 and found.code == Defined.YES)
    assert (found.value > 1) == (net > 0)


def test_return_on_public_cost() -> None:
    found = net_value_per_public_cost([30.0, 30.0], [20.0, 0.0])
    np.testing.assert_array_equal(found.value, [1.5, np.nan])
    assert found.denominator == "net public cost"


def test_the_ratio_of_means_is_not_the_mean_of_ratios() -> None:
    benefits, costs = np.array([4.0, 4.0]), np.array([1.0, 7.0])
    assert ratio_of_means(benefits, costs).value == pytest.approx(1.0)
    assert divided(benefits, costs).value.mean() == pytest.approx(16 / 7)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: benefit_cost_ratio(1, 1, denominator="al costs"), "Did you mean 'all costs'"),
        (lambda: benefit_cost_ratio(1, [1, np.nan]), r"public_costs: entry \[1\] is nan"),
        (lambda: ratio_of_means([1], [1, 2]), "of one length"),
        (lambda: ratio_of_means([], []), "of one length"),
        (lambda: categories([1], [2, 1]), "do not rise"),
        (lambda: category_shares(1.0, [1]), "one for each draw"),
    ],
)
def test_slips(call: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()
