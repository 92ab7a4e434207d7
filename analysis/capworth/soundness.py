"""What a reviewer would attack in a case, as an answer with its table."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from capworth.answers import Answer
from capworth.case.model import Case
from capworth.lints.examine import lint_case
from capworth.lints.lint import SEVERITIES, Lint
from capworth.provenance import Provenance

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

    def __repr__(self) -> str:
        serious, look = self.counts.values()
        return f"<Soundness: {serious} serious things to mend, {look} to be defended in writing>"


def examine(case: Case, draws: int = 1) -> Soundness:
    """Read the case as a reviewer would; `draws` only for the provenance."""
    return told(lint_case(case), Provenance.of(case, draws))


def told(lints: tuple[Lint, ...], provenance: Provenance) -> Soundness:
    """Put lints into their table."""
    rows = [
        (x.code, x.slug, x.severity, x.place, " ".join(x.items), x.sentence, x.mend) for x in lints
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS)).set_index("code")
    return Soundness(lints, table, provenance)
