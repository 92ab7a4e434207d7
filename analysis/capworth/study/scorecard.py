"""Futures side by side: the case as it is, and each of its scenarios, on one row each.

The programme, the first priority and the headline figures under every scenario; nothing is chosen
between them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from capworth.case.model import Case, Scenario
from capworth.errors import InputError, nearest
from capworth.model.figures import PROGRAMME, QUANTILE, SHARE, Column, Figure, columns, word
from capworth.model.result import Answer, Provenance
from capworth.model.simulation import KEPT, Progress
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
    draws : in which the scenarios are answered
    confidence : at which the money must be enough; None where there is no budget
    """

    _table: pd.DataFrame
    impossible: tuple[str, ...]
    draws: int
    confidence: float | None
    provenance: Provenance

    @property
    def always(self) -> tuple[str, ...]:
        """Improvements that are in the programme of every future, in the order of the case."""
        kept = [str(row).split() for row in self._table["chosen"]]
        return tuple(i for i in kept[0] if all(i in other for other in kept[1:]))

    def lifts(self) -> Sequence[Column]:
        """How the columns of its table become figures."""
        worth, money = ("effects", "scores", "chain"), ("asked",)
        rows = (
            ("gain", "gain.future", "distance", "gain", worth),
            ("net_m", "net.future", "millions", "net", (*worth, "costs")),
            ("harm_days", "harm.future", "days", "harm", worth),
            ("asked_m", "asked.future", "millions", "asked", money),
            ("needed_m", "needed.future", "millions", "needed", money, QUANTILE),
            ("cost_m", "cost.future", "millions", "cost", ("costs",)),
            ("p_within", "within.future", "chance", "within", money, SHARE),
        )
        return columns("scorecard", *rows, draws="draws", alias=((word(AS_IS), PROGRAMME),))

    def __repr__(self) -> str:
        table, always = self._table, self.always
        words = f"{', '.join(always)} in each" if always else "nothing is in each programme"
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

    Examples
    --------
    >>> from capworth import read_case
    >>> frames = read_case("elicitation-example").to_frames()
    >>> frames["scenarios"] = {"trust": {"name": "Trust counts", "weights": {"trust": 100}}}
    >>> scorecard(read_case(frames), draws=100).to_frame()["first_capability"].to_dict()
    {'as it is': 'FILE', 'trust': 'FILE'}
    """
    with showing(progress) as tell:
        known = _known(case, names)
        first = run_study(case, draws, workers=workers, progress=False, only=PARTS)
        return _side_by_side(first, known, tell, workers)


def scorecard_of(
    study: Study, workers: int = 1, progress: Progress | bool | None = None
) -> Scorecard:
    """Set every scenario of a case beside the study of it, which stands as it is.

    Each is answered in the draws that the study keeps for means and ranges, so that one future
    differs from another by what it assumes and by nothing that was drawn.

    Parameters
    ----------
    study : of a case with scenarios
    workers, progress : as of `run_study`

    Raises
    ------
    InputError
        When the case has no scenario.
    """
    with showing(progress) as tell:
        return _side_by_side(study, _known(study.case, ()), tell, workers)


def _known(case: Case, names: Sequence[str]) -> Mapping[str, Scenario]:
    known = {s.id: s for s in case.scenarios}
    if not known:
        raise InputError("the case has no scenarios. Add scenarios.toml to it.")
    for name in names:
        if name not in known:
            raise InputError(f"the case has no scenario {name!r}. {nearest(name, known)}")
    return {name: known[name] for name in tuple(names) or known}


def _side_by_side(
    first: Study, known: Mapping[str, Scenario], tell: Progress | None, workers: int
) -> Scorecard:
    rows, impossible = [row_of(first, first, "")], []
    draws, seed = min(first.provenance.draws, KEPT), first.provenance.seed
    for done, (name, scenario) in enumerate(known.items(), start=1):
        other = first.case.with_scenario(name)
        study = run_study(other, draws, seed, workers, progress=False, only=PARTS)
        rows.append(row_of(study, first, scenario.name))
        if "programme" in study and not study.programme.feasible:
            impossible.append(name)
        if tell:
            tell("futures", done, len(known))
    table = pd.DataFrame(rows, index=pd.Index([AS_IS, *known], name="scenario"))
    confidence = first.programme.confidence if "programme" in first else None
    return Scorecard(table, tuple(impossible), draws, confidence, first.provenance)


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
