"""The model beside the record, and the door of the facts."""

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from matplotlib.figure import Figure
from matplotlib.text import Annotation

from capworth.appraisal.attribution import NEEDED, calibrate
from capworth.case.facts import COLUMNS, read_facts
from capworth.charts import draw_calibration
from capworth.cli import main
from capworth.errors import CaseError, InputError
from capworth.language.language import Language
from capworth.methods.cost_benefit.value_chain import elasticity

ROOT = Path(__file__).parents[2]
FACTS = ROOT / "data/calibration"
GOLDEN = tomllib.loads((Path(__file__).parents[1] / "golden/economics.toml").read_text("utf-8"))
CANADA = "hits a year on Canada's records, from "


@pytest.mark.parametrize("golden", GOLDEN["calibration"], ids=lambda golden: golden["name"])
def test_facts_and_models_by_hand(golden: dict[str, Any]) -> None:
    row = calibrate(FACTS).to_frame().to_dict("index")[golden["check"]]
    assert row[golden["column"]] == pytest.approx(golden["value"], abs=golden["atol"])


def test_what_holds_and_what_does_not() -> None:
    """Proportion does not hold, the elasticity does, and Canada is richer than the average."""
    found = calibrate(FACTS)
    table = found.to_frame()
    holds = {str(check) for check in table.index[table["holds"]]}
    assert holds == {"hits, by the elasticity of 2017 and 2018", "elasticity of hits to searches"}
    by_week, by_quarter = (
        table.to_dict("index")[CANADA + which] for which in ("those a week", "the first months")
    )
    assert by_week["ratio"] == pytest.approx(4.18, abs=0.01)
    assert by_quarter["ratio"] == pytest.approx(2.41, abs=0.01)
    assert by_week["fact_high"] == np.inf  # "more than 200"
    assert (table["model_low"] <= table["model"]).all()
    assert (table["model"] <= table["model_high"]).all()
    assert (table["fact_low"] <= table["fact"]).all()
    assert (table["fact"] <= table["fact_high"]).all()
    assert table["source"].str.len().min() > 0
    assert "2 of 6 checks hold" in repr(found)
    assert "<table" in found._repr_html_()
    table["ratio"] = 0
    assert (found.to_frame()["ratio"] != 0).all()


def test_the_response_of_two_years_is_within_its_rounding() -> None:
    """1.0 to 1.1 million hits and 4.6 to 5.4 billion searches: anything from nothing to more."""
    row = calibrate(FACTS).to_frame().to_dict("index")["elasticity of hits to searches"]
    facts = read_facts(FACTS)
    searches = [facts["searches", year].value for year in (2017, 2018)]
    hits = [facts["hits", year].value for year in (2017, 2018)]
    assert row["model"] == pytest.approx(float(elasticity(searches, hits)))
    assert row["model_low"] == pytest.approx(0, abs=1e-12)  # 1.05 and 1.05 million both round so
    assert row["model_high"] > 1


def test_every_fact_has_a_source_and_an_address() -> None:
    facts = read_facts(FACTS)
    assert set(NEEDED) <= set(facts)
    for fact in facts.values():
        assert fact.address.startswith("http"), fact.fact
        assert fact.note
    after = {year for _, year in facts if year > 2019}
    assert after == {2021, 2024}
    case = (ROOT / "data/interpol-2019/activity.csv").read_text("utf-8")
    assert ",2021," not in case  # what came later is no evidence of the case
    assert ",2024," not in case


