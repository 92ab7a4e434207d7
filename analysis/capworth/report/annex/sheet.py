"""How a page of the short annex is made: its finding, its picture or table, its source line.

A sheet is built once for a study, without a language, and said at the end.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, TypeAlias

import pandas as pd

from capworth.charts.gallery import GALLERY
from capworth.language.language import Language
from capworth.model.result import Answer
from capworth.report.bars import Bar, Bars, Group, first_rows
from capworth.report.blocks import Block, Section, Table
from capworth.report.blocks import Text as Printed
from capworth.report.content import (
    Cell,
    Name,
    Phrase,
    Ref,
    Text,
    Told,
    Voice,
    refs_of,
    row_ref,
    said,
    say,
    spoken,
)
from capworth.study.stages import Study

MINUS = "\u2212"
NAME = 42  # letters of a name in a picture
TYPE = 9.0  # of tables, in points
ROWS = 31  # of a picture or table on one page
MOST = 16  # of one that has more: the most important, and a row that counts the others
GridRow: TypeAlias = tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table whose first columns are words."""

    heads: tuple[Text | None, ...]
    rows: tuple[tuple[Cell | None, ...], ...]
    words: int = 1
    weights: tuple[float, ...] = ()
    note: Text | None = None
    caption: Text | None = None


@dataclass(frozen=True, slots=True)
class Heat:
    """A number in every cell, its ground the darker the larger.

    Attributes
    ----------
    names : head of the names
    heads : of the columns
    rows : name and cells, each a figure and its share of the largest; without cells the last one
        counts those that the page does not hold
    """

    names: Text
    heads: tuple[Text, ...]
    rows: tuple[tuple[Text, tuple[tuple[Ref, float], ...]], ...]


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph; a small one where it is the source line."""

    text: Text
    small: bool = False


Shown: TypeAlias = Bars | Grid | Heat | Words


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page without a language: what it belongs to, its finding, what it shows."""

    topic: Text
    title: Text
    blocks: tuple[Shown, ...]

    @property
    def lines(self) -> int:
        """How many rows it shows."""
        return sum(map(_lines, self.blocks))

    def said(self, voice: Voice) -> Section:
        """Say it in a language."""
        blocks = [_said(block, voice) for block in self.blocks]
        return Section(said(self.topic, voice), said(self.title, voice), blocks)


def _lines(block: Shown) -> int:
    if isinstance(block, Bars):
        return sum(len(group.bars) for group in block.groups)
    return len(block.rows) if isinstance(block, Grid | Heat) else 0


def _said(block: Shown, voice: Voice) -> Block:
    match block:
        case Bars():
            return block.drawn(voice)
        case Words():
            return Printed(said(block.text, voice), small=block.small)
        case Grid():
            rows = tuple(tuple(_cell(cell, voice) for cell in row) for row in block.rows)
            return Table(
                spoken(block.caption, voice),
                tuple(spoken(block.heads, voice)),
                rows,
                words=block.words,
                weights=block.weights,
                note=spoken(block.note, voice),
                size=TYPE,
            )
        case Heat():
            return {
                "kind": "heat",
                "names": said(block.names, voice),
                "heads": spoken(block.heads, voice),
                "rows": [
                    {
                        "name": said(name, voice),
                        "cells": [{"text": said(c, voice), "share": share} for c, share in cells]
                        or [{"text": "", "share": 0.0} for _ in block.heads],
                    }
                    for name, cells in block.rows
                ],
            }


def _cell(cell: Cell | None, voice: Voice) -> Any:
    found = spoken(cell, voice)
    return tuple(found) if isinstance(found, list) else found


def page_of(topic: str, chart: str, study: Study, *blocks: Shown) -> Sheet:
    """A page with the finding of a chart as its title, and its source line."""
    return Sheet(say(topic), finding(chart), (*blocks, source_of(chart, study, blocks)))


def finding(chart: str) -> Told:
    """The finding of a chart of the gallery."""
    return Told(_finding, (chart,))


def _finding(study: Study, language: Language, chart: str) -> str:
    return _signed(language.typeset(GALLERY[chart].title(study, language)))


def _signed(text: str) -> str:
    """Give the true minus to what a chart says with a hyphen."""
    return "".join(
        MINUS if letter == "-" and k + 1 < len(text) and _is_sign(text, k) else letter
        for k, letter in enumerate(text)
    )


def _is_sign(text: str, k: int) -> bool:
    before = text[k - 1] if k else " "
    return text[k + 1].isdigit() and not (before.isalnum() or before in ")]–")


def source_of(chart: str, study: Study, blocks: Iterable[Shown]) -> Words:
    """Say what lines and brackets are, where the numbers come from, and how their figures begin."""
    kinds = tuple(dict.fromkeys(quantities(blocks, study)))
    return Words(Told(_source, (chart, kinds)), small=True)


def _source(study: Study, language: Language, chart: str, kinds: tuple[str, ...]) -> str:
    line = language.typeset(GALLERY[chart].source(study, language))
    ranges = language.say("leaf.ranges", draws=language.number(study.provenance.draws, 0))
    if not kinds:
        return f"{ranges} {line}"
    listed = language.say("leaf.figures", list=language.series(f"{kind}.*" for kind in kinds))
    return f"{ranges} {line} {listed}"


def quantities(blocks: Iterable[Shown], study: Study) -> Iterator[str]:
    """First words of the ids of every figure that some blocks print."""
    known = _columns(study)
    for found in refs_of(tuple(blocks)):
        table, _, rest = found.figure.partition("/")
        if not rest:
            yield found.figure.partition(".")[0]
        elif quantity := known.get((table, rest.partition("/")[0])):
            yield quantity


@lru_cache(maxsize=4)
def _columns(study: Study) -> Mapping[tuple[str, str], str]:
    """What quantity the column of a table is."""
    return {
        (column.table, column.name): column.quantity.partition(".")[0]
        for answer in study.answers.values()
        if isinstance(answer, Answer)
        for column in answer.lifts()
    }


def head(key: str, **parts: Any) -> Phrase:
    """Head of a column, or name of an axis."""
    return say(f"leaf.{key}", **parts)


def asked_of(chart: str, study: Study) -> bool:
    """Whether the case asks what a chart shows."""
    return GALLERY[chart].asked(study)


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


def grid_rows(rows: Sequence[GridRow]) -> tuple[GridRow, ...]:
    """Rows of a table; where a page does not hold them, the first and one that counts the rest."""
    if len(rows) <= ROWS:
        return tuple(rows)
    last = (say("and_more", count=len(rows) - MOST), *(None for _ in rows[0][1:]))
    return (*rows[:MOST], last)


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
