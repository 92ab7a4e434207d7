"""The looks of every chart: colours, sizes and fonts, and nothing left behind elsewhere.

Colours are those of Okabe and Ito (2008), told apart with every common colour vision; blue and
vermilion come first and differ in lightness too. Nothing is said by colour alone: a marker, a
hatch, a letter or the order says it again. Sizes are those of the printed page: a figure is as
wide as the text of an A4 page, and no letter is smaller than 7 points.

What draws is loaded when something is drawn: who only says what charts say has no need of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, wraps
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from capworth.excellence.services import BOTH, DERIVED, DESIGNATED, NEITHER
from capworth.language.language import Language

if TYPE_CHECKING:
    from matplotlib.axes import Axes

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
    from matplotlib.font_manager import fontManager

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
    from matplotlib import style

    register_fonts()
    with style.context(["default", _LOOKS]):
        yield


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
