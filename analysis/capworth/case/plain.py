"""A plain list of what things cost, as anybody keeps it, to the rows of a case."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from capworth.case.files import read_text
from capworth.errors import InputError, nearest

MEANT = {  # words of a heading, in small letters
    "name": ("name", "service", "capability", "item", "nom", "nombre", "الاسم"),
    "amount": ("amount", "cost", "mode", "montant", "coût", "importe", "costo", "المبلغ"),
    "year": ("year", "price_year", "année", "año", "السنة"),
}
Row = Mapping[str, object]


def read_plain(path: str | Path) -> Mapping[str, Sequence[Row]]:
    """Read a table of name, amount and year, one thing a row, as capabilities and their costs.

    Other columns that a cost line has, such as `grade` or `basis`, are taken along; the rest is
    left. Amounts are a year.

    Raises
    ------
    InputError
        When a heading is missing, or an amount is no number.
    """
    place = Path(path)
    lines = list(csv.reader(io.StringIO(read_text(place), newline="")))
    rows = [row for row in lines if any(cell.strip() for cell in row)]
    if len(rows) < 2:
        raise InputError(f"{place.name}: there is no row below the heading. Add one.")
    head = [cell.strip().casefold() for cell in rows[0]]
    at: dict[str, int] = {}
    for what, words in MEANT.items():
        found = next((k for k, cell in enumerate(head) if cell in words), None)
        if found is not None:
            at[what] = found
        elif what != "year":
            hint = nearest(what, head)
            raise InputError(f"{place.name}: no column is called {what!r}. {hint}")
    kept = {c: head.index(c) for c in ("category", "payer", "grade", "basis") if c in head}
    names: dict[str, Row] = {}
    costs = []
    for number, row in enumerate(rows[1:], start=2):
        cells = [cell.strip() for cell in [*row, *[""] * len(head)]]
        name, amount = cells[at["name"]], cells[at["amount"]].replace(" ", "").replace(",", "")
        if not name:
            raise InputError(f"{place.name}, row {number}: the row has no name. Name it.")
        try:
            mode = float(amount)
        except ValueError:
            problem = f"{cells[at['amount']]!r} is no amount"
            raise InputError(f"{place.name}, row {number}: {problem}. Write 1200000.") from None
        names.setdefault(name, {"name": name})
        line: dict[str, object] = {"capability": name, "mode": mode}
        if "year" in at and cells[at["year"]]:
            line["price_year"] = cells[at["year"]]
        line |= {column: cells[k] for column, k in kept.items() if cells[k]}
        line.setdefault("basis", f"row {number} of {place.name}; nothing more was said of it")
        costs.append(line)
    return {"capabilities": list(names.values()), "costs": costs}
