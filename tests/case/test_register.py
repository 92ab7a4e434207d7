"""The register: every parameter with its standing, and what a case may name without an entry."""

import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from capworth.appraisal.cost_cube import cost_cube
from capworth.case.model import Case
from capworth.case.read import check_case, read_case
from capworth.case.register import (
    STATUSES,
    Parameter,
    Schedule,
    bias_classes,
    is_combined,
    is_constant,
    parameters,
    schedules,
)
from capworth.cli import main
from capworth.lints import lint_case
from capworth.model.costs import CostModel, discount_factors
from capworth.model.draws import AtModes, Sampled
from capworth.model.out_turn import bias_of

GOLDEN = tomllib.loads((Path(__file__).parents[1] / "golden/parameters.toml").read_text("utf-8"))


@pytest.mark.parametrize("golden", GOLDEN["parameter"], ids=lambda g: g["id"])
def test_published_values_and_their_standing(golden: dict[str, Any]) -> None:
    assert golden["source"]
    found = parameters()[golden["id"]]
    assert found.status == golden["status"]
    assert found.value == golden.get("value")


@pytest.mark.parametrize("golden", GOLDEN["schedule"], ids=lambda g: g["id"])
def test_published_schedules_and_their_standing(golden: dict[str, Any]) -> None:
    assert golden["source"]
    found = schedules()[golden["id"]]
    assert found.status == golden["status"]
    assert [list(band) for band in found.bands] == golden["bands"]


def test_components_of_the_rate_add_up() -> None:
    known = {key: found.value for key, found in parameters().items()}
    delta, loss, mu, growth = (known[f"gb-{part}"] or 0.0 for part in ("delta", "L", "mu", "g"))
    assert delta + loss + mu * growth == pytest.approx(known["gb-stpr"])


def test_every_entry_says_its_source_its_place_when_it_was_read_and_its_standing() -> None:
    entries: tuple[Parameter | Schedule, ...] = (*parameters().values(), *schedules().values())
    for found in entries:
        assert found.status in STATUSES
        if found.status != "constant":
            assert all((found.source, found.page, found.read, found.published)), found.id
    assert {f.status for f in parameters().values()} > {"revoked", "superseded", "recommended"}


def test_a_plain_constant_needs_no_entry(small: Case) -> None:
    assert schedules()["constant-3.5"].bands == ((0, 0.035),)
    assert schedules()["constant-3.5"].status == "constant"
    case = small.with_settings(discounting="constant-8")
    np.testing.assert_allclose(discount_factors(case), 1.08 ** -np.arange(3.0))
    assert "P01" in {lint.code for lint in lint_case(case)}
    for name in ("constant", "constant-", "constant-x", "constant--1", "constant-100"):
        assert not is_constant(name)
        with pytest.raises(KeyError):
            schedules()[name]


def test_constants_come_in_by_the_door(folder: Path) -> None:
    file = folder / "case.toml"
    text = file.read_text("utf-8")
    named = next(line for line in text.splitlines() if line.startswith("discounting"))
    file.write_text(text.replace(named, 'discounting = "constant-4"'), "utf-8")
    assert read_case(folder).settings.discounting == "constant-4"
    file.write_text(text.replace(named, 'discounting = "constant-four"'), "utf-8")
    assert [f.column for f in check_case(folder)] == ["discounting"]


# ------------------------------------------------------------------------------- optimism bias


@pytest.mark.parametrize("golden", GOLDEN["combined"], ids=lambda g: g["name"])
def test_combined_projects(golden: dict[str, Any]) -> None:
    assert golden["source"]
    found = bias_classes()[golden["name"]]
    assert found.capital == pytest.approx(golden["capital"], abs=golden["atol"])
    if "duration" in golden:
        assert found.duration == pytest.approx(golden["duration"], abs=golden["atol"])
    else:
        assert found.duration is None


def test_what_is_no_combined_project() -> None:
    for name in (
        "standard_buildings 1",  # a class by itself
        "standard_buildings 0.5 + non_standard_buildings 0.4",
        "standard_buildings 0.5 + nothing 0.5",
        "standard_buildings 0.5 + police_it_overruns 0.5",  # a record has no bounds to weigh
        "standard_buildings 0.5 + non_standard_buildings",
    ):
        assert not is_combined(name), name
        with pytest.raises(KeyError):
            bias_classes()[name]


