"""Restrictions on the weights of an envelopment, said in the names of the measures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from capworth.errors import InputError, nearest
from capworth.methods.arguments import Floats
from capworth.methods.envelopment.envelopment import elicited_region, weight_ratio
from capworth.unittables import UnitTables

Ratios: TypeAlias = Mapping[tuple[Any, Any], tuple[float | None, float | None]]


def weight_bounds(
    tables: UnitTables,
    restrictions: pd.DataFrame | None = None,
    ratios: Ratios | None = None,
    swing_weights: pd.DataFrame | None = None,
) -> Floats | None:
    """Stack every restriction as rows for the kernels; None where there is none.

    Parameters
    ----------
    restrictions, ratios, swing_weights : see `efficiency.envelopment`

    Returns
    -------
    (restrictions, measures)
    """
    rows = []
    names = list(tables.measures)
    if restrictions is not None:
        for name in restrictions.columns:
            _place(name, names, "restrictions")
        table = restrictions.reindex(columns=names, fill_value=0)
        rows.append(table.to_numpy(dtype=float))
    for pair, bounds in (ratios or {}).items():
        if not (isinstance(pair, tuple) and len(pair) == 2 and len(bounds) == 2):
            raise InputError(
                f"ratios: {pair!r}: {bounds!r}. Write (measure, other measure): (least, most)."
            )
        upper, lower = (_place(name, names, "ratios") for name in pair)
        rows.append(weight_ratio(len(names), upper, lower, *bounds))
    if swing_weights is not None:
        rows.append(_swings(swing_weights, tables, names))
    return np.concatenate(rows) if rows else None


def _place(name: Any, names: list[Any], where: str) -> int:
    if name not in names:
        raise InputError(f"{where}: {name!r} is no measure. {nearest(str(name), map(str, names))}")
    return names.index(name)


def _swings(table: pd.DataFrame, tables: UnitTables, names: list[Any]) -> Floats:
    """Elicited swing weights of outputs as bounds of the ratios of their weights."""
    for column in ("least", "most"):
        if column not in table.columns:
            raise InputError(
                f"swing_weights: there is no column {column!r}. Give least and most, and swing "
                "where the gain that was weighed is not 1 unit of the output."
            )
    outputs = tables.named("output")
    for name in table.index:
        if name not in outputs:
            raise InputError(
                f"swing_weights: {name!r} is no output. {nearest(str(name), map(str, outputs))}"
            )
    swing = table["swing"] if "swing" in table.columns else pd.Series(1.0, table.index)
    region = elicited_region(
        table["least"].to_numpy(), table["most"].to_numpy(), swing.to_numpy(dtype=float)
    )
    rows = np.zeros((len(region), len(names)))
    rows[:, [names.index(name) for name in table.index]] = region
    return rows
