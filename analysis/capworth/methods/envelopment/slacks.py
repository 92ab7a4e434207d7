"""Slacks: how much less of each input and more of each output would be possible (SBM, additive).

Slack-based measure, additive models (RAM, BAM and others), and the efficient amounts that are
nearest to what a unit does today: the least change that helps.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import Bounds, LinearConstraint, milp

from capworth.errors import CapworthError, InputError
from capworth.methods.arguments import Bools, Floats, Ints, checked, finite, flags, known
from capworth.methods.envelopment.linear_programmes import Programmes
from capworth.methods.envelopment.technology import (
    DUST,
    NEGLIGIBLE,
    RETURNS,
    Technology,
    blocks,
    measures,
    negligible,
    solved,
)
from capworth.methods.unprinted import unprinted

_Block = tuple[slice, slice]


@dataclass(frozen=True, slots=True, eq=False)
class SlackBased:
    """Scores, mixtures and slacks of every unit in every draw.

    Attributes
    ----------
    score : (draws, units). Of `slack_based_measure`: 0 to 1, 1 is efficient. Of `additive`: the
        weighted sum of slacks, 0 is efficient.
    intensities : (draws, units, units) the mixture that each unit is measured against
    input_slack, output_slack : (draws, units, ...) how much less, and more, is possible
    input_target, output_target : (draws, units, ...) what the mixture uses and makes
    efficient : (draws, units) nothing less and nothing more is possible, within 1e-6
    resolved : how many programmes were solved again by HiGHS
    """

    score: Floats
    intensities: Floats
    input_slack: Floats
    output_slack: Floats
    input_target: Floats
    output_target: Floats
    efficient: Bools
    resolved: int


@checked
def slack_based_measure(
    inputs: ArrayLike,
    outputs: ArrayLike,
    returns: str = "variable",
    orientation: str = "none",
    *,
    fixed_inputs: ArrayLike | None = None,
    undesirable: ArrayLike | None = None,
) -> SlackBased:
    """Slack-based measure (SBM): mean share of inputs to spare over mean factor of outputs to gain.

    Parameters
    ----------
    inputs, outputs : see `dea.dea`
    returns : a word of `technology.RETURNS`
    orientation : "none", "input" (outputs' slacks are free) or "output" (inputs' slacks are free)
    fixed_inputs : (inputs,) true for those that nobody can change: their slack is left out
    undesirable : (inputs,) true for columns that hold undesirable outputs: less of them counts as a
        gain of output

    Notes
    -----
    Tone (2001), European Journal of Operational Research 130, 498-509; the same number as the
    enhanced Russell measure of Pastor, Ruiz & Sirvent (1999), EJOR 115, 596-607; undesirable
    outputs: Cooper, Seiford & Tone (2007), section 13.4. The ratio is made linear after Charnes &
    Cooper (1962). A measure of which the unit has nothing is left out of
    its mean (Tone 2001, section on zeros). Of equally good mixtures the first found is given; with
    constant returns even their size may be open.

    >>> slack_based_measure([[2], [4]], [[1], [1]], "constant").score.round(9).tolist()
    [[1.0, 0.5]]
    """
    x, y = measures(inputs, outputs)
    known(orientation, "orientation", ("none", "input", "output"))
    both = np.concatenate((x, y), axis=2)
    m = x.shape[2]
    gained = np.arange(both.shape[2]) >= m
    if undesirable is not None:
        gained[:m] |= flags(undesirable, m, "undesirable")
    counted = _counted_measures(fixed_inputs, both, m)
    known_share = (both > 0) & counted
    shares = np.divide(1, both, out=np.zeros_like(both), where=known_share)
    for side in (gained, ~gained):
        shares[..., side] /= np.maximum(1, known_share[..., side].sum(axis=2, keepdims=True))
    if orientation == "none":
        return _least_ratio(x, y, returns, shares, gained)
    shares[..., gained if orientation == "input" else ~gained] = 0
    most = _most_slack(x, y, returns, shares, counted)
    score = 1 - most.score if orientation == "input" else 1 / (1 + most.score)
    return replace(most, score=score, efficient=np.abs(score - 1) <= NEGLIGIBLE)


def _counted_measures(fixed_inputs: ArrayLike | None, both: Floats, inputs: int) -> Bools:
    """(measures,) false for inputs that nobody can change; `both` is inputs and outputs."""
    counted = np.ones(both.shape[2], dtype=bool)
    if fixed_inputs is not None:
        counted[:inputs] = ~flags(fixed_inputs, inputs, "fixed_inputs")
    return counted


def _most_slack(x: Floats, y: Floats, returns: str, worth: Floats, counted: Bools) -> SlackBased:
    """Maximise the sum of slacks times their worth; then, where some have none, their plain sum.

    Parameters
    ----------
    x, y : (draws, units, ...), checked by `technology.measures`
    returns : a word of `technology.RETURNS`
    worth : (draws, units, inputs + outputs) of one unit of slack, 0 or more
    counted : (inputs + outputs,) false for slacks that never count
    """
    worth = np.where(counted, worth, 0)
    goals = 1 + bool((worth == 0).any())
    score, mixture, slack = _empty(x, y)
    resolved = 0
    for block in blocks(len(x), x.shape[1], x.shape[1] + 2 * worth.shape[2]):
        technology, scaled, size = _scaled(x, y, returns, block)
        value = worth[block] * technology.scale[:, None] * size
        most = np.maximum(value.max(axis=2, keepdims=True), np.finfo(float).tiny)
        goal = np.zeros((len(scaled), goals, technology.pool.shape[2]))
        own_goal = np.repeat((value / most)[:, :, None], goals, axis=2)
        if goals == 2:
            goal[:, 1, technology.units : technology.units + technology.measured] = counted
            own_goal[:, :, 1] = counted
        rhs = np.broadcast_to(1 / size, (*scaled.shape[:2], technology.rows)).copy()
        rhs[..., : technology.measured] = scaled
        programmes = Programmes(
            pool=technology.pool,
            goal=goal,
            own=_slack_columns(technology, scaled),
            own_goal=own_goal,
            rhs=rhs,
            identity=technology.identity(
                technology.pool.shape[2] + technology.measured, filled=True
            ),
            opening=(_first(technology, scaled, block),),
        )
        solution = solved(programmes, block)
        amounts = solution.amounts()
        mixture[block], scaled_slack = _read(technology, size, amounts, programmes.columns)
        slack[block] = scaled_slack * technology.scale[:, None] * size
        score[block] = (scaled_slack * value).sum(axis=2)
        resolved += solution.resolved
    return _answer(x, y, score, mixture, slack, counted, resolved)


def _least_ratio(x: Floats, y: Floats, returns: str, shares: Floats, gained: Bools) -> SlackBased:
    """Minimise (1 - sum of slacks spared x shares) / (1 + sum of slacks gained x shares).

    All amounts are multiplied by one over the denominator, itself a column, so that the ratio
    becomes a sum; a further row holds the denominator at 1.
    """
    score, mixture, slack = _empty(x, y)
    resolved = 0
    for block in blocks(len(x), x.shape[1], x.shape[1] + 2 * shares.shape[2]):
        technology, scaled, size = _scaled(x, y, returns, block)
        groups, each, measured = scaled.shape
        rows, columns = technology.rows + 1, technology.pool.shape[2]
        value = shares[block] * technology.scale[:, None] * size
        own = np.zeros((groups, each, rows, 1 + measured))
        own[..., :-1, :1] = -1 / size[..., None]
        own[..., :measured, 0] = -scaled
        own[..., -1, 0] = 1
        own[..., :-1, 1:] = _slack_columns(technology, scaled)
        own[..., -1, 1:] = np.where(gained, value, 0)
        own_goal = np.zeros((groups, each, 1, 1 + measured))
        own_goal[..., 0] = -1
        own_goal[..., 0, 1:] = np.where(gained, 0, value)
        rhs = np.zeros((groups, each, rows))
        rhs[..., -1] = 1
        stopgap = columns + 1 + measured
        programmes = Programmes(
            pool=np.concatenate((technology.pool, np.zeros((groups, 1, columns))), axis=1),
            goal=np.zeros((groups, 1, columns)),
            own=own,
            own_goal=own_goal,
            rhs=rhs,
            identity=np.append(technology.identity(stopgap, filled=True), stopgap + rows - 1),
            opening=(
                (np.full((groups, each), rows - 1), np.full((groups, each), columns)),
                _first(technology, scaled, block),
            ),
        )
        solution = solved(programmes, block)
        amounts = solution.amounts()
        whole = amounts[..., columns : columns + 1]
        mixture[block], scaled_slack = _read(technology, size, amounts / whole, columns + 1)
        slack[block] = scaled_slack * technology.scale[:, None] * size
        part = scaled_slack * value
        score[block] = (1 - part[..., ~gained].sum(axis=2)) / (1 + part[..., gained].sum(axis=2))
        resolved += solution.resolved
    answer = _answer(x, y, score, mixture, slack, np.ones_like(gained), resolved)
    return replace(answer, efficient=np.abs(score - 1) <= NEGLIGIBLE)


def _empty(x: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
    draws, units, measured = *x.shape[:2], x.shape[2] + y.shape[2]
    return (
        np.empty((draws, units)),
        np.empty((draws, units, units)),
        np.empty((draws, units, measured)),
    )


def _scaled(x: Floats, y: Floats, returns: str, block: _Block) -> tuple[Technology, Floats, Floats]:
    """Columns of the block's draws, its units as shares of their size, and the sizes."""
    technology = Technology.of(x[block[0]], y[block[0]], returns)
    scaled = np.concatenate((x[block], y[block]), axis=2) / technology.scale[:, None]
    size = scaled.max(axis=2, keepdims=True)
    return technology, scaled / size, size


