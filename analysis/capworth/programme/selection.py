"""Which improvements to carry out under the budget, and how firm the choice is.

Better for the same money, the same for less: two exact sets beside any that is proposed.

Why an improvement is not funded: what would have to change, exactly, for it to be.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import floor, isnan, log10

import numpy as np
import pandas as pd

from capworth.case.model import DISTANCE, HARM, NET, Case
from capworth.errors import InputError, nearest
from capworth.methods.arguments import Bools, Floats
from capworth.methods.cost_benefit.prices import MILLION
from capworth.methods.portfolio.frontier import Frontier, admission, core_index, priority_order
from capworth.methods.portfolio.priority import filled
from capworth.methods.portfolio.relations import affordable, rules_of
from capworth.model.result import Answer, Interval, Provenance
from capworth.model.simulation import Sample
from capworth.programme.choice import (
    Choice,
    budget_with,
    held_for_nothing,
    objective_gains,
    refuse_conflict,
    relations_of,
    running_sets,
)

__all__ = ["BORDERLINE", "CORE", "DRAWS", "EXTERIOR", "FIRM", "MILLION", "Programme"]
__all__ += ["choose_programme", "relations_of"]

DRAWS = 1_000  # of the sample, the first ones, in which the best set is sought anew
CORE, BORDERLINE, EXTERIOR = "core", "borderline", "exterior"
FIRM = 0.9  # share of draws from which an improvement is core; below 1 - FIRM it is exterior
MOST_DIGITS = 9  # behind the point of an amount in millions: a thousandth of a unit of money
SCALE = {DISTANCE: 1.0, NET: MILLION, HARM: 1.0}  # what amounts of a measure are divided by


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Programme(Answer):
    """The exact best set under the budget, with every other budget beside it."""

    _table: pd.DataFrame
    _order: pd.DataFrame
    _frontier: pd.DataFrame
    budget_m: float
    target_m: float | None
    asked_m: float  # expected one-off money of the chosen set, rounded up on the grid
    cost_m: Interval  # whole-life cost of the chosen set
    measure: str  # what the programme is to add most of
    value: Interval  # of that measure, money in millions
    gain: Interval  # points
    money_m: Interval
    harm_days: Interval
    p_best: float  # share of draws in which exactly this set is the best
    p_affordable: float  # share of draws in which the set costs no more than the budget
    regret: float  # where affordable, mean of what each draw's best set adds above it; as `value`
    draws: int  # in which the best set was sought anew
    provenance: Provenance

    def order(self) -> pd.DataFrame:
        """Return the order-of-priority curve, bundle by bundle."""
        return self._order.copy()

    def frontier(self) -> pd.DataFrame:
        """Return the best set for every budget: where it changes, what it asks, adds and gains.

        `value` is what the programme is to add most of, money in millions; `gain` the points.
        """
        return self._frontier.copy()

    @property
    def chosen(self) -> tuple[str, ...]:
        """The improvements in the programme, in the order of the case."""
        return tuple(self._table.index[self._table["chosen"]])

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table of this answer by its file name."""
        return {
            "programme": self.to_frame(),
            "order_of_priority": self.order(),
            "budget_frontier": self.frontier(),
        }

    def __repr__(self) -> str:
        return (
            f"<Programme: {len(self.chosen)} of {len(self._table)} improvements for "
            f"{self.asked_m:.1f} of {self.budget_m:g} million, {self.gain[0]:.1f} points; "
            f"this very set is best in {self.p_best:.0%} of {self.draws:,} draws>"
        )


