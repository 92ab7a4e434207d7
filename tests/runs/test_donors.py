"""The donor menu and its pages: packages, what is said of each, and the file that is sent."""

import re
from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from accessible import elements, faults
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from capworth.case.model import Case, Member, Rating, Relation
from capworth.case.read import read_case
from capworth.cli import main
from capworth.errors import InputError
from capworth.funding.donors import DonorMenu, closed_bundles
from capworth.language.language import Language
from capworth.language.numbers import Amount
from capworth.members.feedback import hear_members
from capworth.methods.portfolio.frontier import Relations
from capworth.programme.choice import Choice
from capworth.report.content import said
from capworth.report.donor import Offer, page_of, voice_of, write_index, write_package
from capworth.runs import papers as donorpapers
from capworth.runs import run as runs
from capworth.runs.manifest import RunError
from capworth.runs.papers import write_donor_papers
from capworth.runs.place import inputs_of, read_manifest
from capworth.study.stages import Study, run_study

LANGUAGES = ("en", "fr")  # of the small case
SPOKEN = (*LANGUAGES, "es")
STRAY = re.compile(r"\b(?:nan|NaN|None|inf|NaT)\b|\{\w*\}")
ENGLISH = re.compile(r"\b(?:the|draws|with|which|likely|whole|members|nothing)\b")


def menu_of(study: Study) -> DonorMenu:
    return study.funding.menu


def offer_of(study: Study, **more: Any) -> Offer:
    budget = study.case.settings.budget
    assert budget is not None
    return Offer(study.case, menu_of(study), budget / 1e6, 400, **more)


def words_of(content: bytes) -> str:
    reader = PdfReader(BytesIO(content))
    return " ".join(" ".join(page.extract_text().split()) for page in reader.pages)


# ---------------------------------------------------------------- packages


def test_bundles_worked_by_hand() -> None:
    """0 needs 1 and 2; 2 needs 3; 4 stands alone: lopsided, so that a transpose is seen."""
    relations = Relations(5, requires=((0, (1, 2)), (2, (3,))))
    assert closed_bundles(relations).astype(int).tolist() == [
        [1, 1, 1, 1, 0],
        [0, 1, 0, 0, 0],
        [0, 0, 1, 1, 0],
        [0, 0, 0, 1, 0],
        [0, 0, 0, 0, 1],
    ]


@given(st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda p: p[0] < p[1])))
def test_a_bundle_is_closed_and_no_smaller_one_is(pairs: set[tuple[int, int]]) -> None:
    relations = Relations(6, requires=tuple((one, (other,)) for one, other in sorted(pairs)))
    for head, bundle in enumerate(closed_bundles(relations)):
        taken = set(np.flatnonzero(bundle).tolist())
        assert head in taken
        assert all(other in taken for one, other in pairs if one in taken)
        reached = {head}
        for _ in range(6):
            reached |= {other for one, other in pairs if one in reached}
        assert taken == reached


def test_what_a_package_costs_and_adds(study: Study) -> None:
    table, drawn = menu_of(study).to_frame(), study.sample.drawn
    ids = study.case.improvement_ids
    for package, inside in (("SCAN", ["SCAN"]), ("LINK", ["SCAN", "LINK"]), ("CLOUD", ["CLOUD"])):
        columns = [ids.index(i) for i in inside]
        row = table.T[package]
        for name, part, scale in (
            ("asked_m", drawn.asked, 1e6),
            ("cost_m", drawn.improvement_cost, 1e6),
            ("gain", drawn.gains.distance, 1.0),
            ("money_m", drawn.gains.money, 1e6),
            ("harm_days", drawn.gains.harm, 1.0),
        ):
            total = part[:, columns].sum(axis=1) / scale
            if name == "money_m" and package == "CLOUD":  # it changes nothing that has a price
                assert np.isnan(row[name])
                continue
            assert row[name] == pytest.approx(total.mean())
            if name == "gain":  # a ratio of means: its range is that of the ratio by draw
                total = total * study.sample.model.extents.distance / drawn.distance
            ends = row[f"{name}_low"], row[f"{name}_high"]
            assert ends == pytest.approx(
                tuple(np.percentile(total, (10, 90), method="inverted_cdf"))
            )
        assert row["p_gain"] == (drawn.gains.distance[:, columns].sum(axis=1) > 0).mean()
        paid = row["organisation_m"] + row["members_m"] + row["donors_m"]
        assert paid == pytest.approx(row["cost_m"])
        payers = drawn.improvement_payers[:, columns].sum(axis=(0, 1)) / len(drawn.asked) / 1e6
        assert row["members_m"] == pytest.approx(payers[1])
        served = (drawn.gains.distance * drawn.gains.exchange)[:, columns].sum()
        assert row["exchange"] == pytest.approx(served / drawn.gains.distance[:, columns].sum())
        assert row["gain_per_asked_m"] == pytest.approx(row["gain"] / row["asked_m"])
    assert table["gain_per_asked_m"].is_monotonic_decreasing


