"""Who pays for each capability."""

import numpy as np
from matplotlib.axes import Axes

from capworth.appraisal import Appraisal
from capworth.charts.rows import name_rows, put_legend, say_ticks, write_column
from capworth.charts.style import BLUE, INK, ORANGE, PAPER, VERMILION, styled
from capworth.charts.voice import ENGLISH, Voice

FIELDS = ((BLUE, ""), (PAPER, "/////"), (ORANGE, ""))  # face and hatch, payer by payer


@styled
def draw_payers(appraisal: Appraisal, ax: Axes, voice: Voice = ENGLISH) -> Axes:
    """Draw mean whole-life cost by payer, dearest capability first, and the 80 % range."""
    table = appraisal.to_frame().sort_values("cost_m", ascending=False, kind="stable")
    payers = appraisal.cost_by_payer().loc[table.index]
    y = name_rows(ax, [voice.short(str(c)) for c in table.index])
    left = np.zeros(len(y))
    for payer, (face, hatch) in zip(payers.columns, FIELDS, strict=True):
        part = payers[payer].to_numpy()
        ax.barh(
            y,
            part,
            0.7,
            left,
            facecolor=face,
            edgecolor=VERMILION if hatch else INK,
            linewidth=0.5,
            hatch=hatch or None,
            label=voice.word("payer", str(payer)),
        )
        left = left + part
    spans = [
        voice.interval(*map(float, row))
        for row in table[["cost_m", "cost_m_low", "cost_m_high"]].to_numpy()
    ]
    write_column(ax, y, spans, voice.say("column.mean_range"))
    provenance = appraisal.provenance
    unit = voice.millions(provenance.currency)
    ax.set_xlim(0, 1.03 * left.max())
    ax.set_xlabel(voice.say("axis.whole_life", unit=unit, year=provenance.price_year), loc="right")
    say_ticks(ax, voice)
    put_legend(ax, 3)
    return ax
