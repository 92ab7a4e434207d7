"""Value of information over a list of sets, bounded by what is left to gain."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from capworth.errors import InputError
from capworth.methods.arguments import Bools, Floats, checked

BLOCK: Final = 1 << 19  # numbers of one block of draws x sets: more is slow to get from the system


@checked
def worth_within(value: Floats, cost: Floats, budget: float, whole: bool = False) -> Floats:
    """Worth of a set when its bills exceed the budget: the part that can still be done.

    Parameters
    ----------
    value : (draws, sets)
    cost : (draws, sets) money
    budget : money
    whole : all or nothing, instead of a part in proportion to the money there is

    Returns
    -------
    (draws, sets): value x min(1, budget / cost). A value below 0 counts in full, else an
    overspend would look good.

    >>> worth_within(np.array([[10.0, -2.0]]), np.array([[14.0, 20.0]]), 7.0).tolist()
    [[5.0, -2.0]]
    """
    if budget < 0:
        raise InputError(f"budget: {budget} is below 0.")
    done = np.divide(budget, cost, out=np.ones_like(cost), where=cost > 0)
    np.minimum(1.0, done, out=done)
    if whole:
        np.floor(done + 1e-12, out=done)
    worth = np.multiply(value, done, out=done)  # in place: they are many
    np.copyto(worth, value, where=~(value > 0))
    return worth


def some_draws(draws: int, sets: int) -> Iterator[slice]:
    """Cut draws into blocks by a fixed rule."""
    step = max(1, BLOCK // max(sets, 1))
    for first in range(0, draws, step):
        yield slice(first, first + step)


@dataclass(frozen=True, slots=True, eq=False)
class BoundedInformation:
    """What it would be worth to know everything before choosing.

    Attributes
    ----------
    best : the set that is chosen without it, by expected worth
    evpi : expected value of perfect information, in the unit of the values
    ceiling : what is left to gain with the budget lifted; never below `evpi`
    worth : (sets,) expected worth
    lead : (draws,) what the best set of each draw is worth more than `best`
    """

    best: int
    evpi: float
    ceiling: float
    worth: Floats
    lead: Floats


@checked
def bounded_evpi(
    value: Floats, cost: Floats, budget: float, whole: bool = False, most: Floats | None = None
) -> BoundedInformation:
    """Expected value of perfect information, bounded: E max W - max E W over a list of sets.

    Parameters
    ----------
    value, cost : (draws, sets)
    budget : money
    whole : see `worth_within`
    most : (draws,) value of the best set of all that keep their relations, those that were too
        dear for the list among them; the list alone where None

    Notes
    -----
    0 <= EVPI <= ceiling always: the ceiling is the same choice with the budget lifted.
    """
    means, top = np.zeros(value.shape[1]), np.empty(len(value))
    for rows in some_draws(*value.shape):
        worth = worth_within(value[rows], cost[rows], budget, whole)
        means += worth.sum(axis=0)
        top[rows] = worth.max(axis=1)
    means /= len(value)
    best = int(means.argmax())
    mine = worth_within(value[:, best], cost[:, best], budget, whole)
    return BoundedInformation(
        best=best,
        evpi=float(top.mean() - means[best]),
        ceiling=float((value.max(axis=1) if most is None else most).mean() - means[best]),
        worth=means,
        lead=top - mine,
    )


@checked
def set_sums(things: Floats, sets: Bools) -> Floats:
    """Sum what the members of each set have: (draws, projects) to (draws, sets)."""
    return np.asarray(things @ sets.T.astype(np.float64))


@dataclass(frozen=True, slots=True)
class Survey:
    """What a survey of clustered answers would tell of a share.

    Attributes
    ----------
    design_effect : 1 + (items - 1) icc
    effective : answers that count, if they were independent
    prior : answers that what is known today is worth: p (1 - p) / variance - 1
    resolved : share of the variance that the survey resolves
    """

    design_effect: float
    effective: float
    prior: float
    resolved: float


@checked
def survey_resolves(
    members: int, items: int, icc: float, prior_mean: float, prior_variance: float
) -> Survey:
    """Share of a variance that a survey resolves: effective size against what is known today.

    Parameters
    ----------
    members, items : members asked, and answers of each
    icc : correlation of answers within a member, from 0 to 1
    prior_mean, prior_variance : of the share today; variance below mean (1 - mean)

    >>> round(survey_resolves(60, 20, 0.1, 0.6, 0.015).resolved, 6)
    0.965018
    """
    if not 0 < prior_variance < prior_mean * (1 - prior_mean):
        raise InputError("prior_variance: not between 0 and mean x (1 - mean).")
    design = 1 + (items - 1) * icc
    effective = members * items / design
    prior = prior_mean * (1 - prior_mean) / prior_variance - 1
    return Survey(design, effective, prior, effective / (effective + prior))


@checked
def bounded_evsi(conditional: Floats, resolved: float) -> float:
    """Expected value of sample information from conditional means, shrunk to what is resolved.

    Parameters
    ----------
    conditional : (draws, sets) expected worth of each set given what is asked for
    resolved : share of the variance that the sample resolves, from 0 to 1

    Returns
    -------
    In the unit of the worth; at most the value of knowing it all.

    Notes
    -----
    Moment matching of the conditional means: Heath and others (2020), Medical Decision Making
    40(3), 314-326.
    """
    centre = conditional.mean(axis=0)
    shrunk = centre + np.sqrt(resolved) * (conditional - centre)
    return float(shrunk.max(axis=1).mean() - centre.max())
