"""Where two inputs together turn an answer that neither need turn alone."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from capworth.answers import Answer
from capworth.case.model import Case, Estimate
from capworth.errors import InputError, nearest
from capworth.estimates import probability_below
from capworth.margins import PROGRAMME, margin_of
from capworth.methods.arguments import Floats
from capworth.methods.uncertainty.distributions import joint
from capworth.provenance import Provenance
from capworth.sampling import Sample
from capworth.sensitivity import uncertain_inputs
from capworth.switches import SwitchingValues
from capworth.worlds import Model

CELLS = 24  # in which the range of each input is parted


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ThresholdMap(Answer):
    """One answer over the ranges of two inputs, all others at their modes."""

    _table: pd.DataFrame  # rows: levels of the first, columns: of the second; True where it holds
    subject: str
    answer: str  # at the modes, in words
    inputs: tuple[Estimate, Estimate]
    p_turned: float  # probability of lying where the answer is another
    provenance: Provenance

    def __repr__(self) -> str:
        one, other = (e.name for e in self.inputs)
        return (
            f"<ThresholdMap of {self.subject}: {one} and {other} together turn {self.answer} with "
            f"probability {self.p_turned:.0%}>"
        )


@dataclass(frozen=True, slots=True)
class _Pair:
    """Worlds at the modes in which two estimates take given levels."""

    levels: dict[str, Floats]  # (worlds,) each
    size: int

    def of(self, estimate: Estimate) -> Floats:
        """(worlds,) the mode, or the given levels."""
        given = self.levels.get(estimate.name)
        return np.full(self.size, estimate.mode) if given is None else given


def threshold_map(
    case: Case,
    subject: str,
    one: str,
    other: str,
    question: str = "",
    sample: Sample | None = None,
) -> ThresholdMap:
    """Look at one answer over the ranges of two inputs.

    Parameters
    ----------
    case, subject, question, sample : see `switches.switching_values`
    one, other : names of two uncertain inputs, such as `costs/SLTD-STAFF`

    Returns
    -------
    A table with the middles of `CELLS` equal parts of the first range as rows and of the second as
    columns, True where the answer is that at the modes. `p_turned` sums the probability of the
    cells in which it is another, the two inputs independent or of one group as they are sampled.

    Raises
    ------
    InputError
        When an input is not known or is certain, both are one, or the question cannot be asked.
    """
    model = sample.model if sample else Model(case)
    pair = _named(case, model, one), _named(case, model, other)
    if one == other:
        raise InputError(f"other: {other!r} is the first input too. Name another.")
    margin = margin_of(case, model, subject, question, sample)
    first, second = (_middles(estimate) for estimate in pair)
    levels = {one: np.repeat(first, CELLS), other: np.tile(second, CELLS)}
    margins = margin.of(model.answer(_Pair(levels, CELLS**2)))
    holds = (margins > 0).reshape(CELLS, CELLS)
    shares = (pair[0].share, pair[1].share) if _same_group(pair) else (0.0, 0.0)
    weights = joint(_below(pair[0]), _below(pair[1]), shares)
    table = pd.DataFrame(holds, pd.Index(first, name=one), pd.Index(second, name=other))
    return ThresholdMap(
        table,
        subject,
        margin.answer,
        pair,
        float(weights[~holds].sum()),
        Provenance.of(case, sample.draws if sample else 1),
    )


def programme_map(
    sample: Sample, switching: SwitchingValues | None, provenance: Provenance
) -> ThresholdMap | None:
    """Map the two inputs that are likeliest to turn the programme; None where there are not two."""
    if switching is None or len(switching.plausible) < 2:
        return None
    one, other = switching.plausible[:2]
    return threshold_map(sample.case, PROGRAMME, one, other, sample=sample)


def _named(case: Case, model: Model, name: str) -> Estimate:
    inputs = {e.name: e for e in uncertain_inputs(case, model)}
    if name not in inputs:
        raise InputError(f"input: {name!r} is not an uncertain input. {nearest(name, inputs)}")
    return inputs[name]


def _middles(estimate: Estimate) -> Floats:
    ends: Floats = np.linspace(estimate.low, estimate.high, CELLS + 1)
    return (ends[1:] + ends[:-1]) / 2


def _below(estimate: Estimate) -> Floats:
    """(cells + 1,) probability of lying below each border of the parts of the range."""
    ends = np.linspace(estimate.low, estimate.high, CELLS + 1)
    below = [0.0, *(probability_below(estimate, float(end)) for end in ends[1:-1]), 1.0]
    return np.array(below)


def _same_group(pair: tuple[Estimate, Estimate]) -> bool:
    one, other = pair
    return bool(one.group) and one.group == other.group
