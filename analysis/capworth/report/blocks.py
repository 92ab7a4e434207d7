"""Blocks: what a page is made of, without a language, and the sheets that they stand on.

A page of the paper is a tuple of blocks; a sheet of the annex is one with its finding above it. How
each is said stands in `pages`; every renderer walks what is said there.
"""

from dataclasses import dataclass
from typing import TypeAlias

from capworth.report.bars import Bars
from capworth.report.content import Cell, Ref, Text

# ---------------------------------------------------------------- of the paper


@dataclass(frozen=True, slots=True)
class Title:
    """The title of a page: its finding."""

    text: Text


@dataclass(frozen=True, slots=True)
class Ask:
    """What is to be decided: lines with their heads."""

    rows: tuple[tuple[Text, Text], ...]


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers that carry the page: value, what it is, what is to be known of it."""

    rows: tuple[tuple[Text, Text, Text], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose first cells are heads of their rows.

    Attributes
    ----------
    id : of the block on its page
    marked : column of numbers that is printed on a ground of its own, from 0; -1: none
    """

    id: str
    title: Text
    heads: tuple[Text, ...]
    rows: tuple[tuple[Text, tuple[Cell, ...]], ...]
    note: Text | None = None
    marked: int = -1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph under its head."""

    id: str
    head: Text
    text: Text


@dataclass(frozen=True, slots=True)
class List:
    """Statements, each of its own, perhaps under a head; before and behind them a sentence."""

    id: str
    head: Text | None
    rows: tuple[Text, ...]
    intro: Text | None = None
    text: Text | None = None


@dataclass(frozen=True, slots=True)
class Steps:
    """Who or what, and what of it: lines with heads; some have more that a full page leaves out."""

    id: str
    head: Text
    rows: tuple[tuple[Text, Text, Text | None], ...]


@dataclass(frozen=True, slots=True)
class Note:
    """What must be known of the whole page."""

    text: Text


@dataclass(frozen=True, slots=True)
class Missing:
    """What is not computed, or not asked, and why: nothing is left blank."""

    id: str
    head: Text
    reason: Text


# ---------------------------------------------------------------- of the annex


@dataclass(frozen=True, slots=True)
class Grid:
    """A table whose first columns are words.

    Attributes
    ----------
    words : how many columns, from the first, are words
    weights : width of each word column against the others
    marked : rows that are printed on a ground of their own
    """

    heads: tuple[Text | None, ...]
    rows: tuple[tuple[Cell | None, ...], ...]
    words: int = 1
    weights: tuple[float, ...] = ()
    note: Text | None = None
    caption: Text | None = None
    marked: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Refuse widths that no column takes: the page would drop them without a word."""
        if self.weights and len(self.weights) != self.words:
            raise ValueError(f"{len(self.weights)} widths, {self.words} columns of words")


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


@dataclass(frozen=True, slots=True)
class Linked:
    """Lines that lead to other pages.

    Attributes
    ----------
    rows : cells of words, and names of the sheets that they lead to
    """

    heads: tuple[Text | None, ...]
    rows: tuple[tuple[tuple[Text | None, ...], tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Named:
    """What short names stand for."""

    head: Text
    rows: tuple[tuple[Text | None, Text], ...]


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula of the template by its name, with its reading and what it means."""

    name: str
    alt: Text
    head: Text
    text: Text


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart of the gallery, with its alternative text and how to read it."""

    chart: str
    alt: Text
    caption: Text


OfPaper: TypeAlias = (
    Title | Ask | Numbers | Bars | Table | Paragraph | List | Steps | Note | Missing
)
OfAnnex: TypeAlias = Bars | List | Grid | Heat | Words | Linked | Named | Formula | Picture
Block: TypeAlias = OfPaper | OfAnnex
Page: TypeAlias = tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of the annex: what it belongs to, its finding, what it shows.

    Attributes
    ----------
    breaks : whether it begins on a new page; others follow where there is room
    name : by which cross-references know it
    """

    topic: Text
    title: Text
    blocks: Page
    breaks: bool = False
    name: str = ""