def _slack_columns(technology: Technology, scaled: Floats) -> Floats:
    """(groups, each, rows, measured) input to spare and output to gain, each with its own worth."""
    here = np.arange(technology.measured)
    columns = np.zeros((*scaled.shape[:2], technology.rows, technology.measured))
    columns[..., here, here] = np.where(here < technology.inputs, 1, -1)
    return columns


def _first(technology: Technology, scaled: Floats, block: _Block) -> tuple[Ints, Ints]:
    """Start from the unit itself: its column, and the row that it comes into."""
    number = np.broadcast_to(np.arange(block[1].start, block[1].stop), scaled.shape[:2])
    if technology.returns == "constant":
        return scaled[..., : technology.inputs].argmax(axis=2), number
    return np.full(scaled.shape[:2], technology.measured), number


def _read(technology: Technology, size: Floats, amounts: Floats, own: int) -> tuple[Floats, Floats]:
    """Mixture in the units of the data, and scaled slacks: those with a worth and the others."""
    units, measured = technology.units, technology.measured
    slack = amounts[..., units : units + measured] + amounts[..., own : own + measured]
    mixture = amounts[..., :units] * size / technology.size[:, None]
    return mixture, np.where(slack < DUST, 0, slack)


def _answer(
    x: Floats,
    y: Floats,
    score: Floats,
    mixture: Floats,
    slack: Floats,
    counted: Bools,
    resolved: int,
) -> SlackBased:
    spare, lacking = slack[..., : x.shape[2]], slack[..., x.shape[2] :]
    efficient = negligible(np.where(counted[: x.shape[2]], spare, 0), x) & negligible(lacking, y)
    used, made = np.matmul(mixture, x), np.matmul(mixture, y)
    return SlackBased(
        score=score,
        intensities=mixture,
        input_slack=spare,
        output_slack=lacking,
        input_target=used,
        output_target=made,
        efficient=efficient,
        resolved=resolved,
    )


