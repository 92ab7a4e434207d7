"""Pages for donors from a run folder: nothing is recomputed, every number is the run's own."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pandas as pd

from capworth import runs
from capworth.case.model import Case
from capworth.case.read import read_case
from capworth.donors import DonorMenu
from capworth.errors import nearest
from capworth.feedback import hear_members
from capworth.provenance import Provenance
from capworth.report import texts
from capworth.report.donorframe import Offer
from capworth.report.donorindex import write_index
from capworth.report.donorpage import write_package
from capworth.runs import RunError

INDEX = "index"
TABLES = ("tables/donor_menu.csv", "tables/donor_menu_serves.csv")
WORDS = {  # columns of text: an empty cell there is an empty text
    *("package", "name", "improvements", "needs", "needs_one_of", "opens", "rules_out"),
    *("functions", "grade", "capability", "criteria", "steps"),
}
FEW = 8  # pages for which other processes are not worth their start


def write_donor_papers(
    folder: str | Path,
    out: str | Path | None = None,
    languages: Sequence[str] = (),
    packages: Sequence[str] = (),
    workers: int = 1,
) -> tuple[Path, ...]:
    """Write one page for each package of a run, and an index, in each language.

    Parameters
    ----------
    folder : a run
    out : where to; beside the run when None, since a run folder holds its own files only
    languages : those of the run when empty
    packages : all of the menu when empty
    workers : processes; the bytes do not depend on it

    Raises
    ------
    RunError
        When the folder is no run, its tables were changed, or it has no donor menu.
    """
    run = Path(folder)
    manifest = runs.read_manifest(run)
    offer = _offer(run, manifest)
    spoken, known = tuple(languages) or tuple(manifest["settings"]["languages"]), texts.languages()
    for language in spoken:
        if language not in known:
            raise RunError(f"there is no page in {language!r}. {nearest(language, known)}")
    for package in packages:
        if package not in offer.menu.packages:
            hint = nearest(package, offer.menu.packages)
            raise RunError(f"there is no package {package!r}. {hint}")
    target = run.parent / f"{run.name}-donors" if out is None else Path(out)
    if target.is_file():
        raise RunError(f"{target} is a file. Name a folder for the pages.")
    if (target / runs.MANIFEST).is_file():
        raise RunError(f"{target} is a run, which holds its own files only. Name another folder.")
    chosen = tuple(packages) or offer.menu.packages
    jobs = [(p, language) for language in spoken for p in (INDEX, *chosen)]
    written = []
    for (package, language), content in zip(jobs, _made(offer, jobs, workers), strict=True):
        path = target / language / f"{package}.pdf"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        written.append(path)
    return tuple(written)


def _made(offer: Offer, jobs: Sequence[tuple[str, str]], workers: int) -> list[bytes]:
    names, languages = zip(*jobs, strict=True)
    offers = [offer] * len(jobs)
    if workers == 1 or len(jobs) <= FEW:
        return list(map(_write, offers, names, languages))
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        chunk = -(-len(jobs) // workers)
        return list(pool.map(_write, offers, names, languages, chunksize=chunk))


def _write(offer: Offer, package: str, language: str) -> bytes:
    if package == INDEX:
        return write_index(offer, language)
    return write_package(offer, package, language)


def _offer(run: Path, manifest: Any) -> Offer:
    stated = {file["path"]: file["sha256"] for file in (*manifest["inputs"], *manifest["outputs"])}
    if TABLES[0] not in stated:
        raise RunError(f"{run} has no donor menu: its case names no budget or no improvements.")
    for path, known in stated.items():
        if (path in TABLES or path.startswith("inputs/")) and _sha(run / path) != known:
            raise RunError(f"changed since the run: {path}. Restore it, or run anew.")
    seed = manifest["settings"]["seed"]
    case = read_case(runs.inputs_of(run)).with_settings(seed=seed)
    provenance = Provenance.of(case, manifest["settings"]["draws"])
    menu, serves = (_read(run / name) for name in TABLES)
    found = DonorMenu(
        menu.set_index("package"), serves.set_index(["package", "capability"]), provenance
    )
    budget = case.settings.budget
    assert budget is not None  # without one there is no menu
    draws = manifest["sampling"]["draws of the best sets"]
    return Offer(case, found, budget / 1e6, draws, _regions(case))


def _regions(case: Case) -> pd.DataFrame | None:
    """Need gap by region and capability; None where no member was asked: made answers are none."""
    if any(rating.is_synthetic for rating in case.feedback):
        return None
    heard = hear_members(case)
    return None if heard is None else heard.by_region()


def _read(path: Path) -> pd.DataFrame:
    """Read a table of a run; empty cells are empty texts, or numbers that are not known."""
    table = pd.read_csv(path, keep_default_na=False, na_values={}, dtype=str)
    for column in table.columns:
        if column in WORDS:
            continue
        cells = table[column]
        if set(cells) <= {"True", "False"}:
            table[column] = cells == "True"
        else:
            table[column] = pd.to_numeric(cells)
    return table


def _sha(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest() if path.is_file() else "missing"
