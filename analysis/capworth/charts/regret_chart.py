"""How far the recommended set and its competitors fall short of the best set of each draw."""

import textwrap
from typing import Any, TypeAlias

from matplotlib.axes import Axes

from capworth.case.model import Case
from capworth.charts.rows import name_rows, put_legend, rule_rows, say_ticks, write_column
from capworth.charts.style import BLUE, PAPER, VERMILION, styled
from capworth.charts.voice import ENGLISH, Voice
from capworth.charts.words import languages
from capworth.robustness import RECOMMENDED, Robustness

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
def draw_regret(robustness: Robustness, ax: Axes, voice: Voice = ENGLISH) -> Axes:
    """Draw mean and greatest regret of each set, the recommended one first.

    A set is named by what it takes in and what it lets go against the recommended one, and by the
    rules that choose it.
    """
    rows = compared(robustness)
    base = str(rows[0]["chosen"])
    names = [name_of(row, base, voice) for row in rows]
    y = name_rows(ax, names, bold=[RECOMMENDED in row["rules"] for row in rows])
    rule_rows(ax, y)
    mean = [float(row["mean_regret"]) for row in rows]
    most = [float(row["most_regret"]) for row in rows]
    ax.hlines(y, mean, most, color=BLUE, lw=1.0)
    ax.plot(mean, y, "o", color=BLUE, markersize=5, zorder=4, label=voice.say("regret.mean"))
    ax.plot(
        most,
        y,
        "D",
        color=VERMILION,
        markerfacecolor=PAPER,
        markersize=4.5,
        zorder=4,
        label=voice.say("regret.most"),
    )
    ax.set_xlim(0, 1.05 * max([*most, 1e-9]))
    unit = voice.millions(robustness.provenance.currency)
    ax.set_xlabel(voice.say(f"axis.regret_{robustness.measure}", unit=unit), loc="right")
    ax.locator_params(axis="x", nbins=5)
    say_ticks(ax, voice)
    values = [
        voice.rounded(*(float(row[c]) for c in ("value", "value_low", "value_high")))
        for row in rows
    ]
    write_column(ax, y, values, voice.say("column.added"))
    best = [voice.percent(float(row["p_best"])) for row in rows]
    write_column(ax, y, best, voice.say("column.p_best"), 42.0)
    put_legend(ax, 2)
    return ax


def lines_of(robustness: Robustness, case: Case) -> int:
    """How many lines of text the rows need, in any language, each as tall as the tallest."""
    found = compared(robustness)
    base = str(found[0]["chosen"])
    voices = [Voice(language, case.names(language)) for language in languages()]
    names = [name_of(row, base, voice) for row in found for voice in voices]
    return len(found) * max(2, *(1 + name.count("\n") for name in names))


def name_of(row: Row, base: str, voice: Voice) -> str:
    """Name a set by its difference from the recommended one, folded into few lines."""
    if RECOMMENDED in row["rules"]:
        return voice.say("regret.recommended")
    more, less = difference(str(row["chosen"]), base)
    parts = []
    if more:
        parts.append(voice.say("regret.with", names=voice.listed(voice.short(i, 36) for i in more)))
    if less:
        names = voice.listed(voice.short(i, 36) for i in less)
        parts.append(voice.say("regret.without", names=names))
    if named := [voice.word("rule", rule) for rule in row["rules"]]:
        parts.append(voice.say("regret.chosen", rules=voice.listed(named)))
    return "\n".join(line for part in parts for line in textwrap.wrap(part, LETTERS))
