"""Net value in money with its range, thing by thing."""

from matplotlib.axes import Axes

from capworth.charts.rows import name_rows, rule_rows, say_ticks, write_column
from capworth.charts.style import BLUE, INK, PAPER, VERMILION, styled
from capworth.charts.voice import ENGLISH, Voice
from capworth.economics import KINDS, Economics

PROGRAMME = KINDS[-1]


@styled
def draw_net_values(
    economics: Economics, ax: Axes, voice: Voice = ENGLISH, kinds: tuple[str, ...] = KINDS
) -> Axes:
    """Draw the net value of everything of these kinds, highest first, with 80 % ranges.

    Blue discs: more is returned than it costs, on average; open squares: less. The programme is
    bold.
    """
    table = economics.to_frame()
    table = table[table.index.get_level_values("kind").isin(kinds)]
    table = table.sort_values("npv_m", ascending=False, kind="stable")
    whole = [kind == PROGRAMME for kind, _ in table.index]
    names = [
        voice.say("net_value.programme") if bold else voice.short(str(subject))
        for bold, (_, subject) in zip(whole, table.index, strict=True)
    ]
    y = name_rows(ax, names, bold=whole)
    rule_rows(ax, y)
    gain = table["npv_m"].to_numpy() > 0
    for part, colour, marker, face in (
        (gain, BLUE, "o", BLUE),
        (~gain, VERMILION, "s", PAPER),
    ):
        rows = table[part]
        ax.hlines(y[part], rows["npv_m_low"], rows["npv_m_high"], color=colour, lw=1.6)
        ax.plot(rows["npv_m"], y[part], marker, color=colour, markerfacecolor=face, markersize=5)
    ax.axvline(0.0, color=INK, lw=0.9)
    chances = [voice.percent(p) for p in table["p_npv_positive"]]
    write_column(ax, y, chances, voice.say("column.p_net_gain"))
    unit = voice.millions(economics.provenance.currency)
    year = economics.provenance.price_year
    ax.set_xlabel(voice.say("axis.net_value", unit=unit, year=year), loc="right")
    say_ticks(ax, voice)
    return ax
