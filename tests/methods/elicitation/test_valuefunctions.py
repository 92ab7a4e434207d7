import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from capworth.errors import InputError
from capworth.methods.arguments import Floats
from capworth.methods.elicitation.value_functions import (
    SHAPES,
    categorical,
    curvature_from_midpoint,
    exponential,
    piecewise,
)

FOLDER = Path(__file__).parents[2] / "golden"
GOLDEN = tomllib.loads((FOLDER / "valuefunctions.toml").read_text("utf-8"))
levels = arrays(np.float64, (5, 3), elements=st.floats(-50, 150, width=32))


@pytest.mark.parametrize("name", ["ranking.toml", "valuefunctions.toml", "elicitation.toml"])
def test_every_golden_number_names_its_source(name: str) -> None:
    for table, entries in tomllib.loads((FOLDER / name).read_text("utf-8")).items():
        for entry in entries:
            assert entry["source"].strip(), f"{table} {entry['name']}: only a guess we froze"


@pytest.mark.parametrize("golden", GOLDEN["piecewise"], ids=lambda golden: golden["name"])
def test_piecewise(golden: dict[str, Any]) -> None:
    values = piecewise(golden["levels"], golden["at"], golden["worth"], beyond=golden["beyond"])
    np.testing.assert_allclose(values, golden["values"], rtol=0, atol=golden["atol"])


@pytest.mark.parametrize("golden", GOLDEN["exponential"], ids=lambda golden: golden["name"])
def test_exponential_and_its_midpoint(golden: dict[str, Any]) -> None:
    bend = curvature_from_midpoint(golden["midpoint"])
    assert bend == pytest.approx(golden["curvature"], abs=golden["atol"])
    values = exponential(golden["levels"], golden["worst"], golden["best"], bend)
    np.testing.assert_allclose(values, golden["values"], rtol=0, atol=golden["atol"])


@given(levels)
def test_piecewise_agrees_with_numpy_and_never_turns_back(x: Floats) -> None:
    at, worth = [0.0, 40.0, 55.0, 100.0], [0.0, 0.1, 0.7, 1.0]
    np.testing.assert_allclose(piecewise(x, at, worth), np.interp(x, at, worth), atol=1e-14)
    for beyond in ("clip", "extrapolate"):
        assert (
            piecewise(x + 1, at, worth, beyond=beyond) >= piecewise(x, at, worth, beyond=beyond)
        ).all()


@given(levels, st.floats(-9, 9))
def test_exponential_stays_between_its_ends_and_rises(x: Floats, bend: float) -> None:
    for worst, best in ((0.0, 100.0), (100.0, 0.0)):
        values = exponential(x, worst, best, bend)
        assert values.min() >= 0
        assert values.max() <= 1
        nearer = exponential(x + np.sign(best - worst), worst, best, bend)
        assert (nearer >= values - 1e-12).all()


def test_exponential_without_bend_is_the_straight_line() -> None:
    np.testing.assert_allclose(exponential([5.0, 20.0], 0, 10, 0.0), [0.5, 1.0])
    np.testing.assert_allclose(exponential([5.0, 20.0], 0, 10, 0.0, beyond="extrapolate"), [0.5, 2])
    near = exponential([5.0], 0, 10, [1e-9, 1e-7])
    np.testing.assert_allclose(near, [0.5, 0.5], atol=1e-7)


def test_values_at_the_points_are_exact() -> None:
    at, worth = [0.1, 0.3, 0.7], [0.1, 0.3, 0.95]
    assert piecewise(at, at, worth).tolist() == worth


def test_each_draw_may_have_its_own_values() -> None:
    x = np.array([[0.0, 0.5], [0.5, 1.0], [0.25, 0.75]])
    worth = np.array([[0.0, 1.0], [0.2, 0.4], [1.0, 0.0]])
    expected = [[0.0, 0.5], [0.3, 0.4], [0.75, 0.25]]
    np.testing.assert_allclose(piecewise(x, [0, 1], worth), expected)
    np.testing.assert_allclose(piecewise(x, [1, 0], worth[:, ::-1]), expected)
    codes = np.array([[0, 1], [1, 1], [0, 0]])
    np.testing.assert_allclose(categorical(codes, worth), [[0.0, 1.0], [0.4, 0.4], [1.0, 1.0]])
    # one draw of levels under many draws of values, and the other way round
    np.testing.assert_allclose(piecewise(x[:1], [0, 1], worth), [[0, 0.5], [0.2, 0.3], [1, 0.5]])
    np.testing.assert_allclose(piecewise(x, [0, 1], worth[:1]), x)


def test_categories_are_looked_up() -> None:
    assert categorical([[2, 0], [1, 2]], [0.0, 0.3, 1.0]).tolist() == [[1.0, 0.0], [0.3, 1.0]]


def test_the_midpoint_is_half_way_for_every_share() -> None:
    for share in (1e-3, 0.1, 0.499, 0.5, 0.501, 0.9, 0.999):
        bend = curvature_from_midpoint(share)
        assert float(exponential(share, 0, 1, bend)) == pytest.approx(0.5, abs=1e-9)
    assert curvature_from_midpoint(0.5) == 0


def test_the_table_of_shapes_holds_them_all() -> None:
    assert set(SHAPES) == {"piecewise", "exponential", "categorical"}


SLIPS = [
    (lambda: piecewise([1.0], [0, 0], [0, 1]), "0 and 0 are not in order"),
    (lambda: piecewise([1.0], [0, 2, 1], [0, 1, 2]), "2 and 1 are not in order"),
    (lambda: piecewise([1.0], [0, 1, 2], [0, 1, 0.5]), "values turn back"),
    (lambda: piecewise([1.0], [0], [1]), "two or more points"),
    (lambda: piecewise([1.0], [0, 1], [0, 1, 2]), "one value for each point"),
    (lambda: piecewise([[1.0, np.nan]], [0, 1], [0, 1]), r"entry \[0, 1\] is nan"),
    (lambda: piecewise([1.0], [0, 1], [0, 1], beyond="clp"), "Did you mean 'clip'"),
    (lambda: piecewise(np.ones((2, 3)), [0, 1], np.ones((3, 2))), "first axis of both is draws"),
    (lambda: exponential([1.0], 3, 3, 1), "both 3"),
    (lambda: exponential([1.0], 0, 1, np.inf), "curvature: is inf"),
    (lambda: categorical([0, 3], [0.0, 1.0]), "3 is no category"),
    (lambda: categorical([0, -1], [0.0, 1.0]), "-1 is no category"),
    (lambda: categorical([0.5], [0.0, 1.0]), "whole numbers"),
    (lambda: curvature_from_midpoint(1.0), "not between 0 and 1"),
]


@pytest.mark.parametrize(("call", "words"), SLIPS)
def test_a_slip_is_named(call: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()
