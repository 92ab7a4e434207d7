"""Sisters of the named kinds: what else an analyst, a program or a copy does to the same places.

Each is made in a copy of the small case, and is either told or read as what it means; nothing in
between. `make faults` tries them all, as a folder and as a workbook.
"""

import csv
import gzip
import io
import os
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from openpyxl import Workbook, load_workbook

from capworth.case.model import Case
from capworth.case.read import check_case, read_case
from capworth.errors import CapworthError

SMALL = Path(__file__).parents[1] / "cases" / "small"
Spoil = Callable[[Path], object]


@dataclass(frozen=True, slots=True)
class Sister:
    """One more way to be wrong, or to be right.

    Attributes
    ----------
    kind : under which it is counted
    name : of itself
    spoil : a copy of the small case
    means : "told" where it must be mended; "same" where the case is what it was
    """

    kind: str
    name: str
    spoil: Any
    means: str


NUMBERS_SAME = (
    "100000.",
    "+100000",
    "1e5",
    "1E+5",
    "100000.0",
    "١٠٠٠٠٠",
    "１０００００",
    " 100000 ",
)
NUMBERS_TOLD = (
    *("100\u00a0000", "100\u202f000", "100 000", "100,000", "100.000", "100'000", "100’000"),
    *("1.000.000", "1,00,000", "€100000", "$100000", "100000€", "100000%", "100k", "1m", "~100000"),
    *("(100000)", "−100000", "–5", "100000-120000", "1/2", "½", "1²", "1٫5", "1٬000", "-0", "inf"),
    *("-inf", "1e400", "1e-400", "1e19", "nan", "NULL", "None", "N/A", "-", "?", ".", "1e5e5"),
    *("TRUE", "True", "yes", "0x1F4", "1_000", "'100000", "“100000”", "100000 (est)", "60.000"),
)
COSTS = "costs.csv"
WORDS_TOLD = {  # column of a file -> what cannot stand there
    ("improvements.csv", "must"): ("YES", "Yes", "y", "1", "true", "oui", "x", "✓", "FALSE"),
    ("judgements.csv", "day"): (
        "01/06/2024",
        "45444",
        "2024/06/01",
        "2024-6-1",
        "2024-06-01T00:00",
    ),
    (COSTS, "price_year"): ("24", "FY2024", "45657", "2024-12-31", "2024/22", "2,024", "2.024"),
    (COSTS, "currency"): ("euro", "eur", "€", "EURO", "E U R"),
    (COSTS, "capability"): ("reg", "RЕG", "REG\u200b", "R EG", "ＲＥＧ", "R\u00adEG", "REG;NET"),
    (COSTS, "basis"): (
        "TBD",
        "n/a",
        "?",
        "-",
        "xxx",
        "see above",
        "unknown",
        "à compléter",
        "…",
        "0",
        "dito",
    ),
    ("capabilities.csv", "name"): (
        *("\u00a0", "a\ue000b", "a\uffffb", "a\u202eb", "a\x00b", "Register of persons"),
        *("REGISTER  OF PERSONS", "Register\u200b of persons"),
    ),
}
NAMES_SAME = ("Network 🚓", "网络", "شبكة", "$2m to $3m", "Secure\tnetwork", "<b>", "a" * 300, "ÉÀ")


def _cell(file: str, column: str, text: str, row: int = 1) -> Spoil:
    def spoil(folder: Path) -> None:
        path = folder / file
        table = list(csv.reader(io.StringIO(path.read_text("utf-8"), newline="")))
        table[row][table[0].index(column)] = text
        lines = io.StringIO(newline="")
        csv.writer(lines, lineterminator="\n").writerows(table)
        path.write_bytes(lines.getvalue().encode("utf-8"))

    return spoil


def _bytes(file: str, make: Callable[[bytes], bytes]) -> Spoil:
    def spoil(folder: Path) -> None:
        (folder / file).write_bytes(make((folder / file).read_bytes()))

    return spoil


def _beside(name: str, content: str = "x") -> Spoil:
    def spoil(folder: Path) -> None:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")

    return spoil


def _named(old: str, new: str) -> Spoil:
    return lambda folder: (folder / old).rename(folder / new)


