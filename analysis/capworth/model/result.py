"""What every answer can do: print itself in one line, show itself, hand out copies.

Which data, which seed, which version: what every answer knows of where it comes from.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from capworth.case.model import Case
from capworth.case.register import schedules
from capworth.methods.arguments import Floats
from capworth.methods.uncertainty.order_statistics import order_quantiles
from capworth.model.figures import Column, Figure, lifted

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where an answer comes from."""

    case: str
    fingerprint: str  # SHA-256 of the case as read
    schedule: str  # discount schedule, its first rate and its status
    currency: str
    price_year: int
    cutoff: str  # appraisal date: no later evidence
    seed: int
    draws: int
    version: str

    @classmethod
    def of(cls, case: Case, draws: int) -> "Provenance":
        """Gather it from the case."""
        from importlib.metadata import version  # what is only read needs none

        settings = case.settings
        schedule = schedules()[settings.discounting]
        return cls(
            case=settings.name,
            fingerprint=case.fingerprint,
            schedule=f"{schedule.id} ({schedule.bands[0][1]:.1%}, {schedule.status})",
            currency=settings.currency,
            price_year=settings.price_year,
            cutoff=settings.appraisal_date.isoformat(),
            seed=settings.seed,
            draws=draws,
            version=version("capworth"),
        )

    def __str__(self) -> str:
        return (
            f"capworth {self.version} | case {self.case} {self.fingerprint[:12]} | {self.currency} "
            f"of {self.price_year} | discounting {self.schedule} | data to {self.cutoff} | seed "
            f"{self.seed} | {self.draws:,} draws"
        )


LOW, HIGH = 10, 90  # percentiles of the 80 % interval that every range shows


class Answer:
    """A frozen answer around one labelled table."""

    __slots__ = ()
    _table: "pd.DataFrame"
    provenance: Provenance

    def to_frame(self) -> "pd.DataFrame":
        """Return a copy of the table."""
        return self._table.copy()

    def tables(self) -> "Mapping[str, pd.DataFrame]":
        """Every table of this answer by its file name; where there is one, that of the class."""
        return {re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__).lower(): self.to_frame()}

    def lifts(self) -> Sequence[Column]:
        """How the columns of its tables become figures."""
        return ()

    def figures(self) -> tuple[Figure, ...]:
        """Every quantity of this answer that is printed, each with its range, unit and formula.

        A study adds the rows behind them, their error and their level at the modes.
        """
        return lifted(self, self.lifts())

    def _repr_html_(self) -> str:
        shown: str = import_module("capworth.study.shown").answer_in_html(self)
        return shown


def frame_in_html(table: "pd.DataFrame") -> str:
    """A table as a notebook shows it: see `capworth.study.shown`."""
    shown: str = import_module("capworth.study.shown").frame_in_html(table)
    return shown


def ends(values: Floats, axis: int = 0) -> tuple[Floats, Floats]:
    """Low and high end of the 80 % interval of draws that lie along an axis.

    Order statistics, nothing between two draws. Every range that is shown comes from here.
    """
    low, high = order_quantiles(np.moveaxis(values, axis, 0), (LOW / 100, HIGH / 100))
    return low, high


def middle(values: Floats) -> float:
    """Median of draws (draws,), an order statistic as the ends are."""
    return float(order_quantiles(values, (0.5,))[0])


class Interval(NamedTuple):
    """Mean of a quantity over the draws, and both ends of its 80 % interval."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Floats, ranged: Floats | None = None) -> "Interval":
        """Read it from draws (draws,); of a ratio, the ends from `ranged`, see `spread`."""
        low, high = ends(values if ranged is None else ranged)
        return cls(float(values.mean()), float(low), float(high))

    def columns(self, name: str) -> dict[str, float]:
        """Return it as columns of a table: `name`, `name_low`, `name_high`."""
        return {name: self.mean, f"{name}_low": self.low, f"{name}_high": self.high}


def spread(
    name: str, values: Floats, scale: float = 1.0, ranged: Floats | None = None
) -> Mapping[str, Floats]:
    """Mean and 80 % interval of each column: `name`, `name_low`, `name_high`.

    Parameters
    ----------
    name : what the columns are called
    values : (draws, things)
    scale : what the numbers are divided by, such as 1e6
    ranged : (draws, things) of a ratio of means, the ratio in each draw, of which the ends are
        taken
    """
    low, high = ends((values if ranged is None else ranged) / scale)
    return {name: (values / scale).mean(axis=0), f"{name}_low": low, f"{name}_high": high}
