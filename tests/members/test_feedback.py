"""What the members say: worked by hand, planted patterns found, and made-up answers called so."""

import shutil
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from capworth.case.model import Case, Rating
from capworth.case.read import check_case, read_case
from capworth.case.survey import Survey, survey_scores
from capworth.errors import CaseError, InputError
from capworth.members.feedback import Feedback, _adjusted, hear_members
from capworth.members.synthetic import synthetic_feedback, synthetic_members, synthetic_survey
from capworth.model.draws import AtModes
from capworth.model.value import ValueModel
from capworth.study.stages import run_study

GOLDEN = tomllib.loads((Path(__file__).parents[1] / "golden/voice.toml").read_text("utf-8"))
Without = Callable[..., Case]


def surveyed(case: Case, **changes: Any) -> Feedback:
    found = hear_members(replace(case, **changes))
    assert found is not None
    return found


def ratings(made: pd.DataFrame) -> tuple[Rating, ...]:
    records: list[dict[str, Any]] = [dict(row) for _, row in made.iterrows()]
    return tuple(Rating(**row) for row in records)


def cell(table: pd.DataFrame, row: Any, column: str) -> float:
    found: Any = table.loc[row, column]
    return float(found)


# ------------------------------------------------------------------------------ worked by hand


def test_the_survey_of_the_small_case_worked_by_hand(small: Case) -> None:
    golden = GOLDEN["small"]
    survey = Survey.of(small.members, small.capability_ids, small.feedback)
    said = [m.id for m, a in zip(survey.members, survey.answered, strict=True) if a]
    weights = dict(zip(said, survey.weights().tolist(), strict=True))
    assert {k: weights[k] for k in golden["weights"]} == pytest.approx(golden["weights"])
    found = surveyed(small)
    table = found.to_frame()
    assert cell(table, "LAB", "gap") == pytest.approx(golden["lab_gap"])
    assert cell(table, "NET", "gap") == pytest.approx(golden["net_gap"])
    assert cell(table, "LAB", "between") == pytest.approx(golden["lab_between"], abs=5e-7)
    for region, gap in golden["lab_regions"].items():
        assert cell(found.by_region(), (region, "LAB"), "gap") == pytest.approx(gap)
    views = found.views()
    assert cell(views, "LAB", "by_contribution") == pytest.approx(golden["lab_by_contribution"])
    assert cell(views, "LAB", "as_answered") == pytest.approx(37.2)
    assert cell(views, "LAB", "one_region_one_vote") == pytest.approx(116 / 3)
    assert (found.worst, found.members, found.answered, found.year) == ("LAB", 12, 10, 2024)
    assert found.grade == "D"
    assert not found.synthetic


def test_a_gap_is_each_member_s_own_product_and_not_that_of_means(small: Case) -> None:
    """Two members, one finds it important and is content, the other neither: no gap at all."""
    rows = [("XNA", 10.0, 10.0), ("XNB", 0.0, 0.0)]
    said = tuple(
        Rating(member, "REG", 2024, "D", importance=i, satisfaction=s) for member, i, s in rows
    )
    assert cell(surveyed(small, feedback=said).to_frame(), "REG", "gap") == 0


def test_a_region_with_fewer_than_three_answers_is_not_shown(small: Case) -> None:
    regions = surveyed(small).by_region()
    few = regions["answers"] < 3
    assert few.any()
    assert regions.loc[few, ["gap", "importance", "gap_low"]].isna().all(axis=None)
    assert regions.loc[~few, ["gap", "importance", "gap_low"]].notna().all(axis=None)
    table = surveyed(small).to_frame()
    assert (table.loc["ACA", "most"], table.loc["ACA", "least"]) == ("", "")
    assert (table.loc["LAB", "most"], table.loc["LAB", "least"]) == ("Africa", "Asia")


def test_groups_that_were_planted_are_found(small: Case) -> None:
    found = surveyed(small)
    assert found.has_groups
    groups = found.groups()
    assert groups["members"].tolist() == [5, 5]
    most = {str(row["needs_most"]).split()[0] for _, row in groups.iterrows()}
    assert most == {"LAB", "NET"}
    assert groups["share"].sum() == pytest.approx(1)
    profiles = found.group_profiles()
    np.testing.assert_allclose(profiles.mean(axis=1), 0, atol=1e-12)


