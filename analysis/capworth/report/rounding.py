"""No more digits than the uncertainty allows."""

from collections.abc import Mapping
from math import floor, isfinite, log10
from typing import Any, NamedTuple

SINGLE = 2  # significant digits of a number that has no range
MOST = 4  # significant digits that are never passed, however narrow the range


class Amount(NamedTuple):
    """A number with its 80 % interval."""

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


def digits(amount: Amount) -> int:
    """Decimals to print: two significant digits of the width of the interval.

    Negative where tens or thousands are to be rounded off.

    >>> digits(Amount(66.4, 57.7, 75.2)), digits(Amount(8520, 2651, 16269))
    (0, -3)
    >>> digits(Amount(19.4, 16.5, 22.3)), digits(Amount(30.0, 30.0, 30.0))
    (1, 0)
    """
    width = amount.high - amount.low
    largest = max(map(abs, amount))
    if largest == 0:
        return 0
    if width <= 0:
        return single(largest)
    return min(1 - _magnitude(width), MOST - 1 - _magnitude(largest))


def single(value: float) -> int:
    """Decimals to print of a number whose uncertainty is not known: two significant digits.

    >>> single(0.5695), single(5.07), single(1234.0), single(0.0)
    (2, 1, -2, 0)
    """
    return SINGLE - 1 - _magnitude(abs(value)) if value else 0


def _magnitude(value: float) -> int:
    """Power of ten of the first digit, seen after rounding to two digits (9.96 counts as 10)."""
    power = floor(log10(value))
    return power + 1 if round(value / 10.0**power, SINGLE - 1) >= 10 else power
