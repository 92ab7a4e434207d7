"""How a chart speaks: the words, names and numbers of one language.

The words of the briefs: one file for each language, all with the same keys.

Sentences, names and numbers in the language of the reader.
"""

import re
import textwrap
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from importlib.resources import files
from math import isfinite
from types import MappingProxyType
from typing import Literal

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal, get_currency_name, get_currency_symbol

from capworth.case.model import Case
from capworth.errors import InputError, nearest
from capworth.language.isolates import isolated
from capworth.language.numbers import Amount, Figures, decimals
from capworth.language.phrases import Texts, Words, texts, words
from capworth.language.phrases import report_languages as typeset_languages

UNKNOWN = "–"
LOOSE_END = re.compile(r"(\W|\s[^\W\d]{1,3}\b)+$")  # marks and small words before a cut
AMOUNT = re.compile(r"(?P<currency>[A-Z]{3}) of (?P<prices>\d{4})(?P<year> a year)?")  # EUR of 2019


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

FOLDER = "capworth.language"


@dataclass(frozen=True, slots=True)
class BriefWords:
    """The words of the briefs in one language."""

    language: str
    direction: str
    figures: Figures
    phrases: Mapping[str, str]
    typography: Texts | None  # of the reports, where they speak the language

    def say(self, key: str, **parts: object) -> str:
        """Say a phrase with the typography of its language."""
        text = self.phrases[key].format_map(parts)
        return self.typography.typeset(text) if self.typography else text.replace("'", "’")


def languages() -> tuple[str, ...]:
    """Every language that has a file of words for a brief."""
    names = (entry.name.split(".") for entry in files(FOLDER).iterdir())
    return tuple(sorted(n[1] for n in names if n[0] == "brief" and n[-1] == "toml"))


@cache
def brief_words(language: str) -> BriefWords:
    """Read the words of a language.

    Raises
    ------
    InputError
        When there are none.
    """
    if language not in languages():
        hint = nearest(language, languages())
        raise InputError(f"there are no texts for a brief in {language!r}. {hint}")
    found = files(FOLDER).joinpath(f"brief.{language}.toml").read_text("utf-8")
    content: dict[str, dict[str, str]] = tomllib.loads(found)
    meta = content.pop("language")
    rtl = meta["direction"] == "rtl"
    return BriefWords(
        language,
        meta["direction"],
        Figures(meta["locale"], meta["millions"], meta["units"], meta["share"], rtl),
        MappingProxyType({f"{p}.{k}": v for p, part in content.items() for k, v in part.items()}),
        texts(language) if language in typeset_languages() else None,
    )


