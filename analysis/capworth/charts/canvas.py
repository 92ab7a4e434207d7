"""The figure that a chart is drawn on, with Axes as large as their words let them be."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.layout_engine import LayoutEngine
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter

from capworth.charts.style import WIDTH
from capworth.language.isolates import turned

PAD = 4.0  # points between whatever stands outermost and the edge of the figure


def blank(height: float) -> Figure:
    """Return an empty figure of so many inches; call it inside `looks`."""
    return Figure(figsize=(WIDTH, height), layout=OnePass())


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
