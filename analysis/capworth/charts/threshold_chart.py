"""Two inputs at once: where in their ranges the answer is another."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from capworth.charts.rows import say_ticks
from capworth.charts.style import BLUE, PAPER, VERMILION, styled
from capworth.charts.voice import ENGLISH, Voice
from capworth.thresholds import ThresholdMap


@styled
def draw_threshold(threshold: ThresholdMap, ax: Axes, voice: Voice = ENGLISH) -> Axes:
    """Draw the ranges of both inputs: hatched where another set is best, a disc at the modes."""
    first, second = threshold.inputs
    turned = ~threshold.to_frame().to_numpy(dtype=bool)
    x, y = (np.linspace(e.low, e.high, turned.shape[0] + 1) for e in (first, second))
    for left, right, column in zip(x, x[1:], turned, strict=False):
        edges = np.flatnonzero(np.diff(np.concatenate(([False], column, [False]))))
        for low, high in edges.reshape(-1, 2):  # cells that lie upon one another are one field
            ax.fill_between(
                (left, right),
                y[low],
                y[high],
                facecolor=PAPER,
                edgecolor=VERMILION,
                lw=0,
                hatch="/////",
            )
    ax.plot(
        first.mode, second.mode, "o", color=BLUE, markersize=6, label=voice.say("switching.mode")
    )
    ax.set_xlim(first.low, first.high)
    ax.set_ylim(second.low, second.high)
    ax.set_xlabel(_label(voice, first.name, first.unit), loc="right")
    ax.set_ylabel(_label(voice, second.name, second.unit))
    say_ticks(ax, voice)
    say_ticks(ax, voice, "y")
    other = Patch(
        facecolor=PAPER, edgecolor=VERMILION, hatch="/////", label=voice.say("switching.turned")
    )
    handles = [*ax.get_legend_handles_labels()[0], other]
    ax.legend(handles=handles, loc="lower left", bbox_to_anchor=(0, 1.01), ncols=2)
    return ax


def _label(voice: Voice, name: str, unit: str) -> str:
    return voice.say("threshold.axis", name=voice.name(name), unit=voice.unit(unit))
