"""The command line: words in, one library call, words out."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from capworth import read_case
from capworth.case.model import Case
from capworth.cli import COMMANDS, main
from capworth.language.language import Language
from capworth.lints.examine import examine
from capworth.lints.report import CODES, in_its_place
from capworth.model.formulas import FORMULAS
from capworth.multicriteria.contributions import explain
from capworth.runs.place import read_figures

DRAWS = "120"


def call(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture(scope="module")
def made(
    few_charts_here: None, small_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A run of the small case by the command line; never written to."""
    out = tmp_path_factory.mktemp("cli") / "small"
    done = call("run", small_folder, "--out", out, "--draws", DRAWS, "--lang", "fr", "--workers", 1)
    assert done.exit_code == 0, done.output
    assert f"decision paper: {out / 'report-fr.pdf'}" in done.stdout
    assert "<Appraisal:" in done.stdout
    assert done.stderr == "", "no progress where there is no terminal"
    return out


def test_help_lists_every_command_without_importing_them() -> None:
    code = (
        "import sys; from capworth.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'numpy', 'pandas', 'rich', 'capworth.cli.run'} & {*sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    for name, purpose in COMMANDS.items():
        assert f"  {name} " in done.stdout
        assert purpose.split()[0] in done.stdout


def test_explain_reads_what_is_stored_and_computes_nothing(made: Path) -> None:
    code = (
        "import sys; from capworth.cli import main\n"
        f"try: main(['explain', {str(made)!r}, 'cost.LAB'])\n"
        "except SystemExit: pass\n"
        "heavy = {'pandas', 'matplotlib', 'scipy.stats', 'scipy.optimize', 'capworth.runs.run'}\n"
        "print(sorted(heavy & {*sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("cost.LAB: ")
    assert done.stdout.splitlines()[-1] == "[]"
    assert list(read_figures(made, "cost.LAB")) == ["cost.LAB"]
    assert len(read_figures(made, "cost.LAX")) > 100, "all, to tell which is meant"


def test_small_commands_load_only_what_they_use(made: Path) -> None:
    heavy = {"pandas", "fontTools", "numpy.ma", "scipy.special", "importlib.metadata"}
    solving = {"matplotlib", "scipy.optimize", "capworth.study.stages", "capworth.charts"}
    for words, unused in (
        (["check", "interpol-2019"], heavy | solving),
        (["explain", str(made), "cost.LAB"], heavy | solving),
        (["read", str(made)], heavy | solving | {"typst"}),
        (["compare", str(made), str(made)], solving),
    ):
        code = (
            "import sys; from capworth.cli import main\n"
            f"try: main({words!r})\n"
            "except SystemExit as end: assert not end.code, end.code\n"
            f"print(sorted({unused!r} & {{*sys.modules}}))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
        )
        assert done.stdout.splitlines()[-1] == "[]", words[0]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_what_the_list_says(name: str) -> None:
    said = call(name, "--help")
    assert said.exit_code == 0
    assert COMMANDS[name] in " ".join(said.stdout.split())
    assert call(name, "-h").stdout == said.stdout


def test_a_mistyped_command_gets_a_hint() -> None:
    done = call("rnu", "x")
    assert done.exit_code == 2
    assert "Did you mean 'run'?" in done.stderr


def test_a_good_case_is_said_to_be_good(small_folder: Path) -> None:
    done = call("check", small_folder)
    assert done.exit_code == 0
    assert "nothing to mend" in done.stdout


def test_every_fault_is_told_at_once(folder: Path, tmp_path: Path) -> None:
    costs, scores = folder / "costs.csv", folder / "scores.csv"
    costs.write_text(costs.read_text(encoding="utf-8").replace("EUR", "EURO", 1), encoding="utf-8")
    lines = scores.read_text(encoding="utf-8").splitlines()
    scores.write_text("\n".join([lines[0], "NOWHERE" + lines[1], *lines[2:]]) + "\n", "utf-8")
    for words in (("check", folder), ("run", folder, "--out", tmp_path / "out")):
        done = call(*words)
        assert done.exit_code == 2
        assert done.stdout == ""
        assert "costs.csv, row " in done.stderr
        assert "scores.csv, row 2, column 'capability'" in done.stderr
        assert "Did you mean" in done.stderr or "Use one of" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_not_there_is_told_in_words(tmp_path: Path) -> None:
    done = call("check", tmp_path / "nowhere")
    assert done.exit_code == 2
    assert "Traceback" not in done.output
    assert "nowhere" in done.stderr


def test_a_template_is_written_and_checked(tmp_path: Path) -> None:
    done = call("new", tmp_path / "mine")
    assert done.exit_code == 0
    assert (tmp_path / "mine" / "README.md").is_file()
    again = call("new", tmp_path / "mine")
    assert again.exit_code == 2, "what is there is not overwritten"
    assert call("check", tmp_path / "mine").exit_code == 2, "an empty case has everything to mend"


def test_a_rerun_gives_its_own_exit_code(made: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(made, tmp_path / "copy"))
    (copy / "report-fr.pdf").write_bytes(b"forged")
    forged = call("rerun", copy, "--workers", 1)
    assert forged.exit_code == 1
    assert "report-fr.pdf differs" in forged.stdout
    assert call("rerun", tmp_path).exit_code == 2


def test_an_explanation_is_what_the_library_gives(made: Path, small_folder: Path) -> None:
    subject = read_case(small_folder).capability_ids[0]
    done = call("explain", made, subject)
    assert done.exit_code == 0
    expected = explain(read_case(small_folder), subject)
    assert expected.summary in done.stdout
    assert "most often in place" in done.stdout
    rows = done.stdout.splitlines()
    assert len([row for row in rows if "\t" in row]) == len(expected.to_frame()) + 1
    assert not re.search(r"\de[+-]\d", done.stdout), "amounts are written in full"
    unknown = call("explain", made, subject[:-1] + "X")
    assert unknown.exit_code == 2
    assert subject in unknown.stderr, "the nearest known word"


def test_a_number_opens(made: Path, small_folder: Path) -> None:
    done = call("explain", made, "cost.LAB")
    assert done.exit_code == 0
    figure = read_figures(made)["cost.LAB"]
    lines = done.stdout.splitlines()
    said = Language.of(read_case(small_folder), "en")
    assert lines[0] == f"cost.LAB: {said.said(figure, ranged=False)} (mean, € of 2024)"
    text = "\n".join(lines)
    formula = FORMULAS["cost"]
    assert f"In symbols: {formula.symbols}" in text
    assert f"Formula: {said.say('formula.cost')}" in text
    assert "the middle 80% of the simulations" in text
    assert "With every input at its mode: €0.5" in text
    assert f"{DRAWS} simulations, one standard error" in text
    assert "Moved most by (rank correlation): Cost: Forensic laboratory (staff" in text
    assert re.search(r"recurrent\) \+0\.\d\d", text)
    rows = [line.split("\t") for line in lines if "\t" in line]
    assert rows[0][:5] == ["name", "file", "row", "grade", "source"]
    assert [row[0] for row in rows[1:]] == [origin.name for origin in figure.rows]
    assert ["costs/LAB-STAFF", "costs.csv", "7", "D"] in [row[:4] for row in rows]


def test_what_a_figure_has_none_of_is_said(made: Path) -> None:
    absent = call("explain", made, "money.NET").stdout
    assert absent.startswith("money.NET: not measured (mean")
    assert "€0" not in absent
    stated = call("explain", made, "setting.years").stdout
    for words in ("(as stated)", "it stands in the case as it is", "case/years"):
        assert words in stated
    default = call("explain", made, "confidence.programme").stdout
    for words in ("80% (by default)", "the default of the program", "case/budget_confidence"):
        assert words in default
    said = {"fr": "(par défaut)", "es": "(por defecto)", "ar": "(القيمة الافتراضية)"}
    for code, words in said.items():
        assert words in call("explain", made, "confidence.programme", "--language", code).stdout
    listed = call("explain", made, "--find", "confidence.programme").stdout
    assert "by default" in listed
    assert "as stated" not in listed
    assert "Error" not in stated  # nothing was drawn
    french = call("explain", made, "cost.LAB", "--language", "fr").stdout
    assert "Formule\u202f: coût complet" in french
    assert call("explain", made, "cost.LAB", "--language", "tlh").exit_code == 2


def test_figures_are_listed_and_found(made: Path) -> None:
    done = call("explain", made)
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0] == "figure\tvalue\tkind"
    assert [line.split("\t")[0] for line in lines[1:]] == list(read_figures(made))
    some = call("explain", made, "--find", "cost programme").stdout.splitlines()[1:]
    assert "cost.programme" in {line.split("\t")[0] for line in some}
    assert all("cost" in line and "programme" in line for line in some)


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["cost.programe"], "'cost.programme'"),
        (["programme.cost"], "'cost.programme'"),
        (["--find", "cots programme"], "'cost.programme'"),
        (["LABB"], "'LAB'"),
    ],
)
def test_a_wrong_id_is_one_sentence_with_the_nearest(
    made: Path, words: list[str], hint: str
) -> None:
    done = call("explain", made, *words)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert hint in done.stderr


