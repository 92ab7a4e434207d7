"""The one door: what comes in, what is refused, and that nothing else can happen."""

import csv
import io
import os
import re
import shutil
from contextlib import suppress
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capworth.case.model import Case
from capworth.case.read import check_case, read_case
from capworth.case.tables import read_raw
from capworth.case.template import write_template
from capworth.errors import CaseError, Finding, InputError, nearest
from capworth.study.stages import Study, run_study

SMALL = Path(__file__).parents[1] / "cases" / "small"
TABLES = tuple(sorted(path.stem for path in SMALL.glob("*.csv")))

ODD_CELLS = (
    *("", " ", "0", "-1", "1e400", "nan", "-inf", "0x10", "1_000", "٣", "yes", "REG", "A", "D"),
    *("use", "1:2", ":", "50:nan", "2025", "EUR", '"', ",", "\n", "\r", "\ufeff", "=1+1", "é"),
)
ODD_VALUES = (
    *('""', '"x"', "0", "-1", "1.5", "1e400", "nan", "true", "[]", '["hosting"]', "[1]", '"'),
    *("2024-12-31", "07:32:00", '"2024"', '"en"', '["operations"]', '"money"', '"next_euro"'),
    "{ a = 1 }",
)
odd_cells = st.one_of(
    st.sampled_from(ODD_CELLS),
    st.text(max_size=6),
    st.floats().map(str),
    st.integers(-(10**20), 10**20).map(str),
)
odd_values = st.sampled_from(ODD_VALUES)


def answered(case: Case) -> None:
    """A good case is answered, or is told that its budget does not fit its amounts."""
    try:
        run_study(case, draws=20)
    except InputError as error:
        if not str(error).startswith("budget:"):
            raise


