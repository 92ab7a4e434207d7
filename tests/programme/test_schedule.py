"""When improvements start, what comes when, and plan against actual: worked by hand."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from capworth.case.actuals import actuals_dictionary, read_actuals
from capworth.case.model import Case, Limit, Target
from capworth.errors import CaseError, InputError
from capworth.model import simulation as sampling
from capworth.model.costs import discount_factors
from capworth.model.draws import AtModes
from capworth.programme.calendar import spend_by_year
from capworth.programme.choice import Choice, ConflictError
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


def limit(kind: str, amount: float, *years: int, payer: str = "") -> Limit:
    first, last = years or (None, None)
    return Limit("L", "Ceiling", kind, amount, "board", payer, first, last)


def test_without_yearly_limits_everything_starts_as_stated(
    study: Any, small: Case, plan: Plan
) -> None:
    for budget in (110_000.0, GENEROUS):
        found = plan(small.with_settings(budget=budget, target=None), 100).programme
        assert found.late == ()
        table = found.to_frame()
        taken = table.loc[list(found.chosen)]
        stated = {i.id: i.start_year for i in small.improvements}
        assert taken["start"].to_dict() == {i: stated[i] for i in found.chosen}
        assert table["start"].isna().tolist() == [i not in found.chosen for i in table.index]
        assert taken["value"].tolist() == pytest.approx(taken["value_as_stated"].tolist())
        assert found.value[0] == pytest.approx(taken["value"].sum())
        assert found.p_years == 1


def test_money_and_effects_by_year_worked_by_hand(worked: Any, small: Case) -> None:
    """CLOUD: 100,000 spread over three years, as its line names none; in effect from 2025 on."""
    years = worked.programme.by_year()
    assert years.index.tolist() == [2025, 2026, 2027]
    assert years["spend_m"].tolist() == pytest.approx([0.1 / 3] * 3)
    assert years["value"].tolist() == pytest.approx([2.348401323] * 3)
    assert years["spend_room_m"].tolist() == [np.inf] * 3
    spending = spend_by_year(worked.sample)
    scan = spending.raised()[small.improvement_ids.index("SCAN")]
    assert scan.tolist() == pytest.approx([42_500.0] * 2 + [0.0])
    assert (spending.of_payer("members")[0] > 0).tolist() == [True, False, False]
    assert spending.raised().sum(axis=1) == pytest.approx(worked.sample.drawn.asked.mean(axis=0))


def test_what_the_budget_holds_is_what_its_payers_pay(small: Case, plan: Plan) -> None:
    """The members' 4,000 of SCAN are beside the budget, or in it where the case says so."""
    case = small.with_settings(budget=85_000.0)
    alone = plan(case, 3, modes=True).programme
    assert alone.chosen == ("SCAN",)
    assert alone.by_year()["spend_m"].tolist() == pytest.approx([0.0425, 0.0425, 0])
    assert alone.payers_m == pytest.approx({"organisation": 0, "donors": 0.085, "members": 0.004})
    every = case.with_settings(budget_payers=("organisation", "donors", "members"))
    assert plan(every, 3, modes=True).programme.chosen == ()
    found = plan(every.with_settings(budget=89_000.0), 3, modes=True).programme
    assert found.chosen == ("SCAN",)
    assert found.asked_m == pytest.approx(0.089)
    assert found.payers_m == pytest.approx({"organisation": 0, "donors": 0.085, "members": 0.004})
    assert found.by_year()["spend_m"].tolist() == pytest.approx([0.0465, 0.0425, 0])


def test_a_late_start_adds_less_by_its_years_of_effect(small: Case, plan: Plan) -> None:
    """SCAN alone, no money in 2025: it starts in 2026, its effect comes in 2027."""
    only = tuple(replace(i, must=i.id == "SCAN", staff=2.0) for i in small.improvements)
    case = replace(small, improvements=only, limits=(limit("money", 0.0, 2025, 2025),))
    case = case.with_settings(budget=120_000.0, target=None)
    found = plan(case, 200).programme
    years = found.by_year()
    assert years["posts"].tolist() == [0, 2, 0]
    row = found.to_frame().loc["SCAN"]
    assert (row["start"], row["delay"], row["effect"], row["full_effect"]) == (2026, 1, 2027, 2027)
    discount = discount_factors(case)
    share = discount[2] / (discount[1] + discount[2])
    assert row["value"] == pytest.approx(row["value_as_stated"] * share)
    assert found.gain[0] == found.value[0] == pytest.approx(row["value"])
    assert years["spend_m"].to_dict()[2025] == 0
    assert years["spend_m"].sum() == pytest.approx(row["asked_m"], rel=1e-6)
    assert years["value"].tolist()[:2] == [0, 0]
    assert (found.late, found.p_years) == (("SCAN",), 1)
    assert found.good_sets()["late"].tolist() == ["SCAN:2026"]


