"""A smooth curve through a cloud of draws: what is expected at each level of an input.

Natural cubic regression splines with a penalty on curvature, chosen by generalised
cross-validation; in a basis in which the penalty is diagonal, every choice costs one sum.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from capworth.methods.arguments import Floats, checked

KNOTS: Final = 10  # at quantiles of the input; the curve is a cubic between them
_PENALTIES: Final = 40  # tried between no smoothing and a straight line


@dataclass(frozen=True, slots=True, eq=False)
class Smooth:
    """Curves of several responses over one input.

    Attributes
    ----------
    fitted : (draws, responses) expected response at the level of the input in each draw
    basis : (draws, functions) orthonormal: their mean products are 1 and 0
    kept : (functions, responses) share of each function that the penalty leaves
    """

    fitted: Floats
    basis: Floats
    kept: Floats

    def of(self, other: Floats) -> Floats:
        """Smooth other columns (draws, responses), each with the penalty of its response."""
        shares = self.basis.T @ other / len(other)
        return np.asarray(self.basis @ (self.kept * shares))


@checked
def smoothed(level: Floats, response: Floats) -> Smooth:
    """Fit each response as a smooth function of one input.

    Parameters
    ----------
    level : (draws,) of the input
    response : (draws, responses)

    Returns
    -------
    The mean of each fitted column is that of its response. An input of one level gives the means;
    one of few levels the curve through their means, smoothed.

    Notes
    -----
    Basis and penalty: Wood (2017), Generalized Additive Models, 2nd edition, section 5.3.1.
    Generalised cross-validation: Craven and Wahba (1979), Numerische Mathematik 31, 377-403.
    """
    knots = _knots(level)
    draws = len(level)
    if len(knots) == 1:
        flat = np.ones((draws, 1))
        mean = np.broadcast_to(response.mean(axis=0), response.shape)
        return Smooth(np.asarray(mean), flat, np.ones((1, response.shape[1])))
    design, penalty = _natural(level, knots)
    even, upper = np.linalg.qr(design / np.sqrt(draws))
    inverse = np.linalg.inv(upper)
    lines = upper @ np.column_stack((np.ones(len(knots)), (knots - knots[0]) / np.ptp(knots)))
    turn = np.linalg.qr(lines, mode="complete")[0]  # straight lines first, which are free
    bent = inverse @ turn[:, 2:]
    rough, turned = np.linalg.eigh(bent.T @ penalty @ bent)
    turn[:, 2:] = turn[:, 2:] @ turned
    basis = np.sqrt(draws) * even @ turn
    shares = basis.T @ response / draws  # (functions, responses)
    rough = np.concatenate((np.zeros(2), np.clip(rough, 0, None)))
    kept = _least(rough, shares, (response**2).mean(axis=0), draws)
    return Smooth(np.asarray(basis @ (kept * shares)), basis, kept)


def _knots(level: Floats) -> Floats:
    """Knots at quantiles, or at all levels where there are few; each is the level of some draw."""
    at = np.linspace(0, 1, KNOTS)
    found = np.unique(np.quantile(level, at, method="nearest"))
    if len(found) == KNOTS:
        return found
    levels = np.unique(level)
    if len(levels) <= KNOTS:
        return levels
    return np.unique(np.quantile(levels, at, method="nearest"))


def _natural(level: Floats, knots: Floats) -> tuple[Floats, Floats]:
    """Values (draws, knots) of the spline with value 1 at one knot, and its curvature penalty."""
    gap = np.diff(knots)
    count = len(knots)
    inner = max(count - 2, 0)
    bend, band = np.zeros((inner, count)), np.zeros((inner, inner))
    at = np.arange(inner)
    bend[at, at], bend[at, at + 2] = 1 / gap[:-1], 1 / gap[1:]
    bend[at, at + 1] = -1 / gap[:-1] - 1 / gap[1:]
    band[at, at] = (gap[:-1] + gap[1:]) / 3
    band[at[:-1], at[1:]] = band[at[1:], at[:-1]] = gap[1:-1] / 6
    inside = np.linalg.solve(band, bend)
    curve = np.zeros((count, count))  # second derivative at each knot; 0 at both ends
    curve[1:-1] = inside
    cell = np.clip(np.searchsorted(knots, level, side="right") - 1, 0, count - 2)
    width, left, right = gap[cell], level - knots[cell], knots[cell + 1] - level
    design = ((right**3 / width - width * right) / 6)[:, None] * curve[cell]
    design += ((left**3 / width - width * left) / 6)[:, None] * curve[cell + 1]
    rows = np.arange(len(level))
    design[rows, cell] += right / width
    design[rows, cell + 1] += left / width
    return design, bend.T @ inside


def _least(rough: Floats, shares: Floats, power: Floats, draws: int) -> Floats:
    """Share kept of each function (functions, responses), of least cross-validated error."""
    bent = rough[rough > 0]
    if not bent.size or len(rough) >= draws:  # no draw is left over to judge a bend by
        return np.broadcast_to((rough == 0)[:, None], shares.shape).astype(np.float64)
    scale = np.logspace(-3 - np.log10(bent.max()), 3 - np.log10(bent.min()), _PENALTIES)
    keep = 1 / (1 + scale[:, None] * rough)  # (penalties, functions)
    fit = np.einsum("lk,kr->lr", keep * (2 - keep), shares**2)
    left = np.clip(power - fit, 0, None)
    error = left / (1 - keep.sum(axis=1, keepdims=True) / draws) ** 2
    return np.asarray(keep[error.argmin(axis=0)].T)
