"""What moves the answer: one input at a time, from its low to its high end."""

from matplotlib.axes import Axes

from capworth.charts.rows import name_rows, put_legend, say_ticks
from capworth.charts.style import BLUE, INK, MUTED, PAPER, SMALL, VERMILION, styled
from capworth.charts.voice import ENGLISH, Voice
from capworth.sensitivity import Sensitivity

LONGEST = 12  # inputs shown, the longest swings


@styled
def draw_tornado(
    sensitivity: Sensitivity, ax: Axes, voice: Voice = ENGLISH, most: int = LONGEST
) -> Axes:
    """Draw the lead of the first over the next when one input moves, sorted by swing.

    At the ends of each bar stand the input's low and high levels (its 10 % and 90 % quantiles);
    left of the line at zero something else comes first, and the input is marked with a cross.
    """
    table = sensitivity.to_frame().head(most)
    known = zip(table.index, table["unit"], table["grade"], strict=True)
    y = name_rows(ax, [_name(voice, str(i), unit, grade) for i, unit, grade in known])
    base = sensitivity.base
    for column, colour, hatch, word in (
        ("at_low", BLUE, None, "low"),
        ("at_high", PAPER, "/////", "high"),
    ):
        ax.barh(
            y,
            table[column] - base,
            0.5,
            base,
            facecolor=colour,
            edgecolor=BLUE if hatch is None else VERMILION,
            linewidth=0.8,
            hatch=hatch,
            label=voice.say(f"tornado.{word}"),
        )
    for height, (_, row) in zip(y, table.iterrows(), strict=True):
        up = row["at_low"] >= row["at_high"]
        for end, level, right in (("at_low", "low", up), ("at_high", "high", not up)):
            ax.annotate(
                voice.rounded(row[level], row["low"], row["high"]),
                (row[end], height),
                (3 if right else -3, 0),
                textcoords="offset points",
                ha="left" if right else "right",
                va="center",
                fontsize=SMALL,
                color=MUTED,
                bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.3},
            )
    turning = table["flips"].to_numpy(dtype=bool)
    if turning.any():
        ends = table[["at_low", "at_high"]].min(axis=1).to_numpy()[turning]
        ax.plot(ends, y[turning], "x", color=INK, markersize=6, label=voice.say("tornado.flips"))
    ax.axvline(base, color=INK, lw=0.8)
    ax.axvline(0.0, color=INK, lw=0.8, linestyle=(0, (3, 2)))
    ax.margins(x=0.14)
    ax.set_xlabel(
        voice.say(
            "axis.lead",
            unit=voice.millions(sensitivity.provenance.currency),
        ),
        loc="right",
    )
    say_ticks(ax, voice)
    put_legend(ax, 3)
    return ax


def _name(voice: Voice, name: str, unit: object, grade: object) -> str:
    return voice.say("tornado.row", name=voice.name(name), unit=voice.unit(str(unit)), grade=grade)
