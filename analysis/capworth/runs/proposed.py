"""A proposed set held against a run: its case and draws found again, the set read from a file."""

from pathlib import Path

from capworth.case.files import read_rows
from capworth.errors import InputError, nearest
from capworth.programme.proposal import Proposal, set_of
from capworth.runs.place import case_of_run, read_manifest
from capworth.study.stages import run_study

COLUMN = "improvement"


def propose(folder: Path, file: Path, workers: int = 1) -> Proposal:
    """Hold the set in a file against the best ones of a run.

    Raises
    ------
    RunError
        When the folder is no run, or its inputs were changed after it.
    InputError
        When the file cannot be read, or names what is no improvement, or one twice.
    """
    manifest = read_manifest(folder)
    settings = manifest["settings"]
    case = case_of_run(folder, manifest)
    names = read_set(file)
    try:
        set_of(names, case.improvement_ids)
    except InputError as error:
        raise InputError(f"{file.name}: {error}") from error
    study = run_study(case, settings["draws"], workers=workers, only="programme")
    return study.propose(names)


def read_set(file: Path) -> tuple[str, ...]:
    """Read the names of improvements from the column `improvement` of a CSV file."""
    head, rows = read_rows(file)
    if COLUMN not in head:
        hint = nearest(COLUMN, head) if head else f"Write {COLUMN!r} above the names."
        raise InputError(f"{file.name}: there is no column {COLUMN!r}. {hint}")
    place = head.index(COLUMN)
    return tuple(cells[place] for _, cells in rows if cells[place])
