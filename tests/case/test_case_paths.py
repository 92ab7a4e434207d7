"""What the door says of savings, and of where capabilities go by themselves."""

from pathlib import Path

import pytest

from capworth.case.read import check_case, read_case

SAVINGS = "improvement,line,low,mode,high,from_year,cashable,grade,source,basis\n"
PATHS = "capability,low,mode,high,cost_low,cost_mode,cost_high,ends,grade,source,basis\n"


def told(folder: Path) -> str:
    return "\n".join(map(str, check_case(folder)))


def write(folder: Path, table: str, heading: str, *rows: str) -> None:
    (folder / f"{table}.csv").write_text(heading + "".join(f"{r}\n" for r in rows), "utf-8")


def test_savings_and_paths_are_read(folder: Path) -> None:
    write(folder, "savings", SAVINGS, "SCAN,LAB-STAFF,0.3,0.5,0.6,,yes,D,,judged")
    write(folder, "business_as_usual", PATHS, "LAB,-0.1,0,0.1,0,0.02,0.05,2027,D,,judged")
    case = read_case(folder)
    (saving,), (path,) = case.savings, case.business_as_usual
    assert (saving.share.mode, saving.cashable, saving.from_year) == (0.5, True, None)
    assert (path.growth.low, path.ends) == (-0.1, 2027)
    assert path.cost_growth is not None
    assert path.cost_growth.high == 0.05
    names = {"savings/SCAN/LAB-STAFF", "business_as_usual/LAB", "business_as_usual/LAB/cost"}
    assert names <= set(case.estimates())


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("SCAN,REG-OLD,0.3,0.5,0.6,,,D,,judged", "column 'line': REG-OLD is not counted"),
        ("SCAN,DUES,0.3,0.5,0.6,,,D,,judged", "column 'line': DUES is not counted"),
        ("SCAN,CLOUD-BUILD,0.3,0.5,0.6,,,D,,judged", "CLOUD-BUILD is the cost of an improvement"),
        ("SCAN,NET-KIT,0.3,0.5,0.6,2027,,D,,judged", "NET-KIT is paid until 2026 only"),
        ("LINK,LAB-STAFF,0.3,0.5,0.6,2025,,D,,judged", "it is before the start in 2026"),
        ("SCAN,LAB-STAFF,0.3,0.5,1.6,,,D,,judged", "1.6 is above 1"),
        ("SCAN,LAB-STAFF,0.5,0.3,0.6,,,D,,judged", "0.3 is not between 0.5 and 0.6"),
    ],
)
def test_a_saving_that_cannot_be(folder: Path, row: str, words: str) -> None:
    write(folder, "savings", SAVINGS, row)
    assert words in told(folder)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("LAB,-0.1,0,0.1,0,0.02,,,D,,judged", "growth of cost that is half stated"),
        ("LAB,-0.1,0,0.1,,,,2025,D,,judged", "column 'ends': 2025 is not within 2026 to 2027"),
        ("LAB,-0.1,0,0.1,,,,2028,D,,judged", "column 'ends': 2028 is not within 2026 to 2027"),
        ("LAB,-0.1,0,0.1,0.05,0.02,0.06,,D,,judged", "0.02 is not between 0.05 and 0.06"),
    ],
)
def test_a_path_that_cannot_be(folder: Path, row: str, words: str) -> None:
    write(folder, "business_as_usual", PATHS, row)
    assert words in told(folder)


def test_what_is_kept_would_end_without_it(folder: Path) -> None:
    place = folder / "improvements.csv"
    head, *rows = place.read_text("utf-8").splitlines()
    told_rows = [f"{r},LAB" if r.startswith("SCAN") else f"{r}," for r in rows]
    place.write_text("\n".join([f"{head},keeps", *told_rows]) + "\n", "utf-8")
    assert "column 'keeps': LAB does not end" in told(folder)
    write(folder, "business_as_usual", PATHS, "LAB,0,0,0,,,,2027,D,,judged")
    assert not told(folder)
