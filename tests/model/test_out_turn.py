"""Overrun counted once: worked by hand, the bundled case against an independent computation."""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import rankdata

from capworth.case.model import Case, CostLine, Estimate, Total
from capworth.case.read import read_case
from capworth.methods.arguments import Floats
from capworth.methods.uncertainty.order_statistics import order_quantile
from capworth.model.costs import CostModel
from capworth.model.draws import AtModes, Sampled
from capworth.model.out_turn import REFERENCE, OutTurns, amount_of, bias_of
from capworth.model.simulation import Model
from capworth.uncertainty.sensitivity import uncertain_inputs

BUNDLED = Path(__file__).parents[2] / "data" / "interpol-2019"
MILLION = 1e6


class Told:
    """Draws in which every estimate is at the level that is told, else at its mode."""

    def __init__(self, levels: Mapping[str, list[float]]) -> None:
        self._levels = levels
        self.size = len(next(iter(levels.values())))

    def of(self, estimate: Estimate) -> Floats:
        """(draws,) the level told; the mode where none is, or where there is nothing to draw."""
        usual = [estimate.mode] * self.size
        told = usual if estimate.is_certain else self._levels.get(estimate.name, usual)
        return np.array(told, dtype=float)


def amount(name: str, low: float, mode: float, high: float) -> Estimate:
    return Estimate(name, low, mode, high, "EUR", "D", "", "judged", 2)


def line(name: str, low: float, mode: float, high: float, **more: Any) -> CostLine:
    given: dict[str, Any] = {"kind": "one-off", "total": "ALL", "improvement": "SCAN"} | more
    what = amount(f"costs/{name}", low, mode, high)
    return CostLine(name, "technology", "donors", given.pop("kind"), "EUR", 2024, what, **given)


def total(stated: float, stands_for: str = "base") -> Total:
    what = amount("totals/ALL", stated, stated, stated)
    return Total("ALL", "All projects", "EUR", 2024, what, "one-off", stands_for)


def case_of(small: Case, *lines: CostLine, stated: float = 0.0, **more: Any) -> Case:
    totals = (total(stated, more.pop("stands_for", "base")),) if stated else ()
    return replace(small, costs=lines, totals=totals).with_settings(**more)


def turned(case: Case, draws: Any) -> dict[str, Any]:
    return {one.id: parts for one, parts in OutTurns(case).of(draws, case.costs)}


KIT: dict[str, Any] = {"bias": "equipment_development"}
PARTS = (line("A", 20, 40, 60, **KIT), line("B", 10, 25, 40, **KIT), line("C", 5, 15, 30, **KIT))


def test_the_range_splits_the_total_and_the_bias_is_the_overrun(small: Case) -> None:
    """M07 through the model: three draws of parts and of overruns, as told."""
    golden = tomllib.loads((Path(__file__).parents[1] / "golden/decision.toml").read_text("utf-8"))
    given, expected = golden["M07"][0]["inputs"], golden["M07"][0]["expected"]
    levels = {f"costs/{n}": [row[k] for row in given["parts_by_draw"]] for k, n in enumerate("ABC")}
    levels |= {f"bias/{n}": [r[k] for r in given["overrun_by_draw"]] for k, n in enumerate("ABC")}
    found = turned(case_of(small, *PARTS, stated=given["total"]), Told(levels))
    base = sum(parts.base for parts in found.values())
    out = sum(parts.amount for parts in found.values())
    np.testing.assert_allclose(base, expected["base_sum_by_draw"], atol=1e-9)
    np.testing.assert_allclose(out, expected["outturn_by_draw"], atol=1e-9)


def test_lines_without_a_range_stay_and_the_others_share_the_rest(small: Case) -> None:
    """Of 80, a contract takes 10: drawn at 40 and 30, the two others are 40 and 30 of the 70."""
    fixed = line("FIXED", 10, 10, 10)
    case = case_of(small, PARTS[0], PARTS[1], fixed, stated=80.0)
    found = turned(case, Told({"costs/A": [40.0, 20.0], "costs/B": [30.0, 15.0]}))
    assert found["FIXED"].base.tolist() == [10, 10]
    assert found["A"].base == pytest.approx([40, 40])
    assert found["B"].base == pytest.approx([30, 30])


def test_a_range_that_holds_the_overrun_is_not_scaled_away(small: Case) -> None:
    """Its base is its part of the total at the modes, 40 of 65; at 60 it is half as dear again."""
    own = line("A", 20, 40, 60, range_means="overrun")
    case = case_of(small, own, PARTS[1], stated=130.0)
    found = turned(case, Told({"costs/A": [60.0], "costs/B": [25.0], "bias/B": [0.2]}))
    assert found["A"].base == pytest.approx([80])
    assert found["A"].overrun == pytest.approx([40])
    assert found["B"].base == pytest.approx([50])
    assert found["B"].overrun == pytest.approx([10])


