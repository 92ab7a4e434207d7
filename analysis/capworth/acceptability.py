"""Which option is best, how surely, and under which weights: ranks over weights and measurements.

Works on a plain DataFrame, without a case: capabilities, improvements and whole programmes alike.
"""

from __future__ import annotations

import os
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.methods.acceptability import indices as rankindices
from capworth.methods.acceptability.ranking import NAME, RankDraws, largest_error, rank_draws
from capworth.methods.acceptability.soundness import dominance_faults, monotonicity_faults
from capworth.methods.arguments import Floats, known
from capworth.methods.elicitation.weights import Sampler
from capworth.performances import Direction, Performances, Shape, Spread, performances
from capworth.streams import stream
from capworth.weighting import Weights, weight_sampler

CHECKED_WEIGHTS: Final = 16  # weights under which every ranking checks its own rules


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RankAcceptability:
    """Shares of draws in which options take ranks, and what follows from them.

    Every method hands out a new table. Rank 1 is the first. Standard errors are those of the
    sampling: they fall with more draws, and say nothing of the quality of the inputs.
    """

    options: tuple[Hashable, ...]
    criteria: tuple[Hashable, ...]
    seed: int
    precision: float | None
    weights_known: str
    notes: tuple[str, ...]
    _found: RankDraws

    @property
    def draws(self) -> int:
        """Number of draws."""
        return self._found.tally.draws

    @property
    def standard_error(self) -> float:
        """Largest standard error of any rank share or pairwise share."""
        return largest_error(self._found.tally)

    @property
    def leader(self) -> Hashable:
        """The option most often first; of equals, the one that stands first in the table."""
        return self.options[int(np.argmax(self._shares()[:, 0]))]

    @property
    def choice_entropy(self) -> float:
        """How open the first place is, in bits: 0 when one option is always first."""
        return rankindices.choice_entropy(self._shares())

    @property
    def ranking_entropy(self) -> float | None:
        """How open the whole ranking is, in bits; None for more than eight options."""
        counts = self._found.tally.orders[:, 1]
        return rankindices.entropy(counts / self.draws) if len(counts) else None

    def to_frame(self) -> pd.DataFrame:
        """Rank acceptability: one row for each option, one column for each rank, shares of draws.

        Options that tie share their ranks equally; rows and columns sum to 1.
        """
        return self._frame(self._shares(), self._ranks())

    def standard_errors(self) -> pd.DataFrame:
        """Give the standard errors of `to_frame`."""
        return self._frame(rankindices.share_errors(self._shares(), self.draws), self._ranks())

    def summary(self, level: float = 0.9) -> pd.DataFrame:
        """One row for each option, best expected rank first.

        Columns: `first` share of draws in the first place and its standard error; `expected_rank`
        and its standard error; `rank_low`, `rank_high` central interval of ranks with probability
        `level`; `confidence` chance of the first place under the option's own central weights.
        """
        shares = self._shares()
        intervals = rankindices.rank_intervals(shares, level)
        table = pd.DataFrame(
            {
                "first": shares[:, 0],
                "first_error": rankindices.share_errors(shares[:, 0], self.draws),
                "expected_rank": rankindices.expected_ranks(shares),
                "expected_rank_error": rankindices.expected_rank_errors(shares, self.draws),
                "rank_low": intervals[:, 0],
                "rank_high": intervals[:, 1],
                "confidence": self._found.factors,
            },
            index=self._index(),
        )
        return table.sort_values("expected_rank", kind="stable")

    def pairwise(self) -> pd.DataFrame:
        """Share of draws with the row option above the column option; a tie counts half."""
        return self._frame(self._found.tally.pairwise(), pd.Index(self.options, name="above"))

    def central_weights(self) -> pd.DataFrame:
        """Mean weights of the draws that put an option first; empty for one that never is."""
        return self._frame(self._found.tally.central_weights(), self._criteria())

    def central_weight_errors(self) -> pd.DataFrame:
        """Give the standard errors of `central_weights`."""
        return self._frame(self._found.tally.central_weight_errors(), self._criteria())

    def confidence_factors(self) -> pd.Series[float]:
        """Chance of the first place under an option's own central weights; empty without them."""
        return pd.Series(self._found.factors.copy(), self._index(), name="confidence factor")

    def k_best(self, k: int) -> pd.Series[float]:
        """Share of draws in which an option is among the `k` best."""
        if not isinstance(k, int | np.integer):
            raise InputError(f"k: {k!r} is not a whole number. Give a number of places.")
        best = rankindices.k_best_shares(self._shares(), int(k))
        return pd.Series(best, self._index(), name=f"among the {k} best")

    def holistic(self, merits: str = "centroid") -> pd.Series[float]:
        """Rank shares in one number, places weighed by merit: "centroid", "inverse" or "linear"."""
        word = known(merits, "merits", rankindices.MERITS)
        merit = rankindices.MERITS[word](len(self.options))
        total = rankindices.holistic_shares(self._shares(), merit)
        return pd.Series(total, self._index(), name=f"holistic acceptability, {merits}")

    def rank_intervals(self, level: float = 0.9) -> pd.DataFrame:
        """Central interval of ranks that each option takes with probability `level` or more."""
        ends = rankindices.rank_intervals(self._shares(), level)
        return pd.DataFrame(ends, self._index(), ["rank_low", "rank_high"])

    def rank_sets(self) -> pd.DataFrame:
        """Ranks that cannot be excluded, for all options together with 95 % confidence.

        Wider than `rank_intervals`: they ask which option is better overall, given how uncertain
        each difference is, and hold for all options at once. From the first 2,048 draws, or fewer.
        """
        return pd.DataFrame(self._found.sets.copy(), self._index(), ["rank_low", "rank_high"])

    def _shares(self) -> Floats:
        return self._found.tally.shares()

    def _index(self) -> pd.Index[Any]:
        return pd.Index(self.options, name="option", tupleize_cols=False)

    def _criteria(self) -> pd.Index[Any]:
        return pd.Index(self.criteria, name="criterion", tupleize_cols=False)

    def _ranks(self) -> pd.Index[Any]:
        return pd.RangeIndex(1, len(self.options) + 1, name="rank")

    def _frame(self, cells: Floats, columns: pd.Index[Any]) -> pd.DataFrame:
        return pd.DataFrame(cells, self._index(), columns)

    def __repr__(self) -> str:
        share = float(self._shares()[:, 0].max())
        return f"<RankAcceptability: {self.leader} first in {share:.0%} of {self.draws:,} draws>"

    def _repr_html_(self) -> str:
        digits = 2 if self.standard_error > 0.0005 else 3
        table = self.summary().drop(columns=["first_error", "expected_rank_error"])
        shown = table.to_html(float_format=f"{{:.{digits}f}}".format, border=0, na_rep="–")
        facts = (
            f"{self.draws:,} draws, seed {self.seed}; {self.weights_known}; largest standard error "
            f"of a share {self.standard_error:.4f}; rank_low to rank_high hold 90 % of the draws."
        )
        return f"{shown}<p>{' '.join((facts, *self.notes))}</p>"


