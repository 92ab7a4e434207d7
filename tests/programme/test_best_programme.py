"""The best set of a plain table: printed examples, everything tried, and what cannot be used."""

import tomllib
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capworth import best_programme
from capworth.errors import InputError

GOLDEN = tomllib.loads((Path(__file__).parents[1] / "golden/portfolio.toml").read_text("utf-8"))


def table_of(golden: dict[str, Any]) -> pd.DataFrame:
    """Cost, value and tower of a printed example, named p0, p1, ..."""
    n = len(golden["cost"])
    names = [f"p{k}" for k in range(n)]
    table = pd.DataFrame({"cost": golden["cost"], "value": golden["value"]}, index=names)
    return table.assign(tower=golden["towers"]) if "towers" in golden else table


@pytest.mark.parametrize("golden", GOLDEN["best"], ids=lambda golden: golden["name"])
def test_the_best_set_of_printed_examples(golden: dict[str, Any]) -> None:
    found = best_programme(table_of(golden), golden["budget"], unit=golden["unit"])
    assert found.chosen == tuple(f"p{k}" for k in golden["chosen"])
    assert found.value == pytest.approx(golden["best"], abs=golden["atol"])
    assert found.cost == pytest.approx(golden["spent"], abs=golden["atol"])


def small() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Worked by hand: `link` needs `scan` or `web`, these overlap, a tower of two levels."""
    projects = pd.DataFrame(
        {
            "cost": [4.0, 3.0, 2.0, 5.0, 8.0],
            "value": [5.0, 4.0, 3.0, 6.0, 9.0],
            "tower": ["", "", "", "hub", "hub"],
            "must": [False] * 5,
        },
        index=["scan", "web", "link", "hub1", "hub2"],
    )
    relations = pd.DataFrame(
        [
            ("link", "requires_any", "scan", np.nan),
            ("link", "requires_any", "web", np.nan),
            ("scan", "synergy", "web", -2.0),
        ],
        columns=["improvement", "relation", "other", "bonus"],
    )
    return projects, relations


def test_levels_needs_and_overlaps_worked_by_hand() -> None:
    """With 10: web, link, hub1 add 13; scan, hub1 11; hub2 9; scan, web, link 5 + 4 + 3 - 2."""
    projects, relations = small()
    found = best_programme(projects, 10, relations)
    assert found.chosen == ("web", "link", "hub1")
    assert (found.cost, found.value) == (10, 13)
    assert repr(found) == (
        "<BestProgramme: 3 of 5 projects for 10 of 10, worth 13: web, link, hub1>"
    )
    table = found.to_frame()
    assert table["cost_at_most"].to_dict()["scan"] == 3  # beside link and hub1
    assert table["budget_at_least"].to_dict()["scan"] == 11  # it was in the best set at 9 too
    assert table["value_at_least"].to_dict()["hub2"] == 13  # nothing fits beside it
    assert "web, link, hub1" in found._repr_html_()
    frontier = found.frontier()
    assert frontier["value"].is_monotonic_increasing
    assert frontier["chosen"].iloc[-1] == ["scan", "web", "link", "hub2"]
    order = found.order()
    assert order["value_sum"].iloc[-1] == pytest.approx(order["value"].sum())
    assert order["cost_sum"].iloc[-1] == order["cost"].sum()


def test_beside_a_proposed_set() -> None:
    """Scan, web and link cost 9 and add 10; scan, hub1 add 11 for 9; web, hub1 add 10 for 8."""
    projects, relations = small()
    found = best_programme(projects, 10, relations)
    table = found.beside(["scan", "web", "link"])
    assert table["chosen"].tolist() == [["scan", "web", "link"], ["scan", "hub1"], ["web", "hub1"]]
    assert table["cost"].tolist() == [9, 9, 8]
    assert table["value"].tolist() == [10, 11, 10]
    with pytest.raises(InputError, match="proposed: 'hub' is not known"):
        found.beside(["hub"])


def test_minimums_and_must_haves() -> None:
    projects, relations = small()
    forced = projects.assign(must=[True, False, False, False, False])
    assert best_programme(forced, 10, relations).chosen == ("scan", "hub1")
    most = best_programme(projects, 14, relations, {"portal": (2, ["scan", "web"])})
    assert most.chosen == ("scan", "web", "link", "hub1")
    with pytest.raises(InputError) as told:
        best_programme(projects, 6, relations, {"portal": (2, ["scan", "web"])})
    assert str(told.value) == (
        "relations: no set can keep these together: portal: at least 2 of scan, web; "
        "the budget is 6. Let go of one."
    )


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_it_is_the_best_of_all(seed: int) -> None:
    rng = np.random.default_rng(seed)
    projects, relations = small()
    projects["cost"] = rng.integers(0, 9, 5).astype(float)
    projects["value"] = rng.integers(-1, 9, 5).astype(float)
    budget = float(rng.integers(0, 25))
    options = []
    for taken in product((False, True), repeat=5):
        scan, web, link, hub1, hub2 = taken
        if (link and not (scan or web)) or (hub1 and hub2):
            continue
        cost = float(projects["cost"] @ np.array(taken))
        value = float(projects["value"] @ np.array(taken)) - 2.0 * (scan and web)
        if cost <= budget:
            options.append((value, -cost))
    found = best_programme(projects, budget, relations)
    assert (found.value, -found.cost) == max(options)
    shuffled = projects.sample(frac=1, random_state=1)
    again = best_programme(shuffled, budget, relations)
    assert (again.value, again.cost) == (found.value, found.cost)


def test_a_dict_of_columns_is_a_table_and_a_list_is_not() -> None:
    assert best_programme({"cost": [4, 3], "value": [5, 4]}, 4).chosen == ("0",)
    with pytest.raises(InputError, match="projects: this is a list"):
        best_programme([[4, 5]], 4)  # type: ignore[arg-type]  # a slip
    with pytest.raises(InputError, match="budget: is -1"):
        best_programme({"cost": [4], "value": [5]}, -1)


def test_the_grid_follows_the_budget_where_costs_are_not_whole() -> None:
    table = pd.DataFrame({"cost": [0.4, 0.7], "value": [1.0, 2.0]}, index=["a", "b"])
    assert best_programme(table, 1.1).chosen == ("a", "b")
    assert best_programme(table, 1.0).chosen == ("b",)
    assert best_programme(table * 1e6, 1.1e6).chosen == ("a", "b")
    assert best_programme(table, 0).chosen == ()


SLIPS: tuple[tuple[dict[str, Any], dict[str, Any], str], ...] = (
    ({"cost": [1, -1]}, {}, "cost: that of b is below 0"),
    ({"cost": [1, "x"]}, {}, "cost: "),
    ({"cost": [1, None]}, {}, "cost: entry"),
    ({"price": [1, 2]}, {}, "projects: there is no column 'cost'"),
    ({"cost": [1, 2]}, {"index": ["a", "a"]}, "projects: a name stands twice"),
    ({"cost": [1, 2]}, {"relation": ("a", "needs", "b")}, "relations: row 1: 'needs' is not known"),
    ({"cost": [1, 2]}, {"relation": ("a", "requires", "c")}, "relations: row 1: 'c' is not known"),
    ({"cost": [1, 2]}, {"relation": ("a", "synergy", "b")}, "relations: a synergy without the col"),
    ({"cost": [1, 2]}, {"minimum": ("m", (1, ["z"]))}, "minimums: m: 'z' is not known"),
    ({"cost": [1, 2]}, {"minimum": ("m", (3, ["a", "b"]))}, "at_least: entry 0 asks for 3 of 2"),
)


@pytest.mark.parametrize(("columns", "other", "words"), SLIPS, ids=lambda part: str(part)[:30])
def test_what_cannot_be_used_is_told(
    columns: dict[str, Any], other: dict[str, Any], words: str
) -> None:
    table = pd.DataFrame({**columns, "value": [1.0, 2.0]}, index=other.get("index", ["a", "b"]))
    relations = None
    if "relation" in other:
        names = ["improvement", "relation", "other"]
        relations = pd.DataFrame([other["relation"]], columns=names)
    minimums = dict([other["minimum"]]) if "minimum" in other else None
    with pytest.raises(InputError) as told:
        best_programme(table, 2, relations, minimums)
    assert words in str(told.value)
    with pytest.raises(InputError, match="relations: there is no column 'other'"):
        best_programme(small()[0], 2, pd.DataFrame({"improvement": [], "relation": []}))
