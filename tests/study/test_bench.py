"""The analyst's bench: parts, draws, charts, papers, comparisons and proposals in one line each."""

import inspect
import re
import sys
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from parts_of_cases import FUTURES

from capworth.appraisal.conventions import compare_conventions
from capworth.case.model import Case
from capworth.case.read import read_case
from capworth.errors import CapworthError, InputError
from capworth.model.result import Answer
from capworth.programme.table import best_programme
from capworth.runs.place import read_manifest
from capworth.runs.run import rerun
from capworth.study.pages import output_columns, part_pages, told_of
from capworth.study.scorecard import AS_IS, scorecard
from capworth.study.shown import written
from capworth.study.stages import PARTS, NotAskedError, Study, run_study
from capworth.study.tables import tables_of

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="module")
def changed(small: Case) -> Study:
    """The small case with another weight and a smaller budget, in 400 draws."""
    return run_study(small.with_settings(budget=50_000.0).with_weight("use", 30), draws=400)


# ------------------------------------------------------------ parts and columns


def test_every_part_has_a_page() -> None:
    assert list(part_pages()) == list(PARTS)
    assert all(page.question.endswith("?") and page.method for page in part_pages().values())


def every_table(study: Study) -> Iterator[tuple[str, pd.DataFrame]]:
    yield from tables_of(study).items()
    convened = compare_conventions(study.case, study.answers.get("scales"), draws=50)
    yield from convened.tables().items()


def test_every_output_column_is_told_of(study: Study) -> None:
    """Of every table of a run: its unit and meaning stand in the one dictionary."""
    told = {(t, c): told_of(t, str(c)) for t, table in every_table(study) for c in table.columns}
    assert len(told) > 400
    assert [place for place, known in told.items() if known is None] == []
    known = {page for part in part_pages().values() for page in part.tables}
    assert {table for table, _ in told} <= known


@pytest.mark.parametrize(
    ("table", "column", "unit", "meaning"),
    [
        ("excellence", "efficiency_low", "share", "low end of the 80 % interval of efficiency"),
        ("excellence", "efficiency_constant", "share", "radial efficiency under constant or"),
        ("claim_lines", "cost_m", "millions", "discounted whole-life cost"),
        ("claim_lines", "hosting", "share", "part of the service in this function"),
        ("claim", "ratio_low", "ratio", "low end of the 90 % interval"),
        ("allocation_ranks", "usage", "place", "place in value for money by this key"),
        (
            "joint_gains",
            "money_m_last_high",
            "millions",
            "high end of the 80 % interval of money_m",
        ),
    ],
)
def test_a_column_is_told_by_its_own_words(
    table: str, column: str, unit: str, meaning: str
) -> None:
    known = told_of(table, column)
    assert known is not None
    assert (known.unit, known.meaning[: len(meaning)]) == (unit, meaning)


SAME_UNIT = {  # how the dictionary may say the unit of a figure that the paper prints
    "millions": {"millions", "unit of the measure"},
    "millions_a_year": {"millions a year"},
    "thousands_a_year": {"thousands a year"},
    "money": {"money for one"},
    "share": {"share", "share a year"},
    "chance": {"probability", "share of draws", "share of deals", "share of planted cases"},
    "points": {"points", "0 to 100", "points of score", "points of value"}
    | {f"points 0 to {most}" for most in (10, 100)},
    "distance": {"% of the distance", "unit of the objective"},
    "distance_per_million": {
        "% of the distance for a million",
        "% of the distance, or points, for a million",
    },
    "points_per_million": {"points for a million", "points for a million a year"},
    "days": {"days a year", "unit of the measure"},
    "days_per_million": {"days for a million a year"},
    "ratio": {"ratio", "factor", "standard deviations", "p of the test", "-1 to 1"}
    | {"millions for a million"},
    "years": {"years"},
    "year": {"year"},
    "place": {"place"},
    "a_year": {"a year"},
    "count": {"improvements", "members", "pairs", "places", "posts", "services", "users"},
}
TOTALS = ("cost_bridge", "overrun", "overrun_readings")
OF_TOTALS = {"millions of the unit of the row", "millions in the money of the total"}


