"""The paper in the terminal: every block as lines of text, no wider than the window."""

from collections.abc import Iterable, Iterator, Mapping
from textwrap import fill
from typing import Any
from unicodedata import category

WIDTH = 88  # letters of a line where the window does not say
GAP = 2  # spaces between two columns
NARROW = 34  # letters of a name beside numbers
FEW = 2  # columns of a table that wraps


def write_text(pages: Iterable[Iterable[Mapping[str, Any]]], width: int = WIDTH) -> str:
    """Write the said blocks of some pages as text.

    Parameters
    ----------
    pages : blocks page by page, as `said_page` gives them
    width : letters of a line
    """
    parts = ("\n\n".join(_block(block, width) for block in page) for page in pages)
    rule = f"\n\n{'─' * width}\n\n"
    return plain(rule.join(parts)) + "\n"


def as_page(sheet: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Blocks of a sheet of the annex under its finding, by which name it is asked for."""
    topic = {"kind": "words", "text": f"{sheet['topic']} · {sheet['name']}"}
    return [topic, {"kind": "title", "text": sheet["title"]}, *sheet["blocks"]]


def plain(text: str) -> str:
    """A text without the marks of bold type.

    >>> plain("**To raise**, expected")
    'To raise, expected'
    """
    return text.replace("**", "")


def _block(block: Mapping[str, Any], width: int) -> str:
    return "\n".join(filter(None, _lines(block, width)))


def _lines(block: Mapping[str, Any], width: int) -> Iterator[str]:
    match block["kind"]:
        case "title":
            yield fill(block["text"].upper(), width)
        case "note":
            yield fill(block["text"], width)
        case "ask":
            yield _pairs(block["rows"], width)
        case "numbers":
            for row in block["rows"]:
                yield fill(f"{row['value']} {row['label']}. {row['text']}", width)
        case "bars":
            yield from _picture(block, width)
        case "table":
            yield _head(block["title"], width)
            rows = [["", *block["heads"]]]
            rows += [[row["head"], *map(_cell, row["cells"])] for row in block["rows"]]
            yield _table(rows, width)
            yield fill(block["note"], width) if block["note"] else ""
        case "list":
            yield _head(block["head"], width) if block["head"] else ""
            yield fill(block["intro"], width) if block["intro"] else ""
            yield "\n".join(
                fill(row, width, initial_indent="· ", subsequent_indent="  ")
                for row in block["rows"]
            )
            yield fill(block["text"], width) if block["text"] else ""
        case "steps":
            yield _head(block["head"], width)
            yield _pairs(block["rows"], width)
        case "paragraph":
            yield _head(block["head"], width)
            yield fill(block["text"], width)
        case "words":
            yield fill(block["text"], width)
        case "grid":
            yield _head(block["caption"], width) if block["caption"] else ""
            rows = [[*block["heads"]], *(list(map(_cell, row)) for row in block["rows"])]
            yield _table(rows, width, block["words"], " · ")
            yield fill(block["note"], width) if block["note"] else ""
        case "heat":
            rows = [[block["names"], *block["heads"]]]
            rows += [
                [row["name"], *(cell["text"] for cell in row["cells"])] for row in block["rows"]
            ]
            yield _table(rows, width)
        case "linked":
            yield fill(" · ".join(filter(None, block["heads"])), width)
            for row in block["rows"]:
                told = [*filter(None, row["cells"]), ", ".join(row["targets"])]
                yield fill(" · ".join(filter(None, told)), width, subsequent_indent="    ")
        case "named":
            yield _head(block["head"], width)
            yield _table(
                [["", ""], *([key or "", name] for key, name in block["rows"])], width, FEW
            )
        case "formula":
            yield fill(f"{block['head']} {block['alt']} {block['text']}", width)
        case "picture":
            yield fill(block["alt"], width)
            yield fill(block["caption"], width)
        case "missing":
            yield _head(block["head"], width)
            yield fill(block["reason"], width)


def _head(text: str, width: int) -> str:
    return fill(text, width) + "\n" + "─" * min(wide(plain(text)), width)


def _pairs(rows: Iterable[Mapping[str, str]], width: int) -> str:
    """Heads and what is said of them, one below the other."""
    told = []
    for row in rows:
        text = " ".join(filter(None, (row["text"], row.get("more", ""))))
        told.append(fill(f"{row['head']}: {text}", width, subsequent_indent="    "))
    return "\n".join(told)


def _picture(block: Mapping[str, Any], width: int) -> Iterator[str]:
    yield _head(block["title"], width) if block["title"] else ""
    yield fill(" · ".join(part["text"] for part in block["key"]), width)
    rows = [["", block["names"], *block["heads"]]]
    for group in block["groups"]:
        for k, row in enumerate(group["rows"]):
            rows.append([group["head"] if k == 0 else "", row["name"], *map(_cell, row["cells"])])
    yield _table(rows, width, words=FEW)
    yield fill(block["note"], width) if block["note"] else ""


def _cell(cell: Any) -> str:
    return f"{cell[0]} ({cell[1]})" if isinstance(cell, tuple | list) else str(cell)


def _table(rows: list[list[str]], width: int, words: int = 1, between: str = " ") -> str:
    """Columns as wide as their widest cell; where they do not fit, each row as a paragraph."""
    bare = [[plain(cell) for cell in row] for row in rows]
    widths = [max(wide(row[k]) for row in bare) for k in range(len(bare[0]))]
    if sum(widths) + GAP * (len(widths) - 1) > width:
        heads = bare[0]
        told = [between.join(filter(None, heads[:words]))]
        told += [_told(heads, row, words, between) for row in bare[1:]]
        return "\n".join(fill(row, width, subsequent_indent="    ") for row in told if row)
    lines = []
    for row in bare:
        cells = [
            cell + " " * (w - wide(cell)) if k < words else " " * (w - wide(cell)) + cell
            for k, (cell, w) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append((" " * GAP).join(cells).rstrip())
    return "\n".join(lines)


def _told(heads: list[str], row: list[str], words: int, between: str) -> str:
    """One row as a sentence: its head, then each column by its name."""
    head = between.join(filter(None, row[:words]))
    if len(row) == words:
        return head
    rest = (
        f"{name} {cell}".strip()
        for name, cell in zip(heads[words:], row[words:], strict=True)
        if cell
    )
    return f"{head}: {'; '.join(rest)}"


def wide(text: str) -> int:
    r"""How many places of a line a text takes: marks and isolates take none.

    >>> wide("\u206619\u2069")
    2
    """
    return sum(category(letter) not in {"Mn", "Cf"} for letter in text)