_Weights = Callable[[Floats, Floats], Floats]
_ADDITIVE_WEIGHTS: Final[Mapping[str, _Weights]] = {
    "ones": lambda both, _: np.ones_like(both),
    "own": lambda both, _: np.divide(1, both, out=np.zeros_like(both), where=both > 0),
    "range": lambda both, spread: (
        np.divide(1 / both.shape[2], spread, out=np.zeros_like(spread), where=spread > 0)
        * np.ones_like(both)
    ),
    "deviation": lambda both, _: (
        _inverse(both.std(axis=1, ddof=min(1, both.shape[1] - 1), keepdims=True))
        * np.ones_like(both)
    ),
}
_BOUNDED: Final = "bounded"
ROUNDING: Final = 1e-12  # relative: amounts that differ by less are one


def _inverse(amounts: Floats) -> Floats:
    """One over each amount, 0 where it is 0."""
    found: Floats = np.divide(1, amounts, out=np.zeros_like(amounts), where=amounts > 0)
    return found


@checked
def additive(
    inputs: ArrayLike,
    outputs: ArrayLike,
    returns: str = "variable",
    weights: str | ArrayLike = "range",
    *,
    fixed_inputs: ArrayLike | None = None,
) -> SlackBased:
    """Additive model: the largest weighted sum of slacks.

    Parameters
    ----------
    inputs, outputs : see `dea.dea`
    returns : a word of `technology.RETURNS`
    weights : "ones", the plain sum, which depends on the units of measure; "own", each slack as a
        share of the unit's own amount (measure of inefficiency proportions; a measure of which the
        unit has nothing does not count); "range", as a share of the range of its measure, divided
        by the number of measures (range-adjusted measure); "bounded", as a share of what lies
        between the unit and the best end of its measure, divided likewise (bounded adjusted
        measure, variable returns); "deviation", in standard deviations of its measure (normalised);
        or an array that fits (draws, units, inputs + outputs)
    fixed_inputs : (inputs,) true for those that nobody can change; their slack does not count

    Raises
    ------
    InputError
        See `technology.measures`; and for weights that are negative or do not fit.

    Notes
    -----
    Charnes, Cooper, Golany, Seiford & Stutz (1985), Journal of Econometrics 30, 91-107; Cooper,
    Park & Pastor (1999), Journal of Productivity Analysis 11, 5-42. Bounded: Cooper, Pastor,
    Borras, Aparicio & Pastor (2011), Journal of Productivity Analysis 35, 85-94. Deviation: Lovell
    & Pastor (1995), Operations Research Letters 18, 147-151.

    >>> additive([[2], [4]], [[1], [1]], "variable", "ones").score.round(9).tolist()
    [[0.0, 2.0]]
    """
    x, y = measures(inputs, outputs)
    both = np.concatenate((x, y), axis=2)
    if isinstance(weights, str):
        known(weights, "weights", (*_ADDITIVE_WEIGHTS, _BOUNDED))
        low, high = both.min(axis=1, keepdims=True), both.max(axis=1, keepdims=True)
        constant = high - low <= ROUNDING * np.maximum(np.abs(high), np.abs(low))
        high = np.where(constant, low, high)  # it differs in the last bits only, and is one level
        if weights == _BOUNDED:
            if returns != "variable":
                raise InputError(
                    "weights: 'bounded' goes with variable returns, where no target lies beyond "
                    "the best unit. Use those, or 'range'."
                )
            used = np.arange(both.shape[2]) < x.shape[2]
            worth = _inverse(np.where(constant, 0, np.where(used, both - low, high - both)))
            worth = worth / both.shape[2]
        else:
            worth = _ADDITIVE_WEIGHTS[weights](both, high - low)
            if weights in ("range", "deviation"):
                worth = np.where(constant, 0, worth)
    else:
        worth = _given(weights, both)
    return _most_slack(x, y, returns, worth, _counted_measures(fixed_inputs, both, x.shape[2]))


