"""Switching values of a net value or a place: by hand, on both sides of every turn, and a twin."""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capworth.case.model import Case, Estimate
from capworth.errors import InputError
from capworth.methods.uncertainty.switching_value import chance_reached
from capworth.model.draws import AtModes, quantile_of
from capworth.model.simulation import Drawn, Model, Sample, draw_sample, gain_per_million
from capworth.uncertainty.sensitivity import uncertain_inputs
from capworth.uncertainty.standing import (
    HALVINGS,
    StandingSwitches,
    _ends,
    _Moved,
    _turns,
    margin_of,
    standing_switches,
)

GOLDEN = tomllib.loads((Path(__file__).parents[1] / "golden/economics.toml").read_text("utf-8"))
Pair: TypeAlias = tuple[str, str]
ASKED: tuple[Pair, ...] = (
    ("REG", "net value"),
    ("LAB", "place"),
    ("NET", ""),
    ("SCAN", "net value"),
    ("SCAN", "place"),
    ("CLOUD", ""),
)


@pytest.fixture(scope="module")
def sample(small: Case) -> Sample:
    return draw_sample(small, 400)


@pytest.fixture(scope="module")
def found(small: Case, sample: Sample) -> Mapping[Pair, StandingSwitches]:
    return {pair: standing_switches(small, *pair, sample=sample) for pair in ASKED}


def moved(model: Model, estimate: Estimate, level: float) -> Drawn:
    return model.answer(_Moved([estimate], np.array([[level]])))


@pytest.mark.parametrize("golden", GOLDEN["switch"], ids=lambda golden: golden["name"])
def test_switching_values_worked_by_hand(
    golden: dict[str, Any], found: Mapping[Pair, StandingSwitches]
) -> None:
    asked = golden["subject"], "" if golden["subject"] == "CLOUD" else golden["question"]
    row = found[asked].to_frame().to_dict("index")[golden["input"]]
    assert found[asked].question == golden["question"]
    for side in ("below", "above"):
        assert row[side] == pytest.approx(golden[side], rel=1e-6, nan_ok=True), side
    assert row["inside"] is golden["inside"]


@pytest.mark.parametrize("pair", ASKED, ids=str)
def test_the_answer_holds_before_a_turn_and_not_beyond(
    small: Case,
    sample: Sample,
    found: Mapping[Pair, StandingSwitches],
    pair: Pair,
) -> None:
    margin = margin_of(small, sample.model, *pair)
    inputs = {e.name: e for e in uncertain_inputs(small, sample.model)}
    turns = 0
    assert margin.of(sample.model.answer(AtModes()))[0] > 0
    for name, row in found[pair].to_frame().iterrows():
        estimate = inputs[str(name)]
        for level, way in ((row["below"], 1), (row["above"], -1)):
            if np.isnan(level):
                continue
            step = 1e-6 * max(abs(level), abs(estimate.high - estimate.low)) * way
            turns += 1
            assert margin.of(moved(sample.model, estimate, level + step))[0] > 0, name
            assert margin.of(moved(sample.model, estimate, level - step))[0] <= 0, name
    assert turns


def test_an_input_that_is_not_listed_turns_nothing(
    small: Case, sample: Sample, found: Mapping[Pair, StandingSwitches]
) -> None:
    for pair, values in found.items():
        margin = margin_of(small, sample.model, *pair)
        for estimate in uncertain_inputs(small, sample.model):
            if estimate.name not in values.to_frame().index:
                levels = np.linspace(estimate.low, estimate.high, 31)[None, :]
                drawn = sample.model.answer(_Moved([estimate], levels))
                assert (margin.of(drawn) > 0).all(), (pair, estimate.name)


def test_plausibility_is_the_chance_of_lying_beyond(
    small: Case, sample: Sample, found: Mapping[Pair, StandingSwitches]
) -> None:
    inputs = {e.name: e for e in uncertain_inputs(small, sample.model)}
    for values in found.values():
        table = values.to_frame()
        assert table["p_reached"].is_monotonic_decreasing
        for name, row in table.iterrows():
            estimate = inputs[str(name)]
            draws = quantile_of(estimate, np.linspace(0.00005, 0.99995, 10_000))
            sampled = sum(
                float(chance_reached(draws, row[side], estimate.mode))
                for side in ("below", "above")
            )
            assert row["p_reached"] == pytest.approx(sampled, abs=5e-4), name
            assert row["inside"] == (row["p_reached"] > 0), name
            nearest = np.nanmin(np.abs([row["below"] - row["mode"], row["above"] - row["mode"]]))
            if row["mode"]:
                assert row["change"] == pytest.approx(nearest / abs(row["mode"]))
        assert set(values.plausible) == set(table.index[table["p_reached"] > 0])


