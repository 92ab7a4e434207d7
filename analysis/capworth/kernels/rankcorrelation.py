"""How far two orders of the same things agree."""

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.kernels.arguments import finite, table
from capworth.kernels.arrays import Floats
from capworth.kernels.concordance import mean_ranks


def rank_correlation(first: ArrayLike, second: ArrayLike) -> Floats:
    """Spearman's rank correlation of two orders in each draw, (draws,).

    Parameters
    ----------
    first, second : (draws, things), or one order (things,); more is better; what ties shares its
        mean rank

    Returns
    -------
    1 where both put all things in one order, -1 where one is the other turned round; NaN where one
    of them finds everything alike.

    Notes
    -----
    Spearman (1904), American Journal of Psychology 15(1), 72-101: the product-moment correlation
    of the ranks, which holds with ties too.

    >>> rank_correlation([[3, 2, 1], [3, 2, 1]], [[30, 20, 10], [10, 20, 30]]).tolist()
    [1.0, -1.0]
    """
    one, other = _both(first, second)
    middle = (one.shape[1] + 1) / 2
    a, b = mean_ranks(one) - middle, mean_ranks(other) - middle
    size = np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1))
    agree: Floats = np.full(len(a), np.nan)
    np.divide((a * b).sum(axis=1), size, out=agree, where=size > 0)
    return agree


def kendall_correlation(first: ArrayLike, second: ArrayLike) -> Floats:
    """Kendall's rank correlation (tau-b) of two orders in each draw, (draws,).

    Pairs in the same order less pairs in opposite order, over the pairs that neither ties.

    Parameters
    ----------
    first, second : (draws, things), more is better

    Returns
    -------
    1 where both put all things in one order, -1 where one is the other turned round; NaN where one
    of them finds everything alike.

    Notes
    -----
    Kendall (1938), Biometrika 30, 81-93; with ties: Kendall (1945), Biometrika 33, 239-251.

    >>> kendall_correlation([[1, 2, 3, 4]], [[1, 2, 4, 3]]).round(4).tolist()
    [0.6667]
    """
    one, other = _both(first, second)
    upper = np.triu_indices(one.shape[1], 1)
    a, b = (np.sign(x[:, upper[0]] - x[:, upper[1]]) for x in (one, other))
    size = np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1))
    agree: Floats = np.full(len(a), np.nan)
    np.divide((a * b).sum(axis=1), size, out=agree, where=size > 0)
    return agree


def _both(first: ArrayLike, second: ArrayLike) -> tuple[Floats, Floats]:
    one, other = (
        table(np.atleast_2d(finite(points, name)), name, "draws", "things")
        for points, name in ((first, "first"), (second, "second"))
    )
    if one.shape != other.shape or one.shape[1] < 2:
        raise InputError(
            f"first {one.shape} and second {other.shape}: give both for the same two things or "
            "more in the same draws."
        )
    return one, other
