"""Work side by side: in copies of this process where that is safe, otherwise in threads."""

import ctypes
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from typing import Any, TypeAlias

from threadpoolctl import threadpool_limits

from capworth.errors import CapworthError

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
        with _processes(given, workers, "fork") as pool:
            yield lambda do, *more: pool.submit(_do, do, *more)
    else:
        threads = ThreadPoolExecutor(workers)
        try:
            yield lambda do, *more: threads.submit(do, given, *more)
        except BaseException:
            threads.shutdown(wait=False, cancel_futures=True)
            raise
        threads.shutdown()


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
    with _processes(given, workers, way) as pool:
        yield lambda do, things: pool.map(partial(_do, do), things)


class WorkerError(CapworthError):
    """A process that worked at a part was ended from outside."""


@contextmanager
def _processes(given: Any, workers: int, way: str) -> Iterator[ProcessPoolExecutor]:
    """Yield processes that are gone at the end, however it comes: none outlives this one.

    Only this process hears Ctrl-C; it then ends the others, and waits for nothing they do.
    """
    others = {*multiprocessing.active_children()}
    pool = ProcessPoolExecutor(workers, get_context(way), _receive, (given, os.getpid()))
    try:
        yield pool
        pool.shutdown()
    except BaseException as error:
        for child in {*multiprocessing.active_children()} - others:
            child.kill()
        pool.shutdown(wait=False, cancel_futures=True)
        if isinstance(error, BrokenExecutor):
            raise WorkerError(
                "a process that worked at this was ended from outside, most likely for want of "
                "memory. Take fewer --workers or --draws."
            ) from error
        raise


_received: list[Any] = []  # in a copy: what was given, once


def _receive(given: Any, parent: int) -> None:
    _end_with(parent)
    threadpool_limits(1, "blas")  # more threads change the last bits of products
    _received.append(given)


def _do(do: Callable[..., Any], *more: Any) -> Any:
    return do(_received[-1], *more)


DEATH = 1  # PR_SET_PDEATHSIG


def _end_with(parent: int) -> None:
    """Let this process end when `parent` does, and leave Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DEATH, signal.SIGKILL)
        if os.getppid() != parent:  # it was gone before it could be told
            os._exit(1)
    else:
        threading.Thread(target=_wait_for_the_end, daemon=True).start()


def _wait_for_the_end() -> None:
    above = multiprocessing.parent_process()
    if above is not None:
        above.join()
        os._exit(1)
