"""What conditions on money cost: the price of each earmark, and what a million more is worth.

The pledges as funds with earmarks, and the improvements as what these can buy.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from capworth.case.model import DISTANCE, Case
from capworth.errors import InputError
from capworth.funding.pledges import is_counted, stated_money
from capworth.methods.arguments import Bools, Floats
from capworth.methods.cost_benefit.prices import MILLION
from capworth.methods.portfolio.earmarks import (
    Payable,
    Payment,
    best_in_time,
    best_payable,
    least_more,
    payment_cuts,
    worth_of_money,
)
from capworth.methods.portfolio.relations import (
    Relations,
    set_totals,
    synergy_totals,
    with_slack,
)
from capworth.model.draws import AtModes
from capworth.model.figures import SHARE, STATED, Column, columns
from capworth.model.result import Answer, Interval, Provenance
from capworth.model.simulation import Sample
from capworth.programme.choice import Choice, with_bonus

RAISE = "raise"  # the fund of free money that is still to be raised for the budget


@dataclass(frozen=True, slots=True)
class Fund:
    """Pledges with one earmark, or the free ones."""

    id: str
    may_pay: Bools  # (improvements,)
    amount: float  # millions
    income: Floats  # (years,) millions


@dataclass(frozen=True, slots=True)
class Candidates:
    """What can be bought, at expected prices and gains, in millions and per cent of the distance.

    What is best here is so in the distance closed, whatever the objective of the programme.
    """

    choice: Choice
    relations: Relations  # with the expected bonus of every synergy, in the same
    cost: Floats  # (improvements,) expected
    yearly: Floats  # (improvements, years) the same by year
    value: Floats  # (improvements,)
    sets: Bools | None  # (sets, improvements); None where they are too many to list

    def worth(self, rows: Bools) -> Floats:
        """(rows,) per cent closed by each set (rows, improvements), bonuses of pairs included."""
        bonus = synergy_totals(rows, self.relations.synergies)
        return set_totals(rows, self.value) + bonus

    def best(self, payables: Sequence[Payable]) -> tuple[Floats, Bools]:
        """Value (payables,) and set (payables, improvements) of the best; NaN where nothing is."""
        value = np.full(len(payables), np.nan)
        chosen = np.zeros((len(payables), len(self.cost)), dtype=bool)
        if self.sets is not None:
            pairs = self.relations.synergies
            rows = best_payable(self.cost[None], self.value[None], self.sets, payables, pairs)[:, 0]
            chosen[rows >= 0] = self.sets[rows[rows >= 0]]
            value[rows >= 0] = self.worth(chosen[rows >= 0])
            return value, chosen
        for k, payable in enumerate(payables):
            income = payable.amounts[:, None]
            try:
                found = best_in_time(
                    self.cost[:, None],
                    self.value,
                    self.relations,
                    payable.may_pay,
                    income,
                )
            except InputError:
                continue
            value[k], chosen[k] = found.value, found.chosen
        return value, chosen

    def over_draws(self, sample: Sample, payables: Sequence[Payable], draws: int) -> Floats:
        """(ways to pay, draws) value of the best payable set; NaN where nothing can be paid."""
        if self.sets is None:
            return np.full((len(payables), 0), np.nan)
        worth = self.choice.worth
        cost, value = self.choice.cost[:draws] / MILLION, worth.gains(DISTANCE, draws)
        pairs = self.relations.synergies
        bonus = worth.bonuses(DISTANCE, draws)
        rows = best_payable(cost, value, self.sets, payables, pairs, bonus)
        total = np.stack([worth.by_draw(self.sets[row], DISTANCE, draws) for row in rows])
        return np.where(rows >= 0, total, np.nan)

    def free(self, budgets: Floats) -> Floats:
        """(budgets,) value of the best set for so much money without any earmark."""
        assert self.sets is not None
        cost, value = set_totals(self.sets, self.cost), self.worth(self.sets)
        order = np.argsort(cost, kind="stable")
        best = np.maximum.accumulate(value[order])
        step = np.searchsorted(cost[order], with_slack(budgets), side="right") - 1
        return np.where(step >= 0, best[step], np.nan)

    def in_time(
        self, may_pay: Bools, income: Floats, order: Sequence[int] | None = None
    ) -> Payment | None:
        """Find the best set whose bills are paid in time; None where nothing can be paid.

        Funds are drawn on in some order where several may pay.
        """
        try:
            return best_in_time(
                self.yearly, self.value, self.relations, may_pay, income, order=order
            )
        except InputError:  # not even what must be done can be paid in time
            return None

    def worth_in_time(self, may_pay: Bools, income: Floats) -> Floats:
        """(funds, years) per cent that a million more closes, parts of improvements counted."""
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
        label = " + ".join(sorted(case.funding[k].id for k in members))
        funds.append(Fund(label, may_pay, float(stated[members].sum()), income))
    pledged = sum(fund.amount for fund in funds)
    raised = np.zeros(years)
    raised[0] = max(budget_m - pledged, 0.0)
    everything = np.ones(len(case.improvements), dtype=bool)
    return [Fund(RAISE, everything, float(raised[0]), raised), *funds]


def candidates_of(sample: Sample, choice: Choice) -> Candidates:
    """Put expected prices, by year as at the modes, and expected gains on the shelf."""
    case = sample.case
    cost = choice.asked / MILLION
    place = {i: k for k, i in enumerate(case.improvement_ids)}
    yearly = np.zeros((len(place), case.settings.years))
    for line, amount, years in sample.model.costs.priced(AtModes()):
        if (
            line.improvement
            and line.kind == "one-off"
            and line.payer in case.settings.budget_payers
        ):
            yearly[place[line.improvement]] += amount[0] * years
    whole = yearly.sum(axis=1, keepdims=True)
    shares = np.divide(yearly, whole, out=np.zeros_like(yearly), where=whole > 0)
    shares[whole[:, 0] <= 0, 0] = 1.0
    relations = with_bonus(choice.relations, choice.worth.bonuses(DISTANCE).mean(axis=0))
    value = choice.worth.gains(DISTANCE).mean(axis=0)
    return Candidates(
        choice=choice,
        relations=relations,
        cost=cost,
        yearly=shares * cost[:, None],
        value=value,
        sets=choice.listed,
    )


DRAWS = 500  # of the sample, the first ones, in which the best payable set is sought anew
ALL, TIMING = "all", "timing"  # every earmark lifted; all money in hand from the first year
PLEDGED, BUDGET = "pledged", "budget"  # scopes: the pledges alone; with free money up to the budget
SAME = 1e-9  # per cent that count as none


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Earmarks(Answer):
    """The price of every earmark: best value without it less best value under it.

    Values are per cent of the distance that the best of all payable sets closes, at expected
    costs. Every fund pays only for what its earmark names. Where
    several may pay, pledges pay first, by their names, and money still to be raised last.
    """

    _table: pd.DataFrame
    _funds: pd.DataFrame
    _years: pd.DataFrame
    _paid: pd.DataFrame
    _curve: pd.DataFrame
    draws: int  # 0 where the sets are too many to be tried in every draw
    provenance: Provenance

    def lifts(self) -> Sequence[Column]:
        """How the columns of its tables become figures."""
        gains, fund = ("effects", "scores", "funding"), ("funding",)
        return (
            *columns(
                "earmark_prices",
                ("amount_m", "pledged.earmark", "millions", "pledged", fund, STATED),
                ("without", "gain_free.earmark", "distance", "earmark", gains),
                ("under", "gain_under.earmark", "distance", "earmark", gains),
            ),
            Column(
                *(
                    "earmark_prices",
                    "price",
                    "earmark_price_at_means",
                    "distance",
                    "earmark",
                    gains,
                ),
                ends=("", ""),  # those of the table are of the mean price
            ),
            Column(
                *("earmark_prices", "price_mean", "earmark_price", "distance", "earmark", gains),
                ends=("price_low", "price_high"),
                draws="draws",
            ),
            *columns(
                "earmark_prices",
                ("p_costs", "earmark_costs", "chance", "earmark", gains, SHARE),
                draws="draws",
            ),
            *columns(
                "earmark_curve",
                ("raised_m", "raised.step", "millions", "earmark", fund, STATED),
                ("total_m", "total.step", "millions", "earmark", fund, STATED),
                ("gain", "gain.step", "distance", "earmark", gains),
                ("loss", "loss.step", "distance", "earmark", gains),
            ),
            *columns(
                "fund_worth",
                ("amount_m", "amount.fund", "millions", "pledged", fund, STATED),
                ("unspent_m", "unspent.fund", "millions", "earmark", fund),
                ("one_more", "one_more.fund", "distance", "earmark", gains),
            ),
            *columns(
                "fund_worth_by_year",
                ("income_m", "income.fund", "millions", "pledged", fund, STATED),
                ("worth", "worth.fund", "distance", "earmark", gains),
            ),
            Column("fund_payments", "paid_m", "paid", "millions", "earmark", ("asked",)),
        )

    def funds(self) -> pd.DataFrame:
        """Index (scope, fund): what it holds, may pay for, leaves unspent; worth of 1 m more."""
        return self._funds.copy()

    def by_year(self) -> pd.DataFrame:
        """Index (scope, fund, year): income, and per cent that one more million would close there.

        Dual prices of the linear relaxation, in which parts of an improvement count too.
        """
        return self._years.copy()

    def payments(self) -> pd.DataFrame:
        """Index (fund, improvement): who pays what of the best set within the budget, in time."""
        return self._paid.copy()

    def curve(self) -> pd.DataFrame:
        """Return, for each amount of free money on top of the pledges, the best payable set.

        `loss` is what the same money without any earmark would buy more.
        """
        return self._curve.copy()

    def mismatch(self, scope: str = BUDGET) -> float:
        """Points lost to all earmarks together."""
        return float(self._table["price"].to_dict()[scope, ALL])

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table of this answer by its file name."""
        return {
            "earmark_prices": self.to_frame(),
            "earmark_curve": self.curve(),
            "fund_worth": self.funds(),
            "fund_worth_by_year": self.by_year(),
            "fund_payments": self.payments(),
        }

    def __repr__(self) -> str:
        words = ", ".join(
            f"{self.mismatch(scope):.2g} % of the distance within the {words}"
            for scope, words in ((BUDGET, "budget"), (PLEDGED, "pledges alone"))
        )
        return f"<Earmarks: all together cost {words}>"


