"""Ranks over draws of weights and measurements together, chunk by chunk."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from capworth.kernels.arrays import Floats, Ints
from capworth.kernels.chunks import in_chunks
from capworth.kernels.confidence import factors, lead_counts, rank_confidence_sets
from capworth.kernels.measurement import ALL, World, WorldSampler
from capworth.kernels.rankindices import share_errors
from capworth.kernels.ranking import RankTally, snapped
from capworth.kernels.weights import Sampler
from capworth.streams import stream

NAME: Final = "rank acceptability"
FIRST_LOOK: Final = 8  # chunks before the first look at the precision; then twice as many
SET_DRAWS: Final = 2048  # draws behind the rank confidence sets


@dataclass(frozen=True, slots=True, eq=False)
class RankDraws:
    """What the draws gave: the tally of places, the confidence factors, the rank sets.

    `factors` is (options,), `sets` (options, 2) with lowest and highest rank; see `confidence`.
    """

    tally: RankTally
    factors: Floats
    sets: Ints


def rank_draws(
    worlds: WorldSampler,
    weights: Sampler,
    *,
    draws: int,
    chunk: int,
    seed: int,
    precision: float | None = None,
    grain: float = 0.0,
    workers: int = 1,
) -> RankDraws:
    """Draw, score and count, then draw the same measurements again for the confidence factors.

    Parameters
    ----------
    worlds, weights : samplers of measurements and of weights
    draws : how many; with `precision` the most
    chunk : draws at a time; each chunk has random streams of its own, so that memory stays flat
        and any number of workers gives the same bytes
    precision : stop when no rank share and no pairwise share has a larger standard error; looked
        at after 8, 16, 32 ... chunks
    grain : values in the same multiple of it tie; 0 leaves values as they are
    """

    def world(number: int, many: int) -> World:
        answers = worlds(stream(seed, f"{NAME}: measurements", number), many)
        if not grain:
            return answers
        return lambda asked, rows=ALL: snapped(answers(asked, rows), grain)

    def scored(number: int, many: int) -> tuple[Floats, Floats]:
        drawn = weights(stream(seed, f"{NAME}: weights", number), many)
        return world(number, many)(drawn).T, drawn

    def count(number: int, many: int) -> RankTally:
        return RankTally.of(*scored(number, many))

    tally = count(0, min(chunk, draws))
    look = draws if precision is None else FIRST_LOOK * chunk
    start = 1
    while True:
        for part in in_chunks(
            count, draws=min(look, draws), size=chunk, workers=workers, start=start
        ):
            tally = tally.merge(part)
        if look >= draws or (precision is not None and largest_error(tally) <= precision):
            break
        start, look = look // chunk, 2 * look

    central = tally.central_weights()
    leads = np.zeros((len(central), len(central)), dtype=np.int64)
    for counts in in_chunks(
        lambda number, many: lead_counts(world(number, many), central, many),
        draws=tally.draws,
        size=chunk,
        workers=workers,
    ):
        leads += counts
    replicates = scored(0, min(chunk, tally.draws))[0][:SET_DRAWS]
    return RankDraws(tally, factors(leads, central, tally.draws), rank_confidence_sets(replicates))


def largest_error(tally: RankTally) -> float:
    """Largest standard error of any rank share or pairwise share."""
    shares = tally.shares(), tally.pairwise()
    return max(float(share_errors(share, tally.draws).max()) for share in shares)
