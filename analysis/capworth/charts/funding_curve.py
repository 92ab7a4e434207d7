"""The marginal funding curve: the gain that each budget buys, and the money there is."""

from matplotlib.axes import Axes

from capworth.charts.budget_lines import mark_money
from capworth.charts.rows import say_ticks
from capworth.charts.style import BLUE, INK, ORANGE, PAPER, SKY, SMALL, VERMILION, styled
from capworth.charts.voice import ENGLISH, Voice
from capworth.funding import Funding

STRIP = 0.045  # height of the strip of pledges, in heights of the Axes


@styled
def draw_funding(funding: Funding, ax: Axes, voice: Voice = ENGLISH) -> Axes:
    """Draw the gain of the best set for each budget with its 80 % band, free and under earmarks.

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
    _draw_earmarked(funding, ax, voice)
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
        loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=2.2, ncols=3, columnspacing=1.2
    )
    return ax


def _draw_earmarked(funding: Funding, ax: Axes, voice: Voice) -> None:
    """Draw what the same money buys under the earmarks, and mark where that is less."""
    curve = funding.curve()
    if funding.earmarks is None or not (curve["earmark_loss"] > 0).any():
        return
    payable = funding.earmarks.curve()
    ax.plot(
        payable["total_m"],
        payable["gain"],
        color=VERMILION,
        lw=0.9,
        linestyle=(0, (3, 1.5)),
        drawstyle="steps-post",
        label=voice.say("funding.under"),
    )
    ends = [*curve["budget_m"].to_numpy()[1:], float(curve["budget_m"].max())]
    height = ax.get_xaxis_transform()
    for start, end, loss in zip(curve["budget_m"], ends, curve["earmark_loss"], strict=True):
        if loss > 0:
            ax.plot([start, end], [0.985, 0.985], color=VERMILION, lw=2.4, transform=height)


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
