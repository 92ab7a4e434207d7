"""From judgements to swings: methods against outside numbers, judges together, ranges, checks."""

import csv
import shutil
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capworth.case.dictionary import dictionary
from capworth.case.model import Case, Judgement
from capworth.case.read import check_case, read_case
from capworth.errors import InputError
from capworth.model.draws import AtModes
from capworth.model.value import ValueModel
from capworth.multicriteria.elicitation import (
    METHODS,
    Elicitation,
    Weighed,
    elicit,
    weights_down_the_tree,
)
from capworth.multicriteria.workshop import judged_criteria

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "data" / "elicitation-example"
GOLDEN = tomllib.loads((Path(__file__).parents[1] / "golden/elicitation.toml").read_text("utf-8"))
Said = tuple[str, str, float | None, str]  # criterion, other, value, words


def judged(method: str, *said: Said, judge: str = "one") -> tuple[Judgement, ...]:
    return tuple(
        Judgement(judge, method, criterion, "D", other, value, words=words, basis="asked")
        for criterion, other, value, words in said
    )


def points(**values: float) -> tuple[Said, ...]:
    return tuple((name, "", value, "from worst to best") for name, value in values.items())


def by(method: str, names: str, *said: Said) -> Weighed:
    return METHODS[method](list(names), judged(method, *said))


def with_tree(case: Case, *judgements: Judgement, names: Sequence[str] = "abc") -> Case:
    """A flat tree of the given criteria with judgements on it."""
    pattern = case.measured[0]
    leaves = tuple(replace(pattern, id=name, name=name.upper(), parent="") for name in names)
    return replace(case, criteria=leaves, scores=(), judgements=judgements)


def elicited(case: Case, mean: str = "geometric") -> Elicitation:
    found = elicit(case, mean=mean)
    assert found is not None
    return found


# -------------------------------------------------------------------------- method by method


def test_swings_are_weights_in_proportion_with_the_judge_s_own_range() -> None:
    found = by("swing", "abc", *points(a=100, b=60, c=40))
    np.testing.assert_allclose(found.weights, [0.5, 0.3, 0.2])
    assert (found.figure, found.passed, found.revisit) == (100, True, "")
    said = judged("swing", *points(a=100, b=60))
    said = (said[0], replace(said[1], low=40.0, high=70.0))
    found = METHODS["swing"](["a", "b"], said)
    assert (found.low.tolist(), found.high.tolist()) == ([100, 40], [100, 70])


def test_swings_without_a_hundred_are_stretched_and_named() -> None:
    found = by("swing", "abc", *points(a=40, b=80, c=20))
    assert not found.passed
    assert found.revisit == "b should have 100 points"
    np.testing.assert_allclose(found.low, [50, 100, 25])


@pytest.mark.parametrize(
    ("values", "revisit"),
    [
        ({"a": 3, "b": 2, "c": 1}, ""),
        ({"a": 2, "b": 2, "c": 2}, "all criteria have the same points"),
        ({"a": 3, "b": 0, "c": 1}, "no weight for b"),
    ],
)
def test_direct_points_tell_criteria_apart(values: dict[str, float], revisit: str) -> None:
    found = by("direct", "abc", *points(**values))
    assert (found.revisit, found.passed) == (revisit, not revisit)
    np.testing.assert_allclose(
        found.weights, np.array(list(values.values())) / sum(values.values())
    )


def pairs(matrix: Sequence[Sequence[float]], names: str) -> tuple[Said, ...]:
    count = len(names)
    return tuple(
        (names[i], names[j], matrix[i][j], "") for i in range(count) for j in range(i + 1, count)
    )


@pytest.mark.parametrize(
    "golden",
    [g for g in GOLDEN["pairwise"] if g["priorities"] == "eigenvector"],
    ids=lambda golden: golden["name"],
)
def test_pairwise_gives_the_published_weights(golden: dict[str, Any]) -> None:
    names = "abcdefghij"[: len(golden["matrix"])]
    found = by("pairwise", names, *pairs(golden["matrix"], names))
    if "weights" in golden["atol"]:
        atol = golden["atol"]["weights"]
        np.testing.assert_allclose(found.weights, golden["weights"], atol=atol, rtol=0)
    assert found.passed == (found.figure <= 0.1)


