"""A number that is never printed without its interval."""

from collections.abc import Mapping
from math import isfinite
from typing import Any, NamedTuple


class Amount(NamedTuple):
    """A mean with its 80 % interval."""

    middle: float
    low: float
    high: float

    @classmethod
    def of(cls, row: Mapping[str, Any], name: str) -> "Amount":
        """Gather it from a row that holds `name`, `name_low` and `name_high`."""
        return cls(*(float(row[f"{name}{end}"]) for end in ("", "_low", "_high")))

    @property
    def is_known(self) -> bool:
        """Whether all three are numbers."""
        return all(map(isfinite, self))

    @property
    def is_certain(self) -> bool:
        """Whether there is no interval to print."""
        return self.low == self.high
