"""The briefs of a run: a page for each member, made side by side.

Pages for donors from a run folder: nothing is recomputed, every number is the run's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from capworth.case.files import writing
from capworth.case.model import Case
from capworth.errors import InputError, nearest
from capworth.funding.donors import DonorMenu
from capworth.language.phrases import languages as spoken_languages
from capworth.members.feedback import hear_members
from capworth.members.served import Members, brief_member, member_of, serve_members
from capworth.methods.arguments import Floats
from capworth.methods.cost_benefit.prices import MILLION
from capworth.model.result import Provenance
from capworth.model.simulation import KEPT, Kept, Progress, Sample, draw_sample
from capworth.parallel import mapped
from capworth.report.brief import write_brief
from capworth.report.donor import Offer, write_index, write_package
from capworth.runs.manifest import MANIFEST, RunError, files_of
from capworth.runs.place import case_of_run, read_manifest
from capworth.runs.run import BRIEFS

PROGRAMME, BASELINE = "tables/programme.csv", "tables/baseline.csv"
MANY = 24  # briefs from which a second process is worth its start


def write_briefs(
    folder: Path,
    codes: Sequence[str] = (),
    language: str = "",
    workers: int = 1,
    progress: Progress | None = None,
) -> list[Path]:
    """Write briefs into a run folder; they are no part of the run itself.

    The members' part is worked out anew from the run's inputs, in the draws that the run kept, so a
    brief tells the numbers of the run.

    Parameters
    ----------
    folder : of the run
    codes : members; all when empty
    language : instead of each member's own
    workers : processes; the bytes do not depend on it

    Raises
    ------
    RunError
        When the folder is no run, or its inputs were changed after it.
    InputError
        When the case has no members, no such member, or there are no texts in the language.
    """
    spoken = spoken_languages()
    if language and language not in spoken:
        hint = nearest(language, spoken)
        raise InputError(f"there are no texts for a brief in {language!r}. {hint}")
    manifest = read_manifest(folder)
    settings = manifest["settings"]
    case = case_of_run(folder, manifest, PROGRAMME)
    wanted = [member_of(case, code) for code in codes] if codes else list(case.members)
    sample = draw_sample(case, min(KEPT, settings["draws"]), workers)
    members = serve_members(sample, provenance=Provenance.of(case, settings["draws"]))
    if members is None:
        raise InputError("the case lists no members. Add the table members.")
    jobs = [(m.id, language or (m.language if m.language in spoken else "en")) for m in wanted]
    target, names = folder / BRIEFS, []
    asked = _Asked(case, members, *_programme(folder, sample))
    with (
        writing(target) as put,
        mapped(asked, workers if workers > 1 and len(jobs) >= MANY else 0) as make,
    ):
        for done, (name, content) in enumerate(make(_Asked.brief, jobs)):
            put(name, content)
            names.append(name)
            if progress:
                progress("briefs", done + 1, len(jobs))
    return [target / name for name in names]


def _programme(folder: Path, sample: Sample) -> tuple[tuple[str, ...], Floats | None]:
    """Improvements of the run's programme, and (years,) what members pay for them, millions.

    Expected, in the prices of the case, not discounted; each from the year in which it starts.
    """
    path = folder / PROGRAMME
    if not path.is_file():
        return (), None
    table = pd.read_csv(path, index_col=0)
    late = {str(i): int(row["delay"]) for i, row in table[table["chosen"]].iterrows()}
    ids, paid = sample.case.improvement_ids, np.zeros(sample.case.settings.years)
    for k, payer, amount, parts in sample.model.costs.outlays(Kept(sample)):
        if payer == "members" and ids[k] in late:
            moved = parts(late[ids[k]])
            yearly = np.broadcast_to(moved, (len(amount), len(paid)))
            paid += np.einsum("n,ny->y", amount, yearly) / len(amount) / MILLION
    return tuple(late), paid if late else None


Job = tuple[str, str]  # member, language
File = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What every brief is made from."""

    case: Case
    members: Members
    chosen: tuple[str, ...]
    paid_m: Floats | None

    def brief(self, job: Job) -> File:
        """Name of the file, and its bytes."""
        code, language = job
        found = brief_member(self.case, self.members, code, self.chosen, self.paid_m)
        made = write_brief(self.case, found, self.members.provenance, language)
        return f"{code}-{language}.pdf", made


INDEX = "index"
TABLES = ("tables/donor_menu.csv", "tables/donor_menu_serves.csv")
WORDS = {  # columns of text: an empty cell there is an empty text
    *("package", "name", "improvements", "needs", "needs_one_of", "opens", "rules_out"),
    *("functions", "grade", "capability", "criteria", "steps", "role", "instead"),
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
    manifest = read_manifest(run)
    offer = _offer(run, manifest)
    spoken, known = tuple(languages) or tuple(manifest["settings"]["languages"]), spoken_languages()
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
    if (target / MANIFEST).is_file():
        raise RunError(f"{target} is a run, which holds its own files only. Name another folder.")
    chosen = tuple(packages) or offer.menu.packages
    jobs = [(p, language) for language in spoken for p in (INDEX, *chosen)]
    names = [f"{language}/{package}.pdf" for package, language in jobs]
    with (
        writing(target, *names) as put,
        mapped(offer, workers if workers > 1 and len(jobs) > FEW else 0) as make,
    ):
        for name, content in zip(names, make(_write, jobs), strict=True):
            put(name, content)
    return tuple(target / name for name in names)


def _write(offer: Offer, job: Job) -> bytes:
    package, language = job
    if package == INDEX:
        return write_index(offer, language)
    return write_package(offer, package, language)


def _offer(run: Path, manifest: Any) -> Offer:
    if TABLES[0] not in files_of(manifest):
        raise RunError(f"{run} has no donor menu: its case names no budget or no improvements.")
    case = case_of_run(run, manifest, *TABLES, BASELINE)
    provenance = Provenance.of(case, manifest["settings"]["draws"])
    menu, serves = (_read(run / name) for name in TABLES)
    found = DonorMenu(
        menu.set_index("package"), serves.set_index(["package", "capability"]), provenance
    )
    budget = case.settings.budget
    assert budget is not None  # without one there is no menu
    draws = manifest["sampling"]["draws of the good sets"]
    path = run / BASELINE
    promises = pd.read_csv(path, index_col=[0, 1, 2]) if path.is_file() else None
    return Offer(
        case=case,
        menu=found,
        budget_m=budget / MILLION,
        draws=draws,
        regions=_regions(case),
        promises=promises,
    )


def _regions(case: Case) -> pd.DataFrame | None:
    """Need gap by region and capability; None where no member was asked: made answers are none."""
    if any(rating.is_synthetic for rating in case.feedback):
        return None
    surveyed = hear_members(case)
    return None if surveyed is None else surveyed.by_region()


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
