"""From one judge's judgements of one branch to weights, each method with its own check."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from capworth.case.judgementrules import best_and_worst, order_pairs
from capworth.case.voices import CATEGORIES, Judgement, category_range
from capworth.methods.arguments import Floats, Ints
from capworth.methods.elicitation import macbeth, pairwise
from capworth.methods.elicitation.best_worst import best_worst
from capworth.methods.elicitation.weights import normalised, ordered, rank_order_centroid
from capworth.streams import stream

CONSISTENT: Final = 0.1  # customary limit of the consistency ratio: Saaty (1980)
FITTING: Final = 0.2  # limit of the best-worst ratio; a working rule of ours
DRAWS: Final = 4_000  # weights compatible with an order, for their range
ENDS: Final = (10, 90)  # percentiles of them


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


def by_swing(criteria: Sequence[str], said: Sequence[Judgement]) -> Weighed:
    """Points for the swing from worst to best, the most valuable swing 100.

    von Winterfeldt & Edwards (1986), Decision Analysis and Behavioral Research, ch. 8. Its check:
    the judge did name a most valuable swing. Points are stretched where the largest is not 100.
    """
    points, low, high = _points(criteria, said)
    largest = float(points.max())
    revisit = "" if largest == 100 else f"{criteria[int(points.argmax())]} should have 100 points"
    return Weighed(
        *_weighed(points, low, high), "largest swing", largest, 100, largest == 100, revisit
    )


def by_direct(criteria: Sequence[str], said: Sequence[Judgement]) -> Weighed:
    """Points given outright. Its check: the judge told criteria apart, and ruled none out."""
    points, low, high = _points(criteria, said)
    kinds = len(set(points.tolist()))
    nothing = [c for c, p in zip(criteria, points, strict=True) if p == 0]
    revisit = f"no weight for {', '.join(nothing)}" if nothing else ""
    if kinds == 1 and len(criteria) > 1:
        revisit = "all criteria have the same points"
    return Weighed(*_weighed(points, low, high), "different points", kinds, 2, not revisit, revisit)


def by_pairwise(criteria: Sequence[str], said: Sequence[Judgement]) -> Weighed:
    """How many times one swing is worth another (analytic hierarchy process).

    Its check: the consistency ratio; beyond 0.1 the judgement furthest from the weights is named.
    """
    matrix = np.ones((len(criteria), len(criteria)))
    for row in said:
        i, j = criteria.index(row.criterion), criteria.index(row.other)
        assert row.value is not None  # checked at the door
        matrix[i, j], matrix[j, i] = row.value, 1 / row.value
    weights = pairwise.eigenvector(matrix)
    ratio = float(pairwise.consistency(matrix).ratio)
    revisit = ""
    if ratio > CONSISTENT:
        first = min(pairwise.to_revisit(matrix), key=lambda judgement: judgement.ratio_if_mended)
        revisit = (
            f"{criteria[first.row]} against {criteria[first.column]}: said {first.said:g}, the "
            f"others imply {first.implied:.2g}; the ratio would be {first.ratio_if_mended:.2f}"
        )
    return Weighed(
        *_weighed(weights, weights, weights),
        "consistency ratio",
        ratio,
        CONSISTENT,
        not revisit,
        revisit,
    )


def by_bestworst(criteria: Sequence[str], said: Sequence[Judgement]) -> Weighed:
    """The best swing against all, all against the worst: Rezaei (2015).

    Its check: the ratio of the largest deviation to the largest that the scale allows.
    """
    pairs = [(row.criterion, row.other) for row in said]
    found = best_and_worst(pairs, criteria)
    assert found is not None  # checked at the door
    best, worst = found
    times = {(row.criterion, row.other): row.value or 1.0 for row in said}
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
    return Weighed(
        *_weighed(solved.weights, solved.low, solved.high),
        "best-worst ratio",
        round(solved.ratio, 12),
        FITTING,
        not revisit,
        revisit,
    )


def by_macbeth(criteria: Sequence[str], said: Sequence[Judgement]) -> Weighed:
    """Differences between swings in words, from no to extreme; blank `other` is no swing at all.

    Its check: some values agree with all the words; where none do, the fewest steps that mend it
    are named and taken. A judgement that closes a circle of preferences is left out and named.
    """
    names = [*_falling(criteria, said), ""]
    place = {name: k for k, name in enumerate(names)}
    low, high = (np.full((len(names), len(names)), -1, dtype=np.int64) for _ in range(2))
    low[:-1, -1], high[:-1, -1] = 1, macbeth.EXTREME  # every swing is worth something, if unsaid
    circles = []
    for row in said:
        i, j = place[row.criterion], place[row.other]
        least, most = category_range(row.words)
        if i > j and most > 0:
            circles.append(f"{row.criterion} above {row.other} closes a circle")
        else:
            low[min(i, j), max(i, j)], high[min(i, j), max(i, j)] = least, most
    changes = _mended(low, high)
    named = [
        f"{names[c.first]} against {names[c.second] or 'no swing'}: said {CATEGORIES[c.said]}, "
        f"{CATEGORIES[c.instead]} would agree"
        for c in changes
    ]
    scale = macbeth.scale(low, high)
    order = [place[c] for c in criteria]
    values, least_value, most_value = (
        part[order] for part in (scale.values, scale.low, scale.high)
    )
    steps = float(sum(abs(c.said - c.instead) for c in changes)) + len(circles)
    return Weighed(
        *_weighed(values, least_value, most_value),
        "steps to agreement",
        steps,
        0,
        steps == 0,
        "; ".join((*circles, *named)),
    )


def by_rank(criteria: Sequence[str], said: Sequence[Judgement]) -> Weighed:
    """Only an order, complete or not: the centre of all weights that keep it.

    For a complete order, rank order centroid weights (Barron & Barrett 1996). The range holds 80 %
    of the compatible weights. Its check: the share of pairs whose order is known; none is too few,
    but criteria that stand in no order are named.
    """
    entries = [(row.criterion, row.other, row.value) for row in said]
    pairs = [(criteria.index(a), criteria.index(b)) for a, b in order_pairs(entries)]
    drawn = ordered(len(criteria), pairs)(stream(0, "weights of an order"), DRAWS)
    points = 100 * drawn / drawn.max(axis=1, keepdims=True)
    low, high = np.percentile(points, ENDS, axis=0)
    above = _reached(len(criteria), pairs)
    known = int(above.sum())
    all_pairs = len(criteria) * (len(criteria) - 1) // 2
    weights: Floats = drawn.mean(axis=0)
    if known == all_pairs:
        weights = rank_order_centroid(len(criteria))[above.sum(axis=0)]
    loose = [c for k, c in enumerate(criteria) if not above[k].any() and not above[:, k].any()]
    revisit = f"no order for {', '.join(loose)}" if loose and all_pairs else ""
    share = known / all_pairs if all_pairs else 1.0
    return Weighed(weights, low, high, "share of pairs in order", share, 0, True, revisit)


Method = Callable[[Sequence[str], Sequence[Judgement]], Weighed]
METHODS: Final[Mapping[str, Method]] = {
    "swing": by_swing,
    "pairwise": by_pairwise,
    "bestworst": by_bestworst,
    "macbeth": by_macbeth,
    "rank": by_rank,
    "direct": by_direct,
}


def _points(criteria: Sequence[str], said: Sequence[Judgement]) -> tuple[Floats, Floats, Floats]:
    """Points of each criterion as said, and the judge's own range where there is one."""
    by_name = {row.criterion: row for row in said}
    value = np.array([by_name[c].value for c in criteria], dtype=float)
    low = [by_name[c].value if by_name[c].low is None else by_name[c].low for c in criteria]
    high = [by_name[c].value if by_name[c].high is None else by_name[c].high for c in criteria]
    return value, np.array(low, dtype=float), np.array(high, dtype=float)


def _weighed(points: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats, Floats]:
    """Weights, and the ends of their range in points of which the largest weight has 100."""
    stretch = 100 / points.max()
    return normalised(points), np.minimum(low * stretch, 100), np.minimum(high * stretch, 100)


def _falling(criteria: Sequence[str], said: Sequence[Judgement]) -> list[str]:
    """Criteria from the most valuable swing down: by swings that they beat, one after the other."""
    left = list(criteria)
    beaten = [
        (row.criterion, row.other) for row in said if row.other and category_range(row.words)[1] > 0
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
