"""Exchange logs on Spark: a real master and worker on loopback, and the rows of DuckDB."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from capworth.cli import main
from capworth.errors import CapworthError, CaseError, InputError
from capworth.logs import LoggedActivity, count_activity, spark

if os.environ.get("CAPWORTH_SPARK") != "1":  # they have a lock and a step of CI of their own
    pytest.skip("make spark runs these, and skips none", allow_module_level=True)

pytestmark = [  # the gateway to Java leaves its sockets to the end of the process
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

TIMES = (  # what one engine or the other takes for a time, and what is one
    "2019-01-01",
    "2019-01-01 00:30",
    "2019-01-01T00:30:00+02:00",
    "2019-01-01T00:30:00+0200",
    "2019-01-01T00:30:00-01",
    "2019-06-30 23:59:59.123456789Z",
)
NO_TIMES = (
    "2019",
    "12:30",
    "2019-1-1",
    "epoch",
    "infinity",
    "2019-02-30",
    "2019-01-01 24:00:00",
    "2019-01-01T00:30Z",
    "2019-01-01 00:00:00 Europe/Paris",
)
NO_SECONDS = ("1d", "1_000", "0x1F", "NaN", "Infinity", "-1", "1,5", "1e400")
QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto"  # these tests are short
HEAD = "time,capability,member,answered_by,hit,seconds,event\n"


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Cluster:
    """A master of Spark's standalone mode and workers, which end with these tests."""

    def __init__(self, folder: Path) -> None:
        import pyspark

        self.folder, self.begun = folder, list[subprocess.Popen[bytes]]()
        self.home = Path(pyspark.__file__).parent
        port = _free_port()
        self.url = f"spark://127.0.0.1:{port}"
        self._begin("Master", "elected leader", "--port", str(port))

    def worker(self) -> None:
        small = ("--cores", "1", "--memory", "1g")
        self._begin("Worker", "registered with master", *small, self.url)

    def kill_worker(self) -> None:
        """End the first worker and its executor from outside."""
        self._end(self.begun.pop(1))

    def close(self) -> None:
        while self.begun:
            self._end(self.begun.pop())

    def _begin(self, kind: str, words: str, *more: str) -> None:
        around = {
            **os.environ,
            "SPARK_HOME": str(self.home),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_WORKER_DIR": str(self.folder / "work"),
            "SPARK_DAEMON_MEMORY": "256m",
            "SPARK_DAEMON_JAVA_OPTS": QUICK,
        }
        name = f"org.apache.spark.deploy.{kind.lower()}.{kind}"
        line = [str(self.home / "bin" / "spark-class"), name, "--host", "127.0.0.1"]
        told = self.folder / f"{kind}-{len(self.begun)}.log"
        with told.open("wb") as log:
            process = subprocess.Popen(
                [*line, "--webui-port", "0", *more],
                env=around,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=lambda: ctypes.CDLL(None).prctl(1, signal.SIGKILL),  # ends with us
            )
        self.begun.append(process)
        until = monotonic() + 120
        while words not in (seen := told.read_text("utf-8", errors="replace")):
            assert monotonic() < until, seen
            assert process.poll() is None, seen
            sleep(0.1)

    @staticmethod
    def _end(process: subprocess.Popen[bytes]) -> None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("spark"))
    try:
        made.worker()
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def session(cluster: Cluster) -> Iterator[str]:
    """A session of that master, begun once for all tests; in few parts, and soon compiled."""
    from pyspark.sql import SparkSession

    quick = dict.fromkeys(
        ("spark.driver.extraJavaOptions", "spark.executor.extraJavaOptions"), QUICK
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spark, "OPTIONS", spark.OPTIONS | quick)
        patch.setattr(spark, "SETTINGS", spark.SETTINGS | {"spark.sql.shuffle.partitions": "1"})
        base = spark._begin(SparkSession, cluster.url)
        yield cluster.url
    base.stop()


def write_csv(path: Path, count: int, seed: int) -> Path:
    rng = np.random.default_rng(seed)
    lines = [
        f"{TIMES[k % len(TIMES)]},{rng.choice([' REG', 'LAB '])},{rng.choice(['FRA', 'EGY', ''])},"
        f'"{rng.choice(["ESP", "EGY"])}",{rng.choice(["yes", "0"])},'
        f"{rng.choice(['0.001', ' 1', '10', '1e2', '', '.5'])},{rng.choice(['', f'e{seed}{k}'])}\n"
        for k in range(count)
    ]
    again = [line for line in lines if not line.endswith(",\n")][:3]
    path.write_text(HEAD + "".join(lines + again), encoding="utf-8")
    return path


