"""A workbook to begin with: a sheet for each question, told and guarded by the data dictionary."""

from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from capworth.case.defaults import DEFAULTS
from capworth.case.dictionary import SETTINGS, Column, dictionary, table_names
from capworth.case.files import spilling, writing
from capworth.case.rows import GRADES
from capworth.errors import CaseError, Finding, InputError, nearest

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

FIRST = ("capabilities", "costs")  # sheets of the first question, beside that of the settings
ROWS = 200  # rows that are guarded by lists and formats
ABOUT = "_units"  # a sheet that is not read
SHOWN: Mapping[str, Sequence[str]] = {  # columns of a sheet to begin with; others may be added
    "capabilities": ("name", "family", "basis"),
    "costs": (
        *("capability", "improvement", "category", "payer", "mode", "low", "high", "grade"),
        *("source", "basis"),
        *("kind", "from_year", "to_year", "price_year"),
    ),
    "improvements": ("name", "start_year", "effect_year", "readiness", "illustrative", "basis"),
    "criteria": ("name", "unit", "worst", "best", "reference", "swing", "basis"),
    "scores": ("capability", "criterion", "mode", "low", "high", "grade", "source", "basis"),
    "effects": (
        *("improvement", "capability", "criterion", "step", "mode", "low", "high", "grade"),
        *("source", "basis"),
    ),
    "chain": (
        *("capability", "outcome", "step", "mode", "low", "high", "unit", "grade", "source"),
        "basis",
    ),
    "outcomes": ("name", "adverse"),
    "unit_values": (
        *("outcome", "library", "scale", "scope", "mode", "low", "high", "currency"),
        *("price_year", "grade", "source", "basis"),
    ),
    "savings": (
        *("improvement", "line", "mode", "low", "high", "from_year", "cashable", "grade"),
        *("source", "basis"),
    ),
    "functions": ("capability", "function", "mode", "low", "high", "grade", "source", "basis"),
}
NEEDS = {  # sheets that come with another one
    "scores": ("criteria",),
    "chain": ("outcomes", "unit_values"),
    "effects": ("improvements",),
    "improvements": ("effects", "criteria", "scores"),
    "savings": ("improvements",),
}
EXAMPLES: Mapping[str, Mapping[str, object]] = {  # of the row that is only shown
    "capabilities": {"name": "# Radio network", "family": "Communications"},
    "costs": {"capability": "# Radio network", "mode": 1_200_000, "grade": "D", "basis": "ledger"},
    "improvements": {"name": "# Renew the radio network", "start_year": 2027, "basis": "bid"},
    "criteria": {"name": "# Reach", "unit": "% of officers", "worst": 0, "best": 100},
    "scores": {"capability": "# Radio network", "criterion": "Reach", "mode": 70, "grade": "D"},
    "effects": {"improvement": "# Renew the radio network", "criterion": "Reach", "mode": 15},
    "chain": {"capability": "# Radio network", "step": "hits", "mode": 1_000, "unit": "a year"},
    "outcomes": {"name": "# Offence detected"},
    "unit_values": {"outcome": "# Offence detected", "library": "HO-ROBBERY"},
    "savings": {"improvement": "# Renew the radio network", "mode": 0.5},
    "functions": {"capability": "# Radio network", "function": "operations", "mode": 1},
}
ASKED = ("organisation", "currency", "appraisal_date")  # settings that cannot be taken
OFTEN = ("title", "note", "first_year", "years", "price_year", "discounting", "budget", "languages")
TAKEN = {
    "title": "made of the organisation",
    "first_year": "the year after the appraisal",
    "price_year": "the year of the appraisal",
    "years": "10",
    "discounting": "by currency: green-book, eu-cohesion-3 or constant-4",
    "budget": "none: no programme is chosen",
    "languages": "en",
}
SETTINGS_SHEET = "case"
Rows = Mapping[str, Sequence[Mapping[str, object]]]


def sheets_with(wanted: Sequence[str]) -> tuple[str, ...]:
    """Name the sheets of a workbook with some more questions, in the order of the dictionary.

    Raises
    ------
    InputError
        When there is no such table.
    """
    names = set(FIRST)
    ahead = [*wanted]
    while ahead:
        name = ahead.pop()
        if name not in table_names():
            raise InputError(f"there is no table {name!r}. {nearest(name, table_names())}")
        if name not in names:
            names.add(name)
            ahead.extend(NEEDS.get(name, ()))
    return tuple(name for name in table_names() if name in names)


