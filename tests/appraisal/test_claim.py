"""The claim on the small and the bundled case: readings by hand, words, registration, tampering."""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import pytest

import capworth
from capworth.appraisal import claim as claims
from capworth.appraisal.claim import Claim, examine_claim
from capworth.appraisal.claim_routes import take_routes
from capworth.case.claim_lock import changed_since, write_lock
from capworth.case.coding import agreed_shares
from capworth.case.model import Case, Choice
from capworth.case.read import read_case
from capworth.errors import CaseError
from capworth.methods.claim.words import WORDS
from capworth.model.result import Provenance
from capworth.model.simulation import draw_sample
from capworth.study.stages import Study, run_study

Golden: TypeAlias = Mapping[str, Any]
ROOT = Path(capworth.__file__).parents[2]
DAY = date(2024, 1, 1)
PRIMARY = ("per_euro", "score", "equal")


def row_at(table: pd.DataFrame, *key: str) -> Any:
    """A row of a table, whose cells may be of any kind."""
    return table.iloc[list(table.index).index(key)]


def examined(case: Case, draws: int = 200) -> Claim:
    found = examine_claim(draw_sample(case, draws), Provenance.of(case, draws))
    assert found is not None
    return found


@pytest.fixture(scope="module")
def bundled() -> Claim:
    return examined(read_case(ROOT / "data" / "interpol-2019"), 4_000)


@pytest.fixture
def at_the_modes(worked: Study) -> Claim:
    return worked.claim


# ---------------------------------------------------------------- readings


def test_every_reading_worked_by_hand(worked: Study, golden: Golden) -> None:
    table, by_hand = worked.claim.to_frame(), golden["claim"]
    found = {
        "level_cost": table["ratio"]["level", "score", "cost"],
        "level_vote": table["ratio"]["level", "score", "vote"],
        "per_euro_equal": table["ratio"]["per_euro", "score", "equal"],
        "constant": table["constant"]["per_euro", "score", "equal"],
    }
    assert found == pytest.approx({name: by_hand[name] for name in found}, rel=1e-7)
    assert (table["drawn_low"] - table["ratio"]).abs().max() < 1e-9  # one draw, no range
    assert set(table.index[table["registered"]]) == {PRIMARY}


def test_four_lines_can_show_nothing(worked: Study) -> None:
    """24 deals in one stratum: no p below 1/24, and no planted ratio is found in 80 %."""
    found = worked.claim
    assert found.power.floor == pytest.approx(1 / 24)
    assert found.power.ratio == np.inf
    assert not found.power.testable
    assert found.word == "inconclusive"
    assert found.to_frame()["p_greater"].min() >= 1 / 24
    assert repr(found) == (
        "<Claim: inconclusive (restates costs); per_euro score equal in hosting+exchange+leads: "
        "ratio 2.01, detectable from inf; not registered>"
    )


@pytest.mark.long
def test_the_bundled_words(bundled: Claim) -> None:
    """Method note 8.6 and section 0: level greater, margin not shown; per euro inconclusive."""
    table = bundled.to_frame()
    assert (bundled.word, bundled.reason) == ("inconclusive", "restates costs")
    assert bundled.standing == "not registered"
    level = table.loc["level"]
    assert set(level["word"]) == {"greater, margin not shown"}
    assert level["ratio"].tolist() == pytest.approx([1.46, 1.38], abs=0.01)
    row = row_at(table, *PRIMARY)
    assert row["ratio"] == pytest.approx(0.81, abs=0.01)
    assert (row["drawn_low"], row["drawn_high"]) == pytest.approx((0.63, 1.10), abs=0.03)
    assert row["constant"] == pytest.approx(0.58, abs=0.005)
    assert row["detectable"] == pytest.approx(3.8, abs=0.15)
    assert table["lines"].to_dict() == {
        **{("level", "score", counted): 31 for counted in ("cost", "vote")},
        **{("per_euro", "score", key): 31 for key in ("members", "results", "equal")},
        ("per_euro", "harm", "amount"): 15,
        ("per_euro", "money", "amount"): 12,
    }
    members, results = (row_at(table, "per_euro", "score", key) for key in ("members", "results"))
    assert (members["ratio"], members["ratio_low"], members["ratio_high"]) == pytest.approx(
        (2.1, 0.8, 3.3), abs=0.4
    )
    assert (members["p_greater"], members["p_margin"]) == pytest.approx((0.16, 0.31), abs=0.035)
    assert np.isnan(results["ratio"])
    assert results["p_greater"] == pytest.approx(0.01, abs=0.008)  # and is not read
    assert not results["testable"]
    assert row_at(table, "per_euro", "harm", "amount")["ratio"] == pytest.approx(1.44, abs=0.02)
    assert np.isnan(row_at(table, "per_euro", "money", "amount")["ratio"])
    assert set(table.loc["per_euro"]["word"]) == {"inconclusive"}
    assert table["detectable"]["per_euro", "harm", "amount"] == np.inf


