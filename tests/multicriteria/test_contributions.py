"""What each criterion adds: it sums to the score, and the steps lead from one score to another."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from capworth.case.model import Case
from capworth.errors import InputError
from capworth.model import simulation as sampling
from capworth.model.draws import AtModes
from capworth.model.result import Provenance
from capworth.model.simulation import Model
from capworth.multicriteria.contributions import Contributions, part_scores
from capworth.study.stages import Study


def parted(study: Study) -> Contributions:
    return study.contributions


def test_parts_worked_by_hand(
    small: Case, golden: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Weight times value, both as in the golden file; every draw is the most plausible one."""
    monkeypatch.setattr(sampling, "Sampled", lambda seed, chunk, size: AtModes(size))
    parts = part_scores(sampling.draw_sample(small, 3), Provenance.of(small, 3))
    assert parts is not None
    weights = np.array(golden["score"]["weights"])
    values = np.array([golden["score"]["values"][c] for c in small.capability_ids])
    found = parts.by_criterion().loc[list(small.capability_ids)]
    np.testing.assert_allclose(found, values * weights, atol=1e-6)
    table = parts.to_frame()
    np.testing.assert_allclose(
        table["missed"].to_numpy().reshape(found.shape),
        (100 - values) * weights,
        atol=1e-6,
    )
    np.testing.assert_allclose(table["weight"].to_numpy().reshape(found.shape)[0], weights)


def test_parts_sum_to_the_score_of_the_same_draws(study: Study) -> None:
    found = parted(study)
    drawn = study.sample.drawn
    assert found.draws == len(drawn.levels) == 400
    scores = found.scores()["score"]
    for k, capability in enumerate(study.case.capability_ids):
        assert scores[capability] == pytest.approx(drawn.score[:, k].mean())
    np.testing.assert_allclose(found.by_criterion().sum(axis=1), scores)
    table = found.to_frame()
    assert (table["points_low"] <= table["points_high"]).all()
    sums = table["points"].groupby("capability").sum()
    np.testing.assert_allclose(sums[scores.index], scores)


def test_steps_lead_from_one_score_to_the_other(study: Study) -> None:
    found = parted(study)
    for one, other in (("REG", "ACA"), ("ACA", "REG"), ("NET", "LAB")):
        steps, scores = found.between(one, other), found.scores()["score"]
        assert steps["start"].iloc[0] == pytest.approx(scores[other])
        assert steps["end"].iloc[-1] == pytest.approx(scores[one])
        np.testing.assert_allclose(steps["end"] - steps["start"], steps["step"])
        np.testing.assert_allclose(steps["start"].iloc[1:], steps["end"].iloc[:-1])
        assert steps["step"].is_monotonic_decreasing
    there, back = found.between("REG", "NET"), found.between("NET", "REG")
    np.testing.assert_allclose(there["step"], -back.loc[there.index, "step"])
    # Ends are draws themselves: from below and from above they may be a draw apart.
    np.testing.assert_allclose(there["step_low"], -back.loc[there.index, "step_high"], rtol=0.02)


def test_who_is_ahead_how_often(study: Study) -> None:
    found, score = parted(study), study.sample.drawn.score
    ids = study.case.capability_ids
    one, other = ids.index("NET"), ids.index("LAB")
    expected = float((score[:, one] > score[:, other]).mean())
    assert found.p_ahead("NET", "LAB") == pytest.approx(expected)
    assert 0.1 < expected < 0.9, "neither is firm, so that a turned sign would show"


def test_a_sub_sample_is_stated(small: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampling, "ENVELOPED", 30)
    parts = part_scores(sampling.draw_sample(small, 80), Provenance.of(small, 80))
    assert parts is not None
    assert parts.draws == 30


def test_no_tree_no_parts(study: Study) -> None:
    bare = replace(study.sample.model.case, criteria=(), scores=())
    assert part_scores(replace(study.sample, model=Model(bare)), study.provenance) is None


@pytest.mark.parametrize("call", [("REGS", "NET"), ("NET", "REGS")])
def test_a_name_that_is_not_there_gets_a_hint(study: Study, call: tuple[str, str]) -> None:
    with pytest.raises(InputError, match=r"'REGS' is not appraised\. Did you mean 'REG'"):
        parted(study).between(*call)
