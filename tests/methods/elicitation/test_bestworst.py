import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from capworth.errors import InputError
from capworth.methods.arguments import Floats
from capworth.methods.elicitation.best_worst import best_worst, best_worst_linear, consistency_index

GOLDEN = tomllib.loads((Path(__file__).parents[2] / "golden/elicitation.toml").read_text("utf-8"))
MODELS = {"min-max": best_worst, "linear": best_worst_linear}


@pytest.mark.parametrize("golden", GOLDEN["best_worst"], ids=lambda golden: golden["name"])
def test_best_worst(golden: dict[str, Any]) -> None:
    found = MODELS[golden["model"]](golden["best_to_others"], golden["others_to_worst"])
    for name in ("weights", "deviation", "ratio"):
        if name in golden:
            np.testing.assert_allclose(
                getattr(found, name), golden[name], rtol=0, atol=golden["atol"], err_msg=name
            )


@pytest.mark.parametrize("golden", GOLDEN["consistency_index"], ids=lambda golden: golden["name"])
def test_consistency_index(golden: dict[str, Any]) -> None:
    ours = [consistency_index(a) for a in golden["best_to_worst"]]
    np.testing.assert_allclose(ours, golden["index"], rtol=0, atol=golden["atol"])


@st.composite
def judgements(draw: st.DrawFn) -> tuple[list[int], list[int]]:
    direct = draw(st.integers(2, 9))
    between = draw(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), max_size=3))
    capped = [(min(a, direct), min(b, direct)) for a, b in between]
    return [1, direct, *(a for a, _ in capped)], [direct, 1, *(b for _, b in capped)]


def worst_deviation(weights: Floats, to_others: list[int], to_worst: list[int]) -> float:
    ratios = np.concatenate((weights[0] / weights - to_others, weights / weights[1] - to_worst))
    keep = np.ones(len(ratios), dtype=bool)
    keep[[0, len(weights) + 1]] = False  # a criterion against itself
    return float(np.abs(ratios[keep]).max())


def feasible(to_others: list[int], to_worst: list[int], xi: float) -> bool:
    """The published constraints for a given xi, asked of HiGHS."""
    rows, n = [], len(to_others)
    for j in range(n):
        for above, below, stated in ((0, j, to_others[j]), (j, 1, to_worst[j])):
            if above != below:
                for sign, bound in ((1.0, stated + xi), (-1.0, max(stated - xi, 0.0))):
                    row = np.zeros(n)
                    row[above] += sign
                    row[below] -= sign * bound
                    rows.append(row)
    return bool(
        linprog(
            np.zeros(n),
            A_ub=rows,
            b_ub=np.zeros(len(rows)),
            A_eq=np.ones((1, n)),
            b_eq=[1.0],
            bounds=(1e-6, 1),
        ).success
    )


@settings(max_examples=40)
@given(judgements())
def test_the_deviation_is_reached_and_none_smaller_can_be(
    given_: tuple[list[int], list[int]],
) -> None:
    found = best_worst(*given_)
    assert found.weights.sum() == pytest.approx(1)
    assert worst_deviation(found.weights, *given_) <= found.deviation + 1e-5
    for end in (found.low, found.high):
        assert (end >= found.low - 1e-9).all()
        assert (end <= found.high + 1e-9).all()
    if found.deviation > 1e-3:
        assert feasible(*given_, found.deviation + 1e-4)
        assert not feasible(*given_, found.deviation - 1e-3)
    assert 0 <= found.ratio <= 1 + 1e-9


@settings(max_examples=25)
@given(judgements())
def test_the_linear_model_is_never_beaten_near_its_answer(
    given_: tuple[list[int], list[int]],
) -> None:
    found = best_worst_linear(*given_)
    to_others, to_worst = map(np.array, given_)

    def deviation(weights: Floats) -> float:
        one = np.abs(weights[0] - to_others * weights)[1:]
        other = np.abs(weights - to_worst * weights[1])
        other[1] = 0
        return float(max(one.max(), other.max()))

    assert deviation(found.weights) == pytest.approx(found.deviation, abs=1e-6)
    for nearby in np.random.default_rng(0).dirichlet(1 + 50 * found.weights, 200):
        assert deviation(nearby) >= found.deviation - 1e-9


def test_weights_that_agree_are_found_exactly() -> None:
    for solve in MODELS.values():
        found = solve([2, 1, 4, 8], [4, 8, 2, 1])
        np.testing.assert_allclose(found.weights, np.array([4, 8, 2, 1]) / 15, atol=1e-7)
        assert found.deviation == pytest.approx(0, abs=1e-9)
        assert found.ratio == pytest.approx(0, abs=1e-9)
        assert found.input_ratio == 0


def test_a_peer_s_answer_is_not_optimal_and_ours_is() -> None:
    """pyDecision 5.1.8 gives (.0714, .3214, .6071) on Rezaei's example: deviation .50."""
    peer = np.array([0.6071, 0.0714, 0.3214])
    assert worst_deviation(peer, [1, 8, 2], [8, 1, 5]) == pytest.approx(0.5, abs=0.01)
    assert best_worst([1, 8, 2], [8, 1, 5]).deviation < 0.26


