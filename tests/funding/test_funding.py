"""The money map, the price of earmarks and the next euro: by hand, and by every set."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest

from capworth.case.model import Case, Estimate, Pledge, Relation
from capworth.case.read import read_case
from capworth.errors import CaseError
from capworth.funding.earmarks import (
    ALL,
    BUDGET,
    PLEDGED,
    TIMING,
    Earmarks,
    price_earmarks,
)
from capworth.funding.plan import Funding
from capworth.funding.pledges import CHANCES, MoneyMap, chance_of, map_money, what_comes
from capworth.methods.portfolio.frontier import feasible_sets
from capworth.model.result import Provenance
from capworth.model.simulation import Model, draw_sample
from capworth.programme.choice import Choice, _choice, relations_of
from capworth.study.stages import Study, run_study
from capworth.study.tables import tables_of

GOLDEN: Mapping[str, Any] = tomllib.loads(
    (Path(__file__).parents[1] / "golden/funding.toml").read_text("utf-8")
)
KNOWN = GOLDEN["small"]
PAID = ["pledged_m"]  # what of the money may pay for a package
AtModes: TypeAlias = Callable[[Case], Study]


def funding_of(study: Study) -> Funding:
    return study.funding


def earmarks_of(study: Study) -> Earmarks:
    found = funding_of(study).earmarks
    assert found is not None
    return found


def pledge(name: str, amount: float, year: int, **more: Any) -> Pledge:
    """A pledge of a certain amount that comes for certain, unless told otherwise."""
    chance = more.pop("chance", 1.0)
    sure = Estimate(f"funding/{name}", amount, amount, amount, "EUR", "A", "LEDGER", "", 2)
    comes = Estimate(f"funding/{name}/chance", chance, chance, chance, "share", "D", "", "", 2)
    return Pledge(name, name, "voluntary", year, "EUR", 2024, sure, chance=comes, **more)


def mapped(study: Study, *pledges: Pledge, budget: float = 4.0, target: float | None = 10.0) -> Any:
    sample = replace(study.sample, model=Model(replace(study.case, funding=pledges)), draws=10_000)
    return map_money(sample, budget, target, study.provenance)


# ---------------------------------------------------------------- the money map


def test_the_map_worked_by_hand(study: Study) -> None:
    known = GOLDEN["map"][0]
    found: MoneyMap = mapped(
        study, pledge("SURE", 2e6, 2020), pledge("HOPE", 3e6, 2021, years=3, chance=0.25)
    )
    within = 0.06  # three and a half standard errors of 10,000 draws
    assert found.money_m[0] == pytest.approx(known["money"], abs=within)
    assert found.gap_m is not None
    assert found.gap_m[0] == pytest.approx(known["gap"], abs=within)
    assert found.budget_gap_m[0] == pytest.approx(known["budget_gap"], abs=within)
    assert found.p_budget == pytest.approx(known["p_budget"], abs=0.016)
    assert found.p_target == known["p_target"]
    assert found.money_m[1:] == (2.0, 5.0)
    assert found.stated_m == 5.0
    stated = found.by_year().sum(axis=1)
    assert {str(year): amount for year, amount in stated.items()} == known["years"]
    hope = found.to_frame().loc["HOPE"]
    assert hope["expected_m"].sum() == pytest.approx(0.75, abs=within)
    assert set(hope["high_m"]) == {1.0}, "all parts of a pledge come or none"
    assert repr(found).startswith("<MoneyMap: 5.0 million pledged, 2.7 (2.0 to 5.0) expected")


def test_pledges_come_whole_or_not_at_all_and_each_by_itself(study: Study) -> None:
    case = replace(
        study.case,
        funding=(pledge("A", 1e6, 2025, chance=0.5), pledge("B", 2e6, 2025, chance=0.5)),
    )
    come = what_comes(case, 10_000)
    assert set(np.unique(come[:, 0])) == {0.0, 1e6}
    assert abs(np.corrcoef(come[:, 0], come[:, 1]).item(1)) < 0.04
    again = what_comes(replace(case, funding=case.funding[1:]), 10_000)
    assert (again[:, 0] == come[:, 1]).all(), "another pledge moves no number"


def test_a_pledge_without_a_probability_follows_its_grade(small: Case) -> None:
    lottery, isle = small.funding
    for one in (lottery, isle):
        found = chance_of(one)
        assert (found.low, found.mode, found.high) == CHANCES[one.amount.grade]
        assert found.grade == "E", "judged, whatever the grade of the amount"
    stated = replace(lottery, chance=replace(chance_of(lottery), mode=0.3))
    assert chance_of(stated).mode == 0.3
    income = chance_of(replace(lottery, use="organisation"))
    assert (income.low, income.high) == (1.0, 1.0), "income is taken as published"
    order = [CHANCES[grade][1] for grade in "ABCDE"]
    assert order == sorted(order, reverse=True)


@pytest.mark.long
def test_income_of_the_organisation_is_shown_and_never_counted(small: Case) -> None:
    """Gifts and income move neither costs nor values nor the programme: they are transfers."""
    income = replace(pledge("DUES", 9e9, 2020), kind="statutory", use="organisation")
    with_it = run_study(replace(small, funding=(*small.funding, income)), draws=50)
    without = run_study(small, draws=50)
    found = funding_of(with_it).money
    assert found.money_m == funding_of(without).money.money_m
    assert found.gap_m == funding_of(without).money.gap_m
    assert "DUES" not in funding_of(with_it).pledges().index
    assert found.by_year("organisation")["statutory"].to_dict() == {2020: 9000.0}
    nothing = run_study(replace(small, funding=()), draws=50)
    for name in ("capabilities", "priorities", "programme", "donor_menu", "budget_frontier"):
        ours, theirs = (
            tables_of(answers)[name].drop(columns=PAID, errors="ignore")
            for answers in (with_it, nothing)
        )
        assert ours.equals(theirs), name


def test_the_map_of_a_case_without_a_target(study: Study) -> None:
    found: MoneyMap = mapped(study, pledge("A", 7e6, 2025), target=None)
    assert (found.gap_m, found.p_target) == (None, None)
    assert found.budget_gap_m == (0.0, 0.0, 0.0)
    assert found.p_budget == 1.0
    assert mapped(study).is_empty


# ---------------------------------------------------------------- earmarks


def test_the_price_of_an_earmark_worked_by_hand(worked: Study) -> None:
    found = earmarks_of(worked)
    table = found.to_frame().T
    for label in (ALL, "ISLE"):
        row = table[BUDGET, label]
        assert row["without"] == pytest.approx(KNOWN["free"])
        assert row["under"] == pytest.approx(KNOWN["under"])
        assert row["price"] == pytest.approx(KNOWN["price"], abs=1e-8)
        assert row["amount_m"] == pytest.approx(0.03)
        assert row["price_low"] == row["price_high"] == pytest.approx(KNOWN["price"], abs=1e-8)
        assert row["p_costs"] == 1.0
        assert table[PLEDGED, label]["price"] == 0, "the pledges alone buy nothing"
    assert table[BUDGET, TIMING]["price"] == pytest.approx(0, abs=1e-9)
    assert found.mismatch() == pytest.approx(KNOWN["price"], abs=1e-8)
    funds = found.funds()
    assert funds.loc[BUDGET]["one_more"].tolist() == pytest.approx([KNOWN["one_more"]] * 3)
    assert funds.loc[BUDGET]["amount_m"].to_dict() == pytest.approx(
        {"raise": 0.05, "LOTTERY": 0.03, "ISLE": 0.03}
    )
    paid = found.payments()["paid_m"].groupby(level="improvement").sum()
    assert paid.to_dict() == pytest.approx({"SCAN": 0.085})
    raised = found.curve().set_index("chosen")["raised_m"].to_dict()
    assert raised == pytest.approx({"": 0.0} | KNOWN["raised"])
    assert repr(found).startswith("<Earmarks: all together cost 0.054 % of the distance within")


def test_money_that_comes_after_the_bills_waits_for_later_starts(
    worked: Study, at_modes: AtModes
) -> None:
    """SCAN is paid in 2025 and 2026, what the isle pledges comes in 2027: it starts a year later.

    By hand: of its two years of effect, 2026 and 2027, the later one is left, 1 of 1 + 1.05.
    """
    late = tuple(replace(p, year=2027 if p.id == "ISLE" else p.year) for p in worked.case.funding)
    found = earmarks_of(at_modes(replace(worked.case, funding=late)))
    row = found.to_frame().T[BUDGET, TIMING]
    assert row["without"] == pytest.approx(KNOWN["under"])
    assert row["under"] == pytest.approx(KNOWN["under"] / 2.05)
    years = found.by_year().T
    assert years[BUDGET, "ISLE", 2027]["worth"] == 0
    assert years[BUDGET, "ISLE", 2025]["worth"] > 0
    assert years[BUDGET, "ISLE", 2027]["income_m"] == pytest.approx(0.03)
    assert found.funds().T[BUDGET, "ISLE"]["unspent_m"] == pytest.approx(0)
    assert found.payments()["paid_m"].to_dict() == {
        ("ISLE", "SCAN"): pytest.approx(0.03),
        ("LOTTERY", "SCAN"): pytest.approx(0.03),
        ("raise", "SCAN"): pytest.approx(0.025),
    }


CONFIDENCE = 0.8


def best_of_all(study: Study, groups: Mapping[float, tuple[str, ...]], budget: float) -> list[str]:
    """Try every allowed set: each group of bills, and all, within its money as surely as asked.

    Every group with its share of the contingency, all of them together in as many draws, and the
    sum of all bills as the budget.
    """
    drawn, ids = study.sample.drawn, study.case.improvement_ids
    best, found = -np.inf, list[str]()
    allowed: tuple[list[str], ...] = ([], ["SCAN"], ["SCAN", "LINK"], ["CLOUD"])
    for taken in allowed:
        mine = np.isin(ids, taken)
        total = drawn.asked[:, mine].sum(axis=1) / 1e6
        at = np.sort(total)[int(np.ceil(CONFIDENCE * len(total))) - 1]
        scale = max(1.0, at / total.mean()) if taken else 1.0
        kept = np.ones(len(total), dtype=bool)
        planned = True
        for held, names in groups.items():
            bill = drawn.asked[:, mine & np.isin(ids, names)].sum(axis=1) / 1e6
            kept &= bill <= held
            planned &= bool(bill.mean() * scale <= held)
        value = drawn.gains.distance[:, mine].mean(axis=0).sum()
        fits = max(at, total.mean()) <= budget and kept.mean() >= CONFIDENCE and planned
        if fits and value > best:
            best, found = value, taken
    return found


def held_against(study: Study, row: Any, free: list[str], under: list[str]) -> None:
    """Price, range of the ratio by draw, and chance of one earmark, from two sets."""
    drawn, ids = study.sample.drawn, study.case.improvement_ids
    lost = drawn.gains.distance @ (np.isin(ids, free) * 1.0 - np.isin(ids, under))
    ratio = lost * study.sample.model.extents.distance / drawn.distance
    assert row["price"] == pytest.approx(lost.mean(), abs=1e-12)
    assert row["price"] == pytest.approx(row["without"] - row["under"], abs=1e-12)
    ends = np.percentile(ratio, (10, 90), method="inverted_cdf")
    assert (row["price_low"], row["price_high"]) == pytest.approx(tuple(ends), abs=1e-12)
    assert row["p_costs"] == (lost > 1e-9).mean()


@pytest.mark.parametrize("budget", [0.11, 0.13, 0.145, 0.16, 0.2])
def test_prices_by_trying_all(study: Study, budget: float) -> None:
    """One can be paid if what is not the isle's affair is paid by the rest."""
    found = price_earmarks(study.sample, budget, study.provenance)
    assert found is not None
    for scope, free in ((BUDGET, budget - 0.03), (PLEDGED, 0.03)):
        lifted = best_of_all(study, {}, free + 0.03)
        under = best_of_all(study, {free: ("CLOUD",)}, free + 0.03)
        held_against(study, found.to_frame().T[scope, ALL], lifted, under)


