"""The paper as a Word file, in which ministries comment: titles, paragraphs, lists and tables.

The picture of page 1 is a drawing; every other one stands as the table of its numbers.
"""

from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any

from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from capworth.render.zipped import timeless
from capworth.report.edition import Edition

SIZE = 9.5  # points of the text
WIDE = 176.0  # millimetres between the margins


def write_word(edition: Edition, picture: bytes | None = None) -> bytes:
    """Write one paper; the same edition gives the same bytes.

    Parameters
    ----------
    picture : that of page 1 as PNG; its numbers stand below it as a table all the same
    """
    return timeless(_Word(edition).written(picture), edition.day)


class _Word:
    def __init__(self, edition: Edition) -> None:
        self._edition, self._titles = edition, edition.titles()
        self._rightwards = edition.direction == "rtl"
        self._file = Document()
        page = self._file.sections[0]
        page.page_width, page.page_height = Mm(210), Mm(297)
        page.left_margin = page.right_margin = Mm(17)
        page.top_margin, page.bottom_margin = Mm(16), Mm(20)
        style = self._file.styles["Normal"]
        style.font.name, style.font.size = "Noto Sans", Pt(SIZE)
        style.paragraph_format.space_after = Pt(3)
        known = self._file.core_properties
        known.title, known.author, known.language = edition.title, edition.author, edition.language
        known.comments, known.last_modified_by = "", edition.author

    def written(self, picture: bytes | None) -> bytes:
        for page in self._edition.pages:
            for block in page:
                self._block(block, picture)
        for section in self._edition.sections:
            self._section(section)
        self._file.sections[0].footer.paragraphs[0].text = " · ".join(self._edition.foot)
        packed = BytesIO()
        self._file.save(packed)
        return packed.getvalue()

    # ---------------------------------------------------------------- words

    def _paragraph(self, text: str, style: str = "Normal") -> None:
        if text:
            self._rich(self._file.add_paragraph(style=style), text)

    def _heading(self, text: str, level: int) -> None:
        if text:
            self._rich(self._file.add_heading(level=level), text)

    def _rich(self, paragraph: Any, text: str) -> None:
        """Fill a paragraph; what stands between two pairs of asterisks is bold."""
        for k, part in enumerate(text.split("**")):
            if part:
                run = paragraph.add_run(part)
                run.bold = True if k % 2 else None
                if self._rightwards:
                    run.font.rtl = True
        if self._rightwards:
            paragraph._p.get_or_add_pPr().append(OxmlElement("w:bidi"))

    def _table(self, heads: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
        titles = list(heads)
        told = [[_cell(cell) for cell in row] for row in rows]
        table = self._file.add_table(rows=1, cols=len(titles), style="Light List")
        if self._rightwards:
            table._tblPr.append(OxmlElement("w:bidiVisual"))
        head = table.rows[0]
        head._tr.get_or_add_trPr().append(_repeated())
        for cell, text in zip(head.cells, titles, strict=True):
            self._rich(cell.paragraphs[0], text)
        for row in told:
            added = table.add_row().cells
            for cell, text in zip(added, row, strict=True):
                self._rich(cell.paragraphs[0], text)

    # ---------------------------------------------------------------- blocks

    def _block(self, block: Mapping[str, Any], picture: bytes | None) -> None:
        match block["kind"]:
            case "title":
                self._heading(block["text"], 1)
            case "note":
                self._paragraph(block["text"])
            case "ask" | "steps":
                self._heading(block.get("head", ""), 2)
                for row in block["rows"]:
                    more = row.get("more", "")
                    self._paragraph(f"**{row['head']}** {row['text']}{' ' if more else ''}{more}")
            case "numbers":
                for row in block["rows"]:
                    self._paragraph(f"**{row['value']}** {row['label']}. {row['text']}")
            case "bars":
                self._heading(block["title"], 2)
                if picture is not None:
                    self._file.add_picture(BytesIO(picture), width=Mm(WIDE))
                    self._describe(block["title"])
                self._bars(block)
                self._paragraph(block["note"])
            case "table":
                self._heading(block["title"], 2)
                rows = ([row["head"], *row["cells"]] for row in block["rows"])
                self._table(["", *block["heads"]], rows)
                self._paragraph(block["note"])
            case "list":
                self._heading(block["head"], 2)
                self._paragraph(block["intro"])
                for row in block["rows"]:
                    self._paragraph(row, "List Bullet")
                self._paragraph(block["text"])
            case "paragraph":
                self._heading(block["head"], 2)
                self._paragraph(block["text"])
            case "missing":
                self._heading(block["head"], 2)
                self._paragraph(block["reason"])
            case "words":
                self._paragraph(block["text"])
            case "formula":
                self._paragraph(f"**{block['head']}** {block['text']}")
                self._paragraph(block["alt"])
            case "picture":
                self._paragraph(block["alt"])
                self._paragraph(block["caption"])
            case "grid":
                self._paragraph(block["caption"])
                self._table(block["heads"], block["rows"])
                self._paragraph(block["note"])
            case "heat":
                rows = ([r["name"], *(c["text"] for c in r["cells"])] for r in block["rows"])
                self._table([block["names"], *block["heads"]], rows)
            case "linked":
                self._linked(block)
            case "named":
                self._heading(block["head"], 2)
                self._table(["", ""], block["rows"])
            case _:
                raise ValueError(f"no page holds a block of kind {block['kind']}")

    def _describe(self, text: str) -> None:
        """Give the last picture its text for those who cannot see it."""
        shape = self._file.inline_shapes[len(self._file.inline_shapes) - 1]
        shape._inline.docPr.set("descr", text)

    def _bars(self, block: Mapping[str, Any]) -> None:
        if not block["title"]:  # that of the page is its finding
            self._paragraph(block["axis"])
        self._paragraph(" · ".join(part["text"] for part in block["key"]))
        grouped = [""] if block["grouped"] else []
        rows = (
            [*([group["head"]] if grouped else []), row["name"], *row["cells"]]
            for group in block["groups"]
            for row in group["rows"]
        )
        self._table([*grouped, block["names"], *block["heads"]], rows)

    def _section(self, section: Mapping[str, Any]) -> None:
        self._paragraph(section["topic"])
        self._heading(section["title"], 1)
        for block in section["blocks"]:
            self._block(block, None)

    def _linked(self, block: Mapping[str, Any]) -> None:
        titles = self._titles
        rows = (
            [*row["cells"], "; ".join(titles[name] for name in row["targets"])]
            for row in block["rows"]
        )
        self._table(block["heads"], rows)


def _cell(cell: Any) -> str:
    return f"{cell[0]} ({cell[1]})" if isinstance(cell, tuple | list) else str(cell)


def _repeated() -> Any:
    """The mark of a row that is repeated on every page, and read as the head of its columns."""
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    return mark
