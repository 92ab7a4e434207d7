"""The small case that is worked out by hand, and what is answered to it."""

import gc
import os
import pickle
import shutil
import signal
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

if sys.platform != "win32":
    import fcntl

import pytest
from hypothesis import HealthCheck, settings

# As in a terminal: a shell lets what runs behind it hear no Ctrl-C, nor what that begins.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
# As the command line does, before numpy: two processes side by side have no cores to spare.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# What breaks in a method that we call ourselves is a mistake of ours, and no argument's.
os.environ.setdefault("CAPWORTH_SHOW_BUGS", "1")

from capworth.case.model import Case, Estimate
from capworth.case.read import PARTS, read_case
from capworth.excellence.gaps import gap_worth
from capworth.excellence.services import find_excellence
from capworth.language.language import Language
from capworth.model import simulation as sampling
from capworth.model.draws import AtModes
from capworth.model.result import Provenance
from capworth.programme.joint_gains import join_gains
from capworth.programme.selection import choose_programme
from capworth.programme.tracking import set_baseline
from capworth.study.stages import PARTS as QUESTIONS
from capworth.study.stages import Study, run_study

# The same examples every time, on however slow a machine; `make nightly` seeks others, and more.
settings.register_profile("same", derandomize=True, deadline=None, max_examples=50)
settings.register_profile(
    "nightly",
    max_examples=500,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("short", settings.get_profile("same"), max_examples=12)
# As the tests that are long: all of it where a change lands.
settings.load_profile("same" if "CAPWORTH_CI" in os.environ else "short")

HERE = Path(__file__).parent
SMALL = HERE / "cases" / "small"
BUNDLED = HERE.parent / "data" / "interpol-2019"
BUNDLED_DRAWS = 60

# The files that take longest begin first, so that no worker is left with them at the end.
LONGEST = (
    "tests/report/test_report.py",
    "tests/test_notebooks.py",
    "tests/runs/test_runs.py",
    "tests/study/test_study.py",
    "tests/appraisal/test_claim.py",
    "tests/charts/test_charts.py",
    "tests/runs/test_briefs.py",
    "tests/study/test_metamorphic.py",
    "tests/study/test_cross_answers.py",
    "tests/cli/test_cli.py",
    "tests/runs/test_vintage.py",
    "tests/methods/claim/test_verdict.py",
    "tests/report/test_explorer_choice.py",
    "tests/report/test_explorer.py",
    "tests/report/test_speaking_pages.py",
    "tests/funding/test_funding.py",
    "tests/runs/test_donors.py",
    "tests/appraisal/test_conventions.py",
    "tests/report/test_licences.py",
    "tests/report/test_annex.py",
    "tests/test_cluster.py",
    "tests/render/test_renderers.py",
    "tests/case/test_case_door.py",
    "tests/excellence/test_comparison.py",
    "tests/case/test_case_errors.py",
    "tests/excellence/test_excellence_pages.py",
    "tests/methods/envelopment/test_envelopment_solver.py",
    "tests/language/test_rightwards.py",
    "tests/case/test_workbook.py",
)

Revalue = Callable[[Case, str, Callable[[Estimate], Estimate]], Case]
Without = Callable[..., Case]


BETWEEN = ("fr", "es")  # what they add to English and to Arabic is mostly words


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Bring the longest files forward; within a file, and among the others, the order stays.

    What is tried in each language is long in all but English and Arabic, which runs the other way.
    """
    place = {file: k for k, file in enumerate(LONGEST)}
    for item in items:
        given = item.callspec.params if hasattr(item, "callspec") else {}
        if any(given.get(name) in BETWEEN for name in ("code", "language", "other")):
            item.add_marker(pytest.mark.long)
    items.sort(key=lambda item: place.get(item.nodeid.partition("::")[0], len(place)))


def pytest_collection_finish() -> None:
    """What is collected stays to the end: no search for garbage looks through it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


@contextmanager
def drawing(at_modes: bool) -> Iterator[None]:
    """Inside this block every draw is the most plausible one, if so asked."""
    with pytest.MonkeyPatch.context() as patch:
        if at_modes:
            patch.setattr(sampling, "Sampled", lambda seed, chunk, size: AtModes(size))
        yield


class Late(Mapping[str, Any]):
    """Answers with every draw at the modes, each found when it is first read: most tests read one.

    That a study finds them all, in their order: tests/study/test_study.py.
    """

    def __init__(self, sample: sampling.Sample, known: Provenance) -> None:
        self._sample, self._known = sample, known
        self._found: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._found:
            part = QUESTIONS[name]
            needs = [self[need] for need in part.needs]
            with drawing(at_modes=True):
                self._found[name] = part.find(self._sample, *needs, self._known)
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(QUESTIONS)

    def __len__(self) -> int:
        return len(QUESTIONS)


@pytest.fixture(scope="session")
def small_folder() -> Path:
    """Folder of the small case; never written to."""
    return SMALL


@pytest.fixture(scope="session")
def small() -> Case:
    """Four capabilities, two platforms, three improvements."""
    return read_case(SMALL)


@pytest.fixture(scope="session")
def golden() -> Mapping[str, Any]:
    """What the small case gives, worked by hand."""
    return tomllib.loads((HERE / "golden" / "small.toml").read_text("utf-8"))


@pytest.fixture(scope="session")
def at_modes() -> Callable[[Case], Study]:
    """Make a study in which every draw is the most plausible one."""

    def run(case: Case) -> Study:
        with drawing(at_modes=True):
            sample = sampling.draw_sample(case, 3)
        known = Provenance.of(case, 3)
        return Study(case, known, sample, Late(sample, known))

    return run


@pytest.fixture(scope="session")
def worked(small: Case, at_modes: Callable[[Case], Study]) -> Study:
    """The small case with every draw at the modes."""
    return at_modes(small)


@pytest.fixture(scope="session")
def plan() -> Callable[..., Any]:
    """Answer only what concerns the programme: a case, draws, and whether all are at the modes."""

    def answer(case: Case, draws: int = 400, modes: bool = False) -> SimpleNamespace:
        with drawing(modes):
            sample, known = sampling.draw_sample(case, draws), Provenance.of(case, draws)
            programme = choose_programme(sample, known)
            return SimpleNamespace(
                case=case,
                sample=sample,
                provenance=known,
                programme=programme,
                baseline=set_baseline(sample, programme, known),
            )

    return answer


@pytest.fixture(scope="session")
def study(small: Case) -> Study:
    """The small case in 400 draws."""
    return run_study(small)


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Inside this block no other process of these tests is, where the machine can see to it."""
    with lock.open("w") as held:
        if sys.platform != "win32":
            fcntl.flock(held, fcntl.LOCK_EX)  # let go with the file, or with the process
        yield


@pytest.fixture(scope="session")
def bundled_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled case in few draws, answered once for all processes of the tests."""
    place = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        place = place.parent  # that of all workers
    kept = place / "bundled.pickle"
    with alone(place / "bundled.lock"):
        if not kept.exists():
            study = run_study(read_case(BUNDLED), draws=BUNDLED_DRAWS)
            (place / "bundled.part").write_bytes(pickle.dumps(study))
            (place / "bundled.part").replace(kept)
    return kept


@pytest.fixture(scope="session")
def bundled(bundled_file: Path) -> Study:
    """The bundled case in few draws."""
    found: Study = pickle.loads(bundled_file.read_bytes())
    return found


@pytest.fixture(scope="session")
def learning() -> Callable[..., Any]:
    """Answer only what concerns excellence and improvements, perhaps with all at the modes."""

    def answer(case: Case, draws: int = 400, modes: bool = False) -> SimpleNamespace:
        with drawing(modes):
            sample, known = sampling.draw_sample(case, draws), Provenance.of(case, draws)
            excellence = find_excellence(sample, known)
            programme = choose_programme(sample, known)
            return SimpleNamespace(
                case=case,
                sample=sample,
                provenance=known,
                excellence=excellence,
                programme=programme,
                gap_worth=gap_worth(sample, excellence, known),
                joint_gains=join_gains(sample, programme, known),
            )

    return answer


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Ids of the phrases that are said in this test, as they come."""
    found: set[str] = set()
    say = Language.say

    def listening(self: Language, key: str, **parts: object) -> str:
        found.add(key)
        return say(self, key, **parts)

    monkeypatch.setattr(Language, "say", listening)
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the small case that a test may spoil."""
    return Path(shutil.copytree(SMALL, tmp_path / "small"))


@pytest.fixture(scope="session")
def revalue() -> Revalue:
    """Change every uncertain number of one table of a case."""
    numbers = {table: number for table, _, number in PARTS if number}

    def change(case: Case, table: str, how: Callable[[Estimate], Estimate]) -> Case:
        name = numbers[table]
        rows = [replace(row, **{name: how(getattr(row, name))}) for row in getattr(case, table)]
        parts: dict[str, Any] = {table: tuple(rows)}
        return replace(case, **parts)

    return change


@pytest.fixture(scope="session")
def without() -> Without:
    """Take tables out of a case, and the questions that need them out of its settings."""

    def take(case: Case, *tables: str, **settings: object) -> Case:
        none: dict[str, Any] = dict.fromkeys(tables, ())
        return replace(case, **none).with_settings(**settings)

    return take


READ = {  # modules that ask charts for what they find, and draw none
    f"capworth.report.{name}"
    for name in ("annex.leaves", "annex.sheet", "content", "explorer.findings")
}


@contextmanager
def three_charts() -> Iterator[None]:
    """Inside this block a run draws three charts: how runs are written and read needs no more.

    Every module that holds the gallery by then is given a smaller one; the short annex draws none.
    """
    whole = import_module("capworth.charts.gallery").GALLERY
    import_module("capworth.runs.run")
    few = {name: whole[name] for name in ("cost_value", "payers", "order")}
    with pytest.MonkeyPatch.context() as patch:
        for name, module in [*sys.modules.items()]:
            if name in READ:
                continue
            if name.startswith(("capworth.report", "capworth.runs")) and hasattr(module, "GALLERY"):
                patch.setattr(module, "GALLERY", few)
        yield


@pytest.fixture(scope="session")
def drawing_few() -> Callable[[], AbstractContextManager[None]]:
    """Draw three charts in a block."""
    return three_charts


@pytest.fixture
def few_charts() -> Iterator[None]:
    """Draw three charts in this test."""
    with three_charts():
        yield


@pytest.fixture(scope="module")
def few_charts_here() -> Iterator[None]:
    """Draw three charts in the tests of this module that come after."""
    with three_charts():
        yield
