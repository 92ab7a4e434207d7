"""Weights from judges: each judge's own, how sound they are, and what they come to together.

Weights of the measured criteria, down the tree from weights among siblings.

From one judge's judgements of one branch to weights, each method with its own check.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, floor
from typing import Any, Final

import numpy as np
import pandas as pd

from capworth.case.model import CATEGORIES, Case, Criterion, Judgement, category_range
from capworth.case.rules.members import best_and_worst, order_pairs
from capworth.errors import InputError
from capworth.methods.arguments import Floats, Ints, known
from capworth.methods.elicitation import ahp, macbeth
from capworth.methods.elicitation.agreement import kendall_w
from capworth.methods.elicitation.best_worst import best_worst
from capworth.methods.elicitation.weights import normalised, ordered, rank_order_centroid
from capworth.model.figures import NO_DRAWS, STATED, Column, columns
from capworth.model.result import Answer, Provenance, ends
from capworth.streams import stream

CONSISTENT: Final = 0.1  # customary limit of the consistency ratio: Saaty (1980)
FITTING: Final = 0.2  # limit of the best-worst ratio; a working rule of ours
DRAWS: Final = 4_000  # weights compatible with an order, for their range


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """Weights of the criteria of one branch, and what the method's own check found.

    Attributes
    ----------
    weights : (criteria,), summing to 1
    low, high : (criteria,) range under the same judgements, in points: the largest weight is 100
    check : what was checked, in words
    figure, limit : what was found, and up to (for swing: from) where it passes
    passed : whether it does
    revisit : which judgement to look at again, and why; empty when none
    """

    weights: Floats
    low: Floats
    high: Floats
    check: str
    figure: float
    limit: float
    passed: bool
    revisit: str


def by_swing(criteria: Sequence[str], given: Sequence[Judgement]) -> Weighed:
    """Points for the swing from worst to best, the most valuable swing 100.

    von Winterfeldt & Edwards (1986), Decision Analysis and Behavioral Research, ch. 8. Its check:
    the judge did name a most valuable swing. Points are stretched where the largest is not 100.
    """
    points, low, high = _points_of(criteria, given)
    largest = float(points.max())
    revisit = "" if largest == 100 else f"{criteria[int(points.argmax())]} should have 100 points"
    return _weighed(
        points,
        low,
        high,
        check="largest swing",
        figure=largest,
        limit=100,
        passed=largest == 100,
        revisit=revisit,
    )


def by_direct(criteria: Sequence[str], given: Sequence[Judgement]) -> Weighed:
    """Points given outright. Its check: the judge told criteria apart, and ruled none out."""
    points, low, high = _points_of(criteria, given)
    kinds = len(set(points.tolist()))
    nothing = [c for c, p in zip(criteria, points, strict=True) if p == 0]
    revisit = f"no weight for {', '.join(nothing)}" if nothing else ""
    if kinds == 1 and len(criteria) > 1:
        revisit = "all criteria have the same points"
    return _weighed(
        points,
        low,
        high,
        check="different points",
        figure=kinds,
        limit=2,
        passed=not revisit,
        revisit=revisit,
    )


def by_pairwise(criteria: Sequence[str], given: Sequence[Judgement]) -> Weighed:
    """How many times one swing is worth another (analytic hierarchy process).

    Its check: the consistency ratio; beyond 0.1 the judgement furthest from the weights is named.
    """
    matrix = np.ones((len(criteria), len(criteria)))
    for row in given:
        i, j = criteria.index(row.criterion), criteria.index(row.other)
        assert row.value is not None  # checked at the door
        matrix[i, j], matrix[j, i] = row.value, 1 / row.value
    weights = ahp.eigenvector(matrix)
    ratio = float(ahp.consistency(matrix).ratio)
    revisit = ""
    if ratio > CONSISTENT:
        first = min(ahp.to_revisit(matrix), key=lambda judgement: judgement.ratio_if_mended)
        revisit = (
            f"{criteria[first.row]} against {criteria[first.column]}: said {first.stated:g}, the "
            f"others imply {first.implied:.2g}; the ratio would be {first.ratio_if_mended:.2f}"
        )
    return _weighed(
        weights,
        weights,
        weights,
        check="consistency ratio",
        figure=ratio,
        limit=CONSISTENT,
        passed=not revisit,
        revisit=revisit,
    )


def by_bestworst(criteria: Sequence[str], given: Sequence[Judgement]) -> Weighed:
    """The best swing against all, all against the worst: Rezaei (2015).

    Its check: the ratio of the largest deviation to the largest that the scale allows.
    """
    pairs = [(row.criterion, row.other) for row in given]
    found = best_and_worst(pairs, criteria)
    assert found is not None  # checked at the door
    best, worst = found
    times = {(row.criterion, row.other): row.value or 1.0 for row in given}
    to_others = [times.get((best, c), 1.0) for c in criteria]
    to_worst = [times.get((c, worst), 1.0) for c in criteria]
    solved = best_worst(to_others, to_worst)
    revisit = ""
    if solved.ratio > FITTING:
        direct = times[best, worst]
        off = [abs(a * b - direct) for a, b in zip(to_others, to_worst, strict=True)]
        k = int(np.argmax([0.0 if c in found else d for c, d in zip(criteria, off, strict=True)]))
        revisit = (
            f"{best} is {to_others[k]:g} times {criteria[k]} and that {to_worst[k]:g} times "
            f"{worst}: together {to_others[k] * to_worst[k]:g}, but said {direct:g}"
        )
    return _weighed(
        solved.weights,
        solved.low,
        solved.high,
        check="best-worst ratio",
        figure=round(solved.ratio, 12),
        limit=FITTING,
        passed=not revisit,
        revisit=revisit,
    )


def by_macbeth(criteria: Sequence[str], given: Sequence[Judgement]) -> Weighed:
    """Differences between swings in words, from no to extreme; blank `other` is no swing at all.

    Its check: some values agree with all the words; where none do, the fewest steps that mend it
    are named and taken. A judgement that closes a circle of preferences is left out and named.
    """
    names = [*_falling(criteria, given), ""]
    place = {name: k for k, name in enumerate(names)}
    low, high = (np.full((len(names), len(names)), -1, dtype=np.int64) for _ in range(2))
    low[:-1, -1], high[:-1, -1] = 1, macbeth.EXTREME  # every swing is worth something, if unsaid
    circles = []
    for row in given:
        i, j = place[row.criterion], place[row.other]
        least, most = category_range(row.words)
        if i > j and most > 0:
            circles.append(f"{row.criterion} above {row.other} closes a circle")
        else:
            low[min(i, j), max(i, j)], high[min(i, j), max(i, j)] = least, most
    changes = _mended(low, high)
    named = [
        f"{names[c.first]} against {names[c.second] or 'no swing'}: said {CATEGORIES[c.stated]}, "
        f"{CATEGORIES[c.instead]} would agree"
        for c in changes
    ]
    scale = macbeth.macbeth(low, high)
    order = [place[c] for c in criteria]
    values, least_value, most_value = (
        part[order] for part in (scale.scores, scale.low, scale.high)
    )
    steps = float(sum(abs(c.stated - c.instead) for c in changes)) + len(circles)
    return _weighed(
        values,
        least_value,
        most_value,
        check="steps to agreement",
        figure=steps,
        limit=0,
        passed=steps == 0,
        revisit="; ".join((*circles, *named)),
    )


def by_rank(criteria: Sequence[str], given: Sequence[Judgement]) -> Weighed:
    """Only an order, complete or not: the centre of all weights that keep it.

    For a complete order, rank order centroid weights (Barron & Barrett 1996). The range holds 80 %
    of the compatible weights. Its check: the share of pairs whose order is known; none is too few,
    but criteria that stand in no order are named.
    """
    entries = [(row.criterion, row.other, row.value) for row in given]
    pairs = [(criteria.index(a), criteria.index(b)) for a, b in order_pairs(entries)]
    drawn = ordered(len(criteria), pairs)(stream(0, "weights of an order"), DRAWS)
    points = 100 * drawn / drawn.max(axis=1, keepdims=True)
    low, high = ends(points)
    above = _reached(len(criteria), pairs)
    known = int(above.sum())
    all_pairs = len(criteria) * (len(criteria) - 1) // 2
    weights: Floats = drawn.mean(axis=0)
    if known == all_pairs:
        weights = rank_order_centroid(len(criteria))[above.sum(axis=0)]
    loose = [c for k, c in enumerate(criteria) if not above[k].any() and not above[:, k].any()]
    revisit = f"no order for {', '.join(loose)}" if loose and all_pairs else ""
    share = known / all_pairs if all_pairs else 1.0
    return Weighed(
        weights=weights,
        low=low,
        high=high,
        check="share of pairs in order",
        figure=share,
        limit=0,
        passed=True,
        revisit=revisit,
    )


Method = Callable[[Sequence[str], Sequence[Judgement]], Weighed]
METHODS: Final[Mapping[str, Method]] = {
    "swing": by_swing,
    "pairwise": by_pairwise,
    "bestworst": by_bestworst,
    "macbeth": by_macbeth,
    "rank": by_rank,
    "direct": by_direct,
}


def _points_of(
    criteria: Sequence[str], given: Sequence[Judgement]
) -> tuple[Floats, Floats, Floats]:
    """Points of each criterion as said, and the judge's own range where there is one."""
    by_name = {row.criterion: row for row in given}
    value = np.array([by_name[c].value for c in criteria], dtype=float)
    low = [by_name[c].value if by_name[c].low is None else by_name[c].low for c in criteria]
    high = [by_name[c].value if by_name[c].high is None else by_name[c].high for c in criteria]
    return value, np.array(low, dtype=float), np.array(high, dtype=float)


