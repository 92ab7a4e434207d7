"""What a run wrote, cut short or typed over, and every command that reads it again.

A command that reads the file refuses it in one sentence; one that does not says what it said.
"""

import os
import shutil
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from click.testing import CliRunner
from refusals import made

from capworth.cli import main

READERS: dict[str, tuple[str, ...]] = {
    "read": ("read", "run"),
    "explain": ("explain", "run"),
    "explain, an answer": ("explain", "run", "SCAN"),
    "compare": ("compare", "run", "other"),
    "compare, the other way": ("compare", "other", "run"),
    "propose": ("propose", "run", "set.csv", "--workers", "1"),
    "brief": ("brief", "run", "--member", "XNA"),
    "donors": ("donors", "run", "--out", "pages"),
    "rerun": ("rerun", "run"),
}
FILES = (
    *("manifest.json", "figures.json", "paper.json", "inputs/case.toml", "inputs/costs.csv"),
    *("tables/programme.csv", "tables/priority_ranks.csv", "tables/donor_menu.csv"),
    *("tables/baseline.csv", "tables/priority_pairs.csv"),
)
SLOW = ("propose", "brief", "donors", "rerun")  # of these only what they read is tried
DAMAGE: dict[str, bytes] = {
    "nothing": b"",
    "bytes": bytes(range(256)),
    "nested": b"[" * 10_000,
    "a list": b"[]",
    "a number": b"3",
    "none": b"null",
    "no number": b'{"a": NaN}',
    "a long number": b'{"a": ' + b"9" * 5_000 + b"}",
    "UTF-16": "{}".encode("utf-16"),
    "keys twice": b'{"format": 1, "format": 2}',
}
READ: dict[str, tuple[str, ...]] = {  # what the slow ones read
    "propose": ("manifest.json", "inputs/case.toml"),
    "brief": ("manifest.json", "inputs/costs.csv", "tables/programme.csv"),
    "donors": ("manifest.json", "tables/donor_menu.csv", "tables/baseline.csv"),
    "rerun": ("manifest.json", "inputs/costs.csv"),
}


def try_rereads(every: int = 1) -> dict[str, Counter[str]]:
    """Damage each file in each way, or in one of so many; call what reads a run.

    Returns
    -------
    By the name of the kind: `right`, else what happened
    """
    found: dict[str, Counter[str]] = {}
    with TemporaryDirectory() as scratch:
        place = made(Path(scratch) / "base")
        shutil.copytree(place / "run", place / "other")
        good = {
            name: called(words, place)[1] for name, words in READERS.items() if name not in SLOW
        }
        whole = [
            (file, way, name)
            for file in FILES
            for way in (*DAMAGE, "cut short", "a mark before", "gone", "a folder")
            for name in READERS
            if name not in SLOW or file in READ[name]
        ]
        for file, way, name in whole[::every]:
            path = place / "run" / file
            before = path.read_bytes()
            damage(path, way, before)
            code, said, told = called(READERS[name], place)
            if path.is_dir():
                path.rmdir()
            path.write_bytes(before)
            what = f"{file}, {way}"
            fine = (code == 0 and said == good.get(name)) or (
                code == 2 and len(told.splitlines()) == 1 and "Traceback" not in told
            )
            kind = f"a damaged run, read again: {name.partition(',')[0]}"
            wrong = f"{what}: {code}, {told[-200:] or said[-100:]}"
            found.setdefault(kind, Counter())["right" if fine else wrong] += 1
    return found


def damage(path: Path, way: str, before: bytes) -> None:
    """Damage one file."""
    match way:
        case "gone":
            path.unlink()
        case "a folder":
            path.unlink()
            path.mkdir()
        case "cut short":
            path.write_bytes(before[: len(before) // 2])
        case "a mark before":
            path.write_bytes(b"\xef\xbb\xbf" + before)
        case _:
            path.write_bytes(DAMAGE[way])


def called(words: tuple[str, ...], place: Path) -> tuple[int, str, str]:
    """Call a command in a folder: its exit code, what it said, and what it told."""
    before = os.getcwd()
    os.chdir(place)
    try:
        done = CliRunner().invoke(main, [*words])
    finally:
        os.chdir(before)
    return done.exit_code, done.stdout, done.stderr
