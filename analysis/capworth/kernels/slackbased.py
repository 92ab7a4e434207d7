"""Efficiency by slacks: how much less of each input and more of each output would be possible."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from capworth.kernels.arguments import flags, known
from capworth.kernels.arrays import Bools, Floats, Ints
from capworth.kernels.programmes import Programmes
from capworth.kernels.projection import DUST, blocks, solved
from capworth.kernels.technology import NEGLIGIBLE, Technology, measures, negligible

Block = tuple[slice, slice]


@dataclass(frozen=True, slots=True, eq=False)
class SlackBased:
    """Scores, mixtures and slacks of every unit in every draw.

    Attributes
    ----------
    score : (draws, units). Of `slack_based`: 0 to 1, 1 is efficient. Of `additive`: the weighted
        sum of slacks, 0 is efficient.
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


def slack_based(
    inputs: ArrayLike,
    outputs: ArrayLike,
    returns: str = "variable",
    orientation: str = "none",
    *,
    fixed_inputs: ArrayLike | None = None,
    undesirable: ArrayLike | None = None,
) -> SlackBased:
    """Score by the mean share of inputs to spare over the mean factor of outputs to gain.

    Parameters
    ----------
    inputs, outputs : see `envelopment.envelop`
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
    """
    x, y = measures(inputs, outputs)
    known(orientation, "orientation", ("none", "input", "output"))
    both = np.concatenate((x, y), axis=2)
    m = x.shape[2]
    gained = np.arange(both.shape[2]) >= m
    if undesirable is not None:
        gained[:m] |= flags(undesirable, m, "undesirable")
    counted = counted_measures(fixed_inputs, both, m)
    known_share = (both > 0) & counted
    shares = np.divide(1, both, out=np.zeros_like(both), where=known_share)
    for side in (gained, ~gained):
        shares[..., side] /= np.maximum(1, known_share[..., side].sum(axis=2, keepdims=True))
    if orientation == "none":
        return _least_ratio(x, y, returns, shares, gained)
    shares[..., gained if orientation == "input" else ~gained] = 0
    most = most_slack(x, y, returns, shares, counted)
    score = 1 - most.score if orientation == "input" else 1 / (1 + most.score)
    return replace(most, score=score, efficient=np.abs(score - 1) <= NEGLIGIBLE)


def counted_measures(fixed_inputs: ArrayLike | None, both: Floats, inputs: int) -> Bools:
    """(measures,) false for inputs that nobody can change; `both` is inputs and outputs."""
    counted = np.ones(both.shape[2], dtype=bool)
    if fixed_inputs is not None:
        counted[:inputs] = ~flags(fixed_inputs, inputs, "fixed_inputs")
    return counted


def most_slack(x: Floats, y: Floats, returns: str, worth: Floats, counted: Bools) -> SlackBased:
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
            technology.pool,
            goal,
            _slack_columns(technology, scaled),
            own_goal,
            rhs,
            technology.identity(technology.pool.shape[2] + technology.measured, filled=True),
            (_first(technology, scaled, block),),
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
            np.concatenate((technology.pool, np.zeros((groups, 1, columns))), axis=1),
            np.zeros((groups, 1, columns)),
            own,
            own_goal,
            rhs,
            np.append(technology.identity(stopgap, filled=True), stopgap + rows - 1),
            (
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


def _scaled(x: Floats, y: Floats, returns: str, block: Block) -> tuple[Technology, Floats, Floats]:
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


def _first(technology: Technology, scaled: Floats, block: Block) -> tuple[Ints, Ints]:
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
    return SlackBased(score, mixture, spare, lacking, used, made, efficient, resolved)
