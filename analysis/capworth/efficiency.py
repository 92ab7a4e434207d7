"""Which units do most with least, whom the others can learn from, and what that would change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from capworth.errors import InputError, nearest
from capworth.kernels.arguments import known
from capworth.kernels.arrays import Bools, Floats
from capworth.kernels.envelopment import Envelopment, envelop
from capworth.kernels.technology import NEGLIGIBLE

MISSING: Final = ("refuse", "leave out")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class EnvelopmentResult:
    """Efficiency of units against the best mixtures of them. Every table handed out is a copy.

    Attributes
    ----------
    left_out : units that were not compared, because an entry is missing
    """

    _found: Envelopment
    _units: pd.Index
    _inputs: tuple[str, ...]
    _outputs: tuple[str, ...]
    left_out: tuple[str, ...]

    @property
    def efficient(self) -> tuple[str, ...]:
        """Units on the frontier without slacks, in the order of the table."""
        return tuple(self._units[self._found.efficient[0]])

    @property
    def small_sample(self) -> bool:
        """Fewer units than three times the measures: many look efficient for want of others."""
        return self._found.small_sample

    @property
    def resolved(self) -> int:
        """How many programmes were solved again by another solver because their proof failed."""
        return self._found.resolved

    def to_frame(self) -> pd.DataFrame:
        """One row for each unit.

        Columns: `score` as the orientation says it (input: share of the inputs that would do;
        output: factor by which outputs could grow; directional: how often the direction fits in);
        `efficiency`, 0 to 1; `efficient`, without slacks too; `times_peer`, for how many others it
        is a peer; `main_peer`, the peer of largest intensity.
        """
        intensity = self._found.intensities[0]
        return pd.DataFrame(
            {
                "score": self._found.score[0],
                "efficiency": self._found.efficiency[0],
                "efficient": self._found.efficient[0],
                "times_peer": self._found.reference_count[0],
                "main_peer": self._units[intensity.argmax(axis=1)],
            },
            index=self._units.copy(),
        )

    def peers(self) -> pd.DataFrame:
        """One row for each unit and peer: `intensity`, and its `share` of all intensities."""
        intensity = self._found.intensities[0]
        unit, peer = np.nonzero(intensity > NEGLIGIBLE)
        share = intensity[unit, peer] / intensity.sum(axis=1)[unit]
        return pd.DataFrame(
            {
                "unit": self._units[unit],
                "peer": self._units[peer],
                "intensity": intensity[unit, peer],
                "share": share,
            }
        )

    def targets(self) -> pd.DataFrame:
        """One row for each unit and measure, in the measure's own unit.

        Columns: `side`, input or output; `today`; `target`; `change`, target - today; `slack`, the
        part of the change beyond what is the same share for all measures.
        """
        found = self._found
        return self._long(
            {
                "today": np.concatenate((found.inputs, found.outputs), axis=2)[0],
                "target": np.concatenate((found.input_target, found.output_target), axis=2)[0],
                "slack": np.concatenate((0 - found.input_slack, found.output_slack), axis=2)[0],
            }
        ).pipe(
            lambda table: table.assign(change=table["target"] - table["today"])[
                ["unit", "measure", "side", "today", "target", "change", "slack"]
            ]
        )

    def weights(self) -> pd.DataFrame:
        """One row for each unit and measure: what lets the unit look its best.

        Columns: `weight` per unit of measure; `share`, weight x amount as a share of its side: on
        which measures the score rests. Weights need not be unique.
        """
        parts = []
        for weight, amount in (
            (self._found.input_weight[0], self._found.inputs[0]),
            (self._found.output_weight[0], self._found.outputs[0]),
        ):
            worth = weight * amount
            total = worth.sum(axis=1, keepdims=True)
            parts.append(np.divide(worth, total, out=np.zeros_like(worth), where=total > 0))
        weight = np.concatenate((self._found.input_weight, self._found.output_weight), axis=2)[0]
        return self._long({"weight": weight, "share": np.concatenate(parts, axis=1)})

    def _long(self, columns: dict[str, Floats]) -> pd.DataFrame:
        """Tables (units, measures) as one row for each unit and measure."""
        names = self._inputs + self._outputs
        sides = ("input",) * len(self._inputs) + ("output",) * len(self._outputs)
        many = len(self._units)
        return pd.DataFrame(
            {
                "unit": self._units.repeat(len(names)),
                "measure": names * many,
                "side": sides * many,
                **{name: table.ravel() for name, table in columns.items()},
            }
        )

    def _finding(self) -> str:
        found = self._found
        text = (
            f"{len(self.efficient)} of {len(self._units)} units efficient, {found.returns} "
            f"returns, {found.orientation} orientation"
        )
        if self.left_out:
            text += f"; left out: {', '.join(self.left_out)}"
        if self.small_sample:
            text += (
                f"; small sample: {len(self._units)} units for "
                f"{len(self._inputs) + len(self._outputs)} measures"
            )
        return text

    def __repr__(self) -> str:
        return f"<EnvelopmentResult: {self._finding()}>"

    def _repr_html_(self) -> str:
        shown = self.to_frame().to_html(float_format="{:.3f}".format, border=0)
        return f"{shown}<p>{self._finding()}</p>"


def envelopment(
    inputs: pd.DataFrame,
    outputs: pd.DataFrame,
    returns: str = "variable",
    orientation: str = "output",
    *,
    fixed_inputs: Sequence[str] = (),
    restrictions: pd.DataFrame | None = None,
    missing: str = "refuse",
) -> EnvelopmentResult:
    """Compare every unit with the best mixture of units.

    Parameters
    ----------
    inputs, outputs : one row for each unit, one column for each measure; the same units, whose
        order is that of `inputs`. Numbers 0 or more; name a column with its unit.
    returns : "constant", "variable", "nonincreasing" or "nondecreasing"
    orientation : "input", "output" or "directional" (all by the same share)
    fixed_inputs : columns of `inputs` that nobody can change
    restrictions : one row for each restriction, columns named like measures: the sum of numbers x
        weights is 0 or less; measures without a column do not take part
    missing : what to do with a unit that lacks an entry: "refuse" the table, or "leave out" the
        unit and name it in the answer

    Raises
    ------
    InputError
        With the unit and the column that cannot be used, and how to mend it.

    >>> staff = pd.DataFrame({"staff": [2, 4, 8, 4]}, ["a", "b", "c", "d"])
    >>> hits = pd.DataFrame({"hits": [1, 5, 8, 2]}, ["a", "b", "c", "d"])
    >>> answer = envelopment(staff, hits)
    >>> answer.efficient
    ('a', 'b', 'c')
    >>> float(answer.to_frame().loc["d", "score"])
    2.5
    """
    known(missing, "missing", MISSING)
    x, y = _aligned(inputs, outputs)
    lacking = x.isna().any(axis=1) | y.isna().any(axis=1)
    if missing == "refuse":
        _refuse_gaps(x, y)
    left_out = tuple(x.index[lacking])
    x, y = x[~lacking], y[~lacking]
    if x.empty:
        raise InputError("inputs: every unit lacks an entry. Fill the gaps.")
    _refuse_numbers(x, y)
    names = (*x.columns, *y.columns)
    for name in fixed_inputs:
        if name not in x.columns:
            raise InputError(f"fixed_inputs: {name!r} is no input. {nearest(name, x.columns)}")
    fixed = x.columns.isin(list(fixed_inputs)) if fixed_inputs else None
    rows = None
    if restrictions is not None:
        for name in restrictions.columns:
            if name not in names:
                raise InputError(f"restrictions: {name!r} is no measure. {nearest(name, names)}")
        rows = restrictions.reindex(columns=list(names), fill_value=0).to_numpy(dtype=float)
    found = envelop(
        x.to_numpy(dtype=float),
        y.to_numpy(dtype=float),
        returns,
        orientation,
        fixed_inputs=fixed,
        restrictions=rows,
    )
    return EnvelopmentResult(found, x.index, tuple(x.columns), tuple(y.columns), left_out)


def _aligned(inputs: pd.DataFrame, outputs: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both tables as numbers, the units in one order, every name once."""
    for table, name in ((inputs, "inputs"), (outputs, "outputs")):
        for labels, what in ((table.index, "unit"), (table.columns, "column")):
            if labels.has_duplicates:
                twice = labels[labels.duplicated()][0]
                raise InputError(f"{name}: {what} {twice!r} stands there twice. Keep one.")
    both = inputs.columns.intersection(outputs.columns)
    if len(both):
        raise InputError(
            f"outputs: column {both[0]!r} is an input too. Decide whether more of it is better."
        )
    for one, other, name in (
        (inputs, outputs, "outputs"),
        (outputs, inputs, "inputs"),
    ):
        absent = one.index.difference(other.index)
        if len(absent):
            raise InputError(f"{name}: there is no row for unit {absent[0]!r}. Add it.")
    return _numbers(inputs, "inputs"), _numbers(outputs.loc[inputs.index], "outputs")