def test_the_null_says_no_word_of_direction(bundled: Claim) -> None:
    words = bundled.null_words()
    assert list(words.index) == list(WORDS)
    np.testing.assert_allclose(words.sum(), 1)
    assert words.loc["supported"].max() <= 0.05
    assert words.loc["contradicted"].max() <= 0.05


def test_less_is_found_with_costs_held(bundled: Claim) -> None:
    told = bundled.power_table()
    assert told["held"][1.5] < 0.05 < told["power"][1.5]
    assert told["held"][4.0] > 0.7  # values per euro are held against costs as values
    assert row_at(bundled.to_frame(), *PRIMARY)["held_margin"] == pytest.approx(0.18, abs=0.05)


def test_leaving_one_service_out(bundled: Claim) -> None:
    left = bundled.left_out()
    assert left["ratio"].idxmin() == "TRAINING"
    assert left["ratio"].idxmax() == "NOTICES"
    assert bundled.row["left_low"] == left["ratio"].min()
    assert len(left) == 31


def test_the_curve_stands_on_the_readings(bundled: Claim) -> None:
    curve = bundled.specifications()
    whole = curve[(curve["without"] == "") & (curve["left_out"] == "")]
    found = {
        (str(r["estimand"]), str(r["value"]), str(r["counted"])): r["ratio"]
        for r in whole.to_dict("records")
    }
    table = bundled.to_frame()
    read = table[table["testable"]]["ratio"].to_dict()  # a p without power is not read
    assert found == pytest.approx(read | {PRIMARY: row_at(table, *PRIMARY)["ratio"]})
    for _, part in curve.groupby("estimand"):
        assert (part["ratio"].dropna().diff().dropna() >= 0).all()
    level = curve[(curve["estimand"] == "level") & (curve["left_out"] == "")]
    lowest, highest = level["ratio"].min(), level["ratio"].max()
    assert (lowest, highest) == pytest.approx((1.25, 1.59), abs=0.03)  # method note 8.6
    assert bundled.curves["level"].share_greater == 1.0


def test_other_rows_same_answer(small: Case) -> None:
    """Services in another order, and other names: the same words and numbers."""
    turned = replace(small, capabilities=small.capabilities[::-1])
    one, other = examined(small), examined(turned)
    pd.testing.assert_frame_equal(one.to_frame(), other.to_frame(), rtol=1e-9)
    pd.testing.assert_frame_equal(one.null_words(), other.null_words())


def test_exclusions_leave_a_service_out(small: Case) -> None:
    found = examined(small.with_claim(exclusions=("NET",)))
    assert set(found.to_frame()["lines"]) == {3}
    assert "NET" not in found.left_out().index


def test_any_group_in_own_words(small: Case) -> None:
    """Functions that no product knows, and a claim about one of them."""
    own = {"hosting": "keeping", "exchange": "talking", "leads": "telling", "analysis": "thinking"}
    words = ("keeping", "talking", "telling", "thinking", "training")
    renamed = tuple(replace(f, function=own.get(f.function, f.function)) for f in small.functions)
    case = replace(small, functions=renamed).with_settings(functions=words)
    found = examined(case.with_claim(group=("keeping", "talking", "telling")))
    pd.testing.assert_frame_equal(found.to_frame(), examined(small).to_frame())