def test_a_range_beside_a_bias_is_drawn_only_where_it_says_what_it_holds(small: Case) -> None:
    told = Told({"costs/X": [90.0], "bias/X": [0.5]})
    plain = line("X", 30, 60, 90, total="", **KIT)
    silent = turned(case_of(small, plain), told)["X"]
    assert (silent.base[0], silent.overrun[0]) == (60, 30)
    said = turned(case_of(small, replace(plain, range_means="measure")), told)["X"]
    assert (said.base[0], said.overrun[0]) == (90, 45)
    own = turned(case_of(small, replace(plain, bias="none")), told)["X"]
    assert (own.base[0], own.overrun[0]) == (60, 30)  # of 90, 30 are overrun


def test_what_manages_a_risk_is_neither_base_nor_overrun(small: Case) -> None:
    """Its line is read together with the total of what it manages."""
    build = line("A", 20, 40, 60, mitigation=0.5, **KIT)
    risk = line("RISK", 1, 2, 3, total="", manages="A", range_means="measure")
    case = case_of(small, build, risk, stated=40.0)
    found = turned(case, Told({"bias/A": [0.2], "costs/RISK": [2.0]}))
    parts = [[float(part[0]) for part in found[name]] for name in ("A", "RISK")]
    np.testing.assert_allclose(parts, [[40, 8, 0], [0, 0, 2]], atol=1e-12)
    assert [x.id for x in OutTurns(case).lines_of("ALL")] == ["A", "RISK"]


@pytest.mark.parametrize("reading", ["mean", "P50", "P80"])
def test_a_total_may_stand_for_a_level_of_the_out_turns(small: Case, reading: str) -> None:
    """With a contract that stays; on the draws by which the level is found it is the total."""
    fixed = line("FIXED", 10, 10, 10)
    case = case_of(small, *PARTS, fixed, stated=90.0, stands_for=reading)
    draws = Sampled(case.settings.seed, 0, REFERENCE)
    sums = sum(parts.amount for parts in turned(case, draws).values())
    level = sums.mean() if reading == "mean" else order_quantile(sums, int(reading[1:]) / 100)
    assert float(level) == pytest.approx(90, rel=1e-12)
    assert turned(case, draws)["FIXED"].amount.tolist() == [10] * REFERENCE
    side = OutTurns(replace(case, totals=(total(90.0),)))
    all_read = side.readings(case.totals[0], draws, ("base", reading))
    np.testing.assert_allclose(all_read[reading], sums, rtol=1e-12)
    base = sum(p.amount for p in turned(replace(case, totals=(total(90.0),)), draws).values())
    np.testing.assert_allclose(all_read["base"], base, rtol=1e-12)


# ------------------------------------------------------------------------------ the common cause


def correlations(case: Case, size: int = 20_000) -> Floats:
    """(lines, lines) of the normal scores of the overruns: ranks, through the normal quantiles."""
    found = turned(case, Sampled(7, 0, size))
    share = [(parts.overrun / parts.base) for parts in found.values()]
    return np.atleast_2d(np.corrcoef([ndtri((rankdata(x) - 0.5) / size) for x in share]))


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_overruns_have_their_share_in_common(small: Case, share: float) -> None:
    """By class, and through the own range of a line without one; 1 is drawn as 0.99."""
    own = line("OWN", 20, 40, 60, total="", range_means="overrun")
    case = case_of(small, PARTS[0], PARTS[1], own, stated=65.0, common_cause=share)
    found = correlations(case)
    np.testing.assert_allclose(found[np.triu_indices(3, 1)], share, atol=0.025)


def test_a_named_cause_is_one_of_its_own(small: Case) -> None:
    fourth = line("D", 5, 10, 20, cause="one supplier", **KIT)
    lines = (*PARTS[:2], replace(PARTS[2], cause="one supplier"), fourth)
    found = correlations(case_of(small, *lines, stated=90.0, common_cause=0.8))
    np.testing.assert_allclose([found[0, 1], found[2, 3]], 0.8, atol=0.025)
    np.testing.assert_allclose(found[:2, 2:], 0, atol=0.025)