def test_the_place_is_the_place(small: Case, sample: Sample) -> None:
    """A twin: the order of improvements, counted anew on a grid of each input."""
    base = gain_per_million(sample.modes)[0]
    k = small.improvement_ids.index("SCAN")
    place = int((base > base[k]).sum())
    values = standing_switches(small, "SCAN", "place", sample).to_frame().to_dict("index")
    for estimate in uncertain_inputs(small, sample.model):
        levels = np.linspace(estimate.low, estimate.high, 60)
        rates = gain_per_million(sample.model.answer(_Moved([estimate], levels[None, :])))
        places = (rates > rates[:, [k]]).sum(axis=1)
        row = values.get(estimate.name, {"below": np.nan, "above": np.nan})
        below = levels[(levels <= estimate.mode) & (places != place)]
        above = levels[(levels >= estimate.mode) & (places != place)]
        step = levels[1] - levels[0]
        for turn, there, nearest in (
            (row["below"], below, below.max(initial=-np.inf)),
            (row["above"], above, above.min(initial=np.inf)),
        ):
            if len(there):
                assert abs(turn - nearest) <= step, estimate.name
            else:
                assert np.isnan(turn) or not estimate.low < turn < estimate.high, estimate.name


@settings(deadline=None, max_examples=40)
@given(st.floats(0.1, 0.9), st.floats(-8.0, 10.0))
def test_a_root_is_found_inside_and_beyond_the_range(mode: float, root: float) -> None:
    """One straight line, and one that turns back: the crossing nearest to the mode."""
    estimate = Estimate("x/y", 0.0, mode, 1.0, "x", "D", "", "", 0)

    def straight(chosen: Any, levels: Any) -> Any:
        sign = 1.0 if mode > root else -1.0
        return sign * (levels - root)

    ((_, turns),) = _turns([estimate], straight)
    inside = [t for t in turns if np.isfinite(t)]
    if abs(mode - root) > 1e-9 and root >= 0:  # such an input is not below 0
        assert inside == pytest.approx([root], abs=1e-6)

    def both(chosen: Any, levels: Any) -> Any:
        return 0.04 - (levels - mode) ** 2

    ((_, turns),) = _turns([estimate], both)
    expected = [mode - 0.2 if mode >= 0.2 else np.nan, mode + 0.2]
    assert list(turns) == pytest.approx(expected, abs=1e-6, nan_ok=True)
    assert HALVINGS >= 30


def test_what_cannot_be_asked_is_refused(small: Case, sample: Sample) -> None:
    for subject, question, told in (
        ("REGG", "", "Did you mean 'REG'"),
        ("programme", "", "'programme' is not known"),
        ("REG", "worth", "question: 'worth' is not known"),
        ("NET", "net value", "no benefit of NET is known in money"),
        ("CLOUD", "net value", "no benefit of CLOUD is known in money"),
    ):
        with pytest.raises(InputError, match=told):
            standing_switches(small, subject, question, sample)
    treeless = replace(small, criteria=(), scores=(), effects=())
    with pytest.raises(InputError, match="no value tree"):
        standing_switches(treeless, "NET")


def test_the_answer_says_its_finding(found: Mapping[Pair, StandingSwitches]) -> None:
    values = found["SCAN", "net value"]
    assert values.subject == "SCAN"
    assert "net value -0.0758 million EUR" in repr(values)
    assert "place 3 of 4" in repr(found["NET", ""])
    copy = values.to_frame()
    copy["above"] = 0
    assert not (values.to_frame()["above"] == 0).all()
    assert values.provenance.case == "small"


def test_a_cost_is_looked_at_down_to_nothing_and_a_fee_beyond(small: Case) -> None:
    """Since an amount may be below nothing, the dictionary bounds it no longer."""
    costs = [e for name, e in small.estimates().items() if name.startswith("costs/")]
    assert {_ends(estimate)[0] for estimate in costs if estimate.low < estimate.high} == {0.0}
    fee = replace(costs[0], low=-3.0, mode=-2.0, high=-1.0)
    assert _ends(fee)[0] < -3
