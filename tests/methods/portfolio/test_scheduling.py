"""Best schedules against every schedule tried, and rising effects worked by hand."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from capworth.errors import InputError
from capworth.methods.arguments import Ints
from capworth.methods.cost_benefit.discounting import effect_profile
from capworth.methods.portfolio.relations import Relations, allowed
from capworth.methods.portfolio.scheduling import NEVER, Timetable, best_schedule, search_schedule


def problem(seed: int) -> tuple[Timetable, Relations]:
    """Three or four projects, three years, a need with a gap, an exclusion, a pair, two limits."""
    rng = np.random.default_rng(seed)
    n, years = int(rng.integers(3, 5)), 3
    a, b, c = (int(k) for k in rng.permutation(n)[:3])
    first = rng.integers(0, 2, n)
    opens = np.arange(years) >= first[:, None]
    full = rng.integers(1, 7, n).astype(float)
    gain = np.where(opens, full[:, None] * (years - np.arange(years)) / years, 0.0)
    spend = rng.integers(1, 5, n).astype(float)
    uses = np.zeros((years, n, years))
    for year in range(years):
        uses[year, :, year] = spend
    relations = Relations(
        n,
        requires=((a, (b,)),),
        requires_any=((b, (a, c)),) if seed % 5 == 0 else (),
        excludes=((b, c),) if seed % 3 == 0 else (),
        synergies=((a, b, 1.0), (b, c, -1.0)),
        must=(c,) if seed % 4 == 0 else (),
    )
    lead, ramp = int(rng.integers(0, 2)), rng.integers(0, 3, n)
    share = np.array(
        [[effect_profile(years, start + lead, int(r)) for start in range(years)] for r in ramp]
    )
    timetable = Timetable(
        gain,
        opens,
        spend,
        share,
        uses,
        rng.integers(2, 7, years).astype(float),
        (("limit", 0),) * years,
        np.array([[0.5] * years, [-0.75] * years]),
        (
            ((int(rng.integers(-1, 2)),),),
            ((0, 1),) if seed % 5 == 0 else (),
        ),
    )
    return timetable, relations


def worth(timetable: Timetable, relations: Relations, start: Ints) -> tuple[float, float] | None:
    """Value and cost of a schedule, None if a rule forbids it; written from the words alone."""
    n = len(timetable.gain)
    done = start != NEVER
    if not allowed(done[None], relations)[0]:
        return None
    if any(done[p] and not timetable.open[p, start[p]] for p in range(n)):
        return None
    for (head, group), gaps in zip(relations.requires, timetable.gaps[0], strict=True):
        for needed, gap in zip(group, gaps, strict=True):
            if done[head] and start[needed] > start[head] - gap:
                return None
    for (head, group), gaps in zip(relations.requires_any, timetable.gaps[1], strict=True):
        ready = [
            done[p] and start[p] <= start[head] - gap for p, gap in zip(group, gaps, strict=True)
        ]
        if done[head] and not any(ready):
            return None
    for use, cap in zip(timetable.uses, timetable.caps, strict=True):
        if sum(use[p, start[p]] for p in range(n) if done[p]) > cap:
            return None
    value = sum(timetable.gain[p, start[p]] for p in range(n) if done[p])
    for (one, other, _), bonus in zip(relations.synergies, timetable.bonus, strict=True):
        if done[one] and done[other]:
            mine = zip(
                timetable.share[one, start[one]], timetable.share[other, start[other]], strict=True
            )
            value += sum(b * min(pair) for b, pair in zip(bonus, mine, strict=True))
    return float(value), float(timetable.cost[done].sum())


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32))
@example(224)  # HiGHS fails on what its presolve leaves of it
def test_the_schedule_is_the_best_of_all_and_of_equals_the_cheapest(seed: int) -> None:
    timetable, relations = problem(seed)
    n, years = timetable.gain.shape
    options: list[tuple[float, float]] = []
    for starts in product(range(NEVER, years), repeat=n):
        told = worth(timetable, relations, np.array(starts))
        if told is not None:
            options.append((told[0], -told[1]))
    found = best_schedule(timetable, relations)
    if not options:
        assert found is None
        return
    assert found is not None
    mine = worth(timetable, relations, found)
    assert mine is not None
    best = max(options)
    assert mine[0] == pytest.approx(best[0], abs=1e-5)
    level = [cost for value, cost in options if value >= best[0] - 1e-9]
    assert -mine[1] == pytest.approx(max(level), abs=1e-9)


def test_nothing_to_schedule() -> None:
    none: Any = np.empty((0, 3))
    nobody: Any = np.empty(0)
    ties: Any = ((), ())
    never = np.empty((0, 3, 3))
    empty = Timetable(none, none > 0, nobody, never, np.empty((0, 0, 3)), nobody, (), none, ties)
    found = best_schedule(empty, Relations(0))
    assert found is not None
    assert len(found) == 0


def test_an_effect_that_rises() -> None:
    assert effect_profile(4, 1, 1).tolist() == [0, 0.5, 1, 1]
    assert effect_profile(3, 5, 0).tolist() == [0, 0, 0]
    with pytest.raises(InputError, match="ramp: -1 years"):
        effect_profile(3, 0, -1)


@pytest.mark.parametrize("seed", range(6))
def test_a_schedule_says_how_near_it_is(seed: int) -> None:
    timetable, relations = problem(seed)
    found = search_schedule(timetable, relations)
    if found is None:
        return
    assert found.gap == 0
    assert found.bound == found.value
    assert found.cheapest
    try:
        ended = search_schedule(timetable, relations, nodes=1)
    except InputError:
        return
    assert ended is not None
    assert ended.value <= found.value + 1e-6 <= ended.bound + 2e-6
    assert ended.gap == pytest.approx((ended.bound - ended.value) / ended.value, abs=1e-9)