def test_earlier_surveys_stand_beside_and_do_not_mix(small: Case) -> None:
    found = surveyed(small)
    years = found.by_year()
    assert [int(year) for year in years.columns] == [2022, 2024]
    assert cell(years, "NET", 2024) == pytest.approx(cell(found.to_frame(), "NET", "gap"))  # type: ignore[arg-type]  # a year is a column
    assert years[2022].isna().sum() == 2
    before = hear_members(small, year=2022)
    assert before is not None
    assert (before.year, before.answered) == (2022, 3)


def test_comments_are_without_the_member_s_name(small: Case) -> None:
    comments = surveyed(small).comments()
    assert comments.to_numpy().tolist() == [["NET", "Asia", "en", "faster answers, please"]]


# --------------------------------------------------------------------- what must always hold


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32))
def test_ranges_hold_the_mean_and_scales_are_kept(small: Case, seed: int) -> None:
    made = synthetic_feedback(small, seed, 0.7)
    rows = ratings(made)
    table = surveyed(small, feedback=rows).to_frame().dropna(subset=["gap"])
    for name, top in (("gap", 100), ("importance", 10), ("satisfaction", 10), ("need", 10)):
        ends = table[[f"{name}_low", name, f"{name}_high"]].to_numpy()
        assert ((ends >= -1e-9) & (ends <= top + 1e-9)).all()
        assert (ends[:, 0] <= ends[:, 2]).all()
    known = table.dropna(subset=["p_chance"])
    assert (known["p_adjusted"] >= known["p_chance"] - 1e-12).all()
    for chance, adjusted in known[["p_chance", "p_adjusted"]].to_numpy():  # Benjamini & Hochberg
        above = known["p_chance"][known["p_chance"] >= chance]
        found = [p * len(known) / (known["p_chance"] <= p).sum() for p in above]
        assert adjusted == pytest.approx(min(found))
    assert table["p_adjusted"].notna().equals(table["p_chance"].notna())
    assert table["between"].dropna().between(0, 1).all()


def test_the_order_of_members_and_answers_does_not_matter(small: Case) -> None:
    one = surveyed(small)
    other = surveyed(small, members=small.members[::-1], feedback=small.feedback[::-1])
    pd.testing.assert_frame_equal(one.to_frame(), other.to_frame())
    pd.testing.assert_frame_equal(one.groups(), other.groups())


def test_more_answers_make_ranges_narrower(small: Case) -> None:
    members = synthetic_members(3, 200)
    case = replace(small, members=members)
    widths = []
    for response in (0.2, 0.8):
        made = synthetic_feedback(case, 5, response)
        rows = ratings(made)
        table = surveyed(case, feedback=rows).to_frame()
        widths.append(float((table["gap_high"] - table["gap_low"]).mean()))
    assert widths[1] < 0.6 * widths[0]


def test_who_answered_speaks_for_the_silent(small: Case) -> None:
    """Large members all answer and are content, small ones seldom and are not: weights mend it."""
    members = tuple(
        replace(m, region="Africa", size="small" if k < 90 else "large")
        for k, m in enumerate(synthetic_members(1, 120))
    )
    rows = tuple(
        Rating(m.id, "REG", 2024, "D", importance=10.0, satisfaction=2.0 if k < 90 else 8.0)
        for k, m in enumerate(members)
        if k % 9 == 0 or k >= 90
    )
    found = surveyed(small, members=members, feedback=rows)
    assert cell(found.to_frame(), "REG", "gap") == pytest.approx((90 * 80 + 30 * 20) / 120)
    assert cell(found.views(), "REG", "as_answered") < 45


def test_regions_that_differ_are_told_from_regions_that_do_not(small: Case) -> None:
    members = synthetic_members(1, 80)
    rows = tuple(
        Rating(
            m.id,
            capability,
            2024,
            "D",
            importance=9.0 if capability == "NET" and m.region == "Asia" else 5.0 + k % 3,
            satisfaction=5.0,
        )
        for capability in small.capability_ids
        for k, m in enumerate(members)
    )
    found = surveyed(small, members=members, feedback=rows)
    assert found.disagreed == ("NET",)
    assert found.to_frame().loc["NET", "most"] == "Asia"


