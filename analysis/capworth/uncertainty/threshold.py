"""One answer over the ranges of two inputs."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from capworth.methods.arguments import Bools, Floats
from capworth.model.result import Answer, Provenance

CELLS = 24  # in which the range of each input is parted


@dataclass(frozen=True, slots=True)
class Side:
    """One of two inputs: its range, and the level at which the answer is the usual one."""

    name: str
    unit: str
    low: float
    usual: float
    high: float

    @property
    def borders(self) -> Floats:
        """(cells + 1,) of equal parts of the range."""
        ends: Floats = np.linspace(self.low, self.high, CELLS + 1)
        return ends

    @property
    def middles(self) -> Floats:
        """(cells,) of the parts."""
        ends = self.borders
        return np.asarray((ends[1:] + ends[:-1]) / 2)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ThresholdMap(Answer):
    """One answer over the ranges of two inputs, all others as the question says."""

    _table: pd.DataFrame  # rows: levels of the first, columns: of the second; True where it holds
    subject: str
    answer: str  # the usual one, in words
    inputs: tuple[Side, Side]
    p_turned: float  # probability of lying where the answer is another
    provenance: Provenance

    @classmethod
    def of(
        cls,
        subject: str,
        answer: str,
        inputs: tuple[Side, Side],
        holds: Bools,
        weights: Floats,
        provenance: Provenance,
    ) -> "ThresholdMap":
        """Lay it out: whether the answer holds in each cell, and the probability of the cells."""
        one, other = inputs
        rows, columns = (pd.Index(side.middles, name=side.name) for side in (one, other))
        turned = float(weights[~holds].sum() / weights.sum())
        table = pd.DataFrame(holds, rows, columns)
        return cls(table, subject, answer, inputs, turned, provenance)

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table of this answer by its file name."""
        return {"threshold": self.to_frame()}

    def __repr__(self) -> str:
        one, other = (side.name for side in self.inputs)
        return (
            f"<ThresholdMap of {self.subject}: {one} and {other} together turn {self.answer} with "
            f"probability {self.p_turned:.0%}>"
        )