def price_earmarks(
    sample: Sample, choice: Choice, budget_m: float, provenance: Provenance
) -> Earmarks | None:
    """Price every earmark of the pledges; None where the case has no earmarked money.

    Scope "pledged" has the stated pledges alone, scope "budget" free money on top of them up to
    the budget. Pledges with the same earmark are one fund. `price` is at expected costs; its mean
    and 80 % interval, and `p_costs`, how often the earmark costs anything, are over draws in each
    of which the best sets are sought anew. Row "timing" is what it costs that the money of each
    pledge can be spent in its year or later only.

    Parameters
    ----------
    sample : the draws
    choice : relations, limits and synergies of the improvements
    budget_m : millions of the money of the case
    provenance : of the study
    """
    funds = funds_of(sample.case, budget_m)
    if all(fund.may_pay.all() for fund in funds):
        return None
    candidates = candidates_of(sample, choice)
    draws = 0 if candidates.sets is None else min(DRAWS, len(sample.drawn.asked))
    prices, shadow, years = [], [], []
    paid = pd.DataFrame()
    for scope, mine in ((PLEDGED, funds[1:]), (BUDGET, funds)):
        payable = Payable(np.stack([f.may_pay for f in mine]), np.array([f.amount for f in mine]))
        marked = [k for k, fund in enumerate(mine) if not fund.may_pay.all()]
        lifted = [payable, payable.lifted(), *(payable.lifted(k) for k in marked)]
        value, _ = candidates.best(lifted)
        over = candidates.over_draws(sample, lifted, draws)
        income = np.stack([f.income for f in mine])
        labels = [ALL, *(mine[k].id for k in marked)]
        amounts = [sum(mine[k].amount for k in marked), *(mine[k].amount for k in marked)]
        for k, label in enumerate(labels):
            free = float(value[k + 1])
            row = _row(scope, label, amounts[k], free, float(value[0]))
            prices.append(row | _spread(over[k + 1] - over[0]))
        timed = candidates.in_time(payable.may_pay, income, _drawn_on(mine))
        in_time = float("nan") if timed is None else timed.value
        late = _row(scope, TIMING, float(payable.amounts.sum()), float(value[0]), in_time)
        prices.append(late | _spread(np.empty(0)))
        more, _ = candidates.best([payable.with_more(k, 1.0) for k in range(len(mine))])
        dual = candidates.worth_in_time(payable.may_pay, income)
        for k, fund in enumerate(mine):
            left = float("nan") if timed is None else max(round(float(timed.left[k]), 6), 0.0)
            shadow.append(_fund_row(sample.case, scope, fund, left, float(more[k] - value[0])))
            for year, (coming, price) in enumerate(zip(income[k], dual[k], strict=True)):
                at = sample.case.settings.first_year + year
                years.append((scope, fund.id, at, float(coming), float(price)))
        if timed is not None and scope == BUDGET:
            paid = _payments(sample.case, mine, timed.paid.sum(axis=2))
    return Earmarks(
        _table=pd.DataFrame(prices).set_index(["scope", "earmark"]),
        _funds=pd.DataFrame(shadow).set_index(["scope", "fund"]),
        _years=pd.DataFrame(
            years, columns=["scope", "fund", "year", "income_m", "worth"]
        ).set_index(["scope", "fund", "year"]),
        _paid=paid,
        _curve=_curve(sample.case, candidates, funds[1:]),
        draws=draws,
        provenance=provenance,
    )


