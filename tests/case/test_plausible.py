"""What no case can mean is told, with its place; what is only near it is not."""

from pathlib import Path

import pytest

from capworth.case.read import check_case

SLIPS = {
    "a start after the end": (
        *("improvements.csv", "2025,2026,no", "2090,2091,no", "start_year"),
        "after the last year of the appraisal (2027)",
    ),
    "a level off the scale": ("scores.csv", "120,150,180", "-500,150,180", "low", "far off the"),
    "a reference off the scale": ("criteria.csv", ",6,20,50", ",-4,20,50", "reference", "outside"),
    "a promise far off the scale": (
        *("effects.csv", "10,30,50", "10,30,500", "high"),
        "it leads to 690, far off the scale (0 to 200)",
    ),
    "a volume of no time": ("chain.csv", "12000,a year", "12000,searches", "unit", "does not say"),
    "money of a month": ("network.csv", "2024 a year", "2024 a month", "unit", "counts 'a month'"),
    "money of another currency": (
        *("network.csv", "EUR of 2024 a year", "USD of 2024 a year", "unit"),
        "'USD of 2024 a year' is not EUR of 2024",
    ),
    "prices of another year": (
        *("network.csv", "EUR of 2024 a year", "EUR of 2019 a year", "unit"),
        "'EUR of 2019 a year' is not EUR of 2024",
    ),
    "a budget in millions": (
        *("case.toml", "budget = 110000", "budget = 40", "budget"),
        "40 is less than a hundredth of the cheapest improvement (LINK: 30,000)",
    ),
    "a factor in percent": ("effects.csv", "1.1,1.5,2", "1.1,150,200", "mode", "a factor of 150"),
}


