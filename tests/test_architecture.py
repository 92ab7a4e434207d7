"""The rules of the house: who may import whom, and what no module may be or do."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import capworth

ROOT = Path(capworth.__file__).parent
TESTS = Path(__file__).parent
LAYERS = (  # by folder: nobody sees another of its own line, nor a line below
    {"errors"},
    {"streams", "parallel", "cluster", "kernels"},
    {"methods"},
    {"case"},
    {"model", "language", "logs"},
    {"multicriteria", "excellence", "programme", "members", "lints"},
    {"appraisal", "funding", "uncertainty"},
    {"study"},
    {"charts"},
    {"report"},
    {"render"},
    {"runs"},
    {"cli"},
    {"__init__", "__main__"},
)
LEVEL = {part: level for level, parts in enumerate(LAYERS) for part in parts}
PURE = set().union(*LAYERS[2:8]) - {"case", "language", "lints", "logs"}
DOORS = {"workshop", "synthetic", "tables", "pages"}  # they write tables, or read the package's
MODULES = sorted(ROOT.rglob("*.py"))
BANNED = {"utils", "util", "helpers", "helper", "core", "base", "common", "manager", "misc"}
LONGEST = 800  # lines of a module
# A case, a study and an answer offer by their methods what stands above them, and the command line
# what each command is; it is loaded when it
# is called. Nobody else looks upwards so.
OFFERING = {"capworth", "case.model", "cli", "model.result", "study.stages"}


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports(path: Path) -> tuple[tuple[str, str], ...]:
    """Every import of a module: from where, and what."""
    found: list[tuple[str, str]] = []
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ImportFrom):
            found += [(node.module or "", alias.name) for alias in node.names]
        elif isinstance(node, ast.Import):
            found += [(alias.name, "") for alias in node.names]
    return tuple(found)


def parts_imported(path: Path) -> set[str]:
    """The parts of capworth that a module imports; `__init__` is the front door itself."""
    found = set()
    for module, name in imports(path):
        if module.split(".")[0] == "capworth":
            words = [*module.split("."), name]
            found.add(words[1] if words[1] else "__init__")
    return found


def identifier(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def part_of(path: Path) -> str:
    return path.relative_to(ROOT).with_suffix("").parts[0]


@pytest.mark.parametrize("path", MODULES, ids=identifier)
def test_imports_point_upwards_in_the_list(path: Path) -> None:
    mine = part_of(path)
    others = parts_imported(path) - {mine}
    assert {mine} | others <= LEVEL.keys(), "a folder of its own needs a line in LAYERS"
    assert {other for other in others if LEVEL[other] >= LEVEL[mine]} == set()


def test_nobody_imports_in_a_circle() -> None:
    """Of the modules of one folder, too; folders are in order by their lines."""
    names = {name_of(path): path for path in MODULES}
    needs = {}
    for name, path in names.items():
        found = {module for module, _ in imports(path)}
        found |= {f"{module}.{thing}" for module, thing in imports(path)}
        needs[name] = (found & names.keys()) - {name}
    while free := [name for name, others in needs.items() if not others & needs.keys()]:
        for name in free:
            del needs[name]
    assert not needs, f"a circle among {sorted(needs)}"


def test_methods_know_numbers_only() -> None:
    allowed = sys.stdlib_module_names | {"numpy", "scipy", "capworth"}
    for path in ROOT.glob("methods/**/*.py"):
        assert {module.split(".")[0] for module, _ in imports(path)} <= allowed, path.name
        assert parts_imported(path) <= {"methods", "errors", "streams"}, path.name


def test_who_offers_what_stands_above_is_known() -> None:
    found = set()
    for path in MODULES:
        name = name_of(path).removeprefix("capworth.")
        calls = (node for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call))
        asked = (ast.unparse(call) for call in calls if "import_module" in ast.unparse(call.func))
        for part in re.findall(r"capworth\.(\w+|{)", " ".join(asked)):
            if part == "{" or LEVEL[part] >= LEVEL.get(name.partition(".")[0], 0):
                found.add(name)
    assert found == OFFERING


def test_nobody_imports_relatively_or_twice() -> None:
    for path in MODULES:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{path.name}: a relative import"
                assert not (node.module or "").startswith("analysis"), path.name


def test_nobody_uses_the_private_names_of_another_module() -> None:
    for path in MODULES:
        inside = {name for module, name in imports(path) if module.startswith("capworth")}
        private = {name for name in inside if re.fullmatch(r"_[a-z].*|_[A-Z].*", name)}
        assert not private, f"{path.name} imports {private}"
        for node in ast.walk(tree_of(path)):  # `module._name`, where the module was imported
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                stranger = node.value.id in inside and node.value.id.islower()
                assert not (stranger and re.match(r"_[a-zA-Z]", node.attr)), (
                    f"{path.name}, line {node.lineno}: {node.value.id}.{node.attr}"
                )


@pytest.mark.parametrize("path", MODULES, ids=identifier)
def test_a_module_has_one_concept_and_says_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST, f"{path.name} is two modules"
    assert path.stem.lstrip("_") not in BANNED, f"{path.name} has no name for its concept"
    assert ast.get_docstring(tree_of(path)), f"{path.name} does not say what it is"


def test_random_numbers_come_from_named_streams_only() -> None:
    for path in MODULES:
        if path.name == "streams.py":
            continue
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"default_rng|random\.seed|RandomState|SeedSequence", text), path.name
        assert not {module for module, _ in imports(path)} & {"random", "secrets"}, path.name


def called(path: Path) -> set[str]:
    """Names of what a module calls."""
    functions = (n.func for n in ast.walk(tree_of(path)) if isinstance(n, ast.Call))
    return {f.attr if isinstance(f, ast.Attribute) else getattr(f, "id", "") for f in functions}


def test_what_lies_between_the_door_and_the_report_is_pure() -> None:
    """No file is opened there, no clock is read, nothing is printed."""
    files = {"open", "read_text", "read_bytes", "write_text", "write_bytes", "read_csv", "to_csv"}
    clocks = {"now", "today", "time", "perf_counter", "monotonic"}
    for path in MODULES:
        if part_of(path) in PURE and path.stem not in DOORS:
            assert not called(path) & (files | clocks | {"print", "input"}), path.name


def test_heavy_libraries_stay_where_they_belong() -> None:
    homes = {
        "matplotlib": {"charts", "report"},
        "typst": {"report"},
        "click": {"cli"},
        "rich": {"cli", "study"},
        "openpyxl": {"case", "study", "render"},
    }
    for path in MODULES:
        found = {module.split(".")[0] for module, _ in imports(path)}
        for library in found & homes.keys():
            assert part_of(path) in homes[library], f"{path.name} imports {library}"
        assert ("matplotlib", "pyplot") not in set(imports(path)), path.name


def test_the_front_door_opens_fast() -> None:
    """`import capworth` loads no heavy library: they come when a name is first asked for."""
    code = (
        "import sys, capworth; print(*{'numpy', 'pandas', 'scipy', 'matplotlib'} & {*sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == ""
    assert set(capworth.__all__) <= set(dir(capworth))
    for name in capworth.__all__:
        assert getattr(capworth, name).__doc__, name
    with pytest.raises(AttributeError, match="capworth has no 'nothing'"):
        _ = capworth.nothing


def test_what_draws_with_matplotlib_is_loaded_when_a_chart_is_drawn() -> None:
    """Papers with the short annex draw nothing with it, and what they say needs none of it."""
    loads = "import sys, capworth.runs.run, capworth.report.explorer"
    code = f"{loads}; print('matplotlib' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "False"


def test_no_name_of_the_front_door_is_hidden_by_a_module() -> None:
    """Importing `capworth.x` puts the module in the place of the name `capworth.x`."""
    assert not {path.stem for path in ROOT.glob("*.py")} & set(capworth.__all__)
    assert not {path.parent.name for path in ROOT.glob("*/__init__.py")} & set(capworth.__all__)


def test_the_tool_is_a_general_one() -> None:
    """No organisation of a case stands in the code; docstrings may give an example."""
    for path in MODULES:
        tree = tree_of(path)
        examples = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(tree):
            word = node.value if isinstance(node, ast.Constant) else getattr(node, "id", "")
            if isinstance(word, str) and id(node) not in examples:
                assert not re.search(r"\binterpol\b", word, re.IGNORECASE), f"{path.name}: {word}"


def entries(data: object) -> Iterator[dict[str, object]]:
    """Every block of a golden file that holds answers."""
    if isinstance(data, dict):
        blocks = [
            v for value in data.values() for v in (value if isinstance(value, list) else [value])
        ]
        for block in blocks:
            if isinstance(block, dict):
                yield block


@pytest.mark.parametrize("path", sorted(TESTS.glob("golden/*.toml")), ids=lambda path: path.name)
def test_a_golden_number_has_a_source(path: Path) -> None:
    found = list(entries(tomllib.loads(path.read_text(encoding="utf-8"))))
    assert found
    for block in found:
        assert block.get("source"), f"{path.name}: {list(block)[:3]}: only a guess we froze"


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    machine = re.compile(r"(?<![\w.])/(work|root|home)/|(?<![\w.])/tmp/")
    for path in [*MODULES, *TESTS.rglob("*.py"), *TESTS.rglob("*.toml")]:
        if path.name != Path(__file__).name:
            assert not machine.search(path.read_text(encoding="utf-8")), path


MISTAKES = tomllib.loads((TESTS / "mutants" / "named.toml").read_text(encoding="utf-8"))["mistake"]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake["says"])
def test_a_named_mistake_can_still_be_planted(mistake: dict[str, str]) -> None:
    text = (ROOT / mistake["module"]).read_text(encoding="utf-8")
    assert text.count(mistake["find"]) == 1, "bring `find` of tests/mutants/named.toml up to date"
    for path in mistake["tests"]:
        assert (TESTS.parent / path).exists(), path


def record(node: ast.AST) -> bool:
    """Whether a class is a record: a dataclass or a named tuple."""
    if not isinstance(node, ast.ClassDef):
        return False
    marks = [ast.unparse(mark) for mark in (*node.decorator_list, *node.bases)]
    return any(mark.startswith("dataclass") or mark == "NamedTuple" for mark in marks)


def test_a_record_of_more_than_five_fields_is_built_by_keyword() -> None:
    nodes = [(path, node) for path in MODULES for node in ast.walk(tree_of(path))]
    records = {node.name for _, node in nodes if isinstance(node, ast.ClassDef) and record(node)}
    assert len(records) > 100
    for path, node in nodes:
        if isinstance(node, ast.Call) and len(node.args) > 5:
            name = ast.unparse(node.func).rpartition(".")[2]
            starred = any(isinstance(word, ast.Starred) for word in node.args)
            assert starred or name not in records, f"{path}:{node.lineno}: {name}"
