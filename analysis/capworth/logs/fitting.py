"""Whether counted activity fits a case: its capabilities, its sources, its day."""

from collections.abc import Iterator
from pathlib import Path

from capworth.case.model import Case
from capworth.case.read import read_case
from capworth.errors import CaseError, Finding, nearest
from capworth.logs.counting import LoggedActivity


def must_fit(found: LoggedActivity, case: str | Path) -> None:
    """Refuse activity that the case could not hold.

    Raises
    ------
    CaseError
        With every capability and source that the case has not, and every year after its day.
    """
    if faults := tuple(_faults(found, read_case(case))):
        raise CaseError(faults)


def _faults(found: LoggedActivity, case: Case) -> Iterator[Finding]:
    table = found.to_frame()
    known = {
        "capability": case.capability_ids,
        "source": tuple(source.id for source in case.sources),
    }
    for column, names in known.items():
        for name in sorted(set(table[column]) - set(names)):
            problem = f"the case has no {column} {name!r}"
            yield Finding("the log", 0, column, problem, nearest(str(name), names))
    last = case.settings.appraisal_date
    if int(table["year"].max()) > last.year:
        problem = f"{table['year'].max()} is after the appraisal ({last.isoformat()})"
        yield Finding("the log", 0, "time", problem, "Keep those rows for a later case.")
