"""A workbook as the text that its cells show: .xlsx, .xlsm and .ods, whole, damaged or hostile.

Read with the zip and XML readers of the language alone, under limits: whatever a file does, it is
read or refused in a sentence. A cell that shows no value of its own is told as what it is.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from io import BytesIO
from pathlib import Path
from posixpath import dirname, join, normpath
from xml.etree import ElementTree as ET

from capworth.case.numerals import ERROR, plain_number

MOST_BYTES = 64_000_000  # of a workbook
MOST_UNPACKED = 64_000_000  # bytes of all its parts
MOST_RATIO = 200  # of a part to its packed size, from a million bytes on
MOST_CELLS = 2_000_000
LAST_ROW, LAST_COLUMN = 200_000, 1_000  # beyond these a cell is astray
OLE = bytes.fromhex("d0cf11e0a1b11ae1")  # begins an .xls, and an .xlsx with a password
COMPUTE = "Open the workbook in a spreadsheet program, let it compute, and save it."
LESS = "Take out what is no part of the case."
MARKED = re.compile(rb"(?:\xef\xbb\xbf)?\s*<")  # how HTML and XML begin
ANEW = "Open it in a spreadsheet program and save it anew as .xlsx."


class BookError(ValueError):
    """A file that cannot be read as a workbook: `args` are what is wrong and how to mend it."""


@dataclass(frozen=True, slots=True)
class Oddity:
    """A cell that shows no value of its own, or stands astray."""

    row: int
    column: int  # from 1
    problem: str
    fix: str


@dataclass(slots=True)
class Sheet:
    """One sheet: its cells as text by row and column, from 1, blank ones left out."""

    name: str
    cells: dict[int, dict[int, str]] = field(default_factory=dict)
    odd: list[Oddity] = field(default_factory=list)
    is_table: bool = True  # and no chart or macro that is a sheet of its own

    def lines(self) -> list[list[str]]:
        """Return the rows from the first on, all as long as the longest."""
        width = max((max(line) for line in self.cells.values() if line), default=0)
        every = range(1, max(self.cells, default=0) + 1)
        none: dict[int, str] = {}
        return [
            [self.cells.get(row, none).get(column, "") for column in range(1, width + 1)]
            for row in every
        ]

    def put(self, row: int, column: int, text: str) -> None:
        """Put the text of a cell, or tell where it stands astray."""
        if not text:
            return
        if row > LAST_ROW or column > LAST_COLUMN:
            where = f"a cell stands astray, in row {row:,} and column {column:,}"
            self.odd.append(Oddity(0, 0, where, "Clear it."))
        elif ERROR.fullmatch(text):
            self.tell(row, column, f"the cell shows the error {text}", "Mend what it refers to.")
        elif column in self.cells.setdefault(row, {}):
            self.tell(row, column, "the cell stands twice", "Save the workbook anew.")
        else:
            self.cells[row][column] = text

    def tell(self, row: int, column: int, problem: str, fix: str) -> None:
        """Tell what a cell is; it is as good as filled in."""
        if row <= LAST_ROW and column <= LAST_COLUMN:
            self.odd.append(Oddity(row, column, problem, fix))


def read_book(path: Path) -> tuple[bytes, list[Sheet]]:
    """Read a workbook: its bytes, and its sheets in their order.

    Raises
    ------
    BookError
        With what is wrong with the file, and how to mend it.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            limit = MOST_BYTES // 1_000_000
            raise BookError(f"it is larger than {limit} million bytes", LESS)
        content = path.read_bytes()
    except PermissionError as error:
        raise BookError(
            "it may not be read", "Close it elsewhere, or ask for the right."
        ) from error
    except OSError as error:
        raise BookError(f"it cannot be read ({error.strerror})", "Mend that.") from error
    try:
        return content, _sheets(content)
    except BookError:
        raise
    except DAMAGED as error:
        raise BookError(f"the workbook is damaged ({_first_line(error)})", ANEW) from error


DAMAGED = (  # all that the readers of zips, of XML and of numbers raise of what they cannot read
    zipfile.BadZipFile,
    zlib.error,
    ET.ParseError,
    ArithmeticError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:120]