def _drawn_on(funds: Sequence[Fund]) -> list[int]:
    """Order in which funds pay: pledges by their names, what is still to be raised last."""
    return sorted(range(len(funds)), key=lambda k: (funds[k].id == RAISE, funds[k].id))


def _row(scope: str, label: str, amount: float, free: float, under: float) -> dict[str, object]:
    price = max(free - under, 0.0) if np.isfinite(free - under) else float("nan")
    return {
        "scope": scope,
        "earmark": label,
        "amount_m": amount,
        "without": free,
        "under": under,
        "price": price,
    }


def _spread(loss: Floats) -> dict[str, float]:
    """Mean and interval of what is lost in each draw in which anything can be paid."""
    known = loss[np.isfinite(loss)]
    if not len(known):
        return dict.fromkeys(("price_mean", "price_low", "price_high", "p_costs"), float("nan"))
    mean, low, high = Interval.of(known)
    costs = float((known > SAME).mean())
    return {
        "price_mean": mean,
        "price_low": low,
        "price_high": high,
        "p_costs": costs,
    }


def _fund_row(case: Case, scope: str, fund: Fund, left: float, more: float) -> dict[str, object]:
    ids = case.improvement_ids
    named = "" if fund.may_pay.all() else " ".join(np.array(ids)[fund.may_pay])
    return {
        "scope": scope,
        "fund": fund.id,
        "amount_m": fund.amount,
        "earmark": named,
        "unspent_m": left,
        "one_more": more,
    }


