"""What would change the advice: the level of each input, set alone, at which another set is better.

The one source of such levels: page 1 prints the first of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from capworth.methods.arguments import Floats
from capworth.methods.uncertainty.substitution import LEVELS, Changed, switching_stretches
from capworth.model.figures import (
    COUNT,
    NO_DRAWS,
    PROGRAMME,
    QUANTILE,
    SHARE,
    Column,
    Figure,
    columns,
    number,
)
from capworth.model.result import Answer, Provenance
from capworth.model.simulation import Sample
from capworth.programme.selection import Programme
from capworth.uncertainty.rivals import Rivals
from capworth.uncertainty.set_alone import Input, inputs_of
from capworth.uncertainty.threshold import Side, ThresholdMap

BREAKS, OVERTAKEN, AFFORDS = "breaks", "overtaken", "affords"
BELOW, ABOVE, AT = "below", "above", "at"  # where levels are; `at`: at the median already
COARSE, HALFWAY = 5, 0.5  # what is less than half way to another advice at each fifth level stays
STAYS: Final = (False, 0)

COLUMNS = {
    "side": object,
    "level": float,
    "p": float,
    "p_both": float,
    "out": object,
    "into": object,
    "kind": object,
    "unit": object,
    "low": float,
    "median": float,
    "high": float,
    "grade": object,
}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SwitchingValues(Answer):
    """Levels at which one input alone changes the programme, the likeliest first."""

    _table: pd.DataFrame
    pair: ThresholdMap | None  # the two likeliest inputs together; None where one or none switches
    looked_at: int  # inputs that move what improvements ask or add, those that never switch too
    rivals: int  # sets that the programme is held against
    p_better: float  # chance that some other good set is better, all inputs together
    good: int  # good sets, the programme among them
    provenance: Provenance

    def lifts(self) -> Sequence[Column]:
        """How the columns of its tables become figures."""
        return columns(
            "switching",
            ("level", "switches_at", "level", "switching", ("input",), QUANTILE),
            ("p", "switches", "chance", "switching", ("input",), QUANTILE),
            ("low", "input_lowest", "level", "switching", ("input",), QUANTILE),
            ("median", "input_median", "level", "switching", ("input",), QUANTILE),
            ("high", "input_highest", "level", "switching", ("input",), QUANTILE),
            ("p_both", "switches_either", "chance", "switching", ("input",), QUANTILE),
            draws=NO_DRAWS,
            tail="side",
        )

    def figures(self) -> tuple[Figure, ...]:
        """The figures of each input, and the chance that another set is better, all together."""
        inputs = (("looked_at", self.looked_at), ("switching", len(self.switching)))
        return (
            *Answer.figures(self),
            Figure(
                *(f"better.{PROGRAMME}", number(self.p_better), "chance", "exchange", SHARE),
                behind=(("effects", PROGRAMME), ("asked", PROGRAMME)),
            ),
            *(
                Figure(f"inputs.{name}", float(many), "count", "switching", COUNT, draws=NO_DRAWS)
                for name, many in inputs
            ),
        )

    @property
    def switching(self) -> tuple[str, ...]:
        """The inputs that alone change the programme, likeliest first."""
        return tuple(dict.fromkeys(map(str, self._table.index)))

    @property
    def never(self) -> int:
        """How many inputs never do."""
        return self.looked_at - len(self.switching)

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table of this answer by its file name."""
        return {"switching": self.to_frame()}

    def __repr__(self) -> str:
        names = self.switching
        first = f"; likeliest {names[0]}, {self._table['p_both'].iloc[0]:.0%}" if names else ""
        return (
            f"<SwitchingValues: {len(names)} of {self.looked_at} inputs alone change the "
            f"programme{first}>"
        )


def switching_values(
    sample: Sample, programme: Programme | None, provenance: Provenance
) -> SwitchingValues | None:
    """Find the switching values of the programme by substitution.

    Each input that moves what improvements ask for, or what they add by the objective, is set to
    41 levels of its own distribution, alone: all others stay as uncertain as they were. At each
    level the programme either stays, breaks the budget at the confidence, or another set that keeps
    it is worth clearly more; the sets are the good ones (within 15 %) and the 200 best that cost up
    to a fifth more than there is, each with the starts that it has as things are. What money is
    paid in which year is not asked for anew.

    Returns
    -------
    One row for each input and side of its median: `level` is the first on the way out from the
    median at which the programme changes, to 1 % of the input's probability; `p` is the probability
    of all levels on that side at which it does, `p_both` that of both sides, by which rows are
    ordered; `out` and `into` what goes and comes at that level; `kind` is breaks (the budget),
    overtaken (by a set that is worth more), or affords (more than the programme, which stays). The
    side `at` is that of an input whose median is such a level.

    None where there is no programme, or none keeps the budget at the confidence.

    Notes
    -----
    Structural substitution and not conditioning of the draws: inputs that share a cause would all
    seem to switch. Switching values: HM Treasury, The Green Book.
    """
    if programme is None or not programme.feasible:
        return None
    rivals = Rivals.of(sample, programme)
    inputs = inputs_of(rivals)
    rows = [row for one in inputs for row in _rows(one, rivals)]
    table = pd.DataFrame(rows, columns=["input", *COLUMNS]).astype(COLUMNS).set_index("input")
    order = np.lexsort((-table["p"], table.index.astype(str), -table["p_both"].round(9)))
    good = programme.good_sets()
    table = table.iloc[order]
    first = [next(i for i in inputs if i.name == name) for name in dict.fromkeys(table.index)][:2]
    return SwitchingValues(
        _table=table,
        pair=_pair(first[0], first[1], rivals, provenance) if len(first) == 2 else None,
        looked_at=len(inputs),
        rivals=len(rivals.sets) - 1,
        p_better=1 - float(good["p_best_in_list"].iloc[0]),
        good=len(good),
        provenance=provenance,
    )


