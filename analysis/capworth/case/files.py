"""Files read whole, under a limit, and written so that they last: whole or not at all."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from capworth.errors import InputError

MOST_BYTES = 64_000_000  # of a file that is read


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


def write(path: Path, content: str | bytes) -> None:
    """Write a file that takes the place of an older one at once, or leaves it as it was.

    Parameters
    ----------
    path : in a folder that is there
    content : text is written as UTF-8 with the line ends that it has
    """
    handle, beside = tempfile.mkstemp(prefix=f".{path.name[:100]}-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        Path(beside).chmod(0o666 & ~_umask())
        Path(beside).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(beside).unlink()
        raise
    settle(path.parent)


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


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
