"""What each capability costs and what it adds, with ranges and the probability of its rank."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from capworth.methods.acceptability.indices import expected_ranks
from capworth.methods.cost_benefit.prices import MILLION
from capworth.model.costs import PAYERS
from capworth.model.figures import ALL, EVERY, MEAN, RATIO, SHARE, Column, Figure, columns, number
from capworth.model.pricing import PRICED, Pricing
from capworth.model.result import Answer, Provenance, spread
from capworth.model.simulation import Sample, value_per_million


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Appraisal(Answer):
    """Cost, added value and value for money of every capability."""

    _table: pd.DataFrame
    _ranks: pd.DataFrame
    _pairs: pd.DataFrame
    _payers: pd.DataFrame
    total_cost: tuple[float, float, float]  # mean and 80 % interval, millions, all capabilities
    provenance: Provenance

    def lifts(self) -> Sequence[Column]:
        """How the columns of its tables become figures."""
        return (
            *columns(
                "capabilities",
                ("cost_m", "cost", "millions", "cost", ("costs",)),
                (
                    "annual_cost_m",
                    "cost",
                    "millions_a_year",
                    "cost_a_year",
                    ("costs",),
                    MEAN,
                    "yearly",
                ),
                ("score", "score", "points", "score", ("scores",)),
                (
                    "score_per_m",
                    "score_rate",
                    "points_per_million",
                    "rate",
                    ("scores", "costs"),
                    RATIO,
                ),
                ("money_m", "money", "millions", "money", ("chain",)),
                ("net_m", "net", "millions", "net", ("chain", "costs")),
                (
                    "p_net_positive",
                    "positive",
                    "chance",
                    "share_of_draws",
                    ("chain", "costs"),
                    SHARE,
                ),
                ("harm_days", "harm", "days", "harm", ("chain",)),
                ("harm_per_m", "harm_rate", "days_per_million", "rate", ("chain", "costs"), RATIO),
            ),
            *columns(
                "capabilities",
                ("expected_place", "place", "place", "expected_place", ("scores", "costs")),
                ("p_first", "first", "chance", "rank_share", ("scores", "costs"), SHARE),
                draws=ALL,
            ),
            *(
                Column(
                    *("cost_by_payer", payer, "cost", "millions", "cost_by_payer", ("costs",)),
                    basis=payer,
                    payer=payer,
                )
                for payer in PAYERS
            ),
        )

    def figures(self) -> tuple[Figure, ...]:
        """The figures of each capability, and those of all together, by payer too."""
        known = self.provenance
        prices = f"{known.currency} of {known.price_year}"
        behind = (("costs", EVERY),)
        mean, low, high = self.total_cost
        payers = self._payers.sum()
        whole = Figure(
            *(f"cost.{EVERY}", mean, "millions", "cost"),
            low=low,
            high=high,
            prices=prices,
            behind=behind,
        )
        found = [*Answer.figures(self), whole]
        for payer, paid in payers.items():
            found += [
                Figure(
                    *(f"cost.{EVERY}.{payer}", float(paid), "millions", "cost_by_payer"),
                    prices=prices,
                    payer=str(payer),
                    behind=behind,
                ),
                Figure(
                    *(f"cost_share.{EVERY}.{payer}", number(paid / payers.sum()), "share"),
                    formula="share_of_payer",
                    kind=RATIO,
                    payer=str(payer),
                    behind=behind,
                ),
            ]
        return tuple(found)

    def rank_acceptability(self) -> pd.DataFrame:
        """Share of draws in which each capability takes each place in value for money."""
        return self._ranks.copy()

    def pairwise(self) -> pd.DataFrame:
        """Share of draws in which the row is ahead of the column in value for money."""
        return self._pairs.copy()

    def cost_by_payer(self) -> pd.DataFrame:
        """Mean whole-life cost by payer, millions."""
        return self._payers.copy()

    @property
    def first(self) -> str:
        """The capability that is most often first in value for money."""
        return str(self._ranks.iloc[:, 0].idxmax())

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table of this answer by its file name."""
        return {
            "capabilities": self.to_frame(),
            "capability_ranks": self.rank_acceptability(),
            "capability_pairs": self.pairwise(),
            "cost_by_payer": self.cost_by_payer(),
        }

    def __repr__(self) -> str:
        share = self._ranks.iloc[:, 0].max()
        return (
            f"<Appraisal: {self.first} first in value for money in {share:.0%} of "
            f"{self.provenance.draws:,} draws; {len(self._table)} capabilities>"
        )


def appraise(sample: Sample, provenance: Provenance) -> Appraisal:
    """Bring the draws of a sample to one row for each capability.

    Money in millions of the case's currency, real; cost and money are discounted over the
    appraisal, `annual_cost` is its equivalent a year. Ratios are those of the means. NaN where the
    case has no chain, or no tree; and of places where nobody can say when a capability ends.
    """
    case, drawn, model = sample.case, sample.drawn, sample.model
    cost = drawn.cost
    has_money, has_harm = model.known["money"], model.known["harm"]
    pricing = Pricing(case, model.chain)
    priced = np.array([pricing.capability(c) == PRICED for c in case.capability_ids])
    money = np.where(has_money, drawn.money, np.nan)
    harm = np.where(has_harm, drawn.harm, np.nan)
    net = np.where(priced, money - cost, np.nan)
    points, per_million = (
        np.where(model.known["score"], part, np.nan)
        for part in (drawn.score, value_per_million(drawn, model.annuity))
    )
    columns: dict[str, object] = {
        "name": [c.name for c in case.capabilities],
        "family": [c.family for c in case.capabilities],
        **spread("cost_m", cost, MILLION),
        **spread("annual_cost_m", cost / model.annuity, MILLION),
        **spread("score", points),
        **spread("score_per_m", per_million),
        **spread("money_m", money, MILLION),
        **spread("net_m", net, MILLION),
        "p_net_positive": np.where(priced, (net > 0).mean(axis=0), np.nan),
        **spread("harm_days", harm),
        **spread("harm_per_m", harm / (cost / model.annuity / MILLION)),
    }
    annual = cost.mean(axis=0) / model.annuity / MILLION
    columns |= {  # printed ratios are those of the printed means; their ranges go by draw
        "score_per_m": (points * drawn.given).mean(axis=0) / annual,
        "harm_per_m": harm.mean(axis=0) / annual,
    }
    index = pd.Index(case.capability_ids, name="capability")
    tally, ranked = sample.tallies.value, index[case.with_place]
    ranks = pd.DataFrame(tally.shares(), ranked, pd.RangeIndex(1, len(ranked) + 1, name="place"))
    expected = pd.Series(expected_ranks(ranks), ranked)
    for column, of_place in (("p_first", ranks[1]), ("expected_place", expected)):
        columns[column] = np.where(case.placed, of_place.reindex(index), np.nan)
    table = pd.DataFrame(columns, index=index).sort_values("expected_place", kind="stable")
    placed = table.index[table["expected_place"].notna()]
    pairs = pd.DataFrame(tally.pairwise(), ranked, ranked.rename("other")).loc[placed, placed]
    payers = pd.DataFrame(
        drawn.payers.mean(axis=0) / MILLION,
        index=index,
        columns=pd.Index(PAYERS, name="payer"),
    ).loc[table.index]
    total = spread("cost", cost.sum(axis=1, keepdims=True), MILLION)
    mean, low, high = (float(part[0]) for part in total.values())
    return Appraisal(
        _table=table,
        _ranks=ranks.loc[placed],
        _pairs=pairs,
        _payers=payers,
        total_cost=(mean, low, high),
        provenance=provenance,
    )
