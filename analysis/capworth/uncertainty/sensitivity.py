"""Which inputs move the answer, whether they turn it, and on which evidence it rests.

Which inputs make the top answer uncertain, alone and together with others.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

import numpy as np
import pandas as pd

from capworth.case.model import GRADES, Case, Estimate
from capworth.errors import InputError
from capworth.methods.arguments import Floats
from capworth.methods.cost_benefit.prices import MILLION
from capworth.methods.uncertainty.sobol import sobol_indices
from capworth.methods.uncertainty.spline import smoothed
from capworth.model.costs import PAYERS
from capworth.model.draws import (
    HIGH_SWING,
    LOW_SWING,
    AtModes,
    Draws,
    OneWay,
    Sampled,
    moves_with,
    probability_below,
    quantile_of,
)
from capworth.model.figures import MODE, NO_DRAWS, QUANTILE, RATIO, Column, Figure, columns
from capworth.model.gains import Tree
from capworth.model.result import Answer, Provenance
from capworth.model.simulation import (
    CHUNK,
    Model,
    Sample,
    sampled,
    value_per_million,
)

TOGETHER = 2_000  # inputs that are swung at a time
CURVED = 3_000  # draws through which the curves of explained variance are laid


WEAK = ("D", "E")  # grades that are judged, or hold a place
RESTS = {  # by its column
    "cost": "costs",
    "division": "costs",
    "score": "scores",
    "money": "chain",
    "swing": "effects",
}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Sensitivity(Answer):
    """One-way swings of every input that moves the top of the ranking."""

    _table: pd.DataFrame
    _evidence: pd.DataFrame
    subject: str  # which improvement, or capability, leads at the modes
    rival: str  # which comes next
    base: float  # lead of the first over the next at the modes, in `unit`
    unit: str  # of a figure: per cent of the distance, or points of score, for a million
    provenance: Provenance

    def lifts(self) -> Sequence[Column]:
        """How the columns of its tables become figures."""
        rest: dict[str, Any] = {"draws": NO_DRAWS}
        parts = [str(name) for name in self._evidence.columns]
        return (
            *columns(
                "sensitivity",
                ("low", "input_low", "level", "swing", ("input",), QUANTILE),
                ("mode", "input_mode", "level", "swing", ("input",), MODE),
                ("high", "input_high", "level", "swing", ("input",), QUANTILE),
                ("at_low", "lead_at_low", self.unit, "swing", ("input",), MODE),
                ("at_high", "lead_at_high", self.unit, "swing", ("input",), MODE),
                ("swing", "swing", self.unit, "swing", ("input",), MODE),
                ("p_beyond", "turns", "chance", "swing", ("input",), QUANTILE),
                **rest,
            ),
            Column(
                *("sensitivity", "variance_share", "variance_share", "share", "variance_share"),
                *(("input",), RATIO),
                draws=min(CURVED, CHUNK, self.provenance.draws),
            ),
            *columns(
                "evidence",
                *(
                    (part, "evidence", "share", "evidence", (RESTS[part],), RATIO, part)
                    for part in parts
                ),
                **rest,
            ),
        )

    def figures(self) -> tuple[Figure, ...]:
        """The figures of each input and grade, and what rests on judged and placeholder grades."""
        weak = self._evidence.loc[[grade for grade in WEAK if grade in self._evidence.index]]
        judged = [
            Figure(
                *(f"evidence.judged.{part}", float(share), "share", "evidence", RATIO),
                draws=NO_DRAWS,
                behind=((RESTS[str(part)], "all"),),
            )
            for part, share in weak.sum().items()
        ]
        return (*Answer.figures(self), *judged)

    def evidence(self) -> pd.DataFrame:
        """Share of cost, of score, of money and of the swings that rests on each grade."""
        return self._evidence.copy()

    @property
    def turning(self) -> tuple[str, ...]:
        """The inputs that alone put something else first."""
        return tuple(self._table.index[self._table["flips"]])

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table of this answer by its file name."""
        return {"sensitivity": self.to_frame(), "evidence": self.evidence()}

    def __repr__(self) -> str:
        count = len(self.turning)
        return (
            f"<Sensitivity: {count} of {len(self._table)} inputs alone take the first place from "
            f"{self.subject}>"
        )


