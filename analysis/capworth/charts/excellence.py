"""The charts of services of excellence and the gaps to them.

How near each capability is to the best that the evidence shows for its cost.

Which capabilities stay efficient when the weights must be those of the value tree.

How far each capability is from the agreed levels of a service of excellence.

How the productivity of capabilities changed from one published year to another.
"""

from __future__ import annotations

import textwrap
from math import floor
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from capworth.case.comparisons import read_comparisons
from capworth.charts.chart import (
    Chart,
    Facts,
    by,
    capability_rows,
    frame,
    in_series,
    of,
    rows,
)
from capworth.charts.rows import name_rows, put_legend, rule_rows, say_ticks, write_column
from capworth.charts.style import (
    BLUE,
    GREEN,
    INK,
    LADDER,
    MARKS,
    MUTED,
    ORANGE,
    PAPER,
    SMALL,
    VERMILION,
    styled,
)
from capworth.excellence.comparison import other_returns
from capworth.excellence.productivity import ProductivityTrend
from capworth.excellence.services import (
    BOTH,
    DERIVED,
    DESIGNATED,
    NEITHER,
    Excellence,
    FrontierCheck,
)
from capworth.language.language import ENGLISH, Language
from capworth.language.numbers import Amount
from capworth.study.stages import Study

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LINES = {BOTH: BLUE, DESIGNATED: BLUE, DERIVED: VERMILION, NEITHER: MUTED}


@styled
def draw_efficiency(excellence: Excellence, ax: Axes, language: Language = ENGLISH) -> Axes:
    """Draw efficiency with its 80 % range, the most often excellent first.

    A cross gives the mean under the other returns to scale. The columns give the probabilities that
    decide: of being excellent and of being among the best by score.
    """
    table = excellence.to_frame().sort_values("p_excellent", ascending=False, kind="stable")
    routes = table["route"].to_numpy()
    y = name_rows(
        ax,
        [language.short(str(c)) for c in table.index],
        bold=[r in (BOTH, DERIVED) for r in routes],
    )
    rule_rows(ax, y)
    for route, (marker, size, face, edge) in MARKS.items():
        part = routes == route
        if part.any():
            rows = table[part]
            ax.hlines(
                y[part], rows["efficiency_low"], rows["efficiency_high"], color=LINES[route], lw=1.3
            )
            ax.plot(
                rows["efficiency"],
                y[part],
                marker,
                markersize=min(size, 5.5),
                markerfacecolor=face,
                markeredgecolor=edge,
                markeredgewidth=1.2 if route == DESIGNATED else 0.6,
                clip_on=False,
                zorder=4,
                label=language.word("route", route),
            )
    beside = other_returns(excellence.way.returns)
    ax.plot(
        table[f"efficiency_{beside}"],
        y,
        "x",
        color=MUTED,
        markersize=3.6,
        markeredgewidth=1.0,
        clip_on=False,
        zorder=5,
        label=language.say("frontier.other", returns=language.say(f"frontier.returns_{beside}")),
    )
    least = min(float(table[c].min()) for c in ("efficiency_low", f"efficiency_{beside}"))
    ax.set_xlim(floor(9.99 * least) / 10, 1)
    ax.xaxis.set_major_formatter(lambda value, _: language.part(value))
    ax.set_xlabel(language.say("axis.efficiency"), loc="right")
    excellent = [language.probability(p) for p in table["p_excellent"]]
    write_column(ax, y, excellent, language.say("column.p_excellent"), 8.0)
    top = [language.probability(p) for p in table["p_top"]]
    write_column(ax, y, top, language.say("column.p_top"), 58.0)
    put_legend(ax, 5)
    return ax


ROWS = 40  # capabilities in the dumbbell chart
SURE = 0.9  # probability of being below from which a gap is printed bold
DARK = 55.0  # points of gap from which a cell is so dark that its number is white


def largest_gaps(excellence: Excellence) -> pd.DataFrame:
    """Return the largest known gap of each capability, largest first; of equals, the first."""
    table = excellence.gaps().dropna(subset=["gap"])
    table = table.sort_values("gap", ascending=False, kind="stable")
    return table[~table.index.get_level_values("capability").duplicated()]


def gap_matrix(excellence: Excellence, column: str) -> pd.DataFrame:
    """Return one column of the gaps as capabilities (rows) by criteria, in their own order."""
    return excellence.gaps().pivot_table(
        column, index="capability", columns="criterion", sort=False, dropna=False
    )


