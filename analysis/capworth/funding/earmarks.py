"""What conditions on money cost: the price of each earmark, and what a million more is worth.

The pledges as funds with earmarks, under the rules of the programme: the confidence of its budget,
the limits of its years, the starts of its members, and what they close together.
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
from capworth.methods.portfolio.confidence import Programmes, frontier_at, later
from capworth.methods.portfolio.earmarks import (
    Payable,
    cuts_in_time,
    payment_cuts,
    who_pays,
    worth_of_money,
)
from capworth.methods.portfolio.relations import (
    with_slack,
)
from capworth.model.figures import QUANTILE, SHARE, STATED, Column, columns
from capworth.model.result import Answer, Interval, Provenance
from capworth.model.simulation import Sample
from capworth.programme.choice import Choice
from capworth.programme.schedule import yearly_shares

RAISE = "raise"  # the fund of free money that is still to be raised for the budget


@dataclass(frozen=True, slots=True)
class Fund:
    """Pledges with one earmark, or the free ones."""

    id: str
    may_pay: Bools  # (improvements,)
    amount: float  # millions
    income: Floats  # (years,) millions


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


def best_paid(
    choice: Choice,
    payable: Payable,
    income: Floats | None = None,
    least: Programmes | None = None,
) -> Programmes | None:
    """Find the best programme that the money can pay; None where nothing can be paid.

    Under all rules of the programme, each group of bills that some money may not pay being one
    more: it keeps what the group's funds hold with its share of the contingency, and in as many
    draws as the confidence asks for.

    Parameters
    ----------
    choice : of what to choose from, and what is most
    payable : the money in millions, and what each fund may pay for
    income : (funds, years) when it comes; in time for every bill where None
    least : the best that less money, or more earmarks, can pay
    """
    opens = choice.calendar.opens(choice.spending)
    if income is None:
        cuts = payment_cuts(payable.may_pay)
        some = ~cuts.projects.all(axis=1)  # all money together is the budget
        uses = np.repeat(cuts.projects[some][:, :, None].astype(float), opens.shape[1], axis=2)
        held = cuts.limits(payable.amounts)[some]
    else:
        last, held = cuts_in_time(payable.may_pay, income)
        raised = choice.spending.raised()
        whole = raised.sum(axis=1, keepdims=True)
        shares = np.divide(raised, whole, out=np.zeros_like(raised), where=whole > 0)
        moved = np.stack([later(shares, d) for d in range(opens.shape[1])], axis=1)
        paid = np.concatenate((np.zeros((*opens.shape, 1)), moved.cumsum(axis=2)), axis=2)
        uses = paid[np.arange(len(opens))[:, None], :, last.T + 1].transpose(1, 0, 2)
    found = choice.under(uses, held * MILLION).best(
        float(payable.amounts.sum()) * MILLION,
        least=-np.inf if least is None else least.reached,
        anyway=False,
    )
    return found if found.feasible else None


ALL, TIMING = "all", "timing"  # every earmark lifted; all money in hand from the first year
PLEDGED, BUDGET = "pledged", "budget"  # scopes: the pledges alone; with free money up to the budget
SAME = 1e-9  # per cent that count as none


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Earmarks(Answer):
    """The price of every earmark: best value without it less best value under it.

    Values are per cent of the distance closed by the best programme that can be paid, whatever the
    objective, under all its rules: confidence, limits of years, starts. Every fund pays only for
    what its earmark names. Where several may pay, pledges pay first, by their names, and money
    still to be raised last.
    """

    _table: pd.DataFrame
    _funds: pd.DataFrame
    _years: pd.DataFrame
    _paid: pd.DataFrame
    _curve: pd.DataFrame
    draws: int
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
                *("earmark_prices", "price", "earmark_price", "distance", "earmark", gains),
                draws="draws",
            ),
            *columns(
                "earmark_prices",
                ("p_costs", "earmark_costs", "chance", "share_of_draws", gains, SHARE),
                draws="draws",
            ),
            *columns(
                "earmark_curve",
                ("raised_m", "raised.step", "millions", "needed", (*fund, "asked"), QUANTILE),
                ("total_m", "total.step", "millions", "needed", (*fund, "asked"), QUANTILE),
                ("gain", "gain.step", "distance", "earmark", gains),
                ("loss", "loss.step", "distance", "earmark", gains),
            ),
            *columns(
                "fund_worth",
                ("amount_m", "amount.fund", "millions", "pledged", fund, STATED),
                ("unspent_m", "unspent.fund", "millions", "earmark", fund),
                ("one_more", "one_more.fund", "distance_per_million", "further", gains),
            ),
            *columns(
                "fund_worth_by_year",
                ("income_m", "income.fund", "millions", "pledged", fund, STATED),
                ("worth", "worth.fund", "distance_per_million", "dual_price", gains),
            ),
            Column("fund_payments", "paid_m", "paid", "millions", "earmark", behind=("asked",)),
        )

    def funds(self) -> pd.DataFrame:
        """Index (scope, fund): what it holds, may pay for, leaves unspent; worth of 1 m more."""
        return self._funds.copy()

    def by_year(self) -> pd.DataFrame:
        """Index (scope, fund, year): income, and per cent that one more million would close there.

        Dual prices of the linear relaxation at expected costs and stated starts, in which parts of
        an improvement count too.
        """
        return self._years.copy()

    def payments(self) -> pd.DataFrame:
        """Index (fund, improvement): who pays what of the best set within the budget, in time.

        Expected money, in the years in which the members of the set start.
        """
        return self._paid.copy()

    def curve(self) -> pd.DataFrame:
        """Return, for each amount of free money on top of the pledges, the best payable set.

        At the confidence, limits of single years apart as on the budget frontier; `loss` is what
        the same money without any earmark would buy more.
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


