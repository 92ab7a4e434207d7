"""How the productivity of capabilities changed from one published year to another."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from capworth.case.comparisons import read_comparisons
from capworth.charts import findings
from capworth.charts.chart import Chart, Facts
from capworth.charts.making import frame, of, rows
from capworth.charts.rows import name_rows, put_legend, rule_rows, write_column
from capworth.charts.style import BLUE, GREEN, INK, MUTED, ORANGE, PAPER, SMALL, styled
from capworth.charts.voice import ENGLISH, Voice
from capworth.productivitytrend import ProductivityTrend
from capworth.study import Study

TICKS = (0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.5, 2, 3, 5, 10, 20, 50, 100)
ROW = 0.25  # inches: a row holds the index and, below it, its parts
LIKELY = 0.9  # of the draws, from which a rise or a fall counts as very likely
PARTS = (  # part, marker, colour, how far below the middle of the row
    ("efficiency_change", "^", ORANGE, 0.22),
    ("technical_change", "s", GREEN, 0.22),
)


def compared(text: str, voice: Voice) -> str:
    """Say a comparison in words: what is made from what is used."""
    comparison = read_comparisons(text)[0]
    used, made = (
        voice.listed(" / ".join(metric(m, voice) for m in measure) for measure in side)
        for side in (comparison.used, comparison.made)
    )
    return voice.say("productivity.from", made=made, used=used)


def metric(key: str, voice: Voice) -> str:
    """Say what is counted; as it stands in the case where it is unknown."""
    word = voice.word("metric", key)
    return word.replace("_", " ") if word == key else word


@styled
def draw_productivity(trend: ProductivityTrend, ax: Axes, voice: Voice = ENGLISH) -> Axes:
    """Draw the index of each step with its 80 % range, and its two parts below it.

    Rows stand under the name of their comparison; the line at 1 is no change.
    """
    table = trend.to_frame()
    names: list[str] = []
    places, heads = [], {}
    for text, part in table.groupby("comparison", sort=False):
        heads[len(names)] = _capital(compared(str(text), voice))
        names.append("")
        for _, row in part.iterrows():
            places.append(len(names))
            names.append(f"{voice.short(str(row['capability']), 40)}, {_years(row)}")
    at = name_rows(ax, names)[places]
    rule_rows(ax, at)
    ax.axvline(1, color=MUTED, lw=0.8, ls="--", zorder=1)
    for place, head in heads.items():
        _write_head(ax, place, head)
    ax.hlines(at - 0.12, table["productivity_low"], table["productivity_high"], color=BLUE, lw=1.6)
    ax.plot(
        table["productivity"],
        at - 0.12,
        "o",
        color=BLUE,
        markersize=5,
        label=voice.say("productivity.index"),
    )
    for name, marker, colour, below in PARTS:
        ax.plot(
            table[name],
            at + below,
            marker,
            color=colour,
            markerfacecolor=PAPER,
            markersize=4,
            label=voice.say(f"productivity.{name}"),
        )
    _scale(ax, table, voice)
    rises = [voice.percent(share) for share in table["p_rise"]]
    write_column(ax, at, rises, voice.say("column.p_rise"), 8.0)
    write_column(ax, at, list(table["grade"]), voice.say("column.grade"), 58.0)
    put_legend(ax, 3)
    return ax


def _write_head(ax: Axes, place: int, head: str) -> None:
    """Write the name of a comparison over the whole row."""
    ax.text(
        0,
        place,
        head,
        transform=ax.get_yaxis_transform(),
        va="center",
        fontsize=SMALL,
        fontweight="bold",
        color=INK,
        bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1.5},
    )


def _scale(ax: Axes, table: pd.DataFrame, voice: Voice) -> None:
    """Halves and doubles are as wide; no change is always on the axis."""
    shown = table[["productivity_low", "productivity_high", *(name for name, *_ in PARTS)]]
    low, high = float(np.nanmin(shown)), float(np.nanmax(shown))
    low, high = min(low, 0.95) / 1.05, max(high, 1.05) * 1.05
    ax.set_xscale("log")
    ax.set_xlim(low, high)
    ticks = [tick for tick in TICKS if low <= tick <= high]
    ax.set_xticks(ticks, [voice.tick(tick) for tick in ticks])
    ax.set_xticks([], minor=True)
    ax.tick_params(axis="x", colors=INK)
    ax.set_xlabel(voice.say("axis.productivity"), loc="right")


def _years(row: pd.Series) -> str:
    return f"{row['from_year']}–{row['to_year']}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _height(study: Study) -> float:
    assert study.productivity is not None
    table = study.productivity.to_frame()
    return rows(0) + ROW * (len(table) + table["comparison"].nunique())


def productivity_facts(study: Study, voice: Voice) -> Facts:
    """In how many steps productivity rose, and by how much."""
    trend = study.productivity
    assert trend is not None
    table = trend.to_frame()
    rose = int((table["p_rise"] >= LIKELY).sum())
    listed = (
        voice.say(
            "chart.productivity.alt_row",
            name=voice.short(str(row["capability"])),
            years=_years(row),
            compared=compared(str(row["comparison"]), voice),
            index=voice.interval(
                row["productivity"], row["productivity_low"], row["productivity_high"]
            ),
            catching=voice.number(row["efficiency_change"]),
            frontier=voice.number(row["technical_change"]),
        )
        for _, row in table.iterrows()
    )
    return {
        "count": rose,
        "all": len(table),
        "fewest": voice.number(trend.fewest, 0),
        "draws": voice.number(trend.draws, 0),
        "list": findings.in_series(voice, listed, most=12),
    }


PRODUCTIVITY_CHARTS = (
    Chart(
        "productivity",
        ("productivity",),
        of("productivity", draw_productivity),
        _height,
        frame("productivity"),
        productivity_facts,
    ),
)
