"""The charts of costs and benefits in money, and of the scales that they hang on.

Which improvement is best at each price of a harm-day, and how likely.

What the charts of costs and benefits in money find.

Net value in money with its range, thing by thing.

What improvements are asked for: base, overrun, managing the risk.

Does the ranking survive the scale? The places of each capability on every scale.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from capworth.appraisal.economics import KINDS, Economics
from capworth.appraisal.effectiveness import NOTHING, ScalePanel, Willingness
from capworth.appraisal.overrun import CONFIDENCE, PARTS, Overrun
from capworth.charts.chart import (
    HEAD,
    Chart,
    Facts,
    foremost,
    frame,
    in_series,
    of,
    rows,
)
from capworth.charts.rows import (
    mark_decades,
    name_rows,
    put_legend,
    rule_rows,
    say_ticks,
    write_column,
)
from capworth.charts.style import (
    BLUE,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PAPER,
    PURPLE,
    ROW,
    SKY,
    VERMILION,
    styled,
)
from capworth.language.language import ENGLISH, Language
from capworth.language.numbers import Amount, decimals
from capworth.model.pricing import PRICED
from capworth.study.stages import Study

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LINES = (  # colour, marker and dashes, line by line
    (INK, "o", "-"),
    (BLUE, "s", "-"),
    (VERMILION, "^", "-"),
    (GREEN, "D", "--"),
    (ORANGE, "v", "--"),
)
LETTERS = 34  # of a name in the legend


@styled
def draw_acceptability(willingness: Willingness, ax: Axes, language: Language = ENGLISH) -> Axes:
    """Draw the probability of being best at each price; the choice of most expected worth is thick.

    Those that are chosen at some price come first, then the likeliest of the others.
    """
    chances, table = willingness.chances(), willingness.to_frame()
    others = chances.drop(columns=list(willingness.options)).max().sort_values(ascending=False)
    shown = [*willingness.options, *others[others > 0].index][: len(LINES)]
    prices = table.index.to_numpy(dtype=np.float64)
    for (colour, marker, dashes), option in zip(LINES, shown, strict=False):
        name = (
            language.say("acceptability.nothing")
            if option == NOTHING
            else language.short(option, LETTERS)
        )
        line = chances[option].to_numpy()
        ax.plot(
            prices,
            line,
            dashes,
            color=colour,
            lw=1.0,
            marker=marker,
            markevery=6,
            markersize=4,
            label=name,
        )
        chosen = (table["choice"] == option).to_numpy()
        if chosen.any():
            ax.plot(prices, np.where(chosen, line, np.nan), color=colour, lw=3.2, label="_")
    ax.set_xscale("log")
    ax.set_ylim(0, 1.02)
    ax.yaxis.set_major_formatter(lambda share, _: language.part(share))
    ax.set_ylabel(language.say("axis.p_best"))
    sign = language.sign(willingness.provenance.currency)
    ax.set_xlabel(language.say(f"axis.price_{willingness.effect}", sign=sign), loc="right")
    say_ticks(ax, language)
    mark_decades(ax)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.01), ncols=2)
    return ax


def net_value_facts(study: Study, language: Language) -> Facts:
    """How many return more than they cost, and how likely the programme does."""
    found = study.economics
    table = found.to_frame()
    kinds = table.index.get_level_values("kind")
    priced = table["priced"] == PRICED
    table, kinds = table[priced], kinds[priced]
    single, whole = table[kinds != KINDS[-1]], table[kinds == KINDS[-1]]
    rows = (
        language.say(
            "chart.net_value.alt_row",
            name=language.say("net_value.programme")
            if kind == KINDS[-1]
            else language.name(str(key)),
            net=language.spread(Amount(*map(float, net))),
            percent=language.probability(float(chance)),
        )
        for (kind, key), net, chance in zip(
            table.index,
            table[["npv_m", "npv_m_low", "npv_m_high"]].to_numpy(),
            table["p_npv_positive"],
            strict=True,
        )
    )
    alone = "one" if len(single) == 1 else "alone" if study.case.improvements else "services"
    first = single[["npv_m", "npv_m_low", "npv_m_high"]].to_numpy()[:1].ravel()
    return {
        "variant": None if len(whole) else alone,
        "name": language.name(str(single.index[0][1])) if len(single) else "",
        "net": language.spread(Amount(*map(float, first))) if len(single) else "",
        "count": int((single["npv_m"] > 0).sum()),
        "all": len(single),
        "percent": language.probability(float(whole["p_npv_positive"].iloc[0]))
        if len(whole)
        else "",
        "unit": language.million(study.provenance.currency),
        "year": study.provenance.price_year,
        "draws": language.number(found.draws, 0),
        "list": in_series(language, rows, most=30),
    }


def acceptability_facts(study: Study, language: Language) -> Facts:
    """From which price an improvement is worth its cost, and how sure the choice is."""
    found = study.willingness
    table = found.to_frame()
    currency = study.provenance.currency
    changes = table[table["choice"] != table["choice"].shift()]
    rows = (
        language.say(
            "chart.acceptability.alt_row",
            name=language.say("acceptability.nothing")
            if choice == NOTHING
            else language.name(choice),
            price=language.price(float(price), currency),
        )
        for price, choice in zip(changes.index.to_numpy(), map(str, changes["choice"]), strict=True)
    )
    some = table[table["choice"] != NOTHING]
    spread = some["p_best"] if len(some) else table["p_best"]
    single = len(changes) == 1 or table["choice"].iloc[0] != NOTHING
    return {
        "variant": "alone" if single else None,
        "only": language.name(str(table["choice"].iloc[-1])),
        "first_price": language.price(float(some.index[0]), currency) if len(some) else "",
        "least": language.probability(float(spread.min())),
        "most": language.probability(float(spread.max())),
        "information_low": language.money(float(table["information_m"].min()), currency, 1),
        "information_high": language.money(float(table["information_m"].max()), currency, 1),
        "draws": language.number(found.draws, 0),
        "list": in_series(language, rows, most=12),
    }


def scale_facts(study: Study, language: Language) -> Facts:
    """How many capabilities change place, and which two scales agree least."""
    panel = study.scales
    table, pairs = panel.to_frame(), panel.pairs()
    one, other = panel.weakest
    rows = (
        language.say(
            "chart.scales.alt_row",
            name=language.name(str(key)),
            places=language.listed(
                language.say(
                    "chart.scales.alt_place",
                    scale=language.word("measure", scale),
                    place=language.number(int(place), 0),
                )
                for scale, place in zip(panel.scales, places, strict=True)
            ),
        )
        for key, places in zip(
            table.index, table[[f"place_{scale}" for scale in panel.scales]].to_numpy(), strict=True
        )
    )
    least = pairs.to_dict("index")[one, other]
    return {
        "variant": None if panel.depending else "none",
        "count": len(panel.depending),
        "all": len(table),
        "one": language.word("measure", one),
        "other": language.word("measure", other),
        "scales": language.listed(language.word("measure", scale) for scale in panel.scales),
        "outcomes": language.listed(language.name(o) for o in panel.outcomes),
        "correlation": language.number(float(least["rank_correlation"]), 2),
        "low": language.number(float(least["rank_correlation_low"]), 2),
        "high": language.number(float(least["rank_correlation_high"]), 2),
        "same": language.probability(float(least["p_same_first"])),
        "list": in_series(language, rows, most=30),
    }


MARKS = (  # marker, colour and face, scale by scale; sizes differ so that equals stay visible
    ("o", BLUE, BLUE, 8.0),
    ("s", VERMILION, "none", 6.5),
    ("^", GREEN, GREEN, 5.0),
    ("D", INK, "none", 4.0),
    ("v", ORANGE, "none", 6.0),
    ("P", PURPLE, PURPLE, 5.0),
)


@styled
def draw_scale_places(panel: ScalePanel, ax: Axes, language: Language = ENGLISH) -> Axes:
    """Draw the place of each capability on every scale, joined by a line as long as they differ."""
    table = panel.to_frame()
    y = name_rows(ax, [language.short(str(c)) for c in table.index])
    rule_rows(ax, y)
    places = table[[f"place_{scale}" for scale in panel.scales]]
    ax.hlines(y, places.min(axis=1), places.max(axis=1), color=MUTED, lw=1.2)
    for k, scale in enumerate(panel.scales):
        marker, colour, face, size = MARKS[k % len(MARKS)]
        ax.plot(
            places[f"place_{scale}"],
            y,
            marker,
            color=colour,
            markerfacecolor=face,
            markersize=size,
            label=language.word("measure", scale),
        )
    moved = [language.number(int(m), 0) for m in table["places_moved"]]
    write_column(ax, y, moved, language.say("column.places_moved"))
    ax.set_xlim(0.5, len(table) + 0.5)
    ax.set_xticks(range(1, len(table) + 1))
    ax.set_xlabel(language.say("axis.place_per_euro"), loc="right")
    say_ticks(ax, language)
    put_legend(ax, len(panel.scales))
    return ax


PANELS = (KINDS[:1], KINDS[1:])  # capabilities; improvements and their programme


def _counts(study: Study) -> list[tuple[tuple[str, ...], int]]:
    """Kinds of each panel with its number of rows; panels without rows are left out."""
    table = study.economics.to_frame()
    kinds = table[table["priced"] == PRICED].index.get_level_values("kind")
    counts = ((part, int(kinds.isin(part).sum())) for part in PANELS)
    return [(part, count) for part, count in counts if count]


def _net_values(study: Study, figure: Figure, language: Language) -> None:
    """One panel for capabilities, one for improvements: their sizes differ."""
    parts = _counts(study)
    panels = figure.subplots(len(parts), squeeze=False)[:, 0]
    for ax, (part, _) in zip(panels, parts, strict=True):
        draw_net_values(study.economics, ax, language, part)
        ax.set_title(language.say(f"net_value.{part[0]}"), loc="left", fontweight="bold")


def _net_value_rows(study: Study) -> float:
    counts = [count for _, count in _counts(study)]
    return len(counts) * (HEAD + max(counts) * ROW) - 0.2


def _of_most_worth(study: Study) -> list[str]:
    """Capabilities and improvements by how far their net value lies from nothing."""
    table = study.economics.to_frame()
    table = table[table["priced"] == PRICED]
    table = table[table.index.get_level_values("kind") != PROGRAMME]
    order = table["npv_m"].abs().sort_values(ascending=False, kind="stable").index
    return [str(key[1]) for key in order]


def _net_values_behind(study: Study) -> pd.DataFrame:
    return study.economics.to_frame()


def _acceptability_behind(study: Study) -> pd.DataFrame:
    table: pd.DataFrame = study.willingness.to_frame().join(study.willingness.chances())
    return table


def _priced(study: Study) -> bool:
    return bool((study.economics.to_frame()["priced"] == PRICED).any())


def _scale_rows(study: Study) -> float:
    return rows(len(study.scales.to_frame()))


PROGRAMME = KINDS[-1]


@styled
def draw_net_values(
    economics: Economics, ax: Axes, language: Language = ENGLISH, kinds: tuple[str, ...] = KINDS
) -> Axes:
    """Draw the net value of everything of these kinds, highest first, with 80 % ranges.

    Blue discs: more is returned than it costs, on average; open squares: less. The programme is
    bold.
    """
    table = economics.to_frame()
    table = table[table.index.get_level_values("kind").isin(kinds) & (table["priced"] == PRICED)]
    table = table.sort_values("npv_m", ascending=False, kind="stable")
    whole = [kind == PROGRAMME for kind, _ in table.index]
    names = [
        language.say("net_value.programme") if bold else language.short(str(subject))
        for bold, (_, subject) in zip(whole, table.index, strict=True)
    ]
    y = name_rows(ax, names, bold=whole)
    rule_rows(ax, y)
    gain = table["npv_m"].to_numpy() > 0
    for part, colour, marker, face in (
        (gain, BLUE, "o", BLUE),
        (~gain, VERMILION, "s", PAPER),
    ):
        rows = table[part]
        ax.hlines(y[part], rows["npv_m_low"], rows["npv_m_high"], color=colour, lw=1.6)
        ax.plot(rows["npv_m"], y[part], marker, color=colour, markerfacecolor=face, markersize=5)
    ax.axvline(0.0, color=INK, lw=0.9)
    chances = [language.probability(p) for p in table["p_npv_positive"]]
    write_column(ax, y, chances, language.say("column.p_net_gain"))
    unit = language.million(economics.provenance.currency)
    year = economics.provenance.price_year
    ax.set_xlabel(language.say("axis.net_value", unit=unit, year=year), loc="right")
    say_ticks(ax, language)
    return ax


LAYERS = ((SKY, ""), (VERMILION, "///"), (MUTED, "..."))  # face and hatch of each part


@styled
def draw_overrun(found: Overrun, ax: Axes, language: Language = ENGLISH) -> Axes:
    """Draw what each improvement asks for by its parts, dearest first.

    The bar is the mean, the thin line its 80 % range, the upright mark the level that holds in
    eight draws of ten.
    """
    table = found.improvements().sort_values("asked_m", ascending=False, kind="stable")
    y = name_rows(ax, [language.short(str(i)) for i in table.index])
    rule_rows(ax, y)
    left = np.zeros(len(y))
    for part, (face, hatch) in zip(PARTS, LAYERS, strict=True):
        width = table[f"{part}_m"].to_numpy()
        ax.barh(
            y,
            width,
            0.62,
            left,
            label=language.say(f"overrun.{part}"),
            linewidth=0.6,
            facecolor=PAPER if hatch else face,
            edgecolor=face if hatch else INK,
            hatch=hatch or None,
        )
        left = left + width
    ax.hlines(y, table["asked_m_low"], table["asked_m_high"], color=INK, lw=0.9, zorder=4)
    ax.plot(table["p80_m"], y, "|", color=INK, markersize=9, markeredgewidth=1.6, zorder=4)
    spans = [
        language.spread(Amount(*map(float, row)))
        for row in table[["asked_m", "asked_m_low", "asked_m_high"]].to_numpy()
    ]
    write_column(ax, y, spans, language.say("column.mean_range"))
    ax.set_xlim(0, 1.04 * float(table["asked_m_high"].max()))
    unit = language.million(found.provenance.currency)
    ax.set_xlabel(
        language.say("axis.asked_each", unit=unit, year=found.provenance.price_year), loc="right"
    )
    say_ticks(ax, language)
    put_legend(ax, 3)
    return ax


def overrun_facts(study: Study, language: Language) -> Facts:
    """What the largest total comes to; else how much overruns add to what is stated."""
    found = study.overrun
    table, totals = found.improvements(), found.to_frame()
    added = table["asked_m"] / table["base_m"] - 1
    ends = [language.percent(float(end)) for end in (added.min(), added.max())]
    rows = (
        language.say(
            "chart.overrun.alt_row",
            name=language.name(str(key)),
            asked=language.spread(Amount(*map(float, asked))),
            base=language.number(float(base)),
        )
        for key, asked, base in zip(
            table.index,
            table[["asked_m", "asked_m_low", "asked_m_high"]].to_numpy(),
            table["base_m"],
            strict=True,
        )
    )
    facts: dict[str, object] = {
        "variant": None if len(totals) else "same" if len({*ends}) == 1 else "alone",
        "least": ends[0],
        "most": ends[1],
        "confidence": language.percent(CONFIDENCE),
        "share": language.percent(found.common_cause),
        "unit": language.million(study.provenance.currency),
        "year": study.provenance.price_year,
        "list": in_series(language, rows, most=30),
    }
    if len(totals):
        row = totals.sort_values("stated_m", ascending=False, kind="stable").iloc[0]
        expected = Amount(*(float(row[f"expected_m{end}"]) for end in ("", "_low", "_high")))
        money, places = str(row["currency"]), decimals(*expected)
        facts |= {
            "name": language.name(str(row.name)),
            "stated": language.money(float(row["stated_m"]), money),
            "expected": language.money(expected.middle, money, places),
            "span": language.span(expected),
            "p80": language.money(float(row["p80_m"]), money, places),
        }
    return facts


def _overrun_rows(study: Study) -> float:
    return HEAD + len(study.overrun.improvements()) * ROW


def _dearest_improvements(study: Study) -> list[str]:
    table = study.overrun.improvements().sort_values("asked_m", ascending=False, kind="stable")
    return [str(key) for key in table.index]


def _overrun_behind(study: Study) -> pd.DataFrame:
    return study.overrun.improvements()


def _overrun_drawable(study: Study) -> bool:
    return len(study.overrun.improvements()) > 0


ECONOMICS_CHARTS = (
    Chart(
        key="overrun",
        needs=("overrun",),
        draw=of("overrun", draw_overrun),
        height=_overrun_rows,
        behind=_overrun_behind,
        facts=overrun_facts,
        first=_dearest_improvements,
        drawable=_overrun_drawable,
    ),
    Chart(
        key="net_value",
        needs=("economics",),
        draw=_net_values,
        height=_net_value_rows,
        behind=_net_values_behind,
        facts=net_value_facts,
        first=_of_most_worth,
        drawable=_priced,
    ),
    Chart(
        key="acceptability",
        needs=("willingness",),
        draw=of("willingness", draw_acceptability),
        height=lambda _: 2.9,
        behind=_acceptability_behind,
        facts=acceptability_facts,
    ),
    Chart(
        key="scales",
        needs=("scales",),
        draw=of("scales", draw_scale_places),
        height=_scale_rows,
        behind=frame("scales"),
        facts=scale_facts,
        first=foremost("scales"),
    ),
)
