"""Why an improvement is not in the programme, and sets beside a proposed one.

What it would take, exactly: how much more it would have to add, from which budget it is in.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from capworth.case.numerals import in_brief
from capworth.errors import InputError, nearest
from capworth.methods.arguments import Bools
from capworth.methods.cost_benefit.prices import MILLION
from capworth.methods.portfolio.confidence import Programmes
from capworth.methods.portfolio.priority import priority_order
from capworth.methods.portfolio.relations import allowed, rules_of
from capworth.methods.uncertainty.order_statistics import order_quantile
from capworth.model.result import Answer, Provenance
from capworth.model.simulation import Sample
from capworth.programme.choice import Choice

RELATIONS, CONFIDENCE, YEARS, VALUE, UNPRICED = REASONS = (
    "relations",
    "confidence",
    "years",
    "value",
    "unpriced",
)
PROPOSED, BETTER, CHEAPER = "proposed", "better for the same money", "the same for less"
BY_VALUE, BY_RATE, EXACT = "value alone", "value for money", "exact"


def why_not(choice: Choice, best: Programmes, budget: float, scale: float) -> pd.DataFrame:
    """Say for every improvement that is left out why, and what would bring it in.

    `reason`: no allowed set holds it (relations); none of them keeps the budget with the confidence
    (confidence), or every year within its limit (years); what it adds is not known (unpriced); or
    the best programme that holds it is worth less (value), by `forced_loss`. `gain_at_least` is
    what it would have to add, all else as it is.
    """
    case, sets, search = choice.case, choice.sets, choice.search
    ids = np.array(case.improvement_ids)
    mine, top = best.sets[0], float(best.value[0])
    rows = []
    for k in np.flatnonzero(~mine).tolist():
        held = sets[:, k]
        row: dict[str, object] = {
            "name": case.improvements[k].name,
            "reason": VALUE,
            "asked_m": choice.asked[k] / MILLION,
            "gain": choice.gain[k] / scale,
            "gain_at_least": np.nan,
            "forced_loss": np.nan,
            "gives_way": "",
        }
        if not choice.known[k]:
            row |= {"reason": UNPRICED, "gain": np.nan}
        elif not held.any():
            row["reason"] = VALUE if choice.listed is None else RELATIONS
        else:
            found = search.best(budget, among=held, anyway=False)
            if found.feasible:
                lack = max(0.0, top - float(found.value[0]))
                row |= {
                    "gain_at_least": (choice.gain[k] + lack) / scale,
                    "forced_loss": lack / scale,
                    "gives_way": " ".join(ids[mine & ~found.sets[0]]),
                }
            else:
                row["reason"] = YEARS if found.solved else CONFIDENCE
        rows.append((str(ids[k]), row))
    columns = ["name", "reason", "asked_m", "gain", "gain_at_least", "forced_loss", "gives_way"]
    index = pd.Index([i for i, _ in rows], name="improvement")
    return pd.DataFrame([row for _, row in rows], index=index, columns=columns)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Alternatives(Answer):
    """A proposed set, the best one for its money, and the cheapest that adds as much."""

    _table: pd.DataFrame
    broken: tuple[str, ...]  # rules that the proposed set does not keep
    provenance: Provenance

    def __repr__(self) -> str:
        rows = self._table
        more = float(rows["value"].to_numpy()[1] - rows["value"].to_numpy()[0])
        money = rows["at_confidence_m"].to_numpy()
        words = f"; it breaks {'; '.join(self.broken)}" if self.broken else ""
        return (
            f"<Alternatives: the same money could add {in_brief(more, 2)} more; the same could be "
            f"had for {in_brief(float(money[0] - money[2]), 2)} million less{words}>"
        )


def beside(
    sample: Sample, proposed: Iterable[str], scale: float, provenance: Provenance
) -> Alternatives:
    """Set two exact sets beside a proposed one: better for its money, and as good for less.

    Money is that at the confidence of the case. Values are expected ones on the objective.

    Raises
    ------
    InputError
        When an improvement is not known.
    """
    choice = Choice.of(sample)
    mine = _set_of(proposed, sample.case.improvement_ids)
    money = money_needed(choice, mine)
    better = choice.search.best(money)
    started = choice.carried_out(mine)
    value = float(choice.worth.expected(mine[None], choice.measure)[0])
    value = value if started is None else float(started.value[0])
    cheapest = better
    for step in choice.search.downward(money):
        if step.value[0] < value - 1e-9 * abs(value):
            break
        cheapest = step
    rows: Mapping[str, Bools] = {
        PROPOSED: mine,
        BETTER: better.sets[0] if better.value[0] >= value else mine,
        CHEAPER: cheapest.sets[0] if cheapest.value[0] >= value - 1e-9 * abs(value) else mine,
    }
    return Alternatives(described(choice, rows, scale), broken_relations(choice, mine), provenance)


def usual_ways(choice: Choice, best: Programmes, budget: float, scale: float) -> pd.DataFrame:
    """Spend the budget by value alone, by value for money, and exactly.

    Going down a list by value, whatever it costs, is what Phillips & Bana e Costa (2007), Annals of
    Operations Research 154, 51-68, call a common mistake in allocating resources.
    """
    n = len(choice.gain)
    orders = {
        BY_VALUE: priority_order(np.ones(n), choice.gain, choice.relations),
        BY_RATE: priority_order(choice.asked, choice.gain, choice.relations),
    }
    rows = {}
    for name, order in orders.items():
        taken = np.zeros(n, dtype=bool)
        for bundle in order:
            after = taken.copy()
            after[list(bundle)] = True
            fits = money_needed(choice, after) <= budget * (1 + 1e-9)
            if fits and choice.known[list(bundle)].all() and allowed(after[None], choice.open)[0]:
                taken = after
        rows[name] = taken
    return described(choice, {**rows, EXACT: best.sets[0]}, scale)


def described(choice: Choice, rows: Mapping[str, Bools], scale: float) -> pd.DataFrame:
    """What some sets hold, ask on average and at the confidence, and are worth.

    Each with its best starts; as stated, and `fits` no, where a year cannot hold it.
    """
    ids = np.array(choice.case.improvement_ids)
    taken = np.array(list(rows.values()), dtype=bool)
    first = taken[0]
    found = [choice.carried_out(row) for row in taken]
    stated = choice.worth.expected(taken, choice.measure)
    value = [
        float(stated[k]) if one is None else float(one.value[0]) for k, one in enumerate(found)
    ]
    return pd.DataFrame(
        {
            "chosen": [" ".join(ids[row]) for row in taken],
            "asked_m": taken @ choice.asked / MILLION,
            "at_confidence_m": [money_needed(choice, row) / MILLION for row in taken],
            "value": np.array(value) / scale,
            "fits": [one is not None for one in found],
            "added": [" ".join(ids[row & ~first]) for row in taken],
            "dropped": [" ".join(ids[first & ~row]) for row in taken],
        },
        index=pd.Index(list(rows), name="set"),
    )


def money_needed(choice: Choice, chosen: Bools) -> float:
    """Money that a set needs at the confidence, and no less than on average."""
    total = choice.cost[:, chosen].sum(axis=1)
    mean = float(total.mean())
    confidence = choice.case.settings.budget_confidence
    return max(mean, float(order_quantile(total, confidence))) if confidence else mean


def _set_of(proposed: Iterable[str], ids: tuple[str, ...]) -> Bools:
    named = list(proposed)
    for name in named:
        if name not in ids:
            raise InputError(f"proposed: {name!r} is not known. {nearest(name, ids)}")
    return np.isin(ids, named)


def broken_relations(choice: Choice, mine: Bools) -> tuple[str, ...]:
    """Relations that a set does not keep, in words."""
    words = [
        choice.ties.places[rule.kind, rule.place].words
        for rule in rules_of(choice.relations)
        if not rule.met(mine[None])[0]
    ]
    return tuple(dict.fromkeys(words))
