"""The run folder: written whole or not at all, and recomputed to the byte.

The charts and reports of a run, drawn side by side.
"""

import json
import platform
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from shutil import rmtree
from typing import Any, TypeAlias

from capworth.appraisal.conventions import compare_conventions
from capworth.case import frames
from capworth.case.files import write
from capworth.case.model import Case
from capworth.case.read import checked_case, read_case, seeded
from capworth.case.scratch import scratch
from capworth.charts.gallery import GALLERY
from capworth.errors import nearest
from capworth.language.language import Language
from capworth.language.phrases import languages as spoken_languages
from capworth.model.figures import Figures, as_data
from capworth.model.simulation import CHUNK, ENVELOPED, KEPT, Progress
from capworth.parallel import copies_are_safe, mapped
from capworth.render.html import write_html
from capworth.report.edition import FULL, SHORT, Content, Edition
from capworth.report.explorer import write_explorer
from capworth.report.pdf import draw_picture, write_report
from capworth.runs.chunks import Chunks
from capworth.runs.interchange import write_interchange
from capworth.runs.manifest import (
    FORMAT,
    MANIFEST,
    RunError,
    must_be_unchanged,
    sha_of,
    strangers,
)
from capworth.runs.place import FIGURES, INPUTS, heal, inputs_of, read_manifest, replacing
from capworth.runs.reading import PAPER
from capworth.study.scorecard import scorecard_of
from capworth.study.stages import Study, run_study
from capworth.study.tables import as_csv, tables_of, write_csv

