"""One run of everything: the case in, the answers out."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Generic, TypeVar, overload
from weakref import WeakKeyDictionary

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
from capworth.case.read import checked_case
from capworth.errors import CapworthError, InputError, nearest
from capworth.excellence.gaps import gap_worth
from capworth.excellence.productivity import track_productivity
from capworth.excellence.services import check_frontier, find_excellence
from capworth.funding.options import Options, compare_options
from capworth.funding.plan import Funding, fund
from capworth.lints.examine import Soundness, examine
from capworth.members.feedback import hear_members
from capworth.members.network import weigh_network
from capworth.members.served import serve_members
from capworth.members.use import Use, share_out
from capworth.model.figures import Figure
from capworth.model.result import Provenance
from capworth.model.simulation import ENVELOPED, Progress, Sample, draw_sample
from capworth.multicriteria.contributions import part_scores
from capworth.multicriteria.elicitation import elicit
from capworth.multicriteria.rank_reversal import find_reversals
from capworth.parallel import beside
from capworth.programme.extent_keys import compare_keys
from capworth.programme.joint_gains import join_gains
from capworth.programme.priorities import Priorities, prioritise
from capworth.programme.selection import Programme, choose_programme
from capworth.programme.tracking import set_baseline
from capworth.study.figures import Figures, gather
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
        answer: T | None = study.answers.get(self.name)
        if answer is None:
            raise NotAskedError(f"{study.case.settings.name} does not ask for {self.name}.")
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


@dataclass(frozen=True, slots=True, eq=False, repr=False, weakref_slot=True)
class Study:
    """Every answer to one case, in the order of the questions.

    `"claim" in study` says whether a question is asked; `study.claim` is its answer, and a
    `NotAskedError` in one sentence where there is none.

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

    def __contains__(self, part: object) -> bool:
        if part not in PARTS:
            raise InputError(f"a study has no part {part!r}. {nearest(str(part), PARTS)}")
        return self.answers.get(str(part)) is not None

    def with_answers(self, **answers: object) -> "Study":
        """Return the study with some answers put in place of others; None takes one away."""
        strange = [name for name in answers if name not in PARTS]
        if strange:
            raise InputError(f"a study has no part {strange[0]!r}. {nearest(strange[0], PARTS)}")
        return replace(self, answers={**self.answers, **answers})

    @property
    def figures(self) -> Figures:
        """Every quantity that is printed, by id, with its range, error, formula and rows."""
        if self not in _FIGURES:
            with threadpool_limits(1, "blas"):
                answers = self.answers.values()
                _FIGURES[self] = gather(answers, self.sample, self.provenance.draws)
        return _FIGURES[self]

    def figure(self, name: str) -> Figure:
        """Return one figure, such as `cost.programme`; the error names the nearest ids."""
        return self.figures[name]

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

    def __repr__(self) -> str:
        findings = "; ".join(repr(self.answers[k]) for k in FINDINGS if k in self)
        return f"<Study of {self.case.settings.name}: {len(self.found)} answers; {findings}>"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th>{name}</th><td>{_shown(self.answers.get(name))}</td></tr>" for name in PARTS
        )
        return f"<table>{rows}</table><p><small>{self.provenance}</small></p>"


_FIGURES: WeakKeyDictionary[Study, Figures] = WeakKeyDictionary()  # found once for each study
FINDINGS = ("appraisal", "claim", "programme")  # that a study prints of itself
PARTS: Mapping[str, Part[Any]] = MappingProxyType(
    {name: part for name, part in vars(Study).items() if isinstance(part, Part)}
)


def run_study(
    case: Case,
    draws: int | None = None,
    seed: int | None = None,
    workers: int = 1,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Study:
    """Answer every question that a case asks.

    Parameters
    ----------
    case : see `read_case`
    draws : sampled draws; those of the case when None
    seed : that of the case when None
    workers : processes or threads; the numbers do not depend on it
    executor : anything with the interface of `concurrent.futures`, instead of threads
    progress : told of each stage with what is done and what there is in all
    """
    case = checked_case(case)
    if seed is not None:
        case = case.with_settings(seed=seed)
    number = case.settings.draws if draws is None else draws
    with threadpool_limits(1, "blas"):  # more threads change the last bits of products
        sample = draw_sample(case, number, workers, executor, progress)
        provenance = Provenance.of(case, number)
        answers = _answers(sample, provenance, workers, progress)
    return Study(case=case, provenance=provenance, sample=sample, answers=answers)


def _answers(
    sample: Sample, provenance: Provenance, workers: int, progress: Progress | None
) -> dict[str, Any]:
    """Find every answer, side by side where one does not build on the other."""
    waiting, answers = dict(PARTS), dict[str, Any]()
    running: dict[Future[Any], str] = {}
    with beside((sample, provenance), workers) as submit:
        while waiting or running:
            for name in [n for n, part in waiting.items() if {*part.needs} <= {*answers}]:
                needs = (answers[need] for need in waiting.pop(name).needs)
                running[submit(_found, name, *needs)] = name
            for done in wait(running, return_when=FIRST_COMPLETED).done:
                answers[running.pop(done)] = done.result()
                if progress:
                    progress("answers", len(answers), len(PARTS))
    return {name: answers[name] for name in PARTS}


def _found(given: tuple[Sample, Provenance], name: str, *needs: Any) -> Any:
    sample, provenance = given
    return PARTS[name].find(sample, *needs, provenance)


def _shown(answer: object) -> str:
    if answer is None:
        return "not asked by this case"
    return repr(answer).replace("<", "&lt;").replace(">", "&gt;")
