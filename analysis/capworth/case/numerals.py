"""How numbers are written: with a decimal point or comma, what could be either, and errors."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence

from capworth.case.dictionary import Column

POINT, COMMA = "point", "comma"  # what parts the decimals, where a case says so
GROUPED = {
    POINT: re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?"),
    COMMA: re.compile(r"[+-]?\d{1,3}(\.\d{3})+(,\d+)?"),
}
DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
DOUBTFUL = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}")  # one thousand two hundred, or a little over one
MUCH = 1_000.0
ERROR = re.compile(r"#(REF|N/A|DIV/0|VALUE|NAME|NUM|NULL|SPILL|CALC)[!?]?|Err:\d{3}", re.IGNORECASE)
TRIPLES = (
    ("low", "mode", "high"),
    ("swing_low", "swing", "swing_high"),
    ("extent_low", "extent", "extent_high"),
    ("transfer_low", "transfer", "transfer_high"),
    ("chance_low", "chance", "chance_high"),
    ("cost_low", "cost_mode", "cost_high"),
    ("contribution_low", "contribution", "contribution_high"),
)


def as_point(text: str, form: str) -> str:
    """Write a number with a decimal point and nothing between its thousands, as a case declared.

    What does not look like a number of that form is left as it is.

    >>> as_point("1.200.000,50", "comma"), as_point("1,200,000.50", "point"), as_point("0,5", "")
    ('1200000.50', '1200000.50', '0,5')
    """
    if form in GROUPED and GROUPED[form].fullmatch(text):
        text = text.replace("," if form == POINT else ".", "")
    if form == COMMA and DECIMAL_COMMA.fullmatch(text):
        text = text.replace(",", ".")
    return text


def plain_number(text: str, form: str = COMMA) -> str:
    """Write a number that nobody typed so that no case reads its decimals as thousands.

    >>> plain_number("0.625"), plain_number("0.625", "point"), plain_number("1200.5")
    ('0.6250', '0.625', '1200.5')
    """
    return f"{text}0" if form == COMMA and GROUPED[COMMA].fullmatch(text) else text


BLANKS = re.compile(r"(?<=\d)[ \u00a0\u202f](?=\d{3}(\D|$))")


def amount_of(text: str) -> float:
    """Read a number as people type it, with commas or blanks between thousands.

    ValueError, in words, of what is none, and of what could be two.

    >>> amount_of("4,200,000.5"), amount_of("4 200 000")
    (4200000.5, 4200000.0)
    """
    plain = as_point(BLANKS.sub("", text), POINT)
    try:
        value = math.nan if "_" in plain else float(plain)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"{text[:40]!r} is not a number")
    if DOUBTFUL.fullmatch(plain) and plain.endswith("000"):
        raise ValueError(f"{text!r} may be {value:g} or {plain.replace('.', '')}")
    return value


def doubtful(
    rows: Sequence[tuple[int, Mapping[str, str]]], columns: Mapping[str, Column], in_book: bool
) -> Iterator[tuple[int, str, str]]:
    """Yield the numbers that may be a thousand times as large: their row, column and text.

    Exactly three decimals after one to three digits are asked about where they are noughts, where
    they are of money, and where others of their row or column are in thousands.

    Parameters
    ----------
    rows : numbers of rows and their cells as typed
    columns : of the table, by name
    in_book : whether cells may hold numbers that nobody typed; those are written shortest
    """
    numbers = [name for name, column in columns.items() if column.kind == "number"]
    beside = {name: set(triple) for triple in TRIPLES for name in triple}
    found = [
        (row, name, cells[name])
        for row, cells in rows
        for name in numbers
        if DOUBTFUL.fullmatch(cells.get(name, "")) and not (in_book and _shortest(cells[name]))
    ]
    if not found:
        return
    by_row = dict(rows)
    large = {name: any(_much(cells.get(name, "")) for _, cells in rows) for name in numbers}
    for row, name, text in found:
        near = beside.get(name, {name})
        thousands = any(_much(by_row[row].get(other, "")) for other in near)
        money = "currency" in columns[name].unit
        if text.endswith(".000") or money or thousands or any(large.get(n) for n in near):
            yield row, name, text


def thousands(cells: Sequence[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Yield the cells of one column that may be a thousand times as large, with their rows."""
    large = any(_much(text) for _, text in cells)
    for row, text in cells:
        if DOUBTFUL.fullmatch(text) and (large or text.endswith(".000")):
            yield row, text


def written_as(value: float) -> str:
    """Write a number as a person would: large ones in full, with commas.

    >>> written_as(26_000_000.0), written_as(26_000_000.5), written_as(0.5), written_as(-1e300)
    ('26,000,000', '26,000,000.50', '0.5', '-1e+300')
    """
    if not 1e6 <= abs(value) < 1e16:
        return f"{value:.10g}"
    return f"{value:,.0f}" if value.is_integer() else f"{value:,.2f}"


def in_brief(value: float, digits: int = 3) -> str:
    """The same with so many digits that count, never as a power of ten.

    >>> in_brief(116_412.0), in_brief(0.04567)
    ('116000', '0.0457')
    """
    return written_as(float(f"{value:.{digits}g}"))


def from_to(low: float, high: float) -> str:
    """Write the two ends of a scale or a range."""
    return f"{written_as(low)} to {written_as(high)}"


def _shortest(text: str) -> bool:
    return repr(float(text)) == text


def _much(text: str) -> bool:
    try:
        return abs(float(text)) >= MUCH
    except ValueError:
        return False
