"""The charts of how scores come about, with their findings.

What each criterion adds to the scores: bars of all capabilities, and the steps between two.

What each judge said of the swings, beside what they come to together.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from capworth.charts.chart import FIRM, Chart, capability_rows, in_series, of, rows
from capworth.charts.members import MARKED, MARKS
from capworth.charts.rows import name_rows, put_legend, rule_rows, say_ticks, write_column
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
    YELLOW,
    styled,
)
from capworth.language.language import ENGLISH, Language
from capworth.language.numbers import Amount, decimals
from capworth.multicriteria.contributions import Contributions
from capworth.multicriteria.elicitation import Elicitation
from capworth.study.stages import Study

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FACES = (  # of the criteria, in their order, again and again: colour, and that of the number
    (BLUE, PAPER),
    (SKY, INK),
    (VERMILION, PAPER),
    (ORANGE, INK),
    (YELLOW, INK),
    (GREEN, PAPER),
    (PURPLE, INK),
)
HATCHES = ("", "////", "....", "xxxx")  # of each time round
ROOM = 0.045  # share of the axis from which a part has room for its number
NUMBERED = 12  # bars up to which parts carry numbers; with more, they stand in the table behind
ACROSS, LETTERS = 3, 30  # criteria in a line of the legend, and letters of their names


@styled
def draw_contributions(
    contributions: Contributions, ax: Axes, language: Language = ENGLISH
) -> Axes:
    """Draw the score of each capability as a bar, parted by the points each criterion adds.

    Parts stand in the order of the legend. Up to twelve bars carry the numbers of their parts.
    """
    points, scores = contributions.by_criterion(), contributions.scores()
    y = name_rows(ax, [language.short(str(c)) for c in points.index])
    most = float(points.sum(axis=1).max())
    left = np.zeros(len(y))
    for k, criterion in enumerate(points.columns):
        face, ink = FACES[k % len(FACES)]
        part = points[criterion].to_numpy()
        ax.barh(
            y,
            part,
            0.78,
            left,
            color=face,
            edgecolor=PAPER,
            linewidth=0.5,
            hatch=HATCHES[k // len(FACES) % len(HATCHES)],
            label=language.short(str(criterion), LETTERS),
        )
        for height, start, width in zip(y, left, part, strict=True):
            if width >= ROOM * most and len(y) <= NUMBERED:
                ax.text(
                    start + width / 2,
                    height,
                    language.number(float(width), 0),
                    in_layout=False,
                    ha="center",
                    va="center",
                    fontsize=SMALL,
                    color=ink,
                )
        left = left + part
    ax.set_xlim(0, most)
    ax.set_xlabel(language.say("axis.contribution"), loc="right")
    say_ticks(ax, language)
    texts = [language.spread(Amount(*row)) for row in scores.to_numpy().tolist()]
    write_column(ax, y, texts, language.say("column.score_range"))
    put_legend(ax, min(ACROSS, len(points.columns)))
    return ax


@styled
def draw_waterfall(
    contributions: Contributions,
    ax: Axes,
    language: Language = ENGLISH,
    capability: str = "",
    other: str = "",
) -> Axes:
    """Draw the steps from the score of one capability to that of another, criterion by criterion.

    The two of the highest mean score unless said otherwise: from the second to the first. Solid
    bars lift, hatched bars lower; thin lines are the 80 % range of each step.
    """
    first, second = contributions.scores().index[:2] if not (capability and other) else ("", "")
    capability, other = capability or str(first), other or str(second)
    table = contributions.between(capability, other)
    start, end = float(table["start"].iloc[0]), float(table["end"].iloc[-1])
    names = [language.short(other), *(language.short(str(c)) for c in table.index)]
    last = len(names)
    y = name_rows(ax, [*names, language.short(capability)], [True, *[False] * (last - 1), True])
    rule_rows(ax, y)
    ax.plot([start, end], [y[0], y[last]], "D", color=INK, markersize=5)
    edges = [start, *table["end"]]
    for k, (begin, step) in enumerate(zip(table["start"], table["step"], strict=True)):
        up = step >= 0
        ax.barh(
            y[k + 1],
            step,
            0.66,
            begin,
            facecolor=BLUE if up else PAPER,
            edgecolor=BLUE if up else VERMILION,
            linewidth=0.8,
            hatch="" if up else "/////",
        )
    ends = table["start"].to_numpy()
    ax.hlines(y[1:-1], ends + table["step_low"], ends + table["step_high"], color=INK, lw=0.8)
    for k, edge in enumerate(edges):
        ax.vlines(edge, y[k] - 0.33, y[k + 1] + 0.33, color=MUTED, lw=0.6)
    low = float((ends + table["step_low"]).min())
    high = float((ends + table["step_high"]).max())
    room = 0.15 * (high - low) + 0.5
    ax.set_xlim(max(min(low, start, end) - room, 0.0), max(high, start, end) + room / 3)
    ax.set_xlabel(language.say("axis.score"), loc="right")
    say_ticks(ax, language)
    texts = [language.number(start, 0)]
    for row in table[["step", "step_low", "step_high"]].to_numpy().tolist():
        places = decimals(*row)
        texts.append(
            language.say(
                "contributions.step",
                step=language.signed(row[0], places),
                span=language.span(Amount(*row)),
            )
        )
    write_column(ax, y, [*texts, language.number(end, 0)], language.say("column.steps"))
    return ax


def _contributions(study: Study) -> Contributions:
    return study.contributions


def _parts_behind(study: Study) -> pd.DataFrame:
    found = _contributions(study)
    return found.by_criterion().join(found.scores())


def _facts(study: Study, language: Language) -> Mapping[str, object]:
    """What adds most over all capabilities, and in the highest score."""
    found = _contributions(study)
    points, scores = found.by_criterion(), found.scores()
    mean = points.mean().sort_values(ascending=False, kind="stable")
    row = scores.iloc[0]
    listed = (
        language.say(
            "chart.contributions.alt_row", name=language.name(str(k)), points=language.number(p, 0)
        )
        for k, p in mean.items()
    )
    return {
        "most": language.name(str(mean.index[0])),
        "points": language.number(float(mean.iloc[0]), 0),
        "score": language.number(float(mean.sum()), 0),
        "first": language.name(str(points.index[0])),
        "first_score": language.spread(Amount(*map(float, row))),
        "count": len(points),
        "draws": language.number(found.draws, 0),
        "list": in_series(language, listed),
    }


def _two(study: Study) -> tuple[str, str]:
    first, second = _contributions(study).scores().index[:2]
    return str(first), str(second)


def _steps(study: Study) -> pd.DataFrame:
    return _contributions(study).between(*_two(study))


def _steps_facts(study: Study, language: Language) -> Mapping[str, object]:
    """What lifts the highest score above the next, and what speaks against it."""
    found, (first, second) = _contributions(study), _two(study)
    table, ahead = _steps(study), found.p_ahead(first, second)
    listed = (
        language.say(
            "chart.score_steps.alt_row",
            name=language.name(str(k)),
            step=language.spread(Amount(*row)),
        )
        for k, row in zip(
            table.index, table[["step", "step_low", "step_high"]].to_numpy().tolist(), strict=True
        )
    )
    against = table["step"].iloc[-1] < 0
    return {
        "variant": "firm" if ahead >= FIRM else None,
        "first": language.name(first),
        "second": language.name(second),
        "percent": language.probability(ahead),
        "lifts": language.name(str(table.index[0])),
        "lowers": language.name(str(table.index[-1])) if against else language.say("none"),
        "start": language.number(float(table["start"].iloc[0]), 0),
        "end": language.number(float(table["end"].iloc[-1]), 0),
        "draws": language.number(found.draws, 0),
        "list": in_series(language, listed, most=12),
    }


def _step_rows(study: Study) -> float:
    return rows(2 + len(study.case.measured))


def _several(study: Study) -> bool:
    return len(study.case.capabilities) > 1


JUDGES_ACROSS = 4  # judges in a line of the legend
DOT = ("o", MUTED)  # of every judge, where there are more than can be told apart


@styled
def draw_judges(judged: Elicitation, ax: Axes, language: Language = ENGLISH) -> Axes:
    """Draw the points that each judge gave each swing, branch by branch.

    A mark is a judge, by each method used, with the judge's own range as a thin line; the diamond
    is what they come to together, the band the range that enters the criteria.
    """
    table, records = judged.to_frame(), judged.records().reset_index()
    order = _by_branch(table)
    names = [_name(branch, language) if head else language.short(branch) for branch, head in order]
    y = name_rows(ax, names, bold=[head for _, head in order])
    height = {c: at for (c, head), at in zip(order, y, strict=True) if not head}
    at = [height[c] for c in table.index]
    rule_rows(ax, y[[not head for _, head in order]])
    wide = table["swing_high"] - table["swing_low"]
    ax.barh(at, wide, 0.66, table["swing_low"], color=RULE)
    many = len(judged.judges) > MARKED
    for k, judge in enumerate(judged.judges):
        marker, colour = DOT if many else MARKS[k]
        mine = records[records["judge"] == judge]
        levels = [height[c] for c in mine["criterion"]]
        ax.hlines(levels, mine["low"], mine["high"], color=colour, lw=0.8)
        ax.plot(
            mine["points"],
            levels,
            marker,
            color=colour,
            markersize=4.4,
            markerfacecolor="none",
            markeredgewidth=1.0,
            label=None if many else judge,
        )
    together = language.say("chart.judges.together")
    ax.plot(table["swing"], at, "d", color=INK, markersize=5, label=together)
    ax.set_xlim(0, 103)
    ax.set_xlabel(language.say("axis.points"), loc="right")
    say_ticks(ax, language)
    points = _points(table, language)
    spans = ["" if head else points[c] for c, head in order]
    write_column(ax, y, spans, language.say("column.together"))
    put_legend(ax, JUDGES_ACROSS)
    return ax


def _by_branch(table: pd.DataFrame) -> list[tuple[str, bool]]:
    """The rows: each branch as a head, then its criteria in the order of the case."""
    found: list[tuple[str, bool]] = []
    for branch, mine in table.groupby("branch", sort=False):
        found += [(str(branch), True), *((str(c), False) for c in mine.index)]
    return found


def _name(branch: str, language: Language) -> str:
    return language.short(branch) if branch else language.say("chart.judges.top")


def _points(table: pd.DataFrame, language: Language) -> Mapping[str, str]:
    """Points of each criterion together, with their range."""
    labels = {}
    swings = table[["swing", "swing_low", "swing_high"]].to_numpy(dtype=float)
    for criterion, row in zip(table.index, swings, strict=True):
        middle, low, high = (language.number(float(end), 0) for end in row)
        span = language.say("span", low=low, high=high)
        labels[str(criterion)] = language.say("around", middle=middle, span=span)
    return labels


def _judged(study: Study) -> Elicitation:
    return study.elicitation


def _judges_facts(study: Study, language: Language) -> Mapping[str, object]:
    """On which swing judges are farthest apart, and whose judgements need another look."""
    found = _judged(study)
    labels = found.records().groupby("criterion", sort=False)["points"]
    low, high = labels.min(), labels.max()
    widest = str((high - low).round(6).idxmax())
    table = found.to_frame()
    top = table[table["branch"] == table["branch"].sort_values().iloc[0]]  # the tree's, if judged
    sets, failed = len(found.checks()), len(found.to_revisit)
    variant = "one" if len(found.judges) == 1 else "again" if failed else None
    agreed = found.agreement()["concordance"]
    return {
        "variant": variant,
        "count": failed,
        "judges": len(found.judges),
        "mean": language.word("chart.judges", found.mean),
        "criteria": len(table),
        "first": language.name(str(top["swing"].idxmax())),
        "widest": language.name(widest),
        "low": language.number(float(low[widest]), 0),
        "high": language.number(float(high[widest]), 0),
        "sets": sets,
        "agreement": in_series(
            language,
            (
                language.say(
                    "chart.judges.agree",
                    branch=_name(str(branch), language),
                    figure=language.number(float(figure), 1),
                )
                for branch, figure in agreed.items()
                if not isnan(figure)
            ),
        ),
        "list": in_series(
            language,
            (
                language.say("chart.judges.alt_row", name=language.name(c), points=points)
                for c, points in _points(table, language).items()
            ),
        ),
    }


def _rows(study: Study) -> float:
    table = _judged(study).to_frame()
    return rows(len(_by_branch(table)), 0.2)


def _said(study: Study) -> pd.DataFrame:
    return _judged(study).records()


SCORE_CHARTS = (
    Chart(
        key="contributions",
        needs=("contributions",),
        draw=of("contributions", draw_contributions),
        height=capability_rows,
        behind=_parts_behind,
        facts=_facts,
        first=lambda study: [str(key) for key in _contributions(study).by_criterion().index],
    ),
    Chart(
        key="score_steps",
        needs=("contributions",),
        draw=of("contributions", draw_waterfall),
        height=_step_rows,
        behind=_steps,
        facts=_steps_facts,
        drawable=_several,
    ),
)

JUDGES_CHARTS = (
    Chart(
        key="judges",
        needs=("elicitation",),
        draw=of("elicitation", draw_judges),
        height=_rows,
        behind=_said,
        facts=_judges_facts,
    ),
)
