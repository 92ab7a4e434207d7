"""Which capabilities stay efficient when the weights must be those of the value tree."""

from matplotlib.axes import Axes

from capworth.charts import findings
from capworth.charts.chart import Chart, Facts
from capworth.charts.making import capability_rows, frame, of
from capworth.charts.rows import name_rows, put_legend, rule_rows, write_column
from capworth.charts.style import BLUE, INK, MUTED, PAPER, styled
from capworth.charts.voice import ENGLISH, UNKNOWN, Voice
from capworth.frontiercheck import FrontierCheck
from capworth.study import Study


@styled
def draw_frontier(check: FrontierCheck, ax: Axes, voice: Voice = ENGLISH) -> Axes:
    """Draw the probability of being efficient with free weights, and with those of the tree.

    The columns give the efficiency at the modes less its bias, with an 80 % range, and the most
    frequent model.
    """
    table = check.to_frame().sort_values(
        ["p_bounded", "p_efficient"], ascending=False, kind="stable"
    )
    y = name_rows(
        ax,
        [voice.short(str(c), 40) for c in table.index],
        bold=[str(c) in check.bounded for c in table.index],
    )
    rule_rows(ax, y)
    free, bounded = 100 * table["p_efficient"], 100 * table["p_bounded"]
    ax.hlines(y, bounded, free, color=MUTED, lw=1.2)
    for share, label, face in ((free, "free", PAPER), (bounded, "bounded", BLUE)):
        ax.plot(
            share,
            y,
            "o",
            color=BLUE,
            markerfacecolor=face,
            markersize=4.5,
            clip_on=False,
            zorder=4,
            label=voice.say(f"frontier.{label}"),
        )
    ax.axvline(100 * check.least, color=INK, lw=0.8, ls="--", zorder=1)
    ax.set_xlim(-2, 102)
    ax.set_xticks(range(0, 101, 20))
    ax.set_xlabel(voice.say("axis.p_efficient"), loc="right")
    ax.xaxis.set_major_formatter(voice.tick)
    write_column(ax, y, _corrected(check, voice), voice.say("column.corrected"), 8.0)
    put_legend(ax, 2)
    return ax


def _corrected(check: FrontierCheck, voice: Voice) -> list[str]:
    """Efficiency less its bias, in percent with its range, in the order of the rows."""
    table = check.to_frame().sort_values(
        ["p_bounded", "p_efficient"], ascending=False, kind="stable"
    )
    if not check.worlds:
        return [UNKNOWN] * len(table)
    parts = 100 * table[["corrected", "corrected_low", "corrected_high"]]
    return [voice.interval(*row) for row in parts.itertuples(index=False)]


def frontier_facts(study: Study, voice: Voice) -> Facts:
    """How many capabilities stay efficient, and which."""
    check = study.frontier
    assert check is not None
    table = check.to_frame()
    listed = (
        voice.say(
            "chart.frontier.alt_row",
            name=voice.short(str(c)),
            free=voice.percent(float(table["p_efficient"][c])),
            bounded=voice.percent(float(table["p_bounded"][c])),
        )
        for c in table.index[table["p_efficient"] >= check.least]
    )
    return {
        "variant": None if check.free else "none",
        "count": len(check.free),
        "stay": len(set(check.free) & set(check.bounded)),
        "least": voice.part(check.least),
        "draws": voice.number(check.draws, 0),
        "worlds": voice.number(check.worlds, 0),
        "list": findings.in_series(voice, listed, most=12),
    }


FRONTIER_CHARTS = (
    Chart(
        "frontier",
        ("frontier",),
        of("frontier", draw_frontier),
        capability_rows,
        frame("frontier"),
        frontier_facts,
    ),
)
