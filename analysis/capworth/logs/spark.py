"""Log files opened on Spark: on a cluster that sees them, or on this machine.

Needs the extra `spark`, and a Java of the versions that it runs on.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import reduce
from importlib.util import find_spec
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final
from urllib.parse import urlsplit

from capworth.cluster import listens
from capworth.errors import CapworthError, InputError
from capworth.logs.counting import FILE
from capworth.logs.refused import by_heading, refusal

PATIENCE: Final = 60.0  # seconds, until a worker of the cluster takes the work
TICK: Final = 0.5  # seconds between two looks
GROUP: Final = "capworth-logs"  # of the jobs of Spark that are ours
JOB: Final = ("spark.jobGroup.id", "spark.job.description", "spark.job.interruptOnCancel")
OPTIONS: Final = {
    "spark.app.name": "capworth",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}
SETTINGS: Final = {  # of our own session only
    "spark.sql.shuffle.partitions": "32",  # counts are few, however long the log
    "spark.sql.session.timeZone": "UTC",  # months do not shift with the zone of the machine
    "spark.sql.legacy.parquet.nanosAsLong": "true",
    "spark.sql.csv.parser.columnPruning.enabled": "false",  # else a torn line passes unseen
    "spark.sql.files.ignoreMissingFiles": "false",
}
STRICT: Final = {"header": True, "mode": "FAILFAST", "quote": '"', "escape": '"', "sep": ","}


@contextmanager
def opened_on_spark(files: Sequence[Path], master: str, workers: int) -> Iterator[Any]:
    """Yield the rows of log files as a table of Ibis, with the file of each.

    Raises
    ------
    InputError
        When no Java is found, or it ends, the master cannot be reached, none of its workers takes
        the work, or a file cannot be read.
    """
    where = master or f"local[{workers}]"
    _must_be_there(where)
    try:
        import ibis
        from pyspark import SparkContext
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise CapworthError(
            "counting logs on Spark needs the extra `spark`: pip install 'capworth[spark]'"
        ) from error
    from py4j.protocol import Py4JError

    running = SparkContext._active_spark_context  # of any thread, as no session tells
    if running and master and running.master != master:
        raise InputError("Spark runs here for a session of another master. Stop that one first.")
    try:
        base = SparkSession(running) if running else _begin(SparkSession, where)
    except Exception as error:  # of the gateway, of Java, of the cluster: of many types
        _forget_dead()
        raise InputError(
            f"Spark does not start: {_first(error)} Give it a Java 17 or 21 with every module "
            "(Debian: default-jre-headless), and try again."
        ) from error
    crew = _Workers(base.sparkContext, where)
    try:
        crew.wait_for()
        session = base.newSession()
        for name, value in SETTINGS.items():
            session.conf.set(name, value)
        with crew.watched():
            yield _opened(ibis.pyspark.connect(session), session, files)
    except (PySparkException, Py4JError, OSError) as error:
        if not _java_answers():
            raise InputError(
                "Spark's Java ended while it counted. Where it wanted memory give it more "
                "(SPARK_DRIVER_MEMORY=4g), or count fewer files at once; then try again."
            ) from error
        if isinstance(error, OSError):  # of a file, as Java is well
            raise
        if crew.are_gone:
            raise crew.absent() from error
        raise InputError(refusal(_first(error), files)) from error
    finally:
        if running is None and not _forget_dead():
            base.stop()


def _must_be_there(master: str) -> None:
    """Ask for Java, and for the master where it has an address, before anything is begun."""
    if find_spec("pyspark") is None:
        return  # is told when it is imported
    home = os.environ.get("JAVA_HOME")
    java = Path(home, "bin", "java") if home else shutil.which("java")
    if not java or not Path(java).exists():
        raise InputError(
            "Spark needs Java 17 or 21, and there is none. Install a JRE (Debian: "
            "default-jre-headless), or set JAVA_HOME."
        )
    if not master.startswith("spark://"):
        return
    if any(listens(address, 7077) for address in master.removeprefix("spark://").split(",")):
        return
    raise InputError(
        f"{master}: no master answers there. Start it, or give its address like spark://HOST:7077."
    )


def _begin(kind: Any, master: str) -> Any:
    builder = kind.builder.master(master)
    for name, value in OPTIONS.items():
        builder = builder.config(name, value)
    host = urlsplit(f"//{master.partition('://')[2]}").hostname or ""
    if master.startswith("local") or host in ("127.0.0.1", "localhost", "::1"):
        for name in ("spark.driver.host", "spark.driver.bindAddress"):
            builder = builder.config(name, "127.0.0.1")  # what is here is asked from here
    return builder.getOrCreate()


def _java_answers() -> bool:
    """Whether the Java of this process still lives."""
    from py4j.protocol import Py4JError
    from pyspark import SparkContext

    gateway = SparkContext._gateway
    try:
        return gateway is not None and bool(gateway.jvm.System.nanoTime())
    except (Py4JError, OSError):
        return False


def _forget_dead() -> bool:
    """Forget a Java that is gone, so that another can begin; whether it was."""
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    if _java_answers():
        return False
    SparkContext._gateway = SparkContext._jvm = SparkContext._active_spark_context = None
    SparkSession._instantiatedSession = None
    return True


class _Workers:
    """Whether anybody of a cluster works: without a worker Spark would wait for ever.

    Attributes
    ----------
    are_gone : whether the work was given up for want of them
    """

    def __init__(self, context: Any, master: str) -> None:
        self._context, self._master = context, master
        self._over = threading.Event()
        self.are_gone = False

    def absent(self) -> InputError:
        """Say that nobody works."""
        return InputError(
            f"{self._master}: no worker took the work within {PATIENCE:.0f} seconds. Start one, or "
            "give it more memory."
        )

    def wait_for(self) -> None:
        """Wait until somebody works."""
        until = monotonic() + PATIENCE
        while not self._work():
            if monotonic() > until:
                raise self.absent()
            sleep(0.1)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Give up what is begun here once nobody has worked for as long."""
        self._context.setJobGroup(GROUP, "exchange logs", interruptOnCancel=True)
        watching = threading.Thread(target=self._watch, daemon=True)
        watching.start()
        try:
            yield
        finally:
            self._over.set()
            watching.join()
            for name in JOB:  # what this thread does later is not ours
                self._context.setLocalProperty(name, None)

    def _watch(self) -> None:
        from py4j.protocol import Py4JError

        seen = monotonic()
        with suppress(Py4JError, OSError):  # Java is gone: who counts is told so
            while not self._over.wait(TICK):
                if self._work():
                    seen = monotonic()
                elif monotonic() - seen > PATIENCE:
                    self.are_gone = True
                    self._context.cancelJobGroup(GROUP)

    def _work(self) -> bool:
        if self._master.startswith("local"):
            return True
        there: int = self._context._jsc.sc().getExecutorMemoryStatus().size()
        return there > 1  # the driver is one of them


