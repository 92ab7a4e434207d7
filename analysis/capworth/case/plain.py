"""A plain list of what things cost, as anybody keeps it, to the rows of a case."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from capworth.case.files import read_rows
from capworth.case.numerals import amount_of
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
        When a heading is missing, or an amount is no number or could be two.
    """
    place = Path(path)
    heading, rows = read_rows(place)
    if not rows:
        raise InputError(f"{place.name}: there is no row below the heading. Add one.")
    head = [cell.casefold() for cell in heading]
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
    for number, cells in rows:
        name = cells[at["name"]]
        if not name:
            raise InputError(f"{place.name}, row {number}: the row has no name. Name it.")
        try:
            mode = amount_of(cells[at["amount"]])
        except ValueError as error:
            raise InputError(f"{place.name}, row {number}: {error}. Write 1200000.") from None
        if mode < 0:
            raise InputError(f"{place.name}, row {number}: {mode:g} is below 0. Costs are not.")
        names.setdefault(name, {"name": name})
        line: dict[str, object] = {"capability": name, "mode": mode}
        if "year" in at and cells[at["year"]]:
            line["price_year"] = cells[at["year"]]
        line |= {column: cells[k] for column, k in kept.items() if cells[k]}
        line.setdefault("basis", f"row {number} of {place.name}; nothing more was said of it")
        costs.append(line)
    return {"capabilities": list(names.values()), "costs": costs}
