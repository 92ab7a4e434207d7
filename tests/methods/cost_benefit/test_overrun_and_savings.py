"""Overrun counted once, common cause, savings, break-even: worked examples and simulation."""

import tomllib
from pathlib import Path

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from capworth.errors import InputError
from capworth.methods.cost_benefit.discounting import factors
from capworth.methods.cost_benefit.overrun import out_turn, standing_for
from capworth.methods.cost_benefit.prices import scaled_to_total
from capworth.methods.cost_benefit.savings import break_even, remaining_share, saving
from capworth.methods.uncertainty.distributions import normal_copula
from capworth.methods.uncertainty.order_statistics import order_quantile
from capworth.streams import stream

GOLDEN = tomllib.loads((Path(__file__).parents[2] / "golden/decision.toml").read_text("utf-8"))


def test_overrun_is_counted_once() -> None:
    case, read = GOLDEN["M07"]
    given_, expected = case["inputs"], case["expected"]
    base = scaled_to_total(given_["parts_by_draw"], given_["total"])
    np.testing.assert_allclose(base.sum(axis=1), expected["base_sum_by_draw"], atol=1e-9)
    turned = out_turn(base, np.array(given_["overrun_by_draw"])).sum(axis=1)
    np.testing.assert_allclose(turned, expected["outturn_by_draw"], atol=1e-9)
    assert turned.mean() == pytest.approx(expected["expected"], abs=1e-9)
    twice = out_turn(np.array(given_["parts_by_draw"]), np.array(given_["overrun_by_draw"]))
    assert twice.sum(axis=1).mean() == pytest.approx(expected["unbound_expected"], abs=1e-9)
    out_turns = np.array(read["inputs"]["outturn_by_draw"], dtype=float)[:, None]
    found, scale = standing_for(out_turns, read["inputs"]["total"], read["inputs"]["stands_for"])
    assert scale == pytest.approx(read["expected"]["scale"], abs=1e-9)
    np.testing.assert_allclose(found[:, 0], read["expected"]["rescaled"], atol=1e-9)
    assert standing_for(out_turns, 72.0, "base")[1] == 1
    assert standing_for(out_turns, 72.0, "mean")[0].mean() == pytest.approx(72)
    with pytest.raises(InputError, match="stands_for: 'P81' is none of"):
        standing_for(out_turns, 72.0, "P81")


def test_a_common_cause_widens_a_sum() -> None:
    (case,) = GOLDEN["M08"]
    given_, expected = case["inputs"], case["expected"]
    draws, n = 200_000, given_["n"]
    random = stream(1, "common cause")
    own, shared = ndtr(random.standard_normal((draws, n))), ndtr(random.standard_normal((draws, 1)))
    for share, p80 in ((given_["share_in_common"], "p80"), (0.0, "p80_if_independent")):
        level = normal_copula(own, shared, share)
        total = (given_["mean"] + given_["sd"] * ndtri(level)).sum(axis=1)
        assert float(order_quantile(total, 0.8)) == pytest.approx(expected[p80], abs=0.2)
    level = normal_copula(own, shared, given_["share_in_common"])
    total = (given_["mean"] + given_["sd"] * ndtri(level)).sum(axis=1)
    assert total.std() == pytest.approx(expected["sd_of_sum"], rel=0.01)


def test_savings_multiply() -> None:
    for case in GOLDEN["M03"]:
        given_, expected = case["inputs"], case["expected"]
        years = given_["years"]
        weigh = (1 + given_["rate"]) ** -np.arange(years)  # at the start of each year
        begun = np.arange(years) >= given_["from_year_index"]
        saved = np.array(given_["share_saved"], dtype=float)[:, None] * begun
        found = saving(np.full(years, float(given_["line_a_year"])), saved, weigh)
        assert found == pytest.approx(expected["saving"], abs=1e-9)
        if "remaining_share" in expected:
            left = remaining_share(np.array(given_["share_saved"]))
            assert left == pytest.approx(expected["remaining_share"], abs=1e-12)
        if "without" in expected:
            whole = given_["line_a_year"] * weigh.sum()
            assert whole == pytest.approx(expected["without"], abs=1e-9)
            assert whole - found == pytest.approx(expected["with_"], abs=1e-9)


def test_break_even_of_an_unpriced_outcome() -> None:
    case = GOLDEN["M02"][2]
    given_ = case["inputs"]
    found = break_even(
        given_["whole_life_cost"] * 1e6,
        given_["priced_benefit"] * 1e6,
        given_["outcomes_a_year"] * given_["annuity"],
    )
    assert found == pytest.approx(case["expected"]["break_even_per_outcome"], abs=1e-6)
    with pytest.raises(InputError, match="none come about"):
        break_even(1.0, 0.0, 0.0)


def test_break_even_counts_outcomes_from_their_year_on() -> None:
    """3.5 million, 200 outcomes a year, ten years at 3.5 %: from year 4 on 3,641, not 2,033."""
    weigh = factors(((0, 0.035),), 10)
    early, late = (break_even(4e6, 0.5e6, 200 * weigh[year:].sum()) for year in (0, 4))
    assert (round(early), round(late)) == (2033, 3641)
