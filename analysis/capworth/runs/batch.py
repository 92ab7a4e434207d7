"""Many runs one after the other, of cases and of their scenarios, and a row for each."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from capworth.case.files import write
from capworth.case.model import Case
from capworth.case.read import read_case
from capworth.errors import CapworthError, InputError
from capworth.model.simulation import Progress
from capworth.runs.run import DEFAULT, must_lie_outside, run
from capworth.study.scorecard import row_of
from capworth.study.tables import as_csv

TABLE = "batch.csv"
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of many runs.

    Attributes
    ----------
    table : a row for each run that was made, by the name of its folder: what `capworth scenarios`
        shows of it
    faults : name of a run that could not be made -> why not
    """

    table: pd.DataFrame
    faults: dict[str, str]


def run_batch(
    cases: Sequence[str | Path],
    out: str | Path,
    scenarios: bool = False,
    draws: int | None = None,
    languages: Sequence[str] = (),
    workers: int = 1,
    formats: Sequence[str] = DEFAULT,
    executor: Executor | None = None,
    resume: bool = False,
    progress: Progress | None = None,
    tell: Tell | None = None,
) -> Batch:
    """Run cases one after the other, each into a folder of its name, and write a row of each.

    A case that cannot be computed keeps no other from being run.

    Parameters
    ----------
    cases : folders, workbooks, or names of cases that come with the package
    out : folder that gets a run folder for each, and `batch.csv`
    scenarios : also each case under each of its scenarios, as NAME-SCENARIO: a sweep
    draws, languages, workers, formats, executor, resume, progress : as of `run`
    tell : told a sentence of each run when it is done

    Raises
    ------
    InputError
        When two runs would have one name; nothing is then begun.
    """
    asked, faults = _asked(cases, out, scenarios)
    rows: dict[str, dict[str, Any]] = {}
    plain = None
    for name, case in asked.items():
        if not case.scenario:
            plain = None
        try:
            study = run(
                case,
                Path(out) / name,
                draws,
                languages=languages,
                workers=workers,
                progress=progress,
                formats=formats,
                executor=executor,
                resume=resume,
            )
        except CapworthError as error:
            faults[name] = str(error)
            continue
        plain = plain or study
        rows[name] = row_of(study, plain, case.scenario)
        if tell:
            tell(f"{name}: {rows[name]['chosen'] or 'nothing'} is chosen")
    table = pd.DataFrame(list(rows.values()), index=pd.Index(list(rows), name="run"))
    if rows:
        write(Path(out) / TABLE, as_csv(table))
    return Batch(table, faults)


def _asked(
    cases: Sequence[str | Path], out: str | Path, scenarios: bool
) -> tuple[dict[str, Case], dict[str, str]]:
    """Read every case before any is run."""
    asked: dict[str, Case] = {}
    faults: dict[str, str] = {}
    for place in cases:
        must_lie_outside(place, out)
        try:
            case = read_case(place)
            sweep = case.scenarios if scenarios else ()
            found = [case, *(case.with_scenario(scenario.id) for scenario in sweep)]
        except CapworthError as error:
            faults[str(place)] = str(error)
            continue
        for one in found:
            name = "-".join(filter(None, (case.settings.name, one.scenario)))
            if name in asked:
                raise InputError(f"{place}: another case is called {name!r} too. Rename one.")
            asked[name] = one
    return asked, faults
