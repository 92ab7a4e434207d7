"""Which of many inputs matter at all: elementary effects, for models too slow for shares."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.kernels.arguments import finite
from capworth.kernels.arrays import Floats
from capworth.kernels.ranges import whole, within
from capworth.streams import stream


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