def test_an_earmark_may_cost_the_confidence_alone(study: Study) -> None:
    """CLOUD is within the budget in enough draws, and within what may pay for it on average."""
    asked = study.sample.drawn.asked[:, study.case.improvement_ids.index("CLOUD")] / 1e6
    at = np.sort(asked)[int(np.ceil(CONFIDENCE * len(asked))) - 1]
    budget = float((at + asked.mean()) / 2 + 0.03)
    assert asked.mean() < budget - 0.03 < at < budget
    lifted = best_of_all(study, {}, budget)
    under = best_of_all(study, {budget - 0.03: ("CLOUD",)}, budget)
    found = price_earmarks(study.sample, budget, study.provenance)
    assert found is not None
    assert "CLOUD" not in under
    held_against(study, found.to_frame().T[BUDGET, ALL], lifted, under)


def test_each_earmark_has_its_own_price(study: Study) -> None:
    """The isle gives for SCAN and LINK, the bay for CLOUD; lifted one at a time, all sets tried."""
    bay = replace(study.case.funding[1], id="BAY", earmark=("CLOUD",))
    case = replace(study.case, funding=(*study.case.funding, bay))
    other = run_study(case.with_settings(budget=0.155e6), draws=200)
    table = earmarks_of(other).to_frame().T
    scan, cloud = ("SCAN", "LINK"), ("CLOUD",)
    under = best_of_all(other, {0.125: scan, 0.125 + 1e-12: cloud}, 0.155)
    for label, groups in (
        ("ISLE", {0.125: scan}),
        ("BAY", {0.125: cloud}),
        (ALL, {}),
    ):
        lifted = best_of_all(other, groups, 0.155)
        held_against(other, table[BUDGET, label], lifted, under)


