"""How far each input may move before the answer turns, inside its own range."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from capworth.charts.rows import name_rows, put_legend, write_column
from capworth.charts.style import BLUE, INK, MUTED, PAPER, VERMILION, styled
from capworth.charts.voice import ENGLISH, Voice
from capworth.switches import SwitchingValues

MOST = 12  # inputs shown, the likeliest


@styled
def draw_switching(
    switching: SwitchingValues, ax: Axes, voice: Voice = ENGLISH, most: int = MOST
) -> Axes:
    """Draw the range of each input, its mode, and the part in which the answer is another.

    Inputs that turn it only beyond their range are not drawn.
    """
    table = switching.to_frame()
    table = table[table["inside"]].head(most)
    y = name_rows(ax, [voice.name(str(i)) for i in table.index])
    low, width = table["low"], table["high"] - table["low"]
    place = {side: (table[side] - low) / width for side in ("below", "mode", "above")}
    ax.hlines(y, 0, 1, color=MUTED, lw=1.2)
    turned: dict[str, Any] = {
        "facecolor": PAPER,
        "edgecolor": VERMILION,
        "linewidth": 0.8,
        "hatch": "/////",
    }
    label = voice.say("switching.turned")
    for ends in (
        (np.zeros(len(y)), place["below"].fillna(0).clip(0, 1)),
        (place["above"].fillna(1).clip(0, 1), np.ones(len(y))),
    ):
        left, right = (np.asarray(end) for end in ends)
        some = right > left
        ax.barh(y[some], (right - left)[some], 0.5, left[some], label=label, **turned)
        label = "_"
    ax.plot(place["mode"], y, "o", color=BLUE, markersize=5, label=voice.say("switching.mode"))
    chances = [voice.percent(p) for p in table["p_reached"]]
    write_column(ax, y, chances, voice.say("column.p_turned"))
    ax.set_xlim(-0.02, 1.02)
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1])
    ax.xaxis.set_major_formatter(lambda share, _: voice.part(share))
    ax.set_xlabel(voice.say("axis.between_ends"), loc="right")
    ax.spines["bottom"].set_color(INK)
    put_legend(ax, 2)
    return ax
