"""A figure: one printed quantity, with its range, its error and the rows behind it.

How the columns of an answer's tables become figures.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from types import MappingProxyType
from typing import Any, Final

import pandas as pd

MEAN, SHARE, RATIO, QUANTILE = "mean", "share", "ratio", "quantile"
MODE, STATED, COUNT, TEST = "mode", "stated", "count", "test"
KINDS: Final = (MEAN, SHARE, RATIO, QUANTILE, MODE, STATED, COUNT, TEST)  # what a value is
NONE, KEPT, ALL = 0, -1, -2  # draws: on none; on those that are kept; on all of the study
PROGRAMME, EVERY = "programme", "all_capabilities"  # objects that are several things


@dataclass(frozen=True, slots=True)
class Origin:
    """A row of a case behind a figure: where it stands, what it says, how it is known.

    Row 0 is unknown; several rows of one table may stand as one, `many`.
    """

    name: str
    table: str
    row: int
    grade: str
    source: str
    unit: str = ""
    low: float | None = None
    mode: float | None = None
    high: float | None = None
    many: int = 1


@dataclass(frozen=True, slots=True)
class Figure:
    """One quantity that is printed, at full precision, with all that stands behind it.

    What a figure has none of is None, never 0: a `value` of None was not measured.

    Attributes
    ----------
    id : quantity.object, or quantity.object.basis, such as cost.SLTD.yearly
    value : what is printed, and `kind` what it is: mean, share of draws, ratio of means, quantile
        over the draws, level at the modes, as stated, a count, or a number of a test
    low, high : 80 % interval over the draws
    point : the same quantity with every input at its mode
    unit : a word of `UNITS`
    prices : currency and price year, such as EUR of 2019; empty where it is no money
    perspective, payer : whose; empty where all are meant
    draws : on how many it rests; `NONE`, or until a study knows them `KEPT` or `ALL`
    error : by how much another set of draws would move it, one standard error
    formula : id of the formula by which it is computed, see `formulas`
    behind : kinds of rows that it rests on, and whose they are
    places : table, column and row of a run in which it stands
    rows : of the case, with grade and source
    movers : inputs whose rank correlation with it is the largest, with that correlation
    """

    id: str
    value: float | None
    unit: str
    formula: str
    kind: str = MEAN
    low: float | None = None
    high: float | None = None
    point: float | None = None
    prices: str = ""
    perspective: str = ""
    payer: str = ""
    draws: int = KEPT
    error: float | None = None
    behind: tuple[tuple[str, str], ...] = ()
    places: tuple[str, ...] = ()
    rows: tuple[Origin, ...] = ()
    movers: tuple[tuple[str, float], ...] = ()

    @property
    def quantity(self) -> str:
        """The first word of its id."""
        return self.id.partition(".")[0]

    def __str__(self) -> str:
        value = "not measured" if self.value is None else f"{self.value:.6g}"
        span = "" if self.low is None else f" ({self.low:.6g} to {self.high:.6g}, 80 %)"
        error = "" if self.error is None else f", error {self.error:.2g}"
        words = self.unit.replace("_", " ") + (f", {self.prices}" if self.prices else "")
        return f"{self.id}: {self.kind} {value}{span} {words}{error}"


def number(value: object) -> float | None:
    """A number that is known, or None: not measured, or without an end."""
    known = isinstance(value, float | int) and isfinite(value)
    return float(value) if known else None  # type: ignore[arg-type]  # seen to be a number


def word(label: object) -> str:
    """A label as a part of an id: without spaces, a whole number without decimals."""
    if isinstance(label, float) and label.is_integer():
        label = int(label)
    return "_".join(str(label).split())


@dataclass(frozen=True, slots=True)
class Column:
    """How a column of a table becomes figures: one for each row.

    Parameters
    ----------
    table, name : file name and column; its range stands in `name_low` and `name_high`
    quantity : first part of the id; the labels of the row follow
    unit, formula, kind, perspective, payer, draws : as of `Figure`; draws may be the name of an
        attribute of the answer
    behind : kinds of the rows that it rests on
    basis : last part of the id
    where : level of the index and label, for part of the rows only; that level is no part of the id
    error : column of the error, where the table has one
    alias : labels that stand for a thing of another name, and that name: a set that is the programme
    without : labels of rows that are no figure: a set held against itself
    """

    table: str
    name: str
    quantity: str
    unit: str
    formula: str
    behind: tuple[str, ...] = ()
    kind: str = MEAN
    basis: str = ""
    payer: str = ""
    perspective: str = ""
    where: tuple[str, str] | None = None
    draws: int | str = KEPT
    error: str = ""
    alias: tuple[tuple[str, str], ...] = ()
    without: tuple[str, ...] = ()

    def figures(self, table: pd.DataFrame, answer: Any) -> Iterator[Figure]:
        """Read one figure from each row."""
        draws = getattr(answer, self.draws) if isinstance(self.draws, str) else self.draws
        ends = [f"{self.name}_low", f"{self.name}_high"]
        has_range = set(ends) <= set(table.columns)
        columns = [self.name, *(ends if has_range else []), *([self.error] if self.error else [])]
        keys = [label if isinstance(label, tuple) else (label,) for label in table.index]
        names = list(table.index.names)
        cells = table[columns].to_numpy(dtype=float, na_value=float("nan")).tolist()
        money = MONEY_UNITS.get(self.unit, False)
        known = answer.provenance
        prices = f"{known.currency} of {known.price_year}" if money else ""
        for key, row in zip(keys, cells, strict=True):
            if self.where is not None:
                place = names.index(self.where[0])
                if str(key[place]) != self.where[1]:
                    continue
                rest = (*key[:place], *key[place + 1 :])
            else:
                rest = key
            labels = [word(label) for label in rest]
            thing = ".".join(labels)
            if thing in self.without:
                continue
            whole = [self.quantity, thing]
            if thing in dict(self.alias):
                thing = dict(self.alias)[thing]
                whole = [self.quantity.partition(".")[0], thing]
            value = number(row[0])
            low, high = (number(row[1]), number(row[2])) if has_range else (None, None)
            yield Figure(
                id=".".join([*whole, *([self.basis] if self.basis else [])]),
                value=value,
                unit=self.unit,
                formula=self.formula,
                kind=self.kind,
                low=low,
                high=high,
                prices=prices,
                perspective=self.perspective,
                payer=self.payer,
                draws=draws,
                error=number(row[-1]) if self.error else None,
                behind=tuple((kind, thing) for kind in self.behind),
                places=(f"{self.table}/{self.name}/{'/'.join(map(word, key))}",),
            )


def columns(table: str, *rows: tuple[Any, ...], **shared: Any) -> tuple[Column, ...]:
    """Several columns of one table, each with name, quantity, unit, formula, rows and more.

    Parameters
    ----------
    rows : the arguments of `Column` after the table
    shared : arguments of `Column` that all of them have
    """
    return tuple(Column(table, *row, **shared) for row in rows)


def lifted(answer: Any, lifts: Sequence[Column]) -> tuple[Figure, ...]:
    """Every figure of an answer that stands in its tables."""
    tables = answer.tables()
    found = []
    for column in lifts:
        table = tables.get(column.table)
        if table is not None and column.name in table.columns:
            found += column.figures(table, answer)
    return tuple(found)


# What a unit is, and whether it is money: then the figure has a price base.
MONEY_UNITS: Final[Mapping[str, bool]] = MappingProxyType(
    {
        "millions": True,
        "millions_a_year": True,
        "thousands_a_year": True,
        "money": True,
        "share": False,
        "chance": False,
        "points": False,
        "distance": False,
        "distance_per_million": False,
        "points_per_million": False,
        "days": False,
        "days_per_million": False,
        "ratio": False,
        "years": False,
        "year": False,
        "place": False,
        "count": False,
        "a_year": False,
        "level": False,
    }
)
UNITS: Final = tuple(MONEY_UNITS)
