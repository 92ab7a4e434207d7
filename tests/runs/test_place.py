"""The place of a run: what is no run is left alone, nothing of others is lost, nothing is stale."""

import json
import os
import signal
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from capworth.case.scratch import LOCK, WORDS, scratch
from capworth.runs import place as places
from capworth.runs.manifest import RunError, load_manifest, strangers
from capworth.runs.place import OLD, READY, heal, replacing

OUTPUTS = {"tables/costs.csv": "1\n", "report-en.pdf": "paper"}


def write_run(folder: Path, files: dict[str, str], **said: Any) -> Path:
    """A folder that is a run, as far as its manifest says."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    listed = [{"path": n, "sha256": sha256(t.encode()).hexdigest()} for n, t in files.items()]
    settings = {"draws": 100, "seed": 1, "languages": ["en"], "all parameters": False}
    manifest = {
        "format": 1,
        "case": "small",
        "fingerprint": "0" * 64,
        "settings": settings,
        "sampling": {"draws of the good sets": 0},
        "claim": None,
        "made_with": {"python": "3"},
        "inputs": [],
        "outputs": listed,
        **said,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def contents(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def old(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir()
    return write_run(folder, OUTPUTS)


def replace(target: Path, outputs: dict[str, str]) -> None:
    with replacing(target) as fresh:
        write_run(fresh, outputs)


FOREIGN = {
    "a browser extension": {"manifest_version": 3, "name": "tabs", "version": "1.0"},
    "a web app": {"short_name": "app", "icons": [{"src": "a.png"}], "start_url": "/"},
    "dbt": {"metadata": {"dbt_schema_version": "v12"}, "nodes": {}, "sources": {}},
    "a list": [1, 2],
    "a number": 1,
    "nothing": None,
    "ours without files": {"format": 1, "case": "x", "fingerprint": "0" * 64},
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_a_manifest_of_others_makes_no_run(kind: str, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "manifest.json").write_text(json.dumps(FOREIGN[kind]), encoding="utf-8")
    (mine / "app.js").write_text("work", encoding="utf-8")
    before = contents(mine)
    with pytest.raises(RunError, match="holds something that is no run"):
        replace(mine, OUTPUTS)
    assert contents(mine) == before
    assert [p.name for p in tmp_path.iterdir()] == ["mine"]


ODD: dict[str, dict[str, Any]] = {
    "a path outside": {"outputs": [{"path": "../mine", "sha256": "0" * 64}]},
    "an absolute path": {"outputs": [{"path": "/etc/passwd", "sha256": "0" * 64}]},
    "a path that is none": {"outputs": [{"path": 7, "sha256": "0" * 64}]},
    "no hash": {"outputs": [{"path": "a", "sha256": "x"}]},
    "draws of a million millions": {
        "settings": {"draws": 10**12, "seed": 1, "languages": ["en"], "all parameters": False}
    },
    "draws in words": {
        "settings": {"draws": "many", "seed": 1, "languages": ["en"], "all parameters": False}
    },
    "true for a number": {
        "settings": {"draws": True, "seed": 1, "languages": ["en"], "all parameters": False}
    },
    "languages that are none": {
        "settings": {"draws": 100, "seed": 1, "languages": "en", "all parameters": False}
    },
    "another format": {"format": 2},
    "a claim of half": {"claim": {"word": "yes"}},
    "made with a list": {"made_with": ["python"]},
}


@pytest.mark.parametrize("kind", ODD)
def test_an_odd_manifest_is_refused_in_a_sentence(kind: str, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="says nothing sound of"):
        load_manifest(write_run(tmp_path, OUTPUTS, **ODD[kind]))


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"format": NaN', "\0", "ÿ"])
def test_what_cannot_be_read_is_no_manifest(text: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(text, encoding="latin-1")
    with pytest.raises(RunError, match="is not a run folder"):
        load_manifest(tmp_path)


def test_what_the_manifest_does_not_list_stays(old: Path) -> None:
    (old / "briefs").mkdir()
    (old / "briefs" / "AAA-en.pdf").write_text("brief", encoding="utf-8")
    (old / "notes.txt").write_text("notes", encoding="utf-8")
    (old / "link").symlink_to(old.parent)
    replace(old, {"tables/gains.csv": "2\n"})
    found = contents(old)
    del found["manifest.json"]
    assert found == {
        "tables/gains.csv": "2\n",
        "briefs/AAA-en.pdf": "brief",
        "notes.txt": "notes",
    }
    assert (old / "link").is_symlink()
    assert strangers(old) == (("briefs/AAA-en.pdf", "link", "notes.txt"), ())
    assert [p.name for p in old.parent.iterdir()] == ["run"]


def test_files_that_were_changed_by_hand_are_not_lost(old: Path) -> None:
    (old / "tables" / "costs.csv").write_text("mine\n", encoding="utf-8")
    before = contents(old)
    with pytest.raises(RunError, match=r"tables/costs\.csv was changed since the run"):
        replace(old, OUTPUTS)
    assert contents(old) == before


@pytest.mark.parametrize("name", ["tables/gains.csv", "tables/gains.csv/own", "charts"])
def test_a_name_that_the_new_run_takes_is_told_before_it_takes_it(old: Path, name: str) -> None:
    (old / name).parent.mkdir(parents=True, exist_ok=True)
    (old / name).write_text("mine", encoding="utf-8")
    before = contents(old)
    with pytest.raises(RunError, match="has a name of the run"):
        replace(old, {"tables/gains.csv": "2\n", "charts/a.svg": "x"})
    assert contents(old) == before


def test_the_place_is_looked_at_again_before_it_is_taken(tmp_path: Path) -> None:
    target = tmp_path / "run"

    def meanwhile() -> None:
        with replacing(target) as fresh:
            write_run(fresh, OUTPUTS)
            target.mkdir()
            (target / "thesis.txt").write_text("years", encoding="utf-8")

    with pytest.raises(RunError, match="no run"):
        meanwhile()
    assert contents(target) == {"thesis.txt": "years"}
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize("at_once", [True, False])
def test_both_ways_to_exchange_give_the_same(
    old: Path, at_once: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not at_once:
        monkeypatch.setattr(places, "_exchanged", lambda *_: False)
    (old / "notes.txt").write_text("notes", encoding="utf-8")
    replace(old, {"a.csv": "2\n"})
    assert set(contents(old)) == {"a.csv", "manifest.json", "notes.txt"}
    assert [p.name for p in old.parent.iterdir()] == ["run"]


def test_a_run_that_cannot_take_its_place_gives_it_back(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, rename = contents(old), Path.rename

    def full(self: Path, target: Path) -> Path:
        if self.name == READY:
            raise OSError("the disk is full")
        return rename(self, target)

    monkeypatch.setattr(places, "_exchanged", lambda *_: False)
    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(OSError, match="full"):
        replace(old, {"a.csv": "2\n"})
    assert contents(old) == before
    assert [p.name for p in old.parent.iterdir()] == ["run"]


def left_behind(target: Path, part: str, outputs: dict[str, str], notes: str) -> Path:
    """What a killed process leaves beside its target."""
    place = target.parent / f".{target.name}-abc"
    (place / part).mkdir(parents=True)
    (place / LOCK).write_text(WORDS, encoding="utf-8")
    write_run(place / part, outputs)
    if notes:
        (place / part / "notes.txt").write_text(notes, encoding="utf-8")
    return place


def test_a_run_killed_between_two_renames_is_healed(tmp_path: Path) -> None:
    target = tmp_path / "run"
    left_behind(target, OLD, OUTPUTS, "notes")
    heal(target)
    assert set(contents(target)) == {*OUTPUTS, "manifest.json", "notes.txt"}
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


def test_a_run_killed_after_the_exchange_gives_back_what_was_no_part_of_it(old: Path) -> None:
    left_behind(old, READY, {"a.csv": "2\n"}, "notes")
    heal(old)
    assert set(contents(old)) == {*OUTPUTS, "manifest.json", "notes.txt"}
    assert [p.name for p in old.parent.iterdir()] == ["run"]


def test_an_old_run_that_was_half_taken_away_is_not_given_back(old: Path) -> None:
    """Its manifest may be the first to go: what is left of it is nobody's any more."""
    taken: list[str] = []

    def half(path: Path, **_: object) -> None:
        (path / "manifest.json").unlink()
        taken.append(path.name)
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("capworth.runs.place.shutil.rmtree", half)
        with pytest.raises(KeyboardInterrupt):
            replace(old, {"a.csv": "2\n"})
    heal(old)
    assert len(taken) > 0
    assert set(contents(old)) == {"a.csv", "manifest.json"}
    assert [p.name for p in old.parent.iterdir()] == ["run"]


