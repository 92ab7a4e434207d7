"""What is no log: its heading, and the line of a file that is none, by its number."""

import csv
import gzip
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from capworth.errors import InputError

PARTED = {";": "semicolons", "\t": "tabs", "|": "bars"}


@contextmanager
def _opened(file: Path) -> Iterator[TextIO]:
    if file.suffix.lower() == ".gz":
        with gzip.open(file, "rt", encoding="utf-8-sig", newline="") as text:
            yield text
    else:
        with file.open(encoding="utf-8-sig", newline="") as text:
            yield text


def heading(file: Path) -> tuple[str, ...]:
    """Read the names of the columns of a CSV file; none where it holds not a byte.

    Raises
    ------
    InputError
        When it cannot be opened, its first line is none, or two columns have one name.
    """
    try:
        with _opened(file) as text:
            names = [*map(str.strip, next(csv.reader(text, strict=True), ()))]
    except (ValueError, csv.Error, EOFError, OSError) as error:
        raise InputError(refusal(str(error), [file])) from error
    for sign, words in PARTED.items():
        if len(names) == 1 and sign in names[0]:
            raise InputError(f"{file}, line 1: cells are parted by {words}. Part them by commas.")
    for name in names:
        if name and names.count(name) > 1:
            raise InputError(f"{file}, line 1: two columns are called {name!r}. Rename one.")
    return tuple(name or f" {k}" for k, name in enumerate(names))  # a blank name is none


def by_heading(files: Sequence[Path]) -> dict[tuple[str, ...], list[Path]]:
    """Return files by the names of their columns; those that hold not a byte are left out."""
    alike: dict[tuple[str, ...], list[Path]] = {}
    for file in files:
        if names := heading(file):
            alike.setdefault(names, []).append(file)
    if not alike:
        raise InputError(f"{files[0]}: it is empty. Give a log with exchanges.")
    return alike


def refusal(words: str, files: Sequence[Path]) -> str:
    """Say in a sentence which line of which file an engine stumbled over, or what it says."""
    for file in files:
        try:
            odd = "" if file.suffix.lower() == ".parquet" else _odd_line(file)
        except (OSError, EOFError) as error:
            why = getattr(error, "strerror", None) or error
            return f"{file}: cannot be opened ({why}). See that it is whole, and may be read."
        if odd:
            return f"{file}, {odd}"
    first = (words.strip() or "it gives no reason").splitlines()[0]
    return f"{files[0]}: cannot be read as a log ({first}). Save it anew."


def _odd_line(file: Path) -> str:
    """Name the first line of a CSV file that is not like its heading; empty where all are."""
    with _opened(file) as text:
        lines, columns = csv.reader(text, strict=True), 0
        try:
            for line in lines:
                columns = columns or len(line)
                if line and len(line) != columns:
                    many = f"{len(line)} cells for {columns} columns"
                    return f"line {lines.line_num}: {many}. Mend it."
        except UnicodeDecodeError:
            return f"line {_line_not_utf8(file)}: the text is not UTF-8. Save it as CSV UTF-8."
        except csv.Error as error:
            return f"line {lines.line_num}: it cannot be read ({error}). Mend it."
    with _opened(file) as text:
        ends = {line[len(line.rstrip("\r\n")) :] for line in text} - {""}
    if len(ends) > 1:
        return "line 1: lines of it end in more than one way. Save it anew."
    return ""


def _line_not_utf8(file: Path) -> int:
    with gzip.open(file) if file.suffix.lower() == ".gz" else file.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    return 0
