"""A figure: one printed quantity, with its range, its error and the rows behind it.

How the columns of an answer's tables become figures.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from functools import lru_cache
from itertools import chain
from math import isfinite, nan
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from capworth.errors import InputError, nearest
from capworth.model.formulas import FORMULAS, Formula

if TYPE_CHECKING:
    import pandas as pd

MEAN, SHARE, RATIO, QUANTILE = "mean", "share", "ratio", "quantile"
MODE, STATED, CHOSEN, COUNT, TEST = "mode", "stated", "chosen", "count", "test"
KINDS: Final = (MEAN, SHARE, RATIO, QUANTILE, MODE, STATED, CHOSEN, COUNT, TEST)  # what a value is
UNDRAWN: Final = (MODE, STATED)  # kinds that rest on no draw
NO_DRAWS, KEPT, ALL = 0, -1, -2  # draws: on none; on those that are kept; on all of the study
PLAIN_FILES = ("case", "claim")  # of a case that are no tables
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

    @property
    def file(self) -> str:
        """The file of the case in which it stands; claim and settings are no tables."""
        return f"{self.table}.{'toml' if self.table in PLAIN_FILES else 'csv'}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One quantity that is printed, at full precision, with all that stands behind it.

    What a figure has none of is None, never 0: a `value` of None was not measured.

    Attributes
    ----------
    id : quantity.object, or quantity.object.basis, such as cost.SLTD.yearly
    value : what is printed, and `kind` what it is: mean, share of draws, ratio of means, quantile
        over the draws, level at the modes, as stated, chosen with the programme, a count, or
        a number of a test
    low, high : 80 % interval over the draws
    point : the same quantity with every input at its mode
    unit : a word of `UNITS`
    prices : currency and price year, such as EUR of 2019; empty where it is no money
    perspective, payer : whose; empty where all are meant
    draws : on how many it rests; `NO_DRAWS`, or until a study knows them `KEPT` or `ALL`
    error : by how much another set of draws would move it, one standard error
    formula : id of the formula by which it is computed, see `formulas`
    behind : kinds of rows that it rests on, and whose they are
    places : table, column and row of a run in which it stands
    rows : of the case, with grade and source
    by_draw : whether its own draws were there to tell its error and what moves it
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
    by_draw: bool = False
    movers: tuple[tuple[str, float], ...] = ()

    @property
    def quantity(self) -> str:
        """The first word of its id."""
        return self.id.partition(".")[0]

    def __repr__(self) -> str:
        return f"<Figure {self}>"

    def __str__(self) -> str:
        value = "not measured" if self.value is None else f"{self.value:.6g}"
        span = "" if self.low is None else f" ({self.low:.6g} to {self.high:.6g}, 80 %)"
        error = "" if self.error is None else f", error {self.error:.2g}"
        words = self.unit.replace("_", " ") + (f", {self.prices}" if self.prices else "")
        return f"{self.id}: {self.kind} {value}{span} {words}{error}"


def number(value: object) -> float | None:
    """A number that is known, or None: not measured, or without an end."""
    return float(value) if isinstance(value, float | int) and isfinite(value) else None


@lru_cache(maxsize=4_096, typed=True)  # the same labels again, in every table
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
    table, name : file name and column
    quantity : first part of the id; the labels of the row follow
    unit, formula, kind : as of `Figure`
    behind : kinds of the rows that it rests on
    basis : last part of the id
    payer, perspective : as of `Figure`; with @ before it, the level of the index that names it
    where : levels of the index and their labels, for these rows only; they are no part of the id
    drop : levels of the index that are no part of the id, since nothing depends on them
    tail : a column whose word belongs to the id, where labels alone do not tell rows apart
    draws : as of `Figure`, or the name of an attribute of the answer
    ends : columns of its 80 % interval, where they are not `name_low` and `name_high`
    error : column of the error, where the table has one
    alias : labels that stand for a thing of another name: a set that is the programme
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
    where: tuple[tuple[str, str], ...] = ()
    drop: tuple[str, ...] = ()
    tail: str = ""
    draws: int | str = KEPT
    ends: tuple[str, str] | None = None
    error: str = ""
    alias: tuple[tuple[str, str], ...] = ()
    without: tuple[str, ...] = ()

    def draws_of(self, answer: Any) -> int:
        """On how many draws its figures rest, as `Figure.draws` tells it."""
        if self.kind in UNDRAWN:
            return NO_DRAWS
        return int(getattr(answer, self.draws)) if isinstance(self.draws, str) else self.draws

    def figures(self, table: "Rows", answer: Any) -> Iterator[Figure]:
        """Read one figure from each row."""
        draws = self.draws_of(answer)
        low, high = self.ends or (f"{self.name}_low", f"{self.name}_high")
        ranged = {low, high} <= set(table.columns)
        values = table.numbers(self.name)
        blank = [None] * len(values)
        lows, highs = (table.numbers(low), table.numbers(high)) if ranged else (blank, blank)
        errors = table.numbers(self.error) if self.error else blank
        tails = table.labels(self.tail) if self.tail else None
        known, aliases = answer.provenance, dict(self.alias)
        prices = f"{known.currency} of {known.price_year}" if MONEY_UNITS[self.unit] else ""
        without, apart = {*self.without}, {*self.drop, *(level for level, _ in self.where)}
        levels = tuple(name for name in table.names if name not in apart)
        whose, rows = table.joined(levels), table.joined(table.names, "/")
        listed = [*map(table.words_of, levels), *([] if tails is None else [tails])]
        perspectives, payers = (_party(x, table, levels) for x in (self.perspective, self.payer))
        basis = f".{self.basis}" if self.basis else ""
        for k in self._mine(table):
            thing, first, mine, place = whose[k], self.quantity, whose[k], rows[k]
            if tails is not None:
                thing, place = f"{thing}.{tails[k]}" if levels else tails[k], f"{place}/{tails[k]}"
            if without and any(words[k] in without for words in listed):
                continue
            if thing in aliases:
                thing, first = aliases[thing], self.quantity.partition(".")[0]
                mine = thing
            yield Figure(
                id=f"{first}.{thing}{basis}",
                value=values[k],
                unit=self.unit,
                formula=self.formula,
                kind=self.kind,
                low=lows[k],
                high=highs[k],
                prices=prices,
                perspective=perspectives[k],
                payer=payers[k],
                draws=draws,
                error=errors[k],
                behind=tuple([(kind, mine) for kind in self.behind]),
                places=(f"{self.table}/{self.name}/{place}",),
            )

    def _mine(self, table: "Rows") -> Iterator[int]:
        """Rows that are this column's."""
        wanted = [(table.words_of(level), word(label)) for level, label in self.where]
        for k in range(len(table.words)):
            if all(words[k] == label for words, label in wanted):
                yield k


