"""What each policing data-exchange capability costs, what it adds, and what to fund first.

>>> from capworth import read_case, run_study  # doctest: +SKIP
>>> study = run_study(read_case("data/interpol-2019"))  # doctest: +SKIP
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from capworth.case.model import Case
    from capworth.case.read import check_case, read_case
    from capworth.case.template import write_template
    from capworth.errors import CapworthError, CaseError, Finding, InputError
    from capworth.excellence.envelopment import envelopment
    from capworth.excellence.productivity import productivity
    from capworth.multicriteria.acceptability import RankAcceptability, rank_acceptability
    from capworth.multicriteria.contributions import explain
    from capworth.programme.priorities import rank_sets
    from capworth.programme.table import BestProgramme, best_programme
    from capworth.study.scorecard import scorecard
    from capworth.study.stages import Study, run_study

    __version__: str

_HOME = {
    "BestProgramme": "programme.table",
    "CapworthError": "errors",
    "Case": "case.model",
    "CaseError": "errors",
    "Finding": "errors",
    "InputError": "errors",
    "RankAcceptability": "multicriteria.acceptability",
    "Study": "study.stages",
    "best_programme": "programme.table",
    "check_case": "case.read",
    "envelopment": "excellence.envelopment",
    "explain": "multicriteria.contributions",
    "productivity": "excellence.productivity",
    "rank_acceptability": "multicriteria.acceptability",
    "rank_sets": "programme.priorities",
    "read_case": "case.read",
    "run_study": "study.stages",
    "scorecard": "study.scorecard",
    "write_template": "case.template",
}
__all__ = [
    "BestProgramme",
    "CapworthError",
    "Case",
    "CaseError",
    "Finding",
    "InputError",
    "RankAcceptability",
    "Study",
    "best_programme",
    "check_case",
    "envelopment",
    "explain",
    "productivity",
    "rank_acceptability",
    "rank_sets",
    "read_case",
    "run_study",
    "scorecard",
    "write_template",
]


def __getattr__(name: str) -> Any:
    """Import a name of the front door when it is first asked for, so that the import is fast."""
    if name == "__version__":
        from importlib.metadata import version

        return version("capworth")
    if name not in _HOME:
        raise AttributeError(f"capworth has no {name!r}")
    return getattr(import_module(f"capworth.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
