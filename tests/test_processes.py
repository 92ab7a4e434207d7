"""Work side by side: the same answers from copies, threads and one process, faults told alike.

Copies are tried in a process of its own: that of the tests may have threads (each worker of
pytest-xdist has) or have met the typesetter, and then makes none.
"""

import gc
import os
import signal
import subprocess
import sys
import threading
import time
import weakref
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from capworth import parallel
from capworth.errors import InputError
from capworth.parallel import WorkerError, beside, copies_are_safe, mapped


def times(given: int, factor: int) -> int:
    if factor < 0:
        raise InputError(f"factor: {factor} is below 0.")
    return given * factor


def of_copy(given: list[int], _: int) -> tuple[int, int]:
    given.append(1)
    return len(given), threading.active_count()


@pytest.fixture
def accompanied() -> Any:
    """A process with a second thread, of which no safe copy can be made."""
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    yield
    done.set()
    thread.join()


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_answers_do_not_hang_on_the_workers(workers: int) -> None:
    with beside(7, workers) as submit:
        futures = [submit(times, k) for k in range(20)]
        assert [f.result() for f in futures] == [7 * k for k in range(20)]


def test_somebody_elses_executor_is_used_and_left_open() -> None:
    with ThreadPoolExecutor(1) as pool:
        for _ in range(2):
            with beside(7, 4, pool) as submit:
                assert submit(times, 6).result() == 42


@pytest.mark.usefixtures("accompanied")
def test_a_process_with_threads_is_not_copied() -> None:
    assert not copies_are_safe()
    given: list[int] = []
    with beside(given, 2) as submit:
        submit(of_copy, 0).result()
    assert given == [1]  # the thread shares our memory


COPIED = """
import os
from capworth.errors import InputError
from capworth.parallel import WorkerError, beside, copies_are_safe, mapped

def of_copy(given, factor):
    if factor < 0:
        raise InputError(f"factor: {factor} is below 0.")
    given.append(1)
    return 7 * factor, len(given) > 0, os.getpid() != mine

mine = os.getpid()
for workers in (2, 3):
    given = []
    with beside(given, workers) as submit:
        futures = [submit(of_copy, k) for k in range(20)]
        assert [f.result() for f in futures] == [(7 * k, True, True) for k in range(20)]
        try:
            submit(of_copy, -1).result()
        except InputError as error:
            fault = str(error)
    print(workers, given, copies_are_safe(), fault)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="copies are made on Linux only")
def test_copies_answer_alike_and_leave_what_was_given_as_it_was() -> None:
    done = subprocess.run(
        [sys.executable, "-c", COPIED], capture_output=True, check=True, text=True
    )
    fault = "factor: -1 is below 0."
    assert done.stdout.splitlines() == [f"2 [] True {fault}", f"3 [] True {fault}"]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_fault_is_told_as_it_was(workers: int) -> None:
    with beside(7, workers) as submit, pytest.raises(InputError, match="factor: -1 is below 0"):
        submit(times, -1).result()


BUSY = """
import os, sys, time
from capworth.parallel import mapped

def work(given, k):
    os.write(1, f"{os.getpid()}\\n".encode())
    time.sleep(60)

if __name__ == "__main__":
    with mapped(0, 2) as make:
        list(make(work, range(8)))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="signals as Linux has them")
@pytest.mark.parametrize("ends", [["SIGKILL"], ["SIGTERM"], ["SIGINT", "SIGINT"]])
def test_no_process_outlives_the_one_that_began_it(ends: list[str], tmp_path: Path) -> None:
    """Two Ctrl-C go to all of a terminal's processes, and do not hang."""
    script = tmp_path / "busy.py"
    script.write_text(BUSY, encoding="utf-8")
    words = [sys.executable, str(script)]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        workers = [int(process.stdout.readline()) for _ in range(2)]
        for end in ends:
            if end == "SIGINT":
                os.killpg(process.pid, signal.SIGINT)
                time.sleep(0.05)
            else:
                process.send_signal(getattr(signal, end))
        process.wait(timeout=20)
    deadline = time.monotonic() + 10
    while any(is_alive(pid) for pid in workers):
        assert time.monotonic() < deadline, workers
        time.sleep(0.05)


ENDED = """
import sys, time
from pathlib import Path
from types import SimpleNamespace

import click

from capworth import cli, parallel
from capworth.runs.place import replacing

def work(given, k):
    time.sleep(60)

@click.command()
def slow():
    with replacing(Path(sys.argv[1])) as fresh, parallel.mapped(0, 2) as make:
        (fresh / "half").write_text("half")
        begun = make(work, range(8))
        print("ready", flush=True)
        list(begun)

if __name__ == "__main__":
    sys.modules["capworth.cli.new"] = SimpleNamespace(command=slow)
    cli.main(["new"])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="signals as Linux has them")
@pytest.mark.parametrize(
    ("end", "code", "said"),
    [("SIGINT", 130, "Interrupted: nothing was left half-written.\n"), ("SIGTERM", 143, "")],
)
@pytest.mark.parametrize("times", [1, 3])
def test_a_command_ends_in_order_however_often_it_is_told(
    end: str, code: int, said: str, times: int, tmp_path: Path
) -> None:
    """No second Ctrl-C keeps the first from tidying up, and no thread complains of the end."""
    script = tmp_path / "slow.py"
    script.write_text(ENDED, encoding="utf-8")
    words = [sys.executable, str(script), str(tmp_path / "run")]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        for _ in range(times):
            os.killpg(process.pid, getattr(signal, end))
            time.sleep(0.02)
        _, told = process.communicate(timeout=20)
    assert (process.returncode, told) == (code, said)
    assert [p.name for p in tmp_path.iterdir()] == ["slow.py"]


LET_GO = """
import multiprocessing, time
from capworth.parallel import mapped

