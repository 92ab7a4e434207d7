"""Which uncertainty is worth resolving first."""

import numpy as np
from matplotlib.axes import Axes

from capworth.charts.rows import name_rows, say_ticks, write_column
from capworth.charts.style import BLUE, INK, styled
from capworth.charts.voice import ENGLISH, Voice
from capworth.resolving import Resolving

MOST = 12  # inputs shown, the most valuable
SPAN = 1.96  # standard errors of a 95 % interval


@styled
def draw_information(
    resolving: Resolving, ax: Axes, voice: Voice = ENGLISH, most: int = MOST
) -> Axes:
    """Draw what knowing each input alone would add, with its 95 % sampling error."""
    table = resolving.to_frame().head(most)
    y = name_rows(ax, [voice.name(str(i)) for i in table.index])
    value, error = (table[name].to_numpy() for name in ("value", "standard_error"))
    ax.barh(y, value, 0.5, color=BLUE)
    low, high = np.clip(value - SPAN * error, 0, None), value + SPAN * error
    ax.hlines(y, low, high, color=INK, lw=1.2)
    shares = [voice.part(max(share, 1e-9)) for share in table["share"]]
    write_column(ax, y, shares, voice.say("column.share_of_all"))
    ax.set_xlim(0, 1.03 * max(float(high.max()), 1e-9))
    ax.set_xlabel(voice.say("axis.information"), loc="right")
    say_ticks(ax, voice)
    return ax
