"""What improvements add: worked by hand, and what must hold whatever the numbers are."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capworth.case.model import Case, Effect, Estimate, Improvement
from capworth.model.costs import discount_factors
from capworth.model.draws import AtModes, Sampled
from capworth.model.gains import Gains
from capworth.model.simulation import Model
from capworth.study.stages import Study

Golden: TypeAlias = Mapping[str, Any]
seeds = st.integers(0, 2**32)


def felt(case: Case, seed: int = 0, size: int = 20) -> Gains:
    return Model(case).answer(Sampled(seed, 0, size)).gains


@pytest.mark.parametrize(
    ("ours", "name"),
    [
        ("distance", "gain"),
        ("money", "money"),
        ("net", "net"),
        ("harm", "harm"),
        ("exchange", "exchange"),
    ],
)
def test_gains_worked_by_hand(worked: Study, golden: Golden, ours: str, name: str) -> None:
    found = getattr(worked.sample.modes.gains, ours)[0]
    expected = [golden["improvements"][name][i] for i in worked.case.improvement_ids]
    np.testing.assert_allclose(found, expected, atol=golden["improvements"]["atol"])


def changed_effects(case: Case, **changes: float) -> Case:
    def nothing(effect: Effect) -> Effect:
        level = changes["factor"] if effect.step else changes["level"]
        return replace(effect, change=replace(effect.change, low=level, mode=level, high=level))

    return replace(case, effects=tuple(nothing(e) for e in case.effects))


@settings(max_examples=10, deadline=None)
@given(seeds)
def test_an_improvement_that_changes_nothing_gains_nothing(small: Case, seed: int) -> None:
    gains = felt(changed_effects(small, level=0.0, factor=1.0), seed)
    for part in (gains.distance, gains.money, gains.harm, gains.exchange):
        np.testing.assert_allclose(part, 0, atol=1e-9)


def from_year(case: Case, year: int) -> Case:
    return replace(
        case, improvements=tuple(replace(i, effect_year=year) for i in case.improvements)
    )


@settings(max_examples=10, deadline=None)
@given(seeds)
def test_a_late_gain_counts_for_the_years_in_which_it_is_felt(small: Case, seed: int) -> None:
    factors = discount_factors(small)
    at_once = felt(from_year(small, 2025), seed)
    for late, year in enumerate((2025, 2026, 2027)):
        share = factors[late:].sum() / factors.sum()
        gains = felt(from_year(small, year), seed)
        np.testing.assert_allclose(gains.distance, at_once.distance * share, rtol=1e-9)
        np.testing.assert_allclose(gains.harm, at_once.harm * share, rtol=1e-9)
        np.testing.assert_allclose(gains.money, at_once.money * share, rtol=1e-9)
    never = felt(from_year(small, 2028), seed)
    assert not never.distance.any()
    assert not never.money.any()


def test_an_effect_before_the_appraisal_is_felt_from_its_first_year(small: Case) -> None:
    early, first = felt(from_year(small, 2020)), felt(from_year(small, 2025))
    np.testing.assert_array_equal(early.distance, first.distance)


def test_present_value_is_the_yearly_gain_times_the_years(small: Case) -> None:
    """Money is a present value; the distance and days are means over the appraisal."""
    model = Model(from_year(small, 2025))
    gains = model.answer(AtModes()).gains
    assert gains.money[0, 0] == pytest.approx(16_000 * model.annuity)
    assert gains.harm[0, 0] == pytest.approx(30)


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_shares_are_shares(small: Case, seed: int) -> None:
    gains = felt(small, seed, 40)
    assert gains.exchange.min() >= -1e-12
    assert gains.exchange.max() <= 1 + 1e-12


def to_the_top(case: Case) -> list[Effect]:
    """Effects of SCAN that lift everything to its best level."""
    lift = {"reach": 1000.0, "speed": -1000.0, "results": 1000.0}
    pattern = case.effects[0]
    return [
        replace(
            pattern,
            capability=c,
            criterion=k,
            change=Estimate(f"effects/SCAN/{c}/{k}", by, by, by, "", "A", "LEDGER", "", 2),
        )
        for c in case.capability_ids
        for k, by in lift.items()
    ]


def test_no_gain_goes_beyond_the_scale(small: Case) -> None:
    """All services count alike: a point that lacks to full marks is a quarter of a point of D."""
    model = Model(replace(small, effects=tuple(to_the_top(small))))
    drawn = model.answer(Sampled(1, 0, 30))
    late = discount_factors(small)[1:].sum() / discount_factors(small).sum()
    room = (100 - drawn.score).sum(axis=1)
    every = 100 - Model(small).answer(Sampled(small.settings.seed, 0, 10_000)).score
    whole = every.sum(axis=1).mean()
    np.testing.assert_allclose(drawn.gains.distance[:, 0], 100 * room / whole * late, rtol=1e-9)
    np.testing.assert_allclose(drawn.distance, room / 4, rtol=1e-9)


def agreed(case: Case, **levels: float) -> Case:
    """Other agreed levels, by criterion, of every service."""
    rows = (replace(s, agreed=levels.get(s.criterion, s.agreed)) for s in case.scores)
    return replace(case, scores=tuple(rows))


@settings(max_examples=10, deadline=None)
@given(seeds)
def test_nothing_beyond_the_agreed_level_is_counted(small: Case, seed: int) -> None:
    """Lifted to the ends of the scales, an improvement closes all that lacks, draw by draw."""
    best = from_year(replace(small, effects=tuple(to_the_top(small))), 2025)
    case = agreed(best, reach=150.0, speed=6.0, results=7.0)
    model = Model(case)
    drawn = model.answer(Sampled(seed, 0, 40))
    closed = drawn.gains.distance[:, 0] * model.extents.distance / 100
    np.testing.assert_allclose(closed, drawn.distance, rtol=1e-9)
    assert (drawn.distance < Model(best).answer(Sampled(seed, 0, 40)).distance).all()


def test_a_change_for_the_worse_is_a_loss_in_full(small: Case) -> None:
    """Also from above the agreed level, down to it nothing is lost by the cap: 80 - 10 is 5 short.

    LINK takes 20 of 190 members from NET: 10 points of value; agreed 150 is 75, and 95 - 10 is 85.
    """
    gains = felt(changed_effects(small, level=-5.0, factor=0.5))
    assert (gains.money[:, 0] < 0).all()
    assert (gains.distance[:, 1] < 0).all()  # LINK takes reach from NET
    assert (gains.net < gains.money).all()
    for change, points in ((-20.0, 0.0), (-60.0, 10.0)):  # 170: 85; 130: 65, 10 short of 75
        effects = changed_effects(from_year(small, 2025), level=change, factor=1.0).effects
        only = tuple(e for e in effects if (e.improvement, e.criterion) == ("LINK", "reach"))
        model = Model(agreed(replace(from_year(small, 2025), effects=only), reach=150.0))
        found = model.answer(AtModes()).gains.distance[0, 1] * model.extents.distance / 100
        assert found == pytest.approx(-points * 0.25 / 4)


@settings(max_examples=10, deadline=None)
@given(seeds)
def test_another_improvement_does_not_move_the_gains_of_one(small: Case, seed: int) -> None:
    twin = replace(small.improvements[0], id="TWIN")
    copies = tuple(
        replace(e, improvement="TWIN", change=replace(e.change, name=e.change.name + "/twin"))
        for e in small.effects
        if e.improvement == "SCAN"
    )
    more = replace(
        small, improvements=(twin, *small.improvements), effects=(*copies, *small.effects)
    )
    ours, theirs = felt(small, seed), felt(more, seed)
    np.testing.assert_array_equal(theirs.distance[:, 1:], ours.distance)
    np.testing.assert_array_equal(theirs.money[:, 1:], ours.money)


def test_an_improvement_of_the_chain_alone_has_no_points(small: Case) -> None:
    effects = tuple(e for e in small.effects if e.step or e.improvement != "SCAN")
    gains = felt(replace(small, effects=effects))
    assert not gains.distance[:, 0].any()
    assert not gains.exchange[:, 0].any()
    assert (gains.money[:, 0] > 0).all()


def test_two_effects_on_one_capability_are_felt_together(small: Case) -> None:
    """Shares of the chain multiply: 1.5 x 1.2 more hits that are used, not 0.5 + 0.2."""
    pattern = next(e for e in small.effects if e.step == "hit_rate")
    used = replace(
        pattern,
        step="used",
        change=replace(pattern.change, name="effects/SCAN/REG/used", low=1.1, mode=1.2, high=1.3),
    )
    both = Model(from_year(replace(small, effects=(*small.effects, used)), 2025))
    gains = both.answer(AtModes()).gains
    assert gains.money[0, 0] == pytest.approx(32_000 * (1.5 * 1.2 - 1) * both.annuity)


def test_a_case_without_claimed_functions_serves_none(small: Case) -> None:
    assert not felt(replace(small, claim=None)).exchange.any()


def test_a_case_without_improvements(small: Case) -> None:
    costs = tuple(c for c in small.costs if not c.improvement)
    gains = felt(replace(small, improvements=(), effects=(), relations=(), costs=costs))
    assert gains.distance.shape == (20, 0)
    assert isinstance(small.improvements[0], Improvement)
