"""How sure a ranking is: confidence factors, and the ranks that the evidence cannot exclude."""

import numpy as np

from capworth.errors import InputError
from capworth.kernels.arguments import table
from capworth.kernels.arrays import Floats, Ints
from capworth.kernels.measurement import BLOCK, World, drawn


def lead_counts(world: World, central: Floats, draws: int) -> Ints:
    """Draws in which each option is first under its own weights, all from the same measurements.

    Parameters
    ----------
    world : measurements of these draws
    central : (options, criteria), each option's own weights; a row that is not a number is skipped
    draws : how many the world has

    Returns
    -------
    (options, options). Entry `[i, k]` counts draws in which `i` shares the first place with `k`
    others; whole numbers, so chunks add up in any order.
    """
    options = len(central)
    counts = np.zeros((options, options), dtype=np.int64)
    for i in np.flatnonzero(np.isfinite(central).all(axis=1)):
        for start in range(0, draws, BLOCK):
            values = world(central[i], slice(start, start + BLOCK))
            rest = values[:i].max(axis=0, initial=-np.inf)
            np.maximum(rest, values[i + 1 :].max(axis=0, initial=-np.inf), out=rest)
            counts[i, 0] += np.count_nonzero(values[i] > rest)
            level = np.flatnonzero(values[i] == rest)
            if level.size:
                rivals = (values[:, level] == rest[level]).sum(axis=0) - 1
                counts[i] += np.bincount(rivals, minlength=options)
    return counts


def factors(counts: Ints, central: Floats, draws: int) -> Floats:
    """Confidence factors from the counts of `lead_counts`: (options,).

    A shared first place counts by the option's share; an option without central weights has no
    factor (not a number).
    """
    share = (counts / np.arange(1, counts.shape[1] + 1)).sum(axis=1) / draws
    found: Floats = np.where(np.isfinite(central).all(axis=1), share, np.nan)
    return found


def confidence_factors(measurements: Floats, central: Floats) -> Floats:
    """Chance that an option is first when its own central weights are right.

    Parameters
    ----------
    measurements : (draws, options, criteria), values on one common scale, more is better
    central : (options, criteria), as from `RankTally.central_weights`

    Returns
    -------
    (options,). Low means that better measurements, not better weights, are needed to be sure.

    Notes
    -----
    Lahdelma & Salminen (2001), Operations Research 49(3), 444-454. The same measurements serve
    every option, so two factors differ by the weights and not by luck.
    """
    own = np.asarray(central, dtype=np.float64)
    if np.shape(measurements)[1:] != own.shape:
        raise InputError(
            f"central: shape {own.shape} for measurements of shape {np.shape(measurements)}. "
            "Give one row of weights for each option."
        )
    return factors(lead_counts(drawn(measurements), own, len(measurements)), own, len(measurements))


def rank_confidence_sets(replicates: Floats, level: float = 0.95, *, jointly: bool = True) -> Ints:
    """Ranks that cannot be excluded, given how uncertain each difference between options is.

    Parameters
    ----------
    replicates : (draws, options), equally likely versions of the options' values (bootstrap, or
        draws of the uncertain value itself); 2 draws or more
    level : confidence, as 0.95
    jointly : True: all options' sets hold together with this confidence;
        False: each option's set holds by itself

    Returns
    -------
    (options, 2), lowest and highest rank, 1 is the first. An option's lowest rank is 1 plus the
    number of options that are surely above it; its highest is the number of options minus those
    surely below. The sets hold the option's rank in at least `level` of the cases.

    Notes
    -----
    Mogstad, Romano, Shaikh & Wilhelm (2024), Review of Economic Studies 91(1), 476-518:
    intervals for all differences from the distribution of the largest standardised deviation,
    without the stepwise refinement. A difference that never varies is sure by its sign.
    """
    values = table(replicates, "replicates", "draws", "options")
    if len(values) < 2:
        raise InputError("replicates: one draw shows no spread. Give two or more.")
    if not 0 < level < 1:
        raise InputError(f"level: {level} is not between 0 and 1. Give a confidence, as 0.95.")
    draws, options = values.shape
    mean = values.mean(axis=0)
    gap = mean[:, None] - mean
    centred = np.ascontiguousarray((values - mean).T)
    spread = np.zeros((options, options))
    worst = np.zeros((options, draws))  # largest standardised deviation of any of i's differences
    for i in range(options):
        deviation = centred[i] - centred
        spread[i] = np.sqrt(np.einsum("od,od->o", deviation, deviation) / (draws - 1))
        varies = spread[i] > 0
        if varies.any():
            worst[i] = np.abs(deviation[varies] / spread[i, varies, None]).max(axis=0)
    worst = np.broadcast_to(worst.max(axis=0), worst.shape) if jointly else worst
    critical = np.quantile(worst, level, axis=1, method="higher")[:, None]
    surely_above = gap > critical * spread  # row above column
    surely_below = gap < -critical * spread
    lowest, highest = 1 + surely_below.sum(axis=1), options - surely_above.sum(axis=1)
    return np.column_stack((lowest, highest)).astype(np.int64)