def test_an_older_run_without_figures_says_so(made: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(made, tmp_path / "copy"))
    (copy / "figures.json").unlink()
    done = call("explain", copy, "cost.LAB")
    assert done.exit_code == 2
    assert "Run the case anew." in done.stderr
    assert call("explain", copy, "LAB").exit_code == 0


@pytest.mark.long
def test_a_made_up_survey_is_named_so_and_can_be_used(
    few_charts_here: None, folder: Path, tmp_path: Path
) -> None:
    for name in ("members", "feedback", "network"):
        (folder / f"{name}.csv").unlink()
    done = call("survey", folder, "--out", tmp_path / "made", "--seed", 5, "--members", 40)
    assert done.exit_code == 0, done.output
    names = ["feedback-synthetic.csv", "members-synthetic.csv"]
    assert sorted(p.name for p in (tmp_path / "made").iterdir()) == names
    assert done.stdout.count("SYNTHETIC, grade E") == 2
    again = call("survey", folder, "--out", tmp_path / "made")
    assert again.exit_code == 2
    assert "is there already" in again.stderr
    for name in names:
        shutil.copy(tmp_path / "made" / name, folder)
    assert "nothing to mend" in call("check", folder).stdout
    run = call("run", folder, "--out", tmp_path / "run", "--draws", DRAWS, "--workers", 1)
    assert "<Feedback: SYNTHETIC: need gap largest for" in run.stdout
    assert {"feedback.csv", "feedback_groups.csv"} <= {
        p.name for p in (tmp_path / "run" / "tables").iterdir()
    }
    same = call("rerun", tmp_path / "run", "--workers", 1)
    assert same.exit_code == 0
    assert "every byte the same" in same.stdout


