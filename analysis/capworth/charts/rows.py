"""Charts whose rows are named things: names at the left, figures at the right.

The lines that say how much money there is and how much is to be raised.

Labels beside their points, never one upon another: a search over places, always the same.

How often each thing takes each place: the order with its probability.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pandas as pd

from capworth.charts.style import INK, LADDER, MUTED, PAPER, RULE, SMALL, styled
from capworth.language.language import ENGLISH, Language
from capworth.methods.arguments import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Annotation


def name_rows(ax: Axes, names: Sequence[str], bold: Sequence[bool] = ()) -> Floats:
    """Name the rows from the top down; return the height of each."""
    y = np.arange(len(names), dtype=float)
    ax.tick_params(axis="y", length=0, left=False)
    ax.set_yticks(y, names)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.spines["left"].set_visible(False)
    ax.yaxis.set_label_coords(0, 0.5)  # no label: nobody need measure the names to find its place
    for label, strong in zip(ax.get_yticklabels(), bold, strict=False):
        label.set_fontweight("bold" if strong else "normal")
    return y


def rule_rows(ax: Axes, y: Floats) -> None:
    """Draw a thin line through each row, so that the eye finds the name."""
    ax.hlines(y, 0, 1, transform=ax.get_yaxis_transform(), color=RULE, linewidth=0.4, zorder=0)


def say_ticks(ax: Axes, language: Language, axis: str = "x") -> None:
    """Write the tick labels of a measured axis in the language of the chart."""
    which = ax.xaxis if axis == "x" else ax.yaxis
    which.set_major_formatter(language.tick)


def mark_decades(ax: Axes, axis: str = "x", between: Sequence[float] = (2.0, 5.0)) -> None:
    """Mark powers of ten and some numbers between them on a logarithmic axis."""
    from matplotlib.ticker import LogLocator, NullFormatter

    which = ax.xaxis if axis == "x" else ax.yaxis
    which.set_major_locator(LogLocator(subs=(1.0, *between)))
    which.set_minor_formatter(NullFormatter())


def put_legend(ax: Axes, ncols: int, title: str = "") -> None:
    """Put the legend above the rows, where it may reach over the names but not the columns."""
    ax.legend(
        loc="lower right",
        bbox_to_anchor=(1, 1),
        borderaxespad=0.5,
        ncols=ncols,
        columnspacing=1.2,
        title=title or None,
        title_fontsize=SMALL,
        alignment="left",
    )


def write_column(ax: Axes, y: Floats, texts: Sequence[str], head: str, indent: float = 5.0) -> None:
    """Write a column of figures so many points right of the rows, with its head above."""
    from matplotlib.transforms import offset_copy

    widest = max(map(len, texts), default=0)
    beside = offset_copy(ax.get_yaxis_transform(), ax.get_figure(root=True), indent, units="points")
    for height, text in zip(y, texts, strict=True):
        note = ax.text(
            1.0,
            height,
            text,
            transform=beside,
            va="center",
            fontsize=SMALL,
            color=INK,
        )
        note.set_in_layout(len(text) >= widest - 1)  # the others take no more room; saves time
    ax.annotate(
        head,
        (1.0, 1.0),
        (indent, 2),
        xycoords="axes fraction",
        textcoords="offset points",
        va="bottom",
        fontsize=SMALL,
        color=MUTED,
        linespacing=1.0,
    )


NEAR = 0.3  # of the width; nearer than this two amounts would run into each other


def mark_money(
    ax: Axes, language: Language, currency: str, budget_m: float, target_m: float | None
) -> None:
    """Draw the budget as a full line and the fundraising target as a dashed one, with amounts.

    The amounts stand above the Axes; where the two lines are near, one at each side. Limits must
    be set before.
    """
    lines = [("budget", budget_m, "-")]
    if target_m is not None:
        lines.append(("target", target_m, "--"))
    left, right = ax.get_xlim()
    near = target_m is not None and abs(target_m - budget_m) < NEAR * (right - left)
    for word, amount, dashes in lines:
        other = target_m if word == "budget" else budget_m
        side = "left" if near and amount >= (other or 0.0) else "right" if near else "center"
        ax.axvline(amount, color=INK, lw=0.9, linestyle=dashes, zorder=1)
        ax.annotate(
            language.say(f"money_line.{word}", amount=language.money(amount, currency)),
            (amount, 1.0),
            (0, 2),
            xycoords=ax.get_xaxis_transform(),
            textcoords="offset points",
            ha=side,
            va="bottom",
            fontsize=SMALL,
            color=INK,
        )


ANGLES = np.deg2rad([0, 180, 45, 315, 135, 225, 90, 270])
DISTANCES = (5.0, 9.0, 15.0, 22.0, 30.0)  # points from the dot to the edge of its label
LABELLED, FIRST = 48, 16  # points that are all labelled; of more, so many
FAR = 2  # place in `DISTANCES` from which a thin line leads from the dot to its label
DOT = 4.0  # points around a dot that no label should cover


def place_labels(
    ax: Axes,
    points: Sequence[tuple[float, float]],
    texts: Sequence[str],
    strong: Sequence[bool] = (),
) -> None:
    """Write a label beside each point, the first ones in the best places.

    Of many points only the first are labelled. A greedy search: each label tries 40 places around
    its point and takes the one that covers least of labels, dots and the edge of the Axes, the
    nearest of equals. Limits and scales of the Axes must be set before.

    Parameters
    ----------
    ax : where to write
    points : in data coordinates; their order is the order of importance
    texts : one for each point
    strong : which labels are written bold; none when empty
    """
    figure = ax.get_figure(root=True)
    assert figure is not None
    if (engine := figure.get_layout_engine()) is not None:
        engine.execute(figure)  # so that distances on paper are known
    scale = 72.0 / figure.dpi
    here = ax.transData.transform(np.array(points)) * scale
    edge = np.array(ax.get_window_extent().extents) * scale
    taken = np.hstack([here - DOT, here + DOT])
    many = len(texts) if len(texts) <= LABELLED else FIRST
    for k, text in enumerate(texts[:many]):
        label = _written(ax, points[k], text, bool(strong) and strong[k])
        size = np.array(label.get_window_extent().size) * scale
        boxes, offsets, costs = _places(here[k], size)
        costs = costs + _covered(boxes, np.delete(taken, k, axis=0)) + _outside(boxes, edge)
        best = int(costs.argmin())
        taken = np.vstack([taken, boxes[best]])
        label.set_position((float(offsets[best][0]), float(offsets[best][1])))
        if best // len(ANGLES) >= FAR:
            _lead(ax, here[k], boxes[best], scale)


def _places(at: Floats, size: Floats) -> tuple[Floats, Floats, Floats]:
    """Boxes (left, low, right, high) of a label around its point, their centres, their costs."""
    ways = np.column_stack([np.cos(ANGLES), np.sin(ANGLES)]).round(9)
    away = np.array(DISTANCES)[:, None, None]
    centres = (ways * (size / 2 + away)).reshape(-1, 2)
    costs = (6.0 * np.arange(len(away))[:, None] + 0.5 * np.arange(len(ways))).reshape(-1)
    return np.hstack([at + centres - size / 2, at + centres + size / 2]), centres, costs


def _covered(boxes: Floats, others: Floats) -> Floats:
    """Square points that each box shares with any other."""
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    shared: Floats = np.clip(high - low, 0, None).prod(axis=2).sum(axis=1)
    return shared


def _outside(boxes: Floats, edge: Floats) -> Floats:
    """Points by which each box leaves the frame, made dear."""
    beyond = np.clip(edge[:2] - boxes[:, :2], 0, None) + np.clip(boxes[:, 2:] - edge[2:], 0, None)
    dear: Floats = 100.0 * beyond.sum(axis=1)
    return dear


def _lead(ax: Axes, dot: Floats, box: Floats, scale: float) -> None:
    """Draw a thin line from the dot to the nearest point of the label's box."""
    end = np.clip(dot, box[:2], box[2:])
    line = ax.transData.inverted().transform(np.array([dot, end]) / scale)
    ax.plot(line[:, 0], line[:, 1], color=INK, lw=0.5, zorder=4.5, scalex=False, scaley=False)


