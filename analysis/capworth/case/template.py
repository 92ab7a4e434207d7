"""An empty case that explains itself."""

import re
from pathlib import Path

from capworth.case.dictionary import SETTINGS, Column, dictionary, row_key, table_names
from capworth.errors import CaseError, Finding
from capworth.methods.arguments import kinds_checked

README = "README.md"


@kinds_checked
def write_template(folder: str | Path) -> Path:
    """Write `case.toml`, every table with its headings, and a page that explains each column.

    Raises
    ------
    CaseError
        When the folder already holds something; nothing is written then.
    """
    path = Path(folder)
    if path.exists() and (path.is_file() or any(path.iterdir())):
        raise CaseError([Finding(str(folder), 0, "", "it is not empty", "Name a new folder.")])
    path.mkdir(parents=True, exist_ok=True)
    (path / "case.toml").write_text(_settings(path.resolve().name), encoding="utf-8")
    for table in table_names():
        heading = ",".join(dictionary()[table])
        (path / f"{table}.csv").write_text(heading + "\n", encoding="utf-8")
    (path / README).write_text(columns_page(), encoding="utf-8")
    return path


def _settings(name: str) -> str:
    lines = [
        "# Assumptions of the case. Lines that begin with # are not read; take the mark away to",
        "# use a setting. Amounts of money are in the currency of the case.",
        "",
    ]
    for column in dictionary()[SETTINGS].values():
        lines.append(f"# {column.meaning}{_limits(column)}")
        mark = "" if column.required else "# "
        lines += [f"{mark}{column.name} = {_example(column, name)}", ""]
    return "\n".join(lines)


def _example(column: Column, name: str) -> str:
    examples = {
        "name": f'"{re.sub("[^A-Za-z0-9_.-]+", "-", name).strip("-_.") or "case"}"',
        "discounting": '"green-book"',
        "timing": '"start"',
        "appraisal_date": '"2025-12-31"',
        "currency": '"EUR"',
        "price_year": "2025",
        "first_year": "2026",
        "years": "10",
        "seed": "1",
        "draws": "100000",
    }
    if column.name in examples:
        return examples[column.name]
    if column.kind == "list":
        return "[" + ", ".join(f'"{word}"' for word in column.options[:3]) + "]"
    if column.kind == "choice":
        return f'"{column.options[0]}"'
    if column.kind in {"number", "whole", "year"}:
        return "1.0" if column.kind == "number" else "1"
    return '"..."'


def columns_page() -> str:
    """Describe every column of every table, in Markdown, from the data dictionary."""
    lines = [
        "# The tables of a case",
        "",
        "One row, one fact. Every number carries its grade (A audited or official, B published by",
        "others, C derived from published figures, D expert judgement, E placeholder); grades A to",
        "C name a source of the table `sources`, D and E say in `basis` on what they rest and have",
        "a range. Leave out the tables of questions that you do not ask.",
    ]
    for table in table_names():
        key = " + ".join(f"`{k}`" for k in row_key(table))
        lines += ["", f"## {table}.csv", "", f"One row for each {key}.", ""]
        lines += ["| column | kind | unit | needed | meaning |", "| --- | --- | --- | --- | --- |"]
        for column in dictionary()[table].values():
            kind = column.kind + (f" ({', '.join(column.options)})" if column.options else "")
            needed = "yes" if column.required else ""
            meaning = column.meaning + _limits(column)
            lines.append(f"| {column.name} | {kind} | {column.unit} | {needed} | {meaning} |")
    return "\n".join(lines) + "\n"


def _limits(column: Column) -> str:
    if column.lowest is None and column.highest is None:
        return ""
    if column.highest is None:
        return f" ({column.lowest:g} or more)"
    return f" ({column.lowest:g} to {column.highest:g})"
