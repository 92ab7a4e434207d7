"""What money there is, what the next euro buys, and how far it is to the target."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from capworth.case.model import DISTANCE, Case
from capworth.funding.donors import DonorMenu, make_menu
from capworth.funding.earmarks import SAME, Earmarks, price_earmarks
from capworth.funding.pledges import PROGRAMME, MoneyMap, map_money
from capworth.methods.arguments import Floats
from capworth.methods.portfolio.relations import with_slack
from capworth.model.figures import (
    MODE,
    NO_DRAWS,
    QUANTILE,
    SHARE,
    STATED,
    Column,
    Figure,
    columns,
    number,
)
from capworth.model.result import Answer, Provenance, ends
from capworth.model.simulation import Sample
from capworth.programme.choice import Choice
from capworth.programme.selection import WORDS, Programme


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Funding(Answer):
    """The marginal funding curve: the best gain that each budget buys, with its range."""

    _table: pd.DataFrame
    _next: pd.DataFrame
    _pledges: pd.DataFrame
    budget_m: float
    target_m: float | None
    measure: str  # what the programme is to add most of
    pledged_m: float  # sum of the pledges to the programme as stated, in the money of the case
    money: MoneyMap
    earmarks: Earmarks | None  # None where no money is earmarked
    menu: DonorMenu
    provenance: Provenance

    def lifts(self) -> Sequence[Column]:
        """How the columns of its tables become figures."""
        gains = ("effects", "scores")
        return (
            *columns(
                "funding_curve",
                ("budget_m", "needed.budget", "millions", "needed", ("asked",), QUANTILE),
                ("gain", "gain.budget", "distance", "gain", gains),
                ("earmark_loss", "earmark_loss.budget", "distance", "earmark", gains),
            ),
            *columns(
                "next_euro",
                ("gain", "more.further", WORDS[self.measure][1], "further", gains),
                ("p_gain", "more_share.further", "chance", "exchange", gains, SHARE),
                ("spent_m", "spent.further", "millions", "needed", ("asked",), QUANTILE),
            ),
            *columns(
                "pledges",
                ("amount_m", "pledged", "millions", "pledged", ("funding",), STATED),
                ("chance", "chance", "chance", "coming", ("funding",), MODE),
                ("year", "comes_in", "year", "pledged", ("funding",), STATED),
            ),
            *columns(
                "money_map",
                ("stated_m", "pledged", "millions", "pledged", ("funding",), STATED),
            ),
            *(
                Column(
                    *(table, "expected_m", "coming", "millions", "coming", ("funding",)),
                    ends=("low_m", "high_m"),
                    draws=self.money.draws,
                )
                for table in ("pledges", "money_map")
            ),
        )

    def figures(self) -> tuple[Figure, ...]:
        """The figures of its tables, and those of all pledges together."""
        known = self.provenance
        prices = f"{known.currency} of {known.price_year}"
        money, rests = self.money, (("funding", "all"),)
        spans = [("coming", money.money_m), ("missing_to_budget", money.budget_gap_m)]
        spans += [("missing_to_target", money.gap_m)] if money.gap_m is not None else []
        chances = [("budget", money.p_budget), ("target", money.p_target)]
        goals = {goal: (*rests, ("settings", goal)) for goal in ("budget", "target")}
        return (
            *Answer.figures(self),
            *self.menu.figures(),
            *(self.earmarks.figures() if self.earmarks else ()),
            Figure(
                *("pledged.all_pledges", money.stated_m, "millions", "pledged", STATED),
                prices=prices,
                behind=rests,
                draws=NO_DRAWS,
            ),
            Figure(
                *("pledged_share.all_pledges", number(self.pledged_share), "share", "pledged"),
                kind=STATED,
                behind=rests,
                draws=NO_DRAWS,
            ),
            *(
                Figure(
                    *(f"{name}.all_pledges", number(span[0]), "millions", "coming"),
                    low=number(span[1]),
                    high=number(span[2]),
                    prices=prices,
                    behind=goals.get(name.removeprefix("missing_to_"), rests),
                    draws=money.draws,
                )
                for name, span in spans
            ),
            *(
                Figure(
                    *(f"reached.all_pledges.{name}", chance, "chance", "share_of_draws", SHARE),
                    behind=goals[name],
                    draws=money.draws,
                )
                for name, chance in chances
                if chance is not None
            ),
        )

    @property
    def pledged_share(self) -> float:
        """What is pledged of the target, or of the budget where there is none."""
        goal = self.target_m or self.budget_m
        return self.pledged_m / goal if goal else float("nan")

    def curve(self) -> pd.DataFrame:
        """Return the best set of every budget: gain with its 80 % interval over the draws.

        `earmark_loss` is what the earmarks of the pledges take away there.
        """
        return self.to_frame()

    def next_euro(self) -> pd.DataFrame:
        """Return what 1, 5 and 10 million beyond the budget buy.

        Under all rules of the programme: `gain` is between the best programmes, on the objective,
        with its 80 % interval; `p_gain` the share of draws in which the larger one adds more.
        """
        return self._next.copy()

    def pledges(self) -> pd.DataFrame:
        """Return every pledge to the programme with its kind, year, amount and earmark."""
        return self._pledges.copy()

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table of this answer by its file name."""
        tables = {
            "funding_curve": self.curve(),
            "next_euro": self.next_euro(),
            "pledges": self.pledges(),
            "money_map": self.money.to_frame(),
            "donor_menu": self.menu.to_frame(),
            "donor_menu_serves": self.menu.serves(),
        }
        return tables | dict(self.earmarks.tables() if self.earmarks else {})

    def __repr__(self) -> str:
        words = [
            f"{extra:g} million more adds {gain:.2g}"
            for extra, gain in zip(self._next.index, self._next["gain"], strict=True)
        ]
        return f"<Funding: {self.pledged_m:.1f} million pledged; {'; '.join(words)}>"


