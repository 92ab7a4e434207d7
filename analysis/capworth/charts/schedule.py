"""The timetable of the programme: when each improvement is built and when it has its effect.

How far the recommended set and its competitors fall short of the best set of each draw.

What the charts of robustness and of the timetable find.
"""

import textwrap
from typing import Any, TypeAlias

import numpy as np
from matplotlib.axes import Axes

from capworth.case.model import Case
from capworth.charts.chart import Facts, added_unit, in_series, money_unit
from capworth.charts.rows import name_rows, put_legend, rule_rows, say_ticks, write_column
from capworth.charts.style import BLUE, INK, MUTED, PAPER, SKY, VERMILION, styled
from capworth.language.language import ENGLISH, Language
from capworth.language.numbers import Amount
from capworth.language.phrases import languages
from capworth.methods.arguments import Floats
from capworth.programme.robustness import RECOMMENDED, Robustness
from capworth.programme.schedule import Schedule
from capworth.study.stages import Study

TALL = 0.56  # height of a bar, in rows


def shown(schedule: Schedule) -> list[str]:
    """Improvements with a row: those carried out by their start, then those that do not fit."""
    table = schedule.to_frame()
    done = table[table["done"]].sort_values(["start", "effect"], kind="stable")
    return [*done.index, *schedule.left_out]


@styled
def draw_gantt(schedule: Schedule, ax: Axes, language: Language = ENGLISH) -> Axes:
    """Draw the years of building, of rising effect and of full effect of each improvement.

    An open diamond stands at the start that the case states, where the schedule starts later.
    Below each year stands the money that is asked for in it.
    """
    keys = shown(schedule)
    table, years = schedule.to_frame().loc[keys], schedule.by_year()
    first, last = int(years.index[0]), int(years.index[-1])
    done = table["done"].to_numpy(dtype=bool)
    y = name_rows(ax, [language.short(key, 40) for key in keys], bold=list(done))
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
        some = done & (width > 0)
        if some.any():
            label = language.say(f"gantt.{word}")
            ax.barh(y[some], width[some], TALL, left[some], linewidth=0.6, label=label, **look)
    late = done & (table["delay"].to_numpy() > 0)
    if late.any():
        stated = np.maximum(table["stated_start"].to_numpy(dtype=float), first)
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
    for row in y[~done]:
        ax.annotate(
            language.say("gantt.no_room"),
            (first, row),
            (3, 0),
            textcoords="offset points",
            va="center",
            color=MUTED,
        )
    ax.set_xlim(first, last + 1)
    spent = [language.number(amount, 1) if amount > 0 else "0" for amount in years["spend_m"]]
    names = [f"{year}\n{amount}" for year, amount in zip(years.index, spent, strict=True)]
    ax.set_xticks(np.arange(first, last + 1) + 0.5, names)
    ax.tick_params(axis="x", length=0)
    for year in range(first, last + 2):
        ax.axvline(year, color=MUTED, lw=0.3, zorder=0)
    unit = language.million(schedule.provenance.currency)
    ax.set_xlabel(_axis(schedule, language, unit), loc="right", color=INK)
    money = [language.number(amount) for amount in table["asked_m"]]
    write_column(ax, y, money, language.say("column.asked_one", unit=unit))
    ax.legend(loc="lower right", bbox_to_anchor=(1, 1), borderaxespad=0.5, ncols=4)
    return ax


def _axis(schedule: Schedule, language: Language, unit: str) -> str:
    """Say what stands below the years, and the limit of a year where there is one."""
    room = schedule.by_year()["spend_room_m"].to_numpy()
    year = schedule.provenance.price_year
    if np.isfinite(room).all() and np.ptp(room) == 0:
        return language.say("axis.years_limited", unit=unit, year=year, room=language.tick(room[0]))
    return language.say("axis.years", unit=unit, year=year)


Row: TypeAlias = dict[str, Any]

LETTERS = 60  # in a line of the name of a set


def compared(robustness: Robustness) -> list[Row]:
    """Sets with a row, each once: the recommended one, those of other rules, then competitors."""
    rules = robustness.to_frame().reset_index().to_dict("records")
    rivals = robustness.competitors().to_dict("records")
    found: dict[str, Row] = {}
    for each in (*rules, *rivals):
        row = {str(name): value for name, value in each.items()}
        mine = found.setdefault(row["chosen"], {**row, "rules": []})
        if "rule" in row:
            mine["rules"].append(row["rule"])
    return list(found.values())


def difference(chosen: str, base: str) -> tuple[list[str], list[str]]:
    """What a set holds that another does not, and the other way round."""
    mine, other = chosen.split(), base.split()
    return [i for i in mine if i not in other], [i for i in other if i not in mine]