# ------------------------------------------------------------------------------- made-up answers


def test_a_survey_that_was_made_up_says_so_everywhere(small: Case) -> None:
    made = synthetic_feedback(small, 7)
    assert (made["grade"] == "E").all()
    assert made["basis"].str.startswith("SYNTHETIC").all()
    rows = ratings(made)
    found = surveyed(small, feedback=rows)
    assert found.synthetic
    assert found.grade == "E"
    assert found.title.startswith("SYNTHETIC answers")
    assert "SYNTHETIC" in repr(found)
    table = found.to_frame()
    assert table["synthetic"].all()
    assert (table["grade"] == "E").all()
    one = surveyed(small, feedback=(rows[0], *(replace(r, basis="asked") for r in rows[1:])))
    assert one.synthetic, "one made-up answer is enough"


def test_the_generator_keeps_its_seed_and_its_response(small: Case) -> None:
    case = replace(small, members=synthetic_members(2, 300))
    first, again, other = (synthetic_feedback(case, seed, 0.5) for seed in (9, 9, 10))
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)
    assert first["member"].nunique() / 300 == pytest.approx(0.5, abs=0.08)
    small_ones = {m.id for m in case.members if m.size == "small"}
    large_ones = {m.id for m in case.members if m.size == "large"}
    answered = set(first["member"])
    assert len(answered & small_ones) / len(small_ones) < len(answered & large_ones) / len(
        large_ones
    )


def test_the_generator_plants_need_where_members_are_discontent(small: Case) -> None:
    case = replace(small, members=synthetic_members(2, 200))
    made = synthetic_feedback(case, 4, 1.0)
    usual = made.groupby("capability")[["importance", "satisfaction", "need"]].mean()
    apart = made.set_index("capability")[["importance", "satisfaction", "need"]]
    apart = apart - usual.loc[apart.index]
    by_member = apart - apart.groupby(made["member"].to_numpy()).transform("mean")
    assert by_member["need"].corr(by_member["importance"]) > 0.2
    assert by_member["need"].corr(by_member["satisfaction"]) < -0.2


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda case: synthetic_feedback(replace(case, members=()), 1), "has no members"),
        (lambda case: synthetic_feedback(case, 1, 0.0), "response: 0.0 is not a share"),
        (lambda case: synthetic_feedback(case, 1, 1.2), "response: 1.2 is not a share"),
        (lambda case: synthetic_survey(replace(case, members=()), 1, members=3), "Give 4 to 676"),
    ],
)
def test_a_slip_is_named(small: Case, call: Callable[[Case], object], told: str) -> None:
    with pytest.raises(InputError, match=told):
        call(small)


def test_a_case_without_members_gets_made_up_ones(
    folder: Path, small: Case, without: Without
) -> None:
    (folder / "network.csv").unlink()
    made = synthetic_survey(without(small, "members", "feedback"), 3)
    assert list(made) == ["members", "feedback"]
    for name, table in made.items():
        (folder / f"{name}.csv").unlink()
        table.to_csv(folder / f"{name}-synthetic.csv", index=False)
    case = read_case(folder)
    assert (len(case.members), {m.grade for m in case.members}) == (60, {"E"})
    assert surveyed(case).synthetic
    assert list(synthetic_survey(small, 3)) == ["feedback"]


def test_a_made_up_table_beside_a_real_one_is_a_fault(folder: Path) -> None:
    shutil.copy(folder / "feedback.csv", folder / "feedback-synthetic.csv")
    told = " ".join(map(str, check_case(folder)))
    assert "feedback-synthetic.csv" in told
    assert "there is feedback.csv too" in told


def test_synthetic_rows_are_graded_as_such(folder: Path) -> None:
    path = folder / "feedback.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[3] = lines[3].replace("survey of 2024", "SYNTHETIC: made up")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (fault,) = check_case(folder)
    assert (fault.file, fault.row, fault.column) == ("feedback.csv", 4, "grade")
    assert "not graded E" in fault.problem


# --------------------------------------------------------------------- a criterion that is heard


