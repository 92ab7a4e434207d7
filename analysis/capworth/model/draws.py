"""From low, mode and high to draws: one number for every estimate in every draw."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from capworth.case.model import Estimate
from capworth.methods.arguments import Floats
from capworth.methods.cost_benefit.optimism import observed_quantiles, reference_class
from capworth.methods.uncertainty.distributions import SHAPES, normal_copula
from capworth.streams import stream

GROUP = "group"  # first word of the name of what a group has in common
LOW_SWING, HIGH_SWING = 0.1, 0.9  # quantiles between which an input swings in a one-way analysis


def quantile_of(estimate: Estimate, probability: Floats) -> Floats:
    """Level that an estimate stays below with the given probability, of any shape.

    PERT between low and high, or the shape that the case names; where the estimate is a record of
    observed levels, the quantiles of the record, straight between them.
    """
    if estimate.record:
        return reference_class(probability, *observed_quantiles(estimate.record))
    shape = SHAPES[estimate.shape or "pert"]
    return shape.quantile(probability, estimate.low, estimate.mode, estimate.high)


def probability_below(estimate: Estimate, level: float) -> float:
    """Probability that an estimate stays below `level`."""
    if estimate.record:
        places, levels = observed_quantiles(estimate.record)
        return float(np.interp(level, levels, places, left=0.0, right=1.0))
    shape = SHAPES[estimate.shape or "pert"]
    return shape.below(level, estimate.low, estimate.mode, estimate.high)


class Draws(Protocol):
    """Draws of any kind: sampled, at the modes, or with one input moved at a time."""

    @property
    def size(self) -> int:
        """How many draws."""

    def of(self, estimate: Estimate) -> Floats:
        """(draws,) the level of `estimate` in every draw, in its unit."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """Draws drawn at random; every estimate has a stream of its own, keyed by its name.

    Estimates of one group move together: each has a share of its variance in common with them, by
    a stream that is keyed by the name of the group.
    """

    seed: int
    chunk: int
    size: int

    def of(self, estimate: Estimate) -> Floats:
        """(draws,) levels of the estimate's distribution."""
        if estimate.is_certain:
            return np.full(self.size, estimate.mode, dtype=np.float64)
        even = self.even(estimate.name)
        if estimate.group:
            even = normal_copula(even, self.even(f"{GROUP}/{estimate.group}"), estimate.share)
        return quantile_of(estimate, even)

    def even(self, name: str) -> Floats:
        """(draws,) evenly spread numbers from 0 to 1 of an estimate's own stream, or a group's."""
        return stream(self.seed, name, self.chunk).random(self.size)


@dataclass(frozen=True, slots=True)
class AtModes:
    """The one draw in which everything is as is most plausible."""

    size: int = 1

    def of(self, estimate: Estimate) -> Floats:
        """(1,) the mode."""
        return np.full(self.size, estimate.mode, dtype=np.float64)


class OneWay:
    """Draw 0 at the modes; then one estimate at a time at its low, then its high, quantile."""

    def __init__(self, estimates: Sequence[Estimate]) -> None:
        self.estimates = tuple(e for e in estimates if not e.is_certain)
        self.size = 1 + 2 * len(self.estimates)
        self._row = {e.name: 1 + 2 * k for k, e in enumerate(self.estimates)}

    def of(self, estimate: Estimate) -> Floats:
        """(draws,) the mode but in the two draws where this estimate moves."""
        levels = np.full(self.size, estimate.mode, dtype=np.float64)
        if estimate.name in self._row:
            row = self._row[estimate.name]
            at = np.array([LOW_SWING, HIGH_SWING])
            levels[row : row + 2] = quantile_of(estimate, at)
        return levels


def stacked(draws: Draws, estimates: Sequence[Estimate]) -> Floats:
    """(draws, estimates) the levels of several estimates side by side."""
    table = np.empty((draws.size, len(estimates)))
    for k, estimate in enumerate(estimates):
        table[:, k] = draws.of(estimate)
    return table
