"""The further models: prices, weights, time, undesirable outputs, bootstrap."""

from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

from capworth.errors import CapworthError, InputError
from capworth.methods.arguments import Floats
from capworth.methods.envelopment import bootstrap as bootstrap_module
from capworth.methods.envelopment import slacks
from capworth.methods.envelopment.bootstrap import bootstrap, smoothing
from capworth.methods.envelopment.cross_efficiency import cross_efficiency
from capworth.methods.envelopment.dea import (
    dea,
    elicited_region,
    scale_efficiency,
    super_efficiency,
    weight_ratio,
)
from capworth.methods.envelopment.economic_efficiency import cost_efficiency, revenue_efficiency
from capworth.methods.envelopment.fdh import dea_undesirable
from capworth.methods.envelopment.malmquist import malmquist
from capworth.methods.envelopment.slacks import additive, closest_targets, slack_based_measure
from capworth.methods.uncertainty.order_statistics import order_quantiles

X = np.array([[4.0, 3], [7, 3], [8, 1], [4, 2], [2, 4], [10, 1]])
Y = np.array([[1.0, 3], [2, 2], [1, 1], [3, 1], [2, 2], [1, 4]])


def draw(units: int, seed: int) -> tuple[Floats, Floats]:
    random = np.random.default_rng(seed)
    x = random.uniform(1, 10, (units, 1))
    return x, x**0.5 * np.exp(-random.exponential(0.3, (units, 1)))


def test_bootstrap_lowers_scores_and_its_interval_holds_the_truth() -> None:
    """The frontier of this draw is known: sqrt(x). The interval should hold most true scores."""
    held = []
    for seed in range(4):
        x, y = draw(40, seed)
        found = bootstrap(x, y, replications=400, seed=seed)
        truth = (y / x**0.5)[:, 0]
        held.append(((found.low <= truth) & (truth <= found.high)).mean())
        assert (found.corrected < found.efficiency).all()
        assert (found.low <= found.corrected).all()
        assert (found.corrected <= found.high).all()
        assert (found.high <= found.efficiency + 1e-12).all()
        assert np.abs(found.corrected - truth).mean() < np.abs(found.efficiency - truth).mean()
        assert found.resolved == 0
    assert np.mean(held) > 0.8


def test_bootstrap_orientations_agree_with_constant_returns() -> None:
    x, y = draw(25, 1)
    kwargs: dict[str, Any] = {"returns": "constant", "replications": 150, "seed": 5}
    one, other = (bootstrap(x, y, orientation=o, **kwargs) for o in ("input", "output"))
    for name in ("efficiency", "corrected", "low", "high", "bias", "deviation"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), atol=1e-9)
    wide = bootstrap(x, y, **kwargs, confidence=0.99)
    assert (wide.low <= other.low).all()
    assert (wide.high >= other.high).all()


def test_bootstrap_of_a_copy_is_that_of_the_unit_against_the_copies() -> None:
    """The short way, by a factor, against the plain one: each unit beside the draw's copies."""
    x, y = draw(7, 3)
    distance = 1 / dea(x, y, "variable", "input").score[0]
    drawn = bootstrap_module._drawn(distance, 0.1, 3, seed=0, chunk=0)
    found = bootstrap(x, y, "variable", "input", replications=100, seed=0, bandwidth=0.1)
    assert found.bandwidth == 0.1
    copies = x * (drawn / distance)[:, :, None]
    mean = np.zeros(7)
    for copy in copies:
        for unit in range(7):
            goal = np.append(np.zeros(7), 1)
            rows = np.array([np.append(copy[:, 0], -x[unit]), np.append(-y[:, 0], 0)])
            least = linprog(
                goal,
                A_ub=rows,
                b_ub=[0, -y[unit, 0]],
                A_eq=[np.append(np.ones(7), 0)],
                b_eq=[1],
            ).fun
            mean[unit] += 1 / least / 3
    scores = dea(copies, np.broadcast_to(y, (3, 7, 1)), "variable", "input").score
    short = (1 / scores / (drawn / distance)).mean(axis=0)
    np.testing.assert_allclose(short, mean, atol=1e-8)


