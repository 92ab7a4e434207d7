"""What `check` passes, `run` must carry out: cases that are odd and allowed, each made whole.

A case is changed as a person might (a number to none or to its end, a row or a table away, a rule
more, another setting); where nothing is to be mended, it is appraised, said and shown.
"""

import csv
import random
import shutil
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from capworth.case.dictionary import SETTINGS, Column, dictionary
from capworth.case.read import read_case
from capworth.cli.check import hold
from capworth.errors import CapworthError, CaseError
from capworth.render.html import write_html
from capworth.report.edition import Content
from capworth.report.explorer import write_explorer
from capworth.study.stages import run_study
from capworth.study.tables import as_csv, tables_of

SMALL = Path(__file__).parents[1] / "cases" / "small"
Table = list[list[str]]
SIZES = ("0", "1e-9", "0.5", "1", "3", "100", "1e6", "1e12")
RULES: dict[str, tuple[str, ...]] = {
    "minimums": (
        "M1,At least two,2,,CLOUD SCAN,asked",
        "M1,At least three,3,,CLOUD SCAN LINK,asked",
        "M1,One of exchange,1,exchange,,asked",
    ),
    "limits": (
        "L1,A year of little money,money_a_year,,2025,2025,1,asked",
        "L1,A year of no money,money,,2026,2026,0,asked",
        "L1,Little money of members,money,members,,,5,asked",
        "L1,No posts,staff,,,,0,asked",
        "L1,After the end,money,,2060,2070,5,asked",
    ),
    "targets": (
        "T1,Half the way,distance,,,50,asked",
        "T1,More than all,distance,,,100,asked",
        "T1,A level,level,REG,speed,1,asked",
        "T1,A score,score,,,5,asked",
        "T1,Money,money,,,1e9,asked",
        "T1,Days,harm,,,1e9,asked",
    ),
    "relations": (
        "SCAN,requires,CLOUD,asked",
        "CLOUD,requires_any,SCAN,asked",
        "LINK,excludes,CLOUD,asked",
        "SCAN,requires,LINK,asked",
    ),
}
HEADS = {
    "minimums": "id,name,at_least,function,improvements,basis",
    "limits": "id,name,kind,payer,from_year,to_year,amount,basis",
    "targets": "id,name,measure,capability,criterion,amount,basis",
    "relations": "improvement,relation,other,basis",
}


def changed(folder: Path, chance: random.Random) -> str:
    """Change one thing in a case, and say what."""
    do: Callable[[Path, random.Random], str] = chance.choice(
        [_a_number, _a_number, _a_row_less, _a_table_less, _a_rule, _a_must, _a_setting, _a_setting]
    )
    return do(folder, chance)


def _read(path: Path) -> Table:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines))


def _write(path: Path, table: Table) -> None:
    with path.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines, lineterminator="\n").writerows(table)


def _a_table(folder: Path, chance: random.Random) -> Path:
    return chance.choice(sorted(folder.glob("*.csv")))


def _a_number(folder: Path, chance: random.Random) -> str:
    """Set the ends and the middle of a row, or its one number, to one size."""
    path = _a_table(folder, chance)
    table = _read(path)
    columns = dictionary()[path.stem]
    numbers = [k for k, c in enumerate(table[0]) if columns[c].kind in ("number", "whole", "year")]
    rows = [row for row in table[1:] if row]
    if not numbers or not rows:
        return ""
    row, size = chance.choice(rows), chance.choice(SIZES)
    ends = [k for k, c in enumerate(table[0]) if c in ("low", "mode", "high")]
    if ends and chance.random() < 0.7:
        for k in ends:
            row[k] = size
        what = "low, mode, high"
    else:
        k = chance.choice(numbers)
        row[k], what = _within(columns[table[0][k]], size), table[0][k]
    _write(path, table)
    return f"{path.stem} {row[0]}: {what} = {size}"


