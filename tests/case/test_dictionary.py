"""The data dictionary, the types and the small case agree."""

import csv
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import capworth
from capworth.case.check import GRADES, check_cells
from capworth.case.claim import ESTIMANDS, Registration
from capworth.case.dictionary import (
    CLAIM,
    LANGUAGES,
    REQUIRED_TABLES,
    ROW_KEYS,
    SETTINGS,
    Column,
    dictionary,
    row_key,
    table_names,
    translations,
)
from capworth.case.model import FUNCTIONS, Case, Settings
from capworth.case.model import GRADES as GRADES_OF_ESTIMATES
from capworth.case.read import PARTS
from capworth.case.rules.chain import SHARE_STEPS, SHARED_STEPS
from capworth.case.tables import read_raw
from capworth.methods.allocation.keys import KEYS, PEAK, TREE

PACKAGE = Path(capworth.__file__).parent
KINDS = {
    *("key", "text", "number", "whole", "year", "date", "flag", "grade", "choice", "list", "words"),
    *("ref", "refs", "schedule", "published", "bias", "confidence"),
}
ESTIMATE = {"low", "mode", "high", "swing_low", "swing", "swing_high", "unit"}
ESTIMATE |= {"grade", "source", "basis"}
EVERY = [column for table in dictionary().values() for column in table.values()]


def named(column: Column) -> str:
    return f"{column.table}.{column.name}"


def columns_of(table: str) -> set[str]:
    """The columns, those that say another one in some language gathered as the types do."""
    told = set(translations(table))
    return set(dictionary()[table]) - told | ({"translations"} if told else set())


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.csv")), ids=lambda path: path.name)
def test_every_line_of_a_table_of_the_package_has_all_its_cells(path: Path) -> None:
    """A comma without quotes cut what `extent_key` means."""
    heading, *lines = csv.reader(path.read_text(encoding="utf-8").splitlines())
    assert {len(line) for line in lines} == {len(heading)}


def test_settings_and_columns_agree() -> None:
    assert {field.name for field in fields(Settings)} == columns_of(SETTINGS)
    assert {field.name for field in fields(Registration)} - {"lock"} == columns_of(CLAIM)


@pytest.mark.parametrize(("table", "kind", "number"), PARTS, ids=lambda part: str(part))
def test_types_and_columns_agree(table: str, kind: type[Any], number: str) -> None:
    names = {field.name for field in fields(kind)} - {"row"}  # where it stands
    columns = columns_of(table)
    if number:
        names -= {number}
        columns -= ESTIMATE - names
    columns -= {
        c for c in columns if c.startswith(("transfer_", "chance_", "extent_"))
    }  # gathered in one field
    if table == "business_as_usual":
        columns = columns - {"cost_low", "cost_mode", "cost_high"} | {"cost_growth"}
    assert names == columns


def test_every_table_of_the_dictionary_is_a_part_of_the_case() -> None:
    computed = {"measures"}  # its rows become levels, as if they stood in scores
    assert [table for table, _, _ in PARTS] == [t for t in table_names() if t not in computed]
    parts = {field.name for field in fields(Case)} - {"settings", "fingerprint"}
    parts -= {"claim", "codes", "assumed"}  # claim.toml, and what is made of others
    parts -= {"scenario", "scenarios", "changes", "base"}  # scenarios.toml, and how it came to be
    assert parts == set(table_names()) - computed
    assert set(REQUIRED_TABLES) <= parts


def test_every_number_has_a_unit() -> None:
    bare = {named(c) for c in EVERY if c.kind in {"number", "whole", "year"} and not c.unit}
    assert bare == {"case.seed", "claim.seed"}


def test_every_estimate_has_a_grade_a_source_and_a_basis() -> None:
    for table in table_names():
        columns = set(dictionary()[table])
        if {"low", "mode", "high"} & columns or {"swing"} & columns:
            assert {"grade", "source", "basis"} <= columns, table


def test_every_column_is_of_a_known_kind_and_says_what_it_means() -> None:
    for column in EVERY:
        assert column.kind in KINDS, named(column)
        assert column.meaning, named(column)
        assert column.meaning[0].islower(), named(column)
        assert column.meaning[-1] != ".", named(column)
        assert bool(column.options) == (column.kind in {"choice", "list", "ref", "refs"})
        if column.kind in {"ref", "refs"}:
            assert column.options[0] in table_names(), named(column)
        if column.lowest is not None and column.highest is not None:
            assert column.lowest < column.highest, named(column)


def test_the_words_of_the_dictionary_are_those_of_the_model() -> None:
    assert dictionary()["functions"]["function"].options == FUNCTIONS
    assert dictionary()["choices"]["function"].options == FUNCTIONS
    assert dictionary()[CLAIM]["estimand"].options == ESTIMANDS
    assert dictionary()["platforms"]["key"].options == (*KEYS, PEAK, TREE)
    assert GRADES == GRADES_OF_ESTIMATES
    steps = set(dictionary()["chain"]["step"].options)
    assert {*SHARED_STEPS, *SHARE_STEPS} <= steps
    assert set(dictionary()["effects"]["step"].options) <= steps
    assert dictionary()[SETTINGS]["languages"].options == tuple(LANGUAGES)


def test_what_is_printed_can_be_said_in_every_language() -> None:
    others = [language for language in LANGUAGES if language != "en"]
    for table, stem in (("case", "note"), ("capabilities", "pattern"), ("funding", "name")):
        columns = dictionary()[table]
        for language in others:
            column = columns[f"{stem}_{language}"]
            assert (column.kind, column.language, column.required) == ("text", language, False)
            assert column.meaning == f"the same in {LANGUAGES[language]}"


def test_every_table_says_what_makes_a_row_the_only_one() -> None:
    for table in table_names():
        keys = [c.name for c in dictionary()[table].values() if c.kind == "key"]
        assert len(keys) <= 1
        assert bool(keys) != (table in ROW_KEYS), table
        assert set(row_key(table)) <= set(dictionary()[table])


def test_defaults_that_are_told_are_those_that_hold() -> None:
    """A default in brackets at the end of a meaning is the default of the type."""
    columns = dictionary()[SETTINGS]
    for field in fields(Settings):
        if field.name == "translations":
            continue
        meaning = columns[field.name].meaning
        if field.type in {"float", "int"} and not columns[field.name].required:
            assert meaning.endswith(f"({field.default:g})") or field.default in (None, ""), field
        if columns[field.name].required:
            assert columns[field.name].kind != "list"


def test_the_small_case_uses_no_column_that_is_not_described(small_folder: Path) -> None:
    for path in small_folder.glob("*.csv"):
        heading = next(csv.reader(path.read_text(encoding="utf-8").splitlines()))
        assert set(heading) <= set(dictionary()[path.stem]), path.name


def test_every_cell_of_the_small_case_is_read_as_its_kind(small_folder: Path) -> None:
    _, typed, findings = check_cells(read_raw(small_folder))
    assert not findings
    kinds = {"number": float, "whole": int, "year": int, "flag": bool, "date": date}
    kinds |= {"refs": tuple, "words": tuple, "list": tuple}
    for table, rows in typed.items():
        for row in rows:
            for name, value in row.values.items():
                if value is not None:
                    kind = kinds.get(dictionary()[table][name].kind, str)
                    assert type(value) is kind, f"{table}, row {row.number}, {name}"


def test_the_dictionary_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        dictionary()["costs"] = {}  # type: ignore[index]  # read-only on purpose
