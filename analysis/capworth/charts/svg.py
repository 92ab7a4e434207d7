"""A figure as SVG text: the same figure gives the same bytes, in any process."""

from functools import cache
from io import StringIO
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG, RendererSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.text import Text

from capworth.charts.layout import settle
from capworth.charts.style import FAMILIES, looks

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
    return buffer.getvalue()


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