def test_the_pair_that_was_planted_is_the_one_to_revisit() -> None:
    """Weights 8 : 4 : 2 : 1, but a against d said the wrong way round."""
    matrix: list[list[float]] = [[1, 2, 4, 1 / 8], [0, 1, 2, 4], [0, 0, 1, 2], [0, 0, 0, 1]]
    found = by("pairwise", "abcd", *pairs(matrix, "abcd"))
    assert not found.passed
    assert found.revisit.startswith("d against a: said 8, the others imply")


@pytest.mark.parametrize("golden", GOLDEN["best_worst"], ids=lambda golden: golden["name"])
def test_best_worst_passes_where_judgements_fit(golden: dict[str, Any]) -> None:
    names = "abcdefghij"[: len(golden["best_to_others"])]
    best, worst = (
        int(np.argmin(golden["best_to_others"])),
        int(np.argmin(golden["others_to_worst"])),
    )
    said: list[Said] = []
    for k, name in enumerate(names):
        if k != best:
            said.append((names[best], name, golden["best_to_others"][k], ""))
        if k not in (best, worst):
            said.append((name, names[worst], golden["others_to_worst"][k], ""))
    found = by("bestworst", names, *said)
    assert found.weights.sum() == pytest.approx(1)
    if golden["model"] == "min-max":
        np.testing.assert_allclose(found.weights, golden["weights"], atol=golden["atol"], rtol=0)
    assert found.weights.argmax() == best
    assert found.weights.argmin() == worst
    assert found.passed == (found.figure <= 0.2)


def test_best_worst_names_the_criterion_that_does_not_fit() -> None:
    """a is 8 times d; a 8 times b and b 8 times d would make it 64, by way of c it is 8."""
    found = by(
        "bestworst",
        "abcd",
        ("a", "b", 8, ""),
        ("a", "c", 2, ""),
        ("a", "d", 8, ""),
        ("b", "d", 8, ""),
        ("c", "d", 4, ""),
    )
    assert not found.passed
    assert found.revisit.startswith("a is 8 times b and that 8 times d: together 64, but said 8")


def test_macbeth_weights_in_steps_worked_by_hand() -> None:
    """a above b weak, b above c weak, a above c moderate, c above no swing weak: 3, 2, 1 steps."""
    found = by(
        "macbeth",
        "abc",
        ("a", "b", None, "weak"),
        ("b", "c", None, "weak"),
        ("a", "c", None, "moderate"),
        ("c", "", None, "weak"),
        ("b", "", None, "moderate"),
        ("a", "", None, "strong"),
    )
    assert found.passed
    assert found.figure == 0
    weights = found.weights
    assert weights[0] > weights[1] > weights[2] > 0
    steps = np.diff([*weights[::-1]], prepend=0.0)
    assert (found.low <= 100 * weights / weights.max() + 1e-9).all()
    assert (found.high >= 100 * weights / weights.max() - 1e-9).all()
    assert (steps > 0).all()


def test_macbeth_mends_what_no_values_agree_with() -> None:
    """a above b and b above c each extreme, but a above c very weak: one word must change."""
    found = by(
        "macbeth",
        "abc",
        ("a", "b", None, "moderate"),
        ("b", "c", None, "moderate"),
        ("a", "c", None, "very weak"),
    )
    assert not found.passed
    assert found.figure > 0
    assert "a against c: said very weak" in found.revisit
    assert np.isfinite(found.weights).all()


def test_macbeth_names_a_circle() -> None:
    found = by(
        "macbeth",
        "abc",
        ("a", "b", None, "weak"),
        ("b", "c", None, "weak"),
        ("c", "a", None, "weak"),
    )
    assert not found.passed
    assert "closes a circle" in found.revisit


def test_a_complete_order_gives_its_centroid() -> None:
    """Barron & Barrett (1996): 11/18, 5/18, 2/18; given in another order than the criteria."""
    found = by("rank", "abc", ("b", "", 1, ""), ("c", "", 2, ""), ("a", "", 3, ""))
    np.testing.assert_allclose(found.weights, [2 / 18, 11 / 18, 5 / 18])
    assert found.figure == 1
    assert (found.low[1], found.high[1]) == (100, 100), "the heaviest swing has 100 in every draw"
    assert (found.low[[0, 2]] < found.high[[0, 2]]).all()


