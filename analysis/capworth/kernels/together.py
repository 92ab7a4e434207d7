"""Uncertain numbers that move together: what one source got wrong, it got wrong for all."""

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from scipy.special import ndtr, ndtri

from capworth.errors import InputError
from capworth.kernels.arrays import Floats

MOST = 0.99  # share in common that numbers may have and still be two
NODES = 96  # of the quadrature over what is in common


def together(own: Floats, common: Floats, share: float) -> Floats:
    """Even probabilities of one number, of which a share moves with all others of its group.

    Parameters
    ----------
    own : (draws,) between 0 and 1, of this number alone
    common : (draws,) between 0 and 1, the same for all numbers of the group
    share : 0 to 0.99, of the variance on the normal scale

    Returns
    -------
    (draws,) again even between 0 and 1. Two numbers of a group with shares s and t have the
    correlation sqrt(s t) on the normal scale, and the rank correlation 6/pi asin(sqrt(s t) / 2).

    Notes
    -----
    A normal copula with one factor: Clemen and Reilly (1999), Management Science 45(2), 208-224.

    >>> together(np.array([0.2, 0.8]), np.array([0.9, 0.9]), 0.0).round(12).tolist()
    [0.2, 0.8]
    """
    _known(share)
    moved: Floats = ndtr(np.sqrt(share) * ndtri(common) + np.sqrt(1 - share) * ndtri(own))
    return moved


def joint(first: Floats, second: Floats, shares: tuple[float, float]) -> Floats:
    """Probability of each pair of cells of two numbers of one group.

    Parameters
    ----------
    first, second : (cells + 1,) probability of lying below each border, from 0 to 1
    shares : of the two in the group; 0 where they are independent

    Returns
    -------
    (cells of the first, cells of the second), summing to 1

    Notes
    -----
    Given what is in common the two are independent; that is integrated out by Gauss and Hermite.

    >>> joint(np.array([0, 0.5, 1]), np.array([0, 0.5, 1]), (0.0, 0.0)).round(12).tolist()
    [[0.25, 0.25], [0.25, 0.25]]
    """
    nodes, weights = hermegauss(NODES)
    within = [
        np.diff(_below(np.asarray(ends, dtype=np.float64), share, nodes), axis=0)
        for ends, share in zip((first, second), shares, strict=True)
    ]
    found: Floats = np.einsum("ak,bk,k->ab", *within, weights / weights.sum())
    return found


def _below(ends: Floats, share: float, common: Floats) -> Floats:
    """(ends, nodes) probability of lying below each border, given what is in common."""
    _known(share)
    own = (ndtri(ends)[:, None] - np.sqrt(share) * common) / np.sqrt(1 - share)
    below: Floats = ndtr(own)
    return below


def _known(share: float) -> None:
    if not 0 <= share <= MOST:
        raise InputError(f"share: {share:g} is not between 0 and {MOST:g}. Correct it.")