def uncertain_inputs(case: Case, model: Model) -> tuple[Estimate, ...]:
    """Every estimate of the case that is not certain, optimism bias and unknown shares included."""
    drawn = (*model.costs.out_turns.inputs(), *model.chain.unknown())
    found = {**case.estimates(), **{e.name: e for e in drawn}}
    return tuple(e for e in found.values() if not e.is_certain)


def swing_inputs(sample: Sample, provenance: Provenance) -> Sensitivity | None:
    """Swing one input at a time from its 10 % to its 90 % quantile, all others at their modes.

    What is swung is the lead of the first over the best of the others, for each million: of the
    improvements in per cent of the distance where the case has some, else of the capabilities in
    points of score. An input flips the
    order when something else comes first at either end; what would change the programme is asked
    elsewhere (`switching`). `variance_share` is the part of the lead's variance over the draws that
    the input explains alone (first-order index): a long swing of an input seldom far from its mode
    explains little. None where the case has no value tree, or only one thing to put first.
    """
    case, model = sample.case, sample.model
    ids = case.improvement_ids or case.capability_ids
    if not case.measured or len(ids) < 2:
        return None
    asked = _Asked()
    rates = _rates(model, asked)[0]
    first = int(rates.argmax())
    inputs = tuple(e for e in uncertain_inputs(case, model) if e.name in asked.names)
    swung = [
        _rates(model, OneWay(inputs[k : k + TOGETHER]))[1:] for k in range(0, len(inputs), TOGETHER)
    ]
    rates_swung = np.concatenate([rates[None], *swung])
    lead, winner = _lead(rates_swung, first), rates_swung.argmax(axis=1)
    at_low, at_high = lead[1::2], lead[2::2]
    ends = np.array([_ends(e) for e in inputs]).reshape(-1, 2)
    table = pd.DataFrame(
        {
            "low": ends[:, 0],
            "mode": [e.mode for e in inputs],
            "high": ends[:, 1],
            "unit": [e.unit for e in inputs],
            "grade": [e.grade for e in inputs],
            "source": [e.source for e in inputs],
            "at_low": at_low,
            "at_high": at_high,
            "swing": np.abs(at_high - at_low),
            "first_at_low": [ids[k] for k in winner[1::2]],
            "first_at_high": [ids[k] for k in winner[2::2]],
            "flips": (winner[1::2] != first) | (winner[2::2] != first),
            "p_beyond": [
                _probability_of_turning(e, both, lead[0], a, b)
                for e, both, a, b in zip(inputs, ends, at_low, at_high, strict=True)
            ],
        },
        index=pd.Index([e.name for e in inputs], name="input"),
    )
    moving = table[table["swing"] > 1e-9].sort_values("swing", ascending=False, kind="stable")
    shown = {e.name: e for e in inputs}
    moving["variance_share"] = _explained(sample, [shown[str(i)] for i in moving.index], first)
    runner = int(np.where(np.arange(len(ids)) == first, -np.inf, rates).argmax())
    return Sensitivity(
        _table=moving,
        _evidence=_evidence(sample, inputs, table["swing"].to_numpy()),
        subject=ids[first],
        rival=ids[runner],
        base=float(lead[0]),
        unit="distance_per_million" if case.improvements else "points_per_million",
        provenance=provenance,
    )


def leads(model: Model, draws: Draws, first: int) -> Floats:
    """(draws,) by what one thing leads the best of the others, for each million."""
    return _lead(_rates(model, draws), first)


def _lead(rates: Floats, first: int) -> Floats:
    lead: Floats = rates[:, first] - np.delete(rates, first, axis=1).max(axis=1)
    return lead


