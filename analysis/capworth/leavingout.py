"""What is lost without an improvement, or when it comes late."""

import numpy as np
import pandas as pd

from capworth.case.model import Case
from capworth.costs import discount_factors
from capworth.methods.arguments import Floats
from capworth.methods.portfolio.frontier import feasible_sets
from capworth.programme import relations_of
from capworth.sampling import Sample

DRAWS = 200  # the first ones, in which the best set is sought with and without each improvement
BLOCK = 1 << 21  # numbers of one block of draws x sets


def regrets(sample: Sample, draws: int = DRAWS) -> Floats:
    """Expected regret of leaving each improvement out, (improvements,), points of score.

    Mean over the first draws of the gain of the best affordable set less that of the best
    affordable set without the improvement; gains are added, as the programme adds them. NaN where
    the case has no budget, or an improvement must be done.
    """
    case, worlds = sample.case, sample.worlds
    if case.settings.budget is None:
        return np.full(len(case.improvements), np.nan)
    sets = feasible_sets(relations_of(case))
    gain, asked = worlds.gains.score[:draws], worlds.asked[:draws]
    members = np.ascontiguousarray(sets.T, dtype=np.float64)  # (improvements, sets)
    rows = max(1, BLOCK // len(sets))
    lost = np.zeros(len(case.improvements))
    for start in range(0, len(gain), rows):
        block = slice(start, start + rows)
        total = gain[block] @ members
        np.copyto(total, -np.inf, where=asked[block] @ members > case.settings.budget)
        place = total.argmax(axis=1)
        best = total[np.arange(len(total)), place]
        for k in range(len(lost)):
            held = np.flatnonzero(sets[place, k] & np.isfinite(best))  # elsewhere nothing is lost
            if len(held):
                rest = np.where(sets[:, k], -np.inf, total[held]).max(axis=1)
                lost[k] += float((best[held] - rest).sum())
    return np.where(np.isfinite(lost), lost / max(len(gain), 1), np.nan)


def lost_a_year(case: Case) -> pd.Series:
    """Share of an improvement's gain that is lost when its effects come one year late.

    The first discounted year of effect over all years of effect: a technology that is not ready
    puts this much at risk for each year that it slips. NaN where no effect is felt.
    """
    discount = discount_factors(case)
    shares = []
    for improvement in case.improvements:
        felt = discount[max(improvement.effect_year - case.settings.first_year, 0) :]
        shares.append(float(felt[0] / felt.sum()) if len(felt) else float("nan"))
    return pd.Series(shares, pd.Index(case.improvement_ids, name="improvement"))
