"""Levels that published activity measures: worked by hand, and what an analyst is told."""

import shutil
from collections.abc import Callable
from math import log10
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capworth.case.check import TypedRow
from capworth.case.measures import MEMBERS, measured_scores
from capworth.case.model import Case, Score
from capworth.case.read import read_case
from capworth.errors import CaseError
from capworth.lints.evidence import spurious_precision
from capworth.multicriteria.contributions import explain

HEADING = "capability,criterion,metric,year,per,low,mode,high,grade,source,basis\n"
RESULTS = "LAB,results,4,6,8,10,D,,panel\n"
REACH = "REG,reach,120,150,180,200,D,,survey of 2023\n"
Measured = Callable[..., Path]


@pytest.fixture
def measured(small_folder: Path, tmp_path: Path) -> Measured:
    """The small case with rows of measures; scores that they replace are taken out."""

    def write(*rows: str, without: str = RESULTS, scale: str = "") -> Path:
        folder = tmp_path / "case"
        shutil.copytree(small_folder, folder)
        (folder / "measures.csv").write_text(HEADING + "\n".join(rows) + "\n", encoding="utf-8")
        scores = folder / "scores.csv"
        text = scores.read_text("utf-8")
        assert without in text
        scores.write_text(text.replace(without, ""), encoding="utf-8")
        criteria = folder / "criteria.csv"
        heading, *lines = criteria.read_text("utf-8").splitlines()
        read = [line + (f",{scale}" if line.startswith("results") else ",") for line in lines]
        criteria.write_text("\n".join([heading + ",scale", *read]) + "\n", encoding="utf-8")
        return folder

    return write


def level(case: Case, capability: str, criterion: str) -> Score:
    return next(s for s in case.scores if (s.capability, s.criterion) == (capability, criterion))


def ends(score: Score) -> tuple[float, float, float]:
    return score.level.low, score.level.mode, score.level.high


# ------------------------------------------------------------------------------ worked by hand


def test_a_figure_times_a_factor(measured: Measured) -> None:
    case = read_case(measured("LAB,results,hits,2023,,0.05,0.1,0.125,D,,a tenth counts"))
    score = level(case, "LAB", "results")
    assert ends(score) == pytest.approx((3.2, 6.4, 8.0))
    assert score.level.unit == "points of the panel"
    assert (score.level.grade, score.level.source) == ("D", "LEDGER")
    assert score.level.basis == (
        "hits 2023: 64 hits/year x 0.1 (0.05 to 0.125); activity.csv, row 9; a tenth counts"
    )
    assert (score.level.table, score.level.row) == ("measures", 2)
    assert score.level.name == "scores/LAB/results"  # its draws are those of a judged level


def test_without_a_year_the_last_figure_counts(measured: Measured) -> None:
    case = read_case(measured("LAB,results,hits,,,0.1,0.1,0.1,C,LEDGER,"))
    assert ends(level(case, "LAB", "results")) == pytest.approx((8, 8, 8))


def test_one_series_by_another(measured: Measured) -> None:
    """Hits of 100 searches, in tens: 80 / 100 x 10, and 64 / 100 x 10 a year before."""
    row = "LAB,results,hits,{},searches,9,10,11,C,LEDGER,"
    case = read_case(measured(row.format(2024)))
    assert ends(level(case, "LAB", "results")) == pytest.approx((7.2, 8.0, 8.8))


def test_the_divisor_is_of_the_same_time(measured: Measured) -> None:
    """500 hits of 2023 by the 10,000 searches of 2023, not by the 12,000 of 2024."""
    gone = "REG,results,6,8,9,10,D,,panel\n"
    case = read_case(measured("REG,results,hits,2023,searches,100,100,100,C,LEDGER,", without=gone))
    assert ends(level(case, "REG", "results")) == pytest.approx((5, 5, 5))


def test_the_divisor_is_the_last_of_its_time(measured: Measured) -> None:
    """The hits of 2024 by the 12,000 searches of 2024, not by the 10,000 of 2023."""
    gone = "REG,results,6,8,9,10,D,,panel\n"
    case = read_case(measured("REG,results,hits,,searches,100,100,100,C,LEDGER,", without=gone))
    assert ends(level(case, "REG", "results")) == pytest.approx((5, 5, 5))


