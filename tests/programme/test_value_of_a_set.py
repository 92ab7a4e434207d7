"""What a set is worth is one number: effects that rise over years, and what pairs add, counted."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from capworth.appraisal.economics import economics
from capworth.case.model import Case, Effect, Estimate, Limit, Relation
from capworth.case.read import read_case
from capworth.model.result import Provenance
from capworth.model.simulation import Sample, draw_sample
from capworth.programme.choice import Choice
from capworth.programme.joint_gains import join_gains, losses_without, lost_a_year
from capworth.programme.priorities import rank_sets
from capworth.programme.selection import Programme, choose_programme

BUNDLED = Path(__file__).parents[2] / "data" / "interpol-2019"


def answered(case: Case, draws: int) -> tuple[Sample, Programme, Provenance]:
    """The draws of a case and its programme."""
    sample, known = draw_sample(case, draws), Provenance.of(case, draws)
    programme = choose_programme(sample, known)
    assert programme is not None
    return sample, programme, known


def ramped(case: Case, years: int) -> Case:
    """Every improvement takes so many years from its first effect to its full one."""
    return replace(
        case, improvements=tuple(replace(i, ramp_years=years) for i in case.improvements)
    )


# ---- effects that rise over years


@cache
def bundled(ramp: int) -> tuple[Sample, Programme, Provenance]:
    """The bundled case in a few draws."""
    return answered(ramped(read_case(BUNDLED), ramp), 30)


RAMPS = [0, 4]


@pytest.mark.parametrize("ramp", RAMPS)
def test_money_of_the_programme_on_page_one_and_among_the_indicators(ramp: int) -> None:
    sample, programme, known = bundled(ramp)
    found = economics(sample, known, programme=programme)
    assert found is not None
    row = found.to_frame().xs("programme", level="kind")
    ends = row[["benefit_m", "benefit_m_low", "benefit_m_high"]].to_numpy()
    assert ends[0].tolist() == pytest.approx(programme.money_m)


@pytest.mark.parametrize("ramp", RAMPS)
def test_gain_of_an_improvement_alone_and_among_others(ramp: int) -> None:
    sample, programme, known = bundled(ramp)
    found = join_gains(sample, programme, known)
    assert found is not None
    alone = programme.to_frame()["gain"]
    assert found.to_frame()["gain_alone"].tolist() == pytest.approx(alone.tolist())


def test_a_rising_effect_is_worth_less() -> None:
    """The rows above compare two numbers; this one says that the rise counts at all."""
    at_once, rising = (bundled(ramp)[1].to_frame()["gain"] for ramp in (0, 4))
    assert (rising < 0.9 * at_once).all()


@pytest.mark.parametrize("ramp", [0, 1])
def test_what_a_year_of_delay_loses_is_what_a_year_of_delay_loses(small: Case, ramp: int) -> None:
    """The share told, against the same case with every effect one year later."""
    case = ramped(small.with_settings(years=6), ramp)
    late = replace(
        case,
        improvements=tuple(replace(i, effect_year=i.effect_year + 1) for i in case.improvements),
    )
    now, then = (draw_sample(c, 20).drawn.gains.distance.mean(axis=0) for c in (case, late))
    assert lost_a_year(case).to_numpy() == pytest.approx(1 - then / now)


# ---- what pairs add together


def apart(small: Case, bonus: float) -> Case:
    """Two improvements that act on different services, each on one level, and add to each other."""

    def sure(name: str, level: float) -> Estimate:
        return Estimate(name, level, level, level, "", "D", "", "invented", 0)

    scan, link, _ = small.improvements
    tie = Relation(scan.id, "synergy", link.id, bonus=sure("relations/pair", bonus))
    return replace(
        small,
        improvements=(scan, link),
        costs=tuple(line for line in small.costs if line.improvement != "CLOUD"),
        effects=(
            Effect(scan.id, "REG", sure("effects/one", -6.0), criterion="speed"),
            Effect(link.id, "ACA", sure("effects/other", 30.0), criterion="reach"),
        ),
        relations=(tie,),
    ).with_settings(budget=1_000_000.0)


Reading = Callable[[Sample, Programme, Provenance], float]


def among_sets(sample: Sample, programme: Programme, known: Provenance) -> float:
    """As the sets side by side have it."""
    sets = {"it": programme.chosen, "nothing": ()}
    return float(rank_sets(sample, sets, known).to_frame().to_dict()["gain"]["it"])


def together(sample: Sample, programme: Programme, known: Provenance) -> float:
    """As the joint gains have it."""
    found = join_gains(sample, programme, known)
    assert found is not None
    return found.together[0]


@pytest.mark.parametrize("read", [among_sets, together])
@pytest.mark.parametrize("bonus", [0.0, 0.5])
def test_a_pair_that_meets_nowhere(small: Case, read: Reading, bonus: float) -> None:
    sample, programme, known = answered(apart(small, bonus), 50)
    assert programme.chosen == ("SCAN", "LINK")
    gains = sample.drawn.gains.distance
    wanted = float((gains.sum(axis=1) + bonus * gains.min(axis=1)).mean())
    assert programme.gain[0] == pytest.approx(wanted)
    assert read(sample, programme, known) == pytest.approx(wanted)


# ---- what is lost without an improvement


def limited(small: Case) -> Case:
    """Donors pay for no more than some of what they are asked for."""
    free = replace(small, relations=())
    limit = Limit("DONORS", "Donors in all", "money", 40_000.0, "invented", payer="donors")
    return replace(free, limits=(limit,)).with_settings(budget=300_000.0)


def test_what_is_lost_without_it_keeps_the_limits(small: Case) -> None:
    """Without donors there are no scanners, so nothing is lost without them."""
    sample, programme, _ = answered(limited(small), 50)
    assert programme.chosen == ("LINK", "CLOUD")
    lost = losses_without(Choice.of(sample))
    assert lost[0] == 0
    assert lost[1:] == pytest.approx(sample.drawn.gains.distance.mean(axis=0)[1:])


def test_what_is_lost_without_it_is_what_the_best_set_adds_with_it(small: Case) -> None:
    """By hand: nothing ties them and all are affordable, so each one's own gain is lost."""
    sample, _, _ = answered(replace(small, relations=()).with_settings(budget=1e6), 50)
    lost = losses_without(Choice.of(sample))
    assert lost == pytest.approx(sample.drawn.gains.distance.mean(axis=0))
    assert (lost > 0).all()


