"""Architecture, map of innovation, and the sentences that say why."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import pytest
from click.testing import CliRunner
from matplotlib.figure import Figure

from capworth import charts
from capworth.case.model import Case
from capworth.charts.gallery import GALLERY
from capworth.cli import main
from capworth.excellence.gaps import CATCH_UP, EXTEND, KEEP, UNAIDED
from capworth.language.language import Language
from capworth.programme.architecture import (
    CAPABILITY,
    CARRIES,
    EXCLUDES,
    LIFTS,
    REQUIRES,
    Architecture,
    architecture_of,
)
from capworth.report.why import why_capability, why_improvement, why_in
from capworth.runs import run as runs
from capworth.study.stages import Study
from capworth.study.tables import tables_of, write_csv

AtModesRun: TypeAlias = Callable[[Case], Study]
BOTH_LANGUAGES = pytest.mark.parametrize("language", ["en", "fr"])


def architecture(study: Study) -> Architecture:
    return architecture_of(study.sample, study.programme, study.provenance)


# Architecture


def test_the_lines_of_the_small_case(worked: Study) -> None:
    found = architecture(worked)
    edges = found.edges()
    lines = {
        k: {(a, b) for a, b, kind, _ in edges.to_numpy() if kind == k} for k in set(edges["kind"])
    }
    assert lines[CARRIES] == {
        ("CENTRE", "REG"),
        ("CENTRE", "NET"),
        ("CENTRE", "LAB"),
        ("GUARD", "REG"),
        ("GUARD", "ACA"),
    }
    assert lines[LIFTS] == {
        ("SCAN", "REG"),
        ("SCAN", "LAB"),
        ("LINK", "NET"),
        ("LINK", "LAB"),
        ("CLOUD", "ACA"),
        ("CLOUD", "NET"),
    }
    assert (lines[REQUIRES], lines[EXCLUDES]) == ({("LINK", "SCAN")}, {("CLOUD", "SCAN")})
    weight = edges[edges["kind"] == CARRIES].set_index(["from", "to"])["weight"]
    assert weight["CENTRE", "REG"] == pytest.approx(0.6)
    assert weight["GUARD", "ACA"] == pytest.approx(0.5)
    assert found.unlinked == ()
    assert set(found.layer(CAPABILITY)) == {"REG", "NET", "LAB", "ACA"}
    assert list(found.to_frame().loc[lambda t: t["chosen"], "id"]) == ["CLOUD"]


def test_a_capability_without_improvement_is_named(small: Case, at_modes: AtModesRun) -> None:
    effects = tuple(e for e in small.effects if e.capability != "ACA")
    assert architecture(at_modes(replace(small, effects=effects))).unlinked == ("ACA",)


def test_a_slight_use_is_not_drawn(small: Case, at_modes: AtModesRun) -> None:
    usage = tuple(
        replace(u, use=replace(u.use, low=0.01, mode=0.01, high=0.01))
        if (u.platform, u.capability) == ("CENTRE", "LAB")
        else u
        for u in small.usage
    )
    edges = architecture(at_modes(replace(small, usage=usage))).edges()
    assert ("CENTRE", "LAB") not in set(zip(edges["from"], edges["to"], strict=True))


# Charts


def test_the_maps_draw_on_the_axes_they_are_given(study: Study) -> None:
    ax = Figure().subplots()
    assert charts.draw_innovation_map(study.gap_worth, ax) is ax
    names = {t.get_text() for t in ax.texts}
    english = Language("en").charts
    for field in (CATCH_UP, EXTEND, UNAIDED, KEEP):
        assert english.say(f"field.{field.replace(' ', '_')}") in names
    ax = Figure().subplots()
    assert charts.draw_architecture(architecture(study), ax) is ax
    shown = {t.get_text() for t in ax.texts}
    assert {*study.case.capability_ids, *study.case.improvement_ids} <= shown


@BOTH_LANGUAGES
def test_a_case_with_a_helpless_capability_says_so(
    small: Case, at_modes: AtModesRun, language: str
) -> None:
    effects = tuple(e for e in small.effects if e.capability != "ACA")
    study = at_modes(replace(small, effects=effects))
    voice = Language(language, study.case.names(language)).charts
    title = GALLERY["innovation"].title(study, voice)
    assert voice.name("ACA") in title
    assert "1" in title
    assert voice.name("ACA") in GALLERY["architecture"].alt(study, voice)


# Why


def words(study: Study, language: str) -> Language:
    return Language.of(study.case, language)


def test_why_an_improvement_is_first_at_the_modes(worked: Study) -> None:
    assert worked.priorities is not None
    table, pairs = worked.priorities.to_frame(), worked.priorities.pairwise()
    text = why_improvement("CLOUD", table, pairs, words(worked, "en"))
    # 4.4375 of the 188.958 points that lack, for 0.0953137 million: 2.348 % and 24.64 % a million
    assert text == (
        "**Move to a cloud†** is in place 1 of 3: it closes 2.3% of the distance to the agreed "
        "levels for €0.095 million (25% per million); it is ahead of Scanners at the border†, "
        "the closest that follows: almost certain (>\u206099%)."
    )
    last = why_improvement("LINK", table, pairs, words(worked, "en"))
    assert "in place 3 of 3" in last
    assert last.endswith("; nothing follows it.")


def test_the_rival_is_the_least_sure_of_those_behind(study: Study) -> None:
    """Not the next in order, but the one that is most often ahead all the same."""
    table, pairs = study.priorities.to_frame(), study.priorities.pairwise()
    first, second, third = table.index
    pairs.loc[first, [second, third]] = 0.9, 0.6
    text = why_improvement(first, table, pairs, words(study, "en"))
    assert study.case.names()[third] in text
    assert "(60%)" in text


@BOTH_LANGUAGES
def test_why_a_capability_stands_where_it_does(study: Study, language: str) -> None:
    table, pairs = study.appraisal.to_frame(), study.appraisal.pairwise()
    found, models = study.excellence.to_frame(), study.excellence.models.to_frame()
    say = words(study, language)
    for place, key in enumerate(table.index):
        text = why_capability(key, table, pairs, found, models, say)
        assert text.startswith(f"**{say.name(key)}**")
        assert f"{place + 1} " in text
    taught = why_capability("ACA", table, pairs, found, models, say)
    assert say.name("NET") in taught
    assert say.name("results") in taught
    alone = why_capability("ACA", table, pairs, None, None, say)
    assert len(alone) < len(taught)


def test_pairs_of_capabilities_are_shares_of_draws(study: Study) -> None:
    pairs, table = study.appraisal.pairwise(), study.appraisal.to_frame()
    assert list(pairs.index) == list(pairs.columns) == list(table.index)
    cost, score = study.sample.drawn.cost, study.sample.drawn.score
    rate = score / cost
    ids = list(study.case.capability_ids)
    won = (rate[:, ids.index("REG")] > rate[:, ids.index("NET")]).mean()
    assert pairs.loc["REG", "NET"] == pytest.approx(won)


@BOTH_LANGUAGES
def test_the_tables_of_a_run_say_the_same(study: Study, tmp_path: Path, language: str) -> None:
    for name, table in tables_of(study).items():
        write_csv(table, tmp_path / f"{name}.csv")
    table, pairs = study.priorities.to_frame(), study.priorities.pairwise()
    own = why_improvement("SCAN", table, pairs, words(study, language)).replace("**", "")
    assert why_in(tmp_path, "SCAN", study.case, language) == own
    assert study.case.names(language)["REG"] in why_in(tmp_path, "REG", study.case, language)
    assert why_in(tmp_path / "none", "SCAN", study.case, language) == ""


def test_explain_says_why_from_the_command_line(
    small_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "write_papers", lambda *_, meanwhile: meanwhile())
    runs.run(small_folder, tmp_path / "run", draws=40, languages=["en"])
    runner = CliRunner()
    done = runner.invoke(main, ["explain", str(tmp_path / "run"), "SCAN"])
    assert done.exit_code == 0
    assert "of 3: it closes" in done.output
    french = runner.invoke(main, ["explain", str(tmp_path / "run"), "ACA", "--language", "fr"])
    assert "rapport valeur-coût" in french.output
    wrong = runner.invoke(main, ["explain", str(tmp_path / "run"), "ACA", "--language", "tlh"])
    assert wrong.exit_code == 2
