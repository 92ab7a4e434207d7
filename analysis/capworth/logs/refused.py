"""Why a file is no log: the line that is none, by its number."""

import csv
from collections.abc import Sequence
from pathlib import Path


def refusal(words: str, files: Sequence[Path]) -> str:
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