def retype(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("kind", SLIPS)
def test_a_slip_is_told_where_it_stands(folder: Path, kind: str) -> None:
    file, old, new, column, told = SLIPS[kind]
    retype(folder, file, old, new)
    found = [f for f in check_case(folder) if f.file == file and f.column == column]
    assert len(found) == 1
    assert told in found[0].problem


MORE = {  # tables that the small case leaves out: a slip in each
    "limits": (
        "id,name,kind,amount,basis\nL,Limit,money_a_year,40,board\n",
        ("amount", "40 is less than a hundredth"),
    ),
    "targets": (
        "id,name,measure,capability,criterion,amount,basis\nT,Aim,level,REG,reach,208,board\n",
        ("amount", "208 is outside the scale 0 to 200"),
    ),
    "savings": (
        "improvement,line,low,mode,high,grade,basis\nSCAN,REG-STAFF,0.6,0.7,0.8,D,judged\n"
        "LINK,REG-STAFF,0.5,0.6,0.7,D,judged\n",
        ("low", "1.1 of REG-STAFF is saved at the least"),
    ),
}


@pytest.mark.parametrize("table", MORE)
def test_a_slip_in_another_table_is_told(folder: Path, table: str) -> None:
    content, (column, told) = MORE[table]
    (folder / f"{table}.csv").write_text(content, encoding="utf-8")
    (found,) = check_case(folder)
    assert (found.file, found.column) == (f"{table}.csv", column)
    assert found.problem.startswith(told)


OTHER_TIMES = (
    *("searches a month", "searches/week", "searches per day", "per fortnight", "searches p.m."),
    *("/mo", "weekly", "Jan-Mar", "in 6 months", "par mois", "al mes", "per hour", "a decade"),
)


@pytest.mark.parametrize("unit", OTHER_TIMES)
def test_volumes_of_another_time_are_told(folder: Path, unit: str) -> None:
    path = folder / "chain.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    heading = lines[0].strip().split(",")
    cells = lines[1].rstrip("\n").split(",")
    cells[heading.index("unit")] = unit
    path.write_text("".join([lines[0], ",".join(cells) + "\n", *lines[2:]]), encoding="utf-8")
    found = [f for f in check_case(folder) if f.column == "unit"]
    assert len(found) == 1
    assert "and not a year" in found[0].problem


@pytest.mark.parametrize("unit", ["a year", "searches/year", "annual", "par an", "al año", "p.a."])
def test_a_year_is_told_in_many_words(folder: Path, unit: str) -> None:
    retype(folder, "chain.csv", "9000,10000,12000,a year", f"9000,10000,12000,{unit}")
    assert check_case(folder) == ()


def test_what_must_be_is_paid_for(folder: Path) -> None:
    """SCAN asks 60,000 and LINK 20,000 pounds of 2020: 20,000 x 1.2 x 100/80 = 30,000 euros."""
    path = folder / "improvements.csv"
    path.write_text(path.read_text("utf-8").replace(",no,yes,", ",yes,yes,", 2), encoding="utf-8")
    retype(folder, "case.toml", "budget = 110000", "budget = 90000")
    assert check_case(folder) == ()
    retype(folder, "case.toml", "budget = 90000", "budget = 89000")
    (found,) = check_case(folder)
    assert found.problem == "89,000 does not pay for what must be (SCAN, LINK: 90,000)"
    retype(folder, "case.toml", "budget = 89000", "budget = 90000")
    limits = folder / "limits.csv"
    for kind, amount, told in (
        ("money", 89_000, 1),
        ("money", 90_000, 0),
        ("money_a_year", 29_000, 1),
        ("money_a_year", 30_000, 0),
    ):
        row = f"L,Limit,{kind},{amount},board\n"
        limits.write_text(f"id,name,kind,amount,basis\n{row}", encoding="utf-8")
        assert len(check_case(folder)) == told, (kind, amount)


@pytest.mark.parametrize(
    ("table", "old", "new", "column"),
    [
        ("members.csv", "XNB,Beacon,Africa", "XNB,Beacon,africa", "region"),
        ("members.csv", "XNB,Beacon,Africa", "XNB,Beacon,\u0410frica", ""),  # a Cyrillic letter
        ("capabilities.csv", "Réseau sécurisé,data", "Réseau sécurisé,Data", "family"),
        ("activity.csv", "REG,hits,2024", "REG,Hits,2024", "metric"),
        ("sources.csv", "LEDGER,", "LEDGER,One,,2024,,\nLedger,", "id"),
    ],
)
def test_words_that_look_alike_are_told(
    folder: Path, table: str, old: str, new: str, column: str
) -> None:
    retype(folder, table, old, new)
    told = [f for f in check_case(folder) if "looks like" in f.problem]
    assert {(f.file, f.column) for f in told} == ({(table, column)} if column else set())


@pytest.mark.parametrize("words", ["n/a", "tbd", "to be confirmed", "see above", "idem", "#REF!"])
def test_a_basis_that_says_nothing_is_none(folder: Path, words: str) -> None:
    retype(folder, "scores.csv", "survey of 2023", words)
    (found,) = check_case(folder)
    assert (found.file, found.row, found.column) == ("scores.csv", 2, "basis")


def test_a_scale_with_one_end_is_told_and_breaks_nothing(folder: Path) -> None:
    retype(folder, "criteria.csv", "hours,48,0,12:60", "hours,48,,12:60")
    found = [f for f in check_case(folder) if (f.file, f.column) == ("criteria.csv", "best")]
    assert [f.row for f in found] == [4]


def test_dues_of_a_year_without_an_index_are_told(folder: Path) -> None:
    """The run ended in a fault of ours: nothing asked for the index of what members pay."""
    retype(folder, "members.csv", ",contribution,", ",contribution_year,contribution,")
    text = (folder / "members.csv").read_text("utf-8")
    for size in ("small", "medium", "large"):
        text = text.replace(f",{size},", f",{size},2047,")
    (folder / "members.csv").write_text(text, encoding="utf-8")
    (found,) = check_case(folder)
    assert (found.file, found.row, found.column) == ("members.csv", 2, "contribution_year")
    assert found.problem == f"no price index of EUR in 2047, which {text.count('2047')} rows need"


def test_what_lacks_in_prices_is_told_once(folder: Path) -> None:
    """Two hundred amounts of one year lack one index, not two hundred."""
    retype(folder, "prices.csv", "deflator,EUR,2024", "deflator,EUR,2023")
    found = check_case(folder)
    assert [f.fix for f in found] == ["Add a row 'deflator,EUR,2024' to prices."]


def test_no_estimate_was_published_after_the_appraisal(folder: Path) -> None:
    (folder / "published.csv").write_text(
        "improvement,metric,year,kind,value,unit,currency,price_year,grade,source\n"
        "SCAN,build,2024,one-off,5,EUR,EUR,2024,B,LEDGER\n"
        "SCAN,build,2025,one-off,6,EUR,EUR,2024,B,LEDGER\n",
        encoding="utf-8",
    )
    (found,) = check_case(folder)
    assert (found.file, found.row, found.column) == ("published.csv", 3, "year")
    assert found.problem == "2025 is after the appraisal (2024-12-31)"
