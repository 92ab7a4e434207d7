"""What a page is made of: blocks of words, tables and pictures, as plain data for the template."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, TypeAlias

Cell: TypeAlias = str | tuple[str, str]  # the number, or the number with its interval below


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; parts between two pairs of asterisks are printed bold."""

    text: str
    small: bool = False


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list; each item may have a head that is printed bold."""

    items: tuple[tuple[str, str], ...]  # head (or nothing) and text


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a caption; the first columns are words, the others numbers."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    words: int = 1  # how many columns, from the first, are words
    weights: tuple[float, ...] = ()  # width of each word column against the others
    note: str = ""
    marked: tuple[int, ...] = ()  # rows that are printed on a ground of their own
    size: float = 7.5  # of the type, in points


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart with its alternative text, its finding and how to read it."""

    svg: str
    alt: str
    title: str
    caption: str
    width: float = 1.0  # of the text


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula of the template by its name, with its reading and what it means."""

    name: str
    alt: str
    head: str
    text: str


Block: TypeAlias = Text | Bullets | Table | Picture | Formula


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the annex: a title that states the finding, and its blocks."""

    topic: str
    title: str
    blocks: Sequence[Block]
    breaks: bool = False  # whether it begins on a new page


def as_data(block: Block) -> dict[str, Any]:
    """Turn a block into plain data, with the kind of block by name."""
    return {"kind": type(block).__name__.lower(), **asdict(block)}


def section_data(section: Section) -> dict[str, Any]:
    """Turn a section into plain data."""
    plain = {f.name: getattr(section, f.name) for f in fields(section) if f.name != "blocks"}
    return {**plain, "blocks": [as_data(block) for block in section.blocks]}
