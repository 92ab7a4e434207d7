"""From the first pledge to the target: the money there is, year by year, and what is missing."""

from matplotlib.axes import Axes

from capworth.charts.rows import name_rows, put_legend, rule_rows, say_ticks, write_column
from capworth.charts.style import BLUE, INK, ORANGE, PAPER, VERMILION, styled
from capworth.charts.voice import ENGLISH, Voice
from capworth.moneymap import KINDS, PROGRAMME, MoneyMap

FIELDS = {  # face and hatch of each kind of money
    "statutory": (BLUE, ""),
    "voluntary": (ORANGE, ""),
    "earmarked": (PAPER, "//////"),
    "in-kind": (PAPER, "......"),
    "partner": (PAPER, "xxxxxx"),
}


@styled
def draw_money_map(money: MoneyMap, ax: Axes, voice: Voice = ENGLISH) -> Axes:
    """Draw each year's pledges behind those of the years before, then the gaps.

    Bars are amounts as stated; the figures beside them are what is expected, with its range.
    """
    years = money.by_year()
    steps = gap_rows(money)
    names = [str(year) for year in years.index]
    names += [voice.say(f"money_map.{word}") for word, _, _ in steps]
    y = name_rows(ax, names)
    rule_rows(ax, y)
    left, said = 0.0, set[str]()
    for height, (_, row) in zip(y, years.iterrows(), strict=False):
        for kind in KINDS:
            amount = float(row.get(kind, 0.0))
            if amount > 0:
                face, hatch = FIELDS[kind]
                ax.barh(
                    height,
                    amount,
                    0.7,
                    left,
                    facecolor=face,
                    edgecolor=INK,
                    linewidth=0.5,
                    hatch=hatch or None,
                    label=None if kind in said else voice.word("pledge_kind", kind),
                )
                said.add(kind)
                left += amount
    for height, (word, width, start) in zip(y[len(years) :], steps, strict=True):
        ax.barh(
            height,
            width,
            0.7,
            start,
            facecolor="none",
            edgecolor=VERMILION,
            linewidth=0.9,
            linestyle="-" if word == "to_budget" else "--",
        )
    write_column(ax, y, _figures(money, voice), voice.say("column.expected"))
    known = money.provenance
    ax.set_xlim(0, 1.03 * max(money.budget_m, money.target_m or 0.0, money.stated_m))
    unit = voice.millions(known.currency)
    ax.set_xlabel(voice.say("axis.money", unit=unit, year=known.price_year), loc="right")
    say_ticks(ax, voice)
    put_legend(ax, len(KINDS))
    return ax


def gap_rows(money: MoneyMap) -> list[tuple[str, float, float]]:
    """What is missing to the budget, and from there to the target: name, width and start."""
    pledged, budget, target = money.stated_m, money.budget_m, money.target_m
    rows = [("to_budget", max(budget - pledged, 0.0), min(pledged, budget))]
    if target is not None:
        start = min(max(budget, pledged), target)
        rows.append(("to_target", max(target - start, 0.0), start))
    return rows


def _figures(money: MoneyMap, voice: Voice) -> list[str]:
    """Beside each year what is expected of it; beside the gaps the whole way, with its range."""
    mine = money.to_frame().reset_index()
    expected = mine[mine["use"] == PROGRAMME].groupby("year")["expected_m"].sum()
    figures = [voice.number(float(amount)) for amount in expected]
    figures.append(voice.interval(*money.budget_gap_m))
    if money.gap_m is not None:
        figures.append(voice.interval(*money.gap_m))
    return figures
