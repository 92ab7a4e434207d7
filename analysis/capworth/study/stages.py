"""One run of everything: the case in, the answers out."""

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass
from typing import Any, NamedTuple

from threadpoolctl import threadpool_limits

from capworth.appraisal.allocation import Allocation, allocate
from capworth.appraisal.attribution import Attribution, attribute
from capworth.appraisal.capabilities import Appraisal, appraise
from capworth.appraisal.claim import Claim, examine_claim
from capworth.appraisal.conventions import Conventions
from capworth.appraisal.economics import Economics, economics
from capworth.appraisal.effectiveness import (
    Effectiveness,
    ScalePanel,
    Willingness,
    cost_effectiveness,
    scale_panel,
    willingness,
)
from capworth.case.model import Case
from capworth.excellence.gaps import GapWorth, gap_worth
from capworth.excellence.productivity import ProductivityTrend, track_productivity
from capworth.excellence.services import Excellence, FrontierCheck, check_frontier, find_excellence
from capworth.funding.plan import Funding, fund
from capworth.lints.examine import Soundness, examine
from capworth.members.feedback import Feedback, hear_members
from capworth.members.network import Network, weigh_network
from capworth.members.use import Members, UseModel, serve_members
from capworth.model.result import Provenance
from capworth.model.simulation import ENVELOPED, Progress, Sample, draw_sample
from capworth.multicriteria.contributions import Contributions, part_scores
from capworth.multicriteria.elicitation import Elicitation, elicit
from capworth.multicriteria.rank_reversal import Reversals, find_reversals
from capworth.parallel import beside
from capworth.programme.joint_gains import JointGains, join_gains
from capworth.programme.priorities import Priorities, prioritise
from capworth.programme.robustness import Robustness, examine_robustness
from capworth.programme.schedule import Schedule, schedule_programme
from capworth.programme.selection import Programme, choose_programme
from capworth.programme.tracking import Baseline, set_baseline
from capworth.uncertainty.information import Resolving, value_of_information
from capworth.uncertainty.sensitivity import Sensitivity, swing_inputs
from capworth.uncertainty.switching import (
    SwitchingValues,
    ThresholdMap,
    programme_map,
    programme_switches,
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Study:
    """Every answer to one case. An answer is None where the case does not ask its question."""

    case: Case
    provenance: Provenance
    sample: Sample
    feedback: Feedback | None
    appraisal: Appraisal
    elicitation: Elicitation | None
    contributions: Contributions | None
    reversals: Reversals | None
    economics: Economics | None
    effectiveness: Effectiveness | None
    willingness: Willingness | None
    scales: ScalePanel | None
    claim: Claim | None
    excellence: Excellence | None
    frontier: FrontierCheck | None
    productivity: ProductivityTrend | None
    priorities: Priorities | None
    programme: Programme | None
    robustness: Robustness | None
    schedule: Schedule | None
    baseline: Baseline | None
    gap_worth: GapWorth | None
    joint_gains: JointGains | None
    funding: Funding | None
    sensitivity: Sensitivity | None
    switching: SwitchingValues | None
    threshold: ThresholdMap | None
    resolving: Resolving | None
    allocation: Allocation | None
    attribution: Attribution | None
    network: Network | None
    members: Members | None
    soundness: Soundness
    conventions: Conventions | None = None  # on request: every key, schedule and harm scale

    @property
    def not_asked(self) -> tuple[str, ...]:
        """The questions that the case does not ask."""
        questions = (stage for stage in STAGES if stage not in WITH_OTHERS)
        return tuple(stage for stage in questions if getattr(self, stage) is None)

    def __repr__(self) -> str:
        told = [repr(a) for a in (self.appraisal, self.claim, self.programme) if a is not None]
        given = len(STAGES) - len(self.not_asked)
        return f"<Study of {self.case.settings.name}: {given} answers; {'; '.join(told)}>"

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr><th>{s}</th><td>{_shown(getattr(self, s))}</td></tr>" for s in STAGES)
        return f"<table>{rows}</table><p><small>{self.provenance}</small></p>"


class Stage(NamedTuple):
    """One answer: how it is found from the sample, and which answers it builds on."""

    find: Callable[..., Any]  # from the sample, the answers it builds on, and the provenance
    needs: tuple[str, ...] = ()


def _attributed(sample: Sample, _: Provenance) -> Attribution | None:
    case = sample.case
    return attribute(case, min(ENVELOPED, sample.draws)) if case.chain else None


def _economics(sample: Sample, programme: Programme | None, known: Provenance) -> Economics | None:
    return economics(sample, known, programme=programme)


def _use(sample: Sample, _: Provenance) -> UseModel | None:
    return UseModel(sample) if sample.case.members else None


WITH_OTHERS = (  # no questions of their own
    "elicitation",
    "robustness",
    "schedule",
    "baseline",
    "joint_gains",
    "gap_worth",
)
PARTS: dict[str, Stage] = {"use": Stage(_use)}  # what several answers build on
STAGES: dict[str, Stage] = {  # in the order of the questions; needs stand before
    "feedback": Stage(lambda sample, known: hear_members(sample.case, known)),
    "appraisal": Stage(appraise),
    "elicitation": Stage(lambda sample, known: elicit(sample.case, known)),
    "contributions": Stage(part_scores),
    "reversals": Stage(lambda sample, known: find_reversals(sample.case, known)),
    "effectiveness": Stage(cost_effectiveness),
    "willingness": Stage(willingness),
    "scales": Stage(scale_panel),
    "allocation": Stage(allocate),
    "attribution": Stage(_attributed),
    "claim": Stage(examine_claim),
    "excellence": Stage(find_excellence),
    "frontier": Stage(check_frontier),
    "productivity": Stage(lambda sample, known: track_productivity(sample.case, known)),
    "gap_worth": Stage(gap_worth, ("excellence",)),
    "priorities": Stage(prioritise),
    "programme": Stage(choose_programme),
    "economics": Stage(_economics, ("programme",)),
    "robustness": Stage(examine_robustness, ("programme",)),
    "schedule": Stage(schedule_programme, ("programme",)),
    "baseline": Stage(set_baseline, ("schedule",)),
    "joint_gains": Stage(join_gains, ("programme",)),
    "funding": Stage(fund, ("programme",)),
    "sensitivity": Stage(swing_inputs, ("programme",)),
    "members": Stage(serve_members, ("use",)),
    "network": Stage(weigh_network, ("use",)),
    "switching": Stage(
        lambda sample, programme, _: programme_switches(sample, programme), ("programme",)
    ),
    "threshold": Stage(programme_map, ("switching",)),
    "resolving": Stage(value_of_information, ("programme",)),
    "soundness": Stage(lambda sample, _: examine(sample.case, sample.draws)),
}


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
    if seed is not None:
        case = case.with_settings(seed=seed)
    number = case.settings.draws if draws is None else draws
    with threadpool_limits(1, "blas"):  # more threads change the last bits of products
        sample = draw_sample(case, number, workers, executor, progress)
        provenance = Provenance.of(case, number)
        answers = _answers(sample, provenance, workers, progress)
    return Study(case=case, provenance=provenance, sample=sample, **answers)


def _answers(
    sample: Sample, provenance: Provenance, workers: int, progress: Progress | None
) -> dict[str, Any]:
    """Find every answer, side by side where one does not build on the other."""
    waiting, answers = PARTS | STAGES, dict[str, Any]()
    running: dict[Future[Any], str] = {}
    with beside((sample, provenance), workers) as submit:
        while waiting or running:
            for name in [n for n, stage in waiting.items() if {*stage.needs} <= {*answers}]:
                needs = (answers[need] for need in waiting.pop(name).needs)
                running[submit(_found, name, *needs)] = name
            for done in wait(running, return_when=FIRST_COMPLETED).done:
                answers[running.pop(done)] = done.result()
                if progress:
                    progress("answers", len(STAGES.keys() & answers), len(STAGES))
    return {name: answers[name] for name in STAGES}


def _found(given: tuple[Sample, Provenance], name: str, *needs: Any) -> Any:
    sample, provenance = given
    return (PARTS | STAGES)[name].find(sample, *needs, provenance)


def _shown(answer: object) -> str:
    if answer is None:
        return "not asked by this case"
    return repr(answer).replace("<", "&lt;").replace(">", "&gt;")
