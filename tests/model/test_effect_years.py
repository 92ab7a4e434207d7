"""When improvements have their effect: by hand, and the same in every answer that counts years."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capworth.case.model import Case
from capworth.model.costs import discount_factors
from capworth.model.effect_years import EffectYears, full_year

SIX = 6  # years


def rising(case: Case, *rows: tuple[int, int]) -> Case:
    """The small case over six years, its improvements with other effect years and ramps."""
    improvements = tuple(
        replace(i, effect_year=case.settings.first_year + first, ramp_years=ramp)
        for i, (first, ramp) in zip(case.improvements, rows, strict=True)
    )
    return replace(case, improvements=improvements).with_settings(years=SIX)


def test_shares_of_three_improvements_worked_by_hand(small: Case) -> None:
    years = EffectYears(rising(small, (1, 0), (2, 3), (-1, 3)))
    assert years.shares().tolist() == [
        [0, 1, 1, 1, 1, 1],
        [0, 0, 0.25, 0.5, 0.75, 1],
        [0.5, 0.75, 1, 1, 1, 1],
    ]
    assert years.share(1, 2).tolist() == [0, 0, 0, 0, 0.25, 0.5]
    assert years.together(1, 2).tolist() == [0, 0, 0.25, 0.5, 0.75, 1]
    assert years.together(0, 1, (3, 0)).tolist() == [0, 0, 0, 0, 0.75, 1]


def test_discounted_years_are_sums_of_factors(small: Case) -> None:
    case = rising(small, (1, 0), (2, 3), (7, 0))
    years, factor = EffectYears(case), discount_factors(case)
    assert years.counted(0) == pytest.approx(factor[1:].sum(), abs=1e-12)
    rise = 0.25 * factor[2] + 0.5 * factor[3] + 0.75 * factor[4] + factor[5]
    assert years.counted(1) == pytest.approx(rise, abs=1e-12)
    assert years.counted(2) == 0
    assert years.all_counted().tolist() == [years.counted(k) for k in range(3)]


def test_the_full_year_is_the_first_of_a_whole_share(small: Case) -> None:
    case = rising(small, (0, 0), (1, 3), (2, 2))
    for k, improvement in enumerate(case.improvements):
        for delay in (0, 1):
            place = full_year(improvement, delay) - case.settings.first_year
            share = EffectYears(case).share(k, delay)
            assert share[place] == 1
            assert not (share[:place] == 1).any()


def test_levels_worked_by_hand(small: Case) -> None:
    """Two rise: in year 2 the second at a quarter, in a quarter of the places both work."""
    case = rising(small, (1, 0), (2, 3), (9, 0))
    factor = discount_factors(case)
    found = dict(EffectYears(case).levels([0, 1, 2]))
    both = 0.25 * factor[2] + 0.5 * factor[3] + 0.75 * factor[4] + factor[5]
    alone = factor[1] + 0.75 * factor[2] + 0.5 * factor[3] + 0.25 * factor[4]
    assert found == {(0, 1): pytest.approx(both), (0,): pytest.approx(alone)}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(-2, 7), st.integers(0, 4)), min_size=3, max_size=3))
def test_levels_give_each_its_own_years_and_each_pair_its_common_ones(
    small: Case, rows: list[tuple[int, int]]
) -> None:
    years = EffectYears(rising(small, *rows))
    found = years.levels([0, 1, 2])
    assert len({working for working, _ in found}) == len(found)
    for k in range(3):
        mine = sum(part for working, part in found if k in working)
        assert mine == pytest.approx(years.counted(k), abs=1e-12)
    for one, other in ((0, 1), (0, 2), (1, 2)):
        both = sum(part for working, part in found if {one, other} <= {*working})
        common = float(np.sum(years.discount * years.together(one, other)))
        assert both == pytest.approx(common, abs=1e-12)