def _weighed(points: Floats, low: Floats, high: Floats, **checked: Any) -> Weighed:
    """Weights, and the ends of their range in points of which the largest weight has 100."""
    stretch = 100 / points.max()
    low, high = np.minimum(low * stretch, 100), np.minimum(high * stretch, 100)
    return Weighed(weights=normalised(points), low=low, high=high, **checked)


def _falling(criteria: Sequence[str], given: Sequence[Judgement]) -> list[str]:
    """Criteria from the most valuable swing down: by swings that they beat, one after the other."""
    left = list(criteria)
    beaten = [
        (row.criterion, row.other)
        for row in given
        if row.other and category_range(row.words)[1] > 0
    ]
    order = []
    while left:
        free = [c for c in left if not any(b == c and a in left for a, b in beaten)]
        wins = {c: sum(a == c and b in left for a, b in beaten) for c in left}
        top = max(free or left, key=lambda c: (wins[c], -left.index(c)))
        order.append(top)
        left.remove(top)
    return order


def _mended(low: Ints, high: Ints) -> tuple[macbeth.Change, ...]:
    """Take the first of the least repairs, in place; return its changes."""
    suggestions = macbeth.repairs(low, high)
    for change in suggestions[0] if suggestions else ():
        low[change.first, change.second] = high[change.first, change.second] = change.instead
    return suggestions[0] if suggestions else ()


