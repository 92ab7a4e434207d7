"""How much each set falls short of the best one, draw by draw, and what a cautious choice takes."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from capworth.kernels.arguments import table
from capworth.kernels.arrays import Floats
from capworth.kernels.ranges import within

TIE = 1e-12  # share of the largest value within which two values are one


class Standing(NamedTuple):
    """How each set does over the draws, each (sets,)."""

    mean: Floats  # value
    low: Floats  # quantile of the value
    mean_regret: Floats  # value that the best set of each draw has above it
    most_regret: Floats
    best: Floats  # share of draws in which it is the best; sets that tie share a draw


def standing(values: ArrayLike, quantile: float = 0.1) -> Standing:
    """Say how every set does against the best one of each draw.

    Parameters
    ----------
    values : (draws, sets), more is better
    quantile : which level of value a cautious choice looks at, 0 to 1

    Notes
    -----
    Regret: Savage (1951), Journal of the American Statistical Association 46, 55-67.
    """
    within(quantile, "quantile", 0, 1)
    worth = table(values, "values", "draws", "sets")
    top = worth.max(axis=1)
    scale = float(np.abs(worth).max(initial=0.0))
    lack = top[:, None] - worth
    leads = lack <= TIE * scale
    share = np.einsum("ds,d->s", leads, 1 / leads.sum(axis=1)) / len(worth)
    return Standing(
        worth.mean(axis=0),
        np.quantile(worth, quantile, axis=0, method="inverted_cdf"),
        lack.mean(axis=0),
        lack.max(axis=0),
        share,
    )
