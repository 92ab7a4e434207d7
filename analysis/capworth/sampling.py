"""Worlds in chunks: any executor, any number of workers, the same numbers."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, fields, replace

import numpy as np

from capworth.case.model import Case, Estimate
from capworth.errors import InputError
from capworth.estimates import AtModes, Draws, Sampled
from capworth.gains import Gains
from capworth.methods.acceptability.ranking import RankTally
from capworth.methods.arguments import Floats
from capworth.processes import beside
from capworth.worlds import Model, Worlds

CHUNK = 10_000  # draws of one chunk; part of what makes the numbers
KEPT = 20_000  # draws, the first ones, kept for means and ranges; ranks are counted over all
ENVELOPED = 1_000  # draws, the first ones, for the costly stages
BULKY = ("branches", "levels", "weights", "payers", "improvement_payers")  # of `ENVELOPED` draws
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Tallies:
    """What is counted and summed over all draws."""

    score: RankTally  # capabilities by score
    value: RankTally  # capabilities by score for each million a year
    priority: RankTally | None  # improvements by gain for each million
    payers: Floats  # (capabilities, payers) whole-life cost, summed over the draws
    improvement_payers: Floats  # (improvements, payers) the same

    def merge(self, other: "Tallies") -> "Tallies":
        """Count both; merge in the order of chunks."""
        both = self.priority
        if both is not None and other.priority is not None:
            both = both.merge(other.priority)
        return Tallies(
            self.score.merge(other.score),
            self.value.merge(other.value),
            both,
            self.payers + other.payers,
            self.improvement_payers + other.improvement_payers,
        )


@dataclass(frozen=True, slots=True)
class Sample:
    """What was sampled: the worlds that are kept, the one at the modes, the ranks of all.

    The arrays of `worlds` named in `BULKY` are kept for the first `ENVELOPED` draws only.
    """

    model: Model
    draws: int
    modes: Worlds
    worlds: Worlds
    tallies: Tallies

    @property
    def case(self) -> Case:
        """The case that was sampled."""
        return self.model.case

    def first_draws(self, size: int = ENVELOPED) -> Draws:
        """Return the first draws once more, to be asked for inputs that were not kept."""
        return Sampled(self.case.settings.seed, 0, min(size, self.draws, CHUNK))

    def of(self, estimate: Estimate) -> Floats:
        """(draws kept,) the level of an estimate in the worlds that are kept."""
        kept = range(0, self.worlds.size, CHUNK)
        sizes = [min(CHUNK, self.draws - start) for start in kept]
        seed = self.case.settings.seed
        parts = [Sampled(seed, k, size).of(estimate) for k, size in enumerate(sizes)]
        return np.concatenate(parts)[: self.worlds.size]


def value_per_million(worlds: Worlds, annuity: float) -> Floats:
    """(draws, capabilities) points of score for each million a year of whole-life cost."""
    return worlds.score / (worlds.cost / annuity / 1e6)


def gain_per_million(worlds: Worlds) -> Floats:
    """(draws, improvements) points gained for each million of whole-life cost."""
    return worlds.gains.score / (worlds.improvement_cost / 1e6)


def draw_sample(
    case: Case,
    draws: int,
    workers: int = 1,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Sample:
    """Answer the case in `draws` worlds.

    Chunk k has its own random streams, so that neither the number of workers nor the order in
    which they finish moves a single bit. Memory does not grow beyond `KEPT` draws.

    Parameters
    ----------
    case : the case; its settings hold the seed
    draws : how many worlds, one or more
    workers : processes or threads, when no executor is given; see `beside`
    executor : anything with the interface of `concurrent.futures`
    progress : told of the stage, the draws done and the draws in all

    Raises
    ------
    InputError
        When there are no draws or no workers.
    """
    for name, number in (("draws", draws), ("workers", workers)):
        if number < 1:
            raise InputError(f"{name}: {number} is too few. Give 1 or more.")
    model = Model(case)
    sizes = [min(CHUNK, draws - start) for start in range(0, draws, CHUNK)]
    kept: list[Worlds] = []
    tallies: Tallies | None = None
    with beside(model, workers, executor) as submit:
        chunks = deque(
            submit(_chunk, Sampled(case.settings.seed, k, size), k * CHUNK)
            for k, size in enumerate(sizes)
        )
        for k in range(len(sizes)):
            worlds, counted = chunks.popleft().result()
            kept += [] if worlds is None else [worlds]
            tallies = counted if tallies is None else tallies.merge(counted)
            if progress:
                progress("draws", sum(sizes[: k + 1]), draws)
    assert tallies is not None  # draws is one or more
    return Sample(model, draws, model.answer(AtModes()), _joined(kept), tallies)


def _chunk(model: Model, draws: Sampled, start: int) -> tuple[Worlds | None, Tallies]:
    """Count all draws of a chunk, and copy those that are kept, so that the others are let go."""
    worlds = model.answer(draws)
    priority = RankTally.of(gain_per_million(worlds)) if model.case.improvements else None
    value = RankTally.of(value_per_million(worlds, model.annuity))
    counted = Tallies(
        RankTally.of(worlds.score),
        value,
        priority,
        worlds.payers.sum(axis=0),
        worlds.improvement_payers.sum(axis=0),
    )
    if start >= KEPT:
        return None, counted
    return _trimmed(worlds, max(ENVELOPED - start, 0), KEPT - start), counted


def _trimmed(worlds: Worlds, enveloped: int, kept: int) -> Worlds:
    parts = {name: part[:, :kept] if axis else part[:kept] for name, axis, part in _parts(worlds)}
    gains = Gains(*(getattr(worlds.gains, f.name)[:kept].copy() for f in fields(Gains)))
    parts |= {name: parts[name][:enveloped].copy() for name in BULKY}
    return replace(worlds, gains=gains, **parts)


def _joined(kept: list[Worlds]) -> Worlds:
    first = kept[0]
    parts = {
        name: np.concatenate([getattr(w, name) for w in kept], axis=axis)
        for name, axis, _ in _parts(first)
    }
    gains = Gains(
        *(np.concatenate([getattr(w.gains, f.name) for w in kept]) for f in fields(Gains))
    )
    return replace(first, gains=gains, **parts)


def _parts(worlds: Worlds) -> Iterator[tuple[str, int, Floats]]:
    """Every array of the worlds with the axis that its draws lie on."""
    for field in fields(Worlds):
        if field.name != "gains":
            axis = 1 if field.name.startswith("function_") else 0
            yield field.name, axis, getattr(worlds, field.name)
