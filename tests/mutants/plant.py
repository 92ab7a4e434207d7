"""Plant mistakes in a copy of the package, and see which tests go red.

    python tests/mutants/plant.py [--only WORD] [--random 40] [--seed 1] [--list]

Named mistakes stand in `named.toml`: each must be found. Random ones are made from the syntax of
the package and tried against the tests of the same folder; those that live are listed, as places
where a test is missing. Exits with 1 when a named mistake lives, or when what it would change is no
longer there: then the line of `named.toml` is to be brought up to date.
"""

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PACKAGE = Path("analysis/capworth")
PATIENCE = 900  # seconds for the tests of one mistake
COPIED = ("analysis", "data", "docs", "notebooks", "benchmarks", "tests", "pyproject.toml")
OPPOSITE: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
PAIRS = ("min max", "any all", "low high", "argmin argmax", "minimum maximum", "floor ceil")
OTHER_NAMES = {k: v for pair in PAIRS for k, v in (pair.split(), pair.split()[::-1])}


@dataclass(frozen=True, slots=True)
class Mistake:
    """A text of one module that is replaced by another, and the tests that must see it."""

    says: str
    module: str  # below the package
    find: str
    put: str
    tests: tuple[str, ...]
    start: int = -1  # of `find` in the module; -1: it stands there once

    def planted(self, text: str) -> str:
        """The module with the mistake."""
        if self.start < 0 and text.count(self.find) != 1:
            raise LookupError(f"{self.module} holds {text.count(self.find)} times: {self.find!r}")
        start = text.index(self.find) if self.start < 0 else self.start
        return text[:start] + self.put + text[start + len(self.find) :]


def named() -> list[Mistake]:
    rows = tomllib.loads((HERE / "named.toml").read_text(encoding="utf-8"))["mistake"]
    return [Mistake(**{**row, "tests": tuple(row["tests"])}) for row in rows]


# ------------------------------------------------------------------------------ random mistakes


def changed(node: ast.AST) -> Iterator[ast.expr]:
    """Other expressions that somebody might have written for this one."""
    if isinstance(node, ast.BinOp) and type(node.op) in OPPOSITE:
        if not isinstance(node.left, ast.Constant | ast.JoinedStr):
            yield ast.BinOp(node.left, OPPOSITE[type(node.op)](), node.right)  # type: ignore[arg-type]  # an operator of the same kind
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(OPPOSITE[type(node.op)](), node.values)  # type: ignore[arg-type]  # as above
    elif isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in OPPOSITE:
        yield ast.Compare(node.left, [OPPOSITE[type(node.ops[0])]()], node.comparators)  # type: ignore[list-item]  # as above
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        value = node.value
        yield ast.Constant(not value if isinstance(value, bool) else value + 1)
    elif isinstance(node, ast.Attribute) and node.attr in OTHER_NAMES:
        yield ast.Attribute(node.value, OTHER_NAMES[node.attr], ast.Load())
    elif isinstance(node, ast.Call):
        for k, (one, other) in enumerate(zip(node.args, node.args[1:], strict=False)):
            if ast.dump(one) != ast.dump(other):
                swapped = [*node.args[:k], other, one, *node.args[k + 2 :]]
                yield ast.Call(node.func, swapped, node.keywords)


def skipped(tree: ast.AST) -> set[int]:
    """What no test could see: types, docstrings, decorators and their parts."""
    parts: list[ast.AST] = []
    for node in ast.walk(tree):
        parts += [
            x for x in (getattr(node, "annotation", None), getattr(node, "returns", None)) if x
        ]
        parts += getattr(node, "decorator_list", [])
    return {id(x) for part in parts for x in ast.walk(part)}


def candidates(text: str) -> list[tuple[ast.expr, ast.expr]]:
    """Every expression of a module that could be another, with the other."""
    tree = ast.parse(text)
    not_these = skipped(tree)
    nodes = [n for n in ast.walk(tree) if isinstance(n, ast.expr) and id(n) not in not_these]
    return [(node, new) for node in nodes for new in changed(node)]


def place_of(node: ast.expr, text: str) -> int:
    """Where in the text an expression begins; the columns of the syntax count bytes."""
    lines = text.splitlines(keepends=True)
    column = len(lines[node.lineno - 1].encode()[: node.col_offset].decode())
    return sum(map(len, lines[: node.lineno - 1])) + column