def test_several_optimal_answers_show_as_a_range() -> None:
    found = best_worst([2, 1, 4, 3, 8], [4, 8, 2, 3, 1])
    assert (found.high - found.low > 1e-3).all()
    assert (found.low < found.weights).all()
    assert (found.weights < found.high).all()
    middle = (found.low + found.high) / 2
    np.testing.assert_allclose(found.weights, middle / middle.sum(), atol=1e-12)


def test_the_most_contradictory_judgements_have_ratio_one() -> None:
    """Criterion 2 as far from both ends as they are from each other; criterion 3 equal to both."""
    found = best_worst([1, 9, 9, 1], [9, 1, 9, 1])
    assert found.deviation == pytest.approx(consistency_index(9), abs=1e-9)
    assert found.ratio == pytest.approx(1, abs=1e-9)


def test_two_criteria_may_pull_apart_more_than_one() -> None:
    """(1, 1) and (2, 2) between: best over worst at most (1 + xi)^2, at least (2 - xi)^2: xi = 1/2.

    Rezaei's index for best against worst of 2 is 0.44, which one criterion alone reaches.
    """
    found = best_worst([1, 2, 1, 2], [2, 1, 1, 2])
    assert found.deviation == pytest.approx(0.5, abs=1e-12)
    assert found.ratio == 1
    alone = best_worst([1, 2, 2], [2, 1, 2])
    assert alone.deviation == pytest.approx(consistency_index(2), abs=1e-12)
    assert alone.ratio == 1


@pytest.mark.parametrize("most", range(2, 10))
def test_the_largest_deviation_is_reached(most: int) -> None:
    for direct in range(1, most + 1):
        found = best_worst([1, direct, most, 1], [direct, 1, most, 1])
        assert found.ratio == 1
        assert found.input_ratio == 1


@st.composite
def any_judgements(draw: st.DrawFn) -> tuple[list[int], list[int]]:
    """Whole numbers from 1 to 9, also above best against worst, in any order."""
    rating = st.integers(1, draw(st.sampled_from((2, 3, 9))))
    direct = draw(rating)
    pairs = draw(st.lists(st.tuples(rating, rating), max_size=4))
    pairs = [(a, b) for a, b in pairs if (a > 1 or b <= direct) and (b > 1 or a <= direct)]
    rows = draw(st.permutations([(1, direct), (direct, 1), *pairs]))
    return [a for a, _ in rows], [b for _, b in rows]


@settings(max_examples=30, derandomize=True, deadline=None)
@given(any_judgements())
def test_a_ratio_is_a_share(given_: tuple[list[int], list[int]]) -> None:
    found, linear = best_worst(*given_), best_worst_linear(*given_)
    assert 0 <= found.ratio <= 1
    assert 0 <= linear.ratio <= 1
    assert 0 <= found.input_ratio <= 1
    assert linear.deviation <= found.deviation + 1e-7
    to_others, to_worst = map(np.array, given_)
    if (to_others * to_worst == to_others.max()).all():  # consistent
        assert found.ratio == pytest.approx(0, abs=1e-9)
    elif len(to_others) > 2:
        assert max(found.ratio, found.input_ratio) > 1e-3


def test_best_and_worst_are_two_criteria() -> None:
    found = best_worst([1, 1, 5], [1, 1, 5])  # equal, and the third far from both
    assert found.ratio == found.input_ratio == 1  # the most that 1 and 5 allow
    assert (5 - found.deviation) ** 2 == pytest.approx(1 + found.deviation)


def test_another_criterion_may_equal_the_best_or_the_worst() -> None:
    for solve in MODELS.values():
        assert np.argmax(solve([1, 1, 8], [7, 8, 1]).weights) == 1
        assert np.argmin(solve([8, 7, 1], [1, 1, 8]).weights) == 0


def test_own_inconsistency_is_known_before_solving() -> None:
    """Criterion 2: 2 * 5 against 8, over 8 * 8 - 8 (Liang, Brunelli & Rezaei 2020)."""
    assert best_worst([8, 2, 1], [1, 5, 8]).input_ratio == pytest.approx(2 / 56)


def test_criteria_that_are_all_equal() -> None:
    found = best_worst([1, 1, 1], [1, 1, 1])
    np.testing.assert_allclose(found.weights, 1 / 3, atol=1e-7)
    assert found.ratio == found.input_ratio == 0


SLIPS = [
    (lambda: best_worst([1, 2], [2, 1, 1]), "Give one judgement a criterion"),
    (lambda: best_worst([1], [1]), "two criteria or more"),
    (lambda: best_worst([1, 0.5], [2, 1]), "best_to_others: entry 1 is 0.5"),
    (lambda: best_worst([2, 3], [3, 1]), "best_to_others: no entry is 1"),
    (lambda: best_worst([1, 3], [3, 2]), "others_to_worst: no entry is 1"),
    (lambda: best_worst([1, 8, 2], [9, 1, 5]), "best against worst is 8"),
    (lambda: best_worst([1, 5], [1, 5]), "entry 0 is rated best and worst"),
    (lambda: best_worst([1, np.nan], [2, 1]), r"entry \[1\] is nan"),
    (lambda: best_worst_linear([1, 8, 2], [9, 1, 5]), "best against worst is 8"),
]


@pytest.mark.parametrize(("call", "words"), SLIPS)
def test_a_slip_is_named(call: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()
