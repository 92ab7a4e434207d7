"""Better for the same money, the same for less: two exact sets beside any that is proposed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from capworth.answers import Answer
from capworth.bestsets import Choice
from capworth.errors import InputError, nearest
from capworth.methods.arguments import Bools, Floats
from capworth.methods.portfolio.frontier import Frontier, priority_order
from capworth.methods.portfolio.priority import filled
from capworth.methods.portfolio.relations import rules_of
from capworth.programme import MILLION, SCALE, Programme
from capworth.provenance import Provenance
from capworth.sampling import Sample

PROPOSED, BETTER, CHEAPER = "proposed", "better for the same money", "the same for less"
BY_VALUE, BY_RATE, EXACT = "value alone", "value for money", "exact"
TIE = 1e-9  # share of a value within which two values are one


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Alternatives(Answer):
    """A proposed set, the best one for its money, and the cheapest that adds as much."""

    _table: pd.DataFrame
    broken: tuple[str, ...]  # rules that the proposed set does not keep
    provenance: Provenance

    def __repr__(self) -> str:
        rows = self._table
        more = float(rows["value"].to_numpy()[1] - rows["value"].to_numpy()[0])
        less = float(rows["asked_m"].to_numpy()[0] - rows["asked_m"].to_numpy()[2])
        words = f"; it breaks {'; '.join(self.broken)}" if self.broken else ""
        return (
            f"<Alternatives: the same money could add {more:.2g} more; the same could be had for "
            f"{less:.2g} million less{words}>"
        )


def beside(sample: Sample, proposed: Iterable[str], provenance: Provenance) -> Alternatives:
    """Set two exact sets beside a proposed one: better for its money, and as good for less.

    Values are expected ones on the objective of the case, money in millions.

    Raises
    ------
    InputError
        When an improvement is not known, or no set is affordable for its money.
    """
    choice = Choice.of(sample)
    mine = _set_of(proposed, sample.case.improvement_ids)
    frontier = choice.frontier()
    rows = {PROPOSED: mine, **pair_beside(frontier, mine, choice.grid_asked, choice.totals)}
    table = _described(choice, rows)
    return Alternatives(table, _broken(choice, mine), provenance)


def pair_beside(
    frontier: Frontier, mine: Bools, asked: Floats, totals: Callable[[Bools], Floats]
) -> dict[str, Bools]:
    """Best set for the money of a set, and the cheapest one worth as much.

    Parameters
    ----------
    frontier : of all allowed sets
    mine : (improvements,)
    asked : (improvements,) money as the frontier counts it
    totals : value of sets (sets, improvements)
    """
    value = float(totals(mine[None])[0])
    better = frontier.chosen[frontier.best(float(asked @ mine))]
    enough = np.flatnonzero(frontier.value >= value - TIE * max(abs(value), 1e-300))
    return {BETTER: better, CHEAPER: frontier.chosen[enough[0]] if len(enough) else mine}


def usual_ways(choice: Choice, programme: Programme) -> pd.DataFrame:
    """Spend the budget by value alone, by value for money, and exactly.

    Going down a list by value, whatever it costs, is what Phillips & Bana e Costa (2007), Annals of
    Operations Research 154, 51-68, call a common mistake in allocating resources.
    """
    budget, asked = programme.budget_m * MILLION, choice.grid_asked
    ids = choice.case.improvement_ids
    orders = {
        BY_VALUE: priority_order(np.ones(len(ids)), choice.gain, choice.relations),
        BY_RATE: priority_order(asked, choice.gain, choice.relations),
    }
    rows = {
        name: np.isin(np.arange(len(ids)), list(filled(order, asked, budget, choice.relations)))
        for name, order in orders.items()
    }
    rows[EXACT] = np.isin(ids, programme.chosen)
    return _described(choice, rows)


def _described(choice: Choice, rows: dict[str, Bools]) -> pd.DataFrame:
    ids = np.array(choice.case.improvement_ids)
    taken = np.array(list(rows.values()), dtype=bool)
    first = taken[0]
    return pd.DataFrame(
        {
            "chosen": [" ".join(ids[row]) for row in taken],
            "asked_m": taken @ choice.grid_asked / MILLION,
            "value": choice.totals(taken) / SCALE[choice.case.settings.objective],
            "added": [" ".join(ids[row & ~first]) for row in taken],
            "dropped": [" ".join(ids[first & ~row]) for row in taken],
        },
        index=pd.Index(list(rows), name="set"),
    )


def _set_of(proposed: Iterable[str], ids: tuple[str, ...]) -> Bools:
    named = list(proposed)
    for name in named:
        if name not in ids:
            raise InputError(f"proposed: {name!r} is not known. {nearest(name, ids)}")
    return np.isin(ids, named)


def _broken(choice: Choice, mine: Bools) -> tuple[str, ...]:
    """Rules that a set does not keep, in words."""
    words = [
        choice.ties.places[rule.kind, rule.place].words
        for rule in rules_of(choice.relations)
        if not rule.met(mine[None])[0]
    ]
    over = [
        f"{limit.name}: no more than {limit.amount / MILLION:,.4g} million"
        for limit, use in zip(choice.limits, choice.uses, strict=True)
        if use @ mine > limit.amount * (1 + TIE)
    ]
    return tuple(dict.fromkeys([*words, *over]))
