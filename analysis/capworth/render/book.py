"""The data book: a workbook of every figure, every block of the paper and every table of a run.

Numbers are numbers, each beside the id of its figure; heads stay in sight; the first sheet says
what stands where. The live twin of the decision is formulas, which whoever opens it computes;
nothing else is. The same content gives the same bytes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from capworth.case.files import spilling
from capworth.model.figures import Figures, as_data
from capworth.render.console import plain
from capworth.render.zipped import timeless
from capworth.report.content import Said
from capworth.report.edition import Edition, figures_of
from capworth.report.twin.sheets import Sheet as Formulas
from capworth.study.pages import part_pages
from capworth.study.tables import columns_told, heading, indexed

LONGEST = 31  # letters of the name of a sheet
WIDEST = 60  # letters of a column
NUMBER = 11  # letters of a column of numbers, at least
LINE = 14  # points of a line of a heading
YELLOW = "FFF2CC"
PLAIN = (
    *("value", "low", "high", "point", "unit", "kind", "prices", "perspective", "payer"),
    *("draws", "error", "formula", "group"),
)
ORIGIN = ("table", "row", "grade", "source", "unit", "low", "mode", "high", "many")
LISTS = ("no", "item", "not met", "where")
BLOCKS = ("page", "block", "place", "text", "value", "low", "high", "figures")
Cell: TypeAlias = str | float | int | bool | None
Row: TypeAlias = Sequence[Cell]
Sheet: TypeAlias = tuple[str, Row, Iterable[Row]]  # what it holds, its heading and its rows


def write_book(
    editions: Sequence[Edition],
    figures: Figures,
    tables: Mapping[str, pd.DataFrame],
    twin: Sequence[Formulas] = (),
) -> bytes:
    """Write the workbook of a run.

    Parameters
    ----------
    editions : the paper in each language; a sheet for each
    figures : every figure that is stored
    tables : every table of the run by its name
    twin : sheets of formulas; see `twin_of`
    """
    sheets: dict[str, Sheet] = {}
    data = as_data(figures)
    asked = {table: page for page in part_pages().values() for table in page.tables}
    for live in twin:
        sheets[live.name] = (live.words, live.said, live.rows)
    sheets["figures"] = ("every figure", ("figure", *PLAIN, "places"), _figures(data))
    sheets["rows"] = ("rows of the case behind figures", ("name", *ORIGIN), _rows(data))
    sheets["groups"] = ("which rows a figure rests on", ("group", "rows"), _groups(data))
    sheets["formulas"] = ("every formula", ("formula", "symbols", "section"), _formulas(data))
    heads, told = _framed(columns_told(tables))
    sheets["columns"] = ("what each column of the tables is, and its unit", heads, told)
    for edition in editions:
        words = f"what the paper says, {edition.language}"
        sheets[f"paper {edition.language}"] = (words, BLOCKS, _paper(edition, figures))
        words = f"CHEERS 2022 and EMMIE, {edition.language}"
        lists = _checklists(edition)
        sheets[f"checklists {edition.language}"] = (words, LISTS, lists)
    for name, table in tables.items():
        page = asked.get(name)
        words = page.question if page else "table"
        sheets[_free(name, sheets)] = (words, *_framed(indexed(table)))
    packed = BytesIO()
    formulas = {sheet.name: sheet for sheet in twin}
    spilling(_pack, packed, sheets, formulas, editions[0].author, editions[0].title)
    return timeless(packed.getvalue(), editions[0].day)


def _pack(
    packed: BytesIO,
    sheets: Mapping[str, Sheet],
    formulas: Mapping[str, Formulas],
    author: str,
    title: str,
) -> None:
    book = Workbook(write_only=True)
    book.properties.creator, book.properties.title = author, title
    listed = [(name, words) for name, (words, _, _) in sheets.items()]
    _sheet(book, "contents", ("sheet", "what it holds"), listed)
    for name, (_, heads, rows) in sheets.items():
        if name in formulas:
            _live(book, formulas[name])
        else:
            _sheet(book, name, heads, rows)
    book.calculation.fullCalcOnLoad = bool(formulas)
    book.save(packed)


def _free(name: str, taken: Mapping[str, object]) -> str:
    """Name of a sheet: short enough, and no other's."""
    cut = name[:LONGEST]
    return cut if cut not in taken else f"{name[: LONGEST - 2]}~2"


def _sheet(book: Workbook, name: str, heads: Row, rows: Iterable[Row]) -> None:
    """Add a sheet; a text that begins with = stays a text."""
    sheet = book.create_sheet(name)
    sheet.freeze_panes = "B2"
    kept = [list(row) for row in rows]
    _widen(
        sheet,
        [[head, *(row[k] for row in kept[:50] if k < len(row))] for k, head in enumerate(heads)],
    )
    sheet.append(_bold(sheet, heads))
    for row in kept:
        sheet.append([_text(sheet, cell) for cell in row])


