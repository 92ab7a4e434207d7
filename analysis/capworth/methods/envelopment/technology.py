"""Technology of an envelopment analysis: what units together show to be possible.

Mixtures of the units, with more input or less output. The columns of every programme: one for each
unit, one for each slack. Columns are scaled, so that neither the units of measure nor the sizes of
the units matter to the search. And how far each point is from what is possible, in a direction.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from capworth.errors import InputError
from capworth.methods.arguments import Bools, Floats, Ints, checked, finite, known
from capworth.methods.envelopment.linear_programmes import (
    INFEASIBLE,
    SOLVED,
    Programmes,
    Solution,
    solve,
    transferred,
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
        scale: Floats | None = None,
    ) -> Self:
        """Build the columns.

        Parameters
        ----------
        x, y : (draws, units, inputs) and (draws, units, outputs), checked by `measures`
        returns : a word of `RETURNS`
        trades : (draws, trade-offs, inputs + outputs) exchanges held to be possible for any unit:
            so much more of each input, so much more of each output (less is negative)
        joint : (inputs,) true for those that a mixture must use to the full: no slack
        scale : (draws, inputs + outputs) where the units are some of those that set it
        """
        known(returns, "returns", RETURNS)
        draws, units, inputs = x.shape
        outputs = y.shape[2]
        both = np.concatenate((x, y), axis=2)
        scale = both.max(axis=1) if scale is None else scale
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


CELLS: Final = 400_000  # columns priced in one go: the work stays in the processor's cache
FEWEST: Final = 256  # programmes worked on together at least
DUST: Final = 1e-11  # an amount below this share of the unit's size is the rounding of a zero


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """Where the points land on the frontier.

    Attributes
    ----------
    distance : (draws, points) how often the direction fits in; NaN where infeasible
    peer : (draws, points, most) numbers of the units whose mixture it lands on or below
    part : (draws, points, most) how much of each peer; places without a peer have nothing of unit 0
    units : how many units there are
    slack : (draws, points, inputs + outputs) input still too much, output still too little
    price : (draws, points, inputs + outputs) weights of the multiplier form: by how much the
        distance grows with one unit more of an input, or less of an output; not negative, except
        of joint inputs
    scale_price : (draws, points) the same for the sum of intensities; 0 with constant returns
    infeasible : (draws, points) no step in the direction, forth or back, is possible
    resolved : how many programmes were solved again by HiGHS
    """

    distance: Floats
    peer: Ints
    part: Floats
    units: int
    slack: Floats
    price: Floats
    scale_price: Floats
    infeasible: Bools
    resolved: int

    @property
    def intensity(self) -> Floats:
        """(draws, points, units) the mixture of units, as one number for each of them."""
        return every_intensity(self.peer, self.part, self.units)


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What is asked of the units; see `project`."""

    returns: str = "variable"
    inside: bool = True
    but_itself: bool = False
    counted: Floats | None = None
    trades: Floats | None = None
    joint: Bools | None = None


@checked
def every_intensity(peer: Ints, part: Floats, units: int) -> Floats:
    """(draws, points, units) intensities from the peers of each point and the part of each."""
    found = np.zeros((*peer.shape[:2], units))
    draw, point = np.ogrid[: peer.shape[0], : peer.shape[1]]
    np.add.at(found, (draw[..., None], point[..., None], peer), part)
    found[np.isnan(part).any(axis=2)] = np.nan
    return found


@checked
def mixed(peer: Ints, part: Floats, values: Floats) -> Floats:
    """(draws, points, columns) what mixtures of peers have of (draws, units, columns) values."""
    found = np.zeros((*peer.shape[:2], values.shape[2]))
    draw = np.arange(len(peer))[:, None]
    for place in range(peer.shape[2]):
        found += part[..., place, None] * values[draw, peer[..., place]]
    return found


