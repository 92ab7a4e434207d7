"""What a relation means, written from its words, beside every reading of it."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capworth.methods.arguments import Bools, Ints
from capworth.methods.portfolio.earmarks import _relation_rows
from capworth.methods.portfolio.frontier import budget_frontier, links_of
from capworth.methods.portfolio.integer import relation_rows
from capworth.methods.portfolio.relations import (
    Gaps,
    Relations,
    Rule,
    affordable,
    allowed,
    rules_of,
    with_slack,
)


def tied(seed: int) -> tuple[Relations, Gaps]:
    """Four or five projects with a few relations of every kind, and gaps of their starts."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(4, 6))

    def some(least: int) -> tuple[int, ...]:
        many = int(rng.integers(least, n))
        return tuple(int(k) for k in rng.permutation(n)[:many])

    def maybe(share: float) -> bool:
        return bool(rng.random() < share)

    groups = [some(2) for _ in range(2)]
    any_of = some(2)
    relations = Relations(
        n,
        requires=tuple((g[0], g[1:]) for g in groups if maybe(0.6)),
        requires_any=((any_of[0], any_of[1:]),) if maybe(0.6) else (),
        excludes=tuple(some(1) for _ in range(2) if maybe(0.5)),
        synergies=((0, 1, 2.0),),
        must=some(0)[:1] if maybe(0.3) else (),
        barred=some(0)[:1] if maybe(0.3) else (),
        at_least=((1, some(1)),) if maybe(0.4) else (),
    )

    def gaps(entries: tuple[tuple[int, tuple[int, ...]], ...]) -> tuple[tuple[int, ...], ...]:
        return tuple(tuple(map(int, rng.integers(-1, 3, len(g)))) for _, g in entries)

    return relations, (gaps(relations.requires), gaps(relations.requires_any))


def by_words(relations: Relations, taken: set[int]) -> bool:
    return (
        all(taken >= {*group} for head, group in relations.requires if head in taken)
        and all(taken & {*group} for head, group in relations.requires_any if head in taken)
        and all(len(taken & {*group}) <= 1 for group in relations.excludes)
        and all(len(taken & {*group}) >= many for many, group in relations.at_least)
        and taken >= {*relations.must}
        and not taken & {*relations.barred}
    )


def in_time_by_words(relations: Relations, gaps: Gaps, start: dict[int, int]) -> bool:
    def before(head: int, needed: int, gap: int) -> bool:
        return needed in start and start[needed] <= start[head] - gap

    for (head, group), ahead in zip(relations.requires, gaps[0], strict=True):
        if head in start and not all(map(before, [head] * len(group), group, ahead)):
            return False
    for (head, group), ahead in zip(relations.requires_any, gaps[1], strict=True):
        if head in start and not any(map(before, [head] * len(group), group, ahead)):
            return False
    return by_words(relations, {*start})


def every_set(n: int) -> Bools:
    return np.array(list(product((False, True), repeat=n)))