def test_a_case_that_registers_no_claim_has_no_answer(small: Case) -> None:
    study = run_study(replace(small, claim=None), draws=50)
    assert "claim" not in study
    assert "routes" not in study


def test_a_measure_that_nobody_has_is_no_reading(small: Case) -> None:
    only = tuple(s for s in small.chain if s.capability == "REG")
    found = examined(replace(small, chain=only))
    assert set(found.to_frame().index.get_level_values("value")) == {"score"}


# ---------------------------------------------------------------- registration


def folder_of(tmp_path: Path, small_folder: Path) -> Path:
    place = tmp_path / "case"
    shutil.copytree(small_folder, place)
    return place


@pytest.fixture
def locked(tmp_path: Path, small_folder: Path) -> Path:
    place = folder_of(tmp_path, small_folder)
    write_lock(place, read_case(place), DAY)
    return place


def edit(place: Path, name: str, old: str, new: str) -> None:
    path = place / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_registered_claim_is_one(locked: Path) -> None:
    found = examined(read_case(locked), 60)
    assert found.standing == "registered"
    assert found.registered_on == "2024-01-01"
    assert found.changed == ()
    assert found.digest in (locked / "claim.lock.toml").read_text(encoding="utf-8")


TAMPERED = (  # file, what stood there, what stands there now, what is named
    ("claim.toml", "margin = 1.25", "margin = 1.1", ("margin",)),
    (
        "claim.toml",
        'value = "score"\nextent_key = "equal"',
        'value = "harm"',
        ("extent_key", "value"),
    ),
    ("claim.toml", '["hosting", "exchange", "leads"]', '["hosting"]', ("group",)),
    ("claim.toml", "seed = 11", "seed = 12", ("seed",)),
    ("claim.toml", "seed = 11", "seed = 11\nalpha = 0.1", ("alpha",)),
    ("claim.toml", "seed = 11", "seed = 11\ndetectable_most = 99", ("detectable_most",)),
    ("claim.toml", "seed = 11", 'seed = 11\nexclusions = ["ACA"]', ("exclusions",)),
    ("functions.csv", "REG,hosting,0.5,0.75,0.9", "REG,hosting,0.5,0.75,0.95", ("shares",)),
    ("costs.csv", "60000,100000,180000", "60000,100000,190000", ("costs",)),
    ("case.toml", "eu-cohesion-5", "eu-cohesion-3", ("costs",)),
    ("criteria.csv", "30,60,100,D", "30,70,100,D", ("weights",)),
)


@pytest.mark.parametrize(("file", "old", "new", "named"), TAMPERED, ids=lambda part: str(part)[:30])
def test_what_was_changed_since_is_named(
    locked: Path, file: str, old: str, new: str, named: tuple[str, ...]
) -> None:
    edit(locked, file, old, new)
    case = read_case(locked)
    assert case.claim is not None
    assert changed_since(case) == named
    assert claims._standing(case, case.claim) == "changed since"


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("scores.csv", "REG,reach,120,150,180", "REG,reach,110,140,180"),  # outcomes are not in it
        ("case.toml", "A small police, worked by hand", "Another title"),
        ("functions.csv", "judged from the service catalogue", "judged anew"),
        ("capabilities.csv", "Register of persons", "Register"),
        ("claim.toml", "# Four lines", "# Four services"),
    ],
)
def test_what_the_test_does_not_read_changes_nothing(
    locked: Path, file: str, old: str, new: str
) -> None:
    edit(locked, file, old, new)
    assert changed_since(read_case(locked)) == ()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("registered = 2024-01-01", "registered = 2023-01-01", "it was changed after it was"),
        ('margin = "1.25"', 'margin = "1.1"', "it was changed after it was written"),
        ('method = "', 'method = "x', "it was changed after it was written"),
        ("[parts]", "[part]", "it is no lock of a claim"),
        ("digest = ", "digest = digest = ", "it cannot be read"),
    ],
)
def test_a_lock_that_was_edited_is_a_fault(locked: Path, old: str, new: str, told: str) -> None:
    edit(locked, "claim.lock.toml", old, new)
    with pytest.raises(CaseError, match=told):
        read_case(locked)


