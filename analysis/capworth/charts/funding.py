"""The charts of funding: the money there is, what earmarks cost, what may be offered to donors.

What each earmark costs: the gain that the same money would buy without it.

The marginal funding curve: the gain that each budget buys, and the money there is.

What the charts of money, earmarks and packages find.

The donor menu: what each package costs, what it adds, and its core index.

From the first pledge to the target: the money there is, year by year, and what is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from capworth.case.model import DISTANCE
from capworth.charts.chart import (
    Chart,
    Facts,
    alone,
    by,
    exact_amount,
    improvement_rows,
    in_series,
    money_unit,
    rows,
    sure,
)
from capworth.charts.rows import (
    mark_money,
    name_rows,
    put_legend,
    rule_rows,
    say_ticks,
    write_column,
)
from capworth.charts.style import (
    BLUE,
    INK,
    MUTED,
    ORANGE,
    PAPER,
    RULE,
    SKY,
    SMALL,
    VERMILION,
    styled,
)
from capworth.funding.donors import DonorMenu
from capworth.funding.earmarks import ALL, BUDGET, PLEDGED, SAME, TIMING, Earmarks
from capworth.funding.plan import Funding
from capworth.funding.pledges import KINDS, PROGRAMME, MoneyMap
from capworth.language.language import ENGLISH, Language
from capworth.language.numbers import Amount, decimals
from capworth.methods.portfolio.relations import affordable
from capworth.study.stages import Study

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def money_facts(study: Study, language: Language) -> Facts:
    """How much is pledged and expected, and how far it is to the target."""
    money, currency = study.funding.money, study.provenance.currency
    gap = money.budget_gap_m if money.gap_m is None else money.gap_m
    goal = money.budget_m if money.target_m is None else money.target_m
    rows = (
        language.say("chart.money_map.alt_row", year=year, amount=language.number(float(amount)))
        for year, amount in money.by_year().sum(axis=1).items()
    )
    return {
        **money_unit(study, language),
        "variant": "enough" if not gap[2] > 0 else "budget" if money.target_m is None else None,
        "pledged": language.money(money.stated_m, currency),
        "expected": language.spread(Amount(*money.money_m)),
        "goal": language.money(goal, currency),
        "gap": language.money(gap[0], currency, decimals(*gap)),
        "span": language.span(Amount(*gap)),
        "budget": language.money(money.budget_m, currency),
        "draws": language.number(money.draws, 0),
        "list": in_series(language, rows, most=12),
    }


def earmark_facts(study: Study, language: Language) -> Facts:
    """What all earmarks cost together, and which costs most."""
    earmarks = study.funding.earmarks
    assert earmarks is not None
    table = earmarks.to_frame().drop(index=TIMING, level="earmark")
    free = earmarks.mismatch(BUDGET) <= SAME
    chance = table["p_costs"].to_dict()
    rows = (
        language.say(
            "chart.earmarks.alt_row",
            name=name_earmark(str(label), language),
            budget=language.number(float(table["price"].to_dict()[BUDGET, label])),
            pledged=language.number(float(table["price"].to_dict()[PLEDGED, label])),
        )
        for label in dict.fromkeys(table.index.get_level_values("earmark"))
    )
    return {
        **money_unit(study, language),
        "variant": "free" if free else None,
        "loss": language.worth(DISTANCE, exact_amount(earmarks.mismatch(BUDGET))),
        "pledged_loss": language.worth(DISTANCE, exact_amount(earmarks.mismatch(PLEDGED))),
        "percent": language.probability(chance[BUDGET, ALL]),
        "budget": language.money(study.funding.budget_m, study.provenance.currency),
        "draws": language.number(earmarks.draws, 0),
        "list": in_series(language, rows, most=12),
    }


def menu_facts(study: Study, language: Language) -> Facts:
    """How many packages there are, what they ask, how many are in the recommended set."""
    menu, currency = study.funding.menu, study.provenance.currency
    table = menu.to_frame()
    rows = (
        language.say(
            "chart.donor_menu.alt_row",
            name=name_package(menu, package, language),
            asked=language.number(asked),
            worth=language.worth(DISTANCE, exact_amount(gain)),
            core=language.number(core, 2),
        )
        for package, asked, gain, core in zip(
            menu.packages, table["asked_m"], table["gain"], table["core"], strict=True
        )
    )
    return {
        **money_unit(study, language),
        "variant": None if study.programme.chosen else "none",
        "count": len(table),
        "least": language.millions(float(table["asked_m"].min()), currency),
        "most": language.millions(float(table["asked_m"].max()), currency),
        "inside": int(table["chosen"].sum()),
        "budget": language.money(study.funding.budget_m, currency),
        "list": in_series(language, rows, most=20),
    }


def _money(study: Study) -> MoneyMap:
    return study.funding.money


def _earmarks(study: Study) -> Earmarks:
    assert study.funding.earmarks is not None
    return study.funding.earmarks


def _menu(study: Study) -> DonorMenu:
    return study.funding.menu


def _years(study: Study) -> float:
    return rows(len(_money(study).by_year()) + 2)


def _prices(study: Study) -> float:
    labels = _earmarks(study).to_frame().index.get_level_values("earmark")
    return rows(len(set(labels)), 0.3)


def _earmarked(study: Study) -> bool:
    return "funding" in study and study.funding.earmarks is not None


def _prices_behind(study: Study) -> pd.DataFrame:
    return _earmarks(study).to_frame()


NOTHING = 1e-9  # of the objective: what is less than it is nothing


def funding_facts(study: Study, language: Language) -> Facts:
    """What more money buys, and how much is pledged."""
    funding = study.funding
    currency = study.provenance.currency
    curve, steps, pledges = funding.curve(), funding.next_euro(), funding.pledges()
    paid = curve[affordable(curve["budget_m"].to_numpy(), funding.budget_m)]
    middle = steps.iloc[len(steps) // 2]
    earmarked = float(pledges.loc[pledges["earmark"] != "", "amount_m"].sum())
    end = curve.iloc[-1]
    measure = study.programme.measure
    gain = Amount.of(dict(paid.iloc[-1]), "gain") if len(paid) else exact_amount(float("nan"))
    last = Amount.of(dict(end), "gain")
    rows = (
        language.say(
            "chart.funding.alt_row",
            extra=language.money(float(str(extra)), currency),
            worth=language.worth(measure, exact_amount(float(more)), currency),
        )
        for extra, more in steps["gain"].items()
    )
    variant, goal = None, funding.target_m
    if abs(float(middle["gain"])) < NOTHING:
        variant = "nothing"
    elif funding.pledged_m <= 0:
        variant = "alone"
    elif goal is None:
        variant = "budget"
    if goal is None or variant is not None:
        goal = funding.budget_m
    return {
        **money_unit(study, language),
        "variant": variant,
        "extra": language.money(float(str(middle.name)), currency),
        "worth": language.worth(measure, Amount.of(dict(middle), "gain"), currency),
        "sure": sure(study.programme.confidence, language),
        "extents": language.word("extent", study.programme.extent_key),
        "pledged": language.money(funding.pledged_m, currency),
        "earmarked": language.money(earmarked, currency),
        "target": language.money(goal, currency),
        "budget": language.money(funding.budget_m, currency),
        "at_budget": language.worth(DISTANCE, gain),
        "at_end": language.worth(DISTANCE, last),
        "end": language.money(float(end["budget_m"]), currency),
        "steps": in_series(language, rows),
    }


SCOPES = ((BUDGET, BLUE, "o", -0.16), (PLEDGED, VERMILION, "s", 0.16))


@styled
def draw_earmarks(earmarks: Earmarks, ax: Axes, language: Language = ENGLISH) -> Axes:
    """Draw the price of each earmark: mean and 80 % range.

    Above, of the money up to the budget; below, of the pledges alone.
    """
    table = earmarks.to_frame().drop(index=TIMING, level="earmark")
    labels = list(dict.fromkeys(map(str, table.index.get_level_values("earmark"))))
    y = name_rows(ax, [name_earmark(label, language) for label in labels])
    rule_rows(ax, y)
    most = 0.0
    for scope, colour, marker, shift in SCOPES:
        part = table.loc[scope].loc[labels]
        low, high, mean = (part[name].to_numpy() for name in ("price_low", "price_high", "price"))
        ax.hlines(y + shift, low, high, color=colour, linewidth=1.2)
        label = language.say(f"earmarks.{scope}")
        ax.plot(mean, y + shift, marker, color=colour, markersize=4, label=label)
        most = max(most, float(np.nanmax([*high, *mean, 0.0])))
    ax.set_xlim(-0.02 * max(most, 0.1), 1.05 * max(most, 0.1))
    chances = table["p_costs"].to_dict()
    texts = [
        language.say(
            "earmarks.row",
            budget=language.probability(chances[BUDGET, label]),
            pledged=language.probability(chances[PLEDGED, label]),
        )
        for label in labels
    ]
    write_column(ax, y, texts, language.say("column.p_costs"))
    ax.set_xlabel(language.say("axis.price"), loc="right")
    say_ticks(ax, language)
    put_legend(ax, 3)
    return ax


def name_earmark(label: str, language: Language) -> str:
    """Name the donors of a fund, or all earmarks."""
    if label == ALL:
        return language.say("earmarks.all")
    return language.listed(language.short(pledge) for pledge in label.split(" + "))


STRIP = 0.045  # height of the strip of pledges, in heights of the Axes


@styled
def draw_funding(funding: Funding, ax: Axes, language: Language = ENGLISH) -> Axes:
    """Draw what the best set of each budget closes, with its 80 % band.

    The strip along the lower edge is the money pledged, one field a pledge; earmarked pledges are
    hatched.
    """
    curve, currency = funding.curve(), funding.provenance.currency
    budget = curve["budget_m"]
    ax.fill_between(
        budget,
        curve["gain_low"],
        curve["gain_high"],
        step="post",
        color=SKY,
        alpha=0.35,
        lw=0,
        label=language.say("funding.band"),
    )
    ax.plot(
        budget,
        curve["gain"],
        color=BLUE,
        drawstyle="steps-post",
        label=language.say("funding.mean"),
    )
    _draw_pledges(funding, ax, language)
    ax.set_xlim(0, 1.04 * max(budget.iloc[-1], funding.budget_m, funding.target_m or 0.0))
    ax.set_ylim(0, 1.08 * max(float(curve["gain_high"].max()), 1e-9))
    mark_money(ax, language, currency, funding.budget_m, funding.target_m)
    unit = language.million(currency)
    ax.set_xlabel(language.say("axis.budget", unit=unit, year=funding.provenance.price_year))
    ax.set_ylabel(language.say("axis.gain"))
    say_ticks(ax, language)
    say_ticks(ax, language, "y")
    ax.legend(
        loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=2.2, ncols=3, columnspacing=1.2
    )
    return ax


def _draw_pledges(funding: Funding, ax: Axes, language: Language) -> None:
    """Draw the strip: free money first, then the earmarked."""
    pledges = funding.pledges()
    pledges = pledges.assign(free=pledges["earmark"] == "").sort_values(
        "free", ascending=False, kind="stable"
    )
    start, labelled = 0.0, set()
    for amount, free in zip(pledges["amount_m"], pledges["free"], strict=True):
        word = "free" if free else "earmarked"
        ax.barh(
            0,
            amount,
            STRIP,
            start,
            align="edge",
            transform=ax.get_xaxis_transform(),
            facecolor=ORANGE if free else PAPER,
            edgecolor=INK,
            linewidth=0.5,
            hatch=None if free else "//////",
            zorder=4,
            label=None if word in labelled else language.say(f"funding.{word}"),
        )
        labelled.add(word)
        start += amount
    if start:
        ax.annotate(
            language.money(start, funding.provenance.currency),
            (start, STRIP / 2),
            (3, 0),
            xycoords=ax.get_xaxis_transform(),
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
            zorder=6,
        )


@styled
def draw_menu(menu: DonorMenu, ax: Axes, language: Language = ENGLISH) -> Axes:
    """Draw the one-off money that each package asks, with its 80 % range, cheapest gain first.

    Filled dots and bold names are in the recommended set; beside them what the package closes
    and its core index.
    """
    table = menu.to_frame()
    chosen = table["chosen"].to_numpy(dtype=bool)
    y = name_rows(ax, [name_package(menu, p, language) for p in menu.packages], bold=list(chosen))
    rule_rows(ax, y)
    asked = table["asked_m"].to_numpy()
    ax.hlines(y, table["asked_m_low"], table["asked_m_high"], color=MUTED, linewidth=1.2)
    for mine, face, word in ((chosen, BLUE, "chosen"), (~chosen, PAPER, "not_chosen")):
        ax.plot(
            asked[mine],
            y[mine],
            "o",
            markerfacecolor=face,
            markeredgecolor=BLUE,
            markersize=4.5,
            linestyle="none",
            label=language.say(f"membership.{word}"),
        )
    texts = [
        language.say(
            "menu.row",
            gain=language.spread(Amount(gain, low, high)),
            core=language.number(core, 2),
        )
        for gain, low, high, core in zip(
            table["gain"], table["gain_low"], table["gain_high"], table["core"], strict=True
        )
    ]
    write_column(ax, y, texts, language.say("column.menu"))
    known = menu.provenance
    ax.set_xlim(0, 1.03 * float(table["asked_m_high"].max()))
    unit = language.million(known.currency)
    ax.set_xlabel(language.say("axis.asked_one", unit=unit, year=known.price_year), loc="right")
    say_ticks(ax, language)
    put_legend(ax, 2)
    return ax


@styled
def draw_package(
    menu: DonorMenu, ax: Axes, language: Language = ENGLISH, package: str = ""
) -> Axes:
    """Draw every package by what it asks and adds; one of them, or the first, with its ranges."""
    table, package = menu.to_frame(), package or menu.packages[0]
    others = table.drop(index=package)
    ax.plot(others["asked_m"], others["gain"], "o", color=RULE, markeredgecolor=MUTED, markersize=4)
    mine = {str(k): float(v) for k, v in table.loc[package].items() if isinstance(v, float)}
    asked, gain = mine["asked_m"], mine["gain"]
    ax.hlines(gain, mine["asked_m_low"], mine["asked_m_high"], color=VERMILION, linewidth=1.4)
    ax.vlines(asked, mine["gain_low"], mine["gain_high"], color=VERMILION, linewidth=1.4)
    ax.plot([asked], [gain], "o", color=VERMILION, markersize=6)
    right = max(float(table["asked_m"].max()), mine["asked_m_high"])
    ax.set_xlim(0, 1.06 * right)
    low = min(0.0, float(table["gain"].min()), mine["gain_low"])
    ax.set_ylim(low, 1.2 * max(float(table["gain"].max()), mine["gain_high"]))
    known = menu.provenance
    unit = language.million(known.currency)
    ax.set_xlabel(language.say("axis.asked_one", unit=unit, year=known.price_year))
    ax.set_ylabel(language.say("axis.gain_short"))
    say_ticks(ax, language)
    say_ticks(ax, language, "y")
    late = asked > 0.5 * right
    ax.annotate(
        language.short(package),
        (asked, mine["gain_high"]),
        (4 if late else -4, 2),
        textcoords="offset points",
        ha="right" if late else "left",
        va="bottom",
        fontsize=SMALL,
        fontweight="bold",
        color=INK,
        bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.4, "alpha": 0.85},
        zorder=5,
    )
    return ax


def name_package(menu: DonorMenu, package: str, language: Language) -> str:
    """Name a package by its head, and say with how many others it comes."""
    others = len(str(menu.to_frame()["needs"].to_dict()[package]).split())
    name = language.short(package, 42 if others else 46)
    return language.say("menu.with", name=name, count=others) if others else name


FIELDS = {  # face and hatch of each kind of money
    "statutory": (BLUE, ""),
    "voluntary": (ORANGE, ""),
    "earmarked": (PAPER, "//////"),
    "in-kind": (PAPER, "......"),
    "partner": (PAPER, "xxxxxx"),
}


@styled
def draw_money_map(money: MoneyMap, ax: Axes, language: Language = ENGLISH) -> Axes:
    """Draw each year's pledges behind those of the years before, then the gaps.

    Bars are amounts as stated; the figures beside them are what is expected, with its range.
    """
    years = money.by_year()
    steps = gap_rows(money)
    names = [str(year) for year in years.index]
    names += [language.say(f"money_map.{word}") for word, _, _ in steps]
    y = name_rows(ax, names)
    rule_rows(ax, y)
    left, labelled = 0.0, set[str]()
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
                    label=None if kind in labelled else language.word("pledge_kind", kind),
                )
                labelled.add(kind)
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
    write_column(ax, y, _figures(money, language), language.say("column.expected"))
    known = money.provenance
    ax.set_xlim(0, 1.03 * max(money.budget_m, money.target_m or 0.0, money.stated_m))
    unit = language.million(known.currency)
    ax.set_xlabel(language.say("axis.money", unit=unit, year=known.price_year), loc="right")
    say_ticks(ax, language)
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


def _figures(money: MoneyMap, language: Language) -> list[str]:
    """Beside each year what is expected of it; beside the gaps the whole way, with its range."""
    mine = money.to_frame().reset_index()
    expected = mine[mine["use"] == PROGRAMME].groupby("year")["expected_m"].sum()
    figures = [language.number(float(amount)) for amount in expected]
    figures.append(language.spread(Amount(*money.budget_gap_m)))
    if money.gap_m is not None:
        figures.append(language.spread(Amount(*money.gap_m)))
    return figures


FUNDING_CHARTS = (
    Chart(
        key="money_map",
        needs=("funding",),
        draw=alone(lambda study, ax, language: draw_money_map(_money(study), ax, language)),
        height=_years,
        behind=lambda study: _money(study).to_frame(),
        facts=money_facts,
        drawable=lambda study: not _money(study).is_empty,
    ),
    Chart(
        key="earmarks",
        needs=("funding",),
        draw=alone(lambda study, ax, language: draw_earmarks(_earmarks(study), ax, language)),
        height=_prices,
        behind=_prices_behind,
        facts=earmark_facts,
        drawable=_earmarked,
    ),
    Chart(
        key="donor_menu",
        needs=("funding",),
        draw=alone(lambda study, ax, language: draw_menu(_menu(study), ax, language)),
        height=improvement_rows,
        behind=lambda study: _menu(study).to_frame(),
        facts=menu_facts,
        drawable=lambda study: study.case.raises_funds,  # else there is nobody to offer them to
        first=by("priorities", "gain"),
    ),
)