@pytest.fixture
def hearing(folder: Path) -> Path:
    """The small case with a criterion whose levels come from the survey."""
    path = folder / "criteria.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    head, *rows = (f"{line}," for line in lines)
    rows = [f"{head}measure", *rows]
    rows.append("content,Content,Contents,use,points,0,10,,,30,60,90,D,,board of 2024,satisfaction")
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "judgements.csv").unlink()  # nobody judged the new criterion
    return folder


def test_a_criterion_measured_by_feedback_enters_the_score(hearing: Path, small: Case) -> None:
    case = read_case(hearing)
    table = surveyed(case).to_frame()
    levels = {s.capability: s.level for s in case.scores if s.criterion == "content"}
    assert {level.table for level in levels.values()} == {"feedback"}
    assert set(levels) == set(case.capability_ids)
    for capability, level in levels.items():
        mean = cell(table, capability, "satisfaction")
        assert level.mode == pytest.approx(mean)
        assert 0 <= level.low <= cell(table, capability, "satisfaction_low")
        assert 10 >= level.high >= cell(table, capability, "satisfaction_high")
        assert (level.grade, level.unit) == ("D", "points")
        assert "members in 2024" in level.basis
    tree = ValueModel(case)
    values = tree.worth(tree.levels(AtModes()))[0]
    column = [leaf.id for leaf in tree.leaves].index("content")
    np.testing.assert_allclose(
        values[:, column], [10 * levels[c].mode for c in case.capability_ids]
    )
    study = run_study(case, draws=60)
    assert "content" in study.contributions.by_criterion().columns
    before = run_study(small, draws=60)
    assert before.contributions is not None
    assert "content" not in before.contributions.by_criterion().columns


def test_made_up_answers_give_placeholder_levels(hearing: Path, small: Case) -> None:
    (hearing / "feedback.csv").unlink()
    made = synthetic_feedback(small, 2, 1.0)
    made.to_csv(hearing / "feedback-synthetic.csv", index=False)
    case = read_case(hearing)
    levels = [s.level for s in case.scores if s.criterion == "content"]
    assert {level.grade for level in levels} == {"E"}
    assert all(level.basis.startswith("SYNTHETIC") for level in levels)


def test_few_answers_are_open_to_the_ends_of_the_scale(hearing: Path, small: Case) -> None:
    parts = {
        "criteria": read_case(hearing).criteria,
        "capabilities": small.capabilities,
        "members": small.members,
        "feedback": [r for r in small.feedback if r.capability != "ACA" or r.member == "XSA"],
    }
    level = {s.capability: s.level for s in survey_scores(parts, 1)}["ACA"]
    assert (level.low, level.high) == (0.0, 10.0)


def test_a_criterion_without_answers_is_a_fault(hearing: Path) -> None:
    path = hearing / "feedback.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(line for line in lines if ",ACA," not in line) + "\n")
    with pytest.raises(CaseError, match="no member answered on ACA"):
        read_case(hearing)


def test_a_criterion_is_heard_or_scored_not_both(hearing: Path) -> None:
    with (hearing / "scores.csv").open("a", encoding="utf-8") as lines:
        lines.write("REG,content,1,2,3,,D,,panel\n")
    with pytest.raises(CaseError, match="the level of content comes from feedback"):
        read_case(hearing)


def test_a_case_without_a_survey_works(small: Case, without: Without) -> None:
    bare = without(small, "members", "feedback", "network")
    assert hear_members(bare) is None
    study = run_study(bare, draws=40)
    assert "feedback" not in study
    assert "feedback" in study.not_asked


def test_answers_on_what_is_not_appraised_do_not_count(small: Case) -> None:
    stranger = replace(small.feedback[0], capability="GONE")
    pd.testing.assert_frame_equal(
        surveyed(small).to_frame(), surveyed(small, feedback=(*small.feedback, stranger)).to_frame()
    )


def test_chances_are_adjusted_as_the_library_does() -> None:
    random = np.random.default_rng(1)
    for many in (0, 1, 2, 30):
        chances = np.round(random.random(many), 1)
        np.testing.assert_array_equal(_adjusted(chances), false_discovery_control(chances))
