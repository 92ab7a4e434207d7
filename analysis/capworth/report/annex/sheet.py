"""How a sheet of the annex is made: its finding, its picture or table, its source line."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import pandas as pd

from capworth.charts.gallery import GALLERY
from capworth.model.result import Answer
from capworth.report.bars import Bar, Bars, Group, first_rows
from capworth.report.blocks import Block, Sheet, Words
from capworth.report.content import (
    Cell,
    Name,
    OfChart,
    Own,
    Phrase,
    Ref,
    Text,
    listed,
    refs_of,
    row_ref,
    say,
    sentences,
    stated,
)
from capworth.study.figures import resting_on
from capworth.study.once import once
from capworth.study.stages import Study

NAME = 42  # letters of a name in a picture
ON_DISTANCE = ("improvement_ranks", "alignment", "funding", "donor_menu")
ROWS = 31  # of a picture or table on one page
MOST = 16  # of one that has more: the most important, and a row that counts the others
GridRow: TypeAlias = tuple[Cell | None, ...]


def page_of(topic: str, chart: str, study: Study, *blocks: Block) -> Sheet:
    """A page with the finding of a chart as its title, and its source line."""
    return Sheet(say(topic), OfChart(chart), (*blocks, source_of(chart, study, blocks)))


def source_of(chart: str, study: Study, blocks: Iterable[Block]) -> Words:
    """Say what lines and brackets are, where the numbers come from, and how their figures begin."""
    printed = tuple(refs_of(tuple(blocks)))
    kinds = dict.fromkeys(_quantities(printed, study))
    figures = listed((Own(f"{kind}.*") for kind in kinds), "series")
    named = say("leaf.figures", list=figures) if kinds else None
    parts = (_ranges(printed, study), OfChart(chart, "source"), named)
    return Words(sentences(*parts), small=True)


def _quantities(printed: Iterable[Ref], study: Study) -> Iterator[str]:
    """First words of the ids of figures that are printed."""
    for found in printed:
        if "/" not in found.figure:
            yield found.figure.partition(".")[0]
        elif column := _column_of(found, study):
            yield column[0]


def _ranges(printed: Iterable[Ref], study: Study) -> Phrase | None:
    """Say over which draws the 80 % ranges are that are printed; None where there are none.

    Bare ends, such as those of a test or of the places by several keys, are told where they stand.
    """
    every, kept = study.provenance.draws, study.sample.drawn.size
    counts = set()
    for found in printed:
        if "spread" in found.how and found.amount.low < found.amount.high:
            column = _column_of(found, study)
            counts.add(column[1] if column else kept)
    if not counts:
        return None
    listed_counts = listed((stated("draws", n, "whole") for n in sorted(counts)), "or")
    return say("leaf.ranges" if counts == {every} else "leaf.ranges_first", draws=listed_counts)


def _column_of(found: Ref, study: Study) -> tuple[str, int] | None:
    """The quantity that a column of a table holds, and on how many draws it rests."""
    table, _, rest = found.figure.partition("/")
    return _columns(study).get((table, rest.partition("/")[0]))


@once
def _columns(study: Study) -> Mapping[tuple[str, str], tuple[str, int]]:
    """Quantity and draws of the column of each table."""
    every, kept = study.provenance.draws, study.sample.drawn.size
    return {
        (column.table, column.name): (
            column.quantity.partition(".")[0],
            resting_on(column.draws_of(answer), kept, every),
        )
        for answer in study.answers.values()
        if isinstance(answer, Answer)
        for column in answer.lifts()
    }


def head(key: str, **parts: Any) -> Phrase:
    """Head of a column, or name of an axis."""
    return say(f"leaf.{key}", **parts)


def asked_of(chart: str, study: Study) -> bool:
    """Whether the case asks what a chart shows; without a value tree there is no distance."""
    return GALLERY[chart].asked(study) and (chart not in ON_DISTANCE or bool(study.case.measured))


def bars_of(
    axis: Text,
    names: Text | None,
    heads: Iterable[Text | None],
    groups: Iterable[Group] | tuple[Bar, ...],
    **more: Any,
) -> Bars:
    """A picture of rows without a title: that of the page is its finding."""
    listed = tuple(groups)
    if listed and isinstance(listed[0], Bar):
        listed = (Group(None, "solid", tuple(bar for bar in listed if isinstance(bar, Bar))),)
    found = tuple(group for group in listed if isinstance(group, Group))
    hidden = 0
    if sum(len(group.bars) for group in found) > ROWS:
        found, hidden = first_rows(found, MOST)
    return Bars(None, axis, names, tuple(heads), found, hidden=hidden, **more)


def grid_rows(
    rows: Sequence[GridRow], longest: int = ROWS, most: int = MOST
) -> tuple[GridRow, ...]:
    """Rows of a table; where a page does not hold them, the first and one that counts the rest."""
    if len(rows) <= longest:
        return tuple(rows)
    last = (say("and_more", count=len(rows) - most), *(None for _ in rows[0][1:]))
    return (*rows[:most], last)


def short(key: object, most: int = NAME) -> Name:
    """A name, cut for a picture."""
    return Name(str(key), "short", most)


def cells(
    table: str, key: object, row: Mapping[str, Any], *columns: tuple[str, str]
) -> tuple[Ref, ...]:
    """Figures of one row of a table, each with how it is written."""
    return tuple(row_ref(table, column, key, row, how) for column, how in columns)


def by_fill(rows: Iterable[tuple[Text | None, str, Bar]]) -> list[Group]:
    """Rows that follow each other with one head and fill, as groups."""
    groups: list[Group] = []
    for title, fill, bar in rows:
        if groups and (groups[-1].head, groups[-1].fill) == (title, fill):
            groups[-1] = replace(groups[-1], bars=(*groups[-1].bars, bar))
        else:
            groups.append(Group(title, fill, (bar,)))
    return groups


def largest_first(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """Rows of a table by one column, the largest first."""
    return table.sort_values(column, ascending=False, kind="stable")


def hashed(digest: str) -> Own:
    """Let a hash break in the middle of a line that is too short for it."""
    return Own(f"{digest[:32]}\u200b{digest[32:]}")
