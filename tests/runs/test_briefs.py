"""Briefs to members: one page in each language, the same bytes, nothing of another member."""

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from accessible import faults
from click.testing import CliRunner
from pypdf import PdfReader

from capworth.case.dictionary import dictionary
from capworth.case.model import Case
from capworth.case.read import read_case
from capworth.cli import main
from capworth.errors import InputError
from capworth.language.isolates import ISOLATE
from capworth.language.language import Language
from capworth.language.numbers import Amount
from capworth.language.phrases import languages
from capworth.members import use
from capworth.members.served import (
    MemberBrief,
    Members,
    brief_member,
    member_of,
    serve_members,
)
from capworth.members.use import MEASURES
from capworth.model.simulation import Model, Sample, draw_sample
from capworth.report.brief import document, write_brief
from capworth.runs import papers as briefs
from capworth.runs import run as runs
from capworth.runs.manifest import RunError
from capworth.runs.place import inputs_of, read_manifest
from capworth.runs.run import BRIEFS

STRAY = re.compile(r"\b(?:nan|NaN|None|inf|NaT)\b|\{\w*\}")
EN = Language("en", currency="EUR", section="brief")
FR = Language("fr", currency="EUR", section="brief")
AR = Language("ar", currency="EUR", section="brief")


@pytest.fixture(scope="module")
def members(small: Case) -> Members:
    found = serve_members(draw_sample(small, 200))
    assert found is not None
    return found


@pytest.fixture(scope="module")
def brief(small: Case, members: Members) -> MemberBrief:
    return brief_member(small, members, "XSD", ids(small)[:1], np.full(3, 0.01))


@pytest.fixture(scope="module")
def run(small_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("briefs") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "write_papers", lambda *_, meanwhile: meanwhile())
        runs.run(small_folder, out, draws=200, languages=("en",))
    return out


def ids(case: Case) -> tuple[str, ...]:
    return case.improvement_ids


def page_of(case: Case, members: Members, brief: MemberBrief, language: str) -> PdfReader:
    return PdfReader(BytesIO(write_brief(case, brief, members.provenance, language)))


def strings(node: Any) -> list[str]:
    if isinstance(node, Mapping):
        return [text for value in node.values() for text in strings(value)]
    if isinstance(node, list | tuple):
        return [text for value in node for text in strings(value)]
    return [node] if isinstance(node, str) else []


@pytest.mark.parametrize("language", languages())
def test_one_tagged_page_in_each_language(
    small: Case, members: Members, brief: MemberBrief, language: str
) -> None:
    content = write_brief(small, brief, members.provenance, language)
    page = PdfReader(BytesIO(content))
    assert len(page.pages) == 1
    assert not faults(content, language)
    text = page.pages[0].extract_text()
    assert "\ufffd" not in text
    assert not STRAY.search(text)


@pytest.mark.parametrize("language", languages())
def test_the_same_brief_gives_the_same_bytes(
    small: Case, members: Members, brief: MemberBrief, language: str
) -> None:
    first = write_brief(small, brief, members.provenance, language)
    write_brief(small, brief, members.provenance, "en")  # something else in between
    assert write_brief(small, brief, members.provenance, language) == first


def test_a_letter_that_no_font_has_is_told(
    small: Case, members: Members, brief: MemberBrief
) -> None:
    odd = replace(brief, member=replace(brief.member, translations=(("name_ar", "ཀ港"),)))
    with pytest.raises(InputError, match="brief of XSD cannot be set"):
        write_brief(small, odd, members.provenance, "ar")


def test_no_member_is_told_of_answers_that_a_generator_gave(small: Case) -> None:
    """Nothing that bears a member's name moves with them: as if nobody had been asked."""
    made = tuple(replace(row, basis="SYNTHETIC: for the test") for row in small.feedback)
    assert made
    sample = draw_sample(small, 60)
    silent = served(replace(sample, model=Model(replace(small, feedback=()))))
    synthetic = served(replace(sample, model=Model(replace(small, feedback=made))))
    asked = served(sample)
    pd.testing.assert_frame_equal(silent.to_frame(), synthetic.to_frame())
    assert set(synthetic.needs) == {"none"}
    assert set(asked.needs) != {"none"}
    for member in silent.to_frame().index:
        one, other = (m.improvements(member) for m in (silent, synthetic))
        pd.testing.assert_frame_equal(one, other)


def served(sample: Sample) -> Members:
    found = serve_members(sample)
    assert found is not None
    return found


