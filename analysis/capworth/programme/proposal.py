"""A set of improvements of one's own, held against the best ones.

What it costs and brings, whether it can be carried out, and which sets are cheaper and better, with
which probability.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from capworth.case.model import DISTANCE, HARM, NET
from capworth.case.numerals import in_brief
from capworth.errors import InputError, nearest
from capworth.methods.arguments import Bools, Floats, Ints
from capworth.methods.cost_benefit.prices import MILLION
from capworth.model.result import Answer, Interval, Provenance
from capworth.model.simulation import Sample
from capworth.programme.choice import Choice
from capworth.programme.good_sets import late
from capworth.programme.reasons import broken_relations, money_needed
from capworth.programme.selection import MINIMUM, NOTHING, SCALE, Programme

PROPOSED, PROGRAMME, SAME_MONEY, SAME_VALUE = (
    *("proposed", "programme", "better for its money", "as good for less"),
)
LEAST = {MINIMUM: "the minimum", NOTHING: "do nothing"}
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Proposal(Answer):
    """A proposed set, first; the programme; sets that are cheaper, better, or both.

    Attributes
    ----------
    broken : relations that it does not keep, in words
    keeps_years : whether starts are found that keep every year within its limit
    keeps_budget : whether it keeps the budget with the confidence of the case
    """

    _table: pd.DataFrame
    broken: tuple[str, ...]
    keeps_years: bool
    keeps_budget: bool
    budget_m: float
    confidence: float
    measure: str
    provenance: Provenance

    @property
    def can_be_done(self) -> bool:
        """Whether relations, years and budget are all kept."""
        return not self.broken and self.keeps_years and self.keeps_budget

    @property
    def faults(self) -> tuple[str, ...]:
        """Why it cannot be carried out as it is, in sentences; none where it can."""
        row = self._table.iloc[0]
        found = [f"A relation is not kept: {words}." for words in self.broken]
        if not self.keeps_budget:
            sure = f"at {self.confidence:.0%}" if self.confidence else "on average"
            needed = in_brief(float(row["at_confidence_m"]))
            found.append(
                f"It needs {needed} million {sure}, and the budget is "
                f"{in_brief(self.budget_m)}: it is kept in {float(row['p_within']):.0%} of draws."
            )
        if not self.keeps_years and not self.broken:
            found.append("No starts keep every year within its limit.")
        return tuple(found)

    def __repr__(self) -> str:
        row = self._table.iloc[0]
        rivals = self._table.iloc[1:]
        both = rivals[(rivals["saves_m"] > 0) & (rivals["more"] > 0)]
        words = "can be carried out" if self.can_be_done else " ".join(self.faults)
        one = len(both) == 1
        others = f"{len(both)} set{'' if one else 's'} on the list cost{'s' if one else ''} less"
        best = float(both["p_better"].max()) if len(both) else 0.0
        others += f" and add{'s' if one else ''} more, the best in {best:.0%} of draws"
        more = f"; {others}" if len(both) else ""
        return (
            f"<Proposal: {row['chosen'] or 'nothing'} for "
            f"{in_brief(float(row['asked_m']))} million "
            f"adds {in_brief(float(row['value']))}; {words.rstrip('.')}{more}>"
        )


def propose_set(
    sample: Sample, programme: Programme, proposed: Iterable[str], provenance: Provenance
) -> Proposal:
    """Say what a set costs and brings, whether it can be carried out, and what is better.

    Every set starts at its best years; money is that asked of the budget, in millions, expected and
    at the confidence of the case. Sets are compared in the same draws.

    Parameters
    ----------
    proposed : improvements; none is to do nothing

    Returns
    -------
    One row for each set: the proposed one, the programme, the best one for the same money, the
    cheapest that adds as much, then good sets of the programme's list. `value` is what the
    programme is to add most of; `more` and `saves_m` against the proposed set, `p_better` the share
    of draws in which it adds more, `p_cheaper` in which it asks less.

    Raises
    ------
    InputError
        When an improvement is not in the case, or named twice.
    """
    choice = Choice.of(sample)
    mine = set_of(proposed, sample.case.improvement_ids)
    found = _rivals(choice, programme, mine)
    scale = SCALE[choice.measure]
    base_value = choice.by_draw(*found[PROPOSED], choice.measure)
    base_cost = choice.cost[:, mine].sum(axis=1)
    budget = sample.case.settings.budget or 0.0
    rows = {
        name: _row(choice, chosen, delays, base_value, base_cost, budget, scale)
        for name, (chosen, delays) in found.items()
    }
    table = pd.DataFrame(list(rows.values()), index=pd.Index(list(rows), name="set"))
    broken = broken_relations(choice, mine)
    return Proposal(
        _table=table,
        broken=broken,
        keeps_years=choice.carried_out(mine) is not None or not mine.any(),
        keeps_budget=money_needed(choice, mine) <= budget * (1 + ROUNDING),
        budget_m=budget / MILLION,
        confidence=sample.case.settings.budget_confidence,
        measure=choice.measure,
        provenance=provenance,
    )


def set_of(names: Iterable[str], known: Sequence[str]) -> Bools:
    """(improvements,) which are named; InputError for a strange one, or one that stands twice."""
    listed = list(names)
    for name in listed:
        if name not in known:
            raise InputError(f"proposed: there is no improvement {name!r}. {nearest(name, known)}")
        if listed.count(name) > 1:
            raise InputError(f"proposed: {name!r} stands twice. Keep one.")
    return np.isin(known, listed)


def _rivals(choice: Choice, programme: Programme, mine: Bools) -> Mapping[str, tuple[Bools, Ints]]:
    """Sets by what they are to the proposed one, with their starts; each only once."""
    table = programme.to_frame()
    chosen = table["chosen"].to_numpy(dtype=bool)
    started = choice.carried_out(mine)
    at_once = np.zeros(len(mine), dtype=np.int64)
    found = {
        PROPOSED: (mine, at_once if started is None else started.delays[0]),
        PROGRAMME: (chosen, table["delay"].to_numpy(dtype=np.int64)),
    }
    money = money_needed(choice, mine)
    best = choice.search.best(money)
    value = float(choice.joint(*found[PROPOSED]))
    if best.feasible and float(best.value[0]) > value * (1 + ROUNDING):
        found[SAME_MONEY] = (best.sets[0], best.delays[0])
    cheapest = None
    for step in choice.search.downward(money):
        if step.value[0] < value - ROUNDING * abs(value):
            break
        cheapest = step
    if cheapest is not None:
        found[SAME_VALUE] = (cheapest.sets[0], cheapest.delays[0])
    ids = np.array(choice.case.improvement_ids)
    for key, words in programme.options()["chosen"].loc[[NOTHING, MINIMUM]].items():
        least = np.isin(ids, str(words).split())
        starts = choice.carried_out(least)
        found[LEAST[str(key)]] = (least, at_once if starts is None else starts.delays[0])
    for number, row in programme.good_sets().iterrows():
        members = np.isin(ids, str(row["chosen"]).split())
        one = choice.carried_out(members)
        if one is not None:
            found[f"good set {number}"] = (members, one.delays[0])
    kept: dict[str, tuple[Bools, Ints]] = {}
    seen: set[bytes] = set()
    for name, (members, delays) in found.items():
        if name == PROPOSED or members.tobytes() not in seen:
            kept[name] = (members, delays)
            seen.add(members.tobytes())
    return kept


def _row(
    choice: Choice,
    chosen: Bools,
    delays: Ints,
    base_value: Floats,
    base_cost: Floats,
    budget: float,
    scale: float,
) -> dict[str, object]:
    ids, sample = np.array(choice.case.improvement_ids), choice.sample
    asked = choice.cost[:, chosen].sum(axis=1)
    value = choice.by_draw(chosen, delays, choice.measure)
    ranged = sample.ranged(choice.measure, value / scale)
    return {
        "chosen": " ".join(ids[chosen]),
        "late": late(choice, chosen, delays),
        "asked_m": float(asked.mean()) / MILLION,
        "at_confidence_m": money_needed(choice, chosen) / MILLION,
        "p_within": float((asked <= budget).mean()),
        **Interval.of(choice.whole_cost(chosen, delays) / MILLION).columns("cost_m"),
        **Interval.of(value / scale, ranged).columns("value"),
        "gain": float(choice.by_draw(chosen, delays, DISTANCE).mean()),
        "net_m": float(choice.by_draw(chosen, delays, NET).mean()) / MILLION,
        "harm_days": float(choice.by_draw(chosen, delays, HARM).mean()),
        "more": float((value - base_value).mean()) / scale,
        "saves_m": float((base_cost - asked).mean()) / MILLION,
        "p_better": float((value > base_value).mean()),
        "p_cheaper": float((asked < base_cost).mean()),
    }
