"""Files read whole, under a limit, and written so that they last: whole or not at all."""

import csv
import errno
import gc
import io
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TypeAlias

from capworth.case.scratch import left_behind, scratch, take_away
from capworth.errors import CaseError, Finding, InputError

MOST_BYTES = 64_000_000  # of a file that is read
SCRATCH = "capworth"  # by which the scratch folders of files are found


def unreadable(path: Path, most: int = MOST_BYTES) -> tuple[str, str] | None:
    """Say why a path is no file to be read, and how to mend it; None where it is one.

    Nothing is opened: a pipe would wait for ever for somebody to write into it.
    """
    try:
        if path.is_symlink() and not path.exists():
            return "it is a link to nothing", "Put the file there, or take the link away."
        if path.is_dir():
            return "it is a folder", "Put the file in its place."
        if not path.exists():
            return "there is no such file", "Name one that is there."
        if not path.is_file():
            return "it is no regular file", "Put a file in its place."
        if path.stat().st_size > most:
            return f"it is larger than {most // 1_000_000} million bytes", "Make it smaller."
        if not os.access(path, os.R_OK):
            return "it may not be read", "Ask for the right to read it."
    except (OSError, ValueError) as error:  # a link to itself, or a name that no system knows
        return f"it cannot be read ({error})", "Name a file that can."
    return None


def read(path: Path, most: int = MOST_BYTES) -> bytes:
    """Read a file whole; what is none, or none of ours to read, is refused in a sentence."""
    if refused := unreadable(path, most):
        raise InputError(f"{path}: {refused[0]}. {refused[1]}")
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: it cannot be read ({error.strerror}). Mend that.") from error


def read_text(path: Path, most: int = MOST_BYTES) -> str:
    """Read a file as UTF-8, with or without a mark at its beginning; else say where it is not."""
    content = read(path, most)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        raise InputError(
            f"{path}, row {row}: the text is not UTF-8. Save it as CSV UTF-8 and try again."
        ) from error


Numbered: TypeAlias = tuple[int, list[str]]  # a row as a spreadsheet counts it, and its cells


def read_rows(path: Path) -> tuple[list[str], list[Numbered]]:
    """Read a CSV file that is no table of a case: its heading, and its rows that are not blank.

    Every row has as many cells as the heading, without blanks around them.

    Raises
    ------
    InputError
        When it cannot be read, a column stands twice, or a row has a cell too many or too few.
    """
    where = path.name
    text = read_text(path)
    if "\0" in text:
        raise InputError(f"{where}: it is not a text file. Save it as CSV UTF-8.")
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise InputError(f"{where}: it cannot be read ({error}). Save it as CSV UTF-8.") from error
    found = [(k, [cell.strip() for cell in line]) for k, line in enumerate(lines, start=1)]
    rows = [(number, cells) for number, cells in found if any(cells)]
    if not rows:
        return [], []
    number, head = rows[0]
    while not head[-1]:
        head.pop()
    for mark, word in ((";", "semicolons"), ("\t", "tabs")):
        if len(head) == 1 and mark in head[0]:
            raise InputError(f"{where}: the cells are parted by {word}. Part them by commas.")
    if twice := [name for name in head if name and head.count(name) > 1]:
        raise InputError(f"{where}, row {number}: the column {twice[0]!r} stands twice. Keep one.")
    for number, cells in rows[1:]:
        if len(cells) < len(head) or any(cells[len(head) :]):
            raise InputError(
                f"{where}, row {number}: {len(cells)} cells for {len(head)} columns. Put text that "
                "holds a comma in quotes."
            )
    return head, [(number, cells[: len(head)]) for number, cells in rows[1:]]


Put: TypeAlias = Callable[[str, str | bytes], None]  # the name of a file, and what it holds


@contextmanager
def writing(folder: Path | None, *names: str, anew: bool = False) -> Iterator[Put]:
    """Yield what takes files by their names: in the end all are there, or all is as it was.

    That the folder can be written is found out before anything is yielded. Each file takes the
    place of an older one at once; what an interrupted command left is swept first.

    Parameters
    ----------
    folder : made where it is not there; None: nothing is written
    names : of files that are known beforehand
    anew : refuse a file that is there already

    Raises
    ------
    InputError
        When a file cannot stand where its name says.
    OSError
        When the system refuses, with the name of the file, and not of our scratch folder.
    """
    if folder is None:
        yield lambda *_: None
        return
    with ExitStack() as held:
        with telling_of(folder):
            _sweep(folder)
            place = held.enter_context(scratch(folder, SCRATCH))
            for name in names:
                _refuse(folder / name, anew)
        fresh: dict[str, Path] = {}

        def put(name: str, content: str | bytes) -> None:
            fresh[name] = place / str(len(fresh))
            with telling_of(folder / name), fresh[name].open("wb") as file:
                file.write(content if isinstance(content, bytes) else content.encode("utf-8"))
                file.flush()
                os.fsync(file.fileno())

        yield put
        for name in fresh:
            _refuse(folder / name, anew)
        _take_places(fresh, folder, anew)