@settings(max_examples=settings().max_examples // 2)  # a study each
@given(st.sampled_from(TABLES), st.data())
def test_one_odd_cell_is_a_case_error_or_a_good_case(table: str, data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        shutil.copytree(SMALL, folder, dirs_exist_ok=True)
        path = Path(folder) / f"{table}.csv"
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
        row = data.draw(st.integers(0, len(rows) - 1))
        column = data.draw(st.integers(0, len(rows[0]) - 1))
        rows[row][column] = data.draw(odd_cells)
        if data.draw(st.booleans()):
            rows[row] = rows[row][: column + 1]  # a row cut short
        with path.open("w", encoding="utf-8", errors="surrogatepass", newline="") as lines:
            csv.writer(lines).writerows(rows)
        with suppress(CaseError):  # any other exception fails the test
            answered(read_case(folder))


@settings(max_examples=15)  # as above
@given(st.sampled_from(SMALL.joinpath("case.toml").read_text("utf-8").splitlines()), odd_values)
def test_one_odd_setting_is_a_case_error_or_a_good_case(line: str, value: str) -> None:
    if " = " not in line:
        return
    key = line.split(" = ")[0]
    with TemporaryDirectory() as folder:
        shutil.copytree(SMALL, folder, dirs_exist_ok=True)
        path = Path(folder) / "case.toml"
        text = path.read_text(encoding="utf-8").replace(line, f"{key} = {value}")
        path.write_text(text, encoding="utf-8")
        with suppress(CaseError):
            answered(read_case(folder))


@settings(max_examples=30)
@given(st.sampled_from([*TABLES, "case"]), st.binary(max_size=40), st.integers(0, 400))
def test_a_file_of_odd_bytes_is_a_case_error_or_a_good_case(
    table: str, odd: bytes, start: int
) -> None:
    with TemporaryDirectory() as folder:
        shutil.copytree(SMALL, folder, dirs_exist_ok=True)
        path = Path(folder) / ("case.toml" if table == "case" else f"{table}.csv")
        content = path.read_bytes()
        path.write_bytes(content[:start] + odd + content[start:])
        with suppress(CaseError):
            read_case(folder)


# ------------------------------------------------------------------------------- what comes in


def test_the_words_of_the_case(small: Case) -> None:
    assert small.capability_ids == ("REG", "NET", "LAB", "ACA")
    assert small.improvement_ids == ("SCAN", "LINK", "CLOUD")
    assert [c.id for c in small.measured] == ["reach", "speed", "results"]
    assert small.criteria[2].points == ((12.0, 60.0),)
    assert small.funding[1].earmark == ("SCAN", "LINK")
    assert [c.designated for c in small.capabilities] == [False, True, True, False]
    assert repr(small) == "<Case small: 4 capabilities, 3 improvements, 1 sources>"


def test_an_estimate_knows_its_place_its_unit_and_its_evidence(small: Case) -> None:
    staff = small.estimates()["costs/LAB-STAFF"]
    assert (staff.low, staff.mode, staff.high) == (80000.0, 100000.0, 150000.0)
    assert (staff.unit, staff.grade, staff.row) == ("GBP of 2020 a year", "D", 7)
    assert staff.basis == "budget of the former laboratory"
    units = {name: estimate.unit for name, estimate in small.estimates().items()}
    assert units["costs/NET-KIT"] == "EUR of 2020"
    assert units["totals/OPS"] == "EUR of 2024 a year"
    assert units["unit_values/ARREST/money/fiscal"] == "GBP of 2020"
    assert units["scores/REG/speed"] == "hours"
    assert units["effects/SCAN/REG/speed"] == "hours"
    assert units["effects/SCAN/REG/hit_rate"] == "factor"
    assert units["usage/CENTRE/REG"] == "racks"
    assert units["chain/REG/searches"] == "a year"
    assert units["criteria/use"] == "points"
    assert units["functions/REG/hosting"] == "share"


def test_every_uncertain_number_has_a_name_of_its_own(small: Case) -> None:
    counted = (
        *("functions", "platforms", "usage", "totals", "costs", "chain", "unit_values"),
        *("criteria", "scores", "effects", "funding"),
    )
    assert len(small.estimates()) == sum(len(getattr(small, table)) for table in counted)


def test_absent_settings_have_their_defaults(small: Case) -> None:
    settings = small.settings
    assert (settings.timing, settings.top_share) == ("start", 0.25)
    assert (settings.note, settings.languages) == ("", ("en", "fr"))


def test_names_in_two_languages(small: Case) -> None:
    assert small.names()["NET"] == "Secure network"
    assert small.names("fr")["NET"] == "Réseau sécurisé"
    unnamed = replace(small.capabilities[0], translations=())
    assert replace(small, capabilities=(unnamed,)).names("fr")["REG"] == "Register of persons"


def test_a_case_cannot_be_changed_but_copied(small: Case) -> None:
    other = small.with_settings(discounting="undiscounted")
    with pytest.raises(FrozenInstanceError):
        small.settings = other.settings  # type: ignore[misc]  # frozen on purpose
    assert (small.settings.discounting, other.settings.discounting) == (
        "eu-cohesion-5",
        "undiscounted",
    )


def test_optional_tables_may_be_left_out(folder: Path) -> None:
    """The questions that need them are not asked, and nothing is made up."""
    for name in ("improvements", "effects", "relations", "funding", "chain", "unit_values"):
        (folder / f"{name}.csv").unlink()
    for name in ("outcomes", "criteria", "scores", "judgements"):
        (folder / f"{name}.csv").unlink()
    keep_lines(folder / "costs.csv", "SCAN", "LINK", "CLOUD")
    keep_lines(folder / "case.toml", "budget", "target")
    (folder / "claim.toml").unlink()
    study: Study = run_study(read_case(folder), draws=50)
    asked = ("claim", "excellence", "priorities", "programme", "funding", "sensitivity")
    assert {*asked} <= {*study.not_asked}
    table = study.appraisal.to_frame()
    assert table["cost_m"].notna().all()
    assert table[["score", "score_per_m", "money_m", "harm_days"]].isna().all(axis=None)


def keep_lines(path: Path, *without: str) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not any(word in line for word in without)]
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")


def test_a_byte_order_mark_blank_lines_and_other_line_ends_do_no_harm(
    folder: Path, small: Case
) -> None:
    path = folder / "scores.csv"
    text = path.read_text(encoding="utf-8")
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode() + b"\r\n,,,\r\n\r\n")
    path = folder / "case.toml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    read = read_case(folder)
    assert replace(read, fingerprint="") == replace(small, fingerprint="")


