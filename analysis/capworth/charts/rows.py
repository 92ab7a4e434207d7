"""Charts whose rows are named things: names at the left, figures at the right."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.transforms import offset_copy

from capworth.charts.style import INK, MUTED, RULE, SMALL
from capworth.charts.voice import Voice
from capworth.methods.arguments import Floats


def name_rows(ax: Axes, names: Sequence[str], bold: Sequence[bool] = ()) -> Floats:
    """Name the rows from the top down; return the height of each."""
    y = np.arange(len(names), dtype=float)
    ax.tick_params(axis="y", length=0, left=False)
    ax.set_yticks(y, names)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.spines["left"].set_visible(False)
    ax.yaxis.set_label_coords(0, 0.5)  # no label: nobody need measure the names to find its place
    for label, strong in zip(ax.get_yticklabels(), bold, strict=False):
        label.set_fontweight("bold" if strong else "normal")
    return y


def rule_rows(ax: Axes, y: Floats) -> None:
    """Draw a thin line through each row, so that the eye finds the name."""
    ax.hlines(y, 0, 1, transform=ax.get_yaxis_transform(), color=RULE, linewidth=0.4, zorder=0)


def say_ticks(ax: Axes, voice: Voice, axis: str = "x") -> None:
    """Write the tick labels of a measured axis in the language of the chart."""
    which = ax.xaxis if axis == "x" else ax.yaxis
    which.set_major_formatter(voice.tick)


def put_legend(ax: Axes, ncols: int, title: str = "") -> None:
    """Put the legend above the rows, where it may reach over the names but not the columns."""
    ax.legend(
        loc="lower right",
        bbox_to_anchor=(1, 1),
        borderaxespad=0.5,
        ncols=ncols,
        columnspacing=1.2,
        title=title or None,
        title_fontsize=SMALL,
        alignment="left",
    )


def write_column(ax: Axes, y: Floats, texts: Sequence[str], head: str, indent: float = 5.0) -> None:
    """Write a column of figures so many points right of the rows, with its head above."""
    widest = max(map(len, texts), default=0)
    beside = offset_copy(ax.get_yaxis_transform(), ax.get_figure(root=True), indent, units="points")
    for height, text in zip(y, texts, strict=True):
        note = ax.text(
            1.0,
            height,
            text,
            transform=beside,
            va="center",
            fontsize=SMALL,
            color=INK,
        )
        note.set_in_layout(len(text) >= widest - 1)  # the others take no more room; saves time
    ax.annotate(
        head,
        (1.0, 1.0),
        (indent, 2),
        xycoords="axes fraction",
        textcoords="offset points",
        va="bottom",
        fontsize=SMALL,
        color=MUTED,
        linespacing=1.0,
    )