def must_be_empty(folder: Path) -> None:
    """Refuse a folder that holds something; what an interrupted command left in it is swept."""
    _sweep(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CaseError([Finding(str(folder), 0, "", "it is not empty", "Name a new folder.")])


def _sweep(folder: Path) -> None:
    for stale in left_behind(folder, SCRATCH):
        take_away(stale)


@contextmanager
def writing_file(path: Path | None, *, anew: bool = False) -> Iterator[Callable[..., None]]:
    """Yield what takes the content of one file, in a folder that is there; see `writing`."""
    if path is None:
        yield lambda _: None
        return
    real = Path(os.path.realpath(path))  # of a link, what it leads to
    if not real.parent.is_dir():
        raise InputError(f"{path}: there is no such folder. Make it, or name another place.")
    with writing(real.parent, real.name, anew=anew) as put:
        yield partial(put, real.name)


def write(path: Path, content: str | bytes, *, anew: bool = False) -> None:
    """Write one file whole, or leave all as it was; see `writing_file`."""
    with writing_file(path, anew=anew) as put:
        put(content)


@contextmanager
def telling_of(path: Path) -> Iterator[None]:
    """Name what was to be written where the system names nothing, or our scratch folder."""
    try:
        yield
    except OSError as error:
        named = error.filename2 or error.filename
        ours = isinstance(named, str) and re.search(r"/\.[^/]*-[^/]{8}(/|$)", named)
        if error.errno is None or not (named is None or ours):
            raise
        raise type(error)(error.errno, error.strerror, str(path)) from error


def spilling(do: Callable[..., None], *given: object) -> None:
    """Call what writes temporary files, and tell as the system does what it says of them.

    A library of workbooks writes some, and says in its own way, twice, that it cannot.
    """
    failed: tuple[int, str] | None = None
    heard, sys.unraisablehook = sys.unraisablehook, lambda _: None
    try:
        try:
            do(*given)
        except OSError as error:
            failed = error.errno or errno.EIO, error.strerror or str(error)
        except Exception as error:
            if type(error).__name__ != "SerialisationError":
                raise
            failed = errno.EIO, str(error)
        if failed is not None:
            gc.collect()  # what is half written is let go without a word
            raise OSError(*failed, tempfile.gettempdir())
    finally:
        sys.unraisablehook = heard


def _refuse(path: Path, anew: bool) -> None:
    if anew and os.path.lexists(path):
        raise InputError(f"{path} is there already. Move it, or name another place.")
    if path.is_dir():
        raise InputError(f"{path} is a folder. Name a file.")
    if path.exists() and not path.is_file():
        raise InputError(f"{path} is no regular file. Name another place.")


def _take_places(fresh: Mapping[str, Path], folder: Path, anew: bool) -> None:
    """Move files to their places; where one cannot, take all back."""
    with ExitStack() as back:
        for name, file in fresh.items():
            target = folder / name
            with telling_of(target):
                for above in [p for p in target.parents if not p.exists()][::-1]:
                    above.mkdir()
                    back.callback(_quietly, above.rmdir)
                old = file.with_suffix(".old")
                if target.exists():
                    shutil.copymode(target, file)
                    _copied(target, old)
                    back.callback(_quietly, old.replace, target)
                    file.replace(target)
                elif anew:
                    _copied(file, target)
                    back.callback(_quietly, target.unlink)
                else:
                    file.replace(target)
                    back.callback(_quietly, target.unlink)
        for place in {(folder / name).parent for name in fresh}:
            with telling_of(place):
                settle(place)
        back.pop_all()


def _copied(file: Path, other: Path) -> None:
    """Give a file a second name that nothing has yet; a copy where the system has no such names."""
    try:
        os.link(file, other)
    except FileExistsError:
        raise
    except OSError:
        with other.open("xb") as copy:
            copy.write(file.read_bytes())
            copy.flush()
            os.fsync(copy.fileno())


def _quietly(do: Callable[..., object], *given: object) -> None:
    with suppress(OSError):
        do(*given)


def settle(place: Path) -> None:
    """Wait until what is written in a file, or the names in a folder, are on the disk."""
    if os.name != "posix" and place.is_dir():
        return  # only a POSIX system opens folders
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def settle_all(folder: Path) -> None:
    """Wait until a folder and all in it are on the disk."""
    for place in (*folder.rglob("*"), folder):
        settle(place)