def test_a_package_has_the_core_index_of_its_improvement(study: Study) -> None:
    """The share of draws whose best good set holds it, as the programme says."""
    table, programme = menu_of(study).to_frame(), study.programme.to_frame()
    for package in ("SCAN", "LINK", "CLOUD"):
        assert table["core"][package] == programme["core"][package]


def test_what_is_said_of_a_package(study: Study) -> None:
    table = menu_of(study).to_frame().T
    link, scan, cloud = (table[package] for package in ("LINK", "SCAN", "CLOUD"))
    assert (link["improvements"], link["needs"]) == ("SCAN LINK", "SCAN")
    assert (scan["improvements"], scan["needs"], scan["opens"]) == ("SCAN", "", "LINK")
    assert (link["opens"], link["rules_out"], cloud["rules_out"]) == ("", "CLOUD", "SCAN")
    assert (link["readiness"], scan["readiness"]) == (6, 8), "the lowest of the package"
    assert (link["start_year"], link["effect_year"]) == (2025, 2027), "first start, last effect"
    assert (scan["pledged_m"], cloud["pledged_m"]) == (pytest.approx(0.03), 0)
    assert link["pledged_m"] == pytest.approx(0.03), "one pledge counts once"
    assert (scan["grade"], cloud["grade"]) == ("E", "D"), "the lowest: members' cost of SCAN is E"
    chosen = set(study.programme.chosen)
    packages = {"SCAN": {"SCAN"}, "LINK": {"SCAN", "LINK"}, "CLOUD": {"CLOUD"}}
    for package, inside in packages.items():
        assert table[package]["chosen"] == (inside <= chosen)
    assert 0 < sum(table.T["chosen"]) < 3
    serves = menu_of(study).serves()
    assert serves.loc["LINK"].index.tolist() == ["REG", "LAB", "NET"]
    assert serves.T["LINK", "LAB"].to_dict() == {"criteria": "results", "steps": "verified"}
    assert link["functions"].split()[0] in link["functions"]


def test_a_chain_of_needs_is_asked_for_once(small: Case) -> None:
    """CLOUD needs LINK, which needs SCAN: each is paid once, what is needed stands first."""
    chain = (Relation("LINK", "requires", "SCAN"), Relation("CLOUD", "requires", "LINK"))
    study = run_study(replace(small, relations=chain), draws=40)
    menu = menu_of(study)
    assert menu.to_frame().T["CLOUD"]["improvements"] == "SCAN LINK CLOUD"
    dues = replace(small.funding[1], id="DUES", use="organisation")
    more = run_study(replace(small, funding=(*small.funding, dues)), draws=40)
    pledged = menu_of(more).to_frame()["pledged_m"].to_dict()
    assert pledged["SCAN"] == pytest.approx(0.03), "income of the organisation is no pledge"
    single = study.sample.drawn.asked.mean(axis=0) / 1e6
    assert menu.to_frame().T["CLOUD"]["asked_m"] == pytest.approx(single.sum())
    assert repr(menu).startswith("<DonorMenu: 3 packages from ")


