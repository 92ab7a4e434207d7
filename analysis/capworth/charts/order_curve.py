"""The order of priority: what is gained as the money adds up, beside the exact best sets."""

import textwrap

import numpy as np
from matplotlib.axes import Axes

from capworth.charts.budget_lines import mark_money
from capworth.charts.rows import say_ticks
from capworth.charts.style import BLUE, INK, MUTED, PAPER, SMALL, VERMILION, styled
from capworth.charts.voice import ENGLISH, Voice
from capworth.programme import Programme

LETTERS = 50  # in a line of the key
LEADING = 1.3  # of the lines of the key, in sizes of the font


@styled
def draw_order(programme: Programme, ax: Axes, voice: Voice = ENGLISH) -> Axes:
    """Draw money asked against what it adds on the objective, both summed in order of priority.

    Numbered points are bundles, named in the key at the right, bold where the recommended set
    holds all of them; the stepped line is the exact best set for each budget, the star the
    recommended one with the 80 % range of its gain.
    """
    order, frontier = programme.order(), programme.frontier()
    currency = programme.provenance.currency
    asked = np.concatenate([[0.0], order["asked_cum_m"]])
    gained = np.concatenate([[0.0], order["value_cum"]])
    ax.plot(
        frontier["budget_m"],
        frontier["value"],
        color=VERMILION,
        lw=1.0,
        drawstyle="steps-post",
        label=voice.say("order.frontier"),
    )
    ax.plot(asked, gained, color=BLUE, lw=0.7, zorder=3)
    ax.plot(
        asked[1:],
        gained[1:],
        "o",
        color=BLUE,
        markerfacecolor=PAPER,
        markersize=9.5,
        zorder=4,
        label=voice.say("order.curve"),
    )
    for place, (x, y) in enumerate(zip(asked[1:], gained[1:], strict=True), 1):
        ax.annotate(str(place), (x, y), ha="center", va="center_baseline", fontsize=SMALL, zorder=5)
    gain, low, high = programme.value
    ax.vlines(programme.asked_m, low, high, color=INK, lw=1.4, zorder=5)
    ax.plot(
        programme.asked_m,
        gain,
        "*",
        color=INK,
        markersize=9,
        zorder=6,
        label=voice.say("order.recommended"),
    )
    ax.set_xlim(0, 1.04 * max(asked[-1], programme.budget_m, programme.target_m or 0.0))
    ax.set_ylim(0, 1.12 * max(gained[-1], high))
    mark_money(ax, voice, currency, programme.budget_m, programme.target_m)
    unit = voice.millions(currency)
    ax.set_xlabel(voice.say("axis.asked", unit=unit, year=programme.provenance.price_year))
    ax.set_ylabel(voice.say(f"axis.gain_{programme.measure}", unit=unit))
    say_ticks(ax, voice)
    say_ticks(ax, voice, "y")
    ax.legend(
        loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=2.2, ncols=3, columnspacing=1.2
    )
    _write_key(ax, voice, list(order["improvements"]), set(programme.chosen))
    return ax


def _write_key(ax: Axes, voice: Voice, bundles: list[str], chosen: set[str]) -> None:
    """Write what each number stands for, from the top down."""
    line = 0
    for place, bundle in enumerate(bundles, 1):
        members = bundle.split(" + ")
        name = " + ".join(voice.short(i, 48) for i in members)
        strong = chosen.issuperset(members)
        for k, words in enumerate(textwrap.wrap(name, LETTERS)):
            below = -line * LEADING * SMALL
            if k == 0:
                _write(ax, voice.number(place, 0), (18, below), strong, "right")
            _write(ax, words, (22, below), strong, "left")
            line += 1


def _write(ax: Axes, text: str, offset: tuple[float, float], strong: bool, side: str) -> None:
    ax.annotate(
        text,
        (1.0, 1.0),
        offset,
        xycoords="axes fraction",
        textcoords="offset points",
        ha=side,
        va="top",
        fontsize=SMALL,
        fontweight="bold" if strong else "normal",
        color=INK if strong else MUTED,
    )
