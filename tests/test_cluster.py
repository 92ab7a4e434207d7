"""A real Dask scheduler and its workers on loopback: the same bytes, and a worker that is killed.

The draws of a run that was ended, gone on with.
"""

import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import CancelledError, Executor, Future
from hashlib import sha256
from operator import mul
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from capworth import cluster
from capworth.case.read import read_case
from capworth.cli import main
from capworth.cluster import ClusterError, on_dask
from capworth.errors import InputError
from capworth.model.simulation import CHUNK, Sample, draw_sample
from capworth.runs.chunks import Chunks
from capworth.runs.run import run

if os.environ.get("CAPWORTH_CI") != "1":
    pytest.importorskip("distributed")  # in CI it is never skipped

DRAWS = 3 * CHUNK + 500


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Cluster:
    """A scheduler and workers, each a process of its own, told of in files."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.begun = folder, list[subprocess.Popen[bytes]]()
        port = free_port()
        self.address = f"tcp://127.0.0.1:{port}"
        self._begin("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
        self._wait("scheduler", "Scheduler at")

    def worker(self, name: str) -> subprocess.Popen[bytes]:
        alone = ("--no-nanny", "--no-dashboard", "--nthreads", "1", "--host", "127.0.0.1")
        last = ("--death-timeout", "30")  # none outlives its scheduler
        self._begin("worker", self.address, "--name", name, *alone, *last, log=name)
        self._wait(name, "Registered to")
        return self.begun[-1]

    def _begin(self, kind: str, *words: str, log: str = "") -> None:
        line = [sys.executable, "-m", "distributed.cli.dask_" + kind, *words]
        with (self.folder / f"{log or kind}.log").open("wb") as told:
            self.begun.append(subprocess.Popen(line, stdout=told, stderr=told, cwd=self.folder))

    def _wait(self, log: str, words: str) -> None:
        until = monotonic() + 90
        while words not in (told := (self.folder / f"{log}.log").read_text("utf-8")):
            assert monotonic() < until, told
            assert self.begun[-1].poll() is None, told
            sleep(0.05)

    def close(self) -> None:
        for process in reversed(self.begun):
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("dask"))
    try:
        made.worker("one")
        yield made
    finally:
        made.close()


def bytes_of(sample: Sample) -> str:
    digest = sha256()
    for part in (sample.drawn.cost, sample.drawn.gains.net, sample.drawn.levels):
        digest.update(np.ascontiguousarray(part).tobytes())
    for counts in (sample.tallies.score.alone, sample.tallies.value.wins):
        digest.update(np.ascontiguousarray(counts).tobytes())
    return digest.hexdigest()


@pytest.fixture(scope="module")
def alone(small_folder: Path) -> str:
    return bytes_of(draw_sample(read_case(small_folder), DRAWS))


class Killing(Executor):
    """An executor that ends a worker from outside once the first piece of work is back."""

    def __init__(self, inner: Executor, worker: subprocess.Popen[bytes]) -> None:
        self.inner, self.worker = inner, worker

    def submit(self, do: Any, /, *args: Any, **words: Any) -> Future[Any]:
        future = self.inner.submit(do, *args, **words)
        future.add_done_callback(lambda _: self.worker.kill())
        return future


@pytest.mark.long
def test_a_worker_that_is_killed_loses_nothing(
    dask: Cluster, small_folder: Path, alone: str
) -> None:
    """It held the model and a chunk; both are made again by the other."""
    second = dask.worker("two")
    with on_dask(dask.address) as executor:
        found = draw_sample(read_case(small_folder), DRAWS, executor=Killing(executor, second))
    assert second.wait(10) == -signal.SIGKILL
    assert bytes_of(found) == alone


@pytest.mark.long
def test_a_run_on_a_cluster_has_the_same_bytes(
    dask: Cluster, small_folder: Path, tmp_path: Path
) -> None:
    words = ["run", str(small_folder), "--draws", "500", "--format", "html", "--lang", "en"]
    for name, more in (("here", ["--workers", "1"]), ("there", ["--dask", dask.address])):
        done = CliRunner().invoke(main, [*words, "--out", str(tmp_path / name), *more])
        assert done.exit_code == 0, done.output
    sums = [(tmp_path / name / "manifest.json").read_bytes() for name in ("here", "there")]
    assert sums[0] == sums[1]  # it holds the hash of every file


def test_the_model_is_sent_once(dask: Cluster, small_folder: Path) -> None:
    with on_dask(dask.address) as executor:
        sent = []
        send = executor._send  # type: ignore[attr-defined]

        def told(given: Any) -> Any:
            sent.append(given)
            return send(given)

        executor._send = told  # type: ignore[attr-defined]
        draw_sample(read_case(small_folder), 3 * CHUNK, executor=executor)
        draw_sample(read_case(small_folder), 100, executor=executor)
    assert len(sent) == 2  # one for each model, whatever the number of chunks


def test_a_worker_of_other_versions_is_refused(
    dask: Cluster, small_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "versions", lambda: "numpy 0.1")
    with on_dask(dask.address) as executor, pytest.raises(ClusterError, match="this machine numpy"):
        draw_sample(read_case(small_folder), 100, executor=executor)


def test_a_scheduler_that_does_not_answer(small_folder: Path, tmp_path: Path) -> None:
    address = f"tcp://127.0.0.1:{free_port()}"
    out = tmp_path / "run"
    done = CliRunner().invoke(
        main, ["run", str(small_folder), "--out", str(out), "--dask", address]
    )
    assert (done.exit_code, out.exists()) == (2, False)
    assert done.stderr == (
        f"{address}: no Dask scheduler answers there. Start it, or give its address like "
        "tcp://HOST:8786.\n"
    )


@pytest.mark.parametrize("address", ["", "nonsense", "http://127.0.0.1:1", "tcp://127.0.0.1:1e9"])
def test_what_is_no_address_is_told_at_once(address: str) -> None:
    begun = monotonic()
    with pytest.raises(InputError, match="no Dask scheduler answers there"), on_dask(address):
        pass
    assert monotonic() - begun < cluster.ANSWER


def test_somebody_who_listens_and_says_nothing(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cluster, "ANSWER", 0.3)
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        address = "tcp://{}:{}".format(*mute.getsockname())
        with pytest.raises(InputError, match="no Dask scheduler answers there"), on_dask(address):
            pass
    assert capfd.readouterr() == ("", "")


@pytest.mark.long
def test_a_scheduler_that_goes_in_mid_run(
    small_folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What waits for it is told in one sentence, and Dask says nothing of its own."""
    going = Cluster(tmp_path)
    loggers = [logging.getLogger(name) for name in ("distributed", "distributed.client")]
    for logger in loggers:
        logger.addHandler(caplog.handler)
    try:
        going.worker("one")
        told = pytest.raises(ClusterError, match="or the scheduler is gone")
        with told, on_dask(going.address) as executor:
            killing = Killing(executor, going.begun[0])
            draw_sample(read_case(small_folder), 20 * CHUNK, executor=killing)
    finally:
        going.close()
        for logger in loggers:
            logger.removeHandler(caplog.handler)
    assert not caplog.records


