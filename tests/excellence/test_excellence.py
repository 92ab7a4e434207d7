"""Services of excellence by both routes, worked by hand and over draws."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
import pytest

from capworth.case.model import Case
from capworth.excellence.services import Excellence
from capworth.methods.envelopment.dea import dea
from capworth.study.stages import Study, run_study

Golden: TypeAlias = Mapping[str, Any]
AtModes: TypeAlias = Callable[[Case], Study]


@pytest.fixture(scope="module")
def at_modes(learning: Callable[..., Any]) -> AtModes:
    """Answer what is tested here, with every draw at the modes."""
    return lambda case: learning(case, 3, modes=True)


@pytest.fixture(scope="module")
def worked(small: Case, at_modes: AtModes) -> Study:
    """The small case with every draw at the modes."""
    return at_modes(small)


def excellence_of(study: Study) -> Excellence:
    return study.excellence


def test_efficiency_routes_and_targets_worked_by_hand(worked: Study, golden: Golden) -> None:
    known = golden["excellence"]
    table = excellence_of(worked).to_frame()
    assert table["efficiency"].to_dict() == pytest.approx(known["efficiency"], abs=known["atol"])
    assert table["route"].to_dict() == known["route"]
    assert table["p_efficient"].to_dict() == {"REG": 1, "NET": 1, "LAB": 1, "ACA": 0}
    assert table["p_top"].to_dict() == {"REG": 1, "NET": 0, "LAB": 0, "ACA": 0}
    lift = list(table[["lift_use", "lift_results"]].to_numpy()[3])
    assert lift == pytest.approx(known["lift_of_aca"], abs=known["atol"])
    assert (
        table.loc[["REG", "NET", "LAB"], ["lift_use", "lift_results"]].abs().to_numpy().max() < 1e-6
    )


def test_models_worked_by_hand(worked: Study, golden: Golden) -> None:
    peers = excellence_of(worked).peers()
    assert (peers.T["ACA"] == 1).to_dict() == golden["excellence"]["peers_of_aca"]
    assert np.diag(peers).tolist() == [1, 1, 1, 0]
    assert peers.columns.name == "model"


def test_gaps_worked_by_hand(worked: Study) -> None:
    gaps = excellence_of(worked).gaps()
    assert gaps.T["LAB", "speed"].to_dict() == pytest.approx(
        {
            "now": 13.3333333,
            "now_low": 13.3333333,
            "now_high": 13.3333333,
            "model": 80.0,
            "gap": 66.6666667,
            "p_below": 1.0,
        }
    )
    wide = gaps["gap"].unstack().to_dict("index")
    gap = {c: (row["reach"], row["speed"]) for c, row in wide.items()}
    expected = {"REG": (0, 40), "NET": (0, 0), "LAB": (45, 66.6666667), "ACA": (15, 80)}
    assert gap == {c: pytest.approx(pair, abs=1e-6) for c, pair in expected.items()}


def test_without_an_agreed_level_there_is_no_gap_to_tell(worked: Study) -> None:
    gaps = excellence_of(worked).gaps().xs("results", level="criterion")
    assert gaps[["model", "gap", "p_below"]].isna().to_numpy().all()
    assert gaps["now"].notna().all()


def test_the_answer(worked: Study) -> None:
    found = excellence_of(worked)
    assert (found.derived, found.designated) == (("REG",), ("NET", "LAB"))
    assert repr(found) == "<Excellence: 2 designated, 1 derived; both: none>"
    assert found.thresholds == (0.5, 0.5, 0.25)
    assert found.draws == 3
    reasons = found.to_frame()["reason"].to_dict()
    assert reasons == {
        "REG": "efficient and among the best",
        "NET": "agreed, but among the best in only 0% of draws",
        "LAB": "agreed, but among the best in only 0% of draws",
        "ACA": "efficient in only 0% of draws and among the best in only 0% of draws",
    }


def test_thresholds_decide(small: Case, at_modes: AtModes) -> None:
    """At the modes REG is first by score, then LAB, NET and ACA; all but ACA are efficient."""
    wider = excellence_of(at_modes(small.with_settings(top_share=0.5)))
    assert wider.derived == ("REG", "LAB")
    assert wider.to_frame().T["LAB"]["route"] == "both"
    assert excellence_of(at_modes(small.with_settings(top_share=0.0))).derived == ("REG",)
    lenient = small.with_settings(top_share=1.0, excellent_efficient=0.0)
    assert excellence_of(at_modes(lenient)).derived == small.capability_ids


def test_probabilities_are_shares_of_draws(study: Study) -> None:
    """From the draws themselves: the envelopment once more, and the places by score."""
    found, drawn = excellence_of(study), study.sample.drawn
    table = found.to_frame()
    again = dea(drawn.cost[:, :, None] / 1e6, drawn.branches, "variable", "output")
    np.testing.assert_allclose(table["p_efficient"], again.efficient.mean(axis=0))
    np.testing.assert_allclose(table["efficiency"], again.efficiency.mean(axis=0), rtol=1e-6)
    first = np.bincount(drawn.score.argmax(axis=1), minlength=4) / study.sample.draws
    np.testing.assert_allclose(table["p_top"], first)
    assert (table["efficiency_low"] <= table["efficiency_high"]).all()
    assert table["efficiency"].between(0, 1 + 1e-9).all()


def test_gaps_are_means_over_the_draws_enveloped(study: Study) -> None:
    found, drawn = excellence_of(study), study.sample.drawn
    gaps = found.gaps()
    speed = drawn.levels[:, 3, 1]  # of the academy; the agreed level is worth 80
    row = gaps.T["ACA", "speed"]
    assert row["gap"] == pytest.approx(np.maximum(80 - speed, 0).mean())
    assert row["now"] == pytest.approx(speed.mean())
    assert row["p_below"] == (speed < 80).mean()
    assert [row["now_low"], row["now_high"]] == pytest.approx(np.percentile(speed, (10, 90)))


def test_a_dear_twin_is_no_model(small: Case, at_modes: AtModes) -> None:
    """The laboratory at the price of the academy: another is cheaper and better."""
    costs = tuple(
        replace(c, amount=replace(c.amount, low=9e5, mode=9e5, high=9e5))
        if c.id == "LAB-STAFF"
        else c
        for c in small.costs
    )
    table = excellence_of(at_modes(replace(small, costs=costs))).to_frame()
    assert table.T["LAB"]["p_efficient"] == 0
    assert table.T["LAB"]["efficiency"] < 1


def test_a_case_without_a_value_tree_has_no_answer(small: Case) -> None:
    effects = tuple(e for e in small.effects if e.step)
    bare = replace(small, criteria=(), scores=(), judgements=(), effects=effects)
    study = run_study(replace(bare, claim=None), draws=30)
    assert not {"excellence", "sensitivity"} & {*study.found}
    table = study.appraisal.to_frame()
    assert table[["score", "score_per_m"]].isna().all(axis=None)
    assert table["harm_days"].notna().sum() == 2
