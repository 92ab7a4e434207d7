"""What no case can mean is told, with its place; what is only near it is not."""

from pathlib import Path

import pytest

from capworth.case.read import check_case

SLIPS = {
    "a start after the end": (
        *("improvements.csv", "2025,2026,no", "2090,2091,no", "start_year"),
        "after the last year of the appraisal (2027)",
    ),
    "a level off the scale": ("scores.csv", "120,150,180", "-500,150,180", "low", "far off the"),
    "a factor in percent": ("effects.csv", "1.1,1.5,2", "1.1,150,200", "mode", "a factor of 150"),
}


def retype(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("kind", SLIPS)
def test_a_slip_is_told_where_it_stands(folder: Path, kind: str) -> None:
    file, old, new, column, told = SLIPS[kind]
    retype(folder, file, old, new)
    found = [f for f in check_case(folder) if f.file == file and f.column == column]
    assert len(found) == 1
    assert told in found[0].problem


@pytest.mark.parametrize("unit", ["searches a month", "searches/week", "searches per day"])
def test_volumes_of_another_time_are_told(folder: Path, unit: str) -> None:
    path = folder / "chain.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    heading = lines[0].strip().split(",")
    cells = lines[1].rstrip("\n").split(",")
    cells[heading.index("unit")] = unit
    path.write_text("".join([lines[0], ",".join(cells) + "\n", *lines[2:]]), encoding="utf-8")
    found = [f for f in check_case(folder) if f.column == "unit"]
    assert len(found) == 1
    assert "and not a year" in found[0].problem
