"""The run folder: whole or not at all, the same to the byte, and nothing of others is touched."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from capworth.case.model import Case
from capworth.case.read import check_case, read_case
from capworth.charts.gallery import GALLERY
from capworth.errors import CaseError
from capworth.model.simulation import draw_sample
from capworth.runs import run as runs
from capworth.runs.batch import run_batch
from capworth.runs.manifest import RunError
from capworth.runs.place import case_of_run, inputs_of, read_figures, read_manifest
from capworth.runs.reading import read_paper
from capworth.runs.run import Comparison, rerun, run
from capworth.study import tables as databook
from capworth.study.stages import Study, run_study

DRAWS = 120


@pytest.fixture(scope="module")
def whole(small_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the small case with every chart, in one language; never written to."""
    out = tmp_path_factory.mktemp("whole") / "small"
    run(small_folder, out, DRAWS, languages=["fr"], annex="full")
    return out


@pytest.fixture(scope="module")
def made(
    small_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
    drawing_few: Callable[[], AbstractContextManager[None]],
) -> Path:
    """A run of the small case as it comes, in the languages of the case; never written to."""
    out = tmp_path_factory.mktemp("runs") / "small"
    with drawing_few():
        run(small_folder, out, DRAWS)
    return out


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_run_holds_what_it_promises(made: Path, small_folder: Path) -> None:
    files = contents(made)
    assert {"manifest.json", "figures.json", "report-en.pdf", "report-fr.pdf"} <= set(files)
    tables = {name for name in files if name.startswith("tables/")}
    study = run_study(read_case(small_folder), DRAWS)
    assert tables == {f"tables/{name}.csv" for name in databook.tables_of(study)}
    assert not any(name.startswith("charts/") for name in files), "the page draws its pictures"
    kept = {name: (small_folder / name).read_bytes() for name in contents(small_folder)}
    assert {name.removeprefix("inputs/") for name in files if name.startswith("inputs/")} == set(
        kept
    )
    assert all(files[f"inputs/{name}"] == content for name, content in kept.items())
    assert {**read_figures(made)} == {
        name: replace(figure, behind=()) for name, figure in study.figures.items()
    }, "every figure of the study, to the last bit"


@pytest.mark.long
def test_the_full_annex_writes_every_chart_with_its_numbers(whole: Path) -> None:
    charts = {name for name in contents(whole) if name.startswith("charts/")}
    assert charts
    assert {Path(name).stem for name in charts if name.endswith(".svg")} == {
        Path(name).stem for name in charts if name.endswith(".csv")
    }, "behind every chart its numbers"
    assert read_manifest(whole)["settings"]["annex"] == "full"


def test_the_manifest_names_every_file_and_no_machine(made: Path) -> None:
    manifest = read_manifest(made)
    listed = {f["path"]: f["sha256"] for f in (*manifest["inputs"], *manifest["outputs"])}
    found = {n: sha256(c).hexdigest() for n, c in contents(made).items() if n != "manifest.json"}
    assert listed == found
    assert manifest["settings"]["draws"] == DRAWS
    assert manifest["settings"]["seed"] == 11
    assert str(Path.home()) not in json.dumps(manifest)


def test_a_seed_moves_the_numbers(small: Case) -> None:
    one, other = (draw_sample(small.with_settings(seed=seed), DRAWS) for seed in (11, 12))
    first, second = (sample.drawn.cost for sample in (one, other))
    assert (first != second).any()


AGAIN = """
import sys
from pathlib import Path
from capworth.parallel import copies_are_safe
from capworth.runs.run import rerun

print(copies_are_safe())
print(rerun(Path(sys.argv[1]), workers=2))
print("pyplot" if "matplotlib.pyplot" in sys.modules else "no pyplot")
"""


@pytest.mark.long
def test_a_rerun_with_more_workers_finds_the_same_bytes_and_says_so(whole: Path) -> None:
    """In a process of its own, so that it is copied; this one has threads and the typesetter.

    Words are hashed there in another way than here, so that no set can give an order to a file.
    """
    words = [sys.executable, "-c", AGAIN, str(whole)]
    other = {
        **os.environ,
        "PYTHONHASHSEED": "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1",
    }
    done = subprocess.run(words, capture_output=True, check=True, text=True, env=other)
    files = contents(whole)
    assert {Path(f).stem for f in files if f.startswith("charts/")} == set(GALLERY)
    same = f"{len(files)} files recomputed, every byte the same"
    assert done.stdout.splitlines() == [str(sys.platform == "linux"), same, "no pyplot"]


@pytest.mark.long
@pytest.mark.usefixtures("few_charts")
def test_a_rerun_names_what_differs(made: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(made, tmp_path / "copy"))
    table = copy / "tables" / "capabilities.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("0", "1"), encoding="utf-8")
    (copy / "tables" / "claim.csv").unlink()
    (copy / "tables" / "own.csv").write_text("mine\n", encoding="utf-8")
    found = rerun(copy)
    assert not found.is_same
    assert found.differing == ("tables/capabilities.csv",)
    assert set(found.same) == set(contents(made)) - {"tables/capabilities.csv", "tables/claim.csv"}
    assert found.missing == ("tables/claim.csv",)
    assert found.new == ("tables/own.csv",)
    assert "tables/capabilities.csv differs" in str(found)


