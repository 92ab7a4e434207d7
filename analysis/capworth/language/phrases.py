"""The words of the charts: one data file for each language, all with the same keys.

The words of the reports: one file for each language, and the spaces its typography asks for.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, TypeAlias

from capworth.errors import InputError, nearest
from capworth.language.isolates import isolated

Phrase = str | Mapping[str, str]  # a phrase, or its plural forms


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """Every phrase of one language."""

    language: str
    locale: str
    phrases: Mapping[str, Phrase]
    spaced: tuple[tuple[str, str], ...]  # marks, and the space that stands before them
    opened: tuple[tuple[str, str], ...]  # marks, and the space that stands after them
    rightwards: bool = False  # whether it is written from right to left
    named: bool = False  # whether currencies are written by name, not by sign
    joins: tuple[tuple[str, str], ...] = ()  # patterns of an "and" that sounds otherwise there

    def typeset(self, text: str) -> str:
        """Put the spaces of the language beside its marks, which never break a line.

        Where it is written from right to left, numbers are isolated.
        """
        for marks, space in self.spaced:
            text = re.sub(rf" (?=[{re.escape(marks)}])", space, text)
        for marks, space in self.opened:
            text = re.sub(rf"(?<=[{re.escape(marks)}]) ", space, text)
        return isolated(text) if self.rightwards else text

    def joined(self, text: str) -> str:
        """Change the "and" of a list before a sound that asks for another one.

        >>> words("es").joined("plata y indio"), words("es").joined("plata y hierro")
        ('plata e indio', 'plata y hierro')
        """
        for pattern, word in self.joins:
            text = re.sub(pattern, word, text)
        return text


def languages() -> tuple[str, ...]:
    """Every language that charts can speak.

    >>> {"en", "es", "fr"} <= set(languages())
    True
    """
    names = (f.name for f in files("capworth.language").iterdir())
    return tuple(sorted(n.split(".")[1] for n in names if n.startswith("words.") and "toml" in n))


@cache
def words(language: str) -> Words:
    """Read the words of a language.

    Raises
    ------
    InputError
        When there are none.
    """
    if language not in languages():
        raise InputError(f"charts speak no {language!r}. {nearest(language, languages())}")
    text = (files("capworth.language") / f"words.{language}.toml").read_text(encoding="utf-8")
    content = tomllib.loads(text)
    grammar = content.pop("language")
    spaced, opened = (tuple(grammar[f"space_{side}"].items()) for side in ("before", "after"))
    return Words(
        language,
        grammar["locale"],
        dict(_flat("", content)),
        spaced,
        opened,
        grammar.get("direction") == "rtl",
        grammar.get("currency") == "name",
        tuple(grammar.get("joins", {}).items()),
    )


def _flat(path: str, node: Mapping[str, Any]) -> Iterator[tuple[str, Phrase]]:
    """Every phrase by its dotted key; a table of plural forms is one phrase."""
    for key, value in node.items():
        if isinstance(value, str) or {"one", "other"} <= value.keys():
            yield path + key, value
        else:
            yield from _flat(f"{path}{key}.", value)


FOLDER = "capworth.language"
PLURALS = frozenset({"zero", "one", "two", "few", "many", "other"})  # of CLDR
TextPhrase: TypeAlias = str | Mapping[str, str]  # one wording, or one for each plural form


@dataclass(frozen=True, slots=True)
class Texts:
    """All phrases of one language by dotted key, with what its typography asks for."""

    language: str
    locale: str  # as Babel knows it
    direction: str  # ltr or rtl
    phrases: Mapping[str, TextPhrase]
    hedges: tuple[tuple[float, str], ...]  # from this probability on, this word; highest first
    space: str  # that belongs between a word and the signs below
    before: str  # signs that are kept together with what stands before them
    after: str  # signs that are kept together with what stands behind them

    @property
    def rightwards(self) -> bool:
        """Whether it is written from right to left."""
        return self.direction == "rtl"

    def typeset(self, text: str) -> str:
        """Put in the apostrophes and the unbreakable spaces of the language, and isolate numbers.

        Numbers are isolated where it is written from right to left. Only spaces that are there
        already are changed, so that addresses and codes stay whole.
        """
        text = text.replace("'", "’")
        if self.before:
            text = re.sub(f"[ \u00a0\u202f]([{re.escape(self.before)}])", rf"{self.space}\1", text)
        if self.after:
            text = re.sub(f"([{re.escape(self.after)}])[ \u00a0\u202f]", rf"\1{self.space}", text)
        return isolated(text) if self.rightwards else text


def report_languages() -> tuple[str, ...]:
    """Every language that has a file of texts."""
    names = (entry.name.split(".") for entry in files(FOLDER).iterdir())
    return tuple(sorted(n[1] for n in names if n[0] == "texts" and n[-1] == "toml"))


@cache
def texts(language: str) -> Texts:
    """Read the texts of a language.

    Raises
    ------
    InputError
        When there is no file for it.
    """
    if language not in report_languages():
        hint = nearest(language, report_languages())
        raise InputError(f"there are no texts for a report in {language!r}. {hint}")
    found = files(FOLDER).joinpath(f"texts.{language}.toml").read_text(encoding="utf-8")
    content: dict[str, Any] = tomllib.loads(found)
    meta, hedges = content.pop("language"), content.pop("hedges")
    return Texts(
        language,
        meta["locale"],
        meta["direction"],
        MappingProxyType(dict(_flat_texts("", content))),
        tuple(sorted(((h["from"], h["word"]) for h in hedges), reverse=True)),
        meta["space"],
        meta["before"],
        meta["after"],
    )


def _flat_texts(path: str, node: Mapping[str, Any]) -> Iterator[tuple[str, TextPhrase]]:
    for key, value in node.items():
        here = f"{path}.{key}" if path else key
        if isinstance(value, str) or PLURALS.issuperset(value):
            yield here, value
        else:
            yield from _flat_texts(here, value)