def test_a_target_is_met_by_what_is_added_as_members_start(small: Case, plan: Plan) -> None:
    """At the modes, SCAN adds half of what it would as stated, or less: it starts a year late."""
    only = tuple(replace(i, must=i.id == "SCAN") for i in small.improvements)
    case = replace(small, improvements=only, limits=(limit("money", 0.0, 2025, 2025),))
    case = case.with_settings(budget=100_000.0, target=None)
    row = plan(case, 3, modes=True).programme.to_frame().loc["SCAN"]
    between = (row["value"] + row["value_as_stated"]) / 2
    amounts = {"LESS": 0.99 * row["value"], "BETWEEN": between}
    targets = tuple(Target(i, i, "distance", amount, "board") for i, amount in amounts.items())
    found = plan(replace(case, targets=targets), 3, modes=True).programme
    assert found.targets()["met"].to_dict() == {"LESS": 1, "BETWEEN": 0, "all": 0}


def test_what_is_late_costs_and_earns_less_in_the_appraisal(small: Case, plan: Plan) -> None:
    """At the modes, a year late: builds a1 and a2, runs and hits only in 2027."""
    only = tuple(replace(i, must=i.id == "SCAN") for i in small.improvements)
    case = replace(small, improvements=only, limits=(limit("money", 0.0, 2025, 2025),))
    found = plan(case.with_settings(budget=100_000.0), 3, modes=True).programme
    a1, a2 = discount_factors(case)[1:]
    assert found.cost_m[0] == pytest.approx((42_500 * (a1 + a2) + 10_000 * a2 + 4_000 * a1) / 1e6)
    assert found.money_m[0] == pytest.approx(16_000 * a2 / 1e6)
    assert found.net_m[0] == pytest.approx(found.money_m[0] - found.cost_m[0])
    assert found.harm_days[0] == pytest.approx(30 * a2 / discount_factors(case).sum())


def test_an_effect_that_rises_is_worth_less_and_is_seen_by_year(small: Case, plan: Plan) -> None:
    ramped = tuple(replace(i, ramp_years=1 if i.id == "CLOUD" else 0) for i in small.improvements)
    case = replace(small, improvements=ramped).with_settings(budget=GENEROUS, target=None)
    at_once = plan(small.with_settings(budget=GENEROUS, target=None), 100)
    slowly = plan(case, 100)
    k = case.improvement_ids.index("CLOUD")
    discount = discount_factors(case)
    share = (discount @ [0.5, 1, 1]) / discount.sum()
    np.testing.assert_allclose(
        slowly.sample.drawn.gains.distance[:, k],
        at_once.sample.drawn.gains.distance[:, k] * share,
    )
    only = replace(case, improvements=tuple(replace(i, must=i.id == "CLOUD") for i in ramped))
    found = plan(only, 100).programme
    years = found.by_year()["value"]
    assert years.tolist() == pytest.approx([years[2026] / 2, years[2026], years[2026]])
    assert years.to_numpy() @ discount / discount.sum() == pytest.approx(found.value[0])
    table = found.to_frame()
    assert (table["effect"]["CLOUD"], table["full_effect"]["CLOUD"]) == (2025, 2026)


def test_posts_bind(small: Case, plan: Plan) -> None:
    """SCAN takes three posts in 2025, LINK two in 2026; with two posts only CLOUD is left."""
    staffed = tuple(
        replace(i, staff={"SCAN": 3.0, "LINK": 2.0, "CLOUD": 0.0}[i.id]) for i in small.improvements
    )
    case = replace(small, improvements=staffed).with_settings(budget=GENEROUS, target=None)
    free = plan(replace(case, limits=(limit("staff", 3.0),)), 200).programme
    assert free.chosen == ("SCAN", "LINK")
    assert free.by_year()["posts"].tolist() == [3, 2, 0]
    assert free.by_year()["posts_room"].tolist() == [3, 3, 3]
    tight = plan(replace(case, limits=(limit("staff", 2.0),)), 200).programme
    assert tight.chosen == ("CLOUD",)
    assert tight.why_not()["reason"].to_dict() == {"SCAN": "years", "LINK": "years"}


def test_what_requires_another_takes_effect_no_earlier_or_starts_after_its_lag(
    small: Case, plan: Plan
) -> None:
    """No money in 2025 moves SCAN by a year; LINK need not wait, but with a lag of 1 it must."""
    forced = tuple(replace(i, must=i.id in {"SCAN", "LINK"}) for i in small.improvements)
    case = replace(small, improvements=forced, limits=(limit("money", 0.0, 2025, 2025),))
    case = case.with_settings(budget=GENEROUS, target=None)
    free = plan(case, 100).programme.to_frame()
    assert free["start"].to_dict()["LINK"] == 2026
    lagged = tuple(replace(r, lag=1) if r.relation == "requires" else r for r in case.relations)
    after = plan(replace(case, relations=lagged), 100).programme.to_frame()
    assert after["start"].to_dict() == pytest.approx(
        {"SCAN": 2026, "LINK": 2027, "CLOUD": np.nan}, nan_ok=True
    )
    # LINK is in effect a year after its start, SCAN too: LINK may not be there before SCAN
    quick = tuple(replace(i, effect_year=2026) if i.id == "LINK" else i for i in forced)
    waits = plan(replace(case, improvements=quick), 100).programme.to_frame()
    assert waits["effect"].to_dict()["LINK"] >= waits["effect"].to_dict()["SCAN"]


