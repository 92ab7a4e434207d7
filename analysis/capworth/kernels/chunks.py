"""Draws in chunks of a fixed size, by any number of workers, with results in chunk order.

Memory stays flat however many draws there are, and the results do not depend on who did what.
"""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def in_chunks(
    work: Callable[[int, int], T], *, draws: int, size: int, workers: int = 1, start: int = 0
) -> Iterator[T]:
    """Give `work(chunk, draws in it)` for every chunk from `start` on, in chunk order.

    Threads share the work: numpy leaves the interpreter free while it computes. At most two chunks
    a worker are under way or waiting, so memory does not grow with draws.

    Parameters
    ----------
    work : takes the number of the chunk and how many draws it has; must not depend on other chunks
    draws : in all chunks together, those before `start` included
    size : draws in each chunk; the last may have fewer

    >>> list(in_chunks(lambda chunk, draws: (chunk, draws), draws=10, size=4))
    [(0, 4), (1, 4), (2, 2)]
    """
    todo = [(chunk, min(size, draws - chunk * size)) for chunk in range(start, -(-draws // size))]
    if workers <= 1 or len(todo) <= 1:
        for chunk, many in todo:
            yield work(chunk, many)
        return
    with ThreadPoolExecutor(workers) as pool:
        waiting: deque[Future[T]] = deque()
        for chunk, many in todo:
            waiting.append(pool.submit(work, chunk, many))
            if len(waiting) >= 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
