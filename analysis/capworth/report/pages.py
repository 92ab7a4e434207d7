"""Pages as blocks, and how a block is said: the one walk that every renderer takes.

A page is a tuple of blocks without a language. `said_page` puts it into words, as plain data of
which every string still knows its figures; PDF, HTML, workbook, Word and console print that data.
"""

from collections.abc import Iterable
from typing import Any, TypeAlias

from capworth.report.bars import Bars
from capworth.report.content import (
    Ask,
    List,
    Missing,
    Note,
    Numbers,
    Paragraph,
    Steps,
    Table,
    Title,
    Voice,
    said,
    spoken,
)

Block: TypeAlias = Title | Ask | Numbers | Bars | Table | Paragraph | List | Steps | Note | Missing
Page: TypeAlias = tuple[Block, ...]


def said_page(page: Iterable[Block], voice: Voice) -> list[dict[str, Any]]:
    """Say every block of a page, in its order."""
    return [said_block(block, voice) for block in page]


def said_block(block: Block, voice: Voice) -> dict[str, Any]:
    """Say one block: its kind, its name on the page, and its words."""
    match block:
        case Title() | Note():
            kind = type(block).__name__.lower()
            return {"kind": kind, "id": kind, "text": said(block.text, voice)}
        case Ask():
            return {"kind": "ask", "id": "box", "rows": _lines(block.rows, voice)}
        case Numbers():
            keys = ("value", "label", "text")
            rows = [dict(zip(keys, spoken(row, voice), strict=True)) for row in block.rows]
            return {"kind": "numbers", "id": "numbers", "rows": rows}
        case Bars():
            return {"id": "picture", **block.drawn(voice)}
        case Table():
            return {
                "kind": "table",
                "id": block.id,
                "title": said(block.title, voice),
                "heads": spoken(block.heads, voice),
                "marked": block.marked,
                "rows": [
                    {"head": said(head, voice), "cells": spoken(cells, voice)}
                    for head, cells in block.rows
                ],
                "note": spoken(block.note, voice),
            }
        case Paragraph():
            text = said(block.text, voice)
            return {"kind": "paragraph", "id": block.id, "head": said(block.head, voice)} | {
                "text": text,
            }
        case List():
            return {
                "kind": "list",
                "id": block.id,
                **{k: spoken(getattr(block, k), voice) for k in ("head", "intro", "rows", "text")},
            }
        case Steps():
            head = said(block.head, voice)
            rows = _lines(block.rows, voice)
            return {"kind": "steps", "id": block.id, "head": head, "rows": rows}
        case Missing():
            head, reason = said(block.head, voice), said(block.reason, voice)
            if not reason.strip():
                raise ValueError(f"{block.id} is missing, and no reason is given")
            return {"kind": "missing", "id": block.id, "head": head, "reason": reason}


def _lines(rows: Iterable[tuple[Any, ...]], voice: Voice) -> list[dict[str, Any]]:
    return [dict(zip(("head", "text", "more"), spoken(row, voice), strict=False)) for row in rows]
