"""Shares of variance of a function that can be called, and those that pairs of inputs have."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import qmc

from capworth.errors import InputError
from capworth.kernels.arguments import finite
from capworth.kernels.arrays import Floats
from capworth.kernels.ranges import whole
from capworth.kernels.sobol import Indices, sobol_indices
from capworth.streams import stream


class Shares(NamedTuple):
    """Shares of the variance of an answer, and the indices of the pairs."""

    indices: Indices
    pairs: Floats  # (inputs, inputs) second order, symmetric, NaN on the diagonal


def pair_indices(base: ArrayLike, other: ArrayLike, mixed: ArrayLike, back: ArrayLike) -> Floats:
    """Share of the variance that two inputs have together beyond what each has alone.

    Parameters
    ----------
    base, other, mixed : as for `sobol.sobol_indices`
    back : (inputs, draws) answer at B with one input taken from A

    Returns
    -------
    (inputs, inputs), symmetric, NaN on the diagonal; a share of 0 may come out slightly below it

    Notes
    -----
    Saltelli (2002), Computer Physics Communications 145(2), 280-297, theorem 2: f(B with j from A)
    times f(A with k from B), less the product of f(A) and f(B), less both first-order indices.
    """
    a, b, ab, ba = (
        finite(given, name)
        for given, name in ((base, "base"), (other, "other"), (mixed, "mixed"), (back, "back"))
    )
    first = sobol_indices(a, b, ab).first
    if ba.shape != ab.shape:
        raise InputError(f"back: shape {ba.shape} is not that of mixed {ab.shape}.")
    middle = (a.mean() + b.mean()) / 2
    a, b, ab, ba = a - middle, b - middle, ab - middle, ba - middle
    variance = float(((a**2).mean() + (b**2).mean()) / 2)
    closed = (np.einsum("jd,kd->jk", ba, ab) / len(a) - (a * b).mean()) / variance
    pairs = closed - first[:, None] - first[None]
    pairs = (pairs + pairs.T) / 2
    np.fill_diagonal(pairs, np.nan)
    return np.asarray(pairs)


def variance_shares(
    answer: Callable[[Floats], Floats],
    quantiles: Sequence[Callable[[Floats], Floats]],
    draws: int = 16_384,
    seed: int = 0,
) -> Shares:
    """Find which inputs, and which pairs of them, make a function vary.

    Parameters
    ----------
    answer : takes (draws, inputs), gives (draws,)
    quantiles : for each input its quantile function, from even draws (draws,) between 0 and 1 to
        levels; `scipy.stats.uniform(0, 2).ppf`, or a lambda with `pert.quantile`
    draws : a power of two; the function is called for (2 + 2 inputs) times as many rows
    seed : of the scrambled Sobol sequence

    Notes
    -----
    Inputs are independent. Design of Saltelli (2002); `sobol.sobol_indices` and `pair_indices`.

    >>> found = variance_shares(lambda x: x[:, 0] + 2 * x[:, 1], [lambda u: u] * 2, 1024)
    >>> found.indices.total.round(2).tolist(), abs(round(float(found.pairs[0, 1]), 2))
    ([0.2, 0.8], 0.0)
    """
    rows, inputs = whole(draws, "draws", 4), len(quantiles)
    if not inputs or rows & (rows - 1):
        raise InputError(f"draws: {rows} for {inputs} inputs. Give a power of two, and an input.")
    rng = stream(seed, "variance shares", 0)
    even = qmc.Sobol(2 * inputs, rng=rng).random(rows)
    even = np.clip(even, 2.0**-40, 1 - 2.0**-40)
    levels = [quantiles[k % inputs](column) for k, column in enumerate(even.T)]
    a, b = np.column_stack(levels[:inputs]), np.column_stack(levels[inputs:])

    def at(points: Floats) -> Floats:
        found = finite(answer(points), "answer")
        if found.shape != (rows,):
            raise InputError(f"answer: gave shape {found.shape} for {rows} rows. Give one each.")
        return found

    def with_column(table: Floats, source: Floats, k: int) -> Floats:
        changed = table.copy()
        changed[:, k] = source[:, k]
        return at(changed)

    base, other = at(a), at(b)
    mixed = np.array([with_column(a, b, k) for k in range(inputs)])
    back = np.array([with_column(b, a, k) for k in range(inputs)])
    return Shares(sobol_indices(base, other, mixed), pair_indices(base, other, mixed, back))
