"""Improvements in order: gain for each euro, how much of the gap they close, how ready they are.

Which of several whole sets of improvements gains most, how surely: ranks over common draws.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from capworth.case.model import DISTANCE
from capworth.case.numerals import in_brief
from capworth.errors import InputError, nearest
from capworth.methods.acceptability import indices
from capworth.methods.acceptability.indices import expected_ranks
from capworth.methods.acceptability.smaa import RankTally, snapped
from capworth.methods.arguments import Bools, Floats, kinds_checked, known
from capworth.methods.cost_benefit.prices import MILLION
from capworth.model.figures import ALL, MODE, RATIO, SHARE, STATED, Column, columns
from capworth.model.gains import Gains
from capworth.model.result import Answer, Provenance, spread
from capworth.model.set_value import SetValue
from capworth.model.simulation import Sample

CLEAR = 0.9  # probability from which one improvement counts as ahead of another


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Priorities(Answer):
    """Cost, gain and the probability of the rank of every improvement."""

    _table: pd.DataFrame
    _ranks: pd.DataFrame
    _pairs: pd.DataFrame
    provenance: Provenance

    def lifts(self) -> Sequence[Column]:
        """How the columns of its tables become figures."""
        gains, money = ("effects", "scores"), ("costs",)
        rate = ("gain_per_m", "gain_rate", "distance_per_million", "gain_rate", (*gains, *money))
        return columns(
            "priorities",
            ("readiness", "readiness", "level", "asked", ("improvements",), STATED),
            ("asked_mode_m", "asked_mode", "millions", "asked", ("asked",), MODE),
            ("asked_m", "asked", "millions", "asked", ("asked",)),
            ("cost_m", "cost", "millions", "cost", money),
            ("gain", "gain", "distance", "gain", gains),
            (*rate, RATIO),
            ("money_m", "money", "millions", "money", ("effects", "chain")),
            ("harm_days", "harm", "days", "harm", ("effects", "chain")),
            ("exchange", "served", "share", "served", ("effects", "functions"), RATIO),
        ) + columns(
            "priorities",
            ("expected_place", "place", "place", "expected_place", (*gains, *money)),
            ("p_first", "first", "chance", "rank_share", (*gains, *money), SHARE),
            draws=ALL,
        )

    def rank_acceptability(self) -> pd.DataFrame:
        """Share of draws in which each improvement takes each place."""
        return self._ranks.copy()

    def pairwise(self) -> pd.DataFrame:
        """Share of draws in which the row improvement is ahead of the column improvement."""
        return self._pairs.copy()

    @property
    def order(self) -> tuple[str, ...]:
        """The improvements, best expected place first."""
        return tuple(self._table.index)

    def why(self, improvement: str) -> str:
        """Say in one sentence, from the numbers, why an improvement has its place."""
        at = self.order.index(improvement)
        names = list(map(str, self._table["name"].to_numpy()))
        wins = self._pairs.to_numpy()
        gain, cost, rate = (
            float(self._table[c].iloc[at]) for c in ("gain", "cost_m", "gain_per_m")
        )
        words = (
            f"{names[at]} is in place {at + 1} of {len(names)}: it closes {in_brief(gain, 2)} % "
            f"of the distance for {in_brief(cost, 2)} million ({in_brief(rate, 2)} % a million)"
        )
        open_ = [k for k in range(at + 1, len(names)) if wins[at, k] < CLEAR]
        if not open_:
            return f"{words}; it is ahead of all that follow with {CLEAR:.0%} probability or more."
        closest = min(open_, key=lambda k: float(wins[at, k]))
        return (
            f"{words}; the order is not firm: it is ahead of {names[closest]} in "
            f"{wins[at, closest]:.0%} of draws."
        )

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table of this answer by its file name."""
        return {
            "priorities": self.to_frame(),
            "priority_ranks": self.rank_acceptability(),
            "priority_pairs": self.pairwise(),
        }

    def __repr__(self) -> str:
        share = float(self._ranks.to_numpy()[0, 0])
        return (
            f"<Priorities: {self.order[0]} first in {share:.0%} of "
            f"{self.provenance.draws:,} draws; {len(self._table)} improvements>"
        )


