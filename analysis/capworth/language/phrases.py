"""What capworth says in one language: a file of phrases by dotted id, and its typography.

A file holds its grammar (`language`, `typography`, `hedges`) and its phrases in sections: `pages`,
`charts`, `brief`, `explorer`, `lints`; what is said everywhere stands in `common`.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, TypeAlias

from babel import Locale

from capworth.errors import InputError, nearest

FOLDER = "capworth.language"
FORMS = frozenset({"zero", "one", "two", "few", "many", "other"})  # plural forms of CLDR
SPACES = " \u00a0\u202f"
Phrase: TypeAlias = str | Mapping[str, str]  # a phrase, or its plural forms


@dataclass(frozen=True, slots=True)
class Typography:
    """How words are set: the spaces beside marks, which never break a line, and two signs."""

    spaces: tuple[tuple[re.Pattern[str], str], ...] = ()
    apostrophe: str = "'"
    minus: str = "-"
    elisions: tuple[tuple[re.Pattern[str], str], ...] = ()  # a word that ends before a vowel

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> "Typography":
        """Read it; only spaces that are there already change, so that addresses stay whole."""
        spaces = [
            (re.compile(f"[{SPACES}](?=[{re.escape(marks)}])"), space)
            for marks, space in content["before"].items()
        ] + [
            (re.compile(f"(?<=[{re.escape(marks)}])[{SPACES}]"), space)
            for marks, space in content["after"].items()
        ]
        elisions = [(re.compile(p), by) for p, by in content.get("elisions", {}).items()]
        return cls(tuple(spaces), content["apostrophe"], content["minus"], tuple(elisions))

    def set(self, text: str) -> str:
        """Give a text the typography."""
        for pattern, short in self.elisions:
            text = pattern.sub(short, text)
        text = text.replace("'", self.apostrophe)
        for pattern, space in self.spaces:
            text = pattern.sub(space, text)
        return text


@dataclass(frozen=True, slots=True, eq=False)
class Phrases:
    """The phrases of one language, and how it is written."""

    code: str
    name: str  # of the language, in it
    locale: Locale
    direction: str  # ltr or rtl
    by_name: bool  # whether a currency is written by its name, not by its sign
    joins: tuple[tuple[str, str], ...]  # patterns of an "and" that sounds otherwise there
    hedges: tuple[tuple[float, str], ...]  # from this probability on, this word; highest first
    typography: Mapping[str, Typography]  # by section
    phrases: Mapping[str, Phrase]

    def find(self, section: str, key: str) -> Phrase | None:
        """Find a phrase as a section says it, or else as it is said everywhere."""
        return self.phrases.get(f"{section}.{key}", self.phrases.get(f"common.{key}"))

    def form(self, section: str, key: str, count: object) -> str:
        """Return a phrase in the plural form of a count.

        Raises
        ------
        InputError
            When there is no such phrase, or its plural form needs a count and there is none.
        """
        phrase = self.find(section, key)
        if phrase is None:
            hint = nearest(f"{section}.{key}", self.phrases)
            raise InputError(f"{self.code}.toml has no phrase {section}.{key}. {hint}")
        if isinstance(phrase, str):
            return phrase
        if not isinstance(count, int):
            raise InputError(f"{self.code}.toml: {section}.{key} has plural forms: give a count.")
        return phrase.get(self.locale.plural_form(count), phrase["other"])


def languages() -> tuple[str, ...]:
    """Every language that capworth speaks.

    >>> {"ar", "en", "es", "fr"} <= set(languages())
    True
    """
    names = (entry.name for entry in (files(FOLDER) / "phrases").iterdir())
    return tuple(sorted(n.removesuffix(".toml") for n in names if n.endswith(".toml")))


@cache
def phrases(code: str) -> Phrases:
    """Read the phrases of a language.

    Raises
    ------
    InputError
        When there are none, or a phrase has no form for most counts.
    """
    if code not in languages():
        raise InputError(f"capworth speaks no {code!r}. {nearest(code, languages())}")
    text = (files(FOLDER) / "phrases" / f"{code}.toml").read_text(encoding="utf-8")
    return parse(code, text)


def parse(code: str, text: str) -> Phrases:
    """Take the phrases of a language from the text of its file."""
    content: dict[str, Any] = tomllib.loads(text)
    grammar, typography, hedges = (content.pop(k) for k in ("language", "typography", "hedges"))
    locale = Locale.parse(grammar["locale"])
    found = dict(_flat("", content))
    known = locale.plural_form.tags | {"other"}
    for key, phrase in found.items():
        if not isinstance(phrase, str) and not {"other"} <= phrase.keys() <= known:
            raise InputError(
                f"{code}.toml: plural forms of {key} are {', '.join(sorted(known))}; "
                f"other must be among them."
            )
    pages = Typography.of(typography.pop("pages"))
    return Phrases(
        code=code,
        name=grammar["name"],
        locale=locale,
        direction=grammar["direction"],
        by_name=grammar["currency"] == "name",
        joins=tuple(grammar["joins"].items()),
        hedges=tuple(
            sorted(((float(least), word) for least, word in hedges.items()), reverse=True)
        ),
        typography=MappingProxyType(
            {
                **dict.fromkeys(("pages", "brief", "explorer"), pages),
                **{section: Typography.of(each) for section, each in typography.items()},
            }
        ),
        phrases=MappingProxyType(found),
    )


def _flat(path: str, node: Mapping[str, Any]) -> Iterator[tuple[str, Phrase]]:
    """Every phrase by its dotted id; a table of plural forms is one phrase."""
    for key, value in node.items():
        if isinstance(value, str) or FORMS.issuperset(value):
            yield path + key, value
        else:
            yield from _flat(f"{path}{key}.", value)
