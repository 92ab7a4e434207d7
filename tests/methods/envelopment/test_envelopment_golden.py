"""Envelopment analysis against published and hand-worked numbers."""

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from capworth.methods.envelopment.bootstrap import bootstrap
from capworth.methods.envelopment.cross_efficiency import cross_efficiency
from capworth.methods.envelopment.dea import (
    dea,
    scale_efficiency,
    super_efficiency,
    weight_ratio,
)
from capworth.methods.envelopment.economic_efficiency import cost_efficiency, revenue_efficiency
from capworth.methods.envelopment.fdh import dea_undesirable
from capworth.methods.envelopment.malmquist import malmquist
from capworth.methods.envelopment.slacks import additive, closest_targets, slack_based_measure

GOLDEN = tomllib.loads((Path(__file__).parents[2] / "golden/envelopment.toml").read_text("utf-8"))
Golden = dict[str, Any]


def golden(kind: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", GOLDEN[kind], ids=lambda case: case["name"])


def near(found: Any, expected: Any, tolerance: float) -> None:
    np.testing.assert_allclose(found, np.array(expected, dtype=float), rtol=0, atol=tolerance)


@pytest.mark.parametrize("kind", GOLDEN)
def test_every_golden_number_has_a_source(kind: str) -> None:
    assert all(len(case["source"]) > 10 for case in GOLDEN[kind])


@golden("radial")
def test_radial_and_directional_scores(case: Golden) -> None:
    found = dea(case["inputs"], case["outputs"], case["returns"], case["orientation"])
    near(found.score[0], case["score"], case["tolerance"])
    if "input_slack" in case:
        near(found.input_slack[0], case["input_slack"], 1e-8)
    if "output_slack" in case:
        near(found.output_slack[0], case["output_slack"], 1e-8)
    if "third_mixture" in case:
        near(found.intensities[0, 2], case["third_mixture"], 1e-8)
    if "efficient" in case:
        assert found.efficient[0].tolist() == case["efficient"]
    assert found.resolved == 0


@golden("additive")
def test_additive_scores(case: Golden) -> None:
    found = additive(case["inputs"], case["outputs"], case["returns"], case["weights"])
    near(found.score[0], case["score"], case["tolerance"])
    assert found.efficient[0].tolist() == [score == 0 for score in case["score"]]
    assert found.resolved == 0


@golden("slack_based")
def test_slack_based_scores(case: Golden) -> None:
    found = slack_based_measure(
        case["inputs"], case["outputs"], case["returns"], case["orientation"]
    )
    near(found.score[0], case["score"], case["tolerance"])
    if "input_slack" in case:
        near(found.input_slack[0], case["input_slack"], 1e-6)
        near(found.output_slack[0], case["output_slack"], 1e-6)
    assert found.efficient[0].tolist() == [abs(score - 1) < 1e-9 for score in case["score"]]
    assert found.resolved == 0


@golden("undesirable")
def test_undesirable_outputs(case: Golden) -> None:
    found = dea_undesirable(
        case["inputs"], case["outputs"], case["undesirable"], disposal=case["disposal"]
    )
    near(found.score[0], case["score"], case["tolerance"])
    near(found.input_slack[0], case["input_slack"], 1e-9)


@golden("malmquist")
def test_malmquist_index(case: Golden) -> None:
    found = malmquist(case["inputs"], case["outputs"])
    for part in ("productivity", "efficiency_change", "technical_change"):
        near(getattr(found, part)[0, 0], case[part], case["tolerance"])


@pytest.mark.parametrize(
    ("kind", "measure"), [("cost", cost_efficiency), ("revenue", revenue_efficiency)]
)
def test_price_efficiency(kind: str, measure: Any) -> None:
    for case in GOLDEN[kind]:
        found = measure(case["inputs"], case["outputs"], case["prices"], case["returns"])
        for part in ("overall", "technical", "allocative"):
            near(getattr(found, part)[0], case[part], case["tolerance"])


@golden("super_efficiency")
def test_super_efficiency_names_what_is_infeasible(case: Golden) -> None:
    found = super_efficiency(case["inputs"], case["outputs"], case["returns"], case["orientation"])
    near(found.score[0], case["score"], case["tolerance"])
    assert found.infeasible[0].tolist() == np.isnan(case["score"]).tolist()
    assert np.isnan(found.intensities[found.infeasible]).all()
    assert found.resolved == 0


@golden("cross_efficiency")
def test_cross_efficiency(case: Golden) -> None:
    found = cross_efficiency(case["inputs"], case["outputs"], case["attitude"])
    matrix = np.array(case["matrix"])
    near(found.matrix[0], matrix, case["tolerance"])
    near(found.score[0], matrix.mean(axis=0), case["tolerance"])
    near(found.by_others[0], [matrix[1, 0], matrix[0, 1]], case["tolerance"])
    near(found.maverick[0], [1 / matrix[1, 0] - 1, 1 / matrix[0, 1] - 1], case["tolerance"])


@golden("assurance")
def test_weight_restrictions(case: Golden) -> None:
    bounds = weight_ratio(3, 1, 0, case["least"], case["most"])
    found = dea(case["inputs"], case["outputs"], "constant", "input", restrictions=bounds)
    near(found.score[0], case["score"], case["tolerance"])
    ratio = found.input_weight[0, :, 1] / found.input_weight[0, :, 0]
    assert ((ratio >= case["least"] - 1e-9) & (ratio <= case["most"] + 1e-9)).all()


@golden("scale")
def test_scale_efficiency(case: Golden) -> None:
    found = scale_efficiency(case["inputs"], case["outputs"], case["orientation"])
    near(found.overall[0], case["overall"], case["tolerance"])
    near(found.pure[0], case["pure"], case["tolerance"])
    near(found.scale[0], np.divide(case["overall"], case["pure"]), case["tolerance"])
    assert found.returns[0].tolist() == case["returns"]


@golden("closest")
def test_closest_targets(case: Golden) -> None:
    found = closest_targets(case["inputs"], case["outputs"], case["returns"])
    near(found.change, case["change"], case["tolerance"])
    target = np.concatenate((found.input_target, found.output_target), axis=1)
    near(target, case["target"], 1e-5)


@golden("bootstrap")
def test_bootstrap_without_smoothing_gives_the_published_numbers(case: Golden) -> None:
    found = bootstrap(
        case["inputs"], case["outputs"], "variable", "input", replications=2000, bandwidth=1e-9
    )
    near(found.efficiency, case["efficiency"], 1e-9)
    near(found.corrected, case["corrected"], case["tolerance"])
    interval = np.array(case["interval"])
    near(found.low, interval[:, 0], case["interval_tolerance"])
    near(found.high, interval[:, 1], 1e-9)
