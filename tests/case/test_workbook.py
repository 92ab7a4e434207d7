"""A workbook with the same tables is the same case."""

import csv
import io
import random
import re
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pytest
from openpyxl import Workbook, load_workbook

from capworth.case import workbook as books
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
def workbook(whole: Path, tmp_path: Path) -> Path:
    """The small case as a workbook that a test may spoil."""
    return Path(shutil.copy(whole, tmp_path / "small.xlsx"))


@pytest.fixture(scope="module")
def whole(small: Case, small_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
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
    target = tmp_path_factory.mktemp("whole") / "small.xlsx"
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
        ("costs", "L2", None, "sheet costs, row 2, column 'mode': the cell is empty."),
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
    assert "small.xlsx, sheet function: this is not a table of a case. Name it 'functions'" in told(
        workbook
    )
    assert "small.xlsx, sheet functions: the table is missing. Add it" in told(workbook)
    del book["case"]
    book.save(workbook)
    assert "small.xlsx: the sheet 'case' is missing. Add it: key and value." in told(workbook)


def test_a_file_that_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "case.xlsx"
    path.write_text("id,name")
    with pytest.raises(CaseError, match="no workbook, whatever its name says"):
        read_case(path)
    assert check_case(path)[0].file == "case.xlsx"


def test_an_ending_in_capitals_is_a_workbook_too(workbook: Path, small: Case) -> None:
    loud = workbook.rename(workbook.with_name("SMALL.XLSX"))
    assert read_case(loud).costs == small.costs


ODS = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)
Line = Sequence[object]


def cell_of_ods(value: object) -> str:
    match value:
        case None:
            return "<table:table-cell/>"
        case date():
            return (
                f'<table:table-cell office:value-type="date" office:date-value="{value}">'
                "<text:p>31/12/24</text:p></table:table-cell>"
            )
        case int() | float():
            return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
        case str() if value.startswith("<"):
            return value
    words = "".join(f"<text:p>{escape(line)}</text:p>" for line in str(value).splitlines())
    return f'<table:table-cell office:value-type="string">{words}</table:table-cell>'


def write_ods(path: Path, sheets: Sequence[tuple[str, Sequence[Line]]]) -> Path:
    tables = []
    for name, lines in sheets:
        rows = "".join(
            f"<table:table-row>{''.join(map(cell_of_ods, line))}"
            '<table:table-cell table:number-columns-repeated="1000"/></table:table-row>'
            for line in lines
        )
        empty = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/>'
        tables.append(
            f"<table:table table:name={quoteattr(name)}>{rows}{empty}</table:table-row>"
            "</table:table>"
        )
    body = f"<office:spreadsheet>{''.join(tables)}</office:spreadsheet>"
    content = f"<office:document-content {ODS}><office:body>{body}</office:body>"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("content.xml", f"{content}</office:document-content>")
    return path


def lines_of(workbook: Path) -> dict[str, list[list[object]]]:
    book = load_workbook(workbook)
    return {
        sheet.title: [
            [v.date() if isinstance(v, datetime) else v for v in row] for row in sheet.values
        ]
        for sheet in book.worksheets
    }


def test_the_same_case_in_opendocument_reads_equal(
    workbook: Path, small: Case, tmp_path: Path
) -> None:
    path = write_ods(tmp_path / "small.ods", [*lines_of(workbook).items()])
    assert replace(read_case(path), fingerprint="") == replace(small, fingerprint="")


XLSX_ODD = {
    "=1000*60": "is a formula without a value",
    "#REF!": "shows the error #REF!",
    "#N/A": "shows the error #N/A",
}
ODS_ODD = {
    '<table:table-cell table:formula="of:=1+1"/>': "is a formula without a value",
    '<table:table-cell office:value-type="float"/>': "shows no value",
    '<table:table-cell office:value-type="string"><text:p>#DIV/0!</text:p></table:table-cell>': (
        "shows the error #DIV/0!"
    ),
    '<table:table-cell office:value-type="string"><text:p>Err:502</text:p></table:table-cell>': (
        "shows the error Err:502"
    ),
}
PLACES = [
    ("costs", 2, 12, "row 2, column 'mode'"),  # must be there
    ("costs", 2, 10, "row 2, column 'to_year'"),  # may be there
    ("case", 14, 2, "row 14, column 'budget'"),
]


