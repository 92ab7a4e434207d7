"""The charts of the claim about the functions.

Every reading with its interval, the specification curve above what chance draws, and three routes
side by side.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from capworth.appraisal.claim import CURVE_DEALS, Claim
from capworth.appraisal.claim_routes import NOT_TAKEN, SWITCHED, Routes
from capworth.charts.chart import Chart, Facts, frame, in_series, of, rows
from capworth.charts.rows import mark_decades, name_rows, rule_rows, say_ticks, write_column
from capworth.charts.style import BLUE, INK, MUTED, PAPER, RULE, SMALL, styled
from capworth.language.language import ENGLISH, Language
from capworth.methods.arguments import Floats
from capworth.methods.claim.specifications import QUANTILES
from capworth.study.stages import Study

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

VIEW = (0.1, 10.0)  # ratios that are drawn; what lies beyond ends in an arrow
POWER = 0.8
BINS = 60  # of the strips below a curve
STRIP, BELOW = 0.15, 0.7  # height of a strip, and of words, over that of a curve
PANEL = 1.15  # inches of a curve


def reading_of(language: Language, key: tuple[str, ...]) -> str:
    """Name a reading: measure, question, how services count."""
    estimand, value, counted = key
    return language.say(
        "reading",
        measure=language.word("measure", value),
        estimand=language.word("estimand", estimand),
        counted=language.word("counted", counted),
    )


def word_of(claim: Claim, language: Language) -> str:
    """Say the word of the claim, with what took a stronger one away."""
    word = language.word("verdict", claim.word)
    if not claim.reason:
        return word
    reason = language.word("claim_reason", claim.reason)
    return language.say("verdict_with.reason", word=word, reason=reason)


def ratio_span(language: Language, low: float, high: float) -> str:
    """Say an interval of ratios; an end may be not bounded, or nothing accepted."""
    kind, ends = span_kind(low, high), {"low": low, "high": high}
    return language.say(f"ratio_span.{kind}", **{k: language.number(x) for k, x in ends.items()})


def span_kind(low: float, high: float) -> str:
    """Which end of an interval of ratios is not bounded; "none" where nothing is accepted."""
    if np.isnan(low) or np.isnan(high):
        return "none"
    kinds = {(True, True): "neither", (True, False): "below", (False, True): "above"}
    return kinds.get((low <= 0, not np.isfinite(high)), "both")


def detectable_of(language: Language, ratio: float) -> str:
    """Say the smallest ratio that could have been shown; a dash where there is none."""
    return language.number(ratio) if np.isfinite(ratio) else "-"


def _claimed(language: Language, group: tuple[str, ...]) -> str:
    return language.listed(language.word("function", f).lower() for f in group)


def claim_facts(study: Study, language: Language) -> Facts:
    """Word and ratio of the registered reading, and all other readings."""
    claim = study.claim
    row, detectable = claim.row, claim.power.detectable
    variant = None if np.isfinite(detectable) else "none"
    captions = []
    for key, line in _rows(claim.to_frame()):
        captions.append(
            language.say(
                "chart.claim.alt_row",
                reading=reading_of(language, key),
                ratio=language.number(float(line["ratio"])),
                span=ratio_span(language, float(line["ratio_low"]), float(line["ratio_high"])),
                word=language.word("verdict", str(line["word"])),
            )
        )
    return {
        "variant": "absent" if np.isnan(row["ratio"]) else variant,
        "word": word_of(claim, language),
        "estimand": language.word("estimand", claim.primary[0]),
        "measure": language.word("measure", claim.primary[1]).lower(),
        "claimed": _claimed(language, claim.group),
        "ratio": language.number(float(row["ratio"])),
        "span": ratio_span(language, float(row["ratio_low"]), float(row["ratio_high"])),
        "detectable": detectable_of(language, detectable),
        "level": language.percent(1 - 2 * claim.alpha),
        "power": language.percent(POWER),
        "margin": language.tick(claim.margin),
        "list": in_series(language, captions),
    }


def curve_facts(study: Study, language: Language) -> Facts:
    """How many ways to measure find more, and how often chance alone finds so many."""
    claim = study.claim
    found = claim.curves[claim.primary[0]]
    ratios = claim.specifications()
    mine = ratios[ratios["estimand"] == claim.primary[0]]["ratio"]
    captions = [
        language.say(
            "chart.claim_curve.alt_row",
            estimand=language.word("estimand", str(estimand)),
            count=len(part),
            lowest=language.number(float(part["ratio"].min())),
            highest=language.number(float(part["ratio"].max())),
            share=language.part(claim.curves[str(estimand)].share_greater),
            alpha=language.exactly(claim.alpha),
        )
        for estimand, part in ratios.groupby("estimand", sort=False)
    ]
    return {
        "estimand": language.word("estimand", claim.primary[0]),
        "count": len(mine),
        "share": language.part(found.share_greater),
        "p_share": language.part(found.p_share),
        "alpha": language.exactly(claim.alpha),
        "lowest": language.number(float(mine.min())),
        "highest": language.number(float(mine.max())),
        "middle": language.number(found.median_ratio),
        "low": language.percent(QUANTILES[0]),
        "high": language.percent(QUANTILES[2]),
        "deals": language.number(CURVE_DEALS, 0),
        "list": " ".join(captions),
    }


def routes_facts(study: Study, language: Language) -> Facts:
    """Which routes could be taken, and what each found."""
    routes, claim = study.routes, study.claim
    captions = []
    for (route, value), row in _rows(routes.to_frame()):
        answers = {
            "route": language.word("claim_route", route),
            "finding": language.word("finding", str(row["finding"])),
        }
        if row["finding"] == NOT_TAKEN:
            captions.append(language.say("chart.claim_routes.alt_not_taken", **answers))
            continue
        ratio = language.number(float(row["ratio"]))
        measure = language.word("measure", value) if value != "-" else language.say("none")
        captions.append(
            language.say("chart.claim_routes.alt_row", measure=measure, ratio=ratio, **answers)
        )
    return {
        "count": len(routes.taken),
        "list": language.listed(language.word("claim_route", r) for r in routes.taken),
        "claimed": _claimed(language, claim.group),
        "level": language.percent(1 - 2 * claim.alpha),
        "drawn": language.percent(POWER),
        "told": in_series(language, captions),
    }


def _rows(table: pd.DataFrame) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    for key, row in zip(table.index, table.to_dict("records"), strict=True):
        yield tuple(map(str, key)), {str(name): value for name, value in row.items()}


@styled
def draw_claim(claim: Claim, ax: Axes, language: Language = ENGLISH) -> Axes:
    """Draw every ratio of the claimed functions to the others with its interval (log scale).

    Right of the line at 1 the claimed functions are above; the dashed line is the margin. The
    registered reading is bold and filled; an arrow ends an interval beyond the view.
    """
    table = claim.to_frame()
    primary = [key == claim.primary for key in table.index]
    y = name_rows(ax, [reading_of(language, key) for key in table.index], bold=primary)
    rule_rows(ax, y)
    _ratio_axis(ax, language)
    for at, word in ((1.0, "equal"), (claim.margin, "margin")):
        dashes = "solid" if word == "equal" else (0, (3, 2))
        ax.axvline(at, color=INK, lw=0.9, linestyle=dashes)
        ax.annotate(
            language.say(f"functions.{word}", ratio=language.tick(at)),
            (at, 1.0),
            (-2 if word == "equal" else 2, 2),
            xycoords=ax.get_xaxis_transform(),
            textcoords="offset points",
            ha="right" if word == "equal" else "left",
            va="bottom",
            fontsize=SMALL,
            color=MUTED,
        )
    for height, row, registered in zip(y, table.to_dict("records"), primary, strict=True):
        colour = BLUE if row["testable"] else MUTED
        _interval(ax, height, row["ratio_low"], row["ratio_high"], colour, 1.6)
        if np.isfinite(row["ratio"]) and VIEW[0] <= row["ratio"] <= VIEW[1]:
            face = colour if registered else PAPER
            marker = "D" if registered else "o"
            ax.plot(row["ratio"], height, marker, color=colour, markerfacecolor=face, markersize=5)
    captions = [detectable_of(language, float(ratio)) for ratio in table["detectable"]]
    write_column(ax, y, captions, language.say("column.shown_from"))
    level = language.percent(1 - 2 * claim.alpha)
    ax.set_xlabel(language.say("axis.ratio_log", level=level), loc="right")
    return ax


def _ratio_axis(ax: Axes, language: Language) -> None:
    ax.set_xscale("log")
    ax.set_xlim(*VIEW)
    mark_decades(ax)
    say_ticks(ax, language)


def _interval(ax: Axes, height: float, low: float, high: float, colour: str, width: float) -> None:
    """Draw an interval inside the view, with an arrow where it goes on beyond."""
    if np.isnan(low) or np.isnan(high):
        return
    inside = np.clip((low, high), *VIEW)
    if inside[0] < inside[1]:
        ax.hlines(height, *inside, color=colour, lw=width)
    for end, beyond, marker in ((VIEW[0], low < VIEW[0], "<"), (VIEW[1], high > VIEW[1], ">")):
        if beyond:
            ax.plot(end, height, marker, color=colour, markersize=4, clip_on=False)


def _draw_curves(study: Study, figure: Figure, language: Language) -> None:
    """One panel for each estimand, the registered one first, with its strips below."""
    claim = study.claim
    table = claim.specifications()
    kinds = sorted(table["estimand"].unique(), key=lambda e: e != claim.primary[0])
    strips = [_strips(table[table["estimand"] == kind], language) for kind in kinds]
    ratios = [height for part in strips for height in (1.0, STRIP * len(part))]
    axes = figure.subplots(len(ratios), 1, gridspec_kw={"height_ratios": ratios})
    for k, (kind, part) in enumerate(zip(kinds, strips, strict=True)):
        ax = draw_claim_curve(claim, axes[2 * k], language, str(kind))
        if k and (legend := ax.get_legend()) is not None:
            legend.remove()
        _draw_strips(axes[2 * k + 1], part)


@styled
def draw_claim_curve(
    claim: Claim, ax: Axes, language: Language = ENGLISH, estimand: str = ""
) -> Axes:
    """Draw the ratio of every way to measure, lowest first, over what chance draws at each rank."""
    kind = estimand or claim.primary[0]
    table = claim.specifications()
    table = table[table["estimand"] == kind]
    at = (np.arange(len(table)) + 0.5) / len(table) * 100
    low, middle, high, ratio = (
        table[c].to_numpy(dtype=float) for c in ("null_low", "null_median", "null_high", "ratio")
    )
    answers = {"low": language.percent(QUANTILES[0]), "high": language.percent(QUANTILES[2])}
    chance = language.say("functions.chance", **answers)
    ax.fill_between(at, low, high, color=RULE, lw=0, label=chance)
    ax.plot(at, middle, color=MUTED, lw=0.8, linestyle=(0, (3, 2)))
    ax.axhline(1.0, color=INK, lw=0.8)
    ax.plot(at, ratio, color=BLUE, lw=2.0, label=language.say("functions.measured"))
    ax.set_yscale("log")
    ends = [v for v in (*low, *high, *ratio) if np.isfinite(v)]
    bottom, top = max(min(ends) * 0.95, VIEW[0]), min(max(ends) * 1.05, VIEW[1])
    ax.set_ylim(bottom, top)
    near = top / bottom < 4
    mark_decades(ax, "y", (1.25, 1.5, 2.0) if near else (2.0, 5.0))
    ax.yaxis.set_major_formatter(lambda value, _: language.tick(value))
    ax.set_xlim(0, 100)
    ax.set_title(language.word("estimand", kind), loc="right", fontweight="bold")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2)
    say_ticks(ax, language)
    ax.yaxis.set_major_formatter(lambda value, _: language.tick(value))
    ax.set_xlabel(language.say("axis.specifications"), loc="right")
    return ax


def _strips(table: pd.DataFrame, language: Language) -> list[tuple[str, Floats]]:
    """For each choice, the share of the ways in each part of the curve that make it."""
    counted = table["value"] + "/" + table["counted"]
    choices: list[tuple[str, Floats]] = []
    for key in dict.fromkeys(sorted(counted)):
        value, how = key.split("/")
        name = f"{language.word('measure', value)}, {language.word('counted', how)}"
        choices.append((name, np.asarray(counted == key, dtype=np.float64)))
    for column, word in (("without", "without_criterion"), ("left_out", "without_service")):
        made = np.asarray(table[column] != "", dtype=np.float64)
        choices.append((language.say(f"functions.{word}"), made))
    bins = np.minimum(np.arange(len(table)) * BINS // max(len(table), 1), BINS - 1)
    sizes = np.maximum(np.bincount(bins, minlength=BINS), 1)
    return [(name, np.bincount(bins, made, BINS) / sizes) for name, made in choices]


def _draw_strips(ax: Axes, strips: list[tuple[str, Floats]]) -> None:
    """Shade where each way to measure stands; names left of the strips, no measured axis."""
    edges = np.linspace(0, 100, BINS + 1)
    for k, (name, part) in enumerate(strips):
        for b in np.flatnonzero(part > 0):
            shade = float(part[b])
            ax.fill_between(edges[b : b + 2], k - 0.35, k + 0.35, color=BLUE, alpha=shade, lw=0)
        ax.annotate(
            name,
            (0, k),
            (-4, 0),
            textcoords="offset points",
            ha="right",
            va="center",
            fontsize=SMALL,
            annotation_clip=False,
        )
    ax.set_ylim(len(strips) - 0.5, -0.5)
    ax.set_xlim(0, 100)
    ax.set_axis_off()


def _curve_height(study: Study) -> float:
    table = study.claim.specifications()
    panels = table.groupby("estimand", sort=False)
    strips = sum(2 + len((part["value"] + part["counted"]).unique()) for _, part in panels)
    return PANEL * (len(panels) * (1 + BELOW) + STRIP * strips) + 0.5


@styled
def draw_claim_routes(routes: Routes, ax: Axes, language: Language = ENGLISH) -> Axes:
    """Draw the ratio of the claimed functions to the others by each route (log scale)."""
    table = routes.to_frame()
    names = []
    for route, value in table.index:
        name = language.word("claim_route", str(route))
        if value != "-":
            name = language.say("pair", first=name, second=language.word("measure", str(value)))
        names.append(name)
    y = name_rows(ax, names, bold=[k == 0 for k in range(len(table))])
    rule_rows(ax, y)
    _ratio_axis(ax, language)
    ax.axvline(1.0, color=INK, lw=0.9)
    for height, (key, row) in zip(y, _rows(table), strict=True):
        if row["finding"] == NOT_TAKEN:
            ax.annotate(
                language.say("functions.not_taken"),
                (1.0, height),
                (4, 0),
                textcoords="offset points",
                va="center",
                fontsize=SMALL,
                color=MUTED,
            )
            continue
        if key[0] == SWITCHED:
            _interval(ax, height, float(row["first_in"]), float(row["last_in"]), MUTED, 0.8)
        _interval(ax, height, float(row["ratio_low"]), float(row["ratio_high"]), BLUE, 2.2)
        if np.isfinite(row["ratio"]) and VIEW[0] <= row["ratio"] <= VIEW[1]:
            ax.plot(row["ratio"], height, "o", color=BLUE, markerfacecolor=PAPER, markersize=5)
    ax.set_xlabel(language.say("axis.ratio_of_group"), loc="right")
    return ax


CLAIM_CHARTS = (
    Chart(
        key="claim",
        needs=("claim",),
        draw=of("claim", draw_claim),
        height=lambda study: rows(len(study.claim.to_frame())),
        behind=frame("claim"),
        facts=claim_facts,
    ),
    Chart(
        key="claim_curve",
        needs=("claim",),
        draw=_draw_curves,
        height=_curve_height,
        behind=lambda study: study.claim.specifications(),
        facts=curve_facts,
    ),
    Chart(
        key="claim_routes",
        needs=("routes", "claim"),
        draw=of("routes", draw_claim_routes),
        height=lambda study: rows(len(study.routes.to_frame())),
        behind=frame("routes"),
        facts=routes_facts,
    ),
)
