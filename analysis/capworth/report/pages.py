"""How a block is said: the one walk that every renderer takes.

A page is a tuple of blocks without a language, a sheet of the annex one with its finding above it.
They are put into words as plain data of which every string still knows its figures; PDF, HTML,
workbook, Word and console print that data.
"""

from collections.abc import Iterable
from typing import Any

from capworth.report.bars import Bars
from capworth.report.blocks import (
    Ask,
    Block,
    Formula,
    Grid,
    Heat,
    Linked,
    List,
    Missing,
    Named,
    Note,
    Numbers,
    Paragraph,
    Picture,
    Sheet,
    Steps,
    Table,
    Title,
    Words,
)
from capworth.report.content import Voice, said, spoken


def said_page(page: Iterable[Block], voice: Voice) -> list[dict[str, Any]]:
    """Say every block of a page, in its order."""
    return [said_block(block, voice) for block in page]


def said_sheet(sheet: Sheet, voice: Voice) -> dict[str, Any]:
    """Say a sheet of the annex: its topic, its finding, its blocks."""
    return {
        "name": sheet.name,
        "breaks": sheet.breaks,
        "topic": said(sheet.topic, voice),
        "title": said(sheet.title, voice),
        "blocks": said_page(sheet.blocks, voice),
    }


def said_block(block: Block, voice: Voice) -> dict[str, Any]:
    """Say one block: its kind, its name on the page where it has one, and its words."""
    kind = type(block).__name__.lower()

    def told(*names: str, **more: Any) -> dict[str, Any]:
        words = {name: spoken(getattr(block, name), voice) for name in names}
        return {"kind": kind, **more, **words}

    match block:
        case Title() | Note():
            return told("text", id=kind)
        case Ask():
            return {"kind": "ask", "id": "box", "rows": _lines(block.rows, voice)}
        case Numbers():
            keys = ("value", "label", "text")
            rows = [dict(zip(keys, spoken(row, voice), strict=True)) for row in block.rows]
            return {"kind": "numbers", "id": "numbers", "rows": rows}
        case Bars():
            return {"id": "picture", **block.drawn(voice)}
        case Table():
            rows = [
                {"head": said(head, voice), "cells": spoken(cells, voice)}
                for head, cells in block.rows
            ]
            return told("title", "heads", "note", id=block.id, marked=block.marked, rows=rows)
        case Paragraph():
            return told("head", "text", id=block.id)
        case List():
            return told("head", "intro", "rows", "text", id=block.id)
        case Steps():
            return told("head", id=block.id, rows=_lines(block.rows, voice))
        case Missing():
            found = told("head", "reason", id=block.id)
            if not found["reason"].strip():
                raise ValueError(f"{block.id} is missing, and no reason is given")
            return found
        case Grid():
            look = {"words": block.words, "weights": block.weights, "marked": block.marked}
            return told("caption", "heads", "rows", "note", **look)
        case Heat():
            rows = [
                {
                    "name": said(name, voice),
                    "cells": [{"text": said(c, voice), "share": share} for c, share in cells]
                    or [{"text": "", "share": 0.0} for _ in block.heads],
                }
                for name, cells in block.rows
            ]
            return told("names", "heads", rows=rows)
        case Words():
            return told("text", small=block.small)
        case Linked():
            rows = [{"cells": spoken(c, voice), "targets": names} for c, names in block.rows]
            return told("heads", rows=rows)
        case Named():
            return told("head", "rows")
        case Formula():
            return told("alt", "head", "text", formula=block.name)
        case Picture():
            return told("alt", "caption", chart=block.chart)


def _lines(rows: Iterable[tuple[Any, ...]], voice: Voice) -> list[dict[str, Any]]:
    return [dict(zip(("head", "text", "more"), spoken(row, voice), strict=False)) for row in rows]