def test_the_page_says_what_the_answer_says(
    small: Case, members: Members, brief: MemberBrief
) -> None:
    page = document(small, brief, members.provenance, "en")
    row = members.to_frame().loc["XSD"].to_dict()
    hits = Amount(*(float(str(row[f"hits{end}"])) for end in ("", "_low", "_high")))
    assert page["numbers"][0]["value"] == EN.middle(hits)
    assert page["numbers"][0]["text"] == f"80% range {EN.span(hits)}."
    assert page["heading"] == f"Harbour: please confirm {len(page['tables'][-1]['rows'])} numbers"
    paid = page["lines"][2]["text"]
    assert paid.startswith("€60,000 in 2024, not published: estimated (grade E), in the money of")
    touched = page["tables"][2]["rows"]
    assert [cells[0] for cells in touched] == [EN.short(small.names()[ids(small)[0]], 36)]
    assert not any(STRAY.search(text) for text in strings(page))


def test_the_form_asks_for_what_the_case_can_read(
    small: Case, members: Members, brief: MemberBrief
) -> None:
    """Each cell names a table and a column of the case; rows of grade B are read back."""
    form = document(small, brief, members.provenance, "en")["tables"][-1]
    assert {row[2] for row in form["rows"]} == {None}  # left to be written in
    places = [row[3] for row in form["rows"]]
    assert places[-1] == "members.csv: contribution"
    columns = {c for table in ("network", "members") for c in known_columns(table)}
    assert {"item", "capability", "member", "contribution"} <= columns
    for place, capability in zip(places[:-1], brief.capabilities.index, strict=False):
        assert place == f"network.csv: share, {capability}, XSD"
    told = replace(next(iter(small.network)), item="share", member="XSD", region="")
    level = replace(
        told.level, low=0.2, mode=0.2, high=0.2, grade="B", name="network/share/REG/XSD"
    )
    case = replace(small, network=(*small.network, replace(told, capability="REG", level=level)))
    answered = served(draw_sample(case, 60)).by_capability()
    whole = answered.xs("REG", level="capability")["hits"]
    before = members.by_capability().xs("REG", level="capability")["hits"]
    assert whole["XSD"] / whole.sum() != pytest.approx(before["XSD"] / before.sum(), rel=0.01)


def known_columns(table: str) -> set[str]:
    return set(dictionary()[table])


def test_what_is_paid_is_told_year_by_year_in_one_price_year(
    small: Case, members: Members, brief: MemberBrief
) -> None:
    page = document(small, brief, members.provenance, "en")
    table = page["tables"][0]
    assert [*table["heads"][1:]] == ["2025", "2026", "2027"]
    national = members.to_frame()["national_m"].astype(float)
    share = national["XSD"] / national.sum()
    today, then = (row[1:] for row in table["rows"])
    for told, millions in ((today, national["XSD"]), (then, national["XSD"] + 0.01 * share)):
        places = 0 if millions >= 0.1 else 1
        assert set(told) == {EN.number(millions * 1e3, places)}
    assert "2024" in table["title"]
    bare = brief_member(small, members, "XSD")
    assert document(small, bare, members.provenance, "en")["tables"][0]["heads"][0] == "Service"


def test_a_published_contribution_names_its_source(small: Case, members: Members) -> None:
    source = small.sources[0]
    told = [
        replace(
            m, contribution_grade="B", contribution_source=source.id, contribution_year=2023,
            contribution_low=9e5, contribution=1.25e6, contribution_high=1.5e6,
        )
        for m in small.members
    ]  # fmt: skip
    case = replace(small, members=tuple(told), prices=deflators(small))
    found = served(draw_sample(case, 100))
    page = document(case, brief_member(case, found, "XNA"), found.provenance, "en")
    words = page["lines"][2]["text"]
    assert "€1.25 million (stated €900,000 to €1.5 million, no 80% range) in 2023" in words
    assert "in the money of that year" in words
    assert (source.publisher or source.title) in words
    assert "grade B" in words
    assert found.to_frame().loc["XNA", "contribution_m"] == pytest.approx(1.25 * 110 / 100)


def deflators(case: Case) -> Any:
    from capworth.case.model import Price

    return (
        *case.prices,
        Price("deflator", "EUR", 2023, 100.0, "B", "LEDGER"),
        Price("deflator", "EUR", 2024, 110.0, "B", "LEDGER"),
    )