def _written(ax: Axes, at: tuple[float, float], text: str, bold: bool) -> Annotation:
    return ax.annotate(
        text,
        at,
        (0.0, 0.0),
        textcoords="offset points",
        ha="center",
        va="center",
        fontsize=SMALL,
        fontweight="bold" if bold else "normal",
        color=INK if bold else MUTED,
        linespacing=1.0,
        bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.2, "alpha": 0.75},
        in_layout=False,
        zorder=5,
    )


BANDS = (1, 2, 4, 6, 11)  # first place of each band of places
ROOM = 0.07  # share of draws from which a band has room for its figure


class Ranked(Protocol):
    """An answer with an order: an appraisal, or the priorities."""

    def to_frame(self) -> pd.DataFrame:
        """Return the table with the column `expected_place`."""

    def rank_acceptability(self) -> pd.DataFrame:
        """Return the share of draws of each thing (row) in each place (column)."""


@styled
def draw_ranks(result: Ranked, ax: Axes, language: Language = ENGLISH) -> Axes:
    """Draw one bar for each thing, parted by the places it takes over the draws, best darkest."""
    shares = result.rank_acceptability()
    expected = result.to_frame().loc[shares.index, "expected_place"]
    places = len(shares.columns)
    starts = [b for b in BANDS if b <= places]
    y = name_rows(ax, [language.short(str(i)) for i in shares.index])
    left = np.zeros(len(y))
    for k, (first, after) in enumerate(pairwise([*starts, places + 1])):
        part = shares.iloc[:, first - 1 : after - 1].sum(axis=1).to_numpy()
        ax.barh(
            y,
            part,
            0.78,
            left,
            color=LADDER[k],
            edgecolor=PAPER,
            linewidth=0.5,
            label=_band(language, first, after - 1, places),
        )
        for height, start, share in zip(y, left, part, strict=True):
            if share >= ROOM:
                ax.text(
                    start + share / 2,
                    height,
                    language.bare(share),
                    in_layout=False,
                    ha="center",
                    va="center",
                    fontsize=SMALL,
                    color=PAPER if k < 2 else INK,
                )
        left = left + part
    ax.set_xlim(0, 1)
    ax.xaxis.set_major_formatter(lambda share, _: language.part(share))
    ax.set_xlabel(language.say("axis.share_of_draws"), loc="right")
    write_column(
        ax, y, [language.number(e, 1) for e in expected], language.say("column.expected_place")
    )
    ax.spines["bottom"].set_color(MUTED)
    put_legend(ax, len(starts), language.say("ranks.legend"))
    return ax


def _band(language: Language, first: int, last: int, places: int) -> str:
    if last == first:
        return language.say("ranks.one", place=first)
    return language.say("ranks.from" if last == places else "ranks.some", first=first, last=last)
