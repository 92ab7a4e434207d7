"""Does the ranking survive the scale? Harm by every index the case gives, and by money."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from capworth.answers import Answer
from capworth.case.model import Case
from capworth.estimates import AtModes, Draws, Sampled
from capworth.methods.acceptability.indices import expected_ranks
from capworth.methods.acceptability.ranking import rank_shares
from capworth.methods.arguments import Bools, Floats
from capworth.provenance import Provenance
from capworth.unitvalues import UnitValues, Worth
from capworth.worlds import Model

DRAWS = 2_000
MONEY = "money"
KINDS = ("capability", "improvement")
KEY = ("kind", "one", "other", "subject")
COLUMNS = ("place_one", "place_other", "p_first_one", "p_first_other", "places_moved")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class HarmScales(Answer):
    """Places of capabilities and improvements under every scale of what outcomes are worth."""

    _table: pd.DataFrame
    _pairs: pd.DataFrame
    _weights: pd.DataFrame
    draws: int
    provenance: Provenance

    def agreement(self) -> pd.DataFrame:
        """For each pair of scales: things compared, and share of their pairs in the same order."""
        return self._pairs.copy()

    def outcome_weights(self) -> pd.DataFrame:
        """Worth of one outcome at its mode on each scale, NaN where the scale does not value it."""
        return self._weights.copy()

    @property
    def depending(self) -> tuple[str, ...]:
        """The capabilities whose place differs between two scales, most first."""
        rows = self._table.index.get_level_values("kind") == "capability"
        moving = self._table[rows & (self._table["places_moved"] > 0)]
        ordered = moving.sort_values("places_moved", ascending=False, kind="stable")
        return tuple(dict.fromkeys(ordered.index.get_level_values("subject")))

    def __repr__(self) -> str:
        if not len(self._pairs):
            return "<HarmScales: fewer than two scales value the same outcomes>"
        words = [
            f"{one} and {other} order {row.same_order:.0%} of the pairs of {row.compared} "
            f"{'capabilities' if kind == 'capability' else 'improvements'} alike"
            for (kind, one, other), row in zip(
                self._pairs.index, self._pairs.itertuples(), strict=True
            )
        ]
        return f"<HarmScales: {'; '.join(words)}>"


def compare_scales(case: Case, draws: int = DRAWS) -> HarmScales:
    """Rank capabilities and improvements by harm on every scale, and by money.

    Scales are compared two at a time, each on the outcomes that both of them value, so that a
    difference is the scale's and not that of an outcome which one of them lacks. Capabilities are
    ranked by worth for each euro of whole-life cost, improvements by worth added. Worlds are the
    same under every scale; a place is that of the expected rank.

    Returns
    -------
    One row for each kind, pair of scales and subject: `place_one` and `place_other` among those
    compared, `p_first_one`, `p_first_other`, `places_moved`. Money and harm are put side by side,
    never added.
    """
    model = Model(case)
    worlds = Sampled(case.settings.seed, 0, draws)
    scales = scales_of(case, worlds)
    cost = model.answer(worlds).cost
    names = list(scales)
    rows, pairs = [], {}
    for k, one in enumerate(names):
        for other in names[k + 1 :]:
            common = [outcome for outcome in scales[one] if outcome in scales[other]]
            if not common:
                continue
            parts = [
                worth_of(model, worlds, {o: scales[scale][o] for o in common}, cost)
                for scale in (one, other)
            ]
            for kind, first, second in zip(KINDS, *parts, strict=True):
                ids = case.capability_ids if kind == "capability" else case.improvement_ids
                counts = (first != 0).any(axis=0) & (second != 0).any(axis=0)
                if counts.sum() < 2:
                    continue
                rows += _rows(kind, one, other, ids, counts, first, second)
                pairs[kind, one, other] = {
                    "outcomes": " ".join(common),
                    "compared": int(counts.sum()),
                    "same_order": _same_order(first[:, counts], second[:, counts]),
                }
    table = pd.DataFrame(rows, columns=[*KEY, *COLUMNS]).set_index(list(KEY))
    index = pd.MultiIndex.from_tuples(list(pairs), names=["kind", "one", "other"])
    agreement = pd.DataFrame(
        list(pairs.values()), index=index, columns=["outcomes", "compared", "same_order"]
    )
    return HarmScales(table, agreement, _weights(case), draws, Provenance.of(case, draws))


def scales_of(case: Case, worlds: Draws) -> Mapping[str, Worth]:
    """Worth of one outcome of each kind on every harm index, and in money."""
    found: dict[str, Worth] = {}
    for index in case.harm_indices:
        variant = case.with_settings(harm_index=index)
        found[index or "harm"] = UnitValues(variant).worth(worlds)["harm"]
    money = UnitValues(case).worth(worlds)["money"]
    return found | ({MONEY: money} if money else {})


def worth_of(model: Model, worlds: Draws, worth: Worth, cost: Floats) -> tuple[Floats, Floats]:
    """(draws, capabilities) worth a year for each euro of cost; (draws, improvements) added."""
    chain = model.chain.levels(worlds)
    scale = {"money": {}, "harm": worth}
    today = model.chain.walk(worlds.size, chain, scale)
    _, added = model.gains.chain_gains(worlds, chain, scale, today)
    return today.harm / cost, added


def _rows(
    kind: str,
    one: str,
    other: str,
    ids: tuple[str, ...],
    counts: Bools,
    first: Floats,
    second: Floats,
) -> list[tuple[object, ...]]:
    subjects = [i for i, counted in zip(ids, counts, strict=True) if counted]
    shares = [rank_shares(part[:, counts]) for part in (first, second)]
    places = [
        pd.Series(expected_ranks(share)).rank(method="min").astype(int).tolist() for share in shares
    ]
    firsts = [share[:, 0].tolist() for share in shares]
    return [
        (kind, one, other, subject, a, b, p, q, abs(a - b))
        for subject, a, b, p, q in zip(subjects, *places, *firsts, strict=True)
    ]


def _same_order(first: Floats, second: Floats) -> float:
    """Share of pairs that the two scales put in the same order, over things and draws."""
    same = [
        np.sign(first[:, i] - first[:, j]) == np.sign(second[:, i] - second[:, j])
        for i in range(first.shape[1])
        for j in range(i)
    ]
    return float(np.mean(same))


def _weights(case: Case) -> pd.DataFrame:
    """Modes of the unit values by outcome and scale; money in the money of the case."""
    modes = {
        scale: {outcome: float(one[0]) for outcome, one in worth.items()}
        for scale, worth in scales_of(case, AtModes()).items()
    }
    table = pd.DataFrame(modes, index=[outcome.id for outcome in case.outcomes])
    return table.rename_axis(index="outcome")
