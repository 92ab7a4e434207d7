"""Two inputs at once: cell by cell anew, and as one input where the other does nothing."""

import numpy as np
import pytest

from capworth.case.model import Case, Estimate
from capworth.errors import InputError
from capworth.methods.arguments import Floats
from capworth.model.draws import Sampled
from capworth.model.simulation import Sample, draw_sample
from capworth.uncertainty.sensitivity import uncertain_inputs
from capworth.uncertainty.standing import margin_of, standing_switches, threshold_map
from capworth.uncertainty.threshold import CELLS


@pytest.fixture(scope="module")
def sample(small: Case) -> Sample:
    return draw_sample(small, 400)


class Two:
    """The modes, with two inputs at given levels."""

    size = 1

    def __init__(self, levels: dict[str, float]) -> None:
        self.levels = levels

    def of(self, estimate: Estimate) -> Floats:
        return np.array([self.levels.get(estimate.name, estimate.mode)])


def test_every_cell_is_the_answer_there(small: Case, sample: Sample) -> None:
    one, other = standing_switches(small, "CLOUD", sample=sample).plausible[:2]
    found = threshold_map(small, "CLOUD", one, other, sample=sample)
    margin = margin_of(small, sample.model, "CLOUD")
    table = found.to_frame()
    assert table.shape == (CELLS, CELLS)
    for i, j in ((0, 0), (0, CELLS - 1), (CELLS - 1, 0), (5, 9), (20, 3)):
        levels = {one: float(table.index[i]), other: float(table.columns[j])}
        holds = margin.of(sample.model.answer(Two(levels)))[0] > 0
        assert table.to_numpy()[i, j] == holds
    first, second = found.inputs
    assert (first.name, second.name) == (one, other)
    width = (first.high - first.low) / CELLS
    np.testing.assert_allclose(np.diff(table.index.to_numpy(dtype=float)), width)
    assert table.index[0] == pytest.approx(first.low + width / 2)
    assert table.to_numpy().any()
    assert not table.to_numpy().all()


def test_the_probability_is_that_of_sampled_worlds(small: Case, sample: Sample) -> None:
    one, other = standing_switches(small, "CLOUD", sample=sample).plausible[:2]
    found = threshold_map(small, "CLOUD", one, other, sample=sample)
    inputs = {e.name: e for e in uncertain_inputs(small, sample.model)}
    draws = Sampled(3, 0, 20_000)
    table = found.to_frame()
    places = []
    for name, levels in ((one, table.index), (other, table.columns)):
        estimate = inputs[name]
        step = (estimate.high - estimate.low) / CELLS
        cell = ((draws.of(estimate) - estimate.low) / step).astype(int)
        places.append(np.clip(cell, 0, CELLS - 1))
        assert len(levels) == CELLS
    share = (~table.to_numpy(dtype=bool))[places[0], places[1]].mean()
    assert found.p_turned == pytest.approx(share, abs=0.015)
    assert f"with probability {found.p_turned:.0%}" in repr(found)


def test_an_input_that_does_nothing_leaves_the_other(small: Case, sample: Sample) -> None:
    """SCAN's net value hangs on what it costs to build, and not on the register's staff."""
    values = standing_switches(small, "SCAN", "net value").to_frame()
    turn = next(str(name) for name in values.index if values["inside"][name] or True)
    idle = next(
        e.name
        for e in uncertain_inputs(small, sample.model)
        if e.name not in values.index and e.name.startswith("costs/REG")
    )
    found = threshold_map(small, "SCAN", turn, idle, "net value").to_frame().to_numpy()
    assert (found == found[:, :1]).all()
    turned = threshold_map(small, "SCAN", idle, turn, "net value").to_frame().to_numpy()
    np.testing.assert_array_equal(turned, found.T)


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        ("costs/SCAN-BUILT", "criteria/use", "Did you mean"),
        ("costs/SCAN-BUILD", "costs/SCAN-BUILD", "is the first input too"),
    ],
)
def test_slips(small: Case, sample: Sample, one: str, other: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        threshold_map(small, "CLOUD", one, other, sample=sample)
