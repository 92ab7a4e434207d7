"""Work side by side: in copies of this process where that is safe, otherwise in threads."""

import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any, TypeAlias

from threadpoolctl import threadpool_limits

Submit: TypeAlias = Callable[..., Future[Any]]  # of a function and what follows what is given


def copies_are_safe() -> bool:
    """Whether a copy of this process can work.

    A copy has none of the threads of this process, and would wait for them for ever: neither
    Python's own, nor those that the typesetter begins.
    """
    alone = threading.active_count() == 1 and "typst" not in sys.modules
    return alone and sys.platform == "linux"


@contextmanager
def beside(given: Any, workers: int, executor: Executor | None = None) -> Iterator[Submit]:
    """Yield what begins `do(given, ...)` and returns its future.

    Numpy holds Python's lock for much of a draw of this size, so that two threads are no faster
    than one; two processes are. A copy begins with what is given in its memory; only what is asked
    and answered is sent.

    Parameters
    ----------
    given : what every piece of work needs; nobody changes it
    workers : processes or threads; one works in this process
    executor : anything with the interface of `concurrent.futures`, instead of our own
    """
    if executor is not None:
        yield lambda do, *more: executor.submit(do, given, *more)
    elif workers > 1 and copies_are_safe():
        with ProcessPoolExecutor(workers, get_context("fork"), _receive, (given,)) as pool:
            yield lambda do, *more: pool.submit(_do, do, *more)
    else:
        with ThreadPoolExecutor(workers) as threads:
            yield lambda do, *more: threads.submit(do, given, *more)


_received: list[Any] = []  # in a copy: what was given, once


def _receive(given: Any) -> None:
    threadpool_limits(1, "blas")  # more threads change the last bits of products
    _received.append(given)


def _do(do: Callable[..., Any], *more: Any) -> Any:
    return do(_received[-1], *more)
