"""The charts of improvements: their order, the programme, its funding.

Which improvements close the gap to the services of excellence, and how ready they are.

How often each improvement is in the best set: what is firm and what is open.

The order of priority: what is gained as the money adds up, beside the exact best sets.

What the charts of improvements, programme, funding and sensitivity find.
"""

import textwrap
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from capworth.charts.chart import (
    Chart,
    Facts,
    added_unit,
    frame,
    improvement_rows,
    in_series,
    money_unit,
    of,
    rank_facts,
    ranks_behind,
    rows,
)
from capworth.charts.excellence import any_gap
from capworth.charts.funding import draw_funding, funding_facts
from capworth.charts.rows import (
    draw_ranks,
    mark_money,
    name_rows,
    put_legend,
    rule_rows,
    say_ticks,
    write_column,
)
from capworth.charts.schedule import (
    compared,
    draw_gantt,
    draw_regret,
    gantt_facts,
    lines_of,
    regret_facts,
    shown,
)
from capworth.charts.style import BLUE, INK, MUTED, PAPER, SMALL, VERMILION, styled
from capworth.language.language import ENGLISH, Language
from capworth.language.numbers import Amount, rounded
from capworth.methods.cost_benefit.prices import MILLION
from capworth.model.result import Interval
from capworth.programme.priorities import Priorities
from capworth.programme.selection import BORDERLINE, CORE, FIRM, Programme
from capworth.study.stages import Study

READY = 7  # technology readiness level: a prototype has been shown in its place of use


@styled
def draw_alignment(priorities: Priorities, ax: Axes, language: Language = ENGLISH) -> Axes:
    """Draw how much of the whole gap each improvement closes, with its 80 % range.

    Filled discs are technology that is ready (level 7 or more of 9), open squares are not.
    """
    table = priorities.to_frame().sort_values("gain", ascending=False, kind="stable")
    ready = table["readiness"].to_numpy() >= READY
    y = name_rows(ax, [language.short(str(i)) for i in table.index])
    rule_rows(ax, y)
    for part, colour, marker, word in (
        (ready, BLUE, "o", "ready"),
        (~ready, VERMILION, "s", "not_ready"),
    ):
        if part.any():
            rows = table.loc[part, ["gain", "gain_low", "gain_high"]]
            ax.hlines(y[part], rows["gain_low"], rows["gain_high"], color=colour, lw=1.6)
            ax.plot(
                rows["gain"],
                y[part],
                marker,
                color=colour,
                markerfacecolor=colour if word == "ready" else PAPER,
                markersize=5,
                label=language.say(f"alignment.{word}", level=READY),
            )
    ax.set_xlim(left=0)
    ax.set_xlabel(language.say("axis.alignment"), loc="right")
    ax.xaxis.set_major_formatter(language.tick)
    levels = [language.number(level, 0) for level in table["readiness"]]
    write_column(ax, y, levels, language.say("column.readiness"))
    put_legend(ax, 2)
    return ax


@styled
def draw_membership(programme: Programme, ax: Axes, language: Language = ENGLISH) -> Axes:
    """Draw the share of draws in which the best set holds each improvement.

    Solid bars and bold names are in the recommended set, hatched bars are not; the dashed lines
    part core, borderline and exterior.
    """
    table = programme.to_frame().sort_values("p_in_best", ascending=False, kind="stable")
    chosen = table["chosen"].to_numpy(dtype=bool)
    y = name_rows(ax, [language.short(str(i)) for i in table.index], bold=list(chosen))
    rule_rows(ax, y)
    share = table["p_in_best"].to_numpy()
    ax.barh(y[chosen], share[chosen], 0.66, color=BLUE, label=language.say("membership.chosen"))
    ax.barh(
        y[~chosen],
        share[~chosen],
        0.66,
        facecolor=PAPER,
        edgecolor=VERMILION,
        linewidth=0.8,
        hatch="/////",
        label=language.say("membership.not_chosen"),
    )
    for line in (FIRM, 1 - FIRM):
        ax.axvline(line, color=MUTED, lw=0.8, linestyle=(0, (3, 2)))
    ax.set_xlim(0, 1)
    ax.xaxis.set_major_formatter(lambda value, _: language.part(value))
    ax.set_xlabel(language.say("axis.share_in_best"), loc="right")
    texts = [
        language.say(
            "membership.row", percent=language.probability(p), standing=language.word("standing", s)
        )
        for p, s in zip(share, table["standing"], strict=True)
    ]
    write_column(ax, y, texts, language.say("column.in_best"))
    put_legend(ax, 2)
    return ax


