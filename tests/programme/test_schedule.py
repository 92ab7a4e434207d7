"""When improvements start, what comes when, and plan against actual: worked by hand."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from capworth.case.actuals import actuals_dictionary, read_actuals
from capworth.case.model import Case, Limit
from capworth.errors import CaseError
from capworth.model import simulation as sampling
from capworth.model.costs import discount_factors
from capworth.model.draws import AtModes
from capworth.programme.choice import Choice, ConflictError, spend_by_year
from capworth.programme.schedule import Schedule, timetable_of
from capworth.programme.tracking import (
    AS_PLANNED,
    BETTER,
    UNPLANNED,
    WORSE,
    Baseline,
    review_dates,
    track,
)

GENEROUS = 1_000_000.0
Plan = Callable[..., Any]


@pytest.fixture(scope="module")
def worked(small: Case, plan: Plan) -> Any:
    """The small case with every draw at the modes."""
    return plan(small, 3, modes=True)


@pytest.fixture(scope="module")
def study(small: Case, plan: Plan) -> Any:
    """The small case in 400 draws."""
    return plan(small)


def schedule_of(study: Any) -> Schedule:
    assert isinstance(study.schedule, Schedule)
    return study.schedule


def limit(kind: str, amount: float, *years: int, payer: str = "") -> Limit:
    first, last = years or (None, None)
    return Limit("L", "Ceiling", kind, amount, "board", payer, first, last)


def test_without_yearly_limits_everything_starts_as_stated(
    study: Any, small: Case, plan: Plan
) -> None:
    for budget in (110_000.0, GENEROUS):
        found = plan(small.with_settings(budget=budget, target=None), 100)
        schedule = schedule_of(found)
        assert found.programme is not None
        assert schedule.done == found.programme.chosen
        assert schedule.late == schedule.left_out == schedule.taken_in == ()
        assert schedule.value == pytest.approx(found.programme.value[0])
        assert schedule.stated == pytest.approx(schedule.value)
        assert schedule.p_within == 1
    assert "start from" in repr(schedule_of(study))


def test_money_and_effects_by_year_worked_by_hand(worked: Any, small: Case) -> None:
    """CLOUD: 100,000 spread over three years, as its line names none; in effect from 2025 on."""
    years = schedule_of(worked).by_year()
    assert years.index.tolist() == [2025, 2026, 2027]
    assert years["spend_m"].tolist() == pytest.approx([0.1 / 3] * 3)
    assert years["value"].tolist() == pytest.approx([4.4375] * 3)
    assert years["spend_room_m"].tolist() == [np.inf] * 3
    rich = small.with_settings(budget=GENEROUS, target=None)
    spending = spend_by_year(worked.sample)
    scan = spending.raised()[rich.improvement_ids.index("SCAN")]
    assert scan.tolist() == pytest.approx([42_500.0] * 2 + [0.0], rel=0.2)
    assert spending.of_payer("members")[0].tolist()[1:] == [0, 0]
    assert spending.raised().sum(axis=1) == pytest.approx(worked.sample.drawn.asked.mean(axis=0))


def test_a_late_start_adds_less_by_its_years_of_effect(small: Case, plan: Plan) -> None:
    """SCAN alone, no money in 2025: it starts in 2026, its effect comes in 2027."""
    only = tuple(replace(i, must=i.id == "SCAN", staff=2.0) for i in small.improvements)
    case = replace(small, improvements=only, limits=(limit("money", 0.0, 2025, 2025),))
    case = case.with_settings(budget=100_000.0, target=None)
    study = plan(case, 200)
    schedule = schedule_of(study)
    assert schedule.by_year()["posts"].tolist() == [0, 2, 0]
    row = schedule.to_frame().loc["SCAN"]
    assert (row["start"], row["delay"], row["effect"], row["full_effect"]) == (2026, 1, 2027, 2027)
    discount = discount_factors(case)
    share = discount[2] / (discount[1] + discount[2])
    assert row["value"] == pytest.approx(row["value_as_stated"] * share)
    years = schedule.by_year()
    assert years["spend_m"].to_dict()[2025] == 0
    assert years["spend_m"].sum() == pytest.approx(row["asked_m"], rel=1e-6)
    assert years["value"].tolist()[:2] == [0, 0]
    assert (schedule.late, schedule.p_within) == (("SCAN",), 1)


def test_an_effect_that_rises_is_worth_less_and_is_seen_by_year(small: Case, plan: Plan) -> None:
    ramped = tuple(replace(i, ramp_years=1 if i.id == "CLOUD" else 0) for i in small.improvements)
    case = replace(small, improvements=ramped).with_settings(budget=GENEROUS, target=None)
    at_once = plan(small.with_settings(budget=GENEROUS, target=None), 100)
    slowly = plan(case, 100)
    k = case.improvement_ids.index("CLOUD")
    discount = discount_factors(case)
    share = (discount @ [0.5, 1, 1]) / discount.sum()
    np.testing.assert_allclose(
        slowly.sample.drawn.gains.score[:, k], at_once.sample.drawn.gains.score[:, k] * share
    )
    only = replace(case, improvements=tuple(replace(i, must=i.id == "CLOUD") for i in ramped))
    years = schedule_of(plan(only, 100)).by_year()["value"]
    assert years.tolist() == pytest.approx([years[2026] / 2, years[2026], years[2026]])
    table = schedule_of(plan(only, 100)).to_frame()
    assert (table["effect"]["CLOUD"], table["full_effect"]["CLOUD"]) == (2025, 2026)


def test_posts_bind(small: Case, plan: Plan) -> None:
    """SCAN takes three posts in 2025, LINK two in 2026; with two posts only CLOUD is left."""
    staffed = tuple(
        replace(i, staff={"SCAN": 3.0, "LINK": 2.0, "CLOUD": 0.0}[i.id]) for i in small.improvements
    )
    case = replace(small, improvements=staffed).with_settings(budget=GENEROUS, target=None)
    free = schedule_of(plan(replace(case, limits=(limit("staff", 3.0),)), 200))
    assert free.done == ("SCAN", "LINK")
    assert free.by_year()["posts"].tolist() == [3, 2, 0]
    assert free.by_year()["posts_room"].tolist() == [3, 3, 3]
    tight = schedule_of(plan(replace(case, limits=(limit("staff", 2.0),)), 200))
    assert tight.done == ("CLOUD",)
    assert (tight.left_out, tight.taken_in) == (("SCAN", "LINK"), ("CLOUD",))


def test_what_requires_another_takes_effect_no_earlier_or_starts_after_its_lag(
    small: Case, plan: Plan
) -> None:
    """No money in 2025 moves SCAN by a year; LINK need not wait, but with a lag of 1 it must."""
    forced = tuple(replace(i, must=i.id in {"SCAN", "LINK"}) for i in small.improvements)
    case = replace(small, improvements=forced, limits=(limit("money", 0.0, 2025, 2025),))
    case = case.with_settings(budget=GENEROUS, target=None)
    free = schedule_of(plan(case, 100)).to_frame()
    assert free["start"].to_dict()["LINK"] == 2026
    lagged = tuple(replace(r, lag=1) if r.relation == "requires" else r for r in case.relations)
    after = schedule_of(plan(replace(case, relations=lagged), 100)).to_frame()
    assert after["start"].to_dict() == pytest.approx(
        {"SCAN": 2026, "LINK": 2027, "CLOUD": np.nan}, nan_ok=True
    )
    # LINK is in effect a year after its start, SCAN too: LINK may not be there before SCAN
    quick = tuple(replace(i, effect_year=2026) if i.id == "LINK" else i for i in forced)
    waits = schedule_of(plan(replace(case, improvements=quick), 100)).to_frame()
    assert waits["effect"].to_dict()["LINK"] >= waits["effect"].to_dict()["SCAN"]


def test_limits_that_leave_no_schedule_are_told_with_the_rules_in_conflict(
    small: Case, plan: Plan
) -> None:
    forced = tuple(
        replace(i, must=i.id == "CLOUD", row=k) for k, i in enumerate(small.improvements, 2)
    )
    ceiling = replace(limit("money_a_year", 20_000.0), row=2)
    case = replace(small, improvements=forced, limits=(ceiling,)).with_settings(
        budget=GENEROUS, target=None
    )
    with pytest.raises(ConflictError) as told:
        plan(case, 50)
    assert [str(f) for f in told.value.findings] == [
        "improvements.csv, row 4, column 'must': CLOUD must be done. Let go of it, or of another.",
        "limits.csv, row 2, column 'amount': Ceiling: no more than 0.02 million a year. Raise it, "
        "or let go of another.",
    ]


def test_a_payer_is_limited_by_year(small: Case, plan: Plan) -> None:
    """SCAN is paid by donors alone: without donors' money in 2025 and 2026 it cannot start."""
    none = limit("money", 0.0, 2025, 2026, payer="donors")
    case = replace(small, limits=(none,)).with_settings(budget=GENEROUS, target=None)
    found = schedule_of(plan(case, 100))
    assert found.done == ("CLOUD",)


