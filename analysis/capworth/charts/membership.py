"""How often each improvement is in the best set: what is firm and what is open."""

from matplotlib.axes import Axes

from capworth.charts.rows import name_rows, put_legend, rule_rows, write_column
from capworth.charts.style import BLUE, MUTED, PAPER, VERMILION, styled
from capworth.charts.voice import ENGLISH, Voice
from capworth.programme import FIRM, Programme


@styled
def draw_membership(programme: Programme, ax: Axes, voice: Voice = ENGLISH) -> Axes:
    """Draw the share of draws in which the best set holds each improvement.

    Solid bars and bold names are in the recommended set, hatched bars are not; the dashed lines
    part core, borderline and exterior.
    """
    table = programme.to_frame().sort_values("p_in_best", ascending=False, kind="stable")
    chosen = table["chosen"].to_numpy(dtype=bool)
    y = name_rows(ax, [voice.short(str(i)) for i in table.index], bold=list(chosen))
    rule_rows(ax, y)
    share = table["p_in_best"].to_numpy()
    ax.barh(y[chosen], share[chosen], 0.66, color=BLUE, label=voice.say("membership.chosen"))
    ax.barh(
        y[~chosen],
        share[~chosen],
        0.66,
        facecolor=PAPER,
        edgecolor=VERMILION,
        linewidth=0.8,
        hatch="/////",
        label=voice.say("membership.not_chosen"),
    )
    for line in (FIRM, 1 - FIRM):
        ax.axvline(line, color=MUTED, lw=0.8, linestyle=(0, (3, 2)))
    ax.set_xlim(0, 1)
    ax.xaxis.set_major_formatter(lambda value, _: voice.part(value))
    ax.set_xlabel(voice.say("axis.share_in_best"), loc="right")
    texts = [
        voice.say("membership.row", percent=voice.percent(p), standing=voice.word("standing", s))
        for p, s in zip(share, table["standing"], strict=True)
    ]
    write_column(ax, y, texts, voice.say("column.in_best"))
    put_legend(ax, 2)
    return ax