def test_pairs_that_add_together_are_counted(small: Case) -> None:
    """A synergy of SCAN and LINK: in the package, on the curve and in what earmarks cost."""
    bonus = Estimate("relations/LINK/synergy/SCAN", 0.4, 0.5, 0.6, "share", "D", "", "judged", 5)
    both = Relation("LINK", "synergy", "SCAN", basis="judged", bonus=bonus)
    study = run_study(replace(small, relations=(*small.relations, both)), draws=100)
    drawn, shares = study.sample.drawn, study.sample.of(bonus)
    pair = drawn.gains.distance[:, :2]
    whole = pair.sum(axis=1) + shares * np.maximum(pair.min(axis=1), 0)
    row = funding_of(study).menu.to_frame().T["LINK"]
    assert row["gain"] == pytest.approx(whole.mean())
    ratio = whole * study.sample.model.extents.distance / drawn.distance
    assert (row["gain_low"], row["gain_high"]) == pytest.approx(
        tuple(np.percentile(ratio, (10, 90), method="inverted_cdf"))
    )
    curve = funding_of(study).curve().set_index("chosen").T["SCAN LINK"]
    assert curve["gain"] == pytest.approx(whole.mean())
    assert curve["gain_low"] == pytest.approx(np.percentile(ratio, 10, method="inverted_cdf"))
    payable = earmarks_of(study).curve().set_index("chosen").T["SCAN LINK"]
    assert payable["gain"] == pytest.approx(whole.mean())


