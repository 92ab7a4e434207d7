"""How far each capability is from the agreed levels of a service of excellence."""

import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from capworth.charts.rows import name_rows, put_legend, rule_rows, say_ticks, write_column
from capworth.charts.style import BLUE, INK, LADDER, MUTED, PAPER, SMALL, VERMILION, styled
from capworth.charts.voice import ENGLISH, Voice
from capworth.excellence import Excellence

ROWS = 40  # capabilities in the dumbbell chart
SURE = 0.9  # probability of being below from which a gap is printed bold
SHADES = LinearSegmentedColormap.from_list("gaps", (PAPER, *LADDER[::-1]))
DARK = 55.0  # points of gap from which a cell is so dark that its number is white


def largest_gaps(excellence: Excellence) -> pd.DataFrame:
    """Return the largest known gap of each capability, largest first; of equals, the first."""
    table = excellence.gaps().dropna(subset=["gap"])
    table = table.sort_values("gap", ascending=False, kind="stable")
    return table[~table.index.get_level_values("capability").duplicated()]


def gap_matrix(excellence: Excellence, column: str) -> pd.DataFrame:
    """Return one column of the gaps as capabilities (rows) by criteria, in their own order."""
    return excellence.gaps().pivot_table(
        column, index="capability", columns="criterion", sort=False, dropna=False
    )


@styled
def draw_gaps(excellence: Excellence, ax: Axes, voice: Voice = ENGLISH, most: int = ROWS) -> Axes:
    """Draw the largest gap of each capability as a dumbbell: from now to the agreed level."""
    table = largest_gaps(excellence).head(most)
    names = [
        voice.say("pair", first=voice.short(c, 34), second=voice.short(k, 34))
        for c, k in table.index
    ]
    y = name_rows(ax, names)
    rule_rows(ax, y)
    ax.hlines(y, table["now"], table["model"], color=MUTED, lw=1.0, zorder=2)
    ax.hlines(y, table["now_low"], table["now_high"], color=VERMILION, lw=3.0, alpha=0.35)
    ax.plot(
        table["now"],
        y,
        "o",
        color=VERMILION,
        markerfacecolor=PAPER,
        markersize=5,
        markeredgewidth=1.3,
        label=voice.say("gaps.now"),
    )
    ax.plot(table["model"], y, "D", color=BLUE, markersize=5, label=voice.say("gaps.model"))
    write_column(ax, y, [voice.percent(p) for p in table["p_below"]], voice.say("column.p_below"))
    ax.set_xlim(0, 100)
    ax.set_xlabel(voice.say("axis.value"), loc="right")
    say_ticks(ax, voice)
    put_legend(ax, 2)
    return ax


@styled
def draw_gap_table(excellence: Excellence, ax: Axes, voice: Voice = ENGLISH) -> Axes:
    """Draw every gap as a shaded cell with its points; bold where it is 90 % sure that it is one.

    Capabilities farthest from the agreed levels (mean of the gaps shown) stand at the top.
    """
    points, sure = gap_matrix(excellence, "gap"), gap_matrix(excellence, "p_below")
    order = np.argsort(-points.mean(axis=1).fillna(-1.0).to_numpy(), kind="stable")
    points, sure = points.iloc[order], sure.iloc[order]
    y = name_rows(ax, [voice.short(str(c), 44) for c in points.index])
    columns = [textwrap.fill(voice.name(str(k)), 12) for k in points.columns]
    across = np.arange(len(columns), dtype=float)
    ax.pcolormesh(across, y, points, cmap=SHADES, vmin=0, vmax=80, edgecolor=PAPER, lw=0.8)
    for height, row, certain in zip(y, points.to_numpy(), sure.to_numpy(), strict=True):
        for at, gap, p in zip(across, row, certain, strict=True):
            ax.text(
                at,
                height,
                voice.number(gap, 0),
                in_layout=False,
                ha="center",
                va="center",
                fontsize=SMALL,
                fontweight="bold" if p >= SURE else "normal",
                color=PAPER if gap >= DARK else INK,
            )
    ax.set_xticks(across, columns)
    ax.tick_params(axis="x", top=False, bottom=False, labeltop=True, labelbottom=False)
    for label in ax.get_xticklabels():
        label.set_linespacing(1.0)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    ax.set_xlabel(voice.say("axis.gap"), loc="right")
    return ax