def test_a_case_that_measures_little_has_a_brief(small: Case) -> None:
    bare = tuple(replace(m, contribution=None, size="") for m in small.members)
    case = replace(small, chain=(), unit_values=(), effects=(), members=bare, network=())
    found = serve_members(draw_sample(case, 60))
    assert found is not None
    page = document(case, brief_member(case, found, "XNA"), found.provenance, "fr")
    assert page["picture"] is None
    assert [table["title"] for table in page["tables"]] == [
        "À confirmer ou corriger, et à renvoyer"
    ]
    assert page["numbers"][0]["value"] == "non mesuré"
    assert page["lines"][2]["text"] == "Sa contribution n’est pas dans le cas."
    assert not any(STRAY.search(text) for text in strings(page))
    assert len(page_of(case, found, brief_member(case, found, "XNA"), "fr").pages) == 1


def test_long_names_still_fit_one_page(small: Case, members: Members) -> None:
    long = "Joint register of seized, stolen and otherwise inexplicable mountaineering equipment"
    case = replace(
        small,
        capabilities=tuple(replace(c, name=f"{long} {c.id}") for c in small.capabilities),
        improvements=tuple(replace(i, name=f"{long} {i.id}") for i in small.improvements),
    )
    assert len(page_of(case, members, brief_member(case, members, "XEA"), "en").pages) == 1


# ------------------------------------------------------------------------------------- numbers


def told(middle: float, low: float, high: float, error: float) -> "pd.Series[float]":
    """A row with one figure."""
    return pd.Series({"x": middle, "x_low": low, "x_high": high, "x_error": error})


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (EN.price_spread(Amount(3_521_478, 2_646_257, 4_582_040)), "€3.5 million (2.6–4.6)"),
        (EN.price_spread(Amount(15_445, 6_178, 39_128)), "€15,000 (6,000–39,000)"),
        (EN.price_span(Amount(15_445, 6_178, 39_128)), "€6,000–39,000"),
        (EN.price_spread(Amount(600_000, 200_000, 1_400_000)), "€600,000 (200,000–1,400,000)"),
        (replace(EN, currency="USD").price_spread(Amount(5.0, 5.0, 5.0)), "US$5.0"),
        (FR.price_middle(Amount(3_521_478, 2_646_257, 4_582_040)), "3,5 M€"),
        (FR.spread(Amount(9038.0, 290.0, 21310.0)), "9\u202f000 (0–21\u202f000)"),
        (EN.part(0.0), "0%"),
        (EN.part(0.001), "<\u20601%"),
        (EN.part(0.999), ">\u206099%"),
        (EN.part(1.0), "100%"),
        (EN.probability(1.0), ">\u206099%"),
        (EN.probability(0.0), "<\u20601%"),
        (FR.probability(0.264), "26\u202f%"),
        (AR.middle(Amount(9038.0, 290.0, 21310.0)), "9,000".join(ISOLATE)),
        (AR.span(Amount(9038.0, 290.0, 21310.0)), "0–21,000".join(ISOLATE)),
        (AR.price_middle(Amount(3_521_478, 2_646_257, 4_582_040)), "\u20663.5\u2069 مليون يورو"),
    ],
)
def test_numbers(written: str, expected: str) -> None:
    assert written == expected


def test_arabic_numbers_are_isolated_everywhere(
    small: Case, members: Members, brief: MemberBrief
) -> None:
    page = document(small, brief, members.provenance, "ar")
    isolates = re.compile(f"{ISOLATE[0]}[^{ISOLATE[1]}]*{ISOLATE[1]}")
    cells = [row[1] for row in page["tables"][1]["rows"]]
    assert all(re.search(r"\d", cell) for cell in cells)
    assert not any(re.search(r"\d", isolates.sub("", cell)) for cell in cells)
    for text in strings(page):
        assert text.count(ISOLATE[0]) == text.count(ISOLATE[1])


# -------------------------------------------------------------------------------- the command


def test_members_are_found_by_code(small: Case) -> None:
    assert member_of(small, "XSD").name == "Harbour"
    with pytest.raises(InputError, match=r"'harbour' is no member.*Did you mean 'XSD'"):
        member_of(small, "harbour")
    with pytest.raises(InputError, match="no members"):
        member_of(replace(small, members=()), "XSD")


def test_briefs_of_a_run(run: Path, small: Case) -> None:
    written = briefs.write_briefs(run, ["XSD", "XNA"])
    assert [path.name for path in written] == ["XSD-en.pdf", "XNA-en.pdf"]
    before = written[0].read_bytes()
    everybody = briefs.write_briefs(run)
    assert len(everybody) == len(small.members)
    assert written[0].read_bytes() == before
    shutil.rmtree(run / BRIEFS)