# ---- one gap closed once


def on_one_level(small: Case, one: float, other: float) -> Case:
    """Two improvements that lift the same level of the same service by so many members."""
    case = apart(small, 0.0)
    scan, link = (
        replace(
            e,
            capability="LAB",
            criterion="reach",
            change=replace(e.change, low=by, mode=by, high=by),
        )
        for e, by in zip(case.effects, (one, other), strict=True)
    )
    return replace(case, effects=(scan, link), relations=())


@pytest.mark.parametrize("read", [among_sets, together])
def test_two_improvements_do_not_close_one_gap_twice(small: Case, read: Reading) -> None:
    """60 members of LAB may become 200: either alone lifts by 120, both by what lacks.

    SCAN works in 2026 and 2027, LINK in 2027 only: the cap takes from 2027 alone.
    """
    sample, programme, known = answered(on_one_level(small, 120.0, 120.0), 50)
    assert programme.chosen == ("SCAN", "LINK")
    draws = sample.first_draws(50)
    model = sample.model
    now = model.value.levels(draws)[:, 2, 0] / 2  # value: half a point a member
    weight = model.value.weights(draws)[:, 0]
    factor = model.gains.years.discount
    lift = np.minimum(60.0, 100 - now) * factor[1] + np.minimum(120.0, 100 - now) * factor[2]
    wanted = (lift * weight).mean() / factor.sum() / 4 * 100 / model.extents.distance
    assert programme.gain[0] == pytest.approx(wanted)
    assert programme.value[0] == pytest.approx(wanted)
    assert read(sample, programme, known) == pytest.approx(wanted)
    assert wanted < 0.95 * sample.drawn.gains.distance.mean(axis=0).sum()


def test_a_programme_is_not_chosen_for_a_gap_that_is_closed_already(small: Case) -> None:
    """Each closes all that lacks; two cost more and close nothing more while both work."""
    case = on_one_level(small, 500.0, 500.0)
    case = replace(
        case, improvements=tuple(replace(i, effect_year=2025) for i in case.improvements)
    )
    sample, programme, _ = answered(case, 50)
    assert len(programme.chosen) == 1
    own = sample.drawn.gains.distance.mean(axis=0)
    assert own[0] == pytest.approx(own[1])
    assert programme.gain[0] == pytest.approx(own[0])
    assert programme.chosen == ("LINK",)  # the cheaper one


def test_every_answer_is_asked_for() -> None:
    """The programme of the bundled case is not empty, or the rows above would compare nothing."""
    names: Any = bundled(0)[1].chosen
    assert len(names) > 2


@pytest.mark.parametrize("delays", [(0, 0, 0), (1, 0, 0), (1, 2, 0)])
def test_what_payers_pay_for_a_set_adds_up_to_its_cost(
    small: Case, delays: tuple[int, int, int]
) -> None:
    """Also where its members start later: each payer's part moves as the cost does."""
    choice = Choice.of(draw_sample(small, 40))
    taken, late = np.array([True, True, False]), np.array(delays)
    paid = choice.payers(taken, late)
    np.testing.assert_allclose(paid.sum(axis=1), choice.whole_cost(taken, late), rtol=1e-12)
    stated = choice.sample.drawn.improvement_payers[:, taken].sum(axis=1)
    assert np.allclose(paid, stated) == (not any(delays))
