"""Every command that writes, with a system that refuses one of its writes: all stays as it was.

What Python tells its auditors (a file opened to be written, a name made, changed or taken away) is
where a write is refused, and every fsync; `few_bytes` lets the disk itself be full.
"""

import contextlib
import errno
import os
import resource
import shutil
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

from click.testing import CliRunner

from capworth.case.files import write
from capworth.cli import main
from capworth.runs.place import heal
from capworth.runs.run import run

SMALL = Path(__file__).parents[1] / "cases" / "small"
FACTS = Path(__file__).parents[2] / "data" / "calibration"
CODES = (errno.ENOSPC, errno.EACCES, errno.EROFS)
EVENTS = ("os.mkdir", "os.rename", "os.link", "os.remove", "os.rmdir", "os.chmod")
ENDS = ("os.remove", "os.rmdir")  # of what is swept by the next command
QUICK = ("--draws", "100", "--workers", "1")
COMMANDS: dict[str, tuple[str, ...]] = {
    "new, a workbook": ("new", "out/book.xlsx"),
    "new, a folder": ("new", "out/mine"),
    "new, an example": ("new", "out/uk", "--example", "uk"),
    "new, of a list": ("new", "out/book.xlsx", "--from", "list.csv"),
    "register": ("register", "out/case", "--date", "2026-11-30"),
    "calibrate": ("calibrate", str(FACTS), "--out", "out/found", "--lang", "en"),
    "compare": ("compare", "run", "run", "--out", "out/found"),
    "logs": ("logs", "log.csv", "--source", "LEDGER", "--out", "out/activity.csv"),
    "survey": ("survey", "case", "--out", "out"),
    "elicit": ("elicit", "case", "--write", "out/criteria.csv"),
    "track": ("track", "case", "actuals.csv", "--out", "out/plan.csv", *QUICK),
    "scenarios": ("scenarios", "case", "--out", "out/side.csv", *QUICK),
    "propose": ("propose", "run", "set.csv", "--out", "out/sets.csv", "--workers", "1"),
    "brief": ("brief", "out/run", "--all", "--workers", "1"),
    "donors": ("donors", "run", "--out", "out/pages", "--workers", "1"),
    "run": ("run", "case", "--out", "out/run", "--lang", "en", "--format", "html", *QUICK),
}


class Refusing:
    """Counts what would write below a folder, and refuses the one of a number."""

    def __init__(self) -> None:
        self.below, self.at, self.seen = "", 0, 0
        self.event, self.code = "", errno.ENOSPC
        sys.addaudithook(self._hear)  # which lives as long as the process
        self._fsync = os.fsync

    def __call__(self, event: str, path: str | None) -> None:
        self.seen += 1
        if self.seen == self.at:
            self.event = event
            raise OSError(self.code, os.strerror(self.code), path)

    def _hear(self, event: str, given: tuple[Any, ...]) -> None:
        if not self.below:
            return
        writes = event == "open" and given[2] & (os.O_WRONLY | os.O_RDWR)
        if (writes or event in EVENTS) and isinstance(given[0], str | os.PathLike):
            path = os.path.abspath(os.fspath(given[0]))
            if path.startswith(self.below):
                self(event, path)

    @contextlib.contextmanager
    def write(self, at: int, code: int, below: Path) -> Iterator[None]:
        """Inside this block the write of that number is refused with an error."""

        def fsync(handle: int) -> None:
            self("os.fsync", None)
            self._fsync(handle)

        self.at, self.code, self.seen, self.event = at, code, 0, ""
        with mock.patch("os.fsync", fsync):
            self.below = str(below)
            try:
                yield
            finally:
                self.below = ""


refusing = Refusing()


