"""Work side by side: in copies of this process, in copies of a server, otherwise in threads."""

import ctypes
import gc
import multiprocessing
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
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


def way_of_processes() -> str | None:
    """How processes for whatever work begin here; None where only threads are safe.

    A copy of this process begins at once, but must not be made beside other threads. In a notebook
    and at a prompt processes are copies of a server, which has loaded what this one has and runs no
    thread. A script beside other threads gets none: each process would run it once more.
    """
    if copies_are_safe():
        return "fork"
    main = sys.modules.get("__main__")
    script = getattr(main, "__spec__", None) or getattr(main, "__file__", None)
    asked = hasattr(sys, "ps1") and script is None
    return "forkserver" if asked and sys.platform == "linux" else None


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
    elif workers > 1 and (way := way_of_processes()) is not None:
        with _processes(given, workers, way) as pool:
            yield pool.submit
    else:
        threads = ThreadPoolExecutor(workers)
        try:
            yield lambda do, *more: threads.submit(do, given, *more)
        except BaseException:
            threads.shutdown(wait=False, cancel_futures=True)
            raise
        threads.shutdown()


@contextmanager
def mapped(given: Any, processes: int) -> Iterator[Map]:
    """Yield a `map` of `do(given, thing)` over things, in order, each by whoever is free.

    In other processes, which begin anew where a copy is not safe. The typesetter and the charts
    hold Python's lock, so that threads would gain nothing.

    Parameters
    ----------
    given : what every piece of work needs; sent once to each process
    processes : beside this one; with none each thing is made in this one, when it is asked for
    """
    if not processes:
        yield lambda do, things: (do(given, thing) for thing in things)
        return
    way = way_of_processes() or "spawn"
    with _processes(given, processes, way) as pool:
        yield partial(_in_order, pool.submit)


def _in_order(submit: Submit, do: Callable[..., Any], things: Iterable[Any]) -> Iterator[Any]:
    begun = [submit(do, thing) for thing in things]
    return (result_of(future) for future in begun)


TICK = 0.5  # seconds of one wait


def result_of(future: Future[Any]) -> Any:
    """Wait for what a future gives.

    In short waits: a signal that comes between Python's last look and the beginning of a wait
    disturbs no wait, and would be heard when it ends only.
    """
    while True:
        try:
            return future.result(TICK)
        except TimeoutError:
            if future.done():  # it is what the work raised
                raise


def first_of(futures: Collection[Future[Any]]) -> set[Future[Any]]:
    """Wait for the first that are done, in short waits; see `result_of`."""
    while not (done := wait(futures, TICK, FIRST_COMPLETED).done):
        pass
    return done


class WorkerError(CapworthError):
    """Processes that worked at a part were ended from outside, again and again."""


TRIES = 3  # times that a piece of work is begun where processes are lost