def test_other_files_beside_the_tables_are_left_alone(folder: Path, small: Case) -> None:
    for name in ("README.md", ".DS_Store", "_notes", "_costs.csv", "~$costs.xlsx", "minutes.docx"):
        (folder / name).write_text("notes")
    (folder / ".git").mkdir()
    assert read_case(folder).fingerprint == small.fingerprint
    assert read_raw(folder).unread == ("README.md", "minutes.docx")


# ------------------------------------------------------------------------------ what is refused


def test_a_table_under_a_wrong_name_is_not_lost(folder: Path) -> None:
    (folder / "scores.csv").rename(folder / "score.csv")
    (folder / "usage.csv").rename(folder / "USAGE.CSV")
    told = str([str(finding) for finding in check_case(folder)])
    assert "score.csv: this is not a table of a case. Did you mean 'scores.csv'?" in told
    assert "USAGE.CSV: this is not a table of a case" in told


ALIKE = (
    *("relations.csv.txt", "relations.tsv", "relations.xlsx", "Relations.csv", "relations"),
    *("relations (1).csv", "relations - Copy.csv", "Copy of relations.csv", "relations_v2.csv"),
    *(
        "relations.csv.bak",
        "RELATIONS.CSV",
        "relation.csv",
        "relations.csv~",
        "relations_final.csv",
    ),
)


@pytest.mark.parametrize("name", ALIKE)
def test_what_is_named_as_a_table_and_is_none_is_told(folder: Path, name: str) -> None:
    (folder / "relations.csv").rename(folder / name)
    (finding,) = check_case(folder)
    assert (finding.file, finding.problem) == (name, "this is not a table of a case")
    assert finding.fix == "Did you mean 'relations.csv'?"


@pytest.mark.parametrize("name", ["relations.csv", "anything", "case.toml", "claim.lock.toml"])
@pytest.mark.parametrize("kind", ["a folder", "a link to nothing", "a link to itself", "a pipe"])
def test_what_is_no_regular_file_is_told_and_never_opened(
    folder: Path, kind: str, name: str
) -> None:
    place = folder / name
    place.unlink(missing_ok=True)
    match kind:
        case "a folder":
            place.mkdir()
        case "a link to nothing":
            place.symlink_to(folder / "nowhere")
        case "a link to itself":
            place.symlink_to(place)
        case _:
            os.mkfifo(place)
    told = [f.problem for f in check_case(folder) if f.file == name]
    assert len(told) == 1
    assert told[0].startswith("it is ")


def test_references_into_a_table_that_cannot_be_read_are_not_checked(folder: Path) -> None:
    path = folder / "capabilities.csv"
    path.write_bytes("é".encode("cp1252") + path.read_bytes())
    assert [f.problem for f in check_case(folder)] == ["the text is not UTF-8"]
    path.unlink()
    assert [f.problem for f in check_case(folder)] == ["the table is missing"]


def test_faults_of_a_kind_are_counted_beyond_fifty() -> None:
    faults = [Finding("costs.csv", k, "mode", f"'{k}x' is not a number", "Mend") for k in range(90)]
    told = str(CaseError([*faults, Finding("usage.csv", 2, "use", "the cell is empty", "Fill")]))
    assert told.startswith("91 to mend:")
    assert "costs.csv: 40 more like the last one" in told
    assert len(told.splitlines()) == 1 + 50 + 1 + 1


TOO_MUCH = {
    "rows": "capability,function,low,mode,high,grade\n" + "a\n" * 200_001,
    "bytes": "x" * 64_000_001,
}


@pytest.mark.parametrize("much", TOO_MUCH)
def test_a_table_has_its_limits(folder: Path, much: str) -> None:
    (folder / "functions.csv").write_text(TOO_MUCH[much])
    (finding,) = check_case(folder)
    assert "more than 200,000 rows" in finding.problem or "64 million bytes" in finding.problem


@pytest.mark.parametrize("value", ["[" * 5_000 + "]" * 5_000, "9" * 5_000])
def test_settings_that_no_reader_can_hold_are_told(folder: Path, value: str) -> None:
    (folder / "case.toml").write_text(f"draws = {value}\n")
    (finding,) = check_case(folder)
    assert finding.problem.startswith(("it is nested too deeply", "it holds a number that is too"))