def rank_acceptability(
    table: pd.DataFrame | ArrayLike,
    weights: Weights = None,
    *,
    spread: Spread = None,
    direction: Direction = "max",
    scales: Mapping[Any, tuple[float, float]] | None = None,
    value_functions: Mapping[Any, Shape] | None = None,
    shared: Mapping[Any, Hashable] | pd.Series[Any] | None = None,
    correlation: float | pd.DataFrame | None = None,
    draws: int = 100_000,
    precision: float | None = None,
    seed: int = 0,
    workers: int | None = None,
) -> RankAcceptability:
    """Rank options when weights and measurements are uncertain.

    Parameters
    ----------
    table : one row for each option, one column for each criterion; a DataFrame, or a plain array,
        whose options and criteria are numbered from 1
        Levels; without `scales` or `value_functions` they are values on one common scale.
    weights : what is known about the weights; None is nothing. See `weighting.weight_sampler`.
    spread : standard deviation of the cells' normal errors, in the unit of the cell
        One number, one for each criterion (dict or Series), or a DataFrame like the table.
    direction : "max" when more is better, "min" when less is; one word, or one for each criterion
    scales : criterion -> (worst level, best level), worth 0 and 1; levels beyond are extrapolated
        Fixed beforehand and never taken from the table, so a new option reverses no ranks.
    value_functions : criterion -> function from an array of levels to values of the same shape
    shared : option -> baseline that its measurements start from, or None
    correlation : correlation of the errors of options with one baseline, 0 to 1;
        or a DataFrame options x options
    draws : how many; with `precision` the most
    precision : stop when no share has a larger standard error than this
    seed : the same seed gives the same bytes, whatever the number of workers
    workers : threads; by default one for each processor

    Raises
    ------
    InputError
        Naming the cell, row or argument that cannot be used; also when the ranking breaks
        dominance or monotonicity, which a value function against its direction can cause.

    Notes
    -----
    SMAA-2: Lahdelma & Salminen (2001), Operations Research 49(3), 444-454. Common measurements
    serve all confidence factors. Memory does not grow with draws.

    >>> table = pd.DataFrame({"reach": [0.9, 0.2], "speed": [0.3, 0.8]}, ["hub", "bilateral"])
    >>> rank_acceptability(table, weights=["reach", "speed"], draws=1000)
    <RankAcceptability: hub first in 100% of 1,000 draws>
    """
    data = performances(
        table,
        spread=spread,
        direction=direction,
        scales=scales,
        value_functions=value_functions,
        shared=shared,
        correlation=correlation,
    )
    sampler, words = weight_sampler(weights, list(data.criteria))
    workers = (os.cpu_count() or 1) if workers is None else workers
    for name, number, least in (("draws", draws, 2), ("seed", seed, 0), ("workers", workers, 1)):
        if not isinstance(number, int | np.integer) or number < least:
            raise InputError(f"{name}: {number!r} is not a whole number from {least} up.")
    if precision is not None and not (isinstance(precision, int | float) and 0 < precision < 1):
        raise InputError(
            f"precision: {precision!r} is not between 0 and 1. Give an error, as 0.005."
        )
    _check(data, sampler, seed)
    found = rank_draws(
        data.worlds,
        sampler,
        draws=draws,
        chunk=data.chunk,
        seed=seed,
        precision=precision,
        grain=data.grain,
        workers=workers,
    )
    notes = list(data.notes)
    if precision is not None and largest_error(found.tally) > precision:
        notes.append(f"{draws:,} draws were too few for a standard error of {precision}.")
    return RankAcceptability(
        tuple(data.options),
        tuple(data.criteria),
        int(seed),
        precision,
        words,
        tuple(notes),
        found,
    )


def _check(data: Performances, sampler: Sampler, seed: int) -> None:
    """Refuse to rank when the score breaks dominance or monotonicity."""
    weights = sampler(stream(seed, f"{NAME}: check"), CHECKED_WEIGHTS)
    for i, c in monotonicity_faults(data.score, data.levels, weights, data.rising):
        raise InputError(
            f"table, row {data.options[i]!r}, column {data.criteria[c]!r}: a better level makes "
            "the option fall. Its value function runs against its direction: mend either."
        )
    for i, k in dominance_faults(data.score, data.levels, weights, data.rising):
        raise InputError(
            f"table: {data.options[i]!r} is nowhere worse than {data.options[k]!r} but scores "
            "lower. Mend the value functions or the directions."
        )
