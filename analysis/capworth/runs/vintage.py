"""What changed between two runs: which answers moved, how far, and which inputs moved them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import chain
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from capworth.case.model import Case
from capworth.methods.acceptability.indices import expected_ranks
from capworth.methods.allocation.shapley import shapley
from capworth.methods.arguments import Floats
from capworth.methods.cost_benefit.prices import MILLION
from capworth.model.draws import Sampled
from capworth.model.simulation import Model
from capworth.runs.manifest import RunError
from capworth.runs.place import case_of_run, read_manifest
from capworth.study.differences import changed_inputs

DRAWS: Final = 1_000  # draws in which a mixture of old and new inputs is answered
MOST: Final = 6  # kinds of input whose shares are told apart exactly: 2^6 mixtures
SILENT: Final = {
    "fingerprint",
    "claim",
    "codes",
    "choices",
    "scenario",
    "scenarios",
    "changes",
    "base",
    "sources",
    "activity",
    "distributions",
    "observations",
    "correlations",
}  # fields that no answer is computed from
TABLES: Final = tuple(
    f"tables/{name}.csv" for name in ("capability_ranks", "priority_ranks", "programme")
)
SAME_THINGS: Final = ("capabilities", "improvements", "criteria", "platforms", "outcomes")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Vintage:
    """Two runs side by side; ranks by value for money (capabilities) and by priority.

    `moves` has a row for each capability and improvement of both runs: expected place then and
    now, and the kind of input that moved its value for money most, with its share of the move.
    """

    _moves: pd.DataFrame
    _inputs: pd.DataFrame
    _shares: pd.DataFrame
    old: str
    new: str
    claim: str  # its word and registration now and before; empty where none was registered
    news: tuple[str, ...]  # what else is not as it was, in sentences

    def moves(self) -> pd.DataFrame:
        """Index (kind, id), largest move of place first."""
        return self._moves.copy()

    def inputs(self) -> pd.DataFrame:
        """Every number or setting that differs: table, name, what it was, what it is."""
        return self._inputs.copy()

    def shares(self) -> pd.DataFrame:
        """Index (kind, id): what each kind of input added to value for money, points a million.

        The Shapley value over the kinds of input that changed: the order in which they are changed
        does not matter, and the shares sum to the whole move.
        """
        return self._shares.copy()

    def __repr__(self) -> str:
        moved = int((self._moves["moved"].abs() >= 1).sum())
        return (
            f"<Vintage: {self.old} to {self.new}: {len(self._inputs)} inputs changed, "
            f"{moved} of {len(self._moves)} places moved by one or more>"
        )

    def __str__(self) -> str:
        lines = [*filter(None, (self.claim,)), repr(self).strip("<>")]
        kinds = self._inputs.groupby("table", sort=False).size()
        lines += [f"{table}: {count} changed" for table, count in kinds.items()]
        lines += self.news
        for row in self._moves[self._moves["moved"].abs() >= 1].reset_index().to_dict("records"):
            cause = f"; most of it by {row['cause']}" if row["cause"] else ""
            places = f"place {row['old_place']:.1f} to {row['new_place']:.1f}"
            lines.append(f"{row['kind']} {row['id']}: {places}{cause}")
        return "\n".join(lines)


def compare_runs(old: str | Path, new: str | Path) -> Vintage:
    """Tell what changed from one run to another, and which inputs changed it.

    Each run is taken as it stands; what moved it is found by answering mixtures of old and new
    inputs in 1,000 draws of the new seed.

    Raises
    ------
    RunError
        When a folder is no run, its case or its tables were changed since, or its case can no
        longer be read.
    """
    folders = Path(old), Path(new)
    manifests = [read_manifest(folder) for folder in folders]
    then, now = (case_of_run(f, m, *TABLES) for f, m in zip(folders, manifests, strict=True))
    inputs = changed_inputs(then, now)
    shares = _shares(then, now, now.settings.seed)
    moves = _moves(*folders, shares)
    return Vintage(
        _moves=moves,
        _inputs=inputs,
        _shares=shares,
        old=str(folders[0].name),
        new=str(folders[1].name),
        claim=_claims(manifests),
        news=tuple(_news(folders, manifests)),
    )


def _kinds(then: Case, now: Case) -> list[str]:
    """Fields of the case that differ and that answers are computed from."""
    return [
        f.name
        for f in fields(Case)
        if f.name not in SILENT and getattr(then, f.name) != getattr(now, f.name)
    ]


def _shares(then: Case, now: Case, seed: int) -> pd.DataFrame:
    """Share of each kind of changed input in the move of value for money; empty where unknown."""
    kinds = _kinds(then, now)
    things = [tuple(row.id for row in getattr(c, t)) for t in SAME_THINGS for c in (then, now)]
    same = all(a == b for a, b in zip(things[::2], things[1::2], strict=True))
    index = _index(now)
    if not kinds or not same or len(kinds) > MOST:
        return pd.DataFrame(index=index[:0])
    table = np.zeros((len(index), 1 << len(kinds)))
    start = _worth(then, seed)
    for mask in range(1, 1 << len(kinds)):
        mixed = {k: getattr(now, k) for bit, k in enumerate(kinds) if mask >> bit & 1}
        table[:, mask] = _worth(replace(then, **mixed), seed) - start
    return pd.DataFrame(shapley(table), index, kinds)


def _index(case: Case) -> pd.MultiIndex:
    pairs = chain(
        (("capability", i) for i in case.capability_ids),
        (("improvement", i) for i in case.improvement_ids),
    )
    return pd.MultiIndex.from_tuples(list(pairs), names=["kind", "id"])


def _worth(case: Case, seed: int) -> Floats:
    """(things,) points for each million, as printed: of capabilities, then of improvements.

    Ratios are those of the means.
    """
    model = Model(case)
    drawn = model.answer(Sampled(seed, 0, DRAWS))
    annual = drawn.cost.mean(axis=0) / model.annuity / MILLION
    parts = [drawn.score.mean(axis=0) / annual]
    if case.improvements:
        gain, cost = drawn.gains.distance, drawn.improvement_cost / MILLION
        parts.append(gain.mean(axis=0) / cost.mean(axis=0))
    return np.concatenate(parts)


def _moves(old: Path, new: Path, shares: pd.DataFrame) -> pd.DataFrame:
    parts = []
    for kind, name in (("capability", "capability_ranks"), ("improvement", "priority_ranks")):
        tables = [folder / "tables" / f"{name}.csv" for folder in (old, new)]
        if all(table.is_file() for table in tables):
            then, now = (_expected(pd.read_csv(t, index_col=0)) for t in tables)
            both = [i for i in now.index if i in set(then.index)]
            pairs = pd.MultiIndex.from_product([[kind], both], names=["kind", "id"])
            places = {"old_place": then.loc[both].to_numpy(), "new_place": now.loc[both].to_numpy()}
            parts.append(pd.DataFrame(places, pairs))
    if not parts:
        raise RunError(f"{old} and {new} share no table of ranks. Compare runs of one version.")
    table = pd.concat(parts)
    table["moved"] = table["new_place"] - table["old_place"]
    causes = shares.reindex(table.index)
    table["cause"] = [_cause(row) for _, row in causes.iterrows()]
    order = table["moved"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order]


def _expected(shares: pd.DataFrame) -> pd.Series[float]:
    return pd.Series(expected_ranks(shares.to_numpy(dtype=float)), shares.index)


def _cause(row: pd.Series[float]) -> str:
    known = row.dropna()
    if not len(known) or not known.abs().max() > 0:
        return ""
    return f"{known.abs().idxmax()} ({known.abs().max() / known.abs().sum():.0%})"


def _news(folders: Sequence[Path], manifests: Sequence[Mapping[str, Any]]) -> list[str]:
    lines = []
    made = [m["made_with"] for m in manifests]
    differing = [k for k in made[1] if made[0].get(k) != made[1][k]]
    lines += [f"made with {k} {made[1][k]}, before {made[0].get(k)}" for k in differing]
    before, after = (_chosen(folder) for folder in folders)
    if before is not None and after is not None:
        lines += [f"into the programme: {name}" for name in after if name not in before]
        lines += [f"out of the programme: {name}" for name in before if name not in after]
    return lines


def _claims(manifests: Sequence[Mapping[str, Any]]) -> str:
    """Tell the word of the claim and its registration in both runs, changed or not."""
    before, after = (m.get("claim") for m in manifests)
    if not before and not after:
        return ""
    old, new = (_told(claim) for claim in (before, after))
    return f"claim: {new}; as before" if old == new else f"claim: {new}; before: {old}"


def _told(claim: Mapping[str, Any] | None) -> str:
    if not claim:
        return "none"
    why = f" ({claim['reason']})" if claim["reason"] else ""
    changed = f" {', '.join(claim['changed'])}" if claim["changed"] else ""
    return f"{claim['word']}{why}, {claim['standing']}{changed}, {claim['digest'][:12]}"


def _chosen(folder: Path) -> list[str] | None:
    path = folder / "tables" / "programme.csv"
    if not path.is_file():
        return None
    table = pd.read_csv(path, index_col=0)
    return [str(name) for name in table.index[table["chosen"]]]
