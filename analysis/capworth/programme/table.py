"""The best set of projects of a plain table, without a case: for an analyst at a notebook.

Projects and what ties them, as an analyst keeps them in plain tables.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from capworth.case.relations import SYNERGY, Tie, Tied, Ties, tie
from capworth.errors import InputError, nearest
from capworth.methods.arguments import Bools, Floats, above, checked_but, finite, truths, within
from capworth.methods.portfolio.frontier import (
    Frontier,
    admission,
    budget_frontier,
    decimal_grid,
    priority_order,
)
from capworth.methods.portfolio.integer import best_within, relation_rows, row, smallest_conflict
from capworth.methods.portfolio.relations import Relations, with_slack
from capworth.model.result import frame_in_html
from capworth.programme.choice import BUDGET, running_sets, set_totals, with_bonus
from capworth.programme.reasons import BETTER, CHEAPER, PROPOSED

TIE = 1e-9  # share of a value within which two values are one


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class BestProgramme:
    """The best set for a budget, with the whole frontier behind it.

    Its table has one row a project: whether it is chosen, and for those left out at which cost or
    value, or from which budget, it would be.

    >>> from capworth import best_programme
    >>> table = pd.DataFrame({"cost": [4.0, 3.0], "value": [5.0, 1.0]}, ["scan", "link"])
    >>> best_programme(table, budget=5).chosen
    ('scan',)
    """

    _table: pd.DataFrame
    _frontier: Frontier
    _relations: Relations
    _cost: Floats
    budget: float

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the table."""
        return self._table.copy()

    def frontier(self) -> pd.DataFrame:
        """Return the best set of every budget: where it changes, its cost and value."""
        names = np.array(self._table.index)
        found = self._frontier
        return pd.DataFrame(
            {
                "budget": found.cost,
                "value": found.value,
                "chosen": [list(names[row]) for row in found.chosen],
            }
        )

    def order(self) -> pd.DataFrame:
        """Return bundles by value for their cost, with running sums: what to fund first."""
        value = self._table["value"].to_numpy(dtype=float)
        names = np.array(self._table.index)
        bundles = [list(b) for b in priority_order(self._cost, value, self._relations)]
        sums = running_sets(bundles, len(names))
        totals = self._totals(sums)
        return pd.DataFrame(
            {
                "projects": [list(names[b]) for b in bundles],
                "cost": [float(self._cost[b].sum()) for b in bundles],
                "value": np.diff(totals),
                "cost_sum": [float(self._cost @ taken) for taken in sums[1:]],
                "value_sum": totals[1:],
            },
            index=pd.RangeIndex(1, len(bundles) + 1, name="place"),
        )

    @property
    def chosen(self) -> tuple[str, ...]:
        """The projects of the best set, in the order of the table."""
        return tuple(self._table.index[self._table["chosen"]])

    @property
    def cost(self) -> float:
        """What the best set costs."""
        return float(self._table.loc[self._table["chosen"], "cost"].sum())

    @property
    def value(self) -> float:
        """What the best set is worth, synergies included."""
        return float(self._totals(self._table["chosen"].to_numpy()[None])[0])

    def beside(self, proposed: Iterable[str]) -> pd.DataFrame:
        """Set beside a proposed set the best one for its cost, and the cheapest one worth as much.

        Raises
        ------
        InputError
            When a project is not known, or no allowed set is affordable for its cost.
        """
        names = list(self._table.index)
        named = list(proposed)
        for name in named:
            if name not in names:
                raise InputError(f"proposed: {name!r} is not known. {nearest(name, names)}")
        mine = np.isin(names, named)
        rows = {
            PROPOSED: mine,
            **pair_beside(self._frontier, mine, self._cost, self._totals),
        }
        taken = np.array(list(rows.values()))
        return pd.DataFrame(
            {
                "chosen": [list(np.array(names)[row]) for row in taken],
                "cost": taken @ self._table["cost"].to_numpy(dtype=float),
                "value": self._totals(taken),
            },
            index=pd.Index(list(rows), name="set"),
        )

    def _totals(self, sets: Bools) -> Floats:
        return set_totals(sets, self._table["value"].to_numpy(dtype=float), self._relations)

    def __repr__(self) -> str:
        return (
            f"<BestProgramme: {len(self.chosen)} of {len(self._table)} projects for "
            f"{self.cost:,.10g} of {self.budget:,.10g}, worth {self.value:,.10g}: "
            f"{', '.join(self.chosen)}>"
        )

    def _repr_html_(self) -> str:
        shown = frame_in_html(self._table)
        return f"<p>{repr(self)[1:-1]}</p>{shown}"