def test_bootstrap_is_the_same_again_and_differs_with_the_seed() -> None:
    x, y = draw(12, 4)
    one, again, other = (bootstrap(x, y, replications=300, seed=s) for s in (0, 0, 1))
    np.testing.assert_array_equal(one.corrected, again.corrected)
    assert (one.corrected != other.corrected).all()


def test_smoothing_by_hand() -> None:
    """Distances 1, 1.2, 1.6: above 1 mirrored .4 .8 1.2 1.6; quartiles .7, 1.3; deviation .5164."""
    width = 0.9 * (0.6 / 1.349) * 3**-0.2 * np.std([1, 1.2, 1.6], ddof=1) / 0.5163977794943222
    assert smoothing(np.array([1, 1.2, 1.6])) == pytest.approx(width, rel=1e-12)


def test_drawn_distances_keep_the_spread() -> None:
    distance = 1 + np.random.default_rng(0).exponential(0.4, 60)
    mirrored = np.concatenate((distance, 2 - distance))
    drawn = bootstrap_module._drawn(distance, 0.2, 4000, seed=0, chunk=0)
    assert drawn.min() >= 1
    folded = np.mean((drawn - 1) ** 2)
    assert folded == pytest.approx(np.var(mirrored), rel=0.02)


def test_malmquist_of_a_rise_for_all_is_technical_change() -> None:
    grown = malmquist(np.array([X, X, X / 2]), np.array([Y, Y * 1.5, Y * 1.5]))
    np.testing.assert_allclose(grown.productivity[0, 0], 1.5)
    np.testing.assert_allclose(grown.technical_change[0], np.array([[1.5] * 6, [2] * 6]))
    np.testing.assert_allclose(grown.efficiency_change, 1)
    np.testing.assert_allclose(grown.pure_change, 1)
    assert not grown.infeasible.any()


def test_malmquist_parts_multiply_and_periods_chain() -> None:
    random = np.random.default_rng(6)
    x, y = random.uniform(1, 9, (3, 4, 7, 2)), random.uniform(1, 9, (3, 4, 7, 2))
    found = malmquist(x, y)
    assert found.productivity.shape == (3, 3, 7)
    np.testing.assert_allclose(
        found.productivity, found.efficiency_change * found.technical_change, rtol=1e-12
    )
    np.testing.assert_allclose(
        found.efficiency_change, found.pure_change * found.scale_change, rtol=1e-12
    )
    one = malmquist(x[2, 1:3], y[2, 1:3])
    np.testing.assert_allclose(one.productivity[0, 0], found.productivity[2, 1], rtol=1e-9)
    pure = dea(x[2], y[2]).efficiency
    np.testing.assert_allclose(found.pure_change[2], pure[1:] / pure[:-1], rtol=1e-9)
    back = malmquist(x[:, ::-1], y[:, ::-1])
    np.testing.assert_allclose(back.productivity[:, ::-1], 1 / found.productivity, rtol=1e-9)


def test_malmquist_names_who_cannot_be_compared() -> None:
    old = np.array([[1.0, 1], [2, 1]])
    new = np.array([[0.0, 1], [2, 1]])
    found = malmquist([old, new], np.ones((2, 2, 1)))
    assert found.infeasible[0, 0].tolist() == [True, False]
    assert np.isnan(found.productivity[0, 0, 0])
    assert found.efficiency_change[0, 0, 0] == pytest.approx(1)


