"""How firm the programme is: regret, competitors, cautious choices, chance to meet targets."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from capworth.methods.arguments import Bools, Floats, Ints
from capworth.methods.cost_benefit.prices import MILLION
from capworth.methods.portfolio.draws import Standing, standing, worth_comparing
from capworth.methods.portfolio.relations import affordable
from capworth.model.result import LOW, Answer, Provenance, ends
from capworth.model.simulation import Sample
from capworth.programme.choice import Choice, objective_gains
from capworth.programme.schedule import meets_targets
from capworth.programme.selection import DRAWS, SCALE, Programme, usual_ways, why_not

RECOMMENDED, EXPECTED, CAUTIOUS, MINIMAX, LIKELIEST, TARGETS = RULES = (
    "recommended",
    "expected",
    "quantile",
    "regret",
    "likeliest",
    "targets",
)
RIVALS = 5  # competitors that are named


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Robustness(Answer):
    """The sets that different rules would choose, beside the recommended one.

    All sets compared are allowed, keep the limits and cost no more than the budget in expectation.
    Values are on the objective of the case, money in millions.
    """

    _table: pd.DataFrame
    _rivals: pd.DataFrame
    _targets: pd.DataFrame
    _why_not: pd.DataFrame
    _ways: pd.DataFrame
    measure: str
    compared: int  # sets
    exact: bool  # whether these are all that can be best, or only the best ones of the draws
    draws: int
    provenance: Provenance

    def competitors(self) -> pd.DataFrame:
        """Return the sets that are most often the best ones, the weights at which they are too."""
        return self._rivals.copy()

    def targets(self) -> pd.DataFrame:
        """Return how likely each choice meets each stated target, and all of them."""
        return self._targets.copy()

    def why_not(self) -> pd.DataFrame:
        """Return what would have to change for each improvement that is left out to be funded."""
        return self._why_not.copy()

    def ways(self) -> pd.DataFrame:
        """Return what three ways to spend the budget buy: by value, by value for money, exactly."""
        return self._ways.copy()

    @property
    def p_best(self) -> float:
        """Share of draws in which the recommended set is the best of those compared."""
        return float(self._table["p_best"].to_numpy()[0])

    @property
    def agreeing(self) -> tuple[str, ...]:
        """The rules that choose the recommended set."""
        same = self._table["chosen"] == self._table.loc[RECOMMENDED, "chosen"]
        return tuple(rule for rule in self._table.index[same] if rule != RECOMMENDED)

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table of this answer by its file name."""
        return {
            "robust_choices": self.to_frame(),
            "competitors": self.competitors(),
            "targets": self.targets(),
            "why_not_funded": self.why_not(),
            "ways_to_spend": self.ways(),
        }

    def __repr__(self) -> str:
        unit = {DISTANCE: "% of the distance", NET: "million", HARM: "days a year"}[self.measure]
        mine = self._table.loc[RECOMMENDED]
        return (
            f"<Robustness: the recommended set is best in {self.p_best:.0%} of {self.draws:,} "
            f"draws among {self.compared:,} sets; expected regret {mine['mean_regret']:.2g} "
            f"{unit}; {len(self.agreeing)} of {len(self._table) - 1} rules choose it>"
        )


def examine_robustness(
    sample: Sample, programme: Programme | None, provenance: Provenance
) -> Robustness | None:
    """Hold the recommended set against every set that the budget pays for, in the first draws.

    Regret is what the best affordable set of a draw adds above a set. Choices beside the
    recommended one: most expected value, most value in the lower decile, least greatest regret,
    most often best, most likely to meet all targets.
    """
    if programme is None:
        return None
    case, drawn = sample.case, sample.drawn
    choice = Choice.of(sample)
    gains = objective_gains(sample)[:DRAWS]
    mine = np.isin(case.improvement_ids, programme.chosen)
    budget = programme.budget_m * MILLION
    sets, exact = _candidates(choice, drawn.asked[:DRAWS], gains, budget, mine)
    values = choice.worth.over_draws(sets, gains) / SCALE[programme.measure]
    found = standing(values, LOW / 100)
    mine_at = int((sets == mine).all(axis=1).argmax())
    met = meets_targets(sample, choice, sets, DRAWS)
    picks = {
        RECOMMENDED: mine_at,
        EXPECTED: _first(choice.totals(sets), choice, sets),
        CAUTIOUS: _first(found.low, choice, sets),
        MINIMAX: _first(-found.most_regret, choice, sets),
        LIKELIEST: _first(found.best, choice, sets),
    }
    if met.any.size:
        picks[TARGETS] = _first(met.all_of, choice, sets)
    rows = list(picks.values())
    table = _described(sample, choice, sets, values, found, rows, budget)
    table.index = pd.Index(list(picks), name="rule")
    rivals = np.argsort(-found.best, kind="stable")[:RIVALS]
    rivals = rivals[found.best[rivals] > 0]
    competing = _described(sample, choice, sets, values, found, rivals, budget)
    competing.index = pd.RangeIndex(1, len(rivals) + 1, name="place")
    targets = pd.DataFrame(
        {t.id: met.any[k, rows] for k, t in enumerate(case.targets)},
        index=pd.Index(list(picks), name="rule"),
    )
    if case.targets:
        targets["all"] = met.all_of[rows]
    return Robustness(
        _table=table,
        _rivals=competing.join(_weights(sample, values, rivals)),
        _targets=targets,
        _why_not=why_not(choice, programme),
        _ways=usual_ways(choice, programme),
        measure=programme.measure,
        compared=len(sets),
        exact=exact,
        draws=len(gains),
        provenance=provenance,
    )


