"""Shapes of inputs, and inputs that move together: against scipy, in closed form, and in a case."""

from collections.abc import Callable
from dataclasses import replace
from math import asin, pi, sqrt
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from capworth.case.model import Case
from capworth.case.read import read_case
from capworth.errors import CaseError, InputError
from capworth.methods.arguments import Floats
from capworth.methods.uncertainty.distributions import (
    BELOW_HIGH,
    MOST,
    SHAPES,
    normal_copula,
    normal_copula_cells,
)
from capworth.model.draws import Sampled, probability_below, quantile_of
from capworth.model.result import Provenance
from capworth.model.simulation import draw_sample
from capworth.uncertainty.sensitivity import swing_inputs, variance_shares
from capworth.uncertainty.standing import standing_switches, threshold_map

EVEN = np.linspace(0.001, 0.999, 41)
HEADING = "inputs,shape,group,share,grade,source,basis\n"


def sampled(case: Case, name: str, size: int = 40_000) -> Floats:
    return Sampled(1, 0, size).of(case.estimates()[name])


def correlation(one: Floats, other: Floats) -> float:
    return float(stats.spearmanr(one, other).statistic)


# ------------------------------------------------------------------------------ shapes


def test_triangular_and_uniform_are_those_of_scipy() -> None:
    low, mode, high = 2.0, 3.0, 9.0
    theirs = stats.triang((mode - low) / (high - low), low, high - low)
    found = SHAPES["triangular"].quantile(EVEN, low, mode, high)
    np.testing.assert_allclose(found, theirs.ppf(EVEN), rtol=1e-12)
    even = SHAPES["uniform"].quantile(EVEN, low, mode, high)
    np.testing.assert_allclose(even, stats.uniform(low, high - low).ppf(EVEN), rtol=1e-12)


def test_the_lognormal_has_its_mode_and_its_tail() -> None:
    """With nothing to cut off below: the density is highest at the mode, 1 % lies beyond high."""
    low, mode, high = 0.0, 3.0, 20.0
    ln = np.log(high / mode)
    z = stats.norm.ppf(BELOW_HIGH)
    deviation = (-z + sqrt(z**2 + 4 * ln)) / 2
    whole = stats.lognorm(deviation, scale=mode * np.exp(deviation**2))
    assert whole.cdf(high) == pytest.approx(BELOW_HIGH, abs=1e-12)
    around = np.linspace(mode * 0.9, mode * 1.1, 2001)
    assert around[int(np.argmax(whole.pdf(around)))] == pytest.approx(mode, rel=1e-3)
    found = SHAPES["lognormal"].quantile(EVEN, low, mode, high)
    np.testing.assert_allclose(found, whole.ppf(EVEN * BELOW_HIGH), rtol=1e-9)
    cut = float(whole.cdf(2.0))  # and with something to cut off
    found = SHAPES["lognormal"].quantile(EVEN, 2.0, mode, high)
    np.testing.assert_allclose(found, whole.ppf(cut + EVEN * (BELOW_HIGH - cut)), rtol=1e-9)


@pytest.mark.parametrize("shape", SHAPES)
@given(
    st.tuples(*[st.floats(0.01, 1e6)] * 3).map(sorted),
    st.floats(0.0, 1.0),
)
def test_levels_lie_in_range_and_probabilities_lead_back(
    shape: str, ends: list[float], probability: float
) -> None:
    low, mode, high = ends
    quantile, below = SHAPES[shape]
    found = float(quantile(np.array([probability]), low, mode, high)[0])
    assert low <= found <= high
    assert below(low, low, mode, high) == 0
    assert below(high * 1.01, low, mode, high) == 1
    if high > low * 1.001 and (high - found) > 1e-6 * high and (found - low) > 1e-6 * high:
        assert below(found, low, mode, high) == pytest.approx(probability, abs=2e-4)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_certain_number_stays(shape: str) -> None:
    quantile, below = SHAPES[shape]
    assert quantile(EVEN, 4.0, 4.0, 4.0).tolist() == [4.0] * len(EVEN)
    assert (below(3.9, 4.0, 4.0, 4.0), below(4.1, 4.0, 4.0, 4.0)) == (0.0, 1.0)


