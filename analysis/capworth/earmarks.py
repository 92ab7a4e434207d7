"""What conditions on money cost: the price of each earmark, and what a million more is worth."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from capworth.answers import HIGH, LOW, Answer
from capworth.bestsets import Choice
from capworth.case.model import Case
from capworth.methods.arguments import Floats
from capworth.methods.portfolio.earmarks import Purse, least_more, payment_cuts
from capworth.methods.portfolio.relations import set_totals
from capworth.provenance import Provenance
from capworth.purses import Fund, Shelf, funds_of, shelf_of
from capworth.sampling import Sample

DRAWS = 500  # of the sample, the first ones, in which the best payable set is sought anew
ALL, TIMING = "all", "timing"  # every earmark lifted; all money in hand from the first year
PLEDGED, BUDGET = "pledged", "budget"  # scopes: the pledges alone; with free money up to the budget
SAME = 1e-9  # points that count as none


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Earmarks(Answer):
    """The price of every earmark: best value without it less best value under it.

    Values are points of score of the set that is best among those that can be paid, at expected
    costs on the grid of the case. Every fund pays only for what its earmark names.
    """

    _table: pd.DataFrame
    _funds: pd.DataFrame
    _years: pd.DataFrame
    _paid: pd.DataFrame
    _curve: pd.DataFrame
    draws: int  # 0 where the sets are too many to be tried in every draw
    provenance: Provenance

    def funds(self) -> pd.DataFrame:
        """Index (scope, fund): what it holds, may pay for, leaves unspent; worth of 1 m more."""
        return self._funds.copy()

    def by_year(self) -> pd.DataFrame:
        """Index (scope, fund, year): income, and points that one more million would add there.

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

    def __repr__(self) -> str:
        words = ", ".join(
            f"{self.mismatch(scope):.2g} points within the {words}"
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
    sample : the worlds
    choice : relations, limits and synergies of the improvements
    budget_m : millions of the money of the case
    provenance : of the study
    """
    funds = funds_of(sample.case, budget_m)
    if all(fund.may_pay.all() for fund in funds):
        return None
    shelf = shelf_of(sample, choice)
    draws = 0 if shelf.sets is None else min(DRAWS, len(sample.worlds.asked))
    prices, shadow, years = [], [], []
    paid = pd.DataFrame()
    for scope, mine in ((PLEDGED, funds[1:]), (BUDGET, funds)):
        purse = Purse(np.stack([f.may_pay for f in mine]), np.array([f.amount for f in mine]))
        marked = [k for k, fund in enumerate(mine) if not fund.may_pay.all()]
        lifted = [purse, purse.lifted(), *(purse.lifted(k) for k in marked)]
        value, _ = shelf.best(lifted)
        over = shelf.over_draws(sample, lifted, draws)
        income = np.stack([f.income for f in mine])
        labels = [ALL, *(mine[k].id for k in marked)]
        amounts = [sum(mine[k].amount for k in marked), *(mine[k].amount for k in marked)]
        for k, label in enumerate(labels):
            free = float(value[k + 1])
            row = _row(scope, label, amounts[k], free, float(value[0]))
            prices.append(row | _spread(over[k + 1] - over[0]))
        timed = shelf.in_time(purse.may_pay, income)
        in_time = float("nan") if timed is None else timed.value
        late = _row(scope, TIMING, float(purse.amounts.sum()), float(value[0]), in_time)
        prices.append(late | _spread(np.empty(0)))
        more, _ = shelf.best([purse.with_more(k, 1.0) for k in range(len(mine))])
        dual = shelf.worth_in_time(purse.may_pay, income)
        for k, fund in enumerate(mine):
            left = float("nan") if timed is None else max(round(float(timed.left[k]), 6), 0.0)
            shadow.append(_fund_row(sample.case, scope, fund, left, float(more[k] - value[0])))
            for year, (coming, price) in enumerate(zip(income[k], dual[k], strict=True)):
                at = sample.case.settings.first_year + year
                years.append((scope, fund.id, at, float(coming), float(price)))
        if timed is not None and scope == BUDGET:
            paid = _payments(sample.case, mine, timed.paid.sum(axis=2))
    return Earmarks(
        pd.DataFrame(prices).set_index(["scope", "earmark"]),
        pd.DataFrame(shadow).set_index(["scope", "fund"]),
        pd.DataFrame(years, columns=["scope", "fund", "year", "income_m", "worth"]).set_index(
            ["scope", "fund", "year"]
        ),
        paid,
        _curve(sample.case, shelf, funds[1:]),
        draws,
        provenance,
    )


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
    low, high = np.percentile(known, (LOW, HIGH))
    costs = float((known > SAME).mean())
    return {
        "price_mean": float(known.mean()),
        "price_low": float(low),
        "price_high": float(high),
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


def _curve(case: Case, shelf: Shelf, pledges: Sequence[Fund]) -> pd.DataFrame:
    """The best payable set for every amount of free money on top of the pledges."""
    columns = ["raised_m", "total_m", "gain", "loss", "chosen"]
    if shelf.sets is None:
        return pd.DataFrame(columns=columns)
    cuts = payment_cuts(np.stack([fund.may_pay for fund in pledges]))
    amounts = np.array([fund.amount for fund in pledges])
    need = np.round(least_more(shelf.cost, shelf.sets, cuts, amounts), 9)
    value = shelf.worth(shelf.sets)
    order = np.lexsort((set_totals(shelf.sets, shelf.cost), -value, need))
    best = np.maximum.accumulate(value[order])
    rises = order[np.flatnonzero(np.diff(best, prepend=-np.inf) > SAME)]
    total = need[rises] + amounts.sum()
    lost = shelf.free(total) - value[rises]
    return pd.DataFrame(
        {
            "raised_m": need[rises],
            "total_m": total,
            "gain": value[rises],
            "loss": np.where(lost > SAME, lost, 0.0),
            "chosen": [" ".join(np.array(case.improvement_ids)[shelf.sets[r]]) for r in rises],
        },
        columns=columns,
        index=pd.RangeIndex(len(rises), name="step"),
    )