def write_book(
    path: str | Path,
    wanted: Sequence[str] = (),
    settings: Mapping[str, object] | None = None,
    rows: Rows | None = None,
) -> Path:
    """Write a workbook to fill in: headings that stay, comments, lists, formats, an example row.

    Parameters
    ----------
    path : a file that is not there yet, ending in .xlsx
    wanted : tables beside the first ones, such as `improvements`
    settings, rows : what is known already, such as from `--from`

    Raises
    ------
    CaseError
        When the file is there.
    """
    from openpyxl import Workbook

    place = Path(path)
    if place.exists():
        raise CaseError([Finding(str(path), 0, "", "it is there already", "Name a new file.")])
    names = sheets_with([*wanted, *(rows or {})])
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    _settings_sheet(sheet, settings or {})
    for name in names:
        _table_sheet(book.create_sheet(name), name, names, (rows or {}).get(name, ()))
    _about_sheet(book.create_sheet(ABOUT), names)
    packed = BytesIO()
    spilling(book.save, packed)
    with writing(place.parent, place.name, anew=True) as put:
        put(place.name, packed.getvalue())
    return place


def columns_shown(table: str) -> tuple[Column, ...]:
    """Columns of a sheet: a few to begin with, else all that are not translations."""
    columns = dictionary()[table]
    if table in SHOWN:
        return tuple(columns[name] for name in SHOWN[table])
    return tuple(column for column in columns.values() if not column.language)


def _settings_sheet(sheet: "Worksheet", given: Mapping[str, object]) -> None:
    from openpyxl.styles import Font

    sheet.title = SETTINGS_SHEET
    sheet.append(["key", "value", "what it is", "if it is blank"])
    for name in (*ASKED, *OFTEN):
        column = dictionary()[SETTINGS][name]
        taken = "" if name in ASKED else TAKEN.get(name, "left out")
        sheet.append([name, given.get(name), column.meaning, taken or "must be given"])
        if name.endswith("_date"):
            sheet.cell(sheet.max_row, 2).number_format = "yyyy-mm-dd"
    _dress(sheet, (18, 30, 70, 40))
    for number in range(2, 2 + len(ASKED)):
        sheet.cell(number, 1).font = Font(bold=True)


def _table_sheet(
    sheet: "Worksheet", table: str, names: Sequence[str], rows: Sequence[Mapping[str, object]]
) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    columns = columns_shown(table)
    sheet.append([column.name for column in columns])
    example = EXAMPLES.get(table, {columns[0].name: "# example"})
    sheet.append([example.get(column.name) for column in columns])
    for row in rows:
        sheet.append([row.get(column.name) for column in columns])
    _dress(sheet, [36 if c.name in ("name", "basis") else 16 for c in columns])
    for place, column in enumerate(columns, start=1):
        letter = get_column_letter(place)
        sheet.cell(1, place).comment = Comment(_told(column), "capworth", width=320, height=140)
        sheet.cell(2, place).font = Font(italic=True, color="808080")
        if column.kind == "number":
            for number in range(2, ROWS + 2):
                sheet.cell(number, place).number_format = "#,##0.######"
        if formula := _choices(column, names):
            guard = DataValidation(type="list", formula1=formula, allow_blank=True)
            guard.showErrorMessage = column.kind != "ref"
            sheet.add_data_validation(guard)
            guard.add(f"{letter}3:{letter}{ROWS + 1}")


def _dress(sheet: "Worksheet", widths: Sequence[int]) -> None:
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter

    sheet.freeze_panes = "A2"
    for place, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
        cell = sheet.cell(1, place)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="DDE6F0")


def _choices(column: Column, names: Sequence[str]) -> str:
    """Formula of the list that a cell may be chosen from; none where any word may stand."""
    match column.kind:
        case "flag":
            words: Sequence[str] = ("yes", "no")
        case "grade":
            words = GRADES
        case "choice":
            words = column.options
        case "ref" if column.options[0] in names and "name" in dictionary()[column.options[0]]:
            # the printed names on that sheet, below the example
            place = [c.name for c in columns_shown(column.options[0])].index("name")
            letter = "ABCDEFGH"[place]
            return f"={column.options[0]}!${letter}$3:${letter}${ROWS + 1}"
        case _:
            return ""
    text = ",".join(words)
    return f'"{text}"' if len(text) < 250 else ""


def _told(column: Column) -> str:
    parts = [column.meaning[0].upper() + column.meaning[1:] + "."]
    if column.options and column.kind == "choice":
        parts.append(f"One of: {', '.join(column.options)}.")
    if column.unit:
        parts.append(f"Unit: {column.unit}.")
    usual = DEFAULTS.get(column.table, {}).get(column.name)
    if usual:
        parts.append(f"Blank: {usual}.")
    elif column.filled:
        parts.append("Blank: it is taken, and the paper says so.")
    return " ".join(parts)


def _about_sheet(sheet: "Worksheet", names: Sequence[str]) -> None:
    sheet.append(["sheet", "column", "unit", "to be given", "meaning"])
    for row in _about(names):
        sheet.append(list(row))
    _dress(sheet, (18, 18, 26, 12, 90))


def _about(names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Every column that a sheet may have, also those that are not on it to begin with."""
    for table in names:
        for column in dictionary()[table].values():
            needed = "yes" if column.required and not column.filled else ""
            yield table, column.name, column.unit, needed, column.meaning