def walked(relations: Relations, row: Bools, order: Ints) -> bool:
    """Whether links let a set pass that is decided project by project."""
    for link in links_of(relations):
        if link.rule is None:
            continue
        status, left = 0, {*link.members}
        for project in order.tolist():
            if project not in left:
                continue
            left.discard(project)
            after = link.after(status, project, bool(row[project]), link.signs(left))
            if after is None:
                return False
            status = after
    return True


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_every_reading_of_relations_says_what_the_words_say(seed: int) -> None:
    relations, _ = tied(seed)
    sets = every_set(relations.n)
    good = [by_words(relations, {*np.flatnonzero(row).tolist()}) for row in sets]
    assert allowed(sets, relations).tolist() == good
    order = np.random.default_rng(seed).permutation(relations.n)
    assert [walked(relations, row, order) for row in sets] == good
    for k, row in enumerate(sets.astype(float)):
        kept = [
            ((part.matrix @ row >= part.low) & (part.matrix @ row <= part.high)).all()
            for part in relation_rows(relations)
        ]
        assert all(kept) == good[k]
        matrix, limit = _relation_rows(relations)
        both = row[0] * row[1]
        assert bool((matrix @ np.append(row, both) <= limit).all()) == good[k]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_lines_over_starts_say_what_the_words_say(seed: int) -> None:
    relations, gaps = tied(seed)
    n, starts, rng = relations.n, 3, np.random.default_rng(seed)
    rules = list(rules_of(relations, gaps))
    for _ in range(60):
        row = rng.integers(-1, starts, n)  # -1 is never
        begun = np.zeros((n, starts))
        begun[row >= 0, row[row >= 0]] = 1
        sums = [
            (rule, np.einsum("lps,ps->l", rule.start_lines(n, starts), begun)) for rule in rules
        ]
        kept = all(((s >= rule.low) & (s <= rule.high)).all() for rule, s in sums)
        start = {k: int(row[k]) for k in range(n) if row[k] >= 0}
        assert kept == in_time_by_words(relations, gaps, start)


def test_partial_sets_with_one_future_have_one_status() -> None:
    """A head that needs three: once one of them is left out, it does not matter which, or more."""
    needs = Rule("requires", 0, (0, 1, 2, 3), (1, 1, 1, -3), 0, 3)
    assert needs.status(2, (-3,)) == needs.status(0, (-3,))
    assert needs.status(3, (-3,)) != needs.status(2, (-3,))
    assert needs.status(-3 + 2, ()) is None
    one = Rule("excludes", 0, (0, 1, 2), (1, 1, 1), 0, 1)
    assert one.status(2, (1,)) is None
    assert one.status(1, (1,)) != one.status(0, (1,))
    least = Rule("at_least", 0, (0, 1, 2, 3), (1, 1, 1, 1), 2, 4)
    assert least.status(3, (1,)) == least.status(2, (1,))
    assert least.status(0, (1,)) is None


def test_a_project_that_must_be_done_and_one_that_never_may() -> None:
    relations = Relations(3, must=(1,), barred=(2,))
    found = budget_frontier([1, 2, 1], [5, -1, 9], relations)
    assert found.chosen.tolist() == [[False, True, False], [True, True, False]]
    assert found.cost.tolist() == [2, 3]


@pytest.mark.parametrize("kind", ["requires", "requires_any"])
def test_a_lag_is_kept_by_the_head_alone(kind: str) -> None:
    """It needs 1 two years before: started in year 0, the head may start in year 2 or never."""
    needs = ((0, (1,)),)
    both = {"requires": Relations(2, needs), "requires_any": Relations(2, requires_any=needs)}
    relations = both[kind]
    gaps: Gaps = (((2,),), ()) if kind == "requires" else ((), ((2,),))
    (rule,) = rules_of(relations, gaps)
    lines = rule.start_lines(2, 3)
    begun = np.zeros((3, 2, 3))
    begun[:, 1, 0] = 1  # the one that is needed, in year 0
    begun[0, 0, 1] = begun[1, 0, 2] = 1  # the head in year 1, in year 2, never
    kept = (np.einsum("lps,kps->kl", lines, begun) >= rule.low).all(axis=1)
    assert kept.tolist() == [False, True, True]


def test_what_a_budget_pays_for() -> None:
    """A sum that passes the limit by rounding only is paid for; one euro too many is not."""
    assert affordable(0.1 + 0.2, 0.3)
    assert affordable([30e6, 30e6 + 1e-3, 30e6 + 1, 31e6], 30e6).tolist() == [
        True,
        True,
        False,
        False,
    ]
    assert affordable([0.0, 1e-12], 0.0).tolist() == [True, False]
    assert affordable([5.0], np.inf).tolist() == [True]
    assert with_slack(0.3) >= 0.1 + 0.2
