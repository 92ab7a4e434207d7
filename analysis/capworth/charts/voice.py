"""How a chart speaks: the words, names and numbers of one language."""

import re
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import floor, isfinite, log10

from babel import Locale
from babel.lists import format_list
from babel.numbers import format_decimal, get_currency_name, get_currency_symbol

from capworth.charts.isolates import isolated
from capworth.charts.words import Words, words
from capworth.errors import InputError, nearest

DIGITS = 2  # significant digits of a number whose uncertainty is not known
MOST = 4  # significant digits that are never passed, however narrow the range
TINY = 1e-300  # below it a number is none
UNKNOWN = "–"
LOOSE_END = re.compile(r"(\W|\s[^\W\d]{1,3}\b)+$")  # marks and small words before a cut
AMOUNT = re.compile(r"(?P<currency>[A-Z]{3}) of (?P<prices>\d{4})(?P<year> a year)?")  # EUR of 2019


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


@dataclass(frozen=True, slots=True, eq=False)
class Voice:
    r"""The language of a chart, and what the things of the case are called in it.

    >>> Voice("en").money(19.4, "EUR", 1), Voice("en").percent(0.2606)
    ('€19.4 million', '26%')
    >>> Voice("fr").money(19.4, "EUR", 1)
    '19,4\xa0M€'
    >>> Voice("en", {"SLTD": "Stolen and lost travel documents (SLTD)"}).short("SLTD")
    'Stolen and lost travel documents'
    """

    language: str = "en"
    names: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        words(self.language)  # raises at once where there is no such language

    @property
    def words(self) -> Words:
        """The phrases of the language."""
        return words(self.language)

    def knowing(self, names: Mapping[str, str]) -> "Voice":
        """Return the same voice with some more names."""
        return replace(self, names={**self.names, **names})

    def say(self, key: str, **parts: object) -> str:
        """Say a phrase; `count` among the parts chooses the plural form.

        Raises
        ------
        InputError
            When there is no such phrase.
        """
        phrase = self.words.phrases.get(key)
        if phrase is None:
            hint = nearest(key, self.words.phrases)
            raise InputError(f"words.{self.language}.toml has no phrase {key!r}. {hint}")
        if not isinstance(phrase, str):
            count = parts["count"]
            assert isinstance(count, int)
            form = Locale.parse(self.words.locale).plural_form(count)
            phrase = phrase.get(form, phrase["other"])
        return self.words.typeset(phrase.format_map(parts))

    def word(self, group: str, key: str) -> str:
        """Say a word that cases use, such as a function; as it stands where it is unknown."""
        found = self.words.phrases.get(f"{group}.{key}", key)
        return self.words.typeset(found if isinstance(found, str) else found["other"])

    def name(self, key: str) -> str:
        """Printed name of a thing of the case; its short name where none is known."""
        return self.words.typeset(self.names.get(key, key))

    def short(self, key: str, most: int = 46) -> str:
        """Printed name of at most so many letters: without brackets, then without last words."""
        name = self.names.get(key, key)
        if len(name) > most or " (" in name:
            name = name.split(" (")[0]
        if len(name) > most:
            name = LOOSE_END.sub("", textwrap.shorten(name, most - 1, placeholder="")) + "…"
        return self.words.typeset(name)

    def listed(self, items: Iterable[str], most: int = 99) -> str:
        """Join with commas and a last "and"; those beyond `most` are only counted."""
        parts = list(items)
        if len(parts) > most:
            parts = [*parts[:most], self.say("and_more", count=len(parts) - most)]
        if not parts:
            return self.say("none")
        return self.words.joined(str(format_list(parts, locale=self.words.locale)))

    def number(self, value: float, places: int | None = None) -> str:
        """Write a number with so many decimals, or else with two significant digits."""
        if not isfinite(value):
            return UNKNOWN
        places = decimals(value, value, value) if places is None else places
        value = round(value, places) + 0.0
        pattern = "#,##0" + ("." + "0" * places if places > 0 else "")
        written = str(format_decimal(value, format=pattern, locale=self.words.locale))
        return isolated(written) if self.words.rightwards else written

    def tick(self, value: float, _: object = None) -> str:
        """Write a tick label: as many decimals as the number has, at most four."""
        if not isfinite(value):
            return ""
        return str(format_decimal(round(value, 4), format="#,##0.####", locale=self.words.locale))

    def rounded(self, value: float, low: float, high: float) -> str:
        """Write a value with no more digits than its interval allows."""
        return self.number(value, decimals(value, low, high))

    def span(self, value: float, low: float, high: float) -> str:
        """Write only the interval, with no more digits than its width allows."""
        places = decimals(value, low, high)
        ends = {"low": self.number(low, places), "high": self.number(high, places)}
        return self.say("span.signed" if low < 0 else "span.plain", **ends)

    def interval(self, value: float, low: float, high: float) -> str:
        """Write a value and, in brackets, its interval."""
        if not all(map(isfinite, (value, low, high))):
            return UNKNOWN
        middle = self.rounded(value, low, high)
        if low == high:
            return middle
        return self.say("span.around", middle=middle, span=self.span(value, low, high))

    def percent(self, share: float) -> str:
        """Write a share in whole percent; a share of draws is never shown as 0 or 100."""
        if not isfinite(share):
            return UNKNOWN
        key, number = self._whole(share)
        return self.say(f"percent.{key}", number=number)

    def part(self, share: float) -> str:
        """Write a part of a whole, which may be nothing or all, in whole percent."""
        if share in (0.0, 1.0):
            return self.say("percent.plain", number=self.number(100 * share, 0))
        return self.percent(share)

    def bare(self, share: float) -> str:
        """Write a share of draws as `percent` does, without the sign."""
        key, number = self._whole(share)
        return self.say(f"bare.{key}", number=number)

    def _whole(self, share: float) -> tuple[str, str]:
        """Whole percent, and whether the share is below or above it."""
        if round(100 * share) < 1:
            return "below", self.number(1, 0)
        if round(100 * share) > 99:
            return "above", self.number(99, 0)
        return "plain", self.number(100 * share, 0)

    def sign(self, currency: str) -> str:
        """The sign of a currency, or its name where the language writes it out."""
        if self.words.named:
            return str(get_currency_name(currency, count=100, locale=self.words.locale))
        return str(get_currency_symbol(currency, locale=self.words.locale))

    def millions(self, currency: str) -> str:
        """The unit of an axis of money."""
        sign = self.sign(currency)
        return self.say("unit.millions", sign=sign, gap=_gap(sign))

    def unit(self, unit: str) -> str:
        """Say the unit of an input; as it stands in the case where it is unknown."""
        if amount := AMOUNT.fullmatch(unit):
            key = "units.money_year" if amount["year"] else "units.money"
            return self.say(key, sign=self.sign(amount["currency"]), year=amount["prices"])
        return self.word("units", unit)

    def price(self, value: float, currency: str) -> str:
        """Write an amount of money in units, with two significant digits."""
        sign = self.sign(currency)
        return self.say("price", number=self.number(value), sign=sign, gap=_gap(sign))

    def money(self, millions: float, currency: str, places: int | None = None) -> str:
        """Write an amount of money given in millions; a stated one, without `places`, as it is."""
        sign = self.sign(currency)
        gap = _gap(sign)
        number = self.tick(millions) if places is None else self.number(millions, places)
        return self.say("money", number=number, sign=sign, gap=gap)


def _gap(sign: str) -> str:
    """Space between a number and a sign of letters: CHF 5 million, but €5 million."""
    return "\u00a0" if sign[-1].isalpha() else ""


ENGLISH = Voice()  # with short names, as they stand in the case
