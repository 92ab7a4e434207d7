"""What is priced: whether every benefit of a thing has a worth in money, some of it, or none."""

from collections.abc import Mapping
from typing import Final

from capworth.case.model import Case
from capworth.model.chain import ChainModel

PRICED: Final = "priced"  # every benefit that it brings about has a worth in money
PARTLY: Final = "partly priced"
UNPRICED: Final = "not priced"  # absent, which is not zero


class Pricing:
    """Which capabilities and improvements of a case are priced, and what of them is not."""

    def __init__(self, case: Case, chain: ChainModel) -> None:
        self._beneficial, self._unpriced = chain.beneficial(), chain.unpriced()
        self._touched: Mapping[str, tuple[str, ...]] = {
            i: tuple(
                dict.fromkeys(e.capability for e in case.effects if e.improvement == i and e.step)
            )
            for i in case.improvement_ids
        }
        self._saving = {row.improvement for row in (*case.savings, *case.receipts)}

    def capability(self, key: str) -> str:
        """Say it of a capability: of the outcomes that it brings about."""
        return self._of((key,), saves=False)

    def improvement(self, key: str) -> str:
        """Say it of an improvement: of the outcomes that it changes; a saving is a price too."""
        return self._of(self._touched[key], key in self._saving)

    def unpriced(self, improvement: str) -> tuple[tuple[str, str], ...]:
        """Capability and outcome of what an improvement changes without a price."""
        return tuple((c, o) for c in self._touched[improvement] for o in self._unpriced[c])

    def of_capability(self, key: str) -> tuple[str, ...]:
        """Outcomes of a capability without a price."""
        return self._unpriced[key]

    def _of(self, capabilities: tuple[str, ...], saves: bool) -> str:
        every = [(c, o) for c in capabilities for o in self._beneficial[c]]
        absent = [(c, o) for c in capabilities for o in self._unpriced[c]]
        if not absent and (every or saves):
            return PRICED
        return PARTLY if len(absent) < len(every) or saves else UNPRICED