def test_a_combined_project_comes_in_by_the_door_and_costs_its_bias(folder: Path) -> None:
    file = folder / "costs.csv"
    text, name = file.read_text("utf-8"), "equipment_development 0.25 + outsourcing 0.75"
    assert ",equipment_development," in text
    file.write_text(text.replace(",equipment_development,", f",{name},"), "utf-8")
    case = read_case(folder)
    line = next(c for c in case.costs if c.bias == name)
    bias = bias_of(replace(line, mitigation=0.0))
    assert bias is not None
    assert (bias.low, bias.high) == pytest.approx((0.025, 0.8075))
    file.write_text(
        text.replace(",equipment_development,", ",outsourcing 0.9 + none 0.2,"), "utf-8"
    )
    assert [f.column for f in check_case(folder)] == ["bias"]


def test_a_record_of_projects_is_drawn_over_worlds(small: Case) -> None:
    line = replace(small.costs[0], bias="police_it_overruns", mitigation=0.0)
    bias = bias_of(line)
    assert bias is not None
    drawn = Sampled(1, 0, 4000).of(bias)
    record = bias_classes()["police_it_overruns"].record
    assert drawn.min() >= record[0]
    assert drawn.max() <= record[-1]
    assert (drawn <= np.median(record)).mean() == pytest.approx(0.5, abs=0.03)
    halved = bias_of(replace(line, mitigation=0.5))
    assert halved is not None
    assert halved.record[-1] == pytest.approx(record[0] + (record[-1] - record[0]) / 2)


# ---------------------------------------------------------------------- nominal money, in kind


def with_prices(folder: Path, *rows: str) -> None:
    with (folder / "prices.csv").open("a", encoding="utf-8") as file:
        file.write("".join(f"{row}\n" for row in rows))


def nominal(folder: Path, line: str) -> None:
    """Say of one cost line that it is in the money of the year in which it is paid."""
    file = folder / "costs.csv"
    head, *rows = file.read_text("utf-8").splitlines()
    rows = [row + (",yes" if row.startswith(line + ",") else ",") for row in rows]
    file.write_text("\n".join([head + ",nominal", *rows]) + "\n", "utf-8")


def test_nominal_money_is_deflated_from_the_year_in_which_it_is_paid(folder: Path) -> None:
    """SCAN-BUILD: 60,000 in 2025 and 2026; the index is 100 in 2024, 104 and 110 after."""
    before = read_case(folder)
    nominal(folder, "SCAN-BUILD")
    with_prices(folder, "deflator,EUR,2025,104,D,,forecast", "deflator,EUR,2026,110,D,,forecast")
    case = read_case(folder)
    line = next(c for c in case.costs if c.id == "SCAN-BUILD")
    assert line.nominal
    real = CostModel(before).yearly(replace(line, nominal=False))
    told = CostModel(case).yearly(line)
    np.testing.assert_allclose(told, real * [100 / 104, 100 / 110, 1])
    assert (told > 0).tolist() == [True, True, False]


def test_nominal_money_from_abroad_and_from_a_later_year(folder: Path) -> None:
    """LAB-STAFF in pounds of 2020 (1.2 euros); paid from 2026 on, as the index of 2026 is 110."""
    file = folder / "costs.csv"
    text = file.read_text("utf-8")
    file.write_text(text.replace("recurrent,,,,80000,", "recurrent,,2026,,80000,"), "utf-8")
    nominal(folder, "LAB-STAFF")
    with_prices(folder, "deflator,EUR,2026,110,D,,forecast", "deflator,EUR,2027,125,D,,forecast")
    case = read_case(folder)
    line = next(c for c in case.costs if c.id == "LAB-STAFF")
    told = CostModel(case).yearly(line)
    np.testing.assert_allclose(told, [0, 1.2 * 100 / 110, 1.2 * 100 / 125])


def test_nominal_money_needs_an_index_of_every_year(folder: Path) -> None:
    nominal(folder, "SCAN-BUILD")
    faults = [f for f in check_case(folder) if f.column == "nominal"]
    assert len(faults) == 1
    assert "no price index of EUR in 202" in faults[0].problem
    assert "deflator,EUR,202" in faults[0].fix


def test_a_part_of_a_total_is_not_nominal(folder: Path) -> None:
    nominal(folder, "REG-STAFF")
    faults = [f for f in check_case(folder) if f.column == "nominal"]
    assert any("part of a total" in f.problem for f in faults)


