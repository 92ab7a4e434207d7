"""What money there is, what the next euro buys, and how far it is to the target."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from capworth.answers import HIGH, LOW, Answer
from capworth.case.model import Case
from capworth.kernels.arrays import Floats
from capworth.money import Money
from capworth.programme import MILLION, Programme
from capworth.provenance import Provenance
from capworth.sampling import Sample

NEXT = (1.0, 5.0, 10.0)  # millions beyond the budget that are looked at


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Funding(Answer):
    """The marginal funding curve: the best gain that each budget buys, with its range."""

    _table: pd.DataFrame
    _next: pd.DataFrame
    _pledges: pd.DataFrame
    budget_m: float
    target_m: float | None
    pledged_m: float  # sum of the pledges as stated, in the money of the case
    provenance: Provenance

    def curve(self) -> pd.DataFrame:
        """Return the best set of every budget: gain with its 80 % interval over the draws."""
        return self.to_frame()

    def next_euro(self) -> pd.DataFrame:
        """Return what 1, 5 and 10 million beyond the budget buy."""
        return self._next.copy()

    def pledges(self) -> pd.DataFrame:
        """Return the money map: every pledge with its kind, year, amount and earmark."""
        return self._pledges.copy()

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
    taken = np.array([[i in row for i in case.improvement_ids] for row in chosen], dtype=float)
    gain = np.einsum("dp,sp->ds", sample.worlds.gains.score, taken, optimize=True)
    low, high = np.percentile(gain, (LOW, HIGH), axis=0)
    curve = frontier.assign(gain_low=low, gain_high=high)
    pledges = _pledges(case)
    return Funding(
        curve[["budget_m", "gain", "gain_low", "gain_high", "chosen"]],
        _next_euro(programme, frontier["budget_m"].to_numpy(), frontier["gain"].to_numpy(), chosen),
        pledges,
        programme.budget_m,
        programme.target_m,
        float(pledges["amount_m"].sum()) if len(pledges) else 0.0,
        provenance,
    )


def _next_euro(
    programme: Programme, budgets: Floats, gains: Floats, chosen: Sequence[set[str]]
) -> pd.DataFrame:
    """What the exact best set gains, takes in and lets go when the budget rises."""

    def step(budget: float) -> int:
        return int(np.searchsorted(budgets, budget * (1 + 1e-12), side="right")) - 1

    now = step(programme.budget_m)
    rows = []
    for extra in NEXT:
        then = step(programme.budget_m + extra)
        rows.append(
            {
                "gain": float(gains[then] - gains[now]),
                "spent_m": float(budgets[then] - budgets[now]),
                "added": " ".join(sorted(chosen[then] - chosen[now])),
                "dropped": " ".join(sorted(chosen[now] - chosen[then])),
            }
        )
    return pd.DataFrame(rows, index=pd.Index(NEXT, name="extra_m"))


def _pledges(case: Case) -> pd.DataFrame:
    money = Money(case)
    rows = [
        {
            "name": p.name,
            "kind": p.kind,
            "year": p.year,
            "amount_m": p.amount.mode * money.factor(p.currency, p.price_year) / MILLION,
            "earmark": " ".join(p.earmark),
            "grade": p.amount.grade,
            "source": p.amount.source,
        }
        for p in case.funding
    ]
    columns = ["name", "kind", "year", "amount_m", "earmark", "grade", "source"]
    return pd.DataFrame(
        rows, index=pd.Index([p.id for p in case.funding], name="pledge"), columns=columns
    )
