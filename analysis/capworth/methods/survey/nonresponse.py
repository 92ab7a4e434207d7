"""Nonresponse in a survey: weights for those who answered, and how far they may be off.

Members of one weighting cell (a region, or a region and a size) stand for each other: those who
answered speak for those who did not. What that assumes is that, inside a cell, the silent ones
would on average have answered as the others did.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.methods.arguments import Bools, Floats, Ints, checked, within

MOST_GROUPS: Final = 100_000
NUMBERS: Final = 1 << 22  # of shuffled answers that are held at a time
FEWEST: Final = 3  # answers below which a cell is joined with another


@checked
def weighting_cells(region: Ints, size: Ints, answered: Bools, fewest: int = FEWEST) -> Ints:
    """Cells in which enough members answered to speak for the rest: (members,), numbered from 0.

    A region is parted by size where every size in it has `fewest` answers or more. Regions with
    fewer answers are joined; where they are still too few, with the smallest other cell.

    Parameters
    ----------
    region, size : (members,) codes from 0
    answered : (members,)

    Notes
    -----
    Collapsing of post-strata: Kish (1965), Survey Sampling, section 13.4; cells are numbered in
    the order of regions, then sizes.
    """
    if not answered.any():
        raise InputError("answered: nobody answered. There is nothing to weight.")
    thin = [g for g in np.unique(region) if answered[region == g].sum() < fewest]
    label = np.where(np.isin(region, thin), -1, region * (size.max() + 1))
    for g in np.unique(region):
        inside = region == g
        if g not in thin and all(
            answered[inside & (size == s)].sum() >= fewest for s in np.unique(size[inside])
        ):
            label[inside] += size[inside]
    joined = label == -1
    if joined.any() and answered[joined].sum() < fewest and not joined.all():
        others = np.unique(label[~joined])
        counts = [int(answered[label == cell].sum()) for cell in others]
        label[joined] = others[int(np.argmin(counts))]
    cells: Ints = np.unique(label, return_inverse=True)[1].astype(np.int64)
    return cells


@checked
def response_weights(cells: ArrayLike, answered: ArrayLike) -> Floats:
    """Members for whom each answering member speaks, itself included: (answering,).

    Members of the cell over answers of the cell; the weights sum to the number of members. Holt &
    Smith (1979), Journal of the Royal Statistical Society A 142(1), 33-46.

    >>> response_weights(np.array([0, 0, 0, 1]), np.array([True, True, False, True])).tolist()
    [1.5, 1.5, 1.0]
    """
    own, gave = np.asarray(cells, dtype=np.int64), np.asarray(answered, dtype=np.bool_)
    members, answers = _counts(own, gave)
    weights: Floats = (members / answers)[own[gave]]
    return weights


@checked
def replicate_weights(
    cells: Ints,
    answered: Bools,
    replicates: int,
    rng: np.random.Generator,
    completeness: Floats | None = None,
) -> Floats:
    """Replicate weights: draws in which other members might have answered: (replicates, answering).

    In every cell, n - 1 of its n answers are drawn with replacement and the weights stretched, so
    that the spread of a mean over the draws is that of its sampling error without replacement. A
    cell in which all members answered everything does not move; one answer that speaks for others
    too leaves the spread unknown (NaN), not 0.

    Parameters
    ----------
    completeness : (answering,) share of the questions that a member answered; all when None
        A cell is known to the share of all its members' questions that were answered.

    Notes
    -----
    The rescaling bootstrap: Rao & Wu (1988), Journal of the American Statistical Association
    83(401), 231-241; as weights Rao, Wu & Yue (1992), Survey Methodology 18(2), 209-217.
    """
    members, answers = _counts(cells, answered)
    own = cells[answered]
    completed = np.ones(len(own)) if completeness is None else completeness
    known = np.bincount(own, completed, len(members)) / members
    weights = np.empty((replicates, len(own)))
    for cell, (whole, n) in enumerate(zip(members, answers, strict=True)):
        inside = own == cell
        if n == 1:  # of one answer among several nobody knows how far another would be off
            weights[:, inside] = whole if whole == 1 else np.nan
            continue
        drawn = rng.multinomial(n - 1, np.full(n, 1 / n), replicates)
        stretch = np.sqrt(1 - known[cell])
        weights[:, inside] = whole / n * (1 + stretch * (drawn * (n / (n - 1)) - 1))
    return weights


@checked
def weighted_means(weights: ArrayLike, answers: ArrayLike) -> Floats:
    """Mean answer on each thing over those who answered on it: (..., things); NaN where nobody did.

    Parameters
    ----------
    weights : (..., answering), 0 or more
    answers : (answering, things), NaN where a member did not answer on a thing

    >>> weighted_means([1, 3], [[2.0, np.nan], [6.0, 5.0]]).tolist()
    [5.0, 5.0]
    """
    ratings, heavy = np.asarray(answers, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    given = np.isfinite(ratings)
    total = np.einsum("...m,mt->...t", heavy, np.where(given, ratings, 0.0))
    weight = np.einsum("...m,mt->...t", heavy, given.astype(np.float64))
    with np.errstate(invalid="ignore", divide="ignore"):
        mean: Floats = np.where(weight > 0, total / weight, np.nan)
    return mean


@checked
def eta_squared(groups: Ints, weights: Floats, answers: Floats) -> Floats:
    """Eta squared: share of the variance that lies between groups, (..., things), 0 to 1.

    Parameters
    ----------
    groups : (..., answering) codes from 0; a stack of relabellings may lead
    weights : (answering,)
    answers : (answering, things), NaN where a member did not answer; NaN where all answers agree

    Notes
    -----
    The correlation ratio, eta squared (Fisher 1925), with survey weights. Chance alone gives about
    (groups - 1) / (answers - 1); see `eta_squared_p_value`.

    >>> answers = np.array([[1.0, 1], [1, 3], [3, 1], [3, 3]])
    >>> eta_squared(np.array([0, 0, 1, 1]), np.ones(4), answers).tolist()
    [1.0, 0.0]
    """
    within(groups, "groups", 0, MOST_GROUPS)
    given = np.isfinite(answers)
    filled = np.where(given, answers, 0.0)
    mean = weighted_means(weights, answers)
    apart = np.where(given, filled - np.nan_to_num(mean), 0.0)
    within_all = np.einsum("m,mt->t", weights, apart**2)
    between = np.zeros((*groups.shape[:-1], answers.shape[1]))
    for group in range(int(groups.max()) + 1):
        inside = (groups == group) * weights
        weight = np.einsum("...m,mt->...t", inside, given.astype(np.float64))
        total = np.einsum("...m,mt->...t", inside, apart)
        with np.errstate(invalid="ignore", divide="ignore"):
            between += np.where(weight > 0, total**2 / weight, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        share: Floats = np.where(within_all > 0, np.minimum(between / within_all, 1.0), np.nan)
    return share


@checked
def eta_squared_p_value(
    groups: Ints, weights: Floats, answers: Floats, shuffles: int, rng: np.random.Generator
) -> Floats:
    """How often groups put together at random differ as much as the real ones: (things,).

    The p-value of a permutation test, the real grouping counted among the shuffles: Phipson &
    Smyth (2010), Statistical Applications in Genetics and Molecular Biology 9(1), 39.
    """
    found = eta_squared(groups, weights, answers)
    larger, step = np.zeros(len(found)), max(1, NUMBERS // max(len(groups), 1))
    for first in range(0, shuffles, step):
        many = min(step, shuffles - first)
        shuffled = rng.permuted(np.tile(groups, (many, 1)), axis=1)
        larger += (eta_squared(shuffled, weights, answers) >= found - 1e-12).sum(axis=0)
    chance: Floats = (larger + 1) / (shuffles + 1)
    return np.where(np.isfinite(found), chance, np.nan)


def _counts(cells: Ints, answered: Bools) -> tuple[Ints, Ints]:
    """Members and answers of each cell; refused where a cell has members and no answer."""
    if cells.shape != answered.shape or cells.ndim != 1:
        raise InputError(
            f"cells has shape {cells.shape}, answered {answered.shape}. Give one entry a member."
        )
    members = np.bincount(cells)
    answers = np.bincount(cells[answered], minlength=len(members))
    if (answers == 0).any():
        cell = int(np.argmin(answers))
        raise InputError(f"cells: nobody in cell {cell} answered. Join it with another cell.")
    return members, answers
