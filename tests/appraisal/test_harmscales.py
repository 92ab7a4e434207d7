"""One ranking under several harm scales: indices, money, and what they have in common."""

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from capworth.appraisal.effectiveness import KINDS, compare_scales
from capworth.case.model import Case, UnitValue
from capworth.case.read import check_case, read_case
from capworth.model.chain import ChainModel
from capworth.model.draws import AtModes
from capworth.model.simulation import Model

ROOT = Path(__file__).parents[2]
GOLDEN = tomllib.loads((Path(__file__).parents[1] / "golden/economics.toml").read_text("utf-8"))
DRAWS = 300


def harm(case: Case, outcome: str, index: str, mode: float) -> UnitValue:
    """Days of one outcome on one index, as certain as it gets."""
    like = next(v for v in case.unit_values if v.scale == "harm")
    worth = replace(
        like.worth, name=f"unit_values/{outcome}/harm/all/{index}", low=mode, mode=mode, high=mode
    )
    return replace(like, outcome=outcome, index=index, worth=worth)


def scaled(case: Case, **indices: tuple[float, float]) -> Case:
    """Give arrests and documents these days on each index, and no money."""
    rows = [
        harm(case, outcome, index, days)
        for index, pair in indices.items()
        for outcome, days in zip(("ARREST", "DOC"), pair, strict=True)
    ]
    return replace(case, unit_values=tuple(rows))


@pytest.mark.parametrize("golden", GOLDEN["scale"], ids=lambda golden: golden["name"])
def test_the_scale_alone_changes_what_outweighs_what(small: Case, golden: dict[str, Any]) -> None:
    """Rapes as arrests, robberies as documents: the weights that each scale gives."""
    case = scaled(small, days=tuple(golden["days"]), money=tuple(golden["money"]))
    weights = compare_scales(case, DRAWS).outcome_weights()
    for scale in ("days", "money"):
        ratio = weights[scale]["ARREST"] / weights[scale]["DOC"]
        assert ratio == pytest.approx(golden[f"ratio_{scale}"], abs=golden["atol"])


def test_the_bundled_index_is_worked_from_its_source() -> None:
    """HO2018: pounds a crime over 11,320 a robbery x 365; the same shares averted as on CCHI."""
    case = read_case(ROOT / "data/interpol-2019")
    assert case.harm_indices == ("CCHI", "HO2018")
    assert case.harm_index == "CCHI"
    days = {v.outcome: v.worth for v in case.unit_values if v.index == "HO2018"}
    pounds = {"ARREST": 14_050 * 0.5, "VEHICLE": 10_290 * 0.4, "IDENT": 14_050 * 0.1}
    for outcome, amount in {**pounds, "CHILD": 39_360 * 0.1}.items():
        exact = amount / 11_320 * 365
        assert days[outcome].mode == float(f"{exact:.2g}"), "two digits, as a judgement has"
        assert days[outcome].source == "SWE_HO_2019"
        assert days[outcome].grade == "D"
    assert set(days) == {"ARREST", "VEHICLE", "IDENT", "CHILD"}  # no cost was read for the others


def test_one_index_counts_at_a_time(small: Case) -> None:
    case = scaled(small, one=(10.0, 1.0), two=(1.0, 10.0))
    for name, days in (("", (10, 1)), ("one", (10, 1)), ("two", (1, 10))):
        chosen = case.with_settings(harm_index=name)
        worth = ChainModel(chosen).unit_values(AtModes())["harm"]
        assert (worth["ARREST"][0], worth["DOC"][0]) == days
        drawn = Model(chosen).answer(AtModes())
        assert drawn.harm[0, 0] == pytest.approx(2 * days[0] + 12 * days[1])


def test_has_scale_follows_the_index(small: Case) -> None:
    values = (harm(small, "ARREST", "one", 5.0), harm(small, "DOC", "two", 5.0))
    case = replace(small, unit_values=values)
    place = case.capability_ids.index("LAB")  # arrests only
    assert ChainModel(case).has_scale("harm")[place]
    assert not ChainModel(case.with_settings(harm_index="two")).has_scale("harm")[place]


