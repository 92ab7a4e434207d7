"""A scratch folder beside what is written: gone in the end, and found where its process was killed.

Whoever works in one holds the lock of a file in it, so that the next command can tell what was left
behind from what is in use.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

LOCK = "capworth.lock"  # in a scratch folder: held by the process that works there
WORDS = "A scratch folder of capworth; the next command takes it away.\n"


@contextmanager
def scratch(
    parent: Path, name: str, holds: Callable[[Path], bool] = lambda _: False
) -> Iterator[Path]:
    """Yield a folder of our own that is gone in the end, with those made for it that are empty.

    Parameters
    ----------
    parent : where; made if it is not there
    name : of what it is made for, by which `left_behind` finds it
    holds : whether something is left in it that is not ours to take away
    """
    made = [p for p in (parent, *parent.parents) if not p.exists()]
    place = None
    try:
        parent.mkdir(parents=True, exist_ok=True)
        place, lock = _begun(parent, name)
        with lock:
            _take(lock.fileno())
            lock.write(WORDS)  # only now may it be swept, if this process is gone
            lock.flush()
            yield place
    finally:
        if place is not None and not holds(place):
            take_away(place)
        for folder in made:
            with suppress(OSError):
                folder.rmdir()  # only where it is empty


def _begun(parent: Path, name: str) -> tuple[Path, TextIO]:
    """Make a folder with a lock in it; anew where somebody swept it while it was still empty."""
    for left in (2, 1, 0):
        place = Path(tempfile.mkdtemp(prefix=_prefix(name), dir=parent))
        try:
            return place, (place / LOCK).open("x", encoding="utf-8")
        except OSError as error:
            with suppress(OSError):
                place.rmdir()
            if not left or not isinstance(error, FileNotFoundError):
                raise
    raise AssertionError


def take_away(place: Path) -> None:
    """Take away a scratch folder, its lock last: what is left half way is found again."""
    with suppress(OSError):
        for path in [*place.iterdir()]:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            elif path.name != LOCK:
                with suppress(OSError):
                    path.unlink()
        if [path.name for path in place.iterdir()] == [LOCK]:
            (place / LOCK).unlink()
            place.rmdir()


def left_behind(parent: Path, name: str) -> Iterator[Path]:
    """Yield each scratch folder whose process is gone, and hold it meanwhile."""
    with suppress(OSError):
        for place in [*parent.iterdir()]:
            if place.name.startswith(_prefix(name)) and place.is_dir():
                with suppress(OSError):
                    place.rmdir()  # only where it is empty
                with suppress(OSError, UnicodeDecodeError):
                    yield from _if_free(place)


def _if_free(place: Path) -> Iterator[Path]:
    with (place / LOCK).open(encoding="utf-8") as lock:
        if lock.read() == WORDS and _take(lock.fileno()):
            yield place


def _prefix(name: str) -> str:
    return f".{name[:100]}-"


def _take(handle: int) -> bool:
    """Hold the lock of an open file until it is closed; False where another process holds it."""
    try:
        import fcntl
    except ImportError:
        return False  # without locks nobody can tell whether a process is gone: nothing is swept
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
