"""Sentences, names and numbers in the language of the reader."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import isfinite

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal, get_currency_symbol

from capworth.case.model import Case
from capworth.errors import InputError, nearest
from capworth.report.rounding import Amount, digits, single
from capworth.report.texts import Texts, texts

MARK = "†"  # behind the name of an improvement that is illustrative
BARE = 0.005  # probabilities nearer than this to 0 or 1 are printed as below or above


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one report: a language, a case with its names, a currency."""

    texts: Texts
    names: Mapping[str, str]
    currency: str

    @classmethod
    def of(cls, case: Case, language: str) -> "Wording":
        """Gather it from the case; illustrative improvements carry a mark behind their names."""
        marked = {i.id for i in case.improvements if i.illustrative}
        names = {k: n + MARK if k in marked else n for k, n in case.names(language).items()}
        return cls(texts(language), names, case.settings.currency)

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

    def word(self, kind: str, key: str) -> str:
        """Say a word that the case uses, such as a function; as it stands where unknown."""
        phrase = f"{kind}.{key}"
        return self.say(phrase) if self.has(phrase) else self.typeset(key)

    def listed(self, items: Iterable[str]) -> str:
        """Join with commas and a last "and"."""
        return str(format_list(list(items), locale=self.locale))

    def named(self, keys: Sequence[str], most: int = 99) -> str:
        """Join the names of some things; those beyond `most` are only counted."""
        names = [self.name(k) for k in keys[:most]]
        if len(keys) > most:
            names.append(self.say("and_more", count=len(keys) - most))
        return self.listed(names) if names else self.say("none")

    def day(self, when: date) -> str:
        """Write a date in full."""
        return str(format_date(when, "long", locale=self.locale))

    def number(self, value: float, places: int | None = None) -> str:
        """Write a number with so many decimals, or with two significant digits."""
        if not isfinite(value):
            return self.say("unknown")
        places = single(value) if places is None else places
        value = round(value, places) + 0.0
        pattern = "#,##0" + ("." + "0" * places if places > 0 else "")
        return str(format_decimal(value, format=pattern, locale=self.locale)).replace("-", "−")

    def span(self, amount: Amount) -> str:
        """Only the interval, rounded by its own width."""
        if not amount.is_known:
            return ""
        places = digits(amount)
        low, high = (self.number(end, places) for end in (amount.low, amount.high))
        return self.say("span.signed" if amount.low < 0 else "span.plain", low=low, high=high)

    def middle(self, amount: Amount) -> str:
        """Only the middle, rounded by the width of the interval."""
        return self.number(amount.middle, digits(amount) if amount.is_known else None)

    def spread(self, amount: Amount) -> str:
        """Write the middle and, in brackets, the interval."""
        if not amount.is_known:
            return self.say("unknown")
        if amount.low == amount.high:
            return self.middle(amount)
        return self.say("span.around", middle=self.middle(amount), span=self.span(amount))

    def cell(self, amount: Amount) -> str | tuple[str, str]:
        """Fill a table cell: the middle, and the interval below it."""
        if not amount.is_known or amount.low == amount.high:
            return self.middle(amount)
        return self.middle(amount), self.span(amount)

    def millions(self, value: float, places: int | None = None) -> str:
        """Write an amount of money given in millions of the case's currency."""
        return self._money("money", self.number(value, places))

    def millions_middle(self, amount: Amount) -> str:
        """Write the middle of an amount of money in millions, rounded by its interval."""
        return self._money("money", self.middle(amount))

    def millions_exactly(self, value: float) -> str:
        """Write an amount of money in millions that was set, not estimated."""
        return self._money("money", self.exactly(value))

    def exactly(self, value: float) -> str:
        """Write a number that was set, not estimated."""
        return str(format_decimal(value, format="#,##0.###", locale=self.locale))

    def millions_spread(self, amount: Amount) -> str:
        """Write an amount of money in millions with its interval."""
        if amount.low == amount.high or not amount.is_known:
            return self.millions(amount.middle)
        middle = self.millions_middle(amount)
        return self.say("span.around", middle=middle, span=self.span(amount))

    def unit(self, key: str, **parts: object) -> str:
        """Say a unit in which {currency} stands for the currency's sign."""
        return self.say(f"unit.{key}", currency=self.sign, **parts)

    @property
    def sign(self) -> str:
        """The currency's sign."""
        return str(get_currency_symbol(self.currency, locale=self.locale))

    def probability(self, share: float) -> str:
        """Write a share of draws in whole percent; draws alone never show 0 or 100."""
        if not isfinite(share):
            return self.say("unknown")
        if share < BARE:
            return self.say("percent.below", number=self.number(1, 0))
        if share > 1 - BARE:
            return self.say("percent.above", number=self.number(99, 0))
        return self.percent(share)

    def percent(self, share: float, places: int = 0) -> str:
        """Write a share in percent."""
        return self.say("percent.plain", number=self.number(100 * share, places))

    def hedge(self, share: float) -> str:
        """Put a probability in words, by the one table of the texts."""
        return self.typeset(next(w for least, w in self.texts.hedges if share >= least))

    def hedged(self, share: float) -> str:
        """Put a probability in words and in percent."""
        return self.say("hedged", hedge=self.hedge(share), percent=self.probability(share))

    def _money(self, key: str, number: str) -> str:
        sign = self.sign
        gap = "\u00a0" if sign[-1].isalpha() else ""  # CHF 5 m, but €5 m
        return self.say(key, number=number, sign=sign, gap=gap)
