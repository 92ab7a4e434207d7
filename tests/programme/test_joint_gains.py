"""What improvements add together: by hand, by all orders, and by models that know no games."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, permutations
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parts_of_cases import unchecked

from capworth.case.model import Case, Effect, Estimate
from capworth.methods.arguments import Floats
from capworth.model.draws import AtModes, Sampled
from capworth.model.joint_gains import Game, games_of, meetings_of
from capworth.model.result import Provenance
from capworth.model.simulation import Model, draw_sample
from capworth.model.value import score
from capworth.programme import joint_gains
from capworth.programme.choice import Choice, relations_of
from capworth.programme.joint_gains import (
    JointGains,
    join_gains,
    losses_without,
    lost_a_year,
    readings,
)
from capworth.study.stages import Study

AtModesRun: TypeAlias = Callable[[Case], Study]
GOLDEN: Mapping[str, Any] = tomllib.loads(
    (Path(__file__).parents[1] / "golden/priorities.toml").read_text("utf-8")
)
TOGETHER = GOLDEN["together"]


@pytest.fixture(scope="module")
def at_modes(learning: Callable[..., Any]) -> AtModesRun:
    """Answer what is tested here, with every draw at the modes."""
    return lambda case: learning(case, 3, modes=True)


@pytest.fixture(scope="module")
def worked(small: Case, at_modes: AtModesRun) -> Study:
    """The small case with every draw at the modes."""
    return at_modes(small)


@pytest.fixture(scope="module")
def study(small: Case, learning: Callable[..., Any]) -> Study:
    """The small case in 400 draws."""
    answered: Study = learning(small)
    return answered


def sure(name: str, level: float) -> Estimate:
    return Estimate(f"effects/{name}", level, level, level, "", "D", "", "for the test", 0)


def meeting(case: Case) -> Case:
    """The small case with four more effects, so that SCAN and LINK meet; nothing is excluded."""
    more = (
        Effect("SCAN", "NET", sure("SCAN/NET/reach", 30.0), criterion="reach"),
        Effect("LINK", "REG", sure("LINK/REG/speed", -12.0), criterion="speed"),
        Effect("LINK", "REG", sure("LINK/REG/verified", 1.5), step="verified"),
    )
    relations = tuple(r for r in case.relations if r.relation == "requires")
    changed = replace(case, effects=(*case.effects, *more), relations=relations)
    return changed.with_settings(budget=120_000.0)


def joint_of(study: Study) -> JointGains:
    return study.joint_gains


@pytest.fixture(scope="module")
def met(small: Case, at_modes: AtModesRun) -> Study:
    """The meeting improvements, CLOUD left out, with every draw at the modes."""
    case = meeting(small)
    effects = tuple(e for e in case.effects if e.improvement != "CLOUD")
    return at_modes(replace(case, effects=effects))


def test_three_readings_worked_by_hand(met: Study) -> None:
    found = joint_of(met)
    assert found.base == ("SCAN", "LINK")
    table = found.to_frame()
    for reading in ("alone", "shapley", "last"):
        for key, gain in TOGETHER[reading].items():
            assert table[f"gain_{reading}"][key] == pytest.approx(gain, abs=TOGETHER["atol"])
    for reading in ("money_alone_m", "money_shapley_m"):
        column = reading.replace("_alone_m", "_m_alone").replace("_shapley_m", "_m_shapley")
        for key, money in TOGETHER[reading].items():
            assert table[column][key] == pytest.approx(money, abs=1e-8)
    assert found.together[0] == pytest.approx(TOGETHER["together"], abs=TOGETHER["atol"])
    assert found.counted_twice == pytest.approx(-TOGETHER["pair"], abs=TOGETHER["atol"])
    assert table.loc["SCAN", "touches"] == "LINK"


def test_the_pair_worked_by_hand(met: Study) -> None:
    pair = joint_of(met).pairs().iloc[0]
    assert pair.name == ("LINK", "SCAN")
    assert pair["gain_joint"] == pytest.approx(TOGETHER["pair"], abs=TOGETHER["atol"])
    assert pair["money_m_joint"] == pytest.approx(TOGETHER["money_pair_m"], abs=1e-8)
    assert pair["harm_days_joint"] == pytest.approx(TOGETHER["harm_pair"], abs=TOGETHER["atol"])


def test_alone_is_what_the_worlds_say(small: Case, learning: Callable[..., Any]) -> None:
    """Taken alone an improvement gains what the model of gains finds, draw by draw."""
    study = learning(meeting(small), 150)
    table, gains = joint_of(study).to_frame(), study.sample.drawn.gains
    np.testing.assert_allclose(table["gain_alone"], gains.distance.mean(axis=0), atol=1e-9)
    money = gains.money.mean(axis=0) / 1e6
    np.testing.assert_allclose(table["money_m_alone"][:2], money[:2], atol=1e-9)
    assert np.isnan(table["money_m_alone"].iloc[2])  # CLOUD changes nothing that has a price
    np.testing.assert_allclose(table["harm_days_alone"], gains.harm.mean(axis=0), atol=1e-9)
    assert joint_of(study).draws == 150


def test_improvements_that_do_not_meet_read_alike(study: Study) -> None:
    table = joint_of(study).to_frame()
    assert (table["touches"] == "").all()
    for name in ("gain", "money_m", "harm_days"):
        for reading in ("shapley", "last"):
            np.testing.assert_allclose(table[f"{name}_{reading}"], table[f"{name}_alone"])
    assert joint_of(study).counted_twice == pytest.approx(0, abs=1e-12)
    assert len(joint_of(study).pairs()) == 0


def test_shares_of_the_set_add_up_and_lie_between_first_and_last(
    small: Case, learning: Callable[..., Any]
) -> None:
    case = meeting(small)
    effects = tuple(e for e in case.effects if e.improvement != "CLOUD")
    rich = replace(case, effects=effects).with_settings(budget=250_000.0)
    found = joint_of(learning(rich, 80))
    assert found.base == ("SCAN", "LINK")
    table = found.to_frame().loc[list(found.base)]
    assert table["gain_shapley"].sum() == pytest.approx(found.together[0], abs=1e-9)
    assert table["gain_alone"].sum() == pytest.approx(found.alone[0], abs=1e-9)
    assert len(found.pairs()) == 1
    pair = float(found.pairs()["gain_joint"].iloc[0])
    last = table["gain_alone"] + pair
    np.testing.assert_allclose(table["gain_last"], last, atol=1e-9)
    np.testing.assert_allclose(table["gain_shapley"], table["gain_alone"] + pair / 2, atol=1e-9)


def test_one_that_excludes_takes_its_rival_out(small: Case, at_modes: AtModesRun) -> None:
    """SCAN takes 45 hours off the academy too, CLOUD 12: 90 and 20 of the 100 that lack."""
    more = Effect("SCAN", "ACA", sure("SCAN/ACA/speed", -45.0), criterion="speed")
    case = replace(small, effects=(*small.effects, more))
    found = joint_of(at_modes(case))
    assert len({"SCAN", "CLOUD"} & {*found.base}) == 1
    table = found.to_frame()
    assert table.loc["SCAN", "touches"] == "CLOUD"
    for reading in ("shapley", "last"):
        np.testing.assert_allclose(table[f"gain_{reading}"], table["gain_alone"], atol=1e-12)
    free = replace(case, relations=()).with_settings(budget=250_000.0)
    both = joint_of(at_modes(free)).to_frame()
    a1, a2 = 1 / 1.05, 1 / 1.05**2
    twice = 10 * 0.125 * (a1 + a2) / (1 + a1 + a2) * 100 / (400 - 211.041666667)
    for name in ("SCAN", "CLOUD"):
        lost = both["gain_alone"].to_dict()[name] - both["gain_last"].to_dict()[name]
        assert lost == pytest.approx(twice)


def test_two_factors_on_one_step_multiply(small: Case, at_modes: AtModesRun) -> None:
    """Hit rate of REG x 1.5 by SCAN and x 2 by LINK: 32,000 a year become 96,000, not 80,000."""
    more = Effect("LINK", "REG", sure("LINK/REG/hit_rate", 2.0), step="hit_rate")
    case = replace(small, effects=(*small.effects, more))
    pairs = joint_of(at_modes(case)).pairs()
    assert pairs["money_m_joint"].iloc[0] == pytest.approx(0.016 * 0.907029478, abs=1e-8)


# Twins


def by_all_orders(games: Sequence[Game], players: Sequence[int]) -> Floats:
    """Shapley value of the sum of the games from every order of joining: (draws, players)."""

    def gain(taken: Sequence[int]) -> Floats:
        return sum((g.gain(taken) for g in games), np.zeros(games[0].draws))

    orders = list(permutations(players))
    total = np.zeros((games[0].draws, len(players)))
    for order in orders:
        for k, player in enumerate(order):
            total[:, players.index(player)] += gain(order[: k + 1]) - gain(order[:k])
    return total / len(orders)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_shapley_by_all_orders(data: st.DataObject) -> None:
    """Games of their own on two to three of five improvements each, summed."""
    players = data.draw(st.lists(st.integers(0, 4), min_size=2, max_size=4, unique=True))
    games = []
    for _ in range(data.draw(st.integers(1, 3))):
        users = sorted(data.draw(st.sets(st.integers(0, 4), min_size=1, max_size=3)))
        size = 3 * (1 << len(users))
        cells = data.draw(st.lists(st.integers(-9, 9), min_size=size, max_size=size))
        table = np.array(cells, dtype=float).reshape(3, -1)
        table[:, 0] = 0
        games.append(Game.tabled("distance", "C", tuple(users), table))
    sets = [(k, {*players} | {k}) for k in range(5)]
    _, share, last, error = readings(games, sets, 3)
    assert not error.any()
    expected = by_all_orders(games, players)
    np.testing.assert_allclose(share[:, players], expected, atol=1e-9)

    def gain(taken: set[int]) -> Floats:
        return sum((g.gain(taken) for g in games), np.zeros(3))

    for player in players:
        loss = gain({*players}) - gain({*players} - {player})
        np.testing.assert_allclose(last[:, player], loss, atol=1e-9)


def crowd(small: Case, many: int) -> Case:
    """So many improvements that all lift one level and work on one chain."""
    (scan,) = (i for i in small.improvements if i.id == "SCAN")
    lines = [line for line in small.costs if line.improvement == "SCAN"]
    effects = [e for e in small.effects if e.improvement == "SCAN"]
    ids = [f"X{k}" for k in range(many)]

    def own(row: Estimate, name: str) -> Estimate:
        return replace(row, name=row.name.replace("SCAN", name))

    return replace(
        small,
        improvements=tuple(replace(scan, id=i, name=i) for i in ids),
        costs=(
            *(line for line in small.costs if not line.improvement),
            *(
                replace(
                    line, id=line.id.replace("SCAN", i), improvement=i, amount=own(line.amount, i)
                )
                for i in ids
                for line in lines
            ),
        ),
        effects=tuple(
            replace(e, improvement=i, change=own(e.change, i)) for i in ids for e in effects
        ),
        relations=(),
        funding=(),
    ).with_settings(target=None)


def test_more_improvements_than_all_orders_can_hold_are_shared_by_drawn_ones(small: Case) -> None:
    """21 on one level and one chain; the shares add up, and say their error."""
    sample = draw_sample(unchecked(crowd(small, 21)), 20)
    found = join_gains(sample, None, Provenance.of(sample.case, 20))
    assert found is not None
    table = found.to_frame()
    assert len(found.base) == 21
    games = [
        g
        for g in games_of(meetings_of(sample.model, sample.first_draws(20)), 20)
        if g.measure == "money"
    ]
    whole = sum(g.gain(range(21)).mean() for g in games) / 1e6
    assert table["money_m_shapley"].sum() == pytest.approx(whole)
    assert table["gain_shapley"].sum() == pytest.approx(found.together[0])
    assert (table["gain_shapley_error"] > 0).all()
    assert (table["gain_shapley_error"] < 0.2 * table["gain_shapley"].mean()).all()


def test_a_game_holds_all_who_are_in_the_set(small: Case) -> None:
    """Three on one level and one chain: what all gain, whoever is named beside them."""
    model, draws = Model(unchecked(crowd(small, 3))), Sampled(7, 0, 40)
    places = meetings_of(model, draws)
    games = games_of(places, 40)
    assert len(games) > len(places) > 1
    for place in places:
        for game in (g for g in games if g.capability == place.capability):
            if (game.measure == "distance") != (type(place).__name__ == "Level"):
                continue
            np.testing.assert_array_equal(
                game.gain([2, 0, 1, 99]), place.joint(game.measure, (0, 1, 2))
            )
    money = next(g for g in games if g.measure == "money")
    assert (money.gain([0, 1, 2]) > money.gain([0, 1])).all()


def test_drawn_orders_come_near_all_of_them(small: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    sample = draw_sample(unchecked(crowd(small, 6)), 20)
    games = games_of(meetings_of(sample.model, sample.first_draws(20)), 20)
    sets = [(k, set(range(6))) for k in range(6)]
    exact = readings([g for g in games if g.measure == "distance"], sets, 20)
    monkeypatch.setattr(joint_gains, "EXACT", 5)
    drawn = readings([g for g in games if g.measure == "distance"], sets, 20)
    assert not exact[3].any()
    assert (drawn[3] > 0).all()
    assert (np.abs(drawn[1].mean(axis=0) - exact[1].mean(axis=0)) < 4 * drawn[3]).all()
    np.testing.assert_array_equal(drawn[0], exact[0])
    np.testing.assert_array_equal(drawn[2], exact[2])


@pytest.mark.parametrize("taken", [("SCAN",), ("LINK",), ("SCAN", "LINK"), ("SCAN", "CLOUD")])
def test_rises_added_by_hand_give_the_joint_gain(small: Case, taken: tuple[str, ...]) -> None:
    """What each effect alone would lift, added, and cut at what lacks; all felt from the start."""
    case = meeting(small)
    case = replace(
        case, improvements=tuple(replace(i, effect_year=2025) for i in case.improvements)
    )
    model, draws = Model(case), Sampled(7, 0, 60)
    value = model.value
    levels, weights = value.levels(draws), value.weights(draws)
    today, rise = value.worth(levels), np.zeros(levels.shape)
    for effect in case.effects:
        if effect.improvement in taken and effect.criterion:
            c = case.capability_ids.index(effect.capability)
            k = [leaf.id for leaf in value.leaves].index(effect.criterion)
            moved = levels.copy()
            moved[:, c, k] += draws.of(effect.change)
            rise += value.worth(moved) - today
    capped = np.minimum(rise, 100 - today)
    assert (capped < rise).any() == (set(taken) == {"SCAN", "LINK"})
    first = Sampled(case.settings.seed, 0, 10_000)  # the expected distance: that of the case
    lacking = score(100 - value.worth(value.levels(first)), value.weights(first))
    whole = lacking.sum(axis=1).mean()
    gain = 100 * score(capped, weights).sum(axis=1) / whole
    numbers = [case.improvement_ids.index(i) for i in taken]
    games = [g for g in games_of(meetings_of(model, draws), draws.size) if g.measure == "distance"]
    found = sum((g.gain(numbers) for g in games), np.zeros(60))
    np.testing.assert_allclose(found, gain, atol=1e-9)


def test_a_chain_with_all_factors_in_one_improvement(small: Case) -> None:
    """One improvement that has the effects of both gains in money and days what both do."""
    case = meeting(small)
    case = replace(
        case, improvements=tuple(replace(i, effect_year=2026) for i in case.improvements)
    )
    effects = tuple(
        replace(e, improvement="SCAN") if e.improvement == "LINK" else e
        for e in case.effects
        if e.step
    )
    drawn = Model(replace(case, effects=effects)).answer(Sampled(7, 0, 60))
    games = games_of(meetings_of(Model(case), Sampled(7, 0, 60)), 60)
    for measure, gains in (("money", drawn.gains.money), ("harm", drawn.gains.harm)):
        mine = [g for g in games if g.measure == measure]
        found = sum((g.gain({0, 1}) for g in mine), np.zeros(60))
        np.testing.assert_allclose(found, gains[:, 0], atol=1e-6)


def test_games_of_a_case_without_effects(small: Case) -> None:
    assert games_of(meetings_of(Model(replace(small, effects=())), AtModes()), 1) == ()
    bare = replace(
        small,
        improvements=(),
        effects=(),
        relations=(),
        funding=(),
        costs=tuple(c for c in small.costs if not c.improvement),
    )
    assert join_gains(draw_sample(bare, 5), None, Provenance.of(bare, 5)) is None


# Leaving one out


def test_what_is_lost_without_it_and_late_worked_by_hand(worked: Study) -> None:
    known = GOLDEN["leaving_out"]
    table = joint_of(worked).to_frame()
    for name in ("loss_without", "lost_a_year"):
        assert table[name].to_dict() == pytest.approx(known[name], abs=known["atol"])


@pytest.mark.parametrize("budget", [110_000.0, 125_000.0, 160_000.0])
def test_what_is_lost_without_it_by_trying_every_set(small: Case, budget: float) -> None:
    """Of all sets that the budget holds in 80 % of the draws, the best with and without it."""
    sample = draw_sample(small.with_settings(budget=budget), 40)
    relations = relations_of(small)
    assert relations.requires == ((1, (0,)),)
    assert relations.excludes == ((2, 0),)
    gain, best = sample.drawn.gains.distance.mean(axis=0), dict.fromkeys(range(-1, 3), 0.0)
    for size in range(4):
        for taken in combinations(range(3), size):
            asked = np.sort(sample.drawn.asked[:, list(taken)].sum(axis=1))
            if (1 in taken and 0 not in taken) or {0, 2} <= {*taken} or asked[31] > budget:
                continue
            for out in range(-1, 3):
                if out not in taken:
                    best[out] = max(best[out], float(gain[list(taken)].sum()))
    lost = [best[-1] - best[k] for k in range(3)]
    np.testing.assert_allclose(losses_without(Choice.of(sample)), lost, atol=1e-9)
    assert max(lost) > 0


def test_no_budget_nothing_known_to_be_lost(small: Case) -> None:
    sample = draw_sample(small.with_settings(budget=None), 10)
    assert np.isnan(losses_without(Choice.of(sample))).all()


def test_what_must_be_done_cannot_be_left_out(small: Case) -> None:
    musts = tuple(replace(i, must=i.id == "SCAN") for i in small.improvements)
    found = losses_without(Choice.of(draw_sample(replace(small, improvements=musts), 10)))
    assert np.isnan(found[0])
    assert np.isfinite(found[1:]).all()


def test_an_effect_after_the_appraisal_loses_nothing_known(small: Case) -> None:
    late = tuple(replace(i, effect_year=2031) for i in small.improvements)
    assert lost_a_year(replace(small, improvements=late)).isna().all()
