"""How long each stage of a run takes, beside the least that it could."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import process_time
from typing import Any, Final

import numpy as np
from threadpoolctl import threadpool_limits

from capworth.case.read import read_case
from capworth.model.simulation import draw_sample
from capworth.report.edition import Content
from capworth.report.explorer import write_explorer
from capworth.report.pdf import document, set_document
from capworth.runs.run import check_languages
from capworth.study.stages import answered

UNIT_SIZE, UNIT_ROUNDS = 1_000_000, 10
UNIT: Final = f"{UNIT_ROUNDS} times {UNIT_SIZE:,} normal numbers drawn, summed and sorted by numpy"


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a run: its processor seconds, and those of its floor, if one is known.

    Attributes
    ----------
    floor : seconds of what no way round is known of
    of : what that is
    """

    name: str
    seconds: float
    floor: float | None
    of: str


def unit() -> float:
    """Seconds of the unit: a fixed workload of numpy, by which machines are compared."""

    def work() -> None:
        random = np.random.Generator(np.random.PCG64DXSM(1))
        for _ in range(UNIT_ROUNDS):
            numbers = random.standard_normal(UNIT_SIZE)
            numbers.sum()
            np.sort(numbers)

    return min(_timed(work)[0] for _ in range(3))


def time_stages(
    place: str | Path, draws: int | None = None, languages: Sequence[str] = ("en",)
) -> list[Stage]:
    """Run a case in this process, one worker, and time each stage; nothing is written.

    The floor of the draws is their random numbers, one for each uncertain input and draw; that of
    the answers, one reading of all that is kept of the draws; that of the papers, their typesetting
    once more from the same content.

    Raises
    ------
    RunError
        When a paper is not written in one of the languages.
    """
    check_languages(languages)
    with threadpool_limits(1, "blas"):
        return list(_stages(place, draws, languages))


def _stages(place: str | Path, draws: int | None, languages: Sequence[str]) -> Iterator[Stage]:
    seconds, case = _timed(lambda: read_case(place))
    yield Stage("read and check", seconds, None, "")
    many = draws or case.settings.draws
    seconds, sample = _timed(lambda: draw_sample(case, many))
    uncertain = sum(not estimate.is_certain for estimate in case.estimates().values())
    random = np.random.Generator(np.random.PCG64DXSM(1))
    some = min(uncertain * many, 10_000_000)
    floor = _timed(lambda: random.random(some))[0] * uncertain * many / some
    yield Stage("draws", seconds, floor, f"random numbers of {uncertain} inputs")
    seconds, study = _timed(lambda: answered(sample))
    kept = [part for part in _kept(sample.drawn) if isinstance(part, np.ndarray)]
    floor = _timed(lambda: [part.sum() for part in kept])[0]
    size = sum(part.nbytes for part in kept) / 2**20
    yield Stage("answers", seconds, floor, f"reading {size:,.0f} MB once")
    seconds, _ = _timed(lambda: study.figures)
    yield Stage("figures", seconds, None, "")
    seconds, content = _timed(lambda: Content.of(study))
    editions = []
    for language in languages:
        more, edition = _timed(partial(content.said, language))
        seconds += more
        editions.append(edition)
    yield Stage("what the papers say", seconds, None, "")
    day = case.settings.appraisal_date
    seconds = again = size = 0.0
    for edition in editions:
        drawn, page = _timed(partial(document, study, edition.language, edition=edition))
        took, pdf = _timed(partial(set_document, "report.typ", page, day))
        less, _ = _timed(partial(set_document, "report.typ", page, day))
        seconds, again, size = seconds + drawn + took, again + less, size + len(pdf) / 2**10
    yield Stage(
        "the papers set",
        seconds,
        again,
        f"setting their {size:,.0f} kB once more, with what the typesetter remembers",
    )
    seconds, _ = _timed(lambda: write_explorer(study, languages))
    yield Stage("the explorer", seconds, None, "")


def _kept(drawn: Any) -> list[Any]:
    """Return all that is kept of the draws."""
    return [getattr(drawn, name) for name in drawn.__slots__]


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = process_time()
    made = work()
    return process_time() - start, made
