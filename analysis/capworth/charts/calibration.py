"""The model beside the fact: how far what was seen lies from what the model would have said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from capworth.appraisal.attribution import Calibration
from capworth.charts.rows import name_rows, put_legend, rule_rows, say_ticks, write_column
from capworth.charts.style import BLUE, INK, SKY, VERMILION, styled
from capworth.language.language import ENGLISH, Language

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TICKS = (0.25, 0.5, 1.0, 2.0, 4.0)
NARROWEST = 4.0  # times above and below the model that are always shown


@styled
def draw_calibration(found: Calibration, ax: Axes, language: Language = ENGLISH) -> Axes:
    """Draw each fact as a ratio to what the model says (log scale), with what both leave open.

    Blue: the model, with the range that rounding and the choice of year leave open. Vermilion: the
    fact; an arrow where it is only a lower bound. Right: whether the ranges meet.
    """
    from matplotlib.ticker import FixedLocator, NullLocator

    table = found.to_frame()
    model = table["model"].to_numpy()
    ends = {
        name: table[name].to_numpy() / model
        for name in ("model_low", "model_high", "fact", "fact_low", "fact_high")
    }
    finite = np.concatenate([e[np.isfinite(e) & (e > 0)] for e in ends.values()])
    low, high = min(finite.min(), 1 / NARROWEST) / 1.25, max(finite.max(), NARROWEST) * 1.4
    y = name_rows(ax, [language.word("check", str(check)) for check in table.index])
    rule_rows(ax, y)
    ax.set_xscale("log")
    ax.set_xlim(low, high)
    ax.axvline(1.0, color=INK, lw=0.9)
    least, most = ends["model_low"].clip(low, high), ends["model_high"].clip(low, high)
    ax.hlines(y, least, most, color=SKY, lw=7.0, alpha=0.6)
    ax.plot(np.ones(len(y)), y, "|", color=BLUE, markersize=9, markeredgewidth=1.6)
    ax.plot([], [], "-", color=SKY, lw=5.0, alpha=0.6, label=language.say("calibration.model"))
    ax.plot(ends["fact"], y, "o", color=VERMILION, label=language.say("calibration.fact"))
    bounded = np.isfinite(ends["fact_high"])
    ax.hlines(
        y[bounded], ends["fact_low"][bounded], ends["fact_high"][bounded], color=VERMILION, lw=1.6
    )
    for height, at in zip(y[~bounded], ends["fact"][~bounded], strict=True):
        ax.annotate(
            "",
            (min(at * 1.35, high), height),
            (at, height),
            arrowprops={"arrowstyle": "->", "color": VERMILION, "lw": 1.4},
        )
    captions = [
        language.say("calibration.holds" if held else "calibration.fails")
        for held in table["holds"]
    ]
    write_column(ax, y, captions, language.say("column.holds"))
    ax.set_xlabel(language.say("axis.fact_to_model"), loc="right")
    ax.xaxis.set_major_locator(FixedLocator(TICKS))
    ax.xaxis.set_minor_locator(NullLocator())
    say_ticks(ax, language)
    put_legend(ax, 2)
    return ax
