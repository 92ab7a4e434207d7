"""The pledges as funds with earmarks, and the improvements as what these can buy."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from capworth.case.model import Case
from capworth.errors import InputError
from capworth.estimates import AtModes
from capworth.kernels.arrays import Bools, Floats
from capworth.kernels.earmarks import Purse, best_payable
from capworth.kernels.paying import Payment, best_in_time, worth_of_money
from capworth.kernels.portfolio import Relations, feasible_sets
from capworth.kernels.relations import set_totals, synergy_totals
from capworth.moneymap import MILLION, is_counted, stated_money
from capworth.programme import relations_of
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
    """What can be bought, at expected prices and gains, in millions and points."""

    relations: Relations
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
            bonus = self.relations.synergies
            rows = best_payable(self.cost[None], self.value[None], self.sets, purses, bonus)[:, 0]
            chosen[rows >= 0] = self.sets[rows[rows >= 0]]
            value[rows >= 0] = self.worth(chosen[rows >= 0])
            return value, chosen
        for k, purse in enumerate(purses):
            income = purse.amounts[:, None]
            try:
                found = best_in_time(
                    self.cost[:, None], self.value, self.relations, purse.may_pay, income
                )
            except InputError:
                continue
            value[k], chosen[k] = found.value, found.chosen
        return value, chosen

    def in_time(self, may_pay: Bools, income: Floats) -> Payment | None:
        """Find the best set whose bills are paid in time; None where nothing can be paid."""
        try:
            return best_in_time(self.yearly, self.value, self.relations, may_pay, income)
        except InputError:  # not even what must be done can be paid in time
            return None

    def worth_in_time(self, may_pay: Bools, income: Floats) -> Floats:
        """(funds, years) points that a million more adds, parts of improvements counted."""
        try:
            return worth_of_money(self.yearly, self.value, self.relations, may_pay, income)
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


def shelf_of(sample: Sample) -> Shelf:
    """Put expected prices, by year as at the modes, and expected gains on the shelf."""
    case, worlds = sample.case, sample.worlds
    relations = relations_of(case)
    grid = case.settings.grid
    cost = np.ceil(worlds.asked.mean(axis=0) / grid - 1e-9) * grid / MILLION
    place = {i: k for k, i in enumerate(case.improvement_ids)}
    yearly = np.zeros((len(place), case.settings.years))
    for line, amount, years in sample.model.costs.priced(AtModes()):
        if line.improvement and line.kind == "one-off" and line.payer != "members":
            yearly[place[line.improvement]] += amount[0] * years
    whole = yearly.sum(axis=1, keepdims=True)
    shares = np.divide(yearly, whole, out=np.zeros_like(yearly), where=whole > 0)
    shares[whole[:, 0] <= 0, 0] = 1.0
    try:
        sets = feasible_sets(relations)
    except InputError:  # too many to list
        sets = None
    value = worlds.gains.score.mean(axis=0)
    return Shelf(relations, cost, shares * cost[:, None], value, sets)