def fund(sample: Sample, programme: Programme | None, provenance: Provenance) -> Funding | None:
    """Value every budget on the frontier over the draws; None where there is no programme."""
    if programme is None:
        return None
    case = sample.case
    frontier = programme.frontier()
    chosen = [set(words.split()) for words in frontier["chosen"]]
    taken = np.array([[i in row for i in case.improvement_ids] for row in chosen], dtype=bool)
    choice = Choice.of(sample)
    low, high = ends(sample.ratio_by_draw(choice.worth.over_draws(taken, DISTANCE)))
    earmarks = price_earmarks(sample, programme.budget_m, provenance)
    curve = frontier.assign(gain_low=low, gain_high=high, earmark_loss=_loss(frontier, earmarks))
    money = map_money(sample, programme.budget_m, programme.target_m, provenance)
    return Funding(
        _table=curve[["budget_m", "gain", "gain_low", "gain_high", "earmark_loss", "chosen"]],
        _next=_next_euro(programme),
        _pledges=_pledges(case, money),
        budget_m=programme.budget_m,
        target_m=programme.target_m,
        measure=programme.measure,
        pledged_m=money.stated_m,
        money=money,
        earmarks=earmarks,
        menu=make_menu(sample, choice, programme, provenance),
        provenance=provenance,
    )


def _loss(frontier: pd.DataFrame, earmarks: Earmarks | None) -> Floats:
    """Points that the earmarks take away where the money in all is that of each step.

    NaN below the pledges, where money does not have to be raised, and where it is not known.
    """
    budgets = frontier["budget_m"].to_numpy()
    if earmarks is None:
        return np.zeros(len(budgets))
    payable = earmarks.curve()
    if payable.empty:
        return np.full(len(budgets), np.nan)
    total = payable["total_m"].to_numpy()
    step = np.searchsorted(total, with_slack(budgets), side="right") - 1
    under = payable["gain"].to_numpy()[step]
    loss = np.maximum(frontier["gain"].to_numpy() - under, 0.0)
    return np.where(step >= 0, np.where(loss > SAME, loss, 0.0), np.nan)


def _next_euro(programme: Programme) -> pd.DataFrame:
    """What the best programme gains, takes in and lets go when the budget rises."""
    table = programme.further()
    now = float(table["needed_m"].to_numpy()[0])
    names = {"more": "gain", "more_low": "gain_low", "more_high": "gain_high", "p_more": "p_gain"}
    found = table.rename(columns=names).assign(spent_m=table["needed_m"] - now).iloc[1:]
    return found[[*names.values(), "spent_m", "added", "dropped"]]


def _pledges(case: Case, money: MoneyMap) -> pd.DataFrame:
    """One row for each pledge to the programme, its years brought together."""
    table = money.to_frame().reset_index()
    table = table[table["use"] == PROGRAMME]
    whole = table.groupby("pledge", sort=False)
    found = whole.first().drop(columns=["use", "stated_m", "low_m", "high_m", "expected_m"])
    found["amount_m"] = whole["stated_m"].sum()
    found["expected_m"] = whole["expected_m"].sum()
    found["years"] = whole.size()
    columns = ["name", "kind", "year", "years", "amount_m", "chance", "expected_m", "earmark"]
    return found[[*columns, "grade", "source"]]
