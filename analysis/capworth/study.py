"""One run of everything, in order: the case in, the answers out."""

from concurrent.futures import Executor
from dataclasses import dataclass

from threadpoolctl import threadpool_limits

from capworth.appraisal import Appraisal, appraise
from capworth.case.model import Case
from capworth.claim import Claim, examine_claim
from capworth.conventions import Conventions
from capworth.economics import Economics, economics
from capworth.effectiveness import Effectiveness, cost_effectiveness
from capworth.excellence import Excellence, find_excellence
from capworth.funding import Funding, fund
from capworth.priorities import Priorities, prioritise
from capworth.programme import Programme, choose_programme
from capworth.provenance import Provenance
from capworth.resolving import Resolving, value_of_information
from capworth.sampling import Progress, Sample, draw_sample
from capworth.scalepanel import ScalePanel, scale_panel
from capworth.sensitivity import Sensitivity, swing_inputs
from capworth.switches import SwitchingValues, programme_switches
from capworth.willingness import Willingness, willingness

STAGES = (
    "appraisal",
    "economics",
    "effectiveness",
    "willingness",
    "scales",
    "claim",
    "excellence",
    "priorities",
    "programme",
    "funding",
    "sensitivity",
    "switching",
    "resolving",
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Study:
    """Every answer to one case. An answer is None where the case does not ask its question."""

    case: Case
    provenance: Provenance
    sample: Sample
    appraisal: Appraisal
    economics: Economics | None
    effectiveness: Effectiveness | None
    willingness: Willingness | None
    scales: ScalePanel | None
    claim: Claim | None
    excellence: Excellence | None
    priorities: Priorities | None
    programme: Programme | None
    funding: Funding | None
    sensitivity: Sensitivity | None
    switching: SwitchingValues | None
    resolving: Resolving | None
    conventions: Conventions | None = None  # on request: every key, schedule and harm scale

    @property
    def not_asked(self) -> tuple[str, ...]:
        """The questions that the case does not ask."""
        return tuple(stage for stage in STAGES if getattr(self, stage) is None)

    def __repr__(self) -> str:
        answers = [repr(getattr(self, s)) for s in STAGES if getattr(self, s) is not None]
        return f"<Study of {self.case.settings.name}: {'; '.join(answers)}>"

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr><th>{s}</th><td>{_shown(getattr(self, s))}</td></tr>" for s in STAGES)
        return f"<table>{rows}</table><p><small>{self.provenance}</small></p>"


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
    draws : sampled worlds; those of the case when None
    seed : that of the case when None
    workers : threads; the numbers do not depend on it
    executor : anything with the interface of `concurrent.futures`, instead of threads
    progress : told of each stage with what is done and what there is in all
    """
    if seed is not None:
        case = case.with_settings(seed=seed)
    number = case.settings.draws if draws is None else draws
    tell = progress or (lambda *_: None)
    with threadpool_limits(1, "blas"):  # more threads change the last bits of products
        sample = draw_sample(case, number, workers, executor, progress)
        provenance = Provenance.of(case, number)
        appraisal = appraise(sample, provenance)
        effectiveness = cost_effectiveness(sample, provenance)
        willing = willingness(sample, provenance)
        scales = scale_panel(sample, provenance)
        claim = examine_claim(sample, provenance)
        excellence = find_excellence(sample, provenance)
        tell("answers", 6, len(STAGES))
        priorities = prioritise(sample, provenance)
        programme = choose_programme(sample, provenance)
        economy = economics(sample, provenance, programme=programme)
        tell("answers", 9, len(STAGES))
        funding = fund(sample, programme, provenance)
        sensitivity = swing_inputs(sample, programme, provenance)
        switching = programme_switches(sample, programme)
        resolving = value_of_information(sample, programme, provenance)
        tell("answers", 13, len(STAGES))
    return Study(
        case,
        provenance,
        sample,
        appraisal,
        economy,
        effectiveness,
        willing,
        scales,
        claim,
        excellence,
        priorities,
        programme,
        funding,
        sensitivity,
        switching,
        resolving,
    )


def _shown(answer: object) -> str:
    if answer is None:
        return "not asked by this case"
    return repr(answer).replace("<", "&lt;").replace(">", "&gt;")
