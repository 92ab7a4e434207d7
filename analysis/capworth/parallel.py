"""Work side by side: in copies of this process where that is safe, otherwise in threads."""

import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from typing import Any, TypeAlias

from threadpoolctl import threadpool_limits

Submit: TypeAlias = Callable[..., Future[Any]]  # of a function and what follows what is given
Map: TypeAlias = Callable[[Callable[..., Any], Iterable[Any]], Iterator[Any]]


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


@contextmanager
def mapped(given: Any, workers: int) -> Iterator[Map]:
    """Yield a `map` of `do(given, thing)` over things, in order, each by whoever is free.

    With one worker in this process; else in processes, which begin anew where a copy is not safe.
    The typesetter and the charts hold Python's lock, so that threads would gain nothing.

    Parameters
    ----------
    given : what every piece of work needs; sent once to each process
    workers : processes
    """
    if workers == 1:
        yield lambda do, things: (do(given, thing) for thing in things)
        return
    way = "fork" if copies_are_safe() else "spawn"
    with ProcessPoolExecutor(workers, get_context(way), _receive, (given,)) as pool:
        yield lambda do, things: pool.map(partial(_do, do), things)


_received: list[Any] = []  # in a copy: what was given, once


def _receive(given: Any) -> None:
    threadpool_limits(1, "blas")  # more threads change the last bits of products
    _received.append(given)


def _do(do: Callable[..., Any], *more: Any) -> Any:
    return do(_received[-1], *more)