def test_rows_on_a_cluster_are_those_of_duckdb(session: str, tmp_path: Path) -> None:
    """Text with offsets, blanks and repeats, columns in two orders, a name with a space."""
    write_csv(tmp_path / "one log.csv", 300, 1)
    second = pd.read_csv(write_csv(tmp_path / "2.csv", 200, 2), dtype=str, keep_default_na=False)
    second[second.columns[::-1]].to_csv(tmp_path / "2.csv", index=False)
    duck = count_activity([tmp_path], "LEDGER")
    cluster = count_activity([tmp_path], "LEDGER", engine="spark", master=session)
    assert cluster.to_csv() == duck.to_csv()
    assert cluster.repeats == duck.repeats == 6
    pd.testing.assert_frame_equal(cluster.by_dyad(), duck.by_dyad())
    pd.testing.assert_frame_equal(cluster.by_member(), duck.by_member())
    pd.testing.assert_frame_equal(cluster.by_month(), duck.by_month())


# ------------------------------------------------------------------------ a long log, every trap

MANY = 1_000_000
WHEN = np.datetime64("2019-01-01T00:00:00", "s")
GAP = 120  # days without an event, from the end of May on


def long_log(folder: Path, count: int, seed: int = 3) -> dict[str, int]:
    """Write a log of text in two files, of other columns and order, beside two that are empty.

    Times of five ways of writing, of a zone with summer time too; seconds as text of many ways and
    blank ones; members and capabilities with blanks around them, and none; events told again in the
    other file; months without an event; names of files with a space; carriage returns.

    Returns
    -------
    How many events each month has, such as 2019-01.
    """
    rng = np.random.default_rng(seed)
    moved = rng.integers(0, 2 * 365 - GAP, count)
    moved[moved >= 150] += GAP
    utc = WHEN + moved * 86_400 + rng.integers(0, 86_400, count)
    year = utc.astype("datetime64[Y]")
    last = {m: (year + 1).astype("datetime64[M]") - (12 - m) for m in (3, 10)}  # month after
    turns = [_last_sunday(month) + np.timedelta64(1, "h") for month in last.values()]
    paris = np.where((utc >= turns[0]) & (utc < turns[1]), 2, 1)
    ways = [
        np.datetime_as_string(utc),
        np.char.replace(np.datetime_as_string(utc), "T", " "),
        np.char.add(np.datetime_as_string(utc), ".123456789Z"),
        np.char.add(
            np.datetime_as_string(utc + paris * 3600), np.where(paris == 2, "+02:00", "+01")
        ),
        np.char.add(np.datetime_as_string(utc - 12_600), "-0330"),
    ]
    frame = pd.DataFrame(
        {
            "time": np.choose(rng.integers(0, len(ways), count), ways),
            "capability": rng.choice(["REG", " LAB", "Red notices ", "NÉT"], count),
            "member": rng.choice(np.array(["FRA", " EGY", "ESP", "", "São Tomé"], object), count),
            "answered_by": rng.choice(np.array(["ESP", "FRA ", ""], object), count),
            "hit": rng.choice(["1", "0", "Yes", " false"], count),
            "seconds": rng.choice(["", "0", "1e2", " .5", "+3.", "0.00001", "86400"], count),
            "event": np.where(rng.random(count) < 0.7, np.arange(count).astype(str), ""),
        }
    )
    again = frame[frame["event"] != ""].iloc[:: max(count // 1000, 1)]
    half = count // 2
    other = pd.concat([frame.iloc[half:], again])[frame.columns[::-1]]
    frame.iloc[:half].to_csv(folder / "one log.csv", index=False, lineterminator="\r\n")
    other.assign(note='said "so", twice').to_csv(folder / "2.CSV", index=False)
    frame.iloc[:0].to_csv(folder / "heading only.csv", index=False)
    (folder / "nothing.csv").touch()
    months, events = np.unique(np.datetime_as_string(utc, "M"), return_counts=True)
    return dict(zip(months.tolist(), events.tolist(), strict=True))


def _last_sunday(month_after: Any) -> Any:
    days = month_after.astype("datetime64[D]") - 1
    back = (days.astype(np.int64) + 4) % 7  # of the first day of all, a Thursday
    return (days - back).astype("datetime64[s]")


def everything(found: LoggedActivity) -> list[str]:
    tables = (found.by_month(), found.by_member(), found.by_dyad())
    return [found.to_csv(), *(table.to_csv() for table in tables), str(found.repeats)]


TRUE: dict[str, int] = {}


@pytest.fixture(scope="module")
def traps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("traps")
    TRUE.update(long_log(folder, MANY))
    return folder


def test_a_million_rows_with_every_trap(session: str, traps: Path) -> None:
    duck = count_activity([traps], "LEDGER")
    assert (duck.rows, duck.files) == (MANY, 4)
    assert duck.repeats > 600
    months = duck.by_month().groupby(["year", "month"])["searches"].sum()
    counted = zip(months.index.tolist(), months.tolist(), strict=True)
    assert {f"{year}-{month:02}": n for (year, month), n in counted} == TRUE
    assert not {"2019-06", "2019-07", "2019-08"} & {*TRUE}
    cluster = count_activity([traps], "LEDGER", engine="spark", master=session)
    assert everything(cluster) == everything(duck)


def test_the_same_faults_far_down_a_log(session: str, traps: Path, tmp_path: Path) -> None:
    """One of each kind, far down; then a torn line, which is told by its number."""
    lines = (traps / "one log.csv").read_bytes().decode().splitlines(keepends=True)[:100_000]
    bad = ("NaN", "Infinity", "-inf", "-1", "1e400", "12 s")
    for k, seconds in enumerate(bad):
        lines[40_000 + k] = f"2019-05-05,REG,FRA,ESP,1,{seconds},\r\n"
    lines[45_000] = "2019-02-29 10:00:00,REG,FRA,ESP,1,1,\r\n"
    lines[45_001] = "1900-01-01,,FRA,ESP,maybe,1,\r\n"
    lines[45_002] = "2019-05-05,REG,FRA,ESP,1,7777,1\r\n"
    lines[45_003] = "2019-05-05,REG,FRA,ESP,1,7778,1\r\n"
    log = tmp_path / "one log.csv"
    log.write_bytes("".join(lines).encode())
    assert faults_on("duckdb", "", log) == faults_on("spark", session, log)
    assert "6 rows hold a response time" in faults_on("duckdb", "", log)
    lines[95_000] = "2019-05-05,REG,FRA,ESP,1,1\r\n"
    log.write_bytes("".join(lines).encode())
    torn = faults_on("duckdb", "", log)
    assert torn == faults_on("spark", session, log)
    assert torn.endswith("one log.csv, line 95001: 6 cells for 7 columns. Mend it.")


def faults_on(engine: str, master: str, log: Path) -> str:
    with pytest.raises(CapworthError) as caught:
        count_activity([log], "LEDGER", engine=engine, master=master)
    return str(caught.value)


def wait_for_a_stage() -> None:
    """Until the session works at something."""
    from pyspark import SparkContext

    tracker, until = SparkContext.getOrCreate().statusTracker(), monotonic() + 120
    while not tracker.getActiveStageIds():
        assert monotonic() < until
        sleep(0.05)


def test_a_worker_that_is_killed_in_mid_count(session: str, traps: Path, cluster: Cluster) -> None:
    """Its part is counted by the other one: the rows are the same."""
    duck = count_activity([traps], "LEDGER")
    cluster.worker()
    with ThreadPoolExecutor(1) as pool:
        counting = pool.submit(count_activity, [traps], "LEDGER", engine="spark", master=session)
        wait_for_a_stage()
        sleep(0.5)
        assert not counting.done()
        cluster.kill_worker()
        found = counting.result(300)
    assert everything(found) == everything(duck)


def test_the_last_worker_that_is_killed_in_mid_count(
    session: str, traps: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for ever for another one; the next count finds one that came."""
    from pyspark import SparkContext

    monkeypatch.setattr(spark, "PATIENCE", 3.0)
    with ThreadPoolExecutor(1) as pool:
        counting = pool.submit(count_activity, [traps], "LEDGER", engine="spark", master=session)
        wait_for_a_stage()
        cluster.kill_worker()
        try:
            with pytest.raises(InputError, match="no worker took the work within 3 seconds"):
                counting.result(60)
        finally:
            cluster.worker()
    monkeypatch.setattr(spark, "PATIENCE", 60.0)
    found = count_activity([traps], "LEDGER", engine="spark", master=session)
    assert everything(found) == everything(count_activity([traps], "LEDGER"))
    assert SparkContext.getOrCreate().getLocalProperty("spark.jobGroup.id") is None


def test_parquet_on_a_cluster_and_the_command(session: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    count = 5_000
    frame = pd.DataFrame(
        {
            "capability": rng.choice(["REG", "LAB"], count),
            "time": pd.Timestamp("2022-01-01") + pd.to_timedelta(np.arange(count) * 6000, "s"),
            "member": rng.choice(np.array(["FRA", "EGY", None], object), count),
            "hit": rng.random(count) < 0.1,
            "seconds": rng.lognormal(1, 2, count),
        }
    )
    log = tmp_path / "log.parquet"
    frame.to_parquet(log)  # pandas writes nanoseconds
    said = []
    for more in ((), ("--engine", "spark", "--master", session)):
        done = CliRunner().invoke(main, ["logs", str(log), "--source", "LEDGER", *more])
        assert done.exit_code == 0, done.output
        said.append(done.stdout)
    assert said[0] == said[1]


def test_what_is_no_cell_is_none_on_either_engine(session: str, tmp_path: Path) -> None:
    """Each engine takes other texts for times and numbers; by our rule both take the same."""
    log = tmp_path / "log.csv"
    lines = [f"{t},REG,FRA,ESP,1,1,\n" for t in NO_TIMES]
    lines += [f'2019-01-01,REG,FRA,ESP,1,"{s}",\n' for s in NO_SECONDS]
    lines += ["2019-01-01,REG,FRA,ESP,1,1,e1\n", "2019-01-01,REG,FRA,ESP,0,1,e1\n"]
    log.write_text(HEAD + "".join(lines), encoding="utf-8")
    told = []
    for engine, where in (("duckdb", ""), ("spark", session)):
        with pytest.raises(CaseError) as caught:
            count_activity([log], "LEDGER", engine=engine, master=where)
        told.append(str(caught.value))
    assert told[0] == told[1]
    assert f"{len(NO_TIMES)} rows hold no time" in told[0]
    assert f"{len(NO_SECONDS)} rows hold a response time that is no number" in told[0]
    assert "1 told in two ways, such as 'e1'" in told[0]


@pytest.mark.parametrize("line", ["2019-01-01,REG,FRA,ESP,1,1\n", "2019-01-01,REG,FRA,E,S,1,1,\n"])
def test_a_torn_line_is_told_by_its_number(session: str, tmp_path: Path, line: str) -> None:
    good = "2019-01-01,REG,FRA,ESP,1,1,\n"
    log = tmp_path / "log.csv"
    log.write_text(HEAD + good + line + good, encoding="utf-8")
    with pytest.raises(InputError, match=r"log\.csv, line 3: . cells for 7 columns"):
        count_activity([log], "LEDGER", engine="spark", master=session)


def test_another_master_than_the_one_that_runs(session: str, tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text("capability,time\nREG,2023-05-05\n", encoding="utf-8")
    with pytest.raises(InputError, match="of another master"):
        count_activity([log], "LEDGER", engine="spark", master="local[1]")


# ------------------------------------------------------------------------ what is not there


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.csv"
    path.write_text("capability,time\nREG,2023-05-05\n", encoding="utf-8")
    return path


def told_of(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["logs", *words, "--source", "LEDGER"])
    return done.exit_code, done.stderr


JAVA_ENDS = """
import sys
from threading import Thread
from time import sleep

from pyspark import SparkContext

from capworth.errors import InputError
from capworth.logs import count_activity, spark


def kill():
    tracker = SparkContext._active_spark_context.statusTracker()
    while not tracker.getActiveStageIds():
        sleep(0.05)
    SparkContext._gateway.proc.kill()


def opened_and_killed(*given):
    Thread(target=kill, daemon=True).start()
    return opened(*given)


def counted():
    return count_activity([sys.argv[1]], "LEDGER", engine="spark", workers=1)


opened, spark._opened = spark._opened, opened_and_killed
try:
    counted()
except InputError as error:
    print(error)
spark._opened = opened
print(counted())
"""


def test_a_java_that_ends_in_mid_count(tmp_path: Path) -> None:
    """It is no fault of a file, and the same process can count again."""
    log = write_csv(tmp_path / "log.csv", 30_000, 1)
    done = subprocess.run(
        [sys.executable, "-c", JAVA_ENDS, str(log)],
        capture_output=True,
        check=True,
        text=True,
        timeout=300,
    )
    ended, again = done.stdout.splitlines()
    assert ended.startswith("Spark's Java ended while it counted. Where it wanted memory give it")
    assert again.startswith("<LoggedActivity: 30,000 exchanges")
    assert "Traceback" not in done.stderr


def test_a_master_that_does_not_answer(log: Path) -> None:
    url = f"spark://127.0.0.1:{_free_port()}"
    code, told = told_of(str(log), "--engine", "spark", "--master", url)
    assert code == 2
    assert told == (
        f"{url}: no master answers there. Start it, or give its address like spark://HOST:7077.\n"
    )


def test_without_java(log: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    code, told = told_of(str(log), "--engine", "spark")
    assert (code, told.count("\n")) == (2, 1)
    assert told.startswith("Spark needs Java 17 or 21, and there is none. Install a JRE")


def test_without_the_extra(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(CapworthError, match=r"needs the extra `spark`: pip install"):
        count_activity([log], "LEDGER", engine="spark")


def test_a_master_is_of_spark_alone_and_an_engine_is_one(log: Path) -> None:
    assert told_of(str(log), "--master", "spark://127.0.0.1:1") == (
        2,
        "master: only Spark has one. Say --engine spark.\n",
    )
    code, told = told_of(str(log), "--engine", "sparc")
    assert (code, told) == (2, "engine: there is no 'sparc'. Did you mean 'spark'?\n")
