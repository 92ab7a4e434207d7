"""Lines that a library in C prints of itself, whatever it is told: caught while it runs."""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from tempfile import TemporaryFile
from threading import Lock
from typing import IO, Final

OUT: Final = 1  # what is printed goes to this file
OF_ITSELF: Final = b"Highs"  # first letters of such a line


class _Caught:
    """What is printed while some threads solve: the first of them turns it aside, the last back."""

    def __init__(self) -> None:
        self._lock, self._inside = Lock(), 0
        self._aside: IO[bytes] | None = None
        self._out = OUT

    def enter(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside > 1:
                return
            with suppress(OSError):  # where nothing can be printed anyway
                self._out = os.dup(OUT)
                self._aside = TemporaryFile()  # noqa: SIM115  # closed by the last to leave
                _flush()
                os.dup2(self._aside.fileno(), OUT)

    def leave(self) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside or self._aside is None:
                return
            _flush()
            os.dup2(self._out, OUT)
            os.close(self._out)
            self._aside.seek(0)
            kept = b"".join(line for line in self._aside if not line.startswith(OF_ITSELF))
            self._aside.close()
            self._aside = None
            while kept:
                kept = kept[os.write(OUT, kept) :]


_CAUGHT: Final = _Caught()


def _flush() -> None:
    """Hand on what C holds back of what was printed; on Windows it is another C that does."""
    with suppress(OSError, TypeError, AttributeError):
        ctypes.CDLL(None).fflush(None)


@contextmanager
def unprinted() -> Iterator[None]:
    """Drop the lines that HiGHS prints of itself; what others print meanwhile comes after."""
    _CAUGHT.enter()
    try:
        yield
    finally:
        _CAUGHT.leave()
