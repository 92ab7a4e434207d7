"""The timetable of the programme: when each improvement is built and when it has its effect.

The good sets: what each is worth beside the recommended one.

What the charts of good sets and of the timetable find.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from capworth.case.model import Case
from capworth.charts.chart import (
    Facts,
    exact_amount,
    in_series,
    money_at,
    money_unit,
    sure,
    triples,
)
from capworth.charts.rows import name_rows, put_legend, rule_rows, say_ticks, write_column
from capworth.charts.style import BLUE, INK, MUTED, PAPER, SKY, VERMILION, styled
from capworth.language.language import ENGLISH, Language
from capworth.language.numbers import Amount
from capworth.language.phrases import languages
from capworth.methods.arguments import Floats
from capworth.programme.selection import Programme
from capworth.study.stages import Study

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TALL = 0.56  # height of a bar, in rows


def yearly_limited(case: Case) -> bool:
    """Whether the money of any single year, or of some years, has a limit."""
    return any(limit.kind != "staff" and not limit.is_yearless for limit in case.limits)


def carried_out(programme: Programme) -> list[str]:
    """Improvements of the programme by their start."""
    table = programme.to_frame()
    done = table[table["chosen"]].sort_values(["start", "effect"], kind="stable")
    return [str(key) for key in done.index]


@styled
def draw_gantt(programme: Programme, ax: Axes, language: Language = ENGLISH) -> Axes:
    """Draw the years of building, of rising effect and of full effect of each improvement.

    An open diamond stands at the start that the case states, where the programme starts it later.
    Below each year stands the money that is expected to be asked for in it.
    """
    keys = carried_out(programme)
    table, years = programme.to_frame().loc[keys], programme.by_year()
    first, last = int(years.index[0]), int(years.index[-1])
    y = name_rows(ax, [language.short(key, 40) for key in keys])
    rule_rows(ax, y)
    start, effect, full = (
        table[c].to_numpy(dtype=float) for c in ("start", "effect", "full_effect")
    )
    parts: tuple[tuple[str, Floats, Floats, dict[str, Any]], ...] = (
        ("build", start, effect, {"facecolor": BLUE}),
        ("ramp", effect, full, {"facecolor": PAPER, "edgecolor": BLUE, "hatch": "/////"}),
        ("full", full, np.full(len(keys), last + 1.0), {"facecolor": SKY}),
    )
    for word, left, right, look in parts:
        width = np.minimum(right, last + 1) - left
        some = width > 0
        if some.any():
            label = language.say(f"gantt.{word}")
            ax.barh(y[some], width[some], TALL, left[some], linewidth=0.6, label=label, **look)
    delay = table["delay"].to_numpy(dtype=float)
    late = delay > 0
    if late.any():
        stated = np.maximum(start - delay, first)
        ax.plot(
            stated[late],
            y[late],
            "D",
            color=VERMILION,
            markerfacecolor=PAPER,
            markersize=4.5,
            clip_on=False,
            zorder=4,
            label=language.say("gantt.stated"),
        )
    ax.set_xlim(first, last + 1)
    spent = [language.number(amount, 1) if amount > 0 else "0" for amount in years["spend_m"]]
    names = [f"{year}\n{amount}" for year, amount in zip(years.index, spent, strict=True)]
    ax.set_xticks(np.arange(first, last + 1) + 0.5, names)
    ax.tick_params(axis="x", length=0)
    for year in range(first, last + 2):
        ax.axvline(year, color=MUTED, lw=0.3, zorder=0)
    unit = language.million(programme.provenance.currency)
    ax.set_xlabel(_axis(programme, language, unit), loc="right", color=INK)
    money = [language.number(amount) for amount in table["asked_m"]]
    write_column(ax, y, money, language.say("column.asked_one", unit=unit))
    ax.legend(loc="lower right", bbox_to_anchor=(1, 1), borderaxespad=0.5, ncols=4)
    return ax


def _axis(programme: Programme, language: Language, unit: str) -> str:
    """Say what stands below the years, and the limit of a year where there is one."""
    room = programme.by_year()["spend_room_m"].to_numpy()
    year = programme.provenance.price_year
    if np.isfinite(room).all() and np.ptp(room) == 0:
        return language.say("axis.years_limited", unit=unit, year=year, room=language.tick(room[0]))
    return language.say("axis.years", unit=unit, year=year)


LETTERS = 60  # in a line of the name of a set
MOST = 10  # good sets with a row, the best ones


def good_sets_shown(programme: Programme) -> pd.DataFrame:
    """Good sets with a row, the recommended one first."""
    return programme.good_sets().head(MOST)


def difference(chosen: str, base: str) -> tuple[list[str], list[str]]:
    """What a set holds that another does not, and the other way round."""
    mine, other = chosen.split(), base.split()
    return [i for i in mine if i not in other], [i for i in other if i not in mine]


@styled
def draw_good_sets(programme: Programme, ax: Axes, language: Language = ENGLISH) -> Axes:
    """Draw mean and 80 % range of what each good set is worth, the recommended one first.

    A set is named by what it takes in and what it lets go against the recommended one; beside it
    the money that it needs and the share of draws in which it is worth more than that one.
    """
    rows = good_sets_shown(programme)
    base = str(rows["chosen"].iloc[0])
    names = [name_of(str(chosen), base, language) for chosen in rows["chosen"]]
    y = name_rows(ax, names, bold=[True])
    rule_rows(ax, y)
    values = triples(rows, "value")
    for word, colour, some in (
        ("recommended", INK, slice(0, 1)),
        ("others", BLUE, slice(1, None)),
    ):
        if not len(y[some]):
            continue
        ax.hlines(y[some], [v[1] for v in values[some]], [v[2] for v in values[some]], color=colour)
        ax.plot(
            [v[0] for v in values[some]],
            y[some],
            "o",
            color=colour,
            markerfacecolor=colour if word == "recommended" else PAPER,
            markersize=5,
            zorder=4,
            label=language.say(f"good_sets.{word}"),
        )
    ax.axvline(values[0][0], color=MUTED, lw=0.8, linestyle=(0, (3, 2)), zorder=0)
    unit = language.million(programme.provenance.currency)
    ax.set_xlabel(language.say(f"axis.gain_{programme.measure}", unit=unit), loc="right")
    ax.locator_params(axis="x", nbins=6)
    say_ticks(ax, language)
    money = [language.number(m, 1) for m in rows["at_confidence_m"]]
    head = language.say("column.needed", unit=unit, sure=sure(programme.confidence, language))
    write_column(ax, y, money, head)
    better = [language.probability(p) for p in rows["p_better"]]
    better[0] = language.say("unknown")
    write_column(ax, y, better, language.say("column.p_better"), 54.0)
    put_legend(ax, 2)
    return ax


def lines_of(programme: Programme, case: Case) -> int:
    """How many lines of text the rows need, in any language, each as tall as the tallest."""
    found = list(good_sets_shown(programme)["chosen"])
    base = str(found[0])
    speakers = [Language(code, case.names(code), section="charts") for code in languages()]
    names = [name_of(str(chosen), base, language) for chosen in found for language in speakers]
    return len(found) * max(2, *(1 + name.count("\n") for name in names))


def name_of(chosen: str, base: str, language: Language) -> str:
    """Name a set by its difference from the recommended one, folded into few lines."""
    more, less = difference(chosen, base)
    if not more and not less:
        return language.say("good_sets.recommended")
    parts = []
    if more:
        names = language.listed(language.short(i, 36) for i in more)
        parts.append(language.say("good_sets.with", names=names))
    if less:
        names = language.listed(language.short(i, 36) for i in less)
        parts.append(language.say("good_sets.without", names=names))
    return "\n".join(line for part in parts for line in textwrap.wrap(part, LETTERS))


def good_sets_facts(study: Study, language: Language) -> Facts:
    """How many sets are nearly as good, and how often the best rival is better."""
    programme, currency = study.programme, study.provenance.currency
    rows = programme.good_sets()
    base = str(rows["chosen"].iloc[0])
    rivals = rows["p_better"].to_numpy()[1:]
    values = triples(rows, "value")
    caption = (
        language.say(
            "chart.good_sets.alt_row",
            name=name_of(str(chosen), base, language).replace("\n", " "),
            worth=language.worth(programme.measure, Amount(*value), currency),
            percent=language.probability(better),
        )
        for chosen, value, better in zip(rows["chosen"], values, rows["p_better"], strict=True)
    )
    likeliest = float(rivals.max()) if len(rivals) else float("nan")
    return {
        **money_unit(study, language),
        "variant": None if len(rivals) else "only",
        "count": len(rivals),
        "near": language.percent(programme.near),
        "listed": language.number(programme.listed, 0),
        "shown": min(len(rows), MOST),
        "worth": language.worth(programme.measure, Amount(*programme.value), currency),
        "percent": language.probability(likeliest),
        "regret": language.worth(programme.measure, exact_amount(programme.regret), currency),
        "sure": sure(programme.confidence, language),
        "draws": language.number(programme.draws, 0),
        "list": in_series(language, caption, most=20),
    }


def gantt_facts(study: Study, language: Language) -> Facts:
    """How many improvements start when stated or later, and how surely each year holds."""
    programme = study.programme
    currency = study.provenance.currency
    table = programme.to_frame()
    start, full = table["start"].to_dict(), table["full_effect"].to_dict()
    limited = yearly_limited(study.case)
    caption = (
        language.say(
            "chart.gantt.alt_row",
            name=language.name(key),
            start=int(start[key]),
            effect=int(full[key]),
        )
        for key in carried_out(programme)
    )
    return {
        **money_unit(study, language),
        "variant": None if limited else "free",
        "count": len(programme.chosen),
        "late": len(programme.late),
        "percent": language.probability(programme.p_years),
        "worth": language.worth(programme.measure, Amount(*programme.value), currency),
        "needed": money_at(programme.needed_m, language, currency),
        "sure": sure(programme.confidence, language),
        "list": in_series(language, caption, most=20),
    }