@checked_but("projects")
def best_programme(
    projects: pd.DataFrame | Mapping[str, Sequence[Any]],
    budget: float,
    relations: pd.DataFrame | None = None,
    minimums: Mapping[str, tuple[int, Sequence[str]]] | None = None,
    unit: float | None = None,
) -> BestProgramme:
    """Choose the set of projects of most value within a budget: exact, of equals the cheapest.

    Parameters
    ----------
    projects : index the names; columns `cost` (0 or more) and `value`; `tower` where projects are
        levels of one thing, of which at most one is taken; `must` where one is taken in any case.
        A dict of columns will do
    budget : in the unit of cost
    relations : columns `improvement`, `relation` (requires, requires_any, excludes or synergy),
        `other`; for a synergy `bonus`, in the unit of value and below 0 for an overlap
    minimums : by name, how many of which projects are taken at least
    unit : step of money to which costs are rounded up. When left out nothing is rounded in the
        best set; its frontier, and what would bring in the others, are on the largest power of ten
        that costs and budget are multiples of, or on what divides their sum into 100,000 steps

    Raises
    ------
    InputError
        When a cell cannot be used; or when no set keeps all rules, with the fewest that conflict.

    >>> table = pd.DataFrame(
    ...     {"cost": [40, 70, 30, 60], "value": [9, 15, 6, 14], "tower": ["a", "a", "b", "b"]},
    ...     index=["a1", "a2", "b1", "b2"],
    ... )
    >>> best_programme(table, 105)
    <BestProgramme: 2 of 4 projects for 100 of 105, worth 23: a1, b2>
    """
    if isinstance(projects, Mapping):
        projects = pd.DataFrame(projects)
    if not isinstance(projects, pd.DataFrame):
        raise InputError(
            f"projects: this is a {type(projects).__name__}. Give a DataFrame with columns "
            "cost and value; for plain arrays there is methods.portfolio.integer.best_within."
        )
    cost, value = (column_of(projects, name) for name in ("cost", "value"))
    limit = float(within(budget, "budget", 0))
    step = decimal_grid(np.append(cost, limit)) if unit is None else float(above(unit, "unit"))
    ties = ties_of_table(projects, relations, minimums or {})
    rules = with_bonus(ties.relations, _bonuses(ties, relations))
    counted = np.ceil(cost / step - 1e-9) * step
    on_grid = unit is not None or np.allclose(counted, cost, rtol=1e-9, atol=0)
    owners = smallest_conflict(
        [
            *relation_rows(rules),
            row(BUDGET, counted if on_grid else cost, high=with_slack(limit)),
        ],
        rules.n,
    )
    if owners:
        words = [
            f"the budget is {limit:g}" if owner == BUDGET else ties.places[owner].words
            for owner in owners
        ]
        raise InputError(
            f"relations: no set can keep these together: {'; '.join(words)}. Let go of one."
        )
    frontier = budget_frontier(cost, value, rules, step)
    exact = None if on_grid else best_within(value, rules, cost[None], [limit])
    chosen = frontier.chosen[frontier.best(limit)] if exact is None else exact.chosen
    table = pd.DataFrame(
        {"cost": cost, "value": value, "chosen": chosen},
        index=pd.Index(projects.index.astype(str), name="project"),
    )
    return BestProgramme(
        table.join(_reasons(cost, value, rules, step, limit, frontier, table)),
        frontier,
        rules,
        counted,
        limit,
    )


def _reasons(
    cost: Floats,
    value: Floats,
    rules: Relations,
    step: float,
    budget: float,
    frontier: Frontier,
    table: pd.DataFrame,
) -> pd.DataFrame:
    """For each project that is left out, what alone would bring it in."""
    chosen = table["chosen"].to_numpy()
    best = float(set_totals(chosen[None], value, rules)[0])

    def held_by(tied: Relations, money: Floats) -> Frontier:
        return budget_frontier(money, value, tied, step)

    rows = np.full((len(cost), 3), np.nan)
    for k in np.flatnonzero(~chosen):
        held = held_for_nothing(held_by, rules, cost, int(k))
        if held is not None:
            found = admission(held, float(cost[k]), best, budget)
            enough = budget_with(frontier, int(k), budget)
            rows[k] = found.cost_at_most, value[k] + found.value_lack, enough
    return pd.DataFrame(rows, table.index, ["cost_at_most", "value_at_least", "budget_at_least"])


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