EXPLORER = "explorer.html"
PACKAGES = ("babel", "matplotlib", "numpy", "pandas", "scipy", "typst")
RERUN = "capworth-rerun"  # of scratch folders among those of the system
PDF, HTML, BOOK, WORD = FORMATS = ("pdf", "html", "book", "word")
DEFAULT = (PDF, HTML)  # cheap enough for every run
BRIEFS = "briefs"  # folder of a run for what is sent to single members


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a rerun found: files that differ, are missing, or are new."""

    same: tuple[str, ...]
    differing: tuple[str, ...]
    missing: tuple[str, ...]
    new: tuple[str, ...]
    elsewhere: tuple[str, ...]  # versions or machine that are not those of the run

    @property
    def is_same(self) -> bool:
        """Whether every byte is the same."""
        return not (self.differing or self.missing or self.new)

    def __str__(self) -> str:
        if self.is_same:
            return f"{len(self.same)} files recomputed, every byte the same"
        parts = [f"{len(self.same)} files are the same"]
        for word, names in (
            ("differs", self.differing),
            ("is missing", self.missing),
            ("is new", self.new),
        ):
            parts += [f"{name} {word}" for name in names]
        parts += [f"not as in the run: {thing}" for thing in self.elsewhere]
        return "\n  ".join(parts)


def run(
    case: str | Path | Case,
    out: str | Path,
    draws: int | None = None,
    seed: int | None = None,
    languages: Sequence[str] = (),
    workers: int = 1,
    progress: Progress | None = None,
    all_parameters: bool = False,
    annex: str = SHORT,
    scenario: str = "",
    formats: Sequence[str] = DEFAULT,
    futures: bool = False,
    executor: Executor | None = None,
    resume: bool = False,
) -> Study:
    """Appraise a case and write its run folder.

    Everything is written to a folder beside `out`, which takes its place at the very end: an
    interrupted run leaves the last good one as it was. That it can be written is found out first.

    Parameters
    ----------
    case : folder or workbook; or a case, perhaps changed: its inputs are then written as it is
    out : the run folder; an older run there is replaced, anything else in it is kept
    draws, seed, languages : those of the case when not given
    workers : threads; the bytes do not depend on it
    all_parameters : also answer under every allocation key, discount schedule and harm scale
    annex : "short", about twenty pages with pictures that the page draws; or "full", with every
        chart, which are then written too
    scenario : one of the case, by its name
    formats : what papers are written as: "pdf", "html", "book" (a workbook of every figure, block
        and table) and "word"; the two pages as blocks always
    futures : also answer under every scenario of the case, for a page of the annex
    executor : anything with the interface of `concurrent.futures` for the draws, such as
        `capworth.cluster.on_dask`; what is sent to it first is the model
    resume : keep the answers of each chunk of draws in a folder beside `out` until the run is
        whole, and begin with those that an interrupted run left there

    Raises
    ------
    CaseError
        With every fault of the case; nothing is written.
    RunError
        When `out` holds something that is no run, or a file of the run was changed by hand.
    """
    if not isinstance(case, Case):
        must_lie_outside(case, out)
    asked = checked_case(case) if isinstance(case, Case) else read_case(case)
    asked = asked.with_scenario(scenario) if scenario else asked
    check_languages(languages, formats)
    chunks = Path(out).resolve().parent / f".{Path(out).name}.chunks"
    drawn = asked if seed is None else seeded(asked, seed)
    store = Chunks.of(chunks, drawn) if resume else None
    with replacing(Path(out)) as folder:
        study = run_study(asked, draws, seed, workers, executor, progress, store=store)
        if all_parameters:
            study = study.with_answers(
                conventions=compare_conventions(study.case, study.answers.get("scales"))
            )
        if futures:
            study = study.with_answers(futures=scorecard_of(study, workers, progress))
        _write(study, languages, folder, workers, progress, annex, formats)
    if resume:
        rmtree(chunks, ignore_errors=True)
    return study


def must_lie_outside(case: str | Path, out: str | Path) -> None:
    """Refuse a place for runs in the folder of a case, which holds its own tables only."""
    place, target = Path(case).resolve(), Path(out).resolve()
    if place.is_dir() and target != place and target.is_relative_to(place):
        raise RunError(f"{out} lies in the folder of the case. Name a place outside of it.")


def write_run(
    study: Study,
    out: str | Path,
    languages: Sequence[str] = (),
    workers: int = 1,
    progress: Progress | None = None,
    annex: str = SHORT,
    formats: Sequence[str] = DEFAULT,
) -> Path:
    """Write the run folder of a study: its inputs, tables, figures, papers and manifest.

    Parameters
    ----------
    study : of any case, read or changed; `capworth rerun` finds the same bytes
    out, languages, workers, progress, annex, formats : as of `run`
    """
    check_languages(languages, formats)
    with replacing(Path(out)) as folder:
        _write(study, languages, folder, workers, progress, annex, formats)
    return Path(out)


def write_paper(study: Study, path: Path, language: str, annex: str = SHORT) -> Path:
    """Write the decision paper of a study as a PDF; see `Study.report`."""
    check_languages([language])
    write(path, write_report(study, language, annex=annex))
    return path


def check_languages(languages: Sequence[str], formats: Sequence[str] = ()) -> None:
    """Refuse languages that no paper is written in, and formats that there are not."""
    known = spoken_languages()
    for language in languages:
        if language not in known:
            raise RunError(f"there is no report in {language!r}. {nearest(language, known)}")
    for name in formats:
        if name not in FORMATS:
            raise RunError(f"there is no format {name!r}. {nearest(name, FORMATS)}")


def _write(
    study: Study,
    languages: Sequence[str],
    folder: Path,
    workers: int,
    progress: Progress | None,
    annex: str,
    formats: Sequence[str],
) -> None:
    """Write everything that a run holds into an empty folder."""
    spoken = tuple(languages) or study.case.settings.languages
    (folder / INPUTS).mkdir()
    for name, content in sorted(frames.files_of(study.case).items()):
        (folder / INPUTS / name).write_bytes(content)
    numbers = partial(_write_numbers, study, folder)
    write_papers(study, spoken, folder, workers, progress, annex, formats, meanwhile=numbers)
    write_interchange(study, folder)
    _write_json(folder / MANIFEST, _manifest(study, spoken, annex, formats, folder))


def rerun(folder: str | Path, workers: int = 1, progress: Progress | None = None) -> Comparison:
    """Recompute a run from its own inputs and compare every byte.

    Raises
    ------
    RunError
        When the folder is no run, or its inputs were changed after it.
    """
    path = Path(folder)
    manifest = read_manifest(path)
    must_be_unchanged(path, manifest, f"{INPUTS}/")
    settings = manifest["settings"]
    shared = Path(tempfile.gettempdir()).resolve()
    heal(shared / RERUN)
    with scratch(shared, RERUN) as place:
        again = place / "run"
        run(
            inputs_of(path),
            again,
            settings["draws"],
            settings["seed"],
            settings["languages"],
            workers,
            progress,
            settings["all parameters"],
            settings.get("annex", SHORT),
            formats=settings.get("formats", (PDF,)),
            futures=settings.get("futures", False),
        )
        old, new = _hashes(path), _hashes(again)
    here = _surroundings()
    elsewhere = [
        f"{key} {here[key]} instead of {manifest['made_with'].get(key)}"
        for key in here
        if here[key] != manifest["made_with"].get(key)
    ]
    return Comparison(
        tuple(n for n in sorted(old) if new.get(n) == old[n]),
        tuple(n for n in sorted(old) if n in new and new[n] != old[n]),
        tuple(sorted(set(new) - set(old))),
        tuple(sorted(set(old) - set(new))),
        tuple(elsewhere),
    )


def kept_in(folder: Path) -> tuple[str, ...]:
    """Name what stands in a run folder and is no part of the run; a new run there keeps it."""
    return strangers(folder)[0]


def write_figures(figures: Figures, path: Path) -> None:
    """Write every figure at full precision, each on a line of its own; the same bytes always."""
    parts = []
    for name, content in as_data(figures).items():
        lines = [f"  {_plain(key)}: {_plain(value)}" for key, value in content.items()]
        parts.append(f" {_plain(name)}: {{\n" + ",\n".join(lines) + "\n }")
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8", newline="")


def _plain(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _write_numbers(study: Study, folder: Path) -> None:
    """Write every table and every figure."""
    (folder / "tables").mkdir()
    for name, table in tables_of(study).items():
        write_csv(table, folder / "tables" / f"{name}.csv")
    write_figures(study.figures, folder / FIGURES)


def _manifest(
    study: Study, languages: Sequence[str], annex: str, formats: Sequence[str], folder: Path
) -> dict[str, Any]:
    """Everything that made the run and everything it made; no clock, host, user or path."""
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    listed = [{"path": p.relative_to(folder).as_posix(), "sha256": sha_of(p)} for p in files]
    return {
        "format": FORMAT,
        "case": study.case.settings.name,
        "fingerprint": study.case.fingerprint,
        "changed": _changed(study.case),
        "settings": {
            "draws": study.provenance.draws,
            "seed": study.provenance.seed,
            "languages": list(languages),
            "all parameters": "conventions" in study,
            "futures": "futures" in study,
            "annex": annex,
            "formats": list(formats),
        },
        "sampling": {
            "draws in a chunk": CHUNK,
            "draws kept for ranges": min(KEPT, study.provenance.draws),
            "draws of the envelopment": min(ENVELOPED, study.provenance.draws),
            "draws of the good sets": study.programme.draws if "programme" in study else 0,
            "draws of extents": CHUNK,
            "bit generator": "PCG64DXSM",
        },
        "not asked": list(study.not_asked),
        "claim": _claim(study),
        "made_with": _surroundings(),
        "inputs": [f for f in listed if f["path"].startswith("inputs/")],
        "outputs": [f for f in listed if not f["path"].startswith("inputs/")],
    }


def _changed(case: Case) -> dict[str, Any] | None:
    """Of which case this one was made, under which name and by which changes; None as it was."""
    if not case.changes:
        return None
    changes = [str(change) for change in case.changes]
    return {"of": case.base, "scenario": case.scenario, "changes": changes}


def _claim(study: Study) -> dict[str, Any] | None:
    """The word of the claim and its registration, which `compare` tells first."""
    if "claim" not in study:
        return None
    found = study.claim
    names = ("word", "reason", "standing", "registered_on", "digest")
    return {name: getattr(found, name) for name in names} | {"changed": list(found.changed)}


def _surroundings() -> dict[str, str]:
    packages = {name: version(name) for name in PACKAGES}
    return {
        "capworth": version("capworth"),
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
        **packages,
    }


def _hashes(folder: Path) -> Mapping[str, str]:
    """Hashes of all files of a run; briefs to members are written later and are no part of it."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and folder / BRIEFS not in p.parents)
    return {p.relative_to(folder).as_posix(): sha_of(p) for p in files}


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    text = json.dumps(content, indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def answers_of(study: Study) -> tuple[object, ...]:
    """Every answer that the study gives, in the order of the questions; then what is unsound."""
    return tuple(study.answers[name] for name in study.found)


HEAVY = ("cost", "score", "money", "harm")

Job: TypeAlias = tuple[str, str]  # a chart by its name, in a language


def write_papers(
    study: Study,
    languages: Sequence[str],
    folder: Path,
    workers: int = 1,
    progress: Progress | None = None,
    annex: str = SHORT,
    formats: Sequence[str] = (PDF,),
    *,
    meanwhile: Callable[[], None],
) -> None:
    """Write the explorer and a report in each language; with the full annex every chart too.

    Other processes set the papers; until they are set this one does `meanwhile` and writes the
    explorer, which needs the same figures.

    The short annex draws its own pictures: no chart is made for it. For the full one every chart is
    drawn once in each language, with its numbers beside it. With more than one worker the others
    are copies of this process, which end with the memory that setting took; where none is safe,
    only charts are worth what it takes to begin a process. The bytes are the same.
    """
    asked = [name for name, chart in GALLERY.items() if chart.asked(study)] if annex == FULL else []
    jobs = [(name, language) for language in languages for name in asked]
    drawn: dict[Job, str] = {}
    copied = copies_are_safe()
    others = workers if jobs else workers - 1  # while charts are drawn this one has nothing to do
    alone = workers == 1 or not (jobs or copied)
    given = study if alone or copied else _light(study)
    editions, reports = list[Edition](), list[Iterator[bytes]]()
    with mapped(given, 0 if alone else others) as make:
        for job, svg in zip(jobs, make(_draw, jobs), strict=True):
            drawn[job] = svg
            if progress:
                progress("charts", len(drawn), len(jobs))
        content = Content.of(study, annex)
        for language in languages:
            edition = content.said(language)
            editions.append(edition)
            if PDF in formats:  # it is set while the next one is said
                charts = {name: drawn[name, language] for name in asked}
                reports.append(make(_report, [(language, charts, annex, edition)]))
        meanwhile()
        _write_whole(folder / EXPLORER, write_explorer(study, languages))
        if jobs:
            _write_charts(study, languages[0], drawn, folder / "charts")
        for done, (edition, made) in enumerate(zip(editions, reports, strict=False), start=1):
            (folder / f"report-{edition.language}.pdf").write_bytes(next(made))
            if progress:
                progress("reports", done, len(languages))
    _write_others(study, editions, formats, folder, drawn)


def _write_others(
    study: Study,
    editions: Sequence[Edition],
    formats: Sequence[str],
    folder: Path,
    drawn: Mapping[Job, str],
) -> None:
    """Write the papers that are no PDF, from the same blocks in the same words."""
    for edition in editions:
        if HTML in formats:
            mine = {name: svg for (name, code), svg in drawn.items() if code == edition.language}
            page = write_html(edition, study.figures, mine)
            _write_whole(folder / f"paper-{edition.language}.html", page)
        if WORD in formats:
            (folder / f"report-{edition.language}.docx").write_bytes(_word(edition))
    if BOOK in formats:
        from capworth.render.book import write_book  # its library is heavy
        from capworth.report.twin import twin_of

        book = write_book(editions, study.figures, tables_of(study), twin_of(study))
        (folder / "data-book.xlsx").write_bytes(book)
    _write_json(
        folder / PAPER,
        {e.language: {"title": e.title, "pages": e.pages, "annex": e.sections} for e in editions},
    )


def _word(edition: Edition) -> bytes:
    """Write the Word file; its library stands in an extra."""
    try:
        from capworth.render.word import write_word
    except ModuleNotFoundError as error:
        raise RunError(
            f"the format {WORD!r} needs the package {error.name!r}, which is not installed. "
            f"Install capworth[{WORD}], or leave the format out."
        ) from error
    return write_word(edition, draw_picture(edition))


def _write_whole(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="")


def _write_charts(study: Study, language: str, drawn: Mapping[Job, str], folder: Path) -> None:
    from capworth.charts.svg import framed  # with it comes what draws

    in_language = Language.of(study.case, language)
    folder.mkdir(exist_ok=True)
    for (name, spoken), svg in drawn.items():
        if spoken == language:
            chart = GALLERY[name]
            title, alt = chart.words(study, in_language, "title", "alt")
            alone = framed(svg, title, chart.source(study, in_language), alt)
            (folder / f"{name}.svg").write_text(alone, encoding="utf-8", newline="")
            table = as_csv(chart.table(study))
            (folder / f"{name}.csv").write_text(table, encoding="utf-8", newline="")


def _draw(study: Study, job: Job) -> str:
    name, language = job
    return GALLERY[name].svg(study, Language.of(study.case, language))


def _report(study: Study, content: tuple[str, Mapping[str, str], str, Edition]) -> bytes:
    return write_report(study, *content)


def _light(study: Study) -> Study:
    """Leave out the arrays that no chart reads: they are most of the memory."""
    drawn = study.sample.drawn
    bare = {name: getattr(drawn, name)[:0] for name in HEAVY}
    return replace(study, sample=replace(study.sample, drawn=replace(drawn, **bare)))
