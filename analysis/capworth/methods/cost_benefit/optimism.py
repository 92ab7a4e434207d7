"""Optimism bias: what estimates like this one have been wrong by, and what is done about it.

An uplift is a share of the estimate: 0.44 turns 100 into 144. Its bounds by class of project are
data; they are starting values, not the highest and lowest possible.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.methods.arguments import Floats, above, alike, checked, finite, shares, within

MOST = 10.0  # an uplift is a share: what is higher was typed in percent


class Allowance(NamedTuple):
    """What is added for optimism and for risk, as shares of the estimate."""

    uplift: Floats  # optimism that no named risk covers
    register: Floats  # named risks
    total: Floats


@checked
def managed_uplift(upper: ArrayLike, contributions: ArrayLike, mitigations: ArrayLike) -> Floats:
    """Uplift that is left: upper bound x (1 - sum of contribution x mitigation).

    Parameters
    ----------
    upper : (...) uplift before anything is managed
    contributions : (..., causes) share of the bias that each cause is held to explain; they sum to
        1 at most
    mitigations : (..., causes) share of each cause that is managed, 0 to 1

    Notes
    -----
    Mott MacDonald (2002); HM Treasury, supplementary guidance on optimism bias.

    >>> round(float(managed_uplift(0.51, [1], [0.92])), 4)
    0.0408
    """
    alike(contributions=contributions, mitigations=mitigations)
    parts = within(contributions, "contributions", 0, 1)
    done = within(mitigations, "mitigations", 0, 1)
    if parts.shape[-1:] != done.shape[-1:]:
        raise InputError(
            f"mitigations {done.shape}, contributions {parts.shape}: give one for each."
        )
    if parts.ndim == 0 or (parts.sum(axis=-1) > 1 + 1e-9).any():
        raise InputError("contributions: they sum to more than 1. Share the bias among the causes.")
    managed = (parts * done).sum(axis=-1)
    return np.asarray(_uplift(upper, "upper") * (1 - managed))


@checked
def combined_uplift(uplifts: ArrayLike, weights: ArrayLike) -> Floats:
    """Uplift of a project of several classes, weighted by their shares of its cost.

    Parameters
    ----------
    uplifts : (..., classes)
    weights : (..., classes), summing to 1
    """
    alike(uplifts=uplifts, weights=weights)
    parts, weighed = _uplift(uplifts, "uplifts"), shares(weights, "weights")
    if parts.shape[-1:] != weighed.shape[-1:]:
        raise InputError(
            f"weights {weighed.shape}, uplifts {parts.shape}: give one for each class."
        )
    return np.asarray((parts * weighed).sum(axis=-1))


@checked
def uplifted(base: ArrayLike, uplift: ArrayLike, cost_of_managing: ArrayLike = 0.0) -> Floats:
    """Estimate with its uplift, plus what it costs to hold the uplift that low.

    Parameters
    ----------
    base : (...) cost, or works duration; benefits take a haircut by an uplift below 0
    uplift : (...) see `managed_uplift`
    cost_of_managing : (...) in the unit of `base`. Mitigation without its cost is a free lunch.
    """
    alike(base=base, uplift=uplift, cost_of_managing=cost_of_managing)
    added = within(cost_of_managing, "cost_of_managing", 0)
    return np.asarray(finite(base, "base") * (1 + within(uplift, "uplift", -1, MOST)) + added)


@checked
def reference_class(uniforms: ArrayLike, probabilities: ArrayLike, overruns: ArrayLike) -> Floats:
    """Draw overruns from the record of a reference class, by its quantile function.

    Parameters
    ----------
    uniforms : (...) even draws between 0 and 1
    probabilities : (quantiles,) from 0 to 1, rising
    overruns : (quantiles,) overrun that this share of the class did not exceed; -0.1 is an
        underrun by a tenth. Between two quantiles it is a straight line.

    Returns
    -------
    (...) overruns. At one probability p it is also the uplift that is exceeded in 1 - p of the
    projects like this: Flyvbjerg (2006), Project Management Journal 37(3), 5-15.

    >>> reference_class([0.25, 0.9], [0, 0.5, 1], [0, 0.2, 1.2]).round(6).tolist()
    [0.1, 1.0]
    """
    places = within(probabilities, "probabilities", 0, 1)
    levels = within(overruns, "overruns", -1)
    if places.ndim != 1 or places.shape != levels.shape or places.size < 2:
        raise InputError(
            f"probabilities {places.shape} and overruns {levels.shape}: give as many of each."
        )
    if places[0] != 0 or places[-1] != 1 or (np.diff(places) <= 0).any():
        raise InputError(
            "probabilities: let them rise from 0 to 1; the ends of a class are stated."
        )
    if (np.diff(levels) < 0).any():
        raise InputError("overruns: a higher probability has a lower overrun. Put them in order.")
    return np.asarray(np.interp(within(uniforms, "uniforms", 0, 1), places, levels))


@checked
def observed_quantiles(overruns: ArrayLike) -> tuple[Floats, Floats]:
    """Quantile function of projects observed one by one.

    Returns (probabilities, overruns), both (projects,), for `reference_class`.

    The best project stands at 0 and the worst at 1, so nothing outside the record is drawn: a
    short record understates the tails.
    """
    levels = np.sort(within(overruns, "overruns", -1))
    if levels.ndim != 1 or levels.size < 2:
        raise InputError(
            f"overruns: shape {levels.shape}. Give at least two projects, (projects,)."
        )
    return np.linspace(0, 1, levels.size), levels


@checked
def with_register(uplift: ArrayLike, register: ArrayLike, covered: ArrayLike) -> Allowance:
    """Add optimism and named risks without counting the same trouble twice.

    Parameters
    ----------
    uplift : (...) optimism bias
    register : (...) expected cost of the named risks, as a share of the estimate
    covered : (...) share of the optimism that the named risks explain. 1, the register is
        complete: it replaces the uplift. 0: they have nothing in common, and both count.
    """
    alike(uplift=uplift, register=register, covered=covered)
    left = _uplift(uplift, "uplift") * (1 - within(covered, "covered", 0, 1))
    named = within(register, "register", 0)
    return Allowance(left, named, np.asarray(left + named))


def _uplift(given: ArrayLike, name: str) -> Floats:
    """Uplifts above -1; a class without a bound (NaN) has none to give."""
    if np.isnan(np.asarray(given, dtype=np.float64)).any():
        raise InputError(f"{name}: this class has no published bound of this kind. Choose another.")
    return within(above(given, name, -1), name, -1, MOST)
