"""Labels beside their points, never one upon another: a search over places, always the same."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from capworth.charts.style import INK, MUTED, PAPER, SMALL
from capworth.kernels.arrays import Floats

ANGLES = np.deg2rad([0, 180, 45, 315, 135, 225, 90, 270])
DISTANCES = (5.0, 9.0, 15.0, 22.0, 30.0)  # points from the dot to the nearest edge of its label
LETTER, LINE = 0.56, 1.25  # width of a letter and height of a line, in sizes of the font
FAR = 2  # place in `DISTANCES` from which a thin line leads from the dot to its label


def place_labels(
    ax: Axes,
    points: Sequence[tuple[float, float]],
    texts: Sequence[str],
    keep_clear: Sequence[tuple[float, float]] = (),
    strong: Sequence[bool] = (),
) -> None:
    """Write a label beside each point, the first ones in the best places.

    A greedy search: each label tries 40 places around its point and takes the one that covers
    least of labels, dots and the edge of the Axes, the nearest of equals. Limits and scales of the
    Axes must be set before.

    Parameters
    ----------
    ax : where to write
    points : in data coordinates; their order is the order of importance
    texts : one for each point
    keep_clear : other points that no label should cover
    strong : which labels are written bold; none when empty
    """
    figure = ax.get_figure(root=True)
    assert figure is not None
    figure.draw_without_rendering()  # the layout settles, so that distances on paper are known
    scale = 72.0 / figure.dpi
    here = ax.transData.transform(np.array([*points, *keep_clear])) * scale
    frame = ax.get_window_extent().transformed(ax.transData.inverted())
    edge = ax.transData.transform(frame.get_points()).reshape(-1) * scale
    dots = np.hstack([here - 3.0, here + 3.0])
    taken = dots
    for k, text in enumerate(texts):
        bold = bool(strong) and strong[k]
        boxes, offsets, costs = _places(here[k], text, SMALL * (1.06 if bold else 1.0))
        others = np.delete(taken, k, axis=0)
        costs = costs + _covered(boxes, others) + _outside(boxes, edge)
        best = int(costs.argmin())
        taken = np.vstack([taken, boxes[best]])
        if best // len(ANGLES) >= FAR:
            _lead(ax, here[k], boxes[best], scale)
        _write(ax, points[k], text, offsets[best], bold)


def _places(at: Floats, text: str, size: float) -> tuple[Floats, Floats, Floats]:
    """Boxes (left, low, right, high) of a label around its point, their centres, their costs."""
    lines = text.split("\n")
    half = np.array([max(map(len, lines)) * LETTER * size, len(lines) * LINE * size]) / 2
    offsets, costs = [], []
    for away, distance in enumerate(DISTANCES):
        for turn, angle in enumerate(ANGLES):
            way = np.array([np.cos(angle), np.sin(angle)])
            offsets.append(way * (half + distance) * np.where(np.abs(way) < 1e-9, 0.0, 1.0))
            costs.append(6.0 * away + 0.5 * turn)
    centres = np.array(offsets)
    boxes = np.hstack([at + centres - half, at + centres + half])
    return boxes, centres, np.array(costs)


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
    ax.plot(line[:, 0], line[:, 1], color=MUTED, lw=0.4, zorder=2, scalex=False, scaley=False)


def _write(ax: Axes, at: tuple[float, float], text: str, offset: Floats, bold: bool) -> None:
    ax.annotate(
        text,
        at,
        (float(offset[0]), float(offset[1])),
        textcoords="offset points",
        ha="center",
        va="center",
        fontsize=SMALL,
        fontweight="bold" if bold else "normal",
        color=INK if bold else MUTED,
        linespacing=1.0,
        bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.2, "alpha": 0.75},
        zorder=5,
    )
