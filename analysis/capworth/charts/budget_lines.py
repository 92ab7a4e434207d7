"""The lines that say how much money there is and how much is to be raised."""

from matplotlib.axes import Axes

from capworth.charts.style import INK, PAPER, SMALL
from capworth.charts.voice import Voice


def mark_money(
    ax: Axes, voice: Voice, currency: str, budget_m: float, target_m: float | None
) -> None:
    """Draw the budget as a full line and the fundraising target as a dashed one, with amounts."""
    lines = [("budget", budget_m, "-")]
    if target_m is not None:
        lines.append(("target", target_m, (0, (4, 2))))
    for word, amount, dashes in lines:
        ax.axvline(amount, color=INK, lw=0.9, linestyle=dashes, zorder=1)
        ax.annotate(
            voice.say(f"money_line.{word}", amount=voice.money(amount, currency)),
            (amount, 0.0),
            (3, 4),
            xycoords=ax.get_xaxis_transform(),
            textcoords="offset points",
            rotation=90,
            ha="left",
            va="bottom",
            fontsize=SMALL,
            color=INK,
            bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.5, "alpha": 0.8},
        )
