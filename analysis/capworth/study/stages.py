"""One run of everything: the case in, the answers out."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any, Generic, TypeVar, overload

import pandas as pd
from threadpoolctl import threadpool_limits

from capworth.appraisal.allocation import allocate
from capworth.appraisal.attribution import Attribution, attribute
from capworth.appraisal.capabilities import appraise
from capworth.appraisal.claim import Claim, examine_claim
from capworth.appraisal.claim_routes import Routes, take_routes
from capworth.appraisal.conventions import Conventions
from capworth.appraisal.cost_cube import cost_cube
from capworth.appraisal.economics import Economics, economics
from capworth.appraisal.effectiveness import (
    cost_effectiveness,
    scale_panel,
    willingness,
)
from capworth.appraisal.overrun import overrun
from capworth.case.model import Case
from capworth.case.read import checked_case, seeded
from capworth.errors import CapworthError, InputError, nearest
from capworth.excellence.gaps import gap_worth
from capworth.excellence.productivity import track_productivity
from capworth.excellence.services import check_frontier, find_excellence
from capworth.funding.options import Options, compare_options
from capworth.funding.plan import Funding, fund
from capworth.language.language import Language
from capworth.lints.examine import Soundness, examine
from capworth.members.feedback import hear_members
from capworth.members.network import weigh_network
from capworth.members.served import serve_members
from capworth.members.use import Use, share_out
from capworth.methods.arguments import kinds_checked, whole
from capworth.model.figures import Figure, Figures
from capworth.model.result import Provenance
from capworth.model.simulation import CHUNK, ENVELOPED, Progress, Sample, Store, draw_sample
from capworth.multicriteria.contributions import part_scores
from capworth.multicriteria.elicitation import elicit
from capworth.multicriteria.rank_reversal import find_reversals
from capworth.parallel import beside, first_of, let_go
from capworth.programme.extent_keys import compare_keys
from capworth.programme.joint_gains import join_gains
from capworth.programme.priorities import Priorities, prioritise
from capworth.programme.proposal import Proposal, propose_set
from capworth.programme.selection import Programme, choose_programme
from capworth.programme.tracking import set_baseline
from capworth.study.differences import Differences, compare
from capworth.study.drawings import Drawings
from capworth.study.explained import cells, explained
from capworth.study.figures import gather
from capworth.study.once import once
from capworth.study.pages import part_pages
from capworth.study.progress import showing
from capworth.study.shown import Unasked, frame_shown, shown_of, study_in_html
from capworth.study.split_check import SplitCheck, check_splits
from capworth.uncertainty.convergence import converge
from capworth.uncertainty.information import value_of_information
from capworth.uncertainty.sensitivity import swing_inputs
from capworth.uncertainty.switching import programme_map, switching_values

T = TypeVar("T")
FEW = 300  # draws in which a run looks whether a service listed in parts moves anything
QUESTION, FOLLOWS, BASIS = "question", "follows", "basis"  # roles of a part


class NotAskedError(CapworthError):
    """An answer to a question that a case does not ask."""


class Part(Generic[T]):
    """One question of a study: how its answer is found, and which answers it builds on.

    Parameters
    ----------
    find : the answer from the sample, the answers that it builds on, and the provenance; None
        where the case does not ask
    needs : names of these answers
    role : a question of its own; what follows from one that is asked; or the basis of others
    """

    def __init__(
        self, find: Callable[..., T | None], needs: Sequence[str] = (), role: str = QUESTION
    ) -> None:
        self.find, self.needs, self.role = find, tuple(needs), role
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, study: None, owner: type) -> "Part[T]": ...
    @overload
    def __get__(self, study: "Study", owner: type) -> T: ...
    def __get__(self, study: "Study | None", owner: type) -> "Part[T] | T":
        if study is None:
            return self
        answer: T = study.answer(self.name)
        return answer


def _attributed(sample: Sample, _: Provenance) -> Attribution | None:
    case = sample.case
    return attribute(case, min(ENVELOPED, sample.draws)) if case.chain else None


def _economics(sample: Sample, programme: Programme | None, known: Provenance) -> Economics | None:
    return economics(sample, known, programme=programme)


def _routes(sample: Sample, claim: Claim | None, known: Provenance) -> Routes | None:
    return None if claim is None else take_routes(sample, claim, known)


def _options(
    sample: Sample,
    programme: Programme | None,
    funding: Funding | None,
    priorities: Priorities | None,
    known: Provenance,
) -> Options | None:
    return compare_options(sample, programme, funding, priorities, known)


def _use(sample: Sample, _: Provenance) -> Use | None:
    return share_out(sample)


def _splits(sample: Sample, known: Provenance) -> SplitCheck | None:
    return check_splits(sample.case, known, min(FEW, sample.draws), parts=(2,), declared=False)


def _soundness(sample: Sample, splits: SplitCheck | None, _: Provenance) -> Soundness:
    return examine(sample.case, sample.draws, () if splits is None else splits.silent)


def _on_request(_: Sample, __: Provenance) -> Conventions | None:
    """Every allocation key, discount schedule and harm scale: only where somebody asks."""
    return None


def _futures(_: Sample, __: Provenance) -> Any:
    """Every scenario of the case, each a study of its own: only where somebody asks."""
    return None


@dataclass(frozen=True, slots=True, eq=False, repr=False, weakref_slot=True)
class Study:
    """Every answer to one case, in the order of the questions.

    `study.parts` lists them; `"claim" in study` says whether a question is asked; `study.claim` is
    its answer, and a `NotAskedError` in one sentence where there is none.

    >>> from capworth import read_case
    >>> study = run_study(read_case("elicitation-example"), draws=100, only="appraisal")
    >>> study.appraisal
    <Appraisal: FILE first in value for money in 73% of 100 draws; 3 capabilities>
    >>> "programme" in study
    False

    Attributes
    ----------
    case, provenance, sample : what the answers are found from
    answers : answer by name; None where the case does not ask
    """

    case: Case
    provenance: Provenance
    sample: Sample
    answers: Mapping[str, Any]

    use = Part(_use, role=BASIS)
    costs = Part(lambda sample, _: cost_cube(sample.case), role=BASIS)
    overrun = Part(overrun, role=FOLLOWS)
    feedback = Part(lambda sample, known: hear_members(sample.case, known))
    appraisal = Part(appraise)
    elicitation = Part(lambda sample, known: elicit(sample.case, known), role=FOLLOWS)
    contributions = Part(part_scores)
    reversals = Part(lambda sample, known: find_reversals(sample.case, known))
    effectiveness = Part(cost_effectiveness)
    willingness = Part(willingness)
    scales = Part(scale_panel)
    allocation = Part(allocate)
    attribution = Part(_attributed)
    claim = Part(examine_claim)
    routes = Part(_routes, ["claim"], role=FOLLOWS)
    excellence = Part(find_excellence)
    frontier = Part(check_frontier)
    productivity = Part(lambda sample, known: track_productivity(sample.case, known))
    gap_worth = Part(gap_worth, ["excellence"], role=FOLLOWS)
    priorities = Part(prioritise)
    programme = Part(choose_programme)
    economics = Part(_economics, ["programme"])
    extent_keys = Part(compare_keys, ["programme"], role=FOLLOWS)
    baseline = Part(set_baseline, ["programme"], role=FOLLOWS)
    joint_gains = Part(join_gains, ["programme"], role=FOLLOWS)
    funding = Part(fund, ["programme"])
    options = Part(_options, ["programme", "funding", "priorities"], role=FOLLOWS)
    sensitivity = Part(swing_inputs)
    members = Part(serve_members, ["use"])
    network = Part(weigh_network, ["use"])
    switching = Part(switching_values, ["programme"])
    threshold = Part(lambda _, found, __: programme_map(found), ["switching"])
    resolving = Part(value_of_information, ["programme"])
    splits = Part(_splits, role=FOLLOWS)
    soundness = Part(_soundness, ["splits"])
    convergence = Part(converge, ["programme"], role=FOLLOWS)
    conventions = Part(_on_request, role=FOLLOWS)
    futures = Part(_futures, role=FOLLOWS)

    def __contains__(self, part: object) -> bool:
        _check_parts([part])
        return self.answers.get(str(part)) is not None

    def __getitem__(self, part: str) -> Any:
        """As `answer`."""
        return self.answer(part)

    def with_answers(self, **answers: object) -> "Study":
        """Return the study with some answers put in place of others; None takes one away."""
        _check_parts(answers)
        return replace(self, answers={**self.answers, **answers})

    def answer(self, part: str) -> Any:
        """Return the answer to one question by its name, as `study.claim` does.

        Of a study that was run for some parts `only`, another is found when it is first asked for.

        Raises
        ------
        NotAskedError
            Where the case does not ask.
        """
        _check_parts([part])
        answer = self.answers.get(part)
        if answer is None and part in ON_REQUEST:
            raise NotAskedError(f"{part} are found on request only: {ON_REQUEST[part]}.")
        if answer is None:
            raise NotAskedError(f"{self.case.settings.name} does not ask for {part}.")
        return answer

    @property
    def parts(self) -> pd.DataFrame:
        """What a study answers: each part, its question, whether it is asked, and its finding."""
        asked = {name: name in self for name in PARTS}
        return pd.DataFrame(
            {
                "question": [part_pages()[name].question for name in PARTS],
                "asked": list(asked.values()),
                "finding": [_shown(self.answers[k]) if asked[k] else "-" for k in PARTS],
                "tables": [" ".join(part_pages()[name].tables) for name in PARTS],
            },
            index=pd.Index(PARTS, name="part"),
        )

    @property
    def draws(self) -> Drawings:
        """The draws as labelled arrays that cannot be written to; see `Drawings`."""
        return Drawings(self.sample, self.answers.get("programme"))

    def where(self, mask: Any) -> Drawings:
        """Return the draws of which something is true.

        Parameters
        ----------
        mask : name of an array of yes and no, such as `budget_exceeded`; such an array (draws,); or
            a function of `study.draws` that gives one
        """
        return self.draws.where(mask)

    def compare(self, other: "Study") -> Differences:
        """Tell what differs from here to another study: in the inputs, and in the answers."""
        if not isinstance(other, Study):
            kind = type(other).__name__
            raise InputError(f"other: a study is needed, not {kind}. Take `run_study(case)`.")
        return compare(self, other)

    def propose(self, improvements: Iterable[str]) -> Proposal:
        """Hold a set of improvements of one's own against the best ones; see `propose_set`."""
        mine = (improvements,) if isinstance(improvements, str) else improvements
        return propose_set(self.sample, self.programme, mine, self.provenance)

    def plot(self, chart: str, ax: Any = None, language: str = "en") -> Any:
        """Draw a chart of the gallery, such as "frontier": a picture, or on one's own `ax`."""
        return import_module("capworth.charts.picture").plot(self, chart, ax, language)

    def show(
        self,
        what: str | pd.DataFrame | pd.Series = "",
        columns: Sequence[str] = (),
        *,
        rows: str | Sequence[str] = (),
        plot: str = "",
        language: str = "en",
    ) -> Any:
        """Return an answer or one of its tables to be shown, or a sentence where it is not asked.

        For notebooks that run on any case: nothing is raised for what a case does not ask.

        Parameters
        ----------
        what : a part, such as "programme", or a table or method of it: "programme.good_sets"; or a
            table or column of one's own
        columns : of the table
        rows : labels of the table; only rows that bear one of them, such as "programme"
        plot : a chart instead, by its name
        language : of the chart
        """
        if isinstance(what, pd.DataFrame | pd.Series):
            return frame_shown(what)
        if not isinstance(what, str):
            words = f"show: {type(what).__name__} is no name of a part, and no table"
            raise InputError(f'{words}. Write it like "programme".')
        part, _, way = what.partition(".")
        try:
            if plot:
                return self.plot(plot, language=language)
            return shown_of(self.answer(part), way, columns, rows)
        except NotAskedError as error:
            return Unasked(str(error))

    def report(self, path: str | Path, language: str = "en", annex: str = "short") -> Path:
        """Write the decision paper with its annex, "short" or "full", as a PDF."""
        if Path(path).suffix.lower() != ".pdf":
            raise InputError(f"{path}: the paper is a PDF. Let the name end in .pdf.")
        write = import_module("capworth.runs.run").write_paper
        written: Path = write(self, Path(path), language, annex)
        return written

    def write(self, folder: str | Path, languages: Sequence[str] = ()) -> Path:
        """Write the run folder, as `capworth run` does: inputs, tables, papers, manifest."""
        written: Path = import_module("capworth.runs.run").write_run(self, folder, languages)
        return written

    @property
    def figures(self) -> Figures:
        """Every quantity that is printed, by id, with its range, error, formula and rows."""
        return _figures(self)

    def figure(self, name: str) -> Figure:
        """Return one figure, such as `cost.programme`; the error names the nearest ids.

        Its kind may stand behind: `net.programme.mean` is `net.programme`, which is a mean.
        """
        stem, _, kind = name.rpartition(".")
        if name not in self.figures and stem in self.figures and self.figures[stem].kind == kind:
            return self.figures[stem]
        return self.figures[name]

    def explain(self, name: str, language: str = "en") -> str:
        """Say how one figure came about: formula, range, error, what moves it, rows behind it."""
        spoken, figure = Language.of(self.case, language), self.figure(name)
        rows = ("  ".join(str(x) for x in row if x != "") for row in cells(figure.rows))
        return "\n".join((*explained(figure, self.case, spoken), *rows))

    @property
    def found(self) -> tuple[str, ...]:
        """The parts that have an answer, in the order of the questions."""
        return tuple(k for k, part in PARTS.items() if part.role != BASIS and k in self)

    @property
    def not_asked(self) -> tuple[str, ...]:
        """The questions that the case does not ask."""
        return tuple(
            name for name, part in PARTS.items() if part.role == QUESTION and name not in self
        )

    @property
    def known(self) -> tuple[str, ...]:
        """The parts that were found so far, the basis of others left out: all, unless `only`."""
        names = self.answers.known if isinstance(self.answers, Found) else PARTS
        return tuple(k for k in PARTS if k in names and PARTS[k].role != BASIS and k in self)

    def __repr__(self) -> str:
        known = self.known
        findings = "; ".join(repr(self.answers[k]) for k in FINDINGS if k in known)
        return f"<Study of {self.case.settings.name}: {len(known)} answers; {findings}>"

    def _repr_html_(self) -> str:
        return study_in_html(self)


