"""How far judges agree on an order."""

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.kernels.arguments import table
from capworth.kernels.arrays import Floats


def concordance(points: ArrayLike) -> float:
    """Kendall's W: 1 when all judges give one order, 0 when their orders cancel out.

    Parameters
    ----------
    points : (judges, things), more is better; what ties shares its mean rank, and W is corrected

    Returns
    -------
    NaN when every judge finds everything alike.

    Notes
    -----
    Kendall & Babington Smith (1939), Annals of Mathematical Statistics 10(3), 275-287; correction
    for ties as in Kendall & Gibbons (1990), Rank Correlation Methods, ch. 6.

    >>> concordance([[3, 2, 1], [3, 2, 1]]), concordance([[3, 2, 1], [1, 2, 3]])
    (1.0, 0.0)
    """
    said = table(points, "points", "judges", "things")
    judges, things = said.shape
    if judges < 2 or things < 2:
        raise InputError(f"points: {judges} judges, {things} things. Give two of each or more.")
    ranks = mean_ranks(said)
    apart = ranks.sum(axis=0) - judges * (things + 1) / 2
    same = (said[:, :, None] == said[:, None, :]).sum(axis=2)  # (judges, things) size of the tie
    ties = float((same.astype(np.float64) ** 2 - 1).sum())  # sum of t^3 - t over the ties
    most = judges**2 * (things**3 - things) - judges * ties
    return float(12 * (apart**2).sum() / most) if most > 0 else float("nan")


def mean_ranks(points: Floats) -> Floats:
    """Rank of each thing, 1 for the most points; ties share their mean: (judges, things)."""
    above = (points[:, None, :] > points[:, :, None]).sum(axis=2)
    level = (points[:, None, :] == points[:, :, None]).sum(axis=2)
    ranks: Floats = above + (level + 1) / 2
    return ranks