def _given(weights: ArrayLike, both: Floats) -> Floats:
    worth = finite(weights, "weights")
    if (worth < 0).any():
        raise InputError("weights: an entry is negative. Give 0 for a slack that does not count.")
    try:
        return np.broadcast_to(worth, both.shape)
    except ValueError as error:
        raise InputError(
            f"weights: shape {worth.shape} does not fit (draws, units, measures) {both.shape}."
        ) from error


LEAST_WEIGHT: Final = 1e-4  # every measure counts at least so much of all weights together
_GAP: Final = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class ClosestTargets:
    """What to change so as to be efficient with the least change.

    Attributes
    ----------
    change : (units,) sum of the changes, each as a share of the largest amount of its measure;
        0 of an efficient unit
    input_target, output_target : (units, ...) no input above, no output below today's
    intensities : (units, units) the mixture of efficient units that shows them to be possible
    efficient : (units,) nothing to change
    """

    change: Floats
    input_target: Floats
    output_target: Floats
    intensities: Floats
    efficient: Bools


@checked
def closest_targets(
    inputs: ArrayLike, outputs: ArrayLike, returns: str = "variable"
) -> ClosestTargets:
    """Closest targets: least sum of slacks to an efficient mixture that is no worse.

    The radial and the slack-based targets are the farthest; these ask for the least. Of equally
    near targets, the first found is given.

    Parameters
    ----------
    inputs, outputs : (units, inputs) and (units, outputs), one draw; see `dea.dea`
    returns : "constant" or "variable"

    Raises
    ------
    InputError
        See `technology.measures`; and with more than one draw.
    CapworthError
        When the solver gives up on a unit.

    Notes
    -----
    Aparicio, Ruiz & Sirvent (2007), Journal of Productivity Analysis 28, 209-218: a mixture is on
    the efficient frontier when weights exist, all above 0, for which each of its units is best. A
    mixed-integer programme says for each efficient unit whether it is in the mixture or not best.
    Weights of scaled measures sum to 1 and none is below `LEAST_WEIGHT`, so that the bound which
    links the two is exact.
    """
    x, y = measures(inputs, outputs)
    known(returns, "returns", ("constant", "variable"))
    if len(x) != 1:
        raise InputError(f"inputs: {len(x)} draws. Hand over one of them, such as the modes.")
    efficient = additive(x, y, returns, "range").efficient[0]
    both = np.concatenate((x, y), axis=2)[0]
    scale = both.max(axis=0)
    scaled = both / scale
    sign = np.where(np.arange(len(scale)) < x.shape[2], -1.0, 1.0)
    change = np.zeros(len(scaled))
    mixture = np.eye(len(scaled))
    best = np.flatnonzero(efficient)
    for unit in np.flatnonzero(~efficient):
        change[unit], mixture[unit] = 0.0, 0.0
        change[unit], mixture[unit, best] = _nearest(scaled, sign, best, int(unit), returns)
    target = mixture @ both
    return ClosestTargets(
        change, target[:, : x.shape[2]], target[:, x.shape[2] :], mixture, efficient
    )