def _reached(criteria: int, pairs: Sequence[tuple[int, int]]) -> Ints:
    """(criteria, criteria) 1 where the row criterion is known to be heavier than the column's."""
    above = np.zeros((criteria, criteria), dtype=np.int64)
    for one, other in pairs:
        above[one, other] = 1
    for k in range(criteria):
        above |= above[:, k : k + 1] & above[k : k + 1, :]
    return above


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

    `to_frame` has one row for each criterion: `weight` among its siblings, and `swing_low`,
    `swing`, `swing_high`, `grade`, `basis` as they stand in the table criteria.
    """

    _table: pd.DataFrame
    _records: pd.DataFrame
    _checks: pd.DataFrame
    _leaves: pd.DataFrame
    _agreement: pd.DataFrame
    mean: str
    provenance: Provenance

    def lifts(self) -> Sequence[Column]:
        """How the columns of its tables become figures."""
        rests = ("judgements",)
        return columns(
            "weights",
            ("weight", "elicited_weight", "share", "weight", rests),
            ("swing_low", "swing_low", "points", "weight", rests, STATED),
            ("swing", "swing_judged", "points", "weight", rests, STATED),
            ("swing_high", "swing_high", "points", "weight", rests, STATED),
            draws=NO_DRAWS,
        )

    def records(self) -> pd.DataFrame:
        """What each judge said by each method: weight among siblings, points, and their ranges."""
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
        given = failed[["judge", "method", "revisit"]].to_numpy()
        return tuple(f"{judge}, {method}: {revisit}" for judge, method, revisit in given)

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

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table of this answer by its file name."""
        return {
            "weights": self.to_frame(),
            "weight_records": self.records(),
            "weight_checks": self.checks(),
            "weight_agreement": self.agreement(),
        }

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
        key: METHODS[key[1]](branches[key[2]], given)
        for key, given in sorted(sets.items(), key=lambda item: _place(case, item[0]))
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
        _table=_swings(case, branches, together, weighed),
        _records=_records(branches, weighed),
        _checks=_checks(weighed),
        _leaves=weights_down_the_tree(case, {**_by_judge(local), TOGETHER: together}),
        _agreement=_agreement(branches, local),
        mean=mean,
        provenance=provenance or Provenance.of(case, len(case.judgements)),
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
    given: dict[str, dict[str, Floats]] = {}
    for branch, of in local.items():
        for judge, weights in of.items():
            given.setdefault(judge, {})[branch] = weights
    return given


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
        given = [j for j in case.judgements if (j.judge, j.method, branch) in mine]
        judges = sorted({j.judge for j in given})
        days = sorted({j.day for j in given if j.day})
        basis = (
            f"swings from worst to best elicited from {len(judges)} judges ({', '.join(judges)}) "
            f"by {', '.join(dict.fromkeys(key[1] for key in mine))}"
            f"{f' on {days[-1].isoformat()}' if days else ''}; low and high are the lowest and "
            f"highest judge; {'; '.join(sorted({j.basis for j in given if j.basis}))}"
        ).rstrip("; ")
        for k, name in enumerate(branches[branch]):
            rows[name] = {
                "branch": branch,
                "judges": len(judges),
                "weight": float(weights[k]),
                "swing_low": _whole(max(min(low[k], mode[k] - STEP), 0.0), floor),
                "swing": _whole(mode[k], round),
                "swing_high": _whole(min(max(high[k], mode[k] + STEP), 100.0), ceil),
                "grade": max((*(j.grade for j in given), "D")),
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
            "concordance": kendall_w(np.stack(list(of.values())).round(9))
            if len(of) > 1 and len(branches[branch]) > 1
            else np.nan,
        }
        for branch, of in local.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("branch")


