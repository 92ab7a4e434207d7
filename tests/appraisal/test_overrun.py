"""The way from what is stated to what is expected: it adds up, and each reading says what it is."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from capworth.appraisal.overrun import Overrun, overrun
from capworth.case.model import Case, Total
from capworth.case.read import read_case
from capworth.charts.economics import overrun_facts
from capworth.language.language import Language
from capworth.methods.uncertainty.order_statistics import order_quantile
from capworth.model.result import Provenance
from capworth.model.simulation import Sample, draw_sample
from capworth.study.stages import Study

BUNDLED = Path(__file__).parents[2] / "data" / "interpol-2019"


@pytest.fixture(scope="module")
def bundled() -> tuple[Sample, Overrun]:
    sample = draw_sample(read_case(BUNDLED), 10_000)
    found = overrun(sample, Provenance.of(sample.case, sample.draws))
    assert found is not None
    return sample, found


def test_the_three_readings_of_the_published_total(bundled: tuple[Sample, Overrun]) -> None:
    """Drawn by another program: mean, 80 % range and P80 of 17 projects, 80 million published."""
    readings = bundled[1].readings().loc["ICORE80"]
    expected = {  # expected, low, high, P80, chance to stay within 80
        "base": (124.0, 110, 138, 133, 0.0),
        "mean": (80.0, 71, 89, 86, 0.52),
        "P80": (74.4, 66, 83, 80, 0.80),
    }
    assert list(readings.index) == list(expected)
    assert list(readings["counts"]) == [True, False, False]
    columns = ["expected_m", "expected_m_low", "expected_m_high", "p80_m"]
    for reading, (*levels, within) in expected.items():
        row: Any = readings.loc[reading]
        assert row[columns].tolist() == pytest.approx(levels, abs=1.0), reading
        assert row["p_within"] == pytest.approx(within, abs=0.02)


def test_the_bridge_adds_up(bundled: tuple[Sample, Overrun]) -> None:
    """80 + 38.3 + 5.6 = 124, and each improvement's parts make what it asks for in the draws."""
    sample, found = bundled
    row: Any = found.to_frame().loc["ICORE80"]
    parts = row[["base_m", "overrun_m", "managing_m"]].tolist()
    assert parts == pytest.approx([80, 38.3, 5.6], abs=0.4)
    assert sum(parts) == pytest.approx(row["expected_m"], rel=1e-12)
    table = found.improvements()
    whole = table[["base_m", "overrun_m", "managing_m"]].sum(axis=1)
    np.testing.assert_allclose(whole, table["asked_m"], rtol=1e-12)
    drawn = pd.DataFrame(sample.drawn.asked / 1e6, columns=sample.case.improvement_ids)[table.index]
    np.testing.assert_allclose(table["asked_m"], drawn.mean(), rtol=1e-12)
    np.testing.assert_allclose(table["p80_m"], order_quantile(drawn.to_numpy(), 0.8), rtol=1e-12)


def planned(small: Case, stands_for: str = "base") -> Case:
    """Two builds as parts of a plan of 160,000."""
    parts = [c for c in small.costs if c.id in {"SCAN-BUILD", "CLOUD-BUILD"}]
    amount = replace(parts[0].amount, name="totals/PLAN", low=160e3, mode=160e3, high=160e3)
    total = Total("PLAN", "Plan of works", "EUR", 2024, amount, "one-off", stands_for)
    costs = tuple(
        replace(c, total="PLAN", range_means="") if c in parts else c for c in small.costs
    )
    return replace(small, costs=costs, totals=(*small.totals, total))


def found_in(case: Case, draws: int = 400) -> Overrun | None:
    return overrun(draw_sample(case, draws), Provenance.of(case, draws))


def test_a_total_of_what_is_spent_every_year_has_no_overrun(small: Case) -> None:
    found = found_in(planned(small))
    assert found is not None
    assert list(found.to_frame().index) == ["PLAN"]
    assert set(found.tables()) == {"overrun", "overrun_readings", "overrun_improvements"}
    plain = found_in(small)
    assert plain is not None
    assert set(plain.tables()) == {"overrun_improvements"}
    none = tuple(replace(c, bias="none", range_means="") if c.total else c for c in small.costs)
    sure = tuple(
        replace(c, bias="none", mitigation=0.0, range_means="measure")
        if c.kind == "one-off" and c.improvement
        else c
        for c in none
    )
    assert found_in(replace(small, costs=sure)) is None


def test_the_chart_says_the_total_that_was_published(
    bundled: tuple[Sample, Overrun],
) -> None:
    sample, found = bundled
    study: Any = Study(sample.case, found.provenance, sample, {"overrun": found})
    language = Language.of(sample.case, "en")
    facts = overrun_facts(study, language.charts)
    assert (facts["stated"], facts["expected"]) == ("€80 million", "€124 million")


def test_repr_says_the_three_amounts(bundled: tuple[Sample, Overrun]) -> None:
    assert repr(bundled[1]) == (
        "<Overrun: ICORE80: 80 million stated, 124 expected, 133 would hold with 80%>"
    )
