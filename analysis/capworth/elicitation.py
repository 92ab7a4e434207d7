"""Weights from judges: each judge's own, how sound they are, and what they come to together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import ceil, floor
from typing import Any, Final

import numpy as np
import pandas as pd

from capworth.answers import Answer
from capworth.case.model import Case, Criterion, Judgement
from capworth.errors import InputError
from capworth.methods.arguments import Floats, known
from capworth.methods.elicitation.agreement import concordance
from capworth.provenance import Provenance
from capworth.treeweights import weights_down_the_tree
from capworth.weighing import METHODS, Weighed

TOGETHER: Final = "together"
STEP: Final = 5.0  # points are said in steps: no range is narrower than this to either side


def _geometric(weights: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        mean: Floats = np.exp(np.log(weights).mean(axis=0))
    return mean


def _arithmetic(weights: Floats) -> Floats:
    mean: Floats = weights.mean(axis=0)
    return mean


MEANS: Final[Mapping[str, Callable[[Floats], Floats]]] = {
    "geometric": _geometric,  # keeps ratios: who says twice and who says half cancel out
    "arithmetic": _arithmetic,
}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Elicitation(Answer):
    """The swing of every criterion that was judged, with the spread over the judges as its range.

    `to_frame` has one row for each criterion: `weight` among its brothers, and `swing_low`,
    `swing`, `swing_high`, `grade`, `basis` as they stand in the table criteria.
    """

    _table: pd.DataFrame
    _records: pd.DataFrame
    _checks: pd.DataFrame
    _leaves: pd.DataFrame
    _agreement: pd.DataFrame
    mean: str
    provenance: Provenance

    def records(self) -> pd.DataFrame:
        """What each judge said by each method: weight among brothers, points, and their ranges."""
        return self._records.copy()

    def checks(self) -> pd.DataFrame:
        """Each method's own check of each judge and branch, and what to look at again."""
        return self._checks.copy()

    def leaf_weights(self) -> pd.DataFrame:
        """Weights of the measured criteria down the tree, by judge and together; rows sum to 1.

        Only judges who weighed every branch have a row.
        """
        return self._leaves.copy()

    def agreement(self) -> pd.DataFrame:
        """Kendall's W of each branch: 1 when all judges have one order, 0 when they cancel out."""
        return self._agreement.copy()

    @property
    def judges(self) -> tuple[str, ...]:
        """Everybody who judged."""
        return tuple(dict.fromkeys(self._records.index.get_level_values("judge")))

    @property
    def to_revisit(self) -> tuple[str, ...]:
        """Judgements that did not pass their method's check, in words."""
        failed = self._checks[~self._checks["passed"]].reset_index()
        said = failed[["judge", "method", "revisit"]].to_numpy()
        return tuple(f"{judge}, {method}: {revisit}" for judge, method, revisit in said)

    def is_in(self, case: Case) -> bool:
        """Whether the criteria of a case have these very swings, with their ranges and basis."""
        return self.apply(case).criteria == case.criteria

    def apply(self, case: Case) -> Case:
        """Return the case with these swings in its criteria; the given case stays as it is."""
        found = self._table
        swings = {str(name): row for name, row in found.iterrows()}

        def weighed(criterion: Criterion) -> Criterion:
            if criterion.id not in swings:
                return criterion
            row = swings[criterion.id]
            low, mode, high = (float(row[c]) for c in ("swing_low", "swing", "swing_high"))
            known: dict[str, Any] = {
                "grade": str(row["grade"]),
                "source": "",
                "basis": str(row["basis"]),
            }
            swing = replace(criterion.swing, low=low, mode=mode, high=high, **known)
            return replace(criterion, swing=swing)

        return replace(case, criteria=tuple(weighed(c) for c in case.criteria))

    def __repr__(self) -> str:
        failed, sets = len(self.to_revisit), len(self._checks)
        sound = f"{failed} of {sets} sets to revisit" if failed else "all checks passed"
        return (
            f"<Elicitation: {len(self._table)} criteria by {len(self.judges)} judges, "
            f"{self.mean} mean; {sound}>"
        )


def elicit(
    case: Case, provenance: Provenance | None = None, mean: str = "geometric"
) -> Elicitation | None:
    """Turn the judgements of a case into swings.

    Every judge counts once in a branch, whatever the number of methods. The most valuable swing of
    a branch has 100 points; low and high are the lowest and highest points of any judge or of any
    judge's own range, and no nearer to the middle than 5 points; all are whole points. A set that
    does not pass its check counts like the others; the answer names it.

    Parameters
    ----------
    case : with judgements, checked at the door
    provenance : of the study; that of the case when None
    mean : "geometric", in which a weight of 0 by one judge is 0 for all, or "arithmetic"

    Returns
    -------
    None where the case has no judgements.
    """
    if not case.judgements:
        return None
    take = MEANS[known(mean, "mean", MEANS)]
    parent = {c.id: c.parent for c in case.criteria}
    branches = {b: [c for c, above in parent.items() if above == b] for b in parent.values()}
    sets: dict[tuple[str, str, str], list[Judgement]] = {}
    for row in case.judgements:
        sets.setdefault((row.judge, row.method, parent[row.criterion]), []).append(row)
    weighed = {
        key: METHODS[key[1]](branches[key[2]], said)
        for key, said in sorted(sets.items(), key=lambda item: _place(case, item[0]))
    }
    local: dict[str, dict[str, Floats]] = {}  # branch -> judge -> weights
    for judge, _, branch in weighed:
        mine = [w.weights for (j, _, b), w in weighed.items() if (j, b) == (judge, branch)]
        local.setdefault(branch, {})[judge] = _rescaled(take(np.stack(mine)), judge)
    together = {
        branch: _rescaled(take(np.stack(list(of.values()))), TOGETHER)
        for branch, of in local.items()
    }
    return Elicitation(
        _swings(case, branches, together, weighed),
        _records(branches, weighed),
        _checks(weighed),
        weights_down_the_tree(case, {**_by_judge(local), TOGETHER: together}),
        _agreement(branches, local),
        mean,
        provenance or Provenance.of(case, len(case.judgements)),
    )


