"""Break what can break, at random, and count: `make faults` runs the long form and prints a table.

Named kinds of wrong input, each in its place (`kinds.py`), and their sisters (`sisters.py`); what a
run wrote and is read again (`rereads.py`); then at random: cases with odd cells, workbooks with
flipped bits, an OSError at each call that writes, and kills of a run. Nothing may break out, be
lost, or be left behind.
"""

import csv
import io
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

from kinds import table_of, try_commands, try_slips
from lines import try_lines
from openpyxl import Workbook
from passing import try_passing
from refusals import COMMANDS as REFUSED
from refusals import made, try_writes
from rereads import try_rereads
from sisters import try_sisters

from capworth.case.read import check_case, read_case
from capworth.errors import CapworthError
from capworth.runs.manifest import strangers
from capworth.runs.place import heal, replacing
from capworth.runs.run import run

SMALL = Path(__file__).parents[1] / "cases" / "small"
ODD = (
    *("", " ", "0", "-1", "1e400", "nan", "-inf", "0x10", "1_000", "100.000", "1.000,5", "12,5"),
    *("٣", "yes", "REG", "A", "D", "n/a", "#REF!", "=1+1", "@SUM(1)", "\0", "\x07", "\u202e", '"'),
    *(",", "\n", "\r", "\ufeff", "é", "$2m to $3m", "a" * 40_000, "2090", "31/12/2024", "1e308"),
)
Told = Counter[str]
PIECE = 2_000  # rounds between two words of how far it is


def fuzz(rounds: int, seed: int) -> Told:
    """Spoil a few cells, lines or bytes of the small case, and check it."""
    chance, told = random.Random(seed), Told()
    with TemporaryDirectory() as place:
        folder = Path(shutil.copytree(SMALL, Path(place) / "small"))
        files = sorted(folder.iterdir())
        for _ in range(rounds):
            file = chance.choice(files)
            before = file.read_bytes()
            file.write_bytes(spoil(before, chance))
            told[outcome(check_case, folder)] += 1
            file.write_bytes(before)
    return told


def spoil(content: bytes, chance: random.Random) -> bytes:
    """Change one cell, one line, or one byte."""
    kind = chance.random()
    if kind < 0.15:
        spoilt = bytearray(content)
        spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
        return bytes(spoilt)
    lines = content.decode("utf-8").splitlines(keepends=True)
    at = chance.randrange(len(lines))
    if kind < 0.3:
        lines[at : at + 1] = chance.choice(([], [lines[at]] * 2, [lines[at][:-3]]))
        return "".join(lines).encode()
    if content.lstrip()[:1] == b"#" or b" = " in lines[0].encode():
        key = lines[at].partition(" = ")[0]
        lines[at] = f"{key} = {chance.choice(('1', '-1', 'true', '[]', '{}', repr('x')))}\n"
        return "".join(lines).encode()
    rows = list(csv.reader(io.StringIO("".join(lines), newline="")))
    row = rows[at % len(rows)]
    if row:
        row[chance.randrange(len(row))] = chance.choice(ODD)
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode("utf-8", "surrogatepass")


def outcome(do: Any, *given: Any) -> str:
    """Call, and say what came of it."""
    try:
        found = do(*given)
    except CapworthError:
        return "told"
    except Exception as error:
        return f"BROKE: {type(error).__name__}: {error}"[:200]
    return "told" if found else "passed"


def flips(rounds: int, seed: int) -> Told:
    """Flip bits of a workbook, and read it: it is the same case, or is told to be damaged."""
    chance, told = random.Random(seed), Told()
    with TemporaryDirectory() as place:
        whole = write_book(Path(place) / "small.xlsx")
        costs, content = read_case(whole).costs, whole.read_bytes()
        for _ in range(rounds):
            spoilt = bytearray(content)
            for _ in range(chance.choice([1, 2, 16, 256])):
                spoilt[chance.randrange(len(spoilt))] ^= 1 << chance.randrange(8)
            whole.write_bytes(spoilt)
            said = outcome(lambda: read_case(whole).costs == costs or "OTHER")
            told["passed" if said == "told" and _same(whole, costs) else said] += 1
    return told


