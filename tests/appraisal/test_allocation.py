"""Every key side by side: shares, costs, stability, and the ranks that hang on the key."""

import tomllib
from dataclasses import replace
from itertools import combinations, permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from parts_of_cases import unchecked

from capworth.appraisal.allocation import STATED, Allocation, allocate, explained
from capworth.case.model import Case
from capworth.case.read import check_case, read_case
from capworth.charts.allocation import beyond
from capworth.methods.allocation.coalitions import largest
from capworth.methods.allocation.keys import (
    EXACT,
    KEYS,
    objection,
    peak_shares,
    peak_shares_sampled,
)
from capworth.methods.allocation.nucleolus import airport_nucleolus, nucleolus
from capworth.methods.allocation.shapley import shapley
from capworth.methods.arguments import Floats
from capworth.model.draws import AtModes, Sampled
from capworth.model.result import Provenance
from capworth.model.simulation import Model, draw_sample
from capworth.study.stages import Study, run_study
from capworth.study.tables import tables_of

GOLDEN = tomllib.loads((Path(__file__).parents[1] / "golden/sharing.toml").read_text("utf-8"))
Rows = st.lists(st.integers(0, 9), min_size=1, max_size=6)


def allocated(case: Case, draws: int = 200) -> Allocation:
    found = allocate(draw_sample(case, draws), Provenance.of(case, draws))
    assert found is not None
    return found


def allocation_of(study: Study) -> Allocation:
    return study.allocation


# ---------------------------------------------------------------------------------- the kernels


@pytest.mark.parametrize("golden", GOLDEN["key"], ids=lambda g: g["name"])
def test_keys_worked_by_hand(golden: dict[str, Any]) -> None:
    assert golden["source"]
    use, fixed = np.array([golden["use"]], dtype=float), np.array([golden["fixed"]])
    for key, expected in golden["share"].items():
        np.testing.assert_allclose(KEYS[key](use, fixed, use)[0], expected, atol=1e-9)


@given(Rows)
def test_the_runway_nucleolus_is_that_of_the_linear_programmes(costs: list[int]) -> None:
    alone = np.array(costs, dtype=float)
    if alone.max() > 0:
        np.testing.assert_allclose(
            airport_nucleolus(alone), nucleolus(largest(alone)), atol=1e-7 * alone.max()
        )


def slow_objection(use: Floats, fixed: float, share: Floats) -> float:
    """Look at every group of users."""
    users = np.flatnonzero(use > 0)
    part = use / use.sum()
    return max(
        float(share[list(group)].sum() - fixed - (1 - fixed) * part[list(group)].sum())
        for size in range(1, len(users))
        for group in combinations(users, size)
    )


@given(st.lists(st.integers(1, 9), min_size=2, max_size=6), st.floats(0, 1), st.data())
def test_the_group_that_would_leave_is_found_among_all(
    use: list[int], fixed: float, data: st.DataObject
) -> None:
    raw = data.draw(st.lists(st.integers(1, 9), min_size=len(use), max_size=len(use)))
    used, share = np.array([[0, *use]], dtype=float), np.array([[0, *raw]]) / sum(raw)
    excess, group = objection(used, np.array([fixed]), share)
    assert excess[0] == pytest.approx(slow_objection(used[0], fixed, share[0]), abs=1e-9)
    own = fixed + (1 - fixed) * used[0][group[0]].sum() / used.sum()
    assert share[0][group[0]].sum() - own == pytest.approx(excess[0], abs=1e-9)
    assert 0 < group[0].sum() < len(use)
    assert not group[0, 0]


def test_one_user_has_nobody_to_leave() -> None:
    excess, _ = objection(np.array([[3.0, 0.0]]), np.array([0.5]), np.array([[1.0, 0.0]]))
    assert excess[0] == -np.inf


def slow_peak(loads: Floats, fixed: float) -> Floats:
    """Every order of joining in turn; a platform of nothing costs nothing, any other its peak."""
    periods, users = loads.shape
    whole = loads.sum(axis=1).max()
    share = np.zeros(users)
    orders = list(permutations(range(users)))
    for order in orders:
        joint = np.zeros(periods)
        for user in order:
            before, joint = joint.max(), joint + loads[:, user]
            share[user] += (joint.max() - before) / whole / len(orders)
    return np.asarray(fixed / users + (1 - fixed) * share)