@styled
def draw_gaps(
    excellence: Excellence, ax: Axes, language: Language = ENGLISH, most: int = ROWS
) -> Axes:
    """Draw the largest gap of each capability as a dumbbell: from now to the agreed level."""
    table = largest_gaps(excellence).head(most)
    names = [
        language.say("pair", first=language.short(c, 34), second=language.short(k, 34))
        for c, k in table.index
    ]
    y = name_rows(ax, names)
    rule_rows(ax, y)
    ax.hlines(y, table["now"], table["model"], color=MUTED, lw=1.0, zorder=2)
    ax.hlines(y, table["now_low"], table["now_high"], color=VERMILION, lw=3.0, alpha=0.35)
    ax.plot(
        table["now"],
        y,
        "o",
        color=VERMILION,
        markerfacecolor=PAPER,
        markersize=5,
        markeredgewidth=1.3,
        label=language.say("gaps.now"),
    )
    ax.plot(table["model"], y, "D", color=BLUE, markersize=5, label=language.say("gaps.model"))
    write_column(
        ax, y, [language.probability(p) for p in table["p_below"]], language.say("column.p_below")
    )
    ax.set_xlim(0, 100)
    ax.set_xlabel(language.say("axis.value"), loc="right")
    say_ticks(ax, language)
    put_legend(ax, 2)
    return ax


@styled
def draw_gap_table(excellence: Excellence, ax: Axes, language: Language = ENGLISH) -> Axes:
    """Draw every gap as a shaded cell with its points; bold where it is 90 % sure that it is one.

    Capabilities farthest from the agreed levels (mean of the gaps shown) stand at the top.
    """
    from matplotlib.colors import LinearSegmentedColormap

    points, sure = gap_matrix(excellence, "gap"), gap_matrix(excellence, "p_below")
    order = np.argsort(-points.mean(axis=1).fillna(-1.0).to_numpy(), kind="stable")
    points, sure = points.iloc[order], sure.iloc[order]
    y = name_rows(ax, [language.short(str(c), 44) for c in points.index])
    columns = [textwrap.fill(language.name(str(k)), 12) for k in points.columns]
    across = np.arange(len(columns), dtype=float)
    shades = LinearSegmentedColormap.from_list("gaps", (PAPER, *LADDER[::-1]))
    ax.pcolormesh(across, y, points, cmap=shades, vmin=0, vmax=80, edgecolor=PAPER, lw=0.8)
    for height, row, certain in zip(y, points.to_numpy(), sure.to_numpy(), strict=True):
        for at, gap, p in zip(across, row, certain, strict=True):
            ax.text(
                at,
                height,
                language.number(gap, 0),
                in_layout=False,
                ha="center",
                va="center",
                fontsize=SMALL,
                fontweight="bold" if p >= SURE else "normal",
                color=PAPER if gap >= DARK else INK,
            )
    ax.set_xticks(across, columns)
    ax.tick_params(axis="x", top=False, bottom=False, labeltop=True, labelbottom=False)
    for label in ax.get_xticklabels():
        label.set_linespacing(1.0)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    ax.set_xlabel(language.say("axis.gap"), loc="right")
    return ax


def _farthest(study: Study) -> list[str]:
    """Capabilities by the mean of their gaps, the farthest first."""
    mean = gap_matrix(study.excellence, "gap").mean(axis=1).fillna(-1.0)
    return [str(key) for key in mean.sort_values(ascending=False, kind="stable").index]


def _gap_rows(study: Study) -> float:
    return rows(min(ROWS, len(largest_gaps(study.excellence))))


def _largest(study: Study) -> pd.DataFrame:
    return largest_gaps(study.excellence)


def _gaps(study: Study) -> pd.DataFrame:
    return study.excellence.gaps()


def any_gap(study: Study) -> bool:
    """Whether any distance to a model is known."""
    return bool(_gaps(study)["gap"].notna().any())


def gap_facts(study: Study, language: Language) -> Facts:
    """The largest gap, and the next ones."""
    table = largest_gaps(study.excellence)
    capability, criterion = table.index[0]
    rows = (
        language.say(
            "chart.gaps.alt_row",
            capability=language.name(str(c)),
            criterion=language.name(str(k)),
            now=language.number(now, 0),
            model=language.number(model, 0),
            percent=language.probability(p),
        )
        for (c, k), now, model, p in zip(
            table.index, table["now"], table["model"], table["p_below"], strict=True
        )
    )
    return {
        "variant": None if len(table) > 1 else "one",
        "gap": language.number(float(table["gap"].iloc[0]), 0),
        "capability": language.name(str(capability)),
        "criterion": language.name(str(criterion)),
        "p_below": language.probability(float(table["p_below"].iloc[0])),
        "list": in_series(language, rows),
    }


