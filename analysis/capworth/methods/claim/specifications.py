"""Specification curve: every defensible way to measure a claim, and what chance makes of them.

All ways are tested on the same deals, so that how they hang together is in the null as well
(Simonsohn, Simmons and Nelson 2020).
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.methods.arguments import Floats, Ints, checked, finite, within
from capworth.methods.uncertainty.order_statistics import order_quantiles

QUANTILES: Final = (0.05, 0.5, 0.95)  # of the null's curve
_TIE: Final = 1e-10


class SpecificationCurve(NamedTuple):
    """Ratio and p of each specification, and the curve that chance draws.

    Attributes
    ----------
    ratio : (specifications,) NaN where the intercept is not above 0
    p_greater : (specifications,) one-sided, by the shared deals
    null : (ranks, 3) of the sorted ratios of a deal: 5 %, median and 95 % at each rank, where
        every deal has so many ratios; NaN elsewhere
    median_ratio : of the specifications that have one
    p_median : that chance alone gives a median slope, in standard deviations of its deals, as large
    share_greater : of specifications with p at most alpha
    p_share : that chance alone gives so many
    """

    ratio: Floats
    p_greater: Floats
    null: Floats
    median_ratio: float
    p_median: float
    share_greater: float
    p_share: float


@checked
def specification_curve(
    outcomes: ArrayLike,
    weights: ArrayLike,
    share: ArrayLike,
    order: Ints,
    alpha: float = 0.05,
    left_out: bool = False,
) -> SpecificationCurve:
    """Measure the ratio of a group of functions in many ways at once, and deal them all alike.

    Parameters
    ----------
    outcomes : (specifications, lines); NaN where a line has none
    weights : (specifications, lines); 0 leaves a line out
    share : (lines,) share of each line in the group
    order : (deals, lines) whose share each line gets
    alpha : level at which a specification counts as greater
    left_out : whether each is also measured without each of its lines in turn: those without a line
        stand right behind it, in the order of the lines that have a weight

    Notes
    -----
    A line without an outcome stays in the deals with weight 0. 1,000 specifications of 31 lines in
    1,000 deals take well under a second.
    """
    slope, curve = _dealt_slopes(outcomes, weights, share, order, left_out)
    with np.errstate(divide="ignore", invalid="ignore"):
        curve = np.where(curve > 0, (curve + slope) / curve, np.nan)
    ratio = curve[0].copy()
    least, deals = _least(slope), len(slope)
    # a slope is one of the greatest that alpha allows where the next greatest does not reach it
    most = np.count_nonzero(np.arange(1, deals + 1) / deals <= alpha)
    beyond = np.ones_like(slope, dtype=bool)
    if most < deals:
        place = deals - 1 - most
        beyond = least > np.partition(np.ascontiguousarray(slope.T), place, axis=1)[:, place]
    many, p = beyond.mean(axis=1), (slope >= least[0]).sum(axis=0) / deals
    del least, beyond
    deviation = slope.std(axis=0)
    slope /= np.where(deviation > 0, deviation, 1)
    score = np.median(slope, axis=1, overwrite_input=True)
    curve.sort(axis=1)
    null = order_quantiles(curve, QUANTILES).T
    found = ratio[np.isfinite(ratio)]
    return SpecificationCurve(
        ratio=ratio,
        p_greater=p,
        null=null,
        median_ratio=float(np.median(found)) if len(found) else float("nan"),
        p_median=float((score >= score[0] - _TIE).mean()),
        share_greater=float(many[0]),
        p_share=float((many >= many[0] - _TIE).mean()),
    )


@checked
def p_greater(outcome: ArrayLike, weight: ArrayLike, share: ArrayLike, order: Ints) -> float:
    """p_greater of one specification, by itself; see `specification_curve`."""
    y, w = (np.asarray(part, dtype=np.float64)[None] for part in (outcome, weight))
    slope = _dealt_slopes(y, w, share, order)[0]
    return float((slope >= _least(slope)[0]).mean())


def _least(slope: Floats) -> Floats:
    """What another deal must reach to count as no less: all but the slope itself."""
    return np.asarray(slope - _TIE * np.abs(slope).max(axis=0))


def _dealt_slopes(
    outcomes: ArrayLike,
    weights: ArrayLike,
    share: ArrayLike,
    order: Ints,
    left_out: bool = False,
) -> tuple[Floats, Floats]:
    """(deals, specifications) slopes on the share and intercepts, those observed first.

    Without one line a sum over the lines lacks one term, so all are found from the same sums.
    """
    y, g = np.asarray(outcomes, dtype=np.float64), within(share, "share", 0, 1)
    given = np.asarray(weights, dtype=np.float64)
    if y.ndim != 2 or y.shape != given.shape or y.shape[1:] != g.shape:
        raise InputError(f"outcomes {y.shape}, weights {given.shape}, share {g.shape} do not fit.")
    known = np.isfinite(y)
    w = np.where(known, given, 0.0)
    within(w, "weights", 0)
    y = finite(np.where(known, y, 0.0), "outcomes")
    w = w / w.sum(axis=1, keepdims=True)
    dealt = np.concatenate((g[None], g[order]))  # the observed one first
    lacking = [np.flatnonzero(mine) if left_out else np.arange(0) for mine in w]
    ends = np.cumsum([1 + len(lines) for lines in lacking])
    slope, intercept = (np.empty((len(dealt), int(ends[-1]))) for _ in range(2))
    for end, mine, level, lines in zip(ends, w, y, lacking, strict=True):
        of = slice(end - 1 - len(lines), end)

        def sums(times: Floats, got: Floats, lines: Ints = lines) -> Floats:
            """(deals, 1 + lines) of `times` and what lines got: of all, and without each."""
            whole = (got @ times)[:, None]
            return np.concatenate((whole, whole - got[:, lines] * times[lines]), axis=1)

        total = sums(mine, np.ones((1, len(g))))
        middle, square, product = (
            sums(times, got) / total
            for times, got in ((mine, dealt), (mine, dealt**2), (mine * level, dealt))
        )
        mean = sums(mine * level, np.ones((1, len(g)))) / total
        spread = square - middle**2
        slope[:, of] = np.where(
            spread > 1e-12,
            (product - middle * mean) / np.where(spread > 1e-12, spread, 1),
            0.0,
        )
        intercept[:, of] = mean - slope[:, of] * middle
    return slope, intercept