def test_a_partial_order_gives_the_mean_of_all_weights_that_keep_it() -> None:
    """Only a above b: c is free. Means (8/18, 4/18, 6/18), integrals over half the triangle."""
    found = by("rank", "abc", ("a", "b", None, ""))
    np.testing.assert_allclose(found.weights, [0.5, 1 / 6, 1 / 3], atol=0.01)
    assert found.figure == pytest.approx(1 / 3)
    assert found.revisit == "no order for c"
    assert found.passed


# ----------------------------------------------------------------------------- judges together


def test_judges_meet_in_their_geometric_mean(small: Case) -> None:
    """Twice as much and half as much cancel out; 4 : 1 and 1 : 1 meet at 2 : 1."""
    one = judged("direct", *points(a=80, b=20), judge="one")
    two = judged("direct", *points(a=50, b=50), judge="two")
    found = elicited(with_tree(small, *one, *two, names="ab"))
    assert found.to_frame()["weight"].tolist() == pytest.approx([2 / 3, 1 / 3])
    plain = elicited(with_tree(small, *one, *two, names="ab"), "arithmetic")
    assert plain.to_frame()["weight"].tolist() == pytest.approx([0.65, 0.35])
    table = found.to_frame().loc["b"]
    assert (table["swing_low"], table["swing"], table["swing_high"]) == (25, 50, 100)
    assert found.judges == ("one", "two")


def test_a_judge_counts_once_whatever_the_number_of_methods(small: Case) -> None:
    one = judged("direct", *points(a=80, b=20), judge="one")
    again = judged("swing", *points(a=100, b=25), judge="one")
    two = judged("direct", *points(a=50, b=50), judge="two")
    few = elicited(with_tree(small, *one, *two, names="ab"))
    many = elicited(with_tree(small, *one, *again, *two, names="ab"))
    assert many.to_frame()["weight"].tolist() == pytest.approx(few.to_frame()["weight"].tolist())
    assert len(many.records()) == 6


def test_the_range_is_the_spread_and_never_a_point(small: Case) -> None:
    alone = elicited(with_tree(small, *judged("direct", *points(a=100, b=50)), names="ab"))
    table = alone.to_frame()
    ends = table[["swing_low", "swing", "swing_high"]]
    assert ends.to_numpy().tolist() == [[95, 100, 100], [45, 50, 55]]


def test_a_weight_of_nothing_is_nothing_for_all_and_can_leave_none(small: Case) -> None:
    one = judged("direct", *points(a=100, b=0), judge="one")
    two = judged("direct", *points(a=0, b=100), judge="two")
    case = with_tree(small, *one, *two, names="ab")
    with pytest.raises(InputError, match=r"no criterion a weight.*arithmetic mean"):
        elicit(case)
    assert elicited(case, "arithmetic").to_frame()["weight"].tolist() == [0.5, 0.5]


def test_a_mean_that_is_not_known_gets_a_hint(small: Case) -> None:
    case = with_tree(small, *judged("direct", *points(a=1, b=2)), names="ab")
    with pytest.raises(InputError, match="Did you mean 'geometric'"):
        elicit(case, mean="geometrical")


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 100), min_size=6, max_size=6), st.permutations(range(6)))
def test_neither_the_order_of_rows_nor_a_common_factor_matters(
    small: Case, values: list[int], order: list[int]
) -> None:
    said = [
        *judged("direct", *points(a=values[0], b=values[1], c=values[2]), judge="one"),
        *judged("direct", *points(a=values[3], b=values[4], c=values[5]), judge="two"),
    ]
    first = elicited(with_tree(small, *said)).to_frame()
    shuffled = elicited(with_tree(small, *(said[k] for k in order))).to_frame()
    doubled = [replace(j, value=2 * (j.value or 0)) if j.judge == "two" else j for j in said]
    columns = ["weight", "swing_low", "swing", "swing_high"]
    np.testing.assert_allclose(first[columns], shuffled[columns])
    again = elicited(with_tree(small, *doubled)).to_frame()
    np.testing.assert_allclose(first[columns], again[columns])
    assert first["weight"].sum() == pytest.approx(1)
    assert first["swing"].max() == 100
    assert (first["swing_low"] <= first["swing"]).all()
    assert (first["swing"] <= first["swing_high"]).all()


