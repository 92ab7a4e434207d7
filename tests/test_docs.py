"""The documents: links lead somewhere, and the reference is what the code says."""

import ast
import importlib.util
import re
import shlex
import shutil
import sys
from functools import partial
from pathlib import Path
from textwrap import dedent
from types import ModuleType, SimpleNamespace

import click
import pytest
from parts_of_cases import FUTURES

import capworth
from capworth.case import read
from capworth.case.model import Case
from capworth.case.read import read_case
from capworth.cli import main
from capworth.runs import run as runs
from capworth.study import stages
from capworth.study.scorecard import scorecard
from capworth.study.stages import run_study

ROOT = Path(__file__).parents[1]
MADE = {ROOT / "docs" / "gallery", ROOT / "docs" / "notebooks"}  # by `make docs`
PAGES = sorted(
    [
        *(p for p in ROOT.glob("docs/**/*.md") if not MADE & {*p.parents}),
        *ROOT.glob("*.md"),
    ]
)


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_reference", ROOT / "docs/make_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_reference_is_fresh(maker: ModuleType) -> None:
    for name, page in maker.PAGES.items():
        kept = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
        assert page() == kept, f"{name} is stale. Run python docs/make_reference.py"


def test_no_row_of_a_table_begins_like_another() -> None:
    rows = re.findall(r"(?m)^\| (`make [^|]+) \|", (ROOT / "README.md").read_text("utf-8"))
    assert len(rows) == len(set(rows)) > 5


def test_the_first_lines_are_the_two_commands() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    code = [line.strip() for line in lines if line.startswith("    ")][:2]
    assert [line.split("#")[0].strip() for line in code] == ["make run", "make test"]


def test_the_targets_of_make_are_those_that_are_told() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    made = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert phony is not None
    assert set(phony[1].split()) == made
    told = {t for page in PAGES for t in re.findall(r"\bmake ([a-z]+)`", page.read_text("utf-8"))}
    assert told <= made
    assert {"quick", "test", "lint", "nightly", "smoke", "bench", "wheel", "lock"} <= told


def test_no_file_names_a_registry() -> None:
    host = re.compile("|".join(("py" + "pi[.]org", "python" + "hosted[.]org", "npm" + "js[.]org")))
    for path in [*PAGES, *ROOT.glob("*.lock"), ROOT / "Makefile", ROOT / "pyproject.toml"]:
        assert not host.search(path.read_text(encoding="utf-8")), path.name


# ---------------------------------------------------------------- what a reader types

GUIDES = [page for page in PAGES if "reference" not in page.parts]


def blocks(page: Path) -> list[str]:
    """Code that a page shows: fenced as Python, or indented by four."""
    text = page.read_text(encoding="utf-8")
    fenced = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    bare = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    indented = re.findall(r"(?:^(?: {4}.*)?\n)+", bare, re.MULTILINE)
    return [dedent(block) for block in [*fenced, *indented] if block.strip()]


def is_python(block: str) -> bool:
    return bool(re.search(r"^(?:>>> )?(?:from \w|import \w|\w+ = \w)", block, re.MULTILINE))


def commands(page: Path) -> list[list[str]]:
    """Words of each `capworth COMMAND ...` that a page shows, in a sentence or a block."""
    text = page.read_text(encoding="utf-8")
    spans = re.findall(r"`([^`\n]+)`", text)
    lines = [line for block in blocks(page) if not is_python(block) for line in block.splitlines()]
    words = [shlex.split(line, comments=True) for line in [*spans, *lines] if "capworth " in line]
    return [w[1:] for w in words if w and w[0].rpartition("/")[2] == "capworth"]


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.name)
def test_every_command_can_be_typed(page: Path) -> None:
    for name, *words in commands(page):
        command = main.get_command(click.Context(main), name)
        assert command is not None, f"{page.name}: {name}"
        known = {option for p in command.params for option in p.opts}
        assert {w for w in words if w.startswith("-")} <= known, f"{page.name}: {name} {words}"


def test_there_are_commands_to_type() -> None:
    assert sum(len(commands(page)) for page in GUIDES) >= 20