# ---------------------------------------------------------------- a page


@pytest.mark.parametrize(
    ("package", "language"),
    [("LINK", "en"), ("CLOUD", "en"), *(("SCAN", language) for language in SPOKEN)],
)
def test_a_package_is_one_page_tagged_and_the_same_twice(
    study: Study, package: str, language: str
) -> None:
    offer = offer_of(study)
    content = write_package(offer, package, language)
    assert content == write_package(offer, package, language)
    reader = PdfReader(BytesIO(content))
    assert len(reader.pages) == 1
    assert not faults(content, language)
    root: Any = reader.trailer["/Root"]
    tags = list(elements(root["/StructTreeRoot"]))
    tables = [e for e in tags if e["/S"] == "/Table"]
    assert len(tables) == 1  # the picture is read as the rows of a table
    assert all(any(c["/S"] == "/TH" for c in elements(table["/K"])) for table in tables)
    text = words_of(content)
    assert not STRAY.findall(text)
    assert study.case.settings.in_language("title", language) in text
    if language == "fr":
        assert not ENGLISH.findall(text)


def test_a_page_says_what_the_menu_says(study: Study) -> None:
    offer, table = offer_of(study), menu_of(study).to_frame()
    words = Language.of(study.case, "en")
    for package in menu_of(study).packages:
        text, row = words_of(write_package(offer, package, "en")), table.T[package]
        assert f"{words.probability(row['core'])} chance to be in the best set" in text
        for name in ("asked_m", "gain"):
            amount = Amount(*(float(row[f"{name}{end}"]) for end in ENDS))
            assert words.span(amount) in text
            assert words.middle(amount) in text
        assert "A gift is a transfer" in text
        assert "What it does not promise" in text
        assert text.count(words.brief(package).removesuffix("†")) > 1
        assert f"explorer.html#/improvement/{package}" in text
        assert f"needed.package.{package}" in text
        assert ("costs the programme nothing" in text) is bool(row["chosen"])
    link = words_of(write_package(offer, "LINK", "en"))
    assert "It requires Scanners at the border, which is in the price" in link
    assert "It rules out Move to a cloud." in link
    assert "is pledged by Isle of Pounds" in link
    cloud = words_of(write_package(offer, "CLOUD", "en"))
    assert "No earmarked pledge names any part of it." in cloud
    assert "It requires no other improvement" in cloud


def test_the_title_is_the_verb_of_the_advice(study: Study) -> None:
    """Every role of METHOD 4.2, and its other side where it is not in the set."""
    menu = menu_of(study)
    told = {
        ("start", True): "SCAN: start",
        ("start, review at first quote", True): "SCAN: start, review at the first quote",
        ("choose", True): "SCAN: choose it or Move to a cloud",
        ("choose", False): "SCAN: choose Move to a cloud or it",
        ("prefer", True): "SCAN: prefer it to Move to a cloud",
        ("prefer", False): "SCAN: prefer Move to a cloud",
        ("could be left", True): "SCAN: start, or leave out",
        ("not now", False): "SCAN: not now",
    }
    for (role, chosen), title in told.items():
        table = menu.to_frame().assign(role=role, chosen=chosen, instead="CLOUD", from_year=2025.0)
        offer = replace(offer_of(study), menu=replace(menu, _table=table))
        heading = said(page_of(offer, "SCAN").heading, voice_of(study.case, "en"))
        assert heading.replace("Scanners at the border", "SCAN").endswith(title)
        assert heading.startswith("Up to €0.")
        assert ", 80% sure, for " in heading


