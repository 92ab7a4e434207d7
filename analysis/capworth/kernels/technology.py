"""What units together show to be possible: mixtures of them, with more input or less output.

The columns of every envelopment programme: one for each unit, one for each slack. Columns are
scaled, so that neither the units of measure nor the sizes of the units matter to the search.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.kernels.arguments import finite, known
from capworth.kernels.arrays import Bools, Floats, Ints

NEGLIGIBLE: Final = 1e-6  # nearer to the frontier than this share counts as on it

# Returns to scale: the sign of the column that may fill up "intensities sum to 1", None for no
# such row, 0 for no such column.
RETURNS: Final[Mapping[str, int | None]] = {
    "constant": None,
    "variable": 0,
    "nonincreasing": 1,
    "nondecreasing": -1,
}


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
        return cls(pool, scale, size, inputs, outputs, units, returns, joint)

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