def _payments(case: Case, funds: Sequence[Fund], paid: Floats) -> pd.DataFrame:
    rows = [
        (fund.id, case.improvement_ids[p], float(paid[k, p]))
        for k, fund in enumerate(funds)
        for p in range(paid.shape[1])
        if paid[k, p] > SAME
    ]
    columns = ["fund", "improvement", "paid_m"]
    return pd.DataFrame(rows, columns=columns).set_index(["fund", "improvement"])


def _curve(case: Case, candidates: Candidates, pledges: Sequence[Fund]) -> pd.DataFrame:
    """The best payable set for every amount of free money on top of the pledges."""
    columns = ["raised_m", "total_m", "gain", "loss", "chosen"]
    if candidates.sets is None:
        return pd.DataFrame(columns=columns)
    cuts = payment_cuts(np.stack([fund.may_pay for fund in pledges]))
    amounts = np.array([fund.amount for fund in pledges])
    need = np.round(least_more(candidates.cost, candidates.sets, cuts, amounts), 9)
    value = candidates.worth(candidates.sets)
    order = np.lexsort((set_totals(candidates.sets, candidates.cost), -value, need))
    best = np.maximum.accumulate(value[order])
    rises = order[np.flatnonzero(np.diff(best, prepend=-np.inf) > SAME)]
    total = need[rises] + amounts.sum()
    lost = candidates.free(total) - value[rises]
    return pd.DataFrame(
        {
            "raised_m": need[rises],
            "total_m": total,
            "gain": value[rises],
            "loss": np.where(lost > SAME, lost, 0.0),
            "chosen": [" ".join(np.array(case.improvement_ids)[candidates.sets[r]]) for r in rises],
        },
        columns=columns,
        index=pd.RangeIndex(len(rises), name="step"),
    )