@styled
def draw_regret(robustness: Robustness, ax: Axes, language: Language = ENGLISH) -> Axes:
    """Draw mean and greatest regret of each set, the recommended one first.

    A set is named by what it takes in and what it lets go against the recommended one, and by the
    rules that choose it.
    """
    rows = compared(robustness)
    base = str(rows[0]["chosen"])
    names = [name_of(row, base, language) for row in rows]
    y = name_rows(ax, names, bold=[RECOMMENDED in row["rules"] for row in rows])
    rule_rows(ax, y)
    mean = [float(row["mean_regret"]) for row in rows]
    most = [float(row["most_regret"]) for row in rows]
    ax.hlines(y, mean, most, color=BLUE, lw=1.0)
    ax.plot(mean, y, "o", color=BLUE, markersize=5, zorder=4, label=language.say("regret.mean"))
    ax.plot(
        most,
        y,
        "D",
        color=VERMILION,
        markerfacecolor=PAPER,
        markersize=4.5,
        zorder=4,
        label=language.say("regret.most"),
    )
    ax.set_xlim(0, 1.05 * max([*most, 1e-9]))
    unit = language.million(robustness.provenance.currency)
    ax.set_xlabel(language.say(f"axis.regret_{robustness.measure}", unit=unit), loc="right")
    ax.locator_params(axis="x", nbins=5)
    say_ticks(ax, language)
    values = [
        language.middle(Amount(*(float(row[c]) for c in ("value", "value_low", "value_high"))))
        for row in rows
    ]
    write_column(ax, y, values, language.say("column.added"))
    best = [language.probability(float(row["p_best"])) for row in rows]
    write_column(ax, y, best, language.say("column.p_best"), 42.0)
    put_legend(ax, 2)
    return ax


def lines_of(robustness: Robustness, case: Case) -> int:
    """How many lines of text the rows need, in any language, each as tall as the tallest."""
    found = compared(robustness)
    base = str(found[0]["chosen"])
    speakers = [Language(code, case.names(code), section="charts") for code in languages()]
    names = [name_of(row, base, language) for row in found for language in speakers]
    return len(found) * max(2, *(1 + name.count("\n") for name in names))


def name_of(row: Row, base: str, language: Language) -> str:
    """Name a set by its difference from the recommended one, folded into few lines."""
    if RECOMMENDED in row["rules"]:
        return language.say("regret.recommended")
    more, less = difference(str(row["chosen"]), base)
    parts = []
    if more:
        parts.append(
            language.say("regret.with", names=language.listed(language.short(i, 36) for i in more))
        )
    if less:
        names = language.listed(language.short(i, 36) for i in less)
        parts.append(language.say("regret.without", names=names))
    if named := [language.word("rule", rule) for rule in row["rules"]]:
        parts.append(language.say("regret.chosen", rules=language.listed(named)))
    return "\n".join(line for part in parts for line in textwrap.wrap(part, LETTERS))


def regret_facts(study: Study, language: Language) -> Facts:
    """How far the recommended set falls short, and how many rules choose it."""
    found = study.robustness
    rows = compared(found)
    mine, base = rows[0], str(rows[0]["chosen"])
    unit = _unit(found.measure, study, language)
    told = (
        language.say(
            "chart.regret.alt_row",
            name=name_of(row, base, language).replace("\n", " "),
            mean=language.number(row["mean_regret"]),
            most=language.number(row["most_regret"]),
            percent=language.probability(row["p_best"]),
        )
        for row in rows
    )
    return {
        **unit,
        "count": len(found.agreeing),
        "all": len(found.to_frame()) - 1,
        "mean": language.number(mine["mean_regret"]),
        "value": language.middle(Amount(*(mine[c] for c in ("value", "value_low", "value_high")))),
        "p_best": language.probability(found.p_best),
        "p_very": language.probability(study.programme.p_best) if "programme" in study else "",
        "sets": language.number(found.compared, 0),
        "draws": language.number(found.draws, 0),
        "list": in_series(language, told, most=20),
    }


def gantt_facts(study: Study, language: Language) -> Facts:
    """How many improvements start when stated, later, or not at all."""
    schedule = study.schedule
    table = schedule.to_frame()
    start, full = table["start"].to_dict(), table["full_effect"].to_dict()
    out, new = schedule.left_out, schedule.taken_in
    told = (
        language.say(
            "chart.gantt.alt_row",
            name=language.name(key),
            start=int(start[key]),
            effect=int(full[key]),
        )
        for key in shown(schedule)
        if key in schedule.done
    )
    return {
        **_unit(schedule.measure, study, language),
        "variant": "full" if not out else "swapped" if new else None,
        "count": len(schedule.done),
        "late": len(schedule.late),
        "percent": language.probability(schedule.p_within),
        "value": language.number(schedule.value, 1),
        "stated": language.number(schedule.stated, 1),
        "out": language.listed(language.short(i) for i in out),
        "new": language.listed(language.short(i) for i in new),
        "list": in_series(language, told, most=20),
    }


def _unit(measure: str, study: Study, language: Language) -> Facts:
    """Words of the unit that the objective is counted in."""
    unit = added_unit(measure, study.provenance.currency, language)
    return {"measure": unit, **money_unit(study, language)}
