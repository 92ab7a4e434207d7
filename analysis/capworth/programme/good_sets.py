"""Good sets: every programme that is nearly as good as the best one, and what they say of each.

Ex ante: the sets were approved beforehand, so that whether one can be afforded in a draw is no part
of it. What an improvement is to be, started, chosen between, or left for now, is read from the list
alone (METHOD: `methods.portfolio.good_sets`).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from capworth.methods.arguments import Bools, Floats, Ints
from capworth.methods.cost_benefit.prices import MILLION
from capworth.methods.portfolio.confidence import Programmes
from capworth.methods.portfolio.good_sets import Roles, maximal_sets, roles
from capworth.model.result import ends
from capworth.programme.choice import Choice

MOST = 2_000  # good sets that are kept, the best ones
NUMBERS = 1 << 24  # of values by draw and set


@dataclass(frozen=True, slots=True, eq=False)
class GoodSets:
    """The list of good sets, reduced to the maximal ones, the best first.

    Attributes
    ----------
    sets : (sets, improvements)
    delays : (sets, improvements) years after the stated start
    worth : (draws, sets) on the objective
    roles : of each improvement
    listed : sets before they were reduced
    cut : whether more were found than are kept
    programmes : the list as it was found
    """

    sets: Bools
    delays: Ints
    worth: Floats
    roles: Roles
    listed: int
    cut: bool
    programmes: Programmes
    rows: Ints

    @property
    def started(self) -> Bools:
        """(improvements,) in every good set."""
        return self.roles.start


def good_sets(choice: Choice, budget: float) -> GoodSets:
    """Find every set that keeps all rules and is worth nearly as much as the best one."""
    found = choice.search.best(budget, near=choice.case.settings.near)
    every = len(found.sets)
    kept = slice(0, MOST)
    rows = maximal_sets(found.sets[kept], found.value[kept])
    rows = np.concatenate(([0], rows[rows != 0]))
    draws = min(len(choice.cost), max(1, NUMBERS // len(rows)))
    values = np.stack(
        [
            choice.by_draw(found.sets[row], found.delays[row], choice.measure)[:draws]
            for row in rows.tolist()
        ],
        axis=1,
    )
    return GoodSets(
        sets=found.sets[rows],
        delays=found.delays[rows],
        worth=values,
        roles=roles(found.sets[rows], values, found.sets, choice.case.improvement_ids),
        listed=every,
        cut=every > MOST,
        programmes=found,
        rows=rows,
    )


def sets_table(choice: Choice, good: GoodSets, scale: float) -> pd.DataFrame:
    """Each good set: what it holds, asks and is worth, how often it is better, its regret."""
    ids, found = np.array(choice.case.improvement_ids), good.programmes
    low, high = ends(choice.sample.ranged(choice.measure, good.worth / scale))
    rows = good.rows
    return pd.DataFrame(
        {
            "chosen": [" ".join(ids[row]) for row in good.sets],
            "late": [late(choice, row, d) for row, d in zip(good.sets, good.delays, strict=True)],
            "expected_m": found.expected[rows] / MILLION,
            "at_confidence_m": found.quantile[rows] / MILLION,
            "p_within": found.p_within[rows],
            "p_years": found.p_years[rows],
            "value": found.value[rows] / scale,
            "value_low": low,
            "value_high": high,
            "p_better": good.roles.p_better,
            "p_best_in_list": good.roles.p_best,
            "regret": good.roles.regret / scale,
        },
        index=pd.RangeIndex(1, len(rows) + 1, name="set"),
    )


def choices_table(choice: Choice, good: GoodSets, scale: float) -> pd.DataFrame:
    """Each exchange with the best set: what goes, what comes, how often it is better, its loss."""
    ids = np.array(choice.case.improvement_ids)
    found = good.programmes
    rows = [
        {
            "out": " ".join(ids[list(exchange.out)]),
            "into": " ".join(ids[list(exchange.into)]),
            "p_better": exchange.p_better,
            "loss": exchange.loss / scale,
            "equal": exchange.equal,
            "at_confidence_m": found.quantile[good.rows[exchange.row]] / MILLION,
            "late": late(choice, good.sets[exchange.row], good.delays[exchange.row]),
        }
        for exchange in good.roles.exchanges
    ]
    columns = ["out", "into", "p_better", "loss", "equal", "at_confidence_m", "late"]
    index = pd.RangeIndex(1, len(rows) + 1, name="exchange")
    return pd.DataFrame(rows, index=index, columns=columns)


def late(choice: Choice, chosen: Bools, delays: Ints) -> str:
    """Members that start later than stated, with their year."""
    case = choice.case
    return " ".join(
        f"{i.id}:{i.start_year + int(d)}"
        for i, taken, d in zip(case.improvements, chosen, delays, strict=True)
        if taken and d
    )
