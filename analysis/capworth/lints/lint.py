"""One thing that a reviewer would attack: its code, its place, its sentence and its remedy.

What lints say, in any language.

What a name or a basis speaks of, known by its words in English and French.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TypeAlias

from capworth.language.language import Language
from capworth.language.phrases import languages

SHOWN = 4  # names that a sentence lists before it counts the others
DIGITS = 12  # significant digits of a fact
Fact: TypeAlias = str | float | tuple[str, ...]


def said_in(code: str) -> Language:
    """Give the language that lints are said in: English where the one asked for is not known."""
    return Language(code if code in languages() else "en", section="lints")


def write_fact(fact: Fact, language: Language) -> str:
    """Write a fact: numbers as the language writes them, long lists cut short.

    >>> write_fact(42206000.0, said_in("en")), write_fact(0.64, said_in("fr"))
    ('42,206,000', '0,64')
    """
    if isinstance(fact, tuple):
        return _listed(fact, language)
    return fact if isinstance(fact, str) else language.exactly(float(f"{fact:.{DIGITS}g}"), DIGITS)


def _listed(names: tuple[str, ...], language: Language) -> str:
    """Join names with commas; those beyond a few are only counted.

    >>> _listed(("A", "B"), said_in("en")), _listed(tuple("ABCDEF"), said_in("en"))
    ('A, B', 'A, B, C, D and 2 more')
    """
    if len(names) <= SHOWN + 1:
        return ", ".join(names)
    return f"{', '.join(names[:SHOWN])} {language.say('more', count=len(names) - SHOWN)}"


SEVERITIES = ("serious", "look")  # moves the answer the flattering way; or must be defended


@dataclass(frozen=True, slots=True)
class Rule:
    """What the catalogue says of one lint."""

    code: str
    slug: str
    severity: str
    sees: str
    why: str

    @property
    def mend(self) -> str:
        """How to mend it."""
        return said_in("en").say(f"{self.code}.mend")


@dataclass(frozen=True, slots=True)
class Lint:
    """One thing in a case that a reviewer would attack. It stops nothing.

    Attributes
    ----------
    code, slug : its short and its speaking name
    severity : "serious" (it flatters the answer, or counts twice) or "look" (it must be defended)
    file, rows : where it is, rows as a spreadsheet shows them; no row where the typed case keeps
        none, and then `items` say where
    items : short names of what it is about
    facts : what its sentence tells, by the words in its braces
    """

    code: str
    slug: str
    severity: str
    file: str
    rows: tuple[int, ...]
    items: tuple[str, ...]
    facts: tuple[tuple[str, Fact], ...]

    @property
    def place(self) -> str:
        """File and rows in words."""
        return self.placed("en")

    def placed(self, language: str) -> str:
        """File and rows in the words of a language, English where it is not known."""
        spoken = said_in(language)
        if self.rows:
            key = "row" if len(self.rows) == 1 else "rows"
            return spoken.say(key, file=self.file, rows=_spans(self.rows))
        return f"{self.file}, {_listed(self.items, spoken)}" if self.items else self.file

    @property
    def sentence(self) -> str:
        """What was seen."""
        return self.in_language("en")[0]

    @property
    def mend(self) -> str:
        """How to mend it."""
        return self.in_language("en")[1]

    def in_language(self, language: str) -> tuple[str, str]:
        """Sentence and remedy in a language, English where it is not known."""
        spoken = said_in(language)
        facts: dict[str, object] = {
            name: fact if isinstance(fact, int) and name == "count" else write_fact(fact, spoken)
            for name, fact in self.facts  # a count chooses among plural forms
        }
        return spoken.say(f"{self.code}.sentence", **facts), spoken.say(f"{self.code}.mend")

    def __str__(self) -> str:
        return f"{self.code} {self.slug} ({self.severity}), {self.place}: {self.sentence}"


@cache
def catalogue() -> Mapping[str, Rule]:
    """Every lint that there is, by its code, in the order of the catalogue."""
    text = files("capworth.lints").joinpath("catalogue.toml").read_text(encoding="utf-8")
    return MappingProxyType(
        {code: Rule(code=code, **entry) for code, entry in tomllib.loads(text).items()}
    )


def lint(
    code: str,
    table: str,
    rows: Iterable[int],
    items: Iterable[str],
    *,
    severity: str = "",
    **facts: Fact,
) -> Lint:
    """Make one lint: its sentence tells the facts, `items` among them.

    Parameters
    ----------
    table : the table it was seen in, or a whole file name
    rows : rows as a spreadsheet shows them; 0 stands for none
    severity : where it differs from the catalogue's
    """
    rule, named = catalogue()[code], tuple(dict.fromkeys(items))
    return Lint(
        code=code,
        slug=rule.slug,
        severity=severity or rule.severity,
        file=table if "." in table else f"{table}.csv",
        rows=tuple(sorted(set(rows) - {0})),
        items=named,
        facts=tuple({"items": named, **facts}.items()),
    )


def _spans(rows: tuple[int, ...]) -> str:
    """Rows in words, neighbours joined.

    >>> _spans((2, 3, 4, 9))
    '2-4, 9'
    """
    spans: list[list[int]] = []
    for row in rows:
        if spans and row == spans[-1][1] + 1:
            spans[-1][1] = row
        else:
            spans.append([row, row])
    return ", ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in spans)


REASON = 4  # words from which a basis is a sentence that gives a reason
CLAUSE_END = re.compile(r"[;:!?()]|[,.](?=\s|$)")


def speaks_of(text: str, kind: str) -> bool:
    """Whether `text` holds a word of this kind.

    >>> speaks_of("Search hits", "intermediate"), speaks_of("Résultats positifs", "intermediate")
    (True, True)
    >>> speaks_of("hitherto", "intermediate")
    False
    """
    return _pattern(kind).search(_folded(text)) is not None


def asserts(text: str, kind: str) -> bool:
    """Whether some clause of `text` holds a word of this kind and does not deny it.

    >>> asserts("bill of 2018, depreciation in it", "sunk")
    True
    >>> asserts("running cost; depreciation is not in it", "sunk")
    False
    """
    return any(
        _pattern(kind).search(clause) and not _pattern("denial").search(clause)
        for clause in CLAUSE_END.split(_folded(text))
    )


def gives_a_reason(basis: str) -> bool:
    """Whether a basis is a sentence and not a word.

    >>> gives_a_reason("no other channel reaches these countries"), gives_a_reason("judged")
    (True, False)
    """
    return len(basis.split()) >= REASON


def _folded(text: str) -> str:
    """Small letters without accents."""
    small = text.casefold().replace("œ", "oe").replace("’", "'")
    if small.isascii():
        return small
    plain = unicodedata.normalize("NFKD", small)
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


@cache
def _words() -> Mapping[str, tuple[str, ...]]:
    text = files("capworth.lints").joinpath("words.toml").read_text(encoding="utf-8")
    return MappingProxyType({kind: tuple(words) for kind, words in tomllib.loads(text).items()})


@cache
def _pattern(kind: str) -> re.Pattern[str]:
    """Match any word of the list, whole; an underscore parts words as a space does."""
    endings = [
        re.escape(word[:-1]) + r"[a-z]*" if word.endswith("*") else re.escape(word) + "(?:e?s)?"
        for word in _words()[kind]
    ]
    return re.compile(rf"(?<![a-z])(?:{'|'.join(endings)})(?![a-z])")
