"""Work on a cluster: the workers of a Dask scheduler, as one executor.

Needs the extra `cluster`. The same bytes as on one machine: a piece of work has its own random
streams, and a worker of other versions is refused.
"""

from __future__ import annotations

import asyncio
import logging
import pickle
import platform
import socket
import threading
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version
from typing import Any, Final
from urllib.parse import urlsplit

from threadpoolctl import threadpool_limits

from capworth.errors import CapworthError, InputError

ANSWER: Final = 5.0  # seconds, until a scheduler answers
PATIENCE: Final = 30.0  # seconds, until it has a worker, or has one again
TICK: Final = 1.0  # seconds between two looks
LOGGERS: Final = ("distributed", "distributed.client", "tornado.application")  # of Dask
PACKAGES: Final = ("capworth", "numpy", "scipy")  # that make the numbers


class ClusterError(CapworthError):
    """A cluster that cannot do the work, or was lost over it."""


@contextmanager
def on_dask(address: str) -> Iterator[Executor]:
    """Yield the workers of a Dask scheduler as an executor.

    Parameters
    ----------
    address : of the scheduler, such as `tcp://HOST:8786`

    Raises
    ------
    InputError
        When nobody answers there, or no worker comes.
    ClusterError
        When the extra `cluster` is not installed, a worker has other versions, work was lost with
        its worker again and again, or the scheduler or its last worker is gone.
    """
    try:
        import distributed
        from distributed.client import ClosedClientError, FutureCancelledError
        from distributed.scheduler import KilledWorker
    except ImportError as error:
        raise ClusterError("Dask needs the extra `cluster`: pip install 'capworth[cluster]'") from (
            error
        )
    nobody = InputError(
        f"{address}: no Dask scheduler answers there. Start it, or give its address like "
        "tcp://HOST:8786."
    )
    if not listens(address.removeprefix("tcp://").removeprefix("tls://")):
        raise nobody
    begin: Any = distributed.Client  # it says nothing of its types
    try:
        asyncio.run(_ask(distributed.rpc, address))  # a client that is not answered ends slowly
        client = begin(address, timeout=ANSWER, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise nobody from error
    workers = _Workers(client)
    with _quiet():
        try:
            _must_be_ready(client, address)
            yield workers
        except (KilledWorker, CancelledError, FutureCancelledError, ClosedClientError) as error:
            raise ClusterError(
                f"{address}: work was lost with its worker again and again, no worker is left, or "
                "the scheduler is gone. Give workers more memory, or start the cluster anew."
            ) from error
        finally:
            workers.close()
            client.close()


def _must_be_ready(client: Any, address: str) -> None:
    """Refuse a scheduler without a worker."""
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError as error:
        raise InputError(f"{address}: the scheduler has no worker. Start one.") from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Let Dask write no trace of its own about a scheduler that is gone: one sentence says so."""
    loggers = [logging.getLogger(name) for name in LOGGERS]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


def listens(address: str, port: int | None = None) -> bool:
    """Whether somebody listens at HOST:PORT, or at HOST where a port is usual."""
    try:
        parts = urlsplit(f"//{address}")
        where = (parts.hostname or "", parts.port or port or 0)
        socket.create_connection(where, ANSWER).close()
    except (OSError, ValueError):
        return False
    return True


async def _ask(kind: Any, address: str) -> None:
    """Ask a scheduler who it is."""
    asked = kind(address, timeout=ANSWER)
    try:
        await asyncio.wait_for(asked.identity(n_workers=0), ANSWER)
    finally:
        await asked.close_rpc()


class _Workers(Executor):
    """What is given is sent once, however many pieces of work need it.

    Of a scheduler that is gone Dask cancels what waits for it, but not an answer that it was just
    fetching; where the last worker is gone it waits for another. So somebody looks now and then.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._pool = client.get_executor(pure=False)
        self._given: Any = None
        self._sent: Any = None
        self._waiting: set[Future[Any]] = set()
        self._over = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def submit(self, do: Callable[..., Any], /, *args: Any, **words: Any) -> Future[Any]:
        """Begin `do(given, ...)` on a worker; the first argument is kept there."""
        given, *more = args
        if self._sent is None or self._given is not given:
            self._given, self._sent = given, self._send(given)
        sent = self._pool.submit(_done, versions(), do, self._sent, *more, **words)
        promised: Future[Any] = Future()
        self._waiting.add(promised)
        sent.add_done_callback(partial(self._hear, promised))
        return promised

    def close(self) -> None:
        """Look no longer; what was begun is let go with the client."""
        self._over.set()

    def _send(self, given: Any) -> Any:
        """Let a worker hold it, as work that is done again where that worker is lost."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Sending large graph", UserWarning)
            return self._client.submit(pickle.loads, pickle.dumps(given), pure=False)

    def _hear(self, promised: Future[Any], sent: Future[Any]) -> None:
        if not self._settles(promised):
            return
        error = CancelledError() if sent.cancelled() else sent.exception()
        if error is None:
            promised.set_result(sent.result())
        else:
            promised.set_exception(error)

    def _watch(self) -> None:
        while not self._over.wait(TICK):
            try:
                self._client.wait_for_workers(1, timeout=PATIENCE)
            except Exception:  # of the net, of Dask, of its loop: of many types
                for promised in filter(self._settles, tuple(self._waiting)):
                    promised.set_exception(CancelledError())

    def _settles(self, promised: Future[Any]) -> bool:
        """Whether nobody else has settled it: to be asked once by whoever does."""
        try:
            self._waiting.remove(promised)
        except KeyError:
            return False
        return promised.set_running_or_notify_cancel()


def versions() -> str:
    """Tell what makes the last bits of numbers on this machine."""
    packages = [f"{name} {version(name)}" for name in PACKAGES]
    return ", ".join([f"Python {platform.python_version()}", platform.machine(), *packages])


def _done(asked: str, do: Callable[..., Any], given: Any, *more: Any, **words: Any) -> Any:
    if (here := versions()) != asked:
        raise ClusterError(f"a worker has {here}, and this machine {asked}. Make them alike.")
    with threadpool_limits(1, "blas"):  # more threads change the last bits of products
        return do(given, *more, **words)
