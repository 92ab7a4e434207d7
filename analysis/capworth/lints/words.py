"""What a name or a basis speaks of, known by its words in English and French."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

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
    plain = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe").replace("’", "'"))
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
