"""Files and folders written so that they last: whole or not at all, and on the disk when said."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path


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