def price_earmarks(sample: Sample, budget_m: float, provenance: Provenance) -> Earmarks | None:
    """Price every earmark of the pledges; None where the case has no earmarked money.

    Scope "pledged" has the stated pledges alone, scope "budget" free money on top of them up to
    the budget. Pledges with the same earmark are one fund. `price` is between the best programme
    without the earmark (`without`) and that under all (`under`), with the 80 % interval of the
    difference by draw; `p_costs` is the share of draws in which the first closes more. Row
    "timing" is what it costs that the money of each pledge can be spent in its year or later only.

    Parameters
    ----------
    sample : the draws
    budget_m : millions of the money of the case
    provenance : of the study
    """
    case, choice = sample.case, Choice.of(sample, DISTANCE)
    funds = funds_of(case, budget_m)
    if all(fund.may_pay.all() for fund in funds):
        return None
    prices, shadow, years = [], [], []
    paid = pd.DataFrame()
    for scope, mine in ((PLEDGED, funds[1:]), (BUDGET, funds)):
        payable = Payable(np.stack([f.may_pay for f in mine]), np.array([f.amount for f in mine]))
        income = np.stack([f.income for f in mine])
        marked = [k for k, fund in enumerate(mine) if not fund.may_pay.all()]
        cuts = payment_cuts(payable.may_pay)
        held = cuts.limits(payable.amounts) * MILLION
        choice = choice.with_candidates(
            float(payable.amounts.sum()) * MILLION, (cuts.projects, held)
        )
        under, timed = best_paid(choice, payable), best_paid(choice, payable, income)
        labels = [ALL, *(mine[k].id for k in marked)]
        amounts = [sum(mine[k].amount for k in marked), *(mine[k].amount for k in marked)]
        lifted = [payable.lifted(), *(payable.lifted(k) for k in marked)]
        for label, amount, money in zip(labels, amounts, lifted, strict=True):
            free = best_paid(choice, money, least=under)
            prices.append(_row(choice, scope, label, amount, free, under))
        whole = float(payable.amounts.sum())
        prices.append(_row(choice, scope, TIMING, whole, under, timed))
        bills = _bills(choice, timed)
        pays = who_pays(bills, payable.may_pay, income, _drawn_on(mine))
        dual = _worth_in_time(choice, payable.may_pay, income)
        for k, fund in enumerate(mine):
            left = float("nan") if timed is None else fund.amount - float(pays[k].sum())
            more = best_paid(choice, payable.with_more(k, 1.0), least=under)
            gain = _closed(more) - _closed(under)
            shadow.append(_fund_row(case, scope, fund, max(round(left, 6), 0.0), gain))
            for year, (coming, price) in enumerate(zip(income[k], dual[k], strict=True)):
                at = case.settings.first_year + year
                years.append((scope, fund.id, at, float(coming), float(price)))
        if timed is not None and scope == BUDGET:
            paid = _payments(case, mine, pays.sum(axis=2))
    return Earmarks(
        _table=pd.DataFrame(prices).set_index(["scope", "earmark"]),
        _funds=pd.DataFrame(shadow).set_index(["scope", "fund"]),
        _years=pd.DataFrame(
            years, columns=["scope", "fund", "year", "income_m", "worth"]
        ).set_index(["scope", "fund", "year"]),
        _paid=paid,
        _curve=_curve(choice, funds[1:]),
        draws=sample.drawn.size,
        provenance=provenance,
    )


