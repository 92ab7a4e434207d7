"""What a page is made of: blocks of words, tables and pictures, as plain data for the template.

The charts of the gallery as pictures of the document, each in its section.

Rows of a labelled table, one after the other, as plain mappings.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import partial
from types import MappingProxyType
from typing import Any, TypeAlias

import pandas as pd

from capworth.charts.chart import Chart
from capworth.charts.gallery import GALLERY
from capworth.charts.svg import to_svg
from capworth.language.language import Language
from capworth.study.stages import Study

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

    def __post_init__(self) -> None:
        """Refuse widths that no column takes: the page would drop them without a word."""
        if self.weights and len(self.weights) != self.words:
            raise ValueError(f"{self.caption}: {len(self.weights)} widths, {self.words} columns")


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart with its alternative text, its finding and how to read it."""

    key: str  # of a drawing that may be there already; none where it has a height of its own
    draw: Callable[[], str]
    alt: str
    title: str
    caption: str
    width: float = 1.0  # of the text

    def as_data(self, drawings: Mapping[str, str]) -> dict[str, Any]:
        """Turn it into plain data, with its drawing as SVG."""
        svg = drawings[self.key] if self.key in drawings else self.draw()
        words = {k: getattr(self, k) for k in ("alt", "title", "caption", "width")}
        return {"svg": svg, **words}


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula of the template by its name, with its reading and what it means."""

    name: str
    alt: str
    head: str
    text: str


Block: TypeAlias = Text | Bullets | Table | Picture | Formula | Mapping[str, Any]  # drawn data


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the annex: a title that states the finding, and its blocks."""

    topic: str
    title: str
    blocks: Sequence[Block]
    breaks: bool = False  # whether it begins on a new page
    name: str = ""  # by which cross-references know it


def as_data(block: Block, drawings: Mapping[str, str] = MappingProxyType({})) -> dict[str, Any]:
    """Turn a block into plain data, with the kind of block by name."""
    if isinstance(block, Mapping):
        return dict(block)
    plain = block.as_data(drawings) if isinstance(block, Picture) else asdict(block)
    return {"kind": type(block).__name__.lower(), **plain}


def section_data(
    section: Section, drawings: Mapping[str, str] = MappingProxyType({})
) -> dict[str, Any]:
    """Turn a section into plain data; charts are drawn where `drawings` does not hold them."""
    plain = {f.name: getattr(section, f.name) for f in fields(section) if f.name != "blocks"}
    return {**plain, "blocks": [as_data(block, drawings) for block in section.blocks]}


PLACES: Mapping[str, tuple[str, ...]] = {  # sections of the annex and their charts
    "capabilities": ("cost_value",),
    "ranks": (
        "capability_ranks",
        "payers",
    ),
    "spending": ("overrun",),
    "allocation": ("allocation",),
    "functions": (
        "claim",
        "claim_curve",
        "claim_routes",
    ),
    "excellence": (
        "efficiency",
        "gaps",
        "gap_table",
    ),
    "priorities": (
        "improvement_ranks",
        "innovation",
        "alignment",
        "architecture",
    ),
    "funding": (
        "funding",
        "money_map",
        "earmarks",
    ),
    "network": (
        "hub",
        "steps",
        "coverage",
    ),
    "sensitivity": ("tornado",),
    "frontier": ("frontier",),
    "productivity": ("productivity",),
    "economics": (
        "net_value",
        "acceptability",
    ),
    "scales": ("scales",),
    "switching": (
        "switching",
        "threshold",
    ),
    "resolving": ("information",),
    "survey": (
        "need_map",
        "needs",
    ),
    "weights": (
        "judges",
        "contributions",
        "score_steps",
    ),
    "programme": (
        "good_sets",
        "membership",
    ),
    "timetable": ("gantt",),
}


def picture(key: str, study: Study, language: Language, height: float = 0.0) -> Picture | None:
    """One chart; None where the gallery has no such chart or the case does not ask its question.

    `height` in inches takes the place of the chart's own.
    """
    chart = GALLERY.get(key)
    if chart is None or not chart.asked(study):
        return None
    tall = replace(chart, height=lambda _: height) if height else chart
    chart_words = chart.words(study, language, "alt", "title", "caption")
    alt, title, caption = map(language.typeset, chart_words)
    draw = partial(_drawn, tall, study, language)
    return Picture("" if height else key, draw, alt, title, caption)


def _drawn(chart: Chart, study: Study, language: Language) -> str:
    return to_svg(chart.figure(study, language))


def pictures(section: str, study: Study, language: Language) -> list[Picture]:
    """Every chart of a section that the case asks for."""
    found = (picture(key, study, language) for key in PLACES[section])
    return [one for one in found if one is not None]


Row: TypeAlias = dict[str, Any]


def rows_of(table: pd.DataFrame, keys: Iterable[object] | None = None) -> list[tuple[Any, Row]]:
    """Label and content of each row, or of those with the given labels in their order."""
    table = table if keys is None else table.loc[list(keys)]
    records = table.to_dict("records")
    return [
        (key, {str(name): value for name, value in record.items()})
        for key, record in zip(table.index, records, strict=True)
    ]


def row_of(table: pd.DataFrame, key: object) -> Row:
    """Content of the row with one label."""
    return rows_of(table, [key])[0][1]
