"""From low, mode and high to draws."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from capworth.case.model import Case, Estimate
from capworth.errors import InputError
from capworth.methods.uncertainty.distributions import (
    pert_below,
    pert_deviation,
    pert_mean,
    pert_quantile,
)
from capworth.model.draws import AtModes, OneWay, Sampled, stacked

PROBABILITIES = np.concatenate(
    [np.linspace(0, 1, 401), [1e-9, 1e-6, 1e-4, 1 - 1e-4, 1 - 1e-6, 1 - 1e-9]]
)
peaks = st.floats(0, 1)


def estimate(name: str = "x", low: float = 10, mode: float = 12, high: float = 20) -> Estimate:
    return Estimate(name, low, mode, high, "euro", "D", "", "judged", 2)


# ------------------------------------------------------------------------------ the distribution


@given(peaks)
def test_quantiles_are_those_of_the_beta_distribution(peak: float) -> None:
    """Against scipy's own distribution: no probability is moved by more than 2e-5."""
    levels = pert_quantile(PROBABILITIES, 0.0, peak, 1.0)
    found = beta(1 + 4 * peak, 5 - 4 * peak).cdf(levels)
    assert np.abs(found - PROBABILITIES).max() < 2e-5


def test_the_deviation_is_that_of_the_beta_distribution() -> None:
    for low, mode, high in ((0.0, 1.0, 10.0), (2.0, 2.0, 5.0), (-3.0, 4.0, 4.0)):
        peak = (mode - low) / (high - low)
        expected = beta(1 + 4 * peak, 5 - 4 * peak).std() * (high - low)
        assert pert_deviation(low, mode, high) == pytest.approx(expected)
    assert pert_deviation(3, 3, 3) == 0


def test_levels_out_of_order_are_refused() -> None:
    for call in (
        lambda: pert_quantile(np.array([0.5]), 3, 2, 4),
        lambda: pert_deviation(1, 5, 4),
        lambda: pert_below(2, 1, 0.5, 4),
    ):
        with pytest.raises(InputError, match="out of order"):
            call()
    with pytest.raises(InputError, match="mode: it is nan"):
        pert_below(2, 1, float("nan"), 4)


def test_a_mode_at_an_end_has_a_closed_form() -> None:
    """Worked by hand: with the mode at the low end the chance of staying below x is 1-(1-x)^5."""
    p = np.array([0.05, 0.1, 0.5, 0.9, 0.99])
    np.testing.assert_allclose(pert_quantile(p, 0, 0, 1), 1 - (1 - p) ** 0.2, atol=2e-5)
    np.testing.assert_allclose(pert_quantile(p, 0, 1, 1), p**0.2, atol=2e-5)
    np.testing.assert_allclose(
        pert_quantile(p, 10, 10, 30), 10 + 20 * (1 - (1 - p) ** 0.2), atol=1e-3
    )


