"""How far each input alone must move for an answer to turn, and how likely it is to get there."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import inf, isfinite, nan

import numpy as np
import pandas as pd

from capworth.answers import Answer
from capworth.bestsets import Choice
from capworth.case.chainrules import SHARE_STEPS
from capworth.case.dictionary import dictionary
from capworth.case.model import Case, Estimate
from capworth.estimates import probability_below
from capworth.margins import PROGRAMME, Margin, margin_of
from capworth.methods.arguments import Floats
from capworth.optionsets import option_sets
from capworth.programme import Programme
from capworth.provenance import Provenance
from capworth.sampling import Sample
from capworth.sensitivity import uncertain_inputs
from capworth.worlds import Model

STEPS = 8  # looks on each side of the mode inside the range, and as many beyond it
HALVINGS = 30  # of the step in which an answer turns
AT_ONCE = 3  # halvings with one look, at seven levels between
REACH = 10.0  # how far beyond the range is looked, in ranges
SIDES = ((1, 3), (2, 4))  # columns of the corners below and above the mode
BATCH = 2_000  # worlds answered at a time
COLUMNS = [
    "low",
    "mode",
    "high",
    "unit",
    "grade",
    "below",
    "above",
    "inside",
    "p_reached",
    "change",
]
Answers = Callable[[Sequence[Estimate], Floats], Floats]  # inputs and levels to margins


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
    margin = margin_of(case, model, subject, question, sample)
    inputs = uncertain_inputs(case, model)
    turns = _turns(inputs, lambda chosen, levels: _answered(model, chosen, levels, margin))
    rows = {e.name: _row(e, *ends) for e, ends in turns if np.isfinite(ends).any()}
    table = pd.DataFrame(list(rows.values()), columns=COLUMNS).astype({"inside": bool})
    table.index = pd.Index(list(rows), name="input", dtype=object)
    return SwitchingValues(
        table.sort_values("p_reached", ascending=False, kind="stable"),
        subject,
        margin.question,
        margin.answer,
        len(inputs),
        Provenance.of(case, sample.draws if sample else 1),
    )


def programme_switches(sample: Sample, programme: Programme | None) -> SwitchingValues | None:
    """Find the switching values of the programme; None without one, or with too many rivals."""
    if programme is None or option_sets(Choice.of(sample)) is None:
        return None
    return switching_values(sample.case, PROGRAMME, sample=sample)


class _Moved:
    """Worlds at the modes in which single estimates take given levels, one after the other."""

    def __init__(self, estimates: Sequence[Estimate], levels: Floats) -> None:
        self.size = levels.size
        self._levels = levels  # (estimates, levels)
        self._row = {e.name: k for k, e in enumerate(estimates)}

    def of(self, estimate: Estimate) -> Floats:
        """(worlds,) the mode, but its given levels in the worlds of this estimate."""
        found = np.full(self._levels.shape, estimate.mode)
        if estimate.name in self._row:
            row = self._row[estimate.name]
            found[row] = self._levels[row]
        return found.ravel()


def _turns(
    inputs: Sequence[Estimate], margins_at: Answers
) -> Iterator[tuple[Estimate, tuple[float, float]]]:
    """Levels nearest to the mode, below and above, at which each input turns the answer.

    First the margins are looked at on a grid, from the mode outwards; where one is lost, the place
    is halved until it is known, for all inputs and both sides at once. Two turns inside one step
    are not seen.
    """
    ends = [_ends(estimate) for estimate in inputs]
    corners = np.array([[e.mode, e.low, e.high, *end] for e, end in zip(inputs, ends, strict=True)])
    corners = corners.reshape(-1, 5)
    seen = margins_at(inputs, corners)
    moving = [k for k, row in enumerate(seen) if (row != row[0]).any()]
    chosen = [inputs[k] for k in moving]
    way = np.array([[_outwards(corners[k, [0, *side]]) for side in SIDES] for k in moving])
    way = way.reshape(len(moving), len(SIDES), 2 * STEPS + 1)
    turns = _first_lost(way, chosen, margins_at)
    yield from zip(chosen, map(tuple, turns.tolist()), strict=True)


def _outwards(corners: Floats) -> Floats:
    """Levels from the mode over the end of the range to the end of what is looked at."""
    mode, near, far = corners
    inside = np.linspace(mode, near, STEPS, endpoint=False)
    return np.concatenate((inside, np.linspace(near, far, STEPS + 1)))


def _first_lost(levels: Floats, chosen: Sequence[Estimate], margins_at: Answers) -> Floats:
    """Level (inputs, sides) at which the margin first falls to 0 along a way; NaN where never.

    Parameters
    ----------
    levels : (inputs, sides, steps) outwards from the mode
    """
    if not chosen:
        return np.empty((0, len(SIDES)))
    margins = margins_at(chosen, levels.reshape(len(chosen), -1)).reshape(levels.shape)
    first = (margins <= 0).argmax(axis=2)
    turns = (margins <= 0).any(axis=2) & (first > 0)
    rows = np.flatnonzero(turns.any(axis=1))
    mine = [chosen[row] for row in rows.tolist()]
    way, at = levels[rows], np.maximum(first[rows], 1)[:, :, None]
    kept, lost = (np.take_along_axis(way, at - back, axis=2) for back in (1, 0))
    parts = np.linspace(0, 1, 2**AT_ONCE + 1)
    for _ in range(HALVINGS // AT_ONCE if mine else 0):
        edges = kept + (lost - kept) * parts
        edges[:, :, -1:] = lost
        inner = edges[:, :, 1:-1]
        seen = margins_at(mine, inner.reshape(len(mine), -1)).reshape(inner.shape)
        gone = np.concatenate((seen <= 0, np.ones_like(lost, dtype=np.bool_)), axis=2)
        place = gone.argmax(axis=2)[:, :, None]
        kept, lost = (np.take_along_axis(edges, place + more, axis=2) for more in (0, 1))
    turn = np.full(turns.shape, nan)
    turn[rows] = np.where(turns[rows], lost[:, :, 0], nan)
    return turn


def _answered(model: Model, inputs: Sequence[Estimate], levels: Floats, margin: Margin) -> Floats:
    """Margins (inputs, levels), so many worlds at a time that memory stays flat."""
    step = max(BATCH // max(levels.shape[-1], 1), 1)
    parts = [
        margin.of(model.answer(_Moved(inputs[k : k + step], levels[k : k + step])))
        for k in range(0, len(inputs), step)
    ]
    return np.concatenate(parts).reshape(levels.shape) if parts else levels


def _ends(estimate: Estimate) -> tuple[float, float]:
    """How far beyond its range an input is looked at: ten ranges, as far as it can go."""
    table, *_, last = estimate.name.split("/")
    column = dictionary().get(table, {}).get("swing" if table == "criteria" else "mode")
    lowest, highest = (column.lowest, column.highest) if column else (0.0, None)
    if table == "chain" and last in SHARE_STEPS:
        highest = 1.0
    if table == "effects" and estimate.unit == "factor":
        lowest = 0.0
    reach = REACH * (estimate.high - estimate.low)
    low = max(estimate.low - reach, -inf if lowest is None else lowest)
    high = min(estimate.high + reach, inf if highest is None else highest)
    return min(low, estimate.low), max(high, estimate.high)


def _row(estimate: Estimate, below: float, above: float) -> dict[str, object]:
    p_below = probability_below(estimate, below) if isfinite(below) else 0.0
    p_above = 1 - probability_below(estimate, above) if isfinite(above) else 0.0
    changes = [abs(turn - estimate.mode) for turn in (below, above) if isfinite(turn)]
    return {
        "low": estimate.low,
        "mode": estimate.mode,
        "high": estimate.high,
        "unit": estimate.unit,
        "grade": estimate.grade,
        "below": below,
        "above": above,
        "inside": bool(below >= estimate.low or above <= estimate.high),
        "p_reached": p_below + p_above,
        "change": min(changes) / abs(estimate.mode) if estimate.mode else nan,
    }