def _within(column: Column, size: str) -> str:
    low, high = column.lowest, column.highest
    number = min(max(float(size), -1e12 if low is None else low), 1e12 if high is None else high)
    return f"{number:.0f}" if column.kind in ("whole", "year") else f"{number:g}"


def _a_row_less(folder: Path, chance: random.Random) -> str:
    path = _a_table(folder, chance)
    table = _read(path)
    if len(table) < 3:
        return ""
    row = table.pop(chance.randrange(1, len(table)))
    _write(path, table)
    return f"{path.stem} without {row[:3]}"


def _a_table_less(folder: Path, chance: random.Random) -> str:
    path = _a_table(folder, chance)
    path.unlink()
    return f"no {path.stem}"


def _a_rule(folder: Path, chance: random.Random) -> str:
    name = chance.choice(sorted(RULES))
    path, rule = folder / f"{name}.csv", chance.choice(RULES[name])
    table = _read(path) if path.exists() else [HEADS[name].split(",")]
    _write(path, [*table, rule.split(",")])
    return f"{name}: {rule}"


def _a_must(folder: Path, chance: random.Random) -> str:
    path = folder / "improvements.csv"
    if not path.exists():
        return ""
    table = _read(path)
    at, row = table[0].index("must"), chance.choice(table[1:])
    row[at] = "yes"
    _write(path, table)
    return f"{row[0]} must be"


def _a_setting(folder: Path, chance: random.Random) -> str:
    columns = dictionary()[SETTINGS].values()
    fit = [c for c in columns if c.kind in ("choice", "number", "whole", "list")]
    often = [c for c in fit if c.name in ("budget", "objective", "years")]
    column = chance.choice([*often, chance.choice(fit)])
    if column.name in ("draws", "seed", "languages"):
        return ""
    match column.kind:
        case "choice":
            text = f'"{chance.choice(column.options)}"'
        case "list":
            text = f'["{chance.choice(column.options)}"]'
        case _:
            text = _within(column, chance.choice(SIZES))
    path = folder / "case.toml"
    lines = path.read_text("utf-8").splitlines()
    lines = [line for line in lines if not line.startswith(f"{column.name} = ")]
    path.write_text("\n".join([*lines, f"{column.name} = {text}"]) + "\n", encoding="utf-8")
    return f"{column.name} = {text}"


def whole(folder: Path) -> None:
    """Appraise a case and say it in every form that needs no typesetter."""
    study = run_study(read_case(folder), 100)
    for table in tables_of(study).values():
        as_csv(table)
    write_html(Content.of(study).said("en"), study.figures)
    write_explorer(study, ["en"])


def try_passing(rounds: int, seed: int, every: int = 1) -> Counter[str]:
    """Make cases of one to three changes; carry out those that the check passes.

    Returns
    -------
    How many were told, how many passed and were carried out, and what was not
    """
    told = Counter[str]()
    for number in range(seed, seed + rounds):
        chance = random.Random(number)
        with TemporaryDirectory() as place:
            folder = Path(shutil.copytree(SMALL, Path(place) / "small"))
            made = [changed(folder, chance) for _ in range(chance.randint(1, 3))]
            words = f"seed {number}: {'; '.join(filter(None, made))}"
            try:
                try:
                    hold(read_case(folder))
                except CaseError:
                    told["told"] += 1
                    continue
                whole(folder)
            except CapworthError as error:
                told[f"REFUSED: {words}: {str(error)[:300]}"] += 1
            except Exception as error:
                told[f"BROKE: {words}: {type(error).__name__}: {error}"[:600]] += 1
            else:
                told["carried out"] += 1
    return told


if __name__ == "__main__":
    first, rounds = map(int, sys.argv[1:3])
    for start in range(first, first + rounds, 10):
        found = try_passing(10, start)
        print({k: n for k, n in found.items() if k in ("told", "carried out")}, flush=True)
        for line in found:
            if line not in ("told", "carried out"):
                print(line, flush=True)