def choose_programme(sample: Sample, provenance: Provenance) -> Programme | None:
    """Choose the set that is expected to add most and whose expected money is within the budget.

    What is added most of is the objective of the case: points of score (a mean over the
    appraisal), money or days of a harm index. Values of improvements are added, with the bonus of
    every synergy or overlap. Of equals, the cheapest. Money asked is rounded up to the grid of the
    case for each improvement. None where the case has no improvements, or no budget.

    Raises
    ------
    ConflictError
        When no set keeps all relations, must-haves, minimums and limits within the budget.
    """
    case, drawn = sample.case, sample.drawn
    budget = case.settings.budget
    if not case.improvements or budget is None:
        return None
    choice = Choice.of(sample)
    frontier, step = _within(choice, budget)
    chosen = frontier.chosen[step]
    gains = objective_gains(sample)
    best, found = choice.best_sets(drawn.asked[:DRAWS], gains[:DRAWS], budget)
    size = len(best)
    mine, ideal = (choice.worth.by_draw(taken, gains[:size]) for taken in (chosen, best))
    inside = core_index(best[found]) if found.any() else np.zeros(len(chosen))
    paid = affordable(drawn.asked @ chosen, budget)
    same = (best[found] == chosen).all(axis=1).sum() / size
    points = drawn.gains.distance
    table = pd.DataFrame(
        {
            "name": [i.name for i in case.improvements],
            "chosen": chosen,
            "asked_m": choice.asked / MILLION,
            "gain": points.mean(axis=0),
            "gain_per_asked_m": _rate(points.mean(axis=0), choice.asked / MILLION),
            "p_in_best": inside,
            "standing": np.select(
                [inside >= FIRM, inside > 1 - FIRM], [CORE, BORDERLINE], EXTERIOR
            ),
            "why": [_why(case, frontier, k, chosen, budget) for k in range(len(chosen))],
        },
        index=pd.Index(case.improvement_ids, name="improvement"),
    )
    target, measure = case.settings.target, case.objective
    value = choice.worth.by_draw(chosen, gains) / SCALE[measure]
    return Programme(
        _table=table,
        _order=_order(choice, points),
        _frontier=_frontier(choice, frontier, points),
        budget_m=budget / MILLION,
        target_m=None if target is None else target / MILLION,
        asked_m=float(frontier.cost[step]) / MILLION,
        cost_m=Interval.of(drawn.improvement_cost @ chosen / MILLION),
        measure=measure,
        value=Interval.of(value),
        gain=Interval.of(choice.worth.by_draw(chosen, drawn.gains.distance)),
        money_m=Interval.of(choice.worth.by_draw(chosen, drawn.gains.money) / MILLION),
        harm_days=Interval.of(choice.worth.by_draw(chosen, drawn.gains.harm)),
        p_best=float(same),
        p_affordable=float(paid.mean()),
        regret=_mean_where(paid[:size] & found, ideal - mine) / SCALE[measure],
        draws=size,
        provenance=provenance,
    )


def _within(choice: Choice, budget: float) -> tuple[Frontier, int]:
    """Frontier, and the step on it that is best within the budget."""
    try:
        frontier = choice.frontier()
        return frontier, frontier.best(budget)
    except InputError:
        refuse_conflict(choice, budget)
        raise


def _rate(gain: Floats, asked: Floats) -> Floats:
    """Gain for each million; endless where a gain asks for nothing, unknown without either."""
    with np.errstate(divide="ignore", invalid="ignore"):
        rate: Floats = gain / asked
    return rate


def _mean_where(where: Bools, values: Floats) -> float:
    return float(values[where].mean()) if where.any() else float("nan")


def _why(case: Case, frontier: Frontier, k: int, chosen: Bools, budget: float) -> str:
    """Say why an improvement is in, or from which budget it would be."""
    if chosen[k]:
        return "must be done" if case.improvements[k].must else "in the best set"
    enough = budget_with(frontier, k, budget)
    if isnan(enough):
        return "in no best set, whatever the budget"
    return f"in the best set from {_amount(enough, budget)} million"


def _amount(money: float, budget: float) -> str:
    """Money above a budget in millions: three digits that count, and as many as tell them apart.

    At least one stands behind the point, so that 100 million is 100.0 and 8,300,000 is 8.3.
    """
    most = money / MILLION
    digits = max(1, 2 - floor(log10(most)))
    while float(f"{most:.{digits}f}") <= budget / MILLION and digits < MOST_DIGITS:
        digits += 1
    whole, part = f"{most:.{digits}f}".split(".")
    return f"{whole}.{part[0]}{part[1:].rstrip('0')}"


