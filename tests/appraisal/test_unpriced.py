"""What has no price is absent: never zero, never below it; and the price at which it would pay."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from capworth.appraisal import economics as worth
from capworth.appraisal.economics import Economics, economics
from capworth.case.model import NET, Case
from capworth.case.read import read_case
from capworth.language.language import Language
from capworth.model.pricing import PARTLY, PRICED, UNPRICED, Pricing
from capworth.model.result import Provenance
from capworth.model.set_value import SetValue
from capworth.model.simulation import Model, Sample, draw_sample
from capworth.report.annex.leaves import outcomes
from capworth.report.content import Voice
from capworth.report.edition import Content
from capworth.report.pages import said_sheet
from capworth.study.stages import Study, run_study

BUNDLED = Path(__file__).parents[2] / "data" / "interpol-2019"
A1, A2 = 1 / 1.05, 1 / 1.05**2
Modes = Callable[[Case], Study]


def without_worth(case: Case, *outcomes: str) -> Case:
    """The same case with no worth in money for some outcomes."""
    values = tuple(v for v in case.unit_values if v.scale != "money" or v.outcome not in outcomes)
    return replace(case, unit_values=values)


def row_of(found: Economics, subject: str) -> Any:
    table = found.to_frame()
    (row,) = [row for key, row in table.droplevel("kind").iterrows() if key == subject]
    return row


def test_a_price_that_is_missing_leaves_the_net_absent(small: Case, at_modes: Modes) -> None:
    """Documents without a price: the arrests of REG are told, 2 x 10,000 a year, and no net."""
    found = at_modes(without_worth(small, "DOC")).economics
    row = row_of(found, "REG")
    assert row["priced"] == PARTLY
    assert row["benefit_m"] == pytest.approx(0.02 * (1 + A1 + A2))
    assert row["cost_m"] == pytest.approx(0.86068254, abs=1e-7)
    blank = ["npv_m", "npv_m_low", "p_npv_positive", "bcr", "bcr_high", "annual_m", "irr", "mirr"]
    assert row[blank].isna().all()
    assert {row[c] for c in ("category", "bcr_code", "irr_code", "payback_code")} == {
        "partly_priced"
    }
    assert row_of(found, "LAB")["priced"] == PRICED
    assert "REG" not in found.categories().index.get_level_values("subject")
    accounts = found.accounts()
    mine = accounts[accounts.index.get_level_values("subject") == "REG"]
    assert mine["net_m"].isna().all()
    assert mine["pays_m"].sum() == pytest.approx(row["cost_m"])


def test_break_even_worked_by_hand(small: Case, at_modes: Modes) -> None:
    """REG 12 documents a year over all three; SCAN 6 more from 2026 on, after 10,000 for an arrest.

    REG (860,682.54 - 57,188.21) / 34.312925; SCAN (105,570.29 - 18,594.10) / 11.156463.
    """
    table = at_modes(without_worth(small, "DOC")).economics.break_even()
    assert list(table.index) == [("capability", "REG", "DOC"), ("improvement", "SCAN", "DOC")]
    reg, scan = (row for _, row in table.iterrows())
    assert reg["outcomes"] == pytest.approx(12)
    assert reg["break_even"] == pytest.approx((860_682.54 - 57_188.21) / (12 * (1 + A1 + A2)), 1e-6)
    assert scan["outcomes"] == pytest.approx(6)
    expected = (105_570.294785 - 10_000 * (A1 + A2)) / (6 * (A1 + A2))
    assert scan["break_even"] == pytest.approx(expected, rel=1e-9)
    assert scan["break_even_low"] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("none", "high"), [(0, 100.0), (1, None)])
def test_the_range_of_a_break_even_counts_draws_without_an_outcome_as_beyond_every_price(
    none: int, high: float | None
) -> None:
    """Twenty draws at a cost of 100, of which some have no outcome and the others 0.5 or 1."""
    number = np.array([0.0] * none + [0.5] * 2 + [1.0] * (18 - none))
    row = worth._break_even(np.full(20, 100.0), np.zeros(20), number, number)
    assert row["break_even"] == pytest.approx(100 / number.mean())
    told = pd.Series(row)[["break_even_low", "break_even_high"]].astype(float)
    assert told.tolist() == [100.0, high] if high else told.isna().all()


def test_a_price_without_an_upper_end_is_told_with_its_middle(small: Case, said: set[str]) -> None:
    study = run_study(replace(small, unit_values=()), draws=60)
    table = study.economics.tables()["break_even"]
    table[["break_even_low", "break_even_high"]] = np.nan
    blank = SimpleNamespace(tables=lambda: {"break_even": table}, lifts=study.economics.lifts)
    sheet = outcomes(study.with_answers(economics=blank))
    assert sheet is not None
    voice = Voice(Language.of(small, "en"), study)
    grid = said_sheet(sheet, voice)["blocks"][0]
    assert all("(not bounded above)" in str(row) for row in grid["rows"])
    assert "leaf.no_upper_end" in said


def test_of_harm_alone_no_value_is_known(small: Case) -> None:
    """A trap of M02: arrests and documents without a price, wrong stops with one."""
    wrong = next(v for v in small.unit_values if v.outcome == "DOC" and v.scale == "money")
    steps = tuple(s for s in small.chain if s.outcome != "DOC")
    burden = next(s for s in small.chain if s.step == "outcome" and s.capability == "REG")
    named = replace(burden.level, name="chain/REG/DOC/false_hit")
    steps = (*steps, replace(burden, step="false_hit", outcome="DOC", level=named))
    case = replace(
        small,
        chain=steps,
        unit_values=(wrong, *(v for v in small.unit_values if v.scale == "harm")),
    )
    model = Model(case)
    assert not model.known["money"].any()
    assert model.chain.beneficial() == {
        "REG": ("ARREST",),
        "NET": (),
        "LAB": ("ARREST",),
        "ACA": (),
    }
    drawn = draw_sample(case, 50).drawn
    assert not drawn.money.any()
    assert not drawn.gains.money.any()
    assert economics(draw_sample(case, 50), Provenance.of(case, 50)) is None


def test_an_outcome_flagged_as_adverse_makes_no_benefit_known(small: Case) -> None:
    outcomes = tuple(replace(o, adverse=o.id == "ARREST") for o in small.outcomes)
    model = Model(replace(small, outcomes=outcomes))
    assert model.known["money"].tolist() == [True, False, False, False]  # documents of REG
    bare = Model(without_worth(replace(small, outcomes=outcomes), "DOC"))
    assert not bare.known["money"].any()


# ------------------------------------------------------------------------------- the bundled case


@pytest.fixture(scope="module")
def bundled() -> Sample:
    return draw_sample(read_case(BUNDLED), 1_000)


def test_services_of_which_only_false_hits_are_priced_have_no_money(bundled: Sample) -> None:
    """Twelve services are priced, in the count of the method's note; four were at -2.4 million."""
    case, model = bundled.case, bundled.model
    assert int(model.known["money"].sum()) == 12
    silent = ("SLTD", "ICHECKIT", "WOA", "IARMS")
    places = [case.capability_ids.index(c) for c in silent]
    assert not model.known["money"][places].any()
    assert not bundled.drawn.money[:, places].any()
    pricing = Pricing(case, model.chain)
    assert {pricing.capability(c) for c in silent} == {UNPRICED}
    assert {pricing.capability(c) for c in ("IMEST", "FIREOPS")} == {PARTLY}
    assert pricing.improvement("SLTDQ") == UNPRICED
    assert pricing.improvement("CONNECT") == PARTLY  # documents beside identifications
    assert pricing.improvement("API") == PRICED
    candidates = {i for i, yes in zip(case.improvement_ids, model.priced, strict=True) if yes}
    assert candidates == {
        "BIO1",
        "BIO2",
        "UIA",
        "FED",
        "MOBILE",
        "API",
        "ICSENG",
        "NOTQC",
        "DNAKIN",
    }