def test_weights_are_elicited_and_written_back(tmp_path: Path) -> None:
    example = Path(__file__).parents[2] / "data" / "elicitation-example"
    file = tmp_path / "criteria.csv"
    done = call("elicit", example, "--write", file)
    assert done.exit_code == 0, done.output
    assert "To revisit:\n  analyst, pairwise: volume against seriousness" in done.stdout
    assert "field-officer\tbestworst\tresults\tbest-worst ratio\t0\t0.2\tyes" in done.stdout
    assert f"wrote 10 swings with ranges to {file}" in done.stdout
    case = Path(shutil.copytree(example, tmp_path / "case"))
    shutil.copy(file, case / "criteria.csv")
    assert "nothing to mend" in call("check", case).stdout
    plain = call("elicit", example, "--mean", "arithmetic")
    assert plain.exit_code == 0
    assert plain.stdout != done.stdout


def test_weights_need_judgements(small_folder: Path, tmp_path: Path) -> None:
    case = tmp_path / "small"
    shutil.copytree(small_folder, case)
    (case / "judgements.csv").unlink()
    done = call("elicit", case)
    assert done.exit_code == 2
    assert "small has no judgements. Add the table judgements" in done.stderr


def test_check_tells_programs_all_that_it_finds(small_folder: Path, folder: Path) -> None:
    good = call("check", small_folder, "--json")
    told = json.loads(good.stdout)
    assert good.exit_code == 0
    assert (told["version"], told["is_good"], told["counts"]["fault"]) == (1, True, 0)
    assert {f["severity"] for f in told["findings"]} <= {"serious", "look"}
    costs = folder / "costs.csv"
    costs.write_text(costs.read_text("utf-8").replace("staff,organ", "staf,organ", 1), "utf-8")
    bad = call("check", folder, "--json")
    assert (bad.exit_code, bad.stderr) == (2, "")
    told = json.loads(bad.stdout)
    (found,) = told["findings"]
    assert (found["code"], found["file"], found["row"]) == ("unknown-word", "costs.csv", 2)
    assert (found["column"], found["found"], found["suggestion"]) == ("category", "staf", "staff")
    assert "staff" in found["expected"]["options"]
    assert {r["what"] for r in told["not_evaluated"]} == {"rules between tables", "lints"}
    page = Path(__file__).parents[2] / "docs" / "reference" / "check-json.md"
    text = page.read_text("utf-8")
    assert all(f"`{key}`" in text for key in (*told, *found, *found["expected"]))
    assert all(f"`{code}`" in text for _, code in CODES)


