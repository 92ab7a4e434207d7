"""Which improvements to carry out under the budget, and how firm the choice is."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from capworth.answers import HIGH, LOW, Answer
from capworth.case.model import Case
from capworth.kernels.arrays import Bools, Floats, Ints
from capworth.kernels.portfolio import (
    Frontier,
    Relations,
    best_over_draws,
    budget_frontier,
    core_index,
    feasible_sets,
    priority_order,
)
from capworth.provenance import Provenance
from capworth.sampling import Sample

MILLION = 1e6
DRAWS = 1_000  # of the sample, the first ones, in which the best set is sought anew
CORE, BORDERLINE, EXTERIOR = "core", "borderline", "exterior"
FIRM = 0.9  # share of draws from which an improvement is core; below 1 - FIRM it is exterior


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
    gain: tuple[float, float, float]  # points: mean and 80 % interval
    money_m: tuple[float, float, float]
    harm_days: tuple[float, float, float]
    p_best: float  # share of draws in which exactly this set is the best
    p_affordable: float  # share of draws in which the set costs no more than the budget
    regret: float  # where affordable, mean of what each draw's best set gains above it, points
    draws: int  # in which the best set was sought anew
    provenance: Provenance

    def order(self) -> pd.DataFrame:
        """Return the order-of-priority curve, bundle by bundle."""
        return self._order.copy()

    def frontier(self) -> pd.DataFrame:
        """Return the best set for every budget: where it changes, what it asks and gains."""
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


def relations_of(case: Case) -> Relations:
    """Write the relations of a case by number."""
    place = {i: k for k, i in enumerate(case.improvement_ids)}
    requires = ((r.improvement, r.other) for r in case.relations if r.relation == "requires")
    excludes = ((r.improvement, r.other) for r in case.relations if r.relation == "excludes")
    return Relations(
        len(place),
        requires=tuple((place[one], (place[other],)) for one, other in requires),
        excludes=tuple((place[one], place[other]) for one, other in excludes),
        must=tuple(place[i.id] for i in case.improvements if i.must),
    )


def choose_programme(sample: Sample, provenance: Provenance) -> Programme | None:
    """Choose the set of most expected gain whose expected one-off money is within the budget.

    Gain is in points of score, a mean over the appraisal; gains of improvements are added. Of
    equals, the cheapest. Money asked is rounded up to the grid of the case for each improvement.
    None where the case has no improvements, or no budget.
    """
    case, worlds = sample.case, sample.worlds
    budget = case.settings.budget
    if not case.improvements or budget is None:
        return None
    relations = relations_of(case)
    asked, gain = worlds.asked.mean(axis=0), worlds.gains.score.mean(axis=0)
    frontier = budget_frontier(asked, gain, relations, case.settings.grid)
    step = frontier.best(budget)
    chosen = frontier.chosen[step]
    sets = feasible_sets(relations)
    best = best_over_draws(worlds.asked[:DRAWS], worlds.gains.score[:DRAWS], sets, budget)
    found = sets[best[best >= 0]]
    inside = core_index(found)
    mine, ideal = worlds.gains.score[: len(best)] @ chosen, _gain_of(sample, sets, best)
    affordable = worlds.asked @ chosen <= budget
    same = (found == chosen).all(axis=1).sum() / len(best)
    table = pd.DataFrame(
        {
            "name": [i.name for i in case.improvements],
            "chosen": chosen,
            "asked_m": asked / MILLION,
            "gain": gain,
            "gain_per_asked_m": _rate(gain, asked / MILLION),
            "p_in_best": inside,
            "standing": np.select(
                [inside >= FIRM, inside > 1 - FIRM], [CORE, BORDERLINE], EXTERIOR
            ),
            "why": [_why(case, frontier, k, chosen, budget) for k in range(len(asked))],
        },
        index=pd.Index(case.improvement_ids, name="improvement"),
    )
    target = case.settings.target
    return Programme(
        table,
        _order(
            case, np.ceil(asked / case.settings.grid - 1e-9) * case.settings.grid, gain, relations
        ),
        _frontier(case, frontier),
        budget / MILLION,
        None if target is None else target / MILLION,
        float(frontier.cost[step]) / MILLION,
        _spread(worlds.improvement_cost @ chosen / MILLION),
        _spread(worlds.gains.score @ chosen),
        _spread(worlds.gains.money @ chosen / MILLION),
        _spread(worlds.gains.harm @ chosen),
        float(same),
        float(affordable.mean()),
        _mean_where(affordable[: len(best)], ideal - mine),
        len(best),
        provenance,
    )


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


def _gain_of(sample: Sample, sets: Bools, best: Ints) -> Floats:
    gain = sample.worlds.gains.score[: len(best)]
    picked = np.where((best >= 0)[:, None], sets[best], False)
    total: Floats = np.einsum("dp,dp->d", gain, picked)
    return total


def _why(case: Case, frontier: Frontier, k: int, chosen: Bools, budget: float) -> str:
    """Say why an improvement is in, or from which budget it would be."""
    if chosen[k]:
        return "must be done" if case.improvements[k].must else "in the best set"
    later = np.flatnonzero(frontier.chosen[:, k] & (frontier.cost > budget))
    if not len(later):
        return "in no best set, whatever the budget"
    return f"in the best set from {frontier.cost[later[0]] / MILLION:.1f} million"


def _order(case: Case, asked: Floats, gain: Floats, relations: Relations) -> pd.DataFrame:
    bundles = [list(bundle) for bundle in priority_order(asked, gain, relations)]
    table = pd.DataFrame(
        {
            "improvements": [" + ".join(case.improvement_ids[k] for k in b) for b in bundles],
            "asked_m": [float(asked[b].sum()) / MILLION for b in bundles],
            "gain": [float(gain[b].sum()) for b in bundles],
        },
        index=pd.RangeIndex(1, len(bundles) + 1, name="place"),
    )
    return table.assign(
        asked_cum_m=table["asked_m"].cumsum(),
        gain_cum=table["gain"].cumsum(),
        gain_per_asked_m=table["gain"] / table["asked_m"],
    )


def _frontier(case: Case, frontier: Frontier) -> pd.DataFrame:
    ids = case.improvement_ids
    return pd.DataFrame(
        {
            "budget_m": frontier.cost / MILLION,
            "gain": frontier.value,
            "chosen": [
                " ".join(i for i, taken in zip(ids, row, strict=True) if taken)
                for row in frontier.chosen
            ],
        },
        index=pd.RangeIndex(len(frontier.cost), name="step"),
    )
