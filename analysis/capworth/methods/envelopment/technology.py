"""Technology of an envelopment analysis: what units together show to be possible.

Mixtures of the units, with more input or less output. The columns of every programme: one for each
unit, one for each slack. Columns are scaled, so that neither the units of measure nor the sizes of
the units matter to the search. And how far each point is from what is possible, in a direction.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.methods.arguments import Bools, Floats, Ints, checked, finite, known
from capworth.methods.envelopment.linear_programmes import (
    INFEASIBLE,
    SOLVED,
    Programmes,
    Solution,
    solve,
)

NEGLIGIBLE: Final = 1e-6  # nearer to the frontier than this share counts as on it

# Returns to scale: the sign of the column that may fill up "intensities sum to 1", None for no
# such row, 0 for no such column.
RETURNS: Final[Mapping[str, int | None]] = {
    "constant": None,
    "variable": 0,
    "nonincreasing": 1,
    "nondecreasing": -1,
}


@checked
def measures(inputs: ArrayLike, outputs: ArrayLike) -> tuple[Floats, Floats]:
    """Take inputs and outputs as (draws, units, columns), or say which entry cannot be used.

    A table of one draw may be handed over without the first axis. Zeros are taken as they are: a
    unit that uses none of an input can only be compared with mixtures that use none of it.

    Raises
    ------
    InputError
        When shapes do not agree; an entry is missing or negative; a unit has no input or no
        output above 0; or a column is 0 for all units.
    """
    tables = []
    for given, name in ((inputs, "inputs"), (outputs, "outputs")):
        numbers = amounts(given, name, idle_units=False)
        tables.append(numbers)
    x, y = tables
    if x.shape[:2] != y.shape[:2]:
        raise InputError(
            f"inputs and outputs: {x.shape[:2]} and {y.shape[:2]} draws and units. "
            "Give the same units in the same draws."
        )
    return x, y


@checked
def amounts(given: ArrayLike, name: str, *, idle_units: bool = True) -> Floats:
    """Take amounts, 0 or more, as (draws, units, columns); no column is 0 for all units.

    With `idle_units` a unit may be 0 in all columns.

    Raises
    ------
    InputError
        With the entry that cannot be used.
    """
    numbers = finite(given, name)
    numbers = numbers[None] if numbers.ndim == 2 else numbers
    if numbers.ndim != 3 or 0 in numbers.shape:
        raise InputError(
            f"{name}: shape {np.shape(given)} is not (units, columns) or "
            "(draws, units, columns). Give a table with at least one row and one column."
        )
    _refuse(numbers < 0, name, numbers, "negative. Shift or split the measure")
    for axis, what in ((2, "unit"), (1, "column")):
        idle = ~(numbers > 0).any(axis=axis)
        if idle.any() and not (what == "unit" and idle_units):
            draw, which = np.argwhere(idle)[0].tolist()
            raise InputError(
                f"{name}: {what} {which} (draw {draw}) has nothing above 0. Leave it out."
            )
    return numbers


def _refuse(fault: Bools, name: str, numbers: Floats, problem: str) -> None:
    if fault.any():
        draw, unit, column = np.argwhere(fault)[0].tolist()
        raise InputError(
            f"{name}: unit {unit}, column {column} (draw {draw}) is "
            f"{numbers[draw, unit, column]}: {problem}."
        )


@checked
def negligible(slack: Floats, amount: Floats) -> Bools:
    """(draws, units) whether no slack is worth the name.

    A slack is when it is more than a millionth of the unit's own amount; where the unit has
    nothing, of the largest amount among the units.
    """
    own = np.where(amount > 0, amount, amount.max(axis=1, keepdims=True))
    nothing: Bools = np.asarray((slack <= NEGLIGIBLE * own).all(axis=2))
    return nothing


@dataclass(frozen=True, slots=True, eq=False)
class Technology:
    """Columns of the units and of the slacks, scaled.

    Attributes
    ----------
    pool : (draws, rows, columns). Rows: inputs, outputs, and the sum of intensities unless
        returns are constant. Columns: units, input slacks, output slacks, the slack of the sum
        (non-increasing and non-decreasing returns), trade-offs.
    scale : (draws, inputs + outputs) largest entry of each measure among the units
    size : (draws, units) largest entry of each unit, after `scale`
    inputs, outputs, units : how many there are
    returns : a word of `RETURNS`
    joint : (inputs,) inputs without a slack
    """

    pool: Floats
    scale: Floats
    size: Floats
    inputs: int
    outputs: int
    units: int
    returns: str
    joint: Bools

    @classmethod
    def of(
        cls,
        x: Floats,
        y: Floats,
        returns: str = "variable",
        *,
        trades: Floats | None = None,
        joint: Bools | None = None,
    ) -> Self:
        """Build the columns.

        Parameters
        ----------
        x, y : (draws, units, inputs) and (draws, units, outputs), checked by `measures`
        returns : a word of `RETURNS`
        trades : (draws, trade-offs, inputs + outputs) exchanges held to be possible for any unit:
            so much more of each input, so much more of each output (less is negative)
        joint : (inputs,) true for those that a mixture must use to the full: no slack
        """
        known(returns, "returns", RETURNS)
        draws, units, inputs = x.shape
        outputs = y.shape[2]
        both = np.concatenate((x, y), axis=2)
        scale = both.max(axis=1)
        both = both / scale[:, None]
        size = both.max(axis=2)
        measured = inputs + outputs
        sign = RETURNS[returns]
        rows = measured + (sign is not None)
        traded = 0 if trades is None else trades.shape[1]
        pool = np.zeros((draws, rows, units + measured + bool(sign) + traded))
        pool[:, :measured, :units] = (both / size[:, :, None]).transpose(0, 2, 1)
        slack = np.arange(measured)
        pool[:, slack, units + slack] = np.where(slack < inputs, 1, -1)
        joint = np.zeros(inputs, dtype=bool) if joint is None else joint
        pool[:, slack[:inputs][joint], units + slack[:inputs][joint]] = 0
        if sign is not None:
            pool[:, -1, :units] = 1 / size
        if sign:
            pool[:, -1, units + measured] = sign
        if trades is not None and traded:
            moved = (trades / scale[:, None]).transpose(0, 2, 1)
            pool[:, :measured, -traded:] = moved / np.abs(moved).max(axis=1, keepdims=True)
        return cls(
            pool=pool,
            scale=scale,
            size=size,
            inputs=inputs,
            outputs=outputs,
            units=units,
            returns=returns,
            joint=joint,
        )

    @property
    def measured(self) -> int:
        """Inputs and outputs together."""
        return self.inputs + self.outputs

    @property
    def rows(self) -> int:
        """Inputs, outputs, and the sum of intensities if there is such a row."""
        return int(self.pool.shape[1])

    def identity(self, stopgap: int, *, filled: bool) -> Ints:
        """Columns to start from, one for each row; those behind `stopgap` are no columns.

        A start that is `filled` with a unit at once can do with slacks that are below 0 until
        then; one from nothing has slacks where they can take up the right-hand side.
        """
        rows = np.arange(self.rows)
        columns = self.units + rows
        sign = RETURNS[self.returns]
        missing = (rows == self.measured) & (sign == 0)
        missing[: self.inputs] = self.joint
        if not filled:
            missing |= (rows >= self.inputs) & (rows < self.measured)
            missing |= (rows == self.measured) & (sign == -1)
        return np.where(missing, stopgap + rows, columns)


CELLS: Final = 100_000  # columns priced in one go: the work stays in the processor's cache
FEWEST: Final = 256  # programmes worked on together at least
DUST: Final = 1e-11  # an amount below this share of the unit's size is the rounding of a zero


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """Where the points land on the frontier.

    Attributes
    ----------
    distance : (draws, points) how often the direction fits in; NaN where infeasible
    intensity : (draws, points, units) the mixture of units that it lands on or below
    slack : (draws, points, inputs + outputs) input still too much, output still too little
    price : (draws, points, inputs + outputs) weights of the multiplier form: by how much the
        distance grows with one unit more of an input, or less of an output; not negative, except
        of joint inputs
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
    joint: Bools | None = None


