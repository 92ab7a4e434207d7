"""Which improvements to carry out under the budget, and how firm the choice is."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from capworth.answers import HIGH, LOW, Answer
from capworth.bestsets import Choice, objective_gains, relations_of
from capworth.case.model import Case
from capworth.conflicts import refuse_conflict
from capworth.errors import InputError
from capworth.methods.arguments import Bools, Floats
from capworth.methods.portfolio.frontier import Frontier, core_index, priority_order
from capworth.provenance import Provenance
from capworth.sampling import Sample

__all__ = ["BORDERLINE", "CORE", "DRAWS", "EXTERIOR", "FIRM", "MILLION", "Programme"]
__all__ += ["choose_programme", "relations_of"]

MILLION = 1e6
DRAWS = 1_000  # of the sample, the first ones, in which the best set is sought anew
CORE, BORDERLINE, EXTERIOR = "core", "borderline", "exterior"
FIRM = 0.9  # share of draws from which an improvement is core; below 1 - FIRM it is exterior
SCALE = {"score": 1.0, "money": MILLION, "harm": 1.0}  # what amounts of a measure are divided by


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Programme(Answer):
    """The exact best set under the budget, with every other budget beside it."""

    _table: pd.DataFrame
    _order: pd.DataFrame
    _frontier: pd.DataFrame
    budget_m: float
    target_m: float | None
    asked_m: float  # expected one-off money of the chosen set, rounded up on the grid
    cost_m: tuple[float, float, float]  # whole-life cost of the chosen set: mean, 80 % interval
    measure: str  # what the programme is to add most of
    value: tuple[float, float, float]  # of that measure (money in millions): mean, 80 % interval
    gain: tuple[float, float, float]  # points: mean and 80 % interval
    money_m: tuple[float, float, float]
    harm_days: tuple[float, float, float]
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
    case, worlds = sample.case, sample.worlds
    budget = case.settings.budget
    if not case.improvements or budget is None:
        return None
    choice = Choice.of(sample)
    frontier, step = _within(choice, budget)
    chosen = frontier.chosen[step]
    gains = objective_gains(sample)
    best, found = choice.best_sets(worlds.asked[:DRAWS], gains[:DRAWS], budget)
    size = len(best)
    mine, ideal = (choice.value_of(taken, gains[:size]) for taken in (chosen, best))
    inside = core_index(best[found]) if found.any() else np.zeros(len(chosen))
    affordable = worlds.asked @ chosen <= budget
    same = (best[found] == chosen).all(axis=1).sum() / size
    points = worlds.gains.score
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
    target, measure = case.settings.target, case.settings.objective
    value = choice.value_of(chosen, gains) / SCALE[measure]
    return Programme(
        table,
        _order(choice, points),
        _frontier(choice, frontier, points),
        budget / MILLION,
        None if target is None else target / MILLION,
        float(frontier.cost[step]) / MILLION,
        _spread(worlds.improvement_cost @ chosen / MILLION),
        measure,
        _spread(value),
        _spread(choice.value_of(chosen, worlds.gains.score)),
        _spread(choice.value_of(chosen, worlds.gains.money) / MILLION),
        _spread(choice.value_of(chosen, worlds.gains.harm)),
        float(same),
        float(affordable.mean()),
        _mean_where(affordable[:size] & found, ideal - mine) / SCALE[measure],
        size,
        provenance,
    )


def _within(choice: Choice, budget: float) -> tuple[Frontier, int]:
    """Frontier, and the step on it that is best within the budget."""
    try:
        frontier = choice.frontier()
        return frontier, frontier.best(budget)
    except InputError:
        refuse_conflict(choice, budget)
        raise


def _spread(values: Floats) -> tuple[float, float, float]:
    low, high = np.percentile(values, (LOW, HIGH))
    return float(values.mean()), float(low), float(high)


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
    later = np.flatnonzero(frontier.chosen[:, k] & (frontier.cost > budget))
    if not len(later):
        return "in no best set, whatever the budget"
    return f"in the best set from {frontier.cost[later[0]] / MILLION:.1f} million"


def _order(choice: Choice, points: Floats) -> pd.DataFrame:
    case, asked = choice.case, choice.grid_asked
    bundles = [list(b) for b in priority_order(asked, choice.gain, choice.relations)]
    sums = np.zeros((len(bundles) + 1, len(asked)), dtype=bool)
    for k, bundle in enumerate(bundles):
        sums[k + 1] = sums[k]
        sums[k + 1, bundle] = True
    gain, value = choice.totals(sums, points), choice.totals(sums)
    table = pd.DataFrame(
        {
            "improvements": [" + ".join(case.improvement_ids[k] for k in b) for b in bundles],
            "asked_m": [float(asked[b].sum()) / MILLION for b in bundles],
            "gain": np.diff(gain),
            "value": np.diff(value) / SCALE[case.settings.objective],
        },
        index=pd.RangeIndex(1, len(bundles) + 1, name="place"),
    )
    return table.assign(
        asked_cum_m=table["asked_m"].cumsum(),
        gain_cum=gain[1:],
        value_cum=value[1:] / SCALE[case.settings.objective],
        gain_per_asked_m=table["gain"] / table["asked_m"],
    )


def _frontier(choice: Choice, frontier: Frontier, points: Floats) -> pd.DataFrame:
    ids = choice.case.improvement_ids
    return pd.DataFrame(
        {
            "budget_m": frontier.cost / MILLION,
            "gain": choice.totals(frontier.chosen, points),
            "value": frontier.value / SCALE[choice.case.settings.objective],
            "chosen": [
                " ".join(i for i, taken in zip(ids, row, strict=True) if taken)
                for row in frontier.chosen
            ],
        },
        index=pd.RangeIndex(len(frontier.cost), name="step"),
    )