def test_what_an_earmark_costs_by_trying_every_set(study: Study) -> None:
    """The best set that holds the package, of all that keep relations and the budget at 80 %."""
    choice, table = Choice.of(study.sample), menu_of(study).to_frame()
    budget, ids = study.case.settings.budget, study.case.improvement_ids
    assert budget is not None
    sets = [
        c for c in product((False, True), repeat=3) if not (c[1] and not c[0]) and not c[0] & c[2]
    ]
    cost, worth = study.sample.drawn.asked, {}
    for taken in sets:
        needed = np.sort(cost[:, list(taken)].sum(axis=1))[int(np.ceil(0.8 * len(cost))) - 1]
        if needed <= budget:
            worth[taken] = choice.joint(np.array(taken), np.zeros(3, dtype=np.int64))
    for k, i in enumerate(ids):
        holding = [value for taken, value in worth.items() if taken[k]]
        expected = max(worth.values()) - max(holding) if holding else np.nan
        np.testing.assert_allclose(table.T[i]["earmark"], expected, atol=1e-9)
    free = np.sort(cost[:, 0])[int(np.ceil(0.8 * len(cost))) - 1] / 1e6
    assert table.T["SCAN"]["needed_m"] == pytest.approx(free)


ENDS = ("", "_low", "_high")


def test_members_speak_only_where_they_were_asked(study: Study, small: Case) -> None:
    def asked(basis: str) -> Case:
        members = tuple(
            Member(f"M{k}", f"Member {k}", region, "D")
            for k, region in enumerate(["North"] * 4 + ["South"] * 4)
        )
        ratings = tuple(
            Rating(m.id, c, 2024, "D", 8.0, 2.0 if m.region == "South" else 9.0, 5.0, basis=basis)
            for m in members
            for c in small.capability_ids
        )
        return replace(study.case, members=members, feedback=ratings)

    offer = replace(offer_of(study), case=replace(study.case, feedback=()))
    assert "is not in the case" in words_of(write_package(offer, "SCAN", "en"))
    made = replace(offer, case=asked("SYNTHETIC: made"))
    assert "synthetic answers are not used" in words_of(write_package(made, "SCAN", "en"))
    case = asked("survey")
    surveyed = hear_members(case)
    assert surveyed is not None
    told = replace(offer, case=case, regions=surveyed.by_region())
    text = words_of(write_package(told, "SCAN", "en"))
    assert "need these services most in South (need gap 64 of 100) and North" in text


@pytest.mark.long
def test_made_answers_are_no_answers(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Need by region goes to the page where members were asked, and nowhere else."""
    case = read_case(inputs_of(run))
    assert case.feedback, "the small case has a survey"
    seen: list[pd.DataFrame | None] = []

    def keep(offer: Offer, _: str) -> bytes:
        seen.append(offer.regions)
        return b""

    for basis in ("SYNTHETIC: made", "survey"):
        ratings = tuple(replace(r, basis=basis) for r in case.feedback)
        told = replace(case, feedback=ratings)
        monkeypatch.setattr(donorpapers, "case_of_run", lambda *_, told=told: told)
        monkeypatch.setattr(donorpapers, "write_index", keep)
        monkeypatch.setattr(donorpapers, "write_package", lambda *_: b"")
        write_donor_papers(run, run.parent / "regions", languages=("en",), packages=("SCAN",))
    assert seen[0] is None
    assert seen[1] is not None
    assert seen[1].index.names == ["region", "capability"]


def test_a_long_name_still_fits_on_one_page(study: Study) -> None:
    long = "Joint register of seized, stolen and otherwise inexplicable mountaineering gear, phase"
    improvements = tuple(replace(i, name=f"{long} {i.id}") for i in study.case.improvements)
    offer = replace(offer_of(study), case=replace(study.case, improvements=improvements))
    for package in ("LINK", "CLOUD"):
        assert len(PdfReader(BytesIO(write_package(offer, package, "en"))).pages) == 1


def test_a_letter_that_no_font_has_is_named(study: Study) -> None:
    case = replace(study.case, settings=replace(study.case.settings, title="Star \U000f0000"))
    with pytest.raises(InputError, match="the document cannot be set"):
        write_index(replace(offer_of(study), case=case), "en")


@pytest.mark.parametrize("language", SPOKEN)
def test_the_index_lists_every_package_once(study: Study, language: str) -> None:
    content = write_index(offer_of(study), language)
    assert content == write_index(offer_of(study), language)
    text = words_of(content)
    for package in menu_of(study).packages:
        assert text.count(f"{package}.pdf") == 1
    assert not STRAY.findall(text)
    if language == "fr":
        assert not ENGLISH.findall(text)


# ---------------------------------------------------------------- from a run


@pytest.fixture(scope="module")
def run(small_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the small case, without the report: it has tests of its own."""
    folder = tmp_path_factory.mktemp("runs") / "small"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "write_papers", lambda *_, meanwhile: meanwhile())
        runs.run(small_folder, folder, draws=400)
    return folder


