"""The charts and reports of a run, drawn side by side."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import TypeAlias

from capworth.charts.framing import framed
from capworth.charts.gallery import GALLERY
from capworth.charts.svg import to_svg
from capworth.databook import as_csv
from capworth.report.pdf import write_report
from capworth.report.wording import Wording
from capworth.sampling import Progress
from capworth.study import Study

HEAVY = ("cost", "score", "money", "harm", "function_value", "function_cost", "function_weight")

Job: TypeAlias = tuple[str, str]  # a chart by its name, in a language


def write_papers(
    study: Study,
    languages: Sequence[str],
    folder: Path,
    workers: int = 1,
    progress: Progress | None = None,
) -> None:
    """Write a report in each language, and every chart with its numbers in the first of them.

    Every chart is drawn once in each language. With more than one worker they are drawn in
    processes of their own; the bytes are the same.
    """
    asked = [name for name, chart in GALLERY.items() if chart.asked(study)]
    jobs = [(name, language) for language in languages for name in asked]
    drawn: dict[Job, str] = {}
    for job, svg in zip(jobs, _drawn(study, jobs, workers), strict=True):
        drawn[job] = svg
        if progress:
            progress("charts", len(drawn), len(jobs))
    _write_charts(study, languages[0], drawn, folder / "charts")
    for done, language in enumerate(languages, start=1):
        drawings = {name: drawn[name, language] for name in asked}
        report = write_report(study, language, drawings)
        (folder / f"report-{language}.pdf").write_bytes(report)
        if progress:
            progress("reports", done, len(languages))


def _write_charts(study: Study, language: str, drawn: Mapping[Job, str], folder: Path) -> None:
    voice = Wording.of(study.case, language).voice
    folder.mkdir(exist_ok=True)
    for (name, spoken), svg in drawn.items():
        if spoken == language:
            chart = GALLERY[name]
            words = (what(study, voice) for what in (chart.title, chart.source, chart.alt))
            (folder / f"{name}.svg").write_text(framed(svg, *words), encoding="utf-8", newline="")
            table = as_csv(chart.table(study))
            (folder / f"{name}.csv").write_text(table, encoding="utf-8", newline="")


def _drawn(study: Study, jobs: Sequence[Job], workers: int) -> Iterator[str]:
    if workers == 1:
        yield from (_draw(study, job) for job in jobs)
        return
    with ProcessPoolExecutor(
        min(workers, len(jobs)), get_context("spawn"), _receive, (_light(study),)
    ) as pool:
        yield from pool.map(_draw_received, jobs)


def _draw(study: Study, job: Job) -> str:
    name, language = job
    return to_svg(GALLERY[name].figure(study, Wording.of(study.case, language).voice))


_received: list[Study] = []  # in a process that draws: the study, sent once


def _receive(study: Study) -> None:
    _received.append(study)


def _draw_received(job: Job) -> str:
    return _draw(_received[0], job)


def _light(study: Study) -> Study:
    """Leave out the arrays that no chart reads: they are most of the memory."""
    worlds = study.sample.worlds
    bare = {name: getattr(worlds, name)[:0] for name in HEAVY}
    return replace(study, sample=replace(study.sample, worlds=replace(worlds, **bare)))