def test_judges_who_cancel_out_do_not_agree(small: Case) -> None:
    one = judged("direct", *points(a=3, b=2, c=1), judge="one")
    two = judged("direct", *points(a=1, b=2, c=3), judge="two")
    found = elicited(with_tree(small, *one, *two)).agreement()
    assert found["concordance"].tolist() == [0.0]
    same = elicited(with_tree(small, *one, *judged("direct", *points(a=9, b=5, c=4), judge="two")))
    assert same.agreement()["concordance"].tolist() == [1.0]
    alone = elicited(with_tree(small, *one)).agreement()
    assert alone["concordance"].isna().all()


def test_the_grade_is_that_of_the_worst_judge_and_judgement_at_best(small: Case) -> None:
    one = judged("direct", *points(a=3, b=2), judge="one")
    good = tuple(replace(j, grade="A") for j in one)
    poor = tuple(replace(j, grade="E", judge="two") for j in one)
    assert set(elicited(with_tree(small, *good, names="ab")).to_frame()["grade"]) == {"D"}
    assert set(elicited(with_tree(small, *good, *poor, names="ab")).to_frame()["grade"]) == {"E"}


# ------------------------------------------------------------------------------- down the tree


def test_weights_multiply_down_the_tree_by_hand(small: Case) -> None:
    """use 60 : results 100; in use reach 100 : speed 50."""
    said = (
        *judged("swing", *points(use=60, results=100)),
        *judged("swing", *points(reach=100, speed=50)),
    )
    found = elicited(replace(small, judgements=said))
    row = found.leaf_weights().loc["one"]
    assert row.to_dict() == pytest.approx({"reach": 0.25, "speed": 0.125, "results": 0.625})
    assert found.to_frame()["branch"].to_dict() == {
        "use": "",
        "reach": "use",
        "speed": "use",
        "results": "",
    }


def test_who_left_a_branch_out_has_no_row_of_leaves(small: Case) -> None:
    said = judged("swing", *points(use=60, results=100))
    found = elicited(replace(small, judgements=said))
    assert found.leaf_weights().empty
    assert found.to_frame().index.tolist() == ["use", "results"]


def test_a_branch_with_one_child_needs_no_judgement(small: Case) -> None:
    criteria = tuple(c for c in small.criteria if c.id != "speed")
    case = replace(small, criteria=criteria)
    table = weights_down_the_tree(case, {"one": {"": np.array([0.4, 0.6])}})
    assert table.loc["one"].to_dict() == pytest.approx({"reach": 0.4, "results": 0.6})


def test_applying_gives_the_weights_and_leaves_the_case_alone(small: Case) -> None:
    said = (
        *judged("swing", *points(use=40, results=100)),
        *judged("swing", *points(reach=100, speed=25)),
    )
    case = replace(small, judgements=said)
    found = elicited(case)
    other = found.apply(case)
    np.testing.assert_allclose(
        ValueModel(other).weights(AtModes())[0],
        found.leaf_weights().loc["together"],
        atol=1e-9,
    )
    assert case.criteria == small.criteria
    swing = {c.id: c.swing for c in other.criteria}["speed"]
    assert (swing.low, swing.mode, swing.high, swing.grade) == (20, 25, 30, "D")
    assert "elicited from 1 judges (one) by swing" in swing.basis


# ------------------------------------------------------------------------ the example, the file


def test_the_example_shows_every_method_and_its_checks() -> None:
    case = read_case(EXAMPLE)
    found = elicited(case)
    assert set(found.checks().index.get_level_values("method")) == set(METHODS)
    assert len(found.judges) == 3
    (again,) = found.to_revisit
    assert again.startswith("analyst, pairwise: volume against seriousness")
    assert found.leaf_weights().sum(axis=1).tolist() == pytest.approx([1] * 4)
    assert "1 of 12 sets to revisit" in repr(found)


