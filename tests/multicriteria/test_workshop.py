"""The workshop page, used as a facilitator would: fill in, look, mend, write; then read it back."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from capworth.case.model import Case
from capworth.case.read import check_case, read_case
from capworth.errors import InputError
from capworth.multicriteria.elicitation import elicit
from capworth.multicriteria.workshop import (
    NOT_ASKED,
    SwingPage,
    pair_question,
    swing_page,
    swing_words,
)

pytest.importorskip("ipywidgets")
EXAMPLE = Path(__file__).parents[2] / "data" / "elicitation-example"


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """The example before anybody judged."""
    folder = Path(shutil.copytree(EXAMPLE, tmp_path / "case"))
    (folder / "judgements.csv").unlink()
    return folder


def filled(folder: Path, judge: str = "chair") -> SwingPage:
    page = swing_page(read_case(folder), judge, folder / "judgements.csv")
    page.day.value = "2019-11-05"
    for criterion in page.points:
        page.points[criterion].value = 100
    page.points["use"].value = 60
    page.points["frontline"].value = 50
    page.ranges["frontline"].value = (40, 70)
    return page


def test_it_asks_for_every_swing_with_its_ends(bare: Path) -> None:
    page = swing_page(read_case(bare))
    assert list(page.points) == [c.id for c in read_case(bare).criteria]
    assert len(page.pairs) == 3 + 1 + 3 + 1
    words = " ".join(html.value for html in every_html(page.widget))
    assert "from 0 to 100 (% of members)" in words
    assert "Suppose that everything stands at its worst level." in words
    assert "Which one move from worst to best is the most valuable?" in words
    asked = "How many times is the move of “Members served in a year”, from 0 to 100 (% of members)"
    assert f"{asked}, worth the move of “" in words


def every_html(widget: Any) -> list[Any]:
    found = [widget] if type(widget).__name__ == "HTML" else []
    for child in getattr(widget, "children", ()):
        found += every_html(child)
    return found


def test_what_is_written_is_a_valid_table_that_becomes_weights(bare: Path) -> None:
    page = filled(bare)
    page.button.click()
    assert "10 judgements written to" in page.message.value
    assert check_case(bare) == ()
    case = read_case(bare)
    assert {j.judge for j in case.judgements} == {"chair"}
    said = {j.criterion: j for j in case.judgements}
    assert (said["frontline"].value, said["frontline"].low, said["frontline"].high) == (50, 40, 70)
    assert (said["use"].value, said["use"].low) == (60, None)
    assert str(said["use"].day) == "2019-11-05"
    assert said["reach"].words.startswith("How much is the move from 0 to 100 (% of members) worth")
    found = elicit(case)
    assert found is not None
    row = found.leaf_weights().loc["chair"]
    assert row["reach"] == pytest.approx(60 / 260 * 100 / 150)
    table = found.to_frame().loc["frontline"]
    assert (table["swing_low"], table["swing"], table["swing_high"]) == (40, 50, 70)


def test_pairs_are_written_only_when_the_branch_is_complete(bare: Path) -> None:
    page = filled(bare)
    page.pairs["volume", "seriousness"].value = 2.0
    page.button.click()
    assert {j.method for j in read_case(bare).judgements} == {"swing"}
    page.pairs["volume", "uniqueness"].value = 4.0
    page.pairs["seriousness", "uniqueness"].value = 2.0
    page.button.click()
    assert check_case(bare) == ()
    said = [j for j in read_case(bare).judgements if j.method == "pairwise"]
    assert [(j.criterion, j.other, j.value) for j in said] == [
        ("volume", "seriousness", 2.0),
        ("volume", "uniqueness", 4.0),
        ("seriousness", "uniqueness", 2.0),
    ]
    assert "Consistency ratio of the comparisons: 0.00" in page.found["results"].value


def test_a_contradiction_is_said_while_it_is_made(bare: Path) -> None:
    page = filled(bare)
    for pair, times in (
        (("volume", "seriousness"), 3.0),
        (("volume", "uniqueness"), 1 / 3),
        (("seriousness", "uniqueness"), 3.0),
    ):
        page.pairs[pair].value = times
    said = page.found["results"].value
    assert "Look again at" in said
    assert "3 times by comparison, 1 times by points" in said


def test_the_checks_follow_the_sliders(bare: Path) -> None:
    page = swing_page(read_case(bare))
    assert "No swing has points yet" in page.found["use"].value
    page.points["reach"].value = 80
    page.points["frontline"].value = 20
    assert "Members served in a year 80%" in page.found["use"].value
    assert "has 80 points, not 100" in page.found["use"].value
    page.ranges["frontline"].value = (40, 60)
    assert "its points are outside its range" in page.found["use"].value


def test_other_judges_are_kept_and_one_s_own_rows_replaced(bare: Path) -> None:
    filled(bare, "first").button.click()
    filled(bare, "second").button.click()
    again = filled(bare, "first")
    again.points["use"].value = 30
    again.button.click()
    case = read_case(bare)
    assert len(case.judgements) == 20
    use = {j.judge: j.value for j in case.judgements if j.criterion == "use"}
    assert use == {"first": 30, "second": 60}


def test_a_comparison_taken_back_is_taken_out_of_the_file(bare: Path) -> None:
    page = filled(bare)
    page.pairs["reach", "frontline"].value = 2.0
    page.button.click()
    assert any(j.method == "pairwise" for j in read_case(bare).judgements)
    page.pairs["reach", "frontline"].value = 0.0
    page.button.click()
    assert not any(j.method == "pairwise" for j in read_case(bare).judgements)


def test_the_page_opens_where_the_judge_left_it(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(EXAMPLE, tmp_path / "case"))
    page = swing_page(read_case(folder), "head-of-bureau", folder / "judgements.csv")
    assert page.points["use"].value == 70
    assert page.ranges["use"].value == (50, 90)
    assert page.day.value == "2019-11-04"
    page = swing_page(read_case(folder), "analyst", folder / "judgements.csv")
    assert page.pairs["volume", "uniqueness"].value == 5
    assert page.pairs["use", "results"].value == 1 / 2, "said as results against use, 2"
    assert page.points["use"].value == 0
    page.pairs["volume", "seriousness"].value = 3.0
    for criterion in page.points:
        page.points[criterion].value = 100
    page.button.click()
    case = read_case(folder)
    said = {(j.criterion, j.other): j.value for j in case.judgements if j.judge == "analyst"}
    assert said["volume", "seriousness"] == 3
    assert said["use", "results"] == 0.5
    found = elicit(case)
    assert found is not None
    assert found.checks().loc[("analyst", "pairwise", "results"), "passed"]


def test_rows_of_other_methods_are_kept(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(EXAMPLE, tmp_path / "case"))
    before = read_case(folder).judgements
    filled(folder, "head-of-bureau").button.click()
    after = read_case(folder).judgements
    assert check_case(folder) == ()
    assert {j.method for j in after} == {j.method for j in before}
    kept = [j for j in before if j.judge != "head-of-bureau"]
    assert [j for j in after if j.judge != "head-of-bureau"] == kept


@pytest.mark.parametrize(
    ("slip", "told"),
    [
        ("judge", "the name is empty"),
        ("day", "is not a day"),
        ("points", "no swing has points"),
        ("range", "points are outside"),
    ],
)
def test_what_cannot_be_written_is_said_and_nothing_is_written(
    bare: Path, slip: str, told: str
) -> None:
    page = filled(bare)
    if slip == "judge":
        page.judge.value = " "
    elif slip == "day":
        page.day.value = "5 November"
    elif slip == "points":
        for criterion in ("use", "results", "trust"):
            page.points[criterion].value = 0
    else:
        page.ranges["use"].value = (70, 90)
    page.button.click()
    assert "Not written." in page.message.value
    assert told in page.message.value
    assert not (bare / "judgements.csv").exists()
    with pytest.raises(InputError, match=told):
        page.write()


def test_names_of_a_case_cannot_write_html(bare: Path) -> None:
    path = bare / "criteria.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("Use by members", "<script>x</script>"), encoding="utf-8")
    page = swing_page(read_case(bare))
    assert not any("<script>" in html.value for html in every_html(page.widget))


def test_a_case_without_criteria_has_no_page(small: Case) -> None:
    with pytest.raises(InputError, match="has no criteria"):
        swing_page(replace(small, criteria=(), scores=()))


def test_it_speaks_in_the_units_that_people_use() -> None:
    """A level that is kept as a logarithm is asked for in minutes, never as its power of ten."""
    case = read_case("interpol-2019")
    assert swing_words(case, "speed") == "from 1,000,000 to 0.1 (minutes)"
    assert swing_words(case, "seriousness") == "from 1 to 5,010 (harm days)"
    page = swing_page(case)
    words = " ".join(html.value for html in every_html(page.widget))
    assert "log10" not in words
    for one, other in page.pairs:
        names = {c.id: c.name for c in case.criteria}
        assert f"“{names[one]}”" in pair_question(case, one, other)
        assert f"“{names[other]}”" in pair_question(case, one, other)


def test_a_pair_that_is_not_asked_says_so(bare: Path) -> None:
    page = swing_page(read_case(bare))
    assert {menu.label for menu in page.pairs.values()} == {NOT_ASKED}
    assert not [row for row in page.judgements() if row.method == "pairwise"]


def test_every_slider_and_menu_has_a_name_of_its_own(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shown with the script that gives them to handles; `.ci/pages` asks axe in JupyterLab."""
    page = swing_page(read_case(bare))
    asked = [*page.points.values(), *page.ranges.values(), *page.pairs.values()]
    names = [widget.tooltip for widget in asked]
    assert all(names)
    assert len({*names}) == len(names)
    assert "Members served in a year against Use outside national bureaus, times" in names
    shown: list[Any] = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    page._ipython_display_()
    assert shown[0] is page.widget
    assert ".capworth-swings" in shown[1].data
    assert "capworth-swings" in page.widget._dom_classes
