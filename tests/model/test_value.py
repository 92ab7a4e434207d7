"""The added-value score: worked by hand, and what must hold whatever the numbers are."""

import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capworth.case.model import Case, Criterion, Estimate
from capworth.case.read import check_case, read_case
from capworth.methods.elicitation.value_functions import (
    curvature_from_midpoint,
    exponential,
    piecewise,
)
from capworth.model.draws import AtModes, Sampled
from capworth.model.simulation import Model
from capworth.model.value import ValueModel, score

Golden: TypeAlias = Mapping[str, Any]
seeds = st.integers(0, 2**32)


def test_weights_worked_by_hand(small: Case, golden: Golden) -> None:
    found = ValueModel(small).weights(AtModes())
    np.testing.assert_allclose(found, [golden["score"]["weights"]], atol=1e-12)


def test_values_branches_and_scores_worked_by_hand(small: Case, golden: Golden) -> None:
    drawn = Model(small).answer(AtModes())
    for name, found in (
        ("values", drawn.levels),
        ("branches", drawn.branches),
        ("score", drawn.score),
    ):
        expected = [golden["score"][name][c] for c in small.capability_ids]
        np.testing.assert_allclose(found[0], expected, atol=golden["score"]["atol"], err_msg=name)


def test_levels_beyond_the_scale_are_worth_its_ends(small: Case) -> None:
    model = ValueModel(small)
    beyond = np.array([[250.0, -3.0, 12.0], [-10.0, 60.0, -1.0]])
    assert model.worth(beyond).tolist() == [[100.0, 100.0, 100.0], [0.0, 0.0, 0.0]]


def test_values_at_the_bends_are_exact(small: Case) -> None:
    levels = np.array([[100.0, 12.0, 4.0], [0.0, 48.0, 0.0], [200.0, 0.0, 10.0]])
    assert ValueModel(small).worth(levels).tolist() == [[50, 60, 60], [0, 0, 0], [100, 100, 100]]


def test_the_agreed_levels_are_valued_where_there_are_some(small: Case) -> None:
    reference = ValueModel(small).reference()
    np.testing.assert_allclose(reference, [75, 80, np.nan])


def test_where_leaves_hang(small: Case) -> None:
    model = ValueModel(small)
    assert [b.id for b in model.branches] == ["use", "results"]
    assert model.branch_of().tolist() == [[1, 0], [1, 0], [0, 1]]


def test_a_deeper_tree_multiplies_weights_on_the_way_down(small: Case) -> None:
    """Worked by hand: use 60/160, fast 40/140 of it, then 3/4 and 1/4 of that."""
    use, reach, speed, results = small.criteria
    fast = replace(use, id="fast", parent="use", swing=swing(40))
    answer = replace(speed, id="answer", parent="fast", swing=swing(75))
    alarm = replace(speed, id="alarm", parent="fast", swing=swing(25))
    tree = (answer, use, results, alarm, fast, reach)  # children before their parents
    scores = tuple(
        replace(s, criterion=new)
        for s in small.scores
        for new in {"speed": ("answer", "alarm")}.get(s.criterion, (s.criterion,))
    )
    model = ValueModel(replace(small, criteria=tree, scores=scores))
    found = dict(zip([k.id for k in model.leaves], model.weights(AtModes())[0], strict=True))
    deep = 60 / 160 * 40 / 140
    assert found == pytest.approx(
        {"answer": deep * 0.75, "alarm": deep * 0.25, "results": 0.625, "reach": 0.375 * 100 / 140}
    )
    assert model.branch_of().sum() == 4


def swing(points: float) -> Estimate:
    return Estimate("s", points, points, points, "points", "A", "LEDGER", "", 2)


# -------------------------------------------------------------------------------- for any numbers


@settings(max_examples=30, deadline=None)
@given(seeds)
def test_weights_are_shares_and_scores_lie_on_their_scale(small: Case, seed: int) -> None:
    draws = Sampled(seed, 0, 50)
    model = ValueModel(small)
    weights = model.weights(draws)
    np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-12)
    assert (weights >= 0).all()
    drawn = Model(small).answer(draws)
    for part in (drawn.score, drawn.branches, drawn.levels):
        assert part.min() >= 0
        assert part.max() <= 100 + 1e-9
    below = model.branch_of()
    branch_weight = np.einsum("nk,kb->nb", weights, below)
    total = np.einsum("ncb,nb->nc", drawn.branches, branch_weight)
    np.testing.assert_allclose(total, drawn.score, rtol=1e-12)


@settings(max_examples=20, deadline=None)
@given(seeds, st.permutations(range(4)))
def test_the_order_of_criteria_does_not_matter(small: Case, seed: int, order: list[int]) -> None:
    other = replace(small, criteria=tuple(small.criteria[k] for k in order))
    draws = Sampled(seed, 0, 20)
    ours, theirs = Model(small).answer(draws), Model(other).answer(draws)
    np.testing.assert_allclose(theirs.score, ours.score, rtol=1e-12)
    np.testing.assert_allclose(theirs.gains.distance, ours.gains.distance, rtol=1e-9, atol=1e-12)


@settings(max_examples=20, deadline=None)
@given(seeds, st.sampled_from(["reach", "speed", "results"]), st.floats(0.1, 5))
def test_a_better_level_is_never_worth_less(
    small: Case, seed: int, criterion: str, step: float
) -> None:
    leaf = next(c for c in small.criteria if c.id == criterion)
    better = step if rises(leaf) else -step
    scores = tuple(
        replace(s, level=moved(s.level, better)) if s.criterion == criterion else s
        for s in small.scores
    )
    draws = Sampled(seed, 0, 20)
    ours = Model(small).answer(draws).score
    theirs = Model(replace(small, scores=scores)).answer(draws).score
    assert (theirs >= ours - 1e-9).all()
    assert theirs.sum() > ours.sum()


