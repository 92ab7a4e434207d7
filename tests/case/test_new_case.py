"""A case to begin with: a workbook, a plain list, an example; and how little of it is typed."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from capworth.case.book import ABOUT, columns_shown, sheets_with, write_book
from capworth.case.defaults import DEFAULTS
from capworth.case.dictionary import CLAIM, SETTINGS, dictionary, table_names
from capworth.case.examples import copy_example
from capworth.case.library import library
from capworth.case.model import Case, Settings
from capworth.case.plain import read_plain
from capworth.case.read import check_case, read_case
from capworth.case.rows import BY_GRADE
from capworth.case.template import columns_page, write_template
from capworth.cli import main
from capworth.errors import CaseError, InputError
from capworth.language.isolates import flat
from capworth.language.language import Language
from capworth.lints.found import lint_case
from capworth.report.annex.method import evidence
from capworth.report.content import Voice
from capworth.report.edition import Content
from capworth.report.pages import said_sheet
from capworth.study.explained import explained
from capworth.study.stages import run_study

Rows = Mapping[str, Sequence[Mapping[str, object]]]

ASKED: Mapping[str, object] = {
    "organisation": "Northshire Police",
    "currency": "GBP",
    "appraisal_date": "2025-09-30",
}
SERVICES = ("Radio network", "Custody system", "Laboratory", "Number plates", "Intelligence")
LEDGER = "finance ledger of last year"
COSTS: Rows = {
    "capabilities": [{"name": name} for name in SERVICES],
    "costs": [
        {"capability": name, "mode": 400_000 * (k + 1), "grade": "D", "basis": LEDGER}
        for k, name in enumerate(SERVICES)
    ],
}
PROJECTS = ("New radios", "Custody cameras", "Laboratory robot", "More cameras", "Search engine")
PROGRAMME: Rows = {
    **COSTS,
    "costs": [
        *COSTS["costs"],
        *(
            {"improvement": name, "kind": "one-off", "mode": 250_000 * (k + 1), "grade": "D",
             "basis": "quote"}
            for k, name in enumerate(PROJECTS)
        ),
    ],
    "criteria": [
        {"name": "Use", "unit": "% of officers", "worst": 0, "best": 100, "reference": 90,
         "basis": "agreed by the board"},
    ],
    "scores": [
        {"capability": name, "criterion": "Use", "mode": 40 + 5 * k, "grade": "D", "basis": "count"}
        for k, name in enumerate(SERVICES)
    ],
    "improvements": [{"name": name} for name in PROJECTS],
    "effects": [
        {"improvement": project, "capability": name, "criterion": "Use", "mode": 20}
        for project, name in zip(PROJECTS, SERVICES, strict=True)
    ],
}  # fmt: skip


def fill(book: Path, settings: Mapping[str, object], rows: Rows) -> int:
    """Type into a workbook what a stranger would, and count the cells."""
    opened = load_workbook(book)
    typed = 0
    sheet = opened[SETTINGS]
    for line in sheet.iter_rows(min_row=2):
        if (key := str(line[0].value)) in settings:
            line[1].value, typed = settings[key], typed + 1  # type: ignore[assignment]
    for table, some in rows.items():
        heading = [cell.value for cell in opened[table][1]]
        for row in some:
            assert {*row} <= {*heading}
            opened[table].append([row.get(str(column)) for column in heading])
            typed += len(row)
    opened.save(book)
    return typed


@pytest.fixture(scope="module")
def programme(tmp_path_factory: pytest.TempPathFactory) -> tuple[Case, int]:
    book = write_book(tmp_path_factory.mktemp("new") / "five.xlsx", ["improvements"])
    typed = fill(book, {**ASKED, "budget": 2_000_000}, PROGRAMME)
    return read_case(book), typed


def test_a_first_paper_takes_sixty_cells_at_most(tmp_path: Path) -> None:
    book = write_book(tmp_path / "northshire.xlsx")
    typed = fill(book, ASKED, COSTS)
    assert typed <= 60
    study = run_study(read_case(book), draws=200)
    assert sorted(study.appraisal.to_frame()["name"]) == sorted(SERVICES)
    assert "programme" not in study


def test_five_projects_take_a_hundred_and_fifty(programme: tuple[Case, int]) -> None:
    case, typed = programme
    assert typed <= 150
    study = run_study(case, draws=200)
    assert 1 <= len(study.programme.chosen) <= 5
    assert len(case.improvements) == 5


def test_what_is_taken_is_said(programme: tuple[Case, int]) -> None:
    case, _ = programme
    taken = [e for e in case.estimates().values() if BY_GRADE in e.basis]
    assert {e.table for e in taken} == {"costs", "criteria", "scores", "effects"}
    assert {x.code for x in lint_case(case) if x.code == "E10"} == {"E10"}
    told = {"title", "price_year", "first_year", "years", "discounting", "seed", "name"}
    assert told <= {*case.assumed}
    assert "budget" not in case.assumed
    settings = case.settings
    assert (settings.price_year, settings.first_year, settings.years) == (2025, 2026, 10)
    assert settings.discounting == "green-book"


def test_papers_call_a_default_a_default(
    programme: tuple[Case, int], tmp_path: Path, said: set[str]
) -> None:
    """Not "set by the case": in the evidence, on page 1, in `check` and behind a figure."""
    study = run_study(programme[0], draws=60)
    english = Language.of(study.case, "en")
    sheet = said_sheet(evidence(study, False), Voice(english, study))
    rows = {str(row[0]): str(row[2]) for row in sheet["blocks"][1]["rows"]}
    assert rows["Discounting"].startswith("not given in the case: default of the program")
    assert rows["Data cut-off"] == "set by the case"
    assert rows["Programme"].startswith("set by the case; not given, so by default: confidence")
    assert rows["Ranges by grade"].startswith("not given in the case")
    book = write_book(tmp_path / "costs.xlsx")
    fill(book, ASKED, COSTS)
    case = read_case(book)
    first = str(Content.of(run_study(case, draws=60)).said("en").pages[0])
    assert "5 of 5 ranges, by their grade" in first
    assert "discounting" in first
    lines = explained(study.figures["setting.years"], study.case, english)
    assert "Formula: none, the case does not give it: the default of the program" in lines
    checked = CliRunner().invoke(main, ["check", str(book)]).output
    assert "not given, so taken: name costs" in checked
    assert "years 10, discounting green-book" in checked
    assert said >= TAKEN


def test_financial_years_are_read_and_printed(tmp_path: Path) -> None:
    """A case that writes 2026/27 reads it so in its papers; any other reads 2026."""
    for first, told in (("2026/27", "2026/27"), (2026, "2026")):
        book = write_book(tmp_path / f"years-{told[4:]}.xlsx".replace("/", ""), ["improvements"])
        fill(book, {**ASKED, "budget": 2_000_000, "first_year": first}, PROGRAMME)
        case = read_case(book)
        assert case.settings.first_year == 2026
        assert case.settings.financial_years == (first == "2026/27")
        content = Content.of(run_study(case, draws=60))
        for language in ("en", "ar"):
            edition = content.said(language)
            pages = flat(str((edition.pages, edition.sections, edition.foot)))
            assert ("2026/27" in pages) == (first == "2026/27"), language
        starts = (
            row["cells"][2]
            for b in edition.pages[0]
            if b["kind"] == "bars"
            for g in b["groups"]
            for row in g["rows"]
            if row["cells"][2]
        )
        assert {str(x).strip("\u2066\u2069") for x in starts} == {told}
    fill(book, {**ASKED, "first_year": "2026/28"}, {})
    with pytest.raises(CaseError, match="is no financial year"):
        read_case(book)


TAKEN = {  # phrases of what is taken
    *("parameter.taken", "parameter.taken_of", "parameter.also", "trust.taken"),
    *("parameter.ranges_value", "parameter.ranges_status", "trust.taken_ranges"),
}


@pytest.mark.parametrize(
    ("grade", "low", "high"),
    [("A", 1000, 1000), ("B", 900, 1100), ("C", 750, 1200), ("D", 500, 2000), ("E", 330, 3000)],
)
def test_ranges_widen_with_the_grade(tmp_path: Path, grade: str, low: float, high: float) -> None:
    cells = {"capability": "Radio", "mode": 1_000, "grade": grade, "source": "L"}
    if grade in "DE":
        cells = {**cells, "source": None, "basis": "judged by two officers"}
    book = write_book(tmp_path / "one.xlsx", ["sources"])
    rows: Rows = {"capabilities": [{"name": "Radio"}], "costs": [cells]}
    fill(book, ASKED, {**rows, "sources": [{"id": "L", "title": "Ledger"}]})
    (line,) = read_case(book).costs
    assert (line.amount.low, line.amount.mode, line.amount.high) == (low, 1_000, high)
    assert (BY_GRADE in line.amount.basis) == (grade != "A")


def test_a_range_that_is_given_stays(tmp_path: Path) -> None:
    book = write_book(tmp_path / "one.xlsx")
    cells = {"capability": "Radio", "mode": 1_000, "low": 990, "high": 1_010, "basis": "ledger"}
    fill(book, ASKED, {"capabilities": [{"name": "Radio"}], "costs": [cells]})
    (line,) = read_case(book).costs
    assert (line.amount.low, line.amount.high, line.amount.grade) == (990, 1010, "E")
    assert line.amount.basis.startswith("ledger; taken: category other, payer organisation")


def test_half_a_range_is_a_fault(tmp_path: Path) -> None:
    book = write_book(tmp_path / "one.xlsx")
    cells = {"capability": "Radio", "mode": 1_000, "low": 990, "basis": "ledger"}
    fill(book, ASKED, {"capabilities": [{"name": "Radio"}], "costs": [cells]})
    assert "column 'high': the cell is empty" in str(CaseError(check_case(book)))


# ------------------------------------------------------------------------------ the workbook


def test_the_sheets_come_with_what_they_need() -> None:
    assert sheets_with(()) == ("capabilities", "costs")
    assert {"improvements", "effects", "criteria", "scores"} <= {*sheets_with(["improvements"])}
    assert {"outcomes", "unit_values"} <= {*sheets_with(["chain"])}
    with pytest.raises(InputError, match="there is no table 'improvment'"):
        sheets_with(["improvment"])


def test_every_heading_is_told_guarded_and_stays(tmp_path: Path) -> None:
    opened = load_workbook(write_book(tmp_path / "all.xlsx", table_names()))
    assert opened.sheetnames == [SETTINGS, *table_names(), ABOUT]
    for table in table_names():
        sheet = opened[table]
        columns = columns_shown(table)
        assert [cell.value for cell in sheet[1]] == [c.name for c in columns]
        assert sheet.freeze_panes == "A2"
        assert all(cell.comment is not None for cell in sheet[1])
        assert str(sheet["A2"].value).startswith("#")
        guarded = {
            str(span).split(":")[0].rstrip("0123456789")
            for guard in sheet.data_validations.dataValidation
            for span in guard.sqref.ranges
        }
        lists = [c for c in columns if c.kind in ("grade", "flag") or c.kind == "choice"]
        assert len(guarded) >= len([c for c in lists if len(",".join(c.options)) < 250])
        needed = [c for c in dictionary()[table].values() if c.required and not c.filled]
        assert {c.name for c in needed} <= {c.name for c in columns}


def test_the_example_row_is_not_read(tmp_path: Path) -> None:
    told = "\n".join(map(str, check_case(write_book(tmp_path / "empty.xlsx"))))
    assert "sheet capabilities, row 2: there is no row yet" in told
    assert "Radio" not in told


def test_a_book_is_not_overwritten(tmp_path: Path) -> None:
    book = write_book(tmp_path / "b.xlsx")
    with pytest.raises(CaseError, match="it is there already"):
        write_book(book)


# -------------------------------------------------------------------------- a plain list, examples


def test_a_plain_list_is_a_case(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text('Item,Amount,Year\nRadio,"4,200,000",2024\nRadio,5,\nX,7,\n')
    found = read_plain(tmp_path / "c.csv")
    assert [row["name"] for row in found["capabilities"]] == ["Radio", "X"]
    assert [row["mode"] for row in found["costs"]] == [4_200_000, 5, 7]
    (tmp_path / "bad.csv").write_text("name,amount\nRadio,two\n")
    with pytest.raises(InputError, match=r"row 2: 'two' is not a number"):
        read_plain(tmp_path / "bad.csv")
    for amount in ("100.000", '"12,50"', "-3", "nan"):  # European, below 0, none
        (tmp_path / "bad.csv").write_text(f"name,amount\nRadio,{amount}\n")
        with pytest.raises(InputError, match="row 2"):
            read_plain(tmp_path / "bad.csv")
    (tmp_path / "none.csv").write_text("name,sum\nRadio,2\n")
    with pytest.raises(InputError, match="no column is called 'amount'"):
        read_plain(tmp_path / "none.csv")


def test_a_plain_list_asks_for_nothing_more(tmp_path: Path) -> None:
    """Not even for a price index: the prices of the case are those of the list."""
    (tmp_path / "c.csv").write_text("name,amount,year\nRadio,4200000,2024\nCells,7e5,2024\n")
    words = ["--organisation", "Northshire", "--currency", "GBP", "--date", "2025-09-30"]
    place = str(tmp_path / "b.xlsx")
    done = CliRunner().invoke(main, ["new", place, "--from", str(tmp_path / "c.csv"), *words])
    assert done.exit_code == 0, done.output
    case = read_case(place)
    assert [line.amount.mode for line in case.costs] == [4_200_000, 700_000]
    assert {line.amount.grade for line in case.costs} == {"E"}
    assert "row 2 of c.csv" in case.costs[0].amount.basis
    assert case.settings.price_year == 2024


@pytest.mark.parametrize("name", ["interpol", "uk"])
def test_an_example_is_a_copy(tmp_path: Path, name: str) -> None:
    copied = copy_example(name, tmp_path / "mine")
    (original,) = (Path(__file__).parents[2] / "data").glob(f"{name}-*")
    assert {p.name: p.read_bytes() for p in copied.iterdir()} == {
        p.name: p.read_bytes() for p in original.iterdir()
    }
    assert check_case(copied) == ()
    with pytest.raises(CaseError, match="it is not empty"):
        copy_example(name, copied)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["x", "--example", "france"], "there is no example 'france'"),
        (["x.xlsx", "--example", "uk"], "--example goes into a folder"),
        (["x", "--with", "chain"], "--with is for workbooks"),
        (["x", "--from", "c.csv"], "--from writes a workbook"),
        (["x.xlsx", "--with", "chian"], "there is no table 'chian'"),
        (["x.xls"], "x.xls would be a folder: a workbook ends in .xlsx."),
        (["x", "--date", "2025-13-40"], "appraisal_date: '2025-13-40' is not a day. Write it"),
        (["x.xlsx", "--currency", "pounds"], "currency: 'pounds' is no code of a currency."),
        (["x", "--example", "uk", "--currency", "GBP"], "--example goes into a folder, and alone"),
    ],
)
def test_slips_of_the_command_write_nothing(
    tmp_path: Path, words: list[str], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["new", *words])
    assert done.exit_code == 2
    assert told in done.stderr
    assert [*tmp_path.iterdir()] == []


# ------------------------------------------------------------------------- what a folder says


def test_commented_values_are_what_is_taken(tmp_path: Path) -> None:
    """Taking the mark away changes nothing but that it is given."""
    folder = write_template(tmp_path / "mine", {key: str(text) for key, text in ASKED.items()})
    path = folder / "case.toml"
    (folder / "capabilities.csv").write_text("name\nRadio\n")
    (folder / "costs.csv").write_text("capability,mode,grade,basis\nRadio,5,D,ledger\n")
    taken = read_case(folder).settings
    assert (taken.price_year, taken.discounting) == (2025, "green-book")
    text = re.sub(r"(?m)^# (\w+ = )", r"\1", path.read_text(encoding="utf-8"))
    assert len(tomllib.loads(text)) > 20
    path.write_text(text, "utf-8")
    given = read_case(folder).settings
    for field in fields(Settings):
        assert getattr(given, field.name) == getattr(taken, field.name), field.name


def test_a_folder_is_given_what_the_command_is_told(tmp_path: Path) -> None:
    words = ["--organisation", 'North "é"', "--currency", "NOK", "--date", "2024-05-06"]
    done = CliRunner().invoke(main, ["new", str(tmp_path / "mine"), *words])
    assert done.exit_code == 0, done.output
    keys = tomllib.loads((tmp_path / "mine" / "case.toml").read_text(encoding="utf-8"))
    assert keys == {
        "organisation": 'North "é"',
        "currency": "NOK",
        "appraisal_date": "2024-05-06",
    }


def test_an_empty_folder_gives_nothing_that_must_be_given(tmp_path: Path) -> None:
    """Dots stand where something must be given: a currency that nobody chose was read as one."""
    told = {(f.file, f.column) for f in check_case(write_template(tmp_path / "mine"))}
    assert told >= {("case.toml", key) for key in ASKED}


def test_the_page_of_a_folder_tells_every_key_and_column() -> None:
    """Of the keys of claim.toml nothing stood anywhere; a title in French is not taken."""
    page = columns_page()
    for table, columns in dictionary().items():
        ending = "toml" if table in (SETTINGS, CLAIM) else "csv"
        (section,) = re.findall(rf"(?ms)^## {table}\.{ending}$(.*?)(?=^## |\Z)", page)
        told = [line.split(" | ")[0].removeprefix("| ") for line in section.splitlines()]
        assert [word for word in told if word][-len(columns) :] == [*columns]
    assert "| title_fr | text |  |  | the same in French |" in page


def test_names_in_any_letters_do_without_short_names(tmp_path: Path) -> None:
    """Eighteen faults were told of two names, such as 'whole' stands in row 3 already."""
    rows: Rows = {
        "capabilities": [{"name": "شبكة"}, {"name": "登记"}],
        "costs": [
            {"capability": name, "mode": 5, "grade": "D", "basis": LEDGER}
            for name in ("شبكة", "登记")
        ],
    }
    case = read_case(write_book(tmp_path / "a.xlsx", (), ASKED, rows))
    turned = {table: lines[::-1] for table, lines in rows.items()}
    again = read_case(write_book(tmp_path / "b.xlsx", (), ASKED, turned))
    assert {c.name: c.id for c in case.capabilities} == {c.name: c.id for c in again.capabilities}
    assert len({*case.capability_ids}) == 2


def test_a_row_without_a_name_is_told_once(tmp_path: Path) -> None:
    rows = {**COSTS, "capabilities": [*COSTS["capabilities"], {"basis": "a"}, {"basis": "b"}]}
    found = check_case(write_book(tmp_path / "a.xlsx", (), ASKED, rows))
    assert {f.column for f in found} == {"id", "name"}
    assert len(found) == 4


def test_a_saving_names_the_service_where_it_has_one_line(tmp_path: Path) -> None:
    line = {"capability": "Laboratory", "mode": 1, "category": "staff", "grade": "D", "basis": "a"}
    saving = {"improvement": "Robot", "line": "Laboratory", "mode": 0.5, "grade": "D", "basis": "a"}
    rows: Rows = {
        "capabilities": COSTS["capabilities"],
        "costs": [
            *COSTS["costs"],
            {"improvement": "Robot", "kind": "one-off", "mode": 9, "grade": "D", "basis": "a"},
        ],
        "improvements": [{"name": "Robot"}],
        "savings": [saving],
    }
    (saved,) = read_case(write_book(tmp_path / "a.xlsx", (), ASKED, rows)).savings
    assert saved.line == "LABORATORY"
    two = {**rows, "costs": [*rows["costs"], line]}
    (found,) = check_case(write_book(tmp_path / "b.xlsx", (), ASKED, two))
    assert found.problem == "'Laboratory' is not known"  # and not that ROBOT has no effect


def test_defaults_are_of_columns_that_say_so() -> None:
    for table, cells in DEFAULTS.items():
        for name in cells:
            assert dictionary()[table][name].filled


# ------------------------------------------------------------------------- published unit values


def test_the_library_says_where_everything_stands() -> None:
    assert len(library()) >= 60
    for value in library().values():
        assert value.low <= value.value <= value.high
        assert value.grade in ("B", "C")
        assert all((value.source, value.title, value.status, value.scope, value.address))
        assert bool(value.currency) == bool(value.price_year)
    assert (library()["HO-RAPE"].value, library()["HO-RAPE"].price_year) == (39_360, "2015")
    assert library()["CCHI-HOMICIDE"].value == 5_475


def test_a_value_is_cited_by_its_name(tmp_path: Path) -> None:
    book = write_book(tmp_path / "v.xlsx", ["unit_values", "outcomes", "prices"])
    rows: Rows = {
        "capabilities": [{"name": "Radio"}],
        "costs": [{"capability": "Radio", "mode": 5, "grade": "D", "basis": "ledger"}],
        "outcomes": [{"name": "Robbery averted"}],
        "unit_values": [{"outcome": "Robbery averted", "library": "HO-ROBBERY"}],
        "prices": [
            {"kind": "deflator", "currency": "GBP", "year": year, "value": value, "grade": "D",
             "basis": "approximate"}
            for year, value in ((2015, 76.5), (2025, 103))
        ],
    }  # fmt: skip
    fill(book, ASKED, rows)
    case = read_case(book)
    (value,) = case.unit_values
    assert (value.worth.mode, value.currency, value.price_year) == (11_320, "GBP", 2015)
    assert (value.worth.grade, value.worth.source) == ("B", "SWE_HO_2019")
    assert "HO-ROBBERY" in value.worth.basis
    assert [s.id for s in case.sources] == ["SWE_HO_2019"]
    unknown = {"outcome": "Y", "library": "HO"}
    fill(book, {}, {"outcomes": [{"name": "Y"}], "unit_values": [unknown]})
    assert "'HO' is not known" in str(CaseError(check_case(book)))


def test_a_date_of_a_sheet_is_a_day(tmp_path: Path) -> None:
    book = write_book(tmp_path / "d.xlsx")
    fill(book, {**ASKED, "appraisal_date": date(2025, 9, 30)}, COSTS)
    assert read_case(book).settings.appraisal_date == date(2025, 9, 30)
