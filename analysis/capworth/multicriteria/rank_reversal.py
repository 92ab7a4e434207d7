"""Whether the order of the others changes when a capability leaves the case, or one is added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from capworth.case.model import Capability, Case, CostLine, Estimate, FunctionShare, Score
from capworth.methods.acceptability.dominance import dominance_faults, monotonicity_faults
from capworth.methods.arguments import Floats, Ints
from capworth.methods.cost_benefit.prices import MILLION
from capworth.model.costs import CostModel, discount_factors
from capworth.model.draws import AtModes, Draws
from capworth.model.figures import COUNT, NO_DRAWS, Column, columns
from capworth.model.result import Answer, Provenance
from capworth.model.value import ValueModel, score

DUD, COPY = "dud+", "copy+"  # no short name of a case can hold a plus sign
RANKINGS = ("score", "value")
DELETION, DUD_ADDED, COPY_ADDED = "deletion", "a dud added", "a copy added"
CHECKS = ("dominance", "monotonicity")  # rules that no ranking by score may break


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Reversals(Answer):
    """Which pairs swap places when a capability leaves the case, or one is added.

    `to_frame` has the index (ranking, change, capability): `swaps` pairs of others whose order
    turned, and `pairs`, in each the one that was ahead first. Two more rows check the ranking by
    score itself: dominance (pairs of which the first is nowhere worse, but scores lower) and
    monotonicity (capability and criterion whose better level costs score or place).
    """

    _table: pd.DataFrame
    provenance: Provenance

    def lifts(self) -> Sequence[Column]:
        """How the columns of its tables become figures."""
        return columns(
            "rank_reversals",
            ("swaps", "swaps", "count", "rank_share", ("scores",), COUNT),
            draws=NO_DRAWS,
        )

    @property
    def changes(self) -> int:
        """How many capabilities were taken out or added, each for itself."""
        return len(self._table.xs("value", level="ranking"))

    def swaps(self, ranking: str) -> int:
        """Pairs that swapped in all changes together: of "score", or of "value" for money."""
        found = self._table.xs(ranking, level="ranking")
        return int(found.loc[~found.index.isin(CHECKS, level="change"), "swaps"].sum())

    @property
    def faults(self) -> int:
        """Breaches of dominance or monotonicity in the ranking by score."""
        checked = self._table.index.isin(CHECKS, level="change")
        return int(self._table.loc[checked, "swaps"].sum())

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table of this answer by its file name."""
        return {"rank_reversals": self.to_frame()}

    def __repr__(self) -> str:
        return (
            f"<Reversals: {self.swaps('score')} pairs swapped by score, {self.swaps('value')} by "
            f"value for money, in {self.changes} changes of the set; {self.faults} breaches of "
            "dominance or monotonicity>"
        )


def find_reversals(case: Case, provenance: Provenance | None = None) -> Reversals | None:
    """Take every capability out in turn, add a dud and a copy of the first, and compare orders.

    At the most plausible level of every input. Scores stand on fixed scales, so no pair may swap.
    Value for money may: who stays bears the share of the platforms that another leaves, and a copy
    shares them. Stated totals stay as they are.

    Returns
    -------
    None where the case has no value tree.
    """
    if not case.measured:
        return None
    names = np.array(case.capability_ids)
    everyone = np.arange(len(names))
    before = _values(case)
    left = _without_each(case)
    first = str(names[int(before["score"].argmax())])
    changes = [
        (DELETION, str(c), np.flatnonzero(everyone != k), {r: left[r][k] for r in RANKINGS})
        for k, c in enumerate(names)
    ]
    changes.append((DUD_ADDED, "", everyone, _values(with_dud(case))))
    changes.append((COPY_ADDED, first, everyone, _values(with_copy(case, first))))
    rows = []
    for ranking in RANKINGS:
        for change, capability, others, after in changes:
            ahead, behind = others[_swapped(before[ranking][others], after[ranking][others])]
            pairs = sorted(f"{i} {k}" for i, k in zip(names[ahead], names[behind], strict=True))
            rows.append((ranking, change, capability, len(pairs), "; ".join(pairs)))
    rows += _checked(case)
    table = pd.DataFrame(rows, columns=["ranking", "change", "capability", "swaps", "pairs"])
    table = table.set_index(["ranking", "change", "capability"])
    return Reversals(table, provenance or Provenance.of(case, 1))


def _checked(case: Case) -> list[tuple[str, str, str, int, str]]:
    """Rows of the two checks of the ranking by score, at the modes."""
    modes, tree = AtModes(), ValueModel(case)
    names, leaves = case.capability_ids, tree.leaves
    rising = np.array([(k.best or 0.0) > (k.worst or 0.0) for k in leaves])
    levels, weights = tree.levels(modes)[0], tree.weights(modes)

    def scored(at: Floats, under: Floats) -> Floats:
        total: Floats = np.einsum("...ck,nk->...nc", tree.worth(at), under)
        return total

    below = dominance_faults(scored, levels, weights, rising)
    falls = monotonicity_faults(scored, levels, weights, rising)
    words = (
        [f"{names[i]} {names[k]}" for i, k in below],
        [f"{names[i]} {leaves[c].id}" for i, c in falls],
    )
    return [
        ("score", check, "", len(found), "; ".join(sorted(found)))
        for check, found in zip(CHECKS, words, strict=True)
    ]


