"""Content without a language: phrases with typed slots, said in a language at the very end.

A text is a phrase of the files of phrases with what fills it: figures, set numbers, names, lists
and other phrases. It is data, built once for a study. `said` puts it into the words of a voice;
what it returns still knows which figures it printed, so that every renderer can lead back to them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias

from capworth.case.model import Case
from capworth.charts.chart import money_at
from capworth.charts.gallery import GALLERY
from capworth.language.inputs import input_label
from capworth.language.language import Language
from capworth.language.numbers import Amount, at_most, decimals
from capworth.methods.cost_benefit.prices import MILLION
from capworth.study.stages import Study

if TYPE_CHECKING:
    import pandas as pd

MINUS = "\u2212"
MONEY: Final[Mapping[str, Callable[[Language], str]]] = MappingProxyType(
    {"millions": Language.million, "sign": Language.sign}
)
THOUSAND = 1e3
LEAST_P = 0.001  # of a test by deals: a p is never written as 0
Join: TypeAlias = Literal["and", "series", "or", "sentences"]


class Voice(NamedTuple):
    """Who says it: a language, and the study whose inputs and findings are spoken of.

    A page that says nothing of its inputs and charts, such as a donor's, needs no study: its case
    is enough.
    """

    language: Language
    study: Study | None = None
    of_case: Case | None = None

    @property
    def case(self) -> Case:
        """The case that is spoken of."""
        found = self.of_case if self.study is None else self.study.case
        assert found is not None, "a setting is said without its case"
        return found


@dataclass(frozen=True, slots=True)
class Ref:
    """A figure, and how it is to be written.

    Attributes
    ----------
    figure : id of the figure; or its place, `table/column/row`, where the id follows from it
    amount : its value with its range, at full precision
    how : a key of `WRITERS`: the digits are those of the role, never of the place
    currency : of an amount of money, where it is not that of the case
    """

    figure: str
    amount: Amount
    how: str
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Stated:
    """A number that was set and not found: a budget, years, a confidence, a level of a test.

    Attributes
    ----------
    what : where it is set: a setting of the case, or a name of the method
    """

    what: str
    amount: Amount
    how: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase by its id, and what fills its slots."""

    key: str
    slots: tuple[tuple[str, "Slot"], ...] = ()


@dataclass(frozen=True, slots=True)
class Name:
    """What a thing of the case is called: in full, in brief, or cut to so many letters."""

    key: str
    form: Literal["brief", "full", "short"] = "brief"
    most: int = 0


@dataclass(frozen=True, slots=True)
class Word:
    """A word that cases use, such as a function or a payer."""

    group: str
    key: str


@dataclass(frozen=True, slots=True)
class Listed:
    """Several texts, joined as the language joins them.

    Attributes
    ----------
    how : "and" with a last "and"; "series" where they may hold commas; "or"; "sentences" with a
        space between
    """

    items: tuple["Text", ...]
    how: Join = "and"


@dataclass(frozen=True, slots=True)
class Turned:
    """A text that is printed bold, begins a sentence or stands in it, or is said as on charts.

    A unit of per cent is unsigned where the sign stands at its number already.
    """

    text: "Text"
    how: Literal["bold", "opening", "lower", "chart", "unsigned"]


@dataclass(frozen=True, slots=True)
class Hedged:
    """A finding with its probability; its open form where it holds in less than half."""

    key: str
    chance: Ref
    slots: tuple[tuple[str, "Slot"], ...] = ()


@dataclass(frozen=True, slots=True)
class Own:
    """Words of the case, or of a source, as they stand there: a grade, a hash, a title."""

    text: str


@dataclass(frozen=True, slots=True)
class Setting:
    """What a setting of the case says in the language of the reader; perhaps its first sentence."""

    name: str
    first: bool = False


@dataclass(frozen=True, slots=True)
class Input:
    """What an uncertain input of the case is called; see `input_label`."""

    key: str


@dataclass(frozen=True, slots=True)
class Unit:
    """The unit of an input as the case states it; of money its millions, or its sign."""

    key: str = "millions"


@dataclass(frozen=True, slots=True)
class Day:
    """A date, in full or with the month cut short."""

    when: date
    style: Literal["medium", "long"] = "long"