@pytest.mark.parametrize("shape", SHAPES)
def test_numbers_out_of_order_are_refused(shape: str) -> None:
    for call in SHAPES[shape]:
        with pytest.raises(InputError, match="out of order"):
            call(np.array([0.5]), 3.0, 2.0, 4.0)  # type: ignore[arg-type]  # one takes a number


def test_no_lognormal_below_nothing() -> None:
    with pytest.raises(InputError, match="a lognormal is above 0"):
        SHAPES["lognormal"].quantile(EVEN, -1.0, 2.0, 3.0)


# ------------------------------------------------------------------------------ together


@pytest.mark.parametrize("share", [0.0, 0.3, 0.7, MOST])
def test_rank_correlation_is_that_of_the_normal_copula(share: float) -> None:
    rng = np.random.default_rng(3)
    own, common = rng.random((2, 200_000)), rng.random(200_000)
    one, other = (normal_copula(each, common, share) for each in own)
    assert correlation(one, other) == pytest.approx(6 / pi * asin(share / 2), abs=0.006)
    for moved in (one, other):  # each alone is as even as before
        assert stats.kstest(moved, "uniform").pvalue > 1e-4


@pytest.mark.parametrize("rho", [sqrt(0.5 * 0.8), -0.4])
def test_joint_cells_are_those_of_the_normal_in_two_dimensions(rho: float) -> None:
    ends = np.array([0, 0.1, 0.5, 0.75, 1])
    borders = np.clip(stats.norm.ppf(ends), -9, 9)
    pairs = np.array([[(a, b) for b in borders] for a in borders])
    whole = stats.multivariate_normal(cov=[[1, rho], [rho, 1]]).cdf(pairs)
    expected = np.diff(np.diff(whole, axis=0), axis=1)
    np.testing.assert_allclose(normal_copula_cells(ends, ends, rho), expected, atol=2e-5)


def test_a_share_beyond_its_range_is_refused() -> None:
    for share in (-0.1, 1.0):
        with pytest.raises(InputError, match=f"share: {share:g} is not between 0 and 0.99"):
            normal_copula(EVEN, EVEN, share)


# ------------------------------------------------------------------------------ in a case


@pytest.fixture
def with_distributions(folder: Path) -> Callable[..., Path]:
    """The small case with rows on how its inputs are drawn."""

    def write(*rows: str) -> Path:
        text = HEADING + "\n".join(rows) + "\n"
        (folder / "distributions.csv").write_text(text, encoding="utf-8")
        return folder

    return write


def test_groups_move_together_and_others_stay_to_the_bit(
    with_distributions: Callable[..., Path], small: Case
) -> None:
    case = read_case(with_distributions("scores/*/reach,,one hand,0.6,E,,judged by one hand"))
    one, other = (sampled(case, f"scores/{c}/reach") for c in ("REG", "LAB"))
    assert correlation(one, other) == pytest.approx(6 / pi * asin(0.6 / 2), abs=0.015)
    alone = sampled(case, "scores/REG/speed")
    assert abs(correlation(one, alone)) < 0.02
    np.testing.assert_array_equal(alone, sampled(small, "scores/REG/speed"))
    was = sampled(small, "scores/REG/reach")
    assert np.mean(one) == pytest.approx(np.mean(was), rel=0.005)  # each alone is as before
    assert np.std(one) == pytest.approx(np.std(was), rel=0.02)


def test_sums_of_a_group_are_wider(with_distributions: Callable[..., Path], small: Case) -> None:
    case = read_case(with_distributions("scores/*/reach,,one hand,0.9,E,,judged by one hand"))
    names = ("scores/REG/reach", "scores/LAB/reach", "scores/ACA/reach")
    wide, narrow = (float(np.std(sum(sampled(c, name) for name in names))) for c in (case, small))
    assert wide > 1.4 * narrow


def test_a_shape_is_drawn(with_distributions: Callable[..., Path], small: Case) -> None:
    case = read_case(with_distributions("scores/REG/reach,uniform,,,D,,anything in between"))
    estimate = case.estimates()["scores/REG/reach"]
    even = np.array([0.25, 0.5])
    expected = estimate.low + even * (estimate.high - estimate.low)
    np.testing.assert_allclose(quantile_of(estimate, even), expected)
    assert probability_below(estimate, float(expected[0])) == pytest.approx(0.25)
    assert case.estimates()["scores/LAB/reach"].shape == ""
    assert small.estimates()["scores/REG/reach"].shape == ""


