"""Log files opened for counting: Parquet or CSV, of any size, never read whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import reduce
from glob import escape
from pathlib import Path
from typing import Any, Final

from capworth.errors import CapworthError, CaseError, Finding, InputError, nearest
from capworth.logs.counting import (
    FILE,
    ROW,
    LoggedActivity,
    count_exchanges,
    missing_columns,
    read_cells,
    row_faults,
)
from capworth.logs.refused import by_heading, refusal
from capworth.logs.spark import opened_on_spark

DUCKDB, SPARK = ENGINES = ("duckdb", "spark")
KINDS: Final = (".parquet", ".csv", ".csv.gz")
AS_TEXT: Final = {  # every cell as it was typed, and no guess at what is a heading or a cell
    "auto_detect": False,
    "header": True,
    "skip": 0,
    "delim": ",",
    "quote": '"',
    "escape": '"',
    "strict_mode": True,
}
MEMORY: Final = "1GB"
HIDDEN: Final = ".~"  # how the name of a file begins that a programme keeps for itself


def count_activity(
    logs: Sequence[str | Path],
    source: str,
    columns: Mapping[str, str] | None = None,
    grade: str = "A",
    workers: int = 2,
    engine: str = DUCKDB,
    master: str = "",
) -> LoggedActivity:
    """Count the exchanges of log files; see `count_exchanges`.

    Parameters
    ----------
    logs : files, or folders of files, all Parquet or all CSV
    source, columns, grade : see `count_exchanges`
    workers : threads on this machine; the counts do not depend on it
    engine : "duckdb" on this machine, or "spark"
    master : of Spark, such as `spark://HOST:7077`, which must see the files by the same paths; on
        this machine when blank

    Raises
    ------
    CaseError
        With every fault of the log.
    InputError
        When there is no such file, files are of two kinds, an extra is not installed, or the
        engine cannot be reached.
    """
    files = _files(logs)
    place = str(files[0] if len(files) == 1 else files[0].parent)
    if engine not in ENGINES:
        raise InputError(f"engine: there is no {engine!r}. {nearest(engine, ENGINES)}")
    if engine == SPARK:
        with opened_on_spark(files, master, workers) as table:
            return count_exchanges(table, source, columns, grade, place, len(files))
    if master:
        raise InputError("master: only Spark has one. Say --engine spark.")
    with _told_by_duckdb(files):
        table = _open(_engine(workers), files)
        return count_exchanges(table, source, columns, grade, place, len(files))


def check_logs(
    logs: Sequence[str | Path], columns: Mapping[str, str] | None = None, workers: int = 2
) -> int:
    """Read every row of log files and return how many there are; see `count_activity`.

    Raises
    ------
    CaseError
        With the first rows of each fault in each file, by their number: the heading of a CSV file
        is row 1; a Parquet file has none, and its first row is 1.
    InputError
        As `count_activity`; a line that is none is told by its number.
    """
    found: list[Finding] = []
    rows = 0
    names = dict(columns or {})
    for file in _files(logs):
        with _told_by_duckdb([file]):
            engine = _engine(workers)
            engine.raw_sql("SET preserve_insertion_order = true")
            table = _open(engine, [file])
            if lacking := missing_columns(table.columns, names, str(file)):
                found += lacking
                continue
            above = 1 if _kind(file) == ".parquet" else 2
            numbered = table.mutate(**{ROW: _row_number() + above})
            rows += int(table.count().to_pandas())
            found += row_faults(read_cells(numbered, names), str(file))
    if found:
        raise CaseError(found)
    return rows


def _row_number() -> Any:
    import ibis

    return ibis.row_number()


def _open(engine: Any, files: Sequence[Path]) -> Any:
    """Open files of one kind as a table; columns are put together by their names."""
    known = {"filename": FILE, "hive_partitioning": False}  # a folder called hit=0 is a folder
    if files[0].suffix.lower() == ".parquet":
        return engine.read_parquet(_named(files), union_by_name=True, **known)
    parts = [
        engine.read_csv(_named(alike), columns=dict.fromkeys(names, "VARCHAR"), **AS_TEXT, **known)
        for names, alike in by_heading(files).items()
    ]
    return reduce(_under, parts)


def _named(files: Sequence[Path]) -> list[str]:
    return [escape(str(file)) for file in files]  # a name is a name, and no pattern


def _under(one: Any, other: Any) -> Any:
    """Put rows under rows; a column that one has not is blank there."""
    import ibis

    every = dict.fromkeys((*one.columns, *other.columns))
    blank = ibis.null("string")
    one, other = (
        t.select(**{c: t[c] if c in t.columns else blank for c in every}) for t in (one, other)
    )
    return one.union(other)


@contextmanager
def _told_by_duckdb(files: Sequence[Path]) -> Iterator[None]:
    """Say in a sentence what the engine cannot read."""
    try:
        yield
    except CapworthError:
        raise
    except Exception as error:  # whatever the engine says of a file that is none
        if not type(error).__module__.lstrip("_").startswith("duckdb"):
            raise
        raise InputError(refusal(str(error), files)) from error


def _files(logs: Sequence[str | Path]) -> list[Path]:
    found: list[Path] = []
    for log in map(Path, logs):
        if not log.exists():
            raise InputError(f"{log}: there is no such file or folder.")
        found += _inside(log) if log.is_dir() else [log]
    if not found:
        raise InputError(f"{', '.join(map(str, logs))}: there is no .parquet or .csv file in it.")
    if strange := [p for p in found if not (_kind(p) and p.is_file())]:
        raise InputError(f"{strange[0]}: a log is .parquet, .csv or .csv.gz. Save it as one.")
    if len({_kind(p) == ".parquet" for p in found}) > 1:
        raise InputError(f"{found[0].parent}: Parquet and CSV are mixed. Give one kind at a time.")
    once = Counter(p.resolve() for p in found)
    if twice := [p for p in found if once[p.resolve()] > 1]:
        raise InputError(f"{twice[0]}: it is given twice. Give it once.")
    return found


def _inside(folder: Path) -> list[Path]:
    """Return the logs in a folder; hidden files, and what lies deeper, are none."""
    seen = sorted(p for p in folder.iterdir() if p.name[0] not in HIDDEN)
    return [p for p in seen if _kind(p) and p.is_file()]


def not_read(logs: Sequence[str | Path]) -> list[Path]:
    """Return what lies in the folders of a log and is no part of it: other files, and folders."""
    folders = [folder for folder in map(Path, logs) if folder.is_dir()]
    return sorted(
        {p for f in folders for p in f.iterdir()} - {p for f in folders for p in _inside(f)}
    )


def _kind(file: Path) -> str:
    return next((kind for kind in KINDS if file.name.lower().endswith(kind)), "")


def _engine(workers: int) -> Any:
    try:
        import ibis

        engine = ibis.duckdb.connect(threads=workers, memory_limit=MEMORY)
    except ImportError as error:
        raise CapworthError(
            "counting logs needs the extra `logs`: pip install 'capworth[logs]'"
        ) from error
    engine.raw_sql("SET TimeZone = 'UTC'")  # months do not shift with the zone of the machine
    engine.raw_sql("SET preserve_insertion_order = false")
    return engine