def _check_parts(names: Iterable[object]) -> None:
    for name in names:
        if name not in PARTS:
            raise InputError(f"a study has no part {name!r}. {nearest(str(name), PARTS)}")


class Found(Mapping[str, Any]):
    """Answers by name, each found when it is first asked for, with those that it builds on."""

    def __init__(self, sample: Sample, known: Provenance) -> None:
        self._given, self._found = (sample, known), dict[str, Any]()

    def __getitem__(self, name: str) -> Any:
        if name not in self._found:
            needs = [self[need] for need in PARTS[name].needs]
            with threadpool_limits(1, "blas"):
                self._found[name] = _found(self._given, name, *needs)
        return self._found[name]

    @property
    def known(self) -> frozenset[str]:
        """Names of those that were found."""
        return frozenset(self._found)

    def __iter__(self) -> Iterator[str]:
        return iter(PARTS)

    def __len__(self) -> int:
        return len(PARTS)


@once
def _figures(study: Study) -> Figures:
    with threadpool_limits(1, "blas"):
        return gather(study.answers.values(), study.sample, study.provenance.draws)


FINDINGS = ("appraisal", "claim", "programme")  # that a study prints of itself
ON_REQUEST: Mapping[str, str] = MappingProxyType(
    {
        "conventions": "`compare_conventions(case)`, or `capworth run CASE --parameters all`",
        "futures": "`scorecard(case)`, or `capworth run CASE --futures`",
    }
)
PARTS: Mapping[str, Part[Any]] = MappingProxyType(
    {name: part for name, part in vars(Study).items() if isinstance(part, Part)}
)


