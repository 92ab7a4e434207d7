"""What lints say: one data file for each language, all with the same codes."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, TypeAlias

FOLDER = "capworth.lints"
SHOWN = 4  # names that a sentence lists before it counts the others
Fact: TypeAlias = str | float | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sentences:
    """The sentence and the remedy of every lint in one language, and how it writes facts."""

    row: str
    rows: str
    more: str  # behind the names that are listed, with the {count} of the others
    thousands: str
    decimal: str
    told: Mapping[str, Mapping[str, str]]  # by code: sentence with facts in {braces}, and mend

    def say(self, code: str, facts: Mapping[str, Fact]) -> str:
        """Say the sentence of a lint with its facts put in."""
        return self.told[code]["sentence"].format(**{k: self.fact(v) for k, v in facts.items()})

    def fact(self, fact: Fact) -> str:
        """Say a fact: numbers as the language writes them, long lists cut short.

        >>> sentences("en").fact(42206000.0), sentences("fr").fact(0.64)
        ('42,206,000', '0,64')
        """
        if isinstance(fact, tuple):
            return self.listed(fact)
        if isinstance(fact, str):
            return fact
        whole, point, rest = f"{fact:,.12g}".partition(".")
        return whole.replace(",", self.thousands) + (self.decimal if point else "") + rest

    def listed(self, names: tuple[str, ...]) -> str:
        """Join names with commas; those beyond a few are only counted.

        >>> sentences("en").listed(("A", "B")), sentences("en").listed(tuple("ABCDEF"))
        ('A, B', 'A, B, C, D and 2 more')
        """
        if len(names) <= SHOWN + 1:
            return ", ".join(names)
        return f"{', '.join(names[:SHOWN])} {self.more.format(count=len(names) - SHOWN)}"


def languages() -> tuple[str, ...]:
    """Every language that lints speak."""
    names = (entry.name.split(".") for entry in files(FOLDER).iterdir())
    return tuple(sorted(n[1] for n in names if n[0] == "sentences" and n[-1] == "toml"))


@cache
def sentences(language: str) -> Sentences:
    """Read the sentences of a language; those in English where there are none."""
    spoken = language if language in languages() else "en"
    text = files(FOLDER).joinpath(f"sentences.{spoken}.toml").read_text(encoding="utf-8")
    content: dict[str, Any] = tomllib.loads(text)
    return Sentences(**content.pop("language"), told=MappingProxyType(content))
