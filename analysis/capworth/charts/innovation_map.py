"""The map of innovation and excellence: where improvements meet gaps, in four named fields."""

from matplotlib.axes import Axes

from capworth.charts.cost_value import MARKS
from capworth.charts.labels import place_labels
from capworth.charts.style import BLUE, MUTED, RULE, SMALL, TEXT, styled
from capworth.charts.voice import ENGLISH, Voice
from capworth.excellence import DESIGNATED, NEITHER, Excellence
from capworth.gapworth import CATCH_UP, EXTEND, KEEP, UNAIDED, GapWorth

CORNERS = {  # field: where its name stands, and how it is aligned
    CATCH_UP: (0.0, 1.0, "left", "top"),
    EXTEND: (1.0, 1.0, "right", "top"),
    UNAIDED: (0.0, 0.0, "left", "bottom"),
    KEEP: (1.0, 0.0, "right", "bottom"),
}
INSET = 4  # points between the name of a field and its corner


@styled
def draw_innovation_map(
    gaps: GapWorth, ax: Axes, voice: Voice = ENGLISH, excellence: Excellence | None = None
) -> Axes:
    """Draw closeness to the agreed levels against innovation potential, with 80 % ranges.

    Lines at the means of all capabilities part four fields. Services of excellence have the marks
    that they have on the cost-value map.
    """
    table = gaps.to_frame()
    routes = dict.fromkeys(table.index, NEITHER)
    if excellence is not None:
        routes |= excellence.to_frame()["route"].to_dict()
    close = 100 * table[["closeness", "closeness_low", "closeness_high"]]
    ax.hlines(
        table["potential"], close["closeness_low"], close["closeness_high"], color=RULE, lw=0.8
    )
    ax.vlines(
        close["closeness"], table["potential_low"], table["potential_high"], color=RULE, lw=0.8
    )
    for route, (marker, size, face, edge) in MARKS.items():
        part = [c for c in table.index if routes[c] == route]
        if part:
            ax.plot(
                close.loc[part, "closeness"],
                table.loc[part, "potential"],
                marker,
                markersize=size,
                markerfacecolor=face,
                markeredgecolor=edge,
                markeredgewidth=1.2 if route == DESIGNATED else 0.6,
                label=voice.word("route", route) if excellence is not None else None,
                zorder=4 if route != NEITHER else 3,
                clip_on=False,
            )
    ax.margins(0.05, 0.16)
    middle = gaps.middle
    ax.axvline(100 * middle[0], color=MUTED, lw=0.7, dashes=(4, 3), zorder=1)
    ax.axhline(middle[1], color=MUTED, lw=0.7, dashes=(4, 3), zorder=1)
    for field, (x, y, ha, va) in CORNERS.items():
        ax.annotate(
            voice.say(f"field.{field.replace(' ', '_')}"),
            (x, y),
            (INSET * (1 - 2 * x), INSET * (1 - 2 * y)),
            xycoords="axes fraction",
            textcoords="offset points",
            ha=ha,
            va=va,
            fontsize=TEXT,
            fontweight="bold",
            color=BLUE,
            in_layout=False,
        )
    ax.set_xlabel(voice.say("axis.closeness"), loc="right")
    ax.set_ylabel(voice.say("axis.potential"))
    ax.xaxis.set_major_formatter(voice.tick)
    ax.yaxis.set_major_formatter(voice.tick)
    if excellence is not None:
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1.01), ncols=4, fontsize=SMALL)
    order = sorted(table.index, key=lambda c: routes[c] == NEITHER)
    place_labels(
        ax,
        [(float(close["closeness"][c]), float(table["potential"][c])) for c in order],
        [str(c) for c in order],
        strong=[routes[c] != NEITHER for c in order],
    )
    return ax
