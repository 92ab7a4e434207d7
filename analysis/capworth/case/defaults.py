"""What a case may leave to be taken: names, payers, prices, grades, and ranges by grade.

Nothing is taken silently. What is taken of a row is said in its basis, what of the settings is
kept in `Case.assumed`, and a lint counts the ranges that nobody gave.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date
from hashlib import sha256
from operator import is_

from capworth.case.check import FINANCIAL, tables_needed, year_begun
from capworth.case.dictionary import SETTINGS, dictionary, table_names
from capworth.case.library import library_row
from capworth.case.model import Settings
from capworth.case.numerals import as_point, plain_number
from capworth.case.rows import BY_GRADE, GRADES, TAKEN
from capworth.case.rules.chain import SHARE_STEPS
from capworth.case.tables import RawCase, Row, Table
from capworth.errors import as_seen

UNGRADED = "no grade and no source given: a placeholder"
WHOLE = "whole"  # the one function of a case that tells none apart
SCHEDULES = {"GBP": "green-book", "EUR": "eu-cohesion-3"}  # in force where that money is spent
PLAIN = "constant-4"
TIMES = {"A": (1, 1), "B": (0.9, 1.1), "C": (0.75, 1.25), "D": (0.5, 2), "E": (1 / 3, 3)}
PART = dict(zip(GRADES, (0.0, 0.05, 0.1, 0.2, 0.3), strict=True))  # of a share, either way
SCALE = dict(zip(GRADES, (0.0, 0.03, 0.05, 0.15, 0.25), strict=True))  # of a scale, either way
GROWTH = dict(zip(GRADES, (0.0, 0.005, 0.01, 0.02, 0.03), strict=True))  # a year, either way
EFFECT = {"A": (1, 1), "B": (0.75, 1.25), "C": (0.5, 1.5), "D": (0, 1.5), "E": (0, 2)}
DEFAULTS: Mapping[str, Mapping[str, str]] = {  # cells that are the same in every case
    "capabilities": {"family": "services"},
    "platforms": {"key": "usage"},
    "costs": {"category": "other", "payer": "organisation", "kind": "recurrent"},
    "criteria": {"swing": "100"},
    "improvements": {
        "readiness": "7",
        "illustrative": "no",
        "basis": "as the organisation states it",
    },
    "unit_values": {"scale": "money", "scope": "social"},
}
BY_OTHERS = {"costs", "totals", "improvements", "scores"}  # filled by settings, or other tables
STEMS = {"criteria": ("swing_low", "swing", "swing_high")}
NAMED = 6  # digits of the short name of what has no Latin letters
LATIN = str.maketrans(  # letters that are no others with a mark
    {"ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "þ": "th", "Þ": "TH"}
    | dict(zip("øØłŁđĐðÐıŋŊħĦŧŦ", "oOlLdDdDinNhHtT", strict=True))
)
NOT_KEY = re.compile(r"[^A-Za-z0-9]+")


def with_defaults(raw: RawCase) -> RawCase:
    """Fill what a case leaves to be taken, as text, before any cell is checked.

    What was typed stays, faulty or not; a case that says everything is returned as it is.
    """
    settings = _settings(raw)
    tables = dict(raw.tables)
    for name in tables:
        tables[name] = _named(tables[name])
    undated = _undated(tables)
    ids = {name: _names(table) for name, table in tables.items()}
    for name in tables:
        tables[name] = _filled(tables[name], settings, ids, tables)
    if undated and "costs" in tables:
        tables["costs"] = _paid_in_time(tables["costs"], undated, tables["improvements"])
    needed = tables_needed(raw)
    told = {"functions"} & {*needed, *raw.spoilt} or (
        "functions" in tables and tables["functions"].rows
    )
    if not told and "capabilities" in tables:
        tables["functions"] = _one_function(raw, tables["capabilities"])
        settings = {**settings, "functions": [WHOLE]}
    if "sources" not in tables and not {"sources"} & {*needed, *raw.spoilt}:
        tables["sources"] = Table("sources", raw.place_of("sources"), ())
    if "sources" in tables:  # and not lost
        tables["sources"] = _cited(tables)
    tables = {name: tables[name] for name in table_names() if name in tables}
    return replace(raw, settings=settings, tables=tables)


NO_DEFAULT = {  # settings that are absent where they are not given
    *("note", "draws", "number_format", "budget", "target", "harm_index", "productivity"),
    *("financial_years", "functions", "languages", "excellence_returns", "excellence_extent"),
}


def assumed(raw: RawCase) -> tuple[str, ...]:
    """Name the settings that are taken and not given, in the order of the dictionary."""
    named = [f.name for f in fields(Settings)]
    kept = {*named} - {*raw.settings} - NO_DEFAULT
    return tuple(key for key in dictionary()[SETTINGS] if key in kept)


def _settings(raw: RawCase) -> Mapping[str, object]:
    given = dict(raw.settings)
    stem = NOT_KEY.sub("-", raw.place.stem if raw.is_book else raw.place.resolve().name)
    given.setdefault("name", stem.strip("-") or "case")
    if isinstance(given.get("organisation"), str):
        given.setdefault("title", f"{given['organisation']}: what services cost and what they add")
    day = _day(given.get("appraisal_date"))
    if day:
        given.setdefault("price_year", day.year)
        given.setdefault("first_year", day.year + 1)
    if any(FINANCIAL.fullmatch(str(given.get(key))) for key in ("first_year", "price_year")):
        given.setdefault("financial_years", "yes")
    given.setdefault("years", 10)
    given.setdefault("discounting", SCHEDULES.get(str(given.get("currency")), PLAIN))
    given.setdefault("seed", 1)
    order = [*dictionary()[SETTINGS], *(k for k in given if k not in dictionary()[SETTINGS])]
    return {k: given[k] for k in order if k in given}


def _day(given: object) -> date | None:
    try:
        return given if isinstance(given, date) else date.fromisoformat(str(given))
    except ValueError:
        return None


def _named(table: Table) -> Table:
    """Give each row its short name: that of its name, or of what it belongs to."""
    columns = dictionary()[table.name]
    if "id" not in columns or all(row.cells.get("id") for row in table.rows):
        return table
    taken = {row.cells["id"] for row in table.rows if row.cells.get("id")}
    rows = []
    for row in table.rows:
        words = row.cells.get("name") or "-".join(
            row.cells.get(c, "") for c in ("capability", "platform", "improvement", "category")
        )
        if row.cells.get("id") or not (short := _short(words, taken)):
            rows.append(row)
            continue
        taken.add(short)
        rows.append(replace(row, cells={**row.cells, "id": short}))
    return replace(table, rows=tuple(rows))


def _short(words: str, taken: set[str]) -> str:
    """Make a short name of some words that is none of those taken; empty of no letters.

    Of letters that are not Latin it is a number that follows from them, wherever the row stands.

    >>> _short("National DNA Database (NDNAD)", set()), _short("Radio", {"RADIO"})
    ('NDNAD', 'RADIO-2')
    >>> _short("Nødnett på Ærø", set()), _short("Straße, Łódź", set())
    ('NODNETT-PA-AERO', 'STRASSE-LODZ')
    >>> _short("شبكة", set()), _short("—", set())
    ('X54EF26', '')
    """
    plain = unicodedata.normalize("NFKD", words.translate(LATIN)).encode("ascii", "ignore").decode()
    bracket = re.search(r"\(([A-Z0-9-]{2,12})\)", plain)
    parts = [p for p in NOT_KEY.split(plain.upper()) if p]
    short = bracket[1] if bracket else "-".join(parts)[:24].strip("-")
    if not short and any(map(str.isalnum, words)):
        short = f"X{sha256(as_seen(words).encode()).hexdigest()[:NAMED].upper()}"
    if not short or short not in taken:
        return short
    return next(f"{short}-{k}" for k in range(2, len(taken) + 3) if f"{short}-{k}" not in taken)


def _names(table: Table) -> Mapping[str, str]:
    """Short name by printed name, in small letters; of a cost line by that of its one service."""
    if "names" not in table.known:
        column = "capability" if table.name == "costs" else "name"
        pairs = [(r.cells.get(column, "").casefold(), r.cells.get("id", "")) for r in table.rows]
        many = Counter(name for name, _ in pairs)
        ids = {short.casefold(): name for name, short in pairs} if column != "name" else {}
        table.known["names"] = {
            name: short
            for name, short in pairs
            if name and short and (column == "name" or many[name] == 1)
            if ids.get(name, name) == name  # else it may mean the line of that short name
        }
    names: Mapping[str, str] = table.known["names"]
    return names


def _filled(
    table: Table,
    settings: Mapping[str, object],
    ids: Mapping[str, Mapping[str, str]],
    tables: Mapping[str, Table],
) -> Table:
    columns = dictionary()[table.name]
    form = str(settings.get("number_format") or "")
    named = {c.name: ids.get(c.options[0], {}) for c in columns.values() if c.kind == "ref"}
    if table.known.get("filled") == (form, named):
        return table
    shorts = {name: {*known.values()} for name, known in named.items()}
    rows = []
    for row in table.rows:
        cells = dict(row.cells)
        for name, known in named.items():
            if (text := cells.get(name)) and text not in shorts[name]:
                cells[name] = known.get(text.casefold(), text)
        if table.name == "unit_values" and cells.get("library"):
            cited = library_row(cells["library"])
            cells |= {k: v for k, v in cited.items() if not cells.get(k)}
        taken = []
        for name, value in _usual(table.name, cells, settings):
            if name in columns and not cells.get(name):
                cells[name] = value
                taken.append(f"{name} {value}")
        if table.name in ("costs", "improvements") and taken:
            taken = [words for words in taken if not words.startswith("basis ")]
            cells["basis"] = "; ".join(
                filter(None, (cells.get("basis"), f"{TAKEN}{', '.join(taken)}"))
            )
        cells = _ranged(table.name, cells, form, tables)
        rows.append(row if cells == row.cells else replace(row, cells=cells))
    if not all(map(is_, rows, table.rows)):
        return replace(table, rows=tuple(rows))
    if table.name not in BY_OTHERS:
        table.known["filled"] = form, named
    return table


def _undated(tables: Mapping[str, Table]) -> set[str]:
    """Improvements that do not say when their effects are felt."""
    if "improvements" not in tables:
        return set()
    rows = tables["improvements"].rows
    return {row.cells.get("id", "") for row in rows if not row.cells.get("effect_year")}


def _paid_in_time(costs: Table, undated: set[str], improvements: Table) -> Table:
    """Pay for an improvement that tells no years: its build before its effects, then its running.

    A line that tells a year of its own stays as it is.
    """
    starts = {row.cells.get("id", ""): row.cells for row in improvements.rows}
    rows = []
    for row in costs.rows:
        cells = row.cells
        owner = starts.get(cells.get("improvement", ""), {})
        start, effect = (year_begun(owner.get(c, "")) for c in ("start_year", "effect_year"))
        told = cells.get("from_year") or cells.get("to_year")
        if cells.get("improvement") not in undated or told or not (start and effect).isdigit():
            rows.append(row)
            continue
        years = {"from_year": effect}
        if cells.get("kind") == "one-off":
            years = {"from_year": start, "to_year": str(int(effect) - 1)}
        said = ", ".join(f"{name} {year}" for name, year in years.items())
        basis = "; ".join(filter(None, (cells.get("basis"), f"{TAKEN}{said}")))
        rows.append(replace(row, cells={**cells, **years, "basis": basis}))
    return replace(costs, rows=tuple(rows))


def _usual(
    table: str, cells: Mapping[str, str], settings: Mapping[str, object]
) -> Iterator[tuple[str, str]]:
    """Column and text of what is taken where a cell is blank."""
    yield from DEFAULTS.get(table, {}).items()
    money = table in ("costs", "totals")
    if money and settings.get("currency"):
        yield "currency", str(settings["currency"])
    if money and settings.get("price_year"):
        yield "price_year", str(settings["price_year"])
    if table == "improvements":
        start = year_begun(cells.get("start_year") or str(settings.get("first_year", "")))
        yield "start_year", start
        if start.isdigit():
            yield "effect_year", str(int(start) + 1)


def _ranged(
    table: str, cells: dict[str, str], form: str, tables: Mapping[str, Table]
) -> dict[str, str]:
    """Fill grade, low and high of a row whose most plausible level is given, and say so."""
    low, mode, high = STEMS.get(table, ("low", "mode", "high"))
    columns = dictionary()[table]
    if low not in columns or not columns[low].filled or not cells.get(mode):
        return cells
    try:
        level = float(as_point(cells[mode], form))
    except ValueError:
        return cells
    said = []
    if columns["grade"].filled and not cells.get("grade"):
        cells["grade"] = "E"
        if not cells.get("basis"):
            said.append(UNGRADED)
    grade = cells.get("grade", "")
    if not cells.get(low) and not cells.get(high) and grade in GRADES:
        ends = _ends(table, cells, level, grade, tables)
        cells[low], cells[high] = (plain_number(f"{end:.12g}", form) for end in ends)
        if ends[0] < ends[1]:
            said.append(f"{BY_GRADE} ({grade})")
    if said:
        cells["basis"] = "; ".join(filter(None, (cells.get("basis", ""), *said)))
    return cells


def _ends(
    table: str, cells: Mapping[str, str], level: float, grade: str, tables: Mapping[str, Table]
) -> tuple[float, float]:
    """Low and high of a number by its grade, rounded to two digits, never beyond its own level."""
    share = table in ("functions", "savings") or cells.get("step") in SHARE_STEPS
    if table == "scores":
        worst, best = _scale(cells.get("criterion", ""), tables)
        wide = SCALE[grade] * abs(best - worst)
        low, high = max(level - wide, min(worst, best)), min(level + wide, max(worst, best))
    elif table == "effects" and not (cells.get("step") and cells.get("means") == "level"):
        nothing = 1.0 if cells.get("step") else 0.0
        low, high = sorted(nothing + factor * (level - nothing) for factor in EFFECT[grade])
        low = max(low, 0.0) if nothing else low
    elif table == "business_as_usual":
        low, high = level - GROWTH[grade], level + GROWTH[grade]
    elif table == "criteria":
        wide = 100 * PART[grade]
        low, high = max(level - wide, 0.0), min(level + wide, 100.0)
    elif share and level == 1 and table == "functions":
        low, high = 1.0, 1.0
    elif share:
        low, high = max(level - PART[grade], 0.0), min(level + PART[grade], 1.0)
    else:
        low, high = (level * factor for factor in TIMES[grade])
    rounded = sorted(float(f"{end:.2g}") if grade in "CDE" else end for end in (low, high))
    return min(rounded[0], level), max(rounded[1], level)


def _scale(criterion: str, tables: Mapping[str, Table]) -> tuple[float, float]:
    """Worst and best of a criterion; none where it cannot be read."""
    for row in tables["criteria"].rows if "criteria" in tables else ():
        if row.cells.get("id") == criterion:
            try:
                return float(row.cells.get("worst", "")), float(row.cells.get("best", ""))
            except ValueError:
                break
    return 0.0, 0.0


def _one_function(raw: RawCase, capabilities: Table) -> Table:
    """Say of every capability that its activity is one whole, where none are told apart."""
    words = ("1", "1", "1", "E", "the case tells no functions apart")
    cells = dict(zip(("low", "mode", "high", "grade", "basis"), words, strict=True))
    rows = tuple(
        Row(row.number, {"capability": row.cells["id"], "function": WHOLE, **cells})
        for row in capabilities.rows
        if row.cells.get("id")
    )
    return Table("functions", raw.place_of("capabilities"), rows)


def _cited(tables: Mapping[str, Table]) -> Table:
    """Add the sources of published values that the case takes from the library."""
    sources = tables["sources"]
    known = {row.cells.get("id") for row in sources.rows}
    wanted: Sequence[str] = [
        row.cells["library"]
        for row in (tables["unit_values"].rows if "unit_values" in tables else ())
        if row.cells.get("library")
    ]
    rows = list(sources.rows)
    for value in wanted:
        found = library_row(value, source=True)
        if found and found["id"] not in known:
            known.add(found["id"])
            rows.append(Row(0, found))
    return replace(sources, rows=tuple(rows))