@given(peaks, st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_quantiles_rise_inside_the_range_and_meet_its_ends(
    peak: float, low: float, width: float
) -> None:
    high = low + width
    mode = min(max(low + peak * width, low), high)
    levels = pert_quantile(np.sort(PROBABILITIES), low, mode, high)
    assert (np.diff(levels) >= -1e-9 * width).all()
    assert levels[0] == pytest.approx(low, abs=1e-9 * width)
    assert levels[-1] == pytest.approx(high, abs=1e-9 * width)
    assert levels.min() >= low - 1e-9 * width
    assert levels.max() <= high + 1e-9 * width


@given(peaks)
def test_the_mirror_image_has_mirrored_quantiles(peak: float) -> None:
    ours = pert_quantile(PROBABILITIES, 0, peak, 1)
    mirrored = 1 - pert_quantile(1 - PROBABILITIES, 0, 1 - peak, 1)
    probability = beta(1 + 4 * peak, 5 - 4 * peak).cdf
    np.testing.assert_allclose(probability(ours), probability(mirrored), atol=4e-5)


@pytest.mark.parametrize(("low", "mode", "high"), [(0, 0, 6), (2, 3, 10), (1, 9, 9), (-4, -1, 0)])
def test_the_mean_is_low_plus_four_modes_plus_high_over_six(
    low: float, mode: float, high: float
) -> None:
    even = (np.arange(100_000) + 0.5) / 100_000
    found = pert_quantile(even, low, mode, high).mean()
    assert found == pytest.approx((low + 4 * mode + high) / 6, abs=1e-4 * (high - low))
    assert pert_mean(low, mode, high) == pytest.approx((low + 4 * mode + high) / 6)


@given(peaks, st.floats(0.001, 0.999))
def test_the_probability_below_a_quantile_is_its_own(peak: float, p: float) -> None:
    level = float(pert_quantile(np.array([p]), 5.0, 5 + 3 * peak, 8.0)[0])
    assert pert_below(level, 5.0, 5 + 3 * peak, 8.0) == pytest.approx(p, abs=2e-5)


def test_probability_below_what_lies_outside_or_is_certain() -> None:
    assert pert_below(4.0, 5.0, 6.0, 8.0) == 0
    assert pert_below(9.0, 5.0, 6.0, 8.0) == 1
    assert [pert_below(x, 5.0, 5.0, 5.0) for x in (4.0, 5.0, 6.0)] == [0, 0, 1]


def test_a_certain_number_has_one_quantile() -> None:
    assert pert_quantile(np.array([0.0, 0.3, 1.0]), 7, 7, 7).tolist() == [7, 7, 7]


# ------------------------------------------------------------------------------------ the draws


def test_every_estimate_has_a_stream_of_its_own() -> None:
    draws = Sampled(3, 0, 500)
    x, y = draws.of(estimate("x")), draws.of(estimate("y"))
    assert abs(np.corrcoef(x, y)[0, 1]) < 0.15
    assert draws.of(estimate("x")).tobytes() == x.tobytes()
    assert Sampled(3, 1, 500).of(estimate("x")).tobytes() != x.tobytes()
    assert Sampled(4, 0, 500).of(estimate("x")).tobytes() != x.tobytes()


def test_draws_fall_where_the_distribution_says() -> None:
    levels = Sampled(3, 0, 4000).of(estimate())
    assert levels.mean() == pytest.approx((10 + 4 * 12 + 20) / 6, abs=0.1)
    assert 10 <= levels.min() < levels.max() <= 20
    assert (levels < 12).mean() == pytest.approx(pert_below(12, 10, 12, 20), abs=0.03)


def test_a_wider_range_moves_the_same_draws() -> None:
    """Common random numbers: what is high stays high when the estimate changes."""
    draws = Sampled(3, 0, 200)
    narrow, wide = draws.of(estimate()), draws.of(estimate(high=40))
    assert np.array_equal(np.argsort(narrow), np.argsort(wide))


def test_a_certain_estimate_draws_nothing() -> None:
    assert Sampled(3, 0, 4).of(estimate(low=12, high=12)).tolist() == [12] * 4
    assert estimate(low=12, high=12).is_certain
    assert not estimate().is_certain


def test_the_world_at_the_modes() -> None:
    assert AtModes().of(estimate()).tolist() == [12]
    assert AtModes(3).of(estimate()).tolist() == [12, 12, 12]


def test_one_input_moves_at_a_time() -> None:
    x, sure, y = estimate("x"), estimate("sure", 5, 5, 5), estimate("y", 0, 0, 1)
    drawn = OneWay([x, sure, y])
    assert drawn.size == 5  # the modes, then low and high of x and y
    low, high = pert_quantile(np.array([0.1, 0.9]), 10, 12, 20)
    np.testing.assert_allclose(drawn.of(x), [12, low, high, 12, 12])
    np.testing.assert_allclose(
        drawn.of(y), [0, 0, 0, *(1 - (1 - np.array([0.1, 0.9])) ** 0.2)], atol=2e-5
    )
    assert drawn.of(sure).tolist() == [5] * 5
    assert drawn.of(estimate("unknown to it")).tolist() == [12] * 5


def test_side_by_side() -> None:
    table = stacked(Sampled(3, 0, 7), [estimate("x"), estimate("y")])
    assert table.shape == (7, 2)
    assert table[:, 1].tobytes() == Sampled(3, 0, 7).of(estimate("y")).tobytes()
    assert stacked(AtModes(2), []).shape == (2, 0)


@given(st.data())
def test_another_estimate_never_moves_the_numbers_of_one(small: Case, data: st.DataObject) -> None:
    """Streams by name: the row that is added, taken out or changed is the only one that moves."""
    names = list(small.estimates())
    touched = data.draw(st.sampled_from(names))
    draws = Sampled(small.settings.seed, 0, 5)
    for name, one in small.estimates().items():
        other = replace(one, high=one.high + 1) if name == touched else one
        same = draws.of(one).tobytes() == draws.of(other).tobytes()
        assert same == (name != touched)
