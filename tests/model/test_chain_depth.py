"""The chain in full: saturation, elasticities, delay, displacement, false hits, shared credit."""

import ast
import inspect
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capworth.appraisal.attribution import attribute
from capworth.case.check import TypedRow
from capworth.case.model import Case, ChainStep, Effect, Estimate
from capworth.case.read import check_case, read_case
from capworth.case.rules import chain as chainrules
from capworth.errors import Finding, InputError
from capworth.methods.cost_benefit.value_chain import (
    PARTIES,
    contribution_shares,
    fitted_intensity,
    hits_added,
    share_of,
)
from capworth.model.chain import RESPONSE, Benefits, ChainModel, changed, hits_of
from capworth.model.draws import AtModes, Sampled
from capworth.model.simulation import Model

FOLDER = Path(__file__).parents[1] / "golden"
GOLDEN = tomllib.loads((FOLDER / "economics.toml").read_text("utf-8"))
SMALL = read_case(Path(__file__).parents[1] / "cases/small")  # for tests that are given examples
WIDTH = 0.2  # of the ranges that the tests draw from
shares = st.floats(0.05, 0.95)
factors = st.floats(0.2, 5.0)
Steps = Mapping[str, float]


@pytest.mark.parametrize("table", list(GOLDEN))
def test_every_golden_number_names_its_source(table: str) -> None:
    for entry in GOLDEN[table]:
        assert entry["source"].strip(), f"{table} {entry['name']}: only a guess we froze"


def estimate(name: str, mode: float) -> Estimate:
    low, high = mode * (1 - WIDTH), min(mode * (1 + WIDTH), 1.0 if mode <= 1 else np.inf)
    return Estimate(name, low, mode, high, "x", "D", "", "for a test", 0)


def with_chain(case: Case, steps: Steps, outcomes: Mapping[str, Steps]) -> Case:
    """Give the case one chain, that of REG, and no other."""
    rows = [ChainStep("REG", step, estimate(f"chain/REG/{step}", x)) for step, x in steps.items()]
    rows += [
        ChainStep("REG", step, estimate(f"chain/REG/{outcome}/{step}", x), outcome)
        for outcome, own in outcomes.items()
        for step, x in own.items()
    ]
    return replace(case, chain=tuple(rows), improvements=(), effects=(), relations=())


def walked(case: Case) -> Benefits:
    model = ChainModel(case)
    return model.walk(1, model.levels(AtModes()), model.unit_values(AtModes()))


# ----------------------------------------------------------------------------- numbers from outside


@pytest.mark.parametrize("golden", GOLDEN["chain"], ids=lambda golden: golden["name"])
def test_the_chain_worked_by_hand(small: Case, golden: dict[str, Any]) -> None:
    case = with_chain(small, golden["steps"], {"ARREST": golden["outcome"]})
    days = replace(next(v for v in case.unit_values if v.scale == "harm"), outcome="ARREST")
    days = replace(days, worth=replace(days.worth, mode=golden["days"]))
    case = replace(case, unit_values=(days,))
    found = walked(case)
    assert found.outcomes[0, 0] == pytest.approx(golden["attributed"], abs=golden["atol"])
    assert found.harm[0, 0] == pytest.approx(golden["harm"], abs=golden["atol"])


@pytest.mark.parametrize("golden", GOLDEN["split"], ids=lambda golden: golden["name"])
def test_the_credit_worked_by_hand(golden: dict[str, Any]) -> None:
    split = contribution_shares(golden["bilateral"])
    np.testing.assert_allclose(split.share, golden["share"], atol=1e-9)
    np.testing.assert_allclose(split.first_in, golden["first_in"], atol=1e-12)
    np.testing.assert_allclose(split.last_in, golden["last_in"], atol=1e-12)


