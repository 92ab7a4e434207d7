"""Models and the worth of gaps: by hand, and from the draws themselves."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest

from capworth.case.model import Case
from capworth.excellence.gaps import GapWorth, cost_shares
from capworth.excellence.services import LEVELS_AGREED, LIST, NONE, OFTEN, Excellence
from capworth.model.draws import Sampled
from capworth.model.joint_gains import Game, games_of, meetings_of
from capworth.model.simulation import Model
from capworth.report.rows import rows_of
from capworth.study.stages import Study

AtModesRun: TypeAlias = Callable[[Case], Study]
GOLDEN: Mapping[str, Any] = tomllib.loads(
    (Path(__file__).parents[1] / "golden/priorities.toml").read_text("utf-8")
)


@pytest.fixture(scope="module")
def at_modes(learning: Callable[..., Any]) -> AtModesRun:
    """Answer what is tested here, with every draw at the modes."""
    return lambda case: learning(case, 3, modes=True)


@pytest.fixture(scope="module")
def worked(small: Case, at_modes: AtModesRun) -> Study:
    """The small case with every draw at the modes."""
    return at_modes(small)


@pytest.fixture(scope="module")
def study(small: Case, learning: Callable[..., Any]) -> Study:
    """The small case in 400 draws."""
    answered: Study = learning(small)
    return answered


def gaps_of(study: Study) -> GapWorth:
    return study.gap_worth


def excellence_of(study: Study) -> Excellence:
    return study.excellence


# Models


def test_models_worked_by_hand(worked: Study) -> None:
    known, found = GOLDEN["models"], excellence_of(worked).models
    row = found.to_frame().loc["ACA"]
    assert (row["model"], row["second"], row["lags_on"]) == ("NET", "REG", "results")
    assert (row["p_model"], row["p_second"], row["p_own"]) == (1.0, 1.0, 0.0)
    assert row["points"] == pytest.approx(known["points"]["results"], abs=known["atol"])
    targets = found.targets().loc["ACA"]
    for name in ("target", "points"):
        assert targets[name].to_dict() == pytest.approx(known[name], abs=known["atol"])
    assert targets["p_lags"].to_list() == [1, 1, 1]
    assert found.leaders == ("NET",)


def test_its_own_model_has_no_target(worked: Study) -> None:
    table = excellence_of(worked).models.to_frame().drop(index="ACA")
    assert (table["model"] == "").all()
    assert (table["lags_on"] == "").all()
    assert table[["now", "target", "points"]].isna().to_numpy().all()
    assert (table["p_own"] == 1).all()


def test_targets_on_leaves_make_up_those_on_branches(study: Study) -> None:
    """The mixture of peers, leaf by leaf, has the branches that the envelopment aims at."""
    found = excellence_of(study)
    targets = found.models.targets()
    points = targets["points"].groupby(level="capability", sort=False).sum()
    assert (points > -1e-9).all(), "the mixture gives no less on any branch"
    lift = found.to_frame()[["lift_use", "lift_results"]]
    only = targets.xs("results", level="criterion")
    np.testing.assert_allclose(only["target"] - only["now"], lift["lift_results"], atol=1e-4)


def test_what_the_models_do_is_told(small: Case, at_modes: AtModesRun) -> None:
    """The first model says nothing, so the second one's pattern is told."""
    told = tuple(
        replace(c, pattern="asks twice") if c.id == "REG" else c for c in small.capabilities
    )
    table = excellence_of(at_modes(replace(small, capabilities=told))).models.to_frame()
    assert list(table.loc["ACA", ["model", "practised_by"]]) == ["NET", "REG"]
    assert table.loc["ACA", "pattern"] == "asks twice"
    assert table.loc["REG", "pattern"] == ""


def test_a_seldom_peer_is_no_model(study: Study) -> None:
    table, peers = excellence_of(study).models.to_frame(), excellence_of(study).peers()
    for key, row in rows_of(table):
        others = peers.loc[key].drop(key)
        assert (row["model"] == "") == (others.max() < OFTEN)
        if row["model"]:
            assert row["p_model"] == others.max()


# Routes


