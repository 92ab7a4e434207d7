"""What each earmark costs: the gain that the same money would buy without it."""

import numpy as np
from matplotlib.axes import Axes

from capworth.charts.rows import name_rows, put_legend, rule_rows, say_ticks, write_column
from capworth.charts.style import BLUE, INK, PAPER, VERMILION, styled
from capworth.charts.voice import ENGLISH, Voice
from capworth.earmarks import ALL, BUDGET, PLEDGED, TIMING, Earmarks

SCOPES = ((BUDGET, BLUE, "o", -0.16), (PLEDGED, VERMILION, "s", 0.16))


@styled
def draw_earmarks(earmarks: Earmarks, ax: Axes, voice: Voice = ENGLISH) -> Axes:
    """Draw the price of each earmark: mean and 80 % range, and a diamond at expected costs.

    Above, of the money up to the budget; below, of the pledges alone.
    """
    table = earmarks.to_frame().drop(index=TIMING, level="earmark")
    labels = list(dict.fromkeys(map(str, table.index.get_level_values("earmark"))))
    y = name_rows(ax, [name_earmark(label, voice) for label in labels])
    rule_rows(ax, y)
    most = 0.0
    for scope, colour, marker, shift in SCOPES:
        part = table.loc[scope].loc[labels]
        low, high, mean = (
            part[name].to_numpy() for name in ("price_low", "price_high", "price_mean")
        )
        ax.hlines(y + shift, low, high, color=colour, linewidth=1.2)
        words = voice.say(f"earmarks.{scope}")
        ax.plot(mean, y + shift, marker, color=colour, markersize=4, label=words)
        ax.plot(
            part["price"],
            y + shift,
            "D",
            markerfacecolor=PAPER,
            markeredgecolor=INK,
            markersize=3.2,
            linestyle="none",
            label=voice.say("earmarks.expected") if scope == PLEDGED else None,
        )
        most = max(most, float(np.nanmax([*high, *part["price"], 0.0])))
    ax.set_xlim(-0.02 * max(most, 0.1), 1.05 * max(most, 0.1))
    chances = table["p_costs"].to_dict()
    texts = [
        voice.say(
            "earmarks.row",
            budget=voice.percent(chances[BUDGET, label]),
            pledged=voice.percent(chances[PLEDGED, label]),
        )
        for label in labels
    ]
    write_column(ax, y, texts, voice.say("column.p_costs"))
    ax.set_xlabel(voice.say("axis.price"), loc="right")
    say_ticks(ax, voice)
    put_legend(ax, 3)
    return ax


def name_earmark(label: str, voice: Voice) -> str:
    """Name the donors of a fund, or all earmarks."""
    if label == ALL:
        return voice.say("earmarks.all")
    return voice.listed(voice.short(pledge) for pledge in label.split(" + "))
