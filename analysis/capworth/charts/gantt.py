"""The timetable of the programme: when each improvement is built and when it has its effect."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from capworth.charts.rows import name_rows, rule_rows, write_column
from capworth.charts.style import BLUE, INK, MUTED, PAPER, SKY, VERMILION, styled
from capworth.charts.voice import ENGLISH, Voice
from capworth.methods.arguments import Floats
from capworth.schedule import Schedule

TALL = 0.56  # height of a bar, in rows


def shown(schedule: Schedule) -> list[str]:
    """Improvements with a row: those carried out by their start, then those that do not fit."""
    table = schedule.to_frame()
    done = table[table["done"]].sort_values(["start", "effect"], kind="stable")
    return [*done.index, *schedule.left_out]


@styled
def draw_gantt(schedule: Schedule, ax: Axes, voice: Voice = ENGLISH) -> Axes:
    """Draw the years of building, of rising effect and of full effect of each improvement.

    An open diamond stands at the start that the case states, where the schedule starts later.
    Below each year stands the money that is asked for in it.
    """
    keys = shown(schedule)
    table, years = schedule.to_frame().loc[keys], schedule.by_year()
    first, last = int(years.index[0]), int(years.index[-1])
    done = table["done"].to_numpy(dtype=bool)
    y = name_rows(ax, [voice.short(key, 40) for key in keys], bold=list(done))
    rule_rows(ax, y)
    start, effect, full = (
        table[c].to_numpy(dtype=float) for c in ("start", "effect", "full_effect")
    )
    parts: tuple[tuple[str, Floats, Floats, dict[str, Any]], ...] = (
        ("build", start, effect, {"facecolor": BLUE}),
        ("ramp", effect, full, {"facecolor": PAPER, "edgecolor": BLUE, "hatch": "/////"}),
        ("full", full, np.full(len(keys), last + 1.0), {"facecolor": SKY}),
    )
    for word, left, right, look in parts:
        width = np.minimum(right, last + 1) - left
        some = done & (width > 0)
        if some.any():
            label = voice.say(f"gantt.{word}")
            ax.barh(y[some], width[some], TALL, left[some], linewidth=0.6, label=label, **look)
    late = done & (table["delay"].to_numpy() > 0)
    if late.any():
        stated = np.maximum(table["stated_start"].to_numpy(dtype=float), first)
        ax.plot(
            stated[late],
            y[late],
            "D",
            color=VERMILION,
            markerfacecolor=PAPER,
            markersize=4.5,
            clip_on=False,
            zorder=4,
            label=voice.say("gantt.stated"),
        )
    for row in y[~done]:
        ax.annotate(
            voice.say("gantt.no_room"),
            (first, row),
            (3, 0),
            textcoords="offset points",
            va="center",
            color=MUTED,
        )
    ax.set_xlim(first, last + 1)
    spent = [voice.number(amount, 1) if amount > 0 else "0" for amount in years["spend_m"]]
    names = [f"{year}\n{amount}" for year, amount in zip(years.index, spent, strict=True)]
    ax.set_xticks(np.arange(first, last + 1) + 0.5, names)
    ax.tick_params(axis="x", length=0)
    for year in range(first, last + 2):
        ax.axvline(year, color=MUTED, lw=0.3, zorder=0)
    unit = voice.millions(schedule.provenance.currency)
    ax.set_xlabel(_axis(schedule, voice, unit), loc="right", color=INK)
    money = [voice.number(amount) for amount in table["asked_m"]]
    write_column(ax, y, money, voice.say("column.asked_one", unit=unit))
    ax.legend(loc="lower right", bbox_to_anchor=(1, 1), borderaxespad=0.5, ncols=4)
    return ax


def _axis(schedule: Schedule, voice: Voice, unit: str) -> str:
    """Say what stands below the years, and the limit of a year where there is one."""
    room = schedule.by_year()["spend_room_m"].to_numpy()
    year = schedule.provenance.price_year
    if np.isfinite(room).all() and np.ptp(room) == 0:
        return voice.say("axis.years_limited", unit=unit, year=year, room=voice.tick(room[0]))
    return voice.say("axis.years", unit=unit, year=year)
