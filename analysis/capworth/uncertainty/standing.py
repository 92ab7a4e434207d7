"""How far each input alone must move to turn the net value or the place of one thing, at the modes.

How far one answer is from turning, in any draw: the sign of it says which answer holds.

Where two inputs together turn an answer that neither need turn alone. What changes the programme is
another question, with another method (`switching`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf, isfinite, nan

import numpy as np
import pandas as pd

from capworth.case.dictionary import dictionary
from capworth.case.model import Case, Estimate
from capworth.case.rules.chain import SHARE_STEPS
from capworth.errors import InputError, nearest
from capworth.methods.arguments import Floats
from capworth.methods.cost_benefit.prices import MILLION
from capworth.methods.uncertainty.distributions import MOST, normal_copula_cells
from capworth.model.draws import AtModes, correlation, probability_below
from capworth.model.result import Answer, Provenance
from capworth.model.simulation import (
    Drawn,
    Model,
    Sample,
    gain_per_million,
    value_per_million,
)
from capworth.uncertainty.sensitivity import uncertain_inputs
from capworth.uncertainty.threshold import CELLS, Side, ThresholdMap

NET, PLACE = "net value", "place"
QUESTIONS = (NET, PLACE)


@dataclass(frozen=True, slots=True)
class Margin:
    """One answer at the modes, and how far other draws are from another answer."""

    question: str
    answer: str  # in words
    of: Callable[[Drawn], Floats]  # (draws,): above 0 while the answer is the one at the modes


def margin_of(case: Case, model: Model, subject: str, question: str = "") -> Margin:
    """Margin of the net value or the place of a capability or improvement.

    See `standing_switches` for the parameters.

    Raises
    ------
    InputError
        When the subject or the question is not known, or cannot be asked of it.
    """
    asked = _question(case, model, subject, question)
    return _standing(case, model, subject, asked)


def _question(case: Case, model: Model, subject: str, question: str) -> str:
    """Which question is meant; refuse one that cannot be asked."""
    ids = (*case.capability_ids, *case.improvement_ids)
    if subject not in ids:
        raise InputError(f"subject: {subject!r} is not known. {nearest(subject, ids)}")
    if question not in ("", *QUESTIONS):
        raise InputError(f"question: {question!r} is not known. {nearest(question, QUESTIONS)}")
    capability = subject in case.capability_ids
    if capability:
        has_money = bool(model.known["money"][case.capability_ids.index(subject)])
    else:
        known = set(np.array(case.capability_ids)[model.known["money"]])
        mine = [e for e in case.effects if e.improvement == subject and e.step]
        has_money = any(e.capability in known for e in mine)
    if question == NET and not has_money:
        raise InputError(f"question: no benefit of {subject} is known in money. Ask for its place.")
    asked = question or (NET if capability and has_money else PLACE)
    if asked == PLACE and not case.measured:
        raise InputError("question: the case has no value tree, so nothing has a place.")
    return asked


def _standing(case: Case, model: Model, subject: str, question: str) -> Margin:
    """Margin and words for the net value or the place of one capability or improvement."""
    capability = subject in case.capability_ids
    ids = case.capability_ids if capability else case.improvement_ids
    k = ids.index(subject)

    def net(drawn: Drawn) -> Floats:
        gains = drawn.money if capability else drawn.gains.money
        costs = drawn.cost if capability else drawn.improvement_cost
        return gains[:, k] - costs[:, k]

    def rates(drawn: Drawn) -> Floats:
        if capability:
            return value_per_million(drawn, model.annuity)
        return gain_per_million(drawn)

    today = model.answer(AtModes())
    if question == NET:
        worth = float(net(today)[0])
        sign = 1.0 if worth > 0 else -1.0
        currency = case.settings.currency
        words = f"net value {worth / MILLION:,.3g} million {currency}"
        return Margin(question, words, lambda drawn: sign * net(drawn))
    now = rates(today)[0]
    ahead, behind = now > now[k], now < now[k]

    def margin(drawn: Drawn) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):  # what costs nothing leads
            every = rates(drawn)
        lead = every[:, k, None] - every[:, behind]
        lack = every[:, ahead] - every[:, k, None]
        closest: Floats = np.hstack([lead, lack]).min(axis=1, initial=inf)
        return closest

    return Margin(question, f"place {int(ahead.sum()) + 1} of {len(ids)}", margin)


STEPS = 8  # looks on each side of the mode inside the range, and as many beyond it
HALVINGS = 30  # of the step in which an answer turns
AT_ONCE = 3  # halvings with one look, at seven levels between
REACH = 10.0  # how far beyond the range is looked, in ranges
SIDES = ((1, 3), (2, 4))  # columns of the corners below and above the mode
BATCH = 2_000  # draws answered at a time
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
class StandingSwitches(Answer):
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

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table of this answer by its file name."""
        return {"standing_switches": self.to_frame()}

    def __repr__(self) -> str:
        count = len(self.plausible)
        first = (
            f"; likeliest {self.plausible[0]}, {self._table['p_reached'].iloc[0]:.0%}"
            if count
            else ""
        )
        return (
            f"<StandingSwitches of {self.subject}: {self.base}; {count} of {self.looked_at} inputs "
            f"turn it within their range{first}>"
        )