def test_weak_disposal_and_strong_disposal_order() -> None:
    random = np.random.default_rng(1)
    x, y, b = (random.uniform(1, 9, (5, 12, k)) for k in (2, 1, 2))
    weak = dea_undesirable(x, y, b, disposal="weak")
    strong = dea_undesirable(x, y, b)
    assert (weak.score <= strong.score + 1e-9).all()
    assert (weak.score < strong.score - 1e-6).any()
    mixture = np.matmul(weak.intensities, b)
    np.testing.assert_allclose(mixture, b * (1 - weak.score[:, :, None]), atol=1e-8)
    np.testing.assert_allclose(weak.input_slack[..., 2:], 0)
    assert weak.resolved == strong.resolved == 0
    np.testing.assert_allclose(strong.score, dea_undesirable(x * 10, y / 7, b * 3).score, atol=1e-9)


def test_own_prices_and_common_prices() -> None:
    common = cost_efficiency(X, Y, [2.0, 5.0])
    own = cost_efficiency(X, Y, np.tile([2.0, 5.0], (6, 1)))
    np.testing.assert_allclose(common.overall, own.overall)
    np.testing.assert_allclose(common.best[0] @ [2, 5], common.overall[0] * (X @ [2, 5]), rtol=1e-9)
    earned = revenue_efficiency(X, Y, [3.0, 1.0], "constant")
    np.testing.assert_allclose(earned.best[0] @ [3, 1], (Y @ [3, 1]) / earned.overall[0], rtol=1e-9)
    for found in (common, earned):
        assert (found.overall <= found.technical + 1e-9).all()
        np.testing.assert_allclose(found.allocative * found.technical, found.overall)


def test_elicited_weights_bind_the_weights_used() -> None:
    """Swing weights 2 to 3 against 1, of a swing of 4 and of 2 units."""
    rows = elicited_region([2.0, 1.0], [3.0, 1.0], [4.0, 2.0])
    bounds = np.concatenate((np.zeros((2, 2)), rows), axis=1)
    free, bound = dea(X, Y, "constant"), dea(X, Y, "constant", restrictions=bounds)
    u = bound.output_weight[0]
    ratio = u[:, 0] * 4 / (u[:, 1] * 2)
    assert ((ratio >= 2 - 1e-9) & (ratio <= 3 + 1e-9)).all()
    assert (bound.efficiency <= free.efficiency + 1e-9).all()
    assert (bound.efficiency < free.efficiency - 1e-6).any()
    drawn = np.broadcast_to(bounds, (2, *bounds.shape)) * np.array([1, 5])[:, None, None]
    twice = dea(np.array([X, X]), np.array([Y, Y]), "constant", restrictions=drawn)
    np.testing.assert_allclose(twice.score[1], bound.score[0], atol=1e-12)


def test_the_widest_ratio_of_two_ranges_is_allowed() -> None:
    """Weights 2 to 3 and 1 to 4 of swings of 1 and 1: the ratio is between 2/4 and 3/1."""
    (least, most) = elicited_region([2.0, 1.0], [3.0, 4.0], [1.0, 1.0])
    np.testing.assert_allclose(least, [-1, 0.5])
    np.testing.assert_allclose(most, [1, -3])


def test_targets_under_restrictions_go_beyond_the_mixture() -> None:
    """Weights of the two outputs held equal: one may be exchanged for the other."""
    x, y = [[1.0], [1.0]], [[4.0, 0.0], [1.0, 1.0]]
    equal = np.concatenate((weight_ratio(3, 2, 1, least=1.0, most=1.0),))
    found = dea(x, y, "variable", restrictions=equal)
    np.testing.assert_allclose(found.score[0], [1, 2])
    np.testing.assert_allclose(found.output_target[0, 1], [2, 2])


def test_scale_classes_hold_whatever_the_orientation_shows() -> None:
    """Size 1 is too small, 3 is best, 9 too large."""
    found = scale_efficiency([[1], [3], [9]], [[1], [6], [9]], "input")
    assert found.returns[0].tolist() == [1, 0, -1]
    np.testing.assert_allclose(found.overall[0], [0.5, 1, 0.5])
    np.testing.assert_allclose(found.pure, 1)


