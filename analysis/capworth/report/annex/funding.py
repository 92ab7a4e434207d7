"""Annex: the money pledged, what more of it would buy, what earmarks cost, what donors may buy."""

from typing import Any

import numpy as np
import pandas as pd

from capworth.case.model import DISTANCE
from capworth.charts.chart import exact_amount, sure, worth
from capworth.funding.earmarks import ALL, BUDGET, PLEDGED, SAME, TIMING, Earmarks
from capworth.funding.plan import Funding
from capworth.funding.pledges import ORGANISATION
from capworth.language.language import Language
from capworth.language.numbers import Amount
from capworth.report.blocks import PLACES, Block, Cell, Row, Section, Table, Text, picture, rows_of
from capworth.study.stages import Study


def funding_page(study: Study, language: Language) -> Section | None:
    """What there is, what more buys, what conditions cost; None where no budget is named."""
    if "funding" not in study or not study.case.measured:
        return None
    funding = study.funding
    steps = funding.next_euro()
    extra, last = rows_of(steps)[-1]
    more = worth(study.programme.measure, Amount.of(last, "gain"), language)
    title = language.say("funding.title", extra=language.money(float(extra)), worth=more)
    curve, map_, prices = (picture(key, study, language) for key in PLACES["funding"])
    blocks: list[Block | None] = [curve, _next(study, funding, language), map_]
    if len(funding.pledges()):
        blocks.append(_pledges(study, funding, language))
    income = _income(study, funding, language)
    if income.rows:
        blocks.append(income)
    if funding.earmarks is not None:
        blocks += [prices, Text(_what_it_costs(funding, language))]
        blocks += [_prices(funding.earmarks, language), _worth(funding.earmarks, language)]
    blocks += [_menu(study, funding, language), Text(language.say("funding.transfers"))]
    found = [block for block in blocks if block is not None]
    return Section(language.say("funding.topic"), title, found)


def _pledges(study: Study, funding: Funding, language: Language) -> Table:
    settings, money = study.case.settings, funding.money
    rows = [
        (
            language.name(key),
            language.word("pledge_kind", str(row["kind"])),
            language.named(str(row["earmark"]).split())
            if row["earmark"]
            else language.say("funding.free"),
            f"{row['grade']} {row['source']}".strip(),
            _years(int(row["year"]), int(row["years"])),
            language.number(float(row["amount_m"])),
            language.percent(float(row["chance"])),
            language.number(float(row["expected_m"])),
        )
        for key, row in rows_of(funding.pledges())
    ]
    total = language.number(funding.pledged_m)
    expected = language.middle(Amount(*money.money_m))
    rows.append((language.say("funding.sum"), "", "", "", "", total, "", expected))
    columns = ("pledge", "kind", "earmark", "source", "year", "amount", "chance", "expected")
    return Table(
        language.say("funding.table", unit=language.million(), price_year=settings.price_year),
        tuple(language.say(f"funding.{column}") for column in columns),
        tuple(rows),
        words=4,
        weights=(1.0, 0.7, 1.6, 1.0),
        marked=(len(rows) - 1,),
        note=language.say("funding.gap", **_gap(funding, language)),
    )


def _gap(funding: Funding, language: Language) -> dict[str, str]:
    money = funding.money
    goal = money.budget_m if money.target_m is None else money.target_m
    gap = money.budget_gap_m if money.gap_m is None else money.gap_m
    return {
        "goal": language.money(goal),
        "gap": language.millions_spread(Amount(*gap)),
        "budget": language.money(money.budget_m),
        "budget_gap": language.millions_spread(Amount(*money.budget_gap_m)),
        "draws": language.number(money.draws, 0),
    }


def _years(first: int, years: int) -> str:
    return str(first) if years == 1 else f"{first}–{first + years - 1}"


def _income(study: Study, funding: Funding, language: Language) -> Table:
    """Income of the organisation by year and kind: shown beside, never counted."""
    table = funding.money.to_frame().reset_index()
    mine = table[table["use"] == ORGANISATION]
    whole = mine.groupby("pledge", sort=False)
    rows = [
        (
            language.name(str(key)),
            language.word("pledge_kind", str(part["kind"].iloc[0])),
            f"{part['grade'].iloc[0]} {part['source'].iloc[0]}".strip(),
            _years(int(part["year"].iloc[0]), len(part)),
            language.number(float(part["stated_m"].sum())),
        )
        for key, part in whole
    ]
    columns = ("income", "kind", "source", "year", "amount")
    return Table(
        language.say(
            "funding.income_table",
            unit=language.million(),
            price_year=study.case.settings.price_year,
        ),
        tuple(language.say(f"funding.{column}") for column in columns),
        tuple(rows),
        words=3,
        weights=(2.0, 0.8, 1.0),
    )


def _next(study: Study, funding: Funding, language: Language) -> Table:
    """What the next million, five and ten buy under all rules of the programme."""
    rows = [
        (
            language.money(float(extra)),
            language.named(str(row["added"]).split())
            if row["added"]
            else language.say("funding.nothing"),
            language.named(str(row["dropped"]).split())
            if row["dropped"]
            else language.say("funding.nothing"),
            language.number(float(row["spent_m"]), 1),
            language.cell(Amount.of(row, "gain")),
            language.probability(float(row["p_gain"]))
            if row["added"] or row["dropped"]
            else language.say("funding.unmeasured"),
        )
        for extra, row in rows_of(funding.next_euro())
    ]
    programme = study.programme
    columns = ("extra", "added", "dropped", "spent", "more", "p_gain")
    unit = language.say(f"programme.unit_{programme.measure}", unit=language.million())
    certain = sure(programme.confidence, language)
    return Table(
        language.say("funding.next_table", budget=language.money(funding.budget_m)),
        tuple(language.say(f"funding.{column}", unit=unit, sure=certain) for column in columns),
        tuple(rows),
        words=3,
        weights=(0.5, 2.0, 1.6),
        note=language.say("funding.next_note"),
    )


