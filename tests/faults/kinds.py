"""Named kinds of wrong input, each tried once, and whether it was told where it stands.

The kinds are made of the data dictionary: what can be wrong with each column of each table of the
small case, with each table, and with the words of each command.
"""

import csv
import io
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from click.testing import CliRunner

from capworth.case.dictionary import Column, dictionary, table_names
from capworth.case.read import check_case
from capworth.cli import COMMANDS, main
from capworth.errors import Finding

SMALL = Path(__file__).parents[1] / "cases" / "small"
Table = list[list[str]]


@dataclass(frozen=True, slots=True)
class Slip:
    """One wrong thing in one file of the small case.

    Attributes
    ----------
    kind : its name, under which it is counted
    file : where it is made
    make : from the rows of the file, the heading among them, to what the file holds
    row, column : where it must be told; row 0 is anywhere in the file
    """

    kind: str
    file: str
    make: Callable[[Table], Table | bytes]
    row: int = 0
    column: str = ""


# What a case may leave to be taken: it is said in the basis, or told elsewhere.
TAKEN = (
    *("id", "name", "family", "grade", "currency", "price_year", "category", "payer", "kind"),
    *("key", "swing", "readiness", "start_year", "effect_year", "illustrative", "basis"),
    *("scale", "scope"),
)


def slips() -> Iterator[Slip]:
    """Every kind in every place of the small case where it can be made."""
    for table in table_names():
        path = SMALL / f"{table}.csv"
        if not path.exists():
            continue
        columns = dictionary()[table]
        heading, *rows = csv.reader(io.StringIO(path.read_text("utf-8"), newline=""))
        yield from _of_file(path.name, heading)
        for at, name in enumerate(heading):
            filled = [k for k, row in enumerate(rows, 1) if row[at]]
            for kind, text in _cells(columns[name]):
                k = filled[0] if filled else 1
                yield Slip(kind, path.name, _typed(k, at, text), k + 1, name)


def _cells(column: Column) -> Iterator[tuple[str, str]]:
    """What can be wrong in a cell of a column: the name of the kind, and what is typed."""
    if column.required:
        yield ("a cell left to be taken" if column.name in TAKEN else "an empty cell"), ""
    yield "an error of a spreadsheet", "#REF!"
    yield "a formula", "=1+1"
    yield "a call of a program", "=cmd|'/C calc'!A0"
    yield "a character that nobody sees", "a\x07b"
    match column.kind:
        case "number" | "whole" | "year" | "confidence":
            yield "a word for a number", "many"
            yield "a number that is none", "nan"
            yield "a number without end", "1e999"
            yield "a number with a blank", "1 000"
            yield "a number with a unit", "12 EUR"
            yield "a number in other digits and marks", "1.000,5"
            if column.lowest is not None:
                yield "less than can be", f"{column.lowest - 1:g}"
            if column.highest is not None:
                yield "more than can be", f"{column.highest + 1:.0f}"
            if column.kind in ("whole", "year"):
                yield "a part of a whole", "1999.5"
        case "choice" | "flag" | "grade" | "ref" | "refs" | "schedule" | "bias":
            yield "a word that is not known", "nobody"
            yield "a word in other letters", "ZZ TOP"
        case "date":
            yield "a day in another order", "31/12/2024"
            yield "a day that is none", "2024-02-30"
        case "key":
            yield "a short name with a blank", "two words"


def _of_file(name: str, heading: list[str]) -> Iterator[Slip]:
    """What can be wrong with a table as a whole, with its heading, and with its rows."""
    yield Slip("a table that is not UTF-8", name, lambda t: _written(t) + "é".encode("latin-1"))
    yield Slip("a table parted by semicolons", name, lambda t: _written(t).replace(b",", b";"))
    yield Slip("a table with an open quote", name, lambda t: _written(t) + b'"open')
    yield Slip("a table of bytes", name, lambda _: b"PK\x03\x04\0\0\0")
    yield Slip("a table without a heading", name, lambda t: [[""] * len(t[0]), *t[1:]])
    yield Slip("a row with a cell too many", name, lambda t: [*t, [*t[-1], "more"]], -1)
    yield Slip("a row with a cell too few", name, lambda t: [*t, t[-1][:-2]], -1)
    yield Slip("a row that stands twice", name, lambda t: [*t, t[1]], -1)
    yield Slip("a column nobody knows", name, lambda t: [[*r, "x"] for r in t], 1, "x")
    for at, column in enumerate(heading):
        twice = [*heading, column]
        yield Slip("a column that stands twice", name, _headed(twice), 1, column)
        wrong = [*heading[:at], f"{column}x", *heading[at + 1 :]]
        yield Slip("a column with a slip in its name", name, _headed(wrong), 1, f"{column}x")


