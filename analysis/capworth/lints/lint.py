"""One thing that a reviewer would attack: its code, its place, its sentence and its remedy."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TypeAlias

SEVERITIES = ("serious", "look")  # moves the answer the flattering way; or must be defended
ROW = {"en": ("row", "rows"), "fr": ("ligne", "lignes")}
SHOWN = 4  # names that a sentence lists before it counts the others
Fact: TypeAlias = str | float | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """What the catalogue says of one lint; sentences hold their facts in {braces}."""

    code: str
    slug: str
    severity: str
    sees: str
    why: str
    mend: str
    mend_fr: str
    sentence: str
    sentence_fr: str


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
    sentence, mend : what was seen and how to mend it; the same in French
    """

    code: str
    slug: str
    severity: str
    file: str
    rows: tuple[int, ...]
    items: tuple[str, ...]
    sentence: str
    mend: str
    sentence_fr: str
    mend_fr: str

    @property
    def place(self) -> str:
        """File and rows in words."""
        return self.placed("en")

    def placed(self, language: str) -> str:
        """File and rows in the words of a language, English where it is not known."""
        one, many = ROW.get(language, ROW["en"])
        if self.rows:
            return f"{self.file}, {one if len(self.rows) == 1 else many} {_spans(self.rows)}"
        return f"{self.file}, {_listed(self.items, language)}" if self.items else self.file

    def said(self, language: str) -> tuple[str, str]:
        """Sentence and remedy in a language, English where it is not known."""
        french = language == "fr"
        return (self.sentence_fr, self.mend_fr) if french else (self.sentence, self.mend)

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
    """Make one lint: the catalogue's sentence with its facts put in, `items` among them.

    Parameters
    ----------
    table : the table it was seen in, or a whole file name
    rows : rows as a spreadsheet shows them; 0 stands for none
    severity : where it differs from the catalogue's
    """
    rule, named = catalogue()[code], tuple(dict.fromkeys(items))
    facts = {"items": named, **facts}

    def said(template: str, language: str) -> str:
        return template.format(**{key: _said(fact, language) for key, fact in facts.items()})

    return Lint(
        code,
        rule.slug,
        severity or rule.severity,
        table if "." in table else f"{table}.csv",
        tuple(sorted(set(rows) - {0})),
        named,
        said(rule.sentence, "en"),
        rule.mend,
        said(rule.sentence_fr, "fr"),
        rule.mend_fr,
    )


def _said(fact: Fact, language: str) -> str:
    """A fact in words: numbers as the language writes them, long lists cut short.

    >>> _said(42206000.0, "en"), _said(0.64, "fr"), _said(("A", "B"), "en")
    ('42,206,000', '0,64', 'A, B')
    """
    if isinstance(fact, tuple):
        return _listed(fact, language)
    if isinstance(fact, str):
        return fact
    number = f"{fact:,.12g}"
    return number if language != "fr" else number.replace(",", "\u202f").replace(".", ",")


def _listed(names: tuple[str, ...], language: str) -> str:
    if len(names) <= SHOWN + 1:
        return ", ".join(names)
    count = len(names) - SHOWN
    more = f"et {count} de plus" if language == "fr" else f"and {count} more"
    return f"{', '.join(names[:SHOWN])} {more}"


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