def test_the_gain_of_every_start_falls_with_the_years_it_lasts(study: Any) -> None:
    choice, spending = Choice.of(study.sample), spend_by_year(study.sample)
    table = timetable_of(choice, spending, 110_000.0)
    assert table.open.tolist() == [[True, True, False], [False, True, True], [True, False, False]]
    assert table.gain[0, 0] == pytest.approx(choice.gain[0])
    assert (np.diff(np.where(table.open, table.gain, 0), axis=1)[0, 0]) < 0
    np.testing.assert_allclose(table.uses[0], np.repeat(choice.grid_asked[:, None], 3, axis=1))


# ----------------------------------------------------------------------------------- baseline


def baseline_of(study: Any) -> Baseline:
    assert isinstance(study.baseline, Baseline)
    return study.baseline


def test_what_is_promised(worked: Any, small: Case) -> None:
    """CLOUD: reach of ACA 120 + 8, speed 48 - 12, results of NET 2 + 0.1; reviews in 2026, 2027."""
    table = baseline_of(worked).to_frame()
    assert [k[1:] for k in table.index] == [("ACA", "reach"), ("ACA", "speed"), ("NET", "results")]
    assert table["today"].tolist() == [120, 48, 2]
    assert table["planned"].tolist() == pytest.approx([128, 36, 2.1])
    assert table["reviews"].tolist() == ["2026-12-31 2027-12-31"] * 3
    assert table["unit"].tolist() == ["members", "hours", "points of the panel"]
    assert "reviews from 2026-12-31 to 2027-12-31" in repr(baseline_of(worked))
    assert review_dates(small, 2025, 2026) == ("2026-12-31", "2027-12-31")
    assert review_dates(small, 2027, 2027) == ("2027-12-31",)