def _candidates(
    choice: Choice, asked: Floats, gains: Floats, budget: float, mine: Bools
) -> tuple[Bools, bool]:
    """Sets to compare, and whether they are all that can be best in some draw.

    Where there are too many to list, those on the frontier and those that are best in a draw. Of
    sets that differ only in what adds nothing in any draw one is compared: the recommended set, or
    the smallest.
    """
    listed = choice.sets()
    if listed is None:
        best, _ = choice.best_sets(asked, gains, budget)
        frontier = choice.frontier().chosen
        listed = np.unique(np.concatenate((best, frontier, mine[None])), axis=0)[::-1]
    paid = listed[affordable(listed @ choice.grid_asked, budget)]
    welcome: Bools = np.asarray((gains >= 0).all(axis=0))
    idle: Bools = np.asarray((gains == 0).all(axis=0))
    for pair, bonus in zip(choice.worth.pairs, choice.worth.bonuses(gains).T, strict=True):
        if (bonus < 0).any():
            welcome[pair] = False
        if (bonus != 0).any():
            idle[list(pair)] = False
    sets = paid[worth_comparing(paid, welcome, idle)]
    if not (sets == mine).all(axis=1).any():
        same = (sets == mine)[:, ~idle].all(axis=1)
        sets = np.concatenate((sets[~same], mine[None]))
    return sets.reshape(-1, len(mine)), choice.sets() is not None


def _first(score: Floats, choice: Choice, sets: Bools) -> int:
    """Row of the highest score; of equals the one of most expected value, then the cheapest."""
    rows = np.arange(len(sets))
    for mark in (score, choice.totals(sets), -(sets @ choice.asked)):
        top = float(mark[rows].max())
        rows = rows[mark[rows] >= top - 1e-12 * max(abs(top), 1.0)]
    return int(rows[0])


def _described(
    sample: Sample,
    choice: Choice,
    sets: Bools,
    values: Floats,
    found: Standing,
    rows: list[int] | Ints,
    budget: float,
) -> pd.DataFrame:
    """What some sets hold, ask, add and miss."""
    ids = np.array(sample.case.improvement_ids)
    taken = sets[rows]
    low, high = ends(values[:, rows])
    spent = sample.drawn.asked[:DRAWS] @ taken.T
    return pd.DataFrame(
        {
            "chosen": [" ".join(ids[row]) for row in taken],
            "asked_m": taken @ choice.grid_asked / MILLION,
            "value": found.mean[rows],
            "value_low": low,
            "value_high": high,
            "mean_regret": found.mean_regret[rows],
            "most_regret": found.most_regret[rows],
            "p_best": found.best[rows],
            "p_affordable": affordable(spent, budget).mean(axis=0),
        }
    )


def _weights(sample: Sample, values: Floats, rivals: Ints) -> pd.DataFrame:
    """Mean weight of every criterion in the draws in which each competitor is the best set."""
    model = sample.model
    leaves = model.value.leaves
    places = pd.RangeIndex(1, len(rivals) + 1, name="place")
    if not leaves:
        return pd.DataFrame(index=places)
    weights = model.value.weights(sample.first_draws(DRAWS))[: len(values)]
    best = values >= values.max(axis=1, keepdims=True) - 1e-12
    means = [weights[best[:, k]].mean(axis=0) for k in rivals]
    columns = [f"weight_{leaf.id}" for leaf in leaves]
    return pd.DataFrame(np.array(means).reshape(len(rivals), -1), places, columns)