@pytest.mark.parametrize("golden", GOLDEN["response"], ids=lambda golden: golden["name"])
@pytest.mark.parametrize("start", ["hits", "searches", "records"])
def test_hits_follow_searches_as_on_record(golden: dict[str, Any], start: str) -> None:
    level = {
        ("searches", ""): np.array([5e9]),
        ("elasticity", ""): np.array([golden["elasticity"]]),
    }
    if start == "hits":
        level["hits", ""] = np.array([1e6])
    elif start == "searches":
        level["hit_rate", ""] = np.array([2e-4])
    else:
        level |= {("records", ""): np.array([1e8]), ("intensity", ""): np.array([2e-12])}
    moved = changed(level, {"searches": np.array([golden["factor"]])})
    growth = hits_of(moved) / hits_of(level)
    assert growth[0] == pytest.approx(golden["growth"], abs=golden["atol"])
    assert moved["searches", ""][0] == pytest.approx(5e9 * golden["factor"])


# --------------------------------------------------------------------------------------- properties


PLAIN = {"searches": 10_000.0, "hit_rate": 0.02, "verified": 0.5, "used": 0.4}
ENDS = {"outcome": 0.25, "counterfactual": 0.6, "contribution": 0.5}


def test_a_chain_without_depth_is_walked_as_ever(small: Case) -> None:
    draws = Sampled(3, 0, 200)
    model = ChainModel(small)
    levels = model.levels(draws)
    found = model.walk(200, levels, model.unit_values(draws))
    reg = levels["REG"]
    leads = reg["searches", ""] * reg["hit_rate", ""] * reg["verified", ""] * reg["used", ""]
    expected = np.zeros(200)
    for outcome in ("ARREST", "DOC"):
        got = leads * reg["outcome", outcome] * reg["contribution", outcome]
        expected += got * (1 - reg["counterfactual", outcome])
    assert (found.outcomes[:, 0] == expected).all()  # to the last bit
    moved = changed(reg, {"searches": np.full(200, 1.5), "verified": np.full(200, 3.0)})
    assert RESPONSE not in moved
    assert (moved["searches", ""] == reg["searches", ""] * 1.5).all()
    assert moved["verified", ""].max() == 1.0


@given(shares, factors)
def test_an_elasticity_of_one_is_proportion_and_of_zero_nothing(rate: float, factor: float) -> None:
    level = {("searches", ""): np.array([1000.0]), ("hit_rate", ""): np.array([rate / 10])}
    plain = hits_of(changed(level, {"searches": np.array([factor])}))
    for elasticity, expected in ((1.0, plain), (0.0, hits_of(level))):
        told = level | {("elasticity", ""): np.array([elasticity])}
        found = hits_of(changed(told, {"searches": np.array([factor])}))
        np.testing.assert_allclose(found, expected)


@given(shares, factors, factors)
def test_two_steps_of_growth_are_one(elasticity: float, one: float, two: float) -> None:
    level = {
        ("searches", ""): np.array([1e6]),
        ("hit_rate", ""): np.array([1e-4]),
        ("elasticity", ""): np.array([elasticity]),
        ("records", ""): np.array([1e6]),
        ("record_elasticity", ""): np.array([elasticity / 2]),
    }
    step = {"searches": np.array([one]), "records": np.array([two])}
    after = changed(changed(level, step), step)
    at_once = changed(level, {name: factor**2 for name, factor in step.items()})
    np.testing.assert_allclose(hits_of(after), hits_of(at_once))
    expected = 100 * one**elasticity * two ** (elasticity / 2)
    np.testing.assert_allclose(hits_of(changed(level, step)), expected)


def test_no_searches_find_nothing_and_no_search_finds_two() -> None:
    level = {
        ("searches", ""): np.array([100.0]),
        ("hit_rate", ""): np.array([0.9]),
        ("elasticity", ""): np.array([0.5]),
    }
    assert hits_of(changed(level, {"searches": np.array([0.0])})).tolist() == [0.0]
    assert hits_of(changed(level, {"searches": np.array([0.01])})).tolist() == [1.0]
    counted = {("hits", ""): np.array([7.0]), **level}
    del counted["hit_rate", ""]
    assert hits_of(changed(counted, {"searches": np.array([0.0])})).tolist() == [0.0]


@given(factors, shares)
def test_the_next_record_adds_less_than_the_last(more: float, exposure: float) -> None:
    level = {
        ("searches", ""): np.array([1000.0]),
        ("records", ""): np.array([exposure * 1e6]),
        ("intensity", ""): np.array([1e-6]),
    }
    hits, grown = hits_of(level)[0], hits_of(changed(level, {"records": np.array([1 + more])}))[0]
    assert hits < grown < hits * (1 + more)
    for step in ("quality", "access"):
        half = hits_of(level | {(step, ""): np.array([0.5])})[0]
        assert hits / 2 < half < hits