@pytest.mark.parametrize("odd", [*XLSX_ODD, *ODS_ODD])
def test_a_cell_that_shows_no_value_of_its_own_is_told(
    workbook: Path, tmp_path: Path, odd: str
) -> None:
    """Whether there must be one or not; each cell is one fault."""
    lines = lines_of(workbook)
    expected = []
    for sheet, row, column, place in PLACES:
        lines[sheet][row - 1][column - 1] = odd
        expected.append(f"sheet {sheet}, {place}: ")
    if odd in XLSX_ODD:
        book = load_workbook(workbook)
        for sheet, row, column, _ in PLACES:
            book[sheet].cell(row, column).value = odd
        book.save(workbook)
        path, words = workbook, XLSX_ODD[odd]
    else:
        path, words = write_ods(tmp_path / "small.ods", [*lines.items()]), ODS_ODD[odd]
    faults = [str(fault) for fault in check_case(path)]
    assert len(faults) == len(PLACES), faults
    assert all(any(e in f and words in f for f in faults) for e in expected), faults


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_a_setting_or_a_sheet_that_stands_twice_is_a_fault(
    workbook: Path, tmp_path: Path, kind: str
) -> None:
    lines = lines_of(workbook)
    lines["case"].append(["years", 7])
    twice = write_ods(tmp_path / "small.ods", [*lines.items(), ("costs", lines["costs"])])
    if kind == "xlsx":
        book = load_workbook(workbook)
        book["case"].append(["years", 7])
        book.save(workbook)
    found = told(twice if kind == "ods" else workbook)
    assert "column 'years': the key stands twice" in found
    assert ("sheet costs: the sheet stands twice" in found) == (kind == "ods")


def rewrite(path: Path, part: str, old: str, new: str) -> None:
    """Change a part of a workbook as no spreadsheet program would."""
    with zipfile.ZipFile(path) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    text = parts[part].decode("utf-8")
    text = re.sub(r"<v ?/>|<v></v>", "<v/>", text)  # as lxml is there or not
    assert old in text
    parts[part] = text.replace(old, new, 1).encode("utf-8")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)


def test_a_formula_with_a_value_that_was_never_computed_is_told(workbook: Path) -> None:
    """Some programs write 0 for what the spreadsheet is to compute on opening."""
    change(workbook, "costs", "L2", "=1+1")
    rewrite(workbook, "xl/worksheets/sheet6.xml", "<f>1+1</f><v/>", "<f>1+1</f><v>0</v>")
    assert "row 2, column 'mode': the cell is a formula that was never computed" in told(workbook)


def test_a_formula_that_was_computed_is_its_value(workbook: Path, small: Case) -> None:
    mode = small.costs[0].amount.mode
    change(workbook, "costs", "L2", "=1+1")
    part = "xl/worksheets/sheet6.xml"
    rewrite(workbook, part, "<f>1+1</f><v/>", f"<f>1+1</f><v>{mode}</v>")
    rewrite(workbook, "xl/workbook.xml", 'fullCalcOnLoad="1"', "")
    assert read_case(workbook).costs == small.costs


def test_merged_and_stray_cells_are_told(workbook: Path) -> None:
    book = load_workbook(workbook)
    book["costs"].merge_cells("U2:U3")
    book["usage"]["XFD1048576"] = 1
    book.save(workbook)
    found = told(workbook)
    assert "the cells U2:U3 are merged" in found
    assert "sheet usage: a cell stands astray, in row 1,048,576 and column 16,384" in found


def test_sheets_of_notes_and_workings_pass(workbook: Path, small: Case) -> None:
    book = load_workbook(workbook)
    book.create_sheet("Workings").append(["=1+1", "#REF!"])
    book.create_sheet("_notes").append(["id", "name"])
    book.save(workbook)
    assert read_case(workbook).costs == small.costs
    book["relations"].title = "Relations "
    book.create_sheet("old").append(["improvement", "relation", "other"])
    book.save(workbook)
    assert "sheet Relations : this is not a table of a case. Name it 'relations'" in told(workbook)
    assert "sheet old: this is not a table of a case" in told(workbook)


