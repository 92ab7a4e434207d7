"""A run is a data package and a crate, and whoever has Python alone can verify it."""

import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from capworth.runs.interchange import COLUMNS, CRATE, PACKAGE, VERIFY
from capworth.runs.place import read_manifest
from capworth.runs.run import write_run
from capworth.study.stages import Study


@pytest.fixture(scope="module")
def run(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the small case; never written to."""
    return write_run(study, tmp_path_factory.mktemp("crate") / "run", ["en"])


@pytest.fixture
def copy(run: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(run, tmp_path / "copy"))


def read(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text(encoding="utf-8"))


def verified(folder: Path) -> subprocess.CompletedProcess[str]:
    """As somebody would who has neither capworth nor its packages."""
    words = [sys.executable, "-I", "-S", str(folder / VERIFY)]
    return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)


def resources(folder: Path) -> Iterator[tuple[dict[str, Any], list[list[str]]]]:
    for resource in read(folder, PACKAGE)["resources"]:
        text = (folder / resource["path"]).read_text(encoding="utf-8-sig")
        yield resource, list(csv.reader(text.splitlines()))


def test_every_table_has_a_schema_that_fits_it(run: Path) -> None:
    names = []
    for resource, rows in resources(run):
        fields = resource["schema"]["fields"]
        assert [f["name"] for f in fields] == rows[0], resource["name"]
        names.append(resource["name"])
        for place, field in enumerate(fields):
            cells = {row[place] for row in rows[1:]} - {""}
            if field["type"] == "boolean":
                assert cells <= {"True", "False"}, (resource["name"], field["name"])
            elif field["type"] in ("integer", "year"):
                assert all(cell.lstrip("-").isdigit() for cell in cells), resource["name"]
            elif field["type"] == "number":
                assert all(abs(float(cell)) < float("inf") for cell in cells), resource["name"]
    assert len(set(names)) == len(names) > 60
    made = {p.relative_to(run).as_posix() for p in run.rglob("*.csv")}
    assert {resource["path"] for resource, _ in resources(run)} == made


def test_columns_carry_units_and_meanings(run: Path) -> None:
    tables = {resource["name"]: resource for resource, _ in resources(run)}
    fields = {f["name"]: f for f in tables["capabilities"]["schema"]["fields"]}
    assert fields["cost_m"]["unit"] == "millions"
    assert fields["cost_m_low"]["description"] == "low end of the 80 % interval of cost_m"
    assert all("description" in f for r, _ in resources(run) for f in r["schema"]["fields"])
    inputs = {f["name"]: f for f in tables["input-costs"]["schema"]["fields"]}
    assert inputs["mode"]["type"] == "number"
    assert inputs["mode"]["description"].startswith("most plausible amount")


def test_the_package_has_one_row_for_each_key(run: Path) -> None:
    for resource, rows in resources(run):
        if keys := resource["schema"].get("primaryKey"):
            places = [rows[0].index(key) for key in keys]
            found = [tuple(row[k] for k in places) for row in rows[1:]]
            assert len(set(found)) == len(found), resource["name"]


def test_the_crate_names_every_file_and_what_made_it(run: Path) -> None:
    graph = {node["@id"]: node for node in read(run, CRATE)["@graph"]}
    listed = {part["@id"] for part in graph["./"]["hasPart"]}
    made = {p.relative_to(run).as_posix() for p in run.rglob("*") if p.is_file()}
    assert listed == made - {CRATE}
    assert all(name in graph for name in listed)
    assert {"name", "description", "datePublished", "license"} <= set(graph["./"])
    assert graph["#run"]["instrument"] == {"@id": "#capworth"}
    inputs = {f["path"] for f in read_manifest(run)["inputs"]}
    assert {one["@id"] for one in graph["#run"]["object"]} == inputs
    assert graph[CRATE]["about"] == {"@id": "./"}


def test_hashes_are_those_of_the_manifest(run: Path) -> None:
    manifest = read_manifest(run)
    known = {f["path"]: f["sha256"] for f in (*manifest["inputs"], *manifest["outputs"])}
    for resource, _ in resources(run):
        assert resource["hash"] == f"sha256:{known[resource['path']]}"
        assert resource["bytes"] == (run / resource["path"]).stat().st_size
    for node in read(run, CRATE)["@graph"]:
        if "sha256" in node:
            assert node["sha256"] == known[node["@id"]]


def test_a_whole_run_is_verified_with_python_alone(run: Path) -> None:
    done = verified(run)
    assert (done.returncode, done.stderr) == (0, "")
    assert "every one as it was written" in done.stdout
    text = (run / VERIFY).read_text(encoding="utf-8")
    assert len(text.splitlines()) < 75
    assert "import capworth" not in text


def test_columns_are_told_once_for_the_file_and_the_package(run: Path) -> None:
    with (run / COLUMNS).open(encoding="utf-8", newline="") as file:
        told = {(row["table"], row["column"]): row for row in csv.DictReader(file)}
    assert told["programme", "asked_m"]["unit"] == "millions"
    schemas = 0
    for resource in read(run, PACKAGE)["resources"]:
        path = Path(resource["path"])
        if path.parent.name != "tables":
            continue
        for field in resource["schema"]["fields"]:
            row = told.pop((path.stem, field["name"]))
            assert row["meaning"] == field["description"], row
            assert row["unit"] == field.get("unit", ""), row
            schemas += 1
    assert not told
    assert schemas > 600


@pytest.mark.parametrize("name", ["tables/capabilities.csv", "inputs/costs.csv", PACKAGE, VERIFY])
def test_a_changed_file_is_found(copy: Path, name: str) -> None:
    with (copy / name).open("a", encoding="utf-8") as file:
        file.write(" ")
    done = verified(copy)
    assert done.returncode == 1
    assert f"changed: {name}" in done.stdout


def test_a_missing_file_and_a_stranger_are_named(copy: Path) -> None:
    (copy / "tables/capabilities.csv").unlink()
    (copy / "mine.txt").write_text("mine")
    done = verified(copy)
    assert done.returncode == 1
    assert "missing: tables/capabilities.csv" in done.stdout
    assert "no part of the run: mine.txt" in done.stdout


def test_a_hash_that_only_the_crate_states_wrongly_is_found(copy: Path) -> None:
    crate = (copy / CRATE).read_text(encoding="utf-8")
    sha = next(n["sha256"] for n in json.loads(crate)["@graph"] if n["@id"] == "figures.json")
    (copy / CRATE).write_text(crate.replace(sha, "0" * 64), encoding="utf-8")
    assert "changed: figures.json" in verified(copy).stdout


def test_what_is_no_run_is_said(tmp_path: Path, run: Path) -> None:
    shutil.copy(run / VERIFY, tmp_path)
    done = verified(tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert "no readable manifest.json" in done.stdout


def test_other_tools_read_the_run(run: Path) -> None:
    frictionless = pytest.importorskip("frictionless")
    report = frictionless.validate(str(run / PACKAGE))
    assert report.valid, [e.message for task in report.tasks for e in task.errors]
    crates = pytest.importorskip("rocrate.rocrate")
    assert len(crates.ROCrate(str(run)).data_entities) > 60