@pytest.mark.long
def test_a_brief_tells_the_numbers_of_its_run(
    small_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Means over all draws of the run, though use is shared out in the first of them only."""
    monkeypatch.setattr(use, "DRAWS", 60)
    monkeypatch.setattr(runs, "write_papers", lambda *_, meanwhile: meanwhile())
    out = tmp_path / "run"
    runs.run(small_folder, out, draws=400, languages=("en",))
    told: list[MemberBrief] = []

    def keep(_: Case, found: MemberBrief, *__: object) -> bytes:
        told.append(found)
        return b""

    monkeypatch.setattr(briefs, "write_brief", keep)
    briefs.write_briefs(out)
    printed = pd.read_csv(out / "tables" / "members.csv", index_col=0).to_dict("index")
    for found in told:
        mine, row = printed[found.member.id], found.row.to_dict()
        for measure in MEASURES:
            for name in (measure, f"{measure}_low", f"{measure}_high", f"{measure}_error"):
                np.testing.assert_allclose(float(row[name]), float(mine[name]), rtol=1e-8)
        assert row["best"] == mine["best"]
    assert len(told) == len(printed)
    assert {found.draws for found in told} == {60}


@pytest.mark.long
def test_two_processes_give_the_same_bytes(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    some = ["XSD", "XNA", "XEA"]
    one = {path.name: path.read_bytes() for path in briefs.write_briefs(run, some, "fr")}
    monkeypatch.setattr(briefs, "MANY", 2)
    two = {p.name: p.read_bytes() for p in briefs.write_briefs(run, some, "fr", workers=2)}
    assert one == two
    shutil.rmtree(run / BRIEFS)


def test_a_brief_tells_what_the_run_told(run: Path) -> None:
    """The draws worked out anew are those of the run."""
    told = pd.read_csv(run / "tables" / "members.csv", index_col=0)
    manifest = read_manifest(run)
    case = read_case(inputs_of(run)).with_settings(seed=manifest["settings"]["seed"])
    found = serve_members(draw_sample(case, 200))
    assert found is not None
    numbers = found.to_frame().select_dtypes("number").columns
    np.testing.assert_allclose(told[numbers], found.to_frame()[numbers], rtol=1e-9)
    assert told["best"].tolist() == found.to_frame()["best"].tolist()


@pytest.mark.long
def test_briefs_leave_the_run_as_it_was(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "write_papers", lambda *_, meanwhile: meanwhile())
    briefs.write_briefs(run, ["XSD"])
    assert runs.rerun(run).is_same
    (run / "tables" / "members.csv").write_text("changed")
    assert not runs.rerun(run).is_same
    shutil.rmtree(run / BRIEFS)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--member", "XSX"], "'XSX' is no member of the case. Did you mean 'XSD'?"),
        (["--member", "XSD", "--lang", "fx"], "no texts for a brief in 'fx'"),
        ([], "Name members with --member, or take --all"),
        (["--member", "XSD", "--all"], "Name members with --member, or take --all"),
    ],
)
def test_slips_of_the_command(run: Path, words: list[str], told: str) -> None:
    done = CliRunner().invoke(main, ["brief", str(run), *words])
    assert done.exit_code == 2
    assert told in done.output
    assert not (run / BRIEFS).exists()


def test_the_command_says_where_the_pages_are(run: Path) -> None:
    done = CliRunner().invoke(main, ["brief", str(run), "--member", "XSD", "--lang", "ar"])
    assert (done.exit_code, done.output) == (0, f"{run / BRIEFS / 'XSD-ar.pdf'}\n")
    done = CliRunner().invoke(main, ["brief", str(run), "--all", "--workers", "1"])
    assert (done.exit_code, done.output) == (0, f"12 briefs: {run / BRIEFS}\n")
    shutil.rmtree(run / BRIEFS)


def test_a_changed_run_has_no_brief(run: Path, tmp_path: Path) -> None:
    spoilt = Path(shutil.copytree(run, tmp_path / "run"))
    with (spoilt / "inputs" / "members.csv").open("a") as lines:
        lines.write("\n")
    with pytest.raises(RunError, match="changed since the run"):
        briefs.write_briefs(spoilt, ["XSD"])
    manifest = json.loads((spoilt / "manifest.json").read_text())
    assert "briefs" not in str(manifest["outputs"])
    with pytest.raises(RunError, match="not a run folder"):
        briefs.write_briefs(tmp_path / "nothing")
