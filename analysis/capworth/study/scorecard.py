"""Futures side by side: the case as it is, and each of its scenarios, on one row each.

The programme, the first priority and the headline figures under every scenario; nothing is chosen
between them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from capworth.case.model import Case
from capworth.errors import InputError, nearest
from capworth.model.figures import Figure
from capworth.model.result import Answer, Provenance
from capworth.model.simulation import Progress
from capworth.study.differences import HEADLINES
from capworth.study.progress import showing
from capworth.study.stages import Study, run_study

AS_IS: Final = "as it is"
PARTS: Final = ("appraisal", "priorities", "programme")
COLUMNS: Final = {
    "gain.programme": "gain",
    "net.programme": "net_m",
    "harm.programme": "harm_days",
    "asked.programme": "asked_m",
    "needed.programme": "needed_m",
    "within.programme": "p_within",
    "cost.programme": "cost_m",
}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Scorecard(Answer):
    """One row for each future: what is chosen, what that costs and brings, what comes first.

    Attributes
    ----------
    impossible : scenarios under which no set keeps all rules
    """

    _table: pd.DataFrame
    impossible: tuple[str, ...]
    provenance: Provenance

    def __repr__(self) -> str:
        table = self._table
        kept = [set(str(row).split()) for row in table["chosen"]]
        always = set.intersection(*kept) if kept else set()
        order = [i for i in str(table["chosen"].iloc[0]).split() if i in always]
        words = f"{', '.join(order)} in each" if order else "nothing is in each programme"
        return f"<Scorecard: {len(table)} futures; {words}>"


def scorecard(
    case: Case,
    names: Sequence[str] = (),
    draws: int | None = None,
    workers: int = 1,
    progress: Progress | bool | None = None,
) -> Scorecard:
    """Answer what is chosen, and what comes first, under each scenario of a case.

    Parameters
    ----------
    case : with scenarios (`scenarios.toml`)
    names : of scenarios; all when empty
    draws, workers, progress : as of `run_study`

    Returns
    -------
    A row for the case as it is, then one for each scenario: `chosen`, the improvements in the
    programme; `into` and `out`, those in which it differs from the case as it is; `gain`, `net_m`,
    `harm_days`, `asked_m`, `needed_m` and `cost_m` of the programme, `p_within` the budget;
    `first_capability` in value for money and `first_improvement` in priority, each with its
    probability.

    Raises
    ------
    InputError
        When the case has no scenario, or none of that name.
    """
    known = {s.id: s for s in case.scenarios}
    if not known:
        raise InputError("the case has no scenarios. Add scenarios.toml to it.")
    for name in names:
        if name not in known:
            raise InputError(f"the case has no scenario {name!r}. {nearest(name, known)}")
    wanted = tuple(names) or tuple(known)
    cases = {AS_IS: case} | {name: case.with_scenario(name) for name in wanted}
    rows: list[dict[str, Any]] = []
    impossible = []
    first: Study | None = None
    with showing(progress) as tell:
        for done, (name, one) in enumerate(cases.items(), start=1):
            study = run_study(one, draws, workers=workers, progress=False, only=PARTS)
            first = first or study
            rows.append(row_of(study, first, known[name].name if name in known else ""))
            if "programme" in study and not study.programme.feasible:
                impossible.append(name)
            if tell:
                tell("futures", done, len(cases))
    assert first is not None  # the case as it is comes first
    table = pd.DataFrame(rows, index=pd.Index(list(cases), name="scenario"))
    return Scorecard(table, tuple(impossible), first.provenance)


def row_of(study: Study, first: Study, name: str) -> dict[str, Any]:
    """Make the row of one future, beside the first; the title of the case where it has no name."""
    row: dict[str, Any] = {"name": name or study.case.settings.title}
    mine, theirs = (s.programme.chosen if "programme" in s else () for s in (study, first))
    row |= {
        "chosen": " ".join(mine),
        "into": " ".join(i for i in mine if i not in theirs),
        "out": " ".join(i for i in theirs if i not in mine),
    }
    figures: dict[str, Figure] = {}
    if "programme" in study:
        for figure in study.programme.figures():  # the first of an id has its range
            if figure.id in HEADLINES:
                figures.setdefault(figure.id, figure)
    for name_of_figure, column in COLUMNS.items():
        found = figures.get(name_of_figure)
        row[column] = None if found is None else found.value
        if column != "p_within" and column != "needed_m" and column != "asked_m":
            row |= {
                f"{column}_low": None if found is None else found.low,
                f"{column}_high": None if found is None else found.high,
            }
    for part, what in (("appraisal", "capability"), ("priorities", "improvement")):
        shares = study.answer(part).rank_acceptability().iloc[:, 0] if part in study else None
        label = None if shares is None else shares.idxmax()
        row |= {
            f"first_{what}": label,
            f"p_first_{what}": None if shares is None else float(shares.max()),
        }
    return row
