"""The briefs of a run: a page for each member, made side by side."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pandas as pd

from capworth.case.model import Case
from capworth.case.read import read_case
from capworth.errors import InputError, nearest
from capworth.memberbrief import brief_member, member_of
from capworth.members import Members, serve_members
from capworth.memberuse import DRAWS
from capworth.provenance import Provenance
from capworth.report.brief import write_brief
from capworth.report.briefwords import languages
from capworth.runs import BRIEFS, RunError, inputs_of, read_manifest
from capworth.sampling import Progress, draw_sample

MANY = 24  # briefs from which a second process is worth its start


def write_briefs(
    folder: Path,
    codes: Sequence[str] = (),
    language: str = "",
    workers: int = 1,
    progress: Progress | None = None,
) -> list[Path]:
    """Write briefs into a run folder; they are no part of the run itself.

    The members' part is worked out anew from the run's inputs, in the same first draws.

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
    spoken = languages()
    if language and language not in spoken:
        hint = nearest(language, spoken)
        raise InputError(f"there are no texts for a brief in {language!r}. {hint}")
    manifest = read_manifest(folder)
    settings = manifest["settings"]
    case = read_case(inputs_of(folder))
    if case.fingerprint != manifest["fingerprint"]:
        raise RunError("the inputs were changed since the run. Restore them, or run anew.")
    case = case.with_settings(seed=settings["seed"])
    wanted = [member_of(case, code) for code in codes] if codes else list(case.members)
    sample = draw_sample(case, min(DRAWS, settings["draws"]))
    members = serve_members(sample, provenance=Provenance.of(case, settings["draws"]))
    if members is None:
        raise InputError("the case lists no members. Add the table members.")
    jobs = [(m.id, language or (m.language if m.language in spoken else "en")) for m in wanted]
    target = folder / BRIEFS
    target.mkdir(exist_ok=True)
    written = []
    for done, (name, content) in enumerate(_made(case, members, _chosen(folder), jobs, workers)):
        path = target / name
        path.write_bytes(content)
        written.append(path)
        if progress:
            progress("briefs", done + 1, len(jobs))
    return written


def _chosen(folder: Path) -> Mapping[str, bool] | None:
    """Whether each improvement is in the programme of the run; None where it chose none."""
    path = folder / "tables" / "programme.csv"
    if not path.is_file():
        return None
    table = pd.read_csv(path, index_col=0)
    return {str(i): bool(taken) for i, taken in table["chosen"].items()}


Job = tuple[str, str]  # member, language
File = tuple[str, bytes]


def _made(
    case: Case,
    members: Members,
    chosen: Mapping[str, bool] | None,
    jobs: Sequence[Job],
    workers: int,
) -> Iterator[File]:
    if workers == 1 or len(jobs) < MANY:
        yield from _do(case, members, chosen, jobs)
        return
    parts = [jobs[k::workers] for k in range(workers)]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for files in pool.map(
            _listed, *zip(*((case, members, chosen, part) for part in parts), strict=True)
        ):
            yield from files


def _listed(
    case: Case, members: Members, chosen: Mapping[str, bool] | None, jobs: Sequence[Job]
) -> list[File]:
    return list(_do(case, members, chosen, jobs))


def _do(
    case: Case, members: Members, chosen: Mapping[str, bool] | None, jobs: Sequence[Job]
) -> Iterator[File]:
    for code, language in jobs:
        brief = brief_member(case, members, code, chosen)
        yield f"{code}-{language}.pdf", write_brief(case, brief, members.provenance, language)
