"""The table criteria with the swings that judges gave, as text ready to be written back."""

import csv
import io
from pathlib import Path

from capworth.case.dictionary import dictionary
from capworth.case.tables import read_raw
from capworth.elicitation import Elicitation
from capworth.errors import InputError

JUDGED = ("swing_low", "swing", "swing_high", "grade", "basis")  # cells that are taken over


def judged_criteria(place: str | Path, found: Elicitation) -> str:
    """Return `criteria.csv` of a case with elicited swings and ranges in it.

    Every other cell stays as it was typed; criteria that nobody judged keep their swing.

    Parameters
    ----------
    place : folder or workbook of the case whose judgements were elicited
    found : of `elicit`

    Raises
    ------
    InputError
        When the case has no table criteria.
    """
    table = read_raw(place).tables.get("criteria")
    if table is None or not table.rows:
        raise InputError(f"{place}: there is no table criteria to put weights into. Add it.")
    swings = found.to_frame()
    used = {column for row in table.rows for column in row.cells}
    columns = [c for c in dictionary()["criteria"] if c in used or c in JUDGED]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    for row in table.rows:
        cells = dict(row.cells)
        if cells["id"] in swings.index:
            judged = swings.loc[cells["id"]]
            points = {c: f"{judged[c]:g}" for c in JUDGED[:3]}
            words = {c: str(judged[c]) for c in JUDGED[3:]}
            cells |= {**points, **words, "source": ""}
        writer.writerow({c: cells.get(c, "") for c in columns})
    return text.getvalue()
