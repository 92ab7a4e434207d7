"""What charts say of members and of weights, in both languages, and of made-up answers."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure

from capworth.case.model import Case, Rating
from capworth.charts.gallery import GALLERY
from capworth.charts.scores import draw_waterfall
from capworth.language.language import Language
from capworth.members.feedback import hear_members
from capworth.members.synthetic import synthetic_feedback
from capworth.multicriteria.rank_reversal import find_reversals
from capworth.study.stages import Study, run_study
from capworth.study.tables import tables_of

EXAMPLE = Path(__file__).parents[2] / "data" / "elicitation-example"
LANGUAGES = ("en", "fr")


@pytest.fixture(scope="module")
def made_up(small: Case) -> Study:
    """The small case with answers that a generator made."""
    rows: list[dict[str, Any]] = [dict(r) for _, r in synthetic_feedback(small, 3, 0.9).iterrows()]
    return run_study(replace(small, feedback=tuple(Rating(**row) for row in rows)), draws=60)


@pytest.mark.parametrize("language", LANGUAGES)
def test_made_up_answers_are_called_so_loudly(made_up: Study, language: str) -> None:
    word = {"en": "SYNTHETIC", "fr": "SYNTHÉTIQUE"}[language]
    speaker = Language(language, made_up.case.names(language)).charts
    for name in ("need_map", "needs"):
        chart = GALLERY[name]
        for text in (chart.title, chart.caption, chart.alt):
            assert word in text(made_up, speaker), name
        drawn = chart.figure(made_up, speaker).axes[0]
        assert any(word in t.get_text() for t in drawn.texts), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_real_answers_are_not_called_made_up(study: Study, language: str) -> None:
    speaker = Language(language, study.case.names(language)).charts
    for name in ("need_map", "needs"):
        chart = GALLERY[name]
        assert "SYNTH" not in chart.title(study, speaker) + chart.caption(study, speaker)
        drawn = chart.figure(study, speaker).axes[0]
        assert not any("SYNTH" in t.get_text() for t in drawn.texts)


def test_a_case_without_survey_or_tree_has_no_such_table(study: Study) -> None:
    bare = study.with_answers(feedback=None, contributions=None, reversals=None)
    assert not {"feedback", "contributions", "rank_reversals"} & set(tables_of(bare))


def test_tables_of_the_survey_carry_its_grade(made_up: Study) -> None:
    table = tables_of(made_up)["feedback"]
    assert table["synthetic"].all()
    assert set(table["grade"]) == {"E"}


def test_the_study_gives_the_same_answers_as_the_functions(small: Case, study: Study) -> None:
    feedback, reversals = hear_members(small), find_reversals(small)
    assert feedback is not None
    assert reversals is not None
    assert study.feedback.to_frame().equals(feedback.to_frame())
    assert study.reversals.to_frame().equals(reversals.to_frame())


def test_a_chart_of_one_capability_has_no_steps(small: Case, study: Study) -> None:
    one = replace(study, case=replace(small, capabilities=small.capabilities[:1]))
    assert not GALLERY["score_steps"].asked(one)
    assert GALLERY["contributions"].asked(one)


def test_steps_between_any_two_are_drawn(study: Study) -> None:
    ax = draw_waterfall(study.contributions, Figure().subplots(), Language().charts, "ACA", "NET")
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert (names[0], names[-1]) == ("NET", "ACA")
    steps = study.contributions.between("ACA", "NET")
    bars = [p.get_width() for p in ax.patches]  # type: ignore[attr-defined]  # bars are rectangles
    assert bars == pytest.approx(steps["step"].tolist())
    ends = [text for text in (t.get_text() for t in ax.texts) if re.match(r"[+-]\d", text)]
    assert len(ends) == len(steps)
