"""Shares of variance: how much of an answer's spread each input explains, alone and in all.

Shares of variance of a function that can be called, and those that pairs of inputs have.

Which of many inputs matter at all: elementary effects, for models too slow for shares.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import qmc

from capworth.errors import InputError
from capworth.methods.arguments import Floats, finite, whole, within
from capworth.streams import stream


class Indices(NamedTuple):
    """First-order and total index of each input, with their standard errors."""

    first: Floats  # (inputs,)
    first_error: Floats
    total: Floats  # (inputs,)
    total_error: Floats


def sobol_indices(base: ArrayLike, other: ArrayLike, mixed: ArrayLike) -> Indices:
    """Variance-based sensitivity indices of independent inputs, or groups of inputs.

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
    return Indices(alone, alone_error, whole, whole_error)


def _share(parts: Floats, spread: Floats) -> tuple[Floats, Floats]:
    """Ratio of the mean of each row to the mean of the spread, and its standard error."""
    variance = spread.mean()
    share = parts.mean(axis=1) / variance
    rest = (parts - share[:, None] * spread) / variance
    return share, np.asarray(rest.std(axis=1, ddof=1) / np.sqrt(len(spread)))


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


class Effects(NamedTuple):
    """Elementary effects of each input, (inputs,), in the unit of the answer."""

    mean: Floats  # mu: signs may cancel out
    size: Floats  # mu star, the mean without sign: how much the input matters
    spread: Floats  # sigma: bends and interactions; NaN for one trajectory
    error: Floats  # standard error of the size


def trajectories(inputs: int, many: int = 10, levels: int = 4, seed: int = 0) -> Floats:
    """Draw paths through the unit cube that change one input at a time.

    Parameters
    ----------
    inputs : how many
    many : paths; the model is run (inputs + 1) times for each
    levels : of the grid, an even number; a step is levels / (2 (levels - 1)) of the range
    seed : of the stream "trajectories"

    Returns
    -------
    (many, inputs + 1, inputs) numbers between 0 and 1, to be scaled to the ranges of the inputs
    """
    n, paths = whole(inputs, "inputs", 1), whole(many, "many", 1)
    grid = whole(levels, "levels", 2)
    if grid % 2:
        raise InputError(f"levels: {grid} is odd. Give an even number, or levels are not alike.")
    rng = stream(seed, "trajectories", 0)
    step = grid / (2 * (grid - 1))
    start = rng.integers(0, grid // 2, (paths, n)) / (grid - 1)
    order = rng.permuted(np.tile(np.arange(n), (paths, 1)), axis=1)
    up = rng.random((paths, n)) < 0.5  # the path goes up in this input, or down from above
    moved = np.argsort(order, axis=1)[:, None, :] < np.arange(n + 1)[:, None]
    return np.asarray(start[:, None, :] + step * (moved == up[:, None, :]))


def elementary_effects(points: ArrayLike, answers: ArrayLike) -> Effects:
    """Change of the answer for each full range of an input, over the paths.

    Parameters
    ----------
    points : (paths, inputs + 1, inputs), see `trajectories`: each step changes one input
    answers : (paths, inputs + 1) of the model at the points

    Notes
    -----
    Morris (1991), Technometrics 33(2), 161-174; without sign: Campolongo, Cariboni & Saltelli
    (2007), Environmental Modelling & Software 22(10), 1509-1518.

    >>> path = trajectories(2, 5)
    >>> elementary_effects(path, 3 * path[..., 0] - path[..., 1]).mean.round(9).tolist()
    [3.0, -1.0]
    """
    at, found = within(points, "points", 0, 1), finite(answers, "answers")
    if at.ndim != 3 or at.shape[1] != at.shape[2] + 1 or found.shape != at.shape[:2]:
        raise InputError(
            f"points {at.shape}, answers {found.shape}: give (paths, inputs + 1, inputs) and "
            "(paths, inputs + 1)."
        )
    step = np.diff(at, axis=1)
    which = np.abs(step) > 1e-12
    if (which.sum(axis=2) != 1).any() or (which.sum(axis=1) != 1).any():
        raise InputError("points: a step changes none or several inputs. Change each input once.")
    change = np.diff(found, axis=1)
    effect = (np.where(which, change[..., None], 0) / np.where(which, step, 1)).sum(axis=1)
    paths, size = len(effect), np.abs(effect)
    few = np.full(effect.shape[1], np.nan)
    spread = effect.std(axis=0, ddof=1) if paths > 1 else few
    error = size.std(axis=0, ddof=1) / np.sqrt(paths) if paths > 1 else few
    return Effects(effect.mean(axis=0), size.mean(axis=0), spread, error)
