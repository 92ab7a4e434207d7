"""Improvements in order: gain for each euro, how much of the gap they close, how ready they are."""

from dataclasses import dataclass

import pandas as pd

from capworth.answers import Answer, spread
from capworth.methods.acceptability.indices import expected_ranks
from capworth.provenance import Provenance
from capworth.sampling import Sample, gain_per_million

MILLION = 1e6
CLEAR = 0.9  # probability from which one improvement counts as ahead of another


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Priorities(Answer):
    """Cost, gain, alignment and the probability of the rank of every improvement."""

    _table: pd.DataFrame
    _ranks: pd.DataFrame
    _pairs: pd.DataFrame
    provenance: Provenance

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
            f"{names[at]} is in place {at + 1} of {len(names)}: it adds {gain:.2g} points for "
            f"{cost:.2g} million ({rate:.2g} points a million)"
        )
        open_ = [k for k in range(at + 1, len(names)) if wins[at, k] < CLEAR]
        if not open_:
            return f"{words}; it is ahead of all that follow with {CLEAR:.0%} probability or more."
        closest = min(open_, key=lambda k: float(wins[at, k]))
        return (
            f"{words}; the order is not firm: it is ahead of {names[closest]} in "
            f"{wins[at, closest]:.0%} of draws."
        )

    def __repr__(self) -> str:
        share = float(self._ranks.to_numpy()[0, 0])
        return (
            f"<Priorities: {self.order[0]} first in {share:.0%} of "
            f"{self.provenance.draws:,} draws; {len(self._table)} improvements>"
        )


def prioritise(sample: Sample, provenance: Provenance) -> Priorities | None:
    """Rank the improvements by gain for each euro; None where the case has none.

    `gain` is in points of score summed over capabilities, a mean over the appraisal; `cost_m` the
    discounted whole-life cost in millions, members' own cost included; `asked_m` the one-off money
    to be raised; `alignment` the share of the distance between all capabilities and the agreed
    levels of a service of excellence that the improvement closes; `exchange` the share of its gain
    that serves the claimed functions.
    """
    case, worlds = sample.case, sample.worlds
    tally = sample.tallies.priority
    if tally is None:
        return None
    shares = tally.shares()
    index = pd.Index(case.improvement_ids, name="improvement")
    gains = worlds.gains
    table = pd.DataFrame(
        {
            "name": [i.name for i in case.improvements],
            "readiness": [i.readiness for i in case.improvements],
            "illustrative": [i.illustrative for i in case.improvements],
            "asked_mode_m": sample.modes.asked[0] / MILLION,
            **spread("asked_m", worlds.asked, MILLION),
            **spread("cost_m", worlds.improvement_cost, MILLION),
            **spread("gain", gains.score),
            **spread("gain_per_m", gain_per_million(worlds)),
            **spread("money_m", gains.money, MILLION),
            **spread("harm_days", gains.harm),
            **spread("alignment", gains.closed),
            "exchange": gains.exchange.mean(axis=0),
            "p_first": shares[:, 0],
            "expected_place": expected_ranks(shares),
        },
        index=index,
    ).sort_values("expected_place", kind="stable")
    places = pd.RangeIndex(1, len(shares) + 1, name="place")
    ranks = pd.DataFrame(shares, index=index, columns=places).loc[table.index]
    pairs = pd.DataFrame(tally.pairwise(), index=index, columns=index.rename("other"))
    return Priorities(table, ranks, pairs.loc[table.index, table.index], provenance)