def _live(book: Workbook, twin: Formulas) -> None:
    """Add a sheet of formulas; what is there to be changed is yellow; a note spills over."""
    sheet = book.create_sheet(twin.name)
    sheet.freeze_panes = "B2"
    known = [row for row in twin.rows if len(row) > 1]
    columns: list[list[Cell]] = [[] for _ in twin.heads]
    for row in known:
        for column, cell in zip(columns, row, strict=False):
            if isinstance(cell, str) and cell[:1] != "=":
                column.append(cell)
    _widen(sheet, columns, NUMBER)
    heads = _bold(sheet, twin.said)
    lines = max(len(head) // NUMBER for head in twin.said) + 1
    sheet.row_dimensions[1].height = LINE * lines
    for head in heads:
        head.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.append(heads)
    for row in twin.rows:
        shown = []
        for value, number, change in zip(row, twin.formats, twin.to_change, strict=False):
            shown.append(WriteOnlyCell(sheet, value=value))
            if number and len(row) > 1:
                shown[-1].number_format = number
            if change:
                shown[-1].fill = PatternFill("solid", fgColor=YELLOW)
        sheet.append(shown)


def _widen(sheet: Any, columns: Iterable[Iterable[Cell]], least: int = 0) -> None:
    """Give each column the width of its longest text."""
    for k, cells in enumerate(columns, start=1):
        wide = max((len(str(cell)) for cell in cells if cell is not None), default=8)
        sheet.column_dimensions[get_column_letter(k)].width = max(min(wide, WIDEST), least) + 2


def _bold(sheet: Any, heads: Iterable[Cell]) -> list[Any]:
    cells = [WriteOnlyCell(sheet, value=head) for head in heads]
    for cell in cells:
        cell.font = Font(bold=True)
    return cells


def _text(sheet: Any, cell: Cell) -> Any:
    if not (isinstance(cell, str) and cell.startswith("=")):
        return cell
    plain_text = WriteOnlyCell(sheet, value=cell)
    plain_text.data_type = "s"
    return plain_text


# ---------------------------------------------------------------- figures


def _figures(data: Mapping[str, Any]) -> Iterator[Row]:
    for name, entry in data["figures"].items():
        yield (name, *(entry.get(key) for key in PLAIN), " ".join(entry["places"]))


def _rows(data: Mapping[str, Any]) -> Iterator[Row]:
    for name, entry in data["rows"].items():
        yield (name, *(entry.get(key) for key in ORIGIN))


def _groups(data: Mapping[str, Any]) -> Iterator[Row]:
    for name, members in data["groups"].items():
        yield from ((name, member) for member in members)


def _formulas(data: Mapping[str, Any]) -> Iterator[Row]:
    for name, entry in data["formulas"].items():
        yield name, entry["symbols"], entry["section"]


def _framed(table: pd.DataFrame) -> tuple[Row, Iterable[Row]]:
    """Heading and rows of a table, its labels first."""
    return [*map(str, table.index.names), *map(heading, table.columns)], _table(table)


def _table(table: pd.DataFrame) -> Iterator[Row]:
    columns = [table[c].tolist() for c in table.columns]
    for k, key in enumerate(table.index):
        labels = key if isinstance(key, tuple) else (key,)
        yield [_value(x) for x in (*labels, *(column[k] for column in columns))]


def _value(value: Any) -> Cell:
    """A cell: what is not known stays empty, what has no end is said."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return None if value != value else (str(value) if abs(value) == float("inf") else value)
    return value if isinstance(value, int) else str(value)


# ---------------------------------------------------------------- blocks


def _paper(edition: Edition, figures: Figures) -> Iterator[Row]:
    """Every text that is printed, with its number where it is one figure."""
    for number, page in enumerate(edition.pages, start=1):
        for block in page:
            for place, text in _texts(block):
                yield _row(f"page {number}", block["id"], place, text, figures)
    for section in edition.sections:
        name = section["name"]
        for place in ("topic", "title"):
            yield _row(name, "head", place, section[place], figures)
        for k, block in enumerate(section["blocks"], start=1):
            for place, text in _texts(block):
                yield _row(name, str(k), place, text, figures)


UNREAD = ("kind", "id", "chart", "formula", "mark", "fill", "ticks", "left_out", "targets")


def _texts(node: Any, where: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a block with its place."""
    if isinstance(node, str):
        if node:
            yield where, node
    elif isinstance(node, Mapping):
        for key, value in node.items():
            if key not in UNREAD:
                yield from _texts(value, f"{where}.{key}" if where else key)
    elif isinstance(node, list | tuple):
        for k, value in enumerate(node):
            yield from _texts(value, f"{where}[{k}]")


def _row(page: str, block: str, place: str, text: str, figures: Figures) -> Row:
    ids = figures_of(text, figures)
    refs = text.refs if isinstance(text, Said) else ()
    one: list[Cell] = [None, None, None]
    if len(refs) == 1:
        one = [_value(float(end)) for end in refs[0].amount]
    return [page, block, place, plain(text), *one, " ".join(ids)]


def _checklists(edition: Edition) -> Iterator[Row]:
    titles = edition.titles()
    for section in edition.sections:
        if section["name"] == "checklists":
            for block in section["blocks"]:
                for row in block["rows"]:
                    number, item, unmet = row["cells"]
                    where = " | ".join(plain(titles[name]) for name in row["targets"])
                    yield [number, item, unmet, where]