def _pair(one: Input, other: Input, rivals: Rivals, provenance: Provenance) -> ThresholdMap:
    """Where the programme stays over the ranges of two inputs.

    What both move is added up: exact for lines of cost and for inputs of different improvements.
    """
    ends = np.array([0.0, 0.5, 1.0])
    sides = tuple(Side(i.name, i.unit, *i.quantiles(ends).tolist()) for i in (one, other))
    first, second = sides
    (values, needed), (more, asked) = one.at(first.middles), other.at(second.middles)
    usual = rivals.worth
    holds = np.array(
        [
            [
                rivals.better(v + w - usual, n + m - rivals.needed) == STAYS
                for w, m in zip(more, asked, strict=True)
            ]
            for v, n in zip(values, needed, strict=True)
        ]
    )
    bins = [_widened(side.borders) for side in sides]
    weights, *_ = np.histogram2d(one.drawn(), other.drawn(), bins=bins)
    ids = np.array(rivals.sample.case.improvement_ids)
    answer = " ".join(ids[rivals.sets[0]])
    return ThresholdMap.of("programme", answer, (first, second), holds, weights, provenance)


def _widened(borders: Floats) -> Floats:
    """Borders of which the outer ones hold everything beyond."""
    return np.asarray(np.r_[-np.inf, borders[1:-1], np.inf])


def _rows(one: Input, rivals: Rivals) -> list[dict[str, object]]:
    """Rows of one input."""
    grid = np.linspace(0, 1, LEVELS)
    few = np.arange(LEVELS) % COARSE == 0
    coarse = one.at(one.quantiles(grid[few]))
    if rivals.nearer(*coarse) < HALFWAY:
        return []
    looked = one.quantiles(grid)
    levels = dict(zip(grid.tolist(), looked.tolist(), strict=True))
    answers: dict[float, tuple[bool, int]] = {}
    answers |= zip(looked[few].tolist(), _advised(coarse, rivals), strict=True)
    answers |= zip(looked[~few].tolist(), _advised(one.at(looked[~few]), rivals), strict=True)

    def quantile(probability: float) -> float:
        if probability not in levels:
            levels[probability] = float(one.quantiles(np.array([probability]))[0])
        return float(levels[probability])

    def advice(level: float) -> tuple[bool, int]:
        if level not in answers:
            (answers[level],) = _advised(one.at(np.array([level])), rivals)
        return answers[level]

    stretches = switching_stretches(advice, quantile, usual=STAYS)
    sides: dict[str, list[Changed]] = {}
    for stretch in stretches:
        side = BELOW if stretch.below + stretch.probability <= 0.5 else ABOVE
        if stretch.below < 0.5 < stretch.below + stretch.probability:
            side = AT
        sides.setdefault(side, []).append(stretch)
    whole = sum(stretch.probability for stretch in stretches)
    ends = {"low": quantile(0.0), "median": quantile(0.5), "high": quantile(1.0)}
    found = []
    for side, mine in sides.items():
        first = mine[-1] if side == BELOW else mine[0]
        level = {BELOW: first.high, ABOVE: first.low, AT: ends["median"]}[side]
        p = sum(stretch.probability for stretch in mine)
        found.append(
            {
                "input": one.name,
                "side": side,
                "level": level,
                "p": p,
                "p_both": whole,
                **_change(first.answer, rivals),
                "unit": one.unit,
                **ends,
                "grade": one.grade,
            }
        )
    return found


def _advised(at: tuple[Floats, Floats], rivals: Rivals) -> list[tuple[bool, int]]:
    """Advice at each level, of the value of the rivals and the money that they need there."""
    return [rivals.better(v, n) for v, n in zip(*at, strict=True)]


def _change(answer: object, rivals: Rivals) -> dict[str, object]:
    """What goes out and comes in, and why."""
    assert isinstance(answer, tuple)
    broken, row = answer
    now = rivals.sets[0]
    then = rivals.sets[row] if row >= 0 else np.zeros_like(now)
    ids = np.array(rivals.sample.case.improvement_ids)
    out, into = ids[now & ~then], ids[then & ~now]
    kind = BREAKS if broken else OVERTAKEN if len(out) else AFFORDS
    return {"out": " ".join(out), "into": " ".join(into), "kind": kind}


def programme_map(switching: SwitchingValues | None) -> ThresholdMap | None:
    """The two inputs that are likeliest to change the programme; None where there are not two."""
    return None if switching is None else switching.pair
