"""Which improvement is best at each price of a harm-day, and how likely."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullFormatter

from capworth.charts.rows import say_ticks
from capworth.charts.style import BLUE, GREEN, INK, ORANGE, VERMILION, styled
from capworth.charts.voice import ENGLISH, Voice
from capworth.effectiveness import NOTHING
from capworth.willingness import Willingness

LINES = (  # colour, marker and dashes, line by line
    (INK, "o", "-"),
    (BLUE, "s", "-"),
    (VERMILION, "^", "-"),
    (GREEN, "D", "--"),
    (ORANGE, "v", "--"),
)
LETTERS = 34  # of a name in the legend


@styled
def draw_acceptability(willingness: Willingness, ax: Axes, voice: Voice = ENGLISH) -> Axes:
    """Draw the probability of being best at each price; the choice of most expected worth is thick.

    Those that are chosen at some price come first, then the likeliest of the others.
    """
    chances, table = willingness.chances(), willingness.to_frame()
    others = chances.drop(columns=list(willingness.options)).max().sort_values(ascending=False)
    shown = [*willingness.options, *others[others > 0].index][: len(LINES)]
    prices = table.index.to_numpy(dtype=np.float64)
    for (colour, marker, dashes), option in zip(LINES, shown, strict=False):
        name = (
            voice.say("acceptability.nothing")
            if option == NOTHING
            else voice.short(option, LETTERS)
        )
        line = chances[option].to_numpy()
        ax.plot(
            prices,
            line,
            dashes,
            color=colour,
            lw=1.0,
            marker=marker,
            markevery=6,
            markersize=4,
            label=name,
        )
        chosen = (table["choice"] == option).to_numpy()
        if chosen.any():
            ax.plot(prices, np.where(chosen, line, np.nan), color=colour, lw=3.2, label="_")
    ax.set_xscale("log")
    ax.set_ylim(0, 1.02)
    ax.yaxis.set_major_formatter(lambda share, _: voice.part(share))
    ax.set_ylabel(voice.say("axis.p_best"))
    sign = voice.sign(willingness.provenance.currency)
    ax.set_xlabel(voice.say(f"axis.price_{willingness.effect}", sign=sign), loc="right")
    say_ticks(ax, voice)
    ax.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.01), ncols=2)
    return ax