def test_one_unit_alone() -> None:
    assert dea([[1, 2]], [[3]]).score.item() == 1
    assert slack_based_measure([[1, 2]], [[3]]).score.item() == 1
    assert cross_efficiency([[1, 2]], [[3]]).matrix.item() == pytest.approx(1)
    assert np.isnan(cross_efficiency([[1, 2]], [[3]]).by_others).all()
    assert super_efficiency([[1, 2]], [[3]]).infeasible.all()
    assert closest_targets([[1, 2]], [[3]]).change.item() == 0


def test_a_measure_without_weight_still_tells_who_is_efficient() -> None:
    """The second output does not vary, so the range gives it no weight; twice b makes 1 more."""
    x, y = [[2.0], [1.0]], [[2.0, 1.0], [1.0, 1.0]]
    found = additive(x, y, "constant")
    np.testing.assert_allclose(found.score, 0)
    assert found.efficient[0].tolist() == [False, True]
    np.testing.assert_allclose(found.output_slack[0], [[0, 1], [0, 0]])
    by_input = slack_based_measure(x, y, "constant", "input")
    np.testing.assert_allclose(by_input.score, 1)
    np.testing.assert_allclose(by_input.output_target[0], [[2, 2], [1, 1]])


def test_a_slack_is_negligible_beside_the_unit_not_beside_the_largest() -> None:
    x = [[1.0, 2.0], [1.0, 1.0], [1e7, 1e7]]
    found = dea(x, [[1.0], [1.0], [1e7]], "constant", "input")
    np.testing.assert_allclose(found.score[0], 1)
    assert found.efficient[0].tolist() == [False, True, True]


def test_slack_of_what_nobody_can_change_makes_nobody_inefficient() -> None:
    x, y = [[1.0, 5.0], [1.0, 2.0]], [[1.0], [1.0]]
    fixed = [False, True]
    assert dea(x, y, "variable", "input").efficient[0].tolist() == [False, True]
    for found in (
        dea(x, y, "variable", "input", fixed_inputs=fixed),
        additive(x, y, "variable", "ones", fixed_inputs=fixed),
        slack_based_measure(x, y, "variable", fixed_inputs=fixed),
    ):
        assert found.efficient[0].tolist() == [True, True]


def test_additive_weights_of_ones_own() -> None:
    own = additive(X, Y, "constant", [[0.0, 1.0, 0.0, 2.0]])
    slack = own.input_slack[0, :, 1] + 2 * own.output_slack[0, :, 1]
    np.testing.assert_allclose(own.score[0], slack, atol=1e-9)
    nothing = additive(X, Y, "variable", np.zeros(4))
    np.testing.assert_array_equal(nothing.score, 0)