@dataclass(frozen=True, slots=True)
class Heard:
    """A text with whoever says it: the explorer hears the numbers in it, and marks them."""

    text: "Text"
    by: Callable[["Text", "Voice"], str]


@dataclass(frozen=True, slots=True)
class OfChart:
    """What a chart of the gallery says of itself: the one text that a chart makes, and no page."""

    chart: str
    part: Literal["title", "source", "caption", "alt"] = "title"


Text: TypeAlias = (  # a string is a sign that every language writes, or was said already
    (Ref | Stated | Phrase | Name | Word | Listed | Turned | Hedged)
    | (Own | Setting | Input | Unit | Day | OfChart | Heard | str)
)
Slot: TypeAlias = Text | int | date
Cell: TypeAlias = Text | tuple[Text, Text]  # the number, or the number with its range below


# ---------------------------------------------------------------- how they are made


def say(key: str, **slots: Slot) -> Phrase:
    """Name a phrase and fill its slots; `count` among them chooses the plural form."""
    return Phrase(key, tuple(slots.items()))


def ref(figure: str, amount: float | Amount | tuple[float, float, float], how: str) -> Ref:
    """Refer to a figure by its id or its place; a number alone has no range."""
    return Ref(figure, _amount(amount), how)


def stated(what: str, value: float, how: str) -> Stated:
    """Name a number that was set."""
    return Stated(what, _amount(value), how)


def row_ref(
    table: str,
    column: str,
    key: object,
    row: "Mapping[str, Any] | pd.Series[Any]",
    how: str,
    scale: float = 1.0,
) -> Ref:
    """Refer to the figure of a cell, so many times as large: with its range if the row has one."""
    low, high = (row.get(f"{column}_{end}") for end in ("low", "high"))
    value = float(row[column])
    amount = _amount(value) if low is None or high is None else Amount(value, low, high)
    if scale != 1.0:
        amount = Amount(*(end * scale for end in amount))
    parts = key if isinstance(key, tuple) else (key,)
    return Ref("/".join((table, column, *map(_label, parts))), amount, how)


def _label(part: object) -> str:
    if isinstance(part, float) and part.is_integer():
        part = int(part)
    return "_".join(str(part).split())


def with_range(found: Ref) -> Cell:
    """Fill a cell: the middle, and the range below; as its `how` says where there is none."""
    amount = found.amount
    if not amount.is_known or amount.is_certain:
        return found
    return Ref(found.figure, amount, "middle"), Ref(found.figure, amount, "span")


def listed(items: Iterable[Text], how: Join = "and", most: int = 99) -> Listed:
    """Join several texts; those beyond `most` are only counted, so that a page holds its words."""
    every = tuple(items)
    rest = (say("and_more", count=len(every) - most),) if len(every) > most else ()
    return Listed((*every[:most], *rest), how)


NAMED: Final = 9  # things of one list that pages 1 and 2 name


def names(keys: Iterable[str], most: int = NAMED) -> Listed:
    """Join the brief names of some things; those beyond `most` are only counted."""
    return listed((Name(key) for key in keys), most=most)


def sentences(*items: Text | None) -> Listed:
    """Put one sentence behind the other; what is None is left out."""
    return Listed(tuple(item for item in items if item is not None), "sentences")


def bold(text: Text) -> Turned:
    """Print a text bold."""
    return Turned(text, "bold")


def _amount(value: float | Amount | tuple[float, float, float]) -> Amount:
    if isinstance(value, tuple):
        return Amount(*value)
    return Amount(float(value), float(value), float(value))


# ---------------------------------------------------------------- how they are said


Writer: TypeAlias = Callable[[Language, Amount], str]


def _tenth(language: Language, amount: Amount) -> str:
    """Millions without their unit, to a tenth; whole ones from a hundred on, and never a nought."""
    if 0 < abs(amount.middle) < 0.1:
        return language.number(amount.middle)
    places = 1 if 0 < abs(amount.middle) < 100 else 0
    return language.number(amount.middle, at_most(amount.middle, places))


def _percent_range(language: Language, amount: Amount) -> str:
    middle = language.say("percent", number=language.middle(amount))
    return middle if amount.is_certain else language.around(middle, amount)


def _in_thousands(language: Language, amount: Amount) -> str:
    """Units in thousands, without a word for them: to a tenth, whole ones from a hundred on."""
    value = amount.middle / THOUSAND
    return language.number(value, 0 if abs(value) >= 100 else 1)


