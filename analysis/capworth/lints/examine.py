"""Read a case as a reviewer would.

The reference page of the lints.

What a reviewer would attack in a case, as an answer with its table.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from capworth.case.model import Case
from capworth.lints.costs import cost_lints
from capworth.lints.evidence import evidence_lints, parameter_lints
from capworth.lints.improvements import improvement_lints
from capworth.lints.lint import SEVERITIES, Lint, catalogue, lint
from capworth.lints.magnitudes import magnitude_lints
from capworth.lints.objective import objective_lints
from capworth.lints.value import benefit_lints, tree_lints
from capworth.model.result import Answer, Provenance

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
    return _in_order(lint for family in FAMILIES for lint in family(case))


def _in_order(lints: Iterable[Lint]) -> tuple[Lint, ...]:
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


COLUMNS = ("code", "slug", "severity", "place", "items", "sentence", "mend")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Soundness(Answer):
    """What the linters found. None found does not mean that there is nothing to attack."""

    lints: tuple[Lint, ...]
    _table: pd.DataFrame
    provenance: Provenance

    @property
    def counts(self) -> Mapping[str, int]:
        """How many there are of each severity, serious ones first."""
        found = [lint.severity for lint in self.lints]
        return {severity: found.count(severity) for severity in SEVERITIES}

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table of this answer by its file name."""
        return {"lints": self.to_frame()}

    def __repr__(self) -> str:
        serious, look = self.counts.values()
        return f"<Soundness: {serious} serious things to mend, {look} to be defended in writing>"


def examine(case: Case, draws: int = 1, moved: Iterable[str] = ()) -> Soundness:
    """Read the case as a reviewer would.

    Parameters
    ----------
    draws : for the provenance
    moved : headline figures that depend on how services are listed, as the split check found
    """
    found = lint_case(case)
    names = tuple(moved)
    if names:
        found = _in_order((*found, lint("O07", "capabilities", (), names)))
    return told(found, Provenance.of(case, draws))


def told(lints: tuple[Lint, ...], provenance: Provenance) -> Soundness:
    """Put lints into their table."""
    rows = [
        (x.code, x.slug, x.severity, x.place, " ".join(x.items), x.sentence, x.mend) for x in lints
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS)).set_index("code")
    return Soundness(lints, table, provenance)