def test_what_is_given_in_kind_is_a_cost_and_no_money_is_raised_for_it(small: Case) -> None:
    kinds = tuple(replace(c, in_kind=True) if c.id == "SCAN-BUILD" else c for c in small.costs)
    before = CostModel(small).price(AtModes())
    after = CostModel(replace(small, costs=kinds)).price(AtModes())
    np.testing.assert_array_equal(before.improvement, after.improvement)
    k = small.improvement_ids.index("SCAN")
    assert before.asked[0, k] > 0
    assert after.asked[0, k] == 0


# -------------------------------------------------------------------------------- the cost cube


def test_the_cube_holds_every_forward_cost_of_the_capabilities(small: Case) -> None:
    """Discounted by year, the cube sums to the golden cost of the capabilities at the modes."""
    cube = cost_cube(small).to_frame()
    year = cube["year"].to_numpy() - small.settings.first_year
    factors = discount_factors(small)[year]
    model = CostModel(small).price(AtModes())
    scaled = small.with_settings()
    whole = model.capability.sum(axis=(0, 2))
    mine = (cube["amount_m"] * factors * 1e6).groupby(cube["capability"]).sum()
    # lines of a total are scaled to it in draws; at the modes they meet it, but for rounding
    for capability, cost in zip(scaled.capability_ids, whole, strict=True):
        assert mine[capability] == pytest.approx(cost, rel=5e-3)


def test_the_cube_parts_by_payer_function_and_kind(small: Case) -> None:
    cube = cost_cube(small)
    total = cube.to_frame()["amount_m"].sum()
    for axis in ("capability", "function", "category", "payer", "kind", "in_kind", "year"):
        assert cube.by(axis)["amount_m"].sum() == pytest.approx(total)
    assert set(cube.to_frame()["function"]) <= {f.function for f in small.functions}
    assert len(cube.by("payer", "year")) > len(cube.by("payer"))


def test_in_kind_lines_stand_apart_in_the_cube(small: Case) -> None:
    kinds = tuple(replace(c, in_kind=True) if c.id == "REG-M" else c for c in small.costs)
    cube = cost_cube(replace(small, costs=kinds)).by("in_kind", "capability", "payer")
    in_kind = cube.xs(True, level="in_kind")
    assert [*in_kind.index] == [("REG", "members")]
    assert in_kind["amount_m"].tolist() == pytest.approx([0.06])  # 20,000 in each of three years


def test_the_cube_holds_the_bias(small: Case) -> None:
    """NET-KIT: 40,000 of 2020 = 50,000; equipment 10 to 200 %, mode a third of the way up."""
    kit = tuple(
        replace(c, bias="equipment_development") if c.id == "NET-KIT" else c for c in small.costs
    )
    before = cost_cube(small).by("kind").loc["one-off", "amount_m"]
    after = cost_cube(replace(small, costs=kit)).by("kind").loc["one-off", "amount_m"]
    assert before == pytest.approx(0.05)
    assert after == pytest.approx(0.05 * (1 + 0.1 + 1.9 / 3))


def test_the_bridge_shows_what_is_left_over(small: Case) -> None:
    bridge = cost_cube(small).bridge().loc["OPS"]
    parts = ["capabilities_m", "platforms_m", "improvements_m", "outside_m"]
    assert bridge[parts].sum() + bridge["residual_m"] == pytest.approx(bridge["stated_m"])
    assert bridge["stated_m"] == pytest.approx(1.004)
    assert bridge["residual_m"] == pytest.approx(0.004)


# ------------------------------------------------------------------------------------ the command


def test_the_command_lists_what_is_revoked() -> None:
    told = CliRunner().invoke(main, ["parameters", "--status", "revoked"])
    assert told.exit_code == 0, told.output
    assert "omb-a94-2023 [revoked]" in told.output
    assert "green-book [" not in told.output
    wrong = CliRunner().invoke(main, ["parameters", "--status", "revokd"])
    assert wrong.exit_code == 2
    whole = CliRunner().invoke(main, ["parameters"])
    assert all(f"{key} [" in whole.output for key in parameters())


def test_a_revoked_schedule_is_a_serious_lint(small: Case) -> None:
    later = date(2026, 11, 1)
    case = small.with_settings(discounting="omb-a94-2023", appraisal_date=later)
    assert [x.severity for x in lint_case(case) if x.code == "P01"] == ["serious"]