def rises(leaf: Criterion) -> bool:
    assert leaf.best is not None
    assert leaf.worst is not None
    return leaf.best > leaf.worst


def moved(level: Estimate, by: float) -> Estimate:
    return replace(level, low=level.low + by, mode=level.mode + by, high=level.high + by)


def test_the_scale_of_a_criterion_does_not_matter(small: Case) -> None:
    """Hours told in minutes: levels, ends, bends and effects x 60, and the same score."""

    def told(estimate: Estimate) -> Estimate:
        return replace(
            estimate, low=estimate.low * 60, mode=estimate.mode * 60, high=estimate.high * 60
        )

    criteria = tuple(
        replace(c, worst=2880.0, best=0.0, points=((720.0, 60.0),), reference=360.0)
        if c.id == "speed"
        else c
        for c in small.criteria
    )
    scores = tuple(
        replace(s, level=told(s.level), agreed=0.0) if s.criterion == "speed" else s
        for s in small.scores
    )
    effects = tuple(
        replace(e, change=told(e.change)) if e.criterion == "speed" else e for e in small.effects
    )
    draws = Sampled(3, 0, 20)
    ours = Model(small).answer(draws)
    theirs = Model(replace(small, criteria=criteria, scores=scores, effects=effects)).answer(draws)
    np.testing.assert_allclose(theirs.score, ours.score, rtol=1e-9)
    np.testing.assert_allclose(theirs.gains.distance, ours.gains.distance, rtol=1e-6, atol=1e-9)


def test_the_score_is_a_plain_sum() -> None:
    values = np.array([[[10.0, 20.0], [30.0, 40.0]], [[1.0, 2.0], [3.0, 4.0]]])
    weights = np.array([[0.25, 0.75], [0.5, 0.5]])
    assert score(values, weights).tolist() == [[17.5, 37.5], [1.5, 3.5]]


@pytest.mark.parametrize(("half", "worst", "best"), [(30, 0, 100), (12, 48, 0), (85, 0, 100)])
def test_an_exponential_curve_is_read_by_the_level_of_half_the_value(
    folder: Path, half: float, worst: float, best: float
) -> None:
    """Against the closed form of Kirkwood (1997), not the bends that draw it."""
    path = folder / "criteria.csv"
    stood, typed = "hours,48,0,12:60,6", f"hours,{worst},{best},half:{half},6"
    text = path.read_text(encoding="utf-8")
    assert stood in text
    path.write_text(text.replace(stood, typed), encoding="utf-8")
    tree = ValueModel(read_case(folder))
    leaf = [k.id for k in tree.leaves].index("speed")
    levels = np.linspace(min(worst, best), max(worst, best), 301)
    bend = curvature_from_midpoint((half - worst) / (best - worst))
    found = tree.worth_on(leaf, levels)
    np.testing.assert_allclose(found, 100 * exponential(levels, worst, best, bend), atol=0.1)
    assert tree.worth_on(leaf, np.array([half]))[0] == pytest.approx(50)


def test_one_straight_line_is_that_between_two_points(small: Case) -> None:
    """Rising and falling scales, beyond their ends too; at the ends exactly 0 and 100."""
    tree = ValueModel(small)
    straight = [k for k, leaf in enumerate(tree.leaves) if not leaf.points]
    assert straight
    for k, turn in product(straight, (1, -1)):
        worst, best = tree.leaves[k].ends[::turn]
        tree.leaves = tuple(
            replace(leaf, worst=worst, best=best) if leaf is tree.leaves[k] else leaf
            for leaf in tree.leaves
        )
        assert tree.worth_on(k, np.array([worst, best])).tolist() == [0, 100]
        levels = np.linspace(min(worst, best) - 1, max(worst, best) + 1, 301).reshape(7, 43)
        found = piecewise(levels, [worst, best], [0.0, 100.0])
        np.testing.assert_array_equal(tree.worth_on(k, levels), found)


def test_categories_are_levels_with_a_value_each(folder: Path) -> None:
    path = folder / "criteria.csv"
    text = path.read_text(encoding="utf-8")
    codes = "poor fair good best,1,4,2:30 3:80,2"
    path.write_text(text.replace("hours,48,0,12:60,6", codes), encoding="utf-8")
    scores = folder / "scores.csv"  # agreed on the best of them
    coded = re.sub(r",speed,\d+,\d+,\d+,0,", ",speed,1,2,3,4,", scores.read_text("utf-8"))
    scores.write_text(coded, encoding="utf-8")
    effects = folder / "effects.csv"
    codes = effects.read_text("utf-8").replace("-18,-12,-4", "0,1,2").replace("-20,-12,-6", "0,1,2")
    effects.write_text(codes, encoding="utf-8")
    tree = ValueModel(read_case(folder))
    leaf = [k.id for k in tree.leaves].index("speed")
    assert tree.worth_on(leaf, np.array([1.0, 2, 3, 4])).tolist() == [0, 30, 80, 100]


@pytest.mark.parametrize("typed", ["half:60", "half:-2", "half:x", "half:"])
def test_a_curve_that_cannot_be_is_a_fault(folder: Path, typed: str) -> None:
    path = folder / "criteria.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("12:60", typed), encoding="utf-8")
    (fault,) = check_case(folder)
    assert (fault.row, fault.column) == (4, "points")
    assert "is not understood. Write 50:80 90:95, or half:30" in str(fault)