def _instead(make: Callable[[Path], object]) -> Spoil:
    def spoil(folder: Path) -> None:
        (folder / "relations.csv").unlink()
        make(folder / "relations.csv")

    return spoil


HEAD = b"\n"
BYTES_SAME: dict[str, Callable[[bytes], bytes]] = {
    "a mark of UTF-8": lambda b: b"\xef\xbb\xbf" + b,
    "lines that end as on Windows": lambda b: b.replace(b"\n", b"\r\n"),
    "lines that end as on an old Mac": lambda b: b.replace(b"\n", b"\r"),
    "lines that end thrice": lambda b: b.replace(b"\n", b"\r\r\n"),
    "blank lines between": lambda b: b.replace(b"\n", b"\n\n"),
    "lines of commas below": lambda b: b + b"," * 21 + b"\n" + b"," * 30 + b"\n",
    "a comma at the end of each line": lambda b: b.replace(b"\n", b",\n"),
    "blanks around headings": lambda b: b.replace(b",low,", b" , low ,", 1),
    "headings in quotes": lambda b: b.replace(b",low,", b',"low",', 1),
    "quotes inside a cell": lambda b: b.replace(b"posts of", b'posts "of"', 1),
}
BYTES_TOLD: dict[str, Callable[[bytes], bytes]] = {
    "UTF-16": lambda b: b.decode().encode("utf-16"),
    "UTF-16 without a mark": lambda b: b.decode().encode("utf-16-le"),
    "UTF-32": lambda b: b.decode().encode("utf-32"),
    "packed": gzip.compress,
    "two marks of UTF-8": lambda b: b"\xef\xbb\xbf" * 2 + b,
    "nothing": lambda _: b"",
    "one line end": lambda _: b"\n",
    "its heading alone": lambda b: b.split(HEAD)[0],
    "no heading": lambda b: b.split(HEAD, 1)[1],
    "a line before the heading": lambda b: b"Costs of the small police\n" + b,
    "a blank line before the heading": lambda b: b"\n" + b,
    "a line sep=": lambda b: b"sep=,\n" + b,
    "tabs": lambda b: b.replace(b",", b"\t"),
    "bars": lambda b: b.replace(b",", b"|"),
    "semicolons and decimal commas": lambda b: b.replace(b",", b";").replace(b"60000", b"60000,5"),
    "lines that end as no system ends them": lambda b: b.replace(b"\n", "\u2028".encode()),
    "headings in capitals": lambda b: b.split(HEAD)[0].upper() + HEAD + b.split(HEAD, 1)[1],
    "a heading in wide letters": lambda b: b.replace(b",low,", ",ｌｏｗ,".encode(), 1),
    "a heading with a joiner": lambda b: b.replace(b",low,", ",low\u200b,".encode(), 1),
    "two headings alike": lambda b: b.replace(b",low,mode,", b",mode,mode,", 1),
    "low and high exchanged": lambda b: b.replace(b",low,mode,high", b",high,mode,low", 1),
    "an open quote": lambda b: b.replace(b"posts of", b'"posts of', 1),
    "a comma in smart quotes": lambda b: b.replace(b"posts of", "“posts, of".encode(), 1),
    "a row of sums": lambda b: b + b"Total," + b"," * 9 + b"7,8,9" + b"," * 9 + b"\n",
    "a byte that is none of text": lambda b: b.replace(b"REG", b"RE\0G", 1),
    "a cell of 200,000 letters": lambda b: b + b'"' + b"x" * 200_000 + b'"\n',
}
NAMES_TOLD = (  # of the table of relations, which may be left out
    *("relations.CSV", "Relations.csv", "relations .csv", "relations.csv.bak", "relations.csv~"),
    *("relations.tsv", "relations.xlsx", "relations.ods", "relations.txt", "relations"),
    *("relations.csv.gz", "relations-2.csv", "relations (1).csv", "relations_v2.csv"),
    *("copy of relations.csv", "Kopie von relations.csv", "relations - Copie.csv", "relation.csv"),
    *("realtions.csv", "relations-synthetic.csv", "relations.numbers", "relations.json"),
    *("relations\u200b.csv", "ｒelations.csv", "relations.csv.crdownload", "relations.parquet"),
)
BESIDE_SAME = (
    *(".DS_Store", "_notes.csv", "notes.txt", "README.md", "Thumbs.db", "desktop.ini", ".git/x"),
    *("~$costs.xlsx", ".~lock.costs.csv#", "workings.xlsx", "minutes.docx", "chart.png"),
)
BESIDE_TOLD = ("data.csv", "extra.csv", "budget.csv", "out/costs.csv", "Case.toml", "case.toml.bak")
INSTEAD: dict[str, Callable[[Path], object]] = {
    "a folder": Path.mkdir,
    "a link to itself": lambda p: p.symlink_to(p.name),
    "a link to nothing": lambda p: p.symlink_to("nowhere"),
    "a link to a device": lambda p: p.symlink_to("/dev/zero"),
    "a pipe": os.mkfifo,
}
DEEP = 10_000
KEYS_SAME = ('budget = "110000"', "budget = 0x1ADB0", "budget = 110_000", "budget = 1.1e5")
KEYS_TOLD = (
    *("budget = inf", "budget = nan", "budget = true", "budget = 2024-01-01", "budget = [110000]"),
    *("budget = {a = 1}", "budget.x = 1", f"budget = {'9' * 400}", f"budget = {'9' * 5_000}"),
    *(
        "budget = 110.000",
        'budget = "110.000"',
        "Budget = 3",
        '"budget " = 3',
        "budget = 1\nbudget = 2",
    ),
    *(f"budget = {'[' * DEEP}{']' * DEEP}", f"budget = {'{a=' * DEEP}1{'}' * DEEP}"),
    *("budget: 3", "[case]\nbudget = 3", 'budget = "', "budget = 3\0", f"[{'a.' * 999}a]\nb = 1"),
)
TITLES_TOLD = ('["x"]', "true", '""', '"a\\u0007b"', '"a\\ud800b"', "{a = 1}")
SCENARIOS_TOLD = (
    *("[poor]\nname = 3", '[poor]\nname = ""', 'name = "x"', '[[poor]]\nname = "x"', "[poor]"),
    *('["a b/c"]\nname = "x"', '["../../x"]\nname = "x"', '[poor]\nname = "x"\nwithout = [3]'),
    *('[poor]\nname = "x"\nwithout = [["REG"]]', '[poor]\nname = "x"\nimprovements = [3]'),
    *('[poor]\nname = "x"\nwithout = ["REX"]', '[poor]\nname = "x"\nsettings = {budgte = 3}'),
    *('[poor]\nname = "x"\nweights = {usse = 3}', '[poor]\nname = "Half', "x = " + "[" * DEEP),
)
OTHER_TOLD = {
    "changes.toml": (
        "change = 3",
        "change = [3]",
        '[change]\nkind = "x"',
        'base = "',
        "x = " + "[" * DEEP,
    ),
    "claim.lock.toml": ("", "x = 3", 'a = "', "digest = 3\nregistered = 4"),
    "claim.toml": ("group = 3", "", 'group = [["hosting"]]', "x = " + "[" * DEEP),
}


