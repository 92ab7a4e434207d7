"""Which improvements close the gap to the services of excellence, and how ready they are."""

from matplotlib.axes import Axes

from capworth.charts.rows import name_rows, put_legend, rule_rows, write_column
from capworth.charts.style import BLUE, PAPER, VERMILION, styled
from capworth.charts.voice import ENGLISH, Voice
from capworth.priorities import Priorities

READY = 7  # technology readiness level: a prototype has been shown in its place of use


@styled
def draw_alignment(priorities: Priorities, ax: Axes, voice: Voice = ENGLISH) -> Axes:
    """Draw how much of the whole gap each improvement closes, with its 80 % range.

    Filled discs are technology that is ready (level 7 or more of 9), open squares are not.
    """
    table = priorities.to_frame().sort_values("alignment", ascending=False, kind="stable")
    ready = table["readiness"].to_numpy() >= READY
    y = name_rows(ax, [voice.short(str(i)) for i in table.index])
    rule_rows(ax, y)
    for part, colour, marker, word in (
        (ready, BLUE, "o", "ready"),
        (~ready, VERMILION, "s", "not_ready"),
    ):
        if part.any():
            rows = 100 * table.loc[part, ["alignment", "alignment_low", "alignment_high"]]
            ax.hlines(y[part], rows["alignment_low"], rows["alignment_high"], color=colour, lw=1.6)
            ax.plot(
                rows["alignment"],
                y[part],
                marker,
                color=colour,
                markerfacecolor=colour if word == "ready" else PAPER,
                markersize=5,
                label=voice.say(f"alignment.{word}", level=READY),
            )
    ax.set_xlim(left=0)
    ax.set_xlabel(voice.say("axis.alignment"), loc="right")
    ax.xaxis.set_major_formatter(voice.tick)
    levels = [voice.number(level, 0) for level in table["readiness"]]
    write_column(ax, y, levels, voice.say("column.readiness"))
    put_legend(ax, 2)
    return ax
