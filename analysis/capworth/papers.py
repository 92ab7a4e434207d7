"""The charts and reports of a run, drawn side by side."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeAlias

from capworth.charts.framing import framed
from capworth.charts.gallery import GALLERY
from capworth.charts.svg import to_svg
from capworth.databook import as_csv
from capworth.processes import copies_are_safe
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
    with _makers(study, workers) as make:
        for job, svg in zip(jobs, make(_draw, jobs), strict=True):
            drawn[job] = svg
            if progress:
                progress("charts", len(drawn), len(jobs))
        by_language = [(k, {name: drawn[name, k] for name in asked}) for k in languages]
        reports = make(_report, by_language)
        _write_charts(study, languages[0], drawn, folder / "charts")
        for done, (language, report) in enumerate(zip(languages, reports, strict=True), start=1):
            (folder / f"report-{language}.pdf").write_bytes(report)
            if progress:
                progress("reports", done, len(languages))


def _write_charts(study: Study, language: str, drawn: Mapping[Job, str], folder: Path) -> None:
    voice = Wording.of(study.case, language).voice
    folder.mkdir(exist_ok=True)
    for (name, spoken), svg in drawn.items():
        if spoken == language:
            chart = GALLERY[name]
            title, alt = chart.words(study, voice, "title", "alt")
            alone = framed(svg, title, chart.source(study, voice), alt)
            (folder / f"{name}.svg").write_text(alone, encoding="utf-8", newline="")
            table = as_csv(chart.table(study))
            (folder / f"{name}.csv").write_text(table, encoding="utf-8", newline="")


@contextmanager
def _makers(study: Study, workers: int) -> Iterator[Callable[..., Iterator[Any]]]:
    """Yield a `map` of functions of a study and one thing, in this process or in several."""
    if workers == 1:
        yield lambda do, things: (do(study, thing) for thing in things)
        return
    way, sent = "fork" if copies_are_safe() else "spawn", (_light(study),)
    with ProcessPoolExecutor(workers, get_context(way), _receive, sent) as pool:
        yield lambda do, things: pool.map(partial(_do, do), things)


_received: list[Study] = []  # in a process that makes papers: the study, sent once


def _receive(study: Study) -> None:
    _received.append(study)


def _do(make: Callable[[Study, Any], Any], thing: Any) -> Any:
    return make(_received[0], thing)


def _draw(study: Study, job: Job) -> str:
    name, language = job
    return to_svg(GALLERY[name].figure(study, Wording.of(study.case, language).voice))


def _report(study: Study, content: tuple[str, Mapping[str, str]]) -> bytes:
    return write_report(study, *content)


def _light(study: Study) -> Study:
    """Leave out the arrays that no chart reads: they are most of the memory."""
    worlds = study.sample.worlds
    bare = {name: getattr(worlds, name)[:0] for name in HEAVY}
    return replace(study, sample=replace(study.sample, worlds=replace(worlds, **bare)))