def test_no_earmark_no_price(small: Case) -> None:
    free = tuple(replace(p, earmark=(), kind="voluntary") for p in small.funding)
    found = funding_of(run_study(replace(small, funding=free), draws=30))
    assert found.earmarks is None
    assert (found.curve()["earmark_loss"] == 0).all()
    assert "earmark_prices" not in tables_of(run_study(replace(small, funding=free), draws=30))


def test_pledges_with_one_earmark_are_one_fund(small: Case) -> None:
    twin = replace(small.funding[1], id="BAY", earmark=("LINK", "SCAN"))
    found = earmarks_of(run_study(replace(small, funding=(*small.funding, twin)), draws=30))
    assert found.funds().loc[BUDGET].index.tolist() == ["raise", "LOTTERY", "BAY + ISLE"]
    assert found.funds().T[BUDGET, "BAY + ISLE"]["amount_m"] == pytest.approx(0.06)


def test_what_must_be_done_and_cannot_be_paid(small: Case) -> None:
    """CLOUD must be done: the budget would do, but 0.03 of it is for SCAN and LINK."""
    must = tuple(replace(i, must=i.id == "CLOUD") for i in small.improvements)
    sample = draw_sample(replace(small, improvements=must), 30)
    cloud = sample.drawn.asked[:, sample.case.improvement_ids.index("CLOUD")] / 1e6
    budget = float(np.sort(cloud)[23]) + 0.01  # what 80 % of the draws need, and a third of a gift
    found = price_earmarks(sample, budget, Provenance.of(small, 30))
    assert found is not None
    row = found.to_frame().T[BUDGET, ALL]
    assert np.isnan(row["under"])
    assert np.isnan(row["price"])
    assert np.isfinite(row["without"])
    assert found.payments().empty


