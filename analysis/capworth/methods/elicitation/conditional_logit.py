"""Stated choices: conditional logit with errors clustered by respondent, willingness to pay."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from capworth.errors import InputError
from capworth.methods.arguments import Floats, Ints, checked, finite, table, within

_ROUNDS: Final = 60
_FAR: Final = 30.0  # a utility that parts options for certain


class ChoiceFit(NamedTuple):
    """What choices say of the attributes of options.

    Attributes
    ----------
    coefficient : (attributes,) utility of one unit
    covariance : (attributes, attributes), clustered by respondent
    log_likelihood : of the choices
    tasks, clusters : how many
    """

    coefficient: Floats
    covariance: Floats
    log_likelihood: float
    tasks: int
    clusters: int


class Contrast(NamedTuple):
    """A combination of coefficients with its interval."""

    value: float
    low: float
    high: float


@checked
def conditional_logit(
    attributes: ArrayLike, chosen: ArrayLike, task: ArrayLike, cluster: ArrayLike
) -> ChoiceFit:
    """Fit P(option) = exp(utility) / sum over the options of the task, by Newton's method.

    Parameters
    ----------
    attributes : (options, attributes) of every option that was offered
    chosen : (options,) whether it was chosen; one in each task
    task : (options,) which choice it belongs to, whole numbers
    cluster : (options,) who chose, whole numbers; errors within one respondent may hang together

    Raises
    ------
    InputError
        When a task has no choice or several, or the choices part the options for certain.

    Notes
    -----
    McFadden (1974), Conditional logit analysis of qualitative choice behavior. Covariance: inverse
    information x sum over clusters of squared scores x inverse information x G / (G - 1).

    >>> two = conditional_logit([[1], [0]] * 4, [1, 0, 1, 0, 1, 0, 0, 1], [0, 0, 1, 1, 2, 2, 3, 3],
    ...                         [0, 0, 1, 1, 2, 2, 3, 3])
    >>> round(float(two.coefficient[0]), 6)  # log of 3 to 1
    1.098612
    """
    x = table(attributes, "attributes", "options", "attributes")
    picked = np.asarray(chosen, dtype=bool)
    tasks, of = np.unique(np.asarray(task), return_inverse=True)
    groups, who = np.unique(np.asarray(cluster), return_inverse=True)
    if picked.shape != (len(x),) or of.shape != (len(x),) or who.shape != (len(x),):
        raise InputError("chosen, task, cluster: give one of each for every option.")
    counts = np.bincount(of, picked, len(tasks))
    if (counts != 1).any():
        raise InputError(
            f"chosen: task {tasks[counts != 1][0]} has {counts[counts != 1][0]:g} choices. "
            "Mark one option of each task."
        )
    if len(groups) < 2:
        raise InputError("cluster: one respondent alone. Errors need two or more.")
    beta = np.zeros(x.shape[1])
    for _ in range(_ROUNDS):
        chance = _chances(x @ beta, of, len(tasks))
        middle = _by_task(chance[:, None] * x, of, len(tasks))
        apart = x - middle[of]
        information = (chance[:, None] * apart).T @ apart
        if np.linalg.matrix_rank(information) < len(beta):
            raise InputError(
                "attributes: the choices cannot tell some of them apart, or part the options for "
                "certain. Leave one out, or ask more."
            )
        step = np.linalg.solve(information, x.T @ (picked - chance))
        beta = beta + step
        if np.abs(step).max() < 1e-10:
            break
        if np.ptp(x @ beta) > _FAR * max(1.0, np.sqrt(len(beta))):
            raise InputError(
                "chosen: an attribute decides every choice, so its weight has no end. Ask more."
            )
    else:
        raise InputError("chosen: the fit does not settle. Ask more, or leave an attribute out.")
    scores = np.zeros((len(groups), len(beta)))
    np.add.at(scores, who, (picked - chance)[:, None] * x)
    bread = np.linalg.inv(information)
    clustered = bread @ (scores.T @ scores) @ bread * len(groups) / (len(groups) - 1)
    likelihood = float(np.log(chance[picked]).sum())
    return ChoiceFit(beta, clustered, likelihood, len(tasks), len(groups))


@checked
def worst_as_choice(
    attributes: ArrayLike, best: ArrayLike, worst: ArrayLike, task: ArrayLike, cluster: ArrayLike
) -> tuple[Floats, Floats, Ints, Ints]:
    """Add the choice of the worst: from those left once the best is taken, at minus the utility.

    Parameters
    ----------
    attributes, task, cluster : as in `conditional_logit`
    best, worst : (options,) what was chosen as best and, where it was asked, as worst

    Returns
    -------
    Attributes, choices, tasks and clusters of both choices, for `conditional_logit`.

    Notes
    -----
    Sequential best-worst choice: Marley and Louviere (2005), Journal of Mathematical Psychology 49.
    """
    x = table(attributes, "attributes", "options", "attributes")
    first, last = np.asarray(best, dtype=bool), np.asarray(worst, dtype=bool)
    of = np.unique(np.asarray(task), return_inverse=True)[1]
    who = np.unique(np.asarray(cluster), return_inverse=True)[1]
    asked = np.bincount(of, last)[of] > 0
    left = asked & ~first
    return (
        np.concatenate((x, -x[left])),
        np.concatenate((first, last[left])).astype(np.float64),
        np.concatenate((of, of[left] + of.max() + 1)),
        np.concatenate((who, who[left])),
    )


@checked
def contrast(fit: ChoiceFit, weights: ArrayLike, level: float = 0.9) -> Contrast:
    """Weighted sum of the coefficients, with its normal interval."""
    w = finite(weights, "weights")
    value, error = float(w @ fit.coefficient), float(np.sqrt(w @ fit.covariance @ w))
    reach = float(ndtri((1 + float(within(level, "level", 0, 1))) / 2)) * error
    return Contrast(value, value - reach, value + reach)


@checked
def willingness_to_pay(
    fit: ChoiceFit, weights: ArrayLike, cost: int, level: float = 0.9
) -> Contrast:
    """Money that makes up for a difference in attributes, by the delta method.

    Parameters
    ----------
    weights : (attributes,) the difference that is paid for
    cost : position of the cost among the attributes; its coefficient is below 0

    Returns
    -------
    In the unit of cost. NaN where the coefficient of cost is not below 0.
    """
    w, beta = finite(weights, "weights"), fit.coefficient
    if not beta[cost] < 0:
        return Contrast(float("nan"), float("nan"), float("nan"))
    value = float(w @ beta) / -float(beta[cost])
    slope = w / -beta[cost]
    slope[cost] += value / -beta[cost]
    error = float(np.sqrt(slope @ fit.covariance @ slope))
    reach = float(ndtri((1 + float(within(level, "level", 0, 1))) / 2)) * error
    return Contrast(value, value - reach, value + reach)


def _chances(utility: Floats, of: Ints, tasks: int) -> Floats:
    top = np.full(tasks, -np.inf)
    np.maximum.at(top, of, utility)
    raised = np.exp(utility - top[of])
    total: Floats = raised / np.bincount(of, raised, tasks)[of]
    return total


def _by_task(values: Floats, of: Ints, tasks: int) -> Floats:
    sums = np.zeros((tasks, values.shape[1]))
    np.add.at(sums, of, values)
    return sums