def test_the_paper_and_the_dictionary_count_in_the_same_unit(study: Study) -> None:
    """Of every figure, at every column of a table that it is printed from."""
    unlike, seen = set(), set()
    for figure in study.figures.values():
        for table, column in (place.split("/")[:2] for place in figure.places):
            known = told_of(table, column)
            assert known is not None, (table, column)
            seen.add(column)
            fits = SAME_UNIT.get(figure.unit)  # a level is counted in the unit of its row
            if table in TOTALS and figure.unit.startswith("millions"):
                fits = OF_TOTALS  # their money and their year are their own
            if known.unit not in (fits or {known.unit}):
                unlike.add((table, column, figure.unit, known.unit))
    assert len(seen) > 150
    assert not unlike


def test_a_part_names_the_tables_it_gives(study: Study) -> None:
    for name, page in part_pages().items():
        answer = study.answers[name]
        if isinstance(answer, Answer):
            assert set(answer.tables()) <= set(page.tables), name
            first = answer.tables().get(page.tables[0]) if page.tables else None
            if first is not None and len(first):
                assert set(page.first) <= {*map(str, first.columns)}, name


def test_the_dictionary_names_no_table_that_is_none() -> None:
    known = {t for page in part_pages().values() for t in page.tables} | {"*"}
    assert set(output_columns()) <= known | {"proposal"}


def test_parts_say_what_is_asked(study: Study) -> None:
    parts: Any = study.parts
    assert parts.loc["claim", "asked"]
    assert not parts.loc["conventions", "asked"]
    assert parts.loc["conventions", "finding"] == "-"
    assert "inconclusive" in parts.loc["claim", "finding"]


# ------------------------------------------------------------ one question alone


def test_one_question_is_answered_alone_and_as_in_the_whole(small: Case, study: Study) -> None:
    alone = run_study(small, only="claim")
    assert alone.known == ("claim",)
    assert alone.claim.to_frame().equals(study.claim.to_frame())
    assert alone.answer("routes").to_frame().equals(study.routes.to_frame()), "found when asked for"
    assert set(alone.known) == {"claim", "routes"}
    with pytest.raises(NotAskedError, match="conventions are found on request only"):
        alone.answer("conventions")
    with pytest.raises(InputError, match="Did you mean 'claim'"):
        run_study(small, only="clam")


# ------------------------------------------------------------ draws


def test_draws_are_the_arrays_of_the_study_and_locked(study: Study) -> None:
    draws = study.draws
    assert set(draws) == set(draws.dims)
    cost = draws["cost"]
    assert np.array_equal(cost, study.sample.drawn.cost)
    with pytest.raises(ValueError, match="read-only"):
        cost[0, 0] = 1
    for name in draws:
        shape = tuple(len(draws.coords[dim]) for dim in draws.dims[name])
        assert draws[name].shape[1:] == shape, name
        assert draws.units[name]
    table: Any = draws.table("payers")
    assert list(table.columns.names) == ["capability", "payer"]
    assert table.loc[3, ("LAB", "members")] == draws["payers"][3, 2, 1]
    with pytest.raises(InputError, match="Did you mean 'cost'"):
        draws["costs"]


def test_all_draws_are_found_again(small: Case) -> None:
    """Beyond a chunk, and beyond what is kept, the same draws."""
    study = run_study(small, draws=10_300, only="appraisal")
    every = study.draws.every("cost")
    assert every.shape == (10_300, 4)
    assert np.array_equal(every, study.sample.drawn.cost)
    assert study.draws.every("levels").shape[0] == 10_300 > len(study.draws["levels"])
    asked, kept = (study.draws.every("programme_asked"), study.draws["programme_asked"])
    assert len(asked) == 10_300
    assert asked[: len(kept)] == pytest.approx(kept, rel=1e-12)
    assert study.draws.every("budget_exceeded").sum() >= study.draws["budget_exceeded"].sum()
    with pytest.raises(InputError, match="kept alone"):
        study.draws.every("programme_gain")


def test_draws_in_which_something_is_true(study: Study) -> None:
    over = study.where("budget_exceeded")
    asked = study.draws["programme_asked"]
    assert over.size == int((asked > 110_000).sum()) > 0
    assert over.size / study.draws.size == pytest.approx(1 - study.programme.p_within)
    assert (over["programme_asked"] > 110_000).all()
    assert over.beside_all().index[0] == "costs/SCAN-BUILD", "what makes it dear"
    few = over.where(lambda draws: draws["score"][:, 0] > draws["score"][:, 0].mean())
    assert 0 < few.size < over.size
    assert set(few.table("cost").index) <= set(over.table("cost").index)
    assert study.where(asked > 110_000).size == over.size
    level = study.draws.of_input("costs/SCAN-BUILD")
    assert np.array_equal(over.of_input("costs/SCAN-BUILD"), level[asked > 110_000])
    with pytest.raises(InputError, match="yes or no for each of 400 draws"):
        study.where(asked)