def test_lints_of_a_workbook_name_its_sheets(small: Case) -> None:
    lints = list(examine(small).lints)
    assert {x.file for x in in_its_place(lints, "a/case")} == {x.file for x in lints}
    placed = {x.file for x in in_its_place(lints, "a/BOOK.XLSX")}
    assert "BOOK.XLSX, sheet chain" in placed
    assert not any(".csv" in file for file in placed)


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (PermissionError(13, "Permission denied", "x.csv"), 2, "x.csv: the system says: permis"),
        (MemoryError(), 2, "not enough memory"),
        (RecursionError(), 2, "nested too deeply"),
        (csv.Error("field larger"), 2, "cannot be read (field larger)"),
        (KeyboardInterrupt(), 130, "Interrupted"),
        (ZeroDivisionError("of ours"), 3, "fault of capworth"),
    ],
)
def test_every_end_has_its_code_and_its_sentence(
    error: BaseException, code: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> None:
        raise error

    monkeypatch.setattr("capworth.case.read.read_case", broken)
    done = call("check", "anything")
    assert done.exit_code == code
    assert words in done.stderr
    assert ("Traceback" in done.stderr) == (code == 3)


def test_a_terminal_of_few_letters_is_no_fault(folder: Path) -> None:
    costs = folder / "costs.csv"
    costs.write_text(costs.read_text("utf-8").replace("staff,organ", "é→中,organ", 1), "utf-8")
    words = [sys.executable, "-m", "capworth.cli", "check", str(folder)]
    few = {**os.environ, "PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"}
    done = subprocess.run(words, capture_output=True, check=False, env=few)
    assert done.returncode == 2
    assert b"\\u2192" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_must_have_beyond_the_budget_is_found_by_the_check_as_by_the_run(
    form: tuple[str, ...], folder: Path
) -> None:
    """The link needs the scanners, and both cost more than the budget on average."""
    table = (folder / "improvements.csv").read_text(encoding="utf-8")
    row = "LINK,Link to the scanners,Liaison avec les lecteurs,6,2026,2027,"
    must = table.replace(f"{row}no", f"{row}yes")
    assert must != table
    (folder / "improvements.csv").write_text(must, encoding="utf-8")
    words = "the budget is 0.11 million; the cheapest programme that keeps all relations asks for"
    done = CliRunner().invoke(main, ["check", str(folder), *form])
    assert done.exit_code == 2
    assert words in done.output
    assert "improvements.csv" in done.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("scenarios", "CASE", "--list"), "the case has no scenarios. Add scenarios.toml to it."),
        (("parameters", "--set", "A-49"), "no set is called 'A-49'. Use one of: "),
        (("run", "CASE", "--format", ","), "--format names no paper. Use some of: pdf, html,"),
        (("batch", "CASE", "--format", ""), "--format names no paper. Use some of: pdf, html,"),
        (("run", "CASE", "--draws", "many"), "'many' is not a number. Write it like 100000."),
        (("run", "CASE", "--draws", "100.5"), "'100.5' is not a whole number."),
        (("run", "CASE", "--draws", "1e9"), "1000000000 is not in the range 100<=x<=10000000."),
        (("calibrate", "nowhere"), "nowhere/facts.csv: there is no such file. Name one that"),
    ],
)
def test_what_says_nothing_is_told(
    small_folder: Path, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    """Nothing was listed, written or said, and the exit code was 0; or it was said twice."""
    out = ("--out", tmp_path / "r") if words[0] in ("run", "batch") else ()
    done = call(*(small_folder if word == "CASE" else word for word in words), *out)
    assert done.exit_code == 2
    assert told in done.stderr
    assert [*tmp_path.iterdir()] == []


def test_draws_and_languages_are_read_as_people_type_them(
    small_folder: Path, tmp_path: Path
) -> None:
    words = ("--draws", "1e2", "--lang", "fr,", "--format", "pdf", "--workers", "1")
    done = call("run", small_folder, "--out", tmp_path / "r", *words)
    assert done.exit_code == 0, done.output
    manifest = json.loads((tmp_path / "r" / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["settings"]["draws"], manifest["settings"]["languages"]) == (100, ["fr"])


def test_every_fault_of_every_scenario_is_told_at_once(folder: Path) -> None:
    """Only the first was; half a weight was a fault of ours, a slip in its words was passed by."""
    (folder / "scenarios.toml").write_text(
        "[a]\nname = 'a'\nsettings = {budget = -1}\n[b]\nname = 'b'\nvalues = {'costs/X' = 1}\n"
        "[c]\nname = 'c'\nsettings = {years = 0}\n[d]\nname = 'd'\nweights = {use = {low = 5}}\n"
        "[e]\nname = 'e'\nweights = {use = {mode = 60, hihg = 90}}\n",
        encoding="utf-8",
    )
    done = call("check", folder)
    assert done.exit_code == 2
    told = [line.strip() for line in done.stderr.splitlines()[1:]]
    assert told == [
        "case.toml, column 'budget': with scenario 'a', -1 is below 0. Raise it. The unit is: "
        "currency of the case.",
        "case.toml, column 'years': with scenario 'c', 0 is below 1. Raise it. The unit is: years.",
        "scenarios.toml, column 'b': scenario 'b': there is no input 'costs/X'. Did you mean "
        "'costs/REST'?",
        told[3],
    ]
    told_of_e = "scenarios.toml, column 'e': scenario 'e': criteria/use: there is no column 'hihg'."
    assert told[3].startswith(told_of_e)


def test_an_option_that_stands_twice_is_refused(folder: Path, tmp_path: Path) -> None:
    """The last would win, in silence."""
    done = call("run", folder, "--lang", "fr", "--lang", "ar", "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert "The option --lang stands twice. Say it once." in done.stderr
    assert not (tmp_path / "out").exists()
    done = call("run", folder, "--out", folder / "out")
    assert (done.exit_code, "lies in the folder of the case" in done.stderr) == (2, True)
    assert "stands twice" not in call("brief", tmp_path, "--member", "A", "--member", "B").stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no full device")
def test_an_output_that_is_full_or_closed() -> None:
    """What cannot be said is told in a sentence, or to nobody; never as a rerun that differs."""
    words = f"{sys.executable} -m capworth parameters"
    for line, code, told in (
        (f"{words} > /dev/full", 2, "the output, or a file: the system says: no space left"),
        (f"{words} --help > /dev/full", 2, "no space left"),
        (f"{words} x 2> /dev/full", 2, ""),
        (f"{words} <&- >&-", 0, ""),
    ):
        done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=False)
        assert (done.returncode, told in done.stderr) == (code, True), line
        assert "Traceback" not in done.stderr
