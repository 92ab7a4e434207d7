"""Every number on the papers for donors and members is that of its field, in every language."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Any

import numpy as np
import pytest

from capworth.language.language import Language
from capworth.members.served import MemberBrief, brief_member
from capworth.report import donor as donorpage
from capworth.report.brief import document
from capworth.report.donor import Offer

speaking: Any = import_module("speaking")  # the study and its reader, beside the pages
Tokens = list[str]
Writer = Callable[..., Tokens]
number: Writer = speaking.number
around: Writer = speaking.around
middle: Writer = speaking.middle
span: Writer = speaking.span
percent: Writer = speaking.percent
chance: Writer = speaking.chance
exact: Writer = speaking.exact
Said = dict[str, Tokens]
MEMBER = "XSD"
MILLION = 1_000_000


def triple(row: Any, name: str, scale: float = 1.0) -> tuple[float, float, float]:
    low, high = float(row[f"{name}_low"]) * scale, float(row[f"{name}_high"]) * scale
    return float(row[name]) * scale, low, high


def compare(told: dict[str, str], expected: Said, silent: tuple[str, ...] = ()) -> None:
    """Read every text; each that holds a number is expected."""
    wrong = [
        f"{place}: expected {said}, read {told.get(place)!r}"
        for place, said in expected.items()
        if speaking.numbers(told.get(place, ""), "en") != said
    ]
    wrong += [
        f"{place}: not compared: {text!r}"
        for place, text in told.items()
        if place not in expected and place not in silent and speaking.numbers(text, "en")
    ]
    assert not wrong, "\n".join(wrong)


def same(english: dict[str, str], told: dict[str, str], language: str) -> None:
    """Read the same numbers in another language; Arabic says one and two also in words."""
    assert english.keys() == told.keys()
    differ = []
    for place, text in english.items():
        ours = Counter(speaking.numbers(text, "en"))
        theirs = Counter(speaking.numbers(told[place], language))
        missing, more = ours - theirs, theirs - ours
        if more or (missing and not (language == "ar" and {"0", "1", "2"}.issuperset(missing))):
            differ.append(f"{place}: -{[*missing]} +{[*more]}: {text!r} | {told[place]!r}")
    assert not differ, "\n".join(differ)


# ---------------------------------------------------------------- for donors


def offer() -> Offer:
    """The menu of the speaking study; LINK asks for more than SCAN, which it requires."""
    study = speaking.speaking_study()
    menu, regions = study.funding.menu, study.feedback.by_region()
    table = menu.to_frame()
    table.loc["LINK", ["asked_m", "asked_m_low", "asked_m_high", "needed_m"]] += 51.2
    table["earmark"] = [0.0, 0.0417, float("nan")]
    menu, promises = replace(menu, _table=table), study.baseline.to_frame()
    budget = study.funding.budget_m
    return Offer(study.case, menu, budget, study.programme.draws, regions, promises)


def paper(monkeypatch: pytest.MonkeyPatch, package: str, language: str) -> dict[str, str]:
    """The texts of the page of one package, or of the index; nothing is set in type."""
    kept: list[dict[str, Any]] = []

    def keep(content: dict[str, Any], _: object) -> bytes:
        kept.append(content)
        return b""

    monkeypatch.setattr(donorpage, "set_single", keep)
    if package:
        donorpage.write_package(offer(), package, language)
    else:
        donorpage.write_index(offer(), language)
    return told_of(kept[0])


def told_of(content: dict[str, Any]) -> dict[str, str]:
    """Texts by place, but for the ticks of a scale and what a full page would leave out."""
    found = dict(speaking.strings(content))
    return {k: t for k, t in found.items() if not k.startswith(("picture.ticks", "picture.left"))}


VINTAGE = ["0.1", "2024", "31", "2024", "11"]
SURE = ["80"]  # per cent of the budget's confidence


def needed_of(row: Any) -> Tokens:
    """Millions to a tenth, below one million with two digits."""
    value = float(row["needed_m"])
    places = 0 if value >= 100 else 1
    return number(value, places) if value >= 1 else number(value)


def advised(row: Any, budget: Tokens) -> Tokens:
    """The year, where the programme has one, and the budget, in the order of the sentence."""
    if not row["chosen"]:
        return budget
    year = [str(int(row["from_year"]))]
    return [*year, *budget] if str(row["role"]).startswith("start") else [*budget, *year]


@pytest.mark.parametrize("package", ["SCAN", "LINK", "CLOUD"])
def test_a_donor_reads_the_numbers_of_the_menu(
    monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    study, given = speaking.speaking_study(), offer()
    table: Any = given.menu.to_frame()
    row, budget = table.loc[package], exact(given.budget_m)
    asked, gain, core = triple(row, "asked_m"), triple(row, "gain"), float(row["core"])
    pledged = number(float(row["pledged_m"])) if package != "CLOUD" else []
    rest = [*number(float(row["organisation_m"])), *number(float(row["members_m"])), *pledged]
    price = float(row["earmark"])
    bound = budget if price != price else number(price) if price > 0 else []
    inside = min(max(core, 1 / (given.draws + 2)), 1 - 1 / (given.draws + 2))
    error = (inside * (1 - inside) / given.draws) ** 0.5
    below = len(table) - 1 - list(table.index).index(package)
    alone = str(row["improvements"]) == package and row["from_year"] == row["from_year"]
    late = int(row["from_year"]) - int(row["start_year"]) if alone else 0
    expected: Said = {
        "foot": [*VINTAGE, str(study.provenance.draws)],
        "heading": [*needed_of(row), *SURE],
        "lines[0].text": advised(row, budget),
        "lines[1].text": needs(given, package),
        "lines[3].text": rest,
        "lines[4].text": bound,
        "numbers[0].value": needed_of(row),
        "numbers[0].label": SURE,
        "numbers[0].text": around(*asked),
        "numbers[1].value": middle(*gain),
        "numbers[1].text": ["80", *span(*gain), *percent(float(row["exchange"]))],
        "numbers[2].value": chance(core),
        "numbers[2].text": [*number(100 * error, 1), str(given.draws)],
        "picture.title": [str(below), str(len(table) - 1)],
        "picture.axis": ["80"],
        "picture.heads[1]": SURE,
        "columns[0].rows[0]": SURE,
        "columns[0].rows[1]": chance(float(row["p_gain"])),
        "columns[0].rows[2]": [str(int(row[k]) + late) for k in ("start_year", "effect_year")],
    }
    for k, (_, one) in enumerate(table.iterrows()):
        cells = f"picture.groups[{k}].rows[0].cells"
        expected |= {
            f"{cells}[0]": middle(*triple(one, "gain")),
            f"{cells}[1]": number(float(one["needed_m"]), 1),
            f"{cells}[2]": chance(float(one["core"])),
        }
    promises: Any = given.promises
    mine = promises[promises.index.get_level_values(0) == package].head(3)
    for k, (_, level) in enumerate(mine.iterrows(), 3):
        today, planned = float(level["today"]), float(level["planned"])
        factor = level["unit"] == "factor"
        told = number(planned / today) if factor else [*number(today), *number(planned)]
        expected[f"columns[0].rows[{k}]"] = [*told, str(int(level["full_effect"]))]
    compare(paper(monkeypatch, package, "en"), expected)


def needs(given: Offer, package: str) -> Tokens:
    """Mean need gap of the services that a package changes, in the two regions where it is most."""
    asked: Any = given.regions
    served = {c for p, c in given.menu.serves().index if p == package}
    gaps: dict[str, list[float]] = {}
    for (region, capability), row in asked.iterrows():
        if capability in served and row["gap"] == row["gap"]:
            gaps.setdefault(str(region), []).append(float(row["gap"]))
    means = sorted((sum(g) / len(g) for g in gaps.values()), reverse=True)[:2]
    return [x for mean in means for x in (*number(mean, 0), "100")]


def test_the_index_holds_every_package(monkeypatch: pytest.MonkeyPatch) -> None:
    study, given = speaking.speaking_study(), offer()
    table: Any = given.menu.to_frame()
    expected: Said = {
        "foot": ["80", *VINTAGE, str(study.provenance.draws)],
        "heading": [str(len(table))],
        "lines[0].text": exact(given.budget_m),
        "tables[0].title": [str(study.case.settings.price_year)],
        "tables[0].heads[2]": SURE,
    }
    for k, (_, row) in enumerate(table.iterrows()):
        gain = triple(row, "gain")
        expected |= {
            f"tables[0].rows[{k}][2]": number(float(row["needed_m"]), 1),
            f"tables[0].rows[{k}][3]": [*middle(*gain), *span(*gain)],
            f"tables[0].rows[{k}][4]": chance(float(row["core"])),
        }
    compare(paper(monkeypatch, "", "en"), expected)


@pytest.mark.parametrize("language", [one for one in speaking.LANGUAGES if one != "en"])
@pytest.mark.parametrize("package", ["", "LINK"])
def test_donors_read_the_same_numbers_in_every_language(
    monkeypatch: pytest.MonkeyPatch, package: str, language: str
) -> None:
    english = paper(monkeypatch, package, "en")
    same(english, paper(monkeypatch, package, language), language)


# ---------------------------------------------------------------- for members


PAID = np.array([11.7, 23.4, 35.1])  # millions that all members pay for the programme by year


def brief() -> MemberBrief:
    study = speaking.speaking_study()
    return brief_member(study.case, study.members, MEMBER, ("SCAN",), PAID)


def texts(language: str) -> dict[str, str]:
    study = speaking.speaking_study()
    return told_of(document(study.case, brief(), study.provenance, language))


def thousands(millions: float) -> Tokens:
    return number(millions * 1e3, 0 if abs(millions * 1e3) >= 100 else 1)


def test_a_member_reads_the_numbers_of_its_row() -> None:
    study, told = speaking.speaking_study(), brief()
    settings, table = study.case.settings, study.members.to_frame()
    row = table.loc[MEMBER]
    hits, given = triple(row, "hits"), triple(row, "hits_given")
    own, national = triple(row, "own_m"), triple(row, "national_m")
    paid, year = number(60_000.0), str(settings.price_year)
    below = int((table["own_m"] < table["national_m"]).sum())
    count = str(len(table))
    known = [str(study.members.measured), str(len(study.case.capabilities))]
    beside = table[table["region"] == row["region"]]
    years = [str(settings.first_year + k) for k in range(3)]
    share = float(row["national_m"]) / float(table["national_m"].sum())
    expected: Said = {
        "heading": [str(min(len(told.capabilities), 3) + 1)],
        "lines[1].text": [*around(*own), str(below), count, *known],
        "lines[2].text": [*paid, year],
        "numbers[0].value": middle(*hits),
        "numbers[0].text": ["80", *span(*hits)],
        "numbers[1].value": middle(*given),
        "numbers[1].text": ["80", *span(*given)],
        "numbers[2].value": middle(*national),
        "numbers[2].text": ["80", *span(*national), year],
        "picture.axis": ["80"],
        "tables[0].title": [year],
        "note": ["80", "5", count],
        "foot": [*VINTAGE, str(study.members.draws)],
    }
    bars = [middle(*hits), middle(*given)]
    if len(beside) >= 3:
        usual = (number(float(beside[name].median())) for name in ("hits", "hits_given"))
        bars = [x for pair in zip(bars, usual, strict=True) for x in pair]
    for k, cell in enumerate(bars):
        expected[f"picture.groups[{k}].rows[0].cells[0]"] = cell
    for k, (when, more) in enumerate(zip(years, PAID, strict=True), 1):
        expected |= {
            f"tables[0].heads[{k}]": [when],
            f"tables[0].rows[0][{k}]": thousands(float(row["national_m"])),
            f"tables[0].rows[1][{k}]": thousands(float(row["national_m"]) + share * float(more)),
        }
    cells = study.members.by_capability().to_dict("index")
    shown = list(told.capabilities.index)
    form = 3 if any(told.programme.values()) else 2
    for k, capability in enumerate(shown[:3]):
        mine = cells[MEMBER, capability]
        expected |= {
            f"tables[1].rows[{k}][1]": chance(float(mine["chance"])),
            f"tables[1].rows[{k}][2]": middle(*triple(mine, "hits")),
            f"tables[1].rows[{k}][3]": middle(*triple(mine, "hits_given")),
            f"tables[{form}].rows[{k}][1]": middle(*triple(mine, "hits")),
        }
    expected[f"tables[{form}].rows[{len(shown[:3])}][1]"] = paid
    if form == 3:
        expected["tables[2].title"] = ["1", "1"]
    assert shown
    compare(texts("en"), expected)


@pytest.mark.parametrize("language", [one for one in speaking.LANGUAGES if one != "en"])
def test_members_read_the_same_numbers_in_every_language(language: str) -> None:
    same(texts("en"), texts(language), language)


@pytest.mark.parametrize("language", speaking.LANGUAGES)
def test_a_member_never_reads_all_or_nothing_of_a_probability(language: str) -> None:
    study, told = speaking.speaking_study(), brief()
    shares = {0.004: "<1", 0.01: "1", 0.5: "50", 0.99: "99", 0.996: ">99"}
    for share, said in shares.items():
        changed = replace(told, capabilities=told.capabilities.assign(chance=share))
        page = document(study.case, changed, study.provenance, language)
        assert speaking.numbers(page["tables"][1]["rows"][0][1], language) == [said]


# ---------------------------------------------------------------- found wrong


@pytest.mark.parametrize(
    ("millions", "said"), [(0.0004, "0.0004"), (0.00005, "0.00005"), (0.00123, "0.0012")]
)
def test_a_small_amount_keeps_its_digits(millions: float, said: str) -> None:
    """400 euros are 0.0004 million and not 0."""
    words = Language.of(speaking.speaking_study().case, "en")
    assert speaking.numbers(words.millions(millions), "en") == [said]
