"""Worth of knowing: closed forms, an exhaustive twin of the pruned search, and a nested twin."""

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from capworth.case.model import Case, Estimate
from capworth.errors import InputError
from capworth.methods.arguments import Floats
from capworth.methods.portfolio.draws import best_in_neighbours, best_over_draws
from capworth.methods.portfolio.frontier import feasible_sets
from capworth.methods.uncertainty.spline import KNOTS, smoothed
from capworth.methods.uncertainty.value_of_information import (
    evpi,
    evppi,
)
from capworth.model.draws import AtModes, OneWay, Sampled, quantile_of
from capworth.model.result import Provenance
from capworth.model.simulation import Model, draw_sample
from capworth.programme.selection import choose_programme, relations_of
from capworth.streams import stream
from capworth.uncertainty.information import Resolving, value_of_information
from capworth.uncertainty.sensitivity import uncertain_inputs

GOLDEN = tomllib.loads((Path(__file__).parents[1] / "golden/appraisal.toml").read_text("utf-8"))
DRAWS = 2_000


# --------------------------------------------------------------------------------- smooth curves


def test_a_straight_line_is_found_exactly() -> None:
    level = stream(1, "test").normal(size=500)
    response = np.column_stack((3 * level - 1, np.full(500, 7.0)))
    np.testing.assert_allclose(smoothed(level, response).fitted, response, atol=1e-9)


def test_a_curve_is_found_and_noise_is_not() -> None:
    level = stream(2, "test").uniform(-2, 2, 4_000)
    noise = stream(3, "test").normal(size=(4_000, 40))
    curve = np.sin(2 * level)[:, None]
    fitted = smoothed(level, curve + 0.5 * noise).fitted
    assert np.mean((fitted - curve) ** 2) < 0.25 * KNOTS / 4_000
    without = smoothed(level, noise).fitted
    assert np.mean(without**2) < 0.6 * KNOTS / 4_000  # less than the knots alone would follow


@given(st.integers(0, 50), st.integers(1, 15))
def test_means_are_kept_and_few_levels_are_no_trouble(seed: int, levels: int) -> None:
    draws = np.random.default_rng(seed)
    level = draws.integers(0, levels, 60).astype(float)
    response = draws.normal(size=(60, 3))
    smooth = smoothed(level, response)
    np.testing.assert_allclose(smooth.fitted.mean(axis=0), response.mean(axis=0), atol=1e-9)
    for one in np.unique(level):  # a function of the level alone
        assert np.ptp(smooth.fitted[level == one], axis=0).max() < 1e-9
    np.testing.assert_allclose(smooth.of(response), smooth.fitted, atol=1e-9)
    products = smooth.basis.T @ smooth.basis / 60
    np.testing.assert_allclose(products, np.eye(len(products)), atol=1e-7)
    assert smooth.basis.shape[1] <= KNOTS


@pytest.mark.parametrize("draws", [2, 3, 11, 12])
def test_three_draws_are_enough(draws: int) -> None:
    level = stream(draws, "few").normal(size=draws)
    smooth = smoothed(level, level[:, None] ** 2)
    assert np.isfinite(smooth.fitted).all()
    assert smooth.fitted.mean() == pytest.approx((level**2).mean())


def test_the_unit_of_the_input_does_not_matter() -> None:
    level = stream(4, "test").gamma(2, size=800)
    response = np.where(level > 2, 1.0, 0.0)[:, None]
    plain, large = smoothed(level, response), smoothed(1e6 * level - 3e5, response)
    np.testing.assert_allclose(plain.fitted, large.fitted, atol=1e-6)


# --------------------------------------------------------------------------- partial information


def test_two_normals_in_closed_form() -> None:
    """T33: net benefit p1 - p2 against 0, p1 normal (1, 1), p2 normal (0, 2)."""
    golden = {g["name"].split(":")[0]: g["value"] for g in GOLDEN["normal_information"]}
    draws = stream(5, "test").normal(size=(20_000, 2)) * [1, 2] + [1, 0]
    nets = np.column_stack((np.zeros(20_000), draws[:, 0] - draws[:, 1]))
    found = evppi(draws, nets)
    for value, error, name in zip(*found, ("know p1 only", "know p2 only"), strict=True):
        assert abs(value - golden[name]) < 3 * error
        assert error < 0.012
    assert (found.value <= evpi(nets).value).all()