@checked
def undominated(x: Floats, y: Floats, returns: str) -> Bools:
    """(draws, units) which units no other dominates: takes no more, makes no less, and differs.

    With constant returns a unit may be taken at any size: all are held at one sum of their inputs.
    What is dominated has no part in a mixture that leaves no slack. Amounts that differ by their
    last digits only dominate nothing.

    >>> undominated(np.array([[[2.0], [4], [8]]]), np.array([[[1.0], [4], [4]]]), "variable")
    array([[ True,  True, False]])
    """
    good = np.concatenate((-x / x.max(axis=1)[:, None], y / y.max(axis=1)[:, None]), axis=2)
    if returns == "constant":
        good /= -good[:, :, : x.shape[2]].sum(axis=2, keepdims=True)
    found = np.empty(x.shape[:2], dtype=bool)
    many = max(1, CELLS // x.shape[1])
    for first in range(0, len(x), many):
        part = slice(first, first + many)
        found[part] = _undominated(good[part].transpose(2, 0, 1).copy())
    return found


def _undominated(good: Floats) -> Bools:
    """Take the unit of the largest sum again and again, and strike out what it dominates."""
    draws, units = good.shape[1:]
    stands = np.zeros((draws, units), dtype=bool)
    every, number = np.arange(draws), np.broadcast_to(np.arange(units), (draws, units))
    total = good.sum(axis=0)
    apart = SAME * np.abs(good).sum(axis=0)
    left = np.ones(total.shape, dtype=bool)
    while left.any():
        sums = np.where(left, total, -np.inf)
        best = sums.argmax(axis=1)
        stands[every, number[every, best]] |= left[every, best]
        beaten = total[every, best][:, None] - total > apart
        for level in good:
            beaten &= level <= level[every, best][:, None]
        left &= ~beaten
        left[every, best] = False
        most = int(left.sum(axis=1).max())
        if most <= left.shape[1] // 2:  # go on with those that are left
            kept = np.argsort(~left, axis=1, kind="stable")[:, :most]
            rows = every[:, None]
            good, total, apart = good[:, rows, kept], total[rows, kept], apart[rows, kept]
            number, left = number[rows, kept], left[rows, kept]
    return stands


SAME: Final = 1e-9  # amounts nearer to one another than this share dominate nothing


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
    most = measured + (question.returns != "constant")
    kept, needed = _kept(reference, question)
    found = Projection(
        distance=np.empty((draws, many)),
        peer=np.empty((draws, many, most), dtype=np.int64),
        part=np.empty((draws, many, most)),
        units=units,
        slack=np.empty((draws, many, measured)),
        price=np.empty((draws, many, measured)),
        scale_price=np.zeros((draws, many)),
        infeasible=np.zeros((draws, many), dtype=bool),
        resolved=0,
    )
    resolved = 0
    step = _sampled(question, many, most)
    columns = kept.shape[1] + measured + 1 + most * most
    for block in blocks(draws, many, max(1, columns // step)):
        every = [side[block[0]] for side in reference]
        inputs, outputs = (np.take_along_axis(s, kept[block[0], :, None], axis=1) for s in every)
        technology = Technology.of(
            inputs,
            outputs,
            question.returns,
            trades=None if question.trades is None else question.trades[block[0]],
            joint=question.joint,
            scale=np.concatenate([side.max(axis=1) for side in every], axis=1),
        )
        technology.pool[:, :, : kept.shape[1]] *= needed[block[0], None]
        scaled = both[block] / technology.scale[:, None]
        size = scaled.max(axis=2, keepdims=True)
        toward = away[block] / technology.scale[:, None] / size
        length = np.abs(toward).max(axis=2, keepdims=True)
        number = np.broadcast_to(np.arange(many)[block[1]], scaled.shape[:2])
        asked = _Asked(
            found=found,
            technology=technology,
            question=question,
            kept=kept[block[0]],
            draw=np.arange(draws)[block[0]],
            scaled=scaled / size,
            toward=toward / length,
            size=size,
            length=length,
            number=number,
        )
        resolved += asked.answered(step)
    lost = found.infeasible
    for part in (found.distance, found.part, found.slack, found.price, found.scale_price):
        part[lost] = np.nan
    return replace(found, resolved=resolved)


def _kept(reference: tuple[Floats, Floats], question: Question) -> tuple[Ints, Bools]:
    """(draws, kept) numbers of the units that a mixture may need; and where one only fills a place.

    As many in every draw, those that are needed first.
    """
    draws, units = reference[0].shape[:2]
    stands = np.ones((draws, units), dtype=bool)
    if not question.but_itself and question.joint is None:  # else a dominated unit may be needed
        stands = undominated(*reference, question.returns)
    count = stands.sum(axis=1)
    most = np.arange(count.max())
    return np.argsort(~stands, axis=1, kind="stable")[:, most], most < count[:, None]


@checked
def solved(
    programmes: Programmes, block: tuple[slice, slice], number: Ints | None = None
) -> Solution:
    """Solve the programmes of a block, each of which has an optimum or is infeasible.

    Parameters
    ----------
    number : (groups, each) of the units that they are of, where these are not all of the block

    Raises
    ------
    InputError
        With the unit and the draw that have no finite answer.
    """
    solution = solve(programmes)
    if (solution.status > INFEASIBLE).any():
        draw, point = np.argwhere(solution.status > INFEASIBLE)[0].tolist()
        unit = block[1].start + point if number is None else number[draw, point]
        raise InputError(
            f"unit {unit} (draw {block[0].start + draw}): no finite answer. "
            "Look for entries that are almost 0 beside the others, or restrictions on weights "
            "that contradict one another."
        )
    return solution


SAMPLED: Final = 5  # one point of so many is solved before the others are tried by its face
REST: Final = 128  # points of a draw that are left and so few are all solved


def _sampled(question: Question, points: int, rows: int) -> int:
    """Of how many points one is solved before the others; 1 where faces are hardly shared.

    The more measures, the more faces the frontier has, and the fewer points land on each.
    """
    alike = question.inside and not question.but_itself and question.joint is None
    return SAMPLED if alike and points >= 4 ** (rows - 1) else 1


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """The points of a block, (draws, points, ...), and where their answers go."""

    found: Projection
    technology: Technology
    question: Question
    kept: Ints
    draw: Ints
    scaled: Floats
    toward: Floats
    size: Floats
    length: Floats
    number: Ints

    def answered(self, step: int) -> int:
        """Answer all; how many were solved again.

        Points that land on one face of the frontier have one basis. So some points are solved, then
        some of those for which no basis of these is an optimum, and so on.
        """
        groups, each = self.number.shape
        mixed_up = np.concatenate([np.arange(first, each, step) for first in range(step)])
        left, resolved = np.broadcast_to(mixed_up, (groups, each)), 0
        while left.shape[1]:
            many = left.shape[1] if left.shape[1] < REST else -(-left.shape[1] // step)
            some, others = left[:, :many], left[:, many:]
            programmes, solution = self._solved(some)
            resolved += solution.resolved
            left = others
            if others.size:
                shared = transferred(programmes, solution, self._programmes(others))
                self._read(others, programmes, shared)
                most = (~shared.proved).sum(axis=1).max()  # as many of every draw, the others first
                first = np.argsort(shared.proved, axis=1, kind="stable")[:, :most]
                left = np.take_along_axis(others, first, axis=1)
        return resolved

    def _solved(self, places: Ints) -> tuple[Programmes, Solution]:
        programmes = self._programmes(places)
        scaled, toward, size = (self._of(p, places) for p in (self.scaled, self.toward, self.size))
        number = self._of(self.number, places)
        if self.question.inside and programmes.filling:
            row = np.full(places.shape, self.technology.measured)
            if self.question.returns == "constant":
                row = scaled[..., : self.technology.inputs].argmax(axis=2)
            programmes = replace(programmes, opening=((row, number),))
        elif self.question.inside:
            itself = np.argmax(self.kept[:, None] == number[:, :, None], axis=2)
            opening = _nearest(self.technology, scaled, toward, size, itself)
            programmes = replace(programmes, opening=opening)
        solution = solved(programmes, (slice(int(self.draw[0]), None), slice(0, None)), number)
        self._read(places, programmes, solution)
        return programmes, solution

    def _of(self, part: NDArray[Any], places: Ints) -> NDArray[Any]:
        """Some points of each draw."""
        return part[np.arange(len(part))[:, None], places]

    def _programmes(self, places: Ints) -> Programmes:
        """Programmes of some points, without a feasible start."""
        technology, question = self.technology, self.question
        scaled, toward, size = (self._of(p, places) for p in (self.scaled, self.toward, self.size))
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
        return Programmes(
            pool=technology.pool,
            goal=goal,
            own=own,
            own_goal=own_goal,
            rhs=rhs,
            identity=technology.identity(columns + 1 + two_way, filled=question.inside),
            barred=self._of(self.number, places) if question.but_itself else None,
            filling=filling,
        )

    def _read(self, places: Ints, programmes: Programmes, solution: Solution) -> None:
        """Put the answers of some points into their places, in the units of the data."""
        found, technology = self.found, self.technology
        at = self.draw[:, None], self._of(self.number, places)
        size, length = self._of(self.size, places), self._of(self.length, places)
        units, measured = technology.units, technology.measured
        amounts = solution.amounts()
        lengths = amounts[..., programmes.columns : programmes.width]
        found.distance[at] = (lengths[..., 0] - lengths[..., 1:].sum(axis=2)) / length[..., 0]
        draw = np.arange(len(self.kept))[:, None, None]
        of_units = (solution.column < units) & (solution.value > 0)
        column = np.where(of_units, solution.column, units)
        order = np.argsort(column, axis=2)
        column, value = (np.take_along_axis(of, order, axis=2) for of in (column, solution.value))
        place = np.where(column < units, column, 0)
        found.peer[at] = np.where(column < units, self.kept[draw, place], 0)
        part = np.where(column < units, value, 0)
        found.part[at] = part * size / technology.size[draw, place]
        measure = technology.scale[:, None] * size
        slack = amounts[..., units : units + measured]
        found.slack[at] = np.where(slack < DUST, 0, slack) * measure
        price = solution.price[:, :, int(programmes.filling)] / length
        sign = np.where(np.arange(measured) < technology.inputs, 1, -1)
        weight = price[..., :measured] * sign
        free = np.ones(measured, dtype=bool)
        free[: technology.inputs] = ~technology.joint
        weight[..., free] = np.maximum(weight[..., free], 0)
        found.price[at] = weight / measure
        if technology.returns != "constant":
            found.scale_price[at] = price[..., measured] / size[..., 0]
        found.infeasible[at] = solution.status != SOLVED


def _nearest(
    technology: Technology, scaled: Floats, toward: Floats, size: Floats, itself: Ints
) -> tuple[tuple[Ints, Ints], ...]:
    """Start from the one unit that dominates a point furthest in its direction; itself if none.

    Pivots of it into its row, and of the direction into the row of the slack that it uses up; with
    constant returns only the first where the direction changes inputs, and the unit's amount.
    """
    inputs, constant = technology.inputs, technology.returns == "constant"
    pool = technology.pool[:, None, : technology.measured, : technology.units]
    sign = np.where(np.arange(technology.measured) < inputs, -1, 1)
    amount = technology.size[:, None] / size
    with np.errstate(divide="ignore", invalid="ignore"):  # of nothing, and in no direction
        if constant:
            amount = np.full(amount.shape, np.inf)
            for k in range(inputs):
                np.fmin(amount, scaled[:, :, k, None] / pool[:, :, k], out=amount)
            amount[~np.isfinite(amount)] = 0
        good, room = np.ones(amount.shape, dtype=bool), np.empty(amount.shape)
        for k in range(technology.measured):
            np.multiply(pool[:, :, k], amount, out=room)
            room -= scaled[:, :, k, None]
            good &= room <= ROUNDING if k < inputs else room >= -ROUNDING
        g, p, u = np.nonzero(good)  # the few that dominate a point, and how far it goes to each
        times, far = amount[good], np.full(len(g), np.inf)
        for k in np.flatnonzero(toward.any(axis=(0, 1))).tolist():
            beyond = (pool[:, 0, k][g, u] * times - scaled[:, :, k][g, p]) * sign[k]
            np.fmin(far, np.maximum(beyond, 0) / np.abs(toward[:, :, k])[g, p], out=far)
        step = np.full(amount.shape, -np.inf)
        step[good] = far
        best = step.argmax(axis=2)
        own, most = (np.take_along_axis(step, of[..., None], axis=2) for of in (itself, best))
        best = np.where(own == most, itself[..., None], best[..., None])
        level = pool[:, 0].transpose(0, 2, 1)[np.arange(len(pool))[:, None], best[..., 0]]
        if constant:
            row = np.nan_to_num(scaled / level, nan=np.inf)[..., :inputs].argmin(axis=2)
        else:
            row = np.full(scaled.shape[:2], technology.measured)
        room = np.abs(level * np.take_along_axis(amount, best, axis=2) - scaled)
        used = np.nan_to_num(room / np.abs(toward), nan=np.inf).argmin(axis=2)
    first = row, best[..., 0]
    if constant and toward[..., :inputs].any():
        return (first,)
    return first, (used, np.full_like(row, technology.pool.shape[2]))


ROUNDING: Final = 1e-12  # a point's own amounts, scaled twice