def test_shape_and_group_may_come_from_two_rows(with_distributions: Callable[..., Path]) -> None:
    case = read_case(
        with_distributions(
            "scores/*/reach,,one hand,0.6,E,,judged by one hand",
            "scores/REG/*,triangular,,,D,,three points were asked for",
        )
    )
    found = case.estimates()["scores/REG/reach"]
    assert (found.shape, found.group, found.share) == ("triangular", "one hand", 0.6)
    assert case.estimates()["scores/REG/speed"].group == ""


def test_a_group_is_one_factor_of_the_variance(with_distributions: Callable[..., Path]) -> None:
    case = read_case(with_distributions("effects/*,,promises,0.5,E,,one hand"))
    sample = draw_sample(case, 200)
    swings = swing_inputs(sample, Provenance.of(case, 200))
    found = variance_shares(sample, swings, size=100).to_frame()
    assert "group promises" in found.index
    assert not any(str(name).startswith("effects/") for name in found.index)


def test_a_threshold_map_knows_what_moves_together(
    with_distributions: Callable[..., Path], small: Case
) -> None:
    """The probability over the cells is the share of draws that fall into them."""
    sample = draw_sample(small, 200)
    pair = standing_switches(small, "CLOUD", sample=sample).plausible[:2]
    case = read_case(with_distributions(*(f"{name},,one,0.9,E,,one hand" for name in pair)))
    alone = threshold_map(small, "CLOUD", pair[0], pair[1], sample=sample)
    both = threshold_map(case, "CLOUD", pair[0], pair[1], sample=draw_sample(case, 200))
    holds = both.to_frame().to_numpy()
    assert 0 < holds.mean() < 1
    levels = [sampled(case, name) for name in pair]
    cells = []
    for name, level in zip(pair, levels, strict=True):
        estimate = case.estimates()[name]
        place = (level - estimate.low) / (estimate.high - estimate.low) * len(holds)
        cells.append(np.minimum(place.astype(int), len(holds) - 1))
    turned = float((~holds[cells[0], cells[1]]).mean())
    assert both.p_turned == pytest.approx(turned, abs=0.01)
    assert abs(both.p_turned - alone.p_turned) > 0.02


BAD = (
    ("costs/NONE,uniform,,,D,,x", "row 2, column 'inputs': no input is called 'costs/NONE'"),
    ("scores/REG/reach,,,,D,,x", "row 2, column 'shape': the row says nothing"),
    ("scores/*,,hands,,D,,x", "row 2, column 'share': a group without a share"),
    ("scores/*,uniform,,0.5,D,,x", "row 2, column 'share': a share of no group"),
    ("scores/REG/reach,,hands,0.5,D,,x", "row 2, column 'group': hands holds one input alone"),
    ("scores/*,,hands,1,D,,x", "row 2, column 'share': 1 is above 0.99"),
    ("scores/*,weibull,,,D,,x", "row 2, column 'shape': 'weibull' is not known"),
    ("effects/*,lognormal,,,D,,x", "may be below 0, which no lognormal is"),
    ("scores/*,uniform,,,E,,", "row 2, column 'basis': grade E without a basis"),
)


@pytest.mark.parametrize(("row", "told"), BAD, ids=[told[:45] for _, told in BAD])
def test_the_analyst_is_told(with_distributions: Callable[..., Path], row: str, told: str) -> None:
    with pytest.raises(CaseError) as caught:
        read_case(with_distributions(row))
    assert told in str(caught.value)


def test_no_input_is_told_twice(with_distributions: Callable[..., Path]) -> None:
    rows = "scores/*,,hands,0.5,D,,x", "scores/REG/*,,heads,0.5,D,,x"
    with pytest.raises(CaseError, match="row 2 gives a group to scores/REG/reach already"):
        read_case(with_distributions(*rows))


def test_estimates_of_a_record_keep_their_record(small: Case) -> None:
    estimate = next(iter(small.estimates().values()))
    record = replace(estimate, record=(1.0, 2.0, 3.0), shape="uniform")
    assert quantile_of(record, np.array([0.5]))[0] == 2.0
