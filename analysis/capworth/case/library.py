"""Published unit values that a case may cite by their short name instead of typing them."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class PublishedValue:
    """What one unit of something is worth, or costs, as somebody published it.

    Attributes
    ----------
    id, name : its short name, and what it is the value of
    kind : crime, harm, time, handling or system
    value, low, high : as published; low and high are the value where no range is published
    unit, currency, price_year : of the value; no currency where it is no money
    scope : whose gain or cost it holds (fiscal, economic, social, all)
    status : how it was read: as published, derived from published figures, or a copy
    source, title, publisher, year, address : where it stands
    note : what it holds, and what it must not be added to
    """

    id: str
    name: str
    kind: str
    value: float
    low: float
    high: float
    unit: str
    currency: str
    price_year: str
    scope: str
    status: str
    grade: str
    source: str
    title: str
    publisher: str
    year: str
    address: str
    note: str


@cache
def library() -> Mapping[str, PublishedValue]:
    """Every published value by its short name."""
    text = files("capworth.case").joinpath("library.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    found = {
        row["id"]: PublishedValue(
            **{k: float(v) if k in ("value", "low", "high") else v for k, v in row.items()}  # type: ignore[arg-type]
        )
        for row in rows
    }
    return MappingProxyType(found)


def library_row(value: str, *, source: bool = False) -> dict[str, str]:
    """Cells that a row of `unit_values` takes from a published value; or those of its source.

    Nothing where there is no such value: the reader tells that of the cell.
    """
    found = library().get(value)
    if found is None:
        return {}
    if source:
        keys = ("title", "publisher", "year", "address")
        cells = {key: str(getattr(found, key)) for key in keys}
        return {"id": found.source, "type": "published value", **cells}
    cells = {
        "low": f"{found.low:.12g}",
        "mode": f"{found.value:.12g}",
        "high": f"{found.high:.12g}",
        "currency": found.currency,
        "price_year": found.price_year,
        "scope": found.scope,
        "grade": found.grade,
        "source": found.source,
        "basis": f"library of published values, {found.id} ({found.status}): {found.note}",
    }
    return {k: v for k, v in cells.items() if v}