def gap_table_facts(study: Study, language: Language) -> Facts:
    """On which criterion most capabilities are surely below the agreed level."""
    below = (gap_matrix(study.excellence, "p_below") >= SURE).sum(axis=0)
    distance = gap_matrix(study.excellence, "gap").mean(axis=1).dropna()
    every = len(gap_matrix(study.excellence, "gap"))
    rows = (
        language.say("chart.gap_table.alt_row", criterion=language.name(str(k)), below=n, all=every)
        for k, n in below.items()
    )
    return {
        "variant": None if below.max() else "none",
        "count": int(below.max()),
        "all": every,
        "criteria": len(below),
        "criterion": language.name(str(below.idxmax())),
        "farthest": language.name(str(distance.idxmax())),
        "nearest": language.name(str(distance.idxmin())),
        "list": in_series(language, rows, most=20),
    }


def efficiency_facts(study: Study, language: Language) -> Facts:
    """Which services are excellent, and which are derived services of excellence."""
    found = study.excellence
    table = found.to_frame().sort_values("p_excellent", ascending=False, kind="stable")
    table = table[table["whole"] == table.index]
    least, least_top, top_share = found.thresholds
    excellent = table[table["p_excellent"] >= least]
    rows = (
        language.say(
            "chart.efficiency.alt_row", name=language.name(str(c)), percent=language.probability(p)
        )
        for c, p in excellent["p_excellent"].items()
    )
    returns = found.way.returns
    return {
        "variant": None if len(excellent) else "none",
        "count": len(excellent),
        "all": len(table),
        "least": language.part(least),
        "least_top": language.part(least_top),
        "top_share": language.part(top_share),
        "draws": language.number(found.draws, 0),
        "returns": language.say(f"frontier.returns_{returns}"),
        "other": language.say(f"frontier.returns_{other_returns(returns)}"),
        "derived": in_series(language, (language.short(c) for c in found.derived)),
        "designated": in_series(language, (language.short(c) for c in found.designated)),
        "list": in_series(language, rows, most=12),
    }


@styled
def draw_frontier(check: FrontierCheck, ax: Axes, language: Language = ENGLISH) -> Axes:
    """Draw the probability of being efficient with free weights, and with those of the tree.

    The columns give the efficiency at the modes less its bias, with an 80 % range, and the most
    frequent model.
    """
    table = check.to_frame().sort_values(
        ["p_bounded", "p_efficient"], ascending=False, kind="stable"
    )
    y = name_rows(
        ax,
        [language.short(str(c), 40) for c in table.index],
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
            label=language.say(f"frontier.{label}"),
        )
    ax.axvline(100 * check.least, color=INK, lw=0.8, ls="--", zorder=1)
    ax.set_xlim(-2, 102)
    ax.set_xticks(range(0, 101, 20))
    ax.set_xlabel(language.say("axis.p_efficient"), loc="right")
    ax.xaxis.set_major_formatter(language.tick)
    write_column(ax, y, _corrected(check, language), language.say("column.corrected"), 8.0)
    put_legend(ax, 2)
    return ax


def _corrected(check: FrontierCheck, language: Language) -> list[str]:
    """Efficiency less its bias, in percent with its range, in the order of the rows."""
    table = check.to_frame().sort_values(
        ["p_bounded", "p_efficient"], ascending=False, kind="stable"
    )
    if not check.drawn:
        return [language.say("unknown")] * len(table)
    parts = 100 * table[["corrected", "corrected_low", "corrected_high"]]
    return [language.spread(Amount(*row)) for row in parts.itertuples(index=False)]


def frontier_facts(study: Study, language: Language) -> Facts:
    """How many capabilities stay efficient, and which."""
    check = study.frontier
    table = check.to_frame()
    listed = (
        language.say(
            "chart.frontier.alt_row",
            name=language.short(str(c)),
            free=language.probability(float(table["p_efficient"][c])),
            bounded=language.probability(float(table["p_bounded"][c])),
        )
        for c in table.index[table["p_efficient"] >= check.least]
    )
    return {
        "variant": None if check.free else "none",
        "count": len(check.free),
        "stay": len(set(check.free) & set(check.bounded)),
        "least": language.part(check.least),
        "draws": language.number(check.draws, 0),
        "replicates": language.number(check.drawn, 0),
        "list": in_series(language, listed, most=12),
    }


TICKS = (0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.5, 2, 3, 5, 10, 20, 50, 100)
ROW = 0.25  # inches: a row holds the index and, below it, its parts
LIKELY = 0.9  # of the draws, from which a rise or a fall counts as very likely
PARTS = (  # part, marker, colour, how far below the middle of the row
    ("efficiency_change", "^", ORANGE, 0.22),
    ("technical_change", "s", GREEN, 0.22),
)


def compared(text: str, language: Language) -> str:
    """Say a comparison in words: what is made from what is used."""
    comparison = read_comparisons(text)[0]
    used, made = (
        language.listed(" / ".join(metric(m, language) for m in measure) for measure in side)
        for side in (comparison.used, comparison.made)
    )
    return language.say("productivity.from", made=made, used=used)


def metric(key: str, language: Language) -> str:
    """Say what is counted; as it stands in the case where it is unknown."""
    known = language.has(f"metric.{key}")
    return language.word("metric", key if known else key.replace("_", " "))