def work(given, k):
    time.sleep(60)

if __name__ == "__main__":
    try:
        with mapped(0, 2) as make:
            make(work, range(8))
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        time.sleep(0.3)  # in which something lost could begin anew
    left = multiprocessing.active_children()
    print(len(left))
    for child in left:
        child.kill()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="copies are made on Linux only")
def test_what_is_held_in_a_circle_is_let_go() -> None:
    class Circle(list[object]):
        """A list, of which there are weak references."""

    gc.disable()
    try:
        circle = Circle()
        circle.append(circle)
        held = weakref.ref(circle)
        del circle
        parallel.let_go()
        assert held() is None
    finally:
        gc.enable()


def test_what_was_let_go_does_not_begin_anew() -> None:
    words = [sys.executable, "-c", LET_GO]
    done = subprocess.run(words, capture_output=True, check=True, text=True, timeout=30)
    assert (done.stdout, done.stderr) == ("0\n", "")


def is_alive(pid: int) -> bool:
    """Whether a process works; one that is dead and not yet buried does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def die(_: int, __: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.skipif(sys.platform != "linux", reason="signals as Linux has them")
def test_a_worker_ended_from_outside_is_told_in_a_sentence() -> None:
    with pytest.raises(WorkerError, match="want of memory"), mapped(0, 2) as make:
        list(make(die, range(4)))


LOST = """
import os, signal, sys
from pathlib import Path
from capworth.parallel import beside, copies_are_safe, mapped

def work(given, k):
    if k == 3 and not Path(sys.argv[1]).exists():
        Path(sys.argv[1]).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return given * k, os.getpid() != mine

mine = os.getpid()
assert copies_are_safe()
if sys.argv[2] == "beside":
    with beside(7, 2) as submit:
        futures = [submit(work, k) for k in range(20)]
        found = [future.result() for future in futures]
else:
    with mapped(7, 2) as make:
        found = [*make(work, range(20))]
assert Path(sys.argv[1]).exists()
print(found == [(7 * k, True) for k in range(20)])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="copies are made on Linux only")
@pytest.mark.parametrize("way", ["beside", "mapped"])
def test_a_lost_process_loses_its_piece_and_not_the_run(way: str, tmp_path: Path) -> None:
    words = [sys.executable, "-c", LOST, str(tmp_path / "lost"), way]
    done = subprocess.run(words, capture_output=True, check=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("True\n", "")


KILLED = """
import os, signal, sys
from pathlib import Path
from capworth.case.read import read_case
from capworth.model import simulation
from capworth.study import stages
from capworth.study.tables import as_csv, tables_of

plain, found, marks = simulation._chunk, stages._found, Path(sys.argv[2])

def die_once(where):
    mark = marks / where
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)

def chunk(*given):
    die_once("chunk")
    return plain(*given)

def answer(given, name, *needs):
    if name == "economics":
        die_once(name)
    return found(given, name, *needs)

case = read_case(Path(sys.argv[1]))
one = tables_of(stages.run_study(case, 60))
simulation._chunk, stages._found = chunk, answer
other = tables_of(stages.run_study(case, 60, workers=2))
assert len([*marks.iterdir()]) == 2
print({name: as_csv(table) for name, table in one.items()}
      == {name: as_csv(table) for name, table in other.items()})
"""


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="copies are made on Linux only")
def test_a_study_that_loses_a_process_has_the_same_numbers(
    small_folder: Path, tmp_path: Path
) -> None:
    words = [sys.executable, "-c", KILLED, str(small_folder), str(tmp_path)]
    done = subprocess.run(words, capture_output=True, check=False, text=True, timeout=200)
    assert (done.stdout, done.stderr) == ("True\n", "")


KERNEL = """
import operator, os, sys, threading
sys.ps1 = "In : "
from capworth import read_case, run_study
from capworth.parallel import beside, copies_are_safe, way_of_processes
from capworth.study.tables import as_csv, tables_of

still = threading.Event()
threading.Thread(target=still.wait).start()
assert not copies_are_safe()
assert way_of_processes() == "forkserver"
case = read_case({case!r})
found = []
for workers in (1, 2):
    tables = tables_of(run_study(case, draws=60, workers=workers, progress=False))
    found.append([(name, as_csv(table)) for name, table in tables.items()])
with beside(os.getpid, 2) as submit:
    elsewhere = submit(operator.call).result() != os.getpid()
still.set()
print(found[0] == found[1], len(found[0]) > 50, elsewhere)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="a server of copies is kept on Linux only")
def test_a_notebook_works_in_processes_with_the_same_bytes(small_folder: Path) -> None:
    """As a kernel does: it asks, other threads run, and no file is the program."""
    words = [sys.executable, "-c", KERNEL.format(case=str(small_folder))]
    done = subprocess.run(words, capture_output=True, check=True, text=True, timeout=120)
    assert done.stdout == "True True True\n"
    assert done.stderr == ""


class Slow(Future[int]):
    """Is done after some looks."""

    looks = 0

    def result(self, timeout: float | None = None) -> int:
        self.looks += 1
        if self.looks == 3:
            self.set_result(7)
        return super().result(timeout)


def test_a_wait_looks_up_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A signal that came just before a wait began is heard at its next tick."""
    monkeypatch.setattr(parallel, "TICK", 0.01)
    promised = Slow()
    assert parallel.result_of(promised) == 7
    assert promised.looks == 3
    failed: Future[int] = Future()
    failed.set_exception(TimeoutError("of the work"))
    with pytest.raises(TimeoutError, match="of the work"):
        parallel.result_of(failed)
