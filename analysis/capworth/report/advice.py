"""What the study recommends, with the ranges that its documents print."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from capworth.answers import HIGH, LOW
from capworth.costs import PAYERS
from capworth.methods.arguments import Floats
from capworth.programme import CORE, MILLION
from capworth.report.amounts import Amount
from capworth.study import Study

RIVAL = 0.5  # share of draws in the best set from which an improvement left out is a close rival


@dataclass(frozen=True, slots=True)
class Advice:
    """A set of improvements; money in millions of the case's currency, 80 % intervals."""

    chosen: tuple[str, ...]  # best expected place first
    asked: Amount  # one-off money to be raised
    cost: Amount  # whole-life cost, all payers
    payers: Mapping[str, Amount]  # the same by payer
    gain: Amount  # points
    money: Amount | None  # None where no chain is valued in money
    harm: Amount | None
    core: tuple[str, ...]  # those of the set that are nearly always in the best set
    rivals: tuple[tuple[str, float], ...]  # left out, yet often in the best set

    @property
    def count(self) -> int:
        """How many improvements are recommended."""
        return len(self.chosen)


def advice(study: Study) -> Advice | None:
    """Gather the recommendation; None where the case has no budget or no value tree."""
    programme, priorities = study.programme, study.priorities
    if programme is None or priorities is None or not study.case.measured:
        return None
    table = programme.to_frame().loc[list(priorities.order)]
    chosen = tuple(table.index[table["chosen"]])
    taken = np.array([i in chosen for i in study.case.improvement_ids])
    worlds = study.sample.worlds
    by_payer = np.einsum("npy,p->ny", worlds.improvement_payers, taken.astype(float)) / MILLION
    means = taken @ study.sample.tallies.improvement_payers / study.sample.draws / MILLION
    often = table[~table["chosen"] & (table["p_in_best"] >= RIVAL)]
    often = often.sort_values("p_in_best", ascending=False, kind="stable")
    scales = {value.scale for value in study.case.unit_values}
    return Advice(
        chosen,
        amount_of(worlds.asked @ taken / MILLION),
        Amount(*programme.cost_m),
        by_payers(by_payer, means),
        Amount(*programme.gain),
        Amount(*programme.money_m) if "money" in scales else None,
        Amount(*programme.harm_days) if "harm" in scales else None,
        tuple(table.index[table["chosen"] & (table["standing"] == CORE)]),
        tuple((str(i), float(p)) for i, p in often["p_in_best"].items()),
    )


def by_payers(kept: Floats, means: Floats) -> Mapping[str, Amount]:
    """Cost by payer: the mean over all draws, the interval over those that are kept.

    Parameters
    ----------
    kept : (draws kept, payers)
    means : (payers,) over all draws
    """
    return {
        payer: amount_of(kept[:, k])._replace(middle=float(means[k]))
        for k, payer in enumerate(PAYERS)
    }


def amount_of(values: Floats) -> Amount:
    """Mean and 80 % interval over the draws."""
    low, high = np.percentile(values, (LOW, HIGH))
    return Amount(float(values.mean()), float(low), float(high))
