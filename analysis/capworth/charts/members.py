"""The charts of what the members say, with their findings.

What the members need: importance against dissatisfaction, and where regions disagree.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from capworth.charts.chart import (
    Chart,
    by,
    capability_rows,
    frame,
    in_series,
    of,
    triples,
)
from capworth.charts.rows import (
    name_rows,
    place_labels,
    put_legend,
    rule_rows,
    say_ticks,
    write_column,
)
from capworth.charts.style import (
    BLUE,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PAPER,
    PURPLE,
    RULE,
    SKY,
    SMALL,
    VERMILION,
    styled,
)
from capworth.language.language import ENGLISH, Language
from capworth.language.numbers import Amount
from capworth.members.feedback import Feedback
from capworth.study.stages import Study

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEVELS = (10, 20, 30, 40, 50, 60)  # need gaps whose lines are drawn
MARKS = (  # of regions, in their order: marker and colour
    ("o", BLUE),
    ("s", VERMILION),
    ("^", GREEN),
    ("D", PURPLE),
    ("v", ORANGE),
    ("P", SKY),
    ("X", INK),
    ("*", MUTED),
)
MARKED = len(MARKS)  # regions that can be told apart


@styled
def draw_need_map(feedback: Feedback, ax: Axes, language: Language = ENGLISH) -> Axes:
    """Draw mean importance against mean dissatisfaction, with 80 % ranges as thin bars.

    Grey lines join equal products of the two means; the gap itself is the mean of each member's own
    product. Capabilities on which regions disagree by more than chance are solid and bold.
    """
    table = feedback.to_frame().dropna(subset=["importance", "satisfaction"])
    across, up = table["importance"], 10 - table["satisfaction"]
    apart = np.isin(table.index, feedback.disagreed)
    lows, highs = 10 - table["satisfaction_high"], 10 - table["satisfaction_low"]
    ax.hlines(up, table["importance_low"], table["importance_high"], color=RULE, lw=0.8)
    ax.vlines(across, lows, highs, color=RULE, lw=0.8)
    for solid, word in ((True, "apart"), (False, "together")):
        part = apart if solid else ~apart
        ax.plot(
            across[part],
            up[part],
            "o",
            markersize=5.0,
            markerfacecolor=BLUE if solid else PAPER,
            markeredgecolor=BLUE,
            label=language.say(f"needs.{word}"),
            zorder=4,
        )
    ax.set_xlim(*_limits(table["importance_low"], table["importance_high"]))
    ax.set_ylim(*_limits(lows, highs))
    _equal_gaps(ax, language)
    ax.set_xlabel(language.say("axis.importance"))
    ax.set_ylabel(language.say("axis.dissatisfaction"))
    say_ticks(ax, language)
    say_ticks(ax, language, "y")
    _stamp(feedback, ax, language, "upper left")
    ax.legend(loc="lower right", bbox_to_anchor=(1, 1.01), ncols=2, columnspacing=1.2)
    place_labels(
        ax,
        list(zip(map(float, across), map(float, up), strict=True)),
        [str(c) for c in table.index],
        strong=[bool(a) for a in apart],
    )
    return ax


@styled
def draw_needs(feedback: Feedback, ax: Axes, language: Language = ENGLISH) -> Axes:
    """Draw the need gap of each capability with its 80 % range, and each region's own gap.

    Bold names are capabilities on which regions disagree by more than chance; the column says how
    often regions put together at random differ as much, counting that all were asked about.
    """
    table = feedback.to_frame().dropna(subset=["gap"])
    apart = [c in feedback.disagreed for c in table.index]
    y = name_rows(ax, [language.short(str(c)) for c in table.index], bold=apart)
    rule_rows(ax, y)
    ax.barh(
        y,
        table["gap_high"] - table["gap_low"],
        0.66,
        table["gap_low"],
        color=RULE,
        label=language.say("needs.range"),
    )
    ax.plot(table["gap"], y, "|", color=INK, markersize=8, markeredgewidth=1.6)
    regions = feedback.by_region()["gap"]
    for region, (marker, colour) in zip(feedback.regions, MARKS, strict=False):
        ax.plot(
            regions.xs(region, level="region").loc[table.index],
            y,
            marker,
            color=colour,
            markersize=3.4,
            markerfacecolor="none",
            markeredgewidth=0.9,
            label=language.word("region", region),
        )
    ax.set_xlim(left=0)
    ax.set_xlabel(language.say("axis.need_gap"), loc="right")
    say_ticks(ax, language)
    write_column(
        ax, y, [language.probability(p) for p in table["p_adjusted"]], language.say("column.chance")
    )
    _stamp(feedback, ax, language, "lower right")
    put_legend(ax, min(len(feedback.regions), MARKED) + 1)
    return ax


def _limits(low: pd.Series[float], high: pd.Series[float]) -> tuple[float, float]:
    """Ends of a scale of points that hold all ranges, with a little room."""
    return max(float(low.min()) - 0.6, 0.0), min(float(high.max()) + 0.6, 10.0)


def _equal_gaps(ax: Axes, language: Language) -> None:
    """Draw lines of equal importance x dissatisfaction, each with its figure where it ends."""
    left, right = ax.get_xlim()
    bottom, top = ax.get_ylim()
    for level in LEVELS:
        x = np.linspace(left, right, 200)
        line = level / np.maximum(x, 1e-9)
        inside = (line >= bottom) & (line <= top)
        if inside.any():
            ax.plot(x[inside], line[inside], color=RULE, lw=0.7, linestyle=(0, (4, 3)), zorder=0)
            at = x[inside][-1]
            ax.annotate(
                language.number(float(level), 0),
                (at, level / at),
                (-2, 2),
                textcoords="offset points",
                ha="right",
                va="bottom",
                fontsize=SMALL,
                color=MUTED,
                in_layout=False,
                zorder=0,
            )


def _stamp(feedback: Feedback, ax: Axes, language: Language, corner: str) -> None:
    """Write into a corner that no member gave these answers, where that is so."""
    if not feedback.synthetic:
        return
    up, across = corner.split()
    ax.text(
        0.99 if across == "right" else 0.015,
        0.98 if up == "upper" else 0.015,
        language.say("needs.synthetic"),
        transform=ax.transAxes,
        ha=across,
        va="top" if up == "upper" else "bottom",
        fontsize=SMALL + 2,
        fontweight="bold",
        color=VERMILION,
        in_layout=False,
        zorder=6,
    )


def _feedback(study: Study) -> Feedback:
    return study.feedback


def _has_gap(study: Study) -> bool:
    """Whether importance and satisfaction were both asked for."""
    return bool(_feedback(study).to_frame()["gap"].notna().any())


def _facts(study: Study, language: Language) -> Mapping[str, object]:
    """Who answered, the largest need gaps, and on what regions disagree."""
    found = _feedback(study)
    table = found.to_frame().dropna(subset=["gap"])
    gaps = [language.spread(Amount(*row)) for row in triples(table, "gap")]
    names = [language.name(str(c)) for c in table.index]
    rows = (
        language.say("chart.needs.alt_row", name=name, gap=gap)
        for name, gap in zip(names, gaps, strict=True)
    )
    return {
        "variant": "synthetic" if found.synthetic else None if len(table) > 1 else "one",
        "year": found.year,
        "answered": found.answered,
        "members": found.members,
        "worst": names[0],
        "gap": gaps[0],
        "best": names[-1],
        "best_gap": gaps[-1],
        "count": len(found.disagreed),
        "all": len(table),
        "apart": in_series(language, (language.name(c) for c in found.disagreed)),
        "regions": language.listed(language.word("region", r) for r in found.regions),
        "list": in_series(language, rows),
    }


def _by_region(study: Study) -> pd.DataFrame:
    """Gap of all members and of each region."""
    found = _feedback(study)
    regions = found.by_region().pivot_table(
        "gap", index="capability", columns="region", sort=False, dropna=False
    )
    columns = ["name", "gap", "gap_low", "gap_high", "between", "p_chance", "p_adjusted"]
    return found.to_frame()[columns].join(regions[list(found.regions)].add_prefix("gap "))


FEEDBACK_CHARTS = (
    Chart(
        key="need_map",
        needs=("feedback",),
        draw=of("feedback", draw_need_map),
        height=lambda _: 4.3,
        behind=frame("feedback"),
        facts=_facts,
        drawable=_has_gap,
    ),
    Chart(
        key="needs",
        needs=("feedback",),
        draw=of("feedback", draw_needs),
        height=capability_rows,
        behind=_by_region,
        facts=_facts,
        first=by("feedback", "gap"),
        drawable=_has_gap,
    ),
)
