"""The data dictionary: one table that reader, checks, messages, templates and docs are made of."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from types import MappingProxyType

SETTINGS = "case"  # the dictionary's table of the keys of case.toml
CLAIM = "claim"  # and of those of claim.toml
ROW_KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {  # what makes a row the only one of its kind, where the table has no key column
        "functions": ("capability", "function", "coder"),
        "usage": ("platform", "capability", "period"),
        "activity": ("capability", "metric", "year"),
        "chain": ("capability", "outcome", "step"),
        "unit_values": ("outcome", "scale", "scope", "index"),
        "scores": ("capability", "criterion"),
        "distributions": ("inputs",),
        "observations": ("input", "observation"),
        "correlations": ("a", "b"),
        "measures": ("capability", "criterion", "metric", "year"),
        "effects": ("improvement", "capability", "criterion", "step"),
        "savings": ("improvement", "line"),
        "published": ("improvement", "line", "metric", "year"),
        "vocabulary": ("word",),
        "business_as_usual": ("capability",),
        "relations": ("improvement", "relation", "other"),
        "feedback": ("member", "capability", "year"),
        "choices": ("member", "task", "option"),
        "network": ("item", "capability", "member"),
        "judgements": ("judge", "method", "criterion", "other"),
        "prices": ("kind", "currency", "year"),
    }
)
LANGUAGES: Mapping[str, str] = MappingProxyType(
    {"en": "English", "fr": "French", "es": "Spanish", "ar": "Arabic"}
)  # in which a case may say its names; English is always there
REQUIRED_TABLES = ("capabilities", "costs")


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One column of one table, as the dictionary describes it; each is there once."""

    table: str
    name: str
    kind: str  # key text number whole year date flag grade choice list words ref refs, or a list
    options: tuple[str, ...]  # allowed words; for ref and refs the table that is referred to
    unit: str
    lowest: float | None
    highest: float | None
    required: bool
    meaning: str
    language: str = ""  # of a column that says another one in this language
    filled: bool = False  # taken where it is blank, so that nobody has to type it

    @classmethod
    def of(cls, row: Mapping[str, str]) -> "Column":
        """Read one line of a file that describes columns."""
        return cls(
            table=row["table"],
            name=row["column"],
            kind=row["kind"],
            options=tuple(row["options"].split("|")) if row["options"] else (),
            unit=row["unit"],
            lowest=float(row["lowest"]) if row["lowest"] else None,
            highest=float(row["highest"]) if row["highest"] else None,
            required=row["required"] != "no",
            filled=row["required"] == "default",
            meaning=row["meaning"],
        )


@cache
def dictionary() -> Mapping[str, Mapping[str, Column]]:
    """Every table of a case with its columns, in the order of the dictionary file."""
    text = files("capworth.case").joinpath("dictionary.csv").read_text(encoding="utf-8")
    tables: dict[str, dict[str, Column]] = {}
    for row in csv.DictReader(text.splitlines()):
        column = Column.of(row)
        table = tables.setdefault(column.table, {})
        table |= {each.name: each for each in _spoken(column)}
    return MappingProxyType({name: MappingProxyType(table) for name, table in tables.items()})


def _spoken(column: Column) -> Iterator[Column]:
    """Yield the column; one of words that are printed is followed by one for each language."""
    if column.kind != "said":
        yield column
        return
    yield replace(column, kind="text")
    for language, name in LANGUAGES.items():
        if language != "en":
            yield replace(
                column,
                name=f"{column.name}_{language}",
                kind="text",
                required=False,
                filled=False,
                meaning=f"the same in {name}",
                language=language,
            )


@cache
def translations(table: str) -> tuple[str, ...]:
    """Return the columns of a table that say another one of its columns in some language.

    >>> translations("outcomes")
    ('name_fr', 'name_es', 'name_ar')
    """
    return tuple(c.name for c in dictionary()[table].values() if c.language)


def table_names() -> tuple[str, ...]:
    """Return the names of the tables of a case, `case.toml` and `claim.toml` not among them."""
    return tuple(name for name in dictionary() if name not in (SETTINGS, CLAIM))


@cache
def row_key(table: str) -> tuple[str, ...]:
    """Return the columns that together name a row of `table`.

    >>> row_key("costs"), row_key("scores")
    (('id',), ('capability', 'criterion'))
    """
    keys = tuple(c.name for c in dictionary()[table].values() if c.kind == "key")
    return keys or ROW_KEYS[table]
