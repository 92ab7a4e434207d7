"""The architecture as a picture: platforms, capabilities and improvements in three columns."""

import textwrap
from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, PathPatch
from matplotlib.path import Path

from capworth.architecture import (
    CAPABILITY,
    CARRIES,
    EXCLUDES,
    IMPROVEMENT,
    LAYERS,
    LIFTS,
    PLATFORM,
    REQUIRES,
    Architecture,
)
from capworth.charts.style import BLUE, INK, MUTED, SKY, SMALL, TEXT, VERMILION, styled
from capworth.charts.voice import ENGLISH, Voice

COLUMNS: Mapping[str, tuple[float, float]] = {  # inches from the left: where a node begins and ends
    PLATFORM: (0.0, 0.95),
    CAPABILITY: (1.5, 3.55),
    IMPROVEMENT: (4.3, 6.2),
}
WIDE = 6.6  # inches
LETTERS: Mapping[str, int] = {PLATFORM: 17, CAPABILITY: 38, IMPROVEMENT: 36}  # of a line
MOST_LINES = 4  # of a name
THICKEST = 3.0  # points of the line of a capability that bears a whole platform
BOW = 0.1  # inches of an arc for each place between its ends


@styled
def draw_architecture(architecture: Architecture, ax: Axes, voice: Voice = ENGLISH) -> Axes:
    """Draw the layers from left to right; arcs at the right join improvements.

    Lines to the recommended improvements are blue, their names bold; a line from a platform is as
    thick as the share of it that the capability bears.
    """
    table = architecture.to_frame()
    rows = max(int((table["kind"] == kind).sum()) for kind in LAYERS)
    place, lines = {}, {}
    for kind in LAYERS:
        keys = architecture.layer(kind)
        lines[kind] = min(int(1.5 * rows / max(len(keys), 1)), MOST_LINES)
        for k, key in enumerate(keys):
            place[kind, key] = (k + 0.5) * rows / len(keys)
    chosen = set(table.loc[table["chosen"], "id"])
    for begin, end, kind, weight in architecture.edges().itertuples(index=False):
        if kind == CARRIES:
            here, there = place[PLATFORM, begin], place[CAPABILITY, end]
            width = 0.3 + THICKEST * float(weight)
            _line(ax, COLUMNS[PLATFORM][1], here, COLUMNS[CAPABILITY][0], there, MUTED, width)
        elif kind == LIFTS:
            here, there = place[CAPABILITY, end], place[IMPROVEMENT, begin]
            colour, width = (BLUE, 1.1) if begin in chosen else (SKY, 0.6)
            _line(ax, COLUMNS[CAPABILITY][1], here, COLUMNS[IMPROVEMENT][0], there, colour, width)
        else:
            _arc(ax, place[IMPROVEMENT, begin], place[IMPROVEMENT, end], kind == REQUIRES)
    names = {kind: voice.say(f"architecture.{kind}") for kind in LAYERS}
    for (kind, key), y in place.items():
        _write(ax, kind, y, _folded(voice, key, LETTERS[kind], lines[kind]), key in chosen)
    for kind in LAYERS:
        ax.text(
            COLUMNS[kind][0],
            -0.6,
            names[kind],
            fontsize=TEXT,
            fontweight="bold",
            color=MUTED,
            va="bottom",
            in_layout=False,
        )
    ax.set_xlim(0, WIDE)
    ax.set_ylim(rows + 0.3, -1.4)
    ax.set_axis_off()
    ax.legend(
        handles=_keys(voice, architecture),
        loc="lower left",
        bbox_to_anchor=(0, 1.0),
        ncols=4,
        columnspacing=1.2,
    )
    return ax


def _line(
    ax: Axes, left: float, here: float, right: float, there: float, colour: str, width: float
) -> None:
    middle = (left + right) / 2
    points = [(left, here), (middle, here), (middle, there), (right, there)]
    path = Path(points, [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4])
    ax.add_patch(
        PathPatch(path, facecolor="none", edgecolor=colour, linewidth=width, alpha=0.75, zorder=1)
    )


def _arc(ax: Axes, begin: float, end: float, requires: bool) -> None:
    """Join two improvements at their right: from the one that requires to what it requires."""
    x = COLUMNS[IMPROVEMENT][1] + 0.03
    reach = min(BOW * abs(end - begin) ** 0.5 + 0.1, WIDE - x)
    points = [(x, begin), (x + 1.3 * reach, begin), (x + 1.3 * reach, end), (x, end)]
    path = Path(points, [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4])
    ax.add_patch(
        FancyArrowPatch(
            path=path,
            arrowstyle="-|>" if requires else "-",
            mutation_scale=6,
            color=INK if requires else VERMILION,
            linewidth=0.8,
            linestyle="-" if requires else (0, (3, 2)),
            zorder=2,
        )
    )


def _folded(voice: Voice, key: str, letters: int, lines: int) -> str:
    """Write a name in so many lines, cut short at their end where it is longer."""
    parts = textwrap.wrap(voice.short(key, letters * max(lines, 1)), letters)
    if len(parts) > max(lines, 1):
        parts = [*parts[: lines - 1], textwrap.shorten(parts[lines - 1], letters - 1) + "…"]
    return "\n".join(parts)


def _write(ax: Axes, kind: str, y: float, text: str, strong: bool) -> None:
    ax.text(
        COLUMNS[kind][0],
        y,
        text,
        fontsize=SMALL,
        fontweight="bold" if strong else "normal",
        color=INK,
        va="center",
        linespacing=1.0,
        in_layout=False,
        zorder=3,
    )


def _keys(voice: Voice, architecture: Architecture) -> list[Line2D]:
    """Explain the lines that are there."""
    edges = architecture.edges()
    there = set(edges["kind"])
    chosen = architecture.to_frame()["chosen"].any()
    keys = []
    if CARRIES in there:
        keys.append(Line2D([], [], color=MUTED, lw=1.5, label=voice.say("architecture.carries")))
    if LIFTS in there:
        if chosen:
            keys.append(Line2D([], [], color=BLUE, lw=1.1, label=voice.say("architecture.chosen")))
        keys.append(Line2D([], [], color=SKY, lw=0.8, label=voice.say("architecture.lifts")))
    if REQUIRES in there:
        keys.append(Line2D([], [], color=INK, lw=0.8, label=voice.say("architecture.requires")))
    if EXCLUDES in there:
        keys.append(
            Line2D(
                [],
                [],
                color=VERMILION,
                lw=0.8,
                ls=(0, (3, 2)),
                label=voice.say("architecture.excludes"),
            )
        )
    return keys