def _nearest(
    scaled: Floats, sign: Floats, best: Ints, unit: int, returns: str
) -> tuple[float, Floats]:
    """Least change of one unit, and the mixture of the best that it leads to.

    Columns: intensities | changes | weights | price of size | lag of each best unit | out or in.
    """
    n, k = len(best), len(sign)
    peers, here = scaled[best], scaled[unit]
    variable = RETURNS[returns] is not None
    at = np.cumsum([0, n, k, k, 1, n, n])
    mix, step, weight, free, lag, out = (slice(a, b) for a, b in pairwise(at))

    # Sum of intensities x measure, less the change in the better direction, is today's amount.
    reach = np.zeros((k, at[-1]))
    reach[:, mix], reach[:, step] = peers.T, -np.diag(sign)
    # Worth of each best unit + its lag = price of size.
    worth = np.zeros((n, at[-1]))
    worth[:, weight], worth[:, free], worth[:, lag] = peers * sign, 1, np.eye(n)
    sums = np.zeros((2, at[-1]))
    sums[0, weight] = 1
    sums[1, mix] = 1
    # In the mixture only without a lag.
    used = peers > 0
    limit = np.where(used & (sign < 0), here / np.where(used, peers, 1), np.inf).min(axis=1)
    most = np.ones(n) if variable else limit
    link = np.zeros((2 * n, at[-1]))
    link[:n, lag], link[:n, out] = np.eye(n), -2 * np.eye(n)
    link[n:, mix], link[n:, out] = np.eye(n), np.diag(most)

    low = np.zeros(at[-1])
    low[weight] = LEAST_WEIGHT
    high = np.full(at[-1], np.inf)
    high[weight], high[out] = 1, 1
    low[free], high[free] = (-np.inf, np.inf) if variable else (0, 0)
    rules = [
        LinearConstraint(reach, here, here),
        LinearConstraint(worth, 0, 0),
        LinearConstraint(sums[0], 1, 1),
        LinearConstraint(link, -np.inf, np.concatenate((np.zeros(n), most))),
    ]
    if variable:
        rules.append(LinearConstraint(sums[1], 1, 1))
    whole = np.zeros(at[-1])
    whole[out] = 1
    cost = np.zeros(at[-1])
    cost[step] = 1
    with unprinted():
        answer = milp(
            cost,
            constraints=rules,
            integrality=whole,
            bounds=Bounds(low, high),
            options={"mip_rel_gap": _GAP},
        )
    if not answer.success:
        raise CapworthError(
            f"unit {unit}: no closest target found ({answer.message}). Look for measures that "
            "hardly differ between units."
        )
    intensities = np.where(answer.x[out] < 0.5, answer.x[mix], 0)
    return float(answer.fun), np.maximum(intensities, 0)
