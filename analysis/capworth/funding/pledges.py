"""What money there is: statutory, voluntary, earmarked, in kind, from partners; year by year."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from capworth.case.model import Case, Estimate, Pledge
from capworth.methods.arguments import Bools, Floats
from capworth.methods.cost_benefit.prices import MILLION
from capworth.model.draws import stacked
from capworth.model.price_base import PriceBase
from capworth.model.result import Answer, Interval, Provenance, ends
from capworth.model.simulation import CHUNK, Sample, sampled
from capworth.streams import stream

PROGRAMME = "programme"
CHANCES: Mapping[str, tuple[float, float, float]] = {  # judged; used where a pledge states none
    "A": (0.85, 0.95, 1.0),
    "B": (0.7, 0.9, 1.0),
    "C": (0.5, 0.75, 0.95),
    "D": (0.2, 0.5, 0.8),
    "E": (0.0, 0.2, 0.5),
}
KINDS = ("statutory", "voluntary", "earmarked", "in-kind", "partner")
COLUMNS = (
    *("name", "kind", "use", "stated_m", "expected_m", "low_m", "high_m"),
    *("chance", "earmark", "grade", "source"),
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MoneyMap(Answer):
    """Every pledge and income in every year that it comes, and how far it is to the target.

    Money of the programme is counted; income of the organisation is shown beside. A pledge comes
    whole or not at all, each by itself; what comes of it is within its stated range.
    """

    _table: pd.DataFrame
    stated_m: float  # pledged to the programme, as stated
    money_m: tuple[float, float, float]  # what comes: mean and 80 % interval
    gap_m: tuple[float, float, float] | None  # to the target; None where there is no target
    p_target: float | None  # share of draws in which it is met
    budget_gap_m: tuple[float, float, float]
    p_budget: float
    budget_m: float
    target_m: float | None
    draws: int
    provenance: Provenance

    def by_year(self, use: str = PROGRAMME) -> pd.DataFrame:
        """Return stated amounts in millions: years by kinds of money; kinds without any left out.

        `use` is "programme" or "organisation".
        """
        mine = self._table[self._table["use"] == use].reset_index()
        found = mine.pivot_table("stated_m", "year", "kind", "sum", fill_value=0.0)
        return found[[kind for kind in KINDS if kind in found.columns]]

    @property
    def is_empty(self) -> bool:
        """Whether no money is pledged to the programme."""
        return not (self._table["use"] == PROGRAMME).any()

    def __repr__(self) -> str:
        mean, low, high = self.money_m
        words = (
            f"{self.stated_m:.1f} million pledged, {mean:.1f} ({low:.1f} to {high:.1f}) expected"
        )
        if self.gap_m is not None:
            words += f"; {self.gap_m[0]:.1f} million short of the target"
        return f"<MoneyMap: {words}>"


def map_money(
    sample: Sample, budget_m: float, target_m: float | None, provenance: Provenance
) -> MoneyMap:
    """Bring every pledge to the years in which it comes, with what is expected of it.

    Amounts are in millions of the case's money. Drawn in the first 10,000 draws: the amount, the
    probability that it comes, and whether it does. Of an amount in equal parts all parts come or
    none.
    """
    case = sample.case
    draws = min(sample.draws, CHUNK)
    come = what_comes(case, draws) / MILLION
    stated = stated_money(case) / MILLION
    rows = [
        row
        for k in range(len(case.funding))
        for row in _rows(case.funding[k], stated[k], come[:, k])
    ]
    table = pd.DataFrame(rows, columns=["pledge", "year", *COLUMNS])
    mine = is_counted(case)
    total = come[:, mine].sum(axis=1)
    return MoneyMap(
        _table=table.set_index(["pledge", "year"]),
        stated_m=float(stated[mine].sum()),
        money_m=Interval.of(total),
        gap_m=None if target_m is None else Interval.of(np.maximum(target_m - total, 0.0)),
        p_target=None if target_m is None else float((total >= target_m).mean()),
        budget_gap_m=Interval.of(np.maximum(budget_m - total, 0.0)),
        p_budget=float((total >= budget_m).mean()),
        budget_m=budget_m,
        target_m=target_m,
        draws=draws,
        provenance=provenance,
    )


def is_counted(case: Case) -> Bools:
    """(pledges,) whether a pledge is money of the programme."""
    return np.array([pledge.use == PROGRAMME for pledge in case.funding], dtype=bool)


def stated_money(case: Case) -> Floats:
    """(pledges,) amounts as stated, in the money of the case."""
    money = PriceBase(case)
    return np.array(
        [p.amount.mode * money.factor(p.currency, p.price_year) for p in case.funding],
        dtype=np.float64,
    )


def chance_of(pledge: Pledge) -> Estimate:
    """Probability that a pledge comes: as the case states it, else by the grade of its amount.

    Income of the organisation is taken as published.
    """
    if pledge.chance is not None:
        return pledge.chance
    name, amount = f"funding/{pledge.id}/chance", pledge.amount
    low, mode, high = CHANCES[amount.grade] if pledge.use == PROGRAMME else (1.0, 1.0, 1.0)
    basis = f"not stated; by grade {amount.grade}"
    return Estimate(
        name=name,
        low=low,
        mode=mode,
        high=high,
        unit="share",
        grade="E",
        source="",
        basis=basis,
        row=amount.row,
    )


def what_comes(case: Case, draws: int) -> Floats:
    """(draws, pledges) what comes of each pledge, in the money of the case."""
    drawn = sampled(case, 0, draws)
    money = PriceBase(case)
    rates = [money.factor(p.currency, p.price_year) for p in case.funding]
    amounts = stacked(drawn, [p.amount for p in case.funding]) * np.array(rates)
    chances = stacked(drawn, [chance_of(p) for p in case.funding])
    luck = np.empty_like(chances)
    for k, pledge in enumerate(case.funding):
        luck[:, k] = stream(case.settings.seed, f"funding/{pledge.id}/comes").random(draws)
    return np.where(luck < chances, amounts, 0.0)


def _rows(pledge: Pledge, stated: float, come: Floats) -> Iterator[dict[str, object]]:
    """One row for each year in which a pledge comes."""
    low, high = (end / pledge.years for end in ends(come))
    for year in range(pledge.year, pledge.year + pledge.years):
        yield {
            "pledge": pledge.id,
            "year": year,
            "name": pledge.name,
            "kind": pledge.kind,
            "use": pledge.use,
            "stated_m": float(stated) / pledge.years,
            "expected_m": float(come.mean()) / pledge.years,
            "low_m": float(low),
            "high_m": float(high),
            "chance": chance_of(pledge).mode,
            "earmark": " ".join(pledge.earmark),
            "grade": pledge.amount.grade,
            "source": pledge.amount.source,
        }