def _rates(model: Model, draws: Draws) -> Floats:
    """(draws, things) what is to be put first goes by; no input is asked for that cannot move it.

    As `gain_per_million` of the model's answer, or `value_per_million`.
    """
    if not model.case.improvements:
        return value_per_million(model.ranked(draws), model.annuity)
    gains, extents, costs = model.gains, model.extents, model.costs
    cells = _Cells(model, draws)
    lifted = gains.lifted(cast(Tree, cells), draws)
    closed = gains.closed(gains.on_tree(lifted, model.weights(draws), extents)[0], extents)
    cost = np.zeros((*closed.shape, len(PAYERS)))  # by payer, as costs are: equal swings stay so
    for k, payer, amount, parts in costs.outlays(draws):
        cost[:, k, PAYERS.index(payer)] += amount * (parts(0) @ gains.years.discount)
    return np.asarray(closed / (cost.sum(axis=2) / MILLION))


class _Cells:
    """Levels and values of the value tree, only of those capabilities and leaves asked for."""

    def __init__(self, model: Model, draws: Draws) -> None:
        self.rises = dict[str, Floats]()
        self.levels = _Lazily(lambda c, k: model.value.level(draws, c, k))
        self.values = _Lazily(lambda c, k: model.value.worth_on(k, self.levels[:, c, k]))


class _Lazily:
    """A table (draws, capabilities, leaves) of which a column is found when it is first read."""

    def __init__(self, column: Callable[[int, int], Floats]) -> None:
        self._column = cache(column)

    def __getitem__(self, at: tuple[slice, int, int]) -> Floats:
        return self._column(*at[1:])


class _Asked:
    """The modes, and which inputs were asked for."""

    size = 1

    def __init__(self) -> None:
        self.names = set[str]()

    def of(self, estimate: Estimate) -> Floats:
        """(1,) the mode."""
        self.names.add(estimate.name)
        return AtModes().of(estimate)


def _ends(estimate: Estimate) -> Floats:
    return quantile_of(estimate, np.array([LOW_SWING, HIGH_SWING]))


def _explained(sample: Sample, inputs: list[Estimate], first: int) -> Floats:
    """(inputs,) share of the variance of the lead that each input explains alone.

    The first-order index, by a curve through the first `CURVED` draws of the sample.
    """
    size = min(CURVED, sample.draws, CHUNK)
    if sample.case.improvements:
        gain, cost = sample.drawn.gains.distance[:size], sample.drawn.improvement_cost[:size]
        rates = gain / (cost / MILLION)
    else:
        rates = sample.drawn.score[:size] / sample.drawn.cost[:size]
    lead = rates[:, first] - np.delete(rates, first, axis=1).max(axis=1)
    if not np.isfinite(lead).all() or np.ptp(lead) <= 1e-12 * np.abs(lead).max():
        return np.zeros(len(inputs))
    drawn = sampled(sample.case, 0, size)
    curves = (smoothed(drawn.of(e), lead[:, None]).fitted for e in inputs)
    parts: Floats = np.array([curve.var() for curve in curves])
    return parts / float(lead.var())


def _probability_of_turning(
    estimate: Estimate, ends: Floats, base: float, low: float, high: float
) -> float:
    """How likely the input alone lies beyond the level at which the lead is lost.

    The lead is taken as straight between each end of the swing and the mode. Where the mode lies
    outside the swing, both ends are on one side of it and the farther one counts.
    """
    chance = 0.0
    for end, lead, below in ((ends[0], low, True), (ends[1], high, False)):
        if lead >= base or (end < estimate.mode) != below:
            continue
        turn = estimate.mode + (end - estimate.mode) * base / (base - lead)
        inside = probability_below(estimate, turn)
        chance += inside if below else 1 - inside
    return chance