def _place(case: Case, key: tuple[str, str, str]) -> tuple[str, int, int]:
    """Order of a set: judges by the alphabet, methods, branches as in the tree."""
    parents = list(dict.fromkeys(c.parent for c in case.criteria))
    return key[0], list(METHODS).index(key[1]), parents.index(key[2])


def _rescaled(weights: Floats, who: str) -> Floats:
    total = float(weights.sum())
    if not total > 0:
        raise InputError(
            f"judgements: {who} gives no criterion a weight that all agree on. "
            "Take the arithmetic mean."
        )
    return weights / total


def _by_judge(local: Mapping[str, Mapping[str, Floats]]) -> dict[str, dict[str, Floats]]:
    said: dict[str, dict[str, Floats]] = {}
    for branch, of in local.items():
        for judge, weights in of.items():
            said.setdefault(judge, {})[branch] = weights
    return said


def _points(weights: Floats) -> Floats:
    points: Floats = 100 * weights / weights.max()
    return points


def _whole(points: float, towards: Callable[[float], float]) -> float:
    """Points as a judgement knows them: whole; the last bits of a sum move no border."""
    return float(towards(round(float(points), 9)))


def _swings(
    case: Case,
    branches: Mapping[str, list[str]],
    together: Mapping[str, Floats],
    weighed: Mapping[tuple[str, str, str], Weighed],
) -> pd.DataFrame:
    rows = {}
    for branch, weights in together.items():
        mine = {key: w for key, w in weighed.items() if key[2] == branch}
        low = np.min([w.low for w in mine.values()], axis=0)
        high = np.max([w.high for w in mine.values()], axis=0)
        mode = _points(weights)
        said = [j for j in case.judgements if (j.judge, j.method, branch) in mine]
        judges = sorted({j.judge for j in said})
        days = sorted({j.day for j in said if j.day})
        basis = (
            f"swings from worst to best elicited from {len(judges)} judges ({', '.join(judges)}) "
            f"by {', '.join(dict.fromkeys(key[1] for key in mine))}"
            f"{f' on {days[-1].isoformat()}' if days else ''}; low and high are the lowest and "
            f"highest judge; {'; '.join(sorted({j.basis for j in said if j.basis}))}"
        ).rstrip("; ")
        for k, name in enumerate(branches[branch]):
            rows[name] = {
                "branch": branch,
                "judges": len(judges),
                "weight": float(weights[k]),
                "swing_low": _whole(max(min(low[k], mode[k] - STEP), 0.0), floor),
                "swing": _whole(mode[k], round),
                "swing_high": _whole(min(max(high[k], mode[k] + STEP), 100.0), ceil),
                "grade": max((*(j.grade for j in said), "D")),
                "basis": basis,
            }
    order = [c.id for c in case.criteria if c.id in rows]
    table = pd.DataFrame.from_dict(rows, orient="index").loc[order]
    names = {c.id: c.name for c in case.criteria}
    table.insert(0, "name", [names[c] for c in order])
    return table.rename_axis("criterion")


def _records(
    branches: Mapping[str, list[str]], weighed: Mapping[tuple[str, str, str], Weighed]
) -> pd.DataFrame:
    rows = []
    for (judge, method, branch), w in weighed.items():
        points = _points(w.weights)
        for k, name in enumerate(branches[branch]):
            rows.append(
                {
                    "judge": judge,
                    "method": method,
                    "criterion": name,
                    "branch": branch,
                    "weight": w.weights[k],
                    "points": points[k],
                    "low": w.low[k],
                    "high": w.high[k],
                }
            )
    return pd.DataFrame(rows).set_index(["judge", "method", "criterion"])


def _checks(weighed: Mapping[tuple[str, str, str], Weighed]) -> pd.DataFrame:
    rows = [
        {
            "judge": judge,
            "method": method,
            "branch": branch,
            "check": w.check,
            "figure": w.figure,
            "limit": w.limit,
            "passed": w.passed,
            "revisit": w.revisit,
        }
        for (judge, method, branch), w in weighed.items()
    ]
    return pd.DataFrame(rows).set_index(["judge", "method", "branch"])


def _agreement(
    branches: Mapping[str, list[str]], local: Mapping[str, Mapping[str, Floats]]
) -> pd.DataFrame:
    rows = {
        branch: {
            "judges": len(of),
            "concordance": concordance(np.stack(list(of.values())).round(9))
            if len(of) > 1 and len(branches[branch]) > 1
            else np.nan,
        }
        for branch, of in local.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("branch")
