"""Words that are written in two ways: what looks the same is the same, or is told."""

import unicodedata
from collections.abc import Iterator, Mapping

from capworth.case.check import Typed
from capworth.case.dictionary import dictionary
from capworth.errors import Finding

GROUPING: Mapping[str, tuple[str, ...]] = {  # words by which rows belong together
    "activity": ("metric",),
    "capabilities": ("family",),
    "choices": ("task",),
    "costs": ("cause",),
    "functions": ("coder",),
    "improvements": ("tower",),
    "judgements": ("judge",),
    "members": ("region",),
    "network": ("region",),
    "usage": ("period",),
}


def check_words(typed: Typed) -> Iterator[Finding]:
    """Yield words of one column, and short names of one table, that differ for a program only."""
    for table, rows in typed.items():
        keys = tuple(c.name for c in dictionary()[table].values() if c.kind == "key")
        for column in (*keys, *GROUPING.get(table, ())):
            first: dict[str, tuple[str, int]] = {}
            if table == "network":
                members = typed.get("members", ())
                first = {as_seen(m.text("region")): (m.text("region"), 0) for m in members}
            for row in rows:
                word = row.text(column)
                if not word:
                    continue
                other, number = first.setdefault(as_seen(word), (word, row.number))
                if other != word:
                    where = f"in row {number}" if number else "in members"
                    problem = f"{word!r} looks like {other!r} {where} and is another word"
                    yield row.fault(column, problem, f"Write both alike: {other!r}, or rename one.")


def as_seen(word: str) -> str:
    """Write a word as a reader sees it: capitals, accents in two parts and blanks do not count.

    >>> as_seen("Se\u0301nat  du Nord") == as_seen("s\u00c9NAT du nord")
    True
    """
    return " ".join(unicodedata.normalize("NFKC", word).casefold().split())