def test_too_many_sets_to_list_are_sought_as_the_money_may_pay(
    worked: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The best set for the budget alone, CLOUD, has no neighbour that can be paid but nothing."""
    listed = earmarks_of(worked)
    monkeypatch.setattr(Choice, "listed", None)
    _choice.cache_clear()
    found = price_earmarks(worked.sample, 0.11, worked.provenance)
    _choice.cache_clear()
    assert found is not None
    columns = ["without", "under", "price"]
    np.testing.assert_allclose(found.to_frame()[columns], listed.to_frame()[columns], atol=1e-9)


def test_the_curve_under_earmarks_by_trying_all(study: Study) -> None:
    """Free money beyond the pledges: what SCAN and LINK cost beyond both, CLOUD beyond the free."""
    found = earmarks_of(study).curve()
    drawn = study.sample.drawn
    asked, gain = drawn.asked / 1e6, drawn.gains.distance.mean(axis=0)
    place = int(np.ceil(CONFIDENCE * len(asked))) - 1
    points, free = [], []
    for row in feasible_sets(relations_of(study.case)):
        mine, isle = asked @ row, asked[:, :2] @ row[:2]
        need = np.maximum(np.maximum(mine - 0.06, mine - isle - 0.03), 0.0)
        mean = max(mine.mean() - 0.06, (mine - isle).mean() - 0.03)
        points.append((max(np.sort(need)[place], mean), float(gain @ row)))
        free.append((max(np.sort(mine)[place], mine.mean()), float(gain @ row)))
    steps = found.to_dict("records")
    assert len(steps) > 2
    for step in steps:
        at = step["raised_m"]
        assert at == pytest.approx(
            min(need for need, value in points if value >= step["gain"] - 1e-9)
        )
        assert step["gain"] == pytest.approx(max(v for need, v in points if need <= at + 1e-9))
        assert step["total_m"] == pytest.approx(at + 0.06)
        best = max(v for need, v in free if need <= step["total_m"] + 1e-9)
        assert step["loss"] == pytest.approx(best - step["gain"], abs=1e-9)
    assert found["gain"].is_monotonic_increasing
    frontier = funding_of(study).curve()
    assert (frontier["gain"] >= 0).all()


# ---------------------------------------------------------------- the next euro


def test_the_next_euro_over_the_draws(small: Case) -> None:
    """From the best set that 80 % of the draws can pay for to that of so many millions more."""
    study = run_study(small.with_settings(budget=115_000.0))
    steps, drawn, ids = (
        funding_of(study).next_euro(),
        study.sample.drawn,
        study.case.improvement_ids,
    )
    allowed = feasible_sets(relations_of(study.case))
    needed = np.sort(drawn.asked @ allowed.T, axis=0)[int(0.8 * 400) - 1]
    gains = drawn.gains.distance @ allowed.T

    def at(budget: float) -> int:
        return int(np.where(needed <= budget, gains.mean(axis=0), -np.inf).argmax())

    now = at(115_000)
    assert steps.index.tolist() == [1, 5, 10]
    for extra, row in zip(steps.index, steps.to_dict("records"), strict=True):
        then = at(115_000 + extra * 1e6)
        assert then != now
        more = gains[:, then] - gains[:, now]
        assert row["p_gain"] == pytest.approx((more > 0).mean())
        ratio = more * study.sample.model.extents.distance / drawn.distance
        ends = np.percentile(ratio, (10, 90), method="inverted_cdf")
        assert (row["gain_low"], row["gain_high"]) == pytest.approx(tuple(ends))
        assert row["gain"] == pytest.approx(more.mean())
        assert row["spent_m"] == pytest.approx((needed[then] - needed[now]) / 1e6)
        for name, change in (("added", (now, then)), ("dropped", (then, now))):
            without, within = (allowed[k] for k in change)
            assert row[name].split() == sorted(np.array(ids)[within & ~without].tolist())


def test_more_money_that_buys_nothing_more(small: Case) -> None:
    found = funding_of(run_study(small.with_settings(budget=1e6, target=None), draws=30))
    steps = found.next_euro()
    assert steps["p_gain"].tolist() == [0, 0, 0]
    assert steps["gain"].tolist() == [0, 0, 0]
    assert steps["added"].tolist() == ["", "", ""]


# ---------------------------------------------------------------- faults of a case

SLIPS = [
    ("ISLE,Isle of Pounds,Île des Livres,earmarked,2026,,,10000,20000,20000,GBP,2020,SCAN LINK,,,",
     "ISLE,Isle of Pounds,Île des Livres,earmarked,2026,,,10000,20000,20000,GBP,2020,,,,",
     "row 3, column 'earmark': earmarked money that names no improvement"),
    ("LOTTERY,Lottery,Loterie,voluntary,2025,", "LOTTERY,Lottery,Loterie,voluntary,2025,9",
     "row 2, column 'years': money still comes in 2033, after the last year of the appraisal"),
    ("EUR,2024,,,,,D", "EUR,2024,,,0.5,,D", "row 2, column 'chance': the probability is half"),
    ("EUR,2024,,,,,D", "EUR,2024,,0.5,0.4,0.9,D", "column 'chance': 0.4 is not between 0.5 and"),
    ("EUR,2024,,,,,D", "EUR,2024,,0.5,0.9,1.2,D", "column 'chance_high': 1.2 is above 1"),
    ("voluntary,2025,,,", "voluntary,2025,,charity,", "column 'use': 'charity' is not known"),
]  # fmt: skip
COLUMNS = (
    "id,name,name_fr,kind,year,years,use,low,mode,high,currency,price_year,earmark,"
    "chance_low,chance,chance_high,grade,source,basis"
)
ROWS = (
    "LOTTERY,Lottery,Loterie,voluntary,2025,,,20000,30000,50000,EUR,2024,,,,,D,,letter of intent",
    "ISLE,Isle of Pounds,Île des Livres,earmarked,2026,,,10000,20000,20000,GBP,2020,SCAN LINK,,,,"
    "B,LEDGER,",
)


@pytest.mark.parametrize(("good", "bad", "told"), SLIPS, ids=lambda part: str(part)[-20:])
def test_a_slip_in_the_funding_table(folder: Path, good: str, bad: str, told: str) -> None:
    text = "\n".join((COLUMNS, *ROWS)) + "\n"
    (folder / "funding.csv").write_text(text, encoding="utf-8")
    assert len(read_case(folder).funding) == len(ROWS)
    assert good in text
    (folder / "funding.csv").write_text(text.replace(good, bad), encoding="utf-8")
    with pytest.raises(CaseError) as caught:
        read_case(folder)
    assert told in str(caught.value)


def test_a_pledge_with_all_its_columns(folder: Path) -> None:
    row = ROWS[0].replace("2025,,,", "2025,2,programme,").replace(",,,,,D", ",,0.2,0.4,0.9,D")
    (folder / "funding.csv").write_text(f"{COLUMNS}\n{row}\n", encoding="utf-8")
    found = read_case(folder).funding[0]
    assert (found.years, found.use) == (2, "programme")
    assert found.chance is not None
    assert (found.chance.low, found.chance.mode, found.chance.high) == (0.2, 0.4, 0.9)
    assert found.chance.name == "funding/LOTTERY/chance"


# ---------------------------------------------------------------- the page


def test_every_pair_of_scope_and_earmark_once(study: Study) -> None:
    index = earmarks_of(study).to_frame().index
    assert sorted(index) == sorted(product((PLEDGED, BUDGET), (ALL, "ISLE", TIMING)))
