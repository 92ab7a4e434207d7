"""Analytic hierarchy process (AHP): weights from pairwise comparisons, and their consistency.

All functions take one matrix of judgements (criteria, criteria) or a stack of them, one for each
judge or draw, on leading axes: (..., criteria, criteria). Entry `[i, j]` says how many times more
important `i` is than `j`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.methods.arguments import Floats, checked, finite, known
from capworth.methods.elicitation.weights import normalised

_ROUNDING: Final = 0.05  # opposites typed with two digits, as 0.33 or 0.13, are reciprocal
_ROUNDS: Final = 10_000

# Mean consistency index of random matrices, from 3 criteria on.
RANDOM_INDEX: Final[Mapping[str, tuple[float, ...]]] = {
    # Saaty (1980), The Analytic Hierarchy Process
    "saaty 1980": (
        *(0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45),
        *(1.49, 1.51, 1.48, 1.56, 1.57, 1.59),
    ),
    # Saaty (2005), Theory and Applications of the Analytic Network Process, p. 31
    "saaty 2005": (
        *(0.52, 0.89, 1.11, 1.25, 1.35, 1.40, 1.45),
        *(1.49, 1.52, 1.54, 1.56, 1.58, 1.59),
    ),
    # Donegan & Dodd (1991), Mathematical and Computer Modelling 15(10), 135-137
    "donegan dodd 1991": (
        *(0.4914, 0.8286, 1.0591, 1.1797, 1.2519, 1.3171, 1.3733, 1.4055, 1.4213),
        *(1.4497, 1.4643, 1.4822, 1.4969, 1.5078, 1.5153, 1.5262, 1.5313, 1.5371),
    ),
}


@checked
def reciprocal(judgements: ArrayLike) -> Floats:
    """Take judgements as a reciprocal matrix, or name the pair that contradicts itself.

    Below the diagonal the exact reciprocal of the entry above is put, so that an opposite typed
    as 0.33 does not count as a second opinion.
    """
    matrix = finite(judgements, "judgements")
    if matrix.ndim < 2 or matrix.shape[-1] != matrix.shape[-2] or 0 in matrix.shape:
        raise InputError(f"judgements: shape {matrix.shape} is not square. Give a row a criterion.")
    opposite = np.swapaxes(matrix, -1, -2)
    for wrong, why in (
        (matrix <= 0, "is not above 0. Write 1 for equal, 1/3 for three times less"),
        (np.abs(matrix * opposite - 1) > _ROUNDING, "is not 1 over its opposite. Mend one of them"),
    ):
        if wrong.any():
            place = np.argwhere(wrong)[0].tolist()
            raise InputError(f"judgements: entry {place} is {matrix[tuple(place)]:g}; it {why}.")
    upper = np.triu(np.ones(matrix.shape[-2:], dtype=bool), 1)
    exact: Floats = np.where(upper, matrix, np.where(upper.T, 1 / opposite, 1.0))
    return exact


@checked
def eigenvector(judgements: ArrayLike) -> Floats:
    """Eigenvector method: the principal right eigenvector, summing to 1: (..., criteria).

    Saaty (1977), Journal of Mathematical Psychology 15(3), 234-281. By repeated multiplication,
    which converges for every positive matrix.

    >>> eigenvector([[1, 2, 4], [1 / 2, 1, 2], [1 / 4, 1 / 2, 1]]).round(4).tolist()
    [0.5714, 0.2857, 0.1429]
    """
    matrix = reciprocal(judgements)
    weights = geometric_mean(matrix)
    for _ in range(_ROUNDS):
        after = _normalised_rows(np.einsum("...ij,...j->...i", matrix, weights))
        if np.abs(after - weights).max() <= 1e-15:
            break
        weights = after
    return weights


@checked
def geometric_mean(judgements: ArrayLike) -> Floats:
    """Geometric mean method: the means of the rows, summing to 1: (..., criteria).

    Crawford & Williams (1985), Journal of Mathematical Psychology 29(4), 387-405: least squares of
    the logarithms. The same weights come out of the rows as out of the columns.

    >>> geometric_mean([[1, 2, 4], [1 / 2, 1, 2], [1 / 4, 1 / 2, 1]]).round(4).tolist()
    [0.5714, 0.2857, 0.1429]
    """
    return _normalised_rows(np.exp(np.log(reciprocal(judgements)).mean(axis=-1)))


@checked
def column_mean(judgements: ArrayLike) -> Floats:
    """Give the means of the normalised columns, summing to 1: (..., criteria).

    Saaty (1980), The Analytic Hierarchy Process: a rough eigenvector for work by hand.
    """
    matrix = reciprocal(judgements)
    weights: Floats = (matrix / matrix.sum(axis=-2, keepdims=True)).mean(axis=-1)
    return weights


PRIORITIES: Final[Mapping[str, Callable[[ArrayLike], Floats]]] = {
    "eigenvector": eigenvector,
    "geometric mean": geometric_mean,
    "column mean": column_mean,
}


def _normalised_rows(numbers: Floats) -> Floats:
    """Divide the last axis by its sum."""
    shares: Floats = numbers / numbers.sum(axis=-1, keepdims=True)
    return shares


@dataclass(frozen=True, slots=True, eq=False)
class Consistency:
    """How far judgements are from agreeing with one set of weights, on the axes of the matrices.

    `lambda_max` is the number of criteria when they agree fully; `index` is 0 then; `ratio` is
    the index in shares of that of random judgements: up to 0.1 is customary.
    """

    lambda_max: Floats
    index: Floats
    ratio: Floats


@checked
def consistency(
    judgements: ArrayLike, *, priorities: str = "eigenvector", random_index: str = "saaty 1980"
) -> Consistency:
    """Consistency ratio (CR) and index of judgements.

    Parameters
    ----------
    priorities : a key of `PRIORITIES`; lambda_max is the mean of `(A w)[i] / w[i]`
    random_index : a key of `RANDOM_INDEX`

    Notes
    -----
    Saaty (1980). Two criteria cannot contradict each other: all are 0 then, lambda_max 2.

    >>> consistent = consistency([[1, 2, 4], [1 / 2, 1, 2], [1 / 4, 1 / 2, 1]])
    >>> round(float(consistent.lambda_max), 9), round(float(consistent.ratio), 9)
    (3.0, 0.0)
    """
    matrix = reciprocal(judgements)
    count = matrix.shape[-1]
    random = RANDOM_INDEX[known(random_index, "random_index", RANDOM_INDEX)]
    if count > len(random) + 2:
        raise InputError(
            f"judgements: {count} criteria, and the index {random_index!r} ends at "
            f"{len(random) + 2}. Group the criteria into branches."
        )
    weights = PRIORITIES[known(priorities, "priorities", PRIORITIES)](matrix)
    lambda_max: Floats = (np.einsum("...ij,...j->...i", matrix, weights) / weights).mean(axis=-1)
    index = np.maximum(lambda_max - count, 0) / max(count - 1, 1)
    ratio = index / random[count - 3] if count >= 3 else np.zeros_like(index)
    return Consistency(lambda_max, np.asarray(index), np.asarray(ratio))


@checked
def geometric_consistency_index(judgements: ArrayLike) -> Floats:
    """Geometric consistency index (GCI), which goes with the weights of `geometric_mean`: (...).

    Mean squared logarithm of stated over implied, 0 when the judgements agree fully. Up to 0.31 for
    3 criteria, 0.35 for 4 and 0.37 for more goes with a ratio of 0.1; 0 for 2 criteria.

    Notes
    -----
    Aguarón & Moreno-Jiménez (2003), European Journal of Operational Research 147(1), 137-145.

    >>> round(float(geometric_consistency_index([[1, 2, 8], [1 / 2, 1, 2], [1 / 8, 1 / 2, 1]])), 4)
    0.1602
    """
    matrix = reciprocal(judgements)
    count = matrix.shape[-1]
    if count < 3:
        return np.zeros(matrix.shape[:-2])
    weights = geometric_mean(matrix)
    error = np.log(matrix * weights[..., None, :] / weights[..., :, None])
    return np.asarray((error**2).sum(axis=(-2, -1)) / ((count - 1) * (count - 2)))


@dataclass(frozen=True, slots=True)
class Judgement:
    """One comparison: what was stated, what the weights imply, and what mending it would do.

    `error` is the logarithm of stated over implied, 0 when they agree; `ratio_if_mended` is the
    consistency ratio with the implied figure in place of what was stated.
    """

    row: int
    column: int
    stated: float
    implied: float
    error: float
    ratio_if_mended: float


@checked
def to_revisit(
    judgements: ArrayLike, *, priorities: str = "eigenvector", random_index: str = "saaty 1980"
) -> tuple[Judgement, ...]:
    """List all comparisons of one judge, the one furthest from the weights first.

    Of equals the one that stands first in the matrix. Each pair appears once, as the judgement
    that is 1 or more.
    """
    matrix = reciprocal(judgements)
    if matrix.ndim != 2:
        raise InputError(f"judgements: shape {matrix.shape}. Give the matrix of one judge.")
    weights = PRIORITIES[known(priorities, "priorities", PRIORITIES)](matrix)
    implied = weights[:, None] / weights
    found = []
    for i, j in zip(*np.triu_indices(len(matrix), 1), strict=True):
        row, column = (int(i), int(j)) if matrix[i, j] >= 1 else (int(j), int(i))
        mended = matrix.copy()
        mended[row, column], mended[column, row] = implied[row, column], implied[column, row]
        after = consistency(mended, priorities=priorities, random_index=random_index).ratio
        stated, fair = float(matrix[row, column]), float(implied[row, column])
        error = float(np.log(stated / fair))
        found.append(
            Judgement(
                row=row,
                column=column,
                stated=stated,
                implied=fair,
                error=error,
                ratio_if_mended=float(after),
            )
        )
    return tuple(sorted(found, key=lambda judgement: -round(abs(judgement.error), 12)))


@checked
def aggregated(judgements: ArrayLike, judges: ArrayLike | None = None) -> Floats:
    """Give one matrix for several judges: the geometric mean of their judgements.

    The only mean that keeps reciprocity: Aczel & Saaty (1983), Journal of Mathematical Psychology
    27(1), 93-102.

    Parameters
    ----------
    judgements : (judges, criteria, criteria)
    judges : (judges,), weight of each judge; all alike by default

    >>> aggregated([[[1, 2], [1 / 2, 1]], [[1, 8], [1 / 8, 1]]]).round(9).tolist()
    [[1.0, 4.0], [0.25, 1.0]]
    """
    matrices = reciprocal(judgements)
    if matrices.ndim != 3:
        raise InputError(f"judgements: shape {matrices.shape} is not (judges, criteria, criteria).")
    weight = normalised(np.ones(len(matrices)) if judges is None else judges)
    if weight.shape != matrices.shape[:1]:
        raise InputError(
            f"judges: {weight.shape} weights for {len(matrices)} judges. Give one each."
        )
    mean: Floats = np.exp(np.einsum("k,kij->ij", weight, np.log(matrices)))
    return mean
