"""How far each input alone must move for an answer to turn, and how likely it is to get there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf, isfinite, nan

import numpy as np
import pandas as pd

from capworth.answers import Answer
from capworth.case.dictionary import dictionary
from capworth.case.model import Case, Estimate
from capworth.errors import InputError, nearest
from capworth.estimates import probability_below
from capworth.kernels.arrays import Floats
from capworth.kernels.portfolio import best_over_draws, feasible_sets
from capworth.kernels.switching import switching_level
from capworth.programme import relations_of
from capworth.provenance import Provenance
from capworth.sampling import Sample, draw_sample, gain_per_million, value_per_million
from capworth.sensitivity import uncertain_inputs
from capworth.worlds import Model, Worlds

PROGRAMME = "programme"
NET, PLACE = "net value", "place"
QUESTIONS = (NET, PLACE)
STEPS = 12  # looks on each side of the mode inside the range, and as many beyond it
REACH = 10.0  # how far beyond the range is looked, in ranges
BATCH = 2_000  # worlds answered at a time
DRAWS = 2_000  # worlds behind the expected programme, where no sample is given
Margin = Callable[[Worlds], Floats]  # (worlds,): above 0 while the answer is the one at the modes


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SwitchingValues(Answer):
    """The level of each input, all others at their modes, at which one answer turns."""

    _table: pd.DataFrame
    subject: str
    question: str
    base: str  # the answer at the modes, in words
    looked_at: int  # uncertain inputs, those that never turn it among them
    provenance: Provenance

    @property
    def plausible(self) -> tuple[str, ...]:
        """The inputs that can turn the answer within their range, likeliest first."""
        return tuple(self._table.index[self._table["inside"]])

    def __repr__(self) -> str:
        count = len(self.plausible)
        first = (
            f"; likeliest {self.plausible[0]}, {self._table['p_reached'].iloc[0]:.0%}"
            if count
            else ""
        )
        return (
            f"<SwitchingValues of {self.subject}: {self.base}; {count} of {self.looked_at} inputs "
            f"turn it within their range{first}>"
        )


def switching_values(
    case: Case, subject: str, question: str = "", sample: Sample | None = None
) -> SwitchingValues:
    """Find the switching value of every uncertain input for one answer.

    Parameters
    ----------
    case : the case
    subject : a capability, an improvement, or "programme"
    question : of a capability or an improvement, its "net value" to society (turns at 0) or its
        "place" in value for money (turns when another overtakes it, or it another); blank is the
        net value of a capability known in money, and the place of everything else. Of the
        programme, the best set within the budget at expected costs and gains, each input shifting
        them by what it shifts them at the modes.
    sample : worlds behind the expected programme; 2,000 are drawn when it is asked for without

    Returns
    -------
    One row for each input that can turn the answer, likeliest first. `below` and `above` are the
    levels nearest to the mode on either side at which it turns, NaN where there is none, found by
    root-finding inside the range and up to ten ranges beyond it, as far as the input can go;
    `inside`: one of them lies in the range; `p_reached`: probability of lying beyond either;
    `change`: the smallest change that does it, relative to the mode. One input moves alone, so
    that a small figure does not say that all together are small.

    Raises
    ------
    InputError
        When the subject or the question is not known, or cannot be asked of it.
    """
    model = sample.model if sample else Model(case)
    asked = _question(case, model, subject, question)
    if asked == PROGRAMME:
        margin, base = _programme(sample or draw_sample(case, DRAWS))
    else:
        margin, base = _standing(case, model, subject, asked)
    inputs = uncertain_inputs(case, model)
    rows = {}
    for estimate, levels, signs in _looked(model, inputs, margin):

        def at(level: Floats, moved: Estimate = estimate) -> Floats:
            return margin(model.answer(_Moved([moved], level[None, :])))

        below = _turn(at, levels[levels <= estimate.mode][::-1], signs[levels <= estimate.mode][::-1])
        above = _turn(at, levels[levels >= estimate.mode], signs[levels >= estimate.mode])
        if isfinite(below) or isfinite(above):
            rows[estimate.name] = _row(estimate, below, above)
    columns = ["low", "mode", "high", "unit", "grade", "below", "above"]
    columns += ["inside", "p_reached", "change"]
    table = pd.DataFrame(list(rows.values()), columns=columns)
    table.index = pd.Index(list(rows), name="input", dtype=object)
    return SwitchingValues(
        table.astype({"inside": bool}).sort_values("p_reached", ascending=False, kind="stable"),
        subject,
        asked,
        base,
        len(inputs),
        Provenance.of(case, sample.draws if sample else 1),
    )


class _Moved:
    """Worlds at the modes in which single estimates take given levels, one after the other."""

    def __init__(self, estimates: Sequence[Estimate], levels: Floats) -> None:
        self.size = levels.size
        self._levels = levels
        self._row = {e.name: k for k, e in enumerate(estimates)}

    def of(self, estimate: Estimate) -> Floats:
        """(worlds,) the mode, but its given levels in the worlds of this estimate."""
        found = np.full(self._levels.shape, estimate.mode)
        if estimate.name in self._row:
            row = self._row[estimate.name]
            found[row] = self._levels[row]
        return found.ravel()
