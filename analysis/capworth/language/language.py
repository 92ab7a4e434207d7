"""Sentences, names and numbers in the language of the reader."""

import re
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, lru_cache
from math import isfinite
from numbers import Integral
from typing import Literal

from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import get_currency_name, get_currency_symbol

from capworth.case.model import DISTANCE, NET, Case
from capworth.errors import InputError
from capworth.language.isolates import figures_isolated, flat, isolated
from capworth.language.numbers import Amount, Quantity, decimals, digits, half_up, say
from capworth.language.phrases import Phrases, Typography, phrases
from capworth.methods.cost_benefit.prices import MILLION

EVEN = 0.5  # below this probability nothing is said to be so
FORMS = " | "  # between the forms of a word that a case may call otherwise
JOINED = "وفبكل"  # letters that Arabic writes before a word without a space
YEARS, EARLIEST = ("year", "price_year", "first", "last"), 1900  # slots of years, if they are
MARK = "†"  # behind the name of an improvement that is illustrative
CUT = "…"  # in place of the end of a name
UNBROKEN = "\u2060"  # between what must stand on one line
AS_SET = 4  # decimals of a number that was set, not estimated
LOOSE_END = re.compile(r"(\W|\s[^\W\d]{1,3}\b)+$")  # marks and small words before a cut
PRICES = re.compile(r"(?P<currency>[A-Z]{3}) of (?P<prices>\d{4})(?P<year> a year)?")  # EUR of 2019
PLAIN = Typography()
LEVELS = ("agreed level", "agreed levels")


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    r"""A language, what the things of a case are called in it, and where it is spoken.

    Attributes
    ----------
    code : such as "en"
    names : printed names of the things of the case
    currency : of the case
    section : of the phrases ("pages", "charts", "brief", "explorer", "lints"), with its typography
    own : what the case calls what phrases have a word for, such as a member, and its functions
    financial : whether a year is the one that begins in it, and so is written 2021/22
    linking : told of each number that is written, with its text; what it returns stands there

    >>> Language("en").money(19.4, "EUR", 1), Language("en").probability(0.2606)
    ('€19.4 million', '26%')
    >>> Language("fr").money(19.4, "EUR", 1)
    '19,4\xa0M€'
    >>> Language("en", {"SLTD": "Stolen and lost travel documents (SLTD)"}).short("SLTD")
    'Stolen and lost travel documents'
    """

    code: str = "en"
    names: Mapping[str, str] = field(default_factory=dict)
    currency: str = ""
    section: str = "pages"
    own: Mapping[str, str] = field(default_factory=dict)
    financial: bool = False
    linking: Callable[[float, str], str] | None = None

    def __post_init__(self) -> None:
        phrases(self.code)  # raises at once where there is no such language

    @classmethod
    def of(cls, case: Case, code: str) -> "Language":
        """Take names and currency from a case; illustrative improvements carry a mark."""
        marked = {i.id for i in case.improvements if i.illustrative}
        names = {k: n + MARK if k in marked else n for k, n in case.names(code).items()}
        own, financial = own_words(case, code), case.settings.financial_years
        return cls(code, names, case.settings.currency, own=own, financial=financial)

    def speaking(self, section: str) -> "Language":
        """Return the same language as another section speaks it."""
        return self if section == self.section else replace(self, section=section)

    @property
    def charts(self) -> "Language":
        """The same language as charts speak it."""
        return self.speaking("charts")

    def knowing(self, names: Mapping[str, str]) -> "Language":
        """Return the same language with some more names."""
        return replace(self, names={**self.names, **names})

    @property
    def phrases(self) -> Phrases:
        """Everything that is said in it."""
        return phrases(self.code)

    @property
    def direction(self) -> str:
        """Either ltr or rtl."""
        return self.phrases.direction

    @property
    def rightwards(self) -> bool:
        """Whether it is written from right to left."""
        return self.direction == "rtl"

    @property
    def _typography(self) -> Typography:
        return self.phrases.typography.get(self.section, PLAIN)

    # ------------------------------------------------------------ phrases

    def has(self, key: str) -> bool:
        """Whether there is such a phrase."""
        return self.phrases.find(self.section, key) is not None

    def say(self, key: str, **values: object) -> str:
        """Say a phrase; `count` among the values chooses the plural form.

        Where words run from right to left, each value that does not is isolated as it is put in.

        Raises
        ------
        InputError
            When there is no such phrase, or no value for one of its slots.
        """
        if self.financial:
            values = {slot: self._dated(slot, value) for slot, value in values.items()}
        phrase = self._worded(self.phrases.form(self.section, key, values.get("count")))
        try:
            text = phrase.format_map(_Slots(values, self.rightwards))
        except (KeyError, TypeError) as error:
            raise InputError(f"{self.code}.toml, {self.section}.{key}: {error.args[0]}") from error
        text = self._typography.set(text)
        return flat(text) if self.rightwards else text

    def _dated(self, slot: str, value: object) -> object:
        """Write a year as the case does; other values stay."""
        if slot in YEARS and isinstance(value, int) and value >= EARLIEST:
            return self.year(value)
        return value

    def year(self, year: int) -> str:
        """Write a year.

        >>> Language("en").year(2021), Language("en", financial=True).year(2099)
        ('2021', '2099/00')
        """
        return f"{year}/{(year + 1) % 100:02d}" if self.financial else str(year)

    def word(self, group: str, key: str) -> str:
        """Say a word that cases use, such as a function; as it stands where it is unknown."""
        known = f"{group}.{key}"
        if group == "function" and key in self.own:
            return self.typeset(self.own[key])
        return self.say(known) if self.has(known) else self.typeset(key)

    def _worded(self, phrase: str) -> str:
        """Put the case's own words for those of a phrase; its slots stay."""
        if not self.own:
            return phrase
        return _reworded(phrase, self.code, tuple(self.own.items()))

    def typeset(self, text: str) -> str:
        """Give a text, also one of the case, the typography of the language."""
        text = self._typography.set(text)
        return figures_isolated(text) if self.rightwards else text

    def name(self, key: str) -> str:
        """Printed name of a thing of the case; its short name where none is known."""
        return self._plain(self.names.get(key, key))

    def brief(self, key: str) -> str:
        """Printed name without what stands in brackets behind it, unless another has that one."""
        return self._plain(_cut(self, 0).get(key, key))

    def short(self, key: str, most: int = 46) -> str:
        """Printed name without what stands in brackets, cut between words to so many letters.

        Two things never have one name: where a cut leaves them alike, their short names follow.
        """
        return self._plain(_cut(self, most).get(key, key))

    def _plain(self, name: str) -> str:
        """Set a name whose asterisks are its own: two together would print what follows bold."""
        return self.typeset(name.replace("**", f"*{UNBROKEN}*"))

    def listed(self, items: Iterable[str], most: int = 99) -> str:
        """Join with commas and a last "and"; those beyond `most` are only counted.

        Where a part holds a comma itself, such as a decimal one, what stands between is a mark
        that tells the parts apart.
        """
        parts = self._shown(items, most)
        if not parts:
            return self.say("none")
        if len(parts) > 2 and any("," in part for part in parts):
            parts = [self.say("separator").join(parts[:-1]), parts[-1]]
        text = str(format_list(parts, locale=self.phrases.locale))
        for pattern, word in self.phrases.joins:
            text = re.sub(pattern, word, text)
        return text

    def series(self, items: Iterable[str], most: int = 99) -> str:
        """Join parts that may hold commas; those beyond `most` are only counted."""
        parts = self._shown(items, most)
        return self.say("separator").join(parts) if parts else self.say("none")

    def named(self, keys: Sequence[str], most: int = 99) -> str:
        """Join the names of some things; those beyond `most` are only counted."""
        return self.listed(map(self.name, keys), most)

    def _shown(self, items: Iterable[str], most: int) -> list[str]:
        parts = [self._isolated(item) for item in items]
        more = len(parts) - most
        return [*parts[:most], self.say("and_more", count=more)] if more > 0 else parts

    def day(self, when: date, style: Literal["medium", "long"] = "long") -> str:
        """Write a date, in full or with the month cut short.

        From right to left always in full: figures alone could be read in either order.
        """
        style = "long" if self.rightwards else style
        return str(format_date(when, style, locale=self.phrases.locale))

    # ------------------------------------------------------------ numbers

    def number(self, value: float, places: int | None = None) -> str:
        """Write a number with so many decimals, or else with two significant digits."""
        if not isfinite(value):
            return self.say("unknown")
        places = decimals(value, value, value) if places is None else places
        return self._isolated(self._bare(value, places))

    def exactly(self, value: float, places: int = AS_SET) -> str:
        """Write a number that was set, not estimated: with as many decimals as it has."""
        if not isfinite(value):
            return self.say("unknown")
        return self._isolated(self._bare(value, places, padded=False))

    def signed(self, value: float, places: int) -> str:
        """Write a change with its sign, also where it lifts."""
        return self._isolated(self._bare(value, places, plus="+"))

    def tick(self, value: float, _: object = None) -> str:
        """Write a tick label: as many decimals as the number has, at most four."""
        if not isfinite(value):
            return ""
        return self._bare(value, AS_SET, padded=False)

    def middle(self, amount: Amount) -> str:
        """Only the middle, rounded by the width of the interval."""
        return self.number(amount.middle, decimals(*amount) if amount.is_known else None)

    def span(self, amount: Amount) -> str:
        """Only the interval, rounded by its own width."""
        places = decimals(*amount)
        low, high = (self.number(end, places) for end in (amount.low, amount.high))
        return self.say("span_signed" if amount.low < 0 else "span", low=low, high=high)

    def spread(self, amount: Amount) -> str:
        """Write the middle and, in brackets, the interval."""
        if not amount.is_known or amount.is_certain:
            return self.middle(amount)
        return self.around(self.middle(amount), amount)

    def around(self, middle: str, amount: Amount) -> str:
        """Put the interval in brackets behind a middle that is written already."""
        return self.say("around", middle=middle, span=self.span(amount))

    def worth(self, measure: str, amount: Amount, currency: str = "") -> str:
        """Say an amount of what a programme is to add, with its unit and its range if it has one.

        Per cent of the distance to the agreed levels, millions net of whole-life cost, or
        harm-days.
        """
        value = self.middle(amount)
        if measure == DISTANCE:
            value = self.say("percent", number=value)
        elif measure == NET:
            value = self.amount(value, currency)
        if amount.is_known and not amount.is_certain:
            value = self.around(value, amount)
        return self.say(f"worth.{measure}", value=value)

    def cell(self, amount: Amount) -> str | tuple[str, str]:
        """Fill a table cell: the middle, and the interval below it."""
        if not amount.is_known or amount.is_certain:
            return self.middle(amount)
        return self.middle(amount), self.span(amount)

    def percent(self, share: float, places: int = 0) -> str:
        """Write a part of a whole in percent."""
        return self.say("percent", number=self.number(100 * share, places))

    def probability(self, share: float) -> str:
        """Write a share of draws in whole percent; draws alone never show 0 or 100."""
        if not isfinite(share):
            return self.say("unknown")
        kind, number = self._whole(share)
        return self.say(f"percent{kind}", number=number)

    def part(self, share: float) -> str:
        """Write a part of a whole, which may be nothing or all, in whole percent."""
        return self.percent(share) if share in (0.0, 1.0) else self.probability(share)

    def bare(self, share: float) -> str:
        """Write a share of draws as `probability` does, without the sign."""
        kind, number = self._whole(share)
        return self.say(kind.removeprefix("_"), number=number) if kind else number

    def hedge(self, share: float) -> str:
        """Put a probability in words, by the one table of the language."""
        if not isfinite(share):
            return self.say("unknown")
        return self.typeset(next(w for least, w in self.phrases.hedges if share >= least))

    def hedged(self, share: float) -> str:
        """Put a probability in words and in percent."""
        return self.say("hedged", hedge=self.hedge(share), percent=self.probability(share))

    def firmly(self, key: str, probability: float, **values: object) -> str:
        """Say a finding with its probability; its open form where it holds in less than half."""
        says = {"hedge": self.hedged(probability), "percent": self.probability(probability)}
        return self.say(key if probability >= EVEN else f"{key}_open", **says, **values)

    def _whole(self, share: float) -> tuple[str, str]:
        """Whole percent, and whether the share is below or above it."""
        whole = half_up(100 * share, 0)
        if whole < 1:
            return "_below", self.number(1, 0)
        if whole > 99:
            return "_above", self.number(99, 0)
        return "", self.number(100 * share, 0)

    def _bare(self, value: float, places: int, *, plus: str = "", padded: bool = True) -> str:
        minus, locale = self._typography.minus, self.phrases.locale
        text = say(value, places, locale, minus=minus, plus=plus, padded=padded)
        return text if self.linking is None else self.linking(value, text)

    def _isolated(self, value: str) -> str:
        return isolated(value) if self.rightwards else value

    # ------------------------------------------------------------ figures

    def said(self, figure: Quantity, *, ranged: bool = True) -> str:
        """Write a figure in its unit, with its range: the digits are those of its role.

        Money in millions or units, shares and chances in percent, a year without separators; for
        the rest the word of the unit follows.

        Parameters
        ----------
        figure : value, range, unit and error; "not measured" is said where there is no value
        ranged : whether the range stands behind
        """
        if figure.value is None:  # a year is not measured: what never begins has none
            return self.say("unknown" if figure.unit == "year" else "figure.absent")
        unit, value = figure.unit, figure.value
        if unit == "year":
            return self._isolated(str(half_up(value, 0)))
        if unit == "chance":
            return self.probability(value)
        scale = 100.0 if unit == "share" else 1.0
        low = value if figure.low is None else figure.low
        high = value if figure.high is None else figure.high
        error = None if figure.error is None else figure.error * scale
        amount = Amount(value * scale, low * scale, high * scale)
        places = digits(unit, *amount, error)
        middle, low_end, high_end = (self.number(end, places) for end in amount)
        text = self.in_unit(middle, unit, figure.prices.partition(" ")[0])
        if not ranged or figure.low is None or amount.is_certain:
            return text
        key = "span_signed" if amount.low < 0 else "span"
        return self.say("around", middle=text, span=self.say(key, low=low_end, high=high_end))

    def in_unit(self, number: str, unit: str, currency: str = "") -> str:
        """Put the unit of a figure to a written number, or to a written interval."""
        if unit in ("millions", "money"):
            return self.amount(number, currency, millions=unit == "millions")
        if unit in ("share", "distance"):
            text = self.say("percent", number=number)
            return text if unit == "share" else self.say("figure_unit.distance", number=text)
        yearly = unit == "millions_a_year"
        money = self.amount(number, currency) if yearly else number
        return self.say(f"figure_unit.{unit}", number=money)

    # ------------------------------------------------------------ money

    def sign(self, currency: str = "") -> str:
        """The sign of a currency, or its name where the language writes it out."""
        currency = currency or self.currency
        return self.currency_name(currency) if self.phrases.by_name else self._symbol(currency)

    def currency_name(self, currency: str = "") -> str:
        """The name of a currency, as behind a large number."""
        currency = currency or self.currency
        return str(get_currency_name(currency, count=100, locale=self.phrases.locale))

    def _symbol(self, currency: str) -> str:
        return str(get_currency_symbol(currency, locale=self.phrases.locale))

    def amount(self, number: str, currency: str = "", *, millions: bool = True) -> str:
        """Put the currency to a written number, or a written interval, of millions or of units."""
        minus, sign = self._typography.minus, self.sign(currency)
        below = minus if number.startswith(minus) else ""  # it stands before the whole amount
        return below + self.say(
            "money" if millions else "price",
            number=number.removeprefix(minus),
            sign=sign,
            name=self.currency_name(currency),
            gap=_gap(sign),
        )

    def money(self, millions: float, currency: str = "", places: int | None = None) -> str:
        """Write an amount of money given in millions; a stated one, without `places`, as it is."""
        number = self.exactly(millions) if places is None else self.number(millions, places)
        return self.amount(number, currency)

    def millions(self, value: float, currency: str = "") -> str:
        """Write an amount of money, given in millions, with at most two significant digits."""
        return self.amount(self.exactly(value, decimals(value, value, value)), currency)

    def millions_middle(self, amount: Amount) -> str:
        """Write the middle of an amount of money in millions, rounded by its interval."""
        return self.amount(self.middle(amount))

    def millions_spread(self, amount: Amount) -> str:
        """Write an amount of money in millions with its interval."""
        if not amount.is_known or amount.is_certain:
            return self.millions_middle(amount)
        return self.around(self.millions_middle(amount), amount)

    def price(self, value: float, currency: str = "") -> str:
        """Write an amount of money in units, with two significant digits."""
        return self.amount(self.number(value), currency, millions=False)

    def price_middle(self, amount: Amount) -> str:
        """Write the middle of an amount of money in units; in millions from a million on."""
        return self._priced(amount, self.middle)

    def price_span(self, amount: Amount) -> str:
        """Write only the interval of an amount of money in units, as its middle is written."""
        return self._priced(amount, self.span)

    def price_spread(self, amount: Amount) -> str:
        """Write an amount of money in units with its interval."""
        if not amount.is_known or amount.is_exact:
            return self.price_middle(amount)
        return self.around(self.price_middle(amount), _scaled(amount))

    def _priced(self, amount: Amount, write: Callable[[Amount], str]) -> str:
        if not amount.is_known:
            return self.say("unknown")
        return self.amount(write(_scaled(amount)), millions=abs(amount.middle) >= MILLION)

    def million(self, currency: str = "") -> str:
        """The unit of an axis or a table of money."""
        sign = self.sign(currency)
        return self.say("million", sign=sign, gap=_gap(sign))

    def unit(self, unit: str) -> str:
        """Say the unit of an input; as it stands in the case where it is unknown."""
        if amount := PRICES.fullmatch(unit):
            key = "units.money_year" if amount["year"] else "units.money"
            year = self.year(int(amount["prices"]))
            return self.say(key, sign=self.sign(amount["currency"]), year=year)
        return self.word("units", unit)


