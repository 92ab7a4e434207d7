"""What each judge said of the swings, beside what they come to together."""

from collections.abc import Mapping
from math import isnan

import pandas as pd
from matplotlib.axes import Axes

from capworth.charts.chart import Chart
from capworth.charts.findings import in_series
from capworth.charts.making import of, rows
from capworth.charts.need_charts import MARKED, MARKS
from capworth.charts.rows import name_rows, put_legend, rule_rows, say_ticks, write_column
from capworth.charts.style import INK, MUTED, RULE, styled
from capworth.charts.voice import ENGLISH, Voice
from capworth.elicitation import Elicitation
from capworth.study import Study

ACROSS, LETTERS = 4, 24  # judges in a line of the legend, and letters of their names
DOT = ("o", MUTED)  # of every judge, where there are more than can be told apart


@styled
def draw_judges(judged: Elicitation, ax: Axes, voice: Voice = ENGLISH) -> Axes:
    """Draw the points that each judge gave each swing, branch by branch.

    A mark is a judge, by each method used, with the judge's own range as a thin line; the diamond
    is what they come to together, the band the range that enters the criteria.
    """
    table, records = judged.to_frame(), judged.records().reset_index()
    order = _by_branch(table)
    names = [_name(branch, voice) if head else voice.short(branch) for branch, head in order]
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
    together = voice.say("chart.judges.together")
    ax.plot(table["swing"], at, "d", color=INK, markersize=5, label=together)
    ax.set_xlim(0, 103)
    ax.set_xlabel(voice.say("axis.points"), loc="right")
    say_ticks(ax, voice)
    points = _points(table, voice)
    spans = ["" if head else points[c] for c, head in order]
    write_column(ax, y, spans, voice.say("column.together"))
    put_legend(ax, ACROSS)
    return ax


def _by_branch(table: pd.DataFrame) -> list[tuple[str, bool]]:
    """The rows: each branch as a head, then its criteria in the order of the case."""
    found: list[tuple[str, bool]] = []
    for branch, mine in table.groupby("branch", sort=False):
        found += [(str(branch), True), *((str(c), False) for c in mine.index)]
    return found


def _name(branch: str, voice: Voice) -> str:
    return voice.short(branch) if branch else voice.say("chart.judges.top")


def _points(table: pd.DataFrame, voice: Voice) -> Mapping[str, str]:
    """Points of each criterion together, with their range."""
    said = {}
    swings = table[["swing", "swing_low", "swing_high"]].to_numpy(dtype=float)
    for criterion, row in zip(table.index, swings, strict=True):
        middle, low, high = (voice.number(float(end), 0) for end in row)
        span = voice.say("span.plain", low=low, high=high)
        said[str(criterion)] = voice.say("span.around", middle=middle, span=span)
    return said


def _judged(study: Study) -> Elicitation:
    assert study.elicitation is not None
    return study.elicitation


def _facts(study: Study, voice: Voice) -> Mapping[str, object]:
    """On which swing judges are farthest apart, and whose judgements need another look."""
    found = _judged(study)
    said = found.records().groupby("criterion", sort=False)["points"]
    low, high = said.min(), said.max()
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
        "mean": voice.word("chart.judges", found.mean),
        "criteria": len(table),
        "first": voice.name(str(top["swing"].idxmax())),
        "widest": voice.name(widest),
        "low": voice.number(float(low[widest]), 0),
        "high": voice.number(float(high[widest]), 0),
        "sets": sets,
        "agreement": in_series(
            voice,
            (
                voice.say(
                    "chart.judges.agree",
                    branch=_name(str(branch), voice),
                    figure=voice.number(float(figure), 1),
                )
                for branch, figure in agreed.items()
                if not isnan(figure)
            ),
        ),
        "list": in_series(
            voice,
            (
                voice.say("chart.judges.alt_row", name=voice.name(c), points=points)
                for c, points in _points(table, voice).items()
            ),
        ),
    }


def _rows(study: Study) -> float:
    table = _judged(study).to_frame()
    return rows(len(_by_branch(table)), 0.2)


def _said(study: Study) -> pd.DataFrame:
    return _judged(study).records()


JUDGES_CHARTS = (
    Chart("judges", ("elicitation",), of("elicitation", draw_judges), _rows, _said, _facts),
)