def _evidence(sample: Sample, inputs: tuple[Estimate, ...], swings: Floats) -> pd.DataFrame:
    """Shares by grade at the modes: of whole-life cost, of weighted score, of money, of swings.

    Whole-life cost twice: as a sum, which a stated total makes as firm as itself, and as it is
    divided among what causes it.
    """
    case, model, modes = sample.case, sample.model, sample.modes
    cost, division = dict.fromkeys(GRADES, 0.0), dict.fromkeys(GRADES, 0.0)
    firm = _totals(case)
    for line, _, amount in model.costs.by_line():
        cost[firm.get(line.total, line.amount.grade)] += amount
        division[line.amount.grade] += amount
    weights = model.value.weights(AtModes())[0]
    place = {c: k for k, c in enumerate(case.capability_ids)}
    leaf = {c.id: k for k, c in enumerate(model.value.leaves)}
    score = dict.fromkeys(GRADES, 0.0)
    for row in case.scores:
        worth = modes.levels[0, place[row.capability], leaf[row.criterion]]
        score[row.level.grade] += float(worth * weights[leaf[row.criterion]])
    money = dict.fromkeys(GRADES, 0.0)
    for capability, worst in _weakest_links(case, model).items():
        money[worst] += float(modes.money[0, place[capability]])
    swung = dict.fromkeys(GRADES, 0.0)
    for estimate, swing in zip(inputs, swings, strict=True):
        swung[estimate.grade] += float(swing) ** 2
    table = pd.DataFrame(
        {"cost": cost, "division": division, "score": score, "money": money, "swing": swung},
        index=pd.Index(GRADES, name="grade"),
    )
    total = table.sum()
    return table / total.where(total > 0, 1.0)


def _totals(case: Case) -> dict[str, str]:
    """Grade of the sum of the parts of each stated total.

    It is that of the total; what is left of it when a part is not counted is known no better than
    that part.
    """
    grades = {total.id: total.amount.grade for total in case.totals}
    for line in case.costs:
        if line.total and line.treatment != "forward":
            grades[line.total] = max(grades[line.total], line.amount.grade)
    return grades


def _weakest_links(case: Case, model: Model) -> dict[str, str]:
    """Grade of each chain: that of its weakest step, unknown shares included."""
    steps = [(step.capability, step.level.grade) for step in case.chain]
    steps += [(share.name.split("/")[1], share.grade) for share in model.chain.unknown()]
    worst: dict[str, str] = {}
    for capability, grade in steps:
        worst[capability] = max(worst.get(capability, "A"), grade)
    return worst


SIZE = 1_000  # draws of each of the samples
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
    """One sample of draws in which some inputs are taken from another."""

    one: Sampled
    other: Sampled
    names: frozenset[str]
    inside: bool  # whether the named inputs are swapped, or all but them

    @property
    def size(self) -> int:
        """How many draws."""
        return self.one.size

    def of(self, estimate: Estimate) -> Floats:
        """(draws,) levels of the estimate."""
        swapped = (moves_with(estimate) in self.names) == self.inside
        return (self.other if swapped else self.one).of(estimate)


def variance_shares(
    sample: Sample, sensitivity: Sensitivity | None, most: int = 12, size: int = SIZE
) -> VarianceShares:
    """Share out the variance of the lead of the first over the next among the inputs.

    The lead is that of the tornado. The inputs of its longest swings
    are looked at one by one, all others as one group. Inputs that move together are one factor,
    named by their group, so that all factors are independent.

    Parameters
    ----------
    sample : of the study
    sensitivity : its one-way swings
    most : inputs looked at one by one
    size : draws in each of the `most` + 3 samples

    Raises
    ------
    InputError
        When there are no swings to look at, or the lead is the same in every draw.
    """
    if sensitivity is None or not len(sensitivity.to_frame()):
        raise InputError("sensitivity: no input moves the first place. There is nothing to share.")
    known = {e.name: e for e in uncertain_inputs(sample.case, sample.model)}
    inputs = (str(name) for name in sensitivity.to_frame().index[:most])
    factors = (moves_with(known[name]) if name in known else name for name in inputs)
    chosen = list(dict.fromkeys(factors))
    seed = sample.case.settings.seed
    # always random streams: two stretches of one Sobol sequence are not independent
    one, other = (Sampled(seed, chunk, size) for chunk in (0, 1))
    place = _place(sample, sensitivity.subject)

    def lead(names: frozenset[str], inside: bool) -> Floats:
        return leads(sample.model, _Swapped(one, other, names, inside), place)

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


def _place(sample: Sample, subject: str) -> int:
    case = sample.case
    return (case.improvement_ids or case.capability_ids).index(subject)
