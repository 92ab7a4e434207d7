"""The marginal funding curve: the gain that each budget buys, and the money there is."""

from matplotlib.axes import Axes

from capworth.charts.budget_lines import mark_money
from capworth.charts.rows import say_ticks
from capworth.charts.style import BLUE, INK, ORANGE, PAPER, SKY, SMALL, styled
from capworth.charts.voice import ENGLISH, Voice
from capworth.funding import Funding

STRIP = 0.045  # height of the strip of pledges, in heights of the Axes


@styled
def draw_funding(funding: Funding, ax: Axes, voice: Voice = ENGLISH) -> Axes:
    """Draw the gain of the best set for each budget with its 80 % band.

    The strip along the lower edge is the money pledged, one field a pledge; earmarked pledges are
    hatched.
    """
    curve, currency = funding.curve(), funding.provenance.currency
    budget = curve["budget_m"]
    ax.fill_between(
        budget,
        curve["gain_low"],
        curve["gain_high"],
        step="post",
        color=SKY,
        alpha=0.35,
        lw=0,
        label=voice.say("funding.band"),
    )
    ax.plot(
        budget, curve["gain"], color=BLUE, drawstyle="steps-post", label=voice.say("funding.mean")
    )
    _draw_pledges(funding, ax, voice)
    ax.set_xlim(0, 1.04 * max(budget.iloc[-1], funding.budget_m, funding.target_m or 0.0))
    ax.set_ylim(0, 1.08 * max(float(curve["gain_high"].max()), 1e-9))
    mark_money(ax, voice, currency, funding.budget_m, funding.target_m)
    unit = voice.millions(currency)
    ax.set_xlabel(voice.say("axis.budget", unit=unit, year=funding.provenance.price_year))
    ax.set_ylabel(voice.say("axis.gain"))
    say_ticks(ax, voice)
    say_ticks(ax, voice, "y")
    ax.legend(
        loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=2.2, ncols=4, columnspacing=1.2
    )
    return ax


def _draw_pledges(funding: Funding, ax: Axes, voice: Voice) -> None:
    """Draw the strip: free money first, then the earmarked."""
    pledges = funding.pledges()
    pledges = pledges.assign(free=pledges["earmark"] == "").sort_values(
        "free", ascending=False, kind="stable"
    )
    start, said = 0.0, set()
    for amount, free in zip(pledges["amount_m"], pledges["free"], strict=True):
        word = "free" if free else "earmarked"
        ax.barh(
            0,
            amount,
            STRIP,
            start,
            align="edge",
            transform=ax.get_xaxis_transform(),
            facecolor=ORANGE if free else PAPER,
            edgecolor=INK,
            linewidth=0.5,
            hatch=None if free else "//////",
            zorder=4,
            label=None if word in said else voice.say(f"funding.{word}"),
        )
        said.add(word)
        start += amount
    if start:
        ax.annotate(
            voice.money(start, funding.provenance.currency),
            (start, STRIP / 2),
            (3, 0),
            xycoords=ax.get_xaxis_transform(),
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
            zorder=6,
        )
