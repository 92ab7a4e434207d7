"""The page of futures: what is advised under every scenario, beside the advice as it is."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from capworth.case.model import Case
from capworth.case.read import read_case
from capworth.language.language import Language
from capworth.language.phrases import phrases
from capworth.report.annex.contents import sheets
from capworth.report.annex.futures import futures
from capworth.report.content import Voice, phrases_of, refs_of
from capworth.report.pages import said_sheet
from capworth.runs import run as runs
from capworth.study.scorecard import AS_IS, Scorecard, scorecard_of
from capworth.study.stages import Study, run_study

LANGUAGES = ("en", "fr", "es", "ar")
SCENARIOS = """
[lean]
name = "Half of the money"
name_fr = "La moitié de l'argent"
settings = { budget = 50000 }

[dear]
name = "Scanning costs more"
values = { "costs/SCAN-BUILD" = { mode = 95000, high = 120000 } }
"""


@pytest.fixture(scope="module")
def case(small_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Case:
    """The small case with two futures."""
    place = tmp_path_factory.mktemp("futures") / "small"
    place.mkdir()
    for path in small_folder.iterdir():
        (place / path.name).write_bytes(path.read_bytes())
    (place / "scenarios.toml").write_text(SCENARIOS, encoding="utf-8")
    return read_case(place)


@pytest.fixture(scope="module")
def asked(case: Case) -> Study:
    """Its study, with the futures beside it."""
    study = run_study(case, draws=100)
    return study.with_answers(futures=scorecard_of(study))


def table_of(study: Study, language: str = "en") -> dict[str, Any]:
    """The table of the page, as it is said."""
    sheet = futures(study)
    assert sheet is not None
    block: dict[str, Any] = said_sheet(sheet, Voice(Language.of(study.case, language), study))[
        "blocks"
    ][0]
    return block


def names_of(study: Study, language: str = "en") -> list[str]:
    """The first cells of its rows."""
    return [str(row[0]).strip("\u2066\u2069") for row in table_of(study, language)["rows"]]


def test_each_future_has_a_row_with_its_own_figures(asked: Study, case: Case) -> None:
    sheet = futures(asked)
    assert sheet is not None
    refs = [ref for ref in refs_of(sheet) if not ref.figure.startswith("confidence")]
    assert len(refs) == 3 * 5
    for ref in refs:
        name = asked.figures.stored(ref.figure)
        assert name is not None
        known = asked.figures[name]
        value = float("nan") if known.value is None else known.value
        assert ref.amount.middle == pytest.approx(value, rel=1e-12, nan_ok=True)
    dear = run_study(case.with_scenario("dear"), 100, only="programme").programme
    assert asked.figures["cost.future.dear"].value == dear.cost_m[0]
    assert asked.figures["needed.future.dear"].value == dear.needed_m
    assert asked.figures["within.future.lean"].value != asked.figures["within.programme"].value


def test_the_first_row_is_the_programme_of_every_other_page(asked: Study) -> None:
    first: Any = asked.futures.to_frame().loc[AS_IS]
    assert first["chosen"].split() == list(asked.programme.chosen)
    assert first["cost_m"] == asked.programme.cost_m[0]
    assert not [name for name in asked.figures if name.endswith(".future.as_it_is")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_said_in_every_language(asked: Study, language: str) -> None:
    name = {"fr": "La moitié de l’argent"}.get(language, "Half of the money")
    assert names_of(asked, language)[1:] == [name, "Scanning costs more"]
    assert "100" in table_of(asked, language)["note"]


def test_what_is_advised_is_told_against_the_case_as_it_is(asked: Study) -> None:
    told = [row[1] for row in table_of(asked)["rows"]]
    changed: Any = asked.futures.to_frame()
    for said, (_, row) in zip(told[1:], changed.iloc[1:].iterrows(), strict=True):
        assert (said == "the same") == (not row["into"] and not row["out"])
    assert "Scan" in str(told[0])
    other = asked.with_answers(futures=card(asked.futures, ["SCAN", "SCAN LINK", ""]))
    told = [str(row[1]) for row in table_of(other)["rows"]]
    assert told[1].startswith("takes in")
    assert told[2].startswith("lets go")


def card(found: Scorecard, chosen: list[str], impossible: tuple[str, ...] = ()) -> Scorecard:
    """The same futures with other advice in each."""
    table, first = found.to_frame(), set(chosen[0].split())
    table["chosen"] = chosen
    table["into"] = [" ".join(sorted(set(row.split()) - first)) for row in chosen]
    table["out"] = [" ".join(sorted(first - set(row.split()))) for row in chosen]
    return replace(found, _table=table, impossible=impossible)


def test_the_title_says_what_is_advised_in_every_future(asked: Study) -> None:
    ways = {
        "title_same": ["SCAN", "SCAN", "SCAN"],
        "title_some": ["SCAN LINK", "SCAN", "SCAN LINK"],
        "title_none": ["SCAN", "LINK", "SCAN"],
    }
    said = set()
    for key, chosen in ways.items():
        other = asked.with_answers(futures=card(asked.futures, chosen, ("lean",)))
        sheet = futures(other)
        assert sheet is not None
        assert f"futures.{key}" in [*phrases_of(sheet.title)]
        said |= {*phrases_of(sheet)}
        assert "Half of the money" in table_of(other)["note"]
    said |= {*phrases_of(futures(asked))}
    said |= {*phrases_of(futures(asked.with_answers(futures=card(asked.futures, [""] * 3))))}
    known = {key for key in phrases("en").phrases if key.startswith("pages.futures.")}
    assert {f"pages.{key}" for key in said if key.startswith("futures.")} == known


def why(study: Study) -> str:
    """What the contents say of futures."""
    voice = Voice(Language.of(study.case, "en"), study)
    blocks = said_sheet(sheets(study)[0], voice)["blocks"]
    table = next(b for b in blocks if b["kind"] == "linked")
    told = {row["cells"][0]: row["cells"][1] for row in table["rows"]}
    return str(told[voice.language.say("question.futures")])


def test_the_contents_say_why_it_is_not_asked(asked: Study, study: Study) -> None:
    assert why(asked) == "answered"
    assert why(asked.with_answers(futures=None)).endswith("the case holds scenarios")
    assert why(study) == "not asked: the case holds nothing on it"
    assert futures(study) is None


@pytest.mark.long
@pytest.mark.usefixtures("few_charts")
def test_a_run_holds_them_on_request_and_again(case: Case, tmp_path: Path) -> None:
    runs.run(case, tmp_path / "run", draws=100, languages=["en"], formats=[], futures=True)
    table = pd.read_csv(tmp_path / "run" / "tables" / "scorecard.csv", index_col=0)
    assert list(table.index) == [AS_IS, "lean", "dear"]
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text("utf-8"))
    assert manifest["settings"]["futures"] is True
    assert runs.rerun(tmp_path / "run").is_same
