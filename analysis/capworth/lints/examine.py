"""What a reviewer would attack in a case, as an answer with its table."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from capworth.case.model import Case
from capworth.lints.found import in_order, lint_case
from capworth.lints.lint import SEVERITIES, Lint, lint
from capworth.model.result import Answer, Provenance

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
        found = in_order((*found, lint("O07", "capabilities", (), names)))
    return told(found, Provenance.of(case, draws))


def told(lints: tuple[Lint, ...], provenance: Provenance) -> Soundness:
    """Put lints into their table."""
    rows = [
        (x.code, x.slug, x.severity, x.place, " ".join(x.items), x.sentence, x.mend) for x in lints
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS)).set_index("code")
    return Soundness(lints, table, provenance)
