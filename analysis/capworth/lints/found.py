"""Every lint of a case, in the order in which they are told; the reference page of the lints."""

from collections.abc import Callable, Iterable, Iterator

from capworth.case.model import Case
from capworth.lints.costs import cost_lints
from capworth.lints.evidence import evidence_lints, parameter_lints
from capworth.lints.improvements import improvement_lints
from capworth.lints.lint import SEVERITIES, Lint, catalogue
from capworth.lints.magnitudes import magnitude_lints
from capworth.lints.objective import objective_lints
from capworth.lints.value import benefit_lints, tree_lints

FAMILIES: tuple[Callable[[Case], Iterator[Lint]], ...] = (
    benefit_lints,
    improvement_lints,
    tree_lints,
    objective_lints,
    cost_lints,
    evidence_lints,
    magnitude_lints,
    parameter_lints,
)


def lint_case(case: Case) -> tuple[Lint, ...]:
    """List what a reviewer would attack, serious things first, then by code and place.

    A lint stops nothing: it is mended, or it is defended in writing. None found does not mean that
    there is nothing to attack: a program sees only what the tables say.
    """
    return in_order(lint for family in FAMILIES for lint in family(case))


def in_order(lints: Iterable[Lint]) -> tuple[Lint, ...]:
    """Put serious things first, then by code and place."""
    return tuple(
        sorted(lints, key=lambda x: (SEVERITIES.index(x.severity), x.code, x.file, x.rows, x.items))
    )


HEAD = """\
# What a reviewer would attack

`capworth check` lists these of a case that can be computed; the report prints them. A lint stops
nothing: mend it, or defend it in writing. None found does not mean that there is nothing to attack.
*serious*: it flatters the answer or counts twice. *look*: it must be defended.

| code | what it sees | why it matters | how to mend it |
| --- | --- | --- | --- |
"""


def lints_page() -> str:
    """Describe every lint in one Markdown table."""
    rows = (
        f"| {rule.code} `{rule.slug}` ({rule.severity}) | {rule.sees} | {rule.why} | {rule.mend} |"
        for rule in catalogue().values()
    )
    return HEAD + "\n".join(rows) + "\n"
