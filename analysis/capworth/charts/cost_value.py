"""The cost-value map: what each capability costs over its life, and its score."""

import textwrap

from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullFormatter

from capworth.appraisal import Appraisal
from capworth.charts.labels import place_labels
from capworth.charts.rows import say_ticks
from capworth.charts.style import BLUE, INK, MUTED, PAPER, RULE, VERMILION, styled
from capworth.charts.voice import ENGLISH, Voice
from capworth.excellence import BOTH, DERIVED, DESIGNATED, NEITHER, Excellence

MARKS = {  # route to excellence: marker, size, face, edge
    BOTH: ("o", 7.0, BLUE, INK),
    DESIGNATED: ("o", 6.5, PAPER, BLUE),
    DERIVED: ("^", 6.5, VERMILION, INK),
    NEITHER: ("o", 3.2, MUTED, MUTED),
}
LINE = 20  # letters in a line of a label


@styled
def draw_cost_value(
    appraisal: Appraisal,
    ax: Axes,
    voice: Voice = ENGLISH,
    excellence: Excellence | None = None,
) -> Axes:
    """Draw whole-life cost (log scale) against score, with 80 % ranges as thin bars.

    Services of excellence have marks of their own and bold labels; every capability keeps its dot.
    """
    table = appraisal.to_frame()
    routes = dict.fromkeys(table.index, NEITHER)
    if excellence is not None:
        routes |= excellence.to_frame()["route"].to_dict()
    ax.set_xscale("log")
    ax.hlines(table["score"], table["cost_m_low"], table["cost_m_high"], color=RULE, lw=0.8)
    ax.vlines(table["cost_m"], table["score_low"], table["score_high"], color=RULE, lw=0.8)
    for route, (marker, size, face, edge) in MARKS.items():
        part = table[[routes[c] == route for c in table.index]]
        if len(part):
            ax.plot(
                part["cost_m"],
                part["score"],
                marker,
                markersize=size,
                markerfacecolor=face,
                markeredgecolor=edge,
                markeredgewidth=1.2 if route == DESIGNATED else 0.6,
                label=voice.word("route", route) if excellence is not None else None,
                zorder=4 if route != NEITHER else 3,
            )
    provenance = appraisal.provenance
    ax.set_xlabel(
        voice.say(
            "axis.whole_life_log",
            unit=voice.millions(provenance.currency),
            year=provenance.price_year,
        )
    )
    ax.set_ylabel(voice.say("axis.score"))
    ax.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    ax.xaxis.set_minor_formatter(NullFormatter())
    say_ticks(ax, voice)
    say_ticks(ax, voice, "y")
    ax.margins(0.06, 0.08)
    if excellence is not None:
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1.01), ncols=4, columnspacing=1.2)
    order = sorted(table.index, key=lambda c: routes[c] == NEITHER)
    place_labels(
        ax,
        [(float(table["cost_m"][c]), float(table["score"][c])) for c in order],
        [_label(voice, c, routes[c] != NEITHER) for c in order],
        strong=[routes[c] != NEITHER for c in order],
    )
    return ax


def _label(voice: Voice, capability: str, important: bool) -> str:
    """Write the name of a service of excellence in two lines, the short name of any other."""
    if not important:
        return capability
    return "\n".join(textwrap.wrap(voice.short(capability, 48), LINE + 4))
