"""Sobol' indices: how much of the variance of an answer each input explains, alone and in all.

For second-order indices, and for screening by the elementary effects of Morris, of a function that
can be called: the package SALib, as `docs/how-to/appraise-plain-arrays.md` shows.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.methods.arguments import Floats, checked, finite


class SobolIndices(NamedTuple):
    """First-order and total index of each input, with their standard errors."""

    first: Floats  # (inputs,)
    first_error: Floats
    total: Floats  # (inputs,)
    total_error: Floats


@checked
def sobol_indices(base: ArrayLike, other: ArrayLike, mixed: ArrayLike) -> SobolIndices:
    """Sobol' indices, first order and total, of independent inputs or groups of inputs.

    Parameters
    ----------
    base, other : (draws,) answer at two independent samples of all inputs, A and B
    mixed : (inputs, draws) answer at A with one input, or group, taken from B

    Returns
    -------
    first : share of the variance that goes when the input is known (may come out slightly below 0)
    total : share that stays when all others are known; the difference is interaction
    Errors are those of a ratio of means, by linear approximation.

    Raises
    ------
    InputError
        When the shapes do not fit, or the answer does not vary.

    Notes
    -----
    First order: Saltelli et al. (2010), Computer Physics Communications 181(2), 259-270, table 2
    (b), f(B) (f(AB) - f(A)), centred on the mean. Total: Jansen (1999), Computer Physics
    Communications 117, 35-43, (f(A) - f(AB))^2 / 2.

    >>> ends = np.array(np.meshgrid(*[[-1.0, 1.0]] * 4)).reshape(4, -1)  # of x, y in A and B
    >>> mixed = [2 * ends[2] + ends[1], 2 * ends[0] + ends[3]]
    >>> found = sobol_indices(2 * ends[0] + ends[1], 2 * ends[2] + ends[3], mixed)
    >>> found.first.round(9).tolist(), found.total.round(9).tolist()
    ([0.8, 0.2], [0.8, 0.2])
    """
    a, b, ab = finite(base, "base"), finite(other, "other"), finite(mixed, "mixed")
    if a.ndim != 1 or len(a) < 2 or b.shape != a.shape or ab.ndim != 2 or ab.shape[1:] != a.shape:
        raise InputError(
            f"base {a.shape}, other {b.shape}, mixed {ab.shape}: give (draws,), (draws,) and "
            "(inputs, draws) of the same draws."
        )
    middle = (a.mean() + b.mean()) / 2
    spread = ((a - middle) ** 2 + (b - middle) ** 2) / 2  # of each draw; its mean is the variance
    if spread.mean() <= 0:
        raise InputError("base: the answer is the same in every draw. There is nothing to share.")
    alone, alone_error = _share((b - middle) * (ab - a), spread)
    whole, whole_error = _share((a - ab) ** 2 / 2, spread)
    return SobolIndices(alone, alone_error, whole, whole_error)


def _share(parts: Floats, spread: Floats) -> tuple[Floats, Floats]:
    """Ratio of the mean of each row to the mean of the spread, and its standard error."""
    variance = spread.mean()
    share = parts.mean(axis=1) / variance
    rest = (parts - share[:, None] * spread) / variance
    return share, np.asarray(rest.std(axis=1, ddof=1) / np.sqrt(len(spread)))