SLIPS: list[tuple[Any, str]] = [
    (lambda: bootstrap([X, X], [Y, Y]), "2 draws. Bootstrap one of them"),
    (lambda: bootstrap(X, Y, replications=10), "replications 10"),
    (lambda: bootstrap(X, Y, confidence=1.0), "confidence 1.0"),
    (lambda: bootstrap(X, Y, bandwidth=0.0), "bandwidth: 0.0 is not above 0"),
    (lambda: bootstrap(X, Y, orientation="directional"), "orientation: 'directional'"),
    (lambda: bootstrap(X, Y), "5 of 6 units are efficient"),
    (lambda: malmquist([X], [Y]), "one period has no change"),
    (lambda: malmquist(X, Y), "shape .6, 2. is not"),
    (lambda: malmquist([X, X], [Y, Y, Y]), "1, 2, 6. and .1, 3, 6. draws, periods and units"),
    (lambda: malmquist([X, -X], [Y, Y]), "negative"),
    (lambda: cost_efficiency(X, Y, [1.0, 0.0]), "input_prices: a price is not above 0"),
    (lambda: revenue_efficiency(X, Y, [1.0, 1, 1]), "output_prices: shape .3,. does not fit"),
    (lambda: dea_undesirable(X, Y, Y, "variable", "weak"), "is not a linear programme"),
    (lambda: dea_undesirable(X, Y, Y, disposal="some"), "disposal: 'some' is not known"),
    (lambda: dea_undesirable(X, Y, Y[:3]), "draws and units"),
    (lambda: cross_efficiency([[0, 1], [1, 1]], [[1], [1]]), "column 0 .draw 0. is 0"),
    (lambda: cross_efficiency(X, Y, "kind"), "attitude: 'kind' is not known"),
    (lambda: super_efficiency(X, Y, orientation="directional"), "orientation"),
    (lambda: scale_efficiency(X, Y, "directional"), "orientation"),
    (lambda: slack_based_measure(X, Y, orientation="both"), "orientation: 'both'"),
    (lambda: additive(X, Y, weights="mine"), "weights: 'mine' is not known"),
    (lambda: additive(X, Y, weights=[1.0, 2]), "weights: shape .2,. does not fit"),
    (lambda: additive(X, Y, weights=[1.0, 2, 3, -1]), "weights: an entry is negative"),
    (lambda: closest_targets([X, X], [Y, Y]), "2 draws"),
    (lambda: closest_targets(X, Y, "nonincreasing"), "returns: 'nonincreasing'"),
    (lambda: weight_ratio(3, 3, 0, 1.0), "upper: 3 is not a measure"),
    (lambda: weight_ratio(3, 1, 1, 1.0), "both are measure 1"),
    (lambda: weight_ratio(3, 1, 0), "neither is given"),
    (lambda: weight_ratio(3, 1, 0, -1.0), "bound -1.0"),
    (lambda: weight_ratio(3, 1, 0, 2.0, 1.0), "least 2.0 is above most 1.0"),
    (lambda: elicited_region([1.0], [2.0], [1.0]), "two or more outputs"),
    (lambda: elicited_region([1.0, 3], [2.0, 2], [1.0, 1]), "output 1: least 3.0, most 2.0"),
]


@pytest.mark.parametrize(("ask", "told"), SLIPS, ids=[told[:30] for _, told in SLIPS])
def test_slips(ask: Any, told: str) -> None:
    with pytest.raises(InputError, match=told):
        ask()


def test_a_solver_that_gives_up_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class Nothing:
        success, message = False, "time limit"

    monkeypatch.setattr(slacks, "milp", lambda *_, **__: Nothing())
    with pytest.raises(CapworthError, match="unit 4: no closest target found"):
        closest_targets([[2], [4], [8], [12], [8]], [[1], [5], [8], [9], [4]])


def test_super_efficiency_with_nobody_to_compare_is_no_number() -> None:
    """Only the first does without the first input: with outputs to shrink, to nothing at all."""
    for returns in ("constant", "nonincreasing"):
        found = super_efficiency([[0, 1], [2, 1]], [[1], [1]], returns, "output")
        assert found.infeasible[0].tolist() == [True, False]
        assert np.isnan(found.score[0, 0])


def test_bias_and_deviation_of_the_bootstrap_are_those_of_its_draws(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The deviation of a sample, over one less than its draws; the interval of their errors."""
    seen: list[np.ndarray] = []
    quantiles = order_quantiles

    def told(errors: np.ndarray, at: tuple[float, ...]) -> np.ndarray:
        seen.append(errors)
        return quantiles(errors, at)

    monkeypatch.setattr(bootstrap_module, "order_quantiles", told)
    inputs, outputs = [[1], [2], [3], [4], [5]], [[1], [3], [2], [4], [3]]
    found = bootstrap(inputs, outputs, replications=100, confidence=0.9)
    errors = seen[0]
    np.testing.assert_allclose(found.bias, errors.mean(axis=0))
    squares = ((errors - found.bias) ** 2).sum(axis=0)
    np.testing.assert_allclose(found.deviation, np.sqrt(squares / 99))
    ordered = np.sort(errors, axis=0)
    np.testing.assert_allclose(1 / found.low, 1 / found.efficiency - ordered[4])
    np.testing.assert_allclose(1 / found.high, 1 / found.efficiency - ordered[94])
