"""Content without a language: phrases with typed slots, said in a language at the very end.

A text is a phrase of the files of phrases with what fills it: figures, set numbers, names, lists
and other phrases. It is built once for a study. `said` puts it into the words of a voice; what it
returns still knows which figures it printed, so that every renderer can lead back to them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, TypeAlias

from capworth.charts.chart import money_at
from capworth.language.language import Language
from capworth.language.numbers import Amount
from capworth.study.stages import Study

Join: TypeAlias = Literal["and", "series", "or", "sentences"]


class Voice(NamedTuple):
    """Who says it: a language, and the study whose inputs and findings are spoken of.

    A page that holds nothing of the kind `Told`, such as a donor's, needs no study.
    """

    language: Language
    study: Study | None = None


@dataclass(frozen=True, slots=True)
class Ref:
    """A figure, and how it is to be written.

    Attributes
    ----------
    figure : id of the figure; or its place, `table/column/row`, where the id follows from it
    amount : its value with its range, at full precision
    how : a key of `WRITERS`: the digits are those of the role, never of the place
    """

    figure: str
    amount: Amount
    how: str


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
    """A text that is printed bold, or begins a sentence."""

    text: "Text"
    how: Literal["bold", "opening"]


@dataclass(frozen=True, slots=True)
class Hedged:
    """A finding with its probability; its open form where it holds in less than half."""

    key: str
    chance: Ref
    slots: tuple[tuple[str, "Slot"], ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What a function of study and language says: the label of an input, the finding of a chart.

    Attributes
    ----------
    by : the function, given the study, the language and `args`
    figures : that it prints
    """

    by: Callable[..., str]
    args: tuple[Any, ...] = ()
    figures: tuple[Ref, ...] = ()


Text: TypeAlias = (  # a string was said already, as on the pages that are made from a run
    Ref | Stated | Phrase | Name | Word | Listed | Turned | Hedged | Told | str
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


def row_ref(table: str, column: str, key: object, row: Mapping[str, Any], how: str) -> Ref:
    """Refer to the figure of a cell: with its range where the row holds one."""
    low, high = (row.get(f"{column}_{end}") for end in ("low", "high"))
    value = float(row[column])
    amount = _amount(value) if low is None or high is None else Amount(value, low, high)
    parts = key if isinstance(key, tuple) else (key,)
    return Ref("/".join((table, column, *map(_label, parts))), amount, how)


def _label(part: object) -> str:
    if isinstance(part, float) and part.is_integer():
        part = int(part)
    return "_".join(str(part).split())


def with_range(found: Ref) -> Cell:
    """Fill a cell: the middle, and the range below where there is one."""
    amount = found.amount
    if not amount.is_known or amount.is_certain:
        return Ref(found.figure, amount, "middle")
    return Ref(found.figure, amount, "middle"), Ref(found.figure, amount, "span")


def listed(items: Iterable[Text], how: Join = "and") -> Listed:
    """Join several texts."""
    return Listed(tuple(items), how)


def names(keys: Iterable[str]) -> Listed:
    """Join the brief names of some things."""
    return listed(Name(key) for key in keys)


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
    return language.number(amount.middle, 1 if 0 < abs(amount.middle) < 100 else 0)


def _percent_range(language: Language, amount: Amount) -> str:
    middle = language.say("percent", number=language.middle(amount))
    return middle if amount.is_certain else language.around(middle, amount)


def _known(value: float) -> bool:
    return value == value and abs(value) != float("inf")


WRITERS: Mapping[str, Writer] = MappingProxyType(
    {
        "middle": Language.middle,
        "span": Language.span,
        "spread": Language.spread,
        "millions": lambda lang, a: lang.millions(a.middle),
        "millions_middle": Language.millions_middle,
        "millions_spread": Language.millions_spread,
        "money_at": lambda lang, a: money_at(a.middle, lang),
        "money": lambda lang, a: lang.money(a.middle),
        "money_tenth": lambda lang, a: lang.money(a.middle, places=1),
        "tenth": _tenth,
        "price": lambda lang, a: lang.price(a.middle),
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
        "hundredths": lambda lang, a: lang.number(a.middle, 2),
        "plain": lambda lang, a: str(int(a.middle)) if _known(a.middle) else lang.say("unknown"),
    }
)


class Said(str):
    """Words of a language that know which figures they print, and where they are stored.

    Attributes
    ----------
    refs : the figures, in the order in which they are printed
    """

    __slots__ = ("refs",)
    refs: tuple[Ref, ...]

    def __new__(cls, text: str, refs: tuple[Ref, ...] = ()) -> "Said":
        """Keep the figures beside the words."""
        found = super().__new__(cls, text)
        found.refs = refs
        return found


def said(text: Text, voice: Voice) -> Said:
    """Put a text into words.

    Raises
    ------
    InputError
        When the language has no such phrase, or a slot is not filled.
    """
    return Said(_said(text, voice), tuple(refs_of(text)))


def _said(text: Text, voice: Voice) -> str:
    language = voice.language
    match text:
        case str():
            return text
        case Ref() | Stated():
            return WRITERS[text.how](language, text.amount)
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
            inner = _said(text.text, voice)
            return f"**{inner}**" if text.how == "bold" else inner[:1].upper() + inner[1:]
        case Told():
            return text.by(voice.study, language, *text.args)


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
    elif isinstance(node, Told):
        yield from node.figures
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


# ---------------------------------------------------------------- blocks


@dataclass(frozen=True, slots=True)
class Title:
    """The title of a page: its finding."""

    text: Text


@dataclass(frozen=True, slots=True)
class Ask:
    """What is to be decided: lines with their heads."""

    rows: tuple[tuple[Text, Text], ...]


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers that carry the page: value, what it is, what is to be known of it."""

    rows: tuple[tuple[Text, Text, Text], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose first cells are heads of their rows.

    Attributes
    ----------
    id : of the block on its page
    marked : column of numbers that is printed on a ground of its own, from 0; -1: none
    """

    id: str
    title: Text
    heads: tuple[Text, ...]
    rows: tuple[tuple[Text, tuple[Cell, ...]], ...]
    note: Text | None = None
    marked: int = -1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph under its head."""

    id: str
    head: Text
    text: Text


@dataclass(frozen=True, slots=True)
class List:
    """Statements under their head, each of its own; before and behind them a sentence."""

    id: str
    head: Text
    rows: tuple[Text, ...]
    intro: Text | None = None
    text: Text | None = None


@dataclass(frozen=True, slots=True)
class Steps:
    """Who or what, and what of it: lines with heads; some have more that a full page leaves out."""

    id: str
    head: Text
    rows: tuple[tuple[Text, Text, Text | None], ...]


@dataclass(frozen=True, slots=True)
class Note:
    """What must be known of the whole page."""

    text: Text


@dataclass(frozen=True, slots=True)
class Missing:
    """What is not computed, or not asked, and why: nothing is left blank."""

    id: str
    head: Text
    reason: Text


def spoken(node: Any, voice: Voice) -> Any:
    """Put whatever stands in a block into words, as plain data; None stays nothing."""
    if node is None:
        return Said("")
    if isinstance(node, tuple):
        return tuple(spoken(part, voice) for part in node)
    return said(node, voice)
