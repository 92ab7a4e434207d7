import numpy as np
import pytest

from capworth.methods.acceptability.dominance import dominance_faults, monotonicity_faults
from capworth.methods.arguments import Floats

LEVELS = np.array([[3.0, 10.0], [2.0, 30.0], [1.0, 40.0], [3.0, 10.0]])
RISING = np.array([True, False])
WEIGHTS = np.array([[0.9, 0.1], [0.5, 0.5], [0.2, 0.8]])


def additive(levels: Floats, weights: Floats) -> Floats:
    values: Floats = np.einsum("...oc,dc->...do", levels * [1.0, -0.1], weights)
    return values


def wrong_way(levels: Floats, weights: Floats) -> Floats:
    """Rewards cost, as a peer does."""
    values: Floats = np.einsum("...oc,dc->...do", levels * [1.0, 0.1], weights)
    return values


def humped(levels: Floats, weights: Floats) -> Floats:
    """Falls beyond a level of 2.5 on the first criterion."""
    bent = np.stack((2.5 - np.abs(levels[..., 0] - 2.5), -0.1 * levels[..., 1]), axis=-1)
    values: Floats = np.einsum("...oc,dc->...do", bent, weights)
    return values


def test_an_additive_score_keeps_both_rules() -> None:
    assert dominance_faults(additive, LEVELS, WEIGHTS, RISING) == []
    assert monotonicity_faults(additive, LEVELS, WEIGHTS, RISING) == []


def test_a_reward_for_cost_is_found() -> None:
    faults = dominance_faults(wrong_way, LEVELS, WEIGHTS, RISING)
    assert (0, 1) in faults
    assert all(better in (0, 1, 3) for better, _ in faults)
    assert {c for _, c in monotonicity_faults(wrong_way, LEVELS, WEIGHTS, RISING)} == {1}


def test_the_cell_that_falls_is_named() -> None:
    """The options at level 3 fall; from 2, half of the range of 2 leads to 3, as good as 2."""
    assert monotonicity_faults(humped, LEVELS, WEIGHTS, RISING) == [(0, 0), (3, 0)]


def test_a_fall_is_found_by_rank_even_when_the_value_rises() -> None:
    def generous(levels: Floats, weights: Floats) -> Floats:
        """Gives everybody else ten times what one option gains."""
        own = additive(levels, weights)
        values: Floats = own + 10 * (own.sum(axis=-1, keepdims=True) - own)
        return values

    assert monotonicity_faults(generous, LEVELS, WEIGHTS, RISING) != []


@pytest.mark.parametrize(("dip", "share"), [((3.01, 3.5), 0.01), ((3.7, 4.5), 0.5)])
def test_a_small_and_a_large_step_are_both_tried(dip: tuple[float, float], share: float) -> None:
    """Worth less inside the dip only: from 3, one hundredth of 2 ends at 3.02, one half at 4."""

    def dented(levels: Floats, weights: Floats) -> Floats:
        worth = levels[..., 0] - 9 * ((levels[..., 0] > dip[0]) & (levels[..., 0] < dip[1]))
        values: Floats = np.einsum("...o,d->...do", worth, weights[:, 0])
        return values

    assert dip[0] < 3 + share * 2 < dip[1]
    assert (0, 0) in monotonicity_faults(dented, LEVELS, WEIGHTS, RISING)


def test_a_fault_of_a_millionth_is_found() -> None:
    def nearly(levels: Floats, weights: Floats) -> Floats:
        values: Floats = np.einsum("...oc,dc->...do", levels * [1.0, 1e-7], weights)
        return values

    assert (3, 0) not in dominance_faults(nearly, LEVELS, WEIGHTS, RISING)
    level = LEVELS.copy()
    level[1, 0] = 3.0
    assert (0, 1) in dominance_faults(nearly, level, WEIGHTS, RISING)
    assert {c for _, c in monotonicity_faults(nearly, level, WEIGHTS, RISING)} == {1}


def test_twins_are_no_fault_and_rounding_is_none() -> None:
    def noisy(levels: Floats, weights: Floats) -> Floats:
        return additive(levels, weights) * (1 + 1e-14 * np.arange(4))

    assert dominance_faults(noisy, LEVELS, WEIGHTS, RISING) == []


@pytest.mark.parametrize("criterion", [0, 1])
def test_every_criterion_is_looked_at(criterion: int) -> None:
    def ignores_sign(levels: Floats, weights: Floats) -> Floats:
        gain = np.array([1.0, -0.1])
        gain[criterion] *= -1
        values: Floats = np.einsum("...oc,dc->...do", levels * gain, weights)
        return values

    found = {c for _, c in monotonicity_faults(ignores_sign, LEVELS, WEIGHTS, RISING)}
    assert found == {criterion}
