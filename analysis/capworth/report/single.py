"""A document of one page: rows that may be left out give way until the page holds all the rest."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from capworth.errors import InputError
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
