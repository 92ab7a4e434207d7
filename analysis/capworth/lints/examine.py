"""Read a case as a reviewer would."""

from collections.abc import Callable, Iterator

from capworth.case.model import Case
from capworth.lints.benefits import benefit_lints
from capworth.lints.costs import cost_lints
from capworth.lints.evidence import evidence_lints
from capworth.lints.improvements import improvement_lints
from capworth.lints.lint import SEVERITIES, Lint
from capworth.lints.parameters import parameter_lints
from capworth.lints.tree import tree_lints

FAMILIES: tuple[Callable[[Case], Iterator[Lint]], ...] = (
    benefit_lints,
    improvement_lints,
    tree_lints,
    cost_lints,
    evidence_lints,
    parameter_lints,
)


def lint_case(case: Case) -> tuple[Lint, ...]:
    """List what a reviewer would attack, serious things first, then by code and place.

    A lint stops nothing: it is mended, or it is defended in writing. None found does not mean that
    there is nothing to attack: a program sees only what the tables say.
    """
    found = (lint for family in FAMILIES for lint in family(case))
    return tuple(
        sorted(found, key=lambda x: (SEVERITIES.index(x.severity), x.code, x.file, x.rows, x.items))
    )
