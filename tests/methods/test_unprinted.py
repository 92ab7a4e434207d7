"""Lines that a solver prints of itself are dropped, those of others are not."""

import ctypes
import os
from threading import Barrier, Thread

import numpy as np
import pytest

from capworth.methods.portfolio.integer import Shared, best_within
from capworth.methods.portfolio.relations import Relations
from capworth.methods.unprinted import unprinted

C = ctypes.CDLL(None)


@pytest.mark.parametrize("seed", [24, 34, 117])  # of which HiGHS prints, as scipy 1.17 holds it
def test_the_solver_prints_nothing(seed: int, capfd: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(seed)
    value = rng.integers(1, 100, 20).astype(float)
    uses = rng.integers(1, 60, (3, 20)).astype(float)
    alone = rng.uniform(0, 50, (4, 20)) * (rng.random((4, 20)) < 0.3)
    shared = Shared(alone, alone.sum(axis=1) * 0.4)
    assert best_within(value, Relations(20), uses, uses.sum(axis=1) * 0.3, shared=shared)
    C.fflush(None)  # it would be held back for as long as the tests run
    assert capfd.readouterr() == ("", "")


def test_what_others_print_meanwhile_comes_after(capfd: pytest.CaptureFixture[str]) -> None:
    """Two threads at a time, of which the one that came first is the first to go."""
    both, gone = Barrier(2), Barrier(2)

    def first() -> None:
        with unprinted():
            os.write(1, b"Highs::solve of itself\nmine\n")
            both.wait(10)
        gone.wait(10)

    thread = Thread(target=first)
    thread.start()
    with unprinted():
        C.printf(b"Highs, held back by C\n")
        both.wait(10)
        gone.wait(10)
        os.write(1, b"HighsMip\nmine too\n")
        assert capfd.readouterr().out == ""
    thread.join()
    C.fflush(None)
    os.write(1, b"at once\n")
    assert capfd.readouterr().out == "mine\nmine too\nat once\n"
    open_before = len(os.listdir("/dev/fd")) if os.path.isdir("/dev/fd") else 0
    for _ in range(3):
        with unprinted():
            pass
    assert not open_before or len(os.listdir("/dev/fd")) == open_before
