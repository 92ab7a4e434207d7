"""Plan against actual on the command line; a programme that is not possible."""

from pathlib import Path

import pandas as pd
from click.testing import CliRunner, Result

from capworth.cli import main


def call(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def actuals(tmp_path: Path, rows: str) -> Path:
    path = tmp_path / "actuals.csv"
    head = "measure,improvement,capability,indicator,year,value,source\n"
    path.write_text(head + rows, encoding="utf-8")
    return path


def test_plan_against_actual(folder: Path, tmp_path: Path) -> None:
    """With 300,000 the plan is SCAN from 2025 and LINK from 2026 on; ACA stays as it is."""
    case = (folder / "case.toml").read_text(encoding="utf-8")
    rich = case.replace("budget = 110000", "budget = 300000").replace("= 200000", "= 400000")
    (folder / "case.toml").write_text(rich, encoding="utf-8")
    rows = "start,SCAN,,,2026,,minutes\nlevel,,ACA,reach,2027,120,survey\nstart,CLOUD,,,2026,,m\n"
    out = tmp_path / "found.csv"
    told = actuals(tmp_path, rows)
    done = call("track", folder, told, "--draws", 200, "--workers", 1, "--out", out)
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("<Tracking: 3 found: ")
    assert "start\tSCAN\t\t2026\t2025\t2025\t2025\t2026\tyear\tworse" in done.stdout
    assert "start\tCLOUD\t\t2026\t-\t-\t-\t2026\tyear\tnot in the plan" in done.stdout
    table = pd.read_csv(out)
    assert table["verdict"].tolist() == ["worse", "as planned", "not in the plan"]


def test_faulty_actuals_end_with_2_and_nothing_written(small_folder: Path, tmp_path: Path) -> None:
    told = actuals(tmp_path, "start,CLOUDY,,,2026,,minutes\nlevel,,ACA,reach,2027,,survey\n")
    out = tmp_path / "found.csv"
    done = call("track", small_folder, told, "--draws", 100, "--out", out)
    assert done.exit_code == 2
    assert done.stderr.startswith("2 to mend:")
    assert "'CLOUDY' is not known. Did you mean 'CLOUD'?" in done.stderr
    assert "row 3, column 'value': the cell is empty" in done.stderr
    assert not out.exists()


def test_a_case_without_a_plan(folder: Path, tmp_path: Path) -> None:
    text = (folder / "case.toml").read_text(encoding="utf-8")
    bare = text.replace("budget = 110000\n", "").replace("target = 200000\n", "")
    (folder / "case.toml").write_text(bare, encoding="utf-8")
    done = call("track", folder, actuals(tmp_path, "start,CLOUD,,,2026,,minutes\n"))
    assert done.exit_code == 2
    assert "so there is no plan to track" in done.stderr


def test_an_impossible_programme_names_the_rules_and_writes_nothing(
    folder: Path, tmp_path: Path
) -> None:
    """CLOUD must be done and asks for more than the budget, at its mode or at 80 %."""
    text = (folder / "improvements.csv").read_text(encoding="utf-8")
    (folder / "improvements.csv").write_text(
        text.replace("9,2025,2025,no", "9,2025,2025,yes"), encoding="utf-8"
    )
    case = (folder / "case.toml").read_text(encoding="utf-8")
    out = tmp_path / "run"
    words = ("run", folder, "--out", out, "--draws", 100, "--workers", 1)
    (folder / "case.toml").write_text(case.replace("budget = 110000", "budget = 50000"))
    done = call(*words)
    assert done.exit_code == 2
    told = "case.toml, column 'budget': 50,000 does not pay for what must be (CLOUD: 100,000). "
    assert told in done.stderr
    assert not out.exists()
    (folder / "case.toml").write_text(case.replace("budget = 110000", "budget = 100000"))
    done = call(*words)
    assert done.exit_code == 2
    lines = done.stderr.strip().splitlines()
    assert lines[0].startswith("no programme can keep these 2 rules together; letting go of one")
    assert lines[1].strip().startswith("case.toml, column 'budget': the budget is 0.1 million")
    assert lines[2].strip().startswith("improvements.csv, row 4, column 'must': CLOUD must be done")
    assert not out.exists()
    assert not list(tmp_path.glob(".run*"))
