"""Log files opened for counting: Parquet or CSV, of any size, never read whole."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from glob import escape
from pathlib import Path
from typing import Any, Final

from capworth.errors import CapworthError, InputError
from capworth.logs.counting import LoggedActivity, count_exchanges

READERS: Final = {".parquet": "read_parquet", ".csv": "read_csv"}
AS_TEXT: Final = {  # every cell as it was typed, and no guess at how cells are parted
    "read_csv": {
        "all_varchar": True,
        "header": True,
        "delim": ",",
        "quote": '"',
        "strict_mode": True,
    }
}
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
        return count_exchanges(table, source, columns, grade, str(files[0].parent))
    except CapworthError:
        raise
    except Exception as error:  # whatever the engine says of a file that is none
        if not type(error).__module__.lstrip("_").startswith("duckdb"):
            raise
        raise InputError(_refusal(str(error), files)) from error


def _refusal(words: str, files: Sequence[Path]) -> str:
    """Say in a sentence which line of which file an engine stumbled over, or what it says."""
    for file in files:
        if file.suffix == ".csv" and (odd := _odd_line(file)):
            return f"{file.name}, {odd}"
    first = (words.strip() or "it gives no reason").splitlines()[0]
    return f"{files[0].name}: cannot be read as a log ({first}). Save it anew."


def _odd_line(file: Path) -> str:
    """Name the first line of a CSV file that is not like its heading; empty where all are."""
    with file.open(encoding="utf-8-sig", newline="") as text:
        lines, heading = csv.reader(text, strict=True), 0
        try:
            for line in lines:
                heading = heading or len(line)
                if line and len(line) != heading:
                    many = f"{len(line)} cells for {heading} columns"
                    return f"line {lines.line_num}: {many}. Mend it."
        except UnicodeDecodeError:
            return f"line {_line_not_utf8(file)}: the text is not UTF-8. Save it as CSV UTF-8."
        except csv.Error as error:
            return f"line {lines.line_num}: it cannot be read ({error}). Mend it."
    return ""


def _line_not_utf8(file: Path) -> int:
    with file.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    return 0


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