def test_folders_that_only_look_like_ours_stay(old: Path) -> None:
    for name, lock in ((".run-mine", None), (".run-other", "another program\n")):
        (old.parent / name).mkdir()
        (old.parent / name / "work.txt").write_text("work", encoding="utf-8")
        if lock:
            (old.parent / name / LOCK).write_text(lock, encoding="utf-8")
    with scratch(old.parent, old.name) as place:
        heal(old)
        assert place.is_dir(), "its process is alive"
    assert sorted(p.name for p in old.parent.iterdir()) == [".run-mine", ".run-other", "run"]


KILLED = """
import sys, time
from pathlib import Path
from capworth.runs.place import replacing

with replacing(Path(sys.argv[1])) as fresh:
    (fresh / "half").write_text("half")
    print("ready", flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(os.name != "posix", reason="kills as POSIX does")
def test_the_scratch_of_a_killed_process_is_swept(old: Path) -> None:
    before = contents(old)
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(old)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGKILL)
    assert len([*old.parent.iterdir()]) == 2
    heal(old)
    assert contents(old) == before
    assert [p.name for p in old.parent.iterdir()] == ["run"]


def test_folders_made_on_the_way_are_gone_when_nothing_came_of_it(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), replacing(tmp_path / "a" / "b" / "run"):
        raise ZeroDivisionError
    assert [*tmp_path.iterdir()] == []
