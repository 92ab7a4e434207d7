"""A figure as SVG text: the same figure gives the same bytes, in any process."""

from functools import cache
from io import StringIO

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.text import Text

from capworth.charts.style import FAMILIES, looks


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
    words = (t.get_text() for t in figure.findobj(Text) if isinstance(t, Text))
    plain = {ord(letter) for word in words for letter in word} - {10} <= _letters()
    with looks(), mpl.rc_context({"svg.fonttype": "none" if plain else "path"}):
        figure.savefig(
            buffer, format="svg", metadata={k: v for k, v in metadata.items() if v != ""}
        )
    return buffer.getvalue()


@cache
def _letters() -> frozenset[int]:
    """The letters that every face of the first font has."""
    faces = (FontProperties(family=FAMILIES[0], weight=w) for w in ("normal", "bold"))
    with looks():
        found = [frozenset(get_font(findfont(face)).get_charmap()) for face in faces]
    return frozenset.intersection(*found)
