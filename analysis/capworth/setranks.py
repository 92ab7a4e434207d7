"""Which of several whole sets of improvements gains most, how surely: ranks over common draws."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from capworth.answers import Answer, spread
from capworth.errors import InputError, nearest
from capworth.methods.acceptability import indices as rankindices
from capworth.methods.acceptability.ranking import RankTally, snapped
from capworth.methods.arguments import Floats, known
from capworth.provenance import Provenance
from capworth.sampling import Sample

MILLION = 1e6
RANKINGS: Final = ("gain", "gain_per_million")
GRAIN: Final = 2.0**-30  # of the largest value: sets that are equal on paper tie


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SetRanks(Answer):
    """Sets of improvements side by side, with the probability of each place.

    Sets are compared in the same draws, so that what two of them share counts in both and cannot
    part them. Gains of the improvements of a set are added.
    """

    _table: pd.DataFrame
    _shares: pd.DataFrame
    _pairs: pd.DataFrame
    ranking: str
    draws: int
    provenance: Provenance

    def rank_acceptability(self) -> pd.DataFrame:
        """Share of draws in which each set takes each place; sets that tie share their places."""
        return self._shares.copy()

    def pairwise(self) -> pd.DataFrame:
        """Share of draws with the row set above the column set; a tie counts half."""
        return self._pairs.copy()

    def __repr__(self) -> str:
        first = str(self._shares.iloc[:, 0].idxmax())
        return (
            f"<SetRanks: {first} first by {self.ranking.replace('_', ' ')} in "
            f"{self._shares.iloc[:, 0].max():.0%} of {self.draws:,} draws; {len(self._table)} sets>"
        )


def rank_sets(
    sample: Sample,
    sets: Mapping[str, Sequence[str]],
    provenance: Provenance | None = None,
    ranking: str = "gain",
) -> SetRanks:
    """Rank whole programmes, or any sets of improvements, over the draws that are kept.

    Parameters
    ----------
    sample : of a study with improvements: `study.sample`
    sets : name -> improvements in it; an empty set is doing nothing
    provenance : of the study; that of the case when None
    ranking : "gain" in points of score, or "gain_per_million" of whole-life cost

    Returns
    -------
    One row for each set, best expected place first: `improvements` counted, `cost_m` and `gain`
    with 80 % intervals, `p_first` with its standard error, `expected_place`, and `place_low` to
    `place_high`, which hold 90 % of the draws.

    Raises
    ------
    InputError
        When an improvement is not in the case or twice in a set, or fewer than two sets are given.
    """
    known(ranking, "ranking", RANKINGS)
    if len(sets) < 2:
        raise InputError(f"sets: {len(sets)} given. A ranking needs two.")
    names = sample.case.improvement_ids
    inside = np.zeros((len(names), len(sets)))
    for column, (label, members) in enumerate(sets.items()):
        for name in members:
            if name not in names:
                raise InputError(
                    f"sets, {label!r}: no improvement {name!r}. {nearest(name, names)}"
                )
            if inside[names.index(name), column]:
                raise InputError(f"sets, {label!r}: {name!r} stands there twice. Keep one.")
            inside[names.index(name), column] = 1
    gain = np.einsum("ni,is->ns", sample.worlds.gains.score, inside)
    cost = np.einsum("ni,is->ns", sample.worlds.improvement_cost, inside) / MILLION
    values = gain if ranking == "gain" else _per_million(gain, cost)
    largest = float(np.abs(values).max())
    tally = RankTally.of(snapped(values, largest * GRAIN) if largest else values)
    shares = tally.shares()
    ends = rankindices.rank_intervals(shares)
    index = pd.Index(list(sets), name="set")
    table = pd.DataFrame(
        {
            "improvements": inside.sum(axis=0).astype(int),
            **spread("cost_m", cost),
            **spread("gain", gain),
            "p_first": shares[:, 0],
            "p_first_error": rankindices.share_errors(shares[:, 0], tally.draws),
            "expected_place": rankindices.expected_ranks(shares),
            "place_low": ends[:, 0],
            "place_high": ends[:, 1],
        },
        index,
    ).sort_values("expected_place", kind="stable")
    places = pd.RangeIndex(1, len(sets) + 1, name="place")
    return SetRanks(
        table,
        pd.DataFrame(shares, index, places).loc[table.index],
        pd.DataFrame(tally.pairwise(), index, index.rename("above")).loc[table.index, table.index],
        ranking,
        tally.draws,
        provenance or Provenance.of(sample.case, sample.draws),
    )


def _per_million(gain: Floats, cost: Floats) -> Floats:
    """Gain for each million; doing nothing gains nothing for nothing, and counts as 0."""
    rate: Floats = np.divide(gain, cost, out=np.zeros_like(gain), where=cost > 0)
    return rate