def _factor(language: Language, amount: Amount) -> str:
    """How many times as much: to a hundredth, which tells a certain one from one, or less."""
    known = amount.is_known and not amount.is_certain
    return language.number(amount.middle, min(2, decimals(*amount)) if known else 2)


def power_of(logarithm: Amount) -> Amount:
    """What is kept as its logarithm to base ten, as it is."""
    return Amount(*(10.0**end for end in logarithm))


def _known(value: float) -> bool:
    return value == value and abs(value) != float("inf")


def _year(language: Language, amount: Amount) -> str:
    known = _known(amount.middle)
    return language.year(int(amount.middle)) if known else language.say("unknown")


WRITERS: Mapping[str, Writer] = MappingProxyType(
    {
        "middle": Language.middle,
        "span": Language.span,
        "spread": Language.spread,
        "millions": lambda lang, a: lang.millions(a.middle),
        "as_millions": lambda lang, a: lang.millions(a.middle / MILLION),
        "millions_middle": Language.millions_middle,
        "millions_spread": Language.millions_spread,
        "money_at": lambda lang, a: money_at(a.middle, lang),
        "money": lambda lang, a: lang.money(a.middle),
        "money_tenth": lambda lang, a: lang.money(a.middle, places=at_most(a.middle, 1)),
        "factor": _factor,
        "tenth": _tenth,
        "price": lambda lang, a: lang.price(a.middle),
        "price_middle": Language.price_middle,
        "price_span": Language.price_span,
        "price_spread": Language.price_spread,
        "in_thousands": _in_thousands,
        "percent": lambda lang, a: lang.percent(a.middle),
        "percent_tenth": lambda lang, a: lang.percent(a.middle, 1),
        "percent_middle": lambda lang, a: lang.say("percent", number=lang.middle(a)),
        "percent_range": _percent_range,
        "part": lambda lang, a: lang.part(a.middle),
        "probability": lambda lang, a: lang.probability(a.middle),
        "hedged": lambda lang, a: lang.hedged(a.middle),
        "exactly": lambda lang, a: lang.exactly(a.middle),
        "thousands": lambda lang, a: lang.number(a.middle / 1_000),
        "number": lambda lang, a: lang.number(a.middle),
        "whole": lambda lang, a: lang.number(a.middle, 0),
        "tenths": lambda lang, a: lang.number(a.middle, 1),
        "hundredths": lambda lang, a: lang.number(a.middle, 2),
        "fourth": lambda lang, a: lang.number(a.middle, 4),
        "p": lambda lang, a: lang.number(max(a.middle, LEAST_P), 3),
        "power": lambda lang, a: lang.middle(power_of(a)),
        "year": _year,
        "plain": lambda lang, a: str(int(a.middle)) if _known(a.middle) else lang.say("unknown"),
    }
)


class Said(str):
    """Words of a language that know which figures they print, and where they are stored.

    Parameters
    ----------
    of : the text that was put into words, or its figures
    """

    __slots__ = ("_of",)
    _of: object

    def __new__(cls, text: str, of: object = ()) -> "Said":
        """Keep beside the words what they were."""
        found = super().__new__(cls, text)
        found._of = of
        return found

    @property
    def refs(self) -> tuple[Ref, ...]:
        """The figures, in the order in which they are printed; found when somebody asks."""
        return tuple(refs_of(self._of))

    def __reduce__(self) -> tuple[type["Said"], tuple[str, tuple[Ref, ...]]]:
        return Said, (str(self), self.refs)  # a text may hold what cannot be sent


def said(text: Text, voice: Voice) -> Said:
    """Put a text into words.

    Raises
    ------
    InputError
        When the language has no such phrase, or a slot is not filled.
    """
    return Said(_said(text, voice), text)