@pytest.mark.parametrize("part", ["differing", "missing", "new"])
def test_one_file_is_enough_to_differ(part: str) -> None:
    parts: dict[str, tuple[str, ...]] = dict.fromkeys(("differing", "missing", "new"), ())
    assert Comparison(same=("a",), **parts, elsewhere=()).is_same
    found = Comparison(same=("a",), **{**parts, part: ("tables/b.csv",)}, elsewhere=())
    assert not found.is_same
    assert "tables/b.csv" in str(found)


def test_inputs_that_were_changed_are_not_rerun(made: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(made, tmp_path / "copy"))
    (copy / "inputs" / "costs.csv").write_text("spoilt\n", encoding="utf-8")
    with pytest.raises(RunError, match=r"inputs/costs\.csv"):
        rerun(copy)


def test_a_faulty_case_leaves_the_last_good_run(made: Path, folder: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(made, tmp_path / "run"))
    before = contents(copy)
    costs = folder / "costs.csv"
    costs.write_text(costs.read_text(encoding="utf-8").replace("EUR", "EURO"), encoding="utf-8")
    with pytest.raises(CaseError):
        run(folder, copy, DRAWS)
    assert contents(copy) == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["run", "small"], "nothing half-written"


@pytest.mark.parametrize("stop", [KeyboardInterrupt, OSError])
def test_an_interrupted_run_leaves_the_last_good_one(
    made: Path,
    small_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    stop: type[BaseException],
) -> None:
    copy = Path(shutil.copytree(made, tmp_path / "run"))
    before = contents(copy)

    def interrupted(*_: object, **__: object) -> None:
        raise stop

    monkeypatch.setattr(runs, "write_papers", interrupted)
    with pytest.raises(stop):
        run(small_folder, copy, DRAWS)
    assert contents(copy) == before
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


def test_an_older_run_is_replaced_whole_and_what_is_no_part_of_it_is_kept(
    made: Path, small_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = Path(shutil.copytree(made, tmp_path / "run"))
    (copy / "notes.txt").write_text("of last year\n", encoding="utf-8")
    monkeypatch.setattr(runs, "write_papers", lambda *_, meanwhile: meanwhile())
    run(small_folder, copy, DRAWS)
    assert not (copy / "report-en.pdf").exists()
    assert (copy / "notes.txt").read_text(encoding="utf-8") == "of last year\n"
    assert runs.kept_in(copy) == ("notes.txt",)


def test_what_is_no_run_is_not_touched(small_folder: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work\n", encoding="utf-8")
    with pytest.raises(RunError, match="holds something that is no run"):
        run(small_folder, mine, DRAWS)
    with pytest.raises(RunError, match="is a file"):
        run(small_folder, mine / "thesis.txt", DRAWS)
    assert (mine / "thesis.txt").read_text(encoding="utf-8") == "years of work\n"


def test_a_language_without_a_report_is_refused(small_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no report in 'de'"):
        run(small_folder, tmp_path / "out", DRAWS, languages=["en", "de"])
    assert not (tmp_path / "out").exists()


def test_what_is_no_run_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no readable manifest"):
        read_manifest(tmp_path)
    with pytest.raises(RunError, match="no inputs"):
        inputs_of(tmp_path)


def test_tables_are_written_the_same_way_everywhere(study: Study, tmp_path: Path) -> None:
    databook.write_csv(study.appraisal.to_frame(), tmp_path / "table.csv")
    content = (tmp_path / "table.csv").read_bytes()
    assert b"\r" not in content
    assert content == databook.as_csv(study.appraisal.to_frame()).encode()


def test_a_run_is_read_in_the_terminal_page_by_page(made: Path) -> None:
    """The two pages, all of it, or one sheet of the annex by its name."""
    pages, whole = read_paper(made), read_paper(made, sheets=None)
    assert whole.startswith(pages.rstrip("\n"))
    sheet = read_paper(made, sheets=("method",))
    assert sheet.rstrip("\n") in whole
    assert sheet.rstrip("\n") not in pages
    with pytest.raises(RunError, match=r"no sheet 'methods'\. Did you mean 'method'"):
        read_paper(made, sheets=("methods",))


def test_what_was_changed_is_not_read_as_the_run(made: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(made, tmp_path / "copy"))
    manifest = read_manifest(copy)
    assert case_of_run(copy, manifest, "tables/").fingerprint == manifest["fingerprint"]
    for name in ("figures.json", "tables/programme.csv", "inputs/costs.csv"):
        before = (copy / name).read_bytes()
        (copy / name).write_bytes(before[: len(before) // 2])
        with pytest.raises(RunError, match=f"changed since the run: {name}. Restore it"):
            read_figures(copy) if name == "figures.json" else case_of_run(copy, manifest, "tables/")
        (copy / name).write_bytes(before)
    (copy / "inputs" / "limits.csv").write_text("id,name,kind,amount,basis\n", encoding="utf-8")
    with pytest.raises(RunError, match="the inputs were changed since the run"):
        case_of_run(copy, manifest)


def test_a_run_stands_outside_its_case(folder: Path) -> None:
    for make in (
        lambda: run(folder, folder / "out", DRAWS),
        lambda: run_batch([folder], folder / "runs", draws=DRAWS),
    ):
        with pytest.raises(RunError, match="lies in the folder of the case"):
            make()
    assert not check_case(folder), "a folder in it would be told as no table"