def _same(book: Path, costs: object) -> bool:
    try:
        found = read_case(book).costs
    except CapworthError:
        return False
    assert found == costs, "a silent wrong answer"
    return True


def write_book(path: Path) -> Path:
    """Write the small case as a workbook."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "case"
    for line in (SMALL / "case.toml").read_text("utf-8").splitlines():
        key, is_key, value = line.partition(" = ")
        if is_key:
            sheet.append([key, value.strip('"[]').replace('"', "")])
    for file in sorted(SMALL.glob("*.csv")):
        table = book.create_sheet(file.stem)
        for row in csv.reader(io.StringIO(file.read_text("utf-8"), newline="")):
            table.append([cell or None for cell in row])
    book.save(path)
    return path


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


WRITES = (
    *("pathlib.Path.mkdir", "pathlib.Path.rename", "pathlib.Path.replace", "os.fsync"),
    *("shutil.rmtree", "tempfile.mkdtemp"),
)


@contextmanager
def failing(name: str, at: int) -> Iterator[list[int]]:
    """Inside this block the call of that number of one function raises an OSError."""
    module, _, function = name.rpartition(".")
    owner: Any = Path if module == "pathlib.Path" else sys.modules[module]
    calls, real = [0], getattr(owner, function)

    def call(*args: Any, **kwargs: Any) -> Any:
        calls[0] += 1
        if calls[0] == at:
            raise OSError(28, "No space left on device")
        return real(*args, **kwargs)

    with mock.patch.object(owner, function, call):
        yield calls


def writes(old: Path, new: dict[str, bytes]) -> Told:
    """Let each call that writes fail once while a run is replaced: old or new stands, all whole.

    Parameters
    ----------
    old : a run with a file `notes.txt` that is no part of it; left as it is
    new : files of the new run, its manifest among them
    """
    told, before = Told(), contents(old)
    for name in WRITES:
        at = 0
        while True:
            at += 1
            with TemporaryDirectory() as place:
                target = Path(shutil.copytree(old, Path(place) / "run"))
                with failing(name, at) as calls:
                    said = outcome(_replace, target, new)
                if calls[0] < at:
                    break
                heal(target)
                found = contents(target)
                kept = found.pop("notes.txt", None) == before["notes.txt"]
                stands = found in ({k: v for k, v in before.items() if k != "notes.txt"}, new)
                clean = [p.name for p in Path(place).iterdir()] == ["run"]
                fine = kept and stands and clean and (said == "passed" or "No space" in said)
                told["right" if fine else f"WRONG: {name} {at}: {kept} {stands} {clean}"] += 1
    return told


def _replace(target: Path, new: dict[str, bytes]) -> None:
    with replacing(target) as fresh:
        for name, content in new.items():
            (fresh / name).parent.mkdir(parents=True, exist_ok=True)
            (fresh / name).write_bytes(content)


def kills(rounds: int, seed: int) -> Told:
    """Kill a run of the small case at random moments: the last good one stands, nobody is left."""
    chance, told = random.Random(seed), Told()
    with TemporaryDirectory() as place:
        target = Path(place) / "run"
        run(SMALL, target, 100, languages=["en"])
        (target / "notes.txt").write_text("mine", encoding="utf-8")
        before = contents(target)
        words = [sys.executable, "-m", "capworth.cli", "run", str(SMALL), "--out", str(target)]
        words += ["--draws", "100", "--lang", "en", "--workers", "2"]
        for _ in range(rounds):
            process = subprocess.Popen(
                words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
            )
            time.sleep(chance.uniform(0.5, 20))
            end = chance.choice((signal.SIGKILL, signal.SIGTERM, signal.SIGINT))
            process.send_signal(end)
            process.wait(timeout=60)
            time.sleep(0.5)
            left = alive_in(process.pid)
            heal(target)
            others = [p.name for p in Path(place).iterdir() if p.name != "run"]
            same = contents(target) == before and strangers(target)[0] == ("notes.txt",)
            fine = same and not left and not others
            told["right" if fine else f"WRONG: {end.name} {same} {left} {others}"] += 1
            for pid in left:
                os.kill(pid, signal.SIGKILL)
    return told


def alive_in(session: int) -> list[int]:
    """Processes of a session that live, by their ids."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            parts = (place / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(parts[3]) == session and parts[0] != "Z":
            found.append(int(place.name))
    return found


