import tomllib
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from capworth.errors import InputError
from capworth.methods.arguments import Floats, Ints
from capworth.methods.elicitation.macbeth import CATEGORIES, Change, consistent, macbeth, repairs

GOLDEN = tomllib.loads((Path(__file__).parents[2] / "golden/elicitation.toml").read_text("utf-8"))


@pytest.mark.parametrize("golden", GOLDEN["macbeth"], ids=lambda golden: golden["name"])
def test_scales(golden: dict[str, Any]) -> None:
    found = macbeth(golden["judgements"])
    np.testing.assert_allclose(found.units, golden["units"], rtol=0, atol=1e-6)
    shares = 100 * np.array(golden["units"]) / golden["units"][0]
    np.testing.assert_allclose(found.scores, shares, rtol=0, atol=1e-4)


def upper_pairs(options: int) -> list[tuple[int, int]]:
    return [(i, j) for i in range(options) for j in range(i + 1, options)]


def as_matrix(options: int, categories: list[int]) -> Ints:
    matrix = np.zeros((options, options), dtype=np.int64)
    for (i, j), category in zip(upper_pairs(options), categories, strict=True):
        matrix[i, j] = category
    return matrix


def published_programme(low: Ints, high: Ints) -> float | None:
    """Smallest value of the first option, pair against pair as printed: no borders."""
    options, rows, bounds = len(low), [], []
    pairs = [(i, j) for i, j in upper_pairs(options) if low[i, j] >= 0]

    def gap(i: int, j: int) -> Floats:
        row = np.zeros(options)
        row[i], row[j] = 1, -1
        return row

    for i, j in upper_pairs(options):
        if low[i, j] < 0:
            rows.append(-gap(i, j))
            bounds.append(0.0)
    for i, j in pairs:
        rows.append(-gap(i, j))
        bounds.append(-float(low[i, j]))
        if low[i, j] == 0:
            rows.append(gap(i, j))
            bounds.append(0.0)
        for k, m in pairs:
            if low[i, j] > high[k, m]:
                rows.append(gap(k, m) - gap(i, j))
                bounds.append(-float(low[i, j] - high[k, m]))
    cost = np.zeros(options)
    cost[0] = 1
    limits: list[tuple[float, float | None]] = [(0.0, None)] * (options - 1) + [(0.0, 0.0)]
    solved = linprog(cost, A_ub=rows, b_ub=bounds, bounds=limits)
    return float(solved.x[0]) if solved.success else None


@st.composite
def judgements(draw: st.DrawFn) -> tuple[Ints, Ints]:
    """Mostly near the truth of some values, so that about half are consistent."""
    options = draw(st.integers(2, 5))
    truth = sorted(draw(st.lists(st.integers(0, 24), min_size=options, max_size=options)))[::-1]
    low = np.zeros((options, options), dtype=np.int64)
    high = low.copy()
    for i, j in upper_pairs(options):
        category = min(6, -(-(truth[i] - truth[j]) // 4))
        category = min(6, max(0, category + draw(st.sampled_from([0, 0, 0, 0, 1, -1]))))
        low[i, j] = high[i, j] = category
        if category > 0 and draw(st.booleans()):
            high[i, j] = min(6, category + draw(st.integers(0, 2)))
        if draw(st.integers(0, 5)) == 0:
            low[i, j] = high[i, j] = -1
    return low, high


@settings(max_examples=60, deadline=None)
@given(judgements())
def test_borders_say_the_same_as_the_published_programme(given_: tuple[Ints, Ints]) -> None:
    least = published_programme(*given_)
    assert consistent(*given_) == (least is not None)
    if least:
        found = macbeth(*given_)
        assert found.units[0] == pytest.approx(least, abs=1e-5)
        assert (np.diff(found.scores) <= 1e-6).all()
        assert (found.low <= found.scores + 1e-6).all()
        assert (found.scores <= found.high + 1e-6).all()
        low, high = given_
        pairs = [(i, j) for i, j in upper_pairs(len(low)) if low[i, j] >= 0]
        gap = {(i, j): found.units[i] - found.units[j] for i, j in pairs}
        for p, q in product(pairs, pairs):
            if low[p] > high[q]:
                assert gap[p] >= gap[q] + low[p] - high[q] - 1e-5


@settings(max_examples=12, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=6, max_size=6))
def test_no_smaller_repair_exists(categories: list[int]) -> None:
    """Exhaustive: every set of judgements that is fewer steps away still contradicts itself."""
    matrix = as_matrix(4, categories)
    found = repairs(matrix)
    if consistent(matrix):
        assert found == ()
        return
    steps = {sum(abs(c.instead - c.stated) for c in suggestion) for suggestion in found}
    assert len(steps) == 1
    least = steps.pop()
    for suggestion in found:
        mended = matrix.copy()
        for change in suggestion:
            assert mended[change.first, change.second] == change.stated
            mended[change.first, change.second] = change.instead
        assert consistent(mended)
    if least <= 2:
        for shift in product(range(1 - least, least), repeat=6):
            if sum(map(abs, shift)) < least:
                other = [c + s for c, s in zip(categories, shift, strict=True)]
                if min(other) >= 0 and max(other) <= 6:
                    assert not consistent(as_matrix(4, other))


def test_all_single_steps_that_help_are_listed() -> None:
    """a - b weak, b - c moderate: a - c must be stronger than moderate, or as strong."""
    matrix = as_matrix(3, [2, 2, 3])  # a-b weak, a-c weak, b-c moderate
    found = repairs(matrix)
    assert found == (
        (Change(0, 2, 2, 3),),
        (Change(1, 2, 3, 2),),
    )
    for suggestion in found:
        (change,) = suggestion
        other = matrix.copy()
        other[change.first, change.second] = change.instead
        assert consistent(other)


def test_a_contradiction_is_told_in_words_with_a_way_out() -> None:
    with pytest.raises(InputError, match="options 0 and 2 from very weak to moderate"):
        macbeth(as_matrix(3, [2, 1, 3]))
    assert len(CATEGORIES) == 7


def test_hesitation_between_categories_can_save_consistency() -> None:
    low, high = as_matrix(3, [2, 2, 3]), as_matrix(3, [2, 4, 3])
    assert not consistent(low)
    assert consistent(low, high)


def test_weights_come_from_a_scale_that_ends_in_the_reference() -> None:
    found = macbeth(as_matrix(3, [1, 4, 2]))
    weights = found.scores[:-1] / found.scores[:-1].sum()
    assert weights.sum() == pytest.approx(1)


SLIPS = [
    (lambda: macbeth([[0, 7], [0, 0]]), "options 0 and 1: 7 to 7"),
    (lambda: macbeth([[0, 3], [0, 0]], [[0, 2], [0, 0]]), "3 to 2"),
    (lambda: macbeth([[0, 0], [0, 0]], [[0, 2], [0, 0]]), "0 to 2"),
    (lambda: macbeth([[0, -1], [0, 0]], [[0, 2], [0, 0]]), "-1 to 2"),
    (lambda: macbeth([[0.0, 1.5], [0.0, 0.0]]), "1.5 to 1.5"),
    (lambda: macbeth([[0]]), "two options or more"),
    (lambda: macbeth([[0, 1, 2], [0, 0, 1]]), "are not"),
    (lambda: macbeth([[0, 0], [0, 0]]), "no option differs"),
]


@pytest.mark.parametrize(("call", "words"), SLIPS)
def test_a_slip_is_named(call: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()