def standing_switches(
    case: Case, subject: str, question: str = "", sample: Sample | None = None
) -> StandingSwitches:
    """Find the switching value of every uncertain input for one answer.

    Parameters
    ----------
    case : the case
    subject : a capability or an improvement
    question : of a capability or an improvement, its "net value" to society (turns at 0) or its
        "place" in value for money (turns when another overtakes it, or it another); blank is the
        net value of a capability known in money, and the place of everything else
    sample : whose model is used; made anew when it is asked for without

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
    margin = margin_of(case, model, subject, question)
    inputs = uncertain_inputs(case, model)
    turns = _turns(inputs, lambda chosen, levels: _answered(model, chosen, levels, margin))
    rows = {e.name: _row(e, *ends) for e, ends in turns if np.isfinite(ends).any()}
    table = pd.DataFrame(list(rows.values()), columns=COLUMNS).astype({"inside": bool})
    table.index = pd.Index(list(rows), name="input", dtype=object)
    return StandingSwitches(
        _table=table.sort_values("p_reached", ascending=False, kind="stable"),
        subject=subject,
        question=margin.question,
        base=margin.answer,
        looked_at=len(inputs),
        provenance=Provenance.of(case, sample.draws if sample else 1),
    )


class _Moved:
    """Draws at the modes in which single estimates take given levels, one after the other."""

    def __init__(self, estimates: Sequence[Estimate], levels: Floats) -> None:
        self.size = levels.size
        self._levels = levels  # (estimates, levels)
        self._row = {e.name: k for k, e in enumerate(estimates)}

    def of(self, estimate: Estimate) -> Floats:
        """(draws,) the mode, but its given levels in the draws of this estimate."""
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
    """Margins (inputs, levels), so many draws at a time that memory stays flat."""
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
    if table == "costs" and estimate.low >= 0:
        lowest = 0.0  # what is a cost stays one; only a fee is below 0
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


@dataclass(frozen=True, slots=True)
class _Pair:
    """Draws at the modes in which two estimates take given levels."""

    levels: dict[str, Floats]  # (draws,) each
    size: int

    def of(self, estimate: Estimate) -> Floats:
        """(draws,) the mode, or the given levels."""
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
    case, subject, question, sample : see `standing_switches`
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
    margin = margin_of(case, model, subject, question)
    sides = _side(pair[0]), _side(pair[1])
    first, second = (side.middles for side in sides)
    levels = {one: np.repeat(first, CELLS), other: np.tile(second, CELLS)}
    margins = margin.of(model.answer(_Pair(levels, CELLS**2)))
    together = float(np.clip(correlation(*pair), -MOST, MOST))
    weights = normal_copula_cells(_below(pair[0]), _below(pair[1]), together)
    holds = (margins > 0).reshape(CELLS, CELLS)
    provenance = Provenance.of(case, sample.draws if sample else 1)
    return ThresholdMap.of(subject, margin.answer, sides, holds, weights, provenance)


def _side(estimate: Estimate) -> Side:
    return Side(estimate.name, estimate.unit, estimate.low, estimate.mode, estimate.high)


def _named(case: Case, model: Model, name: str) -> Estimate:
    inputs = {e.name: e for e in uncertain_inputs(case, model)}
    if name not in inputs:
        raise InputError(f"input: {name!r} is not an uncertain input. {nearest(name, inputs)}")
    return inputs[name]


def _below(estimate: Estimate) -> Floats:
    """(cells + 1,) probability of lying below each border of the parts of the range."""
    ends = np.linspace(estimate.low, estimate.high, CELLS + 1)
    below = [0.0, *(probability_below(estimate, float(end)) for end in ends[1:-1]), 1.0]
    return np.array(below)
