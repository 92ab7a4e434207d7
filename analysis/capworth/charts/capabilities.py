"""The charts of what capabilities cost and add.

The cost-value map: what each capability costs over its life, and its score.

What the charts of capabilities find: the words that fill titles, captions and alternatives.

Every finding is taken from the answers as they stand; a rank comes with its probability, a mean
with its range.

Who pays for each capability.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from capworth.appraisal.capabilities import Appraisal
from capworth.charts.chart import (
    Chart,
    Facts,
    alone,
    capability_rows,
    dearest,
    foremost,
    in_series,
    money_unit,
    of,
    rank_facts,
    ranks_behind,
    triples,
    valued,
)
from capworth.charts.rows import (
    draw_ranks,
    mark_decades,
    name_rows,
    place_labels,
    put_legend,
    say_ticks,
    write_column,
)
from capworth.charts.style import (
    BLUE,
    INK,
    MARKS,
    ORANGE,
    PAPER,
    RULE,
    VERMILION,
    styled,
)
from capworth.excellence.services import BOTH, DERIVED, DESIGNATED, NEITHER, Excellence
from capworth.language.language import ENGLISH, Language
from capworth.language.numbers import Amount, decimals
from capworth.study.stages import Study

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def cost_value_facts(study: Study, language: Language) -> Facts:
    """Spans of cost and score, the extremes, the services of excellence."""
    table = study.appraisal.to_frame()
    currency = study.provenance.currency
    cost, score = table["cost_m"], table["score"]
    excellent: list[str] = []
    if "excellence" in study:
        routes = study.excellence.to_frame()["route"]
        excellent = [str(c) for c in routes.index[routes.isin((BOTH, DESIGNATED, DERIVED))]]

    costs, scores = triples(table, "cost_m"), triples(table, "score")

    def amount(row: int) -> str:
        return language.money(costs[row][0], currency, decimals(*costs[row]))

    def points(row: int) -> str:
        return language.middle(Amount(*scores[row]))

    first = study.appraisal.first
    return {
        **money_unit(study, language),
        "variant": None if excellent else "plain",
        "count": len(table),
        "cost_low": amount(int(cost.argmin())),
        "cost_high": amount(int(cost.argmax())),
        "cheapest": language.name(str(cost.idxmin())),
        "dearest": language.name(str(cost.idxmax())),
        "score_low": points(int(score.argmin())),
        "score_high": points(int(score.argmax())),
        "lowest": language.name(str(score.idxmin())),
        "highest": language.name(str(score.idxmax())),
        "first": language.name(first),
        "p_first": language.probability(float(table["p_first"][first])),
        "excellent": in_series(language, map(language.name, excellent), most=12),
    }


def capability_rank_facts(study: Study, language: Language) -> Facts:
    """Who is first how often among the capabilities."""
    shares = study.appraisal.rank_acceptability()
    return rank_facts("capability_ranks", shares, study, language)


def payer_facts(study: Study, language: Language) -> Facts:
    """Who bears most of the cost of all capabilities."""
    payers = study.appraisal.cost_by_payer()
    share = payers.sum() / payers.sum().sum()
    cost = study.appraisal.to_frame()["cost_m"]
    currency = study.provenance.currency
    total = study.appraisal.total_cost
    rows = (
        language.say(
            "chart.payers.alt_row", payer=language.word("payer", str(p)), percent=language.part(s)
        )
        for p, s in share.items()
    )
    return {
        **money_unit(study, language),
        "variant": share.idxmax(),
        "share": language.part(float(share.max())),
        "total": language.money(total[0], currency, decimals(*total)),
        "span": language.span(Amount(*total)),
        "dearest": language.name(str(cost.idxmax())),
        "list": in_series(language, rows),
    }


FIELDS = ((BLUE, ""), (PAPER, "/////"), (ORANGE, ""))  # face and hatch, payer by payer


@styled
def draw_payers(appraisal: Appraisal, ax: Axes, language: Language = ENGLISH) -> Axes:
    """Draw mean whole-life cost by payer, dearest capability first, and the 80 % range."""
    table = appraisal.to_frame().sort_values("cost_m", ascending=False, kind="stable")
    payers = appraisal.cost_by_payer().loc[table.index]
    y = name_rows(ax, [language.short(str(c)) for c in table.index])
    left = np.zeros(len(y))
    for payer, (face, hatch) in zip(payers.columns, FIELDS, strict=True):
        part = payers[payer].to_numpy()
        ax.barh(
            y,
            part,
            0.7,
            left,
            facecolor=face,
            edgecolor=VERMILION if hatch else INK,
            linewidth=0.5,
            hatch=hatch or None,
            label=language.word("payer", str(payer)),
        )
        left = left + part
    spans = [
        language.spread(Amount(*map(float, row)))
        for row in table[["cost_m", "cost_m_low", "cost_m_high"]].to_numpy()
    ]
    write_column(ax, y, spans, language.say("column.mean_range"))
    provenance = appraisal.provenance
    unit = language.million(provenance.currency)
    ax.set_xlim(0, 1.03 * left.max())
    ax.set_xlabel(
        language.say("axis.whole_life", unit=unit, year=provenance.price_year), loc="right"
    )
    say_ticks(ax, language)
    put_legend(ax, 3)
    return ax


def _cost_value(study: Study, ax: Axes, language: Language) -> Axes:
    return draw_cost_value(study.appraisal, ax, language, study.answers.get("excellence"))


def _cost_value_behind(study: Study) -> pd.DataFrame:
    columns = ["name", *(f"{n}{e}" for n in ("cost_m", "score") for e in ("", "_low", "_high"))]
    table = study.appraisal.to_frame()[columns]
    if "excellence" not in study:
        return table
    return table.join(study.excellence.to_frame()["route"])


def _payers_behind(study: Study) -> pd.DataFrame:
    table = study.appraisal.to_frame()[["name", "cost_m", "cost_m_low", "cost_m_high"]]
    return table.join(study.appraisal.cost_by_payer())


LINE = 20  # letters in a line of a label


@styled
def draw_cost_value(
    appraisal: Appraisal,
    ax: Axes,
    language: Language = ENGLISH,
    excellence: Excellence | None = None,
) -> Axes:
    """Draw whole-life cost (log scale) against score, with 80 % ranges as thin bars.

    Services of excellence have marks of their own and bold labels; every capability keeps its dot.
    """
    table = appraisal.to_frame()
    routes = dict.fromkeys(table.index, NEITHER)
    if excellence is not None:
        routes |= excellence.to_frame()["route"].to_dict()
    ax.set_xscale("log")
    ax.hlines(table["score"], table["cost_m_low"], table["cost_m_high"], color=RULE, lw=0.8)
    ax.vlines(table["cost_m"], table["score_low"], table["score_high"], color=RULE, lw=0.8)
    for route, (marker, size, face, edge) in MARKS.items():
        part = table[[routes[c] == route for c in table.index]]
        if len(part):
            ax.plot(
                part["cost_m"],
                part["score"],
                marker,
                markersize=size,
                markerfacecolor=face,
                markeredgecolor=edge,
                markeredgewidth=1.2 if route == DESIGNATED else 0.6,
                label=language.word("route", route) if excellence is not None else None,
                zorder=4 if route != NEITHER else 3,
            )
    provenance = appraisal.provenance
    ax.set_xlabel(
        language.say(
            "axis.whole_life_log",
            unit=language.million(provenance.currency),
            year=provenance.price_year,
        )
    )
    ax.set_ylabel(language.say("axis.score"))
    mark_decades(ax)
    say_ticks(ax, language)
    say_ticks(ax, language, "y")
    ax.margins(0.06, 0.08)
    if excellence is not None:
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1.01), ncols=4, columnspacing=1.2)
    order = sorted(table.index, key=lambda c: routes[c] == NEITHER)
    place_labels(
        ax,
        [(float(table["cost_m"][c]), float(table["score"][c])) for c in order],
        [_label(language, c, routes[c] != NEITHER) for c in order],
        strong=[routes[c] != NEITHER for c in order],
    )
    return ax


def _label(language: Language, capability: str, important: bool) -> str:
    """Write the name of a service of excellence in two lines, the short name of any other."""
    if not important:
        return capability
    return "\n".join(textwrap.wrap(language.short(capability, 48), LINE + 4))


CAPABILITY_CHARTS = (
    Chart(
        key="cost_value",
        needs=("appraisal",),
        draw=alone(_cost_value),
        height=lambda _: 4.6,
        behind=_cost_value_behind,
        facts=cost_value_facts,
        drawable=valued,
    ),
    Chart(
        key="payers",
        needs=("appraisal",),
        draw=of("appraisal", draw_payers),
        height=capability_rows,
        behind=_payers_behind,
        facts=payer_facts,
        first=dearest,
    ),
    Chart(
        key="capability_ranks",
        needs=("appraisal",),
        draw=of("appraisal", draw_ranks),
        height=capability_rows,
        behind=ranks_behind("appraisal"),
        facts=capability_rank_facts,
        drawable=valued,
        first=foremost("appraisal"),
    ),
)