def sisters() -> Iterator[Sister]:
    """Every sister of a case that is a folder."""
    for text in NUMBERS_SAME:
        yield Sister("a number, typed in another way", text, _cell(COSTS, "mode", text), "same")
    for text in NUMBERS_TOLD:
        yield Sister("a number in a strange form", text, _cell(COSTS, "mode", text), "told")
    for (file, column), texts in WORDS_TOLD.items():
        for text in texts:
            kind = f"a strange {column}"
            row = 2 if column == "name" else 1
            yield Sister(kind, text, _cell(file, column, text, row), "told")
    for text in NAMES_SAME:
        spoil = _cell("capabilities.csv", "name", text, 2)
        yield Sister("a name in whatever letters", text[:20], spoil, "named")
    for name, make in BYTES_SAME.items():
        yield Sister("a file that another program wrote", name, _bytes(COSTS, make), "same")
    for name, make in BYTES_TOLD.items():
        yield Sister("a file that is no table", name, _bytes(COSTS, make), "told")
        referred = (SMALL / "capabilities.csv").read_bytes()
        if make(referred) != referred and name != "a row of sums":
            spoil = _bytes("capabilities.csv", make)
            yield Sister("a file that others refer to", name, spoil, "told")
    for name in NAMES_TOLD:
        yield Sister("a table by another name", name, _named("relations.csv", name), "told")
    for name in BESIDE_SAME:
        yield Sister("a file of nobody's", name, _beside(name), "same")
    for name in BESIDE_TOLD:
        yield Sister("a file that may be a table", name, _beside(name), "told")
    for name, make_it in INSTEAD.items():
        yield Sister("no file in its place", name, _instead(make_it), "told")
    for line in KEYS_SAME:
        yield Sister("a setting, typed in another way", line, _setting("budget", line), "same")
    for line in KEYS_TOLD:
        yield Sister("a strange setting", line[:40], _setting("budget", line), "told")
    for title in TITLES_TOLD:
        yield Sister("a strange setting", title, _setting("title", f"title = {title}"), "told")
    for text in SCENARIOS_TOLD:
        yield Sister("a strange scenario", text[:40], _beside("scenarios.toml", text), "told")
    for file, texts in OTHER_TOLD.items():
        for text in texts:
            yield Sister(f"a strange {file}", text[:40], _beside(file, text), "told")