def without_capability(case: Case, capability: str) -> Case:
    """Return the case as if the capability were not appraised; stated totals stay as they are."""

    def outside(line: CostLine) -> CostLine:
        return replace(line, capability="", treatment="outside")

    others: dict[str, Any] = {
        table: tuple(r for r in getattr(case, table) if r.capability != capability)
        for table in (
            *("functions", "usage", "activity", "chain", "scores", "effects", "feedback"),
            "business_as_usual",
        )
    }
    lost = {line.id for line in case.costs if line.capability == capability}
    others["savings"] = tuple(s for s in case.savings if s.line not in lost)
    others["improvements"] = tuple(
        replace(i, keeps="") if i.keeps == capability else i for i in case.improvements
    )
    costs = tuple(
        outside(line) if line.capability == capability else line
        for line in case.costs
        if line.capability != capability or line.total
    )
    rest = tuple(c for c in case.capabilities if c.id != capability)
    return replace(case, capabilities=rest, costs=costs, **others)


def with_dud(case: Case) -> Case:
    """Return the case with a capability that is worst on everything and uses no platform."""
    scores = tuple(Score(DUD, leaf.id, _certain(leaf.worst or 0.0)) for leaf in case.measured)
    function = FunctionShare(DUD, "coordination", _certain(1.0))
    line = CostLine(
        id=DUD,
        category="other",
        payer="organisation",
        kind="recurrent",
        currency=case.settings.currency,
        price_year=case.settings.price_year,
        amount=_certain(1e6),
        capability=DUD,
    )
    return replace(
        case,
        capabilities=(*case.capabilities, Capability(DUD, DUD, "")),
        functions=(*case.functions, function),
        scores=(*case.scores, *scores),
        costs=(*case.costs, line),
    )


def with_copy(case: Case, capability: str) -> Case:
    """Return the case with a second capability just like one of it, on the same platforms."""
    copies: dict[str, Any] = {
        table: (
            *getattr(case, table),
            *(
                replace(row, capability=COPY)
                for row in getattr(case, table)
                if row.capability == capability
            ),
        )
        for table in ("functions", "usage", "chain", "scores", "business_as_usual")
    }
    lines = tuple(
        replace(line, id=f"{line.id}+", capability=COPY, total="")
        for line in case.costs
        if line.capability == capability
    )
    itself = next(c for c in case.capabilities if c.id == capability)
    both = (*case.capabilities, replace(itself, id=COPY))
    return replace(case, capabilities=both, costs=(*case.costs, *lines), **copies)


def _values(case: Case) -> dict[str, Floats]:
    """(capabilities,) what each ranking goes by, at the modes."""
    modes, value = AtModes(), ValueModel(case)
    points = score(value.worth(value.levels(modes)), value.weights(modes))
    return {name: values[0] for name, values in _rankings(case, modes, points).items()}


def _rankings(case: Case, draws: Draws, points: Floats) -> dict[str, Floats]:
    """(draws, capabilities) what each ranking goes by, with these scores."""
    cost = CostModel(case).price(draws, points).capability.sum(axis=2)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = points / (cost / discount_factors(case).sum() / MILLION)
    return {"score": points, "value": value}


TOGETHER = 100  # capabilities left out at a time: of each, who bears the platforms in each year


def _without_each(case: Case) -> dict[str, Floats]:
    """(left out, capabilities) as `_values`, without one capability in each row; it is still there.

    It has no use of any platform, so the others bear these as if it were not appraised; its own
    costs and scores are nobody else's. A whole counts for platforms by the mean score of its parts:
    that of a part left out is the mean of the rest.
    """
    modes, value = AtModes(), ValueModel(case)
    levels, weights = value.levels(modes), value.weights(modes)
    own_names = (replace(u.use, name=str(k)) for k, u in enumerate(case.usage))  # copies share one
    usage = tuple(replace(u, use=use) for u, use in zip(case.usage, own_names, strict=True))
    case = replace(case, usage=usage)
    every = np.arange(len(case.capabilities))
    names = np.array([c.part_of or c.id for c in case.capabilities])
    found: list[dict[str, Floats]] = []
    for first in range(0, len(every), TOGETHER):
        some = every[first : first + TOGETHER]
        points = np.empty((len(some), len(every)))
        for row, k in zip(points, some, strict=True):
            rest = every != k
            row[rest] = score(value.worth(levels[:, rest]), weights)[0]
            row[k] = row[rest & (names == names[k])].mean() if (names == names[k]).sum() > 1 else 0
        found.append(_rankings(case, _Unused(case, some), points))
    return {name: np.concatenate([part[name] for part in found]) for name in RANKINGS}


class _Unused:
    """Draws at the modes, in each of which one capability uses no platform."""

    def __init__(self, case: Case, capabilities: Ints) -> None:
        ids, self.size = case.capability_ids, len(capabilities)
        rows = {ids[k]: row for row, k in enumerate(capabilities)}
        self._row = {u.use.name: rows[u.capability] for u in case.usage if u.capability in rows}

    def of(self, estimate: Estimate) -> Floats:
        """(draws,) the mode, or no use."""
        levels = np.full(self.size, estimate.mode, dtype=np.float64)
        if estimate.name in self._row:
            levels[self._row[estimate.name]] = 0.0
        return levels


def _swapped(then: Floats, now: Floats) -> Ints:
    """(2, pairs) places of who was ahead and is behind, and of whom."""
    order = np.argsort(-then, kind="stable")
    best = np.fmax.accumulate(now[order][::-1])[::-1]  # of itself and those not ahead of it
    fallen = order[now[order] < best]
    one, other = np.nonzero((then[fallen, None] > then) & (now[fallen, None] < now))
    return np.stack((fallen[one], other))


def _certain(level: float) -> Estimate:
    return Estimate(
        name="dud",
        low=level,
        mode=level,
        high=level,
        unit="",
        grade="E",
        source="",
        basis="added to test the order",
        row=0,
    )
