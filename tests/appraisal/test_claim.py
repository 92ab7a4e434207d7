"""The claim test: estimands worked by hand, the five words, and the registration."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capworth.appraisal import claim as claims
from capworth.appraisal.claim import ESTIMANDS, VERDICTS, Claim, registration
from capworth.case.model import FUNCTIONS, Case
from capworth.methods.cost_benefit.power import detectable_contrast
from capworth.model.result import Provenance
from capworth.model.simulation import draw_sample
from capworth.study.stages import Study, run_study

Golden: TypeAlias = Mapping[str, Any]
AtModes: TypeAlias = Callable[[Case], Study]


def claim_of(study: Study) -> Claim:
    return study.claim


def test_every_estimand_worked_by_hand(worked: Study, golden: Golden) -> None:
    table = claim_of(worked).to_frame()
    expected = {
        (estimand, measure): ratio
        for measure, ratios in golden["claim"]["ratio"].items()
        for estimand, ratio in ratios.items()
    }
    for column in ("ratio", "ratio_low", "ratio_high"):
        assert table[column].to_dict() == pytest.approx(expected, abs=1e-8)
    assert set(table.index.get_level_values("estimand")) == set(ESTIMANDS)


def test_functions_worked_by_hand(worked: Study) -> None:
    """REG is 0.75 hosting and 0.25 exchange, LAB 0.4 leads; operations are not served."""
    table = claim_of(worked).by_function()
    score = table.loc["score"]
    assert score["value"].to_dict() == pytest.approx(
        {
            "hosting": 0.75 * 77.9166667,
            "exchange": 0.25 * 77.9166667 + 53.75,
            "leads": 22.0,
            "analysis": 33.0,
            "training": 24.375,
        }
    )
    assert score["cost_m"].sum() == pytest.approx(3.1652889)
    rate = score["value"] / score["cost_m"]
    assert score["value_per_m"].to_dict() == pytest.approx(rate.to_dict())
    money = table.loc["money"]  # in millions; NET and ACA have no chain
    assert money["value"].sum() == pytest.approx((91_501.133787 + 17_156.462585) / 1e6)
    assert money["cost_m"].sum() == pytest.approx((860_682.54 + 519_276.87) / 1e6)
    assert "training" not in money.index


def test_power_is_told(worked: Study) -> None:
    expected = float(detectable_contrast(1.0, 2.4, 1.6))  # capabilities' worth on either side
    assert claim_of(worked).detectable == pytest.approx(expected)


def test_the_strong_form_compares_every_pair_of_functions_served(
    small: Case, at_modes: AtModes
) -> None:
    """Per euro at the modes: leads = analysis > hosting > exchange > training."""
    groups = {("leads", "analysis", "hosting"): 1, ("leads", "hosting"): 0, ("leads",): 0}
    groups |= {("exchange", "hosting", "leads", "analysis"): 1, ("training",): 0}
    for group, strongest in groups.items():
        found = claim_of(at_modes(small.with_settings(claim_group=group)))
        assert found.strongest == strongest, group


def test_the_answer(worked: Study) -> None:
    found = claim_of(worked)
    assert (found.verdict, found.probability) == ("supported", 1.0)
    assert found.primary == ("per_euro", "score")
    assert (found.margin, found.needed) == (1.25, 0.9)
    assert repr(found) == (
        "<Claim: supported; score per_euro greater in hosting+exchange+leads in 100% of draws>"
    )


@pytest.mark.parametrize(
    ("p_holds", "p_margin", "total", "verdict"),
    [
        (0.99, 0.96, 0.99, "supported"),
        (0.99, 0.95, 0.10, "supported"),
        (0.99, 0.94, 0.99, "not contradicted"),
        (0.51, 0.30, 0.99, "not contradicted"),
        (0.49, 0.10, 0.95, "supported for total, not per euro"),
        (0.03, 0.01, 0.99, "supported for total, not per euro"),
        (0.49, 0.10, 0.94, "inconclusive"),
        (0.50, 0.10, 0.99, "inconclusive"),
        (0.06, 0.00, 0.10, "inconclusive"),
        (0.05, 0.00, 0.10, "contradicted"),
        (0.00, 0.00, 0.00, "contradicted"),
    ],
)
def test_the_five_words(p_holds: float, p_margin: float, total: float, verdict: str) -> None:
    row = {"p_holds": p_holds, "p_margin": p_margin}
    assert claims._verdict(row, {"p_margin": total, "p_holds": total}, 0.95) == verdict
    assert verdict in VERDICTS


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0.5, 1))
def test_more_evidence_never_makes_the_verdict_worse(
    holds: float, share: float, total: float, needed: float
) -> None:
    order = ("contradicted", "inconclusive", "not contradicted", "supported")
    row = {"p_holds": holds, "p_margin": holds * share}
    more = {"p_holds": min(1, holds + 0.1), "p_margin": min(1, holds * share + 0.1)}
    none = {"p_holds": total, "p_margin": 0.0}
    ours, theirs = (claims._verdict(r, none, needed) for r in (row, more))
    assert order.index(theirs) >= order.index(ours)


def test_probabilities_are_shares_of_draws(study: Study) -> None:
    """From the draws themselves, by another way of adding up."""
    drawn, found = study.sample.drawn, claim_of(study)
    inside = [FUNCTIONS.index(f) for f in found.group]
    outside = [k for k in range(7) if k not in inside]
    value, cost = drawn.function_value[0], drawn.function_cost[0]
    ours = value[:, inside].sum(axis=1) / cost[:, inside].sum(axis=1)
    theirs = value[:, outside].sum(axis=1) / cost[:, outside].sum(axis=1)
    row = found.to_frame().T["per_euro", "score"]
    assert row["p_holds"] == (ours > theirs).mean() == found.probability
    assert row["p_margin"] == (ours > 1.25 * theirs).mean()
    assert row["ratio"] == pytest.approx(np.sort(ours / theirs)[len(ours) // 2 - 1])
    assert row["ratio_low"] <= row["ratio"] <= row["ratio_high"]


def test_the_other_group_has_the_inverse_ratio(small: Case, study: Study) -> None:
    rest = ("analysis", "operations", "training", "coordination")
    other = claim_of(run_study(small.with_settings(claim_group=rest))).to_frame()
    ours = claim_of(study).to_frame()
    low, high = ours["ratio_low"], 1 / other["ratio_high"]
    assert (low <= high).all()  # of 400 draws the 40th from below, and the next: no draw between
    np.testing.assert_allclose(low, high, rtol=0.03)
    np.testing.assert_allclose(ours["p_holds"], 1 - other["p_holds"], atol=1e-12)


def test_a_measure_that_only_one_side_has_is_not_compared(small: Case) -> None:
    only = tuple(s for s in small.chain if s.capability == "REG")  # all hosting and exchange
    found = claim_of(run_study(replace(small, chain=only), draws=50))
    measures = set(found.to_frame().index.get_level_values("measure"))
    assert measures == {"score"}


def test_a_case_that_registers_no_claim_has_no_answer(small: Case) -> None:
    assert "claim" not in run_study(small.with_settings(claim_group=()), draws=50)


@pytest.mark.parametrize(
    ("setting", "value", "moves"),
    [
        ("claim_group", ("hosting",), True),
        ("claim_primary", "total", True),
        ("claim_value", "harm", True),
        ("claim_probability", 0.95, True),
        ("claim_margin", 1.5, True),
        ("seed", 3, False),
        ("draws", 100, False),
        ("budget", 1.0, False),
        ("title", "Another", False),
    ],
)
def test_the_registration_changes_with_what_is_registered(
    small: Case, setting: str, value: object, moves: bool
) -> None:
    other = small.with_settings(**{setting: value})
    assert (registration(other) != registration(small)) == moves
    assert len(registration(small)) == 64


def test_the_primary_is_the_one_that_is_registered(small: Case, at_modes: AtModes) -> None:
    next_euro = claim_of(at_modes(small.with_settings(claim_primary="next_euro")))
    assert next_euro.primary == ("next_euro", "score")
    assert next_euro.verdict == "supported for total, not per euro"
    assert next_euro.probability == 0
    harm = claim_of(at_modes(small.with_settings(claim_value="harm", claim_margin=2.0)))
    assert (harm.primary, harm.verdict) == (("per_euro", "harm"), "not contradicted")


@pytest.mark.parametrize("effect", [None, 0.0])
def test_an_improvement_that_costs_and_does_nothing_moves_no_estimand(
    small: Case, effect: float | None
) -> None:
    """Neither its cost nor its row: with it, every ratio is the one without it."""
    dud = replace(small.improvements[0], id="DUD", name="Dud")
    line = next(line for line in small.costs if line.improvement == small.improvements[0].id)
    amount = replace(line.amount, name="costs/DUD", low=9e6, mode=9.5e6, high=9.9e6)
    cost = replace(line, id="DUD", improvement="DUD", amount=amount)
    effects = small.effects
    if effect is not None:
        row = next(e for e in small.effects if e.criterion)
        change = replace(row.change, name="effects/DUD", low=effect, mode=effect, high=effect)
        effects = (*effects, replace(row, improvement="DUD", change=change))
    more = replace(
        small,
        improvements=(*small.improvements, dud),
        costs=(*small.costs, cost),
        effects=effects,
    )
    samples = [draw_sample(case, 50) for case in (small, more)]
    tables = []
    for sample in samples:
        claim = claims.examine_claim(sample, Provenance.of(small, 50))
        assert claim is not None
        tables.append(claim.to_frame())
    assert samples[1].drawn.improvement_cost[:, -1].min() > 1e6
    assert tables[1].to_dict() == tables[0].to_dict()


def test_where_it_gains_in_some_draws_only_its_cost_counts_in_those(small: Case) -> None:
    """Two improvements, two draws: the second gains nothing in the second draw.

    First 6 for 2, half of it ours: 3 for 1 on either side. Second 4 for 1, all theirs.
    Draw one: 3 / 1 against 7 / 2. Draw two: 3 / 1 against 3 / 1.
    """
    drawn = SimpleNamespace(
        gains=SimpleNamespace(
            score=np.array([[6.0, 4.0], [6.0, 0.0]]), exchange=np.array([[0.5, 0.0], [0.5, 0.0]])
        ),
        improvement_cost=np.array([[2.0, 1.0], [2.0, 1.0]]),
    )
    sample: Any = SimpleNamespace(drawn=drawn)
    found = claims._next_euro(sample)
    assert found.tolist() == pytest.approx([6 / 7, 1.0])
