"""The words of the charts: one data file for each language, all with the same keys."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from capworth.charts.isolates import isolated
from capworth.errors import InputError, nearest

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
    names = (f.name for f in files("capworth.charts").iterdir())
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
    text = (files("capworth.charts") / f"words.{language}.toml").read_text(encoding="utf-8")
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
