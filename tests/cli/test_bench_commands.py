"""Scenarios and proposals from the command line; a slip is one sentence, and nothing is written."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from parts_of_cases import FUTURES

from capworth.cli import main
from capworth.runs import timing
from capworth.runs.place import read_manifest
from capworth.runs.run import write_run
from capworth.study.stages import Study


def call(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)


@pytest.fixture(scope="module")
def run(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the small case; never written to."""
    return write_run(study, tmp_path_factory.mktemp("bench") / "run", ["en"])


@pytest.fixture
def futures(folder: Path) -> Path:
    (folder / "scenarios.toml").write_text(FUTURES, encoding="utf-8")
    return folder


def test_futures_are_shown_side_by_side_and_written(futures: Path, tmp_path: Path) -> None:
    out = tmp_path / "card.csv"
    done = call("scenarios", futures, "--draws", 200, "--workers", 1, "--out", out)
    assert "<small" not in done.stdout
    assert done.exit_code == 0
    heads = done.stdout.splitlines()[0].split("\t")
    assert heads == ["", "unit", "as it is", "lean", "dear"]
    assert "<small>" not in done.stdout
    assert "<Scorecard: 3 futures" in done.stdout
    assert out.read_text(encoding="utf-8").splitlines()[0].startswith("scenario,name,chosen")


def test_futures_are_listed_with_what_they_change(futures: Path) -> None:
    done = call("scenarios", futures, "--list")
    assert "lean: Half of the money" in done.stdout
    assert "    setting budget: 55000, before 110000" in done.stdout


@pytest.mark.long
def test_a_future_is_run_like_a_case(futures: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    done = call("run", futures, "--scenario", "lean", "--draws", 100, "--lang", "en", "--out", out)
    assert done.exit_code == 0
    assert read_manifest(out)["changed"]["scenario"] == "lean"
    assert (out / "inputs" / "changes.toml").is_file()


@pytest.mark.parametrize("words", [["run", "--scenario", "leen"], ["scenarios", "leen"]])
def test_an_unknown_future_is_one_sentence(
    futures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    done = call(words[0], futures, *words[1:])
    assert done.exit_code == 2
    assert done.stderr.count("\n") == 1
    assert "Did you mean 'lean'?" in done.stderr
    assert sorted(tmp_path.rglob("*")) == before


def test_a_proposal_is_held_against_a_run(run: Path, tmp_path: Path) -> None:
    mine, out = tmp_path / "my-set.csv", tmp_path / "out.csv"
    mine.write_text("improvement,why\nSCAN,asked for\n\n", encoding="utf-8")
    done = call("propose", run, mine, "--out", out, "--workers", 1)
    assert "<small" not in done.stdout
    assert done.exit_code == 0
    assert done.stdout.splitlines()[0].startswith("set\tchosen\tlate\tasked_m")
    assert "can be carried out" in done.stdout
    assert out.read_text(encoding="utf-8").startswith("set,chosen")


SLIPS = {
    "unknown": ("improvement\nSCN\n", "my-set.csv: proposed: there is no improvement 'SCN'. Did"),
    "twice": ("improvement\nSCAN\nSCAN\n", "'SCAN' stands twice"),
    "no column": ("imprvement\nSCAN\n", "Did you mean 'imprvement'"),
    "empty": ("", "Write 'improvement' above the names"),
    "quotes": ('improvement\n"SCAN\n', "it cannot be read"),
}


@pytest.mark.parametrize("kind", SLIPS)
def test_a_slip_in_a_proposal_is_one_sentence(run: Path, tmp_path: Path, kind: str) -> None:
    text, told = SLIPS[kind]
    mine, out = tmp_path / "my-set.csv", tmp_path / "out.csv"
    mine.write_text(text, encoding="utf-8")
    done = call("propose", run, mine, "--out", out)
    assert (done.exit_code, done.stdout) == (2, "")
    assert told in done.stderr
    assert done.stderr.count("\n") == 1
    assert not out.exists()


def test_a_broken_relation_is_said(run: Path, tmp_path: Path) -> None:
    mine = tmp_path / "my-set.csv"
    mine.write_text("improvement\nLINK\n", encoding="utf-8")
    done = call("propose", run, mine, "--workers", 1)
    assert done.exit_code == 0
    assert "A relation is not kept: " in done.stdout


def test_bench_times_each_stage_beside_its_floor(small_folder: Path) -> None:
    done = CliRunner().invoke(
        main, ["bench", str(small_folder), "--draws", "100", "--lang", "en,fr"]
    )
    assert done.exit_code == 0, done.output
    for word in (
        "read and check",
        "draws",
        "answers",
        "figures",
        "the papers set",
        "the explorer",
        "in all",
        "a unit: 10 times",
    ):
        assert word in done.stdout


def test_bench_refuses_a_language_that_no_paper_is_written_in(small_folder: Path) -> None:
    done = call("bench", small_folder, "--lang", "en,frr")
    assert done.exit_code == 2
    assert "there is no report in 'frr'" in done.stderr


def test_the_bench_sets_the_paper_of_every_language(
    small_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def set_document(template: str, content: Mapping[str, Any], day: date) -> bytes:
        asked.append(content["language"])
        return b""

    monkeypatch.setattr(timing, "set_document", set_document)
    timing.time_stages(small_folder, 100, ["en", "fr"])
    assert asked == ["en", "en", "fr", "fr"]  # each once more for its floor
