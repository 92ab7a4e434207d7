"""An empty case that explains itself."""

import re
from dataclasses import fields
from pathlib import Path

from capworth.case.dictionary import SETTINGS, Column, dictionary, row_key, table_names
from capworth.case.files import must_be_empty, writing
from capworth.case.model import Settings
from capworth.methods.arguments import kinds_checked

README = "README.md"


@kinds_checked
def write_template(folder: str | Path) -> Path:
    """Write `case.toml`, every table with its headings, and a page that explains each column.

    Raises
    ------
    CaseError
        When the folder already holds something; nothing is written then.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as place:
    ...     sorted(path.name for path in write_template(Path(place) / "mine").iterdir())[:3]
    ['README.md', 'activity.csv', 'business_as_usual.csv']
    """
    path = Path(folder)
    must_be_empty(path)
    with writing(path, anew=True) as put:
        put("case.toml", _settings(path.resolve().name))
        for table in table_names():
            put(f"{table}.csv", ",".join(dictionary()[table]) + "\n")
        put(README, columns_page())
    return path


def _settings(name: str) -> str:
    lines = [
        "# Assumptions of the case. Three must be given. Lines that begin with # are not read:",
        "# they say what is taken, so that taking the mark away changes nothing by itself.",
        "# Amounts of money are in the currency of the case.",
        "",
    ]
    for column in (c for c in dictionary()[SETTINGS].values() if not c.language):
        lines.append(f"# {column.meaning}{_limits(column)}")
        taken = _taken(column, name)
        if column.required and not column.filled:
            lines += [f"{column.name} = {GIVEN[column.name]}", ""]
        elif taken:
            lines += [f"# {column.name} = {taken}", ""]
        else:
            lines += ["# (nothing is taken; write it as", f"#  {column.name} = ...)", ""]
    return "\n".join(lines)


GIVEN = {"organisation": '"..."', "appraisal_date": '"2025-12-31"', "currency": '"EUR"'}
DATED = {"price_year": "2025", "first_year": "2026", "discounting": '"eu-cohesion-3"'}  # by these


def _taken(column: Column, name: str) -> str:
    """What is taken where the setting is not given, as it stands in the file; else nothing."""
    if column.name == "name":
        return f'"{re.sub("[^A-Za-z0-9]+", "-", name).strip("-") or "case"}"'
    if column.name == "title":
        return '"...: what services cost and what they add"'
    if column.name in DATED:
        return DATED[column.name]
    if column.name in ("years", "seed"):
        return {"years": "10", "seed": "1"}[column.name]
    usual = next((f.default for f in fields(Settings) if f.name == column.name), None)
    match usual:
        case tuple() if usual:
            return "[" + ", ".join(f'"{word}"' for word in usual) + "]"
        case bool():
            return str(usual).lower()
        case int() | float():
            return str(usual)
        case str() if usual:
            return f'"{usual}"'
        case _:
            return ""


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
            needed = "taken if blank" if column.filled else "yes" if column.required else ""
            meaning = column.meaning + _limits(column)
            lines.append(f"| {column.name} | {kind} | {column.unit} | {needed} | {meaning} |")
    return "\n".join(lines) + "\n"


def _limits(column: Column) -> str:
    if column.lowest is None and column.highest is None:
        return ""
    if column.highest is None:
        return f" ({column.lowest:g} or more)"
    return f" ({column.lowest:g} to {column.highest:g})"
