"""Weighted regression of an outcome on the share of a group of functions, and its ratio.

A line of the list is partly in the group and partly not. The regression asks what a line wholly in
the group would reach, against one wholly outside (Scheffe 1958, mixture models).
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.methods.arguments import Floats, checked, finite, within

_ROUNDING: Final = 1e-9  # that a sum of shares may miss


class ShareFit(NamedTuple):
    """Outcome of a line outside the group, what the group adds, and their ratio."""

    intercept: Floats  # (...) of a line wholly outside the group
    slope: Floats  # (...) what is added by being wholly inside
    ratio: Floats  # (...) (intercept + slope) / intercept; NaN where the intercept is not above 0


@checked
def share_regression(outcome: ArrayLike, share: ArrayLike, weight: ArrayLike = 1.0) -> ShareFit:
    """Fit outcome = intercept + slope x share by weighted least squares.

    Parameters
    ----------
    outcome : (..., lines)
    share : (..., lines) share of each line in the group, 0 to 1
    weight : (..., lines) such as the cost of the line; 0 leaves it out

    Notes
    -----
    All three are weighted sums: a line listed in parts with the same outcome and share, and with
    weights that add up, gives the same numbers.

    >>> fit = share_regression([3.0, 1.0, 2.0], [1.0, 0.0, 0.5])
    >>> [round(float(x), 6) for x in fit]
    [1.0, 2.0, 3.0]
    """
    y = finite(outcome, "outcome")
    g = np.clip(within(share, "share", -_ROUNDING, 1 + _ROUNDING), 0, 1)
    w = np.broadcast_to(within(weight, "weight", 0), np.broadcast_shapes(y.shape, g.shape))
    total = w.sum(axis=-1)
    middle = (w * g).sum(axis=-1) / total
    apart = g - middle[..., None]
    spread = (w * apart**2).sum(axis=-1)
    if (spread <= 1e-12 * total).any():
        raise InputError("share: all lines have the same share. There is nothing to compare.")
    slope = (w * apart * y).sum(axis=-1) / spread
    intercept = (w * y).sum(axis=-1) / total - slope * middle
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(intercept > 0, (intercept + slope) / intercept, np.nan)
    return ShareFit(np.asarray(intercept), np.asarray(slope), ratio)


@checked
def function_levels(outcome: ArrayLike, shares: ArrayLike, weight: ArrayLike) -> Floats:
    """Outcome of a line wholly in each function: regression on all shares, without intercept.

    Parameters
    ----------
    outcome : (lines,)
    shares : (..., lines, functions) that sum to 1 over the functions
    weight : (lines,)

    Returns
    -------
    (..., functions). Where the lines cannot tell functions apart, the solution of least length.

    >>> function_levels([3, 1, 2], [[1, 0], [0, 1], [0.5, 0.5]], [1, 1, 1]).round(6).tolist()
    [3.0, 1.0]
    """
    y, s = finite(outcome, "outcome"), within(shares, "shares", 0, 1)
    w = within(weight, "weight", 0)
    square = np.einsum("...cf,c,...cg->...fg", s, w, s)
    right = np.einsum("...cf,c,c->...f", s, w, y)
    return np.asarray(np.einsum("...fg,...g->...f", np.linalg.pinv(square, hermitian=True), right))
