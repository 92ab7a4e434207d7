"""How near each capability is to the best that the evidence shows for its cost."""

from math import floor

from matplotlib.axes import Axes

from capworth.charts.cost_value import MARKS
from capworth.charts.rows import name_rows, put_legend, rule_rows, write_column
from capworth.charts.style import BLUE, MUTED, VERMILION, styled
from capworth.charts.voice import ENGLISH, Voice
from capworth.excellence import BOTH, DERIVED, DESIGNATED, NEITHER, Excellence

LINES = {BOTH: BLUE, DESIGNATED: BLUE, DERIVED: VERMILION, NEITHER: MUTED}


@styled
def draw_efficiency(excellence: Excellence, ax: Axes, voice: Voice = ENGLISH) -> Axes:
    """Draw efficiency with its 80 % range, the most often efficient first.

    The columns give the probabilities that decide: of being efficient and of being among the best
    by score.
    """
    table = excellence.to_frame().sort_values("p_efficient", ascending=False, kind="stable")
    routes = table["route"].to_numpy()
    y = name_rows(
        ax, [voice.short(str(c)) for c in table.index], bold=[r in (BOTH, DERIVED) for r in routes]
    )
    rule_rows(ax, y)
    for route, (marker, size, face, edge) in MARKS.items():
        part = routes == route
        if part.any():
            rows = table[part]
            ax.hlines(
                y[part], rows["efficiency_low"], rows["efficiency_high"], color=LINES[route], lw=1.3
            )
            ax.plot(
                rows["efficiency"],
                y[part],
                marker,
                markersize=min(size, 5.5),
                markerfacecolor=face,
                markeredgecolor=edge,
                markeredgewidth=1.2 if route == DESIGNATED else 0.6,
                clip_on=False,
                zorder=4,
                label=voice.word("route", route),
            )
    ax.set_xlim(floor(9.99 * table["efficiency_low"].min()) / 10, 1)
    ax.xaxis.set_major_formatter(lambda value, _: voice.part(value))
    ax.set_xlabel(voice.say("axis.efficiency"), loc="right")
    efficient = [voice.percent(p) for p in table["p_efficient"]]
    write_column(ax, y, efficient, voice.say("column.p_efficient"), 8.0)
    top = [voice.percent(p) for p in table["p_top"]]
    write_column(ax, y, top, voice.say("column.p_top"), 58.0)
    put_legend(ax, 4)
    return ax