def files(folder: Path) -> Mapping[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*.pdf"))}


def test_the_pages_of_a_run_are_those_of_its_study(run: Path, study: Study, tmp_path: Path) -> None:
    written = write_donor_papers(run, tmp_path / "once")
    names = {"index", "SCAN", "LINK", "CLOUD"}
    expected = {f"{language}/{name}.pdf" for language in LANGUAGES for name in names}
    assert {p.relative_to(tmp_path / "once").as_posix() for p in written} == expected
    once = files(tmp_path / "once")
    assert set(once) == expected
    assert write_donor_papers(run, tmp_path / "twice", workers=2)
    assert files(tmp_path / "twice") == once
    surveyed = hear_members(study.case)
    assert surveyed is not None
    known = write_package(offer_of(study, regions=surveyed.by_region()), "LINK", "fr")
    assert words_of(once["fr/LINK.pdf"]) == words_of(known), "numbers are the run's own"


def test_the_command(run: Path, tmp_path: Path) -> None:
    call = ["donors", str(run), "--out", str(tmp_path / "p"), "--lang", "en", "--package", "SCAN"]
    done = CliRunner().invoke(main, call)
    assert done.exit_code == 0, done.output
    assert sorted(files(tmp_path / "p")) == ["en/SCAN.pdf", "en/index.pdf"]
    for wrong, told in (
        (["donors", str(run), "--package", "SCANN"], "there is no package 'SCANN'. Did you mean"),
        (["donors", str(run), "--lang", "de"], "there is no page in 'de'"),
        (["donors", str(tmp_path)], "is not a run folder"),
        (["donors", str(run), "--out", str(run)], "holds its own files only"),
    ):
        found = CliRunner().invoke(main, wrong)
        assert found.exit_code == 2
        assert told in found.stderr


def test_the_pages_stand_beside_the_run(run: Path) -> None:
    before, held = read_manifest(run)["outputs"], sorted(run.rglob("*"))
    written = write_donor_papers(run, languages=("en",), packages=("CLOUD",))
    assert written[0] == run.parent / "small-donors" / "en" / "index.pdf"
    assert sorted(run.rglob("*")) == held
    assert read_manifest(run)["outputs"] == before


@pytest.mark.parametrize("name", ["tables/donor_menu.csv", "inputs/costs.csv"])
def test_a_run_that_was_changed_is_refused(run: Path, name: str, tmp_path: Path) -> None:
    path = run / name
    good = path.read_bytes()
    try:
        path.write_bytes(good + b"\n")
        with pytest.raises(RunError, match=f"changed since the run: {name}"):
            write_donor_papers(run, tmp_path / "never")
    finally:
        path.write_bytes(good)
    assert not (tmp_path / "never").exists()


def test_a_run_without_a_menu_says_so(
    small: Case, tmp_path: Path, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert small.settings.budget
    manifest = dict(read_manifest(run))
    manifest["outputs"] = []
    monkeypatch.setattr(donorpapers, "read_manifest", lambda _: manifest)
    with pytest.raises(RunError, match="has no donor menu"):
        write_donor_papers(run, tmp_path / "never")


def test_cells_come_back_as_they_were(study: Study, run: Path) -> None:
    """Empty texts stay texts, numbers numbers, flags flags."""
    from capworth.runs.papers import _read

    found = _read(run / "tables" / "donor_menu.csv").set_index("package")
    known = menu_of(study).to_frame()
    pd.testing.assert_frame_equal(found, known, check_dtype=False, rtol=1e-9)
    assert found["chosen"].tolist() == known["chosen"].tolist()
