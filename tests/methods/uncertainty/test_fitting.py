"""Distributions from low, mode and high: against scipy, in closed form, and on many draws."""

from math import inf, sqrt

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import integrate, stats
from scipy.optimize import fsolve

from capworth.errors import InputError
from capworth.methods.arguments import Floats
from capworth.methods.uncertainty.fitting import (
    ENDS,
    FITTED,
    Drawn,
    Range,
    distribution,
    observed,
)

EVEN = np.linspace(0.001, 0.999, 41)
SHARE, AMOUNT = Range(0.0, 1.0), Range(0.0, inf)
Z99, Z90, Z95 = 2.3263478740, 1.2815515655, 1.6448536270  # printed tables of the normal


def ppf(drawn: Drawn, *even: float) -> list[float]:
    found: list[float] = drawn.quantile(np.array(even)).tolist()
    return found


# ------------------------------------------------------------------------ read as ends


def test_a_normal_between_ends_is_the_truncated_normal_of_scipy() -> None:
    low, mode, high = 10.0, 20.0, 30.0
    theirs = stats.truncnorm(-Z99, Z99, loc=20, scale=10 / Z99)
    found = distribution("normal", low, mode, high)
    np.testing.assert_allclose(found.quantile(EVEN), theirs.ppf(EVEN), rtol=1e-8)
    assert found.below(23.0) == pytest.approx(theirs.cdf(23.0), abs=1e-9)
    assert ppf(found, 0.0, 1.0) == [10, 30]


def test_a_gamma_has_its_mode_and_its_tail() -> None:
    """With shape 3 and scale 2 the mode is 4, and 1 % lies beyond 16.811894 (chi-squared of 6)."""
    high = 16.811893829770927  # printed: 1 % point of chi-squared with 6 degrees of freedom
    found = distribution("gamma", 0.0, 4.0, high)
    theirs = stats.gamma(3, scale=2)
    np.testing.assert_allclose(found.quantile(EVEN), theirs.ppf(EVEN * 0.99), rtol=1e-7)
    falling = distribution("gamma", 0.0, 0.0, -np.log(0.01))  # mode at 0: exponential of mean 1
    assert ppf(falling, 0.5)[0] == pytest.approx(-np.log(1 - 0.495), rel=1e-9)


def test_a_beta_has_its_mode_and_98_percent_between() -> None:
    """Beta(3, 5) has its mode at 1/3; between two levels with 98 % it is that of scipy again."""
    theirs = stats.beta(3, 5)
    low = 0.06
    high = float(theirs.ppf(0.98 + theirs.cdf(low)))
    found = distribution("beta", low, 1 / 3, high, "ends", SHARE)
    expected = theirs.ppf(theirs.cdf(low) + EVEN * 0.98)
    np.testing.assert_allclose(found.quantile(EVEN), expected, rtol=1e-7)


@pytest.mark.parametrize("shape", FITTED)
def test_the_old_shapes_and_the_new_stay_between_their_ends(shape: str) -> None:
    found = distribution(shape, 0.2, 0.4, 0.6, "ends", SHARE)
    levels = found.quantile(np.linspace(0, 1, 1001))
    assert levels[0] >= 0.2
    assert levels[-1] <= 0.6
    assert (np.diff(levels) >= 0).all()
    assert (found.below(0.2), found.below(0.61)) == (0.0, 1.0)
    assert found.below(float(found.quantile(np.array([0.3]))[0])) == pytest.approx(0.3, abs=1e-4)


# ------------------------------------------------------------------------ read as quantiles


@pytest.mark.parametrize(("ends", "z"), [("10-90", Z90), ("5-95", Z95)])
def test_normal_and_lognormal_in_closed_form(ends: str, z: float) -> None:
    """Mean in the middle, deviation half the width over z; the same of the logarithms."""
    normal = distribution("normal", -4.0, 1.0, 6.0, ends)
    np.testing.assert_allclose(
        normal.quantile(EVEN), stats.norm(1, 5 / z).ppf(EVEN), rtol=1e-7, atol=1e-7
    )
    middle, deviation = np.log(2 * 18) / 2, np.log(18 / 2) / 2 / z
    mode = float(np.exp(middle - deviation**2))
    lognormal = distribution("lognormal", 2.0, mode, 18.0, ends, AMOUNT)
    theirs = stats.lognorm(deviation, scale=6)
    np.testing.assert_allclose(lognormal.quantile(EVEN), theirs.ppf(EVEN), rtol=1e-7)
    assert lognormal.mode == pytest.approx(mode)