@kinds_checked
def run_study(
    case: Case,
    draws: int | None = None,
    seed: int | None = None,
    workers: int = 1,
    executor: Executor | None = None,
    progress: Progress | bool | None = None,
    only: str | Sequence[str] = (),
    store: Store | None = None,
) -> Study:
    """Answer every question that a case asks, or some of them.

    Parameters
    ----------
    case : see `read_case`
    draws : sampled draws; those of the case when None
    seed : that of the case when None
    workers : processes or threads; the numbers do not depend on it
    executor : anything with the interface of `concurrent.futures`, instead of threads
    progress : whether a bar is shown; in a notebook and on a terminal when None. Or a function that
        is told of each stage with what is done and what there is in all
    only : parts to find now, such as "claim", with what they build on; others are then found when
        they are first asked for
    store : where chunks of draws are kept, and found if they are there

    Examples
    --------
    >>> from capworth import read_case
    >>> run_study(read_case("elicitation-example"), draws=100, only="elicitation").elicitation
    <Elicitation: 10 criteria by 3 judges, geometric mean; 1 of 12 sets to revisit>
    """
    wanted = (only,) if isinstance(only, str) else tuple(only)
    _check_parts(wanted)
    case = checked_case(case)
    if seed is not None:
        case = seeded(case, whole(seed, "seed", 0))
    number = case.settings.draws if draws is None else draws
    with showing(progress) as tell, threadpool_limits(1, "blas"):
        # more threads than one would change the last bits of products
        sample = draw_sample(case, number, workers, executor, tell, store=store)
        provenance = Provenance.of(case, number)
        answers: Mapping[str, Any]
        if wanted:
            answers = Found(sample, provenance)
            for done, name in enumerate(wanted, start=1):
                _ = answers[name]
                if tell:
                    tell("answers", done, len(wanted))
        else:
            answers = _answers(sample, provenance, workers, tell)
    return Study(case=case, provenance=provenance, sample=sample, answers=answers)