def test_peak_load_by_all_orders() -> None:
    loads = np.array([[[6.0, 1, 0, 2], [1, 5, 1, 2], [0, 2, 3, 2]]])
    share = peak_shares(np.vstack([loads, loads[:, ::-1]]), np.array([0.25, 0.25]))
    np.testing.assert_allclose(share[0], slow_peak(loads[0], 0.25))
    np.testing.assert_allclose(share[1], share[0])


def test_the_night_user_pays_nothing_for_the_peak_of_the_day() -> None:
    loads = np.array([[[8.0, 0.0, 2.0], [0.0, 1.0, 0.0]]])  # never above the day's 10
    share = peak_shares(loads, np.zeros(1))[0]
    assert share[1] < 1 / 20
    assert share.sum() == pytest.approx(1)
    assert KEYS["usage"](loads.sum(axis=1), np.zeros(1), loads[:, 0])[0, 1] > share[1]


def test_beyond_eight_users_orders_are_sampled_within_their_error() -> None:
    rng = np.random.default_rng(5)
    loads = rng.uniform(0, 5, (3, 4, EXACT + 2))
    share, error = peak_shares_sampled(loads, np.full(3, 0.3))
    from capworth.methods.allocation.coalitions import peaks

    exact = shapley(peaks(loads))
    exact = 0.3 / (EXACT + 2) + 0.7 * exact / exact.sum(axis=1, keepdims=True)
    assert (error > 0).all()
    assert (np.abs(share - exact) < 4.5 * error + 1e-9).all()
    assert np.abs(share - exact).max() < 0.03
    np.testing.assert_allclose(share.sum(axis=1), 1)
    np.testing.assert_array_equal(peak_shares_sampled(loads, np.full(3, 0.3))[0], share)


def test_up_to_eight_users_there_is_no_error() -> None:
    loads = np.random.default_rng(6).uniform(0, 5, (2, 3, EXACT))
    assert peak_shares_sampled(loads, np.zeros(2))[1].max() == 0


@given(st.sampled_from(["serial", "nucleolus"]), Rows, st.floats(0, 1))
def test_runway_keys_share_the_whole_and_nobody_pays_more_than_alone(
    key: str, use: list[int], fixed: float
) -> None:
    used = np.array([use], dtype=float)
    share = KEYS[key](used, np.array([fixed]), used)[0]
    if used.max() == 0:
        assert share.sum() == 0
        return
    assert share.sum() == pytest.approx(1)
    alone = (used[0] > 0) * (fixed + (1 - fixed) * used[0] / used.max())
    assert (share <= alone + 1e-9).all()
    assert (np.diff(share[np.argsort(used[0], kind="stable")]) >= -1e-9).all()


# ----------------------------------------------------------------------------------- the answer


def test_shares_of_every_key_sum_to_one_and_costs_to_the_platform(study: Study) -> None:
    found = allocation_of(study)
    sums = found.to_frame()[["share", "cost_m"]].groupby(level=["platform", "key"]).sum()
    np.testing.assert_allclose(sums["share"], 1)
    np.testing.assert_allclose(
        sums["cost_m"], found.platforms()["cost_m"].loc[sums.index], rtol=1e-9
    )


def test_the_stated_keys_give_what_the_appraisal_says(small: Case) -> None:
    """At the modes, by the shares of the keys that the case states."""
    shares = Model(small).platform_shares(AtModes())[0]
    table = allocate_modes(small).to_frame().reset_index()
    counted = table[table["counts"]]
    assert set(zip(counted["platform"], counted["key"], strict=True)) == {
        (p.id, p.key) for p in small.platforms
    }
    got = counted.pivot_table("share", index="platform", columns="capability", fill_value=0.0)
    ordered = got.loc[[p.id for p in small.platforms], list(small.capability_ids)]
    np.testing.assert_allclose(ordered, shares)


def allocate_modes(case: Case) -> Allocation:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("capworth.model.simulation.Sampled", lambda seed, chunk, size: AtModes(size))
        return allocated(case, 3)


