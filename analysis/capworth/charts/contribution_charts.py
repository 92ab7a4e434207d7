"""What each criterion adds to the scores: bars of all capabilities, and the steps between two."""

import numpy as np
from matplotlib.axes import Axes

from capworth.charts.rows import name_rows, put_legend, rule_rows, say_ticks, write_column
from capworth.charts.style import (
    BLUE,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PAPER,
    PURPLE,
    SKY,
    SMALL,
    VERMILION,
    YELLOW,
    styled,
)
from capworth.charts.voice import ENGLISH, Voice, decimals
from capworth.contributions import Contributions

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
def draw_contributions(contributions: Contributions, ax: Axes, voice: Voice = ENGLISH) -> Axes:
    """Draw the score of each capability as a bar, parted by the points each criterion adds.

    Parts stand in the order of the legend. Up to twelve bars carry the numbers of their parts.
    """
    points, scores = contributions.by_criterion(), contributions.scores()
    y = name_rows(ax, [voice.short(str(c)) for c in points.index])
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
            label=voice.short(str(criterion), LETTERS),
        )
        for height, start, width in zip(y, left, part, strict=True):
            if width >= ROOM * most and len(y) <= NUMBERED:
                ax.text(
                    start + width / 2,
                    height,
                    voice.number(float(width), 0),
                    in_layout=False,
                    ha="center",
                    va="center",
                    fontsize=SMALL,
                    color=ink,
                )
        left = left + part
    ax.set_xlim(0, most)
    ax.set_xlabel(voice.say("axis.contribution"), loc="right")
    say_ticks(ax, voice)
    texts = [voice.interval(*row) for row in scores.to_numpy().tolist()]
    write_column(ax, y, texts, voice.say("column.score_range"))
    put_legend(ax, min(ACROSS, len(points.columns)))
    return ax


@styled
def draw_waterfall(
    contributions: Contributions,
    ax: Axes,
    voice: Voice = ENGLISH,
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
    names = [voice.short(other), *(voice.short(str(c)) for c in table.index)]
    last = len(names)
    y = name_rows(ax, [*names, voice.short(capability)], [True, *[False] * (last - 1), True])
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
    ax.set_xlabel(voice.say("axis.score"), loc="right")
    say_ticks(ax, voice)
    texts = [voice.number(start, 0)]
    for row in table[["step", "step_low", "step_high"]].to_numpy().tolist():
        places = decimals(*row)
        texts.append(
            voice.say(
                "contributions.step", step=_signed(voice, row[0], places), span=voice.span(*row)
            )
        )
    write_column(ax, y, [*texts, voice.number(end, 0)], voice.say("column.steps"))
    return ax


def _signed(voice: Voice, value: float, places: int) -> str:
    """Write a step with its sign, also in front of what lifts."""
    number = voice.number(value, places)
    return f"+{number}" if value >= 0 else number
