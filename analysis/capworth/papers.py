"""The charts and reports of a run, made side by side."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import TypeAlias

from capworth.charts.gallery import GALLERY
from capworth.charts.svg import to_svg
from capworth.charts.voice import Voice
from capworth.databook import as_csv
from capworth.report.pdf import write_report
from capworth.sampling import Progress
from capworth.study import Study

HEAVY = ("cost", "score", "money", "harm", "function_value", "function_cost", "function_weight")

File: TypeAlias = tuple[str, bytes]  # path below the run folder, content
Maker: TypeAlias = Callable[[Study, str], list[File]]


def write_papers(
    study: Study,
    languages: Sequence[str],
    folder: Path,
    workers: int = 1,
    progress: Progress | None = None,
) -> None:
    """Write every chart with its numbers, in the first language, and a report in each language.

    With more than one worker they are made in processes of their own; the bytes are the same.
    """
    jobs: list[tuple[Maker, str]] = [
        (_charts, languages[0]),
        *((_report, language) for language in languages),
    ]
    for done, files in enumerate(_made(_light(study), jobs, workers), start=1):
        for name, content in files:
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        if progress:
            progress("papers", done, len(jobs))


def _made(study: Study, jobs: Sequence[tuple[Maker, str]], workers: int) -> Iterator[list[File]]:
    makers = [job for job, _ in jobs]
    words = [language for _, language in jobs]
    if workers == 1:
        yield from (make(study, word) for make, word in zip(makers, words, strict=True))
        return
    with ProcessPoolExecutor(min(workers, len(jobs)), mp_context=get_context("spawn")) as pool:
        yield from pool.map(_do, makers, [study] * len(jobs), words)


def _do(make: Maker, study: Study, language: str) -> list[File]:
    return make(study, language)


def _light(study: Study) -> Study:
    """Leave out the arrays that no chart or report reads: they are most of the memory."""
    worlds = study.sample.worlds
    bare = {name: getattr(worlds, name)[:0] for name in HEAVY}
    return replace(study, sample=replace(study.sample, worlds=replace(worlds, **bare)))


def _charts(study: Study, language: str) -> list[File]:
    voice = Voice(language, study.case.names(language))
    files: list[File] = []
    for name, chart in GALLERY.items():
        if chart.asked(study):
            picture = to_svg(chart.figure(study, voice, alone=True))
            files.append((f"charts/{name}.svg", picture.encode()))
            files.append((f"charts/{name}.csv", as_csv(chart.table(study)).encode()))
    return files


def _report(study: Study, language: str) -> list[File]:
    return [(f"report-{language}.pdf", write_report(study, language))]
