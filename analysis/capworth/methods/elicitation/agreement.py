"""Agreement: Cohen's and Fleiss' kappa, Krippendorff's alpha, Cronbach's alpha, Kendall's W.

Of coders on units, of the questions of a scale, of judges on an order; beyond what chance brings.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.methods.arguments import Floats, checked, known, table, within

_LEVELS: Final = ("nominal", "ordinal", "interval", "ratio")
ROUNDING: Final = 1e-9  # of a sum: what differs by less is the same
_KAPPA_WEIGHTS: Final = ("none", "linear", "quadratic")


@checked
def cohen_kappa(counts: ArrayLike, weights: str = "none") -> float:
    """Cohen's kappa of two coders: 1 when they agree on all, 0 when no more than by chance.

    Parameters
    ----------
    counts : (categories, categories) how many units the first coder put into the row and the
        second into the column; `cross_table` makes it of two lists of codes
    weights : "none", a miss is a miss; "linear" or "quadratic", categories are in order and a near
        miss counts less

    Returns
    -------
    NaN where chance alone would have them agree on everything.

    Notes
    -----
    Cohen (1960), Educational and Psychological Measurement 20(1), 37-46; weighted: Cohen (1968),
    Psychological Bulletin 70(4), 213-220.

    >>> round(cohen_kappa([[20, 5], [10, 15]]), 4)
    0.4
    """
    many = within(table(counts, "counts", "categories", "categories"), "counts", 0)
    known(weights, "weights", _KAPPA_WEIGHTS)
    if many.shape[0] != many.shape[1] or not many.sum() > 0:
        raise InputError(f"counts: shape {many.shape}. Give a square table of units, not all 0.")
    share = many / many.sum()
    apart = np.abs(np.subtract.outer(np.arange(len(many)), np.arange(len(many)))).astype(float)
    missed = {"none": (apart > 0).astype(float), "linear": apart, "quadratic": apart**2}[weights]
    chance = float((missed * np.outer(share.sum(axis=1), share.sum(axis=0))).sum())
    return float(1 - (missed * share).sum() / chance) if chance > 0 else float("nan")


def cross_table(first: ArrayLike, second: ArrayLike) -> Floats:
    """Count the units (categories, categories) by the codes of two coders, codes in rising order.

    A unit to which one of them gave no code (None, NaN, "" or masked) does not count.

    >>> cross_table(["a", "b", "b"], ["a", "a", "b"]).tolist()
    [[1.0, 0.0], [1.0, 1.0]]
    """
    every: Any = np.ma.asarray(first, dtype=object)
    others: Any = np.ma.asarray(second, dtype=object)
    if every.ndim != 1 or every.shape != others.shape or not len(every):
        raise InputError(f"first {every.shape}, second {others.shape}: give a code for each unit.")
    pairs = [(a, b) for a, b in zip(every, others, strict=True) if not (_is_gap(a) or _is_gap(b))]
    if not pairs:
        raise InputError(
            "first and second: no unit has a code of both. There is nothing to compare."
        )
    one, other = (np.array([pair[k] for pair in pairs]) for k in (0, 1))
    codes, place = np.unique(np.concatenate((one, other)), return_inverse=True)
    counts = np.zeros((len(codes), len(codes)))
    np.add.at(counts, (place[: len(one)], place[len(one) :]), 1)
    return counts


def _is_gap(code: object) -> bool:
    """Whether a coder gave no code: a gap is no category, and two gaps do not agree."""
    missing = code is None or code is np.ma.masked or code == ""
    return missing or (isinstance(code, float) and code != code) or type(code).__name__ == "NAType"


@checked
def fleiss_kappa(counts: ArrayLike) -> float:
    """Fleiss' kappa: the same number of coders on every unit, not always the same persons.

    Parameters
    ----------
    counts : (units, categories) how many coders put the unit into the category

    Notes
    -----
    Fleiss (1971), Psychological Bulletin 76(5), 378-382.

    >>> fleiss_kappa([[2, 0], [0, 2]]), fleiss_kappa([[1, 1], [1, 1]])
    (1.0, -1.0)
    """
    many = within(table(counts, "counts", "units", "categories"), "counts", 0)
    coders = many.sum(axis=1)
    if (coders != coders[0]).any() or coders[0] < 2:
        raise InputError(
            f"counts: units have {coders.min():g} to {coders.max():g} coders. Give as many for "
            "each, 2 or more; `krippendorff_alpha` takes gaps."
        )
    agree = ((many**2).sum(axis=1) - coders[0]) / (coders[0] * (coders[0] - 1))
    chance = float(((many.sum(axis=0) / many.sum()) ** 2).sum())
    return float((agree.mean() - chance) / (1 - chance)) if chance < 1 else float("nan")


@checked
def krippendorff_alpha(codes: ArrayLike, level: str = "nominal") -> float:
    """Krippendorff's alpha: any number of coders, gaps allowed; 1 full agreement, 0 chance.

    Parameters
    ----------
    codes : (coders, units) numbers, NaN where a coder gave no code; a unit with one code alone
        does not count
    level : "nominal", codes are names; "ordinal", they are in order; "interval", their differences
        count; "ratio", their differences beside their size do

    Returns
    -------
    Below 0 for coders that differ systematically; NaN where all codes are alike. 0.8 and above is
    customary, from 0.667 for tentative conclusions.

    Notes
    -----
    Krippendorff (2004), Content Analysis, 2nd ed., ch. 11: 1 - observed over expected
    disagreement, from the matrix of coincidences.

    >>> krippendorff_alpha([[1, 1, 2, 2], [1, 1, 2, float("nan")]])
    1.0
    """
    known(level, "level", _LEVELS)
    try:
        coded = np.asarray(codes, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"codes: {error}. Number the categories; NaN for a gap.") from error
    if coded.ndim != 2 or len(coded) < 2 or np.isinf(coded).any():
        raise InputError(f"codes: shape {coded.shape}. Give finite codes of two coders or more.")
    counted = coded[:, (~np.isnan(coded)).sum(axis=0) >= 2]
    if not counted.size:
        raise InputError("codes: no unit was coded twice. There is nothing to compare.")
    values = np.unique(counted[~np.isnan(counted)])
    if level == "ratio" and (values < 0).any():
        raise InputError("codes: a number below 0 has no ratio. Use level 'interval'.")
    held = (counted[None] == values[:, None, None]).sum(axis=1).astype(float)  # (values, units)
    pairs = held.sum(axis=0) - 1
    together = np.einsum("cu,ku->ck", held / pairs, held)
    np.fill_diagonal(together, np.einsum("cu,cu->c", held / pairs, held - 1))
    size = together.sum(axis=1)
    differ = _differences(values, size, level)
    expected = float(np.einsum("c,k,ck->", size, size, differ))
    if not expected > 0:
        return float("nan")
    return float(1 - (size.sum() - 1) * (together * differ).sum() / expected)


def _differences(values: Floats, size: Floats, level: str) -> Floats:
    """Squared difference of each two values as the level of measurement sees it."""
    one, other = values[:, None], values[None]
    if level == "nominal":
        return np.asarray((one != other).astype(float))
    if level == "interval":
        return np.asarray((one - other) ** 2)
    if level == "ratio":
        both = one + other
        share = np.divide(one - other, both, out=np.zeros_like(both), where=both > 0)
        return np.asarray(share**2)
    middle = size.cumsum() - size / 2  # ranks of those that lie between, half of both ends
    return np.asarray((middle[:, None] - middle[None]) ** 2)


@checked
def cronbach_alpha(answers: ArrayLike) -> float:
    """Reliability of a sum over questions: how far they measure one thing.

    Parameters
    ----------
    answers : (persons, questions), two of each or more, all turned the same way

    Returns
    -------
    At most 1; NaN where all persons have the same sum.

    Notes
    -----
    Cronbach (1951), Psychometrika 16(3), 297-334.

    >>> round(cronbach_alpha([[1, 2], [2, 3], [3, 5]]), 4)  # variances 1 and 7/3, of the sum 19/3
    0.9474
    """
    ratings = table(answers, "answers", "persons", "questions")
    persons, questions = ratings.shape
    if persons < 2 or questions < 2:
        raise InputError(f"answers: {persons} persons, {questions} questions. Give two or more.")
    sums = ratings.sum(axis=1)
    whole = float(sums.var(ddof=1))
    if whole <= (ROUNDING * np.abs(ratings).sum(axis=1).max()) ** 2:
        return float("nan")  # the sums are all the same, but for the last bits of their adding
    return float(questions / (questions - 1) * (1 - ratings.var(axis=0, ddof=1).sum() / whole))


@checked
def kendall_w(points: ArrayLike) -> float:
    """Kendall's W: 1 when all judges give one order, 0 when their orders cancel out.

    Parameters
    ----------
    points : (judges, things), more is better; what ties shares its mean rank, and W is corrected

    Returns
    -------
    NaN when every judge finds everything alike.

    Notes
    -----
    Kendall & Babington Smith (1939), Annals of Mathematical Statistics 10(3), 275-287; correction
    for ties as in Kendall & Gibbons (1990), Rank Correlation Methods, ch. 6.

    >>> kendall_w([[3, 2, 1], [3, 2, 1]]), kendall_w([[3, 2, 1], [1, 2, 3]])
    (1.0, 0.0)
    """
    ratings = table(points, "points", "judges", "things")
    judges, things = ratings.shape
    if judges < 2 or things < 2:
        raise InputError(f"points: {judges} judges, {things} things. Give two of each or more.")
    ranks = mean_ranks(ratings)
    apart = ranks.sum(axis=0) - judges * (things + 1) / 2
    same = (ratings[:, :, None] == ratings[:, None, :]).sum(axis=2)  # (judges, things)
    ties = float(
        (same.astype(np.float64) ** 2 - 1).sum()
    )  # sum of t^3 - t over the ties, of size t
    most = judges**2 * (things**3 - things) - judges * ties
    return float(12 * (apart**2).sum() / most) if most > 0 else float("nan")


@checked
def mean_ranks(points: Floats) -> Floats:
    """Rank of each thing, 1 for the most points; ties share their mean: (judges, things)."""
    above = (points[:, None, :] > points[:, :, None]).sum(axis=2)
    level = (points[:, None, :] == points[:, :, None]).sum(axis=2)
    ranks: Floats = above + (level + 1) / 2
    return ranks