def _setting(key: str, line: str) -> Spoil:
    def spoil(folder: Path) -> None:
        path = folder / "case.toml"
        kept = [k for k in path.read_text("utf-8").splitlines() if not k.startswith(f"{key} = ")]
        path.write_text("\n".join([*kept, line]) + "\n", encoding="utf-8")

    return spoil


def _at(sheet: str, place: str, value: object, form: str = "") -> Callable[[Workbook], None]:
    def spoil(book: Workbook) -> None:
        cell = book[sheet][place]
        cell.value = value
        if form:
            cell.number_format = form

    return spoil


def _key(key: str, value: Any) -> Callable[[Workbook], None]:
    def spoil(book: Workbook) -> None:
        next(row for row in book["case"].iter_rows() if row[0].value == key)[1].value = value

    return spoil


def _titled(sheet: str, title: str) -> Callable[[Workbook], None]:
    return lambda book: setattr(book[sheet], "title", title)


def _chart(book: Workbook) -> None:
    book.remove(book["relations"])
    book.create_chartsheet("relations")


def _workings(book: Workbook) -> None:
    book.create_sheet("Workings").merge_cells("A1:C3")
    book["Workings"]["A1"] = "=1/0"


LOW, MODE, YEAR = "K2", "L2", "O2"  # on the sheet costs
BOOK_SAME: dict[str, Callable[[Workbook], object]] = {
    "a number with decimals": _at("costs", MODE, 100000.0),
    "a number shown in percent": _at("costs", MODE, 100000, "0%"),
    "a number shown in thousands": _at("costs", MODE, 100000, "#,##0,"),
    "a number shown as money": _at("costs", MODE, 100000, "#,##0 [$€-407]"),
    "a number as text": _at("costs", MODE, "100000"),
    "a hidden sheet": lambda b: setattr(b["costs"], "sheet_state", "hidden"),
    "a sheet hidden twice": lambda b: setattr(b["relations"], "sheet_state", "veryHidden"),
    "a hidden row": lambda b: setattr(b["costs"].row_dimensions[3], "hidden", True),
    "a hidden column": lambda b: setattr(b["costs"].column_dimensions["L"], "hidden", True),
    "a sheet of one's own": _workings,
    "a locked sheet": lambda b: setattr(b["costs"].protection, "sheet", True),
    "a colour at the end": lambda b: setattr(b["costs"]["XFD1048576"], "number_format", "0%"),
    "a return in a heading": _at("costs", "L1", "mode_x000D_\n"),
    "a hard blank in a heading": _at("costs", "L1", "mode\u00a0"),
    "a day that is a day": _key("appraisal_date", date(2024, 12, 31)),
}
BOOK_TOLD: dict[str, Callable[[Workbook], object]] = {
    "a number shown as a day": _at("costs", MODE, 100000, "yyyy-mm-dd"),
    "a year that is a day": _at("costs", YEAR, date(2024, 1, 1), "yyyy"),
    "a year that is an hour": _at("costs", YEAR, time(20, 24)),
    "true for a number": _at("costs", MODE, True),
    "true for yes": _at("improvements", "G2", True),
    "a formula that nobody computed": _at("costs", MODE, "=50000*2"),
    "a formula beside": _at("costs", "Z2", "=1"),
    "an error beside": _at("costs", "Z9", "#DIV/0!"),
    "a bell that XML hides": _at("costs", "V2", "a_x0007_b"),
    "a cell beside": _at("costs", "Z3", "x"),
    "a cell below": _at("costs", "A60", "look at this"),
    "a cell at the end": _at("costs", "XFD1048576", "x"),
    "merged cells": lambda b: b["costs"].merge_cells("B2:B4"),
    "merged headings": lambda b: b["costs"].merge_cells("A1:B1"),
    "a row before the heading": lambda b: b["costs"].insert_rows(1),
    "a column before the first": lambda b: b["costs"].insert_cols(1),
    "a heading in capitals": _at("costs", "L1", "Mode"),
    "two headings alike": _at("costs", "K1", "mode"),
    "a setting twice": lambda b: b["case"].append(["years", 7]),
    "a setting in capitals": lambda b: b["case"].append(["Years", 7]),
    "settings one column on": lambda b: b["case"].insert_cols(1),
    "a day as a number": _key("appraisal_date", 45657),
    "a day as in America": _key("appraisal_date", "12/31/2024"),
    "a chart for a table": _chart,
    "a sheet in capitals": _titled("relations", "RELATIONS "),
    "a sheet with a slip": _titled("relations", "relation"),
    "a copied sheet": lambda b: setattr(b.copy_worksheet(b["costs"]), "title", "costs (2)"),
    "a sheet by another name": _titled("relations", "Beziehungen"),
    "a sheet by a number": _titled("relations", "Sheet1"),
    "settings by another name": _titled("case", "Settings"),
}