@lru_cache(maxsize=64)
def _cut(language: Language, most: int) -> Mapping[str, str]:
    """Names of all things as they are printed where they must be brief; 0 letters: uncut."""
    whole = {key: name.removesuffix(MARK) for key, name in language.names.items()}
    marks = {key: name[len(whole[key]) :] for key, name in language.names.items()}
    bare = {key: name.split(" (")[0] for key, name in whole.items()}
    alone = _alone(bare)
    bare = {key: name if key in alone else whole[key] for key, name in bare.items()}
    if most:
        cut = {key: _shortened(name, most - len(marks[key])) for key, name in bare.items()}
        alone = _alone(cut)
        for key in cut.keys() - alone:
            behind = f" ({key})"
            cut[key] = _shortened(bare[key], most - len(marks[key] + behind)) + behind
        bare = cut
    return {
        key: f"{name}{UNBROKEN if mark and name.endswith(CUT) else ''}{mark}"
        for key, name, mark in zip(bare, bare.values(), marks.values(), strict=True)
    }


def _alone(names: Mapping[str, str]) -> frozenset[str]:
    """Things whose name no other has."""
    many = Counter(names.values())
    return frozenset(key for key, name in names.items() if many[name] == 1)


def _shortened(name: str, most: int) -> str:
    if len(name) <= most:
        return name
    return LOOSE_END.sub("", textwrap.shorten(name, max(most - 1, 1), placeholder="")) + CUT


