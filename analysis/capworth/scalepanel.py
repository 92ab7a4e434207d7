"""One panel: the same capabilities ranked by every harm scale, by money and by score."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from capworth.answers import HIGH, LOW, Answer
from capworth.flows import first_worlds
from capworth.harmscales import scales_of, worth_of
from capworth.methods.acceptability.indices import expected_ranks, rank_correlation
from capworth.methods.acceptability.ranking import rank_shares
from capworth.methods.arguments import Floats
from capworth.provenance import Provenance
from capworth.sampling import Sample

SCORE = "score"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ScalePanel(Answer):
    """Places in worth for each euro under every scale, on the same capabilities and outcomes."""

    _table: pd.DataFrame
    _pairs: pd.DataFrame
    scales: tuple[str, ...]
    outcomes: tuple[str, ...]  # those that every harm scale and money value
    draws: int
    provenance: Provenance

    def pairs(self) -> pd.DataFrame:
        """Return for each pair of scales the rank correlation and the chance of one first."""
        return self._pairs.copy()

    @property
    def depending(self) -> tuple[str, ...]:
        """The capabilities whose place depends on the scale, most first."""
        moving = self._table[self._table["places_moved"] > 0]
        return tuple(moving.sort_values("places_moved", ascending=False, kind="stable").index)

    @property
    def weakest(self) -> tuple[str, str]:
        """The two scales that agree least."""
        least = int(self._pairs["rank_correlation"].to_numpy().argmin())
        one, other = list(self._pairs.index)[least]
        return str(one), str(other)

    def __repr__(self) -> str:
        one, other = self.weakest
        least = self._pairs["rank_correlation"].min()
        return (
            f"<ScalePanel: {len(self.depending)} of {len(self._table)} capabilities change place "
            f"between {len(self.scales)} scales; {one} and {other} agree least, rank correlation "
            f"{least:.2f}>"
        )


def scale_panel(sample: Sample, provenance: Provenance) -> ScalePanel | None:
    """Rank the same capabilities for each euro of whole-life cost on every scale.

    Harm indices and money are all applied to the outcomes that every one of them values, so that a
    difference is the scale's and not that of an outcome which one of them lacks; the score is that
    of the value tree. Only capabilities with such outcomes are ranked. Worlds are the same under
    every scale: the first draws of the sample, `sampling.ENVELOPED` at most. A place is that of
    the expected rank, equals sharing the better one.

    Returns
    -------
    One row for each capability: `place_*` and `p_first_*` on each scale, `places_moved` between
    the best and the worst. `pairs()`: Spearman's rank correlation, its mean and 80 % interval over
    the draws, and the share of draws in which both scales put the same capability first. None
    where fewer than two scales value the same outcomes of two capabilities.
    """
    case, model = sample.case, sample.model
    worlds = first_worlds(sample)
    worth = scales_of(case, worlds)
    outcomes = tuple(
        o.id for o in case.outcomes if worth and all(o.id in w for w in worth.values())
    )
    cost = sample.worlds.cost[: worlds.size]
    values = {
        scale: worth_of(model, worlds, {o: each[o] for o in outcomes}, cost)[0]
        for scale, each in worth.items()
    }
    if case.measured:
        values[SCORE] = sample.worlds.score[: worlds.size] / cost
    counts = np.full(len(case.capabilities), bool(outcomes))
    for each in values.values():
        counts &= (each != 0).any(axis=0)
    if len(values) < 2 or counts.sum() < 2:
        return None
    ranked = {scale: each[:, counts] for scale, each in values.items()}
    ids = [c for c, counted in zip(case.capability_ids, counts, strict=True) if counted]
    return ScalePanel(
        _places(ranked, ids),
        _pairs(ranked),
        tuple(ranked),
        outcomes,
        worlds.size,
        provenance,
    )


def _places(ranked: Mapping[str, Floats], ids: list[str]) -> pd.DataFrame:
    table = pd.DataFrame(index=pd.Index(ids, name="capability"))
    for scale, values in ranked.items():
        shares = rank_shares(values)
        expected = pd.Series(expected_ranks(shares).round(9), table.index)
        table[f"place_{scale}"] = expected.rank(method="min").astype(int)
        table[f"p_first_{scale}"] = shares[:, 0]
    places = table[[f"place_{scale}" for scale in ranked]]
    table["places_moved"] = places.max(axis=1) - places.min(axis=1)
    return table.sort_values(list(places.columns), kind="stable")


def _pairs(ranked: Mapping[str, Floats]) -> pd.DataFrame:
    rows = {}
    names = list(ranked)
    for k, one in enumerate(names):
        for other in names[k + 1 :]:
            agree = rank_correlation(ranked[one], ranked[other])
            agree = agree[~np.isnan(agree)] if not np.isnan(agree).all() else agree
            low, high = np.percentile(agree, (LOW, HIGH))
            first = ranked[one].argmax(axis=1) == ranked[other].argmax(axis=1)
            rows[one, other] = {
                "rank_correlation": float(agree.mean()),
                "rank_correlation_low": float(low),
                "rank_correlation_high": float(high),
                "p_same_first": float(first.mean()),
            }
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index = pd.MultiIndex.from_tuples(list(rows), names=["one", "other"])
    return table