def in_pieces(do: Any, rounds: int, seed: int) -> Told:
    """Do it so often, a piece after the other, so that an end from outside loses little."""
    told = Told()
    for first in range(0, rounds, PIECE):
        told += do(min(PIECE, rounds - first), seed + first)
        print(f"{do.__name__}: {sum(told.values())} of {rounds}", file=sys.stderr, flush=True)
    return told


def refused(_: object) -> dict[str, Told]:
    """Refuse every write of every command; of a run, which writes often, one in eleven."""
    with TemporaryDirectory() as place:
        base = made(Path(place) / "base")
        return {
            f"a write refused: {name}": try_writes(name, base, 11 if name == "run" else 1)
            for name in REFUSED
        }


PARTS: dict[str, Any] = {  # what is tried, by the name of its part
    "named": lambda _: try_slips(),
    "sisters": lambda _: try_sisters(write_book),
    "rereads": lambda _: try_rereads(),
    "commands": lambda _: try_commands(),
    "lines": lambda _: {f"a command line: {kind}": told for kind, told in try_lines().items()},
    "writes": refused,
    "passing": lambda asked: {
        "an odd case that the check passes, carried out": try_passing(asked.passing, asked.seed)
    },
    "cases": lambda asked: {
        "a case with an odd cell, line or byte": in_pieces(fuzz, asked.cases, asked.seed)
    },
    "books": lambda asked: {
        "a workbook with flipped bits": in_pieces(flips, asked.books, asked.seed)
    },
    "kills": lambda asked: {
        "a run killed at a random moment": in_pieces(kills, asked.kills, asked.seed)
    },
}
RIGHT = ("right", "told", "passed", "carried out")
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "faults.md"
ROW = re.compile(r"\| (?P<kind>[^|]+) \| (?P<tried>\d+) \| (?P<right>\d+) \|")


def on_page() -> dict[str, Told]:
    """What the page says was found, by kind."""
    rows = [row for line in PAGE.read_text("utf-8").splitlines() if (row := ROW.fullmatch(line))]
    told = {r["kind"]: Told(right=int(r["right"]), wrong=int(r["tried"])) for r in rows}
    for found in told.values():
        found["wrong"] -= found["right"]
    return {kind: +found for kind, found in told.items() if kind != "together"}


def write_page(found: dict[str, Told]) -> None:
    """Write the table of all that was found into the page; what stands below it stays."""
    text = PAGE.read_text(encoding="utf-8")
    head, tail = text.index("| kind | tried"), text.index("## What is not found")
    PAGE.write_text(f"{text[:head]}{table_of(found)}\n{text[tail:]}", encoding="utf-8")


def main() -> None:
    """Try the parts that are asked for, all of them by default, and write the page of them."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell does to what runs behind it
        signal.signal(signal.SIGINT, signal.default_int_handler)
    words = ArgumentParser(description=__doc__)
    words.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    words.add_argument("--cases", type=int, default=100_000)
    words.add_argument("--books", type=int, default=200)
    words.add_argument("--kills", type=int, default=50)
    words.add_argument("--passing", type=int, default=400)
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--more", action="store_true", help="add to what the page says was tried")
    asked = words.parse_args()
    bad = 0
    for part in asked.parts or PARTS:
        found = {kind: as_right(told) for kind, told in PARTS[part](asked).items()}
        print(table_of(found), flush=True)
        bad += sum(sum(told.values()) - told["right"] for told in found.values())
        known = on_page()
        if asked.more:
            found = {kind: known.get(kind, Told()) + told for kind, told in found.items()}
        write_page(known | found)  # what other parts found stays
    sys.exit(1 if bad else 0)


def as_right(told: Told) -> Told:
    """Count as right what ended in any way that is right."""
    fine = sum(n for what, n in told.items() if what in RIGHT)
    return Told({"right": fine}) + Told({w: n for w, n in told.items() if w not in RIGHT})


if __name__ == "__main__":
    main()