def _bills(choice: Choice, found: Programmes | None) -> Floats:
    """(improvements, years) expected millions of a programme by year; nothing without one."""
    if found is None:
        return np.zeros_like(choice.spending.raised())
    shares = yearly_shares(choice, found.sets[0], found.delays[0])
    return np.asarray(shares * choice.asked[:, None] / MILLION)


def _worth_in_time(choice: Choice, may_pay: Bools, income: Floats) -> Floats:
    """(funds, years) per cent that a million more closes, parts of improvements counted."""
    yearly = choice.spending.raised() / MILLION
    try:
        return worth_of_money(yearly, choice.gain, choice.relations, may_pay, income)
    except InputError:
        return np.full(income.shape, np.nan)


def _closed(found: Programmes | None) -> float:
    return float("nan") if found is None else float(found.value[0])


def _drawn_on(funds: Sequence[Fund]) -> list[int]:
    """Order in which funds pay: pledges by their names, what is still to be raised last."""
    return sorted(range(len(funds)), key=lambda k: (funds[k].id == RAISE, funds[k].id))


def _row(
    choice: Choice,
    scope: str,
    label: str,
    amount: float,
    free: Programmes | None,
    under: Programmes | None,
) -> dict[str, object]:
    """One condition on money: what is closed without it and under it, and what it costs."""
    row: dict[str, object] = {"scope": scope, "earmark": label, "amount_m": amount}
    row |= {"without": _closed(free), "under": _closed(under)}
    if free is None or under is None:
        unknown = ("price", "price_low", "price_high", "p_costs")
        return row | dict.fromkeys(unknown, float("nan"))
    lost = choice.by_draw(free.sets[0], free.delays[0], DISTANCE)
    lost = lost - choice.by_draw(under.sets[0], under.delays[0], DISTANCE)
    row |= Interval.of(lost, choice.sample.ratio_by_draw(lost)).columns("price")
    return row | {"p_costs": float((lost > SAME).mean())}


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


def _curve(choice: Choice, pledges: Sequence[Fund]) -> pd.DataFrame:
    """The best payable set for every amount of free money on top of the pledges."""
    confidence = choice.case.settings.budget_confidence
    cuts = payment_cuts(np.stack([fund.may_pay for fund in pledges]))
    amounts = np.array([fund.amount for fund in pledges])
    held = cuts.limits(amounts) * MILLION
    groups = cuts.projects, held
    rows, need = frontier_at(choice.sets, choice.expected, choice.cost, confidence, groups=groups)
    free, budgets = choice.frontier
    total = need / MILLION + amounts.sum()
    step = np.searchsorted(budgets, with_slack(total * MILLION), side="right") - 1
    value, ids = choice.expected[rows], np.array(choice.case.improvement_ids)
    lost = np.where(step >= 0, choice.expected[free[step]] - value, np.nan)
    return pd.DataFrame(
        {
            "raised_m": need / MILLION,
            "total_m": total,
            "gain": value,
            "loss": np.where(lost > SAME, lost, 0.0),
            "chosen": [" ".join(ids[row]) for row in choice.sets[rows]],
        },
        index=pd.RangeIndex(len(rows), name="step"),
    )