OLE = books.OLE + b"\0" * 512
OTHERS = {
    "a.xls": (OLE, "a workbook of the old kind"),
    "b.xlsx": (OLE + "EncryptedPackage".encode("utf-16-le"), "locked with a password"),
    "c.xlsx": (b"PK\5\6" + b"\0" * 18, "a zip file and no workbook"),
    "d.xlsx": (b"id,name\n", "no workbook, whatever its name says"),
    "~$e.xlsx": (b"x", "the mark of an open workbook"),
    "f.ods": (b"", "an empty file"),
    "g.xls": (b"<html><table/></html>", "a page of a browser"),
    "h.pdf": (b"%PDF", "no workbook, whatever its name says"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_another_kind_of_file_is_named_rightly(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(OTHERS[name][0])
    with pytest.raises(CaseError, match=OTHERS[name][1]):
        read_case(tmp_path / name)


@pytest.mark.parametrize("name", ["a.xls", "b.XLSB", "c.numbers", "d.xltx", "noend", "e.xlsx.zip"])
def test_a_workbook_named_otherwise_is_not_lost_by_a_rerun_later(
    name: str, whole: Path, tmp_path: Path
) -> None:
    path = Path(shutil.copy(whole, tmp_path / name))
    with pytest.raises(CaseError, match=f"{name}: it is a workbook, and its name ends in"):
        read_case(path)


PARTS_OF_OTHERS: Mapping[str, tuple[Mapping[str, bytes], str]] = {
    "binary": ({"xl/workbook.bin": b"x"}, r"a binary workbook \(\.xlsb\)"),
    "locked": (
        {"content.xml": b"x", "META-INF/manifest.xml": b"<manifest:encryption-data/>"},
        "locked with a password",
    ),
    "a trap": ({"xl/workbook.xml": b" " * 20_000_000}, "packed as only a trap is"),
    "entities": ({"content.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'}, "declares entities"),
    "deep": ({"content.xml": b"<a>" * 300_000}, "damaged"),
}


@pytest.mark.parametrize("kind", PARTS_OF_OTHERS)
def test_what_no_spreadsheet_program_writes_is_refused(kind: str, tmp_path: Path) -> None:
    path, (parts, fault) = tmp_path / "case.xlsx", PARTS_OF_OTHERS[kind]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    with pytest.raises(CaseError, match=fault):
        read_case(path)


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_a_damaged_workbook_is_read_as_it_was_or_told(
    workbook: Path, small: Case, tmp_path: Path, kind: str
) -> None:
    whole = workbook
    if kind == "ods":
        whole = write_ods(tmp_path / "small.ods", [*lines_of(workbook).items()])
    content, chance, refused = whole.read_bytes(), random.Random(5), 0
    for _ in range(60):
        spoilt = bytearray(content)
        for _ in range(chance.choice([1, 4, 64])):
            spoilt[chance.randrange(len(spoilt))] ^= 1 << chance.randrange(8)
        path = tmp_path / f"spoilt.{kind}"
        path.write_bytes(spoilt if chance.random() < 0.8 else content[: chance.randrange(9_000)])
        try:
            assert read_case(path).costs == small.costs
        except CaseError:
            refused += 1
    assert refused > 30


def test_a_chart_in_the_place_of_a_table_is_told(workbook: Path) -> None:
    book = load_workbook(workbook)
    book.remove(book["relations"])
    book.create_chartsheet("relations")
    book.create_chartsheet("a picture of it")
    book.save(workbook)
    assert told(workbook) == (
        "1 to mend:\n  small.xlsx, sheet relations: this is a sheet without cells. Put the table "
        "relations there."
    )


def test_what_xml_cannot_bear_is_read_as_what_it_is(workbook: Path) -> None:
    """Excel writes a return as `_x000D_`; openpyxl writes what it is given."""
    book = load_workbook(workbook)
    book["costs"]["L1"] = "mode_x000D_\n"
    book.save(workbook)
    assert not check_case(workbook)
    book["costs"]["V2"] = "a_x0007_b"
    book["costs"]["Z3"] = "x"
    book.save(workbook)
    found = told(workbook)
    assert "row 2, column 'basis': it holds the character U+0007" in found
    assert "row 3, column 'Z': the cell has no heading above it. Clear it." in found


def test_what_lies_beside_a_workbook_is_no_folder(workbook: Path) -> None:
    for name in ("small.scenarios.toml", "small.claim.lock.toml"):
        workbook.with_name(name).mkdir()
        assert f"{name}: it is a folder. Put the file in its place." in told(workbook)
        workbook.with_name(name).rmdir()
