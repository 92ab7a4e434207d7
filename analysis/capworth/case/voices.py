"""Who speaks in a case: the members, what they answered, and what judges said of the weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from capworth.case.spoken import Spoken

METHODS = ("swing", "pairwise", "bestworst", "macbeth", "rank", "direct")
SIZES = ("small", "medium", "large")
SYNTHETIC = "SYNTHETIC"  # with this word the basis of an answer begins that no member gave


@dataclass(frozen=True, slots=True)
class Member(Spoken):
    """A member of the organisation."""

    id: str  # three-letter code of ISO 3166-1
    name: str
    region: str
    grade: str
    language: str = ""
    size: str = ""
    population: float | None = None  # inhabitants
    contribution: float | None = None  # currency of the case a year
    contribution_low: float | None = None
    contribution_high: float | None = None
    contribution_year: int | None = None  # whose prices it is in
    contribution_grade: str = ""
    contribution_source: str = ""
    contribution_basis: str = ""
    source: str = ""
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Rating:
    """What one member answered about one capability in one survey; points 0 to 10."""

    member: str
    capability: str
    year: int
    grade: str
    importance: float | None = None
    satisfaction: float | None = None
    need: float | None = None
    language: str = ""
    comment: str = ""
    source: str = ""
    basis: str = ""

    @property
    def is_synthetic(self) -> bool:
        """Whether it was made by a generator: no member gave this answer."""
        return self.basis.startswith(SYNTHETIC)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one judge said of the swing of one criterion; what `value` is depends on the method."""

    judge: str
    method: str
    criterion: str
    grade: str
    other: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    words: str = ""
    day: date | None = None
    note: str = ""
    source: str = ""
    basis: str = ""


MEASURES: Mapping[str, tuple[tuple[str, ...], float]] = {  # items a figure needs, top of its scale
    "need": (("need",), 10.0),
    "gap": (("importance", "satisfaction"), 100.0),
    "importance": (("importance",), 10.0),
    "satisfaction": (("satisfaction",), 10.0),
}
CATEGORIES = ("no", "very weak", "weak", "moderate", "strong", "very strong", "extreme")


def category_range(words: str) -> tuple[int, int]:
    """Return the lowest and highest category of difference that a judge's words allow.

    Raises
    ------
    KeyError
        With the word that is no category.

    >>> category_range("strong"), category_range("weak to strong")
    ((4, 4), (2, 4))
    """
    found = []
    for word in words.strip().lower().split(" to "):
        if word.strip() not in CATEGORIES:
            raise KeyError(word)
        found.append(CATEGORIES.index(word.strip()))
    return min(found), max(found)
