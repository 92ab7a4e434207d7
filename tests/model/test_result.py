"""Mean and range: the same numbers however they are asked for, and by hand."""

import re
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import capworth
from capworth.methods.uncertainty.order_statistics import known_quantiles, order_quantiles
from capworth.model.result import Interval, ends, middle, spread


def test_a_range_worked_by_hand() -> None:
    """Eleven draws 0, 10, ..., 100, out of order: the 2nd smallest (1.1) and the 10th (9.9)."""
    draws = np.array([50.0, 0, 100, 10, 90, 20, 80, 30, 70, 40, 60])
    assert Interval.of(draws) == (50, 10, 90)
    assert Interval.of(draws).columns("x") == {"x": 50, "x_low": 10, "x_high": 90}
    two = np.column_stack((draws, 3 * draws + 20))
    assert [end.tolist() for end in ends(two)] == [[10, 50], [90, 290]]
    assert [end.tolist() for end in ends(two.T, axis=1)] == [[10, 50], [90, 290]]
    table = spread("x", two, 10.0)
    assert {name: part.tolist() for name, part in table.items()} == {
        "x": [5, 17],
        "x_low": [1, 5],
        "x_high": [9, 29],
    }


def test_an_end_is_a_draw_and_holds_what_it_promises() -> None:
    """Of ten draws 1 to 10 one in ten lies at or below 1 and nine at or below 9: nothing between.

    Straight between the draws the ends would be 1.9 and 9.1, and the middle 5.5.
    """
    draws = np.array([4.0, 9, 1, 7, 10, 3, 6, 2, 8, 5])
    assert Interval.of(draws) == (5.5, 1, 9)
    assert middle(draws) == 5
    assert middle(draws[:9]) == 6  # without the 5, four below and four above


def test_what_is_not_known_in_a_draw_has_no_range() -> None:
    """NaN is not a large number; and what is sometimes known is ranged over its own draws."""
    draws = np.array([[4.0, 1, np.nan], [3, np.nan, np.nan], [2, 3, np.nan], [1, 2, np.nan]])
    low, high = ends(draws)
    np.testing.assert_array_equal(low, [1, np.nan, np.nan])
    np.testing.assert_array_equal(high, [4, np.nan, np.nan])
    np.testing.assert_array_equal(
        known_quantiles(draws, (0.3, 0.9)), [[2, 1, np.nan], [4, 3, np.nan]]
    )
    endless = np.array([np.inf, 1.0, 2.0])
    assert order_quantiles(endless, (0.5, 0.9)).tolist() == [2, np.inf]


@given(st.lists(st.integers(0, 9), min_size=1, max_size=40), st.floats(0.01, 1.0))
def test_quantiles_are_those_of_the_inverted_distribution_function(
    values: list[int], probability: float
) -> None:
    draws = np.array(values, dtype=float)
    found = float(order_quantiles(draws, (probability,))[0])
    assert np.mean(draws <= found) >= probability - 1e-9
    assert np.mean(draws < found) < probability


ROOT = Path(capworth.__file__).parent
NO_FIGURES = {  # places of knots, and the width of a kernel: no figure that is printed
    "methods/uncertainty/spline.py",
    "methods/envelopment/bootstrap.py",
}


def test_no_other_quantiles_are_taken() -> None:
    """Whoever interpolates between draws prints another figure than the page beside."""
    others = re.compile(r"\b(np|numpy)\.(nan)?(quantile|percentile)\(")
    found = {
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*.py")
        if others.search(path.read_text(encoding="utf-8"))
    }
    assert found == NO_FIGURES