def _what_it_costs(funding: Funding, language: Language) -> str:
    """Say what all earmarks cost and from where they cost nothing more."""
    earmarks = funding.earmarks
    assert earmarks is not None
    loss = earmarks.mismatch(BUDGET)
    key = "funding.mismatch" if loss > SAME else "funding.no_mismatch"
    curve = earmarks.curve()
    beyond = curve[(curve["total_m"] > funding.budget_m) & (curve["loss"] <= SAME)]
    more = ""
    if loss > SAME and len(beyond):
        at = float(beyond["total_m"].iloc[0])
        more = language.say(
            "funding.mismatch_ends",
            more=language.millions(at - funding.budget_m),
            chosen=language.listed(
                language.brief(i) for i in str(beyond["chosen"].iloc[0]).split()
            ),
        )
    late = earmarks.to_frame()["price"].to_dict()[BUDGET, TIMING]
    text = language.say(
        key,
        loss=worth(DISTANCE, exact_amount(loss), language),
        budget=language.money(funding.budget_m),
        pledged_loss=worth(DISTANCE, exact_amount(earmarks.mismatch(PLEDGED)), language),
    )
    timing = language.say(
        "funding.late" if late > SAME else "funding.in_time",
        loss=worth(DISTANCE, exact_amount(late), language),
    )
    return " ".join(part for part in (text, more, timing) if part)


def _prices(earmarks: Earmarks, language: Language) -> Table:
    rows = []
    for (scope, label), row in _budget_first(earmarks.to_frame()):
        if label == TIMING:
            continue
        name = (
            language.say("funding.all_earmarks")
            if label == ALL
            else language.listed(map(language.name, str(label).split(" + ")))
        )
        rows.append(
            (
                name,
                language.say(f"funding.scope_{scope}"),
                language.number(float(row["amount_m"])),
                language.cell(Amount.of(row, "price")),
                language.probability(float(row["p_costs"])),
            )
        )
    columns = ("earmarked", "scope", "amount", "price", "p_costs")
    return Table(
        language.say("funding.price_table"),
        tuple(language.say(f"funding.{column}") for column in columns),
        tuple(rows),
        words=2,
        weights=(1.4, 1.0),
        note=language.say("funding.price_note", draws=language.number(earmarks.draws, 0)),
    )


def _worth(earmarks: Earmarks, language: Language) -> Table:
    """Worth of one more million in each fund, whole improvements and parts of them counted."""
    years = earmarks.by_year().groupby(level=["scope", "fund"])
    first = years["worth"].first().to_dict()
    mine = {
        key: float(np.average(part["worth"], weights=part["income_m"]))
        for key, part in years
        if part["income_m"].sum() > 0
    }
    rows = [
        (
            language.say("funding.raise")
            if fund == "raise"
            else language.listed(map(language.name, str(fund).split(" + "))),
            language.say(f"funding.scope_{scope}"),
            language.number(float(row["amount_m"])),
            language.number(float(row["unspent_m"])),
            language.number(float(row["one_more"])),
            language.number(float(first[scope, fund])),
            language.number(mine.get((scope, fund), float("nan"))),
        )
        for (scope, fund), row in _budget_first(earmarks.funds())
    ]
    columns = ("fund", "scope", "amount", "unspent", "one_more", "worth_first", "worth_mine")
    return Table(
        language.say("funding.worth_table"),
        tuple(language.say(f"funding.{column}") for column in columns),
        tuple(rows),
        words=2,
        weights=(1.4, 1.0),
        note=language.say("funding.worth_note"),
    )


def _budget_first(table: pd.DataFrame) -> list[tuple[Any, Row]]:
    """Rows of both scopes, those of the budget before those of the pledges alone."""
    return sorted(rows_of(table), key=lambda row: row[0][0] != BUDGET)


def _measured(row: Row, name: str, language: Language) -> Cell:
    """Fill in a gain; what is nothing in every draw was not measured."""
    amount = Amount.of(row, name)
    none = amount == Amount(0, 0, 0) or not amount.is_known
    return language.say("funding.unmeasured") if none else language.cell(amount)


def _menu(study: Study, funding: Funding, language: Language) -> Table:
    rows, marked = [], []
    for place, (key, row) in enumerate(rows_of(funding.menu.to_frame())):
        needs = [language.brief(i) for i in str(row["needs"]).split()]
        rows.append(
            (
                language.name(key),
                language.listed(needs) if needs else language.say("funding.alone"),
                language.cell(Amount.of(row, "asked_m")),
                language.cell(Amount.of(row, "gain")),
                _measured(row, "money_m", language),
                _measured(row, "harm_days", language),
                language.number(float(row["core"]), 2),
                f"{row['readiness']}",
                str(row["grade"]),
            )
        )
        if row["chosen"]:
            marked.append(place)
    columns = ("package", "needs", "asked", "closes", "benefit", "harm", "core", "ready", "grade")
    known = study.provenance
    return Table(
        language.say("funding.menu_table", unit=language.million(), price_year=known.price_year),
        tuple(language.say(f"funding.{column}") for column in columns),
        tuple(rows),
        words=2,
        weights=(1.3, 1.2),
        marked=tuple(marked),
        size=7.0,
        note=language.say("funding.menu_note", command="capworth donors"),
    )
