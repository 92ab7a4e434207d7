"""Parts against the total that was stated for them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.kernels.arguments import finite
from capworth.kernels.arrays import Bools, Floats
from capworth.kernels.ranges import within


class Residual(NamedTuple):
    """What a total holds beyond its parts, and whether rounding can explain it."""

    amount: Floats  # total - sum of parts
    rounding: Bools


def residual(parts: ArrayLike, total: ArrayLike, unit: float = 1.0) -> Residual:
    """Stated total less the sum of its parts.

    Parameters
    ----------
    parts : (..., parts) as printed
    total : (...) as printed
    unit : the last printed place of all of them; each may be wrong by half of it

    Returns
    -------
    amount (...), and whether it is at most half a unit for every printed figure
    """
    columns = _columns(parts)
    amount = finite(total, "total") - columns.sum(axis=-1)
    slack = within(unit, "unit", 0) / 2 * (columns.shape[-1] + 1)
    return Residual(np.asarray(amount), np.asarray(np.abs(amount) <= slack * (1 + 1e-9)))


def scaled_to_total(parts: ArrayLike, total: ArrayLike) -> Floats:
    """Parts (draws, parts) in their proportions, made to sum to the total (draws,) in each draw."""
    columns = within(_columns(parts), "parts", 0)
    sums, totals = columns.sum(axis=-1), within(total, "total", 0)
    if ((sums == 0) & (totals > 0)).any():
        raise InputError("parts: all are 0 where the total is not. Give the parts a size.")
    factor = np.divide(totals, sums, out=np.zeros(np.broadcast(totals, sums).shape), where=sums > 0)
    return np.asarray(columns * factor[..., None])


def _columns(parts: ArrayLike) -> Floats:
    columns = finite(parts, "parts")
    if columns.ndim == 0 or columns.shape[-1] == 0:
        raise InputError(f"parts: shape {columns.shape} is not (..., parts). Give a list.")
    return columns
