"""Does the ranking hang on the key? Places of the capabilities under every key, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from capworth.appraisal.allocation import STATED, Allocation
from capworth.charts.chart import Chart, Facts, capability_rows, of
from capworth.charts.rows import name_rows, put_legend, rule_rows, say_ticks, write_column
from capworth.charts.style import (
    BLUE,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PURPLE,
    RULE,
    SKY,
    VERMILION,
    styled,
)
from capworth.language.language import ENGLISH, Language
from capworth.study.stages import Study

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MARKS = {  # colour and marker of each key
    "usage": (BLUE, "o"),
    "equal": (VERMILION, "s"),
    "stand-alone": (GREEN, "^"),
    "shapley": (ORANGE, "D"),
    "benefit": (PURPLE, "v"),
    "serial": (SKY, "P"),
    "nucleolus": (INK, "x"),
    "peak": (MUTED, "<"),
    "tree": (MUTED, ">"),
}
APART = 0.09  # rows between the marks of two keys
NAMED = 3  # capabilities named in the title


@styled
def draw_allocation(found: Allocation, ax: Axes, language: Language = ENGLISH) -> Axes:
    """Draw the place of each capability in value for money under every key.

    The grey band is the 80 % interval of the place by the keys that count; marks outside it mean
    that the key moves a capability farther than the uncertainty does. Right: places between the
    best and the worst key.
    """
    from matplotlib.ticker import MaxNLocator

    table = found.ranks()
    y = name_rows(ax, [language.short(str(c), 44) for c in table.index])
    rule_rows(ax, y)
    ax.hlines(y, table["place_low"], table["place_high"], color=RULE, lw=7.0, zorder=1)
    middle = (len(found.keys) - 1) / 2
    for k, key in enumerate(found.keys):
        colour, marker = MARKS[key]
        ax.plot(
            table[key],
            y + (k - middle) * APART,
            marker,
            color=colour,
            markersize=3.4,
            markeredgewidth=0.9,
            label=language.word("key", key),
            zorder=3,
        )
    moved = [language.number(float(count), 0) for count in table["places_moved"]]
    write_column(ax, y, moved, language.say("column.places_moved"))
    ax.set_xlim(0.4, len(table) + 0.6)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel(language.say("axis.place_by_key"), loc="right")
    say_ticks(ax, language)
    put_legend(ax, 4)
    return ax


def beyond(found: Allocation) -> tuple[str, ...]:
    """Name the capabilities that some key takes out of the 80 % interval of their place."""
    table = found.ranks()
    places = table[list(found.keys)]
    out = places.lt(table["place_low"], axis=0) | places.gt(table["place_high"], axis=0)
    return tuple(table.index[out.any(axis=1)])


def allocation_facts(study: Study, language: Language) -> Facts:
    """How many change place, which move farthest, and whether any leaves its interval."""
    found = study.allocation
    moving, table, outside = found.depending, found.ranks(), beyond(found)
    firsts = dict.fromkeys(str(table[key].idxmin()) for key in (STATED, *found.keys))
    return {
        "variant": "still" if not moving else "outside" if outside else "inside",
        "count": len(moving),
        "all": len(table),
        "keys": len(found.keys),
        "most": int(table["places_moved"].max()),
        "list": language.listed(map(language.short, moving[:NAMED])),
        "outside": language.listed(map(language.short, outside), NAMED),
        "firsts": language.listed(map(language.short, firsts)),
        "draws": language.number(found.draws, 0),
    }


def _behind(study: Study) -> pd.DataFrame:
    return study.allocation.ranks()


def _ranked(study: Study) -> bool:
    return "allocation" in study and len(study.allocation.ranks()) > 0


ALLOCATION_CHARTS = (
    Chart(
        key="allocation",
        needs=("allocation",),
        draw=of("allocation", draw_allocation),
        height=lambda study: capability_rows(study) + 0.2,
        behind=_behind,
        facts=allocation_facts,
        drawable=_ranked,
        first=lambda study: [str(key) for key in _behind(study).index],
    ),
)
