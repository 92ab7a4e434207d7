"""A workbook with the same tables is the same case."""

import csv
import io
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from capworth.case.model import Case
from capworth.case.read import check_case, read_case
from capworth.errors import CaseError


def as_number(text: str) -> str | float | int:
    """A cell as a spreadsheet keeps it: numbers are numbers."""
    try:
        value = float(text)
    except ValueError:
        return text
    return int(value) if value.is_integer() else value


@pytest.fixture
def workbook(small: Case, small_folder: Path, tmp_path: Path) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "case"
    sheet.append(["key", "value"])
    words: dict[str, Any] = {
        name: getattr(small.settings, name)
        for name in ("name", "title", "organisation", "currency", "price_year")
    }
    words |= small.settings.translations
    words |= {"appraisal_date": date(2024, 12, 31), "first_year": 2025, "years": 3.0}
    words |= {"discounting": "eu-cohesion-5", "seed": 11, "draws": 400, "budget": 110000}
    words |= {"target": 200000, "extent_key": "equal"}
    words |= {"languages": "en fr", "productivity": "searches -> hits"}
    for pair in words.items():
        sheet.append(pair)
    claim = book.create_sheet("claim")
    for pair in {"group": "hosting, exchange leads", "estimand": "per_euro", "seed": 11}.items():
        claim.append(pair)
    claim.append(("value", "score"))
    claim.append(("extent_key", "equal"))
    for path in sorted(small_folder.glob("*.csv")):
        table = book.create_sheet(path.stem)
        text = path.read_text(encoding="utf-8")
        for row in csv.reader(io.StringIO(text, newline="")):
            table.append([as_number(cell) if cell else None for cell in row])
    target = tmp_path / "small.xlsx"
    book.save(target)
    return target


def change(workbook: Path, sheet: str, cell: str, value: float | str | None) -> None:
    book = load_workbook(workbook)
    book[sheet][cell] = value
    book.save(workbook)


def told(workbook: Path) -> str:
    return str(CaseError(check_case(workbook)))


def test_the_same_case_as_a_workbook_reads_equal(workbook: Path, small: Case) -> None:
    read = read_case(workbook)
    assert replace(read, fingerprint="") == replace(small, fingerprint="")
    assert read.fingerprint != small.fingerprint


def test_the_order_of_the_sheets_and_empty_rows_do_not_matter(workbook: Path, small: Case) -> None:
    book = load_workbook(workbook)
    book.move_sheet("usage", offset=-5)
    book["usage"].append([None, "  ", None])
    book["usage"]["L40"] = " "
    book.save(workbook)
    book["usage"].insert_rows(3)
    book.save(workbook)
    read = read_case(workbook)
    rows = {u.use.name: u.use.row for u in read.usage}
    assert rows["usage/CENTRE/NET"] == 4  # as the spreadsheet shows it
    assert [u.use.mode for u in read.usage] == [u.use.mode for u in small.usage]


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "fault"),
    [
        ("costs", "L2", "100 000", "sheet costs, row 2, column 'mode': '100 000' is not a number."),
        ("costs", "L2", 20, "sheet costs, row 2, column 'mode': 20 is not between 60000 and"),
        ("costs", "F2", None, "sheet costs, row 2, column 'payer': the cell is empty."),
        ("case", "A10", "yaers", "sheet case, column 'yaers': there is no such key. Did you mean"),
        ("case", "B10", "three", "sheet case, column 'years': 'three' is not a number."),
        ("case", "B10", 3.5, "sheet case, column 'years': '3.5' is not a whole number."),
        ("case", "B15", 20, "sheet case, column 'target': it is below the budget."),
        ("scores", "B1", "critrion", "sheet scores, row 1, column 'critrion': there is no such"),
        ("capabilities", "E3", True, "sheet capabilities, row 3, column 'designated': 'True' is"),
    ],
)
def test_faults_name_the_sheet(
    workbook: Path, sheet: str, cell: str, value: float | str | None, fault: str
) -> None:
    change(workbook, sheet, cell, value)
    assert f"small.xlsx, {fault}" in told(workbook)
    assert ".csv" not in told(workbook)
    assert ".toml" not in told(workbook)


def test_sheets_that_are_missing_or_unknown(workbook: Path) -> None:
    book = load_workbook(workbook)
    book["functions"].title = "function"
    book.save(workbook)
    assert "small.xlsx, sheet function: this is not a table of a case. Did you mean" in told(
        workbook
    )
    assert "small.xlsx, sheet functions: the table is missing. Add it" in told(workbook)
    del book["case"]
    book.save(workbook)
    assert "small.xlsx: the sheet 'case' is missing. Add it: key and value." in told(workbook)


def test_a_file_that_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "case.xlsx"
    path.write_text("id,name")
    with pytest.raises(CaseError, match="the workbook cannot be opened"):
        read_case(path)
    assert check_case(path)[0].file == "case.xlsx"