def test_by_the_number_of_members(measured: Measured) -> None:
    row = f"REG,reach,hits,2024,{MEMBERS},0.5,1,2,D,,each hit another member"
    case = read_case(measured(row, without=REACH))
    share = 600 / len(case.members)
    assert ends(level(case, "REG", "reach")) == pytest.approx((share / 2, share, share * 2))


def test_rows_add_up_before_the_logarithm(measured: Measured) -> None:
    folder = measured(
        "LAB,results,hits,2024,,1,2,3,C,LEDGER,",
        "LAB,results,searches,2024,,0.5,1,1.5,D,,half of them end well",
        scale="log10",
    )
    score = level(read_case(folder), "LAB", "results")
    assert ends(score) == pytest.approx((log10(130), log10(260), log10(390)))
    assert score.level.grade == "D"
    assert "hits 2024" in score.level.basis
    assert "searches 2024" in score.level.basis


def test_a_judged_level_is_not_read_on_the_scale(measured: Measured, small: Case) -> None:
    folder = measured("LAB,results,hits,2024,,1,2,3,C,LEDGER,", scale="log10")
    case = read_case(folder)
    assert ends(level(case, "ACA", "results")) == ends(level(small, "ACA", "results"))


def test_derived_levels_are_of_grade_c_at_best(measured: Measured) -> None:
    case = read_case(measured("LAB,results,hits,2024,,0.1,0.1,0.1,A,LEDGER,"))
    assert level(case, "LAB", "results").level.grade == "C"


def test_the_grade_is_that_of_the_weakest_figure(measured: Measured) -> None:
    folder = measured("LAB,results,hits,2024,,0.1,0.1,0.1,C,LEDGER,")
    activity = folder / "activity.csv"
    text = activity.read_text("utf-8")
    good, bad = (
        "LAB,hits,2024,80,hits/year,exact,A,LEDGER,",
        "LAB,hits,2024,80,hits/year,exact,D,LEDGER,as asked",
    )
    assert good in text
    activity.write_text(text.replace(good, bad), encoding="utf-8")
    assert level(read_case(folder), "LAB", "results").level.grade == "D"


def test_the_order_of_the_rows_does_not_matter(measured: Measured) -> None:
    folder = measured(
        "LAB,results,hits,2024,,0.01,0.02,0.03,C,LEDGER,",
        "REG,reach,hits,,,0.1,0.2,0.3,C,LEDGER,",
        "LAB,results,searches,2024,,0.01,0.02,0.03,C,LEDGER,",
    )
    scores = folder / "scores.csv"
    scores.write_text(scores.read_text("utf-8").replace(REACH, ""), encoding="utf-8")
    case = read_case(folder)
    assert ends(level(case, "LAB", "results")) == pytest.approx((1.8, 3.6, 5.4))


def test_the_score_is_that_of_the_same_level_judged(measured: Measured, small: Case) -> None:
    """6 of 80 hits is the level 6 that the panel gave: every other figure stays as it was."""
    case = read_case(measured("LAB,results,hits,2024,,0.05,0.075,0.1,D,,panel"))
    was, now = explain(small, "LAB"), explain(case, "LAB")
    assert now.summary == was.summary
    row = next(r for r in now.to_frame().to_dict("records") if r["row"].startswith("measures"))
    assert row["row"] == "measures.csv, row 2"
    assert "activity.csv, row 10" in row["basis"]


def test_a_computed_level_is_not_blamed_for_its_digits(measured: Measured) -> None:
    case = read_case(measured("LAB,results,hits,2024,,0.05,0.07,0.1,D,,panel", scale="log10"))
    blamed = list(spurious_precision(case))
    assert not any("measures" in str(lint) for lint in blamed)