@pytest.mark.parametrize(("ends", "tail"), [("10-90", 0.1), ("5-95", 0.05)])
def test_uniform_and_triangular_in_closed_form(ends: str, tail: float) -> None:
    """Uniform: the ends lie tail/(1 - 2 tail) widths outside. Triangular with the mode in the
    middle and h to each end: ((h - 10) / h)^2 / 2 = tail, so that h = 10 / (1 - sqrt(2 tail))."""
    uniform = distribution("uniform", 10.0, 20.0, 30.0, ends)
    beyond = 20 * tail / (1 - 2 * tail)
    assert ppf(uniform, 0.0, tail, 1.0) == pytest.approx([10 - beyond, 10, 30 + beyond])
    half = 10 / (1 - sqrt(2 * tail))
    triangular = distribution("triangular", 10.0, 20.0, 30.0, ends)
    assert ppf(triangular, 0.0, tail, 0.5, 1.0) == pytest.approx([20 - half, 10, 20, 20 + half])


def test_gamma_and_beta_lead_back_to_their_parameters() -> None:
    for shape, theirs, mode, within in (
        ("gamma", stats.gamma(3, scale=2), 4.0, AMOUNT),
        ("beta", stats.beta(3, 5), 1 / 3, SHARE),
    ):
        low, high = (float(theirs.ppf(p)) for p in (0.05, 0.95))
        found = distribution(shape, low, mode, high, "5-95", within)
        np.testing.assert_allclose(found.quantile(EVEN), theirs.ppf(EVEN), rtol=1e-7)
        assert found.mode == pytest.approx(mode)


@pytest.mark.parametrize("ends", ["10-90", "5-95"])
@given(st.tuples(*[st.floats(0.0, 100.0)] * 3).map(sorted))
@settings(max_examples=60, deadline=None)
def test_a_pert_of_any_mode_has_its_quantiles_by_scipy(ends: str, numbers: list[float]) -> None:
    low, mode, high = numbers
    assume(high - low > 0.01)
    found = distribution("pert", low, mode, high, ends)
    start, end = ppf(found, 0.0, 1.0)
    peak = (mode - start) / (end - start)
    theirs = stats.beta(1 + 4 * peak, 5 - 4 * peak, loc=start, scale=end - start)
    tail = ENDS[ends]
    assert [theirs.cdf(low), theirs.sf(high)] == pytest.approx([tail, tail], abs=1e-7)
    assert start < low
    assert high < end


@pytest.mark.parametrize("shape", ["pert", "triangular", "uniform", "normal", "lognormal", "gamma"])
@pytest.mark.parametrize("ends", ["10-90", "5-95"])
def test_the_quantiles_of_200_000_draws_are_the_stated_ones(shape: str, ends: str) -> None:
    low, high, tail = 8.0, 20.0, ENDS[ends]
    mode = {  # of those with two parameters, from the closed forms or by scipy
        "normal": 14.0,
        "lognormal": float(np.exp(np.log(160) / 2 - (np.log(2.5) / 2 / stats.norm.ppf(tail)) ** 2)),
    }.get(shape, 12.0)
    if shape == "gamma":
        with pytest.raises(InputError, match="has its mode at") as refused:
            distribution(shape, low, low, high, ends, AMOUNT)
        mode = float(str(refused.value).partition("has its mode at ")[2].partition(". ")[0])
    found = distribution(shape, low, mode, high, ends, AMOUNT)
    draws = found.quantile(np.random.default_rng(8).random(200_000))
    error = sqrt(tail * (1 - tail) / 200_000)
    assert np.mean(draws < low) == pytest.approx(tail, abs=5 * error)
    assert np.mean(draws > high) == pytest.approx(tail, abs=5 * error)
    counts, borders = np.histogram(draws, bins=40)
    peak = borders[int(counts.argmax())]
    if shape != "uniform":
        assert abs(peak - mode) < 0.12 * (borders[-1] - borders[0])