def prioritise(sample: Sample, provenance: Provenance) -> Priorities | None:
    """Rank the improvements by gain for each euro; None where the case has none.

    `gain` is in per cent of the distance to the agreed levels that it closes, services counted by
    their extents, a mean over the appraisal (`Gains.distance`), its range that of the ratio by
    draw; `gain_per_m` the ratio of the means; `cost_m` the discounted whole-life cost in millions,
    members' own cost included; `asked_m` the one-off money to be raised;
    `exchange` the share of its expected gain that serves the claimed functions (`share_served`);
    `money_m` is absent where nothing that it adds has a price.
    """
    case, drawn = sample.case, sample.drawn
    tally = sample.tallies.priority
    if tally is None:
        return None
    shares = tally.shares()
    index = pd.Index(case.improvement_ids, name="improvement")
    gains, cost = drawn.gains, drawn.improvement_cost / MILLION
    ratio = sample.ratio_by_draw(gains.distance)
    table = pd.DataFrame(
        {
            "name": [i.name for i in case.improvements],
            "readiness": [i.readiness for i in case.improvements],
            "illustrative": [i.illustrative for i in case.improvements],
            "asked_mode_m": sample.modes.asked[0] / MILLION,
            **spread("asked_m", drawn.asked, MILLION),
            **spread("cost_m", drawn.improvement_cost, MILLION),
            **spread("gain", gains.distance, ranged=ratio),
            **spread("gain_per_m", ratio / cost),
            "gain_per_m": gains.distance.mean(axis=0) / cost.mean(axis=0),
            **spread("money_m", np.where(sample.model.valued, gains.money, np.nan), MILLION),
            **spread("harm_days", gains.harm),
            "exchange": share_served(gains, np.eye(len(index), dtype=bool)),
            "p_first": shares[:, 0],
            "expected_place": expected_ranks(shares),
        },
        index=index,
    ).sort_values("expected_place", kind="stable")
    places = pd.RangeIndex(1, len(shares) + 1, name="place")
    ranks = pd.DataFrame(shares, index=index, columns=places).loc[table.index]
    pairs = pd.DataFrame(tally.pairwise(), index=index, columns=index.rename("other"))
    return Priorities(table, ranks, pairs.loc[table.index, table.index], provenance)


def share_served(gains: Gains, sets: Bools) -> Floats:
    """(sets,) share of the expected gain of sets that serves the claimed functions.

    A share of means: what is served on average, of what is gained on average. Gains of the
    improvements of a set are added; unknown where they add up to nothing.
    """
    served, gained = (
        np.einsum("sp,p->s", sets, points.mean(axis=0))
        for points in (gains.distance * gains.exchange, gains.distance)
    )
    share: Floats = np.divide(served, gained, out=np.full(len(sets), np.nan), where=gained != 0)
    return share


RANKINGS: Final = ("gain", "gain_per_million")
GRAIN: Final = 2.0**-30  # of the largest value: sets that are equal on paper tie


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SetRanks(Answer):
    """Sets of improvements side by side, with the probability of each place.

    Sets are compared in the same draws, so that what two of them share counts in both and cannot
    part them. Gains of the improvements of a set are added, with what pairs add together.
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


@kinds_checked
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
    ranking : "gain" in per cent of the distance closed, or "gain_per_million" of whole-life cost

    Returns
    -------
    One row for each set, best expected place first: `improvements` counted, `cost_m` and `gain`
    with 80 % intervals, of `gain` that of the ratio by draw, `p_first` with its standard error,
    `expected_place`, and `place_low` to `place_high`, which hold 90 % of the draws.

    Raises
    ------
    InputError
        When an improvement is not in the case or twice in a set, or fewer than two sets are given.

    Examples
    --------
    >>> from capworth import read_case, run_study
    >>> study = run_study(read_case("uk-police-data"), draws=100, only="appraisal")
    >>> rank_sets(study.sample, {"one": ["LEDS"], "two": ["PNDT", "MOB2"]}, study.provenance)
    <SetRanks: one first by gain in 96% of 100 draws; 2 sets>
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
    gain = SetValue.of(sample).over_draws(inside.T > 0, DISTANCE)
    cost = np.einsum("ni,is->ns", sample.drawn.improvement_cost, inside) / MILLION
    values = gain if ranking == "gain" else _per_million(gain, cost)
    largest = float(np.abs(values).max())
    tally = RankTally.of(snapped(values, largest * GRAIN) if largest else values)
    shares = tally.shares()
    ends = indices.rank_intervals(shares)
    index = pd.Index(list(sets), name="set")
    table = pd.DataFrame(
        {
            "improvements": inside.sum(axis=0).astype(int),
            **spread("cost_m", cost),
            **spread("gain", gain, ranged=sample.ratio_by_draw(gain)),
            "p_first": shares[:, 0],
            "p_first_error": indices.share_errors(shares[:, 0], tally.draws),
            "expected_place": indices.expected_ranks(shares),
            "place_low": ends[:, 0],
            "place_high": ends[:, 1],
        },
        index,
    ).sort_values("expected_place", kind="stable")
    places = pd.RangeIndex(1, len(sets) + 1, name="place")
    return SetRanks(
        _table=table,
        _shares=pd.DataFrame(shares, index, places).loc[table.index],
        _pairs=pd.DataFrame(tally.pairwise(), index, index.rename("above")).loc[
            table.index, table.index
        ],
        ranking=ranking,
        draws=tally.draws,
        provenance=provenance or Provenance.of(sample.case, sample.draws),
    )


def _per_million(gain: Floats, cost: Floats) -> Floats:
    """Gain for each million; doing nothing gains nothing for nothing, and counts as 0."""
    rate: Floats = np.divide(gain, cost, out=np.zeros_like(gain), where=cost > 0)
    return rate