def test_a_link_to_a_file_is_the_file(folder: Path, small: Case, tmp_path: Path) -> None:
    moved = (folder / "relations.csv").rename(tmp_path / "elsewhere.csv")
    (folder / "relations.csv").symlink_to(moved)
    assert read_case(folder).fingerprint == small.fingerprint


@pytest.mark.parametrize("table", ["capabilities", "functions", "costs", "sources"])
def test_a_case_has_its_four_tables(folder: Path, table: str) -> None:
    (folder / f"{table}.csv").unlink()
    assert f"{table}.csv: the table is missing. Add it" in str(CaseError(check_case(folder)))


def test_a_case_has_settings(folder: Path) -> None:
    (folder / "case.toml").unlink()
    assert "case.toml: the file is missing. Add it." in str(CaseError(check_case(folder)))


def test_no_such_folder(tmp_path: Path) -> None:
    shutil.copytree(SMALL, tmp_path / "interpol-2019")
    with pytest.raises(CaseError, match="Did you mean 'interpol-2019'"):
        read_case(tmp_path / "interpl-2019")
    with pytest.raises(CaseError, match="there is no such case folder or workbook"):
        read_case(tmp_path / "nowhere" / "at all")
    assert check_case(tmp_path / "nowhere")[0].problem == "there is no such case folder or workbook"


def test_text_that_is_not_utf8_is_told_with_its_row(folder: Path) -> None:
    path = folder / "scores.csv"
    path.write_bytes(path.read_bytes().replace(b"REG,results,6", "REG,résults,6".encode("cp1252")))
    (finding,) = (f for f in check_case(folder) if "UTF-8" in f.problem)
    assert (finding.file, finding.row) == ("scores.csv", 4)


def test_a_file_that_is_no_text(folder: Path) -> None:
    (folder / "scores.csv").write_bytes(b"a\0b")
    assert "scores.csv: it is not a text file" in str(CaseError(check_case(folder)))


def test_an_empty_template_asks_for_its_first_rows(tmp_path: Path) -> None:
    findings = check_case(write_template(tmp_path / "new"))
    told = [str(finding) for finding in findings]
    assert "capabilities.csv, row 2: there is no row yet. Add the first one." in told


# ---------------------------------------------------------------------------------- fingerprint


def test_the_fingerprint_changes_with_every_byte_and_name(folder: Path, small: Case) -> None:
    path = folder / "sources.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("Ledger", "Ledgers"), encoding="utf-8")
    assert read_case(folder).fingerprint != small.fingerprint
    path.write_text(text, encoding="utf-8")
    assert read_case(folder).fingerprint == small.fingerprint
    assert len(small.fingerprint) == 64
    raw = read_raw(folder)
    swapped = {**raw.files, "usage.csv": raw.files["totals.csv"], "totals.csv": b""}
    assert replace(raw, files=swapped).fingerprint() != small.fingerprint


@pytest.mark.parametrize("half", ["199.9", "199.99999", "0.1", "100"])
def test_half_of_the_value_may_be_reached_anywhere_between_the_ends(
    folder: Path, half: str
) -> None:
    path = folder / "criteria.csv"
    text = path.read_text("utf-8")
    path.write_text(text.replace("members,0,200,,", f"members,0,200,half:{half},"), "utf-8")
    points = read_case(folder).criteria[1].points
    levels, values = zip(*points, strict=True) if points else ((), ())
    assert list(levels) == sorted(levels)
    assert list(values) == sorted(values)
    assert all(0 <= level <= 200 for level in levels)


def test_a_criterion_that_weighs_nothing_is_answered(folder: Path) -> None:
    path = folder / "criteria.csv"
    text = path.read_text("utf-8")
    assert "12:60,6,20,50,80" in text
    path.write_text(text.replace("12:60,6,20,50,80", "12:60,6,0,0,0"), encoding="utf-8")
    assert run_study(read_case(folder), draws=100).excellence is not None


@pytest.mark.parametrize("name", ["comment", "Notes", "_mine"])
def test_a_column_of_notes_passes(folder: Path, small: Case, name: str) -> None:
    path = folder / "usage.csv"
    lines = path.read_text("utf-8").splitlines()
    text = [f"{lines[0]},{name}", *(f"{line},mine" for line in lines[1:])]
    path.write_text("\n".join(text) + "\n", encoding="utf-8")
    assert read_case(folder).usage == small.usage