def _sheets(content: bytes) -> list[Sheet]:
    if content.startswith(OLE):
        locked = "EncryptedPackage".encode("utf-16-le") in content
        if locked:
            raise BookError("it is locked with a password", "Save it without one.")
        raise BookError("it is a workbook of the old kind (.xls)", ANEW)
    if not content:
        raise BookError("it is an empty file, without a single byte", "Save the workbook anew.")
    if MARKED.match(content):
        raise BookError("it is a page of a browser, or XML, and no workbook", ANEW)
    if not content.startswith(b"PK"):
        raise BookError("it is no workbook, whatever its name says", "Save it as .xlsx.")
    with zipfile.ZipFile(BytesIO(content)) as packed:
        parts = _Parts(packed)
        names = set(packed.namelist())
        if "content.xml" in names:
            return list(_ods(parts))
        if "xl/workbook.bin" in names:
            raise BookError("it is a binary workbook (.xlsb)", ANEW)
        if not any(name.endswith("/workbook.xml") for name in names):
            raise BookError("it is a zip file and no workbook", "Name a workbook.")
        return list(_Xlsx(parts).sheets())


class _Parts:
    """The parts of a zip file, unpacked one at a time, within limits."""

    def __init__(self, packed: zipfile.ZipFile) -> None:
        self._packed = packed
        every = packed.infolist()
        names = [part.filename for part in every]
        if len(set(names)) != len(names):
            raise BookError("it holds a part twice", ANEW)
        for part in every:
            large = part.file_size > 1_000_000
            if large and part.file_size > MOST_RATIO * max(part.compress_size, 1):
                raise BookError("it is packed as only a trap is", "Do not trust it.")
        if sum(part.file_size for part in every) > MOST_UNPACKED:
            limit = MOST_UNPACKED // 1_000_000
            raise BookError(f"unpacked it has more than {limit} million bytes", LESS)

    def __contains__(self, name: str) -> bool:
        return name in self._packed.NameToInfo

    def unpacked(self, name: str) -> bytes:
        """Unpack a part; what does not fit its checksum is damaged."""
        if name not in self:
            raise BookError(f"the workbook is damaged (its part {name} is missing)", ANEW)
        return self._packed.read(name)

    def read(self, name: str) -> bytes:
        """Unpack a part of XML that declares nothing."""
        content = self.unpacked(name)
        if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
            raise BookError("it declares entities, as no spreadsheet program does", "Save it anew.")
        return content

    def elements(self, name: str, *tags: str, begun: str = "") -> Iterator[ET.Element]:
        """Yield the elements of some tags, whole, and forget each after its use.

        Those of the tag `begun` are yielded before what they hold.
        """
        for event, element in ET.iterparse(BytesIO(self.read(name)), ("start", "end")):
            tag = _tag(element)
            if event == "start":
                if tag == begun:
                    yield element
            elif tag in tags:
                yield element
                element.clear()
            elif tag == begun:
                element.clear()


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _get(element: ET.Element, name: str) -> str:
    """Return an attribute, in whatever namespace."""
    found = element.get(name)
    if found is None:
        found = next((v for k, v in element.items() if k.rpartition("}")[2] == name), "")
    return found


def _number(text: str) -> str:
    """Write a number as it was typed: whole ones without the decimal that spreadsheets add."""
    value = float(text)
    whole = value.is_integer() and abs(value) < 1e16
    return str(int(value)) if whole else plain_number(repr(value))


DAY_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}  # built in
QUOTED = re.compile(r'"[^"]*"|\\.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|[_*].', re.IGNORECASE)
ESCAPED = re.compile("_x((?:[0-9A-Ca-c]|[DdEeFf](?![89A-Fa-f])|[EeFf])[0-9A-Fa-f]{3})_")
ADDRESS = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


