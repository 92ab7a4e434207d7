"""Numbers as Europeans write them: asked about, or declared and then read rightly."""

from pathlib import Path

import pytest

from capworth.case.dictionary import dictionary
from capworth.case.model import Case
from capworth.case.numerals import doubtful
from capworth.case.read import check_case, read_case


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
