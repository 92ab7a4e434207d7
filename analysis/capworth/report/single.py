"""A document of one page: rows that may be left out give way until the page holds all the rest."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import Any

from capworth.errors import InputError
from capworth.language.language import Language
from capworth.language.numbers import Amount
from capworth.report.bars import OUTLINE, SOLID, scale
from capworth.report.pdf import set_document

TEMPLATE = "single.typ"
OVERFLOW = "page overflows"  # said by the template


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


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a picture: its name, the numbers at its end, its bar with a range."""

    name: str
    cells: tuple[str, ...]
    amount: Amount | None  # None where it is not known: no bar is drawn
    mine: bool  # whether its bar is filled; the others are outlined


def picture(
    words: Mapping[str, Any], rows: Sequence[Row], language: Language, spare: int = 0
) -> dict[str, Any]:
    """Rows of bars on one scale from nought, as plain data; see `bars`.

    Parameters
    ----------
    words : title, axis, names, heads and note
    rows : from the first to the last
    spare : outlined rows at the end that a full page leaves out, and counts in one line
    """
    low, high, ticks = scale((row.amount for row in rows if row.amount), True)

    def at(value: float) -> float:
        return (value - low) / (high - low)

    return {
        **words,
        "spare": spare,
        "left_out": [language.say("and_more", count=count + 1) for count in range(spare)],
        "mark": "bar",
        "grouped": False,
        "wide": False,
        "zero": at(0.0),
        "ticks": [{"at": at(tick), "text": language.tick(tick)} for tick in ticks],
        "groups": [
            {
                "fill": SOLID if row.mine else OUTLINE,
                "rows": [{"name": row.name, "cells": row.cells, "bar": _bar(row.amount, at)}],
            }
            for row in rows
        ],
    }


def _bar(amount: Amount | None, at: Callable[[float], float]) -> dict[str, Any] | None:
    if amount is None or not all(map(isfinite, amount)):
        return None
    return {"at": at(amount.middle), "low": at(amount.low), "high": at(amount.high), "parts": ()}
