"""The bundled case under budget confidence, gains in points and costs as they are drawn today."""

from pathlib import Path

import numpy as np
import pytest

from capworth.case.model import Case
from capworth.case.read import read_case
from capworth.methods.arguments import Bools
from capworth.methods.portfolio.confidence import best_programmes
from capworth.model.simulation import Sample, draw_sample
from capworth.programme.choice import Choice

CASE = Path(__file__).parents[2] / "data" / "interpol-2019"
BEST = {"SLTDQ", "API", "NOTQC", "ELEARN", "DNAKIN", "BALLIST"}
EXPECTED = (  # confidence, set, points, expected cost, cost at the confidence, chance to overspend
    (0.80, BEST, 17.44883838851935, 24.192838499352042, 27.21654173810787, 0.0624),
    (0.90, BEST, 17.44883838851935, 24.192838499352042, 28.925431824358622, 0.0624),
    (0.95, BEST - {"DNAKIN"}, 15.450383985892502, 20.67355141914871, 26.538147925214894, 0.0059),
)


@pytest.fixture(scope="module")
def bundled() -> tuple[Case, Sample, Bools]:
    case = read_case(CASE)
    sample = draw_sample(case, 10_000)
    sets = Choice.of(sample).sets()
    assert sets is not None
    assert len(sets) == 25_920
    return case, sample, sets


@pytest.mark.parametrize(("confidence", "chosen", "points", "mean", "at", "over"), EXPECTED)
def test_best_set_under_confidence(
    bundled: tuple[Case, Sample, Bools],
    confidence: float,
    chosen: set[str],
    points: float,
    mean: float,
    at: float,
    over: float,
) -> None:
    """Worked example M17: recomputed by enumeration over all sets, apart from this program."""
    case, sample, sets = bundled
    gain, cost = sample.drawn.gains.score.mean(axis=0), sample.drawn.asked / 1e6
    found = best_programmes(sets, gain, cost, 30.0, confidence=confidence)
    assert {*np.array(case.improvement_ids)[found.sets[0]].tolist()} == chosen
    assert found.value[0] == pytest.approx(points, abs=0.05)
    assert found.expected[0] == pytest.approx(mean, abs=0.05)
    assert found.quantile[0] == pytest.approx(at, abs=0.05)
    assert 1 - found.p_within[0] == pytest.approx(over, abs=0.005)
