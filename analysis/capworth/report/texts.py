"""The words of the reports: one file for each language, and the spaces its typography asks for."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, TypeAlias

from capworth.charts.isolates import isolated
from capworth.errors import InputError, nearest

FOLDER = "capworth.report"
PLURALS = frozenset({"zero", "one", "two", "few", "many", "other"})  # of CLDR
Phrase: TypeAlias = str | Mapping[str, str]  # one wording, or one for each plural form


@dataclass(frozen=True, slots=True)
class Texts:
    """All phrases of one language by dotted key, with what its typography asks for."""

    language: str
    locale: str  # as Babel knows it
    direction: str  # ltr or rtl
    phrases: Mapping[str, Phrase]
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


def languages() -> tuple[str, ...]:
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
    if language not in languages():
        hint = nearest(language, languages())
        raise InputError(f"there are no texts for a report in {language!r}. {hint}")
    found = files(FOLDER).joinpath(f"texts.{language}.toml").read_text(encoding="utf-8")
    content: dict[str, Any] = tomllib.loads(found)
    meta, hedges = content.pop("language"), content.pop("hedges")
    return Texts(
        language,
        meta["locale"],
        meta["direction"],
        MappingProxyType(dict(_flat("", content))),
        tuple(sorted(((h["from"], h["word"]) for h in hedges), reverse=True)),
        meta["space"],
        meta["before"],
        meta["after"],
    )


def _flat(path: str, node: Mapping[str, Any]) -> Iterator[tuple[str, Phrase]]:
    for key, value in node.items():
        here = f"{path}.{key}" if path else key
        if isinstance(value, str) or PLURALS.issuperset(value):
            yield here, value
        else:
            yield from _flat(here, value)