def test_the_error_covers_the_truth() -> None:
    truth = [norm.pdf(1) - norm.sf(1), 2 * norm.pdf(0.5) - norm.sf(0.5)]
    inside = []
    for k in range(120):
        draws = stream(k, "cover").normal(size=(1_500, 2)) * [1, 2] + [1, 0]
        nets = np.column_stack((draws[:, 0] - draws[:, 1], np.zeros(1_500)))
        found = evppi(draws, nets)
        inside.append(np.abs(found.value - truth) < 1.96 * found.standard_error)
    shares = np.mean(inside, axis=0)
    assert (shares > 0.88).all()
    assert (shares < 1).all()


def test_three_options_of_a_curve() -> None:
    """Options 0, x and x^2 - 1 with x normal: everything is known with x."""
    x = stream(6, "test").normal(size=8_000)
    nets = np.column_stack((np.full(8_000, 0.1), x, x**2 - 1))
    found = evppi(x[:, None], nets)
    assert found.value[0] == pytest.approx(evpi(nets).value, rel=0.02)


def test_an_input_on_which_nothing_depends_is_worth_nothing() -> None:
    draws = stream(7, "test").normal(size=(3_000, 2))
    nets = np.column_stack((np.zeros(3_000), 1 + draws[:, 0]))
    value, error = (part[1] for part in evppi(draws, nets))
    assert 0 <= value <= max(3 * error, 0.01)
    assert evppi(draws, nets[:, :1]).value.tolist() == [0, 0]
    constant = evppi(np.ones((3_000, 1)), nets)
    assert constant.value.tolist() == constant.standard_error.tolist() == [0]