class _Xlsx:
    """A workbook of Office Open XML."""

    def __init__(self, parts: _Parts) -> None:
        self._parts = parts
        root = ET.fromstring(parts.read("_rels/.rels"))
        main = next(r for r in root if _get(r, "Type").endswith("/officeDocument"))
        self._book = _get(main, "Target").lstrip("/")
        place = dirname(self._book)
        links = ET.fromstring(parts.read(join(place, "_rels", f"{self._book.split('/')[-1]}.rels")))
        self._links: dict[str, tuple[str, str]] = {}
        for link in links:
            target = _get(link, "Target")
            if _get(link, "TargetMode") == "External":
                continue
            target = target.lstrip("/") if target.startswith("/") else normpath(join(place, target))
            self._links[_get(link, "Id")] = (_get(link, "Type").rpartition("/")[2], target)

    def sheets(self) -> Iterator[Sheet]:
        root = ET.fromstring(self._parts.read(self._book))
        settings = {_tag(e): e for e in root}
        calculation = settings.get("calcPr")
        self._stale = calculation is not None and _is_true(_get(calculation, "fullCalcOnLoad"))
        properties = settings.get("workbookPr")
        late = properties is not None and _is_true(_get(properties, "date1904"))
        self._epoch = datetime(1904, 1, 1) if late else datetime(1899, 12, 30)
        for element in settings["sheets"]:
            kind, target = self._links[_get(element, "id")]
            if kind == "worksheet":
                yield self._sheet(_get(element, "name"), target)
            else:
                yield Sheet(_get(element, "name"), is_table=False)

    def _part(self, kind: str) -> str:
        return next((target for known, target in self._links.values() if known == kind), "")

    @cached_property
    def _texts(self) -> list[str]:
        name = self._part("sharedStrings")
        return [_text_of(e) for e in self._parts.elements(name, "si")] if name else []

    @cached_property
    def _day_styles(self) -> list[bool]:
        """Whether each style of cells shows days."""
        name = self._part("styles")
        if not name:
            return []
        own: dict[int, bool] = {}
        found: list[bool] = []
        for element in ET.fromstring(self._parts.read(name)):
            if _tag(element) == "numFmts":
                for one in element:
                    code = QUOTED.sub("", _get(one, "formatCode").split(";")[0])
                    own[int(_get(one, "numFmtId"))] = bool(
                        re.search("[dmyhs]", code, re.IGNORECASE)
                    )
            elif _tag(element) == "cellXfs":
                for one in element:
                    number = int(_get(one, "numFmtId") or 0)
                    found.append(own.get(number, number in DAY_FORMATS))
        return found

    def _sheet(self, name: str, part: str) -> Sheet:
        sheet, count, row, column = Sheet(name), 0, 0, 0
        for element in self._parts.elements(part, "c", "mergeCell", begun="row"):
            match _tag(element):
                case "row":
                    row, column = int(_get(element, "r") or row + 1), 0
                case "mergeCell":
                    first, _, last = _get(element, "ref").partition(":")
                    if last and (merged := _address(first)):
                        words = f"the cells {_get(element, 'ref')} are merged"
                        sheet.tell(*merged, words, "Part them, and fill in each.")
                case _:
                    count += 1
                    if count > MOST_CELLS:
                        raise BookError(f"it has more than {MOST_CELLS:,} cells", LESS)
                    row, column = _address(_get(element, "r")) or (row, column + 1)
                    self._cell(sheet, row, column, element)
        return sheet

    def _cell(self, sheet: Sheet, row: int, column: int, element: ET.Element) -> None:
        inside = {_tag(e): e for e in element}
        kind, shown = _get(element, "t") or "n", inside.get("v")
        text = (shown.text or "") if shown is not None else ""
        formula = inside.get("f")
        if formula is not None and kind != "e":
            if (not text and kind != "str") or shown is None:
                sheet.tell(row, column, "the cell is a formula without a value", COMPUTE)
                return
            if self._stale:
                sheet.tell(row, column, "the cell is a formula that was never computed", COMPUTE)
                return
        match kind:
            case "s":
                text = self._texts[int(text)] if text else ""
            case "inlineStr":
                text = _text_of(inside["is"]) if "is" in inside else ""
            case "b":
                text = str(_is_true(text)) if text else ""
            case "n" if text:
                text = self._numeral(text, int(_get(element, "s") or 0))
            case "d":
                text = text.removesuffix("T00:00:00")
            case "e":
                text = text or "#VALUE!"
            case "str":
                text = _unescaped(text)
            case "n":
                pass
            case _:
                raise BookError(f"the workbook is damaged (a cell of kind {kind!r})", ANEW)
        sheet.put(row, column, text.strip())

    def _numeral(self, text: str, style: int) -> str:
        if not self._day_styles or not self._day_styles[style]:
            return _number(text)
        moment = self._epoch + timedelta(days=round(float(text) * 86_400) / 86_400)
        return str(moment.date() if moment.time() == datetime.min.time() else moment)


def _is_true(text: str) -> bool:
    return text in ("1", "true")