@given(st.floats(0, 500), st.floats(0, 500), shares)
def test_speed_is_worth_little_to_the_patient(early: float, late: float, used: float) -> None:
    early, late = sorted((early, late))

    def got(delay: float, patience: float) -> float:
        steps = {**PLAIN, "used": used, "delay": delay}
        case = with_chain(SMALL, steps, {"ARREST": {**ENDS, "patience": patience}})
        return float(walked(case).outcomes[0, 0])

    quick, slow = got(early, 100.0), got(late, 100.0)
    assert quick >= slow
    assert got(late, 1e9) == pytest.approx(got(0.0, 1.0))
    if quick:
        assert got(late, 1000.0) / got(early, 1000.0) >= slow / quick - 1e-12


def test_each_outcome_has_its_own_patience(small: Case) -> None:
    steps = {**PLAIN, "delay": 10.0}
    patience = {"ARREST": 1.0, "DOC": 1000.0}
    ends = {o: {**ENDS, "patience": p} for o, p in patience.items()}
    case = with_chain(small, steps, ends)
    assert walked(case).outcomes[0, 0] == pytest.approx(
        80 * 0.25 * 0.4 * 0.5 * 0.5 * (np.exp(-10) + np.exp(-0.01))
    )


def test_false_hits_take_away_what_they_burden(small: Case) -> None:
    plain = with_chain(small, PLAIN, {"ARREST": ENDS})
    burdened = with_chain(small, PLAIN, {"ARREST": ENDS, "DOC": {"false_hit": 0.3}})
    before, after = walked(plain), walked(burdened)
    assert before.money[0, 0] - after.money[0, 0] == pytest.approx(200 * 0.5 * 0.3 * 1000)
    assert after.outcomes[0, 0] == before.outcomes[0, 0]  # a burden is no outcome
    assert not [e for e in ChainModel(burdened).unknown() if "DOC" in e.name]
    days = replace(next(v for v in small.unit_values if v.scale == "harm"), outcome="DOC")
    hurt = replace(burdened, unit_values=(*burdened.unit_values, days))
    assert before.harm[0, 0] - walked(hurt).harm[0, 0] == pytest.approx(200 * 0.5 * 0.3 * 30)


def test_a_point_of_precision_is_worth_money_though_no_hit_is_gained(small: Case) -> None:
    """Practice B.5: better data save the cost of false hits."""
    nobody = {**ENDS, "contribution": 0.0}
    case = with_chain(small, PLAIN, {"ARREST": nobody, "DOC": {"false_hit": 1.0}})
    model = ChainModel(case)
    levels, worth = model.levels(AtModes()), model.unit_values(AtModes())
    better = {"REG": changed(levels["REG"], {"verified": np.array([1.02])})}
    gain = model.walk(1, better, worth).money - model.walk(1, levels, worth).money
    assert gain[0, 0] == pytest.approx(200 * 0.01 * 1000)


@given(shares, shares, shares)
def test_credit_is_shared_out_whole_and_within_its_bounds(
    bilateral: float, with_owner: float, with_searcher: float
) -> None:
    split = contribution_shares(bilateral, with_owner, with_searcher)
    assert split.share.sum() == pytest.approx(1)
    low, high = (f(split.first_in, split.last_in) for f in (np.minimum, np.maximum))
    pairs = bilateral + with_owner + with_searcher
    if pairs <= 1:  # no pair brings about much: parties strengthen one another
        assert (split.share >= low - 1e-12).all()
        assert (split.share <= high + 1e-12).all()
    alone = contribution_shares(bilateral)
    assert share_of("platform", bilateral) == pytest.approx((1 - bilateral) / 3)
    assert alone.share[1] == pytest.approx(alone.share[2])  # owner and searcher alike
    assert split.last_in.tolist() == pytest.approx(
        [1 - bilateral, 1 - with_searcher, 1 - with_owner]
    )


