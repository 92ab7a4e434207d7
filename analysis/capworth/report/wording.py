"""Sentences, names and numbers in the language of the reader."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import isfinite
from typing import Literal

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

from capworth.case.model import Case
from capworth.charts.voice import Voice, decimals
from capworth.errors import InputError, nearest
from capworth.report.amounts import Amount
from capworth.report.texts import Texts, texts

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
        return self.say(f"unit.{key}", currency=sign, gap=_gap(sign))

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
        amount = self.say("money", number=number.removeprefix(MINUS), sign=sign, gap=_gap(sign))
        return below + amount


def _gap(sign: str) -> str:
    """Return what parts a sign from its number: CHF 5 million, but €5 million."""
    return "\u00a0" if sign[-1].isalpha() else ""


def _minus(text: str) -> str:
    """Put the mathematical sign where the keyboard's stands before a digit."""
    return re.sub(r"(?<![\w)])-(?=\d)", MINUS, text)