def test_designated_by_list_or_by_levels(small: Case, at_modes: AtModesRun) -> None:
    """Without a list NET alone is designated: 190 of 150 members, 3 hours where 6 are agreed."""
    assert excellence_of(at_modes(small)).designated_by == LIST
    bare = replace(
        small, capabilities=tuple(replace(c, designated=False) for c in small.capabilities)
    )
    found = excellence_of(at_modes(bare))
    assert (found.designated_by, found.designated) == (LEVELS_AGREED, ("NET",))
    assert found.to_frame()["p_reaches_levels"].to_dict() == {
        "REG": 0,
        "NET": 1,
        "LAB": 0,
        "ACA": 0,
    }
    unlevelled = replace(bare, criteria=tuple(replace(k, reference=None) for k in small.criteria))
    nothing = excellence_of(at_modes(unlevelled))
    assert (nothing.designated_by, nothing.designated) == (NONE, ())
    assert nothing.to_frame()["p_reaches_levels"].isna().all()


def test_a_small_sample_is_said_to_be_one(study: Study) -> None:
    assert excellence_of(study).small_sample, "4 capabilities, 3 measures"


def alike(case: Case, seed: int) -> Case:
    """Four equal capabilities, measured with an error that the ranges know; costs alike too."""
    rng = np.random.Generator(np.random.PCG64(seed))
    error = {"reach": 40.0, "speed": 9.0, "results": 1.8}
    middle = {"reach": 100.0, "speed": 24.0, "results": 5.0}
    scores = []
    for row in case.scores:
        half = error[row.criterion]
        mode = middle[row.criterion] + rng.normal(0, half / 2.2)
        level = replace(row.level, low=mode - half, mode=mode, high=mode + half)
        scores.append(replace(row, level=level))
    costs = tuple(
        replace(c, amount=replace(c.amount, low=9e4, mode=1e5, high=1.1e5), platform="", total="")
        for c in case.costs
        if c.capability and c.treatment == "forward" and not c.id.endswith("KIT")
    )
    lines = (*costs, *(c for c in case.costs if c.improvement))
    return replace(case, scores=tuple(scores), costs=lines, platforms=(), usage=(), totals=())


@pytest.mark.long
def test_noise_crowns_nobody(small: Case, learning: Callable[..., Any]) -> None:
    crowned = plain = 0
    for seed in range(12):
        table = excellence_of(learning(alike(small, seed), 150)).to_frame()
        plain += bool(((table["p_efficient_plain"] >= 0.5) & (table["p_top_plain"] >= 0.5)).any())
        crowned += bool(table["route"].isin(("both", "derived only")).any())
    assert plain >= 6, "luck alone crowns somebody without shrinkage"
    assert crowned <= 2


# Worth of gaps


def test_worth_of_gaps_worked_by_hand(worked: Study) -> None:
    known, found = GOLDEN["gaps"], gaps_of(worked)
    table = found.to_frame()
    for name, cells in known.items():
        if isinstance(cells, dict):
            column = table[name].loc[list(cells)].to_dict()
            numbers = all(isinstance(cell, float) for cell in cells.values())
            assert column == (pytest.approx(cells, abs=known["atol"]) if numbers else cells), name
    assert table.loc["ACA", "points_per_m"] == pytest.approx(46.5568, abs=1e-4)
    assert np.isnan(table["closed"]["NET"])
    assert table.loc[["NET", "ACA"], ["gap_money_m", "gap_harm_days"]].isna().to_numpy().all()
    assert found.models == ("NET", "LAB")
    assert found.open == ()
    assert found.middle == pytest.approx((0.666666667, 3.088541667))
    assert (table["p_field"] == 1).all()


def test_a_gap_that_nothing_touches_is_open_and_unpriced(small: Case, at_modes: AtModesRun) -> None:
    effects = tuple(e for e in small.effects if e.capability != "ACA")
    found = gaps_of(at_modes(replace(small, effects=effects)))
    row = found.to_frame().loc["ACA"]
    assert found.open == ("ACA",)
    assert (row["improvements"], row["potential"], row["field"]) == ("", 0, "unaided")
    assert np.isnan(row[["closed", "cost_m", "points_per_m"]].to_numpy(dtype=float)).all()


def test_of_rivals_the_better_one_is_the_candidate(small: Case, at_modes: AtModesRun) -> None:
    """SCAN on the academy gives 2.5 points, CLOUD 3.5 and excludes it."""
    effect = next(e for e in small.effects if (e.improvement, e.criterion) == ("SCAN", "speed"))
    more = replace(effect, capability="ACA", change=replace(effect.change, name="effects/more"))
    found = gaps_of(at_modes(replace(small, effects=(*small.effects, more))))
    assert found.to_frame().loc["ACA", "improvements"] == "CLOUD"