def test_a_party_has_a_name() -> None:
    with pytest.raises(InputError, match="platform, owner, searcher"):
        share_of("hub", 0.5)
    with pytest.raises(InputError, match="bilateral"):
        contribution_shares(1.2)


def test_an_effect_on_the_bilateral_share_moves_the_credit(small: Case) -> None:
    case = with_chain(small, PLAIN, {"ARREST": {**ENDS, "bilateral": 0.4}})
    case = replace(case, chain=tuple(s for s in case.chain if s.step != "contribution"))
    assert not ChainModel(case).unknown()
    model = ChainModel(case)
    levels, worth = model.levels(AtModes()), model.unit_values(AtModes())
    less = {"REG": changed(levels["REG"], {"bilateral": np.array([0.5])})}
    ratio = model.walk(1, less, worth).outcomes[0, 0] / model.walk(1, levels, worth).outcomes[0, 0]
    assert ratio == pytest.approx(0.8 / 0.6)


def test_depth_reaches_the_worlds_and_the_gains(small: Case) -> None:
    """An improvement of searches is felt by the elasticity; faster answers are felt."""
    rows = [s for s in small.chain if s.capability == "REG"]
    rows += [
        ChainStep("REG", "elasticity", estimate("chain/REG/elasticity", 0.6)),
        ChainStep("REG", "delay", estimate("chain/REG/delay", 20.0)),
        *(
            ChainStep("REG", "patience", estimate(f"chain/REG/{o}/patience", 40.0), o)
            for o in ("ARREST", "DOC")
        ),
    ]
    effects = (
        Effect("SCAN", "REG", estimate("effects/SCAN/REG/searches", 2.0), step="searches"),
        Effect("LINK", "REG", estimate("effects/LINK/REG/delay", 0.5), step="delay"),
    )
    case = replace(small, chain=tuple(rows), effects=effects)
    model = Model(case)
    drawn = model.answer(AtModes())
    assert drawn.money[0, 0] / model.annuity == pytest.approx(32_000 * np.exp(-0.5))
    felt = (1 / 1.05 + 1 / 1.05**2, 1 / 1.05**2)
    now = 32_000 * np.exp(-0.5)
    assert drawn.gains.money[0, 0] == pytest.approx(now * (2**0.6 - 1) * felt[0])
    assert drawn.gains.money[0, 1] == pytest.approx(
        32_000 * np.exp(-0.25) * felt[1] - now * felt[1]
    )


def test_attribution_lays_the_conventions_side_by_side(small: Case) -> None:
    rows = tuple(
        replace(s, step="bilateral") if (s.outcome, s.step) == ("DOC", "contribution") else s
        for s in small.chain
    )
    found = attribute(replace(small, chain=rows), draws=500)
    table = found.to_frame()
    rows_of = table.droplevel("capability").iloc[:2].to_dict("index")  # of REG
    doc, arrest = rows_of["DOC"], rows_of["ARREST"]
    assert (doc["rests_on"], arrest["rests_on"]) == ("bilateral", "contribution")
    assert doc["counted"] + doc["owner"] + doc["searcher"] == pytest.approx(1)
    assert doc["last_in"] == pytest.approx(3 * doc["counted"])  # (1 - b) and (1 - b) / 3
    assert doc["counted_low"] < doc["counted"] < doc["counted_high"]
    assert arrest["last_in"] == 1
    assert np.isnan(arrest["owner"])
    for row in (doc, arrest):
        assert row["money_m_first_in"] <= row["money_m"] <= row["money_m_last_in"]
    assert "1 of 3 outcomes" in repr(found)
    assert {"platform", "owner", "searcher"} == set(PARTIES)
    table["counted"] = 0
    assert found.to_frame()["counted"].min() > 0


# ------------------------------------------------------------------------------------ added records


def test_added_records_find_less_than_the_average_record() -> None:
    intensity = fitted_intensity(118_000, 256e6, 7.1e6)
    whole = hits_added(256e6, intensity, 0.0, 7.1e6)
    assert whole == pytest.approx(118_000)  # the fit gives back what it was fitted to
    crowded = fitted_intensity(60.0, 100.0, 1000.0)
    assert hits_added(100.0, crowded, 1000.0, 100.0) < 60.0 * 100 / 1000
    parts = hits_added(100.0, crowded, np.array([1000.0, 1100.0]), np.array([100.0, 50.0]))
    assert parts.sum() == pytest.approx(hits_added(100.0, crowded, 1000.0, 150.0))