def test_a_step_of_a_chain_is_promised_as_a_factor(small: Case, study: Any, plan: Plan) -> None:
    case = small.with_settings(budget=GENEROUS, target=None)
    table = baseline_of(plan(case, 300)).to_frame().reset_index()
    row = table[(table["improvement"] == "LINK") & (table["indicator"] == "verified")].iloc[0]
    assert (row["unit"], row["today"]) == ("factor", 1)
    assert 1 < row["planned_low"] < row["planned"] < row["planned_high"] < 2.5


# ----------------------------------------------------------------------------------- tracking

HEAD = "measure,improvement,capability,indicator,year,value,source\n"


def told(tmp_path: Path, rows: str, head: str = HEAD) -> Path:
    path = tmp_path / "actuals.csv"
    path.write_text(head + rows, encoding="utf-8")
    return path


def test_plan_against_actual_worked_by_hand(
    worked: Any, small: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sampling, "Sampled", lambda seed, chunk, size: AtModes(size))
    rows = (
        "start,CLOUD,,,2025,,minutes\n"
        "start,SCAN,,,2025,,minutes\n"
        "spend,CLOUD,,,2026,40000,accounts\n"
        "level,,ACA,speed,2026,30,survey\n"
        "level,,ACA,reach,2026,128,survey\n"
        "level,,ACA,reach,2025,100,survey\n"
        "factor,,LAB,verified,2027,1,audit\n"
    )
    actuals = read_actuals(told(tmp_path, rows), small)
    found = track(worked.sample, schedule_of(worked), actuals, worked.provenance)
    table = found.to_frame()
    assert table["verdict"].tolist() == [
        AS_PLANNED, UNPLANNED, WORSE, BETTER, AS_PLANNED, WORSE, AS_PLANNED,
    ]  # fmt: skip
    assert table["plan"].tolist() == pytest.approx(
        [2025, np.nan, 0.1 / 3, 36, 128, 128, 1], nan_ok=True
    )
    assert table["actual"].tolist() == pytest.approx([2025, 2025, 0.04, 30, 128, 100, 1])
    assert table["difference"].tolist()[3] == pytest.approx(-6)
    assert repr(found) == (
        "<Tracking: 7 found: 3 as planned, 1 better, 2 worse, 1 not in the plan>"
    )


