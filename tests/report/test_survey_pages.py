"""The annex on members and on weights, in both languages, and what is said of made-up answers."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure

from capworth.case.model import Case, Judgement, Rating
from capworth.case.read import read_case
from capworth.charts.gallery import GALLERY
from capworth.charts.scores import draw_waterfall
from capworth.language.language import Language
from capworth.language.phrases import phrases
from capworth.members.feedback import hear_members
from capworth.members.synthetic import synthetic_feedback
from capworth.multicriteria.elicitation import elicit
from capworth.multicriteria.rank_reversal import find_reversals
from capworth.report import blocks as pictures
from capworth.report.annex import members
from capworth.report.annex import members as weights
from capworth.report.blocks import Section, section_data
from capworth.study.stages import Study, run_study
from capworth.study.tables import tables_of

EXAMPLE = Path(__file__).parents[2] / "data" / "elicitation-example"
LANGUAGES = ("en", "fr")


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the charts out: they are tried below, one by one."""
    monkeypatch.setattr(pictures, "GALLERY", {})


@pytest.fixture(scope="module")
def made_up(small: Case) -> Study:
    """The small case with answers that a generator made."""
    rows: list[dict[str, Any]] = [dict(r) for _, r in synthetic_feedback(small, 3, 0.9).iterrows()]
    return run_study(replace(small, feedback=tuple(Rating(**row) for row in rows)), draws=60)


def said(section: Section | None) -> str:
    assert section is not None
    return " ".join(strings(section_data(section)))


def strings(node: object) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, Mapping):
        for value in node.values():
            yield from strings(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from strings(value)


@pytest.mark.parametrize("language", LANGUAGES)
def test_made_up_answers_are_called_so_loudly(made_up: Study, language: str) -> None:
    words = Language.of(made_up.case, language)
    word = {"en": "SYNTHETIC", "fr": "SYNTHÉTIQUE"}[language]
    section = members.made_up(made_up, words)
    assert members.members_page(made_up, words) is None
    assert section is not None
    assert word in section.title
    first = section_data(section)["blocks"][0]["text"]
    assert first.startswith(f"**{word}")
    assert first.endswith("**")
    assert {"en": "does not enter any score", "fr": "n’entrent dans aucun score"}[language] in said(
        section
    )
    speaker = Language(language, made_up.case.names(language)).charts
    for name in ("need_map", "needs"):
        chart = GALLERY[name]
        for text in (chart.title, chart.caption, chart.alt):
            assert word in text(made_up, speaker), name
        drawn = chart.figure(made_up, speaker).axes[0]
        assert any(word in t.get_text() for t in drawn.texts), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_real_answers_are_not_called_made_up(study: Study, language: str) -> None:
    words = Language.of(study.case, language)
    assert members.made_up(study, words) is None
    assert "SYNTH" not in said(members.members_page(study, words))
    speaker = Language(language, study.case.names(language)).charts
    for name in ("need_map", "needs"):
        chart = GALLERY[name]
        assert "SYNTH" not in chart.title(study, speaker) + chart.caption(study, speaker)
        drawn = chart.figure(study, speaker).axes[0]
        assert not any("SYNTH" in t.get_text() for t in drawn.texts)


def test_the_page_says_who_answered_and_in_which_groups(study: Study) -> None:
    text = said(members.members_page(study, Language.of(study.case, "en")))
    assert "10 of 12 members answered in 2024; the largest need gap is Forensic laboratory" in text
    assert "Africa 3, Asia 1 and Europe 1" in text
    assert "On no capability do regions disagree by more than chance" in text
    assert "faster answers" not in text, "comments are not printed"


def test_the_page_of_weights_says_what_adds_and_what_swaps(study: Study) -> None:
    text = said(weights.weights_page(study, Language.of(study.case, "en")))
    assert "“Results” adds most to the scores" in text
    assert "in 6 changes of the set" in text
    assert "no pair of the others swapped places by score" in text
    assert "By value for money 1 pair did" in text
    french = said(weights.weights_page(study, Language.of(study.case, "fr")))
    assert "« Résultats »" in french.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_weights_names_judges_and_what_to_revisit(language: str) -> None:
    study = run_study(read_case(EXAMPLE), draws=60)
    text = said(weights.weights_page(study, Language.of(study.case, language)))
    branch = {"en": "pairwise (AHP), Results", "fr": "par paires (AHP), Résultats"}[language]
    assert branch in text
    assert {"en": "are not those of these judges", "fr": "ne sont pas ceux"}[language] in text
    assert "the others imply 1.7" not in text, "English words of the check stay out of the report"
    for judge in ("head-of-bureau", "analyst", "field-officer"):
        assert judge in text
    assert {"weights", "weight_records", "weight_checks"} <= set(tables_of(study))


def test_a_case_without_survey_or_tree_has_no_such_page(study: Study) -> None:
    words = Language.of(study.case, "en")
    bare = study.with_answers(feedback=None, contributions=None, reversals=None)
    assert members.members_page(bare, words) is None
    assert members.made_up(bare, words) is None
    assert weights.weights_page(bare, words) is None
    assert not {"feedback", "contributions", "rank_reversals"} & set(tables_of(bare))


def test_every_phrase_is_said(
    small: Case, study: Study, made_up: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    surveyed: set[str] = set()
    say = Language.say

    def listening(self: Language, key: str, **parts: object) -> str:
        surveyed.add(key)
        return say(self, key, **parts)

    monkeypatch.setattr(Language, "say", listening)
    english = Language.of(small, "en")
    measured = tuple(replace(c, measure="need") for c in small.criteria if c.id == "results")
    asked = replace(small, criteria=(*small.criteria[:3], *measured))
    found = study.feedback
    table = study.reversals.to_frame()
    swapped = replace(study.reversals, _table=table.assign(swaps=[1, *table["swaps"].iloc[1:]]))
    still = replace(study.reversals, _table=table.assign(swaps=0))
    unsound = replace(study.reversals, _table=table.assign(swaps=1))
    apart = replace(found, _table=found.to_frame().assign(p_adjusted=0.01))
    first = found.views().iloc[:, 0]
    alike = found.views().assign(**{str(c): first for c in found.views().columns})
    other = [1.0, 2.0, 3.0, 4.0]
    views = {str(c): other for c in found.views().columns[1:]}
    for feedback in (
        apart,
        replace(found, silhouette=0.1),
        replace(found, _views=alike),
        replace(found, _views=found.views().assign(**views)),
    ):
        members.members_page(study.with_answers(feedback=feedback), english)
    members.members_page(replace(study, case=asked), english)
    members.members_page(study, english)
    members.made_up(made_up, english)
    for reversals in (swapped, still, unsound, study.reversals):
        weights.weights_page(study.with_answers(reversals=reversals), english)
    weights.weights_page(run_study(read_case(EXAMPLE), draws=40), Language.of(small, "en"))
    once = tuple(
        Judgement("x", "direct", c, "D", value=1.0, words="from none to all", basis="asked")
        for c in ("use", "results")
    )
    judged = replace(small, judgements=once)
    found_weights = elicit(judged)
    assert found_weights is not None
    for case in (judged, found_weights.apply(judged)):
        weights.weights_page(
            replace(study.with_answers(elicitation=found_weights), case=case), english
        )
    groups = ("survey.", "weights.", "size.", "elicited.", "check.")
    known = {key.removeprefix("pages.") for key in phrases("en").phrases}
    wanted = {key for key in known if key.startswith(groups)}
    assert wanted <= surveyed, sorted(wanted - surveyed)


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
