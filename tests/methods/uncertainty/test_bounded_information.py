"""Value of information bounded by what is left to gain, switching by substitution: examples."""

import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from capworth.methods.portfolio.distance import closed, distance, extents, share_closed
from capworth.methods.uncertainty.bounded_information import (
    bounded_evpi,
    bounded_evsi,
    set_sums,
    survey_resolves,
    worth_within,
)
from capworth.methods.uncertainty.order_statistics import order_quantile, quantile_error
from capworth.methods.uncertainty.substitution import switching_probability, switching_stretches
from capworth.streams import stream

GOLDEN = tomllib.loads((Path(__file__).parents[2] / "golden/decision.toml").read_text("utf-8"))


def test_evpi_is_bounded() -> None:
    case = GOLDEN["M09"][0]
    given_, expected = case["inputs"], case["expected"]
    sets = np.array([[k in row for k in range(3)] for row in given_["sets"]])
    value, cost = (np.array(given_[k]) for k in ("value", "cost"))
    every = value.sum(axis=1)  # all values are above 0: the best of all sets is all of them
    found = bounded_evpi(set_sums(value, sets), set_sums(cost, sets), given_["budget"], most=every)
    assert found.best == expected["best"]
    assert found.evpi == pytest.approx(expected["evpi"], abs=1e-9)
    assert found.ceiling == pytest.approx(expected["ceiling"], abs=1e-9)


def test_an_overspend_leaves_a_part_undone_or_all() -> None:
    """Bills of 8, 10 and 12 with 10 at hand, and one of nothing; a loss counts in full."""
    value, cost = np.array([[6.0, 6.0, 6.0, 6.0, -6.0]]), np.array([[8.0, 10.0, 12.0, 0.0, 12.0]])
    assert worth_within(value, cost, 10.0).tolist() == [[6.0, 6.0, 5.0, 6.0, -6.0]]
    assert worth_within(value, cost, 10.0, whole=True).tolist() == [[6.0, 6.0, 0.0, 6.0, -6.0]]
    assert worth_within(value, cost, 0.0).tolist() == [[0.0, 0.0, 0.0, 6.0, -6.0]]


@given(st.integers(0, 10**6), st.booleans())
def test_evpi_lies_between_nothing_and_what_is_left(seed: int, whole: bool) -> None:
    random = stream(seed, "bounded information")
    value = random.integers(-3, 9, size=(10, 6)).astype(float)
    cost = random.integers(0, 9, size=(10, 6)).astype(float)
    found = bounded_evpi(value, cost, float(random.integers(0, 12)), whole)
    assert -1e-12 <= found.evpi <= found.ceiling + 1e-12


def test_a_survey_resolves_part_of_a_variance() -> None:
    case = GOLDEN["M10"][1]
    given_ = case["inputs"]
    found = survey_resolves(
        given_["members"],
        given_["hits_each"],
        given_["icc"],
        given_["prior_mean"],
        given_["prior_variance"],
    )
    expected = case["expected"]
    assert found.design_effect == pytest.approx(expected["design_effect"], abs=1e-9)
    assert found.effective == pytest.approx(expected["effective_n"], abs=1e-9)
    assert found.prior == pytest.approx(expected["prior_n"], abs=1e-9)
    assert found.resolved == pytest.approx(expected["variance_share_resolved"], abs=1e-9)


def test_evsi_of_a_share_is_near_the_exact_one() -> None:
    """Beta prior, binomial sample: moment matching is an approximation, exact at both ends."""
    case = GOLDEN["M10"][0]
    given_, expected = case["inputs"], case["expected"]
    a, b = given_["prior"]
    even = (np.arange(200_000) + 0.5) / 200_000
    share = stats.beta.ppf(even, a, b)
    worth = np.column_stack(
        [np.full(len(share), given_["value_of_a"]), given_["value_of_b_per_unit"] * share]
    )
    n = given_["sample"]
    assert bounded_evsi(worth, 1.0) == pytest.approx(expected["evppi"], abs=1e-3)
    assert bounded_evsi(worth, n / (n + a + b)) == pytest.approx(expected["evsi"], abs=0.15)
    assert bounded_evsi(worth, 0.0) == 0
    hits = np.arange(n + 1)
    chance = stats.betabinom(n, a, b).pmf(hits)
    after = given_["value_of_b_per_unit"] * (a + hits) / (a + b + n)
    exact = chance @ np.maximum(after, given_["value_of_a"]) - max(
        given_["value_of_a"], given_["value_of_b_per_unit"] * a / (a + b)
    )
    assert exact == pytest.approx(expected["evsi"], abs=1e-6)


def test_switching_level_and_its_probability() -> None:
    case = GOLDEN["M13"][0]
    x = case["inputs"]["x"]
    width = x["high"] - x["low"]
    spread = stats.beta(
        1 + 4 * (x["mode"] - x["low"]) / width, 1 + 4 * (x["high"] - x["mode"]) / width
    )
    (found,) = switching_stretches(
        lambda level: 20 - 1.5 * level > case["inputs"]["value_of_b"],
        lambda p: float(x["low"] + width * spread.ppf(p)),
        sharp=1e-9,
    )
    assert found.low == pytest.approx(case["expected"]["switch_at"], abs=1e-6)
    assert found.high == x["high"]
    assert found.probability == pytest.approx(case["expected"]["probability"], abs=1e-6)


