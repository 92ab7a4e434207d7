"""What money there is, what the next euro buys, and how far it is to the target."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from capworth.case.model import Case
from capworth.funding.donors import DonorMenu, make_menu
from capworth.funding.earmarks import SAME, Earmarks, price_earmarks
from capworth.funding.pledges import PROGRAMME, MoneyMap, map_money
from capworth.methods.arguments import Floats
from capworth.methods.cost_benefit.prices import MILLION
from capworth.methods.portfolio.earmarks import Payable, best_payable
from capworth.methods.portfolio.frontier import core_index
from capworth.methods.portfolio.relations import affordable, with_slack
from capworth.model.result import Answer, Provenance, ends
from capworth.model.simulation import Sample
from capworth.programme.choice import Choice, objective_gains
from capworth.programme.selection import Programme

NEXT = (1.0, 5.0, 10.0)  # millions beyond the budget that are looked at
DRAWS = 500  # of the sample, the first ones, in which the best sets beyond the budget are sought


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Funding(Answer):
    """The marginal funding curve: the best gain that each budget buys, with its range."""

    _table: pd.DataFrame
    _next: pd.DataFrame
    _next_sets: pd.DataFrame
    _pledges: pd.DataFrame
    budget_m: float
    target_m: float | None
    pledged_m: float  # sum of the pledges to the programme as stated, in the money of the case
    money: MoneyMap
    earmarks: Earmarks | None  # None where no money is earmarked
    menu: DonorMenu
    draws: int  # in which the best sets beyond the budget were sought; 0 where they are too many
    provenance: Provenance

    def curve(self) -> pd.DataFrame:
        """Return the best set of every budget: gain with its 80 % interval over the draws.

        `earmark_loss` is what the earmarks of the pledges take away there.
        """
        return self.to_frame()

    def next_euro(self) -> pd.DataFrame:
        """Return what 1, 5 and 10 million beyond the budget buy.

        `gain` is between the best sets at expected costs, with its 80 % interval; `p_gain` the
        share of draws in which the larger set adds more.
        """
        return self._next.copy()

    def next_sets(self) -> pd.DataFrame:
        """Index (extra_m, improvement): share of draws in whose best set it is, now and then."""
        return self._next_sets.copy()

    def pledges(self) -> pd.DataFrame:
        """Return every pledge to the programme with its kind, year, amount and earmark."""
        return self._pledges.copy()

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table of this answer by its file name."""
        tables = {
            "funding_curve": self.curve(),
            "next_euro": self.next_euro(),
            "next_sets": self.next_sets(),
            "pledges": self.pledges(),
            "money_map": self.money.to_frame(),
            "donor_menu": self.menu.to_frame(),
            "donor_menu_serves": self.menu.serves(),
        }
        return tables | dict(self.earmarks.tables() if self.earmarks else {})

    def __repr__(self) -> str:
        words = [
            f"{extra:g} million more adds {gain:.2g} points"
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
    choice, points = Choice.of(sample), sample.drawn.gains.distance
    gain = choice.worth.over_draws(taken, points).T
    low, high = ends(gain, axis=1)
    earmarks = price_earmarks(sample, choice, programme.budget_m, provenance)
    curve = frontier.assign(gain_low=low, gain_high=high, earmark_loss=_loss(frontier, earmarks))
    money = map_money(sample, programme.budget_m, programme.target_m, provenance)
    steps, sets, draws = _next_euro(sample, choice, programme, gain, chosen)
    return Funding(
        _table=curve[["budget_m", "gain", "gain_low", "gain_high", "earmark_loss", "chosen"]],
        _next=steps,
        _next_sets=sets,
        _pledges=_pledges(case, money),
        budget_m=programme.budget_m,
        target_m=programme.target_m,
        pledged_m=money.stated_m,
        money=money,
        earmarks=earmarks,
        menu=make_menu(sample, choice, programme, provenance),
        draws=draws,
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


def _next_euro(
    sample: Sample,
    choice: Choice,
    programme: Programme,
    gain: Floats,
    chosen: Sequence[set[str]],
) -> tuple[pd.DataFrame, pd.DataFrame, int]:
    """What the exact best set gains, takes in and lets go when the budget rises."""
    frontier = programme.frontier()
    budgets, gains = frontier["budget_m"].to_numpy(), frontier["gain"].to_numpy()

    def step(budget: float) -> int:
        return int(affordable(budgets, budget).sum()) - 1

    now = step(programme.budget_m)
    shares, draws = _in_best(sample, choice, [programme.budget_m + extra for extra in (0.0, *NEXT)])
    rows, sets = [], []
    for k, extra in enumerate(NEXT, start=1):
        then = step(programme.budget_m + extra)
        more = gain[then] - gain[now]
        low, high = ends(more)
        added = sorted(chosen[then] - chosen[now])
        dropped = sorted(chosen[now] - chosen[then])
        rows.append(
            {
                "gain": float(gains[then] - gains[now]),
                "gain_low": float(low),
                "gain_high": float(high),
                "p_gain": float((more > 0).mean()),
                "spent_m": float(budgets[then] - budgets[now]),
                "added": " ".join(added),
                "dropped": " ".join(dropped),
            }
        )
        for i, name in enumerate(sample.case.improvement_ids):
            change = "added" if name in added else "dropped" if name in dropped else ""
            sets.append((extra, name, change, float(shares[0, i]), float(shares[k, i])))
    columns = ["extra_m", "improvement", "change", "p_now", "p_then"]
    return (
        pd.DataFrame(rows, index=pd.Index(NEXT, name="extra_m")),
        pd.DataFrame(sets, columns=columns).set_index(["extra_m", "improvement"]),
        draws,
    )


def _in_best(sample: Sample, choice: Choice, budgets: Sequence[float]) -> tuple[Floats, int]:
    """(budgets, improvements) share of draws in whose best set each is; how many draws."""
    shares = np.full((len(budgets), choice.relations.n), np.nan)
    sets = choice.sets()
    if sets is None:  # too many to list
        return shares, 0
    cost, value = sample.drawn.asked[:DRAWS], objective_gains(sample)[:DRAWS]
    free = np.ones((1, choice.relations.n), dtype=bool)
    payables = [Payable(free, np.array([budget * MILLION])) for budget in budgets]
    pairs = choice.relations.synergies
    bonus = choice.worth.bonuses(value)
    for k, best in enumerate(best_payable(cost, value, sets, payables, pairs, bonus)):
        if (best >= 0).any():
            shares[k] = core_index(sets[best[best >= 0]])
    return shares, len(cost)


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