@given(
    st.floats(0, 1e6),
    st.tuples(*[st.floats(1e-3, 1e3)] * 3).map(sorted),
    st.sampled_from([2.0, 10.0]),
)
def test_levels_are_in_order_and_grow_with_the_figure(
    value: float, factors: list[float], more: float
) -> None:
    def row(table: str, **values: object) -> TypedRow:
        return TypedRow(table, f"{table}.csv", 2, values)

    def found(figure: float) -> tuple[float, float, float]:
        low, mode, high = factors
        counted = {"capability": "A", "metric": "hits"}
        typed = {
            "criteria": (row("criteria", id="results", unit="hits"),),
            "activity": (row("activity", **counted, year=2020, value=figure, grade="A"),),
            "measures": (
                row("measures", **counted, criterion="results", low=low, mode=mode, high=high),
            ),
        }
        return ends(measured_scores(typed)[0])

    low, mode, high = found(value)
    assert low <= mode <= high
    assert found(value * more) == pytest.approx([more * x for x in (low, mode, high)])


# ------------------------------------------------------------------------------ bad rows


BAD = (
    (
        "LAB,results,hist,2024,,1,2,3,D,,as asked",
        "measures.csv, row 2, column 'metric': activity has no 'hist' of LAB. Did you mean 'hits'?",
    ),
    (
        "LAB,results,hits,2019,,1,2,3,D,,as asked",
        "column 'year': 'hits' of LAB has no figure of 2019. It has 2023, 2024.",
    ),
    (
        "LAB,results,hits,2024,serches,1,2,3,D,,as asked",
        "column 'per': activity has no 'serches' of LAB. Did you mean 'searches'?",
    ),
    (
        "LAB,use,hits,2024,,1,2,3,D,,as asked",
        "column 'criterion': it has criteria below it. Measure those instead.",
    ),
    (
        "LAB,results,hits,2024,,3,2,1,D,,as asked",
        "column 'mode': 2 is not between 3 and 1.",
    ),
    (
        "LAB,results,hits,2024,,-1,2,3,D,,as asked",
        "column 'low': -1 is below 0.",
    ),
    (
        "LAB,results,hits,2024,,2,2,2,E,,as asked",
        "column 'high': a figure of grade E without a range.",
    ),
    (
        "LAB,results,hits,2024,,1,2,3,C,,",
        "column 'source': grade C without a source.",
    ),
)


@pytest.mark.parametrize(("row", "told"), BAD, ids=[told[:40] for _, told in BAD])
def test_the_analyst_is_told(measured: Measured, row: str, told: str) -> None:
    with pytest.raises(CaseError) as caught:
        read_case(measured(row))
    assert told in str(caught.value)


def test_a_level_has_one_origin(measured: Measured) -> None:
    with pytest.raises(CaseError, match=r"REG has a score on results already"):
        read_case(measured("REG,results,hits,2024,,1,2,3,D,,as asked", without=""))


def test_a_level_of_nothing_has_no_logarithm(measured: Measured) -> None:
    folder = measured("LAB,results,hits,2024,,0,2,3,D,,as asked", scale="log10")
    with pytest.raises(CaseError, match=r"the low level is 0, which has no logarithm") as caught:
        read_case(folder)
    assert caught.value.findings[0].column == "low"


def test_nothing_is_divided_by_nobody(measured: Measured) -> None:
    folder = measured(f"LAB,results,hits,2024,{MEMBERS},1,2,3,D,,as asked")
    for table in ("members.csv", "feedback.csv", "network.csv"):
        (folder / table).unlink(missing_ok=True)
    with pytest.raises(CaseError, match=r"column 'per': 'members' is 0"):
        read_case(folder)


def test_a_criterion_is_heard_or_measured(measured: Measured) -> None:
    folder = measured("LAB,results,hits,2024,,1,2,3,D,,as asked")
    criteria = folder / "criteria.csv"
    heading, *lines = criteria.read_text("utf-8").splitlines()
    surveyed = [line + (",need" if line.startswith("results") else ",") for line in lines]
    criteria.write_text("\n".join([heading + ",measure", *surveyed]) + "\n", encoding="utf-8")
    with pytest.raises(CaseError, match=r"measures\.csv, row 2, .* comes from feedback"):
        read_case(folder)


def test_all_faults_of_measures_at_once(measured: Measured) -> None:
    folder = measured(
        "LAB,results,hist,2024,,1,2,3,D,,as asked",
        "LAB,results,hits,2019,,1,2,3,D,,as asked",
        "LAB,speed,hits,2024,,1,2,3,D,,as asked",
    )
    with pytest.raises(CaseError) as caught:
        read_case(folder)
    assert len(caught.value.findings) == 3