def _address(text: str) -> tuple[int, int] | None:
    """Row and column of an address such as B7; None where there is none.

    >>> _address("B7"), _address("XFD1048576"), _address("")
    ((7, 2), (1048576, 16384), None)
    """
    if not text:
        return None
    found = ADDRESS.fullmatch(text)
    if found is None:
        raise BookError(f"the workbook is damaged (a cell at {text!r})", ANEW)
    column = 0
    for letter in found[1]:
        column = 26 * column + ord(letter) - ord("A") + 1
    return int(found[2]), column


def _text_of(element: ET.Element) -> str:
    """Text of a string in parts of several looks; how it is pronounced is left out."""
    parts = []
    for inside in element:
        if _tag(inside) == "t":
            parts.append(inside.text or "")
        elif _tag(inside) == "r":
            parts += [e.text or "" for e in inside if _tag(e) == "t"]
    return _unescaped("".join(parts))


def _unescaped(text: str) -> str:
    r"""Write the characters that XML cannot bear, and returns, as themselves.

    >>> _unescaped("a_x000D_b _x005F_x000D_ _xD800_")
    'a\rb _x000D_ _xD800_'
    """
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _ods(parts: _Parts) -> Iterator[Sheet]:
    """Sheets of a workbook of OpenDocument."""
    manifest = "META-INF/manifest.xml"
    if manifest in parts and b"encryption-data" in parts.unpacked(manifest):
        raise BookError("it is locked with a password", "Save it without one.")
    for table in parts.elements("content.xml", "table"):
        yield _ods_sheet(table)


def _ods_sheet(table: ET.Element) -> Sheet:
    sheet, row, count = Sheet(_get(table, "name")), 1, 0
    for line in (e for e in table.iter() if _tag(e) == "table-row"):
        again = int(_get(line, "number-rows-repeated") or 1)
        column, filled = 1, list[tuple[int, ET.Element]]()
        for cell in line:
            if _tag(cell) not in ("table-cell", "covered-table-cell"):
                continue
            times = int(_get(cell, "number-columns-repeated") or 1)
            if len(cell) or _get(cell, "value-type") or _get(cell, "formula"):
                filled += [(column + k, cell) for k in range(min(times, LAST_COLUMN + 1))]
            column += times
        count += len(filled) * min(again, LAST_ROW + 1)
        if count > MOST_CELLS:
            raise BookError(f"it has more than {MOST_CELLS:,} cells", LESS)
        for k in range(min(again, LAST_ROW + 1) if filled else 0):
            for place, cell in filled:
                _ods_cell(sheet, row + k, place, cell)
        row += again
    return sheet


def _ods_cell(sheet: Sheet, row: int, column: int, cell: ET.Element) -> None:
    kind = _get(cell, "value-type")
    lines = [_spoken(p) for p in cell if _tag(p) == "p"]
    shown = "\n".join(lines).strip()
    name = {"date": "date-value", "boolean": "boolean-value", "time": "time-value"}.get(
        kind, "value"
    )
    value = next((v for k, v in cell.items() if k.endswith(f"office:1.0}}{name}")), "")
    if ERROR.fullmatch(shown):
        text = shown
    elif kind in ("float", "percentage", "currency"):
        text = _number(value) if value else ""
    elif kind == "boolean":
        text = str(_is_true(value)) if value else ""
    elif kind in ("date", "time"):
        text = value.removesuffix("T00:00:00")
    else:
        text = shown or next((v for k, v in cell.items() if k.endswith("}string-value")), "")
    if _get(cell, "formula") and not text and kind != "string":
        sheet.tell(row, column, "the cell is a formula without a value", COMPUTE)
        return
    if kind not in ("", "string") and not text:
        sheet.tell(row, column, "the cell says what it is, and shows no value", COMPUTE)
        return
    spans = [int(_get(cell, f"number-{what}-spanned") or 1) for what in ("columns", "rows")]
    if max(spans) > 1:
        sheet.tell(row, column, "cells are merged", "Part them, and fill in each.")
    sheet.put(row, column, text.strip())


def _spoken(paragraph: ET.Element) -> str:
    """Text of a paragraph, with the blanks and breaks that have elements of their own."""
    parts = [paragraph.text or ""]
    for inside in paragraph:
        match _tag(inside):
            case "s":
                parts.append(" " * min(int(_get(inside, "c") or 1), 1_000))
            case "tab" | "line-break":
                parts.append(" ")
            case "annotation" | "note":
                pass
            case _:
                parts.append(_spoken(inside))
        parts.append(inside.tail or "")
    return "".join(parts)
