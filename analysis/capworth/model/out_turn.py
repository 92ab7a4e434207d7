"""What each cost line turns out at: base, overrun counted once, the cost of managing risk."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np

from capworth.case.model import Case, CostLine, Estimate, Total
from capworth.case.register import bias_classes
from capworth.methods.arguments import Floats
from capworth.methods.cost_benefit.overrun import out_turn, standing_for
from capworth.methods.cost_benefit.prices import scaled_to_total
from capworth.methods.uncertainty.distributions import MOST
from capworth.model.draws import Draws, Sampled

REFERENCE: Final = 10_000  # draws, the first of the case's seed, that tell what a total stands for


class OutTurn(NamedTuple):
    """One line in every draw, (draws,), in the money that it is stated in; `amount` is the sum."""

    base: Floats
    overrun: Floats
    managing: Floats

    @property
    def amount(self) -> Floats:
        """(draws,) what the line turns out at."""
        return np.asarray(self.base + self.overrun + self.managing)

    def times(self, factor: float) -> "OutTurn":
        """Every part multiplied."""
        return OutTurn(self.base * factor, self.overrun * factor, self.managing * factor)


class OutTurns:
    """The cost lines of a case as they turn out, in any number of draws.

    - Lines of a stated total without a range stay; the others share the rest of the total in the
      proportions drawn. So their bases sum to the total in every draw.
    - The overrun is that of the bias class after mitigation, or what the line's own range goes
      beyond its mode where the range holds the overrun; never both.
    - Overruns have a share of their variance in common: one cause for all builds, or the `cause`
      that lines name. A line whose range has a group of its own keeps that.
    - Where a stated total stands for the mean or a quantile of the out-turns, these are multiplied,
      with the lines that manage their risk, so that this level is the total.
    """

    def __init__(self, case: Case) -> None:
        self._case = case
        self._lines = {line.id: line for line in case.costs}
        common = min(case.settings.common_cause, MOST)
        self._amount = {line.id: amount_of(line, common) for line in case.costs}
        self._bias = {line.id: bias_of(line, common) for line in case.costs}
        self._factors: dict[tuple[str, str], float] = {}

    def inputs(self) -> tuple[Estimate, ...]:
        """Every estimate that is drawn for some line, as it is drawn."""
        found = [self._amount[line.id] for line in self._case.costs]
        return (*found, *(bias for bias in self._bias.values() if bias is not None))

    def of(self, draws: Draws, lines: Iterable[CostLine]) -> Iterator[tuple[CostLine, OutTurn]]:
        """Each of some lines with what it turns out at."""
        asked = tuple(lines)
        shared = self._shared(draws, {line.total for line in asked})
        for line in asked:
            found, factor = self._one(draws, line, shared), self.factor(self._total_of(line), line)
            yield line, found if factor == 1.0 else found.times(factor)

    def factor(self, total: str, line: CostLine) -> float:
        """What a line of a total is multiplied by so that the total stands for what it says."""
        stated = next((t for t in self._case.totals if t.id == total), None)
        if stated is None or stated.stands_for == "base" or self._stays(line):
            return 1.0
        return self._found(stated, stated.stands_for)

    def lines_of(self, total: str) -> tuple[CostLine, ...]:
        """Lines of a total, and those that manage the risk of one of them."""
        return tuple(line for line in self._case.costs if self._total_of(line) == total)

    def readings(self, total: Total, draws: Draws, readings: Iterable[str]) -> Mapping[str, Floats]:
        """(draws,) the sum of the out-turns of a total by what the total is taken to stand for."""
        shared, lines = self._shared(draws, {total.id}), self.lines_of(total.id)
        amounts = [(line, self._one(draws, line, shared).amount) for line in lines]
        staying = sum((a for line, a in amounts if self._stays(line)), np.zeros(draws.size))
        moving = sum((a for line, a in amounts if not self._stays(line)), np.zeros(draws.size))
        factors = {r: 1.0 if r == "base" else self._found(total, r) for r in readings}
        return {reading: staying + factor * moving for reading, factor in factors.items()}

    def _found(self, total: Total, reading: str) -> float:
        """Find the factor in draws of its own, so that it is one number in every chunk."""
        found = self._factors.get((total.id, reading))
        if found is None:
            draws = Sampled(self._case.settings.seed, 0, REFERENCE)
            shared, lines = self._shared(draws, {total.id}), self.lines_of(total.id)
            moving = [line for line in lines if not self._stays(line)]
            staying = sum(line.amount.mode for line in lines if self._stays(line))
            turned = [self._one(draws, line, shared).amount for line in moving]
            rest = total.amount.mode - staying
            found = standing_for(np.stack(turned).T, rest, reading)[1] if moving else 1.0
            self._factors[total.id, reading] = found
        return found

    def _total_of(self, line: CostLine) -> str:
        return line.total or (self._lines[line.manages].total if line.manages else "")

    def _stays(self, line: CostLine) -> bool:
        """Whether it is a fixed contract: neither range nor overrun."""
        return line.amount.is_certain and line.bias == "none"

    def _one(self, draws: Draws, line: CostLine, shared: Mapping[str, Floats]) -> OutTurn:
        amount, bias, none = self._amount[line.id], self._bias[line.id], np.zeros(draws.size)
        if line.manages:
            return OutTurn(none, none, draws.of(amount))
        base = shared.get(line.id)
        if line.range_holds == "overrun":
            drawn, mode = draws.of(amount), amount.mode
            if base is None:
                return OutTurn(np.full(draws.size, mode), drawn - mode, none)
            return OutTurn(base, base * (drawn / mode - 1), none)
        if base is None:
            base = draws.of(amount)
        over = none if bias is None else out_turn(base, draws.of(bias)) - base
        return OutTurn(base, over, none)

    def _shared(self, draws: Draws, totals: Collection[str]) -> Mapping[str, Floats]:
        """(draws,) base of every line with a range that shares one of some stated totals."""
        found: dict[str, Floats] = {}
        for total in (t for t in self._case.totals if t.id in totals):
            lines = [line for line in self._case.costs if line.total == total.id]
            sharing = [line for line in lines if not line.amount.is_certain]
            if not sharing:
                continue
            rest = draws.of(total.amount) - sum(x.amount.mode for x in lines if x not in sharing)
            parts = np.stack([self._proportion(draws, line) for line in sharing]).T
            bases = scaled_to_total(parts, rest)
            found |= {line.id: bases[:, k] for k, line in enumerate(sharing)}
        return found

    def _proportion(self, draws: Draws, line: CostLine) -> Floats:
        if line.range_holds == "overrun":
            return np.full(draws.size, line.amount.mode)
        return draws.of(self._amount[line.id])


def amount_of(line: CostLine, common: float = 0.0) -> Estimate:
    """Amount of a line as it is drawn.

    At its mode where its range is not drawn; with what it has in common with other builds where its
    range holds the overrun.

    Parameters
    ----------
    common : share of the variance of overruns that is in common
    """
    holds = line.range_holds
    if not holds:
        return replace(line.amount, low=line.amount.mode, high=line.amount.mode)
    if holds == "overrun" and not line.amount.group and common > 0:
        return replace(line.amount, group=_cause(line), share=common)
    return line.amount


def bias_of(line: CostLine, common: float = 0.0) -> Estimate | None:
    """Optimism bias of a line, from the lower to the upper bound of its class; None without one.

    A class that is a record of projects is drawn from the record instead, its median as the mode.

    The share that is managed already is taken off the way from lower to upper bound. Both bounds
    are starting values, not extremes (HM Treasury, supplementary guidance on optimism bias); the
    most plausible level a third of the way up is ours.

    Parameters
    ----------
    common : share of its variance that it has in common with the bias of other builds
    """
    if line.bias == "none":
        return None
    known = bias_classes()[line.bias]
    lower, upper = known.capital
    way = (upper - lower) * (1 - line.mitigation)
    low, mode, high = lower, lower + way / 3, lower + way
    basis = f"guideline bounds of {line.bias}; mode a third of the way"
    record = tuple(lower + (level - lower) * (1 - line.mitigation) for level in known.record)
    if record:
        low, mode, high = record[0], float(np.median(record)), record[-1]
        basis = f"{len(record)} published accounts of {line.bias}: too few to know the tails"
    return Estimate(
        name=f"bias/{line.amount.name.removeprefix('costs/')}",  # parts of a line turn out as one
        low=low,
        mode=mode,
        high=high,
        unit="share of the cost",
        grade="C",
        source="",
        basis=basis,
        row=0,
        record=record,
        group=_cause(line) if common > 0 else "",
        share=common,
    )


def _cause(line: CostLine) -> str:
    return f"overruns of {line.cause}" if line.cause else "overruns"
