"""Numbers in any of the languages of a brief, with no more digits than their range allows.

A number that is never printed without its interval.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor, isfinite, log10
from typing import Any, NamedTuple

from babel.numbers import format_decimal, get_currency_name, get_currency_symbol

UNKNOWN = "–"
ISOLATE = ("\u2066", "\u2069")  # what lies between is read from left to right
MILLION = 1e6


@dataclass(frozen=True, slots=True)
class Figures:
    """How one language writes numbers.

    >>> Figures("en_GB", "{sign}{number} million", "{sign}{number}", "{number}%", False).money(
    ...     3_521_478, 2_646_257, 4_582_040, "EUR"
    ... )
    '€3.5 million (2.6–4.6)'
    """

    locale: str
    millions: str  # pattern of an amount in millions, of {number}, {sign} and {name}
    units: str  # of an amount in units
    share: str  # of a percentage
    isolated: bool  # whether numbers are kept from being turned round by the text about them

    def number(self, value: float, places: int) -> str:
        """Write a number with so many decimals; negative: tens or thousands rounded off."""
        if not isfinite(value):
            return UNKNOWN
        return self._kept(self._bare(value, places))

    def around(self, value: float, low: float, high: float) -> str:
        """Write a value with its range in brackets, both rounded by the width of the range."""
        if not all(map(isfinite, (value, low, high))):
            return UNKNOWN
        places = decimals(value, low, high)
        middle = self._bare(value, places)
        if low == value == high:
            return self._kept(middle)
        return self._kept(f"{middle} ({self._span(low, high, places)})")

    def middle(self, value: float, low: float, high: float) -> str:
        """Write only the value, rounded by the width of its range."""
        return self.number(value, decimals(value, low, high)) if isfinite(value) else UNKNOWN

    def span(self, value: float, low: float, high: float) -> str:
        """Write only the range, rounded by its own width."""
        if not all(map(isfinite, (value, low, high))):
            return UNKNOWN
        return self._kept(self._span(low, high, decimals(value, low, high)))

    def money(self, value: float, low: float, high: float, currency: str) -> str:
        """Write an amount with its range, in millions where the amount is a million or more."""
        if not all(map(isfinite, (value, low, high))):
            return UNKNOWN
        large, (middle, least, most), places = _scaled(value, low, high)
        written = self._amount(self._bare(middle, places), currency, large=large)
        if low == value == high:
            return written
        return f"{written} ({self._kept(self._span(least, most, places))})"

    def money_middle(self, value: float, low: float, high: float, currency: str) -> str:
        """Write only the middle of an amount, rounded by the width of its range."""
        if not all(map(isfinite, (value, low, high))):
            return UNKNOWN
        large, (middle, _, _), places = _scaled(value, low, high)
        return self._amount(self._bare(middle, places), currency, large=large)

    def money_span(self, value: float, low: float, high: float, currency: str) -> str:
        """Write only the range of an amount, in the unit and the digits of its middle."""
        if not all(map(isfinite, (value, low, high))):
            return UNKNOWN
        large, (_, least, most), places = _scaled(value, low, high)
        return self._amount(self._span(least, most, places), currency, large=large)

    def percent(self, share: float) -> str:
        """Write a share in whole percent; one that is neither nothing nor all is never shown so."""
        if share in (0.0, 1.0):
            return self._kept(self.share.format(number=self._bare(100 * share, 0)))
        return self.probability(share)

    def probability(self, share: float) -> str:
        """Write a share of draws in whole percent; draws alone never show 0 or 100."""
        if not isfinite(share):
            return UNKNOWN
        whole = round(100 * share)
        sign = "<" if whole < 1 else ">" if whole > 99 else ""
        written = self._bare(min(max(whole, 1), 99), 0)
        return self._kept(sign + self.share.format(number=written))

    def _amount(self, number: str, currency: str, *, large: bool) -> str:
        parts: dict[str, Any] = {
            "number": self._kept(number),
            "sign": get_currency_symbol(currency, locale=self.locale),
            "name": get_currency_name(currency, count=11, locale=self.locale),
        }
        return (self.millions if large else self.units).format(**parts)

    def _span(self, low: float, high: float, places: int) -> str:
        return f"{self._bare(low, places)}–{self._bare(high, places)}"

    def _bare(self, value: float, places: int) -> str:
        pattern = "#,##0" + ("." + "0" * places if places > 0 else "")
        return str(
            format_decimal(
                round(value, places) + 0.0,
                format=pattern,
                locale=self.locale,
                numbering_system="latn",
            )
        )

    def _kept(self, text: str) -> str:
        return text.join(ISOLATE) if self.isolated else text


def _scaled(value: float, low: float, high: float) -> tuple[bool, tuple[float, float, float], int]:
    """Whether millions are meant, the amounts in that unit, and the decimals they are told with."""
    large = abs(value) >= MILLION
    scale = MILLION if large else 1.0
    ends = value / scale, low / scale, high / scale
    return large, ends, decimals(*ends)


DIGITS = 2  # significant digits of a number whose uncertainty is not known
MOST = 4  # significant digits that are never passed, however narrow the range
TINY = 1e-300  # below it a number is none


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
    return round(value, decimals(value, low, high)) + 0.0


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