def test_without_xarray_the_error_says_what_to_take(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    for package in ("xarray", "arviz"):
        monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(InputError, match=r"xarray is not installed.*capworth\[labels\]"):
        study.draws.to_dataset()
    with pytest.raises(InputError, match=r"arviz is not installed.*capworth\[arviz\]"):
        study.draws.to_inference_data()


def test_draws_as_a_dataset(study: Study) -> None:
    xarray = pytest.importorskip("xarray")
    data = study.draws.to_dataset()
    assert isinstance(data, xarray.Dataset)
    assert float(data["cost"].sel(capability="LAB", draw=5)) == study.draws["cost"][5, 2]
    assert data["cost"].attrs["units"] == "EUR of 2024"


def test_draws_of_what_is_not_measured_are_absent_and_never_nought(
    bundled: Study, small: Case
) -> None:
    table = bundled.appraisal.to_frame().loc[[*bundled.case.capability_ids]]
    for name, column in (("money", "money_m"), ("harm", "harm_days")):
        absent = np.isnan(bundled.draws[name]).all(axis=0)
        assert absent.tolist() == table[column].isna().tolist()
        assert 0 < absent.sum() < len(absent)
    net = np.isnan(bundled.draws["gain_net"]).any(axis=0)
    worth = bundled.economics.to_frame().loc["improvement"].reindex(bundled.case.improvement_ids)
    assert net.tolist() == worth["npv_m"].isna().tolist()
    levels = tuple(effect for effect in small.effects if not effect.step)
    case = replace(small, chain=(), unit_values=(), effects=levels)
    bare = run_study(case, draws=60)
    assert not {"money", "harm", "gain_money", "gain_net", "gain_harm"} & {*bare.draws}
    with pytest.raises(InputError, match=r"no draws of 'money'"):
        bare.draws["money"]


@pytest.mark.parametrize("release", ["0.23.4", "1.3.0"])
def test_draws_for_arviz(study: Study, release: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As its releases want it: groups as names until 0.23, and as a dict since 1.0."""
    given: dict[str, Any] = {}

    def from_dict(*groups: Any, **rest: Any) -> str:
        given.update(rest if not groups else {**groups[0], **rest})
        return "read"

    known = SimpleNamespace(__version__=release, from_dict=from_dict)
    monkeypatch.setitem(sys.modules, "arviz", known)
    assert study.draws.to_inference_data() == "read"
    assert given["prior"]["cost"].shape == (1, study.draws.size, 4)
    assert given["dims"]["cost"] == ["capability"]
    assert set(given["coords"]) >= {"capability", "improvement"}


# ------------------------------------------------------------ a study as a document


def test_a_chart_is_a_picture_with_its_numbers(study: Study, tmp_path: Path) -> None:
    picture = study.plot("cost_value")
    shown = picture._repr_html_()
    assert b"<svg" in b64decode(shown.partition("base64,")[2].rstrip('">'))
    assert picture.title in unescape(shown)
    assert picture.title in repr(picture)
    assert len(picture.table()) == 4
    for ending in ("svg", "png", "pdf"):
        one, other = (picture.save(tmp_path / f"{n}.{ending}").read_bytes() for n in "ab")
        assert len(one) > 1000
        assert one == other, "the same bytes"
    with pytest.raises(InputError, match=r"not saved as .gif"):
        picture.save(tmp_path / "x.gif")
    with pytest.raises(InputError, match="Did you mean 'cost_value'"):
        study.plot("cost_valu")


def test_a_chart_is_drawn_on_axes_of_ones_own(study: Study) -> None:
    figure = Figure(figsize=(10, 4))
    left, right = figure.subplots(1, 2)
    part = study.plot("cost_value", right)
    assert part in figure.subfigs
    assert left in figure.axes
    assert right not in figure.axes
    assert part.axes


def test_a_chart_of_what_is_not_asked_says_so(small: Case) -> None:
    quiet = run_study(small.with_settings(budget=None), draws=60, only="appraisal")
    with pytest.raises(NotAskedError, match="chart 'good_sets': small does not ask for programme"):
        quiet.plot("good_sets")


def test_a_notebook_shows_findings_units_and_dashes(study: Study) -> None:
    shown = study._repr_html_()
    assert "Which set of improvements" in shown
    assert "Not asked: " not in shown or "conventions" not in shown
    table: Any = study.appraisal._repr_html_()
    assert "<small>millions</small>" in table
    assert "e+0" not in table, "no cell in scientific notation"
    assert "NaN" not in table.replace("nan", "NaN")
    assert " to " in table


def test_a_cell_is_written_as_the_paper_rounds() -> None:
    whole = " style='white-space:nowrap'"  # a range is never broken
    assert written(19.4123, 16.53, 22.3) == f"19.4 <small{whole}>(16.5 to 22.3)</small>"
    assert written(8520.2, 2651.0, 16269.0) == f"9,000 <small{whole}>(3,000 to 16,000)</small>"
    assert written(["SCAN", "LINK"]) == "SCAN, LINK"
    assert (written(None), written(float("nan")), written(True), written(7)) == (
        *("-", "-", "yes", "7"),
    )
    assert written("<b>") == written(np.str_("<b>")) == "&lt;b&gt;"


@pytest.mark.long
def test_a_changed_case_is_written_rerun_and_says_what_it_is(
    changed: Study, tmp_path: Path
) -> None:
    out = changed.write(tmp_path / "run", ["en"])
    manifest = read_manifest(out)
    assert manifest["fingerprint"] == changed.case.fingerprint != changed.case.base
    assert manifest["changed"]["of"] == changed.case.base
    assert manifest["changed"]["changes"][0] == "setting budget: 50000, before 110000"
    assert rerun(out).is_same
    case = read_case(out / "inputs")
    assert (case.fingerprint, case.changes) == (changed.case.fingerprint, changed.case.changes)


def test_the_paper_of_a_changed_case_lists_the_changes(changed: Study, tmp_path: Path) -> None:
    pypdf = pytest.importorskip("pypdf")
    path = changed.report(tmp_path / "paper.pdf", "fr")
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(path).pages)
    text = "".join(text.split())
    assert changed.case.fingerprint[:12] in text
    assert changed.case.base[:12] in text
    assert "110000" in text
    assert "criteria/use" in text


# ------------------------------------------------------------ side by side


def test_two_studies_are_compared_in_inputs_and_answers(study: Study, changed: Study) -> None:
    found = study.compare(changed)
    inputs: Any = found.inputs().set_index("input")
    assert inputs.loc["budget", "new"] == "50000.0"
    assert inputs.loc["criteria/use", "old"].startswith("60 (30 to 100)")
    assert set(inputs.index) == {"budget", "criteria/use"}
    assert found.out == ("SCAN",)
    assert "out of the programme: SCAN" in found.words
    table: Any = found.figures()
    here, there = study.figures["gain.programme"], changed.figures["gain.programme"]
    row: Any = table.loc["gain.programme"]
    assert (row["value"], row["other"]) == (here.value, there.value)
    assert row["more"] == pytest.approx((there.value or 0) - (here.value or 0))
    assert "cost.REG" not in table.index or table.loc["cost.REG", "more"] != 0
    same = study.compare(study)
    assert len(same.figures()) == len(same.inputs()) == 0


def test_futures_stand_side_by_side(folder: Path) -> None:
    (folder / "scenarios.toml").write_text(FUTURES, encoding="utf-8")
    case = read_case(folder)
    found = scorecard(case, draws=300)
    table: Any = found.to_frame()
    assert list(table.index) == [AS_IS, "lean", "dear"]
    assert table.loc["lean", "name"] == "Half of the money"
    alone = run_study(case.with_scenario("dear"), 300, only="programme").programme
    assert table.loc["dear", "asked_m"] == alone.asked_m
    assert table.loc["dear", "gain_low"] == alone.gain.low
    assert set(table.loc["lean", "chosen"].split()).isdisjoint(table.loc["lean", "out"].split())
    assert [c for c in table.columns if told_of("scorecard", c) is None] == []
    with pytest.raises(InputError, match="Did you mean 'lean'"):
        scorecard(case, ["leen"], draws=100)


def test_a_set_of_ones_own_is_held_against_the_best(study: Study) -> None:
    found = study.propose(["LINK"])
    table: Any = found.to_frame()
    assert found.broken
    assert not found.can_be_done
    assert any("SCAN" in words for words in found.faults)
    own = study.propose(study.programme.chosen)
    row: Any = own.to_frame().loc["proposed"]
    assert own.can_be_done
    assert row["value"] == pytest.approx(study.programme.value.mean)
    assert row["p_within"] == pytest.approx(study.programme.p_within)
    assert row["at_confidence_m"] == pytest.approx(study.programme.needed_m)
    assert (row["more"], row["p_better"]) == (0, 0)
    assert [c for c in table.columns if told_of("proposal", c) is None] == []
    nothing = study.propose([])
    assert nothing.can_be_done
    assert nothing.to_frame().loc["proposed", "asked_m"] == 0
    assert nothing.to_frame().loc["programme", "p_better"] == 1


def test_a_set_that_others_beat_names_them(study: Study) -> None:
    """More money than the budget: the set cannot be done, and cheaper ones are named."""
    both = study.propose(["SCAN", "LINK"])
    assert not both.keeps_budget
    assert any("the budget is" in words for words in both.faults)
    table: Any = both.to_frame()
    assert table.loc["programme", "saves_m"] > 0


@pytest.mark.parametrize(
    ("names", "told"), [(["SCN"], "Did you mean 'SCAN'"), (["SCAN", "SCAN"], "stands twice")]
)
def test_a_slip_in_a_proposal_is_told(study: Study, names: list[str], told: str) -> None:
    with pytest.raises(CapworthError, match=told):
        study.propose(names)


# ------------------------------------------------------------ how many lines

TASKS: dict[str, str] = {  # task -> what an analyst types, over `case` and `study`
    "other budget": "run_study(case.with_settings(budget=90_000.0), 60, only='programme')",
    "change a weight": "run_study(case.with_weight('use', 80), 60, only='appraisal').appraisal",
    "three scenarios side by side": "scorecard(case, draws=100)",
    "add an improvement": "new = {**NEW}\ncase.with_improvement(new)",
    "drop an improvement": "case.without('CLOUD')",
    "a case from frames": "Case.from_frames(case.to_frames())",
    "a case back": "case.to_frames(), case.write(tmp / 'a'), case.write(tmp / 'a.xlsx')",
    "draws as arrays": "study.draws['cost']",
    "draws in which the budget is exceeded": "study.where('budget_exceeded')",
    "which inputs matter": "study.sensitivity",
    "a chart in a cell": "study.plot('cost_value')",
    "a chart on my axes": "ax = Figure().subplots()\nstudy.plot('cost_value', ax)",
    "the paper of a changed case": "changed.report(tmp / 'paper.pdf')",
    "one question only": "run_study(case, 60, only='appraisal').appraisal",
    "one figure with its range": "study.figure('cost.programme')",
    "my own set": "study.propose(['SCAN'])",
    "compare two": "study.compare(changed)",
}
NEW: dict[str, Any] = {
    "id": "NEWAI",
    "name": "Matching of handwriting",
    "readiness": 6,
    "start_year": 2025,
    "effect_year": 2026,
    "basis": "an idea",
    "costs": [{"low": 1e4, "mode": 2e4, "high": 4e4, "grade": "D", "basis": "a guess"}],
    "effects": [
        {"capability": "LAB", "criterion": "speed", "low": -2, "mode": -1, "high": 0}
        | {"grade": "D", "basis": "a guess"}
    ],
}
TWO = {"add an improvement", "a chart on my axes"}


@pytest.mark.parametrize("task", TASKS)
def test_a_task_takes_a_line(
    task: str, study: Study, changed: Study, folder: Path, tmp_path: Path
) -> None:
    (folder / "scenarios.toml").write_text(FUTURES, encoding="utf-8")
    given: dict[str, Any] = {
        "case": read_case(folder),
        "study": study,
        "changed": changed,
        "tmp": tmp_path,
        "run_study": run_study,
        "scorecard": scorecard,
        "Case": Case,
        "Figure": Figure,
        "NEW": NEW,
    }
    code = TASKS[task]
    assert len(code.splitlines()) <= (2 if task in TWO else 1)
    exec(code, given)


def test_progress_is_told_or_not(small: Case) -> None:
    told: list[str] = []
    run_study(small, 60, progress=lambda stage, *_: told.append(stage), only="appraisal")
    assert {"draws", "answers"} <= set(told)
    run_study(small, 60, progress=True, only="appraisal")
    run_study(small, 60, progress=False, only="appraisal")


def test_methods_of_a_study_say_what_they_do() -> None:
    public = {n: m for n, m in vars(Study).items() if inspect.isfunction(m) and n[0] != "_"}
    assert {"answer", "compare", "plot", "propose", "report", "where", "write"} <= set(public)
    assert all(inspect.getdoc(m) for m in public.values())


# ------------------------------------------------------------ slips of the hand


def test_a_slip_is_told_in_one_sentence(study: Study, small: Case, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a study is needed, not Case"):
        study.compare(small)  # type: ignore[arg-type]  # as somebody would
    with pytest.raises(InputError, match=r"Let the name end in .pdf"):
        study.report(tmp_path / "paper.docx")
    with pytest.raises(InputError, match="int is no Axes of matplotlib"):
        study.plot("frontier", ax=3)
    with pytest.raises(InputError, match="Did you mean 'name'"):
        study.show("programme", ["nme"])
    with pytest.raises(NotAskedError, match=r"on request only: `compare_conventions\(case\)`"):
        study.answer("conventions")
    assert not list(tmp_path.iterdir())
    assert repr(study.propose("SCAN")) == repr(study.propose(["SCAN"]))


def test_a_figure_may_be_asked_for_with_its_kind(study: Study) -> None:
    found = study.figure("net.programme")
    assert study.figure("net.programme.mean") is found
    assert repr(found).startswith("<Figure net.programme: mean -")
    assert len(repr(study.sample)) < 100
    with pytest.raises(InputError, match=r"Did you mean 'net\.programme'"):
        study.figure("net.programme.mode")
    table = study.figures.to_frame()
    assert table.loc["net.programme", "value"] == found.value
    assert (len(table), table.index.name) == (len(study.figures), "figure")


def test_differences_are_shown_in_honest_digits(study: Study, small: Case) -> None:
    other = run_study(small.with_value("costs/SCAN-BUILD", 90_000_000, high=9e7), draws=60)
    shown = study.compare(other)._repr_html_()
    assert "90000000" in shown
    assert not re.search(r"\de[+-]\d", shown), "no powers of ten"


def test_rows_of_a_table_are_shown_by_their_labels(study: Study) -> None:
    shown = study.show("economics.perspectives", ["npv_m"], rows="programme")
    assert set(shown.table.index.get_level_values("kind")) == {"programme"}
    assert list(shown.table.columns) == ["npv_m"]
    assert " to " in study.show("appraisal", ["cost_m"])._repr_html_(), "with its range"
    both = study.show("programme", ["name", "asked_m"], rows=["SCAN", "LINK"])
    assert list(both.table.index) == ["SCAN", "LINK"]
    assert "<td style='text-align:left'>Scanners" in both._repr_html_(), "words begin on the left"
    assert "<td>0.0" in both._repr_html_(), "and numbers where the notebook puts them"
    with pytest.raises(InputError, match=r"there is no row 'SCN'\. Did you mean 'SCAN'"):
        study.show("programme", rows="SCN")


def test_a_table_of_ones_own_is_shown_as_answers_are(study: Study) -> None:
    own = pd.DataFrame({"sure": [True, False], "worth": [2.5e9, np.nan]}, index=["a", "b"])
    shown = study.show(own)._repr_html_()
    assert "<td>2,500,000,000</td>" in shown
    assert "<td>yes</td>" in shown
    assert "<td>-</td>" in shown
    many = study.show(pd.DataFrame(np.ones((50, 40))))._repr_html_()
    assert "10 more rows; 26 more columns" in many
    assert "<th style='text-align:left'>a</th>" in study.show(own["sure"])._repr_html_()
    chance = study.show("appraisal", ["p_first"])._repr_html_()
    assert re.search(r"<td>(&lt;|&gt;)?\d+%</td>", chance)
    assert "e+0" not in best_programme({"cost": [3e9], "value": [4e9]}, 5e9)._repr_html_()


def test_odd_input_is_one_sentence(small: Case, study: Study, tmp_path: Path) -> None:
    for call, words in (
        (lambda: small.with_weight("reach", "80"), "swing: '80' is not a number"),  # type: ignore[arg-type]
        (lambda: small.with_value("costs/LINK-BUILD"), "nothing is changed"),
        (lambda: small.without(5), "5 is no short name"),  # type: ignore[arg-type]
        (lambda: study.show(["programme"]), "list is no name of a part"),  # type: ignore[arg-type]
        (lambda: study["programe"], "Did you mean 'programme'"),
        (lambda: read_case("interpol-2018"), "Did you mean 'interpol-2019'"),
    ):
        with pytest.raises(CapworthError, match=words):
            call()
    assert small.without(["SCAN", "LINK"]).improvement_ids == ("CLOUD",)
    assert study["claim"] is study.claim


def test_a_record_of_numbers_is_shown_row_by_row(study: Study) -> None:
    shown = study.show("funding.money.gap_m")
    assert list(shown.table.index) == ["mean", "low", "high"]
    assert "e+" not in study.show("claim.power")._repr_html_()
    assert study.show("claim.word") == study.claim.word