def own_words(case: Case, code: str) -> Mapping[str, str]:
    """What a case calls things in a language, by its table `vocabulary`.

    Where no level is agreed, the distance is that to the highest levels of the scales.
    """
    own = {word.word: word.in_language("name", code) for word in case.vocabulary}
    if case.levels_agreed:
        return own
    found = phrases(code).phrases
    highest = {k: str(found[f"common.own.highest_{k.split()[1]}"]) for k in LEVELS}
    return highest | own


@cache
def _reworded(phrase: str, code: str, own: tuple[tuple[str, str], ...]) -> str:
    found = phrases(code).phrases
    words = {
        form: name
        for key, name in own
        if f"common.own.{key.replace(' ', '_')}" in found
        for form in str(found[f"common.own.{key.replace(' ', '_')}"]).split(FORMS)
    }
    if not words:
        return phrase
    longest = sorted(words, key=len, reverse=True)
    before = rf"(?<!\w)([{JOINED}]?)" if phrases(code).direction == "rtl" else r"(?<!\w)()"
    pattern = rf"\{{[^{{}}]*\}}|{before}({'|'.join(map(re.escape, longest))})(?!\w)"

    def put(match: re.Match[str]) -> str:
        if match[2] is None:
            return match.group()  # a slot
        return match[1] + named(match[2])

    def named(text: str) -> str:
        name = words.get(text) or words.get(text[0].lower() + text[1:])
        if name is None:
            return text
        return name if text[0].islower() else name[0].upper() + name[1:]

    return re.sub(pattern, put, phrase, flags=re.IGNORECASE)


class _Slots(dict[str, object]):
    """Values of the slots of a phrase, each written as it is put in."""

    def __init__(self, values: Mapping[str, object], rightwards: bool) -> None:
        super().__init__(values)
        self._rightwards = rightwards

    def __getitem__(self, slot: str) -> str:
        value = super().__getitem__(slot)
        if not isinstance(value, str | Integral | date):
            raise TypeError(f"{slot} is no word and no whole number: write it first, with digits.")
        return isolated(str(value)) if self._rightwards else str(value)

    def __missing__(self, slot: str) -> str:
        raise KeyError(f"nothing was given for {{{slot}}}.")


def _scaled(amount: Amount) -> Amount:
    """An amount of units, or of millions where it is a million or more."""
    scale = MILLION if abs(amount.middle) >= MILLION else 1.0
    return Amount(*(end / scale for end in amount))


def _gap(sign: str) -> str:
    """Space between a number and a sign of letters: CHF 5 million, but €5 million."""
    return "\u00a0" if sign[-1].isalpha() else ""


ENGLISH = Language(section="charts")  # with short names, as they stand in the case
