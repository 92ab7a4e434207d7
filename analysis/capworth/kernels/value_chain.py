"""From records and searches to hits, leads and outcomes: volumes and rates kept apart."""

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.kernels.arguments import finite
from capworth.kernels.arrays import Floats
from capworth.kernels.ranges import above, within


def volumes(start: ArrayLike, rates: ArrayLike) -> Floats:
    """Volume after each step of a chain in which every step keeps a share of the one before.

    Parameters
    ----------
    start : (...) searches a year, or whatever enters the chain
    rates : (..., steps) such as hit rate, verified, used, outcomes for each lead,
        1 - counterfactual, contribution share; then a unit value if wanted

    Returns
    -------
    (..., steps + 1), the start first

    >>> volumes(1000, [0.5, 0.1]).tolist()
    [1000.0, 500.0, 50.0]
    """
    kept = within(rates, "rates", 0)
    if kept.ndim == 0:
        raise InputError(f"rates: {kept} is one number. Give a list of rates, (..., steps).")
    entered = within(start, "start", 0)[..., None]
    shape = (*np.broadcast_shapes(entered.shape[:-1], kept.shape[:-1]), kept.shape[-1])
    through = np.concatenate(
        (np.ones((*shape[:-1], 1)), np.broadcast_to(kept, shape).cumprod(axis=-1)), axis=-1
    )
    return np.asarray(entered * through)


def match_probability(
    intensity: ArrayLike, records: ArrayLike, quality: ArrayLike = 1.0, access: ArrayLike = 1.0
) -> Floats:
    """Probability that a search finds something: 1 - exp(-intensity x records x quality x access).

    Saturation is built in: the next record adds less than the last.

    Parameters
    ----------
    intensity : (...) encounters for each record and search
    records : (...) records held
    quality, access : (...) share of them fit to be found, and open to the searcher
    """
    return np.asarray(-np.expm1(-_exposure(intensity, records, quality, access)))


def match_elasticity(
    intensity: ArrayLike, records: ArrayLike, quality: ArrayLike = 1.0, access: ArrayLike = 1.0
) -> Floats:
    """Percent more matches for one percent more records (or quality, or access).

    e / (exp(e) - 1) at the exposure e: 1 when matches are rare, falling to 0 as they saturate.
    """
    exposure = _exposure(intensity, records, quality, access)
    growth = np.expm1(np.minimum(exposure, 700))  # exp overflows beyond
    return np.divide(exposure, growth, out=np.ones_like(growth), where=growth > 0)


def lead_use(at_once: ArrayLike, delay: ArrayLike, patience: ArrayLike) -> Floats:
    """Share of leads used when the verified answer comes after `delay`.

    at_once x exp(-delay / patience), both times in one unit. Patience is minutes at a border and
    years in a cold case, so speed is worth little for some outcomes.
    """
    waited = within(delay, "delay", 0) / above(patience, "patience")
    return np.asarray(within(at_once, "at_once", 0, 1) * np.exp(-waited))


def elasticity(cause: ArrayLike, effect: ArrayLike) -> Floats:
    """Percent of the effect for one percent of the cause, from two levels of each.

    Parameters
    ----------
    cause, effect : (..., 2) level before and after, above 0

    Notes
    -----
    Times the average rate it is the marginal rate: what the next search adds.

    >>> round(float(elasticity([1, 2.65], [1, 1.86])), 4)
    0.6368
    """
    grown = [_log_growth(cause, "cause"), _log_growth(effect, "effect")]
    if (grown[0] == 0).any():
        raise InputError("cause: it did not change. Give two levels that differ.")
    return np.asarray(grown[1] / grown[0])


def marginal_rate(average_rate: ArrayLike, response: ArrayLike) -> Floats:
    """Rate of the next unit: average rate x elasticity. The average overstates it below 1."""
    return np.asarray(finite(average_rate, "average_rate") * finite(response, "response"))


def change_by_step(before: ArrayLike, after: ArrayLike) -> Floats:
    """Split the change of a product among its factors; the parts sum to the whole change.

    Parameters
    ----------
    before, after : (..., factors) such as volume and rate, above 0

    Returns
    -------
    (..., factors) in the unit of the product: log change of the factor x logarithmic mean of
    the two products. No factor comes first and nothing is left over.

    Notes
    -----
    Logarithmic mean Divisia index: Ang (2004), Energy Policy 32(9), 1131-1139.
    """
    old, new = above(before, "before"), above(after, "after")
    logs = np.log(new / old)
    start, whole = old.prod(axis=-1, keepdims=True), logs.sum(axis=-1, keepdims=True)
    mean = np.divide(np.expm1(whole), whole, out=np.ones_like(whole), where=whole != 0)
    return np.asarray(logs * start * mean)


def _exposure(
    intensity: ArrayLike, records: ArrayLike, quality: ArrayLike, access: ArrayLike
) -> Floats:
    return np.asarray(
        within(intensity, "intensity", 0)
        * within(records, "records", 0)
        * within(quality, "quality", 0, 1)
        * within(access, "access", 0, 1)
    )


def _log_growth(levels: ArrayLike, name: str) -> Floats:
    pair = above(levels, name)
    if pair.ndim == 0 or pair.shape[-1] != 2:
        raise InputError(f"{name}: shape {pair.shape} is not (..., 2). Give before and after.")
    return np.asarray(np.log(pair[..., 1] / pair[..., 0]))