def test_read_as_ends_the_interval_is_half_of_the_stated_width() -> None:
    """A PERT with its mode in the middle is 1 beta(3, 3): 10 and 90 % at 0.2466 and 0.7534."""
    low, high = ppf(distribution("pert", 0.0, 0.5, 1.0), 0.1, 0.9)
    assert high - low == pytest.approx(0.507, abs=0.001)
    read = distribution("pert", 0.0, 0.5, 1.0, "10-90")
    low, high = ppf(read, 0.1, 0.9)
    assert high - low == pytest.approx(1.0, abs=1e-4)


# ------------------------------------------------------------------------ within a range


@pytest.mark.parametrize("shape", ["pert", "triangular", "normal", "beta"])
@given(st.tuples(*[st.floats(0.02, 0.98)] * 3).map(sorted))
@settings(max_examples=40, deadline=None)
def test_a_share_never_leaves_0_to_1_and_keeps_its_quantiles(
    shape: str, numbers: list[float]
) -> None:
    low, mode, high = numbers
    assume(high - low > 0.01)
    try:
        found = distribution(shape, low, mode, high, "10-90", SHARE)
    except InputError:
        return  # what is refused is looked at below
    levels = found.quantile(np.linspace(0, 1, 2001))
    assert levels[0] >= 0
    assert levels[-1] <= 1
    inside = float(np.mean((levels >= low) & (levels <= high)))
    assert inside == pytest.approx(0.8, abs=0.003)
    assert found.below(low) == pytest.approx(0.1, abs=1e-6)


def test_what_is_cut_off_is_shared_out_by_the_density_that_is_left() -> None:
    """By integrating the untruncated density of scipy over what the range leaves."""
    low, level, high = 0.05, 0.3, 0.5

    def miss(x: Floats) -> list[float]:  # two quantiles settle mean and deviation
        each = stats.truncnorm((0 - x[0]) / x[1], (1 - x[0]) / x[1], loc=x[0], scale=x[1])
        return [each.cdf(low) - 0.1, each.cdf(high) - 0.9]

    mean, deviation = (float(x) for x in fsolve(miss, [0.2, 0.2]))
    found = distribution("normal", low, mean, high, "10-90", SHARE)
    assert found.mode == pytest.approx(mean, abs=1e-6)
    whole = stats.norm(mean, deviation)
    left = integrate.quad(whole.pdf, 0, 1)[0]
    upto = integrate.quad(whole.pdf, 0, level)[0]
    assert found.below(level) == pytest.approx(upto / left, abs=1e-6)
    assert left < 0.96  # there was something to cut off


def test_an_end_of_the_range_is_an_end_in_either_reading() -> None:
    """A share from 0: its low is where it ends, and only the high is a quantile.

    Triangular from 0 with its mode at 0: (1 - 0.3 / b)^2 = 0.1, b = 0.3 / (1 - sqrt(0.1)).
    """
    found = distribution("triangular", 0.0, 0.0, 0.3, "10-90", SHARE)
    assert ppf(found, 0.0, 1.0) == pytest.approx([0, 0.3 / (1 - sqrt(0.1))])
    upper = distribution("uniform", 0.55, 0.7, 1.0, "10-90", SHARE)
    assert ppf(upper, 0.0, 0.1, 1.0) == pytest.approx([0.5, 0.55, 1.0])
    both = distribution("pert", 0.0, 0.5, 1.0, "10-90", SHARE)
    np.testing.assert_array_equal(
        both.quantile(EVEN), distribution("pert", 0.0, 0.5, 1.0).quantile(EVEN)
    )


@pytest.mark.parametrize("shape", ["normal", "lognormal", "gamma", "beta"])
def test_with_one_quantile_the_mode_is_kept(shape: str) -> None:
    within = SHARE if shape == "beta" else AMOUNT
    found = distribution(shape, 0.0, 0.2, 0.6, "10-90", within)
    assert found.mode == 0.2
    assert found.below(0.6) == pytest.approx(0.9, abs=1e-8)
    levels = np.linspace(0.001, 0.999, 999)
    density = np.diff([found.below(float(x)) for x in levels])
    assert levels[int(density.argmax())] == pytest.approx(0.2, abs=0.003)


# ------------------------------------------------------------------------ what cannot be


