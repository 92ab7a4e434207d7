"""From low, mode and high to draws: one number for every estimate in every draw."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Protocol

import numpy as np
import scipy  # its part `special` is loaded when it is first called for
from numpy.typing import NDArray

from capworth.case.distributions import drawing_of
from capworth.case.model import Estimate
from capworth.errors import InputError
from capworth.methods.arguments import Floats
from capworth.methods.cost_benefit.optimism import observed_quantiles, reference_class
from capworth.methods.uncertainty.correlation import moved_together
from capworth.methods.uncertainty.distributions import moved_by
from capworth.streams import stream

GROUP = "group"  # first word of the name of what a group has in common
LOW_SWING, HIGH_SWING = 0.1, 0.9  # quantiles between which an input swings in a one-way analysis
FEW = 1_000  # draws in which levels are kept
KEPT = 1 << 26  # bytes of them
MOST_DIMENSIONS = 21_201  # of a Sobol sequence: as many direction numbers are known


def quantile_of(estimate: Estimate, probability: Floats) -> Floats:
    """Level that an estimate stays below with the given probability, of any shape.

    PERT between low and high, or as the case says; where the estimate is a record of observed
    levels, the quantiles of the record, straight between them.
    """
    if estimate.record and not estimate.weights:
        return reference_class(probability, *observed_quantiles(estimate.record))
    return drawing_of(estimate).quantile(probability)


def probability_below(estimate: Estimate, level: float) -> float:
    """Probability that an estimate stays below `level`."""
    if estimate.record and not estimate.weights:
        places, levels = observed_quantiles(estimate.record)
        return float(np.interp(level, levels, places, left=0.0, right=1.0))
    return drawing_of(estimate).below(level)


def correlation(one: Estimate, other: Estimate) -> float:
    """Correlation of two inputs on the normal scale, as they are drawn."""
    if one.group and one.group == other.group:
        return float(np.sqrt(one.share * other.share))
    theirs = dict(other.made_of)
    return float(sum(weight * theirs.get(name, 0.0) for name, weight in one.made_of))


def moves_with(estimate: Estimate) -> str:
    """What an input moves with, by one name for all that do: its group, its matrix, or itself."""
    if estimate.group:
        return f"group {estimate.group}"
    if estimate.made_of:
        return f"{estimate.made_of[0][0]} and {len(estimate.made_of) - 1} correlated"
    return estimate.name


class Draws(Protocol):
    """Draws of any kind: sampled, at the modes, or with one input moved at a time."""

    @property
    def size(self) -> int:
        """How many draws."""

    def of(self, estimate: Estimate) -> Floats:
        """(draws,) the level of `estimate` in every draw, in its unit."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """Draws of every estimate, from an even stream of its own that is keyed by its name.

    Random streams, or the dimensions of one scrambled Sobol sequence; an input that is not among
    these has a random stream. Estimates of one group move together: each has a share of its
    variance in common with them, by a stream that is keyed by the name of the group. Those of a
    stated matrix are made of the streams of all that are in it.
    """

    seed: int
    chunk: int
    size: int
    dimensions: tuple[str, ...] = ()  # names of the streams of a Sobol sequence
    first: int = 0  # place in the sequence of the first draw

    def of(self, estimate: Estimate) -> Floats:
        """(draws,) levels of the estimate's distribution; not to be written to."""
        return _few_levels(self)(estimate) if self.size <= FEW else self._levels(estimate)

    def _levels(self, estimate: Estimate) -> Floats:
        if estimate.is_certain:
            return np.full(self.size, estimate.mode, dtype=np.float64)
        if estimate.made_of:
            names, weights = zip(*estimate.made_of, strict=True)
            even = moved_together([self.even(name) for name in names], weights)
        else:
            even = self.even(estimate.name)
        if estimate.group:
            even = moved_by(_factor(self, estimate.group), even, estimate.share)
        return quantile_of(estimate, even)

    def even(self, name: str) -> Floats:
        """(draws,) of the stream of a name, an estimate's or a group's, between 0 and 1."""
        place = _places(self.dimensions).get(name) if self.dimensions else None
        if place is None:
            return stream(self.seed, name, self.chunk).random(self.size)
        cells = _sobol_cells(self.seed, len(self.dimensions), self.first, self.size)
        even: Floats = (cells[place] + 0.5) / _CELLS
        return even


@lru_cache(maxsize=2)  # the draws of the study, and fewer by which some answers look first
def _few_levels(draws: Sampled) -> Callable[[Estimate], Floats]:
    """Levels of few draws by estimate, kept, as many answers ask for the same."""

    @lru_cache(maxsize=max(1, KEPT // (8 * max(1, draws.size))))
    def kept(estimate: Estimate) -> Floats:
        levels = draws._levels(estimate)
        levels.setflags(write=False)
        return levels

    return kept


@lru_cache(maxsize=32)  # asked for by each number of the group
def _factor(draws: Sampled, group: str) -> Floats:
    """(draws,) normal score of what a group has in common."""
    factor: Floats = scipy.special.ndtri(draws.even(f"{GROUP}/{group}"))
    factor.setflags(write=False)
    return factor


@lru_cache(maxsize=8)
def _places(dimensions: tuple[str, ...]) -> Mapping[str, int]:
    return MappingProxyType({name: k for k, name in enumerate(dimensions)})


_BITS = 30  # of each point: 2^30 points before the sequence ends
_CELLS = 2**_BITS


@lru_cache(maxsize=4)
def _sobol_cells(seed: int, dimensions: int, first: int, size: int) -> NDArray[np.uint32]:
    """(dimensions, draws) cells of the scrambled Sobol sequence's points, from one of them on.

    Scrambled by a random linear matrix and a digital shift (Matousek 1998), so that each point is
    even. A draw is the middle of its cell of 2^-30, so that none is exactly 0; cells are kept, as
    they take half the memory.
    """
    from scipy.stats import qmc

    if dimensions > MOST_DIMENSIONS:
        raise InputError(
            f"sampling: {dimensions:,} inputs, and a Sobol sequence has {MOST_DIMENSIONS:,} "
            "dimensions at most. Take random."
        )
    engine = qmc.Sobol(dimensions, scramble=True, bits=_BITS, rng=stream(seed, "sobol"))
    cells = np.empty((dimensions, size), dtype=np.uint32)
    known = 0
    if first:
        engine.fast_forward(first)
    else:  # one alone first: it warns of any other number that is no power of two
        cells[:, :1], known = (engine.random(1).T * _CELLS).astype(np.uint32), 1
    if size > known:
        cells[:, known:] = (engine.random(size - known).T * _CELLS).astype(np.uint32)
    cells.setflags(write=False)
    return cells


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
    """(draws, estimates) the levels of several estimates side by side; see `by_draw`."""
    table = by_draw(draws.size, len(estimates))
    for k, estimate in enumerate(estimates):
        table[:, k] = draws.of(estimate)
    return table


def by_draw(size: int, *shape: int) -> Floats:
    """(draws, ...) zeros in which all draws of one thing lie side by side in memory.

    What is asked is one thing in every draw, so that this order is many times faster. It is one
    that arrays keep on their way to another process, so that sums there have the same last bits.
    """
    return np.zeros((size, *shape), order="F")
