"""Value functions: from a measured level to a value, on a scale that is fixed beforehand.

The scale never comes from the options being compared, so a new option cannot reverse the order of
the old ones.
"""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.methods.arguments import Floats, Ints, checked, finite, known

_BEYOND: Final = ("clip", "extrapolate")
_FLAT: Final = 1e-8  # a curvature below this is a straight line to the last digit


@checked
def piecewise(
    levels: ArrayLike, at: ArrayLike, worth: ArrayLike, *, beyond: str = "clip"
) -> Floats:
    """Value by straight lines between agreed points.

    Parameters
    ----------
    levels : any shape; with `worth` by draw, its first axis is draws
        Measured levels, in the unit of the scale.
    at : (points,)
        Levels of the agreed points: two or more, all rising or all falling.
    worth : (points,) or (draws, points)
        Value at each point, never turning back: rising throughout or falling throughout.
    beyond : "clip" gives the value of the nearer end, "extrapolate" continues the outer line

    Returns
    -------
    Values in the shape of `levels`; exactly `worth` at the points themselves.

    Raises
    ------
    InputError
        When a number is not finite, points are not in order, or values turn back.

    Notes
    -----
    Keeney & Raiffa (1976), Decisions with Multiple Objectives, ch. 3; the rule beyond the ends is
    that of `smaa.pvf` in the R package smaa.

    >>> piecewise([60.0, 120.0], [50, 75, 90, 100], [1, 0.8, 0.5, 0]).tolist()
    [0.92, 0.0]
    """
    x, knots, heights = finite(levels, "levels"), finite(at, "at"), finite(worth, "worth")
    known(beyond, "beyond", _BEYOND)
    if knots.ndim != 1 or len(knots) < 2:
        raise InputError("at: a value function needs two or more points in one row. Add points.")
    if heights.ndim not in (1, 2) or heights.shape[-1] != len(knots):
        raise InputError(
            f"worth: {heights.shape} values for {len(knots)} points. Give one value for each point."
        )
    if knots[0] > knots[-1]:
        knots, heights = knots[::-1], heights[..., ::-1]
    if (np.diff(knots) <= 0).any():
        place = int(np.argmax(np.diff(knots) <= 0))
        raise InputError(
            f"at: {knots[place]:g} and {knots[place + 1]:g} are not in order. "
            "Write the levels all rising or all falling, each once."
        )
    steps = np.diff(heights)
    if np.any((steps > 0).any(axis=-1) & (steps < 0).any(axis=-1)):
        raise InputError("worth: values turn back. Let them rise throughout or fall throughout.")
    if len(knots) == 2 and heights.ndim == 1:  # one line: there is nothing to look up
        left: Ints = np.zeros((), dtype=np.int64)
    else:
        left = np.clip(np.searchsorted(knots, x, side="right") - 1, 0, len(knots) - 2)
    share = np.asarray(x - knots[left])
    share /= knots[left + 1] - knots[left]
    if beyond == "clip":
        np.clip(share, 0, 1, out=share)
    value: Floats = (1 - share) * _pick(heights, left)
    value += share * _pick(heights, left + 1)
    return value


@checked
def exponential(
    levels: ArrayLike,
    worst: float,
    best: float,
    curvature: ArrayLike,
    *,
    beyond: str = "clip",
) -> Floats:
    """Value 0 at `worst` and 1 at `best`, bent by one number.

    Parameters
    ----------
    levels : any shape
        Measured levels, in the unit of the scale.
    worst, best : ends of the scale, in either order
    curvature : one number, or an array that broadcasts with `levels`
        0 is the straight line; above 0 the first gains count most, below 0 the last ones.
    beyond : "clip" or "extrapolate", as in `piecewise`

    Returns
    -------
    `(1 - exp(-curvature * s)) / (1 - exp(-curvature))` with `s` the share of the way from worst
    to best, in the shape of `levels` and `curvature` together.

    Notes
    -----
    Kirkwood (1997), Strategic Decision Making, ch. 4; his constant is 1 / curvature, in
    ranges of the scale.

    >>> exponential([0, 5, 10], 0, 10, 0).tolist()  # not bent
    [0.0, 0.5, 1.0]
    """
    x, bend = finite(levels, "levels"), finite(curvature, "curvature")
    known(beyond, "beyond", _BEYOND)
    ends = finite([worst, best], "worst and best")
    if ends[0] == ends[1]:
        raise InputError(f"worst and best are both {worst}. Give the two ends of the scale.")
    share = (x - ends[0]) / (ends[1] - ends[0])
    if beyond == "clip":
        share = np.clip(share, 0, 1)
    straight = np.abs(bend) < _FLAT
    safe = np.where(straight, 1.0, bend)
    value: Floats = np.where(straight, share, np.expm1(-safe * share) / np.expm1(-safe))
    return value


@checked
def curvature_from_midpoint(share: float) -> float:
    """Curvature of the exponential value function that is worth one half at `share` of the way.

    `share` runs from 0 at the worst level to 1 at the best, both excluded; it is the answer to "at
    which level is half of the gain reached?".

    >>> round(curvature_from_midpoint(1 / 3), 6)
    1.443635
    """
    if not 0 < share < 1:
        raise InputError(f"share: {share} is not between 0 and 1. Give the midpoint as a share.")
    if share == 0.5:
        return 0.0
    # Solved for the end nearer to the midpoint, where the curvature lies between 0 and 1 / near.
    near = min(share, 1 - share)
    low, high = 0.0, 1.0 / near
    for _ in range(200):
        middle = (low + high) / 2
        if 2 * np.expm1(-middle * near) > np.expm1(-middle):
            low = middle
        else:
            high = middle
    return float(high if share < 0.5 else -high)


@checked
def categorical(codes: ArrayLike, worth: ArrayLike) -> Floats:
    """Value of each category, looked up.

    Parameters
    ----------
    codes : whole numbers from 0, any shape; with `worth` by draw, its first axis is draws
    worth : (categories,) or (draws, categories)

    Returns
    -------
    Values in the shape of `codes`.
    """
    heights = finite(worth, "worth")
    if heights.ndim not in (1, 2):
        raise InputError("worth: give one value for each category, in one row.")
    found = np.asarray(codes)
    if not np.issubdtype(found.dtype, np.integer):
        raise InputError("codes: categories are numbered 0, 1, 2, ...; give whole numbers.")
    wrong = (found < 0) | (found >= heights.shape[-1])
    if wrong.any():
        raise InputError(
            f"codes: {found[wrong][0]} is no category; they run from 0 to {heights.shape[-1] - 1}."
        )
    return _pick(heights, found.astype(np.int64))


_Shape = Callable[..., Floats]
SHAPES: Final[Mapping[str, _Shape]] = {
    "piecewise": piecewise,
    "exponential": exponential,
    "categorical": categorical,
}


def _pick(heights: Floats, where: Ints) -> Floats:
    """Entry `where` of `heights`; with heights by draw, each draw from its own row."""
    if heights.ndim == 1:
        return heights[where]
    if where.ndim == 0 or (1 != len(heights) != len(where) != 1):
        raise InputError(
            f"worth: {len(heights)} draws of values for levels of shape {where.shape}. "
            "The first axis of both is draws."
        )
    rows = np.arange(len(heights)).reshape((-1,) + (1,) * (where.ndim - 1))
    picked: Floats = heights[rows, where]
    return picked