def try_sisters(write_book: Callable[[Path], Path], every: int = 1) -> dict[str, Counter[str]]:
    """Make each sister, or one of so many; count what came of it, by kind."""
    found: dict[str, Counter[str]] = {}
    right = read_case(SMALL)
    for sister in list(sisters())[::every]:
        with TemporaryDirectory() as place:
            folder = Path(shutil.copytree(SMALL, Path(place) / "small"))
            sister.spoil(folder)
            found.setdefault(sister.kind, Counter())[_verdict(sister, folder, right)] += 1
    with TemporaryDirectory() as place:
        path = write_book(Path(place) / "small.xlsx")
        whole, right = path.read_bytes(), read_case(path)
        ways = [
            Sister("a workbook, made in another way", *one, "same") for one in BOOK_SAME.items()
        ]
        ways += [Sister("a strange workbook", *one, "told") for one in BOOK_TOLD.items()]
        for sister in ways[::every]:
            book = load_workbook(io.BytesIO(whole))
            sister.spoil(book)
            book.save(path)
            found.setdefault(sister.kind, Counter())[_verdict(sister, path, right)] += 1
    return found


def _verdict(sister: Sister, place: Path, right: Case) -> str:
    try:
        told = check_case(place)
        if told and len(told) > MANY:
            return f"{len(told)} FAULTS OF ONE: {sister.kind}, {sister.name!r}"
        if told:
            return "right" if sister.means == "told" else f"TOLD: {sister.name!r}: {told[0]}"
        if sister.means == "told":
            return f"SILENT: {sister.kind}, {sister.name!r}"
        if sister.means == "same" and _bare(read_case(place)) != _bare(right):
            return f"ANOTHER CASE: {sister.kind}, {sister.name!r}"
    except CapworthError as error:
        return f"BROKE: {sister.name!r}: {error}"
    except Exception as error:
        return f"BROKE: {sister.name!r}: {type(error).__name__}: {error}"
    return "right"


ROW = re.compile(r"row=\d+")
MANY = 30  # faults that one thing may bring about


def _bare(case: Case) -> str:
    """What a case says, without its fingerprint and the numbers of its rows."""
    bare = replace(case, fingerprint="")
    return ROW.sub("", repr(bare))
