"""The lines that say how much money there is and how much is to be raised."""

from matplotlib.axes import Axes

from capworth.charts.style import INK, SMALL
from capworth.charts.voice import Voice

NEAR = 0.3  # of the width; nearer than this two amounts would run into each other


def mark_money(
    ax: Axes, voice: Voice, currency: str, budget_m: float, target_m: float | None
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
            voice.say(f"money_line.{word}", amount=voice.money(amount, currency)),
            (amount, 1.0),
            (0, 2),
            xycoords=ax.get_xaxis_transform(),
            textcoords="offset points",
            ha=side,
            va="bottom",
            fontsize=SMALL,
            color=INK,
        )