@pytest.mark.parametrize(
    ("hits", "searches", "records", "told"),
    [
        (5, 5, 1, "as many as searches"),
        (-1, 5, 1, "hits"),
        (1, 0, 1, "searches"),
        (1, 5, 0, "reco"),
    ],
)
def test_no_intensity_without_figures(
    hits: float, searches: float, records: float, told: str
) -> None:
    with pytest.raises(InputError, match=told):
        fitted_intensity(hits, searches, records)


# ------------------------------------------------------------------------------------ at the door

SHARED = "REG,,{},{},{},{},{},D,,judged\n"
OWN = "REG,{},{},{},{},{},{},D,,judged\n"


def shared(step: str, low: float, mode: float, high: float, unit: str = "share") -> str:
    return SHARED.format(step, low, mode, high, unit)


def own(outcome: str, step: str, *levels: float, unit: str = "share") -> str:
    return OWN.format(outcome, step, *levels, unit)


GOOD = {
    "an elasticity": shared("elasticity", 0.5, 0.6, 0.7),
    "a record elasticity": shared("records", 9, 10, 11, "records")
    + shared("record_elasticity", 0.1, 0.3, 0.5),
    "timeliness": shared("delay", 1, 2, 3, "days")
    + own("ARREST", "patience", 5, 6, 7, unit="days")
    + own("DOC", "patience", 1, 2, 3, unit="days"),
    "displacement": own("DOC", "displacement", 0, 0.1, 0.2),
}
SLIPS = (  # rows that are added, a text that is taken out first, what the analyst is told
    (shared("quality", 0.5, 0.6, 0.7), "", "quality without intensity: it says how many of"),
    (shared("access", 0.5, 0.6, 0.7), "", "access without intensity"),
    (shared("records", 5, 6, 7, "records"), "", "records without intensity or record_elasticity"),
    (shared("record_elasticity", 0.1, 0.2, 0.3), "", "record_elasticity without records"),
    (shared("intensity", 1e-9, 2e-9, 3e-9), "", "the chain of REG does not begin in one way"),
    (shared("hits", 5, 6, 7, "a year"), "", "the chain of REG does not begin in one way"),
    (
        shared("hits", 5, 6, 7, "a year"),
        "REG,,hit_rate,0.01,0.02,0.04,share,D,,sample of one month\n",
        "searches beside hits need an elasticity",
    ),
    (
        shared("intensity", 1e-9, 2e-9, 3e-9)
        + shared("records", 5, 6, 7, "records")
        + shared("record_elasticity", 0.1, 0.2, 0.3),
        "REG,,hit_rate,0.01,0.02,0.04,share,D,,sample of one month\n",
        "the intensity says already what records do",
    ),
    (own("DOC", "delay", 1, 2, 3, unit="days"), "", "all outcomes share the step 'delay'"),
    (shared("patience", 1, 2, 3, "days"), "", "the step 'patience' belongs to an outcome"),
    (own("DOC", "patience", 1, 2, 3, unit="days"), "", "REG has no delay to be patient with"),
    (
        shared("delay", 1, 2, 3, "days") + own("DOC", "patience", 1, 2, 3, unit="days"),
        "",
        "REG has a delay and ARREST no patience",
    ),
    (
        shared("delay", 1, 2, 3, "days")
        + own("DOC", "patience", 1, 2, 3, unit="hours")
        + own("ARREST", "patience", 1, 2, 3, unit="days"),
        "",
        "'hours' is not the unit of the delay ('days')",
    ),
    (
        shared("delay", 1, 2, 3, "days")
        + own("DOC", "patience", 0, 2, 3, unit="days")
        + own("ARREST", "patience", 1, 2, 3, unit="days"),
        "",
        "a lead that waits for nothing",
    ),
    (own("DOC", "displacement", 0.5, 1, 1.5), "", "1.5 is above 1. It is a share."),
    (own("DOC", "bilateral", 0.1, 0.2, 0.3), "", "the credit for DOC is split twice"),
    (own("DOC", "false_hit", 0.1, 0.2, 0.3), "", "DOC is a burden of false hits and an outcome"),
    (
        "LAB,DOC,false_hit,0.1,0.2,0.3,share,D,,judged\n",
        "LAB,ARREST,outcome,0.05,0.1,0.2,share,D,,judged by two officers\n",
        "the chain of LAB has no outcome. Add one.",
    ),
    (
        own("DOC", "outcome", 0.7, 0.8, 0.9),
        "REG,DOC,outcome,0.3,0.5,0.6,share,D,,judged by two officers\n",
        "the outcomes of REG sum to 1.05",
    ),
)


