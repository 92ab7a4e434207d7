"""Numbers in any of the languages of a brief, with no more digits than their range allows."""

from dataclasses import dataclass
from math import isfinite
from typing import Any

from babel.numbers import format_decimal, get_currency_name, get_currency_symbol

from capworth.charts.voice import decimals

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
