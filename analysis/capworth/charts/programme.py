"""The charts of improvements: their order, the programme, its funding.

Which improvements close the gap to the services of excellence, and how ready they are.

Which good set holds which improvement: what to start, what is a choice.

The order of priority: what is gained as the money adds up, beside the exact best sets.

What the charts of improvements, programme, funding and sensitivity find.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from capworth.charts.chart import (
    Chart,
    Facts,
    by,
    foremost,
    frame,
    improvement_rows,
    in_series,
    money_at,
    money_unit,
    of,
    rank_facts,
    ranks_behind,
    rows,
    sure,
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
    carried_out,
    draw_gantt,
    draw_good_sets,
    gantt_facts,
    good_sets_facts,
    good_sets_shown,
    lines_of,
)
from capworth.charts.style import BLUE, INK, MUTED, PAPER, SMALL, VERMILION, styled
from capworth.language.language import ENGLISH, Language
from capworth.language.numbers import Amount
from capworth.methods.portfolio.good_sets import PREFER, REVIEW, START
from capworth.programme.priorities import Priorities
from capworth.programme.selection import Programme
from capworth.study.stages import Study

if TYPE_CHECKING:
    from matplotlib.axes import Axes

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


SHOWN = 12  # good sets with a column, the best ones


def good_members(programme: Programme) -> pd.DataFrame:
    """Improvements in any good set, those of the recommended one first: which set holds each.

    A column for each of the first good sets by its number, and `core`.
    """
    table = programme.to_frame()
    sets = programme.good_sets()["chosen"].head(SHOWN)
    held = pd.DataFrame(
        {number: table.index.isin(str(chosen).split()) for number, chosen in sets.items()},
        index=table.index,
    )
    held["core"] = table["core"]
    order = table.assign(first=~table["chosen"], last=-table["core"]).sort_values(
        ["first", "last"], kind="stable"
    )
    held = held.loc[order.index]
    return held[held.drop(columns="core").any(axis=1)]


@styled
def draw_membership(programme: Programme, ax: Axes, language: Language = ENGLISH) -> Axes:
    """Draw which good set holds which improvement, the best set first.

    Solid squares and bold names are in the recommended set; open squares are in others.
    """
    held = good_members(programme)
    mine = [str(key) in programme.chosen for key in held.index]
    y = name_rows(ax, [language.short(str(i)) for i in held.index], bold=mine)
    rule_rows(ax, y)
    sets = [column for column in held.columns if column != "core"]
    for place, number in enumerate(sets):
        inside = held[number].to_numpy(dtype=bool)
        ax.plot(
            np.full(int(inside.sum()), float(place)),
            y[inside],
            "s",
            color=BLUE if place == 0 else VERMILION,
            markerfacecolor=BLUE if place == 0 else PAPER,
            markersize=6,
            label=language.say("membership.chosen" if place == 0 else "membership.others")
            if place < 2
            else None,
        )
    ax.set_xlim(-0.6, len(sets) - 0.4)
    ax.set_xticks(range(len(sets)), [language.number(float(str(n)), 0) for n in sets])
    ax.tick_params(axis="x", length=0)
    ax.set_xlabel(language.say("axis.good_sets"), loc="right")
    roles = programme.to_frame().loc[held.index, "role"]
    texts = [
        language.say(
            "membership.row", core=language.number(core, 2), role=role_word(role, inside, language)
        )
        for core, role, inside in zip(held["core"], roles, mine, strict=True)
    ]
    write_column(ax, y, texts, language.say("column.core"))
    put_legend(ax, 2)
    return ax


def role_word(role: str, chosen: bool, language: Language) -> str:
    """Say what an improvement is to be: start, choose, not now; the side that is not preferred."""
    key = role.replace(",", "").replace(" ", "_")
    return language.word("role", f"{key}_out" if role == PREFER and not chosen else key)


LETTERS = 50  # in a line of the key
LEADING = 1.3  # of the lines of the key, in sizes of the font


@styled
def draw_order(programme: Programme, ax: Axes, language: Language = ENGLISH) -> Axes:
    """Draw money needed against what it adds on the objective, both summed in order of priority.

    Money is that at the confidence of the budget. Numbered points are bundles, named in the key at
    the right, bold where the recommended set holds all of them; the stepped line is the best set
    for each budget, the star the recommended programme with the 80 % range of its value.
    """
    order, frontier = programme.order(), programme.frontier()
    currency = programme.provenance.currency
    needed = np.concatenate([[0.0], order["at_confidence_cum_m"]])
    gained = np.concatenate([[0.0], order["value_cum"]])
    ax.plot(
        frontier["budget_m"],
        frontier["value"],
        color=VERMILION,
        lw=1.0,
        drawstyle="steps-post",
        label=language.say("order.frontier"),
    )
    ax.plot(needed, gained, color=BLUE, lw=0.7, zorder=3)
    ax.plot(
        needed[1:],
        gained[1:],
        "o",
        color=BLUE,
        markerfacecolor=PAPER,
        markersize=9.5,
        zorder=4,
        label=language.say("order.curve"),
    )
    for place, (x, y) in enumerate(zip(needed[1:], gained[1:], strict=True), 1):
        ax.annotate(str(place), (x, y), ha="center", va="center_baseline", fontsize=SMALL, zorder=5)
    value, low, high = programme.value
    ax.vlines(programme.needed_m, low, high, color=INK, lw=1.4, zorder=5)
    ax.plot(
        programme.needed_m,
        value,
        "*",
        color=INK,
        markersize=9,
        zorder=6,
        label=language.say("order.recommended"),
    )
    ax.set_xlim(0, 1.04 * max(needed[-1], programme.budget_m, programme.target_m or 0.0))
    least = min(0.0, *gained, low, *frontier["value"])
    ax.set_ylim(1.12 * least, 1.12 * max(*gained, high, *frontier["value"], 1e-9))
    mark_money(ax, language, currency, programme.budget_m, programme.target_m)
    unit, year = language.million(currency), programme.provenance.price_year
    ax.set_xlabel(
        language.say("axis.needed", unit=unit, year=year, sure=sure(programme.confidence, language))
    )
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
    """What the recommended set needs and is worth."""
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
        "needed": money_at(programme.needed_m, language, currency),
        "sure": sure(programme.confidence, language),
        "budget": language.money(programme.budget_m, currency),
        "worth": language.worth(programme.measure, Amount(*programme.value), currency),
        "counted": counted(programme, language),
        "chosen": in_series(language, (language.short(i) for i in programme.chosen), most=20),
        "list": in_series(language, bundles, most=20),
    }


def counted(programme: Programme, language: Language) -> str:
    """Say what is counted, and by which key services weigh where that matters."""
    key = language.word("extent", programme.extent_key)
    return language.say(f"order.counted_{programme.measure}", extents=key)


def membership_facts(study: Study, language: Language) -> Facts:
    """How many improvements are in every good set, and how many in some."""
    programme = study.programme
    held = good_members(programme)
    table, sets = programme.to_frame(), programme.good_sets()
    start = len(programme.with_role(START, REVIEW))
    core, roles, mine = (table[name].to_dict() for name in ("core", "role", "chosen"))
    every = {i for chosen in sets["chosen"] for i in str(chosen).split()}
    rows = (
        language.say(
            "chart.membership.alt_row",
            name=language.name(str(key)),
            sets=language.listed(str(n) for n in row.index[row.to_numpy(dtype=bool)]),
            core=language.number(float(core[str(key)]), 2),
            role=role_word(str(roles[str(key)]), bool(mine[str(key)]), language),
        )
        for key, row in held.drop(columns="core").iterrows()
    )
    return {
        "variant": "only" if len(sets) == 1 else None,
        "count": start,
        "open": len(every) - start,
        "sets": len(sets),
        "shown": min(len(sets), SHOWN),
        "near": language.percent(programme.near),
        "draws": language.number(programme.draws, 0),
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
        "extents": language.word("extent", study.sample.model.extents.key),
        "share": language.say("percent", number=language.middle(Amount(value, low, high))),
        "span": language.say("percent", number=language.span(Amount(value, low, high))),
        "level": READY,
        "list": in_series(language, rows),
        "unready": in_series(language, (language.short(str(i)) for i in unready), most=12),
    }


def _order_behind(study: Study) -> pd.DataFrame:
    return study.programme.order()


def _gantt_height(study: Study) -> float:
    return rows(len(carried_out(study.programme)), 0.2) + 0.15


def _good_sets_height(study: Study) -> float:
    return rows(lines_of(study.programme, study.case), 0.125)


def _good_sets_behind(study: Study) -> pd.DataFrame:
    return good_sets_shown(study.programme)


def _members_height(study: Study) -> float:
    return rows(len(good_members(study.programme)))


def _has_good_sets(study: Study) -> bool:
    return "programme" in study and len(good_members(study.programme)) > 0


PROGRAMME_CHARTS = (
    Chart(
        key="alignment",
        needs=("priorities", "excellence"),
        draw=of("priorities", draw_alignment),
        height=improvement_rows,
        behind=frame("priorities"),
        facts=alignment_facts,
        first=by("priorities", "gain"),
        drawable=any_gap,
    ),
    Chart(
        key="improvement_ranks",
        needs=("priorities",),
        draw=of("priorities", draw_ranks),
        height=improvement_rows,
        behind=ranks_behind("priorities"),
        facts=improvement_rank_facts,
        first=foremost("priorities"),
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
        key="good_sets",
        needs=("programme",),
        draw=of("programme", draw_good_sets),
        height=_good_sets_height,
        behind=_good_sets_behind,
        facts=good_sets_facts,
        drawable=_has_good_sets,
    ),
    Chart(
        key="membership",
        needs=("programme",),
        draw=of("programme", draw_membership),
        height=_members_height,
        behind=lambda study: good_members(study.programme),
        facts=membership_facts,
        first=lambda study: [str(key) for key in good_members(study.programme).index],
        drawable=_has_good_sets,
    ),
    Chart(
        key="gantt",
        needs=("programme",),
        draw=of("programme", draw_gantt),
        height=_gantt_height,
        behind=lambda study: study.programme.to_frame().loc[carried_out(study.programme)],
        facts=gantt_facts,
        first=lambda study: [str(key) for key in carried_out(study.programme)],
        drawable=lambda study: "programme" in study and bool(study.programme.chosen),
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
