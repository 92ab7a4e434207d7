"""The donor menu: what each package costs, what it adds, and how often it is worth choosing."""

from matplotlib.axes import Axes

from capworth.charts.rows import name_rows, put_legend, rule_rows, say_ticks, write_column
from capworth.charts.style import BLUE, INK, MUTED, PAPER, RULE, SMALL, VERMILION, styled
from capworth.charts.voice import ENGLISH, Voice
from capworth.donors import DonorMenu


@styled
def draw_menu(menu: DonorMenu, ax: Axes, voice: Voice = ENGLISH) -> Axes:
    """Draw the one-off money that each package asks, with its 80 % range, cheapest gain first.

    Filled dots and bold names are in the recommended set; beside them what the package adds and
    how often it is in the best set.
    """
    table = menu.to_frame()
    chosen = table["chosen"].to_numpy(dtype=bool)
    y = name_rows(ax, [name_package(menu, p, voice) for p in menu.packages], bold=list(chosen))
    rule_rows(ax, y)
    asked = table["asked_m"].to_numpy()
    ax.hlines(y, table["asked_m_low"], table["asked_m_high"], color=MUTED, linewidth=1.2)
    for mine, face, word in ((chosen, BLUE, "chosen"), (~chosen, PAPER, "not_chosen")):
        ax.plot(
            asked[mine],
            y[mine],
            "o",
            markerfacecolor=face,
            markeredgecolor=BLUE,
            markersize=4.5,
            linestyle="none",
            label=voice.say(f"membership.{word}"),
        )
    texts = [
        voice.say(
            "menu.row",
            gain=voice.interval(gain, low, high),
            percent=voice.percent(share),
        )
        for gain, low, high, share in zip(
            table["gain"], table["gain_low"], table["gain_high"], table["p_best"], strict=True
        )
    ]
    write_column(ax, y, texts, voice.say("column.menu"))
    known = menu.provenance
    ax.set_xlim(0, 1.03 * float(table["asked_m_high"].max()))
    unit = voice.millions(known.currency)
    ax.set_xlabel(voice.say("axis.asked_one", unit=unit, year=known.price_year), loc="right")
    say_ticks(ax, voice)
    put_legend(ax, 2)
    return ax


@styled
def draw_package(menu: DonorMenu, ax: Axes, voice: Voice = ENGLISH, package: str = "") -> Axes:
    """Draw every package by what it asks and adds; one of them, or the first, with its ranges."""
    table, package = menu.to_frame(), package or menu.packages[0]
    others = table.drop(index=package)
    ax.plot(others["asked_m"], others["gain"], "o", color=RULE, markeredgecolor=MUTED, markersize=4)
    mine = {str(k): float(v) for k, v in table.loc[package].items() if isinstance(v, float)}
    asked, gain = mine["asked_m"], mine["gain"]
    ax.hlines(gain, mine["asked_m_low"], mine["asked_m_high"], color=VERMILION, linewidth=1.4)
    ax.vlines(asked, mine["gain_low"], mine["gain_high"], color=VERMILION, linewidth=1.4)
    ax.plot([asked], [gain], "o", color=VERMILION, markersize=6)
    right = max(float(table["asked_m"].max()), mine["asked_m_high"])
    ax.set_xlim(0, 1.06 * right)
    low = min(0.0, float(table["gain"].min()), mine["gain_low"])
    ax.set_ylim(low, 1.2 * max(float(table["gain"].max()), mine["gain_high"]))
    known = menu.provenance
    unit = voice.millions(known.currency)
    ax.set_xlabel(voice.say("axis.asked_one", unit=unit, year=known.price_year))
    ax.set_ylabel(voice.say("axis.gain_short"))
    say_ticks(ax, voice)
    say_ticks(ax, voice, "y")
    late = asked > 0.5 * right
    ax.annotate(
        voice.short(package),
        (asked, mine["gain_high"]),
        (4 if late else -4, 2),
        textcoords="offset points",
        ha="right" if late else "left",
        va="bottom",
        fontsize=SMALL,
        fontweight="bold",
        color=INK,
        bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.4, "alpha": 0.85},
        zorder=5,
    )
    return ax


def name_package(menu: DonorMenu, package: str, voice: Voice) -> str:
    """Name a package by its head, and say with how many others it comes."""
    others = len(str(menu.to_frame()["needs"].to_dict()[package]).split())
    name = voice.short(package, 42 if others else 46)
    return voice.say("menu.with", name=name, count=others) if others else name