def test_both_sides_and_a_stretch_in_the_middle_count() -> None:
    found = switching_stretches(
        lambda level: 1 < level < 8 and not 6 < level < 7, lambda p: 10 * p, sharp=1e-9
    )
    ends = [(round(s.low, 6), round(s.high, 6)) for s in found]
    assert ends == [(0, 1), (6, 7), (8, 10)]
    assert switching_probability(found) == pytest.approx(0.4)
    assert switching_stretches(lambda _: "the same", lambda p: p) == ()


# ---------------------------------------------------------------------- the unit, and quantiles


def test_share_of_the_distance_closed() -> None:
    for case in GOLDEN["M01"][:2]:
        given_ = case["inputs"]
        value, agreed = np.array([given_["value"]]), np.array(given_["reference"])
        extent = np.array(given_["extent"])
        whole = distance(value, agreed, extent)
        rises = np.array(given_["rise_by_improvement"])
        gain = np.column_stack([closed(value, agreed, extent, r[None, None]) for r in rises])
        found = share_closed(gain, whole)
        assert found is not None
        np.testing.assert_allclose(found[0], case["expected"]["share_closed_pct"], atol=1e-9)


def test_two_improvements_cannot_close_one_gap_twice() -> None:
    case = GOLDEN["M01"][2]
    given_ = case["inputs"]
    starts, years = given_["effect_year_index"], given_["years"]
    effect = np.array([[float(y >= s) for y in range(years)] for s in starts])
    rise = np.array(given_["rise"], dtype=float)[None, :, None]
    one = np.zeros((1, 1)), np.array([float(given_["distance"])]), np.ones(1)
    together = closed(*one, rise, effect, np.array(given_["discount"], dtype=float))
    assert together[0] == pytest.approx(case["expected"]["closed_mean"])
    alone = [closed(*one, rise[:, [k]], effect[[k]])[0] for k in (0, 1)]
    assert sum(alone) == pytest.approx(case["expected"]["additive_bound"])


def test_a_fall_below_the_agreed_level_counts_in_full() -> None:
    """Level 80, agreed 75, a fall of 10: 5 below; nothing where it stays above."""
    one = np.array([[80.0]]), np.array([75.0]), np.ones(1)
    assert closed(*one, np.array([[[-10.0]]])).tolist() == [-5.0]
    assert closed(*one, np.array([[[-3.0]]])).tolist() == [0.0]


def test_all_agreed_levels_met_is_absent_and_not_nothing() -> None:
    assert share_closed(np.zeros((3, 2)), np.zeros(3)) is None


@given(st.integers(0, 10**6), st.integers(1, 4))
def test_a_declared_split_moves_no_share(seed: int, parts: int) -> None:
    random = stream(seed, "split")
    lines = int(random.integers(2, 5))
    key = random.integers(1, 9, size=lines).astype(float)
    value = random.integers(0, 100, size=(5, lines)).astype(float)
    agreed = random.integers(50, 100, size=lines).astype(float)
    rise = random.integers(-5, 30, size=(5, 2, lines)).astype(float)
    whole = share_closed(
        closed(value, agreed, extents(key), rise), distance(value, agreed, extents(key))
    )
    at = np.r_[np.zeros(parts, dtype=int), np.arange(lines)[1:]]  # the first line in parts
    share = np.r_[random.integers(1, 9, size=parts).astype(float), np.ones(lines - 1)]
    extent = extents(key[at], at, share)
    found = share_closed(
        closed(value[:, at], agreed[at], extent, rise[:, :, at]),
        distance(value[:, at], agreed[at], extent),
    )
    if whole is None or found is None:
        assert whole is found
    else:
        np.testing.assert_allclose(found[0], whole[0], atol=1e-9)
        np.testing.assert_allclose(found[1], whole[1], atol=1e-9)


def test_the_equal_key_moves_when_a_line_is_split_silently() -> None:
    case, (first, second, *_) = GOLDEN["M01"][3], GOLDEN["M01"]
    for place, name in ((first, "whole_pct"), (second, "parts_pct")):
        given_ = place["inputs"]
        value, agreed = np.array([given_["value"]]), np.array(given_["reference"])
        equal = extents(np.ones(len(agreed)))
        gain = np.column_stack(
            [closed(value, agreed, equal, np.array([[r]])) for r in given_["rise_by_improvement"]]
        )
        found = share_closed(gain, distance(value, agreed, equal))
        assert found is not None
        np.testing.assert_allclose(found[0], case["expected"][name], atol=1e-9)


@given(st.integers(0, 10**6), st.sampled_from([0.1, 0.5, 0.8, 0.9, 1.0]))
def test_a_quantile_holds_on_the_draws(seed: int, probability: float) -> None:
    draws = stream(seed, "quantile").integers(0, 9, size=20).astype(float)
    found = float(order_quantile(draws, probability))
    assert (draws <= found).mean() >= probability - 1e-12
    assert found in draws
    assert (draws < found).mean() < probability
    assert quantile_error(draws, probability) >= 0