@pytest.mark.parametrize("name", ["tutorial.md", "plan-and-track.md"])
def test_the_code_of_a_page_runs(name: str, small: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the small case with few draws; the other pages with code have tests of their own."""
    monkeypatch.setattr(stages, "run_study", lambda case, *_, **__: run_study(small, draws=40))
    monkeypatch.setattr(read, "read_case", lambda path: read_case(ROOT / path) and small)
    page = next(page for page in GUIDES if page.name == name)
    names: dict[str, object] = {}
    code = [block for block in blocks(page) if is_python(block)]
    assert code
    for block in code:
        exec(block, names)


SMALLER = {  # names of the bundled case in a page, and what the small case has in their place
    "costs/MOBILE-BUILD": "costs/SCAN-BUILD",
    '"frontline"': '"use"',
    "DIGID": "CLOUD",
    '"API"': '"SCAN"',
    '"MOBILE"': '"LINK"',
}


TASKS = SMALLER | {
    "SLTD": "REG",
    '"MOBILE"': '"CLOUD"',
    "mode=9e6": "mode=80_000",
    "budget=40e6": "budget=90_000",
    '"threat"': '"lean"',
}


@pytest.mark.long
def test_the_page_on_what_if_runs(
    small: Case, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """On the small case; the names of the bundled one are there."""
    bundled = read_case(ROOT / "data" / "interpol-2019")
    assert "costs/MOBILE-BUILD" in bundled.estimates()
    assert "frontline" in {c.id for c in bundled.criteria}
    assert {"DIGID", "API", "MOBILE"} <= set(bundled.improvement_ids)
    kept: dict[str, stages.Study] = {}

    def few(case: Case, *_: object, **__: object) -> stages.Study:
        known = kept.get(case.fingerprint)
        kept[case.fingerprint] = known or run_study(case, draws=40)
        return kept[case.fingerprint]

    def smaller(given: object) -> Case:
        return small if given == "data/interpol-2019" else read_case(given)  # type: ignore[arg-type]

    monkeypatch.setattr(stages, "run_study", few)
    monkeypatch.setattr(read, "read_case", smaller)
    monkeypatch.chdir(tmp_path)
    page = next(page for page in GUIDES if page.name == "ask-what-if.md")
    names: dict[str, object] = {}
    for block in filter(is_python, blocks(page)):
        text = block.replace("low=6e6, mode=9e6, high=20e6", "mode=80_000, high=100_000")
        text = text.replace("budget=40e6", "budget=90_000")
        for there, here in SMALLER.items():
            text = text.replace(there, here)
        exec(text, names)
    assert {p.name for p in tmp_path.iterdir()} == {"paper.pdf", "my-run", "my-case.xlsx"}


ROW = re.compile(r"^\| (?P<task>.+?) \| (?P<before>.+?) \| (?P<now>\d) \| (?P<cell>.*?) ?\|$")


@pytest.mark.long
def test_every_task_takes_as_many_lines_as_the_table_says(
    small: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each cell is run on the small case as it is typed, and shows something."""
    text = (ROOT / "docs" / "how-to" / "tasks.md").read_text(encoding="utf-8")
    rows = [row for line in text.splitlines() if (row := ROW.match(line))]
    assert len(rows) >= 25
    shutil.copytree(ROOT / "tests" / "cases" / "small", tmp_path / "case")
    (tmp_path / "case" / "scenarios.toml").write_text(FUTURES, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "arviz", SimpleNamespace(__version__="1.3", from_dict=dict))
    monkeypatch.setattr(runs, "write_report", lambda *_, **__: b"%PDF")  # that of another page
    monkeypatch.setattr(runs, "_write", lambda study, languages, folder, *_: None)
    case = read_case("case")
    few = partial(run_study, draws=40, progress=False, only="programme")
    names = {"case": case, "Case": Case, "run_study": few, "study": few(case)}
    names["scorecard"] = partial(scorecard, draws=40)
    for row in rows:
        lines = [part.strip("`") for part in row["cell"].split("<br>") if part]
        assert len(lines) == int(row["now"]), row["task"]
        for line in lines:
            for there, here in TASKS.items():
                line = line.replace(there, here)
            (statement,) = ast.parse(line).body  # one line is one statement
            shown = None
            if isinstance(statement, ast.Expr):
                shown = eval(line, names)
                assert shown is not None or line.startswith("print("), row["task"]
            else:
                exec(line, names)


def test_no_page_with_code_is_forgotten() -> None:
    """README shows two lines whose tables are not there; its names are those of the front door."""
    with_code = {page.name for page in GUIDES if any(map(is_python, blocks(page)))}
    elsewhere = {"appraise-plain-arrays.md", "envelopment.md"}  # run by tests of their own
    imported = {"README.md", "count-logs.md", "run-on-a-cluster.md"}
    assert with_code == {
        "tutorial.md",
        "plan-and-track.md",
        "ask-what-if.md",
        "tasks.md",
        *elsewhere,
        *imported,
    }
    for page in (page for page in GUIDES if page.name in imported):
        for block in filter(is_python, blocks(page)):
            for module, names in re.findall(r"from (\S+) import (.+)", block):
                for wanted in names.split(","):
                    assert hasattr(importlib.import_module(module), wanted.strip()), page.name


def test_the_map_of_the_house_is_right() -> None:
    """Every file that it names is there, and holds what stands in brackets behind it."""
    text = (ROOT / "docs" / "house.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:analysis|tests)/[\w./]+)`(?: \(`([\w.]+)`\))?", text)
    assert len(named) > 15
    for path, thing in named:
        assert (ROOT / path).exists(), path
        if thing:
            code = (ROOT / path).read_text(encoding="utf-8")
            assert re.search(rf"(def|class) {thing.split('.')[-1]}\b", code), f"{path}: {thing}"
    folders = {p.parent.name for p in (ROOT / "analysis" / "capworth").glob("*/__init__.py")}
    assert folders == set(re.findall(r"`(\w+)/`", text)) - {"rules"}


def test_every_name_of_the_front_door_has_an_example_that_runs() -> None:
    """In its description, which the reference prints and the doctests run."""
    bare = [
        name for name in capworth.__all__ if ">>>" not in (getattr(capworth, name).__doc__ or "")
    ]
    assert not bare
