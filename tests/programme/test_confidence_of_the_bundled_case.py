"""The bundled case under budget confidence, gains in points: costs as they were drawn, and once.

As they were drawn: a range, an optimism bias on top of it, and nothing in common.
"""

from collections.abc import Callable
from dataclasses import replace
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
BEFORE = (  # confidence, set, points, expected cost, cost at the confidence, chance to overspend
    (0.80, BEST, 17.44883838851935, 24.192838499352042, 27.21654173810787, 0.0624),
    (0.90, BEST, 17.44883838851935, 24.192838499352042, 28.925431824358622, 0.0624),
    (0.95, BEST - {"DNAKIN"}, 15.450383985892502, 20.67355141914871, 26.538147925214894, 0.0059),
)
ONCE = {"MOBILE", "SLTDQ", "API", "NOTQC", "ELEARN", "BALLIST"}


def as_before(case: Case) -> Case:
    """Overrun counted in the range and again by its class, each project by itself."""
    builds = tuple(
        replace(c, total="", range_means="measure") if c.total == "ICORE80" else c
        for c in case.costs
    )
    totals = tuple(t for t in case.totals if t.id != "ICORE80")
    return replace(case, costs=builds, totals=totals).with_settings(common_cause=0.0)


def drawn(how: Callable[[Case], Case]) -> tuple[Case, Sample, Bools]:
    case = how(read_case(CASE))
    sample = draw_sample(case, 10_000)
    sets = Choice.of(sample).sets()
    assert sets is not None
    assert len(sets) == 25_920
    return case, sample, sets


@pytest.fixture(scope="module")
def before() -> tuple[Case, Sample, Bools]:
    return drawn(as_before)


@pytest.mark.parametrize(("confidence", "chosen", "points", "mean", "at", "over"), BEFORE)
def test_best_set_under_confidence(
    before: tuple[Case, Sample, Bools],
    confidence: float,
    chosen: set[str],
    points: float,
    mean: float,
    at: float,
    over: float,
) -> None:
    """Worked example M17: recomputed by enumeration over all sets, apart from this program."""
    case, sample, sets = before
    gain, cost = sample.drawn.gains.score.mean(axis=0), sample.drawn.asked / 1e6
    found = best_programmes(sets, gain, cost, 30.0, confidence=confidence)
    assert {*np.array(case.improvement_ids)[found.sets[0]].tolist()} == chosen
    assert found.value[0] == pytest.approx(points, abs=0.05)
    assert found.expected[0] == pytest.approx(mean, abs=0.05)
    assert found.quantile[0] == pytest.approx(at, abs=0.05)
    assert 1 - found.p_within[0] == pytest.approx(over, abs=0.005)


def test_best_set_with_the_overrun_counted_once() -> None:
    """Costs drawn by another program, 10,000 draws of its own: 25.9, 29.3 at 80 %, 16 % beyond."""
    case, sample, sets = drawn(lambda case: case)
    gain, cost = sample.drawn.gains.score.mean(axis=0), sample.drawn.asked / 1e6
    found = best_programmes(sets, gain, cost, 30.0, confidence=0.8)
    assert {*np.array(case.improvement_ids)[found.sets[0]].tolist()} == ONCE
    assert found.value[0] == pytest.approx(19.35, abs=0.05)
    assert found.expected[0] == pytest.approx(25.9, abs=0.2)
    assert found.quantile[0] == pytest.approx(29.3, abs=0.3)
    assert 1 - found.p_within[0] == pytest.approx(0.16, abs=0.015)
