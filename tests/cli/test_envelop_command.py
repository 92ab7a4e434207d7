"""`capworth envelop` on a CSV file."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from capworth import InputError, envelopment
from capworth.case.tables import read_units
from capworth.cli import main
from capworth.cli.envelop import TABLES

TEXT = """office,staff,cost,hits,false
north,20,15.1,100,3
south,19,13.1,150,
east,25,16.0,160,5
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "offices.csv"
    path.write_text(TEXT, encoding="utf-8")
    return path


def call(*words: object) -> Result:
    return CliRunner().invoke(main, ["envelop", *map(str, words)])


def test_it_prints_what_the_library_answers(table: Path) -> None:
    done = call(table, "--inputs", "staff, cost", "--outputs", "hits", "--returns", "crs")
    assert done.exit_code == 0
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    units = pd.read_csv(table, index_col=0)
    found = envelopment(units[["staff", "cost"]], units[["hits"]], "crs").to_frame()
    assert lines[0] == ["unit", *found.columns]
    assert [line[0] for line in lines[1:]] == ["north", "south", "east"]
    assert [float(line[1]) for line in lines[1:]] == pytest.approx(list(found["score"]), abs=1e-5)
    assert done.stderr.startswith("<EnvelopmentResult: 1 of 3 units efficient, constant returns")


@pytest.mark.parametrize("shown", TABLES)
def test_every_answer_has_units_in_front(table: Path, shown: str) -> None:
    words = ("--inputs", "cost", "--outputs", "hits", "--returns", "crs", "--show", shown)
    done = call(table, *words)
    assert done.exit_code == 0, done.stderr
    heads, *rows = (line.split("\t") for line in done.stdout.splitlines())
    assert heads[0] == "unit"
    assert {row[0] for row in rows} == {"north", "south", "east"}


def test_false_hits_draws_and_gaps(table: Path, tmp_path: Path) -> None:
    words = ("--inputs", "staff,cost", "--outputs", "hits", "--undesirable", "false")
    done = call(table, *words)
    assert done.exit_code == 2
    assert "undesirable: unit 'south', column 'false' is empty" in done.stderr
    done = call(table, *words, "--leave-out", "--show", "targets")
    assert "left out: south" in done.stderr
    assert "undesirable" in done.stdout
    fixed = call(table, *words[:4], "--fixed", "cost", "--orientation", "in", "--model", "bcc")
    assert fixed.exit_code == 0
    head, *body = TEXT.splitlines()
    years = [f"year,{head}", *(f"{year},{row}" for year in (2013, 2014) for row in body)]
    path = tmp_path / "years.csv"
    path.write_text("\n".join(years), encoding="utf-8")
    done = call(path, *words[:4], "--unit", "office", "--draw", "year")
    assert "p_efficient" in done.stdout
    assert len(done.stdout.splitlines()) == 4


FAULTS: list[tuple[str, dict[str, Any], str]] = [
    ("a,b\n", {}, "there is no row of a unit"),
    ("a,b\nx,1,2\n", {}, "row 2: 3 cells for 2 columns"),
    ("a,b\nx,1\n,2\n", {}, "row 3: the unit has no name"),
    ("a,b\nx,1\n", {"columns": ("c",)}, "there is no column 'c'"),
    ("a,staff\nx,1\n", {"unit": "staf"}, "there is no column 'staf'. Did you mean 'staff'"),
    ("a,staff\nx,1\n", {"draw": "year"}, "there is no column 'year'"),
]


@pytest.mark.parametrize(("text", "more", "told"), FAULTS, ids=[told for *_, told in FAULTS])
def test_files_that_cannot_be_used(
    tmp_path: Path, text: str, more: dict[str, Any], told: str
) -> None:
    path = tmp_path / "units.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=told):
        read_units(path, **more)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    done = call(tmp_path / "no.csv", "--inputs", "a", "--outputs", "b")
    assert done.exit_code == 2
    assert "no.csv: there is no such file" in done.stderr
