"""Whose work the outcomes are: platform, owner of the record, searching member."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from capworth.answers import Answer, spread
from capworth.case.model import Case
from capworth.estimates import Sampled
from capworth.matching import Levels
from capworth.methods.arguments import Floats
from capworth.methods.cost_benefit.value_chain import PARTIES, contribution_shares
from capworth.provenance import Provenance
from capworth.worlds import Model

DRAWS = 2_000
PLATFORM = PARTIES.index("platform")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Attribution(Answer):
    """The platform's share of every outcome, beside what other conventions would give it."""

    _table: pd.DataFrame
    draws: int
    provenance: Provenance

    def __repr__(self) -> str:
        split = int((self._table["rests_on"] == "bilateral").sum())
        return (
            f"<Attribution: {split} of {len(self._table)} outcomes are split by what owner and "
            f"searcher would reach without the platform; the others by a stated share>"
        )


def attribute(case: Case, draws: int = DRAWS) -> Attribution:
    """Lay the conventions of attribution side by side, for every outcome of every chain.

    `counted` is what the chain counts for the platform, with its 80 % interval: the Shapley share
    of the game between platform, owner and searcher where the chain gives the step `bilateral`,
    else the stated step `contribution`. `owner` and `searcher` are their Shapley shares. The
    bounds: `first_in`, what the platform brings about alone, and `last_in`, what is lost without
    it. Without `bilateral` nobody knows what is lost without it: `last_in` is 1, the parties'
    shares are NaN, and the stated share is a convention.

    `outcomes` and `money_m` are a year, at the share counted; `money_m_first_in` and
    `money_m_last_in` at the bounds, in millions. 2,000 draws.
    """
    model, worlds = Model(case), Sampled(case.settings.seed, 0, draws)
    chain, worth = model.chain.levels(worlds), model.chain.unit_values(worlds)
    rows = {}
    for capability, level in chain.items():
        for outcome in dict.fromkeys(o for s, o in level if s in {"contribution", "bilateral"}):
            alone = {
                (step, of): rate
                for (step, of), rate in level.items()
                if of in {"", outcome} and step != "bilateral"
            }
            alone["contribution", outcome] = np.ones(draws)
            whole = model.chain.walk(draws, {capability: alone}, worth)
            c = case.capability_ids.index(capability)
            rows[capability, outcome] = _row(
                level, outcome, whole.outcomes[:, c], whole.money[:, c]
            )
    index = pd.MultiIndex.from_tuples(list(rows), names=["capability", "outcome"])
    return Attribution(
        pd.DataFrame(list(rows.values()), index=index), draws, Provenance.of(case, draws)
    )


def _row(level: Levels, outcome: str, outcomes: Floats, money: Floats) -> dict[str, object]:
    """One outcome under every convention; `outcomes` and `money` are those of all parties."""
    bilateral = level.get(("bilateral", outcome))
    row: dict[str, object] = {"rests_on": "contribution" if bilateral is None else "bilateral"}
    if bilateral is None:
        counted = level["contribution", outcome]
        shares = np.full((len(counted), len(PARTIES)), np.nan)
        first, last = np.zeros(len(counted)), np.ones(len(counted))
    else:
        split = contribution_shares(bilateral)
        shares, first, last = split.share, split.first_in[:, PLATFORM], split.last_in[:, PLATFORM]
        counted = shares[:, PLATFORM]
    row |= {name: float(part[0]) for name, part in spread("counted", counted[:, None]).items()}
    row |= {"first_in": float(first.mean()), "last_in": float(last.mean())}
    row |= {p: float(shares[:, k].mean()) for k, p in enumerate(PARTIES) if k != PLATFORM}
    row["outcomes"] = float((outcomes * counted).mean())
    for name, share in (("", counted), ("_first_in", first), ("_last_in", last)):
        row[f"money_m{name}"] = float((money * share).mean()) / 1e6
    return row
