"""A figure as SVG text: the same figure gives the same bytes, in any process.

A chart that travels without a page around it: its finding above, its source line below.
"""

import re
import textwrap
from collections.abc import Iterable
from functools import cache
from io import StringIO
from typing import Any
from xml.sax.saxutils import escape

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG, RendererSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.text import Text

from capworth.charts.canvas import settle
from capworth.charts.style import FAMILIES, INK, MUTED, SMALL, TEXT, looks
from capworth.errors import InputError
from capworth.language.isolates import runs_rightwards

STACK = ", ".join(f"'{name}'" for name in FAMILIES)  # as a style sheet names our fonts
POINTS = 72  # in an inch: the unit of a drawing


def to_svg(figure: Figure, title: str = "", description: str = "") -> str:
    """Write a figure as SVG.

    No clock is read, ids come from a fixed salt. Letters stay letters where our first font has them
    all, so that they can be searched; otherwise they are outlines, which need no font.

    Parameters
    ----------
    figure : made by a chart of the gallery, or any other
    title, description : what a program that reads the picture aloud should say
    """
    buffer = StringIO()
    metadata = {"Date": None, "Creator": "capworth", "Title": title, "Description": description}
    before = figure.dpi, figure.canvas
    figure.dpi = POINTS
    width, height = figure.bbox.size
    with looks():
        renderer: Any = RendererSVG(  # type: ignore[no-untyped-call]  # matplotlib has no types for it
            width, height, buffer, metadata={k: v for k, v in metadata.items() if v != ""}
        )
        _Sheet(figure, renderer)
        settle(figure)
        words = (t.get_text() for t in figure.findobj(Text) if isinstance(t, Text))
        plain = {ord(letter) for word in words for letter in word} - {10} <= _letters()
        with mpl.rc_context({"svg.fonttype": "none" if plain else "path"}):
            figure.draw(renderer)
        renderer.finalize()
    figure.dpi, figure.canvas = before
    return buffer.getvalue().replace(f"font-family: {STACK};", f"font-family: {STACK}, sans-serif;")


class _Sheet(FigureCanvasSVG):
    """Has words measured by what draws them: as they will be, and each only once."""

    def __init__(self, figure: Figure, renderer: RendererSVG) -> None:
        super().__init__(figure)
        self._renderer = renderer

    def get_renderer(self) -> RendererSVG:
        return self._renderer


@cache
def _letters() -> frozenset[int]:
    """The letters that every face of the first font has."""
    faces = (FontProperties(family=FAMILIES[0], weight=w) for w in ("normal", "bold"))
    with looks():
        found = [frozenset(get_font(findfont(face)).get_charmap()) for face in faces]
    return frozenset.intersection(*found)


MARGIN = 5.0  # points from the edge to the words
LEADING = 1.35  # sizes of the font from one line to the next
LETTER = 0.56  # mean width of a letter, in sizes of the font
FRAME = re.compile(
    r'width="(?P<width>[\d.]+)pt" height="(?P<height>[\d.]+)pt" viewBox="0 0 [\d.]+ [\d.]+"'
)


def framed(svg: str, title: str, source: str, description: str) -> str:
    """Return a drawing with room above and below for the words that it needs when it stands alone.

    The words stay words, so that they can be searched and read aloud.

    Parameters
    ----------
    svg : as `to_svg` writes it
    title, source : the finding, and where it comes from; folded to the width
    description : what a reader sees who can see the figure

    Raises
    ------
    InputError
        When the text is no drawing of `to_svg`.
    """
    found = FRAME.search(svg)
    if found is None:
        raise InputError("svg: no drawing of to_svg. Draw it with to_svg.")
    width, height = float(found["width"]), float(found["height"])
    above, below = _folded(title, width, TEXT + 1), _folded(source, width, SMALL)
    head, foot = _room(above, TEXT + 1), _room(below, SMALL)
    box = (
        f'width="{width:g}pt" height="{head + height + foot:g}pt" '
        f'viewBox="0 {-head:g} {width:g} {head + height + foot:g}" role="img"'
    )
    start = svg.index(">", found.end()) + 1
    end = svg.rindex("</svg>")
    words = (
        f'\n <title>{escape(title)}</title>\n <desc>{escape(description)}</desc>\n <rect x="0" '
        f'y="{-head:g}" width="{width:g}" height="{head + height + foot:g}" fill="#ffffff"/>'
    )
    lines = [
        *_lines(above, MARGIN - head, width, TEXT + 1, f'font-weight="bold" fill="{INK}"'),
        *_lines(below, height, width, SMALL, f'fill="{MUTED}"'),
    ]
    return (
        f"{svg[: found.start()]}{box}{svg[found.end() : start]}{words}{svg[start:end]}"
        + "".join(f" {line}\n" for line in lines)
        + svg[end:]
    )


def _folded(text: str, width: float, size: float) -> list[str]:
    """Fold a text into lines that are not wider than the figure, by the mean width of a letter."""
    return textwrap.wrap(text, int((width - 2 * MARGIN) / (LETTER * size)))


def _room(lines: list[str], size: float) -> float:
    return LEADING * size * len(lines) + MARGIN if lines else 0.0


def _lines(lines: list[str], top: float, width: float, size: float, look: str) -> Iterable[str]:
    x = MARGIN
    if runs_rightwards("".join(lines)):
        x, look = width - MARGIN, f'direction="rtl" {look}'
    for k, line in enumerate(lines):
        y = top + size + k * LEADING * size
        yield (
            f'<text x="{x:g}" y="{y:.2f}" font-size="{size:g}" '
            f'font-family="{STACK}, sans-serif" {look}>{escape(line)}</text>'
        )