def weights_down_the_tree(case: Case, judged: Mapping[str, Mapping[str, Floats]]) -> pd.DataFrame:
    """Multiply weights from the top of the tree down to the measured criteria.

    Parameters
    ----------
    case : with criteria
    judged : for each judge, parent -> weights of its children in the order of the case

    Returns
    -------
    A row for each judge who weighed every branch, a column for each measured criterion; rows sum
    to 1. A branch with a single criterion needs no judgement.
    """
    rows, tree = {}, case.siblings
    for judge, own in judged.items():
        weights: dict[str, float] = {"": 1.0}
        for criterion in _down(case):
            siblings = [c.id for c in tree[criterion.parent]]
            found = own.get(criterion.parent)
            if found is None and len(siblings) > 1:
                break
            share = 1.0 if found is None else float(found[siblings.index(criterion.id)])
            weights[criterion.id] = share * weights[criterion.parent]
        else:
            rows[judge] = [weights[leaf.id] for leaf in case.measured]
    columns = pd.Index([leaf.id for leaf in case.measured], name="criterion")
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("judge")


def _down(case: Case) -> list[Criterion]:
    """Criteria from the top of the tree: every parent before its children."""
    order: list[Criterion] = []
    level = [""]
    while level:
        children = [c for c in case.criteria if c.parent in level]
        order += children
        level = [c.id for c in children]
    return order
