"""A service listed in parts: paths and savings follow it, to the last digit."""

from dataclasses import replace

import numpy as np
import pytest

from capworth.case.model import BusinessAsUsual, Case, Estimate, Saving
from capworth.model.draws import Sampled
from capworth.model.joint_gains import games_of, meetings_of
from capworth.model.set_value import SetValue
from capworth.model.simulation import Kept, Model, draw_sample
from capworth.multicriteria.rank_reversal import without_capability
from capworth.programme.extent_keys import counted_by
from capworth.study.split_check import split


def told(small: Case, capability: str = "LAB") -> Case:
    growth = Estimate(
        f"business_as_usual/{capability}", -0.1, 0, 0.2, "share a year", "D", "", "judged", 2
    )
    share = Estimate(
        f"savings/SCAN/{capability}-STAFF", 0.2, 0.4, 0.5, "share", "D", "", "judged", 2
    )
    costs = replace(growth, name=f"business_as_usual/{capability}/cost")
    rows = (BusinessAsUsual(capability, growth, costs, 2027),)
    return replace(
        small, business_as_usual=rows, savings=(Saving("SCAN", f"{capability}-STAFF", share),)
    )


def test_a_declared_split_moves_nothing(small: Case) -> None:
    case, draws = told(small, "REG"), Sampled(3, 0, 40)
    whole, parts = (Model(c).answer(draws) for c in (case, split(case, "REG", 2, declared=True)))
    for name in ("cost", "money", "harm"):
        ours, theirs = getattr(whole, name).sum(axis=1), getattr(parts, name).sum(axis=1)
        np.testing.assert_allclose(theirs, ours, rtol=1e-9)
    np.testing.assert_allclose(parts.gains.net, whole.gains.net, rtol=1e-9)
    np.testing.assert_allclose(parts.gains.distance, whole.gains.distance, rtol=1e-9)
    np.testing.assert_allclose(parts.distance, whole.distance, rtol=1e-9)


def test_what_is_not_known_of_a_service_is_not_known_of_its_parts(small: Case) -> None:
    """A share of the chain of REG that the case lacks, and an overrun: drawn once for all."""
    chain = tuple(s for s in small.chain if (s.capability, s.step) != ("REG", "used"))
    costs = tuple(
        replace(c, kind="one-off", bias="equipment_development", from_year=2025, to_year=2025)
        if c.capability == "REG" and not c.platform
        else c
        for c in small.costs
    )
    case, draws = replace(small, chain=chain, costs=costs), Sampled(3, 0, 40)
    assert [e.name for e in Model(case).chain.unknown()] == ["chain/REG/used", "chain/LAB/used"]
    assert any(c.bias != "none" for c in case.costs if c.capability == "REG")
    whole = Model(case).answer(draws)
    assert whole.money.std(axis=0).max() > 0
    for declared in (True, False):
        parted = split(case, "REG", 3, declared=declared)
        parts = Model(parted).answer(draws)
        for name in ("cost", "money", "harm"):
            ours, theirs = getattr(whole, name).sum(axis=1), getattr(parts, name).sum(axis=1)
            np.testing.assert_allclose(theirs, ours, rtol=1e-9, err_msg=name)
    own = tuple(s for s in parted.chain if s.step != "used" or not s.capability.startswith("REG"))
    declared_rows = split(case, "REG", 3, declared=True).capabilities
    named = Model(replace(parted, chain=own, capabilities=declared_rows))
    assert [e.name for e in named.chain.unknown()] == ["chain/REG/used", "chain/LAB/used"]
    np.testing.assert_allclose(named.answer(draws).money.sum(axis=1), whole.money.sum(axis=1))


def test_what_keeps_a_service_keeps_all_its_parts(small: Case) -> None:
    case, draws = told(small), Sampled(3, 0, 40)
    keeps = tuple(replace(i, keeps="LAB" if i.id == "SCAN" else "") for i in case.improvements)
    case = replace(case, improvements=keeps)
    whole = Model(case).answer(draws)
    lost = Model(told(small)).answer(draws)
    assert (whole.gains.money[:, 0] > lost.gains.money[:, 0]).all()
    for declared in (True, False):
        parts = Model(split(case, "LAB", 2, declared=declared)).answer(draws)
        for name in ("money", "harm", "net"):
            ours, theirs = getattr(whole.gains, name), getattr(parts.gains, name)
            np.testing.assert_allclose(theirs, ours, rtol=1e-9, atol=1e-9, err_msg=name)


def test_a_case_without_the_service_has_neither_path_nor_saving(small: Case) -> None:
    case = without_capability(told(small), "LAB")
    assert (case.business_as_usual, case.savings) == ((), ())
    assert Model(case).answer(Sampled(3, 0, 10)).size == 10


