"""The second bundled case: national police data services from published figures."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from capworth.case.claim_lock import changed_since
from capworth.case.library import library
from capworth.case.model import NET, BusinessAsUsual, Case
from capworth.case.read import check_case, read_case, read_claim
from capworth.errors import CaseError
from capworth.language.language import Language
from capworth.lints.found import lint_case
from capworth.model.draws import AtModes
from capworth.model.simulation import Model, value_per_million
from capworth.report.edition import Content
from capworth.report.pdf import document
from capworth.report.why import why_capability
from capworth.study.stages import Study, run_study

DATA = Path(__file__).parents[2] / "data" / "uk-police-data"
PUBLISHED = 193


@pytest.fixture(scope="module")
def uk() -> Case:
    return read_case(DATA)


@pytest.fixture(scope="module")
def study(uk: Case) -> Study:
    return run_study(uk, draws=300)


def test_it_is_of_the_size_that_was_asked(uk: Case) -> None:
    assert (len(uk.capabilities), len(uk.improvements)) == (10, 7)
    assert (uk.settings.currency, uk.settings.price_year) == ("GBP", 2024)


def test_every_published_figure_is_somewhere(uk: Case) -> None:
    """In activity, among the estimates of projects, in the library, or in its notes."""
    crime = [v for v in library().values() if v.source == "SWE_HO_2019" and v.price_year == "2015"]
    crime = [v for v in crime if v.id not in ("HO-POLICE-VEHICLE-THEFT", "HO-JUSTICE-HOMICIDE")]
    notes = (DATA / "README.md").read_text(encoding="utf-8")
    undated = ("11,000 cameras", "50 million reads a day")
    assert all(figure in notes for figure in undated)
    found = len(uk.activity) + len(uk.published) + len(crime) + len(undated)
    assert found == PUBLISHED


def test_two_thirds_of_the_yearly_cost_are_published_or_derived(uk: Case) -> None:
    prices = {p.year: p.value for p in uk.prices}
    by_grade = dict.fromkeys("ABCDE", 0.0)
    for line in uk.costs:
        if line.kind == "recurrent" and not line.improvement:
            now = line.amount.mode * prices[2024] / prices[line.price_year]
            by_grade[line.amount.grade] += now
    assert sum(by_grade[g] for g in "ABC") >= 0.65 * sum(by_grade.values())


def test_the_claim_was_registered_and_has_not_moved(uk: Case) -> None:
    assert uk.claim is not None
    assert uk.claim.lock is not None
    assert changed_since(uk) == ()


def test_a_claim_is_registered_before_a_score_is_entered(tmp_path: Path) -> None:
    for path in DATA.iterdir():
        if path.name not in ("scores.csv", "claim.lock.toml"):
            (tmp_path / path.name).write_bytes(path.read_bytes())
    assert any("has no score" in str(finding) for finding in check_case(tmp_path))
    blind = read_claim(tmp_path)
    assert blind.scores == ()
    assert blind.claim is not None


def test_conflicts_and_gaps_are_told(uk: Case) -> None:
    notes = (DATA / "README.md").read_text(encoding="utf-8")
    for word in ("96.4 m", "603 m", "571 m", "539 m", "541 m", "over 4 m", "21 m (2018)", "671 m"):
        assert word in notes
    for word in ("Net value", "detections", "burglary", "Pruem business case", "GDP deflators"):
        assert word in notes
    assert "README.md" in uk.settings.note
    assert not [lint for lint in lint_case(uk) if lint.severity == "serious"]


def test_whole_life_costs_stand_by_year_of_estimate(uk: Case) -> None:
    rows = [p for p in uk.published if p.metric == "whole_life_cost"]
    found = {(p.improvement, p.year): p.value / 1e6 for p in rows}
    assert (found["LEDS", 2024], found["LEDS", 2025]) == (905.07, 1086.68)
    assert found["NSAP", 2025] == 391.77
    assert {i for i, _ in found} == {"LEDS", "HOBX", "PNDT", "NSAP"}
    assert not [lint for lint in lint_case(uk) if lint.code == "C13"]


def test_a_narrow_range_is_held_against_the_estimates(uk: Case) -> None:
    lines = tuple(
        replace(c, amount=replace(c.amount, high=1.1 * c.amount.mode))
        if c.id == "LEDS-BUILD"
        else c
        for c in uk.costs
    )
    (found,) = [x for x in lint_case(replace(uk, costs=lines)) if x.code == "C13"]
    assert found.items == ("LEDS-BUILD",)
    assert "+20" in found.sentence


@pytest.mark.long
def test_money_alone_recommends_nothing(study: Study) -> None:
    """Neither for its benefits nor for what it saves has anything a positive net value."""
    money = run_study(study.case.with_settings(objective=NET), draws=300)
    assert money.programme.chosen == ()
    saving = study.economics.to_frame()["saving_m"]
    assert float(saving.max()) > 0


def test_what_is_to_end_is_not_called_poor_value(study: Study) -> None:
    """No benefit of PNC is known in money, and when it would end is not: it has no category."""
    judged = {key for _, key in study.economics.tables()["value_for_money"].index}
    assert "PNC" not in judged
    assert not [b for b in study.case.business_as_usual if b.ends is not None]


def test_what_has_no_end_has_no_place(uk: Case, study: Study) -> None:
    """Nobody can say when PNC ends: no place in value for money, in no table and on no page."""
    assert [b.capability for b in uk.business_as_usual if b.end_unknown] == ["PNC"]
    table = study.appraisal.to_frame()
    assert table.index[table["expected_place"].isna()].tolist() == ["PNC"]
    assert np.isnan(table["p_first"]["PNC"])
    for places in (study.appraisal.rank_acceptability(), study.allocation.ranks()):
        assert "PNC" not in places.index
        assert len(places) == len(uk.capabilities) - 1
    assert study.allocation.ranks()["place_high"].max() == len(uk.capabilities) - 1
    sheets = {str(s["topic"]): s for s in Content.of(study).said("en").sections}
    told = str(sheets["Who bears the shared platforms"])
    assert "No place in value for money is told of Police National Computer" in told
    assert "10 of 10" not in told
    language = Language.of(uk, "en")
    tables = study.excellence.tables()
    pairs = study.appraisal.pairwise()
    why = why_capability("PNC", table, pairs, tables["excellence"], tables["models"], language)
    assert "has no place in value for money" in why
    frames = uk.to_frames()
    frames["business_as_usual"] = frames["business_as_usual"].assign(ends="2030")
    with pytest.raises(CaseError, match="its end is said, 2030"):
        read_case(frames)


def test_the_saving_ends_what_it_replaces(uk: Case) -> None:
    """LEDS takes away most of what PNC costs from 2029 on; both are paid before."""
    model = Model(uk)
    ((_, _, years, cashable),) = model.savings.of_each(AtModes())
    assert cashable
    saved = years[0]
    assert (saved[:3] == 0).all()
    assert (saved[3:] > 20e6).all()


def test_outcomes_without_a_price_are_counted(study: Study) -> None:
    table = study.economics.tables()["break_even"]
    kinds = {(key, outcome) for _, key, outcome in table.index}
    assert {("PRUM", "ABROAD"), ("ALERT", "STOPPED"), ("ALERT2", "STOPPED")} <= kinds
    rows = table.reset_index()
    each = rows[rows["outcome"] == "ABROAD"].iloc[0]
    assert each["outcomes"] > 0
    assert each["break_even"] > 0
    new = rows[(rows["outcome"] == "STOPPED") & (rows["kind"] == "improvement")].iloc[0]
    assert new["outcomes"] > 0
    money = study.appraisal.to_frame()["money_m"]
    assert np.isnan(money[["PRUM", "ALERT"]]).all()


def test_what_does_not_exist_yet_gains_from_nothing(uk: Case, study: Study) -> None:
    """Hits are none today, and a level with the improvement."""
    hits = [s for s in uk.chain if (s.capability, s.step) == ("ALERT", "hits")]
    assert [s.level.mode for s in hits] == [0]
    rows = study.economics.tables()["break_even"].reset_index()
    today = rows[(rows["outcome"] == "STOPPED") & (rows["kind"] == "capability")].iloc[0]
    assert today["outcomes"] == 0
    assert np.isnan(today["break_even"])


def test_an_end_takes_points_as_it_takes_cost(uk: Case) -> None:
    """What stops in 2030 is worth no more for its cost than what goes on."""
    steady = replace(uk, business_as_usual=())
    row = uk.business_as_usual[0]
    none = replace(row.growth, low=0.0, mode=0.0, high=0.0)
    ends = replace(uk, business_as_usual=(BusinessAsUsual("PNC", none, None, 2030),))
    k = uk.capability_ids.index("PNC")
    rates = []
    for case in (steady, ends):
        model = Model(case)
        rates.append(float(value_per_million(model.answer(AtModes()), model.annuity)[0, k]))
    assert rates[1] == pytest.approx(rates[0], rel=0.02)


def test_it_speaks_in_its_own_words(uk: Case) -> None:
    english = Language.of(uk, "en")
    assert english.say("payer.members") == "forces"
    assert english.say("trust.unasked").startswith("**Forces were not asked")
    with (DATA / "vocabulary.csv").open(encoding="utf-8") as file:
        assert [row["name"] for row in csv.DictReader(file)] == ["force", "forces"]


def test_no_quote_is_asked_for_by_a_day_that_is_over(uk: Case, study: Study) -> None:
    first = min(study.programme.to_frame().query("chosen")["start"])
    assert first <= uk.settings.appraisal_date.year
    summary = document(study, "en")["summary"]
    assert "at once" in str(summary)
    assert f"before {first:.0f}" not in str(summary)


def test_where_nobody_raises_funds_nothing_is_pledged_or_offered(study: Study) -> None:
    """The organisation pays: no page tells of donors, and further money stands by itself."""
    assert not study.case.raises_funds
    sections = Content.of(study).said("en").sections
    titles = [str(section["title"]) for section in sections]
    assert [t for t in titles if "beyond the budget of £500 million would bring" in t]
    assert not [t for t in titles if "pledged" in t or "packages" in t]
