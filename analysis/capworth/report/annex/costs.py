"""Annex: what the money buys, for which function, from whom; and the bridge to stated totals.

Annex: who bears the shared platforms by every key, and to whom outcomes are credited.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from capworth.appraisal.allocation import Allocation
from capworth.appraisal.cost_cube import CostCube, cost_cube
from capworth.appraisal.overrun import CONFIDENCE, PARTS, READINGS, Overrun
from capworth.charts.allocation import beyond
from capworth.language.language import Language
from capworth.language.numbers import Amount, decimals
from capworth.model.costs import PAYERS
from capworth.report.blocks import (
    Block,
    Bullets,
    Cell,
    Row,
    Section,
    Table,
    Text,
    pictures,
    rows_of,
)
from capworth.study.stages import Study


def costs_page(study: Study, language: Language) -> Section | None:
    """The cost cube by function and category and by payer; None where nothing is spent."""
    cube = cost_cube(study.case)
    if not len(cube.to_frame()):
        return None
    bought = cube.by("category")["amount_m"].sort_values(ascending=False, kind="stable")
    blocks: list[Block] = [Text(language.say("spending.text"))]
    blocks += [_functions(cube, study, language), _payers(cube, language)]
    if len(cube.bridge()):
        blocks.append(_bridge(cube, language))
    blocks += _overrun(study, language)
    title = language.say(
        "spending.title",
        category=language.word("category", str(bought.index[0])),
        share=language.percent(float(bought.iloc[0] / bought.sum())),
    )
    return Section(language.say("spending.topic"), title, blocks)


def _functions(cube: CostCube, study: Study, language: Language) -> Table:
    """Functions down, categories across."""
    wide = (
        _wide(cube, "function", "category")
        .reindex(list(study.case.settings.functions))
        .dropna(how="all")
    )
    across = list(wide.columns)
    rows = [
        (language.word("function", str(f)), *_numbers(row, across, language))
        for f, row in rows_of(wide)
    ]
    rows.append((language.say("spending.sum"), *_numbers(wide.sum().to_dict(), across, language)))
    settings = study.case.settings
    return Table(
        language.say("spending.functions", unit=language.million(), price_year=settings.price_year),
        (
            language.say("spending.function"),
            *(language.word("category", str(c)) for c in across),
            language.say("spending.sum"),
        ),
        tuple(rows),
        marked=(len(rows) - 1,),
        note=language.say("spending.functions_note"),
    )


def _payers(cube: CostCube, language: Language) -> Table:
    """Payers down; recurrent, one-off and, where there is any, in kind across."""
    table = cube.to_frame()
    kinds = table["kind"].where(~table["in_kind"].astype(bool), "in_kind")
    wide = table.pivot_table("amount_m", "payer", kinds, aggfunc="sum", fill_value=0.0)
    across = [kind for kind in ("recurrent", "one-off", "in_kind") if kind in wide.columns]
    rows = tuple(
        (language.word("payer", str(payer)), *_numbers(row, across, language))
        for payer, row in rows_of(wide, [p for p in PAYERS if p in wide.index])
    )
    head = (*(language.say(f"spending.{k.replace('-', '_')}") for k in across),)
    return Table(
        language.say("spending.payers", unit=language.million()),
        (language.say("spending.payer"), *head, language.say("spending.sum")),
        rows,
    )


def _bridge(cube: CostCube, language: Language) -> Table:
    """One row for each stated total: its parts, and what is left over."""
    parts = ("stated_m", "capabilities_m", "platforms_m", "improvements_m", "outside_m")
    rows = tuple(
        (
            language.name(str(total)),
            f"{row['grade']} {row['source']}".strip(),
            *(language.number(float(row[part]), 1) for part in (*parts, "residual_m")),
        )
        for total, row in rows_of(cube.bridge())
    )
    columns = ("total", "evidence", "stated", "capabilities", "platforms", "improvements")
    return Table(
        language.say("spending.bridge", unit=language.million()),
        tuple(language.say(f"spending.{c}") for c in (*columns, "outside", "residual")),
        rows,
        words=2,
        weights=(1.6, 1.0),
        note=language.say("spending.bridge_note"),
    )


def _overrun(study: Study, language: Language) -> list[Block]:
    """What builds turn out at: the way from stated to expected, and what a total may stand for."""
    if "overrun" not in study:
        return []
    found, blocks = study.overrun, list[Block]()
    if len(found.to_frame()):
        blocks = [Text(overrun_text(found, language)), _way(found, language)]
        blocks.append(_readings(found, language))
    return blocks + pictures("spending", study, language)


def overrun_text(found: Overrun, language: Language) -> str:
    """Each total as published, with the overrun, and what would hold; then what is in common."""
    confidence = language.percent(CONFIDENCE)
    lines = []
    for total, row in rows_of(found.to_frame()):
        expected, money = Amount.of(row, "expected_m"), str(row["currency"])
        places = decimals(*expected)
        lines.append(
            language.say(
                f"overrun.text_{row['stands_for']}",
                name=language.name(str(total)),
                stated=language.money(float(row["stated_m"]), money),
                expected=language.money(expected.middle, money, places),
                span=language.span(expected),
                p80=language.money(float(row["p80_m"]), money, places),
                confidence=confidence,
            )
        )
        if row["p_within"] > 0:
            within = language.probability(float(row["p_within"]))
            lines.append(language.say("overrun.within", percent=within))
        else:
            lines.append(language.say("overrun.within_none"))
    common = language.percent(found.common_cause)
    return " ".join((*lines, language.say("overrun.common", share=common)))


def _way(found: Overrun, language: Language) -> Table:
    """One row for each total: base, overrun and managing the risk make up what is expected."""
    rows: list[tuple[Cell, ...]] = []
    for total, row in rows_of(found.to_frame()):
        amount = Amount.of(row, "expected_m")
        parts = (language.number(float(row[f"{part}_m"]), 1) for part in PARTS)
        rows.append(
            (
                language.name(str(total)),
                f"{row['grade']} {row['source']}".strip(),
                language.exactly(float(row["stated_m"])),
                *parts,
                (language.number(amount.middle, 1), language.span(amount)),
            )
        )
    columns = ("total", "evidence", "stated", *PARTS, "expected")
    return Table(
        language.say("overrun.way", unit=_unit(found, language)),
        tuple(language.say(f"overrun.{column}") for column in columns),
        tuple(rows),
        words=2,
        weights=(1.2, 0.8),
        note=language.say("overrun.way_note"),
    )


def _readings(found: Overrun, language: Language) -> Table:
    """Each total by what it may stand for, the reading that counts on a ground of its own."""
    table = found.readings()
    rows = tuple(
        (
            language.name(str(total)) if reading == READINGS[0] else "",
            language.say(f"overrun.reading_{reading}", confidence=language.percent(CONFIDENCE)),
            language.spread(Amount.of(row, "expected_m")),
            language.number(float(row["p80_m"]), decimals(*Amount.of(row, "expected_m"))),
            language.probability(float(row["p_within"])),
        )
        for (total, reading), row in rows_of(table)
    )
    columns = ("total", "reading", "reading_expected", "p80", "p_within")
    confidence = language.percent(CONFIDENCE)
    return Table(
        language.say("overrun.readings", unit=_unit(found, language)),
        tuple(language.say(f"overrun.{c}", confidence=confidence) for c in columns),
        rows,
        words=2,
        weights=(1.6, 2.0),
        note=language.say("overrun.readings_note"),
        marked=tuple(k for k, counts in enumerate(table["counts"]) if counts),
    )


def _unit(found: Overrun, language: Language) -> str:
    """The money that the totals are stated in; that of the case where they differ."""
    bases = found.to_frame()[["currency", "price_year"]].drop_duplicates()
    currency, year = bases.iloc[0] if len(bases) == 1 else ("", found.provenance.price_year)
    return language.say("overrun.unit", unit=language.million(str(currency)), year=int(year))


def _wide(cube: CostCube, down: str, across: str) -> pd.DataFrame:
    table = cube.to_frame()
    return table.pivot_table("amount_m", down, across, aggfunc="sum", fill_value=0.0)


def _numbers(row: Mapping[Any, Any], across: list[str], language: Language) -> list[str]:
    """Millions in two digits, as weak evidence has no more; the sum of them unrounded last."""
    values = [float(row.get(name, 0.0)) for name in across]
    return [language.number(value) for value in (*values, sum(values))]


def allocation_page(study: Study, language: Language) -> Section | None:
    """Explain the keys, put them side by side, and the credit beside the cost."""
    if "allocation" not in study:
        return None
    found = study.allocation
    table = found.ranks()
    if not len(table):
        title = language.say("allocation.title_unranked", keys=len(found.keys))
    elif found.depending:
        title = language.say(
            "allocation.title",
            count=len(found.depending),
            all=len(table),
            most=int(table["places_moved"].max()),
        )
    else:
        title = language.say("allocation.title_still")
    keys = tuple(
        (
            language.say("allocation.head", name=language.word("key", k)),
            language.say(f"allocation.by.{k}"),
        )
        for k in found.keys
    )
    blocks: list[Block] = [Text(_platforms(found, language)), Bullets(keys)]
    blocks.append(_keys(found, language))
    blocks += pictures("allocation", study, language)
    if found.depending:
        blocks.append(_ranks(found, language))
    if "attribution" in study:
        blocks.append(_credit(study, language))
    return Section(language.say("allocation.topic"), title, blocks)


def _platforms(found: Allocation, language: Language) -> str:
    """What each platform costs, how much of it is there whoever uses it, and what it saves."""
    rows = found.platforms().reset_index("key")
    lines = []
    for platform, row in rows_of(rows[rows["counts"]]):
        lines.append(
            language.say(
                "allocation.platform",
                name=language.name(str(platform)),
                cost=language.millions_spread(Amount.of(row, "cost_m")),
                fixed=language.percent(float(row["fixed"])),
                users=int(row["users"]),
                alone=language.millions(float(row["alone_m"])),
                how=language.word("key", str(row["key"])),
            )
        )
    return " ".join((language.say("allocation.text"), *lines))


def _keys(found: Allocation, language: Language) -> Table:
    """One row for each platform and key: who bears most, and whether a group would leave."""
    table = found.platforms()
    rows = tuple(
        (
            language.brief(str(platform)) if key == found.keys[0] else "",
            language.word("key", str(key)),
            language.brief(str(row["most"])) if row["most"] else language.say("allocation.alike"),
            language.percent(float(row["most_share"])),
            language.number(float(row["excess_m"])) if row["excess_m"] > 0 else "0",
            language.probability(float(row["p_stable"])),
        )
        for (platform, key), row in rows_of(table)
    )
    columns = ("of", "key", "most", "most_share", "excess", "stable")
    return Table(
        language.say("allocation.keys", unit=language.million()),
        tuple(language.say(f"allocation.{column}") for column in columns),
        rows,
        words=3,
        weights=(1.4, 1.0, 1.6),
        note=language.say("allocation.keys_note", draws=language.number(found.draws, 0)),
        marked=tuple(k for k, counts in enumerate(table["counts"]) if counts),
        size=6.8,
    )


def _place(row: Row, language: Language) -> str:
    """A place by the keys of the case, and its range in brackets."""
    span = language.say("span", low=str(row["place_low"]), high=str(row["place_high"]))
    return language.say("around", middle=str(row["as stated"]), span=span)


def _ranks(found: Allocation, language: Language) -> Table:
    """Places by every key of the capabilities that move."""
    table, outside = found.ranks(), beyond(found)
    moving = [c for c in table.index if c in set(found.depending)]
    rows = tuple(
        (
            language.brief(str(capability)),
            _place(row, language),
            *(str(row[key]) for key in found.keys),
        )
        for capability, row in rows_of(table, moving)
    )
    return Table(
        language.say("allocation.ranks", count=len(moving), all=len(table)),
        (
            language.say("allocation.capability"),
            language.say("allocation.stated"),
            *(language.word("key", key) for key in found.keys),
        ),
        rows,
        marked=tuple(k for k, c in enumerate(moving) if c in outside),
        note=language.say("allocation.ranks_note"),
        size=6.8,
    )


def _credit(study: Study, language: Language) -> Table:
    """Share of each outcome that counts for the platform, between first in and last in."""
    found = study.attribution
    outcomes = found.to_frame()
    rows = tuple(
        (
            language.brief(str(capability)),
            language.name(str(outcome)),
            language.word("rests_on", str(row["rests_on"])),
            language.spread(_percent(row)),
            language.say(
                "span",
                low=language.percent(row["first_in"]),
                high=language.percent(row["last_in"]),
            ),
            language.number(float(row["outcomes"])),
        )
        for (capability, outcome), row in rows_of(outcomes)
    )
    columns = ("capability", "outcome", "rests_on", "counted", "bounds", "outcomes")
    return Table(
        language.say("allocation.credit"),
        tuple(language.say(f"allocation.{column}") for column in columns),
        rows,
        words=3,
        weights=(1.6, 1.5, 1.0),
        note=language.say("allocation.credit_note"),
        size=6.8,
    )


def _percent(row: Row) -> Amount:
    """Share that counts, in percent, with its interval."""
    return Amount(*(100 * end for end in Amount.of(row, "counted")))
