"""One run of everything, in order: the case in, the answers out."""

from concurrent.futures import Executor
from dataclasses import dataclass

from threadpoolctl import threadpool_limits

from capworth.appraisal import Appraisal, appraise
from capworth.baseline import Baseline, set_baseline
from capworth.case.model import Case
from capworth.claim import Claim, examine_claim
from capworth.excellence import Excellence, find_excellence
from capworth.funding import Funding, fund
from capworth.priorities import Priorities, prioritise
from capworth.programme import Programme, choose_programme
from capworth.provenance import Provenance
from capworth.robustness import Robustness, examine_robustness
from capworth.sampling import Progress, Sample, draw_sample
from capworth.schedule import Schedule, schedule_programme
from capworth.sensitivity import Sensitivity, swing_inputs

STAGES = (
    *("appraisal", "claim", "excellence", "priorities", "programme", "robustness", "schedule"),
    *("baseline", "funding", "sensitivity"),
)
WITH_PROGRAMME = ("robustness", "schedule", "baseline")  # asked when a programme is


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Study:
    """Every answer to one case. An answer is None where the case does not ask its question."""

    case: Case
    provenance: Provenance
    sample: Sample
    appraisal: Appraisal
    claim: Claim | None
    excellence: Excellence | None
    priorities: Priorities | None
    programme: Programme | None
    robustness: Robustness | None
    schedule: Schedule | None
    baseline: Baseline | None
    funding: Funding | None
    sensitivity: Sensitivity | None

    @property
    def not_asked(self) -> tuple[str, ...]:
        """The questions that the case does not ask."""
        questions = (stage for stage in STAGES if stage not in WITH_PROGRAMME)
        return tuple(stage for stage in questions if getattr(self, stage) is None)

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
        claim = examine_claim(sample, provenance)
        excellence = find_excellence(sample, provenance)
        tell("answers", 3, len(STAGES))
        priorities = prioritise(sample, provenance)
        programme = choose_programme(sample, provenance)
        robustness = examine_robustness(sample, programme, provenance)
        schedule = schedule_programme(sample, programme, provenance)
        baseline = set_baseline(sample, schedule, provenance)
        tell("answers", 8, len(STAGES))
        funding = fund(sample, programme, provenance)
        sensitivity = swing_inputs(sample, programme, provenance)
        tell("answers", len(STAGES), len(STAGES))
    return Study(
        case,
        provenance,
        sample,
        appraisal,
        claim,
        excellence,
        priorities,
        programme,
        robustness,
        schedule,
        baseline,
        funding,
        sensitivity,
    )


def _shown(answer: object) -> str:
    if answer is None:
        return "not asked by this case"
    return repr(answer).replace("<", "&lt;").replace(">", "&gt;")