def test_the_order_of_options_and_a_common_shift_do_not_matter() -> None:
    draws = stream(8, "test").normal(size=(2_000, 2))
    nets = np.column_stack((draws[:, 0], draws[:, 1] + 0.2, 0.5 * draws.sum(axis=1)))
    base = evppi(draws, nets)
    turned = evppi(draws, nets[:, ::-1] + 5 * draws[:, :1] ** 3)
    np.testing.assert_allclose(base.value, turned.value, atol=1e-9)
    np.testing.assert_allclose(base.standard_error, turned.standard_error, atol=1e-9)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: evppi([[1.0], [2.0]], [[1.0, 2.0]]), "2 draws, but net_benefit"),
        (lambda: evppi([1.0], [[1.0]]), "not .draws, inputs"),
        (lambda: evppi([[np.inf]], [[1.0]]), "not a finite number"),
    ],
)
def test_slips(call: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()


# ---------------------------------------------------------------------------- the pruned search


@settings(deadline=None)
@given(st.integers(0, 10_000), st.booleans())
def test_the_pruned_search_is_the_full_one(seed: int, ties: bool) -> None:
    draws = np.random.default_rng(seed)
    sets = draws.random((40, 5)) < 0.5
    near = 0.1 if seed % 2 else 3.0
    cost = 5 + near * draws.random((90, 5))
    value = 1 + near * draws.normal(size=(90, 5))
    if ties:
        cost, value = cost.round(), value.round()
    budget = float(draws.uniform(0, 25))
    expected = best_over_draws(cost, value, sets, budget)
    np.testing.assert_array_equal(best_in_neighbours(cost, value, sets, budget), expected)


def test_a_set_that_is_sometimes_too_dear_bars_no_other() -> None:
    """The better one costs 4.9 or 5.1 of 5: where it is too dear the other is the best."""
    sets = np.array([[True, False], [False, True]])
    cost, value = np.array([[4.9, 1.0], [5.1, 1.0]]), np.array([[9.0, 1.0], [9.0, 1.0]])
    assert best_in_neighbours(cost, value, sets, 5.0).tolist() == [0, 1]
    assert best_in_neighbours(cost, value, sets, 0.5).tolist() == [-1, -1]


# ------------------------------------------------------------------------------ the programme


def answered(case: Case, draws: int = DRAWS) -> Resolving:
    sample = draw_sample(case, draws)
    provenance = Provenance.of(case, draws)
    found = value_of_information(sample, choose_programme(sample, provenance), provenance)
    assert found is not None
    return found


class Fixed:
    """Sampled draws in which one input has one level."""

    size = 400

    def __init__(self, name: str, level: float) -> None:
        self.name, self.level, self.others = name, level, Sampled(9, 0, self.size)

    def of(self, estimate: Estimate) -> Floats:
        if estimate.name == self.name:
            return np.full(self.size, self.level)
        return self.others.of(estimate)


def test_knowing_one_input_by_a_nested_twin(small: Case) -> None:
    """For the likeliest inputs: fix it at each of its levels, average all else, choose anew."""
    found = answered(small)
    sample = draw_sample(small, DRAWS)
    programme = choose_programme(sample, Provenance.of(small, DRAWS))
    assert programme is not None
    sets = feasible_sets(relations_of(small)).astype(float)
    grid, budget = small.settings.grid, small.settings.budget or 0
    plan = sample.drawn.asked.mean(axis=0)
    rounded = np.ceil(plan / grid - 1e-9) * grid
    affordable = sets[sets @ rounded <= budget]
    inputs = {e.name: e for e in uncertain_inputs(small, Model(small))}
    for name in found.to_frame().index[:3]:
        estimate = inputs[str(name)]

        best = []
        for level in quantile_of(estimate, (np.arange(40) + 0.5) / 40):
            drawn = sample.model.answer(Fixed(str(name), float(level)))
            worth = drawn.gains.score - found.points_per_million * (drawn.asked - plan) / 1e6
            best.append(affordable @ worth.mean(axis=0))
        table = np.array(best)
        nested = table.max(axis=1).mean() - table.mean(axis=0).max()
        row = found.to_frame().loc[name]
        assert row["value"] == pytest.approx(nested, abs=max(4 * row["standard_error"], 0.02)), name


def test_knowing_everything_by_an_exhaustive_twin(small: Case) -> None:
    """In each of the first draws the best of all affordable sets, an overspend at its price."""
    found = answered(small)
    sample = draw_sample(small, DRAWS)
    assert found.points_per_million > 1  # what is asked matters
    sets = feasible_sets(relations_of(small)).astype(float)
    plan = sample.drawn.asked.mean(axis=0)
    grid = small.settings.grid
    affordable = sets[sets @ (np.ceil(plan / grid - 1e-9) * grid) <= (small.settings.budget or 0)]
    asked, gain = sample.drawn.asked[:1_000], sample.drawn.gains.score[:1_000]
    worth = (gain - found.points_per_million * (asked - plan) / 1e6) @ affordable.T
    lead = worth.max(axis=1) - worth[:, worth.mean(axis=0).argmax()]
    assert found.everything == pytest.approx(lead.mean())
    assert found.everything_error == pytest.approx(lead.std(ddof=1) / np.sqrt(1_000))


def test_inputs_that_move_no_improvement_are_left_out(small: Case) -> None:
    model = Model(small)
    moving = set()
    for estimate in uncertain_inputs(small, model):
        drawn = model.answer(OneWay([estimate]))
        both = np.hstack([drawn.asked, drawn.gains.score])
        if np.abs(both - both[0]).max() > 1e-9:
            moving.add(estimate.name)
    assert set(answered(small).to_frame().index) == moving


def test_nothing_is_worth_more_than_everything(small: Case) -> None:
    found = answered(small)
    table = found.to_frame()
    assert (table["value"] >= 0).all()
    assert (
        table["value"]
        <= found.everything + 3 * table["standard_error"] + 3 * found.everything_error
    ).all()
    assert table["value"].is_monotonic_decreasing
    assert found.looked_at == len(table) < len(uncertain_inputs(small, Model(small)))
    assert set(found.clear) == set(table.index[table["value"] > 2 * table["standard_error"]])
    assert f"{found.looked_at} inputs are worth knowing alone" in repr(found)
    np.testing.assert_allclose(table["share"], table["value"] / found.everything)


def test_the_price_of_a_million_is_what_the_frontier_sells_it_for(small: Case) -> None:
    found = answered(small)
    sample = draw_sample(small, DRAWS)
    programme = choose_programme(sample, Provenance.of(small, DRAWS))
    assert programme is not None
    steps = programme.frontier()
    more = steps[steps["budget_m"] > programme.budget_m]
    rates = (more["gain"] - programme.gain[0]) / (more["budget_m"] - programme.budget_m)
    assert found.points_per_million == pytest.approx(max(rates, default=0.0), rel=1e-6)


def test_a_certain_case_has_nothing_to_learn(small: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "capworth.model.simulation.Sampled", lambda seed, chunk, size: AtModes(size)
    )
    found = answered(small, 5)
    assert found.everything == 0
    assert (found.to_frame()["value"] == 0).all()
    assert found.clear == ()
    assert "0 of" in repr(found)


def test_without_a_programme_it_is_not_asked(small: Case) -> None:
    poor = small.with_settings(budget=None, target=None)
    sample = draw_sample(poor, 50)
    assert value_of_information(sample, None, Provenance.of(poor, 50)) is None
    empty = small.with_settings(budget=10_000.0)
    sample = draw_sample(empty, 50)
    programme = choose_programme(sample, Provenance.of(empty, 50))
    assert value_of_information(sample, programme, Provenance.of(empty, 50)) is None
    assert replace(poor).improvements
