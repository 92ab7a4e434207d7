"""Labels beside their points, never one upon another: a search over places, always the same."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Annotation

from capworth.charts.style import INK, MUTED, PAPER, SMALL
from capworth.methods.arguments import Floats

ANGLES = np.deg2rad([0, 180, 45, 315, 135, 225, 90, 270])
DISTANCES = (5.0, 9.0, 15.0, 22.0, 30.0)  # points from the dot to the edge of its label
FAR = 2  # place in `DISTANCES` from which a thin line leads from the dot to its label
DOT = 4.0  # points around a dot that no label should cover


def place_labels(
    ax: Axes,
    points: Sequence[tuple[float, float]],
    texts: Sequence[str],
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
    for k, text in enumerate(texts):
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
