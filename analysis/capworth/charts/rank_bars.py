"""How often each thing takes each place: the order with its probability."""

from itertools import pairwise
from typing import Protocol

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from capworth.charts.rows import name_rows, put_legend, write_column
from capworth.charts.style import INK, LADDER, MUTED, PAPER, SMALL, styled
from capworth.charts.voice import ENGLISH, Voice

BANDS = (1, 2, 4, 6, 11)  # first place of each band of places
ROOM = 0.07  # share of draws from which a band has room for its figure


class Ranked(Protocol):
    """An answer with an order: an appraisal, or the priorities."""

    def to_frame(self) -> pd.DataFrame:
        """Return the table with the column `expected_place`."""

    def rank_acceptability(self) -> pd.DataFrame:
        """Return the share of draws of each thing (row) in each place (column)."""


@styled
def draw_ranks(result: Ranked, ax: Axes, voice: Voice = ENGLISH) -> Axes:
    """Draw one bar for each thing, parted by the places it takes over the draws, best darkest."""
    shares = result.rank_acceptability()
    expected = result.to_frame().loc[shares.index, "expected_place"]
    places = len(shares.columns)
    starts = [b for b in BANDS if b <= places]
    y = name_rows(ax, [voice.short(str(i)) for i in shares.index])
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
            label=_band(voice, first, after - 1, places),
        )
        for height, start, share in zip(y, left, part, strict=True):
            if share >= ROOM:
                ax.text(
                    start + share / 2,
                    height,
                    voice.bare(share),
                    in_layout=False,
                    ha="center",
                    va="center",
                    fontsize=SMALL,
                    color=PAPER if k < 2 else INK,
                )
        left = left + part
    ax.set_xlim(0, 1)
    ax.xaxis.set_major_formatter(lambda share, _: voice.part(share))
    ax.set_xlabel(voice.say("axis.share_of_draws"), loc="right")
    write_column(ax, y, [voice.number(e, 1) for e in expected], voice.say("column.expected_place"))
    ax.spines["bottom"].set_color(MUTED)
    put_legend(ax, len(starts), voice.say("ranks.legend"))
    return ax


def _band(voice: Voice, first: int, last: int, places: int) -> str:
    if last == first:
        return voice.say("ranks.one", place=first)
    return voice.say("ranks.from" if last == places else "ranks.some", first=first, last=last)