class Rows:
    """The rows of a table, read once for all columns of which figures are made.

    Parameters
    ----------
    table : of an answer

    Attributes
    ----------
    columns : their names
    names : of the levels of the index
    words : of each row, its labels as parts of an id
    """

    def __init__(self, table: "pd.DataFrame") -> None:
        self._table = table
        self._numbers: dict[str, list[float | None]] = {}
        self._joined: dict[tuple[tuple[str, ...], str], list[str]] = {}
        self.columns = frozenset(table.columns)
        self.names = tuple(map(str, table.index.names))
        keys = table.index if table.index.nlevels > 1 else ((key,) for key in table.index)
        self.words = [[*map(word, key)] for key in keys]

    def numbers(self, column: str) -> list[float | None]:
        """Read each cell of a column as a number that is known, or None."""
        if column not in self._numbers:
            cells = self._table[column].to_numpy(dtype=float, na_value=nan).tolist()
            self._numbers[column] = [*map(number, cells)]
        return self._numbers[column]

    def labels(self, column: str) -> list[str]:
        """Read each cell of a column as a part of an id."""
        return [*map(word, self._table[column].tolist())]

    def words_of(self, level: str) -> list[str]:
        """Labels of one level of the index, as parts of an id."""
        return self.joined((level,))

    def joined(self, levels: Sequence[str], by: str = ".") -> list[str]:
        """Labels of some levels of the index as one text for each row."""
        key = tuple(levels), by
        if key not in self._joined:
            places = [self.names.index(level) for level in levels]
            self._joined[key] = [by.join([words[p] for p in places]) for words in self.words]
        return self._joined[key]


def _party(listed: str, table: Rows, levels: Sequence[str]) -> Sequence[str]:
    """Party of each row: one that is named, or whom one of some levels of the index names."""
    if listed[1:] in levels and listed.startswith("@"):
        return table.words_of(listed[1:])
    return ["" if listed.startswith("@") else listed] * len(table.words)


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
    asked = {column.table for column in lifts}
    tables = {name: Rows(table) for name, table in answer.tables().items() if name in asked}
    found: list[Figure] = []
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


ENDS: Final = ("value", "low", "high")
SHOWN: Final = (*ENDS, "point", "unit", "prices", "kind", "error", "draws")  # of each in a frame


