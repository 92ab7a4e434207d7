"""One-way swings: each checked by a case in which that input alone is moved."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from parts_of_cases import unchecked

from capworth.case.model import BusinessAsUsual, Case, Estimate
from capworth.case.read import PARTS
from capworth.methods.arguments import Floats
from capworth.model.draws import AtModes, Sampled, quantile_of
from capworth.model.out_turn import bias_of
from capworth.model.simulation import Model, gain_per_million, value_per_million
from capworth.study.stages import Study, run_study
from capworth.uncertainty import sensitivity
from capworth.uncertainty.sensitivity import Sensitivity, uncertain_inputs

Golden: TypeAlias = Mapping[str, Any]
Run: TypeAlias = Callable[[Case], Study]
NUMBERS = [(table, number) for table, _, number in PARTS if number]


def sensitivity_of(study: Study) -> Sensitivity:
    return study.sensitivity


def with_mode(case: Case, name: str, level: float) -> Case:
    """The same case with the mode of one estimate moved there."""
    parts: dict[str, Any] = {}
    for table, number in NUMBERS:
        rows = []
        for row in getattr(case, table):
            estimate = getattr(row, number)
            if isinstance(estimate, Estimate) and estimate.name == name:
                moved = replace(estimate, low=level, mode=level, high=level)
                rows.append(replace(row, **{number: moved}))
            else:
                rows.append(row)
        parts[table] = tuple(rows)
    return replace(case, **parts)


def rates(case: Case, usual: Study) -> Floats:
    """With the extents of the services frozen as the study has them: no input moves them."""
    model = Model(case)
    model.extents = usual.sample.model.extents
    found: Floats = gain_per_million(model.answer(AtModes()))[0]
    return found


def test_who_leads_worked_by_hand(worked: Study, golden: Golden) -> None:
    found, known = sensitivity_of(worked), golden["sensitivity"]
    assert (found.subject, found.rival) == (known["subject"], known["rival"])
    assert found.base == pytest.approx(known["base"], abs=1e-6)


def test_every_swing_is_that_of_a_case_with_one_input_moved(small: Case, worked: Study) -> None:
    """CLOUD leads at the modes; its lead over the better of SCAN and LINK is swung."""
    table = sensitivity_of(worked).to_frame()
    inputs = small.estimates()
    checked = 0
    for row in table.reset_index().to_dict("records"):
        if row["input"] not in inputs:
            continue  # a bias: its class is moved, not a row
        estimate = inputs[row["input"]]
        for end, quantile in (("low", 0.1), ("high", 0.9)):
            level = float(quantile_of(estimate, np.array([quantile]))[0])
            assert row[end] == pytest.approx(level)
            at = rates(with_mode(small, estimate.name, level), worked)
            assert row[f"at_{end}"] == pytest.approx(at[2] - max(at[0], at[1]), abs=1e-6)
            assert row[f"first_at_{end}"] == small.improvement_ids[int(at.argmax())]
        assert row["mode"] == estimate.mode
        assert row["unit"] == estimate.unit
        assert row["swing"] == pytest.approx(abs(row["at_high"] - row["at_low"]))
        flips = {row["first_at_low"], row["first_at_high"]} != {"CLOUD"}
        assert row["flips"] == flips
        checked += 1
    assert checked >= 12
    assert table["swing"].is_monotonic_decreasing


@pytest.mark.parametrize("keeps", ["", "LAB"])
def test_rates_are_those_of_the_whole_model(small: Case, keeps: str) -> None:
    growth = Estimate("growth", -0.1, 0.01, 0.2, "share a year", "D", "", "judged", 2)
    improvements = tuple(replace(i, keeps=keeps * (i.id == "SCAN")) for i in small.improvements)
    paths = (BusinessAsUsual("LAB", growth, growth, 2027),)
    case = replace(small, improvements=improvements, business_as_usual=paths if keeps else ())
    model, draws = Model(case), Sampled(3, 0, 40)
    whole = gain_per_million(model.answer(draws))
    np.testing.assert_allclose(sensitivity._rates(model, draws), whole, rtol=1e-12)


def test_how_many_inputs_are_swung_together_does_not_matter(
    worked: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sensitivity, "TOGETHER", 3)
    found = sensitivity.swing_inputs(worked.sample, worked.provenance)
    assert found is not None
    pd.testing.assert_frame_equal(found.to_frame(), sensitivity_of(worked).to_frame())


def test_inputs_that_move_nothing_are_left_out(small: Case, worked: Study) -> None:
    """The ranking of improvements does not hang on unit values, pledges or other costs."""
    found = set(sensitivity_of(worked).to_frame().index)
    for name in ("unit_values/ARREST/money/fiscal", "funding/LOTTERY", "costs/LAB-STAFF"):
        assert name in small.estimates()
        assert name not in found
    assert "costs/GUARD-RUN" not in found  # certain
    assert "bias/SCAN-BUILD" in found


def test_every_uncertain_input_is_looked_at(small: Case) -> None:
    names = {e.name for e in uncertain_inputs(small, Model(small))}
    certain = {n for n, e in small.estimates().items() if e.low == e.high}
    assert certain == {
        *("functions/NET/exchange", "functions/ACA/training", "usage/CENTRE/LAB"),
        *("usage/GUARD/REG", "usage/GUARD/ACA", "costs/GUARD-RUN", "costs/NET-M", "costs/ACA-M"),
        *("costs/REG-OLD", "costs/DUES", "scores/NET/reach"),
    }
    assert names == set(small.estimates()) - certain | {"bias/SCAN-BUILD", "chain/LAB/used"}


def test_without_improvements_the_capabilities_are_swung(small: Case, at_modes: Run) -> None:
    costs = tuple(c for c in small.costs if not c.improvement)
    bare = replace(small, improvements=(), effects=(), relations=(), costs=costs, funding=())
    bare = bare.with_settings(budget=None, target=None)
    found = sensitivity_of(at_modes(bare))
    assert (found.subject, found.rival) == ("LAB", "REG")
    assert found.base == pytest.approx(302.8588072 - 258.8593577)
    level = float(quantile_of(bare.estimates()["scores/LAB/results"], np.array([0.1]))[0])
    model = Model(with_mode(bare, "scores/LAB/results", level))
    at = value_per_million(model.answer(AtModes()), model.annuity)[0]
    row = found.to_frame().T["scores/LAB/results"]
    assert row["at_low"] == pytest.approx(at[2] - max(at[0], at[1], at[3]))


def test_with_one_thing_to_put_first_there_is_nothing_to_swing(small: Case) -> None:
    one = replace(
        small,
        improvements=small.improvements[:1],
        effects=tuple(e for e in small.effects if e.improvement == "SCAN"),
        costs=tuple(c for c in small.costs if c.improvement in ("", "SCAN")),
        relations=(),
    )
    study = run_study(unchecked(one), draws=30)
    assert "sensitivity" not in study
    assert study.priorities.order == ("SCAN",)


# ----------------------------------------------------------------------- how likely it turns


def straight(estimate: Estimate, base: float, slope: float) -> float:
    """The chance of turning when the lead falls along a straight line."""
    ends = quantile_of(estimate, np.array([0.1, 0.9]))
    low, high = (base + slope * (end - estimate.mode) for end in ends)
    return sensitivity._probability_of_turning(estimate, ends, base, float(low), float(high))


@given(
    st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)).map(sorted),
    st.floats(0.05, 5),
    st.sampled_from([-1.0, 1.0]),
)
def test_a_straight_lead_turns_where_it_crosses_nothing(
    ends: list[float], base: float, sign: float
) -> None:
    """Also where both ends of the swing lie on one side of the mode; there one side is unknown."""
    low, mode, high = ends
    if high - low < 0.05:
        return
    estimate = Estimate("x", low, mode, high, "", "D", "", "judged", 2)
    chance = straight(estimate, base, 10 * sign)
    turn = mode - base / (10 * sign)
    reached = np.clip(turn, low, high)
    below = float((quantile_of(estimate, np.linspace(0, 1, 20_001)) < reached).mean())
    expected = 1 - below if sign < 0 else below
    first, last = quantile_of(estimate, np.array([0.1, 0.9]))
    seen = first < mode if sign > 0 else last > mode  # is there an end where the lead falls
    assert chance == pytest.approx(expected if seen else 0, abs=2e-4)


def test_an_input_at_the_top_of_its_range_is_not_counted_twice() -> None:
    """Worked by hand: mode 1 of 0 to 1, P(x < t) = t^5; the lead 1 is lost at 0.5."""
    estimate = Estimate("x", 0.0, 1.0, 1.0, "", "D", "", "judged", 2)
    assert straight(estimate, 1.0, 2.0) == pytest.approx(0.5**5, abs=1e-4)


def test_a_lead_that_is_lost_at_both_ends_is_lost_by_both() -> None:
    estimate = Estimate("x", 0.0, 0.5, 1.0, "", "D", "", "judged", 2)
    ends = quantile_of(estimate, np.array([0.1, 0.9]))
    half = 1.0 * (0.5 - float(ends[0])) / 0.25  # the lead is gone at 0.25 and at 0.75
    chance = sensitivity._probability_of_turning(estimate, ends, 1.0, 1 - half, 1 - half)
    one = straight(estimate, 1.0, 4.0)
    assert chance == pytest.approx(2 * one, rel=1e-6)
    assert sensitivity._probability_of_turning(estimate, ends, 1.0, 1.5, 1.0) == 0


# --------------------------------------------------------------------------------- evidence


def test_evidence_worked_by_hand(worked: Study, golden: Golden) -> None:
    evidence = sensitivity_of(worked).evidence()
    known = golden["evidence"]
    whole = sum(known["cost"].values())
    for grade, cost in known["cost"].items():
        assert evidence.T[grade]["cost"] == pytest.approx(cost / whole, abs=1e-8)
    assert evidence["score"].to_dict() == pytest.approx(
        {"A": known["score_of_a"], "B": 0, "C": 0, "D": 1 - known["score_of_a"], "E": 0}
    )
    for grade, share in known["money"].items():
        assert evidence.T[grade]["money"] == pytest.approx(share)


def test_a_stated_total_keeps_its_grade_for_the_sum(small: Case) -> None:
    """Its parts are judged; a part that is not counted leaves a sum as weak as itself."""
    (total,) = small.totals
    audited = replace(total, amount=replace(total.amount, grade="A"))
    parts = tuple(c for c in small.costs if c.treatment != "outside")
    known = sum(c.amount.mode for c in parts if c.total)
    exact = replace(audited.amount, low=known, mode=known, high=known)
    whole = replace(small, totals=(replace(audited, amount=exact),), costs=parts)
    model, lines = Model(whole), dict[bool, list[tuple[str, float]]]()
    for line, _, amount in model.costs.by_line():
        lines.setdefault(bool(line.total), []).append((line.amount.grade, amount))
    part = sum(amount for _, amount in lines[True])
    every = part + sum(amount for _, amount in lines[False])
    own = sum(amount for grade, amount in lines[False] if grade == "A")
    evidence = run_study(whole, draws=24, only="sensitivity").sensitivity.evidence()
    assert evidence.T["A"]["cost"] == pytest.approx((part + own) / every)
    assert evidence.T["A"]["division"] == pytest.approx(own / every)
    kept = run_study(replace(small, totals=(audited,)), draws=24, only="sensitivity")
    table = kept.sensitivity.evidence()  # a judged part of the total is outside
    assert table["cost"].to_dict() == pytest.approx(table["division"].to_dict())


def test_shares_of_evidence_sum_to_one(study: Study) -> None:
    evidence = sensitivity_of(study).evidence()
    assert evidence.index.tolist() == ["A", "B", "C", "D", "E"]
    assert evidence.sum().tolist() == pytest.approx([1, 1, 1, 1, 1])
    table = sensitivity_of(study).to_frame()
    squared = (table["swing"] ** 2).groupby(table["grade"]).sum()
    for grade, share in (squared / squared.sum()).items():
        assert evidence.T[grade]["swing"] == pytest.approx(share)


def test_the_answer(worked: Study) -> None:
    found = sensitivity_of(worked)
    table = found.to_frame()
    assert found.turning == tuple(table.index[table["flips"]])
    assert repr(found) == (
        f"<Sensitivity: {len(found.turning)} of {len(table)} inputs alone take the first place "
        "from CLOUD>"
    )
    line = next(line for line in worked.case.costs if line.id == "SCAN-BUILD")
    bias = bias_of(line)
    assert bias is not None
    assert table.loc["bias/SCAN-BUILD", "mode"] == pytest.approx(bias.mode)
