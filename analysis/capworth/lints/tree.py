"""Attacks on the value tree: what is weighed, how it was asked, and on which scale."""

import re
from collections.abc import Iterator
from itertools import combinations

from capworth.case.model import Case, Criterion
from capworth.lints.lint import Lint, lint
from capworth.lints.words import speaks_of

FEW = 3  # capabilities below which equal levels may be chance
NATURAL = frozenset({0.0, 1.0, 5.0, 10.0, 100.0})  # ends that a scale has by itself
MOVE = re.compile(r"\?|\bfrom\b.+\bto\b|\b(?:de|du)\b.+\bà\b", re.IGNORECASE)
MONEY = re.compile(r"[€$£]|\b(?:EUR|USD|GBP|CHF|euros?|dollars?)\b", re.IGNORECASE)


def tree_lints(case: Case) -> Iterator[Lint]:
    """Every attack on criteria, weights and scales."""
    yield from weight_without_swing(case)
    yield from cost_in_the_tree(case)
    yield from criterion_twice(case)
    yield from scale_from_the_set(case)


def weight_without_swing(case: Case) -> Iterator[Lint]:
    """A weight with brothers whose basis does not say which move was weighed."""
    parents = [c.parent for c in case.criteria]
    judged = {name for j in case.judgements for name in (j.criterion, j.other)}
    found = [
        c
        for c in case.criteria
        if parents.count(c.parent) > 1
        and c.id not in judged
        and not MOVE.search(c.swing.basis)
        and not speaks_of(c.swing.basis, "swing")
    ]
    if found:
        yield lint("W01", "criteria", (c.swing.row for c in found), (c.id for c in found))


def cost_in_the_tree(case: Case) -> Iterator[Lint]:
    """A criterion that is a cost: it is counted again in every ratio to cost."""
    currency = re.compile(rf"\b{re.escape(case.settings.currency)}\b")
    found = [
        c
        for c in case.measured
        if MONEY.search(c.unit)
        or currency.search(c.unit)
        or speaks_of(" ; ".join((c.id.replace("_", " "), *c.wordings("name"))), "cost")
    ]
    if found:
        yield lint("W02", "criteria", (c.swing.row for c in found), (c.id for c in found))


def _relative(case: Case, criterion: Criterion) -> tuple[tuple[float, ...], ...]:
    """Range of every capability as shares of the way from worst to best, in rising order."""
    assert criterion.worst is not None  # it is measured
    assert criterion.best is not None
    start, way = criterion.worst, criterion.best - criterion.worst
    level = {s.capability: s.level for s in case.scores if s.criterion == criterion.id}
    return tuple(
        tuple(sorted(round((end - start) / way, 9) for end in (of.low, of.mode, of.high)))
        for of in (level[c] for c in case.capability_ids)
    )


def criterion_twice(case: Case) -> Iterator[Lint]:
    """Two criteria on which all capabilities stand alike: one thing weighed twice."""
    if len(case.capabilities) < FEW:
        return
    relative = {c: _relative(case, c) for c in case.measured}
    for one, other in combinations(relative, 2):
        if relative[one] == relative[other] and len(set(relative[one])) > 1:
            yield lint("W03", "criteria", (one.swing.row, other.swing.row), (one.id, other.id))


def scale_from_the_set(case: Case) -> Iterator[Lint]:
    """A scale whose ends are the worst and the best of the capabilities appraised."""
    found = []
    for criterion in case.measured:
        modes = [s.level.mode for s in case.scores if s.criterion == criterion.id]
        ends = {criterion.worst, criterion.best}
        drawn = len(modes) >= FEW and ends == {min(modes), max(modes)}
        if drawn and not ends <= NATURAL:
            found.append(criterion)
    if found:
        yield lint("W04", "criteria", (c.swing.row for c in found), (c.id for c in found))
