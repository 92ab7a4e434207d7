"""On which evidence the answer rests."""

import numpy as np
from matplotlib.axes import Axes

from capworth.charts.rows import name_rows, put_legend
from capworth.charts.style import INK, LADDER, PAPER, SMALL, VERMILION, styled
from capworth.charts.voice import ENGLISH, Voice
from capworth.sensitivity import Sensitivity

PARTS = ("cost", "score", "money", "swing")
ROOM = 0.06  # share from which a field has room for its letter and figure
FIELDS = {  # grade: face, hatch, ink; from firm and dark to weak and light
    "A": (LADDER[0], "", PAPER),
    "B": (LADDER[1], "", PAPER),
    "C": (LADDER[2], "", INK),
    "D": (LADDER[4], "", INK),
    "E": (PAPER, "////", INK),
}


@styled
def draw_evidence(sensitivity: Sensitivity, ax: Axes, voice: Voice = ENGLISH) -> Axes:
    """Draw the share of cost, score, money and swings that rests on each grade, A to E."""
    table = sensitivity.evidence()
    parts = [part for part in PARTS if table[part].sum() > 0]
    y = name_rows(ax, [voice.word("evidence", part) for part in parts])
    left = np.zeros(len(parts))
    for grade, (face, hatch, ink) in FIELDS.items():
        share = table.loc[grade, parts].to_numpy(dtype=float)
        ax.barh(
            y,
            share,
            0.66,
            left,
            facecolor=face,
            edgecolor=VERMILION if hatch else INK,
            linewidth=0.6,
            hatch=hatch or None,
            clip_on=False,
            label=voice.say("evidence.grade", grade=grade, meaning=voice.word("grade", grade)),
        )
        for height, start, part in zip(y, left, share, strict=True):
            if part >= ROOM:
                ax.text(
                    start + part / 2,
                    height,
                    voice.say("evidence.field", grade=grade, percent=voice.part(part)),
                    ha="center",
                    va="center",
                    fontsize=SMALL,
                    color=ink,
                    bbox={"facecolor": face, "edgecolor": "none", "pad": 1.0} if hatch else None,
                )
        left = left + share
    ax.set_xlim(0, 1)
    ax.xaxis.set_major_formatter(lambda value, _: voice.part(value))
    ax.set_xlabel(voice.say("axis.share"), loc="right")
    put_legend(ax, 3)
    return ax
