"""Measurements with error: samplers of draws that answer for any weights.

What is drawn holds every measurement of a draw. It takes weights and gives values; asked twice it
uses the same measurements, so comparisons between weights are not blurred by luck. Errors of
options may go together: by a shared baseline, or by a correlation matrix.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final, Protocol, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.methods.arguments import Floats, Ints, checked, finite, table

ALL: Final = slice(None)


class Measured(Protocol):
    """Draws of every measurement, waiting for weights."""

    def __call__(self, weights: Floats, rows: slice = ALL, /) -> Floats:
        """Give values (options, draws) under weights (draws, criteria), or under one row of them.

        With one row (criteria,) for all draws, `rows` asks for some of the draws only.
        """
        ...


MeasurementSampler: TypeAlias = Callable[[np.random.Generator, int], Measured]
Shape: TypeAlias = Callable[[Floats], Floats]

BLOCK: Final = 2048  # draws whose shared errors are held in the processor's cache


@checked
def linear(
    mean: ArrayLike, spread: ArrayLike, loadings: ArrayLike | None = None
) -> MeasurementSampler:
    """Values linear in measurements that have normal errors.

    Parameters
    ----------
    mean : (options, criteria), on one common value scale, more is better
    spread : (options, criteria), standard deviations of the errors on that scale, 0 or more
    loadings : (options, factors), how much each option's errors follow each shared factor, as
        from `loadings`; without it all errors are independent

    Notes
    -----
    Given the weights, the errors of the options' values are jointly normal, with covariance
    `R[i, k] * sum(w**2 * spread[i] * spread[k])`, where `R` is the correlation. Where rows of
    spreads that are correlated are proportional to each other (one spread for a whole criterion
    is), that is a product, and one number is drawn for each option and draw, not one for each
    criterion: the same distribution at a tenth of the work. Otherwise shared errors are drawn
    criterion by criterion; for one row of weights they are drawn at once from their covariance,
    so that an answer to one row and an answer to many are not from the same measurements.
    """
    centre, deviation, follow = _checked(mean, spread, loadings)
    if _proportional(deviation, follow):
        return _collapsed(centre, deviation, follow)
    return _joint(centre, deviation, follow)


def _proportional(deviation: Floats, loadings: Floats) -> bool:
    """Whether spreads of options that share errors are multiples of each other."""
    together = np.einsum("if,kf->ik", np.abs(loadings), np.abs(loadings)) > 0
    length = np.einsum("oc,oc->o", deviation, deviation)
    product = np.einsum("ic,kc->ik", deviation, deviation)
    share = product / np.where(length > 0, length, 1)[:, None]
    off = np.abs(deviation - share[:, :, None] * deviation[:, None, :]).max(axis=2)
    apart = (off > _SAME * deviation.max(initial=0)) & (length > 0)[:, None]
    return not (apart & together).any()


def _collapsed(centre: Floats, deviation: Floats, loadings: Floats) -> MeasurementSampler:
    """Errors as one standard normal number an option, correlated, times its standard deviation."""
    variance = deviation**2
    own = _own_share(loadings)
    options, factors = loadings.shape

    def sample(rng: np.random.Generator, draws: int) -> Measured:
        errors = None
        if variance.any():
            errors = rng.standard_normal((options, draws)) if own.any() else None
            if factors:
                common = mixed(loadings, rng.standard_normal((factors, draws)))
                if errors is not None:
                    errors *= own[:, None]
                    common += errors
                errors = common

        def measured(weights: Floats, rows: slice = ALL, /) -> Floats:
            values = _weighted(weights, centre)
            if errors is not None:
                error = np.sqrt(_weighted(weights**2, variance)) * errors[:, rows]
                error += values
                values = error
            return _spread_out(values, len(range(draws)[rows]))

        return measured

    return sample


def _joint(centre: Floats, deviation: Floats, loadings: Floats) -> MeasurementSampler:
    """Errors that no single number an option can hold: by criterion, or from their covariance."""
    correlation = np.einsum("if,kf->ik", loadings, loadings)
    np.fill_diagonal(correlation, 1)
    own = _own_share(loadings)
    variance = (deviation * own[:, None]) ** 2
    options, factors = loadings.shape
    criteria = centre.shape[1]
    follow = np.einsum("of,oc->ofc", loadings, deviation).reshape(options, -1)

    @lru_cache(maxsize=1)
    def root(row: bytes) -> Floats:
        scaled = deviation * np.frombuffer(row)
        return covariance_root(correlation * np.einsum("ic,kc->ik", scaled, scaled))

    def sample(rng: np.random.Generator, draws: int) -> Measured:
        for_rows, for_one = rng.spawn(2)

        @cache
        def apart() -> tuple[Floats, Floats]:
            alone = for_rows.standard_normal((options, draws) if own.any() else (0, draws))
            return alone, for_rows.standard_normal((factors, criteria, draws))

        @cache
        def together() -> Floats:
            return for_one.standard_normal((options, draws))

        def measured(weights: Floats, rows: slice = ALL, /) -> Floats:
            values = _weighted(weights, centre)
            if weights.ndim == 1:
                error = mixed(root(weights.tobytes()), together()[:, rows])
                error += values
                return error
            alone, common = apart()
            each = np.ascontiguousarray(weights.T)
            if len(alone):
                values += np.sqrt(_weighted(weights**2, variance)) * alone
            for start in range(0, draws, BLOCK):
                part = slice(start, start + BLOCK)
                shared = common[:, :, part] * each[:, part]
                values[:, part] += mixed(follow, shared.reshape(factors * criteria, -1))
            return values

        return measured

    return sample


@checked
def shaped(
    mean: ArrayLike,
    spread: ArrayLike,
    shapes: Sequence[Shape],
    loadings: ArrayLike | None = None,
) -> MeasurementSampler:
    """Values from measurements with normal errors, each criterion through its value function.

    Parameters
    ----------
    mean, spread : (options, criteria), in the unit of each criterion
    shapes : (criteria,), functions from levels to values on one common scale, more is better
    loadings : as in `linear`
    """
    centre, deviation, follow = _checked(mean, spread, loadings)
    own = _own_share(follow)
    options, criteria = centre.shape
    factors = follow.shape[1]
    if len(shapes) != criteria:
        raise InputError(f"shapes: {len(shapes)} for {criteria} criteria. Give one each.")

    def sample(rng: np.random.Generator, draws: int) -> Measured:
        levels = rng.standard_normal((options, criteria, draws))
        if factors:
            levels *= own[:, None, None]
            for c in range(criteria):
                levels[:, c] += mixed(follow, rng.standard_normal((factors, draws)))
        levels *= deviation[:, :, None]
        levels += centre[:, :, None]
        for c, shape in enumerate(shapes):
            levels[:, c] = finite(shape(levels[:, c]), f"value function of criterion {c}")
        return Given(levels)

    return sample


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """Draws of which every measurement is held: `levels` (options, criteria, draws)."""

    levels: Floats

    def __call__(self, weights: Floats, rows: slice = ALL, /) -> Floats:
        """See `Measured`."""
        return _summed(weights, self.levels[:, :, rows])


@checked
def drawn(measurements: Floats) -> Given:
    """Make a draw from draws made elsewhere: (draws, options, criteria), one value scale."""
    levels = finite(measurements, "measurements")
    if levels.ndim != 3:
        raise InputError(
            f"measurements: shape {levels.shape} is not (draws, options, criteria). Reshape it."
        )
    return Given(levels.transpose(1, 2, 0))


def _checked(
    mean: ArrayLike, spread: ArrayLike, loadings: ArrayLike | None
) -> tuple[Floats, Floats, Floats]:
    centre = table(mean, "mean", "options", "criteria")
    deviation = np.broadcast_to(finite(spread, "spread"), centre.shape)
    if (deviation < 0).any():
        i, c = np.argwhere(deviation < 0)[0].tolist()
        raise InputError(
            f"spread: entry [{i}, {c}] is {deviation[i, c]:g}. A standard deviation is 0 or more."
        )
    follow = np.zeros((len(centre), 0)) if loadings is None else finite(loadings, "loadings")
    if follow.ndim != 2 or len(follow) != len(centre):
        raise InputError(f"loadings: {follow.shape} for {len(centre)} options. Give a row each.")
    if (np.einsum("of,of->o", follow, follow) > 1 + _ROUNDING).any():
        raise InputError("loadings: a row has squares that sum to more than 1. Lower it.")
    return centre, deviation, follow


def _weighted(weights: Floats, numbers: Floats) -> Floats:
    """Sum over criteria of weights times `numbers` (options, criteria)."""
    if weights.ndim == 1:
        fixed: Floats = np.einsum("c,oc->o", weights, numbers)[:, None]
        return fixed
    total: Floats = np.einsum("cd,oc->od", np.ascontiguousarray(weights.T), numbers)
    return total


def _summed(weights: Floats, numbers: Floats) -> Floats:
    """Sum over criteria of weights times `numbers` (options, criteria, draws)."""
    if weights.ndim == 1:
        fixed: Floats = np.einsum("c,ocd->od", weights, numbers)
        return fixed
    total: Floats = np.einsum("cd,ocd->od", np.ascontiguousarray(weights.T), numbers)
    return total


def _spread_out(values: Floats, draws: int) -> Floats:
    return np.broadcast_to(values, (len(values), draws)) if values.shape[1] != draws else values


_WIDTH: Final = 128  # draws of one product: small enough that the library gives it one thread
_FLAT: Final = 1e-10  # a pivot below this share of its variance: nothing of its own is left


@checked
def mixed(root: Floats, normals: Floats) -> Floats:
    """Give `root` (n, k) times `normals` (k, draws).

    Product by product of 128 draws, so that no threads of the algebra library get in the way of
    ours. Scores are sums by einsum, which are the same on every processor; these errors are not,
    in their last bit. Ranks count who is above whom, and errors that could tie are snapped, so
    that no count follows that bit: a test ranks as two processors would and compares the bytes.
    """
    rows, draws = len(root), normals.shape[1]
    whole = draws // _WIDTH * _WIDTH
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
    return numbers.reshape(len(numbers), -1, _WIDTH).transpose(1, 0, 2)


_SMALL: Final = 1e-6  # how far below 0 rounding may take an eigenvalue, beside the variances


@checked
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
    least = float(np.linalg.eigvalsh(covariance)[0]) if covariance.size else 0.0
    if least < -_SMALL * max(float(np.abs(variance).max(initial=0)), np.finfo(float).tiny):
        raise InputError(
            f"covariance: no numbers vary together like this (eigenvalue {least:.3g}). Lower the "
            "correlations that contradict each other."
        )
    try:
        lower = np.asarray(np.linalg.cholesky(covariance), dtype=np.float64)
    except np.linalg.LinAlgError:
        lower = np.zeros_like(covariance)
    if (lower.diagonal() ** 2 > _FLAT * variance).all():
        return lower
    rest, lower = covariance.copy(), np.zeros_like(covariance)
    for j in range(len(rest)):
        if rest[j, j] > _FLAT * variance[j]:
            lower[j:, j] = rest[j:, j] / np.sqrt(rest[j, j])
            rest[j:, j:] -= np.outer(lower[j:, j], lower[j:, j])
    return lower


_ROUNDING: Final = 1e-9
_SAME: Final = 1e-12  # how far spreads may be from proportional, and roots from 0


@checked
def shared_baselines(baseline: Sequence[int] | Ints, correlation: float) -> Floats:
    """Give the loadings of options whose measurements start from a shared baseline.

    Parameters
    ----------
    baseline : (options,), number of the baseline of each option; below 0 for none
    correlation : 0 to 1, between the errors of two options with the same baseline

    Returns
    -------
    (options, baselines)
    """
    if not 0 <= correlation <= 1:
        raise InputError(f"correlation: {correlation} is not between 0 and 1. Give a share.")
    owner = np.asarray(baseline)
    groups = np.unique(owner[owner >= 0])
    loadings: Floats = (owner[:, None] == groups) * np.sqrt(correlation)
    return loadings


@checked
def loadings_of(correlation: ArrayLike) -> Floats:
    """Give loadings that correlate the options' errors like this matrix: (options, options).

    Raises
    ------
    InputError
        When the matrix is not square, symmetric, with ones on the diagonal, or when no errors can
        be correlated like that (an eigenvalue is below 0).
    """
    matrix = table(correlation, "correlation", "options", "options")
    if matrix.shape[0] != matrix.shape[1]:
        raise InputError(
            f"correlation: shape {matrix.shape} is not square. Give one row an option."
        )
    for place in np.argwhere(np.abs(matrix - matrix.T) > _ROUNDING):
        i, k = place.tolist()
        raise InputError(
            f"correlation: entry [{i}, {k}] is {matrix[i, k]:g} and [{k}, {i}] is "
            f"{matrix[k, i]:g}. Make them the same."
        )
    if (np.abs(matrix.diagonal() - 1) > _ROUNDING).any():
        i = int(np.argmax(np.abs(matrix.diagonal() - 1)))
        raise InputError(f"correlation: entry [{i}, {i}] is {matrix[i, i]:g}. Set it to 1.")
    roots, vectors = np.linalg.eigh(matrix)
    if roots[0] < -1e-8:
        raise InputError(
            f"correlation: errors cannot be correlated like this (eigenvalue {roots[0]:.3g}). "
            "Lower the correlations that contradict each other."
        )
    roots[roots < _SAME * roots[-1]] = 0  # else options that are one would differ by 1e-8
    root: Floats = np.einsum("of,f,if->oi", vectors, np.sqrt(roots), vectors)
    length = np.sqrt(np.einsum("oi,oi->o", root, root))
    unit: Floats = root / length[:, None]
    return unit


def _own_share(loadings: Floats) -> Floats:
    """Share of each option's error, in standard deviations, that no other option has."""
    rest = np.maximum(1 - np.einsum("of,of->o", loadings, loadings), 0)
    own: Floats = np.sqrt(np.where(rest < _ROUNDING, 0, rest))
    return own


@checked
def as_one(loadings: Floats) -> bool:
    """Whether the errors of two options are the same error."""
    together = np.einsum("if,kf->ik", loadings, loadings)
    return bool((together[~np.eye(len(together), dtype=bool)] > 1 - _ROUNDING).any())
