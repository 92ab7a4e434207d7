import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capworth.methods.acceptability.smaa import in_chunks


@given(st.integers(0, 60), st.integers(1, 17), st.integers(1, 4))
def test_every_draw_is_in_one_chunk_and_chunks_come_in_order(
    draws: int, size: int, workers: int
) -> None:
    done = list(in_chunks(lambda k, many: (k, many), draws=draws, size=size, workers=workers))
    assert [chunk for chunk, _ in done] == list(range(len(done)))
    assert sum(many for _, many in done) == draws
    assert all(many == size for _, many in done[:-1])


def test_a_start_leaves_out_what_was_done() -> None:
    assert list(in_chunks(lambda *job: job, draws=10, size=4, start=1)) == [(1, 4), (2, 2)]


def test_order_holds_when_early_chunks_are_slow_and_few_are_under_way() -> None:
    lock, waiting, most = threading.Lock(), 0, 0

    def work(chunk: int, many: int) -> int:
        nonlocal waiting, most
        with lock:
            waiting += 1
            most = max(most, waiting)
        time.sleep(0.004 if chunk % 3 == 0 else 0.0)
        return chunk

    taken = []
    for chunk in in_chunks(work, draws=40, size=1, workers=3):
        taken.append(chunk)
        with lock:
            waiting -= 1
    assert taken == list(range(40))
    assert most <= 7  # six submitted, and the one being taken


def test_a_fault_in_a_worker_reaches_the_caller() -> None:
    def work(chunk: int, many: int) -> int:
        if chunk == 2:
            raise ValueError("chunk 2")
        return chunk

    for workers in (1, 3):
        with pytest.raises(ValueError, match="chunk 2"):
            list(in_chunks(work, draws=9, size=1, workers=workers))
