"""SMAA: rank acceptability and pairwise winning shares, counted over draws.

Stochastic multicriteria acceptability analysis (Lahdelma & Salminen 2001): who takes which place,
in how many draws of weights and measurements. A tally counts in whole numbers, so tallies of chunks
can be merged by any number of workers and give the same bytes. Draws come in chunks of a fixed
size, with results in chunk order: memory stays flat however many there are. What the counts mean is
found in `indices`.
"""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, Self, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from capworth.errors import InputError
from capworth.methods.acceptability.indices import (
    confidence_from_counts,
    lead_counts,
    rank_confidence_sets,
    share_errors,
)
from capworth.methods.acceptability.measurement import ALL, Measured, MeasurementSampler
from capworth.methods.arguments import Floats, Ints, checked, table
from capworth.methods.elicitation.weights import Sampler
from capworth.streams import stream

BLOCK: Final = 8192  # draws compared at a time: the work stays in the processor's cache
_MOST_FOR_ORDERS: Final = 8  # whole rankings are counted up to this many options (8! = 40,320)

_Small: TypeAlias = NDArray[np.unsignedinteger[Any]]


@checked
def rank_shares(values: Floats) -> Floats:
    """Share of draws in which each option takes each place.

    Parameters
    ----------
    values : (draws, options), more is better, all finite

    Returns
    -------
    (options, places). Entry `[i, k]` is the share of draws in which option `i` is in place `k`;
    place 0 is the first. Options that tie share their places equally, so each row and each column
    sums to 1.

    Notes
    -----
    The rank acceptability index of SMAA-2: Lahdelma & Salminen (2001), Operations Research 49(3),
    444-454. Two options tie when their values are equal to the last bit; see `snapped`.

    >>> rank_shares(np.array([[2.0, 1.0, 1.0]])).tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.5, 0.5], [0.0, 0.5, 0.5]]
    """
    return RankTally.of(values).shares()


