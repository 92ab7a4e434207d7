"""Independent normal numbers made dependent: roots of covariances, and mixing by them."""

from typing import Final

import numpy as np

from capworth.kernels.arrays import Floats

WIDTH: Final = 128  # draws of one product: small enough that the library gives it one thread
FLAT: Final = 1e-10  # a pivot below this share of its variance: nothing of its own is left


def mixed(root: Floats, normals: Floats) -> Floats:
    """Give `root` (n, k) times `normals` (k, draws).

    Product by product of 128 draws, so that no threads of the algebra library get in the way of
    ours. Scores are sums by einsum, which are the same on every processor; these errors are not,
    in their last bit. Ranks count who is above whom, and errors that could tie are snapped, so
    that no count follows that bit: a test ranks as two processors would and compares the bytes.
    """
    rows, draws = len(root), normals.shape[1]
    whole = draws // WIDTH * WIDTH
    made = np.empty((rows, draws))
    if whole:
        np.matmul(
            root,
            _stacked(normals[:, :whole]),
            out=_stacked(made[:, :whole]),
        )
    if whole < draws:
        np.matmul(root, normals[:, whole:], out=made[:, whole:])
    return made


def _stacked(numbers: Floats) -> Floats:
    """The same numbers as (blocks, rows, 128)."""
    return numbers.reshape(len(numbers), -1, WIDTH).transpose(1, 0, 2)


def covariance_root(covariance: Floats) -> Floats:
    """Lower triangle whose product with its own transpose is `covariance` (n, n).

    Of what depends wholly on what stands before it, nothing of its own remains, not even noise:
    two that are one stay one.

    Notes
    -----
    Cholesky's factor; by columns, with pivots that are nothing but rounding left out, where the
    covariance is flat. Golub & Van Loan (2013), Matrix Computations, 4th edition, section 4.2.
    """
    variance = covariance.diagonal()
    try:
        lower = np.asarray(np.linalg.cholesky(covariance), dtype=np.float64)
    except np.linalg.LinAlgError:
        lower = np.zeros_like(covariance)
    if (lower.diagonal() ** 2 > FLAT * variance).all():
        return lower
    rest, lower = covariance.copy(), np.zeros_like(covariance)
    for j in range(len(rest)):
        if rest[j, j] > FLAT * variance[j]:
            lower[j:, j] = rest[j:, j] / np.sqrt(rest[j, j])
            rest[j:, j:] -= np.outer(lower[j:, j], lower[j:, j])
    return lower