def _headed(heading: list[str]) -> Callable[[Table], Table]:
    def make(table: Table) -> Table:
        more = [""] * (len(heading) - len(table[0]))
        return [heading, *([*row, *more] for row in table[1:])]

    return make


def _typed(row: int, at: int, text: str) -> Callable[[Table], Table]:
    def make(table: Table) -> Table:
        changed = [list(line) for line in table]
        changed[row][at] = text
        return changed

    return make


def _written(table: Table) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(table)
    return text.getvalue().encode("utf-8", "surrogatepass")


def try_slips(every: int = 1) -> dict[str, Counter[str]]:
    """Make each slip, or one of so many, in a copy of the small case; count what was told.

    Returns
    -------
    By the name of the kind: `right` where it was told in its place, else what happened
    """
    found: dict[str, Counter[str]] = {}
    with TemporaryDirectory() as place:
        folder = Path(shutil.copytree(SMALL, Path(place) / "small"))
        for slip in list(slips())[::every]:
            path = folder / slip.file
            before = path.read_bytes()
            table = list(csv.reader(io.StringIO(before.decode("utf-8"), newline="")))
            made = slip.make(table)
            path.write_bytes(made if isinstance(made, bytes) else _written(made))
            found.setdefault(slip.kind, Counter())[_verdict(folder, slip)] += 1
            path.write_bytes(before)
    return found


def _verdict(folder: Path, slip: Slip) -> str:
    where = f"{slip.file}, {slip.column}"
    try:
        told = check_case(folder)
    except Exception as error:
        return f"BROKE {type(error).__name__}: {where}"
    if slip.kind == "a cell left to be taken" or any(_is_there(f, slip) for f in told):
        return "right"
    return f"elsewhere: {where}: {told[0]}" if told else f"SILENT: {where}"


def _is_there(finding: Finding, slip: Slip) -> bool:
    if finding.file != slip.file:
        return False
    if slip.row > 0 and finding.row != slip.row:
        return False
    return slip.row <= 0 or not slip.column or finding.column == slip.column


WORDS: tuple[tuple[str, ...], ...] = (
    (),
    ("nowhere",),
    ("nowhere", "nowhere"),
    ("nowhere", "nowhere", "nowhere", "nowhere"),
    ("--nonsense",),
    ("",),
    ("/dev/null",),
    ("a.file",),
    ("empty",),
    ("empty", "a.file"),
    ("x" * 5000,),
    ("nul\0",),
    ("-",),
    ("\udcff",),
)


def try_commands() -> dict[str, Counter[str]]:
    """Call every command with odd words: a sentence and exit code 2, and nothing written."""
    found: dict[str, Counter[str]] = {}
    before = os.getcwd()
    for command in COMMANDS:
        tally = found.setdefault(f"capworth {command}", Counter())
        for words in WORDS:
            with TemporaryDirectory() as place:
                os.chdir(place)
                try:
                    Path("a.file").write_text("no table", encoding="utf-8")
                    Path("empty").mkdir()
                    tally[_said([command, *words], Path(place))] += 1
                finally:
                    os.chdir(before)
    return found


def _said(words: list[str], place: Path) -> str:
    """Call, and say whether it ended as it should."""
    stood = sorted(place.rglob("*"))
    done = CliRunner().invoke(main, words)
    shown = " ".join(word[:20] for word in words).encode("ascii", "replace").decode()
    if done.exit_code not in (0, 2) or "Traceback" in done.output:
        return f"BROKE {done.exit_code}: {shown}"
    if done.exit_code == 2 and not done.output.strip():
        return f"SILENT: {shown}"
    if done.exit_code == 2 and sorted(place.rglob("*")) != stood:
        return f"WROTE: {shown}"
    return "right"


def table_of(found: dict[str, Counter[str]]) -> str:
    """Kind, tried, right: as a table in Markdown, and what was not right below it."""
    lines = ["| kind | tried | right |", "| --- | ---: | ---: |"]
    lines += [f"| {kind} | {sum(n.values())} | {n['right']} |" for kind, n in found.items()]
    tried = sum(sum(n.values()) for n in found.values())
    lines.append(f"| together | {tried} | {sum(n['right'] for n in found.values())} |")
    rest = [f"- {kind}: {what}" for kind, n in found.items() for what in n if what != "right"]
    return "\n".join([*lines, "", *rest])
