"""The charts of what moves the answer, and of the evidence it rests on.

On which evidence the answer rests.

Which uncertainty is worth resolving first.

How far each input may move before the answer turns, inside its own range.

Two inputs at once: where in their ranges the answer is another.

What moves the answer: one input at a time, from its low to its high end.

The charts of what turns the programme, and of what is worth knowing before it is chosen.

What the charts of turning levels and of the worth of knowing find.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from capworth.charts.chart import Chart, Facts, alone, frame, in_series, of, rows
from capworth.charts.rows import name_rows, put_legend, say_ticks, write_column
from capworth.charts.style import BLUE, INK, LADDER, MUTED, PAPER, SMALL, VERMILION, styled
from capworth.language.inputs import GROUP, group_text, name_inputs
from capworth.language.language import ENGLISH, Language
from capworth.language.numbers import Amount
from capworth.study.stages import Study

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from capworth.uncertainty.information import Resolving
    from capworth.uncertainty.sensitivity import Sensitivity
    from capworth.uncertainty.switching import SwitchingValues
    from capworth.uncertainty.threshold import ThresholdMap

PARTS = ("cost", "division", "score", "money", "swing")
ROOM = 0.06  # share from which a field has room for its letter and figure
FIELDS = {  # grade: face, hatch, ink; from firm and dark to weak and light
    "A": (LADDER[0], "", PAPER),
    "B": (LADDER[1], "", PAPER),
    "C": (LADDER[2], "", INK),
    "D": (LADDER[4], "", INK),
    "E": (PAPER, "////", INK),
}


@styled
def draw_evidence(sensitivity: Sensitivity, ax: Axes, language: Language = ENGLISH) -> Axes:
    """Draw the share of cost, score, money and swings that rests on each grade, A to E."""
    table = _parts(sensitivity.evidence())
    parts = [str(part) for part in table.columns]
    y = name_rows(ax, [language.word("evidence", part) for part in parts])
    left = np.zeros(len(parts))
    for grade, (face, hatch, ink) in FIELDS.items():
        share = table.loc[grade, parts].to_numpy(dtype=float)
        ax.barh(
            y,
            share,
            0.66,
            left,
            facecolor=face,
            edgecolor=VERMILION if hatch else INK,
            linewidth=0.6,
            hatch=hatch or None,
            clip_on=False,
            label=language.say(
                "evidence.grade", grade=grade, meaning=language.word("grade", grade)
            ),
        )
        for height, start, part in zip(y, left, share, strict=True):
            if part >= ROOM:
                ax.text(
                    start + part / 2,
                    height,
                    language.say("evidence.field", grade=grade, percent=language.part(part)),
                    ha="center",
                    va="center",
                    fontsize=SMALL,
                    color=ink,
                    bbox={"facecolor": face, "edgecolor": "none", "pad": 1.0} if hatch else None,
                )
        left = left + share
    ax.set_xlim(0, 1)
    ax.xaxis.set_major_formatter(lambda value, _: language.part(value))
    ax.set_xlabel(language.say("axis.share"), loc="right")
    put_legend(ax, 3)
    return ax


def _tornado(study: Study, ax: Axes, language: Language) -> Axes:
    names = study.sensitivity.to_frame().index[:LONGEST]
    speaking = language.knowing(name_inputs(map(str, names), study.case, language))
    return draw_tornado(study.sensitivity, ax, speaking)


def _tornado_rows(study: Study) -> float:
    return rows(min(LONGEST, len(study.sensitivity.to_frame())), row=0.29)


def _parts(table: pd.DataFrame) -> pd.DataFrame:
    """What of the evidence there is to show: how a sum divides only where it is known otherwise."""
    same = bool(np.allclose(table["division"], table["cost"]))
    kept = [part for part in PARTS if table[part].sum() > 0 and not (same and part == "division")]
    return table[kept]


def _evidence_behind(study: Study) -> pd.DataFrame:
    return _parts(study.sensitivity.evidence())


def _any_swing(study: Study) -> bool:
    return "sensitivity" in study and len(study.sensitivity.to_frame()) > 0


def tornado_facts(study: Study, language: Language) -> Facts:
    """How many inputs alone turn the order."""
    found = study.sensitivity
    table = found.to_frame()
    shown = table.head(LONGEST)
    names = name_inputs(map(str, shown.index), study.case, language)
    rows = (
        language.say(
            "chart.tornado.alt_row",
            name=names.get(str(i), str(i)).replace("\n", language.say("comma")),
            low=language.number(low),
            high=language.number(high),
        )
        for i, low, high in zip(shown.index, shown["at_low"], shown["at_high"], strict=True)
    )
    count = len(found.turning)
    return {
        "variant": None if count else "none",
        "count": count,
        "all": len(table),
        "shown": len(shown),
        "first": language.name(found.subject),
        "base": language.number(found.base),
        "list": in_series(language, rows),
    }


def evidence_facts(study: Study, language: Language) -> Facts:
    """How much rests on judgement and placeholders."""
    table = _evidence_behind(study)

    def shares(part: str) -> str:
        return language.listed(
            language.say("chart.evidence.alt_share", grade=g, percent=language.part(float(s)))
            for g, s in table[part].items()
            if s >= 0.005
        )

    rows = (
        language.say(
            "chart.evidence.alt_row", part=language.word("evidence", part), shares=shares(part)
        )
        for part in map(str, table.columns)
    )
    return {
        "share": language.part(float(table["cost"].loc[list(WEAK)].sum())),
        "list": in_series(language, rows),
    }


WEAK = ("D", "E")  # grades of judgement and placeholders

MOST = 12  # inputs shown, the most valuable
SPAN = 1.96  # standard errors of a 95 % interval


@styled
def draw_information(
    resolving: Resolving, ax: Axes, language: Language = ENGLISH, most: int = MOST
) -> Axes:
    """Draw what knowing each group adds, with its 95 % sampling error; those above noise."""
    table = resolving.to_frame()
    table = table[table["clear"]].head(most)
    y = name_rows(ax, [group_name(str(i), language) for i in table.index])
    value, error = (table[name].to_numpy() for name in ("value", "standard_error"))
    ax.barh(y, value, 0.5, color=BLUE)
    low, high = np.clip(value - SPAN * error, 0, None), value + SPAN * error
    ax.hlines(y, low, high, color=INK, lw=1.2)
    currency = resolving.provenance.currency
    budgets = [language.millions(m, currency) if np.isfinite(m) else "–" for m in table["money_m"]]
    write_column(ax, y, budgets, language.say("column.as_budget"))
    ax.set_xlim(0, 1.03 * max(float(high.max()), 1e-9))
    ax.set_xlabel(language.say("axis.information", unit=_unit(resolving, language)), loc="right")
    say_ticks(ax, language)
    return ax


def group_name(group: str, language: Language) -> str:
    """Name a group of inputs that may be known: all costs, own effects of an improvement."""
    kind, _, key = group.partition("/")
    if not key:
        return language.say(f"knowing.{kind}")
    if kind == GROUP:
        return language.say("knowing.factor", name=group_text(key, language))
    return language.say(f"knowing.{kind}", name=language.name(key))


def unit_of(study: Study, language: Language) -> str:
    """Unit of what knowing is worth: that of the objective."""
    return _unit(study.resolving, language)


def _unit(resolving: Resolving, language: Language) -> str:
    million = language.million(resolving.provenance.currency)
    return language.say(f"knowing.unit_{resolving.measure}", unit=million)


@styled
def draw_switching(
    switching: SwitchingValues, ax: Axes, language: Language = ENGLISH, most: int = MOST
) -> Axes:
    """Draw the distribution of each input, its median, and the part in which the advice changes."""
    names = switching.switching[:most]
    table = switching.to_frame().loc[[*names]]
    y = name_rows(ax, [language.name(name) for name in names])
    ax.hlines(y, 0, 1, color=MUTED, lw=1.2)
    turned: dict[str, Any] = {
        "facecolor": PAPER,
        "edgecolor": VERMILION,
        "linewidth": 0.8,
        "hatch": "/////",
    }
    label = language.say("switching.turned")
    place = dict(zip(names, y, strict=True))
    for name, row in table.iterrows():
        part = float(row["p"])
        left = {"below": 0.0, "above": 1 - part}.get(str(row["side"]), (1 - part) / 2)
        ax.barh(place[str(name)], part, 0.5, left, label=label, **turned)
        label = "_"
    ax.plot(
        np.full(len(y), 0.5), y, "o", color=BLUE, markersize=5, label=language.say("switching.mode")
    )
    chances = [language.probability(float(table.loc[[n], "p_both"].iloc[0])) for n in names]
    write_column(ax, y, chances, language.say("column.p_turned"))
    ax.set_xlim(-0.02, 1.02)
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1])
    ax.xaxis.set_major_formatter(lambda share, _: language.part(share))
    ax.set_xlabel(language.say("axis.between_ends"), loc="right")
    ax.spines["bottom"].set_color(INK)
    put_legend(ax, 2)
    return ax


@styled
def draw_threshold(threshold: ThresholdMap, ax: Axes, language: Language = ENGLISH) -> Axes:
    """Draw the ranges of both inputs: hatched where another answer holds, a disc at the usual."""
    from matplotlib.patches import Patch

    first, second = threshold.inputs
    turned = ~threshold.to_frame().to_numpy(dtype=bool)
    x, y = (side.borders for side in (first, second))
    for left, right, column in zip(x, x[1:], turned, strict=False):
        edges = np.flatnonzero(np.diff(np.concatenate(([False], column, [False]))))
        for low, high in edges.reshape(-1, 2):  # cells that lie upon one another are one field
            ax.fill_between(
                (left, right),
                y[low],
                y[high],
                facecolor=PAPER,
                edgecolor=VERMILION,
                lw=0,
                hatch="/////",
            )
    label = language.say("switching.mode")
    ax.plot(first.usual, second.usual, "o", color=BLUE, markersize=6, label=label)
    ax.set_xlim(first.low, first.high)
    ax.set_ylim(second.low, second.high)
    ax.set_xlabel(_label(language, first.name, first.unit), loc="right")
    ax.set_ylabel(_label(language, second.name, second.unit))
    say_ticks(ax, language)
    say_ticks(ax, language, "y")
    other = Patch(
        facecolor=PAPER, edgecolor=VERMILION, hatch="/////", label=language.say("switching.turned")
    )
    handles = [*ax.get_legend_handles_labels()[0], other]
    ax.legend(handles=handles, loc="lower left", bbox_to_anchor=(0, 1.01), ncols=2)
    return ax


def _label(language: Language, name: str, unit: str) -> str:
    return language.say("threshold.axis", name=language.name(name), unit=language.unit(unit))


LONGEST = 12  # inputs shown, the longest swings


@styled
def draw_tornado(
    sensitivity: Sensitivity, ax: Axes, language: Language = ENGLISH, most: int = LONGEST
) -> Axes:
    """Draw the lead of the first over the next when one input moves, sorted by swing.

    At the ends of each bar stand the input's low and high levels (its 10 % and 90 % quantiles);
    left of the line at zero something else comes first, and the input is marked with a cross.
    """
    table = sensitivity.to_frame().head(most)
    known = zip(table.index, table["unit"], table["grade"], strict=True)
    y = name_rows(ax, [_name(language, str(i), unit, grade) for i, unit, grade in known])
    base = sensitivity.base
    for column, colour, hatch, word in (
        ("at_low", BLUE, None, "low"),
        ("at_high", PAPER, "/////", "high"),
    ):
        ax.barh(
            y,
            table[column] - base,
            0.5,
            base,
            facecolor=colour,
            edgecolor=BLUE if hatch is None else VERMILION,
            linewidth=0.8,
            hatch=hatch,
            label=language.say(f"tornado.{word}"),
        )
    for height, (_, row) in zip(y, table.iterrows(), strict=True):
        up = row["at_low"] >= row["at_high"]
        for end, level, right in (("at_low", "low", up), ("at_high", "high", not up)):
            ax.annotate(
                language.middle(Amount(row[level], row["low"], row["high"])),
                (row[end], height),
                (3 if right else -3, 0),
                textcoords="offset points",
                ha="left" if right else "right",
                va="center",
                fontsize=SMALL,
                color=MUTED,
                bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.3},
            )
    turning = table["flips"].to_numpy(dtype=bool)
    if turning.any():
        ends = table[["at_low", "at_high"]].min(axis=1).to_numpy()[turning]
        ax.plot(ends, y[turning], "x", color=INK, markersize=6, label=language.say("tornado.flips"))
    ax.axvline(base, color=INK, lw=0.8)
    ax.axvline(0.0, color=INK, lw=0.8, linestyle=(0, (3, 2)))
    ax.margins(x=0.14)
    ax.set_xlabel(
        language.say(
            "axis.lead",
            unit=language.million(sensitivity.provenance.currency),
        ),
        loc="right",
    )
    say_ticks(ax, language)
    put_legend(ax, 3)
    return ax


def _name(language: Language, name: str, unit: object, grade: object) -> str:
    return language.say(
        "tornado.row", name=language.name(name), unit=language.unit(str(unit)), grade=grade
    )


def switching_facts(study: Study, language: Language) -> Facts:
    """How many inputs alone change the programme, and which is likeliest to."""
    found = study.switching
    shown = found.switching[:MOST]
    table = found.to_frame()
    chances = [float(table.loc[[name], "p_both"].iloc[0]) for name in shown]
    names = _spoken(study, language, list(shown))
    rows = (
        language.say("chart.switching.alt_row", name=name, percent=language.probability(p))
        for name, p in zip(names, chances, strict=True)
    )
    return {
        "count": len(found.switching),
        "all": found.looked_at,
        "shown": len(shown),
        "first": names[0],
        "percent": language.probability(chances[0]),
        "list": in_series(language, rows, most=MOST),
    }


def threshold_facts(study: Study, language: Language) -> Facts:
    """How likely the two inputs are to change the programme together."""
    found = study.threshold
    names = [e.name for e in found.inputs]
    first, second = _spoken(study, language, names)
    turned = ~found.to_frame().to_numpy(dtype=bool)
    alone = study.switching.to_frame()["p_both"]
    one, other = (language.probability(float(alone.loc[[name]].iloc[0])) for name in names)
    return {
        "first": first,
        "second": second,
        "percent": language.probability(found.p_turned),
        "cells": int(turned.sum()),
        "all": turned.size,
        "one": one,
        "other": other,
    }


def information_facts(study: Study, language: Language) -> Facts:
    """What to find out first, and what knowing everything would add."""
    found = study.resolving
    table = found.to_frame()
    table = table[table["clear"]].head(MOST)
    rows = (
        language.say(
            "chart.information.alt_row",
            name=group_name(str(i), language),
            value=language.number(float(v)),
        )
        for i, v in table["value"].items()
    )
    first = found.first
    return {
        "variant": None if first else "none",
        "first": group_name(first, language) if first else "",
        "value": language.number(float(table["value"][first])) if first else "",
        "whole": language.number(found.evpi),
        "error": language.number(found.evpi_error),
        "ceiling": language.number(found.ceiling),
        "unit": unit_of(study, language),
        "draws": language.number(found.draws, 0),
        "list": in_series(language, rows, most=MOST),
    }


def _spoken(study: Study, language: Language, inputs: list[str]) -> list[str]:
    """Name inputs in one line each."""
    names = name_inputs(inputs, study.case, language)
    comma = language.say("comma")
    return [names.get(i, i).replace("\n", comma) for i in inputs]


TWO_LINES = 0.29  # inches of a row whose name has two lines


def _switching(study: Study, ax: Axes, language: Language) -> Axes:
    names = name_inputs(study.switching.switching[:MOST], study.case, language)
    return draw_switching(study.switching, ax, language.knowing(names))


def _threshold(study: Study, ax: Axes, language: Language) -> Axes:
    names = name_inputs((e.name for e in study.threshold.inputs), study.case, language)
    return draw_threshold(study.threshold, ax, language.knowing(names))


def _turning(study: Study) -> bool:
    return "switching" in study and len(study.switching.switching) > 0


def _valued(study: Study) -> bool:
    return "resolving" in study and len(study.resolving.clear) > 0


def _switching_rows(study: Study) -> float:
    return rows(min(MOST, len(study.switching.switching)), TWO_LINES)


def _information_rows(study: Study) -> float:
    return rows(min(MOST, len(study.resolving.clear)))


SENSITIVITY_CHARTS = (
    Chart(
        key="tornado",
        needs=("sensitivity",),
        draw=alone(_tornado),
        height=_tornado_rows,
        behind=frame("sensitivity"),
        facts=tornado_facts,
        drawable=_any_swing,
    ),
    Chart(
        key="evidence",
        needs=("sensitivity",),
        draw=of("sensitivity", draw_evidence),
        height=lambda _: 2.0,
        behind=_evidence_behind,
        facts=evidence_facts,
    ),
)

UNCERTAINTY_CHARTS = (
    Chart(
        key="switching",
        needs=("switching",),
        draw=alone(_switching),
        height=_switching_rows,
        behind=frame("switching"),
        facts=switching_facts,
        drawable=_turning,
    ),
    Chart(
        key="threshold",
        needs=("threshold", "switching"),
        draw=alone(_threshold),
        height=lambda _: 3.0,
        behind=frame("threshold"),
        facts=threshold_facts,
    ),
    Chart(
        key="information",
        needs=("resolving",),
        draw=of("resolving", draw_information),
        height=_information_rows,
        behind=frame("resolving"),
        facts=information_facts,
        drawable=_valued,
    ),
)
