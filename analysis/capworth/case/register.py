"""The register of published parameters that a case may name: discount schedules, optimism bias."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Schedule:
    """A published discount schedule and its standing."""

    id: str
    name: str
    bands: tuple[tuple[int, float], ...]  # (first year, rate a year)
    status: str  # in force, recommended, revoked, check before use, constant
    source: str
    read: str  # month in which the source was read


@dataclass(frozen=True, slots=True)
class BiasClass:
    """Guideline bounds of optimism bias, as shares of the estimate."""

    id: str
    name: str
    capital: tuple[float, float]  # lower and upper bound
    duration: tuple[float, float] | None
    source: str
    record: tuple[float, ...] = ()  # overruns of projects that were observed, lowest first


def _rows(name: str) -> list[dict[str, str]]:
    text = files("capworth.case").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def schedules() -> Mapping[str, Schedule]:
    """Every discount schedule in the register, by its short name."""
    bands: dict[str, list[tuple[int, float]]] = {}
    rows = {row["schedule"]: row for row in _rows("schedules.csv")}
    for row in _rows("schedules.csv"):
        bands.setdefault(row["schedule"], []).append((int(row["first_year"]), float(row["rate"])))
    return MappingProxyType(
        {
            key: Schedule(
                key, row["name"], tuple(bands[key]), row["status"], row["source"], row["read"]
            )
            for key, row in rows.items()
        }
    )


@cache
def bias_classes() -> Mapping[str, BiasClass]:
    """Every class of optimism bias in the register, by its short name.

    The classes of the guideline have bounds; those of `overruns.csv` a record of projects. Three
    accounts of two projects are few: the worst and the best that were seen are not the worst and
    the best there are.
    """
    guideline = {
        row["bias"]: BiasClass(
            row["bias"],
            row["name"],
            (float(row["capital_lower"]), float(row["capital_upper"])),
            (float(row["duration_lower"]), float(row["duration_upper"]))
            if row["duration_lower"]
            else None,
            row["source"],
        )
        for row in _rows("optimism.csv")
    }
    return MappingProxyType(guideline | _reference_classes())


def _reference_classes() -> dict[str, BiasClass]:
    """Classes whose bias is the record of published projects: outturn over estimate, less 1."""
    rows: dict[str, list[dict[str, str]]] = {}
    for row in _rows("overruns.csv"):
        rows.setdefault(row["bias"], []).append(row)
    classes = {}
    for bias, mine in rows.items():
        record = tuple(sorted(float(r["outturn"]) / float(r["estimate"]) - 1 for r in mine))
        source = "; ".join(f"{r['project']}: {r['source']}" for r in mine)
        ends = (record[0], record[-1])
        classes[bias] = BiasClass(bias, mine[0]["name"], ends, None, source, record)
    return classes