def _opened(engine: Any, session: Any, files: Sequence[Path]) -> Any:
    """Read files of one kind; columns are put together by their names."""
    read = _parquet if files[0].suffix.lower() == ".parquet" else _csv
    parts = read(session, files)
    whole = reduce(lambda one, other: one.unionByName(other, allowMissingColumns=True), parts)
    whole.createOrReplaceTempView("capworth_log")
    return engine.table("capworth_log")


def _csv(session: Any, files: Sequence[Path]) -> list[Any]:
    """Read files with one heading together; each cell is text, and a torn line is an error."""
    return [
        _named(
            session.read.options(**STRICT)
            .schema(_as_text(names))
            .csv([str(p.resolve()) for p in alike])
        )
        for names, alike in by_heading(files).items()
    ]


def _as_text(heading: tuple[str, ...]) -> str:
    return ", ".join(f"`{name.replace('`', '``')}` STRING" for name in heading)


def _parquet(session: Any, files: Sequence[Path]) -> list[Any]:
    """Read files of one schema together; a time in nanoseconds is one in microseconds."""
    from pyarrow import ArrowInvalid, types
    from pyarrow.parquet import read_schema
    from pyspark.sql.functions import expr

    alike: dict[tuple[tuple[str, bool], ...], list[str]] = {}
    for file in files:
        try:
            schema = read_schema(file)
        except ArrowInvalid as error:
            raise InputError(refusal(str(error), [file])) from error
        fine = tuple((f.name, types.is_timestamp(f.type) and f.type.unit == "ns") for f in schema)
        alike.setdefault(fine, []).append(str(file.resolve()))
    parts = []
    for fine, paths in alike.items():
        part = _named(session.read.parquet(*paths))
        for name, nano in fine:
            if nano:
                part = part.withColumn(name, expr(f"timestamp_micros(`{name}` div 1000)"))
        parts.append(part)
    return parts


def _named(rows: Any) -> Any:
    return rows.withColumn(FILE, rows["_metadata.file_path"])


def _first(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines or ["it gives no reason."])[0][:200]
