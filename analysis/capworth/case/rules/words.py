"""Words that are written in two ways: what looks the same is the same, or is told."""

from collections.abc import Iterator, Mapping, Sequence

from capworth.case.check import Typed, TypedRow
from capworth.case.dictionary import dictionary
from capworth.case.rules.asked import asked, each_alone
from capworth.errors import Finding, as_seen

GROUPING: Mapping[str, tuple[str, ...]] = {  # words by which rows belong together
    "activity": ("metric",),
    "capabilities": ("family",),
    "choices": ("task",),
    "costs": ("cause",),
    "functions": ("coder",),
    "improvements": ("tower",),
    "judgements": ("judge",),
    "members": ("region",),
    "usage": ("period",),
}

PRINTED = ("capabilities", "improvements", "platforms", "criteria", "members")  # by their names


def check_words(typed: Typed) -> Iterator[Finding]:
    """Yield words of one column, and short names of one table, that differ for a program only."""
    yield from asked(_printed_alike, typed)
    yield from asked(_regions_alike, typed)
    for table in each_alone(typed):
        yield from asked(_alike, table)


def _alike(typed: Typed) -> Iterator[Finding]:
    for table, rows in typed.items():
        keys = tuple(c.name for c in dictionary()[table].values() if c.kind == "key")
        for column in (*keys, *GROUPING.get(table, ())):
            yield from _two_ways(rows, column, {})


def _regions_alike(typed: Typed) -> Iterator[Finding]:
    """Yield regions of the network that are not written as those of the members are."""
    members = typed.get("members", ())
    first = {as_seen(m.text("region")): (m.text("region"), 0) for m in members}
    yield from _two_ways(typed.get("network", ()), "region", first)


def _two_ways(
    rows: Sequence[TypedRow], column: str, first: dict[str, tuple[str, int]]
) -> Iterator[Finding]:
    """Yield words of a column that were written otherwise before, in this table or in members."""
    for row in rows:
        word = row.text(column)
        if not word:
            continue
        other, number = first.setdefault(as_seen(word), (word, row.number))
        if other != word:
            where = f"in row {number}" if number else "in members"
            problem = f"{word!r} looks like {other!r} {where} and is another word"
            yield row.fault(column, problem, f"Write both alike: {other!r}, or rename one.")


def _printed_alike(typed: Typed) -> Iterator[Finding]:
    """Yield two things of one table that a reader could not tell apart."""
    for table in PRINTED:
        first: dict[tuple[str, str], int] = {}
        for row in typed.get(table, ()):
            key = as_seen(row.text("name")), row.text("parent")
            number = first.setdefault(key, row.number)
            if key[0] and number != row.number:
                problem = f"{row.text('name')!r} is printed like the name in row {number}"
                yield row.fault("name", problem, "Name them so that a reader tells them apart.")