def test_what_is_no_build_shares_no_cause(small: Case) -> None:
    """Yearly costs, measures and a range that moves with a group of its own."""
    plain = line("X", 30, 60, 90, total="")
    grouped = replace(plain, amount=replace(plain.amount, group="national side", share=0.3))
    for one in (replace(plain, kind="recurrent"), replace(plain, range_means="measure"), grouped):
        assert amount_of(one, 0.5) == one.amount
    assert amount_of(plain, 0.5).share == 0.5
    assert amount_of(plain, 0.0) == plain.amount
    biased = bias_of(replace(plain, **KIT), 0.5)
    assert biased is not None
    assert (biased.group, biased.share) == ("overruns", 0.5)


def test_inputs_are_told_as_they_are_drawn(small: Case) -> None:
    """So that what is conditioned on is what moved the costs."""
    case = small.with_settings(common_cause=0.4)
    found = {e.name: e for e in uncertain_inputs(case, Model(case))}
    assert found["costs/CLOUD-BUILD"].share == found["bias/SCAN-BUILD"].share == 0.4
    assert not found["costs/SCAN-BUILD"].group  # a measure: its range holds no overrun
    silent = tuple(replace(c, range_means="") if c.id == "SCAN-BUILD" else c for c in case.costs)
    other = replace(case, costs=silent)
    assert "costs/SCAN-BUILD" not in {e.name for e in uncertain_inputs(other, Model(other))}
    draws = Sampled(3, 0, 50)
    (scan,) = (x for x in case.costs if x.id == "CLOUD-BUILD")
    drawn = dict(CostModel(case).out_turns.of(draws, [scan]))[scan].amount
    np.testing.assert_allclose(drawn, draws.of(found["costs/CLOUD-BUILD"]), rtol=1e-12)


# ------------------------------------------------------------------------------- the bundled case


@pytest.fixture(scope="module")
def bundled() -> Case:
    return read_case(BUNDLED)


def asked(case: Case, share: float, stands_for: str) -> Floats:
    """(draws,) money asked for the seventeen projects of the published total, millions."""
    totals = tuple(
        replace(t, stands_for=stands_for) if t.kind == "one-off" else t for t in case.totals
    )
    case = replace(case, totals=totals).with_settings(common_cause=share)
    inside = [k for k, i in enumerate(case.improvement_ids) if i != "FED"]
    found = CostModel(case).price(Sampled(case.settings.seed, 0, 10_000)).asked
    return np.asarray(found[:, inside].sum(axis=1) / MILLION)


@pytest.mark.parametrize(
    ("share", "stands_for", "mean", "low", "high", "p80", "kept"),
    [  # computed by another program, with exact PERT quantiles and draws of its own
        (0.0, "base", 123.95, 118, 130, 128, 0.0),
        (0.5, "base", 123.95, 110, 138, 133, 0.0),
        (1.0, "base", 123.95, 105, 144, 137, 0.0),
        (0.5, "mean", 80.0, 71, 89, 86, 0.52),
        (0.5, "P80", 74.4, 66, 83, 80, 0.80),
    ],
)
def test_the_published_total_by_what_it_stands_for(
    bundled: Case,
    share: float,
    stands_for: str,
    mean: float,
    low: float,
    high: float,
    p80: float,
    kept: float,
) -> None:
    """Mean within 0.4; ends, printed in whole millions, within 0.5 and three standard errors."""
    found = asked(bundled, share, stands_for)
    assert found.mean() == pytest.approx(mean, abs=0.4)
    for probability, expected in ((0.1, low), (0.9, high), (0.8, p80)):
        assert float(order_quantile(found, probability)) == pytest.approx(expected, abs=1.2)
    assert (found <= 80).mean() == pytest.approx(kept, abs=0.02)


def test_base_overrun_and_managing_make_up_the_expected_out_turn(bundled: Case) -> None:
    """124 = 80 + 38.3 + 5.6 million; the base is 80 in every draw."""
    model = CostModel(bundled)
    lines = model.out_turns.lines_of("ICORE80")
    parts = [p for _, p in model.out_turns.of(Sampled(bundled.settings.seed, 0, 10_000), lines)]
    base, overrun, managing = (sum(p[k] for p in parts) / MILLION for k in range(3))
    np.testing.assert_allclose(base, 80, rtol=1e-12)
    assert np.mean(overrun) == pytest.approx(38.3, abs=0.4)
    assert np.mean(managing) == pytest.approx(5.6, abs=0.05)
    assert len(lines) == 17 + 14  # three projects of staff have no risk to manage


def test_at_the_modes_the_total_is_the_sum_of_its_lines(bundled: Case) -> None:
    found = dict(OutTurns(bundled).of(AtModes(), bundled.costs))
    for stated, expected in (("ICORE80", 80e6), ("OPEX2017", 122.236e6)):
        base = sum(float(p.base[0]) for one, p in found.items() if one.total == stated)
        assert base == pytest.approx(expected, rel=1e-12)
