"""The charts that bring innovation and excellence together: the map of fields, the architecture.

The architecture as a picture: platforms, capabilities and improvements in three columns.

What the maps of innovation and of the architecture find.

The map of innovation and excellence: where improvements meet gaps, in four named fields.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING

import pandas as pd

from capworth.charts.chart import Chart, alone, frame, in_series
from capworth.charts.rows import place_labels
from capworth.charts.style import BLUE, INK, MARKS, MUTED, RULE, SKY, SMALL, TEXT, VERMILION, styled
from capworth.excellence.gaps import CATCH_UP, EXTEND, KEEP, UNAIDED, GapWorth
from capworth.excellence.services import DESIGNATED, NEITHER, Excellence
from capworth.language.language import ENGLISH, Language
from capworth.programme.architecture import (
    CAPABILITY,
    CARRIES,
    EXCLUDES,
    IMPROVEMENT,
    LAYERS,
    LIFTS,
    PLATFORM,
    REQUIRES,
    Architecture,
    architecture_of,
)
from capworth.study.stages import Study

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D
    from matplotlib.path import Path

Facts = Mapping[str, object]
FIELDS = (CATCH_UP, EXTEND, UNAIDED, KEEP)
FIRM = 0.9  # share of draws from which a capability is surely in its field


def innovation_facts(study: Study, language: Language) -> Facts:
    """How many capabilities are far from excellence without help, and which lie in each field."""
    gaps = study.gap_worth
    table = gaps.to_frame().sort_values("gap", ascending=False, kind="stable")
    lists = {
        f"{field.replace(' ', '_')}_list": in_series(
            language,
            (language.short(str(c)) for c in table.index[table["field"] == field]),
            most=12,
        )
        for field in FIELDS
    }
    unaided = table[table["field"] == UNAIDED]
    close, potential = gaps.middle
    return {
        "variant": None if len(unaided) else "none",
        "count": len(unaided),
        "all": len(table),
        "far": int((table["field"] == CATCH_UP).sum()),
        "farthest": language.name(str((unaided if len(unaided) else table).index[0])),
        "firm": int((table["p_field"] >= FIRM).sum()),
        "close": language.say("percent", number=language.number(100 * close, 0)),
        "potential": language.number(potential, 1),
        "draws": language.number(gaps.draws, 0),
        **lists,
    }


def architecture_facts(study: Study, language: Language) -> Facts:
    """How many capabilities the improvements reach, and what most depends on."""
    found = architecture_of(study.sample, study.answers.get("programme"), study.provenance)
    edges = found.edges()
    lifted = edges[edges["kind"] == LIFTS]
    needed = edges.loc[edges["kind"] == REQUIRES, "to"].value_counts()
    reach = lifted["from"].value_counts()
    widest = min(reach.index[reach == reach.max()]) if len(reach) else ""
    hub = min(needed.index[needed == needed.max()]) if len(needed) else ""
    carried = edges.loc[edges["kind"] == CARRIES].groupby("from")["to"].count()
    return {
        "variant": None if hub else "one" if len(study.case.improvements) == 1 else "plain",
        "reached": len(study.case.capabilities) - len(found.unlinked),
        "all": len(study.case.capabilities),
        "improvements": len(found.layer(IMPROVEMENT)),
        "platforms": len(found.layer(PLATFORM)),
        "hub": language.name(hub) if hub else language.say("none"),
        "count": int(needed.max()) if hub else 0,
        "widest": language.name(widest) if widest else language.say("none"),
        "widest_count": int(reach.max()) if widest else 0,
        "unlinked": in_series(language, (language.short(c) for c in found.unlinked), most=12),
        "carried": in_series(
            language,
            (
                language.say("chart.architecture.alt_row", name=language.name(str(p)), count=int(n))
                for p, n in carried.items()
            ),
        ),
    }


ROW, HEAD = 0.2, 0.9  # inches of a node of the longest column, and of what stands above it


def _innovation(study: Study, ax: Axes, language: Language) -> Axes:
    return draw_innovation_map(study.gap_worth, ax, language, study.answers.get("excellence"))


def _found(study: Study) -> Architecture:
    """Give the nodes that are to be drawn, with the lines between them."""
    found = architecture_of(study.sample, study.answers.get("programme"), study.provenance)
    every, case = study.sample.case, study.case
    away = {*every.capability_ids, *every.improvement_ids}
    away -= {*case.capability_ids, *case.improvement_ids}
    return found.without(away) if away else found


def _most_linked(study: Study) -> list[str]:
    """Capabilities and improvements in turn, those with most lines first."""
    found = architecture_of(study.sample, study.answers.get("programme"), study.provenance)
    edges = found.edges()
    lines = pd.concat((edges["from"], edges["to"])).value_counts()
    sides = (
        sorted(found.layer(kind), key=lambda key: -int(lines.get(key, 0)))
        for kind in (CAPABILITY, IMPROVEMENT)
    )
    return [key for pair in zip_longest(*sides) for key in pair if key is not None]


def _architecture(study: Study, ax: Axes, language: Language) -> Axes:
    return draw_architecture(_found(study), ax, language)


def _tall(study: Study) -> float:
    found = _found(study)
    return HEAD + ROW * max(len(found.layer(kind)) for kind in LAYERS)


def _lines(study: Study) -> pd.DataFrame:
    return _found(study).edges()


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
def draw_architecture(architecture: Architecture, ax: Axes, language: Language = ENGLISH) -> Axes:
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
    names = {kind: language.say(f"architecture.{kind}") for kind in LAYERS}
    for (kind, key), y in place.items():
        _write(ax, kind, y, _folded(language, key, LETTERS[kind], lines[kind]), key in chosen)
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
        handles=_keys(language, architecture),
        loc="lower left",
        bbox_to_anchor=(0, 1.0),
        ncols=4,
        columnspacing=1.2,
    )
    return ax


def _curve(points: Sequence[tuple[float, float]]) -> Path:
    """Return the cubic curve from the first to the last of four points."""
    from matplotlib.path import Path

    return Path(points, [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4])


def _line(
    ax: Axes, left: float, here: float, right: float, there: float, colour: str, width: float
) -> None:
    from matplotlib.patches import PathPatch

    middle = (left + right) / 2
    points = [(left, here), (middle, here), (middle, there), (right, there)]
    path = _curve(points)
    ax.add_patch(
        PathPatch(path, facecolor="none", edgecolor=colour, linewidth=width, alpha=0.75, zorder=1)
    )


def _arc(ax: Axes, begin: float, end: float, requires: bool) -> None:
    """Join two improvements at their right: from the one that requires to what it requires."""
    from matplotlib.patches import FancyArrowPatch

    x = COLUMNS[IMPROVEMENT][1] + 0.03
    reach = min(BOW * abs(end - begin) ** 0.5 + 0.1, WIDE - x)
    points = [(x, begin), (x + 1.3 * reach, begin), (x + 1.3 * reach, end), (x, end)]
    path = _curve(points)
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


def _folded(language: Language, key: str, letters: int, lines: int) -> str:
    """Write a name in so many lines, cut short at their end where it is longer."""
    parts = textwrap.wrap(language.short(key, letters * max(lines, 1)), letters)
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


def _keys(language: Language, architecture: Architecture) -> list[Line2D]:
    """Explain the lines that are there."""
    from matplotlib.lines import Line2D

    edges = architecture.edges()
    there = set(edges["kind"])
    chosen = architecture.to_frame()["chosen"].any()
    keys = []
    if CARRIES in there:
        keys.append(Line2D([], [], color=MUTED, lw=1.5, label=language.say("architecture.carries")))
    if LIFTS in there:
        if chosen:
            keys.append(
                Line2D([], [], color=BLUE, lw=1.1, label=language.say("architecture.chosen"))
            )
        keys.append(Line2D([], [], color=SKY, lw=0.8, label=language.say("architecture.lifts")))
    if REQUIRES in there:
        keys.append(Line2D([], [], color=INK, lw=0.8, label=language.say("architecture.requires")))
    if EXCLUDES in there:
        keys.append(
            Line2D(
                [],
                [],
                color=VERMILION,
                lw=0.8,
                ls=(0, (3, 2)),
                label=language.say("architecture.excludes"),
            )
        )
    return keys


CORNERS = {  # field: where its name stands, and how it is aligned
    CATCH_UP: (0.0, 1.0, "left", "top"),
    EXTEND: (1.0, 1.0, "right", "top"),
    UNAIDED: (0.0, 0.0, "left", "bottom"),
    KEEP: (1.0, 0.0, "right", "bottom"),
}
INSET = 4  # points between the name of a field and its corner


@styled
def draw_innovation_map(
    gaps: GapWorth, ax: Axes, language: Language = ENGLISH, excellence: Excellence | None = None
) -> Axes:
    """Draw closeness to the agreed levels against innovation potential, with 80 % ranges.

    Lines at the means of all capabilities part four fields. Services of excellence have the marks
    that they have on the cost-value map.
    """
    table = gaps.to_frame()
    routes = dict.fromkeys(table.index, NEITHER)
    if excellence is not None:
        routes |= excellence.to_frame()["route"].to_dict()
    close = 100 * table[["closeness", "closeness_low", "closeness_high"]]
    ax.hlines(
        table["potential"], close["closeness_low"], close["closeness_high"], color=RULE, lw=0.8
    )
    ax.vlines(
        close["closeness"], table["potential_low"], table["potential_high"], color=RULE, lw=0.8
    )
    for route, (marker, size, face, edge) in MARKS.items():
        part = [c for c in table.index if routes[c] == route]
        if part:
            ax.plot(
                close.loc[part, "closeness"],
                table.loc[part, "potential"],
                marker,
                markersize=size,
                markerfacecolor=face,
                markeredgecolor=edge,
                markeredgewidth=1.2 if route == DESIGNATED else 0.6,
                label=language.word("route", route) if excellence is not None else None,
                zorder=4 if route != NEITHER else 3,
                clip_on=False,
            )
    ax.margins(0.05, 0.16)
    middle = gaps.middle
    ax.axvline(100 * middle[0], color=MUTED, lw=0.7, dashes=(4, 3), zorder=1)
    ax.axhline(middle[1], color=MUTED, lw=0.7, dashes=(4, 3), zorder=1)
    for field, (x, y, ha, va) in CORNERS.items():
        ax.annotate(
            language.say(f"field.{field.replace(' ', '_')}"),
            (x, y),
            (INSET * (1 - 2 * x), INSET * (1 - 2 * y)),
            xycoords="axes fraction",
            textcoords="offset points",
            ha=ha,
            va=va,
            fontsize=TEXT,
            fontweight="bold",
            color=BLUE,
            in_layout=False,
        )
    ax.set_xlabel(language.say("axis.closeness"), loc="right")
    ax.set_ylabel(language.say("axis.potential"))
    ax.xaxis.set_major_formatter(language.tick)
    ax.yaxis.set_major_formatter(language.tick)
    if excellence is not None:
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1.01), ncols=4, fontsize=SMALL)
    order = sorted(table.index, key=lambda c: routes[c] == NEITHER)
    place_labels(
        ax,
        [(float(close["closeness"][c]), float(table["potential"][c])) for c in order],
        [str(c) for c in order],
        strong=[routes[c] != NEITHER for c in order],
    )
    return ax


INNOVATION_CHARTS = (
    Chart(
        key="innovation",
        needs=("gap_worth", "priorities"),
        draw=alone(_innovation),
        height=lambda _: 4.6,
        behind=frame("gap_worth"),
        facts=innovation_facts,
    ),
    Chart(
        key="architecture",
        needs=("priorities",),
        draw=alone(_architecture),
        height=_tall,
        behind=_lines,
        facts=architecture_facts,
        first=_most_linked,
    ),
)
