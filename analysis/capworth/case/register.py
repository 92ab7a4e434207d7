"""The register of published parameters that a case may name: discount schedules, optimism bias."""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

STATUSES = ("in force", "recommended", "check before use", "superseded", "revoked", "constant")
CONSTANT = re.compile(r"constant-(\d{1,2}(?:\.\d{1,3})?)")  # a plain rate in per cent a year
PART = re.compile(r"(?P<bias>[A-Za-z_]+) +(?P<share>\d*\.?\d+)")  # of a combined project
WHOLE = 1e-6  # how far the shares of a combined project may miss 1


class Bands(tuple[tuple[int, float], ...]):
    """Bands of a schedule, (first year, rate a year), and the last year of them all."""

    last_year: int | None = None

    @classmethod
    def until(cls, bands: Iterable[tuple[int, float]], last_year: int | None) -> "Bands":
        """Make bands that end with a year, or go on where it is None."""
        made = cls(bands)
        made.last_year = last_year
        return made


@dataclass(frozen=True, slots=True)
class Schedule:
    """A published discount schedule and its standing."""

    id: str
    name: str
    bands: Bands
    status: str  # one of `STATUSES`
    source: str
    read: str  # month in which the source was read
    page: str = ""  # where in the source
    published: str = ""  # year
    next_review: str = ""  # what is known of it


@dataclass(frozen=True, slots=True)
class Parameter:
    """A published number that appraisals use, and its standing; a value of None is not set."""

    id: str
    set: str  # who publishes it
    name: str
    value: float | None
    unit: str
    status: str
    source: str
    page: str
    read: str
    published: str
    next_review: str
    note: str


@dataclass(frozen=True, slots=True)
class BiasClass:
    """Guideline bounds of optimism bias, as shares of the estimate."""

    id: str
    name: str
    capital: tuple[float, float]  # lower and upper bound
    duration: tuple[float, float] | None
    source: str
    record: tuple[float, ...] = ()  # overruns of projects that were observed, lowest first


class _Schedules(dict[str, Schedule]):
    """The published schedules, and any constant rate by its name, such as constant-4."""

    def __missing__(self, name: str) -> Schedule:
        rate = CONSTANT.fullmatch(name)
        if rate is None:
            raise KeyError(name)
        words = "a plain constant, chosen by the case; for comparison only"
        return Schedule(
            id=name,
            name=f"{rate[1]} % a year",
            bands=Bands(((0, float(rate[1]) / 100),)),
            status="constant",
            source=words,
            read="",
        )


class _Classes(dict[str, BiasClass]):
    """The classes of optimism bias, and projects combined of several of them."""

    def __missing__(self, name: str) -> BiasClass:
        combined = _combined(name, self)
        if combined is None:
            raise KeyError(name)
        return combined


def _rows(name: str) -> list[dict[str, str]]:
    text = files("capworth.case").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def is_constant(name: str) -> bool:
    """Whether a name is that of a plain constant rate.

    >>> is_constant("constant-3.5"), is_constant("constant-high")
    (True, False)
    """
    return CONSTANT.fullmatch(name) is not None


def is_combined(name: str) -> bool:
    """Whether a name tells a project of several classes with shares that sum to 1.

    >>> is_combined("standard_buildings 0.7 + non_standard_buildings 0.3")
    True
    >>> is_combined("standard_buildings 0.7 + outsourcing 0.2")
    False
    """
    return _combined(name, bias_classes()) is not None


@cache
def schedules() -> Mapping[str, Schedule]:
    """Every discount schedule in the register, by its short name.

    A plain constant rate needs no entry: `schedules()["constant-4"]` is 4 % a year.
    """
    rows = {row["schedule"]: row for row in _rows("schedules.csv")}
    bands: dict[str, list[tuple[int, float]]] = {}
    for row in _rows("schedules.csv"):
        bands.setdefault(row["schedule"], []).append((int(row["first_year"]), float(row["rate"])))
    rest = ("name", "status", "source", "read", "page", "published", "next_review")
    return MappingProxyType(
        _Schedules(
            {
                key: Schedule(
                    id=key,
                    bands=Bands.until(
                        bands[key], int(row["last_year"]) if row["last_year"] else None
                    ),
                    **{k: row[k] for k in rest},
                )
                for key, row in rows.items()
            }
        )
    )


@cache
def parameters() -> Mapping[str, Parameter]:
    """Every other published parameter of the register, by its short name, with its standing."""
    return MappingProxyType(
        {
            row["id"]: Parameter(
                **{k: v for k, v in row.items() if k != "value"},
                value=float(row["value"]) if row["value"] else None,
            )
            for row in _rows("parameters.csv")
        }
    )


@cache
def bias_classes() -> Mapping[str, BiasClass]:
    """Every class of optimism bias in the register, by its short name.

    The classes of the guideline have bounds; those of `overruns.csv` a record of projects. Three
    accounts of two projects are few: the worst and the best that were seen are not the worst and
    the best there are. A combined project needs no entry: its bounds are those of its classes,
    weighted by their shares of the cost (HM Treasury, supplementary guidance on optimism bias).
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
    return MappingProxyType(_Classes(guideline | _reference_classes()))


def _combined(name: str, classes: Mapping[str, BiasClass]) -> BiasClass | None:
    """Weigh the bounds of several guideline classes; None where the name does not tell them."""
    found = [PART.fullmatch(part.strip()) for part in name.split("+")]
    parts = [(part["bias"], float(part["share"])) for part in found if part is not None]
    known = [bias in classes and not classes[bias].record for bias, _ in parts]
    if len(parts) < 2 or len(parts) < len(found) or not all(known):
        return None
    if abs(sum(share for _, share in parts) - 1) > WHOLE:
        return None
    weighed = [(classes[bias], share) for bias, share in parts]
    shares = [share for _, share in weighed]
    works = [of.duration for of, _ in weighed if of.duration is not None]
    return BiasClass(
        name,
        " + ".join(f"{share:.0%} {of.name}" for of, share in weighed),
        _mean([of.capital for of, _ in weighed], shares),
        _mean(works, shares) if len(works) == len(weighed) else None,
        weighed[0][0].source,
    )


def _mean(bounds: list[tuple[float, float]], shares: list[float]) -> tuple[float, float]:
    low, high = (
        sum(pair[end] * share for pair, share in zip(bounds, shares, strict=True)) for end in (0, 1)
    )
    return low, high


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
        classes[bias] = BiasClass(
            id=bias, name=mine[0]["name"], capital=ends, duration=None, source=source, record=record
        )
    return classes