@pytest.mark.long
@pytest.mark.parametrize("status", ["connecting", "closed"])
def test_work_for_a_scheduler_that_is_gone_is_not_waited_for(
    status: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither while Dask seeks it anew, nor when it has given up."""
    monkeypatch.setattr(cluster, "PATIENCE", 1.0)
    going = Cluster(tmp_path)
    told = pytest.raises(ClusterError, match="or the scheduler is gone")
    try:
        going.worker("one")
        with told, on_dask(going.address) as executor:
            assert executor.submit(mul, 21, 2).result(30) == 42
            going.begun[0].kill()
            until = monotonic() + 30
            while executor._client.status != status:  # type: ignore[attr-defined]
                assert monotonic() < until
                sleep(0.01)
            executor.submit(mul, 21, 2).result(30)
    finally:
        going.close()


@pytest.mark.long
def test_nobody_waits_for_ever_for_another_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 1.0)
    going = Cluster(tmp_path)
    told = pytest.raises(ClusterError, match="start the cluster anew")
    try:
        last = going.worker("one")
        with told, on_dask(going.address) as executor:
            assert executor.submit(mul, 21, 2).result(30) == 42
            last.kill()
            executor.submit(mul, 21, 2).result(30)
    finally:
        going.close()


class Mute(Executor):
    """Of a scheduler that went while an answer was fetched: Dask never says so."""

    def __init__(self) -> None:
        self.gone, self.asked = False, list[Future[int]]()

    def wait_for_workers(self, _: int, timeout: float) -> None:
        if self.gone:
            raise OSError(f"nobody in {timeout} seconds")

    def get_executor(self, pure: bool) -> Executor:
        return self

    def submit(self, *_: Any, **__: Any) -> Future[Any]:  # of a client and of its executor
        self.asked.append(Future())
        return self.asked[-1]


def test_an_answer_that_never_comes_is_waited_for_while_the_scheduler_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cluster, "TICK", 0.01)
    mute = Mute()
    workers = cluster._Workers(mute)
    first, second, third = (workers.submit(mul, 21, 2) for _ in range(3))
    _, *sent = mute.asked  # the first is what is given
    sent[0].set_result(42)
    assert first.result(0) == 42
    with pytest.raises(TimeoutError):
        second.result(0.5)
    mute.gone = True
    with pytest.raises(CancelledError):
        second.result(10)
    with pytest.raises(CancelledError):
        third.result(10)
    sent[1].set_result(42)  # too late, and heard without a word
    workers.close()


def test_a_scheduler_without_a_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 0.3)
    idle = Cluster(tmp_path)
    try:
        with pytest.raises(InputError, match="has no worker"), on_dask(idle.address):
            pass
    finally:
        idle.close()


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    refused = pytest.raises(ClusterError, match=r"pip install 'capworth\[cluster\]'")
    with refused, on_dask("tcp://127.0.0.1:1"):
        pass


# ------------------------------------------------------------------------------- gone on with


class StoppedError(Exception):
    """What ends a run here."""


def interrupted(folder: Path, kept_in: Path, done: int = 2) -> None:
    """Draw, and be ended once so many chunks are kept."""

    def stop(_: str, drawn: int, __: int) -> None:
        if drawn >= done * CHUNK:
            raise StoppedError

    store = Chunks.of(kept_in, read_case(folder))
    with pytest.raises(StoppedError):
        draw_sample(read_case(folder), DRAWS, progress=stop, store=store)


def test_a_resumed_sample_has_the_same_bytes(
    small_folder: Path, tmp_path: Path, alone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted(small_folder, tmp_path)
    assert len([*tmp_path.glob("*.npz")]) == 2
    done: list[int] = []
    from capworth.model import simulation

    work = simulation._chunk

    def told(*words: Any) -> Any:
        done.append(words[2])
        return work(*words)

    monkeypatch.setattr(simulation, "_chunk", told)
    store = Chunks.of(tmp_path, read_case(small_folder))
    found = draw_sample(read_case(small_folder), DRAWS, store=store)
    assert bytes_of(found) == alone
    assert done == [2 * CHUNK, 3 * CHUNK]  # the others were not drawn again


def test_a_chunk_of_another_case_seed_version_or_size_is_never_found(
    small_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from capworth.model.simulation import Chunk
    from capworth.runs import chunks

    case = read_case(small_folder)
    interrupted(small_folder, tmp_path, 1)
    assert Chunks.of(tmp_path, case).load(Chunk, 0, CHUNK) is not None
    others = {
        "seed": Chunks.of(tmp_path, case.assuming(seed=case.settings.seed + 1)),
        "case": Chunks.of(tmp_path, case.assuming(budget=1e6)),
    }
    monkeypatch.setattr(chunks, "_versions", lambda: "another")
    others["version"] = Chunks.of(tmp_path, case)
    found = {name: store.load(Chunk, 0, CHUNK) for name, store in others.items()}
    assert found == dict.fromkeys(others)
    monkeypatch.undo()
    assert Chunks.of(tmp_path, case).load(Chunk, 0, CHUNK - 1) is None
    assert Chunks.of(tmp_path, case).load(Chunk, 1, CHUNK) is None


def test_a_torn_chunk_is_drawn_again(small_folder: Path, tmp_path: Path, alone: str) -> None:
    interrupted(small_folder, tmp_path)
    one, other = sorted(tmp_path.glob("*.npz"))
    one.write_bytes(one.read_bytes()[:-100])
    other.write_bytes(b"")
    store = Chunks.of(tmp_path, read_case(small_folder))
    assert bytes_of(draw_sample(read_case(small_folder), DRAWS, store=store)) == alone


@pytest.mark.long
def test_a_killed_run_is_resumed_to_the_byte(small_folder: Path, tmp_path: Path) -> None:
    """From the command line: ended with SIGKILL once a chunk is kept, then run again."""
    words = ["run", str(small_folder), "--draws", "30000", "--format", "html", "--lang", "en"]
    out, whole = tmp_path / "run", tmp_path / "whole"
    kept = tmp_path / ".run.chunks"
    line = [sys.executable, "-m", "capworth.cli", *words, "--out", str(out), "--resume"]
    with subprocess.Popen([*line, "--workers", "1"], stderr=subprocess.DEVNULL) as process:
        until = monotonic() + 120
        while not [*kept.glob("*.npz")]:
            assert monotonic() < until
            assert process.poll() is None
            sleep(0.01)
        process.kill()
    assert not out.exists()
    run(small_folder, whole, 30_000, languages=["en"], formats=["html"])
    run(small_folder, out, 30_000, languages=["en"], formats=["html"], resume=True)
    assert (out / "manifest.json").read_bytes() == (whole / "manifest.json").read_bytes()
    assert not kept.exists()


# ------------------------------------------------------------------------------- many cases


@pytest.mark.long
def test_a_batch_runs_every_case_and_scenario_and_tells_what_it_could_not(
    dask: Cluster, small_folder: Path, tmp_path: Path
) -> None:
    swept = tmp_path / "swept"
    shutil.copytree(small_folder, swept)
    (swept / "scenarios.toml").write_text(
        '[poor]\nname = "Half the money"\n[poor.settings]\nbudget = 40000\n', encoding="utf-8"
    )
    broken = tmp_path / "broken"
    shutil.copytree(small_folder, broken)
    (broken / "costs.csv").unlink()
    out = tmp_path / "runs"
    words = ["batch", str(broken), str(swept), "--scenarios", "--out", str(out), "--draws", "200"]
    more = ["--format", "html", "--lang", "en", "--dask", dask.address]
    done = CliRunner().invoke(main, [*words, *more])
    name = read_case(swept).settings.name
    assert done.exit_code == 2
    assert "costs.csv" in done.stderr
    table = pd.read_csv(out / "batch.csv", index_col=0)
    assert list(table.index) == [name, f"{name}-poor"]
    for run_name in table.index:
        chosen = json.loads((out / run_name / "manifest.json").read_text("utf-8"))
        assert chosen["settings"]["draws"] == 200
    # the sweep's programme is that of the same scenario run by itself
    run(swept, tmp_path / "alone", 200, languages=["en"], formats=["html"], scenario="poor")
    assert (tmp_path / "alone" / "manifest.json").read_bytes() == (
        out / f"{name}-poor" / "manifest.json"
    ).read_bytes()
    again = CliRunner().invoke(main, ["batch", str(swept), str(swept), "--out", str(out)])
    assert again.exit_code == 2
    assert "another case is called" in again.stderr