@contextlib.contextmanager
def few_bytes(most: int) -> Iterator[None]:
    """Inside this block no file can be written beyond so many bytes, whoever writes it."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def made(place: Path, with_run: bool = True) -> Path:
    """Make what the commands read, and a folder `out` that holds what they would write over."""
    place.mkdir(parents=True, exist_ok=True)
    shutil.copytree(SMALL, place / "case")
    scenario = '[poor]\nname = "Half the budget"\nsettings = { budget = 60000 }\n'
    (place / "case" / "scenarios.toml").write_text(scenario, encoding="utf-8")
    if with_run:
        run(SMALL, place / "run", 100, languages=["en"], formats=["html"])
    (place / "list.csv").write_text("name,amount,year\nSwitch,100000,2026\n", encoding="utf-8")
    log = "time,capability,member,hit\n2026-01-01T00:00:00Z,ACA,AAA,1\n"
    (place / "log.csv").write_text(log, encoding="utf-8")
    (place / "set.csv").write_text("improvement\nSCAN\n", encoding="utf-8")
    heading = "measure,improvement,capability,indicator,year,value,source\n"
    row = "start,CLOUD,,,2026,,minutes\n"
    (place / "actuals.csv").write_text(heading + row, encoding="utf-8")
    out = place / "out"
    (out / "found").mkdir(parents=True)
    (out / "pages" / "en").mkdir(parents=True)
    shutil.copytree(SMALL, out / "case")
    (out / "run").mkdir()
    if with_run:
        shutil.copytree(place / "run", out / "run", dirs_exist_ok=True)
    for name in ("found/moves.csv", "found/calibration.csv", "criteria.csv", "plan.csv"):
        (out / name).write_text("older\n", encoding="utf-8")
    for name in ("side.csv", "sets.csv", "pages/en/index.pdf", "run/notes.txt"):
        (out / name).write_text("older\n", encoding="utf-8")
    return place


State = dict[str, bytes | None]


def state(folder: Path) -> State:
    """Every file and folder below, what is empty among it."""
    return {
        path.relative_to(folder).as_posix(): _content(path) if path.is_file() else None
        for path in folder.rglob("*")
    }


def _content(path: Path) -> bytes:
    """What a file holds; of a workbook whether it opens: it bears the time at which it was made."""
    if path.suffix != ".xlsx":
        return path.read_bytes()
    return b"a workbook" if zipfile.is_zipfile(path) else b"none"


def called(words: Sequence[str], place: Path) -> tuple[int, str]:
    """Call a command in a folder: its exit code, and what it said on stderr."""
    before = os.getcwd()
    os.chdir(place)
    try:
        done = CliRunner().invoke(main, [*words])
    finally:
        os.chdir(before)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stderr


def try_writes(name: str, base: Path, every: int = 1) -> Counter[str]:
    """Refuse each write of a command, or one of so many; then let the disk be full.

    Parameters
    ----------
    base : as `made` makes it
    """
    told, words = Counter[str](), COMMANDS[name]
    with TemporaryCopy(base) as place:
        code, said = called(words, place)
        assert code == 0, said
        good = state(place / "out")
    at = 1
    while True:
        with TemporaryCopy(base) as place:
            before = state(place / "out")
            with refusing.write(at, CODES[at % len(CODES)], place):
                code, said = called(words, place)
            if refusing.seen < at:
                break
            what = f"{refusing.event} {at}"
            told[_verdict(what, words, place, (before, good), code, said)] += 1
        at += every
    for most in (0, 5_000):
        with TemporaryCopy(base) as place:
            before = state(place / "out")
            with few_bytes(most):
                code, said = called(words, place)
            if code:
                told[_verdict(f"{most} bytes", words, place, (before, good), code, said)] += 1
    return told


def _verdict(
    what: str,
    words: Sequence[str],
    place: Path,
    stands: tuple[State, State],
    code: int,
    said: str,
) -> str:
    after, (before, good) = state(place / "out"), stands
    if what.split()[0] in ENDS:  # a stale scratch folder may stay until the next command
        after = {name: text for name, text in after.items() if not _is_ours(name)}
        if code == 0:
            for name in {path.parent for path in (place / "out").rglob(".capworth-*")}:
                write(name / "other", "")  # as the next command does that writes there
            heal(place / "out" / "run")
            left = [name for name in state(place / "out") if _is_ours(name)]
            return f"LEFT: {what} {left}" if left else "right"
    if code == 0 and after == good:  # what was refused was not needed
        return "right"
    if code != 2:
        return f"CODE {code}: {what}: {said[:200]}"
    if len(said.splitlines()) != 1:
        return f"SENTENCES: {what}: {said[:300]}"
    if "/." in said or "a file: the" in said:
        return f"WHERE: {what}: {said[:300]}"
    if after != before:
        moved = [n for n in {*after, *before} if after.get(n, 0) != before.get(n, 0)]
        return f"CHANGED: {what}: {moved}"
    return "right"


def _is_ours(name: str) -> bool:
    return any(part.startswith((".capworth-", ".run-")) for part in name.split("/"))


class TemporaryCopy(tempfile.TemporaryDirectory[str]):
    """A copy of a folder, gone in the end; what is temporary lies in it too."""

    def __init__(self, base: Path) -> None:
        super().__init__()
        self._base = base

    def __enter__(self) -> Path:  # type: ignore[override]
        return Path(shutil.copytree(self._base, Path(super().__enter__()) / "copy"))


def main_form() -> None:
    """Try all, and print what was not right."""
    with tempfile.TemporaryDirectory() as scratch:
        base = made(Path(scratch) / "base")
        for name in sys.argv[1:] or COMMANDS:
            told = try_writes(name, base, 11 if name == "run" else 1)  # a run writes often
            print(f"{name}: {sum(told.values())} tried, {told['right']} right", flush=True)
            for what in told:
                if what != "right":
                    print("   ", what, flush=True)


if __name__ == "__main__":
    main_form()
