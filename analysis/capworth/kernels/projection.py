"""How far each point is from what units show to be possible, in a direction."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from capworth.errors import InputError
from capworth.kernels.arrays import Bools, Floats, Ints
from capworth.kernels.programmes import INFEASIBLE, SOLVED, Programmes
from capworth.kernels.simplex import solve
from capworth.kernels.technology import Technology

CELLS: Final = 200_000  # columns priced in one go: the work stays in the processor's cache
DUST: Final = 1e-11  # an amount below this share of the unit's size is the rounding of a zero


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """Where the points land on the frontier.

    Attributes
    ----------
    distance : (draws, points) how often the direction fits in; NaN where infeasible
    intensity : (draws, points, units) the mixture of units that it lands on or below
    slack : (draws, points, inputs + outputs) input still too much, output still too little
    price : (draws, points, inputs + outputs) weights of the multiplier form, not negative: how
        the distance answers to one unit more of an input, or less of an output
    scale_price : (draws, points) the same for the sum of intensities; 0 with constant returns
    infeasible : (draws, points) no step in the direction, forth or back, is possible
    resolved : how many programmes were solved again by HiGHS
    """

    distance: Floats
    intensity: Floats
    slack: Floats
    price: Floats
    scale_price: Floats
    infeasible: Bools
    resolved: int


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What is asked of the units; see `project`."""

    returns: str = "variable"
    inside: bool = True
    but_itself: bool = False
    counted: Floats | None = None
    trades: Floats | None = None


def blocks(draws: int, points: int, columns: int) -> Iterator[tuple[slice, slice]]:
    """Cut draws x points into blocks by a fixed rule, whoever works on them."""
    slots = max(64, CELLS // columns)
    many, few = max(1, slots // points), min(points, slots)
    for draw in range(0, draws, many):
        for point in range(0, points, few):
            yield slice(draw, min(draw + many, draws)), slice(point, min(point + few, points))


def project(
    reference: tuple[Floats, Floats],
    points: tuple[Floats, Floats],
    direction: tuple[Floats, Floats],
    question: Question,
) -> Projection:
    """Move each point as far as it goes in its direction, then take up the slacks.

    Maximises first the distance b, then the sum of the counted slacks, each as a share of the
    largest entry of its measure, subject to

        X l + s = x - b g,   Y l - t = y + b h,   sum l as the returns say,   l, s, t >= 0.

    Parameters
    ----------
    reference : inputs (draws, units, inputs) and outputs (draws, units, outputs)
    points : inputs and outputs of the points, (draws, points, ...)
    direction : g and h, in the units of the points, not negative, at least one above 0
    question :
        returns, a word of `technology.RETURNS`;
        inside, the points are the units in their order: they are possible, so b is not negative;
        but_itself, unit k does not count for point k;
        counted, (inputs + outputs,) weight of each slack in the second goal, 0 or more, or None
        to leave the slacks as they come;
        trades, see `Technology.of`

    Raises
    ------
    InputError
        When a programme has no finite optimum, or neither solver can settle it.

    Notes
    -----
    Chambers, Chung & Färe (1996), Journal of Economic Theory 70, 407-419; second goal: Ali &
    Seiford (1993), in Fried, Lovell & Schmidt (eds), The Measurement of Productive Efficiency. Of
    equally good mixtures, the one that the search comes to first is given; the distance and the
    sum of slacks are the same for all of them. A unit that is efficient is its own mixture.
    """
    both = np.concatenate(points, axis=2)
    away = np.concatenate((direction[0], -direction[1]), axis=2)
    draws, many, measured = both.shape
    units = reference[0].shape[1]
    found = Projection(
        np.empty((draws, many)),
        np.empty((draws, many, units)),
        np.empty((draws, many, measured)),
        np.empty((draws, many, measured)),
        np.zeros((draws, many)),
        np.zeros((draws, many), dtype=bool),
        0,
    )
    resolved = 0
    for block in blocks(draws, many, units + measured + 1):
        technology = Technology.of(
            reference[0][block[0]], reference[1][block[0]], question.returns, question.trades
        )
        scaled = both[block] / technology.scale[:, None]
        size = scaled.max(axis=2)
        toward = away[block] / technology.scale[:, None]
        programmes = _programmes(technology, scaled, toward, size, block[1].start, question)
        solution = solve(programmes)
        resolved += solution.resolved
        if (solution.status > INFEASIBLE).any():
            draw, point = np.argwhere(solution.status > INFEASIBLE)[0].tolist()
            raise InputError(
                f"unit {block[1].start + point} (draw {block[0].start + draw}): no finite answer. "
                "Look for entries that are almost 0 beside the others, or restrictions on "
                "weights that contradict one another."
            )
        amounts = solution.amounts()
        first = 1 if programmes.filling else 0
        lengths = amounts[..., programmes.columns : programmes.width]
        distance = lengths[..., 0] - (lengths[..., 1] if first else 0)
        sign = np.where(np.arange(measured) < technology.inputs, 1, -1)
        unit_of = technology.scale[:, None] * size[:, :, None]  # measure of scaled slacks
        price = solution.price[:, :, first]
        slack = amounts[..., units : units + measured]
        found.distance[block] = distance
        found.intensity[block] = amounts[..., :units] * size[:, :, None] / technology.size[:, None]
        found.slack[block] = np.where(slack < DUST, 0, slack) * unit_of
        found.price[block] = np.maximum(price[..., :measured] * sign, 0) / unit_of
        if question.returns != "constant":
            found.scale_price[block] = price[..., measured] / size
        found.infeasible[block] = solution.status != SOLVED
    lost = found.infeasible
    for part in (found.distance, found.intensity, found.slack, found.price, found.scale_price):
        part[lost] = np.nan
    return Projection(
        found.distance, found.intensity, found.slack, found.price, found.scale_price, lost, resolved
    )


def _programmes(
    technology: Technology,
    scaled: Floats,
    toward: Floats,
    size: Floats,
    start: int,
    question: Question,
) -> Programmes:
    """Write the programmes of a block; `start` is the number of its first point."""
    groups, each, measured = scaled.shape
    rows, columns = technology.rows, technology.pool.shape[2]
    rhs = np.empty((groups, each, rows))
    rhs[..., :measured] = scaled / size[:, :, None]
    rhs[..., measured:] = 1 / size[:, :, None]
    filling = not question.inside
    own = np.zeros((groups, each, rows, 1 + filling))
    own[..., :measured, 0] = toward / size[:, :, None]
    if filling:
        own[..., 1] = -own[..., 0]
    goals = int(filling) + 1 + (question.counted is not None)
    goal = np.zeros((groups, goals, columns))
    own_goal = np.zeros((goals, 1 + filling))
    own_goal[int(filling)] = (1.0, -1.0)[: 1 + filling]
    if question.counted is not None:
        goal[:, -1, technology.units : technology.units + measured] = question.counted
    number = np.broadcast_to(start + np.arange(each), (groups, each))
    opening: tuple[tuple[Ints, Ints], ...] = ()
    if question.inside:
        row = np.full((groups, each), measured)
        if question.returns == "constant":
            row = rhs[..., : technology.inputs].argmax(axis=2)
        opening = ((row, number),)
    return Programmes(
        technology.pool,
        goal,
        own,
        own_goal,
        rhs,
        technology.identity(columns + own.shape[3], filled=question.inside),
        opening,
        number if question.but_itself else None,
        filling,
    )