def _said(text: Text, voice: Voice) -> str:
    language = voice.language
    match text:
        case str():
            return text
        case Stated():
            return WRITERS[text.how](language, text.amount)
        case Ref():
            own = replace(language, currency=text.currency) if text.currency else language
            return WRITERS[text.how](own, text.amount)
        case Phrase():
            return language.say(text.key, **_filled(text.slots, voice))
        case Hedged():
            chance = text.chance.amount.middle
            return language.firmly(text.key, chance, **_filled(text.slots, voice))
        case Name():
            return _name(text, language)
        case Word():
            return language.word(text.group, text.key)
        case Listed():
            return _joined(text, voice)
        case Turned():
            return _turned(text, voice)
        case Own():
            return language.typeset(text.text)
        case Unit():
            return _unit(text.key, language)
        case Day():
            return language.day(text.when, text.style)
        case Heard(text=heard, by=by):
            return by(heard, voice)
        case Setting():
            found = language.typeset(voice.case.settings.in_language(text.name, language.code))
            return first_sentence(found) if text.first else found
        case Input() | OfChart():
            assert voice.study is not None, text
            return _of_study(text, voice.study, language)


def _turned(text: Turned, voice: Voice) -> str:
    if text.how == "chart":
        return _said(text.text, voice._replace(language=voice.language.charts))
    inner = _said(text.text, voice)
    if text.how == "bold":
        return f"**{inner}**"
    if text.how == "lower":
        return inner.lower()
    if text.how == "unsigned":
        return inner.removeprefix("%").lstrip()
    inner = inner.lstrip()
    return inner[:1].upper() + inner[1:]


def _unit(key: str, language: Language) -> str:
    if key in MONEY:
        return MONEY[key](language)
    return language.typeset(language.charts.unit(key))


def _of_study(text: Input | OfChart, study: Study, language: Language) -> str:
    if isinstance(text, Input):
        return input_label(text.key, study.case, language)
    chart = GALLERY[text.chart]
    if text.part == "source":
        return language.typeset(chart.source(study, language))
    (found,) = chart.words(study, language, text.part)
    return _signed(language.typeset(found))


def first_sentence(text: str) -> str:
    """Keep the text up to its first full stop that ends a sentence."""
    head, stop, _ = text.partition(". ")
    return head + stop.strip()


def _signed(text: str) -> str:
    """Give the true minus to what a chart says with a hyphen."""
    return "".join(
        MINUS if letter == "-" and k + 1 < len(text) and _is_sign(text, k) else letter
        for k, letter in enumerate(text)
    )


def _is_sign(text: str, k: int) -> bool:
    before = text[k - 1] if k else " "
    return text[k + 1].isdigit() and not (before.isalnum() or before in ")]–")


def _filled(slots: tuple[tuple[str, Slot], ...], voice: Voice) -> dict[str, object]:
    return {
        name: value if isinstance(value, int | date) else _said(value, voice)
        for name, value in slots
    }


def _name(text: Name, language: Language) -> str:
    if text.form == "short":
        return language.short(text.key, text.most)
    return language.brief(text.key) if text.form == "brief" else language.name(text.key)


def _joined(text: Listed, voice: Voice) -> str:
    language = voice.language
    parts = [_said(item, voice) for item in text.items]
    match text.how:
        case "and":
            return language.listed(parts)
        case "series":
            return language.series(parts)
        case "or":
            return language.say("role_year.or").join(parts)
        case "sentences":
            return " ".join(part for part in parts if part)


def refs_of(node: object) -> Iterator[Ref]:
    """Every figure in a text, a block or several of them, in the order in which they are printed.

    A figure that is not known prints a dash, and still is that figure.
    """
    if isinstance(node, Ref):
        yield node
    elif isinstance(node, str | float | int):
        return
    elif is_dataclass(node) and not isinstance(node, type):
        for field in fields(node):
            yield from refs_of(getattr(node, field.name))
    elif isinstance(node, tuple | list):
        for part in node:
            yield from refs_of(part)


def phrases_of(node: object) -> Iterator[str]:
    """Every phrase in a text, a block or several of them, by its id."""
    if isinstance(node, Phrase | Hedged):
        yield node.key
    if is_dataclass(node) and not isinstance(node, type):
        for field in fields(node):
            yield from phrases_of(getattr(node, field.name))
    elif isinstance(node, tuple | list):
        for part in node:
            yield from phrases_of(part)


def spoken(node: Any, voice: Voice) -> Any:
    """Put whatever stands in a block into words, as plain data; None stays nothing."""
    if node is None:
        return Said("")
    if isinstance(node, tuple):
        return tuple(spoken(part, voice) for part in node)
    return said(node, voice)