def test_costs_by_the_stated_keys_are_those_of_the_sample(study: Study) -> None:
    found = allocation_of(study)
    stated = found.bearing().xs(STATED, level="key")["cost_m"]
    drawn = study.sample.drawn.cost[: found.draws].mean(axis=0) / 1e6
    np.testing.assert_allclose(stated, drawn)
    for key in found.keys:  # a key moves cost, it makes none
        moved = found.bearing().xs(key, level="key")["cost_m"]
        assert moved.sum() == pytest.approx(stated.sum())


def test_a_case_under_one_key_is_the_column_of_that_key(small: Case) -> None:
    whole = allocated(small)
    for key in KEYS:
        one = allocated(small.with_platform_key(key))
        assert one.ranks()[STATED].to_dict() == whole.ranks()[key].to_dict()
        assert (one.to_frame()["counts"] == (one.to_frame().index.get_level_values(1) == key)).all()


def test_places_moved_are_those_between_the_keys(study: Study) -> None:
    table = allocation_of(study).ranks()
    places = table[[STATED, *allocation_of(study).keys]]
    assert (table["places_moved"] == places.max(axis=1) - places.min(axis=1)).all()
    assert set(allocation_of(study).depending) == set(table.index[table["places_moved"] > 0])
    assert (table["place_low"] <= table["place_high"]).all()


def test_places_are_those_of_the_mean_rank_in_value_for_money(study: Study) -> None:
    found, drawn = allocation_of(study), study.sample.drawn
    ratio = drawn.score[: found.draws] / drawn.cost[: found.draws]
    ranks = (-ratio).argsort(axis=1).argsort(axis=1) + 1
    order = ranks.mean(axis=0).argsort().argsort() + 1
    table = found.ranks().loc[list(study.case.capability_ids)]
    assert table[STATED].tolist() == order.tolist()
    for end, percent in (("place_low", 10), ("place_high", 90)):
        expected = np.percentile(ranks, percent, axis=0, method="inverted_cdf")
        assert table[end].tolist() == expected.tolist()


def test_nobody_leaves_a_platform_charged_by_what_each_adds(study: Study) -> None:
    table = allocation_of(study).platforms()
    for key in ("usage", "shapley"):
        rows = table.xs(key, level="key")
        assert (rows["p_stable"] == 1).all()
        assert (rows["leaving"] == "").all()
        assert (rows["excess_m"] <= 1e-9).all()
    restless = table[table["p_stable"] < 1]
    assert len(restless)
    assert (table.loc[table["leaving"] != "", "p_stable"] < 1).all()


def test_alone_is_the_fixed_part_in_full_and_the_rest_by_use(small: Case) -> None:
    """CENTRE at the modes: fixed part a half, use 6, 3, 1 of 10."""
    whole = allocate_modes(small).to_frame()
    table = whole.xs("CENTRE", level="platform").xs("equal", level="key")
    cost = float(table["cost_m"].sum())
    alone = table["alone_m"].to_dict()
    assert alone == pytest.approx({"REG": 0.8 * cost, "NET": 0.65 * cost, "LAB": 0.55 * cost})


@pytest.mark.parametrize("key", [*KEYS, "peak", "tree"])
def test_every_user_is_told_why(small: Case, key: str) -> None:
    """The sentences tell what the shares at the modes make of the platform's cost."""
    case, model = small.with_platform_key(key), Model(small.with_platform_key(key))
    cost = float(model.costs.price(AtModes()).platform[0, 0]) / 1e6
    shares = model.platform_shares(AtModes())[0, 0]
    users = [c for c, share in zip(case.capability_ids, shares, strict=True) if share > 0]
    told = explained(case, "CENTRE")
    assert [sentence.split()[0] for sentence in told] == users
    for capability, sentence in zip(users, told, strict=True):
        share = float(shares[case.capability_ids.index(capability)])
        assert f"pays {share * cost:,.4g} of {cost:,.4g}" in sentence


def test_a_capability_beyond_its_interval_is_named(study: Study) -> None:
    found = allocation_of(study)
    table = found.ranks()
    table.loc["LAB", ["place_low", "place_high"]] = (2, 2)
    table.loc["LAB", list(found.keys)] = 2
    table.loc["LAB", "equal"] = 4
    assert "LAB" in beyond(replace(found, _ranks=table))
    table.loc["LAB", "equal"] = 2
    assert "LAB" not in beyond(replace(found, _ranks=table))