def budget_with(frontier: Frontier, k: int, budget: float) -> float:
    """Lowest budget above this one whose best set holds an improvement; unknown if none does."""
    later = np.flatnonzero(frontier.chosen[:, k] & (frontier.cost > budget))
    return float(frontier.cost[later[0]]) if len(later) else float("nan")


def held_for_nothing(
    frontier: Callable[[Relations, Floats], Frontier], relations: Relations, asked: Floats, k: int
) -> Frontier | None:
    """Frontier of the sets that hold an improvement, as if it asked for nothing; None if none."""
    forced = replace(relations, must=tuple(dict.fromkeys((*relations.must, k))))
    free = asked.copy()
    free[k] = 0.0
    try:
        return frontier(forced, free)
    except InputError:
        return None


KINDS = ("requires", "requires_any", "excludes", SYNERGY)


def column_of(projects: pd.DataFrame, name: str) -> Floats:
    """Take cost or value of every project as numbers, or say which cell is not one."""
    if name not in projects.columns:
        raise InputError(f"projects: there is no column {name!r}. Add it.")
    found = finite(projects[name].to_numpy(), name)
    if name == "cost" and (found < 0).any():
        where = projects.index[int(np.flatnonzero(found < 0)[0])]
        raise InputError(f"cost: that of {where} is below 0. Raise it.")
    return found


COLUMNS = ("cost", "value", "tower", "must", "name", "comment")  # of a table of projects


def ties_of_table(
    projects: pd.DataFrame,
    relations: pd.DataFrame | None,
    minimums: Mapping[str, tuple[int, Sequence[str]]],
) -> Ties:
    """Projects and relations by number, or every name and word that is not known."""
    names = [str(name) for name in projects.index]
    if len(set(names)) < len(names):
        raise InputError("projects: a name stands twice in the index. Name each once.")
    for column in projects.columns:
        if column not in COLUMNS:
            hint = nearest(str(column), COLUMNS)
            raise InputError(f"projects: there is no use for a column {column!r}. {hint}")
    blank = pd.Series([""] * len(names), index=projects.index)
    tower = projects.get("tower", blank).fillna("").astype(str)
    required: Any = [] if "must" not in projects else projects["must"].astype(object)
    must = truths([False if pd.isna(m) else m for m in required], "must", names)
    must = must if len(must) else np.zeros(len(names), dtype=bool)
    listed = [Tied(n, t, bool(m)) for n, t, m in zip(names, tower, must, strict=True)]
    rows = [] if relations is None else list(_rows(relations, names))
    for key, (_, group) in minimums.items():
        for name in group:
            if name not in names:
                raise InputError(f"minimums: {key}: {name!r} is not known. {nearest(name, names)}")
    least = [(key, many, tuple(group)) for key, (many, group) in minimums.items()]
    return tie(listed, rows, least)


def _rows(relations: pd.DataFrame, names: Sequence[str]) -> Iterator[Tie]:
    for column in ("improvement", "relation", "other"):
        if column not in relations.columns:
            raise InputError(f"relations: there is no column {column!r}. Add it.")
    columns = ["improvement", "relation", "other"]
    for place, (one, kind, other) in enumerate(relations[columns].itertuples(index=False), 1):
        if kind not in KINDS:
            raise InputError(
                f"relations: row {place}: {kind!r} is not known. {nearest(kind, KINDS)}"
            )
        for name in (one, other):
            if name not in names:
                raise InputError(
                    f"relations: row {place}: {name!r} is not known. {nearest(str(name), names)}"
                )
        yield Tie(one, kind, other)


def _bonuses(ties: Ties, relations: pd.DataFrame | None) -> Floats:
    """(pairs,) bonus of every synergy."""
    if not ties.pairs or relations is None:
        return np.empty(0)
    if "bonus" not in relations.columns:
        raise InputError("relations: a synergy without the column 'bonus'. Add it.")
    return finite(relations["bonus"].to_numpy()[list(ties.pairs)], "bonus")