ODD_TEXTS = {
    "#REF!": "shows the error",
    "#N/A": "shows the error",
    "=cmd|' /C calc'!A0": "is a formula",
    "@SUM(1)": "is a formula",
    "+cmd|x": "is a formula",
    "- see the note (2)": None,
    "a\x07b": "the character U\\+0007",
    "a\u200eb": None,
    "a\u202eb": "the character U\\+202E",
    "n/a": "says nothing",
    "tbd": "says nothing",
    "-": "says nothing",
    "TODO": "says nothing",
    "???": "says nothing",
}


@pytest.mark.parametrize("odd", ODD_TEXTS)
def test_a_text_that_says_nothing_is_no_basis(folder: Path, odd: str) -> None:
    path = folder / "criteria.csv"
    text = path.read_text("utf-8")
    path.write_text(text.replace("board of 2024", odd, 1), encoding="utf-8")
    told = ODD_TEXTS[odd]
    found = check_case(folder)
    if told is None:
        assert found == ()
    else:
        assert [(f.row, f.column) for f in found] == [(2, "basis")]
        assert re.search(told, found[0].problem)


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_what_cannot_be_read_is_one_fault(folder: Path, mark: str) -> None:
    """No word of another table is held against what was not read."""
    path = folder / "capabilities.csv"
    text = path.read_text("utf-8")
    path.write_text(text.replace(",", mark), encoding="utf-8")
    (finding,) = check_case(folder)
    assert finding.problem.startswith("the cells are parted by")
    path.write_text(f"Services of the small police\n{text}", encoding="utf-8")
    (finding,) = check_case(folder)
    assert finding.fix == "It stands in row 2: take out what is above it."
    path.write_text(text.partition("\n")[0], encoding="utf-8")
    (finding,) = check_case(folder)
    assert finding.problem == "there is no row yet"
    path.rename(folder / "Capabilities.txt")
    (finding,) = check_case(folder)
    assert (finding.file, finding.fix) == ("Capabilities.txt", "Did you mean 'capabilities.csv'?")


def test_changes_that_nobody_wrote_are_told(folder: Path) -> None:
    for text in ("change = 3", "change = [3]", '[change]\nkind = "x"'):
        (folder / "changes.toml").write_text(text, encoding="utf-8")
        (finding,) = check_case(folder)
        assert (finding.file, finding.column) == ("changes.toml", "change")


@pytest.mark.parametrize(
    ("scenario", "told"),
    [
        ('["../x"]\nname = "x"', "'../x' is not a short name"),
        ('[poor]\nname = " "', "it is no text"),
        ('[poor]\nname = "x"\nimprovements = [3]', "it is written in another way"),
    ],
)
def test_a_scenario_has_a_name_that_a_folder_can_bear(
    folder: Path, scenario: str, told: str
) -> None:
    (folder / "scenarios.toml").write_text(scenario, encoding="utf-8")
    (finding,) = check_case(folder)
    assert finding.problem == told


def test_names_that_a_reader_cannot_tell_apart(folder: Path) -> None:
    path = folder / "capabilities.csv"
    text = path.read_text("utf-8")
    path.write_text(text.replace("Secure network", "REGISTER\u00a0 of persons"), encoding="utf-8")
    (finding,) = check_case(folder)
    assert (finding.row, finding.column) == (3, "name")
    assert finding.problem.endswith("is printed like the name in row 2")


def test_numbers_that_nobody_counts(folder: Path) -> None:
    path = folder / "costs.csv"
    text = path.read_text("utf-8")
    for number, told in (("1e19", "is more than anything"), ("1e-400", "is too near to 0")):
        path.write_text(text.replace("60000,", f"{number},", 1), encoding="utf-8")
        assert any(told in finding.problem for finding in check_case(folder)), number


def test_the_nearest_word_is_that_in_other_letters() -> None:
    assert nearest("YES", ("no", "yes")) == "Did you mean 'yes'?"
    assert nearest("ｒeg", ("REG", "NET")) == "Did you mean 'REG'?"
