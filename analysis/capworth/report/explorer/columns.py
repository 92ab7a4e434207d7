"""Columns of draws in whole steps: two bytes a number, and the way back in the page."""

import base64
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from capworth.methods.arguments import Floats

STEPS = (1 << 16) - 1  # of a column, from its least to its largest draw


@dataclass(slots=True)
class Columns:
    """Columns that were put in, each named by its number.

    A column is its least draw, the width of a step, and how many steps each draw lies above the
    least; one that does not vary is its one value.

    >>> columns = Columns(3)
    >>> columns.put(np.array([1.0, 1.5, 2.0])), columns.put(np.array([4.0, 4.0, 4.0]))
    (0, 1)
    >>> columns.as_data()["scales"][1], len(columns.as_data()["steps"])
    ([4.0], 8)
    """

    draws: int
    _scales: list[list[float]] = field(default_factory=list)
    _steps: list[bytes] = field(default_factory=list)

    def put(self, values: Floats) -> int:
        """Add a column of draws (draws, ...), of which the first are taken; return its number."""
        mine = np.asarray(values[: self.draws], dtype=np.float64)
        low, high = float(mine.min()), float(mine.max())
        step = (high - low) / STEPS
        if step > 0:
            self._scales.append([low, step])
            self._steps.append(np.rint((mine - low) / step).astype("<u2").tobytes())
        else:
            self._scales.append([low])
        return len(self._scales) - 1

    def each(self, table: Floats) -> list[int]:
        """Add every column of a table (draws, things)."""
        return [self.put(table[:, k]) for k in range(table.shape[1])]

    def as_data(self) -> dict[str, Any]:
        """Everything that was put in, as plain data."""
        steps = base64.b64encode(b"".join(self._steps)).decode("ascii")
        return {"draws": self.draws, "scales": self._scales, "steps": steps}
