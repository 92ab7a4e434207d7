"""Bootstrap of DEA scores, and shrinkage: how far efficiency scores may be off.

The best that is possible was never all observed; and of differences something is left when their
own uncertainty is taken off.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaincinv

from capworth.errors import InputError
from capworth.methods.arguments import Floats, checked, finite, known, table, within
from capworth.methods.envelopment.technology import NEGLIGIBLE, Question, measures, project
from capworth.methods.uncertainty.order_statistics import order_quantiles
from capworth.streams import stream

_STREAM: Final = "envelopment bootstrap"
CELLS: Final = 2_000_000  # mixtures held in memory at a time


@dataclass(frozen=True, slots=True, eq=False)
class Bootstrapped:
    """Efficiency scores, 0 to 1, and what is known of their error.

    Attributes
    ----------
    efficiency : (units,) as found: too high, because the observed best is not the possible best
    corrected : (units,) less the bias that the bootstrap estimates
    low, high : (units,) interval that holds the true efficiency with the asked confidence
    bias, deviation : (units,) of the distance 1 / efficiency, on whose scale all is computed. Where
        the deviation is more than the bias, correcting makes the error larger (Efron & Tibshirani
        1993, p. 138): look at the interval instead.
    bandwidth : by how much the distances were smoothed
    replications : how many draws were drawn
    resolved : how many programmes were solved again by HiGHS
    """

    efficiency: Floats
    corrected: Floats
    low: Floats
    high: Floats
    bias: Floats
    deviation: Floats
    bandwidth: float
    replications: int
    resolved: int


@checked
def bootstrap(
    inputs: ArrayLike,
    outputs: ArrayLike,
    returns: str = "variable",
    orientation: str = "output",
    *,
    replications: int = 2000,
    confidence: float = 0.95,
    seed: int = 0,
    bandwidth: float | None = None,
) -> Bootstrapped:
    """Bootstrap of DEA scores: draws whose inefficiencies are spread like the observed ones.

    Parameters
    ----------
    inputs, outputs : (units, inputs) and (units, outputs), one draw; see `dea.dea`
    returns : a word of `technology.RETURNS`
    orientation : "input" or "output"
    replications : draws drawn, 100 or more
    confidence : share of draws that the interval leaves out nothing of, above 0 and below 1
    seed : the same seed gives the same numbers
    bandwidth : above 0; by default from the spread of the distances, see `smoothing`

    Raises
    ------
    InputError
        See `technology.measures`; with more than one draw; and when nearly all units are
        efficient, so that there is no spread to draw from.

    Notes
    -----
    Simar & Wilson (1998), Management Science 44, 49-61, on the scale of distances 1 or more as in
    Daraio & Simar (2007), Advanced Robust and Nonparametric Methods in Efficiency Analysis,
    section 3.4. It holds inefficiency to be spread in the same way whatever the mix of inputs and
    outputs. A unit's distance in a draw follows from the score of its own copy there, because
    copies differ from it by a factor only.

    >>> inputs, outputs = [[1], [2], [3], [4], [5]], [[1], [3], [2], [4], [3]]
    >>> found = bootstrap(inputs, outputs, replications=100)
    >>> bool((found.corrected <= found.efficiency).all())  # the best was not all seen
    True
    """
    x, y = measures(inputs, outputs)
    known(orientation, "orientation", ("input", "output"))
    if len(x) != 1:
        raise InputError(f"inputs: {len(x)} draws. Bootstrap one of them, such as the modes.")
    if replications < 100 or not 0 < confidence < 1:
        raise InputError(
            f"replications {replications}, confidence {confidence}: ask for 100 replications or "
            "more and a confidence between 0 and 1."
        )
    question = Question(returns)
    found = project((x, y), (x, y), _toward(x, y, orientation), question)
    distance = _distance(found.distance, orientation)[0]
    width = smoothing(distance) if bandwidth is None else float(bandwidth)
    if not 0 < width < np.inf:
        raise InputError(f"bandwidth: {width} is not above 0. Leave it out to have it computed.")
    replicates = np.empty((replications, len(distance)))
    resolved = found.resolved
    for rows, chunk in _chunks(replications, len(distance)):
        drawn = _drawn(distance, width, rows.stop - rows.start, seed, chunk)
        factor = drawn / distance
        copies = (x * factor[:, :, None], np.broadcast_to(y, (len(factor), *y.shape[1:])))
        if orientation == "output":
            copies = (np.broadcast_to(x, (len(factor), *x.shape[1:])), y / factor[:, :, None])
        again = project(copies, copies, _toward(*copies, orientation), question)
        replicates[rows] = _distance(again.distance, orientation) / factor
        resolved += again.resolved
    bias = replicates.mean(axis=0) - distance
    tail = (1 - confidence) / 2
    least, most = order_quantiles(replicates - distance, (tail, 1 - tail))
    return Bootstrapped(
        efficiency=1 / distance,
        corrected=1 / (distance - bias),
        low=1 / (distance - least),
        high=1 / (distance - most),
        bias=bias,
        deviation=replicates.std(axis=0, ddof=1),
        bandwidth=width,
        replications=replications,
        resolved=resolved,
    )


@checked
def smoothing(distance: Floats) -> float:
    """Width of the normal kernel by which distances (units,), 1 or more, are smoothed.

    The rule of thumb 0.9 min(deviation, quartile range / 1.349) n^(-1/5) (Silverman 1986, eq.
    3.30-3.31) on the distances above 1 and their mirror images, brought back to the number and the
    spread of all distances: Daraio & Simar (2007), p. 61.
    """
    above = distance[distance > 1 + NEGLIGIBLE]
    mirrored = np.concatenate((above, 2 - above))
    if len(above) < 2:
        raise InputError(
            f"inputs: {len(distance) - len(above)} of {len(distance)} units are efficient, so that "
            "there is no spread to draw from. Use fewer measures or more units."
        )
    spread = mirrored.std(ddof=1)
    quartiles = float(np.subtract(*np.quantile(mirrored, (0.75, 0.25)))) / 1.349
    width = quartiles if 0 < quartiles < spread else spread
    return float(0.9 * width * len(distance) ** -0.2 * distance.std(ddof=1) / spread)


def _drawn(distance: Floats, width: float, replicates: int, seed: int, chunk: int) -> Floats:
    """(draws, units) distances from the smoothed spread, its variance kept, mirrored at 1."""
    random = stream(seed, _STREAM, chunk)
    mirrored = np.concatenate((distance, 2 - distance))
    picked = random.choice(mirrored, (replicates, len(distance)))
    noisy = picked + width * random.standard_normal(picked.shape)
    centre = picked.mean(axis=1, keepdims=True)
    drawn = centre + (noisy - centre) / np.sqrt(1 + width**2 / mirrored.var(ddof=1))
    return np.asarray(np.where(drawn < 1, 2 - drawn, drawn))


def _chunks(replications: int, units: int) -> Iterator[tuple[slice, int]]:
    size = max(1, min(256, CELLS // units**2))
    for chunk, start in enumerate(range(0, replications, size)):
        yield slice(start, min(start + size, replications)), chunk


def _toward(x: Floats, y: Floats, orientation: str) -> tuple[Floats, Floats]:
    return (x, np.zeros_like(y)) if orientation == "input" else (np.zeros_like(x), y)


def _distance(step: Floats, orientation: str) -> Floats:
    """Distance 1 or more: one over the share of inputs that would do, or the factor of outputs."""
    distance: Floats = 1 / (1 - step) if orientation == "input" else 1 + step
    return distance


_CONFIDENCE = 0.95  # that the units differ by as much as the shrinkage lets them
_STEPS = 100  # of the bisection: each halves the interval
_STILL = 1e-12  # share of the mean square below which a spread is rounding


@checked
def spread_floor(means: ArrayLike, variances: ArrayLike, confidence: float = _CONFIDENCE) -> float:
    """Lower confidence limit of the variance between units, beyond what chance alone gives.

    Parameters
    ----------
    means : (units,) estimate of each unit
    variances : (units,) sampling variance of each estimate, in the squared unit of `means`
    confidence : of the one-sided limit

    Returns
    -------
    0 where the spread of the estimates could be noise (Cochran's Q below its quantile); else the
    variance at which Q falls to that quantile.

    Notes
    -----
    The Q-profile limit: Viechtbauer (2007), Statistics in Medicine 26, 37-52, eq. 12. Q falls as
    the variance grows, so bisection finds the only root.

    >>> spread_floor([0, 0, 6], [1, 1, 1]).__round__(6)
    3.005698
    """
    middle, noise = finite(means, "means"), within(variances, "variances", 0)
    if middle.ndim != 1 or middle.shape != noise.shape:
        raise InputError(
            f"variances: shape {noise.shape} for means {middle.shape}. Give one for each unit."
        )
    if not 0 < confidence < 1:
        raise InputError(f"confidence: {confidence} is not between 0 and 1. Give one as 0.95.")
    total = float(((middle - middle.mean()) ** 2).sum())
    if len(middle) < 2 or total <= _STILL * float((middle**2).sum()):
        return 0.0
    limit = float(2 * gammaincinv((len(middle) - 1) / 2, confidence))  # quantile of chi-square
    tiny = _STILL * total  # so that a unit without noise has a weight
    if _q(middle, noise + tiny) <= limit:
        return 0.0
    low, high = 0.0, total
    for _ in range(_STEPS):
        between = (low + high) / 2
        if _q(middle, noise + between + tiny) > limit:
            low = between
        else:
            high = between
    return low


@checked
def shrunk(draws: ArrayLike, confidence: float = _CONFIDENCE) -> Floats:
    """Move draws of units towards their common mean, the more the less is known of them.

    Parameters
    ----------
    draws : (draws, units), two draws or more
    confidence : of the limit of the variance between units; see `spread_floor`

    Returns
    -------
    (draws, units). A unit's deviation from the mean of its draw, with mean d and variance s over
    the draws, becomes (1 - B) d + sqrt(1 - B) (its draw - d), B = s / (s + t), t the variance
    between units. With t = 0 all units are equal in every draw; what is certain does not move.

    Notes
    -----
    Parametric empirical Bayes: Efron & Morris (1975), JASA 70, 311-319; Morris (1983), JASA 78,
    47-55, eq. 1.6-1.8, with the lower confidence limit of t in place of its estimate, so that a
    spread that noise could make is not taken for a difference.
    """
    numbers = table(draws, "draws", "draws", "units")
    centre = numbers.mean(axis=1, keepdims=True)
    away = numbers - centre
    mean, noise = away.mean(axis=0), away.var(axis=0)
    between = spread_floor(mean, noise, confidence)
    kept = np.divide(between, between + noise, out=np.zeros_like(noise), where=between > 0)
    moved = kept * mean + np.sqrt(kept) * (away - mean)
    result: Floats = centre + moved
    return result


def _q(middle: Floats, variance: Floats) -> float:
    """Cochran's Q: weighted squares around the weighted mean."""
    weight = 1 / variance
    mean = float((weight * middle).sum() / weight.sum())
    return float((weight * (middle - mean) ** 2).sum())
