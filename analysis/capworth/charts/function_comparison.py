"""The functions side by side, and the claim that some of them add most."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullFormatter

from capworth.charts.rows import name_rows, rule_rows, say_ticks, write_column
from capworth.charts.style import BLUE, INK, MUTED, PAPER, SMALL, VERMILION, styled
from capworth.charts.voice import ENGLISH, Voice
from capworth.claim import Claim


def functions_of(claim: Claim, measure: str) -> pd.DataFrame:
    """Return the functions on one measure, most value for each million first."""
    table = claim.by_function()
    table = table[table.index.get_level_values("measure") == measure].droplevel("measure")
    return table.sort_values("value_per_m", ascending=False, kind="stable")


@styled
def draw_functions(
    claim: Claim, ax: Axes, voice: Voice = ENGLISH, measure: str | None = None
) -> Axes:
    """Draw value for each million of whole-life cost, function by function, with 80 % ranges.

    The claimed functions are blue discs and bold names, the others vermilion squares. `measure` is
    the registered one unless said otherwise; score, money and harm are never put on one axis.
    """
    measure = measure or claim.primary[1]
    table = functions_of(claim, measure)
    claimed = [f in claim.group for f in table.index]
    names = [voice.word("function", str(f)) for f in table.index]
    y = name_rows(ax, names, bold=claimed)
    rule_rows(ax, y)
    for ours, colour, marker, word in (
        (True, BLUE, "o", "claimed"),
        (False, VERMILION, "s", "others"),
    ):
        part = [k for k, inside in enumerate(claimed) if inside is ours]
        rows = table.iloc[part]
        ax.hlines(y[part], rows["value_per_m_low"], rows["value_per_m_high"], color=colour, lw=1.6)
        ax.plot(
            rows["value_per_m"],
            y[part],
            marker,
            color=colour,
            markerfacecolor=colour if ours else PAPER,
            markersize=5,
            label=voice.say(f"functions.{word}"),
        )
    unit = voice.millions(claim.provenance.currency)
    ax.set_xlabel(
        voice.say(f"axis.per_million_{measure}", unit=unit, year=claim.provenance.price_year),
        loc="right",
    )
    ax.set_xlim(left=0)
    say_ticks(ax, voice)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.01), ncols=2)
    return ax


@styled
def draw_claim(claim: Claim, ax: Axes, voice: Voice = ENGLISH) -> Axes:
    """Draw every ratio of the claimed functions to the rest with its 80 % range (log scale).

    Right of the line at 1 the claimed functions add more; the dashed line is the registered
    margin. The registered reading is bold and filled.
    """
    table = claim.to_frame()
    primary = [row == claim.primary for row in table.index]
    names = [
        voice.say("ratio", estimand=voice.word("estimand", e), measure=voice.word("measure", m))
        for e, m in table.index
    ]
    y = name_rows(ax, names, bold=primary)
    rule_rows(ax, y)
    ax.set_xscale("log")
    ax.axvline(1.0, color=INK, lw=0.9)
    ax.axvline(claim.margin, color=INK, lw=0.9, linestyle=(0, (3, 2)))
    ax.hlines(y, table["ratio_low"], table["ratio_high"], color=BLUE, lw=1.6)
    for height, ratio, registered in zip(y, table["ratio"], primary, strict=True):
        face = BLUE if registered else PAPER
        marker = "D" if registered else "o"
        ax.plot(ratio, height, marker, color=BLUE, markerfacecolor=face, markersize=5)
    for at, word in ((1.0, "equal"), (claim.margin, "margin")):
        ax.annotate(
            voice.say(f"functions.{word}", ratio=voice.tick(at)),
            (at, 1.0),
            (-2 if word == "equal" else 2, 2),
            xycoords=ax.get_xaxis_transform(),
            textcoords="offset points",
            ha="right" if word == "equal" else "left",
            va="bottom",
            fontsize=SMALL,
            color=MUTED,
        )
    write_column(ax, y, [voice.percent(p) for p in table["p_holds"]], voice.say("column.p_above_1"))
    ax.set_xlabel(voice.say("axis.ratio_log"), loc="right")
    ax.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    ax.xaxis.set_minor_formatter(NullFormatter())
    say_ticks(ax, voice)
    return ax
