"""Log files opened for counting: Parquet or CSV, of any size, never read whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from glob import escape
from pathlib import Path
from typing import Any, Final

from capworth.errors import CapworthError, InputError
from capworth.logs.counting import LoggedActivity, count_exchanges

READERS: Final = {".parquet": "read_parquet", ".csv": "read_csv"}
AS_TEXT: Final = {"read_csv": {"all_varchar": True}}  # every cell as it was typed: we read it
MEMORY: Final = "1GB"


def count_activity(
    logs: Sequence[str | Path],
    source: str,
    columns: Mapping[str, str] | None = None,
    grade: str = "A",
    workers: int = 2,
) -> LoggedActivity:
    """Count the exchanges of log files; see `count_exchanges`.

    Parameters
    ----------
    logs : files, or folders of files, all Parquet or all CSV
    source, columns, grade : see `count_exchanges`
    workers : threads; the counts do not depend on it

    Raises
    ------
    CaseError
        With every fault of the log.
    InputError
        When there is no such file, files are of two kinds, or the extra `logs` is not installed.
    """
    files = _files(logs)
    engine = _engine(workers)
    reader = READERS[files[0].suffix]
    try:
        table = getattr(engine, reader)(
            [escape(str(file)) for file in files],  # a name is a name, and no pattern
            filename=True,
            union_by_name=True,
            hive_partitioning=False,  # a folder called hit=0 is a folder
            **AS_TEXT.get(reader, {}),
        )
    except Exception as error:  # whatever the engine says of a file that is none
        raise InputError(f"{files[0]}: cannot be read as a log. {error}") from error
    return count_exchanges(table, source, columns, grade, str(files[0].parent))


def _files(logs: Sequence[str | Path]) -> list[Path]:
    found: list[Path] = []
    for log in map(Path, logs):
        if not log.exists():
            raise InputError(f"{log}: there is no such file or folder.")
        inside = sorted(p for p in log.iterdir() if p.suffix in READERS) if log.is_dir() else [log]
        found += inside
    if not found:
        raise InputError(f"{', '.join(map(str, logs))}: there is no .parquet or .csv file in it.")
    if strange := [p for p in found if p.suffix not in READERS]:
        raise InputError(f"{strange[0]}: a log is .parquet or .csv. Save it as one of them.")
    if len({p.suffix for p in found}) > 1:
        raise InputError(f"{found[0].parent}: Parquet and CSV are mixed. Give one kind at a time.")
    return found


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
