"""Mean and range: the same numbers however they are asked for, and by hand."""

import numpy as np

from capworth.model.result import Interval, ends, spread


def test_a_range_worked_by_hand() -> None:
    """Eleven draws 0, 10, ..., 100, out of order: one in ten lies at or below 10."""
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