def test_a_scale_times_a_number_orders_alike(small: Case) -> None:
    found = compare_scales(scaled(small, one=(30.0, 4.0), ten=(300.0, 40.0)), DRAWS)
    assert (found.to_frame()["places_moved"] == 0).all()
    np.testing.assert_allclose(found.agreement()["same_order"], 1.0)
    assert found.depending == ()
    assert found.agreement()["compared"].tolist() == [2, 2]
    assert "order 100% of the pairs of 2 capabilities alike" in repr(found)


def test_a_scale_that_turns_the_order_is_seen(small: Case) -> None:
    """REG has documents too; an index of documents only puts it first, one of arrests need not."""
    case = scaled(small, arrests=(1e6, 1e-9), documents=(1e-9, 1e6))
    found = compare_scales(case, DRAWS)
    rows: dict[Any, Any] = found.to_frame().to_dict("index")
    reg, lab = (rows["capability", "arrests", "documents", c] for c in ("REG", "LAB"))
    assert reg["place_other"] == 1
    assert reg["p_first_other"] == pytest.approx(1.0)
    assert lab["place_one"] + reg["place_one"] == 3
    assert lab["place_other"] == 2
    share = found.agreement()["same_order"].tolist()[0]
    drawn = {i: _harm_per_cost(case.with_settings(harm_index=i)) for i in case.harm_indices}
    same = np.mean((drawn["arrests"] > 0) == (drawn["documents"] > 0))
    assert share == pytest.approx(same)
    moved = {key[-1] for key, row in rows.items() if row["places_moved"] and key[0] == KINDS[0]}
    assert set(found.depending) == moved


def _harm_per_cost(case: Case) -> Any:
    from capworth.model.draws import Sampled

    drawn = Model(case).answer(Sampled(case.settings.seed, 0, DRAWS))
    each = drawn.harm / drawn.cost
    return each[:, 0] - each[:, case.capability_ids.index("LAB")]


def test_scales_are_compared_on_the_outcomes_that_both_value(small: Case) -> None:
    """Documents are worth a lot of money and stand on no harm index: they are left out."""
    values = [v for v in small.unit_values if v.outcome == "ARREST"]
    rich = next(v for v in small.unit_values if v.outcome == "DOC")
    dear = replace(rich, worth=replace(rich.worth, low=1e9, mode=1e9, high=1e9))
    with_documents = compare_scales(replace(small, unit_values=(*values, dear)), DRAWS)
    without = compare_scales(replace(small, unit_values=tuple(values)), DRAWS)
    assert with_documents.agreement()["outcomes"].tolist() == ["ARREST", "ARREST"]
    assert with_documents.to_frame().equals(without.to_frame())
    weights = with_documents.outcome_weights()
    assert np.isnan(weights["harm"]["DOC"])
    assert weights["money"]["DOC"] == pytest.approx(1e9)


def test_fewer_than_two_scales_compare_nothing(small: Case) -> None:
    one = compare_scales(scaled(small, only=(3.0, 1.0)), DRAWS)
    assert one.to_frame().empty
    assert one.agreement().empty
    assert "fewer than two scales" in repr(one)
    assert compare_scales(replace(small, unit_values=()), DRAWS).to_frame().empty


def test_a_table_handed_out_is_a_copy(small: Case) -> None:
    found = compare_scales(small, DRAWS)
    for get in (found.to_frame, found.agreement, found.outcome_weights):
        mine = get()
        mine[mine.columns[-1]] = "changed"
        assert (get()[mine.columns[-1]] != "changed").all()
    assert found.draws == DRAWS


# ------------------------------------------------------------------------------------ at the door


def added(folder: Path, **cells: str) -> str:
    """Add a row to unit_values; return what the analyst is told."""
    path = folder / "unit_values.csv"
    text = path.read_text("utf-8").rstrip("\n")
    heading = text.splitlines()[0].split(",")
    usual = {"low": "1", "mode": "2", "high": "3", "grade": "D", "basis": "judged"}
    told = usual | cells
    row = ",".join(f'"{told[column]}"' if column in told else "" for column in heading)
    path.write_text(f"{text}\n{row}\n", "utf-8")
    return "\n".join(map(str, check_case(folder)))