@checked
def snapped(values: Floats, grain: float) -> Floats:
    """Values in whole multiples of `grain`, so that what is equal on paper is equal in the machine.

    Sums that agree on paper may differ in their last bit, and which way differs between
    processors. Counting in grains of, say, 2**-40 of the scale makes them tie.
    """
    counted = values * (1 / grain)
    np.rint(counted, out=counted)
    return counted


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RankTally:
    """Places taken and pairs won, counted over draws.

    Attributes
    ----------
    draws : how many draws were counted
    alone : (options, places) draws in which an option was alone in a place
    tied : (n, 2) rows of code and draws, sorted; the code stands for an option, the first of the
        places that it shares, and how many share them
    wins : (options, options) draws in which the row option was above the column option
    lead_sum, lead_square : (options, criteria) sum over draws of the weights, and of their
        squares, each times the option's share of the first place
    orders : (n, 2) rows of code and draws, sorted; the code stands for a whole ranking; empty
        with more than 8 options
    """

    draws: int
    alone: Ints
    tied: Ints
    wins: Ints
    lead_sum: Floats
    lead_square: Floats
    orders: Ints

    def __post_init__(self) -> None:
        for counts in (self.alone, self.tied, self.wins, self.orders):
            counts.setflags(write=False)
        self.lead_sum.setflags(write=False)
        self.lead_square.setflags(write=False)

    @classmethod
    def of(cls, values: Floats, weights: Floats | None = None) -> Self:
        """Count the draws of `values` (draws, options), with `weights` (draws, criteria) if known.

        Raises
        ------
        InputError
            When a value is not finite, or values and weights differ in draws.
        """
        numbers = table(values, "values", "draws", "options")
        known = np.empty((len(numbers), 0)) if weights is None else weights
        if known.ndim != 2 or len(known) != len(numbers):
            raise InputError(
                f"weights: shape {known.shape} for {len(numbers)} draws of values. "
                "Give one row of weights for each draw."
            )
        whole = None
        for start in range(0, len(numbers), BLOCK):
            rows = slice(start, start + BLOCK)
            part = cls._of_block(np.ascontiguousarray(numbers[rows].T), known[rows])
            whole = part if whole is None else whole.merge(part)
        assert whole is not None  # a table has at least one row
        return whole

    @classmethod
    def _of_block(cls, values: Floats, weights: Floats) -> Self:
        options, draws = values.shape
        above, wins = _compare(values)
        level = None if wins.sum() == draws * (options * (options - 1) // 2) else _level(values)
        places = above + np.arange(0, options * options, options)[:, None]
        single = places.ravel() if level is None else places[level == 1]
        alone = np.bincount(single, minlength=options * options).reshape(options, options)
        tied = _counted(np.empty(0, dtype=np.int64))
        if level is not None:
            shared = level > 1
            option = np.nonzero(shared)[0]
            box = (option, above[shared].astype(np.int64), level[shared])
            tied = _counted(np.ravel_multi_index(box, (options, options, options + 1)))
        orders = _counted(np.empty(0, dtype=np.int64))
        if options <= _MOST_FOR_ORDERS:
            orders = _counted(np.einsum("od,o->d", above, options ** np.arange(options)))
        return cls(draws, alone, tied, wins, *_leads(above, level, weights), orders)

    def merge(self, other: Self) -> Self:
        """Count both. Whole numbers add up in any order; merge in chunk order for the weights."""
        if self.alone.shape != other.alone.shape or self.lead_sum.shape != other.lead_sum.shape:
            raise InputError("tallies of different options or criteria cannot be merged.")
        return type(self)(
            self.draws + other.draws,
            self.alone + other.alone,
            _added(self.tied, other.tied),
            self.wins + other.wins,
            self.lead_sum + other.lead_sum,
            self.lead_square + other.lead_square,
            _added(self.orders, other.orders),
        )

    def shares(self) -> Floats:
        """Rank acceptability: (options, places), rows and columns sum to 1."""
        options = len(self.alone)
        code, draws = self.tied.T
        option, first, many = np.unravel_index(code, (options, options, options + 1))
        counts = self.alone.astype(np.float64)
        for size in np.unique(many):  # whole numbers until the end, so that never is exactly 0
            ours = many == size
            steps = np.zeros((options, options + 1), dtype=np.int64)
            np.add.at(steps, (option[ours], first[ours]), draws[ours])
            np.subtract.at(steps, (option[ours], first[ours] + size), draws[ours])
            counts += steps.cumsum(axis=1)[:, :-1] / size
        shares: Floats = counts / self.draws
        return shares

    def pairwise(self) -> Floats:
        """Share of draws in which the row option is above the column option, a tie counting half.

        (options, options); opposite entries sum to 1, the diagonal is 0. Leskinen, Viitanen,
        Kangas & Kangas (2006), Forest Science 52(3), 304-312, with ties added.
        """
        ties = self.draws - self.wins - self.wins.T
        shares: Floats = (self.wins + ties / 2) / self.draws
        np.fill_diagonal(shares, 0)
        return shares

    def central_weights(self) -> Floats:
        """Mean of the weights in the draws that put the option first; not a number if none does.

        (options, criteria); a draw with a tie for the first place counts by the option's share.
        """
        first = self.shares()[:, :1] * self.draws
        with np.errstate(invalid="ignore", divide="ignore"):
            mean: Floats = np.where(first > 0, self.lead_sum / first, np.nan)
        return mean

    def central_weight_errors(self) -> Floats:
        """Give the standard errors of the central weights: (options, criteria)."""
        first = self.shares()[:, :1] * self.draws
        with np.errstate(invalid="ignore", divide="ignore"):
            spread = self.lead_square / first - (self.lead_sum / first) ** 2
            error: Floats = np.where(first > 0, np.sqrt(np.maximum(spread, 0) / first), np.nan)
        return error


def _compare(values: Floats) -> tuple[_Small, Ints]:
    """How many are above each option in each draw, and how often each beats each.

    `values` is (options, draws). Every pair is compared in both directions, so ties are exact.
    """
    options, draws = values.shape
    small = _small(options)
    above = np.zeros((options, draws), dtype=small)
    wins = np.zeros((options, options), dtype=np.int64)
    for i in range(options - 1):
        beats = values[i] > values[i + 1 :]
        loses = values[i] < values[i + 1 :]
        above[i + 1 :] += beats.view(np.uint8)
        above[i] += np.add.reduce(loses.view(np.uint8), axis=0, dtype=small)
        wins[i, i + 1 :] = [np.count_nonzero(row) for row in beats]
        wins[i + 1 :, i] = [np.count_nonzero(row) for row in loses]
    return above, wins


def _small(options: int) -> type[np.unsignedinteger[Any]]:
    """Smallest whole number that can count the options; it halves the time of a tally."""
    return np.uint8 if options < 256 else np.uint16


def _level(values: Floats) -> _Small:
    """How many options have the same value as each, itself included: (options, draws)."""
    level = np.ones(values.shape, dtype=_small(len(values)))
    for i in range(len(values) - 1):
        same = (values[i] == values[i + 1 :]).view(np.uint8)
        level[i + 1 :] += same
        level[i] += np.add.reduce(same, axis=0, dtype=level.dtype)
    return level


def _leads(above: _Small, level: _Small | None, weights: Floats) -> tuple[Floats, Floats]:
    """Weights, and their squares, summed over the draws that put each option first."""
    total = np.zeros((len(above), weights.shape[1]))
    square = np.zeros_like(total)
    for i, places in enumerate(above):
        draws = np.flatnonzero(places == 0)
        chosen = weights[draws]
        shared = chosen if level is None else chosen / level[i, draws, None]
        total[i] = shared.sum(axis=0)
        square[i] = (shared * chosen).sum(axis=0)
    return total, square


def _counted(codes: Ints) -> Ints:
    """Distinct codes, sorted, with the number of times each occurs: (n, 2)."""
    return np.column_stack(np.unique(codes, return_counts=True))


def _added(ours: Ints, theirs: Ints) -> Ints:
    """Two tables as `_counted` makes them, as one."""
    both = np.concatenate((ours, theirs))
    codes, where = np.unique(both[:, 0], return_inverse=True)
    counts = np.zeros(len(codes), dtype=np.int64)
    np.add.at(counts, where, both[:, 1])
    return np.column_stack((codes, counts))


NAME: Final = "rank acceptability"
_FIRST_LOOK: Final = 8  # chunks before the first look at the precision; then twice as many
_SET_DRAWS: Final = 2048  # draws behind the rank confidence sets


@dataclass(frozen=True, slots=True, eq=False)
class RankDraws:
    """What the draws gave: the tally of places, the confidence factors, the rank sets.

    `factors` is (options,), `sets` (options, 2) with lowest and highest rank; see `indices`.
    """

    tally: RankTally
    factors: Floats
    sets: Ints


@checked
def rank_draws(
    measurements: MeasurementSampler,
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
    draws, weights : samplers of measurements and of weights
    draws : how many; with `precision` the most
    chunk : draws at a time; each chunk has random streams of its own, so that memory stays flat
        and any number of workers gives the same bytes
    precision : stop when no rank share and no pairwise share has a larger standard error; looked
        at after 8, 16, 32 ... chunks
    grain : values in the same multiple of it tie; 0 leaves values as they are
    """

    def measured(number: int, many: int) -> Measured:
        answers = measurements(stream(seed, f"{NAME}: measurements", number), many)
        if not grain:
            return answers
        return lambda asked, rows=ALL: snapped(answers(asked, rows), grain)

    def scored(number: int, many: int) -> tuple[Floats, Floats]:
        drawn = weights(stream(seed, f"{NAME}: weights", number), many)
        return measured(number, many)(drawn).T, drawn

    def count(number: int, many: int) -> RankTally:
        return RankTally.of(*scored(number, many))

    tally = count(0, min(chunk, draws))
    look = draws if precision is None else _FIRST_LOOK * chunk
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
        lambda number, many: lead_counts(measured(number, many), central, many),
        draws=tally.draws,
        size=chunk,
        workers=workers,
    ):
        leads += counts
    replicates = scored(0, min(chunk, tally.draws))[0][:_SET_DRAWS]
    return RankDraws(
        tally, confidence_from_counts(leads, central, tally.draws), rank_confidence_sets(replicates)
    )


@checked
def largest_error(tally: RankTally) -> float:
    """Largest standard error of any rank share or pairwise share."""
    shares = tally.shares(), tally.pairwise()
    return max(float(share_errors(share, tally.draws).max()) for share in shares)


T = TypeVar("T")


def in_chunks(
    work: Callable[[int, int], T], *, draws: int, size: int, workers: int = 1, start: int = 0
) -> Iterator[T]:
    """Give `work(chunk, draws in it)` for every chunk from `start` on, in chunk order.

    Threads share the work: numpy leaves the interpreter free while it computes. At most two chunks
    a worker are under way or waiting, so memory does not grow with draws.

    Parameters
    ----------
    work : takes the number of the chunk and how many draws it has; must not depend on other chunks
    draws : in all chunks together, those before `start` included
    size : draws in each chunk; the last may have fewer

    >>> list(in_chunks(lambda chunk, draws: (chunk, draws), draws=10, size=4))
    [(0, 4), (1, 4), (2, 2)]
    """
    todo = [(chunk, min(size, draws - chunk * size)) for chunk in range(start, -(-draws // size))]
    if workers <= 1 or len(todo) <= 1:
        for chunk, many in todo:
            yield work(chunk, many)
        return
    with ThreadPoolExecutor(workers) as pool:
        waiting: deque[Future[T]] = deque()
        for chunk, many in todo:
            waiting.append(pool.submit(work, chunk, many))
            if len(waiting) >= 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