class _Processes:
    """Processes that begin anew where one is lost: what was not answered is done again.

    A piece of work is always the same, so that the answers do not tell that it was lost. The thread
    that begins processes anew lives to the end, for they end with it; see `_end_with`.
    """

    def __init__(self, given: Any, workers: int, way: str) -> None:
        context, parent = get_context(way), os.getpid()
        if way == "forkserver":  # the parent is the server, which ends with this process
            parent = 0
            context.set_forkserver_preload([m for m in sys.modules if m.startswith("capworth.")])
        self._begin = partial(ProcessPoolExecutor, workers, context, _receive, (given, parent))
        self._pool = self._begin()
        self._anew: ThreadPoolExecutor | None = None
        self._beginning, self._gone = threading.Lock(), False
        self._asked: list[Future[Any]] = []

    def submit(self, do: Callable[..., Any], *more: Any) -> Future[Any]:
        """Begin `do(given, ...)` and return its future."""
        promised: Future[Any] = Future()
        self._asked.append(promised)
        self._send(promised, TRIES, do, *more)
        return promised

    def _send(self, promised: Future[Any], left: int, do: Callable[..., Any], *more: Any) -> None:
        pool = self._pool
        try:
            sent = pool.submit(_do, do, *more)
        except BrokenExecutor as error:
            sent = Future()
            sent.set_exception(error)
        sent.add_done_callback(partial(self._hear, pool, promised, left, do, *more))

    def _hear(
        self,
        pool: ProcessPoolExecutor,
        promised: Future[Any],
        left: int,
        do: Callable[..., Any],
        *rest: Any,
    ) -> None:
        *more, sent = rest
        if sent.cancelled():
            promised.cancel()
        elif (error := sent.exception()) is None:
            promised.set_result(sent.result())
        elif isinstance(error, BrokenExecutor) and left > 1 and not self._gone:
            self._anew = self._anew or ThreadPoolExecutor(1)
            self._anew.submit(self._again, pool, promised, left - 1, do, *more)
        else:
            promised.set_exception(error)

    def _again(self, lost: ProcessPoolExecutor, promised: Future[Any], *rest: Any) -> None:
        try:
            with self._beginning, warnings.catch_warnings():
                # of a copy beside our own threads, which hold nothing that it needs
                warnings.simplefilter("ignore", DeprecationWarning)
                if self._gone:
                    promised.cancel()
                    return
                if self._pool is lost:
                    self._pool = self._begin()
                self._send(promised, *rest)
        except BaseException as error:
            promised.set_exception(error)

    def close(self) -> None:
        """Wait for all that was begun."""
        while wait(self._asked, TICK).not_done:
            pass
        self._pool.shutdown()
        if self._anew is not None:
            self._anew.shutdown()

    def drop(self) -> None:
        """Let everything go: nothing that is ended from here on begins anew."""
        with self._beginning:
            self._gone = True
        if self._anew is not None:
            self._anew.shutdown(wait=False, cancel_futures=True)
        self._pool.shutdown(wait=False, cancel_futures=True)


@contextmanager
def _processes(given: Any, workers: int, way: str) -> Iterator[_Processes]:
    """Yield processes that are gone at the end, however it comes: none outlives this one.

    Only this process hears Ctrl-C; it then ends the others, and waits for nothing they do.
    """
    others = {*multiprocessing.active_children()}
    pool = _Processes(given, workers, way)
    try:
        yield pool
        pool.close()
    except BaseException as error:
        with _deaf():
            pool.drop()
            for child in {*multiprocessing.active_children()} - others:
                child.kill()
        if isinstance(error, BrokenExecutor):
            raise WorkerError(
                f"processes that worked at this were ended from outside {TRIES} times, most likely "
                "for want of memory. Take fewer --workers or --draws."
            ) from error
        raise


@contextmanager
def _deaf() -> Iterator[None]:
    """Hear no Ctrl-C: a second one keeps nobody from ending what the first one ends."""
    heard = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    if threading.current_thread() is not threading.main_thread() or None in heard.values():
        yield
        return
    for number in heard:
        signal.signal(number, signal.SIG_IGN)
    try:
        yield
    finally:
        for number, before in heard.items():
            signal.signal(number, before)


def let_go() -> None:
    """Hand memory that is free once more back to the system, where it can be told to.

    What large arrays took stays with a process otherwise, and beside others it is short of it; so
    does what is only held in circles, until Python looks for those.
    """
    gc.collect(1)  # among what is young
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)


_received: list[Any] = []  # in a copy: what was given, once


def _receive(given: Any, parent: int) -> None:
    _end_with(parent)
    threadpool_limits(1, "blas")  # more threads change the last bits of products
    _received.append(given)


def _do(do: Callable[..., Any], *more: Any) -> Any:
    return do(_received[-1], *more)


DEATH = 1  # PR_SET_PDEATHSIG


def _end_with(parent: int) -> None:
    """Let this process end when its parent does, and leave Ctrl-C to it; 0: whoever that is."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DEATH, signal.SIGKILL)
        if parent and os.getppid() != parent:  # it was gone before it could be told
            os._exit(1)
    else:
        threading.Thread(target=_wait_for_the_end, daemon=True).start()


def _wait_for_the_end() -> None:
    above = multiprocessing.parent_process()
    if above is not None:
        above.join()
        os._exit(1)