def test_limits_that_leave_no_start_are_named_with_the_least_that_would_do(
    small: Case, plan: Plan
) -> None:
    """CLOUD must be done and spends a third of 100,000 a year; with 20,000 a year it cannot."""
    forced = tuple(replace(i, must=i.id == "CLOUD") for i in small.improvements)
    ceiling = limit("money_a_year", 20_000.0)
    case = replace(small, improvements=forced, limits=(ceiling,)).with_settings(
        budget=GENEROUS, target=None
    )
    with pytest.raises(ConflictError) as told:
        plan(case, 50)
    must, year = map(str, told.value.findings)
    assert must.startswith("improvements.csv, row 4, column 'must': CLOUD must be done.")
    assert year.startswith("limits.csv, column 'amount'")
    least = float(year.partition("Raise it to ")[2].partition(",")[0])
    assert 20_000 < least < 60_000
    enough = plan(replace(case, limits=(limit("money_a_year", 60_000.0),)), 50).programme
    assert enough.feasible


def test_a_year_keeps_its_limit_as_surely_as_the_budget(small: Case, plan: Plan) -> None:
    """SCAN spends half its money in 2025: the limit is what is enough in 80 % of the draws."""
    case = replace(
        small,
        improvements=small.improvements[:1],
        effects=tuple(e for e in small.effects if e.improvement == "SCAN"),
        costs=tuple(c for c in small.costs if c.improvement in ("", "SCAN")),
        relations=(),
        funding=(),
    ).with_settings(budget=GENEROUS, target=None)
    half = np.sort(plan(case, 100).sample.drawn.asked[:, 0] / 2)
    for amount, delay in ((half[79], 0), (half[78], 1)):
        ceiling = limit("money", float(amount), 2025, 2025)
        found = plan(replace(case, limits=(ceiling,)), 100).programme
        assert found.to_frame()["delay"].to_dict()["SCAN"] == delay, amount
        within = 1.0 if delay else (half <= amount).mean()
        assert found.p_years == pytest.approx(within)
        assert found.p_years >= 0.8


def test_a_payer_is_limited_by_year(small: Case, plan: Plan) -> None:
    """SCAN is paid by donors alone: without donors' money in 2025 and 2026 it cannot start."""
    none = limit("money", 0.0, 2025, 2026, payer="donors")
    case = replace(small, limits=(none,)).with_settings(budget=GENEROUS, target=None)
    assert plan(case, 100).programme.chosen == ("CLOUD",)


def test_the_gain_of_every_start_falls_with_the_years_it_lasts(study: Any) -> None:
    """SCAN may wait a year, LINK two (its last money is in 2026 of three), CLOUD not at all."""
    choice = Choice.of(study.sample)
    plan = choice.plan
    opens = np.isfinite(plan.worth)
    assert opens.tolist() == [[True, True, False], [True, True, False], [True, False, False]]
    np.testing.assert_allclose(plan.worth[:, 0], choice.gain)
    factors = discount_factors(study.case)
    share = factors[2] / factors[1:].sum()
    assert plan.worth[0, 1] == pytest.approx(choice.gain[0] * share)
    assert plan.worth[1, 1] == 0


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
    found = track(worked.sample, worked.programme, actuals, worked.provenance)
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
    study = plan(case.with_settings(budget=120_000.0, target=None), 300)
    rows = "".join(f"level,,REG,speed,{year},20,survey\n" for year in (2026, 2027))
    actuals = read_actuals(told(tmp_path, rows + "factor,,REG,hit_rate,2027,1.2,audit\n"), case)
    table = track(study.sample, study.programme, actuals, study.provenance).to_frame()
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
    ("spend,SCAN,,,2025,2.000,m\n", "row 2, column 'value': '2.000' may be 2 or 2000. Write 2 or"),
    ("spend,SCAN,,,2025,0.05,m\n", "row 2, column 'value': 0.05 is next to nothing of what is"),
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
    with pytest.raises(CaseError, match=r"1 to mend:\n.*the cells are parted by semicolons"):
        read_actuals(told(tmp_path, "", HEAD.replace(",", ";")), small)
    with pytest.raises(InputError, match=r"none\.csv: there is no such file\. Name one that"):
        read_actuals(tmp_path / "none.csv", small)
    (tmp_path / "latin.csv").write_bytes(HEAD.encode() + b"start,\xe9,,,2025,,m\n")
    with pytest.raises(InputError, match=r"latin\.csv, row 2: the text is not UTF-8\. Save it as"):
        read_actuals(tmp_path / "latin.csv", small)
    with pytest.raises(CaseError, match="the quotes do not match"):
        read_actuals(told(tmp_path, 'start,"CLOUD,,,2025,,m\n'), small)


def test_the_dictionary_of_actuals() -> None:
    for column in actuals_dictionary().values():
        assert column.meaning[0].islower()
        assert column.kind not in {"number", "year"} or column.unit