LETTERS = 50  # in a line of the key
LEADING = 1.3  # of the lines of the key, in sizes of the font


@styled
def draw_order(programme: Programme, ax: Axes, language: Language = ENGLISH) -> Axes:
    """Draw money asked against what it adds on the objective, both summed in order of priority.

    Numbered points are bundles, named in the key at the right, bold where the recommended set
    holds all of them; the stepped line is the exact best set for each budget, the star the
    recommended one with the 80 % range of its gain.
    """
    order, frontier = programme.order(), programme.frontier()
    currency = programme.provenance.currency
    asked = np.concatenate([[0.0], order["asked_cum_m"]])
    gained = np.concatenate([[0.0], order["value_cum"]])
    ax.plot(
        frontier["budget_m"],
        frontier["value"],
        color=VERMILION,
        lw=1.0,
        drawstyle="steps-post",
        label=language.say("order.frontier"),
    )
    ax.plot(asked, gained, color=BLUE, lw=0.7, zorder=3)
    ax.plot(
        asked[1:],
        gained[1:],
        "o",
        color=BLUE,
        markerfacecolor=PAPER,
        markersize=9.5,
        zorder=4,
        label=language.say("order.curve"),
    )
    for place, (x, y) in enumerate(zip(asked[1:], gained[1:], strict=True), 1):
        ax.annotate(str(place), (x, y), ha="center", va="center_baseline", fontsize=SMALL, zorder=5)
    gain, low, high = programme.value
    ax.vlines(programme.asked_m, low, high, color=INK, lw=1.4, zorder=5)
    ax.plot(
        programme.asked_m,
        gain,
        "*",
        color=INK,
        markersize=9,
        zorder=6,
        label=language.say("order.recommended"),
    )
    ax.set_xlim(0, 1.04 * max(asked[-1], programme.budget_m, programme.target_m or 0.0))
    ax.set_ylim(0, 1.12 * max(gained[-1], high))
    mark_money(ax, language, currency, programme.budget_m, programme.target_m)
    unit = language.million(currency)
    ax.set_xlabel(language.say("axis.asked", unit=unit, year=programme.provenance.price_year))
    ax.set_ylabel(language.say(f"axis.gain_{programme.measure}", unit=unit))
    say_ticks(ax, language)
    say_ticks(ax, language, "y")
    ax.legend(
        loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=2.2, ncols=3, columnspacing=1.2
    )
    _write_key(ax, language, list(order["improvements"]), set(programme.chosen))
    return ax


def _write_key(ax: Axes, language: Language, bundles: list[str], chosen: set[str]) -> None:
    """Write what each number stands for, from the top down."""
    line = 0
    for place, bundle in enumerate(bundles, 1):
        members = bundle.split(" + ")
        name = " + ".join(language.short(i, 48) for i in members)
        strong = chosen.issuperset(members)
        for k, part in enumerate(textwrap.wrap(name, LETTERS)):
            below = -line * LEADING * SMALL
            if k == 0:
                _write(ax, language.number(place, 0), (18, below), strong, "right")
            _write(ax, part, (22, below), strong, "left")
            line += 1


def _write(ax: Axes, text: str, offset: tuple[float, float], strong: bool, side: str) -> None:
    ax.annotate(
        text,
        (1.0, 1.0),
        offset,
        xycoords="axes fraction",
        textcoords="offset points",
        ha=side,
        va="top",
        fontsize=SMALL,
        fontweight="bold" if strong else "normal",
        color=INK if strong else MUTED,
    )


def improvement_rank_facts(study: Study, language: Language) -> Facts:
    """Who is first how often among the improvements."""
    shares = study.priorities.rank_acceptability()
    return rank_facts("improvement_ranks", shares, study, language)


def order_facts(study: Study, language: Language) -> Facts:
    """What the recommended set asks and gains, and how often it is the best."""
    programme = study.programme
    currency = study.provenance.currency
    bundles = (
        language.say(
            "chart.order.alt_row",
            place=place,
            names=" + ".join(language.short(i) for i in str(bundle).split(" + ")),
        )
        for place, bundle in programme.order()["improvements"].items()
    )
    return {
        **money_unit(study, language),
        "variant": None if programme.chosen else "none",
        "count": len(programme.chosen),
        "asked": language.money(_asked_m(study, programme.chosen), currency),
        "budget": language.money(programme.budget_m, currency),
        "gain": language.middle(Amount(*programme.value)),
        "span": language.span(Amount(*programme.value)),
        "measure": added_unit(programme.measure, currency, language),
        "counted": language.say(f"order.counted_{programme.measure}"),
        "p_best": language.probability(programme.p_best),
        "chosen": in_series(language, (language.short(i) for i in programme.chosen), most=20),
        "list": in_series(language, bundles, most=20),
    }


