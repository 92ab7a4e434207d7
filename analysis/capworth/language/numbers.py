"""Numbers in any language, with no more digits than their range allows.

An amount is a number that is never printed without its interval.
"""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from math import floor, isfinite, log10
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from babel import Locale
from babel.numbers import format_decimal

DIGITS = 2  # significant digits of a number whose uncertainty is not known
MOST = 4  # significant digits that are never passed, however narrow the range
TINY = 1e-300  # below it a number is none


def say(
    value: float,
    places: int,
    locale: Locale,
    *,
    minus: str = "−",
    plus: str = "",
    padded: bool = True,
) -> str:
    r"""Write a number: the one place where a number becomes a text, rounded once, half up.

    Parameters
    ----------
    value : a number with an end
    places : decimals; negative ones round off tens or thousands
    minus, plus : signs before what is below 0 after rounding, and before all else
    padded : whether zeros stand at the end

    >>> say(2.675, 2, Locale("en")), say(-8500.0, -3, Locale("fr")), say(-0.04, 1, Locale("en"))
    ('2.68', '−9\u202f000', '0.0')
    """
    shown = half_up(value, places)
    decimals = ("0" if padded else "#") * max(places, 0)
    text = _written(abs(shown), f"#,##0.{decimals}".rstrip("."), locale)
    return (minus if shown < 0 else plus) + text


@lru_cache(maxsize=20_000)
def _written(number: Decimal, pattern: str, locale: Locale) -> str:
    """Write a number by a pattern; a paper prints the same one many times, in text and explorer."""
    return str(format_decimal(number, format=pattern, locale=locale))


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


FINEST: Mapping[str, int] = MappingProxyType(
    {"count": 0, "year": 0, "days": 0, "place": 1, "share": 0, "chance": 0, "years": 1}
)  # decimals that a quantity of this unit never passes; shares and chances in percent


def digits(unit: str, value: float, low: float, high: float, error: float | None = None) -> int:
    """Decimals to print of a figure: by its range, what its unit allows, and its error.

    The last digit is at least two standard errors of the draws, but one digit of the range stands;
    a figure without a range has the digits that its error leaves.

    >>> digits("millions", 19.6497, 16.5, 22.3), digits("millions", 19.6497, 16.5, 22.3, 0.3)
    (1, 0)
    >>> digits("days", 5900.9, 5897.2, 5904.1), digits("distance", 5.395, 3.679, 7.24, 0.025)
    (0, 1)
    """
    finest = FINEST.get(unit, MOST + 2)
    places = min(decimals(value, low, high), finest)
    if error is None or not error > 0:
        return places
    if high - low < TINY:
        held = MOST - 1 - _power(abs(value)) if abs(value) >= TINY else 0
        return min(floor(-log10(2 * error)), held, finest)
    least = min(places, -_power(high - low))  # one digit of the range
    return max(min(places, floor(-log10(2 * error))), least)


def at_most(value: float, places: int) -> int:
    """So many decimals, or as many as `MOST` significant digits leave.

    >>> at_most(28.6, 1), at_most(500.24, 1), at_most(266_761.2, 0)
    (1, 1, -2)
    """
    return min(places, MOST - 1 - _power(abs(value))) if abs(value) >= TINY else places


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


class Quantity(Protocol):
    """What a figure has to tell so that it can be written."""

    @property
    def value(self) -> float | None:
        """What is printed; None where it was not measured."""

    @property
    def low(self) -> float | None:
        """Low end of its interval, or none."""

    @property
    def high(self) -> float | None:
        """High end of its interval, or none."""

    @property
    def unit(self) -> str:
        """A word that says how it is written."""

    @property
    def prices(self) -> str:
        """Currency and year of its money; empty where it is none."""

    @property
    def error(self) -> float | None:
        """By how much other draws would move it, or none."""