def test_gap_and_closing_over_draws(study: Study) -> None:
    drawn, model = study.sample.drawn, study.sample.model
    table = gaps_of(study).to_frame()
    weights = model.value.weights(study.sample.first_draws())
    below = np.maximum(np.array([75.0, 80.0]) - drawn.levels[:, :, :2], 0)
    gap = (below * weights[:, None, :2]).sum(axis=2)
    np.testing.assert_allclose(table["gap"], gap.mean(axis=0), atol=1e-9)
    np.testing.assert_allclose(
        table["gap_high"], np.percentile(gap, 90, axis=0, method="inverted_cdf"), atol=1e-9
    )
    assert table["closed"].dropna().between(0, 1).all()
    assert (table["gap_low"] <= table["gap_high"]).all()


def test_nothing_is_lowered_to_a_target(study: Study) -> None:
    table = gaps_of(study).to_frame()
    assert (table[["gap_money_m_low", "gap_harm_days_low"]].dropna().to_numpy() >= -1e-12).all()


def test_the_cost_of_an_improvement_is_shared_out_whole(small: Case) -> None:
    shares = cost_shares(small, games_of(meetings_of(Model(small), Sampled(3, 0, 40)), 40))
    np.testing.assert_allclose(shares.sum(axis=0), 1)
    assert (shares >= 0).all()
    nothing = tuple(
        replace(e, change=replace(e.change, low=0.0, mode=0.0, high=0.0)) if e.criterion else e
        for e in small.effects
        if e.improvement == "CLOUD"
    )
    idle = replace(small, effects=nothing)
    none = cost_shares(idle, games_of(meetings_of(Model(idle), Sampled(3, 0, 40)), 40))[:, 2]
    assert none.tolist() == [0.0] * 4, "CLOUD acts on two and gives nothing: no gap answers for it"


def test_what_gives_neither_points_nor_money_is_shared_out_by_where_it_gives_at_all(
    small: Case,
) -> None:
    """The first gives days of harm on two, the mean of the second is 0, the third gives nothing."""
    names = small.capability_ids
    games = [
        Game.tabled("harm", names[0], (0,), np.array([[0.0, 1.0]])),
        Game.tabled("harm", names[2], (0, 1), np.array([[0.0, 3.0, 0.0, 3.0]])),
        Game.tabled("score", names[3], (1,), np.array([[0.0, 1.0], [0.0, -1.0]])),
        Game.tabled("score", names[1], (0, 1), np.array([[0.0, 0.0, -2.0, -2.0]])),
        Game.tabled("money", names[1], (2,), np.array([[0.0, 0.0]])),
    ]
    shares = cost_shares(small, games)
    assert shares[:, 0].tolist() == [0.5, 0.0, 0.5, 0.0]
    assert shares[:, 1].tolist() == [0.0, 0.0, 0.0, 1.0]
    assert shares[:, 2].tolist() == [0.0] * 4


def test_a_gap_that_is_only_touched_by_what_gives_nothing_is_open(
    small: Case, at_modes: AtModesRun
) -> None:
    effects = tuple(
        replace(e, change=replace(e.change, low=0.0, mode=0.0, high=0.0))
        if e.capability == "ACA"
        else e
        for e in small.effects
    )
    found = gaps_of(at_modes(replace(small, effects=effects)))
    assert found.open == ("ACA",)
    assert found.to_frame().loc["ACA", "improvements"] == ""


def test_without_agreed_levels_there_is_no_gap(small: Case, at_modes: AtModesRun) -> None:
    bare = replace(small, criteria=tuple(replace(k, reference=None) for k in small.criteria))
    assert at_modes(bare).gap_worth is None


def test_the_answers_say_their_finding(study: Study, worked: Study) -> None:
    assert repr(excellence_of(worked).models) == (
        "<Models: 1 of 4 capabilities have a model; most often NET>"
    )
    assert repr(gaps_of(worked)) == (
        "<GapWorth: best closed for its cost ACA 47 points a million; 0 gaps without a candidate; "
        "3 draws>"
    )
    assert gaps_of(study).draws == 400