def _asked_m(study: Study, chosen: Sequence[str]) -> float:
    """Millions that a set asks on average, to the digits that its range allows."""
    taken = [i in chosen for i in study.case.improvement_ids]
    millions = study.sample.drawn.asked @ np.array(taken, dtype=float) / MILLION
    return rounded(*Interval.of(millions))


def membership_facts(study: Study, language: Language) -> Facts:
    """How many improvements are firm, and how many open."""
    programme = study.programme
    table = programme.to_frame().sort_values("p_in_best", ascending=False, kind="stable")
    core, still_open = ((table["standing"] == word).sum() for word in (CORE, BORDERLINE))
    rows = (
        language.say(
            "chart.membership.alt_row",
            name=language.name(str(i)),
            percent=language.probability(p),
            standing=language.word("standing", str(standing)),
        )
        for i, p, standing in zip(table.index, table["p_in_best"], table["standing"], strict=True)
    )
    return {
        "variant": None if core else "none",
        "count": int(core),
        "open": int(still_open),
        "draws": language.number(programme.draws, 0),
        "budget": language.money(programme.budget_m, study.provenance.currency),
        "list": in_series(language, rows, most=20),
    }


def alignment_facts(study: Study, language: Language) -> Facts:
    """Which improvement closes most of the gap."""
    table = study.priorities.to_frame().sort_values("gain", ascending=False, kind="stable")
    columns = ["gain", "gain_low", "gain_high"]
    value, low, high = (float(x) for x in table[columns].to_numpy()[0])
    unready = table.index[table["readiness"] < READY]
    rows = (
        language.say(
            "chart.alignment.alt_row",
            name=language.name(str(i)),
            percent=language.say("percent", number=language.number(share)),
            level=level,
        )
        for i, share, level in zip(table.index, table["gain"], table["readiness"], strict=True)
    )
    return {
        "first": language.name(str(table.index[0])),
        "share": language.say("percent", number=language.middle(Amount(value, low, high))),
        "span": language.say("percent", number=language.span(Amount(value, low, high))),
        "level": READY,
        "list": in_series(language, rows),
        "unready": in_series(language, (language.short(str(i)) for i in unready), most=12),
    }


def _order_behind(study: Study) -> pd.DataFrame:
    return study.programme.order()


def _gantt_height(study: Study) -> float:
    return rows(len(shown(study.schedule)), 0.2) + 0.15


def _regret_height(study: Study) -> float:
    return rows(lines_of(study.robustness, study.case), 0.125)


def _regret_behind(study: Study) -> pd.DataFrame:
    table = pd.DataFrame(compared(study.robustness)).drop(columns="rule")
    table["rules"] = [" ".join(rules) for rules in table["rules"]]
    return table.set_index("chosen")


PROGRAMME_CHARTS = (
    Chart(
        key="alignment",
        needs=("priorities", "excellence"),
        draw=of("priorities", draw_alignment),
        height=improvement_rows,
        behind=frame("priorities"),
        facts=alignment_facts,
        drawable=any_gap,
    ),
    Chart(
        key="improvement_ranks",
        needs=("priorities",),
        draw=of("priorities", draw_ranks),
        height=improvement_rows,
        behind=ranks_behind("priorities"),
        facts=improvement_rank_facts,
    ),
    Chart(
        key="order",
        needs=("programme",),
        draw=of("programme", draw_order),
        height=lambda _: 2.75,
        behind=_order_behind,
        facts=order_facts,
    ),
    Chart(
        key="membership",
        needs=("programme",),
        draw=of("programme", draw_membership),
        height=improvement_rows,
        behind=frame("programme"),
        facts=membership_facts,
    ),
    Chart(
        key="regret",
        needs=("programme", "robustness"),
        draw=of("robustness", draw_regret),
        height=_regret_height,
        behind=_regret_behind,
        facts=regret_facts,
    ),
    Chart(
        key="gantt",
        needs=("programme", "schedule"),
        draw=of("schedule", draw_gantt),
        height=_gantt_height,
        behind=frame("schedule"),
        facts=gantt_facts,
        drawable=lambda study: "schedule" in study and bool(shown(study.schedule)),
    ),
    Chart(
        key="funding",
        needs=("funding",),
        draw=of("funding", draw_funding),
        height=lambda _: 3.2,
        behind=frame("funding"),
        facts=funding_facts,
    ),
)