def spoiled(folder: Path, added: str, gone: str) -> str:
    for name in ("chain", "unit_values"):
        path = folder / f"{name}.csv"
        text = path.read_text("utf-8")
        path.write_text(text.replace(gone, "") if gone else text, "utf-8")
    path = folder / "chain.csv"
    path.write_text(path.read_text("utf-8").rstrip("\n") + "\n" + added, "utf-8")
    return "\n".join(map(str, check_case(folder)))


@pytest.mark.parametrize("name", list(GOOD))
def test_depth_comes_in_by_the_door(folder: Path, small: Case, name: str) -> None:
    assert spoiled(folder, GOOD[name], "") == ""
    assert len(read_case(folder).chain) == len(small.chain) + GOOD[name].count("\n")


def test_a_chain_of_records_and_searches_comes_in_by_the_door(folder: Path) -> None:
    rate = "REG,,hit_rate,0.01,0.02,0.04,share,D,,sample of one month\n"
    effect = folder / "effects.csv"
    effect.write_text(effect.read_text("utf-8").replace(",,hit_rate,", ",,records,"), "utf-8")
    rows = shared("records", 50, 60, 70, "records") + shared("intensity", 1e-4, 2e-4, 3e-4)
    rows += shared("quality", 0.5, 0.6, 0.7) + own("ARREST", "bilateral", 0.1, 0.2, 0.3)
    assert spoiled(folder, rows, rate).count("\n") == 0  # the credit for ARREST is split twice
    path = folder / "chain.csv"
    old = "REG,ARREST,contribution,0.3,0.5,0.7,share,D,,judged by two officers\n"
    path.write_text(path.read_text("utf-8").replace(old, ""), "utf-8")
    case = read_case(folder)
    model = Model(case)
    drawn = model.answer(Sampled(1, 0, 50))
    hits = 10_000 * -np.expm1(-60 * 2e-4 * 0.6)
    arrests = hits * 0.5 * 0.4 * 0.25 * 0.4 * (1 - 0.2) / 3
    documents = hits * 0.5 * 0.4 * 0.5 * 0.75 * 0.8
    assert walked(case).outcomes[0, 0] == pytest.approx(arrests + documents)
    assert np.isfinite(drawn.gains.money).all()
    assert (drawn.gains.money[:, 0] > 0).all()  # SCAN adds records


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip[2][:40])
def test_the_analyst_is_told_what_is_wrong(folder: Path, slip: tuple[str, str, str]) -> None:
    added, gone, told = slip
    assert told in spoiled(folder, added, gone)


def test_every_fault_of_the_chain_has_a_slip(
    small_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: set[str] = set()
    report = TypedRow.fault

    def fault(row: TypedRow, column: str, problem: str, fix: str) -> Finding:
        frame = inspect.stack()[1]
        if frame.filename == chainrules.__file__:
            told.add(frame.function)
            lines.discard(frame.lineno)
        return report(row, column, problem, fix)

    tree = ast.parse(Path(chainrules.__file__).read_text("utf-8"))
    lines = {
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "fault"
    }
    assert len(lines) >= 14
    monkeypatch.setattr(TypedRow, "fault", fault)
    for number, (added, gone, _) in enumerate(SLIPS):
        place = tmp_path / str(number)
        place.mkdir()
        for file in small_folder.iterdir():
            (place / file.name).write_bytes(file.read_bytes())
        spoiled(place, added, gone)
    assert not lines, f"no slip reaches the faults of lines {sorted(lines)}"
