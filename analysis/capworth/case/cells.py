"""One cell at a time: from typed text to a value, or a fault that says how to mend it."""

import math
import re
from collections.abc import Collection, Mapping
from datetime import date

from capworth.case.dictionary import Column
from capworth.case.register import bias_classes, is_combined, is_constant, schedules
from capworth.errors import nearest

KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
GRADES = ("A", "B", "C", "D", "E")


class BadCellError(ValueError):
    """A cell that cannot be used: `args` are what is wrong and how to mend it."""


def read_cell(text: str, column: Column, known: Mapping[str, Collection[str]]) -> object:
    """Turn the text of a cell into the value that its column promises.

    Parameters
    ----------
    text : the cell as typed, without blanks around it
    column : what the data dictionary says of it
    known : for each table that can be referred to, the keys it holds

    Raises
    ------
    BadCellError
        With the fault and its cure.
    """
    if not text:
        if column.required:
            raise BadCellError("the cell is empty", f"It needs {column.meaning}.")
        return None
    match column.kind:
        case "number":
            return _within(_number(text), column)
        case "whole" | "year":
            return int(_within(_whole(text, column), column))
        case "flag":
            return _word(text, ("yes", "no")) == "yes"
        case "grade":
            return _word(text, GRADES)
        case "choice":
            return _word(text, column.options)
        case "ref":
            return _word(text, known.get(column.options[0], ()))
        case "refs":
            return tuple(_word(word, known.get(column.options[0], ())) for word in text.split())
        case "bias":
            return text if is_combined(text) else _word(text, bias_classes())
        case "schedule":
            return text if is_constant(text) else _word(text, schedules())
        case "key":
            if not KEY.fullmatch(text):
                raise BadCellError(
                    f"{text!r} is not a short name",
                    "Use letters, digits, '-', '_' or '.', without blanks.",
                )
            return text
        case "date":
            return _date(text)
        case _:
            return text


def _word(text: str, allowed: Collection[str]) -> str:
    if text not in allowed:
        raise BadCellError(f"{text!r} is not known", nearest(text, allowed))
    return text


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise BadCellError(
            f"{text!r} is not a number", "Write it like 1200000.50, without blanks or commas."
        ) from None
    if "_" in text or not math.isfinite(value):
        raise BadCellError(f"{text!r} is not a finite number", "Write it like 1200000.50.")
    return value


def _whole(text: str, column: Column) -> float:
    value = _number(text)
    if not value.is_integer():
        raise BadCellError(f"{text!r} is not a whole number", f"The unit is {column.unit}.")
    return value


def _within(value: float, column: Column) -> float:
    unit = f" The unit is: {column.unit}." if column.unit else ""
    if column.lowest is not None and value < column.lowest:
        raise BadCellError(f"{value:g} is below {column.lowest:g}", f"Raise it.{unit}")
    if column.highest is not None and value > column.highest:
        raise BadCellError(f"{value:g} is above {column.highest:g}", f"Lower it.{unit}")
    return value


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadCellError(f"{text!r} is not a day", "Write it like 2019-12-31.") from None