def test_no_platform_no_allocation(small: Case, without: Any) -> None:
    costs = tuple(c for c in small.costs if not c.platform)
    case = replace(without(small, "platforms", "usage"), costs=costs)
    study = run_study(unchecked(case), draws=60)
    assert "allocation" not in study
    assert "allocation" in study.not_asked
    assert "allocation_ranks" not in tables_of(study)


def test_without_a_value_tree_there_is_no_rank(small: Case, without: Any) -> None:
    tables = [
        "criteria",
        "scores",
        "improvements",
        "effects",
        "relations",
        "funding",
        "feedback",
        "judgements",
    ]
    bare = replace(without(small, *tables, budget=None, target=None), claim=None)
    costs = tuple(c for c in bare.costs if not c.improvement)
    study = run_study(unchecked(replace(bare, costs=costs)), draws=60)
    found = allocation_of(study)
    assert found.ranks().empty
    assert "no value tree" in repr(found)


# ----------------------------------------------------------------------- peak and tree in a case


def spoil(folder: Path, name: str, *edits: tuple[str, str]) -> None:
    file = folder / name
    text = file.read_text("utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text, "utf-8")


def test_peak_use_by_period_comes_in_by_the_door(folder: Path) -> None:
    text = (folder / "usage.csv").read_text("utf-8").splitlines()
    rows = [text[0] + ",period", *(line + "," for line in text[1:])]
    day = [r + "day" for r in rows if r.startswith("CENTRE,")]
    night = [
        "CENTRE,REG,0,0,0,racks,A,LEDGER,,night",
        "CENTRE,NET,9,9,9,racks,A,LEDGER,,night",
        "CENTRE,LAB,1,1,1,racks,A,LEDGER,,night",
    ]
    rest = [r for r in rows[1:] if not r.startswith("CENTRE,")]
    (folder / "usage.csv").write_text("\n".join([rows[0], *day, *night, *rest]) + "\n", "utf-8")
    spoil(
        folder,
        "platforms.csv",
        (
            "CENTRE,Data centre,Centre de données,usage,,,,,",
            ("CENTRE,Data centre,Centre de données,peak,0.2,0.2,0.2,A,LEDGER"),
        ),
    )
    case = read_case(folder)
    shares = Model(case).platform_shares(AtModes())[0, 0]
    expected = slow_peak(np.array([[6.0, 3, 1], [0, 9, 1]]), 0.2)
    np.testing.assert_allclose(shares[:3], expected)
    found = allocated(case)
    assert "peak" in found.keys
    assert found.to_frame()["sampling_error"].max() == 0


def test_a_tree_of_platforms_is_shared_by_who_passes(folder: Path) -> None:
    """The gate is part of the centre: ACA passes the centre too, though it has no rack there."""
    spoil(
        folder,
        "platforms.csv",
        (",basis\n", ",basis,part_of\n"),
        ("usage,,,,,,", "tree,,,,,,,"),
        ("equal,0.8,0.9,1,D,,one gate whoever passes", "tree,0.8,0.9,1,D,,one gate,CENTRE"),
    )
    case = read_case(folder)
    shares = Model(case).platform_shares(AtModes())[0]
    np.testing.assert_allclose(shares[0], [0.25, 0.25, 0.25, 0.25])
    np.testing.assert_allclose(shares[1], [0.5, 0, 0, 0.5])
    assert "tree" in allocated(case).keys


def test_a_platform_is_not_part_of_itself(folder: Path) -> None:
    spoil(
        folder,
        "platforms.csv",
        (",basis\n", ",basis,part_of\n"),
        ("usage,,,,,,", "tree,,,,,,,GUARD"),
        ("one gate whoever passes", "one gate,CENTRE"),
    )
    faults = [f for f in check_case(folder) if f.column == "part_of"]
    assert [f.row for f in faults] == [2, 3]
    assert all("part of itself" in f.problem for f in faults)


# ------------------------------------------------------------------------- the page, the command


def test_draws_are_the_first_of_the_sample() -> None:
    """The allocation says that its draws are the first ones of the run: streams have prefixes."""
    from capworth.case.model import Estimate

    one = Estimate("x", 0, 1, 5, "", "D", "", "", 0)
    np.testing.assert_array_equal(Sampled(3, 0, 900).of(one)[:200], Sampled(3, 0, 200).of(one))
