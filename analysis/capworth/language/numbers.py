"""Numbers in any language, with no more digits than their range allows.

An amount is a number that is never printed without its interval.
"""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from math import floor, isfinite, log10
from typing import Any, NamedTuple

from babel import Locale
from babel.numbers import format_decimal

DIGITS = 2  # significant digits of a number whose uncertainty is not known
MOST = 4  # significant digits that are never passed, however narrow the range
TINY = 1e-300  # below it a number is none


def written(value: float, places: int, locale: Locale, *, padded: bool = True) -> str:
    r"""Write the size of a number, rounded half up in decimals as they stand; signs are words.

    Negative `places` round off tens or thousands; zeros at the end only if `padded`.

    >>> written(2.675, 2, Locale("en")), written(-8500.0, -3, Locale("fr"))
    ('2.68', '9\u202f000')
    """
    shown = abs(half_up(value, places))
    decimals = ("0" if padded else "#") * max(places, 0)
    return str(format_decimal(shown, format=f"#,##0.{decimals}".rstrip("."), locale=locale))


def half_up(value: float, places: int) -> Decimal:
    """Round a number half up (away from zero), seen as the shortest decimal that means it.

    >>> half_up(0.125, 2), half_up(-2.5, 0), half_up(1250.0, -2)
    (Decimal('0.13'), Decimal('-3'), Decimal('1.3E+3'))
    """
    return Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def decimals(value: float, low: float, high: float) -> int:
    """Decimals to print of a value with an interval: two significant digits of its width.

    Negative where tens or thousands are rounded off.

    >>> decimals(19.4, 16.5, 22.3), decimals(66.4, 57.7, 75.2), decimals(8520, 2651, 16269)
    (1, 0, -3)
    >>> decimals(30.0, 30.0, 30.0), decimals(0.5695, 0.5695, 0.5695), decimals(0.0, 0.0, 0.0)
    (0, 2, 0)
    """
    width, largest = high - low, max(abs(value), abs(low), abs(high))
    if not isfinite(width) or largest < TINY:
        return 0
    if width < TINY:
        return DIGITS - 1 - _power(largest)
    return min(DIGITS - 1 - _power(width), MOST - 1 - _power(largest))


def rounded(value: float, low: float, high: float) -> float:
    """Round a value to the digits that its interval allows.

    >>> rounded(9138.4, 2393.1, 18800.3), rounded(0.9020, 0.7711, 1.0596)
    (9000.0, 0.9)
    """
    return float(half_up(value, decimals(value, low, high))) + 0.0


def _power(value: float) -> int:
    """Power of ten of the first digit, seen after rounding to two digits (9.96 counts as 10)."""
    power = floor(log10(value))
    return power + 1 if round(value / 10.0**power, DIGITS - 1) >= 10 else power


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

    @property
    def is_exact(self) -> bool:
        """Whether all three are the same: a rare event may have a mean beyond its interval."""
        return self.low == self.middle == self.high
