"""`capworth.envelopment` on tables with names."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import capworth
from capworth.errors import InputError
from capworth.excellence.envelopment import envelopment

INPUTS = pd.DataFrame({"staff": [2.0, 4, 8, 4], "sites": [1.0, 1, 2, 2]}, ["a", "b", "c", "d"])
OUTPUTS = pd.DataFrame({"hits": [1.0, 5, 8, 2]}, ["a", "b", "c", "d"])


def test_one_row_for_each_unit() -> None:
    table = envelopment(INPUTS, OUTPUTS).to_frame()
    assert table.index.tolist() == ["a", "b", "c", "d"]
    np.testing.assert_allclose(table["score"], [1, 1, 1, 2.5])
    np.testing.assert_allclose(table["efficiency"], [1, 1, 1, 0.4])
    assert table["efficient"].tolist() == [True, True, True, False]
    assert table["times_peer"].tolist() == [0, 1, 0, 0]
    assert table["main_peer"].tolist() == ["a", "b", "c", "b"]


def test_peers_targets_and_weights() -> None:
    found = envelopment(INPUTS, OUTPUTS, "constant", "input")
    peers = found.peers()
    assert peers[peers["unit"] == "c"].to_numpy().tolist() == [["c", "b", 1.6, 1.0]]
    targets = found.targets().set_index(["unit", "measure"])
    assert targets.loc[("d", "staff"), "side"] == "input"
    np.testing.assert_allclose(
        targets.loc["d", ["today", "target", "change", "slack"]].astype(float),
        np.array([[4, 1.6, -2.4, 0], [2, 0.4, -1.6, -0.4], [2, 2, 0, 0]]),
        atol=1e-12,
    )
    weights = found.weights()
    shares = weights.groupby(["unit", "side"])["share"].sum()
    np.testing.assert_allclose(shares, 1)
    virtual = weights.groupby(["side", "unit"])["virtual"].sum()
    np.testing.assert_allclose(virtual["input"], 1)
    np.testing.assert_allclose(virtual["output"], found.to_frame()["score"])
    assert weights.columns.tolist() == ["unit", "measure", "side", "weight", "virtual", "share"]


def test_the_order_of_outputs_is_that_of_inputs() -> None:
    one, other = envelopment(INPUTS, OUTPUTS), envelopment(INPUTS, OUTPUTS[::-1])
    pd.testing.assert_frame_equal(one.to_frame(), other.to_frame())


def test_it_says_its_finding() -> None:
    found = envelopment(INPUTS, OUTPUTS)
    assert repr(found) == (
        "<EnvelopmentResult: 3 of 4 units efficient, variable returns, output orientation; "
        "small sample: 4 units for 3 measures>"
    )
    assert "small sample" in found._repr_html_()
    assert "<table" in found._repr_html_()
    assert found.small_sample
    assert found.efficient == ("a", "b", "c")
    assert found.resolved == 0


def test_tables_handed_out_are_copies() -> None:
    found = envelopment(INPUTS, OUTPUTS)
    for hand_out in (found.to_frame, found.peers, found.targets, found.weights):
        before, table = hand_out(), hand_out()
        table[table.columns[0]] = 0
        pd.testing.assert_frame_equal(hand_out(), before)


def test_a_gap_is_refused_or_the_unit_left_out() -> None:
    gap = OUTPUTS.copy()
    gap.loc["b", "hits"] = np.nan
    with pytest.raises(InputError, match="outputs: unit 'b', column 'hits' is empty"):
        envelopment(INPUTS, gap)
    found = envelopment(INPUTS, gap, missing="leave out")
    assert found.left_out == ("b",)
    assert found.to_frame().index.tolist() == ["a", "c", "d"]
    assert "left out: b" in repr(found)


def test_fixed_inputs_and_restrictions_by_name() -> None:
    """With the two sites of d fixed, staff may fall to the line from a to b at 2 hits."""
    fixed = envelopment(INPUTS, OUTPUTS, orientation="input", fixed_inputs=["sites"])
    assert fixed.to_frame().loc["d", "score"] == pytest.approx(2.5 / 4)
    bounds = pd.DataFrame({"sites": [1.0], "staff": [-1.0]})
    bound = envelopment(INPUTS, OUTPUTS, "constant", "input", restrictions=bounds)
    weights = bound.weights().pivot_table(index="unit", columns="measure", values="weight")
    assert (weights["sites"] <= weights["staff"] + 1e-12).all()
    assert (weights["staff"] > 0).all()


def with_cell(table: pd.DataFrame, unit: str, column: str, value: Any) -> pd.DataFrame:
    return (
        table.astype(object)
        .map(lambda cell: cell)
        .mask(
            (table.index.to_numpy() == unit)[:, None] & (table.columns.to_numpy() == column), value
        )
    )


TWICE = pd.concat([INPUTS, INPUTS[:1]])
SLIPS: list[tuple[pd.DataFrame, pd.DataFrame, dict[str, Any], str]] = [
    (
        with_cell(INPUTS, "c", "sites", "two"),
        OUTPUTS,
        {},
        "'c', column 'sites': 'two' is not a num",
    ),
    (with_cell(INPUTS, "c", "sites", -2.0), OUTPUTS, {}, "'c', column 'sites' is negative"),
    (with_cell(INPUTS, "c", "sites", np.inf), OUTPUTS, {}, "'c', column 'sites' is not finite"),
    (INPUTS, with_cell(OUTPUTS, "d", "hits", 0.0), {}, "outputs: unit 'd' has nothing above 0"),
    (INPUTS.assign(sites=0.0), OUTPUTS, {}, "inputs: column 'sites' has nothing above 0"),
    (TWICE, OUTPUTS, {}, "inputs: unit 'a' stands there twice"),
    (INPUTS, OUTPUTS[:3], {}, "outputs: there is no row for unit 'd'"),
    (INPUTS[:3], OUTPUTS, {}, "inputs: there is no row for unit 'd'"),
    (INPUTS, OUTPUTS.assign(staff=1.0), {}, "outputs: column 'staff' is among the inputs too"),
    (INPUTS, OUTPUTS, {"missing": "guess"}, "missing: 'guess' is not known"),
    (INPUTS, OUTPUTS, {"fixed_inputs": ["site"]}, "'site' is no input. Did you mean 'sites'"),
    (INPUTS, OUTPUTS, {"restrictions": pd.DataFrame({"hit": [1.0]})}, "'hit' is no measure"),
    (INPUTS * np.nan, OUTPUTS, {"missing": "leave out"}, "every unit lacks an entry"),
]


@pytest.mark.parametrize(
    ("inputs", "outputs", "more", "told"), SLIPS, ids=[told[:40] for *_, told in SLIPS]
)
def test_slips(
    inputs: pd.DataFrame, outputs: pd.DataFrame, more: dict[str, Any], told: str
) -> None:
    with pytest.raises(InputError, match=told):
        envelopment(inputs, outputs, **more)


def test_the_front_door_leads_here() -> None:
    assert capworth.envelopment is envelopment
