"""Numbers as Europeans write them: asked about, or declared and then read rightly."""

from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from capworth.case.dictionary import dictionary
from capworth.case.model import Case
from capworth.case.numerals import doubtful
from capworth.case.read import check_case, checked_case, read_case
from capworth.errors import InputError


def retype(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


ASKED = {
    "thousands beside": ("60000,100000,180000", "80.000,100000,180000", ["low"]),
    "all three": ("60000,100000,180000", "60.000,100.000,180.000", ["high", "low", "mode"]),
    "money": ("60000,100000,180000", "60.500,100.250,180.125", ["high", "low", "mode"]),
}


@pytest.mark.parametrize("kind", ASKED)
def test_a_number_that_may_be_a_thousand_times_as_large_is_asked_about(
    folder: Path, kind: str
) -> None:
    old, new, columns = ASKED[kind]
    retype(folder, "costs.csv", old, new)
    found = check_case(folder)
    assert [(f.file, f.row, f.column) for f in found] == [("costs.csv", 2, c) for c in columns]
    assert all("may be" in f.problem and "number_format" in f.fix for f in found)


def test_a_number_below_one_and_one_among_small_ones_are_not_asked_about(folder: Path) -> None:
    retype(folder, "functions.csv", "0.5,0.75,0.9", "0.500,0.750,0.900")
    assert check_case(folder) == ()


def test_a_declared_point_settles_the_question(folder: Path) -> None:
    retype(folder, "costs.csv", "60000,100000,180000", '"60,000",100000.000,"180,000.00"')
    retype(folder, "case.toml", 'name = "small"', 'name = "small"\nnumber_format = "point"')
    line = read_case(folder).costs[0].amount
    assert (line.low, line.mode, line.high) == (60_000, 100_000, 180_000)


def test_a_declared_comma_reads_every_number_as_it_is_meant(folder: Path, small: Case) -> None:
    retype(folder, "costs.csv", "60000,100000,180000", '60.000,"100.000,0",180.000')
    retype(folder, "functions.csv", "0.5,0.75,0.9", '"0,5","0,75","0,9"')
    retype(folder, "case.toml", 'name = "small"', 'name = "small"\nnumber_format = "comma"')
    found = read_case(folder)
    assert found.costs == small.costs
    assert found.functions == small.functions


def test_money_and_noughts_are_asked_about_even_where_nothing_is_in_thousands() -> None:
    columns = dictionary()["costs"]
    rows = [(2, {"low": "60.500", "mode": "100.250", "high": "180.125"})]
    assert [column for _, column, _ in doubtful(rows, columns, False)] == ["low", "mode", "high"]
    scores = dictionary()["scores"]
    assert list(doubtful([(2, {"low": "1.500", "mode": "2.250"})], scores, False)) == []
    assert [text for *_, text in doubtful([(2, {"low": "1.000"})], scores, False)] == ["1.000"]
    assert list(doubtful([(2, {"low": "80.125"})], columns, True)) == []


@pytest.fixture
def comma(folder: Path) -> Path:
    """The small case with a decimal comma, typed so in one row."""
    retype(folder, "functions.csv", "0.5,0.75,0.9", '"0,5","0,75","0,9"')
    retype(folder, "case.toml", "budget =", 'number_format = "comma"\nbudget =')
    return folder


SHARE, COST = "chain/REG/ARREST/counterfactual", "costs/REG-STAFF"


def test_a_number_given_by_a_program_is_never_read_as_thousands(comma: Path) -> None:
    """0.625 was written as 0.625, and read as 625 where a case parts its decimals by commas."""
    case = read_case(comma)
    other = case.with_value(SHARE, low=0.125, mode=0.25, high=0.625)
    other = other.with_value(COST, low=1.125, mode=2.125, high=3.125)
    assert (other.estimates()[SHARE].low, other.estimates()[SHARE].high) == (0.125, 0.625)
    assert other.estimates()[COST].high == 3.125
    assert other.with_weight("use", 12.125).criteria[0].swing.mode == 12.125
    new = {"id": "NEW", "name": "N", "costs": [{"mode": 120.125}]}
    effect = {"capability": "REG", "criterion": "speed", "mode": -1.125}
    added = case.with_improvement({**new, "effects": [effect]})
    assert [x.change.mode for x in added.effects if x.improvement == "NEW"] == [-1.125]
    assert [x.amount.mode for x in added.costs if x.improvement == "NEW"] == [120.125]


def test_a_changed_case_is_read_back_as_it_is(comma: Path, tmp_path: Path) -> None:
    case = read_case(comma).with_value(SHARE, low=0.125, mode=0.25, high=0.625)
    for name in ("written", "written.xlsx"):
        assert read_case(case.write(tmp_path / name)).chain == case.chain
    assert read_case(case.to_frames()).chain == case.chain
    lighter = replace(case.chain[0], level=replace(case.chain[0].level, low=0.001))
    by_hand = checked_case(replace(case, chain=(lighter, *case.chain[1:])))
    assert read_case(by_hand.write(tmp_path / "by-hand")).chain == by_hand.chain


def test_numbers_of_frames_and_workbooks_are_what_they_are(small: Case, tmp_path: Path) -> None:
    changed = small.with_value(SHARE, low=0.125, mode=0.25, high=0.625)
    frames = changed.to_frames()
    frames["case"]["number_format"] = "comma"
    assert read_case(frames).estimates()[SHARE].high == 0.625
    book = load_workbook(changed.write(tmp_path / "a.xlsx"))
    book["case"].append(["number_format", "comma"])
    book.save(tmp_path / "b.xlsx")
    assert read_case(tmp_path / "b.xlsx").estimates()[SHARE].high == 0.625


def test_a_range_by_grade_is_one_of_the_number_that_is_meant(comma: Path) -> None:
    retype(comma, "chain.csv", "searches,9000,10000,12000", 'searches,,"1,25",')
    level = read_case(comma).estimates()["chain/REG/searches"]
    assert (level.low, level.mode, level.high) == (1.125, 1.25, 1.375)


def test_totals_move_by_what_their_lines_do(comma: Path) -> None:
    """Of a total typed 950.000 the low end was taken for 950."""
    path = comma / "totals.csv"
    text = path.read_text("utf-8")
    path.write_text(
        text.replace("950000,1004000,1100000", "950.000,1.004.000,1.100.000"), encoding="utf-8"
    )
    case = read_case(comma)
    line = next(x for x in case.costs if x.total and x.kind == "recurrent")
    moved = case.with_value(f"costs/{line.id}", mode=line.amount.mode + 1000)
    before, after = (c.totals[0].amount for c in (case, moved))
    assert (after.low, after.mode) == (before.low + 1000, before.mode + 1000)


def test_how_numbers_are_typed_is_not_changed_in_memory(small: Case) -> None:
    with pytest.raises(InputError, match="number_format says how the tables are typed"):
        small.with_settings(number_format="comma")
