"""Services of excellence by both routes, worked by hand and over draws."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
import pytest
from parts_of_cases import unchecked

from capworth.case.model import Case
from capworth.excellence.comparison import Units, Way, compare
from capworth.excellence.services import (
    ALONE,
    BY_DEFAULT,
    MIXED,
    SELDOM,
    Excellence,
    lack,
)
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
    for column in ("efficiency", "efficiency_constant"):
        assert table[column].to_dict() == pytest.approx(known[column], abs=known["atol"])
    assert table["efficiency_variable"].equals(table["efficiency"])
    for column in ("route", "factor", "p_default", "p_alone"):
        assert table[column].to_dict() == known[column]
    assert table["p_efficient"].to_dict() == {"REG": 1, "NET": 1, "LAB": 1, "ACA": 0}
    assert table["p_efficient_constant"].to_dict() == {"REG": 0, "NET": 1, "LAB": 1, "ACA": 0}
    assert (table["p_excellent"] == 0).all()
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
    assert (found.derived, found.designated) == ((), ("NET", "LAB"))
    assert repr(found) == "<Excellence: 2 designated, 0 derived; both: none>"
    assert found.thresholds == (0.5, 0.5, 0.25)
    assert found.draws == 3
    assert found.way == Way("unit_costs", "variable", "equal")
    reasons = found.to_frame()["reason"].to_dict()
    assert reasons == {
        "REG": "efficient by results alone in 100% of draws",
        "NET": "agreed, but efficient by use alone in 100% of draws and among the best in only 0% "
        "of draws",
        "LAB": "agreed, but efficient by cost alone in 100% of draws and among the best in only 0% "
        "of draws",
        "ACA": "efficient in only 0% of draws and among the best in only 0% of draws",
    }
    assert found.lacking(BY_DEFAULT) == ("REG", "NET", "LAB")
    assert found.lacking(ALONE) == found.lacking(MIXED) == ()
    assert found.lacking(SELDOM) == ("ACA",)


def costing(case: Case, line: str, money: float) -> Case:
    """The case with one cost line at another amount, outside of every total."""
    costs = tuple(
        replace(c, total="", amount=replace(c.amount, low=money, mode=money, high=money))
        if c.id == line
        else c
        for c in case.costs
    )
    return replace(case, costs=costs)


def test_a_service_that_is_good_at_several_things_is_excellent(
    small: Case, at_modes: AtModes
) -> None:
    """A register for less than the secure network: efficient by use and cost without its results.

    It costs 0.62 million, NET 0.93; of ACA it is a model, and it is the first by score.
    """
    found = excellence_of(at_modes(costing(small, "REG-STAFF", 1.0)))
    table = found.to_frame()
    cost = table["unit_cost_m"].to_dict()
    share = (57.5 - 21.6666667) / (92.5 - 21.6666667)  # on the way from LAB to NET, by use
    assert cost["REG"] < cost["LAB"] + share * (cost["NET"] - cost["LAB"])
    assert cost["LAB"] < cost["REG"]  # so it is not by its cost alone either
    row = table.to_dict("index")["REG"]
    assert [row[name] for name in ("p_excellent", "p_default", "p_alone")] == [1, 0, 0]
    assert row["route"] == "derived only"
    assert row["reason"] == "efficient, a model of others, and among the best"
    assert found.derived == ("REG",)
    assert found.over_thresholds()["variable"].tolist() == ["REG"] * 6
    assert found.lacking(BY_DEFAULT) == ("NET", "LAB")
    assert found.lacking("") == ("REG",)


def test_thresholds_decide(small: Case, at_modes: AtModes) -> None:
    """At the modes REG is first by score, then LAB, NET and ACA; none is excellent."""
    lenient = small.with_settings(top_share=1.0, excellent_efficient=0.0)
    assert excellence_of(at_modes(lenient)).derived == small.capability_ids
    wider = small.with_settings(top_share=0.5, excellent_efficient=0.0)
    assert excellence_of(at_modes(wider)).derived == ("REG", "LAB")
    first = small.with_settings(top_share=0.0, excellent_efficient=0.0)
    assert excellence_of(at_modes(first)).derived == ("REG",)
    good = costing(small, "REG-STAFF", 1.0)
    strict = good.with_settings(top_share=0.25, excellent_top=1.0, excellent_efficient=1.0)
    assert excellence_of(at_modes(strict)).derived == ("REG",)


@pytest.mark.parametrize(
    ("efficient", "default", "alone", "excellent", "why"),
    [
        (0.9, 0.2, 0.2, 0.5, ""),
        (0.4, 0.4, 0.0, 0.0, SELDOM),
        (0.8, 0.4, 0.1, 0.3, BY_DEFAULT),  # just the half
        (0.8, 0.39, 0.1, 0.31, MIXED),
        (0.6, 0.1, 0.4, 0.1, ALONE),
        (0.6, 0.5, 0.5, 0.1, BY_DEFAULT),  # both: the one that tells more
    ],
)
def test_why_a_service_is_not_excellent(
    efficient: float, default: float, alone: float, excellent: float, why: str
) -> None:
    found = {
        "p_efficient": efficient,
        "p_default": default,
        "p_alone": alone,
        "p_excellent": excellent,
    }
    assert lack(found, 0.5) == why


def test_both_returns_are_asked_after_shrinkage(study: Study) -> None:
    """What decides stands among both, and is not what the plain draws would say."""
    found = excellence_of(study)
    table = found.to_frame()
    units = Units.of(study.sample, found.draws, found.way.key)
    differ = False
    for returns in ("variable", "constant"):
        way = replace(found.way, returns=returns)
        plain, firm = (compare(u, way) for u in (units, units.shrunken()))
        for name in ("efficient", "excellent"):
            expected, other = (getattr(c, name).mean(axis=0) for c in (firm, plain))
            np.testing.assert_allclose(table[f"p_{name}_{returns}"], expected)
            differ |= not np.allclose(expected, other)
    assert differ
    assert table["p_excellent"].equals(table["p_excellent_variable"])


def test_the_table_over_thresholds_counts_both_probabilities(study: Study) -> None:
    found = excellence_of(study)
    table, over = found.to_frame(), found.over_thresholds()
    assert over.index.tolist() == [0.5, 0.6, 0.7, 0.8, 0.9, 0.95]
    for least, row in over.iterrows():
        for returns in ("variable", "constant"):
            passed = table.index[
                (table[f"p_excellent_{returns}"] >= least) & (table["p_top"] >= least)
            ]
            assert set(str(row[returns]).split()) == set(passed)
            assert row[f"count_{returns}"] == len(passed)
    assert over["count_variable"].is_monotonic_decreasing


def test_probabilities_are_shares_of_draws(study: Study) -> None:
    """From the draws themselves: the envelopment once more, and the places by score."""
    found, drawn = excellence_of(study), study.sample.drawn
    table = found.to_frame()
    use = drawn.levels[:, :, :2].mean(axis=2)  # reach and speed alike, whatever they weigh
    levels = np.stack((use, drawn.levels[:, :, 2]), axis=2)
    cost = drawn.cost[: len(levels), :, None] / 1e6
    for returns in ("variable", "constant"):
        again = dea(cost, levels, returns, "output")
        np.testing.assert_allclose(
            table[f"efficiency_{returns}"], again.efficiency.mean(axis=0), rtol=1e-6
        )
    again = dea(cost, levels, "variable", "output")
    np.testing.assert_allclose(table["p_efficient_plain"], again.efficient.mean(axis=0))
    np.testing.assert_allclose(table["efficiency"], again.efficiency.mean(axis=0), rtol=1e-6)
    low = np.sort(again.efficiency, axis=0)[39]  # the fortieth of 400
    np.testing.assert_allclose(table["efficiency_low"], low, rtol=1e-6)
    first = np.bincount(drawn.score.argmax(axis=1), minlength=4) / study.sample.draws
    np.testing.assert_allclose(table["p_top_plain"], first)
    parts = table[["p_excellent", "p_alone", "p_default"]].sum(axis=1)
    assert (parts >= table["p_efficient"] - 1e-12).all()  # both reasons may hold at once
    assert (table["p_excellent"] <= table["p_efficient"]).all()


def test_the_weights_of_the_tree_move_nobody_s_efficiency(small: Case, at_modes: AtModes) -> None:
    """They decide who is among the best by score, and there only."""
    swings = {"reach": 10.0, "speed": 100.0}
    criteria = tuple(
        replace(c, swing=replace(c.swing, low=s, mode=s, high=s)) if (s := swings.get(c.id)) else c
        for c in small.criteria
    )
    other = replace(small, criteria=criteria)
    plain, moved = (excellence_of(at_modes(case)).to_frame() for case in (small, other))
    same = [
        c
        for c in map(str, plain)
        if c.startswith(("efficiency", "p_e", "p_alone", "p_default", "lift"))
    ]
    assert len(same) > 12
    assert plain[same].equals(moved[same])
    scores = [at_modes(case).sample.modes.score[0] for case in (small, other)]
    assert not np.allclose(*scores)


def test_gaps_are_means_over_the_draws_enveloped(study: Study) -> None:
    found, drawn = excellence_of(study), study.sample.drawn
    gaps = found.gaps()
    speed = drawn.levels[:, 3, 1]  # of the academy; the agreed level is worth 80
    row = gaps.T["ACA", "speed"]
    assert row["gap"] == pytest.approx(np.maximum(80 - speed, 0).mean())
    assert row["now"] == pytest.approx(speed.mean())
    assert row["p_below"] == (speed < 80).mean()
    assert [row["now_low"], row["now_high"]] == pytest.approx(
        np.percentile(speed, (10, 90), method="inverted_cdf")
    )


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
    study = run_study(unchecked(replace(bare, claim=None)), draws=30)
    assert not {"excellence", "sensitivity"} & {*study.found}
    table = study.appraisal.to_frame()
    assert table[["score", "score_per_m"]].isna().all(axis=None)
    assert table["harm_days"].notna().sum() == 2