def test_what_is_written_back_is_a_sound_table_with_these_weights(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(EXAMPLE, tmp_path / "case"))
    found = elicited(read_case(folder))
    before = list(csv.DictReader((folder / "criteria.csv").read_text("utf-8").splitlines()))
    text = judged_criteria(folder, found)
    (folder / "criteria.csv").write_text(text, encoding="utf-8")
    assert check_case(folder) == ()
    columns = ["swing_low", "swing", "swing_high", "grade", "basis"]
    assert found.is_in(read_case(folder))
    assert not found.is_in(read_case(EXAMPLE))
    swings = [c.swing for c in read_case(folder).criteria]
    assert [[s.low, s.mode, s.high, s.grade, s.basis] for s in swings] == found.to_frame()[
        columns
    ].to_numpy().tolist()
    after = list(csv.DictReader((folder / "criteria.csv").read_text("utf-8").splitlines()))
    kept = ("id", "name", "name_fr", "parent", "unit", "worst", "best")
    assert [[r[c] for c in kept] for r in after] == [[r[c] for c in kept] for r in before]


def test_criteria_that_nobody_judged_keep_their_cells(folder: Path, small: Case) -> None:
    said = judged("swing", *points(use=60, results=100))
    text = judged_criteria(folder, elicited(replace(small, judgements=said)))
    rows = {row["id"]: row for row in csv.DictReader(text.splitlines())}
    assert (rows["speed"]["swing"], rows["speed"]["basis"]) == ("50", "board of 2024")
    assert rows["speed"]["points"] == "12:60"
    assert (rows["use"]["swing"], rows["use"]["swing_high"]) == ("60", "65")


def test_a_case_without_criteria_cannot_be_written(tmp_path: Path, small: Case) -> None:
    said = judged("swing", *points(use=60, results=100))
    found = elicited(replace(small, judgements=said))
    with pytest.raises(InputError, match="no table criteria"):
        judged_criteria(tmp_path, found)


# ---------------------------------------------------------------------------- at the door

SLIPS = [  # what stood there, what the analyst typed, what the analyst is told
    ("analyst,pairwise,results,use,2,", "analyst,pairwise,results,use,12,", "12 is no figure of"),
    ("analyst,pairwise,results,use,2,", "analyst,pairwise,results,speed,2,", "is no sibling of"),
    (
        "field-officer,macbeth,trust,use,,,,weak",
        "field-officer,macbeth,trust,use,,,,feeble",
        "'feeble' is no category",
    ),
    (
        "head-of-bureau,swing,trust,,55,40,70",
        "head-of-bureau,swing,trust,,75,40,70",
        "75 is not between low and high",
    ),
    ("field-officer,rank,reach,,2,", "field-officer,rank,reach,,2.5,", "2.5 is no place"),
    ("analyst,pairwise,use,trust,2,", "analyst,pairwise,use,results,2,", "left out by pairwise"),
    (
        "head-of-bureau,swing,quality,,100,100,100",
        "head-of-bureau,swing,quality,,-4,,",
        "-4 is below 0",
    ),
]


@pytest.mark.parametrize(("stood", "typed", "told"), SLIPS)
def test_a_slip_in_the_judgements_is_told_at_the_door(
    tmp_path: Path, stood: str, typed: str, told: str
) -> None:
    folder = Path(shutil.copytree(EXAMPLE, tmp_path / "case"))
    path = folder / "judgements.csv"
    text = path.read_text(encoding="utf-8")
    assert stood in text
    path.write_text(text.replace(stood, typed), encoding="utf-8")
    faults = check_case(folder)
    assert faults
    assert any(told in str(fault) for fault in faults), list(map(str, faults))
    assert {fault.file for fault in faults} == {"judgements.csv"}


def test_without_judgements_there_is_no_answer(small: Case) -> None:
    assert elicit(replace(small, judgements=())) is None


def test_every_method_of_the_door_has_its_way_to_weights() -> None:
    assert set(METHODS) == set(dictionary()["judgements"]["method"].options)
