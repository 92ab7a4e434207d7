"""The value chain of the small case: from searches to attributed outcomes."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capworth.case.model import Case, Estimate
from capworth.model.chain import Benefits, ChainModel, changed
from capworth.model.draws import AtModes, Draws, Sampled
from capworth.model.simulation import Model

Golden: TypeAlias = Mapping[str, Any]
seeds = st.integers(0, 2**32)
SHARES = ("hit_rate", "verified", "used", "outcome", "contribution")


def walked(case: Case, draws: Draws) -> Benefits:
    model = ChainModel(case)
    return model.walk(draws.size, model.levels(draws), model.unit_values(draws))


def test_outcomes_money_and_harm_worked_by_hand(small: Case, golden: Golden) -> None:
    found = walked(small, AtModes())
    drawn = Model(small).answer(AtModes())
    for name, part in (
        ("outcomes", found.outcomes),
        ("harm", found.harm),
        ("harm", drawn.harm),
        ("money", drawn.money),
    ):
        expected = [golden["chain"][name][c] for c in small.capability_ids]
        np.testing.assert_allclose(part[0], expected, atol=golden["chain"]["atol"], err_msg=name)
    annuity = golden["discounting"]["annuity"]
    np.testing.assert_allclose(found.money * annuity, drawn.money, rtol=1e-8)


def test_worth_adds_scopes_and_tells_pounds_in_euros(small: Case) -> None:
    worth = ChainModel(small).unit_values(AtModes())
    assert worth["money"]["ARREST"].tolist() == [10_000]
    assert worth["money"]["DOC"].tolist() == [1_000]
    assert worth["harm"]["ARREST"].tolist() == [30]
    assert "DOC" not in worth["harm"]


def test_a_share_that_is_not_given_may_be_anything(small: Case) -> None:
    (unknown,) = ChainModel(small).unknown()
    assert unknown.name == "chain/LAB/used"
    assert (unknown.low, unknown.mode, unknown.high, unknown.grade) == (0, 0.5, 1, "E")
    given_now = replace(
        next(s for s in small.chain if s.capability == "LAB" and s.step == "verified"),
        step="used",
        level=unknown,
    )
    told = replace(small, chain=(*small.chain, given_now))
    draws = Sampled(5, 0, 50)
    np.testing.assert_array_equal(walked(told, draws).money, walked(small, draws).money)
    assert ChainModel(told).unknown() == ()


def test_where_money_and_harm_are_known(small: Case) -> None:
    model = ChainModel(small)
    assert model.measured.tolist() == [True, False, True, False]
    assert model.has_scale("money").tolist() == [True, False, True, False]
    no_harm = replace(small, unit_values=tuple(v for v in small.unit_values if v.scale == "money"))
    assert not ChainModel(no_harm).has_scale("harm").any()
    documents = tuple(s for s in small.chain if s.outcome in ("", "DOC"))
    only = ChainModel(replace(small, chain=documents))
    assert only.has_scale("harm").tolist() == [False, False, False, False]
    assert only.has_scale("money").tolist() == [True, False, False, False]


def test_only_the_chains_that_are_named_are_walked(small: Case) -> None:
    model = ChainModel(small)
    draws = AtModes()
    levels = {"LAB": model.levels(draws)["LAB"]}
    harm = model.walk(1, levels, model.unit_values(draws)).harm
    np.testing.assert_allclose(harm, [[0, 0, 18, 0]], atol=1e-9)


def test_factors_multiply_a_step_and_shares_stop_at_one(small: Case) -> None:
    model = ChainModel(small)
    level = model.levels(AtModes())["LAB"]
    moved = changed(level, {"verified": np.array([2.0]), "hits": np.array([2.0])})
    assert moved["verified", ""].tolist() == [1.0]
    assert moved["hits", ""].tolist() == [160.0]
    assert moved["outcome", "ARREST"].tolist() == level["outcome", "ARREST"].tolist()
    every = changed(model.levels(AtModes())["REG"], {"outcome": np.array([0.5])})
    assert every["outcome", "ARREST"].tolist() == [0.125]
    assert every["outcome", "DOC"].tolist() == [0.25]


@settings(max_examples=25, deadline=None)
@given(seeds, st.sampled_from(SHARES), st.floats(0, 1))
def test_a_chain_is_no_stronger_than_each_of_its_links(
    small: Case, seed: int, step: str, factor: float
) -> None:
    """Less of any share is proportionally less of the outcomes that hang on it."""
    model = ChainModel(small)
    draws = Sampled(seed, 0, 10)
    levels, worth = dict(model.levels(draws)), model.unit_values(draws)
    before = model.walk(10, levels, worth)
    levels["REG"] = changed(levels["REG"], {step: np.full(10, factor)})
    after = model.walk(10, levels, worth)
    np.testing.assert_allclose(after.money[:, 0], before.money[:, 0] * factor, rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(after.money[:, 1:], before.money[:, 1:])


@settings(max_examples=25, deadline=None)
@given(seeds)
def test_outcomes_are_never_more_than_hits(small: Case, seed: int) -> None:
    draws = Sampled(seed, 0, 30)
    model = ChainModel(small)
    level = model.levels(draws)["REG"]
    found = walked(small, draws)
    assert (found.outcomes[:, 0] <= level["searches", ""] * level["hit_rate", ""]).all()
    assert (found.outcomes >= 0).all()


def test_what_would_have_happened_anyway_does_not_count(small: Case) -> None:
    def surely(estimate: Estimate) -> Estimate:
        return replace(estimate, low=1.0, mode=1.0, high=1.0)

    chain = tuple(
        replace(s, level=surely(s.level)) if s.step == "counterfactual" else s for s in small.chain
    )
    found = walked(replace(small, chain=chain), Sampled(1, 0, 5))
    assert not found.money.any()
    assert not found.harm.any()


@settings(max_examples=10, deadline=None)
@given(seeds, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(small: Case, seed: int, random: Any) -> None:
    chain, values = list(small.chain), list(small.unit_values)
    random.shuffle(chain)
    random.shuffle(values)
    draws = Sampled(seed, 0, 10)
    other = walked(replace(small, chain=tuple(chain), unit_values=tuple(values)), draws)
    np.testing.assert_allclose(other.money, walked(small, draws).money, rtol=1e-12)
    np.testing.assert_allclose(other.harm, walked(small, draws).harm, rtol=1e-12)


def test_a_step_that_nobody_uses_is_worth_nothing_to_move(small: Case) -> None:
    level = ChainModel(small).levels(AtModes())["LAB"]
    with pytest.raises(KeyError):
        _ = level["hit_rate", ""]
    moved = changed(level, {"hit_rate": np.array([2.0])})
    assert moved.keys() == level.keys()