def at_random(count: int, seed: int) -> list[Mistake]:
    """Mistakes in as many modules as there are, each with the tests of its folder."""
    order = random.Random(seed)
    modules = sorted((ROOT / PACKAGE).rglob("*.py"))
    order.shuffle(modules)
    found: list[Mistake] = []
    for path in modules * (1 + count // len(modules)):
        if len(found) == count:
            break
        module = path.relative_to(ROOT / PACKAGE)
        tests = ROOT / "tests" / module.parent
        while not tests.is_dir():
            tests = tests.parent
        text = path.read_text(encoding="utf-8")
        options = [] if tests == ROOT / "tests" else candidates(text)
        if options:
            node, other = order.choice(options)
            old, new = ast.get_source_segment(text, node) or "", f"({ast.unparse(other)})"
            says = f"line {node.lineno}: {' '.join(old.split())} -> {new}"
            where = (str(tests.relative_to(ROOT)),)
            found.append(Mistake(says, module.as_posix(), old, new, where, place_of(node, text)))
    return found


# --------------------------------------------------------------------------------- red or green


def tested(copy: Path, tests: tuple[str, ...]) -> tuple[bool, str]:
    """Whether the tests stay green in the copy, and the first that does not."""
    words = [sys.executable, "-m", "pytest", "-q", "-x", "--no-header", "--tb=no"]
    words += ["-p", "no:cacheprovider", *tests]
    env = {**os.environ, "PYTHONPATH": str(copy / "analysis")}
    try:
        done = subprocess.run(
            words, cwd=copy, env=env, capture_output=True, text=True, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired:
        return False, f"no end after {PATIENCE} s"
    if done.returncode not in (0, 1, 2):
        raise RuntimeError(f"the tests did not run: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    red = [x for x in done.stdout.splitlines() if x.startswith(("FAILED", "ERROR"))]
    return done.returncode == 0, red[0].split(" - ")[0] if red else ""


def tried(mistake: Mistake, copy: Path) -> tuple[bool, str]:
    """Whether the tests stay green with the mistake, and the first that does not."""
    path = copy / PACKAGE / mistake.module
    text = path.read_text(encoding="utf-8")
    write(path, mistake.planted(text))
    try:
        return tested(copy, mistake.tests)
    finally:
        write(path, text)


def write(path: Path, text: str) -> None:
    """Write a module and forget what was compiled of it."""
    path.write_text(text, encoding="utf-8")
    for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*"):
        compiled.unlink()


def without_the_red(mistakes: list[Mistake], copy: Path) -> list[Mistake]:
    """Tests that are red without any mistake would kill everything."""
    sound: dict[tuple[str, ...], bool] = {}
    for tests in dict.fromkeys(m.tests for m in mistakes):
        began = time.monotonic()
        sound[tests], first = tested(copy, tests)
        word = "green" if sound[tests] else f"RED WITHOUT A MISTAKE: {first}"
        print(f"{' '.join(tests)}: {word}, {time.monotonic() - began:.0f} s", flush=True)
    return [m for m in mistakes if sound[m.tests]]


def main() -> int:
    parser = argparse.ArgumentParser(description="Plant mistakes and see which tests go red.")
    parser.add_argument("--only", default="", help="named mistakes whose sentence holds this word")
    parser.add_argument("--random", type=int, default=0, help="so many more at random")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="of the random ones")
    parser.add_argument("--list", action="store_true", help="say where each would stand, no more")
    asked = parser.parse_args()
    faults = 0
    mistakes = []
    for mistake in (m for m in named() if asked.only in m.says):
        try:
            mistake.planted((ROOT / PACKAGE / mistake.module).read_text(encoding="utf-8"))
            mistakes.append(mistake)
        except (LookupError, OSError) as error:
            faults += 1
            print(f"CANNOT BE PLANTED  {mistake.says}: {error}")
    others = at_random(asked.random, asked.seed)
    if asked.list:
        for mistake in [*mistakes, *others]:
            print(f"{mistake.module}: {mistake.says} ({' '.join(mistake.tests)})")
        return faults
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in COPIED:
            source = ROOT / name
            leave = shutil.ignore_patterns("__pycache__", ".hypothesis")
            if source.is_dir():
                shutil.copytree(source, copy / name, ignore=leave)
            else:
                shutil.copy(source, copy / name)
        sound = without_the_red([*mistakes, *others], copy)
        faults += len([m for m in mistakes if m not in sound])
        lived = 0
        for mistake in sound:
            green, first = tried(mistake, copy)
            lived += green
            faults += green and mistake in mistakes
            word = "LIVES " if green else "killed"
            print(f"{word}  {mistake.module}: {mistake.says}  {first}", flush=True)
    print(f"{len(sound)} mistakes planted, {lived} live (random seed {asked.seed})")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
