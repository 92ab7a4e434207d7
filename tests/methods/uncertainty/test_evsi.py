"""What a study would be worth: decision trees, closed forms, draws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from capworth.errors import InputError
from capworth.methods.uncertainty.value_of_information import (
    enbs,
    evpi,
    evsi,
    evsi_discrete,
    evsi_normal,
)

PAYOFF = [[80_000, 30_000, 23_000], [-20_000, 20_000, 23_000]]  # see evpi in golden/appraisal.toml


def test_a_survey_between_no_and_perfect_information() -> None:
    """Worked by hand. After "good" (0.45, of it 0.4 in the good state): 0.4 x 80 - 0.05 x 20 = 31;
    after "bad" (0.55): 23 x 0.55 = 12.65 beats 0.1 x 30 + 0.45 x 20 = 12; less 30 today."""
    even = [0.5, 0.5]
    found = evsi_discrete(PAYOFF, even, [[0.8, 0.2], [0.1, 0.9]])
    assert found == pytest.approx(31_000 + 12_650 - 30_000)
    assert evsi_discrete(PAYOFF, even, [[0.3, 0.7], [0.3, 0.7]]) == 0
    perfect = evpi(PAYOFF, even).value
    assert evsi_discrete(PAYOFF, even, np.eye(2)) == pytest.approx(perfect) == 21_500


@given(st.floats(-3, 3), st.floats(0.2, 3), st.floats(0.5, 5), st.integers(1, 50))
def test_the_closed_form_is_the_integral(mean: float, sd: float, noise: float, size: int) -> None:
    """The mean after the sample, max(0, .) of it, less max(0, mean)."""
    sigma = sd**2 / np.sqrt(sd**2 + noise**2 / size)
    low = max(-mean / sigma, -12.0)
    gained = quad(lambda z: (mean + sigma * z) * norm.pdf(z), low, 12)[0] if low < 12 else 0.0
    found = float(evsi_normal(mean, sd, noise, size))
    assert found == pytest.approx(gained - max(mean, 0), abs=1e-7)


def test_larger_samples_are_worth_more_up_to_perfect_information() -> None:
    """Closed form of Raiffa & Schlaifer, as for EVPPI in golden/appraisal.toml: 0.0833155."""
    sizes = [0, 1, 10, 100, 1e4, np.inf]
    found = evsi_normal(1, 1, 5, sizes)
    assert found[0] == 0
    assert (np.diff(found) > 0).all()
    assert found[-1] == pytest.approx(0.083315471, abs=1e-9)
    assert evsi_normal(0, 2, 5, np.inf) == pytest.approx(2 / np.sqrt(2 * np.pi))


def test_draws_agree_with_the_closed_form() -> None:
    """Net benefit 0 against p1 - p2, p1 ~ N(1, 1), p2 ~ N(0, 2); one observation has sd 5."""
    inputs = np.random.default_rng(3).normal(size=(40_000, 2)) * [1, 2] + [1, 0]
    net = np.column_stack((np.zeros(40_000), inputs[:, 0] - inputs[:, 1]))
    sizes = [0, 10, 100]
    found = evsi(inputs, net, [25, 25 / 4], sizes)
    expected = [evsi_normal(1, sd, 5, sizes) for sd in (1, 2)]
    np.testing.assert_allclose(found, expected, atol=0.012)
    assert (found[:, 0] == 0).all()
    still = evsi(np.ones((50, 1)), net[:50], [1], [3])
    assert still.tolist() == [[0]]


def test_no_study_is_worth_nothing_where_the_benefit_bends() -> None:
    """0.8 - x^2 loses 0.2 on average, though it gains at the mean of x."""
    level = np.random.default_rng(5).normal(size=(4000, 1))
    net = np.column_stack((np.zeros(4000), 0.8 - level[:, 0] ** 2))
    found = evsi(level, net, [10], [0, 1e9])
    assert found[0, 0] == 0
    assert found[0, 1] == pytest.approx(np.maximum(net[:, 1], 0).mean(), rel=0.03)


def test_the_best_size_weighs_worth_against_cost() -> None:
    found = enbs([0, 2.0, 2.5], [0, 100, 400], 1000, 300, 5)
    assert found.cost.tolist() == [0, 800, 2300]
    assert found.net.tolist() == [0, 1200, 200]
    assert (found.best, found.worth_doing) == (1, True)
    assert not enbs([0.1], [10], 10, 100, 1).worth_doing


def test_what_cannot_be_used_is_told() -> None:
    with pytest.raises(InputError, match=r"likelihoods: the shares sum to 0\.9"):
        evsi_discrete(PAYOFF, [0.5, 0.5], [[0.8, 0.1], [0.1, 0.9]])
    with pytest.raises(InputError, match="give \\(states,\\) and"):
        evsi_discrete(PAYOFF, [1.0], [[1.0]])
    with pytest.raises(InputError, match="size: a number of observations"):
        evsi_normal(1, 1, 1, -1)
    with pytest.raises(InputError, match="sd: is 0"):
        evsi_normal(1, 0, 1, 1)
    with pytest.raises(InputError, match="one prior size for each input"):
        evsi([[1.0], [2.0]], np.eye(2), [1, 2], [3])
    with pytest.raises(InputError, match="give a value for each size"):
        enbs([1], [1, 2], 1, 1, 1)