def test_a_lock_that_fits_no_file_is_a_fault(locked: Path) -> None:
    (locked / "claim.toml").unlink()
    with pytest.raises(CaseError, match=r"claim.lock.toml: there is no claim"):
        read_case(locked)


@pytest.mark.parametrize("name", ["claims.lock.toml", "other.claim.lock.toml"])
def test_a_file_with_a_mistyped_name_is_a_fault(locked: Path, name: str) -> None:
    (locked / "claim.lock.toml").rename(locked / name)
    with pytest.raises(CaseError, match="this is not a table of a case"):
        read_case(locked)


def test_another_method_is_another_test(locked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("capworth.case.claim_lock.METHOD", "another")
    found = examined(read_case(locked), 60)
    assert (found.standing, found.changed) == ("changed since", ("method",))


def test_a_scenario_is_exploratory(locked: Path) -> None:
    found = examined(read_case(locked).as_scenario("dear money"), 60)
    assert found.standing == "exploratory"


@pytest.mark.long
def test_only_a_registered_claim_is_called_supported() -> None:
    """The bundled list with level registered and every claimed service lifted."""
    case = read_case(ROOT / "data" / "interpol-2019").with_claim(estimand="level", extent_key="")
    sample = draw_sample(case, 400)
    shares, _ = claims._shares(sample)
    group = shares @ np.array(case.claimed)
    flat = 50 + 5 * (sample.drawn.score - sample.drawn.score.mean(axis=1, keepdims=True)) / 30
    lifted = replace(sample.drawn, score=flat * (1 + 0.6 * group))
    found = examine_claim(replace(sample, drawn=lifted), Provenance.of(case, 400))
    assert found is not None
    assert found.tested == "supported"
    assert (found.word, found.reason) == ("inconclusive", "not registered")


@pytest.mark.parametrize("word", WORDS)
def test_what_may_be_said_unregistered(word: str) -> None:
    strong = word in {"supported", "contradicted"}
    for standing in ("not registered", "changed since"):
        kept = claims._said(word, "cost", standing)
        assert kept == (("inconclusive", "not registered") if strong else (word, "cost"))
    for standing in ("registered", "exploratory"):
        assert claims._said(word, "cost", standing) == (word, "cost")


# ---------------------------------------------------------------- coders


def coded(small: Case, second: Mapping[str, float]) -> Case:
    """The shares by ana, and by ben who moves some of them."""
    ana = tuple(replace(f, coder="ana") for f in small.functions)
    ben = []
    for f in small.functions:
        mode = second.get(f"{f.capability}/{f.function}", f.share.mode)
        low, high = min(f.share.low, mode), max(f.share.high, mode)
        ben.append(replace(f, coder="ben", share=replace(f.share, low=low, mode=mode, high=high)))
    codes = (*ana, *ben)
    return replace(small, codes=codes, functions=agreed_shares(codes))


def test_two_coders_who_agree_are_as_one(small: Case) -> None:
    case = coded(small, {})
    assert [f.share.mode for f in case.functions] == [f.share.mode for f in small.functions]
    found = examined(case)
    assert found.alpha_of_coders == 1.0
    assert found.coders == ("ana", "ben")
    pd.testing.assert_frame_equal(found.to_frame(), examined(small).to_frame())


def test_disputed_shares_are_intervals(small: Case) -> None:
    moved = {"LAB/leads": 0.8, "LAB/analysis": 0.2}
    case = coded(small, moved)
    shares = {(f.capability, f.function): f.share for f in case.functions}
    leads = shares["LAB", "leads"]
    assert (leads.low, leads.mode, leads.high) == pytest.approx((0.2, 0.6, 0.8))
    found = examined(case)
    assert 0 < found.alpha_of_coders < 1
    first = found.coding().index[0]
    assert first in {("LAB", "leads"), ("LAB", "analysis")}
    assert found.coding()["apart"].iloc[0] == pytest.approx(0.4)
    widths = []
    for one in (found, examined(small)):
        row = row_at(one.to_frame(), "level", "score", "vote")
        widths.append(row["drawn_high"] - row["drawn_low"])
    assert widths[0] > widths[1]


def test_one_coder_alone_is_told(small: Case) -> None:
    ana = tuple(replace(f, coder="ana") for f in small.functions)
    found = examined(replace(small, codes=ana))
    assert found.coders == ("ana",)
    assert np.isnan(found.alpha_of_coders)
    assert len(found.coding()) == 0


# ---------------------------------------------------------------- routes


def test_functions_switched_off_worked_by_hand(worked: Study, golden: Golden) -> None:
    table, by_hand = worked.routes.to_frame(), golden["claim"]
    for measure in ("money", "harm"):
        row = row_at(table, "switched off", measure)
        assert row["ratio"] == pytest.approx(by_hand[f"switched_{measure}"], rel=1e-6)
        assert row["first_in"] == pytest.approx(by_hand[f"switched_{measure}_first"], rel=1e-6)
        assert row["last_in"] == np.inf  # on last, the claimed functions get all
    assert table["finding"].tolist() == ["open", "above", "not identified", "not taken"]
    assert worked.routes.taken == ("shares", "switched off")
    parts = worked.routes.by_function().loc["money"]
    assert parts["shapley"].sum() == pytest.approx((91501.133787 + 17156.462585) / 1e6, rel=1e-6)
    assert parts["owen"].sum() == pytest.approx(parts["shapley"].sum(), rel=1e-9)
    assert parts.loc["leads", "last_in"] == pytest.approx(17156.462585 / 1e6, rel=1e-6)
    assert parts["first_in"].max() == 0  # nobody works with one function alone
    assert "not taken" in repr(worked.routes)


def chosen(small: Case, rounds: int, best: str) -> Case:
    """Members asked to choose between strengthening a claimed and another function."""
    rows = []
    for member in range(12):
        name = small.members[member % len(small.members)].id
        for task in range(rounds):
            ours = ("hosting", "exchange")[(member + task) % 2]
            other = ("training", "analysis")[task % 2]
            picked = ours if (member + task) % 5 else other
            picked = picked if best == "ours" else (other if picked == ours else ours)
            for function, cost in ((ours, 100.0 + 10 * (task % 3)), (other, 100.0)):
                named = f"{member}-{task}"
                rows.append(Choice(name, named, function, function, cost, function == picked, "D"))
    return replace(small, choices=tuple(rows))


@pytest.mark.parametrize(("best", "finding"), [("ours", "above"), ("other", "below")])
def test_members_who_choose(small: Case, best: str, finding: str) -> None:
    case = chosen(small, 8, best)
    sample = draw_sample(case, 60)
    claim = examine_claim(sample, Provenance.of(case, 60))
    assert claim is not None
    found = take_routes(sample, claim, Provenance.of(case, 60))
    row = row_at(found.to_frame(), "chosen", "-")
    assert row["finding"] == finding
    assert (row["ratio"] > 1) == (best == "ours")
    assert row["ratio_low"] < row["ratio"] < row["ratio_high"]
    assert found.taken == ("shares", "switched off", "chosen")
    assert found.by_choice()["utility"].sum() == pytest.approx(0, abs=1e-9)
    assert (found.tasks, found.respondents) == (96, len({c.member for c in case.choices}))


def test_declared_parts_are_merged_to_their_whole(small: Case) -> None:
    """NET in two parts that name their whole: every number as it was."""
    from capworth.study.split_check import split

    parted = examined(split(small, "NET", 2, declared=True))
    pd.testing.assert_frame_equal(parted.to_frame(), examined(small).to_frame(), rtol=1e-9)
    silent = examined(split(small, "NET", 2, declared=False)).to_frame()
    assert set(silent["lines"]) == {5}
    level = ("level", "score", "cost")
    assert row_at(silent, *level)["ratio"] == pytest.approx(
        row_at(examined(small).to_frame(), *level)["ratio"], rel=1e-9
    )