EVEN = 0.5  # below this probability nothing is said to be so
MINUS = "\u2212"  # the mathematical sign
MARK = "†"  # behind the name of an improvement that is illustrative


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one report. Numbers are written as the charts write them, by the same rules."""

    texts: Texts
    voice: Voice
    currency: str
    drawings: Mapping[str, str] = field(default_factory=dict)  # charts already drawn, as SVG

    @classmethod
    def of(cls, case: Case, language: str) -> "Wording":
        """Gather it from the case; illustrative improvements carry a mark behind their names."""
        marked = {i.id for i in case.improvements if i.illustrative}
        names = {k: n + MARK if k in marked else n for k, n in case.names(language).items()}
        return cls(texts(language), Voice(language, names), case.settings.currency)

    @property
    def names(self) -> Mapping[str, str]:
        """Printed names of the things of the case."""
        return self.voice.names

    @property
    def locale(self) -> Locale:
        """As Babel knows it."""
        return Locale.parse(self.texts.locale)

    def has(self, key: str) -> bool:
        """Whether there is such a phrase."""
        return key in self.texts.phrases

    def say(self, key: str, **parts: object) -> str:
        """Say a phrase; `count` among the parts chooses the plural form.

        Raises
        ------
        InputError
            When the texts hold no such phrase.
        """
        phrase = self.texts.phrases.get(key)
        if phrase is None:
            hint = nearest(key, self.texts.phrases)
            raise InputError(f"texts.{self.texts.language}.toml has no phrase {key!r}. {hint}")
        if not isinstance(phrase, str):
            count = parts["count"]
            assert isinstance(count, int)
            phrase = phrase.get(self.locale.plural_form(count), phrase["other"])
        return self.typeset(phrase.format_map(parts))

    def typeset(self, text: str) -> str:
        """Give a text, also one of the case, the typography of the language."""
        return self.texts.typeset(text)

    def name(self, key: str) -> str:
        """Printed name of a thing of the case."""
        return self.typeset(self.names.get(key, key))

    def brief(self, key: str) -> str:
        """Printed name without what stands in brackets behind it."""
        return self.name(key).split(" (")[0]

    def word(self, kind: str, key: str) -> str:
        """Say a word that cases use, such as a function: as reports say it, else as charts do."""
        phrase = f"{kind}.{key}"
        return self.say(phrase) if self.has(phrase) else self.typeset(self.voice.word(kind, key))

    def listed(self, items: Iterable[str]) -> str:
        """Join with commas and a last "and"."""
        return self.voice.listed(items)

    def named(self, keys: Sequence[str], most: int = 99) -> str:
        """Join the names of some things; those beyond `most` are only counted."""
        return self.voice.listed(map(self.name, keys), most)

    def day(self, when: date, style: Literal["medium", "long"] = "long") -> str:
        """Write a date, in full or with the month cut short.

        From right to left always in full: figures alone could be read in either order.
        """
        style = "long" if self.texts.rightwards else style
        return str(format_date(when, style, locale=self.locale))

    def number(self, value: float, places: int | None = None) -> str:
        """Write a number with so many decimals, or with two significant digits."""
        return _minus(self.voice.number(value, places))

    def exactly(self, value: float) -> str:
        """Write a number that was set, not estimated."""
        return _minus(str(format_decimal(value, format="#,##0.###", locale=self.locale)))

    def middle(self, amount: Amount) -> str:
        """Only the middle, rounded by the width of the interval."""
        if not amount.is_known:
            return self.number(amount.middle)
        return _minus(self.voice.rounded(*amount))

    def span(self, amount: Amount) -> str:
        """Only the interval, rounded by its own width."""
        return _minus(self.voice.span(*amount))

    def spread(self, amount: Amount) -> str:
        """Write the middle and, in brackets, the interval."""
        return _minus(self.voice.interval(*amount)) if amount.is_known else self.middle(amount)

    def cell(self, amount: Amount) -> str | tuple[str, str]:
        """Fill a table cell: the middle, and the interval below it."""
        if not amount.is_known or amount.is_certain:
            return self.middle(amount)
        return self.middle(amount), self.span(amount)

    def millions(self, value: float, currency: str = "") -> str:
        """Write an amount of money, given in millions, with at most two significant digits."""
        return self._money(self.exactly(round(value, decimals(value, value, value))), currency)

    def millions_exactly(self, value: float) -> str:
        """Write an amount of money in millions that was set, not estimated."""
        return self._money(self.exactly(value))

    def millions_middle(self, amount: Amount) -> str:
        """Write the middle of an amount of money in millions, rounded by its interval."""
        return self._money(self.middle(amount))

    def millions_spread(self, amount: Amount) -> str:
        """Write an amount of money in millions with its interval."""
        if not amount.is_known or amount.is_certain:
            return self.millions_middle(amount)
        return self.say("around", middle=self.millions_middle(amount), span=self.span(amount))

    def unit(self, key: str) -> str:
        """Name a unit of money."""
        sign = self.voice.sign(self.currency)
        return self.say(f"unit.{key}", currency=sign, gap=_wording_gap(sign))

    def probability(self, share: float) -> str:
        """Write a share of draws in whole percent; draws alone never show 0 or 100."""
        return self.typeset(self.voice.percent(share))

    def percent(self, share: float, places: int = 0) -> str:
        """Write a part of a whole in percent."""
        return self.say("percent", number=self.number(100 * share, places))

    def hedge(self, share: float) -> str:
        """Put a probability in words, by the one table of the texts."""
        if not isfinite(share):
            return self.say("unknown")
        return self.typeset(next(w for least, w in self.texts.hedges if share >= least))

    def firmly(self, key: str, probability: float, **parts: object) -> str:
        """Say a finding with its probability; its open form where it holds in less than half."""
        says = {"hedge": self.hedged(probability), "percent": self.probability(probability)}
        return self.say(key if probability >= EVEN else f"{key}_open", **says, **parts)

    def hedged(self, share: float) -> str:
        """Put a probability in words and in percent."""
        return self.say("hedged", hedge=self.hedge(share), percent=self.probability(share))

    def _money(self, number: str, currency: str = "") -> str:
        sign = self.voice.sign(currency or self.currency)
        below = MINUS if number.startswith(MINUS) else ""  # it stands before the whole amount
        amount = self.say(
            "money", number=number.removeprefix(MINUS), sign=sign, gap=_wording_gap(sign)
        )
        return below + amount


def _wording_gap(sign: str) -> str:
    """Return what parts a sign from its number: CHF 5 million, but €5 million."""
    return "\u00a0" if sign[-1].isalpha() else ""


def _minus(text: str) -> str:
    """Put the mathematical sign where the keyboard's stands before a digit."""
    return re.sub(r"(?<![\w)])-(?=\d)", MINUS, text)
