"""Row headers in the tags of a PDF: the label of each row of a table is read before its numbers.

The type setter tags the heads of columns only, and names them in every cell, which hides all other
heads from a reader. Here the first cell of each row of a body becomes a head of its row (TH with
Scope Row; PDF/UA-1, 7.5), and cells find their heads by the scopes, as in any regular table
(ISO 32000-1, 14.8.5.7). Where a picture has groups, whose name stands in the first row only, the
second column is a label too. Nothing but tags of tables changes.
"""

import re
from collections.abc import Iterator

ELEMENT = re.compile(rb"/S/(\w+)")
KIDS = re.compile(rb"/K\[([^\]]*)\]")
KID = re.compile(rb"(\d+) 0 R")
NAMED = re.compile(rb"/Headers\[[^\]]*\]")
BARE = b"<</O/Table>>"
ROW = b"<</O/Table/Scope/Row>>"


def tag_rows(objects: dict[int, bytes]) -> None:
    """Make the labels of all rows of a document heads of their rows.

    Parameters
    ----------
    objects : of the document by their numbers, such as are no streams; changed in place
    """
    kinds = {number: found[1] for number, found in _kinds(objects)}
    rows = {number for number, kind in kinds.items() if kind == b"TR"}
    for number, kind in kinds.items():
        if kind in (b"TD", b"TH"):
            objects[number] = NAMED.sub(b"", objects[number])
        if kind not in (b"TBody", b"Table"):
            continue
        body = [_kids(objects[row]) for row in _kids(objects[number]) if row in rows]
        grouped = any(cells and not _said(objects[cells[0]]) for cells in body)
        for cells in body:
            for cell in cells[: 2 if grouped else 1]:
                if kinds[cell] == b"TD" and _said(objects[cell]):
                    objects[cell] = _head(objects[cell])
    for number, kind in kinds.items():
        if kind == b"TD":
            objects[number] = objects[number].replace(BARE, b"").replace(b"/A[]", b"")


def _kinds(objects: dict[int, bytes]) -> Iterator[tuple[int, re.Match[bytes]]]:
    for number, body in objects.items():
        if body.startswith(b"<</Type/StructElem") and (found := ELEMENT.search(body)):
            yield number, found


def _kids(body: bytes) -> list[int]:
    found = KIDS.search(body)
    return [int(number) for number in KID.findall(found[1])] if found else []


def _said(cell: bytes) -> bool:
    """Whether anything stands in a cell."""
    found = KIDS.search(cell)
    return bool(found and found[1].strip())


def _head(cell: bytes) -> bytes:
    body = cell.replace(b"/S/TD", b"/S/TH", 1)
    if BARE in body:
        return body.replace(BARE, ROW, 1)
    if b"/A[" in body:
        return body.replace(b"/A[", b"/A[" + ROW, 1)
    return body.replace(b"/K[", b"/A[" + ROW + b"]/K[", 1)
