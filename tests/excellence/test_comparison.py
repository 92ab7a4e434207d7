"""How services are compared: by hand, and what must hold whatever the numbers are."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capworth.case.model import Case
from capworth.case.rules.extents import check_extents
from capworth.errors import CaseError, InputError
from capworth.excellence import comparison
from capworth.excellence.comparison import (
    AMOUNTS,
    CONSTANT,
    COST,
    LEVELS,
    NO_FACTOR,
    UNIT_COSTS,
    VARIABLE,
    Units,
    Way,
    compare,
)
from capworth.excellence.services import find_excellence
from capworth.methods.arguments import Floats
from capworth.model import simulation as sampling
from capworth.model.draws import AtModes
from capworth.model.result import Provenance
from capworth.model.simulation import draw_sample
from capworth.study.split_check import split

RETURNS = (CONSTANT, VARIABLE)
ALL = tuple(Way(m, r, "members") for m in (UNIT_COSTS, AMOUNTS, LEVELS) for r in RETURNS)


def units(cost: Floats, levels: Floats, extent: Floats, parts: list[str] | None = None) -> Units:
    """Services with a cost in millions, levels and an extent, in one draw or in several."""
    many = len(extent)
    names = parts or [f"S{k}" for k in range(many)]
    capabilities = [_Service(f"S{k}", name) for k, name in enumerate(names)]
    case: Any = _Case(capabilities)
    cost, levels = np.atleast_2d(cost), np.asarray(levels, float)
    levels = levels[None] if levels.ndim == 2 else levels
    score = levels.mean(axis=2)
    return Units.whole(case, np.asarray(extent, float), cost, levels, score, np.arange(2))


class _Service:
    def __init__(self, name: str, whole: str) -> None:
        self.id, self.part_of = name, whole


class _Case:
    def __init__(self, capabilities: list[_Service]) -> None:
        self.capabilities = capabilities
        self.capability_ids = [c.id for c in capabilities]


# Four services: members served, cost, and two levels. Cost per member 2, 1, 4, 3.
MEMBERS = np.array([100.0, 50.0, 10.0, 40.0])
SPENT = np.array([200.0, 50.0, 40.0, 120.0])
LEVEL = np.array([[60.0, 50.0], [40.0, 30.0], [70.0, 80.0], [30.0, 60.0]])


def found(measures: str, returns: str) -> Any:
    return compare(units(SPENT, LEVEL, MEMBERS), Way(measures, returns, "members"))


def test_unit_costs_by_hand() -> None:
    """Cost per member 2, 1, 4, 3. Variable returns.

    S2 has the highest levels and S1 is the cheapest. S0 (60, 50) at 2: a third of the way in cost
    from S1 to S2 lies (50, 46.7): above it, efficient. S3 (30, 60) at 3: along its ray, one of
    the first for two of the second; two thirds of the way from S1 to S2, or half of it from S0 to
    S2: (65, 65) at 3, so 60 / 65. More of the second has S2, but at 4.
    """
    efficiency = found(UNIT_COSTS, VARIABLE).efficiency[0]
    np.testing.assert_allclose(efficiency, [1, 1, 1, 60 / 65])
    # constant returns, per unit of cost: (30, 25), (40, 30), (17.5, 20), (10, 20): S1 leads in both
    constant = found(UNIT_COSTS, CONSTANT).efficiency[0]
    np.testing.assert_allclose(constant, [25 / 30, 1, 20 / 30, 20 / 30])


def test_levels_against_whole_cost_by_hand() -> None:
    """Cost hardly matters: S2, with the highest levels, is the cheapest of all."""
    answer = found(LEVELS, VARIABLE)
    np.testing.assert_allclose(answer.efficiency[0], [60 / 70, 40 / 70, 1, 60 / 80])
    dearer = compare(units(SPENT * [9, 9, 1, 9], LEVEL, MEMBERS), Way(LEVELS, VARIABLE, "members"))
    np.testing.assert_allclose(dearer.efficiency, answer.efficiency)
    # ... but per member the same nine times the cost is seen
    far = compare(units(SPENT * [9, 9, 1, 9], LEVEL, MEMBERS), Way(UNIT_COSTS, VARIABLE, "members"))
    assert (far.efficiency[0][[0, 1, 3]] < 1).all()
    # constant returns, per unit of cost: (.3, .25), (.8, .6), (1.75, 2), (.25, .5): the small leads
    np.testing.assert_allclose(
        found(LEVELS, CONSTANT).efficiency[0], [0.3 / 1.75, 0.8 / 1.75, 1, 0.5 / 2]
    )


def test_amounts_by_hand() -> None:
    """Levels x members: S0 (6000, 5000), S1 (2000, 1500), S2 (700, 800), S3 (1200, 2400).

    Variable returns: S0 makes most. S1 at 50 and S2 at 40 are on the way: the mixture of S2 and S0
    at 50 makes (1031, 1063). S3 at 120, one of the first for two of the second: between S1 and S0
    at 120 lies (3867, 3133), so 2400 / 3133; a mixture with S2 instead of S1 makes less.
    """
    answer = found(AMOUNTS, VARIABLE)
    at = 70 / 150  # of the way from S1 to S0
    np.testing.assert_allclose(answer.efficiency[0], [1, 1, 1, 2400 / (1500 + at * 3500)])
    # the target is told as levels again
    assert answer.target[0, 3, 1] == pytest.approx((1500 + at * 3500) / 40)


def test_efficient_by_one_factor_is_not_excellent() -> None:
    """S1 is the cheapest and nothing else; S2 is best at both levels, S0 at none of the three."""
    answer = found(UNIT_COSTS, VARIABLE)
    assert answer.efficient[0].tolist() == [True, True, True, False]
    assert answer.default[0].tolist() == [NO_FACTOR, COST, NO_FACTOR, NO_FACTOR]
    # S3 is held against S0 and S2; nobody against S1
    assert answer.model[0].tolist() == [True, False, True, False]
    assert answer.excellent[0].tolist() == [True, False, True, False]
    # S2 with a second level like that of the others is best at the first one only
    level = LEVEL.copy()
    level[2] = [70, 20]
    lone = compare(units(SPENT, level, MEMBERS), Way(UNIT_COSTS, VARIABLE, "members"))
    assert lone.efficient[0, 2]
    assert lone.default[0, 2] == 0
    assert not lone.excellent[0, 2]


def test_efficient_against_itself_is_not_excellent() -> None:
    """S0 has a mix of levels of its own and S2 is the model of S3: nobody is like S0."""
    level = np.array([[60.0, 50.0], [40.0, 30.0], [70.0, 80.0], [60.0, 70.0]])
    answer = compare(units(SPENT, level, MEMBERS), Way(UNIT_COSTS, VARIABLE, "members"))
    assert answer.efficient[0].tolist() == [True, True, True, True]
    assert not answer.model[0].any()  # each is its own only peer
    assert not answer.excellent[0].any()


def test_no_extent_is_not_compared() -> None:
    extent = MEMBERS * [1, 1, 1, 0]
    answer = compare(units(SPENT, LEVEL, extent), Way(UNIT_COSTS, VARIABLE, "members"))
    assert np.isnan(answer.efficiency[0, 3])
    assert not answer.efficient[0, 3]
    without = compare(
        units(SPENT[:3], LEVEL[:3], MEMBERS[:3]), Way(UNIT_COSTS, VARIABLE, "members")
    )
    np.testing.assert_allclose(answer.efficiency[:, :3], without.efficiency)


# ------------------------------------------------------------------------------- properties

some = st.integers(min_value=0, max_value=2**32 - 1)


def made(seed: int, many: int = 6, draws: int = 3) -> tuple[Floats, Floats, Floats]:
    """Costs, levels and extents of some services, with levels that often tie."""
    rng = np.random.default_rng(seed)
    cost = rng.uniform(1, 9, (draws, many)) * rng.uniform(0.5, 40, many)
    levels = rng.integers(1, 11, (draws, many, 2)) * 10.0
    extent: Floats = np.asarray(rng.uniform(0.5, 40, many))
    return np.asarray(cost), np.asarray(levels, dtype=float), extent


@given(some)
def test_amounts_and_unit_costs_are_one_under_constant_returns(seed: int) -> None:
    cost, levels, extent = made(seed)
    each = units(cost, levels, extent)
    one, other = (compare(each, Way(m, CONSTANT, "members")) for m in (UNIT_COSTS, AMOUNTS))
    np.testing.assert_array_equal(one.efficiency, other.efficiency)
    np.testing.assert_array_equal(one.excellent, other.excellent)


@given(some, st.sampled_from(ALL))
def test_money_in_tenths_moves_nothing(seed: int, way: Way) -> None:
    cost, levels, extent = made(seed)
    one, other = (compare(units(c, levels, extent), way) for c in (cost, cost * 10))
    np.testing.assert_allclose(one.efficiency, other.efficiency, rtol=1e-7)
    np.testing.assert_array_equal(one.excellent, other.excellent)
    twice = compare(units(cost, levels, extent * 7), way)  # only shares of extents count
    np.testing.assert_allclose(one.efficiency, twice.efficiency, rtol=1e-7)


@given(some, st.sampled_from(ALL), st.integers(0, 5))
def test_a_twin_moves_no_other_service(seed: int, way: Way, k: int) -> None:
    cost, levels, extent = made(seed)
    one = compare(units(cost, levels, extent), way)
    pick = [*range(6), k]
    other = compare(units(cost[:, pick], levels[:, pick], extent[pick]), way)
    np.testing.assert_allclose(other.efficiency[:, :6], one.efficiency, rtol=1e-7)
    np.testing.assert_array_equal(other.efficient[:, :6], one.efficient)
    np.testing.assert_array_equal(other.by_default[:, :6], one.by_default)
    np.testing.assert_array_equal(other.model[:, 6], other.model[:, k])  # twins are models together
    np.testing.assert_array_equal(other.model.any(axis=1), one.model.any(axis=1))


@given(some, st.sampled_from(ALL), st.integers(0, 5), st.floats(0.1, 0.9))
def test_declared_parts_move_nothing_at_all(seed: int, way: Way, k: int, part: float) -> None:
    """The same levels, the cost and the extent in parts: one service all the same."""
    cost, levels, extent = made(seed)
    one = compare(units(cost, levels, extent), way)
    cut = np.ones(7)
    cut[k], cut[6] = part, 1 - part
    pick = [*range(6), k]
    names = [f"S{i}" for i in pick]
    split = units(cost[:, pick] * cut, levels[:, pick], extent[pick] * cut, names)
    other = compare(split, way)
    assert split.rows.tolist() == [*range(6), k]
    np.testing.assert_allclose(other.efficiency, one.efficiency, rtol=1e-7)
    np.testing.assert_array_equal(other.excellent, one.excellent)


@given(some, st.integers(0, 5), st.floats(0.1, 0.9))
def test_parts_that_nobody_declares_move_no_other_service(seed: int, k: int, part: float) -> None:
    """Per unit of extent under both returns, and of amounts under constant ones."""
    cost, levels, extent = made(seed)
    cut = np.ones(7)
    cut[k], cut[6] = part, 1 - part
    pick = [*range(6), k]
    silent = units(cost[:, pick] * cut, levels[:, pick], extent[pick] * cut)
    for way in ALL:
        if way.measures == UNIT_COSTS or (way.measures, way.returns) == (AMOUNTS, CONSTANT):
            one, other = compare(units(cost, levels, extent), way), compare(silent, way)
            np.testing.assert_allclose(other.efficiency[:, :6], one.efficiency, rtol=1e-7)
            np.testing.assert_array_equal(other.by_default[:, :6], one.by_default)


def test_parts_that_nobody_declares_move_amounts_under_variable_returns() -> None:
    """Why constant returns go with amounts: S2, listed in halves, is a smaller service twice."""
    way = Way(AMOUNTS, VARIABLE, "members")
    whole = compare(units(SPENT, LEVEL, MEMBERS), way)
    cut = np.array([1, 0.5, 1, 1, 0.5])
    pick = [0, 1, 2, 3, 1]
    halves = compare(units(SPENT[pick] * cut, LEVEL[pick], MEMBERS[pick] * cut), way)
    assert not np.allclose(whole.efficiency[0], halves.efficiency[0, :4])


@given(some, st.sampled_from(ALL), st.permutations(range(6)))
def test_the_order_of_the_services_does_not_matter(seed: int, way: Way, order: list[int]) -> None:
    cost, levels, extent = made(seed)
    one = compare(units(cost, levels, extent), way)
    other = compare(units(cost[:, order], levels[:, order], extent[order]), way)
    np.testing.assert_allclose(other.efficiency, one.efficiency[:, order], rtol=1e-7)
    np.testing.assert_array_equal(other.by_default, one.by_default[:, order])


@given(some, st.sampled_from(ALL))
def test_a_dud_crowns_and_dethrones_nobody(seed: int, way: Way) -> None:
    """A service that is dearer and worse than another is on nobody's frontier."""
    cost, levels, extent = made(seed)
    one = compare(units(cost, levels, extent), way)
    pick = [*range(6), 0]
    dear, worse = np.ones(7), np.ones(7)
    dear[6], worse[6] = 1.5, 0.5
    more = units(cost[:, pick] * dear, levels[:, pick] * worse[:, None], extent[pick])
    other = compare(more, way)
    np.testing.assert_allclose(other.efficiency[:, :6], one.efficiency, rtol=1e-7)
    assert not other.efficient[:, 6].any()
    np.testing.assert_array_equal(other.by_default[:, :6], one.by_default)


