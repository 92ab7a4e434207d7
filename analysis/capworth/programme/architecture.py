"""What stands on what: shared platforms, capabilities, improvements, and the lines between."""

from collections.abc import Set
from dataclasses import dataclass, replace

import pandas as pd

from capworth.methods.network.layering import ordered
from capworth.model.draws import AtModes
from capworth.model.result import Answer, Provenance
from capworth.model.simulation import Sample
from capworth.programme.selection import Programme

PLATFORM, CAPABILITY, IMPROVEMENT = "platform", "capability", "improvement"
LAYERS = (PLATFORM, CAPABILITY, IMPROVEMENT)
CARRIES, LIFTS, REQUIRES, EXCLUDES = "carries", "lifts", "requires", "excludes"
SLIGHT = 0.005  # share of a platform below which a use of it is not drawn


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Architecture(Answer):
    """The nodes of the architecture in their layers, and the edges between them."""

    _table: pd.DataFrame
    _edges: pd.DataFrame
    provenance: Provenance

    def edges(self) -> pd.DataFrame:
        """One row for each line: `from`, `to`, `kind`, `weight` (share of a platform, else 1)."""
        return self._edges.copy()

    def layer(self, kind: str) -> tuple[str, ...]:
        """The nodes of one kind from the top down."""
        part = self._table[self._table["kind"] == kind].sort_values("place")
        return tuple(str(key) for key in part["id"])

    def without(self, away: Set[str]) -> "Architecture":
        """Return it without some nodes, and without the lines to them."""
        ends = self._edges["from"].isin(away) | self._edges["to"].isin(away)
        rows = self._table[~self._table["id"].isin(away)]
        return replace(self, _table=rows, _edges=self._edges[~ends])

    @property
    def unlinked(self) -> tuple[str, ...]:
        """Capabilities that no candidate improvement lifts, in the order of the case."""
        lifted = set(self._edges.loc[self._edges["kind"] == LIFTS, "to"])
        own = self._table[self._table["kind"] == CAPABILITY]
        return tuple(str(c) for c in own["id"] if c not in lifted)

    def __repr__(self) -> str:
        counts = self._table["kind"].value_counts()
        nodes = ", ".join(f"{int(counts.get(k, 0))} {k}" for k in LAYERS)
        return f"<Architecture: {nodes} nodes; {len(self._edges)} lines>"


def architecture_of(
    sample: Sample, programme: Programme | None, provenance: Provenance
) -> Architecture:
    """Lay out the architecture of a case at its modes.

    A platform carries a capability by the share of its cost that the capability bears; uses below
    half a per cent are left out. An improvement lifts a capability when it has an effect on it.
    The order within layers is sought so that few lines cross; see `methods.network.layering`.
    """
    case = sample.case
    platforms, capabilities = [p.id for p in case.platforms], list(case.capability_ids)
    improvements = list(case.improvement_ids)
    rows: list[tuple[str, str, str, float]] = []
    if platforms:
        shares = sample.model.platform_shares(AtModes())[0]
        rows += [
            (p, c, CARRIES, float(shares[i, j]))
            for i, p in enumerate(platforms)
            for j, c in enumerate(capabilities)
            if shares[i, j] >= SLIGHT
        ]
    pairs = dict.fromkeys((e.improvement, e.capability) for e in case.effects)
    rows += [(i, c, LIFTS, 1.0) for i, c in pairs]
    rows += [(r.improvement, r.other, r.relation, 1.0) for r in case.relations]
    carried = [(platforms.index(a), capabilities.index(b)) for a, b, k, _ in rows if k == CARRIES]
    lifted = [(capabilities.index(b), improvements.index(a)) for a, b, k, _ in rows if k == LIFTS]
    places = ordered([len(platforms), len(capabilities), len(improvements)], [carried, lifted])
    chosen = set() if programme is None else set(programme.chosen)
    nodes = [
        {"id": key, "kind": kind, "place": int(place[k]), "chosen": key in chosen}
        for kind, keys, place in zip(
            LAYERS, (platforms, capabilities, improvements), places, strict=True
        )
        for k, key in enumerate(keys)
    ]
    table = pd.DataFrame(nodes, columns=["id", "kind", "place", "chosen"])
    edges = pd.DataFrame(rows, columns=["from", "to", "kind", "weight"])
    return Architecture(table, edges, provenance)