def _order(choice: Choice, points: Floats) -> pd.DataFrame:
    case, asked = choice.case, choice.grid_asked
    bundles = [list(b) for b in priority_order(asked, choice.gain, choice.relations)]
    sums = running_sets(bundles, len(asked))
    gain, value = choice.totals(sums, points), choice.totals(sums)
    table = pd.DataFrame(
        {
            "improvements": [" + ".join(case.improvement_ids[k] for k in b) for b in bundles],
            "asked_m": [float(asked[b].sum()) / MILLION for b in bundles],
            "gain": np.diff(gain),
            "value": np.diff(value) / SCALE[case.objective],
        },
        index=pd.RangeIndex(1, len(bundles) + 1, name="place"),
    )
    return table.assign(
        asked_cum_m=table["asked_m"].cumsum(),
        gain_cum=gain[1:],
        value_cum=value[1:] / SCALE[case.objective],
        gain_per_asked_m=table["gain"] / table["asked_m"],
    )


def _frontier(choice: Choice, frontier: Frontier, points: Floats) -> pd.DataFrame:
    ids = choice.case.improvement_ids
    return pd.DataFrame(
        {
            "budget_m": frontier.cost / MILLION,
            "gain": choice.totals(frontier.chosen, points),
            "value": frontier.value / SCALE[choice.case.objective],
            "chosen": [
                " ".join(i for i, taken in zip(ids, row, strict=True) if taken)
                for row in frontier.chosen
            ],
        },
        index=pd.RangeIndex(len(frontier.cost), name="step"),
    )


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
            "value": choice.totals(taken) / SCALE[choice.case.objective],
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
        if not affordable(use @ mine, limit.amount)
    ]
    return tuple(dict.fromkeys([*words, *over]))


def why_not(choice: Choice, programme: Programme) -> pd.DataFrame:
    """Say for every improvement that is left out what would bring it in.

    One thing changes at a time, everything else being as expected: its money falls, or its gain
    rises, until a set that holds it adds as much as the recommended one; or the budget rises until
    the best set holds it. `forced_loss` is what the best set that must hold it adds less. Exact:
    the frontier is computed anew for every improvement, with it in every set and for nothing.

    Returns
    -------
    Index improvement; money in millions, values on the objective. `asked_at_most_m` and
    `gain_at_least` are unknown where no fall or rise is enough.
    """
    case, scale = choice.case, SCALE[programme.measure]
    budget = programme.budget_m * MILLION
    ids = case.improvement_ids
    chosen = np.isin(ids, programme.chosen)
    best = float(choice.totals(chosen[None])[0])
    frontier = choice.frontier()
    rows = []
    for k, name in enumerate(ids):
        if name in programme.chosen:
            continue
        row: dict[str, object] = {
            "name": case.improvements[k].name,
            "asked_m": choice.asked[k] / MILLION,
            "gain": choice.gain[k] / scale,
            "asked_at_most_m": np.nan,
            "fall": np.nan,
            "gain_at_least": np.nan,
            "rise": np.nan,
            "budget_at_least_m": budget_with(frontier, k, budget) / MILLION,
            "forced_loss": np.nan,
            "gives_way": "",
        }
        held = held_for_nothing(choice.frontier, choice.relations, choice.asked, k)
        if held is not None:
            row |= _terms(choice, held, k, chosen, best, budget)
        rows.append(row)
    index = pd.Index([i for i in ids if i not in programme.chosen], name="improvement")
    columns = ["name", "asked_m", "gain", "asked_at_most_m", "fall", "gain_at_least", "rise"]
    columns += ["budget_at_least_m", "forced_loss", "gives_way"]
    return pd.DataFrame(rows, index=index, columns=columns)


def _terms(
    choice: Choice, held: Frontier, k: int, before: Bools, best: float, budget: float
) -> dict[str, object]:
    """At which money, at which gain it would be funded; what it costs to force it in as it is."""
    scale, names = SCALE[choice.case.objective], np.array(choice.case.improvement_ids)
    asked, gain = float(choice.asked[k]), float(choice.gain[k])
    found = admission(held, asked, best, budget)
    terms: dict[str, object] = {
        "asked_at_most_m": found.cost_at_most / MILLION,
        "fall": 1 - found.cost_at_most / asked if asked > 0 else np.nan,
    }
    if found.chosen is not None:
        terms |= {
            "gain_at_least": (gain + found.value_lack) / scale,
            "rise": found.value_lack / gain if gain > 0 else np.nan,
            "forced_loss": found.value_lack / scale,
            "gives_way": " ".join(names[before & ~found.chosen]),
        }
    return terms
