"""Annex: what the money buys, for which function, from whom; and the bridge to stated totals.

Annex: who bears the shared platforms by every key, and to whom outcomes are credited.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from capworth.appraisal.allocation import Allocation
from capworth.appraisal.cost_cube import CostCube, cost_cube
from capworth.case.model import FUNCTIONS
from capworth.charts.allocation import beyond
from capworth.language.numbers import Amount
from capworth.language.voice import Wording
from capworth.model.costs import PAYERS
from capworth.report.blocks import Block, Bullets, Row, Section, Table, Text, pictures, rows_of
from capworth.study.stages import Study


def costs_page(study: Study, words: Wording) -> Section | None:
    """The cost cube by function and category and by payer; None where nothing is spent."""
    cube = cost_cube(study.case)
    if not len(cube.to_frame()):
        return None
    bought = cube.by("category")["amount_m"].sort_values(ascending=False, kind="stable")
    blocks: list[Block] = [Text(words.say("spending.text"))]
    blocks += [_functions(cube, study, words), _payers(cube, words)]
    if len(cube.bridge()):
        blocks.append(_bridge(cube, words))
    title = words.say(
        "spending.title",
        category=words.word("category", str(bought.index[0])),
        share=words.percent(float(bought.iloc[0] / bought.sum())),
    )
    return Section(words.say("spending.topic"), title, blocks)


def _functions(cube: CostCube, study: Study, words: Wording) -> Table:
    """Functions down, categories across."""
    wide = _wide(cube, "function", "category").reindex(list(FUNCTIONS)).dropna(how="all")
    across = list(wide.columns)
    rows = [
        (words.word("function", str(f)), *_numbers(row, across, words)) for f, row in rows_of(wide)
    ]
    rows.append((words.say("spending.sum"), *_numbers(wide.sum().to_dict(), across, words)))
    settings = study.case.settings
    return Table(
        words.say(
            "spending.functions", unit=words.unit("millions"), price_year=settings.price_year
        ),
        (
            words.say("spending.function"),
            *(words.word("category", str(c)) for c in across),
            words.say("spending.sum"),
        ),
        tuple(rows),
        marked=(len(rows) - 1,),
        note=words.say("spending.functions_note"),
    )


def _payers(cube: CostCube, words: Wording) -> Table:
    """Payers down; recurrent, one-off and, where there is any, in kind across."""
    table = cube.to_frame()
    kinds = table["kind"].where(~table["in_kind"].astype(bool), "in_kind")
    wide = table.pivot_table("amount_m", "payer", kinds, aggfunc="sum", fill_value=0.0)
    across = [kind for kind in ("recurrent", "one-off", "in_kind") if kind in wide.columns]
    rows = tuple(
        (words.word("payer", str(payer)), *_numbers(row, across, words))
        for payer, row in rows_of(wide, [p for p in PAYERS if p in wide.index])
    )
    head = (*(words.say(f"spending.{k.replace('-', '_')}") for k in across),)
    return Table(
        words.say("spending.payers", unit=words.unit("millions")),
        (words.say("spending.payer"), *head, words.say("spending.sum")),
        rows,
    )


def _bridge(cube: CostCube, words: Wording) -> Table:
    """One row for each stated total: its parts, and what is left over."""
    parts = ("stated_m", "capabilities_m", "platforms_m", "improvements_m", "outside_m")
    rows = tuple(
        (
            words.name(str(total)),
            f"{row['grade']} {row['source']}".strip(),
            *(words.number(float(row[part]), 1) for part in (*parts, "residual_m")),
        )
        for total, row in rows_of(cube.bridge())
    )
    columns = ("total", "evidence", "stated", "capabilities", "platforms", "improvements")
    return Table(
        words.say("spending.bridge", unit=words.unit("millions")),
        tuple(words.say(f"spending.{c}") for c in (*columns, "outside", "residual")),
        rows,
        words=2,
        weights=(1.6, 1.0),
        note=words.say("spending.bridge_note"),
    )


def _wide(cube: CostCube, down: str, across: str) -> pd.DataFrame:
    table = cube.to_frame()
    return table.pivot_table("amount_m", down, across, aggfunc="sum", fill_value=0.0)


def _numbers(row: Mapping[Any, Any], across: list[str], words: Wording) -> list[str]:
    """Millions in two digits, as weak evidence has no more; the sum of them unrounded last."""
    values = [float(row.get(name, 0.0)) for name in across]
    return [words.number(value) for value in (*values, sum(values))]


def allocation_page(study: Study, words: Wording) -> Section | None:
    """Explain the keys, put them side by side, and the credit beside the cost."""
    found = study.allocation
    if found is None:
        return None
    table = found.ranks()
    if not len(table):
        title = words.say("allocation.title_unranked", keys=len(found.keys))
    elif found.depending:
        title = words.say(
            "allocation.title",
            count=len(found.depending),
            all=len(table),
            most=int(table["places_moved"].max()),
        )
    else:
        title = words.say("allocation.title_still")
    keys = tuple(
        (
            words.say("allocation.head", name=words.word("key", k)),
            words.say(f"allocation.by.{k}"),
        )
        for k in found.keys
    )
    blocks: list[Block] = [Text(_platforms(found, words)), Bullets(keys)]
    blocks.append(_keys(found, words))
    blocks += pictures("allocation", study, words)
    if found.depending:
        blocks.append(_ranks(found, words))
    if study.attribution is not None:
        blocks.append(_credit(study, words))
    return Section(words.say("allocation.topic"), title, blocks)


def _platforms(found: Allocation, words: Wording) -> str:
    """What each platform costs, how much of it is there whoever uses it, and what it saves."""
    rows = found.platforms().reset_index("key")
    lines = []
    for platform, row in rows_of(rows[rows["counts"]]):
        lines.append(
            words.say(
                "allocation.platform",
                name=words.name(str(platform)),
                cost=words.millions_spread(Amount.of(row, "cost_m")),
                fixed=words.percent(float(row["fixed"])),
                users=int(row["users"]),
                alone=words.millions(float(row["alone_m"])),
                how=words.word("key", str(row["key"])),
            )
        )
    return " ".join((words.say("allocation.text"), *lines))


def _keys(found: Allocation, words: Wording) -> Table:
    """One row for each platform and key: who bears most, and whether a group would leave."""
    table = found.platforms()
    rows = tuple(
        (
            words.brief(str(platform)) if key == found.keys[0] else "",
            words.word("key", str(key)),
            words.brief(str(row["most"])) if row["most"] else words.say("allocation.alike"),
            words.percent(float(row["most_share"])),
            words.number(float(row["excess_m"])) if row["excess_m"] > 0 else "0",
            words.probability(float(row["p_stable"])),
        )
        for (platform, key), row in rows_of(table)
    )
    columns = ("of", "key", "most", "most_share", "excess", "stable")
    return Table(
        words.say("allocation.keys", unit=words.unit("millions")),
        tuple(words.say(f"allocation.{column}") for column in columns),
        rows,
        words=3,
        weights=(1.4, 1.0, 1.6),
        note=words.say("allocation.keys_note", draws=words.number(found.draws, 0)),
        marked=tuple(k for k, counts in enumerate(table["counts"]) if counts),
        size=6.8,
    )


def _ranks(found: Allocation, words: Wording) -> Table:
    """Places by every key of the capabilities that move."""
    table, outside = found.ranks(), beyond(found)
    moving = [c for c in table.index if c in set(found.depending)]
    rows = tuple(
        (
            words.brief(str(capability)),
            f"{row['as stated']} ({row['place_low']}–{row['place_high']})",
            *(str(row[key]) for key in found.keys),
        )
        for capability, row in rows_of(table, moving)
    )
    return Table(
        words.say("allocation.ranks", count=len(moving), all=len(table)),
        (
            words.say("allocation.capability"),
            words.say("allocation.stated"),
            *(words.word("key", key) for key in found.keys),
        ),
        rows,
        marked=tuple(k for k, c in enumerate(moving) if c in outside),
        note=words.say("allocation.ranks_note"),
        size=6.8,
    )


def _credit(study: Study, words: Wording) -> Table:
    """Share of each outcome that counts for the platform, between first in and last in."""
    found = study.attribution
    assert found is not None
    outcomes = found.to_frame()
    rows = tuple(
        (
            words.brief(str(capability)),
            words.name(str(outcome)),
            words.word("rests_on", str(row["rests_on"])),
            words.spread(_percent(row)),
            f"{words.percent(row['first_in'])}–{words.percent(row['last_in'])}",
            words.number(float(row["outcomes"])),
        )
        for (capability, outcome), row in rows_of(outcomes)
    )
    columns = ("capability", "outcome", "rests_on", "counted", "bounds", "outcomes")
    return Table(
        words.say("allocation.credit"),
        tuple(words.say(f"allocation.{column}") for column in columns),
        rows,
        words=3,
        weights=(1.6, 1.5, 1.0),
        note=words.say("allocation.credit_note"),
        size=6.8,
    )


def _percent(row: Row) -> Amount:
    """Share that counts, in percent, with its interval."""
    return Amount(*(100 * end for end in Amount.of(row, "counted")))