def test_in_money_alone_nothing_pays(bundled: Sample) -> None:
    """Best is API: -1.8 million, above zero in 30 % of draws; so the empty set is the best."""
    value, ids = SetValue.of(bundled), bundled.case.improvement_ids
    alone = value.over_draws(np.eye(len(ids), dtype=bool), NET)
    best = int(alone.mean(axis=0).argmax())
    assert ids[best] == "API"
    assert alone[:, best].mean() / 1e6 == pytest.approx(-1.8, abs=0.35)
    assert (alone[:, best] > 0).mean() == pytest.approx(0.30, abs=0.05)
    assert (alone.mean(axis=0) < 0).all()


def test_a_set_of_both_has_no_ratio(bundled: Sample) -> None:
    """Net of the priced part, cost and number of the other."""
    chosen = ("SLTDQ", "API", "NOTQC", "INFOSEC", "ELEARN", "DNAKIN")
    ids = bundled.case.improvement_ids
    table = pd.DataFrame({"chosen": [i in chosen for i in ids], "delay": 0}, index=ids)
    programme: Any = SimpleNamespace(chosen=chosen, to_frame=lambda: table)
    found = economics(bundled, Provenance.of(bundled.case, 1_000), programme=programme)
    assert found is not None
    whole = row_of(found, "recommended")
    assert whole["priced"] == PARTLY
    assert np.isnan(whole["bcr"])
    parts = found.programme()
    assert parts["improvements"].tolist() == [3, 3]
    each: Any = [row_of(found, i) for i in ("API", "NOTQC", "DNAKIN")]
    assert parts["net_m"].iloc[0] == pytest.approx(sum(r["npv_m"] for r in each), rel=1e-9)
    assert parts["cost_m"].sum() == pytest.approx(whole["cost_m"], rel=1e-9)
    assert np.isnan(parts["net_m"].iloc[1])


def test_where_nothing_has_a_price_each_outcome_has_its_cost(small: Case, said: set[str]) -> None:
    """No worth in money at all: outcomes are counted, and the annex says what one of them costs."""
    bare = replace(small, unit_values=())
    study = run_study(bare, draws=60)
    table = study.economics.tables()["break_even"]
    assert (table["break_even"].dropna() > 0).all()
    assert study.economics.to_frame()["npv_m"].isna().all()
    money = study.figures["money.programme"]
    assert (money.value, money.low, money.high) == (None, None, None)
    sheets = [s for s in Content.of(study).said("en").sections if s["name"] == "outcomes"]
    assert str(sheets[0]["title"]).startswith("Counted without a price: “")
    grid = next(block for block in sheets[0]["blocks"] if block["kind"] == "grid")
    assert len(grid["rows"]) == int((table["outcomes"] > 0).sum())
    assert "leaf.outcomes_note" in said