def test_a_service_that_ended_is_left_out_of_the_distance(small: Case) -> None:
    """LAB is there for 1 + 1/1.05 of 2.8594 discounted years; so is what lacks there."""
    case, draws = told(small), Sampled(3, 0, 20)
    ended, plain = Model(case), Model(small)
    extents = plain.today.extents(case.extent_key)
    with_end = ended.today.extents(case.extent_key)
    tree = plain.tree(draws)
    weights = extents.weights(tree.weights)
    there = np.array([1, 1, (1 + 1 / 1.05) / (1 + 1 / 1.05 + 1 / 1.05**2), 1])
    expected = np.einsum("nck,nk,c->n", tree.missing, weights, with_end.share * there)
    np.testing.assert_allclose(ended.answer(draws).distance, expected, rtol=1e-9)
    assert ended.answer(draws).gains.distance.shape == (20, 3)


def test_what_is_closed_there_counts_until_it_ends(small: Case) -> None:
    """SCAN lifts the results of LAB from 2026 on: with an end in 2027 in one year of two."""
    only = tuple(e for e in small.effects if e.improvement != "SCAN" or e.capability == "LAB")
    plain, ended = (Model(replace(c, effects=only)) for c in (small, told(small)))
    draws = Sampled(3, 0, 20)
    tree, extents = plain.tree(draws), plain.extents
    both, one = (
        m.gains.on_tree(m.gains.lifted(tree, draws), tree.weights, extents)[0, :, 0]
        for m in (plain, ended)
    )
    assert (both > 0).all()
    np.testing.assert_allclose(one / both, 1 / (1 + 1 / 1.05), rtol=1e-9)


@pytest.mark.parametrize("key", ["equal", "results", "cost"])
def test_counted_by_another_key_as_if_drawn_by_it(small: Case, key: str) -> None:
    """Nothing is drawn again: what each effect closes and what each service lacks are kept."""
    criteria = tuple(replace(c, extensive=c.id == "results") for c in small.criteria)
    scan = next(e for e in small.effects if e.improvement == "SCAN" and e.criterion)
    second = replace(scan, improvement="LINK")  # on the same level
    case = told(replace(small, criteria=criteria, effects=(*small.effects, second)))
    found, drawn = draw_sample(case, 40), draw_sample(case.assuming(extent_key=key), 40)
    weights = found.model.weights(Kept(found))
    other = counted_by(found, key, weights)
    np.testing.assert_allclose(
        other.drawn.gains.distance, drawn.drawn.gains.distance, rtol=1e-12, atol=1e-12
    )
    model, both = drawn.model, np.array([[True, True, False], [True, True, True]])
    tree = model.tree(Kept(drawn))
    counts = [leaf.id != "results" or key != "results" for leaf in model.value.leaves]
    mine = weights * counts / (weights * counts).sum(axis=1, keepdims=True)
    share = model.extents.share * model.costs.paths.there
    away = np.einsum("nck,nk,c->n", tree.missing, mine, share)
    np.testing.assert_allclose(other.drawn.distance, away, rtol=1e-12)
    places = {leaf.id: k for k, leaf in enumerate(model.value.leaves)}
    closed = np.zeros((40, 3))
    effects = [e for i in case.improvement_ids for e in case.effects if e.improvement == i]
    for e, effect in enumerate(e for e in effects if e.criterion):
        c, k = case.capability_ids.index(effect.capability), places[effect.criterion]
        points = drawn.drawn.lifted[:, e] * model.extents.share[c] * mine[:, k]
        closed[:, case.improvement_ids.index(effect.improvement)] += points
    wanted = closed * 100 / model.extents.distance
    np.testing.assert_allclose(other.drawn.gains.distance, wanted, rtol=1e-9, atol=1e-9)
    recounted = SetValue.of(found).recounted(other, weights)
    (level,) = recounted.levels()
    here = model.extents.share[case.capability_ids.index(level.capability)] * mine[:, level.leaf]
    np.testing.assert_allclose(level.unit, here * 100 / model.extents.distance, rtol=1e-12)
    np.testing.assert_allclose(
        recounted.over_draws(both, "distance"),
        SetValue.of(drawn).over_draws(both, "distance"),
        rtol=1e-9,
    )


def test_the_game_of_what_is_kept_holds_all_that_would_end(small: Case) -> None:
    """CLOUD keeps LAB and does nothing else there: its column is what the draws credit it with."""
    kept = tuple(replace(i, keeps="LAB" if i.id == "CLOUD" else "") for i in small.improvements)
    model, draws = Model(replace(told(small), improvements=kept)), Sampled(3, 0, 20)
    (game,) = (
        g
        for g in games_of(meetings_of(model, draws), draws.size)
        if (g.measure, g.capability) == ("money", "LAB")
    )
    credited = model.answer(draws).gains.money[:, 2]
    assert (credited > 0).all()
    np.testing.assert_allclose(game.gain([2]), credited, rtol=1e-9)
