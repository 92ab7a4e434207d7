"""Annex: what the money buys, for which function, from whom; and the bridge to stated totals."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from capworth.case.model import FUNCTIONS
from capworth.costcube import CostCube, cost_cube
from capworth.costs import PAYERS
from capworth.report.blocks import Block, Section, Table, Text
from capworth.report.rows import rows_of
from capworth.report.wording import Wording
from capworth.study import Study


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