REFUSED = (
    (("pert", 0.01, 0.5, 0.6, "10-90", SHARE), "no PERT with mode 0.5 has 10 % below low 0.01"),
    (("pert", 0.01, 0.5, 0.6, "10-90", SHARE), "and stays between 0 and 1. Read low and high as"),
    (("triangular", 0.0, 0.1, 0.99, "5-95", SHARE), "has 5 % above high 0.99 and stays between"),
    (("uniform", 1.0, 5.0, 21.0, "10-90", AMOUNT), "no uniform with mode 5 has 10 % below low 1"),
    (("normal", 10.0, 12.0, 30.0, "10-90"), "mode 12: the normal that has 10 % beyond each of low"),
    (("normal", 10.0, 12.0, 30.0), "lies between low 10 and high 30 has its mode at 20. Write"),
    (("lognormal", 2.0, 9.0, 18.0, "10-90"), "has its mode at 2.877. Write that, or take a PERT"),
    (("lognormal", -1.0, 2.0, 18.0, "10-90"), "low -1: a lognormal is above 0"),
    (("lognormal", -1.0, 2.0, 18.0), "low -1, mode 2: a lognormal is above 0"),  # before any draw
    (("gamma", -1.0, 2.0, 3.0), "low -1: a gamma is above 0"),
    (("beta", 1.0, 2.0, 3.0), "a beta needs a number with two ends"),
    (("beta", 0.005, 0.5, 0.999, "ends", SHARE), "is nearly all that the number can be"),
    (("pert", 3.0, 2.0, 4.0, "10-90"), "these are out of order"),
)


@pytest.mark.parametrize(("asked", "told"), REFUSED, ids=[told[:40] for _, told in REFUSED])
def test_what_cannot_be_is_refused_with_the_reason(asked: tuple[object, ...], told: str) -> None:
    with pytest.raises(InputError) as refused:
        distribution(*asked)
    assert told in str(refused.value)


@pytest.mark.parametrize("shape", FITTED)
@pytest.mark.parametrize("ends", ENDS)
def test_a_certain_number_stays(shape: str, ends: str) -> None:
    found = distribution(shape, 4.0, 4.0, 4.0, ends, AMOUNT)
    assert ppf(found, 0.01, 0.5, 0.99) == [4, 4, 4]


# ------------------------------------------------------------------------ what was observed


def test_a_discrete_number_takes_its_levels_as_often_as_they_were_seen() -> None:
    found = observed((3.0, 0.0, 1.0), (1.0, 6.0, 3.0), apart=True)
    draws = found.quantile(np.random.default_rng(4).random(200_000))
    levels, counts = np.unique(draws, return_counts=True)
    assert levels.tolist() == [0, 1, 3]
    assert counts / 200_000 == pytest.approx([0.6, 0.3, 0.1], abs=0.005)
    assert [found.mode, found.below(1.0), found.below(1.5)] == pytest.approx([0.0, 0.6, 0.9])
    assert ppf(found, 0.0, 0.6, 0.6000001, 0.9, 1.0) == [0, 0, 1, 1, 3]


def test_an_empirical_number_lies_between_what_was_seen() -> None:
    """Four levels seen once each lie at 0, 1/3, 2/3 and 1, straight between them."""
    found = observed((9.0, 1.0, 2.0, 5.0), (1.0,) * 4, apart=False)
    assert ppf(found, 0.0, 1 / 3, 0.5, 2 / 3, 1.0) == pytest.approx([1, 2, 3.5, 5, 9])
    assert found.below(7.0) == pytest.approx(5 / 6)
    assert (found.below(0.5), found.below(9.5)) == (0.0, 1.0)
    heavy = observed((1.0, 2.0, 3.0), (1.0, 2.0, 1.0), apart=False)  # middles at 1/8, 4/8, 7/8
    assert ppf(heavy, 0.25, 0.5) == pytest.approx([1.5, 2.0])
    twice = observed((1.0, 2.0), (1.0, 3.0), apart=False)
    assert ppf(twice, 0.5) == [1.5]


def test_a_record_without_levels_or_weights_is_refused() -> None:
    for levels, weights in (((), ()), ((1.0,), (0.0,)), ((1.0, 2.0), (1.0,))):
        with pytest.raises(InputError, match="give each one above 0"):
            observed(levels, weights, apart=True)