def facts_in(tmp_path: Path, old: str, new: str) -> Path:
    text = (FACTS / "facts.csv").read_text("utf-8")
    assert old in text
    (tmp_path / "facts.csv").write_text(text.replace(old, new, 1), "utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("hits,2017,950000", "hits,2017,x", "row 4, column 'low': 'x' is not a number"),
        ("hits,2017,950000", "hits,2017,inf", "row 4, column 'low': 'inf' is not a number"),
        ("hits,2017", "hits,'17", "row 4, column 'year': \"'17\" is not a year"),
        ("1050000,a year,rounded", "1050000,a year,about", "column 'bound': 'about' is not known"),
        ("hits,2017,950000,1000000", "hits,2017,950000,900000", "it is not between low and high"),
        ("hits,2018", "hits,2017", "row 5, column 'fact': hits of 2017 is told twice"),
        ("fact,year,low", "fact,year,lowest", "row 1, column 'low': the column is missing"),
        (",INTERPOL Annual Report 2017 (mirror)", ",", "row 2, column 'source': the cell is empty"),
        ("canada_records,2024", "canada_records,2023", "canada_records of 2024 is missing"),
    ],
)
def test_the_analyst_is_told_what_is_wrong(tmp_path: Path, old: str, new: str, told: str) -> None:
    with pytest.raises(CaseError) as caught:
        calibrate(facts_in(tmp_path, old, new))
    assert told in str(caught.value)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    folder = facts_in(tmp_path, "hits,2017,950000", "hits,2017,x")
    with pytest.raises(CaseError) as caught:
        calibrate(facts_in_again(folder))
    assert len(caught.value.findings) == 2


def facts_in_again(folder: Path) -> Path:
    path = folder / "facts.csv"
    path.write_text(path.read_text("utf-8").replace(",exact,", ",so-so,", 1), "utf-8")
    return folder


def test_no_folder_no_facts(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        read_facts(tmp_path)
    assert COLUMNS[0] == "fact"


def test_a_fact_within_the_model_holds(tmp_path: Path) -> None:
    """Had Canada's records been found 48 times a week, the average record would have said so."""
    folder = facts_in(
        tmp_path, "canada_hits_week,2024,200,200,200", "canada_hits_week,2024,48,48,48"
    )
    row = calibrate(folder).to_frame().to_dict("index")[CANADA + "those a week"]
    assert row["holds"]
    assert row["ratio"] == pytest.approx(48 * 365 / 7 / row["model"])


# --------------------------------------------------------------------- the chart and the command


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_chart_puts_each_fact_beside_its_model(language: str) -> None:
    found = calibrate(FACTS)
    ax = Figure(figsize=(6.7, 3), layout="constrained").subplots()
    draw_calibration(found, ax, Language(language).charts)
    seen = next(line for line in ax.lines if line.get_marker() == "o")
    table = found.to_frame()
    np.testing.assert_allclose(np.asarray(seen.get_xdata(), dtype=float), table["ratio"])
    low, high = ax.get_xlim()
    assert low < table["ratio"].min() < table["ratio"].max() < high
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert not {*names} & {*table.index}, "every check has a name in words"
    column = [t.get_text() for t in ax.texts][-len(table) - 1 : -1]
    words = {"en": ("no", "yes"), "fr": ("non", "oui")}[language]
    assert column == [words[int(held)] for held in table["holds"]]
    bounds = int(np.isinf(table["fact_high"]).sum())
    assert sum(isinstance(t, Annotation) and t.arrow_patch is not None for t in ax.texts) == bounds


def test_the_command_writes_table_and_charts_the_same_twice(tmp_path: Path) -> None:
    for name in ("one", "two"):
        told = CliRunner().invoke(main, ["calibrate", str(FACTS), "--out", str(tmp_path / name)])
        assert told.exit_code == 0, told.output
        assert "2 of 6 checks hold" in told.output
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert files == ["calibration-en.svg", "calibration-fr.svg", "calibration.csv"]
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    table = pd.read_csv(tmp_path / "one" / "calibration.csv", index_col="check")
    assert [*table.index] == [*calibrate(FACTS).to_frame().index]


def test_the_command_tells_faults(tmp_path: Path) -> None:
    told = CliRunner().invoke(main, ["calibrate", str(tmp_path)])
    assert told.exit_code == 2
    assert "there is no such file" in told.output
