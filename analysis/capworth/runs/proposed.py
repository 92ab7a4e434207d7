"""A proposed set held against a run: its case and draws found again, the set read from a file."""

import csv
import io
from pathlib import Path

from capworth.case.files import read_text
from capworth.errors import InputError, nearest
from capworth.programme.proposal import Proposal, set_of
from capworth.runs.run import case_of_run, read_manifest
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
    try:
        rows = list(csv.reader(io.StringIO(read_text(file), newline=""), strict=True))
    except csv.Error as error:
        raise InputError(f"{file.name}: it cannot be read ({error}). Save it as CSV.") from error
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    head = [cell.strip() for cell in rows[0]] if rows else []
    if COLUMN not in head:
        hint = nearest(COLUMN, head) if head else f"Write {COLUMN!r} above the names."
        raise InputError(f"{file.name}: there is no column {COLUMN!r}. {hint}")
    place = head.index(COLUMN)
    return tuple(row[place].strip() for row in rows[1:] if len(row) > place and row[place].strip())