def test_the_plan_of_a_level_follows_delays_and_rising_effects(
    small: Case, tmp_path: Path, plan: Plan
) -> None:
    """SCAN from 2026 on, effect 2027 rising for a year: half of its change by the end of 2027."""
    only = tuple(
        replace(i, must=i.id == "SCAN", ramp_years=1 if i.id == "SCAN" else 0)
        for i in small.improvements
    )
    case = replace(small, improvements=only, limits=(limit("money", 0.0, 2025, 2025),))
    study = plan(case.with_settings(budget=100_000.0, target=None), 300)
    rows = "".join(f"level,,REG,speed,{year},20,survey\n" for year in (2026, 2027))
    actuals = read_actuals(told(tmp_path, rows + "factor,,REG,hit_rate,2027,1.2,audit\n"), case)
    table = track(study.sample, schedule_of(study), actuals, study.provenance).to_frame()
    draws = study.sample.first_draws(300)
    today = draws.of(next(s.level for s in case.scores if s.level.name == "scores/REG/speed"))
    by_name = {e.change.name: e.change for e in case.effects}
    change = draws.of(by_name["effects/SCAN/REG/speed"])
    factor = draws.of(by_name["effects/SCAN/REG/hit_rate"])
    assert table["plan"].tolist() == pytest.approx(
        [today.mean(), (today + change / 2).mean(), (1 + (factor - 1) / 2).mean()]
    )
    assert table["plan_low"].tolist()[1] == pytest.approx(
        np.percentile(today + change / 2, 10, method="inverted_cdf")
    )


SLIPS = (
    ("start,CLOUD,,,2025,7,m\n", "row 2, column 'value': a start is told by its year."),
    (
        "start,,,,2025,,m\n",
        "row 2, column 'improvement': a start of nothing.",
    ),
    ("start,CLOUD,ACA,,2025,,m\n", "row 2, column 'capability': a start has no capability."),
    ("start,CLOUT,,,2025,,m\n", "row 2, column 'improvement': 'CLOUT' is not known. Did you mean"),
    ("spend,CLOUD,,,2025,,m\n", "row 2, column 'value': the cell is empty. Say what was found."),
    ("spend,CLOUD,,,2025,-3,m\n", "row 2, column 'value': -3 is below 0. Raise it."),
    ("spend,CLOUD,,,2035,3,m\n", "row 2, column 'year': 2035 is outside 2025 to 2027."),
    ("level,,ACA,speeed,2025,3,m\n", "row 2, column 'indicator': 'speeed' is not known. Did you"),
    ("level,,ACA,,2025,3,m\n", "row 2, column 'indicator': a level of nothing."),
    ("level,,,speed,2025,3,m\n", "row 2, column 'capability': a level of nothing."),
    ("factor,,ACA,speed,2025,3,m\n", "row 2, column 'indicator': 'speed' is not known."),
    ("level,,ACA,speed,2025,3,\n", "row 2, column 'source': the cell is empty."),
    ("level,,ACA,speed,2025,3,m,x\n", "row 2: there are more cells than headings."),
    ("levl,,ACA,speed,2025,3,m\n", "row 2, column 'measure': 'levl' is not known. Did you mean"),
    ("", "row 2: there is no row yet."),
    ("start,CLOUD,,,2025,,m\n" * 2, "row 3, column 'measure': the same is told in row 2 already."),
)


@pytest.mark.parametrize(("rows", "words"), SLIPS, ids=lambda part: str(part)[:28])
def test_a_slip_in_the_actuals_is_told(small: Case, tmp_path: Path, rows: str, words: str) -> None:
    with pytest.raises(CaseError) as fault:
        read_actuals(told(tmp_path, rows), small)
    assert any(str(f).startswith(f"actuals.csv, {words}") for f in fault.value.findings)


def test_faults_of_the_actuals_are_told_all_at_once(small: Case, tmp_path: Path) -> None:
    with pytest.raises(CaseError) as fault:
        read_actuals(told(tmp_path, "levl,,ACA,speed,2025,x,m\nstart,CLOUT,,,2025,,m\n"), small)
    assert [(f.row, f.column) for f in fault.value.findings] == [
        (2, "measure"), (2, "value"), (3, "improvement"),
    ]  # fmt: skip
    for head, words in (
        (
            HEAD.replace("year", "yaer"),
            "column 'yaer': there is no such column.",
        ),
        (HEAD.replace("source", "source,source"), "column 'source': the column stands twice."),
    ):
        with pytest.raises(CaseError, match=words):
            read_actuals(told(tmp_path, "", head), small)
    with pytest.raises(CaseError, match="the file is missing"):
        read_actuals(tmp_path / "none.csv", small)
    (tmp_path / "latin.csv").write_bytes(HEAD.encode() + b"start,\xe9,,,2025,,m\n")
    with pytest.raises(CaseError, match="it cannot be read"):
        read_actuals(tmp_path / "latin.csv", small)


def test_the_dictionary_of_actuals() -> None:
    for column in actuals_dictionary().values():
        assert column.meaning[0].islower()
        assert column.kind not in {"number", "year"} or column.unit