def blocks(draws: int, points: int, columns: int) -> Iterator[tuple[slice, slice]]:
    """Cut draws x points into blocks by a fixed rule, whoever works on them."""
    slots = max(FEWEST, CELLS // columns)
    many, few = max(1, slots // points), min(points, slots)
    for draw in range(0, draws, many):
        for point in range(0, points, few):
            yield slice(draw, min(draw + many, draws)), slice(point, min(point + few, points))


@checked
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
        trades and joint, see `Technology.of`

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
        distance=np.empty((draws, many)),
        intensity=np.empty((draws, many, units)),
        slack=np.empty((draws, many, measured)),
        price=np.empty((draws, many, measured)),
        scale_price=np.zeros((draws, many)),
        infeasible=np.zeros((draws, many), dtype=bool),
        resolved=0,
    )
    resolved = 0
    for block in blocks(draws, many, units + measured + 1):
        technology = Technology.of(
            reference[0][block[0]],
            reference[1][block[0]],
            question.returns,
            trades=None if question.trades is None else question.trades[block[0]],
            joint=question.joint,
        )
        scaled = both[block] / technology.scale[:, None]
        size = scaled.max(axis=2, keepdims=True)
        toward = away[block] / technology.scale[:, None] / size
        length = np.abs(toward).max(axis=2, keepdims=True)
        programmes = _programmes(
            technology, scaled / size, toward / length, size, block[1].start, question
        )
        solution = solved(programmes, block)
        _read(found, block, technology, (size, length), programmes, solution)
        resolved += solution.resolved
    lost = found.infeasible
    for part in (found.distance, found.intensity, found.slack, found.price, found.scale_price):
        part[lost] = np.nan
    return replace(found, resolved=resolved)


@checked
def solved(programmes: Programmes, block: tuple[slice, slice]) -> Solution:
    """Solve the programmes of a block, each of which has an optimum or is infeasible.

    Raises
    ------
    InputError
        With the unit and the draw that have no finite answer.
    """
    solution = solve(programmes)
    if (solution.status > INFEASIBLE).any():
        draw, point = np.argwhere(solution.status > INFEASIBLE)[0].tolist()
        raise InputError(
            f"unit {block[1].start + point} (draw {block[0].start + draw}): no finite answer. "
            "Look for entries that are almost 0 beside the others, or restrictions on weights "
            "that contradict one another."
        )
    return solution


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
    columns = technology.pool.shape[2]
    rhs = np.broadcast_to(1 / size, (groups, each, technology.rows)).copy()
    rhs[..., :measured] = scaled
    two_way = not question.inside
    filling = two_way or bool(technology.joint.any())
    goals = filling + 1 + (question.counted is not None)
    own = np.zeros((groups, each, technology.rows, 1 + two_way))
    own[..., :measured, 0] = toward
    own_goal = np.zeros((groups, each, goals, 1 + two_way))
    own_goal[..., int(filling), 0] = 1
    if two_way:
        own[..., 1] = -own[..., 0]
        own_goal[..., 1, 1] = -1
    goal = np.zeros((groups, goals, columns))
    if question.counted is not None:
        goal[:, -1, technology.units : technology.units + measured] = question.counted
    number = np.broadcast_to(start + np.arange(each), (groups, each))
    opening: tuple[tuple[Ints, Ints], ...] = ()
    if question.inside:
        row = np.full((groups, each), measured)
        if question.returns == "constant":
            row = scaled[..., : technology.inputs].argmax(axis=2)
        opening = ((row, number),)
    return Programmes(
        pool=technology.pool,
        goal=goal,
        own=own,
        own_goal=own_goal,
        rhs=rhs,
        identity=technology.identity(columns + 1 + two_way, filled=question.inside),
        opening=opening,
        barred=number if question.but_itself else None,
        filling=filling,
    )


def _read(
    found: Projection,
    block: tuple[slice, slice],
    technology: Technology,
    scales: tuple[Floats, Floats],
    programmes: Programmes,
    solution: Solution,
) -> None:
    """Put the answers of a block into their places, in the units of the data."""
    size, length = scales
    units, measured = technology.units, technology.measured
    amounts = solution.amounts()
    lengths = amounts[..., programmes.columns : programmes.width]
    found.distance[block] = (lengths[..., 0] - lengths[..., 1:].sum(axis=2)) / length[..., 0]
    found.intensity[block] = amounts[..., :units] * size / technology.size[:, None]
    measure = technology.scale[:, None] * size
    slack = amounts[..., units : units + measured]
    found.slack[block] = np.where(slack < DUST, 0, slack) * measure
    price = solution.price[:, :, int(programmes.filling)] / length
    sign = np.where(np.arange(measured) < technology.inputs, 1, -1)
    weight = price[..., :measured] * sign
    free = np.ones(measured, dtype=bool)
    free[: technology.inputs] = ~technology.joint
    weight[..., free] = np.maximum(weight[..., free], 0)
    found.price[block] = weight / measure
    if technology.returns != "constant":
        found.scale_price[block] = price[..., measured] / size[..., 0]
    found.infeasible[block] = solution.status != SOLVED
