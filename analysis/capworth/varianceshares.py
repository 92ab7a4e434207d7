"""Which inputs make the top answer uncertain, alone and together with others."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from capworth.answers import Answer
from capworth.case.model import Estimate
from capworth.errors import InputError
from capworth.estimates import Sampled
from capworth.methods.arguments import Floats
from capworth.methods.uncertainty.sensitivity import sobol_indices
from capworth.provenance import Provenance
from capworth.sampling import Sample
from capworth.sensitivity import Sensitivity, leads

SIZE = 1_000  # worlds of each of the samples
REST = "all others"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class VarianceShares(Answer):
    """First-order and total share of the variance of the lead, input by input."""

    _table: pd.DataFrame
    subject: str
    draws: int  # of each sample
    provenance: Provenance

    @property
    def interaction(self) -> float:
        """Share of the variance that no input explains alone."""
        return max(1 - float(self._table["first"].sum()), 0.0)

    def __repr__(self) -> str:
        single = self._table.drop(index=REST)["total"]
        return (
            f"<VarianceShares: {single.idxmax()} makes most of the lead of {self.subject} "
            f"uncertain, {single.max():.0%} of its variance in all; {self.interaction:.0%} is "
            f"interaction>"
        )


@dataclass(frozen=True, slots=True)
class _Swapped:
    """One sample of worlds in which some inputs are taken from another."""

    one: Sampled
    other: Sampled
    names: frozenset[str]
    inside: bool  # whether the named inputs are swapped, or all but them

    @property
    def size(self) -> int:
        """How many worlds."""
        return self.one.size

    def of(self, estimate: Estimate) -> Floats:
        """(draws,) levels of the estimate."""
        swapped = (_factor(estimate) in self.names) == self.inside
        return (self.other if swapped else self.one).of(estimate)


def variance_shares(
    sample: Sample, sensitivity: Sensitivity | None, most: int = 12, size: int = SIZE
) -> VarianceShares:
    """Share out the variance of the lead of the first over the next among the inputs.

    The lead is that of the tornado, in points for each million. The inputs of its longest swings
    are looked at one by one, all others as one group. Inputs that move together are one factor,
    named by their group, so that all factors are independent.

    Parameters
    ----------
    sample : of the study
    sensitivity : its one-way swings
    most : inputs looked at one by one
    size : worlds in each of the `most` + 3 samples

    Raises
    ------
    InputError
        When there are no swings to look at, or the lead is the same in every world.
    """
    if sensitivity is None or not len(sensitivity.to_frame()):
        raise InputError("sensitivity: no input moves the first place. There is nothing to share.")
    known = sample.case.estimates()
    inputs = (str(name) for name in sensitivity.to_frame().index[:most])
    factors = (_factor(known[name]) if name in known else name for name in inputs)
    chosen = list(dict.fromkeys(factors))
    seed = sample.case.settings.seed
    one, other = (Sampled(seed, chunk, size) for chunk in (0, 1))
    place = _place(sample, sensitivity.subject)

    def lead(names: frozenset[str], inside: bool) -> Floats:
        return leads(sample.model, sample.model.answer(_Swapped(one, other, names, inside)), place)

    none, group = frozenset[str](), frozenset(chosen)
    mixed = [*(lead(frozenset({name}), True) for name in chosen), lead(group, False)]
    found = sobol_indices(lead(none, True), lead(none, False), np.array(mixed))
    table = pd.DataFrame(found._asdict(), index=pd.Index([*chosen, REST], name="input"))
    order = table.drop(index=REST).sort_values("total", ascending=False, kind="stable").index
    return VarianceShares(
        table.loc[[*order, REST]],
        sensitivity.subject,
        size,
        Provenance.of(sample.case, sample.draws),
    )


def _factor(estimate: Estimate) -> str:
    """What an input moves with: its group, or itself."""
    return f"group {estimate.group}" if estimate.group else estimate.name


def _place(sample: Sample, subject: str) -> int:
    case = sample.case
    return (case.improvement_ids or case.capability_ids).index(subject)