def _numbers(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """The table as numbers, empty cells as gaps; any other text is refused."""
    numbers: pd.DataFrame = table.apply(pd.to_numeric, errors="coerce").astype(float)
    wrong = (numbers.isna() & table.notna()).to_numpy()
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise InputError(
            f"{_place(table, name, wrong)}: {table.iloc[row, column]!r} is not a number. Mend it, "
            "or leave the cell empty."
        )
    return numbers


def _refuse_gaps(x: pd.DataFrame, y: pd.DataFrame) -> None:
    for table, name in ((x, "inputs"), (y, "outputs")):
        gaps = table.isna().to_numpy()
        if gaps.any():
            raise InputError(
                f"{_place(table, name, gaps)} is empty. Fill it, or say missing='leave out'. "
                "A gap is not a 0."
            )


def _refuse_numbers(x: pd.DataFrame, y: pd.DataFrame) -> None:
    """The rules of the kernel, said in the names of the table."""
    for table, name in ((x, "inputs"), (y, "outputs")):
        numbers = table.to_numpy()
        if np.isinf(numbers).any():
            raise InputError(f"{_place(table, name, np.isinf(numbers))} is not finite. Mend it.")
        if (numbers < 0).any():
            raise InputError(
                f"{_place(table, name, numbers < 0)} is negative. Shift or split the measure."
            )
        for axis, what, labels in ((1, "unit", table.index), (0, "column", table.columns)):
            idle = np.flatnonzero(~(numbers > 0).any(axis=axis))
            if len(idle):
                raise InputError(
                    f"{name}: {what} {labels[idle[0]]!r} has nothing above 0. Leave it out."
                )


def _place(table: pd.DataFrame, name: str, wrong: Bools) -> str:
    row, column = np.argwhere(wrong)[0]
    return f"{name}: unit {table.index[row]!r}, column {table.columns[column]!r}"
