"""How time and memory grow with capabilities, improvements, members and draws.

    python benchmarks/bench_scale.py AXIS [SIZE ...]     one axis, such as `improvements 20 60 200`
    python benchmarks/bench_scale.py smoke               a few seconds

Each size runs in a process of its own: the bundled case with rows doubled until there are so many,
through the door, the study, and the paper in one language. Seconds of processor time, highest
memory, pages of the paper; then the slopes of log time and log memory over log size. A size ends
after 300 processor seconds, and the table says so.
"""

import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

HERE = Path(__file__).parents[1]
BUNDLED, SMALL = HERE / "data" / "interpol-2019", HERE / "tests" / "cases" / "small"
SIZES = {
    "capabilities": (31, 60, 120, 300, 1_000),
    "improvements": (18, 28, 60, 200),
    "members": (194, 1_000, 3_000, 10_000),
    "draws": (10_000, 100_000, 1_000_000, 10_000_000),
}
DRAWS = 2_000
LIMIT = 300  # processor seconds of one size
OWN = {"capabilities": "capability", "improvements": "improvement"}
ALONE = {"relations", "feedback", "choices", "network", "correlations"}  # of the first rows only
ONE = r"""
import json, re, resource, sys
from io import BytesIO
from pathlib import Path
from time import process_time

from capworth.case.read import read_case
from capworth.report.pdf import write_report
from capworth.study.stages import run_study
from pypdf import PdfReader

resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[3]), int(sys.argv[3]) + 5))
marks = [process_time()]
case = read_case(Path(sys.argv[1]))
marks.append(process_time())
study = run_study(case, int(sys.argv[2]))
marks.append(process_time())
pages = len(PdfReader(BytesIO(write_report(study, "en", annex="short"))).pages)
marks.append(process_time())
told = Path("/proc/self/status").read_text()  # the highest of getrusage is also that of its parent
memory = float(re.search(r"VmHWM:\s*(\d+)", told)[1]) / 2**20
print(json.dumps([*(b - a for a, b in zip(marks, marks[1:])), memory, pages]))
"""


def grown(source: Path, target: Path, axis: str, size: int) -> Path:
    """Write a case with so many capabilities, improvements or members, more than it has."""
    shutil.copytree(source, target)
    key = OWN.get(axis, "member")
    first = [row["id"] for row in _rows(target / f"{axis}.csv")]
    for path in sorted(target.glob("*.csv")):
        rows, kept = _rows(path), []
        named = "id" if path.stem == axis else key
        if named not in (rows[0] if rows else {}) or path.stem in ALONE:
            continue
        for more in range(1, -(-size // len(first))):
            left = first[: size - more * len(first)]
            kept += [_again(row, named, more) for row in rows if row[named] in left]
        _write(path, rows + kept)
    return target


def _again(row: dict[str, str], named: str, more: int) -> dict[str, str]:
    """Write a row once more, about the copy of what it is about."""
    changed = {c: f"{row[c]}{more + 1}" for c in {named, "id", "manages"} if row.get(c)}
    changed |= {c: f"{row[c]} {more + 1}" for c in row if c.startswith("name") and row[c]}
    if row.get("total"):
        changed |= {"total": "", "range_means": "measure"}  # of a total there are no more parts
    return {**row, **changed}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@dataclass(frozen=True)
class Measured:
    """One size: seconds of check, study and paper, GB and pages; or why there are none."""

    size: int
    seconds: tuple[float, ...] = ()
    memory: float = 0.0
    pages: int = 0
    why: str = ""


def measure(source: Path, axis: str, sizes: Sequence[int], draws: int) -> Iterator[Measured]:
    """Each size in a process of its own, which ends after `LIMIT` processor seconds."""
    for size in sizes:
        with TemporaryDirectory() as folder:
            place = source
            if axis != "draws":
                place = grown(source, Path(folder) / "case", axis, size)
            words = [str(place), str(size if axis == "draws" else draws)]
            done = subprocess.run(
                [sys.executable, "-c", ONE, *words, str(LIMIT)],
                capture_output=True,
                text=True,
                check=False,
            )
        if done.returncode:
            why = done.stderr.strip().splitlines()[-1:] or [f"not done in {LIMIT} s"]
            yield Measured(size, why=why[0][:200])
            continue
        *seconds, memory, pages = json.loads(done.stdout.splitlines()[-1])
        yield Measured(size, tuple(seconds), memory, pages)


def slope(found: Sequence[Measured], of: Callable[[Measured], float]) -> float:
    """Slope of the log of an amount over the log of the size."""
    points = np.log([(one.size, of(one)) for one in found])
    return float(np.polyfit(*points.T, 1)[0])


def along(source: Path, axis: str, sizes: Sequence[int], draws: int) -> bool:
    """Print the table of one axis; whether every size ended with a paper."""
    print(f"| {axis} | check | study | paper | GB | pages |\n| --- | --- | --- | --- | --- | --- |")
    found = []
    for one in measure(source, axis, sizes, draws):
        cells = " | ".join(f"{cell:.1f}" for cell in (*one.seconds, one.memory))
        print(f"| {one.size:,} | {one.why or f'{cells} | {one.pages}'} |", flush=True)
        found += [one] if one.seconds else []
    if len(found) > 1:
        time, memory = (
            slope(found, lambda one: sum(one.seconds)),
            slope(found, lambda one: one.memory),
        )
        print(f"Slope over {axis}: {time:.2f} of time, {memory:.2f} of memory")
    return len(found) == len(sizes)


if __name__ == "__main__":
    asked = sys.argv[1:]
    if asked == ["smoke"]:
        sys.exit(not along(SMALL, "improvements", (4, 6), 20))
    chosen = tuple(int(size) for size in asked[1:])
    done = [along(BUNDLED, axis, chosen or SIZES[axis], DRAWS) for axis in asked[:1] or SIZES]
    sys.exit(not all(done))
