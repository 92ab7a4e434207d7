"""The looks of every chart: colours, sizes and fonts, and nothing left behind elsewhere.

Colours are those of Okabe and Ito (2008), told apart with every common colour vision; blue and
vermilion come first and differ in lightness too. Nothing is said by colour alone: a marker, a
hatch, a letter or the order says it again. Sizes are those of the printed page: a figure is as
wide as the text of an A4 page, and no letter is smaller than 7 points.

How the Axes of a figure fill the page.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, wraps
from importlib.resources import as_file, files
from typing import Any, Concatenate, ParamSpec, TypeVar

import numpy as np
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from matplotlib.layout_engine import LayoutEngine
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter

from capworth.excellence.services import BOTH, DERIVED, DESIGNATED, NEITHER
from capworth.language.isolates import turned
from capworth.language.language import Language

P = ParamSpec("P")
R = TypeVar("R")

BLUE, VERMILION, GREEN, ORANGE = "#0072B2", "#D55E00", "#009E73", "#E69F00"
SKY, PURPLE, YELLOW = "#56B4E9", "#CC79A7", "#F0E442"
INK, MUTED, RULE, PAPER = "#1A1A1A", "#595959", "#D0D0D0", "#FFFFFF"
LADDER = ("#00395C", "#0072B2", "#5FA8D3", "#AFD3EA", "#E4F0F8")  # from dark, the best, to light

WIDTH = 6.7  # inches, 17 cm
ROW = 0.165  # inches that one named row takes
TEXT, SMALL = 7.5, 7.0  # points
FAMILIES = ["Noto Sans", "Noto Sans Arabic"]  # the second where the first has no letter

_LOOKS: dict[str, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.labelsize": TEXT,
    "axes.linewidth": 0.6,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlepad": 5.0,
    "axes.titlesize": TEXT,
    "axes.unicode_minus": False,  # the fonts have no long minus
    "font.family": FAMILIES,
    "font.size": TEXT,
    "hatch.linewidth": 0.6,
    "legend.borderaxespad": 0.0,
    "legend.fontsize": SMALL,
    "legend.frameon": False,
    "legend.handlelength": 1.4,
    "lines.linewidth": 1.2,
    "svg.fonttype": "path",  # outlines: no reader needs the fonts
    "svg.hashsalt": "capworth",  # ids in the file do not change from run to run
    "text.color": INK,
    "text.parse_math": False,  # a dollar is a dollar
    "xtick.color": MUTED,
    "xtick.labelcolor": INK,
    "xtick.labelsize": SMALL,
    "xtick.major.size": 2.5,
    "xtick.major.width": 0.6,
    "ytick.color": MUTED,
    "ytick.labelcolor": INK,
    "ytick.labelsize": SMALL,
    "ytick.major.size": 2.5,
    "ytick.major.width": 0.6,
}


@cache
def register_fonts() -> tuple[str, ...]:
    """Make the fonts of the package known to matplotlib, once; return their file names.

    They stand before fonts of the same name that the machine may have, so that a chart is the same
    on every machine.
    """
    folder = files("capworth.charts") / "fonts"
    names = sorted(f.name for f in folder.iterdir() if f.name.endswith(".ttf"))
    for name in names:
        with as_file(folder / name) as path:
            fontManager.addfont(path)
        fontManager.ttflist.insert(0, fontManager.ttflist.pop())
    return tuple(names)


@contextmanager
def looks() -> Iterator[None]:
    """Inside this block matplotlib draws in our style, outside as it did before."""
    register_fonts()
    with style.context(["default", _LOOKS]):
        yield


def blank(height: float) -> Figure:
    """Return an empty figure of so many inches; call it inside `looks`."""
    return Figure(figsize=(WIDTH, height), layout=OnePass())


def styled(
    draw: Callable[Concatenate[R, Axes, P], Axes],
) -> Callable[Concatenate[R, Axes, P], Axes]:
    """Give a drawing function the looks, also on an Axes that was made without them.

    A language that it is given speaks as charts do.
    """
    drawn: Callable[..., Axes] = draw

    @wraps(draw)
    def dressed(result: R, ax: Axes, /, *args: P.args, **kwargs: P.kwargs) -> Axes:
        with looks():
            for side in ("top", "right"):
                ax.spines[side].set_visible(False)
            ax.tick_params(labelsize=SMALL, labelfontfamily=FAMILIES, color=MUTED)
            for label in (ax.xaxis.label, ax.yaxis.label):
                label.set(fontfamily=FAMILIES, fontsize=TEXT, color=INK)
            return drawn(
                result, ax, *map(_of_charts, args), **{k: _of_charts(v) for k, v in kwargs.items()}
            )

    return dressed


def _of_charts(given: object) -> object:
    return given.charts if isinstance(given, Language) else given


MARKS = {  # route to excellence: marker, size, face, edge
    BOTH: ("o", 7.0, BLUE, INK),
    DESIGNATED: ("o", 6.5, PAPER, BLUE),
    DERIVED: ("^", 6.5, VERMILION, INK),
    NEITHER: ("o", 3.2, MUTED, MUTED),
}

PAD = 4.0  # points between whatever stands outermost and the edge of the figure


class OnePass(LayoutEngine):
    """Axes one below the other, as large as their names, labels and columns let them be.

    Everything is measured once, and measuring words is most of the time that a chart takes. Axes
    share their left and right edges and have equal heights.
    """

    _adjust_compatible = True
    _colorbar_gridspec = False

    def execute(self, fig: Figure) -> None:
        """Set the positions of all Axes."""
        width, height = fig.bbox.size
        pad = PAD * fig.dpi / 72
        frames = np.array([ax.get_window_extent().extents for ax in fig.axes])
        words = [ax.get_tightbbox(for_layout_only=True) for ax in fig.axes]
        around = np.array([box.extents for box in words if box is not None])
        if len(around) != len(frames) or not len(frames):
            return
        below, above = frames[:, 1] - around[:, 1] + pad, around[:, 3] - frames[:, 3] + pad
        left = (frames[:, 0] - around[:, 0]).max() + pad
        right = (around[:, 2] - frames[:, 2]).max() + pad
        tall = max((height - below.sum() - above.sum()) / len(frames), pad)
        top = height
        for ax, under, over in zip(fig.axes, below, above, strict=True):
            bottom = top - over - tall
            ax.set_position(
                (left / width, bottom / height, (width - left - right) / width, tall / height)
            )
            top = bottom - under


def settle(figure: Figure) -> None:
    """Lay a figure out now and for good, so that saving it does not measure it again."""
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
    figure.set_layout_engine(None)


def turn(figure: Figure) -> None:
    """Let every line of words in a figure run from right to left; its axes stay as they are."""
    for text in figure.findobj(Text):
        assert isinstance(text, Text)
        text.set_text(turned(text.get_text()))
    for ax in figure.axes:
        for axis in (ax.xaxis, ax.yaxis):
            formatter = axis.get_major_formatter()
            if isinstance(
                formatter, FuncFormatter
            ):  # of named rows, or of the language of the chart
                axis.set_major_formatter(_turning(formatter))


def _turning(formatter: FuncFormatter) -> FuncFormatter:
    return FuncFormatter(lambda value, place: turned(formatter(value, place)))