class Figures(Mapping[str, Figure]):
    """Figures by id, in the order of the answers: each id is one quantity and has one value."""

    def __init__(self, found: Mapping[str, Figure]) -> None:
        self._found = MappingProxyType(dict(found))
        self._places: dict[str, str] = {}

    def __getitem__(self, name: str) -> Figure:
        """Return a figure; InputError with the nearest ids where there is none of that id."""
        if name not in self._found:
            raise InputError(f"there is no figure {name!r}. {near(name, self._found)}")
        return self._found[name]

    def stored(self, where: str) -> str | None:
        """Id of the figure that has this id, or stands in this `table/column/row`; else None."""
        if where in self._found:
            return where
        if not self._places:
            self._places |= {place: k for k, f in self._found.items() for place in f.places}
        return self._places.get(where)

    def to_frame(self) -> "pd.DataFrame":
        """Return every figure on a row: value, range, level at the modes, unit, kind, error."""
        import pandas as pd

        rows = [{column: getattr(figure, column) for column in SHOWN} for figure in self.values()]
        return pd.DataFrame(rows, pd.Index(list(self), name="figure"), SHOWN)

    def __contains__(self, name: object) -> bool:
        return name in self._found

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def __repr__(self) -> str:
        measured = sum(figure.value is not None for figure in self.values())
        return f"<Figures: {len(self)}, of which {measured} are measured>"


def near(name: str, known: Iterable[str]) -> str:
    """Say which ids were probably meant: those of the same words, in whatever order.

    >>> near("programme.cots", ["cost.programme", "net.programme"])
    "Did you mean 'cost.programme'?"
    """
    known = tuple(known)
    vocabulary = {word.lower() for one in known for word in one.split(".")}
    words = set()
    for word in name.lower().split("."):
        close = get_close_matches(word, vocabulary, n=1, cutoff=0.5)
        words |= {word} if word in vocabulary else set(close)
    same = sorted((k for k in known if words <= set(k.lower().split("."))), key=len)
    return f"Did you mean {same[0]!r}?" if words and same else nearest(name, known)


# ------------------------------------------------------------ as data

PLAIN: Final = (
    *("value", "kind", "low", "high", "point", "unit", "prices", "perspective", "payer"),
    *("draws", "error", "formula"),
)


def as_data(figures: Figures) -> dict[str, Any]:
    """Write figures as data: each formula, row and group of rows once, figures at full precision.

    `rows` holds every row of the case that stands behind a figure; `groups` lists of them; a figure
    names its group. What a figure has none of is left out.
    """
    groups: dict[tuple[str, ...], str] = {}
    rows: dict[str, Origin] = {}
    listed: dict[int, tuple[str, ...]] = {}  # names of the rows in one tuple of them, found once
    error_pairs: dict[str, dict[str, Any]] = {}
    for name, figure in figures.items():
        if id(figure.rows) not in listed:
            named = {row.name: row for row in figure.rows}
            rows |= named
            listed[id(figure.rows)] = tuple(named)
        mine = listed[id(figure.rows)]
        entry = {
            key: value
            for key in PLAIN
            if (value := getattr(figure, key)) is not None and value != ""
        }
        if mine:
            entry["group"] = groups.setdefault(mine, f"g{len(groups) + 1}")
        if figure.by_draw:
            entry["by_draw"] = True
        if figure.movers:
            entry["moved_by"] = dict(figure.movers)
        error_pairs[name] = entry | {"places": list(figure.places)}
    used = {figure.formula for figure in figures.values()}
    return {
        "formulas": {k: _formula(f) for k, f in FORMULAS.items() if k in used},
        "rows": {name: _origin(row) for name, row in sorted(rows.items())},
        "groups": {name: list(members) for members, name in groups.items()},
        "figures": error_pairs,
    }


def _formula(formula: Formula) -> dict[str, str]:
    return {key: value for key, value in asdict(formula).items() if key != "id"}


def _origin(row: Origin) -> dict[str, Any]:
    plain = {k: v for k, v in asdict(row).items() if k != "name" and v not in (None, "")}
    return {k: v for k, v in plain.items() if (k, v) not in (("many", 1), ("row", 0))}


def from_data(content: Mapping[str, Any], only: str = "") -> Figures:
    """Read figures back from data that `as_data` wrote: all, or only one where it is there."""
    entries = content["figures"]
    asked = {only: entries[only]} if only in entries else entries
    behind = {entry["group"] for entry in asked.values() if "group" in entry}
    members = {name: rows for name, rows in content["groups"].items() if name in behind}
    rows = {
        name: Origin(name=name, **_whole(content["rows"][name]))
        for name in dict.fromkeys(chain.from_iterable(members.values()))
    }
    groups = {name: tuple(rows[r] for r in mine) for name, mine in members.items()}
    found = {}
    for name, entry in asked.items():
        found[name] = Figure(
            id=name,
            rows=groups.get(entry.get("group", ""), ()),
            movers=tuple(entry.get("moved_by", {}).items()),
            places=tuple(entry["places"]),
            by_draw=entry.get("by_draw", False),
            **{"value": None, **{key: entry[key] for key in PLAIN if key in entry}},
        )
    return Figures(found)


def _whole(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"row": 0, "grade": "", "source": "", **row}