@styled
def draw_productivity(trend: ProductivityTrend, ax: Axes, language: Language = ENGLISH) -> Axes:
    """Draw the index of each step with its 80 % range, and its two parts below it.

    Rows stand under the name of their comparison; the line at 1 is no change.
    """
    table = trend.to_frame()
    names: list[str] = []
    places, heads = [], {}
    for text, part in table.groupby("comparison", sort=False):
        heads[len(names)] = _capital(compared(str(text), language))
        names.append("")
        for _, row in part.iterrows():
            places.append(len(names))
            names.append(
                language.say("comma").join(
                    (language.short(str(row["capability"]), 40), _years(row, language))
                )
            )
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
        label=language.say("productivity.index"),
    )
    for name, marker, colour, below in PARTS:
        ax.plot(
            table[name],
            at + below,
            marker,
            color=colour,
            markerfacecolor=PAPER,
            markersize=4,
            label=language.say(f"productivity.{name}"),
        )
    _scale(ax, table, language)
    rises = [language.probability(share) for share in table["p_rise"]]
    write_column(ax, at, rises, language.say("column.p_rise"), 8.0)
    write_column(ax, at, list(table["grade"]), language.say("column.grade"), 58.0)
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


def _scale(ax: Axes, table: pd.DataFrame, language: Language) -> None:
    """Halves and doubles are as wide; no change is always on the axis."""
    shown = table[["productivity_low", "productivity_high", *(name for name, *_ in PARTS)]]
    low, high = float(np.nanmin(shown)), float(np.nanmax(shown))
    low, high = min(low, 0.95) / 1.05, max(high, 1.05) * 1.05
    ax.set_xscale("log")
    ax.set_xlim(low, high)
    ticks = [tick for tick in TICKS if low <= tick <= high]
    ax.set_xticks(ticks, [language.tick(tick) for tick in ticks])
    ax.set_xticks([], minor=True)
    ax.tick_params(axis="x", colors=INK)
    ax.set_xlabel(language.say("axis.productivity"), loc="right")


def _years(row: pd.Series, language: Language) -> str:
    return language.say("span", low=str(row["from_year"]), high=str(row["to_year"]))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _height(study: Study) -> float:
    table = study.productivity.to_frame()
    return rows(0) + ROW * (len(table) + table["comparison"].nunique())


def _compared(study: Study) -> list[str]:
    """Capabilities in the order of the table."""
    return list(dict.fromkeys(map(str, study.productivity.to_frame()["capability"])))


def productivity_facts(study: Study, language: Language) -> Facts:
    """In how many steps productivity rose, and by how much."""
    trend = study.productivity
    table = trend.to_frame()
    rose = int((table["p_rise"] >= LIKELY).sum())
    listed = (
        language.say(
            "chart.productivity.alt_row",
            name=language.short(str(row["capability"])),
            years=_years(row, language),
            compared=compared(str(row["comparison"]), language),
            index=language.spread(
                Amount(row["productivity"], row["productivity_low"], row["productivity_high"])
            ),
            catching=language.number(row["efficiency_change"]),
            frontier=language.number(row["technical_change"]),
        )
        for _, row in table.iterrows()
    )
    return {
        "count": rose,
        "all": len(table),
        "fewest": language.number(trend.fewest, 0),
        "draws": language.number(trend.draws, 0),
        "list": in_series(language, listed, most=12),
    }


EXCELLENCE_CHARTS = (
    Chart(
        key="efficiency",
        needs=("excellence",),
        draw=of("excellence", draw_efficiency),
        height=capability_rows,
        behind=frame("excellence"),
        facts=efficiency_facts,
        first=by("excellence", "p_excellent"),
    ),
    Chart(
        key="gaps",
        needs=("excellence",),
        draw=of("excellence", draw_gaps),
        height=_gap_rows,
        behind=_largest,
        facts=gap_facts,
        drawable=any_gap,
    ),
    Chart(
        key="gap_table",
        needs=("excellence",),
        draw=of("excellence", draw_gap_table),
        height=capability_rows,
        behind=_gaps,
        facts=gap_table_facts,
        first=_farthest,
        drawable=any_gap,
    ),
)

FRONTIER_CHARTS = (
    Chart(
        key="frontier",
        needs=("frontier",),
        draw=of("frontier", draw_frontier),
        height=capability_rows,
        behind=frame("frontier"),
        facts=frontier_facts,
        first=by("excellence", "p_excellent"),
    ),
)

PRODUCTIVITY_CHARTS = (
    Chart(
        key="productivity",
        needs=("productivity",),
        draw=of("productivity", draw_productivity),
        height=_height,
        behind=frame("productivity"),
        facts=productivity_facts,
        first=_compared,
    ),
)
