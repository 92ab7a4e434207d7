"""Does the ranking survive the scale? The places of each capability on every scale."""

from matplotlib.axes import Axes

from capworth.charts.rows import name_rows, put_legend, rule_rows, say_ticks, write_column
from capworth.charts.style import BLUE, GREEN, INK, MUTED, ORANGE, PURPLE, VERMILION, styled
from capworth.charts.voice import ENGLISH, Voice
from capworth.scalepanel import ScalePanel

MARKS = (  # marker, colour and face, scale by scale; sizes differ so that equals stay visible
    ("o", BLUE, BLUE, 8.0),
    ("s", VERMILION, "none", 6.5),
    ("^", GREEN, GREEN, 5.0),
    ("D", INK, "none", 4.0),
    ("v", ORANGE, "none", 6.0),
    ("P", PURPLE, PURPLE, 5.0),
)


@styled
def draw_scale_places(panel: ScalePanel, ax: Axes, voice: Voice = ENGLISH) -> Axes:
    """Draw the place of each capability on every scale, joined by a line as long as they differ."""
    table = panel.to_frame()
    y = name_rows(ax, [voice.short(str(c)) for c in table.index])
    rule_rows(ax, y)
    places = table[[f"place_{scale}" for scale in panel.scales]]
    ax.hlines(y, places.min(axis=1), places.max(axis=1), color=MUTED, lw=1.2)
    for k, scale in enumerate(panel.scales):
        marker, colour, face, size = MARKS[k % len(MARKS)]
        ax.plot(
            places[f"place_{scale}"],
            y,
            marker,
            color=colour,
            markerfacecolor=face,
            markersize=size,
            label=voice.word("measure", scale),
        )
    moved = [voice.number(int(m), 0) for m in table["places_moved"]]
    write_column(ax, y, moved, voice.say("column.places_moved"))
    ax.set_xlim(0.5, len(table) + 0.5)
    ax.set_xticks(range(1, len(table) + 1))
    ax.set_xlabel(voice.say("axis.place_per_euro"), loc="right")
    say_ticks(ax, voice)
    put_legend(ax, len(panel.scales))
    return ax