def test_the_way_of_a_case(small: Case, learning: Callable[..., Any]) -> None:
    """Amounts go with constant returns, all else with variable ones, unless the case says so."""
    asked: tuple[tuple[dict[str, Any], tuple[str, str]], ...] = (
        ({}, (UNIT_COSTS, VARIABLE)),
        ({"excellence_measures": AMOUNTS}, (AMOUNTS, CONSTANT)),
        ({"excellence_measures": LEVELS}, (LEVELS, VARIABLE)),
        ({"excellence_measures": AMOUNTS, "excellence_returns": VARIABLE}, (AMOUNTS, VARIABLE)),
        ({"excellence_returns": CONSTANT}, (UNIT_COSTS, CONSTANT)),
    )
    for said, way in asked:
        case = small.with_settings(**said)
        answer = learning(case, 3, modes=True).excellence
        assert (answer.way.measures, answer.way.returns) == way
        table = answer.to_frame()
        assert table["efficiency"].equals(table[f"efficiency_{way[1]}"])
        assert answer.ways()["asked"].sum() == 1


# ------------------------------------------------------------------- the extents of a case


def test_extents_of_a_case_enter_the_comparison(
    small: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A register that serves ten times as many is cheap for each; what counts them is no output."""
    with monkeypatch.context() as modes:
        modes.setattr(sampling, "Sampled", lambda seed, chunk, size: AtModes(size))
        sample = draw_sample(small, 3)
        known = Provenance.of(small, 3)
        plain = find_excellence(sample, known)
        share = np.array([10.0, 1.0, 1.0, 1.0]) / 13
        today = sample.model.today
        given = {**today.given, "members": share}
        monkeypatch.setattr(sample.model, "today", replace(today, given=given))
        monkeypatch.setattr(comparison, "FLAGS", {"members": "points"})  # speed and results
        found = find_excellence(sample, known)
    assert plain is not None
    assert found is not None
    assert plain.way.key == "equal"
    assert found.way == Way(UNIT_COSTS, VARIABLE, "members")
    assert found.without == ("speed", "results")
    table = found.to_frame()
    np.testing.assert_allclose(table["extent"], share)
    size = share * 4  # against the average extent
    np.testing.assert_allclose(table["unit_cost_m"], sample.modes.cost[0] / size / 1e6)
    assert [c for c in table if str(c).startswith("lift_")] == ["lift_use"]
    # reach alone is made: 75, 95, 30, 60; REG is the cheapest for each, NET has most
    cost = table["unit_cost_m"].to_dict()
    assert min(cost, key=cost.__getitem__) == "REG"
    assert table["efficiency"].to_dict() == pytest.approx(
        {
            "REG": 1.0,
            "NET": 1.0,
            "LAB": 30 / (75 + 20 * (cost["LAB"] - cost["REG"]) / (cost["NET"] - cost["REG"])),
            "ACA": 60 / 95,
        }
    )
    assert [*found.ways()["extent"]] == ["members"] * 3 + [""] * 2
    assert found.ways()["asked"].tolist() == [True, False, False, False, False]


def flagged(case: Case) -> Case:
    """The small case with its criterion of members served flagged."""
    return replace(case, criteria=tuple(replace(c, served=c.id == "reach") for c in case.criteria))


def test_members_served_make_the_extents_where_a_criterion_counts_them(
    small: Case, learning: Callable[..., Any]
) -> None:
    """Reach 150, 190, 60 and 120 members: it makes the extents and is no output any more."""
    found = learning(flagged(small), 3, modes=True).excellence
    assert found.way.key == "members"
    assert found.without == ("reach",)
    share = np.array([150, 190, 60, 120]) / 520
    np.testing.assert_allclose(found.to_frame()["extent"], share, rtol=0.05)  # mean, not mode


def test_a_service_in_declared_parts_moves_no_figure_of_excellence(
    small: Case, learning: Callable[..., Any]
) -> None:
    """At the modes, with a twin of the academy for half of its cost each."""
    case = flagged(small)
    one = learning(case, 3, modes=True).excellence
    other = learning(split(case, "ACA", 2, declared=True), 3, modes=True).excellence
    before, after = one.to_frame(), other.to_frame()
    assert len(after) == 5
    for _, parts in after.groupby("whole"):  # a part has the figures of its whole
        assert parts.drop(columns="name").drop_duplicates().shape[0] == 1
    wholes = after[after["whole"] == after.index]
    first = wholes.index[-1]  # stands for the academy
    assert list(wholes.index) == ["REG", "NET", "LAB", first]
    numbers = before.select_dtypes("number").columns
    np.testing.assert_allclose(wholes[numbers], before[numbers], rtol=1e-9, atol=1e-12)
    same = {"ACA": first}
    for name in ("derived", "designated"):
        assert [same.get(c, c) for c in getattr(one, name)] == [*getattr(other, name)]
    for table in ("over_thresholds", "ways"):
        told, anew = (getattr(found, table)().to_csv() for found in (one, other))
        assert told.replace("ACA", str(first)) == anew


def test_an_extent_that_the_case_does_not_know_is_a_fault(small: Case) -> None:
    with pytest.raises(CaseError, match="excellence_extent': no criterion has the flag extensive"):
        small.with_settings(excellence_extent="results")
    case = replace(small, settings=replace(small.settings, excellence_extent="results"))
    (fault,) = check_extents({"excellence_extent": "results"}, {})
    assert (fault.column, fault.problem) == (
        "excellence_extent",
        "no criterion has the flag extensive",
    )
    sample = draw_sample(case, 20)
    with pytest.raises(InputError, match=r"excellence_extent: the case has no extents by results"):
        find_excellence(sample, Provenance.of(case, 20))