def answered(sample: Sample) -> Study:
    """Find every answer from a sample, in this process."""
    known = Provenance.of(sample.case, sample.draws)
    found = Found(sample, known)
    return Study(sample.case, known, sample, {name: found[name] for name in PARTS})


def _answers(
    sample: Sample, provenance: Provenance, workers: int, progress: Progress | None
) -> dict[str, Any]:
    """Find every answer, side by side where one does not build on the other.

    Those that others build on begin first, so that at the end nobody waits for one.
    """
    built_on = Counter(need for part in PARTS.values() for need in part.needs)
    waiting = dict(sorted(PARTS.items(), key=lambda named: -built_on[named[0]]))
    answers = dict[str, Any]()
    running: dict[Future[Any], str] = {}
    with beside((sample, provenance), workers) as submit:
        while waiting or running:
            for name in [n for n, part in waiting.items() if {*part.needs} <= {*answers}]:
                needs = (answers[need] for need in waiting.pop(name).needs)
                running[submit(_found, name, *needs)] = name
            for done in first_of(running):
                answers[running.pop(done)] = done.result()
                if progress:
                    progress("answers", len(answers), len(PARTS))
    return {name: answers[name] for name in PARTS}


def _found(given: tuple[Sample, Provenance], name: str, *needs: Any) -> Any:
    sample, provenance = given
    answer = PARTS[name].find(sample, *needs, provenance)
    if sample.drawn.size > CHUNK:  # fewer draws take little memory
        let_go()
    return answer


def _shown(answer: object) -> str:
    return repr(answer).strip("<>")
