"""One thing that a reviewer would attack: its code, its place, its sentence and its remedy."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from capworth.lints.sentences import Fact, sentences

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
        return sentences("en").told[self.code]["mend"]


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
        words = sentences(language)
        if self.rows:
            row = words.row if len(self.rows) == 1 else words.rows
            return f"{self.file}, {row} {_spans(self.rows)}"
        return f"{self.file}, {words.listed(self.items)}" if self.items else self.file

    @property
    def sentence(self) -> str:
        """What was seen."""
        return self.said("en")[0]

    @property
    def mend(self) -> str:
        """How to mend it."""
        return self.said("en")[1]

    def said(self, language: str) -> tuple[str, str]:
        """Sentence and remedy in a language, English where it is not known."""
        words = sentences(language)
        return words.say(self.code, dict(self.facts)), words.told[self.code]["mend"]

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
        code,
        rule.slug,
        severity or rule.severity,
        table if "." in table else f"{table}.csv",
        tuple(sorted(set(rows) - {0})),
        named,
        tuple({"items": named, **facts}.items()),
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
