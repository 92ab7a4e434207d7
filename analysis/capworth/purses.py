"""The pledges as funds with earmarks, and the improvements as what these can buy."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from capworth.bestsets import Choice, pair_gains
from capworth.case.model import Case
from capworth.errors import InputError
from capworth.estimates import AtModes
from capworth.methods.arguments import Bools, Floats
from capworth.methods.portfolio.earmarks import (
    Payment,
    Purse,
    best_in_time,
    best_payable,
    worth_of_money,
)
from capworth.methods.portfolio.relations import Relations, set_totals, synergy_totals
from capworth.moneymap import MILLION, is_counted, stated_money
from capworth.sampling import Sample

RAISE = "raise"  # the fund of free money that is still to be raised for the budget


@dataclass(frozen=True, slots=True)
class Fund:
    """Pledges with one earmark, or the free ones."""

    id: str
    may_pay: Bools  # (improvements,)
    amount: float  # millions
    income: Floats  # (years,) millions


@dataclass(frozen=True, slots=True)
class Shelf:
    """What can be bought, at expected prices and gains, in millions and points of score.

    What is best here is so in points, whatever the objective of the programme.
    """

    choice: Choice
    relations: Relations  # with the expected bonus of every synergy, in points
    cost: Floats  # (improvements,) expected, on the grid
    yearly: Floats  # (improvements, years) the same by year
    value: Floats  # (improvements,)
    sets: Bools | None  # (sets, improvements); None where they are too many to list

    def worth(self, rows: Bools) -> Floats:
        """(rows,) points of each set (rows, improvements), bonuses of pairs included."""
        bonus = synergy_totals(rows, self.relations.synergies)
        return set_totals(rows, self.value) + bonus

    def best(self, purses: Sequence[Purse]) -> tuple[Floats, Bools]:
        """Value (purses,) and set (purses, improvements) of the best; NaN where nothing is."""
        value = np.full(len(purses), np.nan)
        chosen = np.zeros((len(purses), len(self.cost)), dtype=bool)
        if self.sets is not None:
            pairs = self.relations.synergies
            rows = best_payable(self.cost[None], self.value[None], self.sets, purses, pairs)[:, 0]
            chosen[rows >= 0] = self.sets[rows[rows >= 0]]
            value[rows >= 0] = self.worth(chosen[rows >= 0])
            return value, chosen
        for k, purse in enumerate(purses):
            income = purse.amounts[:, None]
            try:
                found = best_in_time(
                    self.cost[:, None],
                    self.value,
                    self.relations,
                    purse.may_pay,
                    income,
                    *self._limits,
                )
            except InputError:
                continue
            value[k], chosen[k] = found.value, found.chosen
        return value, chosen

    def over_draws(self, sample: Sample, purses: Sequence[Purse], draws: int) -> Floats:
        """(purses, draws) value of the best payable set; NaN where nothing can be paid."""
        if self.sets is None:
            return np.full((len(purses), 0), np.nan)
        cost, value = sample.worlds.asked[:draws] / MILLION, sample.worlds.gains.score[:draws]
        pairs = self.relations.synergies
        bonus = pair_gains(self.relations, value, self.choice.shares[:draws])
        rows = best_payable(cost, value, self.sets, purses, pairs, bonus)
        total = np.stack([self.choice.value_of(self.sets[row], value) for row in rows])
        return np.where(rows >= 0, total, np.nan)

    def free(self, budgets: Floats) -> Floats:
        """(budgets,) value of the best set for so much money without any earmark."""
        assert self.sets is not None
        cost, value = set_totals(self.sets, self.cost), self.worth(self.sets)
        order = np.argsort(cost, kind="stable")
        best = np.maximum.accumulate(value[order])
        step = np.searchsorted(cost[order], budgets * (1 + 1e-9), side="right") - 1
        return np.where(step >= 0, best[step], np.nan)

    @property
    def _limits(self) -> tuple[Floats, Floats]:
        return self.choice.uses / MILLION, self.choice.caps / MILLION

    def in_time(self, may_pay: Bools, income: Floats) -> Payment | None:
        """Find the best set whose bills are paid in time; None where nothing can be paid."""
        try:
            return best_in_time(
                self.yearly, self.value, self.relations, may_pay, income, *self._limits
            )
        except InputError:  # not even what must be done can be paid in time
            return None

    def worth_in_time(self, may_pay: Bools, income: Floats) -> Floats:
        """(funds, years) points that a million more adds, parts of improvements counted."""
        try:
            return worth_of_money(
                self.yearly, self.value, self.relations, may_pay, income, *self._limits
            )
        except InputError:
            return np.full(income.shape, np.nan)


def funds_of(case: Case, budget_m: float) -> list[Fund]:
    """Free money still to be raised for the budget, then pledges brought together by earmark."""
    years, first = case.settings.years, case.settings.first_year
    groups: dict[frozenset[str], list[int]] = {}
    counted = is_counted(case)
    for k, pledge in enumerate(case.funding):
        if counted[k]:
            groups.setdefault(frozenset(pledge.earmark), []).append(k)
    stated = stated_money(case) / MILLION
    funds = []
    for earmark, members in groups.items():
        income = np.zeros(years)
        for k in members:
            pledge = case.funding[k]
            for year in range(pledge.year, pledge.year + pledge.years):
                income[max(year - first, 0)] += stated[k] / pledge.years
        may_pay = np.array([not earmark or i in earmark for i in case.improvement_ids])
        label = " + ".join(case.funding[k].id for k in members)
        funds.append(Fund(label, may_pay, float(stated[members].sum()), income))
    pledged = sum(fund.amount for fund in funds)
    raised = np.zeros(years)
    raised[0] = max(budget_m - pledged, 0.0)
    everything = np.ones(len(case.improvements), dtype=bool)
    return [Fund(RAISE, everything, float(raised[0]), raised), *funds]


def shelf_of(sample: Sample, choice: Choice) -> Shelf:
    """Put expected prices, by year as at the modes, and expected gains on the shelf."""
    case, points = sample.case, sample.worlds.gains.score
    cost = choice.grid_asked / MILLION
    place = {i: k for k, i in enumerate(case.improvement_ids)}
    yearly = np.zeros((len(place), case.settings.years))
    for line, amount, years in sample.model.costs.priced(AtModes()):
        if line.improvement and line.kind == "one-off" and line.payer != "members":
            yearly[place[line.improvement]] += amount[0] * years
    whole = yearly.sum(axis=1, keepdims=True)
    shares = np.divide(yearly, whole, out=np.zeros_like(yearly), where=whole > 0)
    shares[whole[:, 0] <= 0, 0] = 1.0
    bonuses = pair_gains(choice.relations, points, choice.shares).mean(axis=0)
    pairs = tuple(
        (one, other, float(bonus))
        for (one, other, _), bonus in zip(choice.relations.synergies, bonuses, strict=True)
    )
    relations = replace(choice.relations, synergies=pairs)
    value = points.mean(axis=0)
    return Shelf(choice, relations, cost, shares * cost[:, None], value, choice.sets())
