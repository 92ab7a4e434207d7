"""A document of one page: rows that may be left out give way until the page holds all the rest."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from capworth.errors import InputError
from capworth.report.bars import Bars
from capworth.report.blocks import Ask, List, Numbers
from capworth.report.content import Cell, Text, Voice, spoken
from capworth.report.pages import said_block
from capworth.report.pdf import set_document

TEMPLATE = "single.typ"
OVERFLOW = "page overflows"  # said by the template


@dataclass(frozen=True, slots=True)
class Fitted:
    """A table of which a full page leaves out the last rows.

    Attributes
    ----------
    rows : cells; one of None is left to be written in
    widths : of each column against the others; 0: as wide as its widest number
    words : how many columns, from the first, are words
    spare : how many of its last rows may be left out
    left_out : what is said in the stead of one row, of two and so on; nothing where it is empty
    """

    title: Text
    heads: tuple[Text, ...]
    rows: tuple[tuple[Cell | None, ...], ...]
    widths: tuple[float, ...]
    words: int = 1
    note: Text | None = None
    spare: int = 0
    left_out: tuple[Text, ...] = ()

    def said(self, voice: Voice) -> dict[str, Any]:
        """Say its words; what is left to be written in stays None."""
        return {
            **{name: spoken(getattr(self, name), voice) for name in ("title", "heads", "note")},
            "rows": [
                [None if cell is None else spoken(cell, voice) for cell in row] for row in self.rows
            ],
            "left_out": spoken(self.left_out, voice),
            **{name: getattr(self, name) for name in ("widths", "words", "spare")},
        }


@dataclass(frozen=True, slots=True)
class Single:
    """What stands on the page, without a language.

    Attributes
    ----------
    topic, title : of the running head
    heading : its finding
    foot : lines at its end
    long : whether more pages may follow
    """

    topic: Text
    title: Text
    heading: Text
    lines: Ask
    foot: tuple[Text, ...]
    numbers: Numbers | None = None
    picture: Bars | None = None
    tables: tuple[Fitted, ...] = ()
    columns: tuple[List, ...] = ()
    note: Text | None = None
    long: bool = False

    def said(self, voice: Voice) -> dict[str, Any]:
        """Put everything that the template prints into words, as plain data."""
        settings, language = voice.case.settings, voice.language
        day = settings.appraisal_date
        return {
            "language": language.code,
            "direction": language.direction,
            "author": language.typeset(settings.in_language("organisation", language.code)),
            "date": [day.year, day.month, day.day],
            **{
                name: spoken(getattr(self, name), voice)
                for name in ("topic", "title", "heading", "foot", "note")
            },
            "lines": said_block(self.lines, voice)["rows"],
            "numbers": said_block(self.numbers, voice)["rows"] if self.numbers else [],
            "picture": self.picture.drawn(voice) if self.picture else None,
            "tables": [table.said(voice) for table in self.tables],
            "columns": [
                {"head": spoken(part.head, voice), "rows": spoken(part.rows, voice)}
                for part in self.columns
            ],
            "long": self.long,
        }


def set_single(content: Mapping[str, Any], day: date, name: str = "the document") -> bytes:
    """Set a page, with as many of its rows as it holds; sizes never shrink.

    Parameters
    ----------
    content : everything that the template prints; a picture and a table say in `spare` how many of
        their last rows may be left out
    day, name : as of `set_document`

    Raises
    ------
    InputError
        When even the least does not fit, or a name holds a letter that no font has.
    """
    parts = [*content["tables"], *([content["picture"]] if content["picture"] else [])]
    most = max((part["spare"] for part in parts), default=0)
    for fewer in range(most + 1):
        try:
            return set_document(TEMPLATE, {**content, "fewer": fewer}, day, name)
        except InputError as error:
            if OVERFLOW not in str(error):
                raise
            if fewer == most:
                longest = max((text for row in content["lines"] for text in row.values()), key=len)
                raise InputError(
                    f"{name} ({content['language']}) does not fit on one page. Shorten the names "
                    f"of the case that stand in it; its longest text: {longest!r}."
                ) from error
    raise AssertionError("unreachable")