def test_a_second_index_comes_in_by_the_door(folder: Path) -> None:
    assert added(folder, outcome="ARREST", scale="harm", scope="all", index="own") == ""
    case = read_case(folder)
    assert case.harm_indices == ("", "own")
    assert case.harm_index == ""  # the first one found
    toml = folder / "case.toml"
    toml.write_text('harm_index = "own"\n' + toml.read_text("utf-8"), "utf-8")
    chosen = read_case(folder)
    assert chosen.harm_index == "own"
    assert ChainModel(chosen).unit_values(AtModes())["harm"]["ARREST"].tolist() == [2.0]
    toml.write_text(toml.read_text("utf-8").replace('"own"', '"owm"'), "utf-8")
    told = "\n".join(map(str, check_case(folder)))
    assert "column 'harm_index': 'owm' is not known. Did you mean 'own'?" in told


def test_money_is_on_no_index(folder: Path) -> None:
    row = {"outcome": "DOC", "scale": "money", "scope": "social", "currency": "EUR"}
    told = added(folder, **row, price_year="2024", index="own")
    assert "row 6, column 'index': money is on no harm index (own). Leave it blank." in told


def test_the_whole_beside_its_parts_is_counted_twice(folder: Path) -> None:
    row = {"outcome": "ARREST", "scale": "money", "scope": "all", "currency": "EUR"}
    told = added(folder, **row, price_year="2024")
    assert (
        "row 6, column 'scope': 'all' stands beside its parts (fiscal, social) for ARREST. Keep "
        "the whole or the parts: together they are counted twice." in told
    )


def test_parts_of_another_index_are_not_beside(folder: Path) -> None:
    row = {"outcome": "ARREST", "scale": "harm", "scope": "social", "index": "own"}
    assert added(folder, **row) == ""  # the other index has a whole
    assert "counted twice" in added(folder, **(row | {"scope": "all"}))


def test_a_transfer_is_whole_and_of_money(folder: Path) -> None:
    money = {"outcome": "DOC", "scale": "money", "scope": "social", "currency": "EUR"}
    money["price_year"] = "2024"
    told = added(folder, **money, transfer="0.5")
    assert "row 6, column 'transfer_low': the transfer to other incomes is half stated" in told
    triple = {"transfer_low": "0.3", "transfer": "0.5", "transfer_high": "0.9"}
    basis = {"transfer_basis": "World Bank incomes, elasticity 0.8 to 1.2"}
    told = added(folder, **(money | {"scope": "economic"}), **triple)
    assert "row 7, column 'transfer_basis'" in told
    days = {"outcome": "ARREST", "scale": "harm", "scope": "all", "index": "own"}
    told = added(folder, **days, **triple, **basis)
    assert "row 8, column 'transfer_low': days of harm do not follow incomes" in told


def test_a_transfer_comes_in_by_the_door(folder: Path) -> None:
    row = {"outcome": "DOC", "scale": "money", "scope": "social", "currency": "EUR"}
    cells = {"transfer_low": "0.3", "transfer": "0.5", "transfer_high": "0.9"}
    basis = {"transfer_basis": "incomes of the members"}
    assert added(folder, **row, price_year="2024", **cells, **basis) == ""
    case = read_case(folder)
    factor = case.unit_values[-1].transfer
    assert factor is not None
    assert (factor.low, factor.mode, factor.high, factor.grade) == (0.3, 0.5, 0.9, "D")
    assert factor.name == "unit_values/DOC/money/social/transfer"
    assert factor.name in case.estimates()
    assert factor.basis == "incomes of the members"
    worth = ChainModel(case).unit_values(AtModes())["money"]["DOC"]
    assert worth.tolist() == [1_000 + 2 * 0.5]
    bad = (cells | {"transfer": "1.5"}) | basis
    told = added(folder, **(row | {"scope": "economic"}), price_year="2024", **bad)
    assert "row 7, column 'transfer': 1.5 is not between 0.3 and 0.9" in told
