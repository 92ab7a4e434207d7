"""Extent keys side by side: which programme would be chosen if services counted otherwise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from capworth.case.model import DISTANCE, EXTENT_KEYS
from capworth.methods.arguments import Floats
from capworth.methods.cost_benefit.prices import MILLION
from capworth.methods.portfolio.good_sets import NOT_NOW, REVIEW, START
from capworth.model.figures import EVERY, MEAN, PROGRAMME, QUANTILE, Column, columns, word
from capworth.model.result import Answer, Interval, Provenance
from capworth.model.simulation import Kept, Model, Sample
from capworth.programme.choice import Choice
from capworth.programme.good_sets import good_sets
from capworth.programme.selection import Programme


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ExtentKeys(Answer):
    """The best programme under every extent key that the case knows, the headline's first."""

    _table: pd.DataFrame
    _extents: pd.DataFrame
    always: tuple[str, ...]  # improvements that are started under every key
    never: tuple[str, ...]  # improvements in no good set under any key
    provenance: Provenance

    def lifts(self) -> Sequence[Column]:
        """How the columns of its tables become figures."""
        rests = ("effects", "scores")
        head = [str(key) for key in self._table.index[self._table["headline"]]]
        whole: dict[str, Any] = {"alias": tuple((key, EVERY) for key in head)}
        own: dict[str, Any] = {"alias": tuple((key, PROGRAMME) for key in head)}
        shares = [
            (key, "extent", "share", "extent", ("extents",), MEAN, f"by_{word(key)}")
            for key in self._extents.columns
        ]
        return (
            Column(
                "extent_keys",
                "distance",
                "distance.key",
                "points",
                "distance",
                behind=rests,
                **whole,
            ),
            Column("extent_keys", "gain", "gain.key", "distance", "gain", behind=rests, **own),
            Column(
                *("extent_keys", "needed_m", "needed.key", "millions", "needed", ("asked",)),
                QUANTILE,
                **own,
            ),
            *columns("extents", *shares),
        )

    def extents(self) -> pd.DataFrame:
        """Return the extent of every capability by key; each column sums to 1."""
        return self._extents.copy()

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table of this answer by its file name."""
        return {"extent_keys": self.to_frame(), "extents": self.extents()}

    def __repr__(self) -> str:
        names = ", ".join(self.always) or "nothing"
        return f"<ExtentKeys: {names} is started under each of {len(self._table)} keys>"


def compare_keys(
    sample: Sample, programme: Programme | None, provenance: Provenance
) -> ExtentKeys | None:
    """Choose the programme anew under each extent key; None where another thing is the objective.

    Columns: `distance` expected, in points; `chosen`; `gain` per cent of it that the programme
    closes, with its 80 % range; `needed_m` money at the confidence; `start` what every good set
    holds; `headline` whether it is the key of the case.
    """
    case = sample.case
    if programme is None or case.objective != DISTANCE or sample.model.extents.distance <= 0:
        return None
    ids = np.array(case.improvement_ids)
    today = sample.model.today
    known = [k for k in EXTENT_KEYS if k in today.given and today.extents(k).distance > 0]
    keys = sorted(known, key=lambda key: key != case.extent_key)
    always, never = np.ones(len(ids), dtype=bool), np.ones(len(ids), dtype=bool)
    mine = Choice.of(sample)
    weights = sample.model.weights(Kept(sample))
    rows: list[dict[str, object]] = []
    shares = {}
    for key in keys:
        if key == case.extent_key:
            table = programme.to_frame()
            start = table["role"].isin([START, REVIEW]).to_numpy()
            away = table["role"].eq(NOT_NOW).to_numpy() & (table["core"] == 0).to_numpy()
            extents, gain = sample.model.extents, programme.gain
            chosen, needed = " ".join(programme.chosen), programme.needed_m
        else:
            other = counted_by(sample, key, weights)
            worth = mine.worth.recounted(other, weights)
            extents, budget = other.model.extents, programme.budget_m * MILLION
            choice = mine.recounted(other, worth).at(budget)
            good = good_sets(choice, budget)
            found = good.programmes
            closed = choice.by_draw(found.sets[0], found.delays[0], DISTANCE)
            start, away = good.roles.start, good.roles.never
            gain = Interval.of(closed, other.ratio_by_draw(closed))
            chosen, needed = " ".join(ids[found.sets[0]]), float(found.quantile[0]) / MILLION
        shares[key] = extents.share
        always &= start
        never &= away
        rows.append(
            {
                "key": key,
                "headline": key == case.extent_key,
                "distance": extents.distance,
                "chosen": chosen,
                **gain.columns("gain"),
                "needed_m": needed,
                "start": " ".join(ids[start]),
            }
        )
    index = pd.Index(case.capability_ids, name="capability")
    return ExtentKeys(
        _table=pd.DataFrame(rows).set_index("key"),
        _extents=pd.DataFrame(shares, index=index),
        always=tuple(ids[always].tolist()),
        never=tuple(ids[never].tolist()),
        provenance=provenance,
    )


def counted_by(sample: Sample, key: str, weights: Floats) -> Sample:
    """Return the same draws with services counted by another extent key.

    Parameters
    ----------
    weights : (draws, leaves) of the value tree in the draws that are kept
    """
    model, drawn = Model(sample.case.assuming(extent_key=key)), sample.drawn
    model.today = sample.model.today
    points = model.gains.on_tree(drawn.lifted, weights, model.extents)[0]
    gains = replace(drawn.gains, distance=model.gains.closed(points, model.extents))
    return replace(
        sample,
        model=model,
        drawn=replace(drawn, gains=gains, distance=model.distance(drawn.away)),
    )
