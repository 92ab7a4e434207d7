"""An empty case that explains itself."""

import json
import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from pathlib import Path

from capworth.case.book import ASKED, TAKEN
from capworth.case.defaults import PLAIN, SCHEDULES
from capworth.case.dictionary import CLAIM, SETTINGS, Column, dictionary, row_key, table_names
from capworth.case.files import must_be_empty, writing
from capworth.case.model import Settings
from capworth.case.numerals import from_to, written_as
from capworth.methods.arguments import kinds_checked

README = "README.md"


@kinds_checked
def write_template(folder: str | Path, settings: Mapping[str, str] | None = None) -> Path:
    """Write `case.toml`, every table with its headings, and a page that explains each column.

    Parameters
    ----------
    folder : a new or empty one
    settings : those that are known already, such as the organisation

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
        put("case.toml", _settings(path.resolve().name, settings or {}))
        for table in table_names():
            put(f"{table}.csv", ",".join(dictionary()[table]) + "\n")
        put(README, columns_page())
    return path


def _settings(name: str, given: Mapping[str, str]) -> str:
    lines = [
        "# Assumptions of the case. Three must be given, where dots stand. Lines that begin with #",
        "# are not read: they say what is taken, so that taking the mark away changes nothing.",
        "# Amounts of money are in the currency of the case.",
        "",
    ]
    made = _made(name, given)
    for column in (c for c in dictionary()[SETTINGS].values() if not c.language):
        lines.append(f"# {column.meaning}{_limits(column)}")
        taken = made.get(column.name) or _taken(column)
        if column.name in ASKED:
            lines += [f"{column.name} = {_quoted(given.get(column.name, '...'))}", ""]
        elif taken:
            lines += [f"# {column.name} = {taken}", ""]
        else:
            usual = TAKEN[column.name] if column.filled else "nothing"
            lines += [f"# (taken: {usual}; write it as", f"#  {column.name} = ...)", ""]
    return "\n".join(lines)


def _made(name: str, given: Mapping[str, str]) -> Mapping[str, str]:
    """What is taken of the settings that follow from what is given, as it stands in the file."""
    made = {
        "name": _quoted(re.sub("[^A-Za-z0-9]+", "-", name).strip("-") or "case"),
        "years": "10",
        "seed": "1",
    }
    if organisation := given.get("organisation"):
        made["title"] = _quoted(f"{organisation}: what services cost and what they add")
    if day := given.get("appraisal_date"):
        year = date.fromisoformat(day).year
        made |= {"price_year": str(year), "first_year": str(year + 1)}
    if currency := given.get("currency"):
        made["discounting"] = _quoted(SCHEDULES.get(currency, PLAIN))
    return made


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _taken(column: Column) -> str:
    """What is taken where the setting is not given, as it stands in the file; else nothing."""
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


KEYS = {  # files of keys, and what is said of each before its keys
    SETTINGS: 'The assumptions, a line each: `currency = "EUR"`. In a workbook the sheet `case`.',
    CLAIM: "Only where a claim is tested. In a workbook the sheet `claim`.",
}
COLUMNS = "| kind | unit | needed | meaning |"
RULE = "| --- | --- | --- | --- | --- |"


def columns_page() -> str:
    """Describe every key and every column, in Markdown, from the data dictionary."""
    lines = [
        "# The tables of a case",
        "",
        "One row, one fact. Every number carries its grade (A audited or official, B published by",
        "others, C derived from published figures, D expert judgement, E placeholder); grades A to",
        "C name a source of the table `sources`, D and E say in `basis` on what they rest and have",
        "a range. Leave out the tables of questions that you do not ask.",
    ]
    for table in (SETTINGS, CLAIM, *table_names()):
        if table in KEYS:
            lines += ["", f"## {table}.toml", "", KEYS[table], "", "| key " + COLUMNS, RULE]
        else:
            key = " + ".join(f"`{k}`" for k in row_key(table))
            lines += ["", f"## {table}.csv", "", f"One row for each {key}.", ""]
            lines += ["| column " + COLUMNS, RULE]
        for column in dictionary()[table].values():
            kind = column.kind + (f" ({', '.join(column.options)})" if column.options else "")
            needed = "taken if blank" if column.filled else "yes" if column.required else ""
            meaning = column.meaning + _limits(column)
            lines.append(f"| {column.name} | {kind} | {column.unit} | {needed} | {meaning} |")
    return "\n".join(lines) + "\n"


def _limits(column: Column) -> str:
    if column.lowest is None:
        return ""
    if column.highest is None:
        return f" ({written_as(column.lowest)} or more)"
    return f" ({from_to(column.lowest, column.highest)})"
